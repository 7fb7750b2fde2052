"""The history's columns as long as a service runs: read once, and brought up to date before each answer from what changed since.

Three parts: everything as it was read, what changed since then, what changed of late. A question is answered from them only where
they stand just where its transaction does; before they are read, and where too much has changed, by the database's own indexes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from pipeline.errors import StoreUnavailable
from pipeline.query import loading, picking_words
from pipeline.query.asking import EventFilter
from pipeline.query.columns import Column, KindTable, Rows
from pipeline.query.kept import Kept
from pipeline.query.picking import Part
from pipeline.query.walking import Place
from pipeline.store.engine import Database

THREAD = "columns"
_AGAIN = 60.0  # seconds until a database that was away is asked again
_LATE, _SINCE = 300, 20_000  # events: more than so many make a part of their own; more than so many, all is read again


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """Where the columns stand: everything up to this change. `changed`: the events of the second and of the third part."""

    newest: loading.Change
    kinds: KindTable
    parts: tuple[Part, ...]
    changed: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


class Memory:
    """Safe to use from many threads. `keep` reads the columns, and again when it is time to; `stand` brings them up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stand: Stand | None = None
        self._renewing = threading.Lock()
        self._wanted, self._over = threading.Event(), threading.Event()
        self.tried = threading.Event()  # to read everything, once at least

    def keep(self) -> None:
        """Read, and read again when too much has changed or the database was away, until it is `over`."""
        while not self._over.is_set():
            read = self.read()
            self._wanted.clear()  # who asked meanwhile has it
            if not self._over.is_set():
                self._wanted.wait(None if read else _AGAIN)

    def read(self) -> bool:
        """Read everything. False where the database is away: answers do without."""
        try:
            read = self._database.read(self._everything)
        except StoreUnavailable:
            return False
        with self._renewing:
            self._stand = read
        self.tried.set()
        return True

    def over(self) -> None:
        """Leave off."""
        self._over.set()
        self._wanted.set()

    def places(self, connection: Connection, wanted: EventFilter, limit: int) -> list[Place] | None:
        """Where the first `limit` events stand that answer, in order; None where the columns cannot be had at once."""
        stand = self.stand(connection)
        return None if stand is None else picking_words.places(connection, stand.parts, stand.kinds, wanted, limit)

    def stand(self, connection: Connection) -> Stand | None:
        """The columns as they stand in this transaction; None where they cannot be had at once."""
        known = self._stand
        if known is None:
            return None
        newest = loading.newest(connection)
        if newest == known.newest:
            return known
        if newest[0] < known.newest[0] or not self._renewing.acquire(blocking=False):
            return None
        try:
            known = self._stand
            if known is not None and known.newest[0] <= newest[0] and known.newest != newest:
                self._stand = known = self._renewed(connection, known, newest)
        finally:
            self._renewing.release()
        return known if known is not None and known.newest == newest else None

    def _everything(self, connection: Connection) -> Stand | None:
        newest, kinds = loading.newest(connection), loading.kinds(connection)
        rows = loading.everything(connection, self._over.is_set)
        return Stand(newest, kinds, (Part(rows),)) if rows is not None else None

    def _renewed(self, connection: Connection, known: Stand, newest: loading.Change) -> Stand:
        since, late = known.changed
        fresh = loading.changed(connection, known.newest) if newest[0] - known.newest[0] <= _SINCE else None
        if fresh is not None:
            late |= fresh
            if len(late) > _LATE:
                since, late = since | late, frozenset()
        rows = None if fresh is None or len(since) > _SINCE else loading.some(connection, list(late or since))
        if rows is None:
            self._wanted.set()
            return known
        before = known.parts[: 2 if late and since else 1]
        parts = tuple(replace(part, alive=_without(part, rows)) for part in before)
        return Stand(newest, loading.kinds(connection), (*parts, Part(rows)), (since, late))


def _without(part: Part, rows: Rows) -> Column:
    """Which rows of a part are of no event that others have."""
    alive: Column = part.alive.copy() if part.alive is not None else np.ones(len(part.rows), bool)
    told = rows.told
    for day, identity in zip(told.day.tolist(), told.identity.tolist(), strict=True):
        low, high = part.rows.of(day, identity)
        alive[low:high] = False
    return alive


@contextmanager
def remembering(database: Database) -> Iterator[None]:
    """Keep the columns of a database in memory while the block runs."""
    memory = Memory(database)
    thread = threading.Thread(target=memory.keep, name=THREAD, daemon=True)
    database.beside[Kept] = memory
    thread.start()
    try:
        yield
    finally:
        del database.beside[Kept]
        memory.over()
        thread.join()
