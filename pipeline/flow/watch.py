"""The service looks at itself: queues into the metrics, troubles into log, metrics and messages to the operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pipeline.flow.notices import operator_messages
from pipeline.flow.parts import Parts
from pipeline.flow.watchdog import Alarm, AlarmKind, Limits, Sight, alarms
from pipeline.store import deliveries, desk, vitals
from pipeline.store import feeds as feed_rows
from pipeline.store.outbox import enqueue
from pipeline.store.vitals import Queue

JOBS = "done:"  # the small facts under which upkeep leaves what came of each job
_WAITING = "queue:"


async def count_queues(parts: Parts) -> tuple[Queue, ...]:
    """Put the queues and their ages into the metrics."""
    now = parts.clock()
    found = await parts.read(lambda c: vitals.queues(c, now))
    for queue in found:
        parts.metrics.queue.labels(queue.name).set(queue.waiting)
        parts.metrics.queue_age.labels(queue.name).set(queue.age(now).total_seconds())
    return found


async def look_around(parts: Parts, limits: Limits | None = None) -> tuple[Alarm, ...]:
    """Look for troubles and tell the operator, each at most once a day; all that there are."""
    given = limits or Limits()
    sight = await parts.read(lambda c: _sight(c, parts, given))
    found = alarms(sight, given)
    await parts.write(lambda c: _tell(c, parts, sight, found))
    _say(parts, found)
    return found


def _sight(connection: Any, parts: Parts, limits: Limits) -> Sight:
    now = parts.clock()
    queues = vitals.queues(connection, now)
    before = {queue.name: desk.fact(connection, _WAITING + queue.name) for queue in queues}
    return Sight(
        now,
        feeds=feed_rows.health(connection),
        rhythms=vitals.rhythms(connection, now - limits.silent),
        yields=vitals.yields(connection),
        queues=queues,
        before={name: int(count) for name, count in before.items() if count is not None},
        channels={name: one for name, one in deliveries.channels(connection).items() if name in parts.channels},
        dead={name: count for name, count in vitals.dead_letters(connection).items() if name in parts.channels},
        refused=parts.vitals.refused,
        upkeep="; ".join(said for job in ("upkeep", "backup") if (said := desk.fact(connection, JOBS + job))),
        newest=vitals.newest_of(connection),
    )


def _tell(connection: Any, parts: Parts, sight: Sight, found: tuple[Alarm, ...]) -> None:
    for queue in sight.queues:
        desk.put(connection, _WAITING + queue.name, str(queue.waiting), sight.now)
    for alarm in found:
        subject = f"{alarm.key}|{sight.now:%Y-%m-%d}"
        but = alarm.subject if alarm.kind in (AlarmKind.CHANNEL_FAILS, AlarmKind.DEAD_LETTERS) else ""
        enqueue(connection, operator_messages(alarm.trouble, subject, parts.channels, sight.now, but), sight.now)


def _say(parts: Parts, found: tuple[Alarm, ...]) -> None:
    """A line when a trouble comes and one when it goes; how many there are stands in the metrics."""
    known, now = set(parts.vitals.alarms), {alarm.key: alarm for alarm in found}
    for key, alarm in now.items():
        if key not in known:
            facts: Mapping[str, str] = dict(alarm.trouble.facts)
            parts.log.warning("trouble", kind=alarm.kind, about=alarm.subject, what=alarm.trouble.what, facts=facts)
    for key in sorted(known - set(now)):
        kind, _, subject = key.partition("|")
        parts.log.info("trouble is over", kind=kind, about=subject)
    counts = Counter(alarm.kind for alarm in found)
    for kind in AlarmKind:
        parts.metrics.alarms.labels(kind).set(counts[kind])
    parts.vitals.alarms = tuple(now)
