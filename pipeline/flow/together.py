"""Writes of many in few transactions: what comes while one is under way goes together into the next.

No timer and no fixed batch: a lone write goes at once, and the busier it gets, the more go together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from pipeline.errors import Unavailable

Item = TypeVar("Item")
_Written: TypeAlias = tuple[Item, asyncio.Future[None]]


class Together(Generic[Item]):
    """`await together(item)` returns when the item is written; `write` takes up to `most` at once, whole or not at all.

    `weigh`: what an item counts for towards `most`. A batch that fails is written again item by item, so that what is wrong with
    one is raised for that one alone; an absent database (Unavailable) is raised to all at once.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[None]],
        most: int = 500,
        weigh: Callable[[Item], int] = lambda _: 1,
    ) -> None:
        self._write = write
        self._most = most
        self._weigh = weigh
        self._waiting: deque[_Written[Item]] = deque()
        self._alone: deque[_Written[Item]] = deque()
        self._busy: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> None:
        """Write the item."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        self._go_on()
        await written

    def _go_on(self) -> None:
        if self._busy is not None or not (self._alone or self._waiting):
            return
        batch = [self._alone.popleft()] if self._alone else self._next()
        self._busy = asyncio.create_task(self._written([item for item, _ in batch]))  # noqa: RUF006  (kept right here)
        self._busy.add_done_callback(lambda task: self._done(task, batch))

    async def _written(self, items: Sequence[Item]) -> None:
        await self._write(items)

    def _next(self) -> list[_Written[Item]]:
        batch = [self._waiting.popleft()]
        room = self._most - self._weigh(batch[0][0])
        while self._waiting and (room := room - self._weigh(self._waiting[0][0])) >= 0:
            batch.append(self._waiting.popleft())
        return batch

    def _done(self, task: asyncio.Task[None], batch: Sequence[_Written[Item]]) -> None:
        self._busy = None
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if isinstance(error, Exception) and not isinstance(error, Unavailable) and len(batch) > 1:
            self._alone.extend(batch)
            batch = ()
        for _, written in batch:
            if written.done():  # whoever asked has gone
                continue
            if error is None:
                written.set_result(None)
            else:
                written.set_exception(error)
        self._go_on()
