"""Plans in a real database: whole or not at all, once however often they are done, the same as in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline import query
from pipeline.errors import UsageError
from pipeline.model import Discovered, Event, EventState, Status
from pipeline.plan import Applied, Stale, event_as_dict
from pipeline.query import EventFilter
from pipeline.record import accept, reject
from pipeline.store import desk, outbox, review
from pipeline.store.apply import apply
from pipeline.store.engine import Database
from tests.store.telling import NOW, as_planned, plan_for, record, rows, store, tell
from tests.unit.record.desk import BILATERAL, CONTEXT, OPEN, background, finding

TABLES = ("events", "revisions", "evidence", "outbox", "changes", "event_parties")


def counts(database: Database) -> list[int]:
    """The size of every table of the history."""
    return [database.read(lambda c, t=t: rows(c, t)) for t in TABLES]  # type: ignore[misc]


def test_a_first_report_is_stored_whole(database: Database) -> None:
    """Event, revision, evidence, message, change and parties are there together, and read back as they were."""
    done = tell(database, 1, finding(stage="lower_chamber", date="2026-01-14", effective="2026-03"))
    assert done == Applied(created=1, messages=1)
    assert counts(database) == [1, 1, 1, 1, 1, 2]
    [event] = query.events(database).items
    assert (event.type, event.stage, str(event.date), str(event.effective_date)) == (
        "ratified", "lower_chamber", "2026-01-14", "2026-03",
    )  # fmt: skip
    assert event.agreement == BILATERAL.title
    assert [source.agency for source in event.sources] == ["Agency 1"]
    assert event_as_dict(event)["state"] == "alerted"


def test_doing_it_again_writes_nothing(database: Database) -> None:
    """After a commit whose answer was lost: the same plan is stale, a new decision is empty."""
    facts = store(database, 1)
    one = finding(date="2026-01-14")
    plan = plan_for(database, facts, one)
    assert isinstance(database.write(lambda c: apply(c, plan, as_planned)), Applied)
    before = counts(database)
    assert isinstance(database.write(lambda c: apply(c, plan, as_planned)), Stale)
    assert record(database, facts, one) == Applied()
    assert counts(database) == before


def test_a_crash_in_the_middle_leaves_nothing(database: Database) -> None:
    """A transaction that dies after the event was inserted leaves no event, no message, no version."""
    plan = plan_for(database, store(database, 1), finding(date="2026-01-14"))

    def crash(connection: object) -> None:
        apply(connection, plan, as_planned)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.write(crash)
    assert counts(database) == [0] * 6
    assert isinstance(database.write(lambda c: apply(c, plan, as_planned)), Applied)


def test_the_second_of_two_plans_is_stale(database: Database) -> None:
    """Two workers decide on the same knowledge: one writes, the other decides again and confirms."""
    first, second = store(database, 1), store(database, 2)
    one = finding(date="2026-01-14")
    plans = [plan_for(database, facts, one) for facts in (first, second)]
    assert [type(database.write(lambda c, p=p: apply(c, p, as_planned))) for p in plans] == [Applied, Stale]  # type: ignore[misc]
    assert record(database, second, one) == Applied()
    [event] = query.events(database).items
    assert len(event.sources) == 2


def test_workers_at_once_make_one_event(database: Database) -> None:
    """Six threads report one act from six agencies: one event, six sources, one alert."""
    facts = [store(database, number) for number in range(6)]
    threads = [threading.Thread(target=record, args=(database, one, finding(date="2026-01-14"))) for one in facts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [event] = query.events(database).items
    assert len(event.sources) == 6
    assert database.read(lambda c: rows(c, "outbox")) == 1


def test_revisions_keep_what_was_said_before(database: Database) -> None:
    """A sharper report adds a revision; the history can be read as it stood at any moment, sources included."""
    facts = store(database, 1), store(database, 2)
    record(database, facts[0], finding(date="2026-01"), now=NOW)
    later = NOW + timedelta(hours=2)
    record(database, facts[1], finding(stage="lower_chamber", date="2026-01-14"), now=later)
    [event] = query.events(database).items
    assert (event.revision, str(event.date), len(event.sources)) == (2, "2026-01-14", 2)
    steps = query.revisions(database, event.id)
    assert [(step.why, str(step.event.date)) for step in steps] == [("new", "2026-01"), ("sharpens", "2026-01-14")]
    then = query.event(database, event.id, as_of=NOW + timedelta(hours=1))
    assert then is not None
    assert (then.revision, str(then.date), then.stage, len(then.sources)) == (1, "2026-01", "", 1)
    assert query.event(database, event.id, as_of=NOW - timedelta(hours=1)) is None
    past = query.events(database, EventFilter(as_of=NOW + timedelta(hours=1))).items
    assert [str(one.date) for one in past] == ["2026-01"]
    assert query.timeline(database, "ru-by", as_of=NOW - timedelta(days=1)) == ()


def test_an_edited_article_moves_its_evidence(database: Database) -> None:
    """A corrected date replaces the report; the old sentence is kept as what was said until then."""
    record(database, store(database, 1), finding(date="2026-01-13"))
    edited = store(database, 1, text="edited")
    assert edited.version == 2
    later = NOW + timedelta(hours=1)
    assert record(database, edited, finding(date="2026-01-14"), now=later).revised == 1
    [event] = query.events(database).items
    assert (str(event.date), len(event.sources)) == ("2026-01-14", 1)
    before = query.event(database, event.id, as_of=NOW)
    assert before is not None
    assert before.sources[0].sha256 != event.sources[0].sha256


def test_a_retracted_event_is_a_tombstone(database: Database) -> None:
    """A claim taken back leaves lists, stays readable by id, and stands in the feed of changes."""
    record(database, store(database, 1), finding(date="2026-01-14"))
    [event] = query.events(database).items
    record(database, store(database, 1, text="edited"), finding(status=Status.NEGATED))
    assert [one.status for one in query.events(database).items] == ["negated"]
    gone = query.event(database, event.id)
    assert gone is not None
    assert gone.state is EventState.RETRACTED
    notes, _ = query.changes(database)
    assert [note.kind for note in notes] == ["created", "retracted", "created"]
    assert len(query.events(database, EventFilter(retracted=True)).items) == 2


def test_keys_can_be_exchanged(database: Database) -> None:
    """Events whose keys change among themselves in one transaction do not collide."""
    tell(database, 1, finding(country="", date="2026-01"))
    tell(database, 2, finding(country="", date="2025"), day="2026-01-15")
    tell(database, 3, finding(country="RU", date="2026-01-14"), day="2026-01-15")
    tell(database, 4, finding(country="BY", date="2026-01-12"), day="2026-01-15")
    assert len({one.id for one in query.events(database).items}) == len(query.events(database).items)


def test_planned_steps_are_waited_for(database: Database) -> None:
    """A planned step becomes overdue when its day passes unreported, and is met when it is reported."""
    tell(database, 1, finding(status=Status.PLANNED, date="2026-01-14"), day="2026-01-10")
    [late] = database.read(lambda c: desk.overdue(c, date(2026, 1, 20)))
    assert late.due_last == date(2026, 1, 14)
    assert database.read(lambda c: desk.overdue(c, date(2026, 1, 14))) == ()
    tell(database, 2, finding(stage="lower_chamber", date="2026-01-14"))
    assert database.read(lambda c: desk.overdue(c, date(2026, 1, 20))) == ()


def test_unlisted_agreements_are_proposed(database: Database) -> None:
    """A discovered agreement is counted, most reported first, until a person decides."""
    found = Discovered("treaty|AM,IN|x", "an extradition treaty", "treaty", ("AM", "IN"), ("extradition",))
    one = replace(finding("signed", "AM", date="2026-01-14"), agreement_id=None, discovered=found)
    tell(database, 1, one)
    tell(database, 2, one)
    [proposal] = database.read(desk.proposals)
    assert (proposal.reports, proposal.parties, proposal.concepts) == (2, ("AM", "IN"), ("extradition",))
    assert database.write(lambda c: desk.settle_proposal(c, proposal.key, "accepted", "am-in"))
    assert database.read(desk.proposals) == ()
    [event] = query.events(database, EventFilter(party="IN")).items
    assert event.agreement_id is None


def test_a_person_decides(database: Database) -> None:
    """Accepting tells the channels, rejecting tells them too; the next report changes neither; all of it is audited."""
    tell(database, 1, replace(finding(date="2026-01-14"), confidence=0.5))
    [event] = query.review(database).items
    judged = database.read(lambda c: review.load(c, event.id))
    assert judged is not None
    yes = accept(judged.event, judged.parties, "anna", NOW, CONTEXT, note="seen on pravo.gov.ru")
    assert database.write(lambda c: review.write(c, yes, as_planned))
    assert not database.write(lambda c: review.write(c, yes, as_planned)), "the event has changed since"
    assert query.review(database).items == ()
    no = reject(yes.event, judged.parties, "boris", NOW, CONTEXT)
    assert database.write(lambda c: review.write(c, no, as_planned))
    tell(database, 2, finding(date="2026-01-14"))
    assert query.events(database).items == ()
    assert database.read(lambda c: rows(c, "outbox")) == 2
    assert [note[1:3] for note in database.read(desk.audited)] == [
        ("boris", "event.rejected"), ("anna", "event.accepted"),
    ]  # fmt: skip
    assert [step.who for step in query.revisions(database, event.id)][:3] == ["service", "anna", "boris"]


def test_changes_are_read_in_the_order_of_commits(database: Database) -> None:
    """While writers are at work, a reader that goes on from the last number it saw misses nothing."""
    total = 24
    facts = [store(database, number) for number in range(total)]
    seen: list[int] = []

    def write(part: int) -> None:
        for number in range(part, total, 4):
            record(database, facts[number], finding(country=f"X{number}", date="2026-01-14", agreement=OPEN))

    threads = [threading.Thread(target=write, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    last = 0
    while any(thread.is_alive() for thread in threads):
        notes, last = query.changes(database, last, 5)
        seen += [note.seq for note in notes]
    while notes := query.changes(database, last, 5)[0]:
        seen += [note.seq for note in notes]
        last = notes[-1].seq
    assert seen == list(range(1, total + 1))
    assert query.newest_change(database) == total


def test_the_feed_of_changes_tells_of_sources_and_revisions(database: Database) -> None:
    """A confirmation is a change too, though no revision."""
    tell(database, 1, finding(date="2026-01-14"))
    tell(database, 2, replace(finding(date="2026-01-14"), confidence=0.8))
    notes, last = query.changes(database)
    assert [(n.kind, len(n.event.sources)) for n in notes] == [("created", 2), ("sources", 2)]
    assert query.changes(database, last) == ((), last)


@pytest.fixture
def stocked(database: Database) -> Database:
    """Twenty events of two agreements."""
    for number in range(10):
        day = f"2026-01-{number + 1:02d}"
        one = finding(country="RU", stage="lower_chamber", date=day if number % 5 else "2026-01", start=number)
        two = finding("signed", f"A{number}", date=day, agreement=OPEN, status=Status.PLANNED)
        tell(database, number, one, two, day=day)
    return database


FILTERS = [
    EventFilter(),
    EventFilter(agreement=("ru-by",)),
    EventFilter(agreement=("ru-by", "seas"), type=("signed", "deposited")),
    EventFilter(party="BY"),
    EventFilter(party="A3"),
    EventFilter(country="RU", status=("occurred",)),
    EventFilter(status=("planned",), salience="news"),
    EventFilter(since=date(2026, 1, 4), until=date(2026, 1, 7)),
    EventFilter(stage="lower_chamber", min_confidence=0.5, tracked=True),
    EventFilter(state=("alerted", "history")),
]


def test_pages_are_the_whole_in_order(stocked: Database) -> None:
    """For every filter: small pages give what one large page gives; the past, asked as of now, gives the same."""
    for wanted in FILTERS:
        whole = query.events(stocked, replace(wanted, limit=1000)).items
        assert whole, wanted
        for question in (wanted, replace(wanted, as_of=NOW + timedelta(days=1))):
            assert _walked(stocked, replace(question, limit=4)) == whole, question
        days = [one.date.first for one in whole if one.date]
        assert days == sorted(days, reverse=True)


def _walked(database: Database, question: EventFilter) -> tuple[Event, ...]:
    page = query.events(database, question)
    walked = page.items
    while page.next:
        page = query.events(database, replace(question, cursor=page.next))
        walked += page.items
    return walked


@pytest.mark.parametrize("cursor", ["x", "!!!", "bnVsbA", "WzFd", "WyJ4IiwgMV0"])
def test_a_cursor_of_nobody_is_refused(database: Database, cursor: str) -> None:
    """A cursor that was made up is named as wrong use."""
    with pytest.raises(UsageError, match="cursor"):
        query.events(database, EventFilter(cursor=cursor))


def test_a_timeline_is_told_from_the_beginning(stocked: Database) -> None:
    """One agreement's steps, earliest first."""
    days = [one.date.first for one in query.timeline(stocked, "seas") if one.date]
    assert days == sorted(days)
    assert len(days) == 10


def test_an_article_shows_its_claims(database: Database) -> None:
    """An article comes with each claim read in it and the event it speaks for."""
    facts = store(database, 1)
    record(database, facts, finding(date="2026-01-14"), background("signed", date="2025-03-13", start=40))
    view = query.article(database, facts.article_id)
    assert view is not None
    assert view.stored.article.text == "Text 1"
    assert {claim.report.finding.type for claim in view.claims} == {"ratified", "signed"}
    assert {claim.event_id for claim in view.claims} == {one.id for one in query.events(database).items}
    assert query.article(database, 999) is None
    assert query.event(database, "ev_none") is None
    assert query.revisions(database, "ev_none") == ()


def test_a_rescan_writes_history_only(database: Database) -> None:
    """Stored articles read again give events, and no message."""
    record(database, store(database, 1), finding(date="2026-01-14"), quiet=True)
    [event] = query.events(database).items
    assert event.state is EventState.HISTORY
    assert database.read(outbox_rows) == 0


def outbox_rows(connection: object) -> int:
    """How many messages there are."""
    return rows(connection, "outbox")  # type: ignore[arg-type]


def test_ids_of_messages_are_the_same_when_done_again() -> None:
    """The id hangs on channel, kind and revision alone."""
    ids = {outbox.delivery_id("mail", "event.created", "ev_1|1") for _ in range(2)}
    assert len(ids) == 1
