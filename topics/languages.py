"""Languages: which one a text is in, and its stop words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, partial
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


def release_model() -> None:
    """Give back the memory of what tells languages apart, some 90 MB; it is read anew when needed.

    Examples
    --------
    >>> release_model()
    """
    _identifier.cache_clear()


def stop_word_list(stop_words: str | Iterable[str] | None) -> frozenset[str]:
    """Stop words by language or as given.

    Parameters
    ----------
    stop_words : str, iterable of str, or None
        "english" is scikit-learn's list; any other language name or two-letter code is looked up
        in the ``stop-words`` package, and then in ``stopwordsiso``; an iterable is taken as it is.

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

    with suppress(StopWordError):
        return frozenset(get_stop_words(stop_words))
    import stopwordsiso

    code = language_code(stop_words)
    if code not in stopwordsiso.langs():
        raise ValueError(
            f"no stop words are known for {stop_words!r}: give a language name in English, "
            "a two-letter code, or a list of words"
        )
    return frozenset(stopwordsiso.stopwords(code))


def language_code(language: str) -> str:
    """Two-letter code of a language given by its English name or its code.

    Parameters
    ----------
    language : str
        Such as "german" or "de".

    Returns
    -------
    str
        ISO 639-1 code; the language as given where no such name is known.

    Examples
    --------
    >>> language_code("German"), language_code("de")
    ('de', 'de')
    """
    from babel import Locale

    if len(language) <= 3:
        return language.lower()
    names = {name.lower(): code for code, name in Locale("en").languages.items()}
    return names.get(language.lower(), language)


def word_form(
    stemmer: str | Callable[[str], str] | None, lemmatizer: str | Callable[[str], str] | None
) -> Callable[[str], str] | None:
    """The function that gives the form under which a word is counted.

    Parameters
    ----------
    stemmer : str, callable or None
        A language of the Snowball stemmers, such as "english" or "de", or a function.
    lemmatizer : str, callable or None
        A language of simplemma, such as "english" or "de", or a function.

    Returns
    -------
    callable or None
        From a word to its form; None where words stay as they are.

    Raises
    ------
    ValueError
        If both are given, or one does not know the language.

    Examples
    --------
    >>> word_form("english", None)("ministers"), word_form(None, "en")("mice")
    ('minist', 'mouse')
    """
    if stemmer is not None and lemmatizer is not None:
        raise ValueError("give a stemmer or a lemmatizer, not both")
    if callable(stemmer) or callable(lemmatizer):
        return stemmer or lemmatizer  # type: ignore[return-value]
    if stemmer is not None:
        import snowballstemmer
        from babel import Locale

        names = [stemmer.lower(), str(Locale("en").languages.get(stemmer.lower(), "")).lower()]
        known = snowballstemmer.algorithms()
        for name in names:
            if name in known:
                return snowballstemmer.stemmer(name).stemWord
        raise ValueError(f"no stemmer is known for {stemmer!r}; there are {', '.join(known)}")
    if lemmatizer is not None:
        import simplemma

        code = language_code(lemmatizer)
        try:
            simplemma.lemmatize("a", code)
        except ValueError:
            raise ValueError(f"no lemmas are known for {lemmatizer!r}") from None
        return partial(simplemma.lemmatize, lang=code)
    return None
