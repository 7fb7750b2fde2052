"""Who may answer lists beside the database's own indexes: what is kept of a history as long as a service runs (`memory`)."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from pipeline.query.asking import EventFilter
from pipeline.query.walking import Place
from pipeline.store.engine import Database


class Kept(Protocol):
    """Something that knows where events stand."""

    def places(self, connection: Connection, wanted: EventFilter, limit: int) -> list[Place] | None:
        """Where the first `limit` events stand that answer, in order; None where it cannot say so at once."""


def kept_of(database: Database) -> Kept | None:
    """What is kept of this history; None where nothing is."""
    kept: Kept | None = database.beside.get(Kept)
    return kept
