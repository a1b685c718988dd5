import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


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
