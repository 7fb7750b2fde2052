"""Keeping house by the operator's schedule: retention, old rows, statistics, backups. Only the leader does it.

    due? (cron, last time) ─▶ texts that prove nothing │ old polls │ statistics          due? ─▶ backup, old backups

When a job was last done stands in the database, so that one missed while the service was down is made up for once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.alert.cron import Cron
from pipeline.errors import StoreUnavailable, UsageError
from pipeline.flow.parts import Parts
from pipeline.flow.watch import JOBS
from pipeline.store import articles, backup, documents, turns, upkeep

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class UpkeepOptions:
    """When to keep house and what to keep; schedules are cron expressions in UTC, "" never. 0 days: for ever."""

    at: str = "23 3 * * *"
    retention_days: int = 0
    polls_days: int = 30
    backup_at: str = ""
    backup_dir: Path = Path("backups")
    backup_keep: int = 7
    database_url: str = ""


def is_due(schedule: str, last: datetime, now: datetime) -> bool:
    """True where the schedule's next time after `last` has come. However many were missed, it is due once."""
    return bool(schedule) and Cron.parse(schedule).after(last, _UTC) <= now


async def keep_house(parts: Parts, options: UpkeepOptions) -> tuple[str, ...]:
    """Do the jobs whose time has come; their names."""
    done = []
    for name, schedule, job in (("upkeep", options.at, _tidy_up), ("backup", options.backup_at, _back_up)):
        now = parts.clock()
        last = await parts.write(lambda c: upkeep.seen(c, JOBS + name, now))  # noqa: B023  (run at once)
        if not is_due(schedule, last, now):
            continue
        await _one(parts, options, name, job)
        done.append(name)
    return tuple(done)


Job = Callable[[Parts, UpkeepOptions], str]


async def _one(parts: Parts, options: UpkeepOptions, name: str, job: Job) -> None:
    now = parts.clock()
    try:
        said = await asyncio.to_thread(job, parts, options)
        trouble = ""
        parts.log.info("upkeep done", job=name, result=said)
    except (UsageError, StoreUnavailable) as error:
        trouble = f"{name}: {error}"
        parts.log.error("upkeep failed; again at its next time", job=name, detail=str(error))
    await parts.write(lambda c: upkeep.note(c, JOBS + name, trouble, now))


def _tidy_up(parts: Parts, options: UpkeepOptions) -> str:
    now = parts.clock()
    texts = polls = 0
    if options.retention_days:
        before = now - timedelta(days=options.retention_days)
        texts = _in_parts(
            parts, lambda: parts.database.write(lambda c: articles.delete_texts(c, before, now, limit=500))
        )
    if options.polls_days:
        oldest = now - timedelta(days=options.polls_days)
        polls = _in_parts(parts, lambda: parts.database.write(lambda c: upkeep.delete_polls(c, oldest)))
    _write_documents(parts)
    parts.database.write(turns.forget)
    parts.passage("retention")
    upkeep.optimise(parts.database)
    return f"{texts} texts and {polls} polls deleted"


def _in_parts(parts: Parts, some: Callable[[], int]) -> int:
    """Small transactions, so that nobody waits long; stopped between two of them."""
    deleted = 0
    while not (parts.stopping and parts.stopping.is_set()):
        now = some()
        if not now:
            break
        deleted += now
    return deleted


def _write_documents(parts: Parts) -> None:
    """Events that an earlier program wrote out, or none. Looking for them keeps nobody from writing."""
    after = ""
    while not (parts.stopping and parts.stopping.is_set()):
        ids, after = parts.database.read(lambda c: documents.missing(c, after))  # noqa: B023 - run at once
        if ids:
            parts.database.write(lambda c: documents.make_up(c, ids))  # noqa: B023
        if not after:
            break


def _back_up(parts: Parts, options: UpkeepOptions) -> str:
    now = parts.clock().astimezone(UTC)
    target = options.backup_dir / backup.file_name(options.database_url, now)
    size = backup.backup(options.database_url, target)
    old = backup.prune(options.backup_dir, options.database_url, max(options.backup_keep, 1))
    return f"{target} ({size} bytes), {len(old)} old ones deleted"
