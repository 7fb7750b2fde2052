"""Pace, concurrency and robots.txt, on a clock that only the tests move."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fetch_serving import Request, fetching, options, redirect, reply, run
from hypothesis import given
from hypothesis import strategies as st

from pipeline import loop
from pipeline.errors import Reason
from pipeline.fetch import Fetched, Fetcher, FetchOutcome, Refused
from pipeline.fetch.manners import LONGEST_HOLD, Robots, TooSoon, Turns, judge
from pipeline.fetch.robots import Rules, read
from pipeline.model import Page

ORIGIN = ("https", "agency.example", 443)
DISALLOW = b"User-agent: *\nDisallow: /"


class Time:
    """A clock that jumps ahead as soon as somebody sleeps: for one request after the other."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class SharedTime(Time):
    """A clock for many sleepers: it moves to the next one's hour when everybody sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._count), woken))
        await woken

    async def run(self, *work: Awaitable[Any]) -> list[Any]:
        """Do all this at once, moving the clock until it is done."""
        whole = asyncio.gather(*work)
        while not whole.done():
            for _ in range(10):
                await asyncio.sleep(0)
            if self._sleepers:
                self.now, _, woken = heapq.heappop(self._sleepers)
                woken.set_result(None)
        return await whole


def turns(time: Time, **changes: Any) -> Turns:
    return Turns(options(**{"host_interval": 5.0, **changes}), time.monotonic, time.sleep)


def starts(time: SharedTime, pace: Turns, hosts: list[str], paced: bool = True) -> list[float]:
    """When each of these requests starts, all of them coming at once."""

    async def one(host: str) -> float:
        async with pace.turn(host, paced=paced):
            return time.now - 1000.0

    return loop.run(time.run(*(one(host) for host in hosts)))


def test_starts_to_one_host_lie_apart() -> None:
    """Requests to one host start in order, `host_interval` apart."""
    time = SharedTime()
    assert starts(time, turns(time), ["a"] * 4) == [0.0, 5.0, 10.0, 15.0]


def test_another_host_does_not_wait() -> None:
    """Each host has a pace of its own."""
    time = SharedTime()
    assert starts(time, turns(time), ["a", "b", "c"]) == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("interval", "paced"), [(0.0, True), (5.0, False)])
def test_no_pace(interval: float, paced: bool) -> None:
    """An interval of 0, or an unpaced request, waits for nobody."""
    time = SharedTime()
    assert starts(time, turns(time, host_interval=interval), ["a"] * 3, paced) == [0.0, 0.0, 0.0]


def test_crawl_delay_is_kept_up_to_a_cap() -> None:
    """A longer Crawl-delay counts, an absurd one is capped, a shorter one changes nothing."""
    for delay, interval in ((8.0, 8.0), (86_400.0, 30.0), (1.0, 5.0), (None, 5.0)):
        time = SharedTime()
        pace = turns(time)
        pace.slow_down("a", delay)
        assert starts(time, pace, ["a"] * 3) == [0.0, interval, 2 * interval]


def test_a_hold_is_kept_up_to_a_cap() -> None:
    """After a 429 the host is left alone for a while, not for thirty years."""
    time = SharedTime()
    pace = turns(time)
    loop.run(pace.hold("a", 1e9))
    assert pace.wait("a") == LONGEST_HOLD
    assert starts(time, pace, ["a", "b"]) == [LONGEST_HOLD, 0.0]


class Common:
    """A pace that two processes share, as the database keeps it; `slow` is how long it takes to answer, `away` that it fails."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.next: dict[str, float] = {}
        self.slow: list[float] = []
        self.taken = 0

    async def take(self, host: str, seconds: float) -> float:
        self.taken += 1
        slot = max(self.next.get(host, 0.0), self.time.now)
        self.next[host] = slot + seconds
        ahead = slot - self.time.now
        if self.slow:
            await self.time.sleep(self.slow.pop(0))
        return ahead

    async def hold(self, host: str, seconds: float) -> None:
        self.next[host] = max(self.next.get(host, 0.0), self.time.now + seconds)


def shared(time: SharedTime, common: Common | None, **changes: Any) -> Turns:
    return Turns(options(**{"host_interval": 5.0, **changes}), time.monotonic, time.sleep, common)


@pytest.mark.parametrize("together", [True, False])
def test_processes_share_a_pace(together: bool) -> None:
    """Requests of two processes to one host are as far apart as those of one; without the shared pace they are not."""
    time = SharedTime()
    common = Common(time) if together else None
    begun: list[float] = []

    async def one(pace: Turns) -> None:
        async with pace.turn("a"):
            begun.append(time.now)

    paces = [shared(time, common), shared(time, common)]
    loop.run(time.run(*(one(pace) for pace in paces * 3)))
    apart = [later - earlier for earlier, later in itertools.pairwise(sorted(begun))]
    assert (min(apart) >= 5.0) is together


def test_a_late_start_waits_for_another_slot() -> None:
    """The database took its time to answer: the slot is let go, and another one taken, with a place in hand."""
    time = SharedTime()
    common = Common(time)
    common.slow = [1.0]

    async def test() -> None:
        async with shared(time, common).turn("a"):
            pass

    loop.run(time.run(test()))
    assert common.taken == 2
    assert time.now >= 1005.0


def test_a_hold_is_shared() -> None:
    """A host that asked one process to wait is left alone by the other one."""
    time = SharedTime()
    common = Common(time)
    first, second = shared(time, common), shared(time, common)

    async def test() -> None:
        await first.hold("a", 20.0)
        async with second.turn("a"):
            assert time.now == 1020.0

    loop.run(time.run(test()))


def test_a_shared_slot_too_far_off_is_refused() -> None:
    """A slot beyond `patience` is not waited for, and no place among all connections is kept."""
    time = SharedTime()
    common = Common(time)
    common.next["a"] = 1100.0
    pace = shared(time, common, patience=12.0, max_connections=1)

    async def test() -> None:
        with pytest.raises(TooSoon):
            async with pace.turn("a"):
                pass
        async with pace.turn("b"):
            pass

    loop.run(time.run(test()))


def test_the_impatient_are_sent_away() -> None:
    """Who would wait longer than `patience` is told how long, and takes nobody's place."""
    time = SharedTime()
    pace = turns(time, patience=12.0)

    async def one() -> float:
        try:
            async with pace.turn("a"):
                return time.now
        except TooSoon as error:
            return -error.seconds

    async def test() -> None:
        got = await time.run(*(one() for _ in range(5)))
        assert got == [1000.0, 1005.0, 1010.0, -15.0, -15.0]
        assert pace.wait("a") == 5.0

    run(test)


def test_a_cancelled_waiter_gives_its_turn_back() -> None:
    """Somebody who leaves the line does not make the next one wait."""

    async def test() -> None:
        time = SharedTime()
        never = asyncio.Event()

        async def sleep(seconds: float) -> None:
            await never.wait()

        pace = Turns(options(host_interval=5.0), time.monotonic, sleep)
        async with pace.turn("a"):
            pass
        waiting = asyncio.create_task(pace.turn("a").__aenter__())
        await asyncio.sleep(0)
        assert pace.wait("a") == 10.0
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert pace.wait("a") == 5.0
        time.now += 5.0
        async with pace.turn("a"):
            assert time.now == 1005.0

    run(test)


def test_all_hosts_together_are_bounded() -> None:
    """No more than `max_connections` requests are under way in all, and waiting for a place does not spoil the pace."""
    time = SharedTime()
    pace = turns(time, max_connections=1)

    async def one(host: str) -> float:
        async with pace.turn(host):
            begun = time.now - 1000.0
            await time.sleep(7.0)
            return begun

    got = loop.run(time.run(*(one(host) for host in "aabb")))
    assert sorted(got) == [0.0, 7.0, 14.0, 21.0]


def test_hosts_are_forgotten() -> None:
    """A flood of host names does not fill the memory."""
    time = SharedTime()
    pace = turns(time)

    async def flood() -> None:
        for number in range(10_000):
            await pace.hold(f"h{number}", 0.0)

    loop.run(flood())
    assert len(pace._hosts) < 5000


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 3))
def test_the_pace_holds_for_any_crowd(hosts: list[str], at_once: int) -> None:
    """Whatever comes in whatever order: starts to one host are never closer than the interval, and first come first served."""
    time = SharedTime()
    begun = starts(time, turns(time, max_per_host=at_once, patience=1e6), hosts)
    for host in set(hosts):
        own = [start for start, name in zip(begun, hosts, strict=True) if name == host]
        assert all(later - earlier >= 5.0 for earlier, later in itertools.pairwise(own))


def page(body: bytes) -> Fetched:
    return Fetched(Page("u", "u", body))


ALLOWING = [
    page(b""),
    page(b"<html>no such page</html>"),
    page(b"\xff\xfe\x00Disallow: /"),
    Refused(Reason.HTTP_STATUS, status=404),
    Refused(Reason.HTTP_STATUS, status=403),
    Refused(Reason.HTTP_STATUS, status=202),
    Refused(Reason.TOO_MANY_REDIRECTS),
    Refused(Reason.REDIRECT_INVALID),
    Refused(Reason.PROTOCOL_ERROR),
    Refused(Reason.TOO_LARGE),
    Refused(Reason.BAD_ENCODING),
    Refused(Reason.BLOCKED_ADDRESS),
]


@pytest.mark.parametrize("outcome", ALLOWING)
def test_without_a_robots_file_everything_is_allowed(outcome: FetchOutcome) -> None:
    """No file, or something that is none, forbids nothing."""
    rules = judge(outcome, "treatywatch")
    assert isinstance(rules, Rules)
    assert rules.allows("https://agency.example/news")


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Refused(Reason.HTTP_STATUS, retry=True, status=503), Reason.HTTP_STATUS),
        (Refused(Reason.RATE_LIMITED, retry=True, status=429), Reason.RATE_LIMITED),
        (Refused(Reason.TIMEOUT_TOTAL, retry=True), Reason.TIMEOUT_TOTAL),
        (Refused(Reason.TIMEOUT_CONNECT, retry=True), Reason.TIMEOUT_CONNECT),
        (Refused(Reason.DNS_FAILURE, retry=True), Reason.DNS_FAILURE),
    ],
)
def test_an_unreachable_robots_file_forbids_for_now(outcome: FetchOutcome, reason: Reason) -> None:
    """A server in trouble, or out of reach, is left alone, and asked again later."""
    verdict = judge(outcome, "treatywatch")
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.retry) == (reason, True)


GROUPS = b"""\
User-Agent: Googlebot
User-agent: TreatyWatch/2.0   # that is us
Disallow: /private
Allow: /private/open
Crawl-delay: 7

User-agent: *
Disallow: /
"""


def test_our_own_group_counts() -> None:
    """The group that names us replaces the one for everybody; the longest rule wins."""
    rules = read(GROUPS, "treatywatch")
    assert rules.delay == 7.0
    assert rules.allows("https://agency.example/news")
    assert not rules.allows("https://agency.example/private/x")
    assert rules.allows("https://agency.example/private/open/x")
    assert not read(GROUPS, "someone").allows("https://agency.example/news")


def test_a_robots_bomb_is_read_in_moderate_time() -> None:
    """Thousands of robots over thousands of rules do not multiply."""
    names = b"".join(b"User-agent: robot%d\n" % number for number in range(15_000))
    rules = read(names + b"Disallow: /*a*b\n" * 10_000 + b"User-agent: *\nDisallow: /x", "treatywatch")
    assert rules.allows("https://agency.example/" + "a" * 4000)
    assert len(rules.parsed._user_agents if rules.parsed else ()) <= 2


@given(st.binary(max_size=400), st.text(max_size=50))
def test_any_bytes_are_a_robots_file(body: bytes, path: str) -> None:
    """Rubbish never raises."""
    assert read(body, "treatywatch").allows(f"https://agency.example/{path}") in {True, False}


class Server:
    """Gives one outcome after the other for robots.txt and counts."""

    def __init__(self, *outcomes: FetchOutcome) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    async def __call__(self) -> FetchOutcome:
        self.asked += 1
        await asyncio.sleep(0)
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]


def with_robots(test: Callable[[Robots, Time], Awaitable[None]]) -> None:
    time = Time()
    robots = Robots("treatywatch", time.monotonic)

    async def main() -> None:
        await test(robots, time)

    run(main)


def test_robots_are_fetched_once_a_day() -> None:
    """Many askers cause one request, and the answer is kept for a day."""

    async def test(robots: Robots, time: Time) -> None:
        server = Server(page(DISALLOW), page(b""))
        got = await asyncio.gather(*(robots.rules(ORIGIN, server) for _ in range(10)))
        assert server.asked == 1
        assert all(isinstance(rules, Rules) and not rules.allows("https://agency.example/") for rules in got)
        time.now += 86_399
        await robots.rules(ORIGIN, server)
        assert server.asked == 1
        time.now += 2
        rules = await robots.rules(ORIGIN, server)
        assert server.asked == 2
        assert isinstance(rules, Rules)
        assert rules.allows("https://agency.example/")
        await robots.rules(("http", "agency.example", 80), server)
        assert server.asked == 3

    with_robots(test)


def test_what_robots_said_holds_while_they_are_out_of_reach() -> None:
    """A known file stays in force when its successor cannot be had."""

    async def test(robots: Robots, time: Time) -> None:
        server = Server(page(DISALLOW), Refused(Reason.DNS_FAILURE, retry=True))
        first = await robots.rules(ORIGIN, server)
        time.now += 90_000
        assert await robots.rules(ORIGIN, server) is first
        assert server.asked == 2

    with_robots(test)


def test_robots_out_of_reach_for_half_a_day_forbid_nothing() -> None:
    """A server whose robots.txt fails for ever is not lost for ever."""

    async def test(robots: Robots, time: Time) -> None:
        server = Server(Refused(Reason.HTTP_STATUS, retry=True, status=500))
        got = []
        for _ in range(75):
            got.append(await robots.rules(ORIGIN, server))
            time.now += 600
        assert [isinstance(rules, Refused) for rules in got] == [True] * 72 + [False] * 3

    with_robots(test)


def test_robots_files_do_not_fill_the_memory() -> None:
    """Many hosts with huge files push each other out; the newest stays."""

    async def test(robots: Robots, time: Time) -> None:
        server = Server(page(b"User-agent: *\nDisallow: /x\n" + b"#" * 3_000_000))
        for number in range(40):
            await robots.rules(("http", f"h{number}", 80), server)
        assert server.asked == 40
        await robots.rules(("http", "h39", 80), server)
        assert server.asked == 40
        await robots.rules(("http", "h0", 80), server)
        assert server.asked == 41
        assert robots._size == sum(kept.size for kept in robots._kept.values()) <= 8_000_000

    with_robots(test)


def test_our_own_pace_is_not_remembered_as_a_verdict() -> None:
    """Not having asked says nothing about the site."""

    async def test(robots: Robots, time: Time) -> None:
        server = Server(Refused(Reason.RATE_LIMITED, retry=True, retry_after=400.0), page(b""))
        assert isinstance(await robots.rules(ORIGIN, server), Refused)
        assert isinstance(await robots.rules(ORIGIN, server), Rules)

    with_robots(test)


# --- the whole fetcher with manners


def site_with_robots(rules: bytes) -> Callable[[Request], bytes]:
    def answer(request: Request) -> bytes:
        if request.path == "/robots.txt":
            return reply(rules)
        return redirect("/private") if request.path == "/moved" else reply(b"page")

    return answer


def test_a_disallowed_page_is_not_asked_for() -> None:
    """robots.txt is asked once, and decides, for redirects too; `robots=False` asks nobody."""

    async def test() -> None:
        answer = site_with_robots(b"User-agent: treatywatch\nDisallow: /private")
        async with fetching(answer, robots=True) as (site, fetcher):
            assert isinstance(await fetcher.get(site.url("/news")), Fetched)
            got = await fetcher.get(site.url("/private?key=secret"))
            assert isinstance(got, Refused)
            assert (got.reason, got.retry, got.status) == (Reason.BLOCKED_ROBOTS, False, None)
            assert "secret" not in got.detail
            moved = await fetcher.get(site.url("/moved"))
            assert isinstance(moved, Refused)
            assert moved.reason is Reason.BLOCKED_ROBOTS
            assert isinstance(await fetcher.get(site.url("/private"), robots=False), Fetched)
            assert site.paths == ["/robots.txt", "/news", "/moved", "/private"]

    run(test)


def test_feeds_articles_and_robots_share_one_pace() -> None:
    """Everything that goes to a host counts: robots.txt, feed, redirect and article start 5 s apart, Crawl-delay later."""

    async def test() -> None:
        time = Time()
        answer = site_with_robots(b"User-agent: *\nDisallow: /x\nCrawl-delay: 10")
        async with fetching(answer) as (site, _):
            given = options(host_interval=5.0, robots=True)
            async with Fetcher(given, monotonic=time.monotonic, sleep=time.sleep) as fetcher:
                await fetcher.get(site.url("/feed"), robots=False)
                await fetcher.get(site.url("/moved"))
                await fetcher.get(site.url("/article"))
                assert site.paths == ["/feed", "/robots.txt", "/moved", "/private", "/article"]
                assert time.slept == [5.0, 5.0, 10.0, 10.0]
                assert fetcher.wait(site.url()) == 10.0
                assert fetcher.wait("nonsense") == 0.0

    run(test)


def test_a_slow_way_to_the_host_brings_no_two_requests_together() -> None:
    """The pace counts from the answer: a request that was long on its way came late, the next one must not follow soon after."""

    async def test() -> None:
        time, arrived = Time(), []

        def answer(_: Request) -> bytes:
            time.now += 3.0  # on the way, or in the host's own queue
            arrived.append(time.now)
            return reply()

        fetcher = Fetcher(options(host_interval=5.0), monotonic=time.monotonic, sleep=time.sleep)
        async with fetching(answer) as (site, _), fetcher:
            await fetcher.get(site.url("/1"))
            time.now += 1.0  # what is done with it
            await fetcher.get(site.url("/2"))
        assert time.slept == [4.0]
        assert arrived[1] - arrived[0] >= 5.0

    run(test)


def test_waiting_for_a_turn_is_not_counted_as_slowness() -> None:
    """Half a minute in the line does not use up the deadline; beyond `patience` the request is handed back unasked."""

    async def test() -> None:
        time = Time()
        async with fetching(site_with_robots(b"")) as (site, _):
            for patience, expected in ((40.0, Fetched), (20.0, Refused)):
                given = options(host_interval=30.0, total_timeout=5.0, patience=patience)
                async with Fetcher(given, monotonic=time.monotonic, sleep=time.sleep) as fetcher:
                    assert isinstance(await fetcher.get(site.url("/1")), Fetched)
                    got = await fetcher.get(site.url("/2"))
                    assert isinstance(got, expected)
            assert got == Refused(Reason.RATE_LIMITED, got.detail, retry=True, retry_after=30.0)
            assert got.own_pace
            assert site.paths == ["/1", "/2", "/1"]

    run(test)


def test_a_429_slows_the_host_down() -> None:
    """After a 429 the next paced request waits."""

    async def test() -> None:
        time = Time()

        def answer(request: Request) -> bytes:
            return reply(b"", "429 Slow Down", [("Retry-After", "20")]) if request.path == "/1" else reply()

        fetcher = Fetcher(options(host_interval=5.0), monotonic=time.monotonic, sleep=time.sleep)
        async with fetching(answer) as (site, _), fetcher:
            got = await fetcher.get(site.url("/1"))
            assert isinstance(got, Refused)
            assert (got.reason, got.retry_after) == (Reason.RATE_LIMITED, 20.0)
            assert isinstance(await fetcher.get(site.url("/2")), Fetched)
            assert time.slept == [20.0]

    run(test)
