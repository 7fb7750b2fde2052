"""Searches as of a day: which days are walked with which marks, and what events leave in the index of what they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.query.by_words_then import stretches_of
from pipeline.store.event_search import AHEAD, MOVED, Stood, past_of
from pipeline.store.kinds import lead_of

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
        assert (here.mark == MOVED) == bool(outside)
        assert outside or (here.mark is None) == (day <= today)


@given(DAYS, st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 4000))
def test_what_lay_ahead_of_a_day_is_met_there(today: date, waited: int, ahead: int, moved: int) -> None:
    """Whatever was recorded by a day and lay ahead of it carries the mark that is asked for there; moved by days, too."""
    recorded = today - timedelta(days=min(waited, (today - date(1970, 1, 1)).days))
    happened = min(today + timedelta(days=ahead), date(2199, 12, 31))
    now = min(happened + timedelta(days=moved % 3), date(2199, 12, 31))
    then = Stood(happened, lead_of(happened, datetime.combine(recorded, datetime.min.time(), UTC)), ())
    past = past_of(now, (), [then])
    (here,) = (one for one in stretches_of(None, None, today) if one.first <= now.toordinal() < one.beyond)
    assert here.mark is None or here.mark in past


def test_fields_that_were_other_than_now() -> None:
    """Only what is no longer so is kept, under a name of its own; an event that never changed and lay behind leaves nothing."""
    day = date(2026, 1, 14)
    now = (("type", "ratified"), ("country", "RU"))
    assert past_of(day, now, [Stood(day, 0, now)]) == ()
    before = (("type", "approved"), ("country", "RU"))
    assert past_of(day, now, [Stood(day, 0, before), Stood(day, 0, now)]) == (("was type", "approved"),)
    marks = past_of(day, now, [Stood(date(2026, 1, 13), 0, now)])
    assert marks == (*(("ahead", str(digits)) for digits in AHEAD), MOVED)
