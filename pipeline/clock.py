"""The only place that asks what time it is. Everything pure takes `now` as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present, aware and in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that no one sets back; for pacing and deadlines, never stored."""
    return time.monotonic()
