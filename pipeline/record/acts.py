"""The acts of one stream: its reports sorted and folded, matched with the events we have, and looked at together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.model import Event, EventState, Status
from pipeline.plan import Context, Flag, KnownEvent, Report
from pipeline.record.cluster import EARLY_DAYS, NEAR_DAYS, STANDING_DAYS, Cluster, cluster
from pipeline.record.families import has_members, is_multilateral, stages_agree
from pipeline.record.fold import fold, id_of, key_of
from pipeline.record.verdict import parties_of

OVERDUE_DAYS = 60  # a planned step that happens this late is still the planned one
_NOT_FOLDED = frozenset({Flag.SOURCE_CHANGED.value, Flag.FUTURE_DATE.value})  # set by steps, not by the reports alone
PLAN_DAYS = 366  # a plan without a date is looked for this long


@dataclass(frozen=True, slots=True)
class Act:
    """One real act: its reports, the event they make, and the event stored for it so far (`known`)."""

    event: Event
    key: str
    stream: str
    reports: tuple[Report, ...]
    parties: tuple[str, ...]
    known: KnownEvent | None = None
    fulfilled_by: str | None = None

    @property
    def day(self) -> date:
        """When it happened or is to happen, else when it was first reported."""
        return self.event.date.first if self.event.date else min(r.article.reported_on for r in self.reports)

    def is_calm(self, disturbed: frozenset[str]) -> bool:
        """True where nothing new was said of it, so that what is stored of it stands. `disturbed`: events that lost a report."""
        known, event = self.known, self.event
        return (
            known is not None
            and event.id not in disturbed
            and (self.key, self.fulfilled_by) == (known.key, known.fulfilled_by)
            and all(report.id and report.event_id == event.id for report in self.reports)
            and not set(event.flags) ^ (set(known.event.flags) - _NOT_FOLDED)
        )


def acts_of(stream: str, reports: Sequence[Report], events: Sequence[KnownEvent], context: Context) -> list[Act]:
    """Sort a stream's current reports into acts and give each its event: the stored one or a new id. Pure, and in a fixed order."""
    act = stream.rsplit("|", 1)[1]
    multilateral = any(is_multilateral(r.finding, context.agreements) for r in reports)
    members = any(has_members(r.finding, context.agreements) for r in reports)
    clusters = [
        one
        for status in Status
        for one in cluster([r for r in reports if r.finding.status is status], act, multilateral, members)
    ]
    made = [fold(one) for one in clusters]
    keys: dict[str, int] = {}
    for place, one in enumerate(clusters):
        keys[key_of(one, keys)] = place
    matched = _match(clusters, list(keys), events)
    ids = {known.event.id for known in events}
    acts = []
    for key, place in keys.items():
        known = matched.get(place)
        identity = known.event.id if known else id_of(key, ids)
        ids.add(identity)
        acts.append(_act(replace(made[place], id=identity), key, stream, clusters[place], known, context))
    occurred = [one for one in acts if one.event.status is Status.OCCURRED]
    denied = [one for one in acts if one.event.status is Status.NEGATED]
    return [_seen_together(one, occurred, denied) for one in acts]


def _act(event: Event, key: str, stream: str, one: Cluster, known: KnownEvent | None, context: Context) -> Act:
    agreement = context.agreements.get(event.agreement_id or "")
    if agreement is not None:
        event = replace(event, agreement=agreement.title)
    parties = parties_of(event, one.reports, agreement)
    return Act(event, key, stream, tuple(one.reports), parties, known)


def _match(clusters: list[Cluster], keys: list[str], events: Sequence[KnownEvent]) -> dict[int, KnownEvent]:
    """Which stored event each act is: the one told to people first, then the one with most of its reports, then the oldest."""
    stored = {known.event.id: known for known in events}
    pairs: list[tuple[tuple[object, ...], int, KnownEvent]] = []
    for place, one in enumerate(clusters):
        shared = Counter(r.event_id for r in one.reports if r.event_id in stored)
        for identity, reports in shared.items():
            known = stored[identity or ""]
            pairs.append(((*_seniority(known), -reports, keys[place]), place, known))
    matched: dict[int, KnownEvent] = {}
    used: set[str] = set()
    for _, place, known in sorted(pairs, key=lambda pair: pair[0]):
        if place not in matched and known.event.id not in used:
            matched[place] = known
            used.add(known.event.id)
    return matched


def _seniority(known: KnownEvent) -> tuple[object, ...]:
    event = known.event
    told = event.state is EventState.ALERTED
    return not known.by_person, not told, str(event.first_seen or ""), event.id


def _seen_together(one: Act, occurred: Sequence[Act], denied: Sequence[Act]) -> Act:
    """What the other acts of the stream say of this one: a plan is fulfilled, a claim is denied."""
    if one.event.status is Status.PLANNED:
        done = [(abs((o.day - one.day).days), o.key, o.event.id) for o in occurred if _fulfils(o, one)]
        if done:
            return replace(_flagged(one, Flag.FULFILLED), fulfilled_by=min(done)[2])
    if one.event.status is Status.OCCURRED and any(_denies(other, one) for other in denied):
        return _flagged(one, Flag.CONTRADICTED)
    return one


def _flagged(one: Act, flag: Flag) -> Act:
    return replace(one, event=replace(one.event, flags=tuple(sorted({*one.event.flags, flag.value}))))


def _fulfils(occurred: Act, planned: Act) -> bool:
    done, plan = occurred.event, planned.event
    if plan.actor_country and done.actor_country and plan.actor_country != done.actor_country:
        return False
    if not stages_agree(plan.stage, done.stage):
        return False
    late = (occurred.day - (plan.date.last if plan.date else planned.day)).days
    if plan.date:
        early = (plan.date.first - occurred.day).days
        return early <= NEAR_DAYS and late <= OVERDUE_DAYS
    return -EARLY_DAYS <= late <= PLAN_DAYS


def _denies(other: Act, occurred: Act) -> bool:
    """A "has not" reported soon after a "has", of the very same actor and organ."""
    same = (other.event.actor_country, other.event.stage) == (occurred.event.actor_country, occurred.event.stage)
    after = (max(r.article.reported_on for r in other.reports) - occurred.day).days
    return same and 0 <= after <= STANDING_DAYS
