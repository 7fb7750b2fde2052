"""How long the service itself took over an answer, said with it (Server-Timing): from the request's arrival to its first byte."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.clock import monotonic


class Timing:
    """An ASGI application that adds the time another one takes, in milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = monotonic()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = f"app;dur={(monotonic() - begun) * 1000:.1f}"
                MutableHeaders(raw=message["headers"])["Server-Timing"] = took
            await send(message)

        await self._app(scope, receive, timed)
