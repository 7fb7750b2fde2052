"""What goes wrong, as a page: a browser that asked for a page gets one, programs get the problem details unchanged."""

from __future__ import annotations

import json
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.web.guard import PAGE_POLICY
from pipeline.web.pages_view import templates
from pipeline.web.problems import MEDIA_TYPE

_KEPT = frozenset(
    {"retry-after", "cache-control", "allow", "x-content-type-options", "x-frame-options", "referrer-policy"}
)


class Readable:
    """Turns problem details into a page for browsers; stands outside everything that may refuse."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not wants_page(scope):
            await self._app(scope, receive, send)
            return
        held: Message | None = None
        parts: list[bytes] = []

        async def leaving(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_problem(message):
                held = message
                return
            if held is None:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await page_of(held, b"".join(parts))(scope, receive, send)

        await self._app(scope, receive, leaving)


def wants_page(scope: Scope) -> bool:
    """Whether it is a browser that asks for a page."""
    path = str(scope["path"])
    return "text/html" in Request(scope).headers.get("accept", "") and not path.startswith("/api/")


def _is_problem(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    return headers.get("content-type", "").startswith(MEDIA_TYPE) and "content-encoding" not in headers


def page_of(start: Message, body: bytes) -> HTMLResponse:
    """The page of a problem, with the headers that still hold."""
    problem: dict[str, Any] = json.loads(body)
    made = (
        templates()
        .get_template("problem.html.j2")
        .render(
            status=start["status"],
            title=problem["title"],
            detail=problem["detail"],
            errors=problem.get("errors", []),
        )
    )
    headers = Headers(raw=start["headers"])
    kept = {name: value for name, value in headers.items() if name in _KEPT}
    return HTMLResponse(
        made.encode("utf-8", "replace"), start["status"], kept | {"Content-Security-Policy": PAGE_POLICY}
    )
