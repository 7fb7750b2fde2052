"""Search with the filters of the API, an event with everything that proves it, an article with what was read in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from pipeline import query
from pipeline.model import Event, EventState, EventType, Salience, Source, Status
from pipeline.query import ArticleView, Claim
from pipeline.store.engine import Database
from pipeline.web.asked import EventFilters, EventId, RowId, Version, moment_of
from pipeline.web.pages_excerpt import Paragraph, paragraphs, span_of
from pipeline.web.pages_view import render
from pipeline.web.problems import Refusal
from pipeline.web.site import site_of

router = APIRouter(include_in_schema=False)
LISTS = ("agreement", "type", "status", "state")  # filters that may be given several times
_SHOWN = 6  # sources whose articles are shown, not only their sentences
_HITS = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """One source of an event: its article with the evidence marked, and what was read there for this event.

    `paragraphs` is empty where the text is not kept or is not shown; then only the sentence is.
    """

    source: Source
    version: int | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    claims: tuple[Claim, ...] = ()


@router.get("/events")
def search(request: Request) -> Response:
    """Events by filter, and the articles in which the words stand."""
    pairs = asked_pairs(request)
    given = {name: [value for key, value in pairs if key == name] for name, _ in pairs}
    faults: list[str] = []
    try:
        asked = EventFilters.model_validate(
            {name: values if name in LISTS else values[-1] for name, values in given.items()}
        )
    except ValidationError as error:
        faults, asked = faults_of(error), EventFilters.model_validate({})
    site = site_of(request)
    wanted = asked.wanted()
    page = None if faults else query.events(site.database, wanted)
    hits = query.found_articles(site.database, asked.q, _HITS) if asked.q and not asked.cursor and not faults else None
    return render(
        request,
        "search.html.j2",
        422 if faults else 200,
        page=page,
        hits=hits,
        given=given,
        pairs=[pair for pair in pairs if pair[0] != "cursor"],
        faults=faults,
        types=tuple(EventType),
        statuses=tuple(Status),
        states=tuple(EventState),
        saliences=tuple(Salience),
    )


def asked_pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters that were filled in: an empty field of a form means none."""
    return [(name, value.strip()) for name, value in request.query_params.multi_items() if value.strip()]


def faults_of(error: ValidationError) -> list[str]:
    """What is wrong with the parameters, a line each."""
    return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:10]]


def asked_moments(request: Request) -> tuple[datetime | None, date | None]:
    """`as_of` and `on` of a page's address. Refusal where one of them is no time."""
    given = dict(asked_pairs(request))
    try:
        as_of = moment_of(given["as_of"]) if "as_of" in given else None
        on = date.fromisoformat(given["on"]) if "on" in given else None
    except (ValueError, OverflowError):
        raise Refusal(422, "A time should be given like 2026-01-14 or 2026-01-14T10:00:00Z.") from None
    return as_of, on


@router.get("/events/{event_id}")
def one_event(request: Request, event_id: EventId) -> Response:
    """An event: what is said to have happened, why we believe it, what became of it."""
    site = site_of(request)
    as_of, _ = asked_moments(request)
    found = query.event(site.database, event_id, as_of)
    if found is None:
        raise Refusal(404, "There is no event of this name.")
    return render(
        request,
        "event.html.j2",
        event=found,
        as_of=as_of,
        listed=site.agreements().get(found.agreement_id or ""),
        proofs=proofs_of(site.database, [found])[0],
        kin=query.kin(site.database, [event_id])[0],
        merged=query.merged_into(site.database, event_id) if found.state is EventState.RETRACTED else None,
        revisions=tuple(reversed(query.revisions(site.database, event_id))),
        deliveries=query.deliveries_of(site.database, event_id),
        types=tuple(EventType),
        statuses=tuple(Status),
        agreements=tuple(site.agreements())[:500],
    )


def proofs_of(database: Database, events: Sequence[Event], most: int = _SHOWN) -> list[tuple[Proof, ...]]:
    """Of each event every source; the first `most` of them with their articles."""
    views = query.newest_articles(database, {one.article_id for event in events for one in event.sources[:most]})
    return [
        (
            *(_proof(database, event, one, views.get(one.article_id)) for one in event.sources[:most]),
            *(Proof(one) for one in event.sources[most:]),
        )
        for event in events
    ]


def _proof(database: Database, event: Event, source: Source, newest: ArticleView | None) -> Proof:
    view = _version(database, source, newest)
    if view is None:
        return Proof(source)
    text = view.stored.article.text
    mine = tuple(sorted((one for one in view.claims if one.event_id == event.id), key=lambda one: _weight(one, source)))
    findings = [claim.report.finding for claim in mine]
    wanted = [(source.evidence, source.start, source.end), *((f.evidence, f.start, f.end) for f in findings)]
    spans = [span for one in wanted if (span := span_of(text, *one))]
    marked = paragraphs(text, spans) if spans else ()
    return Proof(source, view.stored.facts.version, marked, mine)


def _weight(claim: Claim, source: Source) -> tuple[bool, float, int]:
    """The claim that the source is quoted for comes first, then the surest."""
    finding = claim.report.finding
    return finding.start != source.start, -finding.confidence, finding.start


def _version(database: Database, source: Source, view: ArticleView | None) -> ArticleView | None:
    """The version of the article that said it: the newest, or an earlier one where the article was changed."""
    if view is None or view.stored.facts.sha256 == source.sha256:
        return view
    for version in range(view.stored.versions, max(0, view.stored.versions - 5), -1):
        earlier = query.article(database, source.article_id, version)
        if earlier is not None and earlier.stored.facts.sha256 == source.sha256:
            return earlier
    return view


@router.get("/articles/{article_id}")
def one_article(request: Request, article_id: RowId, version: Version = None) -> Response:
    """An article as it was read, with every sentence that told of a step marked."""
    view = query.article(site_of(request).database, article_id, version)
    if view is None:
        raise Refusal(404, "There is no article of this number.")
    text = view.stored.article.text
    claims = sorted(view.claims, key=lambda claim: (claim.report.finding.start, claim.event_id))
    return render(
        request,
        "article.html.j2",
        view=view,
        claims=claims,
        paragraphs=paragraphs(text, _spans(text, claims)),
    )


def _spans(text: str, claims: Sequence[Claim]) -> list[tuple[int, int]]:
    findings = [claim.report.finding for claim in claims]
    return [span for f in findings if (span := span_of(text, f.evidence, f.start, f.end))]
