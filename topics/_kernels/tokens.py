"""Tokens of UTF-8 text as numbers; no Python object a token.

A *run* is the longest stretch of ASCII word characters and bytes beyond ASCII; its ends are found
64 bytes at a time. A run of plain characters is a token as it stands, and one of plain characters
some of which no token may hold is none. One with a byte beyond ASCII is *odd*: it is read code
point by code point, and its folded tokens are written aside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from topics._kernels import kernel
from topics._kernels.bits import PADDING, between, load8, store8, store_lowercase, trailing_zeros
from topics._kernels.stretches import copy_stretch

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2 ** 64 over the golden ratio: Fibonacci hashing
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
ONE = np.uint64(1)

OUTSIDE, BLOCKING, INSIDE, UNSPACED = 0, 1, 2, 3
"""Classes of code points: no word character; a word character that no token may hold; any other;
one of a script that is written without spaces."""

NO_LETTER, HIRAGANA, KATAKANA, SYLLABLES = 4, 5, 6, 7
"""More of them, where words are read as languages write them: a digit, a mark or a joiner, of
which alone there is no word; the scripts without spaces but Han, the last of South-East Asia."""

WHOLE, PAIRS, STRETCHES = 0, 1, 2
"""What becomes of unspaced characters: nothing special, pairs, or stretches for a segmenter."""

DOTTED = 3
"""Size of the expansions that lower case alone makes: of the capital I with a dot, two bytes into
three, and into one word."""

PIECE = 1 << 14
"""Bytes of a document that are read at a time, so that what is noted of them stays in the cache."""

HERE, DOCUMENTS = 0, 1
"""Columns of ``Types.stats``: how often the document being read holds the type, 0 between
documents; how many documents hold it."""


class Types(NamedTuple):
    """The distinct tokens found so far: a hash table, the tokens' bytes, and what was counted."""

    table: np.ndarray  # (n_slots, 3): two words; the number of the type, plus one, and its tag
    ends: np.ndarray
    arena: np.ndarray
    stats: np.ndarray  # (n_types, 2)


class Rules(NamedTuple):
    """What a token is, and how characters are folded."""

    classes: np.ndarray  # of every code point
    folded: np.ndarray  # of every code point: another, or -1 for none, or -2 - place in expansions
    expansions: np.ndarray  # a length, and as many code points
    case: np.uint8  # 0x20 where ASCII is lower-cased, else 0
    blocking: tuple  # four of uint64: all ones where lower, upper, digits, _ are blocking
    min_length: int
    unspaced: int
    words: np.uint64  # all ones where words are read as languages write them, else 0
    hash_mask: np.uint64  # all ones, but in tests that make hashes collide


@kernel
def address_of(array):
    """Where an array begins; with a sign, since the sum of numbers with and without is a float."""
    return np.int64(array.ctypes.data)


@kernel
def code_point(address, left):
    """The code point at an address, and its bytes; U+FFFD and 1 for a byte that starts none."""
    x = load8(address)
    b = np.int64(x & np.uint64(0xFF))
    if b < 0x80:
        return b, 1
    if b < 0xC2 or b > 0xF4:
        return 0xFFFD, 1
    more = 1 if b < 0xE0 else 2 if b < 0xF0 else 3
    if more >= left:
        return 0xFFFD, 1
    point = b & (0x3F >> more)
    for j in range(1, more + 1):
        c = np.int64((x >> np.uint64(8 * j)) & np.uint64(0xFF))
        if c & 0xC0 != 0x80:
            return 0xFFFD, 1
        point = (point << 6) | (c & 0x3F)
    overlong = (more == 2 and point < 0x800) or (more == 3 and point < 0x10000)
    if overlong or point > 0x10FFFF or 0xD800 <= point < 0xE000:
        return 0xFFFD, 1
    return point, more + 1


@kernel
def utf8(point):
    """The bytes of a code point in one integer, the first the lowest, and their number."""
    if point < 0x80:
        return point, 1
    last = 0x80 | (point & 0x3F)
    if point < 0x800:
        return (0xC0 | (point >> 6)) | (last << 8), 2
    before = 0x80 | ((point >> 6) & 0x3F)
    if point < 0x10000:
        return (0xE0 | (point >> 12)) | (before << 8) | (last << 16), 3
    second = 0x80 | ((point >> 12) & 0x3F)
    return (0xF0 | (point >> 18)) | (second << 8) | (before << 16) | (last << 24), 4


@kernel
def mix_hash(h, x):
    """A hash with eight more bytes in it."""
    h = (h ^ x) * GOLDEN
    return h ^ (h >> np.uint64(32))


@kernel
def key_words(address, size, hash_mask):
    """Two words that stand for a token among those of its size: its first and last eight bytes.

    Of a token of more than 16 bytes, the first is a hash of them all.
    """
    half = np.uint64(32 - 4 * min(size, 8))
    # In two steps, since no shift by 64 is defined: that of a token of no bytes.
    first = load8(address) & ((ALL >> half) >> half)
    last = load8(address + max(size - 8, 0)) if size > 8 else np.uint64(0)
    if size > 16:
        for j in range(8, size - 8, 8):
            first = mix_hash(first, load8(address + j))
        first &= hash_mask
    return first, last


@kernel
def hash_of(first, last, tag, hash_mask):
    """Hash of a token by its words and its tag."""
    return (((mix_hash(tag, first) ^ last) * GOLDEN) >> np.uint64(32)) & hash_mask


@kernel
def same_bytes(address, other, size):
    """Whether a token of eight bytes or more is the one at another address."""
    j = 0
    while j < size - 8:
        if load8(address + j) != load8(other + j):
            return False
        j += 8
    return load8(address + size - 8) == load8(other + size - 8)


@kernel
def _ahead(left, n):
    """All ones for bytes behind which ``n`` more are left of those there are."""
    if left - n >= 64:
        return ALL
    return ~(ALL << np.uint64(left - n)) if left > n else np.uint64(0)


@kernel
def _joined_letters(here, left, signs, ascii_letter, ascii_before, letter, letters_before):
    """Which stops stand between two single letters of ASCII, and which ampersands between any."""
    before = (ascii_letter << ONE) | ascii_before
    second_before = (letter << np.uint64(2)) | letters_before
    after = (between(here + 1, 97, 122) | between(here + 1, 65, 90)) & _ahead(left, 1)
    second_after = between(here + 2, 97, 122) | between(here + 2, 65, 90)
    second_after = (second_after | between(here + 2, 128, 255)) & _ahead(left, 2)
    between_letters = signs & before & after
    stop = between(here, 46, 46)
    return between_letters & (~stop | (~second_before & ~second_after))


@kernel
def find_ascii_runs(address, size, case, blocking, min_length, words, copy, places, sizes):
    """Addresses and sizes of the runs of a piece; gives their number, and whether any is odd.

    The piece is copied, in lower case where ``case`` is not 0, and the addresses are those in
    the copy. The size of an odd run is written below zero; others are of ``min_length`` bytes or
    more. A run of ASCII characters one of which is blocking is no token, and is left out.

    Where ``words`` are read as languages write them, a line parts words, a hyphen between a letter
    and a digit does not, nor a stop between single letters or an ampersand between any ("U.S.",
    "R&D"), and a run without a letter is no token.
    """
    block_lower, block_upper, block_digit, block_line = blocking
    n, b, any_non_ascii = 0, 0, False
    carry, start = np.uint64(0), np.int64(-1)
    letters_before, ascii_before = np.uint64(0), np.uint64(0)
    odd_before, barred_before, lettered = np.uint64(0), np.uint64(0), np.uint64(0)
    while b < size or carry != 0:
        here = address + b
        store_lowercase(copy + b, here, case)
        lower, upper = between(here, 97, 122), between(here, 65, 90)
        digit, line = between(here, 48, 57), between(here, 95, 95)
        odd = between(here, 128, 255)
        letter = lower | upper | odd
        inside = letter | digit | (line & ~words)
        if words != 0:
            after_letter = (letter << ONE) | (letters_before >> ONE)
            before_digit = between(here + 1, 48, 57) & _ahead(size - b, 1)
            inside |= between(here, 45, 45) & after_letter & before_digit
            signs = (between(here, 46, 46) | between(here, 38, 38)) & after_letter
            if signs & ((letter >> ONE) | ~(ALL >> ONE)) != 0:
                inside |= _joined_letters(
                    here, size - b, signs, lower | upper, ascii_before, letter, letters_before
                )
            letters_before = letter >> np.uint64(62)
            ascii_before = (lower | upper) >> np.uint64(63)
        barred = (
            (lower & block_lower) | (upper & block_upper) | (digit & block_digit)
            | (line & block_line)
        )  # fmt: skip
        if size - b < 64:
            inside &= ~(ALL << np.uint64(size - b))
        edges = inside ^ ((inside << ONE) | carry)
        carry = inside >> np.uint64(63)
        while edges != 0:
            p = trailing_zeros(edges)
            edges &= edges - ONE
            if start < 0:
                start = b + p
                odd &= ALL << np.uint64(p)
                letter &= ALL << np.uint64(p)
                barred &= ALL << np.uint64(p)
            else:
                before = ~(ALL << np.uint64(p))
                is_odd = odd_before | (odd & before) != 0
                is_barred = barred_before | (barred & before) != 0
                is_barred |= (words != 0) & ((lettered | (letter & before)) == 0)
                length = b + p - start
                places[n], sizes[n] = copy + start, -length if is_odd else length
                n += is_odd or (length >= min_length and not is_barred)
                any_non_ascii |= is_odd
                start = np.int64(-1)
                odd_before, barred_before, lettered = np.uint64(0), np.uint64(0), np.uint64(0)
        if start >= 0:
            odd_before |= odd
            lettered |= letter
            barred_before |= barred
        b += 64
    return n, any_non_ascii


@kernel
def tokenize_non_ascii(
    run_places, run_sizes, n_runs, min_length, classes, folded, expansions, unspaced, words, aside,
    places, sizes,
):  # fmt: skip
    """Addresses and sizes of the tokens of runs some of which are odd; gives their number.

    The tokens of odd runs are written ``aside``, folded.
    """
    n = 0
    for i in range(n_runs):
        if run_sizes[i] >= 0:
            places[n], sizes[n] = run_places[i], run_sizes[i]
            n += 1
            continue
        at = run_places[i]
        end = at - run_sizes[i]
        first, characters, blocked, mixed_scripts = aside, 0, False, False
        lettered = False
        # One place further than the end, where an outside character ends the last token.
        while at <= end:
            inside = at < end
            point, length = code_point(at, end - at) if inside else (0x20, 1)
            at += length
            fold = np.int64(folded[point]) if inside else 0x20
            if fold == -1:
                continue
            low, high = (0, 1) if fold >= 0 else (-1 - fold, -1 - fold + expansions[-2 - fold])
            for j in range(low, high):
                point = fold if fold >= 0 else np.int64(expansions[j])
                kind = classes[point] if inside else OUTSIDE
                if kind != OUTSIDE:
                    code, length = utf8(point)
                    store8(aside, np.uint64(code))
                    aside += length
                    characters += 1
                    blocked |= kind == BLOCKING
                    lettered |= kind != NO_LETTER
                    mixed_scripts |= (kind == UNSPACED) | (kind > NO_LETTER)
                    continue
                if (
                    not blocked
                    and not mixed_scripts
                    and lettered
                    and characters >= min_length
                    and characters > 0
                ):
                    places[n], sizes[n] = first, aside - first
                    n += 1
                elif words != 0 and mixed_scripts:
                    n = cut_by_scripts(
                        first, aside, min_length, classes, unspaced, places, sizes, n
                    )
                elif not blocked and mixed_scripts and characters >= min_length:
                    n = cut_unspaced(first, aside, min_length, classes, unspaced, places, sizes, n)
                first, characters, blocked, mixed_scripts = aside, 0, False, False
                lettered = False
    return n


@kernel
def cut_by_scripts(at, end, min_length, classes, unspaced, places, sizes, n):
    """Tokens of a folded run, read as languages write it, that holds scripts without spaces.

    Stretches of one script are cut into pairs; Katakana stays whole, as it spells words from
    abroad. A single character of Han is a token where none of its script stands beside it. A lone
    letter beside Han, as in "A股", counts as one of it. A segmenter gets stretches of all scripts
    of East Asia, or of South-East Asia, at once.
    """
    while at < end:
        start, before, count, letters, kind = at, at, 0, 0, OUTSIDE
        while at < end:
            point, length = code_point(at, end - at)
            its = np.int64(classes[point])
            if (its == INSIDE) | (its == NO_LETTER):
                its = INSIDE
                if _is_lone_letter(at, end, start, kind, classes):
                    its = UNSPACED
            if unspaced == STRETCHES and (its == HIRAGANA) | (its == KATAKANA):
                its = UNSPACED
            if count > 0 and its != kind:
                break
            kind = its
            letters += classes[point] != NO_LETTER
            if (
                count > 0
                and unspaced == PAIRS
                and ((kind == UNSPACED) | (kind == HIRAGANA) | (kind == SYLLABLES))
            ):
                places[n], sizes[n] = before, at + length - before
                n += 1
            before, at, count = at, at + length, count + 1
        if kind == INSIDE:
            whole = count >= min_length and letters > 0
        elif unspaced == STRETCHES:
            whole = True
        else:
            whole = (kind == KATAKANA and count > 1) or (kind == UNSPACED and count == 1)
        if whole:
            places[n], sizes[n] = start, at - start
            n += 1
    return n


@kernel
def _is_lone_letter(at, end, start, kind, classes):
    """Whether the character at a place is one letter between others that are none, beside Han."""
    point, length = code_point(at, end - at)
    if classes[point] != INSIDE or (at > start and kind == INSIDE):
        return False
    after = OUTSIDE
    if at + length < end:
        after = classes[code_point(at + length, end - at - length)[0]]
    if (after == INSIDE) | (after == NO_LETTER):
        return False
    return after == UNSPACED or (at > start and kind == UNSPACED)


@kernel
def cut_unspaced(at, end, min_length, classes, unspaced, places, sizes, n):
    """Tokens of a folded run in which there are characters of scripts without spaces."""
    while at < end:
        start, before, count, kind = at, at, 0, OUTSIDE
        while at < end:
            point, length = code_point(at, end - at)
            if count > 0 and (classes[point] == UNSPACED) != (kind == UNSPACED):
                break
            kind = classes[point]
            if kind == UNSPACED and unspaced == PAIRS and count > 0:
                places[n], sizes[n] = before, at + length - before
                n += 1
            before, at, count = at, at + length, count + 1
        # A lone character is a token where any may be; a stretch has been cut into pairs already.
        if (kind == UNSPACED and count > 1 and unspaced == STRETCHES) or (
            (kind != UNSPACED or count == 1 or unspaced == STRETCHES) and count >= min_length
        ):
            places[n], sizes[n] = start, at - start
            n += 1
    return n


@kernel
def number(places, sizes, n_tokens, hash_mask, learning, table, ends, arena, n_types, numbers):
    """Number of every token, -1 where it is unknown and none is learnt; gives that of the types.

    Tokens of more than 16 bytes are told apart by all their bytes where their words are equal, so
    that no two are ever taken for one. There must be room for all types that may be new.
    """
    mask, store = np.uint64(len(table) - 1), address_of(arena)
    for i in range(n_tokens):
        size = np.int64(sizes[i])
        first, last = key_words(places[i], size, hash_mask)
        tag = np.uint64(min(size, 255))
        s = hash_of(first, last, tag, hash_mask) & mask
        t = np.int64(-1)
        while table[s, 2] != 0:
            value = table[s, 2]
            # One comparison and one branch for nearly all tokens.
            if (table[s, 0] == first) & (table[s, 1] == last) & (value & np.uint64(0xFF) == tag):
                t = np.int64(value >> np.uint64(8)) - 1
                if size <= 16 or (
                    ends[t + 1] - ends[t] == size and same_bytes(places[i], store + ends[t], size)
                ):
                    break
                t = np.int64(-1)
            s = (s + ONE) & mask
        if t < 0 and learning:
            t = n_types
            n_types += 1
            table[s, 0], table[s, 1] = first, last
            table[s, 2] = (np.uint64(n_types) << np.uint64(8)) | tag
            for k in range(0, size, 8):
                store8(store + ends[t] + k, load8(places[i] + k))
            ends[t + 1] = ends[t] + size
        numbers[i] = t
    return n_types


@kernel
def count(numbers, n_tokens, stats, ids, n):
    """Count the types of a piece of a document; gives the next entry."""
    for i in range(n_tokens):
        if numbers[i] >= 0:
            # Unsigned, since numba asks of every signed index whether it counts from the end.
            t = np.uint32(numbers[i])
            ids[n] = t
            n += stats[t, HERE] == 0
            stats[t, HERE] += 1
    return n


@kernel
def finish_document(stats, ids, counts, first, n):
    """Write the counts of the types of one document, and make ready for the next."""
    for j in range(first, n):
        t = np.uint32(ids[j])
        counts[j] = stats[t, HERE]
        stats[t, HERE] = 0
        stats[t, DOCUMENTS] += 1


@kernel
def piece_end(address, start, end):
    """Where the piece of a document that starts at ``start`` ends: where no run goes on."""
    if end - start <= PIECE:
        return end
    i = start + PIECE
    while i < end:
        b = load8(address + i) & np.uint64(0xFF)
        letter = 97 <= (b | np.uint64(0x20)) <= 122
        if not (
            letter or b >= 128 or 48 <= b <= 57 or (b == 95) | (b == 45) | (b == 46) | (b == 38)
        ):
            break
        i += 1
    return i


@kernel
def max_tokens_in(size, expansions):
    """Upper bound of the number of tokens in a document of so many bytes."""
    # An expansion of three bytes may hold four words: U+FDFA.
    return 2 * size + 2 if expansions.size > DOTTED else size // 2 + 2


@kernel
def max_bytes_in(size, expansions):
    """Upper bound of the bytes of the folded tokens in a document of so many bytes."""
    return 12 * size + 64 if expansions.size > DOTTED else 2 * size + 64


@kernel
def has_capacity(types, n_types, n, size):
    """Whether there is room for ``n`` more types of ``size`` bytes in all."""
    n += n_types
    return (
        n <= len(types.stats)
        and 3 * n <= 2 * len(types.table)
        and types.ends[n_types] + size + 64 <= types.arena.size
    )


@kernel
def move_slots(old, hash_mask, table):
    """Write the slots of an old table into a new one."""
    mask = np.uint64(len(table) - 1)
    for i in range(len(old)):
        first, last, value = old[i]
        if value != 0:
            s = hash_of(first, last, value & np.uint64(0xFF), hash_mask) & mask
            while table[s, 2] != 0:
                s = (s + ONE) & mask
            table[s, 0], table[s, 1], table[s, 2] = first, last, value


@kernel
def read_documents(
    data, offsets, d, rules, learning, in_order, types, n_types, copy, run_places, run_sizes,
    aside, places, sizes, numbers, ids, counts, lengths, n,
):  # fmt: skip
    """Read documents from ``d`` on while there is room for new types.

    Gives the next document, and the numbers of types and of entries.
    """
    classes, folded, expansions, case, blocking, min_length, unspaced, words, hash_mask = rules
    table, ends, arena, stats = types
    address, lowered, away = address_of(data), address_of(copy), address_of(aside)
    while d < offsets.size - 1:
        start, end = offsets[d], offsets[d + 1]
        if learning and not has_capacity(
            types,
            n_types,
            max_tokens_in(end - start, expansions),
            max_bytes_in(end - start, expansions),
        ):
            break
        first = n
        while start < end:
            stop = piece_end(address, start, end)
            here = address + start
            n_tokens, any_non_ascii = find_ascii_runs(
                here, stop - start, case, blocking, min_length, words, lowered, places, sizes
            )
            if any_non_ascii:
                copy_stretch(run_places, 0, places, 0, n_tokens)
                copy_stretch(run_sizes, 0, sizes, 0, n_tokens)
                n_tokens = tokenize_non_ascii(
                    run_places, run_sizes, n_tokens, min_length, classes, folded, expansions,
                    unspaced, words, away, places, sizes,
                )  # fmt: skip
            into = ids[n:] if in_order else numbers
            n_types = number(
                places, sizes, n_tokens, hash_mask, learning, table, ends, arena, n_types, into
            )
            n = n + n_tokens if in_order else count(numbers, n_tokens, stats, ids, n)
            start = stop
        if not in_order:
            finish_document(stats, ids, counts, first, n)
        lengths[d] = n - first
        d += 1
    return d, n_types, n


@kernel
def max_entries_in(offsets, expansions):
    """Upper bound of the number of entries of a shard."""
    return max_tokens_in(offsets[-1] - offsets[0], expansions) + 2 * offsets.size


@kernel
def longest_piece(data, offsets):
    """Bytes of the longest piece of the documents."""
    address, longest = address_of(data), np.int64(0)
    for d in range(offsets.size - 1):
        start = offsets[d]
        while start < offsets[d + 1]:
            stop = piece_end(address, start, offsets[d + 1])
            longest = max(longest, stop - start)
            start = stop
    return longest


@kernel
def read_shard(
    data, offsets, d, rules, learning, in_order, types, n_types, ids, counts, lengths, n
):
    """Read the documents of a shard from ``d`` on, while there is room for new types.

    ``data`` goes on for ``bits.PADDING`` bytes behind them. The entries are written from ``n`` on
    (numbers of types in reading order, or every type of a document once, and its counts), and how
    many each document has. Gives the next document, the number of types and that of entries.
    """
    expansions, longest = rules.expansions, longest_piece(data, offsets)
    capacity = max_tokens_in(longest, expansions)
    places, run_places = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    sizes, run_sizes = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    numbers = np.empty(capacity, np.int32)
    # The last step of a piece may write 64 bytes from its end on, and all may be read so.
    copy = np.empty(longest + 2 * PADDING, np.uint8)
    aside = np.empty(max_bytes_in(longest, expansions), np.uint8)
    return read_documents(
        data, offsets, d, rules, learning, in_order, types, n_types, copy, run_places, run_sizes,
        aside, places, sizes, numbers, ids, counts, lengths, n,
    )  # fmt: skip


@kernel
def number_strings(arena, string_ends, types, n_types, hash_mask, learning):
    """Number of every string of an arena among the types, and how many those are then.

    There must be room for those that are new.
    """
    n = string_ends.size - 1
    places, sizes = np.empty(n, np.int64), np.empty(n, np.int32)
    numbers = np.empty(n, np.int32)
    for i in range(n):
        places[i] = address_of(arena) + string_ends[i]
        sizes[i] = string_ends[i + 1] - string_ends[i]
    table, ends, arena, _ = types
    n_types = number(places, sizes, n, hash_mask, learning, table, ends, arena, n_types, numbers)
    return n_types, numbers


@kernel
def contains_byte_pair(data, low, high, first, second):
    """Whether two bytes stand side by side between two places."""
    address = address_of(data)
    for i in range(low, high - 1, 64):
        left = high - 1 - i
        found = between(address + i, first, first) & between(address + i + 1, second, second)
        if found != 0 and (left >= 64 or found << np.uint64(64 - left) != 0):
            return True
    return False
