"""What is refused before anybody looks at it, and the headers everything leaves with.

    Host known? ▶ who asks? ▶ may he? ▶ not too often? ▶ not from another site? ▶ body not too large? ▶ the application

Deny by default: a route has to be named here to be open. Nothing that changes anything is reached by GET.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.clock import monotonic
from pipeline.errors import ConfigurationError, StoreUnavailable
from pipeline.settings import WebOptions
from pipeline.web import access
from pipeline.web.access import LOCAL, Known, Principal
from pipeline.web.problems import RETRY_SECONDS, problem
from pipeline.web.site import Site

OPEN = frozenset({"/healthz", "/readyz", "/login", "/favicon.ico"})
OPEN_UNDER = "/static/"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_SECONDS = 20.0
FAILED_PER_MINUTE = 20
_SEATS = 10_000

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)


@dataclass(slots=True)
class Pace:
    """So many a minute for each name, saved up to a minute's worth. Remembers at most ten thousand names."""

    per_minute: int
    clock: Callable[[], float] = monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, name: str, cost: int = 1) -> float:
        """0 where one more is within the pace (and counted); else seconds until it is. With cost 0 nothing is counted."""
        now = self.clock()
        left, at = self._left.pop(name, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * self.per_minute / 60)
        allowed = left >= 1
        self._left[name] = (left - cost if allowed else left, now)
        if len(self._left) > _SEATS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self.per_minute


class TokensFile:
    """The tokens of the file as it stands now: who is taken out of it is out. A file that cannot be read lets nobody in."""

    def __init__(self) -> None:
        self._seen: tuple[str, int, int] | None = None
        self._tokens: tuple[Known, ...] = ()

    def read(self, path: str) -> None:
        """Read the file; ConfigurationError where it is wrong."""
        self._tokens = access.read_tokens_file(path)
        self._seen = _state_of(path)

    def now(self, path: str) -> tuple[Known, ...]:
        """The tokens, read again where the file was changed."""
        if self._seen != _state_of(path):
            try:
                self.read(path)
            except ConfigurationError:
                self._seen, self._tokens = None, ()
        return self._tokens


def _state_of(path: str) -> tuple[str, int, int] | None:
    try:
        found = Path(path).stat() if path else None
    except OSError:
        return None
    return (path, found.st_mtime_ns, found.st_size) if found else None


class Guard:
    """The door; everything goes through it."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._file = TokensFile()
        self._file.read(site.settings.web.tokens_file)
        self._pace = Pace(site.settings.web.requests_per_minute)
        self._failed = Pace(FAILED_PER_MINUTE)

    @property
    def _options(self) -> WebOptions:
        """As the configuration stands now."""
        return self._site.settings.web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; its answer leaves with the headers every answer has."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        send = self._with_headers(send)
        try:
            refused = self._place(request) or await self._person(request) or self._origin(request)
        except StoreUnavailable as error:
            headers = {"Retry-After": str(RETRY_SECONDS)}
            refused = problem(503, f"The database: {error}.", headers=headers)
        if refused is None:
            refused, body = await self._body(request, receive)
            receive = _replayed(body, receive)
        if scope["method"] == "HEAD":  # as GET; the server leaves the body out
            scope = {**scope, "method": "GET"}
        await (refused or self._app)(scope, receive, send)

    def _place(self, request: Request) -> Response | None:
        """A name that is not ours may be somebody's who made it point here (DNS rebinding)."""
        hosts = request.headers.getlist("host")
        if len(hosts) == 1 and is_ours(hosts[0], allowed_hosts(self._options)):
            return None
        return problem(421, "Add the name to [web] hosts or public_url, if it is this service's.")

    async def _person(self, request: Request) -> Response | None:
        path = request.url.path
        peer = request.client.host if request.client else ""
        secret = _bearer(request.headers)
        if secret is not None and (seconds := self._failed.wait(peer, 0)):
            return _too_many(seconds)
        principal = await run_in_threadpool(self._principal, request, peer, secret)
        request.state.principal = principal or access.NOBODY
        if path in OPEN or path.startswith(OPEN_UNDER):
            return None
        if principal is None:
            if secret is not None:
                self._failed.wait(peer)
            return _unknown(request, path)
        if principal is LOCAL and _came_by_proxy(request.headers):
            return problem(
                403, "Without tokens only this machine is served, and this came through a proxy: set up tokens."
            )
        if not principal.may("read" if request.method in SAFE else "review"):
            return problem(403)
        seconds = 0.0 if principal is LOCAL else self._pace.wait(principal.name)
        return _too_many(seconds) if seconds else None

    def _principal(self, request: Request, peer: str, secret: str | None) -> Principal | None:
        """Whoever asks; None for somebody who should have said so, or said it wrong."""
        database, now = self._site.database, self._site.now()
        stored, ever = access.tokens(database, now)
        known: tuple[Known, ...] = (*self._file.now(self._options.tokens_file), *stored)
        if secret is not None:
            token = access.token_of(secret, known)
            if token is not None:
                access.note_use(database, token, now)
            return access.principal_of(token) if token else None
        if self._options.user_header:
            trusted = access.by_proxy(peer, request.headers.get(self._options.user_header), self._options)
            if trusted is not None:
                return trusted
        cookie = request.cookies.get(access.SESSION_COOKIE)
        begun = access.session_of(self._site.key, cookie, known, now) if cookie else None
        if begun is not None:
            return begun
        return None if ever or self._options.tokens_file or self._options.proxies else LOCAL

    def _origin(self, request: Request) -> Response | None:
        """A page of somebody else's must not make a reader's browser change anything here."""
        if request.method in SAFE or _bearer(request.headers) is not None:
            return None
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return problem(403, "A page of another site asked for this.")
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
            own = urlsplit(self._options.public_url).netloc.lower()
            if not own or urlsplit(origin).netloc.lower() != own:
                return problem(403, "A page of another site asked for this.")
        return None

    async def _body(self, request: Request, receive: Receive) -> tuple[Response | None, bytes]:
        """The whole body, if it is not too large and comes in time."""
        most = self._options.max_body
        length = request.headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 12 or int(length) > most):
            return _too_large(most), b""
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        break
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        return _too_large(most), b""
                    more = message.get("more_body", False)
        except TimeoutError:
            return problem(408, "The body did not come in time.", headers={"Connection": "close"}), b""
        return None, b"".join(parts)

    def _with_headers(self, send: Send) -> Send:
        secure = self._options.public_url.startswith("https://")

        async def leaving(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS:
                    headers.setdefault(name, value)
                page = headers.get("content-type", "").startswith("text/html")
                headers.setdefault("Content-Security-Policy", PAGE_POLICY if page else API_POLICY)
                if secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        return leaving


def allowed_hosts(options: WebOptions) -> frozenset[str]:
    """The names under which the service answers, in lower case, without ports."""
    bound = options.bind.rpartition(":")[0].strip("[]")
    public = urlsplit(options.public_url).hostname or ""
    return frozenset({"localhost", bound.lower(), public, *(host.lower() for host in options.hosts)} - {""})


def is_ours(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header names this service; a plain address always does, because nobody can rebind one."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not name or parts.username is not None or parts.path:
        return False
    if name in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _bearer(headers: Headers) -> str | None:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _came_by_proxy(headers: Headers) -> bool:
    return any(name in headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))


def _unknown(request: Request, path: str) -> Response:
    wants_page = "text/html" in request.headers.get("accept", "") and not path.startswith("/api/")
    if request.method == "GET" and wants_page:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/login?next={quote(path + query, safe='/')}", 303)
    return problem(401, headers={"WWW-Authenticate": "Bearer"})


def _too_many(seconds: float) -> Response:
    return problem(429, headers={"Retry-After": str(int(seconds) + 1)})


def _too_large(most: int) -> Response:
    return problem(413, f"At most {most} bytes.", headers={"Connection": "close"})


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more; after it, whatever really comes (the asker may hang up)."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
