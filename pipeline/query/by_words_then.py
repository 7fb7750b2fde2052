"""Which events stand on a page of a search at a moment of the past: by the words they hold now, and what their fields were then.

Most of what was recorded by then had happened by then: the walk begins at that day. Of what lies behind it only those are met that
once lay so far ahead; the index knows them, as it knows what fields were before, and those few whose day was another one, which may
have stood anywhere. What is met is held against its revision of that time. The order is the one events stand in now.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise, takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, bindparam, exists, func, or_, select

from pipeline.query import rare
from pipeline.query.asking import EventFilter
from pipeline.query.by_words import fields_of, span_of
from pipeline.query.kinds import Kinds, given_kinds, kinds
from pipeline.query.validity import early
from pipeline.query.walking import Place, range_of
from pipeline.store.event_search import AHEAD, MOVED, Field, found, holding, number_on
from pipeline.store.inverted import Phrase, Span
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import EventPartyRow, RevisionRow
from pipeline.store.types import UtcDateTime

_LEAST, _MOST = 64, 800  # events looked at in one go
_PAST, _PARTIES = RevisionRow.__table__, EventPartyRow.__table__


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `first` on, before `beyond`, and what an event there must have to have answered then (None: nothing).

    Days are counted as `date.toordinal` does.
    """

    first: int
    beyond: int
    mark: Field | None


def places(connection: Connection, wanted: EventFilter, asked: Sequence[Phrase], limit: int) -> list[Place]:
    """Where the first `limit` events stand that hold these words, and answered at `wanted.as_of`."""
    assert wanted.as_of is not None
    where = replace(range_of(wanted), since=None, until=None)
    whole = span_of(where)
    few = rare.of_then(connection, wanted)
    if few is None:
        few = early(connection, wanted.as_of)
    if few is not None:
        return holding(connection, (asked, ()), _answered(connection, wanted, few), whole, limit)
    stretches = stretches_of(wanted.since, wanted.until, wanted.as_of.date())
    if connection.dialect.name == "postgresql":  # whose statements cost more than the stretches in them
        return _walked(connection, wanted, asked, (whole, stretches), limit)
    made: list[Place] = []
    for one in stretches if wanted.oldest_first else reversed(stretches):
        span = _part(whole, one)
        if len(made) < limit and span is not None:
            made += _walked(connection, wanted, asked, (span, [one]), limit - len(made))
    return made


def stretches_of(since: date | None, until: date | None, today: date) -> list[Stretch]:
    """All days there are, in their order, by what an event of theirs must have to have answered a question of `today`.

    Answers from `since` on may be told as a month or a year that began before.
    """
    now, end = today.toordinal(), date.max.toordinal() + 1
    low = since.toordinal() if since else 1
    high = until.toordinal() if until else end
    vague = {since.replace(day=1).toordinal(), since.replace(month=1, day=1).toordinal()} if since else set()
    starts = {1, low, *vague, *(day + 1 for day in vague)}
    starts |= {now + 2 ** (digits - 1) for digits in AHEAD}
    year = min(vague, default=low)  # where what is told as a year may begin
    starts |= {edge for digits in MOVED for far in (2 ** (digits - 1),) for edge in (year - far + 1, high + far)}

    def mark(day: int) -> Field | None:
        outside = max(year - day, 1) if day < low and day not in vague else day - high
        return _graded("moved", outside, MOVED) if outside > 0 else _graded("ahead", day - now, AHEAD)

    made: list[Stretch] = []
    for first, beyond in pairwise([*sorted(start for start in starts if 1 <= start < end), end]):
        if made and made[-1].mark == mark(first):
            made[-1] = replace(made[-1], beyond=beyond)
        else:
            made.append(Stretch(first, beyond, mark(first)))
    return made


def _graded(name: str, days: int, grades: Sequence[int]) -> Field | None:
    """The mark of what reaches so many days."""
    reached = [digits for digits in grades if days >= 2 ** (digits - 1)]
    return (name, str(reached[-1])) if reached else None


def mark_within(stretches: Sequence[Stretch], days: range) -> Field | None:
    """What every event of some days must have: the least that is asked for on one of them."""
    begin = bisect_right(stretches, days.start, key=lambda one: one.first) - 1
    marks = [one.mark for one in takewhile(lambda one: one.first < days.stop, stretches[begin : begin + len(days) + 1])]
    if None in marks or len({mark[0] for mark in marks if mark}) > 1:
        return None  # no one mark that all of them have
    return min((mark for mark in marks if mark), key=lambda mark: int(mark[1]))


def _part(whole: Span, one: Stretch) -> Span | None:
    """What of the span lies in the stretch."""
    day = number_on(date.min)  # of the first day there is
    part = whole.within(one.first * day, one.beyond * day - 1)
    assert part.low is not None and part.high is not None  # noqa: PT018
    return part if part.low < part.high else None


def _walked(
    connection: Connection,
    wanted: EventFilter,
    asked: Sequence[Phrase],
    where: tuple[Span, Sequence[Stretch]],
    limit: int,
) -> list[Place]:
    """The first `limit` that answered, within a span of one stretch or several."""
    span, stretches = where
    fields = list(map(once, fields_of(wanted)))
    mark = partial(mark_within, stretches) if len(stretches) > 1 else None
    if len(stretches) == 1 and stretches[0].mark:
        fields.append([stretches[0].mark])
    made: list[Place] = []
    some = max(_LEAST, limit + 8)
    while len(made) < limit:
        near, last = found(connection, asked, fields, span, some, mark)
        answered = _answered(connection, wanted, [identity for _, identity in near])
        made += [one for one in near if one[1] in answered]
        if last is None:
            break
        span = replace(span, low=last + 1) if span.rising else replace(span, high=last)
        some = min(some * 2, _MOST)
    return made[:limit]


def once(values: list[Field]) -> list[Field]:
    """A field that is so, or was so before."""
    return [*values, *((f"was {name}", value) for name, value in values if name != "party")]


def _answered(connection: Connection, wanted: EventFilter, ids: Sequence[str]) -> set[str]:
    """Those of these events that answered then."""
    if not ids:
        return set()
    sqlite = connection.dialect.name == "sqlite"
    filters = (wanted.min_confidence > 0, wanted.country, wanted.agreement, wanted.since, wanted.until, wanted.party)
    statement = _held(sqlite, kinds(wanted), *(bool(one) for one in filters))
    given = given_kinds(sqlite, wanted) | {"ids": given_list(sqlite, ids), "as_of": wanted.as_of}
    given |= {"sure": wanted.min_confidence, "country": wanted.country, "party": wanted.party}
    given |= {"since": wanted.since, "until": wanted.until, "agreements": given_list(sqlite, wanted.agreement)}
    return set(connection.execute(statement, given).scalars())


@lru_cache(1000)
def _held(
    sqlite: bool, which: Kinds | None, sure: bool, country: bool, agreement: bool, since: bool, until: bool, party: bool
) -> Select[Any]:
    past, as_of = _PAST.c, bindparam("as_of", type_=UtcDateTime())
    last = func.coalesce(past.last, past.happened, type_=Date())
    asked: tuple[tuple[bool, ColumnElement[bool]], ...] = (
        (True, among_given(sqlite, past.event_id, "ids")),
        (True, past.recorded_at <= as_of),
        (True, or_(past.until.is_(None), past.until > as_of)),
        (sure, past.confidence >= bindparam("sure")),
        (country, past.actor_country == bindparam("country")),
        (agreement, among_given(sqlite, past.agreement_id, "agreements")),
        (since, last >= bindparam("since", type_=Date())),
        (until, past.happened <= bindparam("until", type_=Date())),
        (party, exists().where(_PARTIES.c.event_id == past.event_id, _PARTIES.c.party == bindparam("party"))),
    )
    conditions = [condition for wanted, condition in asked if wanted]
    conditions += [which.holds(sqlite, past.kind)] if which else []
    return (
        select(past.event_id).where(*conditions).with_hint(_PAST, "INDEXED BY sqlite_autoindex_revisions_1", "sqlite")
    )
