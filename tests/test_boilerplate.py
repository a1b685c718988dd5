"""What stands again and again in a source is kept apart, and never a sentence that is news."""

import pyarrow as pa
import pytest

from topics import read_releases
from topics.reading.boilerplate import separate_boilerplate

PLACES = [
    "Lind",
    "Garran",
    "Kemmer",
    "Sallow",
    "Ellis",
    "Harrow",
    "Orme",
    "Tarn",
    "Velm",
    "Kuru",
    "Hythe",
    "Vau",
]
ABOUT = "About the board: the Harbour Board runs the ferries of the coast and was founded in 1921."
CONTACT = "Contact: Jo Reed, tel. 0410 555 0{}, press@harbour.example"


def news(place):
    return (
        f"The ferry to {place} will sail twice a day from May, the chair of the board told the town.\n"
        f"People of {place} had asked for a boat in the evening since the bridge was closed.\n"
        f"The first crossing leaves the quay of {place} at six, with a band and without fares."
    )


def separated(texts):
    return separate_boilerplate(pa.array(texts, pa.large_string()))


def test_contacts_and_about_us_go_with_other_digits_too():
    found = separated([f"{news(p)}\n{ABOUT}\n{CONTACT.format(i)}" for i, p in enumerate(PLACES)])
    assert found.texts.to_pylist() == [news(place) for place in PLACES]
    assert found.boilerplate[1] == f"{ABOUT}\n{CONTACT.format(1)}"
    assert found.words == sum(len(text.split()) for text in found.boilerplate)


@pytest.mark.parametrize(
    "line",
    [
        "Doctors warned about a shortage of vaccines in the camps.",
        "The ministry is tracing contacts of eleven patients and asks all others to follow the rules.",
        "Authorities contact families of the missing.",
        "Nobody was hurt.",
        "Aucun blessé.",
    ],
)
def test_news_that_is_told_again_stays(line):
    texts = [f"{news(place)}\n{line}" for place in PLACES[:6]]
    assert separated(texts).texts.to_pylist() == texts


def test_figures_of_news_are_told_apart():
    texts = [
        f"{news(place)}\nThe death toll has risen to {30 + i}." for i, place in enumerate(PLACES)
    ]
    assert separated(texts).texts.to_pylist() == texts
    casualties = [
        f"{news(place)}\nCasualties: {i} dead, {9 - i} injured" for i, place in enumerate(PLACES)
    ]
    assert separated(casualties).texts.to_pylist() == casualties


def test_a_lead_that_all_have_stays():
    lead = "The ministry has extended the state of emergency on the whole coast until the summer."
    texts = [f"{lead}\n{news(place)}" for place in PLACES]
    assert separated(texts).texts.to_pylist() == texts


def test_releases_that_are_sent_again_stay():
    texts = [news("Lind")] * 8 + [f"{news('Lind')}\nCorrected."] * 4
    assert separated(texts).texts.to_pylist() == texts


def test_the_rest_of_a_wrapped_sentence_stays():
    texts = [f"{news(place)}\nFares of {place} rise to 4 crowns and 5 crowns\nrespectively.\nHarbour Wire"
             for place in PLACES]  # fmt: skip
    found = separated(texts)
    assert found.boilerplate == ["Harbour Wire"] * len(PLACES)
    assert all(text.endswith("\nrespectively.") for text in found.texts.to_pylist())


def test_a_list_is_not_cut_within():
    ends = [
        "Copies to:\nMinistry of Ports\nBoard of Trade",
        "Copies to:\nTown of Orme\nBoard of Trade",
    ]
    others = [news(f"{place} Minor") for place in PLACES * 60]
    texts = [f"{news(place)}\n{ends[i % 2]} {place}" for i, place in enumerate(PLACES)]
    texts += [f"{news(place)} \n{place} Council\nMinistry of Ports" for place in PLACES[:6]]
    assert separated([*texts, *others]).texts.to_pylist()[: len(texts)] == texts


def test_a_headline_that_is_used_again_stays_where_there_is_no_title():
    texts = [f"CHAIR SPEAKS TO REPORTERS\n{news(place)}" for place in PLACES]
    assert separated(texts).texts.to_pylist() == texts
    titles = pa.array([f"Ferry to {place}" for place in PLACES], pa.large_string())
    found = separate_boilerplate(pa.array(texts, pa.large_string()), titles)
    assert found.boilerplate == ["CHAIR SPEAKS TO REPORTERS"] * len(PLACES)


def test_short_lines_are_alike_whatever_marks_stand_around_them():
    marks = ["Harbour Wire", "HARBOUR WIRE", "Harbour Wire...", "* Harbour Wire *"]
    texts = [f"{news(place)}\n{marks[i % 4]}" for i, place in enumerate(PLACES)]
    assert [part is None for part in separated(texts).boilerplate] == [False] * len(PLACES)


def test_signatures_and_end_marks_go():
    texts = [f"{news(place)}\nSincerely,\nJo Reed\nChair of the Board\n# # #" for place in PLACES]
    assert separated(texts).texts.to_pylist() == [news(place) for place in PLACES]


def test_sentences_of_texts_of_one_line():
    line = "For more information visit www.harbour.example."
    texts = [f"{news(place)} {line}".replace("\n", " ") for place in PLACES]
    found = separated(texts)
    assert found.boilerplate == [line] * len(PLACES)
    assert found.texts[0].as_py() == news("Lind").replace("\n", " ")


def test_reading_keeps_it_apart_or_leaves_it(tmp_path):
    for i, place in enumerate(PLACES):
        (tmp_path / f"{i}.txt").write_text(
            f"Ferry for {place}\n\n{news(place)}\n\n{CONTACT.format(i)}\n"
        )
    corpus = read_releases(tmp_path, languages=False)
    assert all("Contact" not in text for text in corpus["text"].to_pylist())
    assert any(line.startswith("boilerplate: ") for line in corpus.log)
    kept = read_releases(tmp_path, languages=False, boilerplate="keep")
    assert all("Contact" in text for text in kept["text"].to_pylist())
    assert "boilerplate" not in kept.table.column_names
    with pytest.raises(ValueError, match="neither 'separate' nor 'keep'"):
        read_releases(tmp_path, boilerplate="drop")
    # What was kept apart once stays so when the corpus is read again.
    corpus.to_parquet(tmp_path / "corpus.parquet")
    again = read_releases(tmp_path / "corpus.parquet", languages=False)
    assert again["boilerplate"].to_pylist() == corpus["boilerplate"].to_pylist()
    assert again["text"].to_pylist() == corpus["text"].to_pylist()
