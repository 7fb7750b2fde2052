"""Work on a Dask cluster, by its scheduler's address: the same tasks, results and reasons as in worker processes here.

A worker that is lost takes nothing with it: Dask gives its tasks to others. A task that ends four workers, or that takes longer
than article_timeout, ends in a `Trouble` with the reason, and the others go on. Where the cluster itself is at fault (its
scheduler gone, a worker that cannot build its tool) tasks end in `WorkersUnavailable`, and no page is blamed.
"""

from __future__ import annotations

import concurrent.futures
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pipeline import __version__
from pipeline.compute.values import Factory, T
from pipeline.errors import Reason, Trouble, UsageError, WorkersUnavailable
from pipeline.options import ProcessOptions

_CONNECT = 20  # seconds
_FETCHERS = 8  # results on their way here at a time; each may wait for another worker to compute it again


class Cluster:
    """Runs tasks on Dask. Workers need this version of the program installed, and what a task reads within their reach."""

    def __init__(self, options: ProcessOptions, factory: Factory, *arguments: Any) -> None:
        try:
            from distributed import Client  # noqa: PLC0415 - an extra, and slow to import

            from pipeline.compute import worker  # noqa: PLC0415
        except ImportError:
            raise UsageError("a cluster needs the extra: pip install 'treatywatch[cluster]'") from None
        self._on_worker = worker.on_worker
        self._timeout = options.article_timeout
        self._name = f"treatywatch-{uuid.uuid4().hex}"
        try:
            self._client: Any = Client(  # type: ignore[no-untyped-call]
                options.cluster, timeout=_CONNECT, set_as_default=False, name="treatywatch"
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise UsageError(f"the cluster at {options.cluster} cannot be reached: {error}") from None
        self._held: dict[str, concurrent.futures.Future[Any]] = {}
        self._closed = False
        self._fetching = concurrent.futures.ThreadPoolExecutor(_FETCHERS, thread_name_prefix="cluster")
        self._check(worker.version)
        self._client.register_plugin(worker.Tool(self._name, factory, arguments), name=self._name)

    def submit(self, task: Callable[..., T], *arguments: Any) -> concurrent.futures.Future[T]:
        """Hand the task to the scheduler; its deadline begins when a worker takes it."""
        outer: concurrent.futures.Future[T] = concurrent.futures.Future()
        key = f"{getattr(task, '__name__', 'task')}-{uuid.uuid4().hex}"
        inner = self._client.submit(
            self._on_worker, self._name, task, self._timeout, *arguments, key=key, pure=False, retries=0
        )
        self._held[key] = outer
        # Dask calls back in one thread for all; fetching may have to wait until what went down with a worker is computed again
        inner.add_done_callback(lambda done: self._fetch(done, outer))
        # the callback also holds `inner`: Dask drops a task that nobody holds
        outer.add_done_callback(lambda done: inner.cancel() if done.cancelled() and not self._closed else None)
        return outer

    def _fetch(self, inner: Any, outer: concurrent.futures.Future[T]) -> None:
        try:
            fetched: concurrent.futures.Future[T] = self._fetching.submit(inner.result)
        except RuntimeError:  # closed meanwhile
            outer.cancel()
            return
        fetched.add_done_callback(lambda done: self._settle(inner, done, outer))

    def _settle(self, inner: Any, fetched: concurrent.futures.Future[T], outer: concurrent.futures.Future[T]) -> None:
        _translate(inner, fetched, outer)
        self._held.pop(inner.key, None)

    def width(self) -> int:
        """The number of worker processes now; a task has a process to itself."""
        return max(1, len(self._client.nthreads()))

    def close(self) -> None:
        """Leave the cluster; what is queued there is dropped."""
        self._closed = True
        for outer in list(self._held.values()):  # nobody is to wait for what will not come
            outer.cancel()
        with suppress(
            OSError, TimeoutError
        ):  # a scheduler that is gone, or too busy to answer, has nothing to give back
            self._client.unregister_worker_plugin(self._name)
        self._client.close(timeout=5)
        self._fetching.shutdown(wait=False, cancel_futures=True)

    def _check(self, version: Callable[[], str]) -> None:
        """Another version on a worker would read the same pages differently."""
        try:
            found = self._client.run(version, on_error="return")
        except (OSError, TimeoutError) as error:
            self._client.close(timeout=1)
            raise UsageError(f"the cluster does not answer: {error}") from None
        other = {worker: said for worker, said in found.items() if said != __version__}
        if other:
            self._client.close(timeout=1)
            worker, said = next(iter(other.items()))
            raise UsageError(f"the worker {worker} should have treatywatch {__version__}; it says: {said}")


def _translate(inner: Any, fetched: concurrent.futures.Future[T], outer: concurrent.futures.Future[T]) -> None:
    if fetched.cancelled() or not outer.set_running_or_notify_cancel():
        outer.cancel()  # whoever asked does not wait any more
        return
    error = fetched.exception()
    match error:
        case None:
            outer.set_result(fetched.result())
        case Trouble() | WorkersUnavailable():
            outer.set_exception(error)
        case MemoryError():
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, "took more memory than a worker has"))
        case _ if inner.cancelled():  # lost together with the scheduler: no page is to blame
            outer.set_exception(
                WorkersUnavailable("the cluster dropped the task: its scheduler ended or was restarted")
            )
        case OSError():
            outer.set_exception(WorkersUnavailable(f"the cluster does not answer: {error}"))
        case ImportError():
            outer.set_exception(WorkersUnavailable(f"a worker of the cluster lacks a part of the program: {error}"))
        case _ if type(error).__name__ == "KilledWorker":
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, "worker after worker died of it, or ran out of time"))
        case _:
            outer.set_exception(Trouble(Reason.EXTRACT_CRASH, f"{type(error).__name__}: {error}"))
