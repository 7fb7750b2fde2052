"""One open database: transactions that are done whole, and done again where that helps.

    database.read(lambda c: events.load(c, …))      database.write(lambda c: apply(c, plan))

The function given may run more than once, so it must do nothing but talk to the connection it is handed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pipeline.errors import StoreUnavailable
from pipeline.store import dialects

T = TypeVar("T")
Work = Callable[[Connection], T]

PAUSES = (0.05, 0.2, 0.8, 2.0)  # seconds before each further try


class Database:
    """Safe to use from many threads. On SQLite one thread of the process writes at a time."""

    def __init__(self, engine: Engine, sleep: Callable[[float], None] = time.sleep) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{dialects.WRITE: True})
        self._reader = dialects.reading(engine)
        self._glancer = dialects.glancing(engine)
        self._sleep = sleep
        self.beside: dict[type, Any] = {}  # what others keep of it as long as it is open
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        """True on SQLite, False on PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def read(self, work: Work[T]) -> T:
        """Run `work` on one consistent view of the data. StoreUnavailable when the database is away."""
        return self._tried(lambda: self._run(self._reader, work))

    def glance(self, work: Work[T]) -> T:
        """The same for `work` that is one statement, on PostgreSQL without the two more that begin and end a transaction."""
        return self._tried(lambda: self._run(self._glancer, work))

    def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction, committed whole or not at all. StoreUnavailable when the database is away or full.

        A commit whose answer was lost is answered by doing it again: `work` must find its own traces.
        """
        return self._tried(lambda: self._written(work))

    def close(self) -> None:
        """Give every connection back; one that a thread still works with is closed as soon as its work is over."""
        event.listen(self.engine.pool, "checkin", _closed)
        self.engine.dispose()

    def _written(self, work: Work[T]) -> T:
        with self._turn:
            return self._run(self._writer, work)

    @staticmethod
    def _run(engine: Engine, work: Work[T]) -> T:
        with engine.connect() as connection, connection.begin():
            return work(connection)

    def _tried(self, once: Callable[[], T]) -> T:
        for pause in (*PAUSES, None):
            try:
                return once()
            except PoolTimeoutError as exc:
                raise StoreUnavailable("every connection to the database is in use") from exc
            except DBAPIError as exc:
                why = dialects.is_unavailable(exc)
                if why is not None:
                    raise StoreUnavailable(why) from exc
                if not dialects.passes_by_itself(exc):
                    raise
                if pause is None:
                    raise StoreUnavailable(f"it does not answer or stays locked ({dialects.words(exc)})") from exc
            self._sleep(pause)
        raise AssertionError("the last try returns or raises")


def _closed(connection: DBAPIConnection | None, _record: object) -> None:
    if connection is not None:
        connection.close()


def open_database(url: str) -> Database:
    """Open `sqlite:///file` or `postgresql+psycopg://…`; nothing is connected yet. UsageError for another kind of address."""
    return Database(dialects.create(url))
