"""Fixtures for all tests: a migrated database, on SQLite and on a real PostgreSQL, by one parametrised fixture."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, make_url, text

from pipeline.store import migrate
from pipeline.store.engine import Database, open_database
from pipeline.store.tables import Base
from tests.databases import postgresql_server, server_binaries

# machines are busy: how long one example takes says nothing about the program
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")

MakeUrl = Callable[[bool], str]
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = open_database(f"sqlite:///{path}")
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, whose database `template_tw` has the newest schema."""
    binaries = server_binaries()
    if binaries is None:
        sentence = "PostgreSQL's server binaries (initdb, postgres) are not installed"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    with postgresql_server(binaries) as url:
        _create(url, "template_tw", "template0")
        template = open_database(_named(url, "template_tw"))
        migrate.upgrade(template)
        template.close()
        yield url


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _create(url: str, name: str, template: str) -> None:
    server = open_database(url)
    with server.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    server.close()


@pytest.fixture(scope="session")
def postgresql_shared(postgresql_url: str, names: Iterator[str]) -> str:
    """The address of one migrated database that tests use one after the other."""
    name = next(names)
    _create(postgresql_url, name, "template_tw")
    return _named(postgresql_url, name)


@pytest.fixture(scope="session")
def names() -> Iterator[str]:
    """Names no other test of this run uses."""
    return (f"tw_{os.getpid()}_{number}" for number in itertools.count())


@pytest.fixture(params=KINDS)
def make_url_of(request: pytest.FixtureRequest, tmp_path: Path, names: Iterator[str]) -> MakeUrl:
    """Makes databases of one kind: `make(True)` with the newest schema, `make(False)` empty; gives their addresses."""

    def make(migrated: bool) -> str:
        name = next(names)
        if request.param == "sqlite":
            path = tmp_path / f"{name}.db"
            if migrated:
                shutil.copy(request.getfixturevalue("sqlite_template"), path)
            return f"sqlite:///{path}"
        url: str = request.getfixturevalue("postgresql_url")
        _create(url, name, "template_tw" if migrated else "template0")
        return _named(url, name)

    return make


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open, empty database with the newest schema, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "history.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        opened = open_database(f"sqlite:///{path}")
    else:
        opened = open_database(request.getfixturevalue("postgresql_shared"))
        opened.write(_emptied)  # much quicker than a database for each test
    yield opened
    opened.close()


def _emptied(connection: Connection) -> None:
    for table in reversed(Base.metadata.sorted_tables):
        connection.execute(table.delete())


@pytest.fixture
def empty_database(make_url_of: MakeUrl) -> Iterator[Database]:
    """An open database without any table, on SQLite and on PostgreSQL."""
    opened = open_database(make_url_of(False))
    yield opened
    opened.close()
