"""Stems and lemmas of words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from topics.text.stop_words import language_code


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
