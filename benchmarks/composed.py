"""What lists and searches cost whose filters are put together by chance: the slowest are printed, as what to mend next.

    python -m benchmarks.composed --keep DIR [--url postgresql+psycopg://…] [--questions 300] [--seed 1]

DIR holds the history that `benchmarks.history --keep DIR` made. Processor time, with that of PostgreSQL's process, of finding the events of
a page, the best of three tries; without HTTP and without reading the page.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.chronicle import DAYS, PARTIES, START
from benchmarks.history import Meter
from pipeline.query.asking import EventFilter, cursor_of
from pipeline.query.events import page_of
from pipeline.query.memory import Memory
from pipeline.store.engine import open_database

_WORDS = ("parliament", "joo9x", "zanzibarite", "boo1x coo2x", "joo99x", "joo2999x parliament", '"parliament ratified"')
_NOTHING = EventFilter()


def question(dice: random.Random) -> EventFilter:
    """One that a reader might ask."""
    return EventFilter(
        agreement=tuple(f"a{dice.randrange(5000)}" for _ in range(dice.choice([0, 0, 0, 1, 3]))),
        party=_party(dice) if dice.random() < 0.3 else None,
        country=_party(dice) if dice.random() < 0.2 else None,
        type=tuple(dice.sample(["signed", "ratified", "submitted", "withdrawn", "deposited"], dice.choice([0, 0, 0, 1, 2]))),
        status=(dice.choice(["planned", "occurred", "negated", "conditional"]),) if dice.random() < 0.2 else (),
        state=(dice.choice(["alerted", "retracted", "review"]),) if dice.random() < 0.15 else (),
        min_confidence=dice.choice([0.0, 0.0, 0.0, 0.0, 0.9, 0.99]),
        stage=dice.choice(["committee", "lower_chamber"]) if dice.random() < 0.08 else None,
        tracked=dice.choice([True, False]) if dice.random() < 0.1 else None,
        since=_day(dice) if dice.random() < 0.25 else None,
        until=_day(dice) if dice.random() < 0.2 else None,
        as_of=datetime.combine(_day(dice), time(), UTC) if dice.random() < 0.5 else None,
        oldest_first=dice.random() < 0.3,
        text=dice.choice(_WORDS) if dice.random() < 0.4 else None,
        cursor=cursor_of(_day(dice), "ev_8") if dice.random() < 0.3 else None,
    )  # fmt: skip


def _party(dice: random.Random) -> str:
    return PARTIES[min(int(dice.expovariate(1 / 35)), 199)]


def _day(dice: random.Random) -> date:
    return START + timedelta(days=dice.randrange(DAYS + 60))


def cost(connection: Connection, clock: Callable[[], float], wanted: EventFilter, kept: Memory | None) -> float:
    """Milliseconds."""
    tries = []
    for _ in range(3):
        begun = clock()
        page_of(connection, wanted, kept)
        connection.rollback()
        tries.append(clock() - begun)
    return min(tries)


def main() -> None:
    """Ask, then print the spread and the slowest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--url", default="")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--indexes", action="store_true", help="by the database's own indexes, without columns in memory"
    )
    given = parser.parse_args()
    database = open_database(given.url or f"sqlite:///{given.keep / 'history.db'}")
    dice = random.Random(given.seed)
    kept = None if given.indexes else Memory(database)
    if kept is not None:
        kept.read()
    with database.engine.connect() as connection:
        theirs = [] if database.is_sqlite else [connection.execute(text("SELECT pg_backend_pid()")).scalar_one()]
        connection.rollback()
        clock = Meter([os.getpid(), *theirs])
        asked = [question(dice) for _ in range(given.questions)]
        costs = sorted(((cost(connection, clock, one, kept), n) for n, one in enumerate(asked)), reverse=True)
    spread = {share: costs[min(len(costs) - 1, int(len(costs) * (1 - share)))][0] for share in (0.5, 0.95, 0.99)}
    print("  ".join(f"p{share * 100:.0f} {taken:.1f} ms" for share, taken in spread.items()))
    print(f"over 10 ms: {sum(taken > 10 for taken, _ in costs)} of {len(costs)}")
    for taken, n in costs[:12]:
        told = {one.name: getattr(asked[n], one.name) for one in fields(EventFilter)}
        said = ", ".join(f"{name}={value}" for name, value in told.items() if value != getattr(_NOTHING, name))
        print(f"{taken:8.1f}  {said}")


if __name__ == "__main__":
    main()
