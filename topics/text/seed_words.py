"""Seed words of themes: names and words that a user gives, as terms of a vocabulary."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError

Themes = dict[str, list[str]]


RESERVED = frozenset({"none", "-", "releases"})
"""Names that mean something else in tables: no theme, and how many documents there are."""


def check_name(name: Any, **place: Any) -> str:
    """The name of a theme or a topic, or a clear error.

    Parameters
    ----------
    name : str
        As a user gives it.
    **place : object
        ``path`` and ``index``, for messages.

    Returns
    -------
    str
        Without white space around it.

    Raises
    ------
    TopicsError
        If it is no str, empty, or holds a NUL or half a surrogate pair, which no file can keep.

    Examples
    --------
    >>> check_name(" aid ")
    'aid'
    """
    if not isinstance(name, str) or not name.strip():
        raise TopicsError(f"the name {name!r} is not a word", "give another", **place)
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise TopicsError(f"the name {name!r} cannot be written", "give another", **place)
    return name.strip()


def check_themes(
    themes: Mapping[str, Iterable[str]] | Iterable[str] | None, path: object = None
) -> Themes:
    """Themes as a dict of lists, or a clear error.

    Parameters
    ----------
    themes : mapping of str to iterable of str, iterable of str, or None
        Theme name to seed words and phrases; or names alone, or descriptions such as "people who
        had to leave their homes", which are then their own seeds.
    path : object, default=None
        Where they come from, for messages.

    Returns
    -------
    dict of str to list of str
        In the order given; seeds stripped of white space, each once.

    Raises
    ------
    TopicsError
        If a name is empty or is not one that tables can hold, a theme has no seeds, or a seed is
        no str.

    Examples
    --------
    >>> check_themes({"detainees": ["detained ", "prison"]})
    {'detainees': ['detained', 'prison']}
    """
    if themes is None:
        return {}
    if isinstance(themes, (str, bytes)) or not isinstance(themes, Iterable):
        raise TopicsError(
            f"themes are a {type(themes).__name__}",
            'give a dict: {"theme": ["word", ...]}, or a list of names',
            path=path,
        )
    if not isinstance(themes, Mapping):
        named: dict[str, list[str]] = {}
        for name in themes:
            # Twice is an error, as it is in a file.
            if isinstance(name, str) and name in named:
                raise TopicsError(f"the theme {name!r} is there twice", "give it once", path=path)
            named[name] = [name] if isinstance(name, str) else []
        themes = named
    checked: Themes = {}
    for name, seeds in themes.items():
        folded = check_name(name, path=path).casefold()
        problem = (
            "holds a semicolon, which divides labels in a cell" if ";" in name
            else "means something else in tables" if folded in RESERVED
            else "is there twice" if folded in map(str.casefold, checked)
            else ""
        )  # fmt: skip
        if problem:
            raise TopicsError(f"the theme {name!r} {problem}", "give it another name", path=path)
        if isinstance(seeds, (str, Mapping)) or not isinstance(seeds, Iterable):
            raise TopicsError(
                f"the seeds of {name!r} are no list",
                f'write {name} = ["word", "two words"]',
                path=path,
            )
        words, for_it = [], False
        for seed in seeds:
            if not isinstance(seed, str):
                raise TopicsError(
                    f"the seed {seed!r} of {name!r} is no word", "quote it", path=path
                )
            if seed.strip():
                words.append(" ".join(seed.split()))
                try:
                    for_it = parse_seed(seed).weight > 0 or for_it
                except TopicsError as error:
                    raise TopicsError(f"{name!r}: {error}", path=path) from None
        if not words:
            raise TopicsError(
                f"the theme {name!r} has no seeds", f'write {name} = ["word", ...]', path=path
            )
        if not for_it:
            raise TopicsError(
                f"all seeds of {name!r} speak against it", "give words that speak for it", path=path
            )
        checked[name] = list(dict.fromkeys(words))
    if not checked:
        raise TopicsError("there are no themes", 'write lines such as name = ["word"]', path=path)
    return checked


class Seed(NamedTuple):
    """A seed as it is written: ``refugees``, ``detain*``, ``*flüchtlinge``, ``camp^2``, ``-ball``.

    Attributes
    ----------
    words : str
        The word or the phrase.
    weight : float
        Below zero where it speaks against the theme.
    open_start, open_end : bool
        Whether anything may stand before or behind it.
    """

    words: str
    weight: float
    open_start: bool = False
    open_end: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it stands for every term that begins, ends or goes on as it does.

        Examples
        --------
        >>> parse_seed("*camp").is_open, parse_seed("camp").is_open
        (True, False)
        """
        return self.open_start or self.open_end


def parse_seed(text: str) -> Seed:
    """Take a seed apart.

    Parameters
    ----------
    text : str
        A word or a phrase; with ``-`` before it, it speaks against the theme; ``*`` before or
        behind it stands for any letters; ``^2`` behind that lets it weigh twice as much.

    Returns
    -------
    Seed
        Its words, its weight and which of its ends are open.

    Raises
    ------
    TopicsError
        If the weight is no number from 0.001 to 1000, or no word is left.

    Examples
    --------
    >>> parse_seed("detain*^2")
    Seed(words='detain', weight=2.0, open_start=False, open_end=True)
    >>> parse_seed("-football").weight
    -1.0
    """
    words, caret, weight = text.strip().partition("^")
    sign = -1.0 if words.startswith("-") else 1.0
    words = words.removeprefix("-").strip()
    try:
        number = float(weight) if caret else 1.0
    except ValueError:
        number = 0.0
    if not 0.001 <= number <= 1000:
        raise TopicsError(
            f"the weight of the seed {text!r} is no number from 0.001 to 1000",
            "write it like camp^2",
        )
    open_start, open_end = words.startswith("*"), words.endswith("*")
    words = words.removeprefix("*").removesuffix("*").strip()
    if not words or "*" in words:
        raise TopicsError(f"the seed {text!r} is no word", "write it like detain* or -football")
    return Seed(words, sign * number, open_start, open_end)


class SeedReader(Protocol):
    """What seeds are looked up with: a :class:`~topics.TermVectorizer` that is fitted."""

    def tokenize(self, text: str) -> list[str]:
        """The terms of a text."""

    def build_preprocessor(self) -> Callable[[str], str]:
        """The function that prepares a text."""

    def related_terms(self, word: str) -> list[str]:
        """Terms that are other forms of a word."""

    def written_forms(self, term: str) -> set[str]:
        """The words that a term stands for."""

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Term to column."""


def seed_terms(themes: Themes, tokenize: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """Seeds as the vectorizer would see them: ``"Human Rights"`` is the term ``human rights``.

    Parameters
    ----------
    themes : dict of str to list of str
        Theme name to seeds.
    tokenize : callable
        From a text to its tokens.

    Returns
    -------
    dict of str to list of str
        Theme name to terms, also to those that speak against it, but without seeds with an open
        end; a seed that holds only stop words has none.

    Examples
    --------
    >>> seed_terms({"aid": ["Camp", "tents"]}, str.split)
    {'aid': ['Camp', 'tents']}
    """
    found = {}
    for name, seeds in themes.items():
        parsed = [parse_seed(seed) for seed in seeds]
        terms = [seed_term(seed.words, tokenize) for seed in parsed if not seed.is_open]
        found[name] = [term for term in dict.fromkeys(terms) if term]
    return found


def seed_columns(
    weighed: Mapping[str, Mapping[str, float]], vocabulary: Mapping[str, int]
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Columns of the seeds that a vocabulary holds, and their weights.

    Parameters
    ----------
    weighed : mapping of str to mapping of str to float
        As of :func:`expand_seeds`.
    vocabulary : mapping of str to int
        Term to column.

    Returns
    -------
    dict of str to (ndarray of int64, ndarray of float64)
        For each theme columns and weights.

    Raises
    ------
    TopicsError
        If no seed that speaks for any theme is there.

    Warns
    -----
    UserWarning
        That names the themes of which none is there; these are left out.

    Examples
    --------
    >>> columns, weights = seed_columns({"camp": {"tent": 2.0, "flood": 1.0}}, {"tent": 5})["camp"]
    >>> columns.tolist(), weights.tolist()
    ([5], [2.0])
    """
    found, unknown = {}, []
    for theme, words in weighed.items():
        known = {vocabulary[word]: weight for word, weight in words.items() if word in vocabulary}
        if any(weight > 0 for weight in known.values()):
            found[theme] = (np.array(list(known), np.int64), np.array(list(known.values()), float))
        else:
            unknown.append(theme)
    if not unknown:
        return found
    names = ", ".join(map(repr, unknown))
    many = "s" * (len(unknown) > 1)
    problem = f"no seed of the theme{many} {names} is a term of the releases"
    advice = "give words that they use, no stop words, or more releases"
    if not found:
        raise TopicsError(problem, advice)
    warnings.warn(
        f"{problem}, so that they say nothing of {'them' if many else 'it'}: {advice}", stacklevel=6
    )
    return found


def seeds_in_vocabulary(
    themes: Themes, vectorizer: SeedReader, labelled: Collection[Any] = ()
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """As :func:`seed_columns`, of seeds as written; a warning names those that are no term.

    Parameters
    ----------
    themes : dict of str to list of str
        Theme name to seeds.
    vectorizer : TermVectorizer
        Fitted.
    labelled : collection, default=()
        Themes that documents are labelled with: these need no seeds, and are left out without any.

    Returns
    -------
    dict of str to (ndarray of int, ndarray of float)
        For each theme columns and weights.

    Raises
    ------
    TopicsError
        As :func:`seed_columns`.

    Examples
    --------
    >>> from topics import TermVectorizer
    >>> vectorizer = TermVectorizer().fit(["food tents"])
    >>> seeds_in_vocabulary({"aid": ["Tents"]}, vectorizer)["aid"][0].tolist()
    [1]
    """
    vocabulary = vectorizer.vocabulary_
    weighed = expand_seeds(themes, vectorizer)
    sought = {
        theme: words
        for theme, words in weighed.items()
        if theme not in labelled or any(w > 0 and t in vocabulary for t, w in words.items())
    }
    found = seed_columns(sought, vocabulary) if sought else {}
    written = original_seeds(themes, vectorizer.tokenize)
    missing = [
        f"{written.get(word, word)!r} ({theme}{_near(word, vocabulary)})"
        for theme, words in weighed.items()
        if theme in found or theme in labelled
        for word in words
        if word not in vocabulary
    ]
    if missing:
        warnings.warn(
            f"seeds that are no term of the releases: {', '.join(missing)}; the others do their "
            "work",
            stacklevel=5,
        )
    return found


def _near(word: str, vocabulary: Iterable[str]) -> str:
    near = near_terms(word, vocabulary)
    return f"; there is {', '.join(map(repr, near))}" if near else ""


def near_terms(word: str, vocabulary: Iterable[str], n: int = 2) -> list[str]:
    """The terms of a vocabulary that are written most like a word.

    Parameters
    ----------
    word : str
        A word that is no term.
    vocabulary : iterable of str
        The terms.
    n : int, default=2
        Terms at most.

    Returns
    -------
    list of str
        The most alike first, by :func:`difflib.get_close_matches`, of those that begin alike.

    Examples
    --------
    >>> near_terms("refugies", ["camp", "refugees", "rafts"])
    ['refugees']
    """
    word = word.strip("-*").lower()
    begin = word[: 2 if len(word) > 3 else 1]
    alike = [t for t in vocabulary if t.startswith(begin) and abs(len(t) - len(word)) < 4]
    return get_close_matches(word, sorted(alike), n, 0.75)


def expand_seeds(themes: Themes, vectorizer: SeedReader) -> dict[str, dict[str, float]]:
    """Seeds as terms with weights, open ends filled in.

    Parameters
    ----------
    themes : dict of str to list of str
        Theme name to seeds.
    vectorizer : TermVectorizer
        Fitted: a seed is read by it, and stands for terms of its vocabulary.

    Returns
    -------
    dict of str to dict of str to float
        Theme name to terms and their weights. A seed that is no term stands for other forms of its
        word, if these are terms. One with an open end that no term fits, or of stop words only, is
        there as it was written.

    Examples
    --------
    >>> from topics import TermVectorizer
    >>> vectorizer = TermVectorizer().fit(["detained detainees"])
    >>> expand_seeds({"prison": ["detain*", "-football"]}, vectorizer)
    {'prison': {'detained': 1.0, 'detainees': 1.0, 'football': -1.0}}
    """
    weighed: dict[str, dict[str, float]] = {}
    for name, seeds in themes.items():
        weighed[name] = {}
        for text in seeds:
            weight = parse_seed(text).weight
            for term in seed_matches(text, vectorizer):
                weighed[name].setdefault(term, weight)
    return weighed


def seed_matches(text: str, vectorizer: SeedReader) -> list[str]:
    """The terms that one seed stands for.

    Parameters
    ----------
    text : str
        A seed as it is written.
    vectorizer : TermVectorizer
        Fitted.

    Returns
    -------
    list of str
        At least one: where no term fits, the seed as the vectorizer reads it, or as it was written.

    Examples
    --------
    >>> from topics import TermVectorizer
    >>> vectorizer = TermVectorizer().fit(["refugee camps, transit camps"])
    >>> seed_matches("*camps", vectorizer), seed_matches("tents", vectorizer)
    (['camps'], ['tents'])
    """
    seed = parse_seed(text)
    vocabulary = vectorizer.vocabulary_
    if seed.is_open:
        part = vectorizer.build_preprocessor()(seed.words).strip()
        found = [
            term for term in vocabulary
            if any(_fits(written, part, seed) for written in vectorizer.written_forms(term))
        ]  # fmt: skip
        return sorted(found) or [text]
    term = seed_term(seed.words, vectorizer.tokenize)
    if term in vocabulary:
        return [term]
    return vectorizer.related_terms(seed.words) or [term or text]


def _fits(word: str, part: str, seed: Seed) -> bool:
    """Whether a word begins or ends as a seed with an open end does."""
    if not (seed.open_start or word.startswith(part)):
        return False
    return (seed.open_end or word.endswith(part)) and part in word


def seed_term(words: str, tokenize: Callable[[str], list[str]]) -> str:
    """A seed as one term.

    Parameters
    ----------
    words : str
        A word or a phrase.
    tokenize : callable
        From a text to its tokens.

    Returns
    -------
    str
        Its tokens, or the seed itself where a segmenter gives it as a whole beside its parts.

    Examples
    --------
    >>> seed_term("难民营", lambda text: ["难民", "民营", "难民营"])
    '难民营'
    >>> seed_term("peace talks", str.split)
    'peace talks'
    """
    tokens = tokenize(words)
    whole = words.strip().lower()
    return whole if whole in tokens and not whole.isascii() else " ".join(tokens)


def original_seeds(themes: Themes, tokenize: Callable[[str], list[str]]) -> dict[str, str]:
    """How a user wrote the seed that a term stands for, so that messages lead to it.

    Parameters
    ----------
    themes : dict of str to list of str
        Theme name to seeds.
    tokenize : callable
        From a text to its tokens.

    Returns
    -------
    dict of str to str
        Term to seed, or to all that are forms of it; terms of open ends are left out.

    Examples
    --------
    >>> original_seeds({"camp": ["Forced to leave^2"]}, lambda text: text.lower().split())
    {'forced to leave': 'Forced to leave^2'}
    """
    written: dict[str, list[str]] = {}
    for text in dict.fromkeys(text for seeds in themes.values() for text in seeds):
        seed = parse_seed(text)
        if not seed.is_open:
            written.setdefault(seed_term(seed.words, tokenize), []).append(text)
    return {term: ", ".join(texts) for term, texts in written.items()}
