"""The vectorizer that suits a corpus of documents and its themes."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from topics._arrow import give_much_memory_back, string_array, take_rows
from topics._errors import TopicsError
from topics._math.arrays import subsample
from topics._progress import begin_step
from topics.text.background import LEAST_TRUST, Background, WordKnowledge
from topics.text.language_id import recognise_languages, unload_language_model
from topics.text.python_analyzer import language_codes
from topics.text.seed_words import parse_seed, seed_terms
from topics.text.shards import ShardedTexts, size_of
from topics.text.stop_words import stop_word_list
from topics.text.term_sequences import TermSequences
from topics.text.vectorizer import TermVectorizer

READING = "reading words"
"""The step of a fit that happens here."""
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


def corpus_languages(texts: pa.LargeStringArray | ShardedTexts) -> list[str]:
    """The languages that a tenth or more of a corpus is in, the commonest first.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray or ShardedTexts
        The corpus, of which 200 documents are looked at.

    Returns
    -------
    list of str
        ISO 639-1 codes.

    Examples
    --------
    >>> corpus_languages(pa.array(["The aid reached the camp."], pa.large_string()))
    ['en']
    """
    rows = subsample(len(texts), _LANGUAGE_SAMPLE)
    sample = texts.take(rows) if isinstance(texts, ShardedTexts) else take_rows(texts, rows)
    counted = Counter(recognise_languages(sample))
    return [
        language for language, count in counted.most_common()
        if language is not None and count * 10 >= len(sample)
    ]  # fmt: skip


def default_vectorizer(
    texts: pa.LargeStringArray | ShardedTexts,
    n_jobs: int | None = None,
    languages: Sequence[str] | None = None,
) -> TermVectorizer:
    """A vectorizer fit for a corpus of documents: by its size and its languages.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray or ShardedTexts
        The corpus.
    n_jobs : int or None, default=None
        Threads.
    languages : sequence of str or None, default=None
        ISO 639-1 codes, the commonest first; None recognises them.

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
    if isinstance(texts, ShardedTexts):
        n_characters = int(texts.sizes[:, 1].sum())
    else:
        n_characters = size_of(texts)[1]
    languages = corpus_languages(texts) if languages is None else list(languages)
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


class FittedTerms(NamedTuple):
    """What a corpus was read by.

    Attributes
    ----------
    vectorizer : TermVectorizer
        Fitted.
    sequences : TermSequences
        The terms of the documents.
    knowledge : WordKnowledge or None
        What a background knows of the terms; None where there is none worth asking.
    """

    vectorizer: TermVectorizer
    sequences: TermSequences
    knowledge: WordKnowledge | None


def fit_vectorizer(
    documents: Any,
    vectorizer: TermVectorizer | None,
    themes: Mapping[str, list[str]],
    n_jobs: int | None = None,
    background: Background | None = None,
) -> FittedTerms:
    """A vectorizer fitted to a corpus, every seed that occurs among its terms.

    Parameters
    ----------
    documents : pyarrow.LargeStringArray, ShardedTexts, or sequence of sequence of str
        The documents.
    vectorizer : TermVectorizer or None
        The user's, which stays as it is; None makes one fit for the corpus.
    themes : mapping of str to list of str
        Theme name to seeds.
    n_jobs : int or None, default=None
        Threads of a vectorizer that is made.
    background : Background or None, default=None
        Where vectors of words come from. What it knows beside the words of the documents, and words
        that are too rare to be learnt, are terms behind those that are; there may then be no
        documents.

    Returns
    -------
    FittedTerms
        The vectorizer, what it made of the documents, and what the background knows.

    Examples
    --------
    >>> texts = pa.array(["Aid reached the camp.", "The court sat."], pa.large_string())
    >>> vectorizer, sequences, _ = fit_vectorizer(texts, None, {"law": ["court"]})
    >>> "court" in vectorizer.vocabulary_
    True
    """
    begin_step(READING)
    own = vectorizer is None
    texts = documents
    is_text = isinstance(documents, (pa.Array, ShardedTexts))
    if not is_text and (own or background is not None):
        # Tokens as they are; the words between them say which language they are in.
        texts = string_array(" ".join(map(str, tokens)) for tokens in documents)
    parsed = [(seed, parse_seed(seed)) for words in themes.values() for seed in words]
    languages = None
    if own or background is not None:
        languages = corpus_languages(texts) or _languages_of_words(
            [seed.words for _, seed in parsed]
        )
    if vectorizer is None:
        vectorizer = default_vectorizer(texts, n_jobs, languages)
        if texts is not documents:
            vectorizer.set_params(analyzer="tokens", token_pattern=None)
    else:
        vectorizer = type(vectorizer)(**vectorizer.get_params(deep=False))
        languages = list(language_codes(vectorizer.languages) or languages or ())
    # Learning takes more memory than all else: what is no longer needed goes.
    unload_language_model()
    give_much_memory_back(getattr(documents, "nbytes", 0))
    terms = seed_terms(dict(themes), vectorizer.tokenize)
    kept = [term for words in terms.values() for term in words]
    kept += [written for written, seed in parsed if seed.is_open]
    knowledge = None
    if background is not None and _reads_words(vectorizer):
        knowledge = WordKnowledge(background, languages or (), themes)
        # Without a document, what is known of the language is all there is.
        told = knowledge.prior if not len(documents) else 0.0
        knowledge = knowledge if max(knowledge.trust, told) > LEAST_TRUST else None
    if not len(documents) and knowledge is None and _reads_words(vectorizer):
        if not themes:
            raise TopicsError("there are no texts to learn from", "give some releases")
        raise TopicsError(
            "there are no texts to learn from, and nothing is known of the words of the themes",
            "give releases, or vectors of words of their language: background=",
            shell_hint="give releases, or vectors of words of their language: --background FILE",
        )
    beyond = None
    if knowledge is not None:
        closed = [seed.words.lower() for _, seed in parsed if not seed.is_open]
        known = np.flatnonzero(np.asarray(knowledge.vectors(closed).any(axis=1)))
        beyond = [closed[i] for i in known] + knowledge.words()
    with warnings.catch_warnings():
        if own:
            # Lists of stop words have words with an apostrophe, which no token has.
            warnings.filterwarnings("ignore", "Your stop_words may be inconsistent")
        sequences = vectorizer.fit_to_sequences(documents, kept, beyond)
    give_much_memory_back(getattr(documents, "nbytes", 0))
    return FittedTerms(vectorizer, sequences, knowledge)


def _languages_of_words(words: Sequence[str]) -> list[str]:
    """The language of words without a text: English unless they are clearly of another."""
    if not words:
        return []
    [found] = recognise_languages([" ".join(words)])
    if found is None:
        return ["en"] if " ".join(words).isascii() else []
    return [found]


def _reads_words(vectorizer: TermVectorizer) -> bool:
    """Whether terms are words, which a background may know."""
    return vectorizer.analyzer in ("word", "tokens") and vectorizer.vocabulary is None
