"""Large files in pieces: what is read is what reading them as a whole gives."""

import bz2
import csv
import gzip
import io
import json
import os
import random
import re
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather

from topics import Corpus, TopicsError, iter_releases, read_releases
from topics.reading.corpus import TakenIds

CELLS = st.text(
    st.sampled_from("ab ,;\"\n\r\té難\u2028\x85\\='{}[]:") | st.characters(codec="utf-8"),
    max_size=40,
)
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=30)
SAME = {"languages": False, "boilerplate": "keep"}


def joined(path, size):
    return Corpus.concat(iter_releases(path, batch_bytes=size, **SAME))


def assert_same(path, size):
    """In pieces and as a whole: the same rows, rejects and errors."""
    try:
        whole = read_releases(path, **SAME)
    except TopicsError as error:
        with pytest.raises(TopicsError, match=re.escape(error.problem.partition(":")[0])):
            joined(path, size)
        return
    pieces = joined(path, size)
    assert pieces.table.to_pylist() == whole.table.to_pylist()
    key = [(reject["row"] or 0, reject["reason"]) for reject in whole.rejects.to_pylist()]
    assert sorted(
        (reject["row"] or 0, reject["reason"]) for reject in pieces.rejects.to_pylist()
    ) == sorted(key)


def with_a_plain_head(rows):
    """Enough that the first piece shows what the columns are."""
    plain = [(f"Talks {i}", f"Envoys met in Port Ellis on day {i} of the talks.") for i in range(9)]
    return plain + [(title, f"Aid {i} {text}") for i, (title, text) in enumerate(rows)]


@given(ROWS, st.integers(900, 2000))
@settings(max_examples=60, deadline=None)
def test_json_lines(tmp_path_factory, rows, size):
    path = tmp_path_factory.mktemp("in") / "releases.jsonl"
    lines = [
        json.dumps({"title": title, "text": text}, ensure_ascii=i % 2 == 0)
        for i, (title, text) in enumerate(with_a_plain_head(rows))
    ]
    lines[12:12] = ["", "{broken", "7"]
    path.write_text("\n".join(lines), "utf-8")
    assert_same(path, size)


@given(ROWS, st.integers(900, 2000), st.sampled_from(",;\t"))
@settings(max_examples=60, deadline=None)
def test_csv(tmp_path_factory, rows, size, delimiter):
    path = tmp_path_factory.mktemp("in") / "releases.csv"
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["title", "text"])
    for row in with_a_plain_head(rows):
        writer.writerow([cell.replace("\x00", "") for cell in row])
    path.write_text(file.getvalue() + "\n1,2,3,4,5,6\n", "utf-8", newline="")
    assert_same(path, size)


@pytest.mark.parametrize("ending", ["parquet", "feather", "jsonl.gz", "csv.bz2"])
def test_other_files(tmp_path, ending):
    rows = with_a_plain_head([("", "more"), ("again", "more")] * 40)
    table = pa.table({"title": [row[0] for row in rows], "text": [row[1] for row in rows]})
    path = tmp_path / f"releases.{ending}"
    if ending == "parquet":
        pq.write_table(table, path, row_group_size=50)
    elif ending == "feather":
        feather.write_feather(table, path, chunksize=33)
    elif ending == "jsonl.gz":
        lines = "".join(json.dumps(row) + "\n" for row in table.to_pylist())
        path.write_bytes(gzip.compress(lines.encode()))
    else:
        text = "title,text\n" + "".join(f'"{title}","{text}"\n' for title, text in rows)
        path.write_bytes(bz2.compress(text.encode()))
    assert len(list(iter_releases(path, batch_bytes=800, **SAME))) > 2
    assert_same(path, 800)


def test_a_folder_and_what_cannot_be_read(tmp_path):
    for i in range(9):
        (tmp_path / f"{i}.txt").write_text(f"Talks {i}\n\nEnvoys met in Port Ellis. " * 9)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "big.csv").write_text("title,text\n" + "Aid,It came by ferry.\n" * 60)
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "Aid"}\n' * 20000)[:-40])
    batches = list(iter_releases(tmp_path, batch_bytes=600, **SAME))
    assert sum(map(len, batches)) >= 69
    ids = [name for corpus in batches for name in corpus["id"].to_pylist()]
    assert len(set(ids)) == len(ids)
    rejects = [reject for corpus in batches for reject in corpus.rejects.to_pylist()]
    reasons = {reject["path"].rpartition("/")[2]: reject["reason"] for reject in rejects}
    assert "empty" in reasons["empty.txt"]
    assert "cut short" in reasons["cut.jsonl.gz"]
    assert "no row from here on" in reasons["cut.jsonl.gz"]
    with pytest.raises(TopicsError, match="the file is empty"):
        list(iter_releases(tmp_path / "empty.txt"))


def test_what_the_first_piece_decides_holds(tmp_path):
    path = tmp_path / "a.jsonl"
    rows = [{"Meldung": f"Die Hilfe kam am Montag an, Nummer {i}.", "on": "13/02/2024"}
            for i in range(40)]  # fmt: skip
    rows += [{"Meldung": "Kurz.", "on": "03/02/2024", "notes": "a much longer text than theirs"}]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    *_, last = iter_releases(path, columns={"date": "on"}, batch_bytes=700, languages=False)
    assert last["text"].to_pylist()[-1] == "Kurz."
    assert last["date"].to_pylist()[-1] == "2024-02-03"
    # And a column that a later piece has not is missing there.
    path.write_text(path.read_text() + '{"notes": "x"}\n' * 90)
    *_, last = iter_releases(path, columns={"date": "on"}, batch_bytes=700, languages=False)
    assert not len(last)
    assert last.rejects["reason"].to_pylist()[-1] == "the text is empty"


@given(st.lists(st.lists(st.sampled_from(["a", "b", "a-2", "a-3", "é"]), max_size=8), max_size=6))
def test_ids_are_given_once(lists):
    taken = TakenIds()
    given = [name for ids in lists for name in taken.unique(ids)]
    assert len(set(given)) == len(given) == sum(map(len, lists))


def test_what_stands_before_a_fault_is_read(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    rng = random.Random(0)
    rows = [f'{{"text": "Aid {rng.random()} came {rng.random()}"}}\n' for _ in range(20000)]
    path.write_bytes(gzip.compress("".join(rows).encode())[:-60000])
    batches = list(iter_releases(path, batch_bytes=10000, **SAME))
    n = sum(map(len, batches))
    assert 15000 < n < 20000
    # Of the row that the fault is in half may be there.
    reasons = [reject for corpus in batches for reject in corpus.rejects["reason"].to_pylist()]
    assert any("cut short" in reason for reason in reasons)
    assert len(reasons) <= 2


def test_a_row_too_large_to_be_held_is_a_reject(tmp_path, monkeypatch):
    monkeypatch.setattr("topics.reading.batches._LONGEST_LINE", 5000)
    path = tmp_path / "a.jsonl"
    rows = [json.dumps({"text": f"Aid came by ferry, load {i}."}) for i in range(60)]
    for at in (0, 20, 61):
        rows.insert(at, json.dumps({"text": "Aid. " * 4000}))
    path.write_text("\n".join(rows) + "\n")
    for last in (True, False):
        found = joined(path, 800)
        assert found["row"].to_pylist() == [i for i in range(1, 64) if i not in (1, 21, 62)]
        assert [(r["row"], r["reason"][:17]) for r in found.rejects.to_pylist()] == [
            (row, "the row is larger") for row in (1, 21, 62)
        ]
        if last:
            # The last line need not end.
            path.write_text(path.read_text().rstrip())
    path = tmp_path / "a.csv"
    path.write_text("title,text\n" + "Aid,It came by ferry.\n" * 90 + "Talks," + "long " * 4000)
    found = joined(path, 800)
    assert len(found) == 90
    (reject,) = found.rejects.to_pylist()
    assert reject["row"] == 92
    assert "the line is larger" in reject["reason"]
    assert "no row from here on" in reject["reason"]


def test_the_encoding_of_the_first_telling_piece_holds(tmp_path):
    path = tmp_path / "a.csv"
    polish = "Zażółć gęślą jaźń, powiedział święty Łukasz w Łodzi źle."
    english = "The harbour board met on Tuesday, and the ferry will sail as before."
    rows = [polish] * 60 + [english] * 200 + ["Łódź święto"] + [english] * 60
    text = "title,text\n" + "".join(f'A{i},"{row}"\n' for i, row in enumerate(rows))
    path.write_bytes(text.encode("cp1250"))
    found = joined(path, 2000)
    assert found["text"].to_pylist()[260] == "Łódź święto"


def test_dates_are_read_one_way_in_all_pieces(tmp_path):
    path = tmp_path / "a.csv"
    dates = ["03/07/2018"] * 60 + ["13/07/2018"] * 60 + ["04/07/2018"] * 60
    lines = "".join(f"{date},The ferry came in on time.\n" for date in dates)
    path.write_text("date,text\n" + lines)
    found = joined(path, 900)["date"].to_pylist()
    assert len(set(found[:60])) == len(set(found[120:])) == 1
    assert found[0][5:7] == {"2018-04-07": "03", "2018-07-04": "07"}[found[-1]]


def test_a_quote_that_is_not_closed_loses_no_row(tmp_path):
    path = tmp_path / "a.csv"
    rows = [f'{i},"The ferry came, load {i}."' for i in range(300)]
    rows[200] = rows[200].rstrip('"')
    path.write_text("id,text\n" + "\n".join(rows) + "\n")
    batches = list(iter_releases(path, batch_bytes=1500, **SAME))
    rejects = [row for corpus in batches for row in corpus.rejects["row"].to_pylist()]
    read = [row for corpus in batches for row in corpus["row"].to_pylist()]
    # The quote makes one row of two; the header is among those of the first piece.
    assert sorted({*read, *rejects}) == list(range(2, 301))
    assert len(read) + len(rejects) == 299
    # Nor where a line is one cell, and two of them close each other.
    lines = ["The ferry came in."] * 90
    lines[30] = lines[60] = '"The ferry came in.'
    path.write_text("text\n" + "\n".join(lines) + "\n")
    with pytest.raises(TopicsError, match="not closed"):
        read_releases(path, **SAME)


def test_rows_at_the_end_of_a_piece_are_no_notes_under_the_table(tmp_path):
    path = tmp_path / "a.csv"
    rows = ["A,2024-01-01,B,It came by ferry." if i % 2 else ",,,It came." for i in range(300)]
    path.write_text("title,date,source,text\n" + "\n".join(rows) + "\n")
    found = joined(path, 800)
    assert len(found) == 300
    assert not found.rejects.num_rows


def test_what_is_no_json_lines_is_read_as_a_whole(tmp_path):
    rows = [{"title": f"T{i}", "text": "The ferry came in on time."} for i in range(60)]
    pretty, listed = tmp_path / "pretty.jsonl", tmp_path / "list.jsonl"
    pretty.write_text("\n".join(json.dumps(row, indent=1) for row in rows))
    listed.write_text(json.dumps(rows, indent=0))
    for path in (pretty, listed):
        assert len(joined(path, 700)) == 60


def test_one_bad_file_does_not_stop_a_folder(tmp_path):
    (tmp_path / "a.csv").write_text("n,m\n" + "1,2\n" * 9)
    lines = '{"text": "The ferry came in on time."}\n' * 90
    (tmp_path / "b.jsonl").write_text(lines)
    (tmp_path / "c.csv").write_text("n,m\n" + "1,2\n" * 500)
    found = joined(tmp_path, 700)
    assert len(found) == 90
    assert {r["path"][-5:] for r in found.rejects.to_pylist()} == {"a.csv", "c.csv"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_named_pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text("Talks\n\nEnvoys met on Friday."))
    writer.start()
    assert len(joined(path, 1000)) == 1
    writer.join()
