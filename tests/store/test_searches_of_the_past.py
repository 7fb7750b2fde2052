"""Searches as of a day: which days are walked with which marks, and what events leave in the index of what they were."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.query.by_words_then import mark_within, stretches_of
from pipeline.store.event_search import AHEAD, MOVED, Stood, past_of

DAYS = st.dates(date(1990, 1, 1), date(2199, 12, 31))
BOUNDS = st.none() | DAYS


@given(BOUNDS, BOUNDS, DAYS, st.lists(DAYS, max_size=20))
def test_every_day_is_walked_once(since: date | None, until: date | None, today: date, looked_at: list[date]) -> None:
    """The stretches follow one another over all days there are, and neighbours ask for different things."""
    made = stretches_of(since, until, today)
    assert made[0].first == 1
    assert made[-1].beyond == date.max.toordinal() + 1
    for one, following in pairwise(made):
        assert one.first < one.beyond == following.first
        assert one.mark != following.mark
    for day in looked_at:
        (here,) = (one for one in made if one.first <= day.toordinal() < one.beyond)
        month, year = (since.replace(day=1), since.replace(month=1, day=1)) if since else (None, None)
        outside = (since and day < since and day not in (month, year)) or (until and day > until)
        assert (here.mark is not None and here.mark[0] == "moved") == bool(outside)
        assert outside or (here.mark is None) == (day <= today)


@given(DAYS, st.integers(0, 4000), st.integers(0, 4000), st.integers(-4000, 4000), BOUNDS, BOUNDS)
def test_whatever_answered_then_is_met(
    today: date, waited: int, ahead: int, moved: int, since: date | None, until: date | None
) -> None:
    """An event that had been recorded by a day and lay in the range then has the mark that is asked for where it stands now."""
    recorded, then = _later(today, -waited), _later(today, ahead - 300)
    if (since and then < since) or (until and then > until):
        return
    now = _later(then, moved if moved % 2 else moved // 100)
    past = past_of(now, (), [Stood(then, recorded, ()), Stood(now, date(2199, 1, 1), ())])
    (here,) = (one for one in stretches_of(since, until, today) if one.first <= now.toordinal() < one.beyond)
    assert here.mark is None or here.mark in past


def _later(day: date, days: int) -> date:
    return min(max(day + timedelta(days=days), date(1970, 1, 1)), date(2199, 12, 31))


def test_fields_that_were_other_than_now() -> None:
    """Only what is no longer so is kept, under a name of its own; an event that never changed and lay behind leaves nothing."""
    day = date(2026, 1, 14)
    now = (("type", "ratified"), ("country", "RU"))
    assert past_of(day, now, [Stood(day, day, now)]) == ()
    before = (("type", "approved"), ("country", "RU"))
    assert past_of(day, now, [Stood(day, day, before), Stood(day, day, now)]) == (("was type", "approved"),)
    moved = past_of(day, now, [Stood(date(2025, 11, 1), day, now)])
    assert moved == tuple(("moved", str(digits)) for digits in MOVED[:2])
    assert past_of(day, now, [Stood(day, date(2026, 1, 13), now)]) == (("ahead", str(AHEAD[0])),)


@given(BOUNDS, BOUNDS, DAYS, DAYS, st.integers(1, 40))
def test_days_together_ask_for_no_more_than_each(
    since: date | None, until: date | None, today: date, first: date, count: int
) -> None:
    """What is asked of some days at once is what is asked of one of them, and everything that carries another's mark has it."""
    made = stretches_of(since, until, today)
    days = range(first.toordinal(), first.toordinal() + count)
    each = {one.mark for one in made for day in days if one.first <= day < one.beyond}
    together = mark_within(made, days)
    if together is None:
        assert None in each or len({mark[0] for mark in each if mark}) > 1
    else:
        assert all(mark and mark[0] == together[0] and int(mark[1]) >= int(together[1]) for mark in each)
        assert together in each
