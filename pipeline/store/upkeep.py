"""Statements that keep the house in order: what may be deleted is, and the databases' own statistics are brought up to date."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from pipeline.store.engine import Database
from pipeline.store.tables import FeedPollRow, ServiceStateRow


def delete_polls(connection: Connection, before: datetime, limit: int = 5000) -> int:
    """Delete up to `limit` rows of polls made before then; how many."""
    first: int | None = connection.execute(select(func.min(FeedPollRow.id))).scalar_one()
    if first is None:
        return 0
    # ids grow with time, near enough; the primary key spares an index on the time alone
    old = select(FeedPollRow.id).where(FeedPollRow.id < first + limit, FeedPollRow.at < before)
    return connection.execute(delete(FeedPollRow).where(FeedPollRow.id.in_(old))).rowcount


def optimise(database: Database) -> None:
    """Let the database gather the statistics that its query planner goes by."""
    statement = "PRAGMA optimize" if database.is_sqlite else "ANALYZE"
    database.write(lambda c: c.exec_driver_sql(statement).close())


def seen(connection: Connection, key: str, moment: datetime) -> datetime:
    """When the small fact `key` was last set; sets it to `moment` where it never was."""
    wanted = select(ServiceStateRow.updated_at).where(ServiceStateRow.key == key)
    stored = connection.execute(wanted).scalar_one_or_none()
    if stored is None:
        connection.execute(insert(ServiceStateRow).values(key=key, value="", updated_at=moment))
    return stored or moment


def note(connection: Connection, key: str, value: str, moment: datetime) -> None:
    """Set the small fact `key`, which `seen` has made."""
    changed = {"value": value, "updated_at": moment}
    connection.execute(update(ServiceStateRow).where(ServiceStateRow.key == key).values(**changed))
