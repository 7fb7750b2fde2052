"""What every request works with: the service, who is asking, the watchlist as it is now, answers with their validators."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from pipeline.errors import ConfigurationError
from pipeline.model import Agreement, Watchlist
from pipeline.plan import Context
from pipeline.settings import Settings
from pipeline.settings.lists import read_agreement
from pipeline.store import desk
from pipeline.store.engine import Database
from pipeline.web.access import Principal
from pipeline.wiring import Service

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Site:
    """One running web door."""

    service: Service
    key: bytes  # signs sessions and forms

    @property
    def database(self) -> Database:
        """The history."""
        return self.service.database

    @property
    def settings(self) -> Settings:
        """What the operator set."""
        return self.service.settings

    def now(self) -> datetime:
        """The service's time."""
        return self.service.parts.clock()

    def today(self) -> date:
        """The service's day (UTC)."""
        return self.now().date()

    def home(self, request: Request) -> str:
        """The address under which people reach the page, without a slash at the end."""
        return (self.settings.web.public_url or str(request.base_url)).rstrip("/")

    def agreements(self) -> Mapping[str, tuple[Agreement, str]]:
        """Every agreement on the watchlist with where it comes from ("file" or "added"), by id, sorted."""
        found = {one.id: (one, "file") for one in self.settings.watchlist.agreements}
        for entry in self.database.glance(desk.watched):
            if entry.kind == "agreement" and entry.id not in found:
                made = _agreement(entry)
                if made is not None:
                    found[entry.id] = (made, "added")
        return dict(sorted(found.items()))

    def agreement(self, identity: str) -> tuple[Agreement, str] | None:
        """One of them; None where it is not on the watchlist."""
        listed = next((one for one in self.settings.watchlist.agreements if one.id == identity), None)
        return (listed, "file") if listed is not None else self.agreements().get(identity)

    def watchlist(self) -> Watchlist:
        """The watchlist with what was added while the service runs."""
        return Watchlist(tuple(one for one, _ in self.agreements().values()), self.settings.watchlist.rules)

    def context(self) -> Context:
        """Whom and what decisions are made for, additions included."""
        made = self.service.parts.context
        return Context({identity: one for identity, (one, _) in self.agreements().items()}, made.subscriptions)


def _agreement(entry: desk.WatchEntry) -> Agreement | None:
    try:
        return read_agreement(entry.definition, f"agreement {entry.id}")
    except ConfigurationError:
        return None  # written by a newer program; `check` names it


def site_of(request: Request) -> Site:
    """The site a request came to."""
    site: Site = request.app.state.site
    return site


def who_asks(request: Request) -> Principal:
    """Whoever asks; the guard has looked at him."""
    principal: Principal = request.state.principal
    return principal


def answer(request: Request, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON with a validator; 304 where the asker has it already."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return document(request, body, JSON, status, headers)


def listed(request: Request, written: Iterable[str], more: str | None) -> Response:
    """A page of what is JSON already, and the cursor of the rest."""
    body = f'{{"items":[{",".join(written)}],"next":{json.dumps(more)}}}'
    return document(request, body.encode("utf-8", "replace"), JSON)


def document(
    request: Request, body: bytes, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A document with a validator; 304 where the asker has it already."""
    given = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie", **(headers or {})}
    if status == 200 and request.method in ("GET", "HEAD"):
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        given["ETag"] = etag
        if _has(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=given)
    return Response(body, status, given, media_type=media_type)


def _has(asked: str, etag: str) -> bool:
    opaque = etag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") in (opaque, "*") for one in asked.split(","))
