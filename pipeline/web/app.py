"""Puts the web door together: guard, problems, routes, and an OpenAPI description that says what is really answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from pipeline import __version__
from pipeline.web import access, api, channels, desk, files, health, pages, problems, signin
from pipeline.web.guard import Guard
from pipeline.web.packing import Packing
from pipeline.web.pages_problem import Readable
from pipeline.web.site import Site, answer
from pipeline.web.timing import Timing
from pipeline.wiring import Service

THREADS = 8  # requests worked on at once; each holds at most one database connection
_TEXT = """\
What news agencies report of international agreements, with the sentences that prove it.

Lists answer `{"items": […], "next": cursor or null}`. Everything that goes wrong is a problem as in RFC 9457. Every GET has an ETag.
Unknown parameters are refused: a misspelt filter must not quietly mean no filter.
"""


def make_app(service: Service, *further: APIRouter) -> FastAPI:
    """The application for a wired service. Reads the database once (the key that signs sessions). `further`: routes of the pages."""
    site = Site(service, access.signing_key(service.database, service.parts.clock()))
    app = FastAPI(
        title="treatywatch",
        version=__version__,
        description=_TEXT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.site = site
    problems.install(app)
    for router in (
        api.router,
        channels.router,
        desk.router,
        files.router,
        health.router,
        signin.router,
        *pages.routers,
        *further,
    ):
        app.include_router(router)
    app.add_api_route("/openapi.json", _openapi, include_in_schema=False)
    app.add_middleware(Guard, site=site)
    app.add_middleware(Readable)  # outside the guard: what it refuses a browser is a page, too
    app.add_middleware(Packing)
    app.add_middleware(Timing)
    return app


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    yield


def _openapi(request: Request) -> Response:
    return answer(request, described(request.app))


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description; it asks for a token only where the service does."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        for model in (problems.ProblemOut, problems.Fault):
            made = model.model_json_schema(ref_template="#/components/schemas/{model}")
            made.pop("$defs", None)
            schemas[model.__name__] = made
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        app.openapi_schema = schema
    site: Site = app.state.site
    if site.settings.web.tokens_file or site.settings.web.proxies or access.tokens(site.database, site.now())[1]:
        return app.openapi_schema | {"security": [{"token": []}]}
    return app.openapi_schema
