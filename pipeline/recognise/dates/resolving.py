"""What a time expression means: on which day the story was told, and whether its act is past or planned.

Decided after the status of the act. A day and month without a year are the latest such day for what occurred, the earliest
for what is planned, unless that is most of a year away. The precision told is kept; what cannot be known stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from pipeline.model import PartialDate
from pipeline.recognise.dates.lexing import FIRST_YEAR, LAST_YEAR, OLDEST_YEAR
from pipeline.recognise.values import Dated, DateMention

_DAY = timedelta(days=1)
_DATELINE_AGE = 31  # days: a dateline further from the publication than this is another story's
_FAR_AHEAD = 300  # days: nobody names a plan's day so far ahead without its year; the day just gone is meant
_NEXT = frozenset({"next_day_month", "next_month", "next_weekday", "next_day_of_month"})
_FEW_DAYS = 3
_EXACT_DAYS = 31  # "40 days ago" is a round figure


def resolve(
    mention: DateMention,
    *,
    published: date | None,
    dateline: date | None,
    past: bool | None,
    previous: PartialDate | None = None,
) -> Dated | None:
    """The date a mention means, None where that cannot be known.

    `past`: the act occurred (True), is planned (False), or the words do not say. `previous` is the date told just before in
    the story: "the same day" hangs on it, and so does "on February 28" where neither publication nor dateline is known.
    An act of the past never falls later than the day after publication, unless the text names the year.
    """
    anchor = _anchor(published, dateline)
    found = _meaning(mention, anchor, past, previous)
    if found is None or not _in_range(found):
        return None
    bound = published or anchor
    if past and mention.year is None and bound is not None and found.first > bound + _DAY:
        return None
    return Dated(found, mention.rule, effective=mention.role == "effective")


def _anchor(published: date | None, dateline: date | None) -> date | None:
    """The day the story was told: its dateline's, unless that is no day on which this could have been published."""
    if dateline is None or published is None:
        return dateline or published
    return dateline if -1 <= (published - dateline).days <= _DATELINE_AGE else published


def _in_range(found: PartialDate) -> bool:
    """Bare years of treaty news; beside a month also those of old treaties."""
    return (OLDEST_YEAR if found.month else FIRST_YEAR) <= found.year <= LAST_YEAR


def _meaning(
    mention: DateMention, anchor: date | None, past: bool | None, previous: PartialDate | None
) -> PartialDate | None:
    if mention.year is not None:
        return _partial(mention.year, mention.month, mention.day)
    if mention.rule.startswith("story_"):
        return _moved(previous, mention, past) if previous else None
    if (
        mention.rule in {"within", "ahead"} and past
    ):  # «через неделю», told of the past; "in six weeks" is how long it took
        before = previous if mention.rule == "within" else None
        return _moved(before, replace(mention, rule="ago_today"), past) if before else None
    ahead = mention.offset == 1 or mention.direction == "future"
    if ahead and past and previous is not None and mention.rule != "within":
        if mention.unit in {"year", "month", "week"}:
            return _moved(previous, mention, past)  # "in November of the next year", told of the past
        if previous.month is not None and not mention.unit and mention.rule in _NEXT:
            return _meaning(mention, previous.first, False, None)  # "on 4 August following"
    if anchor is None:
        return _same_year(mention, previous) if previous else None
    if mention.unit:
        return _moved(PartialDate.of(anchor), mention, past)
    if mention.weekday is not None and mention.day is None:
        return PartialDate.of(_weekday(anchor, mention.weekday, _tense(mention, past)))
    if mention.month is None:
        return _day_of_month(mention.day, anchor, past) if mention.day else None
    if mention.day is None:
        return _month(mention, anchor, past)
    return _day_and_month(mention, anchor, past)


def _partial(year: int, month: int | None, day: int | None) -> PartialDate | None:
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None


def _tense(mention: DateMention, past: bool | None) -> str:
    """Which way to look: "last" and "next" as the words say (the anchor's own day excluded), else as the act does."""
    return mention.direction or ("planned" if past is False else "past or today")


def _weekday(anchor: date, weekday: int, tense: str) -> date:
    back, ahead = (anchor.weekday() - weekday) % 7, (weekday - anchor.weekday()) % 7
    match tense:
        case "past":
            return anchor - timedelta(days=back or 7)
        case "future":
            return anchor + timedelta(days=ahead or 7)
        case "planned":
            return anchor + timedelta(days=ahead)
        case _:
            return anchor - timedelta(days=back)


def _same_year(mention: DateMention, previous: PartialDate) -> PartialDate | None:
    """A day and month told after a date, on a page that does not say when it was published: of the same year, if later."""
    if mention.rule not in {"day_month", "month"} or mention.month is None:
        return None
    found = _partial(previous.year, mention.month, mention.day)
    return found if found is not None and found.last >= previous.first else None


def _day_of_month(day: int, anchor: date, past: bool | None) -> PartialDate | None:
    months = [_month_at(anchor, offset) for offset in ((0, 1, 2) if past is False else (1, 0, -1, -2))]
    found = _days((year, month, day) for year, month in months)
    if past is None:
        return _of(min(found, key=lambda at: (abs((at - anchor).days), at > anchor), default=None))
    fits = (at for at in found if (at >= anchor if past is False else at <= anchor + _DAY))
    return _of(next(fits, None))


def _day_and_month(mention: DateMention, anchor: date, past: bool | None) -> PartialDate | None:
    """The year of a yearless day; a weekday told beside it may point to the year before or after."""
    assert mention.month is not None
    assert mention.day is not None
    years = range(anchor.year - 8, anchor.year + 9)  # so many, because 29 February may be meant
    days = _days([(year, mention.month, mention.day) for year in years])
    tense = _tense(mention, past)
    if tense == "past or today" and past is None:
        near = sorted(days, key=lambda at: (abs((at - anchor).days), at > anchor))
    elif tense in {"planned", "future"}:
        near = [at for at in days if at >= anchor]
        if tense == "planned" and near and (near[0] - anchor).days > _FAR_AHEAD:
            near = [at for at in reversed(days) if at <= anchor]
    else:
        near = [at for at in reversed(days) if at <= anchor + _DAY]
    if mention.rule == "this_day_month":
        near = [at for at in days if at.year == anchor.year]
    same = (at for at in near[:2] if mention.weekday is not None and at.weekday() == mention.weekday)
    return _of(next(same, near[0] if near else None))


def _days(parts: Iterable[tuple[int, int, int]]) -> list[date]:
    """Those of the days that exist."""
    return [at for year, month, day in parts if (at := _day(year, month, day)) is not None]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of(day: date | None) -> PartialDate | None:
    return PartialDate.of(day) if day is not None else None


def _month(mention: DateMention, anchor: date, past: bool | None) -> PartialDate | None:
    """A month without a year; a season becomes the year it lies in, a winter nothing."""
    month = mention.month or 1
    tense = "this" if mention.rule.startswith("this_") else _tense(mention, past)
    year = anchor.year
    if tense in {"past", "past or today"} and (month > anchor.month or (tense == "past" and month == anchor.month)):
        year -= 1
    elif tense == "future" and month <= anchor.month:
        year += 1
    elif tense == "planned" and month != anchor.month:
        ahead = (month - anchor.month) % 12
        year += (month < anchor.month) - (ahead * 30 > _FAR_AHEAD)
    if mention.rule.endswith("season"):
        return PartialDate(year) if month != 1 else None
    return PartialDate(year, month)


def _month_at(anchor: date | PartialDate, offset: int) -> tuple[int, int]:
    """Year and month, so many months from a day's."""
    count = anchor.year * 12 + (anchor.month or 1) - 1 + offset
    return count // 12, count % 12 + 1


def _moved(base: PartialDate, mention: DateMention, past: bool | None) -> PartialDate | None:
    """A day, week, month or year so far from the base, at the precision of the unit and of what else was told."""
    offset = mention.offset or 0
    if abs(offset) > 10_000:
        return None
    match mention.unit:
        case "year":
            return _years_away(base, mention, offset)
        case "month" if base.month is not None:
            return _months_away(base, mention, offset)
        case "week" if base.day is not None:
            return _weeks_away(base.first, mention, offset, past)
        case "day" if offset == 0 and mention.role == "since":
            return base  # "since then", however roughly that was told
        case "day" if base.day is None and base.month is not None and abs(offset) <= _FEW_DAYS:
            return base  # "last November …, a day later"
        case "day" if base.day is not None and abs(offset) <= _EXACT_DAYS:
            return PartialDate.of(base.first + timedelta(days=offset))
    return None


def _years_away(base: PartialDate, mention: DateMention, offset: int) -> PartialDate | None:
    if mention.rule == "ago_today":
        return _partial(base.year + offset, base.month, base.day)
    return _partial(base.year + offset, mention.month, mention.day) if base.year + offset > 0 else None


def _months_away(base: PartialDate, mention: DateMention, offset: int) -> PartialDate | None:
    year, month = _month_at(base, offset)
    return _partial(year, month, base.day if mention.rule == "ago_today" else mention.day) if year > 0 else None


def _weeks_away(base: date, mention: DateMention, offset: int, past: bool | None) -> PartialDate | None:
    """A week is no precision of ours: its month or year where both its ends lie in one, a day where a weekday was told with it."""
    monday = base - timedelta(days=base.weekday()) + timedelta(weeks=offset)
    if mention.weekday is not None:
        return PartialDate.of(monday + timedelta(days=mention.weekday))
    if mention.rule == "ago_today":
        return PartialDate.of(base + timedelta(weeks=offset))
    first, last = monday, monday + timedelta(days=6)
    if mention.rule in {"ago", "within", "ahead", "story_earlier", "story_later", "story_event"}:
        first, last = (base + timedelta(weeks=offset, days=around) for around in (-3, 3))
    elif offset == 0 and past:
        last = base
    elif offset == 0 and past is False:
        first = base
    if first.year != last.year:
        return None
    return PartialDate(first.year, first.month if first.month == last.month else None)
