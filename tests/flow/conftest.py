"""What the tests of flows share: one recogniser for each watchlist and process, not one for every service that is wired."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from pipeline.model import Watchlist
from pipeline.recognise import RecogniseOptions, Recogniser

_BUILD = Recogniser.build


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
