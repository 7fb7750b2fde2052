"""For machines that watch: does it live, can it work, what does it count."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline import query
from pipeline.errors import StoreUnavailable
from pipeline.store import migrate
from pipeline.web import told
from pipeline.web.problems import answers
from pipeline.web.site import answer, site_of

router = APIRouter(tags=["health"])
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_READY: dict[int | str, dict[str, Any]] = {503: {"model": told.HealthOut, "description": "It cannot work now."}}


_METRICS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus text.", "content": {_TEXT: {"schema": {"type": "string"}}}}
}


@router.get("/healthz", response_model=told.HealthOut, responses=answers())
async def healthz(request: Request) -> Response:
    """The process runs and its event loop answers; nothing else is looked at."""
    return answer(request, {"status": "ok", "detail": ""}, headers={"Cache-Control": "no-store"})


@router.get("/readyz", response_model=told.HealthOut, responses=answers() | _READY)
def readyz(request: Request) -> Response:
    """The database answers, has the schema this program needs, and every flow can work."""
    site = site_of(request)
    headers = {"Cache-Control": "no-store"}
    stopping = site.service.parts.stopping
    if stopping is not None and stopping.is_set():
        return answer(request, {"status": "stopping", "detail": "the service is being stopped"}, 503, headers)
    try:
        query.newest_change(site.database)
        current, needed = migrate.current(site.database), migrate.head()
    except StoreUnavailable as error:
        return answer(request, {"status": "waiting", "detail": f"the database: {error}"}, 503, headers)
    if current != needed:
        detail = f"the schema is {current}, this program needs {needed}"
        return answer(request, {"status": "waiting", "detail": detail}, 503, headers)
    troubles = dict(site.service.parts.vitals.troubles)
    if troubles:
        detail = "; ".join(
            f"{flow}: {why} (since {since:%F %T} UTC)" for flow, (why, since) in sorted(troubles.items())
        )
        return answer(request, {"status": "waiting", "detail": detail}, 503, headers)
    return answer(request, {"status": "ok", "detail": ""}, headers=headers)


@router.get("/metrics", response_class=Response, responses=answers() | _METRICS)
def metrics(request: Request) -> Response:
    """Counts and durations in Prometheus' text format."""
    return Response(site_of(request).service.parts.metrics.exposition(), media_type=_TEXT)
