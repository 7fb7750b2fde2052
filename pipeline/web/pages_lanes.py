"""An agreement's drawn timeline: columns are days, bands are parties, each with a domestic and an international lane.

Pure: events in, a drawing in pixels out; the template only writes it down as SVG. Columns keep the order of days, not their
distance (months of silence would push everything else together); a long gap is drawn a little wider.

    │            13 Mar 2025     14 Jan 2026   ┊ today ┊  Apr 2026
    │ Together        ●                                      ○
    │ Russia    home  │               ●                      │
    │           intl  ·                                      ·
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from pipeline.alert import words
from pipeline.model import Event, EventState, EventType, PartialDate, Status
from pipeline.status import is_domestic
from pipeline.web.pages_party import party_name

DOMESTIC, INTERNATIONAL, TOGETHER = "domestic", "international", "together"
LABELS = 118  # width of the column of names
_COLUMN, _WIDER, _EDGE, _ROOMY, _FULL = 98, 40, 56, 170, 1010
_HEAD, _ITEM, _BARE, _GAP = 40, 50, 26, 14
_MOST_PARTIES = 40
_UNDATED = "~"

_ACTS: Mapping[EventType, str] = MappingProxyType(
    {
        EventType.NEGOTIATIONS_CONCLUDED: "talks ended",
        EventType.ADOPTED: "text adopted",
        EventType.OPENED_FOR_SIGNATURE: "opened to sign",
        EventType.PROMULGATED: "law signed",
        EventType.PROVISIONALLY_APPLIED: "provisional",
        EventType.ENTERED_INTO_FORCE: "in force",
        EventType.RESERVED: "reservation",
    }
)
_ORGANS: Mapping[str, str] = MappingProxyType(
    {
        "consent": "consent",
        "foreign_ministry": "foreign ministry",
        "head_of_government": "head of gov't",
        "head_of_state": "head of state",
        "lower_chamber": "lower house",
        "upper_chamber": "upper house",
    }
)
_SHAPES: Mapping[Status, str] = MappingProxyType(
    {
        Status.OCCURRED: "done",
        Status.PLANNED: "planned",
        Status.CALLED_FOR: "wanted",
        Status.NEGATED: "denied",
        Status.CONDITIONAL: "conditional",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A day, month or year that something is told of. `year` is empty where it is the same as before."""

    x: int
    day: str
    year: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a band; `middle` is where its line runs."""

    kind: str
    y: int
    height: int
    middle: int


@dataclass(frozen=True, slots=True)
class Band:
    """A party, or all together (`code` empty)."""

    code: str
    title: str
    y: int
    height: int
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """One act. `label`: what and by which organ; `sure` is False while it waits for review."""

    x: int
    y: int
    event: Event
    lane: str
    shape: str
    label: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Joint:
    """A joint act runs through every party's international lane."""

    x: int
    y: int
    to: int
    dots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole timeline, in pixels. `left_out`: acts beyond what is drawn."""

    width: int
    height: int
    columns: tuple[Column, ...]
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]
    joints: tuple[Joint, ...]
    today: int | None
    left_out: int = 0


def drawing(events: Sequence[Event], parties: Sequence[str], today: date, most: int = 400) -> Drawing:
    """The timeline of one agreement, the latest acts. `events`: earliest first; what was taken back is not drawn."""
    known = [event for event in events if event.state is not EventState.RETRACTED]
    shown = known[-most:]
    columns, places, line, width = _columns(shown, today)
    bands = _bands(shown, _rows(shown, parties))
    marks = tuple(_marks(shown, bands, places))
    return Drawing(
        width=width,
        height=bands[-1].y + bands[-1].height if bands else _HEAD,
        columns=columns,
        bands=bands,
        marks=marks,
        joints=_joints(marks, bands),
        today=line,
        left_out=len(known) - len(marks),
    )


def lane_of(event: Event) -> tuple[str, str]:
    """The party and the lane an act belongs to; acts without a single actor are told together."""
    if not event.actor_country:
        return "", TOGETHER
    return event.actor_country, DOMESTIC if is_domestic(event) else INTERNATIONAL


def _rows(events: Iterable[Event], parties: Sequence[str]) -> tuple[str, ...]:
    """Listed parties (with many: only those that acted), then others that acted, most active first."""
    acted = Counter(event.actor_country for event in events if event.actor_country)
    few = len(parties) <= 8
    listed = [party for party in parties if few or party in acted]
    others = [party for party, _ in acted.most_common() if party not in parties]
    return tuple([*listed, *others][:_MOST_PARTIES])


def _columns(events: Sequence[Event], today: date) -> tuple[tuple[Column, ...], dict[str, int], int | None, int]:
    """The columns, the place of each date, the place of today's line, and the whole width."""
    dates = sorted({event.date for event in events if event.date}, key=lambda one: (one.first, one.last))
    columns: list[Column] = []
    places: dict[str, int] = {}
    line: int | None = None
    column = min(_ROOMY, max(_COLUMN, (_FULL - 2 * _EDGE) // (len(dates) + 1) - _WIDER // 2))
    x, before = _EDGE, None
    for one in dates:
        if before is not None:
            x += column + _wider((one.first - before.first).days)
        if line is None and one.first > today:
            line = x - column // 2 if before is not None else max(14, x - _EDGE + 14)
        new_year = before is None or before.year != one.year
        columns.append(Column(x, _day(one), str(one.year) if new_year and one.month else ""))
        places[str(one)] = x
        before = one
    if line is None and dates:
        line = x + column // 2
    if any(event.date is None for event in events):
        x += column + 24 if dates else 0
        columns.append(Column(x, "no date", ""))
        places[_UNDATED] = x
    return tuple(columns), places, line, x + _EDGE + 8


def _wider(days: int) -> int:
    return min(_WIDER, int(8 * math.log2(1 + max(0, days) / 30)))


def _day(one: PartialDate) -> str:
    told = words.date_words(one).split()
    if len(told) == 3:
        return f"{told[0]} {told[1][:3]}"
    return told[0][:3] if len(told) == 2 else told[0]


def _bands(events: Sequence[Event], rows: Sequence[str]) -> tuple[Band, ...]:
    tallest: Counter[tuple[str, str]] = Counter()
    stacked = Counter((*lane_of(event), str(event.date)) for event in events)
    for (code, kind, _), count in stacked.items():
        tallest[code, kind] = max(tallest[code, kind], count)
    bands: list[Band] = []
    y = _HEAD
    for code in ("", *rows):
        kinds = (TOGETHER,) if not code else (DOMESTIC, INTERNATIONAL)
        if not code and not tallest["", TOGETHER]:
            continue
        lanes: list[Lane] = []
        top = y
        for kind in kinds:
            height = max(_BARE, tallest[code, kind] * _ITEM)
            lanes.append(Lane(kind, y, height, y + 14))
            y += height
        bands.append(Band(code, party_name(code) if code else "Together", top, y - top, tuple(lanes)))
        y += _GAP
    return tuple(bands)


def _marks(events: Sequence[Event], bands: Sequence[Band], places: Mapping[str, int]) -> Iterable[Mark]:
    lanes = {(band.code, lane.kind): lane for band in bands for lane in band.lanes}
    stacked: Counter[tuple[str, str, str]] = Counter()
    for event in events:
        code, kind = lane_of(event)
        lane = lanes.get((code, kind))
        if lane is None:
            continue
        at = str(event.date) if event.date else _UNDATED
        level = stacked[code, kind, at]
        stacked[code, kind, at] += 1
        yield Mark(
            x=places[at],
            y=lane.middle + level * _ITEM,
            event=event,
            lane=kind,
            shape=_SHAPES[event.status],
            label=_label(event),
            sure=event.state is not EventState.REVIEW,
        )


def _label(event: Event) -> tuple[str, ...]:
    act = _ACTS.get(event.type, event.type.value.replace("_", " "))
    organ = _ORGANS.get(event.stage, event.stage.replace("_", " "))
    return (act, organ[:16]) if organ else (act,)


def _joints(marks: Sequence[Mark], bands: Sequence[Band]) -> tuple[Joint, ...]:
    """Joint acts that happened on a known day, each drawn down through the parties' international lanes."""
    dots = tuple(lane.middle for band in bands for lane in band.lanes if lane.kind == INTERNATIONAL)
    if not dots or len(dots) > 8:
        return ()
    wanted = [m for m in marks if m.lane == TOGETHER and m.event.date and m.event.status is Status.OCCURRED]
    first = {mark.x: mark for mark in reversed(wanted)}
    return tuple(Joint(x, mark.y, dots[-1], dots) for x, mark in sorted(first.items()))
