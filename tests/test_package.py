import ast
import graphlib
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import topics
from topics.cli import compile_ahead

PACKAGE = Path(topics.__file__).parent

# What each room may import stands before it: the ground, the folders, and the modules on top.
ROOMS = (
    "_version", "_errors", "_lazy", "_progress", "_parallel", "_arrow", "_estimator",
    "_kernels", "_math", "text", "reading", "models", "themes",
    "labeller", "persistence", "label_batches", "prediction", "watch", "evaluation", "plots",
    "report", "doctor", "demo", "cli", "__main__",
)  # fmt: skip


def modules_of(room):
    single = PACKAGE / f"{room}.py"
    return [single] if single.is_file() else sorted((PACKAGE / room).glob("*.py"))


def imports_of(path):
    """Modules below the package that a module names, whether it loads them at once or later."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("topics."):
            yield node.module.removeprefix("topics.")


def test_rooms_import_only_what_stands_before_them():
    found = {p.stem if p.is_file() else p.name for p in PACKAGE.iterdir()}
    assert found - {"__init__", "__pycache__", "data", "py"} == set(ROOMS)
    for place, room in enumerate(ROOMS):
        for path in modules_of(room):
            rooms = {name.split(".")[0] for name in imports_of(path)}
            assert rooms <= set(ROOMS[: place + 1]), path
            assert room != "_kernels" or rooms <= {"_kernels", "_version"}, path


def test_no_imports_run_in_a_circle():
    graph = {}
    for path in PACKAGE.rglob("*.py"):
        if path.stem != "__init__":
            name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
            graph[name] = set(imports_of(path)) - {name}
    graphlib.TopologicalSorter(graph).prepare()


def loaded_after(code):
    heavy = ["sklearn", "gensim", "numba", "scipy", "numpy", "pyarrow", "pandas", "typer", "rich"]
    script = f"import sys; {code}; print(*(m for m in {heavy} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import topics") == set()


PUBLIC = ("text", "reading", "models", "themes", "persistence")


def test_every_public_name_is_there():
    packages = [topics, *(importlib.import_module(f"topics.{room}") for room in PUBLIC)]
    for package in packages:
        for name in package.__all__:
            assert getattr(package, name).__doc__, name
        assert dir(package) == sorted(package.__all__)


def test_no_registry_and_no_path_of_a_machine_is_named():
    root = PACKAGE.parent
    if not (root / "pyproject.toml").is_file():
        pytest.skip("the package is installed without its repository")
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/")
    kinds = {".py", ".md", ".toml", ".yml", ".yaml", ".ipynb", ".json", ".csv", ""}
    for path in root.rglob("*"):
        below = path.relative_to(root).parts
        if any(part.startswith(".") and part != ".ci" for part in below) or not path.is_file():
            continue
        if path.suffix in kinds and not below[0].endswith("egg-info"):
            text = path.read_text("utf-8", "ignore")
            assert not [host for host in hosts if host in text], path


USE_A_KERNEL = """
import warnings
from scipy.sparse import csr_matrix
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    from topics.text.tfidf import tfidf_weights
    weights = tfidf_weights(csr_matrix([[4, 0, 3]]), None, norm=None, sublinear_tf=False)
print(weights.sum(), sum("NUMBA_CACHE_DIR" in str(w.message) for w in told))
"""


def use_a_kernel(**environment):
    left = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", USE_A_KERNEL],
        capture_output=True, text=True, check=True, env=left | environment,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that nobody can write")
@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "HOME", "NUMBA_CACHE_DIR"])
def test_without_a_cache_folder_it_works_and_says_so_once(name):
    assert use_a_kernel(**{"XDG_CACHE_HOME": "", name: "/proc/nowhere"}) == ["7.0", "1"]


FIT = """
from numba.core import event
compiled = set()
class Listener(event.Listener):
    def on_start(self, e):
        compiled.add(e.data["dispatcher"].py_func.__name__)
    def on_end(self, e):
        pass
with event.install_listener("numba:compile", Listener()):
    from topics import Labeller, ThemeClassifier, TopicModel
    texts = ["Refugees fled to the camp. Aid came.", "The court sat. A judge ruled."] * 60
    themes = {"aid": ["camp", "aid"], "law": ["court", "judge"], "no": ["refugees", "sat"]}
    Labeller(TopicModel(4, themes=themes), ThemeClassifier(themes, background=None)).fit(texts)
print(*compiled)
"""


@pytest.mark.slow
def test_what_a_fit_learns_with_is_compiled_ahead(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    ahead = [sys.executable, "-m", "topics.cli.compile_ahead"]
    subprocess.run(ahead, env=environment, check=True)
    fit = [sys.executable, "-c", FIT]
    left = subprocess.check_output(fit, env=environment, text=True).split()
    assert "read_shard" in left  # what reads is compiled as it goes
    done = "pair_rows positions_by_term spmm_rows hals_rows weigh_rows merge_rows renumber"
    assert not set(left) & {*done.split(), "fold_sentences", "score_in_column"}


@pytest.mark.parametrize(
    ("compiled", "cores", "begun"), [(False, 2, 1), (True, 2, 0), (False, 1, 0), (False, None, 0)]
)
def test_compiling_begins_where_there_is_something_to_do(monkeypatch, compiled, cores, begun):
    calls = []

    class Process:
        def __init__(self, command, **streams):
            calls.append(command)

        kill = wait = lambda self: calls.append("ended")

    monkeypatch.setattr(compile_ahead, "is_compiled", lambda: compiled)
    monkeypatch.setattr(compile_ahead.os, "cpu_count", lambda: cores)
    monkeypatch.setattr(compile_ahead.subprocess, "Popen", Process)
    ends = []
    monkeypatch.setattr(compile_ahead.atexit, "register", lambda *what: ends.append(what))
    compile_ahead.compile_ahead()
    assert len(calls) == len(ends) == begun
    for end, *process in ends:
        end(*process)
        assert calls[1:] == ["ended", "ended"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs the cache folder's variable of Linux")
def test_compiled_code_is_kept_in_the_users_cache_folder(tmp_path):
    assert use_a_kernel(XDG_CACHE_HOME=str(tmp_path)) == ["7.0", "0"]
    kept = {path.suffix for path in (tmp_path / "topics-toolkit").rglob("*weigh_rows*")}
    assert kept == {".nbi", ".nbc"}
    assert not [path for path in PACKAGE.rglob("*") if path.suffix in (".nbi", ".nbc")]
