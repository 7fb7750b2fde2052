"""How each channel fares, as deliveries of this process have seen it: only the pace hangs on it, so nothing is lost with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.alert import retry
from pipeline.alert.values import Delivered, Outcome, TryAgain

UNWELL = 3  # failures in a row after which a channel is tried with one hand, until it answers
FIRST = 4  # hands for a channel of which nothing is known yet; one more with each message that arrives


@dataclass(slots=True)
class Pace:
    """Failures in a row, and until when a channel that said it is overloaded rests; by channel."""

    _failures: Counter[str] = field(default_factory=Counter)
    _arrived: Counter[str] = field(default_factory=Counter)  # since it was last unwell
    _rests: dict[str, datetime] = field(default_factory=dict)

    def learn(self, channel_id: str, outcome: Outcome, now: datetime) -> None:
        """What one sending came to."""
        if isinstance(outcome, Delivered):
            self._failures.pop(channel_id, None)
            self._arrived[channel_id] += 1
            return
        self._failures[channel_id] += 1
        if self._failures[channel_id] >= UNWELL:
            self._arrived.pop(channel_id, None)
        rest = retry.pause_until(outcome, now) if isinstance(outcome, TryAgain) else None
        if rest:
            self._rests[channel_id] = rest

    def hands(self, channel_id: str, most: int, now: datetime) -> int:
        """How many messages may be under way to a channel now."""
        if self._rests.get(channel_id, now) > now:
            return 0
        return 1 if self._failures[channel_id] >= UNWELL else min(most, FIRST + self._arrived[channel_id])
