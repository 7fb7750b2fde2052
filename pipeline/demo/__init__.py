"""The demonstration: three invented agencies on loopback, the whole way over them, and what was found. Needs no internet.

`feeds/` and `pages/` are what the agencies publish, `agreements.toml` the watchlist. Sentences and agencies are ours.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path

from pipeline import flow, loop, query
from pipeline.flow import Cycle
from pipeline.model import Event
from pipeline.query import EventFilter
from pipeline.settings import AGREEMENTS, FEEDS, MAIN, load_settings
from pipeline.wiring import wire

_TYPES = {".html": "text/html", ".xml": "application/xml", ".json": "application/feed+json"}
_SETTINGS = """\
database_url = "sqlite:///{database}"
[fetch]
allow_networks = ["127.0.0.1/32"]
allow_ports = "any"
host_interval = 0
[recognise]
fresh_days = 36500
"""


def run(keep: Path | None = None) -> tuple[tuple[Event, ...], Cycle]:
    """Serve the samples, run one cycle over them, and give the history, earliest act first.

    The configuration and the database are made in `keep`, or in a directory that is gone afterwards.
    """
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        return _run(keep)
    with tempfile.TemporaryDirectory(prefix="treatywatch-demo-") as directory:
        return _run(Path(directory))


def _run(directory: Path) -> tuple[tuple[Event, ...], Cycle]:
    with agencies() as base:
        configure(directory, base)
        return loop.run(_cycle(directory))


async def _cycle(directory: Path) -> tuple[tuple[Event, ...], Cycle]:
    async with wire(load_settings(directory, {})) as service:
        done = await flow.cycle(service.parts)
        page = query.events(service.database, EventFilter(limit=query.MOST))
    return tuple(reversed(page.items)), done


def configure(directory: Path, base: str) -> None:
    """Write the demonstration's configuration: sources at `base`, loopback allowed, nothing too old to be news."""
    data = resources.files(__name__)
    (directory / MAIN).write_text(_SETTINGS.format(database=directory / "treatywatch.db"), encoding="utf-8")
    (directory / FEEDS).write_text(data.joinpath(FEEDS).read_text("utf-8").replace("{base}", base), encoding="utf-8")
    (directory / AGREEMENTS).write_text(data.joinpath(AGREEMENTS).read_text("utf-8"), encoding="utf-8")


@contextmanager
def agencies() -> Iterator[str]:
    """The three agencies on loopback while the block runs; gives the server's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Agencies)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@cache
def _document(path: str) -> bytes | None:
    """A bundled file by its path, None where there is none. Only names that were bundled are ever looked up."""
    folder, _, name = path.strip("/").partition("/")
    if folder not in ("feeds", "pages"):
        return None
    place = resources.files(__name__).joinpath(folder)
    for part in name.split("/"):
        place = next((entry for entry in place.iterdir() if entry.name == part), place.joinpath("missing"))
        if not (place.is_file() or place.is_dir()):
            return None
    return place.read_bytes() if place.is_file() else None


class _Agencies(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        found = _document(path)
        base = f"http://{self.headers.get('Host', '127.0.0.1')}"
        body = (found or b"<html><title>Not found</title></html>").replace(b"{base}", base.encode())
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Type", f"{_TYPES.get(Path(path).suffix, 'text/html')}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives it
        """Quiet."""
