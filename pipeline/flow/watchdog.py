"""What the operator has to hear of: sources that stopped or changed, queues that grow, channels that fail. Decided here, purely.

    Sight (facts of the database and the process) ──alarms──▶ Alarm, at most one message a day each

A treaty desk notices a missed ratification too late; so silence is an alarm as loud as an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.alert.values import Trouble
from pipeline.store.deliveries import ChannelHealth
from pipeline.store.feeds import FeedHealth
from pipeline.store.vitals import Queue, Rhythm, Yield


class AlarmKind(StrEnum):
    """The closed list of what is told to the operator; the same word stands in log, metric and message."""

    FEED_FAILING = "feed_failing"
    FEED_SILENT = "feed_silent"
    FEED_MOVED = "feed_moved"
    SOURCES_FAILING = "sources_failing"
    PAGES_CHANGED = "pages_changed"
    QUEUE_AGES = "queue_ages"
    QUEUE_GROWS = "queue_grows"
    CHANNEL_FAILS = "channel_fails"
    DEAD_LETTERS = "dead_letters"
    CONFIGURATION_REFUSED = "configuration_refused"
    UPKEEP_FAILED = "upkeep_failed"
    CLOCK_SET_BACK = "clock_set_back"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One trouble. `subject` tells it from others of its kind: a feed, a queue, a channel; `trouble` is what people read."""

    kind: AlarmKind
    subject: str
    trouble: Trouble

    @property
    def key(self) -> str:
        """What stands for it in the log and in the message's identity."""
        return f"{self.kind}|{self.subject}"


@dataclass(frozen=True, slots=True)
class Limits:
    """From when a thing is a trouble. `paces`: polls that may fail in a row, counted in the feed's own pace."""

    failing: timedelta = timedelta(days=1)
    paces: int = 8
    silent: timedelta = timedelta(days=3)
    gaps: int = 10
    times: int = 5  # polls that brought something, before a source is held to a rhythm
    entries: int = 5
    unread: float = 0.6
    old: timedelta = timedelta(hours=1)
    many: int = 5000
    failures: int = 5


@dataclass(frozen=True, slots=True)
class Sight:
    """The facts of one look. `before`: how many waited in each queue at the last look."""

    now: datetime
    feeds: Sequence[FeedHealth] = ()
    rhythms: Sequence[Rhythm] = ()
    yields: Sequence[Yield] = ()
    queues: Sequence[Queue] = ()
    before: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, ChannelHealth] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)
    refused: str = ""
    upkeep: str = ""
    newest: datetime | None = None


def alarms(sight: Sight, limits: Limits | None = None) -> tuple[Alarm, ...]:
    """What is wrong, worst first."""
    given = limits or Limits()
    return (
        *_house(sight),
        *_channels(sight, given),
        *_queues(sight, given),
        *_failing(sight, given),
        *_moved(sight),
        *_silent(sight, given),
        *_changed(sight, given),
    )


def _house(sight: Sight) -> tuple[Alarm, ...]:
    found = []
    if sight.refused:
        what = "The changed configuration is not in use; the one from before is"
        do = "Put it right: it is read again as soon as a file changes."
        found.append(_alarm(AlarmKind.CONFIGURATION_REFUSED, "", what, do, ("Reason", sight.refused)))
    if sight.upkeep:
        what = "The last upkeep or backup failed"
        do = "See docs/operators.md, “Backup and restore”; it is tried again at its next time."
        found.append(_alarm(AlarmKind.UPKEEP_FAILED, "", what, do, ("Reason", sight.upkeep)))
    if sight.newest is not None and sight.newest > sight.now + timedelta(minutes=5):
        what = "The clock of this machine was set back, or the database comes from another one"
        do = "Set the clock (NTP): dates of articles and times of the next polls hang on it."
        found.append(
            _alarm(AlarmKind.CLOCK_SET_BACK, "", what, do, ("Newest on record", f"{sight.newest:%F %H:%M} UTC"))
        )
    return tuple(found)


def _channels(sight: Sight, limits: Limits) -> tuple[Alarm, ...]:
    found = []
    for name, channel in sorted(sight.channels.items()):
        # one message for one trouble: with dead letters their message tells of the failures
        if channel.disabled_at is None and channel.failures >= limits.failures and name not in sight.dead:
            what = f"The channel {name} has failed {channel.failures} times in a row"
            do = f"Look at: treatywatch alerts list --channel {name}; try it with: treatywatch alerts test {name}"
            heard = f"{channel.last_success:%F %H:%M} UTC" if channel.last_success else "never"
            found.append(_alarm(AlarmKind.CHANNEL_FAILS, name, what, do, ("Last success", heard)))
    for name, count in sorted(sight.dead.items()):
        fares = sight.channels.get(name)
        if fares and fares.disabled_at and sight.now - fares.disabled_at < timedelta(days=1):
            continue  # that it is switched off was told when it was
        messages = "1 message" if count == 1 else f"{count} messages"
        what = f"{messages} of the channel {name} could not be delivered and wait{'s' if count == 1 else ''} for you"
        do = f"Once the channel works: treatywatch alerts replay --channel {name}"
        facts = (("Failures in a row", str(fares.failures)),) if fares else ()
        found.append(_alarm(AlarmKind.DEAD_LETTERS, name, what, do, *facts))
    return tuple(found)


def _queues(sight: Sight, limits: Limits) -> tuple[Alarm, ...]:
    found = []
    for queue in sight.queues:
        facts = (("Waiting", str(queue.waiting)), ("The first for", _span(queue.age(sight.now))))
        do = "See docs/operators.md, “Tuning”: workers, pace, and how busy the machine is."
        if queue.age(sight.now) > limits.old:
            what = (
                f"The queue of {queue.name} is not worked off: the first has waited for {_span(queue.age(sight.now))}"
            )
            found.append(_alarm(AlarmKind.QUEUE_AGES, queue.name, what, do, *facts))
        elif queue.waiting > limits.many and queue.waiting > sight.before.get(queue.name, queue.waiting):
            what = f"The queue of {queue.name} grows: {queue.waiting} wait"
            found.append(_alarm(AlarmKind.QUEUE_GROWS, queue.name, what, do, *facts))
    return tuple(found)


def _watched(sight: Sight) -> list[FeedHealth]:
    return [one for one in sight.feeds if one.configured and one.feed.enabled]


def _failing(sight: Sight, limits: Limits) -> tuple[Alarm, ...]:
    """One by one, or, where most sources fail, the one trouble behind them."""
    watched = _watched(sight)
    failing = [one for one in watched if one.error and _too_long(one, sight.now, limits)]
    now_failing = [one for one in watched if one.error and one.failures > 1]
    if len(now_failing) > max(3, len(watched) // 2):
        words = sorted({one.error or "" for one in now_failing})
        what = (
            f"{len(now_failing)} of {len(watched)} sources fail: most likely this machine's network, resolver or clock"
        )
        do = "Try one by hand: treatywatch feeds check ID"
        return (_alarm(AlarmKind.SOURCES_FAILING, "", what, do, ("Reasons", ", ".join(words))),)
    return tuple(
        _alarm(
            AlarmKind.FEED_FAILING,
            one.feed.id,
            f"The source {one.feed.id} has given nothing since {_day(one.last_success)}: {one.error}",
            f"See what is wrong with it: treatywatch feeds check {one.feed.id}",
            ("Address", one.feed.url),
            ("Detail", one.error_detail or ""),
            ("Failures in a row", str(one.failures)),
            reason=one.error or "",
        )
        for one in failing
    )


def _too_long(one: FeedHealth, now: datetime, limits: Limits) -> bool:
    if one.last_success is None:
        return one.failures >= limits.failures
    return now - one.last_success > max(limits.failing, limits.paces * timedelta(seconds=one.pace or 0))


def _moved(sight: Sight) -> tuple[Alarm, ...]:
    return tuple(
        _alarm(
            AlarmKind.FEED_MOVED,
            one.feed.id,
            f"The source {one.feed.id} says that it has moved for good",
            "If you trust the new place, put it into feeds.toml; until then the old address is asked.",
            ("Old", one.feed.url),
            ("New", one.moved_to),
        )
        for one in _watched(sight)
        if one.moved_to and one.moved_to != one.feed.url
    )


def _silent(sight: Sight, limits: Limits) -> tuple[Alarm, ...]:
    """Healthy sources that used to bring something and do not any more: measured by their own rhythm."""
    failing = {one.feed.id for one in sight.feeds if one.error}
    return tuple(
        _alarm(
            AlarmKind.FEED_SILENT,
            one.feed_id,
            f"The source {one.feed_id} answers, but has brought nothing new since {_day(one.last_new)}",
            f"Has the agency a new feed? See: treatywatch feeds check {one.feed_id}",
            ("Usually something new every", _span(one.gap)),
        )
        for one in sight.rhythms
        if one.feed_id not in failing
        and one.times >= limits.times
        and sight.now - one.last_new > max(limits.silent, limits.gaps * one.gap)
    )


def _changed(sight: Sight, limits: Limits) -> tuple[Alarm, ...]:
    return tuple(
        _alarm(
            AlarmKind.PAGES_CHANGED,
            one.feed_id,
            f"Of the last {one.entries} pages of {one.feed_id}, {one.unread} held no article: a wall, or another kind of page",
            f"Look at one: treatywatch feeds check {one.feed_id}. Once repaired: treatywatch feeds retry --feed {one.feed_id}",
        )
        for one in sight.yields
        if one.entries >= limits.entries and one.unread >= limits.unread * one.entries
    )


def _alarm(kind: AlarmKind, subject: str, what: str, do: str, *facts: tuple[str, str], reason: str = "") -> Alarm:
    return Alarm(kind, subject, Trouble(what, do, facts, reason or kind.value))


def _day(moment: datetime | None) -> str:
    return f"{moment:%F %H:%M} UTC" if moment else "the beginning"


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return (
        f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
    )
