"""Values to columns and back: findings and events as JSON, dates with the days they can mean, packed HTML."""

from __future__ import annotations

import zlib
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from pipeline.model import Discovered, Event, EventState, EventType, Finding, PartialDate, Salience, Source, Status

_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_LEVEL = 6


def plausible(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment, or None where it is not between 1990 and the day after tomorrow: such a date is not known, it is wrong."""
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC) if _OLDEST <= moment <= now + timedelta(days=2) else None


def pack(data: bytes | None) -> bytes | None:
    """Bytes as they are stored."""
    return None if data is None else zlib.compress(data, _LEVEL)


def unpack(data: bytes | None, limit: int = 64 * 1024 * 1024) -> bytes | None:
    """Stored bytes as they were; at most `limit`."""
    return None if data is None else zlib.decompressobj().decompress(data, limit)


@lru_cache(10_000)
def partial(text: str | None) -> PartialDate | None:
    """A stored date."""
    return PartialDate.parse(text) if text else None


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON types; empty fields are left out."""
    made: dict[str, Any] = {}
    for field in fields(finding):
        value = getattr(finding, field.name)
        if field.name == "discovered" and value is not None:
            made[field.name] = {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        elif value not in ("", None, ()):
            made[field.name] = _plain(value)
    return made


def finding_of(stored: dict[str, Any]) -> Finding:
    """The finding that `finding_as_json` was given. Keys of a newer program are passed over."""
    known = {field.name for field in fields(Finding)}
    given = {key: value for key, value in stored.items() if key in known}
    found = given.get("discovered")
    return Finding(
        **{
            "agreement_id": None,
            "agreement": "",
            "evidence": "",
            **given,
            "type": EventType(given["type"]),
            "status": Status(given["status"]),
            "salience": Salience(given["salience"]),
            "date": partial(given.get("date")),
            "effective_date": partial(given.get("effective_date")),
            "reasons": tuple(given.get("reasons", ())),
            "discovered": _discovered(found) if found else None,
        }
    )


def _discovered(stored: dict[str, Any]) -> Discovered:
    return Discovered(
        key=stored["key"],
        wording=stored["wording"],
        kind=stored["kind"],
        parties=tuple(stored["parties"]),
        concepts=tuple(stored["concepts"]),
        rule_id=stored["rule_id"],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return value


EVENT_FIELDS = (
    "agreement_id", "agreement", "type", "status", "salience", "stage", "wording", "actor", "actor_country",
    "confidence", "evidence", "start", "end", "revision", "state",
)  # fmt: skip


def event_as_columns(event: Event) -> dict[str, Any]:
    """The columns of `events` that an event fills itself (all but key, stream, reasons of state and bookkeeping)."""
    made = {name: _text(getattr(event, name)) for name in EVENT_FIELDS}
    first_seen = event.first_seen
    assert first_seen is not None, "an event that is stored was seen"
    day = event.date
    return {
        **made,
        "id": event.id,
        "date": str(day) if day else None,
        "date_first": day.first if day else None,
        "date_last": day.last if day else None,
        "effective_date": str(event.effective_date) if event.effective_date else None,
        "effective_first": event.effective_date.first if event.effective_date else None,
        "effective_last": event.effective_date.last if event.effective_date else None,
        "happened": day.first if day else first_seen.date(),
        "reasons": list(event.reasons),
        "flags": list(event.flags),
        "first_seen": first_seen,
    }


SHOWN = (
    *EVENT_FIELDS,
    "id",
    "date",
    "effective_date",
    "reasons",
    "flags",
    "first_seen",
    "state_why",
)  # what `event_of` reads


def event_of(row: Any, sources: tuple[Source, ...] = ()) -> Event:
    """The event of a row of `events`. Spelt out: every list reads some dozens."""
    return Event(
        id=row.id,
        agreement_id=row.agreement_id,
        agreement=row.agreement,
        type=EventType(row.type),
        status=Status(row.status),
        salience=Salience(row.salience),
        stage=row.stage,
        wording=row.wording,
        actor=row.actor,
        actor_country=row.actor_country,
        date=partial(row.date),
        effective_date=partial(row.effective_date),
        confidence=row.confidence,
        reasons=tuple(row.reasons),
        evidence=row.evidence,
        start=row.start,
        end=row.end,
        sources=sources,
        first_seen=row.first_seen,
        revision=row.revision,
        state=EventState(row.state),
        flags=tuple(row.flags),
        state_why=row.state_why,
    )


STEP = (
    "id", "agreement_id", "agreement", "type", "status", "salience", "stage", "wording", "actor_country", "date", "effective_date",
    "confidence", "first_seen", "state", "flags",
)  # fmt: skip  # what `step_of` reads


def step_of(row: Any) -> Event:
    """The same without what proves it: enough to tell what happened, and where parties stand."""
    return Event(
        id=row.id,
        agreement_id=row.agreement_id,
        agreement=row.agreement,
        type=EventType(row.type),
        status=Status(row.status),
        salience=Salience(row.salience),
        stage=row.stage,
        wording=row.wording,
        actor_country=row.actor_country,
        date=partial(row.date),
        effective_date=partial(row.effective_date),
        confidence=row.confidence,
        first_seen=row.first_seen,
        state=EventState(row.state),
        flags=tuple(row.flags),
    )


SNAPSHOT_FIELDS = (*EVENT_FIELDS, "date", "effective_date", "reasons", "flags")


def snapshot_of(event: Event) -> dict[str, Any]:
    """What `revisions` keeps of an event."""
    columns = event_as_columns(event)
    return {name: columns[name] for name in SNAPSHOT_FIELDS} | {"state_why": event.state_why}


def event_from(stored: dict[str, Any], identity: str, first_seen: datetime) -> Event:
    """The event of a snapshot, without its sources."""
    return Event(
        **{
            **{name: stored[name] for name in EVENT_FIELDS},
            "id": identity,
            "type": EventType(stored["type"]),
            "status": Status(stored["status"]),
            "salience": Salience(stored["salience"]),
            "state": EventState(stored["state"]),
            "date": partial(stored["date"]),
            "effective_date": partial(stored["effective_date"]),
            "reasons": tuple(stored["reasons"]),
            "flags": tuple(stored["flags"]),
            "first_seen": first_seen,
            "state_why": stored.get("state_why", ""),  # older snapshots have none
        }
    )


def _text(value: Any) -> Any:
    """Enumerations are stored by their words."""
    return str(value) if isinstance(value, str) else value
