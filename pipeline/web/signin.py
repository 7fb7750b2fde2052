"""Signing in to the page with a token: a form, a cookie of twelve hours, and out again."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.web import access
from pipeline.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*\Z")
_PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · treatywatch</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/static/treatywatch.css"></head><body class="signin"><main><h1>treatywatch</h1>{said}
<form method="post" action="/login"><input type="hidden" name="next" value="{next}">
<p><label>Access token<br><input name="token" type="password" autocomplete="current-password" required autofocus size="50"></label></p>
<p><button>Sign in</button></p></form>
<p>A token is made by whoever runs this service: <code>treatywatch tokens add NAME</code>.</p></main></body></html>
"""


@router.get("/login")
def form(request: Request) -> Response:
    """The form."""
    return _form(request.query_params.get("next", "/"))


@router.post("/login")
async def sign_in(request: Request) -> Response:
    """Begin a session with a token."""
    given = {name: values[-1] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
    site, goes_to = site_of(request), given.get("next", "/")
    cookie = await run_in_threadpool(_begun, site, given.get("token", "").strip())
    if cookie is None:
        return _form(goes_to, '<p role="alert">This token is not known, was revoked or has expired.</p>', 401)
    entered = RedirectResponse(goes_to if _LOCAL_PATH.match(goes_to) else "/", 303)
    secure = site.settings.web.public_url.startswith("https://")
    entered.set_cookie(
        access.SESSION_COOKIE, cookie, max_age=int(access.SESSION_LIFE.total_seconds()), path="/", secure=secure,
        httponly=True, samesite="strict",
    )  # fmt: skip
    return entered


def _begun(site: Site, secret: str) -> str | None:
    stored, _ = access.tokens(site.database, site.now())
    token = access.token_of(secret, (*access.read_tokens_file(site.settings.web.tokens_file), *stored))
    return access.begin_session(site.key, token, site.now()) if token else None


def _form(goes_to: str, said: str = "", status: int = 200) -> Response:
    page = _PAGE.format(next=escape(goes_to[:2000], quote=True), said=said)
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


@router.post("/logout")
def sign_out() -> Response:
    """End the session of this browser."""
    leaving = RedirectResponse("/login", 303)
    leaving.delete_cookie(access.SESSION_COOKIE, path="/")
    return leaving
