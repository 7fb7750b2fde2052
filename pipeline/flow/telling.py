"""From what a plan has to tell to the messages of each channel: who hears, and when.

    AlertPlan ─▶ does the channel want it? ─▶ when? ─▶ pending | held (digest, daily cap) | muted ─▶ Outgoing

`outgoing` reads what was told before, in the event's own transaction; `choose` decides, and is pure. What follows a message that
is still kept back is kept with it, so that they are told as one, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.alert import payload, select
from pipeline.alert.options import ChannelOptions
from pipeline.alert.select import Because, Timely
from pipeline.alert.values import Mute, Notice
from pipeline.model import Direction, EventType
from pipeline.plan import AlertPlan, agreement_key_of
from pipeline.store import desk, kept
from pipeline.store.kept import Told
from pipeline.store.messages import OutboxState, Outgoing

_DIRECTIONS: Mapping[str, Direction] = {
    "event.created": "created",
    "event.revised": "revised",
    "event.retracted": "retracted",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was told, and what holds now. `sent_today`: by channel; only of those with a daily cap."""

    told: Mapping[tuple[str, str], Told]
    mutes: Sequence[Mute] = ()
    sent_today: Mapping[str, int] | None = None


def outgoing(
    connection: Any, alerts: Sequence[AlertPlan], now: datetime, channels: Mapping[str, ChannelOptions]
) -> tuple[Outgoing, ...]:
    """The messages that these alerts become."""
    wanted = [alert for alert in alerts if alert.subscription in channels]
    if not wanted:
        return ()
    asked = {alert.subscription for alert in wanted}
    facts = Facts(
        told=kept.told(connection, {alert.event.id for alert in wanted}),
        mutes=mutes_of(connection, now),
        sent_today={one: _sent_today(connection, channels[one], now) for one in asked if channels[one].daily_cap},
    )
    return choose(wanted, channels, facts, now)


def mutes_of(connection: Any, now: datetime) -> tuple[Mute, ...]:
    """The mutes in force."""
    return tuple(
        Mute(
            str(one.id),
            one.agreement_id,
            one.party,
            EventType(one.type) if one.type else None,
            one.until,
            one.channel_id,
        )
        for one in desk.mutes(connection, now)
    )


def _sent_today(connection: Any, channel: ChannelOptions, now: datetime) -> int:
    """What counts against the daily cap; while anything of yesterday is still held by it, the cap is reached."""
    if kept.holds(connection, channel.id, Timely.DAILY_CAP):
        return channel.daily_cap
    return kept.sent_since(connection, channel.id, select.day_start(channel, now))


def choose(
    alerts: Sequence[AlertPlan], channels: Mapping[str, ChannelOptions], facts: Facts, now: datetime
) -> tuple[Outgoing, ...]:
    """Decide about each alert in turn; those sent at once count against the daily cap of the next."""
    sent = dict(facts.sent_today or {})
    made = []
    for alert in alerts:
        channel = channels[alert.subscription]
        known = facts.told.get((channel.id, alert.event.id), Told())
        message = _choose(alert, channel, known, facts.mutes, now, sent.get(channel.id, 0))
        if message is not None:
            made.append(message)
            sent[channel.id] = sent.get(channel.id, 0) + (message.state is OutboxState.PENDING)
    return tuple(made)


def _choose(
    alert: AlertPlan, channel: ChannelOptions, known: Told, mutes: Sequence[Mute], now: datetime, sent_today: int
) -> Outgoing | None:
    told = known.first is not None or known.kept is not None
    kind = _DIRECTIONS[alert.kind]
    if (alert.offer and told) or (kind != "created" and not told):
        return None
    decision = select.wants(
        channel, alert.event, kind, alert.parties, now=now, told=told, mutes=mutes, changes=alert.changes
    )
    if not decision.send and decision.reason is not Because.MUTED:
        return None
    message = _message(alert, channel, decision.kind, known, now)
    if known.kept is not None and not (kind == "retracted" and known.first is not None):
        state, reason, due = known.kept
        return replace(message, state=state, reason=reason, next_try=due, overtakes=False)
    if decision.mute is not None:
        mute = next(one for one in mutes if one.id == decision.mute)
        reason = desk.mute_reason(mute.id)
        return replace(message, state=OutboxState.MUTED, reason=reason, next_try=mute.until or kept.NEVER)
    return timed(message, channel, now, sent_today)


def timed(message: Outgoing, channel: ChannelOptions, now: datetime, sent_today: int = 0) -> Outgoing:
    """The message with the moment at which the channel may hear of it."""
    timing = select.when(channel, now, sent_today=sent_today)
    if timing.together:
        return replace(message, state=OutboxState.HELD, reason=timing.reason.value, next_try=timing.at)
    reason = None if timing.reason is Timely.AT_ONCE else timing.reason.value
    return replace(message, next_try=timing.at, reason=reason)


def _message(alert: AlertPlan, channel: ChannelOptions, kind: Direction, known: Told, now: datetime) -> Outgoing:
    event = alert.event
    correction = kind != "created"
    notice = Notice(
        kind,
        event,
        alert.changes if correction else (),
        known.first if correction else None,
        alert.because if correction else "",
    )
    return Outgoing(
        channel=channel.id,
        kind=f"event.{kind}",
        subject=f"{event.id}|{event.revision}",
        order=agreement_key_of(event),
        body=payload.event_body(notice, now).decode(),
        next_try=now,
        event_id=event.id,
        revision=event.revision,
        overtakes=kind == "retracted",
    )
