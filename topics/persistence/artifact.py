"""Artifacts: a folder that holds one saved model, as data and never as code."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._version import __version__
from topics.labeller import Labeller
from topics.models.topic_model import TopicModel
from topics.persistence.atomic import atomic_folder
from topics.persistence.model_state import KINDS
from topics.text.vectorizer import TermVectorizer
from topics.themes.classifier import ThemeClassifier

FORMAT = 3
"""Version of the folder's layout; a newer one is refused."""

MANIFEST, WEIGHTS = "manifest.json", "model.safetensors"
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "gensim", "numba", "pyarrow")

Model = TermVectorizer | TopicModel | ThemeClassifier | Labeller


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
        "model": facts,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    atomic_folder(folder, {WEIGHTS: weights, MANIFEST: text.encode()})
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
        raise TopicsError("the output exists", "take another name, or overwrite=True",
                          shell_hint="take another name, or --force", path=folder)  # fmt: skip
    # Without weights it may be anybody's: others call files manifest.json, too.
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if names and (WEIGHTS not in names or names - {MANIFEST, WEIGHTS}):
        raise TopicsError("it is a folder of something else", "take another name", path=folder)
    return folder


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


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
    folder = Path(folder)
    manifest = _read_manifest(folder)
    arrays = _read_weights(folder, manifest)
    for name, values in arrays.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise TopicsError(f"the array {name} is not finite", "copy it again", path=folder)
    try:
        return KINDS[manifest["kind"]][1](manifest["model"], arrays)
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

    Examples
    --------
    >>> import tempfile
    >>> from topics import ThemeClassifier
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_manifest(save(model, f"{folder}/model", created_from="ten texts"))["created_from"]
    'ten texts'
    """
    return _read_manifest(Path(folder))


def _read_manifest(folder: Path) -> dict[str, Any]:
    if not folder.exists():
        raise TopicsError(
            "no such artifact",
            "check the path, or save a model there",
            shell_hint="check the path, or make one: topics fit",
            path=folder,
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
    if not isinstance(kind, str) or kind not in KINDS:
        raise TopicsError(f"it holds a {kind!r}, which is unknown", "copy it again", path=folder)
    return dict(manifest)


def _read_weights(folder: Path, manifest: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        if not (folder / WEIGHTS).is_file():
            raise OSError
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
