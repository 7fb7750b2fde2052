"""When to try again after a failure.

Pure. Nothing is ever given up for ever: the longest wait is 30 days, because a source that comes back must be heard again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from pipeline.errors import Reason
from pipeline.fetch.values import Refused

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0

LONGEST = timedelta(days=30)
MAX_RETRY_AFTER = _DAY


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first` to `last` seconds."""

    first: float
    last: float

    def delay(self, failures: int) -> float:
        """Seconds after so many failures in a row (1 = the first)."""
        return min(self.first * 2.0 ** min(max(failures, 1) - 1, 30), self.last)


_PASSING = Backoff(2 * _MINUTE, _DAY)  # time-outs, DNS, broken answers, 5xx: most are over within the hour
_ASKED_TO_WAIT = Backoff(5 * _MINUTE, _DAY)  # 429
_UNWELCOME = Backoff(30 * _MINUTE, 7 * _DAY)  # 401, 403, 451: often a gate that opens again
_MISSING = Backoff(_HOUR, 30 * _DAY)  # 404: now and then a slip of the publisher, mended the same day
_GONE = Backoff(6 * _HOUR, 30 * _DAY)  # 410
_ODD = Backoff(_HOUR, 7 * _DAY)  # too large, packed in a way we do not read: until the publisher changes something
_FORBIDDEN = Backoff(_HOUR, 30 * _DAY)  # our own rules; a name server that lies for an hour must not cost a month
_UNWANTED = Backoff(_DAY, 30 * _DAY)  # robots.txt, itself kept for a day

_BY_STATUS = {401: _UNWELCOME, 402: _UNWELCOME, 403: _UNWELCOME, 451: _UNWELCOME, 404: _MISSING, 410: _GONE}
_BY_REASON = {
    Reason.RATE_LIMITED: _ASKED_TO_WAIT,
    Reason.BLOCKED_ROBOTS: _UNWANTED,
    Reason.TOO_LARGE: _ODD,
    Reason.BAD_ENCODING: _ODD,
}


def backoff(refused: Refused) -> Backoff:
    """The series of waits that fits a refusal."""
    if refused.reason is Reason.HTTP_STATUS:
        return _BY_STATUS.get(refused.status or 0, _PASSING)
    if refused.reason is not Reason.RATE_LIMITED and refused.retry:
        return _PASSING
    return _BY_REASON.get(refused.reason, _FORBIDDEN)


def after_failure(refused: Refused, failures_in_a_row: int, now: datetime, rng: Random) -> datetime:
    """When to ask again: exponential, spread by up to a fifth, never before Retry-After (itself held to a day).

    Where only our own pace spoke, nothing failed, and the time is the one it names.
    """
    asked = min(max(refused.retry_after or 0.0, 0.0), MAX_RETRY_AFTER)
    if refused.own_pace:
        return now + timedelta(seconds=asked)
    wait = backoff(refused).delay(failures_in_a_row) * rng.uniform(0.8, 1.2)
    return now + min(timedelta(seconds=max(wait, asked)), LONGEST)
