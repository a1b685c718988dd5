import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import topics

PACKAGE = Path(topics.__file__).parent

# What each module may import stands before it.
ORDER = (
    "_version", "_errors", "_progress", "_parallel", "_arrow", "_estimator", "dates", "dumps",
    "files", "languages", "duplicates", "corpus", "releases", "sentences", "themes", "labels",
    "characters", "sequences", "tokens", "grams", "phrases", "vocabulary", "analysis", "reading",
    "interop", "transformer", "vectorizer", "pile", "quality", "clusters", "neighbours",
    "factorisation", "decomposition", "nmf", "lda",
    "word_vectors", "vector_topics", "naming", "timeline", "choosing",
    "operations", "topic_model",
    "beliefs", "seeding", "logistic", "calibration", "training", "explanation", "classifier",
    "changes", "labeller",
    "states", "artifact", "labelling", "evaluation", "review",
    "plots", "demo", "console", "cli", "__main__",
)  # fmt: skip


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("topics."):
            yield node.module.split(".")[1]


def test_imports_run_one_way():
    modules = {path.stem: path for path in PACKAGE.glob("*.py")}
    assert set(ORDER) == set(modules) - {"__init__"}
    for name in ORDER:
        allowed = {*ORDER[: ORDER.index(name)], "_kernels"}
        assert set(imports_of(modules[name])) <= allowed, name
    for path in (PACKAGE / "_kernels").glob("*.py"):
        assert set(imports_of(path)) <= {"_kernels", "_version"}


def loaded_after(code):
    heavy = ["sklearn", "gensim", "numba", "scipy", "numpy", "pyarrow", "pandas", "typer", "rich"]
    script = f"import sys; {code}; print(*(m for m in {heavy} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_after("import topics") == set()


def test_every_public_name_is_there():
    for name in topics.__all__:
        assert getattr(topics, name) is not None
        assert getattr(topics, name).__doc__
    assert set(topics.__all__) <= set(dir(topics))


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
    from topics.sequences import tfidf
    weights = tfidf(csr_matrix([[4, 0, 3]]), None, norm=None, sublinear_tf=False)
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


@pytest.mark.skipif(sys.platform != "linux", reason="needs the cache folder's variable of Linux")
def test_compiled_code_is_kept_in_the_users_cache_folder(tmp_path):
    assert use_a_kernel(XDG_CACHE_HOME=str(tmp_path)) == ["7.0", "0"]
    kept = {path.suffix for path in (tmp_path / "topics-toolkit").rglob("*weigh_rows*")}
    assert kept == {".nbi", ".nbc"}
    assert not [path for path in PACKAGE.rglob("*") if path.suffix in (".nbi", ".nbc")]
