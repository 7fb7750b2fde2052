"""What polls ask of the database and write into it, many polls at a time: what of this is new, and what was learnt."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.flow.parts import Parts
from pipeline.flow.together import Together
from pipeline.store import arrivals
from pipeline.store.arrivals import Arrival, Shown
from pipeline.store.feeds import Poll

_MOST = 4_000  # entries in one transaction: others wait for it, and it is done again where it fails


@dataclass(slots=True, eq=False)
class _Question:
    shown: frozenset[Shown]
    fresh: frozenset[Shown] = frozenset()


@dataclass(slots=True, eq=False)
class _Settlement:
    poll: Poll
    fresh: frozenset[str]
    new: int = 0


class PollBook:
    """The database's side of polls. Each is written whole or not at all; one that cannot be written keeps no other from it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._questions: Together[_Question] = Together(self._ask, _MOST, lambda one: 1 + len(one.shown))
        self._settlements: Together[_Settlement] = Together(self._settle, _MOST, lambda one: 10 + len(one.fresh))

    async def unseen(self, feed_id: str, identities: Iterable[str]) -> frozenset[str]:
        """Which of these identities the feed has not shown before. Raises StoreUnavailable."""
        asked = _Question(frozenset((feed_id, identity) for identity in identities))
        if asked.shown:
            await self._questions(asked)
        return frozenset(identity for _, identity in asked.fresh)

    async def settle(self, poll: Poll, fresh: frozenset[str]) -> int:
        """Write a poll, with those of its entries that are `fresh`; how many were new. Raises StoreUnavailable."""
        settlement = _Settlement(poll, fresh)
        await self._settlements(settlement)
        return settlement.new

    async def _ask(self, questions: Sequence[_Question]) -> None:
        shown = frozenset().union(*(one.shown for one in questions))
        fresh = await self._parts.read(lambda c: arrivals.unseen(c, shown))
        for one in questions:
            one.fresh = one.shown & fresh

    async def _settle(self, settlements: Sequence[_Settlement]) -> None:
        now = self._parts.clock()
        made = await asyncio.to_thread(_arriving, settlements, now)
        new = await self._parts.write(lambda c: self._written(c, made, now))
        for one, count in zip(settlements, new, strict=True):
            one.new = count

    def _written(self, connection: Any, made: Sequence[Arrival], now: datetime) -> tuple[int, ...]:
        new = arrivals.settle(connection, made, now)
        self._parts.passage("entries_before_commit")
        return new


def _arriving(settlements: Sequence[_Settlement], now: datetime) -> tuple[Arrival, ...]:
    return tuple(arrivals.arriving(one.poll, one.fresh, now) for one in settlements)
