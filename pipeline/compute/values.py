"""What is asked of a place where work runs."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Factory = Callable[..., Any]


class Compute(Protocol):
    """Runs tasks; `submit` gives a `concurrent.futures.Future`."""

    def submit(self, task: Callable[..., T], *arguments: Any) -> concurrent.futures.Future[T]:
        """Run `task(tool, *arguments)`. The future raises Trouble where the task was killed."""
        ...

    def width(self) -> int:
        """How many tasks can run at the same time, as far as is known now; at least 1."""
        ...

    def close(self) -> None:
        """Finish nothing more; give back what was taken."""
        ...
