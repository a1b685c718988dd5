"""What the toolkit finds on this machine: versions, cores, caches, optional parts."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import NamedTuple

from topics import _kernels
from topics._version import __version__

_ALWAYS = ("numpy", "scipy", "scikit-learn", "pyarrow", "numba", "pandas", "matplotlib")
_OPTIONAL = {
    "files": ("docx", "striprtf", "pypdfium2", "oxmsg", "python_calamine", "warcio"),
    "languages": ("rjieba", "sudachipy", "pythainlp"),
    "sign": ("cryptography",),
    "dask": ("distributed",),
    "polars": ("polars",),
}
"""Extras of the package, and what they bring."""


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes
    ----------
    what : str
        Its name.
    found : str
        How it is.
    ok : bool
        False where something will not work, or slowly.
    """

    what: str
    found: str
    ok: bool = True


def examine() -> list[Finding]:
    """Look at all that the toolkit depends on.

    Returns
    -------
    list of Finding
        Versions first, then caches, then optional parts.

    Examples
    --------
    >>> examine()[0].what
    'topics-toolkit'
    """
    found = [
        Finding("topics-toolkit", __version__),
        Finding("Python", f"{platform.python_version()} on {platform.platform(terse=True)}"),
        Finding("cores", str(os.cpu_count() or "not known")),
    ]
    for name in _ALWAYS:
        try:
            found.append(Finding(name, version(name)))
        except PackageNotFoundError:
            found.append(Finding(name, "missing: install topics-toolkit again", ok=False))
    folder = _kernels.cache_folder()
    if folder is None:
        problem = "no folder can be written; set NUMBA_CACHE_DIR to one that can"
        found.append(Finding("compiled code", problem, ok=False))
    else:
        state = "ready" if _kernels.is_compiled() else "not there yet: the next fit takes longer"
        found.append(Finding("compiled code", f"{state}, in {folder}"))
    gensim = find_spec("gensim") is not None
    found.append(Finding("gensim", "installed" if gensim else "not installed; little needs it"))
    vectors = find_spec("wordllama") is not None
    missing = "missing: with few releases, labels are poorer (pip install wordllama)"
    found.append(Finding("word vectors", "installed" if vectors else missing, ok=vectors))
    for extra, modules in _OPTIONAL.items():
        absent = [module for module in modules if find_spec(module) is None]
        how = f'pip install "topics-toolkit[{extra}]"'
        said = "installed" if not absent else f"without {', '.join(absent)} ({how})"
        found.append(Finding(f"optional: {extra}", said))
    return found
