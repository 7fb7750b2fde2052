"""Keeps a number of items in hand until no more are to be had: claims as hands come free, so that a slow one holds up nobody.

Here is the one place that catches everything: an item's unforeseen error is logged with its name, its lease runs out, and it is
tried again or buried by its own rules; the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline import clock
from pipeline.errors import StoreUnavailable
from pipeline.telemetry import Logger

Item = TypeVar("Item")
Result = TypeVar("Result")

_BREATH = 0.02  # seconds at least between two claims, where there are hands free
_REST = 5.0  # seconds without a claim where the database is away and something is still in hand
_LOOK_AGAIN = 0.5  # seconds after which hands that are free look for work again, while others are still busy
_GRACE = 6.0  # seconds that items in hand get when the service stops


@dataclass(frozen=True, slots=True)
class Errand(Generic[Item, Result]):
    """How to get items, what to do with one, how to call it, and how to give one back untouched."""

    claim: Callable[[int, Sequence[Item]], Awaitable[Sequence[Item]]]
    """`claim(how many, those in hand)`"""
    work: Callable[[Item], Awaitable[Result]]
    name: Callable[[Item], str]
    release: Callable[[Item], Awaitable[None]]


@dataclass(slots=True)
class Drained(Generic[Result]):
    """What came of it. `failed`: items that ended in an unforeseen error or met an absent database."""

    results: list[Result]
    failed: int = 0


async def drain(
    errand: Errand[Item, Result], width: int, log: Logger, stopping: asyncio.Event | None = None
) -> Drained[Result]:
    """Work off everything that can be claimed, at most `width` items at once. StoreUnavailable only where nothing is in hand."""
    done = Drained[Result]([])
    hands: dict[asyncio.Task[Result], Item] = {}
    ended = _Ended[Result]()
    owed: list[Item] = []  # met an absent database; given back when it answers again
    looked = 0.0
    try:
        while not (stopping and stopping.is_set()):
            since = clock.monotonic() - looked
            if _worth_claiming(width, len(hands), since):
                await _give_back(errand, owed, log)
                taken = await _take(errand, width - len(hands), hands, log)
                for task in taken or ():
                    task.add_done_callback(ended.add)
                hands |= taken or {}
                looked = clock.monotonic() + (_REST if taken is None else 0.0)
            if not hands:
                return done
            for task in await ended.some(_LOOK_AGAIN):
                item = hands.pop(task)
                if not _settle(task, errand.name(item), done, log):
                    owed.append(item)
        await _wind_up(errand, hands, done, log)
        await _give_back(errand, owed, log)
    finally:
        for task in hands:
            task.cancel()
    return done


def _worth_claiming(width: int, in_hand: int, since: float) -> bool:
    """A claim is a transaction: made for a good handful, or after a while, and at once where nothing is in hand."""
    free = width - in_hand
    return not in_hand or (free >= max(1, width // 4) and since >= _BREATH) or (free > 0 and since >= _LOOK_AGAIN)


class _Ended(Generic[Result]):
    """Tasks that have ended. Asked for at a price that does not grow with the number of those still running."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[Result]] = []
        self._news = asyncio.Event()

    def add(self, task: asyncio.Task[Result]) -> None:
        self._tasks.append(task)
        self._news.set()

    async def some(self, timeout: float) -> list[asyncio.Task[Result]]:  # noqa: ASYNC109 - how long to wait, not a deadline
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._news.wait()
        tasks, self._tasks = self._tasks, []
        self._news.clear()
        return tasks


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


def _settle(task: asyncio.Task[Result], name: str, done: Drained[Result], log: Logger) -> bool:
    """Note what came of an item; False where the database kept it from being settled."""
    try:
        done.results.append(task.result())
    except StoreUnavailable as error:
        done.failed += 1
        log.warning("put off: the database is away", item=name, detail=str(error))
        return False
    except Exception as error:  # the one place: see the head of this module
        done.failed += 1
        log.error("unforeseen error; the item is set aside, the others go on", item=name, exc_info=error)
    return True


async def _wind_up(
    errand: Errand[Item, Result], hands: dict[asyncio.Task[Result], Item], done: Drained[Result], log: Logger
) -> None:
    """The service stops: what is in hand may finish, what does not finish in time is given back."""
    if not hands:
        return
    ended, late = await asyncio.wait(hands, timeout=_GRACE)
    for task in ended:
        _settle(task, errand.name(hands.pop(task)), done, log)
    for task in late:
        item = hands.pop(task)
        task.cancel()
        await asyncio.wait([task])
        await _give_back(errand, [item], log)
