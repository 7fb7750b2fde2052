"""The history's columns in memory: whatever changes, they answer what the database's own indexes answer, or not at all."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import Connection

from pipeline import query
from pipeline.flow.deciding import Word, decide_by_hand
from pipeline.flow.hands import Grasp, do_by_hand
from pipeline.model import PartialDate, Salience, Status
from pipeline.query import EventFilter, answering, memory
from pipeline.query.columns import OPEN, Revisions, Rows, kind_table, rows_of
from pipeline.query.events import page_of
from pipeline.query.kept import kept_of
from pipeline.query.memory import THREAD, Memory, remembering
from pipeline.query.picking import Part, asked
from pipeline.store.dialects import reading
from pipeline.store.engine import Database
from pipeline.store.inverted import Span
from tests.store.telling import NOW, as_planned, record, store
from tests.unit.record.desk import BILATERAL, CONTEXT, finding
from tests.unit.record.desk import OPEN as TREATY

QUESTIONS = [
    EventFilter(),
    EventFilter(oldest_first=True, limit=2),
    EventFilter(party="RU", limit=3),
    EventFilter(country="FR", status=("planned", "occurred")),
    EventFilter(agreement=(TREATY.id, BILATERAL.id), since=date(2026, 1, 10)),
    EventFilter(state=("retracted", "alerted"), min_confidence=0.6),
    EventFilter(tracked=True, salience="background"),
    EventFilter(text="text article"),
    EventFilter(text="approved", party="BY", oldest_first=True),
    EventFilter(since=date(2026, 1, 14), until=date(2026, 1, 14)),
]


def test_columns_keep_up_with_everything_that_changes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that are new, confirm or put right, words of reviewers, merges: after each, page by page, the same as by indexes."""
    monkeypatch.setattr(memory, "_LATE", 3)
    monkeypatch.setattr(memory, "_SINCE", 9)
    dice = random.Random(4)
    kept = Memory(database)
    kept.read()
    parts, read_again = set(), 0
    for number in range(36):
        _something(database, number, dice)
        stand = database.read(kept.stand)
        if stand is None:
            kept.read()
            read_again += 1
        else:
            parts.add(len(stand.parts))
        for wanted in QUESTIONS:
            then = NOW + timedelta(hours=dice.randrange(number + 2))
            for one in (wanted, replace(wanted, as_of=then)):
                assert _pages(database, one, kept) == _pages(database, one, None), (number, one)
    assert read_again > 0
    assert parts == {2, 3}


def _something(database: Database, number: int, dice: random.Random) -> None:
    """A report, or what a reviewer does."""
    now = NOW + timedelta(hours=number)
    known = [one.id for one in query.events(database, EventFilter(limit=100)).items]
    if len(known) > 1 and number % 3 == 2:
        one, other = dice.sample(known, 2)
        match dice.choice(["accept", "reject", "correct", "merge"]):
            case "merge":
                do_by_hand(database, one, Grasp("merge", "Ana", into=other), now, CONTEXT, as_planned)
            case "correct":
                values = {
                    "date": PartialDate(2026, 1, dice.randrange(10, 20)),
                    "actor_country": dice.choice(["RU", "FR"]),
                }
                decide_by_hand(database, one, Word("correct", "Ana", values=values), now, CONTEXT, as_planned)
            case decision:
                decide_by_hand(database, one, Word(decision, "Ana"), now, CONTEXT, as_planned)  # type: ignore[arg-type]
        return
    told = finding(
        dice.choice(["ratified", "approved", "signed"]), dice.choice(["RU", "BY", "FR", ""]), "",
        f"2026-01-{dice.randrange(10, 20)}" if dice.random() < 0.8 else "2026-01", agreement=dice.choice([BILATERAL, TREATY]),
        status=dice.choice([Status.OCCURRED, Status.PLANNED]), salience=dice.choice(list(Salience)), confidence=dice.choice([0.5, 0.9]),
    )  # fmt: skip
    record(database, store(database, number, f"2026-01-{dice.randrange(14, 20)}"), told, now=now)


def _pages(database: Database, wanted: EventFilter, kept: Memory | None) -> list[str]:
    found: list[str] = []

    def work(connection: Connection) -> tuple[list[str], str | None]:
        assert kept is None or kept.stand(connection) is not None
        return page_of(connection, wanted, kept)

    while True:
        ids, more = database.read(work)
        found += ids
        if more is None:
            return found
        wanted = replace(wanted, cursor=more)


def test_what_a_transaction_does_not_see_yet_is_not_told_it(database: Database) -> None:
    """Columns that are ahead of a transaction are not used in it; the next one has them again."""
    kept = Memory(database)
    kept.read()
    with reading(database.engine).connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM changes").scalar_one()
        record(database, store(database, 1), finding())
        assert database.read(kept.stand) is not None
        seen = page_of(connection, EventFilter(), kept)
    assert seen == ([], None)
    assert len(_pages(database, EventFilter(), kept)) == 1


def test_columns_are_kept_as_long_as_they_are_wanted(database: Database) -> None:
    """They are read in a thread of their own, which ends with the block; lists are then answered by indexes again."""
    record(database, store(database, 1), finding())
    with remembering(database):
        kept = kept_of(database)
        assert isinstance(kept, Memory)
        assert kept.tried.wait(20)
        assert [one.id for one in query.events(database).items] == _pages(database, EventFilter(), kept)
        threads = [one for one in threading.enumerate() if one.name == THREAD]
        assert len(threads) == 1
    assert kept_of(database) is None
    assert not threads[0].is_alive()


@pytest.mark.parametrize("further", [0, 1], ids=["as many", "more"])
def test_another_history_is_not_taken_for_the_one_that_was_read(database: Database, further: int) -> None:
    """A server that lost its last changes and went on: columns are not used until they are read again."""
    for number in range(3):
        record(database, store(database, number), finding(date=f"2026-01-{number * 5 + 2:02d}"))
    kept = Memory(database)
    kept.read()
    other = [one.id for one in query.events(database).items][-1]
    database.write(lambda c: c.exec_driver_sql(f"UPDATE changes SET event_id = '{other}' WHERE seq = 3"))
    for number in range(further):
        record(database, store(database, 10 + number), finding("approved", date="2026-01-20"))
    assert database.read(kept.stand) is None
    assert len(_pages(database, EventFilter(), None)) == 3 + further
    kept.read()
    assert database.read(kept.stand) is not None


def test_a_history_that_is_not_whole_is_not_kept(database: Database) -> None:
    """An event whose last revision is missing: indexes answer as well as they can, columns not at all."""
    record(database, store(database, 1), finding())
    database.write(lambda c: c.exec_driver_sql("DELETE FROM revisions"))
    kept = Memory(database)
    kept.read()
    assert database.read(kept.stand) is None


def test_two_events_of_one_number_stay_together() -> None:
    """However many are asked for: who goes on behind a number must have seen both."""
    for rising in (True, False):
        rows = _rows(["a", "b", "c", "d"])
        rows = replace(rows, number=np.array([512, 1024, 1024, 2048]))
        question = asked(
            EventFilter(oldest_first=rising), kind_table([(0, "signed", "occurred", "alerted", "news", "", True, 0)])
        )
        answers = answering.Answers([(Part(rows), question.of_rows(rows))], Span(rising=rising))
        taken: list[list[int]] = []
        while len(some := answers.next(2 if not taken else 1)):
            taken.append(some.number.tolist())
        assert taken == ([[512, 1024, 1024], [2048]] if rising else [[1024, 1024, 2048], [512]])
        those = answering.those([(Part(rows), question.of_rows(rows))], np.array([1024]))
        assert those.number.tolist() == [1024, 1024]


def _rows(names: list[str]) -> Rows:
    count = len(names)
    zero, far = np.zeros(count, np.int64), np.full(count, OPEN)
    read = Revisions(
        np.array(names, "S"), zero + 700_000, zero + 700_000, zero, far, zero, zero, zero, zero, {"": 0}, {"": 0}
    )
    rows = rows_of(read, [])
    assert rows is not None
    return rows
