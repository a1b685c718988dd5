"""The commands: thin, no logic."""

from __future__ import annotations

import inspect
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

from topics._errors import TopicsError, require
from topics.cli import artifacts
from topics.cli.output import (
    counted,
    plain,
    print_evaluation,
    print_json,
    print_sources,
    print_table,
    print_topics,
    say,
    say_of_reading,
    say_warning,
    speak,
)

app = typer.Typer(
    name="topics",
    help="Find what press releases are about, and label new ones with your themes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: [bold]topics demo[/bold]. Exit codes: 0 done, 1 done but for some rows "
    "that were rejected (each is named), 2 not done.",
)


app.add_typer(artifacts.app, name="artifact")


class Keep(StrEnum):
    """What becomes of boilerplate."""

    separate = "separate"
    keep = "keep"


Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Files, folders, archives, globs, or - for standard input: page dumps, .txt .md "
        ".html .csv .xlsx .json .jsonl .parquet .docx .odt .rtf .pdf .eml .mbox .msg .xml (RSS, "
        "Atom, NewsML), also compressed. Known by what they hold, not by name alone.",
        show_default=False,
    ),
]
Text = Annotated[
    str | None, typer.Option(help="Column that holds the text.", rich_help_panel="Reading")
]
Title = Annotated[str | None, typer.Option(help="Column of titles.", rich_help_panel="Reading")]
Date = Annotated[str | None, typer.Option(help="Column of dates.", rich_help_panel="Reading")]
Split = Annotated[
    str | None,
    typer.Option(
        help="How text files are cut into releases: source-line, press-marks, rules, date-lines, "
        "blank-lines, whole, lines, or a regular expression. Recognised by itself if not given.",
        rich_help_panel="Reading",
    ),
]
Encoding = Annotated[
    str | None, typer.Option(help="Encoding of text files.", rich_help_panel="Reading")
]
Boilerplate = Annotated[
    Keep,
    typer.Option(
        help="Whether navigation, letterheads and contacts are kept apart from the text or in it.",
        rich_help_panel="Reading",
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing but errors, warnings and rejects.")
]
LogJson = Annotated[
    bool, typer.Option("--log-json", help="Say it in JSON, an object a line, on standard error.")
]
_MODEL = typer.Option("--model", "-m", metavar="FOLDER", help="Artifact made by topics fit.")
ModelFolder = Annotated[str, _MODEL]
Background = Annotated[
    str,
    typer.Option(
        metavar="FILE|none",
        help="Word vectors that place themes before there are many releases, in word2vec's or "
        "GloVe's format; none for none.",
        show_default="those of the wordllama package, if it is installed",
    ),
]


@dataclass(frozen=True)
class ReadInputs:
    """Reads the releases that a command is given; called once the other arguments are checked."""

    inputs: list[str]
    split: str | None
    encoding: str | None
    columns: dict[str, str]
    boilerplate: Literal["separate", "keep"]

    def __call__(self) -> Any:
        """The corpus."""
        from topics.reading.read import read_releases

        with _as_topics_errors():
            corpus = read_releases(self._paths(), **self._options())
        say_of_reading(corpus.log)
        return corpus

    def batches(self) -> Iterator[Any]:
        """The corpus in batches that are yet to be read."""
        from topics.reading.batches import Options, cut_into_batches

        with _as_topics_errors():
            yield from cut_into_batches(self._paths(), Options(**self._options()))

    def begin_small(self) -> None:
        """Do without the compiler where the input is a handful of texts: to load it takes longer.

        Where nothing is compiled yet, which takes half a minute, a thousand are one, too.
        """
        from topics import _kernels

        if "numba" in sys.modules:
            return  # the compiler is there
        size = _size_of_files(self.inputs)
        if size is not None and (
            size < _HANDFUL or (size < _HANDFUL_TO_COMPILE and not _kernels.is_compiled())
        ):
            _kernels.work_plainly()

    def _paths(self) -> list[Any]:
        if "" in self.inputs:
            # As a path it would be the folder that one is in.
            raise TopicsError("the path is empty", "give a file or a folder (. is this one)")
        # As paths, so that a name that is no file is an error and never a text.
        return [name if name == "-" else Path(name) for name in self.inputs]

    def _options(self) -> dict[str, Any]:
        return {
            "split": self.split,
            "encoding": self.encoding,
            "columns": self.columns,
            "languages": False,
            "boilerplate": self.boilerplate,
        }


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


def _size_of_files(inputs: Sequence[str]) -> int | None:
    """Bytes of all inputs; None where they are not all files."""
    try:
        paths = [Path(name).expanduser() for name in inputs]
        return sum(p.stat().st_size for p in paths) if all(p.is_file() for p in paths) else None
    except (OSError, RuntimeError, ValueError):
        return None


@contextmanager
def _as_topics_errors() -> Iterator[None]:
    try:
        yield
    except TopicsError:
        raise
    except ValueError as error:
        raise TopicsError(str(error)) from None


def reads_releases(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the arguments and options by which releases are read.

    Its parameter ``read`` becomes the inputs and the six options of reading, so that each stands
    here once.

    Examples
    --------
    >>> def count(read: ReadInputs) -> None:
    ...     print(len(read.inputs))
    >>> list(inspect.signature(reads_releases(count)).parameters)[:3]
    ['inputs', 'text', 'title']
    """

    def with_options(
        inputs: Inputs,
        *,
        text: Text = None,
        title: Title = None,
        date: Date = None,
        split: Split = None,
        encoding: Encoding = None,
        boilerplate: Boilerplate = Keep.separate,
        **rest: Any,
    ) -> None:
        given = {"text": text, "title": title, "date": date}
        columns = {name: column for name, column in given.items() if column}
        command(read=ReadInputs(inputs, split, encoding, columns, boilerplate.value), **rest)

    hints = get_type_hints(with_options, include_extras=True)
    hints |= get_type_hints(command, include_extras=True)
    first, *options = list(inspect.signature(with_options).parameters.values())[:-1]
    own = [p for p in inspect.signature(command).parameters.values() if p.name != "read"]
    rest = [p.replace(kind=p.KEYWORD_ONLY) for p in own]
    with_options.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [p.replace(annotation=hints[p.name]) for p in (first, *rest, *options)]
    )
    with_options.__annotations__ = hints
    with_options.__name__, with_options.__doc__ = command.__name__, command.__doc__
    return with_options


class Method(StrEnum):
    """How topics are learnt."""

    vectors = "vectors"
    nmf = "nmf"
    lda = "lda"


def main() -> None:
    """Run the command line; one line for an error that the user can correct, and exit code 2.

    Examples
    --------
    ``topics label release.txt --model artifacts/mine``; ``topics --help`` names the commands.
    """
    warnings.showwarning = say_warning
    # What was begun is cleared away; a reader that has enough, such as head, ends it at once.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        app()
    except TopicsError as error:
        say(plain(error.at_the_shell()), "error")
        sys.exit(2)
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
    except MemoryError:
        say("out of memory; give fewer releases at once", "error")
        sys.exit(2)
    except OSError as error:
        place = f"{error.filename or 'standard output'}: "
        say(plain(place + (error.strerror or str(error))), "error")
        sys.exit(2)
    except ValueError as error:
        # What nobody foresaw is still one line; the type tells whoever reports it where to look.
        say(f"{plain(' '.join(str(error).split()))} ({type(error).__name__})", "error")
        sys.exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        from topics._version import __version__

        print(f"topics-toolkit {__version__}")
        raise typer.Exit


def _not_zero(jobs: int) -> int:
    if not jobs:
        raise TopicsError("--jobs 0 is no number of threads", "give 1 or more, or -1 for all cores")
    return jobs


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Options of the program as a whole."""
    speak(quiet=False, log_json=False)


@app.command(
    epilog="[bold]Examples[/bold]\n\n    topics demo\n\n    topics demo --output /tmp/demo"
)
def demo(
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Where results are written.")
    ] = "topics-demo",
) -> None:
    """See the whole path on releases that come with the toolkit: fit, label, evaluate."""
    from topics.demo import run_demo

    sample, *news = run_demo(output)
    say("120 releases of a made-up press office. Their topics; the first six are of its themes:\n")
    print_topics(sample.labeller.topic_model)
    say("\nLabelled by seed words alone, against the themes that they were written to:\n")
    print_evaluation(sample.evaluation)
    for part in news:
        say(
            "\n50 news texts that the models had not seen, labelled by seed words alone, against "
            "the themes that two readers gave them (language models; they agree by kappa "
            f"{part.kappa:.2f}):\n"
        )
        print_evaluation(part.evaluation)
    say(
        f"\nWritten to {output}: the releases (sample), their model and labels (labelled.csv) "
        f"and a picture (topics.png).\n\nTry next:\n"
        f"  topics show {output}/model --topic displacement\n"
        f"  topics explain {output}/sample/page.txt --model {output}/model\n"
        f"  topics label YOUR-FILES --model {output}/model -o labelled.csv\n"
        f"  topics fit YOUR-FILES --topics 20 -o my-model"
    )


@app.command(
    epilog="[bold]Examples[/bold]\n\n    topics fit releases/ --topics 20 -o artifacts/mine\n\n"
    "    topics fit page.txt more.csv --themes themes.toml -o artifacts/mine\n\n"
    '    themes.toml has a line a theme: displacement = ["refugees", "displaced persons"]'
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
    examples: Annotated[
        bool, typer.Option(help="Keep sentences of releases that show the topics in the model.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Random state.")] = 0,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", callback=_not_zero, help="Threads; -1 takes all cores.")
    ] = -1,
    sign_key: Annotated[
        str | None,
        typer.Option(metavar="PEM", help="Ed25519 private key to sign the artifact with."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an artifact that is there.")
    ] = False,
) -> None:
    """Learn topics and themes from a corpus of releases and save the model."""
    from topics._progress import status
    from topics.labeller import Labeller
    from topics.models.topic_model import TopicModel
    from topics.persistence.artifact import check_folder, save
    from topics.reading.label_columns import without_unlabelled_repeats
    from topics.reading.theme_files import themes_as_given
    from topics.themes.classifier import ThemeClassifier

    check_folder(output, force)
    seeds = themes_as_given(themes) if themes else None
    vectors = _background(background)
    corpus = read()
    if by not in ("auto", "none", *corpus.table.column_names):
        raise TopicsError(
            f"there is no column {by!r}", f"give --by one of {', '.join(corpus.table.column_names)}"
        )
    y = _label_column(corpus, labels, list(seeds or ())) if labels else None
    if y is not None:
        _say_of_labels(corpus, y, seeds, labels)
        kept = without_unlabelled_repeats(corpus, y)
        corpus, y = corpus[kept], [names for names, keep in zip(y, kept, strict=True) if keep]
        if not kept.all():
            say(f"{counted(int((~kept).sum()))} that only repeat a labelled one are left out")
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
            random_state=seed,
            n_jobs=jobs,
        )
    with status(f"fitting {len(corpus):,} releases"):
        labeller = Labeller(topic_model, classifier).fit(corpus, y)
    save(
        labeller,
        output,
        created_from=f"{len(corpus)} releases: {' '.join(read.inputs)}",
        examples=examples,
        overwrite=force,
        sign_key=sign_key,
    )
    print_topics(topic_model)
    if n_sources := len(topic_model.sources_):
        say(
            f"what a source writes in every release counts for no topic ({n_sources} found): "
            f"topics show {plain(output)} --sources"
        )
    repeated = corpus.duplicates().num_rows
    say(f"{counted(len(corpus))} fitted; the model is in {plain(output)}")
    if repeated:
        say(f"{repeated:,} of them only repeat another one")
    _finish(corpus.rejects.to_pylist(), corpus.rejects.num_rows)


@app.command(
    epilog="[bold]Examples[/bold]\n\n"
    "    topics label tonight/*.txt --model artifacts/mine -o labelled.csv\n\n"
    "    topics label - --model artifacts/mine < page.txt | jq .labels\n\n"
    "    topics label page.txt --themes displacement,diplomacy,detainees"
)
@reads_releases
def label(
    read: ReadInputs,
    model: Annotated[str | None, _MODEL] = None,
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
            "--jobs", "-j", callback=_not_zero, help="Processes for large input; -1 for all cores."
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
            themes_as_given(themes), background=_background(background), n_jobs=-1
        )
        releases = read()
        labeller = to_labeller(unfitted.fit(releases))
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise TopicsError(f"--delimiter {delimiter!r} cannot be", "give one character, such as ;")
    with _cluster(dask):
        run = label_to(
            releases, labeller, output, force=force, evidence=evidence, keep_text=keep_text,
            keep_columns=keep_columns, delimiter=delimiter, safe_cells=safe_cells, jobs=jobs,
            total_bytes=_size_of_files(read.inputs),
        )  # fmt: skip
    if themes is None:
        say_of_reading(run.log)
    say(f"{counted(run.labelled)} labelled" + ("" if output == "-" else f"; see {plain(output)}"))
    _finish(run.rejects, run.rejected)


class Ending(StrEnum):
    """Formats of labels."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


@app.command(epilog="[bold]Examples[/bold]\n\n    topics doctor\n\n    topics doctor --json")
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is installed here, and what is missing; exit code 1 if something must be mended."""
    from topics.doctor import examine

    found = examine()
    if as_json:
        print_json([finding._asdict() for finding in found])
    else:
        rows = [(f.what, f.found if f.ok else f"[!] {f.found}") for f in found]
        print_table(("part", "state"), rows)
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


@app.command(
    epilog="[bold]Examples[/bold]\n\n"
    "    topics report artifacts/mine releases/ -o report.html\n\n"
    "    topics report artifacts/mine read.csv --labels theme -o report.html"
)
def report(
    model: Annotated[str, typer.Argument(metavar="FOLDER", help="Artifact.", show_default=False)],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT...",
            help="Releases that the model labels for the page; without them the page shows what "
            "the model knows.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The page; it ends in .html.")
    ] = "report.html",
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column of labels that people gave: the page then says how right the model is.",
        ),
    ] = None,
    title: Annotated[
        str, typer.Option("--page-title", help="Title of the page.")
    ] = "What the releases are about",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    text: Text = None,
    split: Split = None,
    encoding: Encoding = None,
) -> None:
    """Make one HTML page about topics, themes and releases that opens anywhere."""
    from topics.prediction import check_output
    from topics.report.page import make_report

    path = check_output(output, force, endings=(".html", ".htm"))
    releases: Any = None
    if inputs:
        columns = {"text": text} if text else {}
        releases = ReadInputs(inputs, split, encoding, columns, Keep.separate.value)()
    if labels is not None and releases is None:
        raise TopicsError("there are labels and no releases", "give the releases, too")
    if labels is not None and labels not in releases.table.column_names:
        raise TopicsError(f"there is no column {labels}", "check the name given to --labels")
    made = make_report(model, releases, labels=labels, title=title)
    made.save(path)
    say(f"the page is in {plain(output)} ({len(made.html) / 1024:,.0f} KiB); open it in a browser")
    if releases is not None:
        _finish(releases.rejects.to_pylist(), releases.rejects.num_rows)


@app.command(
    epilog="[bold]Examples[/bold]\n\n    topics watch incoming --model artifacts/mine -o labels\n\n"
    "    topics watch incoming --model artifacts/mine -o labels --once\n\n"
    "Ends with exit code 0 when it is sent SIGTERM or Ctrl-C; started again, it goes on."
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


@app.command(
    epilog="[bold]Examples[/bold]\n\n    topics show artifacts/mine\n\n"
    "    topics show artifacts/mine --topic 3\n\n    topics show artifacts/mine --sources\n\n"
    "    topics show artifacts/mine --json"
)
def show(
    model: Annotated[str, typer.Argument(metavar="FOLDER", help="Artifact.", show_default=False)],
    topic: Annotated[
        str | None, typer.Option(metavar="N", help="One topic, by number or name.")
    ] = None,
    sources: Annotated[
        bool,
        typer.Option("--sources", help="What each source writes in every release, whatever about."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the topics, words, themes and examples of a model."""
    from topics.label_batches import to_labeller

    labeller = to_labeller(model)
    topic_model, classifier = labeller.topic_model, labeller.classifier
    if topic is not None:
        if topic_model is None:
            raise TopicsError("the model has no topics", "leave --topic out", path=model)
        number = topic_model.topic_number(int(topic) if topic.isdecimal() else topic)
        examples = topic_model.representative(number, 5)
        about = topic_model.topics_.loc[number].to_dict()
        words = topic_model.top_words()[number]
        more = topic_model.top_words(20)[number]
        about["words"] = [*words, *(word for word in more if word not in words)]
        if as_json:
            print_json({**about, "examples": examples.to_dict("records")})
            return
        print(f"topic {number}: {about['name']}\nwords: {', '.join(about['words'])}")
        main = counted(about["releases"])
        print(f"share of all words {about['share']:.1%}; the main topic of {main}\n")
        for row in examples.to_dict("records"):
            head = "  ".join(str(row[k]) for k in ("date", "id", "title") if row[k] is not None)
            print(f"{head}  ({row['share']:.0%})\n    {row['sentence']}")
        return
    if sources:
        if topic_model is None or topic_model.sources_.empty:
            say("the model knows of no sources")
        elif as_json:
            print_json(topic_model.sources_.to_dict("records"))
        else:
            print_sources(topic_model)
        return
    if as_json:
        topics = [] if topic_model is None else topic_model.topics_.to_dict("records")
        themes = [] if classifier is None else [str(name) for name in classifier.classes_]
        print_json({"topics": topics, "themes": themes})
        return
    if topic_model is not None:
        print_topics(topic_model)
    if classifier is not None:
        kind = "calibrated probabilities" if classifier.calibrated_ else "scores, not probabilities"
        print(f"themes ({kind}): {', '.join(map(str, classifier.classes_))}")


@app.command(
    epilog="[bold]Examples[/bold]\n\n"
    "    topics evaluate read-by-hand.csv --model artifacts/mine --labels theme"
)
@reads_releases
def evaluate(
    read: ReadInputs,
    model: ModelFolder,
    labels: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the true labels.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare a model's labels with labels that people gave, of releases it has not learnt from."""
    from topics.evaluation import evaluate as figures_of
    from topics.label_batches import to_labeller

    labeller = to_labeller(model)
    corpus = read()
    names = [] if labeller.classifier is None else labeller.classifier.classes_.tolist()
    result = figures_of(labeller, corpus, _label_column(corpus, labels, names))
    if as_json:
        print_json({**result.to_dict(), **result.averages})
    else:
        print_evaluation(result)
    _finish(corpus.rejects.to_pylist(), corpus.rejects.num_rows)


@app.command(
    epilog="[bold]Examples[/bold]\n\n"
    "    topics review releases/ --model artifacts/mine -o read.csv\n\n"
    "    topics review releases/ --model artifacts/mine --html read.html\n\n"
    "    topics fit read.csv releases/ --themes themes.toml --labels theme -o artifacts/better"
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
    classifier = _classifier(model)
    names = [str(name) for name in classifier.classes_]
    file = None if output is None else ReviewFile(output, names)
    corpus = read()
    if path is not None:
        from topics.report.review import make_review

        known = set() if file is None else file.ids
        seen = [row for row, id in enumerate(corpus["id"].to_pylist()) if id in known]
        make_review(classifier, corpus, n, leave_out=seen).save(path)
        say(f"the page is in {plain(str(path))}; open it in a browser")
    elif file is not None:
        read_by_hand(classifier, corpus, file, n, _key, lambda words: say(plain(words)))
        done = f"{counted(len(file.rows))} read; see {plain(str(output))}"
        say(done if file.rows else "nothing was read")
    _finish(corpus.rejects.to_pylist(), corpus.rejects.num_rows)


def _classifier(model: str) -> Any:
    from topics.label_batches import to_labeller

    classifier = to_labeller(model).classifier
    if classifier is None:
        raise TopicsError("the model has no themes", "fit one with --themes", path=model)
    return classifier


def _key() -> str:
    """A key that is pressed; q where there is no more to come, or Ctrl-C or Ctrl-D."""
    try:
        key = str(typer.getchar()) if sys.stdin.isatty() else sys.stdin.read(1)
    except (EOFError, KeyboardInterrupt):
        return "q"
    return "q" if key in ("", "\x03", "\x04") else key


_FORMS_SHOWN = 4
"""Forms of a seed in a table, the commonest; JSON has all."""


@app.command(epilog="[bold]Examples[/bold]\n\n    topics seeds releases/ --themes themes.toml")
@reads_releases
def seeds(
    read: ReadInputs,
    themes: Annotated[str, typer.Option(metavar="TOML", help="Themes and their seed words.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
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
                " ".join(row["better"]),
            )
            for row in found
        ]
        print_table(("theme", "seed", "releases", "forms", "verdict", "better"), cells)
    _finish(corpus.rejects.to_pylist(), corpus.rejects.num_rows)


@app.command(
    epilog="[bold]Examples[/bold]\n\n    topics explain release.txt --model artifacts/mine\n\n"
    "    topics explain release.txt --model artifacts/mine --html why.html"
)
@reads_releases
def explain(
    read: ReadInputs,
    model: ModelFolder,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page for a browser.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a page that is there.")] = False,
) -> None:
    """Say why releases have their labels: sentences, and terms with what they contribute."""
    from topics.persistence.atomic import atomic_write
    from topics.prediction import check_output
    from topics.themes.explanation import explanation_page

    path = check_output(html, force, endings=(".html", ".htm")) if html else None
    classifier = _classifier(model)
    corpus = read()
    found = [classifier.explain(body) for body in corpus.texts.to_pylist()]
    titles = zip(corpus["title"].to_pylist(), corpus["id"].to_pylist(), strict=True)
    headings = [title or id for title, id in titles]
    if path is not None:
        with atomic_write(path) as file:
            page = explanation_page(list(zip(headings, found, strict=True)))
            file.write(page.encode())
        say(f"the page is in {plain(str(path))}")
    else:
        for heading, row in zip(headings, found, strict=True):
            print(heading)
            for explanation in row:
                print(f"  {explanation!r}")
    _finish(corpus.rejects.to_pylist(), corpus.rejects.num_rows)


def _n_topics(given: str | None) -> Any:
    if given is None or given == "auto":
        return given
    if not given.isdecimal() or int(given) < 1:
        raise TopicsError(f"--topics {given} cannot be", "give a number from 1 on, or auto")
    return int(given)


def _background(given: str) -> Any:
    """Where vectors of words come from, read before a long fit begins."""
    from topics.text.background import resolve_background

    return None if given == "none" else resolve_background(given)


def _label_column(corpus: Any, column: str, themes: list[Any]) -> list[Any]:
    from topics.reading.label_columns import read_labels

    if column not in corpus.table.column_names:
        own = [
            name
            for name in corpus.table.column_names
            if corpus[name].null_count < len(corpus) and name not in ("path", "row")
        ]
        raise TopicsError(
            f"no column {column!r}; the columns are {', '.join(own)}",
            "give --labels one of them",
            path=corpus["path"][0].as_py(),
        )
    try:
        return read_labels(corpus[column], themes)
    except TopicsError as error:
        if error.index is None:
            raise
        path, row = (corpus[name][error.index].as_py() for name in ("path", "row"))
        raise TopicsError(error.problem, error.hint, path=path, row=row) from None


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


def _finish(rejects: Sequence[Mapping[str, Any]], n: int) -> None:
    """Name what was rejected; exit code 1 where anything was."""
    if not n:
        return
    for reject in rejects:
        place = reject["path"] or "input"
        if reject["row"] is not None:
            place += f", row {reject['row']}"
        say(f"{plain(place)}: {plain(reject['reason'])}", "rejected")
    if n > len(rejects):
        say(f"... and {n - len(rejects):,} more")
    say(f"{n:,} row{'s' * (n != 1)} or file{'s' * (n != 1)} could not be read; the rest is done")
    raise typer.Exit(1)
