"""Labelling that is killed, doubled or disturbed: no row is lost, doubled or half-written."""

import json
import multiprocessing
import os
import pickle
import random
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from topics import Labeller, ThemeClassifier, TopicModel, TopicsError, load, read_releases, save
from topics.label_batches import BatchWork, to_labeller
from topics.labeller import BATCH
from topics.prediction import label_to
from topics.reading.batches import Options, cut_into_batches

pytestmark = pytest.mark.skipif(os.name != "posix", reason="nothing is killed there as by kill -9")
WORDS = {
    "aid": "camp refugees tents river food shelter".split(),
    "law": "court judge trial law appeal verdict".split(),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    rng = np.random.default_rng(0)
    texts = [
        f"Release {i}. " + " ".join(rng.choice(WORDS[name], 5)) + "."
        for i in range(9000) for name in [("aid", "law")[i % 2]]
    ]  # fmt: skip
    corpus = read_releases(texts, languages=False)
    themes = {name: words[:3] for name, words in WORDS.items()}
    model = Labeller(TopicModel(2, by=None), ThemeClassifier(themes, background=None))
    folder = save(model.fit(corpus[:400]), tmp_path_factory.mktemp("model") / "m")
    return corpus, folder


def labels(ready, rows, model, output):
    """In a process of its own."""
    corpus, labeller = read_releases(rows, languages=False), to_labeller(model)
    ready.set()
    label_to(corpus, labeller, output)


def saves(ready, old, new, place):
    """In a process of its own, until it is killed."""
    models = [load(old), load(new)]
    ready.set()
    while True:
        for model in models:
            save(model, place, overwrite=True)


def killed_after(seconds, target, *args):
    """Exit code of a process that is killed so long after it has begun its work."""
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=target, args=(ready, *args))
    process.start()
    assert ready.wait(60)
    process.join(seconds)
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join(60)
    return process.exitcode


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl"])
def test_a_killed_run_goes_on_where_it_was(work, tmp_path, ending):
    corpus, model = work
    rows = tmp_path / "rows.parquet"
    pq.write_table(corpus.table, rows)
    whole = tmp_path / f"whole{ending}"
    # As the others are read, with the path of the file.
    corpus = read_releases(rows, languages=False)
    label_to(corpus, model, str(whole))
    start = time.perf_counter()
    assert killed_after(60, labels, rows, model, str(tmp_path / f"undisturbed{ending}")) == 0
    # A process takes a second or so before it begins.
    usual = max(time.perf_counter() - start - 1, 0.2)
    rng = random.Random(0)
    kills = 0
    for attempt in range(2):
        output = tmp_path / f"{attempt}{ending}"
        # The first are surely before it is done.
        for most in (0.02, 0.1, usual / 2, usual):
            code = killed_after(rng.uniform(0, most), labels, rows, model, str(output))
            kills += code != 0
            if output.exists():
                break
            # Nothing stands under the name before all is done.
            assert code != 0
        else:
            label_to(corpus, model, str(output))
        assert output.read_bytes() == whole.read_bytes()
    assert kills
    with pytest.raises(TopicsError, match="the output exists"):
        label_to(corpus, model, str(output))


@pytest.fixture(scope="module")
def lines(work, tmp_path_factory):
    """A file of more batches than one process labels alone."""
    path = tmp_path_factory.mktemp("lines") / "rows.jsonl"
    with path.open("w") as file:
        for row in work[0][:3000].table.select(["id", "text"]).to_pylist():
            file.write(json.dumps(row) + "\n")
        file.write('{"text": ""}\n{"broken\n')
    return path


def batches(path):
    return cut_into_batches(path, Options(languages=False), batch_bytes=8_000)


def workers():
    """Process ids of joblib's workers."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"popen_loky" in (path / "cmdline").read_bytes():
                found.append(int(path.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="workers are found in /proc")
def test_processes_write_the_same_even_if_one_is_killed(work, lines, tmp_path):
    _, model = work
    runs = {}
    for jobs in (1, 2, 3):
        output = tmp_path / f"{jobs}.parquet"
        runs[jobs] = label_to(batches(lines), model, str(output), jobs=jobs)
    assert (runs[1].labelled, runs[1].rejected) == (3000, 2)
    assert runs[1] == runs[2] == runs[3]
    killed = []

    def watched():
        for number, batch in enumerate(batches(lines)):
            if number == 14:
                killed.extend(workers())
                os.kill(killed[0], signal.SIGKILL)
            yield batch

    assert label_to(watched(), model, str(tmp_path / "killed.parquet"), jobs=2) == runs[1]
    assert len(killed) == 2
    contents = {path.read_bytes() for path in tmp_path.glob("*.parquet")}
    assert len(contents) == 1


def test_a_model_that_is_replaced_meanwhile_is_refused(work, tmp_path):
    corpus, folder = work
    model = load(folder)
    place = save(model, tmp_path / "model")
    labeller = to_labeller(place)
    label = BatchWork(labeller, True, False, False)
    model.topic_model.rename_topic(0, "another name")
    save(model, place, overwrite=True)
    sent = pickle.loads(pickle.dumps(label))
    with pytest.raises(TopicsError, match="replaced during the run"):
        sent(corpus[:3], None)
    # Where it was loaded, it stays.
    assert len(label(corpus[:3], None).table) == 3


@pytest.mark.slow
def test_a_killed_save_leaves_the_old_model_or_the_new_one(work, tmp_path):
    _, folder = work
    new = load(folder)
    new.topic_model.rename_topic(0, "another name")
    save(new, tmp_path / "new")
    names = {tuple(load(path).topic_model.names_) for path in (folder, tmp_path / "new")}
    place = tmp_path / "place" / "model"
    rng = random.Random(0)
    for _ in range(10):
        killed_after(rng.uniform(0.01, 0.2), saves, folder, tmp_path / "new", place)
        assert tuple(load(place).topic_model.names_) in names
    save(new, place, overwrite=True)
    assert os.listdir(place.parent) == ["model"]


def test_of_two_runs_at_once_one_is_refused(work, tmp_path):
    corpus, model = work
    output = tmp_path / "labels.jsonl"
    outcomes = []

    def run():
        try:
            outcomes.append(label_to(corpus, model, str(output)).labelled)
        except TopicsError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(len(corpus)) == 1
    assert all("another run" in o or "exists" in o for o in outcomes if o != len(corpus))
    assert len(output.read_bytes().splitlines()) == len(corpus)


def test_two_saves_at_once_leave_one_whole_model(work, tmp_path):
    _, folder = work
    model = load(folder)
    outcomes = []

    def run(overwrite):
        try:
            save(model, tmp_path / "model", overwrite=overwrite)
            outcomes.append("saved")
        except TopicsError as error:
            outcomes.append(str(error))

    for overwrite in (False, True):
        threads = [threading.Thread(target=run, args=(overwrite,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes[:4].count("saved") == 1
    assert sum("exists" in outcome for outcome in outcomes[:4]) == 3
    assert outcomes[4:] == ["saved"] * 4
    load(tmp_path / "model")
    assert os.listdir(tmp_path) == ["model"]


def test_a_reader_meanwhile_sees_one_state(work, tmp_path):
    _, folder = work
    model, place = load(folder), tmp_path / "model"
    save(model, place)
    done = threading.Event()

    def writes():
        for _ in range(25):
            save(model, place, overwrite=True)
        done.set()

    writer = threading.Thread(target=writes)
    writer.start()
    read = 0
    while not done.is_set():
        load(place)
        read += 1
    writer.join()
    assert read


def stopped_at(nth, labeller, monkeypatch):
    """Sizes of the batches that a model is asked for; at one of them Ctrl-C is pressed."""
    plain, calls = labeller.predict, []

    def stops(batch, **options):
        calls.append(len(batch))
        if len(calls) == nth:
            raise KeyboardInterrupt
        return plain(batch, **options)

    monkeypatch.setattr(labeller, "predict", stops)
    return calls


def test_another_input_or_model_is_refused_after_a_stop(work, tmp_path, monkeypatch):
    corpus, model = work
    output = tmp_path / "labels.jsonl"
    labeller = load(model)
    calls = stopped_at(3, labeller, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        label_to(corpus, labeller, str(output))
    with pytest.raises(TopicsError, match="another input"):
        label_to(corpus[1:], labeller, str(output))
    with pytest.raises(TopicsError, match="another evidence"):
        label_to(corpus, labeller, str(output), evidence=False)
    calls[:] = [0] * 3
    label_to(corpus, labeller, str(output))
    # The two batches that were done are not labelled again.
    assert sum(calls) == len(corpus) - 2 * BATCH
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []


def test_a_stopped_run_may_be_begun_anew(work, tmp_path, monkeypatch):
    corpus, model = work
    output = tmp_path / "labels.jsonl"
    labeller = load(model)
    stopped_at(2, labeller, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        label_to(corpus, labeller, str(output))
    label_to(corpus[3:7], labeller, str(output), force=True)
    assert len(output.read_bytes().splitlines()) == 4


def test_numbers_add_up_and_rejects_are_named(work, tmp_path):
    _, model = work
    rows = tmp_path / "in.jsonl"
    rows.write_text('{"text": "a camp"}\n{"text": ""}\n{"text": "a court"}\n{"text"\n')
    corpus = read_releases(rows, languages=False)
    output = tmp_path / "out.parquet"
    label_to(corpus, model, str(output))
    lines = (tmp_path / "out.parquet.rejects.jsonl").read_text("utf-8").splitlines()
    rejects = [json.loads(line) for line in lines]
    summary = json.loads((tmp_path / "out.parquet.summary.json").read_text("utf-8"))
    assert [(reject["path"], reject["row"]) for reject in rejects] == [
        (str(rows), 2), (str(rows), 4)
    ]  # fmt: skip
    assert (summary["read"], summary["labelled"], summary["rejected"]) == (4, 2, 2)
    assert pq.read_table(output).num_rows == 2
    label_to(corpus[:1], model, str(output), force=True)
    assert summary["model"].startswith(pq.read_table(output)["model"][0].as_py())


def test_a_link_and_the_rights_of_a_file_stay(work, tmp_path):
    corpus, model = work
    target = tmp_path / "labels.csv"
    target.write_text("old")
    target.chmod(0o600)
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    label_to(corpus[:3], model, str(link), force=True)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_text("utf-8-sig").startswith('"id"')


def test_cells_that_a_spreadsheet_would_run(work, tmp_path):
    _, model = work
    texts = ["=cmd|' /C calc'!A0 camp", "+1 camp", "@camp", "-camp", "camp = camp"]
    corpus = read_releases(pa.table({"title": texts, "text": texts}), languages=False)
    label_to(corpus, model, str(tmp_path / "safe.csv"), keep_text=True, safe_cells=True)
    label_to(corpus, model, str(tmp_path / "plain.csv"), keep_text=True)
    import csv

    cells = {}
    for name in ("safe", "plain"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            cells[name] = [row["text"] for row in csv.DictReader(file)]
    assert cells["plain"] == texts
    assert cells["safe"] == [f"'{text}" for text in texts[:4]] + texts[4:]
