"""The pure parts of the pages: marked texts, drawn timelines, bars, words, addresses."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Event, EventState, EventType, PartialDate, Salience, Status
from pipeline.store.polls import PollView
from pipeline.web import pages_words
from pipeline.web.pages_excerpt import merged, paragraphs, span_of
from pipeline.web.pages_lanes import DOMESTIC, INTERNATIONAL, TOGETHER, drawing, lane_of
from pipeline.web.pages_party import party_name, party_names
from pipeline.web.pages_sources import bars
from pipeline.web.pages_view import moment_words, own_path, with_query

TODAY = date(2026, 1, 20)
TEXTS = st.text(st.sampled_from("ab Ω\nא"), max_size=60)
SPANS = st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=5)


@given(TEXTS, SPANS)
def test_marking_loses_no_letter(text: str, spans: list[tuple[int, int]]) -> None:
    """The pieces are the text again, and exactly the letters inside a span are marked."""
    made = paragraphs(text, spans)
    assert ["".join(piece.text for piece in one.pieces) for one in made] == [
        line for line in text.split("\n") if line.strip()
    ]
    inside = {place for start, end in merged(spans, len(text)) for place in range(start, end)}
    wanted = "".join(letter for place, letter in enumerate(text) if place in inside and letter != "\n")
    marked = "".join(piece.text for one in made for piece in one.pieces if piece.marked)
    assert marked.replace(" ", "") == wanted.replace(" ", "")


@given(TEXTS, SPANS)
def test_what_stands_beside_evidence_is_shown_at_once(text: str, spans: list[tuple[int, int]]) -> None:
    """A paragraph is near where it, the one before or the one behind holds evidence."""
    made = paragraphs(text, spans)
    holds = [any(piece.marked for piece in one.pieces) for one in made]
    assert [one.near for one in made] == [any(holds[max(0, i - 1) : i + 2]) for i in range(len(made))]


def test_evidence_is_found_where_it_moved_to() -> None:
    """At its offsets; where the text was edited, wherever the same words stand; nowhere else."""
    assert span_of("It was signed.", "signed", 7, 13) == (7, 13)
    assert span_of("Today it was signed.", "signed", 7, 13) == (13, 19)
    assert span_of("Nothing.", "signed", 0, 6) is None
    assert span_of("Nothing.", "", 0, 0) is None


def event(number: int, kind: EventType, country: str, stage: str, when: str | None, **more: object) -> Event:
    """An event, short to write."""
    told = {
        "status": Status.OCCURRED,
        "salience": Salience.NEWS,
        "first_seen": datetime(2026, 1, 19, tzinfo=UTC),
    } | more
    day = PartialDate.parse(when) if when else None
    return Event(f"ev{number}", "a", "A treaty", kind, stage=stage, actor_country=country, date=day, **told)  # type: ignore[arg-type]


EVENTS = st.lists(
    st.builds(
        event,
        st.integers(0, 10**6),
        st.sampled_from(EventType),
        st.sampled_from(["", "RU", "BY", "FR", "XX"]),
        st.sampled_from(["", "lower_chamber", "head_of_state"]),
        st.sampled_from([None, "2024", "2025-03", "2025-03-13", "2026-01-14", "2026-02-01", "1999-12-31"]),
        status=st.sampled_from(Status),
        state=st.sampled_from(EventState),
    ),
    max_size=25,
    unique_by=lambda one: one.id,
)


@settings(max_examples=60)
@given(EVENTS)
def test_a_drawing_shows_every_act_once_and_none_over_another(events: list[Event]) -> None:
    """All that was not taken back is drawn, inside the picture, in its party's lane, no two marks closer than they are wide."""
    made = drawing(events, ("RU", "BY"), TODAY)
    drawn = {mark.event.id for mark in made.marks}
    assert drawn == {one.id for one in events if one.state is not EventState.RETRACTED}
    assert made.left_out == 0
    lanes = {(band.code, lane.kind): lane for band in made.bands for lane in band.lanes}
    for mark in made.marks:
        lane = lanes[lane_of(mark.event)]
        assert 44 <= mark.x <= made.width - 44
        assert lane.y < mark.y < lane.y + lane.height <= made.height
    places = sorted((mark.y, mark.x) for mark in made.marks)
    assert all(b[0] > a[0] or b[1] - a[1] >= 90 for a, b in itertools.pairwise(places))
    columns = [column.x for column in made.columns]
    assert columns == sorted(set(columns))


def test_the_two_lanes_are_told_apart() -> None:
    """Votes and laws are a party's own; instruments are between states; what no single party did is told together."""
    rows = [
        (EventType.RATIFIED, "RU", "lower_chamber", DOMESTIC), (EventType.PROMULGATED, "RU", "head_of_state", DOMESTIC),
        (EventType.DEPOSITED, "RU", "", INTERNATIONAL), (EventType.SIGNED, "RU", "head_of_state", INTERNATIONAL),
        (EventType.SIGNED, "", "", TOGETHER), (EventType.ENTERED_INTO_FORCE, "", "", TOGETHER),
    ]  # fmt: skip
    assert [lane_of(event(0, kind, country, stage, None))[1] for kind, country, stage, _ in rows] == [
        row[3] for row in rows
    ]


def test_today_stands_between_what_was_and_what_is_announced() -> None:
    """The line lies right of the past and left of the future, also where there is only one of them."""
    past, ahead = event(1, EventType.SIGNED, "", "", "2025-03-13"), event(2, EventType.RATIFIED, "RU", "", "2026-03")
    both = drawing([past, ahead], ("RU",), TODAY)
    assert both.columns[0].x < (both.today or 0) < both.columns[1].x
    assert (drawing([past], ("RU",), TODAY).today or 0) > both.columns[0].x
    alone = drawing([ahead], ("RU",), TODAY)
    assert (alone.today or 9999) < alone.columns[0].x
    assert drawing([], ("RU",), TODAY).today is None


def test_many_parties_are_drawn_where_they_acted() -> None:
    """Of a convention with two hundred parties only those that did something have a band."""
    states = [f"{a}{b}" for a in "ABCDEFGHIJ" for b in "KLMNOPQRSTUVWXYZ"]
    made = drawing(
        [event(1, EventType.RATIFIED, "CK", "", "2025"), event(2, EventType.ACCEDED, "ZZ", "", "2025")], states, TODAY
    )
    assert [band.code for band in made.bands] == ["CK", "ZZ"]


@given(st.lists(st.integers(0, 5000), max_size=50))
def test_bars_keep_their_measure(news: list[int]) -> None:
    """The highest bar fills the plot, what brought something can be seen, nothing is no bar; the newest stands right."""
    looks = [PollView(datetime(2026, 1, 1, tzinfo=UTC), "fetched", 5, new, 1, 1) for new in news]
    made = bars(looks, 40)
    assert [bar.new for bar in made] == news[::-1]
    assert all((bar.height == 0) == (bar.new == 0) and (bar.new == 0 or 3 <= bar.height <= 40) for bar in made)
    assert max((bar.height for bar in made), default=0) in (0, 40)


def test_parties_are_called_as_in_messages() -> None:
    """One name each; a code without one stands for itself."""
    assert [party_name(code) for code in ("RU", "EU", "XX")] == ["Russia", "European Union", "XX"]
    assert len(party_names()) > 200


@given(
    st.sampled_from(["cue:ранее", "not_extend", "no_interim_said", "ratify_treaty", "near_tie", "weird"])
    | st.text(max_size=20)
)
def test_every_reason_can_be_read(name: str) -> None:
    """Rules have sentences; the rest is read as it is written, without underscores."""
    said = pages_words.reason_words(name)
    assert said
    assert "_" not in said.replace(name.partition(":")[2], "")


@pytest.mark.parametrize(
    ("given_path", "right"),
    [("/review", True), ("/events/ev_1?as_of=2026#mute", True), ("", False), ("review", False), ("//evil.example", False),
     ("/\\evil.example", False), ("https://evil.example", False), ("javascript:alert(1)", False), ("/a\nb", False), ("/a b", False)],
)  # fmt: skip
def test_a_redirect_never_leaves_the_house(given_path: str, right: bool) -> None:
    """Where a form says to go back to another site, the usual page is shown."""
    assert own_path(given_path, "/start") == (given_path if right else "/start")


def test_addresses_keep_their_filters() -> None:
    """Parameters are replaced, kept several times, or left out."""
    pairs = [("type", "signed"), ("type", "ratified"), ("q", "a&b")]
    assert with_query("/events", pairs, cursor="x") == "/events?type=signed&type=ratified&q=a%26b&cursor=x"
    assert with_query("/events", pairs, type=None, q=None) == "/events"


def test_moments_are_told_in_utc() -> None:
    """With the zone, because readers sit in many."""
    assert moment_words(datetime(2026, 1, 4, 9, 5, tzinfo=UTC)) == "4 Jan 2026, 09:05 UTC"
    assert moment_words(None) == "never"
