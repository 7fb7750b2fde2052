"""The REST API's reading half: events, agreements, articles, feeds, deliveries, changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pipeline import query
from pipeline.model import Agreement, Event
from pipeline.query import EventFilter
from pipeline.query import told as written
from pipeline.status import status_of
from pipeline.store import deliveries as delivery_rows
from pipeline.web import plain, told
from pipeline.web.asked import (
    BIGGEST,
    After,
    AgreementId,
    AsOf,
    EventFilters,
    EventId,
    FeedId,
    Identifier,
    Limit,
    On,
    Party,
    RowId,
    Text,
    Version,
    Word,
)
from pipeline.web.problems import Refusal, answers
from pipeline.web.site import Site, answer, listed, site_of, who_asks

router = APIRouter(prefix="/api/v1", responses=answers())
_MISSING = answers(404)
_PAGE = 50


@router.get("/events", response_model=told.Page[told.EventOut], tags=["events"])
def list_events(request: Request, asked: Annotated[EventFilters, Query()]) -> Response:
    """Events by filter, the latest act first."""
    page = written.events(site_of(request).database, asked.wanted())
    return listed(request, page.items, page.next)


@router.get("/events/{event_id}", response_model=told.EventDetail, responses=_MISSING, tags=["events"])
def one_event(request: Request, event_id: EventId, as_of: AsOf = None) -> Response:
    """One event with its revisions and deliveries, now or as it was known at a time. What was taken back is found, too."""
    database = site_of(request).database
    found = query.event(database, event_id, as_of)
    if found is None:
        raise Refusal(404, f"There is no event {event_id}" + (" recorded by then." if as_of else "."))
    then = [r for r in query.revisions(database, event_id) if as_of is None or r.recorded_at <= as_of]
    sent = [d for d in query.deliveries_of(database, event_id) if as_of is None or d.created_at <= as_of]
    extra = {"revisions": list(map(plain.revision, then)), "deliveries": list(map(plain.delivery, sent))}
    return answer(request, plain.event(found) | extra)


@router.get("/agreements", response_model=told.Page[told.AgreementOut], tags=["agreements"])
def list_agreements(
    request: Request,
    party: Annotated[Party | None, Query(description="Only agreements of this party.")] = None,
    q: Annotated[Text | None, Query(description="Words that stand in a title, an alias or the id.")] = None,
    limit: Limit = 100,
    cursor: Annotated[Identifier | None, Query(description="`next` of the page before.")] = None,
) -> Response:
    """The watchlist, by id."""
    wanted = (q or "").casefold().split()
    found = [
        (one, source)
        for one, source in site_of(request).agreements().values()
        if (party is None or party in one.parties) and (cursor is None or one.id > cursor) and _names(one, wanted)
    ]
    page = found[:limit]
    more = page[-1][0].id if len(found) > limit else None
    return answer(request, _page((plain.agreement(one, source) for one, source in page), more))


def _names(one: Any, wanted: list[str]) -> bool:
    names = " ".join((one.id, one.title, *one.aliases, *(title for _, title in one.titles))).casefold()
    return all(word in names for word in wanted)


@router.get("/agreements/{agreement_id}", response_model=told.AgreementDetail, responses=_MISSING, tags=["agreements"])
def one_agreement(request: Request, agreement_id: AgreementId, on: On = None, as_of: AsOf = None) -> Response:
    """An agreement with its status, party by party: as known at `as_of`, for the day `on`."""
    site = site_of(request)
    one, source = _agreement(site, agreement_id)
    known = query.course(site.database, agreement_id, as_of)
    last = next((event for event in reversed(known) if event.status == "occurred"), None)
    latest = query.event(site.database, last.id, as_of) if last else None
    made = plain.agreement(one, source)
    made["status"] = _status(site, one, known, on, as_of)
    made["latest"] = plain.event(latest) if latest else None
    return answer(request, made)


@router.get(
    "/agreements/{agreement_id}/timeline",
    response_model=told.Page[told.EventOut],
    responses=_MISSING,
    tags=["agreements"],
)
def agreement_timeline(
    request: Request,
    agreement_id: AgreementId,
    as_of: AsOf = None,
    limit: Limit = _PAGE,
    cursor: Annotated[str | None, Query(pattern=query.CURSOR, description="`next` of the page before.")] = None,
) -> Response:
    """Every step on record, the earliest act first."""
    site = site_of(request)
    wanted = EventFilter(agreement=(agreement_id,), as_of=as_of, oldest_first=True, limit=limit, cursor=cursor)
    page = written.events(site.database, wanted)
    if not page.items:
        _agreement(site, agreement_id)
    return listed(request, page.items, page.next)


@router.get("/agreements/{agreement_id}/status", response_model=told.StatusOut, responses=_MISSING, tags=["agreements"])
def agreement_status(request: Request, agreement_id: AgreementId, on: On = None, as_of: AsOf = None) -> Response:
    """Where each party stands: as known at `as_of`, for the day `on`. Derived by rule from events each time."""
    site = site_of(request)
    one, _ = _agreement(site, agreement_id)
    return answer(request, _status(site, one, query.course(site.database, agreement_id, as_of), on, as_of))


def _status(site: Site, one: Agreement, known: Iterable[Event], on: Any, as_of: Any) -> plain.Plain:
    return plain.status(status_of(one, known, on or site.today()), as_of)


def _agreement(site: Site, agreement_id: str) -> tuple[Agreement, str]:
    found = site.agreement(agreement_id)
    if found is None:
        raise Refusal(404, f"{agreement_id} is not on the watchlist.")
    return found


@router.get("/articles", response_model=told.Page[told.HitOut], tags=["articles"])
def search_articles(
    request: Request,
    q: Annotated[
        Text, Query(description="Words; all must stand in the title or text. English and Russian by their stems.")
    ],
    limit: Limit = _PAGE,
    cursor: After = None,
) -> Response:
    """Stored articles in which all these words stand, the latest stored first."""
    page = query.found_articles(site_of(request).database, q, limit, cursor)
    return answer(request, _page(map(plain.hit, page.items), page.next))


@router.get("/articles/{article_id}", response_model=told.ArticleOut, responses=_MISSING, tags=["articles"])
def one_article(request: Request, article_id: RowId, version: Version = None) -> Response:
    """An article with its text and every claim read in this version of it."""
    found = query.article(site_of(request).database, article_id, version)
    if found is None:
        raise Refusal(404, f"There is no article {article_id}" + (f" of version {version}." if version else "."))
    return answer(request, plain.article(found))


@router.get("/feeds", response_model=told.Page[told.FeedOut], tags=["feeds"])
def list_feeds(request: Request) -> Response:
    """Every source and how it fares."""
    return answer(request, _page(map(plain.feed, query.feed_health(site_of(request).database))))


@router.get("/feeds/{feed_id}", response_model=told.FeedDetail, responses=_MISSING, tags=["feeds"])
def one_feed(request: Request, feed_id: FeedId) -> Response:
    """A source with its latest hundred polls."""
    database = site_of(request).database
    found = next((one for one in query.feed_health(database) if one.feed.id == feed_id), None)
    if found is None:
        raise Refusal(404, f"There is no source {feed_id}.")
    return answer(request, plain.feed(found) | {"polls": list(map(plain.poll, query.polls(database, feed_id)))})


@router.get("/deliveries", response_model=told.Page[told.DeliveryOut], tags=["alerts"])
def list_deliveries(
    request: Request,
    state: Annotated[
        Word | None, Query(description="pending, leased, delivered, dead, muted, held or bundled.")
    ] = None,
    channel: Annotated[Identifier | None, Query(description="Only this channel.")] = None,
    limit: Limit = _PAGE,
    cursor: After = None,
) -> Response:
    """Messages to channels with every try, the newest first."""
    before = int(cursor) if cursor else None
    found, more = site_of(request).database.read(
        lambda c: delivery_rows.deliveries(c, state=state, channel_id=channel, before=before, limit=limit)
    )
    return answer(request, _page(map(plain.delivery, found), None if more is None else str(more)))


@router.get("/review", response_model=told.Page[told.EventOut], tags=["review"])
def list_review(
    request: Request,
    limit: Limit = _PAGE,
    cursor: Annotated[str | None, Query(pattern=query.CURSOR, description="`next` of the page before.")] = None,
) -> Response:
    """Events that wait for a person, the latest act first."""
    page = written.review(site_of(request).database, limit, cursor)
    return listed(request, page.items, page.next)


@router.get("/changes", response_model=told.ChangesOut, tags=["events"])
def list_changes(
    request: Request,
    since: Annotated[int, Query(ge=0, le=BIGGEST, description="`next` of the last answer; 0 for everything.")] = 0,
    limit: Limit = 100,
) -> Response:
    """What changed since, in the order of the commits; events that were taken back among them. Events are as they are now."""
    notes, last = written.changes(site_of(request).database, since, limit)
    return listed(request, notes, str(last))


@router.get("/me", response_model=told.MeOut, tags=["access"])
def me(request: Request) -> Response:
    """Whoever asks, and what he may."""
    person = who_asks(request)
    return answer(request, {"name": person.name, "scopes": sorted(person.scopes)})


def _page(items: Iterable[plain.Plain], more: str | None = None) -> plain.Plain:
    return {"items": list(items), "next": more}
