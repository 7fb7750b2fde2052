"""The few-valued filters of a question as the numbers of the kinds of events that answer it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from pipeline.model import EventState
from pipeline.query.asking import EventFilter
from pipeline.store.kinds import grade_of
from pipeline.store.sql import among_given
from pipeline.store.tables import EventKindRow


@dataclass(frozen=True, slots=True)
class Kinds:
    """These kinds, or (`others`) all but these. `few`: a list of its own can be walked for them."""

    numbers: tuple[int, ...]
    others: bool = False

    @property
    def few(self) -> bool:
        """True where most kinds are not among them."""
        return not self.others

    @property
    def nothing(self) -> bool:
        """True where no event can answer."""
        return not self.others and not self.numbers

    @property
    def form(self) -> Kinds | None:
        """Which condition they are, without the numbers; None: none, as every kind will do."""
        return None if self.others and not self.numbers else Kinds((), self.others)

    def holds(self, sqlite: bool, column: Any) -> ColumnElement[bool]:
        """The condition on a column of kinds, to which the numbers are given as "kinds"."""
        inside = among_given(sqlite, column, "kinds")
        return ~inside if self.others else inside


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


def kinds(connection: Connection, wanted: EventFilter) -> Kinds:
    """The kinds of events that answer the few-valued filters."""
    if hides_retracted(wanted) and wanted == EventFilter(
        **{name: getattr(wanted, name) for name in _OTHER_FILTERS}  # nothing else is asked that kinds tell
    ):
        return Kinds(_numbers(connection, EventKindRow.state == EventState.RETRACTED.value), others=True)
    conditions = [getattr(EventKindRow, name).in_(values) for name, values in values_of(wanted).items()]
    if wanted.tracked is not None:
        conditions.append(EventKindRow.tracked == wanted.tracked)
    if wanted.min_confidence > 0:
        conditions.append(EventKindRow.grade >= grade_of(wanted.min_confidence))
    return Kinds(_numbers(connection, *conditions)) if conditions else Kinds((), others=True)


_OTHER_FILTERS = (
    "agreement", "party", "country", "since", "until", "as_of", "text", "oldest_first", "limit", "cursor",
)  # fmt: skip


def _numbers(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[int, ...]:
    """All in one value: a row for each would cost more than the list they are for."""
    gather = func.json_group_array if connection.dialect.name == "sqlite" else func.array_agg
    found = connection.execute(select(gather(EventKindRow.id)).where(*conditions)).scalar_one()
    return tuple(json.loads(found) if isinstance(found, str) else found or ())
