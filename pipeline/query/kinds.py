"""The few-valued filters of a question as a condition on the kinds of events: which kinds answer is looked up where it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, bindparam, func, select, true

from pipeline.model import EventState
from pipeline.query.asking import EventFilter
from pipeline.store.kinds import grade_of
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import EventKindRow


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of which these columns are asked, or (`others`) all but what was taken back. The values are given, see `given_kinds`."""

    asked: tuple[str, ...]
    others: bool = False

    def holds(self, sqlite: bool, column: Any, *, listed: bool = False) -> ColumnElement[bool]:
        """The condition on a column of kinds. `listed`: so that an index on it can be used; else each row is looked up among them."""
        if self.others:  # most pass, so few are looked at: one by one
            row = EventKindRow.__table__.alias("kind_of").c
            stands: ColumnElement[str] = select(row.state).where(row.id == column).scalar_subquery()
            return stands != EventState.RETRACTED.value
        mine = _kinds_of(sqlite, self.asked)
        inside: ColumnElement[bool] = column.in_(mine.scalar_subquery())
        if sqlite:
            return inside
        # PostgreSQL searches an array from its start for every row, but makes a table of what stands in a test like this
        return column == any_(func.array(mine.scalar_subquery())) if listed else inside.is_(true())


@cache
def _kinds_of(sqlite: bool, asked: tuple[str, ...]) -> Select[Any]:
    row = EventKindRow.__table__.c
    conditions: list[ColumnElement[bool]] = []
    for name in asked:
        if name in ("tracked", "grade"):
            given = bindparam(f"kinds_{name}", type_=row[name].type)
            conditions.append(row[name] == given if name == "tracked" else row[name] >= given)
        else:
            conditions.append(among_given(sqlite, row[name], f"kinds_{name}"))
    return select(row.id).where(*conditions)


def values_of(wanted: EventFilter) -> Mapping[str, Sequence[str]]:
    """The filters by words, with the words that pass; a filter that is not set is left out."""
    single = {"salience": wanted.salience, "stage": wanted.stage}
    listed = {"type": wanted.type, "status": wanted.status, "state": wanted.state}
    given: dict[str, Sequence[str]] = {name: values for name, values in listed.items() if values}
    given |= {name: (value,) for name, value in single.items() if value is not None}
    if hides_retracted(wanted):
        asked = wanted.state or tuple(state.value for state in EventState)
        given["state"] = [state for state in asked if state != EventState.RETRACTED.value]
    return given


def hides_retracted(wanted: EventFilter) -> bool:
    """Whether what was taken back is left out."""
    return not wanted.retracted and EventState.RETRACTED not in wanted.state


def kinds(wanted: EventFilter) -> Kinds | None:
    """The kinds of events that answer the few-valued filters; None: every kind does."""
    asked = tuple(values_of(wanted))
    if asked == ("state",) and not wanted.state:
        asked = ()
    asked += ("tracked",) if wanted.tracked is not None else ()
    asked += ("grade",) if wanted.min_confidence > 0 else ()
    if not asked:
        return Kinds((), others=True) if hides_retracted(wanted) else None
    return Kinds(asked if "state" in asked or not hides_retracted(wanted) else ("state", *asked))


def given_kinds(sqlite: bool, wanted: EventFilter) -> dict[str, Any]:
    """The values of such a condition."""
    given = {f"kinds_{name}": given_list(sqlite, values) for name, values in values_of(wanted).items()}
    return given | {"kinds_tracked": wanted.tracked, "kinds_grade": grade_of(wanted.min_confidence)}
