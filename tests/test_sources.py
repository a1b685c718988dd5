"""Topics of what is said, not of who says it."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import normalized_mutual_info_score as nmi

from topics import TopicModel, TopicsError, read_releases
from topics.persistence.artifact import load, save

SUBJECTS = {
    "farms": "wheat harvest farmers barley tractors irrigation crops soil seeds livestock dairy "
    "orchards pasture fertiliser grain silo meadow ploughing",
    "courts": "judge verdict trial appeal lawyers witness evidence sentence prosecutor jury "
    "hearing defendant ruling court testimony bail counsel tribunal",
    "trains": "railway station platform tickets commuters timetable locomotive carriages signals "
    "track conductor junction freight passengers tunnel viaduct depot express",
    "health": "hospital nurses vaccine patients surgery clinic doctors ward infection therapy "
    "diagnosis pharmacy midwives treatment symptoms ambulance dentist recovery",
}
LETTERHEADS = {
    "north": "Northern Bureau press desk, Elm Street, editor Alma Quist.",
    "south": "Southern Gazette newsroom, Harbour Road, spokesman Bruno Tavel.",
    "mill": "Ministry bulletin, Mill Lane, signed Clara Voss.",
}


def corpus(plan, seed=0):
    """Releases of sources on subjects: texts, sources and subjects."""
    rng = np.random.default_rng(seed)
    rows = []
    for source, subject, n in plan:
        words = SUBJECTS[subject].split()
        for _ in range(n):
            body = " ".join(rng.choice(words, 14))
            rows.append((f"{LETTERHEADS[source]} {body}.", source, subject))
    order = rng.permutation(len(rows))
    return tuple([rows[i][column] for i in order] for column in range(3))


def as_table(texts, sources):
    return read_releases(pa.table({"text": texts, "source": sources}), languages=False)


SHARED = [(s, t, 60) for s in ("north", "south") for t in ("farms", "courts", "trains")]


@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
@pytest.mark.parametrize("told", [True, False])
def test_two_publishers_write_of_three_subjects(method, told):
    texts, sources, subjects = corpus(SHARED)
    given = as_table(texts, sources) if told else texts
    model = TopicModel(3, method).fit(given)
    assert nmi(subjects, model.labels_) >= 0.95
    assert nmi(sources, model.labels_) <= 0.05
    shown = {word for words in model.top_words(8) for word in words}
    assert not shown & {"bureau", "gazette", "alma", "bruno", "harbour"}
    found = {word for words in model.sources_["words"] for word in words.split(", ")}
    assert {"alma", "bruno"} <= found


@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
def test_a_subject_of_one_source_stays(method):
    plan = [(s, t, 60) for s in ("north", "south") for t in ("courts", "trains", "health")]
    texts, sources, subjects = corpus([*plan, ("mill", "farms", 90)])
    model = TopicModel(4, method).fit(as_table(texts, sources))
    assert nmi(subjects, model.labels_) >= 0.9
    table = model.sources_.set_index("source")
    assert table.loc["mill", "share"] == 0 < table.loc["north", "share"]


@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
def test_a_subject_of_one_source_stays_beside_those_it_shares(method):
    plan = [(s, t, 60) for s in ("north", "mill") for t in ("courts", "trains")]
    texts, sources, subjects = corpus([*plan, ("mill", "farms", 60)])
    model = TopicModel(3, method).fit(as_table(texts, sources))
    assert nmi(subjects, model.labels_) >= 0.9


@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
def test_a_source_that_writes_mostly_of_one_subject_is_no_subject(method):
    plan = [
        (source, subject, 96 if (source == "north") == (subject == "courts") else 24)
        for source in ("north", "south") for subject in ("farms", "courts", "trains")
    ]  # fmt: skip
    texts, sources, subjects = corpus(plan)
    model = TopicModel(3, method).fit(as_table(texts, sources))
    assert nmi(subjects, model.labels_) >= 0.95
    assert (model.sources_["share"] > 0).all()


def test_without_sources_nothing_is_taken_off():
    texts, sources, _ = corpus(SHARED)
    plain = TopicModel(3, by=None).fit(as_table(texts, sources))
    assert plain.sources_.empty
    one = TopicModel(3).fit(as_table(texts, ["north"] * len(texts)))
    # Of one source alone nothing is known: letterheads are looked for instead.
    assert one.source_effects_ is None or one.source_effects_.letterheads is not None


@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
@pytest.mark.parametrize("told", [True, False])
def test_new_releases_are_read_as_those_learnt_from(method, told, tmp_path):
    texts, sources, _ = corpus(SHARED)
    given = as_table(texts, sources) if told else texts
    model = TopicModel(3, method)
    learnt = model.fit_transform(given)
    if method == "vectors":
        np.testing.assert_allclose(model.transform(given), learnt, atol=1e-3)
    alone = model.transform(as_table(texts[:1], sources[:1]) if told else texts[:1])
    np.testing.assert_allclose(alone, model.transform(given)[:1], atol=1e-6)
    save(model, tmp_path / "model")
    loaded = load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.transform(given), model.transform(given))
    assert loaded.sources_.equals(model.sources_)
    # Releases of somebody else are read as they are.
    others = as_table(texts[:9], ["elsewhere"] * 9)
    assert loaded.transform(others).shape == (9, 3)


def test_sources_given_as_values_or_by_another_column():
    texts, sources, _ = corpus(SHARED)
    table = read_releases(pa.table({"text": texts, "office": sources}), languages=False)
    by_column = TopicModel(3, by="office").fit(table)
    by_values = TopicModel(3, by=sources).fit(texts)
    assert by_column.sources_.equals(by_values.sources_)
    np.testing.assert_array_equal(by_column.labels_, by_values.labels_)
    with pytest.raises(TopicsError, match="no column 'desk'"):
        TopicModel(3, by="desk").fit(table)
    with pytest.raises(TopicsError, match="2 sources for 360 releases"):
        TopicModel(3, by=["a", "b"]).fit(texts)


def test_results_do_not_depend_on_threads_or_names_of_sources():
    texts, sources, _ = corpus(SHARED)
    first = TopicModel(3, n_jobs=1).fit(as_table(texts, sources))
    again = TopicModel(3, n_jobs=2).fit(as_table(texts, sources))
    np.testing.assert_array_equal(first.components_, again.components_)
    renamed = TopicModel(3).fit(as_table(texts, [f"the {name}" for name in sources]))
    np.testing.assert_array_equal(first.components_, renamed.components_)


def test_words_of_themes_are_nobodys_own():
    texts, sources, _ = corpus(SHARED)
    model = TopicModel(4, themes={"editors": ["alma"]}).fit(as_table(texts, sources))
    assert "alma" not in " ".join(model.sources_["words"])


def test_background_is_no_first_topic():
    rng = np.random.default_rng(0)
    common = "said week added office told people time year".split()
    texts = [
        " ".join([*rng.choice(SUBJECTS[s].split(), 9), *rng.choice(common, 4)])
        for s in ("farms", "courts", "trains") for _ in range(60)
    ]  # fmt: skip
    model = TopicModel(6, "nmf", by=None).fit(texts)
    table = model.topics_
    if table["background"].any():
        assert table["background"].tolist() == sorted(table["background"])
    proportions = model.transform(texts)
    first = model.first_topics(proportions)
    marked = model.background_ | model.surplus_
    other = np.where(marked, 0, proportions).max(axis=1)
    assert not (marked[first] & (other > 1 / 6)).any()


def test_background_topics_are_marked_and_last():
    model = TopicModel(3, by=None).fit(corpus(SHARED)[0])
    model.background_ = np.array([True, False, False])
    assert model.topics_["topic"].tolist() == [1, 2, 0]
    shares = np.array([[0.6, 0.4, 0.0], [0.8, 0.1, 0.1]], np.float32)
    assert model.first_topics(shares).tolist() == [1, 0]


@pytest.mark.parametrize("method", ["vectors", "nmf", "lda"])
def test_more_topics_than_subjects_are_marked(method):
    texts, _, _ = corpus([("north", s, 12) for s in ("farms", "courts", "trains")])
    model = TopicModel(13, method, by=None)
    with pytest.warns(UserWarning, match="few for 13 topics"):
        largest = model.fit_transform(texts).argmax(axis=1)
    sizes = np.bincount(largest, minlength=13)
    assert model.surplus_.tolist() == (sizes < 2).tolist()
    assert model.topics_["surplus"].tolist() == sorted(model.surplus_)


def test_effects_of_columns():
    plan = [("north", "farms", 80), ("north", "courts", 20)]
    texts, sources, subjects = corpus([*plan, ("south", "farms", 20), ("south", "courts", 80)])
    years = [2000 + (s == "courts") for s in subjects]
    columns = pa.table({"text": texts, "source": sources, "year": years})
    table = read_releases(columns, languages=False)
    model = TopicModel(2).fit(table)
    farms = int(model.labels_[subjects.index("farms")])
    effect = model.effect_of("source").set_index(["topic", "value"])
    row = effect.loc[farms, "north"]
    assert row["low"] < row["effect"] < row["high"]
    assert row["effect"] == pytest.approx(0.6, abs=0.1)
    assert 0.4 < row["low"] < row["high"] < 0.8
    slope = model.effect_of("year").set_index("topic").loc[farms]
    assert slope["high"] < -0.8
    again = model.effect_of(sources, texts=table)
    assert again["effect"].tolist() == pytest.approx(effect["effect"].tolist(), abs=1e-3)
    with pytest.raises(TopicsError, match="no column 'desk'"):
        model.effect_of("desk")
    with pytest.raises(TopicsError, match="1 different values"):
        model.effect_of(["a"] * 200)


def test_who_speaks_about_what_with_bounds(tmp_path):
    texts, sources, subjects = corpus(SHARED)
    dates = [f"2024-0{1 + (s == 'farms')}-05" for s in subjects]
    table = read_releases(
        pa.table({"text": texts, "source": sources, "date": dates}), languages=False
    )
    model = TopicModel(3).fit(table)
    by_class = model.topics_per_class(table, "source", confidence=0.9)
    months = model.topics_over_time("month", by="source", confidence=0.9)
    assert by_class.index.tolist() == ["north", "south"]
    assert [key[0] for key in months.index] == ["north", "north", "south", "south"]
    for name in model.names_:
        for frame in (by_class, months):
            bounds = frame[name]
            assert (bounds["low"] <= bounds["share"]).all()
            assert (bounds["share"] <= bounds["high"]).all()
    plain = model.topics_over_time("month", by="source")
    assert plain["releases"].tolist() == [120, 60, 120, 60]
    save(model, tmp_path / "model")
    loaded = load(tmp_path / "model")
    with pytest.raises(TopicsError, match="loaded model"):
        loaded.effect_of("source")
    with pytest.raises(TopicsError, match="loaded model"):
        loaded.topics_over_time("month", by="source")


def test_bootstrap_covers_what_is_true():
    from topics.models.effects import differences

    rng = np.random.default_rng(0)
    held = 0
    for seed in range(60):
        groups = rng.integers(0, 2, 150)
        share = np.clip(rng.normal(0.3 + 0.2 * groups, 0.1), 0, 1)
        shares = np.column_stack([share, 1 - share])
        found = differences(shares, groups, 2, confidence=0.9, random_state=seed)
        held += found.low[1, 0] <= 0.2 <= found.high[1, 0]
    assert 48 <= held <= 60
