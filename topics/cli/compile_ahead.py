"""Compile what a fit needs last in a second process, while the first one reads."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import warnings
from contextlib import suppress

from topics._kernels import cache_folder, is_compiled


def compile_ahead() -> None:
    """Begin to compile, where nothing is compiled yet and there is a second core to do it.

    The first fit of all compiles for half a minute. What it reads with is compiled as it goes; what
    it learns with is meanwhile compiled by another process, from the last step to the first, and
    found in the cache when it is asked for. The process ends with this one.

    Examples
    --------
    >>> from topics._kernels import is_compiled
    >>> if is_compiled():
    ...     compile_ahead()  # nothing is to be done
    """
    if is_compiled() or cache_folder() is None or (os.cpu_count() or 1) < 2:
        return
    nothing = subprocess.DEVNULL
    command = [sys.executable, "-m", "topics.cli.compile_ahead"]
    # Where no process can be begun, this one compiles all of it.
    with suppress(OSError):
        process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing)
        atexit.register(_end, process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def learn_something() -> None:
    """Fit all models to a few made-up documents, so that their kernels are compiled.

    Examples
    --------
    >>> learn_something()
    """
    import numpy as np

    from topics._arrow import string_array
    from topics.models.topic_model import TopicModel
    from topics.text.sentences import split_column
    from topics.text.tfidf import scores_in_columns
    from topics.text.vectorizer import TermVectorizer
    from topics.themes.classifier import ThemeClassifier

    words = np.array([f"word{i}" for i in range(60)], object)
    draw = np.random.default_rng(0)
    documents = [
        [*draw.choice(words[20 * (i % 3) : 20 * (i % 3) + 20], 30), *draw.choice(words, 10)]
        for i in range(90)
    ]
    themes = {f"theme{k}": [f"word{20 * k}", f"word{20 * k + 1}"] for k in range(3)}
    # Tokens are read without kernels, which the first process compiles.
    vectorizer = TermVectorizer(
        analyzer="tokens", token_pattern=None, weighting="tfidf", sublinear_tf=True,
        dtype=np.float32,
    )  # fmt: skip
    sequences = vectorizer.fit_to_sequences(documents)
    split_column(string_array(["Aid came. It was late."]))
    scores_in_columns(sequences, np.zeros(90, np.int64), None, np.ones((len(words), 2), np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        TopicModel(5, themes=themes).fit_sequences(sequences, vectorizer, documents)
        ThemeClassifier(themes, background=None).fit_sequences(sequences, vectorizer)


if __name__ == "__main__":
    learn_something()
