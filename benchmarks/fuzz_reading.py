"""Damaged and hostile files of all formats: a release, a reject or an error, and nothing else.

    python benchmarks/fuzz_reading.py [--files 10000] [--seed 0] [--keep FOLDER]

Whole files of each format are written, then bytes are changed, cut, doubled, swapped and inserted.
Each is read in a process of its own that many share, as a whole and in pieces: what is no
TopicsError, gives a row of a table twice, takes more than five seconds, or more memory than ten times the file and 200 MB, is printed and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import bz2
import collections
import gzip
import io
import json
import lzma
import multiprocessing
import os
import random
import resource
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
import zipfile
from pathlib import Path
from typing import Any

TITLES = [
    "Talks resume in Port Ellis",
    "Hilfe für Familien",
    "وصول المساعدات إلى المخيم",
    "新桥开通",
    "Ferry",
]
PROSE = (
    "The harbour board said on Tuesday that the new ferry will carry two hundred passengers, "
    "and that the fares will stay as they are until the spring. "
)


def records() -> list[dict[str, Any]]:
    return [
        {"title": title, "text": PROSE * 3 + title, "date": f"2018-07-0{i}", "source": "Board"}
        for i, title in enumerate(TITLES, 1)
    ]


def whole_files() -> dict[str, bytes]:
    """A file of each format that is as it should be."""
    import pandas as pd

    rows = records()
    frame = pd.DataFrame(rows)
    page = "\n\n".join(
        f"{row['title']}\n\n{row['text']}\n\n(Source: Board / 0{i}.07.2018)"
        for i, row in enumerate(rows, 1)
    )
    html = f"<html><head><title>{TITLES[0]}</title></head><body><article><h1>{TITLES[0]}</h1>"
    html += f"<p>{PROSE * 4}</p><p>{PROSE * 2}</p></article></body></html>"
    items = "".join(f"<item><title>{r['title']}</title><description>{r['text']}</description></item>"
                    for r in rows)  # fmt: skip
    mail = f"From: Board <b@example.org>\nSubject: Ferry\nDate: Tue, 03 Jul 2018 10:00:00 +0000\n\n{PROSE}\n"
    front = f"---\ntitle: Ferry\ndate: 2018-07-03\ntags: [a, b]\n---\n\n{PROSE}\n"
    lexis = f"\n 1 of 2 DOCUMENTS\n\n The Board\n\n July 3, 2018\n\nFerry\n\nLENGTH: 9 words\n\n{PROSE}\n\nLOAD-DATE: July 3, 2018\n\n 2 of 2 DOCUMENTS\n\n The Board\n\n July 4, 2018\n\nTalks\n\n{PROSE}\n"
    files = {
        "a.txt": page.encode(), "b.txt": front.encode(), "c.txt": lexis.encode(),
        "d.txt": page.encode("utf-16"), "e.txt": page.encode("cp1252", "replace"),
        "a.html": html.encode(), "a.csv": frame.to_csv(index=False).encode(),
        "b.csv": frame.to_csv(index=False, sep=";").encode("cp1252", "replace"),
        "a.tsv": frame.to_csv(index=False, sep="\t").encode(),
        "a.json": json.dumps({"status": "ok", "articles": rows}).encode(),
        "b.json": frame.to_json().encode(), "c.json": frame.to_json(orient="split").encode(),
        "a.jsonl": frame.to_json(orient="records", lines=True).encode(),
        "a.xml": f"<?xml version='1.0'?><rss><channel>{items}</channel></rss>".encode(),
        "b.xml": f"<?xml version='1.0'?><rows><row><title>A</title><text>{PROSE}</text></row><row><title>B</title><text>{PROSE}</text></row></rows>".encode(),
        "a.eml": mail.encode(),
        "a.mbox": (f"From b@example.org Tue Jul  3 10:00:00 2018\n{mail}\n" * 3).encode(),
        "a.rtf": (r"{\rtf1\ansi\b Ferry\b0\par " + PROSE + r"\par}").encode(),
        "a.mhtml": (f"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"x\"\n\n--x\nContent-Type: text/html\nContent-Location: https://example.org/\n\n{html}\n--x--\n").encode(),
        "a.warc": (f"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://example.org/\r\nContent-Type: text/html\r\nContent-Length: {len(html.encode())}\r\n\r\n{html}\r\n\r\n").encode(),
    }  # fmt: skip
    binary = {"a.parquet": frame.to_parquet, "a.feather": frame.to_feather}
    for name, write in binary.items():
        file = io.BytesIO()
        write(file)
        files[name] = file.getvalue()
    files |= office_files()
    files["a.zip"] = zipped(
        {"a.txt": files["a.txt"], "in/b.csv": files["a.csv"], "c.docx": files["a.docx"]}
    )
    files["b.zip"] = zipped({"../out.txt": b"x", "nested.zip": files["a.zip"]})
    bomb = zipped({"bomb.txt": b"0" * (180 << 20)})
    files["bomb.zip"] = bomb
    files["bomb.txt.gz"] = gzip.compress(b"0" * (180 << 20))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        for name in ("a.txt", "a.json"):
            info = tarfile.TarInfo(name)
            info.size = len(files[name])
            archive.addfile(info, io.BytesIO(files[name]))
    files["a.tar.gz"] = tar.getvalue()
    files["a.csv.bz2"] = bz2.compress(files["a.csv"])
    files["a.csv.xz"] = lzma.compress(files["a.csv"])
    files["deep.json"] = b"[" * 100_000
    files["deep.html"] = b"<html><body>" + b"<div>" * 20_000 + PROSE.encode()
    files["laughs.xml"] = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
        + b"]><rows><row><text>&j;</text></row></rows>"
    )
    return files


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def office_files() -> dict[str, bytes]:
    import docx
    from matplotlib.figure import Figure

    document = docx.Document()
    document.add_heading(TITLES[0], 0)
    for _ in range(3):
        document.add_paragraph(PROSE)
    word = io.BytesIO()
    document.save(word)
    content = "".join(f"<text:p>{text}</text:p>" for text in (TITLES[0], PROSE, PROSE))
    odt = zipped({
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": (
            '<?xml version="1.0"?><office:document-content '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
            f"{content}</office:text></office:body></office:document-content>"
        ).encode(),
    })  # fmt: skip
    figure = Figure()
    figure.text(0.1, 0.8, TITLES[0])
    figure.text(0.1, 0.6, PROSE)
    pdf = io.BytesIO()
    figure.savefig(pdf, format="pdf")
    cells = "".join(
        f'<row r="{i}"><c t="inlineStr" r="A{i}"><is><t>{a}</t></is></c><c t="inlineStr" r="B{i}"><is><t>{b}</t></is></c></row>'
        for i, (a, b) in enumerate(
            [("title", "text"), *((r["title"], r["text"]) for r in records())], 1
        )
    )
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    xlsx = zipped({
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships {relations}><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships {relations}><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>".encode(),
    })  # fmt: skip
    return {"a.docx": word.getvalue(), "a.odt": odt, "a.pdf": pdf.getvalue(), "a.xlsx": xlsx}


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one to four faults."""
    new = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at, end = sorted(rng.randrange(len(new) + 1) for _ in range(2))
        fault = rng.randrange(7)
        if fault == 0:
            del new[at:]
        elif fault == 1:
            del new[at : min(end, at + rng.choice((1, 10, 200)))]
        elif fault == 2:
            new[at:at] = new[at : min(end, at + 300)]
        elif fault == 3:
            for _ in range(rng.choice((1, 8, 64))):
                if new:
                    new[rng.randrange(len(new))] = rng.randrange(256)
        elif fault == 4:
            new[at:at] = rng.choice(
                (b"\x00", b'"', b"<", b"\xff\xfe", b"{", b"\n\n\n", b"\x1b[2J", b"---\n")
            )
        elif fault == 5:
            new[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 30))))
        else:
            new = bytearray(new[end:] + new[at:end] + new[:at])
    return bytes(new)


def read(path: str) -> tuple[str, float, float]:
    """What became of a file, the seconds, and the megabytes that the process grew by."""
    import topics

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    try:
        # In pieces, as `topics label` reads it: each row once, labelled or rejected.
        pieces = list(topics.iter_releases(path, languages=False, batch_bytes=1500))
        rows = [row for piece in pieces for row in piece["row"].to_pylist()]
        if path.endswith((".csv", ".jsonl", ".parquet")) and len(set(rows)) < len(rows):
            return "TWICE", 0.0, 0.0
    except topics.TopicsError:
        pass
    except BaseException:
        return "TRACEBACK " + traceback.format_exc()[-1500:], 0.0, 0.0
    try:
        corpus = topics.read_releases(path, languages=False)
        said = f"{'releases' if len(corpus) else 'nothing'}"
    except topics.TopicsError as error:
        said = "error" if "\n" not in str(error) else f"LINES {error}"
    except BaseException:
        said = "TRACEBACK " + traceback.format_exc()[-1500:]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    return said, time.perf_counter() - begun, grown


def work(job: tuple[str, bytes, str, int]) -> tuple[str, int, str, float, float]:
    name, data, folder, number = job
    warnings.simplefilter("ignore")
    path = Path(folder, f"{number}-{name}")
    path.write_bytes(data)
    said, seconds, grown = read(str(path))
    fine = said in ("releases", "nothing", "error") and seconds < 5
    fine = fine and grown < 200 + 10 * len(data) / 2**20
    if fine:
        os.unlink(path)
    return name, number, said, seconds, grown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", help="folder that gets the files that were misread")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    files = whole_files()
    folder = args.keep or tempfile.mkdtemp()
    Path(folder).mkdir(parents=True, exist_ok=True)
    names = sorted(files)
    jobs = [(name, files[name], folder, i) for i, name in enumerate(names)]
    small = [name for name in names if not name.startswith(("bomb", "deep", "laughs"))]
    while len(jobs) < args.files:
        name = rng.choice(small)
        jobs.append((name, damaged(files[name], rng), folder, len(jobs)))
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    bad = slowest = 0.0
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=500) as pool:
        for name, number, said, seconds, grown in pool.imap_unordered(work, jobs, 20):
            counts[name.partition(".")[2]][said.split()[0]] += 1
            size = len(jobs[number][1]) / 2**20
            slowest = max(slowest, seconds)
            if (
                said not in ("releases", "nothing", "error")
                or seconds > 5
                or grown > 200 + 10 * size
            ):
                bad += 1
                print(f"{number}-{name}: {said} ({seconds:.1f} s, {grown:.0f} MB)", flush=True)
    for kind, found in sorted(counts.items()):
        print(f"{kind:10} " + "  ".join(f"{said} {n}" for said, n in sorted(found.items())))
    print(f"{len(jobs)} files, {bad:.0f} misread; the slowest took {slowest:.1f} s")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
