"""What a line of a release is: a mark, a date, a contact, a title, prose, or part of a menu."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from topics.reading.dates import find_dates

SOURCE_WORDS = (
    r"sources?|quelle|fuente|fonte|bron|kaynak|источник|джерело|المصدر|منبع|来源|來源|出典|źródło|"
    r"sumber"
)
CLOSING = re.compile(rf"^[\s(\[–—-]*(?:{SOURCE_WORDS})\s*[:：/–—-]\s*(?P<rest>.*)$", re.I)
IN_BRACKETS = re.compile(r"^\s*[(\[](?P<rest>.{5,150})[)\]]\s*$")
_PICTURE = re.compile(
    r"^\W*(?:photos?|foto|image|picture|bild|graphic|grafik|chart|table|credit)\b", re.I
)
HEADER = re.compile(
    r"^[\s*_#>-]*(?:for immediate release|for release|immediate release|press release|news release|"
    r"media release|press statement|embargoed|under embargo|pressemitteilung|medienmitteilung|"
    r"communiqu[eé] de presse|comunicado de prensa|nota de prensa|comunicato stampa|"
    r"nota à imprensa|"
    r"persbericht|пресс-релиз|basın (?:açıklaması|bülteni)|بيان صحفي|新闻稿)"
    r"(?!\w)(?P<rest>.{0,80})$",
    re.I,
)
END_MARK = re.compile(
    r"^\s*(?:#(?:\s*#){2,}|[-–—]+\s*30\s*[-–—]+|[-–—*\[(]+\s*(?:ends?|ende|fin)\s*[-–—*\])]+|"
    r"ENDS?)\s*$"
    r"|^Original-Content von:.*$",
    re.I,
)
RULE = re.compile(r"^\s*([-=_*~–—·•+])(?:\s*\1){2,}\s*$")
NOTES = re.compile(
    r"^\s*(?:\d{1,2}[.)]\s|[-•*]\s)|^\W*(?:notes? (?:to|for) (?:the )?editors?|"
    r"notes?:|about \w|(?:media |press )?contacts?\b|"
    r"for (?:more|further) information)",
    re.I,
)
_CONTACT = re.compile(
    r"^\W*(?:media |press |news )*(?:contacts?|inquiries|enquiries)(?: person| information|"
    r" details)?\s*:"
    r"|^\W*(?:tel(?:ephone)?|phone|mobile|cell|fax|office)\.?\s*[:.]?\s*[(+]?\d[\d ()/.+-]{5,}"
    r"|^\W*e-?mail\s*[:.]?\s*\S+@"
    r"|^(?:[^\W\d_$€£][^$€£]{0,60}[,:;|]\s*|[\w.'’-]+(?: [\w.'’-]+){0,4}\s+)?"
    r"\(?\+?\d(?:[ ()/.-]{0,2}\d){6,14}\W*$",
    re.I,
)
"""A label of a contact, or a line that ends in a number of a telephone."""
_ADDRESS = re.compile(r"\S@\S+\.\w")
LABEL = re.compile(
    r"^\W*(?:case|docket|ref(?:erence)?|release|file|id|no|nr|number)\b\W{0,3}(?:#|№|no\.?|nr\.?)?\W{0,3}"
    r"[\w/.-]*\d[\w/.-]*\W*$"
    r"|^\W*(?:category|section|published|posted|updated|last updated?|location|tags?|topics?|"
    r"author|source|share|filed under|retrieved|accessed|downloaded|url|link)\s*:"
    r"|^\W*(?:no|nr|n°|№)\.?\s*\d[\d\W]*$",
    re.I,
)
"""A line of facts about a release, where a title follows."""
NAVIGATION = re.compile(
    r"^\W*(?:skip to (?:main )?(?:content|navigation)|(?:main )?menu|home|search|share(?: this)?|"
    r"subscribe|sign up|sign in|log ?in|register|contact(?: us)?|about(?: us)?|news(?:room)?|"
    r"press|media|"
    r"facebook|twitter|x|linkedin|instagram|youtube|whatsapp|telegram|e-?mail\*?|print|pdf|download|"
    r"read more|learn more|more|view all|see all|back(?: to top| to list| to news)?|top|next|"
    r"previous|close|"
    r"latest (?:posts?|news)|related (?:posts?|news|articles?|content|stories)|"
    r"recent (?:posts?|news)|archives?|"
    r"categories|tags|privacy(?: policy)?|terms(?: of (?:use|service))?|cookies?(?: policy|"
    r" settings)?|"
    r"accept(?: all)?(?: cookies)?|sitemap|all rights reserved|you are here.*|sie sind hier.*|"
    r"vous êtes ici.*|page \d+(?: of \d+)?|services|our work|"
    r"published|posted|\d+ min(?:ute)?s? read|please leave this field empty|leave a (?:reply|"
    r"comment)|"
    r"startseite|kontakt|impressum|datenschutz|suche|teilen|drucken|accueil|recherche|partager|imprimer|"
    r"inicio|buscar|compartir|imprimir|ana sayfa|iletişim|главная|контакты|поиск|поделиться|"
    r"الرئيسية|اتصل بنا|بحث|首页|联系我们|搜索|分享)\W*$"
    r"|^(?:[^>»/]{1,30}\s[>»]\s)+[^>»]{1,80}$|^.{0,30}\buses? cookies\b.{0,80}$"
    r"|^[A-Z]{2}(?:\s*[|/]\s*[A-Z]{2})+$"
    r"|^\W*(?:©|copyright\s*(?:©|\(c\)|\d{4})|\(c\) ?\d{4})",
    re.I,
)
_LINK = re.compile(r"!?\[[^\[\]]*\]\([^()]*\)|<?https?://\S+")
SENTENCE_END = re.compile(r"[.!?。！？؟۔।…]['\"”’»)\]]*\s*$")
WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_LONGEST_TITLE = 300


def is_header(line: str) -> bool:
    """Whether a line holds a press mark, a date perhaps, and hardly anything else.

    Examples
    --------
    >>> is_header("FOR IMMEDIATE RELEASE, 3 July 2018"), is_header("For release of the detainees.")
    (True, False)
    """
    match = HEADER.match(line)
    if match is None:
        return False
    rest = match["rest"]
    for date in reversed(find_dates(rest)):
        rest = rest[: date.start] + rest[date.end :]
    return len(re.findall(r"[^\W\d_]+", rest)) <= 3 and not rest.rstrip().endswith(".")


def is_closing_line(line: str) -> bool:
    """Whether a line closes a release: a source and a date, and no sentence.

    Examples
    --------
    >>> is_closing_line("(Source: Harbour News / 03.07.2018)"), is_closing_line("(see page 3)")
    (True, False)
    """
    if len(line) > 200 or not line.strip():
        return False
    if CLOSING.match(line):
        return bool(find_dates(line))
    match = IN_BRACKETS.match(line)
    dates = find_dates(match["rest"]) if match else []
    if not match or not dates:
        return False
    # A name, a divider and a date; not a sentence that happens to stand in brackets.
    before = match["rest"][: dates[-1].start].rstrip()
    words = before.split()
    if _PICTURE.match(before) or any(word[0].islower() for word in words[1:] if len(word) > 3):
        return False
    return before.endswith(("/", "|", ",", "–", "—", "-", ":")) or len(words) < 4


def next_filled(lines: Sequence[str], i: int) -> int:
    """The first place from one on where a line holds something; their number where none does.

    Examples
    --------
    >>> next_filled(["", "", "Talks"], 0)
    2
    """
    while i < len(lines) and not lines[i].strip():
        i += 1
    return i


def is_prose(line: str) -> bool:
    """Whether a line is a sentence or more, and no title, label or link.

    Examples
    --------
    >>> is_prose("The minister said on Friday that the bridge will open."), is_prose("Read more")
    (True, False)
    """
    shown = line.strip()
    if not shown.isascii() and len(WIDE.findall(shown)) > len(shown) / 3:
        prose = len(shown) >= 20
    else:
        words = len(shown.split())
        prose = words >= 25 or (words >= 8 and bool(SENTENCE_END.search(shown)))
    return prose and not is_navigation(shown)


def has_prose(lines: Sequence[str]) -> bool:
    """Whether a sentence or more stands in some lines, within one or wrapped over several.

    Examples
    --------
    >>> has_prose(["The minister said on Friday in the town hall that", "the bridge will open."])
    True
    """
    if any(map(is_prose, lines)):
        return True
    for filled, block in itertools.groupby(lines, key=lambda line: bool(line.strip())):
        wrapped = list(block) if filled else []
        if len(wrapped) > 1 and min(map(len, wrapped[:-1])) > 40 and is_prose(" ".join(wrapped)):
            return True
    return False


def is_navigation(line: str) -> bool:
    """Whether a line is an entry of a menu, a button, a copyright, or nothing but links.

    Examples
    --------
    >>> is_navigation("Skip to content"), is_navigation("Talks resume")
    (True, False)
    """
    return (is_links(line) and not line.lstrip().startswith("#")) or bool(NAVIGATION.match(line))


def is_links(line: str) -> bool:
    """Whether a line holds links and nothing else.

    Examples
    --------
    >>> is_links("[Summary](https://example.org/a) https://example.org/b"), is_links("Talks")
    (True, False)
    """
    if "](" not in line and "http" not in line.lower():
        return False
    rest = _LINK.sub("", line)
    return rest != line and not re.search(r"\w", rest)


def is_fact_line(line: str) -> bool:
    """Whether a line is a date or a number of a release and says nothing else.

    Examples
    --------
    >>> is_fact_line("3 July 2018"), is_fact_line("No. 12/2018"), is_fact_line("Talks resume")
    (True, True, False)
    """
    return (is_date_line(line) and not says_more(line)) or bool(LABEL.match(line))


def is_contact(line: str) -> bool:
    """Whether a line is a contact: a label such as "Tel:", a number, an address.

    Examples
    --------
    >>> is_contact("Media contact: Jo Reed"), is_contact("Talks resume")
    (True, False)
    """
    return bool(_ADDRESS.search(line) or _CONTACT.match(line)) and not is_prose(line)


_DATE_WORDS = re.compile(
    r"\b(?:published|posted|released|issued|written|updated|last|on|at|from|date|dated?|by|the|"
    r"publié|publiée|mis|jour|le|à|par|veröffentlicht|am|um|uhr|vom|von|datum|publicado|fecha|el|"
    r"pubblicato|il|yayın|tarihi|опубликовано|дата|تاريخ|النشر|gmt|utc|cet|est|edt|pm|am|h|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b\.?",
    re.I,
)
OTHER_DATE = re.compile(
    r"^\W*(?:deadline|event|when|effective|valid|expires?|due|retrieved|accessed|downloaded|"
    r"application|closing date|frist|gültig|date limite)\b",
    re.I,
)
_BYLINE = re.compile(
    r"^\W*(?:written )?(?:by|von|par|por|di)\s+(?:[^\W\d_][\w.'’-]*\s*){1,4}", re.I
)
_PUBLISHED = re.compile(
    r"^\W*(?:date|dated|published|publication date|release date|posted|datum|fecha|tarih|дата|"
    r"تاريخ|"
    r"发布时间|发布日期|日期|时间|掲載日|発表日|दिनांक|तारीख)\s*[:：]",
    re.I,
)


def is_date_line(line: str) -> bool:
    """Whether a line holds a date and hardly anything else, or a date of publication and more.

    Examples
    --------
    >>> is_date_line("Published on July 3, 2018 by Jo Reed"), is_date_line("Deadline: July 3, 2018")
    (True, False)
    """
    if not line.strip() or len(line) > 140 or OTHER_DATE.match(line):
        return False
    dates = find_dates(line)
    if dates and _PUBLISHED.match(line) and dates[0].start < 20:
        return True  # whatever other fields follow
    if len(dates) != 1 or len(line) > 100:
        return False
    rest = line[: dates[0].start] + " " + line[dates[0].end :]
    rest = re.sub(r"\d{1,2}[:.h]\d{2}(?::\d\d)?", " ", _BYLINE.sub(" ", rest))
    rest = re.sub(r"(?i)\bby\s+(?:[^\W\d_][\w.'’-]*\s*){1,4}$", " ", rest)
    divided = re.split(r"\s[|•·]\s", rest)
    if len(divided) > 1 and all(len(part.split()) < 5 for part in divided):
        return True
    rest = _DATE_WORDS.sub(" ", rest)
    return len(re.findall(r"[^\W\d_]+", rest)) <= 3 and len(rest.strip()) <= 40


def could_be_title(line: str) -> bool:
    """Whether a line is short enough for a title.

    Examples
    --------
    >>> could_be_title("Talks resume")
    True
    """
    line = line.strip()
    return len(line) <= _LONGEST_TITLE and not (len(line) > 120 and line.endswith((".", "。", "؟")))


def begins_text(lines: Sequence[str], i: int) -> bool:
    """Whether a line that is short enough for a title is the first of a sentence or more.

    Examples
    --------
    >>> begins_text(["The council met for three hours on", "Friday in the hall of the town."], 0)
    False
    >>> begins_text(["The council met for three hours", "on Friday in the hall of the town."], 0)
    True
    """
    line = lines[i].strip()
    below = lines[i + 1].strip() if i + 1 < len(lines) else ""
    goes_on = bool(below) and below[0].islower() and not SENTENCE_END.search(line)
    # Lines of one width are wrapped text, and no title above a paragraph.
    alike = len(line) > 50 and len(below) > 0.75 * len(line) and not is_prose(below)
    if (goes_on or alike) and has_prose(list(itertools.takewhile(str.strip, lines[i:]))):
        return True
    return is_prose(line) and line.endswith((".", "。", "؟", "।"))


def says_more(line: str) -> bool:
    """Whether a line that holds a date says something beside it.

    Examples
    --------
    >>> says_more("Market report, 3 July 2018"), says_more("Published on 3 July 2018")
    (True, False)
    """
    rest = line
    for date in reversed(find_dates(line, partial=True)):
        rest = rest[: date.start] + " " + rest[date.end :]
    rest = _DATE_WORDS.sub(" ", _BYLINE.sub(" ", rest))
    if re.search(r"\s[|•·]\s", line) or _PUBLISHED.match(line) or line.count(",") > 2:
        return False
    return len(re.findall(r"[^\W\d_]{2,}", rest)) > 1 or bool(WIDE.search(rest))
