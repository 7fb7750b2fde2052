"""Work in this process, or in worker processes that can be killed.

A hostile page may hang a parser or eat memory. So work goes to worker processes with a deadline and a memory limit each;
one that breaks either is killed and its task ends in a `Trouble` with the reason, while the others go on.

Every worker builds its tool (the compiled watchlist and dictionaries) once, from a factory and its arguments; a task is a
top-level function called as `task(tool, *arguments)`.
"""

from __future__ import annotations

import concurrent.futures
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipeline.compute.memory import settle_in
from pipeline.compute.values import Factory, T
from pipeline.errors import Reason, Trouble, WorkersUnavailable
from pipeline.options import ProcessOptions

_LIVES = 3  # times that a task is begun, where pools break under it
_STILLBORN = 3  # workers in a row that may die before they have their tool; the next one says so instead of trying
_UNBORN = "worker processes die before they can work: why stands above this in the log, or there is too little memory"
_TOOL: ContextVar[Any] = ContextVar("tool")  # set once in each worker, by its initializer


class Here:
    """Runs tasks in the calling thread: for `scan`, for `explain` and for tests. No limits."""

    def __init__(self, factory: Factory, *arguments: Any) -> None:
        self._tool = factory(*arguments)

    def submit(self, task: Callable[..., T], *arguments: Any) -> concurrent.futures.Future[T]:
        """Run the task now."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        try:
            future.set_result(task(self._tool, *arguments))
        except Trouble as trouble:
            future.set_exception(trouble)
        return future

    def width(self) -> int:
        """One."""
        return 1

    def close(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Processes, and how many of them in a row began and did not come to the end of their beginning."""

    processes: ProcessPool
    unborn: Any


class Workers:
    """Runs tasks in worker processes with a deadline and a memory limit each.

    A pool in which an idle worker dies (the system was short of memory) is broken for good and aborts what it has: another one
    takes its place, and the aborted tasks, which have done nothing wrong, are begun again there.

    Workers that die one after the other before they have their tool are not made for ever: tasks end in `WorkersUnavailable`, and
    the next one that is handed in gets new workers, for what is missing (memory, a file) may be there again.
    """

    def __init__(self, options: ProcessOptions, factory: Factory, *arguments: Any) -> None:
        self._timeout = options.article_timeout
        self._width = options.workers or os.cpu_count() or 1
        # spawn: a fork of a process with threads (database, DNS, web server) may inherit a lock that nobody will open
        self._context = get_context("spawn")
        self._making = [self._width + _STILLBORN, options.memory_limit, factory, arguments]
        self._pool = self._make()
        self._renewing = threading.Lock()
        self._closed = False

    def submit(self, task: Callable[..., T], *arguments: Any) -> concurrent.futures.Future[T]:
        """Queue the task; its deadline begins when a worker takes it."""
        outer: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._begin(outer, (task, *arguments), _LIVES)
        return outer

    def width(self) -> int:
        """The number of worker processes."""
        return self._width

    def _make(self) -> _Pool:
        unborn = self._context.Value("i", 0)
        making = [unborn, *self._making]
        made = ProcessPool(max_workers=self._width, context=self._context, initializer=_prepare, initargs=making)
        return _Pool(made, unborn)

    def close(self) -> None:
        """Stop the workers; what is queued is dropped (its lease runs out and it is done again)."""
        with self._renewing:
            self._closed = True
        _discard(self._pool)

    def _begin(self, outer: concurrent.futures.Future[Any], work: tuple[Any, ...], lives: int) -> None:
        try:
            pool = self._sound()
            inner = pool.processes.schedule(_work, args=work, timeout=self._timeout)
        except RuntimeError as error:  # broke, or was closed, between our look and now
            if self._closed:
                outer.cancel()
            else:
                outer.set_exception(WorkersUnavailable(f"no worker takes it: {error}"))
            return
        inner.add_done_callback(lambda done: self._ended(done, pool, outer, work, lives))

    def _ended(
        self,
        done: concurrent.futures.Future[Any],
        pool: _Pool,
        outer: concurrent.futures.Future[Any],
        work: tuple[Any, ...],
        lives: int,
    ) -> None:
        error = None if done.cancelled() else done.exception()
        if isinstance(error, BrokenProcessPool) and lives > 1 and not self._closed:
            self._begin(outer, work, lives - 1)
            return
        if isinstance(error, BrokenProcessPool) and pool.unborn.value:
            error = WorkersUnavailable(_UNBORN)
        if isinstance(error, WorkersUnavailable):
            with self._renewing:
                self._replace(pool)
        _settle(done, error, outer)

    def _sound(self) -> _Pool:
        with self._renewing:
            if not self._pool.processes.active:
                self._replace(self._pool)
            return self._pool

    def _replace(self, broken: _Pool) -> None:
        """Put a new pool in the place of this one, unless somebody has."""
        if not self._closed and self._pool is broken:
            # in a thread of its own, for it waits for threads of the broken pool, one of which may be this one
            threading.Thread(target=_discard, args=(broken,), daemon=True).start()
            self._pool = self._make()


def _discard(pool: _Pool) -> None:
    pool.processes.stop()  # type: ignore[no-untyped-call]
    pool.processes.join(timeout=5)


def _prepare(unborn: Any, most: int, memory_limit: int, factory: Factory, arguments: tuple[Any, ...]) -> None:
    """A worker's beginning. `unborn` counts the pool's, since one last came to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then stops its workers
    with unborn.get_lock():
        unborn.value += 1
        if unborn.value > most:
            return  # without a tool: its first task will say so
    _TOOL.set(factory(*arguments))
    unborn.value = 0
    settle_in()
    statm = Path("/proc/self/statm")
    if statm.exists():  # Linux; elsewhere the deadline alone protects
        address_space = int(statm.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        # the tool is paid for; what a single page may take comes on top
        resource.setrlimit(resource.RLIMIT_AS, (address_space + memory_limit, resource.RLIM_INFINITY))


def _work(task: Callable[..., T], *arguments: Any) -> T:
    try:
        tool = _TOOL.get()
    except LookupError:
        raise WorkersUnavailable(_UNBORN) from None
    return task(tool, *arguments)


def _settle(
    done: concurrent.futures.Future[T], error: BaseException | None, outer: concurrent.futures.Future[T]
) -> None:
    if done.cancelled() or not outer.set_running_or_notify_cancel():
        outer.cancel()
        return
    match error:
        case None:
            outer.set_result(done.result())
        case Trouble() | WorkersUnavailable():
            outer.set_exception(error)
        case TimeoutError() | concurrent.futures.TimeoutError():
            outer.set_exception(Trouble(Reason.EXTRACT_TIMEOUT, "took longer than article_timeout and was stopped"))
        case ProcessExpired():
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, f"the worker died (exit code {error.exitcode})"))
        case MemoryError():
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, "took more memory than memory_limit"))
        case _:
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, f"{type(error).__name__}: {error}"))
