"""The message for people out of a claimed body, with what is known beside it: timeline, what is expected, the daily cap's note."""

from __future__ import annotations

from typing import Any

from pipeline.alert import select
from pipeline.alert.compose import cap_note
from pipeline.alert.letters import letter
from pipeline.alert.values import About, Expected, Message
from pipeline.flow.parts import Parts
from pipeline.model import Event
from pipeline.store import kept, standing
from pipeline.store.outbox import Delivery


def written(connection: Any, parts: Parts, claimed: Delivery) -> Message:
    """The message. ValueError or KeyError for a body that is none of ours."""
    channel = parts.channels[claimed.channel_id]
    note = ""
    if channel.daily_cap and claimed.kind.startswith("event."):
        begin = select.day_start(channel, claimed.created_at)
        note = cap_note(channel, kept.place_since(connection, claimed.id, begin))
    made = letter(
        parts.composer,
        claimed.payload,
        channel,
        claimed.created_at,
        lambda event: _about(connection, parts, event, claimed),
        note=note,
    )
    if made is None:
        raise ValueError("nothing is left to tell")
    return made


def _about(connection: Any, parts: Parts, event: Event, claimed: Delivery) -> About:
    """What was known of the agreement when the message was made, so that a mail that is tried again says the same."""
    if event.agreement_id is None:
        return About(parties=(event.actor_country,) if event.actor_country else ())
    agreement = parts.context.agreements.get(event.agreement_id)
    awaited = standing.awaited(connection, event.agreement_id)
    return About(
        agreement=agreement,
        parties=agreement.parties if agreement else (),
        timeline=standing.steps(connection, event.agreement_id, claimed.created_at),
        expected=tuple(_expected(one) for one in awaited if one.id != event.id),
    )


def _expected(event: Event) -> Expected:
    return Expected(event.type, event.stage, event.actor, event.actor_country, event.date)
