"""A person's word on an event: looked up, weighed and written, with its audit and its messages, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pipeline.model import Event
from pipeline.plan import Context, Judgement
from pipeline.record import judge
from pipeline.store import review
from pipeline.store.engine import Database
from pipeline.store.outbox import Tell

Decision = Literal["accept", "reject", "correct"]


class Unwritten(StrEnum):
    """Why nothing was done."""

    MISSING = "missing"  # there is no such event
    CHANGED = "changed"  # it is another revision by now: look again
    UNCHANGED = "unchanged"  # it is so already


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says. `values`: the corrected fields; `revision`: the one that was looked at (None: whichever it is)."""

    decision: Decision
    who: str
    note: str = ""
    values: Mapping[str, Any] | None = None
    revision: int | None = None


def decide_by_hand(
    database: Database, event_id: str, word: Word, now: datetime, context: Context, tell: Tell
) -> Event | Unwritten:
    """Write a person's decision; the event as it stands then, or why nothing was done. `tell`: `Parts.tell`."""

    def work(connection: Any) -> Event | Unwritten:
        found = review.load(connection, event_id)
        if found is None:
            return Unwritten.MISSING
        if word.revision is not None and word.revision != found.event.revision:
            return Unwritten.CHANGED
        judgement = _weighed(found, word, now, context)
        if judgement is None:
            return Unwritten.UNCHANGED
        return judgement.event if review.write(connection, judgement, tell) else Unwritten.CHANGED

    return database.write(work)


def _weighed(found: review.Judged, word: Word, now: datetime, context: Context) -> Judgement | None:
    about = (found.parties, word.who, now, context, word.note)
    match word.decision:
        case "accept":
            return judge.accept(found.event, *about)
        case "reject":
            return judge.reject(found.event, *about)
        case "correct":
            return judge.correct(found.event, word.values or {}, *about)
