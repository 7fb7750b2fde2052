"""Doors for the web tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import KINDS, MakeUrl, _create, _named
from tests.web.serving import client, filled


@pytest.fixture
def api(make_url_of: MakeUrl, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a door of its own over the history, without tokens, on SQLite and on PostgreSQL."""
    with client(tmp_path, filled(make_url_of(True))) as made:
        yield made


@pytest.fixture(scope="session", params=KINDS)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The same, one for all tests that only read."""
    directory = tmp_path_factory.mktemp("shared")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), directory / "shared.db")
        url = f"sqlite:///{directory / 'shared.db'}"
    else:
        server: str = request.getfixturevalue("postgresql_url")
        name = next(request.getfixturevalue("names"))
        _create(server, name, "template_tw")
        url = _named(server, name)
    with client(directory, filled(url)) as made:
        yield made
