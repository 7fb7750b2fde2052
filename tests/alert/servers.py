"""Real receivers on loopback: an HTTP server that answers as it is told, and an SMTP server with moods."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answers:
    """What the HTTP receiver says next (the last one for ever), and what it was sent."""

    script: list[tuple[int, dict[str, str], bytes]]
    received: list[Received] = field(default_factory=list)
    url: str = ""


@contextmanager
def http_receiver(*script: tuple[int, dict[str, str], bytes]) -> Iterator[Answers]:
    """A receiver that answers with (status, headers, body), one after the other."""
    answers = Answers(list(script or [(200, {}, b"")]))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            answers.received.append(Received(self.path, names, body))
            status, headers, text = answers.script[0] if len(answers.script) == 1 else answers.script.pop(0)
            self.send_response(status)
            for name, value in {"content-length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        answers.url = f"http://127.0.0.1:{port}/hook"
        yield answers


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[int]:
    """The server at work; its port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Mailbox:
    """An SMTP server's side: what it took, and how it answers. Handler methods are named by aiosmtpd."""

    taken: list[tuple[list[str], bytes]] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    verdict: str = "250 taken"
    hang_up_at_data: bool = False
    delay: float = 0.0
    port: int = 0

    async def handle_MAIL(self, server: SMTP, _: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.sender or "250 OK"

    async def handle_RCPT(self, server: SMTP, _: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _: Any, envelope: Any) -> str:  # noqa: N802
        if self.hang_up_at_data:
            assert server.transport
            server.transport.abort()
            return "250 never seen"
        await asyncio.sleep(self.delay)
        if self.verdict.startswith("250"):
            self.taken.append((list(envelope.rcpt_tos), envelope.content))
        return self.verdict


class _Controller(Controller):
    """On a port that the system chose."""

    def _trigger_server(self) -> None:
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def smtp_receiver(mailbox: Mailbox, *, password: str = "", tls: Any = None, starttls: Any = None) -> Iterator[Mailbox]:
    """An SMTP server on loopback. `tls`: encrypted from the start; `starttls`: offers it."""

    def check(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == password.encode(), handled=False)

    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if password:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    controller = _Controller(mailbox, hostname="127.0.0.1", port=0, ssl_context=tls, **options)
    controller.start()
    try:
        mailbox.port = controller.port
        yield mailbox
    finally:
        controller.stop()
