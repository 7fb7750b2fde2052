"""What readers may ask of the history, and the answers: frozen views, keyset pages, any moment of the past.

events(database, EventFilter(...)) -> Page      event, revisions, timeline      changes(since)      article
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, and_, func, or_, select, tuple_

from pipeline.errors import UsageError
from pipeline.model import Event, EventState, Salience, Source
from pipeline.plan import Report, source_of
from pipeline.store import articles, feeds, known
from pipeline.store.codec import event_from, event_of
from pipeline.store.engine import Database
from pipeline.store.tables import ChangeRow, EventPartyRow, EventRow, EvidenceRow, RevisionRow

T = TypeVar("T")
MOST = 1000
_BATCH = 400


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events. Empty tuples and None mean any; `party`: of the agreement, or the actor's; `since`, `until`: the act's day.

    An event whose date is a month or a year is in a range when it can have been. `as_of`: as the history stood at that moment.
    """

    agreement: tuple[str, ...] = ()
    party: str | None = None
    country: str | None = None
    type: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    salience: str | None = None
    stage: str | None = None
    min_confidence: float = 0.0
    since: date | None = None
    until: date | None = None
    as_of: datetime | None = None
    tracked: bool | None = None
    retracted: bool = False  # show what was taken back, too
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some answers, and the cursor of the rest (None: there is no rest)."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """An event as it stood from `recorded_at` on: who changed what, and why. `changes`: field, before, after."""

    event: Event
    why: str
    who: str
    recorded_at: datetime
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """One line of the feed of changes. `kind`: created, revised, retracted (a tombstone) or sources."""

    seq: int
    kind: str
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A stored article with every claim read in it."""

    stored: articles.StoredArticle
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding in an article, and the event it speaks for."""

    event_id: str
    report: Report


def events(database: Database, wanted: EventFilter = EventFilter()) -> Page[Event]:
    """Events, the latest act first. UsageError for a cursor that is not ours."""
    return database.read(lambda c: _past(c, wanted) if wanted.as_of else _present(c, wanted))


def event(database: Database, event_id: str, as_of: datetime | None = None) -> Event | None:
    """One event with its sources, now or as it stood then; None where there is (was) none. Tombstones are events."""

    def work(connection: Connection) -> Event | None:
        if as_of is not None:
            return next(iter(_as_of(connection, [event_id], as_of)), None)
        row = connection.execute(select(EventRow.__table__).where(EventRow.id == event_id)).one_or_none()
        return _with_sources(connection, [event_of(row)])[0] if row else None

    return database.read(work)


def timeline(database: Database, agreement_id: str, as_of: datetime | None = None) -> tuple[Event, ...]:
    """All that is known to have happened, or be planned, to one agreement: earliest first, at most 1,000 steps."""
    page = events(database, EventFilter(agreement=(agreement_id,), as_of=as_of, limit=MOST))
    return tuple(reversed(page.items))


def revisions(database: Database, event_id: str) -> tuple[Revision, ...]:
    """Every state an event was in, oldest first, without sources."""

    def work(connection: Connection) -> tuple[Revision, ...]:
        seen = connection.execute(select(EventRow.first_seen).where(EventRow.id == event_id)).scalar_one_or_none()
        mine = select(RevisionRow.__table__).where(RevisionRow.event_id == event_id).order_by(RevisionRow.revision)
        return tuple(_revision(row, seen) for row in connection.execute(mine)) if seen else ()

    return database.read(work)


def _revision(row: Any, first_seen: datetime) -> Revision:
    changes = tuple((change["field"], change["before"], change["after"]) for change in row.changes)
    return Revision(event_from(row.snapshot, row.event_id, first_seen), row.why, row.who, row.recorded_at, changes)


def changes(database: Database, since: int = 0, limit: int = 100) -> tuple[tuple[ChangeNote, ...], int]:
    """What changed after number `since`, in the order it was committed, and the number to ask from next time.

    Numbers are drawn under a lock that lasts to the commit: none ever appears below one that was read.
    """

    def work(connection: Connection) -> tuple[tuple[ChangeNote, ...], int]:
        later = select(ChangeRow.__table__).where(ChangeRow.seq > since).order_by(ChangeRow.seq)
        rows = connection.execute(later.limit(_bounded(limit))).all()
        stored = {one.id: one for one in _by_id(connection, {row.event_id for row in rows})}
        notes = tuple(ChangeNote(row.seq, row.kind, row.at, stored[row.event_id]) for row in rows)
        return notes, rows[-1].seq if rows else since

    return database.read(work)


def newest_change(database: Database) -> int:
    """The number of the last change: what an ETag of a list can stand on."""
    return database.read(lambda c: c.execute(select(func.coalesce(func.max(ChangeRow.seq), 0))).scalar_one())


def article(database: Database, article_id: int, version: int | None = None) -> ArticleView | None:
    """An article's text with the claims read in this version of it; None where there is none."""

    def work(connection: Connection) -> ArticleView | None:
        stored = articles.get(connection, article_id, version)
        if stored is None:
            return None
        mine = and_(EvidenceRow.article_version_id == stored.facts.version_id, EvidenceRow.article_id == article_id)
        claims = tuple(Claim(report.event_id or "", report) for report in known.reports(connection, mine))
        return ArticleView(stored, claims)

    return database.read(work)


def feed_health(database: Database) -> tuple[feeds.FeedHealth, ...]:
    """Every source and how it fares."""
    return database.read(feeds.health)


def review(database: Database, limit: int = 50, cursor: str | None = None) -> Page[Event]:
    """Events that wait for a person, the latest act first."""
    return events(database, EventFilter(state=(EventState.REVIEW,), limit=limit, cursor=cursor))


def _bounded(limit: int) -> int:
    return max(1, min(limit, MOST))


def _present(connection: Connection, wanted: EventFilter) -> Page[Event]:
    limit = _bounded(wanted.limit)
    statement = _where(select(EventRow.__table__), wanted)
    if wanted.cursor:
        day, identity = _opened(wanted.cursor)
        statement = statement.where(tuple_(EventRow.happened, EventRow.id) < tuple_(day, identity))
    ordered = statement.order_by(EventRow.happened.desc(), EventRow.id.desc()).limit(limit + 1)
    rows = connection.execute(ordered).all()
    more = _cursor(rows[limit - 1].happened, rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(_with_sources(connection, [event_of(row) for row in rows[:limit]])), more)


def _where(statement: Select[Any], wanted: EventFilter) -> Select[Any]:
    for column, values in (
        (EventRow.agreement_id, wanted.agreement),
        (EventRow.type, wanted.type),
        (EventRow.status, wanted.status),
        (EventRow.state, wanted.state),
    ):
        if values:
            statement = statement.where(column == values[0] if len(values) == 1 else column.in_(values))
    for plain, value in (
        (EventRow.actor_country, wanted.country),
        (EventRow.salience, wanted.salience),
        (EventRow.stage, wanted.stage),
    ):
        if value is not None:
            statement = statement.where(plain == value)
    if wanted.party is not None:
        joined = and_(EventPartyRow.event_id == EventRow.id, EventPartyRow.party == wanted.party)
        statement = statement.join(EventPartyRow, joined)
    if wanted.min_confidence > 0:
        statement = statement.where(EventRow.confidence >= wanted.min_confidence)
    if wanted.tracked is not None:
        tracked = EventRow.agreement_id.is_not(None)
        statement = statement.where(tracked if wanted.tracked else ~tracked)
    if not wanted.retracted and EventState.RETRACTED not in wanted.state:
        statement = statement.where(EventRow.state != EventState.RETRACTED.value)
    return _in_range(statement, wanted)


def _in_range(statement: Select[Any], wanted: EventFilter) -> Select[Any]:
    """By the days the act's date can mean; by the day it was first seen where its date is not known."""
    if wanted.since is not None:
        undated = and_(EventRow.date_last.is_(None), EventRow.happened >= wanted.since)
        statement = statement.where(or_(EventRow.date_last >= wanted.since, undated))
    if wanted.until is not None:
        statement = statement.where(EventRow.happened <= wanted.until)  # `happened` is the first day it can mean
    return statement


def _cursor(day: date, identity: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([day.isoformat(), identity]).encode()).decode().rstrip("=")


def _opened(cursor: str) -> tuple[date, str]:
    try:
        day, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return date.fromisoformat(day), str(identity)
    except (binascii.Error, ValueError, TypeError) as exc:
        raise UsageError("this cursor is not one of ours; ask for the first page again") from exc


def _by_id(connection: Connection, ids: set[str]) -> list[Event]:
    rows = connection.execute(select(EventRow.__table__).where(EventRow.id.in_(ids))).all()
    return _with_sources(connection, [event_of(row) for row in rows])


def _with_sources(connection: Connection, found: Sequence[Event]) -> list[Event]:
    """The events, each with one source per article, in order of publication."""
    current = and_(EvidenceRow.event_id.in_([one.id for one in found]), EvidenceRow.removed_at.is_(None))
    return _sourced(found, known.reports(connection, current)) if found else []


def _sourced(found: Sequence[Event], reports: Sequence[Report]) -> list[Event]:
    each: dict[str, dict[str, Report]] = {}
    for report in sorted(reports, key=_best_first):
        each.setdefault(report.event_id or "", {}).setdefault(report.article.url, report)
    return [replace(one, sources=_ordered(each.get(one.id, {}).values())) for one in found]


def _best_first(report: Report) -> tuple[object, ...]:
    finding = report.finding
    return finding.salience is Salience.BACKGROUND, -finding.confidence, finding.start, report.id


def _ordered(reports: Any) -> tuple[Source, ...]:
    when: Callable[[Report], tuple[datetime, str]] = lambda r: (r.article.published or r.article.seen_at, r.article.url)  # noqa: E731
    return tuple(source_of(report) for report in sorted(reports, key=when))


def _past(connection: Connection, wanted: EventFilter) -> Page[Event]:
    """As the history stood then: what exists now is looked up in its revisions, and asked the same question again.

    An event can have been another one then, so candidates are all those seen by then, in steps, until a page is full.
    """
    assert wanted.as_of is not None
    limit = _bounded(wanted.limit)
    after = _opened(wanted.cursor) if wanted.cursor else None
    found = sorted(_candidates(connection, wanted, wanted.as_of), key=_place, reverse=True)
    rest = [one for one in found if after is None or _place(one) < after]
    page = rest[:limit]
    more = _cursor(*_place(page[-1])) if len(rest) > limit else None
    return Page(tuple(page), more)


def _candidates(connection: Connection, wanted: EventFilter, as_of: datetime) -> list[Event]:
    seen = select(EventRow.id).where(EventRow.first_seen <= as_of)
    if wanted.agreement:
        seen = seen.where(EventRow.agreement_id.in_(wanted.agreement))  # the agreement of an event never changes
    if wanted.party is not None:
        mine = select(EventPartyRow.event_id).where(EventPartyRow.party == wanted.party)
        seen = seen.where(EventRow.id.in_(mine))
    ids = list(connection.execute(seen).scalars())
    parts = (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
    return [one for part in parts for one in _as_of(connection, part, as_of) if _holds(one, wanted)]


def _as_of(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    """These events as they stood at a moment, with the sources of that moment; those not recorded by then are left out."""
    mine = and_(RevisionRow.event_id.in_(ids), RevisionRow.recorded_at <= as_of)
    latest = select(RevisionRow.event_id, func.max(RevisionRow.revision).label("revision")).where(mine)
    latest_ = latest.group_by(RevisionRow.event_id).subquery()
    joined = and_(latest_.c.event_id == RevisionRow.event_id, latest_.c.revision == RevisionRow.revision)
    rows = connection.execute(
        select(RevisionRow.event_id, RevisionRow.snapshot, EventRow.first_seen)
        .join(latest_, joined)
        .join(EventRow, EventRow.id == RevisionRow.event_id)
    ).all()
    found = [event_from(row.snapshot, row.event_id, row.first_seen) for row in rows]
    then = and_(
        EvidenceRow.event_id.in_([one.id for one in found]),
        EvidenceRow.recorded_at <= as_of,
        or_(EvidenceRow.removed_at.is_(None), EvidenceRow.removed_at > as_of),
    )
    return _sourced(found, [report for report, _ in known.all_reports(connection, then)])


def _place(one: Event) -> tuple[date, str]:
    assert one.first_seen is not None
    return (one.date.first if one.date else one.first_seen.date()), one.id


def _holds(one: Event, wanted: EventFilter) -> bool:
    """The same questions as `_where`, asked of a value."""
    listed = ((wanted.type, one.type), (wanted.status, one.status), (wanted.state, one.state))
    plain = ((wanted.country, one.actor_country), (wanted.salience, one.salience), (wanted.stage, one.stage))
    last = one.date.last if one.date else _place(one)[0]
    return (
        all(not values or value in values for values, value in listed)
        and all(value is None or value == given for value, given in plain)
        and one.confidence >= wanted.min_confidence
        and (wanted.tracked is None or wanted.tracked == (one.agreement_id is not None))
        and (wanted.retracted or EventState.RETRACTED in wanted.state or one.state is not EventState.RETRACTED)
        and (wanted.since is None or last >= wanted.since)
        and (wanted.until is None or _place(one)[0] <= wanted.until)
    )
