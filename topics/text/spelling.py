"""How terms are spelled that stand for several words: counts of words, which add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

WordCounts = Counter[tuple[str, str]]
"""How often each word stands in texts, by its form and itself."""


def count_words(forms: Iterable[str], words: Iterable[str], often: Iterable[int]) -> WordCounts:
    """Counts of words that come in several rows.

    Examples
    --------
    >>> count_words(["camp", "camp"], ["camps", "camps"], [2, 1])
    Counter({('camp', 'camps'): 3})
    """
    counts: WordCounts = Counter()
    for form, word, n in zip(forms, words, often, strict=True):
        counts[form, word] += n
    return counts


def commonest_words(counts: WordCounts, known: Mapping[str, str] = {}) -> dict[str, str]:
    """The word that each form is spelled as: the one that stands most often.

    Parameters
    ----------
    counts : Counter of (str, str)
        Form and word to occurrences.
    known : mapping of str to str, default={}
        Spellings that stay.

    Returns
    -------
    dict of str to str
        Form to word; of words that stand equally often the first by the alphabet.

    Examples
    --------
    >>> commonest_words(Counter({("camp", "camps"): 2, ("camp", "camp"): 2, ("aid", "aid"): 1}))
    {'camp': 'camp', 'aid': 'aid'}
    """
    best: dict[str, tuple[int, str]] = {}
    for (form, word), n in counts.items():
        if form not in known:
            best[form] = min(best.get(form, (0, word)), (-n, word))
    return {**known, **{form: word for form, (_, word) in best.items()}}


def words_of_terms(counts: WordCounts, spelling: Mapping[str, str]) -> dict[str, list[str]]:
    """The words that each term stands for, the commonest first.

    Examples
    --------
    >>> counts = Counter({("camp", "camp"): 1, ("camp", "camps"): 2})
    >>> words_of_terms(counts, {"camp": "camps"})
    {'camps': ['camps', 'camp']}
    """
    found: dict[str, list[str]] = {}
    for (form, word), n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if n:
            found.setdefault(spelling[form], []).append(word)
    return found


def words_of(terms: Iterable[str]) -> set[str]:
    """The words of terms of one word or several.

    Examples
    --------
    >>> sorted(words_of(["aid", "aid camp"]))
    ['aid', 'camp']
    """
    return {word for term in terms for word in term.split()}


def spelling_of(terms: Iterable[str], form: Callable[[str], str]) -> dict[str, str]:
    """The word that each form is spelled as in terms.

    Examples
    --------
    >>> spelling_of(["Aid"], str.lower)
    {'aid': 'Aid'}
    """
    return {form(word): word for word in sorted(words_of(terms))}


def respelled(term: str, changed: Mapping[str, str]) -> str:
    """A term of one word or several with some of them spelled anew.

    Examples
    --------
    >>> respelled("aid camp", {"camp": "camps"})
    'aid camps'
    """
    return " ".join(changed.get(word, word) for word in term.split(" "))
