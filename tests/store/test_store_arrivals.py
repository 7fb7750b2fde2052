"""Many feeds' polls in one transaction: each as it would be alone, and none at the cost of another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from pipeline import loop
from pipeline.flow.together import Together
from pipeline.model import Entry, Feed
from pipeline.store import arrivals, entries, feeds, polls
from pipeline.store.arrivals import Arrival
from pipeline.store.engine import Database

NOW = datetime(2026, 1, 14, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LEASE = timedelta(minutes=5)
NAMES = ("bad", "cut", "quiet", "whole")


def entry(feed: str, number: int, url: str = "") -> Entry:
    """An entry with all a feed can say, NUL and lone surrogates included."""
    said = f"Title\0 \ud800{number}"
    return Entry(feed, f"id{number}", url or f"https://{feed}.example/{number}", said, NOW, "ru", "Лид", "<p>Текст</p>")


def poll(feed: str, *found: Entry, outcome: str = "fetched", **told: object) -> Arrival:
    """What a poll learnt, ready to be written; everything it shows is new."""
    learnt: dict[str, object] = {"etag": '"e2"', "last_modified": "Thu", "body_hash": "h2", "http_status": 200, **told}
    one = feeds.Poll(feed, 1, outcome, LATER, entries=found, **learnt)  # type: ignore[arg-type]
    return arrivals.arriving(one, {each.identity for each in found}, NOW)


@pytest.fixture
def claimed(database: Database) -> Database:
    """Four feeds, all of them in hand."""
    database.write(lambda c: feeds.sync(c, [Feed(name, f"https://{name}.example/rss") for name in NAMES], NOW))
    assert len(database.write(lambda c: feeds.claim_due(c, NOW, "w1", LEASE, 10))) == len(NAMES)
    return database


def test_each_poll_of_a_batch_is_written_as_if_alone(claimed: Database) -> None:
    """One brings entries, one is cut short, one is unchanged, one failed: entries, validators, health of each."""
    batch = [
        poll(
            "whole", entry("whole", 1), entry("whole", 2), entry("whole", 1), pace=900, moved_to="https://new.example/"
        ),
        poll("cut", entry("cut", 1), complete=False),
        poll("bad", outcome="http_status", error="http_status", error_detail="503", http_status=503),
        poll("quiet", outcome="unchanged", full=False),
    ]
    assert claimed.write(lambda c: arrivals.settle(c, batch, NOW)) == (2, 1, 0, 0)
    found = {one.feed.id: one for one in claimed.read(feeds.health)}
    assert [found[name].failures for name in NAMES] == [1, 0, 0, 0]
    assert [found[name].error for name in NAMES] == ["http_status", None, None, None]
    assert [found[name].items for name in NAMES] == [None, 1, None, 3]
    assert [found[name].last_success for name in NAMES] == [None, NOW, NOW, NOW]
    assert [found[name].last_new for name in NAMES] == [None, NOW, None, NOW]
    assert (found["whole"].pace, found["whole"].moved_to) == (900, "https://new.example/")
    assert [claimed.read(lambda c, n=name: polls.polls(c, n))[0].new for name in NAMES] == [0, 1, 0, 2]  # type: ignore[misc]
    due = {one.feed.id: one for one in claimed.write(lambda c: feeds.claim_due(c, LATER, "w2", LEASE, 10))}
    assert [due[name].etag for name in NAMES] == [None, None, None, '"e2"']
    assert [due[name].last_full for name in NAMES] == [None, NOW, None, NOW]
    works = claimed.write(lambda c: entries.claim(c, NOW, "w1", LEASE, 10))
    assert sorted((work.entry.feed_id, work.entry.identity) for work in works) == [
        ("cut", "id1"),
        ("whole", "id1"),
        ("whole", "id2"),
    ]
    assert works[0].entry.title.startswith("Title\ufffd \ufffd")
    assert {work.entry.content_html for work in works} == {"<p>Текст</p>"}
    assert {work.entry.published for work in works} == {NOW}


def test_what_another_wrote_meanwhile_is_not_new(claimed: Database) -> None:
    """Two polls that both believe an entry is new: it is stored once and counted once, and asking again finds nothing new."""
    assert claimed.write(lambda c: arrivals.settle(c, [poll("whole", entry("whole", 1))], NOW)) == (1,)
    batch = [poll("whole", entry("whole", 1), entry("whole", 2)), poll("cut", entry("cut", 1))]
    assert claimed.write(lambda c: arrivals.settle(c, batch, NOW)) == (1, 1)
    shown = [("whole", "id1"), ("whole", "id3"), ("quiet", "id1")]
    assert claimed.read(lambda c: arrivals.unseen(c, shown)) == {("whole", "id3"), ("quiet", "id1")}
    assert claimed.read(lambda c: arrivals.unseen(c, [])) == frozenset()


def test_a_poll_that_cannot_be_written_keeps_no_other_from_it(claimed: Database) -> None:
    """A batch with one that the database refuses (its feed is unknown) is written without it, and the error is that one's."""

    async def write(batch: Sequence[Arrival]) -> None:
        claimed.write(lambda c: arrivals.settle(c, batch, NOW))

    async def plot() -> list[object]:
        together = Together(write, most=10)
        batch = [poll("whole", entry("whole", 1)), poll("nobody", entry("nobody", 1)), poll("cut", entry("cut", 1))]
        first = asyncio.create_task(together(poll("quiet", outcome="not_modified")))
        told = await asyncio.gather(*(together(one) for one in batch), return_exceptions=True)
        await first
        return list(told)

    told = loop.run(plot())
    assert isinstance(told[1], IntegrityError)
    assert [told[0], told[2]] == [None, None]
    assert claimed.read(entries.counts) == {"pending": 2}


def test_heavy_items_go_in_smaller_batches() -> None:
    """What an item weighs counts towards the most of a batch; one that is too heavy goes alone."""
    batches: list[list[int]] = []

    async def write(items: Sequence[int]) -> None:
        await asyncio.sleep(0)
        batches.append(list(items))

    async def plot() -> None:
        together = Together(write, 10, lambda number: number)
        await asyncio.gather(*(together(number) for number in (1, 4, 6, 30, 1, 2)))

    loop.run(plot())
    assert batches == [[1], [4, 6], [30], [1, 2]]
