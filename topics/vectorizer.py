"""TermVectorizer: texts to a document-term matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._arrow import strings
from topics._errors import TopicsError
from topics._estimator import all_or_nothing
from topics.interop import sklearn_parameters
from topics.sequences import TermSequences, inverse_document_frequency
from topics.transformer import TermTransformer
from topics.vocabulary import TermCounts, Vocabulary, kept_terms

WORDS = r"(?u)\b[^\W\d_]{2,}\b"
"""Token pattern of the models: words of two letters or more, no digits."""


class TermVectorizer(TermTransformer):
    r"""Texts to a document-term matrix of counts or tf-idf weights.

    The parameters of scikit-learn's ``CountVectorizer`` and ``TfidfVectorizer`` with the same
    meaning and default, and the same matrix, vocabulary and order; but Chinese and Japanese words,
    which no spaces divide, are read as pairs of characters, unless ``segmenter=None``.

    Parameters
    ----------
    lowercase : bool, default=True
        Lower-case the texts first.
    strip_accents : {"ascii", "unicode"}, callable or None, default=None
        Take accents off.
    normalize : {"NFC", "NFKC"} or None, default=None
        Unicode normal form to bring the texts into, before all else.
    fold_arabic : bool, default=False
        Take Arabic tatweel and diacritics out, and write every form of alef as the bare one.
    preprocessor : callable or None, default=None
        Instead of all the above: from a text to the text to be read.
    tokenizer : callable or None, default=None
        Instead of ``token_pattern``: from a text to its tokens.
    segmenter : {"bigrams"}, callable or None, default="bigrams"
        What becomes of Han, Hiragana and Katakana inside tokens: every two characters that stand
        side by side are a token; or the words are, that a function gives for a stretch of them (it
        is asked once for each distinct stretch); or nothing special.
    stop_words : str, iterable of str, or None, default=None
        A language ("english", "french", "ar") or the words to leave out.
    stemmer, lemmatizer : str, callable or None, default=None
        Count words under their stems (Snowball's, of a language) or their lemmas (simplemma's), or
        under what a function makes of them; asked once for each distinct word.
    token_pattern : str, default=r"(?u)\\b\\w\\w+\\b"
        What a token is, where ``analyzer="word"``; with one group, the group is the token. A class
        of word characters and a least length between word bounds, such as the default or
        ``\\b[^\\W\\d_]{3,}\\b``, is followed by kernels; others take many times as long, by ``re``
        or, where that knows no such pattern, by the ``regex`` library.
    ngram_range : tuple of (int, int), default=(1, 1)
        Least and most tokens (or characters) of a term.
    analyzer : {"word", "char", "char_wb"} or callable, default="word"
        A callable gets a document and gives its terms; texts may then be of any type, such as
        lists of tokens.
    phrases : bool or sequence of str, default=()
        Terms of several words, counted besides their words: those given, or, where True, those
        that stand together more often than chance has it, learnt as gensim's ``Phrases`` learns
        them (from the first batch, where there are several). "human rights" is a term where the
        tokens "human" and "rights" stand side by side.
    phrase_scoring : {"default", "npmi"}, default="default"
        Gensim's two scores of a pair of words.
    phrase_threshold : float or None, default=None
        Pairs are phrases above this score; None is 10 for "default" and 0.5 for "npmi".
    phrase_min_count : int, default=5
        Least occurrences of a phrase.
    phrase_passes : int, default=2
        Phrases grow in each pass: of two words at most in the first, four in the second.
    max_df, min_df : float or int, default=1.0 and 1
        Leave out terms that stand in more or fewer documents: a share if float, a number if int.
    max_features : int or None, default=None
        Keep only the most frequent terms.
    max_vocabulary : int or None, default=None
        Hold no more terms than this between two batches of texts, rare ones going first, so that
        memory is bounded by them and one batch (of 64 MiB, or as given to ``fit`` or
        ``partial_fit``). ``n_let_go_`` says how many went, and a document frequency may be short of
        the truth by ``missed_documents_`` at most.
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
    decode_error : {"replace", "strict"}, default="replace"
        What becomes of bytes that are no UTF-8: they part words, as the replacement character
        does, or an error names the text.
    n_jobs : int or None, default=None
        Threads, or processes where kernels cannot read; the matrix is the same for any number.

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
    phrases_ : dict of str to float
        The phrases in use and their scores; NaN for those that were given.
    n_let_go_ : int
        Number of terms let go to keep to ``max_vocabulary``; one let go twice counts twice.
    missed_documents_ : int
        How many documents a document frequency may be short of because of that.
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

    @all_or_nothing
    def fit(self, texts: Any, y: Any = None) -> Self:
        """Learn the vocabulary and the document frequencies.

        Parameters
        ----------
        texts : Corpus, Arrow column, iterable of str or bytes, or iterable of batches of these
            The documents. Batches are read one after the other and not held.
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
        self._begin()
        for batch in self._batches(texts):
            self._add(batch)
        self._settle()
        return self

    @all_or_nothing
    def partial_fit(self, texts: Any, y: Any = None) -> Self:
        """Go on learning with more texts, as if all had been fitted at once.

        Parameters
        ----------
        texts : Corpus, Arrow column, iterable of str or bytes, or iterable of batches of these
            More documents.
        y : None
            Ignored.

        Returns
        -------
        TermVectorizer
            The vectorizer. It counts as fitted once a term satisfies its parameters.

        Notes
        -----
        A vectorizer loaded from an artifact has its terms and their counts; those that it had left
        out are counted from nought.

        Examples
        --------
        >>> vectorizer = TermVectorizer(min_df=2)
        >>> vectorizer.partial_fit(["aid arrives"]).partial_fit(["aid leaves"]).vocabulary_
        {'aid': 0}
        """
        if not hasattr(self, "_counts"):
            self._begin()
        for batch in self._batches(texts):
            self._add(batch)
        with suppress(TopicsError):
            self._settle()
        return self

    @all_or_nothing
    def merge(self, *others: TermVectorizer) -> Self:
        """Add what other vectorizers have learnt, as if all texts had been fitted at once.

        Parameters
        ----------
        *others : TermVectorizer
            Fitted with the same parameters, to other texts.

        Returns
        -------
        TermVectorizer
            This vectorizer.

        Raises
        ------
        ValueError
            If the parameters differ.

        Examples
        --------
        >>> march, april = TermVectorizer().fit(["aid"]), TermVectorizer().fit(["talks", "aid"])
        >>> march.merge(april).document_frequency_.tolist()
        [2, 1]
        """
        self._check_fitted()
        free = {"n_jobs"}
        ours = {k: v for k, v in self.get_params(deep=False).items() if k not in free}
        for other in others:
            theirs = {k: v for k, v in other.get_params(deep=False).items() if k not in free}
            differing = sorted(name for name in ours if ours[name] != theirs[name])
            if differing or self.phrases_.keys() != other.phrases_.keys():
                raise ValueError(f"they differ in {', '.join(differing) or 'the phrases learnt'}")
            self._counts = (self._counts + other._counts).bounded(self.max_vocabulary)
        self._settle()
        return self

    @all_or_nothing
    def fit_transform(self, texts: Any, y: Any = None) -> sp.csr_matrix:
        """Learn the vocabulary and give the document-term matrix, in one pass.

        Parameters
        ----------
        texts : Corpus, Arrow column, iterable of str or bytes, or iterable of batches of these
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
        if self.vocabulary is not None or self.max_vocabulary is not None:
            texts = list(texts) if isinstance(texts, Iterator) else texts
            return self.fit(texts).transform(texts)
        batches = list(self._batches(texts))
        if len(batches) != 1:
            return self.fit(batches).transform(batches)
        self._begin()
        found = self._reader(learning=True).learn(batches[0], in_order=False)
        self.phrases_ = found.phrases
        self._counts = found.counts(occurrences=self._counts_occurrences(), rows_follow=True)
        columns = self._settle()
        counts = found.matrix(columns, len(self._vocabulary), self._count_dtype())
        return self._output(self.weigh(counts), texts)

    @all_or_nothing
    def fit_sequences(self, texts: Any, keep: Iterable[str] = ()) -> TermSequences:
        """Learn the vocabulary and give every document's terms in reading order.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str or bytes
            The documents.
        keep : iterable of str, default=()
            Terms that stay whatever their document frequency, such as seed words; those of several
            words are phrases.

        Returns
        -------
        TermSequences
            In the numbers of ``vocabulary_``.

        Raises
        ------
        ValueError
            If the parameters leave no term, or a text is missing.
        """
        if self.vocabulary is not None or self.max_vocabulary is not None:
            return self.fit(texts).sequences(texts)
        self._begin()
        keep = list(keep)
        found = self._reader(learning=True, keep=keep).learn(self._column(texts), in_order=True)
        assert found.in_order is not None
        self.phrases_ = found.phrases
        self._counts = found.counts(occurrences=self._counts_occurrences(), rows_follow=False)
        return found.in_order.renumber(self._settle(keep))

    @classmethod
    def from_sklearn(cls, vectorizer: Any) -> Self:
        """The same vectorizer as one of scikit-learn's.

        Parameters
        ----------
        vectorizer : CountVectorizer or TfidfVectorizer
            Fitted, or not. A fitted one keeps its vocabulary and its weights; the number of
            documents behind them is not known.

        Returns
        -------
        TermVectorizer
            Gives the same matrices.

        Raises
        ------
        TypeError, ValueError
            If it is neither, or reads files or other encodings.

        Examples
        --------
        >>> from sklearn.feature_extraction.text import CountVectorizer
        >>> theirs = CountVectorizer().fit(["aid arrives"])
        >>> TermVectorizer.from_sklearn(theirs).transform(["aid, aid"]).toarray()
        array([[2, 0]])
        """
        ours = cls(**sklearn_parameters(vectorizer))
        vocabulary = getattr(vectorizer, "vocabulary_", vectorizer.vocabulary)
        if vocabulary is not None:
            ours.vocabulary = {term: int(vocabulary[term]) for term in vocabulary}
            ours._need_vocabulary()
            unknown = np.zeros(len(ours._vocabulary), np.int64)
            ours._counts = TermCounts(ours._vocabulary, unknown, None, 0)
            ours._set_counts(unknown, 0)
        if hasattr(vectorizer, "idf_"):
            ours.idf_ = np.array(vectorizer.idf_, np.float64)
        return ours

    @property
    def n_let_go_(self) -> int:
        """Number of terms let go to keep to ``max_vocabulary``."""
        self._check_fitted()
        return self._counts.n_let_go

    @property
    def missed_documents_(self) -> int:
        """How many documents a document frequency may be short of because of that."""
        self._check_fitted()
        return self._counts.missed

    def _add(self, batch: Any) -> None:
        """Count the terms of one more batch."""
        often = self._counts_occurrences()
        if self.vocabulary is not None:
            sequences = self._reader().find(batch, self._vocabulary)
            documents = sequences.document_frequency(len(self._vocabulary))
            counts = TermCounts(self._vocabulary, documents, None, len(sequences))
            if "_counts" in vars(self):
                counts.documents += self._counts.documents
                counts.n_documents += self._counts.n_documents
            self._counts = counts
            return
        found = self._reader(learning="_counts" not in vars(self)).learn(batch, in_order=False)
        self.phrases_ = found.phrases
        counts = found.counts(occurrences=often, rows_follow=False)
        if "_counts" in vars(self):
            counts = self._counts + counts
        self._counts = counts.bounded(self.max_vocabulary)

    def _counts_occurrences(self) -> bool:
        """Whether ``max_features`` asks for more than how many documents hold a term."""
        return self.max_features is not None and not self.binary

    def _settle(self, keep: Iterable[str] = ()) -> NDArray[np.int32]:
        """Bound the vocabulary by what was counted; gives the column of every term counted."""
        if "_counts" not in vars(self):
            raise TopicsError("there are no texts", "give at least one")
        counted = self._counts
        if self.vocabulary is not None:
            self._set_counts(counted.documents, counted.n_documents)
            return np.arange(len(counted.vocabulary), dtype=np.int32)
        if not len(counted.vocabulary):
            raise TopicsError(
                "empty vocabulary: the texts hold no terms, or only stop words",
                "check the texts, stop_words and token_pattern",
            )
        always = [counted.vocabulary.columns.get(term, -1) for term in keep]
        mask = kept_terms(
            counted.documents,
            counted.documents if self.binary else counted.occurrences,
            counted.n_documents,
            min_df=self.min_df,
            max_df=self.max_df,
            max_features=self.max_features,
            keep=[column for column in always if column >= 0],
        )
        self._vocabulary, columns = counted.vocabulary.kept(mask)
        self._set_counts(counted.documents[mask], counted.n_documents)
        return columns

    def _set_counts(self, document_frequency: NDArray[np.int64], n_documents: int) -> None:
        self.document_frequency_, self.n_documents_ = document_frequency, n_documents
        self._vocabulary.frequencies = document_frequency
        # Models weigh by it whatever the parameters say, and for every text anew.
        self.smoothed_idf_ = inverse_document_frequency(document_frequency, n_documents)
        if self.weighting == "tfidf" and self.use_idf:
            self.idf_ = inverse_document_frequency(document_frequency, n_documents, self.smooth_idf)

    def _restore(
        self,
        terms: list[str],
        document_frequency: NDArray[np.int64],
        n_documents: int,
        *,
        stop_words: list[str],
        phrases: dict[str, float],
        idf: NDArray[np.float64] | None,
    ) -> None:
        """Be fitted again, from what an artifact holds."""
        self.stop_words_, self.phrases_ = stop_words, phrases
        self._vocabulary = Vocabulary(len(terms), strings(terms))
        self._counts = TermCounts(self._vocabulary, document_frequency, None, n_documents)
        self._set_counts(document_frequency, n_documents)
        if idf is not None:
            self.idf_ = idf
