"""What runs on a Dask worker: the tool, built once in each process, and the guard over every task. Needs `distributed`."""

from __future__ import annotations

import faulthandler
import threading
from collections.abc import Callable
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from pipeline import __version__
from pipeline.compute.memory import keep_freed_memory, settle_in
from pipeline.compute.values import Factory, T
from pipeline.errors import UsageError, WorkersUnavailable


class Tool(WorkerPlugin):
    """Brings factory and arguments to every worker, those that join later too. The tool is built when the first task asks."""

    def __init__(self, name: str, factory: Factory, arguments: tuple[Any, ...]) -> None:
        self.name = name
        self._factory = factory
        self._arguments = arguments
        self._built: Any = None

    def setup(self, worker: Worker) -> None:
        """Called once by the worker."""
        del worker
        self._turn = threading.RLock()

    def run(self, task: Callable[..., T], timeout: float | None, arguments: tuple[Any, ...]) -> T:
        """Run a task, one at a time in this process. With a `timeout` (seconds) the process ends when it takes longer."""
        with self._turn:
            if self._built is None:
                self._built = _built(self._factory, self._arguments)
            if timeout is not None:
                faulthandler.dump_traceback_later(timeout, exit=True)
            try:
                return task(self._built, *arguments)
            finally:
                faulthandler.cancel_dump_traceback_later()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in ("_built", "_turn")} | {"_built": None}


def _built(factory: Factory, arguments: tuple[Any, ...]) -> Any:
    try:
        tool = factory(*arguments)
    except (ImportError, OSError, ValueError, MemoryError, UsageError) as error:
        raise WorkersUnavailable(
            f"the worker {get_worker().address} cannot begin: {type(error).__name__}: {error}"
        ) from error
    settle_in()
    keep_freed_memory()
    return tool


def on_worker(name: str, task: Callable[..., T], timeout: float, *arguments: Any) -> T:
    """Run a task with the tool of that name. Only a worker that is started anew when it ends (by its nanny) is ever ended."""
    worker = get_worker()
    tool = worker.plugins[name]
    assert isinstance(tool, Tool)
    return tool.run(task, timeout if worker.nanny else None, arguments)


def version() -> str:
    """This program's version, as the worker has it."""
    return __version__
