"""A history moves from one database to the other and back, byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.model import Article
from pipeline.store import archive, articles, search
from pipeline.store.articles import Raw
from pipeline.store.engine import Database, open_database
from tests.conftest import _create, _named
from tests.store.telling import NOW
from tests.web.serving import history


@pytest.fixture
def sqlite(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """A SQLite history, with a page and a text that both databases have to be careful with."""
    shutil.copy(sqlite_template, tmp_path / "from.db")
    opened = open_database(f"sqlite:///{tmp_path / 'from.db'}")
    history(opened)
    one = Article("https://wire.example/odd", "=Title\0 \ud800", 'Texte déjà\u2028 <b>\n"\\\u202e', "fr", NOW)
    raw = Raw(bytes(range(256)) * 3, "latin-1")
    opened.write(lambda c: articles.save(c, one, one.url, NOW, raw=raw, simhash=-(2**63)))
    yield opened
    opened.close()


@pytest.fixture
def postgresql(postgresql_url: str, names: Iterator[str]) -> Iterator[Database]:
    """An empty, migrated PostgreSQL database."""
    name = next(names)
    _create(postgresql_url, name, "template_tw")
    opened = open_database(_named(postgresql_url, name))
    yield opened
    opened.close()


def exported(database: Database) -> list[str]:
    """The lines of an export."""
    return database.read(lambda c: list(archive.lines(c)))


@pytest.mark.postgres
def test_there_and_back_again(sqlite: Database, postgresql: Database, tmp_path: Path, sqlite_template: Path) -> None:
    """SQLite to PostgreSQL to SQLite: every export is the same bytes; the history works where it arrived."""
    lines = exported(sqlite)
    assert postgresql.write(lambda c: archive.restore(c, lines)) == len(lines) - 2
    assert exported(postgresql) == lines
    shutil.copy(sqlite_template, tmp_path / "to.db")
    back = open_database(f"sqlite:///{tmp_path / 'to.db'}")
    back.write(lambda c: archive.restore(c, lines))
    assert exported(back) == lines
    for database in (sqlite, postgresql, back):
        (hit,), _ = database.read(lambda c: search.articles(c, "ратификация", 10))
        assert hit.url == "https://agency3.example/3"
        fresh = Article("https://wire.example/new", "New", "Text", "en", NOW)
        assert database.write(lambda c: articles.save(c, fresh, fresh.url, NOW)).is_new  # noqa: B023
    back.close()


def test_a_history_is_not_overwritten(sqlite: Database) -> None:
    """An import fills an empty database only."""
    lines = exported(sqlite)
    with pytest.raises(UsageError, match="empty database"):
        sqlite.write(lambda c: archive.restore(c, lines))


@pytest.mark.parametrize(
    "wrong", ["cut", "no head", "other schema", "no JSON", "table", "column", "date", "count", "missing"]
)
def test_an_archive_that_is_not_whole_changes_nothing(sqlite: Database, database: Database, wrong: str) -> None:
    """Each way in which an archive can be broken is named, and nothing is written."""
    lines = exported(sqlite)
    first = next(place for place, line in enumerate(lines) if '"table":"events"' in line)
    broken = {
        "cut": lines[:-1],
        "no head": lines[1:],
        "other schema": ['{"format":"treatywatch","schema":"0000","version":1}', *lines[1:]],
        "no JSON": [*lines[:5], "{", *lines[5:]],
        "table": [*lines[:1], '{"table":"secrets","row":{}}', *lines[1:]],
        "column": [*lines[:1], '{"table":"events","row":{"id":"x"}}', *lines[1:]],
        "date": [
            line.replace('"happened":"2', '"happened":"x') if n == first else line for n, line in enumerate(lines)
        ],
        "count": [*lines[:-2], lines[-1]],
        "missing": [*lines[:first], *lines[first + 1 :]],
    }[wrong]
    before = exported(database)
    with pytest.raises(UsageError, match=r"\w"):
        database.write(lambda c: archive.restore(c, broken))
    assert exported(database) == before
