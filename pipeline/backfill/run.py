"""The order of a backfill: pieces go out to workers, their results come home in the order of the archives, whoever was faster.

    archives ─▶ pieces ─▶ workers (a few pieces ahead) ─▶ in order ─▶ a few pieces a transaction: events and how far we are

So the history does not hang on the number of workers, and a run that was stopped anywhere goes on where it was. A piece that kills
its worker is read again record by record; the record that did it is put down with its reason.
"""

from __future__ import annotations

import concurrent.futures
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from pipeline.backfill import history
from pipeline.backfill.history import Came, Recording
from pipeline.backfill.pieces import Start, pieces_of
from pipeline.backfill.values import Again, Bad, Done, Hit, Piece, Source
from pipeline.backfill.work import records_of, work, work_one
from pipeline.compute import Compute
from pipeline.errors import Trouble
from pipeline.plan import EventStep
from pipeline.store.engine import Database

AHEAD = 4  # pieces for each worker that are out or wait to be written


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


@dataclass(frozen=True, slots=True)
class _Out:
    """A piece of an archive (None: the archive's end) and what will come of it; None where nobody is to read it."""

    source: Source | None
    start: Start
    piece: Piece | Bad | None
    result: concurrent.futures.Future[Done] | None = None


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
        return self._through(out for source in sources for out in self._pieces(source))

    def stored(self) -> Tally:
        """Read every stored article again."""
        return self._through(self._pieces(None))

    def _pieces(self, source: Source | None) -> Iterator[_Out]:
        """What is left of an archive, or of the stored articles, each piece handed to a worker when it is asked for; its end."""
        start = self.database.read(lambda c: history.start_of(c, source, self.recording))
        if not start.finished:
            pieces = pieces_of(source, start) if source else history.stored_pieces(self.database, start)
            for piece in pieces:
                result = None if isinstance(piece, Bad) else self.compute.submit(work, piece, start.now)
                yield _Out(source, start, piece, result)
        yield _Out(source, start, None)

    def _through(self, pieces: Iterator[_Out]) -> Tally:
        """A window of pieces is out, over the ends of archives, too; the oldest half of it is waited for and written together.

        The other half keeps the workers busy meanwhile.
        """
        tally = Tally()
        window: deque[_Out] = deque()
        while not self.stopping.is_set():
            room = AHEAD * self.compute.width() - len(window)
            window.extend(islice(pieces, max(0, room)))
            if not window:
                break
            self._home([window.popleft() for _ in range((len(window) + 1) // 2)], tally)
        for one in window:
            if one.result is not None:
                one.result.cancel()
        tally.done = not self.stopping.is_set()
        return tally

    def _home(self, came: Sequence[_Out], tally: Tally) -> None:
        """Write what pieces gave."""
        read = [Came(one.source, one.start, self._done(one), _after(one), one.piece is None) for one in came]
        if self.dry:
            made = self.database.read(lambda c: [history.weigh(c, one, self.recording) for one in read])
        else:
            made = self.database.write(lambda c: history.write(c, read, self.recording))
        for one, of, new in zip(came, read, made, strict=True):
            tally.outcomes.update(of.done.outcomes)
            tally.bad += len(of.done.bad)
            tally.new_events += new.events
            tally.articles += new.articles
            for step in new.steps:
                self.differ(step)
            for bad in of.done.bad:
                self.report(bad)
            self.progress(one.source, None if isinstance(one.piece, Bad) else one.piece, tally)

    def _done(self, one: _Out) -> Done:
        if isinstance(one.piece, Bad):
            return Done(bad=(one.piece,), outcomes={"bad": 1})
        if one.piece is None or one.result is None:
            return Done()
        return self._result(one.piece, one.result, one.start.now)

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


def _after(one: _Out) -> int | None:
    return None if one.piece is None or isinstance(one.piece, Bad) else one.piece.after


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
