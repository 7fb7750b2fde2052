"""Versions of the schema: which one a database has, and the way up and down.

Each call is one transaction under a lock, so two services that start at once do not collide and a crash leaves old or new.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from pipeline.errors import UsageError
from pipeline.store import documents, event_search, search
from pipeline.store.engine import Database, open_database
from pipeline.store.inverted import in_one_piece

if TYPE_CHECKING:  # importing it takes a third of a second, which only a schema that has to change is worth
    from alembic.config import Config

_CACHE = 256_000  # kibibytes
_WRITTEN_ANEW = "events, event_parties, revisions, article_search, event_search, event_search_places, event_documents"
_LOCK = 7_232_895_501  # of PostgreSQL's advisory locks; any number that is always the same


def opened(url: str) -> Database:
    """The database of an address, brought to the newest schema."""
    database = open_database(url)
    upgrade(database)
    return database


def upgrade(database: Database, revision: str = "head") -> str | None:
    """Bring the schema up to `revision`; the revision it had before. UsageError where it is newer than this program."""

    def work(connection: Connection) -> str | None:
        before = _locked(connection)
        known(before)
        if revision == "head" and before == head():
            return before
        from alembic import command  # noqa: PLC0415

        with _spacious(connection):
            command.upgrade(_config(connection), revision)
            if before != (now := _revision(connection)) and now == head():
                _made_up(connection)
        return before

    before = database.write(work)
    if before is not None and revision == "head" and before != head() and not database.is_sqlite:
        # of rows written anew PostgreSQL has no statistics, and looks each one up that an index alone would tell
        database.glance(lambda c: c.execute(text(f"VACUUM (ANALYZE) {_WRITTEN_ANEW}")))
    return before


def _made_up(connection: Connection) -> None:
    """What is made of other tables. Not in a migration, where it would be made by a program and of tables that go on changing."""
    search.catch_up(connection)
    if event_search.catch_up(connection):
        in_one_piece(connection, event_search.EVENTS)
    documents.catch_up(connection)


@contextmanager
def _spacious(connection: Connection) -> Iterator[None]:
    """Room in memory for what SQLite reads and changes: in its own two megabytes, a long history is read over and over."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def downgrade(database: Database, revision: str) -> str | None:
    """Take the schema down to `revision` ("base": no tables); the revision it had before."""

    from alembic import command  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    def work(connection: Connection) -> str | None:
        before = _locked(connection)
        known(before)
        try:
            command.downgrade(_config(connection), revision)
        except CommandError as exc:
            raise UsageError(f"db downgrade: {exc}") from exc
        return before

    return database.write(work)


def current(database: Database) -> str | None:
    """The revision of the schema; None for an empty database."""
    return database.read(_revision)


def head() -> str:
    """The revision this program needs."""
    return _revisions()[-1]


def _locked(connection: Connection) -> str | None:
    """The revision, once nobody else can change it. On SQLite BEGIN IMMEDIATE has locked already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def known(revision: str | None) -> None:
    """UsageError for a revision that only a newer version of this program can have made."""
    if revision is not None and revision not in _revisions():
        raise UsageError(
            f"the database was made by a newer version of treatywatch (schema {revision}); upgrade the program"
        )


def _revisions() -> list[str]:
    """All revisions, the oldest first: the names of their files begin with them."""
    return sorted(path.name.partition("_")[0] for path in (location() / "versions").glob("[0-9]*_*.py"))


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(location()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def location() -> Path:
    """Where the migrations are: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parents[1]
    bundled = package / "_alembic"
    return bundled if bundled.is_dir() else package.parent / "alembic"
