"""The commands: thin, no logic."""

from __future__ import annotations

import signal
import sys
import warnings
from typing import Annotated

import typer

from topics._errors import TopicsError
from topics.cli import artifacts, improving, labelling, learning, looking
from topics.cli.options import MACHINE, Json
from topics.cli.output import (
    plain,
    print_evaluation,
    print_json,
    print_topics,
    say,
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


for part in (learning, labelling, looking, improving):
    app.add_typer(part.app)
app.add_typer(artifacts.app, name="artifact", rich_help_panel=MACHINE)


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
    as_json: Json = False,
) -> None:
    """See the whole path on releases that come with the toolkit: fit, label, evaluate."""
    from topics.cli.compile_ahead import compile_ahead
    from topics.demo import run_demo

    compile_ahead()
    parts = run_demo(output)
    if as_json:
        models = [part.labeller.topic_model for part in parts]
        print_json(
            [
                {
                    "topics": [] if model is None else model.topics_.to_dict("records"),
                    **part.evaluation.to_dict(),
                }
                for part, model in zip(parts, models, strict=True)
            ]
        )
        return
    sample, *news = parts
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
