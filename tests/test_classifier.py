import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import topics
from topics import (
    Labeller,
    TermVectorizer,
    ThemeClassifier,
    TopicModel,
    TopicsError,
    read_releases,
    read_themes,
)
from topics._math.calibration import best_thresholds
from topics.demo import lee_corpus
from topics.text.seed_words import expand_seeds
from topics.themes import soft_labels
from topics.themes.soft_labels import MIN_DOCUMENTS, PROPAGATIONS, select_propagation

CAMP = ["refugees fled to the camp", "the camp shelters displaced families", "tents for refugees"]
COURT = ["the court tried the judge", "a judge ruled on the trial", "lawyers left the court"]
TEXTS = (CAMP + COURT) * 10
TRUTH = (["displacement"] * 3 + ["justice"] * 3) * 10
THEMES = {"displacement": ["refugees", "displaced"], "justice": ["court", "judge"]}


@pytest.mark.parametrize("y", [None, TRUTH, [TRUTH[0], None, None, TRUTH[3], *[None] * 56]])
@pytest.mark.parametrize("multi_label", [True, False])
def test_learns_from_seeds_and_labels(y, multi_label):
    classifier = ThemeClassifier(THEMES, multi_label).fit(TEXTS, y)
    predicted = classifier.predict(TEXTS).tolist()
    assert predicted == ([(name,) for name in TRUTH] if multi_label else TRUTH)
    probabilities = classifier.predict_proba(TEXTS)
    assert probabilities.shape == (60, 2)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    if not multi_label:
        np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_labels_stand_in_for_seeds_that_nobody_uses():
    themes = THEMES | {"justice": ["submarine", "the"]}
    vectorizer = TermVectorizer(stop_words="english", dtype=np.float32, weighting="tfidf")
    with pytest.warns(
        UserWarning, match=r"no term of the releases: 'submarine' .*'the' \(justice\)"
    ):
        classifier = ThemeClassifier(themes, False, vectorizer, background=None).fit(TEXTS, TRUTH)
    assert classifier.predict(TEXTS).tolist() == TRUTH
    # One theme that nobody writes about is no reason to label with none.
    with pytest.warns(UserWarning, match="no seed of the theme 'justice' is a term"):
        classifier = ThemeClassifier(themes, False, vectorizer, background=None).fit(TEXTS)
    assert set(classifier.predict(TEXTS)) == {"displacement"}


def test_messages_show_seeds_as_they_were_written():
    themes = THEMES | {"justice": ["court", "Trial of the Century^2"]}
    with pytest.warns(UserWarning, match=r"'Trial of the Century\^2' \(justice\)"):
        ThemeClassifier(themes, background=None).fit(TEXTS)


def test_an_explanation_says_whether_the_label_is_given():
    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    [doubtful] = classifier.explain("Rain fell on the families.")
    assert doubtful.given == bool(classifier.predict(["Rain fell on the families."])[0])
    assert not doubtful.given
    assert "not given" in repr(doubtful)
    assert "not given" in doubtful._repr_html_()
    [sure] = classifier.explain("The judge left the court.")
    assert sure.given
    assert "not given" not in repr(sure) + sure._repr_html_()


@pytest.mark.parametrize("texts", [["zebra apple"] * 60, ["zebra apple", "zebra pear"] * 30])
def test_a_fit_that_fails_changes_nothing(texts):
    classifier = ThemeClassifier(THEMES, background=None).fit(TEXTS)
    labeller = Labeller(TopicModel(4, themes=THEMES), ThemeClassifier(THEMES, background=None)).fit(
        TEXTS
    )
    before = classifier.predict_proba(TEXTS), labeller.predict(TEXTS).to_arrow()
    for model in (classifier, labeller):
        with pytest.raises(TopicsError):
            model.fit(texts)
    labeller.topic_model.method = "none"
    with pytest.raises(TopicsError):
        labeller.fit(TEXTS[:30])
    assert classifier.predict_proba(TEXTS).tobytes() == before[0].tobytes()
    assert labeller.predict(TEXTS).to_arrow().equals(before[1])


def test_a_vectorizer_that_learnt_on_is_no_longer_that_of_the_classifier():
    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    classifier.vectorizer_.partial_fit(["volcanoes erupted", "volcanoes again erupted"] * 5)
    with pytest.raises(ValueError, match="not those of this vocabulary"):
        classifier.predict(TEXTS)


def test_the_order_of_the_releases_says_nothing():
    texts = lee_corpus("background")["text"].to_pylist()
    themes = {"cricket": ["wicket"], "war": ["taliban", "afghanistan"], "fire": ["fires"]}
    order = np.random.default_rng(0).permutation(len(texts))
    one = ThemeClassifier(themes).fit(texts)
    other = ThemeClassifier(themes).fit([texts[i] for i in order])
    # One step of the grid at most.
    np.testing.assert_allclose(one.thresholds_, other.thresholds_, atol=0.026)
    np.testing.assert_allclose(one.predict_proba(texts), other.predict_proba(texts), atol=0.02)


@pytest.mark.parametrize("y", [dict.fromkeys(range(60), "a"), {"a", "b"}, "a" * 60])
def test_labels_without_an_order_are_refused(y):
    with pytest.raises(TopicsError, match="give a list"):
        ThemeClassifier().fit(TEXTS, y)


def test_explanations_take_numbers_for_labels():
    classifier = ThemeClassifier().fit(TEXTS, [1, 1, 1, 2, 2, 2] * 10)
    assert classifier.explain("the judge", 2, reference_texts=TEXTS, n_nearest=-1)[0].nearest == []


def test_learns_from_labels_alone():
    classifier = ThemeClassifier(multi_label=False).fit(TEXTS, TRUTH)
    assert classifier.predict(TEXTS).tolist() == TRUTH
    assert classifier.calibrated_
    assert classifier.score(TEXTS, TRUTH) == 1


def test_several_labels_and_none():
    texts = [
        *CAMP * 8,
        *COURT * 8,
        *[f"{a} {b}" for a in CAMP for b in COURT],
        *["sunny weather"] * 9,
    ]
    y = [("camp",)] * 24 + [("court",)] * 24 + [("camp", "court")] * 9 + [()] * 9
    classifier = ThemeClassifier().fit(texts, y)
    both, none = classifier.predict(["refugees fled to the court", "sunny weather"])
    assert set(both) == {"camp", "court"}
    assert none == ()


def test_labels_outweigh_seeds():
    flipped = {"displacement": ["court", "judge"], "justice": ["refugees", "displaced"]}
    classifier = ThemeClassifier(flipped, multi_label=False).fit(TEXTS, TRUTH)
    assert classifier.score(TEXTS, TRUTH) > 0.9


def test_labels_of_other_kinds():
    import pandas as pd
    import pyarrow as pa

    given = [*TRUTH[:-1], None]
    expected = ThemeClassifier().fit(TEXTS, given).coef_
    for y in (pa.array(given), pa.chunked_array([given]), pd.Series(given), [*TRUTH[:-1], ""]):
        assert (ThemeClassifier().fit(TEXTS, y).coef_ == expected).all()
    with pytest.raises(TopicsError, match="index 0: 2 labels"):
        ThemeClassifier(multi_label=False).fit(TEXTS, [["a", "b"], *TRUTH[1:]])


def test_labels_of_other_types():
    numbers = [int(name == "justice") for name in TRUTH]
    classifier = ThemeClassifier(multi_label=False).fit(TEXTS, np.array(numbers))
    assert classifier.predict(TEXTS[:4]).tolist() == numbers[:4]
    assert classifier.classes_.tolist() == [0, 1]
    with pytest.raises(TopicsError, match="mixed types"):
        ThemeClassifier().fit(TEXTS, ["a", 1] * 30)


def test_a_theme_is_heard_in_a_section_of_a_long_release():
    long = " ".join(COURT * 25 + CAMP * 13)
    for multi_label in (True, False):
        classifier = ThemeClassifier(THEMES, multi_label).fit(TEXTS)
        model = classifier.coef_, classifier.intercept_
        whole = classifier.vectorizer_.linear_scores([long], *model)
        scores = classifier.weights_and_scores([long])[1]
        assert (
            classifier.score_sequences(classifier.vectorizer_.sequences([long])).tolist()
            == scores.tolist()
        )
        assert ((scores > whole + 1) == multi_label).all()
        for explanation in classifier.explain(long, ["displacement", "justice"]):
            said = {word for word, weight in explanation.terms[:5] if weight > 0}
            assert said & set(THEMES[explanation.label])
            assert (len(explanation.terms) < 10) == multi_label


def test_labels_say_how_much_seeds_weigh():
    good = ThemeClassifier(THEMES, False).fit(TEXTS, TRUTH)
    turned = dict(zip(THEMES, reversed(THEMES.values()), strict=True))
    few = [*TRUTH[:12], *[None] * 48]
    for model in (good, ThemeClassifier(turned, False).fit(TEXTS, few)):
        assert model.predict(TEXTS).tolist() == TRUTH
    unlabelled = ThemeClassifier(turned, False).fit(TEXTS).predict(TEXTS).tolist()
    assert not set(map(tuple, enumerate(unlabelled))) & set(map(tuple, enumerate(TRUTH)))


@pytest.mark.parametrize("times", [1, 40])
def test_explanation_sums_to_the_score(times):
    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    text = "The weather was fine. Refugees fled to the camp near the court. Nobody ruled."
    text += " The judge and the court, the trial." * (times - 1)
    for label in classifier.classes_:
        (explanation,) = classifier.explain(text, [label])
        total = explanation.intercept + sum(weight for _, weight in explanation.terms)
        column = classifier.classes_.tolist().index(label)
        assert total == pytest.approx(explanation.score, abs=1e-12)
        assert explanation.score == pytest.approx(
            classifier.decision_function([text])[0, column], abs=1e-5
        )
    explanation = classifier.explain(text, ["displacement"])[0]
    assert explanation.sentence == "Refugees fled to the camp near the court."
    assert "displacement" in repr(explanation)


def test_odd_texts_are_survived():
    classifier = ThemeClassifier(THEMES).fit([*TEXTS, "", "\x00", "😀"])
    odd = ["", " ", "\x00", "😀", "e\u0301" * 9, "سوريا", "İstanbul", "x" * 1_000_000]
    assert len(classifier.predict(odd)) == len(odd)
    assert np.isfinite(classifier.predict_proba(odd)).all()
    assert classifier.explain("")[0].sentence == ""


@pytest.mark.parametrize(
    ("themes", "y", "message"),
    [
        (None, None, "neither seeds nor labels"),
        ({"a": ["qwxyzzy"]}, None, "no seed of the theme 'a'"),
        (None, ["a"] * 3, "3 labels for 60 releases"),
        (None, [3.5] * 60, "index 0: the label 3.5 is no name"),
        (None, np.eye(60) / 2, "y is a matrix"),
        ({"a": "camp"}, None, "the seeds of 'a' are no list"),
        ({}, None, "there are no themes"),
    ],
)
def test_what_cannot_be_learnt(themes, y, message):
    with pytest.raises(TopicsError, match=message):
        ThemeClassifier(themes).fit(TEXTS, y)


def test_seeds_that_occur_nowhere_are_named():
    themes = {**THEMES, "displacement": ["refugees", "submarine"]}
    with pytest.warns(UserWarning, match=r"'submarine' \(displacement\)"):
        ThemeClassifier(themes, background=None).fit(TEXTS)


def test_a_row_does_not_depend_on_the_others():
    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    whole = classifier.predict_proba(TEXTS)
    assert classifier.predict_proba(TEXTS[5:6]).tobytes() == whole[5:6].tobytes()


def test_any_number_of_workers_gives_the_same_bits():
    corpus = lee_corpus()
    themes = {"cricket": ["wickets", "bowler"], "fires": ["bushfires", "firefighters"]}
    fits = [ThemeClassifier(themes, n_jobs=n).fit(corpus) for n in (1, 2, 3)]
    assert len({fit.coef_.tobytes() for fit in fits}) == 1
    assert len({fit.thresholds_.tobytes() for fit in fits}) == 1


def test_scikit_learns_tools_work_with_it():
    classifier = ThemeClassifier(multi_label=False)
    assert clone(classifier).get_params() == classifier.get_params()
    predicted = cross_val_predict(classifier, np.array(TEXTS), np.array(TRUTH), cv=3)
    assert (predicted == TRUTH).all()


def test_it_stands_in_grids_and_pipelines():
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline

    X, y = np.array(TEXTS, object), np.array([name == "justice" for name in TRUTH], int)
    pipeline = make_pipeline(ThemeClassifier(multi_label=False))
    grid = GridSearchCV(pipeline, {"themeclassifier__class_weight": [None, "balanced"]}, cv=3)
    assert grid.fit(X, y).best_score_ == 1
    assert grid.predict(X[:4]).tolist() == y[:4].tolist()
    assert grid.classes_.tolist() == [0, 1]


# Nearly all of its checks give numbers; of a classifier of texts it asks little.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_check_estimator():
    from sklearn.utils.estimator_checks import check_estimator

    results = check_estimator(ThemeClassifier(multi_label=False))
    assert [result["check_name"] for result in results if result["status"] != "passed"] == []


def test_tables_are_not_read_as_texts():
    import pandas as pd
    import pyarrow as pa

    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    for table in (pd.DataFrame({"text": TEXTS}), pa.table({"text": TEXTS}), {"text": TEXTS[0]}):
        with pytest.raises(TopicsError, match="read_releases"):
            classifier.predict(table)
    with pytest.raises(TopicsError, match="list of dicts"):
        topics.read_releases({"text": TEXTS[0]})


def test_known_words_are_counted_as_they_are_tokenised():
    for params in ({}, {"stop_words": "english"}, {"stemmer": "english"}, {"ngram_range": (1, 2)},
                   {"token_pattern": r"\w+(?=s)"}):  # fmt: skip
        vectorizer = TermVectorizer(**params).fit(TEXTS)
        texts = ["refugees saw the submarine", "", "zzz zzz", *TEXTS[:3]]
        expected = []
        for text in texts:
            words = vectorizer.tokenize(text)
            expected.append(sum(w in vectorizer.vocabulary_ for w in words) / max(len(words), 1))
        assert vectorizer.known_share(texts).tolist() == expected, params


def test_what_is_not_calibrated_is_called_a_score():
    by_seeds = topics.predict(TEXTS[:2], ThemeClassifier(THEMES).fit(TEXTS)).to_arrow()
    by_labels = topics.predict(TEXTS[:2], ThemeClassifier(THEMES).fit(TEXTS, TRUTH)).to_arrow()
    assert {"score", "s_justice"} <= set(by_seeds.column_names)
    assert {"probability", "p_justice"} <= set(by_labels.column_names)
    assert not {"probability", "p_justice"} & set(by_seeds.column_names)


def test_few_releases_go_by_their_own_words():
    rng = np.random.default_rng(0)
    import scipy.sparse as sp

    X = sp.csr_matrix(np.eye(MIN_DOCUMENTS - 1, 50, dtype=np.float32))
    vectors = rng.standard_normal((50, 5)).astype(np.float32)
    seeds = [(np.array([column]), np.ones(1)) for column in (3, 7)]
    rows, beliefs, *_ = soft_labels.soft_labels(X, vectors, seeds)
    assert rows.size == MIN_DOCUMENTS - 1
    assert beliefs[3, 0] > 0.99
    assert beliefs[7, 1] > 0.99


def test_seeds_may_be_open_weighed_or_against_the_theme():
    themes = {"displacement": ["refuge*^2", "displac*", "-tents"], "justice": ["court", "judge"]}
    classifier = ThemeClassifier(themes, multi_label=False).fit(TEXTS)
    assert classifier.score(TEXTS, TRUTH) == 1
    vectorizer = TermVectorizer().fit(["refugees refuge displaced tents"])
    weighed = expand_seeds(themes, vectorizer)
    assert weighed["displacement"] == {
        "refuge": 2.0, "refugees": 2.0, "displaced": 1.0, "tents": -1.0
    }  # fmt: skip
    either = expand_seeds({"open": ["*fuge*", "*aced"]}, vectorizer)
    assert sorted(either["open"]) == ["displaced", "refuge", "refugees"]
    with_tents, without = (
        ThemeClassifier({**themes, "displacement": seeds})
        .fit(TEXTS)
        .decision_function(["tents for them"])[0, 0]
        for seeds in (["refugees", "tents"], ["refugees", "-tents"])
    )
    assert with_tents > without
    for seed, message in (
        ("camp^0", "no number from 0.001"), ("camp^1e30", "no number from 0.001"),
        ("camp^x", "no number"), ("*", "is no word"),
        ("-tents", "all seeds of 'a' speak against it"),
    ):  # fmt: skip
        with pytest.raises(TopicsError, match=message):
            ThemeClassifier({"a": [seed]}).fit(TEXTS)


def mixture(shares, seed=0):
    """Releases of four themes, each with forty words of its own, four of them seeds."""
    rng = np.random.default_rng(seed)
    words = {c: [f"{c}{c}{i}{j}" for i in "abcde" for j in "qrstuvwx"] for c in "klmn"}
    texts, y = [], []
    for theme, n in zip(words, shares, strict=True):
        for _ in range(n):
            own = rng.choice(words[theme], 12)
            other = [rng.choice(words[c]) for c in rng.choice(list(words), 6)]
            texts.append(" ".join([*own, *other]))
            y.append(theme)
    return texts, np.array(y), {theme: own[:4] for theme, own in words.items()}


@pytest.mark.parametrize("shares", [(100, 100, 100, 100), (300, 60, 30, 10)])
def test_themes_are_found_by_their_seeds_whatever_their_shares(shares):
    texts, y, themes = mixture(shares)
    classifier = ThemeClassifier(themes, multi_label=False).fit(texts)
    assert classifier.score(texts, y) > 0.95
    assert set(classifier.seed_holdout_accuracy_) == set(PROPAGATIONS)
    # Half of the seeds find three in four of the documents, where chance finds one.
    assert min(classifier.seed_holdout_accuracy_.values()) > 0.7


def test_the_propagation_is_chosen_by_held_out_documents():
    texts, _, themes = mixture((200, 100, 60, 40))
    classifier = ThemeClassifier(themes).fit(texts)
    vocabulary = classifier.vectorizer_.vocabulary_
    X = classifier.weights_and_scores(texts)[0]
    vectors = np.random.default_rng(0).standard_normal((X.shape[1], 8)).astype(np.float32)
    seeds = [
        (np.array([vocabulary[word] for word in words]), np.ones(len(words)))
        for words in themes.values()
    ]
    # Vectors that know nothing: held-out documents are found by chance, one in four.
    _, accuracy = select_propagation(X, vectors, seeds)
    assert all(0.15 < value < 0.35 for value in accuracy.values())
    # With one seed a theme none can be held out, and none is asked.
    assert select_propagation(X, vectors, [(c[:1], w[:1]) for c, w in seeds]) == (
        "centred_on_typical",
        {},
    )


@pytest.mark.parametrize("able", PROPAGATIONS)
def test_the_propagation_that_finds_the_themes_is_taken(able, monkeypatch):
    texts, _, themes = mixture((200, 100, 60, 40))
    vectorizer = TermVectorizer().fit(texts)
    terms = vectorizer.get_feature_names_out().tolist()
    seeds = [
        (np.array([terms.index(word) for word in words]), np.ones(len(words)))
        for words in themes.values()
    ]
    own = [[term.startswith(theme) for term in terms] for theme in themes]

    def label(propagation, masked, *_):
        labels = masked @ np.array(own).T if propagation == able else np.zeros((len(texts), 4))
        return np.column_stack([labels, np.zeros(len(texts))])

    monkeypatch.setattr(soft_labels, "_label", label)
    X, vectors = vectorizer.transform(texts), np.zeros((len(terms), 8), np.float32)
    chosen, accuracy = select_propagation(X, vectors, seeds)
    assert chosen == able
    assert accuracy[able] > 0.7


def test_words_without_company_are_labelled():
    texts = [word for word in ("ship", "harbour", "court", "judge") for _ in range(30)]
    themes = {"sea": ["ship", "harbour"], "law": ["court", "judge"]}
    truth = ["sea"] * 60 + ["law"] * 60
    assert ThemeClassifier(themes, multi_label=False).fit(texts).score(texts, truth) == 1
    several = ThemeClassifier(themes).fit([*texts, *[""] * 200])
    assert several.predict([*texts, ""]).tolist() == [*((name,) for name in truth), ()]


def test_themes_file(tmp_path):
    path = tmp_path / "themes.toml"
    path.write_text('[themes]\ncamp = ["refugees", " displaced  persons "]\n')
    assert read_themes(path) == {"camp": ["refugees", "displaced persons"]}
    for content, message in (
        ('camp = ["refugees"\ncourt = ["judge"]\n', "row 2: it is not valid TOML"),
        ("camp = []\n", "the theme 'camp' has no seeds"),
        ('camp = "refugees"\n', "are no list"),
        ("camp = [1]\n", "the seed 1 of 'camp' is no word"),
        ("", "there are no themes"),
    ):
        path.write_text(content)
        with pytest.raises(TopicsError, match=message) as raised:
            read_themes(path)
        assert str(path) in str(raised.value)
    with pytest.raises(TopicsError, match="no such themes file"):
        read_themes(tmp_path / "missing.toml")


BBC_SEEDS = {
    "business": ["business", "company", "economy", "market"],
    "entertainment": ["entertainment", "film", "music", "actor"],
    "politics": ["politics", "government", "election", "minister"],
    "sport": ["sport", "match", "player", "champion"],
    "tech": ["technology", "software", "computer", "internet"],
}


@pytest.fixture(scope="module")
def bbc(shared):
    corpus = read_releases(shared / "bbc.parquet", languages=False)
    return corpus, np.array(corpus["label"].to_pylist())


@pytest.mark.slow
def test_bbc_by_seeds_alone(bbc):
    corpus, y = bbc
    classifier = ThemeClassifier(BBC_SEEDS, multi_label=False, n_jobs=2).fit(corpus)
    assert f1_score(y, classifier.predict(corpus), average="micro") >= 0.95


@pytest.mark.slow
def test_bbc_by_seeds_and_twenty_labels_a_class(bbc):
    corpus, y = bbc
    rng = np.random.default_rng(0)
    chosen = np.concatenate([rng.choice(np.flatnonzero(y == c), 20, False) for c in BBC_SEEDS])
    given = np.full(len(y), None, object)
    given[chosen] = y[chosen]
    classifier = ThemeClassifier(BBC_SEEDS, multi_label=False, n_jobs=2).fit(corpus, given)
    unseen = np.setdiff1d(np.arange(len(y)), chosen)
    assert f1_score(y[unseen], classifier.predict(corpus[unseen]), average="micro") >= 0.95


@pytest.mark.slow
def test_bbc_by_all_labels(bbc):
    corpus, y = bbc
    right = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(y, y):
        classifier = ThemeClassifier(multi_label=False, n_jobs=2).fit(corpus[train], y[train])
        right.append(np.mean(classifier.predict(corpus[test]) == y[test]))
    assert np.mean(right) >= 0.975


def test_weights_of_labels_and_classes():
    texts, y = ["aid camp", "aid court"] * 20, ["camp", "court"] * 20
    weights = np.tile([1.0, 10.0], 20)
    plain = ThemeClassifier(multi_label=False).fit(texts, y)
    by_sample = ThemeClassifier(multi_label=False).fit(texts, y, sample_weight=weights)
    by_class = ThemeClassifier(multi_label=False, class_weight={"court": 10}).fit(texts, y)
    for heavier in (by_sample, by_class):
        # Of two classes, the scores are of the second: court.
        assert heavier.decision_function(["aid"])[0] > plain.decision_function(["aid"])[0]
    few = [*texts[:12], *texts[::2]], [*y[:12], *y[::2]]
    plain_few, balanced = (
        ThemeClassifier(multi_label=False, class_weight=weight).fit(*few)
        for weight in (None, "balanced")
    )
    assert balanced.decision_function(["aid"])[0] > plain_few.decision_function(["aid"])[0]
    for weights, message in ((np.ones(3), "sample_weight"), (-np.ones(40), "sample_weight")):
        with pytest.raises(TopicsError, match=message):
            plain.fit(texts, y, sample_weight=weights)
    with pytest.raises(TopicsError, match="class_weight='other'"):
        ThemeClassifier(class_weight="other").fit(texts, y)


def test_thresholds_for_precision():
    rng = np.random.default_rng(0)
    Y = rng.random((400, 3)) < 0.3
    probabilities = np.clip(0.35 * Y + 0.3 + 0.3 * rng.random((400, 3)), 0, 1)
    for least in (0.6, 0.9):
        passed = probabilities >= best_thresholds(probabilities, Y, least)
        assert ((passed & Y).sum(axis=0) >= least * passed.sum(axis=0)).all()
        # And as many pass as can: the next lower probability would let too many others in.
        for j, threshold in enumerate(best_thresholds(probabilities, Y, least)):
            for lower in np.unique(probabilities[:, j][probabilities[:, j] < threshold]):
                assert Y[probabilities[:, j] >= lower, j].mean() < least
    assert (best_thresholds(probabilities, Y, 0.6) <= best_thresholds(probabilities, Y, 0.9)).all()


def test_no_label_below_the_least_probability():
    classifier = ThemeClassifier(THEMES, multi_label=False, min_probability=0.9).fit(TEXTS)
    assert classifier.predict(["rain", CAMP[0]]).tolist() == [None, "displacement"]
    assert topics.predict("rain", classifier)[0].labels == ()


def test_a_text_without_a_known_word_has_no_label():
    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    row = topics.predict(["xyzzy"], classifier)[0]
    assert (row.labels, row.note) == ((), "none of its words is known")


def test_models_keep_the_vectorizer_that_they_were_given():
    words = TermVectorizer(stemmer="english")
    labeller = Labeller(TopicModel(2), ThemeClassifier(THEMES, vectorizer=words)).fit(TEXTS)
    assert labeller.has_shared_vectorizer
    assert labeller.classifier.vectorizer_.stemmer == "english"
    other = TopicModel(2, vectorizer=TermVectorizer(min_df=2))
    with pytest.raises(TopicsError, match="different vectorizers"):
        Labeller(other, ThemeClassifier(THEMES, vectorizer=words)).fit(TEXTS)


def test_labels_of_no_weight_are_no_labels():
    truth = [*TRUTH, *reversed(TRUTH)]
    weights = np.repeat([1.0, 0.0], len(TRUTH))
    weighed = ThemeClassifier().fit([*TEXTS, *TEXTS], truth, sample_weight=weights)
    unknown = ThemeClassifier().fit([*TEXTS, *TEXTS], [*TRUTH, *[None] * len(TRUTH)])
    np.testing.assert_array_equal(weighed.predict_proba(TEXTS), unknown.predict_proba(TEXTS))
    name = weighed.classes_[0]
    for given in ({name: float("nan")}, {name: -1}, {name: "x"}, {"nobody": 2}):
        with pytest.raises(TopicsError, match="class_weight"):
            ThemeClassifier(class_weight=given).fit(TEXTS, TRUTH)


def test_a_label_to_explain_is_a_theme():
    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    name = str(classifier.classes_[0])
    assert classifier.explain(TEXTS[0], name)[0].label == name
    with pytest.raises(TopicsError, match="nothing is no theme"):
        classifier.explain(TEXTS[0], ["nothing"])


def test_a_text_is_not_its_own_nearest_and_the_sum_is_linked_to_the_label():
    classifier = ThemeClassifier(THEMES).fit(TEXTS)
    (first, *_) = classifier.explain(TEXTS[0], reference_texts=TEXTS)
    assert first.nearest
    assert all(TEXTS[row] != TEXTS[0] for row, _ in first.nearest)
    assert first.threshold == classifier.thresholds_[list(classifier.classes_).index(first.label)]
    assert "The sum becomes a score" in first._repr_html_()
    assert "given from" in repr(first)
    for theme in THEMES:
        assert theme in classifier._repr_html_()
