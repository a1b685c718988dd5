import sys
from importlib.util import find_spec
from pathlib import Path

import numba  # noqa: F401 (a command that is run within this process then keeps the compiler)
import pandas  # noqa: F401 (and pandas)
import pytest

from topics import TopicsError

SHARED = Path(__file__).parents[2] / "shared" / "data"

GENSIM = find_spec("gensim") is not None


def pytest_collection_modifyitems(items):
    """Examples of the exchange with gensim need it."""
    for item in items:
        if not GENSIM and "gensim" in item.name:
            item.add_marker(pytest.mark.skip(reason="needs gensim, which is not installed"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup():
    """Tests whose fixtures ask for gensim are skipped on Pythons that it has no wheels for."""
    return (yield from _skipped_without_gensim())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    """And so are those that do so themselves."""
    return (yield from _skipped_without_gensim())


def _skipped_without_gensim():
    try:
        return (yield)
    except (ModuleNotFoundError, TopicsError) as error:
        if not GENSIM and "gensim" in str(error):
            pytest.skip(f"needs gensim, which is not installed: {error}")
        raise


@pytest.fixture(scope="session")
def shared():
    """The real data beside the repository, where there is any."""
    if not SHARED.is_dir():
        pytest.skip("needs the data folder beside the repository, which is not here")
    return SHARED


@pytest.fixture
def layouts():
    return Path(__file__).parent / "page_layouts"


@pytest.fixture
def stdin(monkeypatch):
    def give(data: bytes):
        class Input:
            class buffer:  # noqa: N801
                @staticmethod
                def read():
                    return data

        monkeypatch.setattr(sys, "stdin", Input)

    return give


@pytest.fixture(scope="session")
def news():
    """The Lee corpus that gensim ships: 50 news documents."""
    from gensim.test.utils import datapath

    return Path(datapath("lee.cor")).read_text(encoding="latin-1").splitlines()
