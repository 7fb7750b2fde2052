"""Several pieces of news for one channel as one: what happened to the same event meanwhile is told once, as it stands now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.alert.values import Notice
from pipeline.plan import Change


def fold(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices (oldest first) with one at most for each event, in the order in which the events first came up.

    Created and then revised is created, as it stands now; created and then retracted is nothing at all: nobody was told.
    Nothing may be left; then there is nothing to send.
    """
    by_event: dict[str, list[Notice]] = {}
    for notice in notices:
        by_event.setdefault(notice.event.id, []).append(notice)
    return tuple(folded for group in by_event.values() if (folded := _one(group)) is not None)


def _one(group: Sequence[Notice]) -> Notice | None:
    first, last = group[0], group[-1]
    if first.kind == "created":
        return None if last.kind == "retracted" else replace(first, event=last.event)
    if last.kind == "retracted":
        return replace(last, first_delivery=last.first_delivery or first.first_delivery)
    changes = _net(change for notice in group for change in notice.changes)
    return replace(last, kind="revised", changes=changes, first_delivery=last.first_delivery or first.first_delivery)


def _net(changes: Iterable[Change]) -> tuple[Change, ...]:
    net: dict[str, Change] = {}
    for change in changes:
        earlier = net.get(change.field)
        net[change.field] = replace(change, before=earlier.before) if earlier else change
    return tuple(change for change in net.values() if change.before != change.after)
