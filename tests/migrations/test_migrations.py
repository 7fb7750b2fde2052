"""Migrations give the schema the program means, on both databases, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from pipeline.errors import UsageError
from pipeline.store import migrate
from pipeline.store.engine import Database, open_database
from pipeline.store.tables import Base


def _of_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The search index is each database's own kind of thing, and documents are made of tables: not of the metadata."""
    others = ("article_search", "event_search", "event_documents")
    return not (kind == "table" and name is not None and name.startswith(others))


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _of_ours})
    return list(compare_metadata(context, Base.metadata))


def _tables(database: Database) -> set[str]:
    return set(database.read(lambda c: inspect(c).get_table_names()))


def test_from_empty_to_the_newest_equals_the_tables(empty_database: Database) -> None:
    """An upgraded empty database has exactly the tables, columns and indexes of the metadata."""
    assert migrate.current(empty_database) is None
    assert migrate.upgrade(empty_database) is None
    assert migrate.current(empty_database) == migrate.head()
    assert empty_database.read(_differences) == []


def test_upgrade_again_changes_nothing(database: Database) -> None:
    """A second upgrade finds everything done."""
    assert migrate.upgrade(database) == migrate.head()
    assert database.read(_differences) == []


def test_down_and_up_again(empty_database: Database) -> None:
    """The way down leaves no table behind, and the way up works after it."""
    migrate.upgrade(empty_database)
    migrate.downgrade(empty_database, "base")
    assert _tables(empty_database) == {"alembic_version"}
    migrate.upgrade(empty_database)
    assert empty_database.read(_differences) == []


def test_data_survive_an_upgrade(database: Database) -> None:
    """What was stored before an upgrade is there after it."""
    now = datetime(2026, 1, 14, tzinfo=UTC)
    row = {"key": "kept", "value": "yes", "updated_at": now}
    database.write(lambda c: c.execute(Base.metadata.tables["service_state"].insert(), row))
    migrate.upgrade(database)
    assert database.read(lambda c: c.execute(text("SELECT value FROM service_state")).scalar_one()) == "yes"


def test_a_newer_database_is_refused(empty_database: Database) -> None:
    """A database that a newer program made is left alone, with a sentence for the operator."""
    migrate.upgrade(empty_database)
    empty_database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(UsageError, match="newer version"):
        migrate.upgrade(empty_database)


def test_files_are_named_by_their_revisions() -> None:
    """The names of the files alone say which revision is the newest, and which are known."""
    revisions = [one.revision for one in ScriptDirectory(str(migrate.location())).walk_revisions()]
    assert migrate.head() == revisions[0]
    for revision in revisions:
        migrate.known(revision)
    with pytest.raises(UsageError):
        migrate.known("0000")


def test_a_database_at_the_newest_revision_needs_no_alembic(tmp_path: Path) -> None:
    """Importing it is a third of what a short command takes."""
    url = f"sqlite:///{tmp_path / 'history.db'}"
    migrate.opened(url).close()
    told = "from pipeline.store import migrate; migrate.opened(sys.argv[1]).close(); print('alembic' in sys.modules)"
    code = f"import sys; {told}"
    asked = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True, timeout=60)
    assert asked.stdout.strip() == "False"


def test_a_broken_migration_leaves_the_old_schema(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails half way leaves nothing behind: the schema is old or new, never between."""
    create_all = Base.metadata.tables["feeds"]

    def half(connection: Connection) -> None:
        create_all.create(connection)
        command.upgrade(migrate._config(connection), "head")

    with pytest.raises(Exception, match="feeds"):
        empty_database.write(half)
    assert _tables(empty_database) == set()


def test_services_that_start_together_do_not_collide(empty_database: Database) -> None:
    """Four upgrades at once: one does the work, the others find it done."""
    url = empty_database.engine.url.render_as_string(hide_password=False)
    before: list[str | None] = []

    def start() -> None:
        database = open_database(url)
        before.append(migrate.upgrade(database))
        database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(before, key=str) == sorted([None, *[migrate.head()] * 3], key=str)
    assert empty_database.read(_differences) == []
