"""The pace of hosts as all replicas of a service keep it: slots out of the shared database, many asked for in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pipeline.flow.together import Together
from pipeline.store import turns
from pipeline.store.engine import Database

Wish = tuple[str, float]


class HostTurns:
    """A `fetch.SharedPace` on PostgreSQL, for one `Fetcher` (which asks for one slot of a host at a time). Raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead: dict[str, float] = {}
        self._together: Together[Wish] = Together(self._taken)

    async def take(self, host: str, seconds: float) -> float:
        """Take the host's next slot; seconds until it. The one after it begins `seconds` later."""
        await self._together((host, seconds))
        return self._ahead.pop(host)

    async def hold(self, host: str, seconds: float) -> None:
        """The host asked for a pause: no replica's slot begins before it is over."""
        await asyncio.to_thread(self._database.write, lambda c: turns.hold(c, host, seconds))

    async def _taken(self, wishes: Sequence[Wish]) -> None:
        self._ahead |= await asyncio.to_thread(self._database.write, lambda c: turns.take(c, wishes))
