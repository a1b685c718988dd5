"""Novelty, and themes that are missing: a class is left out of the themes, and has to be found.

    python benchmarks/novelty.py FOLDER [--only NAME ...] [--sizes 200 1000] [--json OUT]

FOLDER holds one Parquet file a collection (columns `text` and `label`) and seeds.json (collection
to class to seed words); bbc.parquet beside it or in it gets the four seeds a class of
theme_classifier.py. Each of the first four classes is left out in turn; the classifier is fitted to
the pile with the seeds of the others. Figures are means over the classes, of other texts than
those fitted: AUROC of novelty, the share of texts of the class with a novelty of .5 or more
("found"), of other texts ("false"), and of those found the share that is of the class ("right");
then themes proposed of the pile, and the share of their texts that is of the class ("purity").
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from small_piles import collections

from topics import ThemeClassifier, propose_themes


def figures(texts: list[str], labels: np.ndarray, seeds: dict[str, list[str]], n: int):
    order = np.random.default_rng(0).permutation(len(texts))
    pile, others = order[:n], order[n : n + 1000]
    rows = []
    for left_out in list(seeds)[:4]:
        themes = {name: words for name, words in seeds.items() if name != left_out}
        model = ThemeClassifier(themes, n_jobs=-1).fit([texts[i] for i in pile])
        novelty, is_new = model.novelty([texts[i] for i in others]), labels[others] == left_out
        found = novelty >= 0.5
        proposed = propose_themes(model, [texts[i] for i in pile])
        shares = [np.mean(labels[pile][own] == left_out) for own in proposed["rows"]]
        rows.append(
            {
                "AUROC": roc_auc_score(is_new, novelty),
                "found": found[is_new].mean(),
                "false": found[~is_new].mean(),
                "right": is_new[found].mean() if found.any() else np.nan,
                "proposed": len(proposed),
                "purity": np.mean(shares) if shares else np.nan,
            }
        )
    means = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows], float)
        known = values[~np.isnan(values)]
        means[name] = float(known.mean()) if known.size else None
    return means


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--sizes", nargs="+", type=int, default=[200, 1000])
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)  # of seeds that a pile does not hold
    results: dict[str, dict[str, dict[str, float | None]]] = {}
    for name, texts, labels, seeds in collections(args.folder):
        if args.only and name not in args.only:
            continue
        for n in args.sizes:
            if n + 200 > len(texts):
                continue
            row = results.setdefault(name, {})[f"{n} texts"] = figures(
                texts, np.asarray(labels, str), seeds, n
            )
            cells = "  ".join(f"{k} {'-' if v is None else f'{v:.2f}'}" for k, v in row.items())
            print(f"{name:16} {n:6}  {cells}", flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
