"""When a digest is due: the five fields of crontab(5), read once, asked in any time zone.

    minute hour day-of-month month day-of-week      names (mon, jan), lists, ranges, steps; @hourly @daily @weekly @monthly

As in cron, a day fits when either of the two day fields fits, if both are given. A time that the clock jumps over in spring
comes as much later as the clock jumped; one that comes twice in autumn is taken the first time.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_SHORT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_HORIZON = 3000  # days; the 29th of February can be 8 years away


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule. `weekdays` count from Sunday = 0, as in crontab."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read a schedule; ValueError says what is wrong with it, also when it would never come."""
        words = _SHORT.get(text.strip().lower(), text).lower().split()
        if len(words) != 5:
            raise ValueError(f"a schedule has five fields (minute hour day month weekday), not {len(words)}: {text!r}")
        minute, hour, day, month, weekday = words
        found = cls(
            minutes=tuple(sorted(_field(minute, 0, 59, {}))),
            hours=tuple(sorted(_field(hour, 0, 23, {}))),
            days=frozenset(_field(day, 1, 31, {})),
            months=frozenset(_field(month, 1, 12, _MONTHS)),
            weekdays=frozenset(number % 7 for number in _field(weekday, 0, 7, _DAYS)),
            either_day=not day.startswith("*") and not weekday.startswith("*"),
        )
        longest = max(calendar.monthrange(2024, number)[1] for number in found.months)
        if not found.either_day and min(found.days) > longest:
            raise ValueError(f"this day never comes: {text!r}")
        return found

    def fits(self, day: date) -> bool:
        """Whether the schedule comes on this day at all."""
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (by_day or by_weekday) if self.either_day else (by_day and by_weekday)

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first time it comes strictly after `moment` (aware), in UTC; the fields are read as local time of `zone`."""
        first = moment.astimezone(zone).date()
        for ahead in range(_HORIZON):
            day = first + timedelta(days=ahead)
            if not self.fits(day):
                continue
            times = (_instant(day, hour, minute, zone) for hour in self.hours for minute in self.minutes)
            found = min((time for time in times if time > moment), default=None)
            if found is not None:
                return found
        raise ValueError("this day never comes")


def _instant(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def _field(text: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
            raise ValueError(f"a step should be a whole number above 0: {part!r}")
        first, last = _span(span, low, high, names, open_end=bool(slash))
        found.update(range(first, last + 1, int(step) if slash else 1))
    return found


def _span(text: str, low: int, high: int, names: dict[str, int], *, open_end: bool) -> tuple[int, int]:
    if text == "*":
        return low, high
    start, dash, end = text.partition("-")
    first = _number(start, low, high, names)
    last = _number(end, low, high, names) if dash else high if open_end else first
    if names is _DAYS and dash and end in ("sun", "0"):
        last = 7  # "fri-sun" runs into the next week
    if last < first:
        raise ValueError(f"a range runs upwards: {text!r}")
    return first, last


def _number(text: str, low: int, high: int, names: dict[str, int]) -> int:
    number = names.get(text)
    if number is None and text.isascii() and text.isdigit():
        number = int(text)
    if number is None or not low <= number <= high:
        known = f" or one of {', '.join(names)}" if names else ""
        raise ValueError(f"should be {low} to {high}{known}: {text!r}")
    return number
