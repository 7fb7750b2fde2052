"""What a plan does: whom it tells, what it revises, what it takes back, and by which named reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.model import Discovered, EventState, Finding, Salience, Status
from pipeline.plan import Context, NewEvent, RecordOptions, Retract, Revise, StateWhy, Subscription, Why
from pipeline.record import accept, decide, matches, reject, scope
from tests.unit.record.desk import BILATERAL, CONTEXT, NOW, Desk, article, background, finding, kinds, messages

STATES: list[tuple[str, Finding, str | None, RecordOptions, EventState, StateWhy]] = [
    ("sure, fresh news", finding(date="2026-01-14"), "2026-01-14", RecordOptions(), EventState.ALERTED, StateWhy.NEWS),
    ("unsure", finding(confidence=0.5), "2026-01-14", RecordOptions(), EventState.REVIEW, StateWhy.UNSURE),
    ("weak", finding(confidence=0.2), "2026-01-14", RecordOptions(), EventState.HISTORY, StateWhy.WEAK),
    ("background", background(), "2026-01-14", RecordOptions(), EventState.HISTORY, StateWhy.BACKGROUND),
    ("an old act", finding(date="2025-03-13"), "2026-01-14", RecordOptions(), EventState.HISTORY, StateWhy.NOT_FRESH),
    ("an old article", finding(), "2025-03-13", RecordOptions(), EventState.HISTORY, StateWhy.NOT_FRESH),
    ("this month, no day", finding(date="2026-01"), "2026-01-14", RecordOptions(), EventState.ALERTED, StateWhy.NEWS),
    ("no date anywhere", finding(), None, RecordOptions(), EventState.ALERTED, StateWhy.NEWS),
    ("a day to come", finding(date="2026-03-01"), "2026-01-14", RecordOptions(), EventState.REVIEW, StateWhy.FUTURE_DATE),
    ("planned", finding(status=Status.PLANNED), "2026-01-14", RecordOptions(), EventState.HISTORY, StateWhy.NOT_OCCURRED),
    ("a rescan", finding(), "2026-01-14", RecordOptions(quiet=True), EventState.HISTORY, StateWhy.QUIET),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "day", "options", "state", "why"), [case[1:] for case in STATES], ids=[case[0] for case in STATES]
)
def test_tell_ask_or_keep(
    one: Finding, day: str | None, options: RecordOptions, state: EventState, why: StateWhy
) -> None:
    """A new event is told, put to a person or kept, each for a named reason; only what is told makes a message."""
    plan = Desk(options=options).tell(article(1, day), one)
    step = plan.steps[0]
    assert isinstance(step, NewEvent)
    assert (step.event.state, step.state_why) == (state, why)
    assert len(plan.alerts) == (state is EventState.ALERTED)


def test_planned_steps_are_told_to_those_who_ask() -> None:
    """A channel that wants planned steps hears of them; the others do not."""
    channels = (Subscription("done"), Subscription("plans", statuses=("planned",)))
    desk = Desk(replace(CONTEXT, subscriptions=channels))
    plan = desk.tell(article(1), finding(status=Status.PLANNED, date="2026-01-20"))
    assert [(a.subscription, a.kind) for a in plan.alerts] == [("plans", "event.created")]


def test_a_second_report_is_a_source_and_no_message() -> None:
    """The same news by another agency is evidence, told to nobody again."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    plan = desk.tell(article(2), replace(finding(date="2026-01-14"), confidence=0.8))
    assert kinds(plan) == ["AddSource:confirms"]
    assert messages(plan) == []
    assert desk.sources(desk.standing[0]) == 2


def test_a_sharper_report_revises() -> None:
    """A chamber and a day learnt later make a revision that is told, with what changed from what to what."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01"))
    plan = desk.tell(article(2), finding(stage="lower_chamber", date="2026-01-14"))
    step = plan.steps[0]
    assert isinstance(step, Revise)
    assert step.why is Why.SHARPENS
    assert step.event.revision == 2
    assert ("date", "2026-01", "2026-01-14") in {(c.field, c.before, c.after) for c in step.changes}
    assert messages(plan) == ["event.revised"]


def test_background_of_a_known_event_is_no_message() -> None:
    """An event that is retold gains a source, even with particulars of its own."""
    desk = Desk()
    desk.tell(article(1), finding())
    plan = desk.tell(article(2), background(date="2026-01-14"))
    assert messages(plan) == []
    assert str(desk.standing[0].date) == "2026-01-14"


def test_news_of_what_was_background_is_told() -> None:
    """An event first met in passing is told when it is reported as news while it is fresh."""
    desk = Desk()
    desk.tell(article(1), background(date="2026-01-14"))
    plan = desk.tell(article(2), finding(date="2026-01-14"))
    assert kinds(plan) == ["Revise:newsworthy"]
    assert messages(plan) == ["event.created"]


def test_a_rescan_says_nothing_even_of_changes() -> None:
    """Stored articles read again may sharpen an event that was told; nobody hears of it a second time."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01"))
    plan = desk.tell(article(2), finding(date="2026-01-14"), options=RecordOptions(quiet=True))
    assert messages(plan) == []
    assert desk.standing[0].state is EventState.ALERTED


def test_an_edited_article_corrects_its_date() -> None:
    """The newest version of an article speaks for it: the date changes, one source remains, readers hear of it."""
    desk = Desk()
    first = desk.tell(article(1), finding(date="2026-01-13"))
    plan = desk.tell(article(1, version=2), finding(date="2026-01-14"))
    assert kinds(plan) == ["Revise:corrects"]
    assert messages(plan) == ["event.revised"]
    [event] = desk.standing
    assert (str(event.date), event.flags, desk.sources(event)) == ("2026-01-14", (), 1)
    assert event.id == first.alerts[0].event.id


def test_an_article_that_takes_its_claim_back_retracts_the_event() -> None:
    """ "Has ratified" edited to "will ratify": the event is taken back and those who heard of it hear that."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    plan = desk.tell(article(1, version=2), finding(date="2026-01-14", status=Status.PLANNED))
    assert [type(step) for step in plan.steps] == [Retract, NewEvent]
    assert messages(plan) == ["event.retracted"]


def test_silence_of_an_edited_article_is_a_flag() -> None:
    """A sentence that is missing from the new version may be a shortened page: the event stands, flagged."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    plan = desk.tell(article(1, version=2))
    assert kinds(plan) == ["Revise:corrects"]
    assert desk.standing[0].flags == ("source_changed",)
    assert messages(plan) == []


def test_a_claim_taken_back_by_one_source_stands_on_the_other() -> None:
    """With a second agency's report the event survives the first one's correction."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    desk.tell(article(2), finding(date="2026-01-14"))
    desk.tell(article(1, version=2), finding(status=Status.NEGATED))
    occurred = [e for e in desk.standing if e.status is Status.OCCURRED]
    assert [desk.sources(e) for e in occurred] == [1]


def test_two_events_that_turn_out_to_be_one_are_merged() -> None:
    """A late report shows that two vague ones meant one act: the senior event stays, the other is retracted into it."""
    desk = Desk()
    desk.tell(article(1), finding(country="", date="2026-01"))
    desk.tell(article(2, "2026-01-15"), finding(country="", date="2026"))
    before = len(desk.standing)
    desk.tell(article(3), finding(country="RU", date="2026-01-14"))
    assert before == len(desk.standing) == 1


def test_a_rejected_event_stays_rejected() -> None:
    """What a person called wrong is not raised again by the next report of it."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    [event] = desk.standing
    desk.set_state(event.id, EventState.RETRACTED)
    plan = desk.tell(article(2), finding(stage="lower_chamber", date="2026-01-14"))
    assert messages(plan) == []
    assert desk.standing == []


def test_an_agreement_on_no_watchlist_is_proposed() -> None:
    """A discovered agreement makes an event of its own key and a proposal for a person."""
    found = Discovered("treaty|AM,IN|extradition", "an extradition treaty", "treaty", ("AM", "IN"))
    one = replace(finding("signed", "AM", date="2026-01-14"), agreement_id=None, discovered=found)
    desk = Desk()
    plan = desk.tell(article(1), one)
    assert plan.proposals == (found,)
    step = plan.steps[0]
    assert isinstance(step, NewEvent)
    assert step.parties == ("AM", "IN")
    assert scope([one]) == ("~treaty|AM,IN|extradition|signed",)


def test_ids_and_plans_are_deterministic() -> None:
    """The same decision made twice is the same plan, ids included."""
    first, second = (Desk().tell(article(1), finding(date="2026-01-14")) for _ in range(2))
    assert first == second


def test_defaults_decide_without_a_watchlist() -> None:
    """Without context nobody is told, and the event is stored all the same."""
    plan = decide(article(1), [finding(date="2026-01-14")], known=_nothing(), now=NOW)
    assert kinds(plan) == ["NewEvent:new"]
    assert plan.alerts == ()


def _nothing() -> object:
    from pipeline.plan import Known

    return Known()


FILTERS = [
    (Subscription("x"), True),
    (Subscription("x", agreements=("ru-by",)), True),
    (Subscription("x", agreements=("other",)), False),
    (Subscription("x", parties=("BY", "KZ")), True),
    (Subscription("x", parties=("KZ",)), False),
    (Subscription("x", types=("ratified",)), True),
    (Subscription("x", types=("signed",)), False),
    (Subscription("x", statuses=("planned",)), False),
    (Subscription("x", statuses=()), True),
    (Subscription("x", stages=("lower_chamber",)), False),
    (Subscription("x", min_confidence=0.95), False),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_a_channel_hears_what_it_asked_for(wanted: Subscription, expected: bool) -> None:
    """Every condition of a filter holds, or the channel stays silent."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    assert matches(wanted, desk.standing[0], ("BY", "RU")) is expected


def test_a_persons_word() -> None:
    """Accepting a reviewed event tells it; rejecting a told one takes it back; both are revisions."""
    desk = Desk()
    desk.tell(article(1), finding(confidence=0.5))
    [event] = desk.standing
    yes = accept(event, ("BY", "RU"), "anna", NOW, CONTEXT)
    assert (yes.event.state, yes.event.revision) == (EventState.ALERTED, 2)
    assert [a.kind for a in yes.alerts] == ["event.created"]
    no = reject(yes.event, ("BY", "RU"), "anna", NOW + timedelta(hours=1), CONTEXT)
    assert [a.kind for a in no.alerts] == ["event.retracted"]
    assert reject(event, (), "anna", NOW, Context()).alerts == ()


def test_evidence_of_news_is_shown_before_background() -> None:
    """The sentence shown is the news report's, however sure the background is."""
    desk = Desk()
    desk.tell(article(1), background(date="2026-01-14", confidence=0.99))
    desk.tell(article(2), finding(date="2026-01-14", confidence=0.8, start=7))
    [event] = desk.standing
    assert (event.start, event.salience) == (7, Salience.NEWS)
    assert event.agreement == BILATERAL.title
