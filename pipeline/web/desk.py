"""The REST API's deciding half: review, mutes, replays, the watchlist, proposals, the audit. Everything here is audited."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pipeline import query
from pipeline.errors import ConfigurationError
from pipeline.flow.deciding import Unwritten, Word, decide_by_hand
from pipeline.flow.hands import CANNOT, Action, Cannot, Grasp, do_by_hand
from pipeline.model import Agreement
from pipeline.plan import event_as_dict, instant
from pipeline.settings.lists import identifier_from, read_agreement
from pipeline.store import desk, outbox
from pipeline.web import plain, told
from pipeline.web.asked import AgreementId, AgreementIn, DeliveryId, EventId, Limit, MuteIn, ReviewIn, RowId
from pipeline.web.looking import LookedBack, look_back, previewed, recogniser_with
from pipeline.web.problems import Refusal, answers
from pipeline.web.site import Site, answer, site_of, who_asks

router = APIRouter(prefix="/api/v1", responses=answers(408, 413))
_MISSING = answers(404)
_CONFLICT = answers(404, 409)
_CORRECTED = ("type", "status", "stage", "actor", "actor_country", "date", "effective_date", "agreement_id")


@router.post("/review/{event_id}", response_model=told.EventOut, responses=_CONFLICT, tags=["review"])
def decide(request: Request, event_id: EventId, word: ReviewIn) -> Response:
    """A person's word on an event: accept it (whoever asked for such events hears of it), reject it, or put fields right;
    merge it into another one, split it, or undo its merge (nobody gets a new alert). Answers the event to look at then."""
    site = site_of(request)
    if word.decision == "merge" or word.decision == "split" or word.decision == "undo":  # noqa: PLR1714 - what mypy narrows by
        return _by_hand(request, event_id, word.decision, word)
    values = corrections(site, word)
    said = Word(word.decision, who_asks(request).name, word.note, values, word.revision)
    outcome = decide_by_hand(site.database, event_id, said, site.now(), site.context(), site.service.parts.tell)
    if isinstance(outcome, Unwritten):
        raise _unwritten(outcome, event_id)
    found = query.event(site.database, event_id)
    return answer(request, event_as_dict(found or outcome))


def _by_hand(request: Request, event_id: str, action: Action, word: ReviewIn) -> Response:
    site = site_of(request)
    grasp = Grasp(
        action,
        who_asks(request).name,
        word.note,
        word.into or "",
        frozenset(word.articles),
        word.revision,
    )
    done = do_by_hand(site.database, event_id, grasp, site.now(), site.context(), site.service.parts.tell)
    if isinstance(done, Unwritten):
        raise _unwritten(done, event_id)
    if isinstance(done, Cannot):
        raise Refusal(404 if done is Cannot.MISSING else 409, CANNOT[done])
    found = query.event(site.database, done)
    return answer(request, event_as_dict(found) if found else {})


def corrections(site: Site, word: ReviewIn) -> dict[str, Any]:
    """The corrected fields of a decision; an agreement's title comes with its id. Refusal for an unknown agreement."""
    given = word.model_fields_set & set(_CORRECTED)
    nothing = {name for name in given if getattr(word, name) is None} - {"date", "effective_date"}
    values = {name: getattr(word, name) for name in given - nothing}
    if "agreement_id" in values:
        found = site.agreements().get(values["agreement_id"])
        if found is None:
            raise Refusal(404, f"{values['agreement_id']} is not on the watchlist.")
        values["agreement"] = found[0].title
    return values


def _unwritten(why: Unwritten, event_id: str) -> Refusal:
    if why is Unwritten.MISSING:
        return Refusal(404, f"There is no event {event_id}.")
    if why is Unwritten.CHANGED:
        return Refusal(409, "The event was changed since it was looked at: look again.")
    return Refusal(409, "It says so already: nothing was changed.")


@router.get("/overdue", response_model=told.Page[told.ExpectationOut], tags=["review"])
def list_overdue(request: Request, limit: Limit = 100) -> Response:
    """Planned steps whose last day has passed and that nobody reported done, longest overdue first."""
    site = site_of(request)
    late = site.database.read(lambda c: desk.overdue(c, site.today(), limit))
    events = query.some(site.database, [one.event_id for one in late])
    items = [plain.expectation(one, events[one.event_id]) for one in late if one.event_id in events]
    return answer(request, {"items": items, "next": None})


@router.post(
    "/overdue/{event_id}/dismiss", status_code=204, response_class=Response, responses=_MISSING, tags=["review"]
)
def dismiss(request: Request, event_id: EventId) -> Response:
    """A planned step is not waited for any more."""
    site, who, now = site_of(request), who_asks(request).name, site_of(request).now()

    def work(connection: Any) -> bool:
        done = desk.dismiss(connection, event_id, now)
        if done:
            desk.audit(connection, who, "expectation.dismissed", event_id, {}, now)
        return done

    if not site.database.write(work):
        raise Refusal(404, f"Nobody waits for {event_id}.")
    return Response(status_code=204)


@router.get("/mutes", response_model=told.Page[told.MuteOut], tags=["alerts"])
def list_mutes(request: Request) -> Response:
    """The mutes that hold now."""
    site = site_of(request)
    held = site.database.read(lambda c: desk.mutes(c, site.now()))
    return answer(request, {"items": list(map(plain.mute, held)), "next": None})


@router.post("/mutes", response_model=told.MuteOut, status_code=201, tags=["alerts"])
def add_mute(request: Request, wanted: MuteIn) -> Response:
    """Hear nothing of a channel, an agreement or a type for now; messages are kept."""
    site, who, now = site_of(request), who_asks(request).name, site_of(request).now()
    kind = wanted.type.value if wanted.type else None

    def work(connection: Any) -> desk.Mute:
        number = desk.mute(
            connection,
            channel_id=wanted.channel,
            agreement_id=wanted.agreement,
            party=wanted.party,
            kind=kind,
            until=wanted.until,
            who=who,
            why=wanted.why,
            now=now,
        )
        desk.audit(connection, who, "mute.added", str(number), {"why": wanted.why}, now)
        about = (wanted.channel, wanted.agreement, kind, wanted.until)
        return desk.Mute(number, *about, who, wanted.why, wanted.party)

    made = site.database.write(work)
    return answer(request, plain.mute(made), 201, {"Location": f"/api/v1/mutes/{made.id}"})


@router.delete("/mutes/{mute_id}", status_code=204, response_class=Response, responses=_MISSING, tags=["alerts"])
def end_mute(request: Request, mute_id: RowId) -> Response:
    """End a mute."""
    site, who, now = site_of(request), who_asks(request).name, site_of(request).now()

    def work(connection: Any) -> bool:
        done = desk.unmute(connection, mute_id, now)
        if done:
            desk.audit(connection, who, "mute.ended", str(mute_id), {}, now)
        return done

    if not site.database.write(work):
        raise Refusal(404, f"There is no mute {mute_id} that holds.")
    return Response(status_code=204)


@router.post(
    "/deliveries/{delivery_id}/replay", status_code=204, response_class=Response, responses=_MISSING, tags=["alerts"]
)
def replay(request: Request, delivery_id: DeliveryId) -> Response:
    """Send a dead, muted or delivered message again, under its old id."""
    site, who, now = site_of(request), who_asks(request).name, site_of(request).now()

    def work(connection: Any) -> int:
        done = outbox.replay(connection, [delivery_id], now)
        if done:
            desk.audit(connection, who, "delivery.replayed", delivery_id, {}, now)
        return done

    if not site.database.write(work):
        raise Refusal(404, f"There is no settled delivery {delivery_id}.")
    return Response(status_code=204)


@router.get("/proposals", response_model=told.Page[told.ProposalOut], tags=["agreements"])
def list_proposals(request: Request, limit: Limit = 100) -> Response:
    """Agreements seen in the news that are on no watchlist, most reported first."""
    found = site_of(request).database.read(lambda c: desk.proposals(c, limit=limit))
    return answer(request, {"items": list(map(plain.proposal, found)), "next": None})


@router.get("/audit", response_model=told.Page[told.AuditOut], tags=["access"])
def list_audit(request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
    """What people did by hand, the newest first. Needs the scope admin."""
    needs_admin(request)
    found = site_of(request).database.read(lambda c: desk.audited(c, limit))
    items = [
        {"at": instant(at), "who": who, "action": action, "subject": subject, "detail": detail}
        for at, who, action, subject, detail in found
    ]
    return answer(request, {"items": items, "next": None})


@router.post("/previews", response_model=told.PreviewOut, tags=["agreements"])
def preview(request: Request, wanted: AgreementIn) -> Response:
    """What an agreement would have matched in the stored articles. Nothing is changed."""
    site = site_of(request)
    one = agreement_from(wanted)
    found = previewed(site, one)
    told_of = {"read": found.read, "candidates": found.candidates, "whole": found.whole}
    return answer(request, told_of | {"events": list(map(plain.event, found.events))})


@router.post("/agreements", response_model=told.AddedOut, status_code=201, responses=answers(409), tags=["agreements"])
def add(request: Request, wanted: AgreementIn) -> Response:
    """Add an agreement to the watchlist; what the stored articles tell of it becomes history. Needs the scope admin."""
    needs_admin(request)
    site = site_of(request)
    one = agreement_from(wanted)
    looked, events = add_agreement(site, one, who_asks(request).name)
    made = plain.agreement(one, "added") | {"read": looked.read, "candidates": looked.candidates, "events": events}
    return answer(request, made, 201, {"Location": f"/api/v1/agreements/{one.id}"})


@router.delete(
    "/agreements/{agreement_id}", status_code=204, response_class=Response, responses=_CONFLICT, tags=["agreements"]
)
def remove(request: Request, agreement_id: AgreementId) -> Response:
    """Take an agreement that was added here off the watchlist; its history stays. Needs the scope admin."""
    needs_admin(request)
    site, who, now = site_of(request), who_asks(request).name, site_of(request).now()
    if site.agreements().get(agreement_id, (None, ""))[1] == "file":
        raise Refusal(409, f"{agreement_id} stands in agreements.toml: take it out there.")

    def work(connection: Any) -> bool:
        done = desk.unwatch(connection, agreement_id, now)
        if done:
            desk.audit(connection, who, "agreement.removed", agreement_id, {}, now)
        return done

    if not site.database.write(work):
        raise Refusal(404, f"{agreement_id} is not on the watchlist.")
    return Response(status_code=204)


def needs_admin(request: Request) -> None:
    """Refusal for whoever may only read and review."""
    if not who_asks(request).may("admin"):
        raise Refusal(403, "This needs a token with the scope admin.")


def agreement_from(wanted: AgreementIn) -> Agreement:
    """The agreement that was asked for, checked as one of agreements.toml. Refusal says what is wrong with it."""
    entry = wanted.model_dump(exclude_none=True, exclude={"signed_on"})
    entry |= {"id": wanted.id or identifier_from(wanted.title)}
    if wanted.signed_on:
        entry["signed_on"] = str(wanted.signed_on)
    try:
        return read_agreement(entry, "agreement")
    except ConfigurationError as error:
        raise Refusal(422, error.what) from None


def add_agreement(site: Site, one: Agreement, who: str) -> tuple[LookedBack, list[plain.Plain]]:
    """Put an agreement on the watchlist and look back: how many articles may tell of it, and its timeline. Refusal where it is there."""
    if one.id in site.agreements():
        raise Refusal(409, f"{one.id} is on the watchlist already.")
    now = site.now()
    recogniser = recogniser_with(site, one)  # before anything is written: what cannot be read is not added
    definition = {name: value for name, value in plain.agreement(one, "").items() if value and name != "source"}

    def work(connection: Any) -> None:
        desk.watch(connection, one.id, "agreement", definition, who, now)
        desk.audit(connection, who, "agreement.added", one.id, definition, now)

    site.database.write(work)
    looked = look_back(site, recogniser, one)
    return looked, [plain.event(event) for event in query.timeline(site.database, one.id)]
