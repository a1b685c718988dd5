"""The forms under which words are counted: stems, lemmas, words without what is joined to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Literal, NamedTuple

from topics.text.stop_words import language_code

Form = Callable[[str], str]


def word_form(stemmer: str | Form | None, lemmatizer: str | Form | None) -> Form | None:
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
        found = snowball_stemmer(stemmer)
        if found is None:
            known = ", ".join(_snowball_algorithms()[1])
            raise ValueError(f"no stemmer is known for {stemmer!r}; there are {known}")
        return found
    if lemmatizer is not None:
        import simplemma

        code = language_code(lemmatizer)
        try:
            simplemma.lemmatize("a", code)
        except ValueError:
            raise ValueError(f"no lemmas are known for {lemmatizer!r}") from None
        return partial(simplemma.lemmatize, lang=code)
    return None


def snowball_stemmer(language: str) -> Form | None:
    """Snowball's stemmer of a language, None where there is none.

    Parameters
    ----------
    language : str
        A name or a code, such as "german" or "de".

    Returns
    -------
    callable or None
        From a word to its stem.

    Examples
    --------
    >>> snowball_stemmer("de")("flüchtlinge"), snowball_stemmer("ko")
    ('fluchtling', None)
    """
    name = _SNOWBALL.get(language.lower(), language.lower())
    make, known = _snowball_algorithms()
    return make(name) if name in known else None


def _snowball_algorithms() -> tuple[Callable[[str], Form], list[str]]:
    """Snowball in C where it has a wheel for this Python, else the same stems in Python."""
    try:
        import Stemmer
    except ModuleNotFoundError:
        import snowballstemmer

        return lambda name: snowballstemmer.stemmer(name).stemWord, snowballstemmer.algorithms()
    # Its own cache is of 10,000 words; each word is asked for once.
    return lambda name: Stemmer.Stemmer(name, 0).stemWord, Stemmer.algorithms()


_SNOWBALL = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech",
    "da": "danish", "nl": "dutch", "en": "english", "et": "estonian", "fi": "finnish",
    "fr": "french", "de": "german", "el": "greek", "hi": "hindi", "hu": "hungarian",
    "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "no": "norwegian", "nb": "norwegian", "fa": "persian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


# Spelling: what differs between two writings of one word.

_ARABIC_MARKS = re.compile("[\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_HEBREW_POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")
_ONE_LETTER = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"), "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه",
        "ё": "е", "ß": "ss", "\u200c": None, "\u200d": None,
    }
)  # fmt: skip


def fold_spelling(word: str) -> str:
    """A word in lower case without what two writers of it may differ in.

    Parameters
    ----------
    word : str
        A word.

    Returns
    -------
    str
        Without vowel signs of Arabic and Hebrew and without joiners, with one letter for the forms
        of alef, yeh and kaf, for ``ё`` and ``е``, and ``ss`` for ``ß``.

    Examples
    --------
    >>> fold_spelling("учёные"), fold_spelling("straße"), fold_spelling("أُسْرَة")
    ('ученые', 'strasse', 'اسره')
    """
    if word.isascii():
        return word
    first = word[0]
    if "\u0600" <= first <= "\u06ff":
        word = _ARABIC_MARKS.sub("", word)
    elif "\u0590" <= first <= "\u05ff":
        word = _HEBREW_POINTS.sub("", word)
    return word.translate(_ONE_LETTER) or word


_ONE_SPELLING = frozenset(
    "af ca cs da en es et eu fi fr ga gl hr hu id is it lt lv ms nl no pl pt".split()
)
"""Languages of which nearly all words are spelled in one way, so that none is to be folded."""

# What is joined to words: articles, prepositions, particles.

_ARABIC_JOINED = ("وبال", "وكال", "ولل", "وال", "فال", "بال", "كال", "لل", "ال")
# Letters that begin many stems, too, are taken off long words only.
_HEBREW_JOINED = re.compile("(?:וכש|וה|שה|מה|כש|ה|ו)(?=.{4})|(?:ול|וב|שב|ומ|וש|ב|ל|כ)(?=.{6})")
_KOREAN_PARTICLES = sorted(
    (
        "은 는 이 가 을 를 의 에 에서 에게 에게서 에는 에도 에서는 "
        "에서도 으로 로 으로서 로서 으로써 로써 으로는 로는 으로도 로도 와 "
        "과 와의 과의 도 만 만이 만을 까지 까지의 부터 부터는 보다 처럼 "
        "마다 조차 이나 나 이라 라 이라고 라고 이라는 라는 이며 며 이고 "
        "이란 란 들 들이 들은 들을 들의 들에게 들과 들도 이다 다 입니다 "
        "였다 이었다 이자 인 하고 께서 께 한테 더러 밖에 씩 쯤 등"
    ).split(),
    key=len,
    reverse=True,
)


def without_arabic_article(word: str) -> str:
    """A folded Arabic word without its article and what stands before that.

    After the light stemmers of Larkey, Ballesteros and Connell, "Light Stemming for Arabic
    Information Retrieval" (2007); no ending is taken off.

    Examples
    --------
    >>> without_arabic_article("المعتقلين"), without_arabic_article("للمعتقلين")
    ('معتقلين', 'معتقلين')
    """
    for joined in _ARABIC_JOINED:
        if word.startswith(joined) and len(word) - len(joined) >= 3:
            return word[len(joined) :]
    return word


def without_hebrew_prefix(word: str) -> str:
    """A Hebrew word without the article, the conjunction or the preposition it begins with.

    Examples
    --------
    >>> without_hebrew_prefix("הממשלה")
    'ממשלה'
    """
    match = _HEBREW_JOINED.match(word)
    return word[match.end() :] if match else word


def without_korean_particle(word: str) -> str:
    """A Korean word without the particle it ends with, if two syllables are left.

    Examples
    --------
    >>> without_korean_particle("정부는"), without_korean_particle("학교에서는")
    ('정부', '학교')
    """
    for particle in _KOREAN_PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


# Light stems where Snowball has none.

_UKRAINIAN_ENDINGS = sorted(
    (
        "ами ями ому ого ього ьому ими іми ах ях ам ям ом ем єм ів їв ей ою ею єю ій ий их іх "
        "им ім а я о е є и і ї у ю ь й ові еві єві ти ть ться тися вши ної ним них ними ння нню "
        "нням ської ський ська ське ські ським ських ському ського ість ості істю "
        "ець ця цю цем ці ців цям цями цях"
    ).split(),
    key=len,
    reverse=True,
)
_BULGARIAN_ENDINGS = sorted(
    "ията ият иите ите ето ата ята то та те ът ят ия ове еве и а о е я ъ".split(),
    key=len,
    reverse=True,
)
_BENGALI_ENDINGS = sorted(
    (
        "গুলোকে গুলোর গুলোতে গুলো গুলির গুলি গুলা দেরকে দের রা টির টিকে টিতে টি টার টাকে টাতে টা "
        "খানা য়ের ের েরা েতে কে ে য় ও ই"
    ).split(),
    key=len,
    reverse=True,
)


_BENGALI_LOCATIVE = re.compile("(?<=[ািীুূেো])তে$")
_BENGALI_GENITIVE = re.compile("(?<=[িীুূো])র$")


def _bengali_stem(word: str) -> str:
    word = _cut(_BENGALI_LOCATIVE.sub("", word), _BENGALI_ENDINGS, 2)
    return _BENGALI_GENITIVE.sub("", word)


def _cut(word: str, endings: Sequence[str], least: int) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    return word


class LanguageForms(NamedTuple):
    """How the words of a language are counted together.

    Attributes
    ----------
    script : str
        First word of the Unicode names of its letters.
    joined : callable or None
        Takes off what is written together with a word.
    stem : callable or None
        Takes off endings.
    """

    script: str
    joined: Form | None
    stem: Form | None


_SCRIPTS = {
    **dict.fromkeys(("ar", "fa"), "ARABIC"), "he": "HEBREW", "ko": "HANGUL", "el": "GREEK",
    **dict.fromkeys(("ru", "uk", "bg", "sr"), "CYRILLIC"), "hy": "ARMENIAN", "ta": "TAMIL",
    **dict.fromkeys(("hi", "ne"), "DEVANAGARI"), "bn": "BENGALI",
}  # fmt: skip
_JOINED = {
    "ar": without_arabic_article, "he": without_hebrew_prefix, "ko": without_korean_particle,
}  # fmt: skip
_LIGHT_STEMS: dict[str, Form] = {
    "uk": partial(_cut, endings=_UKRAINIAN_ENDINGS, least=3),
    "bg": partial(_cut, endings=_BULGARIAN_ENDINGS, least=3),
    "bn": _bengali_stem,
}


_SHORTEST_STEM = 2


def _stem_of_stem(stem: Form) -> Form:
    """A stemmer whose stems have no other stem than themselves."""

    def apply(word: str) -> str:
        # A stemmer might go round in circles, but for what it makes shorter.
        while len(shorter := stem(word)) < len(word) and len(shorter) >= _SHORTEST_STEM:
            word = shorter
        return word if len(shorter) < _SHORTEST_STEM else shorter

    return apply


@cache
def forms_of(language: str) -> LanguageForms | None:
    """How the words of a language are counted together; None where they stand as they are.

    Parameters
    ----------
    language : str
        ISO 639-1 code.

    Returns
    -------
    LanguageForms or None
        Snowball's stems, to which it is applied again until they stay as they are, or light ones
        for Ukrainian, Bulgarian and Bengali in the manner of
        Dolamic and Savoy, "Indexing and searching strategies for the Russian language" (2009) and
        "Comparative study of indexing and search strategies for the Hindi, Marathi and Bengali
        languages" (2010).

    Examples
    --------
    >>> forms_of("uk").stem("урядом"), forms_of("vi")
    ('уряд', None)
    """
    snowball = snowball_stemmer(language)
    stem: Form | None = _LIGHT_STEMS.get(language)
    if snowball is not None:
        stem = _stem_of_stem(snowball)
    joined = _JOINED.get(language)
    if stem is None and joined is None:
        return None
    return LanguageForms(_SCRIPTS.get(language, "LATIN"), joined, stem)


@cache
def shared_word_form(languages: tuple[str, ...], kind: Literal["stems", "clitics"]) -> WordForm:
    """One :class:`WordForm` for all who ask for the same: it remembers what it has been asked.

    Examples
    --------
    >>> shared_word_form(("en",), "stems") is shared_word_form(("en",), "stems")
    True
    """
    return WordForm(languages, kind)


_REMEMBERED = 200_000
"""Words whose forms are remembered."""


class WordForm:
    """The form of a word in one of some languages, as a function.

    Parameters
    ----------
    languages : sequence of str
        ISO 639-1 codes, that of most texts first. A word is counted as its script's languages
        count it: by each of them in turn.
    kind : {"stems", "clitics"}
        Whether endings are taken off, too, or only what is joined to a word.

    Examples
    --------
    >>> WordForm(["de"], "stems")("Flüchtlinge".lower()), WordForm(["ar"], "clitics")("المعتقلين")
    ('fluchtling', 'معتقلين')
    """

    def __init__(self, languages: Sequence[str], kind: Literal["stems", "clitics"]) -> None:
        self.languages, self.kind = tuple(languages), kind
        self._known: dict[str, str] = {}
        self._of_script: dict[str, list[Form]] = {}
        for language in self.languages:
            found = forms_of(language)
            if found is not None:
                steps = [found.joined, found.stem if kind == "stems" else None]
                ours = self._of_script.setdefault(found.script, [])
                ours += [step for step in steps if step is not None]

    def __bool__(self) -> bool:
        """Whether any word may have another form than it stands in."""
        spelled_alike = set(self.languages) <= _ONE_SPELLING
        return bool(self.languages) and not (spelled_alike and not any(self._of_script.values()))

    def __reduce__(self) -> tuple[type[WordForm], tuple[tuple[str, ...], str]]:
        return WordForm, (self.languages, self.kind)

    def __call__(self, word: str) -> str:
        """The form of one word in lower case."""
        form = self._known.get(word)
        if form is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            form = self._known[word] = self._form(word)
        return form

    def _form(self, word: str) -> str:
        folded = fold_spelling(word)
        if any(c.isdigit() or c in ".&" for c in folded):
            # A name with a number, a compound with a year: "covid-19", "mid-2018"; or "u.s".
            name, hyphen, number = folded.partition("-")
            return name if hyphen and len(number) > 3 and number.isdigit() else folded
        for step in self._of_script.get(_script(folded), ()):
            folded = step(folded) or folded
        return folded


def _script(word: str) -> str:
    if word.isascii():
        return "LATIN"
    name = unicodedata.name(word[0], "")
    script = name.split(" ", 1)[0]
    return "LATIN" if script in ("LATIN", "MODIFIER") else script
