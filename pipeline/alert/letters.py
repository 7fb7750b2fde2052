"""From the body that lies in the outbox to the message that people read: one function, whatever kind the body is of.

The body is what was known when the message was queued; what only the message for people has (timeline, what is expected) is
handed in. So a mail that is tried again says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.alert import payload
from pipeline.alert.compose import Composer
from pipeline.alert.digest import fold
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import About, Message, Notice, Trouble
from pipeline.model import (
    Agreement,
    Direction,
    Event,
    EventState,
    EventType,
    PartialDate,
    Salience,
    Source,
    Status,
)
from pipeline.plan import Change

_KINDS: Mapping[str, Direction] = {
    "event.created": "created",
    "event.revised": "revised",
    "event.retracted": "retracted",
}
_NOTHING = About()
_NEVER = datetime.max.replace(tzinfo=UTC)


def letter(
    composer: Composer,
    body: str,
    channel: ChannelOptions,
    at: datetime,
    about: Callable[[Event], About] = lambda _: _NOTHING,
    *,
    note: str = "",
) -> Message | None:
    """The message for a body; None where nothing is left to tell (all that a digest held was taken back meanwhile).

    `at`: when the delivery was made. `about`: what is known beside an event. `note`: see `Composer.event`. ValueError or
    KeyError for a body that is none of ours.
    """
    read = json.loads(body)
    kind, data = read["type"], read["data"]
    if kind in _KINDS:
        notice = notice_of(read)
        return composer.event(notice, about(notice.event), channel, note=note)
    match kind:
        case payload.DIGEST:
            return _digest(composer, data, channel, at, about)
        case payload.OVERDUE:
            expected = event_from_dict(data)
            return composer.overdue(expected, about(expected), channel, at)
        case payload.STALLED:
            last = event_from_dict(data["last_event"]) if data.get("last_event") else None
            agreement = Agreement(data["agreement_id"], data["agreement"])
            return composer.stalled(agreement, last, int(data["days"]), about(last) if last else _NOTHING, channel)
        case payload.OPERATOR:
            facts = tuple((str(name), str(value)) for name, value in data.get("facts", {}).items())
            trouble = Trouble(data["what"], data.get("do", ""), facts, data.get("reason", ""))
            return composer.operator(trouble, channel)
        case payload.TEST:
            return composer.test(channel, at)
    raise ValueError(f"no message is of the kind {kind!r}")


def _digest(
    composer: Composer, data: Mapping[str, Any], channel: ChannelOptions, at: datetime, about: Callable[[Event], About]
) -> Message | None:
    notices = fold(notice_of(item) for item in data["items"])
    if not notices:
        return None
    abouts = {notice.event.agreement_id: about(notice.event) for notice in notices}
    known = {key: value for key, value in abouts.items() if key is not None}
    return composer.digest(notices, channel, at, reason=data.get("reason", payload.DIGEST), abouts=known)


def notice_of(read: Mapping[str, Any]) -> Notice:
    """The news in the body of an event's message, or in an item of a digest."""
    changes = tuple(Change(one["field"], one["before"], one["after"]) for one in read.get("changes", ()))
    first, because = read.get("first_delivery"), read.get("because", "")
    return Notice(_KINDS[read["type"]], event_from_dict(read["data"]), changes, first, because)


def event_from_dict(data: Mapping[str, Any]) -> Event:
    """The event out of its JSON form (`plan.event_as_dict`)."""
    return Event(
        id=data["id"],
        agreement_id=data["agreement_id"],
        agreement=data["agreement"],
        type=EventType(data["type"]),
        status=Status(data["status"]),
        salience=Salience(data["salience"]),
        stage=data["stage"],
        wording=data["wording"],
        actor=data["actor"],
        actor_country=data["actor_country"],
        date=_date(data["date"]),
        effective_date=_date(data["effective_date"]),
        confidence=data["confidence"],
        reasons=tuple(data["reasons"]),
        evidence=data["evidence"],
        start=data["start"],
        end=data["end"],
        sources=_sources(data["sources"]),
        first_seen=_moment(data["first_seen"]),
        revision=data["revision"],
        state=EventState(data["state"]),
        flags=tuple(data.get("flags", ())),
        state_why=data.get("state_why", ""),
    )


def _sources(data: Sequence[Mapping[str, Any]]) -> tuple[Source, ...]:
    """Every report, in order of publication; bodies that were queued before sources were agencies have no `reports`."""
    told = [_source(one) for source in data for one in (source, *source.get("reports", ()))]
    if len(told) == len(data):
        return tuple(told)
    return tuple(sorted(told, key=lambda one: (one.published is None, one.published or _NEVER, one.url)))


def _source(data: Mapping[str, Any]) -> Source:
    return Source(
        article_id=data.get("article_id") or 0,
        url=data["url"],
        agency=data["agency"],
        title=data["title"],
        published=_moment(data["published"]),
        language=data["language"],
        evidence=data["evidence"],
        start=data["start"],
        end=data["end"],
        sha256=data["sha256"],
    )


def _date(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
