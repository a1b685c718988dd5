"""Arrow datasets, Dask and Spark: the results of one machine, to the bit."""

import json
import pickle
import shutil
import subprocess
import sys
import threading

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from topics import (
    ArrowLabeller,
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


def test_models_of_a_dataset(texts, folder):
    dataset = ds.dataset(folder)
    found, expected = (TopicModel(2, by=None).fit(t) for t in (dataset, texts))
    assert np.array_equal(found.components_, expected.components_)
    assert len(read_releases(dataset, languages=False)) == 400
    with pytest.raises(TopicsError, match="no column text"):
        TermVectorizer().fit(ds.dataset(pa.table({"body": ["Aid"]})))


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
def test_dask_gives_what_one_machine_gives(texts, folder, model, lines, tmp_path):
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
