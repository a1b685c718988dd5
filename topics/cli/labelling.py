"""The commands that label: thin, no logic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any

import typer

from topics._errors import TopicsError, require
from topics.cli.options import (
    MODEL,
    Background,
    LogJson,
    ModelFolder,
    Quiet,
    ReadInputs,
    background_of,
    finish,
    not_zero,
    reads_releases,
    size_of_files,
)
from topics.cli.output import counted, plain, say, say_of_reading, speak

app = typer.Typer()


@app.command(
    rich_help_panel="Learn and label",
    epilog="[bold]Examples[/bold]\n\n"
    "    topics label tonight/*.txt --model artifacts/mine -o labelled.csv\n\n"
    "    topics label - --model artifacts/mine < page.txt | jq .labels\n\n"
    "    topics label page.txt --themes displacement,diplomacy,detainees\n\n"
    "[bold]Columns that are written[/bold]\n\n"
    "    id, title, date: of the release. path, row: where it came from\n\n"
    "    labels: the themes that it has, the surest first; none, one or several\n\n"
    "    score: of the first label, from 0 to 1; it orders releases. It is called probability "
    "where the model has learnt from 50 labels or more: of releases with .8, eight in ten have "
    "the theme\n\n"
    "    topic, topic_name: the topic that most of the release is about; found by counting words, "
    "whatever the labels say\n\n"
    "    evidence: the sentence that speaks most for the first label, or for the topic\n\n"
    "    note: why a release could not be labelled, such as a language that the model does not "
    "know\n\n"
    "    s_THEME (p_THEME where calibrated): the score of each theme\n\n"
    "    model: the first letters of the checksum of the model",
)
@reads_releases
def label(
    read: ReadInputs,
    model: Annotated[str | None, MODEL] = None,
    themes: Annotated[
        str | None,
        typer.Option(
            metavar="TOML|NAMES",
            help="Without a model: themes and their seed words, or names with commas between. They "
            "are fitted to these releases, and scores are rough.",
        ),
    ] = None,
    background: Background = "default",
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE",
            help="File that ends in .parquet, .csv or .jsonl, or - for JSON lines on stdout.",
        ),
    ] = "-",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    evidence: Annotated[
        bool, typer.Option(help="Give the sentence that speaks most for the first label.")
    ] = True,
    keep_text: Annotated[
        bool, typer.Option("--keep-text", help="Write the texts, too: to correct and learn from.")
    ] = False,
    keep_columns: Annotated[
        bool, typer.Option("--keep-columns", help="Write the input's own columns, too.")
    ] = False,
    safe_cells: Annotated[
        bool,
        typer.Option(
            "--safe-cells", help="In CSV, put ' before cells that a spreadsheet would run."
        ),
    ] = False,
    verify_key: Annotated[
        str | None,
        typer.Option(metavar="PEM", help="Ed25519 public key that the model must be signed with."),
    ] = None,
    delimiter: Annotated[
        str, typer.Option(help="Of CSV files; Excel asks for ; where a comma is the decimal sign.")
    ] = ",",
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", callback=not_zero, help="Processes for large input; -1 for all cores."
        ),
    ] = -1,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster that does the work."),
    ] = None,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:  # fmt: skip
    """Label releases with a model, or with themes alone, and write one row for each."""
    from topics._arrow import do_without_pandas

    speak(quiet=quiet, log_json=log_json)

    if themes is None:
        read.begin_small()
        do_without_pandas()
    from topics.label_batches import to_labeller
    from topics.prediction import check_output, label_to

    if (model is None) == (themes is None):
        raise TopicsError(
            "there is no model" if model is None else "there are both a model and themes",
            "give --model FOLDER, or --themes",
        )
    if output != "-":
        check_output(output, force)
    if themes is None:
        labeller = to_labeller(model, verify_key=verify_key)
        releases: Any = read.batches()
    else:
        from topics.reading.theme_files import themes_as_given
        from topics.themes.classifier import ThemeClassifier

        unfitted = ThemeClassifier(
            themes_as_given(themes), background=background_of(background), n_jobs=-1
        )
        releases = read()
        labeller = to_labeller(unfitted.fit(releases))
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise TopicsError(f"--delimiter {delimiter!r} cannot be", "give one character, such as ;")
    with _cluster(dask):
        run = label_to(
            releases, labeller, output, force=force, evidence=evidence, keep_text=keep_text,
            keep_columns=keep_columns, delimiter=delimiter, safe_cells=safe_cells, jobs=jobs,
            total_bytes=size_of_files(read.inputs),
        )  # fmt: skip
    if themes is None:
        say_of_reading(run.log)
    say(f"{counted(run.labelled)} labelled" + ("" if output == "-" else f"; see {plain(output)}"))
    finish(run.rejects, run.rejected)


@contextmanager
def _cluster(address: str | None) -> Iterator[None]:
    """Work of joblib's on a Dask cluster, where there is one."""
    if address is None:
        yield
        return
    require("distributed", "a Dask cluster")
    import joblib

    distributed: Any = import_module("distributed")
    try:
        client = distributed.Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise TopicsError(
            f"no Dask scheduler answers at {address} ({type(error).__name__})", "check the address"
        ) from None
    with client, joblib.parallel_config(backend="dask"):
        yield


_HANDFUL, _HANDFUL_TO_COMPILE = 1 << 19, 1 << 24
"""Bytes of files below which kernels are not loaded, and below which they are not compiled."""


class Ending(StrEnum):
    """Formats of labels."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


@app.command(
    rich_help_panel="Learn and label",
    epilog="[bold]Examples[/bold]\n\n    topics watch incoming --model artifacts/mine -o labels\n\n"
    "    topics watch incoming --model artifacts/mine -o labels --once\n\n"
    "Ends with exit code 0 when it is sent SIGTERM or Ctrl-C; started again, it goes on.",
)
def watch(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Folder to watch.", show_default=False)
    ],
    model: ModelFolder,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Folder for the labels of each file."
        ),
    ],
    ending: Annotated[
        Ending, typer.Option("--format", help="Format of the labels.")
    ] = Ending.jsonl,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between looks.")] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Label what is there, and end.")] = False,
    evidence: Annotated[
        bool, typer.Option(help="Give the sentence that speaks most for the first label.")
    ] = True,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Label each file that appears in a folder, once, until stopped."""
    speak(quiet=quiet, log_json=log_json)
    from topics.watch import Labelled
    from topics.watch import watch as run

    failed = 0

    def tell(done: Labelled) -> None:
        nonlocal failed
        failed += done.rejected
        rejected = f", {done.rejected:,} rejected" * bool(done.rejected)
        why = f": {done.problem}" * bool(done.problem)
        say(plain(f"{done.path}: {counted(done.labelled)} labelled{rejected}{why}"))

    try:
        run(
            folder, model, output, ending=f".{ending.value}", every=every, once=once,
            evidence=evidence, say=tell,
        )  # fmt: skip
    except (KeyboardInterrupt, SystemExit):
        say("stopped")
        return
    if failed:
        raise typer.Exit(1)
