"""Keeps a number of items in hand until no more are to be had: claims as hands come free, so that a slow one holds up nobody.

Here is the one place that catches everything: an item's unforeseen error is logged with its name, its lease runs out, and it is
tried again or buried by its own rules; the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline import clock
from pipeline.errors import StoreUnavailable, Unavailable, WorkersUnavailable
from pipeline.telemetry import Logger

Item = TypeVar("Item")
Result = TypeVar("Result")

_BREATH = 0.02  # seconds at least between two claims, where there are hands free
_REST = 5.0  # seconds without a claim where the database is away and something is still in hand
_LOOK_AGAIN = 0.5  # seconds after which hands that are free look for work again, while others are still busy
_GRACE = 4.0  # seconds that items in hand get when the service stops


@dataclass(frozen=True, slots=True)
class Errand(Generic[Item, Result]):
    """How to get items, what to do with one, how to call it, and how to give one back untouched."""

    claim: Callable[[int, Sequence[Item]], Awaitable[Sequence[Item]]]
    """`claim(how many, those in hand)`"""
    work: Callable[[Item], Awaitable[Result]]
    name: Callable[[Item], str]
    release: Callable[[Item], Awaitable[None]]
    soon: float = _LOOK_AGAIN
    """seconds after which a single hand that came free looks for more"""
    bell: asyncio.Event | None = None
    """rung where something new waits: free hands look at once. A ring that nobody followed is left ringing."""


@dataclass(slots=True)
class Drained(Generic[Result]):
    """What came of it. `failed`: items that ended in an unforeseen error or met an absent database."""

    results: list[Result]
    failed: int = 0


async def drain(
    errand: Errand[Item, Result], width: int, log: Logger, stopping: asyncio.Event | None = None
) -> Drained[Result]:
    """Work off everything that can be claimed, at most `width` items at once.

    StoreUnavailable only where nothing is in hand; WorkersUnavailable when what was in hand has been given back.
    """
    done = Drained[Result]([])
    hands: dict[asyncio.Task[Result], Item] = {}
    ended = _Ended[Result](errand.bell)
    owed: list[Item] = []  # met an absent database; given back when it answers again
    looked = 0.0
    try:
        while not (stopping and stopping.is_set()):
            wait = _until_worth(width, len(hands), ended, errand.soon) - (clock.monotonic() - looked)
            if not hands or wait <= 0:
                await _give_back(errand, owed, log)
                ended.looked()
                taken = await _take(errand, width - len(hands), hands, log)
                for task in taken or ():
                    task.add_done_callback(ended.add)
                hands |= taken or {}
                looked = clock.monotonic() + (_REST if taken is None else 0.0)
                if not hands and not ended.rung:
                    return done
                continue
            for task in await ended.some(wait):
                item = hands.pop(task)
                away = _settle(task, errand.name(item), done, log)
                if away:
                    owed.append(item)
                if isinstance(away, WorkersUnavailable):  # asking for more pages would only ask them in vain
                    await _wind_up(errand, hands, done, log)
                    await _give_back(errand, owed, log)
                    raise away
        await _wind_up(errand, hands, done, log)
        await _give_back(errand, owed, log)
    finally:
        ended.close()
        for task in hands:
            task.cancel()
    return done


def _until_worth(width: int, in_hand: int, ended: _Ended[Result], soon: float) -> float:
    """Seconds after the last claim until the next is worth its transaction: sooner for a good handful, at once for news."""
    free = width - in_hand
    if free <= 0:
        return math.inf
    if ended.rung or (ended.since_look and free >= width // 4):
        return _BREATH
    return soon if ended.since_look else _LOOK_AGAIN


class _Ended(Generic[Result]):
    """Tasks that have ended, and whether the bell was rung. Asked for at a price that does not grow with those still running."""

    def __init__(self, bell: asyncio.Event | None) -> None:
        self._tasks: list[asyncio.Task[Result]] = []
        self._news = asyncio.Event()
        self._bell = bell
        self._listener = asyncio.create_task(self._listen(bell)) if bell else None
        self.rung = False
        self.since_look = 0

    def add(self, task: asyncio.Task[Result]) -> None:
        self._tasks.append(task)
        self.since_look += 1
        self._news.set()

    def looked(self) -> None:
        """It is looked for work now: whatever is written from here on is news again."""
        self.rung = False
        self.since_look = 0

    async def some(self, timeout: float) -> list[asyncio.Task[Result]]:  # noqa: ASYNC109 - how long to wait, not a deadline
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(timeout, _LOOK_AGAIN)):
                await self._news.wait()
        tasks, self._tasks = self._tasks, []
        self._news.clear()
        return tasks

    def close(self) -> None:
        """Listen no more; a ring that nobody followed is given back to the bell."""
        if self._listener and self._bell:
            self._listener.cancel()
            if self.rung:
                self._bell.set()

    async def _listen(self, bell: asyncio.Event) -> None:
        while await bell.wait():
            bell.clear()
            self.rung = True
            self._news.set()


async def _give_back(errand: Errand[Item, Result], owed: list[Item], log: Logger) -> None:
    """Give back what an absent database kept from being settled, or it would wait for its lease to run out."""
    while owed:
        try:
            await errand.release(owed[-1])
        except StoreUnavailable:
            return  # whoever claims next will meet it, and say so
        log.info("given back", item=errand.name(owed.pop()))


async def _take(
    errand: Errand[Item, Result], free: int, hands: dict[asyncio.Task[Result], Item], log: Logger
) -> dict[asyncio.Task[Result], Item] | None:
    """What was claimed, begun; None where the database is away."""
    if free <= 0:
        return {}
    try:
        claimed = await errand.claim(free, tuple(hands.values()))
    except StoreUnavailable as error:
        if not hands:
            raise
        log.warning("the database is away", detail=str(error))
        return None
    return {asyncio.create_task(_one(errand, item)): item for item in claimed}


async def _one(errand: Errand[Item, Result], item: Item) -> Result:
    return await errand.work(item)


def _settle(task: asyncio.Task[Result], name: str, done: Drained[Result], log: Logger) -> Unavailable | None:
    """Note what came of an item; what was away, where it could not be settled for that."""
    try:
        done.results.append(task.result())
    except Unavailable as error:
        done.failed += 1
        away = "the database is away" if isinstance(error, StoreUnavailable) else "no worker can read it"
        log.warning(f"put off: {away}", item=name, detail=str(error))
        return error
    except Exception as error:  # the one place: see the head of this module
        done.failed += 1
        log.error("unforeseen error; the item is set aside, the others go on", item=name, exc_info=error)
    return None


async def _wind_up(
    errand: Errand[Item, Result], hands: dict[asyncio.Task[Result], Item], done: Drained[Result], log: Logger
) -> None:
    """The service stops: what is in hand may finish, what does not finish in time is given back."""
    if not hands:
        return
    ended, late = await asyncio.wait(hands, timeout=_GRACE)
    for task in ended:
        item = hands.pop(task)
        if _settle(task, errand.name(item), done, log):
            await _give_back(errand, [item], log)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
        await asyncio.gather(*(_give_back(errand, [hands.pop(task)], log) for task in late))
