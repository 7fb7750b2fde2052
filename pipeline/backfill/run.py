"""The order of a backfill: pieces go out to workers, their results come home in the order of the archives, whoever was faster.

    archives ─▶ pieces ─▶ workers (a few pieces ahead) ─▶ in order ─▶ one transaction a piece: events and how far we are

So the history does not hang on the number of workers, and a run that was stopped anywhere goes on where it was. A piece that kills
its worker is read again record by record; the record that did it is put down with its reason.
"""

from __future__ import annotations

import concurrent.futures
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.backfill import history
from pipeline.backfill.history import Recording
from pipeline.backfill.pieces import Start, pieces_of
from pipeline.backfill.values import Again, Bad, Done, Hit, Piece, Source
from pipeline.backfill.work import records_of, work, work_one
from pipeline.compute import Compute
from pipeline.errors import Trouble
from pipeline.plan import EventStep
from pipeline.store.engine import Database

AHEAD = 3  # pieces for each worker that are out or wait to be written


@dataclass(slots=True)
class Tally:
    """What a run did. `outcomes`: records by what became of them. `done`: False where it was stopped."""

    outcomes: Counter[str] = field(default_factory=Counter)
    bad: int = 0
    new_events: int = 0
    articles: int = 0
    done: bool = False

    @property
    def records(self) -> int:
        """How many records were read."""
        return sum(self.outcomes.values())


Progress = Callable[[Source | None, Piece | None, Tally], None]
"""Called in order after every piece that was written, and with None for the piece when an archive was read to its end."""
Report = Callable[[Bad], None]
Differ = Callable[[EventStep], None]
"""Called for every change of the history, in order."""


def _unseen(*_: object) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True)
class Run:
    """A backfill's parts. `stopping`: set from outside, it ends after the piece in hand. `dry`: nothing is written."""

    database: Database
    compute: Compute
    recording: Recording
    progress: Progress = _unseen
    report: Report = _unseen
    stopping: threading.Event = field(default_factory=threading.Event)
    differ: Differ = _unseen
    dry: bool = False

    def archives(self, sources: Iterable[Source]) -> Tally:
        """Read archives, from where an earlier run of the same recogniser and watchlist stopped."""
        tally = Tally()
        for source in sources:
            start = self.database.read(lambda c: history.start_of(c, source, self.recording))  # noqa: B023 - run at once
            if start.finished or self.stopping.is_set():
                self.progress(source, None, tally)
                continue
            self._through(source, pieces_of(source, start), start, tally)
        tally.done = not self.stopping.is_set()
        return tally

    def stored(self) -> Tally:
        """Read every stored article again."""
        tally = Tally()
        start = self.database.read(lambda c: history.start_of(c, None, self.recording))
        if not start.finished:
            self._through(None, history.stored_pieces(self.database, start), start, tally)
        tally.done = not self.stopping.is_set()
        return tally

    def _through(self, source: Source | None, pieces: Iterator[Piece | Bad], start: Start, tally: Tally) -> None:
        """Read one archive: a window of pieces is out, the oldest is waited for and written."""
        window: deque[tuple[Piece | Bad, concurrent.futures.Future[Done] | None]] = deque()
        more = True
        while (more or window) and not self.stopping.is_set():
            while more and len(window) < AHEAD * self.compute.width():
                piece = next(pieces, None)
                if piece is None:
                    more = False
                else:
                    out = None if isinstance(piece, Bad) else self.compute.submit(work, piece, start.now)
                    window.append((piece, out))
            if window:
                self._home(source, *window.popleft(), start, tally)
        for _, out in window:
            if out is not None:
                out.cancel()
        if not self.stopping.is_set() and not self.dry:
            self.database.write(lambda c: history.finish(c, source, start, self.recording))
        if not self.stopping.is_set():
            self.progress(source, None, tally)

    def _home(
        self,
        source: Source | None,
        piece: Piece | Bad,
        out: concurrent.futures.Future[Done] | None,
        start: Start,
        tally: Tally,
    ) -> None:
        """Write what one piece gave."""
        if isinstance(piece, Bad) or out is None:
            done, after = Done(bad=(piece,) if isinstance(piece, Bad) else (), outcomes={"bad": 1}), None
        else:
            done, after = self._result(piece, out, start.now), piece.after
        if self.dry:
            made = self.database.read(lambda c: history.weigh(c, done, start, self.recording))
        else:
            made = self.database.write(lambda c: history.write(c, source, done, after, start, self.recording))
        tally.outcomes.update(done.outcomes)
        tally.bad += len(done.bad)
        tally.new_events += made.events
        tally.articles += made.articles
        for step in made.steps:
            self.differ(step)
        for bad in done.bad:
            self.report(bad)
        self.progress(source, None if isinstance(piece, Bad) else piece, tally)

    def _result(self, piece: Piece, out: concurrent.futures.Future[Done], now: datetime) -> Done:
        try:
            return out.result()
        except Trouble:
            return self._one_by_one(piece, now)

    def _one_by_one(self, piece: Piece, now: datetime) -> Done:
        """Something in this piece kills workers: each record has a task of its own now."""
        parts: list[Done] = []
        waiting: deque[tuple[Bad, concurrent.futures.Future[Done]]] = deque()

        def settle() -> None:
            named, out = waiting.popleft()
            try:
                parts.append(out.result())
            except Trouble as trouble:
                bad = Bad(named.path, named.place, trouble.reason, trouble.detail)
                parts.append(Done(bad=(bad,), outcomes={"bad": 1}))

        for named, task, arguments in _singles(piece, now):
            if task is None:
                parts.append(Done(bad=(named,), outcomes={"bad": 1}))
                continue
            waiting.append((named, self.compute.submit(task, *arguments)))
            while len(waiting) >= AHEAD * self.compute.width():
                settle()
        while waiting:
            settle()
        return _joined(parts)


def _singles(piece: Piece, now: datetime) -> Iterator[tuple[Bad, Callable[..., Done] | None, tuple[Any, ...]]]:
    """The records of a piece as tasks: (path and place, task, its arguments); no task for one that cannot even be cut out."""
    if isinstance(piece, Again):
        for one in piece.articles:
            yield Bad(one.facts.url, one.facts.version_id, ""), work, (Again((one,)), now)
        return
    path = piece.source.path
    for record in records_of(piece):
        if isinstance(record, Bad):
            yield record, None, ()
        else:
            yield Bad(path, record.place, ""), work_one, (path, record, now)


def _joined(parts: Iterable[Done]) -> Done:
    hits: list[Hit] = []
    bad: list[Bad] = []
    outcomes: Counter[str] = Counter()
    for part in parts:
        hits += part.hits
        bad += part.bad
        outcomes.update(part.outcomes)
    return Done(tuple(hits), tuple(bad), dict(outcomes))
