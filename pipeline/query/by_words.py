"""Which events stand on a page of a search: found by their words and fields together, in the order of their days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from pipeline.model import EventState
from pipeline.query import rare
from pipeline.query.asking import EventFilter
from pipeline.query.kinds import hides_retracted, values_of
from pipeline.query.walking import Place, Range
from pipeline.store.event_search import Field, behind, found, holding, number_of, number_on
from pipeline.store.inverted import Phrase, Span
from pipeline.store.kinds import GRADES, grade_of
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import EventRow

_MOST, _SPARE = 400, 8  # events looked at in one go; of these, for those that do not answer


def places(
    connection: Connection,
    wanted: EventFilter,
    asked: Sequence[Phrase],
    where: Range,
    limit: int,
    lasts: date | None = None,
) -> list[Place]:
    """The first `limit` places of events that answer. `lasts`: only acts that can have been on this day or later."""
    few = rare.of_now(connection, wanted)
    if few is not None:
        there = _holding(connection, wanted, few, lasts)
        return holding(connection, (asked, concerned(wanted)), there, span_of(where), limit)
    fields, span = fields_of(wanted), span_of(where)
    made: list[Place] = []
    some = limit + _SPARE
    while len(made) < limit:
        near, last = found(connection, asked, fields, span, some)
        there = _holding(connection, wanted, [identity for _, identity in near], lasts)
        made += [one for one in near if one[1] in there]
        if last is None:
            break
        span = replace(span, low=last + 1) if span.rising else replace(span, high=last)
        some = _MOST if not made else min(_MOST, some * (limit - len(made)) // len(made) + _SPARE)
    return made[:limit]


def span_of(where: Range) -> Span:
    """The numbers of the index that a range of days stands for."""
    low = number_on(where.since) if where.since is not None else None
    high = number_on(where.until + timedelta(days=1)) if where.until not in (None, date.max) else None
    if where.after is not None:
        there = number_of(*where.after)
        low = max(low or 0, behind(there)) if where.rising else low
        high = high if where.rising else min(high or there, there)
    return Span(low, high, where.rising)


def fields_of(wanted: EventFilter) -> list[list[Field]]:
    """The filters that the index knows. That most events are not taken back is looked at one by one."""
    fields: dict[str, Collection[str]] = {
        name: values for name, values in values_of(wanted).items() if name != "state" or wanted.state
    }
    if wanted.tracked is not None:
        fields["tracked"] = (str(wanted.tracked),)
    if wanted.min_confidence > 0:
        least = grade_of(wanted.min_confidence)
        fields["grade"] = [str(grade) for grade in range(least, len(GRADES) + 1)]
    return [*concerned(wanted), *([(name, value) for value in values] for name, values in fields.items())]


def concerned(wanted: EventFilter) -> list[list[Field]]:
    """Those of the filters that are not of kinds: whom and what it concerns."""
    fields = (("agreement", wanted.agreement), ("party", (wanted.party,)), ("country", (wanted.country,)))
    return [[(name, value) for value in values if value] for name, values in fields if any(values)]


def _holding(connection: Connection, wanted: EventFilter, ids: Sequence[str], lasts: date | None) -> set[str]:
    """Those of these events that answer what the index does not know."""
    sqlite = connection.dialect.name == "sqlite"
    statement = _looked_at(sqlite, hides_retracted(wanted), wanted.min_confidence > 0, lasts is not None)
    given = {"ids": given_list(sqlite, ids), "sure": wanted.min_confidence, "lasts": lasts}
    return set(connection.execute(statement, given).scalars()) if ids else set()


@lru_cache(16)
def _looked_at(sqlite: bool, hides: bool, sure: bool, lasts: bool) -> Select[Any]:
    """Ids of those that answer."""
    event = EventRow.__table__.c
    conditions = [among_given(sqlite, event.id, "ids")]
    if hides:
        conditions.append(event.state != EventState.RETRACTED.value)
    if sure:
        conditions.append(event.confidence >= bindparam("sure"))
    if lasts:
        conditions.append(event.date_last >= bindparam("lasts"))
    return select(event.id).where(*conditions)
