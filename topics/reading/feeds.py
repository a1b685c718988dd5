"""XML: RSS and Atom feeds, the formats of news agencies, and XML of rows."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

from topics._errors import TopicsError
from topics.reading.cleaning import strip_markup
from topics.reading.columns import is_text_name
from topics.reading.rows import Rows, string_table

_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", re.I)


def xml_kind(data: bytes) -> str | None:
    """Which kind of XML a file's content is.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    {"feed", "xml"} or None
        None where it is none, or a page.

    Examples
    --------
    >>> xml_kind(b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>")
    'feed'
    """
    start = data[:8192]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.replace(b"\x00", b"")[2:]
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<"):
        return None
    root = re.sub(
        rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>", b"", start, flags=re.S
    )
    root = root.lstrip()
    if re.match(rb"<(?:html|!doctype html)", root, re.I):
        return None
    if _FEED.match(root):
        return "feed"
    named = re.match(rb"<(?:\w+:)?(?:newsItem|newsMessage|NewsML|nitf)[\s>]", root)
    return "xml" if start.startswith(b"<?xml") or named else None


def read_feed(data: bytes, path: Any) -> Rows:
    """Entries of an RSS or Atom feed, by feedparser.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    Rows
        The longest of an entry's content and summary is its text; one without either is a reject.

    Raises
    ------
    TopicsError
        If it holds no entry.

    Examples
    --------
    >>> feed = b"<rss><channel><item><title>Aid</title><description>It came.</description></item>"
    >>> read_feed(feed + b"</channel></rss>", "feed.xml").table.to_pylist()[0]["text"]
    'It came.'
    """
    import feedparser

    found = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False)
    if not found.entries:
        raise TopicsError("the feed has no entries", "check that it is whole", path=path)
    name = found.feed.get("title") or None
    rows, numbers, rejects = [], [], list[tuple[int | None, str]]()
    for number, entry in enumerate(found.entries, 1):
        texts = [part.get("value") or "" for part in entry.get("content", [])]
        texts.append(entry.get("summary") or "")
        text = strip_markup(max(texts, key=len)).strip()
        if not text:
            rejects.append((number, "the entry has no text"))
            continue
        numbers.append(number)
        rows.append(
            {
                "title": strip_markup(entry.get("title") or "").strip() or None,
                "text": text,
                "date": _feed_date(entry),
                "source": (entry.get("source") or {}).get("title") or name,
                "id": entry.get("id"),
                "link": entry.get("link"),
                "author": entry.get("author"),
                "tags": "; ".join(tag.get("term") or "" for tag in entry.get("tags", [])) or None,
            }
        )
    return Rows(
        string_table(rows), numbers, rejects, notes=[f"a feed of {len(found.entries)} entries"]
    )


def _feed_date(entry: Any) -> str | None:
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    # As it is written, where the day there is another than in Greenwich.
    written = entry.get("published") or entry.get("updated")
    if parsed is None:
        return written
    iso = re.match(r"\s*(\d{4}-\d\d-\d\d)", written or "")
    return iso[1] if iso else f"{parsed.tm_year:04}-{parsed.tm_mon:02}-{parsed.tm_mday:02}"


def parse_xml(data: bytes, path: Any) -> Any:
    """Root of an XML file; entities are not expanded, and nothing is fetched.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    lxml element
        The root.

    Raises
    ------
    TopicsError
        If it is broken.

    Examples
    --------
    >>> parse_xml(b"<a>Aid</a>", "a.xml").text
    'Aid'
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        return etree.fromstring(data.lstrip(b" \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        row = getattr(error, "lineno", None)
        raise TopicsError(
            f"broken XML ({' '.join(str(error).split())[:80]})", "correct that line", path=path,
            row=row,
        ) from None  # fmt: skip


def read_xml(data: bytes, path: Any) -> Rows:
    """Rows of XML: NewsML, NITF, or elements of one name that stand side by side.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    Rows
        Numbered by lines.

    Raises
    ------
    TopicsError
        If it is broken or holds no text of a release.

    Examples
    --------
    >>> table = b"<rows><row><title>Aid</title><text>It came.</text></row></rows>"
    >>> read_xml(table, "rows.xml").table.to_pylist()
    [{'title': 'Aid', 'text': 'It came.'}]
    """
    root = parse_xml(data, path)
    items = [node for node in root.iter() if local_name(node) in ("newsItem", "NewsItem")]
    if not items:
        items = [node for node in root.iter() if local_name(node) == "nitf"]
    if items:
        rows, note = [_news_item(node) for node in items], f"{len(items)} items of a news agency"
    else:
        items, note = _records(root), ""
        rows = [_fields(node) for node in items]
        if not any(is_text_name(name) for row in rows for name in row):
            raise TopicsError(
                f"XML of a kind that is not known (<{local_name(root)}>)",
                "known are RSS, Atom, NewsML-G2, NITF, and rows with an element text, body or "
                "content",
                path=path,
            )
        note = f"the releases are the elements <{local_name(items[0])}>"
    numbers = [node.sourceline or i for i, node in enumerate(items, 1)]
    rejects = [(n, "the item has no text") for n, row in zip(numbers, rows, strict=True)
               if not any(row.get(name) for name in row if is_text_name(name))]  # fmt: skip
    empty = {number for number, _ in rejects}
    kept = [(n, row) for n, row in zip(numbers, rows, strict=True) if n not in empty]
    return Rows(
        string_table([row for _, row in kept]), [n for n, _ in kept], list(rejects), notes=[note]
    )


def local_name(node: Any) -> str:
    """Name of an element without its namespace; empty for a comment.

    Examples
    --------
    >>> local_name(parse_xml(b'<a:b xmlns:a="urn:a"/>', "a.xml"))
    'b'
    """
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _text(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


def _first(node: Any, *names: str) -> Any:
    """The first element below that has one of these names, the likeliest name first."""
    for name in names:
        for inner in node.iter():
            if local_name(inner) != name or not _text(inner):
                continue
            if not any(local_name(above) in ("note", "header") for above in inner.iterancestors()):
                return inner
    return None


def _news_item(node: Any) -> dict[str, Any]:
    """Columns of a NewsML or NITF item."""
    body = _first(node, "body.content", "inlineXML", "inlineData", "DataContent", "body")
    headline = _first(node, "hl1", "headline", "HeadLine", "title")
    dated = _first(node, "contentCreated", "versionCreated", "FirstCreated", "DateId", "sent")
    issued = next((inner for inner in node.iter() if local_name(inner) == "date.issue"), None)
    holder = next((n.get("holder") for n in node.iter() if local_name(n) == "doc.copyright"), None)
    source = _first(node, "copyrightHolder", "infoSource", "provider", "distributor")
    if source is None and holder is None:
        named = ("copyrightHolder", "infoSource", "provider")
        literals = [n.get("literal") for n in node.iter() if local_name(n) in named]
        holder = next(filter(None, literals), None)
    if issued is None:
        issued = next((inner for inner in node.iter() if local_name(inner) == "story.date"), None)
    date = issued.get("norm") if issued is not None else None
    keywords = [
        _text(inner) for inner in node.iter() if local_name(inner) in ("keyword", "slugline")
    ]
    return {
        "title": None if headline is None else _text(headline),
        "text": "" if body is None else _paragraphs(body),
        "date": date or (None if dated is None else _text(dated)),
        "source": holder if source is None else _text(source),
        "id": node.get("guid"),
        "keywords": "; ".join(filter(None, keywords)) or None,
    }


_PARAGRAPHS = {"p", "hl1", "hl2", "h1", "h2", "h3", "h4", "li", "tr", "block", "pre", "blockquote"}


def _paragraphs(body: Any) -> str:
    parts = [
        _text(node) for node in body.iter()
        if local_name(node) in _PARAGRAPHS
        and not any(local_name(inner) in _PARAGRAPHS for inner in node.iterdescendants())
    ]  # fmt: skip
    text = "\n\n".join(part for part in parts if part)
    return text or strip_markup("".join(body.itertext())).strip()


def _records(root: Any) -> list[Any]:
    """Elements of one name that stand side by side, the most numerous that hold a text."""
    best: list[Any] = []
    for parent in root.iter():
        children = [node for node in parent if local_name(node)]
        counts = Counter(local_name(node) for node in children)
        if not counts:
            continue
        name, _ = counts.most_common(1)[0]
        same = [node for node in children if local_name(node) == name]
        holds = any(is_text_name(field) for node in same[:20] for field in _fields(node))
        if holds and len(same) > len(best):
            best = same
    return best or [root]


def _fields(node: Any) -> dict[str, Any]:
    """Attributes and simple elements of a record; paragraphs divided by blank lines."""
    fields: dict[str, Any] = {
        str(key).rpartition("}")[2]: value for key, value in node.attrib.items()
    }
    for inner in node:
        if not local_name(inner):
            continue
        text = _paragraphs(inner) if len(inner) else (inner.text or "").strip()
        name = (
            inner.get("name")
            if local_name(inner) in ("field", "str", "arr") and inner.get("name")
            else local_name(inner)
        )
        fields[name] = f"{fields[name]}\n\n{text}" if fields.get(name) else text
    return fields
