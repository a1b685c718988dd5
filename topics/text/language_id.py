"""Which language a text is in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import combine_chunks, string_array, take_rows, text_buffers
from topics._parallel import over_shards

# Small languages that the large ones are mistaken for, in short or noisy texts, are left out.
LANGUAGES = frozenset(
    (
        "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu ha he hi hr hu hy "
        "id ig is it ja ka kk km kn ko ku ky lo lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt "
        "ro ru si sk sl so sq sr sv sw ta te th tl tr ug uk ur uz vi yo zh"
    ).split()
)
"""ISO 639-1 codes of the languages that are told apart."""

_READ = (200, 800)
"""Characters of a text that are looked at, and where they leave doubt."""
_PER_SHARD = 1024
_SURE = 0.5
_FEWEST_WORDS = 3
"""Words of a text of ASCII letters from which its language can be told."""
_FEW, _FEWEST_SURE = 5, 20
"""Words below which a text is decided with its pile, and texts that such a pile needs."""


class LanguageModel(NamedTuple):
    """The model of py3langid, as arrays.

    Attributes
    ----------
    moves : ndarray of uint32
        Next state of each state and byte.
    rows : ndarray of int64, shape (n_states,)
        Where the moves of a state begin.
    features : ndarray of int32, shape (n_states,)
        The feature met in a state; -1 for none.
    weights : ndarray of float32, shape (n_features, n_columns)
        Log odds of the features.
    prior : ndarray of float32, shape (n_columns,)
        Log odds of the languages.
    codes : ndarray of str, shape (n_languages,)
        ISO 639-1 codes.
    column_of : ndarray of int64, shape (n_columns,)
        The language of each column; one that is written in two scripts has two.
    """

    moves: NDArray[np.uint32]
    rows: NDArray[np.int64]
    features: NDArray[np.int32]
    weights: NDArray[np.float32]
    prior: NDArray[np.float32]
    codes: NDArray[np.str_]
    column_of: NDArray[np.int64]


@cache
def _model() -> LanguageModel:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages([code for code in found.labels if code in LANGUAGES])
    codes, column_of = np.unique(np.array(found.nb_classes), return_inverse=True)
    return LanguageModel(
        np.frombuffer(found.tk_nextmove, np.uint32),
        np.array(found.tk_row, np.int64) << 8,
        np.array(found.tk_output, np.int32),
        np.ascontiguousarray(found.nb_ptc, np.float32),
        np.ascontiguousarray(found.nb_pc, np.float32),
        codes,
        column_of,
    )


def recognise_languages(
    texts: Iterable[str] | Any, n_jobs: int | None = None, *, by_pile: bool = False
) -> list[str | None]:
    """Languages of texts, by the model of py3langid.

    Parameters
    ----------
    texts : Arrow column or iterable of str
        The texts; their first 200 characters are looked at, and 800 where these leave doubt.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.
    by_pile : bool, default=False
        Let texts of a few words be in the language that most others are in, unless they clearly
        are in another: a headline of two words is not told from its neighbours' by itself.

    Returns
    -------
    list of str or None
        ISO 639-1 codes; None where a text is too short or too mixed to say.

    Examples
    --------
    >>> recognise_languages(["Der Minister reiste am Freitag nach Genf.", "42"])
    ['de', None]
    """
    arrow = isinstance(texts, (pa.Array, pa.ChunkedArray))
    column = combine_chunks(texts) if arrow else string_array(texts)
    found = _recognise(_samples(column, _READ[0], n_jobs), n_jobs)
    longer = np.asarray(pc.greater(pc.binary_length(column), _READ[0]))
    doubted = np.flatnonzero(np.array([code is None for code in found], bool) & longer)
    if doubted.size:
        again = _samples(take_rows(column, doubted), _READ[1], n_jobs)
        for at, code in zip(doubted.tolist(), _recognise(again, n_jobs), strict=True):
            found[at] = code
    if by_pile:
        _decide_short_ones(column, found, n_jobs)
    return found


def _decide_short_ones(column: Any, found: list[str | None], n_jobs: int | None) -> None:
    """Let what the others are in speak for texts of a few words."""
    model = _model()
    rows = np.flatnonzero(np.asarray(pc.less(pc.binary_length(column), _READ[0])))
    spaces = pc.count_substring(pc.utf8_trim_whitespace(take_rows(column, rows)), " ")
    rows = rows[np.asarray(pc.less(spaces, _FEW))]
    is_short = np.zeros(len(column), bool)
    is_short[rows] = True
    number = {code: k for k, code in enumerate(model.codes.tolist())}
    sure = [number[code] for code, short in zip(found, is_short, strict=True) if code and not short]
    if not sure:
        sure = [number[code] for code in found if code]
    if len(sure) < _FEWEST_SURE or not rows.size:
        return
    prior = np.bincount(sure, minlength=len(number)).astype(np.float32) + 1
    samples = _samples(take_rows(column, rows), _READ[0], n_jobs)
    shares = _shares(samples, n_jobs) * (prior / prior.sum())
    shares /= shares.sum(axis=1, keepdims=True)
    best = shares.argmax(axis=1)
    letters = np.asarray(pc.match_substring_regex(samples, r"\pL"))
    sure_of = letters & (shares[np.arange(len(best)), best] > _SURE)
    for at, k, known in zip(rows.tolist(), best.tolist(), sure_of.tolist(), strict=True):
        found[at] = str(model.codes[k]) if known else found[at]


def _recognise(samples: pa.LargeStringArray, n_jobs: int | None) -> list[str | None]:
    if not len(samples):
        return []
    shares = _shares(samples, n_jobs)
    best = shares.argmax(axis=1)
    words = np.asarray(pc.count_substring(samples, " ")) + 1
    sure = shares[np.arange(len(best)), best] > _SURE
    sure &= (words >= _FEWEST_WORDS) | ~np.asarray(pc.string_is_ascii(samples))
    sure &= np.asarray(pc.binary_length(samples)) > 0
    codes = _model().codes[best].tolist()
    return [code if known else None for code, known in zip(codes, sure.tolist(), strict=True)]


def _shares(samples: pa.LargeStringArray, n_jobs: int | None) -> NDArray[np.float32]:
    """How likely each language is for each text."""
    model = _model()
    scores = _scores(samples, model, n_jobs)
    # A temperature of the root of the length keeps certainties of short and long texts alike.
    lengths = np.maximum(np.asarray(pc.binary_length(samples)), 1).astype(np.float32)
    scores /= np.sqrt(lengths)[:, None]
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    shares = np.zeros((len(samples), len(model.codes)), np.float32)
    for column_number, language in enumerate(model.column_of.tolist()):
        shares[:, language] += scores[:, column_number]
    return shares


def _samples(texts: pa.LargeStringArray, limit: int, n_jobs: int | None) -> pa.LargeStringArray:
    """What is looked at: in lower case, since headlines in capitals look like other languages."""
    from topics._kernels.languages import sample_ascii

    data, offsets = text_buffers(texts)
    sizes = np.empty(len(texts), np.int64)

    def work(low: int, high: int) -> NDArray[np.uint8]:
        out = np.empty((high - low) * limit, np.uint8)
        n = sample_ascii(data, offsets, low, high, limit, out, sizes)
        return out[:n].copy()

    parts = over_shards(work, len(texts), _PER_SHARD, n_jobs)
    beyond = sizes < 0
    at = np.concatenate([[0], np.cumsum(np.maximum(sizes, 0))])
    letters = np.concatenate([np.empty(0, np.uint8), *parts])
    buffers = [None, pa.py_buffer(at), pa.py_buffer(letters)]
    samples = pa.Array.from_buffers(pa.large_string(), len(texts), buffers)
    if not beyond.any():
        return samples
    others = _samples_beyond_ascii(take_rows(texts, np.flatnonzero(beyond)), limit)
    return pc.replace_with_mask(samples, pa.array(beyond), others)


def _samples_beyond_ascii(texts: pa.LargeStringArray, limit: int) -> pa.LargeStringArray:
    # Twice as many, since white space counts once.
    samples = pc.utf8_slice_codeunits(pc.utf8_ltrim_whitespace(texts), 0, 2 * limit)
    spaced = np.asarray(pc.match_substring_regex(samples, r"\s\s|[\t-\r]|\pZ\pZ|[^ \PZ]"))
    if spaced.any():
        squeezed = pc.replace_substring_regex(samples.filter(pa.array(spaced)), r"[\s\pZ]+", " ")
        samples = pc.replace_with_mask(samples, pa.array(spaced), squeezed)
    samples = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(samples, 0, limit))
    return pc.utf8_normalize(pc.utf8_lower(samples), "NFC")


def _scores(
    samples: pa.LargeStringArray, model: LanguageModel, n_jobs: int | None
) -> NDArray[np.float32]:
    from topics._kernels.languages import score_languages

    letters, at = text_buffers(samples)
    scores = np.empty((len(samples), model.prior.size), np.float32)

    def work(low: int, high: int) -> None:
        score_languages(letters, at, low, high, *model[:5], scores)

    over_shards(work, len(samples), _PER_SHARD, n_jobs)
    return scores


def unload_language_model() -> None:
    """Give back the memory of what tells languages apart, some 90 MB; it is read anew when needed.

    Examples
    --------
    >>> unload_language_model()
    """
    _model.cache_clear()
