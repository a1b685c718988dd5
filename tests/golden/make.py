"""Make the golden artifact of this version: run once for each release, and never again."""

import json
import sys
from pathlib import Path

from topics import Labeller, ThemeClassifier, TopicModel, __version__, read_releases, save

HERE = Path(__file__).parent
THEMES = {"aid": ["camp", "refugees"], "law": ["court", "judge"]}
TEXTS = [
    "Refugees reached the camp by the river, and {} tents were put up.",
    "The court heard {} witnesses before the judge ruled on the appeal.",
    "Ferries left the harbour {} hours late, since the crews had not slept.",
]
NEW = ["Tents for the camp.", "A judge ruled.", "The ferry is late.", "", "Ничего не известно."]


def main(method: str) -> None:
    """Fit, save, and keep what the model says."""
    texts = [TEXTS[i % 3].format(i) for i in range(60)]
    corpus = read_releases(
        [
            {"text": text, "source": "ab"[i % 2], "date": "2026-11-01"}
            for i, text in enumerate(texts)
        ],
        languages=False,
    )
    model = Labeller(
        TopicModel(4, method, themes=THEMES), ThemeClassifier(THEMES, background=None)
    ).fit(corpus)
    folder = HERE / __version__ / method
    save(model, folder, created_from="the golden texts")
    found = model.predict(NEW)
    said = {
        "labels": [list(labels) for labels in found.labels],
        "scores": found.probabilities.round(6).tolist(),
        "topics": found.topics,
        "proportions": model.topic_model.transform(NEW).round(5).tolist(),
    }
    (HERE / __version__ / f"{method}.json").write_text(json.dumps(said, indent=1), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
