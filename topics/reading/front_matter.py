"""Front matter: the YAML that stands above a page of Markdown."""

from __future__ import annotations

import datetime
import re
from typing import Any

_FENCED = re.compile(r"\A\s*---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n(.*?\n)\+\+\+[ \t]*(?:\n|\Z)", re.S)
_LONGEST = 20_000


def take_front_matter(text: str) -> tuple[dict[str, Any], str, int]:
    r"""Fields above a text, the text, and how many lines stand above it.

    Parameters
    ----------
    text : str
        A page.

    Returns
    -------
    fields : dict of str to object
        Names in lower case; empty where there is no front matter. Lists are joined by semicolons,
        a date is in ISO form.
    text : str
        What stands below.
    skipped : int
        Lines above it.

    Examples
    --------
    >>> take_front_matter("---\ntitle: Aid\ntags:\n  - a\n  - b\nsubtitle:\n---\nIt came.\n")
    ({'title': 'Aid', 'tags': 'a; b', 'subtitle': None}, 'It came.\n', 7)
    """
    match = _FENCED.match(text) or _TOML.match(text)
    if match is None or len(match[1]) > _LONGEST:
        return {}, text, 0
    fields = _read_toml(match[1]) if match.re is _TOML else _read_yaml(match[1])
    if not isinstance(fields, dict) or not fields:
        return {}, text, 0
    try:
        found = {str(name).strip().lower(): _plain(value) for name, value in fields.items()}
    except (RecursionError, ValueError):
        return {}, text, 0
    return found, text[match.end() :], match[0].count("\n")


def _read_yaml(text: str) -> Any:
    import yaml

    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            return None  # what is named once and meant many times can grow beyond all bounds
        # As text: yes, no and 012 are what they look like, and a date stays as it was written.
        fields = yaml.load(text, yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        fields = None
    if isinstance(fields, dict):
        return fields
    # A colon or a quote in a title that is not quoted is no YAML, and yet clear.
    lines = re.findall(r"^([A-Za-z][\w -]*):[ \t]*(.*)$", text, re.M)
    filled = [line for line in text.split("\n") if line.strip()]
    if lines and len(lines) * 2 >= len(filled):
        return {name: value.strip(" '\"") for name, value in lines}
    return None


def _read_toml(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return "; ".join(str(_plain(part)) for part in value if part is not None) or None
    if isinstance(value, dict):
        named = value.get("name") or value.get("title")
        return (
            str(named)
            if named
            else "; ".join(f"{key}: {_plain(part)}" for key, part in value.items())
        )
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if value is None or value == "":
        return None
    return str(value).strip()
