"""Events as readers are told of them, written out once: a list of fifty is then fifty look-ups, and nothing is put together anew.

A document is written in the transaction that changes its event or the evidence of it. It says since when the event has stood just
so; a look into the past from that moment on may use it, too. One that is missing, or of another shape than this program's, is as
good as none: readers put the event together from its rows, and the nightly upkeep writes what is missing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Insert, MetaData, Select, Table, bindparam, func, select

from pipeline.model import Event, EventType, Salience, Source, Status
from pipeline.plan import event_as_dict
from pipeline.store.sources import by_id
from pipeline.store.sql import among, among_given, given_list, insert_into, waiting
from pipeline.store.tables import EventRow, EvidenceRow
from pipeline.store.tables.base import NAMING
from pipeline.store.types import CleanText, UtcDateTime

# not of the tables' metadata: like the search index it is made of them, and no part of an archive
DOCUMENTS = Table(
    "event_documents",
    MetaData(naming_convention=NAMING),
    Column("event_id", CleanText, primary_key=True),
    Column("shape", CleanText, nullable=False),  # which program's
    Column("since", UtcDateTime, nullable=False),  # the event has stood so from then on
    Column("body", CleanText, nullable=False),
)
_FORM = 1  # count up where documents say something else under the same names
_BATCH = 400


def written(event: Event) -> str:
    """The event as JSON, as the interface defines it."""
    return json.dumps(event_as_dict(event), ensure_ascii=False, separators=(",", ":"))


@cache
def shape() -> str:
    """What this program's documents look like, in a word: another one where an event or a source has other fields."""
    source = Source(0, "https://a.example/", "", "", None, "", "", 0, 0, "")
    example = event_as_dict(_example((source, source)))
    return f"{_FORM}-{zlib.crc32(json.dumps(example, sort_keys=True).encode()):08x}"


def _example(sources: tuple[Source, ...]) -> Event:
    return Event("", None, "", EventType.SIGNED, Status.OCCURRED, Salience.NEWS, sources=sources)


def told(connection: Connection, ids: Sequence[str], as_of: datetime | None = None) -> dict[str, str]:
    """The documents of these events, by their ids; those that are kept, and (`as_of`) that held at that moment."""
    if not ids:
        return {}
    sqlite = connection.dialect.name == "sqlite"
    given = {"ids": given_list(sqlite, ids), "shape": shape(), "as_of": as_of}
    return {row[0]: row[1] for row in connection.execute(_kept(sqlite, as_of is not None), given).all()}


@lru_cache(4)
def _kept(sqlite: bool, then: bool) -> Select[Any]:
    kept = DOCUMENTS.c
    conditions = [among_given(sqlite, kept.event_id, "ids"), kept.shape == bindparam("shape")]
    conditions += [kept.since <= bindparam("as_of", type_=UtcDateTime())] if then else []
    return select(kept.event_id, kept.body).where(*conditions)


def keep(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Write the documents of these events anew. Call it in the transaction that changed them, or their evidence."""
    for start in range(0, len(listed := sorted(ids)), _BATCH):
        _keep(connection, listed[start : start + _BATCH], dict.fromkeys(listed, now))


def catch_up(connection: Connection) -> int:
    """Write what is missing, or was written by another program; how many there were."""
    done, after = 0, ""
    while True:
        ids, after = missing(connection, after)
        make_up(connection, ids)
        done += len(ids)
        if not after:
            return done


def missing(connection: Connection, after: str = "") -> tuple[list[str], str]:
    """Of the next events behind an id those without a document of this program's; and the id to go on from, "" at the end."""
    next_ = select(EventRow.id).where(EventRow.id > after).order_by(EventRow.id).limit(_BATCH)
    ids = list(connection.execute(next_).scalars())
    mine = select(DOCUMENTS.c.event_id).where(
        among(connection, DOCUMENTS.c.event_id, ids), DOCUMENTS.c.shape == shape()
    )
    there = set(connection.execute(mine).scalars()) if ids else set()
    return [one for one in ids if one not in there], ids[-1] if len(ids) == _BATCH else ""


def _changed(connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
    """When anything of each event was changed last."""
    mine = select(EventRow.id, EventRow.updated_at).where(among(connection, EventRow.id, ids))
    last = {row.id: row.updated_at for row in connection.execute(mine)}
    evidence = EvidenceRow
    latest = select(evidence.event_id, func.max(evidence.recorded_at), func.max(evidence.removed_at))
    for identity, *moments in connection.execute(
        latest.where(among(connection, evidence.event_id, ids)).group_by(evidence.event_id)
    ):
        last[identity] = max(moment for moment in (last[identity], *moments) if moment is not None)
    return last


def _keep(connection: Connection, ids: Sequence[str], since: Mapping[str, datetime]) -> None:
    # whoever changes the same event by another way waits here, and then sees what this transaction wrote
    connection.execute(waiting(connection, select(EventRow.id).where(EventRow.id.in_(ids)).order_by(EventRow.id)))
    if rows := _rows(connection, ids, since):
        connection.execute(_insert(connection), rows)


def make_up(connection: Connection, ids: Sequence[str]) -> None:
    """Write the documents of these events as they stand. Without locks: what somebody writes meanwhile is newer, and stays."""
    if not ids:
        return
    if rows := _rows(connection, ids, _changed(connection, ids)):
        connection.execute(_insert(connection, newer=True), rows)


def _rows(connection: Connection, ids: Sequence[str], since: Mapping[str, datetime]) -> list[dict[str, Any]]:
    return [
        {"event_id": event.id, "shape": shape(), "since": since[event.id], "body": written(event)}
        for event in by_id(connection, ids).values()
    ]


def _insert(connection: Connection, *, newer: bool = False) -> Insert:
    """Puts documents in the place of what is there; `newer`: but not of what is newer."""
    fresh = insert_into(connection, DOCUMENTS)
    changed = {name: fresh.excluded[name] for name in ("shape", "since", "body")}
    guard = DOCUMENTS.c.since <= fresh.excluded.since if newer else None
    return fresh.on_conflict_do_update(index_elements=["event_id"], set_=changed, where=guard)
