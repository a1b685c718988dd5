"""TermVectorizer: texts to a document-term matrix."""

from __future__ import annotations

import html
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from itertools import chain, pairwise
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._arrow import as_texts, string_array, take_rows
from topics._errors import TopicsError
from topics._estimator import (
    Estimator,
    NotFittedError,
    as_output,
    check_output_kind,
    restore_on_error,
)
from topics.text.fast_tokenizer import split_unspaced
from topics.text.interop import gensim_corpus, sklearn_parameters
from topics.text.python_analyzer import Analyzer, compiled, language_codes
from topics.text.seed_words import parse_seed, seed_matches
from topics.text.shards import ShardedTexts, is_sharded
from topics.text.spelling import (
    WordCounts,
    commonest_words,
    respelled,
    spelling_of,
    words_of,
    words_of_terms,
)
from topics.text.stop_words import stop_word_list
from topics.text.term_extraction import ExtractedTerms, TermExtractor, as_column
from topics.text.term_sequences import TermSequences, concat_sequences, shard_edges
from topics.text.tfidf import inverse_document_frequency, tfidf_weights
from topics.text.unicode_tables import UNSPACED_RUN, fold_text
from topics.text.vocabulary import TermCounts, Vocabulary, kept_terms
from topics.text.word_forms import fold_spelling, shared_word_form, word_form

if TYPE_CHECKING:
    from gensim.corpora import Dictionary
    from gensim.matutils import Sparse2Corpus


_TOKEN_PATTERN = r"(?u)\b\w\w+\b"
"""The default token pattern."""

BATCH_BYTES = 64 << 20
"""Text of a batch, where ``max_vocabulary`` bounds the terms that are held."""


class TermVectorizer(Estimator):
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
    languages : str, sequence of str, or None, default=None
        The languages of the texts, as names or codes, the commonest first: words are then read as
        these write them, instead of by ``token_pattern``, ``normalize``, ``fold_arabic`` and
        ``segmenter``, and the forms of a word are one term, spelled like the commonest of them.
        Digits part words but for names such as "g20" and "covid-19"; marks stay with their letters;
        links and addresses are left out; Chinese, Japanese and Thai are cut by rjieba, SudachiPy
        and PyThaiNLP where these are installed, and else into pairs of characters.
    word_forms : {"stems", "clitics"}, default="stems"
        With ``languages``: which forms are one term. All that have one stem (Snowball's, where
        there is one), or only those that differ by what is written together with a word, such as
        the Arabic article, and by spelling.
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
    token_pattern : str, re.Pattern or None, default=r"(?u)\\b\\w\\w+\\b"
        What a token is, where ``analyzer="word"``; with one group, the group is the token. A class
        of word characters and a least length between word bounds, such as the default or
        ``\\b[^\\W\\d_]{3,}\\b``, is followed by kernels; others take many times as long, by ``re``
        or, where that knows no such pattern, by the ``regex`` library. None where a ``tokenizer``
        is given.
    ngram_range : tuple of (int, int), default=(1, 1)
        Least and most tokens (or characters) of a term.
    analyzer : {"word", "char", "char_wb", "tokens"} or callable, default="word"
        With "tokens", documents are lists of tokens, which are counted as they are. A callable
        gets a document and gives its terms; documents may then be of any type.
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
        ``partial_fit``). ``n_pruned_terms_`` says how many went, and a document frequency may be
        short of the truth by ``max_document_frequency_error_`` at most.
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
    input : {"content", "filename", "file"}, default="content"
        Whether documents are texts, names of files to read, or open files.
    encoding : str, default="utf-8"
        Of documents that are bytes.
    decode_error : {"replace", "strict", "ignore"}, default="replace"
        What becomes of bytes that are not of the encoding: they part words, as the replacement
        character does, or an error names the text, or they are left out.
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
    n_learnt_terms_ : int
        Number of terms that the parameters kept of the texts; only :meth:`fit_to_sequences` puts
        others behind them.
    stop_words_ : list of str
        The stop words in use, sorted.
    phrases_ : dict of str to float
        The phrases in use and their scores; NaN for those that were given.
    forms_ : dict of str to list of str
        With ``languages``, the words of the texts that each term stands for, the commonest first;
        an artifact does not keep them.
    n_pruned_terms_ : int
        Number of terms let go to keep to ``max_vocabulary``; one let go twice counts twice.
    max_document_frequency_error_ : int
        How many documents a document frequency may be short of because of that.
    uses_kernels_ : bool
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

    _counts: TermCounts
    _stems: tuple[Vocabulary, dict[str, list[str]]]
    _learnt: tuple[Vocabulary, TermVectorizer]
    _vocabulary: Vocabulary
    smoothed_idf_: NDArray[np.float64]
    n_learnt_terms_: int
    phrases_: dict[str, float]
    _spelling: dict[str, str]
    _words: WordCounts
    _fixed_spelling: dict[str, str] | None
    stop_words_: list[str]
    _idf: NDArray[np.float64]

    def __init__(
        self,
        *,
        lowercase: bool = True,
        strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None,
        normalize: Literal["NFC", "NFKC"] | None = None,
        fold_arabic: bool = False,
        languages: str | Sequence[str] | None = None,
        word_forms: Literal["stems", "clitics"] = "stems",
        preprocessor: Callable[[Any], str] | None = None,
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        segmenter: Literal["bigrams"] | Callable[[str], Iterable[str]] | None = "bigrams",
        stop_words: str | Iterable[str] | None = None,
        stemmer: str | Callable[[str], str] | None = None,
        lemmatizer: str | Callable[[str], str] | None = None,
        token_pattern: str | re.Pattern[str] | None = r"(?u)\b\w\w+\b",
        ngram_range: tuple[int, int] = (1, 1),
        analyzer: Literal["word", "char", "char_wb", "tokens"]
        | Callable[[Any], Iterable[str]] = "word",
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
        input: Literal["content", "filename", "file"] = "content",
        encoding: str = "utf-8",
        decode_error: Literal["replace", "strict", "ignore"] = "replace",
        n_jobs: int | None = None,
    ) -> None:
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self.normalize = normalize
        self.fold_arabic = fold_arabic
        self.languages = languages
        self.word_forms = word_forms
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
        self.input = input
        self.encoding = encoding
        self.decode_error = decode_error
        self.n_jobs = n_jobs

    @restore_on_error
    def fit(self, texts: Any, y: Any = None) -> Self:
        """Learn the vocabulary and the document frequencies.

        Parameters
        ----------
        texts : Corpus, Arrow column, iterable of str or bytes, iterable of batches of these, Arrow
                dataset or Dask DataFrame
            The documents. Batches are read one after the other and not held. The files of a dataset
            and the parts of a DataFrame, which need a column ``text``, are counted where they lie,
            and what was counted is added up.
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

        Examples
        --------
        >>> TermVectorizer().fit(["aid came", "talks ended"]).get_feature_names_out().tolist()
        ['aid', 'came', 'ended', 'talks']
        """
        self._begin()
        if is_sharded(texts):
            self._add_shards(ShardedTexts.of(texts))
        else:
            for batch in self._batches(texts):
                self._add(batch)
        self._settle()
        return self

    def _add_shards(self, texts: ShardedTexts, keep: Sequence[str] = ()) -> None:
        """Count the terms of shards where they lie, and add up what was counted."""
        make = partial(type(self), **{**self.get_params(deep=False), "n_jobs": 1})
        # Phrases are learnt from the first shard, as they are from the first batch.
        first = 1 if self.phrases is True else texts.n_shards
        for shards in (range(first), range(first, texts.n_shards)):
            phrases = vars(self).get("phrases_") if shards.start else None
            count = partial(_counted_shard, make, keep, phrases)
            for found in texts.map(count, self.n_jobs, shards):
                self._add_counts(found)

    @restore_on_error
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

    @restore_on_error
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
        ours = _comparable(self)
        for other in others:
            theirs = _comparable(other)
            differing = sorted(name for name in ours if ours[name] != theirs[name])
            if differing:
                raise ValueError(f"they differ in {', '.join(differing)}")
            if self._forms_of_phrases() != other._forms_of_phrases():
                raise ValueError("they differ in the phrases learnt")
            self._add_counts(other._counted())
        self._settle()
        return self

    def _add_counts(self, found: _Counted) -> None:
        """Add what was counted of other texts; each form is spelled as the commonest of its words.

        So it is whatever parts the texts come in, but for the terms of an artifact, which stay.
        """
        if "_counts" not in vars(self):
            counts, self.phrases_, self._words, self._spelling, self._fixed_spelling = found
            self._counts = counts.bounded(self.max_vocabulary)
            return
        fixed = {**found.fixed, **self._fixed()}
        words = self._words + found.words
        ours, theirs = {**self._spelling, **self._fixed()}, {**found.spelling, **found.fixed}
        spelling = {**theirs, **ours, **commonest_words(words, fixed)}
        new_here, new_there = (
            {word: spelling[form] for form, word in before.items() if spelling[form] != word}
            for before in (ours, theirs)
        )
        added = self._counts.respelled(new_here) + found.counts.respelled(new_there)
        self._counts = added.bounded(self.max_vocabulary)
        self.phrases_ = {respelled(phrase, new_here): n for phrase, n in self.phrases_.items()}
        self._words, self._spelling, self._fixed_spelling = words, spelling, fixed
        if self._counts is not added and spelling:
            # What is let go as a term is not held as a word either.
            held = words_of(self._counts.vocabulary.terms.to_pylist())
            self._spelling = {form: word for form, word in spelling.items() if word in held}
            self._words = Counter({k: n for k, n in words.items() if k[0] in self._spelling})

    def _counted(self) -> _Counted:
        return _Counted(self._counts, self.phrases_, self._words, self._spelling, self._fixed())

    def _fixed(self) -> dict[str, str]:
        """How the terms of an artifact are spelled, of whose words no counts are known."""
        if self._fixed_spelling is None:
            analyzer, terms = self._extractor().analyzer, self._counts.vocabulary.terms
            self._fixed_spelling = {}
            if analyzer.respells and analyzer.form is not None:
                self._fixed_spelling = spelling_of(terms.to_pylist(), analyzer.form)
        return self._fixed_spelling

    @restore_on_error
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

        Examples
        --------
        >>> TermVectorizer().fit_transform(["aid came", "more aid, aid"]).toarray().tolist()
        [[1, 1, 0], [2, 0, 1]]
        """
        if self.vocabulary is not None or self.max_vocabulary is not None:
            texts = list(texts) if isinstance(texts, Iterator) else texts
            return self.fit(texts).transform(texts)
        batches = list(self._batches(texts))
        if len(batches) != 1:
            return self.fit(batches).transform(batches)
        self._begin()
        found = self._extractor(learning=True).learn(batches[0], in_order=False)
        self._keep_learnt(found)
        self._counts = found.counts(occurrences=self._counts_occurrences(), rows_follow=True)
        columns = self._settle()
        counts = found.matrix(columns, len(self._vocabulary), self._count_dtype())
        return self._output(self.weigh(counts), texts)

    @restore_on_error
    def fit_to_sequences(
        self, texts: Any, keep: Iterable[str] = (), beyond: Iterable[str] | None = None
    ) -> TermSequences:
        """Learn the vocabulary and give every document's terms in reading order.

        Parameters
        ----------
        texts : Corpus, Arrow column, or iterable of str or bytes
            The documents.
        keep : iterable of str, default=()
            Terms that stay whatever their document frequency, such as seed words; those of several
            words are phrases, and a ``*`` at either end stands for any letters.
        beyond : iterable of str or None, default=None
            Words and phrases that are terms, too, behind the ``n_learnt_terms_`` that were learnt,
            whether texts hold them or not; so are the terms that ``min_df`` leaves out. There may
            then be no text. Words whose forms no text holds are spelled as the first of them here.

        Returns
        -------
        TermSequences
            In the numbers of ``vocabulary_``.

        Raises
        ------
        ValueError
            If the parameters leave no term, or a text is missing.

        Examples
        --------
        >>> vectorizer = TermVectorizer()
        >>> sequences = vectorizer.fit_to_sequences(["aid came", "more aid, aid"])
        >>> sequences.counts(len(vectorizer.vocabulary_)).toarray().tolist()
        [[1, 1, 0], [2, 0, 1]]
        """
        if self.vocabulary is not None or self.max_vocabulary is not None:
            return self.fit(texts).sequences(texts)
        self._begin()
        keep = list(keep)
        closed = [term for term in keep if not parse_seed(term).is_open]
        found: ExtractedTerms | None = None
        if is_sharded(texts):
            texts = ShardedTexts.of(texts)
            self._add_shards(texts, closed)
        else:
            found = self._extractor(learning=True, keep=closed).learn(
                self._column(texts), in_order=True
            )
            self._keep_learnt(found)
            self._counts = found.counts(occurrences=self._counts_occurrences(), rows_follow=False)
        if len(closed) < len(keep):
            self._vocabulary = self._counts.vocabulary
        kept = [self._extractor().respelled(term) for term in closed]
        for term in set(keep).difference(closed):
            kept += seed_matches(term, self)
        if beyond is None:
            columns = self._settle(kept)
        else:
            columns = self._go_beyond(self._settle_any(kept), beyond)
        if found is None:
            return self.sequences(texts)
        assert found.in_order is not None
        return found.in_order.renumber(columns)

    def learnt(self) -> TermVectorizer:
        """The vectorizer of the terms that were learnt, without those that stand behind them.

        Returns
        -------
        TermVectorizer
            Itself where there are no others; else one that shares all that it has learnt, the same
            one each time.

        Examples
        --------
        >>> vectorizer = TermVectorizer()
        >>> sequences = vectorizer.fit_to_sequences(["aid came"], beyond=["tents"])
        >>> list(vectorizer.vocabulary_), list(vectorizer.learnt().vocabulary_)
        (['aid', 'came', 'tents'], ['aid', 'came'])
        """
        self._check_fitted()
        n = self.n_learnt_terms_
        if n == len(self._vocabulary):
            return self
        known = vars(self).get("_learnt")
        if known is None or known[0] is not self._vocabulary:
            part = copy(self)
            vars(part).pop("_learnt", None)
            part._vocabulary = Vocabulary(n, self._vocabulary.terms[:n])
            part._set_counts(self.document_frequency_[:n], self.n_documents_)
            self._learnt = known = (self._vocabulary, part)
        return known[1]

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
            ours._idf = np.array(vectorizer.idf_, np.float64)
        return ours

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

        Examples
        --------
        >>> TermVectorizer().fit(["aid came"]).transform(["aid, more aid"]).toarray().tolist()
        [[2, 0]]
        """
        self._need_vocabulary()
        reader = self._extractor()
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

        Examples
        --------
        >>> vectorizer = TermVectorizer().fit(["aid came"])
        >>> vectorizer.sequences(["came aid aid"]).counts(2).toarray().tolist()
        [[2, 1]]
        """
        self._need_vocabulary()
        if is_sharded(texts):
            # Readers need the terms, and nothing else that was counted.
            reader = copy(self)
            reader._words, reader.n_jobs = Counter(), 1
            for name in ("_counts", "_learnt", "_forms"):
                vars(reader).pop(name, None)
            sharded = ShardedTexts.of(texts)
            return concat_sequences(
                [(part.ids, np.diff(part.offsets))
                 for part in sharded.map(partial(_sequences_of_shard, reader), self.n_jobs)]
            )  # fmt: skip
        return self._extractor().find(self._column(texts), self._vocabulary)

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

        Examples
        --------
        >>> TermVectorizer().fit(["aid came"]).counts(["aid aid"]).toarray().tolist()
        [[2, 0]]
        """
        self._need_vocabulary()
        if is_sharded(texts):
            return self.sequences(texts).counts(len(self._vocabulary), dtype, self.n_jobs)
        return self._extractor().count(self._column(texts), self._vocabulary, dtype)

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
            As for :func:`topics.text.tfidf.linear_scores`.

        Returns
        -------
        ndarray of float64, shape (n_documents, n_classes)
            As :func:`topics.text.tfidf.linear_scores` gives them of :meth:`sequences`.

        Examples
        --------
        >>> vectorizer = TermVectorizer().fit(["aid came"])
        >>> coef = np.array([[2.0], [3.0]], np.float32)
        >>> vectorizer.linear_scores(["aid", "came"], coef, np.zeros(1, np.float32)).tolist()
        [[2.0], [3.0]]
        """
        self._check_fitted()
        return self._extractor().score(
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

        Examples
        --------
        >>> TermVectorizer().fit(["aid came"]).known_share(["aid for them all"]).tolist()
        [0.25]
        """
        self._need_vocabulary()
        return self._extractor().known_share(self._column(texts), self._vocabulary)

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

        Examples
        --------
        >>> vectorizer = TermVectorizer(sublinear_tf=True, norm=None).fit(["aid came"])
        >>> vectorizer.weigh(vectorizer.counts(["aid"])).toarray().tolist()
        [[1, 0]]
        """
        if self.binary:
            counts.data.fill(1)
        if self.weighting == "count":
            return counts.astype(self.dtype or np.int64, copy=False)
        if self.use_idf and "_idf" not in vars(self):
            raise NotFittedError(
                "idf is not learnt yet: call fit, even where the vocabulary is given"
            )
        return tfidf_weights(
            counts,
            self._idf if self.use_idf else None,
            sublinear_tf=self.sublinear_tf,
            norm=self.norm,
            dtype=self._weight_dtype,
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

        Examples
        --------
        >>> vectorizer = TermVectorizer().fit(["aid came"])
        >>> [row.tolist() for row in vectorizer.inverse_transform(vectorizer.transform(["aid"]))]
        [['aid']]
        """
        self._need_vocabulary()
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

        Examples
        --------
        >>> TermVectorizer().fit(["talks on aid"]).get_feature_names_out().tolist()
        ['aid', 'on', 'talks']
        """
        self._need_vocabulary()
        return self._vocabulary.terms.to_numpy(zero_copy_only=False)

    def _repr_html_(self) -> str:
        """For notebooks: the parameters, and the most frequent terms where it is fitted."""
        named = f"<p><code>{html.escape(repr(self))}</code></p>"
        if not hasattr(self, "document_frequency_"):
            return named
        frequency = self.document_frequency_
        order = np.argsort(-frequency, kind="stable")[:10]
        rows = "".join(
            f"<tr><td>{html.escape(term)}</td><td>{frequency[i]:,}</td></tr>"
            for i, term in zip(order, self.terms_at(order), strict=True)
        )
        facts = f"<p>{len(frequency):,} terms of {self.n_documents_:,} documents</p>"
        heads = "<th>term</th><th>documents</th>"
        return f"{named}{facts}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

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

        Examples
        --------
        >>> TermVectorizer().fit(["talks on aid"]).terms_at(np.array([2, 0]))
        ['talks', 'aid']
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

        Examples
        --------
        >>> TermVectorizer().set_output(transform="default").fit_transform(["aid"]).shape
        (1, 1)
        """
        self._transform_output = check_output_kind(transform, self)
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
        ['human', 'human rights', 'rights', 'groups']
        """
        analyzer = self._extractor(overridden=("build_preprocessor", "build_tokenizer")).analyzer
        # By language, they are compared with words before their forms are.
        if self.stop_words is not None and self.analyzer == "word" and self.languages is None:
            self._check_stop_words()
        return partial(_analyze, decode=self.decode, analyzer=analyzer)

    def decode(self, doc: Any) -> Any:
        r"""A document as text: read from its file, and decoded, where the parameters ask for it.

        Parameters
        ----------
        doc : str, bytes, path, file, or what a callable analyzer takes
            A document.

        Returns
        -------
        str, or what was given
            Bytes are decoded; what is neither bytes nor a file stays as it is.

        Raises
        ------
        ValueError
            If it is NaN, which pandas gives for an empty cell.

        Examples
        --------
        >>> TermVectorizer(encoding="cp1252").decode(b"\xe9cole")
        'école'
        """
        if self.input == "filename":
            doc = Path(doc).read_bytes()
        elif self.input == "file":
            doc = doc.read()
        if isinstance(doc, bytes):
            doc = doc.decode(self.encoding, self.decode_error)
        if isinstance(doc, float) and np.isnan(doc):
            raise ValueError("np.nan is an invalid document, expected byte or unicode string.")
        return doc

    def build_preprocessor(self) -> Callable[[Any], str]:
        """The function that prepares a text before its tokens are looked for.

        Returns
        -------
        callable
            From a text to a text.

        Examples
        --------
        >>> TermVectorizer(strip_accents="unicode").build_preprocessor()("École")
        'ecole'
        """
        if self.languages is not None and self.preprocessor is None:
            return self._extractor(overridden=()).analyzer.prepare
        return self.preprocessor or fold_text(
            self.lowercase, self.strip_accents, self.fold_arabic, self.normalize
        )

    def build_tokenizer(self) -> Callable[[str], Iterable[str]]:
        """The function that cuts a prepared text into tokens.

        Returns
        -------
        callable
            From a text to its tokens, stop words among them.

        Raises
        ------
        ValueError
            If the token pattern has more than one group.

        Examples
        --------
        >>> TermVectorizer().build_tokenizer()("aid for idlib")
        ['aid', 'for', 'idlib']
        """
        if self.tokenizer is not None:
            return self.tokenizer
        if self.languages is not None:
            return self._extractor(overridden=()).analyzer.find
        pattern = _token_pattern(self.token_pattern)
        if self.segmenter is None:
            return pattern.findall
        return partial(_tokenize, pattern=pattern, segmenter=self.segmenter)

    def get_stop_words(self) -> frozenset[str] | None:
        """The stop words in use.

        Returns
        -------
        frozenset of str or None
            None where there are none.

        Examples
        --------
        >>> sorted(TermVectorizer(stop_words=["the", "of"]).get_stop_words())
        ['of', 'the']
        """
        return None if self.stop_words is None else stop_word_list(self.stop_words)

    def _check_stop_words(self) -> bool | str | None:
        return self._check_stop_words_consistency(
            self.get_stop_words(), self.build_preprocessor(), self.build_tokenizer()
        )

    def _check_stop_words_consistency(
        self, stop_words: Any, preprocess: Callable[..., str], tokenize: Callable[..., Any]
    ) -> bool | str | None:
        """Warn of stop words that no token can be, as scikit-learn does, once for each list.

        Gives whether they are consistent, None where that has been looked at, and "error" where a
        function of the user's cannot read them.
        """
        if id(self.stop_words) == vars(self).get("_stop_words_id"):
            return None
        self._stop_words_id = id(self.stop_words)
        try:
            words = stop_words or ()
            tokens = {token for word in words for token in tokenize(preprocess(word))}
        except Exception:
            return "error"
        inconsistent = sorted(token for token in tokens if token not in words)
        if inconsistent:
            warnings.warn(
                "Your stop_words may be inconsistent with your preprocessing. Tokenizing the stop "
                f"words generated tokens {inconsistent!r} not in stop_words.",
                stacklevel=4,
            )
        return not inconsistent

    def _warn_for_unused_params(self) -> None:
        callable_analyzer = callable(self.analyzer)
        words = self.analyzer in ("word", "tokens")
        own_pattern = self.token_pattern not in (None, _TOKEN_PATTERN)
        unused = [
            ("token_pattern", "'tokenizer' is not None",
             self.tokenizer is not None and own_pattern),
            ("preprocessor", "'analyzer' is callable",
             self.preprocessor is not None and callable_analyzer),
            ("ngram_range", "'analyzer' is callable",
             tuple(self.ngram_range) != (1, 1) and callable_analyzer),
            ("stop_words", "'analyzer' != 'word'", self.stop_words is not None and not words),
            ("token_pattern", "'analyzer' != 'word'", own_pattern and self.analyzer != "word"),
            ("tokenizer", "'analyzer' != 'word'",
             self.tokenizer is not None and self.analyzer != "word"),
        ]  # fmt: skip
        for name, reason, is_unused in unused:
            if is_unused:
                warnings.warn(
                    f"The parameter '{name}' will not be used since {reason}", stacklevel=4
                )

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
        return self._extractor().analyzer.tokens(text)

    @property
    def forms_(self) -> dict[str, list[str]]:
        """With ``languages``, the words of the texts that each term stands for.

        Examples
        --------
        >>> TermVectorizer(languages="en").fit(["borders, borders, a border"]).forms_["borders"]
        ['borders', 'border']
        """
        known = vars(self).get("_forms")
        if known is None or known[0] is not self._words:
            self._forms = known = self._words, words_of_terms(self._words, self._spelling)
        return known[1]

    def written_forms(self, term: str) -> set[str]:
        """How a term may be written: itself, and the words of the texts that it stands for.

        Parameters
        ----------
        term : str
            A term of the vocabulary.

        Returns
        -------
        set of str
            All of them without what is joined to them, too; itself alone without ``languages``.

        Examples
        --------
        >>> vectorizer = TermVectorizer(languages="en").fit(["borders, borders, a border"])
        >>> sorted(vectorizer.written_forms("borders"))
        ['border', 'borders']
        """
        written = {term, *self.forms_.get(term, ())}
        languages = language_codes(self.languages)
        if languages is None:
            return written
        bare = shared_word_form(languages, "clitics")
        return written | {fold_spelling(w) for w in written} | {bare(w) for w in written}

    def related_terms(self, word: str) -> list[str]:
        """Terms that are other forms of a word, or hold it where it is of a script without spaces.

        Parameters
        ----------
        word : str
            A word that is no term itself.

        Returns
        -------
        list of str
            Sorted; none without ``languages``.

        Examples
        --------
        >>> vectorizer = TermVectorizer(languages="en", word_forms="clitics").fit(["two borders"])
        >>> vectorizer.related_terms("border")
        ['borders']
        """
        languages = language_codes(self.languages)
        if languages is None:
            return []
        shown = self.build_preprocessor()(word).strip()
        if UNSPACED_RUN.fullmatch(shown):
            longest = len(shown) + (2 if len(shown) == 1 else 6)
            terms = (term for term in self.vocabulary_ if shown in term and len(term) <= longest)
            return sorted(term for term in terms if " " not in term)
        stem = shared_word_form(languages, "stems")
        if "_stems" not in vars(self) or self._stems[0] is not self._vocabulary:
            # Looked up for every seed that is no term: once for all of them.
            stems: dict[str, list[str]] = {}
            for term in sorted(self.vocabulary_):
                stems.setdefault(stem(term), []).append(term)
            self._stems = (self._vocabulary, stems)
        return self._stems[1].get(stem(shown), []) if " " not in shown else []

    def words_of_terms(self, text: str) -> dict[str, str]:
        """How the terms of a text are written in it.

        Parameters
        ----------
        text : str
            A text.

        Returns
        -------
        dict of str to str
            Term of one word to the first of its forms in the text, in lower case; none where words
            count as they stand.

        Examples
        --------
        >>> vectorizer = TermVectorizer(languages="en").fit(["borders, borders, a border"])
        >>> vectorizer.words_of_terms("The border is closed")["borders"]
        'border'
        """
        analyzer = self._extractor().analyzer
        if not analyzer.respells or self.analyzer != "word":
            return {}
        words = list(analyzer.find(analyzer.prepare(text)))
        return {analyzer.term(word): word for word in reversed(words)}

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
    def n_terms_(self) -> int:
        """Number of terms in the vocabulary.

        Raises
        ------
        AttributeError
            If the vectorizer is not fitted and no vocabulary is given.

        Examples
        --------
        >>> TermVectorizer().fit(["aid came"]).n_terms_
        2
        """
        return len(self._vocabulary)

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Term to column.

        Examples
        --------
        >>> TermVectorizer().fit(["talks on aid"]).vocabulary_
        {'aid': 0, 'on': 1, 'talks': 2}
        """
        if "_vocabulary" not in vars(self):
            raise AttributeError("vocabulary_ is there once the vectorizer is fitted")
        return self._vocabulary.columns

    @property
    def fixed_vocabulary_(self) -> bool:
        """Whether the vocabulary was given and not learnt.

        Examples
        --------
        >>> TermVectorizer(vocabulary=["aid"]).fit(["talks"]).fixed_vocabulary_
        True
        """
        return self.vocabulary is not None

    @property
    def idf_(self) -> NDArray[np.floating]:
        """Inverse document frequencies, where ``weighting="tfidf"`` and ``use_idf``.

        They may be set, for a vocabulary that is given.

        Examples
        --------
        >>> from topics.text import TfidfVectorizer
        >>> TfidfVectorizer().fit(["aid came", "aid"]).idf_.round(2).tolist()
        [1.0, 1.41]
        """
        if "_idf" not in vars(self):
            raise NotFittedError("idf_ is there once a vectorizer of tf-idf weights is fitted")
        return self._idf.astype(self._weight_dtype, copy=False)

    @idf_.setter
    def idf_(self, values: Any) -> None:
        if self.weighting != "tfidf" or not self.use_idf:
            raise ValueError("`idf_` cannot be set when `user_idf=False`.")
        self._need_vocabulary()
        if len(values) != len(self._vocabulary):
            raise ValueError(
                f"idf length = {len(values)} must be equal to vocabulary size = "
                f"{len(self._vocabulary)}"
            )
        self._idf = np.array(values, np.float64)

    @property
    def _weight_dtype(self) -> Any:
        """Of weights: what is asked for where that can hold them."""
        is_float = self.dtype is not None and np.dtype(self.dtype) in (np.float32, np.float64)
        return self.dtype if is_float else np.float64

    @property
    def takes_any_document(self) -> bool:
        """Whether documents may be something else than texts, such as lists of tokens.

        Examples
        --------
        >>> TermVectorizer().takes_any_document
        False
        """
        return callable(self.analyzer) or self.analyzer == "tokens" or self._builds_analyzer

    @property
    def _builds_analyzer(self) -> bool:
        """Whether a subclass has an analyzer of its own, which decodes documents itself."""
        return type(self).build_analyzer is not TermVectorizer.build_analyzer

    @property
    def uses_kernels_(self) -> bool:
        """Whether kernels follow the parameters, and not a regular expression engine.

        Examples
        --------
        >>> words, characters = TermVectorizer(), TermVectorizer(analyzer="char")
        >>> words.fit(["aid"]).uses_kernels_, characters.fit(["aid"]).uses_kernels_
        (True, False)
        """
        return self._extractor().fast

    @property
    def n_pruned_terms_(self) -> int:
        """Number of terms let go to keep to ``max_vocabulary``.

        Examples
        --------
        >>> TermVectorizer().fit(["aid came"]).n_pruned_terms_
        0
        """
        self._check_fitted()
        return self._counts.n_pruned

    @property
    def max_document_frequency_error_(self) -> int:
        """How many documents a document frequency may be short of because of that.

        Examples
        --------
        >>> TermVectorizer().fit(["aid came"]).max_document_frequency_error_
        0
        """
        self._check_fitted()
        return self._counts.frequency_error

    def _check_params(self) -> None:
        min_n, max_n = self.ngram_range
        if min_n > max_n:
            raise ValueError(
                f"Invalid value for ngram_range={self.ngram_range} lower boundary larger than the "
                "upper boundary."
            )
        if min_n < 1:
            raise ValueError(f"ngram_range={self.ngram_range} begins below 1")
        allowed: dict[str, tuple[Any, ...]] = {
            "analyzer": ("word", "char", "char_wb", "tokens"),
            "weighting": ("count", "tfidf"),
            "norm": ("l1", "l2", None),
            "strip_accents": ("ascii", "unicode", None),
            "normalize": ("NFC", "NFKC", None),
            "word_forms": ("stems", "clitics"),
            "segmenter": ("bigrams", None),
            "phrase_scoring": ("default", "npmi"),
            "decode_error": ("replace", "strict", "ignore"),
            "input": ("content", "filename", "file"),
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
        if self.tokenizer is None and self.token_pattern is not None:
            _token_pattern(self.token_pattern)
        if self.token_pattern is None and self.tokenizer is None and self.analyzer == "word":
            raise ValueError("token_pattern=None leaves no way to find tokens; give a tokenizer")

    def _begin(self) -> None:
        """Forget all that was learnt."""
        self._check_params()
        self._warn_for_unused_params()
        # By language, they are compared with words before their forms are.
        if self.stop_words is not None and self.analyzer == "word" and self.languages is None:
            self._check_stop_words()
        if self.weighting == "tfidf" and self.dtype not in (None, self._weight_dtype):
            warnings.warn(
                f"Only float32 and float64 'dtype' should be used. {self.dtype} 'dtype' will be "
                "converted to np.float64.",
                stacklevel=4,
            )
        self.stop_words_ = sorted(stop_word_list(self.stop_words))
        self._forget_words()
        for name in ("_counts", "_vocabulary", "_idf", "document_frequency_", "n_documents_"):
            vars(self).pop(name, None)
        if self.vocabulary is not None:
            self._vocabulary = _vocabulary_given(self.vocabulary)
            self._spell_as_given()
            if self.lowercase and any(
                any(map(str.isupper, term)) for term in self._vocabulary.columns
            ):
                warnings.warn(
                    "Upper case characters found in vocabulary while 'lowercase' is True. These "
                    "entries will not be matched with any documents",
                    stacklevel=4,
                )

    def _forget_words(self) -> None:
        self.phrases_, self._spelling, self._words, self._fixed_spelling = {}, {}, Counter(), {}

    def _need_vocabulary(self) -> None:
        if "_vocabulary" in vars(self):
            return
        if self.vocabulary is None:
            self._check_fitted()
            raise TopicsError("no term satisfies the parameters yet", "call partial_fit with more")
        self._check_params()
        self.stop_words_ = sorted(stop_word_list(self.stop_words))
        self._forget_words()
        self._vocabulary = _vocabulary_given(self.vocabulary)
        self._spell_as_given()

    def _spell_as_given(self) -> None:
        """Let the forms of words be spelled as the vocabulary that is given spells them."""
        form = self._extractor().analyzer.form
        if self.languages is not None and form is not None:
            self._spelling = spelling_of(self._vocabulary.columns, form)

    def _extractor(
        self,
        *,
        learning: bool = False,
        keep: Iterable[str] = (),
        overridden: Sequence[str] = ("build_preprocessor", "build_tokenizer", "build_analyzer"),
    ) -> TermExtractor:
        """A reader with these parameters, which knows phrases, and learns them where it has to."""
        known = vars(self).get("phrases_") or None
        phrases = known
        if phrases is None:
            given = [*self._phrases_given(), *keep]
            phrases = dict.fromkeys((term for term in given if " " in term), float("nan"))
        stop_words = vars(self).get("stop_words_")
        if stop_words is None:
            stop_words = sorted(stop_word_list(self.stop_words))
        return TermExtractor(
            self._extraction_params(overridden),
            stop_words,
            phrases,
            vars(self).get("_spelling", {}),
            learn_phrases=learning and self.phrases is True and known is None,
        )

    def _extraction_params(self, overridden: Sequence[str]) -> dict[str, Any]:
        """What texts are read by: the parameters, and functions that a subclass builds itself."""
        params = {name: getattr(self, name) for name in TermVectorizer._parameter_names()}
        for name in overridden:
            if getattr(type(self), name) is not getattr(TermVectorizer, name):
                params[name.removeprefix("build_")] = getattr(self, name)()
        return params

    def _column(self, texts: Any) -> Any:
        if isinstance(texts, str):
            raise TopicsError(
                "Iterable over raw text documents expected, string object received",
                "give a list of texts: [text]",
            )
        if self.takes_any_document or self.preprocessor is not None:
            documents = getattr(texts, "texts", texts)
            if self._builds_analyzer:
                return [d.as_py() if hasattr(d, "as_py") else d for d in documents]
            return [self.decode(d.as_py() if hasattr(d, "as_py") else d) for d in documents]
        is_utf8 = self.encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        if self.input != "content" or not is_utf8 or self.decode_error == "ignore":
            if isinstance(texts, (pa.Array, pa.ChunkedArray)):
                texts = texts.to_pylist()
            return as_texts([self.decode(d) for d in getattr(texts, "texts", texts)])
        return as_column(texts, self.decode_error)

    def _batches(self, texts: Any) -> Iterator[Any]:
        """The columns of one batch after the other."""
        if is_sharded(texts):
            yield from (self._column(shard) for shard in ShardedTexts.of(texts))
            return
        if isinstance(texts, (Iterator, list, tuple)) and not self.takes_any_document:
            items = iter(texts)
            first = next(items, None)
            texts = chain([] if first is None else [first], items)
            if hasattr(first, "texts") or isinstance(
                first, (pa.Array, pa.ChunkedArray, list, tuple)
            ):
                yield from (self._column(batch) for batch in texts)
                return
            texts = list(texts)
        column = self._column(texts)
        if self.max_vocabulary is None or not isinstance(column, pa.Array) or not len(column):
            yield column
            return
        offsets = np.frombuffer(column.buffers()[1], np.int64, len(column) + 1, 8 * column.offset)
        for low, high in pairwise(shard_edges(offsets, BATCH_BYTES)):
            yield column.slice(low, high - low)

    def _count_dtype(self) -> Any:
        """Of the counts on the way to the matrix: narrow where they will be weighed."""
        return np.int32 if self.weighting == "tfidf" else self.dtype or np.int64

    def _output(self, matrix: sp.csr_matrix, texts: Any) -> Any:
        return as_output(self, matrix, texts)

    def _add(self, batch: Any, keep: Sequence[str] = ()) -> None:
        """Count the terms of one more batch."""
        often = self._counts_occurrences()
        if self.vocabulary is not None:
            sequences = self._extractor().find(batch, self._vocabulary)
            documents = sequences.document_frequency(len(self._vocabulary))
            counts = TermCounts(self._vocabulary, documents, None, len(sequences))
            if "_counts" in vars(self):
                counts.documents += self._counts.documents
                counts.n_documents += self._counts.n_documents
            self._counts = counts
            return
        is_first = "_counts" not in vars(self)
        if not is_first:
            self._spelling = {**self._spelling, **self._fixed()}
        found = self._extractor(learning=is_first, keep=keep).learn(batch, in_order=False)
        counts = found.counts(occurrences=often, rows_follow=False)
        self._add_counts(_Counted(counts, found.phrases, found.words, found.spelling, {}))

    def _forms_of_phrases(self) -> set[str]:
        """The phrases in use, each word in the form that it is counted under."""
        form = self._extractor().analyzer.form
        if form is None or not self._spelling:
            return set(self.phrases_)
        return {" ".join(map(form, phrase.split())) for phrase in self.phrases_}

    def _phrases_given(self) -> list[str]:
        """The phrases given, as the parameters read their words."""
        phrases = [] if isinstance(self.phrases, bool) else list(self.phrases)
        if not phrases or self.languages is None:
            return phrases
        params = {**self._extraction_params(()), "phrases": ()}
        analyzer = Analyzer(params, (), ())
        return [" ".join(analyzer.tokens(phrase)) for phrase in phrases]

    def _keep_learnt(self, found: ExtractedTerms) -> None:
        self.phrases_, self._spelling, self._words = found.phrases, found.spelling, found.words

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

    def _settle_any(self, keep: Iterable[str]) -> NDArray[np.int32]:
        """As :meth:`_settle`, where the texts may hold no term, or none that may stay."""
        with suppress(TopicsError):
            return self._settle(keep)
        none = np.zeros(len(self._counts.vocabulary), bool)
        self._vocabulary, columns = self._counts.vocabulary.kept(none)
        self._set_counts(self._counts.documents[none], self._counts.n_documents)
        return columns

    def _go_beyond(self, columns: NDArray[np.int32], words: Iterable[str]) -> NDArray[np.int32]:
        """Put terms that are too rare, and words that no text holds, behind those learnt."""
        learnt, counted = self._vocabulary, self._counts
        high = (
            self.max_df
            if isinstance(self.max_df, Integral)
            else (self.max_df * counted.n_documents)
        )
        rare = np.flatnonzero((columns < 0) & (counted.documents <= high))
        columns = columns.copy()
        columns[rare] = len(learnt) + np.arange(rare.size)
        added = self._terms_not_held(words)
        terms = [learnt.terms, take_rows(counted.vocabulary.terms, rare), string_array(added)]
        held = [self.document_frequency_, counted.documents[rare], np.zeros(len(added), np.int64)]
        self._vocabulary = Vocabulary(sum(map(len, terms)), pa.concat_arrays(terms))
        self._set_counts(np.concatenate(held), counted.n_documents)
        self.n_learnt_terms_ = len(learnt)
        return columns

    def _terms_not_held(self, words: Iterable[str]) -> list[str]:
        """Terms of words and phrases that no text holds; their forms are spelled as the first."""
        analyzer = self._extractor().analyzer
        held, added = set(self._counts.vocabulary.columns), dict[str, None]()
        spelling = dict(self._spelling)
        for word in words:
            parts = [part for part in word.split() if not analyzer.is_stop_word(part)]
            if not parts:
                continue
            forms = [part if analyzer.form is None else analyzer.form(part) for part in parts]
            if analyzer.respells:
                for form, part in zip(forms, parts, strict=True):
                    spelling.setdefault(form, part)
            term = " ".join(spelling.get(form, form) for form in forms)
            if len(parts) > 1:
                self.phrases_.setdefault(term, float("nan"))
            if term not in held:
                added[term] = None
        self._spelling = spelling
        return list(added)

    def _set_counts(self, document_frequency: NDArray[np.int64], n_documents: int) -> None:
        self.document_frequency_, self.n_documents_ = document_frequency, n_documents
        self.n_learnt_terms_ = len(document_frequency)
        self._vocabulary.frequencies = document_frequency
        # Models weigh by it whatever the parameters say, and for every text anew.
        self.smoothed_idf_ = inverse_document_frequency(document_frequency, n_documents)
        if self.weighting == "tfidf" and self.use_idf:
            self._idf = inverse_document_frequency(document_frequency, n_documents, self.smooth_idf)

    def _restore(
        self,
        terms: list[str],
        document_frequency: NDArray[np.int64],
        n_documents: int,
        *,
        stop_words: list[str],
        phrases: dict[str, float],
        spelling: dict[str, str],
        idf: NDArray[np.float64] | None,
        n_learnt: int,
    ) -> None:
        """Be fitted again, from what an artifact holds."""
        self.stop_words_, self.phrases_, self._spelling = stop_words, phrases, spelling
        self._words, self._fixed_spelling = Counter(), None
        self._vocabulary = Vocabulary(len(terms), string_array(terms))
        self._counts = TermCounts(self._vocabulary, document_frequency, None, n_documents)
        self._set_counts(document_frequency, n_documents)
        self.n_learnt_terms_ = n_learnt
        if idf is not None:
            self._idf = idf


class _Counted(NamedTuple):
    """What was counted of some texts.

    Attributes
    ----------
    counts : TermCounts
        Of their terms.
    phrases : dict of str to float
        The phrases that were counted.
    words : Counter of (str, str)
        How often each word stands in them, where forms count.
    spelling : dict of str to str
        How their forms are spelled in ``counts``.
    fixed : dict of str to str
        Those of them that stay so.
    """

    counts: TermCounts
    phrases: dict[str, float]
    words: WordCounts
    spelling: dict[str, str]
    fixed: dict[str, str]


def _comparable(vectorizer: TermVectorizer) -> dict[str, Any]:
    """The parameters that decide what is counted."""
    params = {k: v for k, v in vectorizer.get_params(deep=False).items() if k != "n_jobs"}
    # An artifact has tuples for lists.
    return {k: tuple(v) if isinstance(v, list) else v for k, v in params.items()}


def _counted_shard(
    make: Callable[[], TermVectorizer],
    keep: Sequence[str],
    phrases: dict[str, float] | None,
    texts: Any,
) -> _Counted:
    vectorizer = make()
    vectorizer._begin()
    if phrases is not None:
        vectorizer.phrases_ = phrases
    for batch in vectorizer._batches(texts):
        vectorizer._add(batch, keep)
    return vectorizer._counted()


def _sequences_of_shard(vectorizer: TermVectorizer, texts: Any) -> TermSequences:
    return vectorizer.sequences(texts)


def _analyze(
    document: Any, *, decode: Callable[[Any], Any], analyzer: Callable[[Any], list[str]]
) -> list[str]:
    return analyzer(decode(document))


def _tokenize(text: str, *, pattern: Any, segmenter: Any) -> list[str]:
    return [
        piece for token in pattern.findall(text)
        for piece in split_unspaced(token, pattern, segmenter)
    ]  # fmt: skip


def _token_pattern(pattern: Any) -> Any:
    found = compiled(pattern)
    if found.groups > 1:
        raise ValueError(
            "More than 1 capturing group in token pattern. Only a single group should be captured; "
            "make the others (?:...)"
        )
    return found


def _vocabulary_given(vocabulary: Any) -> Vocabulary:
    """A vocabulary of the user's: terms, or a mapping of terms to columns."""
    if isinstance(vocabulary, (set, frozenset)):
        # The order of a set is another in every process.
        vocabulary = sorted(vocabulary)
    if not isinstance(vocabulary, Mapping):
        terms: dict[str, int] = {}
        for column, term in enumerate(vocabulary):
            if terms.setdefault(term, column) != column:
                raise ValueError(f"Duplicate term in vocabulary: {term!r}")
        vocabulary = terms
    columns = set(vocabulary.values())
    if len(columns) != len(vocabulary):
        raise ValueError("Vocabulary contains repeated indices.")
    if missing := sorted(set(range(len(vocabulary))) - columns):
        raise ValueError(
            f"Vocabulary of size {len(vocabulary)} doesn't contain index {missing[0]}."
        )
    if not vocabulary:
        raise ValueError("empty vocabulary passed to fit")
    return Vocabulary(len(vocabulary), string_array(sorted(vocabulary, key=vocabulary.__getitem__)))
