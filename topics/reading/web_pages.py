"""Web pages: HTML files, saved pages and crawls, the article of each."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

from topics._errors import TopicsError
from topics.reading.archives import allowance
from topics.reading.cleaning import strip_markup
from topics.reading.dates import find_dates
from topics.reading.encodings import decode
from topics.reading.grids import Record, rows_from_grid
from topics.reading.office import need
from topics.reading.rows import Rows, string_table
from topics.reading.single_release import read_piece

_PAGE = re.compile(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<article[\s>]", re.I)
_FRAGMENT = re.compile(rb"</(?:p|div|td|h1|h2|span|li|a)>", re.I)


def is_html(data: bytes) -> bool:
    """Whether a file's content is a page, or a piece of one.

    Examples
    --------
    >>> is_html(b"<!DOCTYPE html><title>Aid</title>"), is_html(b"Aid <b>came</b>")
    (True, False)
    """
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not start.startswith(b"<"):
        return False
    return bool(_PAGE.search(start[:2048])) or len(_FRAGMENT.findall(start)) > 2


def read_html(text: str, path: Any, named: tuple[str, ...] = ()) -> Rows:
    """The article of a page, by trafilatura; a page that is nothing but a table is one.

    Parameters
    ----------
    text : str
        HTML.
    path : object
        For messages.
    named : tuple of str, default=()
        Columns that the user asks for by name.

    Returns
    -------
    Rows
        One release, or a row of the table each.

    Raises
    ------
    TopicsError
        If no article is found.

    Examples
    --------
    >>> page = "<html><body><article><h1>Aid</h1><p>Lorries came on Friday.</p></article></body>"
    >>> read_html(page, "a.html").table["text"].to_pylist()
    ['Lorries came on Friday.']
    """
    from trafilatura import bare_extraction

    table = _only_table(text)
    if table:
        return rows_from_grid(table, path, named=named)
    try:
        found = bare_extraction(text, with_metadata=True, include_comments=False, favor_recall=True)
    except RecursionError:
        found = None
    if found is None or not found.text or not found.text.strip():
        raise TopicsError("no article was found in the page", "save its text as .txt", path=path)
    title = _without_site(found.title or "", text) or None
    body = without_title(found.text.strip(), title)
    piece = read_piece(body)
    if piece is not None and title is None and piece.title:
        title, body = piece.title, piece.text
    # A page of which only the year is known is dated by its first day.
    day = found.date or ""
    dates = [] if day.endswith("-01-01") and day not in text else find_dates(day)
    row = {
        "title": title,
        "text": body,
        "source": found.sitename or found.hostname,
        "url": found.url,
        "author": found.author,
    }
    return Rows(string_table([row]), [1], dates=[[*(piece.dates if piece else []), *dates]])


def _without_site(title: str, page: str) -> str:
    """The title without the name of the site, where a heading of the page is the rest."""
    title = " ".join(title.split())
    headings = re.finditer(r"<h[12][^>]*>((?:(?!<h[12]).)*?)</h[12]>", page, re.I | re.S)
    for heading in (match[1] for match in itertools.islice(headings, 5)):
        shown = " ".join(strip_markup(heading).split())
        if len(shown) > 10 and title.startswith(shown):
            return shown
    return title


def without_title(text: str, title: str | None) -> str:
    r"""The text without its title, where that is its first line.

    Parameters
    ----------
    text : str
        Of a release.
    title : str or None
        Its title.

    Returns
    -------
    str
        As it is where the title only begins a sentence, or nothing would be left.

    Examples
    --------
    >>> without_title("Iran\nTalks resumed.", "Iran"), without_title("Iranian forces said.", "Iran")
    ('Talks resumed.', 'Iranian forces said.')
    """
    if not title or not text.startswith(title):
        return text
    rest = text[len(title) :]
    at_line_end = re.match(r"[ \t]*\.?[ \t]*\n", rest)
    return rest[at_line_end.end() :].strip() or text if at_line_end else text


def _only_table(text: str) -> list[Record]:
    """Rows of a page that holds one table and hardly anything else, as some programs export."""
    if "<table" not in text[:20000].lower() or len(re.findall(r"<table", text, re.I)) != 1:
        return []
    import lxml.html

    try:
        parser = lxml.html.HTMLParser(encoding="utf-8")
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (ValueError, lxml.etree.LxmlError):
        return []
    (table,) = root.xpath("//table") or (None,)
    if table is None:
        return []
    outside = len(root.text_content()) - len(table.text_content())
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./td|./th")]
        for row in table.xpath(".//tr")
    ]
    even = len(rows) > 2 and len({len(row) for row in rows}) == 1 and len(rows[0]) > 1
    if not even or outside > 0.2 * len(table.text_content()) + 200:
        return []
    return [Record(i, row) for i, row in enumerate(rows, 1)]


def _quietly(records: Iterator[Any]) -> Iterator[Any]:
    """Records, without what the library writes to standard error of those that are cut short."""
    while True:
        with redirect_stderr(io.StringIO()):
            record = next(records, None)
        if record is None:
            return
        yield record


def read_warc(data: bytes, path: Any) -> Rows:
    """Pages of a crawl (WARC), by warcio.

    Parameters
    ----------
    data : bytes
        The file, unpacked or not.
    path : object
        For messages.

    Returns
    -------
    Rows
        A release a page in which an article is found; others are rejects.

    Raises
    ------
    TopicsError
        If it is damaged, or holds no page.

    Examples
    --------
    >>> read_warc(b"WARC/1.0", "a.warc")
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: a.warc: the crawl holds no HTML page; give one that does
    """
    need("warcio", "a crawl (WARC)", path)
    from warcio.archiveiterator import ArchiveIterator

    rows, numbers, dates = [], [], []
    rejects: list[tuple[int | None, str]] = []
    left = allowance(len(data))
    number = 0
    try:
        for record in _quietly(ArchiveIterator(io.BytesIO(data))):
            kind = record.rec_type
            headers = record.http_headers
            said = (headers.get_header("Content-Type") if headers else "") or ""
            if kind == "resource":
                said = record.rec_headers.get_header("Content-Type") or ""
            if (
                kind not in ("response", "conversion", "resource")
                or (kind == "resource" and "html" not in said)
                or (kind == "response" and "html" not in said)
            ):
                continue
            number += 1
            content = record.content_stream().read(left + 1)
            left -= len(content)
            if left < 0:
                raise TopicsError(
                    "it holds more than a crawl of its size does", "split it", path=path
                )
            url = record.rec_headers.get_header("WARC-Target-URI")
            status = headers.get_statuscode() if headers else "200"
            if status and not str(status).startswith("2"):
                rejects.append((number, f"{url}: the page was not there ({status})"))
                continue
            try:
                page = read_html(decode(content, path), path)
            except TopicsError as error:
                rejects.append((number, f"{url}: {error.problem}"))
                continue
            for row in page.table.to_pylist():
                rows.append(row | {"url": url})
                numbers.append(number)
            dates += page.dates or [[] for _ in page.numbers]
            rejects += [(number, f"{url}: {why}") for _, why in page.rejects]
    except TopicsError:
        raise
    except Exception as error:
        raise TopicsError(
            f"it is damaged, or no crawl ({type(error).__name__})", "copy it again", path=path
        ) from None
    if not number:
        raise TopicsError("the crawl holds no HTML page", "give one that does", path=path)
    return Rows(
        string_table(rows), numbers, rejects, dates=dates, notes=[f"{number} pages of a crawl"]
    )
