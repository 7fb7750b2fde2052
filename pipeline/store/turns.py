"""Statements about the pace of hosts where several replicas share a database (PostgreSQL): slots, given out one after the other.

A slot is taken by moving the host's row on, in one statement and by the database's clock, so no two replicas have the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, text

_TAKE = text(
    "INSERT INTO host_turns (host, next_start)"
    " SELECT host, now() + make_interval(secs => seconds)"
    " FROM unnest(CAST(:hosts AS text[]), CAST(:spans AS float8[])) AS wish(host, seconds) ORDER BY host"  # one order: no deadlock
    " ON CONFLICT (host) DO UPDATE"
    " SET next_start = greatest(host_turns.next_start, now()) + (excluded.next_start - now())"
    " RETURNING host, extract(epoch FROM next_start - clock_timestamp()) AS ahead"
)
_HOLD = text(
    "INSERT INTO host_turns (host, next_start) VALUES (:host, now() + make_interval(secs => :seconds))"
    " ON CONFLICT (host) DO UPDATE SET next_start = greatest(host_turns.next_start, excluded.next_start)"
)
_FORGET = text("DELETE FROM host_turns WHERE next_start < now() - CAST(:age AS interval)")


def take(connection: Connection, wishes: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Take the next slot of each of these hosts (none twice); seconds from now until it, by host.

    A wish is a host and the seconds from its slot to the next one's.
    """
    spans = dict(wishes)
    # a slot that a crash of the server forgets costs one request too early; a disk's answer for each request costs more
    connection.execute(text("SET LOCAL synchronous_commit = off"))
    rows = connection.execute(_TAKE, {"hosts": list(spans), "spans": list(spans.values())})
    return {row.host: float(row.ahead) - spans[row.host] for row in rows}


def hold(connection: Connection, host: str, seconds: float) -> None:
    """No slot of this host begins before so many seconds have gone by."""
    connection.execute(_HOLD, {"host": host, "seconds": seconds})


def forget(connection: Connection, age: timedelta = timedelta(days=1)) -> int:
    """Drop the hosts that nobody has asked for so long; how many. Nothing to do on SQLite, whose one process paces itself."""
    if connection.dialect.name == "sqlite":
        return 0
    return connection.execute(_FORGET, {"age": age}).rowcount
