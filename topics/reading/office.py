"""Documents of office programs and PDFs: their text, title and date."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from topics._errors import TopicsError
from topics.reading.archives import allowance
from topics.reading.cleaning import join_broken_words

EXTRA = "topics-toolkit[files]"
"""What is installed to read these."""


class Document(NamedTuple):
    """What an office document holds.

    Attributes
    ----------
    text : str
        Paragraphs divided by blank lines.
    title : str or None
        Where the file's properties or a style of its paragraphs name it.
    """

    text: str
    title: str | None = None


def need(package: str, kind: str, path: Any) -> None:
    """An error that names the extra to install where a package is missing.

    Parameters
    ----------
    package : str
        As it is imported.
    kind : str
        What it reads.
    path : object
        The file that asks for it.

    Raises
    ------
    TopicsError
        If it is not installed.

    Examples
    --------
    >>> need("json", "JSON", "a.json")
    """
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise TopicsError(f"{kind} needs a package more", f"pip install '{EXTRA}'", path=path)


def check_unpacked(data: bytes, path: Any) -> None:
    """An error for a zipped document that would become larger than any document.

    Parameters
    ----------
    data : bytes
        A .docx, .odt or .xlsx file.
    path : object
        For messages.

    Raises
    ------
    TopicsError
        If it is cut short, or a bomb.

    Examples
    --------
    >>> check_unpacked(b"PK", "a.docx")
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: a.docx: it is damaged or cut short; copy it again
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
            locked = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, EOFError):
        raise TopicsError("it is damaged or cut short", "copy it again", path=path) from None
    if locked:
        raise TopicsError("it is locked with a password", "save it without one", path=path)
    if size > allowance(len(data)):
        raise TopicsError(
            f"it would become larger than {allowance(len(data)) >> 20} MiB",
            "save its text in a new file", path=path,
        )  # fmt: skip


def _guarded(read: Callable[[bytes, Any], Document]) -> Callable[[bytes, Any], Document]:
    """The reader of a format; whatever its library says of a damaged file is one clear line."""

    def guarded(data: bytes, path: Any) -> Document:
        try:
            found = read(data, path)
        except (TopicsError, MemoryError, KeyboardInterrupt):
            raise
        except Exception as error:
            said = " ".join(f"{error}".split())[:80] or type(error).__name__
            raise TopicsError(
                f"it is damaged, or no such document ({said})", "open it and save it anew",
                path=path,
            ) from None  # fmt: skip
        return found._replace(text=re.sub(r"\n{3,}", "\n\n", found.text).strip("\n"))

    guarded.__doc__ = read.__doc__
    return guarded


@_guarded
def read_docx(data: bytes, path: Any) -> Document:
    """Text of a Word document, by python-docx; tables stand where they do in it."""
    need("docx", "a Word document", path)
    check_unpacked(data, path)
    import docx
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    document = docx.Document(io.BytesIO(data))
    parts: list[str] = []
    title = None

    def add(block: Any) -> None:
        if isinstance(block, Paragraph):
            parts.append(block.text)
        elif isinstance(block, Table):
            for row in block.rows:
                cells = list(dict.fromkeys(cell.text.strip() for cell in row.cells))
                parts.append("\t".join(filter(None, cells)))

    for block in document.iter_inner_content():
        add(block)
        if isinstance(block, Paragraph) and title is None and block.text.strip():
            style = str(getattr(block.style, "name", "") or "").lower()
            title = block.text.strip() if style in ("title", "heading 1") else None
    return Document("\n\n".join(part for part in parts if part.strip()), title)


@_guarded
def read_odt(data: bytes, path: Any) -> Document:
    """Text of an OpenDocument text, by odfdo, without notes, comments and what was deleted."""
    need("odfdo", "an OpenDocument text", path)
    check_unpacked(data, path)
    import odfdo

    document = odfdo.Document(io.BytesIO(data))
    parts, title = [], None
    for node in document.body.get_elements("descendant::text:p|descendant::text:h"):
        if node.get_elements(
            "ancestor::text:note|ancestor::office:annotation|ancestor::text:tracked-changes"
        ):
            continue
        text = node.inner_text
        parts.append(text)
        style = str(node.get_attribute("text:style-name") or "").lower()
        if title is None and text.strip() and (node.tag == "text:h" or style == "title"):
            title = text.strip() if len(parts) < 8 else None
    return Document("\n\n".join(part for part in parts if part.strip()), title)


@_guarded
def read_rtf(data: bytes, path: Any) -> Document:
    """Text of a Rich Text file, by striprtf."""
    need("striprtf", "a Rich Text file", path)
    from striprtf.striprtf import rtf_to_text

    text = rtf_to_text(data.decode("latin-1"), errors="replace")
    return Document("\n\n".join(line for line in text.split("\n") if line.strip()))


@_guarded
def read_pdf(data: bytes, path: Any) -> Document:
    """Text layer of a PDF, by PDFium; words that were hyphenated at line ends are whole again."""
    need("pypdfium2", "a PDF", path)
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise TopicsError(
                "it is locked with a password", "save it without one", path=path
            ) from None
        raise
    try:
        pages, size = [], 0
        for number in range(len(document)):
            page = document[number]
            shown = page.get_textpage()
            pages.append(shown.get_text_bounded())
            shown.close()
            page.close()
            size += len(pages[-1])
            if size > allowance(len(data)):
                raise TopicsError("it holds more text than a document does", "split it", path=path)
        given = document.get_metadata_dict().get("Title", "").strip()
    finally:
        document.close()
    text = "\n".join(page.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-")
                     for page in pages)  # fmt: skip
    letters = len(re.findall(r"\w", text))
    if letters < 10 * max(1, min(len(pages), 5)):
        raise TopicsError(
            "it holds pictures of pages and no text", "run OCR over it, as with ocrmypdf", path=path
        )
    lines = _without_page_numbers(text.split("\n"))
    title = given if given and given in " ".join(lines[:12]) and " " in given else None
    return Document(_paragraphs(join_broken_words("\n".join(lines))), title)


def _without_page_numbers(lines: list[str]) -> list[str]:
    number = re.compile(
        r"^\s*(?:page\s+)?[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:/|of)\s*\d{1,4})?\s*$", re.I
    )
    return [line for line in lines if not number.match(line)]


def _paragraphs(text: str) -> str:
    """Lines of a page joined to paragraphs: a line that is filled goes on in the next."""
    lines = [line.rstrip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if len(line) > 20)
    if not lengths:
        return text
    full = 0.75 * lengths[int(0.9 * (len(lengths) - 1))]
    parts: list[str] = []
    goes_on = False
    for line in lines:
        if not line.strip():
            goes_on = False
            continue
        if goes_on and parts:
            parts[-1] += " " + line.strip()
        else:
            parts.append(line.strip())
        goes_on = len(line) >= full
    return "\n\n".join(parts)


def read_spreadsheet(data: bytes, path: Path) -> list[tuple[str, list[list[str]]]]:
    """Sheets of a workbook (.xlsx, .xls, .ods), by calamine.

    Parameters
    ----------
    data : bytes
        The file.
    path : Path
        Its name.

    Returns
    -------
    list of (str, list of list of str)
        Name and rows of each sheet, from its first row; dates in ISO form, whole numbers without
        a point.

    Raises
    ------
    TopicsError
        If it cannot be read.
    """
    need("python_calamine", "a workbook", path)
    if data.startswith(b"PK"):
        check_unpacked(data, path)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            (name, [[_cell(cell) for cell in row] for row in _sheet(workbook, name)])
            for name in workbook.sheet_names
        ]
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        locked = "password" in str(error).lower()
        problem = "it is locked with a password" if locked else "it is damaged, or no workbook"
        raise TopicsError(problem, "open it and save it anew", path=path) from None
    except BaseException as error:
        # A panic of the library is no Exception.
        if type(error).__name__ == "PanicException":
            raise TopicsError("it is damaged", "open it and save it anew", path=path) from None
        raise


def _sheet(workbook: Any, name: str) -> Any:
    return workbook.get_sheet_by_name(name).iter_rows()


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return "" if value is None else str(value)
