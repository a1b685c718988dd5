"""Documents, mail, feeds, pages and archives: told by what they hold, and read or refused in a line."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from email.message import EmailMessage

import docx
import pytest
from docx.oxml import parse_xml
from matplotlib.figure import Figure

from topics import TopicsError, read_releases

TITLE = "Ferry sails to Port Ellis"
PROSE = (
    "The harbour board said on Tuesday that the new ferry will carry two hundred passengers, and "
    "that the fares will stay as they are until the spring."
)
MORE = "Council members had asked for a second crossing in the evening, which the board will try."
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(path, data, **options):
    path.write_bytes(data)
    return read_releases(path, languages=False, **options)


def word(*, add=None):
    document = docx.Document()
    document.add_heading(TITLE, 0)
    document.add_paragraph(f"Port Ellis, 3 July 2018 – {PROSE}")
    document.add_paragraph(MORE)
    if add is not None:
        add(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def open_document(body):
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "drawing")
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def pdf():
    figure = Figure()
    for y, text in (
        (0.9, TITLE),
        (0.8, f"Port Ellis, 3 July 2018 - {PROSE[:60]}-"),
        (0.77, PROSE[60:]),
    ):
        figure.text(0.02, y, text, fontsize=16 if text == TITLE else 9)
    file = io.BytesIO()
    figure.savefig(file, format="pdf")
    return file.getvalue()


RTF = (
    r"{\rtf1\ansi{\b Ferry sails to Port Ellis}\par Port Ellis, 3 July 2018 - " + PROSE + r"\par}"
).encode()


def message(**headers):
    found = EmailMessage()
    found["From"] = "Harbour Board <press@example.org>"
    found["Subject"] = "Fähre für Port Ellis"
    found["Date"] = "Tue, 03 Jul 2018 10:00:00 +0200"
    for name, value in headers.items():
        found[name] = value
    found.set_content(f"{PROSE}\n\n{MORE}\n\n-- \nPress office\n")
    return found


@pytest.mark.parametrize("name", ["a.docx", "a.txt", "a"])
def test_word_documents_are_told_by_what_they_hold(tmp_path, name):
    (release,) = read(tmp_path / name, word())
    assert (release["title"], release["date"]) == (TITLE, "2018-07-03")
    assert release["text"].endswith(f"{PROSE}\n\n{MORE}")


def test_word_documents_with_insertions_controls_boxes_and_tables(tmp_path):
    def add(document):
        table = document.add_table(1, 3)
        for cell, text in zip(table.rows[0].cells, ("Tonnes", "412", "412"), strict=True):
            cell.text = text
        body = document.element.body
        body.insert(2, parse_xml(f"<w:p {WORD}><w:r><w:t>with </w:t></w:r><w:ins w:id='1'><w:r><w:t>an insertion"
                                 "</w:t></w:r></w:ins><w:del w:id='2'><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"))  # fmt: skip
        body.insert(2, parse_xml(f"<w:sdt {WORD}><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>"))  # fmt: skip
        body.insert(
            2,
            parse_xml(
                f"<w:p {WORD}><w:r><w:t>Write to &lt;press@example.org&gt;</w:t></w:r></w:p>"
            ),
        )

    (release,) = read(tmp_path / "a.docx", word(add=add))
    for part in ("with an insertion", "in a control", "Tonnes\t412\t412", "<press@example.org>"):
        assert part in release["text"]
    assert "gone" not in release["text"]


def test_open_documents(tmp_path):
    body = (
        f"<text:h>{TITLE}</text:h><text:p>Port Ellis, 3 July 2018 – {PROSE}<text:note><text:note-body>"
        "<text:p>a note</text:p></text:note-body></text:note></text:p>"
        f"<text:p>Two<text:s text:c='2'/>spaces<text:tab/>and<text:line-break/>a line. {MORE}</text:p>"
    )
    (release,) = read(tmp_path / "a.odt", open_document(body))
    assert (release["title"], release["date"]) == (TITLE, "2018-07-03")
    assert "a note" not in release["text"]
    assert f"Two  spaces\tand\na line. {MORE}" in release["text"]


@pytest.mark.parametrize(("name", "data"), [("a.rtf", RTF), ("a.pdf", pdf()), ("b.txt", RTF)])
def test_rich_text_and_pdf(tmp_path, name, data):
    (release,) = read(tmp_path / name, data)
    assert (release["title"], release["date"]) == (TITLE, "2018-07-03")
    assert "two hundred passengers" in " ".join(release["text"].split())


def test_a_pdf_of_pictures_is_refused_with_what_to_do(tmp_path):
    file = io.BytesIO()
    Figure().savefig(file, format="pdf")
    with pytest.raises(TopicsError, match="pictures of pages and no text; run OCR"):
        read(tmp_path / "scan.pdf", file.getvalue())


def test_messages_and_mailboxes(tmp_path):
    (release,) = read(tmp_path / "a.eml", message().as_bytes())
    assert (release["title"], release["source"], release["date"]) == (
        "Fähre für Port Ellis", "Harbour Board", "2018-07-03"
    )  # fmt: skip
    assert release["text"] == f"{PROSE}\n\n{MORE}"
    (release,) = read(tmp_path / "a.txt", message().as_bytes())
    assert release["title"] == "Fähre für Port Ellis"
    boxed = b"".join(
        b"From press@example.org Tue Jul  3 10:00:00 2018\n"
        + message(to=f"{i}@example.org").as_bytes()
        + b"\n"
        for i in range(3)
    )
    corpus = read(tmp_path / "a.mbox", boxed)
    assert (len(corpus), corpus["row"].to_pylist()) == (3, [1, 2, 3])
    marked = message()
    marked.set_content(f"<p>{PROSE}</p><p>{MORE}</p>", subtype="html")
    marked.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="a.pdf")
    corpus = read(tmp_path / "b.eml", marked.as_bytes())
    assert corpus[0]["text"] == f"{PROSE}\n\n{MORE}"
    assert any("1 attached files are not read" in line for line in corpus.log)


FEED = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Board</title>
<item><title>{TITLE}</title><pubDate>Tue, 03 Jul 2018 10:00:00 GMT</pubDate><link>https://example.org/1</link>
<description><![CDATA[<p>{PROSE}</p>]]></description></item>
<item><title>Two</title><pubDate>Wed, 04 Jul 2018 10:00:00 GMT</pubDate><description>{MORE}</description></item>
<item><title>Empty</title></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Board</title><entry><title>{TITLE}</title>
<updated>2018-07-03T10:00:00Z</updated><content type="html">&lt;p&gt;{PROSE}&lt;/p&gt;</content></entry></feed>"""
NITF = f"""<?xml version="1.0"?><nitf><head><docdata><date.issue norm="20180703T100000Z"/>
<doc.copyright holder="Board"/></docdata></head><body><body.head><hedline><hl1>{TITLE}</hl1></hedline></body.head>
<body.content><p>{PROSE}</p><p>{MORE}</p></body.content></body></nitf>"""
NEWSML = f"""<?xml version="1.0"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1"><itemMeta>
<versionCreated>2018-07-03T10:00:00Z</versionCreated><provider literal="Board"/></itemMeta><contentMeta>
<headline>{TITLE}</headline></contentMeta><contentSet><inlineXML><html><body><p>{PROSE}</p><p>{MORE}</p></body>
</html></inlineXML></contentSet></newsItem>"""


@pytest.mark.parametrize("text", [FEED, ATOM, NITF, NEWSML], ids=["rss", "atom", "nitf", "newsml"])
@pytest.mark.parametrize("name", ["a.xml", "a.txt"])
def test_feeds_and_news_agencies(tmp_path, text, name):
    corpus = read(tmp_path / name, text.encode())
    release = corpus[0]
    assert (release["title"], release["date"], release["source"]) == (TITLE, "2018-07-03", "Board")
    assert release["text"].startswith(PROSE)
    assert "<" not in release["text"]
    if text is FEED:
        assert (len(corpus), corpus.rejects["row"].to_pylist()) == (2, [3])


def test_entities_of_xml_are_not_expanded(tmp_path):
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    data = f'<?xml version="1.0"?>{laughs}<rows><row><title>A</title><text>{PROSE} &b; &c;</text></row></rows>'
    corpus = read(tmp_path / "a.xml", data.encode())
    assert "haha" not in corpus[0]["text"]
    assert "root" not in corpus[0]["text"]


def page(body, title=TITLE):
    return f"<html><head><title>{title}</title></head><body><article>{body}</article></body></html>"


def test_pages(tmp_path):
    body = f"<h1>{TITLE}</h1><p>Port Ellis, 3 July 2018 - {PROSE}</p><p>{MORE}</p>"
    (release,) = read(tmp_path / "a.txt", page(body, f"{TITLE} | Harbour Board").encode())
    assert (release["title"], release["date"]) == (TITLE, "2018-07-03")
    prefix = page(
        f"<p>Iranian forces said on Tuesday that they moved. {PROSE}</p><p>{MORE}</p>", "Iran"
    )
    (release,) = read(tmp_path / "b.html", prefix.encode())
    assert release["text"].startswith("Iranian forces said")
    saved = message()
    saved = (
        "From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"x\"\n\n--x\n"
        f"Content-Type: text/html\nContent-Location: https://example.org/\n\n{page(body)}\n--x--\n"
    )  # fmt: skip
    (release,) = read(tmp_path / "a.mhtml", saved.encode())
    assert release["title"] == TITLE
    record = page(body).encode()
    warc = (
        b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://example.org/\r\n"
        b"WARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2018-07-03T10:00:00Z\r\nContent-Type: text/html\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(record), record)
    )
    (release,) = read(tmp_path / "a.warc", warc)
    assert (release["title"], release["url"]) == (TITLE, "https://example.org/")


def packed(kind):
    text = f"{TITLE}\n\n{PROSE}\n".encode()
    if kind == "zip":
        return "a.zip", zipped({"a.txt": text, "in/b.docx": word(), ".hidden.txt": b"no"})
    if kind == "tar":
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name, data in (("a.txt", text), ("in/b.docx", word())):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return "a.tar.gz", file.getvalue()
    return f"a.txt.{kind}", {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[kind](
        text
    )


@pytest.mark.parametrize("kind", ["zip", "tar", "gz", "bz2", "xz"])
def test_archives_and_compressed_files(tmp_path, kind):
    name, data = packed(kind)
    corpus = read(tmp_path / name, data)
    assert set(corpus["title"].to_pylist()) == {TITLE}
    assert len(corpus) == (2 if kind in ("zip", "tar") else 1)
    if kind == "zip":
        assert corpus["path"].to_pylist() == [
            f"{tmp_path}/a.zip/a.txt",
            f"{tmp_path}/a.zip/in/b.docx",
        ]


def test_archives_that_are_hostile(tmp_path):
    inner = zipped({"a.txt": f"{TITLE}\n\n{PROSE}\n"})
    corpus = read(
        tmp_path / "a.zip", zipped({"../../out.txt": "x", "b.zip": inner, "c.png": b"\x89PNG\r\n"})
    )
    assert corpus["title"].to_pylist() == [TITLE]
    reasons = {r["path"].rpartition("a.zip/")[2]: r["reason"] for r in corpus.rejects.to_pylist()}
    assert reasons["../../out.txt"] == "its name leads out of the archive"
    assert "picture" in reasons["c.png"]
    assert not (tmp_path.parent.parent / "out.txt").exists()
    bomb = b"0" * (160 << 20)
    for name, data in (("b.zip", zipped({"b.txt": bomb})), ("b.txt.gz", gzip.compress(bomb, 1))):
        with pytest.raises(TopicsError, match="would become larger than"):
            read(tmp_path / name, data)
    deep = inner
    for _ in range(5):
        deep = zipped({"deeper.zip": deep})
    with pytest.raises(TopicsError, match=r"too deeply|no readable release"):
        read(tmp_path / "deep.zip", deep)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "a picture, not text"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 50, "damaged"),
        ("a.docx", b"just a text", "it is no .docx file"),
        ("a.pdf", b"%PDF-1.7\n garbage", "damaged"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "an old office program"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        ("a.pptx", zipped({"ppt/presentation.xml": "<a/>"}), "a presentation"),
        ("a.xml", b"<?xml version='1.0'?><invoice><total>3</total></invoice>", "of a kind that is not known"),
        ("a.xml", b"<?xml version='1.0'?><rows><row>", "broken XML"),
        ("a.eml", b"From: a@example.org\nSubject: x\nDate: Tue, 03 Jul 2018 10:00:00 +0000\n\n", "no text"),
    ],
)  # fmt: skip
def test_what_is_no_release_is_refused_in_a_line_that_says_what_it_is(
    tmp_path, name, data, message
):
    with pytest.raises(TopicsError, match=message) as raised:
        read(tmp_path / name, data)
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_package_that_is_missing_is_asked_for_by_the_extra(tmp_path, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "docx" else find(name, *rest),
    )
    with pytest.raises(TopicsError, match=r"pip install 'topics-toolkit\[files\]'"):
        read(tmp_path / "a.docx", word())


def test_a_folder_of_many_kinds(tmp_path):
    (tmp_path / "page_files").mkdir()
    (tmp_path / "page.html").write_text(page(f"<h1>{TITLE}</h1><p>{PROSE}</p><p>{MORE}</p>"))
    (tmp_path / "page_files" / "frame.html").write_text("<html><p>advert</p></html>")
    (tmp_path / "~$a.docx").write_bytes(b"lock")
    (tmp_path / "style.css").write_text("p {}")
    (tmp_path / "a.docx").write_bytes(word())
    (tmp_path / "noending").write_text(f"{TITLE}\n\n{PROSE}\n")
    corpus = read_releases(tmp_path, languages=False)
    assert len(corpus) == 3
    reasons = {r["path"].rpartition("/")[2]: r["reason"] for r in corpus.rejects.to_pylist()}
    assert reasons == {
        "frame.html": "part of a saved page", "~$a.docx": "a lock file of an office program",
        "style.css": "unknown kind of file (.css)",
    }  # fmt: skip


def test_a_picture_among_releases_is_a_reject(tmp_path):
    (tmp_path / "a.txt").write_text(f"{TITLE}\n\n{PROSE}\n")
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 99)
    (tmp_path / "o.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600)
    corpus = read_releases(tmp_path, languages=False)
    assert (len(corpus), corpus.rejects.num_rows) == (1, 2)


def test_a_feed_that_names_a_file_does_not_open_it(tmp_path):
    (tmp_path / "secret.xml").write_text(FEED)
    with pytest.raises(TopicsError, match="no entries"):
        read(tmp_path / "a.xml", str(tmp_path / "secret.xml").encode(), format="feed")


def test_text_boxes_within_text_boxes_are_read_once(tmp_path):
    def add(document):
        inner = "<w:p><w:r><w:t>the innermost box</w:t></w:r></w:p>"
        for _ in range(14):
            inner = f"<w:p><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
        document.element.body.insert(2, parse_xml(inner.replace("<w:p>", f"<w:p {WORD}>", 1)))

    (release,) = read(tmp_path / "a.docx", word(add=add))
    assert release["text"].count("the innermost box") == 1


def test_front_matter_that_grows_beyond_bounds_is_text(tmp_path):
    bomb = "a: &a0 [x, x]\n" + "".join(
        f"b{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60)
    )
    corpus = read(tmp_path / "a.md", f"---\n{bomb}---\n\n{PROSE}\n".encode())
    assert PROSE in corpus["text"][0].as_py()


def test_a_sheet_of_one_far_cell_is_refused(tmp_path):
    from workbook import write_xlsx

    write_xlsx(tmp_path / "a.xlsx", [["title", "text"], ["A", PROSE]])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/s.xml"].decode()
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/s.xml"] = sheet.replace("</sheetData>", far).encode()
    with pytest.raises(TopicsError, match="a cell stands far from all others"):
        read(tmp_path / "b.xlsx", zipped(parts))


def test_a_document_whose_first_entry_is_damaged_is_refused(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text" * 9)
        archive.writestr("content.xml", "<a/>")
    data = bytearray(file.getvalue())
    at = data.index(b"mimetype") + len("mimetype")
    data[at : at + 8] = b"\xff" * 8
    path = tmp_path / "news.odt"
    path.write_bytes(data)
    with pytest.raises(TopicsError, match=r"news\.odt"):
        read_releases(path)
