"""What a backfill writes: articles that tell something, their events as history, and how far each archive was read.

Both in one transaction, so a run that dies has either written a piece with its place or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from pipeline.backfill.pieces import Start
from pipeline.backfill.values import Again, Done, Hit, Source, Stored
from pipeline.plan import ArticleFacts, Context, EventStep, Known, NewEvent, Plan, RecordOptions
from pipeline.reading import GLANCED
from pipeline.record import decide, scope
from pipeline.store import articles, desk, known
from pipeline.store.articles import Saving
from pipeline.store.engine import Database
from pipeline.store.outbox import Tell, nobody
from pipeline.store.settle import settle

_STORED = 200  # articles of a piece


@dataclass(frozen=True, slots=True)
class Recording:
    """How findings become history. `reader`: fingerprint of recogniser, options and watchlist; another one reads anew.

    `recogniser`: its version, noted with the texts it read. `tell`: with `--alert`, who hears of it.
    """

    reader: str
    now: datetime
    options: RecordOptions
    context: Context
    recogniser: str
    tell: Tell = nobody


@dataclass(frozen=True, slots=True)
class Made:
    """What a piece came to: new events and articles, and every step in the order it was taken (or, weighed only, would be)."""

    events: int = 0
    articles: int = 0
    steps: tuple[EventStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Came:
    """What came home of a piece. `after`: where the next one of its archive begins (None: as before); `ended`: there is none."""

    source: Source | None
    start: Start
    done: Done
    after: int | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    """A hit, and the stored version that it was read from."""

    hit: Hit
    start: Start
    facts: ArticleFacts


def fingerprint(*parts: object) -> str:
    """Of values whose `repr` says all there is to know of them."""
    return hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "replace")).hexdigest()[:32]


def start_of(connection: Any, source: Source | None, recording: Recording) -> Start:
    """Where to take up an archive (None: the stored articles)."""
    said = desk.fact(connection, _key(source, recording))
    if said is None:
        return Start(0, recording.now)
    value = json.loads(said)
    return Start(value["after"], datetime.fromisoformat(value["now"]), value["finished"])


def write(connection: Any, came: Sequence[Came], recording: Recording) -> list[Made]:
    """Write the results of pieces, in the order of their records, and how far that is; what came of each."""
    hits = [(hit, one.start) for one in came for hit in one.done.hits]
    told = _articles(connection, hits, recording)
    kept = [_Told(hit, start, one[0]) for (hit, start), one in zip(hits, told, strict=True) if one]
    steps = _record(connection, kept, recording)
    places: dict[Source | None, Start] = {}
    made: list[Made] = []
    outcomes = iter(told)
    for one in came:
        mine = [outcome for outcome in islice(outcomes, len(one.done.hits)) if outcome]
        taken = tuple(step for _ in mine for step in next(steps))
        made.append(Made(sum(isinstance(step, NewEvent) for step in taken), sum(fresh for _, fresh in mine), taken))
        if one.ended and one.source is not None and not one.start.finished:
            places[one.source] = replace(one.start, after=-1, finished=True)
        elif one.after is not None:
            places[one.source] = replace(one.start, after=one.after)
    for source, place in places.items():
        _put(connection, source, place, recording)
    return made


def weigh(connection: Any, came: Came, recording: Recording) -> Made:
    """What writing the results of a piece of stored articles would change, each weighed against the history as it is."""
    steps: list[EventStep] = []
    for hit in came.done.hits:
        if hit.stored is not None:
            there = known.load(connection, scope(hit.findings), hit.stored.article_id)
            now = came.start.now
            plan = decide(hit.stored, hit.findings, there, now, recording.options, recording.context)
            steps += plan.steps
    return Made(sum(isinstance(step, NewEvent) for step in steps), 0, tuple(steps))


def stored_pieces(database: Database, start: Start) -> Iterator[Again]:
    """The newest version of every stored article, with the page of those that were only glanced at."""
    after = start.after
    while True:
        found = database.read(lambda c: _batch(c, after))  # noqa: B023 - run at once
        if not found:
            return
        piece = Again(found)
        after = piece.after
        yield piece


def _batch(connection: Any, after: int) -> tuple[Stored, ...]:
    found = []
    for one in articles.newest_after(connection, after, _STORED):
        raw = None
        if one.recogniser == GLANCED:
            raw = articles.raw_of(connection, one.facts.article_id, one.facts.version)
        found.append(Stored(one.facts, one.article, raw.html if raw else None, raw.charset if raw else None))
    return tuple(found)


def _articles(
    connection: Any, hits: Sequence[tuple[Hit, Start]], recording: Recording
) -> list[tuple[ArticleFacts, bool] | None]:
    """The stored version each hit was read from, and whether it is new. None: another text of this article is known already."""
    there = articles.newest_by_identity(connection, [hit.identity for hit, _ in hits if hit.stored is None])
    fresh: dict[str, Saving] = {}
    for hit, start in hits:
        if hit.stored is None and hit.identity not in there:
            fresh.setdefault(hit.identity, _saving(hit, start, recording))
    saved = articles.save_many(connection, list(fresh.values()), recording.now, in_order=True)
    there |= {identity: one.facts for identity, one in zip(fresh, saved, strict=True)}
    found: list[tuple[ArticleFacts, bool] | None] = []
    for hit, start in hits:
        if hit.stored is not None:
            found.append(_read_again(connection, hit, hit.stored, start, recording))
            continue
        assert hit.draft
        facts = there[hit.identity]
        same = facts.sha256 == hit.draft.sha256
        found.append((facts, fresh.pop(hit.identity, None) is not None) if same else None)
    return found


def _saving(hit: Hit, start: Start, recording: Recording) -> Saving:
    assert hit.draft
    seen_at = hit.seen_at or start.now
    return Saving(hit.article, hit.identity, hit.draft, recogniser=recording.recogniser, seen_at=seen_at)


def _read_again(
    connection: Any, hit: Hit, stored: ArticleFacts, start: Start, recording: Recording
) -> tuple[ArticleFacts, bool]:
    if hit.draft is None:
        return stored, False
    read = articles.save_version(connection, stored.article_id, _saving(hit, start, recording), start.now)
    return read.facts, read.is_new


def _record(connection: Any, told: Sequence[_Told], recording: Recording) -> Iterator[tuple[EventStep, ...]]:
    """What each article's findings change, written, in their order."""
    asked = [(scope(one.hit.findings), one.facts.article_id) for one in told]

    def weighed(place: int, there: Known) -> Plan:
        one = told[place]
        return decide(one.facts, one.hit.findings, there, one.start.now, recording.options, recording.context)

    return (plan.steps for plan in settle(connection, asked, weighed, recording.tell))


def _key(source: Source | None, recording: Recording) -> str:
    what = (source.path, source.size, source.stamp) if source else ("stored articles",)
    return f"backfill:{fingerprint(*what, recording.reader)}"


def _put(connection: Any, source: Source | None, start: Start, recording: Recording) -> None:
    value = {
        "path": source.path if source else "",
        "after": start.after,
        "now": start.now.isoformat(),
        "finished": start.finished,
    }
    desk.put(connection, _key(source, recording), json.dumps(value), recording.now)
