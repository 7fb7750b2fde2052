"""Values for the tests of alerting, each with what a test does not care about filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivery, Message
from pipeline.model import Event, EventState, EventType, PartialDate, Salience, Source, Status

NOW = datetime(2026, 1, 14, 10, 30, tzinfo=UTC)
TITLE = "Agreement between Freedonia and Sylvania on the Protection of Migratory Geese"
SECRET = "whsec_c2VjcmV0LW9mLXRoZS1uZXctcmVjZWl2ZXIh"
OLD_SECRET = "whsec_c2VjcmV0LW9mLXRoZS1vbGQtcmVjZWl2ZXIh"


def source(**given: Any) -> Source:
    """A report of the example agency."""
    plain = Source(
        article_id=7,
        url="https://agency.example/geese",
        agency="Example News",
        title="Lower house ratifies goose agreement",
        published=NOW,
        language="en",
        evidence="The lower house ratified the goose agreement on Wednesday.",
        start=0,
        end=57,
        sha256="ab" * 32,
    )
    return replace(plain, **given)


def event(**given: Any) -> Event:
    """A ratification by the lower house of RU, told to people."""
    plain = Event(
        id="evt_1",
        agreement_id="geese",
        agreement=TITLE,
        type=EventType.RATIFIED,
        status=Status.OCCURRED,
        salience=Salience.NEWS,
        stage="lower_chamber",
        wording="ratified",
        actor="the lower house",
        actor_country="RU",
        date=PartialDate(2026, 1, 14),
        confidence=0.93,
        evidence="The lower house ratified the goose agreement on Wednesday.",
        end=57,
        sources=(source(),),
        first_seen=NOW,
        state=EventState.ALERTED,
    )
    return replace(plain, **given)


def channel(kind: Any = "email", **given: Any) -> ChannelOptions:
    """A channel of the desk."""
    needed: dict[str, Any] = {
        "email": {
            "to": ("desk@example.org",),
            "from_": "Watch <watch@example.org>",
            "host": "127.0.0.1",
            "tls": "none",
        },
        "webhook": {"url": "https://hooks.example.org/secret-path/geese", "secret": (SECRET,)},
        "apprise": {"url": "json://localhost/secret-token"},
    }[kind]
    return ChannelOptions(**{"id": "desk", "kind": kind, **needed, **given})


def delivery(**given: Any) -> Delivery:
    """A delivery ready to go, to people and to programs."""
    message = Message("Ratified: geese", "Ratified.\n", "<!doctype html><p>Ratified.</p>", thread="geese")
    plain = Delivery(
        "dlv_01", "event.created", NOW, '{"type":"event.created","data":{"agreement":"гуси"}}'.encode(), message
    )
    return replace(plain, **given)
