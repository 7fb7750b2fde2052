"""A Dask cluster does what worker processes do: the same results, the same reasons, and nothing is lost with a worker."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from pipeline.compute import Cluster, ProcessOptions
from pipeline.errors import PageError, Reason, Trouble
from tests.unit.test_compute import die, hang, make_tool, refuse, use

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def pid(_: str) -> int:
    """The process it runs in."""
    return os.getpid()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two workers with nannies on loopback."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=50
    ) as here:
        compute = Cluster(ProcessOptions(cluster=here.scheduler_address, article_timeout=3), make_tool, "hammer")
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


def test_an_address_that_is_none_is_refused() -> None:
    """By its form, before anything is tried."""
    with pytest.raises(ValueError, match="tcp://"):
        ProcessOptions(cluster="somewhere:8786")
