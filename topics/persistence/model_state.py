"""What a fitted model is, as plain facts and arrays; parts of a model stand under a prefix.

Whatever is read is checked: kernels follow numbers wherever they lead.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics.labeller import Labeller
from topics.models.lda import LDA
from topics.models.n_topics import Step
from topics.models.nmf import NMF
from topics.models.source_effects import SourceEffects
from topics.models.topic_model import TopicModel
from topics.models.vector_topics import VectorTopics
from topics.text.fast_tokenizer import kernel_pattern
from topics.text.python_analyzer import check_quick
from topics.text.seed_words import check_name
from topics.text.spelling import words_of
from topics.text.vectorizer import TermVectorizer
from topics.themes.classifier import ThemeClassifier

_MOST_WORDS = 100
"""Words of a term that is loaded: nobody asks for more, but to make every text take hours."""

State = tuple[dict[str, Any], dict[str, NDArray[Any]]]


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
    raise TopicsError(
        f"{value!r} cannot be saved", "give plain values, and random_state as a number"
    )


def _checked(kind: type, params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters whose types are those that the class names, as JSON has them."""
    hints = get_type_hints(vars(kind)["__init__"])
    for name, value in params.items():
        if name not in hints or not _is_of(value, hints[name]):
            raise ValueError(f"{name}={value!r} is no parameter of {kind.__name__}")
    return dict(params)


def _is_of(value: Any, hint: Any) -> bool:
    """Whether a plain value may be what a type hint says; of lists and mappings the kind alone."""
    origin = get_origin(hint) or hint
    if origin in (Union, UnionType):
        return any(_is_of(value, option) for option in get_args(hint))
    if origin is Literal:
        return any(value == option and type(value) is type(option) for option in get_args(hint))
    if origin is Any:
        return True
    if origin is None or origin is type(None):
        return value is None
    if origin is float:
        return type(value) in (int, float)
    if origin in (bool, int, str):
        return type(value) is origin
    if isinstance(value, Mapping):
        return issubclass(Mapping, origin) or origin in (Mapping, dict)
    if isinstance(value, (list, tuple)):
        # An array, or a sequence of any kind, is a list.
        return origin not in (Mapping, dict, type)
    # Types and patterns are text.
    return isinstance(value, str) and origin in (type, re.Pattern)


def _texts_to_arrays(name: str, texts: list[str]) -> dict[str, NDArray[Any]]:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return {
        f"{name}_bytes": np.frombuffer(b"".join(encoded), np.uint8),
        f"{name}_offsets": offsets,
    }


def _texts_from_arrays(name: str, arrays: Mapping[str, NDArray[Any]]) -> list[str]:
    content = arrays[f"{name}_bytes"].tobytes()
    ends = arrays[f"{name}_offsets"]
    offsets = _integers(arrays, f"{name}_offsets", ends.shape[:1]).tolist()
    # Before anything is cut: offsets that go back and forth would cut gigabytes of a few bytes.
    if offsets[:1] != [0] or offsets[-1] != len(content) or (np.diff(ends) < 0).any():
        raise ValueError(f"{name} that do not lie one after the other")
    return [content[a:b].decode("utf-8", "surrogatepass") for a, b in itertools.pairwise(offsets)]


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError("a number of documents that cannot be")
    return value


def _floats(
    arrays: Mapping[str, NDArray[Any]],
    name: str,
    shape: tuple[int, ...],
    dtypes: tuple[str, ...] = ("float32", "float64"),
) -> NDArray[Any]:
    """An array of finite floats of one shape only."""
    values = arrays[name]
    if values.shape != shape or values.dtype.name not in dtypes:
        raise ValueError(f"{name} is {values.dtype} of the shape {values.shape}, not {shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds what is no number")
    return values


def _integers(
    arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]
) -> NDArray[Any]:
    """An array of integers of at least zero, of one shape only."""
    values = arrays[name]
    if values.shape != shape or values.dtype.name != "int64" or values.min(initial=0) < 0:
        raise ValueError(f"{name} is {values.dtype} of the shape {values.shape}, or below zero")
    return values


def _save_vectorizer(model: TermVectorizer) -> State:
    # The vocabulary given is the vocabulary learnt; a parameter would only repeat it.
    facts: dict[str, Any] = {
        "params": _params(model, without=("vocabulary", "dtype"))
        | {"dtype": None if model.dtype is None else np.dtype(model.dtype).name},
        "fixed_vocabulary": model.vocabulary is not None,
        "stop_words": model.stop_words_,
        "n_documents": int(model.n_documents_),
        "n_learnt_terms": model.n_learnt_terms_,
    }
    arrays = _texts_to_arrays("terms", model.get_feature_names_out().tolist())
    arrays["document_frequency"] = model.document_frequency_.astype(np.int64)
    if model.phrases_:
        # A phrase that was given has no score.
        scores = model.phrases_.items()
        facts["phrases_in_use"] = {phrase: None if np.isnan(s) else s for phrase, s in scores}
    if model._spelling:
        known = words_of(model.vocabulary_)
        spelled = sorted(
            (form, word) for form, word in model._spelling.items() if form != word and word in known
        )
        if spelled:
            arrays |= _texts_to_arrays("forms", [form for form, _ in spelled])
            arrays |= _texts_to_arrays("spelled", [word for _, word in spelled])
    if not model.n_documents_ and hasattr(model, "idf_"):
        # Taken over from another library, which keeps the weights and not the counts.
        arrays["idf"] = model.idf_
    return facts, arrays


def _load_vectorizer(
    facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> TermVectorizer:
    params = dict(facts["params"])
    params["ngram_range"] = tuple(params["ngram_range"])
    if max(params["ngram_range"]) > _MOST_WORDS:
        raise ValueError(f"terms of {max(params['ngram_range'])} words")
    if not isinstance(params["phrases"], bool):
        params["phrases"] = tuple(params["phrases"])
    if params["dtype"] is not None:
        dtype = np.dtype(params["dtype"])
        if dtype.kind not in "biuf" or dtype.name == "float16":
            raise ValueError(f"a matrix of {dtype}")
        params["dtype"] = dtype.type
    if params["tokenizer"] is not None or params["preprocessor"] is not None:
        raise ValueError("a function, which an artifact cannot hold")
    pattern = params["token_pattern"]
    if pattern is not None and kernel_pattern(pattern) is None:
        check_quick(pattern)
    model = TermVectorizer(**_checked(TermVectorizer, params))
    model._check_params()
    terms = _texts_from_arrays("terms", arrays)
    frequency = _integers(arrays, "document_frequency", (len(terms),))
    if len(set(terms)) != len(terms) or frequency.max(initial=0) > _number(facts["n_documents"]):
        raise ValueError("terms and document frequencies do not fit")
    if not (n_learnt := _number(facts["n_learnt_terms"])) <= len(terms):
        raise ValueError("more terms learnt than there are")
    if facts["fixed_vocabulary"]:
        model.vocabulary = {term: column for column, term in enumerate(terms)}
    in_use = facts.get("phrases_in_use", {})
    spelling: dict[str, str] = {}
    if "forms_bytes" in arrays:
        forms, spelled = (_texts_from_arrays(name, arrays) for name in ("forms", "spelled"))
        spelling = dict(zip(forms, spelled, strict=True))
    model._restore(
        terms,
        frequency,
        _number(facts["n_documents"]),
        stop_words=[str(word) for word in facts["stop_words"]],
        phrases={str(p): float("nan" if s is None else s) for p, s in in_use.items()},
        spelling=spelling,
        idf=_floats(arrays, "idf", frequency.shape) if "idf" in arrays else None,
        n_learnt=n_learnt,
    )
    return model


_LEARNT = ("seed_components", "init", "doc_topic_prior", "topic_word_prior", "vectors")
"""Parameters of a decomposition whose arrays are part of what was learnt, or are done with."""
_METHODS: dict[str, type[NMF | LDA]] = {"nmf": NMF, "lda": LDA}


def _save_topic_model(model: TopicModel) -> State:
    facts, arrays = _below("vectorizer", _save_vectorizer(model.vectorizer_))
    inner = model.decomposition_
    facts["params"] = _params(model, without=("vectorizer", "previous_model", "by", "background"))
    # Values of other documents are of no use.
    facts["params"]["by"] = model.by if isinstance(model.by, str | None) else "auto"
    facts["decomposition"] = _params(inner, without=_LEARNT)
    facts |= {
        "n_documents": int(model.n_documents_),
        "themes": model.themes_,
        "words": model.words_,
        "names": model.names_,
        "groups": model.component_groups_,
        "background": model.background_.tolist(),
        "surplus": model.surplus_.tolist(),
        "representatives": model.representatives_,
        "days": model.timeline_[0],
    }
    if hasattr(model, "n_topics_path_"):
        facts["n_topics_path"] = model.n_topics_path_.to_dict("list")
    arrays |= {
        "components": inner.components_,
        "proportion_sums": model.proportion_sums_,
        "topic_sizes": model.topic_sizes_.astype(np.int64),
        "timeline_sums": model.timeline_[1],
        "timeline_numbers": model.timeline_[2],
    }
    if isinstance(inner, LDA):
        facts["steps"], facts["tokens"] = inner._steps, inner._tokens
        arrays |= {
            "doc_topic_prior": inner.doc_topic_prior_,
            "topic_word_prior": inner.topic_word_prior_,
        }
    elif isinstance(inner, VectorTopics):
        arrays |= {
            "vectors": inner.vectors_,
            "centres": inner.centres_,
            "metric": inner.metric_,
            "mean": inner.mean_,
            "source_means": inner.source_means_,
        }
    if model.source_effects_ is not None:
        facts, arrays = _with_sources(facts, arrays, model.source_effects_)
    return facts, arrays


def _with_sources(
    facts: dict[str, Any], arrays: dict[str, NDArray[Any]], effects: SourceEffects
) -> State:
    facts["sources"] = {
        "names": effects.names,
        "n_releases": effects.n_releases,
        "own": effects.own,
        "words": effects.words,
    }
    arrays["source_terms"] = effects.own_terms.astype(np.int64)
    matrices = {"source_shares": effects.shares}
    if effects.letterheads is not None:
        matrices["letterheads"] = effects.letterheads
    for name, matrix in matrices.items():
        arrays |= {
            f"{name}_values": matrix.data.astype(np.float32),
            f"{name}_terms": matrix.indices.astype(np.int64),
            f"{name}_starts": matrix.indptr.astype(np.int64),
        }
    return facts, arrays


def _load_sources(
    facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], n_terms: int
) -> SourceEffects:
    names = [str(name) for name in facts["names"]]
    words = [[_number(i) for i in row] for row in facts["words"]]
    n_releases = [_number(n) for n in facts["n_releases"]]
    own = [float(share) for share in facts["own"]]
    if not len(names) == len(words) == len(n_releases) == len(own) == len(set(names)):
        raise ValueError("what is said of the sources does not fit")
    if any(i >= n_terms for row in words for i in row):
        raise ValueError("words of sources that are not in the vocabulary")
    own_terms = _integers(arrays, "source_terms", arrays["source_terms"].shape[:1])
    if own_terms.max(initial=-1) >= n_terms:
        raise ValueError("terms of sources that are not in the vocabulary")
    shape = (len(names), n_terms)
    return SourceEffects(
        names,
        _shares(arrays, "source_shares", shape),
        n_releases,
        own,
        words,
        own_terms,
        _shares(arrays, "letterheads", shape) if "letterheads_values" in arrays else None,
    )


def _shares(arrays: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, int]) -> sp.csr_matrix:
    """A sparse matrix of shares from 0 to 1."""
    starts = _integers(arrays, f"{name}_starts", (shape[0] + 1,))
    terms = _integers(arrays, f"{name}_terms", arrays[f"{name}_terms"].shape[:1])
    values = _floats(arrays, f"{name}_values", terms.shape, ("float32",))
    if starts[0] != 0 or starts[-1] != terms.size or (np.diff(starts) < 0).any():
        raise ValueError(f"{name} that do not lie one after the other")
    if terms.max(initial=-1) >= shape[1] or values.min(initial=0) < 0 or values.max(initial=0) > 1:
        raise ValueError(f"{name} that are no shares of terms")
    return sp.csr_matrix((values, terms, starts), shape)


def _lda_priors(
    arrays: Mapping[str, NDArray[Any]], k: int, n_terms: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    shape = arrays["topic_word_prior"].shape
    terms = _floats(arrays, "topic_word_prior", shape if shape == (1, 1) else (k, n_terms))
    documents = _floats(arrays, "doc_topic_prior", (k,))
    if min(documents.min(initial=1), terms.min(initial=1)) <= 0:
        raise ValueError("priors that are not above zero")
    return documents, terms


def _load_decomposition(
    method: str, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], n_terms: int
) -> NMF | LDA | VectorTopics:
    params = dict(facts["decomposition"])
    k = len(arrays["components"])
    components = _floats(arrays, "components", (k, n_terms))
    if components.min(initial=0) < 0:
        raise ValueError("components below zero")
    if method == "vectors":
        size = arrays["centres"].shape[-1]
        n_sources = len(facts["sources"]["names"]) if "sources" in facts else 0
        inner = VectorTopics(vectors=[], **_checked(VectorTopics, params))
        # Artifacts of format 2 and before know of no sources.
        of_sources = {"source_means": np.zeros((0, size), np.float32), **arrays}
        inner._restore(
            components,
            _floats(arrays, "vectors", (n_terms, size), ("float16",)),
            _floats(arrays, "centres", (k, size)),
            _floats(arrays, "metric", (size, size)),
            _floats(arrays, "mean", (size,)),
            _floats(of_sources, "source_means", (n_sources, size)),
        )
        return inner
    found = _METHODS[method](**_checked(_METHODS[method], params))
    found._check_params()
    found.components_, found.n_features_in_ = components, n_terms
    if isinstance(found, NMF):
        found.seed_components_ = None
    if isinstance(found, LDA):
        priors = _lda_priors(arrays, k, n_terms)
        found._restore(components, priors, int(facts["steps"]), float(facts["tokens"]))
    return found


def _load_topic_model(
    facts: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    shared: TermVectorizer | None = None,
) -> TopicModel:
    model = TopicModel(**_checked(TopicModel, facts["params"]))
    model.vectorizer_ = shared or _load_vectorizer(facts["vectorizer"], _part("vectorizer", arrays))
    k, n_terms = len(facts["names"]), model.vectorizer_.n_terms_
    model.decomposition_ = _load_decomposition(model.method, facts, arrays, n_terms)
    model.component_groups_ = [[_number(t) for t in group] for group in facts["groups"]]
    if len(model.component_groups_) != k or not all(model.component_groups_):
        raise ValueError("groups of components that are not those of the topics")
    parts = [t for group in model.component_groups_ for t in group]
    if len(set(parts)) < len(parts) or max(parts, default=0) >= len(
        model.decomposition_.components_
    ):
        raise ValueError("groups that share components, or hold what is none")
    model._merge_components()
    model.background_ = np.array(facts["background"], bool).reshape(k)
    # Artifacts of format 2 and before have no such marks.
    model.surplus_ = np.array(facts.get("surplus", [False] * k), bool).reshape(k)
    model.source_effects_ = None
    if "sources" in facts:
        model.source_effects_ = _load_sources(facts["sources"], arrays, n_terms)
    if "n_topics_path" in facts:
        import pandas as pd

        model.n_topics_path_ = pd.DataFrame(facts["n_topics_path"], columns=list(Step._fields))
    model.n_documents_ = _number(facts["n_documents"])
    model.themes_ = dict(facts["themes"])
    model.words_ = [[int(i) for i in words] for words in facts["words"]]
    if len(model.words_) != k or not all(0 <= i < n_terms for row in model.words_ for i in row):
        raise ValueError("words that are not in the vocabulary")
    model.names_ = [check_name(name) for name in facts["names"]]
    if len(set(model.names_)) < k:
        raise ValueError("topics with one name")
    model.representatives_ = [
        [
            (str(id), title, date, float(share), str(sentence))
            for id, title, date, share, sentence in rows
        ]
        for rows in facts["representatives"]
    ]
    if len(model.representatives_) != k:
        raise ValueError("releases of other topics")
    model.proportion_sums_ = _floats(arrays, "proportion_sums", (k,)).copy()
    model.topic_sizes_ = _integers(arrays, "topic_sizes", (k,)).copy()
    model.timeline_ = (
        [str(day) for day in facts["days"]],
        _floats(arrays, "timeline_sums", (len(facts["days"]), k)).copy(),
        _integers(arrays, "timeline_numbers", (len(facts["days"]),)),
    )
    return model


def _save_classifier(model: ThemeClassifier) -> State:
    facts, arrays = _below("vectorizer", _save_vectorizer(model.vectorizer_))
    facts["params"] = _params(model, without=("vectorizer", "background"))
    if not isinstance(model.themes, Mapping | None):
        facts["params"]["themes"] = list(model.themes)
    if isinstance(model.class_weight, Mapping):
        # Pairs, since keys may be numbers.
        facts["params"]["class_weight"] = [[_plain(k), w] for k, w in model.class_weight.items()]
    facts |= {"classes": model.classes_.tolist(), "calibrated": model.calibrated_}
    facts["gives_indicators"] = model._gives_indicators
    arrays |= {
        name: getattr(model, f"{name}_")
        for name in (
            "coef",
            "intercept",
            "calibration_slope",
            "calibration_intercept",
            "thresholds",
            "novelty_coef",
        )
    }
    facts["novelty_intercept"] = model.novelty_intercept_
    facts |= {
        "propagation": model.propagation_,
        "seed_holdout_accuracy": model.seed_holdout_accuracy_,
    }
    return facts, arrays


def _load_classifier(
    facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> ThemeClassifier:
    params = dict(facts["params"])
    if isinstance(params["class_weight"], list):
        params["class_weight"] = dict(params["class_weight"])
    model = ThemeClassifier(**_checked(ThemeClassifier, params))
    model.vectorizer_ = _load_vectorizer(facts["vectorizer"], _part("vectorizer", arrays))
    model.classes_ = np.array(facts["classes"])
    k = model.classes_.size
    if model.classes_.ndim != 1 or len(set(facts["classes"])) != k:
        raise ValueError("classes that stand twice")
    model.coef_ = _floats(arrays, "coef", (model.vectorizer_.n_terms_, k))
    for name in ("intercept", "calibration_slope", "calibration_intercept", "thresholds"):
        setattr(model, f"{name}_", _floats(arrays, name, (k,)))
    if not (model.calibration_slope_ > 0).all():
        raise ValueError("a slope that turns the order of releases round")
    n_terms = model.vectorizer_.n_terms_ if arrays["novelty_coef"].size else 0
    model.novelty_coef_ = _floats(arrays, "novelty_coef", (n_terms,))
    model.novelty_intercept_ = float(facts["novelty_intercept"])
    if not np.isfinite(model.novelty_intercept_):
        raise ValueError("novelty_intercept is no number")
    model.propagation_, model.seed_holdout_accuracy_ = (
        facts["propagation"],
        dict(facts["seed_holdout_accuracy"]),
    )
    model.calibrated_ = bool(facts["calibrated"])
    model._gives_indicators = bool(facts["gives_indicators"])
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
        if name == "topic_model" and model.has_shared_vectorizer:
            more_facts[name].pop("vectorizer")
            more_arrays = {k: a for k, a in more_arrays.items() if ".vectorizer." not in k}
        facts |= more_facts
        arrays |= more_arrays
    return facts, arrays


def _load_labeller(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Labeller:
    topic_model = classifier = None
    if "classifier" in facts:
        classifier = _load_classifier(facts["classifier"], _part("classifier", arrays))
    if "topic_model" in facts:
        shared = None
        if classifier is not None and "vectorizer" not in facts["topic_model"]:
            shared = classifier.vectorizer_.learnt()
        topic_model = _load_topic_model(facts["topic_model"], _part("topic_model", arrays), shared)
    return Labeller(topic_model, classifier)


KINDS: dict[str, tuple[Callable[[Any], State], Callable[[Any, Any], Any]]] = {
    "TermVectorizer": (_save_vectorizer, _load_vectorizer),
    "TopicModel": (_save_topic_model, _load_topic_model),
    "ThemeClassifier": (_save_classifier, _load_classifier),
    "Labeller": (_save_labeller, _load_labeller),
}
