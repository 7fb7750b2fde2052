"""Search over events: their words and what filters ask of them in one index, in the order of the days they happened on.

An event's number is its day and, within the day, a hash of its id; so a page of a search is one walk, from any cursor. Its words
are those of the agreement's name, of the act, of the actor, and of the articles that tell of it. For searches of the past the index
knows, too, what an event's fields were before, how far it lay ahead when it was recorded, and whether its day was another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, select, text

from pipeline.door.words import words
from pipeline.store.inverted import Index, Phrase, Span, Wanted, among, find, forget, put
from pipeline.store.kinds import grade_of
from pipeline.store.sql import given_list
from pipeline.store.stretches import find_by_stretches, first_among
from pipeline.store.tables import (
    ArticleVersionRow,
    EventKindRow,
    EventPartyRow,
    EventRow,
    EvidenceRow,
    RevisionRow,
)
from pipeline.store.types import digest

Field = tuple[str, str]  # name, value
EVENTS = Index("event_search", 42)  # a stretch is 4 days
PLACES = (  # a number whose document is out of date has no event: SQLite's index cannot forget what it is not told again
    "CREATE TABLE event_search_places (place BIGINT PRIMARY KEY, event_id TEXT)",
    "CREATE INDEX event_search_places_event_id ON event_search_places (event_id)",
)
_WITHIN, _TRIES = (
    40,
    8,
)  # binary digits of a number that tell the events of a day apart; of these, the times one was written
_MOST_STEMS = 3000
_MOST_LETTERS = 20_000  # of one article
_MARK = "\ue000"  # begins what is no word of a text
_BATCH = 400
_SOME = 100
AHEAD = (1, 5, 7, 8, 9)  # binary digits of the days an event lay ahead (`kinds.lead_of`): so many, or more
MOVED = (1, 6, 10)  # binary digits of the days by which its day was another one: so many, or more
_FIELDS = ("type", "status", "state", "salience", "stage")
_INDEXED = (
    "id", "happened", "confidence", "agreement_id", "agreement", "wording", "actor", "actor_country", "evidence", *_FIELDS,
)  # fmt: skip


def number_of(day: date, identity: str) -> int:
    """Where an event begins to stand in the index; how often it was written is added."""
    return number_on(day) | int(hashlib.sha256(identity.encode()).hexdigest()[:8], 16) << _TRIES


def behind(number: int) -> int:
    """Above everything that was ever written of the event that begins there."""
    return number + (1 << _TRIES)


def number_on(day: date) -> int:
    """Below all events of this day, above all before it."""
    return day.toordinal() << _WITHIN


def day_of(number: int) -> date:
    """The day that an event with this number stands on."""
    return date.fromordinal(number >> _WITHIN)


@lru_cache(20_000)
def field(name: str, value: str) -> Phrase:
    """The token of a field's value."""
    return (f"{_MARK}{name[:3]}{digest(f'{name}={value}')[:12]}",)


def found(
    connection: Connection,
    asked: Sequence[Phrase],
    fields: Iterable[Collection[Field]],
    span: Span,
    limit: int,
    mark: Callable[[range], Field | None] | None = None,
) -> tuple[list[tuple[date, str]], int | None]:
    """Days and ids of events in which all these phrases stand, and one of each of these collections of fields; then where to go on.

    At most `limit` entries are looked at, and some of them may be out of date; None: there are no more. `mark`, on
    PostgreSQL: what else events of some days must have (`date.toordinal`).
    """
    wanted = _all_of(asked, fields)
    if mark is None:
        numbers = find(connection, EVENTS, wanted, span, limit)
    else:
        numbers = find_by_stretches(connection, EVENTS, _marked(wanted, mark), span, limit)
    ids = events_at(connection, numbers)
    places = [(day_of(number), ids[number]) for number in numbers if number in ids]
    return places, numbers[-1] if len(numbers) == limit else None


def _all_of(asked: Sequence[Phrase], fields: Iterable[Collection[Field]]) -> Wanted:
    each = tuple(tuple(field(name, value) for name, value in some) for some in fields)
    return (*((phrase,) for phrase in asked), *each)


def _marked(wanted: Wanted, mark: Callable[[range], Field | None]) -> Callable[[int], Wanted]:
    days = 1 << EVENTS.shift - _WITHIN

    def of(stretch: int) -> Wanted:
        also = mark(range(stretch * days, (stretch + 1) * days))
        return wanted if also is None else (*wanted, (field(*also),))

    return of


def holding(
    connection: Connection,
    wanted: tuple[Sequence[Phrase], Iterable[Collection[Field]]],
    ids: Collection[str],
    span: Span,
    limit: int,
) -> list[tuple[date, str]]:
    """Days and ids: of these events the first `limit` in which all these phrases stand, and one of each of these collections
    of fields, in the order of their days.
    """
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_places_of(sqlite), {"listed": given_list(sqlite, list(ids))}).all()
    places = {row[0]: row[1] for row in rows if span.holds(row[0])}
    all_of, found = _all_of(*wanted), []
    for start in range(0, len(listed := sorted(places, reverse=not span.rising)), _SOME):
        some = listed[start : start + _SOME]
        there = among(connection, EVENTS, all_of, some)
        found += [(day_of(number), places[number]) for number in some if number in there]
        if len(found) >= limit:
            break
    return found[:limit]


def entries_of(connection: Connection, asked: Sequence[Phrase], begins: Sequence[int], limit: int) -> list[int]:
    """On PostgreSQL, whose index forgets what is out of date: of the events whose numbers begin here the entries of the first
    `limit` in which all these phrases stand.
    """
    return first_among(connection, EVENTS, tuple((phrase,) for phrase in asked), begins, behind(0), limit)


def events_at(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The events of these numbers; a number that is out of date has none."""
    if not numbers:
        return {}
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_events_at(sqlite), {"listed": given_list(sqlite, numbers)})
    return {row[0]: row[1] for row in rows}


@lru_cache(2)
def _places_of(sqlite: bool) -> TextClause:
    return text(f"SELECT place, event_id FROM event_search_places WHERE event_id {_listed(sqlite)}")  # noqa: S608 - names of ours


@lru_cache(2)
def _events_at(sqlite: bool) -> TextClause:
    some = f"place {_listed(sqlite)} AND event_id IS NOT NULL"
    return text(f"SELECT place, event_id FROM event_search_places WHERE {some}")  # noqa: S608 - names of ours


def index(connection: Connection, event_ids: Collection[str]) -> None:
    """Bring the index up to date for these events. Call it in the transaction that changed them, or their evidence."""
    for start in range(0, len(listed := sorted(event_ids)), _BATCH):
        _index(connection, listed[start : start + _BATCH])


def catch_up(connection: Connection) -> int:
    """Put every event into the index that is not there yet; how many there were."""
    done, after = 0, ""
    wanted = text(
        "SELECT e.id FROM events e LEFT JOIN event_search_places p ON p.event_id = e.id"
        " WHERE e.id > :after AND p.place IS NULL ORDER BY e.id LIMIT :limit"
    )
    while ids := list(connection.execute(wanted, {"after": after, "limit": _BATCH}).scalars()):
        _index(connection, ids)
        after = ids[-1]
        done += len(ids)
    return done


def _index(connection: Connection, ids: Sequence[str]) -> None:
    _forget(connection, ids)
    wanted = select(
        *(getattr(EventRow, name) for name in _INDEXED)
    )  # not the table: a migration runs this on an older one
    rows = connection.execute(wanted.where(EventRow.id.in_(ids))).all()
    told, parties, stood = _told(connection, ids), _parties(connection, ids), _stood(connection, ids)
    places = _free(connection, {row.id: number_of(row.happened, row.id) for row in rows})
    made = []
    for row in rows:
        known = _told_of(row, told.get(row.id, ()), parties.get(row.id, ()))
        known = replace(known, past=past_of(row.happened, known.now(), stood.get(row.id, ())))
        made.append((places[row.id], tokens(known)))
    if places:
        given = [{"place": number, "event_id": identity} for identity, number in places.items()]
        connection.execute(text("INSERT INTO event_search_places (place, event_id) VALUES (:place, :event_id)"), given)
    put(connection, EVENTS, made)


def _forget(connection: Connection, ids: Sequence[str]) -> None:
    sqlite = connection.dialect.name == "sqlite"
    mine = f"event_id {_listed(sqlite)}"
    given = {"listed": given_list(sqlite, ids)}
    old = connection.execute(text(f"SELECT place FROM event_search_places WHERE {mine}"), given)  # noqa: S608 - names of ours
    if places := list(old.scalars()):
        forget(connection, EVENTS, places)
        connection.execute(text(f"UPDATE event_search_places SET event_id = NULL WHERE {mine}"), given)  # noqa: S608


def _free(connection: Connection, numbers: Mapping[str, int]) -> dict[str, int]:
    """Of each event its number, or the next one that was never given: the event was written before."""
    sqlite = connection.dialect.name == "sqlite"
    asked = text(f"SELECT place FROM event_search_places WHERE place {_listed(sqlite)}")  # noqa: S608 - names of ours
    free = dict(numbers)
    waiting = list(free)
    given: set[int] = set()
    while waiting:
        listed = {"listed": given_list(sqlite, [free[identity] for identity in waiting])}
        taken = set(connection.execute(asked, listed).scalars())
        again = []
        for identity in waiting:
            if free[identity] in taken or free[identity] in given:
                free[identity] += 1
                again.append(identity)
            else:
                given.add(free[identity])
        waiting = again
    return free


def _listed(sqlite: bool) -> str:
    return "IN (SELECT value FROM json_each(:listed))" if sqlite else "= ANY(:listed)"


def _told(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """The articles that tell of each event: the sentences, the titles, and then the texts."""
    mine = (
        select(EvidenceRow.event_id, EvidenceRow.finding, ArticleVersionRow.title, ArticleVersionRow.text)
        .join(ArticleVersionRow, ArticleVersionRow.id == EvidenceRow.article_version_id)
        .where(EvidenceRow.event_id.in_(ids), EvidenceRow.removed_at.is_(None))
        .order_by(EvidenceRow.id)
    )
    short: dict[str, list[str]] = {}
    long: dict[str, list[str]] = {}
    for row in connection.execute(mine):
        short.setdefault(row.event_id, []).extend((row.finding.get("evidence", ""), row.title))
        long.setdefault(row.event_id, []).append((row.text or "")[:_MOST_LETTERS])
    return {identity: [*parts, *long[identity]] for identity, parts in short.items()}


def _parties(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    mine = select(EventPartyRow.event_id, EventPartyRow.party).where(EventPartyRow.event_id.in_(ids))
    parties: dict[str, list[str]] = {}
    for row in connection.execute(mine.order_by(EventPartyRow.party)):
        parties.setdefault(row.event_id, []).append(row.party)
    return parties


@dataclass(frozen=True, slots=True)
class Stood:
    """How an event once stood: its day, when that was recorded, its fields."""

    happened: date
    recorded: date
    fields: tuple[Field, ...]


def _stood(connection: Connection, ids: Sequence[str]) -> dict[str, list[Stood]]:
    row, kind = RevisionRow, EventKindRow
    columns = (row.event_id, row.happened, row.recorded_at, row.agreement_id, row.actor_country)
    few = (*(getattr(kind, name) for name in _FIELDS), kind.tracked, kind.grade)
    mine = select(*columns, *few).join(kind, kind.id == row.kind).where(row.event_id.in_(ids))
    stood: dict[str, list[Stood]] = {}
    for one in connection.execute(mine):
        fields = (*_fields_of(one), ("tracked", str(one.tracked)), ("grade", str(one.grade)))
        stood.setdefault(one.event_id, []).append(Stood(one.happened, one.recorded_at.date(), fields))
    return stood


def past_of(happened: date, now: Iterable[Field], stood: Iterable[Stood]) -> tuple[Field, ...]:
    """What is indexed of an event's past: fields that were other than `now`, how far it lay ahead, whether its day was another."""
    known = list(stood)
    was = {field_ for one in known for field_ in one.fields} - set(now)
    ahead = max(((happened - one.recorded).days for one in known), default=0)
    moved = max((abs((happened - one.happened).days) for one in known), default=0)
    before = sorted((f"was {name}", value) for name, value in was)
    return (*before, *_marks("ahead", ahead, AHEAD), *_marks("moved", moved, MOVED))


def _marks(name: str, days: int, grades: Sequence[int]) -> list[Field]:
    return [(name, str(digits)) for digits in grades if max(0, days).bit_length() >= digits]


@dataclass(frozen=True, slots=True)
class Told:
    """What is indexed of an event: its texts, its fields by name, whether it is on the watchlist, how sure it is, whom it concerns."""

    texts: tuple[str, ...]
    fields: tuple[Field, ...]
    tracked: bool
    confidence: float
    parties: tuple[str, ...]
    past: tuple[Field, ...] = ()

    def now(self) -> list[Field]:
        """Its fields, as they are asked for."""
        return [*self.fields, ("tracked", str(self.tracked)), ("grade", str(grade_of(self.confidence)))]


def tokens(told: Told) -> tuple[str, ...]:
    """The tokens of an event. A mark between its texts keeps phrases from reaching over their ends."""
    stems = [stem for part in dict.fromkeys(told.texts) if part for stem in (*words(part), _MARK)]
    fields = [*told.now(), *(("party", party) for party in told.parties), *told.past]
    return (*stems[:_MOST_STEMS], *(token for name, value in fields for token in field(name, value)))


def _told_of(row: Any, texts: Iterable[str], parties: Iterable[str]) -> Told:
    own = (row.agreement, row.wording, row.actor, row.evidence)
    return Told((*own, *texts), _fields_of(row), row.agreement_id is not None, row.confidence, tuple(parties))


def _fields_of(row: Any) -> tuple[Field, ...]:
    own = [(name, getattr(row, name)) for name in _FIELDS]
    return (*own, ("country", row.actor_country), ("agreement", row.agreement_id or ""))
