"""Questions whose kinds hardly any event is of: all of these events, so that words are looked for in them and nowhere else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.query.asking import EventFilter
from pipeline.query.kinds import Kinds, given_kinds, kinds
from pipeline.store.tables import EventRow, RevisionRow

_FEW = 600


def of_now(connection: Connection, wanted: EventFilter) -> list[str] | None:
    """Ids of the events that are of the kinds asked for; None where they are more than a few, or any kind answers."""
    return _few(connection, wanted, then=False)


def of_then(connection: Connection, wanted: EventFilter) -> list[str] | None:
    """The same of those that ever were."""
    return _few(connection, wanted, then=True)


def _few(connection: Connection, wanted: EventFilter, *, then: bool) -> list[str] | None:
    which = kinds(wanted)
    if which is None or which.others:
        return None
    sqlite = connection.dialect.name == "sqlite"
    ids = list(connection.execute(_some(sqlite, which, then), given_kinds(sqlite, wanted)).scalars())
    return list(dict.fromkeys(ids)) if len(ids) <= _FEW else None


@lru_cache(1000)
def _some(sqlite: bool, which: Kinds, then: bool) -> Select[Any]:
    """So many of them that it is known whether they are few."""
    table, index = (RevisionRow.__table__, "ix_revisions_few") if then else (EventRow.__table__, "ix_events_few")
    mine = which.holds(sqlite, table.c.kind, listed=True)
    found = select(table.c.event_id if then else table.c.id).where(mine).limit(_FEW + 1)
    return found.with_hint(table, f"INDEXED BY {index}", "sqlite")
