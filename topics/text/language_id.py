"""Which language a text is in."""

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


def unload_language_model() -> None:
    """Give back the memory of what tells languages apart, some 90 MB; it is read anew when needed.

    Examples
    --------
    >>> unload_language_model()
    """
    _identifier.cache_clear()
