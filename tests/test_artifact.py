import hashlib
import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from topics import (
    ArtifactError,
    Labeller,
    TermVectorizer,
    ThemeClassifier,
    TopicModel,
    TopicsError,
    load,
    predict,
    read_releases,
    save,
)
from topics.demo import lee_corpus, lee_truth
from topics.persistence.artifact import (
    MANIFEST,
    WEIGHTS,
    _checksum_of_manifest,
    read_manifest,
)

THEMES = {"fires": ["bushfires", "firefighters"], "cricket": ["test match", "wickets"]}


@pytest.fixture(scope="module")
def corpus():
    return read_releases(
        [
            {"text": text, "date": f"2001-{1 + i % 12:02}-01"}
            for i, text in enumerate(lee_corpus()["text"].to_pylist())
        ],
        languages=False,
    )


def models(corpus):
    truth = [row["themes"] for row in lee_truth()]
    return {
        "vectorizer": TermVectorizer(ngram_range=(1, 2), weighting="tfidf", dtype=np.float32).fit(
            corpus
        ),
        "nmf": TopicModel(6, themes=THEMES).fit(corpus),
        "lda": TopicModel(6, "lda").fit(corpus),
        "seeds": ThemeClassifier(THEMES).fit(corpus),
        "labels": ThemeClassifier().fit(lee_corpus("test"), truth),
        "single": ThemeClassifier(THEMES, multi_label=False).fit(corpus),
        "pair": Labeller(TopicModel(6, themes=THEMES), ThemeClassifier(THEMES)).fit(corpus),
    }


NEW = ["Firefighters fought the bushfires.", "", "The batsman took two wickets 😀", "Война\x00"]


def answers(model):
    """All that a model says of new texts, as bytes."""
    if isinstance(model, TermVectorizer):
        X = model.transform(NEW)
        return X.data.tobytes() + X.indices.tobytes() + X.indptr.tobytes()
    table = predict(NEW, model).to_arrow()
    said = [table.to_pydict()]
    if isinstance(model, TopicModel):
        said += [model.transform(NEW).tobytes(), model.top_words(), model.names_]
        said += [model.representatives_, model.topics_.to_dict()]
    if isinstance(model, ThemeClassifier):
        said += [model.predict_proba(NEW).tobytes(), repr(model.explain(NEW[0]))]
    return pickle.dumps(repr(said))


def test_round_trip_of_every_model(corpus, tmp_path):
    for name, model in models(corpus).items():
        folder = save(model, tmp_path / name)
        assert sorted(os.listdir(folder)) == [MANIFEST, WEIGHTS]
        loaded = load(folder)
        assert type(loaded) is type(model)
        assert answers(loaded) == answers(model), name
        again = save(loaded, tmp_path / f"{name}-again")
        assert (again / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes(), name


def test_a_new_process_predicts_the_same(corpus, tmp_path):
    model = Labeller(TopicModel(6), ThemeClassifier(THEMES)).fit(corpus)
    save(model, tmp_path / "m")
    code = (
        "import sys, topics;"
        "p = topics.predict(['Firefighters fought the bushfires.'], sys.argv[1]);"
        "print(p.probabilities.tobytes().hex(), p.labels, p.evidence);"
        "print('sklearn' in sys.modules, 'gensim' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "m"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    here = predict(["Firefighters fought the bushfires."], model)
    assert out[0] == f"{here.probabilities.tobytes().hex()} {here.labels} {here.evidence}"
    assert out[1] == "False False"


def test_two_fits_give_the_same_bytes(corpus, tmp_path):
    for name in "ab":
        save(ThemeClassifier(THEMES).fit(corpus), tmp_path / name)
    for file in (MANIFEST, WEIGHTS):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_no_text_goes_with_a_model_saved_without_examples(corpus, tmp_path):
    model = Labeller(TopicModel(6), ThemeClassifier(THEMES)).fit(corpus)
    folder = save(model, tmp_path / "m", examples=False)
    assert len(load(folder).topic_model.representative(0)) == 0
    sentence = model.topic_model.representative(0)["sentence"][0]
    assert sentence not in (folder / MANIFEST).read_text()


def test_over_time_and_partial_fit_survive(corpus, tmp_path):
    model = TopicModel(5, "lda").fit(corpus[:200])
    loaded = load(save(model, tmp_path / "m"))
    assert loaded.topics_over_time("quarter").equals(model.topics_over_time("quarter"))
    rest = corpus[200:]
    model.partial_fit(rest)
    loaded.partial_fit(rest)
    assert loaded.components_.tobytes() == model.components_.tobytes()


@pytest.fixture
def artifact(corpus, tmp_path):
    return save(ThemeClassifier(THEMES).fit(corpus), tmp_path / "m", created_from="a test")


def test_manifest_says_what_it_is(artifact):
    manifest = read_manifest(artifact)
    assert manifest["kind"] == "ThemeClassifier"
    assert manifest["created_from"] == "a test"
    assert manifest["model"]["classes"] == ["cricket", "fires"]
    assert manifest["libraries"]["numpy"] == np.__version__


def test_an_artifact_is_not_overwritten_unasked(artifact, corpus):
    model = load(artifact)
    with pytest.raises(TopicsError, match="the output exists"):
        save(model, artifact)
    save(model, artifact, overwrite=True)
    assert sorted(os.listdir(artifact.parent)) == ["m"]


def test_a_folder_of_something_else_is_never_replaced(artifact, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("cat")
    with pytest.raises(TopicsError, match="a folder of something else"):
        save(load(artifact), tmp_path / "photos", overwrite=True)
    (tmp_path / "extension").mkdir()
    (tmp_path / "extension" / MANIFEST).write_text("{}")
    with pytest.raises(TopicsError, match="folder of something else"):
        save(load(artifact), tmp_path / "extension", overwrite=True)
    assert (tmp_path / "photos" / "cat.jpg").exists()


def seal(folder, manifest):
    """Write a manifest whose checksums are right, as whoever forges one would."""
    manifest["checksums"][WEIGHTS] = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    manifest["checksums"][MANIFEST] = _checksum_of_manifest(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def change_manifest(folder, **changes):
    seal(folder, json.loads((folder / MANIFEST).read_text()) | changes)


def test_damaged_artifacts_are_refused(artifact):
    weights = (artifact / WEIGHTS).read_bytes()
    manifest = (artifact / MANIFEST).read_text()
    damages = [
        ("checksum differs", lambda: (artifact / WEIGHTS).write_bytes(weights[:-5])),
        ("checksum differs", lambda: (artifact / WEIGHTS).write_bytes(weights[:-1] + b"\x7f")),
        ("there is no model.safetensors", (artifact / WEIGHTS).unlink),
        ("manifest is cut short", lambda: (artifact / MANIFEST).write_text(manifest[:100])),
        ("no manifest.json", (artifact / MANIFEST).unlink),
        (
            "checksum differs",
            lambda: (artifact / MANIFEST).write_text(
                manifest.replace('"min_precision": null', '"min_precision": 0.5')
            ),
        ),
        ("before the first release", lambda: change_manifest(artifact, format=2)),
        ("which is newer", lambda: change_manifest(artifact, format=99, topics_toolkit="9.0")),
        ("unknown", lambda: change_manifest(artifact, kind="os.system")),
        ("not whole", lambda: change_manifest(artifact, model={"params": {}})),
    ]
    for message, damage in damages:
        (artifact / WEIGHTS).write_bytes(weights)
        (artifact / MANIFEST).write_text(manifest)
        damage()
        with pytest.raises(TopicsError, match=message) as raised:
            load(artifact)
        assert str(artifact) in str(raised.value)
    with pytest.raises(TopicsError, match="no such artifact"):
        load(artifact / "missing")


def test_a_pickle_is_never_loaded(artifact, tmp_path):
    class Evil:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "pwned"),))

    payload = pickle.dumps(Evil())
    (artifact / WEIGHTS).write_bytes(payload)
    manifest = json.loads((artifact / MANIFEST).read_text())
    seal(artifact, manifest)
    with pytest.raises(TopicsError, match="is broken"):
        load(artifact)
    assert not (tmp_path / "pwned").exists()


def test_arrays_of_other_shapes_are_refused(artifact):
    arrays = load_file(artifact / WEIGHTS)
    arrays["coef"] = arrays["coef"][:-1].copy()
    save_file(arrays, artifact / WEIGHTS)
    manifest = json.loads((artifact / MANIFEST).read_text())
    seal(artifact, manifest)
    with pytest.raises(TopicsError, match="coef is float32 of the shape"):
        load(artifact)


def test_crafted_facts_and_arrays_are_refused(corpus, tmp_path):
    folder = save(TopicModel(4, "lda").fit(corpus), tmp_path / "lda")
    arrays, manifest = load_file(folder / WEIGHTS), json.loads((folder / MANIFEST).read_text())

    def forge(arrays, facts):
        save_file(arrays, folder / WEIGHTS)
        seal(folder, {**manifest, "model": facts})

    facts = manifest["model"]
    forgeries = [
        ({**arrays, "doc_topic_prior": arrays["doc_topic_prior"][:1].copy()}, facts),
        ({**arrays, "topic_word_prior": arrays["topic_word_prior"].astype(np.int64)}, facts),
        ({**arrays, "components": arrays["components"] * np.float32(np.nan)}, facts),
        (arrays, {**facts, "words": facts["words"][:1]}),
        (arrays, {**facts, "words": [[-(10**9)]] * 4}),
        (arrays, {**facts, "n_documents": 10**400}),
        (arrays, {**facts, "groups": [[0]] * 4}),
        (arrays, {**facts, "groups": [[0], [1], [2], [4]]}),
        (arrays, {**facts, "names": ["a", "b", "c", "a"]}),
        (arrays, {**facts, "names": ["a", "b", "c", "\ud800"]}),
        ({**arrays, "components": -arrays["components"]}, facts),
        ({**arrays, "doc_topic_prior": 0 * arrays["doc_topic_prior"]}, facts),
        (arrays, {**facts, "decomposition": {**facts["decomposition"], "n_components": "9"}}),
    ]
    for forgery in forgeries:
        forge(*forgery)
        with pytest.raises(TopicsError, match=r"not whole|not finite"):
            load(folder)
    change_manifest(folder, kind=[])
    with pytest.raises(TopicsError, match="cut short or changed"):
        load(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_weights_that_are_no_file_are_not_waited_for(artifact):
    (artifact / WEIGHTS).unlink()
    os.mkfifo(artifact / WEIGHTS)
    with pytest.raises(TopicsError, match="no regular file"):
        load(artifact)


def test_themes_keep_their_order(corpus, tmp_path):
    themes = {"war": ["taliban"], "cricket": ["wicket"], "fires": ["firefighters"]}
    model = TopicModel(6, "nmf", themes=themes).fit(corpus)
    again = load(save(model, tmp_path / "model"))
    assert list(again.themes) == list(again.themes_) == list(themes)
    assert again.fit(corpus).names_ == model.names_


def test_names_that_no_file_can_hold_do_not_stop_a_save(corpus, tmp_path):
    folder = save(TopicModel(2).fit(corpus), tmp_path / "model", created_from="\udcff.txt")
    assert read_manifest(folder)["created_from"] == "?.txt"


def test_a_link_to_an_artifact_stays_a_link(artifact, tmp_path):
    (tmp_path / "current").symlink_to(artifact)
    save(load(artifact), tmp_path / "current", overwrite=True)
    assert (tmp_path / "current").is_symlink()
    (artifact / "notes.txt").write_text("mine")
    with pytest.raises(TopicsError, match="something else"):
        save(load(artifact), tmp_path / "current", overwrite=True)


def test_what_cannot_be_saved(tmp_path):
    with pytest.raises(TopicsError, match="analyzer is a function"):
        save(TermVectorizer(analyzer=str.split).fit(["a b"]), tmp_path / "m")
    with pytest.raises(ValueError, match="not fitted"):
        save(TopicModel(), tmp_path / "m")
    with pytest.raises(TopicsError, match="a dict cannot be saved"):
        save({}, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "forge"),
    [
        ("vectorizer.terms_offsets", lambda a: np.array([0, len(a)] * 1000 + [0])),
        ("vectorizer.terms_offsets", lambda a: a.astype(np.float64)),
        ("vectorizer.document_frequency", lambda a: a - 10),
        ("vectorizer.document_frequency", lambda a: a + 10**6),
        ("coef", lambda a: a.astype(np.float16)),
        ("calibration_slope", lambda a: -a),
        ("intercept", lambda a: a * np.float32(np.nan)),
    ],
)
def test_forged_arrays_of_a_classifier_are_refused(artifact, name, forge):
    arrays, manifest = load_file(artifact / WEIGHTS), json.loads((artifact / MANIFEST).read_text())
    arrays[name] = forge(arrays[name])
    save_file(arrays, artifact / WEIGHTS)
    seal(artifact, manifest)
    with pytest.raises(TopicsError, match=r"not whole|not finite"):
        load(artifact)


def test_parameters_that_json_has_no_type_for_survive(tmp_path):
    texts, y = ["refugees fled", "the judge ruled"] * 10, [1, 2] * 10
    model = ThemeClassifier(class_weight={1: 2.0}, vectorizer=TermVectorizer(dtype="float32"))
    again = load(save(model.fit(texts, y), tmp_path / "model"))
    assert again.class_weight == {1: 2.0}
    assert again.vectorizer_.dtype == np.float32


PATTERNS = [r"(a+)+$", r"(?:\w|\w\w)*!", r"\w*\w*\w*\w*\w*\w*!", "(?R)", r"(?u)\b(\w(?1)?)", "((("]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_that_take_for_ever_are_refused(artifact, pattern):
    manifest = json.loads((artifact / MANIFEST).read_text())
    manifest["model"]["vectorizer"]["params"] |= {"token_pattern": pattern, "languages": None}
    seal(artifact, manifest)
    start = time.perf_counter()
    with pytest.raises(ArtifactError, match="not whole"):
        load(artifact)
    assert time.perf_counter() - start < 30


def test_patterns_that_people_use_are_kept(tmp_path):
    patterns = [r"[A-Za-z]+(?:[-'][A-Za-z]+)*", r"(?u)\b\w\w+\b", r"\p{Lu}\w+", "."]
    for i, pattern in enumerate(patterns):
        model = TermVectorizer(token_pattern=pattern, lowercase=False)
        texts = ["Aid-workers reached Idlib"] * 3
        found = model.fit_transform(texts)
        again = load(save(model, tmp_path / str(i)))
        assert (again.transform(texts) != found).nnz == 0


def test_what_no_model_would_have_saved_is_refused(artifact):
    manifest = json.loads((artifact / MANIFEST).read_text())
    text = json.dumps(manifest)
    forgeries = [
        lambda m: m["model"].update(extra=1),
        lambda m: m["model"]["params"].update(n_jobs=-7),
        lambda m: m["model"]["params"].update(multi_label="yes"),
        lambda m: m["model"]["vectorizer"]["params"].update(phrases="abc"),
        lambda m: m["model"]["vectorizer"]["params"].update(dtype="complex64"),
        lambda m: m["model"]["vectorizer"]["params"].update(ngram_range=[1, 10**9]),
        lambda m: m["model"].update(classes=[[1], [2]]),
        lambda m: m.update(model=[]),
    ]
    for forge in forgeries:
        forged = json.loads(text)
        forge(forged)
        seal(artifact, forged)
        with pytest.raises(ArtifactError):
            load(artifact)


@pytest.mark.skipif(os.name != "posix", reason="links ask for rights there")
def test_links_within_an_artifact_are_not_followed(artifact, tmp_path):
    (artifact / WEIGHTS).rename(tmp_path / "elsewhere")
    (artifact / WEIGHTS).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArtifactError, match="no links"):
        load(artifact)


def test_signed_artifacts(corpus, tmp_path):
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for name in ("ours", "theirs"):
        key = Ed25519PrivateKey.generate()
        pem = serialization.Encoding.PEM
        (tmp_path / f"{name}.pem").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        (tmp_path / f"{name}.pub").write_bytes(
            key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
    model = TopicModel(2).fit(corpus)
    folder = save(model, tmp_path / "model", sign_key=tmp_path / "ours.pem")
    assert load(folder, verify_key=tmp_path / "ours.pub").names_ == model.names_
    assert load(folder).names_ == model.names_
    with pytest.raises(ArtifactError, match="not signed with this key"):
        load(folder, verify_key=tmp_path / "theirs.pub")
    with pytest.raises(TopicsError, match="no such key"):
        load(folder, verify_key=tmp_path / "ours.pem")
    change_manifest(folder, created_from="somebody else")
    with pytest.raises(ArtifactError, match="changed afterwards"):
        load(folder, verify_key=tmp_path / "ours.pub")
    unsigned = save(model, tmp_path / "unsigned")
    with pytest.raises(ArtifactError, match="not signed"):
        load(unsigned, verify_key=tmp_path / "ours.pub")
    save(model, folder, overwrite=True, sign_key=tmp_path / "ours.pem")
    assert sorted(os.listdir(tmp_path / "model")) == ["manifest.json", "manifest.sig", WEIGHTS]


GOLDEN = sorted((Path(__file__).parent / "golden").glob("*/*.json"))


@pytest.mark.parametrize("said", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_models_of_every_version_say_what_they_said(said):
    from golden.make import NEW

    expected = json.loads(said.read_text("utf-8"))
    model = load(said.with_suffix(""))
    found = model.predict(NEW)
    assert [list(labels) for labels in found.labels] == expected["labels"]
    assert found.topics == expected["topics"]
    np.testing.assert_allclose(found.probabilities, expected["scores"], atol=2e-5)
    shares = model.topic_model.transform(NEW)
    np.testing.assert_allclose(shares, expected["proportions"], atol=2e-4)
