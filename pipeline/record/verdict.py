"""Tell people, ask a person, or keep as history? Decided by named reasons; nothing is dropped.

confident, fresh, news, occurred ─▶ alerted      unsure ─▶ review      background, old, planned ─▶ history
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pipeline.model import Agreement, Event, EventState, Salience, Status
from pipeline.plan import RecordOptions, Report, StateWhy, Subscription

Verdict = tuple[EventState, StateWhy]
_ORDER = (EventState.ALERTED, EventState.REVIEW, EventState.HISTORY)


def verdict(event: Event, reports: Iterable[Report], now: datetime, options: RecordOptions, wanted: bool) -> Verdict:
    """The best state that one of these reports earns the event: a single sure, fresh report of news is enough.

    `wanted`: some channel asked for such an event (what has not happened is told only to those who asked).
    """
    each = [_of_report(event, report, now, options, wanted) for report in reports]
    return min(each, key=lambda one: _ORDER.index(one[0]), default=(EventState.HISTORY, StateWhy.BACKGROUND))


def _of_report(event: Event, report: Report, now: datetime, options: RecordOptions, wanted: bool) -> Verdict:
    finding = report.finding
    if options.quiet:
        return EventState.HISTORY, StateWhy.QUIET
    if finding.salience is Salience.BACKGROUND:
        return EventState.HISTORY, StateWhy.BACKGROUND
    if not is_fresh(event, report, now, options.fresh_days):
        return EventState.HISTORY, StateWhy.NOT_FRESH
    if event.status is not Status.OCCURRED and not wanted:
        return EventState.HISTORY, StateWhy.NOT_OCCURRED
    if finding.confidence < options.review_threshold:
        return EventState.HISTORY, StateWhy.WEAK
    if in_future(event, now):
        return EventState.REVIEW, StateWhy.FUTURE_DATE
    if finding.confidence < options.alert_threshold:
        return EventState.REVIEW, StateWhy.UNSURE
    return EventState.ALERTED, StateWhy.NEWS


def is_fresh(event: Event, report: Report, now: datetime, fresh_days: int) -> bool:
    """News is young: both the act, where its date is known, and the article, where its date is known.

    Where neither is known it counts as fresh: feeds often carry no date, and a missed act costs more than a late one.
    """
    oldest = (now - timedelta(days=fresh_days)).date()
    if report.article.published is not None and report.article.published.date() < oldest:
        return False
    return event.date is None or event.status is not Status.OCCURRED or event.date.last >= oldest


def in_future(event: Event, now: datetime) -> bool:
    """True for an act that is said to have happened on a day that has not come (anywhere on earth)."""
    tomorrow: date = (now + timedelta(days=2)).date()
    return event.status is Status.OCCURRED and event.date is not None and event.date.first > tomorrow


def parties_of(event: Event, reports: Iterable[Report], agreement: Agreement | None) -> tuple[str, ...]:
    """Every party the event concerns, sorted: the agreement's, as listed or as reported, and the one that acted."""
    listed = set(agreement.parties) if agreement else set()
    for report in reports:
        if report.finding.discovered and not agreement:
            listed.update(report.finding.discovered.parties)
    return tuple(sorted((listed | {event.actor_country}) - {""}))


def matches(wanted: Subscription, event: Event, parties: tuple[str, ...]) -> bool:
    """Whether a channel asked for such an event. `parties`: of the agreement, with the actor's."""
    return (
        (not wanted.agreements or event.agreement_id in wanted.agreements)
        and (not wanted.parties or not set(wanted.parties).isdisjoint(parties))
        and (not wanted.types or event.type.value in wanted.types)
        and (not wanted.statuses or event.status.value in wanted.statuses)
        and (not wanted.stages or event.stage in wanted.stages)
        and event.confidence >= wanted.min_confidence
    )
