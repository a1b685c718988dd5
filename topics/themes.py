"""Themes: names and the seed words that a user gives for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from topics._errors import TopicsError

Themes = dict[str, list[str]]


def check_themes(themes: Mapping[str, Iterable[str]] | None, path: object = None) -> Themes:
    """Themes as a dict of lists, or a clear error.

    Parameters
    ----------
    themes : mapping of str to iterable of str, or None
        Theme name to seed words and phrases.
    path : object, default=None
        Where they come from, for messages.

    Returns
    -------
    dict of str to list of str
        In the order given; seeds stripped of white space, each once.

    Raises
    ------
    TopicsError
        If a name is empty, a theme has no seeds, or a seed is no str.

    Examples
    --------
    >>> check_themes({"detainees": ["detained ", "prison"]})
    {'detainees': ['detained', 'prison']}
    """
    if themes is None:
        return {}
    if not isinstance(themes, Mapping):
        raise TopicsError(
            f"themes are a {type(themes).__name__}",
            'give a dict: {"theme": ["word", ...]}',
            path=path,
        )
    checked: Themes = {}
    for name, seeds in themes.items():
        if not isinstance(name, str) or not name.strip():
            raise TopicsError(f"the theme name {name!r} is not a word", "give it a name", path=path)
        if isinstance(seeds, str) or not isinstance(seeds, Iterable):
            raise TopicsError(
                f"the seeds of {name!r} are no list",
                f'write {name} = ["word", "two words"]',
                path=path,
            )
        words = []
        for seed in seeds:
            if not isinstance(seed, str):
                raise TopicsError(
                    f"the seed {seed!r} of {name!r} is no word", "quote it", path=path
                )
            if seed.strip():
                words.append(" ".join(seed.split()))
        if not words:
            raise TopicsError(
                f"the theme {name!r} has no seeds", f'write {name} = ["word", ...]', path=path
            )
        checked[name] = list(dict.fromkeys(words))
    if not checked:
        raise TopicsError("there are no themes", 'write lines such as name = ["word"]', path=path)
    return checked


def read_themes(path: str | Path) -> Themes:
    """Themes of a TOML file: a line ``name = ["word", "two words"]`` for each.

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
        the file, the line where it is known, and the mend.
    """
    import re
    import tomllib

    try:
        text = Path(path).read_text("utf-8-sig")
    except FileNotFoundError:
        raise TopicsError("no such themes file", "check the path", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TopicsError(
            f"the themes cannot be read ({error})", "save as UTF-8", path=path
        ) from None
    try:
        content: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise TopicsError(
            f"it is no valid TOML ({error})", 'each line is like name = ["word", "two words"]',
            path=path, row=int(line[1]) if line else None,
        ) from None  # fmt: skip
    if isinstance(content.get("themes"), dict):
        content = content["themes"]
    return check_themes(content, path)


def seed_terms(themes: Themes, tokenize: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """Seeds as the vectorizer would see them: ``"Human Rights"`` is the term ``human rights``.

    Parameters
    ----------
    themes : dict of str to list of str
        Theme name to seeds.
    tokenize : callable
        From a text to its tokens.

    Returns
    -------
    dict of str to list of str
        Theme name to terms; a seed that holds only stop words has none.
    """
    terms = {name: [" ".join(tokenize(seed)) for seed in seeds] for name, seeds in themes.items()}
    return {name: [term for term in dict.fromkeys(words) if term] for name, words in terms.items()}
