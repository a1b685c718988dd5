"""Artifacts: a folder that holds one saved model, as data and never as code."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._errors import ArtifactError, TopicsError
from topics._version import __version__
from topics.labeller import Labeller
from topics.models.topic_model import TopicModel
from topics.persistence.atomic import atomic_folder, open_folder, output_exists, recover_folder
from topics.persistence.model_state import KINDS
from topics.persistence.signature import sign, verify
from topics.text.vectorizer import TermVectorizer
from topics.themes.classifier import ThemeClassifier

FORMAT = 3
"""Version of the folder's layout; a newer one is refused."""

MANIFEST, WEIGHTS, SIGNATURE = "manifest.json", "model.safetensors", "manifest.sig"
_FACTS = {
    "format", "kind", "topics_toolkit", "created_from", "libraries", "python", "checksums", "model",
}  # fmt: skip
_WIDTH = 60
_ATTEMPTS = 5
"""Times that an artifact is read anew which is being replaced."""
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "gensim", "numba", "pyarrow")

Model = TermVectorizer | TopicModel | ThemeClassifier | Labeller


def save(
    model: Model,
    folder: str | Path,
    *,
    created_from: str = "",
    examples: bool = True,
    overwrite: bool = False,
    sign_key: str | Path | None = None,
) -> Path:
    """Save a fitted model to a folder.

    The folder holds ``manifest.json`` (kind, parameters, classes, versions, checksums) and
    ``model.safetensors`` (arrays), as ``docs/artifact-format.md`` describes. It is written beside
    its place, flushed, and given its name in one step, so that a reader sees the old one or the
    new one; the same model gives the same bytes.

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
    sign_key : str, Path or None, default=None
        PEM file of an Ed25519 private key, to sign the artifact with.

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
    if kind not in KINDS:
        raise TopicsError(f"a {kind} cannot be saved", f"save one of {', '.join(KINDS)}")
    model._check_fitted()
    facts, arrays = KINDS[kind][0](model)
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
        "created_from": created_from.encode("utf-8", "replace").decode(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "python": platform.python_version(),
        "checksums": {WEIGHTS: hashlib.sha256(weights).hexdigest()},
        # As JSON has it, where a tuple is a list.
        "model": json.loads(_canonical(facts)),
    }
    manifest["checksums"][MANIFEST] = _checksum_of_manifest(manifest)
    # Letters that have no UTF-8, such as halves of pairs, are escaped.
    text = (json.dumps(manifest, indent=1, allow_nan=False) + "\n").encode()
    files = {WEIGHTS: weights, MANIFEST: text}
    if sign_key is not None:
        files[SIGNATURE] = sign(text, sign_key)
    atomic_folder(folder, files, overwrite=overwrite)
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

    Examples
    --------
    >>> check_folder("artifacts/does-not-exist", overwrite=False).name
    'does-not-exist'
    """
    folder = Path(folder).resolve()
    if folder.exists() and not folder.is_dir():
        raise TopicsError("it is a file", "give the name of a folder", path=folder)
    if folder.exists() and not overwrite:
        raise output_exists(folder)
    # Without weights it may be anybody's: others call files manifest.json, too.
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if names and (WEIGHTS not in names or names - {MANIFEST, WEIGHTS, SIGNATURE}):
        raise TopicsError("it is a folder of something else", "take another name", path=folder)
    return folder


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def load(folder: str | Path, *, verify_key: str | Path | None = None) -> Any:
    """Load what :func:`save` wrote.

    Nothing in the folder is run: it holds numbers and text, whose checksums, names, types and
    shapes are checked, and which must be what a model would save. While another process replaces
    the artifact, it is the old one or the new one.

    Parameters
    ----------
    folder : str or Path
        An artifact.
    verify_key : str, Path or None, default=None
        PEM file of an Ed25519 public key, by whose private key the artifact must be signed. Asks
        for the package ``cryptography`` (``pip install topics-toolkit[sign]``).

    Returns
    -------
    TermVectorizer, TopicModel, ThemeClassifier or Labeller
        It predicts what the saved model predicted, to the bit.

    Raises
    ------
    ArtifactError
        If the folder is missing, is no artifact, is cut short or changed, was written by a newer
        version, or is not signed by the key.

    Examples
    --------
    >>> import tempfile
    >>> from topics import ThemeClassifier
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(model, f"{folder}/model")
    ...     load(path).predict(["tents for a camp"])[0]
    ('aid',)
    """
    return load_with_checksum(folder, verify_key)[0]


def load_with_checksum(folder: str | Path, verify_key: str | Path | None = None) -> tuple[Any, str]:
    """Load a model, and know which it is.

    Parameters
    ----------
    folder, verify_key
        As for :func:`load`.

    Returns
    -------
    model : TermVectorizer, TopicModel, ThemeClassifier or Labeller
        As of :func:`load`.
    checksum : str
        Of the artifact that it came from, as :func:`describe` has it.

    Raises
    ------
    ArtifactError
        As :func:`load`.

    Examples
    --------
    >>> import tempfile
    >>> folder = save(TermVectorizer().fit(["aid arrives"]), tempfile.mkdtemp() + "/words")
    >>> load_with_checksum(folder)[1] == describe(folder)["checksum"]
    True
    """
    folder = Path(folder)
    manifest, content = _read_artifact(folder, verify_key)
    arrays = _arrays(content, folder)
    write, read = KINDS[manifest["kind"]]
    try:
        for name, values in arrays.items():
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ValueError(f"the array {name} is not finite")
        model = read(manifest["model"], arrays)
        # Whatever would be written otherwise, nothing of ours has written.
        facts, again = write(model)
        kinds = ({name: (a.shape, a.dtype) for name, a in part.items()} for part in (again, arrays))
        if _canonical(facts) != _canonical(manifest["model"]) or next(kinds) != next(kinds):
            raise ValueError("it says more, or other things, than a model of this version would")
    except Exception as error:
        raise ArtifactError(
            f"the artifact is not whole ({type(error).__name__}: {error})",
            "copy it again",
            path=folder,
        ) from None
    return model, manifest["checksums"][MANIFEST]


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
    ArtifactError
        As :func:`load`.

    Examples
    --------
    >>> import tempfile
    >>> from topics import ThemeClassifier
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_manifest(save(model, f"{folder}/model", created_from="ten texts"))["created_from"]
    'ten texts'
    """
    return _read_artifact(Path(folder))[0]


def describe(folder: str | Path) -> dict[str, Any]:
    """What an artifact says of itself, in short.

    Parameters
    ----------
    folder : str or Path
        An artifact.

    Returns
    -------
    dict
        ``kind``, ``created_from``, ``topics_toolkit`` (its version), ``python``, ``libraries``,
        ``terms`` (how many), ``themes`` and ``topics`` (their names), ``bytes``, ``signed``, and
        ``checksum``, which is the same for the same model only.

    Raises
    ------
    ArtifactError
        As :func:`load`.

    Examples
    --------
    >>> import tempfile
    >>> folder = save(TermVectorizer().fit(["aid arrives"]), tempfile.mkdtemp() + "/words")
    >>> about = describe(folder)
    >>> about["kind"], about["terms"], about["signed"]
    ('TermVectorizer', 2, False)
    """
    files = _read_files(Path(folder))
    manifest, content = _check(files, Path(folder))
    arrays, facts = _arrays(content, Path(folder)), manifest["model"]
    parts = [facts, *(facts[name] for name in ("topic_model", "classifier") if name in facts)]
    terms = [a.size - 1 for name, a in arrays.items() if name.endswith("terms_offsets")]
    return {
        "kind": manifest["kind"],
        "created_from": manifest["created_from"],
        "topics_toolkit": manifest["topics_toolkit"],
        "python": manifest["python"],
        "libraries": [f"{name} {version}" for name, version in manifest["libraries"].items()],
        "terms": max(terms, default=0),
        "themes": [str(name) for part in parts for name in part.get("classes", ())],
        "topics": [str(name) for part in parts for name in part.get("names", ())],
        "bytes": sum(map(len, files.values())),
        "signed": SIGNATURE in files,
        "checksum": manifest["checksums"][MANIFEST],
    }


def differences(first: str | Path, second: str | Path) -> list[dict[str, str]]:
    """How two artifacts differ.

    Parameters
    ----------
    first, second : str or Path
        Artifacts.

    Returns
    -------
    list of dict
        For each fact or array that is not the same in both ``what`` (its name, dots between the
        levels), ``first`` and ``second``; none where they are the same.

    Raises
    ------
    ArtifactError
        As :func:`load`.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> one = save(TermVectorizer().fit(["aid arrives"]), f"{folder}/one")
    >>> other = save(TermVectorizer(min_df=1).fit(["aid arrives"] * 2), f"{folder}/other")
    >>> [row["what"] for row in differences(one, other)]
    ['model.n_documents', 'document_frequency']
    """
    sides = []
    for folder in (Path(first), Path(second)):
        manifest, content = _read_artifact(folder)
        said = {key: value for key, value in manifest.items() if key != "checksums"}
        facts = dict(_leaves(said))
        sides.append((facts, _arrays(content, folder)))
    (facts, arrays), (other_facts, other_arrays) = sides
    found = [
        (name, _shown(facts.get(name, _ABSENT)), _shown(other_facts.get(name, _ABSENT)))
        for name in dict.fromkeys([*facts, *other_facts])
        if facts.get(name, _ABSENT) != other_facts.get(name, _ABSENT)
    ]
    for name in sorted({*arrays, *other_arrays}):
        here, there = arrays.get(name), other_arrays.get(name)
        if (
            here is None
            or there is None
            or here.dtype != there.dtype
            or (here.tobytes() != there.tobytes())
        ):
            found.append((name, _summary(here), _summary(there)))
    return [{"what": name, "first": a, "second": b} for name, a, b in found]


_ABSENT = object()


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Facts by their place: mappings are gone into, lists are one fact."""
    if not isinstance(value, dict) or not value:
        yield place, value
        return
    for key, inner in value.items():
        yield from _leaves(inner, f"{place}.{key}" if place else str(key))


def _shown(value: Any) -> str:
    text = "-" if value is _ABSENT else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


def _summary(values: NDArray[Any] | None) -> str:
    if values is None:
        return "-"
    shape = " x ".join(map(str, values.shape))
    return f"{values.dtype} of {shape}, sha256 {hashlib.sha256(values.tobytes()).hexdigest()[:8]}"


def _canonical(value: Any) -> bytes:
    """JSON of one form only; the order of themes counts."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _checksum_of_manifest(manifest: Mapping[str, Any]) -> str:
    """Checksum of all that a manifest says but for that checksum itself."""
    others = {k: v for k, v in manifest["checksums"].items() if k != MANIFEST}
    return hashlib.sha256(_canonical({**manifest, "checksums": others})).hexdigest()


def _read_artifact(
    folder: Path, verify_key: str | Path | None = None
) -> tuple[dict[str, Any], bytes]:
    """Manifest and weights of one state of a folder, their checksums compared."""
    return _check(_read_files(folder), folder, verify_key)


def _check(
    files: Mapping[str, bytes], folder: Path, verify_key: str | Path | None = None
) -> tuple[dict[str, Any], bytes]:
    manifest = _parse_manifest(files[MANIFEST], folder)
    if verify_key is not None:
        if SIGNATURE not in files:
            raise ArtifactError("it is not signed", "ask whoever made it", path=folder)
        verify(files[MANIFEST], files[SIGNATURE], verify_key, folder)
    for name, found in (
        (WEIGHTS, hashlib.sha256(files[WEIGHTS]).hexdigest()),
        (MANIFEST, _checksum_of_manifest(manifest)),
    ):
        if found != manifest["checksums"][name]:
            raise ArtifactError(
                f"{name} is cut short or changed: its checksum differs", "copy it again",
                path=folder,
            )  # fmt: skip
    return manifest, files[WEIGHTS]


def _read_files(folder: Path) -> dict[str, bytes]:
    """The files of an artifact, all of one state of it."""
    for attempt in range(_ATTEMPTS):
        recover_folder(folder)
        if not folder.is_dir():
            break
        try:
            with open_folder(folder) as read:
                files = {MANIFEST: read(MANIFEST), WEIGHTS: read(WEIGHTS)}
                with suppress(FileNotFoundError):
                    files[SIGNATURE] = read(SIGNATURE)
                return files
        except FileNotFoundError as error:
            missing = Path(str(error.filename)).name
            if attempt + 1 < _ATTEMPTS:
                # Replaced meanwhile, perhaps.
                time.sleep(0.01)
                continue
            hint = "copy it again" if missing == WEIGHTS else "check the path"
            problem = "it is missing" if missing == WEIGHTS else "it is no artifact"
            raise ArtifactError(f"{problem}: there is no {missing}", hint, path=folder) from None
        except OSError as error:
            raise ArtifactError(
                f"it cannot be read ({error.strerror or error})",
                "an artifact holds plain files, and no links",
                path=folder,
            ) from None
    if folder.exists():
        raise ArtifactError("it is no artifact: it is a file", "check the path", path=folder)
    raise ArtifactError(
        "no such artifact",
        "check the path, or save a model there",
        shell_hint="check the path, or make one: topics fit",
        path=folder,
    )


def _parse_manifest(content: bytes, folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(content.decode("utf-8"))
        form, kind, made_by = manifest["format"], manifest["kind"], manifest["topics_toolkit"]
        if type(form) is not int or not isinstance(kind, str):
            raise ValueError
        if form == FORMAT:
            checksums = manifest["checksums"]
            if set(checksums) != {WEIGHTS, MANIFEST} or set(manifest) != _FACTS:
                raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ArtifactError(
            "the manifest is cut short or changed", "copy it again", path=folder
        ) from None
    if form > FORMAT:
        raise ArtifactError(
            f"it was written by topics-toolkit {made_by}, which is newer than {__version__}",
            "upgrade: pip install -U topics-toolkit", path=folder,
        )  # fmt: skip
    if form < FORMAT:
        raise ArtifactError(
            f"it has format {form}, of a version before the first release",
            "fit and save the model again", path=folder,
        )  # fmt: skip
    if kind not in KINDS:
        raise ArtifactError(f"it holds a {kind!r}, which is unknown", "copy it again", path=folder)
    return dict(manifest)


def _arrays(content: bytes, folder: Path) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        return dict(from_bytes(content))
    except (SafetensorError, ValueError, TypeError, KeyError):
        raise ArtifactError("model.safetensors is broken", "copy it again", path=folder) from None
