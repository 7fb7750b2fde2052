"""One real event is one event, whatever the press calls it and in whichever order it is told."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model import Finding, Salience, Status
from pipeline.plan import ArticleFacts
from tests.unit.record.desk import BILATERAL, OPEN, Desk, article, background, finding

Told = tuple[ArticleFacts, list[Finding]]

# (name, findings each in an article of its own with its day of publication, expected events as (stage, country, date, sources))
CASES: list[tuple[str, list[tuple[str, Finding]], set[tuple[str, str, str, int]]]] = [
    (
        "a month joins the day within it",
        [("2025-03-13", finding(date="2025-03-13")), ("2025-03-20", background(date="2025-03"))],
        {("", "RU", "2025-03-13", 2)},
    ),
    (
        "a year joins the day within it",
        [("2025-03-13", finding(date="2025-03-13")), ("2026-01-20", background(date="2025"))],
        {("", "RU", "2025-03-13", 2)},
    ),
    (
        "no date joins a dated one near in time",
        [("2026-01-14", finding(date="2026-01-14")), ("2026-01-20", finding())],
        {("", "RU", "2026-01-14", 2)},
    ),
    (
        "no date, months later, is another event",
        [("2026-01-14", finding(date="2026-01-14")), ("2026-06-01", finding())],
        {("", "RU", "2026-01-14", 1), ("", "RU", "None", 1)},
    ),
    (
        "background without a date is the act that was",
        [("2025-03-13", finding(date="2025-03-13")), ("2026-01-14", background())],
        {("", "RU", "2025-03-13", 2)},
    ),
    (
        "background is not an act that came after it",
        [("2026-03-13", finding(date="2026-03-13")), ("2026-01-14", background())],
        {("", "RU", "2026-03-13", 1), ("", "RU", "None", 1)},
    ),
    (
        "no actor joins one with",
        [("2026-01-14", finding(country="", date="2026-01-14")), ("2026-01-14", finding(date="2026-01-14"))],
        {("", "RU", "2026-01-14", 2)},
    ),
    (
        "the parliament is its lower chamber",
        [
            ("2026-01-14", finding(stage="parliament", date="2026-01-14")),
            ("2026-01-14", finding(stage="lower_chamber", date="2026-01-14")),
        ],
        {("lower_chamber", "RU", "2026-01-14", 2)},
    ),
    (
        "two chambers are two events, and the parliament goes to the nearer",
        [
            ("2026-01-14", finding(stage="lower_chamber", date="2026-01-14")),
            ("2026-01-21", finding(stage="upper_chamber", date="2026-01-21")),
            ("2026-01-21", finding(stage="parliament", date="2026-01-21")),
        ],
        {("lower_chamber", "RU", "2026-01-14", 1), ("upper_chamber", "RU", "2026-01-21", 2)},
    ),
    (
        "two chambers on one day are two events",
        [
            ("2026-01-14", finding(stage="lower_chamber", date="2026-01-14")),
            ("2026-01-14", finding(stage="upper_chamber", date="2026-01-14")),
        ],
        {("lower_chamber", "RU", "2026-01-14", 1), ("upper_chamber", "RU", "2026-01-14", 1)},
    ),
    (
        "the upper chamber approves what others call ratified",
        [
            ("2026-01-21", finding("approved", stage="upper_chamber", date="2026-01-21")),
            ("2026-01-21", finding("ratified", stage="upper_chamber", date="2026-01-21")),
        ],
        {("upper_chamber", "RU", "2026-01-21", 2)},
    ),
    (
        "a cabinet's approval is not the parliament's ratification",
        [
            ("2026-01-14", finding("approved", stage="government", date="2026-01-14")),
            ("2026-01-14", finding("ratified", stage="lower_chamber", date="2026-01-14")),
        ],
        {("government", "RU", "2026-01-14", 1), ("lower_chamber", "RU", "2026-01-14", 1)},
    ),
    (
        "a head of state who ratifies is promulgating",
        [
            ("2026-01-28", finding("ratified", stage="head_of_state", date="2026-01-28")),
            ("2026-01-28", finding("promulgated", stage="head_of_state", date="2026-01-28")),
        ],
        {("head_of_state", "RU", "2026-01-28", 2)},
    ),
    (
        "both parties sign one bilateral agreement",
        [
            ("2025-03-13", finding("signed", "RU", "foreign_ministry", "2025-03-13")),
            ("2025-03-13", finding("signed", "BY", "foreign_ministry", "2025-03-13")),
            ("2025-03-14", finding("signed", "", "", "2025-03-13")),
        ],
        {("foreign_ministry", "", "2025-03-13", 3)},
    ),
    (
        "each party ratifies for itself",
        [
            ("2025-03-13", finding("ratified", "RU", date="2025-03-13")),
            ("2025-03-13", finding("ratified", "BY", date="2025-03-13")),
        ],
        {("", "RU", "2025-03-13", 1), ("", "BY", "2025-03-13", 1)},
    ),
    (
        "each state signs an open convention for itself",
        [
            ("2025-03-13", finding("signed", "RU", date="2025-03-13", agreement=OPEN)),
            ("2025-03-13", finding("signed", "BY", date="2025-03-13", agreement=OPEN)),
        ],
        {("", "RU", "2025-03-13", 1), ("", "BY", "2025-03-13", 1)},
    ),
    (
        "in force at all and in force for a late-comer are two events",
        [
            ("2026-01-17", finding("entered_into_force", "", date="2026-01-17", agreement=OPEN)),
            ("2026-01-18", finding("entered_into_force", "MA", date="2026-01-17", agreement=OPEN)),
        ],
        {("", "", "2026-01-17", 1), ("", "MA", "2026-01-17", 1)},
    ),
    (
        "so many states, retold of an open convention, are not the one state we know",
        [
            ("2026-01-14", finding("ratified", "MA", date="2026-01-14", agreement=OPEN)),
            ("2026-01-20", background("ratified", "", agreement=OPEN)),
            ("2026-01-15", finding("ratified", "", agreement=OPEN)),
        ],
        {("", "MA", "2026-01-14", 2), ("", "", "None", 1)},
    ),
    (
        "a second vote weeks later is another event",
        [("2026-01-14", finding(date="2026-01-14")), ("2026-02-04", finding(date="2026-02-04"))],
        {("", "RU", "2026-01-14", 1), ("", "RU", "2026-02-04", 1)},
    ),
    (
        "neighbouring days are one event",
        [("2026-01-14", finding(date="2026-01-13")), ("2026-01-14", finding(date="2026-01-14"))],
        {("", "RU", "2026-01-13", 2)},
    ),
]


def _told(reports: list[tuple[str, Finding]]) -> list[Told]:
    return [(article(number, day), [one]) for number, (day, one) in enumerate(reports, 1)]


@pytest.mark.parametrize(("reports", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_reports_become_events(reports: list[tuple[str, Finding]], expected: set[tuple[str, str, str, int]]) -> None:
    """In every order of arrival, the reports make exactly the expected events."""
    for order in itertools.permutations(_told(reports)):
        desk = Desk()
        for facts, findings in order:
            desk.tell(facts, *findings)
        made = {(e.stage, e.actor_country, str(e.date), desk.sources(e)) for e in desk.standing}
        assert made == expected


def test_a_conflicting_date_is_flagged_and_not_doubled() -> None:
    """13 and 14 January of one actor: one event with both sources and a flag; readers hear of the conflict once."""
    desk = Desk()
    first = desk.tell(article(1), finding(date="2026-01-14"))
    second = desk.tell(article(2), finding(date="2026-01-13"))
    assert [e.flags for e in desk.standing] == [("date_conflict",)]
    assert [len(plan.alerts) for plan in (first, second)] == [1, 1]
    assert second.alerts[0].kind == "event.revised"


def test_an_article_that_tells_of_two_days_tells_of_two_acts() -> None:
    """One article with a vote on the 13th and one on the 14th is no conflict of dates."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-13"), finding(date="2026-01-14", start=50))
    assert [str(e.date) for e in desk.standing] == ["2026-01-13", "2026-01-14"]
    assert all(not e.flags for e in desk.standing)


def test_planned_and_occurred_are_two_events_and_one_fulfils_the_other() -> None:
    """A planned vote stays in the history, linked with the vote that was held."""
    desk = Desk()
    desk.tell(article(1, "2026-01-10"), finding(date="2026-01-14", status=Status.PLANNED))
    desk.tell(article(2), finding(stage="lower_chamber", date="2026-01-14"))
    planned, occurred = sorted(desk.standing, key=lambda e: e.status is Status.OCCURRED)
    assert planned.flags == ("fulfilled",)
    assert desk.events[planned.id].fulfilled_by == occurred.id


def test_a_denial_after_the_news_contradicts_it() -> None:
    """ "Has not ratified", said of the same actor after "has", flags the event."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    desk.tell(article(2, "2026-01-15"), finding(status=Status.NEGATED))
    occurred = next(e for e in desk.standing if e.status is Status.OCCURRED)
    assert occurred.flags == ("contradicted",)


def test_another_partys_denial_contradicts_nothing() -> None:
    """That Belarus has not ratified says nothing of Russia."""
    desk = Desk()
    desk.tell(article(1), finding(date="2026-01-14"))
    desk.tell(article(2, "2026-01-15"), finding(country="BY", status=Status.NEGATED))
    assert all(not e.flags for e in desk.standing)


DATES = st.sampled_from(
    [None, None, "2025", "2026", "2026-01", "2026-02", *(f"2026-01-{day:02d}" for day in range(9, 22))]
)
FINDINGS = st.builds(
    finding,
    kind=st.sampled_from(["ratified", "approved", "signed", "promulgated", "entered_into_force"]),
    country=st.sampled_from(["", "RU", "BY"]),
    stage=st.sampled_from(["", "parliament", "lower_chamber", "upper_chamber", "head_of_state", "government"]),
    date=DATES,
    agreement=st.sampled_from([BILATERAL, OPEN]),
    status=st.sampled_from([Status.OCCURRED, Status.OCCURRED, Status.PLANNED, Status.NEGATED]),
    salience=st.sampled_from(list(Salience)),
    confidence=st.sampled_from([0.4, 0.75, 0.9]),
    start=st.integers(0, 3),
)
REPORTS = st.lists(st.tuples(st.integers(9, 28), st.lists(FINDINGS, min_size=1, max_size=3)), min_size=1, max_size=7)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports=REPORTS, seed=st.integers(0, 2**32))
def test_the_order_of_arrival_does_not_matter(reports: list[tuple[int, list[Finding]]], seed: int) -> None:
    """Any permutation of a set of reports gives the same events: keys, dates, flags, evidence, number of sources."""
    told = [(article(n, f"2026-01-{day:02d}"), findings) for n, (day, findings) in enumerate(reports, 1)]
    shuffled = told[:]
    random.Random(seed).shuffle(shuffled)
    pictures = []
    for order in (told, shuffled):
        desk = Desk()
        for facts, findings in order:
            desk.tell(facts, *findings)
        pictures.append(desk.picture)
    assert pictures[0] == pictures[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports=REPORTS)
def test_telling_again_changes_nothing(reports: list[tuple[int, list[Finding]]]) -> None:
    """A redo after a crash decides that everything is known: no steps, no evidence, no messages."""
    desk = Desk()
    told = [(article(n, f"2026-01-{day:02d}"), findings) for n, (day, findings) in enumerate(reports, 1)]
    for facts, findings in told:
        desk.tell(facts, *findings)
    for facts, findings in told:
        plan = desk.tell(facts, *findings)
        assert (plan.steps, plan.evidence, plan.alerts, plan.versions) == ((), (), (), ())
        assert {one.why.value for one in plan.decided} == {"known"}
