"""What a rescan changes, or would change: a line for each event."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click
from rich.text import Text

from pipeline.cli import show
from pipeline.plan import AddSource, EventStep, NewEvent, Retract, Revise

_SIGNS = {"created": "+", "revised": "~", "retracted": "-"}
_QUIET = ("start", "end")  # places in the text, which tell people nothing


class Differences:
    """Called for every step; shows each new, changed or retracted event once for each way it changes, and counts them."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._shown: set[tuple[str, ...]] = set()
        self._events: dict[str, set[str]] = {}
        self._out = show.console()

    def __call__(self, step: EventStep) -> None:
        """Show one step."""
        row = _row(step)
        self._events.setdefault(row["change"], set()).add(row["event_id"])
        line = (row["change"], row["event_id"], *(f"{c['field']}>{c['after']}" for c in row["changes"]))
        if line in self._shown or row["change"] == "sources":
            return
        self._shown.add(line)
        if self._as_json:
            show.json_lines([row])
        else:
            self._out.print(Text(_line(row)))

    def conclude(self, *, dry: bool) -> None:
        """Say how many events there were of each kind of change."""
        if self._as_json:
            return
        counted = Counter({change: len(ids) for change, ids in self._events.items()})
        told = ", ".join(f"{counted[change]:,} {change}" for change in ("created", "revised", "retracted"))
        would = "would be " if dry else ""
        click.echo(f"{would}{told}; {counted['sources']:,} with other sources")


def _row(step: EventStep) -> dict[str, Any]:
    match step:
        case AddSource(event_id=identity):
            return {"change": "sources", "event_id": identity, "why": step.why.value, "changes": []}
        case NewEvent() | Revise() | Retract():
            event = step.event
            changes = step.changes if isinstance(step, Revise) else ()
            return {
                "change": {NewEvent: "created", Revise: "revised", Retract: "retracted"}[type(step)],
                "event_id": event.id,
                "agreement_id": event.agreement_id,
                "agreement": event.agreement,
                "type": event.type.value,
                "status": event.status.value,
                "actor_country": event.actor_country,
                "date": str(event.date) if event.date else None,
                "evidence": event.evidence,
                "why": step.why.value,
                "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in changes],
            }


def _line(row: dict[str, Any]) -> str:
    who = f" {row['actor_country']}" if row["actor_country"] else ""
    line = (
        f"{_SIGNS[row['change']]} {row['event_id']}  {row['date'] or 'undated'} {row['type']}{who}, {row['agreement']}"
    )
    told = "; ".join(
        f"{c['field']}: {c['before'] or '-'} > {c['after'] or '-'}" for c in row["changes"] if c["field"] not in _QUIET
    )
    return f"{line}\n    {told}" if told else line
