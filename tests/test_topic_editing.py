import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.base import clone

from topics import TopicModel, TopicsError, load, read_releases, save
from topics.demo import lee_corpus
from topics.models.n_topics import Step, largest_good_n_topics
from topics.models.topic_editing import _merged_by_likeness
from topics.models.topic_words import term_scores, top_terms

METHODS = ["vectors", "nmf", "lda"]


@pytest.fixture(scope="module")
def lee():
    return read_releases(
        [
            {"text": text, "date": f"2001-{1 + i // 30:02}-15"}
            for i, text in enumerate(lee_corpus()["text"].to_pylist())
        ]
    )


def made_up(letter, n):
    """Words of letters, all different."""
    return [letter + chr(97 + i % 26) * (2 + i // 26) for i in range(n)]


@pytest.fixture(params=METHODS)
def model(request, lee):
    return TopicModel(8, request.param).fit(lee)


def in_step(model, lee, total=1.0):
    """All tables have the same topics, before and after a trip to the disk."""
    k = len(model.names_)
    table = model.topics_.sort_index()
    assert (
        len(table)
        == k
        == len(model.components_)
        == len(model.component_groups_)
        == len(model.top_words())
    )
    assert table["name"].is_unique
    shares = model.transform(lee)
    assert shares.shape == (300, k)
    np.testing.assert_allclose(shares.sum(axis=0) / 300, table["share"], atol=1e-3)
    assert table["share"].sum() == pytest.approx(total, abs=1e-3)
    months = model.topics_over_time("month")
    assert list(months.columns) == [*model.names_, "releases"]
    assert all(len(model.representative(t)) > 0 for t in range(k))


def test_merged_topics_are_one_in_all_tables(model, lee, tmp_path):
    before, table = model.transform(lee), model.topics_
    months = model.topics_over_time()
    first, second = model.names_[1], model.names_[5]
    model.merge_topics([5, first], name="both")
    assert model.names_[1] == "both"
    assert second not in model.names_
    in_step(model, lee)
    after = model.transform(lee)
    np.testing.assert_allclose(after[:, 1], before[:, 1] + before[:, 5], rtol=1e-5)
    assert model.topics_["releases"][1] == table["releases"][1] + table["releases"][5]
    merged = model.topics_over_time()["both"]
    np.testing.assert_allclose(merged, months[first] + months[second])
    again = load(save(model, tmp_path / "merged"))
    assert again.transform(lee).tobytes() == after.tobytes()
    pd.testing.assert_frame_equal(again.topics_, model.topics_)
    again.merge_topics([1, 2])
    in_step(again, lee)


def test_dropped_topics_are_nobodys(model, lee, tmp_path):
    before, table = model.transform(lee), model.topics_
    gone = model.names_[3]
    model.drop_topics([gone])
    in_step(model, lee, total=1 - table["share"][3])
    np.testing.assert_array_equal(model.transform(lee), np.delete(before, 3, axis=1))
    again = load(save(model, tmp_path / "dropped"))
    assert again.names_ == model.names_
    with pytest.raises(TopicsError, match="no topic"):
        model.drop_topics([gone])
    with pytest.raises(TopicsError, match="no topic would be left"):
        model.drop_topics(range(7))


def test_names_are_given_and_taken(model, tmp_path):
    model.rename_topic(2, "  Fires ")
    assert model.names_[2] == "Fires"
    assert model.topic_number("fires") == 2
    for name in ("fires", "releases", "none"):
        with pytest.raises(TopicsError, match="is taken"):
            model.rename_topic(3, name)
    for name in ("  ", "a\0"):
        with pytest.raises(TopicsError, match="the name"):
            model.merge_topics([0, 1], name=name)
    with pytest.raises(TopicsError, match="is taken"):
        model.merge_topics([0, 1], name="Fires")
    with pytest.raises(TopicsError, match="cannot be merged"):
        model.merge_topics([4, 4])
    assert load(save(model, tmp_path / "named")).names_ == model.names_


def test_a_split_topic_leaves_the_others(model, lee, tmp_path):
    largest = int(model.topics_["releases"].idxmax())
    names, before = list(model.names_), model.components_.copy()
    model.split_topic(largest, lee, 3)
    assert len(model.names_) == 10
    in_step(model, lee)
    others = [t for t in range(8) if t != largest]
    assert [model.names_[t] for t in others] == [names[t] for t in others]
    np.testing.assert_array_equal(model.components_[others], before[others])
    again = load(save(model, tmp_path / "split"))
    assert again.transform(lee).tobytes() == model.transform(lee).tobytes()
    with pytest.raises(TopicsError, match="too few"):
        model.split_topic(0, lee[:3])


def test_merged_halves_of_a_split_are_the_topic_again(lee):
    model = TopicModel(6).fit(lee)
    before = model.topics_["releases"].tolist()
    model.split_topic(2, lee, 2).merge_topics([2, 6])
    assert len(model.names_) == 6
    after = model.topics_["releases"].tolist()
    assert abs(after[2] - before[2]) <= 0.35 * before[2]


def test_hierarchy_and_likeness(model):
    links = model.hierarchy()
    assert len(links) == 7
    assert links["distance"].is_monotonic_increasing
    assert links["topics"].iloc[-1] == 8
    assert links["first_name"][0] == model.names_[links["first"][0]]
    near = model.similar_topics(0, 3)
    assert list(near.columns) == ["topic", "name", "cosine"]
    assert near["cosine"].is_monotonic_decreasing
    assert 0 not in near["topic"].tolist()
    closest = set(links.loc[0, ["first", "second"]])
    assert model.similar_topics(min(closest), 1)["topic"][0] == max(closest)


def test_shares_by_class_and_paragraph(model, lee):
    classes = ["early"] * 100 + ["late"] * 200
    table = model.topics_per_class(lee, classes)
    assert table["releases"].tolist() == [100, 200]
    np.testing.assert_allclose(table[model.names_].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        table.loc["early", model.names_], model.transform(lee[:100]).mean(axis=0), rtol=1e-4
    )
    with pytest.raises(TopicsError, match="2 classes for 300 releases"):
        model.topics_per_class(lee, ["a", "b"])
    texts = lee["text"].to_pylist()
    shown = model.topics_of_paragraphs(f"{texts[0]}\n\n\n{texts[1]}\n\n ")
    assert shown["paragraph"].tolist() == [texts[0].strip(), texts[1].strip()]
    assert shown["topic"].tolist() == model.transform(texts[:2]).argmax(axis=1).tolist()
    assert model.topics_of_paragraphs("").empty


def test_outliers_have_no_share_that_stands_out(model, lee):
    odd = model.outliers(["xqzt", lee["text"][0].as_py()])
    assert odd.tolist() == [True, False]
    shares = model.transform(lee)
    np.testing.assert_array_equal(model.outliers(lee, 0.5), shares.max(axis=1) < 0.5)


def test_rankings_of_words(model):
    by_weight = model.top_words(5, "weight")
    terms = model.vectorizer_.get_feature_names_out()
    assert by_weight[0][0] == terms[model.components_[0].argmax()]
    for ranking in ("lift", "frex", "relevance"):
        assert all(len(words) == 5 for words in model.top_words(5, ranking))
    assert model.top_words(5, "relevance", mix=1.0) == by_weight
    with pytest.raises(TopicsError, match="ranking='tfidf'"):
        model.top_words(5, "tfidf")
    assert top_terms(np.array([1.0, 3, 2]), ["minister", "prime minister", "tax"], 3) == [1, 2]
    assert (term_scores(np.array([[1.0, 0.0]]), "frex") >= 0).all()


def test_words_that_stand_everywhere_are_junk():
    rng = np.random.default_rng(0)
    kinds = [made_up(letter, 12) for letter in "abc"]
    filler = made_up("filler", 12)
    texts = [
        " ".join([*rng.choice(kinds[i % 3], 6), *rng.choice(filler, 5, replace=False)])
        for i in range(150)
    ]
    # The one topic of all three kinds is what they have in common.
    assert TopicModel(1, "nmf").fit(texts).topics_["background"].tolist() == [True]
    assert TopicModel(3, "nmf").fit(texts).topics_["background"].tolist() == [False] * 3


def test_earlier_topics_keep_their_numbers_and_names(lee):
    earlier = TopicModel(6).fit(lee[:200]).rename_topic(0, "the first")
    for method in METHODS:
        later = TopicModel(9, method, previous_model=earlier).fit(lee[100:])
        assert later.names_[:6] == earlier.names_
        assert len(later.names_) == 9
        alike = [
            len(set(a) & set(b))
            for a, b in zip(earlier.top_words(20), later.top_words(20)[:6], strict=True)
        ]
        assert np.mean(alike) >= 5, method
    with pytest.raises(TopicsError, match="fewer topics"):
        TopicModel(4, previous_model=earlier).fit(lee)


def test_the_number_of_topics_is_chosen(lee, tmp_path):
    rng = np.random.default_rng(0)
    kinds = [made_up(letter, 25) for letter in "abcde"]
    texts = [" ".join(rng.choice(kinds[i % 5], 30)) for i in range(400)]
    model = TopicModel("auto").fit(texts)
    path = model.n_topics_path_
    assert path.columns.tolist() == ["n_topics", "stability", "coherence", "score"]
    assert (
        len(model.names_)
        == 5
        == largest_good_n_topics([Step(*row) for row in path.itertuples(index=False)])
    )
    again = load(save(model, tmp_path / "chosen"))
    pd.testing.assert_frame_equal(again.n_topics_path_, path)
    with pytest.raises(TopicsError, match="n_topics='many'"):
        TopicModel("many").fit(texts)
    with pytest.raises(TopicsError, match="init='other'"):
        TopicModel(3, init="other").fit(texts)


def test_nmf_learns_in_parts(lee, tmp_path):
    model = TopicModel(6, "nmf", init="default").partial_fit(lee[:200]).partial_fit(lee[200:])
    assert model.n_documents_ == 300
    assert model.topics_["releases"].sum() == 300
    with pytest.raises(TopicsError, match="fit a new model"):
        load(save(model, tmp_path / "parts")).partial_fit(lee)


def test_figures_of_choice_and_likeness(model):
    from topics.plots import plot_hierarchy, plot_n_topics

    assert plot_hierarchy(model)._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(TopicsError, match="number of topics was given"):
        plot_n_topics(model)
    model.n_topics_path_ = pd.DataFrame(
        {"n_topics": [3, 5], "stability": [0.8, 0.9], "coherence": [0.1, 0.2], "score": [0.9, 1.1]}
    )
    assert plot_n_topics(model)._repr_png_().startswith(b"\x89PNG")
    with pytest.raises(TopicsError, match="no hierarchy"):
        plot_hierarchy(model.drop_topics(range(1, 8)))


def test_models_are_matched_topic_by_topic(model, lee):
    same = model.match_topics(model)
    assert same["other"].tolist() == list(range(8))
    assert same["cosine"].tolist() == pytest.approx([1] * 8)
    fewer = TopicModel(5, model.method).fit(lee[:250])
    table = model.match_topics(fewer)
    assert sorted(table["other"])[3:] == [0, 1, 2, 3, 4]
    assert table["other_name"].isna().sum() == 3


def test_releases_without_a_class_are_a_class():
    model = TopicModel(2).fit(["refugees fled", "the court ruled"] * 20)
    table = model.topics_per_class(["refugees fled"] * 4, ["a", None, "a", None])
    assert table["releases"].tolist() == [2, 2]


def test_themes_of_an_earlier_model_are_not_made_twice():
    texts = ["refugees fled to the camp", "the court tried the judge", "rain fell on fields"] * 20
    earlier = TopicModel(3, themes={"law": ["court"]}).fit(texts)
    model = clone(TopicModel(4, previous_model=earlier, themes={"law": ["judge"], "aid": ["camp"]}))
    assert model.previous_model is earlier
    names = model.fit(texts).names_
    assert names[:4] == [*earlier.names_, "aid"]
    assert "judge" in model.top_words(4)[0]


def test_topics_go_on_after_a_split(lee):
    model = TopicModel(10, method="nmf").fit(lee)
    model.split_topic(0, lee)
    before = model.transform(lee).argmax(axis=1)
    model.partial_fit(lee[:40])
    assert (model.transform(lee).argmax(axis=1) == before).mean() > 0.8


def test_a_pile_without_coherent_words_has_a_number_of_topics(tmp_path):
    model = TopicModel("auto").fit(["judge"] * 20 + ["refugees"] * 20)
    assert np.isfinite(model.n_topics_path_["score"]).all()
    save(model, tmp_path / "model")
    assert not hasattr(
        model.set_params(n_topics=2).fit(["judge"] * 20 + ["aid"] * 20), "n_topics_path_"
    )


def test_few_topics_are_not_preferred_to_nearly_as_good_ones():
    steps = [Step(3, 1, 0, 1.0), Step(5, 1, 0, 0.9), Step(7, 1, 0, 0.8)]
    assert largest_good_n_topics(steps) == 5
    assert largest_good_n_topics([Step(3, 0, -1, -0.2), Step(5, 0, -1, -0.5)]) == 3


def test_topics_are_found_by_words(model, lee):
    for topic, words in enumerate(model.top_words(3)):
        found = model.find_topics(" ".join(words))
        assert topic in found["topic"].tolist()
        assert found["share"].is_monotonic_decreasing
        assert found["name"].tolist() == [model.names_[t] for t in found["topic"]]
    assert len(model.find_topics("the government said", n=2)) <= 2
    with pytest.raises(TopicsError, match="qwxyzzy"):
        model.find_topics("qwxyzzy")


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 9), st.integers(1, 9), st.integers(0, 99))
def test_topics_are_merged_by_average_linkage(size, n, seed):
    """As scipy has it; and two that are to stay apart do."""
    rng = np.random.default_rng(seed)
    rows = rng.random((size, 4))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    alike, n = rows @ rows.T, min(n, size)
    groups = _merged_by_likeness(alike, n, np.zeros(size, bool))
    tree = linkage(squareform(1 - alike, checks=False), "average")
    expected = fcluster(tree, n, "maxclust")
    assert {frozenset(g) for g in groups} == {
        frozenset(np.flatnonzero(expected == c).tolist()) for c in set(expected)
    }
    apart = np.arange(size) < min(2, n)
    groups = _merged_by_likeness(alike, n, apart)
    assert sorted(row for group in groups for row in group) == list(range(size))
    assert max(sum(apart[row] for row in group) for group in groups) <= 1


def test_topics_are_reduced_to_fewer(lee):
    seeds = {"fire": ["bushfires", "firefighters"], "war": ["taliban", "afghanistan"]}
    model = TopicModel(12, themes=seeds).fit(lee)
    hierarchy, names = model.hierarchy(), list(model.names_)
    nearest = hierarchy.loc[0, ["first_name", "second_name"]].tolist()
    shares = dict(zip(names, model.proportion_sums_, strict=True))
    model.reduce_topics(11)
    if not set(nearest) & set(seeds):
        larger = max(nearest, key=shares.get)
        assert larger in model.names_
        assert set(names) - set(model.names_) == set(nearest) - {larger}
    # Under another name it is a theme's topic still.
    model.rename_topic("war", "abroad")
    model.reduce_topics(3)
    assert len(model.names_) == 3
    assert {"fire", "abroad"} < set(model.names_)
    np.testing.assert_allclose(model.transform(lee).sum(axis=1), 1, atol=1e-5)
    assert model.topics_["share"].max() < 0.8  # one does not swallow the others
    with pytest.raises(TopicsError, match="2 topics are of themes"):
        model.reduce_topics(1)
    for odd in (2.5, True, "2"):
        with pytest.raises(TopicsError, match="no number of topics"):
            model.reduce_topics(odd)
    with pytest.raises(TopicsError, match="one is the least"):
        TopicModel(3).fit(lee).reduce_topics(0)


def test_weights_of_words_are_shares(model):
    every = model.top_words(40, weights=True)
    assert [[word for word, _ in words] for words in every] == model.top_words(40)
    totals = model.components_.sum(axis=1)
    vocabulary = model.vectorizer_.vocabulary_
    for t, words in enumerate(every):
        for word, weight in words:
            assert weight == pytest.approx(model.components_[t, vocabulary[word]] / totals[t])


def test_pyldavis_takes_what_it_is_given(model, lee):
    given = model.to_pyldavis(lee)
    n, terms = len(given["doc_lengths"]), len(given["vocab"])
    assert given["topic_term_dists"].shape == (len(model.names_), terms)
    assert given["doc_topic_dists"].shape == (n, len(model.names_))
    for part in ("topic_term_dists", "doc_topic_dists"):
        np.testing.assert_allclose(given[part].sum(axis=1), 1)
        assert (given[part] > 0).all()
    assert given["doc_lengths"].sum() == given["term_frequency"].sum()
    assert (given["term_frequency"] > 0).all()
    texts = lee.texts.to_pylist()
    again = model.to_pyldavis(text for text in texts)
    np.testing.assert_array_equal(again["doc_topic_dists"], given["doc_topic_dists"])
    with pytest.raises(TopicsError, match="no release holds a word"):
        model.to_pyldavis(["qwxyzzy"])
    pyldavis = pytest.importorskip("pyLDAvis", reason="pyLDAvis is not installed")
    prepared = pyldavis.prepare(**given)
    assert len(prepared.topic_coordinates) == len(model.names_)


@pytest.mark.parametrize(
    "name", ["plot_topics", "plot_topic_map", "plot_hierarchy", "plot_topics_over_time"]
)
def test_plots_draw_on_axes_that_are_given(name):
    from matplotlib.figure import Figure

    from topics import plots, read_releases

    rows = [
        {"text": text, "date": f"2024-0{month}-01"}
        for month in (1, 2, 3)
        for text in ["aid reached the camp", "the court freed detainees", "rain fell"] * 8
    ]
    model = TopicModel(3).fit(read_releases(rows, languages=False))
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert getattr(plots, name)(model, ax=right) is figure
    assert right.get_title(loc="left")
    assert not left.has_data()
    assert right.has_data() or right.collections or right.patches
