"""The channels: how they fare, switching one on again, a test, what a filter would have sent, one message with its body.

As `treatywatch alerts list/show/enable/test/test-filter`; the rest of the alerts over HTTP is in `api` and `desk`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from pipeline.alert import masks
from pipeline.alert.options import ChannelFilter, ChannelOptions
from pipeline.flow.trial import queue_test, try_filter
from pipeline.model import EventType, Status
from pipeline.plan import instant
from pipeline.store import deliveries, desk, outbox
from pipeline.web import plain, told
from pipeline.web.asked import DeliveryId, Identifier, Language, Party, Word
from pipeline.web.problems import Refusal, answers
from pipeline.web.site import answer, site_of, who_asks

router = APIRouter(prefix="/api/v1", responses=answers(404), tags=["alerts"])
FIRST_STATES = ("dead", "pending", "delivered", "muted", "held", "bundled", "leased")
ChannelId = Annotated[str, Path(pattern=r"^[^\x00-\x20\x7f/\\\\]{1,100}$", description="A channel's id.")]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as configured (None: not any more) and as it fares. `target` is masked; `counts`: messages by state."""

    id: str
    options: ChannelOptions | None
    target: str
    health: deliveries.ChannelHealth | None
    counts: tuple[tuple[str, int], ...]


class ChannelOut(BaseModel):
    """A channel: as configured (`kind` null: not any more), where it goes (masked), how it fares, its messages by state."""

    model_config = ConfigDict(extra="forbid")
    id: str
    kind: str | None
    role: str | None
    mode: str | None
    target: str
    disabled_at: str | None
    disabled_why: str | None
    last_success: str | None
    failures: int
    messages: dict[str, int]


class TestOut(BaseModel):
    """The test's message: its tries stand under `/deliveries/{id}` in a moment."""

    model_config = ConfigDict(extra="forbid")
    id: str


class MessageOut(told.DeliveryOut):
    """A message with its tries and its body, as a webhook gets it."""

    body: str


class TriedOut(BaseModel):
    """What a filter would have sent, of how many events, and which of its parts left out how many."""

    model_config = ConfigDict(extra="forbid")
    events: list[told.EventOut]
    looked_at: int
    left_out: dict[str, int]


class FilterIn(BaseModel):
    """A filter to be tried: parts that are given replace those of `channel`'s."""

    model_config = ConfigDict(extra="forbid")
    channel: Identifier | None = Field(None, description="Begin with this channel's filter.")
    agreements: list[Identifier] | None = Field(None, alias="agreement", max_length=50)
    parties: list[Party] | None = Field(None, alias="party", max_length=50)
    types: list[EventType] | None = Field(None, alias="type", max_length=50)
    stages: list[Word] | None = Field(None, alias="stage", max_length=50)
    statuses: list[Status] | None = Field(None, alias="status", max_length=10)
    jurisdictions: list[Party] | None = Field(None, alias="jurisdiction", max_length=50)
    languages: list[Language] | None = Field(None, alias="language", max_length=50)
    min_confidence: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    discovered: bool | None = None
    days: int = Field(90, ge=1, le=3650, description="Try it on the events first seen in so many days.")

    def wanted(self, base: ChannelFilter) -> ChannelFilter:
        """The channel's filter with the parts that were asked for in place of its own."""
        given = self.model_dump(exclude={"channel", "days"}, exclude_none=True)
        parts: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
        return replace(base, **parts)


def channels(request: Request) -> tuple[Channel, ...]:
    """Every channel that is configured or ever had a message."""
    site = site_of(request)
    counted, known = site.database.read(lambda c: (deliveries.counts(c), deliveries.channels(c)))
    configured = {one.id: one for one in site.settings.channels}
    names = [*configured, *sorted({channel for channel, _ in counted} | set(known) - set(configured))]
    return tuple(
        Channel(
            id=name,
            options=configured.get(name),
            target=masks.target(configured[name]) if name in configured else "",
            health=known.get(name),
            counts=tuple((state, counted[name, state]) for state in FIRST_STATES if (name, state) in counted),
        )
        for name in dict.fromkeys(names)
    )


@router.get("/channels", response_model=told.Page[ChannelOut])
def list_channels(request: Request) -> Response:
    """Every channel that is configured or ever had a message."""
    return answer(request, {"items": list(map(_plain, channels(request))), "next": None})


def _plain(one: Channel) -> dict[str, Any]:
    options, health = one.options, one.health
    return {
        "id": one.id,
        "kind": options.kind if options else None,
        "role": options.role if options else None,
        "mode": options.mode if options else None,
        "target": one.target,
        "disabled_at": instant(health.disabled_at) if health else None,
        "disabled_why": health.disabled_why if health else None,
        "last_success": instant(health.last_success) if health else None,
        "failures": health.failures if health else 0,
        "messages": dict(one.counts),
    }


@router.post("/channels/{channel_id}/enable", status_code=204, response_class=Response)
def enable(request: Request, channel_id: ChannelId) -> Response:
    """Switch a channel on again whose receiver had said that it is gone; what it was not given is sent."""
    if channel_id not in {one.id for one in channels(request)}:
        raise Refusal(404, "There is no channel of this name.")
    site, who = site_of(request), who_asks(request).name

    def work(connection: Any) -> None:
        outbox.enable(connection, channel_id, site.now())
        desk.audit(connection, who, "channel.enabled", channel_id, {}, site.now())

    site.database.write(work)
    return Response(status_code=204)


@router.post("/channels/{channel_id}/test", response_model=TestOut, status_code=202, responses=answers(409))
async def test(request: Request, channel_id: ChannelId) -> Response:
    """Send a marked test to a channel, once."""
    site, who = site_of(request), who_asks(request).name
    chosen = {one.id: one for one in site.settings.channels}.get(channel_id)
    if chosen is None:
        raise Refusal(404, "There is no channel of this name.")

    def work(connection: Any) -> str:
        health = deliveries.channels(connection).get(channel_id)
        if health and health.disabled_at:
            raise Refusal(409, "The channel is switched off: enable it first.")
        desk.audit(connection, who, "channel.tested", channel_id, {}, site.now())
        return queue_test(connection, chosen, site.now())

    made = await asyncio.to_thread(site.database.write, work)
    site.service.parts.nudge.set()
    return answer(request, {"id": made}, 202, {"Location": f"/api/v1/deliveries/{made}"})


@router.get("/deliveries/{delivery_id}", response_model=MessageOut)
def one_delivery(request: Request, delivery_id: DeliveryId) -> Response:
    """One message: every try with its answer, and the body."""
    found = site_of(request).database.read(lambda c: deliveries.delivery(c, delivery_id))
    if found is None:
        raise Refusal(404, f"There is no delivery {delivery_id}.")
    return answer(request, plain.delivery(found) | {"body": found.payload})


@router.get("/filter-trial", response_model=TriedOut)
def filter_trial(request: Request, asked: Annotated[FilterIn, Query()]) -> Response:
    """What a filter would have sent, before it is saved."""
    site = site_of(request)
    saved = {one.id: one.filter for one in site.settings.channels}
    if asked.channel is not None and asked.channel not in saved:
        raise Refusal(404, "There is no channel of this name.")
    wanted = asked.wanted(saved[asked.channel] if asked.channel else ChannelFilter())
    tried = site.database.read(lambda c: try_filter(c, wanted, site.now() - timedelta(days=asked.days)))
    events = list(map(plain.event, tried.sent))
    return answer(request, {"events": events, "looked_at": tried.looked_at, "left_out": dict(tried.left_out)})
