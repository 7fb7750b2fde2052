"""A benchmark's history: its documents are the product's own, and every composition of filters finds what looking at each event finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import Connection, select, text

from benchmarks.chronicle import PARTIES, Size, fill
from pipeline import query
from pipeline.door.words import words
from pipeline.model import Event, EventState
from pipeline.query import EventFilter, answering, picking, picking_words, rare, told, validity
from pipeline.query.asking import place
from pipeline.query.kept import Kept
from pipeline.query.memory import Memory
from pipeline.store import documents, inverted, migrate, stretches
from pipeline.store.codec import event_from
from pipeline.store.engine import Database, open_database
from pipeline.store.tables import ArticleVersionRow, EventPartyRow, EventRow, EvidenceRow, RevisionRow
from tests.conftest import MakeUrl

SIZE = Size(events=1200, articles=1500, texts=300, agreements=12)
LATEST = datetime(2199, 1, 1, tzinfo=UTC)
Everything = tuple[list[Event], dict[str, set[str]]]


@pytest.fixture
def history(make_url_of: MakeUrl) -> Iterator[Database]:
    """A long history in small."""
    database = open_database(make_url_of(True))
    fill(database, SIZE)
    yield database
    database.close()


def test_documents_are_what_the_product_writes(history: Database) -> None:
    """What is loaded in bulk is, document by document, what the upkeep would write from the rows."""
    stored = text("SELECT event_id, shape, since, body FROM event_documents ORDER BY event_id")
    loaded = history.read(lambda c: c.execute(stored).all())
    history.write(lambda c: c.execute(text("DELETE FROM event_documents")))
    assert history.write(documents.catch_up) == len(loaded) == SIZE.events
    assert history.read(lambda c: c.execute(stored).all()) == loaded


def test_the_newest_schema_reads_from_older_rows_what_the_product_writes(history: Database) -> None:
    """What 0011 and 0012 add to parties and revisions is the same whether written with them or worked out by the migration."""
    added = [
        text("SELECT event_id, revision, last FROM revisions ORDER BY event_id, revision"),
        text("SELECT event_id, party, agreement_id, moved FROM event_parties ORDER BY event_id, party"),
    ]
    before = history.read(lambda c: [c.execute(one).all() for one in added])
    assert any(row.last for row in before[0])
    assert any(row.moved for row in before[1])
    migrate.downgrade(history, "0010")
    migrate.upgrade(history)
    assert history.read(lambda c: [c.execute(one).all() for one in added]) == before


@pytest.mark.parametrize("remembered", [False, True], ids=["by indexes", "in memory"])
def test_every_composition_of_filters(history: Database, monkeypatch: pytest.MonkeyPatch, *, remembered: bool) -> None:
    """Lists, now and as of a day, page by page, are what one gets by looking at every event; by indexes, and by columns in memory."""
    if remembered:
        history.beside[Kept] = memory = Memory(history)
        memory.read()
        assert history.read(memory.stand) is not None
    monkeypatch.setattr(picking, "_BLOCK", 32)  # as if there were many
    monkeypatch.setattr(answering, "FIRST_BLOCK", 16)
    monkeypatch.setattr(answering, "MOST", 64)
    monkeypatch.setattr(picking_words, "_NARROW", 100)
    monkeypatch.setattr(picking_words, "_LEARNT", 20)
    monkeypatch.setattr(picking_words, "_SHARED", 0.8)
    monkeypatch.setattr(picking_words, "_SOON", {"sqlite": 20, "postgresql": 10})
    monkeypatch.setattr(picking_words, "_LOOK", {"sqlite": 3.0, "postgresql": 3.0})
    monkeypatch.setattr(validity, "_EARLY", 100)  # as if the history were a long one
    monkeypatch.setattr(validity, "_FEW_LATER", 30)
    monkeypatch.setattr(validity, "_MANY", 100)
    monkeypatch.setattr(rare, "_FEW", 40)
    monkeypatch.setattr(inverted, "_NEAR", 16)
    monkeypatch.setattr(stretches, "_STRETCHES", (4, 64))
    monkeypatch.setattr(stretches, "_TELLING", 30)
    monkeypatch.setattr(stretches, "_AT_ONCE", 40)
    dice = random.Random(11)
    stems = history.read(_stems)
    now = {one.id: place(one)[0] for one in history.read(partial(_stood, at=LATEST))[0]}
    for _ in range(80):
        wanted = _question(dice)
        every, parties = history.read(partial(_stood, at=wanted.as_of or LATEST))
        words_of = stems if wanted.text else {}
        expected = sorted(
            one.id
            for one in every
            if _holds(one, parties, wanted) and set(words(wanted.text or "")) <= words_of.get(one.id, set())
        )
        asked = wanted
        found: list[Event] = []
        while True:
            page = query.events(history, asked)
            found += page.items
            if page.next is None:
                break
            asked = replace(wanted, cursor=page.next)
        assert sorted(one.id for one in found) == expected, wanted
        # a search has an order of its own in a day, and is in the order of now
        stands = [place(one) if not wanted.text else (now[one.id], "") for one in found]
        assert stands == sorted(stands, reverse=not wanted.oldest_first), wanted
        first = told.events(history, wanted).items
        assert list(first) == [documents.written(one) for one in found[: len(first)]], wanted


_ASKED = (
    "parliament",
    "boo1x",
    "joo9x",
    "ioo28x parliament",
    "aoo100x",
    "boo1x coo2x ratified",
    "doo3x coo172x",
    "foo2225x",
)


def _question(dice: random.Random) -> EventFilter:
    return EventFilter(
        agreement=tuple(f"a{dice.randrange(12)}" for _ in range(dice.choice([0, 0, 1, 3]))),
        party=_party(dice) if dice.random() < 0.4 else None,
        country=_party(dice) if dice.random() < 0.2 else None,
        type=tuple(dice.sample(["signed", "ratified"], dice.choice([0, 0, 1, 2]))),
        status=tuple(dice.sample(["planned", "occurred"], dice.choice([0, 0, 0, 1]))),
        state=tuple(dice.sample(["alerted", "retracted", "review"], dice.choice([0, 0, 0, 1]))),
        min_confidence=dice.choice([0.0, 0.0, 0.0, 0.9]),
        since=date(dice.choice([2022, 2023]), dice.randrange(1, 13), dice.randrange(1, 28)) if dice.random() < 0.6 else None,
        until=date(2024, 5, 3) if dice.random() < 0.2 else None,
        as_of=datetime(dice.choice([2021, 2023, 2024]), dice.randrange(1, 13), 3, tzinfo=UTC) if dice.random() < 0.5 else None,
        retracted=dice.random() < 0.1,
        oldest_first=dice.random() < 0.5,
        text=dice.choice(_ASKED) if dice.random() < 0.4 else None,
        limit=dice.choice([7, 150]),
    )  # fmt: skip


def _party(dice: random.Random) -> str:
    return PARTIES[min(int(dice.expovariate(1 / 10)), 199)]


def _stood(connection: Connection, at: datetime) -> Everything:
    rows = connection.execute(
        select(RevisionRow.__table__, EventRow.first_seen)
        .join(EventRow)
        .where(RevisionRow.recorded_at <= at)
        .order_by(RevisionRow.revision)
    )
    stood = {row.event_id: event_from(row.snapshot, row.event_id, row.first_seen) for row in rows}
    return list(stood.values()), _parties(connection)


def _stems(connection: Connection) -> dict[str, set[str]]:
    """The words of each event: of its own fields and of the articles that tell of it."""
    event, version = EventRow, ArticleVersionRow
    told_by = select(event.id, event.agreement, event.wording, event.actor, event.evidence, version.title, version.text)
    told_by = told_by.join(EvidenceRow, EvidenceRow.event_id == event.id)
    found: dict[str, set[str]] = {}
    for identity, *texts in connection.execute(told_by.join(version, version.id == EvidenceRow.article_version_id)):
        found.setdefault(identity, set()).update(stem for one in texts if one for stem in words(one))
    return found


def _parties(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in connection.execute(select(EventPartyRow.event_id, EventPartyRow.party)):
        found.setdefault(row.event_id, set()).add(row.party)
    return found


def _holds(one: Event, parties: dict[str, set[str]], wanted: EventFilter) -> bool:
    first, _ = place(one)
    last = one.date.last if one.date else first
    return (
        (not wanted.agreement or one.agreement_id in wanted.agreement)
        and (wanted.party is None or wanted.party in parties.get(one.id, set()))
        and (wanted.country is None or wanted.country == one.actor_country)
        and (not wanted.type or one.type in wanted.type)
        and (not wanted.status or one.status in wanted.status)
        and (not wanted.state or one.state in wanted.state)
        and (wanted.retracted or "retracted" in wanted.state or one.state is not EventState.RETRACTED)
        and one.confidence >= wanted.min_confidence
        and (wanted.since is None or last >= wanted.since)
        and (wanted.until is None or first <= wanted.until)
    )
