"""One leads where several share a database: taken, kept, handed on, and taken over from the dead."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta

from sqlalchemy import text

from pipeline import clock
from pipeline.model import Feed
from pipeline.store import feeds, leader, owners
from pipeline.store.engine import Database
from pipeline.store.owners import own_name

SHORT = timedelta(seconds=20)
ELSEWHERE = "another-machine:17:12345"
DEAD_HERE = f"{socket.gethostname()}:{os.getpid()}:1"  # our number, but not our beginning


def test_one_of_many_leads(database: Database) -> None:
    """Of eight replicas that ask at once, one is told that it leads; asked again, it still does and the others do not."""
    won: list[str] = []

    def ask(name: str) -> None:
        if database.write(lambda c: leader.keep(c, name, SHORT)):
            won.append(name)

    for _ in range(2):
        threads = [threading.Thread(target=ask, args=(f"elsewhere:{number}:1",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(won) == 2
    assert won[0] == won[1]
    held = database.read(leader.holder)
    assert held is not None
    assert held.owner == won[0]
    assert held.until <= clock.now() + SHORT + timedelta(seconds=5)


def test_a_lead_that_runs_out_is_free(database: Database) -> None:
    """A leader that does not renew is followed by the next who asks; it does not get the lead back by asking late."""
    assert database.write(lambda c: leader.keep(c, ELSEWHERE, timedelta(milliseconds=1)))
    while database.read(leader.holder) is not None:
        pass
    assert database.write(lambda c: leader.keep(c, own_name(), SHORT))
    assert not database.write(lambda c: leader.keep(c, ELSEWHERE, SHORT))


def test_a_lead_given_back_is_free_at_once(database: Database) -> None:
    """A replica that stops hands the lead on, and is no longer among those present."""
    database.write(lambda c: leader.present(c, ELSEWHERE))
    assert database.write(lambda c: leader.keep(c, ELSEWHERE, SHORT))
    assert database.read(leader.replicas) == (ELSEWHERE,)
    database.write(lambda c: leader.depart(c, ELSEWHERE))
    assert database.read(leader.replicas) == ()
    assert database.write(lambda c: leader.keep(c, own_name(), SHORT))


def test_a_dead_process_of_this_machine_leads_nobody(database: Database) -> None:
    """Where the leader's process is known to be gone, nobody waits for its lease to run out."""
    assert database.write(lambda c: leader.keep(c, DEAD_HERE, SHORT))
    assert database.write(lambda c: leader.keep(c, own_name(), SHORT))


def test_what_a_dead_replica_held_is_given_back(database: Database) -> None:
    """A replica of another machine that is not heard of any more gives back its feeds; one that never spoke keeps its leases."""
    now = clock.now()
    sources = [Feed("a", "http://a.example/feed"), Feed("b", "http://b.example/feed")]
    database.write(lambda c: feeds.sync(c, sources, now))
    for owner in (ELSEWHERE, "cron-machine:5:5"):
        database.write(lambda c: feeds.claim_due(c, now, owner, timedelta(hours=1), 1))  # noqa: B023
    database.write(lambda c: leader.present(c, ELSEWHERE))
    assert database.write(leader.bury) == 0
    past = text("UPDATE service_state SET expires_at = updated_at WHERE key LIKE 'replica:%'")
    database.write(lambda c: c.execute(past))
    assert database.write(leader.bury) == 1
    assert len(database.write(lambda c: feeds.claim_due(c, now, own_name(), timedelta(hours=1), 5))) == 1


def test_what_one_flow_holds_is_given_back_alone(database: Database) -> None:
    """After an absent database a flow takes back its own; what other processes hold stays theirs."""
    now = clock.now()
    database.write(lambda c: feeds.sync(c, [Feed("a", "http://a.example/"), Feed("b", "http://b.example/")], now))
    database.write(lambda c: feeds.claim_due(c, now, own_name(), timedelta(hours=1), 1))
    database.write(lambda c: feeds.claim_due(c, now, ELSEWHERE, timedelta(hours=1), 1))
    assert database.write(lambda c: owners.give_back(c, own_name(), "process")) == 0
    assert database.write(lambda c: owners.give_back(c, own_name(), "poll")) == 1


def test_a_host_with_many_feeds_does_not_fill_the_hand(database: Database) -> None:
    """Of a host with a hundred feeds that have waited longest, four are taken; those of other hosts come beside them."""
    now = clock.now()
    many = [Feed(f"many-{number}", f"http://many.example/{number}") for number in range(100)]
    database.write(lambda c: feeds.sync(c, many, now - timedelta(hours=1)))
    others = [Feed(f"other-{number}", f"http://other-{number}.example/") for number in range(10)]
    database.write(lambda c: feeds.sync(c, [*many, *others], now))
    first = database.write(lambda c: feeds.claim_due(c, now, "x:1:1", timedelta(hours=1), 30, per_host=4))
    assert {due.feed.id.partition("-")[0] for due in first} == {"many", "other"}
    assert sum(due.feed.id.startswith("many") for due in first) == 4
    busy = ["many.example"]
    more = database.write(lambda c: feeds.claim_due(c, now, "x:1:1", timedelta(hours=1), 30, per_host=4, busy=busy))
    assert not any(due.feed.id.startswith("many") for due in more)
