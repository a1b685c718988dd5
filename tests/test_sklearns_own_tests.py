"""scikit-learn's own tests of its vectorizers, run on ours in their place."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import topics

PLUGIN = """
import sklearn.feature_extraction.text as theirs
from topics.text import CountVectorizer, TfidfVectorizer
theirs.CountVectorizer, theirs.TfidfVectorizer = CountVectorizer, TfidfVectorizer
"""
# Tests that fail, and why: nothing but private attributes may stand here.
PRIVATE = {
    "test_tfidf_vectorizer_setters": "asks for the private attribute _tfidf",
    "test_tfidfvectorizer_export_idf": "asks for the private attribute _tfidf",
    "test_countvectorizer_sort_features_64bit_sparse_indices": "calls the private _sort_features",
}


def test_all_pass_but_those_of_private_attributes(tmp_path):
    (tmp_path / "vectorizers_of_topics.py").write_text(PLUGIN)
    package = Path(topics.__file__).parents[1]
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-rA", "-q", "--no-header", "-W", "ignore",
            "-p", "vectorizers_of_topics", "-p", "no:cacheprovider", "-o", "addopts=",
            "--pyargs", "sklearn.feature_extraction.tests.test_text",
        ],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(package)])},
    )  # fmt: skip
    results = {}
    for line in done.stdout.splitlines():
        verdict, _, name = line.partition(" ")
        if verdict in ("PASSED", "FAILED", "ERROR"):
            results[name.split("::")[-1].split(" - ")[0]] = verdict
    assert len(results) > 120, (version("scikit-learn"), done.stdout[-2000:], done.stderr[-2000:])
    failed = {name.split("[")[0] for name, verdict in results.items() if verdict != "PASSED"}
    assert failed <= set(PRIVATE), sorted(failed - set(PRIVATE))
