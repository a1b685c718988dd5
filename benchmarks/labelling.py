"""Labelling by the command line beside `wc -w` and the usual script: time, memory, start, growth.

    python benchmarks/labelling.py FOLDER [--only NAME ...] [--copies 16] [--runs 3] [--json OUT]

FOLDER holds `senate.parquet` (column `text`) and `senate_themes.toml`. It is written as JSON Lines,
so many copies one behind the other (16 are 2 GB), to a temporary folder that needs some 8 GB.
Parts: `speed` (`topics label` from JSON Lines and from Parquet, beside `wc -w` and a script of
pandas, scikit-learn's TfidfVectorizer and LogisticRegression that writes such labels; the script
reads one copy, and its time is taken so many times), `start` (one release in a process of its own,
beside `import numpy, pyarrow`; the same and 1,000 releases with nothing compiled; `topics fit` of
3,900 releases, both ways), `fit` (all releases of one copy: 11 themes, 20 topics) and
`growth` (time, memory and disk of 1/4, 1, 4 and 16 copies, as in `docs/scaling.md`). Memory is that
of the largest process. Medians of so many runs, the commands in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

PARTS = ("speed", "start", "fit", "growth")
TOPICS = [sys.executable, "-m", "topics"]
USUAL = """
import sys
import joblib
import pandas as pd
vectorizer, model, names = joblib.load(sys.argv[1])
first = True
for chunk in pd.read_json(sys.argv[2], lines=True, chunksize=5000):
    chances = model.predict_proba(vectorizer.transform(chunk["text"]))
    frame = pd.DataFrame(chances, columns=[f"s_{name}" for name in names])
    frame.insert(0, "labels", [
        ";".join(n for n, p in zip(names, row) if p > 0.5) for row in chances
    ])
    frame.to_csv(sys.argv[3], mode="w" if first else "a", header=first, index=False)
    first = False
"""


class Run(dict[str, float]):
    """Seconds and MiB of a command, and MiB of disk that its output takes meanwhile."""


def run(command: list[Any], env: dict[str, str] | None = None, place: Path | None = None) -> Run:
    """Time and memory of a command; the disk that a folder takes meanwhile, if one is given."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"LC_ALL": "C.UTF-8"} | (env or {}),
    )  # fmt: skip
    memory = disk = 0
    while process.poll() is None:
        # Not what the system says of a child: that begins with the memory of this process.
        memory = max(memory, largest(process.pid))
        if place is not None:
            files = [p.stat().st_size for p in place.rglob("*") if p.is_file()]
            disk = max(disk, sum(files))
        time.sleep(0.05)
    return Run(seconds=time.perf_counter() - start, mib=memory / 1024, disk=disk / (1 << 20))


def largest(pid: int) -> int:
    """KiB of the largest process of a tree."""
    memory, parents = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines())
            number = int(status.parent.name)
            parents[number] = int(facts["PPid"])
            memory[number] = int(facts.get("VmHWM", "0 kB").split()[0])
    below, more = {pid}, True
    while more:
        found = {child for child, parent in parents.items() if parent in below}
        more = not found <= below
        below |= found
    return max((memory.get(number, 0) for number in below), default=0)


def medians(commands: dict[str, Any], runs: int) -> dict[str, Run]:
    """Medians of commands that are run in turn, after a round that does not count."""
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            done = command() if callable(command) else run(command)
            if turn:
                found[name].append(done)
    return {
        name: Run({key: statistics.median(r[key] for r in rows) for key in rows[0]})
        for name, rows in found.items()
    }


def written(folder: Path, work: Path, copies: float) -> Path:
    """So many copies of the releases as JSON Lines."""
    path = work / f"{copies}.jsonl"
    table = pq.read_table(folder / "senate.parquet")
    table = table.filter(pc.is_valid(table["text"]))
    if copies < 1:
        table = table.slice(0, int(len(table) * copies))
    lines = "".join(json.dumps(row, default=str) + "\n" for row in table.to_pylist()).encode()
    with path.open("wb") as file:
        for _ in range(max(1, int(copies))):
            file.write(lines)
    return path


def fitted(folder: Path, work: Path, lines: Path) -> Path:
    model = work / "model"
    if not model.exists():
        themes = folder / "senate_themes.toml"
        run([*TOPICS, "fit", lines, "--themes", themes, "--topics", "20", "-o", model])
    return model


def usual_script(folder: Path, work: Path, model: Path) -> Path:
    """The usual model, taught what ours says of 8,000 releases."""
    import joblib
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    from topics import predict

    texts = pq.read_table(folder / "senate.parquet")["text"].drop_null().slice(0, 8000).to_pylist()
    said = predict(texts, model, evidence=False)
    names = [name for name in said.classes if any(name in row for row in said.labels)]
    truth = np.array([[name in row for name in names] for row in said.labels])
    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, stop_words="english")
    classifier = OneVsRestClassifier(LogisticRegression()).fit(
        vectorizer.fit_transform(texts), truth
    )
    joblib.dump((vectorizer, classifier, names), work / "usual.joblib")
    script = work / "usual.py"
    script.write_text(USUAL)
    return script


def speed(folder: Path, work: Path, copies: int, runs: int) -> dict[str, Any]:
    one, many = written(folder, work, 1), written(folder, work, copies)
    model = fitted(folder, work, one)
    parquet = work / "many.parquet"
    table = pq.read_table(folder / "senate.parquet")
    with pq.ParquetWriter(parquet, table.schema, compression="zstd") as writer:
        for _ in range(copies):
            writer.write_table(table)
    label = [*TOPICS, "label", "--model", model, "--force", "-o", work / "labels.parquet"]
    script = usual_script(folder, work, model)
    found = medians(
        {
            "wc -w": ["wc", "-w", many],
            "topics label, JSON Lines": [*label, many],
            "topics label, Parquet": [*label, parquet],
            "topics label, JSON Lines, no evidence": [*label, many, "--no-evidence"],
        },
        runs,
    )
    slow = run([sys.executable, script, work / "usual.joblib", one, work / "usual.csv"])
    found["pandas and scikit-learn"] = Run(seconds=slow["seconds"] * copies, mib=slow["mib"])
    return found


def start(folder: Path, work: Path, copies: int, runs: int) -> dict[str, Any]:
    one = written(folder, work, 1)
    model = fitted(folder, work, one)
    release, thousand, some = (work / f"{name}.jsonl" for name in ("one", "thousand", "some"))
    with one.open("rb") as file:
        lines = [next(file) for _ in range(3900)]
    release.write_bytes(lines[0])
    thousand.write_bytes(b"".join(lines[:1000]))
    some.write_bytes(b"".join(lines))

    def fresh(*command: Any) -> Run:
        with tempfile.TemporaryDirectory() as caches:
            return run([*TOPICS, *command], {"NUMBA_CACHE_DIR": caches})

    label = ("label", "--model", model)
    fit = ("fit", some, "--topics", "10", "-o")

    def fit_warm() -> Run:
        shutil.rmtree(work / "again", ignore_errors=True)
        return run([*TOPICS, *fit, work / "again"])

    def fit_fresh() -> Run:
        shutil.rmtree(work / "again", ignore_errors=True)
        return fresh(*fit, work / "again")

    return medians(
        {
            "import numpy, pyarrow": [sys.executable, "-c", "import numpy, pyarrow"],
            "label one release": [*TOPICS, *label, release],
            "label one release, nothing compiled": lambda: fresh(*label, release),
            "label 1,000 releases": [*TOPICS, *label, thousand],
            "label 1,000 releases, nothing compiled": lambda: fresh(*label, thousand),
            "fit 3,900 releases": fit_warm,
            "fit 3,900 releases, nothing compiled": fit_fresh,
        },
        runs,
    )


def fit(folder: Path, work: Path, copies: int, runs: int) -> dict[str, Any]:
    one, themes = written(folder, work, 1), folder / "senate_themes.toml"

    def anew() -> Run:
        shutil.rmtree(work / "fitted", ignore_errors=True)
        return run(
            [*TOPICS, "fit", one, "--themes", themes, "--topics", "20", "-o", work / "fitted"]
        )

    return medians({"fit, 11 themes, 20 topics": anew}, runs)


def growth(folder: Path, work: Path, copies: int, runs: int) -> dict[str, Any]:
    model = fitted(folder, work, written(folder, work, 1))
    found = {}
    for part in (0.25, 1, 4, 16):
        lines = written(folder, work, part)
        for name, more in (("", ()), (", one process", ("--jobs", "1"))):
            place = work / "growth"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            label = [*TOPICS, "label", lines, "-m", model, "-o", place / "labels.parquet", *more]
            size = lines.stat().st_size / (1 << 20)
            found[f"{size:,.0f} MiB{name}"] = run(label, place=place)
        lines.unlink()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--copies", type=int, default=16)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    results = {}
    for part in args.only:
        with tempfile.TemporaryDirectory() as work:
            found = globals()[part](args.folder, Path(work), args.copies, args.runs)
        results[part] = found
        print(f"\n{part}")
        for name, row in found.items():
            disk = f"  {row['disk']:8,.0f} MiB on disk" if row.get("disk") else ""
            print(f"  {name:42} {row['seconds']:8.2f} s  {row['mib']:8,.0f} MiB{disk}", flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
