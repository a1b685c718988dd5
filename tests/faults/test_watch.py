"""A folder that is watched: each whole file once, over stops and bad files."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from topics import ThemeClassifier, TopicsError, save
from topics.watch import watch

THEMES = {"aid": ["camp"], "law": ["court"]}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    texts = ["refugees in a camp", "the court of law"] * 20
    fitted = ThemeClassifier(THEMES, background=None).fit(texts)
    return save(fitted, tmp_path_factory.mktemp("model") / "m")


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_file_once(model, tmp_path):
    folder, output = tmp_path / "in", tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("Refugees in a camp.")
    (folder / "deep" / "b.csv").write_text("text\nthe court\n")
    (folder / "empty.txt").write_text("")
    for name in (".hidden.txt", "c.txt.part", "program.exe"):
        (folder / name).write_text("The court.")
    done = []
    watch(folder, model, output, once=True, say=done.append)
    assert [(d.path.name, d.labelled, d.rejected) for d in done] == [
        ("a.txt", 1, 0), ("b.csv", 1, 0), ("empty.txt", 0, 1)
    ]  # fmt: skip
    assert rows(output / "a.txt.jsonl")[0]["labels"] == ["aid"]
    assert "empty" in rows(output / "empty.txt.jsonl.rejects.jsonl")[0]["reason"]
    (folder / "new.txt").write_text("The court ruled.")
    watch(folder, model, output, once=True, say=done.append)
    assert [d.path.name for d in done[3:]] == ["new.txt"]
    with pytest.raises(TopicsError, match="within the folder"):
        watch(folder, model, folder / "labels", once=True)
    with pytest.raises(TopicsError, match="no such folder"):
        watch(tmp_path / "none", model, output, once=True)


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGTERM")
def test_it_waits_for_whole_files_and_ends_when_asked(model, tmp_path):
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    command = ["watch", folder, "--model", model, "-o", output, "--every", "0.3"]
    process = subprocess.Popen([sys.executable, "-m", "topics", *command], stderr=subprocess.PIPE)
    with (folder / "slow.jsonl").open("w") as file:
        for i in range(25):
            file.write(json.dumps({"text": f"Release {i} about a camp."}) + "\n")
            file.flush()
            time.sleep(0.1)
    wanted = output / "slow.jsonl.jsonl"
    for _ in range(300):
        if wanted.exists():
            break
        time.sleep(0.1)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()
    assert said.decode().endswith("25 releases labelled\nstopped\n")
    assert len(rows(wanted)) == 25
