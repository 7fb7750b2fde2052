"""Events written out for readers say what the rows say, now and then; one that is missing or of another program is made up for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline import query
from pipeline.model import EventState
from pipeline.plan import event_as_dict
from pipeline.query import EventFilter
from pipeline.query import told as written
from pipeline.store import documents
from pipeline.store.engine import Database
from tests.store.telling import NOW, record, store, tell
from tests.store.test_store_by_hand import by_hand, two
from tests.unit.record.desk import finding

EVERYTHING = EventFilter(retracted=True)


def kept(database: Database) -> dict[str, str]:
    """The document of every event."""
    mine = "SELECT d.event_id, d.body FROM event_documents d JOIN events e ON e.id = d.event_id"
    rows = database.read(lambda c: c.execute(text(mine)).all())
    return {row[0]: row[1] for row in rows}


def test_what_is_kept_is_what_rows_say_whatever_happens(database: Database) -> None:
    """After reports, a sharper one, a merge, its undoing and a split by a person, every document is its event."""
    later, earlier = two(database)
    tell(database, 4, finding(date="2026-01-14", stage="lower_chamber"))
    stands = query.event(database, later.id)
    assert stands is not None
    some = (stands.sources[0].article_id,)
    for identity, action, given in (
        (earlier.id, "merge", {"into": later.id}),
        (earlier.id, "undo", {}),
        (later.id, "split", {"articles": some}),
    ):
        by_hand(database, identity, action, **given)
        events = query.events(database, EVERYTHING).items
        assert kept(database) == {one.id: documents.written(one) for one in events}, action
        assert [json.loads(one) for one in written.events(database, EVERYTHING).items] == list(
            map(event_as_dict, events)
        )


def test_one_that_is_missing_or_of_another_program_is_made_up_for(database: Database) -> None:
    """Readers are answered all the same, and catching up writes what was not there, once."""
    two(database)
    before = kept(database)
    database.write(lambda c: c.execute(text("UPDATE event_documents SET shape = 'older', body = '{}'")))
    first = {"id": min(before)}
    database.write(lambda c: c.execute(text("DELETE FROM event_documents WHERE event_id = :id"), first))
    assert sorted(written.events(database, EVERYTHING).items) == sorted(before.values())
    assert database.read(documents.missing) == (sorted(before), "")
    assert database.write(documents.catch_up) == len(before)
    assert kept(database) == before
    assert database.read(documents.missing) == ([], "")
    assert database.write(documents.catch_up) == 0


@pytest.mark.parametrize("caught_up", [False, True])
def test_the_past_is_told_as_it_stood(database: Database, caught_up: bool) -> None:
    """A document serves only moments since when it holds; those before are put together from revisions and evidence."""
    moments = [NOW + timedelta(days=day) for day in range(4)]
    record(database, store(database, 1), finding(date="2026-01"), now=moments[1])
    record(database, store(database, 2), finding(date="2026-01-14"), now=moments[2])
    record(database, store(database, 3), finding(date="2026-01-14"), now=moments[3])
    if caught_up:
        database.write(lambda c: c.execute(text("DELETE FROM event_documents")))
        database.write(documents.catch_up)
    for number, moment in enumerate(moments):
        asked = replace(EVERYTHING, as_of=moment)
        events = query.events(database, asked).items
        assert [json.loads(one) for one in written.events(database, asked).items] == list(map(event_as_dict, events))
        assert sum(len(one.sources) for one in events) == number


def test_changes_and_the_desk_are_told_from_documents(database: Database) -> None:
    """The feed of changes and what waits for a person are the same as from rows."""
    tell(database, 1, finding(date="2026-01-14", confidence=0.5))
    tell(database, 2, finding("signed", date="2026-01-10"))
    notes, last = query.changes(database)
    lines, number = written.changes(database)
    told = [json.loads(one) for one in lines]
    assert (number, [one["event"] for one in told]) == (last, [event_as_dict(note.event) for note in notes])
    assert [(one["seq"], one["kind"]) for one in told] == [(note.seq, note.kind) for note in notes]
    waiting = query.review(database).items
    assert [one.state for one in waiting] == [EventState.REVIEW]
    assert [json.loads(one) for one in written.review(database).items] == list(map(event_as_dict, waiting))


def test_the_shape_follows_what_events_are_told_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that tells another field has another shape, so that older documents are no longer taken."""
    now = documents.shape()
    documents.shape.cache_clear()
    monkeypatch.setattr(documents, "event_as_dict", lambda event: event_as_dict(event) | {"new": 1})
    other = documents.shape()
    documents.shape.cache_clear()
    assert other != now
