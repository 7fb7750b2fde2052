"""What a backfill writes: articles that tell something, their events as history, and how far each archive was read.

Both in one transaction a piece, so a run that dies has either written a piece with its place or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.backfill.pieces import Start
from pipeline.backfill.values import Again, Done, Hit, Source, Stored
from pipeline.plan import Applied, ArticleFacts, Context, EventStep, NewEvent, RecordOptions, Stale
from pipeline.reading import GLANCED
from pipeline.record import decide, scope
from pipeline.store import apply as plans
from pipeline.store import articles, desk, known
from pipeline.store.articles import Raw
from pipeline.store.engine import Database
from pipeline.store.outbox import Tell, nobody

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


def write(
    connection: Any, source: Source | None, done: Done, after: int | None, start: Start, recording: Recording
) -> Made:
    """Write the results of one piece, in the order of its records. `after`: where the next one begins (None: as before)."""
    written = 0
    steps: list[EventStep] = []
    for hit in done.hits:
        facts, fresh = _article(connection, hit, start, recording)
        if facts is None:
            continue
        written += fresh
        steps += _record(connection, hit, facts, start, recording)
    if after is not None:
        _put(connection, source, replace(start, after=after), recording)
    return Made(sum(isinstance(step, NewEvent) for step in steps), written, tuple(steps))


def weigh(connection: Any, done: Done, start: Start, recording: Recording) -> Made:
    """What writing the results of a piece of stored articles would change, each weighed against the history as it is."""
    steps: list[EventStep] = []
    for hit in done.hits:
        if hit.stored is not None:
            there = known.load(connection, scope(hit.findings), hit.stored.article_id)
            plan = decide(hit.stored, hit.findings, there, start.now, recording.options, recording.context)
            steps += plan.steps
    return Made(sum(isinstance(step, NewEvent) for step in steps), 0, tuple(steps))


def finish(connection: Any, source: Source | None, start: Start, recording: Recording) -> None:
    """Note that an archive was read to its end. Stored articles are never at their end: new ones come."""
    if source is not None:
        _put(connection, source, replace(start, after=-1, finished=True), recording)


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


def _article(connection: Any, hit: Hit, start: Start, recording: Recording) -> tuple[ArticleFacts | None, bool]:
    """The stored version a hit was read from, and whether it is new. None: another text of this article is known already."""
    seen = hit.seen_at or start.now
    raw = Raw(hit.html, hit.charset) if hit.html is not None else None
    if hit.stored is not None:
        if hit.html is None:
            return hit.stored, False
        read = articles.save_version(
            connection, hit.stored.article_id, hit.article, start.now, recogniser=recording.recogniser
        )
        return read.facts, read.is_new
    there = articles.find(connection, hit.identity)
    if there is not None:
        newest = articles.get(connection, there)
        same = newest is not None and newest.facts.sha256 == articles.sha256_of(hit.article)
        return (newest.facts if newest and same else None), False
    saved = articles.save(connection, hit.article, hit.identity, seen, raw=raw, recogniser=recording.recogniser)
    return saved.facts, saved.is_new


def _record(
    connection: Any, hit: Hit, facts: ArticleFacts, start: Start, recording: Recording
) -> tuple[EventStep, ...]:
    while True:
        there = known.load(connection, scope(hit.findings), facts.article_id)
        plan = decide(facts, hit.findings, there, start.now, recording.options, recording.context)
        match plans.apply(connection, plan, recording.tell):
            case Applied():
                return plan.steps
            case Stale():  # the service writes at the same time: what it wrote is read and weighed too
                continue


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
