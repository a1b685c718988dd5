import numpy as np
import pytest

import topics
from topics import (
    ThemeClassifier,
    TopicsError,
    drift,
    next_to_label,
    propose_themes,
    suggest_seeds,
)
from topics.cli.annotate import ReviewFile, read_by_hand
from topics.reading.label_columns import read_labels, without_unlabelled_repeats
from topics.themes.active_learning import contradicting_labels

CAMP = ["refugees fled to the camp", "the camp shelters displaced families"]
COURT = ["the court tried the judge", "a judge ruled on the trial"]
RAIN = ["rain fell on dry fields", "farmers hoped for rain on their fields"]
THEMES = {"camp": ["refugees", "displaced"], "court": ["court", "judge"]}


@pytest.fixture(scope="module")
def classifier():
    return ThemeClassifier(THEMES).fit((CAMP + COURT + RAIN) * 10)


def test_what_is_asked_is_uncertain_and_diverse(classifier):
    pile = [CAMP[0]] * 20 + ["refugees met the judge"] * 5 + [COURT[0]] * 20 + ["", "😀"]
    rows = next_to_label(classifier, pile, 10)
    assert len(set(rows.tolist())) == len(rows)
    assert not {45, 46} & set(rows.tolist())
    assert rows[0] not in next_to_label(classifier, pile, 5, leave_out=[int(rows[0])])
    one = ThemeClassifier(THEMES, multi_label=False).fit((CAMP + COURT) * 10)
    assert pile[next_to_label(one, pile, 1)[0]] == "refugees met the judge"


def test_labels_that_contradict_each_other(classifier):
    found = contradicting_labels(classifier, [*CAMP, CAMP[0].upper()], ["camp", "camp", "court"])
    assert found["row"].tolist() == [2]
    assert "row 0 with other labels" in found["why"][0]
    with pytest.raises(TopicsError, match="1 labels for 2 releases"):
        contradicting_labels(classifier, CAMP, ["camp"])


def test_a_review_is_saved_after_each(tmp_path):
    file = ReviewFile(tmp_path / "new" / "read.csv", ["camp", "court"])
    file.add("1", None, 'A "quote",\nand a line.', ["court", "camp"])
    file.add("2", "Title", "سوريا", [])
    again = ReviewFile(file.path, ["camp", "court"])
    assert again.rows == file.rows
    assert [row["theme"] for row in again.rows] == ["camp;court", "none"]
    again.remove("2")
    assert ReviewFile(file.path, ["camp", "court"]).ids == {"1"}
    with pytest.raises(TopicsError, match="row 2: court is no theme"):
        ReviewFile(file.path, ["camp"])
    again.add("1", None, "Another text.", ["camp"])
    assert [row["theme"] for row in again.rows] == ["camp"]
    again.remove("none such")
    assert again.labels_of("1") == ["camp"]
    assert again.labels_of("2") is None


def test_a_review_asks_again_after_a_wrong_key_and_keeps_the_text(classifier, tmp_path):
    path = tmp_path / "pile.csv"
    path.write_text("id,title,text\n1,Aid came,refugees fled\n2,,the judge ruled\n")
    corpus, said = topics.read_releases(path), []
    file = ReviewFile(tmp_path / "read.csv", ["camp", "court"])
    keys = iter("x\n1\nn2\nq")
    read_by_hand(classifier, corpus, file, 5, lambda: next(keys), said.append)
    told = "\n".join(said)
    assert "the key 'x' does nothing" in told
    assert "press a theme's key" in told
    assert {row["id"]: row["theme"] for row in file.rows} in (
        {"1": "camp", "2": "court"}, {"2": "camp", "1": "court"}
    )  # fmt: skip
    # Together with what they were taken from, releases that were read count once.
    again = topics.read_releases([file.path, path])
    labels = read_labels(again["theme"], ["camp", "court"], 4)
    assert without_unlabelled_repeats(again, labels).tolist() == [True, True, False, False]
    texts = dict(zip(corpus["title"].to_pylist(), corpus["text"].to_pylist(), strict=True))
    assert {row["title"] or None: row["text"] for row in file.rows} == texts


def test_a_review_goes_back_and_on(classifier, tmp_path):
    long = "refugees fled. " * 150 + "The end."
    corpus, said = topics.read_releases([long, "the judge ruled", CAMP[0]], languages=False), []
    file = ReviewFile(tmp_path / "read.csv", ["camp", "court"])

    def review(keys):
        given = iter([*keys, "q"])
        read_by_hand(classifier, corpus, file, 3, lambda: next(given), said.append)
        return [row["theme"] for row in file.rows]

    # Pressed at once; taken back before Enter; kept; gone back to by the arrow and changed.
    assert review(["1\r", "12u\r", "\x1b[D", "2\r"]) == ["camp", "camp;court"]
    assert sum(line.startswith("you said: camp; Enter keeps it") for line in said) == 1
    assert review(["s"]) == ["camp", "camp;court"]  # skipped, and nothing is left to read
    assert review(["n\r", "q"]) == ["camp", "camp;court", "none"]
    file.rows.clear()
    # Undo with nothing pressed takes back what was said last, wherever that was.
    assert review(["1\r", "u"]) == []
    assert review(["1\r", "\x1b[D2\r", "u", "s"]) == ["camp"]
    file.rows.clear()
    assert review(["1\r2\r", "bb", "su"]) == ["camp"]
    file.rows.clear()
    said.clear()
    review(["++?s"] * 3)
    told = "\n".join(said)
    assert "(+ shows more)" in told
    assert "The end." in told
    assert "that is all of it" in told
    assert told.count("Keys: ") >= 2


def test_themes_that_a_table_of_labels_cannot_hold(tmp_path):
    for names in (["a;b", "c"], ["none", "c"]):
        with pytest.raises(TopicsError, match="cannot stand in a table of labels"):
            ReviewFile(tmp_path / "read.csv", names)


def test_novelty_holds_where_most_of_a_pile_is_one_text():
    words = {
        "camp": "refugees displaced tents shelter families border convoy",
        "court": "court judge trial appeal verdict lawyer sentence",
        "farm": "harvest wheat farmers fields tractor grain barley",
        "sport": "match goal striker league coach stadium referee",
    }
    rng = np.random.default_rng(0)

    def texts(theme, n):
        return [" ".join(rng.permutation(words[theme].split())[:5]) for _ in range(n)]

    pile = [text for theme in words for text in texts(theme, 60)] + ["court judge trial"] * 500
    themes = {theme: words[theme].split()[:3] for theme in ("camp", "court", "farm")}
    model = ThemeClassifier(themes, background=None).fit(pile)
    known = model.novelty(texts("camp", 20) + texts("court", 20) + texts("farm", 20))
    assert model.novelty(texts("sport", 20)).mean() > known.mean() + 0.3
    assert known.mean() < 0.7


def test_what_fits_no_theme_is_new_and_is_given_a_name(classifier):
    new = classifier.novelty([CAMP[0], COURT[0], RAIN[0], "सर्वोच्च न्यायालय", ""])
    assert max(new[:2]) < 0.5 < min(new[2:])
    found = propose_themes(classifier, (CAMP + COURT + RAIN) * 10)
    assert found["releases"].sum() == 20
    assert "rain" in found["seeds"][0]
    assert all(row % 6 in (4, 5) for row in found["rows"][0])
    assert not len(propose_themes(classifier, CAMP))


def test_novelty_survives_save_and_load(classifier, tmp_path):
    topics.save(classifier, tmp_path / "model")
    loaded = topics.load(tmp_path / "model")
    assert loaded.novelty(RAIN).tobytes() == classifier.novelty(RAIN).tobytes()
    assert (loaded.propagation_, loaded.seed_holdout_accuracy_) == (
        classifier.propagation_,
        classifier.seed_holdout_accuracy_,
    )


def test_a_language_that_was_not_learnt_is_told_apart(classifier):
    french = (
        "Les réfugiés ont fui vers le camp pendant la nuit et les familles attendent encore des "
        "nouvelles de leurs proches, selon les autorités."
    )
    row = topics.predict([CAMP[0], french], classifier)
    assert row[0].labels == ("camp",)
    assert row[0].note == ""
    assert row[1].labels == ()
    assert "fr" in row[1].note
    assert row.to_arrow()["note"][1].as_py() == row[1].note


def test_passages_show_where_each_subject_is(classifier):
    text = f"{CAMP[0]}.\n\n{COURT[0]}.\n \n{RAIN[0]}."
    row = topics.predict([text, ""], classifier, passages=True)
    assert [passage.labels for passage in row[0].passages] == [("camp",), ("court",), ()]
    assert row[0].passages[1].text == f"{COURT[0]}."
    assert row[1].passages == ()


def test_drift_says_what_changed(classifier):
    old, new = (CAMP + COURT) * 20, [*COURT, "the envoys signed a qwxyzzy"] * 20
    found = drift(classifier, old, new)
    assert any(line.startswith("camp: 50%") for line in found.sentences)
    assert found.known_words[1] < found.known_words[0]
    assert found.novelty[1] > found.novelty[0]
    assert drift(classifier, old, old).sentences == ["nothing changed beyond chance"]
    with pytest.raises(TopicsError, match="no new releases"):
        drift(classifier, old, [])


def test_seeds_are_judged(classifier):
    themes = {
        "camp": ["refugees", "judge", "submarine"],
        "court": ["court", "trial", "-camp"],
        "rain": ["rain", "refugees"],
    }
    table = suggest_seeds((CAMP + COURT + RAIN) * 10, themes)
    verdicts = dict(zip(table["theme"] + " " + table["seed"], table["verdict"], strict=True))
    assert verdicts["camp submarine"] == "missing"
    assert verdicts["camp judge"].startswith("ambiguous: nearer to court")
    assert verdicts["camp refugees"] == "shared with rain"
    assert verdicts["court court"] == "good"
    assert verdicts["court -camp"] == "against the theme"
    assert "judge" not in table["better"][3]
    assert set(table["better"].iloc[-1]) & {"fields", "fell", "dry", "farmers", "hoped"}


def test_explanation_finds_the_nearest_and_escapes(classifier):
    [found] = classifier.explain("<b>refugees</b> fled", ["camp"], reference_texts=[*COURT, *CAMP])
    assert found.nearest[0][0] == 2
    assert "<b>refugees" not in found._repr_html_()
    assert "score from 0 to 1" in found._repr_html_()
    assert np.isclose(sum(weight for _, weight in found.terms) + found.intercept, found.score)


def test_what_has_no_themes_is_refused(classifier):
    texts = (CAMP + COURT) * 10
    model = topics.TopicModel(2).fit(texts)
    for ask in (
        lambda: topics.next_to_label(model, texts),
        lambda: topics.drift(model, texts, texts),
        lambda: topics.propose_themes(model, texts),
    ):
        with pytest.raises(topics.TopicsError, match="the TopicModel has no themes"):
            ask()
    with pytest.raises(topics.TopicsError, match="no row of 40"):
        topics.next_to_label(classifier, texts, leave_out=[999])
