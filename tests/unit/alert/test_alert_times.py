"""Schedules and quiet hours, on ordinary days and on the days the clock is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alert.cron import Cron
from pipeline.alert.hours import QuietHours

BRUSSELS = ZoneInfo("Europe/Brussels")
ZONES = st.sampled_from(["UTC", "Europe/Brussels", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"]).map(
    ZoneInfo
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        ("0 7 * * *", "2026-01-14T05:59:00+01:00", "2026-01-14T07:00:00+01:00"),
        ("0 7 * * *", "2026-01-14T07:00:00+01:00", "2026-01-15T07:00:00+01:00"),
        ("0 7 * * mon-fri", "2026-01-16T08:00:00+01:00", "2026-01-19T07:00:00+01:00"),
        ("0 7 * * fri-sun", "2026-01-17T08:00:00+01:00", "2026-01-18T07:00:00+01:00"),
        ("0 7 * * 7", "2026-01-14T08:00:00+01:00", "2026-01-18T07:00:00+01:00"),
        ("*/15 9-17 * * *", "2026-01-14T17:46:00+01:00", "2026-01-15T09:00:00+01:00"),
        ("5/20 9 * * *", "2026-01-14T09:06:00+01:00", "2026-01-14T09:25:00+01:00"),
        ("0 0 1 jan,jul *", "2026-01-14T08:00:00+01:00", "2026-07-01T00:00:00+02:00"),
        ("0 0 13 * fri", "2026-01-13T08:00:00+01:00", "2026-01-16T00:00:00+01:00"),
        ("0 0 29 2 *", "2097-01-01T00:00:00+01:00", "2104-02-29T00:00:00+01:00"),
        ("@daily", "2026-01-14T08:00:00+01:00", "2026-01-15T00:00:00+01:00"),
        ("30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T03:30:00+02:00"),
        ("30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        ("30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    ],
)
def test_a_schedule_comes_when_cron_says(schedule: str, after: str, due: str) -> None:
    """Local time rules; a time that is skipped comes late, one that comes twice is taken once."""
    assert Cron.parse(schedule).after(at(after), BRUSSELS) == at(due)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "0 7 * *",
        "0 7 * * * *",
        "60 7 * * *",
        "0 24 * * *",
        "0 7 0 * *",
        "0 7 30 2 *",
        "0 7 31 4,6 *",
        "0 7 * 13 *",
        "0 7 * * 8",
        "0 7 * * funday",
        "*/0 * * * *",
        "5-1 * * * *",
        "a b c d e",
        "0 7 * * mon-",
        "-1 7 * * *",
        "² 7 * * *",
    ],
)
def test_a_schedule_that_cannot_be_is_refused(schedule: str) -> None:
    """Also one whose day never comes: a digest nobody gets is worse than a refused configuration."""
    with pytest.raises(ValueError):
        Cron.parse(schedule)


@given(st.integers(0, 59), st.integers(0, 23), st.sampled_from(["*", "mon-fri", "0", "2,4"]), MOMENTS, ZONES)
def test_a_schedule_is_always_ahead_and_never_skips_a_day(
    minute: int, hour: int, days: str, moment: datetime, zone: ZoneInfo
) -> None:
    """The next time is after the moment, on a day that fits, and no earlier day between fits."""
    cron = Cron.parse(f"{minute} {hour} * * {days}")
    due = cron.after(moment, zone)
    assert due > moment
    assert cron.fits(due.astimezone(zone).date())
    local = moment.astimezone(zone).date()
    between = [local + timedelta(days=n) for n in range(1, (due.astimezone(zone).date() - local).days)]
    assert not any(cron.fits(day) for day in between)


@given(st.text(max_size=20))
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    """The reader answers with a schedule or ValueError, nothing else."""
    try:
        cron = Cron.parse(text)
    except ValueError:
        return
    assert cron.after(at("2026-01-14T00:00:00+00:00"), BRUSSELS)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ("", "2026-01-14T03:00:00+01:00", "2026-01-14T03:00:00+01:00"),
        ("22:00-07:00", "2026-01-14T21:59:59+01:00", "2026-01-14T21:59:59+01:00"),
        ("22:00-07:00", "2026-01-14T22:00:00+01:00", "2026-01-15T07:00:00+01:00"),
        ("22:00-07:00", "2026-01-14T06:59:59+01:00", "2026-01-14T07:00:00+01:00"),
        ("22:00-07:00", "2026-01-14T07:00:00+01:00", "2026-01-14T07:00:00+01:00"),
        ("22:00-07:00, sat, sun", "2026-01-16T23:00:00+01:00", "2026-01-19T07:00:00+01:00"),
        ("sat", "2026-01-17T12:00:00+01:00", "2026-01-18T00:00:00+01:00"),
        ("12:00-13:00, 20:00-24:00", "2026-01-14T23:00:00+01:00", "2026-01-15T00:00:00+01:00"),
        ("01:00-02:45", "2026-10-25T02:30:00+01:00", "2026-10-25T02:45:00+01:00"),
        ("01:00-02:30", "2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"),
    ],
)
def test_quiet_hours_end_when_they_say(hours: str, now: str, until: str) -> None:
    """The first moment that is not quiet, over midnight, weekends and changes of the clock."""
    assert QuietHours.parse(hours).end(at(now), BRUSSELS) == at(until)


@pytest.mark.parametrize(
    "hours",
    [
        "22-07",
        "22:00-25:00",
        "22:60-23:00",
        "24:00-07:00",
        "07:00-07:00",
        "00:00-24:00",
        "funday",
        "22:00",
        "00:00-12:00,12:00-24:00",
        "mon,tue,wed,thu,fri,sat,sun",
        "24:30-01:00",
        "22:00-24:01",
    ],
)
def test_quiet_hours_that_cannot_be_are_refused(hours: str) -> None:
    """Also those that would leave no minute to speak in."""
    with pytest.raises(ValueError):
        QuietHours.parse(hours)


@given(MOMENTS, ZONES, st.sampled_from(["22:00-07:00", "sat,sun", "00:00-23:59", "23:30-00:30,fri"]))
def test_nothing_is_said_in_quiet_hours(moment: datetime, zone: ZoneInfo, text: str) -> None:
    """The end is never before the moment and never quiet."""
    hours = QuietHours.parse(text)
    end = hours.end(moment, zone)
    assert end >= moment
    assert not hours.quiet(end, zone)
