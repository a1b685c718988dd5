"""scikit-learn's vectorizers under their own names: change an import, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from topics.text.vectorizer import TermVectorizer


class _NoSetOutput:
    """scikit-learn's vectorizers have no ``set_output``."""

    def __get__(self, owner: Any, kind: Any) -> Any:
        raise AttributeError("set_output")


class CountVectorizer(TermVectorizer):
    """Texts to counts of their terms, with scikit-learn's parameters and nothing else.

    What :class:`sklearn.feature_extraction.text.CountVectorizer` gives, many times faster.
    :class:`~topics.TermVectorizer` says what the parameters mean, and has more.

    Examples
    --------
    >>> vectorizer = CountVectorizer(stop_words="english")
    >>> vectorizer.fit_transform(["Aid for the camp", "Talks on aid"]).toarray().tolist()
    [[1, 1, 0], [1, 0, 1]]
    """

    weighting: Any = "count"
    segmenter = None
    normalize = stemmer = lemmatizer = max_vocabulary = phrase_threshold = n_jobs = None
    fold_arabic = False
    languages, word_forms = None, "stems"
    phrases: tuple[str, ...] = ()
    phrase_scoring = "default"
    phrase_min_count, phrase_passes = 5, 2
    norm, use_idf, smooth_idf, sublinear_tf = "l2", True, True, False
    set_output = _NoSetOutput()

    def __init__(
        self,
        *,
        input: Any = "content",
        encoding: str = "utf-8",
        decode_error: Any = "strict",
        strip_accents: Any = None,
        lowercase: bool = True,
        preprocessor: Any = None,
        tokenizer: Any = None,
        stop_words: Any = None,
        token_pattern: Any = r"(?u)\b\w\w+\b",
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: Any = "word",
        max_df: float | int = 1.0,
        min_df: float | int = 1,
        max_features: int | None = None,
        vocabulary: Any = None,
        binary: bool = False,
        dtype: Any = np.int64,
    ) -> None:
        self.input = input
        self.encoding = encoding
        self.decode_error = decode_error
        self.strip_accents = strip_accents
        self.lowercase = lowercase
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.token_pattern = token_pattern
        self.ngram_range = ngram_range
        self.analyzer = analyzer
        self.max_df = max_df
        self.min_df = min_df
        self.max_features = max_features
        self.vocabulary = vocabulary
        self.binary = binary
        self.dtype = dtype


class TfidfVectorizer(CountVectorizer):
    """Texts to tf-idf weights of their terms, with scikit-learn's parameters and nothing else.

    What :class:`sklearn.feature_extraction.text.TfidfVectorizer` gives, many times faster.

    Examples
    --------
    >>> vectorizer = TfidfVectorizer(stop_words="english")
    >>> vectorizer.fit_transform(["Aid for the camp", "Talks on aid"]).toarray().round(2).tolist()
    [[0.58, 0.81, 0.0], [0.58, 0.0, 0.81]]
    """

    weighting = "tfidf"

    def __init__(
        self,
        *,
        input: Any = "content",
        encoding: str = "utf-8",
        decode_error: Any = "strict",
        strip_accents: Any = None,
        lowercase: bool = True,
        preprocessor: Any = None,
        tokenizer: Any = None,
        analyzer: Any = "word",
        stop_words: Any = None,
        token_pattern: Any = r"(?u)\b\w\w+\b",
        ngram_range: tuple[int, int] = (1, 1),
        max_df: float | int = 1.0,
        min_df: float | int = 1,
        max_features: int | None = None,
        vocabulary: Any = None,
        binary: bool = False,
        dtype: Any = np.float64,
        norm: Any = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
    ) -> None:
        super().__init__(
            input=input,
            encoding=encoding,
            decode_error=decode_error,
            strip_accents=strip_accents,
            lowercase=lowercase,
            preprocessor=preprocessor,
            tokenizer=tokenizer,
            stop_words=stop_words,
            token_pattern=token_pattern,
            ngram_range=ngram_range,
            analyzer=analyzer,
            max_df=max_df,
            min_df=min_df,
            max_features=max_features,
            vocabulary=vocabulary,
            binary=binary,
            dtype=dtype,
        )
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
