"""The watchlist, and an agreement: where it stands party by party, its drawn timeline, the sentences under it, its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline import query
from pipeline.flow.look_later import progress
from pipeline.model import Agreement, Event, EventType, Status
from pipeline.query import EventFilter
from pipeline.status import AgreementStatus, Standing, status_of
from pipeline.store import desk
from pipeline.store.engine import Database
from pipeline.web.asked import AgreementId
from pipeline.web.pages_events import asked_moments, asked_pairs
from pipeline.web.pages_lanes import LABELS, drawing
from pipeline.web.pages_party import party_name
from pipeline.web.pages_view import render
from pipeline.web.problems import Refusal
from pipeline.web.site import site_of

router = APIRouter(include_in_schema=False)
_LISTED, _PROPOSED, _TOLD = 50, 20, 30
_COUNTED = 200  # of the latest steps, whose articles are counted
_DRAWN, _DRAWN_ALL = 120, 400  # of the latest steps


@dataclass(frozen=True, slots=True)
class Line:
    """An agreement in the list, with the latest step that happened."""

    agreement: Agreement
    source: str
    latest: Event | None


@dataclass(frozen=True, slots=True)
class Press:
    """Reports by agency and language. `cells`: (agency, language) to how many; `agencies`: the busiest first."""

    agencies: tuple[tuple[str, int], ...]
    languages: tuple[str, ...]
    cells: dict[tuple[str, str], int]


@router.get("/agreements")
def listed(request: Request) -> Response:
    """The watchlist in pages, by id."""
    site = site_of(request)
    given = dict(asked_pairs(request))
    after, wanted = given.get("after", ""), given.get("q", "").casefold().split()
    found = [pair for pair in site.agreements().values() if pair[0].id > after and _names(pair[0], wanted)]
    lines = [Line(one, source, _latest(site.database, one.id)) for one, source in found[:_LISTED]]
    return render(
        request,
        "agreements.html.j2",
        lines=lines,
        asked=given.get("q", ""),
        more=lines[-1].agreement.id if len(found) > _LISTED else None,
        total=len(site.agreements()),
        proposals=site.database.read(lambda c: desk.proposals(c, limit=_PROPOSED)),
    )


def _names(one: Agreement, wanted: Sequence[str]) -> bool:
    titles = (title for _, title in one.titles)
    parties = (f"{code} {party_name(code)}" for code in one.parties)
    names = " ".join((one.id, one.title, *one.aliases, *titles, *parties)).casefold()
    return all(word in names for word in wanted)


def _latest(database: Database, identity: str) -> Event | None:
    asked = EventFilter(agreement=(identity,), status=(Status.OCCURRED.value,), limit=1)
    return next(iter(query.events(database, asked).items), None)


@router.get("/agreements/{agreement_id}")
def one_agreement(request: Request, agreement_id: AgreementId) -> Response:
    """One agreement: as known at `as_of`, for the day `on`."""
    site = site_of(request)
    as_of, on = asked_moments(request)
    most = _DRAWN_ALL if ("drawn", "all") in asked_pairs(request) else _DRAWN
    known = query.course(site.database, agreement_id, as_of)
    found, source = site.agreement(agreement_id) or (None, "")
    if found is None and not known:
        raise Refusal(404, "There is no agreement of this name, neither on the watchlist nor in the history.")
    day = on or (as_of.date() if as_of else site.today())
    status = status_of(found, known, day)
    return render(
        request,
        "agreement.html.j2",
        identity=agreement_id,
        pairs=asked_pairs(request),
        agreement=found,
        title=found.title if found else known[-1].agreement,
        source=source,
        events=_told(site.database, known[-_TOLD:], as_of),
        more=len(known) > _TOLD,
        standings=status,
        summary=summary(status),
        drawing=drawing(known, found.parties if found else (), day, most),
        drawn=most,
        drawn_all=_DRAWN_ALL,
        labels=LABELS,
        press=_press(site.database, known[-_COUNTED:], as_of),
        counted=_COUNTED if len(known) > _COUNTED else None,
        looking=site.database.read(lambda c: progress(c, agreement_id)),
        as_of=as_of,
        on=on,
        day=day,
        types=tuple(EventType),
        mutes=[
            one for one in site.database.read(lambda c: desk.mutes(c, site.now())) if one.agreement_id == agreement_id
        ],
    )


def summary(status: AgreementStatus) -> tuple[tuple[Standing, tuple[str, ...]], ...]:
    """Which parties stand where, the furthest first."""
    order = list(Standing)
    groups: dict[Standing, list[str]] = {}
    for one in status.parties:
        groups.setdefault(one.standing, []).append(one.party)
    return tuple((standing, tuple(groups[standing])) for standing in sorted(groups, key=order.index, reverse=True))


def _told(database: Database, known: Sequence[Event], as_of: datetime | None) -> Sequence[Event]:
    """The steps that are told in words, with their sources."""
    if as_of is not None:
        return known
    found = query.some(database, [event.id for event in known])
    return [found[event.id] for event in known if event.id in found]


def _press(database: Database, known: Sequence[Event], as_of: datetime | None) -> Press:
    """Who reported of these steps."""
    return press(query.press(database, [one.id for one in known]) if as_of is None else press_of(known))


def press_of(events: Iterable[Event]) -> dict[tuple[str, str], int]:
    """How many articles tell of these events, by agency and language: every article once."""
    articles = {source.url: source for event in events for source in event.sources}
    return dict(Counter((one.agency, one.language) for one in articles.values()))


def press(counted: Mapping[tuple[str, str], int]) -> Press:
    """Who reported of an agreement, and in which languages."""
    cells: Counter[tuple[str, str]] = Counter()
    for (agency, language), count in counted.items():
        cells[agency or "not named", language] += count
    agencies: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for (agency, language), count in cells.items():
        agencies[agency] += count
        languages[language] += count
    busiest = sorted(agencies.items(), key=lambda pair: (-pair[1], pair[0].casefold()))
    return Press(tuple(busiest), tuple(language for language, _ in languages.most_common()), dict(cells))
