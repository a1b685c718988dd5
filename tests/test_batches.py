"""Large files in pieces: what is read is what reading them as a whole gives."""

import bz2
import csv
import gzip
import io
import json
import random
import re

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
