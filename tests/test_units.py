"""One release or many: decided over a whole source, with a reason for every cut."""

import pytest

from topics import TopicsError, read_releases

PROSE = (
    "The harbour board said on Tuesday that the new ferry will carry two hundred passengers from "
    "the first week of the month, and that the fares will stay as they are until the spring."
)
MORE = (
    "Council members had asked for a second crossing in the evening, which the board wants to try "
    "for half a year before it decides whether the boat is worth its fuel and its crew."
)
PLACES = ["Lind", "Garran", "Kemmer", "Sallow", "Ellis", "Harrow", "Orme"]


def titles(corpus):
    return corpus["title"].to_pylist()


def scraped(place):
    """A page as a crawler leaves it: menu, mark, contacts above, a list of other news below."""
    return "\n".join(
        [
            f"{place} Ferry - Harbour Board", "Skip to content", "Press", "4 min read",
            "Published", "March 22, 2012", "Home", "Press", "For Immediate Release",
            "Case # 12XX0858", "March 21, 2012", "A. Speaker", "Office: 000-000-0000",
            f"NEW FERRY FOR THE TOWN OF {place.upper()}", PROSE.replace("harbour", place), MORE,
            "###", "Share", "Latest Posts",
            "Another Ferry Is Named after Hearing in the Town Hall on Monday", "Press", "Read More",
            "May 28, 2026", "Email*", "Please leave this field empty.",
        ]
    )  # fmt: skip


def test_scraped_files_are_one_release_each_without_menus_and_footers(tmp_path):
    for place in PLACES:
        (tmp_path / f"{place}.txt").write_text(scraped(place))
    (tmp_path / "wire.md").write_text(
        f"# Company Opens Workshop\n\nCAPITAL, April 01, 2024 /Wire/ -- {PROSE}\n\n{MORE}\n\n"
        "---\n\n"
        "[Original](https://example.org/a)\n\n[Summary](https://example.org/b)\n"
    )
    corpus = read_releases(tmp_path, languages=False)
    assert len(corpus) == len(PLACES) + 1
    assert titles(corpus)[:2] == [
        "NEW FERRY FOR THE TOWN OF ELLIS",
        "NEW FERRY FOR THE TOWN OF GARRAN",
    ]
    assert corpus["date"].to_pylist() == ["2012-03-21"] * len(PLACES) + ["2024-04-01"]
    for text in corpus["text"].to_pylist():
        assert "Share" not in text
        assert "Office" not in text
        assert "Original" not in text
    assert "Latest Posts" in corpus["boilerplate"][0].as_py()
    assert f"{tmp_path}: {len(corpus)} files, one release each" in corpus.log


def test_a_folder_of_single_releases_is_not_cut_by_what_a_few_of_them_hold(tmp_path):
    for place in PLACES:
        (tmp_path / f"{place}.txt").write_text(f"Ferry for {place}\n\n{PROSE}\n\n{MORE} {place}.\n")
    # A report in parts, each under a heading of its own: one release all the same.
    parts = "\n\n\n".join(f"Part of {place}\n\n{MORE}" for place in PLACES)
    (tmp_path / "report.txt").write_text(parts)
    corpus = read_releases(tmp_path, languages=False)
    assert len(corpus) == len(PLACES) + 1


def test_a_page_of_sure_marks_among_single_releases_is_cut(tmp_path):
    for place in PLACES:
        (tmp_path / f"{place}.txt").write_text(f"Ferry for {place}\n\n{PROSE}\n\n{MORE}\n")
    page = "".join(
        f"Bridge at {place}\n\n{PROSE}\n\n(Source: Harbour News / 0{i}.07.2018)\n\n"
        for i, place in enumerate(PLACES, 1)
    )
    (tmp_path / "page.txt").write_text(page)
    corpus = read_releases(tmp_path, languages=False)
    assert len(corpus) == 2 * len(PLACES)
    assert any("7 releases by their source lines" in line for line in corpus.log)


def test_a_letterhead_that_all_files_share_is_no_title(tmp_path):
    for place in PLACES:
        (tmp_path / f"{place}.txt").write_text(
            f"Ministry of Harbours\n\nFerry for {place}\n\n{PROSE} {place}.\n\n{MORE}\n"
        )
    corpus = read_releases(tmp_path, languages=False)
    assert sorted(titles(corpus)) == sorted(f"Ferry for {place}" for place in PLACES)


def test_titles_that_end_in_a_full_stop(tmp_path):
    page = "\n\n\n".join(f"A ferry comes to {place}.\n\n{PROSE}\n\n{MORE}" for place in PLACES)
    (tmp_path / "page.txt").write_text(page)
    corpus = read_releases(tmp_path / "page.txt", languages=False)
    assert titles(corpus) == [f"A ferry comes to {place}." for place in PLACES]


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ('title: "Ferry: a talk"\ndate: 2018-07-03\ntags:\n  - a\n  - b\n', {"tags": "a; b"}),
        ("title: 'Ferry: a talk'\nsubtitle:\ndate: 2018-07-03\n", {"subtitle": None}),
        ("title: Ferry: a talk\ndate: July 3, 2018\nsource: Board\n", {"source": "Board"}),
    ],
)
def test_front_matter_gives_columns(tmp_path, front, expected):
    (tmp_path / "a.md").write_text(f"---\n{front}---\n\n{PROSE}\n")
    (release,) = read_releases(tmp_path / "a.md", languages=False)
    assert (release["title"], release["date"]) == ("Ferry: a talk", "2018-07-03")
    assert release["text"] == PROSE
    for name, value in expected.items():
        assert release.get(name) == value


def test_pages_of_errors_cookies_and_menus_are_rejects(tmp_path):
    (tmp_path / "a.txt").write_text(f"Ferry\n\n{PROSE}\n")
    (tmp_path / "b.txt").write_text("404 - Page not found\n\nThe page you requested is not here.\n")
    (tmp_path / "c.txt").write_text("Home\nContact us\nSearch\nShare\n")
    corpus = read_releases(tmp_path, languages=False)
    assert len(corpus) == 1
    assert corpus.rejects["path"].to_pylist() == [str(tmp_path / "b.txt"), str(tmp_path / "c.txt")]


COVER = """User Name: A. Reader
Date and Time: Monday, September 30, 2019 11:02:00 AM CEST
Job Number: 123456789
Documents (3)
1. Ferry for the harbour
Search Terms: ferry
News\tTimeline: Jan 01, 2018 to Dec 31, 2018
| About LexisNexis | Privacy Policy | Terms & Conditions |
Page 1 of 2
"""
EXPORTS = {
    "LexisNexis": "".join(
        f"\n          {i} of 3 DOCUMENTS\n\n\n          The Daily Harbour\n\n"
        f"          July {i}, 2018 Tuesday\n\nFerry for {place}\n\nBYLINE: By A. Writer\n\n"
        f"SECTION: NEWS; Pg. 1\n\nLENGTH: 90 words\n\n{PROSE}\n\n{MORE}\n\n"
        f"LOAD-DATE: July {i}, 2018\n\nLANGUAGE: ENGLISH\n\n"
        "        Copyright 2018 Harbour Media\n         All Rights Reserved\n\n"
        for i, place in enumerate(PLACES[:3], 1)
    ),
    "Nexis Uni": "".join(
        f"Ferry for {place}\nThe Daily Harbour\nJuly {i}, 2018 Tuesday\nCopyright 2018 Harbour\n"
        f"Section: NEWS\nLength: 90 words\nByline: By A. Writer\nBody\n\n{PROSE}\n\n{MORE}\n\n"
        f"Load-Date: July {i}, 2018\n\nEnd of Document\n\n"
        for i, place in enumerate(PLACES[:3], 1)
    ),
    "Factiva": "".join(
        f"Ferry for {place}\nBy A. Writer\n90 words\n{i} July 2018\nThe Daily Harbour\nDAIHA\n1\n"
        f"English\n(c) 2018 Harbour Media\n\n{PROSE}\n\n{MORE}\n\n"
        f"Document DAIHA0002018070{i}ee7300001\n\n"
        for i, place in enumerate(PLACES[:3], 1)
    ),
    "ProQuest": "".join(
        f"{'_' * 60}\n\nTitle: Ferry for {place}\n\nFull text: {PROSE}\n\n{MORE}\n\n"
        f"Publication title: The Daily Harbour\n\nPublication date: Jul {i}, 2018\n\n"
        f"ProQuest document ID: 1{i}\n\n"
        for i, place in enumerate(PLACES[:3], 1)
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_press_databases(tmp_path, name):
    (tmp_path / "export.txt").write_text(EXPORTS[name])
    corpus = read_releases(tmp_path / "export.txt", languages=False)
    assert titles(corpus) == [f"Ferry for {place}" for place in PLACES[:3]]
    assert corpus["date"].to_pylist() == [f"2018-07-0{i}" for i in (1, 2, 3)]
    assert set(corpus["source"].to_pylist()) == {"The Daily Harbour"}
    assert set(corpus["text"].to_pylist()) == {f"{PROSE}\n\n{MORE}"}
    assert any(name in line for line in corpus.log)


@pytest.mark.parametrize(
    ("name", "change", "column"),
    [
        ("LexisNexis", ("Tuesday\n\n", "Tuesday\n\n      Final Edition\n\n"), "edition"),
        ("Factiva", ("Ferry for", "News; Local\nFerry for"), "section"),
        ("Nexis Uni", ("End of Document\n\n", "End of Document\n\nPage 1 of 3\n"), "length"),
    ],
)
def test_exports_with_lines_about_the_paper_above_the_title(tmp_path, name, change, column):
    export = EXPORTS[name].replace(*change)
    path = tmp_path / "export.txt"
    path.write_text(COVER + export if name == "Nexis Uni" else export)
    corpus = read_releases(path, languages=False)
    assert titles(corpus) == [f"Ferry for {place}" for place in PLACES[:3]]
    assert corpus["date"].to_pylist() == [f"2018-07-0{i}" for i in (1, 2, 3)]
    assert set(corpus["source"].to_pylist()) == {"The Daily Harbour"}
    assert set(corpus["text"].to_pylist()) == {f"{PROSE}\n\n{MORE}"}
    assert len(set(corpus[column].to_pylist())) == 1
    assert None not in corpus[column].to_pylist()


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (f"Ferry\n\nPort Ellis, 3 July 2018 - {PROSE}", "2018-07-03"),
        (f"Ferry\n\nJuly 3, 2018\n\n{PROSE}", "2018-07-03"),
        (f"Ferry\n\n{PROSE}\n\n(Source: Harbour News / 03.07.2018)", "2018-07-03"),
        (f"Ferry\n\nOn July 3, 2018, the board met. {PROSE}", None),
        (f"Ferry\n\n{PROSE}\n\nThe fares of 3 July 2018 stay.", None),
        (f"Ferry\n\nThe rule took effect July 3, 2018. {PROSE}", None),
    ],
)
def test_a_date_comes_from_head_dateline_or_closing_line(text, date):
    for corpus in (read_releases([text], languages=False),):
        assert corpus["date"].to_pylist() == [date]
        assert titles(corpus) == ["Ferry"]


@pytest.mark.parametrize(
    "title",
    [
        "Mobile clinics: 12,000 patients treated",
        "Office of the Prosecutor: new charges in harbour case",
        "Contact lost with trawler. Search begins",
        "UN appeals for $1 500 000 000 for quake victims",
        "Hotline 0800 555 2000 opens for farmers",
        "Copyright law reform passes second reading",
        "Case: ten years of waiting",
        "Source: minister to resign",
        "Market report, 3 July 2018",
        "COVID-19 update 3 April 2020",
        "Daily briefing – 3 July 2018",
    ],
)
def test_titles_that_look_like_something_else(title):
    (release,) = read_releases([f"{title}\n\n{PROSE}\n\n{MORE}"], languages=False)
    assert (release["title"], release["text"]) == (title, f"{PROSE}\n\n{MORE}")


def test_news_that_begins_like_a_contact_stays_in_the_text():
    first = "Mobile clinics are back. More than 300 people were treated on Friday in the valley."
    (release,) = read_releases([f"Clinics\n\n{first}\n\n{MORE}"], languages=False)
    assert release["text"] == f"{first}\n\n{MORE}"


def test_wrapped_text_without_a_title_has_none():
    wrapped = (
        "The council of the town met for three hours on Friday, and Mayor\nRuth Mbeki said that the "
        "bridge would be closed for a year while\nit is repaired by the firm that had built it."
    )
    (release,) = read_releases([wrapped], languages=False)
    assert (release["title"], release["text"]) == (None, wrapped)


@pytest.mark.parametrize(
    "head",
    [
        "**Ferry sails**\n\n3 July 2018",
        "# [Ferry sails](https://example.org/ferry)\n\n3 July 2018",
        "Ferry sails\n\nBy Joan Fitch | 3 July 2018 | News",
        "Ferry sails\nPublished on July 3, 2018 by Joan Fitch",
        "Ferry sails\n发布时间：2018-07-03  来源：市新闻办  浏览次数：407",
        "https://example.org/1\nRetrieved: 2024-09-30 11:02\n\nFerry sails\n\n3 July 2018",
        "Title: Ferry sails\nDate: 3 July 2018",
        "Ferry sails\n\nA boat for the evening\n\n3 July 2018",
        "Ferry sails\nUpdated: 9 August 2018\nPublished: 3 July 2018",
    ],
)
def test_heads_of_many_forms(head):
    (release,) = read_releases([f"{head}\n\n{PROSE}\n\n{MORE}"], languages=False)
    assert (release["title"], release["date"]) == ("Ferry sails", "2018-07-03")


def test_parts_of_one_release_on_what_was_long_ago():
    parts = "".join(f"The year {year}\nMay 9, {year}\n\n{PROSE}\n\n" for year in (1968, 1990, 2012))
    corpus = read_releases(
        [f"Museum turns 50\n\nJune 5, 2018\n\n{MORE}\n\n{parts}"], languages=False
    )
    assert titles(corpus) == ["Museum turns 50"]


def test_a_glob_and_a_path_that_match_nothing_are_errors(tmp_path):
    with pytest.raises(TopicsError, match="no file matches"):
        read_releases([str(tmp_path / "*.nothing")])
