"""Languages: which one a text is in, and its stop words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

# Small languages that the large ones are mistaken for, in short or noisy texts, are left out.
LANGUAGES = frozenset(
    (
        "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id "
        "is it ja ka kk km kn ko ku ky lo lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt ro ru "
        "si sk sl so sq sr sv sw ta te th tl tr ug uk ur uz vi zh"
    ).split()
)
"""ISO 639-1 codes of the languages that are told apart."""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if code in LANGUAGES])
    return identifier


def recognise_languages(texts: Iterable[str]) -> list[str | None]:
    """Languages of texts, by py3langid.

    Parameters
    ----------
    texts : iterable of str
        The texts; their first 400 characters are looked at.

    Returns
    -------
    list of str or None
        ISO 639-1 codes; None where a text is too short or too mixed to say.

    Examples
    --------
    >>> recognise_languages(["Der Minister reiste am Freitag nach Genf.", "42"])
    ['de', None]
    """
    identifier = _identifier()
    languages: list[str | None] = []
    for text in texts:
        # Lower case: headlines in capitals look like other languages.
        sample = " ".join(text[:2000].split())[:400].lower()
        words = sample.split()
        code, certainty = identifier.classify(sample) if words else (None, 0.0)
        sure = certainty > 0.5 and (len(words) > 2 or not sample.isascii())
        languages.append(code if sure else None)
    return languages


def stop_word_list(stop_words: str | Iterable[str] | None) -> frozenset[str]:
    """Stop words by language or as given.

    Parameters
    ----------
    stop_words : str, iterable of str, or None
        "english" is scikit-learn's list; any other language name or two-letter code is looked up
        in the ``stop-words`` package; an iterable is taken as it is.

    Returns
    -------
    frozenset of str
        The words.

    Raises
    ------
    ValueError
        If no list is known for the language.
    """
    if stop_words is None:
        return frozenset()
    if not isinstance(stop_words, str):
        return frozenset(stop_words)
    if stop_words in ("english", "en"):
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return frozenset(ENGLISH_STOP_WORDS)
    from stop_words import StopWordError, get_stop_words

    try:
        return frozenset(get_stop_words(stop_words))
    except StopWordError:
        raise ValueError(
            f"no stop words are known for {stop_words!r}: give a language name in English, "
            "a two-letter code, or a list of words"
        ) from None
