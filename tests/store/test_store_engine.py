"""Opening, reading, writing, and what happens when the database is away, locked or full."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text

from pipeline.errors import StoreUnavailable, UsageError
from pipeline.store import desk, dialects
from pipeline.store.engine import Database, open_database
from pipeline.store.locks import exclusive_service_lock
from pipeline.store.tables import ServiceStateRow
from pipeline.store.types import digest, storable
from tests.conftest import MakeUrl

NOW = datetime(2026, 1, 14, 10, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_an_address_we_cannot_use_is_refused(url: str) -> None:
    """The operator is told at once, before anything is connected."""
    with pytest.raises(UsageError):
        open_database(url)


def test_moments_come_back_as_they_went(database: Database) -> None:
    """A moment keeps its microseconds and comes back in UTC, whatever zone it was given in."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    database.write(lambda c: desk.put(c, "k", "v", elsewhere))
    stored = database.read(lambda c: c.execute(select(ServiceStateRow.updated_at)).scalar_one())
    assert stored == NOW
    assert stored.tzinfo is UTC


@pytest.mark.parametrize(
    "bad", [datetime(2026, 1, 14), datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)]
)
def test_a_moment_that_could_not_be_read_back_is_refused(database: Database, bad: datetime) -> None:
    """Naive moments and those beyond any clock never reach the database."""
    with pytest.raises(Exception, match="cannot be stored"):
        database.write(lambda c: desk.put(c, "k", "v", bad))


def test_text_that_databases_refuse_is_stored(database: Database) -> None:
    """NUL and lone surrogates are replaced one for one, so that offsets stay true."""
    database.write(lambda c: desk.put(c, "k", "a\0b\ud800c", NOW))
    assert database.read(lambda c: desk.fact(c, "k")) == "a\ufffdb\ufffdc"


@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_storable_text_keeps_its_length(words: str) -> None:
    """Any text becomes storable without a letter moving, and stays what it is when done again."""
    clean = storable(words)
    assert len(clean) == len(words)
    assert clean.encode().decode() == clean
    assert storable(clean) == clean
    assert len(digest(words)) == 64


def test_sqlite_is_set_up_for_safety(tmp_path: Path) -> None:
    """Full synchronisation, foreign keys, and the write-ahead log only where it is free of the corruption bug."""
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    found = database.read(lambda c: {n: c.exec_driver_sql(f"PRAGMA {n}").scalar_one() for n in names})
    version = dialects.driver().sqlite_version_info
    expected = "wal" if version >= dialects.SAFE_WAL else "delete"
    assert found == {"journal_mode": expected, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}
    database.close()


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    """What a transaction wrote before it failed is not there."""

    def work(connection: Connection) -> None:
        desk.put(connection, "half", "x", NOW)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        database.write(work)
    assert database.read(lambda c: desk.fact(c, "half")) is None


def test_readers_see_one_state(database: Database) -> None:
    """A read that began before a write does not see half of it."""
    database.write(lambda c: desk.put(c, "k", "old", NOW))

    def work(connection: Connection) -> tuple[str | None, str | None]:
        first = desk.fact(connection, "k")
        writer = threading.Thread(target=lambda: database.write(lambda c: desk.put(c, "k", "new", NOW)))
        if database.is_sqlite and dialects.driver().sqlite_version_info < dialects.SAFE_WAL:
            return first, first  # with a rollback journal a writer waits for readers
        writer.start()
        writer.join()
        return first, desk.fact(connection, "k")

    assert database.read(work) == ("old", "old")


def test_writers_take_turns(database: Database) -> None:
    """Eight threads that read and then write lose nothing and never see "database is locked"."""

    def add(connection: Connection) -> None:
        if database.is_sqlite:
            value = int(desk.fact(connection, "n") or 0)
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
            value = int(desk.fact(connection, "n") or 0)
        desk.put(connection, "n", str(value + 1), NOW)

    threads = [threading.Thread(target=lambda: [database.write(add) for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(lambda c: desk.fact(c, "n")) == "40"


def test_a_locked_sqlite_file_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that holds the file: the whole transaction is tried again, then the trouble has a name."""
    monkeypatch.setattr(dialects, "BUSY_MS", 1)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    holder, pauses = open_database(url), []
    waiter = Database(dialects.create(url), sleep=pauses.append)
    holder.write(lambda c: c.execute(text("CREATE TABLE t (x)")))

    def hold(_: Connection) -> None:
        with pytest.raises(StoreUnavailable, match="locked"):
            waiter.write(lambda c: c.execute(text("INSERT INTO t VALUES (1)")))

    holder.write(hold)
    assert len(pauses) == 4
    waiter.write(lambda c: c.execute(text("INSERT INTO t VALUES (1)")))
    holder.close()
    waiter.close()


def test_a_server_that_is_away_has_a_name() -> None:
    """No server: tried a few times, then StoreUnavailable, not a driver's exception."""
    pauses: list[float] = []
    database = Database(dialects.create("postgresql://tw@127.0.0.1:1/none"), sleep=pauses.append)
    with pytest.raises(StoreUnavailable):
        database.read(lambda c: c.execute(text("SELECT 1")))
    assert pauses
    database.close()


def test_a_file_that_is_no_database_has_a_name(tmp_path: Path) -> None:
    """A damaged or foreign file is named as such."""
    (tmp_path / "x.db").write_bytes(b"not a database, but long enough to look at" * 30)
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(StoreUnavailable, match="not a database"):
        database.read(lambda c: c.execute(text("SELECT 1")))
    database.close()


def test_a_full_disk_has_a_name(tmp_path: Path) -> None:
    """A database that may not grow: StoreUnavailable at once, what was there is still read."""
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    database.write(lambda c: c.execute(text("CREATE TABLE t (x)")))

    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 3")
        connection.execute(text("INSERT INTO t VALUES (:x)"), {"x": "x" * 100_000})

    with pytest.raises(StoreUnavailable, match="full"):
        database.write(fill)
    assert database.read(lambda c: c.execute(text("SELECT count(*) FROM t")).scalar_one()) == 0
    database.close()


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_killed_connection_is_done_again(database: Database) -> None:
    """A connection that the server ends in mid-transaction: the whole work runs again and is committed once."""
    runs = []

    def work(connection: Connection) -> None:
        runs.append(1)
        connection.execute(insert(ServiceStateRow).values(key=f"run{len(runs)}", value="", updated_at=NOW))
        if len(runs) == 1:
            mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            database.read(lambda c: c.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine}))
            connection.execute(text("SELECT 1"))

    database.write(work)
    assert database.read(lambda c: list(c.execute(select(ServiceStateRow.key)).scalars())) == ["run2"]


def test_a_second_service_on_one_file_is_refused(tmp_path: Path) -> None:
    """The lock names the process that holds it, and is free again when that one is done."""
    path = tmp_path / "x.db"
    second = exclusive_service_lock(path)
    with exclusive_service_lock(path), pytest.raises(UsageError, match="another treatywatch service"):
        second.__enter__()
    with exclusive_service_lock(path):
        pass


def test_work_that_outlives_the_closing_leaves_no_connection_open(make_url_of: MakeUrl) -> None:
    """A thread still reads when the database is closed: it reads to its end, and then its connection is closed too."""
    database = open_database(make_url_of(True))
    seen: list[Any] = []

    def work(connection: Connection) -> int:
        seen.append(connection.connection.dbapi_connection)
        database.close()
        found: int = connection.execute(text("SELECT 1")).scalar_one()
        return found

    assert database.read(work) == 1
    with pytest.raises(Exception, match="closed"):
        seen[0].cursor().execute("SELECT 1")
    assert database.read(lambda c: c.execute(text("SELECT 2")).scalar_one()) == 2
    database.close()
