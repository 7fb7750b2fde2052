"""Feeds, entries and articles: nothing learnt is lost, nothing is processed twice, nothing is silently done."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from pipeline.door.url import normalise_url
from pipeline.model import Article, Entry, Feed, PublishedFrom
from pipeline.store import arrivals, articles, entries, feeds, search
from pipeline.store.engine import Database

NOW = datetime(2026, 1, 14, 10, tzinfo=UTC)
LEASE = timedelta(minutes=5)
TASS = Feed("tass", "https://tass.example/rss", agency="TASS", language="en")
BELTA = Feed("belta", "https://belta.example/rss", agency="BelTA")


def entry(number: int, feed: str = "tass", host: str = "tass.example") -> Entry:
    """An entry with an address of its own."""
    return Entry(feed, f"id{number}", f"https://{host}/{number}", title=f"Title {number}", content_html="<p>Текст</p>")


def settled(connection: Connection, one: feeds.Poll, now: datetime) -> int:
    """Write one poll, all it shows that is not stored as new; how many were."""
    fresh = arrivals.unseen(connection, [(one.feed_id, entry.identity) for entry in one.entries])
    [new] = arrivals.settle(connection, [arrivals.arriving(one, {identity for _, identity in fresh}, now)], now)
    return new


def poll(attempt: int = 1, *found: Entry, **kwargs: object) -> feeds.Poll:
    """What a poll of TASS learnt."""
    learnt = {"etag": '"e1"', "last_modified": "Wed", "body_hash": "h1", "next_due": NOW + timedelta(hours=1)}
    return feeds.Poll("tass", attempt, kwargs.pop("outcome", "fetched"), entries=found, **{**learnt, **kwargs})  # type: ignore[arg-type]


@pytest.fixture
def polled(database: Database) -> Database:
    """A database with two feeds, one of them polled: three entries."""
    database.write(lambda c: feeds.sync(c, [TASS, BELTA], NOW))
    database.write(lambda c: feeds.claim_due(c, NOW, "w1", LEASE, 1))
    database.write(lambda c: feeds.claim_due(c, NOW, "w1", LEASE, 1))
    assert database.write(lambda c: settled(c, poll(1, *map(entry, range(3))), NOW)) == 3
    return database


def claim(database: Database, now: datetime = NOW, limit: int = 10, **kwargs: object) -> tuple[entries.EntryWork, ...]:
    """Claim entries."""
    return database.write(lambda c: entries.claim(c, now, "w1", LEASE, limit, **kwargs))  # type: ignore[arg-type]


def health(database: Database) -> feeds.FeedHealth:
    """How TASS fares."""
    return next(one for one in database.read(feeds.health) if one.feed.id == "tass")


def test_what_is_configured_is_due_once(database: Database) -> None:
    """A new feed is due at once, to one worker at a time, and again when its lease runs out unpolled."""
    database.write(lambda c: feeds.sync(c, [TASS], NOW))
    first = database.write(lambda c: feeds.claim_due(c, NOW, "w1", LEASE, 10))
    assert [(d.feed, d.attempt, d.etag) for d in first] == [(TASS, 1, None)]
    assert database.write(lambda c: feeds.claim_due(c, NOW, "w2", LEASE, 10)) == ()
    later = database.write(lambda c: feeds.claim_due(c, NOW + LEASE, "w2", LEASE, 10))
    assert [d.attempt for d in later] == [2]


def test_configuration_changes_are_followed(polled: Database) -> None:
    """A feed taken out rests but keeps its entries; a new address forgets the old one's validators."""
    moved = replace(TASS, url="https://tass.example/v2")
    polled.write(lambda c: feeds.sync(c, [moved], NOW))
    assert {h.feed.id: h.configured for h in polled.read(feeds.health)} == {"tass": True, "belta": False}
    [due] = polled.write(lambda c: feeds.claim_due(c, NOW, "w1", LEASE, 10))
    assert (due.feed.url, due.etag, due.body_hash) == ("https://tass.example/v2", None, None)
    assert polled.read(entries.counts) == {"pending": 3}


def test_a_poll_writes_entries_and_validators_together(polled: Database) -> None:
    """After a poll the next one asks with the validators of exactly that response."""
    [due] = polled.write(lambda c: feeds.claim_due(c, NOW + timedelta(hours=1), "w1", LEASE, 10))[:1]
    shown = {d.feed.id: d for d in polled.write(lambda c: feeds.claim_due(c, NOW + timedelta(hours=2), "w", LEASE, 9))}
    assert due.feed.id in {"tass", *shown}
    one = health(polled)
    assert (one.last_success, one.last_new, one.items, one.failures) == (NOW, NOW, 3, 0)


def test_seen_entries_are_not_new_again(polled: Database) -> None:
    """The same identities bring nothing; another feed's equal identity is another entry."""
    assert polled.read(lambda c: arrivals.unseen(c, [("tass", "id0"), ("tass", "id9")])) == {("tass", "id9")}
    again = polled.write(lambda c: settled(c, poll(1, *map(entry, range(4))), NOW))
    assert again == 1
    other = replace(poll(1, entry(0, "belta")), feed_id="belta")
    assert polled.write(lambda c: settled(c, other, NOW)) == 1


def test_an_incomplete_body_leaves_no_validators(polled: Database) -> None:
    """A document cut short gives its entries, but the next poll asks for all of it."""
    polled.write(lambda c: settled(c, poll(1, entry(7), complete=False), NOW))
    due = polled.write(lambda c: feeds.claim_due(c, NOW + timedelta(days=1), "w1", LEASE, 10))
    assert {d.feed.id: d.etag for d in due}["tass"] is None


def test_a_failed_poll_keeps_what_was_learnt(polled: Database) -> None:
    """A failure is counted and named; validators and pace stay."""
    bad = poll(1, outcome="http_status", error="http_status", http_status=503, etag=None)
    polled.write(lambda c: settled(c, bad, NOW))
    one = health(polled)
    assert (one.failures, one.error, one.http_status, one.last_success) == (1, "http_status", 503, NOW)
    due = polled.write(lambda c: feeds.claim_due(c, NOW + timedelta(days=1), "w1", LEASE, 10))
    assert {d.feed.id: d.etag for d in due}["tass"] == '"e1"'


def test_an_overtaken_poll_gives_entries_only(polled: Database) -> None:
    """A poll whose lease ran out may still bring entries, but not its validators or its date."""
    polled.write(lambda c: feeds.claim_due(c, NOW + timedelta(hours=1), "w2", LEASE, 10))
    late = poll(1, entry(9), etag='"old"', next_due=NOW + timedelta(days=9))
    assert polled.write(lambda c: settled(c, late, NOW)) == 1
    assert health(polled).next_due == NOW + timedelta(hours=1)


def test_entries_are_claimed_processed_and_done(polled: Database) -> None:
    """A claimed entry comes with all the feed said of it, and is never claimed again once done."""
    works = claim(polled)
    assert [w.entry.content_html for w in works] == ["<p>Текст</p>"] * 3
    assert claim(polled) == ()
    polled.write(lambda c: entries.done(c, dict.fromkeys((work.id for work in works), None), NOW))
    assert polled.read(entries.counts) == {"done": 3}
    assert claim(polled, NOW + timedelta(days=9)) == ()


def test_hosts_share_the_hand(database: Database) -> None:
    """A feed of many entries on one host does not keep the others waiting."""
    database.write(lambda c: feeds.sync(c, [TASS, BELTA], NOW))
    many = poll(1, *(entry(n) for n in range(50)))
    database.write(lambda c: settled(c, many, NOW))
    few = replace(poll(1, *(entry(n, "belta", "belta.example") for n in range(2))), feed_id="belta")
    database.write(lambda c: settled(c, few, NOW))
    assert [w.host for w in claim(database, limit=10, per_host=2)] == ["tass.example", "belta.example"] * 2
    assert {w.host for w in claim(database, limit=4, busy=["tass.example"])} == set()


def test_a_lost_lease_is_taken_again_and_ends(polled: Database) -> None:
    """An entry that kills its workers is tried a few times, then failed and visible, never silently done."""
    now = NOW
    for _ in range(3):
        assert len(claim(polled, now, max_tries=3)) == 3
        now += LEASE
    assert claim(polled, now, max_tries=3) == ()
    failed = polled.read(lambda c: entries.in_state(c, "failed", 10))
    assert [(f.reason, f.tries) for f in failed] == [("extract_crash", 3)] * 3
    assert polled.write(lambda c: entries.again(c, [failed[0].id], now)) == 1
    assert len(claim(polled, now)) == 1


def test_a_lease_from_the_future_is_no_lease(polled: Database) -> None:
    """A clock set back by a day does not keep entries from being processed."""
    claim(polled, NOW + timedelta(days=1))
    assert len(claim(polled, NOW)) == 3


def test_late_failures_change_nothing(polled: Database) -> None:
    """A failure of an earlier try is not believed; a success always is."""
    old = claim(polled)[0]
    new = next(w for w in claim(polled, NOW + LEASE) if w.id == old.id)
    assert not polled.write(lambda c: entries.fail(c, old, "timeout_total", "", NOW, None))
    assert polled.write(lambda c: entries.fail(c, new, "timeout_total", "slow", NOW, NOW + timedelta(hours=1)))
    assert polled.read(entries.next_due) == NOW + timedelta(hours=1)
    polled.write(lambda c: entries.done(c, {old.id: None}, NOW))
    assert polled.read(entries.counts)["done"] == 1


def test_two_workers_never_hold_one_entry(database: Database) -> None:
    """Workers that claim at the same time get disjoint entries, and together all of them."""
    database.write(lambda c: feeds.sync(c, [TASS], NOW))
    database.write(lambda c: settled(c, poll(1, *(entry(n, host=f"h{n}.example") for n in range(60))), NOW))
    held: list[int] = []

    def work() -> None:
        for _ in range(30):
            got = database.write(lambda c: entries.claim(c, NOW, "w", LEASE, 3))
            held.extend(w.id for w in got)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == len(set(held)) == 60


ARTICLE = Article(
    "https://tass.example/1", "Duma ratifies", "The Duma has ratified.", "en", NOW, PublishedFrom.FEED, "TASS"
)


def save(database: Database, article: Article, identity: str = "https://tass.example/1") -> articles.Saved:
    """Store an article with its page."""
    raw = articles.Raw("<html>Страница</html>".encode(), "utf-8")
    return database.write(lambda c: articles.save(c, article, identity, NOW, raw=raw, recogniser="1"))


def test_an_edited_article_is_another_version(database: Database) -> None:
    """The same text is found again; another text is version 2 of the same article; both can be read."""
    first, again = save(database, ARTICLE), save(database, ARTICLE)
    edited = save(database, replace(ARTICLE, text="The Duma will ratify."))
    assert (first.is_new, again.is_new, edited.is_new) == (True, False, True)
    assert first.facts == again.facts
    assert (edited.facts.article_id, edited.facts.version) == (first.facts.article_id, 2)
    newest = database.read(lambda c: articles.get(c, first.facts.article_id))
    oldest = database.read(lambda c: articles.get(c, first.facts.article_id, 1))
    assert newest is not None
    assert oldest is not None
    assert (newest.article.text, oldest.article, newest.versions) == ("The Duma will ratify.", ARTICLE, 2)
    raw = database.read(lambda c: articles.raw_of(c, first.facts.article_id, 1))
    assert raw == articles.Raw("<html>Страница</html>".encode(), "utf-8")


def test_many_are_saved_as_one_after_the_other_would_be(database: Database) -> None:
    """New ones, one that is there, an edit of it and the same twice in one batch: each as if it were alone, in its place."""
    first = save(database, ARTICLE)
    edited = replace(ARTICLE, text="The Duma will ratify.")
    batch = [(ARTICLE, "u2"), (edited, ARTICLE.url), (ARTICLE, ARTICLE.url), (ARTICLE, "u2"), (edited, "u2")]
    savings = [articles.Saving(one, identity, articles.drafted(one)) for one, identity in batch]
    saved = database.write(lambda c: articles.save_many(c, savings, NOW))
    assert [one.is_new for one in saved] == [True, True, False, False, True]
    assert [one.facts.version for one in saved] == [1, 2, 1, 1, 2]
    assert saved[2].facts == first.facts
    assert saved[3].facts == saved[0].facts
    found = database.read(lambda c: search.matching(c, "ratify", 100))
    assert {one.facts.version_id for one in saved} <= set(found)


def test_a_claim_says_what_is_stored_already(polled: Database) -> None:
    """An entry whose article another feed has brought comes with that article, so that nobody asks for it again."""
    url = entry(1).url
    saved = save(polled, replace(ARTICLE, url=url), normalise_url(url))
    known = {work.entry.url: work.article_id for work in claim(polled)}
    assert known.pop(url) == saved.facts.article_id
    assert known
    assert set(known.values()) == {None}


def test_an_impossible_date_is_no_date(database: Database) -> None:
    """A publication date of 1871 or of next year is unknown, not stored."""
    for year in (1871, 2027):
        saved = save(database, replace(ARTICLE, published=NOW.replace(year=year)), f"u{year}")
        assert saved.facts.published is None


def test_texts_can_be_forgotten_but_not_that_they_were_read(database: Database) -> None:
    """Retention deletes text and page; the version and its hash stay, so the article is not new again."""
    saved = save(database, ARTICLE)
    assert database.write(lambda c: articles.delete_texts(c, NOW + timedelta(days=1), NOW)) == 1
    stored = database.read(lambda c: articles.get(c, saved.facts.article_id))
    assert stored is not None
    assert (stored.article.text, stored.text_deleted_at) == ("", NOW)
    assert not save(database, ARTICLE).is_new


def test_a_rescan_walks_every_newest_version(database: Database) -> None:
    """Each article once, in its newest version, page by page."""
    for number in range(5):
        save(database, replace(ARTICLE, text=f"Text {number}"), f"u{number}")
    save(database, replace(ARTICLE, text="Text 0, edited"), "u0")

    def walk(connection: Connection) -> list[str]:
        texts: list[str] = []
        after = 0
        while page := list(articles.newest_after(connection, after, 2)):
            texts += [one.article.text for one in page]
            after = page[-1].facts.version_id
        return texts

    assert database.read(walk) == ["Text 1", "Text 2", "Text 3", "Text 4", "Text 0, edited"]


def test_one_address_is_in_one_hand(database: Database) -> None:
    """Entries of two feeds with one article's address: claimed one after the other, by however many ask at once."""
    database.write(lambda c: feeds.sync(c, [TASS, BELTA], NOW))
    for feed in (TASS, BELTA):
        database.write(lambda c: feeds.claim_due(c, NOW, "w1", LEASE, 1))
        found = replace(entry(1, feed.id), url=f"https://tass.example/1?utm_source={feed.id}")
        database.write(lambda c: settled(c, replace(poll(1, found), feed_id=feed.id), NOW))  # noqa: B023
    taken: list[entries.EntryWork] = []
    askers = [threading.Thread(target=lambda: taken.extend(claim(database))) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(taken) == 1
    assert claim(database) == ()
    database.write(lambda c: entries.done(c, {taken[0].id: None}, NOW))
    assert len(claim(database)) == 1
