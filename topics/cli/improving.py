"""The commands that make themes better: thin, no logic."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from topics._errors import TopicsError
from topics.cli.options import (
    Json,
    ModelFolder,
    ReadInputs,
    classifier_of,
    finish_reading,
    reads_releases,
)
from topics.cli.output import counted, plain, print_json, print_table, say

app = typer.Typer()


@app.command(
    rich_help_panel="Better themes",
    epilog="[bold]Examples[/bold]\n\n    topics seeds releases/ --themes themes.toml\n\n"
    "[bold]Verdicts[/bold]\n\n"
    "    good: it stands in enough releases, near the theme's other words\n\n"
    "    rare: in fewer than 3 releases. common: in more than a fifth of them\n\n"
    "    missing: in none; the nearest words that stand there are named\n\n"
    "    no term: a stop word, or digits, which are not looked for\n\n"
    "    shared, ambiguous: a seed of another theme, too, or nearer to it\n\n"
    "    apart: it has little in common with the theme's other words",
)
@reads_releases
def seeds(
    read: ReadInputs,
    themes: Annotated[str, typer.Option(metavar="TOML", help="Themes and their seed words.")],
    as_json: Json = False,
) -> None:
    """Say what each seed word is worth in a corpus, and which words would be better."""
    from topics.reading.theme_files import read_themes
    from topics.themes.seed_diagnostics import suggest_seeds

    wanted = read_themes(themes)
    corpus = read()
    found = suggest_seeds(corpus, wanted, n_jobs=-1).to_dict("records")
    if as_json:
        print_json(found)
    else:
        cells = [
            (
                row["theme"],
                row["seed"],
                str(row["releases"]),
                " ".join(row["forms"][:_FORMS_SHOWN]),
                row["verdict"],
            )
            for row in found
        ]
        print_table(("theme", "seed", "releases", "forms", "verdict"), cells)
        for theme, words in {row["theme"]: row["better"] for row in found}.items():
            if words:
                say(f"{plain(theme)}: words that may serve, too: {plain(', '.join(words))}")
    finish_reading(corpus)


@app.command(
    rich_help_panel="Better themes",
    epilog="[bold]Examples[/bold]\n\n    topics propose releases/ --model artifacts/mine\n\n"
    "    topics propose releases/ --model artifacts/mine --toml >> themes.toml",
)
@reads_releases
def propose(
    read: ReadInputs,
    model: ModelFolder,
    min_novelty: Annotated[
        float, typer.Option(min=0, max=1, help="Novelty from which a release fits no theme.")
    ] = 0.5,
    toml: Annotated[
        bool, typer.Option("--toml", help="Print a line a theme, as fit --themes reads them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Propose themes, with seed words to begin with, for the releases that fit none."""
    from topics.themes.theme_proposals import propose_themes

    classifier = classifier_of(model)
    corpus = read()
    found = propose_themes(classifier, corpus, min_novelty=min_novelty).to_dict("records")
    if as_json:
        print_json(found)
    elif toml:
        for row in found:
            print(f"{json.dumps(row['name'], ensure_ascii=False)} = "
                  f"{json.dumps(row['seeds'], ensure_ascii=False)}")  # fmt: skip
    elif found:
        cells = [(row["name"], str(row["releases"]), ", ".join(row["seeds"])) for row in found]
        print_table(("theme", "releases", "seed words"), cells)
    if not found:
        say("fewer than ten releases fit no theme: there is nothing to propose")
    finish_reading(corpus)


@app.command(
    rich_help_panel="Better themes",
    epilog="[bold]Examples[/bold]\n\n"
    "    topics review releases/ --model artifacts/mine -o read.csv\n\n"
    "    topics review releases/ --model artifacts/mine --html read.html\n\n"
    "    topics fit read.csv releases/ --themes themes.toml --labels theme -o artifacts/better",
)
@reads_releases
def review(
    read: ReadInputs,
    model: ModelFolder,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="CSV",
            help="Kept after each release; go on with the same file whenever you like.",
        ),
    ] = None,
    page: Annotated[
        str | None,
        typer.Option(
            "--html", metavar="PAGE",
            help="Write a page to read them in a browser instead, which saves the same CSV. What "
            "stands in the CSV of -o is left out.",
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Releases to read.")] = 20,
    force: Annotated[bool, typer.Option("--force", help="Replace a page that is there.")] = False,
) -> None:  # fmt: skip
    """Read the releases whose labels would teach the model most: one key a theme."""
    from topics.cli.annotate import ReviewFile, read_by_hand
    from topics.prediction import check_output

    if output is None and page is None:
        raise TopicsError("there is no file to write to", "give -o CSV, or --html PAGE")
    path = check_output(page, force, endings=(".html", ".htm")) if page else None
    classifier = classifier_of(model)
    names = [str(name) for name in classifier.classes_]
    file = None if output is None else ReviewFile(output, names)
    corpus = read()
    if path is not None:
        from topics.report.review import make_review

        seen = [] if file is None else file.rows_read(corpus)
        make_review(classifier, corpus, n, leave_out=seen).save(path)
        say(f"the page is in {plain(str(path))}; open it in a browser")
    elif file is not None:
        read_by_hand(classifier, corpus, file, n, _key, lambda words: say(plain(words)))
        done = f"{counted(len(file.rows))} read; see {plain(str(output))}"
        say(done if file.rows else "nothing was read")
    finish_reading(corpus)


def _key() -> str:
    """A key that is pressed; q where there is no more to come, or Ctrl-C or Ctrl-D."""
    try:
        key = str(typer.getchar()) if sys.stdin.isatty() else sys.stdin.read(1)
    except (EOFError, KeyboardInterrupt):
        return "q"
    return "q" if key in ("", "\x03", "\x04") else key


_FORMS_SHOWN = 4
"""Forms of a seed in a table, the commonest; JSON has all."""
