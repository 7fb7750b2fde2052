"""`treatywatch check`: what it looks at, one finding a line, with what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from pipeline import query
from pipeline.alert.options import weaknesses
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import ConfigurationError, StoreUnavailable, UsageError
from pipeline.recognise.linking.twins import twins
from pipeline.recognise.loading import party_codes
from pipeline.settings import Settings
from pipeline.store import migrate
from pipeline.store.dialects import SAFE_WAL, driver
from pipeline.store.engine import Database, open_database

_SHOWN = 5  # entries named in a line
_LEAST_FREE = 200 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str


@click.command()
@config_option
@json_option
@click.pass_context
def check(context: click.Context, config: Path | None, as_json: bool) -> None:
    """What would go wrong: configuration, database, recogniser, in one line each."""
    settings = settings_of(context, config)
    found = everything(settings)
    if as_json:
        show.json_lines([{"what": one.what, "ok": one.ok, "detail": one.detail} for one in found])
    else:
        for one in found:
            click.echo(f"{'ok  ' if one.ok else 'FAIL'}  {one.what}: {one.detail}")
    if not all(one.ok for one in found):
        context.exit(1)


def everything(settings: Settings) -> list[Finding]:
    """Look at configuration, database, house and recogniser; nothing is changed."""
    return [*_configuration(settings), *_database(settings), *_house(settings), *_watchlist(settings)]


def _configuration(settings: Settings) -> Iterator[Finding]:
    yield from (Finding("configuration", False, str(problem)) for problem in settings.problems)
    enabled = sum(feed.enabled for feed in settings.feeds)
    yield Finding(
        "feeds",
        enabled > 0,
        f"{enabled} enabled of {len(settings.feeds)} configured" if enabled else _add("feeds", "feed"),
    )
    count = len(settings.watchlist.agreements)
    yield Finding("agreements", count > 0, f"{count} watched" if count else _add("agreements", "agreement"))
    enabled_channels = [channel for channel in settings.channels if channel.enabled]
    readers = [channel.id for channel in enabled_channels if channel.role == "reader"]
    yield Finding(
        "channels",
        True,
        ", ".join(readers) or "none: events are recorded, nobody is told ([[channel]] in treatywatch.toml)",
    )
    operators = [channel.id for channel in enabled_channels if channel.role == "operator"]
    nobody = 'none: troubles of the service stand in its log only (a [[channel]] with role = "operator" hears of them)'
    yield Finding("operator", True, ", ".join(operators) or nobody)
    watched = {agreement.id for agreement in settings.watchlist.agreements}
    for channel in enabled_channels:
        yield from (Finding(f"channel {channel.id}", True, weakness) for weakness in weaknesses(channel))
        if strangers := sorted(set(channel.filter.agreements) - watched):
            detail = f"its filter names agreements that are not watched: {', '.join(strangers)}"
            yield Finding(f"channel {channel.id}", False, f"{detail}; add them to agreements.toml, or take them out")


def _add(name: str, table: str) -> str:
    return f"none: add [[{table}]] entries to {name}.toml"


def _database(settings: Settings) -> Iterator[Finding]:
    path = settings.database_url.removeprefix("sqlite:///")
    is_sqlite = path != settings.database_url
    if is_sqlite and (why := _not_writable(Path(path))):
        yield Finding("database", False, why)
        return
    if is_sqlite and not Path(path).exists():
        yield Finding("database", True, f"{path} will be made")
        return
    try:
        database = open_database(settings.database_url)
        version, needed = migrate.current(database), migrate.head()
        migrate.known(version)
        same = version == needed
        said = f"schema {version}" if same else f"schema {version or 'empty'}; the next start brings it to {needed}"
        yield Finding("database", True, said)
        if same:
            yield _sources(database)
        database.close()
    except UsageError as error:
        yield Finding("database", False, str(error))
    except StoreUnavailable as error:
        yield Finding("database", False, f"{error}; {_MEND_FILE if is_sqlite else _MEND_SERVER}")


_MEND_FILE = "name another file in database_url, or put a backup in its place (treatywatch db restore)"
_MEND_SERVER = "is it running, and are host, port, name and password in database_url right?"


def _not_writable(file: Path) -> str:
    """Why SQLite could not write there; "" where it can."""
    directory = file.resolve().parent
    if not directory.is_dir():
        return f"{directory} is no directory; make it, or change database_url"
    if file.exists() and not file.is_file():
        return f"{file} is no file; change database_url"
    # SQLite writes its journal beside the file
    for place in (directory, file):
        if place.exists() and not os.access(place, os.W_OK):
            return f"{place} cannot be written to by this user; change its owner, or database_url"
    return ""


def _sources(database: Database) -> Finding:
    """How the sources fared at their last poll. A source in trouble is the agency's, not this configuration's."""
    used = [one for one in query.feed_health(database) if one.configured and one.feed.enabled]
    ill = [one.feed.id for one in used if one.error]
    if not ill:
        return Finding("polls", True, f"{len(used)} sources, none in trouble")
    names = ", ".join(ill[:5]) + (" …" if len(ill) > 5 else "")
    return Finding(
        "polls", True, f"{len(ill)} of {len(used)} sources in trouble ({names}): treatywatch feeds list says why"
    )


def _house(settings: Settings) -> Iterator[Finding]:
    """Where the service lives: room on the disk, the journal, backups."""
    path = settings.database_url.removeprefix("sqlite:///")
    is_sqlite = path != settings.database_url
    if is_sqlite and Path(path).resolve().parent.is_dir():
        free = shutil.disk_usage(Path(path).resolve().parent).free
        enough = free >= _LEAST_FREE
        yield Finding(
            "disk", enough, f"{free // 2**20:,} MiB free" + ("" if enough else ": make room before it is full")
        )
        version = ".".join(map(str, driver().sqlite_version_info))
        safe = driver().sqlite_version_info >= SAFE_WAL
        slow = (
            "" if safe else ": too old for its write-ahead log, works without; pip install pysqlite3 brings a newer one"
        )
        yield Finding("sqlite", True, version + slow)
    told = settings.schedule
    if not told.backup_cron:
        yield Finding("backup", True, "none scheduled ([schedule] backup_cron); by hand: treatywatch db backup FILE")
    elif not is_sqlite and shutil.which("pg_dump") is None:
        yield Finding(
            "backup", False, "pg_dump is not installed: it comes with PostgreSQL's client (postgresql-client)"
        )
    else:
        yield Finding("backup", *_writable(Path(told.backup_dir), told.backup_cron))


def _writable(directory: Path, when: str) -> tuple[bool, str]:
    place = directory.resolve()
    while not place.exists():
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK):
        return True, f"into {directory}, {when} UTC"
    return False, f"{directory} cannot be written to by this user"


def _watchlist(settings: Settings) -> Iterator[Finding]:
    try:
        known = party_codes()
    except ConfigurationError as error:
        yield Finding("dictionaries", False, f"{error}; install the program anew")
        return
    unknown = sorted(
        {
            f"{agreement.id}: {party}"
            for agreement in settings.watchlist.agreements
            for party in agreement.parties
            if party not in known
        }
    )
    yield Finding(
        "parties",
        not unknown,
        "every code is known"
        if not unknown
        else f"no names are known for {', '.join(unknown[:8])}: the agreement will hardly be found",
    )
    twice = [f"{later} is {first}" for later, first in twins(settings.watchlist.agreements).items()]
    if twice:
        more = " …" if len(twice) > _SHOWN else ""
        said = f"{len(twice)} on the list already, told under the first entry: {'; '.join(twice[:_SHOWN])}{more}"
        yield Finding("agreements", True, said)
