"""Themes and their seed words from a file."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from topics._errors import TopicsError
from topics.text.seed_words import Themes, check_themes


def read_themes(path: str | Path) -> Themes:
    r"""Themes of a TOML file: a line ``name = ["word", "two words"]`` for each.

    Parameters
    ----------
    path : str or Path
        The file. The lines may stand in a table ``[themes]``.

    Returns
    -------
    dict of str to list of str
        Theme name to seed words.

    Raises
    ------
    TopicsError
        If the file is not there, is no TOML, or a theme is not as it should be; the message names
        the file, the line where it is known, and what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "themes.toml")
    ...     _ = path.write_text('aid = ["camp", "tents"]\n')
    ...     read_themes(path)
    {'aid': ['camp', 'tents']}
    """
    import tomllib

    try:
        text = Path(path).read_text("utf-8-sig")
    except FileNotFoundError:
        raise TopicsError("no such themes file", "check the path", path=path) from None
    except OSError as error:
        raise TopicsError(
            f"the themes cannot be read ({error.strerror or error})", "give a TOML file", path=path
        ) from None
    except UnicodeDecodeError as error:
        raise TopicsError(f"it is no UTF-8 ({error})", "save it as UTF-8", path=path) from None
    try:
        content: dict[str, Any] = _loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise TopicsError(
            f"it is not valid TOML ({error})", 'each line is like name = ["word", "two words"]',
            path=path, row=int(line[1]) if line else None,
        ) from None  # fmt: skip
    if isinstance(content.get("themes"), dict):
        content = content["themes"]
    # A table of its own for a theme: [detainees], and below it a list by any name.
    for name, value in content.items():
        lists = list(value.values()) if isinstance(value, dict) else []
        if len(lists) == 1 and isinstance(lists[0], list):
            content = content | {name: lists[0]}
    return check_themes(content, path)


_ENDING = re.compile(r"\.[A-Za-z]{2,4}$")


def themes_as_given(text: str) -> Themes:
    """Themes as they are given on a command line: a TOML file, or names with commas between.

    Parameters
    ----------
    text : str
        Such as ``themes.toml``, or ``displacement,diplomacy,detainees``.

    Returns
    -------
    dict of str to list of str
        Theme name to seed words; the name itself where there is no more.

    Raises
    ------
    TopicsError
        As :func:`read_themes`, and for names as :func:`topics.text.seed_words.check_themes`.

    Examples
    --------
    >>> themes_as_given("displacement, diplomacy")
    {'displacement': ['displacement'], 'diplomacy': ['diplomacy']}
    """
    # A name that ends as files do is a file, also where none is there.
    is_file = bool(_ENDING.search(text)) or Path(text).exists() or "/" in text
    if is_file and "," not in text:
        return read_themes(text)
    return check_themes([name for name in map(str.strip, text.split(",")) if name])


_CURLY = re.compile("[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]")
_UNQUOTED = re.compile(r"""^([ \t]*)([^\s"'\[#=][^"'\[#=\n]*?)([ \t]*=[ \t]*\[)""", re.M)


def _loads(text: str) -> dict[str, Any]:
    """TOML; where it is none, read again with names of several words and curly quotes as meant."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        meant = _UNQUOTED.sub(r'\1"\2"\3', _CURLY.sub('"', text))
        with suppress(tomllib.TOMLDecodeError):
            return tomllib.loads(meant)
        raise
