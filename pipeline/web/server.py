"""Runs the web door in the service's own process and loop, beside the schedule, until the service stops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from ipaddress import ip_address

import uvicorn
from fastapi import APIRouter

from pipeline.errors import UsageError
from pipeline.query.memory import remembering
from pipeline.settings import WebOptions
from pipeline.store import desk
from pipeline.store.engine import Database
from pipeline.web import access
from pipeline.web.app import make_app
from pipeline.wiring import Service

STOP_SECONDS = 5  # what is being answered may finish
_CONNECTIONS = 200  # under way at once; more are answered 503


@asynccontextmanager
async def serve_web(service: Service, *further: APIRouter) -> AsyncIterator[str]:
    """The page and the API while the block runs; gives their address ("" where [web] bind is empty).

    UsageError where the address is taken, or is not loopback and there are no tokens.
    """
    options = service.settings.web
    if not options.bind:
        yield ""
        return
    await asyncio.to_thread(refuse_open_door, options, service.database)
    door = listening(options.bind)
    app = await asyncio.to_thread(make_app, service, *further)
    server = _Server(configured(app))
    running = asyncio.create_task(server.serve([door]))
    address = shown(door)
    kept = ExitStack()
    try:
        service.parts.log.info("web door open", address=address)
        kept.enter_context(remembering(service.database))
        yield address
    finally:
        server.should_exit = True
        await asyncio.to_thread(kept.close)
        await running
        door.close()


def configured(app: Callable[..., object]) -> uvicorn.Config:
    """How uvicorn runs here: no signals of its own, no log of its own, no headers of proxies believed."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


class _Server(uvicorn.Server):
    """The service handles signals; it tells this server when to end."""

    def install_signal_handlers(self) -> None:
        """None."""


def refuse_open_door(options: WebOptions, database: Database) -> None:
    """UsageError where others than this machine could come in and nobody would ask them who they are."""
    if is_loopback(options.bind.rpartition(":")[0]) or options.proxies:
        return
    if access.read_tokens_file(options.tokens_file) or bool(database.read(desk.tokens)):
        return
    raise UsageError(
        f"[web] bind = {options.bind!r} lets others in: set up tokens first (`treatywatch tokens add NAME`, or [web] tokens_file),"
        " or bind to 127.0.0.1"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address. A name is believed only where it is localhost."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


def listening(bind: str) -> socket.socket:
    """The socket of an address like 127.0.0.1:8080 or [::1]:8080. UsageError where it cannot be had."""
    host, _, port = bind.rpartition(":")
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it every answer waits 40 ms for an acknowledgement
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((bare, int(port)))
        door.listen(256)
    except OSError as error:
        door.close()
        raise UsageError(
            f'[web] bind = {bind!r}: {error.strerror or error}; set another one, or "" for no page'
        ) from None
    return door


def shown(door: socket.socket) -> str:
    """The address people type."""
    host, port = door.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
