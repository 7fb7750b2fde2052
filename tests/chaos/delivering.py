"""A service that records events and delivers their messages, to be killed: `python -m tests.chaos.delivering DATABASE_URL HOOK HOOK PORT`.

This process only loads the program. For each line it reads it forks a service, says its number, waits for its end and says how it
ended: so a service starts within milliseconds, and can be killed fifty times a minute. The line is a fail point, or "-".
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from pipeline import clock, flow, loop
from pipeline.alert.options import AlertOptions, ChannelOptions
from pipeline.flow.parts import Parts
from pipeline.model import Finding
from pipeline.store import owners
from pipeline.store.engine import open_database
from pipeline.telemetry import LogOptions, start_logging
from pipeline.wiring import passage_of
from tests.alert.builders import channel
from tests.flow.desk import AGREEMENTS, desk, hook, tell
from tests.unit.record.desk import finding

ACTS = (("signed", ""), ("ratified", "RU"), ("ratified", "BY"), ("deposited", "RU"), ("notified", "BY"))
OPTIONS = AlertOptions(retry_schedule=(0.02,) * 100, timeout=0.4, lease=3.0, concurrency=8)


def act(number: int) -> Finding:
    """The act that article `number` reports: five on each of forty agreements, one after the other."""
    kind, country = ACTS[number // 40]
    day = (clock.now() - timedelta(days=6 - number // 40)).date()
    return finding(kind, country, agreement=AGREEMENTS[f"pact-{number % 40}"], date=day.isoformat())


def channels(first: str, second: str, port: str) -> tuple[ChannelOptions, ...]:
    """Two webhooks and a mailbox."""
    return hook("one", first), hook("two", second), channel("email", id="mail", port=int(port))


async def serve(url: str, places: list[str], failpoint: str, events: int) -> None:
    """Record what is not recorded yet, deliver everything, end when nothing is left to do."""
    database = open_database(url)
    database.write(owners.release_gone)
    async with desk(database, *channels(*places), clock=clock.now, options=OPTIONS) as plain:  # type: ignore[arg-type]
        parts = replace(plain, owner=owners.own_name(), passage=passage_of(failpoint))
        writing = asyncio.create_task(_record(parts, events))
        while not writing.done() or database.read(_left):
            parts.nudge.clear()
            await flow.deliver_due(parts)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(parts.nudge.wait(), 0.05)
        await writing
    database.close()


async def _record(parts: Parts, events: int) -> None:
    done = parts.database.read(_recorded)
    for number in range(events):
        if f"https://agency{number}.example/{number}" not in done:
            await asyncio.to_thread(tell, parts, number, act(number), day=clock.now().date().isoformat())
            parts.nudge.set()


def _recorded(connection: Any) -> set[str]:
    told = text("SELECT a.url FROM articles a JOIN evidence e ON e.article_id = a.id")
    return {row.url for row in connection.execute(told)}


def _left(connection: Any) -> bool:
    waits = text("SELECT count(*) FROM outbox WHERE state IN ('pending', 'leased')")
    return bool(connection.execute(waits).scalar_one())


def main() -> None:
    """Fork a service for every line."""
    start_logging(LogOptions(level="error"))
    url, *places, events = sys.argv[1:]
    for line in sys.stdin:
        child = os.fork()
        if not child:
            sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - to the end of the process
            failpoint = line.strip().removeprefix("-")
            loop.run(serve(url, places, failpoint, int(events)))
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
