"""One service per SQLite file: an advisory lock beside it, given back by the system when the process dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import UsageError

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows)
    fcntl = None  # type: ignore[assignment]


@contextmanager
def exclusive_service_lock(database_file: Path) -> Iterator[None]:
    """Hold `<file>.lock` while the block runs. UsageError, naming the other process, where one holds it already.

    The file stays behind, empty of meaning: removing it would let two processes hold two files of one name.
    """
    path = database_file.with_name(database_file.name + ".lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if fcntl is not None:
            _take(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise UsageError(f"another treatywatch service (process {holder}) works on this database: {path}") from exc
    with suppress(OSError):  # a full disk must not keep the service from starting
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
