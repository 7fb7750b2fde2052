"""Who polls and keeps house where several replicas share one database: a lease in it, by the database's own clock.

    keep (take or renew) ──▶ True: lead until the lease runs out        resign: the next one takes over at its next look

A leader that was killed is replaced when its lease runs out; one whose process is known to be gone, at once. Leading only saves
work: feeds, entries and messages are claimed with leases of their own, so that two who both think they lead do nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, delete, func, select

from pipeline import clock
from pipeline.store import desk, owners
from pipeline.store.sql import insert_into
from pipeline.store.tables import ServiceStateRow

ROLE = "schedule"
LEASE = timedelta(seconds=20)
RENEW = 5.0  # seconds; LEASE + RENEW is the longest time without a leader
ABSENT = timedelta(
    minutes=1
)  # unheard of for so long, a replica is taken to be dead and its feeds and entries are given back
_PRESENT = "replica:"


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads, and until when if it does not renew."""

    owner: str
    until: datetime


def keep(connection: Connection, owner: str, lease: timedelta = LEASE) -> bool:
    """Take the lead or go on leading; True where `owner` leads until the lease runs out."""
    now = _now(connection)
    held = holder(connection)
    if held is not None and held.owner != owner and owners.is_gone(held.owner):
        desk.resign(connection, ROLE, held.owner, now)
    return desk.lead(connection, ROLE, owner, lease, now)


def resign(connection: Connection, owner: str) -> None:
    """Give the lead back, where `owner` has it."""
    desk.resign(connection, ROLE, owner, _now(connection))


def holder(connection: Connection) -> Leader | None:
    """Who leads now; None where nobody does."""
    wanted = select(ServiceStateRow.value, ServiceStateRow.expires_at).where(ServiceStateRow.key == f"leader:{ROLE}")
    row = connection.execute(wanted).one_or_none()
    if row is None or row.expires_at is None or row.expires_at <= _now(connection):
        return None
    return Leader(row.value, row.expires_at)


def present(connection: Connection, owner: str) -> None:
    """Say that this replica is alive. One that never said so (a `cycle` for cron) is judged by its leases alone."""
    now = _now(connection)
    row = {"value": owner, "expires_at": now + ABSENT, "updated_at": now}
    fresh = insert_into(connection, ServiceStateRow).values(key=_PRESENT + owner, **row)
    connection.execute(fresh.on_conflict_do_update(index_elements=["key"], set_=row))


def depart(connection: Connection, owner: str) -> None:
    """Say that this replica stops; it resigns too."""
    resign(connection, owner)
    connection.execute(delete(ServiceStateRow).where(ServiceStateRow.key == _PRESENT + owner))


def bury(connection: Connection) -> int:
    """Give back the feeds, entries and rechecks of replicas unheard of for `ABSENT`, wherever they ran; how many."""
    expired = and_(ServiceStateRow.key.startswith(_PRESENT), ServiceStateRow.expires_at <= _now(connection))
    dead = list(connection.execute(select(ServiceStateRow.value).where(expired)).scalars())
    freed = 0
    for owner in dead:
        freed += sum(owners.give_back(connection, owner, flow) for flow in owners.FLOWS)
        connection.execute(delete(ServiceStateRow).where(ServiceStateRow.key == _PRESENT + owner))
    return freed + owners.release_gone(connection)


def replicas(connection: Connection) -> tuple[str, ...]:
    """The replicas that are alive."""
    alive = and_(ServiceStateRow.key.startswith(_PRESENT), ServiceStateRow.expires_at > _now(connection))
    rows = select(ServiceStateRow.value).where(alive).order_by(ServiceStateRow.value)
    return tuple(connection.execute(rows).scalars())


def _now(connection: Connection) -> datetime:
    """The clock all replicas share. A SQLite file has one machine, and so the machine's clock."""
    if connection.dialect.name == "sqlite":
        return clock.now()
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)
