"""Adding an agreement to the watchlist: a form, a preview over the stored articles, the addition itself, and taking it off."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from pipeline.web import desk as deciding
from pipeline.web.asked import AgreementIn
from pipeline.web.looking import previewed
from pipeline.web.pages_events import faults_of
from pipeline.web.pages_view import Form, Sent, back_to, render
from pipeline.web.problems import Refusal
from pipeline.web.site import site_of

router = APIRouter(include_in_schema=False)
FIELDS = ("title", "id", "parties", "titles", "aliases", "exclude", "signed_on", "multilateral")


@router.get("/watch")
def form(request: Request) -> Response:
    """The form; a proposal's wording and parties may be given in the address."""
    asked = request.query_params
    filled = dict.fromkeys(FIELDS, "") | {name: asked[name][:2000] for name in ("title", "parties") if name in asked}
    return render(request, "watch.html.j2", filled=filled, preview=None, faults=[], taken=False)


@router.post("/watch/preview")
def preview(request: Request, sent: Sent) -> Response:
    """The form again, with what it would have found in the stored articles."""
    site = site_of(request)
    try:
        one = deciding.agreement_from(agreement_in(sent))
    except (ValidationError, Refusal) as error:
        return _again(request, sent, error)
    found = previewed(site, one)
    return render(
        request, "watch.html.j2", filled=filled_by(sent), preview=found, faults=[], taken=one.id in site.agreements()
    )


@router.post("/watch/add")
def add(request: Request, sent: Sent) -> Response:
    """Add it: what the stored articles tell of it becomes history, nobody is alerted."""
    try:
        wanted = agreement_in(sent)
        one = deciding.agreement_from(wanted)
    except (ValidationError, Refusal) as error:
        return _again(request, sent, error)
    deciding.add(request, wanted)
    return back_to(f"/agreements/{one.id}")


@router.post("/watch/remove")
def remove(request: Request, sent: Sent) -> Response:
    """Take an agreement that was added here off the watchlist; its history stays."""
    identity = sent.get("id")
    if identity not in site_of(request).agreements():
        raise Refusal(404, "There is no agreement of this name on the watchlist.")
    deciding.remove(request, identity)
    return back_to("/agreements")


def agreement_in(sent: Form) -> AgreementIn:
    """The agreement a form tells of. ValidationError says what is wrong with it."""
    given: dict[str, Any] = {
        "title": " ".join(sent.get("title").split()),
        "parties": sent.get("parties").replace(",", " ").upper().split(),
        "titles": dict(_title(line) for line in sent.lines("titles")),
        "aliases": sent.lines("aliases"),
        "exclude": sent.lines("exclude"),
        "multilateral": bool(sent.get("multilateral")),
    }
    given |= {name: sent.get(name) for name in ("id", "signed_on") if sent.get(name)}
    return AgreementIn.model_validate(given)


def _title(line: str) -> tuple[str, str]:
    language, _, title = line.partition(":")
    return language.strip().lower(), title.strip()


def filled_by(sent: Form) -> dict[str, str]:
    """The form as it was filled in."""
    return {name: sent.get(name) for name in FIELDS}


def _again(request: Request, sent: Form, error: ValidationError | Refusal) -> Response:
    faults = faults_of(error) if isinstance(error, ValidationError) else [error.detail]
    return render(request, "watch.html.j2", 422, filled=filled_by(sent), preview=None, faults=faults, taken=False)
