"""What a vectorizer does once it has a vocabulary: texts to matrices, and to other libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._arrow import strings
from topics._errors import TopicsError
from topics._estimator import Estimator
from topics.analysis import compiled
from topics.corpus import Corpus
from topics.interop import gensim_corpus
from topics.languages import stop_word_list, word_form
from topics.reading import Reader, as_column
from topics.sequences import TermSequences, edges_of, tfidf
from topics.vocabulary import TermCounts, Vocabulary

if TYPE_CHECKING:
    from gensim.corpora import Dictionary
    from gensim.matutils import Sparse2Corpus

BATCH_BYTES = 64 << 20
"""Text of a batch, where ``max_vocabulary`` bounds the terms that are held."""


class TermTransformer(Estimator):
    """Texts to document-term matrices in a vocabulary.

    :class:`~topics.TermVectorizer` learns it, and says what the parameters are.
    """

    _counts: TermCounts
    _vocabulary: Vocabulary
    smoothed_idf_: NDArray[np.float64]
    phrases_: dict[str, float]
    stop_words_: list[str]
    idf_: NDArray[np.float64]

    def __init__(
        self,
        *,
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None,
        normalize: Literal["NFC", "NFKC"] | None = None,
        fold_arabic: bool = False,
        preprocessor: Callable[[Any], str] | None = None,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        segmenter: Literal["bigrams"] | Callable[[str], Iterable[str]] | None = "bigrams",
        stop_words: str | Iterable[str] | None = None,
        stemmer: str | Callable[[str], str] | None = None,
        lemmatizer: str | Callable[[str], str] | None = None,
        token_pattern: str = r"(?u)\b\w\w+\b",
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: Literal["word", "char", "char_wb"] | Callable[[Any], Iterable[str]] = "word",
        phrases: bool | Sequence[str] = (),
        phrase_scoring: Literal["default", "npmi"] = "default",
        phrase_threshold: float | None = None,
        phrase_min_count: int = 5,
        phrase_passes: int = 2,
        max_df: float | int = 1.0,
        min_df: float | int = 1,
        max_features: int | None = None,
        max_vocabulary: int | None = None,
        vocabulary: dict[str, int] | Iterable[str] | None = None,
        binary: bool = False,
        dtype: Any = None,
        weighting: Literal["count", "tfidf"] = "count",
        norm: Literal["l1", "l2"] | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
        decode_error: Literal["replace", "strict"] = "replace",
        n_jobs: int | None = None,
    ) -> None:
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self.normalize = normalize
        self.fold_arabic = fold_arabic
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.segmenter = segmenter
        self.stop_words = stop_words
        self.stemmer = stemmer
        self.lemmatizer = lemmatizer
        self.token_pattern = token_pattern
        self.ngram_range = ngram_range
        self.analyzer = analyzer
        self.phrases = phrases
        self.phrase_scoring = phrase_scoring
        self.phrase_threshold = phrase_threshold
        self.phrase_min_count = phrase_min_count
        self.phrase_passes = phrase_passes
        self.max_df = max_df
        self.min_df = min_df
        self.max_features = max_features
        self.max_vocabulary = max_vocabulary
        self.vocabulary = vocabulary
        self.binary = binary
        self.dtype = dtype
        self.weighting = weighting
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
        self.decode_error = decode_error
        self.n_jobs = n_jobs

    def transform(self, texts: Any) -> sp.csr_matrix:
        """Document-term matrix of texts in the learnt vocabulary.

        Parameters
        ----------
        texts : Corpus, Arrow column, iterable of str or bytes, or iterable of batches of these
            The documents.

        Returns
        -------
        csr_matrix, shape (n_documents, n_terms)
            Counts or weights; a data frame where :meth:`set_output` asked for one.

        Raises
        ------
        NotFittedError
            If the vectorizer is not fitted and no vocabulary is given.
        """
        self._need_vocabulary()
        reader = self._reader()
        parts = [
            self.weigh(reader.count(batch, self._vocabulary, self._count_dtype()))
            for batch in self._batches(texts)
        ]
        matrix = parts[0] if len(parts) == 1 else sp.vstack(parts, format="csr")
        return self._output(matrix, texts)

    def sequences(self, texts: Any) -> TermSequences:
        """Every document's terms in reading order, in the learnt vocabulary.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str or bytes
            The documents.

        Returns
        -------
        TermSequences
            Terms outside the vocabulary are left out.

        Raises
        ------
        NotFittedError
            If the vectorizer is not fitted and no vocabulary is given.
        """
        self._need_vocabulary()
        return self._reader().find(self._column(texts), self._vocabulary)

    def counts(self, texts: Any, dtype: Any = np.int64) -> sp.csr_matrix:
        """Term counts of texts in the learnt vocabulary, whatever ``weighting`` says.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str or bytes
            The documents.
        dtype : dtype, default=int64
            Of the counts.

        Returns
        -------
        csr_matrix, shape (n_documents, n_terms)
            The counts.
        """
        self._need_vocabulary()
        return self._reader().count(self._column(texts), self._vocabulary, dtype)

    def linear_scores(
        self,
        texts: Any,
        coef: NDArray[np.floating],
        intercept: NDArray[np.floating],
        section_cost: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Scores of a linear model of the models' term weights, without a matrix between.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str or bytes
            The documents.
        coef : ndarray, shape (n_terms, n_classes)
            Weight of each term.
        intercept : ndarray, shape (n_classes,)
            Score of an empty text.
        section_cost : ndarray of float64, shape (n_classes,), or None, default=None
            As for :func:`topics.sequences.linear_scores`.

        Returns
        -------
        ndarray of float64, shape (n_documents, n_classes)
            As :func:`topics.sequences.linear_scores` gives them of :meth:`sequences`.
        """
        self._check_fitted()
        return self._reader().score(
            self._column(texts),
            self._vocabulary,
            self.smoothed_idf_,
            coef,
            intercept,
            section_cost,
        )

    def known_share(self, texts: Any) -> NDArray[np.float64]:
        """Share of the words of each text, but for stop words, that stand in the vocabulary.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str or bytes
            The documents.

        Returns
        -------
        ndarray of float64, shape (n_documents,)
            From 0 to 1; 0 for a text without words.
        """
        self._need_vocabulary()
        return self._reader().known_share(self._column(texts), self._vocabulary)

    def weigh(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Counts as the parameters ask for them: binary, weighted, of the right dtype.

        Parameters
        ----------
        counts : csr_matrix, shape (n_documents, n_terms)
            Term counts; may be changed in place.

        Returns
        -------
        csr_matrix, shape (n_documents, n_terms)
            Counts or weights.
        """
        if self.binary:
            counts.data.fill(1)
        if self.weighting == "count":
            return counts.astype(self.dtype or np.int64, copy=False)
        if self.use_idf and not hasattr(self, "idf_"):
            self._check_fitted()
            raise ValueError("idf is not learnt yet: call fit, even where the vocabulary is given")
        return tfidf(
            counts,
            self.idf_ if self.use_idf else None,
            sublinear_tf=self.sublinear_tf,
            norm=self.norm,
            dtype=self.dtype or np.float64,
            n_jobs=self.n_jobs,
        )

    def inverse_transform(self, X: Any) -> list[NDArray[np.str_]]:
        """Terms of each row with a non-zero entry.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_documents, n_terms)
            A document-term matrix.

        Returns
        -------
        list of ndarray of str
            One array a document.
        """
        self._check_fitted()
        names = self.get_feature_names_out()
        matrix = sp.csr_matrix(X)
        return [names[matrix[i].indices] for i in range(matrix.shape[0])]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Terms in the order of the columns.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of object (str), shape (n_terms,)
            The terms.
        """
        self._check_fitted()
        return self._vocabulary.terms.to_numpy(zero_copy_only=False)

    def terms_at(self, columns: NDArray[np.integer]) -> list[str]:
        """Terms of a few columns, without a str for every other one.

        Parameters
        ----------
        columns : ndarray of int, shape (n,)
            Columns of the matrix.

        Returns
        -------
        list of str
            The terms.
        """
        self._check_fitted()
        return list(self._vocabulary.terms.take(pa.array(columns)).to_pylist())

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what ``transform`` gives.

        Parameters
        ----------
        transform : {"default", "pandas"} or None
            A sparse matrix, or a data frame of sparse columns named after the terms; None leaves it
            as it is.

        Returns
        -------
        TermVectorizer
            The vectorizer.

        Raises
        ------
        ValueError
            If it is something else: Polars has no sparse columns.
        """
        if transform not in ("default", "pandas", None):
            raise ValueError(f"transform={transform!r} is not default or pandas")
        if transform is not None:
            self._transform_output = transform
        return self

    def build_analyzer(self) -> Callable[[Any], list[str]]:
        """The function that turns one document into its terms.

        Returns
        -------
        callable
            From a document to a list of str.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> TermVectorizer(phrases=["human rights"]).build_analyzer()("Human rights groups")
        ['human', 'rights', 'groups', 'human rights']
        """
        return self._reader().analyzer

    def tokenize(self, text: str) -> list[str]:
        """Tokens of a text, before they make up n-grams or phrases.

        Parameters
        ----------
        text : str
            A text; with a callable analyzer it is taken for one token.

        Returns
        -------
        list of str
            Without stop words.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> TermVectorizer(stop_words="english").tokenize("The Right to Return")
        ['right', 'return']
        """
        return self._reader().analyzer.tokens(text)

    def to_gensim(self, texts: Any) -> tuple[Dictionary, Sparse2Corpus]:
        """Texts as gensim takes them, in the learnt vocabulary.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str or bytes
            The documents.

        Returns
        -------
        dictionary : gensim.corpora.Dictionary
            The terms under their columns.
        corpus : gensim.matutils.Sparse2Corpus
            The documents as bags of words.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> dictionary, corpus = TermVectorizer().fit(["aid talks"]).to_gensim(["talks, talks"])
        >>> [[(dictionary[int(t)], int(n)) for t, n in bag] for bag in corpus]
        [[('talks', 2)]]
        """
        return gensim_corpus(self.counts(texts), self._vocabulary.terms)

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Term to column."""
        if "_vocabulary" not in vars(self):
            raise AttributeError("vocabulary_ is there once the vectorizer is fitted")
        return self._vocabulary.columns

    @property
    def fast_path_(self) -> bool:
        """Whether kernels follow the parameters, and not a regular expression engine."""
        return self._reader().fast

    def _check_params(self) -> None:
        least, most = self.ngram_range
        if not 1 <= least <= most:
            raise ValueError(f"ngram_range {self.ngram_range} is not 1 <= least <= most")
        allowed: dict[str, tuple[Any, ...]] = {
            "analyzer": ("word", "char", "char_wb"),
            "weighting": ("count", "tfidf"),
            "norm": ("l1", "l2", None),
            "strip_accents": ("ascii", "unicode", None),
            "normalize": ("NFC", "NFKC", None),
            "segmenter": ("bigrams", None),
            "phrase_scoring": ("default", "npmi"),
            "decode_error": ("replace", "strict"),
        }
        for name, values in allowed.items():
            value = getattr(self, name)
            if not callable(value) and value not in values:
                names = ", ".join(map(repr, values))
                raise ValueError(f"{name}={value!r} is none of {names}")
        for name in ("max_df", "min_df"):
            bound = getattr(self, name)
            if bound < 0 or (not isinstance(bound, Integral) and bound > 1):
                raise ValueError(
                    f"{name}={bound} is neither a share from 0 to 1 nor a whole number"
                )
        for name in ("max_features", "max_vocabulary", "phrase_min_count", "phrase_passes"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name}={value} is below 1")
        if isinstance(self.phrases, str):
            raise ValueError(f"phrases={self.phrases!r} is one str; give a list of phrases")
        word_form(self.stemmer, self.lemmatizer)
        if self.phrases is True and self.analyzer != "word":
            raise ValueError('phrases=True needs analyzer="word"')
        if compiled(self.token_pattern).groups > 1:
            raise ValueError("token_pattern has more than one group; make the others (?:...)")

    def _begin(self) -> None:
        """Forget all that was learnt."""
        self._check_params()
        self.stop_words_ = sorted(stop_word_list(self.stop_words))
        self.phrases_ = {}
        for name in ("_counts", "_vocabulary", "document_frequency_", "n_documents_"):
            vars(self).pop(name, None)
        if self.vocabulary is not None:
            self._vocabulary = _vocabulary_given(self.vocabulary)

    def _need_vocabulary(self) -> None:
        if "_vocabulary" in vars(self):
            return
        if self.vocabulary is None:
            self._check_fitted()
            raise TopicsError("no term satisfies the parameters yet", "call partial_fit with more")
        self._begin()

    def _reader(self, *, learning: bool = False, keep: Iterable[str] = ()) -> Reader:
        """A reader with these parameters, which knows phrases, and learns them where it has to."""
        more = [*(self.phrases if not isinstance(self.phrases, bool) else ()), *keep]
        given = dict.fromkeys((term for term in more if " " in term), float("nan"))
        known = vars(self).get("phrases_") or None
        stop_words = vars(self).get("stop_words_")
        if stop_words is None:
            stop_words = sorted(stop_word_list(self.stop_words))
        return Reader(
            self.get_params(deep=False),
            stop_words,
            given if known is None else known,
            learn_phrases=learning and self.phrases is True and known is None,
        )

    def _column(self, texts: Any) -> Any:
        # A callable may take documents of any type, such as lists of tokens.
        if callable(self.analyzer) or self.preprocessor is not None:
            documents = texts.texts if isinstance(texts, Corpus) else texts
            return [d.as_py() if hasattr(d, "as_py") else d for d in documents]
        return as_column(texts, self.decode_error)

    def _batches(self, texts: Any) -> Iterator[Any]:
        """The columns of one batch after the other."""
        if isinstance(texts, (Iterator, list, tuple)) and not callable(self.analyzer):
            items = iter(texts)
            first = next(items, None)
            texts = chain([] if first is None else [first], items)
            if isinstance(first, (Corpus, pa.Array, pa.ChunkedArray, list, tuple)):
                yield from (self._column(batch) for batch in texts)
                return
            texts = list(texts)
        column = self._column(texts)
        if self.max_vocabulary is None or not isinstance(column, pa.Array) or not len(column):
            yield column
            return
        offsets = np.frombuffer(column.buffers()[1], np.int64, len(column) + 1, 8 * column.offset)
        for low, high in pairwise(edges_of(offsets, BATCH_BYTES)):
            yield column.slice(low, high - low)

    def _count_dtype(self) -> Any:
        """Of the counts on the way to the matrix: narrow where they will be weighed."""
        return np.int32 if self.weighting == "tfidf" else self.dtype or np.int64

    def _output(self, matrix: sp.csr_matrix, texts: Any) -> Any:
        if vars(self).get("_transform_output", "default") == "default":
            return matrix
        import pandas as pd

        frame = pd.DataFrame.sparse.from_spmatrix(matrix, columns=self.get_feature_names_out())
        if isinstance(texts, (pd.Series, pd.DataFrame)):
            frame.index = texts.index
        return frame


def _vocabulary_given(vocabulary: Any) -> Vocabulary:
    """A vocabulary of the user's: terms, or a mapping of terms to columns."""
    terms = vocabulary if isinstance(vocabulary, dict) else list(vocabulary)
    if not isinstance(terms, dict):
        if len(set(terms)) < len(terms):
            raise ValueError("the vocabulary given holds a term twice")
        terms = {term: column for column, term in enumerate(terms)}
    if sorted(terms.values()) != list(range(len(terms))):
        raise ValueError("the vocabulary given does not number its terms 0, 1, 2, ...")
    if not terms:
        raise ValueError("the vocabulary given is empty")
    return Vocabulary(len(terms), strings(sorted(terms, key=terms.__getitem__)))
