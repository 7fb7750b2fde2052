"""When an article that proves an event is looked at again: after an hour, six hours and a day. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

STEPS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))  # after the first reading


def first_look(began: datetime) -> datetime:
    """When an article first read at `began` is looked at again."""
    return began + STEPS[0]


def next_look(began: datetime, step: int, now: datetime) -> tuple[int, datetime | None]:
    """The step after `step` that is still ahead, and its time; None after the last. Steps slept through are not made up for."""
    for later in range(step + 1, len(STEPS)):
        if began + STEPS[later] > now:
            return later, began + STEPS[later]
    return len(STEPS), None
