"""Two events made one by hand, one made two, and a merge undone: looked up, weighed and written, audited, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from pipeline.flow.deciding import Unwritten
from pipeline.model import Event
from pipeline.plan import Applied, Context, NewEvent, Plan
from pipeline.record.hands import Cannot, Hand, join, part, revive
from pipeline.store import known, review
from pipeline.store.apply import apply
from pipeline.store.desk import audit
from pipeline.store.engine import Database
from pipeline.store.outbox import Tell

__all__ = ["CANNOT", "Action", "Cannot", "Grasp", "do_by_hand"]

Action = Literal["merge", "split", "undo"]
CANNOT: Mapping[Cannot, str] = MappingProxyType(
    {
        Cannot.MISSING: "There is no such event to merge with, or it was taken back.",
        Cannot.SAME: "An event cannot be merged with itself.",
        Cannot.OTHER_ACT: "They are acts of another kind, or of another agreement: correct that first.",
        Cannot.OTHER_STATUS: "What is planned and what has happened stay two events.",
        Cannot.NO_PART: "Name some of the articles that tell of it, and not all.",
        Cannot.NOT_MERGED: "It was not merged by hand, or was brought back already.",
    }
)


@dataclass(frozen=True, slots=True)
class Grasp:
    """What a person wants done with an event: merged `into` another one, what `articles` tell split off, or its merge undone.

    `revision`: the one that was looked at (None: whichever it is).
    """

    action: Action
    who: str
    note: str = ""
    into: str = ""
    articles: frozenset[int] = frozenset()
    revision: int | None = None


def do_by_hand(
    database: Database, event_id: str, grasp: Grasp, now: datetime, context: Context, tell: Tell
) -> str | Unwritten | Cannot:
    """Do it. The id of the event to look at then (the one merged into, the new one, the one that stands again), or why not."""

    def work(connection: Any) -> str | Unwritten | Cannot:
        found = review.load(connection, event_id)
        if found is None:
            return Unwritten.MISSING
        if grasp.revision is not None and grasp.revision != found.event.revision:
            return Unwritten.CHANGED
        plan = _weighed(connection, found.event, grasp, Hand(grasp.who, now, context))
        if isinstance(plan, Cannot):
            return plan
        if not isinstance(apply(connection, plan, tell), Applied):
            return Unwritten.CHANGED
        made = next((step.event.id for step in plan.steps if isinstance(step, NewEvent)), event_id)
        shown = grasp.into if grasp.action == "merge" else made
        detail = {"note": grasp.note, "with": shown if shown != event_id else "", "articles": sorted(grasp.articles)}
        audit(connection, grasp.who, f"event.{grasp.action}", event_id, detail, now)
        return shown

    return database.write(work)


def _weighed(connection: Any, event: Event, grasp: Grasp, hand: Hand) -> Plan | Cannot:
    streams = review.streams(connection, [event.id, grasp.into])
    stored = known.load(connection, sorted(set(streams.values())), 0)
    match grasp.action:
        case "merge":
            return join(stored, grasp.into, event.id, hand)
        case "split":
            return part(stored, event.id, grasp.articles, hand)
        case "undo":
            before = review.before_merge(connection, event.id)
            return revive(stored, before, hand) if before is not None else Cannot.NOT_MERGED
