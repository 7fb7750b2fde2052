"""A history in memory: plans applied to a value, so that decisions can be tested without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.model import Agreement, Event, EventState, EventType, Finding, PartialDate, Salience, Status
from pipeline.plan import (
    ArticleFacts,
    Attach,
    Context,
    Known,
    KnownEvent,
    NewEvent,
    Plan,
    RecordOptions,
    Report,
    Retract,
    Revise,
    Subscription,
)
from pipeline.record import decide

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
BILATERAL = Agreement("ru-by", "Agreement on the mutual protection of citizens", ("RU", "BY"))
OPEN = Agreement("seas", "Agreement on the high seas", (), multilateral=True)
EVERYTHING = Subscription("all")
CONTEXT = Context({a.id: a for a in (BILATERAL, OPEN)}, (EVERYTHING,))


def finding(
    kind: str = "ratified",
    country: str = "RU",
    stage: str = "",
    date: str | None = None,
    *,
    agreement: Agreement = BILATERAL,
    status: Status = Status.OCCURRED,
    salience: Salience = Salience.NEWS,
    confidence: float = 0.9,
    start: int = 0,
    effective: str | None = None,
) -> Finding:
    """A finding, short to write."""
    return Finding(
        agreement_id=agreement.id,
        agreement=agreement.title,
        type=EventType(kind),
        status=status,
        salience=salience,
        evidence=f"{country} {kind} {stage} {date} {start}",
        start=start,
        end=start + 10,
        stage=stage,
        wording=kind,
        actor=f"{country} {stage}".strip(),
        actor_country=country,
        date=PartialDate.parse(date) if date else None,
        effective_date=PartialDate.parse(effective) if effective else None,
        confidence=confidence,
    )


def background(*args: str, **kwargs: object) -> Finding:
    """A finding retold beside the news."""
    return finding(*args, salience=Salience.BACKGROUND, **kwargs)  # type: ignore[arg-type]


def article(number: int, day: str | None = "2026-01-14", version: int = 1) -> ArticleFacts:
    """An article published at noon of a day (None: unknown), seen an hour later."""
    published = datetime.fromisoformat(f"{day}T12:00:00+00:00") if day else None
    return ArticleFacts(
        article_id=number,
        url=f"https://agency{number % 7}.example/{number}",
        seen_at=(published or NOW) + timedelta(hours=1),
        version=version,
        version_id=number * 100 + version,
        agency=f"Agency {number % 7}",
        title=f"Article {number}",
        published=published,
        sha256=f"{number}-{version}",
    )


class Desk:
    """Everything stored, in memory."""

    def __init__(self, context: Context = CONTEXT, options: RecordOptions | None = None) -> None:
        self.context = context
        self.options = options or RecordOptions()
        self.versions: dict[str, int] = {}
        self.events: dict[str, KnownEvent] = {}
        self.reports: dict[int, Report] = {}
        self.plans: list[Plan] = []

    def tell(
        self, facts: ArticleFacts, *findings: Finding, now: datetime = NOW, options: RecordOptions | None = None
    ) -> Plan:
        """Decide about an article's findings and apply the plan."""
        known = Known(tuple(sorted(self.versions.items())), tuple(self.events.values()), tuple(self.reports.values()))
        plan = decide(facts, findings, known, now, options or self.options, self.context)
        self._apply(plan)
        self.plans.append(plan)
        return plan

    def _apply(self, plan: Plan) -> None:
        for step in plan.steps:
            if isinstance(step, NewEvent | Revise):
                if isinstance(step, NewEvent):
                    assert step.event.id not in self.events, "an id is given once"
                bare = replace(step.event, sources=())
                by_person = step.event.id in self.events and self.events[step.event.id].by_person
                self.events[bare.id] = KnownEvent(bare, step.key, step.stream, by_person, step.fulfilled_by)
                self.versions[step.stream] = self.versions.get(step.stream, 0) + 1
            elif isinstance(step, Retract):
                old = self.events[step.event.id]
                self.events[step.event.id] = replace(old, event=replace(step.event, sources=()), key=old.event.id)
        for change in plan.evidence:
            report = change.report
            self.reports.pop(report.id, None)
            if isinstance(change, Attach):
                number = report.id or max([0, *self.reports]) + 1000 + len(self.reports)
                self.reports[number] = replace(report, id=number, event_id=change.event_id)
        keys = [known.key for known in self.events.values()]
        assert len(keys) == len(set(keys)), "keys are unique"

    def set_state(self, event_id: str, state: EventState) -> None:
        """A person decided."""
        known = self.events[event_id]
        self.events[event_id] = replace(known, event=replace(known.event, state=state), by_person=True)

    @property
    def standing(self) -> list[Event]:
        """Events not taken back, in order of their keys, with the number of their sources in `revision`'s place unset."""
        alive = [k for k in self.events.values() if k.event.state is not EventState.RETRACTED]
        return [k.event for k in sorted(alive, key=lambda k: k.key)]

    def sources(self, event: Event) -> int:
        """How many articles speak for an event."""
        return len({r.article.url for r in self.reports.values() if r.event_id == event.id})

    @property
    def picture(self) -> list[tuple[object, ...]]:
        """What readers see, whatever the order in which it was told."""
        return sorted(
            (k.key, k.event.type, k.event.status, str(k.event.date), k.event.stage, k.event.actor_country,
             k.event.flags, k.event.confidence, k.event.evidence, self.sources(k.event))
            for k in self.events.values()
            if k.event.state is not EventState.RETRACTED
        )  # fmt: skip


def kinds(plan: Plan) -> list[str]:
    """The steps of a plan by name and reason."""
    return [f"{type(step).__name__}:{step.why}" for step in plan.steps]


def messages(plan: Plan) -> Sequence[str]:
    """The kinds of the messages a plan sends."""
    return [alert.kind for alert in plan.alerts]
