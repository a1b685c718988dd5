"""The page of the benchmarks, made from the files that the scripts in ``benchmarks/`` wrote."""

import ast
import json
import math
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BENCHMARKS = HERE.parent / "benchmarks"
INTRODUCTION = """# Benchmarks

Each table is made of a file in `benchmarks/results/` that the script named above it wrote, on two
cores with 24 GiB of memory. FOLDER and FILE stand for texts that are not part of this project: BBC
news, Senate releases, Reuters news, and news and sentences in nine languages. The models were
developed on some of them; the README says which. Collections go by the names of their files: `bbc`,
`reuters8_en`, `gnad_de`, `masakha_fra` and `ant_ar` are news in English, German, French and Arabic,
`thuc_titles_zh` titles of Chinese news, `sib_...` sentences of SIB-200 in the language of the code,
`octis` BBC news as papers on topic models have it.
"""


def write_benchmarks() -> None:
    """Write ``benchmarks.md`` beside this file."""
    parts = [INTRODUCTION]
    for path in sorted((BENCHMARKS / "results").glob("*.json")):
        script = BENCHMARKS / f"{path.stem}.py"
        words = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
        title, command, *rest = words.split("\n\n")
        parts.append(
            f"## {title.rstrip('.')}\n\n```\n{command.strip()}\n```\n\n" + "\n\n".join(rest)
        )
        parts += tables(json.loads(path.read_text("utf-8")), 3)
    (HERE / "benchmarks.md").write_text("\n\n".join(parts) + "\n", "utf-8")


def tables(found: dict[str, Any], level: int) -> list[str]:
    """A table for rows of figures; a heading and tables for what holds more.

    >>> print(tables({"ours": {"F1": 0.5}, "theirs": {"F1": 0.25}}, 3)[0])
    |  | F1 |
    | --- | ---: |
    | ours | 0.500 |
    | theirs | 0.250 |
    """
    rows = {name: row for name, row in found.items() if isinstance(row, dict)}
    flat = {name: row for name, row in rows.items() if not any(map(_is_table, row.values()))}
    # Single figures, such as a peer that takes no pile.
    parts: list[str | None] = ["; ".join(f"{name}: {_cell(value)}" for name, value in found.items()
                       if isinstance(value, int | float)) or None]  # fmt: skip
    if flat:
        # Words of topics are for the scripts' readers.
        columns = list(
            dict.fromkeys(c for row in flat.values() for c, v in row.items() if not _is_words(v))
        )
        lines = ["|  | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
        lines += [
            f"| {name} | " + " | ".join(_cell(row.get(column)) for column in columns) + " |"
            for name, row in flat.items()
        ]
        parts.append("\n".join(lines))
    for name, row in rows.items():
        if name not in flat:
            parts += [f"{'#' * level} {name}", *tables(row, level + 1)]
    return [part for part in parts if part]


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(part, str | list) for part in value)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    return str(value)
