"""Real databases for tests: a SQLite file, and a PostgreSQL server of our own, started once and thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60", "shared_buffers=32MB")


def server_binaries() -> Path | None:
    """The folder with initdb and postgres: from PATH, or where Debian and others put them."""
    found = shutil.which("initdb")
    if found and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    return max((p for p in places if (p / "initdb").exists()), default=None)


def _user() -> dict[str, object]:
    """PostgreSQL refuses to run as root: somebody else, then."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def postgresql_server(binaries: Path) -> Iterator[str]:
    """A running server that listens on a socket only; gives the address of its first database."""
    user = _user()
    home = Path(tempfile.mkdtemp(prefix="twpg"))
    if user:
        os.chown(home, int(str(user["user"])), int(str(user["group"])))
    data = home / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": home}
    initdb = [binaries / "initdb", "-D", data, "-U", "tests", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync"]
    subprocess.run([str(part) for part in initdb], check=True, **quiet, **user)  # type: ignore[call-overload]
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(home), *options]
    server = subprocess.Popen(command, **quiet, **user)  # type: ignore[call-overload]
    try:
        _wait(server, f"host={home} user=tests dbname=postgres")
        yield f"postgresql+psycopg://tests@/postgres?host={home}"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(600):
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise
            time.sleep(0.02)
        else:
            return
    raise TimeoutError("PostgreSQL did not start")
