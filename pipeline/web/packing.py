"""Answers packed for those who take it: zstd where it is taken, else gzip; small ones and packed ones go as they are."""

from __future__ import annotations

import gzip
import re
from typing import Any

import zstandard
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 1000  # bytes; less is not worth a header
_ZSTD_LEVEL, _GZIP_LEVEL = 3, 4
_QUALITY = re.compile(r"\s*([a-z0-9*-]+)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?\Z")
_PACKED = ("image/png", "image/jpeg", "application/vnd.apache.parquet", "application/zip", "application/gzip")


def chosen(accepted: str) -> str | None:
    """The packing for what a request's Accept-Encoding says; None: as it is. Of equals zstd comes first."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        found = _QUALITY.match(part)
        if found:
            weights[found[1]] = _weight(found[2])
    rest = weights.get("*", 0.0)
    best = max(("zstd", "gzip"), key=lambda name: weights.get(name, rest))
    return best if weights.get(best, rest) > 0 else None


def _weight(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return 0.0


class Packing:
    """An ASGI application that packs what another one answers in one piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Sending(send, chosen(Headers(scope=scope).get("accept-encoding", ""))))


class _Sending:
    """Keeps the head of an answer until its body tells whether it is worth packing."""

    def __init__(self, send: Send, packing: str | None) -> None:
        self._send = send
        self._packing = packing
        self._head: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        if head is None:
            await self._send(message)
            return
        headers = MutableHeaders(raw=head["headers"])
        headers.add_vary_header("Accept-Encoding")
        body: bytes = message.get("body", b"")
        if self._packing and not message.get("more_body") and _is_worth(head["status"], headers, body):
            packed = pack(body, self._packing)
            headers["Content-Encoding"], headers["Content-Length"] = self._packing, str(len(packed))
            message = {**message, "body": packed}
        await self._send(head)
        await self._send(message)


def _is_worth(status: int, headers: Any, body: bytes) -> bool:
    kind = headers.get("content-type", "").partition(";")[0]
    return len(body) >= LEAST and status not in (204, 304) and "content-encoding" not in headers and kind not in _PACKED


def pack(body: bytes, packing: str) -> bytes:
    """The bytes as zstd or gzip has them; the same each time."""
    if packing == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)
