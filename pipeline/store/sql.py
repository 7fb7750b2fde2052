"""The few statements that the two databases spell differently, and leases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from pipeline.store.tables import Base, CounterRow
from pipeline.store.types import storable

_ON_SQLITE = {"timestamptz": "text", "boolean": "integer", "bigint": "integer", "double precision": "real"}


def insert_into(connection: Connection, table: type[Base] | Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def among(connection: Connection, column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """`column IN values` with the values as one parameter: lists of any length are one statement, prepared once."""
    if connection.dialect.name == "sqlite":
        listed = text("SELECT value FROM json_each(:listed)")
        bound = listed.bindparams(bindparam("listed", json.dumps(list(values)), unique=True))
        found: ColumnElement[bool] = column.in_(bound.columns(literal_column("value")).scalar_subquery())
        return found
    kind = BigInteger() if isinstance(column.type, Integer) else Text()
    equal: ColumnElement[bool] = column == any_(bindparam("listed", list(values), ARRAY(kind), unique=True))
    return equal


def among_given(sqlite: bool, column: Any, name: str) -> ColumnElement[bool]:
    """The same for a statement that is made once: the values are given with each use of it, as `given_list` makes them.

    There may be hundreds: PostgreSQL's planner is not shown them, it would weigh each one.
    """
    if sqlite:
        listed = text(f"SELECT value FROM json_each(:{name})")  # noqa: S608 - a name of ours
        inside: ColumnElement[bool] = column.in_(listed.columns(literal_column("value")).scalar_subquery())
        return inside
    kind = BigInteger() if isinstance(column.type, Integer) else Text()
    listed_ = select(func.unnest(bindparam(name, type_=ARRAY(kind)))).scalar_subquery()
    equal: ColumnElement[bool] = column == any_(func.array(listed_))
    return equal


def given_list(sqlite: bool, values: Sequence[Any]) -> Any:
    """What is bound to the name of `among_given`."""
    return json.dumps(list(values)) if sqlite else list(values)


def given_rows(sqlite: bool, name: str, columns: Mapping[str, str]) -> str:
    """A subquery of the rows that are given as one parameter `name`, as `as_given_rows` makes them: a statement over thousands of
    rows is then one call of the driver. `columns`: PostgreSQL's types by name."""
    kinds = {one: _ON_SQLITE.get(kind, kind) if sqlite else kind for one, kind in columns.items()}
    cells = ", ".join(
        f"CAST(given.value ->> {place} AS {kind}) AS {one}" for place, (one, kind) in enumerate(kinds.items())
    )
    source = f"json_each(:{name})" if sqlite else f"json_array_elements(CAST(:{name} AS json))"
    return f"(SELECT {cells} FROM {source} AS given)"  # noqa: S608 - names of ours


def as_given_rows(rows: Iterable[Sequence[Any]]) -> str:
    """What is bound to the name of `given_rows`. Moments are given as `types.written` writes them."""
    return json.dumps([[storable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])


def locked(connection: Connection, statement: Select[Any]) -> Select[Any]:
    """Rows nobody else works on, locked to the end of the transaction. On SQLite the whole database already is."""
    if connection.dialect.name == "sqlite":
        return statement
    return statement.with_for_update(skip_locked=True)


def waiting(connection: Connection, statement: Select[Any]) -> Select[Any]:
    """The same rows, waiting for whoever has them."""
    return statement if connection.dialect.name == "sqlite" else statement.with_for_update()


def lease_is_over(
    until: InstrumentedAttribute[datetime | None], now: datetime, lease: timedelta
) -> ColumnElement[bool]:
    """True for a lease that ran out, and for one from a future no clock of ours can have meant (the clock was set back)."""
    return or_(until <= now, until > now + 4 * lease)


def draw(connection: Connection, name: str, count: int) -> range:
    """The next `count` numbers of a counter. Its row stays locked until the commit, so numbers appear in their order."""
    fresh = insert_into(connection, CounterRow).values(name=name, value=count)
    statement = fresh.on_conflict_do_update(
        index_elements=["name"], set_={"value": CounterRow.value + count}
    ).returning(CounterRow.value)
    last: int = connection.execute(statement).scalar_one()
    return range(last - count + 1, last + 1)
