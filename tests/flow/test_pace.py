"""How often sources are asked: once in every pass where no interval is set; as one where several replicas ask."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline import loop
from pipeline.fetch import Fetched, Fetcher, FetchOptions
from pipeline.flow.turns import HostTurns
from pipeline.store import turns
from pipeline.store.engine import Database, open_database
from tests.conftest import MakeUrl
from tests.flow.agency import Agency, Answer
from tests.flow.stories import FOOTBALL, PARLIAMENT
from tests.flow.test_cycle import configure, history, run


def test_no_interval_means_once_a_pass(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Polled once by each cycle, without being made due by hand; what is new is found each time."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", [FOOTBALL])
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        feeds = directory / "feeds.toml"
        feeds.write_text(feeds.read_text(encoding="utf-8") + "interval = 0\n", encoding="utf-8")
        assert run(directory, url, due_now=False).polled == 1
        agency.publish("/feed", [FOOTBALL, PARLIAMENT])
        again = run(directory, url, due_now=False)
        assert (again.polled, again.new) == (1, 1)
    assert any(event.type == "ratified" for event in history(url))


@pytest.mark.postgres
def test_replicas_on_one_database_share_the_pace_of_a_host(postgresql_shared: str) -> None:
    """Two replicas with eight requests for one host: at no time closer than its pace, by the host's own clock."""
    asked: list[float] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.append(asyncio.get_running_loop().time())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    async def ask(url: str, database: Database) -> None:
        options = FetchOptions(host_interval=0.2, robots=False, allow_networks=("127.0.0.0/8",), allow_ports="any")
        async with Fetcher(options, shared=HostTurns(database)) as fetcher:
            for outcome in await asyncio.gather(*(fetcher.get(f"{url}{number}") for number in range(4))):
                assert isinstance(outcome, Fetched)

    async def both() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        replicas = [open_database(postgresql_shared) for _ in range(2)]
        async with server:
            await asyncio.gather(*(ask(url, database) for database in replicas))
        assert replicas[0].write(lambda c: turns.forget(c, timedelta(days=1))) == 0
        for database in replicas:
            database.close()

    loop.run(both())
    assert len(asked) == 8
    assert min(later - earlier for earlier, later in itertools.pairwise(asked)) >= 0.19


@pytest.mark.postgres
def test_slots_are_given_out_once(postgresql_shared: str) -> None:
    """Slots of a host follow each other by what was asked for; a pause moves them on; hosts not asked for long are forgotten."""
    database = open_database(postgresql_shared)
    first = database.write(lambda c: turns.take(c, [("b.example", 5.0), ("a.example", 3.0)]))
    second = database.write(lambda c: turns.take(c, [("a.example", 3.0), ("b.example", 5.0)]))
    assert max(map(abs, first.values())) < 1
    assert second["a.example"] == pytest.approx(3.0, abs=1)
    assert second["b.example"] == pytest.approx(5.0, abs=1)
    database.write(lambda c: turns.hold(c, "a.example", 30.0))
    assert database.write(lambda c: turns.take(c, [("a.example", 3.0)]))["a.example"] == pytest.approx(30.0, abs=1)
    database.write(lambda c: c.execute(text("UPDATE host_turns SET next_start = next_start - interval '2 days'")))
    assert database.write(turns.forget) >= 2
    database.close()


def test_two_feeds_that_list_one_article_at_once(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Found in one cycle by two agencies' feeds, with tracking parameters in one: asked for once, and both are on record."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/politics", [PARLIAMENT])
        page, feed = agency.answers["/duma"], agency.answers["/politics"]
        agency.answers["/duma?utm_source=all"] = page
        agency.answers["/all"] = Answer(
            feed.body.replace(b"/duma</link>", b"/duma?utm_source=all</link>"), feed.content_type
        )
        directory = configure(tmp_path, {"politics": f"{agency.base}/politics", "all": f"{agency.base}/all"})
        done = run(directory, url)
        assert agency.asked["/duma"] + agency.asked["/duma?utm_source=all"] == 1
    assert done.outcomes == {"read": 1, "repeated": 1}
    wanted = text("SELECT f.agency FROM entries e JOIN feeds f ON f.id = e.feed_id WHERE e.article_id IS NOT NULL")
    database = open_database(url)
    assert set(database.read(lambda c: c.execute(wanted).scalars().all())) == {"Politics", "All"}
    database.close()
