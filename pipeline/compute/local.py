"""Work in this process, or in worker processes that can be killed.

A hostile page may hang a parser or eat memory. So work goes to worker processes with a deadline and a memory limit each;
one that breaks either is killed and its task ends in a `Trouble` with the reason, while the others go on.

Every worker builds its tool (the compiled watchlist and dictionaries) once, from a factory and its arguments; a task is a
top-level function called as `task(tool, *arguments)`.
"""

from __future__ import annotations

import concurrent.futures
import gc
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextvars import ContextVar
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipeline.compute.values import Factory, ProcessOptions, T
from pipeline.errors import Reason, Trouble

_LIVES = 3  # times that a task is begun, where pools break under it
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


class Workers:
    """Runs tasks in worker processes with a deadline and a memory limit each.

    A pool in which an idle worker dies (the system was short of memory) is broken for good and aborts what it has: another one
    takes its place, and the aborted tasks, which have done nothing wrong, are begun again there.
    """

    def __init__(self, options: ProcessOptions, factory: Factory, *arguments: Any) -> None:
        self._timeout = options.article_timeout
        self._width = options.workers or os.cpu_count() or 1
        # spawn: a fork of a process with threads (database, DNS, web server) may inherit a lock that nobody will open
        self._make = partial(
            ProcessPool,
            max_workers=self._width,
            context=get_context("spawn"),
            initializer=_prepare,
            initargs=[options.memory_limit, factory, arguments],
        )
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

    def close(self) -> None:
        """Stop the workers; what is queued is dropped (its lease runs out and it is done again)."""
        with self._renewing:
            self._closed = True
        _discard(self._pool)

    def _begin(self, outer: concurrent.futures.Future[Any], work: tuple[Any, ...], lives: int) -> None:
        try:
            inner = self._sound().schedule(_work, args=work, timeout=self._timeout)
        except RuntimeError as error:  # broke, or was closed, between our look and now
            if self._closed:
                outer.cancel()
            else:
                outer.set_exception(Trouble(Reason.EXTRACT_CRASH, f"no worker takes it: {error}"))
            return
        inner.add_done_callback(lambda done: self._ended(done, outer, work, lives))

    def _ended(
        self,
        done: concurrent.futures.Future[Any],
        outer: concurrent.futures.Future[Any],
        work: tuple[Any, ...],
        lives: int,
    ) -> None:
        broken = not done.cancelled() and isinstance(done.exception(), BrokenProcessPool)
        if broken and lives > 1 and not self._closed:
            self._begin(outer, work, lives - 1)
        else:
            _settle(done, outer)

    def _sound(self) -> ProcessPool:
        with self._renewing:
            if not self._closed and not self._pool.active:
                # in a thread of its own, for it waits for threads of the broken pool, one of which may be this one
                threading.Thread(target=_discard, args=(self._pool,), daemon=True).start()
                self._pool = self._make()
            return self._pool


def _discard(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join(timeout=5)


def _prepare(memory_limit: int, factory: Factory, arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then stops its workers
    _TOOL.set(factory(*arguments))
    gc.freeze()  # the dictionaries stay: no need to look through them for garbage ever again
    statm = Path("/proc/self/statm")
    if statm.exists():  # Linux; elsewhere the deadline alone protects
        address_space = int(statm.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        # the tool is paid for; what a single page may take comes on top
        resource.setrlimit(resource.RLIMIT_AS, (address_space + memory_limit, resource.RLIM_INFINITY))


def _work(task: Callable[..., T], *arguments: Any) -> T:
    return task(_TOOL.get(), *arguments)


def _settle(done: concurrent.futures.Future[T], outer: concurrent.futures.Future[T]) -> None:
    if done.cancelled() or not outer.set_running_or_notify_cancel():
        outer.cancel()
        return
    error = done.exception()
    match error:
        case None:
            outer.set_result(done.result())
        case Trouble():
            outer.set_exception(error)
        case TimeoutError() | concurrent.futures.TimeoutError():
            outer.set_exception(Trouble(Reason.EXTRACT_TIMEOUT, "took longer than article_timeout and was stopped"))
        case ProcessExpired():
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, f"the worker died (exit code {error.exitcode})"))
        case MemoryError():
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, "took more memory than memory_limit"))
        case _:
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, f"{type(error).__name__}: {error}"))
