"""Make the demo's model, what it says of 50 documents, and the README's picture again."""

import csv
import shutil
import tempfile
from pathlib import Path

import topics
from topics.demo import run_demo

HERE = Path(__file__).parent


def main() -> None:
    """Write everything beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        done = run_demo(folder)
        shutil.copy(Path(folder) / "topics.png", HERE / "lee_topics.png")
    topics.save(
        done.labeller,
        HERE / "lee",
        created_from="the 300 background documents of the Lee corpus that gensim installs",
        examples=False,
        overwrite=True,
    )
    with open(HERE / "lee_expected.csv", "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["line", "labels", "topic", *done.predictions.classes])
        for line, row in enumerate(done.predictions, 1):
            chances = (f"{row.probabilities[name]:.6f}" for name in done.predictions.classes)
            rows.writerow([line, ";".join(row.labels), row.topic, *chances])


if __name__ == "__main__":
    main()
