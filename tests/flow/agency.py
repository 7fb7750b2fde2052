"""A news agency on loopback: a real HTTP server whose feeds and pages a test sets, and which remembers who asked for what."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Story:
    """An article as the agency publishes it. `published` is RFC 822 text, or empty."""

    path: str
    title: str
    paragraphs: Sequence[str]
    published: str = ""
    language: str = "en"

    @property
    def html(self) -> str:
        """The page, with the chrome a news page has."""
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in self.paragraphs)
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8"><title>{escape(self.title)} | Agency</title>'
            f'<meta property="og:title" content="{escape(self.title)}"></head><body><nav><a href="/">Home</a> <a href="/world">World</a></nav>'
            f"<main><article><h1>{escape(self.title)}</h1>{body}</article></main><footer>© Agency. All rights reserved.</footer></body></html>"
        )


@dataclass
class Answer:
    """What a path is answered with."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: bool = True


class Agency:
    """The server; use as a context manager. `asked` counts requests by path, `unmodified` those answered 304; `lying` paths answer 304 to any validator."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.unmodified: Counter[str] = Counter()
        self.lying: set[str] = set()
        agency = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                agency.asked[self.path] += 1
                answer = agency.answers.get(self.path) or Answer(b"<html><body>nothing here</body></html>", status=404)
                etag = f'"{sha256(answer.body).hexdigest()[:16]}"'
                asked = self.headers.get("If-None-Match")
                if answer.validators and (asked == etag or (asked and self.path in agency.lying)):
                    agency.unmodified[self.path] += 1
                    self.send_response(304)
                    self.send_header("ETag", etag)
                    self.end_headers()
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
                if answer.validators and answer.status == 200:
                    self.send_header("ETag", etag)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base(self) -> str:
        """The server's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def publish(self, feed: str, stories: Sequence[Story]) -> None:
        """Serve the stories and an RSS feed of them at `feed`."""
        items = []
        for story in stories:
            self.answers[story.path] = Answer(story.html.encode())
            date = f"<pubDate>{story.published}</pubDate>" if story.published else ""
            items.append(
                f"<item><title>{escape(story.title)}</title><link>{self.base}{story.path}</link>"
                f'<guid isPermaLink="false">{story.path}</guid>{date}</item>'
            )
        text = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Agency</title>{"".join(items)}</channel></rss>'
        self.answers[feed] = Answer(text.encode(), "application/rss+xml")

    def __enter__(self) -> Agency:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
