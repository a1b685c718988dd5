"""The commands that show what a model knows and how good it is: thin, no logic."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from topics._errors import TopicsError
from topics.cli.options import (
    MACHINE,
    Encoding,
    Json,
    Keep,
    ModelFolder,
    ReadInputs,
    Split,
    Text,
    classifier_of,
    finish_reading,
    label_column,
    reads_releases,
)
from topics.cli.output import (
    counted,
    plain,
    print_evaluation,
    print_json,
    print_sources,
    print_table,
    print_topics,
    print_words,
    say,
)

app = typer.Typer()


@app.command(
    rich_help_panel="Look and check",
    epilog="[bold]Examples[/bold]\n\n    topics show artifacts/mine\n\n"
    "    topics show artifacts/mine --topic 3\n\n    topics show artifacts/mine --sources\n\n"
    '    topics show artifacts/mine --find "refugee camp"\n\n'
    "    topics show artifacts/mine --json",
)
def show(
    model: Annotated[str, typer.Argument(metavar="FOLDER", help="Artifact.", show_default=False)],
    topic: Annotated[
        str | None, typer.Option(metavar="N", help="One topic, by number or name.")
    ] = None,
    find: Annotated[
        str | None, typer.Option(metavar="WORDS", help="The topics that these words are about.")
    ] = None,
    sources: Annotated[
        bool,
        typer.Option("--sources", help="What each source writes in every release, whatever about."),
    ] = False,
    as_json: Json = False,
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
        print_words(f"topic {number}: {about['name']}\nwords: {', '.join(about['words'])}")
        main = counted(about["releases"])
        print_words(f"share of all words {about['share']:.1%}; the main topic of {main}\n")
        for row in examples.to_dict("records"):
            head = "  ".join(str(row[k]) for k in ("date", "id", "title") if row[k] is not None)
            print_words(f"{head}  ({row['share']:.0%})\n    {row['sentence']}")
        return
    if find is not None:
        if topic_model is None:
            raise TopicsError("the model has no topics", "leave --find out", path=model)
        found = topic_model.find_topics(find).to_dict("records")
        if as_json:
            print_json(found)
        else:
            columns = ("topic", "name", "share", "words")
            cells = [(str(r["topic"]), r["name"], f"{r['share']:.0%}", r["words"]) for r in found]
            print_table(columns, cells)
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
        print_words(f"themes ({kind}): {', '.join(map(str, classifier.classes_))}")


@app.command(
    rich_help_panel="Look and check",
    epilog="[bold]Examples[/bold]\n\n"
    "    topics report artifacts/mine releases/ -o report.html\n\n"
    "    topics report artifacts/mine read.csv --labels theme -o report.html",
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
    card: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write a model card, too: what the model has learnt from, how right it is, and "
            "its limits, as Markdown for you to complete.",
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
    from topics.evaluation import evaluate as figures_of
    from topics.label_batches import to_labeller
    from topics.persistence.atomic import atomic_write
    from topics.prediction import check_output
    from topics.report.model_card import make_model_card
    from topics.report.page import make_report

    path = check_output(output, force, endings=(".html", ".htm"))
    card_path = check_output(card, force, endings=(".md", ".txt")) if card else None
    releases: Any = None
    if inputs:
        columns = {"text": text} if text else {}
        releases = ReadInputs(inputs, split, encoding, columns, Keep.separate.value)()
    if labels is not None and releases is None:
        raise TopicsError("there are labels and no releases", "give the releases, too")
    if labels is not None and labels not in releases.table.column_names:
        raise TopicsError(f"there is no column {labels}", "check the name given to --labels")
    labeller = to_labeller(model)
    made = make_report(labeller, releases, labels=labels, title=title)
    made.save(path)
    if card_path is not None:
        evaluation = None
        if labels is not None and labeller.classifier is not None:
            names = labeller.classifier.classes_.tolist()
            evaluation = figures_of(labeller, releases, label_column(releases, labels, names))
        with atomic_write(card_path) as file:
            file.write(make_model_card(labeller, evaluation).encode())
        say(f"the model card is in {plain(str(card_path))}")
    say(f"the page is in {plain(output)} ({len(made.html) / 1024:,.0f} KiB); open it in a browser")
    if releases is not None:
        finish_reading(releases)


@app.command(
    rich_help_panel="Look and check",
    epilog="[bold]Examples[/bold]\n\n"
    "    topics evaluate read-by-hand.csv --model artifacts/mine --labels theme\n\n"
    "[bold]What the figures say[/bold]; all but the last are from 0 to 1, more is better\n\n"
    "    precision: of the labels given, the share that is right. recall: of those that should "
    "have been given, the share that was. f1: one number between them\n\n"
    "    average_precision: how well scores put releases with the theme before all others, "
    "whatever the threshold\n\n"
    "    support, labelled: releases that have the theme in truth, and that were given it\n\n"
    "    micro_f1: of all labels of all themes together. macro_f1: the mean of the themes'. "
    "samples_f1: the mean of the releases'. exact: the share of releases whose labels are all "
    "right. In brackets are 95 % intervals\n\n"
    "    calibration_error: how far scores are from the share that is right; 0 at best",
)
@reads_releases
def evaluate(
    read: ReadInputs,
    model: ModelFolder,
    labels: Annotated[str, typer.Option(metavar="COLUMN", help="Column of the true labels.")],
    as_json: Json = False,
) -> None:
    """Compare a model's labels with labels that people gave, of releases it has not learnt from."""
    from topics.evaluation import evaluate as figures_of
    from topics.label_batches import to_labeller

    labeller = to_labeller(model)
    corpus = read()
    names = [] if labeller.classifier is None else labeller.classifier.classes_.tolist()
    result = figures_of(labeller, corpus, label_column(corpus, labels, names))
    if as_json:
        print_json({**result.to_dict(), **result.averages})
    else:
        print_evaluation(result)
    finish_reading(corpus)


@app.command(
    rich_help_panel="Look and check",
    epilog="[bold]Examples[/bold]\n\n    topics explain release.txt --model artifacts/mine\n\n"
    "    topics explain release.txt --model artifacts/mine --html why.html",
)
@reads_releases
def explain(
    read: ReadInputs,
    model: ModelFolder,
    html: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a page for a browser.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a page that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Say why releases have their labels: sentences, and terms with what they contribute."""
    from topics.labeller import Labeller
    from topics.persistence.atomic import atomic_write
    from topics.prediction import check_output
    from topics.themes.explanation import explanation_page

    path = check_output(html, force, endings=(".html", ".htm")) if html else None
    classifier = classifier_of(model)
    corpus = read()
    found = [classifier.explain(body) for body in corpus.texts.to_pylist()]
    missed = classifier.just_missed(corpus)
    notes = Labeller(classifier=classifier).predict(corpus, evidence=False).notes
    titles = zip(corpus["title"].to_pylist(), corpus["id"].to_pylist(), strict=True)
    headings = [title or id for title, id in titles]
    if path is not None:
        with atomic_write(path) as file:
            page = explanation_page(list(zip(headings, found, strict=True)), missed)
            file.write(page.encode())
        say(f"the page is in {plain(str(path))}")
    elif as_json:
        ids = corpus["id"].to_pylist()
        print_json(
            [
                {
                    "id": id,
                    "title": heading,
                    "labels": [each.to_dict() for each in row],
                    "just_missed": [each._asdict() for each in near],
                    "note": note,
                }
                for id, heading, row, near, note in zip(
                    ids, headings, found, missed, notes, strict=True
                )
            ]
        )
    else:
        for heading, row, near, note in zip(headings, found, missed, notes, strict=True):
            print_words(heading)
            if note:
                print_words(f"  not labelled: {note}")
                continue
            for explanation in row:
                print_words(f"  {explanation!r}")
            if near:
                print_words("  just missed: " + "; ".join(map(str, near)))
    finish_reading(corpus)


@app.command(
    rich_help_panel="Look and check",
    epilog="[bold]Examples[/bold]\n\n    topics novelty tonight/ --model artifacts/mine\n\n"
    "    topics novelty tonight/ --model artifacts/mine -n 0 --json > novelty.json",
)
@reads_releases
def novelty(
    read: ReadInputs,
    model: ModelFolder,
    n: Annotated[int, typer.Option("-n", min=0, help="Releases shown; 0 shows all.")] = 20,
    as_json: Json = False,
) -> None:
    """List the releases that are least like any theme, the newest to the model first."""
    classifier = classifier_of(model)
    corpus = read()
    values = classifier.novelty(corpus)
    order = (-values).argsort(kind="stable")[: n or None].tolist()
    ids, titles, texts = (corpus[name].to_pylist() for name in ("id", "title", "text"))
    found = [
        {"novelty": float(values[i]), "id": ids[i], "title": titles[i] or texts[i][:80]}
        for i in order
    ]
    if as_json:
        print_json(found)
    else:
        cells = [(f"{row['novelty']:.2f}", row["id"], row["title"]) for row in found]
        print_table(("novelty", "id", "title"), cells)
    finish_reading(corpus)


@app.command(
    rich_help_panel="Look and check",
    epilog="[bold]Examples[/bold]\n\n"
    "    topics drift november/ --before october/ --model artifacts/mine",
)
@reads_releases
def drift(
    read: ReadInputs,
    model: ModelFolder,
    before: Annotated[
        list[str],
        typer.Option(metavar="INPUT", help="Releases of before; may be given several times."),
    ],
    as_json: Json = False,
) -> None:
    """Say what changed from releases of before to those of now: themes, words, what is new."""
    from topics.themes.drift_detection import drift as compare

    classifier = classifier_of(model)
    old, new = replace(read, inputs=before)(), read()
    found = compare(classifier, old, new)
    if as_json:
        print_json({**vars(found), "themes": found.themes.to_dict("records")})
    else:
        cells = [
            (row["theme"], f"{row['old']:.0%}", f"{row['new']:.0%}", f"{row['z']:+.1f}")
            for row in found.themes.to_dict("records")
        ]
        print_table(("theme", "before", "now", "standard errors"), cells)
        for sentence in found.sentences:
            print_words(sentence)
    finish_reading(old, new)


@app.command(
    rich_help_panel=MACHINE,
    epilog="[bold]Examples[/bold]\n\n    topics doctor\n\n    topics doctor --json",
)
def doctor(
    as_json: Json = False,
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
