import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from topics.cli.commands import app, main
from topics.demo import has_lee_corpus, lee_corpus

runner = CliRunner()

THEMES = 'fires = ["bushfires", "firefighters"]\ncricket = ["test match", "wickets"]\n'


def run(monkeypatch, capsys, *args):
    """Run the command line in this process: its exit code, output and words."""
    monkeypatch.setattr(sys, "argv", ["topics", *map(str, args)])
    with pytest.raises(SystemExit) as stopped:
        main()
    out, err = capsys.readouterr()
    return stopped.value.code or 0, out, err


@pytest.fixture
def topics(monkeypatch, capsys):
    return lambda *args: run(monkeypatch, capsys, *args)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A folder with a pile of releases, themes, and a model fitted to them."""
    folder = tmp_path_factory.mktemp("work")
    lee_corpus().to_parquet(folder / "pile.parquet")
    (folder / "themes.toml").write_text(THEMES)
    code = runner.invoke(
        app,
        ["fit", str(folder / "pile.parquet"), "--themes", str(folder / "themes.toml"), "--topics",
         "6", "-o", str(folder / "model")],
    ).exit_code  # fmt: skip
    assert code == 0
    (folder / "new.csv").write_text(
        "id,title,text,truth\n"
        "1,Fires,Firefighters fought the bushfires near Sydney.,fires\n"
        "2,Cricket,He took five wickets in the test match.,cricket\n"
        "3,Cabinet,The minister resigned.,none\n"
        "4,Weather,It rained.,\n"
    )
    return folder


def test_version(topics):
    assert topics("--version")[1].startswith("topics-toolkit 0.")


def test_help_shows_examples(topics):
    for command in (
        "demo", "fit", "label", "watch", "show", "report", "evaluate", "review", "seeds", "explain",
        "novelty", "propose", "drift", "doctor",
    ):  # fmt: skip
        code, out, _ = topics(command, "--help")
        assert code == 0
        table, examples = out.rsplit(" Examples", 1)
        assert f"topics {command}" in examples
        used = "".join(line for line in examples.splitlines() if f"topics {command}" in line)
        options = re.compile(r"(?<![\w/.-])--?[a-z][\w-]*")
        assert set(options.findall(used)) <= set(options.findall(table))
    assert topics("--help")[0] == 0


def test_label_to_every_kind_of_file(topics, work, tmp_path):
    for ending in ("parquet", "csv", "jsonl"):
        output = tmp_path / f"labelled.{ending}"
        code, out, err = topics("label", work / "new.csv", "--model", work / "model", "-o", output)
        assert (code, out) == (0, "")
        assert "4 releases labelled" in err
    table = pq.read_table(tmp_path / "labelled.parquet")
    assert table["id"].to_pylist() == ["1", "2", "3", "4"]
    assert table["labels"].to_pylist()[:2] == [["fires"], ["cricket"]]
    flat = pyarrow.csv.read_csv(tmp_path / "labelled.csv")
    assert flat["labels"].to_pylist()[:2] == ["fires", "cricket"]
    rows = [json.loads(line) for line in (tmp_path / "labelled.jsonl").read_text().splitlines()]
    assert rows[0]["evidence"] == "Firefighters fought the bushfires near Sydney."
    assert rows[0]["row"] == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f"labelled.{ending}{more}"
        for ending in ("csv", "jsonl", "parquet") for more in ("", ".summary.json")
    ]  # fmt: skip
    summary = json.loads((tmp_path / "labelled.csv.summary.json").read_text())
    assert (summary["read"], summary["labelled"], summary["rejected"]) == (4, 4, 0)
    assert table["model"].to_pylist() == [summary["model"][:12]] * 4


@pytest.mark.filterwarnings("ignore:60 releases are few")
def test_fit_by_a_column_and_show_the_sources(topics, tmp_path):
    offices = {"north": "Northern bureau, Elm Street.", "south": "Southern desk, Harbour Road."}
    subjects = ["Refugees reached the camp", "The court heard a witness", "The ferry was late"]
    lines = [
        f'"{subjects[i % 3]} on day {i}. {offices[office]}",{office}'
        for i in range(30) for office in offices
    ]  # fmt: skip
    rows = tmp_path / "rows.csv"
    rows.write_text("\n".join(["text,office", *lines]))
    options = ("--topics", "3", "-o", tmp_path / "m")
    code, out, err = topics("fit", rows, "--by", "office", *options)
    assert code == 0
    assert "2 found" in err
    assert "elm" not in out
    code, out, _ = topics("show", tmp_path / "m", "--sources")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == ["source", "north", "south"]
    assert "elm" in out
    code, _, err = topics("fit", rows, "--by", "desk", *options, "--force")
    assert code == 2
    assert "no column 'desk'" in err
    code, _, err = topics("fit", rows, "--by", "none", *options, "--force")
    assert code == 0
    _, _, err = topics("show", tmp_path / "m", "--sources")
    assert "no sources" in err


def test_artifact_commands(topics, work, tmp_path):
    code, _, err = topics("artifact", "verify", work / "model")
    assert code == 0
    assert "is whole" in err
    code, out, _ = topics("artifact", "info", work / "model", "--json")
    assert json.loads(out)["kind"] == "Labeller"
    assert topics("artifact", "diff", work / "model", work / "model")[0] == 0
    shutil.copytree(work / "model", tmp_path / "changed")
    manifest = tmp_path / "changed" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("0.1.0", "0.1.1"))
    code, _, err = topics("artifact", "verify", tmp_path / "changed")
    assert code == 2
    assert "checksum differs" in err
    code, _, err = topics("artifact", "info", tmp_path / "none")
    assert code == 2
    assert "no such artifact" in err


def test_label_from_standard_input_to_standard_output(work):
    done = subprocess.run(
        [sys.executable, "-m", "topics", "label", "-", "--model", work / "model"],
        input=b"Fires near Sydney\n\nFirefighters fought the bushfires.\n",
        capture_output=True,
        check=True,
    )
    row = json.loads(done.stdout)
    assert row["labels"] == ["fires"]
    assert row["title"] == "Fires near Sydney"
    assert done.stderr.decode().strip() == "1 release labelled"


def test_show(topics, work):
    code, out, _ = topics("show", work / "model")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split("\t") == ["topic", "name", "share", "releases", "words"]
    assert lines[1].split("\t")[1] == "fires"
    assert "scores, not probabilities" in lines[-1]
    assert "firefighters" in topics("show", work / "model", "--topic", "0")[1]
    about = json.loads(topics("show", work / "model", "--topic", "cricket", "--json")[1])
    assert about["topic"] == 1
    assert len(about["examples"]) == 5
    assert len(json.loads(topics("show", work / "model", "--json")[1])["topics"]) == 6


def test_evaluate(topics, work):
    code, out, _ = topics(
        "evaluate", work / "new.csv", "--model", work / "model", "--labels", "truth"
    )
    assert code == 0
    assert "micro_f1" in out
    result = json.loads(
        topics("evaluate", work / "new.csv", "-m", work / "model", "--labels", "truth", "--json")[1]
    )
    assert result["n"] == 3
    assert {row["theme"]: row["recall"] for row in result["themes"]} == {"cricket": 1, "fires": 1}


def test_fit_with_labels(topics, work, tmp_path):
    rows = lee_corpus().table.to_pylist()
    for row in rows:
        text = row["text"].lower()
        row["theme"] = "fires" if "firefighter" in text else "other" if "the" in text else None
    import pandas as pd

    pd.DataFrame(rows).to_csv(tmp_path / "pile.csv", index=False)
    code, _, err = topics(
        "fit", tmp_path / "pile.csv", "--labels", "theme", "--topics", "4", "-o", tmp_path / "m"
    )
    assert code == 0, err
    assert "calibrated probabilities" in topics("show", tmp_path / "m")[1]


def test_an_output_that_is_an_input_is_refused(topics, work, tmp_path):
    table = tmp_path / "in.csv"
    table.write_bytes((work / "new.csv").read_bytes())
    code, _, err = topics("label", table, "-m", work / "model", "-o", table, "--force")
    assert (code, "the output is one of the inputs" in err) == (2, True)
    assert table.read_bytes() == (work / "new.csv").read_bytes()


def test_boilerplate_and_delimiter(topics, work, tmp_path):
    for i, place in enumerate(("Lind", "Garran", "Orme", "Tarn")):
        (tmp_path / f"{i}.txt").write_text(
            f"Ferry for {place}\n\nThe ferry to {place} sails on Friday, said the board of "
            "the town.\n\n"
            f"Contact: Jo Reed, tel. 0410 555 01{i}\n"
        )
    done = tmp_path / "out.csv"
    args = ("label", tmp_path, "-m", work / "model", "--keep-text", "--delimiter", ";", "-o", done)
    code, _, err = topics(*args)
    assert (code, "4 files, one release each" in err, "kept apart" in err) == (0, True, True)
    assert done.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(done.read_text("utf-8-sig")), delimiter=";"))
    assert not any("Contact" in row["text"] for row in rows)
    done.unlink()
    topics(*args, "--boilerplate", "keep")
    assert "Contact: Jo Reed" in done.read_text("utf-8-sig")
    assert topics(*args, "--force", "--delimiter", ";;")[0] == 2


@pytest.mark.filterwarnings("ignore:4 releases are few")
def test_what_is_labelled_is_corrected_and_learnt_from(topics, work, tmp_path):
    done = tmp_path / "labelled.csv"
    assert (
        topics("label", work / "new.csv", "-m", work / "model", "--keep-text", "-o", done)[0] == 0
    )
    (tmp_path / "themes.toml").write_text('fires = ["bushfires"]\ncricket = ["wickets"]\n')
    code, _, err = topics(
        "fit", done, "--labels", "labels", "--themes", tmp_path / "themes.toml", "--topics", "2",
        "-o", tmp_path / "m",
    )  # fmt: skip
    assert code == 0, err


def test_one_label_a_release(topics, work, tmp_path):
    (tmp_path / "pile.csv").write_text(
        "text,theme\n" + "Fires burnt near Sydney.,fires\nThe wickets fell early.,cricket\n" * 20
    )
    code, _, err = topics(
        "fit", tmp_path / "pile.csv", "--labels", "theme", "--one-label", "-o", tmp_path / "m"
    )
    assert code == 0, err
    out = topics("label", tmp_path / "pile.csv", "-m", tmp_path / "m")[1]
    labels = [json.loads(line)["labels"] for line in out.splitlines()]
    assert labels == [["fires"], ["cricket"]] * 20


def test_rejected_rows_are_named_and_the_exit_code_is_1(topics, work, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "The wickets fell."}\n{"text": \n')
    output = tmp_path / "out.jsonl"
    code, _, err = topics("label", tmp_path / "in.jsonl", "-m", work / "model", "-o", output)
    assert code == 1
    assert f"{tmp_path / 'in.jsonl'}, row 2: broken JSON" in err.replace("\n", "")
    assert len(output.read_text().splitlines()) == 1


BAD = [
    ("no such file", "missing.csv", None),
    ("the file is empty", "empty.csv", b""),
    ("not text", "binary.txt", bytes(range(256)) * 99),
    ("no column holds the text; the columns are a, b", "columns.csv", b"a,b\n1,2\n"),
    ("no readable release at all", "broken.jsonl", b'{"text": \n'),
    ("cut short", "cut.parquet", b"PAR1\x00\x00"),
    ("no readable release at all", "none.jsonl", b'{"text": ""}\n'),
]


@pytest.mark.parametrize(("message", "name", "content"), BAD)
def test_bad_inputs_get_one_line(topics, work, tmp_path, message, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for command in (["label", "-m", work / "model"], ["fit", "-o", tmp_path / "m"]):
        code, out, err = topics(command[0], tmp_path / name, *command[1:])
        assert (code, out) == (2, "")
        assert err.startswith("error: ")
        assert len(err.splitlines()) == 1
        assert message in err
        assert name in err
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('fires = ["bushfires"\n', "not valid TOML"),
        ("fires = []\n", "the theme 'fires' has no seeds"),
        ('fires = ["xqzt"]\n', "no seed of the theme 'fires' is a term"),
    ],
)
def test_bad_themes_get_one_line(topics, work, tmp_path, content, message):
    (tmp_path / "t.toml").write_text(content)
    code, _, err = topics(
        "fit", work / "pile.parquet", "--themes", tmp_path / "t.toml", "-o", tmp_path / "m"
    )
    assert code == 2
    assert err.startswith("error: ")
    assert message in err
    assert len(err.splitlines()) == 1


def test_other_mistakes_get_one_line(topics, work, tmp_path):
    model, new = work / "model", work / "new.csv"
    (tmp_path / "there.csv").write_text("mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "labelled.csv").write_text("mine")
    mistakes = [
        (["fit", new, "--topics", "9", "-o", tmp_path / "m"], "more topics (9) than releases (4)"),
        (["fit", new, "-o", model], "the output exists"),
        (["fit", new, "-j", "0", "-o", tmp_path / "m"], "--jobs 0 is no number of threads"),
        (["fit", new, "--themes", tmp_path, "-o", tmp_path / "m"], "give a TOML file"),
        (["fit", new, "-o", tmp_path / "there.csv", "--force"], "it is a file"),
        (["fit", new, "-o", tmp_path, "--force"], "a folder of something else"),
        (["demo", "-o", tmp_path / "there.csv"], "it is a file"),
        (["demo", "-o", tmp_path / "mine"], "files that the demo did not write"),
        (["label", new, "-m", tmp_path / "missing"], "no such artifact"),
        (["label", new, "-m", tmp_path], "no manifest.json"),
        (["label", new, "-m", model, "-o", tmp_path / "there.csv"], "the output exists"),
        (["label", new, "-m", model, "-o", tmp_path / "out.xlsx"], "the ending '.xlsx' is unknown"),
        (["label", new, "-m", model, "-o", "/proc/out.csv"], "cannot be written"),
        (["label", new, "-m", model, "-o", "/dev/full"], "the ending '' is unknown"),
        (["label", new, "-m", model, "--split", "("], "neither a layout"),
        (["show", model, "--topic", "99"], "no topic 99"),
        (["evaluate", new, "-m", model, "--labels", "wrong"], "no column 'wrong'"),
        (["evaluate", new, "-m", model, "--labels", "id"], "no themes of the model"),
    ]
    for args, message in mistakes:
        if args[0] == "label" and "--split" in args:
            (tmp_path / "page.txt").write_text("Title\n\nText.")
            args[1] = tmp_path / "page.txt"
        code, out, err = topics(*args)
        assert (code, out) == (2, ""), args
        assert message in err.splitlines()[-1], (args, err)
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert topics("label", new)[0] == 2
    assert topics("nonsense")[0] == 2


@pytest.mark.filterwarnings("ignore:4 releases are few")
def test_what_nobody_foresaw_is_one_line_too(topics, work, tmp_path):
    (tmp_path / "digits.csv").write_text("text\n1 2 3\n4 5 6\n")
    same = tmp_path / "same.csv"
    same.write_text("text\n" + "the same words again\n" * 20)
    for args in (
        ["fit", tmp_path / "digits.csv", "-o", tmp_path / "m"],
        ["fit", same, "-o", tmp_path / "m"],
        ["fit", work / "new.csv", "--topics", "2", "--seed", "-1", "-o", tmp_path / "m"],
        ["label", work / "new.csv", "-m", work / "model", "-o", same / "out.csv"],
        ["label", work / "new.csv", "-m", work / "model", "-o", tmp_path / f"{'x' * 300}.csv"],
        ["show", work / "model", "--topic", "²"],
    ):
        code, out, err = topics(*args)
        assert (code, out) == (2, ""), args
        assert err.splitlines()[-1].startswith("error: "), err
        assert "Traceback" not in err


def test_force_replaces_what_is_there(topics, work, tmp_path):
    output = tmp_path / "out.csv"
    output.write_text("old")
    args = ("label", work / "new.csv", "-m", work / "model", "-o", output)
    assert topics(*args)[0] == 2
    assert topics(*args, "--force")[0] == 0
    assert "Firefighters" in output.read_text()


@pytest.mark.filterwarnings("ignore:4 releases are few")
def test_a_full_disk_is_one_line(topics, work, tmp_path, monkeypatch):
    import os

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    output = tmp_path / "out.csv"
    code, _, err = topics("label", work / "new.csv", "-m", work / "model", "-o", output)
    assert code == 2
    assert "No space left on device" in err
    code, _, err = topics("fit", work / "new.csv", "--topics", "2", "-o", tmp_path / "m")
    assert code == 2
    assert "No space left on device" in err
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_data_on_standard_output_and_no_colour_when_piped(work):
    done = subprocess.run(
        [sys.executable, "-m", "topics", "show", work / "model"], capture_output=True, check=True
    )
    assert b"\x1b" not in done.stdout + done.stderr
    assert done.stderr == b""


@pytest.mark.slow
def test_demo(topics, tmp_path):
    code, out, err = topics("demo", "-o", tmp_path / "demo")
    assert code == 0
    written = {path.name for path in (tmp_path / "demo").iterdir()}
    news = {"news-labelled.csv", "news-labelled.csv.summary.json", "news-model"}
    news = news if has_lee_corpus() else set()
    sample = {"sample", "themes.toml", "truth.csv", "labelled.csv.summary.json"}
    assert written == {"labelled.csv", "model", "topics.png"} | sample | news
    assert out.count("micro_f1") == 1 + has_lee_corpus()
    assert "Try next" in err
    assert len(pyarrow.csv.read_csv(tmp_path / "demo" / "labelled.csv")) == 120
    model = tmp_path / "demo" / "model"
    releases = sorted((tmp_path / "demo" / "sample" / "releases").iterdir())
    assert topics("explain", releases[0], "-m", model)[0] == 0
    assert topics("show", model, "--topic", "displacement")[0] == 0
    assert topics("demo", "-o", tmp_path / "demo")[0] == 0


def test_review_is_kept_and_goes_on(topics, work, tmp_path, monkeypatch):
    output = tmp_path / "read.csv"
    args = ("review", work / "new.csv", "-m", work / "model", "-o", output)
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n1\nu12\nq"))
    code, out, err = topics(*args)
    assert (code, out) == (0, "")
    assert "1 cricket, 2 fires" in err
    rows = list(csv.DictReader(output.read_text("utf-8-sig").splitlines()))
    assert [row["theme"] for row in rows] == ["fires", "cricket;fires"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert "2 read before" in topics(*args)[2]
    again = list(csv.DictReader(output.read_text("utf-8-sig").splitlines()))
    assert again[:2] == rows
    assert len({row["id"] for row in again}) == len(again) == 3
    assert again[2]["theme"] == "none"
    code, _, err = topics(*args[:-1], work / "new.csv")
    assert code == 2
    assert "was not made by a review" in err


@pytest.mark.filterwarnings("ignore:seeds that occur")
def test_seeds_and_explain(topics, work, tmp_path):
    code, out, _ = topics(
        "seeds", work / "pile.parquet", "--themes", work / "themes.toml", "--json"
    )
    assert code == 0
    found = {row["seed"]: row for row in json.loads(out)}
    assert found["wickets"]["theme"] == "cricket"
    assert found["wickets"]["releases"] > 0
    page = tmp_path / "why.html"
    assert topics("explain", work / "new.csv", "-m", work / "model", "--html", page)[0] == 0
    shown = re.sub("</?mark>", "", page.read_text("utf-8"))
    assert "Firefighters fought" in shown
    out = topics("explain", work / "new.csv", "-m", work / "model")[1]
    assert "fires (" in out


def test_quiet_and_logs_in_json(topics, work, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "a camp"}\n{"text": ""}\n')
    label = ("label", tmp_path / "in.jsonl", "-m", work / "model")
    code, out, err = topics(*label, "--quiet")
    assert (code, len(out.splitlines())) == (1, 1)
    assert "rejected" in err
    assert "labelled" not in err
    code, _, err = topics(*label, "--log-json")
    lines = [json.loads(line) for line in err.splitlines()]
    assert {line["level"] for line in lines} == {"info", "rejected"}
    assert any("row 2: the text is empty" in line["message"] for line in lines)


def test_columns_of_the_input_are_kept(topics, work, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "a camp", "url": "/1", "topic": "x"}\n')
    (tmp_path / "more.jsonl").write_text('{"text": "a court", "n": 3}\n')
    inputs = (tmp_path / "in.jsonl", tmp_path / "more.jsonl")
    code, out, _ = topics("label", *inputs, "-m", work / "model", "--keep-columns")
    assert code == 0
    first, second = map(json.loads, out.splitlines())
    assert (first["url"], first["topic_"], second["url"], second["n"]) == ("/1", "x", None, "3")


def test_doctor(topics):
    code, out, _ = topics("doctor", "--json")
    parts = {row["what"]: row for row in json.loads(out)}
    assert code == 0
    assert parts["topics-toolkit"]["ok"]
    assert "compiled code" in parts
    assert topics("doctor")[1].startswith("part\tstate")


def test_columns_of_all_types_are_kept_in_all_formats(topics, work, tmp_path):
    table = pa.table(
        {
            "text": ["a camp", "a court"],
            "at": pa.array([0, 1], pa.timestamp("s")),
            "blob": [b"\xff", b"a"],
            "list": [["x"], []],
            "share": [float("nan"), 0.5],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    for ending in ("jsonl", "csv", "parquet"):
        label = ("label", tmp_path / "in.parquet", "-m", work / "model", "--keep-columns")
        assert topics(*label, "-o", tmp_path / f"out.{ending}")[0] == 0, ending
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert rows[0]["share"] is None
    assert rows[1]["list"] == []


@pytest.mark.filterwarnings("default")
def test_warnings_of_batches_are_said_once(topics, work, tmp_path):
    lines = "".join(f'{{"text": "a camp", "date": "no date {i}"}}\n' for i in range(20))
    (tmp_path / "in.jsonl").write_text(lines)
    code, _, err = topics("label", tmp_path / "in.jsonl", "-m", work / "model")
    assert code == 0
    assert err.count("warning:") == 1
    assert "could not be read" in err


def test_each_table_is_json_on_request(topics, work, tmp_path):
    new, model = work / "new.csv", work / "model"
    for command in (
        ("show", model), ("show", model, "--topic", "0"), ("show", model, "--find", "bushfires"),
        ("evaluate", new, "-m", model, "--labels", "truth"),
        ("explain", new, "-m", model), ("novelty", new, "-m", model),
        ("propose", new, "-m", model), ("drift", new, "--before", new, "-m", model),
        ("seeds", work / "pile.parquet", "--themes", work / "themes.toml"),
        ("artifact", "info", model), ("doctor",),
        ("fit", work / "pile.parquet", "--topics", "3", "-o", tmp_path / "small"),
    ):  # fmt: skip
        code, out, err = topics(*command, "--json")
        assert code == 0, err
        assert json.loads(out) is not None


def test_topics_of_words_and_what_is_new(topics, work):
    model, new = work / "model", work / "new.csv"
    found = json.loads(topics("show", model, "--find", "firefighters", "--json")[1])
    assert found[0]["name"] == "fires"
    code, _, err = topics("show", model, "--find", "qwxyzzy")
    assert code == 2
    assert "qwxyzzy" in err
    lines = topics("novelty", new, "-m", model, "-n", "2")[1].splitlines()
    assert lines[0] == "novelty\tid\ttitle"
    assert len(lines) == 3
    assert len(topics("novelty", new, "-m", model, "-n", "0")[1].splitlines()) == 5
    found = json.loads(topics("novelty", new, "-m", model, "-n", "0", "--json")[1])
    assert [row["novelty"] for row in found] == sorted((r["novelty"] for r in found), reverse=True)


def test_proposed_themes_are_seeds_to_begin_with(topics, work, tmp_path):
    pile = work / "pile.parquet"
    code, out, _ = topics("propose", pile, "-m", work / "model", "--toml")
    assert code == 0
    (tmp_path / "more.toml").write_text(out)
    assert topics("seeds", pile, "--themes", tmp_path / "more.toml")[0] == 0
    assert topics("propose", work / "new.csv", "-m", work / "model")[1] == ""


def test_drift_in_the_shell(topics, work, tmp_path):
    rows = [f"{i},Firefighters fought the bushfires near Sydney.\n" for i in range(60)]
    (tmp_path / "now.csv").write_text("id,text\n" + "".join(rows))
    code, out, _ = topics(
        "drift", tmp_path / "now.csv", "--before", work / "pile.parquet", "-m", work / "model"
    )
    assert code == 0
    assert out.startswith("theme\tbefore\tnow\t")
    assert "fires: " in out
    assert "100% now" in out


def test_a_release_without_a_label_has_no_themes_topic(topics, work):
    code, out, _ = topics("label", work / "pile.parquet", "-m", work / "model", "--no-evidence")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    without = {row["topic_name"] for row in rows if not row["labels"]}
    with_label = {row["topic_name"] for row in rows if row["labels"]}
    assert with_label >= {"fires", "cricket"}
    assert not without & {"fires", "cricket"} or len(without) > 2


def test_explain_says_what_was_just_missed(topics, work, tmp_path):
    rows = json.loads(topics("explain", work / "pile.parquet", "-m", work / "model", "--json")[1])
    near = [(row, missed) for row in rows for missed in row["just_missed"]]
    assert near
    for row, missed in near:
        assert missed["score"] < missed["threshold"]
        assert missed["label"] not in [each["label"] for each in row["labels"] if each["given"]]
    for each in rows[0]["labels"]:
        total = sum(weight for _, weight in each["terms"]) + each["before_any_word"]
        assert total == pytest.approx(each["sum"])


def test_a_review_in_a_browser(topics, work, tmp_path):
    page = tmp_path / "read.html"
    command = ("review", work / "new.csv", "-m", work / "model")
    assert topics(*command, "--html", page)[0] == 0
    assert "Firefighters fought" in page.read_text("utf-8")
    assert topics(*command, "--html", page)[0] == 2
    # What has been read is left out.
    (tmp_path / "read.csv").write_text(
        "id,title,theme,text\n1,Fires,fires,Firefighters fought the bushfires near Sydney.\n"
    )
    done = topics(*command, "--html", page, "--force", "-o", tmp_path / "read.csv")
    assert done[0] == 0
    assert "Firefighters fought" not in page.read_text("utf-8")
    code, _, err = topics(*command)
    assert code == 2
    assert "--html" in err


def test_words_stay_whole_in_a_terminal(monkeypatch, capsys):
    from topics.cli import output

    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    words = "displacement diplomacy detainees humanitarian".split()
    output.print_table(("theme", "words"), [(word, " ".join(words * 4)) for word in words])
    output.print_words("  " + " ".join(words * 5))
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert all(len(line.rstrip()) <= 60 for line in shown.splitlines())
    assert set(shown.split()) == {*words, "theme", "words"}
    assert all(line.startswith("  ") for line in shown.splitlines()[-4:])


def test_shell_completion():
    done = subprocess.run(
        [Path(sys.executable).with_name("topics")], capture_output=True, text=True, check=False,
        env={**os.environ, "_TOPICS_COMPLETE": "complete_bash", "COMP_WORDS": "topics la",
             "COMP_CWORD": "1"},
    )  # fmt: skip
    assert done.stdout.split() == ["label"]
