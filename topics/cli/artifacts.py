"""The commands that look at saved models: thin, no logic."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from topics.cli.output import plain, print_json, print_table, say

app = typer.Typer(
    help="Look at saved models: whether they are whole, what is in them, how two differ.",
    no_args_is_help=True,
)

Folder = Annotated[str, typer.Argument(metavar="FOLDER", help="Artifact.", show_default=False)]
VerifyKey = Annotated[
    str | None,
    typer.Option(
        "--verify-key", metavar="PEM", help="Ed25519 public key that it must be signed with."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(
    epilog="[bold]Examples[/bold]\n\n    topics artifact verify artifacts/mine\n\n"
    "    topics artifact verify artifacts/mine --verify-key public.pem"
)
def verify(folder: Folder, verify_key: VerifyKey = None) -> None:
    """Check that an artifact is whole, and signed if a key is given."""
    from topics.persistence.artifact import describe, load

    load(folder, verify_key=verify_key)
    about = describe(folder)
    signed = ", signed with this key" if verify_key else ""
    say(f"{plain(folder)} is whole{signed}: a {about['kind']}, {about['checksum'][:12]}")


@app.command(epilog="[bold]Examples[/bold]\n\n    topics artifact info artifacts/mine --json")
def info(folder: Folder, as_json: Json = False) -> None:
    """Show what an artifact says of itself."""
    from topics.persistence.artifact import describe

    about = describe(folder)
    if as_json:
        print_json(about)
        return
    rows = [
        (name.replace("_", " "), "; ".join(value) if isinstance(value, list) else str(value))
        for name, value in about.items()
    ]
    print_table(("", ""), rows)


@app.command(
    epilog="[bold]Examples[/bold]\n\n    topics artifact diff artifacts/last artifacts/mine\n\n"
    "Exit codes: 0 they are the same, 1 they differ, 2 one is no artifact."
)
def diff(first: Folder, second: Folder, as_json: Json = False) -> None:
    """Show how two artifacts differ."""
    from topics.persistence.artifact import differences

    found = differences(first, second)
    if as_json:
        print_json(found)
    else:
        print_table(
            ("", first, second),
            [(row["what"], row["first"], row["second"]) for row in found],
        )
    if not found:
        say("they are the same")
    sys.exit(1 if found else 0)
