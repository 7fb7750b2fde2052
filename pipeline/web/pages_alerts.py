"""The alerts: channels, messages and their tries, dead letters, mutes; and the audit of what people did by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from pipeline.model import EventType
from pipeline.store import deliveries
from pipeline.store import desk as kept
from pipeline.store.messages import OutboxState
from pipeline.web import channels as deciding_channels
from pipeline.web import desk as deciding
from pipeline.web.asked import DeliveryId, MuteIn, RowId
from pipeline.web.pages_events import asked_pairs, faults_of
from pipeline.web.pages_view import Sent, back_to, own_path, render
from pipeline.web.problems import Refusal
from pipeline.web.site import site_of

router = APIRouter(include_in_schema=False)
_LISTED = 50
_DAYS = (("1", "a day"), ("7", "a week"), ("30", "a month"), ("", "until it is ended"))


@router.get("/alerts")
def alerts(request: Request) -> Response:
    """All channels, all messages."""
    return _page(request, None)


@router.get("/channels/{channel_id}")
def one_channel(request: Request, channel_id: str) -> Response:
    """One channel and its messages."""
    return _page(request, channel_id)


def _page(request: Request, channel_id: str | None) -> Response:
    site = site_of(request)
    given = dict(asked_pairs(request))
    state = given.get("state")
    if state is not None and state not in set(OutboxState):
        raise Refusal(422, "There is no such state of a message.")
    after = given.get("cursor", "")
    before = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
    known = deciding_channels.channels(request)
    if channel_id is not None and channel_id not in {one.id for one in known}:
        raise Refusal(404, "There is no channel of this name.")
    found, more = site.database.read(
        lambda c: deliveries.deliveries(c, state=state, channel_id=channel_id, before=before, limit=_LISTED)
    )
    mutes = site.database.read(lambda c: kept.mutes(c, site.now()))
    return render(
        request,
        "alerts.html.j2",
        only=channel_id,
        channels=[one for one in known if channel_id in (None, one.id)],
        messages=found,
        more=more,
        state=state,
        states=deciding_channels.FIRST_STATES,
        mutes=[one for one in mutes if channel_id in (None, one.channel_id)],
        days=_DAYS,
        types=tuple(EventType),
        agreements=tuple(site.agreements())[:500],
    )


@router.post("/deliveries/{delivery_id}/replay")
def replay(request: Request, delivery_id: DeliveryId, sent: Sent) -> Response:
    """Send a message again."""
    deciding.replay(request, delivery_id)
    return back_to(own_path(sent.get("back"), "/alerts"))


@router.post("/channels/{channel_id}/enable")
def enable(request: Request, channel_id: str, sent: Sent) -> Response:
    """Switch a channel on again that its receiver switched off."""
    deciding_channels.enable(request, channel_id)
    return back_to(own_path(sent.get("back"), "/alerts"))


@router.post("/mutes")
def mute(request: Request, sent: Sent) -> Response:
    """Hear nothing of a channel, an agreement or a kind of step for a while; messages are kept."""
    given: dict[str, Any] = {
        name: sent.get(name) for name in ("channel", "agreement", "type", "party") if sent.get(name)
    }
    if not given:
        raise Refusal(422, "Say what is muted: a channel, an agreement, a party or a kind of step.")
    given |= {"why": sent.get("why"), "until": _until(site_of(request).now(), sent.get("days"))}
    try:
        wanted = MuteIn.model_validate(given)
    except ValidationError as error:
        raise Refusal(422, "; ".join(faults_of(error))) from None
    deciding.add_mute(request, wanted)
    return back_to(own_path(sent.get("back"), "/alerts"))


def _until(now: datetime, days: str) -> str | None:
    if days not in {one for one, _ in _DAYS}:
        raise Refusal(422, "A mute lasts a day, a week, a month, or until it is ended.")
    return (now + timedelta(days=int(days))).isoformat() if days else None


@router.post("/mutes/{mute_id}/end")
def end_mute(request: Request, mute_id: RowId, sent: Sent) -> Response:
    """End a mute."""
    deciding.end_mute(request, mute_id)
    return back_to(own_path(sent.get("back"), "/alerts"))


@router.get("/audit")
def audit(request: Request) -> Response:
    """What people did by hand, the newest first. Needs the scope admin."""
    deciding.needs_admin(request)
    notes = site_of(request).database.read(lambda c: kept.audited(c, 200))
    return render(request, "audit.html.j2", notes=notes)
