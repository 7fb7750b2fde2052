"""Reads the columns of a history, or of some of its events, out of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, TextClause, func, select, text

from pipeline.query.columns import COLUMNS, OPEN, Column, KindTable, Revisions, Rows, kind_table, rows_of
from pipeline.store.kinds import KIND_FIELDS
from pipeline.store.sql import among, given_list
from pipeline.store.tables import ChangeRow, EventKindRow, EventPartyRow, EventRow

_AT_ONCE = 20_000  # rows
_TEXT, _FAR = "S27", "9999-12-31T00:00:00.000000"  # of a moment on SQLite
Change = tuple[int, str]  # its number, and the event
NO_CHANGE: Change = (0, "")
Hurry = Callable[[], bool]  # whether to leave off


class Numbers:
    """Gives texts numbers in the order they come in."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}

    def of(self, values: Iterable[str | None]) -> Column:
        """Their numbers."""
        codes = self.codes
        return np.array([codes.setdefault(value or "", len(codes)) for value in values], np.int32)


def newest(connection: Connection) -> Change:
    """The last change."""
    row = connection.execute(_newest()).first()
    return (row[0], row[1]) if row is not None else NO_CHANGE


@lru_cache(1)
def _newest() -> Select[Any]:
    row = ChangeRow.__table__.c
    return select(row.seq, row.event_id).order_by(row.seq.desc()).limit(1)


def changed(connection: Connection, after: Change) -> set[str] | None:
    """Ids of the events that changed after a change; None where that change is not there (another history, or its end was lost)."""
    row = ChangeRow.__table__.c
    found = connection.execute(select(row.seq, row.event_id).where(row.seq >= after[0]).order_by(row.seq)).all()
    if after != NO_CHANGE and (not found or tuple(found[0]) != after):
        return None
    return {one.event_id for one in found if one.seq > after[0]}


def kinds(connection: Connection) -> KindTable:
    """All kinds of events there are."""
    row = EventKindRow.__table__.c
    return kind_table(connection.execute(select(row.id, *(row[name] for name in KIND_FIELDS))).all())


def everything(connection: Connection, leave: Hurry) -> Rows | None:
    """All revisions. None where they are not whole (an event without one that holds now), or it is time to leave off."""
    count = connection.execute(select(func.count()).select_from(EventRow.__table__)).scalar_one()
    sqlite = connection.dialect.name == "sqlite"
    lasts = {(row[0], row[1]): row[2] for row in connection.execute(_vague(sqlite)).all()}
    read = _read(sqlite, _chunks(connection.execution_options(yield_per=_AT_ONCE).execute(_all(sqlite)), leave), lasts)
    if leave():
        return None
    rows = rows_of(read, _concerned(connection, sqlite, leave))
    return rows if rows is not None and len(rows.number) == count and not leave() else None


def some(connection: Connection, ids: Sequence[str]) -> Rows | None:
    """The revisions of these events. None where they are not whole."""
    sqlite = connection.dialect.name == "sqlite"
    given = {"ids": given_list(sqlite, ids)}
    found = connection.execute(_these(sqlite), given).all()
    lasts = {(row[0], row[3]): row[8] for row in found if row[8] is not None}
    parties = EventPartyRow.__table__.c
    theirs: dict[str, list[bytes]] = {}
    told = select(parties.party, parties.event_id).where(among(connection, parties.event_id, ids))
    for party, identity in connection.execute(told).all():
        theirs.setdefault(party, []).append(identity.encode())
    rows = rows_of(_read(sqlite, [[row[:8] for row in found]], lasts), theirs.items())
    return rows if rows is not None and len(rows.number) == len(ids) else None


def _shown(sqlite: bool) -> str:
    """Columns as quickly as each database gives many of them; all stand in one index."""
    day = "happened" if sqlite else "happened - DATE '0001-01-01' + 1"
    begun, until = (
        name if sqlite else f"CAST(extract(epoch FROM {name}) * 1000000 AS bigint)" for name in ("recorded_at", "until")
    )
    return f"event_id, {day}, agreement_id, {begun}, {until}, kind, confidence, actor_country"


@cache
def _all(sqlite: bool) -> TextClause:
    hint = " INDEXED BY ix_revisions_walk_agreement" if sqlite else ""
    return text(f"SELECT {_shown(sqlite)} FROM revisions{hint}")  # noqa: S608 - names of ours


@cache
def _vague(sqlite: bool) -> TextClause:
    last = "last" if sqlite else "last - DATE '0001-01-01' + 1"
    begun = "recorded_at" if sqlite else "CAST(extract(epoch FROM recorded_at) * 1000000 AS bigint)"
    return text(f"SELECT event_id, {begun}, {last} FROM revisions WHERE last IS NOT NULL")  # noqa: S608


@cache
def _these(sqlite: bool) -> TextClause:
    last = "last" if sqlite else "last - DATE '0001-01-01' + 1"
    mine = "IN (SELECT value FROM json_each(:ids))" if sqlite else "= ANY(:ids)"
    return text(f"SELECT {_shown(sqlite)}, {last} FROM revisions WHERE event_id {mine}")  # noqa: S608


def _chunks(result: Any, leave: Hurry) -> Iterator[Sequence[Any]]:
    for part in result.partitions(_AT_ONCE):
        if leave():
            return
        yield part


def _read(sqlite: bool, chunks: Iterable[Sequence[Any]], lasts: dict[tuple[str, Any], Any]) -> Revisions:
    countries, agreements, days = Numbers(), Numbers(), _Days()
    made: list[tuple[Column, ...]] = []
    for rows in chunks:
        if not rows:
            continue
        identity, day, agreement, begun, until, kind, sure, country = zip(*rows, strict=True)
        last = [
            lasts.get(key, first) for *key_, first in zip(identity, begun, day, strict=True) for key in (tuple(key_),)
        ]
        moments = (
            (_moments(begun), _moments([one or _FAR for one in until]))
            if sqlite
            else (_numbers(begun), _numbers(until))
        )
        made.append((
            np.array(identity, "S"), days.of(day), days.of(last), *moments, np.array(kind, np.int32), np.array(sure, np.float64),
            countries.of(country), agreements.of(agreement),
        ))  # fmt: skip
    if not made:
        made.append(_nothing())
    each: Iterator[Column] = (np.concatenate(parts) for parts in zip(*made, strict=True))
    columns = dict(zip(COLUMNS, each, strict=True))
    return Revisions(**columns, countries=countries.codes, agreements=agreements.codes)


def _nothing() -> tuple[Column, ...]:
    kinds_of = ("S1", np.int32, np.int32, np.int64, np.int64, np.int32, np.float64, np.int32, np.int32)
    return tuple(np.empty(0, kind) for kind in kinds_of)


class _Days:
    """Days as `date.toordinal`; SQLite has them as text, of which there are few different ones."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, values: Iterable[str | int]) -> Column:
        return np.array([one if isinstance(one, int) else self._ordinal(one) for one in values], np.int32)

    def _ordinal(self, day: str) -> int:
        if day not in self._known:
            self._known[day] = date.fromisoformat(day).toordinal()
        return self._known[day]


def _moments(texts: Sequence[str]) -> Column:
    whole = np.array(texts, _TEXT).astype("S26").astype("M8[us]").astype(np.int64)  # without the letter of UTC
    whole[whole == _LAST] = OPEN
    return whole


_LAST = int(np.datetime64(_FAR, "us").astype(np.int64))


def _numbers(values: Sequence[int | None]) -> Column:
    return np.array([OPEN if one is None else one for one in values], np.int64)


def _concerned(connection: Connection, sqlite: bool, leave: Hurry) -> Iterator[tuple[str, Sequence[bytes]]]:
    """Each party with its events, all of them as one text: a row for each takes three times as long."""
    joined = "group_concat(event_id)" if sqlite else "string_agg(event_id, ',')"
    hint = " INDEXED BY ix_event_parties_walk" if sqlite else ""
    statement = text(f"SELECT party, {joined} FROM event_parties{hint} WHERE party = :party GROUP BY party")  # noqa: S608
    parties = connection.execute(_parties(sqlite)).scalars().all()
    for party in parties:
        if leave():
            return
        row = connection.execute(statement, {"party": party}).one()
        yield row[0], row[1].encode().split(b",")


@cache
def _parties(sqlite: bool) -> TextClause:
    hint = " INDEXED BY ix_event_parties_walk" if sqlite else ""
    return text(  # one after the other: to tell them apart in one go is to read all rows
        f"WITH RECURSIVE one(party) AS (SELECT min(party) FROM event_parties"  # noqa: S608
        f" UNION ALL SELECT (SELECT min(party) FROM event_parties{hint} WHERE party > one.party) FROM one WHERE one.party IS NOT NULL)"
        " SELECT party FROM one WHERE party IS NOT NULL"
    )
