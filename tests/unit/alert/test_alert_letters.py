"""A body out of the outbox becomes the message for people."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alert import payload
from pipeline.alert.compose import Composer
from pipeline.alert.letters import event_from_dict, letter
from pipeline.alert.links import Links
from pipeline.alert.values import About, Notice, Trouble
from pipeline.model import Agreement, Event, EventState, EventType, PartialDate, Salience, Source, Status
from pipeline.plan import Change, event_as_dict
from tests.alert.builders import NOW, TITLE, channel, event

COMPOSER = Composer(Links(), {"RU": "Russia"})
WORDS = st.text(max_size=12)
MOMENTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
DATES = st.none() | st.dates().map(PartialDate.of) | st.builds(PartialDate, st.integers(1900, 2100))
SOURCES = st.builds(
    Source, st.integers(0, 9), WORDS, WORDS, WORDS, MOMENTS, WORDS, WORDS, st.just(0), st.just(1), WORDS
)
NEVER = datetime.max.replace(tzinfo=UTC)


def in_order(sources: list[Source]) -> tuple[Source, ...]:
    """As an event keeps them: by publication, those without a day last."""
    return tuple(sorted(sources, key=lambda one: (one.published or NEVER, one.url)))


EVENTS = st.builds(
    Event,
    id=WORDS,
    agreement_id=st.none() | WORDS,
    agreement=WORDS,
    type=st.sampled_from(EventType),
    status=st.sampled_from(Status),
    salience=st.sampled_from(Salience),
    stage=WORDS,
    wording=WORDS,
    actor=WORDS,
    actor_country=WORDS,
    date=DATES,
    effective_date=DATES,
    confidence=st.floats(0, 1).map(lambda one: round(one, 4)),
    reasons=st.lists(WORDS, max_size=2).map(tuple),
    evidence=WORDS,
    sources=st.lists(SOURCES, max_size=2).map(in_order),
    first_seen=MOMENTS,
    state=st.sampled_from(EventState),
    flags=st.lists(WORDS, max_size=2).map(tuple),
)


@given(EVENTS)
def test_an_event_comes_back_out_of_its_json_as_it_went_in(one: Event) -> None:
    """The outbox loses nothing."""
    assert event_from_dict(json.loads(json.dumps(event_as_dict(one)))) == one


CHANGES = (Change("date", "2026-01", "2026-01-14"),)
REVISED = Notice("revised", event(), CHANGES, "dlv_0", "sharpens")
TROUBLE = Trouble("A channel was switched off", "Repair it.", (("answer", "410"),), "receiver_gone")
GEESE = Agreement("geese", TITLE)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (payload.event_body(REVISED, NOW), COMPOSER.event(REVISED, About(), channel(), note="note")),
        (payload.overdue_body(event(), NOW), COMPOSER.overdue(event(), About(), channel(), NOW)),
        (payload.stalled_body(GEESE, event(), 90, NOW), COMPOSER.stalled(GEESE, event(), 90, About(), channel())),
        (payload.stalled_body(GEESE, None, 90, NOW), COMPOSER.stalled(GEESE, None, 90, About(), channel())),
        (payload.operator_body(TROUBLE, NOW), COMPOSER.operator(TROUBLE, channel())),
        (payload.test_body("desk", NOW), COMPOSER.test(channel(), NOW)),
        (
            payload.digest_body([REVISED], NOW, reason="muted"),
            COMPOSER.digest([REVISED], channel(), NOW, reason="muted"),
        ),
    ],
)
def test_the_message_says_what_the_body_says(body: bytes, message: object) -> None:
    """Whether it is composed from the news or from the body makes no difference."""
    assert letter(COMPOSER, body.decode(), channel(), NOW, note="note") == message


def test_a_digest_of_which_nothing_is_left_is_no_message() -> None:
    """Reported and taken back before anybody was told: nobody need be told."""
    both = [Notice("created", event()), Notice("retracted", event())]
    assert letter(COMPOSER, payload.digest_body(both, NOW).decode(), channel(), NOW) is None


def test_what_is_known_beside_the_event_is_asked_for() -> None:
    """Timeline and titles come from the store at the moment of sending."""
    asked: list[str] = []

    def about(one: Event) -> About:
        asked.append(one.id)
        return About(Agreement("geese", "The title on the watchlist"))

    made = letter(COMPOSER, payload.event_body(REVISED, NOW).decode(), channel(), NOW, about)
    assert made is not None
    assert "The title on the watchlist" in made.subject
    assert asked == ["evt_1"]


def test_a_body_that_is_none_of_ours_is_refused() -> None:
    """By name."""
    with pytest.raises(ValueError, match="odd"):
        letter(COMPOSER, '{"type": "odd", "data": {}}', channel(), NOW)
