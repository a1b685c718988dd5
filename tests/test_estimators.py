"""What all estimators have in common: their state after a failure, and their parameters."""

import linecache
import re
import sys
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
import scipy.sparse as sp

import topics
from topics import LDA, NMF, Labeller, TermVectorizer, ThemeClassifier, TopicModel
from topics._estimator import Estimator
from topics.models import VectorTopics
from topics.text import TermSequences, WordVectors

PACKAGE = str(Path(topics.__file__).parent)
TEXTS = ["refugees fled to the camp", "the court tried the judge", "rain fell on dry fields"] * 12
MORE = ["refugees left the camp", "a judge in court ruled", "fields without rain"] * 4
THEMES = {"camp": ["refugees", "camp"], "law": ["court", "judge"]}
X = sp.csr_matrix(np.random.default_rng(0).poisson(0.6, (40, 12)).astype(np.float32))
VECTORS = np.random.default_rng(0).standard_normal((12, 5))
PAIRS = TermSequences(np.arange(0, 81, 2), np.tile([0, 1, 2, 3], 20).astype(np.int32))


def topic_model(method):
    themes, words = {"camp": ["refugees"]}, TermVectorizer()
    return lambda: TopicModel(3, method, vectorizer=words, themes=themes).fit(TEXTS)


def labeller():
    words = TermVectorizer()
    topic_model = TopicModel(3, themes=THEMES, vectorizer=words)
    return Labeller(topic_model, ThemeClassifier(THEMES, vectorizer=words)).fit(TEXTS)


EDITS = {
    "rename": lambda model: model.rename_topic(1, "another"),
    "merge": lambda model: model.merge_topics([0, 2], name="both"),
    "drop": lambda model: model.drop_topics([1]),
    "split": lambda model: model.split_topic(0, TEXTS, 2),
    "fit": lambda model: model.fit(MORE),
    "fit_transform": lambda model: model.fit_transform(MORE),
    "set_params": lambda model: model.set_params(n_topics=2, method="nmf"),
}
CHANGES = {
    **{
        f"TopicModel {method} {name}": (topic_model(method), change)
        for method in ("vectors", "nmf", "lda")
        for name, change in EDITS.items()
    },
    "TopicModel nmf partial_fit": (topic_model("nmf"), lambda model: model.partial_fit(MORE)),
    "TopicModel lda partial_fit": (topic_model("lda"), lambda model: model.partial_fit(MORE)),
    "NMF fit": (lambda: NMF(3).fit(X), lambda model: model.fit(X[:20])),
    "NMF partial_fit": (lambda: NMF(3).fit(X), lambda model: model.partial_fit(X[:20])),
    "NMF split": (lambda: NMF(3).fit(X), lambda model: model.split([1], X[:20], 2)),
    "LDA fit": (lambda: LDA(3).fit(X), lambda model: model.fit(X[:20])),
    "LDA partial_fit": (
        lambda: LDA(3, doc_topic_prior="auto", topic_word_prior="auto").fit(X),
        lambda model: model.partial_fit(X[:20]),
    ),
    "LDA split": (lambda: LDA(3).fit(X), lambda model: model.split([1], X[:20], 2)),
    "VectorTopics fit": (
        lambda: VectorTopics(3, vectors=VECTORS).fit(X), lambda model: model.fit(X[:20])
    ),
    "VectorTopics split": (
        lambda: VectorTopics(3, vectors=VECTORS).fit(X), lambda model: model.split([1], X[:20], 2)
    ),
    "WordVectors fit": (
        lambda: WordVectors(2).fit(PAIRS, 4), lambda model: model.fit(PAIRS.take(np.arange(9)), 4)
    ),
    "WordVectors partial_fit": (
        lambda: WordVectors(2).partial_fit(PAIRS, 4),
        lambda model: model.partial_fit(PAIRS.take(np.arange(9)), 4),
    ),
    "TermVectorizer fit": (
        lambda: TermVectorizer(phrases=True).fit(TEXTS), lambda model: model.fit(MORE)
    ),
    "TermVectorizer fit_transform": (
        lambda: TermVectorizer(weighting="tfidf").fit(TEXTS),
        lambda model: model.fit_transform(MORE),
    ),
    "TermVectorizer fit_to_sequences": (
        lambda: TermVectorizer().fit(TEXTS), lambda model: model.fit_to_sequences(MORE)
    ),
    "TermVectorizer partial_fit": (
        lambda: TermVectorizer(max_vocabulary=8).fit(TEXTS), lambda model: model.partial_fit(MORE)
    ),
    "TermVectorizer merge": (
        lambda: TermVectorizer().fit(TEXTS), lambda model: model.merge(TermVectorizer().fit(MORE))
    ),
    "ThemeClassifier fit": (
        lambda: ThemeClassifier(THEMES, vectorizer=TermVectorizer()).fit(TEXTS),
        lambda model: model.fit(TEXTS, ["camp", "law", None] * 12),
    ),
    "Labeller fit": (labeller, lambda model: model.fit(TEXTS[:30])),
}  # fmt: skip


class Interrupted(BaseException):
    """As Ctrl-C comes: no `except Exception` may swallow it."""


def state(model):
    return joblib.hash(vars(model))


WRITES = re.compile(
    r"\bself\.\w+(\[[^=]*\])?(, self\.\w+)*\)? ([-+*/]?=) |setattr\(self|vars\(self\)"
)


def writes_of(change, model, stop_after=None):
    """Lines that write to an estimator as it changes; it is interrupted right after one of them."""
    seen, last = [], {}

    def trace(frame, event, _):
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE):
            return None
        if not isinstance(frame.f_locals.get("self"), (Estimator, Labeller)):
            return None
        before = last.pop(frame, None)
        if before == stop_after and before is not None:
            raise Interrupted
        if event == "line":
            line = code.co_filename, frame.f_lineno
            if WRITES.search(linecache.getline(*line)):
                last[frame] = line
                if line not in seen:
                    seen.append(line)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        change(model)
    finally:
        sys.settrace(before)
    return seen


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_is_interrupted_anywhere_leaves_the_model_as_it_was(name):
    make, change = CHANGES[name]
    writes = writes_of(change, make())
    assert writes
    model = make()
    before = state(model)
    for line in writes:
        with pytest.raises(Interrupted):
            writes_of(change, model, line)
        assert state(model) == before, line
    change(model)
    assert state(model) != before


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in CHANGES if "set_params" not in name])
def test_no_method_writes_a_parameter(name):
    make, change = CHANGES[name]
    model = make()
    owners = [model] if isinstance(model, Estimator) else [model.topic_model, model.classifier]
    before = [joblib.hash(owner.get_params(deep=False)) for owner in owners]
    inner = getattr(model, "decomposition_", None)
    asked = None if inner is None else inner.n_components
    change(model)
    assert [joblib.hash(owner.get_params(deep=False)) for owner in owners] == before
    if inner is not None and inner is model.decomposition_:
        assert inner.n_components == asked


def test_parameters_are_all_set_or_none():
    model = NMF(3)
    with pytest.raises(ValueError, match="has no parameter 'nothing'"):
        model.set_params(n_components=5, nothing=1)
    assert model.n_components == 3


def test_a_topic_model_takes_what_people_have():
    import pandas as pd
    import polars as pl

    expected = TopicModel(3).fit(TEXTS)
    for frame in (
        pd.DataFrame({"n": range(36), "text": TEXTS}),
        pl.DataFrame({"n": range(36), "body": TEXTS}),
        pd.Series(TEXTS),
    ):
        assert TopicModel(3).fit(frame).components_.tobytes() == expected.components_.tobytes()
    tokens = TopicModel(3).fit([text.split() for text in TEXTS])
    assert len(set(tokens.labels_[:3].tolist())) == 3
    assert tokens.predict([TEXTS[1].split()])[0] == tokens.labels_[1]
    words = TermVectorizer(stop_words="english").fit(TEXTS)
    counts = words.counts(TEXTS)
    by_matrix = TopicModel(3, "nmf", vectorizer=words).fit(counts)
    assert by_matrix.predict(counts).tolist() == by_matrix.labels_.tolist()
    assert len(set(by_matrix.labels_[:3].tolist())) == 3
    for wrong, message in ((counts[:, :3], "the matrix has 3 columns"), (counts, "its terms")):
        vectorizer = words if wrong is not counts else None
        with pytest.raises(topics.TopicsError, match=message):
            TopicModel(3, vectorizer=vectorizer).fit(wrong)


def test_documents_without_a_text_are_rejects_and_keep_their_places():
    import pandas as pd

    texts = [*TEXTS[:5], None, *TEXTS[5:], float("nan")]
    for given in (texts, pd.DataFrame({"text": texts})):
        with pytest.warns(UserWarning, match=r"2 of 38 documents have no text \(at 5, 37\)"):
            model = TopicModel(3).fit(given)
        assert model.rejects_["place"].tolist() == [5, 37]
        assert model.labels_[[5, 37]].tolist() == [-1, -1]
        assert (np.delete(model.labels_, [5, 37]) >= 0).all()
        assert model.topic_sizes_.sum() == 36


def test_topics_have_names_as_columns_and_labels_as_clusters_have(tmp_path):
    model = TopicModel(3).fit(TEXTS)
    assert model.get_feature_names_out().tolist() == model.names_
    frame = model.set_output(transform="pandas").transform(TEXTS)
    assert frame.columns.tolist() == model.names_
    assert model.predict([*TEXTS, "xqzt"]).tolist() == [*model.labels_.tolist(), -1]
    merged = model.labels_ == 2
    model.merge_topics([0, 2]).drop_topics([1])
    assert (model.labels_[merged] == 0).all()
    assert sorted(set(model.labels_.tolist())) == [-1, 0]
    with pytest.raises(ValueError, match="is not default or pandas"):
        model.set_output(transform="polars")


def test_a_second_argument_that_nothing_uses_is_an_error():
    with pytest.raises(topics.TopicsError, match=r"a matrix of the shape \(36, 5\)"):
        TopicModel(3).fit_transform(TEXTS, np.zeros((36, 5)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert TopicModel(3).fit_transform(TEXTS, ["a"] * 36).shape == (36, 3)


TRUTH = ["camp", "law", "rain"] * 12
NOISE = np.random.default_rng(0).permutation(36)


def test_two_classes_have_one_column_of_scores():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import cross_val_score
    from sklearn.multiclass import OneVsRestClassifier

    y = np.array([name == "law" for name in TRUTH], int)
    texts = np.array(TEXTS, object)
    model = ThemeClassifier(multi_label=False, vectorizer=TermVectorizer())
    scores = model.fit(texts, y).decision_function(texts)
    assert scores.shape == (36,)
    assert ((scores > 0) == model.predict(texts)).all()
    assert cross_val_score(model, texts, y, cv=3, scoring="roc_auc").min() == 1
    calibrated = CalibratedClassifierCV(model, cv=3).fit(texts, y)
    assert (calibrated.predict(texts) == y).all()
    several = OneVsRestClassifier(model).fit(texts, np.array(TRUTH))
    assert several.predict(texts).tolist() == TRUTH
    names = ThemeClassifier(multi_label=False, vectorizer=TermVectorizer()).fit(texts, TRUTH)
    assert names.decision_function(texts).shape == (36, 3)


def test_a_matrix_of_zeros_and_ones_serves_as_labels(tmp_path):
    import pandas as pd
    from sklearn.metrics import f1_score

    Y = np.array([[name == theme for theme in ("camp", "law", "rain")] for name in TRUTH], int)
    model = ThemeClassifier(vectorizer=TermVectorizer()).fit(TEXTS, Y)
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.predict(TEXTS).shape == Y.shape
    assert f1_score(Y, model.predict(TEXTS), average="micro") == 1
    frame = pd.DataFrame(Y, columns=["camp", "law", "rain"])
    named = ThemeClassifier(vectorizer=TermVectorizer()).fit(TEXTS, frame)
    assert named.classes_.tolist() == ["camp", "law", "rain"]
    again = topics.load(topics.save(named, tmp_path / "model"))
    assert again.predict(TEXTS).tolist() == Y.tolist()
    for sparse in (sp.csr_matrix(Y), sp.csr_array(Y)):
        fitted = ThemeClassifier(vectorizer=TermVectorizer()).fit(TEXTS, sparse)
        assert fitted.predict(TEXTS).tolist() == Y.tolist()
    with pytest.raises(topics.TopicsError, match=r"a matrix of the shape \(36, 3\)"):
        ThemeClassifier().fit(TEXTS, Y * 0.5)


def test_python_counts_from_nought_and_files_from_one(tmp_path):
    with pytest.raises(topics.TopicsError, match="index 1: the text is missing"):
        TermVectorizer().fit(["aid", None])
    (tmp_path / "broken.jsonl").write_text('{"text": "aid"}\n{"text": \n')
    assert topics.read_releases(tmp_path / "broken.jsonl").rejects["row"].to_pylist() == [2]


def test_vectorizers_of_subclasses_keep_their_own_parameters():
    class Stemmed(topics.text.CountVectorizer):
        def __init__(self, ending="s", min_df=1):
            super().__init__(min_df=min_df)
            self.ending = ending

        def build_analyzer(self):
            analyze = super().build_analyzer()
            return lambda document: [word.removesuffix(self.ending) for word in analyze(document)]

    words = Stemmed(ending="es").fit(["churches", "church"])
    assert words.get_params() == {"ending": "es", "min_df": 1}
    assert list(words.vocabulary_) == ["church"]
