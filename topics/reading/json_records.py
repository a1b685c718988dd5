"""JSON of all shapes: lists, lines, pandas' orients, envelopes of APIs, nested fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from topics._errors import TopicsError
from topics.reading.columns import GUESSES, is_known_name, is_text_name, normal_name
from topics.reading.rows import Rows, string_table

_DEPTH = 6
"""Levels that lists of releases and nested fields are looked for in."""


def read_json(text: str, path: Path | str, named: Sequence[str] = ()) -> Rows:
    """Rows of a JSON file, whatever its shape.

    Parameters
    ----------
    text : str
        One value, or several, one after the other.
    path : Path or str
        For messages.
    named : sequence of str, default=()
        Columns that the user asks for by name.

    Returns
    -------
    Rows
        Nested fields are columns with dotted names.

    Raises
    ------
    TopicsError
        If it is broken, or no list of releases is found in it.

    Examples
    --------
    >>> envelope = '{"status": "ok", "articles": [{"title": "Aid", "content": "It came."}]}'
    >>> rows = read_json(envelope, "news.json")
    >>> rows.table.to_pylist(), rows.notes
    ([{'title': 'Aid', 'content': 'It came.'}], ["the releases are the list 'articles'"])
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise TopicsError("JSON nested too deeply", "give a list of releases", path=path) from None
    except ValueError as error:
        if "Extra data" in str(error):
            return _read_several(text, path)
        raise TopicsError(
            f"broken JSON ({getattr(error, 'msg', error)})", "correct that line", path=path,
            row=getattr(error, "lineno", None),
        ) from None  # fmt: skip
    notes: list[str] = []
    try:
        records = _records(value, frozenset(map(normal_name, named)), notes)
    except RecursionError:
        raise TopicsError("JSON nested too deeply", "give a list of releases", path=path) from None
    if records is None:
        raise TopicsError(
            "JSON without a list of releases", "give a list of objects, each with a text", path=path
        )
    rows = rows_from_values(list(enumerate(records, 1)))
    rows.notes = notes
    return rows


def read_json_lines(text: str, path: Path | str) -> Rows:
    r"""Rows of JSON Lines; lines that are broken are rejects.

    Parameters
    ----------
    text : str
        A value a line.
    path : Path or str
        For messages.

    Returns
    -------
    Rows
        Numbered by lines.

    Examples
    --------
    >>> rows = read_json_lines('{"text": "Aid came."}\n{"text": ', "a.jsonl")
    >>> rows.numbers, rows.rejects[0][0]
    ([1], 2)
    """
    rows, n_broken = _read_lines(text)
    if n_broken > len(rows.numbers):
        # One object over many lines, or several.
        with suppress(TopicsError):
            return read_json(text, path)
    return rows


def _read_lines(text: str) -> tuple[Rows, int]:
    """Rows of the lines that are JSON, and how many are broken."""
    values: list[tuple[int, Any]] = []
    broken: list[tuple[int | None, str]] = []
    # Only \n ends a line: JSON strings may hold other separators as they are.
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values.append((number, json.loads(line)))
        except ValueError as error:
            broken.append(
                (number, f"broken JSON ({getattr(error, 'msg', error)}); correct that line")
            )
        except RecursionError:
            broken.append((number, "JSON nested too deeply"))
    rows = rows_from_values(values)
    rows.rejects = sorted([*rows.rejects, *broken], key=lambda reject: reject[0] or 0)
    return rows, len(broken)


def read_plain_json_lines(data: bytes) -> Rows | None:
    r"""Rows of JSON Lines of flat objects, by Arrow's reader; None where there is more to say.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    Rows or None
        What :func:`read_json_lines` gives. None for nested fields, lines that are blank, broken or
        no object, and bytes that are no UTF-8.

    Examples
    --------
    >>> read_plain_json_lines(b'{"text": "Aid came.", "n": 3}\n').table.to_pylist()
    [{'text': 'Aid came.', 'n': '3'}]
    """
    from pyarrow import json as arrow_json

    try:
        first = [json.loads(line) for line in data[:_SAMPLE].split(b"\n")[:50][:-1] or [data]]
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(row, dict) for row in first):
        return None
    if len({key for row in first for key in row}) > _MOST_KEYS:
        return None  # keys that are ids
    # Else what looks like a time would be read as one.
    texts = {key for row in first for key, value in row.items() if isinstance(value, str)}
    schema = pa.schema([(key, pa.string()) for key in sorted(texts)])
    parse = arrow_json.ParseOptions(explicit_schema=schema)
    read = arrow_json.ReadOptions(block_size=max(1 << 20, min(len(data) + 1, 1 << 26)))
    try:
        table = arrow_json.read_json(pa.BufferReader(data), read, parse)
        table.validate(full=True)
    except (pa.ArrowException, OSError):
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    plain = all(
        pa.types.is_string(kind) or pa.types.is_int64(kind) or pa.types.is_null(kind)
        for kind in table.schema.types
    )
    if table.num_rows != lines or not plain:
        return None
    names = list(dict.fromkeys([key for row in first for key in row] + table.column_names))
    table = table.select(names).cast(pa.schema([(name, pa.large_string()) for name in names]))
    return Rows(table, list(range(1, lines + 1)))


_SAMPLE = 1 << 20
_MOST_KEYS = 40


def _read_several(text: str, path: Path | str) -> Rows:
    """Values one after the other: a line each, or over several lines."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[:1] in '{["' for line in lines[:20]):
        rows, n_broken = _read_lines(text)
        if len(rows.numbers) >= n_broken:
            return rows
    decoder = json.JSONDecoder()
    values: list[tuple[int, Any]] = []
    at, line, counted = 0, 1, 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,\x1e":
            at += 1
        if at >= len(text):
            break
        line += text.count("\n", counted, at)
        counted = at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            where = line + text.count("\n", counted, getattr(error, "pos", at))
            raise TopicsError(
                f"broken JSON ({getattr(error, 'msg', 'nested too deeply')})", "correct that line",
                path=path, row=where,
            ) from None  # fmt: skip
        values += [(line, v) for v in (value if isinstance(value, list) else [value])]
    return rows_from_values(values)


def rows_from_values(values: list[tuple[int, Any]]) -> Rows:
    """Rows of numbered dicts and texts; anything else is rejected.

    Parameters
    ----------
    values : list of (int, object)
        Row and release; nested fields of a dict become columns with dotted names.

    Returns
    -------
    Rows
        The rows.

    Examples
    --------
    >>> rows_from_values([(1, {"text": "Aid came."}), (2, None)]).rejects
    [(2, 'neither an object nor a text')]
    >>> rows_from_values([(1, {"title": {"rendered": "Aid"}})]).table.column_names
    ['title']
    """
    rows, numbers = [], []
    rejects: list[tuple[int | None, str]] = []
    for number, value in values:
        if isinstance(value, str):
            value = {"text": value}
        if isinstance(value, dict):
            rows.append(_flat(value) if any(map(_nests, value.values())) else value)
            numbers.append(number)
        else:
            rejects.append((number, "neither an object nor a text"))
    return Rows(string_table(rows), numbers, rejects)


def _nests(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _flat(record: dict[Any, Any]) -> dict[str, Any]:
    """Fields of objects within the record as fields of it, ``outer.inner``."""
    flat: dict[str, Any] = {}
    stack: list[tuple[str, Any, int]] = [("", record, 0)]
    while stack:
        prefix, value, depth = stack.pop()
        if _is_rich(value):
            value = "\n\n".join(_paragraphs(value))
        if isinstance(value, dict) and depth < _DEPTH and (value or not prefix):
            inner = [(f"{prefix}.{key}" if prefix else str(key), v) for key, v in value.items()]
            if prefix and len(inner) == 1 and normal_name(inner[0][0]) == normal_name(prefix):
                inner = [(prefix, inner[0][1])]  # as {"rendered": ...} of WordPress
            stack += [(name, v, depth + 1) for name, v in reversed(inner)]
            continue
        if isinstance(value, list):
            value = _plain_list(value)
        if prefix in flat:
            prefix += "_2"
        flat[prefix] = value
    return flat


_KINDS = ("type", "_type", "nodeType", "blockType")
_HEADS = frozenset(
    ("attributes", "fields", *GUESSES["title"], *GUESSES["date"])
) - {"data", "name", "day", "time", "created", "updated", "modified", "timestamp"}  # fmt: skip
_INLINE = frozenset(("text", "span", "hyperlink", "link", "mark", "strong", "em", "code_inline"))


def _is_rich(value: Any) -> bool:
    """Whether a value is a text as editors keep it: a tree, or a list, of blocks with a type."""
    if isinstance(value, dict):
        blocks = value.get("blocks") or value.get("content") or value.get("children")
        typed = value.get("type") in ("doc", "root") or value.get("nodeType") == "document"
        return isinstance(blocks, list) and (typed or ("blocks" in value and _is_rich(blocks)))
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
        return False
    if 2 * sum(map(_is_headed, value)) > len(value):
        return False  # a list of releases that name their type
    return all(any(isinstance(v.get(kind), str) for kind in _KINDS) for v in value)


def _is_headed(record: dict[Any, Any]) -> bool:
    """Whether a record has a title or a date, or fields of its own, as no block of a text has."""
    return not _HEADS.isdisjoint(map(normal_name, record))


def _paragraphs(value: Any, depth: int = 0) -> list[str]:
    """Texts of the blocks of a tree, those of one line joined."""
    if depth > 3 * _DEPTH:
        return []
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        inline = all(isinstance(v, str) or _kind(v) in _INLINE for v in value)
        parts = [part for v in value for part in _paragraphs(v, depth + 1)]
        return ["".join(parts)] if inline and parts else parts
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("data"), dict) and value["data"]:
        return _paragraphs(value["data"], depth + 1)
    for name in ("text", "value", "content", "children", "blocks", "items", "body", "html"):
        if isinstance(value.get(name), (str, list, dict)) and value[name]:
            return _paragraphs(value[name], depth + 1)
    return []


def _kind(value: Any) -> Any:
    return (
        next((value.get(kind) for kind in _KINDS if kind in value), None)
        if isinstance(value, dict)
        else None
    )


def _plain_list(values: list[Any]) -> Any:
    """Names of a list of named things, as ``[{"name": "OCHA"}]``; else the list."""
    if values and all(isinstance(value, dict) for value in values):
        for key in ("name", "shortname", "title", "label", "text", "value"):
            if all(isinstance(value.get(key), str) for value in values):
                divider = "\n\n" if key in ("text", "value") else "; "
                return divider.join(value[key] for value in values)
    return values


# Where the releases are.


def _records(value: Any, named: frozenset[str], notes: list[str]) -> list[Any] | None:
    if isinstance(value, list):
        return _of_list(value, notes)
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return None
    return _of_orient(value, named, notes) or _of_object(value, named, notes)


def _of_list(values: list[Any], notes: list[str]) -> list[Any]:
    """A list of releases; of lists of cells, the first of which names the columns."""
    lists = [row for row in values if isinstance(row, list)]
    if len(lists) == len(values) > 0:
        first = values[0]
        if all(isinstance(cell, str) for cell in first) and any(map(is_text_name, first)):
            notes.append("the columns are named by the first list")
            return [_named_cells(first, row) for row in values[1:]]
        return [{f"column_{i}": cell for i, cell in enumerate(row, 1)} for row in values]
    pages = [page for page in values if isinstance(page, dict)]
    own = any(
        _has_text(page, frozenset()) or {"title", "headline"} & set(map(normal_name, page))
        for page in pages
    )
    if pages and len(pages) == len(values) and not own:
        # Pages of an API, each with a list of its own.
        found = list(_lists_within({"": values}))[1:]
        with_text = [(n, f) for n, f in found if any(_has_text(r, frozenset()) for r in f[:20])]
        if with_text:
            named = [(name.strip("."), records) for name, records in with_text]
            return _chosen(named, frozenset(), notes)
    return values


def _named_cells(names: Sequence[Any], row: Any) -> Any:
    """Cells under their names, those beyond them under numbers; what is no list as it is."""
    if not isinstance(row, list):
        return row
    more = [f"column_{i}" for i in range(len(names) + 1, len(row) + 1)]
    return dict(zip([*map(str, names), *more], row, strict=False))


def _of_orient(value: dict[str, Any], named: frozenset[str], notes: list[str]) -> list[Any] | None:
    """Releases of what ``DataFrame.to_json`` and ``to_dict`` write."""
    data, columns = value.get("data"), value.get("columns")
    if isinstance(data, list) and isinstance(columns, list) and data:
        notes.append("the releases are a table of pandas (split)")
        return [_named_cells(columns, row) for row in data]
    if isinstance(data, list) and isinstance(value.get("schema"), dict):
        notes.append("the releases are a table of pandas (table)")
        return data
    parts = list(value.values())
    known = any(_asked(key, named) for key in value)
    if parts and all(isinstance(part, dict) and part for part in parts):
        inner = [_asked(key, named) for part in parts[:50] for key in part]
        same = all(part.keys() == parts[0].keys() for part in parts)
        flat = all(not _nests(cell) for part in parts[:50] for cell in part.values())
        if known and same and flat and not any(_asked(key, named) for key in parts[0]):
            notes.append("the releases are a table of pandas (columns)")
            return [{name: part[row] for name, part in value.items()} for row in parts[0]]
        if any(inner) and not known and (len(parts) > 1 or str(next(iter(value))).isdigit()):
            every = all(any(_asked(key, named) for key in part) for part in parts)
            if every:
                notes.append("the releases are named one by one")
                return parts
    lists = all(isinstance(part, list) and part for part in parts)
    if parts and lists and known and len({len(part) for part in parts}) == 1:
        cells = [cell for part in parts for cell in part]
        if len(parts) > 1 and not any(map(_nests, cells)):
            notes.append("the releases are lists of columns")
            return [dict(zip(value, row, strict=True)) for row in zip(*parts, strict=True)]
    return None


_PREFERRED = (
    "articles", "releases", "press_releases", "news", "results", "items", "data", "docs",
    "documents", "entries", "posts", "hits", "stories", "records", "rows", "value", "edges",
    "nodes",
)  # fmt: skip
_BESIDE = frozenset(
    ("related", "comments", "suggestions", "links", "tags", "authors", "categories", "includes",
     "users", "recommended", "similar", "see_also", "media", "images", "attachments", "errors")
)  # fmt: skip


def _of_object(value: dict[str, Any], named: frozenset[str], notes: list[str]) -> list[Any] | None:
    """One release, or the list of them somewhere within."""
    own_text = any(
        _asked(key, named) and (_is_words(part) or _is_rich(part)) for key, part in value.items()
    )
    lists = [(name, found) for name, found in _lists_within(value)
             if not _BESIDE & set(map(normal_name, name.split(".")))]  # fmt: skip
    with_text = [
        (name, found) for name, found in lists
        if any(_has_text(record, named) for record in found[:20])
    ]  # fmt: skip
    if own_text and (not with_text or not _looks_like_envelope(value)):
        return [value]
    titled = any(normal_name(key) in ("title", "headline") for key in value)
    if titled and any(
        isinstance(part, dict) and _has_text(part, named, 1) for part in value.values()
    ):
        return [value]
    sections = [record for _, found in with_text for record in found if isinstance(record, dict)]
    names = {normal_name(key) for record in sections for key in record}
    if titled and sections and not names & {"title", "headline", "date", "id"}:
        return [value]  # parts of one release
    best = with_text or [(name, found) for name, found in lists if isinstance(found[0], dict)]
    if best:
        return _chosen(best, named, notes)
    texts = [(n, f) for n, f in lists if all(isinstance(text, str) for text in f)]
    if len(texts) == 1 and not own_text:
        notes.append(f"the releases are the list {texts[0][0]!r}")
        return texts[0][1]
    bodies = [part for part in value.values() if isinstance(part, str) and len(part.split()) > 8]
    if len(value) > 1 and len(bodies) == len(value) and not any(map(is_known_name, value)):
        notes.append("the releases are named by their titles")
        return [{"title": key, "text": part} for key, part in value.items()]
    return [value]


def _chosen(
    lists: list[tuple[str, list[Any]]], named: frozenset[str], notes: list[str]
) -> list[Any]:
    """The likeliest of several lists; lists side by side, as of years, together."""
    parents = {name.rpartition(".")[0] for name, _ in lists}
    ends = {normal_name(name.rpartition(".")[2]) for name, _ in lists}
    keys = [
        set(map(normal_name, record))
        for _, found in lists
        for record in found[:1]
        if isinstance(record, dict)
    ]
    alike = len(keys) == len(lists) and all(key == keys[0] for key in keys)
    if len(lists) > 1 and len(parents) == 1 and alike and not ends & set(_PREFERRED):
        notes.append(f"the releases are the lists {', '.join(repr(name) for name, _ in lists[:6])}")
        return [record for _, found in lists for record in found]

    def rank(item: tuple[str, list[Any]]) -> tuple[bool, int, int]:
        name, found = item
        strong = any(_has_strong_text(record) for record in found[:20])
        end = normal_name(name.rpartition(".")[2])
        return not strong, _PREFERRED.index(end) if end in _PREFERRED else 99, name.count(".")

    name, found = min(lists, key=rank)
    notes.append(f"the releases are the list {name!r}")
    left = [other for other, _ in lists if other != name]
    if left:
        notes.append(f"left out is {', '.join(map(repr, left[:5]))}")
    return found


def _has_strong_text(record: Any, depth: int = 0) -> bool:
    """Whether a record has a body, and no description alone."""
    return isinstance(record, dict) and any(
        (
            is_text_name(key)
            and normal_name(key) not in ("description", "summary", "abstract", "message")
            and _is_words(part)
        )
        or (depth < 3 and _has_strong_text(part, depth + 1))
        for key, part in record.items()
    )


def _looks_like_envelope(value: dict[str, Any]) -> bool:
    """Whether an object speaks of many: its own text is a message or a description of the list."""
    return not any(
        normal_name(key) in ("body", "text", "content", "full_text", "body_text") for key in value
    )


def _lists_within(value: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Lists by dotted names; those within the items of a list, as of pages, one after the other."""
    level: list[tuple[str, Any]] = [("", value)]
    for _ in range(_DEPTH):
        below: list[tuple[str, Any]] = []
        inside: dict[str, list[Any]] = {}
        for prefix, part in level:
            for key, inner in part.items():
                name = f"{prefix}.{key}" if prefix else str(key)
                if isinstance(inner, list) and inner and not _is_rich(inner):
                    inside.setdefault(name, []).extend(inner)
                elif isinstance(inner, dict):
                    below.append((name, inner))
        for name, found in inside.items():
            yield name, found
            if not any(
                is_text_name(key) for item in found[:20] if isinstance(item, dict) for key in item
            ):
                below += [(name, item) for item in found if isinstance(item, dict)]
        level = below


def _asked(key: object, named: frozenset[str]) -> bool:
    return is_text_name(key) or normal_name(key) in named


def _is_words(value: Any) -> bool:
    if isinstance(value, dict):
        inner = [value[name] for name in ("value", "rendered", "processed") if name in value]
        return _is_words(inner[0] if inner else next(iter(value.values()), None)) and (
            bool(inner) or len(value) == 1
        )
    if isinstance(value, list):
        return bool(value) and all(isinstance(part, str) for part in value)
    return isinstance(value, str) and bool(value.strip())


def _has_text(record: Any, named: frozenset[str], depth: int = 0) -> bool:
    if not isinstance(record, dict):
        return False
    return any(
        (_asked(key, named) and _is_words(part))
        or (depth < 2 and isinstance(part, dict) and _has_text(part, named, depth + 1))
        for key, part in record.items()
    ) or (depth == 0 and sum(map(is_known_name, record)) > 2)
