"""Keeps a number of items in hand until no more are to be had: claims as hands come free, so that a slow one holds up nobody.

Here is the one place that catches everything: an item's unforeseen error is logged with its name, its lease runs out, and it is
tried again or buried by its own rules; the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.errors import StoreUnavailable
from pipeline.telemetry import Logger

Item = TypeVar("Item")
Result = TypeVar("Result")

_LOOK_AGAIN = 0.5  # seconds after which hands that are free look for work again, while others are still busy
_GRACE = 8.0  # seconds that items in hand get when the service stops


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
    try:
        while not (stopping and stopping.is_set()):
            hands |= await _take(errand, width - len(hands), hands, log)
            if not hands:
                return done
            ended, _ = await asyncio.wait(hands, timeout=_LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                _settle(task, errand.name(hands.pop(task)), done, log)
        await _wind_up(errand, hands, done, log)
    finally:
        for task in hands:
            task.cancel()
    return done


async def _take(
    errand: Errand[Item, Result], free: int, hands: dict[asyncio.Task[Result], Item], log: Logger
) -> dict[asyncio.Task[Result], Item]:
    if free <= 0:
        return {}
    try:
        claimed = await errand.claim(free, tuple(hands.values()))
    except StoreUnavailable as error:
        if not hands:
            raise
        log.warning("the database is away", detail=str(error))
        return {}
    return {asyncio.create_task(_one(errand, item)): item for item in claimed}


async def _one(errand: Errand[Item, Result], item: Item) -> Result:
    return await errand.work(item)


def _settle(task: asyncio.Task[Result], name: str, done: Drained[Result], log: Logger) -> None:
    try:
        done.results.append(task.result())
    except StoreUnavailable as error:
        done.failed += 1
        log.warning("put off: the database is away", item=name, detail=str(error))
    except Exception as error:  # the one place: see the head of this module
        done.failed += 1
        log.error("unforeseen error; the item is set aside, the others go on", item=name, exc_info=error)


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
        await errand.release(item)
        log.info("given back", item=errand.name(item))
