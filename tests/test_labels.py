"""Labels as people give them, and as they come back from other programs."""

import io

import numpy as np
import pandas as pd
import pytest

from topics import (
    ThemeClassifier,
    TopicModel,
    TopicsError,
    coherence,
    predict,
    read_labels,
    read_themes,
)

TEXTS = ["refugees in the camp", "court and judge"] * 20


def test_labels_that_differ_by_case_or_spaces_are_one():
    y = ["aid", "law", "aid ", "law", "Aid", " law"] + ["aid", "law"] * 17
    assert ThemeClassifier().fit(TEXTS, y).classes_.tolist() == ["aid", "law"]
    seeded = ThemeClassifier({"Aid": ["refugees"], "law": ["court"]}).fit(TEXTS, y)
    assert seeded.classes_.tolist() == ["Aid", "law"]


def test_numbers_with_gaps_are_labels():
    y = pd.Series([1, 2] * 19 + [np.nan, np.nan])
    assert ThemeClassifier(multi_label=False).fit(TEXTS, y).classes_.tolist() == [1, 2]
    assert read_labels(["1.0", "2", ""], [1, 2]) == [(1,), (2,), None]


def test_labels_come_back_from_pandas():
    model = ThemeClassifier({"aid": ["refugees", "camp"], "law": ["court", "judge"]}).fit(TEXTS)
    found = predict(["the court and the refugees", "refugees", "zzz"], model)
    frame = found.to_pandas()
    assert isinstance(frame["labels"][0], list)
    text = frame.to_csv(index=False)
    again = read_labels(pd.read_csv(io.StringIO(text))["labels"], ["aid", "law"])
    assert again == [tuple(labels) for labels in found.labels]


@pytest.mark.parametrize(
    "cell",
    [
        "['law' 'aid']",
        "['law', 'aid']",
        '["law", "aid"]',
        "('law', 'aid')",
        "law;aid",
        " Law , AID ",
    ],
)
def test_lists_that_went_through_a_table(cell):
    assert read_labels([cell], ["aid", "law"]) == [("law", "aid")]


def test_themes_files_as_people_write_them(tmp_path):
    path = tmp_path / "themes.toml"
    path.write_text('climate change = ["climate"]\naid = [“refugees”, “camp”]\n', "utf-8")
    assert read_themes(path) == {"climate change": ["climate"], "aid": ["refugees", "camp"]}
    path.write_text("aid = \n")
    with pytest.raises(TopicsError, match=r"themes\.toml, row 1: it is not valid TOML"):
        read_themes(path)


def test_few_releases_are_said_to_be_few():
    for background, rests in (("default", "what words mean elsewhere"), (None, "these alone")):
        with pytest.warns(UserWarning, match=f"3 releases are little to learn from: .*{rests}"):
            ThemeClassifier({"aid": ["refugees"], "law": ["court"]}, background=background).fit(
                TEXTS[:3]
            )


def test_topics_of_absent_words_have_no_coherence():
    tokens = [text.split() for text in TEXTS]
    for measure in ("npmi", "c_v", "u_mass"):
        with pytest.warns(
            UserWarning, match="1 of 2 topics have no word that stands in the documents"
        ):
            found = coherence([["court", "judge"], ["quokka", "zebra"]], tokens, measure=measure)
        assert np.isnan(found).tolist() == [False, True]


def test_words_are_read_without_soft_hyphens():
    texts = [
        "Der Wert\u00adpapier\u00adindex stieg",
        "Das Ge\u00adricht ver\u00adurteilte ihn",
    ] * 20
    words = [word for topic in TopicModel(2).fit(texts).top_words() for word in topic]
    assert {"wertpapierindex", "gericht", "verurteilte"} <= set(words)
    model = ThemeClassifier({"markt": ["Wertpapierindex"], "recht": ["Gericht"]}).fit(texts)
    assert model.predict_proba(["Wert\u00adpapier\u00adindex"]) == pytest.approx(
        model.predict_proba(["Wertpapierindex"])
    )
