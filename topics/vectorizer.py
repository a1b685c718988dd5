"""TermVectorizer: texts to a document-term matrix."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._estimator import Estimator
from topics.corpus import as_texts
from topics.languages import stop_word_list
from topics.ngrams import join_terms
from topics.sequences import TermSequences, inverse_document_frequency, tfidf
from topics.tokens import fast_pattern, read_tokens

WORDS = r"(?u)\b[^\W\d_]{2,}\b"
"""Token pattern of the models: words of two letters or more, no digits."""


def strip_accents_unicode(text: str) -> str:
    """Text without combining marks, as scikit-learn's function of this name."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def strip_accents_ascii(text: str) -> str:
    """Text as far as ASCII has it, as scikit-learn's function of this name."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def _ngrams(tokens: Sequence[str], least: int, most: int, joint: str) -> list[str]:
    grams = list(tokens) if least == 1 else []
    for n in range(max(least, 2), min(most, len(tokens)) + 1):
        grams += [joint.join(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return grams


_SPACES = re.compile(r"\s\s+")


class TermVectorizer(Estimator):
    r"""Texts to a document-term matrix of counts or tf-idf weights.

    The parameters of scikit-learn's ``CountVectorizer`` and ``TfidfVectorizer`` with the same
    meaning and default, and the same matrix, vocabulary and order.

    Parameters
    ----------
    lowercase : bool, default=True
        Lower-case the texts first.
    strip_accents : {"ascii", "unicode"}, callable or None, default=None
        Take accents off.
    stop_words : str, iterable of str, or None, default=None
        A language ("english", "french", "ar") or the words to leave out.
    token_pattern : str, default=r"(?u)\\b\\w\\w+\\b"
        What a token is, where ``analyzer="word"``; with one group, the group is the token. A class
        of word characters and a least length between word bounds, such as the default or
        ``\\b[^\\W\\d_]{3,}\\b``, is followed by kernels; others take many times as long.
    ngram_range : tuple of (int, int), default=(1, 1)
        Least and most tokens (or characters) of a term.
    analyzer : {"word", "char", "char_wb"} or callable, default="word"
        A callable gets a document and gives its terms; texts may then be of any type, such as
        lists of tokens.
    max_df, min_df : float or int, default=1.0 and 1
        Leave out terms that stand in more or fewer documents: a share if float, a number if int.
    max_features : int or None, default=None
        Keep only the most frequent terms.
    vocabulary : mapping of str to int, iterable of str, or None, default=None
        The terms, where they are given.
    binary : bool, default=False
        Count each term once a document.
    dtype : dtype or None, default=None
        Of the matrix; None is int64 for counts and float64 for weights.
    weighting : {"count", "tfidf"}, default="count"
        What the matrix holds. The parameters below matter for "tfidf" only.
    norm : {"l1", "l2"} or None, default="l2"
        Scale each row to this norm.
    use_idf : bool, default=True
        Weigh by inverse document frequency.
    smooth_idf : bool, default=True
        Count one more document that holds every term.
    sublinear_tf : bool, default=False
        Replace a count c by 1 + log(c).
    phrases : sequence of str, default=()
        Terms of several words, counted besides their words; "human rights" is a term where the
        tokens "human" and "rights" stand side by side.
    n_jobs : int or None, default=None
        Threads; the matrix is the same for any number.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Term to column.
    idf_ : ndarray of float64, shape (n_terms,)
        Inverse document frequencies, where ``weighting="tfidf"`` and ``use_idf``.
    document_frequency_ : ndarray of int64, shape (n_terms,)
        Number of documents that hold a term.
    smoothed_idf_ : ndarray of float64, shape (n_terms,)
        Inverse document frequencies with ``smooth_idf``, whatever the parameters say.
    n_documents_ : int
        Number of documents fitted on.
    stop_words_ : list of str
        The stop words in use, sorted.
    fast_path_ : bool
        Whether kernels do the reading.

    Examples
    --------
    >>> vectorizer = TermVectorizer(stop_words="english")
    >>> vectorizer.fit_transform(["Talks on aid resume", "Aid reaches the camp"]).toarray()
    array([[1, 0, 0, 1, 1],
           [1, 1, 1, 0, 0]])
    >>> list(vectorizer.get_feature_names_out())
    ['aid', 'camp', 'reaches', 'resume', 'talks']
    """

    def __init__(
        self,
        *,
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None,
        stop_words: str | Iterable[str] | None = None,
        token_pattern: str = r"(?u)\b\w\w+\b",
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: Literal["word", "char", "char_wb"] | Callable[[Any], Iterable[str]] = "word",
        max_df: float | int = 1.0,
        min_df: float | int = 1,
        max_features: int | None = None,
        vocabulary: dict[str, int] | Iterable[str] | None = None,
        binary: bool = False,
        dtype: Any = None,
        weighting: Literal["count", "tfidf"] = "count",
        norm: Literal["l1", "l2"] | None = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        sublinear_tf: bool = False,
        phrases: Sequence[str] = (),
        n_jobs: int | None = None,
    ) -> None:
        self.lowercase = lowercase
        self.strip_accents = strip_accents
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
        self.weighting = weighting
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
        self.phrases = phrases
        self.n_jobs = n_jobs

    def fit(self, texts: Any, y: Any = None) -> Self:
        """Learn the vocabulary and the document frequencies.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        y : None
            Ignored.

        Returns
        -------
        TermVectorizer
            The fitted vectorizer.

        Raises
        ------
        ValueError
            If the parameters leave no term, or a text is missing.
        """
        self.fit_sequences(texts)
        return self

    def fit_transform(self, texts: Any, y: Any = None) -> sp.csr_matrix:
        """Learn the vocabulary and give the document-term matrix, in one pass.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        y : None
            Ignored.

        Returns
        -------
        csr_matrix, shape (n_documents, n_terms)
            Counts or weights.

        Raises
        ------
        ValueError
            If the parameters leave no term, or a text is missing.
        """
        return self.weigh(self.fit_sequences(texts).counts(len(self.vocabulary_)))

    def transform(self, texts: Any) -> sp.csr_matrix:
        """Document-term matrix of texts in the learnt vocabulary.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.

        Returns
        -------
        csr_matrix, shape (n_documents, n_terms)
            Counts or weights.

        Raises
        ------
        NotFittedError
            If the vectorizer is not fitted and no vocabulary is given.
        """
        return self.weigh(self.counts(texts))

    def fit_sequences(self, texts: Any, keep: Iterable[str] = ()) -> TermSequences:
        """Learn the vocabulary and give every document's terms in reading order.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.
        keep : iterable of str, default=()
            Terms that stay whatever their document frequency, such as seed words.

        Returns
        -------
        TermSequences
            In the numbers of ``vocabulary_``.

        Raises
        ------
        ValueError
            If the parameters leave no term, or a text is missing.
        """
        self._check_params()
        self.stop_words_ = sorted(stop_word_list(self.stop_words))
        if self.vocabulary is not None:
            self._take_vocabulary(self.vocabulary)
            sequences = self.sequences(texts)
            self.document_frequency_ = sequences.document_frequency(len(self.vocabulary_))
        else:
            sequences = self._select(*self._read(texts), keep)
        self.n_documents_ = len(sequences)
        self._set_idf()
        return sequences

    def sequences(self, texts: Any) -> TermSequences:
        """Every document's terms in reading order, in the learnt vocabulary.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
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
        if not hasattr(self, "vocabulary_"):
            if self.vocabulary is None:
                self._check_fitted()
            self._check_params()
            self.stop_words_ = sorted(stop_word_list(self.stop_words))
            self._take_vocabulary(self.vocabulary)
        terms, sequences = self._read(texts)
        if len(terms) * 8 < len(self.vocabulary_):
            find = self.vocabulary_.get
            numbers = np.array([find(term, -1) for term in terms.to_pylist()], np.int32)
        else:
            known = pa.array(self.get_feature_names_out(), pa.large_string())
            places = pc.index_in(terms, value_set=known)
            numbers = np.asarray(pc.fill_null(places, -1)).astype(np.int32)
        return sequences.renumber(numbers)

    def counts(self, texts: Any) -> sp.csr_matrix:
        """Term counts of texts in the learnt vocabulary, whatever ``weighting`` says.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str
            The documents.

        Returns
        -------
        csr_matrix of int64, shape (n_documents, n_terms)
            The counts.
        """
        sequences = self.sequences(texts)
        return sequences.counts(len(self.vocabulary_))

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
        return np.array(sorted(self.vocabulary_, key=self.vocabulary_.__getitem__), dtype=object)

    def build_analyzer(self) -> Callable[[Any], list[str]]:
        """The function that turns one document into its terms.

        Returns
        -------
        callable
            From a document to a list of str.

        Examples
        --------
        >>> TermVectorizer(phrases=["human rights"]).build_analyzer()("Human rights groups")
        ['human', 'rights', 'groups', 'human rights']
        """
        if callable(self.analyzer):
            analyze = self.analyzer
            return lambda document: list(analyze(document))
        prepare = self._preprocessor()
        least, most = self.ngram_range
        if self.analyzer == "char":
            return lambda text: _ngrams(_SPACES.sub(" ", prepare(text)), least, most, "")
        if self.analyzer == "char_wb":
            return lambda text: [
                gram
                for word in _SPACES.sub(" ", prepare(text)).split()
                for gram in _padded_ngrams(word, least, most)
            ]
        find = re.compile(self.token_pattern).findall
        left_out = frozenset(getattr(self, "stop_words_", None) or stop_word_list(self.stop_words))
        phrases = {tuple(p.split()) for p in self.phrases}
        lengths = sorted({len(p) for p in phrases if len(p) > 1})
        if not left_out and not lengths and (least, most) == (1, 1):
            return lambda text: find(prepare(text))

        def analyze_words(text: str) -> list[str]:
            tokens = [t for t in find(prepare(text)) if t not in left_out]
            terms = _ngrams(tokens, least, most, " ")
            for n in lengths:
                windows = zip(*(tokens[i:] for i in range(n)), strict=False)
                terms += [" ".join(window) for window in windows if window in phrases]
            return terms

        return analyze_words

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
        >>> TermVectorizer(stop_words="english").tokenize("The Right to Return")
        ['right', 'return']
        """
        if callable(self.analyzer):
            return [text]
        find = re.compile(self.token_pattern).findall
        left_out = frozenset(getattr(self, "stop_words_", None) or stop_word_list(self.stop_words))
        return [token for token in find(self._preprocessor()(text)) if token not in left_out]

    def _preprocessor(self) -> Callable[[str], str]:
        strip = {
            None: None,
            "ascii": strip_accents_ascii,
            "unicode": strip_accents_unicode,
        }.get(self.strip_accents, self.strip_accents)  # type: ignore[arg-type]
        if strip is None:
            return str.lower if self.lowercase else str
        if self.lowercase:
            return lambda text: strip(text.lower())
        return strip

    def _check_params(self) -> None:
        least, most = self.ngram_range
        if not 1 <= least <= most:
            raise ValueError(f"ngram_range {self.ngram_range} is not 1 <= least <= most")
        if self.analyzer not in ("word", "char", "char_wb") and not callable(self.analyzer):
            raise ValueError(f"analyzer {self.analyzer!r} is not word, char, char_wb or a callable")
        if self.weighting not in ("count", "tfidf"):
            raise ValueError(f"weighting {self.weighting!r} is not count or tfidf")
        if self.norm not in ("l1", "l2", None):
            raise ValueError(f"norm {self.norm!r} is not l1, l2 or None")
        for name in ("max_df", "min_df"):
            bound = getattr(self, name)
            if bound < 0 or (not isinstance(bound, Integral) and bound > 1):
                raise ValueError(
                    f"{name}={bound} is neither a share from 0 to 1 nor a whole number"
                )
        if self.max_features is not None and self.max_features < 1:
            raise ValueError(f"max_features={self.max_features} keeps no term")
        if re.compile(self.token_pattern).groups > 1:
            raise ValueError("token_pattern has more than one group; make the others (?:...)")

    @property
    def fast_path_(self) -> bool:
        """Whether kernels follow the parameters, and not a regular expression engine."""
        return (
            self.analyzer == "word"
            and not callable(self.strip_accents)
            and fast_pattern(self.token_pattern) is not None
        )

    def _read(self, texts: Any) -> tuple[pa.LargeStringArray, TermSequences]:
        """All terms of the texts, in no particular order, and where they stand."""
        pattern = fast_pattern(self.token_pattern) if self.fast_path_ else None
        if pattern is None:
            return self._read_by_analyzer(texts)
        terms, sequences = read_tokens(
            as_texts(texts),
            *pattern,
            lowercase=self.lowercase,
            prepare=self._preprocessor() if self.strip_accents else None,
            n_jobs=self.n_jobs,
        )
        if self.stop_words_:
            left_out = pc.is_in(terms, value_set=pa.array(self.stop_words_, pa.large_string()))
            numbers = np.arange(len(terms), dtype=np.int32)
            numbers[np.asarray(left_out)] = -1
            sequences = sequences.renumber(numbers)
        if self.ngram_range == (1, 1) and not self.phrases:
            return terms, sequences
        return join_terms(terms, sequences, self.ngram_range, self.phrases)

    def _read_by_analyzer(self, texts: Any) -> tuple[pa.LargeStringArray, TermSequences]:
        analyze = self.build_analyzer()
        # A callable analyzer may take documents of any type, such as lists of tokens.
        documents = texts if callable(self.analyzer) else as_texts(texts)
        found: defaultdict[str, int] = defaultdict()
        found.default_factory = found.__len__
        ids, offsets = array("i"), array("q", [0])
        for document in documents:
            text = document.as_py() if hasattr(document, "as_py") else document
            ids.extend(map(found.__getitem__, analyze(text)))
            offsets.append(len(ids))
        sequences = TermSequences(
            np.frombuffer(offsets, np.int64),
            np.frombuffer(ids, np.int32) if ids else np.empty(0, np.int32),
        )
        return pa.array(list(found), pa.large_string()), sequences

    def _select(
        self, terms: pa.LargeStringArray, sequences: TermSequences, keep: Iterable[str]
    ) -> TermSequences:
        """Bound the vocabulary as ``CountVectorizer`` does, and sort it."""
        if not sequences.ids.size:
            raise TopicsError(
                "empty vocabulary: the texts hold no terms, or only stop words",
                "check the texts, stop_words and token_pattern",
            )
        # By bytes of UTF-8, which is by code points, as Python sorts.
        order = np.asarray(pc.sort_indices(terms))
        terms = terms.take(pa.array(order))
        frequency = sequences.document_frequency(len(terms))[order]
        n = len(sequences)
        high = self.max_df if isinstance(self.max_df, Integral) else self.max_df * n
        low = self.min_df if isinstance(self.min_df, Integral) else self.min_df * n
        if high < low:
            raise ValueError(
                f"max_df={self.max_df} asks for fewer documents than min_df={self.min_df}"
            )
        mask = (frequency >= low) & (frequency <= high) & (frequency > 0)
        if self.max_features is not None and mask.sum() > self.max_features:
            total = np.bincount(sequences.ids, minlength=len(terms))[order]
            best = (-total[mask]).argsort()[: self.max_features]
            narrower = np.zeros_like(mask)
            narrower[np.flatnonzero(mask)[best]] = True
            mask = narrower
        kept = pc.is_in(terms, value_set=pa.array(list(keep), pa.large_string()))
        mask |= np.asarray(kept) & (frequency > 0)
        if not mask.any():
            raise TopicsError(
                f"no terms remain of {n} documents with min_df={self.min_df} and "
                f"max_df={self.max_df}",
                "give releases that differ, lower min_df, or raise max_df",
            )
        names = terms.filter(pa.array(mask)).to_pylist()
        self.vocabulary_ = {name: column for column, name in enumerate(names)}
        self.document_frequency_ = frequency[mask]
        numbers = np.full(len(terms), -1, np.int32)
        numbers[order[mask]] = np.arange(len(names))
        return sequences.renumber(numbers)

    def _take_vocabulary(self, vocabulary: Any) -> None:
        terms = vocabulary if isinstance(vocabulary, dict) else list(vocabulary)
        if not isinstance(terms, dict):
            if len(set(terms)) < len(terms):
                raise ValueError("the vocabulary given holds a term twice")
            terms = {term: column for column, term in enumerate(terms)}
        if sorted(terms.values()) != list(range(len(terms))):
            raise ValueError("the vocabulary given does not number its terms 0, 1, 2, ...")
        if not terms:
            raise ValueError("the vocabulary given is empty")
        self.vocabulary_ = dict(terms)

    def _set_idf(self) -> None:
        # Models weigh by it whatever the parameters say, and for every text anew.
        self.smoothed_idf_ = inverse_document_frequency(self.document_frequency_, self.n_documents_)
        if self.weighting == "tfidf" and self.use_idf:
            self.idf_ = inverse_document_frequency(
                self.document_frequency_, self.n_documents_, self.smooth_idf
            )


def _padded_ngrams(word: str, least: int, most: int) -> list[str]:
    """Character n-grams of one word with a space on both sides, as scikit-learn's char_wb."""
    padded = f" {word} "
    grams: list[str] = []
    for n in range(least, most + 1):
        grams.append(padded[:n])
        grams += [padded[i : i + n] for i in range(1, len(padded) - n + 1)]
        if n >= len(padded):
            break
    return grams
