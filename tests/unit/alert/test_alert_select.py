"""Who hears of what, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alert.options import ChannelFilter
from pipeline.alert.select import (
    Because,
    Timely,
    day_start,
    has_ended,
    next_digest,
    wants,
    wants_operator,
    wants_overdue,
    wants_stalled,
    when,
)
from pipeline.alert.values import Mute
from pipeline.model import EventState, EventType, Status
from pipeline.plan import Change
from tests.alert.builders import NOW, channel, event, source

PARTIES = ("BY", "RU")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("wanted", "given_event", "because"),
    [
        ({}, {}, Because.WANTED),
        ({"agreements": ("geese",)}, {}, Because.WANTED),
        ({"agreements": ("swans",)}, {}, Because.AGREEMENT),
        ({"parties": ("BY",)}, {}, Because.WANTED),
        ({"parties": ("FR",)}, {}, Because.PARTY),
        ({"parties": ("KZ",)}, {"actor_country": "KZ"}, Because.WANTED),
        ({"types": (EventType.RATIFIED,)}, {}, Because.WANTED),
        ({"types": (EventType.SIGNED,)}, {}, Because.TYPE),
        ({"stages": ("lower_chamber",)}, {}, Because.WANTED),
        ({"stages": ("upper_chamber",)}, {}, Because.STAGE),
        ({}, {"status": Status.PLANNED}, Because.STATUS),
        ({"statuses": (Status.PLANNED,)}, {"status": Status.PLANNED}, Because.WANTED),
        ({"statuses": ()}, {"status": Status.NEGATED}, Because.WANTED),
        ({"jurisdictions": ("RU",)}, {}, Because.WANTED),
        ({"jurisdictions": ("BY",)}, {}, Because.JURISDICTION),
        ({"jurisdictions": ("BY",)}, {"actor_country": ""}, Because.WANTED),
        ({"languages": ("en",)}, {}, Because.WANTED),
        ({"languages": ("ru",)}, {}, Because.LANGUAGE),
        ({"languages": ("EN",)}, {"sources": (source(language="ru"), source(language="en-GB"))}, Because.WANTED),
        ({"min_confidence": 0.93}, {}, Because.WANTED),
        ({"min_confidence": 0.94}, {}, Because.CONFIDENCE),
        ({}, {"agreement_id": None}, Because.DISCOVERED),
        ({"discovered": True}, {"agreement_id": None}, Because.WANTED),
        ({"discovered": True, "agreements": ("geese",)}, {"agreement_id": None}, Because.AGREEMENT),
        ({}, {"state": EventState.REVIEW}, Because.NOT_NEWS),
        ({}, {"state": EventState.HISTORY}, Because.NOT_NEWS),
    ],
)
def test_the_filter_says_which_part_did_not_fit(
    wanted: dict[str, Any], given_event: dict[str, Any], because: Because
) -> None:
    """Each part of a filter lets pass what it names and gives its own name as the reason."""
    decision = wants(channel(filter=ChannelFilter(**wanted)), event(**given_event), "created", PARTIES, now=NOW)
    assert (decision.send, decision.reason) == (because is Because.WANTED, because)


def test_channels_that_are_closed_or_of_the_operator_hear_nothing_of_agreements() -> None:
    """And the operator's troubles go to the operator only."""
    assert wants(channel(enabled=False), event(), "created", PARTIES, now=NOW).reason is Because.DISABLED
    assert wants(channel(role="operator"), event(), "created", PARTIES, now=NOW).reason is Because.ROLE
    assert wants_operator(channel(role="operator")).send
    assert not wants_operator(channel()).send


CHANGED = (Change("date", "2026-01", "2026-01-14"),)
BARELY = (Change("evidence", "a", "b"), Change("confidence", "0.9", "0.93"))


@pytest.mark.parametrize(
    ("kind", "told", "changes", "send", "because", "as_kind"),
    [
        ("revised", True, CHANGED, True, Because.CORRECTION, "revised"),
        ("revised", True, (), True, Because.CORRECTION, "revised"),
        ("revised", True, BARELY, False, Because.MINOR, "revised"),
        ("revised", True, BARELY + CHANGED, True, Because.CORRECTION, "revised"),
        ("revised", False, CHANGED, True, Because.WANTED, "created"),
        ("retracted", True, (), True, Because.CORRECTION, "retracted"),
        ("retracted", False, (), False, Because.NOT_TOLD, "retracted"),
    ],
)
def test_corrections_go_to_those_who_were_told(
    kind: Any, told: bool, changes: tuple[Change, ...], send: bool, because: Because, as_kind: str
) -> None:
    """A revision is news to a channel that was never told; what was never told need not be taken back."""
    decision = wants(channel(), event(), kind, PARTIES, now=NOW, told=told, changes=changes)
    assert (decision.send, decision.reason, decision.kind) == (send, because, as_kind)


def test_a_correction_passes_a_filter_that_the_event_no_longer_fits() -> None:
    """What was told as ratified and turns out to be negated is exactly what the reader must hear."""
    one = channel(filter=ChannelFilter(types=(EventType.RATIFIED,)))
    now_negated = event(type=EventType.REJECTED, status=Status.NEGATED, state=EventState.HISTORY)
    assert wants(one, now_negated, "revised", PARTIES, now=NOW, told=True, changes=CHANGED).send


@pytest.mark.parametrize(
    ("mute", "held"),
    [
        ({}, True),
        ({"agreement_id": "geese"}, True),
        ({"agreement_id": "swans"}, False),
        ({"party": "BY"}, True),
        ({"party": "FR"}, False),
        ({"type": EventType.RATIFIED}, True),
        ({"agreement_id": "geese", "type": EventType.SIGNED}, False),
        ({"channel": "desk"}, True),
        ({"channel": "other"}, False),
        ({"until": NOW + timedelta(seconds=1)}, True),
        ({"until": NOW}, False),
    ],
)
def test_a_mute_holds_what_fits_all_it_names(mute: dict[str, Any], held: bool) -> None:
    """And names itself, so that what it held can be told when it ends."""
    decision = wants(channel(), event(), "created", PARTIES, now=NOW, mutes=[Mute("m1", **mute)])
    assert decision.send is not held
    assert decision.mute == ("m1" if held else None)
    assert has_ended(Mute("m1", **mute), NOW) is ("until" in mute and not held)


def test_not_even_a_mute_keeps_a_reader_believing_what_was_taken_back() -> None:
    """A retraction goes to those who were told, muted or not; a revision waits for the end of the mute."""
    mutes = [Mute("m1", agreement_id="geese")]
    assert wants(channel(), event(), "retracted", PARTIES, now=NOW, told=True, mutes=mutes).send
    assert not wants(channel(), event(), "revised", PARTIES, now=NOW, told=True, mutes=mutes, changes=CHANGED).send


def test_overdue_and_stalled_are_for_those_who_asked() -> None:
    """Both follow the channel's filter and mutes; a planned step is no reason to refuse an overdue notice."""
    planned = event(status=Status.PLANNED, state=EventState.HISTORY)
    assert wants_overdue(channel(), planned, PARTIES, now=NOW).reason is Because.NOT_ASKED
    assert wants_overdue(channel(overdue=True), planned, PARTIES, now=NOW).send
    elsewhere = channel(overdue=True, stalled_days=90, filter=ChannelFilter(parties=("FR",)))
    assert wants_overdue(elsewhere, planned, PARTIES, now=NOW).reason is Because.PARTY
    assert wants_stalled(elsewhere, "geese", PARTIES, 100, now=NOW).reason is Because.PARTY
    asked = channel(stalled_days=90)
    assert wants_stalled(asked, "geese", PARTIES, 89, now=NOW).reason is Because.NOT_ASKED
    assert wants_stalled(asked, "geese", PARTIES, 90, now=NOW).send
    assert wants_stalled(channel(), "geese", PARTIES, 900, now=NOW).reason is Because.NOT_ASKED
    muted = wants_stalled(asked, "geese", PARTIES, 90, now=NOW, mutes=[Mute("m1", agreement_id="geese")])
    assert (muted.send, muted.mute) == (False, "m1")
    others = channel(stalled_days=9, filter=ChannelFilter(agreements=("x",)))
    assert wants_stalled(others, "geese", PARTIES, 90, now=NOW).reason is Because.AGREEMENT


def test_when_a_message_goes() -> None:
    """At once, after quiet hours, with the digest, or with what the daily cap held back."""
    night = at("2026-01-14T23:00:00+01:00")
    plain = channel(timezone="Europe/Brussels")
    quiet = replace(plain, quiet_hours="22:00-07:00")
    assert when(plain, night) == when(plain, night, sent_today=999)
    assert (when(plain, night).at, when(plain, night).reason) == (night, Timely.AT_ONCE)
    assert when(quiet, night).at == at("2026-01-15T07:00:00+01:00")
    assert when(quiet, night).reason is Timely.QUIET_HOURS
    digest = when(replace(plain, mode="digest", schedule="30 6 * * *"), night)
    assert (digest.at, digest.reason, digest.together) == (at("2026-01-15T06:30:00+01:00"), Timely.DIGEST, True)
    capped = replace(quiet, daily_cap=20)
    assert when(capped, night, sent_today=19).reason is Timely.QUIET_HOURS
    held = when(capped, night, sent_today=20)
    assert (held.at, held.reason, held.together) == (at("2026-01-15T07:00:00+01:00"), Timely.DAILY_CAP, True)


def test_a_digest_waits_for_the_end_of_quiet_hours() -> None:
    """Two settings that disagree are both kept."""
    one = channel(mode="digest", schedule="0 6 * * *", quiet_hours="22:00-07:00", timezone="Europe/Brussels")
    assert next_digest(one, at("2026-01-14T12:00:00+01:00")) == at("2026-01-15T07:00:00+01:00")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda one: one.astimezone()))
def test_the_day_of_the_cap_is_the_channels_own(now: datetime) -> None:
    """Its start lies at most 25 hours back (autumn) and what the cap holds back goes after it."""
    one = channel(timezone="Europe/Brussels", daily_cap=1)
    start = day_start(one, now)
    assert timedelta() <= now - start < timedelta(hours=25, seconds=1)
    assert when(one, now, sent_today=1).at > now
