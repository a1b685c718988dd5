"""Kernels in plain Python: the same bytes, and no compiler loaded."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics._arrow import text_buffers
from topics._kernels import plain, rows, text_scan
from topics.label_batches import BatchWork, to_labeller
from topics.reading.read import read_releases

LEE = Path(__file__).parents[1] / "artifacts" / "lee"
TEXTS = st.lists(
    st.text(
        st.sampled_from("ab <>&@/wW.!?\n\r\t\x00é難😀0123456789") | st.characters(codec="utf-8")
    )
)


def marks(kernel, column, *more):
    found = np.zeros(len(column), np.uint8)
    kernel(*text_buffers(column), *more, found)
    return found.tolist()


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_texts_are_marked_alike(texts):
    column = pa.array(texts, pa.large_string())
    for name, more in (("mark_texts", (0, len(texts))), ("mark_addresses", ())):
        found = [marks(getattr(module, name), column, *more) for module in (text_scan, plain)]
        assert found[0] == found[1], name
    wanted = np.zeros(1 << 16, bool)
    wanted[[0xE9, 0x96E3]] = True
    every = np.arange(len(texts))
    found = [marks(module.mark_characters, column, every, wanted) for module in (text_scan, plain)]
    assert found[0] == found[1]


@given(TEXTS, st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_edge_lines_are_those_of_the_kernel(texts, top, end):
    data, offsets = text_buffers(pa.array(texts, pa.large_string()))
    found = []
    for module in (text_scan, plain):
        places = np.zeros((2, (top + end) * len(texts)), np.int64)
        hashes = np.zeros(places.shape, np.uint64)
        counts, has_lines = np.zeros(len(texts), np.int64), np.zeros(len(texts), bool)
        n = module.find_edge_lines(
            data, offsets, 0, len(texts), top, end, *places, *hashes, counts, has_lines
        )
        # Which numbers they are does not matter, but which are the same.
        same = [pa.array(part[:n]).dictionary_encode().indices.to_pylist() for part in hashes]
        found.append((places[:, :n].tolist(), same, counts.tolist(), has_lines.tolist()))
    assert found[0] == found[1]


@given(st.lists(st.lists(st.integers(-2, 9), max_size=30), max_size=6), st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_rows_and_scores_are_equal_to_the_last_bit(documents, seed):
    rng = np.random.default_rng(seed)
    lengths = np.array([len(ids) for ids in documents], np.int64)
    ids = np.array([i for document in documents for i in document], np.int32)
    columns = rng.permutation(12).astype(np.int32) - 2
    idf, coef = rng.random(10) + 1, rng.normal(size=(10, 3)).astype(np.float32)
    intercept, cost = rng.normal(size=3).astype(np.float32), rng.random(3)
    known = np.maximum(ids, 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    found = []
    for module in (rows, plain):
        scores = np.zeros((lengths.size, 3))
        module.score_sequences(ids, columns, lengths, idf, coef, intercept, 4, cost, scores)
        one = np.zeros(lengths.size)
        asked = np.arange(lengths.size) % 3
        module.score_in_column(known, offsets, asked, idf, coef, 2, one)
        merged, counts, sizes = ids.copy(), np.ones(ids.size, np.int32), lengths.copy()
        n = module.merge_rows(merged, counts, True, sizes, columns, 4)
        weights = np.zeros(n, np.float32)
        ends = np.concatenate([[0], np.cumsum(sizes)])
        module.weigh_rows(
            ends, merged[:n], counts[:n].astype(np.float32), idf, True, 2, 0, sizes.size, weights
        )
        new, kept = ids.copy(), lengths.copy()
        m = module.renumber(new, kept, columns, True)
        found.append(
            [part.tolist() for part in (scores, one, merged[:n], counts[:n], sizes, weights)]
            + [new[:m].tolist(), kept.tolist()]
        )
    assert found[0] == found[1]


LABEL = """
import sys
from topics import _kernels
_kernels.work_plainly()
from topics._arrow import do_without_pandas
do_without_pandas()
from topics.label_batches import BatchWork, to_labeller
from topics.reading.read import read_releases
import pyarrow as pa
corpus = read_releases(sys.argv[1], languages=False)
table = BatchWork(to_labeller(sys.argv[2]), True, False, False)(corpus, None).table
with pa.ipc.new_file(sys.argv[3], table.schema) as writer:
    writer.write_table(table)
loaded = {"numba", "llvmlite", "pandas", "sklearn", "gensim"} & set(sys.modules)
assert not loaded, loaded
"""


@pytest.fixture
def news(tmp_path):
    path = tmp_path / "news.jsonl"
    texts = [
        "Refugees fled to the camp at Sallow Point. Aid came on Friday; talks go on.",
        "The ambassador met the delegation. Bilateral relations are good!\n\n- one\n- two",
        "Les réfugiés ont fui. L'ambassadeur a parlé de la paix avec M. Dubois.",
        "難民問題について。支援が続く。", "",
        "see www.example.org or write to press@example.org " * 3,
        "The court heard detainees. " * 300,
    ]  # fmt: skip
    lines = [json.dumps({"title": f"No. {i}", "text": text}) for i, text in enumerate(texts)]
    path.write_text("\n".join(lines))
    return path


def test_a_process_without_the_compiler_writes_the_same(news, tmp_path):
    out = tmp_path / "plain.arrow"
    subprocess.run([sys.executable, "-c", LABEL, news, LEE, out], check=True)
    with pa.OSFile(str(out)) as file:
        found = pa.ipc.open_file(file).read_all()
    corpus = read_releases(news, languages=False)
    expected = BatchWork(to_labeller(LEE), True, False, False)(corpus, None).table
    assert found.equals(expected)
    assert found["labels"].to_pylist()[0]


def test_the_command_line_compiles_nothing_for_a_handful(news, tmp_path):
    caches = tmp_path / "caches"
    command = "import sys; from topics.cli.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "label", news, "--model", LEE],
        env={"NUMBA_CACHE_DIR": str(caches), "PATH": ""}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr  # one release is empty
    assert len(done.stdout.splitlines()) == 6
    assert not list(caches.rglob("*.nb?"))
