"""The desk: events that wait for a person's word, announced steps that are overdue; every decision is an audited revision."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from pipeline import query
from pipeline.model import EventType, Status
from pipeline.query import CURSOR
from pipeline.query.asking import cursor_of, opened
from pipeline.web import desk as deciding
from pipeline.web.asked import EventId, ReviewIn
from pipeline.web.pages_events import asked_pairs, faults_of, proofs_of
from pipeline.web.pages_start import Late, late
from pipeline.web.pages_view import Form, Sent, back_to, own_path, render
from pipeline.web.problems import Refusal
from pipeline.web.site import site_of

router = APIRouter(include_in_schema=False)
_LISTED, _OVERDUE = 15, 15
_PROOFS, _KIN = 2, 10  # of each event; its own page has all
_EVENT = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
_TEXTS = ("type", "status", "stage", "actor", "actor_country", "agreement_id")
_DATES = ("date", "effective_date")
_SAID = {"accept": "Accepted", "reject": "Rejected", "correct": "Corrected", "dismiss": "Not waited for any more"}


@router.get("/review")
def desk(request: Request) -> Response:
    """The events that wait, the latest act first, each with its proof."""
    site = site_of(request)
    given = dict(asked_pairs(request))
    cursor = given.get("cursor")
    page = query.review(site.database, _LISTED, cursor if cursor and re.match(CURSOR, cursor) else None)
    proofs = proofs_of(site.database, page.items, _PROOFS)
    kin = query.kin(site.database, [event.id for event in page.items], _KIN)
    behind = given.get("overdue", "")
    overdue = late(site, _OVERDUE + 1, opened(behind) if re.match(CURSOR, behind) else None)
    done = given.get("done", "")
    return render(
        request,
        "review.html.j2",
        waiting=list(zip(page.items, (some[:_PROOFS] for some in proofs), kin, strict=True)),
        more=page.next,
        late=overdue[:_OVERDUE],
        later=place_of(overdue[_OVERDUE - 1]) if len(overdue) > _OVERDUE else None,
        done=query.event(site.database, done) if _EVENT.match(done) else None,
        said=_SAID.get(given.get("said", ""), ""),
        types=tuple(EventType),
        statuses=tuple(Status),
        agreements=tuple(site.agreements())[:500],
    )


def place_of(one: Late) -> str:
    """The cursor behind which overdue steps go on after this one."""
    return cursor_of(one.due.due_last, one.due.event_id)


@router.post("/review/{event_id}")
def decide(request: Request, event_id: EventId, sent: Sent) -> Response:
    """A person's word on an event: accept, reject, correct, or correct and accept."""
    decision = sent.get("decision")
    if decision in ("merge", "split", "undo"):
        return _by_hand(request, event_id, sent, decision)
    if decision not in ("accept", "reject", "correct", "correct_and_accept"):
        raise Refusal(422, "The form says neither accept nor reject nor correct.")
    revision = sent.get("revision")
    known = int(revision) if revision.isdecimal() and len(revision) < 10 else None
    corrects = decision.startswith("correct")
    if corrects:
        known = _corrected(request, event_id, sent, known, lenient=decision != "correct")
    if decision != "correct":
        said = "accept" if corrects else decision
        deciding.decide(request, event_id, word_of({"decision": said, "note": sent.get("note"), "revision": known}))
    place = own_path(sent.get("back"), "/review")
    said = "correct" if corrects else decision
    return back_to(place, done=event_id, said=said) if place == "/review" else back_to(place)


def _by_hand(request: Request, event_id: str, sent: Form, decision: str) -> Response:
    """Merge, split, or undo a merge; then look at the event that came of it."""
    revision = sent.get("revision")
    articles = [int(value) for name, value in sent.pairs if name == "article" and value.isdecimal() and len(value) < 16]
    values: dict[str, Any] = {
        "decision": decision,
        "note": sent.get("note"),
        "into": sent.get("into") or None,
        "articles": articles,
    }
    values |= {"revision": int(revision)} if revision.isdecimal() and len(revision) < 10 else {}
    if decision == "merge" and not values["into"]:
        raise Refusal(422, "Choose the event that it is the same as.")
    made = deciding.decide(request, event_id, word_of(values))
    return back_to(f"/events/{json.loads(bytes(made.body))['id']}")


def _corrected(request: Request, event_id: str, sent: Form, revision: int | None, *, lenient: bool) -> int | None:
    """Put the fields right; the revision that the event has then. `lenient`: nothing to correct is no fault."""
    found = query.event(site_of(request).database, event_id)
    word = word_of(correction_in(sent) | {"decision": "correct", "note": sent.get("note"), "revision": revision})
    values = deciding.corrections(site_of(request), word)
    if lenient and found is not None and all(getattr(found, name) == value for name, value in values.items()):
        return revision
    deciding.decide(request, event_id, word)
    return revision + 1 if revision is not None else None


def correction_in(sent: Form) -> dict[str, Any]:
    """The fields of a correction as they were filled in. An empty date means that none is known; an empty agreement, as it is."""
    values: dict[str, Any] = {name: sent.get(name) for name in _TEXTS if name in sent.values}
    if not values.get("agreement_id"):
        values.pop("agreement_id", None)
    values |= {name: sent.get(name) or None for name in _DATES if name in sent.values}
    if "actor_country" in values:
        values["actor_country"] = values["actor_country"].upper()
    return values


def word_of(values: dict[str, Any]) -> ReviewIn:
    """A decision, checked. Refusal says what is wrong with it."""
    try:
        return ReviewIn.model_validate(values)
    except ValidationError as error:
        raise Refusal(422, "; ".join(faults_of(error))) from None


@router.post("/overdue/{event_id}")
def dismiss(request: Request, event_id: EventId, sent: Sent) -> Response:  # noqa: ARG001 - its token is what is asked
    """An announced step is not waited for any more."""
    deciding.dismiss(request, event_id)
    return back_to("/review", done=event_id, said="dismiss")
