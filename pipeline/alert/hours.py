"""When a channel wants to be left alone: quiet hours, read once, asked in any time zone.

"22:00-07:00"      "22:00-07:00, sat, sun"      "12:00-13:00, 20:00-08:00"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

_WINDOW = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)\Z")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Spans of minutes of the day (the end not included; a span may run over midnight), and whole days (Monday = 0)."""

    windows: tuple[tuple[int, int], ...] = ()
    days: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Read quiet hours ("" = none); ValueError says what is wrong, also when nothing would be left to speak in."""
        windows, days = [], set()
        for part in filter(None, (part.strip().lower() for part in text.split(","))):
            if part in _DAYS:
                days.add(_DAYS.index(part))
                continue
            found = _WINDOW.match(part)
            if not found:
                raise ValueError(f'quiet hours are written "22:00-07:00", days "sat": {part!r}')
            windows.append(_window(part, *map(int, found.groups())))
        hours = cls(tuple(windows), frozenset(days))
        if all(hours._covers(day, minute) for day, minute in product(range(7), range(_DAY))):
            raise ValueError(f"quiet hours leave no time to speak: {text!r}")
        return hours

    def quiet(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether `moment` (aware) lies in quiet hours of `zone`."""
        local = moment.astimezone(zone)
        return self._covers(local.weekday(), local.hour * 60 + local.minute)

    def end(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """`moment` itself where it is not quiet, else the first moment after it that is not; in UTC."""
        if not self.quiet(moment, zone):
            return moment.astimezone(UTC)
        minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
        # minute by minute: exact on the days the clock is changed, and a night is some hundred steps
        while self.quiet(minute, zone):
            minute += timedelta(minutes=1)
        return minute

    def _covers(self, weekday: int, minute: int) -> bool:
        return weekday in self.days or any(
            start <= minute < end if start < end else minute >= start or minute < end for start, end in self.windows
        )


def _window(text: str, hour: int, minute: int, end_hour: int, end_minute: int) -> tuple[int, int]:
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or start >= _DAY or end > _DAY:
        raise ValueError(f"there is no such time of day: {text!r}")
    if start == end % _DAY:
        raise ValueError(f"quiet hours should begin and end at different times: {text!r}")
    return start, end % _DAY
