"""Words of texts as numbers, by kernels over the UTF-8 bytes of an Arrow column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import string_array, take_rows
from topics._errors import TopicsError
from topics._parallel import OutputBuffer, allocate, grow, map_shards, over_shards, workers
from topics.text.language_words import prepare_column
from topics.text.term_sequences import (
    Part,
    Rows,
    TermSequences,
    concat_sequences,
    count_rows,
    shard_edges,
    task_edges,
)
from topics.text.unicode_tables import (
    UNSPACED_RUN,
    character_classes,
    fold_column,
    fold_text,
    folding,
    word_classes,
    word_folding,
)

SHARD_BYTES = 2 << 20
"""Text that one task reads; independent of the number of workers."""

MAX_TEXT = 1 << 28
"""Bytes that one text may have: room is made for all tokens that it may bring."""

_PATTERN = re.compile(
    r"(?:\(\?u\))?\\b(?P<kind>\\w|\[\^\\W[\\dws_]*\]|\[a-zA-Z\]|\[a-z\])"
    r"(?:\{(?P<min_length>\d+),\}|(?P<plus>\+)|(?P<twice>(?:(?P=kind))\+))\\b"
)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_CASE = np.uint8(0x20)


def kernel_pattern(pattern: str | re.Pattern[str] | None) -> tuple[str, int] | None:
    r"""Class of characters and least length of a token pattern that the kernels can follow.

    Parameters
    ----------
    pattern : str, re.Pattern or None
        A regular expression such as ``\b\w\w+\b`` or ``\b[^\W\d_]{3,}\b``: a class of word
        characters and a least length between two word bounds.

    Returns
    -------
    (str, int) or None
        None where only a regular expression engine can follow it.

    Examples
    --------
    >>> patterns = r"(?u)\b\w\w+\b", r"\b[^\W\d_]{3,}\b", r"#\w+"
    >>> tuple(map(kernel_pattern, patterns))
    (('\\w', 2), ('[^\\W\\d_]', 3), None)
    """
    if isinstance(pattern, re.Pattern):
        # Flags change what a pattern means.
        pattern = pattern.pattern if pattern.flags == re.UNICODE else None
    match = None if pattern is None else _PATTERN.fullmatch(pattern)
    if match is None:
        return None
    min_length = int(match["min_length"]) if match["min_length"] else 1 if match["plus"] else 2
    return (match["kind"], min_length) if min_length > 0 else None


@dataclass(frozen=True)
class TokenRules:
    r"""What a token is, and how texts are folded before.

    Attributes
    ----------
    kind : str
        Regular expression for one character of a token, as :func:`kernel_pattern` gives it.
    min_length : int
        Least number of characters.
    lowercase, fold_arabic : bool
        As in :class:`~topics.TermVectorizer`.
    strip_accents : {"ascii", "unicode"}, callable or None
        As in :class:`~topics.TermVectorizer`.
    normalize : {"NFC", "NFKC"} or None
        As in :class:`~topics.TermVectorizer`.
    unspaced : {"whole", "pairs", "stretches"}
        What becomes of characters of scripts without spaces: nothing special; a token for every
        two that stand side by side; or a token for every longest stretch of them.
    languages : tuple of str or None
        Languages whose words are read as they write them (:mod:`topics.text.language_words`),
        whatever ``kind`` is; None reads by that.
    hash_mask : uint64
        For tests that make hashes collide.
    """

    kind: str = r"\w"
    min_length: int = 2
    lowercase: bool = True
    fold_arabic: bool = False
    strip_accents: Literal["ascii", "unicode"] | Callable[[str], str] | None = None
    normalize: Literal["NFC", "NFKC"] | None = None
    unspaced: Literal["whole", "pairs", "stretches"] = "whole"
    languages: tuple[str, ...] | None = None
    hash_mask: np.uint64 = _ALL

    def for_kernels(self) -> Any:
        """The rules as the kernels take them.

        Examples
        --------
        >>> int(TokenRules(min_length=3).for_kernels().min_length)
        3
        """
        from topics._kernels.tokens import Rules

        lowercase, strip_accents = self.lowercase, self.strip_accents
        if callable(strip_accents):
            # The texts come folded.
            lowercase, strip_accents = False, None
        if self.languages is not None:
            folded, expansions = word_folding(lowercase)
            classes = word_classes()
        else:
            folded, expansions = folding(
                lowercase, strip_accents, self.fold_arabic and not callable(self.strip_accents)
            )
            classes = character_classes(self.kind, self.unspaced != "whole")
        blocking = tuple(
            _ALL if classes[ord(c.lower() if lowercase else c)] == 1 else np.uint64(0)
            for c in "aA0_"
        )
        return Rules(
            classes,
            folded,
            expansions,
            _CASE if lowercase else np.uint8(0),
            blocking,
            self.min_length,
            ("whole", "pairs", "stretches").index(self.unspaced),
            np.uint64(0) if self.languages is None else _ALL,
            self.hash_mask,
        )

    def folded_before(self, texts: pa.LargeStringArray) -> pa.LargeStringArray:
        """The texts with what is folded by whole texts, since characters alone do not tell.

        Examples
        --------
        >>> texts = pa.array(["cafe\u0301"], pa.large_string())
        >>> len(TokenRules(normalize="NFC").folded_before(texts)[0].as_py())
        4
        """
        if self.languages is not None:
            texts = prepare_column(texts, self.languages)
        elif callable(self.strip_accents):
            fold = fold_text(self.lowercase, self.strip_accents, self.fold_arabic, self.normalize)
            return fold_column(texts, fold, np.arange(len(texts)))
        elif self.normalize is not None:
            odd = np.flatnonzero(~np.asarray(pc.string_is_ascii(texts)))
            texts = fold_column(texts, fold_text(False, None, False, self.normalize), odd)
        if self.lowercase and _has_sigma(texts):
            odd = np.flatnonzero(np.asarray(pc.match_substring(texts, _SIGMA)))
            texts = fold_column(texts, _sigmas, odd)
        return texts


_SIGMA = "\u03a3"


def _sigmas(text: str) -> str:
    """The text with its capital sigmas in lower case, final or not by what stands around them."""
    lower = text.replace("\u0130", "i").lower()
    return re.sub(_SIGMA, lambda match: lower[match.start()], text)


@dataclass
class Tokens:
    """Tokens of texts, shard by shard.

    Attributes
    ----------
    terms : pyarrow.LargeStringArray
        The distinct tokens, in no particular order.
    document_frequency : ndarray of int64, shape (n_terms,)
        Number of documents that hold each; zeros where the tokens are in order.
    parts : list of (int, ndarray of int32, ndarray of int32, ndarray of int64)
        For every shard: the place of its numbers in ``numbers``; the entries; their counts, none
        where the tokens are in order; and how many entries each document has.
    numbers : list of ndarray of int32
        What the numbers of a worker are among ``terms``.
    """

    terms: pa.LargeStringArray
    document_frequency: NDArray[np.int64]
    parts: list[tuple[int, NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]]
    numbers: list[NDArray[np.int32]]

    @property
    def n_documents(self) -> int:
        """Number of documents read.

        Examples
        --------
        >>> texts = pa.array(["aid came", "aid"], pa.large_string())
        >>> tokenize_column(texts, TokenRules(), in_order=True).n_documents
        2
        """
        return sum(part[3].size for part in self.parts)

    def sequences(
        self, columns: NDArray[np.int32] | None, n_jobs: int | None = None, *, keep: bool = False
    ) -> TermSequences:
        """The tokens in order, as the numbers that ``columns`` gives their types.

        Parameters
        ----------
        columns : ndarray of int32, shape (n_terms,), or None
            Number of every type; -1 leaves it out, and so does -2, or keeps its place as -1. None
            where types are known terms: their places.
        n_jobs : int or None, default=None
            Threads.
        keep : bool, default=False
            Whether tokens of no known type keep their places.

        Returns
        -------
        TermSequences
            The numbers; the parts are used up.

        Examples
        --------
        >>> texts = pa.array(["aid came", "aid"], pa.large_string())
        >>> known = token_table(pa.array(["aid", "came"], pa.large_string()))
        >>> tokens = tokenize_column(texts, TokenRules(), in_order=True, known=known)
        >>> tokens.sequences(None).ids.tolist()
        [0, 1, 0]
        """
        from topics._kernels.rows import renumber

        maps = self._maps(columns)

        def work(shard: int, _: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
            worker, ids, _counts, lengths = self.parts[shard]
            n = renumber(ids, lengths, maps[worker], keep)
            return ids[:n], lengths

        parts = over_shards(work, len(self.parts), 1, n_jobs)
        self.parts = []
        return concat_sequences(parts)

    def occurrences(self, columns: NDArray[np.int32], n_columns: int) -> NDArray[np.int64]:
        """How often each column occurs in all documents.

        Examples
        --------
        >>> texts = pa.array(["aid came", "aid"], pa.large_string())
        >>> tokens = tokenize_column(texts, TokenRules(), in_order=False)
        >>> columns = np.array([term == "aid" for term in tokens.terms.to_pylist()], np.int32) - 1
        >>> tokens.occurrences(columns, 1).tolist()
        [2]
        """
        from topics._kernels.rows import add_term_totals

        _, sums = both = np.zeros((2, n_columns + 1), np.int64)
        # What has no column is added to one more.
        columns = np.where(columns >= 0, columns, n_columns).astype(np.int32)
        for worker, ids, counts, _lengths in self.parts:
            add_term_totals(ids, counts, columns[self.numbers[worker]], *both)
        return sums[:-1]

    def _maps(self, columns: NDArray[np.int32] | None) -> list[NDArray[np.int32]]:
        """The column of every number of each worker."""
        return self.numbers if columns is None else [columns[numbers] for numbers in self.numbers]

    def rows(
        self, columns: NDArray[np.int32] | None, n_columns: int, n_jobs: int | None = None
    ) -> list[Rows]:
        """Columns and counts of every shard, and how many each document has; parts are used up.

        Examples
        --------
        >>> texts = pa.array(["aid came", "aid aid"], pa.large_string())
        >>> known = token_table(pa.array(["aid", "came"], pa.large_string()))
        >>> tokens = tokenize_column(texts, TokenRules(), in_order=False, known=known)
        >>> ((columns, counts, lengths),) = tokens.rows(None, 2)
        >>> columns.tolist(), counts.tolist(), lengths.tolist()
        ([0, 1, 0], [1, 1, 2], [2, 1])
        """
        maps = self._maps(columns)
        parts, self.parts = self.parts, []
        return count_rows(
            [(maps[part[0]], *part[1:]) for part in parts], n_columns, counted=True, n_jobs=n_jobs
        )

    def occurrences_of_types(self) -> NDArray[np.int64]:
        """How often each type occurs, where tokens are in order.

        Examples
        --------
        >>> texts = pa.array(["came aid came"], pa.large_string())
        >>> tokens = tokenize_column(texts, TokenRules(), in_order=True)
        >>> tokens.occurrences_of_types()[tokens.terms.index("came").as_py()].item()
        2
        """
        often = np.zeros(len(self.terms), np.int64)
        for worker, ids, _counts, _lengths in self.parts:
            numbers = self.numbers[worker]
            np.add.at(often, numbers, np.bincount(ids, minlength=numbers.size)[: numbers.size])
        return often

    def in_order(self) -> list[Part]:
        """Known terms in reading order, shard by shard.

        Examples
        --------
        >>> texts = pa.array(["came aid came"], pa.large_string())
        >>> known = token_table(pa.array(["aid", "came"], pa.large_string()))
        >>> tokens = tokenize_column(texts, TokenRules(), in_order=True, known=known)
        >>> ((columns, ids, lengths),) = tokens.in_order()
        >>> columns[ids].tolist(), lengths.tolist()
        ([1, 0, 1], [3])
        """
        return [(self.numbers[worker], ids, n) for worker, ids, _counts, n in self.parts]


def empty_token_table() -> Any:
    """A hash table of tokens, with none in it.

    Examples
    --------
    >>> len(empty_token_table()) > 0
    True
    """
    from topics._kernels.tokens import Types

    return Types(
        np.zeros((4096, 3), np.uint64),
        np.zeros(1, np.int64),
        np.zeros(64, np.uint8),
        np.zeros((0, 2), np.int32),
    )


def _ensure_capacity(types: Any, n_types: int, n_more: int, size: int, hash_mask: np.uint64) -> Any:
    """A hash table with room for more types, of so many bytes in all."""
    from topics._kernels.tokens import Types, has_capacity, move_slots

    if has_capacity(types, n_types, n_more, size):
        return types
    table, ends, arena, stats = types
    n = n_types + n_more
    if n > len(stats):
        n = max(n, 2 * len(stats))
        ends, stats = grow(ends, n + 1), grow(stats, n)
    size += int(ends[n_types]) + 64
    if size > arena.size:
        arena = grow(arena, max(2 * arena.size, size))
    n_slots = max(len(table), 1 << int(3 * (n_types + n_more) // 2).bit_length())
    if n_slots > len(table):
        old, table = table, allocate((n_slots, 3), np.uint64)
        move_slots(old, hash_mask, table)
    return Types(table, ends, arena, stats)


@dataclass(frozen=True)
class TokenTable:
    """Terms in a hash table.

    Attributes
    ----------
    types : Types
        The table.
    places : ndarray of int32, shape (n_terms,)
        The place of every type among the terms; -1 for one that is known, but left out.
    """

    types: Any
    places: NDArray[np.int32]


def token_table(
    terms: pa.LargeStringArray,
    frequencies: NDArray[np.int64] | None = None,
    stop_words: pa.LargeStringArray | None = None,
) -> TokenTable:
    """A hash table of terms.

    Parameters
    ----------
    terms : pyarrow.LargeStringArray
        The terms, no two of them equal.
    frequencies : ndarray of int64, shape (n_terms,), or None, default=None
        How often each is met, where that is known: what lies together in memory is then what is
        often asked for.
    stop_words : pyarrow.LargeStringArray or None, default=None
        Words to leave out, whether they are among the terms or not. Every other word of a text is
        one: to find it costs less than to find that it is unknown.

    Returns
    -------
    TokenTable
        For :func:`tokenize_column` and :func:`lookup_terms`.

    Examples
    --------
    >>> token_table(pa.array(["aid", "talks"], pa.large_string())) is not None
    True
    """
    order = np.arange(len(terms), dtype=np.int32)
    if frequencies is not None:
        order = np.argsort(-frequencies, kind="stable").astype(np.int32)
        terms = take_rows(terms, order)
    types, n_left_out = empty_token_table(), 0
    if stop_words is not None:
        types, n_left_out, _ = _with_terms(types, 0, stop_words, _ALL)
    types, n_types, numbers = _with_terms(types, n_left_out, terms, _ALL)
    places = np.full(n_types, -1, np.int32)
    places[numbers] = order
    places[:n_left_out] = -1
    return TokenTable(types, places)


def _with_terms(
    types: Any, n_types: int, terms: pa.LargeStringArray, hash_mask: np.uint64
) -> tuple[Any, int, NDArray[np.int32]]:
    """A hash table with terms added, the number of its types, and that of every term."""
    from topics._kernels.tokens import number_strings

    data, offsets = _bytes_of(terms, 0, len(terms))
    types = _ensure_capacity(
        types, n_types, len(terms), int(offsets[-1] - offsets[0]) + 8, hash_mask
    )
    n_types, numbers = number_strings(data, offsets, types, n_types, hash_mask, True)
    return types, n_types, numbers


def lookup_terms(known: TokenTable, terms: pa.LargeStringArray) -> NDArray[np.int32]:
    """Places of terms among those that are known.

    Parameters
    ----------
    known : TokenTable
        As :func:`token_table` gives them.
    terms : pyarrow.LargeStringArray
        The terms to look up.

    Returns
    -------
    ndarray of int32, shape (n_terms,)
        -2 where a term is not known.

    Examples
    --------
    >>> words = pa.array(["aid", "talks"], pa.large_string())
    >>> lookup_terms(token_table(words), pa.array(["talks", "war"], pa.large_string())).tolist()
    [1, -2]
    """
    from topics._kernels.tokens import number_strings

    data, offsets = _bytes_of(terms, 0, len(terms))
    n_known = known.places.size
    numbers = number_strings(data, offsets, known.types, n_known, _ALL, False)[1]
    return np.append(known.places, np.int32(-2))[np.where(numbers >= 0, numbers, n_known)]


def tokenize_column(
    texts: pa.LargeStringArray,
    rules: TokenRules,
    *,
    in_order: bool,
    known: TokenTable | None = None,
    before: Callable[[pa.LargeStringArray], pa.LargeStringArray] | None = None,
    n_jobs: int | None = None,
) -> Tokens:
    """Read the tokens of texts.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        The documents.
    rules : TokenRules
        What a token is.
    in_order : bool
        Whether every token is given in reading order, or a count for each type of a document.
    known : TokenTable or None, default=None
        The terms to find, as :func:`token_table` gives them; None learns them.
    before : callable or None, default=None
        What is done to some of the texts before they are read, in the threads that read them.
    n_jobs : int or None, default=None
        Threads; only the order of ``terms`` depends on it.

    Returns
    -------
    Tokens
        Where terms are known, ``terms`` is empty and the numbers are their places.

    Raises
    ------
    TopicsError
        If a text is of more than 256 MiB.

    Examples
    --------
    >>> texts = pa.array(["Aid came.", "No aid"], pa.large_string())
    >>> sorted(tokenize_column(texts, TokenRules(), in_order=False).terms.to_pylist())
    ['aid', 'came', 'no']
    """
    from topics._kernels.tokens import max_bytes_in, max_entries_in, max_tokens_in, read_shard

    edges = _shards(texts, n_jobs)
    its_rules, learning = rules.for_kernels(), known is None
    by_texts = (
        callable(rules.strip_accents) or rules.normalize is not None or rules.languages is not None
    )
    states: dict[int, list[Any]] = {}
    new_worker = count()

    def start() -> Callable[[int], tuple[int, Any, Any, Any]]:
        number = next(new_worker)
        if known is None:
            state = states[number] = [empty_token_table(), 0]
        else:
            # The table is shared; what is counted is not.
            stats = np.zeros((known.places.size, 2), np.int32)
            state = states[number] = [known.types._replace(stats=stats), known.places.size]
        slabs = [OutputBuffer(), OutputBuffer(used=not in_order)]

        def work(shard: int) -> tuple[int, Any, Any, Any]:
            low, high = edges[shard], edges[shard + 1]
            part = texts.slice(low, high - low)
            if before is not None:
                part = before(part)
            if by_texts or (rules.lowercase and _has_sigma(part)):
                part = rules.folded_before(part)
            data, offsets = _bytes_of(part, 0, len(part))
            capacity = max_entries_in(offsets, its_rules.expansions)
            ids, counts = (slab.reserve(capacity) for slab in slabs)
            lengths = np.zeros(high - low, np.int64)
            d = n = 0
            while d < high - low:
                if learning:
                    size = int(offsets[d + 1] - offsets[d])
                    more = max_tokens_in(size, its_rules.expansions)
                    more_bytes = max_bytes_in(size, its_rules.expansions)
                    state[0] = _ensure_capacity(
                        state[0], state[1], more, more_bytes, rules.hash_mask
                    )
                d, state[1], n = read_shard(
                    data, offsets, d, its_rules, learning, in_order, *state, ids, counts, lengths, n
                )
            ids, counts = (slab.take(n) for slab in slabs)
            return number, ids, counts, lengths

        return work

    parts = map_shards(start, len(edges) - 1, n_jobs)
    if known is not None:
        return Tokens(string_array([]), np.empty(0, np.int64), parts, [known.places] * len(states))
    types, n_types = states[0]
    numbers = [np.arange(n_types, dtype=np.int32)]
    frequencies = [types.stats[:n_types, 1]]
    for _, (more, n_more) in sorted(states.items())[1:]:
        terms = _terms_of(more, n_more)
        types, n_types, its_numbers = _with_terms(types, n_types, terms, rules.hash_mask)
        numbers.append(its_numbers)
        frequencies.append(more.stats[:n_more, 1])
    frequency = np.zeros(n_types, np.int64)
    for its_numbers, its_frequency in zip(numbers, frequencies, strict=True):
        frequency[its_numbers] += its_frequency
    return Tokens(_terms_of(types, n_types), frequency, parts, numbers)


def _terms_of(types: Any, n_types: int) -> pa.LargeStringArray:
    ends, arena = pa.py_buffer(types.ends), pa.py_buffer(types.arena)
    return pa.Array.from_buffers(pa.large_string(), n_types, [None, ends, arena])


def _has_sigma(texts: pa.LargeStringArray) -> bool:
    from topics._kernels.tokens import contains_byte_pair

    data, offsets = _bytes_of(texts, 0, len(texts))
    return bool(contains_byte_pair(data, offsets[0], offsets[-1], np.uint8(0xCE), np.uint8(0xA3)))


def _bytes_of(
    texts: pa.LargeStringArray, low: int, high: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes and offsets of some rows of a column, with room behind them that may be read."""
    from topics._kernels.bits import PADDING

    _, offsets, data = texts.buffers()
    if offsets is None or high == low:
        where, whole = np.zeros(high - low + 1, np.int64), np.zeros(0, np.uint8)
    else:
        where = np.frombuffer(offsets, np.int64, high - low + 1, 8 * (texts.offset + low))
        whole = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    if whole.size < where[-1] + PADDING + 8:
        padded = np.zeros(where[-1] - where[0] + PADDING + 8, np.uint8)
        padded[: where[-1] - where[0]] = whole[where[0] : where[-1]]
        whole, where = padded, where - where[0]
    # One kind of array for all, so that every kernel is compiled once.
    whole.flags.writeable = where.flags.writeable = False
    return whole, where


def _shards(texts: pa.LargeStringArray, n_jobs: int | None) -> list[int]:
    """First documents of shards of about SHARD_BYTES at most, and the number of documents."""
    _, buffer, _ = texts.buffers()
    if not len(texts):
        return [0]
    offsets = np.frombuffer(buffer, np.int64, len(texts) + 1, 8 * texts.offset)
    longest = np.diff(offsets).argmax()
    if offsets[longest + 1] - offsets[longest] > MAX_TEXT:
        raise TopicsError("a text is of more than 256 MiB", "split it", index=int(longest))
    # One worker waits for no other: small shards would cost more than they gain.
    cut = shard_edges if workers(n_jobs, 2) == 1 else task_edges
    return cut(offsets, SHARD_BYTES)


def split_unspaced(token: str, pattern: re.Pattern[str], segmenter: Any) -> list[str]:
    r"""Pieces of a token in which there are characters of scripts without spaces.

    What the kernels do, in Python: for token patterns that they cannot follow.

    Parameters
    ----------
    token : str
        A token.
    pattern : re.Pattern
        The token pattern; a piece of one character, or of another script, must match it.
    segmenter : {"bigrams"} or callable
        Cuts stretches of two characters or more into pairs, or into the words that it gives.

    Returns
    -------
    list of str
        The pieces; the token alone where it has no such character.

    Examples
    --------
    >>> split_unspaced("難民問題", re.compile(r"\w\w+"), "bigrams")
    ['難民', '民問', '問題']
    """
    if token.isascii() or not UNSPACED_RUN.search(token):
        return [token]
    pieces: list[str] = []
    at = 0
    for match in [*UNSPACED_RUN.finditer(token), None]:
        other = token[at : match.start()] if match else token[at:]
        pieces += [other] if other and pattern.fullmatch(other) else []
        if match is None:
            break
        run, at = match[0], match.end()
        if len(run) == 1:
            pieces += [run] if pattern.fullmatch(run) else []
        elif segmenter == "bigrams":
            pieces += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            pieces += [word for word in segmenter(run) if word]
    return pieces
