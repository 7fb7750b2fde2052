"""Which events stood on a page at a moment of the past: a walk along revisions with the time each held.

What had been recorded by then lies, with few exceptions, before that day: the walk begins there. What lay ahead of that day is
found by how far ahead each plan reached when it was recorded, those that reached furthest first. Where hardly anything had been
recorded by then, all of it is taken. A party's acts are walked as they stand now; those whose day was another one are asked for by
themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from pipeline.query.asking import EventFilter
from pipeline.query.kinds import Kinds, given_kinds
from pipeline.query.walking import FORMS, PROBE, Bounds, Place, Range, run
from pipeline.store.tables import EventPartyRow, RevisionRow
from pipeline.store.types import EARLIEST, UtcDateTime

# binary digits of the days that plans reach ahead, looked at together (to 180 years)
_LEADS = ((9, 10, 11, 12, 13, 14, 15, 16), (8,), (7,), (5, 6), (1, 2, 3, 4))
_FEW = "ix_revisions_few"
_EARLY = 1000  # revisions that are read one by one rather than looked for along the days
_NEAR = 31  # days by which most of what was moved was moved: a month became a day of it
_MANY = 8000  # revisions of some kinds: more than one looks at
_FEW_LATER = 600  # acts of a party behind a day: as well looked at one by one
_PAST, _PARTIES = RevisionRow.__table__, EventPartyRow.__table__
_DAY, _ID = _PAST.c.happened, _PAST.c.event_id


@dataclass(frozen=True, slots=True)
class _Form:
    """What makes two questions' statements different."""

    sqlite: bool
    bounds: Bounds
    kinds: Kinds | None
    sure: bool
    country: bool
    party: bool
    agreement: bool
    lasts: bool

    def holds(self, *, listed: bool) -> list[ColumnElement[bool]]:
        """What held then and answers (`listed`: the kinds are found by the index)."""
        as_of, past = bindparam("as_of", type_=UtcDateTime()), _PAST.c
        made = [past.recorded_at <= as_of, or_(past.until.is_(None), past.until > as_of)]
        made += [] if self.kinds is None else [self.kinds.holds(self.sqlite, past.kind, listed=listed)]
        if self.sure:
            made.append(past.confidence >= bindparam("sure"))
        if self.country:
            made.append(past.actor_country == bindparam("country"))
        if self.agreement:
            made.append(past.agreement_id == bindparam("agreement"))
        if self.lasts:
            made.append(past.last >= bindparam("lasts"))
        if self.party:
            made.append(exists().where(_PARTIES.c.event_id == _ID, _PARTIES.c.party == bindparam("party")))
        return made

    @property
    def walk(self) -> str:
        """The index that has the list in its order."""
        return "ix_revisions_walk_country" if self.country else "ix_revisions_walk"

    def every(self, index: str) -> Select[Any]:
        """All that answers within the bounds, by this index."""
        found = select(_DAY, _ID).where(*self.holds(listed=index == _FEW), *self.bounds.holds(_DAY, _ID))
        return found.with_hint(_PAST, f"INDEXED BY {index}", "sqlite")

    def of_party(self, index: str, *further: ColumnElement[bool]) -> Select[Any]:
        """What held then and answers of a party's rows, by this index of theirs."""
        # not as a join, in which no hint is said
        mine = and_(_PARTIES.c.party == bindparam("party"), _PARTIES.c.event_id == _ID)
        found = select(_DAY, _ID).where(mine, *further, *replace(self, party=False).holds(listed=False))
        found = found.with_hint(_PARTIES, f"INDEXED BY {index}", "sqlite")
        return found.with_hint(_PAST, "INDEXED BY sqlite_autoindex_revisions_1", "sqlite")

    def page(self, index: str) -> Select[Any]:
        """The first of it, in order."""
        return self.every(index).order_by(*self.bounds.order(_DAY, _ID)).limit(bindparam("most"))


def places(
    connection: Connection,
    wanted: EventFilter,
    where: Range,
    kinds: Kinds | None,
    as_of: datetime,
    limit: int,
    lasts: date | None = None,
) -> list[Place]:
    """The first `limit` places of the list as it stood. `lasts`: only acts that can have been on this day or later."""
    if limit <= 0 or where.empty:
        return []
    asked = _Asked(connection, wanted, kinds, as_of, limit, lasts)
    if wanted.agreement:
        walk = _page(asked.form(where), "ix_revisions_vague" if lasts else "ix_revisions_walk_agreement")
        each = [run(connection, walk, asked.given(where) | {"agreement": one}) for one in wanted.agreement]
        return _merged(each, where, limit)
    if lasts is not None:
        return run(connection, _page(asked.form(where), "ix_revisions_vague"), asked.given(where))
    if _hardly_anything(connection, as_of):
        return run(connection, _page(asked.form(where), "ix_revisions_recorded_at"), asked.given(where))
    if wanted.party is not None and (kinds is None or kinds.others or _many(asked)):
        return _of_party(asked, where)
    before = replace(where, until=min(where.until or date.max, as_of.date()))
    if where.rising:
        found = _probed(asked, before)
        return found if len(found) >= limit else _merged([found, _ahead(asked, where)], where, limit)
    ahead = _ahead(asked, where)
    return ahead if len(ahead) >= limit else _merged([ahead, _probed(asked, before)], where, limit)


def _many(asked: _Asked) -> bool:
    """Whether the kinds asked for are so frequent that a party's list is the shorter one."""
    assert asked.kinds is not None
    statement = _that_many(asked.sqlite, asked.kinds)
    return asked.connection.execute(statement, given_kinds(asked.sqlite, asked.wanted)).first() is not None


@lru_cache(FORMS)
def _that_many(sqlite: bool, which: Kinds) -> Select[Any]:
    found = select(_ID).where(which.holds(sqlite, _PAST.c.kind, listed=True)).limit(1).offset(_MANY)
    return found.with_hint(_PAST, f"INDEXED BY {_FEW}", "sqlite")


def _of_party(asked: _Asked, where: Range) -> list[Place]:
    """A party's acts: along its own list, and as plans that lay ahead where they are more than a few."""
    given = {"party": asked.wanted.party, "today": asked.as_of.date(), "few": _FEW_LATER}
    later = asked.connection.execute(_later(), given).scalar_one()
    if later < _FEW_LATER:
        return _along_party(asked, where)
    before = replace(where, until=min(where.until or date.max, asked.as_of.date()))
    if where.rising:
        found = _along_party(asked, before)
        return found if len(found) >= asked.limit else _merged([found, _ahead(asked, where)], where, asked.limit)
    ahead = _ahead(asked, where)
    return ahead if len(ahead) >= asked.limit else _merged([ahead, _along_party(asked, before)], where, asked.limit)


def _along_party(asked: _Asked, where: Range) -> list[Place]:
    """What held then of its list as it stands now; and of what was moved, whatever can have stood on this page."""
    if where.empty:
        return []
    form, given = asked.form(where), asked.given(where)
    found = run(asked.connection, _party_walk(form), given)
    first, last = where.since or date.min, where.until or date.max
    if where.after is not None:
        first, last = (max(first, where.after[0]), last) if where.rising else (first, min(last, where.after[0]))
    if len(found) == asked.limit:
        first, last = (first, found[-1][0]) if where.rising else (found[-1][0], last)
    near = {"near": _NEAR, "first": _days_on(first, -_NEAR), "last": _days_on(last, _NEAR)}
    moved = [run(asked.connection, _party_moved(form, far=far), given | near) for far in (False, True)]
    return _merged([found, *moved], where, asked.limit)


def _days_on(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


@lru_cache(1)
def _later() -> Select[Any]:
    """How many acts of a party lie behind a day, as far as that is few."""
    mine = [_PARTIES.c.party == bindparam("party"), _PARTIES.c.happened > bindparam("today", type_=Date())]
    some = select(_PARTIES.c.event_id).where(*mine).limit(bindparam("few"))
    some = some.with_hint(_PARTIES, "INDEXED BY ix_event_parties_walk", "sqlite")
    return select(func.count()).select_from(some.subquery())


@lru_cache(FORMS)
def _party_walk(form: _Form) -> Select[Any]:
    """What held then of the party's list as it stands now, but for what was moved."""
    day, identity = _PARTIES.c.happened, _PARTIES.c.event_id
    found = form.of_party("ix_event_parties_walk", day == _DAY, *form.bounds.holds(day, identity))
    return found.order_by(*form.bounds.order(day, identity)).limit(bindparam("most"))


@lru_cache(FORMS)
def _party_moved(form: _Form, *, far: bool) -> Select[Any]:
    """What held then of what was moved: by a month at most, and stands near now; or further."""
    mine, near = _PARTIES.c, bindparam("near", type_=Integer())
    if far:
        which = [mine.moved > near]
    else:
        which = [mine.moved <= near, mine.happened.between(_given_day("first"), _given_day("last"))]
    some = mine.moved > literal_column("0")  # as the index says it
    found = form.of_party("ix_event_parties_moved", some, *which, mine.happened != _DAY, *form.bounds.holds(_DAY, _ID))
    return found.order_by(*form.bounds.order(_DAY, _ID)).limit(bindparam("most"))


def _given_day(name: str) -> Any:
    return bindparam(name, type_=Date())


def early(connection: Connection, as_of: datetime) -> list[str] | None:
    """What had been recorded by then, where it is hardly anything; else None."""
    if not _hardly_anything(connection, as_of):
        return None
    return list(dict.fromkeys(connection.execute(_recorded(), {"as_of": as_of}).scalars()))


@lru_cache(1)
def _recorded() -> Select[Any]:
    """Not each once: for that SQLite walks all ids there are."""
    then = select(_ID).where(_PAST.c.recorded_at <= bindparam("as_of", type_=UtcDateTime()))
    return then.with_hint(_PAST, "INDEXED BY ix_revisions_recorded_at", "sqlite")


@dataclass(frozen=True, slots=True)
class _Asked:
    connection: Connection
    wanted: EventFilter
    kinds: Kinds | None
    as_of: datetime
    limit: int
    lasts: date | None

    @property
    def sqlite(self) -> bool:
        """Which database is asked."""
        return self.connection.dialect.name == "sqlite"

    def form(self, where: Range) -> _Form:
        """The form of the question about this stretch."""
        where = where.behind()
        wanted = self.wanted
        filters = (wanted.min_confidence > 0, wanted.country is not None, wanted.party is not None)
        return _Form(self.sqlite, where.bounds, self.kinds, *filters, bool(wanted.agreement), self.lasts is not None)

    def given(self, where: Range) -> dict[str, Any]:
        """Its values."""
        wanted = self.wanted
        named = {"as_of": self.as_of, "sure": wanted.min_confidence, "country": wanted.country, "party": wanted.party}
        named |= {"lasts": self.lasts}
        return (
            where.behind().given()
            | given_kinds(self.sqlite, wanted)
            | named
            | {"most": self.limit, "today": self.as_of.date()}
        )


def _probed(asked: _Asked, where: Range) -> list[Place]:
    """Along the days; where that gives too little and kinds are asked for, by these."""
    connection, form, given = asked.connection, asked.form(where), asked.given(where)
    if form.kinds is None or form.kinds.others:
        return run(connection, _page(form, form.walk), given)
    there = run(connection, _edge(form.bounds, country=form.country), given)
    if not there:
        return run(connection, _page(form, form.walk), given)
    day = there[0][0]
    near = replace(where, until=day) if where.rising else replace(where, since=day)
    found = run(connection, _page(asked.form(near), form.walk), asked.given(near))
    return found if len(found) >= asked.limit else run(connection, _few(form), given)


@lru_cache(FORMS)
def _page(form: _Form, index: str) -> Select[Any]:
    return form.page(index)


@lru_cache(FORMS)
def _edge(bounds: Bounds, *, country: bool) -> Select[Any]:
    """How far a walk of PROBE entries leads."""
    edge = select(_DAY, _ID).where(*bounds.holds(_DAY, _ID)).order_by(*bounds.order(_DAY, _ID)).limit(1).offset(PROBE)
    if country:
        edge = edge.where(_PAST.c.actor_country == bindparam("country"))
    return edge.with_hint(_PAST, f"INDEXED BY ix_revisions_walk{'_country' if country else ''}", "sqlite")


@lru_cache(FORMS)
def _few(form: _Form) -> Select[Any]:
    """What is known to be little: all of these kinds."""
    if form.sqlite:
        return form.page(_FEW)
    day, identity = form.every(_FEW).cte("few").prefix_with("MATERIALIZED").columns
    return select(day, identity).order_by(*form.bounds.order(day, identity)).limit(bindparam("most"))


def _ahead(asked: _Asked, where: Range) -> list[Place]:
    """What lay ahead of the day then. A plan that reached up to 2^n days ahead was recorded in the 2^n days before."""
    today = asked.as_of.date()
    last = where.after[0] if where.after and not where.rising else where.until
    if last is not None and last <= today:
        return []
    given, form = asked.given(where), asked.form(where)
    found: list[Place] = []
    for leads in _LEADS:
        reach = 2 ** leads[-1] - 1
        if not where.rising and len(found) >= asked.limit and (found[asked.limit - 1][0] - today).days > reach:
            break  # whatever reached less far stands behind the page
        given["begun"] = asked.as_of - timedelta(days=min(2 ** leads[-1], (asked.as_of - EARLIEST).days))
        found = _merged([found, run(asked.connection, _reaching(form, leads), given)], where, asked.limit)
    return found


@lru_cache(FORMS)
def _reaching(form: _Form, leads: tuple[int, ...]) -> Select[Any]:
    """What lay ahead and reached so far when it was recorded."""
    past = _PAST.c
    begun = bindparam("begun", type_=UtcDateTime())
    mine = [past.lead.in_(leads), past.recorded_at > begun, bindparam("today", type_=Date()) < _DAY]
    return form.page("ix_revisions_lead").where(*mine)


def _hardly_anything(connection: Connection, as_of: datetime) -> bool:
    """Whether so little had been recorded by then that a walk along all days would meet next to nothing."""
    return connection.execute(_plenty(), {"as_of": as_of, "few": _EARLY}).first() is None


@lru_cache(1)
def _plenty() -> Select[Any]:
    """A row where more than so many revisions had been recorded."""
    then = _PAST.c.recorded_at <= bindparam("as_of", type_=UtcDateTime())
    return select(_PAST.c.recorded_at).where(then).order_by(_PAST.c.recorded_at).limit(1).offset(bindparam("few"))


def _merged(each: Sequence[list[Place]], where: Range, limit: int) -> list[Place]:
    return sorted({one for some in each for one in some}, reverse=not where.rising)[:limit]
