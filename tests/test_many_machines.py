"""Arrow datasets, Dask and Spark: the results of one machine, to the bit."""

import json
import pickle
import shutil
import subprocess
import sys
import threading

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from topics import (
    ArrowLabeller,
    Labeller,
    TermVectorizer,
    ThemeClassifier,
    TopicModel,
    TopicsError,
    predict,
    read_releases,
    save,
)
from topics.prediction import label_to
from topics.reading.batches import Options, cut_into_batches
from topics.reading.documents import read_documents
from topics.text.shards import ShardedTexts

WORDS = {
    "aid": "camp refugees tents river food shelter".split(),
    "law": "court judge trial law appeal verdict".split(),
}


@pytest.fixture(scope="module")
def texts():
    rng = np.random.default_rng(0)
    return [
        f"Release {i}. " + " ".join(rng.choice(WORDS[name], 6)) + "."
        for i in range(400)
        for name in [("aid", "law")[i % 2]]
    ]


@pytest.fixture(scope="module")
def folder(texts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    for shard in range(4):
        rows = texts[100 * shard : 100 * shard + 100]
        table = pa.table({"text": rows, "title": [text[:11] for text in rows]})
        pq.write_table(table, folder / f"{shard}.parquet")
    return folder


def assert_same(found, expected):
    assert found.vocabulary_ == expected.vocabulary_
    assert found.document_frequency_.tolist() == expected.document_frequency_.tolist()
    assert found.n_documents_ == expected.n_documents_


@pytest.mark.parametrize("params", [{}, {"min_df": 3, "ngram_range": (1, 2)}, {"max_df": 0.2}])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_vectorizer_of_a_dataset(texts, folder, params, n_jobs):
    dataset = ds.dataset(folder)
    found = TermVectorizer(**params, n_jobs=n_jobs).fit(dataset)
    expected = TermVectorizer(**params).fit(texts)
    assert_same(found, expected)
    assert (found.transform(dataset) != expected.transform(texts)).nnz == 0


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Releases of two languages in files of differing columns, forms of words and what is empty."""
    rng = np.random.default_rng(1)
    forms = {
        "aid": "refugee refugees camp camps shelter aided shelters".split(),
        "law": "judge judges courts court appeals appealed verdicts".split(),
    }
    rows = []
    for i in range(360):
        words = rng.choice(forms[("aid", "law")[i % 2]][i // 120 :], 5)
        text = f"The ministry said of the {' and of the '.join(words)} at the border camp&nbsp;{i}."
        text = {7: None, 200: " "}.get(i, text)
        row = {"body": text, "headline": f"No. {i}", "published": f"2024-0{1 + i // 60}-11"}
        rows.append(row | {"source": ["Ministry", "Court"][i % 3 == 0]})
    folder = tmp_path_factory.mktemp("mixed")
    table, start = pa.Table.from_pylist(rows), 0
    # A file of no rows, and one whose only row has no text, are among them.
    for shard, size in enumerate((7, 1, 92, 0, 10, 200, 50)):
        pq.write_table(table.slice(start, size), folder / f"{shard}.parquet")
        start += size
    return folder


def same_model(found, expected):
    assert found.vectorizer_.vocabulary_ == expected.vectorizer_.vocabulary_
    assert np.array_equal(found.components_, expected.components_)
    assert found.names_ == expected.names_
    assert found.topics_.equals(expected.topics_)
    assert found.representatives_ == expected.representatives_
    assert found.sources_.equals(expected.sources_)
    assert found.topics_over_time("month").equals(expected.topics_over_time("month"))
    assert found.rejects_.equals(expected.rejects_)


@pytest.mark.parametrize(
    ("method", "n_jobs"), [("vectors", 1), ("vectors", 4), ("nmf", 2), ("lda", 2)]
)
@pytest.mark.filterwarnings("ignore:2 of 360 documents have no text")
def test_topics_of_a_dataset_are_those_of_its_table(mixed, method, n_jobs):
    dataset, themes = ds.dataset(mixed), {"law": ["judge", "appeal*"]}
    expected = TopicModel(4, method, themes=themes).fit(dataset.to_table())
    found = TopicModel(4, method, themes=themes, n_jobs=n_jobs).fit(dataset)
    same_model(found, expected)
    assert found.rejects_["place"].tolist() == [7, 200]
    assert np.array_equal(found.transform(dataset), expected.transform(dataset.to_table()))
    assert found.predict(dataset).tolist() == found.labels_.tolist()
    if method != "vectors":
        expected.partial_fit(dataset.to_table())
        same_model(found.partial_fit(dataset), expected)


@pytest.mark.filterwarnings("ignore:2 of 360 documents have no text")
def test_texts_of_a_dataset_stay_where_they_lie(mixed, monkeypatch):
    """Neither all texts at once, nor any file's text in the process that fits."""
    dataset = ds.dataset(mixed)
    themes = {"aid": ["refugee"], "law": ["judge"]}
    texts = read_documents(dataset.to_table()).texts
    expected = Labeller(TopicModel(3, by=None), ThemeClassifier(themes)).fit(texts)
    read = []
    monkeypatch.setattr(ShardedTexts, "__iter__", lambda self: iter(read.append(self) or ()))
    found = Labeller(TopicModel(3, by=None, n_jobs=2), ThemeClassifier(themes, n_jobs=2))
    found.fit(dataset)
    assert not read
    assert np.array_equal(found.classifier.coef_, expected.classifier.coef_)
    assert np.array_equal(found.topic_model.components_, expected.topic_model.components_)
    assert found.topic_model.representatives_[0][0][1].startswith("No. ")
    monkeypatch.undo()
    assert found.predict(dataset).labels == found.predict(texts).labels


@pytest.mark.parametrize("phrases", [True, ["border camp"]])
def test_phrases_of_a_dataset_are_those_of_its_first_file(mixed, phrases):
    dataset = ds.dataset(mixed).filter(pc.field("body").is_valid())
    params = {"languages": ["en"], "phrases": phrases, "phrase_min_count": 2}
    parts = [part.to_table(columns=["body"]).column(0).drop_null() for part in
             ds.dataset(mixed).get_fragments()]  # fmt: skip
    expected = TermVectorizer(**params).fit(parts)
    folder = ds.dataset([ds.dataset(pa.table({"text": part})) for part in parts])
    assert_same(TermVectorizer(**params, n_jobs=2).fit(folder), expected)
    # What a filter leaves is read, too, as one.
    table = dataset.to_table().rename_columns({"body": "text"})
    one = TermVectorizer(**params).fit(ds.dataset(table).filter(pc.field("source") == "Court"))
    assert one.n_documents_ == (np.array(table["source"].to_pylist()) == "Court").sum()


@pytest.mark.filterwarnings("ignore:. of ... documents have no text")
def test_a_dataframe_of_dask_is_read_part_by_part(mixed):
    dask = pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    frame = ds.dataset(mixed).to_table().to_pandas()
    parts = dask.from_pandas(frame, npartitions=5)
    same_model(TopicModel(3).fit(parts), TopicModel(3).fit(frame))
    # Parts that nothing is left of.
    late = frame["published"] > "2024-04"
    found = TopicModel(3).fit(parts[parts["published"] > "2024-04"])
    assert found.n_documents_ == late.sum()
    column = TermVectorizer().fit(parts["headline"])
    assert column.vocabulary_ == TermVectorizer().fit(frame["headline"].tolist()).vocabulary_


def test_a_dataset_without_texts_is_an_error(texts, folder):
    assert len(read_releases(ds.dataset(folder), languages=False)) == 400
    with pytest.raises(TopicsError, match="no column text"):
        TermVectorizer().fit(ds.dataset(pa.table({"body": ["Aid"]})))
    with pytest.raises(TopicsError, match="no column holds the text"):
        TopicModel(2).fit(ds.dataset(pa.table({"n": [1, 2]})))
    with pytest.raises(TopicsError, match="no document"):
        TopicModel(2).fit(ds.dataset([], schema=pa.schema([("text", pa.string())])))


@pytest.fixture(scope="module")
def model(texts, tmp_path_factory):
    themes = {name: words[:2] for name, words in WORDS.items()}
    fitted = ThemeClassifier(themes, background=None).fit(texts)
    return save(fitted, tmp_path_factory.mktemp("model") / "m")


@pytest.fixture(scope="module")
def lines(texts, tmp_path_factory):
    path = tmp_path_factory.mktemp("lines") / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts * 5))
    return path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:2 of 360 documents have no text")
def test_dask_gives_what_one_machine_gives(texts, folder, mixed, model, lines, tmp_path):
    distributed = pytest.importorskip("dask.distributed", reason="Dask is not installed")
    import joblib

    cluster = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.Client(n_workers=2, **cluster) as client:
        address = client.scheduler.address
        command = [sys.executable, "-m", "topics", "label", lines, "-m", model, "--dask", address]
        done = subprocess.run([*command, "-o", tmp_path / "cli.parquet"], check=False)
        assert done.returncode == 0
        batches = cut_into_batches(lines, Options(languages=False), 8000)
        with joblib.parallel_config(backend="dask"):
            label_to(batches, model, str(tmp_path / "dask.parquet"), jobs=-1)
            assert_same(
                TermVectorizer(n_jobs=-1).fit(ds.dataset(folder)), TermVectorizer().fit(texts)
            )
        parts = [client.submit(pq.read_table, path) for path in sorted(folder.glob("*.parquet"))]

        class Collection:  # what a DataFrame of Dask is to us, without pandas' own dependencies
            __dask_graph__ = None

            def to_delayed(self):
                from dask import delayed

                return [delayed(part) for part in client.gather(parts)]

        assert_same(TermVectorizer().fit(Collection()), TermVectorizer().fit(texts))
        parts = [client.submit(pq.read_table, path) for path in sorted(mixed.glob("*.parquet"))]
        expected = TopicModel(2).fit(ds.dataset(mixed).to_table())
        same_model(TopicModel(2).fit(Collection()), expected)
        with joblib.parallel_config(backend="dask"):
            same_model(TopicModel(2).fit(ds.dataset(mixed)), expected)
    batches = cut_into_batches(lines, Options(languages=False), 8000)
    label_to(batches, model, str(tmp_path / "one.parquet"))
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "dask.parquet").read_bytes()


def test_arrow_batches_are_labelled_as_texts_are(texts, model):
    label, threads = ArrowLabeller(model), threading.active_count()
    table = pa.table({"text": [*texts[:30], None], "labels": list(range(31))})
    found = pa.Table.from_batches(pickle.loads(pickle.dumps(label))(table.to_batches(7)))
    assert found.schema == label.output_schema(table.schema)
    # A process of the user's is not watched, and keeps pandas.
    assert threading.active_count() == threads
    predictions = predict(texts[:30], model)
    assert found["labels_"].to_pylist() == [*map(list, predictions.labels), []]
    assert found["s_aid"].to_pylist()[:30] == predictions.probabilities[:, 0].tolist()
    assert found["labels"].to_pylist() == list(range(31))
    assert found["note"].to_pylist()[-1] == "the text is missing"
    with pytest.raises(TopicsError, match="no column body"):
        list(ArrowLabeller(model, text="body")(table.to_batches()))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java to run Spark")
def test_spark_maps_in_arrow(texts, model):
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
    from pyspark.sql.pandas.types import from_arrow_schema

    label = ArrowLabeller(model)
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.getOrCreate()
    try:
        frame = spark.createDataFrame([(i, text) for i, text in enumerate(texts)], ["n", "text"])
        schema = from_arrow_schema(
            label.output_schema(pa.schema([("n", pa.int64()), ("text", pa.string())]))
        )
        rows = frame.mapInArrow(label, schema).orderBy("n").collect()
    finally:
        spark.stop()
    assert [tuple(row["labels"]) for row in rows] == predict(texts, model).labels
