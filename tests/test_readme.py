import csv
import re
import shlex
from pathlib import Path

import pytest

from topics.demo import copy_sample

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """The working folder as the demo leaves it."""
    copy_sample(tmp_path / "topics-demo")
    monkeypatch.chdir(tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("sample")
def test_the_readmes_python_runs():
    code = [block for kind, block in BLOCKS if kind == "python"]
    assert len(code) >= 7
    names = {}
    exec("".join(code), names)
    assert len(names["corpus"]) == 120
    assert names["corpus"].rejects.num_rows == 0
    assert names["labels"] == [("displacement",), ("detainees", "health"), (), None]
    assert names["model"].topics_ is not None


@pytest.mark.slow
@pytest.mark.usefixtures("sample")
def test_the_readmes_commands_run(monkeypatch, capsys):
    from topics.cli.commands import main

    commands = [
        line
        for kind, block in BLOCKS
        if not kind
        for line in block.splitlines()
        if line.startswith("topics ")
    ]
    assert len(commands) >= 4
    for command in commands:
        monkeypatch.setattr("sys.argv", shlex.split(command))
        with pytest.raises(SystemExit) as done:
            main()
        assert done.value.code == 0, (command, capsys.readouterr().err)
    with open("labelled.csv", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 24
