"""The sources: how each fares, what it brought last, a small plot of how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline import query
from pipeline.store.feeds import FeedHealth
from pipeline.store.latest import latest_items
from pipeline.store.polls import PollView, polls
from pipeline.web.asked import FeedId
from pipeline.web.pages_start import is_active
from pipeline.web.pages_view import render
from pipeline.web.problems import Refusal
from pipeline.web.site import site_of

router = APIRouter(include_in_schema=False)
_BARS, _MANY_BARS, _HEIGHT = 40, 120, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One look at a source: how high its bar is drawn, and whether it failed."""

    x: int
    height: int
    new: int
    failed: bool
    poll: PollView


@dataclass(frozen=True, slots=True)
class Source:
    """A source in the list with its bars, oldest first. `brought`: new items in these looks."""

    health: FeedHealth
    bars: tuple[Bar, ...]
    brought: int


@router.get("/feeds")
def sources(request: Request) -> Response:
    """Every source, those in trouble first."""
    database = site_of(request).database
    found = query.feed_health(database)
    looks = database.read(lambda c: {one.feed.id: polls(c, one.feed.id, _BARS) for one in found})
    rows = [_source(one, looks[one.feed.id]) for one in found]
    rows.sort(key=lambda row: (not is_active(row.health), row.health.error is None, row.health.feed.id))
    return render(request, "feeds.html.j2", rows=rows, height=_HEIGHT, width=_BARS * 4)


@router.get("/feeds/{feed_id}")
def one_source(request: Request, feed_id: FeedId) -> Response:
    """One source: its health, its latest looks, its latest items."""
    database = site_of(request).database
    found = next((one for one in query.feed_health(database) if one.feed.id == feed_id), None)
    if found is None:
        raise Refusal(404, "There is no source of this name.")
    looks = database.read(lambda c: polls(c, feed_id, _MANY_BARS))
    items = database.read(lambda c: latest_items(c, feed_id, 30))
    return render(
        request,
        "feed.html.j2",
        source=_source(found, looks, 80),
        active=is_active(found),
        looks=looks[:30],
        items=items,
        height=80,
        width=_MANY_BARS * 6,
    )


def _source(one: FeedHealth, looks: Sequence[PollView], height: int = _HEIGHT) -> Source:
    return Source(one, bars(looks, height), sum(look.new for look in looks))


def bars(looks: Sequence[PollView], height: int) -> tuple[Bar, ...]:
    """A bar for each look, oldest first; the highest fills the plot, one that brought something is at least 3 pixels."""
    most = max((look.new for look in looks), default=0)
    return tuple(
        Bar(
            x=place,
            height=max(3, round(look.new / most * height)) if look.new else 0,
            new=look.new,
            failed=look.outcome not in ("fetched", "unchanged", "not_modified"),
            poll=look,
        )
        for place, look in enumerate(reversed(looks))
    )
