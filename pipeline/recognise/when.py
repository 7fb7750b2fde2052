"""Which of a sentence's dates is an act's: those of its clause first, the nearest before the farther."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.model import EventType, PartialDate, Status
from pipeline.recognise import dates
from pipeline.recognise.dates import DateTables
from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import ATTRIBUTE, Trigger
from pipeline.recognise.values import Dated, DateMention

_FORCE = frozenset({EventType.ENTERED_INTO_FORCE, EventType.PROVISIONALLY_APPLIED, EventType.TERMINATED})
_LASTING = _FORCE | {EventType.SUSPENDED, EventType.WITHDRAWN}  # what goes on: "in force since", "suspended since"


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a date is resolved with: the article's day, its dateline, and the date told just before.

    `tenseless`: the language's verbs have no tense, so that "takes effect from 1 March" may lie before or behind.
    `latest`: the last day an article tells of that nobody dated; a day without a year is understood from there.
    """

    tables: DateTables
    published: date | None
    dateline: date | None
    previous: PartialDate | None
    tenseless: bool = False
    latest: date | None = None


def told(
    own: Sequence[DateMention], kind: EventType, status: Status, calendar: Calendar, marked: Sequence[DateMention] = ()
) -> tuple[PartialDate | None, PartialDate | None]:
    """The act's date and, where one is told, the day from which it has effect. A deadline is a plan's date if there is no other.

    `marked`: all dates of the sentence; "the day after" counts from the one before it.
    """
    past = True if status is Status.OCCURRED else False if status is Status.PLANNED else None
    when: PartialDate | None = None
    effective: PartialDate | None = None
    for mention in sorted(own, key=lambda m: m.role == "deadline"):
        starts = mention.role == "effective" and kind in _FORCE
        found = _resolved(mention, _at(mention, marked, calendar), None if starts and calendar.tenseless else past)
        if found is None or (mention.role == "deadline" and past) or (mention.role == "since" and kind not in _LASTING):
            continue
        if mention.role == "effective" and kind not in _FORCE:
            effective = effective or found.date
        elif when is None:
            when = found.date
    return when, effective


def last_day(marked: Sequence[DateMention], calendar: Calendar) -> PartialDate | None:
    """The last day a sentence tells of, for "the same day" in a later one."""
    for mention in reversed(marked):
        found = dates.resolve(
            mention, published=calendar.published, dateline=calendar.dateline, past=True, previous=calendar.previous
        )
        if found is not None and mention.role != "title" and found.date.day is not None:
            return found.date
    return None


def _at(mention: DateMention, marked: Sequence[DateMention], calendar: Calendar) -> Calendar:
    """The calendar with the day told last before a mention in its own sentence, for mentions that count from there."""
    if not mention.rule.startswith("story_"):
        return calendar
    for other in reversed([m for m in marked if m.end <= mention.start]):
        found = _resolved(other, calendar, True)
        if found is not None and found.date.day is not None:
            return replace(calendar, previous=found.date)
    return calendar


def _resolved(mention: DateMention, calendar: Calendar, past: bool | None) -> Dated | None:
    found = dates.resolve(
        mention, published=calendar.published, dateline=calendar.dateline, past=past, previous=calendar.previous
    )
    yearless = mention.year is None and mention.month is not None and not mention.unit and mention.weekday is None
    if found is None and yearless and calendar.latest is not None:
        return dates.resolve(mention, published=calendar.latest, dateline=None, past=past)
    return found


def own(
    reading: Reading,
    trigger: Trigger,
    others: Sequence[Trigger],
    usable: Sequence[DateMention],
    telling: Sequence[Trigger],
) -> list[DateMention]:
    """The dates of a verb among `usable`, likeliest first. `others`: the sentence's other verbs; `telling`: those that make steps."""
    mine = reading.clause_of[trigger.first]
    kept = [m for m in usable if _is_own(reading, trigger, others, m, telling)]
    if not kept and others and trigger.voice != ATTRIBUTE:
        first = min(t.first for t in (trigger, *others))
        kept = [m for m in usable if _word(reading, m) < first]
    return sorted(kept, key=lambda m: (_clause(reading, m) != mine, _distance(reading, m, trigger)))


def _word(reading: Reading, mention: DateMention) -> int:
    return min(reading.token_at(mention.start), len(reading.tokens) - 1)


def _clause(reading: Reading, mention: DateMention) -> int:
    return reading.clause_of[_word(reading, mention)]


def _distance(reading: Reading, mention: DateMention, trigger: Trigger) -> int:
    """Words between a date and a verb; a conjunction between them counts as ten, a comma as six."""
    word = _word(reading, mention)
    low, high = (word, trigger.first) if word < trigger.first else (trigger.last, word)
    joined = sum(1 for i in range(low + 1, high) if reading.is_a("coordinate", i))
    commas = sum(1 for i in range(low + 1, high + 1) if any(c in ",，،;；" for c in reading.before(i)))
    return high - low + 10 * joined + 6 * commas


def _is_own(
    reading: Reading, trigger: Trigger, others: Sequence[Trigger], mention: DateMention, telling: Sequence[Trigger]
) -> bool:
    clause = _clause(reading, mention)
    mine = reading.clause_of[trigger.first]
    rivals = [t for t in others if reading.clause_of[t.first] == clause]
    if clause == mine:
        return all(_distance(reading, mention, trigger) <= _distance(reading, mention, t) for t in rivals)
    if any(t in telling for t in rivals):
        return False
    if trigger.voice == ATTRIBUTE:
        return not others
    return reading.within(mine, clause) or not others
