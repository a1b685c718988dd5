"""How a text becomes terms, in plain Python: the measure of the kernels, and the way round them."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from topics._arrow import string_array
from topics._parallel import workers
from topics.text.fast_tokenizer import split_unspaced
from topics.text.language_words import (
    Segmenter,
    find_words,
    lower_case,
    prepare_column,
    prepare_text,
)
from topics.text.sentences import BREAK, mark_breaks
from topics.text.stop_words import language_code
from topics.text.term_sequences import TermSequences, concat_sequences
from topics.text.unicode_tables import fold_text
from topics.text.word_forms import WordForm, fold_spelling, shared_word_form, word_form

DOCUMENTS = 1000
"""Documents that one process analyses at a time; independent of the number of workers."""

_SPACES = re.compile(r"\s\s+")
_CALLS_ITSELF = re.compile(r"\(\?(?:R|[0-9]|&|P>|\+|-[0-9])")
"""Calls of groups, as the ``regex`` library has them."""
_PROBED, _RUN, _MOST_PROBED, _MOST_SECONDS = "aA1_- .é中", 3_000, 20, 0.5
"""Letters and length of the runs that patterns are tried on, and how many and how long at most."""


def compiled(pattern: str | re.Pattern[str] | None) -> Any:
    r"""A token pattern, by ``re`` or, where that cannot follow it, by the ``regex`` library.

    They differ in what ``\w`` is: ``regex`` counts combining marks, ``re`` and scikit-learn don't.

    Raises
    ------
    ValueError
        If neither can follow it.

    Examples
    --------
    >>> compiled(r"\p{Lu}\w+").findall("Aid for Idlib")
    ['Aid', 'Idlib']
    """
    if pattern is None:
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return _by_regex(pattern)


def _by_regex(pattern: Any) -> Any:
    """A pattern by the ``regex`` library alone, which can be given a limit on time."""
    import regex

    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"token_pattern {pattern!r} is no pattern: {error}") from None


def check_quick(pattern: str) -> None:
    r"""An error for a token pattern that some texts would take minutes or gigabytes to match.

    It is tried, with a limit on time, on long runs of the letters that it names and of others, as
    patterns that go back over and over are slow on those; one that calls itself is not tried.

    Parameters
    ----------
    pattern : str
        From somebody who is not trusted, such as the maker of an artifact.

    Raises
    ------
    ValueError
        If it is such a pattern, or none.

    Examples
    --------
    >>> check_quick(r"(?u)\b\w\w+\b")
    >>> check_quick(r"(a+)+$")
    Traceback (most recent call last):
        ...
    ValueError: the token pattern '(a+)+$' takes too long
    """
    if _CALLS_ITSELF.search(pattern):
        raise ValueError(f"the token pattern {pattern!r} calls itself")
    tried = _by_regex(pattern)
    named = sorted({letter for letter in pattern if letter.isalnum()})[:_MOST_PROBED]
    # What must stand at the end of a token stands somewhere, or nothing would be tried at all.
    ends = "".join(sorted(set(pattern)))
    try:
        for letter in [*named, *_PROBED]:
            for run in (letter * _RUN, f"{letter}b" * (_RUN // 2)):
                tried.findall(f"{run}\x00{ends}", timeout=_MOST_SECONDS)
    except (TimeoutError, MemoryError):
        raise ValueError(f"the token pattern {pattern!r} takes too long") from None


class Analyzer:
    """From documents to their terms, as the parameters of a vectorizer say.

    Parameters
    ----------
    params : mapping
        The parameters of a :class:`~topics.TermVectorizer`.
    stop_words : iterable of str
        Words to leave out.
    phrases : iterable of str
        Terms of several words.
    spelling : mapping of str to str, default={}
        How the words of a form are spelled as a term, where forms are not shown themselves.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        stop_words: Iterable[str],
        phrases: Iterable[str],
        spelling: Mapping[str, str] = {},
    ) -> None:
        self.params = dict(params)
        self.spelling = spelling
        self.stop_words = frozenset(stop_words)
        # Learnt phrases end at stop words; one that is given may hold some.
        self.parted_by_stop_words = params["phrases"] is True
        self.phrases = frozenset(tuple(p.split()) for p in phrases if " " in p)
        self.lengths = sorted({len(phrase) for phrase in self.phrases})
        self.prepare = params["preprocessor"] or fold_text(
            params["lowercase"],
            params["strip_accents"],
            params["fold_arabic"],
            params["normalize"],
        )
        self.form: Callable[[str], str] | None = word_form(params["stemmer"], params["lemmatizer"])
        self.pattern = compiled(params["token_pattern"])
        self.find: Any = params["tokenizer"] or getattr(self.pattern, "findall", None)
        self.segment: Segmenter | None = None
        languages = language_codes(params["languages"])
        self.folds = languages is not None
        if languages is None:
            return
        lowercase = params["lowercase"]
        self.stop_words = _stop_words_as_read(self.stop_words, languages, lowercase)
        if self.form is None:
            self.form = shared_word_form(languages, params["word_forms"]) or None
        if params["preprocessor"] is None and params["tokenizer"] is None:
            self.segment = Segmenter(languages)
            self.prepare = partial(_prepared, languages=languages, lowercase=lowercase)
            self.find = partial(find_words, segment=self.segment if self.segment else None)

    def __reduce__(self) -> Any:
        phrases = [" ".join(phrase) for phrase in self.phrases]
        spelling = dict(self.spelling)
        return Analyzer, (self.params, sorted(self.stop_words), sorted(phrases), spelling)

    def is_stop_word(self, word: str) -> bool:
        """Whether a word is left out, however it is spelled.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> params = TermVectorizer(languages=["ru"]).get_params()
        >>> Analyzer(params, ["чьё"], ()).is_stop_word("чье")
        True
        """
        return word in self.stop_words or (self.folds and fold_spelling(word) in self.stop_words)

    @property
    def respells(self) -> bool:
        """Whether a form is shown as its commonest spelling."""
        return isinstance(self.form, WordForm)

    def term(self, word: str) -> str:
        """The term that a word counts for.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> params = TermVectorizer(languages=["en"]).get_params()
        >>> Analyzer(params, (), (), {"minist": "ministers"}).term("minister")
        'ministers'
        """
        form = word if self.form is None else self.form(word)
        return self.spelling.get(form, form)

    def __call__(self, document: Any) -> list[str]:
        """Terms of a document."""
        analyzer = self.params["analyzer"]
        if callable(analyzer):
            return list(analyzer(document))
        min_n, max_n = self.params["ngram_range"]
        if analyzer in ("word", "tokens") and (min_n, max_n) == (1, 1) and self.phrases:
            return self.in_reading_order(document)
        if analyzer in ("word", "tokens"):
            tokens = self.tokens(document)
            terms = _ngrams(tokens, min_n, max_n, " ")
            for n in self.lengths:
                if not min_n <= n <= max_n:
                    windows = zip(*(tokens[i:] for i in range(n)), strict=False)
                    terms += [" ".join(window) for window in windows if window in self.phrases]
            return terms
        text = _SPACES.sub(" ", self.prepare(document))
        if analyzer == "char":
            return _ngrams(text, min_n, max_n, "")
        return [gram for word in text.split() for gram in _padded_ngrams(word, min_n, max_n)]

    def in_reading_order(self, document: Any, *, is_marked: bool = False) -> list[str]:
        """Terms of a document, each where its first word stands, the shorter first.

        Parameters
        ----------
        document : str or object
            What the analyzer takes.
        is_marked : bool, default=False
            Whether the ends of phrases are marked in it already.

        Returns
        -------
        list of str
            Those that the analyzer gives, which has n-grams behind all words as scikit-learn's.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> analyzer = Analyzer(TermVectorizer(ngram_range=(1, 2)).get_params(), (), ())
        >>> analyzer.in_reading_order("peace talks")
        ['peace', 'peace talks', 'talks']
        """
        min_n, max_n = self.params["ngram_range"]
        if self.params["analyzer"] not in ("word", "tokens"):
            return self(document)
        whole = (min_n, max_n) != (1, 1) or not self.phrases
        parts = [self.tokens(document)] if whole else self.unbroken(document, is_marked=is_marked)
        lengths = sorted({*range(min_n, max_n + 1), *self.lengths})
        terms = []
        for part in parts:
            for i in range(len(part)):
                for n in lengths:
                    window = tuple(part[i : i + n])
                    if len(window) == n and (min_n <= n <= max_n or window in self.phrases):
                        terms.append(" ".join(window))
        return terms

    def unbroken(self, document: Any, *, is_marked: bool = False) -> list[list[str]]:
        """Words of a document in stretches that a phrase may stand in.

        No stop may stand within one, and no stop word where phrases are learnt.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> analyzer = Analyzer(TermVectorizer(phrases=True).get_params(), ["of"], ())
        >>> analyzer.unbroken("Bank of England. Rates rose")
        [['bank'], ['england'], ['rates', 'rose']]
        """
        text = document
        if isinstance(document, str) and not is_marked:
            text = str(mark_breaks(string_array([document]))[0].as_py())
        parts: list[list[str]] = [[]]
        for word in self._found(text):
            if word == BREAK or (self.parted_by_stop_words and self.is_stop_word(word)):
                parts.append([])
            elif not self.is_stop_word(word):
                parts[-1].append(self.term(word))
        return [part for part in parts if part]

    def tokens(self, text: Any) -> list[str]:
        """Words of a text, before they make up n-grams or phrases.

        Examples
        --------
        >>> from topics import TermVectorizer
        >>> Analyzer(TermVectorizer().get_params(), stop_words=(), phrases=()).tokens("Aid came")
        ['aid', 'came']
        """
        if callable(self.params["analyzer"]):
            return [text]
        return self._forms(self._found(text))

    def _found(self, text: Any) -> list[str]:
        """Words of a text as they stand."""
        if self.params["analyzer"] == "tokens":
            return text.split() if isinstance(text, str) else list(text)
        found = list(self.find(self.prepare(text)))
        segmenter = self.params["segmenter"]
        if self.segment is None and segmenter is not None and self.params["tokenizer"] is None:
            found = [
                piece for token in found for piece in split_unspaced(token, self.pattern, segmenter)
            ]
        return found

    def _forms(self, tokens: list[str]) -> list[str]:
        """Tokens without stop words, under the form that they are counted under."""
        if self.stop_words:
            tokens = [token for token in tokens if not self.is_stop_word(token)]
        return tokens if self.form is None else [self.term(token) for token in tokens]


@lru_cache(64)
def _stop_words_as_read(
    stop_words: frozenset[str], languages: tuple[str, ...], lowercase: bool
) -> frozenset[str]:
    """Stop words, and what the texts' way of reading makes of each."""
    column = prepare_column(string_array(sorted(stop_words)), languages)
    spelled = {lower_case(word) if lowercase else word for word in column.to_pylist()}
    alone = {found[0] for found in map(find_words, spelled) if len(found) == 1}
    return stop_words.union(spelled, alone, map(fold_spelling, filter(None, spelled | alone)))


def _prepared(text: str, *, languages: Sequence[str], lowercase: bool) -> str:
    text = prepare_text(text, languages)
    return lower_case(text) if lowercase else text


def language_codes(languages: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Languages as ISO 639-1 codes; None where none are given.

    Examples
    --------
    >>> language_codes("german"), language_codes(["en", "Turkish"]), language_codes(None)
    (('de',), ('en', 'tr'), None)
    """
    if languages is None:
        return None
    given = [languages] if isinstance(languages, str) else languages
    return tuple(language_code(language) for language in given)


def _ngrams(tokens: Sequence[str], min_n: int, max_n: int, joint: str) -> list[str]:
    grams = list(tokens) if min_n == 1 else []
    for n in range(max(min_n, 2), min(max_n, len(tokens)) + 1):
        grams += [joint.join(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]
    return grams


def _padded_ngrams(word: str, min_n: int, max_n: int) -> list[str]:
    """Character n-grams of one word with a space on both sides, as scikit-learn's char_wb."""
    padded = f" {word} "
    grams: list[str] = []
    for n in range(min_n, max_n + 1):
        grams.append(padded[:n])
        grams += [padded[i : i + n] for i in range(1, len(padded) - n + 1)]
        if n >= len(padded):
            break
    return grams


def analyze(
    documents: Sequence[Any], analyzer: Callable[[Any], Iterable[str]], n_jobs: int | None = None
) -> tuple[pa.LargeStringArray, TermSequences]:
    """Terms of documents, by a function for each, in several processes.

    Parameters
    ----------
    documents : sequence
        What the analyzer takes.
    analyzer : callable
        From a document to its terms.
    n_jobs : int or None, default=None
        Processes; the result does not depend on it.

    Returns
    -------
    terms : pyarrow.LargeStringArray
        The distinct terms, in the order of their first appearance.
    sequences : TermSequences
        Their numbers in the order that the analyzer gives.

    Examples
    --------
    >>> terms, sequences = analyze(["b a b", "c"], str.split)
    >>> terms.to_pylist(), sequences.ids.tolist(), sequences.offsets.tolist()
    (['b', 'a', 'c'], [0, 1, 0, 2], [0, 3, 4])
    """
    edges = [*range(0, len(documents), DOCUMENTS), len(documents)]
    shards = [documents[a:b] for a, b in pairwise(edges)]
    n = workers(n_jobs, len(shards))
    if n == 1:
        parts = [_analyze_shard(shard, analyzer) for shard in shards]
    else:
        from joblib import Parallel, delayed

        parts = list(Parallel(n)(delayed(_analyze_shard)(shard, analyzer) for shard in shards))
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    mapped = []
    for terms, ids, lengths in parts:
        # Terms that differ only in what UTF-8 cannot hold are one.
        numbers = [number[term] for term in string_array(terms).to_pylist()]
        mapped.append((np.array(numbers, np.int32)[ids], lengths))
    return string_array(list(number)), concat_sequences(mapped)


def _analyze_shard(
    documents: Sequence[Any], analyzer: Callable[[Any], Iterable[str]]
) -> tuple[list[str], NDArray[np.int32], NDArray[np.int64]]:
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    ids, lengths = array("i"), array("q")
    for document in documents:
        before = len(ids)
        ids.extend(map(number.__getitem__, analyzer(document)))
        lengths.append(len(ids) - before)
    return list(number), np.array(ids, np.int32), np.array(lengths, np.int64)
