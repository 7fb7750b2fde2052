"""A Dask cluster does what worker processes do: the same results, the same reasons, and nothing is lost with a worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from pipeline.compute import Cluster, ProcessOptions
from pipeline.errors import PageError, Reason, Trouble, WorkersUnavailable
from tests.unit.test_compute import die, hang, make_tool, refuse, use

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def pid(_: str) -> int:
    """The process it runs in."""
    return os.getpid()


def rest(_: str, seconds: float) -> None:
    """A task that takes its time."""
    time.sleep(seconds)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Two workers with nannies on loopback, and tasks that are given up when they have ended two of them: starting each takes seconds.

    A local cluster lets go of a worker that is missing a quarter of a minute after it was lost, be it that it has only been lost
    again: these tests kill more often than that, and had none left then.
    """
    import dask
    from distributed import LocalCluster

    patient = {"distributed.deploy.lost-worker-timeout": "10 minutes", "distributed.scheduler.allowed-failures": 1}
    with (
        dask.config.set(patient),
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1", silence_logs=50
        ) as here,
    ):
        yield here.scheduler_address


@pytest.fixture(scope="module")
def cluster(address: str) -> Iterator[Cluster]:
    """Tasks for these workers."""
    compute = Cluster(ProcessOptions(cluster=address, article_timeout=3), make_tool, "hammer")
    yield compute
    compute.close()


def test_tasks_use_their_tool(cluster: Cluster) -> None:
    """Each worker built it once; a task's own trouble comes back, type and all."""
    assert cluster.width() == 2
    done = [cluster.submit(use, str(number)) for number in range(20)]
    assert [one.result(60) for one in done] == [f"HAMMER {number}" for number in range(20)]
    with pytest.raises(PageError) as error:
        cluster.submit(refuse).result(60)
    assert error.value.reason is Reason.ARTICLE_GATE


@pytest.mark.parametrize("task", [die, hang])
def test_a_task_that_kills_workers_is_named_and_the_others_go_on(cluster: Cluster, task: object) -> None:
    """Workers are started anew; the tasks that waited beside it are done."""
    broken = cluster.submit(task)  # type: ignore[arg-type]
    good = [cluster.submit(use, str(number)) for number in range(6)]
    with pytest.raises(Trouble) as error:
        broken.result(120)
    assert error.value.reason is Reason.EXTRACT_CRASH
    assert [one.result(120) for one in good] == [f"HAMMER {number}" for number in range(6)]


def test_a_lost_worker_loses_nothing(cluster: Cluster) -> None:
    """Killed from outside while there is work: every task is done."""
    victim = cluster.submit(pid).result(60)
    work = [cluster.submit(use, str(number)) for number in range(50)]
    os.kill(victim, signal.SIGKILL)
    assert [one.result(120) for one in work] == [f"HAMMER {number}" for number in range(50)]


def no_tool(_: str) -> str:
    """A tool that cannot be made."""
    raise OSError("a dictionary is missing")


def test_a_worker_that_cannot_build_its_tool_blames_no_page(cluster: Cluster, address: str) -> None:
    """What every task needs is missing there: the tasks say so, in place of being put down as the page's fault."""
    broken = Cluster(ProcessOptions(cluster=address), no_tool, "hammer")
    try:
        with pytest.raises(WorkersUnavailable, match="a dictionary is missing"):
            broken.submit(use, "nail").result(60)
    finally:
        broken.close()
    assert cluster.submit(use, "nail").result(60) == "HAMMER nail"


def test_what_waits_when_the_cluster_is_left_is_cancelled(address: str) -> None:
    """Nobody waits for what will not come."""
    here = Cluster(ProcessOptions(cluster=address, article_timeout=30), make_tool, "hammer")
    waiting = [here.submit(rest, 0.5) for _ in range(20)]
    here.close()
    assert waiting[-1].cancelled()


def test_a_scheduler_that_ends_blames_no_page() -> None:
    """Its tasks are lost with it: that is said, and not that pages are at fault."""
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1", silence_logs=50
    ) as other:
        compute = Cluster(ProcessOptions(cluster=other.scheduler_address, article_timeout=30), make_tool, "hammer")
        assert compute.submit(use, "nail").result(60) == "HAMMER nail"
        waiting = [compute.submit(rest, 1.0) for _ in range(20)]
    with pytest.raises(WorkersUnavailable):
        waiting[-1].result(60)
    compute.close()


def test_an_address_that_is_none_is_refused() -> None:
    """By its form, before anything is tried."""
    with pytest.raises(ValueError, match="tcp://"):
        ProcessOptions(cluster="somewhere:8786")
