"""When to look at a feed again: a decision over numbers, no clock and no dice in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.feeds.values import NextPoll


@dataclass(frozen=True, slots=True)
class PollLimits:
    """Bounds of the decision. `quiet` is as far as a silent but healthy feed drifts: a treaty office that publishes once a
    month must still be heard the same day. `longest` bounds everything, whatever a server asks (some say thirty years)."""

    shortest: timedelta = timedelta(minutes=10)
    first: timedelta = timedelta(minutes=30)
    quiet: timedelta = timedelta(hours=6)
    polite: timedelta = timedelta(hours=2)
    longest: timedelta = timedelta(hours=24)
    spread: float = 0.1


def next_poll(
    *,
    now: datetime,
    roll: float,
    interval: timedelta | None = None,
    entries: int = 0,
    new: int = 0,
    failures: int = 0,
    fixed: timedelta | None = None,
    ttl: timedelta | None = None,
    cache_max_age: timedelta | None = None,
    retry_after: timedelta | None = None,
    limits: PollLimits | None = None,
) -> NextPoll:
    """When to look again.

    `interval`: what the last decision kept, None for a feed never polled. `entries`, `new`: of the poll just done; both 0
    for a 304. `failures`: polls in a row that failed, this one included. `fixed`: the operator's own interval. `roll`: a
    number in [0, 1), the jitter. The publisher's `ttl` and `cache_max_age` are honoured up to `limits.polite`, and not
    where the operator fixed the interval; `retry_after` up to `limits.longest`, always.
    """
    limits = limits or PollLimits()
    kept = _clamp(interval or limits.first, limits.shortest, limits.quiet)
    if failures > 0:
        wait = min(limits.shortest * 2.0 ** min(failures - 1, 20), limits.longest)
        wait, reason = max(wait, min(fixed, limits.longest) if fixed else wait), "failed"
    elif fixed is not None:
        wait, reason = fixed, "fixed"
    else:
        kept, reason = _adapted(kept, entries, new, limits)
        wait = kept
        asked = max(ttl or timedelta(), cache_max_age or timedelta())
        if min(asked, limits.polite) > wait:
            wait, reason = min(asked, limits.polite), "publisher_asks"
    wait *= 1 - limits.spread + 2 * limits.spread * roll
    if retry_after is not None and (told := min(retry_after, limits.longest)) > wait:
        # never sooner than asked for: the jitter only adds
        wait, reason = told * (1 + limits.spread * roll), "retry_after"
    return NextPoll(interval=kept, due=now + wait, reason=reason)


def _adapted(kept: timedelta, entries: int, new: int, limits: PollLimits) -> tuple[timedelta, str]:
    """The interval that the share of new entries suggests. Half a window new means that the next one may roll past us."""
    share = new / entries if entries else 0.0
    if share >= 0.5:
        factor, reason = 0.25, "mostly_new"
    elif share >= 0.2:
        factor, reason = 0.5, "much_new"
    elif share > 0.05:
        factor, reason = 1.0, "some_new"
    elif new:
        factor, reason = 1.1, "little_new"
    else:
        factor, reason = 1.4, "nothing_new"
    return _clamp(kept * factor, limits.shortest, limits.quiet), reason


def _clamp(value: timedelta, low: timedelta, high: timedelta) -> timedelta:
    return max(low, min(value, high))
