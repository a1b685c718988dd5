"""numba functions over plain arrays: no classes, no I/O, no Python objects.

Compiled code is kept in the user's cache folder and not beside the package: files that pip did not
write would outlive an uninstall, and hide the package that is installed next.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from functools import cache
from importlib.metadata import version
from pathlib import Path

from topics._version import __version__

LANES = 8
"""Numbers that are added at once: vectors have a size that is a multiple of it."""
_warned = _plain = False


def work_plainly() -> None:
    """Let this process run its kernels in plain Python, without a compiler.

    To be called before any of them is loaded; for a process that labels a handful of texts.
    """
    global _plain  # noqa: PLW0603
    _plain = True


def works_plainly() -> bool:
    """Whether kernels run in plain Python, and those that cannot are not there."""
    return _plain


def is_compiled() -> bool:
    """Whether kernels of this version have been compiled on this machine before."""
    folder = cache_folder()
    return folder is not None and any(folder.glob("*.nbi"))


@cache
def _source_hash() -> str:
    """Hash of the source of all kernels: numba looks at the one file that a kernel stands in."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Folder of the compiled kernels, or None where none can be written.

    It is the user's cache folder, or the one that the environment variable ``NUMBA_CACHE_DIR``
    names, and in it one folder for each version of the toolkit, of its kernels and of numba.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        base = Path(named) / "topics-toolkit"
    else:
        from platformdirs import user_cache_path

        base = user_cache_path("topics-toolkit", appauthor=False)
    folder = base / f"kernels-{__version__}-{_source_hash()}-numba-{version('numba')}"
    try:
        # What is loaded from there is code: nobody else may write it.
        folder.mkdir(0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return None
    return folder


class _Locator:
    """Where numba keeps a kernel; see ``numba.core.caching``."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder

    @classmethod
    def from_function(cls, function, path):
        folder = cache_folder()
        return None if folder is None else cls(function.__name__, folder)

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(0o700, parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        # The folder's name holds it.
        return ""

    def get_disambiguator(self) -> str:
        return self._name


@cache
def _cache_class() -> type:
    from numba.core.caching import CompileResultCacheImpl, FunctionCache

    class KernelCacheImpl(CompileResultCacheImpl):
        _locator_classes = [_Locator]  # noqa: RUF012

    class KernelCache(FunctionCache):
        _impl_class = KernelCacheImpl

    return KernelCache


def kernel(function):
    """Compile without the GIL, and keep the code on disk where a folder for it can be written."""
    global _warned  # noqa: PLW0603
    if _plain:
        from topics._kernels import plain

        return getattr(plain, function.__name__, function)
    from numba import njit

    dispatcher = njit(nogil=True)(function)
    if cache_folder() is not None:
        dispatcher._cache = _cache_class()(function)
    elif not _warned:
        _warned = True
        warnings.warn(
            "no folder can be written for compiled code, so that every process starts slowly; set "
            "NUMBA_CACHE_DIR to one that can",
            stacklevel=2,
        )
    return dispatcher
