"""Events merged, split and merged back by hand: in a real database, with their evidence, messages and later reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import text

from pipeline import query
from pipeline.flow.deciding import Unwritten
from pipeline.flow.hands import Grasp, do_by_hand
from pipeline.model import Event, EventState, Status
from pipeline.query import EventFilter
from pipeline.record.hands import Cannot
from pipeline.store import desk
from pipeline.store.engine import Database
from tests.store.telling import NOW, as_planned, tell
from tests.unit.record.desk import CONTEXT, OPEN, finding


def by_hand(database: Database, event_id: str, action: str, **given: object) -> str | Unwritten | Cannot:
    """Do it as the tests' reviewer."""
    grasp = replace(Grasp("merge", "Ana"), action=action, **given)  # type: ignore[arg-type]
    return do_by_hand(database, event_id, grasp, NOW, CONTEXT, as_planned)


def two(database: Database) -> tuple[Event, Event]:
    """Two ratifications a fortnight apart, three reports in all."""
    tell(database, 1, finding(date="2026-01-04"), day="2026-01-05")
    tell(database, 2, finding(date="2026-01-14"))
    tell(database, 3, finding(date="2026-01-14"))
    later, earlier = query.events(database).items
    return later, earlier


def messages(database: Database) -> list[str]:
    """Kinds of all messages, in order."""
    return list(database.read(lambda c: c.execute(text("SELECT kind FROM outbox ORDER BY created_at, id")).scalars()))


def test_a_merge_moves_the_sources_and_leaves_a_tombstone(database: Database) -> None:
    """The event that stays has all sources; the other says where it went, in a revision by the person, with an audit."""
    later, earlier = two(database)
    assert by_hand(database, earlier.id, "merge", into=later.id, note="one vote") == later.id
    merged = query.event(database, later.id)
    gone = query.event(database, earlier.id)
    assert merged is not None
    assert gone is not None
    assert (len(merged.sources), merged.revision > later.revision) == (3, True)
    assert (gone.state, gone.sources) == (EventState.RETRACTED, ())
    assert query.revisions(database, later.id)[-1].who == "Ana"
    [note] = database.read(desk.audited)
    assert note[1:3] == ("Ana", "event.merge")
    assert [one.id for one in query.events(database).items] == [later.id]


def test_a_merge_tells_only_those_who_heard_of_the_vanished_one(database: Database) -> None:
    """No new alert; a retraction, because the vanished event had another date."""
    later, earlier = two(database)
    before = Counter(messages(database))
    by_hand(database, earlier.id, "merge", into=later.id)
    more = Counter(messages(database)) - before
    assert more["event.retracted"] == 1
    assert more["event.created"] == 0


def test_a_merge_of_the_same_facts_is_silent(database: Database) -> None:
    """Two events that say the same become one without a word to anybody."""
    later, _ = two(database)
    fresh = by_hand(database, later.id, "split", articles=frozenset({later.sources[1].article_id}))
    before = Counter(messages(database))
    by_hand(database, str(fresh), "merge", into=later.id)
    assert Counter(messages(database)) == before


def test_later_reports_do_not_undo_a_merge(database: Database) -> None:
    """A fourth report of the merged event's own date joins it; no event rises again."""
    later, earlier = two(database)
    by_hand(database, earlier.id, "merge", into=later.id)
    tell(database, 4, finding(date="2026-01-14"))
    assert [one.id for one in query.events(database).items] == [later.id]
    found = query.event(database, later.id)
    assert found is not None
    assert len(found.sources) == 4


def test_a_merge_is_undone(database: Database) -> None:
    """The tombstone stands again with its own sources, date and state; both stay apart afterwards."""
    later, earlier = two(database)
    by_hand(database, earlier.id, "merge", into=later.id)
    assert by_hand(database, earlier.id, "undo") == earlier.id
    again, other = query.event(database, earlier.id), query.event(database, later.id)
    assert again is not None
    assert other is not None
    assert (again.state, str(again.date), len(again.sources)) == (earlier.state, "2026-01-04", 1)
    assert (str(other.date), len(other.sources)) == ("2026-01-14", 2)
    tell(database, 5, finding(date="2026-01-04"), day="2026-01-05")
    assert {one.id for one in query.events(database).items} == {later.id, earlier.id}
    assert by_hand(database, earlier.id, "undo") is Cannot.NOT_MERGED


def test_a_split_and_back(database: Database) -> None:
    """One article's report becomes an event of its own, without a new alert; merging it back gives the first event all sources."""
    later, _ = two(database)
    made = messages(database).count("event.created")
    article = later.sources[1].article_id
    fresh = by_hand(database, later.id, "split", articles=frozenset({article}))
    assert isinstance(fresh, str)
    assert fresh != later.id
    parted, left = query.event(database, fresh), query.event(database, later.id)
    assert parted is not None
    assert left is not None
    assert [source.article_id for source in parted.sources] == [article]
    assert (len(left.sources), parted.state) == (1, later.state)
    assert messages(database).count("event.created") == made
    tell(database, 6, finding(date="2026-01-14"))
    assert len(query.events(database, EventFilter()).items) == 3
    assert by_hand(database, fresh, "merge", into=later.id) == later.id
    whole = query.event(database, later.id)
    assert whole is not None
    assert len(whole.sources) == 3


def test_the_past_still_shows_both(database: Database) -> None:
    """What was known before the merge is answered as it was."""
    later, earlier = two(database)
    by_hand(database, earlier.id, "merge", into=later.id)
    stood = query.events(database, EventFilter(as_of=NOW.replace(hour=11)))
    assert {one.id for one in stood.items} <= {later.id, earlier.id}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (finding("signed", date="2026-01-14"), Cannot.OTHER_ACT),
        (finding(date="2026-01-20", status=Status.PLANNED), Cannot.OTHER_STATUS),
        (finding(date="2026-01-14", agreement=OPEN), Cannot.OTHER_ACT),
    ],
)
def test_what_cannot_be_one_event(database: Database, other: object, why: Cannot) -> None:
    """Another agreement, another kind of act, a plan and a fact are not merged; nothing is written."""
    tell(database, 1, finding(date="2026-01-14"))
    [first] = query.events(database).items
    tell(database, 2, other)  # type: ignore[arg-type]
    second = next(one for one in query.events(database).items if one.id != first.id)
    assert by_hand(database, second.id, "merge", into=first.id) is why
    assert database.read(desk.audited) == ()


def test_what_is_not_there_or_too_little(database: Database) -> None:
    """An unknown event, an event with itself, another revision, all of its articles or none of them."""
    later, earlier = two(database)
    article = earlier.sources[0].article_id
    assert by_hand(database, "ev_none", "merge", into=later.id) is Unwritten.MISSING
    assert by_hand(database, later.id, "merge", into="ev_none") is Cannot.MISSING
    assert by_hand(database, later.id, "merge", into=later.id) is Cannot.SAME
    assert by_hand(database, later.id, "merge", into=earlier.id, revision=99) is Unwritten.CHANGED
    assert by_hand(database, earlier.id, "split", articles=frozenset({article})) is Cannot.NO_PART
    assert by_hand(database, earlier.id, "split", articles=frozenset({99})) is Cannot.NO_PART
