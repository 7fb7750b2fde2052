"""httpx does the asking, and nothing it could do beside that."""

from __future__ import annotations

import asyncio
import gc
import logging
import tomllib
from pathlib import Path

import httpx
import pytest
from fetch_serving import Request, fetching, redirect, reply, run

import pipeline.fetch
from pipeline.errors import Reason
from pipeline.fetch import Fetched, Refused
from pipeline.fetch.link import Link

PACKAGE = Path(pipeline.fetch.__file__).parent
ROOT = PACKAGE.parents[1]


def test_one_module_imports_httpx() -> None:
    """Changing to httpx's continuation has to be one line; what goes round it does not exist."""
    named = [path.name for path in ROOT.joinpath("pipeline").rglob("*.py") if "import httpx" in path.read_text("utf-8")]
    assert named == ["transport.py"]
    wanted = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    assert [name for name in wanted if name.startswith("http")] == ["httpx>=0.28"]


def test_every_request_goes_through_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents, redirects and deliveries alike are sent by `httpx.AsyncClient`."""
    sent: list[str] = []
    real = httpx.AsyncClient.send

    async def send(self: httpx.AsyncClient, request: httpx.Request, **how: object) -> httpx.Response:
        sent.append(request.method)
        return await real(self, request, **how)  # type: ignore[arg-type]

    async def test() -> None:
        def answer(request: Request) -> bytes:
            return redirect("/there") if request.path == "/" else reply(b"x")

        async with fetching(answer) as (site, fetcher):
            assert isinstance(await fetcher.get(site.url()), Fetched)
            await fetcher.post(site.url("/hook"), b"{}", {}, allow_networks=("127.0.0.0/8",))

    monkeypatch.setattr(httpx.AsyncClient, "send", send)
    run(test)
    assert sent == ["GET", "GET", "POST"]


def test_logs_do_not_show_what_a_query_holds(caplog: pytest.LogCaptureFixture) -> None:
    """httpx tells each URL it asks for; ours may have a key behind the question mark."""

    async def test() -> None:
        async with fetching(lambda request: reply(b"x")) as (site, fetcher):
            assert isinstance(await fetcher.get(site.url("/private/feed?key=secret")), Fetched)
            assert site.paths == ["/private/feed?key=secret"]

    with caplog.at_level(logging.DEBUG):
        run(test)
    assert "secret" not in caplog.text
    assert "private" not in caplog.text


@pytest.mark.parametrize("path", ["//evil.example/x", "/a/../b/./c", "/%7Efeed/%2e%2e/x?a=[1]|2&b=%zz", "/a;b=c?d=e?f"])
def test_paths_go_out_as_they_were_checked(path: str) -> None:
    """No second parser tidies up what the publisher wrote."""

    async def test() -> None:
        async with fetching(lambda request: reply(b"x")) as (site, fetcher):
            await fetcher.get(site.url(path))
            assert site.paths == [path]

    run(test)


def test_cookies_and_credentials_of_an_answer_do_not_come_back() -> None:
    """What a server sets is not sent to it again, through a redirect or in the next request."""

    async def test() -> None:
        def answer(request: Request) -> bytes:
            cookie = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: id=1; Path=/\r\nContent-Length: 0\r\n\r\n"
            return cookie if request.path == "/a" else reply(b"x", headers=[("Set-Cookie", "id=2; Path=/")])

        async with fetching(answer) as (site, fetcher):
            for path in ("/a", "/b"):
                assert isinstance(await fetcher.get(site.url(path)), Fetched)
            assert len(site.requests) == 3
            assert not any({"cookie", "authorization"} & set(request.headers) for request in site.requests)

    run(test)


def test_closed_is_closed() -> None:
    """A request after the end is an outcome like any other."""

    async def test() -> None:
        async with fetching(lambda request: reply(b"x")) as (site, fetcher):
            await fetcher.aclose()
            got = await fetcher.get(site.url())
            assert isinstance(got, Refused)
            assert got.reason is Reason.PROTOCOL_ERROR
            assert got.retry

    run(test)


def test_a_connection_is_not_left_to_the_garbage_collector() -> None:
    """An exchange that is over holds nothing: the buffers of a TLS connection are 300 kB, and collections are rare."""

    async def test() -> None:
        async with fetching(lambda request: reply(b"x" * 1000), keep_alive=0.0) as (site, fetcher):
            gc.collect()
            gc.disable()
            try:
                for path in ("/1", "/2", "/3"):
                    assert isinstance(await fetcher.get(site.url(path)), Fetched)
                await asyncio.sleep(0)
                assert not [thing for thing in gc.get_objects() if isinstance(thing, Link)]
            finally:
                gc.enable()

    run(test)
