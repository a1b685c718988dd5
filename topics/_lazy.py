"""Public names of a package that load their modules when they are first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    Importing the toolkit must be quick, and a cold process that labels one release must load only
    what it needs; so a package lists its names and loads none of its modules itself.

    Parameters
    ----------
    package : str
        Name of the package, such as ``topics.text``.
    modules : mapping of str to str
        Public name to the module below ``topics`` that defines it.

    Returns
    -------
    tuple of (callable, callable, list of str)
        The three names, to be assigned in the package.

    Examples
    --------
    >>> getattribute, directory, names = lazy_names("topics", {"TopicsError": "_errors"})
    >>> getattribute("TopicsError").__name__, directory(), names
    ('TopicsError', ['TopicsError'], ['TopicsError'])
    """
    names = sorted(modules)

    def getattribute(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"topics.{modules[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return getattribute, lambda: names, names
