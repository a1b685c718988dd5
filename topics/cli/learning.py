"""The command that learns: thin, no logic."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from topics._errors import TopicsError
from topics.cli.options import (
    Background,
    Json,
    ReadInputs,
    background_of,
    finish_reading,
    label_column,
    not_zero,
    reads_releases,
)
from topics.cli.output import counted, plain, print_json, print_topics, say

app = typer.Typer()


class Method(StrEnum):
    """How topics are learnt."""

    vectors = "vectors"
    nmf = "nmf"
    lda = "lda"


@app.command(
    rich_help_panel="Learn and label",
    epilog="[bold]Examples[/bold]\n\n    topics fit releases/ --topics 20 -o artifacts/mine\n\n"
    "    topics fit page.txt more.csv --themes themes.toml -o artifacts/mine\n\n"
    '    themes.toml has a line a theme: displacement = ["refugees", "displaced persons"]',
)
@reads_releases
def fit(
    read: ReadInputs,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Folder of the new artifact.")
    ],
    themes: Annotated[
        str | None,
        typer.Option(
            metavar="TOML|NAMES",
            help="Themes and their seed words, or names with commas between.",
        ),
    ] = None,
    background: Background = "default",
    method: Annotated[Method, typer.Option(help="How topics are learnt.")] = Method.vectors,
    topics: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Number of topics, with those of themes; auto tries several and takes what stays "
            "the same from one half of the releases to the other.",
            show_default="10, or fewer for few releases",
        ),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            metavar="COLUMN|none",
            help="Column of the sources, such as publishers: what a source writes in every release "
            "then counts for no topic. auto takes the column source, or finds letterheads by their "
            "words.",
        ),
    ] = "auto",
    labels: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of human labels to learn from too.")
    ] = None,
    one_label: Annotated[
        bool, typer.Option("--one-label", help="Each release has exactly one theme.")
    ] = False,
    min_precision: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            show_default="thresholds of best F1",
            help="With 50 labels or more: choose each theme's threshold so that at least this "
            "share of its labels is right.",
        ),
    ] = None,
    examples: Annotated[
        bool, typer.Option(help="Keep sentences of releases that show the topics in the model.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Random state.")] = 0,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", callback=not_zero, help="Threads; -1 takes all cores.")
    ] = -1,
    sign_key: Annotated[
        str | None,
        typer.Option(metavar="PEM", help="Ed25519 private key to sign the artifact with."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an artifact that is there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Learn topics and themes from a corpus of releases and save the model."""
    from topics.cli.compile_ahead import compile_ahead
    from topics.labeller import Labeller
    from topics.models.topic_model import TopicModel
    from topics.persistence.artifact import check_folder, save
    from topics.reading.label_columns import without_unlabelled_repeats
    from topics.reading.theme_files import themes_as_given
    from topics.themes.classifier import ThemeClassifier

    check_folder(output, force)
    seeds = themes_as_given(themes) if themes else None
    vectors = background_of(background)
    compile_ahead()
    corpus = read()
    if by not in ("auto", "none", *corpus.table.column_names):
        raise TopicsError(
            f"there is no column {by!r}", f"give --by one of {', '.join(corpus.table.column_names)}"
        )
    y = label_column(corpus, labels, list(seeds or ())) if labels else None
    if y is not None:
        _say_of_labels(corpus, y, seeds, labels)
        n_labelled = sum(names is not None for names in y)
        say(f"{n_labelled:,} of {counted(len(y))} are labelled")
        kept = without_unlabelled_repeats(corpus, y)
        corpus, y = corpus[kept], [names for names, keep in zip(y, kept, strict=True) if keep]
        if not kept.all():
            say(f"left out, because they only repeat a labelled one: {counted(int((~kept).sum()))}")
    topic_model = TopicModel(
        _n_topics(topics), method.value, themes=seeds, by=None if by == "none" else by,
        background=None if background == "default" else vectors,
        random_state=seed, n_jobs=jobs,
    )  # fmt: skip
    classifier = None
    if seeds or y:
        classifier = ThemeClassifier(
            seeds,
            multi_label=not one_label,
            background=vectors,
            min_precision=min_precision,
            random_state=seed,
            n_jobs=jobs,
        )
    labeller = Labeller(topic_model, classifier).fit(corpus, y)
    save(
        labeller,
        output,
        created_from=f"{len(corpus)} releases: {' '.join(read.inputs)}",
        examples=examples,
        overwrite=force,
        sign_key=sign_key,
    )
    if as_json:
        print_json({"topics": topic_model.topics_.to_dict("records")})
    else:
        print_topics(topic_model)
    if n_sources := len(topic_model.sources_):
        say(
            f"what a source writes in every release counts for no topic ({n_sources} found): "
            f"topics show {plain(output)} --sources"
        )
    repeated = corpus.duplicates().num_rows
    say(f"{counted(len(corpus))} fitted; the model is in {plain(output)}")
    if repeated:
        say(f"among them, releases that only repeat another one: {repeated:,}")
    finish_reading(corpus)


def _n_topics(given: str | None) -> Any:
    if given is None or given == "auto":
        return given
    if not given.isdecimal() or int(given) < 1:
        raise TopicsError(f"--topics {given} cannot be", "give a number from 1 on, or auto")
    return int(given)


def _say_of_labels(corpus: Any, y: list[Any], themes: Any, column: str | None) -> None:
    """Name labels that the themes do not have, and a column that holds none."""
    from topics.reading.label_columns import unknown_labels

    if all(names is None for names in y):
        say(f"no cell of the column {plain(str(column))} holds a label", "warning")
    for i, name, near in unknown_labels(y, themes) if themes else ():
        place = f"{corpus['path'][i].as_py()}, row {corpus['row'][i].as_py()}"
        meant = f"; is it {near}?" if near else " without seeds"
        say(
            f"[yellow]warning:[/] {plain(place)}: the label {plain(str(name))} is a new "
            f"theme{plain(meant)}"
        )
