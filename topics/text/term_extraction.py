"""From texts to the terms of a vectorizer, by kernels or by an analyzer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._arrow import argsort_strings, as_texts, string_array, take_rows
from topics._errors import TopicsError
from topics._kernels import works_plainly
from topics.text.fast_tokenizer import (
    TokenRules,
    Tokens,
    TokenTable,
    kernel_pattern,
    lookup_terms,
    token_table,
    tokenize_column,
)
from topics.text.language_words import MIN_LENGTH, Segmenter
from topics.text.ngrams import Levels, Occurrences, learn_ngrams
from topics.text.phrases import learn_phrases
from topics.text.python_analyzer import Analyzer, analyze, language_codes
from topics.text.sentences import BREAK, mark_breaks
from topics.text.spelling import WordCounts, commonest_words, count_words, respelled
from topics.text.term_sequences import Rows, TermSequences, csr_from_rows, term_totals
from topics.text.tfidf import linear_scores
from topics.text.unicode_tables import UNSPACED_RUN
from topics.text.vocabulary import TermCounts, Vocabulary

_NONE = string_array([])


def as_column(texts: Any, decode_error: str = "replace") -> pa.LargeStringArray:
    """Texts of any kind, bytes among them, as one Arrow column.

    Parameters
    ----------
    texts : Corpus, Arrow array, pandas or Polars Series, or iterable of str or bytes
        The documents.
    decode_error : {"replace", "strict"}, default="replace"
        As for :func:`topics.reading.corpus.as_texts`.

    Returns
    -------
    pyarrow.LargeStringArray
        The column.

    Raises
    ------
    TopicsError
        If a text is missing, or is not UTF-8 where it must be; the message names its place.

    Examples
    --------
    >>> as_column([b"aid", b"talks"]).to_pylist()
    ['aid', 'talks']
    """
    if isinstance(texts, (pa.Array, pa.ChunkedArray)) and (
        pa.types.is_binary(texts.type) or pa.types.is_large_binary(texts.type)
    ):
        column = texts.cast(pa.large_binary())
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        column = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
        texts = column.view(pa.large_string())
    elif isinstance(texts, (list, tuple)) and texts and isinstance(texts[0], bytes):
        whole = [t.encode() if isinstance(t, str) else t for t in texts]
        for place, text in enumerate(whole):
            if not isinstance(text, bytes):
                raise TopicsError("the text is no bytes, as those before are", "give str or bytes",
                                  index=place)  # fmt: skip
        texts = pa.array(whole, pa.large_binary()).view(pa.large_string())
    return as_texts(texts, decode_error)


@dataclass
class ExtractedTerms:
    """What was found in texts: all their terms, sorted, and where these stand.

    Attributes
    ----------
    vocabulary : Vocabulary
        All terms, sorted.
    tokens : Tokens or None
        The counts of documents, as they were read; None where terms are in order.
    places : ndarray of int32
        The column of every type of ``tokens``.
    in_order : TermSequences or None
        The terms in reading order, as columns; None where they were not asked for.
    grams : (Occurrences, list of ndarray of int32) or None
        Where the terms of several words stand, and the columns of all grams.
    phrases : dict of str to float
        The phrases in use, and their scores.
    spelling : dict of str to str
        How the words of a form are spelled as a term.
    words : Counter of (str, str)
        How often each word stands in the texts, by its form and itself, where forms count.
    n_jobs : int or None
        Threads.
    """

    vocabulary: Vocabulary
    tokens: Tokens | None = None
    places: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    in_order: TermSequences | None = None
    grams: tuple[Occurrences, Levels] | None = None
    phrases: dict[str, float] = field(default_factory=dict)
    spelling: dict[str, str] = field(default_factory=dict)
    words: WordCounts = field(default_factory=Counter)
    n_jobs: int | None = None

    @cached_property
    def _rows(self) -> list[Rows]:
        if self.in_order is None and self.grams is not None:
            occurrences, columns = self.grams
            return occurrences.rows(columns, len(self.vocabulary))
        assert self.in_order is not None
        return self.in_order.rows(len(self.vocabulary), self.n_jobs)

    def counts(self, *, occurrences: bool, rows_follow: bool) -> TermCounts:
        """What was counted of all terms.

        Parameters
        ----------
        occurrences : bool
            Whether how often a term stands in all documents is asked for.
        rows_follow : bool
            Whether :meth:`matrix` will be called.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from topics import TermVectorizer
        >>> extractor = TermExtractor(TermVectorizer().get_params(), [], {})
        >>> texts = pa.array(["aid came", "more aid"], pa.large_string())
        >>> learnt = extractor.learn(texts, in_order=False)
        >>> learnt.counts(occurrences=True, rows_follow=False).documents.tolist()
        [2, 1, 1]
        """
        n = len(self.vocabulary)
        often = None
        if self.tokens is not None:
            documents = np.zeros(n, np.int64)
            kept = self.places >= 0
            documents[self.places[kept]] = self.tokens.document_frequency[kept]
            if occurrences:
                often = self.tokens.occurrences(self.places, n)
            return TermCounts(self.vocabulary, documents, often, self.tokens.n_documents)
        if self.in_order is not None and not (rows_follow or occurrences):
            documents = self.in_order.document_frequency(n)
            return TermCounts(self.vocabulary, documents, None, len(self.in_order))
        documents, often = term_totals(self._rows, n)
        n_documents = sum(part[2].size for part in self._rows)
        if not rows_follow:
            self.__dict__.pop("_rows")
        return TermCounts(self.vocabulary, documents, often if occurrences else None, n_documents)

    def matrix(self, columns: NDArray[np.int32], n_columns: int, dtype: Any) -> sp.csr_matrix:
        """Counts of the terms that have a column; what was found is used up.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from topics import TermVectorizer
        >>> extractor = TermExtractor(TermVectorizer().get_params(), [], {})
        >>> texts = pa.array(["aid came", "more aid"], pa.large_string())
        >>> learnt = extractor.learn(texts, in_order=False)
        >>> n = len(learnt.counts(occurrences=False, rows_follow=True).vocabulary.terms)
        >>> learnt.matrix(np.arange(n, dtype=np.int32), n, np.int64).shape
        (2, 3)
        """
        if self.tokens is not None:
            places = np.where(self.places >= 0, columns[self.places], -1).astype(np.int32)
            return csr_from_rows(self.tokens.rows(places, n_columns, self.n_jobs), n_columns, dtype)
        rows, self.__dict__["_rows"] = self._rows, []
        return csr_from_rows(rows, n_columns, dtype, columns)


class TermExtractor:
    """Reads texts as the parameters of a vectorizer say.

    Parameters
    ----------
    params : mapping
        The parameters of a :class:`~topics.TermVectorizer`.
    stop_words : sequence of str
        Words to leave out.
    phrases : mapping of str to float
        The phrases in use, and their scores.
    spelling : mapping of str to str, default={}
        How the words of a form are spelled as a term; more is learnt with the texts.
    learn_phrases : bool, default=False
        Whether more are learnt from the texts.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        stop_words: Sequence[str],
        phrases: Mapping[str, float],
        spelling: Mapping[str, str] = {},
        *,
        learn_phrases: bool = False,
    ) -> None:
        self.params, self.phrases, self.learn_phrases = params, phrases, learn_phrases
        self.spelling = dict(spelling)
        self.words: WordCounts = Counter()
        self.analyzer = Analyzer(params, stop_words, phrases, self.spelling)
        self.stop_words = string_array(sorted(self.analyzer.stop_words))
        self.n_jobs = params["n_jobs"]
        self.ngram_range = params["ngram_range"]
        languages = language_codes(params["languages"])
        pattern = kernel_pattern(params["token_pattern"])
        if languages is not None:
            pattern = (r"\w", MIN_LENGTH)
        words = params["analyzer"] == "word"
        self.fast = bool(
            not works_plainly()
            and words
            and pattern
            and params["tokenizer"] is None
            and params["preprocessor"] is None
        )
        self.by_words = self.ngram_range == (1, 1) and not phrases and not learn_phrases
        # Phrases end where sentences do, and those that are learnt where a stop word stands;
        # n-grams, as those of scikit-learn, go on.
        self.has_breaks = self.ngram_range == (1, 1) and not self.by_words
        self.parted_by_stop_words = self.has_breaks and self.analyzer.parted_by_stop_words
        segmenter = self.segmenter = params["segmenter"]
        if languages is not None:
            segmenter = self.segmenter = self.analyzer.segment or "bigrams"
        # Where words are not counted as they stand, a type is looked at before it is looked up.
        self.keeps_token_forms = self.analyzer.form is None and not callable(segmenter)
        # The kernels can count the types of a document themselves.
        self.counts_in_kernel = self.fast and self.by_words and self.keeps_token_forms
        if self.fast and pattern:
            cut: Any = "stretches" if callable(segmenter) else "pairs"
            self.rules = TokenRules(
                *pattern,
                lowercase=params["lowercase"],
                fold_arabic=params["fold_arabic"] and languages is None,
                strip_accents=params["strip_accents"] if languages is None else None,
                normalize=params["normalize"],
                unspaced="whole" if segmenter is None else cut,
                languages=languages,
            )

    def learn(self, texts: Any, *, in_order: bool) -> ExtractedTerms:
        """All terms of texts, in order or counted.

        Parameters
        ----------
        texts : pyarrow.LargeStringArray, or sequence for a callable analyzer
            The documents.
        in_order : bool
            Whether the reading order matters.

        Returns
        -------
        ExtractedTerms
            The terms.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from topics import TermVectorizer
        >>> extractor = TermExtractor(TermVectorizer().get_params(), [], {})
        >>> texts = pa.array(["aid came", "more aid"], pa.large_string())
        >>> learnt = extractor.learn(texts, in_order=False)
        >>> learnt.counts(occurrences=False, rows_follow=False).vocabulary.terms.to_pylist()
        ['aid', 'came', 'more']
        """
        if self.counts_in_kernel and not in_order:
            tokens = tokenize_column(texts, self.rules, in_order=False, n_jobs=self.n_jobs)
            places, words = self._sorted(tokens.terms)
            return ExtractedTerms(Vocabulary(len(words), words), tokens, places, n_jobs=self.n_jobs)
        if not self.fast:
            return self._learn_by_analyzer(texts)
        sequences, words = self._words(texts)
        phrases = self._phrases(sequences, words)
        if self.ngram_range == (1, 1) and not phrases:
            vocabulary = Vocabulary(len(words), words)
            return ExtractedTerms(
                vocabulary,
                in_order=sequences,
                phrases=phrases,
                spelling=self.spelling,
                words=self.words,
                n_jobs=self.n_jobs,
            )
        occurrences, trie, terms = learn_ngrams(
            sequences, words, self.ngram_range, phrases, self.n_jobs
        )
        columns, n = trie.columns(terms)
        return ExtractedTerms(
            Vocabulary.of_grams(trie, columns, n, words),
            in_order=occurrences.terms(columns) if in_order else None,
            grams=(occurrences, columns),
            phrases=phrases,
            spelling=self.spelling,
            words=self.words,
            n_jobs=self.n_jobs,
        )

    def find(self, texts: Any, vocabulary: Vocabulary) -> TermSequences:
        """The terms of a vocabulary in texts, in reading order.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from topics import TermVectorizer
        >>> vectorizer = TermVectorizer().fit(["aid came"])
        >>> extractor = TermExtractor(vectorizer.get_params(), [], {})
        >>> texts = pa.array(["aid aid"], pa.large_string())
        >>> extractor.find(texts, vectorizer._vocabulary).counts(2).toarray().tolist()
        [[2, 0]]
        """
        if not self.fast:
            # All texts at once, since to set up the search takes longer than to read one.
            is_marked = self.has_breaks and isinstance(texts, pa.Array)
            documents = self._documents(mark_breaks(texts) if is_marked else texts)
            read = partial(self.analyzer.in_reading_order, is_marked=is_marked)
            terms, sequences = analyze(documents, read, self.n_jobs)
            return sequences.renumber(vocabulary.places(terms))
        if self.by_words:
            types = self._types(vocabulary, vocabulary.terms)
            return self._known_words(texts, types, keep=False)
        return self._known_grams(texts, vocabulary).terms(
            vocabulary.readable(self.ngram_range, tuple(self.phrases))
        )

    def _known_grams(self, texts: Any, vocabulary: Vocabulary) -> Occurrences:
        """Where the grams of a vocabulary stand in texts."""
        trie, _, words = vocabulary.grams
        sequences = self._known_words(texts, self._types(vocabulary, words), keep=True)
        occurrences = Occurrences(sequences, len(words), self.n_jobs)
        for _ in trie.prefixes:
            occurrences.follow(trie)
        return occurrences

    def score(
        self,
        texts: Any,
        vocabulary: Vocabulary,
        idf: NDArray[np.float64],
        coef: NDArray[np.floating],
        intercept: NDArray[np.floating],
        section_cost: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """What :func:`~topics.text.tfidf.linear_scores` makes of the terms.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from topics import TermVectorizer
        >>> vectorizer = TermVectorizer().fit(["aid came"])
        >>> extractor = TermExtractor(vectorizer.get_params(), [], {})
        >>> coef, intercept = np.array([[2.0], [3.0]], np.float32), np.zeros(1, np.float32)
        >>> texts = pa.array(["aid"], pa.large_string())
        >>> extractor.score(texts, vectorizer._vocabulary, np.ones(2), coef, intercept).tolist()
        [[2.0]]
        """
        if self.counts_in_kernel:
            parts = self._read_known(texts, vocabulary, in_order=True).in_order()
        else:
            parts = self.find(texts, vocabulary).parts()
        return linear_scores(parts, idf, coef, intercept, section_cost, self.n_jobs)

    def known_share(self, texts: Any, vocabulary: Vocabulary) -> NDArray[np.float64]:
        """Share of the words of each text, but for stop words, that are terms of a vocabulary.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from topics import TermVectorizer
        >>> vectorizer = TermVectorizer().fit(["aid came"])
        >>> extractor = TermExtractor(vectorizer.get_params(), [], {})
        >>> texts = pa.array(["aid for all"], pa.large_string())
        >>> extractor.known_share(texts, vectorizer._vocabulary).round(2).tolist()
        [0.33]
        """
        if self.fast:
            tokens = tokenize_column(texts, self.rules, in_order=True, n_jobs=self.n_jobs)
            pieces, offsets = self._pieces(tokens.terms)
            terms = self._terms_of_pieces(pieces)
            _, columns, words = vocabulary.grams
            places = lookup_terms(self._types(vocabulary, words), pc.fill_null(terms, ""))
            # -1 leaves a word out, and what is below it is a word that is not known.
            is_term = np.append(columns[0], -1)[places] >= 0
            numbers = np.where(is_term & (places >= 0), 0, -2).astype(np.int32)
            numbers[np.asarray(pc.is_null(terms))] = -1
            sequences = self._expanded(tokens, numbers, offsets, keep=True)
            known = np.concatenate([[0], np.cumsum(sequences.ids >= 0)])
            found, words = np.diff(known[sequences.offsets]), np.diff(sequences.offsets)
        else:
            parts = [self.analyzer.tokens(document) for document in self._documents(texts)]
            found = np.array([sum(w in vocabulary.columns for w in part) for part in parts], int)
            words = np.array([len(part) for part in parts], int)
        return found / np.maximum(words, 1)

    def _read_known(
        self, texts: pa.LargeStringArray, vocabulary: Vocabulary, *, in_order: bool
    ) -> Tokens:
        types = self._types(vocabulary, vocabulary.terms)
        return tokenize_column(
            texts, self.rules, in_order=in_order, known=types, n_jobs=self.n_jobs
        )

    def count(self, texts: Any, vocabulary: Vocabulary, dtype: Any) -> sp.csr_matrix:
        """Counts of the terms of a vocabulary in texts.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from topics import TermVectorizer
        >>> vectorizer = TermVectorizer().fit(["aid came"])
        >>> extractor = TermExtractor(vectorizer.get_params(), [], {})
        >>> texts = pa.array(["aid aid"], pa.large_string())
        >>> extractor.count(texts, vectorizer._vocabulary, np.int64).toarray().tolist()
        [[2, 0]]
        """
        n = len(vocabulary)
        if self.counts_in_kernel:
            tokens = self._read_known(texts, vocabulary, in_order=False)
            rows = tokens.rows(None, n, self.n_jobs)
            return csr_from_rows(rows, n, dtype)
        if self.fast and not self.by_words:
            occurrences = self._known_grams(texts, vocabulary)
            return csr_from_rows(
                occurrences.rows(vocabulary.readable(self.ngram_range, tuple(self.phrases)), n),
                n,
                dtype,
            )
        return self.find(texts, vocabulary).counts(n, dtype, self.n_jobs)

    def _documents(self, texts: Any) -> Sequence[Any]:
        analyzer = self.params["analyzer"]
        if callable(analyzer) or analyzer == "tokens" or self.params["preprocessor"] is not None:
            return texts if isinstance(texts, Sequence) else list(texts)
        return texts.to_pylist()

    def _learn_by_analyzer(self, texts: Any) -> ExtractedTerms:
        documents = self._documents(texts)
        if self.analyzer.respells:
            self._learn_spelling_of_tokens(documents)
        phrases, analyzer = dict(self.phrases), self.analyzer
        if self.learn_phrases:
            terms, sequences = analyze(documents, analyzer.tokens, self.n_jobs)
            places, words = _ranked(terms, np.ones(len(terms), bool))
            phrases = self._phrases(sequences.renumber(places), words)
            analyzer = Analyzer(self.params, self.stop_words.to_pylist(), phrases)
        terms, sequences = analyze(documents, analyzer, self.n_jobs)
        places, terms = _ranked(terms, np.ones(len(terms), bool))
        return ExtractedTerms(
            Vocabulary(len(terms), terms),
            in_order=sequences.renumber(places),
            phrases=phrases,
            spelling=self.spelling,
            words=self.words,
            n_jobs=self.n_jobs,
        )

    def _learn_spelling_of_tokens(self, documents: Sequence[Any]) -> None:
        params = {**self.params, "languages": None, "stemmer": None, "lemmatizer": None}
        plain = Analyzer(params, self.stop_words.to_pylist(), ())
        plain.prepare, plain.find, plain.segment = (
            self.analyzer.prepare, self.analyzer.find, self.analyzer.segment,
        )  # fmt: skip
        words, sequences = analyze(documents, plain.tokens, self.n_jobs)
        often = np.bincount(sequences.ids, minlength=len(words))
        assert self.analyzer.form is not None
        forms = [self.analyzer.form(word) for word in words.to_pylist()]
        self._learn_spelling(forms, words.to_pylist(), often.tolist())

    def _learn_spelling(
        self, forms: Sequence[str], words: Sequence[str], often: Sequence[int]
    ) -> None:
        """Let every form be shown as the word of it that stands most often in the texts."""
        self.words = count_words(forms, words, often)
        self.spelling = commonest_words(self.words, self.spelling)
        self.phrases = {self.respelled(phrase): score for phrase, score in self.phrases.items()}
        self.analyzer = Analyzer(
            self.params, self.stop_words.to_pylist(), self.phrases, self.spelling
        )

    def respelled(self, term: str) -> str:
        """A term of forms as the texts spell it.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> params = TermVectorizer(languages=["en"]).get_params()
        >>> TermExtractor(params, [], {}, {"minist": "ministers"}).respelled("minist")
        'ministers'
        """
        return respelled(" ".join(term.split()), self.spelling)

    def _phrases(self, sequences: TermSequences, words: pa.LargeStringArray) -> dict[str, float]:
        if not self.learn_phrases:
            return dict(self.phrases)
        learnt = learn_phrases(
            sequences,
            words,
            scoring=self.params["phrase_scoring"],
            threshold=self.params["phrase_threshold"],
            min_count=self.params["phrase_min_count"],
            passes=self.params["phrase_passes"],
            n_jobs=self.n_jobs,
        )
        return {**self.phrases, **learnt}

    def _sorted(self, terms: pa.LargeStringArray) -> tuple[NDArray[np.int32], pa.LargeStringArray]:
        """Place of every type among the sorted words, and those words.

        A stop word has -1, which leaves it out, or -2 where it parts phrases.
        """
        if not self.has_breaks:
            return _ranked(terms, lookup_terms(token_table(self.stop_words), terms) < 0)
        stop_words = lookup_terms(token_table(self.stop_words), terms) >= 0
        breaks = np.asarray(pc.equal(terms, BREAK))
        places, words = _ranked(terms, ~(stop_words | breaks))
        parting = breaks | stop_words if self.parted_by_stop_words else breaks
        places[parting] = -2
        return places, words

    def _words(self, texts: pa.LargeStringArray) -> tuple[TermSequences, pa.LargeStringArray]:
        """Words of texts in reading order, and the words sorted."""
        tokens = self._tokens(texts)
        if self.keeps_token_forms:
            places, words = self._sorted(tokens.terms)
            return tokens.sequences(places, self.n_jobs, keep=self.has_breaks), words
        pieces, offsets = self._pieces(tokens.terms)
        if self.analyzer.respells:
            often = np.repeat(tokens.occurrences_of_types(), np.diff(offsets)).tolist()
            rows = zip(pieces, often, strict=True)
            counted = [(word, n) for word, n in rows if word is not None and word != BREAK]
            words = [word for word, _ in counted]
            assert self.analyzer.form is not None
            forms = [self.analyzer.form(word) for word in words]
            self._learn_spelling(forms, words, [n for _, n in counted])
        encoded = pc.dictionary_encode(self._terms_of_pieces(pieces))
        kept = np.ones(len(encoded.dictionary), bool)
        ranks, words = _ranked(encoded.dictionary, kept)
        # One more place at the end, for pieces that are stop words.
        ranks = np.append(ranks, np.int32(-1))
        numbers = ranks[np.asarray(pc.fill_null(encoded.indices, -1))]
        self._part(numbers, pieces)
        return self._expanded(tokens, numbers, offsets, keep=self.has_breaks), words

    def _tokens(self, texts: pa.LargeStringArray, known: TokenTable | None = None) -> Tokens:
        """Words in reading order, with a word more where a phrase ends, if there are phrases."""
        return tokenize_column(
            texts, self.rules, in_order=True, known=known,
            before=mark_breaks if self.has_breaks else None, n_jobs=self.n_jobs,
        )  # fmt: skip

    def _types(self, vocabulary: Vocabulary, words: pa.LargeStringArray) -> TokenTable:
        """Words of a vocabulary to find, and stop words, which vanish and part no others."""
        return vocabulary.token_table_of_words(
            words,
            self.stop_words if self.keeps_token_forms and not self.parted_by_stop_words else _NONE,
        )

    def _known_words(
        self, texts: pa.LargeStringArray, types: TokenTable, *, keep: bool
    ) -> TermSequences:
        """Known words in reading order; others keep their places as -1 where ``keep``."""
        if self.keeps_token_forms:
            return self._tokens(texts, types).sequences(None, self.n_jobs, keep=keep)
        tokens = self._tokens(texts)
        found, offsets = self._pieces(tokens.terms)
        pieces = self._terms_of_pieces(found)
        numbers = lookup_terms(types, pc.fill_null(pieces, ""))
        numbers[np.asarray(pc.is_null(pieces))] = -1
        self._part(numbers, found)
        return self._expanded(tokens, numbers, offsets, keep=keep)

    def _pieces(self, types: pa.LargeStringArray) -> tuple[list[str | None], NDArray[np.int64]]:
        """Words that each type holds, None for a stop word, and where those of each begin."""
        segmenter, is_stop_word = self.segmenter, self.analyzer.is_stop_word
        pieces: list[str | None] = []
        offsets = [0]
        cuts = callable(segmenter)
        is_stretch = segmenter.is_stretch if isinstance(segmenter, Segmenter) else _is_unspaced
        for token in types.to_pylist():
            if cuts and is_stretch(token):
                words = [word for word in segmenter(token) if word]
                pieces += [None if is_stop_word(word) else word for word in words]
            else:
                pieces.append(None if is_stop_word(token) else token)
            offsets.append(len(pieces))
        return pieces, np.array(offsets, np.int64)

    def _part(self, numbers: NDArray[np.int32], pieces: Sequence[str | None]) -> None:
        """Let the numbers of what parts phrases be -2."""
        if self.has_breaks:
            parting = (BREAK, None) if self.parted_by_stop_words else (BREAK,)
            numbers[[at for at, piece in enumerate(pieces) if piece in parting]] = -2

    def _terms_of_pieces(self, pieces: list[str | None]) -> pa.LargeStringArray:
        """The terms that words count for; None where there is none."""
        term = self.analyzer.term
        terms = [None if piece in (None, BREAK) else term(piece) for piece in pieces]
        return pa.array(terms, pa.large_string())

    def _expanded(
        self, tokens: Tokens, numbers: NDArray[np.int32], offsets: NDArray[np.int64], *, keep: bool
    ) -> TermSequences:
        """Sequences of tokens with every type as the numbers of its words."""
        if offsets[-1] == offsets.size - 1 and (np.diff(offsets) == 1).all():
            return tokens.sequences(numbers, self.n_jobs, keep=keep)
        plain = tokens.sequences(np.arange(offsets.size - 1, dtype=np.int32), self.n_jobs)
        lengths = np.diff(offsets)[plain.ids]
        ends = np.concatenate([[0], np.cumsum(lengths)])
        places = np.repeat(offsets[plain.ids] - ends[:-1], lengths) + np.arange(ends[-1])
        wide = TermSequences(ends[plain.offsets], places.astype(np.int32))
        return wide.renumber(numbers, keep=keep)


def _is_unspaced(token: str) -> bool:
    return len(token) > 1 and UNSPACED_RUN.fullmatch(token) is not None


def _ranked(
    terms: pa.LargeStringArray, kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], pa.LargeStringArray]:
    """Place of every term among the sorted ones, -1 for those not kept; and the sorted terms."""
    order = argsort_strings(terms)
    order = order[kept[order]]
    places = np.full(len(terms), -1, np.int32)
    places[order] = np.arange(order.size)
    return places, take_rows(terms, order)
