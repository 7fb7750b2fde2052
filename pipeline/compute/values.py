"""What is asked of a place where work runs, and how the operator sets it."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Factory = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class ProcessOptions:
    """`[process]`: workers (0 = one per core), seconds and bytes one article may take, and where else the work may go."""

    workers: int = 0
    article_timeout: float = 10.0
    memory_limit: int = 1024 * 1024 * 1024
    cluster: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.workers <= 1024:
            raise ValueError(f"workers should be 0 (one per core) to 1024, is {self.workers}")
        if self.article_timeout <= 0:
            raise ValueError(f"article_timeout should be more than 0 seconds, is {self.article_timeout}")
        if self.memory_limit < 256 * 1024 * 1024:
            raise ValueError(f"memory_limit is in bytes, at least 268435456 (256 MiB), is {self.memory_limit}")
        if self.cluster is not None and not self.cluster.startswith(("tcp://", "tls://")):
            raise ValueError(f"cluster is the scheduler's address, tcp://host:8786 or tls://…, is {self.cluster!r}")


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
