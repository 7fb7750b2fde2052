"""Everything that goes wrong, as problem details (RFC 9457): one shape, one media type, no inner workings."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from pipeline.errors import StoreUnavailable, UsageError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
SHUT = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}

_SAID: Mapping[int, str] = {
    400: "The request cannot be read: is its body JSON?",
    401: "A token is needed (Authorization: Bearer …), or this one is not known, was revoked or has expired.",
    403: "This is not allowed to whoever asks.",
    404: "There is nothing of this name.",
    405: "This cannot be done here.",
    409: "It was changed meanwhile, or is there already: look again and decide again.",
    408: "The body did not come in time.",
    413: "The body is too large.",
    421: "This service does not answer under that name.",
    422: "Something asked for cannot be.",
    429: "Too many requests: wait as long as Retry-After says.",
    500: "Something failed here; the log says what.",
    503: "The database is away; what was asked was not done.",
}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    where: str
    what: str


class ProblemOut(BaseModel):
    """Problem details as in RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] | None = None


class Refusal(Exception):
    """An answer that is a problem; raised where a request cannot be met."""

    def __init__(self, status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def problem(
    status: int, detail: str = "", *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for a problem. `detail` is for people; without one, the usual sentence of this status."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or _SAID.get(status, HTTPStatus(status).description),
    }
    if errors:
        body["errors"] = [fault.model_dump() for fault in errors]
    given = {"Cache-Control": "no-store", **SHUT, **(headers or {})}
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, given, media_type=MEDIA_TYPE)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an operation's problems: these, and those that any operation can have."""
    wanted = sorted({400, 401, 403, 421, 422, 429, 500, 503, *statuses})
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {status: {"description": _SAID[status], "content": {MEDIA_TYPE: {"schema": schema}}} for status in wanted}


def install(app: FastAPI) -> None:
    """Give every error this shape. What nobody foresaw is logged by the server and answered 500."""
    handlers: tuple[tuple[type[Exception] | int, Callable[[Request, Any], Awaitable[Response]]], ...] = (
        (Refusal, _refused),
        (UsageError, _unusable),
        (StoreUnavailable, _away),
        (RequestValidationError, _invalid),
        (HTTPException, _http),
        (500, _unforeseen),
    )
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)


async def _refused(_: Request, error: Refusal) -> Response:
    return problem(error.status, error.detail, headers=error.headers)


async def _unusable(_: Request, error: UsageError) -> Response:
    return problem(422, str(error))


async def _away(_: Request, error: StoreUnavailable) -> Response:
    return problem(503, f"The database: {error}.", headers={"Retry-After": str(RETRY_SECONDS)})


async def _invalid(_: Request, error: RequestValidationError) -> Response:
    if any(fault["type"] == "json_invalid" for fault in error.errors()):
        return problem(400)
    faults = [Fault(where=".".join(map(str, one["loc"])), what=str(one["msg"])) for one in error.errors()[:20]]
    return problem(422, errors=faults)


def _allowed(request: Request) -> str:
    """Every method of this address; starlette itself names those of one route only."""
    here = [
        method
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
    return ", ".join(here)


async def _http(request: Request, error: HTTPException) -> Response:
    # starlette's own words ("Not Found") say less than ours
    detail = "" if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request)
    return problem(error.status_code, detail, headers=headers)


async def _unforeseen(_: Request, __: Exception) -> Response:
    return problem(500)
