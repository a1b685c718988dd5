"""Exports of press databases: LexisNexis, Nexis Uni, Factiva and ProQuest, with their fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from topics.reading.columns import normal_name
from topics.reading.dates import find_dates, read_date_cell
from topics.reading.rows import Rows, string_table

_NEXIS_CLASSIC = re.compile(
    r"^\s*(?:\d+ of \d+ DOCUMENTS|Dokument \d+ von \d+|Document \d+ de \d+)\s*$"
)
_NEXIS_UNI = re.compile(r"^\s*End of Document\s*$", re.I)
_FACTIVA = re.compile(r"^\s*(?:Document|Dokument|Documento) [A-Z]{2}[A-Za-z0-9]{8,60}\s*$")
_FACTIVA_CODED = re.compile(r"^(?:AN|HD)(?:\s{1,3}\S|\s*$)")
_PROQUEST = re.compile(r"^\s*_{20,}\s*$")
_PROQUEST_FIELD = re.compile(
    r"^(?:Title|Full text|Publication title|ProQuest document ID|Document URL):", re.I
)
_FIELD = re.compile(r"^([A-Z][A-Za-z /&-]{2,40}):\s*(.*)$")
_CAPITAL_FIELD = re.compile(r"^[A-Z][A-Z /&-]{2,40}:")
_FACTIVA_CODE = re.compile(r"^([A-Z]{2,4})(?:\s{1,6}(.*))?$")
_FACTIVA_NAMES = {
    "hd": "title", "by": "byline", "wc": "length", "pd": "date", "et": "time", "sn": "source",
    "sc": "source_code", "la": "language", "cy": "copyright", "lp": "text", "td": "text",
    "an": "id", "pg": "page", "se": "section", "ed": "edition", "cr": "credit", "co": "companies",
    "in": "industries", "ns": "subjects", "re": "regions", "ipd": "descriptors", "pub": "publisher",
}  # fmt: skip
_EDITION = re.compile(r"^.{0,40}\b(?:edition|ausgabe|édition|edición|edizione)\b.{0,20}$", re.I)
_SECTION = re.compile(
    r"^(?:[\w &/-]{1,40};.{1,40}|(?:(?:local|national|world|foreign|main|business|city) )?"
    r"(?:news|business|sports?|world|national|local|politics|opinion|comment|features?|main))$",
    re.I,
)
"""A line above a title that says where in the paper the article stood."""
_NEXIS_COVER = re.compile(r"^\s*(?:User Name|Job Number|Date and Time|Documents? \(\d+\))\b", re.I)
_NEXIS_PAGE = re.compile(r"^\s*(?:Page \d+ of \d+|\|? ?About LexisNexis\b.*)\s*$", re.I)
_COPYRIGHT = re.compile(r"^\s*(?:Copyright\b|©|\(c\)\s|All Rights Reserved)", re.I)
_ABOVE = frozenset(
    ("byline", "section", "length", "dateline", "highlight", "headline", "series", "column",
     "edition", "page", "source", "author")
)  # fmt: skip
_BELOW = frozenset(
    ("load_date", "language", "graphic", "publication_type", "journal_code", "subject", "company",
     "organization", "geographic", "person", "ticker", "industry", "type", "classification")
)  # fmt: skip


def read_export(text: str) -> Rows | None:
    r"""Articles of an export of a press database; None where a text is none.

    Parameters
    ----------
    text : str
        A file's text.

    Returns
    -------
    Rows or None
        The articles with their fields as columns (``byline``, ``section``, ``length`` ...), each
        numbered by the line that it starts on.

    Examples
    --------
    >>> export = "Aid arrives\nThe Example\nJuly 3, 2018 Tuesday\nLength: 12 words\nBody\n"
    >>> export += "It came on Tuesday.\nLoad-Date: July 3, 2018\nEnd of Document\n"
    >>> read_export(export).table.select(["title", "source", "text"]).to_pylist()
    [{'title': 'Aid arrives', 'source': 'The Example', 'text': 'It came on Tuesday.'}]
    """
    lines = text.split("\n")
    readers: tuple[tuple[str, Callable[[Sequence[str]], list[tuple[int, dict[str, Any]]]]], ...] = (
        ("LexisNexis", _nexis_classic), ("Nexis Uni", _nexis_uni), ("Factiva", _factiva),
        ("ProQuest", _proquest),
    )  # fmt: skip
    for name, read in readers:
        found = read(lines)
        if not found:
            continue
        kept = [(number, row) for number, row in found if (row.get("text") or "").strip()]
        rejects: list[tuple[int | None, str]] = [
            (number, "the article has no text") for number, row in found
            if not (row.get("text") or "").strip()
        ]  # fmt: skip
        rows = [{"title": None, "text": "", "source": None} | row for _, row in kept]
        for row in rows:
            row |= {n: " ".join(row[n].split()) or None for n in ("title", "source") if row[n]}
        return Rows(
            string_table(rows),
            [number for number, _ in kept],
            rejects,
            dates=[read_date_cell(row.get("date")) for row in rows],
            notes=[f"an export of {name}, {len(found)} articles"],
        )
    return None


def _cut(lines: Sequence[str], ends: Sequence[int]) -> list[tuple[int, list[str]]]:
    """Parts of the lines, each up to an end, and where they start."""
    parts, start = [], 0
    for end in (*ends, len(lines)):
        part = list(lines[start:end])
        if any(line.strip() for line in part):
            skip = next(i for i, line in enumerate(part) if line.strip())
            parts.append((start + skip + 1, part[skip:]))
        start = end + 1
    return parts


def _nexis_classic(lines: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    marks = [i for i, line in enumerate(lines) if _NEXIS_CLASSIC.match(line)]
    if not marks:
        return []
    parts = [part for part in _cut(lines, marks) if part[0] > marks[0]]
    return [(number, _classic_article(part)) for number, part in parts]


def _classic_article(lines: Sequence[str]) -> dict[str, Any]:
    """Source, date and title stand above the fields, in blocks; the body below these."""
    row: dict[str, Any] = {}
    blocks: list[list[str]] = [[]]
    at = 0
    while at < len(lines) and not _CAPITAL_FIELD.match(lines[at].strip()):
        if lines[at].strip():
            blocks[-1].append(lines[at].strip())
        elif blocks[-1]:
            blocks.append([])
        at += 1
    head = [" ".join(block) for block in blocks if block]
    for i, block in enumerate(head):
        if "date" not in row and find_dates(block) and len(block) < 80:
            row["date"] = block
            row["source"] = " ".join(head[:i]) or None
            head = head[i + 1 :]
            break
    else:
        row["source"] = head.pop(0) if len(head) > 1 else None
    head = [block for block in head if not _COPYRIGHT.match(block)]
    if len(head) > 1 and _EDITION.match(head[0]):
        row["edition"] = head.pop(0)
    row["title"] = head[0] if head else None
    _take_fields(lines[at:], row, body=head[1:])
    return row


def _take_fields(lines: Sequence[str], row: dict[str, Any], body: Sequence[str] = ()) -> None:
    """Fields above the body and below it; what is no field is the body."""
    texts = list(body)
    field: str | None = None
    below = in_body = False
    for line in lines:
        shown = line.strip()
        match = _FIELD.match(shown)
        name = normal_name(match[1]) if match else ""
        if name == "body":
            field, texts = None, [*texts, match[2]] if match else texts
        elif match and (
            name in _BELOW or (name in _ABOVE if in_body else match[1].isupper() or name in _ABOVE)
        ):
            field, below = name, below or name in _BELOW
            row[name] = match[2]
        elif _COPYRIGHT.match(shown):
            field, row["copyright"] = None, shown
        elif not shown:
            field = None
            if not below:
                texts.append("")
        elif field is not None:
            row[field] = f"{row[field]} {shown}".strip()
        elif not below:
            texts.append(shown)
            in_body = True
    if "headline" in row:
        row["title"] = row.pop("headline")
    row["date"] = row.get("date") or row.get("load_date")
    text = "\n".join(texts)
    row["text"] = re.sub(r"\n{3,}", "\n\n", text).strip()


def _nexis_uni(lines: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    ends = [i for i, line in enumerate(lines) if _NEXIS_UNI.match(line)]
    if not ends:
        return []
    found = []
    for number, cut in _cut(lines, ends):
        part = [line for line in cut if not _NEXIS_PAGE.match(line)]
        at = next((i for i, line in enumerate(part) if line.strip() == "Body"), None)
        if at is None and number > ends[-1]:
            continue  # a list of contents or a footer
        head = [line.strip() for line in part[: at or 0] if line.strip()]
        if any(map(_NEXIS_COVER.match, head)):
            head = head[_title_below_cover(head) :]
            number += next((i for i, line in enumerate(cut) if line.strip() == head[0]), 0)
        row: dict[str, Any] = {"title": head[0] if head else None}
        plain = [line for line in head[1:] if not _FIELD.match(line) and not _COPYRIGHT.match(line)]
        dated = next((line for line in plain if find_dates(line)), None)
        row["date"] = dated
        row["source"] = next((line for line in plain if line != dated), None)
        for line in head[1:]:
            if match := _FIELD.match(line):
                row[normal_name(match[1])] = match[2]
            elif _COPYRIGHT.match(line):
                row["copyright"] = line
        _take_fields(part[(at + 1) if at is not None else 0 :], row)
        found.append((number, row))
    return found


def _title_below_cover(head: Sequence[str]) -> int:
    """Place of an article's title, with its source and date below it, after a list of contents."""
    plain = [i for i, line in enumerate(head) if not _FIELD.match(line) and len(line) < 80]
    dated = [i for i in plain if i > 1 and find_dates(head[i]) and not _COPYRIGHT.match(head[i])]
    return dated[-1] - 2 if dated else 0


def _factiva(lines: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    coded = sum(1 for line in lines if _FACTIVA_CODED.match(line))
    if coded > 1 and any(re.match(r"^(?:LP|TD)\s*$|^(?:LP|TD)\s{1,3}\S", line) for line in lines):
        return _factiva_coded(lines)
    ends = [i for i, line in enumerate(lines) if _FACTIVA.match(line)]
    found = []
    for number, part in _cut(lines, ends) if ends else []:
        if number - 1 > ends[-1]:
            break  # a footer
        found.append((number, _factiva_article(part)))
    return found


_WORDS = re.compile(r"^[\d,.]+ (?:words|Wörter|mots|palabras|parole|palavras)$", re.I)


def _factiva_article(lines: Sequence[str]) -> dict[str, Any]:
    """Title and byline, "N words", then date, source, code, copyright a line each; the text."""
    filled = [(i, line.strip()) for i, line in enumerate(lines) if line.strip()]
    at = next((k for k, (_, line) in enumerate(filled) if _WORDS.match(line)), None)
    if at is None:
        return {"title": filled[0][1] if filled else None, "text": "\n".join(lines[1:]).strip()}
    row: dict[str, Any] = {}
    if at > 1 and _SECTION.match(filled[0][1]):
        row["section"] = filled.pop(0)[1]
        at -= 1
    row |= {"title": filled[0][1] if at else None, "length": filled[at][1]}
    if at > 1:
        row["byline"] = filled[at - 1][1]
    k = at + 1
    for k in range(at + 1, len(filled)):
        _, line = filled[k]
        if "date" not in row and find_dates(line):
            row["date"] = line
        elif _COPYRIGHT.match(line):
            row["copyright"] = line
            k += 1
            break
        elif len(line) > 100 or k > at + 9:
            break
        elif re.fullmatch(r"[A-Z0-9]{2,10}", line):
            row["source_code" if "source" in row else "edition"] = line
        elif re.fullmatch(r"\d{1,2}:\d\d.*|\w+", line) and "source" in row:
            row["language" if line.isalpha() else "time"] = line
        elif "source" not in row:
            row["source"] = line
    start = filled[k][0] if k < len(filled) else len(lines)
    row["text"] = re.sub(
        r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines[start:])
    ).strip()
    return row


def _factiva_coded(lines: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    row: dict[str, Any] = {}
    field, start = "", 1
    for number, line in enumerate(lines, 1):
        match = _FACTIVA_CODE.match(line)
        code = match[1].lower() if match else ""
        if match and code in _FACTIVA_NAMES:
            if code in ("hd", "se") and (row.get("text") or (code == "hd" and row.get("title"))):
                found.append((start, row))
                row = {}
            if not row:
                start = number
            field = _FACTIVA_NAMES[code]
            row[field] = "\n\n".join(filter(None, (row.get(field), (match[2] or "").strip())))
        elif field and line.strip():
            row[field] = (
                f"{row[field]}\n\n{line.strip()}"
                if field == "text" and row[field]
                else f"{row[field]} {line.strip()}".strip()
            )
    if row:
        found.append((start, row))
    for _, article in found:
        article["id"] = re.sub(r"^Document\s+", "", article.get("id") or "") or None
    return found


def _proquest(lines: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    rules = [i for i, line in enumerate(lines) if _PROQUEST.match(line)]
    if not rules or not any(_PROQUEST_FIELD.match(line.strip()) for line in lines):
        return []
    found = []
    for number, part in _cut(lines, rules):
        row: dict[str, Any] = {}
        field: str | None = None
        for line in part:
            match = _FIELD.match(line.strip())
            if match and normal_name(match[1]) in _PROQUEST_FIELDS:
                field = normal_name(match[1])
                row[field] = match[2].strip()
            elif field is not None:
                row[field] = f"{row[field]}\n{line.strip()}"
        if not {"full_text", "abstract", "title"} & set(row) or len(row) < 3:
            continue
        numbered = re.compile(r"\s*(?:document \d+ of \d+)?\s*$", re.I)
        heading = next((line.strip() for line in part if not numbered.match(line)), None)
        if heading is not None and normal_name(heading.partition(":")[0]) in _PROQUEST_FIELDS:
            heading = None
        text = row.pop("full_text", None) or row.get("abstract") or ""
        article = {"title": row.pop("title", None) or heading,
                   "text": re.sub(r"\n{3,}", "\n\n", text).strip(),
                   "source": row.pop("publication_title", None),
                   "date": row.pop("publication_date", None)
                   or row.get("publication_year")}  # fmt: skip
        found.append(
            (number, article | {name: " ".join(value.split()) for name, value in row.items()})
        )
    return found


_PROQUEST_FIELDS = frozenset(
    ("subject", "title", "publication_title", "publication_date", "publication_year", "volume",
     "issue", "pages", "publisher", "place_of_publication", "country_of_publication", "section",
     "publication_subject", "issn", "source_type", "language_of_publication", "document_type",
     "proquest_document_id", "document_url", "copyright", "last_updated", "database", "author",
     "first_page", "location", "company___organization", "people", "links", "credit", "abstract",
     "business_indexing_term", "identifier___keyword", "number_of_pages", "dateline", "full_text",
     "pro_quest_document_id", "correspondence_author", "alternate_title", "isbn", "subtitle")
)  # fmt: skip
