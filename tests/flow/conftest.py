"""What the tests of flows share: one recogniser for each watchlist and process, and PostgreSQL where it matters.

What the two databases do differently is tested in tests/store, statement by statement, and here by the flows in `BOTH`. The other
flows run on PostgreSQL as well, but in `make test` only.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.model import Watchlist
from pipeline.recognise import RecogniseOptions, Recogniser

BOTH = frozenset({"test_cycle", "test_pace", "test_leader", "test_deliver"})
_BUILD = Recogniser.build


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The same flow on the second database is for the long run."""
    for item in items:
        here = item.path.parent == Path(__file__).parent
        if here and item.path.stem not in BOTH and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.slow)


@lru_cache(maxsize=8)
def _built(watchlist: Watchlist, options: RecogniseOptions | None) -> Recogniser:
    return _BUILD(watchlist, options)


def _shared(watchlist: Watchlist, options: RecogniseOptions | None = None) -> Recogniser:
    return _built(watchlist, options)


@pytest.fixture(scope="package", autouse=True)
def one_recogniser() -> Iterator[None]:
    """Reading the dictionaries takes a second, which a service has once in its life and these tests would have a hundred times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recogniser, "build", _shared)
        yield
