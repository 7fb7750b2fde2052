"""Findings and what we know become a plan: the transaction as a value.

    arrived reports ─┬─ known already ──────────────────────────────▶ nothing
                     └─ new ─▶ the stream's acts, sorted afresh ─▶ NewEvent | Revise | AddSource | Retract, evidence, alerts

Reports of an older version of the same article give way to what the article says now. Everything is a function of the arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.model import Discovered, EventState, Finding, Salience
from pipeline.plan import (
    ArticleFacts,
    Attach,
    Context,
    Decided,
    Detach,
    EventStep,
    Known,
    Plan,
    RecordOptions,
    Report,
    Why,
)
from pipeline.record.acts import Act, acts_of
from pipeline.record.families import stream_of
from pipeline.record.news import alerts_of, offers_of
from pipeline.record.steps import retraction, step_of


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article's findings sorted against its earlier reports."""

    new: tuple[Report, ...] = ()
    known: tuple[Report, ...] = ()
    gone: tuple[Report, ...] = ()  # stored reports that the article has replaced
    changed: frozenset[str] = frozenset()  # events whose sentence is missing from the article as it is now


def scope(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The streams a decision about these findings has to know, sorted."""
    return tuple(sorted({stream_of(finding) for finding in findings}))


def decide(
    article: ArticleFacts,
    findings: Sequence[Finding],
    known: Known,
    now: datetime,
    options: RecordOptions = RecordOptions(),  # noqa: B008  (frozen)
    context: Context = Context(),  # noqa: B008  (frozen)
) -> Plan:
    """What to write for one article version. Deciding twice about the same article gives an empty plan the second time.

    `known` must hold the streams of `scope(findings)` and those in which this article has reports already.
    """
    arrival = _arrival(article, findings, known)
    gone = {report.id for report in arrival.gone}
    current = [*(r for r in known.reports if r.id not in gone), *arrival.new]
    touched = {stream_of(r.finding) for r in (*arrival.new, *arrival.gone)}
    touched |= {k.stream for k in known.events if k.event.id in arrival.changed}
    plan = Plan(article, now, tuple(pair for pair in sorted(known.versions) if pair[0] in touched))
    lost_one = frozenset(r.event_id for r in known.reports if r.id in gone and r.event_id)
    steps: list[EventStep] = []
    acts: list[Act] = []
    for stream in sorted(touched):
        events = [k for k in known.events if k.stream == stream]
        mine = acts_of(stream, [r for r in current if stream_of(r.finding) == stream], events, context)
        left = {r.event_id for act in mine for r in act.reports if r.id and r.event_id != act.event.id}
        disturbed = arrival.changed | lost_one | {identity for identity in left if identity}
        stirred = [act for act in mine if not act.is_calm(disturbed)]
        made = [step for act in stirred if (step := step_of(act, arrival.changed, known, now, options, context))]
        had = {r.event_id for r in known.reports}
        alive = {act.event.id for act in mine}
        lost = [k for k in events if k.event.id in had - alive and k.event.state is not EventState.RETRACTED]
        steps += [*(retraction(k, mine) for k in lost), *made]
        acts += mine
    loud = not options.quiet and (bool(arrival.gone) or any(_is_news(r) for r in arrival.new))
    return replace(
        plan,
        steps=tuple(steps),
        evidence=(*(Detach(r, Why.CORRECTS) for r in arrival.gone), *_attached(acts)),
        alerts=alerts_of(steps, acts, known, context) if loud else (),
        offers=offers_of(steps, acts, known, now, options, context) if loud else (),
        proposals=_proposals(arrival.new, options),
        decided=_decided(arrival, acts, steps),
    )


def _is_news(report: Report) -> bool:
    return report.finding.salience is Salience.NEWS


def _slot(report: Report) -> tuple[str, str, str]:
    return stream_of(report.finding), report.finding.status.value, report.finding.actor_country


def _same(one: Report, other: Report) -> bool:
    """The same claim in the same words; sureness and reasons may change with the recogniser."""
    a, b = one.finding, other.finding
    return _slot(one) == _slot(other) and (a.type, a.stage, a.date, a.evidence) == (b.type, b.stage, b.date, b.evidence)


def _arrival(article: ArticleFacts, findings: Sequence[Finding], known: Known) -> Arrival:
    earlier = [r for r in known.reports if r.article.article_id == article.article_id]
    new: list[Report] = []
    kept: list[Report] = []
    for finding in findings:
        report = Report(article, finding)
        stored = next((r for r in earlier if _same(r, report)), None)
        if stored is not None:
            kept.append(replace(stored, finding=finding))
        elif not any(_same(report, other) for other in new):
            new.append(report)
    stays = {r.id for r in kept}
    missing = [r for r in earlier if r.id not in stays]
    gone = [r for r in missing if _replaced(r, article, new)]
    new = [replace(r, event_id=_heir(r, gone)) for r in new]
    edited = [r for r in missing if r not in gone and article.version > r.article.version]
    changed = frozenset(r.event_id for r in edited if r.event_id)
    return Arrival(tuple(new), tuple(kept), tuple(gone), changed)


def _replaced(old: Report, article: ArticleFacts, new: Sequence[Report]) -> bool:
    """The article says it otherwise now: the same act with other particulars, or (edited) that it is not so after all.

    Silence is no correction: a claim that is merely missing stays, with a flag.
    """
    if any(_slot(old) == _slot(report) for report in new):
        return True
    edited = article.version > old.article.version
    stream, status, country = _slot(old)
    return edited and any(
        (stream, country) == (s, c) and status != other for s, other, c in (_slot(report) for report in new)
    )


def _heir(report: Report, gone: Sequence[Report]) -> str | None:
    return next((old.event_id for old in gone if _slot(old) == _slot(report)), None)


def _attached(acts: Sequence[Act]) -> tuple[Attach, ...]:
    return tuple(
        Attach(report, act.event.id, act.stream)
        for act in acts
        for report in act.reports
        if not report.id or report.event_id != act.event.id
    )


def _proposals(new: Sequence[Report], options: RecordOptions) -> tuple[Discovered, ...]:
    """Agreements on no watchlist that this article tells of surely enough to ask a person."""
    found = {
        r.finding.discovered.key: r.finding.discovered
        for r in new
        if r.finding.agreement_id is None and r.finding.discovered and r.finding.confidence >= options.review_threshold
    }
    return tuple(found[key] for key in sorted(found))


def _decided(arrival: Arrival, acts: Sequence[Act], steps: Sequence[EventStep]) -> tuple[Decided, ...]:
    why = {_event_id(step): step.why for step in steps}
    known = [Decided(r.finding, r.event_id, Why.KNOWN) for r in arrival.known]
    placed = {_slot(r) + _place(r): act.event.id for act in acts for r in act.reports if not r.id}
    new = [
        Decided(r.finding, identity, why.get(identity, Why.CONFIRMS))
        for r in arrival.new
        if (identity := placed.get(_slot(r) + _place(r)))
    ]
    return (*known, *new)


def _place(report: Report) -> tuple[object, ...]:
    f = report.finding
    return f.start, f.end, f.type, f.stage, f.date


def _event_id(step: EventStep) -> str:
    return step.event_id if hasattr(step, "event_id") else step.event.id
