"""How a page is made: templates with everything escaped, forms with their tokens, the few static files.

Every piece of text that leaves through a template is first cleaned of what cannot be seen (`alert.plain.clean`), then escaped.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.alert import words
from pipeline.alert.plain import clean, shorten, web_link
from pipeline.model import PartialDate
from pipeline.web import access, pages_words
from pipeline.web.pages_party import party_name, party_names
from pipeline.web.problems import Refusal
from pipeline.web.site import site_of, who_asks

router = APIRouter(include_in_schema=False)
FORM_FIELD = "form_token"
_MOST_FIELDS = 500
_OWN = re.compile(r"/(?![/\\])[^\x00-\x20\\]*\Z")  # a browser reads "/\\host" and "//host" as another site
_NAVIGATION = (
    ("/", "Start"),
    ("/agreements", "Agreements"),
    ("/events", "Search"),
    ("/review", "Review"),
    ("/feeds", "Feeds"),
    ("/alerts", "Alerts"),
)


def render(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page. `context` is what its template names."""
    principal = getattr(request.state, "principal", access.NOBODY)
    site = site_of(request)
    made = templates().get_template(template)
    body = made.render(
        who=principal,
        may_review=principal.may("review"),
        may_admin=principal.may("admin"),
        signed_in=access.SESSION_COOKIE in request.cookies and principal is not access.NOBODY,
        navigation=_NAVIGATION,
        here=request.url.path,
        this=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        today=site.today(),
        token=lambda: access.form_token(site.key, principal),
        **context,
    )
    return HTMLResponse(body.encode("utf-8", "replace"), status, {"Cache-Control": "private, no-cache"})


@cache
def templates() -> Environment:
    """The templates, compiled when they are first used."""
    made = Environment(
        loader=PackageLoader("pipeline.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "act": lambda event: words.act(event.type, event.stage, event.status),
        "step": lambda event: words.step(event.type, event.stage),
        "actor": lambda event: words.actor_words(event.actor, event.actor_country, party_names()),
        "date": words.date_words,
        "sure": words.confidence_words,
        "status_words": words.status_words,
        "stage_words": words.stage_words,
        "kind_words": words.step,
        "field_words": words.field_words,
        "value_words": lambda value, field: words.value_words(field, value, party_names()),
        "flag_words": words.flag_words,
        "party": party_name,
        "short": lambda text, limit=160: shorten(" ".join(clean(text).split()), limit),
        "web": web_link,
        "moment": moment_words,
        "day": lambda one: words.date_words(PartialDate.of(one)),
        "machine": lambda moment: moment.isoformat() if moment else "",
        "capital": lambda text: text[:1].upper() + text[1:],
        "reason": pages_words.reason_words,
        "state_words": pages_words.state_words,
        "state_why_words": pages_words.state_why_words,
        "standing": pages_words.standing_words,
        "why": pages_words.why_words,
        "trouble": pages_words.trouble_words,
        "outbox": pages_words.outbox_words,
        "tongue": pages_words.language_words,
        "path": lambda text: quote(str(text), safe=""),
    }
    made.globals |= {"static": static_link, "with_query": with_query}
    return made


def _seen(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return clean(value)


def moment_words(moment: datetime | None) -> str:
    """ "14 Jan 2026, 10:00 UTC"; "never" for none."""
    if moment is None:
        return "never"
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%b %Y, %H:%M} UTC"


def with_query(path: str, pairs: list[tuple[str, str]], **changed: str | None) -> str:
    """A path with these parameters, some of them replaced or (None) left out."""
    kept = [(name, value) for name, value in pairs if name not in changed]
    kept += [(name, value) for name, value in changed.items() if value is not None]
    return f"{path}?{urlencode(kept)}" if kept else path


@dataclass(frozen=True, slots=True)
class Form:
    """What a form of ours said. `values`: the last one of each name."""

    pairs: tuple[tuple[str, str], ...]

    @property
    def values(self) -> Mapping[str, str]:
        """Every field once."""
        return dict(self.pairs)

    def get(self, name: str) -> str:
        """One field without spaces around it; "" where it was not filled in."""
        return self.values.get(name, "").strip()

    def lines(self, name: str) -> list[str]:
        """The lines of a field that are not empty, with single spaces."""
        return [made for line in self.get(name).splitlines() if (made := " ".join(line.split()))]


async def read_form(request: Request) -> Form:
    """The form that was sent. Refusal for one that is no form, or that this person was not given."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refusal(422, "This takes a form.")
    body = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refusal(422, "The form has too many fields.") from None
    form = Form(tuple((name, value.replace("\r\n", "\n")) for name, value in pairs))
    if not access.form_is_ours(site_of(request).key, who_asks(request), form.get(FORM_FIELD)):
        raise Refusal(403, "This form was not made for you, or for an earlier sign-in: load its page again.")
    return form


Sent = Annotated[Form, Depends(read_form)]


def own_path(text: str, otherwise: str) -> str:
    """The path where it leads nowhere but to a page of ours, else the other one."""
    return text if _OWN.match(text) else otherwise


def back_to(path: str, **parameters: str) -> Response:
    """After a change: look at a page (a reload does not send the form again)."""
    query, _, fragment = path.partition("#")
    joined = f"{query}{'&' if '?' in query else '?'}{urlencode(parameters)}" if parameters else query
    return RedirectResponse(f"{joined}#{fragment}" if fragment else joined, 303)


@cache
def static_files() -> Mapping[str, tuple[bytes, str, str]]:
    """The static files by name: bytes, media type, the beginning of their hash."""
    found = {}
    for entry in resources.files("pipeline.web").joinpath("static").iterdir():
        body = entry.read_bytes()
        media_type = mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
        found[entry.name] = (body, media_type, hashlib.sha256(body).hexdigest()[:12])
    return found


def static_link(name: str) -> str:
    """The address of a static file; another one when its content is another."""
    return f"/static/{name}?v={static_files()[name][2]}"


@router.api_route("/static/{name}", methods=["GET", "HEAD"])
def static(request: Request, name: str) -> Response:
    """A static file."""
    found = static_files().get(name)
    if found is None:
        raise Refusal(404)
    body, media_type, version = found
    fixed = request.query_params.get("v") == version
    headers = {"ETag": f'"{version}"', "Cache-Control": "public, max-age=31536000, immutable" if fixed else "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """The sign of the page, for browsers that ask for it unasked."""
    return static(request, "treatywatch.svg")
