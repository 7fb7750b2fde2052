"""Where a party stands, by rule: each step of the ladder, both axes of time, and what must not count."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Agreement, Event, EventState, EventType, PartialDate, Salience, Status
from pipeline.status import PartyStatus, Standing, is_domestic, status_of

PACT = Agreement("pact", "Pact", ("AA", "BB"))
SEAS = Agreement("seas", "Convention", ("AA", "BB"), multilateral=True)
TODAY = date(2026, 6, 1)


def act(kind: str, party: str = "", day: str | None = "2026-01-10", stage: str = "", **more: object) -> Event:
    """An event, short to write."""
    values: dict[str, object] = {
        "id": f"ev_{kind}_{party}_{day}_{stage}",
        "agreement_id": "pact",
        "agreement": "Pact",
        "status": Status.OCCURRED,
        "salience": Salience.NEWS,
        "confidence": 0.9,
        "first_seen": datetime(2026, 1, 11, tzinfo=UTC),
        "state": EventState.ALERTED,
        **more,
    }
    when = PartialDate.parse(day) if day else None
    return Event(type=EventType(kind), actor_country=party, stage=stage, date=when, **values)  # type: ignore[arg-type]


def first(*events: Event, agreement: Agreement = PACT, on: date = TODAY) -> PartyStatus:
    """The standing of the first party."""
    return status_of(agreement, events, on).parties[0]


EFFECTIVE = {"effective_date": PartialDate.parse("2027-01-01")}
LADDER: list[tuple[str, list[Event], str]] = [
    ("nothing", [], "none"),
    ("initialled together", [act("initialled")], "negotiated"),
    ("signed together", [act("initialled"), act("signed")], "signed"),
    ("signed by the other only", [act("signed", "BB")], "none"),
    ("sent to parliament", [act("signed"), act("submitted", "AA")], "in_ratification"),
    ("one chamber voted", [act("ratified", "AA", stage="lower_chamber")], "in_ratification"),
    ("both chambers voted", [act("ratified", "AA", stage=f"{one}_chamber") for one in ("lower", "upper")], "in_ratification"),
    ("a chamber of nobody knows whom", [act("signed"), act("ratified", "", stage="lower_chamber")], "signed"),
    ("the law was signed", [act("ratified", "AA", stage="lower_chamber"), act("promulgated", "AA")], "ratified"),
    ("ratified by the state", [act("ratified", "AA")], "ratified"),
    ("instruments exchanged", [act("ratified", "AA"), act("exchanged")], "bound"),
    ("acceded", [act("acceded", "AA")], "bound"),
    ("applied provisionally", [act("signed"), act("provisionally_applied")], "provisionally_applied"),
    ("in force", [act("exchanged"), act("entered_into_force")], "in_force"),
    ("in force later", [act("exchanged"), act("entered_into_force", **EFFECTIVE)], "bound"),
    ("suspended", [act("entered_into_force"), act("suspended", "AA", "2026-02-01")], "suspended"),
    ("a chamber wants to suspend", [act("entered_into_force"), act("suspended", "AA", stage="lower_chamber")], "in_force"),
    ("in force again", [act("entered_into_force"), act("suspended", "", "2026-02"), act("entered_into_force", "", "2026-03")], "in_force"),
    ("left", [act("entered_into_force"), act("withdrawn", "AA", "2026-02-01")], "withdrawn"),
    ("leaves later", [act("entered_into_force"), act("withdrawn", "AA", "2026-02-01", **EFFECTIVE)], "in_force"),
    ("ended", [act("entered_into_force"), act("terminated", "", "2026-02-01")], "terminated"),
    ("voted down", [act("signed"), act("rejected", "AA", "2026-02-01")], "rejected"),
    ("voted down, then ratified", [act("rejected", "AA"), act("ratified", "AA", "2026-03-01")], "ratified"),
    ("only planned", [act("ratified", "AA", status=Status.PLANNED)], "none"),
    ("only denied", [act("signed", status=Status.NEGATED)], "none"),
    ("waits for review", [act("ratified", "AA", state=EventState.REVIEW)], "none"),
    ("taken back", [act("ratified", "AA", state=EventState.RETRACTED)], "none"),
    ("too unsure", [act("ratified", "AA", confidence=0.4)], "none"),
    ("without a day", [act("ratified", "AA", None)], "ratified"),
]  # fmt: skip


@pytest.mark.parametrize(("events", "standing"), [row[1:] for row in LADDER], ids=[row[0] for row in LADDER])
def test_each_step_of_the_ladder(events: list[Event], standing: str) -> None:
    """What follows from these events, in whichever order they are given."""
    assert first(*events).standing == standing
    assert first(*reversed(events)).standing == standing


def test_the_day_asked_for_counts() -> None:
    """What was true on a day does not know what came after it."""
    events = (
        act("signed", "", "2025-03-13"),
        act("ratified", "AA", "2026-01-14"),
        act("entered_into_force", "", "2026-05"),
    )
    days = {date(2025, 1, 1): "none", date(2025, 3, 13): "signed", date(2026, 2, 1): "ratified", TODAY: "in_force"}
    assert {day: first(*events, on=day).standing for day in days} == days
    assert str(first(*events).in_force_since) == "2026-05"


def test_with_many_parties_each_acts_for_itself() -> None:
    """An act of nobody in particular is not everybody's; entry into force for another is not one's own."""
    assert first(act("ratified"), agreement=SEAS).standing == Standing.NONE
    assert first(act("signed"), agreement=SEAS).standing == Standing.NONE
    found = status_of(SEAS, [act("deposited", "CC"), act("entered_into_force", "CC")], TODAY)
    assert [(party.party, party.standing) for party in found.parties] == [
        ("AA", "none"),
        ("BB", "none"),
        ("CC", "in_force"),
    ]


def test_in_force_for_all_binds_only_who_is_bound() -> None:
    """A convention that enters into force does so for those who have ratified it, not for mere signatories."""
    events = [act("deposited", "AA"), act("signed", "BB"), act("entered_into_force", "", "2026-03-01")]
    found = {party.party: party.standing for party in status_of(SEAS, events, TODAY).parties}
    assert found == {"AA": "in_force", "BB": "signed"}


def test_it_says_why() -> None:
    """Every standing names the events it follows from, what is expected, and what was too unsure."""
    votes = [act("ratified", "AA", "2026-01-14", "lower_chamber"), act("ratified", "AA", "2026-01-21", "upper_chamber")]
    planned = act("promulgated", "AA", "2026-07-01", status=Status.PLANNED)
    doubtful = act("signed", "", "2025-03-13", state=EventState.REVIEW)
    found = status_of(PACT, [*votes, planned, doubtful], TODAY)
    assert [step.stage for step in found.parties[0].ratified_by] == ["lower_chamber", "upper_chamber"]
    assert [step.event_id for step in found.parties[0].expected] == [planned.id]
    assert found.parties[0].because == tuple(event.id for event in votes)
    assert found.uncertain == (doubtful.id,)
    later = act("withdrawn", "AA", **EFFECTIVE)
    assert str(first(later).ends_on) == "2027-01-01"


@given(
    st.lists(
        st.builds(
            act,
            st.sampled_from([kind.value for kind in EventType]),
            st.sampled_from(["", "AA", "BB", "CC"]),
            st.sampled_from([None, "2025", "2025-03", "2026-01-10", "2027-01-01"]),
            st.sampled_from(["", "lower_chamber", "head_of_state"]),
        ),
        max_size=8,
    )
)
def test_any_history_has_a_status(events: list[Event]) -> None:
    """Never raises, names no event that was not given, and does not hang on the order of the events."""
    found = status_of(PACT, events, TODAY)
    assert {identity for party in found.parties for identity in party.because} <= {event.id for event in events}
    assert [p.standing for p in found.parties] == [p.standing for p in status_of(PACT, events[::-1], TODAY).parties]
    assert all(is_domestic(event) in (True, False) for event in events)
