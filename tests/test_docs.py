"""The documentation: examples run, links lead somewhere, the manual knows every option."""

import re
import shlex
from pathlib import Path

import pytest

from topics.demo import copy_sample

ROOT = Path(__file__).parents[1]
MADE = {"docs/benchmarks.md", "docs/reference/command-line.md"}
"""Pages that the build makes."""
PAGES = [
    page
    for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    if str(page.relative_to(ROOT)) not in MADE and "generated" not in page.parts
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = ["tutorial.md", *(f"guides/{name}.md" for name in ("page-dumps", "few-labels",
       "other-languages", "sharing", "moving")), "explanation/coherence.md"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_examples_of_the_documentation_run(page, tmp_path, monkeypatch, capsys, demo_model):
    from topics.cli.commands import main

    copy_sample(tmp_path / "topics-demo")
    (tmp_path / "topics-demo" / "model").symlink_to(demo_model)
    monkeypatch.chdir(tmp_path)
    names = {}
    for kind, block in BLOCK.findall((ROOT / "docs" / page).read_text("utf-8")):
        if kind == "python":
            exec(block, names)
        for line in block.splitlines() if not kind else ():
            if not line.startswith("topics ") or line == "topics demo":
                continue
            monkeypatch.setattr("sys.argv", shlex.split(line))
            with pytest.raises(SystemExit) as done:
                main()
            assert done.value.code == 0, (line, capsys.readouterr().err)


@pytest.fixture(scope="module")
def demo_model(tmp_path_factory):
    """The demo's model."""
    from topics import save
    from topics.demo import fit_labeller, read_sample, sample_themes

    corpus, _ = read_sample()
    return save(fit_labeller(corpus, sample_themes(), 4), tmp_path_factory.mktemp("demo") / "model")


def test_links_lead_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            there = (page.parent / link).resolve()
            known = str(there.relative_to(ROOT.resolve())) in MADE or there.exists()
            assert known, f"{page.name}: {link}"


def test_every_page_stands_in_the_contents():
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = str(page.relative_to(ROOT / "docs").with_suffix(""))
        if name != "index" and not name.startswith("reference/generated"):
            assert re.search(rf"^{name}$", index, re.MULTILINE), name


def test_the_manual_knows_every_command_and_option():
    from typer.main import get_command

    from topics.cli.commands import app

    manual = (ROOT / "docs" / "topics.1").read_text("utf-8").replace("\\-", "-")
    commands = dict(get_command(app).commands)
    commands |= {f"artifact {name}": c for name, c in commands.pop("artifact").commands.items()}
    assert len(commands) > 15
    for name, command in commands.items():
        assert f"topics {name}".lower() in manual.lower()
        for option in command.params:
            for flag in option.opts:
                if flag.startswith("--"):
                    assert flag in manual, (
                        f"{name} {flag}: build the manual again (CONTRIBUTING.md)"
                    )


def test_tables_of_benchmarks():
    import sys

    sys.path.insert(0, str(ROOT / "docs"))
    try:
        from benchmark_tables import tables
    finally:
        sys.path.pop(0)
    found = {"bbc": {"ours": {"F1": 0.5, "s": 12.5}, "theirs": {"F1": None}}, "all": {"n": 3}}
    assert tables(found, 3) == [
        "|  | n |\n| --- | ---: |\n| all | 3 |",
        "### bbc",
        "|  | F1 | s |\n| --- | ---: | ---: |\n| ours | 0.500 | 12.5 |\n| theirs |  |  |",
    ]
