from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics import read_releases
from topics.reading.page_layouts import split_page

EXPECTED = {
    "immediate_release.txt": [
        ("Ministry Opens Second Pumping Station in Harrow Vale", "2022-03-14"),
        ("Drought Fund Pays Out to Four Hundred Farms", "2022-03-09"),
    ],
    "thirty.txt": [
        ("Union Calls for Talks Over Harbour Pay", "2021-05-02"),
        ("Harbour Board Names New Chair", "2021-04-28"),
        ("Ferry Timetable Changes for Summer", "2021-04-21"),
    ],
    "date_lines.txt": [
        ("Le conseil ouvre un centre d'accueil", "2019-06-12"),
        ("La présidente rencontre les ambassadeurs", "2019-06-05"),
        ("Réouverture du pont de la vallée", "2019-05-31"),
    ],
    "rules.txt": [
        ("Court Frees Two Journalists", "2020-04-09"),
        ("Vaccines Reach the Northern Districts", "2020-04-07"),
        ("Schools Reopen After the Storm", "2020-04-13"),
    ],
    "blank_lines.txt": [
        ("Museum Returns Masks to the Islands", None),
        ("Orchestra Plays for Hospital Staff", None),
        ("Old Tram Depot Becomes a Library", None),
    ],
    "underlined.md": [("Rail Link to the Airport Approved", None), ("Night Buses Return", None)],
    "single.txt": [("Mayor Opens Bridge Over the Lind", "2018-07-03")],
    "arabic_source.txt": [
        ("افتتاح مدرسة جديدة في المخيم", "2018-07-03"),
        ("اجتماع مع سفراء ثلاث دول", "2018-07-01"),
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_layout_is_recognised(layouts, name):
    corpus = read_releases(layouts / name)
    found = list(zip(corpus["title"].to_pylist(), corpus["date"].to_pylist(), strict=True))
    assert found == EXPECTED[name]
    for text in corpus["text"].to_pylist():
        assert text
        assert "###" not in text
        assert "---" not in text


def test_notes_after_the_end_mark_belong_to_the_release_before(layouts):
    corpus = read_releases(layouts / "immediate_release.txt")
    assert corpus[0]["text"].endswith("waterworks.")
    assert corpus["source"].to_pylist() == ["Ministry of Water"] * 2


def test_caption_under_a_source_line_belongs_to_the_release_before_it_once():
    page = (
        "Envoys Meet in Port Ellis\n\nThe envoys met.\n\n(Source: Harbour News / 03.07.2018)\n\n"
        "The envoys on the quay\nThe envoys on the quay\n\n"
        "Ferries Run Again\n\nThe ferries run.\n\n(Source: Harbour News / 02.07.2018)\n"
    )
    first, second = split_page(page)
    assert first.text == "The envoys met.\n\nThe envoys on the quay"
    assert (second.title, second.text) == ("Ferries Run Again", "The ferries run.")
    assert first.source == "Harbour News"


def test_coalition_page(shared):
    corpus = read_releases(shared / "coalition.txt")
    page = (shared / "coalition.txt").read_text("utf-8")
    assert len(corpus) == page.count("(Source:")
    dates = corpus["date"].to_pylist()
    assert (dates[0], dates[-1]) == ("2018-07-30", "2018-07-02")
    assert dates == sorted(dates, reverse=True)
    for release in corpus:
        assert f"{release['title']}\n\n{release['text'][:60]}" in page
        assert "Source:" not in release["text"]
    assert sum(text.count("Meeting with Sweden") for text in corpus["text"].to_pylist()) == 1


LINE = "The lorries reached the northern town on Friday and families received tents and blankets."


@pytest.mark.parametrize(
    ("page", "title", "end"),
    [
        (
            f"Aid Arrives\n\n{LINE}\n\nENDS\n\nNotes to editors\n\n1. A\n\n2. B\n\nContact: Jo",
            "Aid Arrives",
            "Contact: Jo",
        ),
        (
            f"Families March\n\n{LINE}\n\nFor release of the detainees, families march.\n\n{LINE}",
            "Families March",
            LINE,
        ),
        ("Free Them\n\nFree them!\n\nFree them!", "Free Them", "Free them!\n\nFree them!"),
        (f"One Title\n\n{LINE}\n\n-----\nPress office\n+41 22", "One Title", "+41 22"),
        (f"The Flood\n\nMarch 1, 2018\n\n{LINE}\n\nApril 2, 2018\n\n{LINE}", "The Flood", LINE),
        (
            f"FOR IMMEDIATE RELEASE\n\nContact: Jane\n555-1212\n\nBig News\n\n{LINE}",
            "Big News",
            LINE,
        ),
        (
            f"A Title\n\n{LINE}\n\n(The conference took place on 3 July 2018.)\n\n{LINE}",
            "A Title",
            LINE,
        ),
    ],
)
def test_one_release_stays_one(page, title, end):
    (piece,) = split_page(page)
    assert piece.title == title
    assert piece.text.endswith(end)


def test_long_pages_are_cut_in_linear_time():
    page = f"Title\n\n{LINE}\n\n(Source: Harbour News / 03.07.2018)\n\n" * 3000
    assert len(split_page(page)) == 3000
    assert split_page("###\n" * 20_000) == []


def test_split_by_a_pattern_of_ones_own():
    pieces = split_page("One\n\nFirst body.\n@@@\nTwo\n\nSecond body.", split="^@@@$")
    assert [(p.title, p.text, p.line) for p in pieces] == [
        ("One", "First body.", 1),
        ("Two", "Second body.", 5),
    ]


def test_split_that_is_neither_layout_nor_pattern():
    with pytest.raises(ValueError, match="neither a layout"):
        split_page("text", split="(")


def test_one_release_a_line():
    pieces = split_page("Press release: first\n\n### second\n", split="lines")
    assert [(p.text, p.line) for p in pieces] == [("Press release: first", 1), ("### second", 3)]


@settings(deadline=None)
@given(st.text(alphabet="ab .\n#-=30()/:Source2018", max_size=300))
def test_no_letter_is_lost(page):
    # Only marks, dates and the word before a source may go; boilerplate is kept apart.
    kept = Counter(
        "".join(
            f"{p.title or ''}{p.text}{p.source or ''}{p.boilerplate or ''}"
            for p in split_page(page)
        )
    )
    given = Counter(page)
    assert (kept["a"], kept["b"]) == (given["a"], given["b"])
