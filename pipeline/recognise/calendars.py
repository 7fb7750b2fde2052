"""What an act's dates mean on the article's calendar: the day it was done, and the one from which it has effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from pipeline.model import EventType, PartialDate, Status
from pipeline.recognise import dates
from pipeline.recognise.assemble import MAIN, Told
from pipeline.recognise.dates import DateTables
from pipeline.recognise.immutable import value
from pipeline.recognise.values import Dated, DateMention

EVENT = "story_event"  # "eight months after it was signed": how far its clause lies from the rest of the sentence
CHAINED = "chained"  # the direction of a date without a year behind one with a year
_MADE = frozenset({EventType.SIGNED, EventType.INITIALLED, EventType.NEGOTIATIONS_CONCLUDED})
_DECIDED = frozenset({EventType.RATIFIED, EventType.PROMULGATED, EventType.DEPOSITED})
_BY_PAPER = frozenset({EventType.AMENDED, EventType.EXTENDED})
_COUNTED = ("story_", "next_", "within")  # rules of what counts from a day told before
_SIDE_BY_SIDE = 8  # characters between two dates of a row
_APART = 25  # characters between a date and what says it more exactly
_A_FEW = 3  # days
_RECENT = 60  # days before publication: what is told so is of this year, whatever year was told before
_FORCE = frozenset({EventType.ENTERED_INTO_FORCE, EventType.PROVISIONALLY_APPLIED, EventType.TERMINATED})
_LASTING = _FORCE | {EventType.SUSPENDED, EventType.WITHDRAWN}  # what goes on: "in force since", "suspended since"


@value()
class Calendar:
    """What a date is resolved with: the article's day, its dateline, and the date told just before.

    `tenseless`: the language's verbs have no tense, so that "takes effect from 1 March" may lie before or behind.
    `latest`: the last day an article tells of that nobody dated; a day without a year is understood from there, but first of all from
    `told`, a month of some year told before it in its sentence.
    """

    tables: DateTables
    published: date | None
    dateline: date | None
    previous: PartialDate | None
    tenseless: bool = False
    latest: date | None = None
    told: PartialDate | None = None


@value()
class Last:
    """The dates told last in an article: a day, and a date however exact ("in May 2010 … in October of the same year")."""

    day: PartialDate | None = None
    any: PartialDate | None = None


NOTHING_YET = Last()


def base(
    own: Sequence[DateMention],
    kind: EventType,
    marked: Sequence[DateMention],
    find_last: Callable[[], Last],
    before: Sequence[Told],
    day: date | None,
) -> PartialDate | None:
    """The day that "the same day" or "two days earlier" counts from: the last one told, else that of the last step; "the same year" is
    that of any date told last. None where all dates `marked` in the sentence say their years, and nothing counts from anywhere.

    What a state decides on an agreement it does not decide before an old signature: then the article's `day` counts.
    """
    if all(m.year is not None for m in marked):
        return None
    of_year = any(m.rule.startswith("story_") and m.unit == "year" for m in own)
    last = find_last().any if of_year else find_last().day
    back = any(m.rule.startswith("story_") and (m.offset or 0) < 0 and m.unit != "year" for m in own)
    signings = {t.date for t in before if t.type in _MADE and t.date is not None}
    if back and kind in _DECIDED and last in signings and day is not None and (day - last.last).days > _RECENT:
        return PartialDate.of(day)
    dated = [t for t in reversed(before) if t.date is not None]
    return last or next((t.date for t in (*(t for t in dated if MAIN in t.signs), *dated)), None)


def told(
    own: Sequence[DateMention], kind: EventType, status: Status, calendar: Calendar, marked: Sequence[DateMention] = ()
) -> tuple[PartialDate | None, PartialDate | None]:
    """The act's date and, where one is told, the day from which it has effect. A deadline is a plan's date if there is no other.

    `marked`: all dates of the sentence; "the day after" counts from the one before it.
    """
    past = True if status is Status.OCCURRED else False if status is Status.PLANNED else None
    when: PartialDate | None = None
    effective: PartialDate | None = None
    last: DateMention | None = None
    waits = kind is not EventType.TERMINATED  # "is in force until the end of the year": that is when it ends
    exact = any(m.year is not None and m.month is not None for m in own)
    for mention in sorted(own, key=lambda m: (m.role == "deadline" and waits, m.rule == EVENT, exact and _spans(m))):
        starts = mention.role == "effective" and kind in _FORCE
        when_due = False if mention.role == "deadline" and past is None else past
        found = _resolved(mention, _at(mention, marked, calendar), None if starts and calendar.tenseless else when_due)
        if kind is EventType.EXTENDED and past and found is not None and _after(found, calendar.published):
            continue  # "was extended to 2031": until when, not when
        if mention.rule == EVENT and not past:
            continue
        if found is None or (mention.role == "deadline" and past) or (mention.role == "since" and kind not in _LASTING):
            continue
        if mention.role == "effective" and kind not in _FORCE:
            effective = effective or found.date
        elif when is None:
            when, last = found.date, mention
        elif _says_which_day(found.date, when) and _side_by_side(mention, last):
            when = found.date
    if when is None and kind in _BY_PAPER:  # "amended by a protocol of 3 June 1971"
        named = [m for m in marked if m.role == "title" and m.year is not None and m.month is not None]
        when = PartialDate(named[-1].year or 0, named[-1].month, named[-1].day) if named else None
    return (effective if when is None and kind in _LASTING else when), effective


def slack(own: Sequence[DateMention], kind: EventType, calendar: Calendar) -> int:
    """How many days ahead a day may lie that is still told as past: one, for the clocks of other places; none for 28日起生效, told the day before."""
    starts = any(m.role == "effective" for m in own)
    return 0 if calendar.tenseless and kind in _FORCE and starts else 1


def _spans(mention: DateMention) -> bool:
    """Whether a date only says how far it lies from another ("on 3 February 2022, three weeks before the war")."""
    return mention.year is None and mention.rule in {"ago", "story_earlier", "story_later"}


def _says_which_day(found: PartialDate, when: PartialDate) -> bool:
    """Whether a date is a day of a coarser one told first ("earlier this month, on 12 March")."""
    return when.day is None and found.day is not None and when.agrees(found)


def _side_by_side(mention: DateMention, last: DateMention | None) -> bool:
    if last is None or mention.role == "dateline":
        return False
    return max(mention.start - last.end, last.start - mention.end) <= _APART


def _after(found: Dated, day: date | None) -> bool:
    return day is not None and found.date.first > day


def respective(
    own: Sequence[DateMention], number: int, kind: EventType, status: Status, calendar: Calendar
) -> tuple[PartialDate, ...]:
    """The dates of several agreements that one verb tells of, in order, where there are as many of both; else ()."""
    listed = sorted((m for m in own if not m.role), key=lambda m: m.start)
    if number > 1 and len(listed) > number:
        listed = _together(listed, number)
    if number < 2 or len(listed) != number:
        return ()
    found = [told([m], kind, status, calendar, listed)[0] for m in listed]
    return tuple(day for day in found if day is not None) if None not in found else ()


def _together(listed: Sequence[DateMention], number: int) -> list[DateMention]:
    """So many dates that stand side by side among more; () unless there is one such row."""
    rows: list[list[DateMention]] = []
    for m in listed:
        if rows and m.start - rows[-1][-1].end <= _SIDE_BY_SIDE:
            rows[-1].append(m)
        else:
            rows.append([m])
    found = [row for row in rows if len(row) == number]
    return found[0] if len(found) == 1 else []


def noted(last: Last, marked: Sequence[DateMention], calendar: Calendar) -> Last:
    """The dates told last once a sentence is read, for "the same day" or "the same year" in a later one."""
    dated: PartialDate | None = None
    for mention in reversed(marked):
        found = dates.resolve(
            mention, published=calendar.published, dateline=calendar.dateline, past=None, previous=calendar.previous
        )
        if found is None or mention.role == "title" or mention.rule == EVENT:
            continue
        dated = dated or found.date
        if found.date.day is not None:
            return Last(found.date, dated)
    return Last(last.day, dated or last.any)


def _at(mention: DateMention, marked: Sequence[DateMention], calendar: Calendar) -> Calendar:
    """The calendar with the day told last before a mention in its own sentence, for mentions that count from there.

    "On 19 September of that year" hangs on any year told before, be it the treaty's own.
    """
    if not mention.rule.startswith(_COUNTED):
        told = _told_year(mention, marked, calendar)
        return replace(calendar, told=told) if told is not None else calendar
    before = [m for m in marked if m.end <= mention.start and m.rule != EVENT]
    for at in reversed(range(len(before))):
        other = before[at]
        found = _resolved(other, _at(other, before[:at], calendar) if other.unit else calendar, True)
        if found is not None and (mention.offset == 0 or _precise(found.date, mention.unit or "month", mention.offset)):
            return replace(calendar, previous=found.date)
    if mention.rule == EVENT and calendar.published is not None:
        return replace(calendar, previous=PartialDate.of(calendar.dateline or calendar.published))
    return calendar


def _told_year(mention: DateMention, marked: Sequence[DateMention], calendar: Calendar) -> PartialDate | None:
    """The year, and the month where one was told, of the last date before one that has no year itself."""
    before = [m for m in marked if m.end <= mention.start and m.role != "title"]
    full = [m for m in before if m.year and m.month]
    if mention.direction != CHAINED:
        return PartialDate(full[-1].year or 0, full[-1].month) if full and mention.year is None else None
    dated = [m for m in before if m.year is not None or m.unit == "year"]
    found = _resolved(dated[-1], _at(dated[-1], before, calendar), True) if dated else None
    return PartialDate(found.date.year, found.date.month) if found is not None else None


def _precise(day: PartialDate, unit: str, offset: int | None) -> bool:
    """Whether a date says enough to count in such units from it; a few days after some month are of that month."""
    if unit == "day" and day.month is not None and abs(offset or 0) <= _A_FEW:
        return True
    return unit == "year" or (day.month is not None and (unit == "month" or day.day is not None))


def _resolved(mention: DateMention, calendar: Calendar, past: bool | None) -> Dated | None:
    if mention.direction == CHAINED:
        return _next_in_chain(replace(mention, direction=""), calendar, past)
    found = dates.resolve(
        mention, published=calendar.published, dateline=calendar.dateline, past=past, previous=calendar.previous
    )
    yearless = mention.year is None and mention.month is not None and not mention.unit
    if yearless and calendar.told is not None and calendar.published is None and calendar.dateline is None:
        same = dates.resolve(mention, published=None, dateline=None, past=past, previous=calendar.told)
        if same is not None:
            return same
    late = found is not None and past is True and calendar.latest is not None and found.date.first > calendar.latest
    if (found is None or late) and yearless and calendar.latest is not None:
        return dates.resolve(mention, published=calendar.latest, dateline=None, past=past)
    return found


def _next_in_chain(mention: DateMention, calendar: Calendar, past: bool | None) -> Dated | None:
    """A day or month without a year behind a verb with its own date: the next such day, unless the last one is recent news."""
    plain = _resolved(mention, calendar, past)
    base, published = calendar.told, calendar.published or calendar.dateline
    if not past or base is None or plain is None or published is None or plain.date.year <= base.year:
        return plain
    if (published - plain.date.last).days <= _RECENT:
        return plain
    year = base.year + ((mention.month or 0) < (base.month or 0))
    return _resolved(replace(mention, year=year), calendar, past)
