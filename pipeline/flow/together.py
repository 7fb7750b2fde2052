"""Writes of many in few transactions: what comes while one is under way goes together into the next.

No timer and no fixed batch: a lone write goes at once, and the busier it gets, the more go together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Together(Generic[Item]):
    """`await together(item)` returns when the item is written; `write` takes up to `most` at once, whole or not at all.

    What `write` raises is raised to all whose items were in it.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[None]], most: int = 500) -> None:
        self._write = write
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._busy: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> None:
        """Write the item."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        self._go_on()
        await written

    def _go_on(self) -> None:
        if self._busy is not None or not self._waiting:
            return
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        self._busy = asyncio.create_task(self._written([item for item, _ in batch]))  # noqa: RUF006  (kept right here)
        self._busy.add_done_callback(lambda task: self._done(task, batch))

    async def _written(self, items: Sequence[Item]) -> None:
        await self._write(items)

    def _done(self, task: asyncio.Task[None], batch: Sequence[tuple[Item, asyncio.Future[None]]]) -> None:
        self._busy = None
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        for _, written in batch:
            if written.done():  # whoever asked has gone
                continue
            if error is None:
                written.set_result(None)
            else:
                written.set_exception(error)
        self._go_on()
