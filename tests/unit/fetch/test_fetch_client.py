"""Fetching from real servers, honest and hostile."""

from __future__ import annotations

import asyncio
import ssl
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fetch_serving import (
    CERTIFICATE,
    LOOPBACK,
    Names,
    Request,
    fetching,
    get,
    gzipped,
    listen,
    options,
    redirect,
    reply,
    run,
    serve,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import loop
from pipeline.errors import Reason
from pipeline.fetch import Answered, Fetched, Fetcher, NotModified, Refused

FEED = "<rss><title>Ратификация</title></rss>".encode()
MEGABYTE = 1_000_000


def always(data: bytes) -> Any:
    """A server that gives one answer to everything."""
    return lambda request: data


def test_a_document_is_fetched_whole() -> None:
    """Body, type, charset, validators, freshness and size come out; the URL keeps its given and its plain spelling."""
    head = [
        ("Content-Type", 'Application/RSS+XML; charset="UTF-8"'),
        ("ETag", 'W/"a1"'),
        ("Last-Modified", "Wed, 14 Jan 2026 10:00:00 GMT"),
        ("Cache-Control", "public, max-age=300"),
    ]

    async def test() -> None:
        async with fetching(always(reply(FEED, headers=head))) as (site, fetcher):
            got = await fetcher.get(site.url("/feed#top"))
            assert isinstance(got, Fetched)
            assert got.page.body == FEED
            assert (got.page.content_type, got.page.charset) == ("application/rss+xml", "utf-8")
            assert (got.page.url, got.page.final_url) == (site.url("/feed#top"), site.url("/feed"))
            assert got.page.fetched_at is not None
            assert (got.etag, got.last_modified, got.cache_max_age) == (
                'W/"a1"',
                "Wed, 14 Jan 2026 10:00:00 GMT",
                300.0,
            )
            assert got.permanent_to is None
            assert got.wire_bytes > len(FEED)
            assert got.elapsed > 0

    run(test)


def test_what_we_say_of_ourselves() -> None:
    """One Host, our name, gzip and nothing else; no cookie ever, even when one was set."""

    async def test() -> None:
        answer = always(reply(FEED, headers=[("Set-Cookie", "id=1")]))
        async with fetching(answer, user_agent="desk/1.0 (+mailto:desk@example.org)") as (site, fetcher):
            await fetcher.get(site.url(), accept="text/html")
            await fetcher.get(site.url())
            for request in site.requests:
                assert request.headers["host"] == f"127.0.0.1:{site.port}"
                assert request.headers["user-agent"] == "desk/1.0 (+mailto:desk@example.org)"
                assert request.headers["accept-encoding"] == "gzip"
                assert "cookie" not in request.headers
            assert [request.headers["accept"] for request in site.requests] == ["text/html", "*/*"]

    run(test)


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and credentials of the environment are not used."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert isinstance(loop.run(get(always(reply(FEED)))), Fetched)


def test_not_modified() -> None:
    """Validators are sent and a 304 is its own outcome, with what the head says anew."""

    async def test() -> None:
        answer = always(b'HTTP/1.1 304 Not Modified\r\nETag: "b"\r\nCache-Control: max-age=60\r\n\r\n')
        async with fetching(answer) as (site, fetcher):
            got = await fetcher.get(site.url(), etag='"a"', last_modified="Wed, 14 Jan 2026 10:00:00 GMT")
            assert isinstance(got, NotModified)
            assert (got.etag, got.cache_max_age) == ('"b"', 60.0)
            assert site.requests[0].headers["if-none-match"] == '"a"'
            assert site.requests[0].headers["if-modified-since"] == "Wed, 14 Jan 2026 10:00:00 GMT"
            again = await fetcher.get(site.url(), etag='"b"')
            assert isinstance(again, NotModified)
            assert site.connections == 1

    run(test)


def test_not_modified_that_nobody_asked_for() -> None:
    """A 304 without validators would leave us without the document for ever: it is a failure."""
    got = loop.run(get(always(b"HTTP/1.1 304 Not Modified\r\n\r\n")))
    assert got == Refused(Reason.HTTP_STATUS, got.detail, retry=True, status=304)


def test_a_poisoned_validator_is_not_sent() -> None:
    """A stored validator with line breaks cannot smuggle a header."""

    async def test() -> None:
        async with fetching(always(reply(FEED))) as (site, fetcher):
            got = await fetcher.get(site.url(), etag='"a"\r\nX-Evil: 1', last_modified="\x00")
            assert isinstance(got, Fetched)
            assert not {"x-evil", "if-none-match", "if-modified-since"} & set(site.requests[0].headers)

    run(test)


def test_connections_are_kept_and_renewed() -> None:
    """A second request uses the open connection; one that the server closed meanwhile is replaced without a failure."""

    async def test() -> None:
        async def hang_up(request: Request) -> AsyncIterator[bytes]:
            yield reply(FEED)

        async with fetching(lambda request: hang_up(request) if request.path == "/close" else reply(FEED)) as (
            site,
            fetcher,
        ):
            for path in ("/a", "/b", "/close", "/c", "/d"):
                assert isinstance(await fetcher.get(site.url(path)), Fetched)
            assert [request.connection for request in site.requests] == [1, 1, 1, 2, 2]

    run(test)


def test_a_kept_connection_that_dies_on_the_request_is_tried_again_once() -> None:
    """The server drops a kept connection when the next request comes: asked again over a new one; a fresh one is not."""

    async def nothing() -> AsyncIterator[bytes]:
        yield b""

    async def test() -> None:
        def answer(request: Request) -> Any:
            return nothing() if request.path == "/b" and request.connection == 1 else reply(FEED)

        async with fetching(answer) as (site, fetcher):
            assert isinstance(await fetcher.get(site.url("/a")), Fetched)
            assert isinstance(await fetcher.get(site.url("/b")), Fetched)
            assert [request.connection for request in site.requests] == [1, 1, 2]

    run(test)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("404 Not Found", Reason.HTTP_STATUS),
        ("410 Gone", Reason.HTTP_STATUS),
        ("403 Forbidden", Reason.HTTP_STATUS),
        ("500 Internal Server Error", Reason.HTTP_STATUS),
        ("503 Service Unavailable", Reason.HTTP_STATUS),
        ("408 Request Timeout", Reason.HTTP_STATUS),
        ("429 Too Many Requests", Reason.RATE_LIMITED),
        ("202 Accepted", Reason.HTTP_STATUS),
        ("206 Partial Content", Reason.HTTP_STATUS),
        ("204 No Content", Reason.HTTP_STATUS),
        ("999 Odd", Reason.HTTP_STATUS),
        ("305 Use Proxy", Reason.HTTP_STATUS),
    ],
)
def test_answers_that_are_no_document(status: str, reason: Reason) -> None:
    """Every other status is a refusal that may pass, with the status and the clamped Retry-After."""
    got = loop.run(get(always(reply(b"", status, [("Retry-After", "99999999999999999999")]))))
    assert isinstance(got, Refused)
    assert (got.reason, got.status, got.retry, got.retry_after) == (reason, int(status[:3]), True, 86_400.0)


def test_bodies_of_errors_and_redirects_are_never_read() -> None:
    """An endless bomb behind a 404 or a 302 is left on the wire."""

    async def flood(head: bytes) -> AsyncIterator[bytes]:
        yield head + b"Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n"
        while True:
            yield b"ffff\r\n" + b"\xce" * 0xFFFF + b"\r\n"

    async def test() -> None:
        def answer(request: Request) -> Any:
            if request.path == "/":
                return flood(b"HTTP/1.1 302 Found\r\nLocation: /missing\r\n")
            return flood(b"HTTP/1.1 404 Not Found\r\n")

        async with fetching(answer) as (site, fetcher):
            got = await fetcher.get(site.url())
            assert isinstance(got, Refused)
            assert (got.reason, got.status) == (Reason.HTTP_STATUS, 404)

    run(test)


# --- packing


def packed(body: bytes, encoding: str = "gzip") -> bytes:
    return reply(body, headers=[("Content-Encoding", encoding)])


def test_gzip_is_unpacked() -> None:
    """A gzip body comes out plain; the wire is counted as it came."""
    got = loop.run(get(always(packed(gzipped(FEED * 1000)))))
    assert isinstance(got, Fetched)
    assert got.page.body == FEED * 1000
    assert got.wire_bytes < len(FEED) * 100


@pytest.mark.parametrize(
    ("body", "encoding", "retry"),
    [
        (gzipped(FEED)[:-9], "gzip", True),
        (gzipped(FEED)[:12], "gzip", True),
        (b"", "gzip", True),
        (FEED, "gzip", True),
        (zlib.compress(FEED), "gzip", True),
        (zlib.compress(FEED), "deflate", False),
        (b"\x0b\x02\x80<rss/>\x03", "br", False),
        (FEED, "zstd", False),
        (gzipped(gzipped(FEED)), "gzip, gzip", False),
        (gzipped(FEED), "gzip, br", False),
        (FEED, "compress", False),
        (gzipped(b"") * 100, "gzip", False),
    ],
)
def test_other_packings_are_refused(body: bytes, encoding: str, retry: bool) -> None:
    """Anything but one whole gzip is bad_encoding; what was cut short may be whole the next time."""
    got = loop.run(get(always(packed(body, encoding))))
    assert got == Refused(Reason.BAD_ENCODING, got.detail, retry=retry)


@pytest.mark.parametrize("encoding", ["", "identity", "GZIP", "x-gzip", "identity, gzip"])
def test_packings_that_are_taken(encoding: str) -> None:
    """The two codings we know, in the spellings that are met."""
    body = gzipped(FEED) if "gzip" in encoding.lower() else FEED
    got = loop.run(get(always(packed(body, encoding))))
    assert isinstance(got, Fetched)
    assert got.page.body == FEED


def test_gzip_in_gzip_stays_packed_inside() -> None:
    """A second packing that is not announced is content: one layer is taken off, no more."""
    got = loop.run(get(always(packed(gzipped(gzipped(FEED))))))
    assert isinstance(got, Fetched)
    assert got.page.body == gzipped(FEED)


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    """A quarter of a gigabyte in a quarter of a megabyte of gzip is given up at the limit, in bounded memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(4 * MEGABYTE)
    bomb = b"".join(packer.compress(zeros) for _ in range(60)) + packer.flush()

    async def test() -> None:
        async with fetching(always(packed(bomb)), max_bytes=2 * MEGABYTE) as (site, fetcher):
            tracemalloc.start()
            got = await fetcher.get(site.url())
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert got == Refused(Reason.TOO_LARGE, got.detail, retry=False)
            assert peak < 12 * MEGABYTE

    run(test)


# --- size and time


@pytest.mark.parametrize("size", [999, 1000, 1001])
def test_the_limit_of_decoded_bytes_is_exact(size: int) -> None:
    """A body of just the limit is taken, one byte more is not, plain or packed."""
    for answer in (reply(b"x" * size), packed(gzipped(b"x" * size)), b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * size):
        got = loop.run(get(lambda request, answer=answer: once(answer), max_bytes=1000))
        assert isinstance(got, Fetched) == (size <= 1000), got


async def once(data: bytes) -> AsyncIterator[bytes]:
    """Say it and hang up."""
    yield data


def test_an_announced_length_over_the_limit_is_refused_at_once() -> None:
    """Content-Length alone is enough; not a byte of the body is waited for."""
    got = loop.run(get(always(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), total_timeout=60.0))
    assert got == Refused(Reason.TOO_LARGE, got.detail, retry=False)


async def endless(head: bytes, part: bytes, tail: bytes = b"") -> AsyncIterator[bytes]:
    """Part after part, for ever."""
    yield head
    while True:
        yield part


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
FLOODS = {
    "body without length": (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 60_000, {Reason.TOO_LARGE}),
    "chunks": (CHUNKED, b"ea60\r\n" + b"x" * 60_000 + b"\r\n", {Reason.TOO_LARGE}),
    "tiny chunks": (CHUNKED, b"1\r\nx\r\n" * 5000, {Reason.TOO_LARGE}),
    "chunk extensions": (CHUNKED, b"1;" + b"e" * 60_000 + b"\r\nx\r\n", {Reason.TOO_LARGE}),
    "endless chunk size": (CHUNKED, b"0" * 60_000, {Reason.PROTOCOL_ERROR}),
    "trailers": (CHUNKED + b"0\r\n", b"X-T: y\r\n" * 5000, {Reason.PROTOCOL_ERROR}),
    "header": (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 60_000, {Reason.PROTOCOL_ERROR}),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-H: y\r\n" * 5000, {Reason.PROTOCOL_ERROR}),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, {Reason.PROTOCOL_ERROR}),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", {Reason.PROTOCOL_ERROR}),
    "big early hints": (b"", b"HTTP/1.1 103 E\r\nX: " + b"x" * 60_000 + b"\r\n\r\n", {Reason.TOO_LARGE}),
    "empty lines": (b"", b"\r\n" * 30_000, {Reason.PROTOCOL_ERROR, Reason.TOO_LARGE}),
    "rubbish": (b"", b"\xff" * 60_000, {Reason.PROTOCOL_ERROR}),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_end(name: str) -> None:
    """Whatever is sent without end is cut off by bytes, long before any deadline."""
    head, part, expected = FLOODS[name]
    got = loop.run(get(lambda request: endless(head, part), max_wire_bytes=MEGABYTE, max_bytes=MEGABYTE))
    assert isinstance(got, Refused)
    assert got.reason in expected


def test_tiny_chunks_end_before_the_limit() -> None:
    """One-byte chunks cost the sender little and us much: they are cut off long before their bytes reach the limit."""
    flood = endless(CHUNKED, b"1\r\nx\r\n" * 5000)
    got = loop.run(get(lambda request: flood, max_wire_bytes=MEGABYTE, max_bytes=MEGABYTE))
    assert got == Refused(Reason.TOO_LARGE, "a flood of tiny chunks")


def test_chunk_framing_counts_as_wire_bytes() -> None:
    """A small body in a heavy framing is too large on the wire, though its content is not."""
    body = b"".join(b"%x;%s\r\n%s\r\n" % (100, b"e" * 50_000, b"x" * 100) for _ in range(20)) + b"0\r\n\r\n"
    got = loop.run(get(always(CHUNKED + body), max_wire_bytes=500_000))
    assert got == Refused(Reason.TOO_LARGE, got.detail, retry=False)


async def slow(head: bytes, part: bytes) -> AsyncIterator[bytes]:
    """Sends something now, then a little again and again."""
    yield head
    while True:
        await asyncio.sleep(0.02)
        yield part


SLOW = {
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
    "chunks": (CHUNKED, b"1\r\nx\r\n"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "silence": (b"", b""),
    "interim answers": (b"", b""),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_drip_meets_the_deadline(name: str) -> None:
    """Data that never stops coming does not move the deadline."""
    head, part = SLOW[name]
    began = time.monotonic()
    got = loop.run(get(lambda request: slow(head, part), total_timeout=0.2))
    assert got == Refused(Reason.TIMEOUT_TOTAL, got.detail, retry=True)
    assert time.monotonic() - began < 15  # and no other, longer time-out did it


def test_silence_meets_the_shorter_time_out() -> None:
    """Between two pieces the other side may be silent for `timeout` only."""
    got = loop.run(get(lambda request: slow(b"", b""), timeout=0.1, total_timeout=30.0))
    assert got == Refused(Reason.TIMEOUT_TOTAL, "silent for 0.1 s", retry=True)


def test_the_deadline_covers_all_hops() -> None:
    """Redirects share one deadline."""

    async def late(request: Request) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.15)
        yield redirect(request.path + "x")

    got = loop.run(get(late, total_timeout=0.35, max_redirects=20))
    assert got.reason is Reason.TIMEOUT_TOTAL


@pytest.mark.parametrize(
    "answer",
    [
        reply(FEED, length=len(FEED) + 1),
        CHUNKED + b"5\r\nabc",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"5\r\nabcdefg\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_answers_that_break_the_protocol(answer: bytes) -> None:
    """A body cut short or an answer that is none is a protocol_error that may pass."""
    got = loop.run(get(lambda request: once(answer)))
    assert got == Refused(Reason.PROTOCOL_ERROR, got.detail, retry=True)


def test_a_body_longer_than_announced_is_cut_and_the_connection_dropped() -> None:
    """What follows a whole answer belongs to nobody: it never becomes the next answer."""

    async def test() -> None:
        smuggled = reply(b"first") + reply(b"smuggled")
        async with fetching(lambda request: smuggled if request.path == "/1" else reply(b"second")) as (site, fetcher):
            first = await fetcher.get(site.url("/1"))
            second = await fetcher.get(site.url("/2"))
            assert isinstance(first, Fetched)
            assert isinstance(second, Fetched)
            assert (first.page.body, second.page.body) == (b"first", b"second")
            assert site.connections == 2

    run(test)


def test_what_comes_between_two_exchanges_ends_the_connection() -> None:
    """Bytes sent while nothing is asked are neither kept nor taken for the next answer."""
    sent, dropped = asyncio.Event(), asyncio.Event()

    async def chatty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(b"first"))
        await sent.wait()
        writer.write(reply(b"unasked") * 1000)
        try:
            await reader.read()
        finally:
            dropped.set()

    async def test() -> None:
        async with listen(chatty) as port, Fetcher(options()) as fetcher:
            await fetcher.get(f"http://127.0.0.1:{port}/1")
            sent.set()
            await dropped.wait()
            got = await fetcher.get(f"http://127.0.0.1:{port}/2")
            assert isinstance(got, Fetched)
            assert got.page.body == b"first"

    run(test)


def test_headers_that_are_no_text() -> None:
    """Bytes that are no UTF-8, odd types and odd validators come out harmless."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe/x; charset=\xe4\r\nETag: \xff\r\nCache-Control: max-age=\xb2\r\n"
    got = loop.run(get(always(head + b"Last-Modified: " + b"x" * 5000 + b"\r\nContent-Length: 1\r\n\r\nx")))
    assert isinstance(got, Fetched)
    assert (got.page.content_type, got.page.charset) == ("", None)
    assert (got.etag, got.last_modified, got.cache_max_age) == (None, None, None)


LINES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 301 Moved",
        b"HTTP/1.1 304 Not Modified",
        b"HTTP/1.1 100 Continue",
        b"Content-Length: 5",
        b"Content-Length: 99",
        b"Content-Encoding: gzip",
        b"Transfer-Encoding: chunked",
        b"Connection: close",
        b"Location: /x",
        b"Location: http://\xff@[",
        b"Content-Type: text/html; charset=\x80",
        b"Cache-Control: max-age=99999999999999999999999",
        b"Retry-After: Thu, 99 Foo 0000",
        b"",
        b"5",
        b"<rss>",
        gzipped(b"x"),
        b"0",
    ]
)
ANSWERS = st.lists(LINES | st.binary(max_size=30), max_size=12).map(b"\r\n".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=8))
def test_no_answer_makes_a_fetch_raise(answers: list[bytes]) -> None:
    """Whatever bytes come back, in whatever order on whatever connection: an outcome, never an exception."""

    async def test() -> None:
        queue = iter(answers)
        async with fetching(lambda request: once(next(queue, b"")), timeout=1.0) as (site, fetcher):
            for number in range(len(answers)):
                got = await fetcher.get(site.url(f"/{number}"), etag='"a"')
                assert isinstance(got, Fetched | NotModified | Refused)

    run(test)


# --- redirects


def test_redirects_are_followed_and_permanent_ones_told() -> None:
    """Only the unbroken run of permanent redirects from the start says where the document lives now."""
    hops = {
        "/": ("/a", "301 Moved"),
        "/a": ("/b", "308 Permanent"),
        "/b": ("/c", "302 Found"),
        "/c": ("/d", "301 Moved"),
    }

    async def test() -> None:
        answer = lambda request: redirect(*hops[request.path]) if request.path in hops else reply(FEED)  # noqa: E731
        async with fetching(answer) as (site, fetcher):
            got = await fetcher.get(site.url("/"))
            assert isinstance(got, Fetched)
            assert (got.page.url, got.page.final_url) == (site.url("/"), site.url("/d"))
            assert got.permanent_to == site.url("/b")

    run(test)


def test_the_number_of_redirects_is_bounded() -> None:
    """So many hops and no more."""

    async def test() -> None:
        def answer(request: Request) -> bytes:
            left = int(request.path[1:])
            return redirect(f"/{left - 1}") if left else reply(FEED)

        async with fetching(answer, max_redirects=3) as (site, fetcher):
            assert isinstance(await fetcher.get(site.url("/3")), Fetched)
            got = await fetcher.get(site.url("/4"))
            assert got == Refused(Reason.TOO_MANY_REDIRECTS, got.detail, retry=True)
            assert len(site.requests) == 8

    run(test)


def test_a_circle_is_seen_at_once() -> None:
    """A redirect to where we have been ends the trip."""

    async def test() -> None:
        async with fetching(lambda request: redirect("/b" if request.path == "/a" else "/a#x")) as (site, fetcher):
            got = await fetcher.get(site.url("/a"))
            assert got == Refused(Reason.TOO_MANY_REDIRECTS, got.detail, retry=True)
            assert site.paths == ["/a", "/b"]

    run(test)


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", Reason.BLOCKED_SCHEME),
        ("gopher://127.0.0.1/", Reason.BLOCKED_SCHEME),
        ("http://169.254.169.254/latest/meta-data/", Reason.BLOCKED_ADDRESS),
        ("http://10.0.0.1/", Reason.BLOCKED_ADDRESS),
        ("http://[::1]/", Reason.BLOCKED_ADDRESS),
        ("http://[::ffff:127.0.0.1]/", Reason.BLOCKED_ADDRESS),
        ("http://0x7f000001/", Reason.BLOCKED_ADDRESS),
        ("http://user:pw@127.0.0.1/", Reason.REDIRECT_INVALID),
        ("http://xn--/", Reason.REDIRECT_INVALID),
        ("", Reason.REDIRECT_INVALID),
        ("http://" + "a" * 9000, Reason.REDIRECT_INVALID),
    ],
)
def test_redirects_to_forbidden_places(location: str, reason: Reason) -> None:
    """Every hop is checked like the first request."""
    got = loop.run(get(always(redirect(location))))
    assert isinstance(got, Refused)
    assert got.reason is reason


def test_a_redirect_without_a_target() -> None:
    """No Location, nowhere to go."""
    got = loop.run(get(always(reply(b"", "301 Moved"))))
    assert got == Refused(Reason.REDIRECT_INVALID, got.detail, retry=True, status=301)


def test_validators_stay_with_their_origin() -> None:
    """Another host, and another port, do not get what the first one gave us."""

    async def test() -> None:
        async with fetching(always(reply(FEED))) as (other, _):
            names = {"a.example": ["127.0.0.1"]}
            moved = lambda request: redirect(other.url("/x")) if request.path == "/" else redirect("/")  # noqa: E731
            async with fetching(moved, names=names) as (site, fetcher):
                got = await fetcher.get(site.url("/0", host="a.example"), etag='"a"', last_modified="then")
                assert isinstance(got, Fetched)
                assert all(request.headers.get("if-none-match") == '"a"' for request in site.requests)
                assert not {"if-none-match", "if-modified-since"} & set(other.requests[0].headers)

    run(test)


# --- names and addresses


def test_loopback_is_refused_unless_allowed() -> None:
    """Without `allow_networks` nothing internal is connected to, by address or by name."""

    async def test() -> None:
        names = {"a.example": ["127.0.0.1"]}
        async with fetching(always(reply(FEED)), names=names, allow_networks=()) as (site, fetcher):
            for url in (site.url(), site.url(host="a.example"), site.url(host="[::ffff:127.0.0.1]")):
                got = await fetcher.get(url)
                assert got == Refused(Reason.BLOCKED_ADDRESS, got.detail, retry=False)
            assert site.connections == 0

    run(test)


def test_mixed_answers_refuse_the_name() -> None:
    """One forbidden address among the answers is enough, wherever it stands."""

    async def test() -> None:
        names = {"a.example": ["127.0.0.1", "10.0.0.1"], "b.example": ["::1", "127.0.0.1"]}
        async with fetching(always(reply(FEED)), names=names) as (site, fetcher):
            for host in names:
                got = await fetcher.get(site.url(host=host))
                assert isinstance(got, Refused)
                assert got.reason is Reason.BLOCKED_ADDRESS
            assert site.connections == 0

    run(test)


def test_a_name_is_looked_up_once_and_the_answer_is_where_we_go() -> None:
    """A name that changes its answer after the check has nothing to win."""

    async def test() -> None:
        async with serve(always(reply(FEED))) as site:
            names = Names({"a.example": [["127.0.0.1"], ["10.0.0.1"]]})
            async with Fetcher(options(keep_alive=0.0), resolver=names) as fetcher:
                assert isinstance(await fetcher.get(site.url(host="a.example")), Fetched)
                assert names.asked == ["a.example"]
                assert site.requests[0].headers["host"] == f"a.example:{site.port}"
                got = await fetcher.get(site.url(host="a.example"))
                assert isinstance(got, Refused)
                assert got.reason is Reason.BLOCKED_ADDRESS

    run(test)


def test_the_next_address_is_tried() -> None:
    """An address where nobody listens does not hide one that answers."""

    async def test() -> None:
        names = {"a.example": ["127.0.0.77", "127.0.0.1"], "b.example": ["127.0.0.77"]}
        async with fetching(always(reply(FEED)), names=names) as (site, fetcher):
            assert isinstance(await fetcher.get(site.url(host="a.example")), Fetched)
            got = await fetcher.get(site.url(host="b.example"))
            assert isinstance(got, Refused)
            assert (got.reason, got.retry) == (Reason.TIMEOUT_CONNECT, True)

    run(test)


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long"), ValueError("odd")])
def test_names_without_an_address(error: Exception) -> None:
    """Whatever the resolver raises is dns_failure; so is an answer without addresses."""

    async def test() -> None:
        async with fetching(always(reply(FEED)), names={"a.example": error, "b.example": []}) as (site, fetcher):
            for host in ("a.example", "b.example"):
                got = await fetcher.get(site.url(host=host))
                assert got == Refused(Reason.DNS_FAILURE, got.detail, retry=True)

    run(test)


def test_the_system_resolver() -> None:
    """The real resolver finds loopback by name and refuses it; a name that cannot be is a dns_failure."""

    async def test() -> None:
        async with Fetcher(options(allow_networks=())) as fetcher:
            got = await fetcher.get("http://localhost/")
            assert isinstance(got, Refused)
            assert got.reason is Reason.BLOCKED_ADDRESS

    run(test)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", Reason.BLOCKED_SCHEME),
        ("http://agency.example:22/", Reason.BLOCKED_PORT),
        ("http://xn--/", Reason.URL_INVALID),
        ("http://agency.example/" + "a" * 99_999, Reason.URL_TOO_LONG),
    ],
)
def test_urls_are_checked_before_anything_is_asked(url: str, reason: Reason) -> None:
    """A URL that may not be asked for does not even reach the resolver."""

    async def test() -> None:
        async with Fetcher(options(allow_ports=(80, 443)), resolver=Names({})) as fetcher:
            assert await fetcher.get(url) == Refused(reason)

    run(test)


# --- TLS


def tls_server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


async def get_tls(host: str, trusted: bool) -> tuple[Any, int]:
    """Two fetches over TLS; the second outcome and the number of connections."""
    trust = ssl.create_default_context(cafile=str(CERTIFICATE)) if trusted else None
    names = Names({"agency.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    async with (
        serve(always(reply(FEED)), tls=tls_server()) as site,
        Fetcher(options(), resolver=names, tls=trust) as fetcher,
    ):
        url = f"https://{host}:{site.port}/"
        await fetcher.get(url)
        return await fetcher.get(url), site.connections


def test_tls_for_the_name() -> None:
    """The certificate is checked against the name although the connection goes to an address; it is kept open."""
    got, connections = loop.run(get_tls("agency.example", trusted=True))
    assert isinstance(got, Fetched)
    assert connections == 1


@pytest.mark.parametrize(("host", "trusted"), [("agency.example", False), ("other.example", True), ("127.0.0.1", True)])
def test_tls_that_proves_nothing(host: str, trusted: bool) -> None:
    """An unknown authority or a certificate for another name is tls_error."""
    got, _ = loop.run(get_tls(host, trusted))
    assert got == Refused(Reason.TLS_ERROR, got.detail, retry=True)


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_tls_where_there_is_none(said: bytes) -> None:
    """Plain HTTP on the other side, or a connection closed in the handshake, is tls_error."""

    async def test() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(said)
            await writer.drain()

        async with listen(answer) as port, Fetcher(options()) as fetcher:
            got = await fetcher.get(f"https://127.0.0.1:{port}/")
            assert got == Refused(Reason.TLS_ERROR, got.detail, retry=True)

    run(test)


def test_tls_handshake_that_never_comes() -> None:
    """A server that accepts and stays silent is given up after `timeout`."""

    async def test() -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()

        async with listen(silent) as port, Fetcher(options(timeout=0.2)) as fetcher:
            got = await fetcher.get(f"https://127.0.0.1:{port}/")
            assert got == Refused(Reason.TIMEOUT_CONNECT, got.detail, retry=True)

    run(test)


# --- many at once, and post


def test_a_cancelled_fetch_leaves_nothing_behind() -> None:
    """A fetch that is called off frees its host's turn."""

    async def test() -> None:
        def answer(request: Request) -> Any:
            return slow(b"", b"") if request.path == "/slow" else reply(FEED)

        async with fetching(answer, max_per_host=1) as (site, fetcher):
            for _ in range(3):
                task = asyncio.create_task(fetcher.get(site.url("/slow")))
                await asyncio.sleep(0.02)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            assert isinstance(await fetcher.get(site.url("/")), Fetched)

    run(test)


def test_many_at_once_share_what_one_host_allows() -> None:
    """No more than `max_per_host` requests are under way to one host, and all are answered."""
    under_way = most = 0

    async def count(request: Request) -> AsyncIterator[bytes]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        yield reply(FEED)

    async def test() -> None:
        async with fetching(count, max_per_host=2) as (site, fetcher):
            got = await asyncio.gather(*(fetcher.get(site.url(f"/{number}")) for number in range(12)))
            assert all(isinstance(outcome, Fetched) for outcome in got)
            assert most == 2

    run(test)


async def post(answer: Any, headers: dict[str, str] | None = None, **changes: Any) -> tuple[Any, list[Request]]:
    """One delivery to a receiver inside the house."""
    async with fetching(answer, allow_networks=()) as (site, fetcher):
        given = {"allow_networks": LOOPBACK, "timeout": 5.0, **changes}
        return await fetcher.post(site.url("/hook"), b'{"type":"x"}', headers or {}, **given), site.requests


def test_post_delivers() -> None:
    """The body and the headers arrive as given; the answer comes back with its first bytes."""
    got, (request,) = loop.run(post(always(reply(b"taken", "202 Accepted")), {"webhook-id": "msg_1"}))
    assert got == Answered(202, None, b"taken")
    assert (request.line, request.body) == ("POST /hook HTTP/1.1", b'{"type":"x"}')
    assert request.headers["webhook-id"] == "msg_1"


def test_post_follows_no_redirect_and_unpacks_nothing() -> None:
    """A redirect is an answer like any other, a packed body stays packed."""
    got, requests = loop.run(post(always(redirect("http://169.254.169.254/"))))
    assert (got.status, len(requests)) == (302, 1)
    got, _ = loop.run(post(always(reply(b"\x1f\x8b", headers=[("Content-Encoding", "gzip"), ("Retry-After", "7")]))))
    assert got == Answered(200, 7.0, b"\x1f\x8b")


def test_post_is_held_to_the_address_policy() -> None:
    """Without its own `allow_networks` a receiver inside the house is refused."""
    got, requests = loop.run(post(always(reply()), allow_networks=()))
    assert got == Refused(Reason.BLOCKED_ADDRESS, got.detail, retry=False)
    assert not requests


@pytest.mark.parametrize("name", ["body without length", "chunks", "tiny chunks", "trailers"])
def test_post_to_a_receiver_that_never_ends(name: str) -> None:
    """Once the status is in, the rest of the answer cannot undo the delivery."""
    head, part, _ = FLOODS[name]
    got, _ = loop.run(post(lambda request: endless(head, part)))
    assert isinstance(got, Answered)
    assert got.status == 200
    assert len(got.body_head) <= 64_000


def test_post_to_a_slow_receiver() -> None:
    """Slow after the status is an answer; slow before it is a time-out."""
    began = time.monotonic()
    got, _ = loop.run(post(lambda request: slow(*SLOW["body"]), timeout=0.2))
    assert isinstance(got, Answered)
    got, _ = loop.run(post(lambda request: slow(*SLOW["headers"]), timeout=0.2))
    assert got == Refused(Reason.TIMEOUT_TOTAL, got.detail, retry=True)
    assert time.monotonic() - began < 15  # and no other, longer time-out did it


def test_post_with_broken_headers() -> None:
    """A header that would smuggle another is not sent."""
    got, requests = loop.run(post(always(reply()), {"x": "a\r\nEvil: 1"}))
    assert isinstance(got, Refused)
    assert not requests


def test_time_of_fetching_is_the_clock_handed_in() -> None:
    """`fetched_at` comes from the one clock of the program."""

    async def test() -> None:
        then = datetime(2026, 1, 14, 12, tzinfo=UTC)
        async with serve(always(reply(FEED))) as site, Fetcher(options(), now=lambda: then) as fetcher:
            got = await fetcher.get(site.url())
            assert isinstance(got, Fetched)
            assert got.page.fetched_at == then

    run(test)
