"""Events taken along over HTTP: feeds, a calendar and files, each for any filter of the events."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pipeline import export, query
from pipeline.export import Channel
from pipeline.model import Event, Status
from pipeline.query import EventFilter
from pipeline.web.asked import EventFilters
from pipeline.web.problems import answers
from pipeline.web.site import document, site_of

ATOM, FEED, CALENDAR, CSV, PARQUET, LINES = (
    "application/atom+xml", "application/feed+json", "text/calendar; charset=utf-8", "text/csv; charset=utf-8",
    "application/vnd.apache.parquet", "application/jsonl",
)  # fmt: skip
router = APIRouter(tags=["files"])
Asked = Annotated[EventFilters, Query()]


def _documented(media_type: str, schema: dict[str, Any] | None = None) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": schema or {"type": "string"}}}
    return {200: {"description": "The file.", "content": content}, **answers()}


def _selected(request: Request, wanted: EventFilter) -> tuple[list[Event], str | None]:
    """One page of events, and the cursor of the rest."""
    page = query.events(site_of(request).database, wanted)
    return list(page.items), page.next


def _channel(request: Request, found: list[Event]) -> Channel:
    site = site_of(request)
    home = site.home(request)
    query_string = f"?{request.url.query}" if request.url.query else ""
    changed = query.recorded(site.database, [event.id for event in found])
    return Channel(f"{home}{request.url.path}{query_string}", f"{home}/", changed=changed)


def _next(request: Request, cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {}
    url = request.url.include_query_params(cursor=cursor)
    return {"Link": f'<{site_of(request).home(request)}{url.path}?{url.query}>; rel="next"'}


@router.get("/events.atom", response_class=Response, responses=_documented(ATOM))
def atom(request: Request, asked: Asked) -> Response:
    """Events as an Atom feed, the latest act first."""
    found, more = _selected(request, asked.wanted())
    return document(request, export.atom(found, _channel(request, found)), ATOM, headers=_next(request, more))


@router.get("/events.json", response_class=Response, responses=_documented(FEED, {"type": "object"}))
def json_feed(request: Request, asked: Asked) -> Response:
    """Events as a JSON Feed, the latest act first."""
    found, more = _selected(request, asked.wanted())
    headers = _next(request, more)
    link = headers["Link"][1:].partition(">")[0] if headers else None
    return document(request, export.json_feed(found, _channel(request, found), link), FEED, headers=headers)


@router.get("/events.ics", response_class=Response, responses=_documented(CALENDAR))
def calendar(request: Request, asked: Asked) -> Response:
    """Planned steps with a date, as a calendar to subscribe to."""
    wanted = asked.wanted()
    if not wanted.status:
        wanted = replace(wanted, status=(Status.PLANNED.value,), limit=max(wanted.limit, query.MOST))
    found, _ = _selected(request, wanted)
    channel = _channel(request, found)
    made = export.icalendar(found, channel.home, channel.changed)
    return document(request, made, CALENDAR, headers=_named("expected-steps.ics"))


@router.get("/events.csv", response_class=Response, responses=_documented(CSV))
def csv(request: Request, asked: Asked) -> Response:
    """Events for a spreadsheet."""
    found, more = _selected(request, asked.wanted())
    return document(request, export.csv_table(found), CSV, headers=_next(request, more) | _named("events.csv"))


@router.get("/events.jsonl", response_class=Response, responses=_documented(LINES))
def lines(request: Request, asked: Asked) -> Response:
    """Events as JSON Lines."""
    found, more = _selected(request, asked.wanted())
    return document(request, export.json_lines(found), LINES, headers=_next(request, more) | _named("events.jsonl"))


@router.get(
    "/events.parquet",
    response_class=Response,
    responses=_documented(PARQUET, {"type": "string", "format": "binary"}),
)
def parquet(request: Request, asked: Asked) -> Response:
    """Events as a Parquet file (422 where pyarrow is not installed)."""
    found, more = _selected(request, asked.wanted())
    return document(request, export.parquet(found), PARQUET, headers=_next(request, more) | _named("events.parquet"))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
