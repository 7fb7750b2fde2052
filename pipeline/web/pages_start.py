"""The start page: what is new, what is due, what needs a person, and whether the service itself is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline import query
from pipeline.model import Event, EventState, Status
from pipeline.query import ChangeNote, EventFilter
from pipeline.store import deliveries, desk
from pipeline.store.engine import Database
from pipeline.store.feeds import FeedHealth
from pipeline.web.pages_view import render
from pipeline.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_CHANGES, _NEW, _DUE, _REVIEW, _OVERDUE, _DEAD = 60, 12, 10, 8, 12, 100


@dataclass(frozen=True, slots=True)
class Late:
    """A planned step that was due and that nobody reported done."""

    due: desk.Expectation
    event: Event


@dataclass(frozen=True, slots=True)
class Health:
    """How the service fares, in a few numbers. `dead`: messages given up, at most 100 are counted."""

    sources: int
    failing: int
    last_poll: datetime | None
    dead: int


@router.get("/")
def start(request: Request) -> Response:
    """The start page."""
    site = site_of(request)
    return render(
        request,
        "start.html.j2",
        fresh=fresh(site.database),
        due=due(site),
        late=late(site),
        review=query.review(site.database, _REVIEW),
        health=health(site.database),
        watched=len(site.agreements()),
    )


def fresh(database: Database) -> tuple[ChangeNote, ...]:
    """The newest changes that people were, or would be, told of: one for each event, newest first."""
    newest = query.newest_change(database)
    notes, _ = query.changes(database, max(0, newest - _CHANGES), _CHANGES)
    told: dict[str, ChangeNote] = {}
    for note in reversed(notes):
        if note.event.state in (EventState.ALERTED, EventState.RETRACTED) and note.event.id not in told:
            told[note.event.id] = note
    return tuple(told.values())[:_NEW]


def due(site: Site) -> tuple[Event, ...]:
    """Announced steps that lie ahead, the nearest first."""
    asked = EventFilter(status=(Status.PLANNED.value,), since=site.today(), oldest_first=True, limit=3 * _DUE)
    ahead = (event for event in query.events(site.database, asked).items if "fulfilled" not in event.flags)
    return tuple(event for event in ahead if event.date is not None)[:_DUE]


def late(site: Site, limit: int = _OVERDUE, after: tuple[date, str] | None = None) -> tuple[Late, ...]:
    """Announced steps whose last day has passed, longest overdue first; `after`: behind the one of this last day and id."""
    found = site.database.read(lambda c: desk.overdue(c, site.today(), limit, after))
    events = query.some(site.database, [one.event_id for one in found])
    return tuple(Late(one, events[one.event_id]) for one in found if one.event_id in events)


def health(database: Database) -> Health:
    """The numbers of the service's health."""
    active = [one for one in query.feed_health(database) if is_active(one)]
    dead, _ = database.read(lambda c: deliveries.deliveries(c, state="dead", limit=_DEAD))
    polled = [one.last_polled for one in active if one.last_polled]
    return Health(len(active), sum(one.error is not None for one in active), max(polled, default=None), len(dead))


def is_active(one: FeedHealth) -> bool:
    """Whether a source is configured and switched on."""
    return one.configured and one.feed.enabled
