"""Word vectors from outside the corpus: themes before there are many releases."""

import gzip
import subprocess
import sys
import warnings

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from gensim.models import KeyedVectors

from topics import Labeller, ThemeClassifier, TopicModel, TopicsError, load, predict, save
from topics._parallel import WorkerPool
from topics.text.background import (
    LEAST_TRUST,
    KeyedVectorsEncoder,
    WordKnowledge,
    package_vectors,
    resolve_background,
)
from topics.text.default_vectorizer import fit_vectorizer
from topics.themes.training_set import correct_scores
from topics.themes.zero_shot import share_of_pile, zero_shot_model

needs_package = pytest.mark.skipif(package_vectors() is None, reason="wordllama is not installed")

THEMES = {
    "displacement": ["refugees", "displaced", "fled"],
    "justice": ["court", "judge", "trial"],
    "health": ["hospital", "doctors", "vaccine"],
}
NEW = {
    "Thousands of migrants crossed the border and sleep in tents near the camp.": "displacement",
    "Prosecutors asked the jury for a guilty verdict and a long sentence.": "justice",
    "Nurses in the clinic treat patients with fever, measles and other diseases.": "health",
}


class Letters:
    """A background that knows words by their first letters."""

    def encode(self, words, /):
        return np.array(
            [[word.startswith(letter) for letter in "rcht"] for word in words], np.float32
        )


@needs_package
@pytest.mark.parametrize("multi_label", [True, False])
def test_themes_label_before_there_is_any_release(multi_label):
    with pytest.warns(UserWarning, match="no release is little to learn from.*no probabilities"):
        model = ThemeClassifier(THEMES, multi_label).fit([])
    first = [row[0] if multi_label else row for row in model.predict(list(NEW))]
    assert first == list(NEW.values())
    assert not model.calibrated_
    # Words that no release held are known, and what is said of them sums to the score.
    assert (model.vectorizer_.known_share(list(NEW)) > 0.8).all()
    assert all(explanation.terms for text in NEW for explanation in model.explain(text))
    assert model.vectorizer_.n_learnt_terms_ == 0
    scores = model.decision_function([*NEW, ""])
    weights = model._weights(model.vectorizer_.sequences([*NEW, ""]))
    np.testing.assert_allclose(weights @ model.coef_ + model.intercept_, scores, atol=1e-4)
    if multi_label:
        assert model.predict([""]).tolist() == [()]


@needs_package
def test_names_alone_are_seeds(tmp_path):
    texts = list(NEW)
    by_names = predict(texts, themes=["refugees", "justice", "health"])
    assert [row.labels[:1] for row in by_names] == [("refugees",), ("justice",), ("health",)]
    described = predict(texts, themes=["people who had to leave their homes", "law and courts"])
    assert described[0].labels[:1] == ("people who had to leave their homes",)
    [row] = predict(texts[1], themes={"justice": ["court"], "health": ["hospital"]})
    assert row.labels == ("justice",)
    for given in ({}, {"model": by_names, "themes": ["a"]}):
        with pytest.raises(TopicsError, match="give a model, or themes"):
            predict(texts, **given)
    with pytest.raises(TopicsError, match="there twice"):
        ThemeClassifier(["aid", "aid"]).fit(texts)
    model = ThemeClassifier(["refugees", "justice"]).fit(texts)
    save(model, tmp_path / "named")
    assert load(tmp_path / "named").themes == ["refugees", "justice"]


@needs_package
def test_a_theme_that_nothing_is_known_of_is_named_and_not_given():
    themes = THEMES | {"unknown": ["qwxyzzy"]}
    with pytest.warns(UserWarning, match="no seed of the theme 'unknown'"):
        model = ThemeClassifier(themes).fit(list(NEW) * 20)
    assert all("unknown" not in row for row in model.predict([*NEW, "qwxyzzy"]))
    labels = [["unknown"] if "jury" in text else None for text in NEW] * 20
    with pytest.warns(UserWarning, match=r"no term of the releases: 'qwxyzzy' \(unknown\)"):
        model = ThemeClassifier(themes).fit(list(NEW) * 20, labels)
    assert "unknown" in model.predict(list(NEW))[1]


@needs_package
@pytest.mark.parametrize("n_labels", [1, 3, 9])
def test_labels_that_were_given_come_out_again(n_labels):
    texts = [f"{text} {word}" for word in ("Monday", "Tuesday", "Friday") for text in NEW]
    # Labels that contradict the seeds.
    wrong = ["health", "displacement", "justice"] * 3
    y = [[name] if i < n_labels else None for i, name in enumerate(wrong)]
    model = ThemeClassifier(THEMES).fit(texts, y)
    said = model.predict(texts)
    for i in range(n_labels):
        assert said[i] == (wrong[i],)
    assert (model.thresholds_ == 0.5).all()


def test_corrections_are_no_larger_than_labels_ask_for():
    rng = np.random.default_rng(0)
    X = sp.csr_matrix(np.eye(6, 8, dtype=np.float32))
    coef, intercept = rng.standard_normal((8, 2)).astype(np.float32), np.zeros(2)
    Y = np.asarray(X @ coef) > 0
    vectors = np.zeros((8, 0), np.float32)
    with WorkerPool(1) as workers:
        known = X, vectors, vectors[0]
        learnt = correct_scores((coef * 20, intercept), *known, Y, np.ones(Y.shape), workers)
        turned = correct_scores((coef, intercept), *known, ~Y, np.ones(Y.shape), workers)
    # What is right already stays.
    np.testing.assert_allclose(learnt.coef[:6], coef[:6] * 20, atol=0.6)
    assert ((X @ turned.coef + turned.intercept > 0) == ~Y).mean() > 0.8
    np.testing.assert_array_equal(turned.coef[6:], coef[6:])


@needs_package
def test_an_artifact_holds_what_the_background_said(tmp_path):
    texts = [*NEW, "rain fell on dry fields"] * 20
    with pytest.warns(UserWarning, match="no seed of the themes 'displacement', 'justice'"):
        labeller = Labeller(TopicModel(4, themes=THEMES), ThemeClassifier(THEMES)).fit(texts)
    assert labeller.has_shared_vectorizer
    n = labeller.topic_model.components_.shape[1]
    assert n == labeller.classifier.vectorizer_.n_learnt_terms_ < labeller.classifier.coef_.shape[0]
    save(labeller, tmp_path / "model")
    assert sum(f.stat().st_size for f in (tmp_path / "model").iterdir()) < 10_000_000
    loaded = load(tmp_path / "model")
    assert loaded.has_shared_vectorizer
    unseen = ["The surgeon left the ward.", "Refugees!", "", "qwxyzzy", *texts[:4]]
    assert loaded.predict(unseen).to_arrow().equals(labeller.predict(unseen).to_arrow())
    assert loaded.topic_model.transform(unseen).tobytes() == (
        labeller.topic_model.transform(unseen).tobytes()
    )
    text, folder = "Surgeons and physicians treat sick patients.", str(tmp_path / "model")
    code = (
        "import sys, topics\n"
        f"row = topics.predict({text!r}, {folder!r})[0]\n"
        "assert row.labels == ('health',), row\n"
        "learning = {'wordllama', 'tokenizers', 'sklearn', 'gensim'}\n"
        "assert not learning & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_vectors_of_the_users_own(tmp_path):
    keyed = KeyedVectors(4)
    words = ["refugees", "tents", "court", "jury", "hospital", "nurses", "truck"]
    keyed.add_vectors(words, np.eye(4, dtype=np.float32)[[0, 0, 1, 1, 2, 2, 3]])
    themes = {"displacement": ["refugees"], "justice": ["court"], "health": ["hospital"]}
    expected = [("displacement",), ("justice",), ("health",)]
    texts = ["tents", "the jury", "nurses"]
    keyed.save_word2vec_format(str(tmp_path / "v.vec"))
    keyed.save_word2vec_format(str(tmp_path / "v.bin"), binary=True)
    plain = "\n".join((tmp_path / "v.vec").read_text().splitlines()[1:])
    (tmp_path / "glove.txt").write_text(plain)
    with gzip.open(tmp_path / "v.vec.gz", "wb") as file:
        file.write((tmp_path / "v.vec").read_bytes())
    paths = [tmp_path / name for name in ("v.vec", "v.bin", "glove.txt", "v.vec.gz")]
    for background in (keyed, *paths, str(paths[0])):
        model = ThemeClassifier(themes, background=background).fit([])
        assert [row[:1] for row in model.predict(texts)] == expected
        assert "truck" in model.vectorizer_.vocabulary_
    assert ThemeClassifier({"a": ["rows"], "b": ["cars"]}, background=Letters()).fit([]) is not None


def test_what_is_no_background(tmp_path):
    (tmp_path / "odd.vec").write_text("these are\nno vectors\n")
    (tmp_path / "odd.bin").write_bytes(b"\x80\x04\x95pickle")
    (tmp_path / "odd.vec.gz").write_bytes(b"no gzip")
    for name in ("odd.vec", "odd.bin", "odd.vec.gz"):
        with pytest.raises(TopicsError, match=f"{name}: these are no word vectors"):
            resolve_background(tmp_path / name)
    with pytest.raises(TopicsError, match="no such file"):
        resolve_background("nowhere.vec")
    for odd in (3, ["aid"], Letters):
        with pytest.raises(TopicsError, match="the background is a"):
            resolve_background(odd)


def test_without_a_background_all_is_as_before(monkeypatch):
    texts = list(NEW) * 20
    plain = ThemeClassifier(THEMES | {"health": ["clinic"], "justice": ["jury"],
                                      "displacement": ["tents"]}, background=None)  # fmt: skip
    monkeypatch.setattr("topics.themes.classifier.resolve_background", lambda given: None)
    missing = ThemeClassifier(plain.themes)
    assert missing.fit(texts).coef_.tobytes() == plain.fit(texts).coef_.tobytes()
    with pytest.raises(TopicsError, match="no texts to learn from, and nothing is known"):
        plain.fit([])
    with pytest.raises(TopicsError, match=r"no texts to learn from; give some"):
        TopicModel(2).fit([])


@needs_package
@pytest.mark.filterwarnings("ignore:no release is little to learn from")
def test_what_is_known_of_a_language_serves_where_there_is_nothing_else():
    """Although the seeds say that it is little: names and compounds lie nowhere near."""
    themes = {"Etat": ["Asylbewerberheim", "Vlodrop"], "Hilfe": ["Wasserwerk", "Quorn"],
              "Sport": ["Fußball", "Tor"]}  # fmt: skip
    assert WordKnowledge(package_vectors(), ["de"], themes).prior == 0.4
    model = ThemeClassifier(themes, multi_label=False).fit([])
    assert model.predict(["Der Fußball flog in das Tor"]).tolist() == ["Sport"]
    with pytest.raises(TopicsError, match="nothing is known of the words of the themes"):
        ThemeClassifier({"عون": ["لاجئين", "مخيم"], "قضاء": ["محكمة", "قاضي"]}).fit([])


@needs_package
def test_languages_that_the_package_does_not_read_are_left_to_the_corpus():
    themes = {"نزوح": ["نازحين", "لاجئين", "مخيم"], "عدل": ["محكمة", "قاضي", "حكمت"]}
    assert WordKnowledge(package_vectors(), ["ar"], themes).trust < LEAST_TRUST
    assert WordKnowledge(package_vectors(), ["en"], THEMES).trust > 0.8
    texts = ["وصل لاجئين إلى مخيم النازحين", "حكمت محكمة بأمر قاضي"] * 20
    model = ThemeClassifier(themes).fit(texts)
    assert model.vectorizer_.n_learnt_terms_ == len(model.vectorizer_.vocabulary_)


@needs_package
def test_the_pile_counts_the_more_the_larger_it_is_and_bits_do_not_depend_on_workers():
    shares = [share_of_pile(n) for n in range(0, 3000, 100)]
    assert shares == sorted(shares)
    assert shares[0] == 0
    texts = [f"{text} {i % 7}" for i, text in enumerate([*NEW, "rain fell"] * 30)]
    fits = [ThemeClassifier(THEMES, n_jobs=n).fit(texts) for n in (1, 2)]
    assert fits[0].coef_.tobytes() == fits[1].coef_.tobytes()


def test_seeds_are_terms_however_many_releases_hold_them():
    texts = ["displaced people came", "displaced families came", "displaced again"] * 6
    column = pa.array(texts, pa.large_string())
    vectorizer, _, _ = fit_vectorizer(column, None, {"a": ["displac*"], "b": ["court"]})
    assert vectorizer.document_frequency_[vectorizer.vocabulary_["displaced"]] == 18


def test_a_zero_shot_model_of_one_theme_and_of_unknown_seeds():
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1], [0, 0]], np.float32)
    none = sp.csr_matrix((0, 4), dtype=np.float32)
    one = zero_shot_model(none, vectors, [(np.array([0]), np.ones(1))])
    assert one.coef[1, 0] > 0 > one.coef[2, 0]
    # A seed that the background does not know speaks for its own theme alone.
    seeds = [(np.array([0]), np.ones(1)), (np.array([3]), np.ones(1))]
    for exclusive in (True, False):
        model = zero_shot_model(none, vectors, seeds, exclusive=exclusive)
        assert model.coef[3, 1] > model.coef[3, 0]
        assert model.coef[0, 0] > model.coef[0, 1]


def test_encoders_give_a_row_for_each():
    keyed = KeyedVectors(2)
    keyed.add_vectors(["camp"], np.ones((1, 2), np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert KeyedVectorsEncoder(keyed).encode([]).shape == (0, 2)
    if (vectors := package_vectors()) is not None:
        assert vectors.encode([]).shape == (0, 256)
        odd = vectors.encode(["", " ", "😀", "\x00", "a" * 5000, "camp"])
        assert odd.shape == (6, 256)
        assert np.isfinite(odd).all()
        assert odd[-1].any()


def test_topics_of_short_texts_lean_on_a_background(tmp_path):
    from topics import TopicModel, load, save

    subjects = {
        "food": "bread cheese soup onions carrots butter apples honey pepper noodles".split(),
        "music": "guitar violin piano singer drums melody orchestra chorus trumpet cello".split(),
    }
    rng = np.random.default_rng(0)
    truth = rng.permutation(np.repeat([0, 1], 40))
    # Two words of ten a text, so that most texts share no word with most others.
    pairs = [rng.choice(list(subjects.values())[t], 2, replace=False) for t in truth]
    texts = [f"They could not be without the {a} and some of the {b}." for a, b in pairs]
    model = TopicModel(2, background="default").fit(texts)
    assert model.decomposition_.vectors_.shape[1] > 256
    labels = model.labels_
    assert max((labels == truth).mean(), (labels != truth).mean()) > 0.95
    save(model, tmp_path / "model")
    assert (load(tmp_path / "model").predict(texts) == labels).all()
    plain = TopicModel(2).fit(texts)
    assert plain.decomposition_.vectors_.shape[1] < 256
