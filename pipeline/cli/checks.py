"""What `treatywatch check` looks at: one finding a line, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StoreUnavailable, UsageError
from pipeline.recognise.parties import Names
from pipeline.settings import Settings
from pipeline.store import migrate
from pipeline.store.engine import open_database


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str


def everything(settings: Settings) -> list[Finding]:
    """Look at configuration, database and recogniser; nothing is changed."""
    return [*_configuration(settings), *_database(settings), *_watchlist(settings)]


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
    readers = [channel.id for channel in settings.channels if channel.enabled and channel.role == "reader"]
    yield Finding(
        "channels",
        True,
        ", ".join(readers) or "none: events are recorded, nobody is told ([[channel]] in treatywatch.toml)",
    )


def _add(name: str, table: str) -> str:
    return f"none: add [[{table}]] entries to {name}.toml"


def _database(settings: Settings) -> Iterator[Finding]:
    path = settings.database_url.removeprefix("sqlite:///")
    if path != settings.database_url and not Path(path).exists():
        parent = Path(path).resolve().parent
        yield Finding(
            "database", parent.is_dir(), f"{path} will be made" if parent.is_dir() else f"{parent} is no directory"
        )
        return
    try:
        database = open_database(settings.database_url)
        version, needed = migrate.current(database), migrate.head()
        database.close()
    except (UsageError, StoreUnavailable) as error:
        yield Finding("database", False, str(error))
        return
    same = version == needed
    yield Finding(
        "database",
        True,
        f"schema {version}" if same else f"schema {version or 'empty'}; the next start brings it to {needed}",
    )


def _watchlist(settings: Settings) -> Iterator[Finding]:
    known = Names.load().codes
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
