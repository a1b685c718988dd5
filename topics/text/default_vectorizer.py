"""The vectorizer that suits a corpus of documents and its themes."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topics._arrow import string_array, take_rows
from topics._math.arrays import subsample
from topics.text.language_id import recognise_languages, unload_language_model
from topics.text.seed_words import seed_terms
from topics.text.stop_words import stop_word_list
from topics.text.term_sequences import TermSequences
from topics.text.vectorizer import TermVectorizer

_LANGUAGE_SAMPLE = 200
"""Documents whose language is looked at."""
_STEMMED_CHARACTERS = {"en": 1_500_000, "ar": 2_000_000}
"""Characters of a corpus, by its first language, from which on words with other endings are told
apart: each stands often enough to be learnt alone, and they do not say the same."""
_STEMMED_CHARACTERS_OF_OTHERS = 5_000_000
_ABBREVIATIONS = tuple(
    "a.m p.m e.g i.e ll ve don didn doesn isn wasn aren weren hasn haven hadn wouldn couldn "
    "shouldn mustn ain lorsqu puisqu quelqu jusqu quoiqu dell nell sull dall all usw bzw u.a z.b "
    "d.h".split()
)
"""Words that come about at stops and apostrophes, of which lists of stop words have none."""
_FEW_CHARACTERS = 1_000_000
"""Characters of a corpus in which a term that stands twice is worth keeping."""


def default_vectorizer(texts: pa.LargeStringArray, n_jobs: int | None = None) -> TermVectorizer:
    """A vectorizer fit for a corpus of documents: by its size and its languages.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        The corpus.
    n_jobs : int or None, default=None
        Threads.

    Returns
    -------
    TermVectorizer
        Not fitted. Words as the languages write them that make up a tenth of the corpus, without
        their stop words; the forms of a word are one term in a corpus of few million characters,
        where each stands too seldom to be learnt alone. Terms stand in at least 1 (below 30
        documents), 2 (below 500, or a million characters), 3 (below 5,000) or 5 documents and, from
        10 documents on, in at most half of them.

    Examples
    --------
    >>> import pyarrow as pa
    >>> texts = pa.array(["The aid reached the camp."], pa.large_string())
    >>> "the" in default_vectorizer(texts).stop_words
    True
    """
    n = len(texts)
    n_characters = pc.sum(pc.utf8_length(texts)).as_py() or 0
    sample = take_rows(texts, subsample(n, _LANGUAGE_SAMPLE))
    counted = Counter(recognise_languages(sample))
    languages = [
        language for language, count in counted.most_common()
        if language is not None and count * 10 >= len(sample)
    ]  # fmt: skip
    stop_words = set(_ABBREVIATIONS)
    for language in languages:
        with suppress(ValueError):
            stop_words |= stop_word_list(language)
    first = languages[0] if languages else ""
    stemmed = _STEMMED_CHARACTERS.get(first, _STEMMED_CHARACTERS_OF_OTHERS)
    few = n < 500 or n_characters < _FEW_CHARACTERS
    return TermVectorizer(
        languages=languages,
        word_forms="stems" if n_characters < stemmed else "clitics",
        stop_words=sorted(stop_words) or None,
        min_df=1 if n < 30 else 2 if few and n < 5000 else 3 if n < 5000 else 5,
        max_df=0.5 if n >= 10 else 1.0,
        weighting="tfidf",
        sublinear_tf=True,
        dtype=np.float32,
        n_jobs=n_jobs,
    )


def fit_vectorizer(
    documents: Any,
    vectorizer: TermVectorizer | None,
    themes: Mapping[str, list[str]],
    n_jobs: int | None = None,
) -> tuple[TermVectorizer, TermSequences]:
    """A vectorizer fitted to a corpus, every seed that occurs among its terms.

    Parameters
    ----------
    documents : pyarrow.LargeStringArray, or sequence of sequence of str
        The documents.
    vectorizer : TermVectorizer or None
        The user's, which stays as it is; None makes one fit for the corpus.
    themes : mapping of str to list of str
        Theme name to seeds.
    n_jobs : int or None, default=None
        Threads of a vectorizer that is made.

    Returns
    -------
    vectorizer : TermVectorizer
        Fitted.
    sequences : TermSequences
        The terms of the documents.

    Examples
    --------
    >>> texts = pa.array(["Aid reached the camp.", "The court sat."], pa.large_string())
    >>> vectorizer, sequences = fit_vectorizer(texts, None, {"law": ["court"]})
    >>> "court" in vectorizer.vocabulary_
    True
    """
    own = vectorizer is None
    if vectorizer is None and isinstance(documents, pa.Array):
        vectorizer = default_vectorizer(documents, n_jobs)
    elif vectorizer is None:
        # Tokens as they are; the words between them say which language they are in.
        texts = string_array(" ".join(tokens) for tokens in documents)
        vectorizer = default_vectorizer(texts, n_jobs)
        vectorizer.set_params(analyzer="tokens", token_pattern=None)
    else:
        vectorizer = type(vectorizer)(**vectorizer.get_params(deep=False))
    # Learning takes more memory than all else: what is no longer needed goes.
    unload_language_model()
    terms = seed_terms(dict(themes), vectorizer.tokenize)
    seeds = [term for words in terms.values() for term in words]
    with warnings.catch_warnings():
        if own:
            # Lists of stop words have words with an apostrophe, which no token has.
            warnings.filterwarnings("ignore", "Your stop_words may be inconsistent")
        return vectorizer, vectorizer.fit_to_sequences(documents, keep=seeds)
