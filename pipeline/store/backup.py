"""A consistent copy of the whole database while it is in use, and the way back.

    SQLite       online backup into one file, checked, moved into place whole
    PostgreSQL   pg_dump in its custom format; back with pg_restore into an empty database

A database file that is simply copied while open can be torn; this never is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, inspect, make_url

from pipeline.errors import StoreUnavailable, UsageError
from pipeline.store.dialects import BUSY_MS, driver
from pipeline.store.engine import open_database

_STAMP = "%Y%m%dT%H%M%SZ"
_BESIDE = ("-wal", "-shm", "-journal")  # files that belong to the replaced database and to no other


def file_name(url: str, now: datetime) -> str:
    """What a backup made now is called: sorts by time."""
    return f"treatywatch-{now:{_STAMP}}{_ending(url)}"


def _ending(url: str) -> str:
    return ".db" if make_url(url).get_backend_name() == "sqlite" else ".dump"


def backup(url: str, target: Path) -> int:
    """Write a copy of the database to `target`; its size in bytes. The service may go on meanwhile.

    UsageError where it cannot be done as things are, StoreUnavailable where trying again can help. `target` is whole or not there.
    """
    parsed = make_url(url)
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if parsed.get_backend_name() == "sqlite":
            _copy(_file(parsed), partial)
        else:
            _run("pg_dump", parsed, "--format=custom", "--no-owner", f"--file={partial}")
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    except OSError as error:
        raise StoreUnavailable(f"the backup cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return target.stat().st_size


def restore(url: str, source: Path) -> None:
    """Put a backup in the database's place. No service may run on it (the caller holds its lock).

    A SQLite file that is there already is kept beside it as `<file>.before-restore`. A PostgreSQL database has to be empty.
    """
    parsed = make_url(url)
    if not source.is_file():
        raise UsageError(f"{source}: there is no such file")
    if parsed.get_backend_name() == "sqlite":
        _put_in_place(source, _file(parsed))
        return
    database = open_database(url)
    try:
        if database.read(lambda c: inspect(c).get_table_names()):
            raise UsageError(
                "the database is not empty: make a new one (createdb) and put its address into database_url"
            )
    finally:
        database.close()
    _run(
        "pg_restore",
        parsed,
        "--exit-on-error",
        "--no-owner",
        "--single-transaction",
        f"--dbname={parsed.database}",
        str(source),
    )


def prune(directory: Path, url: str, keep: int) -> tuple[Path, ...]:
    """Delete all but the newest `keep` backups that `file_name` named; which."""
    made = sorted(directory.glob(f"treatywatch-*Z{_ending(url)}"))
    old = tuple(made[: max(len(made) - keep, 0)])
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _file(url: URL) -> Path:
    return Path(url.database or "")


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online backup, in one step: writers wait only without WAL, and a reader's view is all it needs."""
    module = driver()
    if not source.is_file():
        raise UsageError(f"{source}: there is no such database file")
    target.unlink(missing_ok=True)
    try:
        with closing(module.connect(source)) as original, closing(module.connect(target)) as copy:
            original.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE").close()  # one file, whole in itself
        _check(target)
    except module.OperationalError as error:
        raise StoreUnavailable(f"the backup cannot be made now: {error}") from error
    except module.DatabaseError as error:
        raise UsageError(f"{source}: {error}") from error


def _check(path: Path) -> None:
    """UsageError for a file that is no sound database of ours."""
    module = driver()
    try:
        with closing(module.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            versions = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()
    except module.DatabaseError as error:
        raise UsageError(f"{path}: {error}") from error
    if said != "ok":
        raise UsageError(f"{path}: damaged: {said}")
    if versions != (1,):
        raise UsageError(f"{path}: no database of treatywatch")


def _put_in_place(source: Path, target: Path) -> None:
    _check(source)
    fresh = target.with_name(f".{target.name}.restoring")
    shutil.copyfile(source, fresh)
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    if target.exists():
        target.replace(target.with_name(f"{target.name}.before-restore"))
    for ending in _BESIDE:  # a journal of the old file would be played into the new one
        beside = target.with_name(target.name + ending)
        if beside.exists():
            beside.replace(target.with_name(f"{target.name}.before-restore{ending}"))
    fresh.replace(target)


def _run(program: str, url: URL, *arguments: str) -> None:
    """PostgreSQL's own program, with the address in its environment: a password has no place in a list of processes."""
    path = shutil.which(program)
    if path is None:
        raise UsageError(f"{program} is not installed: it comes with PostgreSQL's client (postgresql-client)")
    done = subprocess.run(  # noqa: S603  (found by name on PATH; arguments are ours and the operator's)
        [path, *arguments], env={**os.environ, **_address(url)}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"{program} ended with {done.returncode}"]
        raise StoreUnavailable(f"{program}: {lines[-1]}")


def _address(url: URL) -> Mapping[str, str]:
    host = url.host or str(url.query.get("host", ""))
    told = {
        "PGHOST": host,
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
        "PGSSLMODE": str(url.query.get("sslmode", "")),
    }
    return {name: value for name, value in told.items() if value}
