"""Which column of a table is which: by its name, and else by what it holds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from topics._errors import TopicsError
from topics.reading.rows import is_missing

GUESSES = {
    "text": (
        "text", "body", "content", "article", "full_text", "fulltext", "body_text", "bodytext",
        "article_text", "release_text", "article_body", "articlebody", "maintext", "main_text",
        "full_content", "story", "texte", "texto", "testo", "tekst", "metin", "текст", "النص",
        "contents", "contenu", "contenido", "cuerpo", "conteúdo", "conteudo", "inhalt", "meldung",
        "contenuto", "treść", "içerik", "содержание", "المحتوى", "متن", "正文", "内容", "本文",
        "내용", "본문", "plain_text", "content_text", "raw_text", "raw_content", "press_release",
        "body_html", "content_html", "content_encoded", "html", "message", "release", "description",
        "summary", "abstract",
    ),
    "title": (
        "title", "headline", "heading", "subject", "web_title", "post_title", "article_title",
        "news_title", "release_title", "titel", "titre", "título", "titulo", "titolo", "tytuł",
        "başlık", "заголовок", "العنوان", "عنوان", "标题", "標題", "タイトル", "제목",
        "überschrift", "betreff", "headlines", "titular", "kop", "見出し", "件名", "press_title",
        "शीर्षक", "name",
    ),
    "date": (
        "date", "published", "published_at", "publication_date", "pub_date", "pubdate",
        "publish_date", "published_date", "published_on", "date_published", "datepublished",
        "publishedat", "release_date", "released", "date_released", "date_of_release", "posted",
        "posted_on", "posted_at", "post_date", "date_posted", "web_publication_date",
        "first_publication_date", "issued", "issue_date", "load_date", "created", "created_at",
        "date_created", "datecreated", "datetime", "date_time", "timestamp", "date_str", "day",
        "updated", "updated_at", "modified", "last_modified", "time", "datum", "veröffentlicht",
        "fecha", "data", "date_de_publication", "tarih", "дата", "التاريخ", "تاريخ", "تاریخ",
        "日期", "发布日期", "日付", "날짜", "veröffentlicht_am", "erschienen", "press_date",
        "seendate", "दिनांक", "तारीख",
        "created_utc", "fecha_de_publicación", "data_pubblicazione", "datum_uitgave",
    ),
    "source": (
        "source", "source_name", "publisher", "organisation", "organization", "agency", "outlet",
        "newspaper", "publication", "publication_title", "site", "site_name", "sitename",
        "press_office", "quelle", "fuente", "fonte", "kaynak", "источник", "المصدر", "来源", "來源",
    ),
    "language": ("language", "lang", "languages", "locale", "sprache", "langue", "idioma", "язык"),
    "id": (
        "id", "guid", "uuid", "doc_id", "document_id", "article_id", "release_id", "news_id", "_id"
    ),
}  # fmt: skip
"""Names that a column is recognised by, the likeliest first, as :func:`normal_name` gives them."""

_WEAK = frozenset(("html", "message", "release", "description", "summary", "abstract"))
"""Names of text columns that yield to a column of far longer texts."""
_ANY_NAME = frozenset(name for names in GUESSES.values() for name in names)
_TEXT_NAME = frozenset(GUESSES["text"])
_DOUBTFUL = frozenset(("data", "day", "time", "issued", "released", "posted", "created", "updated"))
"""Names of columns of dates that other columns have, too."""
_PARTS_OF_DATES = (
    ("year", "jahr", "année", "año", "ano", "anno", "yıl", "год", "السنة", "年"),
    ("month", "monat", "mois", "mes", "mês", "mese", "ay", "месяц", "الشهر", "月"),
    ("day", "tag", "jour", "día", "dia", "giorno", "gün", "день", "اليوم", "日"),
)
"""Names of columns that hold the year, the month and the day of a date."""
_LONG = 40
"""Characters on average from which a column may be prose."""


def normal_name(name: object) -> str:
    """A column's name as names are compared: in lower case, its words divided by ``_``.

    Parameters
    ----------
    name : object
        As the table has it.

    Returns
    -------
    str
        Without what wraps a value in some APIs (``.rendered``).

    Examples
    --------
    >>> normal_name("publishedAt"), normal_name(" Body Text "), normal_name("content.rendered")
    ('published_at', 'body_text', 'content')
    """
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name).strip("\ufeff \t\r\n\"'"))
    text = re.sub(r"[\s_\-:]+", "_", text).lower()
    return re.sub(r"\.(?:rendered|#text|_text|value|raw|name)$", "", text).strip("_") or text


def distinct_names(names: Iterable[str]) -> list[str]:
    """Names of columns, each once: those that stand again end in ``_2``, ``_3`` ...

    Parameters
    ----------
    names : iterable of str
        As a table has them.

    Returns
    -------
    list of str
        As many.

    Examples
    --------
    >>> distinct_names(["text", "tag", "tag", "tag"])
    ['text', 'tag', 'tag_2', 'tag_3']
    """
    listed = list(names)
    taken, counts = set(listed), dict[str, int]()
    found = []
    for name in listed:
        counts[name] = counts.get(name, 0) + 1
        new = name
        while counts[name] > 1 and (new := f"{name}_{counts[name]}") in taken:
            counts[name] += 1
        taken.add(new)
        found.append(new)
    return found


def is_text_name(name: object) -> bool:
    """Whether a column of this name is one of texts.

    Examples
    --------
    >>> is_text_name("articleBody"), is_text_name("author")
    (True, False)
    """
    return normal_name(name).rpartition(".")[2] in _TEXT_NAME


def is_known_name(name: object) -> bool:
    """Whether a column of this name is one that the toolkit knows.

    Examples
    --------
    >>> is_known_name("Release Date"), is_known_name("photo")
    (True, False)
    """
    return normal_name(name).rpartition(".")[2] in _ANY_NAME


def find_columns(
    table: pa.Table, given: Mapping[str, str], path: str | None = None
) -> tuple[dict[str, str], list[str]]:
    """Which columns of a table are those of a corpus.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    given : mapping of str to str
        Standard names to the table's own, as far as the user says.
    path : str or None, default=None
        For messages.

    Returns
    -------
    found : dict of str to str
        Standard name to the table's own; there is always a ``text``.
    notes : list of str
        What was decided that names do not say.

    Raises
    ------
    TopicsError
        If a given column is not there, or none holds text.

    Examples
    --------
    >>> table = pa.table({"No.": ["1"], "Pressetext": ["Der Minister sagte am Freitag Hilfe zu."]})
    >>> find_columns(table, {})
    ({'text': 'Pressetext'}, ["the text is taken from the column 'Pressetext'"])
    """
    names = table.column_names
    found: dict[str, str] = {}
    notes: list[str] = []
    for standard, name in given.items():
        found[standard] = _given(name, names, standard, path)
    free = [name for name in names if name not in found.values()]
    if "text" not in found:
        text = _text_by_name(table, free)
        if text is None:
            text = _text_by_content(table, free)
            if text is None:
                raise TopicsError(
                    f"no column holds the text; the columns are {', '.join(names)}",
                    'name it: columns={"text": COLUMN}', path=path,
                    shell_hint="name it: --text COLUMN",
                )  # fmt: skip
            if len(names) > 1 or not is_text_name(text):
                notes.append(f"the text is taken from the column {text!r}")
        found["text"] = text
    beside = found["text"].rpartition(".")[0]
    for standard, guesses in GUESSES.items():
        if standard not in found:
            free = [name for name in names if name not in found.values()]
            likely = _by_name(free, guesses, beside)
            if likely is not None and _may_be(table[likely], standard, likely):
                found[standard] = likely
    return {name: found[name] for name in GUESSES if name in found}, notes


def join_date_columns(table: pa.Table) -> pa.Table:
    """Join columns of years, months and days to one of dates, where the table has no other.

    Parameters
    ----------
    table : pyarrow.Table
        The table; the day may be missing, and months may be numbers or names.

    Returns
    -------
    pyarrow.Table
        The same, perhaps with a column ``date`` more.

    Examples
    --------
    >>> table = pa.table({"Year": [2018, 2018], "Month": [7, None], "Day": [3, 4]})
    >>> join_date_columns(table)["date"].to_pylist()
    ['2018-07-03', '2018']
    """
    own = {normal_name(name): name for name in reversed(table.column_names)}
    parts = [next((own[name] for name in names if name in own), None) for names in _PARTS_OF_DATES]
    day = _PARTS_OF_DATES[2][0]
    if None in parts[:2] or any(name in own for name in GUESSES["date"] if name != day):
        return table
    columns = [
        [_written(cell) for cell in table[name].to_pylist()] for name in parts if name is not None
    ]
    if not all(cell.isdecimal() for cell in itertools.chain(*columns[2:]) if cell):
        columns.pop()  # such as the tags of a release
    dates = [_joined_date(cells) for cells in zip(*columns, strict=True)]
    return table.append_column("date", pa.array(dates, pa.large_string()))


def _written(cell: Any) -> str:
    """A part of a date; years and months with gaps come as floats."""
    text = "" if is_missing(cell) else str(cell).strip()
    return text.removesuffix(".0").removesuffix(".")


def _joined_date(parts: Sequence[str]) -> str | None:
    known = list(itertools.takewhile(bool, parts))
    if not known:
        return None
    if all(map(str.isdecimal, known)):
        return "-".join([known[0], *(part.zfill(2) for part in known[1:])])
    return " ".join(reversed(known))


def _given(name: str, names: Sequence[str], standard: str, path: str | None) -> str:
    if name in names:
        return name
    like = [own for own in names if normal_name(own) == normal_name(name)]
    like = like or [own for own in names if own.endswith(f".{name}")]
    if len(like) == 1:
        return like[0]
    raise TopicsError(
        f"no column {name!r} for the {standard}", f"the columns are {', '.join(names)}", path=path
    )


_WITHIN = frozenset(("original", "start", "label", "main", "default", "en", "full", "$date", "iso"))
"""Fields of an object that say what the object itself is called after."""
_ABOUT = frozenset(("meta", "metadata", "head", "header", "info", "details", "properties"))
"""Names of objects that say what a release is called and when it came."""
_NOT_OURS = frozenset(
    (
        "image",
        "photo",
        "picture",
        "author",
        "section",
        "file",
        "seo",
        "og",
        "meta",
        "category",
        "tag",
    )
)


def _by_name(names: Iterable[str], guesses: Sequence[str], beside: str) -> str | None:
    """The likeliest column by name: by whole names, those beside the text, and endings."""
    whole: dict[str, str] = {}
    near: dict[str, str] = {}
    ending: dict[str, str] = {}
    for name in names:
        normal = normal_name(name)
        whole.setdefault(normal, name)
        parent, _, end = normal.rpartition(".")
        if parent:
            # Such as date.created of ReliefWeb and headline.main.
            outer = parent.split(".")[-1]
            if outer in guesses and (end in guesses or end in _WITHIN):
                whole.setdefault(outer, name)
                end, parent = outer, parent.rpartition(".")[0]
            beside_text = f"{normal_name(beside)}.".startswith(f"{parent}.")
            if parent and (beside_text or parent in _ABOUT):
                near.setdefault(end, name)
        first, _, last = normal.rpartition("_")
        if first and not parent and not _NOT_OURS & set(first.split("_")):
            ending.setdefault(last, name)
    for known in (whole, near):
        for guess in guesses:
            if guess in known:
                return known[guess]
    sure = guesses[0] if guesses[0] in ("title", "date") else ""
    return ending.get(sure) or (ending.get("headline") if sure == "title" else None)


def _text_by_name(table: pa.Table, names: Sequence[str]) -> str | None:
    named = [name for name in names if is_text_name(name)]

    def rank(name: str) -> tuple[int, int]:
        normal = normal_name(name)
        return normal.count("."), GUESSES["text"].index(normal.rpartition(".")[2])

    named.sort(key=rank)
    filled = [name for name in named if _filled(table[name]) * 2 >= table.num_rows]
    best = next(iter(filled or named), None)
    if best is None or normal_name(best).rpartition(".")[2] not in _WEAK:
        return best
    other = _text_by_content(table, [name for name in names if not is_known_name(name)] + [best])
    longer = other is not None and _mean_length(table[other]) > 3 * _mean_length(table[best])
    return other if longer else best


def _text_by_content(table: pa.Table, names: Sequence[str]) -> str | None:
    """The column of long prose; the only column there is, whatever it holds."""
    if len(table.column_names) == 1 and names and _is_text(table[names[0]]):
        return names[0]
    lengths = {name: _mean_length(table[name]) for name in names if _is_prose(table[name])}
    return max(lengths, key=lambda name: lengths[name]) if lengths else None


def _is_text(values: Any) -> bool:
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _sample(values: Any) -> list[str]:
    return [
        cell for cell in values.slice(0, 200).to_pylist() if isinstance(cell, str) and cell.strip()
    ]


def _filled(values: Any) -> float:
    if not _is_text(values):
        return float(len(values) - values.null_count)
    cells = _sample(values)
    return len(cells) / max(min(len(values), 200), 1) * len(values)


def _mean_length(values: Any) -> float:
    cells = _sample(values)
    return sum(map(len, cells)) / max(len(cells), 1)


def _is_prose(values: Any) -> bool:
    cells = _sample(values) if _is_text(values) else []
    if not cells:
        return False
    wide = [cell for cell in cells if re.search(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]", cell)]
    if 2 * len(wide) > len(cells):
        return _mean_length(values) >= _LONG / 4
    spaces = sum(len(cell.split()) for cell in cells) / len(cells)
    links = sum(cell.lstrip().lower().startswith(("http://", "https://", "www.")) for cell in cells)
    return spaces >= 5 and _mean_length(values) >= _LONG * 0.75 and 2 * links < len(cells)


def _may_be(values: Any, standard: str, name: str) -> bool:
    """Whether what a column holds is no contradiction to its name."""
    kind = values.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_struct(kind):
        return False
    if standard == "language" and _is_text(values):
        return all(len(cell) < 40 for cell in _sample(values))
    if standard == "date" and normal_name(name) in _DOUBTFUL and _is_text(values):
        cells = _sample(values)
        return not cells or sum(any(map(str.isdigit, cell)) for cell in cells) * 2 >= len(cells)
    return True
