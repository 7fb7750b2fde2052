"""The service through kills, a database that goes away and a disk that is full: the history of an undisturbed run."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.house import Postgres, Serving, configure, done, eventually, ready, serving, stories
from tests.chaos.test_killed import facts
from tests.databases import server_binaries
from tests.flow.agency import Agency

pytestmark = pytest.mark.slow
ITEMS = 500
EVENTS = 50


@pytest.fixture(scope="module")
def agency() -> Iterator[Agency]:
    """Five hundred items, fifty of them events."""
    with Agency() as running:
        running.publish("/feed", stories(ITEMS - EVENTS))
        yield running


@pytest.fixture(scope="module")
def expected(agency: Agency, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The history of a service that nobody disturbed."""
    directory = tmp_path_factory.mktemp("undisturbed")
    url = f"sqlite:///{directory}/history.db"
    with serving(configure(directory, agency, url)) as service:
        eventually(lambda: (directory / "history.db").exists() and done_of(url) == ITEMS, 90, "an undisturbed run")
        assert service.stop() < 10
        assert service.process.returncode == 0
    found = facts(url)
    events = found["events"]
    assert isinstance(events, list)
    assert len(events) == EVENTS
    return found


def done_of(url: str) -> int:
    """How many items are done; -1 before there are tables."""
    from sqlalchemy.exc import DBAPIError

    try:
        return done(url)
    except DBAPIError:
        return -1


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server of one's own."""
    binaries = server_binaries()
    if binaries is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("PostgreSQL's server binaries (initdb, postgres) are not installed")
        pytest.skip("PostgreSQL's server binaries (initdb, postgres) are not installed")
    server = Postgres(binaries)
    server.start()
    yield server
    server.remove()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_killed_every_few_seconds(tmp_path: Path, agency: Agency, expected: dict[str, object]) -> None:
    """SIGKILL whenever another ninety items or so are done: nothing lost, nothing twice, no worker left behind."""
    url = f"sqlite:///{tmp_path}/history.db"
    directory = configure(tmp_path, agency, url)
    kills, goal = 0, 50
    while goal < ITEMS:
        with serving(directory) as service:
            eventually(lambda: done_of(url) >= goal, 60, f"{goal} items")  # noqa: B023
            service.kill()
            kills += 1
            eventually(lambda: not members(service.process.pid), 10, "workers of a killed service end")
        goal = done_of(url) + 90
    with serving(directory) as service:
        eventually(lambda: done_of(url) == ITEMS, 60, "the rest")
        assert service.stop() < 10
    assert kills >= 4
    assert facts(url) == expected


def members(group: int) -> list[int]:
    """The processes of a group that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


@pytest.mark.postgres
def test_postgresql_restarted_twice(
    tmp_path: Path, agency: Agency, expected: dict[str, object], postgres: Postgres
) -> None:
    """The database goes away in the middle of the work, twice: the service waits, says so, and goes on by itself."""
    port = free_port()
    directory = configure(tmp_path, agency, postgres.url, f"127.0.0.1:{port}")
    with serving(directory) as service:
        for goal in (60, 150):
            eventually(lambda: done_of(postgres.url) >= goal, 60, f"{goal} items")  # noqa: B023
            postgres.stop()
            eventually(lambda: ready(port) == 503, 30, "not ready while the database is away")
            eventually(lambda: bool(service.said("cannot work: waiting")), 30, "it says that it waits")
            postgres.start()
        eventually(lambda: done_of(postgres.url) == ITEMS, 60, "the rest")
        eventually(lambda: ready(port) == 200, 40, "ready again")
        assert service.said("works again")
        assert not service.said("unforeseen error")
        assert len(service.said("cannot work: waiting")) < 60
        assert service.stop() < 10
    assert facts(postgres.url) == expected


@pytest.mark.postgres
def test_a_service_waits_for_its_database(tmp_path: Path, agency: Agency, postgres: Postgres) -> None:
    """Started before its database, it says that it waits, and works as soon as it is there; stopped while it waits, it ends."""
    postgres.stop()
    directory = configure(tmp_path, agency, postgres.url)
    with serving(directory) as service:
        eventually(lambda: bool(service.said("the database is away")), 30, "it says that it waits")
        postgres.start()
        eventually(lambda: bool(service.said("service started")), 60, "it starts")
        assert service.stop() < 10
    postgres.stop()
    with serving(directory) as service:
        eventually(lambda: bool(service.said("the database is away")), 30, "it waits again")
        assert service.stop() < 10
        assert service.process.returncode == 0


def test_a_full_disk(tmp_path: Path, agency: Agency, expected: dict[str, object]) -> None:
    """No room for another page in the middle of the work: reads are served, the log says it once, and it goes on by itself."""
    port = free_port()
    url = f"sqlite:///{tmp_path}/history.db"
    directory = configure(tmp_path, agency, url, f"127.0.0.1:{port}")
    with serving(directory) as service:
        eventually(lambda: done_of(url) >= 60, 60, "the first items")
        _room(service, 4096)
        eventually(lambda: ready(port) == 503, 30, "not ready while the disk is full")
        stuck = done_of(url)
        assert 60 <= stuck < ITEMS
        lines = len(service.lines)
        _room(service, resource.RLIM_INFINITY)
        eventually(lambda: done_of(url) == ITEMS, 90, "the rest")
        eventually(lambda: ready(port) == 200, 40, "ready again")
        assert lines < 2000
        assert not service.said("unforeseen error")
        assert service.stop() < 10
    assert facts(url) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes an administrator")
def test_a_full_file_system(tmp_path: Path, agency: Agency, expected: dict[str, object]) -> None:
    """A file system of eight megabytes that somebody else fills up for a while: the service waits, and goes on when there is room."""
    place, port = tmp_path / "small", free_port()
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        url = f"sqlite:///{place}/history.db"
        with serving(configure(tmp_path, agency, url, f"127.0.0.1:{port}")) as service:
            eventually(lambda: done_of(url) >= 60, 90, "the first items")
            _fill(place / "ballast")
            eventually(lambda: ready(port) == 503, 60, "not ready while the disk is full")
            stuck = done_of(url)
            assert 60 <= stuck < ITEMS
            (place / "ballast").unlink()
            eventually(lambda: done_of(url) == ITEMS, 120, "the rest")
            eventually(lambda: ready(port) == 200, 40, "ready again")
            assert len(service.lines) < 3000
            assert not service.said("unforeseen error")
            assert service.stop() < 10
        assert facts(url) == expected
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def _fill(path: Path) -> None:
    """Write until nothing more fits."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as out:
        while out.write(b"x" * 4096):
            pass


def _room(service: Serving, size: int) -> None:
    """No file of the service may grow beyond `size`: the file system says no, as a full one does."""
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
