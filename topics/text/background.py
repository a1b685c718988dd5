"""Word vectors that come from outside the corpus: with a package, or from the user."""

from __future__ import annotations

import gzip
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from importlib.util import find_spec
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._errors import TopicsError, require
from topics._math.arrays import unit_rows
from topics.text.seed_words import parse_seed
from topics.text.stop_words import stop_word_list

PACKAGE = "wordllama"
"""The package whose vectors are taken where nothing else is asked for."""
MAX_WORDS = 40_000
"""Words of the background that a model knows beside those of its corpus."""

_LANGUAGES = {"en": 1.0, "fr": 0.7, "es": 0.6, "pt": 0.6, "it": 0.5, "de": 0.4, "ru": 0.4}
"""How far the package's vectors are trusted before seeds are looked at: by its nearest neighbours
of forty words and what these mean in English."""
_TRUST_OF_OTHERS = 0.7
"""The same for vectors that the user gives."""
_SEEDS_OF_PRIOR = 10
_MANY_DOCUMENTS = 500
"""Documents from which on vectors of a background are shortened, by the root of their number."""


_LENGTH = 2.0
"""Of vectors of a background that is trusted, beside the corpus's own of length one."""


LEAST_TRUST = 0.3
"""Below it a background is not asked: it hardly does better than chance."""
_NO_WEIGHT, _FULL_WEIGHT = 0.4, 0.8
_WORD = "\u2581"
"""With it begins a piece that begins a word."""
_MAX_PIECES = 2
"""Of a word that is listed: what is made of more is spelled, and hardly known."""
_LEAST_LETTERS = 2
"""Of a piece, in the mean, of words that are known."""
_SHORTEST_WORD, _LONGEST_WORD = 3, 12
_ENCODED_AT_ONCE = 8192
_MAX_READ = 200_000
"""Words of a file of vectors."""


class Background(Protocol):
    """Where vectors of words come from; sentence-transformers' and model2vec's models are some."""

    def encode(self, words: list[str], /) -> Any:
        """A row of one length for each word or phrase."""


class PackageVectors:
    """The vectors of the ``wordllama`` package: 32,000 pieces of words, of 256 dimensions [1]_.

    Only its data is read, never its code, which can fetch other models.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is installed.

    References
    ----------
    .. [1] Miller (2024), "WordLlama: recycled token embeddings from large language models".

    Examples
    --------
    >>> vectors = package_vectors()
    >>> vectors is None or vectors.encode(["refugees"]).shape
    (1, 256)
    """

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open
        from tokenizers import Tokenizer

        [weights] = (folder / "weights").glob("*_256.safetensors")
        [pieces] = (folder / "tokenizers").glob("*.json")
        with safe_open(weights, framework="numpy") as tensors:
            [name] = tensors.keys()
            self._rows = tensors.get_tensor(name)
        self._tokenizer = Tokenizer.from_file(str(pieces))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def encode(self, words: list[str], /) -> NDArray[np.float32]:
        """Mean of the pieces of each word, in the spelling that is made of the fewest of them.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or vectors.encode(["obama", "aid"]).shape
        (2, 256)
        """
        best = self.pieces(words)
        doubtful = [i for i, pieces in enumerate(best) if len(pieces) > 1]
        # As names and abbreviations are written.
        for spelled, few in ((str.title, 1), (str.upper, 2)):
            rows = [i for i in doubtful if len(best[i]) > few]
            others = self.pieces([spelled(words[i]) for i in rows])
            for i, pieces in zip(rows, others, strict=True):
                if len(pieces) < len(best[i]):
                    best[i] = pieces
        for i in doubtful:
            # Spelled letter by letter: nothing is known of it.
            if len(best[i]) * _LEAST_LETTERS > len(words[i].replace(" ", "")):
                best[i] = []
        return self._means(best)

    def pieces(self, words: list[str]) -> list[list[int]]:
        """Numbers of the pieces that make up each word.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or len(vectors.pieces(["camp"])[0])
        1
        """
        encoded = self._tokenizer.encode_batch_fast(words, add_special_tokens=False)
        return [row.ids for row in encoded]

    def whole_words(self) -> list[str]:
        """Words and names that are one piece, as they are spelled, in the order of the vectors.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or "London" in vectors.whole_words()
        True
        """
        words = (piece[1:] for piece in self._pieces if piece.startswith(_WORD))
        return [word for word in words if len(word) >= _SHORTEST_WORD and word.isalpha()]

    def is_well_known(self, word: str) -> bool:
        """Whether a word can be made of two pieces, or is one.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or (vectors.is_well_known("refugee"), vectors.is_well_known("zyzzyva"))
        (True, False)
        """
        pieces = self._pieces
        for begin in (_WORD + word, _WORD + word.title()):
            if begin in pieces:
                return True
            for i in range(len(begin) - 1, 1, -1):
                if begin[i:] in pieces and begin[:i] in pieces:
                    return True
        return False

    @cached_property
    def _pieces(self) -> dict[str, int]:
        """All pieces and their numbers, in the order of these."""
        return dict(sorted(self._tokenizer.get_vocab().items(), key=lambda item: item[1]))

    def _means(self, pieces: list[list[int]]) -> NDArray[np.float32]:
        ends = np.cumsum([0, *map(len, pieces)])
        numbers = np.fromiter(chain.from_iterable(pieces), np.int64, int(ends[-1]))
        held = (np.ones(numbers.size, np.float32), numbers, ends)
        sums = sp.csr_matrix(held, (len(pieces), len(self._rows))) @ self._rows.astype(np.float32)
        return np.asarray(sums / np.maximum(np.diff(ends), 1)[:, None].astype(np.float32))


class KeyedVectorsEncoder:
    """Word vectors of gensim's, looked up word by word.

    Parameters
    ----------
    vectors : gensim.models.KeyedVectors
        Such as fastText's, GloVe's or word2vec's.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim.models import KeyedVectors
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["camp", "aid"], np.eye(2, dtype=np.float32))
    >>> KeyedVectorsEncoder(vectors).encode(["camp aid", "Camp", "court"]).tolist()
    [[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]
    """

    def __init__(self, vectors: Any) -> None:
        self._vectors = vectors

    def encode(self, words: list[str], /) -> NDArray[np.float32]:
        """Vectors of words, and means of those of the words of a phrase."""
        found = np.zeros((len(words), self._vectors.vector_size), np.float32)
        for i, word in enumerate(words):
            spelled = (word, word.replace(" ", "_"), word.lower(), word.title(), word.upper())
            keys = next(([key] for key in spelled if key in self._vectors), word.split())
            known = [self._vectors[key] for key in keys if key in self._vectors]
            if known:
                found[i] = np.mean(known, axis=0)
        return found

    def words(self) -> list[str]:
        """The words that have vectors, the most frequent first where the file had it so."""
        return list(self._vectors.index_to_key)


@cache
def package_vectors() -> PackageVectors | None:
    """The vectors of the package, or None where it is not installed.

    Examples
    --------
    >>> package_vectors() is package_vectors()
    True
    """
    if find_spec("tokenizers") is None:
        return None
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return PackageVectors(Path(found.submodule_search_locations[0]))


@cache
def dictionary_words(language: str) -> tuple[list[str], frozenset[str]]:
    """The words of a language's dictionary, simplemma's: those that head an entry, and all forms.

    Examples
    --------
    >>> words, forms = dictionary_words("en")
    >>> "refugee" in words, "refugees" in forms, dictionary_words("zh")[0]
    (True, True, [])
    """
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    try:
        # It looks like a mapping of str, at a price for each entry; underneath may be bytes.
        entries: Any = DefaultDictionaryFactory().get_dictionary(language)
    except ValueError:
        return [], frozenset()
    entries = getattr(entries, "_dict", entries)
    forms, heads = (
        {word.decode() if isinstance(word, bytes) else word for word in words}
        for words in (entries.keys(), set(entries.values()))
    )
    kept = (
        word.lower()
        for word in heads
        if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD and word.isalpha() and word[1:].islower()
    )
    return sorted(kept), frozenset(forms | heads)


@cache
def _listed_words(languages: tuple[str, ...]) -> list[str]:
    """The words of some languages that the package's vectors know best: of the fewest pieces."""
    vectors = package_vectors()
    heads, forms = zip(*map(dictionary_words, languages), strict=True) if languages else ((), ())
    words = list(dict.fromkeys(word for head in heads for word in head))
    if vectors is None:
        return words[:MAX_WORDS]
    few = [word for word in words if vectors.is_well_known(word)]
    # The package knows words of many languages; what is written in capitals may be a name.
    known = frozenset[str]().union(*forms)
    whole = [w.lower() for w in vectors.whole_words() if w.lower() in known or w.istitle()]
    foreign = _function_words().difference(known)
    return list(dict.fromkeys(w for w in whole + few if w not in foreign))[:MAX_WORDS]


@cache
def _function_words() -> frozenset[str]:
    """Stop words of all languages."""
    import stopwordsiso

    return frozenset(stopwordsiso.stopwords(stopwordsiso.langs()))


class WordKnowledge:
    """What a background knows of the words of some languages, and how far it is trusted.

    Parameters
    ----------
    background : Background
        Where vectors come from.
    languages : sequence of str
        ISO 639-1 codes of the corpus, the commonest first.
    themes : mapping of str to list of str, default={}
        Theme name to seeds.

    Attributes
    ----------
    trust : float
        From 0 to 1: how many of the seeds lie nearest to the other seeds of their theme, beyond
        what chance would have it; before there are many seeds, what is known of the language.
    prior : float
        What is known of the language.

    Examples
    --------
    >>> themes = {"aid": ["camp", "refugees", "tents"], "law": ["court", "judge", "trial"]}
    >>> vectors = package_vectors()
    >>> vectors is None or WordKnowledge(vectors, ["en"], themes).trust > 0.5
    True
    """

    def __init__(
        self,
        background: Background,
        languages: Sequence[str],
        themes: Mapping[str, Sequence[str]] = {},
    ) -> None:
        self._background = background
        self._languages = tuple(languages)
        # What any text says is no subject: the mean of the stop words is taken off all vectors.
        common: set[str] = set()
        for language in self._languages:
            with suppress(ValueError):
                common |= stop_word_list(language)
        self._centre = self._encode(sorted(common)).mean(axis=0) if common else np.float32(0)
        self.prior = self._prior()
        self.trust = self._trust(themes)

    @property
    def weight(self) -> float:
        """How much its vectors weigh beside a corpus's own, from 0 to 1.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or WordKnowledge(vectors, ["zh"]).weight
        0.0
        """
        return float(np.clip((self.trust - _NO_WEIGHT) / (_FULL_WEIGHT - _NO_WEIGHT), 0, 1))

    def words(self) -> list[str]:
        """Words that are worth knowing although a corpus does not hold them.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or "refugee" in WordKnowledge(vectors, ["en"]).words()
        True
        """
        own = getattr(self._background, "words", None)
        return own()[:MAX_WORDS] if own is not None else _listed_words(self._languages)

    def length(self, n_documents: int) -> np.float32:
        """Length of its vectors beside those that documents teach, of length one.

        Parameters
        ----------
        n_documents : int
            How many teach them: what many say of their words is truer of them.

        Returns
        -------
        float32
            Two for a background that is trusted and few documents.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or float(WordKnowledge(vectors, ["en"]).length(100))
        2.0
        """
        few = min(1.0, (_MANY_DOCUMENTS / max(n_documents, 1)) ** 0.5)
        return np.float32(_LENGTH * few * self.weight**2)

    def vectors(self, terms: list[str]) -> NDArray[np.float32]:
        """Vectors of terms, of length one; zeros where nothing is known.

        Examples
        --------
        >>> vectors = package_vectors()
        >>> vectors is None or WordKnowledge(vectors, ["en"]).vectors(["camp"]).shape
        (1, 256)
        """
        starts = range(0, max(len(terms), 1), _ENCODED_AT_ONCE)
        parts = (self._encode(terms[start : start + _ENCODED_AT_ONCE]) for start in starts)
        return np.concatenate(
            [unit_rows(rows - self._centre) * rows.any(axis=1, keepdims=True) for rows in parts]
        )

    def _encode(self, words: list[str]) -> NDArray[np.float32]:
        return np.asarray(self._background.encode(words), np.float32)

    def _prior(self) -> float:
        if self._background is not package_vectors():
            return _TRUST_OF_OTHERS
        return _LANGUAGES.get(self._languages[0], 0.0) if self._languages else 0.0

    def _trust(self, themes: Mapping[str, Sequence[str]]) -> float:
        parsed = [(k, parse_seed(s)) for k, seeds in enumerate(themes.values()) for s in seeds]
        parsed = [(k, seed) for k, seed in parsed if seed.weight > 0 and not seed.is_open]
        groups = np.array([k for k, _ in parsed], np.int64)
        sizes = np.bincount(groups, minlength=1)
        # A seed alone in its theme has nothing to lie near to.
        asked = np.flatnonzero(sizes[groups] > 1)
        if not asked.size or (sizes > 0).sum() < 2:
            return self.prior
        rows = self.vectors([seed.words for _, seed in parsed])
        members = groups == np.arange(sizes.size)[:, None]
        sums = members.astype(np.float32) @ rows
        hits, chance = 0, 1 / int((sizes > 0).sum())
        for i in asked:
            others = sums - members[:, [i]] * rows[i]
            hits += int((unit_rows(others) @ rows[i]).argmax() == groups[i])
        found = max(hits / asked.size - chance, 0.0) / (1 - chance)
        return (found * asked.size + self.prior * _SEEDS_OF_PRIOR) / (asked.size + _SEEDS_OF_PRIOR)


def resolve_background(background: Any) -> Background | None:
    """Where vectors of words come from, as a user says it.

    Parameters
    ----------
    background : "default", None, str, path, gensim.models.KeyedVectors or object
        The package's vectors, if it is installed; none; a file of word2vec's format, text or
        binary, or GloVe's, also gzipped; word vectors of gensim's; or anything with an
        ``encode(list of str)`` that gives a row for each, such as a model of
        sentence-transformers or model2vec.

    Returns
    -------
    Background or None
        None where there is none.

    Raises
    ------
    TopicsError
        If it is something else, or the file cannot be read.

    Examples
    --------
    >>> resolve_background(None) is None
    True
    """
    if background is None:
        return None
    if isinstance(background, str) and background == "default":
        return package_vectors()
    if isinstance(background, (str, PathLike)):
        return KeyedVectorsEncoder(read_word_vectors(background))
    if hasattr(background, "index_to_key"):
        return KeyedVectorsEncoder(background)
    if hasattr(background, "encode") and not isinstance(background, type):
        found: Background = background
        return found
    raise TopicsError(
        f"the background is a {type(background).__name__}",
        'give "default", None, a file, gensim\'s KeyedVectors, or an object with encode()',
    )


def read_word_vectors(path: str | PathLike[str]) -> Any:
    """Word vectors of a file in word2vec's format, text or binary, or GloVe's.

    Parameters
    ----------
    path : str or path
        Such as ``cc.de.300.vec``, ``glove.6B.100d.txt`` or ``vectors.bin``, also gzipped. Files
        that gensim pickled are not read: they could run code.

    Returns
    -------
    gensim.models.KeyedVectors
        The first 200,000 words at most.

    Raises
    ------
    TopicsError
        If gensim is not installed, or the file is missing or of another format.

    Examples
    --------
    >>> read_word_vectors("missing.vec")
    Traceback (most recent call last):
        ...
    topics._errors.TopicsError: missing.vec: there is no such file; check its name
    """
    file = Path(path)
    if not file.is_file():
        raise TopicsError("there is no such file", "check its name", path=file)
    require("gensim", "files of word vectors")
    from gensim.models import KeyedVectors

    opened: Any = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rb") as lines:
            head = lines.readline().split()
        is_binary = file.name.removesuffix(".gz").endswith(".bin")
        has_header = len(head) == 2 and all(part.isdigit() for part in head)
        if is_binary and not has_header:
            raise ValueError("no word2vec header")
        with warnings.catch_warnings():
            # gensim leaves a file without a header open for a moment.
            warnings.simplefilter("ignore", ResourceWarning)
            return KeyedVectors.load_word2vec_format(
                str(file), binary=is_binary, no_header=not has_header, limit=_MAX_READ
            )
    except (OSError, EOFError, ValueError, UnicodeDecodeError) as error:
        raise TopicsError(
            f"these are no word vectors ({error})",
            "give a file of word2vec's or GloVe's format, as text or .bin",
            path=file,
        ) from None
