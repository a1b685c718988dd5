import re

import numpy as np
import pyarrow as pa
import pytest

from topics import Corpus, TermVectorizer, TopicModel, TopicsError, read_releases
from topics.demo import lee_corpus
from topics.models.topic_words import name_topics, rank_topic_words, term_scores
from topics.text.sentences import split_sentences
from topics.text.term_sequences import TermSequences

TEN = [
    "The refugees fled their homes and crossed the border to the camp.",
    "Displaced families reached the camp near the border on Friday.",
    "The camp shelters refugees whose homes were shelled.",
    "Families in the camp ask for tents and blankets.",
    "The ambassador met the minister for talks about the border.",
    "Talks between the two ministers ended with a joint statement.",
    "The ambassador called the talks useful and frank.",
    "The court sentenced two journalists to a year in jail.",
    "A judge ordered the release of the journalists held in jail.",
    "Lawyers asked the court to free the detained journalists.",
]


@pytest.fixture(scope="module")
def lee():
    return lee_corpus()


@pytest.fixture(scope="module", params=["vectors", "nmf", "lda"])
def fitted(request, lee):
    return TopicModel(12, request.param).fit(lee)


def test_topics_table_and_words(fitted):
    table = fitted.topics_
    columns = ["topic", "name", "words", "share", "releases", "background", "surplus"]
    assert list(table.columns) == columns
    assert len(table) == 12
    assert table["share"].sum() == pytest.approx(1, abs=1e-4)
    assert table["releases"].sum() == fitted.n_documents_ == 300
    assert table["name"].is_unique
    assert all(len(words) == 10 and len(set(words)) == 10 for words in fitted.top_words())
    assert [len(words) for words in fitted.top_words(3)] == [3] * 12


def test_shares_sum_to_one(fitted, lee):
    shares = fitted.transform(lee)
    assert shares.shape == (300, 12)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert (shares >= 0).all()


def test_texts_without_a_known_word_get_equal_shares(lee):
    shares = TopicModel(4).fit(lee).transform(["", "xqzt 😀"])
    np.testing.assert_allclose(shares, 0.25)


def test_the_same_pile_gives_the_same_topics(fitted, lee):
    again = TopicModel(12, fitted.method, n_jobs=2).fit(lee)
    assert again.components_.tobytes() == fitted.components_.tobytes()
    assert again.names_ == fitted.names_
    assert again.representatives_ == fitted.representatives_


def test_representative_releases_show_the_sentence(fitted, lee):
    texts = {release["id"]: " ".join(release["text"].split()) for release in lee}
    for topic in range(12):
        rows = fitted.representative(topic, 3)
        assert 1 <= len(rows) <= 3
        for row in rows.to_dict("records"):
            assert row["sentence"] in texts[row["id"]]
    by_name = fitted.representative(fitted.names_[3], 2)
    assert by_name.equals(fitted.representative(3, 2))
    with pytest.raises(TopicsError, match="no topic 12"):
        fitted.representative(12)


def test_themes_seed_topics_and_the_others_stay_free(lee):
    themes = {"fires": ["bushfires", "firefighters"], "cricket": ["wickets", "test match"]}
    model = TopicModel(8, themes=themes).fit(lee)
    assert model.names_[:2] == ["fires", "cricket"]
    assert len(set(model.names_)) == 8
    words = model.top_words(15)
    assert "firefighters" in words[0]
    assert {"wicket", "innings", "bowler", "match"} & set(words[1])
    free = " ".join(model.names_[2:])
    assert "palestinian" in free or "israeli" in free


def test_ten_releases_work_and_are_warned_of():
    with pytest.warns(UserWarning, match="10 releases are few for 3 topics"):
        model = TopicModel().fit(TEN)
    assert len(model.names_) == 3
    groups = model.transform(TEN).argmax(axis=1)
    assert len(set(groups[7:])) == 1
    assert groups[8] not in groups[:4]


def test_topics_over_time():
    corpus = read_releases(
        [{"text": text, "date": f"2018-0{1 + i // 4}-15"} for i, text in enumerate(TEN)]
    )
    with pytest.warns(UserWarning, match="are few"):
        model = TopicModel(2).fit(corpus)
    months = model.topics_over_time("month")
    assert months.index.tolist() == ["2018-01", "2018-02", "2018-03"]
    assert months["releases"].tolist() == [4, 4, 2]
    np.testing.assert_allclose(months[model.names_].sum(axis=1), 1, atol=1e-5)
    assert model.topics_over_time("quarter").index.tolist() == ["2018-Q1"]
    assert model.topics_over_time("week").index[0] == "2018-W03"
    with pytest.raises(TopicsError, match="freq='hour'"):
        model.topics_over_time("hour")


def test_a_shuffled_series_and_a_generator_are_read_in_their_order(lee):
    import pandas as pd

    texts = lee["text"].to_pylist()[:60]
    series = pd.Series(texts, index=range(60)[::-1])
    expected = TopicModel(3).fit(texts).representatives_
    assert TopicModel(3).fit(series).representatives_ == expected
    assert TopicModel(3).fit(text for text in texts).representatives_ == expected


def test_no_dates_no_time(lee):
    with pytest.raises(TopicsError, match="no dates"):
        TopicModel(4).fit(lee).topics_over_time()


def test_pretokenised_texts(lee):
    tokens = [re.findall(r"[a-z]{4,}", text.lower()) for text in lee["text"].to_pylist()]
    model = TopicModel(5, vectorizer=TermVectorizer(analyzer=list, min_df=3, max_df=0.3)).fit(
        tokens
    )
    assert model.transform(tokens[:2]).shape == (2, 5)


def test_lda_learns_in_parts(lee):
    model = TopicModel(6, "lda").partial_fit(lee[:200]).partial_fit(lee[200:])
    assert model.n_documents_ == 300
    assert model.topics_["releases"].sum() == 300
    with pytest.raises(TopicsError, match="not learnt in parts"):
        TopicModel(6).partial_fit(lee)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (TopicModel(11), "more topics.*than releases"),
        (TopicModel(2, themes={"a": ["camp"], "b": ["court"], "c": ["talks"]}), "fewer topics"),
        (TopicModel(3, themes={"a": []}), "the theme 'a' has no seeds"),
        (TopicModel(3, "plsa"), "method='plsa' is unknown"),
    ],
)
@pytest.mark.filterwarnings("ignore:10 releases are few")
def test_what_cannot_be_fitted(model, message):
    with pytest.raises(TopicsError, match=message):
        model.fit(TEN)


@pytest.mark.filterwarnings("ignore:10 releases are few")
def test_topics_are_found_beside_themes_that_nobody_writes_about():
    with pytest.warns(UserWarning, match="no seed of the theme 'a' is a term"):
        model = TopicModel(3, themes={"a": ["submarine"]}).fit(TEN)
    assert len(model.names_) == 3
    assert "a" not in model.names_


def test_names_tell_topics_apart():
    words = [["war", "troops", "iraq", "oil"], ["war", "troops", "iraq", "senate"], []]
    names = name_topics(words)
    assert len(set(names)) == 3
    assert names[:2] == ["oil, war, troops", "senate, war, troops"]


def test_ranking_prefers_words_that_keep_company():
    rng = np.random.default_rng(0)
    run_in_all = rng.random(200) < 0.2
    counts = np.column_stack([run_in_all, run_in_all, run_in_all, rng.random((200, 3)) < 0.2])
    lengths = counts.sum(axis=1, dtype=np.int64)
    ids = np.concatenate([np.flatnonzero(row) for row in counts]).astype(np.int32)
    documents = TermSequences(np.concatenate([[0], np.cumsum(lengths)]), ids)
    components = np.array([[1.0, 1.0, 1.0, 1.1, 1.1, 1.1]])
    ranked = rank_topic_words(components, documents, list("abcdef"))[0]
    assert set(ranked[:3]) == {0, 1, 2}
    assert term_scores(components).shape == components.shape


def test_sentences():
    assert split_sentences("One. Two? “Three!” Four") == ["One.", "Two?", "“Three!”", "Four"]
    assert split_sentences("Sen. Moor of the U.S. Senate spoke.") == [
        "Sen. Moor of the U.S. Senate spoke."
    ]
    assert split_sentences("第一句。第二句。") == ["第一句。", "第二句。"]
    assert split_sentences("") == []
    assert len(split_sentences("a" + "." * 100_000 + "b")) == 251
    pieces = split_sentences("word " * 1000)
    assert max(map(len, pieces)) <= 400
    assert " ".join(pieces).split() == ["word"] * 1000


def test_documents_without_a_known_term_are_of_no_topic():
    texts = ["refugees fled to the camp", "the court tried the judge"] * 20
    plain = TopicModel(2).fit(texts)
    model = TopicModel(2).fit([*texts, *[""] * 30])
    assert sorted(model.topics_["releases"]) == sorted(plain.topics_["releases"]) == [20, 20]
    np.testing.assert_allclose(
        model.decomposition_.mean_, plain.decomposition_.mean_, rtol=0, atol=1e-3
    )


def test_a_number_of_topics_that_is_asked_for_is_given():
    texts = ["refugees fled to the camp", "the court tried the judge", "rain fell on fields"] * 7
    with pytest.warns(UserWarning, match="are few"):
        assert len(TopicModel(10).fit(texts).names_) == 10
    with pytest.warns(UserWarning, match="are few"):
        assert len(TopicModel("auto").fit(texts[:1]).names_) == 1
    for k in (0, 1.5, "many", -1):
        with pytest.raises(TopicsError, match="no number of topics"):
            TopicModel(k).fit(texts)


def test_names_of_themes_that_tables_cannot_hold():
    for themes in (
        {"none": ["a"]},
        {"a;b": ["a"]},
        {"releases": ["a"]},
        {"Law": ["a"], "law": ["b"]},
    ):
        with pytest.raises(TopicsError, match="give it another name"):
            TopicModel(2, themes=themes).fit(["a b", "b c"] * 20)
    with pytest.raises(TopicsError, match="are no list"):
        TopicModel(2, themes={"law": {"court": 2}}).fit(["a b", "b c"] * 20)


def test_an_empty_batch_changes_nothing_but_the_number():
    texts = ["refugees fled to the camp", "the court tried the judge"] * 20
    model = TopicModel(2, "nmf").fit(texts)
    before = model.representatives_, model.names_, model.components_.tobytes()
    model.partial_fit(["", ""])
    assert (model.representatives_, model.names_, model.components_.tobytes()) == before
    assert model.n_documents_ == 42


def test_odd_dates_are_left_out_of_time():
    texts = ["refugees fled to the camp", "the court tried the judge"] * 20
    dates = ["2024-05-02T10:00:00", "2024-13-45", "30/07/2018", None] * 10
    corpus = Corpus(pa.table({"text": texts, "date": dates}))
    assert TopicModel(2).fit(corpus).topics_over_time("week").index.tolist() == ["2024-W18"]


@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
def test_seeds_weigh_what_they_are_given(method, lee):
    # One word is of sport, the other of war: the theme goes where the heavier one is.
    def place(seeds):
        model = TopicModel(8, method, themes={"theme": seeds}).fit(lee)
        return (
            model.components_[0]
            @ model.vectorizer_.transform(
                ["cricket wicket innings test", "taliban afghanistan kabul bora"]
            )
            .toarray()
            .T
        )

    sport, war = place(["cricket^9", "taliban"]), place(["cricket", "taliban^9"])
    assert sport[0] > sport[1]
    assert war[0] < war[1]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
def test_no_theme_takes_in_all_releases_where_none_is_free(method, shared):
    corpus = read_releases(shared / "bbc.parquet", languages=False)
    themes = {
        "business": ["company", "economy", "market"],
        "entertainment": ["film", "music", "actor"],
        "politics": ["government", "election", "minister"],
        "sport": ["match", "player", "champion"],
        "tech": ["software", "computer", "internet"],
    }
    shares = TopicModel(5, method, themes=themes).fit_transform(corpus)
    named = np.array(list(themes))[shares.argmax(axis=1)]
    assert (named == np.array(corpus["label"].to_pylist())).mean() > 0.88
