"""Artifacts: a folder that holds one saved model, as data and never as code."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import platform
import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._version import __version__
from topics.choosing import Step
from topics.classifier import ThemeClassifier
from topics.labeller import Labeller
from topics.lda import LDA
from topics.nmf import NMF
from topics.topic_model import TopicModel
from topics.vector_topics import VectorTopics
from topics.vectorizer import TermVectorizer

FORMAT = 1
"""Version of the folder's layout; a newer one is refused."""

MANIFEST, WEIGHTS = "manifest.json", "model.safetensors"
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "gensim", "numba", "pyarrow")

Model = TermVectorizer | TopicModel | ThemeClassifier | Labeller
State = tuple[dict[str, Any], dict[str, NDArray[Any]]]


def save(
    model: Model,
    folder: str | Path,
    *,
    created_from: str = "",
    examples: bool = True,
    overwrite: bool = False,
) -> Path:
    """Save a fitted model to a folder.

    The folder holds ``manifest.json`` (kind, parameters, classes, versions, checksums) and
    ``model.safetensors`` (arrays). It is written beside its place and then renamed, so that a
    reader sees all of it or nothing; the same model gives the same bytes.

    Parameters
    ----------
    model : TermVectorizer, TopicModel, ThemeClassifier or Labeller
        A fitted model.
    folder : str or Path
        Where to.
    created_from : str, default=""
        What it was fitted to, in words, for whoever finds the folder.
    examples : bool, default=True
        Keep titles and sentences of the releases that show each topic best; without them no text
        of a release leaves the building with the model, and ``representative`` gives no rows.
    overwrite : bool, default=False
        Replace an artifact that is there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    TopicsError
        If the folder exists, cannot be written, or the model holds a function (an ``analyzer`` of
        one's own), which is code and no data.

    Examples
    --------
    >>> import tempfile
    >>> vectorizer = TermVectorizer().fit(["aid arrives", "talks resume"])
    >>> folder = save(vectorizer, tempfile.mkdtemp() + "/vectorizer")
    >>> load(folder).get_feature_names_out().tolist()
    ['aid', 'arrives', 'resume', 'talks']
    """
    folder = check_folder(folder, overwrite)
    kind = type(model).__name__
    if kind not in _KINDS:
        raise TopicsError(f"a {kind} cannot be saved", f"save one of {', '.join(_KINDS)}")
    model._check_fitted()
    facts, arrays = _KINDS[kind][0](model)
    if not examples:
        for part in (facts, facts.get("topic_model", {})):
            if "representatives" in part:
                part["representatives"] = [[] for _ in part["representatives"]]
    from safetensors.numpy import save as to_bytes

    weights = to_bytes(
        {name: np.ascontiguousarray(value) for name, value in sorted(arrays.items())}
    )
    manifest = {
        "format": FORMAT,
        "kind": kind,
        "topics_toolkit": __version__,
        "created_from": created_from,
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "python": platform.python_version(),
        "checksums": {WEIGHTS: hashlib.sha256(weights).hexdigest()},
        "model": facts,
    }
    text = (
        json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
    )
    _write(folder, {WEIGHTS: weights, MANIFEST: text.encode()})
    return folder


def check_folder(folder: str | Path, overwrite: bool) -> Path:
    """The folder to save to, or a clear error before any work is done.

    Parameters
    ----------
    folder : str or Path
        Where to.
    overwrite : bool
        Whether an artifact may be there.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    TopicsError
        If it is a file, a folder of something else, or an artifact that may not be replaced.
    """
    folder = Path(folder).resolve()
    if folder.exists() and not folder.is_dir():
        raise TopicsError("it is a file", "give the name of a folder", path=folder)
    if folder.exists() and not overwrite:
        raise TopicsError("the output exists", "take another name, or replace it (--force, "
                          "overwrite=True)", path=folder)  # fmt: skip
    if folder.exists() and {path.name for path in folder.iterdir()} - {MANIFEST, WEIGHTS}:
        raise TopicsError("it is a folder of something else", "take another name", path=folder)
    return folder


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    new = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new.mkdir()
        for name, content in files.items():
            with open(new / name, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise TopicsError(
            f"it cannot be written ({error.strerror})",
            "check the space and the rights",
            path=folder,
        ) from None
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def load(folder: str | Path) -> Any:
    """Load what :func:`save` wrote.

    Nothing in the folder is run: it holds numbers and text, whose checksums, names, types and
    shapes are checked.

    Parameters
    ----------
    folder : str or Path
        An artifact.

    Returns
    -------
    TermVectorizer, TopicModel, ThemeClassifier or Labeller
        It predicts what the saved model predicted, to the bit.

    Raises
    ------
    TopicsError
        If the folder is missing, is no artifact, is cut short or changed, or was written by a
        newer version.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    arrays = _read_weights(folder, manifest)
    for name, values in arrays.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise TopicsError(f"the array {name} is not finite", "copy it again", path=folder)
    try:
        return _KINDS[manifest["kind"]][1](manifest["model"], arrays)
    except (
        KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError
    ) as error:  # fmt: skip
        raise TopicsError(
            f"the artifact is not whole ({type(error).__name__}: {error})",
            "copy it again",
            path=folder,
        ) from None


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """What an artifact says of itself, without loading its arrays.

    Parameters
    ----------
    folder : str or Path
        An artifact.

    Returns
    -------
    dict
        Kind, versions, parameters, checksums.

    Raises
    ------
    TopicsError
        As :func:`load`.
    """
    return _read_manifest(Path(folder))


def _read_manifest(folder: Path) -> dict[str, Any]:
    if not folder.exists():
        raise TopicsError(
            "no such artifact", "check the path, or make one: topics fit", path=folder
        )
    if not (folder / MANIFEST).is_file():
        raise TopicsError(
            "it is no artifact: it has no manifest.json", "check the path", path=folder
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        newer = manifest["format"] > FORMAT
        kind, made_by = manifest["kind"], manifest["topics_toolkit"]
        manifest["checksums"][WEIGHTS], manifest["model"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise TopicsError(
            "the manifest is cut short or changed", "copy it again", path=folder
        ) from None
    if newer:
        raise TopicsError(
            f"it was written by topics-toolkit {made_by}, which is newer than {__version__}",
            "upgrade: pip install -U topics-toolkit", path=folder,
        )  # fmt: skip
    if not isinstance(kind, str) or kind not in _KINDS:
        raise TopicsError(f"it holds a {kind!r}, which is unknown", "copy it again", path=folder)
    return dict(manifest)


def _read_weights(folder: Path, manifest: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        content = (folder / WEIGHTS).read_bytes()
    except OSError:
        raise TopicsError("model.safetensors is missing", "copy it again", path=folder) from None
    if hashlib.sha256(content).hexdigest() != manifest["checksums"][WEIGHTS]:
        raise TopicsError(
            "model.safetensors is cut short or changed: its checksum differs", "copy it again",
            path=folder,
        )  # fmt: skip
    try:
        return dict(from_bytes(content))
    except (SafetensorError, ValueError, TypeError, KeyError):
        raise TopicsError("model.safetensors is broken", "copy it again", path=folder) from None


# States: what a model is, as plain facts and arrays. Nested models are stored under a prefix.


def _below(prefix: str, state: State) -> State:
    facts, arrays = state
    return {prefix: facts}, {f"{prefix}.{name}": value for name, value in arrays.items()}


def _part(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    start = f"{prefix}."
    return {name.removeprefix(start): a for name, a in arrays.items() if name.startswith(start)}


def _params(model: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    params = {k: v for k, v in model.get_params(deep=False).items() if k not in without}
    for name, value in params.items():
        if callable(value) and not isinstance(value, type):
            raise TopicsError(
                f"{name} is a function, which an artifact cannot hold",
                "use a token_pattern, or keep the function in your own code",
            )
    params.pop("n_jobs", None)
    return {name: _plain(value) for name, value in params.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return {"dtype": np.dtype(value).name}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TopicsError(f"{value!r} cannot be saved", "give random_state as a number")


def _texts_to_arrays(name: str, texts: list[str]) -> dict[str, NDArray[Any]]:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return {
        f"{name}_bytes": np.frombuffer(b"".join(encoded), np.uint8),
        f"{name}_offsets": offsets,
    }


def _texts_from_arrays(name: str, arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    content = arrays[f"{name}_bytes"].tobytes()
    offsets = arrays[f"{name}_offsets"].tolist()
    return [content[a:b].decode("utf-8", "surrogatepass") for a, b in itertools.pairwise(offsets)]


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError("a number of documents that cannot be")
    return value


def _floats(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """An array of floats of one shape only: kernels do not look at what they are given."""
    values = arrays[name]
    if values.shape != shape or values.dtype.kind != "f":
        raise ValueError(f"{name} is {values.dtype} of the shape {values.shape}, not {shape}")
    return values


def _save_vectorizer(model: TermVectorizer) -> State:
    # The vocabulary given is the vocabulary learnt; a parameter would only repeat it.
    facts: dict[str, Any] = {
        "params": _params(model, without=("vocabulary",)),
        "fixed_vocabulary": model.vocabulary is not None,
        "stop_words": model.stop_words_,
        "n_documents": int(model.n_documents_),
    }
    arrays = _texts_to_arrays("terms", model.get_feature_names_out().tolist())
    arrays["document_frequency"] = model.document_frequency_.astype(np.int64)
    if model.phrases_:
        # A phrase that was given has no score.
        scores = model.phrases_.items()
        facts["phrases_in_use"] = {phrase: None if np.isnan(s) else s for phrase, s in scores}
    if not model.n_documents_ and hasattr(model, "idf_"):
        # Taken over from another library, which keeps the weights and not the counts.
        arrays["idf"] = model.idf_
    return facts, arrays


def _load_vectorizer(
    facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> TermVectorizer:
    params = dict(facts["params"])
    params["ngram_range"] = tuple(params["ngram_range"])
    if not isinstance(params["phrases"], bool):
        params["phrases"] = tuple(params["phrases"])
    if params["dtype"] is not None:
        params["dtype"] = np.dtype(params["dtype"]["dtype"]).type
    # Artifacts from before there was one read texts without spaces as they stand.
    params.setdefault("segmenter", None)
    model = TermVectorizer(**params)
    model._check_params()
    terms = _texts_from_arrays("terms", arrays)
    frequency = arrays["document_frequency"].astype(np.int64)
    if len(set(terms)) != len(terms) or frequency.shape != (len(terms),):
        raise ValueError("terms and document frequencies do not fit")
    if facts["fixed_vocabulary"]:
        model.vocabulary = {term: column for column, term in enumerate(terms)}
    in_use = facts.get("phrases_in_use", {})
    model._restore(
        terms,
        frequency,
        _number(facts["n_documents"]),
        stop_words=[str(word) for word in facts["stop_words"]],
        phrases={str(p): float("nan" if s is None else s) for p, s in in_use.items()},
        idf=_floats(arrays, "idf", frequency.shape) if "idf" in arrays else None,
    )
    return model


_LEARNT = ("prior", "init", "doc_topic_prior", "topic_term_prior", "vectors")
"""Parameters of a decomposition whose arrays are part of what was learnt, or are done with."""
_METHODS: dict[str, type[NMF | LDA]] = {"nmf": NMF, "lda": LDA}


def _save_topic_model(model: TopicModel) -> State:
    facts, arrays = _below("vectorizer", _save_vectorizer(model.vectorizer_))
    inner = model.decomposition_
    facts["params"] = _params(model, without=("vectorizer", "earlier"))
    facts["decomposition"] = _params(inner, without=_LEARNT)
    facts |= {
        "n_documents": int(model.n_documents_),
        "themes": model.themes_,
        "words": model.words_,
        "names": model.names_,
        "groups": model.groups_,
        "junk": model.junk_.tolist(),
        "representatives": model.representatives_,
        "days": model.timeline_[0],
    }
    if hasattr(model, "n_topics_path_"):
        facts["n_topics_path"] = model.n_topics_path_.to_dict("list")
    arrays |= {
        "components": inner.components_,
        "share_sums": model.share_sums_,
        "n_releases": model.n_releases_.astype(np.int64),
        "timeline_sums": model.timeline_[1],
        "timeline_numbers": model.timeline_[2],
    }
    if isinstance(inner, LDA):
        facts["steps"], facts["tokens"] = inner._steps, inner._tokens
        arrays |= {
            "doc_topic_prior": inner.doc_topic_prior_,
            "topic_term_prior": inner.topic_term_prior_,
        }
    elif isinstance(inner, VectorTopics):
        arrays |= {
            "vectors": inner.vectors_,
            "centres": inner.centres_,
            "metric": inner.metric_,
            "mean": inner.mean_,
        }
    return facts, arrays


def _lda_priors(
    arrays: Mapping[str, NDArray[Any]], k: int, n_terms: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    if "expected" in arrays:
        # Artifacts from before priors were learnt.
        return np.full(k, 1 / k), _floats(arrays, "prior", (n_terms, k)).T
    shape = arrays["topic_term_prior"].shape
    terms = _floats(arrays, "topic_term_prior", shape if shape == (1, 1) else (k, n_terms))
    return _floats(arrays, "doc_topic_prior", (k,)), terms


def _load_decomposition(
    method: str, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], n_terms: int
) -> NMF | LDA | VectorTopics:
    params = dict(facts["decomposition"])
    if "alpha" in params:
        # As it was called before W and H had weights of their own.
        params["alpha_W"] = params.pop("alpha")
    k = _number(params["n_components"])
    components = _floats(arrays, "components", (k, n_terms))
    if method == "vectors":
        size = arrays["centres"].shape[-1]
        inner = VectorTopics(vectors=[], **params)
        inner._restore(
            components,
            _floats(arrays, "vectors", (n_terms, size)),
            _floats(arrays, "centres", (k, size)),
            _floats(arrays, "metric", (size, size)),
            _floats(arrays, "mean", (size,)),
        )
        return inner
    found = _METHODS[method](**params)
    found.components_, found.n_features_in_ = components, n_terms
    if isinstance(found, LDA):
        priors = _lda_priors(arrays, k, n_terms)
        found._restore(components, priors, int(facts["steps"]), float(facts["tokens"]))
    return found


def _load_topic_model(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> TopicModel:
    model = TopicModel(**facts["params"])
    model.vectorizer_ = _load_vectorizer(facts["vectorizer"], _part("vectorizer", arrays))
    k, n_terms = len(facts["names"]), len(model.vectorizer_.vocabulary_)
    model.decomposition_ = _load_decomposition(model.method, facts, arrays, n_terms)
    model.groups_ = [
        [_number(t) for t in group] for group in facts.get("groups", [[t] for t in range(k)])
    ]
    if len(model.groups_) != k or not all(model.groups_):
        raise ValueError("groups of components that are not those of the topics")
    model._take_components()
    model.junk_ = np.array(facts.get("junk", [False] * k), bool).reshape(k)
    if "n_topics_path" in facts:
        import pandas as pd

        model.n_topics_path_ = pd.DataFrame(facts["n_topics_path"], columns=list(Step._fields))
    model.n_documents_ = _number(facts["n_documents"])
    model.themes_ = dict(facts["themes"])
    model.words_ = [[int(i) for i in words] for words in facts["words"]]
    if len(model.words_) != k or not all(0 <= i < n_terms for row in model.words_ for i in row):
        raise ValueError("words that are not in the vocabulary")
    model.names_ = [str(name) for name in facts["names"]]
    model.representatives_ = [[tuple(row) for row in rows] for rows in facts["representatives"]]
    model.share_sums_ = _floats(arrays, "share_sums", (k,)).copy()
    model.n_releases_ = arrays["n_releases"].reshape(k).copy()
    model.timeline_ = (
        [str(day) for day in facts["days"]],
        _floats(arrays, "timeline_sums", (len(facts["days"]), k)).copy(),
        arrays["timeline_numbers"],
    )
    return model


def _save_classifier(model: ThemeClassifier) -> State:
    facts, arrays = _below("vectorizer", _save_vectorizer(model.vectorizer_))
    facts["params"] = _params(model, without=("vectorizer",))
    facts |= {"classes": model.classes_.tolist(), "calibrated": model.calibrated_}
    arrays |= {
        name: getattr(model, f"{name}_")
        for name in ("coef", "intercept", "slope", "offset", "thresholds", "novelty_coef")
    }
    facts["novelty_intercept"] = model.novelty_intercept_
    facts |= {"stage": model.stage_, "checks": model.checks_}
    return facts, arrays


def _load_classifier(
    facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> ThemeClassifier:
    model = ThemeClassifier(**facts["params"])
    model.vectorizer_ = _load_vectorizer(facts["vectorizer"], _part("vectorizer", arrays))
    model.classes_ = np.array(facts["classes"])
    k = model.classes_.size
    if model.classes_.ndim != 1 or len(set(facts["classes"])) != k:
        raise ValueError("classes that stand twice")
    model.coef_ = _floats(arrays, "coef", (len(model.vectorizer_.vocabulary_), k))
    for name in ("intercept", "slope", "offset", "thresholds"):
        setattr(model, f"{name}_", _floats(arrays, name, (k,)))
    n_terms = len(model.vectorizer_.vocabulary_) if arrays["novelty_coef"].size else 0
    model.novelty_coef_ = _floats(arrays, "novelty_coef", (n_terms,))
    model.novelty_intercept_ = float(facts["novelty_intercept"])
    model.stage_, model.checks_ = facts["stage"], dict(facts["checks"])
    model.calibrated_ = bool(facts["calibrated"])
    return model


def _save_labeller(model: Labeller) -> State:
    facts: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    parts = [("topic_model", model.topic_model, _save_topic_model)]
    parts += [("classifier", model.classifier, _save_classifier)]  # type: ignore[list-item]
    for name, part, state in parts:
        if part is None:
            continue
        more_facts, more_arrays = _below(name, state(part))
        if name == "classifier" and model.shares_vectorizer:
            more_facts[name].pop("vectorizer")
            more_arrays = {k: a for k, a in more_arrays.items() if ".vectorizer." not in k}
        facts |= more_facts
        arrays |= more_arrays
    return facts, arrays


def _load_labeller(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Labeller:
    topic_model = classifier = None
    if "topic_model" in facts:
        topic_model = _load_topic_model(facts["topic_model"], _part("topic_model", arrays))
    if "classifier" in facts:
        its_facts, its_arrays = dict(facts["classifier"]), _part("classifier", arrays)
        if "vectorizer" not in its_facts:
            its_facts["vectorizer"] = facts["topic_model"]["vectorizer"]
            shared = _part("topic_model", arrays)
            its_arrays |= {k: a for k, a in shared.items() if k.startswith("vectorizer.")}
        classifier = _load_classifier(its_facts, its_arrays)
        if topic_model is not None and "vectorizer" not in facts["classifier"]:
            classifier.vectorizer_ = topic_model.vectorizer_
    return Labeller(topic_model, classifier)


_KINDS: dict[str, tuple[Callable[[Any], State], Callable[[Any, Any], Any]]] = {
    "TermVectorizer": (_save_vectorizer, _load_vectorizer),
    "TopicModel": (_save_topic_model, _load_topic_model),
    "ThemeClassifier": (_save_classifier, _load_classifier),
    "Labeller": (_save_labeller, _load_labeller),
}
