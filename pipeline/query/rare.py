"""Questions that few events can answer, of rare kinds or of an agreement: all of these, so that words are looked for in them alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.query.asking import EventFilter
from pipeline.query.kinds import Kinds, given_kinds, kinds
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import EventRow, RevisionRow

_FEW = 600


def of_now(connection: Connection, wanted: EventFilter) -> list[str] | None:
    """Ids of the events of the kinds and agreements asked for; None where they are more than a few, or neither is asked for."""
    return _few(connection, wanted, then=False)


def of_then(connection: Connection, wanted: EventFilter) -> list[str] | None:
    """The same of those that ever were; where an agreement is asked for, of any kind."""
    return _few(connection, wanted, then=True)


def _few(connection: Connection, wanted: EventFilter, *, then: bool) -> list[str] | None:
    which = kinds(wanted)
    if which is not None and (which.others or (then and wanted.agreement)):
        which = None
    if which is None and not wanted.agreement:
        return None
    sqlite = connection.dialect.name == "sqlite"
    given = given_kinds(sqlite, wanted) | {"agreements": given_list(sqlite, wanted.agreement)}
    ids = list(connection.execute(_some(sqlite, which, bool(wanted.agreement), then), given).scalars())
    return list(dict.fromkeys(ids)) if len(ids) <= _FEW else None


@lru_cache(1000)
def _some(sqlite: bool, which: Kinds | None, agreement: bool, then: bool) -> Select[Any]:
    """So many of them that it is known whether they are few."""
    table = RevisionRow.__table__ if then else EventRow.__table__
    holds = [among_given(sqlite, table.c.agreement_id, "agreements")] if agreement else []
    holds += [which.holds(sqlite, table.c.kind, listed=not agreement)] if which else []
    found = select(table.c.event_id if then else table.c.id).where(*holds).limit(_FEW + 1)
    index = f"ix_{'revisions' if then else 'events'}_{'walk_agreement' if agreement else 'few'}"
    return found.with_hint(table, f"INDEXED BY {index}", "sqlite")
