"""A look back that is too long for a request: a job in the database, done in small parts by whoever leads.

    begin ─▶ {"total", "read", "made", "before"} ─▶ look_back_due, part by part ─▶ done, and still told of

How far it is stands in the database after every part, so a service that was stopped goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.flow.lookback import candidates, read_for
from pipeline.flow.parts import Parts
from pipeline.recognise import Recogniser
from pipeline.store import desk

_KEY = "lookback:"
_PART = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a look back is: articles to read, read, events made of them; `before`: the version to go on below; None: done."""

    total: int
    read: int = 0
    made: int = 0
    before: int | None = None


def begin(connection: Any, agreement_id: str, total: int, before: int, now: datetime) -> None:
    """Ask for a look back over the `total` candidates below a version."""
    _note(connection, agreement_id, Progress(total, before=before), now)


def progress(connection: Any, agreement_id: str) -> Progress | None:
    """How far the look back for an agreement is; None where there was no long one."""
    said = desk.fact(connection, _KEY + agreement_id)
    return Progress(**json.loads(said)) if said else None


def _note(connection: Any, agreement_id: str, how_far: Progress, now: datetime) -> None:
    desk.put(connection, _KEY + agreement_id, json.dumps(asdict(how_far)), now)


async def look_back_due(parts: Parts, build: Callable[[], Recogniser]) -> int:
    """Read for all agreements that are asked for, until done or stopped; how many articles. `build` is called where there are some."""
    waiting = await parts.read(_waiting)
    if not waiting:
        return 0
    recogniser = await asyncio.to_thread(build)
    read = 0
    for agreement_id in waiting:
        while not (parts.stopping and parts.stopping.is_set()):
            done = await asyncio.to_thread(_part, parts, recogniser, agreement_id)
            if not done:
                break
            read += done
    return read


def _waiting(connection: Any) -> list[str]:
    asked = [key.removeprefix(_KEY) for key in desk.facts(connection, _KEY)]
    return [one for one in asked if (how_far := progress(connection, one)) and how_far.before is not None]


def _part(parts: Parts, recogniser: Recogniser, agreement_id: str) -> int:
    """The next articles of a job; how many there were, 0: it is done, or its agreement is not watched any more."""
    how_far = parts.database.read(lambda c: progress(c, agreement_id))
    if how_far is None or how_far.before is None:
        return 0
    ids = parts.database.read(lambda c: candidates(c, recogniser, agreement_id, _PART, how_far.before))
    ids = ids[: max(how_far.total - how_far.read, 0)]
    now, quiet = parts.clock(), replace(parts.record, quiet=True)
    _, made = read_for(parts.database, recogniser, (agreement_id,), ids, now, quiet, parts.context)
    before = ids[-1] if ids else None
    after = replace(how_far, read=how_far.read + len(ids), made=how_far.made + made, before=before)
    parts.database.write(lambda c: _note(c, agreement_id, after, now))
    return len(ids)
