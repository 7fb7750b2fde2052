"""When to try again, and when a delivery is a dead letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.alert.values import GiveUp, TryAgain
from pipeline.errors import Reason

LONGEST = 86400.0  # what a receiver may ask for at most: a Retry-After of 30 years is no reason to lose an alert
PAUSE = 60.0  # how long a channel rests that says it is overloaded, but not for how long
_SPREAD = 0.2


def after(
    attempt: int, outcome: TryAgain, now: datetime, schedule: Sequence[float], jitter: float
) -> datetime | GiveUp:
    """When the next try is due, or that this was the last one.

    `attempt`: the try that just failed, from 1. `schedule`: seconds to wait after the first, second … try. `jitter`, 0 to 1,
    spreads the wait by a tenth to either side, so that what failed together does not come back together. What the receiver
    asked for (`outcome.after`) is kept, up to a day.
    """
    if attempt > len(schedule):
        detail = f"{attempt} tries; the last: {outcome.reason}" + (f" ({outcome.detail})" if outcome.detail else "")
        return GiveUp(Reason.TRIES_EXHAUSTED, detail, status=outcome.status)
    wait = schedule[max(attempt, 1) - 1] * (1 + _SPREAD * (jitter - 0.5))
    return now + timedelta(seconds=max(wait, _asked(outcome), 0.0))


def pause_until(outcome: TryAgain, now: datetime) -> datetime | None:
    """Until when the whole channel should rest, where the receiver says that it is overloaded."""
    return now + timedelta(seconds=_asked(outcome) or PAUSE) if outcome.pause else None


def _asked(outcome: TryAgain) -> float:
    return min(max(outcome.after or 0.0, 0.0), LONGEST)
