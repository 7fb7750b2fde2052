"""Work in processes that can be killed."""

from __future__ import annotations

import concurrent.futures
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.compute import Compute, Here, ProcessOptions, Workers
from pipeline.errors import PageError, Reason, Trouble, WorkersUnavailable


def make_tool(word: str) -> str:
    """The tool of these tests: a word."""
    return word.upper()


def use(tool: str, other: str) -> str:
    """A task that uses its tool."""
    return f"{tool} {other}"


def hang(tool: str) -> None:
    """A task that never ends."""
    while True:
        pass


def die(tool: str) -> None:
    """A task that takes its process with it."""
    os._exit(3)


def gorge(tool: str) -> int:
    """A task that wants more memory than there is."""
    return len(bytearray(3 * 1024**3))


def refuse(tool: str) -> None:
    """A task that fails in its own words."""
    raise PageError(Reason.ARTICLE_GATE, "a login page")


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Two worker processes with short limits."""
    pool = Workers(ProcessOptions(workers=2, article_timeout=0.7, memory_limit=512 * 1024**2), make_tool, "hammer")
    yield pool
    pool.close()


@pytest.fixture(params=["here", "workers"])
def compute(request: pytest.FixtureRequest, workers: Workers) -> Compute:
    """Both places where work runs."""
    return Here(make_tool, "hammer") if request.param == "here" else workers


def test_a_task_gets_the_tool(compute: Compute) -> None:
    """The factory ran once where the task runs."""
    assert compute.submit(use, "nail").result(20) == "HAMMER nail"


def test_its_own_trouble_comes_back(compute: Compute) -> None:
    """A reason survives the way back, type and all."""
    with pytest.raises(PageError) as error:
        compute.submit(refuse).result(20)
    assert error.value.reason is Reason.ARTICLE_GATE
    assert error.value.detail == "a login page"


@pytest.mark.parametrize(
    ("task", "reason"),
    [(hang, Reason.EXTRACT_TIMEOUT), (die, Reason.EXTRACT_CRASH), (gorge, Reason.EXTRACT_CRASH)],
)
def test_a_task_that_breaks_a_limit_is_stopped_and_the_others_go_on(
    workers: Workers, task: object, reason: Reason
) -> None:
    """Deadline, death and memory each end in a named reason; the next task runs."""
    broken = workers.submit(task)  # type: ignore[arg-type]
    good = [workers.submit(use, str(number)) for number in range(4)]
    with pytest.raises(Trouble) as error:
        broken.result(20)
    assert error.value.reason is reason
    assert not error.value.retry
    done, _ = concurrent.futures.wait(good, timeout=20)
    assert sorted(future.result() for future in done) == [f"HAMMER {number}" for number in range(4)]


def own_pid(tool: str) -> int:
    """A task that says who does it."""
    return os.getpid()


def test_a_worker_that_dies_idle_breaks_nothing() -> None:
    """An idle worker killed from outside (as a system short of memory does): the next tasks run, again and again."""
    pool = Workers(ProcessOptions(workers=1, article_timeout=10.0), make_tool, "hammer")
    try:
        for _ in range(2):
            pid = pool.submit(own_pid).result(30)
            os.kill(pid, signal.SIGKILL)
            tasks = [pool.submit(use, str(number)) for number in range(5)]
            assert [task.result(30) for task in tasks] == [f"HAMMER {number}" for number in range(5)]
    finally:
        pool.close()


def test_a_closed_pool_takes_nothing() -> None:
    """What is handed in after the end is cancelled, not lost silently and not an error."""
    pool = Workers(ProcessOptions(workers=1), make_tool, "hammer")
    pool.close()
    assert pool.submit(use, "late").cancelled()


def no_tool(word: str) -> str:
    """A tool that cannot be made."""
    raise ValueError(f"{word}.toml: line 3")


def dead_tool(word: str) -> str:
    """A tool that takes its process with it."""
    os._exit(4)


def late_tool(path: str) -> str:
    """A tool that can be made once its file is there."""
    return Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize("factory", [no_tool, dead_tool])
def test_workers_that_cannot_begin_end_in_an_error(factory: Callable[[str], str]) -> None:
    """However a worker dies of making its tool: after a few the tasks end with what is wrong, and no more are made."""
    pool = Workers(ProcessOptions(workers=1), factory, "hammer")
    try:
        with pytest.raises(WorkersUnavailable, match="worker processes die"):
            pool.submit(use, "nail").result(30)
    finally:
        pool.close()


def test_workers_begin_again_when_they_can(tmp_path: Path) -> None:
    """What was missing is there again: the next task finds new workers, and is done."""
    path = tmp_path / "words"
    pool = Workers(ProcessOptions(workers=1), late_tool, str(path))
    try:
        with pytest.raises(WorkersUnavailable):
            pool.submit(use, "nail").result(30)
        path.write_text("HAMMER", encoding="utf-8")
        assert pool.submit(use, "nail").result(30) == "HAMMER nail"
    finally:
        pool.close()
