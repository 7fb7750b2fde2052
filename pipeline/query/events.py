"""Events as they stand now: lists by filter in keyset pages, one by its id, an agreement's timeline."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from pipeline.model import Event, EventState
from pipeline.query import by_words, past, walking
from pipeline.query.asking import MOST, EventFilter, Page, bounded, cursor_of
from pipeline.query.kept import Kept, kept_of
from pipeline.query.kinds import kinds
from pipeline.query.walking import Place, parts
from pipeline.store.engine import Database
from pipeline.store.search import phrases
from pipeline.store.sources import by_id, latest_of


def events(database: Database, wanted: EventFilter = EventFilter()) -> Page[Event]:  # noqa: B008 - frozen
    """Events, the latest act first. UsageError for a cursor that is not ours."""

    def work(connection: Connection) -> Page[Event]:
        ids, more = page_of(connection, wanted, kept_of(database))
        if wanted.as_of is not None:
            stood = {one.id: one for one in past.stood(connection, ids, wanted.as_of)}
        else:
            stood = by_id(connection, ids)
        return Page(tuple(stood[identity] for identity in ids), more)

    return database.read(work)


def event(database: Database, event_id: str, as_of: datetime | None = None) -> Event | None:
    """One event with its sources, now or as it stood then; None where there is (was) none. Tombstones are events."""

    def work(connection: Connection) -> Event | None:
        if as_of is not None:
            return next(iter(past.stood(connection, [event_id], as_of)), None)
        return by_id(connection, [event_id]).get(event_id)

    return database.read(work)


def timeline(database: Database, agreement_id: str, as_of: datetime | None = None) -> tuple[Event, ...]:
    """All that is known to have happened, or be planned, to one agreement: earliest first, at most the latest 1,000 steps."""
    page = events(database, EventFilter(agreement=(agreement_id,), as_of=as_of, limit=MOST))
    return tuple(reversed(page.items))


def course(database: Database, agreement_id: str, as_of: datetime | None = None) -> tuple[Event, ...]:
    """The same without what proves the steps, for what is worked out of all of them."""
    if as_of is not None:
        return timeline(database, agreement_id, as_of)
    return tuple(reversed(database.glance(lambda c: latest_of(c, agreement_id, MOST))))


def some(database: Database, ids: Collection[str]) -> dict[str, Event]:
    """These events with their sources, by their ids; tombstones are events."""
    return database.read(lambda c: by_id(c, ids))


def review(database: Database, limit: int = 50, cursor: str | None = None) -> Page[Event]:
    """Events that wait for a person, the latest act first."""
    return events(database, EventFilter(state=(EventState.REVIEW,), limit=limit, cursor=cursor))


def page_of(connection: Connection, wanted: EventFilter, kept: Kept | None = None) -> tuple[list[str], str | None]:
    """The ids of a page, in its order, and the cursor of the rest; by `kept` where it knows them, else by the indexes."""
    limit = bounded(wanted.limit)
    found = kept.places(connection, wanted, limit + 1) if kept is not None else None
    if found is None:
        found = (_places if wanted.as_of is None else past.places)(connection, wanted, limit + 1)
    more = cursor_of(*found[limit - 1]) if len(found) > limit else None
    return [identity for _, identity in found[:limit]], more


def _places(connection: Connection, wanted: EventFilter, limit: int) -> list[Place]:
    """Where the first `limit` events stand that answer, in order.

    An act told as a month or a year that begins before `since` can still lie in the range; these few are asked for by
    themselves, so that the rest is one walk along an index.
    """
    asked = phrases(wanted.text) if wanted.text else ()
    which = kinds(wanted)
    found: list[Place] = []
    for where, lasts in parts(wanted):
        left = limit - len(found)
        if asked:
            found += by_words.places(connection, wanted, asked, where, left, lasts)
        else:
            found += walking.places(connection, wanted, which, where, left, lasts)
    return found
