"""Statements about what the desk itself keeps: mutes, tokens, audit, additions to the watchlist, proposals, small facts, leases."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, insert, or_, select, tuple_, update

from pipeline.store.messages import OutboxState
from pipeline.store.sql import insert_into
from pipeline.store.tables import (
    ApiTokenRow,
    AuditRow,
    ExpectationRow,
    MuteRow,
    OutboxRow,
    ProposalRow,
    ServiceStateRow,
    WatchEntryRow,
)


@dataclass(frozen=True, slots=True)
class Mute:
    """What nobody wants to hear of until `until`; None means any, or for ever."""

    id: int
    channel_id: str | None
    agreement_id: str | None
    type: str | None
    until: datetime | None
    who: str
    why: str
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An API token; its secret is known to its holder alone."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An agreement seen in the news that is on no watchlist. `state`: new, accepted or dismissed."""

    key: str
    wording: str
    kind: str
    parties: tuple[str, ...]
    concepts: tuple[str, ...]
    reports: int
    article_id: int
    last_seen: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """A planned step and the days it is due between."""

    event_id: str
    due_first: date
    due_last: date
    state: str
    met_by: str | None


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """An agreement or rule added while the service runs; `definition` as in agreements.toml."""

    id: str
    kind: str
    definition: dict[str, Any]
    who: str
    created_at: datetime


def mute(
    connection: Connection,
    *,
    channel_id: str | None,
    agreement_id: str | None,
    kind: str | None,
    until: datetime | None,
    who: str,
    why: str,
    now: datetime,
    party: str | None = None,
) -> int:
    """Add a mute; its id. Messages written while it holds are kept, in state "muted", and told together when it ends."""
    row = {"channel_id": channel_id, "agreement_id": agreement_id, "party": party, "type": kind, "until": until}
    made = insert(MuteRow).values(**row, who=who, why=why, created_at=now).returning(MuteRow.id)
    return int(connection.execute(made).scalar_one())


def unmute(connection: Connection, mute_id: int, now: datetime) -> bool:
    """End a mute; what it kept back is due now."""
    mine = and_(MuteRow.id == mute_id, MuteRow.ended_at.is_(None))
    if connection.execute(update(MuteRow).where(mine).values(ended_at=now)).rowcount != 1:
        return False
    release_muted(connection, mute_reason(mute_id), now)
    return True


def mute_reason(mute_id: int | str) -> str:
    """The reason under which a mute keeps messages back."""
    return f"mute {mute_id}"


def release_muted(connection: Connection, reason: str, now: datetime) -> int:
    """What is kept back for this reason is due now; how many."""
    later = and_(OutboxRow.state == OutboxState.MUTED.value, OutboxRow.reason == reason, OutboxRow.next_try > now)
    return connection.execute(update(OutboxRow).where(later).values(next_try=now)).rowcount


def mutes(connection: Connection, now: datetime) -> tuple[Mute, ...]:
    """The mutes that hold now."""
    holds = and_(MuteRow.ended_at.is_(None), or_(MuteRow.until.is_(None), MuteRow.until > now))
    rows = connection.execute(select(MuteRow.__table__).where(holds).order_by(MuteRow.id)).all()
    return tuple(
        Mute(row.id, row.channel_id, row.agreement_id, row.type, row.until, row.who, row.why, row.party) for row in rows
    )


def token_hash(secret: str) -> str:
    """What is stored of a token: 32 random bytes need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_token(
    connection: Connection, name: str, secret: str, scopes: Sequence[str], now: datetime, expires_at: datetime | None
) -> bool:
    """Store a token by its hash. False where the name is taken."""
    row = {"name": name, "token_hash": token_hash(secret), "scopes": list(scopes), "created_at": now}
    fresh = insert_into(connection, ApiTokenRow).values(**row, expires_at=expires_at)
    made = fresh.on_conflict_do_nothing().returning(ApiTokenRow.id)
    return connection.execute(made).one_or_none() is not None


def tokens(connection: Connection) -> tuple[tuple[Token, str], ...]:
    """Every token with its hash, for a comparison in constant time; revoked and expired ones too."""
    rows = connection.execute(_all_tokens()).all()
    return tuple((_token(row), row.token_hash) for row in rows)


@cache
def _all_tokens() -> Select[Any]:
    """Made once: every request asks it."""
    return select(ApiTokenRow.__table__).order_by(ApiTokenRow.id)


def _token(row: Any) -> Token:
    return Token(row.id, row.name, tuple(row.scopes), row.created_at, row.last_used, row.expires_at, row.revoked_at)


def revoke_token(connection: Connection, name: str, now: datetime) -> bool:
    """End a token. False where there is none of that name, or it has ended."""
    mine = and_(ApiTokenRow.name == name, ApiTokenRow.revoked_at.is_(None))
    return connection.execute(update(ApiTokenRow).where(mine).values(revoked_at=now)).rowcount == 1


def token_used(connection: Connection, token_id: int, now: datetime) -> None:
    """Note when a token was last seen."""
    connection.execute(update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(last_used=now))


def audit(connection: Connection, who: str, action: str, subject: str, detail: dict[str, Any], now: datetime) -> None:
    """Note what a person did by hand, in the transaction that does it."""
    connection.execute(insert(AuditRow).values(at=now, who=who, action=action, subject=subject, detail=detail))


def audited(connection: Connection, limit: int = 100) -> tuple[tuple[datetime, str, str, str, dict[str, Any]], ...]:
    """The newest notes: (at, who, action, subject, detail)."""
    rows = connection.execute(select(AuditRow.__table__).order_by(AuditRow.id.desc()).limit(limit)).all()
    return tuple((row.at, row.who, row.action, row.subject, row.detail) for row in rows)


def put(connection: Connection, key: str, value: str, now: datetime) -> None:
    """Remember a small fact."""
    fresh = insert_into(connection, ServiceStateRow).values(key=key, value=value, updated_at=now)
    changed = {"value": value, "updated_at": now, "expires_at": None}
    connection.execute(fresh.on_conflict_do_update(index_elements=["key"], set_=changed))


def fact(connection: Connection, key: str) -> str | None:
    """A remembered fact."""
    return connection.execute(select(ServiceStateRow.value).where(ServiceStateRow.key == key)).scalar_one_or_none()


def facts(connection: Connection, beginning: str) -> tuple[str, ...]:
    """The keys of all remembered facts that begin so, sorted."""
    mine = ServiceStateRow.key.startswith(beginning, autoescape=True)
    return tuple(connection.execute(select(ServiceStateRow.key).where(mine).order_by(ServiceStateRow.key)).scalars())


def once(connection: Connection, key: str, value: str, now: datetime) -> str:
    """The remembered fact; this value from now on where there is none."""
    fresh = insert_into(connection, ServiceStateRow).values(key=key, value=value, updated_at=now)
    connection.execute(fresh.on_conflict_do_nothing())
    return connection.execute(select(ServiceStateRow.value).where(ServiceStateRow.key == key)).scalar_one()


def lead(connection: Connection, role: str, owner: str, lease: timedelta, now: datetime) -> bool:
    """Take or keep a role that one process has at a time; True where `owner` has it until now + lease."""
    key = f"leader:{role}"
    row = {"value": owner, "expires_at": now + lease, "updated_at": now}
    fresh = insert_into(connection, ServiceStateRow).values(key=key, **row).on_conflict_do_nothing()
    if connection.execute(fresh.returning(ServiceStateRow.key)).one_or_none() is not None:
        return True
    expired = or_(ServiceStateRow.expires_at <= now, ServiceStateRow.expires_at > now + 4 * lease)
    free = and_(ServiceStateRow.key == key, or_(ServiceStateRow.value == owner, expired))
    return connection.execute(update(ServiceStateRow).where(free).values(**row)).rowcount == 1


def resign(connection: Connection, role: str, owner: str, now: datetime) -> None:
    """Give a role back."""
    mine = and_(ServiceStateRow.key == f"leader:{role}", ServiceStateRow.value == owner)
    connection.execute(update(ServiceStateRow).where(mine).values(expires_at=now))


def watch(
    connection: Connection, identity: str, kind: str, definition: dict[str, Any], who: str, now: datetime
) -> None:
    """Add an agreement or rule to the watchlist, or change one added before."""
    row = {"kind": kind, "definition": definition, "who": who, "created_at": now, "removed_at": None}
    fresh = insert_into(connection, WatchEntryRow).values(id=identity, **row)
    connection.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=row))


def unwatch(connection: Connection, identity: str, now: datetime) -> bool:
    """Take an addition out of the watchlist; its history stays."""
    mine = and_(WatchEntryRow.id == identity, WatchEntryRow.removed_at.is_(None))
    return connection.execute(update(WatchEntryRow).where(mine).values(removed_at=now)).rowcount == 1


def watched(connection: Connection) -> tuple[WatchEntry, ...]:
    """The additions to the watchlist, by id."""
    rows = connection.execute(_watched()).all()
    return tuple(WatchEntry(row.id, row.kind, row.definition, row.who, row.created_at) for row in rows)


@cache
def _watched() -> Select[Any]:
    mine = WatchEntryRow.removed_at.is_(None)
    return select(WatchEntryRow.__table__).where(mine).order_by(WatchEntryRow.id)


def proposals(connection: Connection, state: str = "new", limit: int = 100) -> tuple[Proposal, ...]:
    """Agreements on no watchlist, most reported first."""
    mine = select(ProposalRow.__table__).where(ProposalRow.state == state)
    rows = connection.execute(mine.order_by(ProposalRow.reports.desc(), ProposalRow.key_hash).limit(limit)).all()
    return tuple(
        Proposal(
            row.key, row.wording, row.kind, tuple(row.parties), tuple(row.concepts), row.reports, row.article_id,
            row.last_seen, row.state,
        )
        for row in rows
    )  # fmt: skip


def settle_proposal(connection: Connection, key: str, state: str, agreement_id: str | None) -> bool:
    """A person accepted a proposal (with the id it got on the watchlist) or dismissed it."""
    mine = and_(ProposalRow.key == key, ProposalRow.state == "new")
    changed = {"state": state, "agreement_id": agreement_id}
    return connection.execute(update(ProposalRow).where(mine).values(**changed)).rowcount == 1


def overdue(
    connection: Connection, today: date, limit: int = 100, after: tuple[date, str] | None = None
) -> tuple[Expectation, ...]:
    """Planned steps whose last day has passed and that nobody reported done, longest overdue first. `after`: (due_last, event_id)."""
    late = and_(ExpectationRow.state == "open", ExpectationRow.due_last < today)
    if after is not None:
        late = and_(late, tuple_(ExpectationRow.due_last, ExpectationRow.event_id) > after)
    wanted = select(ExpectationRow.__table__).where(late).order_by(ExpectationRow.due_last, ExpectationRow.event_id)
    rows = connection.execute(wanted.limit(limit)).all()
    return tuple(Expectation(row.event_id, row.due_first, row.due_last, row.state, row.met_by) for row in rows)


def dismiss(connection: Connection, event_id: str, now: datetime) -> bool:
    """A person says a planned step is not waited for any more."""
    mine = and_(ExpectationRow.event_id == event_id, ExpectationRow.state == "open")
    changed = {"state": "dismissed", "updated_at": now}
    return connection.execute(update(ExpectationRow).where(mine).values(**changed)).rowcount == 1
