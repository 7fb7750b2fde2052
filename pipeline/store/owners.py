"""Leases of processes that are gone: given back at once, not when they run out.

An owner's name says which process of which machine it is ("host:pid:start"), so the next process on that machine can tell
whether it still runs. A process on another machine is waited for: its leases run out.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from pipeline.store import entries, outbox
from pipeline.store.tables import EntryRow, FeedRow, OutboxRow, RecheckRow

Flow = Literal["poll", "process", "recheck"]
FLOWS: tuple[Flow, ...] = ("poll", "process", "recheck")
_Leased = FeedRow | EntryRow | OutboxRow | RecheckRow
_HELD: tuple[type[_Leased], ...] = (FeedRow, EntryRow, OutboxRow, RecheckRow)
_TABLES: Mapping[Flow, type[_Leased]] = {"poll": FeedRow, "process": EntryRow, "recheck": RecheckRow}


def own_name() -> str:
    """The name under which this process takes leases."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid)}"


def is_gone(owner: str) -> bool:
    """True for a process of this machine that no longer runs; False where it does, or where that cannot be known."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    return owner.rpartition(":")[2] != _started(int(rest))


def _started(pid: int) -> str:
    """When a process began, so that its number given to another one deceives nobody; "" where it does not run."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except OSError:
        pass
    if Path("/proc/self/stat").exists():
        return ""
    try:  # no /proc on this system
        os.kill(pid, 0)
    except OSError:
        return ""
    return "0"


def release_gone(connection: Connection) -> int:
    """Give back every lease of this machine's dead processes; how many.

    An entry's try is given back, too: pages are read in worker processes and do not take the service with them. A message's
    attempt is not: it may have been sent.
    """
    freed = 0
    for table in _HELD:
        held = select(table.lease_owner).where(table.lease_owner.is_not(None)).distinct()
        gone = [owner for owner in connection.execute(held).scalars() if owner is not None and is_gone(owner)]
        freed += _give_back(connection, table, gone)
    return freed


def give_back(connection: Connection, owner: str, flow: Flow) -> int:
    """Give back what `owner` holds for one flow, none of which may be in hand any more; how many.

    Never for messages: one of those may have been sent, and its lease has to run out.
    """
    return _give_back(connection, _TABLES[flow], [owner])


def _give_back(connection: Connection, table: type[_Leased], gone: Sequence[str]) -> int:
    values: dict[str, Any] = {"lease_until": None, "lease_owner": None}
    if table is EntryRow:
        values |= {"state": entries.PENDING, "tries": EntryRow.tries - 1}
    if table is OutboxRow:
        values |= {"state": outbox.PENDING}
    if not gone:
        return 0
    return connection.execute(update(table).where(table.lease_owner.in_(gone)).values(**values)).rowcount
