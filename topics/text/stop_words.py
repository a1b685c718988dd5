"""Stop words by language."""

from __future__ import annotations

from collections.abc import Iterable


def stop_word_list(stop_words: str | Iterable[str] | None) -> frozenset[str]:
    """Stop words by language or as given.

    Parameters
    ----------
    stop_words : str, iterable of str, or None
        "english" is scikit-learn's list; any other language name or two-letter code is looked up
        in the ``stopwordsiso`` package; an iterable is taken as it is.

    Returns
    -------
    frozenset of str
        The words.

    Raises
    ------
    ValueError
        If no list is known for the language.

    Examples
    --------
    >>> sorted(stop_word_list("danish"))[:2]
    ['ad', 'af']
    >>> stop_word_list(["aid"])
    frozenset({'aid'})
    """
    if stop_words is None:
        return frozenset()
    if not isinstance(stop_words, str):
        return frozenset(stop_words)
    if stop_words in ("english", "en"):
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return frozenset(ENGLISH_STOP_WORDS)
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
    if len(language) <= 3:
        return language.lower()
    from babel import Locale

    names = {name.lower(): code for code, name in Locale("en").languages.items()}
    return names.get(language.lower(), language)
