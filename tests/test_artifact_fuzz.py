"""Artifacts that were damaged by chance, or forged: they load as they were, or not at all."""

import copy
import json
import random
import resource
import time
from contextlib import suppress

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from test_artifact import seal

from topics import ArtifactError, Labeller, ThemeClassifier, TopicModel, TopicsError, load, save
from topics.persistence.artifact import MANIFEST, WEIGHTS

TEXTS = ["Refugees reached the camp by the river.", "The court tried a judge.", "", "\ud800 中文 x"]
SECONDS, MEGABYTES = 20, 600


@pytest.fixture(scope="module", params=["vectors", "nmf", "lda"])
def artifact(request, tmp_path_factory):
    rng = np.random.default_rng(0)
    words = {
        "aid": "camp refugees tents river food".split(),
        "law": "court judge trial law".split(),
    }
    texts = [" ".join(rng.choice(words[name], 4)) for name in ("aid", "law") for _ in range(20)]
    themes = {name: seeds[:2] for name, seeds in words.items()}
    model = Labeller(
        TopicModel(3, request.param, by=["a", "b"] * 20), ThemeClassifier(themes, background=None)
    )
    folder = save(model.fit(texts), tmp_path_factory.mktemp("fuzz") / request.param)
    return folder, (folder / MANIFEST).read_bytes(), (folder / WEIGHTS).read_bytes()


def answers(folder):
    """What a model says of texts, and how long it takes to say so."""
    start = time.perf_counter()
    model = load(folder)
    found = model.predict(TEXTS)
    # A labeller may have either model alone.
    topics = None if model.topic_model is None else model.topic_model.transform(TEXTS).tobytes()
    assert time.perf_counter() - start < SECONDS
    return found.to_arrow(), topics


@pytest.fixture(autouse=True)
def bounded_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


@pytest.mark.slow
def test_damage_is_noticed(artifact):
    folder, manifest, weights = artifact
    whole = answers(folder)
    rng = random.Random(0)
    for _ in range(2000):
        name, content = rng.choice([(MANIFEST, manifest), (WEIGHTS, weights)])
        damaged = bytearray(content)
        kind = rng.randrange(4)
        at = rng.randrange(len(damaged))
        if kind == 0:
            damaged[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del damaged[at:]
        elif kind == 2:
            damaged[at:at] = rng.randbytes(rng.randrange(1, 50))
        else:
            del damaged[at : at + rng.randrange(1, 50)]
        (folder / name).write_bytes(damaged)
        with suppress(ArtifactError):
            assert answers(folder) == whole
        (folder / name).write_bytes(content)


ODD = [
    None, True, False, 0, 1, -1, 3, 10**9, 10**400, 1e308, -0.5, "", "a", "\ud800", "(a+)+$",
    "os.system", "nmf", "lda", "vectors", "../../x", [], [[]], [0], [-1], ["a"], ["a", "a"], [None],
    {}, {"a": 1}, {"": []},
]  # fmt: skip


def places(value, path=()):
    """Every place in a nest of lists and mappings."""
    yield path
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, (*path, key))


def forged(facts, rng, every):
    """Facts of which one was replaced, removed, doubled or exchanged."""
    facts = copy.deepcopy(facts)
    path = rng.choice(every)
    if not path:
        return rng.choice(ODD)
    inner = facts
    for key in path[:-1]:
        inner = inner[key]
    kind = rng.randrange(4)
    if kind == 0:
        inner[path[-1]] = copy.deepcopy(rng.choice(ODD))
    elif kind == 1:
        del inner[path[-1]]
    elif kind == 2 and isinstance(inner, list):
        inner.append(copy.deepcopy(inner[path[-1]]))
    elif isinstance(inner, dict):
        inner[rng.choice(["extra", *map(str, inner)])] = inner.pop(path[-1])
    else:
        rng.shuffle(inner)
    return facts


def changed(values, rng):
    """An array of other values, another shape or another type."""
    kind = rng.randrange(7)
    if kind == 0:
        return values.ravel()[: rng.randrange(values.size + 1)].copy()
    if kind == 1:
        return values.astype(rng.choice(["float16", "float32", "float64", "int64", "int8", "bool"]))
    if kind == 2:
        return np.full_like(values, rng.choice([0, 1, 127]))
    if kind == 3 and values.dtype.kind == "f":
        factor = values.dtype.type(rng.choice([-1, 1e4, float("nan"), float("inf")]))
        with np.errstate(all="ignore"):
            return values * factor
    if kind == 4 and values.size:
        other = values.copy()
        place = rng.randrange(values.size)
        other.ravel()[place] = rng.choice(
            [0, 1, 100, 2**31 - 1] if values.dtype.itemsize > 2 else [0]
        )
        return other
    if kind == 5:
        return np.concatenate([values.ravel(), values.ravel()[:1]])
    return values[::-1].copy()


@pytest.mark.slow
def test_forgeries_load_whole_or_not_at_all(artifact):
    folder, manifest, weights = artifact
    said, arrays = json.loads(manifest), load_file(folder / WEIGHTS)
    rng = random.Random(1)
    loaded = 0
    # A list of stop words holds three hundred places that are all alike.
    every = [path for path in places(said["model"]) if "stop_words" not in path[:-1]]
    for _ in range(1400):
        if rng.random() < 0.6:
            seal(folder, {**copy.deepcopy(said), "model": forged(said["model"], rng, every)})
        else:
            name = rng.choice(sorted(arrays))
            save_file({**arrays, name: changed(arrays[name], rng)}, folder / WEIGHTS)
            seal(folder, copy.deepcopy(said))
        try:
            answers(folder)
            loaded += 1
        except ArtifactError:
            pass
        except TopicsError as error:
            raise AssertionError(f"loaded, and then: {error}") from error
        finally:
            (folder / WEIGHTS).write_bytes(weights)
    (folder / MANIFEST).write_bytes(manifest)
    # Other weights of the same kind are another model; most forgeries are none.
    assert loaded < 600
