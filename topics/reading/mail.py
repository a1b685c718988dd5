"""E-mail: single messages, mailboxes and Outlook's files, each message a release."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from topics._errors import TopicsError
from topics.reading.cleaning import strip_markup
from topics.reading.encodings import decode
from topics.reading.office import need
from topics.reading.rows import Rows, string_table

_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,40}:[ \t]?[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n")
_TELLING = (b"from", b"to", b"subject", b"date", b"mime-version", b"message-id", b"received",
            b"return-path", b"content-type", b"sent", b"reply-to", b"delivered-to")  # fmt: skip
_MBOX = re.compile(rb"^From [^\r\n]*\d{4}\r?\n(?=[A-Za-z][A-Za-z0-9-]*:)", re.M)


def mail_kind(data: bytes) -> str | None:
    r"""Whether a file's content is one message or a mailbox of them.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    {"eml", "mbox", "mhtml"} or None
        None where it is no mail.

    Examples
    --------
    >>> mail_kind(b"From: a@example.org\nSubject: Aid\nDate: Tue, 3 Jul 2018\n\nIt came.\n")
    'eml'
    """
    start = data[:65536].lstrip(b"\xef\xbb\xbf\r\n")
    if _MBOX.match(start):
        return "mbox"
    names, at = [], 0
    while match := _HEADER.match(start, at):
        names.append(match[0].partition(b":")[0].lower())
        at = match.end()
    head = start[:at].lower()
    known = {name for name in names if name in _TELLING}
    saved = b"content-location" in names or b"saved by" in head
    if b"multipart/related" in head and saved and b"received" not in known:
        return "mhtml"
    # A text may begin with a line or two like "Subject:"; a message has more.
    enough = len(known) >= 3 or ({b"from", b"subject"} <= known) or (b"mime-version" in known)
    sent = len(known) >= 3 and {b"received", b"message-id", b"return-path", b"mime-version"} & known
    return "eml" if sent or (enough and len(known) * 2 >= len(names)) else None


def read_mail(data: bytes, kind: str, path: Any) -> Rows:
    r"""Rows of a message or of a mailbox.

    Parameters
    ----------
    data : bytes
        The file.
    kind : {"eml", "mbox"}
        Which of the two.
    path : object
        For messages.

    Returns
    -------
    Rows
        Title is the subject, source the sender; a message without a text is a reject. Attached
        files are counted in the notes and not read.

    Examples
    --------
    >>> message = b"From: Press <p@example.org>\nSubject: Aid\nDate: Tue, 03 Jul 2018\n\nIt came.\n"
    >>> read_mail(message, "eml", "a.eml").table.to_pylist()[0]["title"]
    'Aid'
    """
    rows, numbers, rejects, attached = [], [], list[tuple[int | None, str]](), 0
    for number, part in enumerate(_messages(data) if kind == "mbox" else [data], 1):
        try:
            row, n = _row(_parsed(part))
        except (TopicsError, MemoryError):
            raise
        except Exception as error:  # the library raises many kinds for damaged messages
            rejects.append((number, f"the message is damaged ({type(error).__name__})"))
            continue
        attached += n
        if row["text"].strip():
            rows.append(row)
            numbers.append(number)
        else:
            rejects.append((number, "the message has no text"))
    notes = [f"{attached} attached files are not read"] if attached else []
    if kind == "mbox":
        notes.insert(0, f"a mailbox of {len(numbers) + len(rejects)} messages")
    if not rows and kind == "eml":
        raise TopicsError("the message has no text", "give what is attached to it", path=path)
    return Rows(string_table(rows), numbers, rejects, notes=notes)


def _messages(data: bytes) -> Iterator[bytes]:
    starts = [match.start() for match in _MBOX.finditer(data)]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        first = data.index(b"\n", start) + 1
        yield re.sub(rb"^>(>*From )", rb"\1", data[first:end], flags=re.M)


def _parsed(data: bytes) -> Any:
    # Not above: a process that labels one release reads no mail.
    from email import message_from_bytes, policy

    return message_from_bytes(data, policy=policy.default)


def _address(text: str | None) -> str | None:
    """The name in an address, or else the address."""
    from email.utils import parseaddr

    name, address = parseaddr(text or "")
    return name or address or None


def _row(message: Any) -> tuple[dict[str, Any], int]:
    """Columns of a message, and how many files are attached to it."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    attached = [part for part in parts if part.get_content_disposition() == "attachment"
                or not part.get_content_type().startswith("text/")]  # fmt: skip
    inline = [part for part in parts if part not in attached]
    plain = [text for part in inline if part.get_content_type() == "text/plain"
             and (text := _content(part)).strip()]  # fmt: skip
    marked = [
        strip_markup(_content(part)) for part in inline if part.get_content_type() == "text/html"
    ]
    text = "\n\n".join(plain or marked)
    row = {
        "title": _header(message, "subject"),
        "text": re.sub(r"\n-- \n.*\Z", "", text, flags=re.S).strip(),
        "date": _date(message),
        "source": _address(_header(message, "from")),
        "id": (_header(message, "message-id") or "").strip("<> ") or None,
        "to": _header(message, "to"),
    }
    return row, len([part for part in attached if part.get_filename()])


def _header(message: Any, name: str) -> str | None:
    try:
        value = message[name]
    except Exception:  # a header that cannot be parsed
        value = None
    if value is None:
        raw = next((v for k, v in message.raw_items() if k.lower() == name), None)
        value = raw
    if value is None:
        return None
    return _decoded(" ".join(str(value).split())) or None


def _decoded(text: str) -> str:
    """A header without the encoding of its words."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    if "=?" in text:
        try:
            text = str(make_header(decode_header(text)))
        except (LookupError, UnicodeError, ValueError, HeaderParseError):
            return text
    return text.encode("utf-8", "replace").decode()


def _sent(date: Any) -> str | None:
    return date.date().isoformat() if date is not None and date.year > 1970 else None


def _date(message: Any) -> str | None:
    given = _header(message, "date")
    if given is None:
        return None
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(given).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return given


def _content(part: Any) -> str:
    data = part.get_payload(decode=True) or b""
    if not data.strip():
        return ""
    charset = part.get_content_charset()
    try:
        text = decode(data, "", charset)
    except TopicsError:
        text = decode(data, "")
    if str(part.get_param("format") or "").lower() == "flowed":
        text = re.sub(r"(?<!^--) \n(?!>)", " ", text, flags=re.M)
    return text


def read_msg(data: bytes, path: Any) -> Rows:
    """Row of a message that Outlook saved, by python-oxmsg.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    Rows
        One row.

    Raises
    ------
    TopicsError
        If it is damaged or has no text.

    Examples
    --------
    >>> read_msg(b"no message", "a.msg")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: a.msg: it is damaged, or no message (...); save it as .eml
    """
    need("oxmsg", "a message of Outlook", path)
    from oxmsg import Message

    try:
        found = Message.load(io.BytesIO(data))
        text = found.body or strip_markup(found.html_body or "")
        row = {
            "title": found.subject or None,
            "text": text.replace("\r\n", "\n").strip(),
            "date": _sent(found.sent_date),
            "source": _decoded(found.sender or "") or None,
        }
    except Exception as error:
        raise TopicsError(
            f"it is damaged, or no message ({type(error).__name__})", "save it as .eml", path=path
        ) from None
    if not row["text"]:
        raise TopicsError("the message has no text", "give what is attached to it", path=path)
    row["source"] = _address(row["source"])
    return Rows(string_table([row]), [1])


def html_of_mhtml(data: bytes, path: Any) -> str:
    r"""The page within a saved web page (.mhtml).

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    TopicsError
        If it holds none.

    Examples
    --------
    >>> html_of_mhtml(b"MIME-Version: 1.0\nContent-Type: text/html\n\n<p>Aid</p>", "a.mhtml")
    '<p>Aid</p>'
    """
    message = _parsed(data)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            return _content(part)
    raise TopicsError("the saved page holds no HTML", "save it as HTML", path=path)
