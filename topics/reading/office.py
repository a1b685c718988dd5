"""Documents of office programs and PDFs: their text, title and date."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from topics._errors import TopicsError
from topics.reading.archives import ZIP_ERRORS, allowance
from topics.reading.cleaning import join_broken_words
from topics.reading.dates import find_dates
from topics.reading.feeds import local_name, parse_xml

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
    except ZIP_ERRORS:
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


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_NOT_SHOWN = {f"{_WORD}del", f"{_WORD}moveFrom", f"{_COMPATIBLE}Fallback"}


@_guarded
def read_docx(data: bytes, path: Any) -> Document:
    r"""Text of a Word document, by python-docx; tables stand where they do in it.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    Document
        Its text, and its title where it has one.

    Raises
    ------
    TopicsError
        If it is damaged, or python-docx is not installed.

    Examples
    --------
    >>> import docx
    >>> document, file = docx.Document(), io.BytesIO()
    >>> _ = document.add_heading("Talks resume", 0), document.add_paragraph("Envoys met.")
    >>> document.save(file)
    >>> read_docx(file.getvalue(), "a.docx")
    Document(text='Talks resume\n\nEnvoys met.', title='Talks resume')
    """
    need("docx", "a Word document", path)
    check_unpacked(data, path)
    import docx
    from docx.text.paragraph import Paragraph

    document = docx.Document(io.BytesIO(data))
    parts: list[str] = []
    title = None
    for block in _word_blocks(document.element.body):
        if block.tag == f"{_WORD}tbl":
            parts += [
                "\t".join(cells) for row in _inside(block, "tr") if (cells := _word_cells(row))
            ]
            continue
        text = _word_text(block)
        if not text.strip():
            continue
        parts.append(text)
        if title is None:
            style = str(getattr(Paragraph(block, document).style, "name", "") or "").lower()
            title = text.strip() if style in ("title", "heading 1") else None
    return Document("\n\n".join(parts), title)


def _word_blocks(element: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, those in content controls and text boxes, too."""
    for child in element:
        if child.tag in _NOT_SHOWN:
            continue
        if child.tag == f"{_WORD}p":
            yield child
            for box in child.iter(f"{_WORD}txbxContent"):
                # Boxes within a box are found when that is read.
                tags: set[str] = set()
                for around in box.iterancestors():
                    if around is child:
                        break
                    tags.add(around.tag)
                if not tags & {*_NOT_SHOWN, f"{_WORD}txbxContent"}:
                    yield from _word_blocks(box)
        elif child.tag == f"{_WORD}tbl":
            yield child
        else:
            yield from _word_blocks(child)


def _inside(element: Any, name: str) -> Iterator[Any]:
    """Elements of a name, those within others of it left out."""
    for child in element:
        if child.tag == f"{_WORD}{name}":
            yield child
        elif child.tag not in _NOT_SHOWN:
            yield from _inside(child, name)


def _word_cells(row: Any) -> list[str]:
    cells = (" ".join(map(_word_text, cell.iter(f"{_WORD}p"))) for cell in _inside(row, "tc"))
    return [" ".join(cell.split()) for cell in cells if cell.strip()]


def _word_text(paragraph: Any) -> str:
    """What a paragraph shows: insertions, and no deletions and no text boxes beside it."""
    parts: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag in _NOT_SHOWN or node.tag in (f"{_WORD}txbxContent", f"{_WORD}pPr"):
            continue
        if node.tag == f"{_WORD}t":
            parts.append(node.text or "")
        elif node.tag in (f"{_WORD}tab", f"{_WORD}ptab"):
            parts.append("\t")
        elif node.tag in (f"{_WORD}br", f"{_WORD}cr"):
            parts.append("\n")
        elif node.tag == f"{_WORD}noBreakHyphen":
            parts.append("-")
        else:
            stack += reversed(node)
    return "".join(parts)


@_guarded
def read_odt(data: bytes, path: Any) -> Document:
    """Text of an OpenDocument text, packed or flat, without notes and what was deleted.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    Document
        Its text, and its title where it has one.

    Raises
    ------
    TopicsError
        If it is damaged.

    Examples
    --------
    >>> spaces = 'xmlns:o="urn:o" xmlns:text="urn:t"'
    >>> flat = f"<o:document {spaces}><o:body><text:p>Envoys met.</text:p></o:body></o:document>"
    >>> read_odt(flat.encode(), "a.fodt").text
    'Envoys met.'
    """
    if data.startswith(b"PK"):
        check_unpacked(data, path)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read("content.xml")
    root = parse_xml(data, path)
    parts: list[str] = []
    title = None
    for node in root.iter():
        name = local_name(node)
        if name not in ("p", "h") or any(
            local_name(above) in _ASIDE for above in node.iterancestors()
        ):
            continue
        text = _open_text(node)
        if not text.strip():
            continue
        parts.append(text)
        style = next(
            (value for key, value in node.attrib.items() if key.endswith("}style-name")), ""
        )
        if title is None and len(parts) < 8 and (name == "h" or style.lower() == "title"):
            title = text.strip()
    return Document("\n\n".join(parts), title)


_ASIDE = {"note", "annotation", "tracked-changes", "meta", "styles", "automatic-styles",
          "master-styles", "forms"}  # fmt: skip


def _open_text(paragraph: Any) -> str:
    """What a paragraph shows; what stands in a frame within is a paragraph of its own."""
    parts = [paragraph.text or ""]
    stack = [(node, False) for node in reversed(paragraph)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            parts.append(node.tail or "")
            continue
        stack.append((node, True))
        name = local_name(node)
        if name == "s":
            count = next((v for k, v in node.attrib.items() if k.endswith("}c")), "1")
            parts.append(" " * min(int(count) if count.isdigit() else 1, 80))
        elif name in ("tab", "line-break"):
            parts.append("\t" if name == "tab" else "\n")
        elif name and name not in _ASIDE and name not in ("frame", "custom-shape", "p", "h"):
            parts.append(node.text or "")
            stack += [(inner, False) for inner in reversed(node)]
    return "".join(parts)


@_guarded
def read_rtf(data: bytes, path: Any) -> Document:
    r"""Text of a Rich Text file, by striprtf.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    Document
        Its text, and its title where it has one.

    Raises
    ------
    TopicsError
        If it is damaged, or striprtf is not installed.

    Examples
    --------
    >>> read_rtf(rb"{\rtf1 {\b Talks}\par Envoys met.\par}", "a.rtf").text
    'Talks\n\nEnvoys met.'
    """
    need("striprtf", "a Rich Text file", path)
    from striprtf.striprtf import rtf_to_text

    source = data.decode("latin-1")
    try:
        text = rtf_to_text(source, errors="replace")
    except ValueError:
        # Pictures in a way that the library does not know.
        text = rtf_to_text(_without_pictures(source), errors="replace")
    lines = [line for line in text.split("\n") if line.strip()]
    return Document("\n\n".join(_without_bars(line) for line in lines))


def _without_pictures(source: str) -> str:
    """Rich Text without its groups of pictures."""
    parts, at = [], 0
    while (start := source.find("{\\pict", at)) >= 0:
        parts.append(source[at:start])
        depth, at = 1, start + 1
        while at < len(source) and depth:
            depth += {"{": 1, "}": -1}.get(source[at], 0)
            at += 1
    return "".join([*parts, source[at:]])


def _without_bars(line: str) -> str:
    """A row of a table with tabs between its cells."""
    return line.rstrip("| ").replace("|", "\t") if line.rstrip().endswith("|") else line


@_guarded
def read_pdf(data: bytes, path: Any) -> Document:
    """Text layer of a PDF, by PDFium; words that were hyphenated at line ends are whole again.

    Parameters
    ----------
    data : bytes
        The file.
    path : object
        For messages.

    Returns
    -------
    Document
        Its text, and its title where it has one.

    Raises
    ------
    TopicsError
        If it is damaged or locked, holds pictures alone, or pypdfium2 is not installed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure, file = Figure(), io.BytesIO()
    >>> _ = figure.text(0.1, 0.5, "Envoys met in Port Ellis.")
    >>> figure.savefig(file, format="pdf")
    >>> read_pdf(file.getvalue(), "a.pdf").text
    'Envoys met in Port Ellis.'
    """
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
            pages.append(_page_text(shown))
            shown.close()
            page.close()
            size += len(pages[-1])
            if size > allowance(len(data)):
                raise TopicsError("it holds more text than a document does", "split it", path=path)
        given = document.get_metadata_dict().get("Title", "").strip()
    finally:
        document.close()
    text = "\n".join(pages)
    letters = len(re.findall(r"\w", text))
    if letters < 3 * max(1, min(len(pages), 5)):
        raise TopicsError(
            "it holds pictures of pages and no text", "run OCR over it, as with ocrmypdf", path=path
        )
    lines = _without_running_heads(pages)
    title = given if given and given in " ".join(lines[:12]) and " " in given else None
    return Document(_paragraphs(join_broken_words("\n".join(lines))), title)


def _page_text(shown: Any) -> str:
    """Lines of a page, with a blank one where the gap between two is wider than usual."""
    text = shown.get_text_range().replace("\ufffe", "-")
    lines = re.split(r"(\r\n|\r|\n)", text)
    at, kept, tops = 0, [], []
    for line, end in zip(lines[::2], [*lines[1::2], ""], strict=True):
        if line.strip():
            first = at + len(line) - len(line.lstrip())
            try:
                _, bottom, _, top = shown.get_charbox(first, loose=True)
            except Exception:  # a character without a place
                bottom = top = 0.0
            kept.append(line)
            tops.append((top, bottom))
        at += len(line) + len(end)
    gaps = [above[1] - below[0] for above, below in itertools.pairwise(tops)]
    heights = sorted(top - bottom for top, bottom in tops if top > bottom)
    usual = sorted(gap for gap in gaps if gap > -1)
    if not usual or not heights:
        return "\n".join(kept)
    wide = usual[len(usual) // 4] + 0.4 * heights[len(heights) // 2]
    parts = kept[:1]
    for gap, line, (above, below) in zip(gaps, kept[1:], itertools.pairwise(tops), strict=True):
        # Another size of type is another paragraph, too: a title above its text.
        sizes = sorted((above[0] - above[1], below[0] - below[1]))
        apart = gap > wide or sizes[1] > 1.2 * max(sizes[0], 0.1) or gap < -10 * heights[-1]
        parts += ["", line] if apart else [line]
    return "\n".join(parts)


def _without_running_heads(pages: list[str]) -> list[str]:
    """Lines of all pages but those that stand at the top or the foot of several."""
    split = [page.split("\n") for page in pages]
    edges = Counter(
        line.strip() for page in split for line in {*page[:2], *page[-2:]} if line.strip()
    )
    again = {line for line, n in edges.items() if n > 1 and 2 * n > len(pages)}
    found: list[str] = []
    for page in split:
        edge = {0, 1, len(page) - 2, len(page) - 1}
        found += [
            line
            for i, line in enumerate(page)
            if i not in edge or not (line.strip() in again or _is_page_number(line))
        ]
    return found


def _is_page_number(line: str) -> bool:
    return len(line.strip()) < 40 and _PAGE_NUMBER.match(line.strip()) is not None


_PAGE_NUMBER = re.compile(
    r"^\s*(?:page\s+|seite\s+)?[-–]?\s*\d{1,4}\s*[-–]?(?:\s*(?:/|of|von)\s*\d{1,4})?\s*$", re.I
)


def _paragraphs(text: str) -> str:
    """Lines of a page joined to paragraphs: one that is filled, or cut off, goes on in the next."""
    lines = [line.rstrip() for line in text.split("\n")]
    lengths = sorted(len(line) for line in lines if len(line) > 20)
    if not lengths:
        return text
    full = 0.75 * lengths[int(0.9 * (len(lengths) - 1))]
    parts: list[str] = []
    goes_on = False
    lines = _with_whole_titles(lines)
    for line in lines:
        shown = line.strip()
        if not shown:
            goes_on = False
            continue
        cut_off = bool(parts) and shown[0].islower() and parts[-1][-1:] not in ".!?:"
        if (goes_on or cut_off) and parts:
            parts[-1] += " " + shown
        else:
            parts.append(shown)
        goes_on = len(line) >= full
    return "\n\n".join(parts)


def _with_whole_titles(lines: list[str]) -> list[str]:
    """The lines, those of a title in large type joined: a block of a few short ones at the top."""
    blocks: list[list[str]] = []
    for filled, block in itertools.groupby(lines, key=lambda line: bool(line.strip())):
        part = list(block)
        title = filled and 1 < len(part) < 5 and len(blocks) < 8 and not any(
            line.rstrip().endswith((".", ":")) or find_dates(line) or "@" in line for line in part
        )  # fmt: skip
        blocks.append([" ".join(line.strip() for line in part)] if title else part)
    return [line for block in blocks for line in block]


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

    Examples
    --------
    >>> read_spreadsheet(b"PK", Path("a.xlsx"))
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: a.xlsx: it is damaged or cut short; copy it again
    """
    need("python_calamine", "a workbook", path)
    if data.startswith(b"PK"):
        check_unpacked(data, path)
        _check_sheets(data, path)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return _sheets(workbook)
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        locked = "password" in f"{type(error).__name__} {error}".lower()
        problem = "it is locked with a password" if locked else "it is damaged, or no workbook"
        raise TopicsError(problem, "open it and save it anew", path=path) from None
    except BaseException as error:
        # A panic of the library is no Exception.
        if type(error).__name__ == "PanicException":
            raise TopicsError("it is damaged", "open it and save it anew", path=path) from None
        raise


_MOST_CELLS = 20_000_000
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated=\"(\d+)\"")
_REFERENCE = re.compile(rb"<c [^>]*?r=\"([A-Z]{1,3})(\d{1,7})\"")


def _check_sheets(data: bytes, path: Any) -> None:
    """An error for a workbook whose sheets are far wider and longer than what they hold."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not (name.startswith("xl/worksheets/") or name == "content.xml"):
                continue
            try:
                sheet = archive.read(name)
            except ZIP_ERRORS:
                continue  # the reader of workbooks says what is wrong
            filled = sheet.count(b"<c ") + sheet.count(b"table-cell")
            if _extent(sheet, name) > min(_MOST_CELLS, 200_000 + 2_000 * filled):
                raise TopicsError(
                    "a cell stands far from all others", "delete what is beyond the table",
                    path=path,
                )  # fmt: skip


def _extent(sheet: bytes, name: str) -> int:
    """Cells of the rectangle that a sheet's cells span."""
    if name == "content.xml":
        times = sorted((int(n) for n in _REPEATED.findall(sheet) if len(n) < 9), reverse=True)
        # What is repeated at the end of a sheet is empty, and left out.
        return times[0] * times[1] if len(times) > 1 and b"office:value" in sheet else 0
    rows = columns = 1
    for letters, number in _REFERENCE.findall(sheet):
        place = 0
        for letter in letters:
            place = 26 * place + letter - 64
        rows, columns = max(rows, int(number)), max(columns, place)
    return rows * columns


def _sheets(workbook: Any) -> list[tuple[str, list[list[str]]]]:
    """Cells of the sheets that can be read; of none, what the library says of the last."""
    found, problem = [], None
    for name in workbook.sheet_names:
        try:
            rows = workbook.get_sheet_by_name(name).iter_rows()
            found.append((name, [[_cell(cell) for cell in row] for row in rows]))
        except (OSError, ValueError, OverflowError) as error:  # such as a sheet of a chart
            problem = error
    if not found and problem is not None:
        raise problem
    return found


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return "" if value is None else str(value)
