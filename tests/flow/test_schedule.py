"""The beat of the service: it stops in time, renews its configuration while it runs, and no error ends a flow for ever."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline import clock, flow, loop
from pipeline.errors import StoreUnavailable
from pipeline.flow.drain import Errand, drain
from pipeline.flow.parts import Parts
from pipeline.flow.together import Together
from pipeline.schedule import Beats, serve
from pipeline.settings import load_settings
from pipeline.store import desk
from pipeline.store.engine import open_database
from pipeline.telemetry import logger
from pipeline.wiring import Service, wire
from tests.flow.agency import Agency, Answer
from tests.flow.stories import PARLIAMENT, WATCHLIST
from tests.flow.test_cycle import configure

FEED = '\n[[feed]]\nid = "{0}"\nurl = "{1}"\n'


@pytest.fixture
def url(tmp_path: Path, sqlite_template: Path) -> str:
    """A database with the newest schema."""
    (tmp_path / "history.db").write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{tmp_path}/history.db"


@pytest.fixture
def agency() -> Iterator[Agency]:
    """An agency with one article."""
    with Agency() as running:
        running.publish("/feed", [PARLIAMENT])
        yield running


def serving(directory: Path, url: str, plot: Callable[[Service], None]) -> Service:
    """Run the service as `serve` does; the plot plays in a thread beside it, and at its end the service is asked to stop."""
    met: list[Service] = []

    class Door:
        def __init__(self, service: Service) -> None:
            met.append(service)

        async def __aenter__(self) -> None:
            loop = asyncio.get_running_loop()

            def play() -> None:
                try:
                    plot(met[0])
                finally:
                    os.kill(os.getpid(), signal.SIGTERM)

            self.playing = loop.run_in_executor(None, play)

        async def __aexit__(self, *_: object) -> None:
            await self.playing

    settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
    loop.run(serve(settings, {"TREATYWATCH_DATABASE_URL": url}, (Door,)))
    return met[0]


def eventually(what: Callable[[], bool], why: str) -> None:
    """Wait for something to become true."""
    pause = threading.Event()
    for _ in range(600):
        if what():
            return
        pause.wait(0.05)
    pytest.fail(f"not within 30 s: {why}")


def test_the_configuration_is_renewed_while_it_runs(tmp_path: Path, url: str, agency: Agency) -> None:
    """A new feed is polled after SIGHUP; a broken file is refused with the reason, kept out, and taken when it is mended."""
    directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
    with (directory / "treatywatch.toml").open("a", encoding="utf-8") as main:
        main.write("[process]\nworkers = 1\n")
    feeds = directory / "feeds.toml"
    good = feeds.read_text(encoding="utf-8") + FEED.format("second", f"{agency.base}/second")
    agency.publish("/second", [])

    def plot(service: Service) -> None:
        eventually(lambda: agency.asked["/feed"] > 0, "the first feed is polled")
        fetcher = service.parts.fetcher
        feeds.write_text(good.replace(f'"{agency.base}/second"', "7"), encoding="utf-8")
        os.kill(os.getpid(), signal.SIGHUP)
        eventually(lambda: "feeds.toml" in service.parts.vitals.refused, "the broken file is refused")
        assert list(service.parts.feeds) == ["wire"]
        feeds.write_text(good, encoding="utf-8")
        os.kill(os.getpid(), signal.SIGHUP)
        eventually(lambda: agency.asked["/second"] > 0, "the new feed is polled")
        assert service.parts.vitals.refused == ""
        assert service.parts.fetcher is fetcher, "the pace of every host stays known"
        (directory / "agreements.toml").write_text("", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGHUP)
        eventually(lambda: "empty watchlist" in service.parts.vitals.refused, "an empty watchlist is refused")
        assert len(service.parts.context.agreements) == WATCHLIST.count("[[agreement]]")

    service = serving(directory, url, plot)
    assert b'treatywatch_reloads_total{outcome="taken"} 1.0' in service.parts.metrics.exposition()


def test_agreements_added_in_the_database_are_watched(tmp_path: Path, url: str) -> None:
    """What the desk adds while the service runs is watched without a restart, and after one."""
    directory = configure(tmp_path, {})
    added = {"id": "added", "title": "Treaty on the Lake", "parties": ["RU", "KZ"]}

    def plot(service: Service) -> None:
        now = service.parts.clock()
        service.database.write(lambda c: desk.watch(c, "added", "agreement", added, "desk", now))
        os.kill(os.getpid(), signal.SIGHUP)
        eventually(lambda: "added" in service.parts.context.agreements, "the addition is watched")

    serving(directory, url, plot)
    again: list[bool] = []
    serving(directory, url, lambda service: again.append("added" in service.parts.context.agreements))
    assert again == [True]


@pytest.mark.slow
def test_it_stops_in_time_and_gives_back_what_is_in_hand(tmp_path: Path, url: str, agency: Agency) -> None:
    """With a page that never comes in hand, the service ends within ten seconds, and the page's try is given back."""
    release = threading.Event()
    page = agency.answers["/duma"]

    class Slow(Answer):
        @property  # type: ignore[override]
        def body(self) -> bytes:
            release.wait(30)
            return page.body

        @body.setter
        def body(self, _: bytes) -> None:
            """It has none of its own."""

    agency.answers["/duma"] = Slow(b"")
    directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
    main = (directory / "treatywatch.toml").read_text(encoding="utf-8")
    main = main.replace("timeout = 2\n", "timeout = 60\n", 1).replace("total_timeout = 5\n", "total_timeout = 60\n")
    (directory / "treatywatch.toml").write_text(main, encoding="utf-8")
    asked: list[float] = []

    def plot(_: Service) -> None:
        eventually(lambda: agency.asked["/duma"] > 0, "the page is asked for")
        asked.append(clock.monotonic())

    serving(directory, url, plot)
    assert clock.monotonic() - asked[0] < 10
    release.set()
    database = open_database(url)
    rows = database.read(lambda c: c.execute(text("SELECT state, tries, lease_owner FROM entries")).all())
    database.close()
    assert [tuple(row) for row in rows] == [("pending", 0, None)]


def test_no_error_ends_a_flow(tmp_path: Path, url: str, agency: Agency) -> None:
    """An absent database and an error nobody foresaw make a flow rest; it is counted, said once, and over when it works again."""
    directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
    errors: list[Exception] = [StoreUnavailable("the disk is full"), RuntimeError("a mistake of ours")]

    async def broken(_: Parts) -> None:
        raise errors[0]

    async def well(_: Parts) -> None:
        """Nothing to do."""

    async def plot() -> None:
        settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
        async with wire(settings, workers=False) as service:
            beats = Beats(service)
            for expected in ("the database: the disk is full", "RuntimeError: a mistake of ours"):
                await beats._once("poll", broken)
                assert service.parts.vitals.troubles["poll"][0] == expected
                await beats._once("poll", well)
                assert "poll" in service.parts.vitals.troubles, "it rests"
                beats._standing["poll"].rest_until = 0.0
                await beats._once("poll", well)
                assert not service.parts.vitals.troubles
                errors.pop(0)
            assert b'treatywatch_unforeseen_errors_total{flow="poll"} 1.0' in service.parts.metrics.exposition()

    loop.run(plot())


def test_what_an_absent_database_kept_is_given_back() -> None:
    """Items that could not be settled are given back as soon as the database answers again, not when their leases run out."""
    waiting, given_back, away = [1, 2, 3], list[int](), [True]

    async def claim(free: int, _: object) -> list[int]:
        taken, waiting[:] = waiting[:free], waiting[free:]
        return taken

    async def work(item: int) -> int:
        if away[0] and item == 2:
            raise StoreUnavailable("gone")
        await asyncio.sleep(0)
        return item

    async def release(item: int) -> None:
        if away[0]:
            away[0] = False
            raise StoreUnavailable("still gone")
        given_back.append(item)
        waiting.append(item)

    done = loop.run(drain(Errand(claim, work, str, release), 2, logger()))
    assert given_back == [2]
    assert sorted(done.results) == [1, 2, 3]
    assert done.failed == 1


def test_writes_that_come_together_go_together() -> None:
    """A lone write goes at once; those that come while it is under way go in one; an error is told to all who were in it."""
    batches: list[list[int]] = []

    async def write(items: object) -> None:
        batches.append(list(items))  # type: ignore[call-overload]
        await asyncio.sleep(0.01)
        if 13 in batches[-1]:
            raise StoreUnavailable("no")

    async def plot() -> None:
        together = Together(write, most=50)
        await asyncio.gather(*(together(number) for number in range(1, 101) if number != 13))
        assert [len(batch) for batch in batches] == [1, 50, 48]
        told = await asyncio.gather(*(together(number) for number in (12, 13, 14)), return_exceptions=True)
        assert told[0] is None
        assert all(isinstance(one, StoreUnavailable) for one in told[1:])

    loop.run(plot())


def test_a_source_that_only_waits_for_its_turn_has_not_failed(tmp_path: Path, url: str, agency: Agency) -> None:
    """Where our own pace puts a poll off, nothing failed: no error, no failures, due when its turn comes."""
    directory = configure(tmp_path, {"wire": f"{agency.base}/feed", "other": f"{agency.base}/other"})
    agency.publish("/other", [])
    main = (directory / "treatywatch.toml").read_text(encoding="utf-8")
    slow = "host_interval = 3600\npatience = 0.5\nmax_per_host = 1"
    (directory / "treatywatch.toml").write_text(main.replace("host_interval = 0", slow), encoding="utf-8")

    async def plot() -> None:
        settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
        async with wire(replace(settings)) as service:
            await flow.poll_due(service.parts)
            sql = text("SELECT count(*), sum(failures), count(error), count(last_polled) FROM feeds")
            row = service.database.read(lambda c: c.execute(sql).one())
            assert tuple(row) == (2, 0, 0, 1)

    loop.run(plot())
