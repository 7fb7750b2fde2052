"""How good the recogniser is on a labelled set: precision, recall and F1 of alerts, events and links, and what goes with them.

    alerts   (article, agreement, type) of what happened and is news: what would reach a person
    events   (article, agreement, type, happened or not) of everything told, history included
    links    (article, agreement): was the right tracked agreement recognised at all

Pure. Gold events that name no tracked agreement, and findings without one, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.model import Finding, PartialDate, Salience, Status

NOT_SCORED = frozenset({"notified", "adopted", "opened_for_signature", "succeeded", "reserved"})
_UNSURE = frozenset({"background", "planned", "negated", "conditional", "called_for"})


@dataclass(frozen=True, slots=True)
class Expected:
    """A labelled event. `agreement_ids`: every id that counts as right; `also_ok`: further types, statuses, saliences that do."""

    agreement_ids: frozenset[str]
    type: str
    status: str = "occurred"
    salience: str = "news"
    country: str = ""
    date: str | None = None
    evidence: str = ""
    also_ok: frozenset[str] = frozenset()


@dataclass(slots=True)
class Tally:
    """Counts of right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of what was said, how much is right."""
        said = self.right + self.wrong
        return self.right / said if said else 0.0

    @property
    def recall(self) -> float:
        """Of what was there, how much was said."""
        there = self.right + self.missed
        return self.right / there if there else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        every = 2 * self.right + self.wrong + self.missed  # one division: 93 of 100 is .93, and no less
        return 2 * self.right / every if every else 0.0

    def add(self, right: int, wrong: int, missed: int) -> None:
        """Count one article."""
        self.right += right
        self.wrong += wrong
        self.missed += missed


@dataclass(slots=True)
class Report:
    """All figures. The shares are of matched events where the label has one; None where none has."""

    alerts: Tally = field(default_factory=Tally)
    events: Tally = field(default_factory=Tally)
    links: Tally = field(default_factory=Tally)
    right: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    types: dict[str, Tally] = field(default_factory=dict)
    statuses: dict[str, Tally] = field(default_factory=dict)
    quiet: int = 0
    noisy: int = 0

    def share(self, name: str) -> float | None:
        """Of "date", "country" or "evidence": the share that is right."""
        asked = self.asked.get(name, 0)
        return self.right.get(name, 0) / asked if asked else None

    def count(self, kind: str, status: str, right: int, wrong: int, missed: int) -> None:
        """Count one event under its type and its status (the label's, or the finding's where nothing was labelled)."""
        self.types.setdefault(kind, Tally()).add(right, wrong, missed)
        self.statuses.setdefault(status, Tally()).add(right, wrong, missed)

    def ask(self, name: str, right: bool) -> None:
        """Count one question."""
        self.asked[name] = self.asked.get(name, 0) + 1
        self.right[name] = self.right.get(name, 0) + right


Same = Callable[[Expected, Finding], bool]


def score(gold: Mapping[str, Sequence[Expected]], found: Mapping[str, Sequence[Finding]]) -> Report:
    """Compare findings with labels, article by article (keys are the articles' ids)."""
    report = Report()
    for key, expected in gold.items():
        _article(report, expected, [f for f in found.get(key, ()) if f.type.value not in NOT_SCORED])
    return report


def _article(report: Report, expected: Sequence[Expected], found: Sequence[Finding]) -> None:
    linked = [f for f in found if f.agreement_id]
    wanted = [e for e in expected if e.agreement_ids]
    said = [f for f in linked if f.status is Status.OCCURRED and f.salience is Salience.NEWS]
    _alerts(report, wanted, said)
    pairs, missed, left = _match(wanted, linked, lambda e, f: _agreement(e, f) and _type(e, f) and _status(e, f))
    report.events.add(len(pairs), len(left), len(missed))
    for label, _ in pairs:
        report.count(label.type, label.status, 1, 0, 0)
    for label in missed:
        report.count(label.type, label.status, 0, 0, 1)
    for finding in left:
        report.count(finding.type.value, finding.status.value, 0, 1, 0)
    for label, finding in pairs:
        if label.date:
            report.ask("date", _date(label.date, finding.date))
        if label.country:
            report.ask("country", finding.actor_country == label.country)
        report.ask("evidence", _evidence(label.evidence, finding.evidence))
    groups = {e.agreement_ids for e in wanted}
    ids = {f.agreement_id for f in linked if f.agreement_id}
    hit = {group for group in groups if group & ids}
    report.links.add(len(hit), len({i for i in ids if not any(i in g for g in groups)}), len(groups - hit))
    if not expected:
        report.quiet += 1
        report.noisy += bool(said)


def _alerts(report: Report, wanted: Sequence[Expected], said: Sequence[Finding]) -> None:
    """What is labelled as history or as not happened may be told so, and must not raise an alert; `also_ok` excuses."""
    sure = [e for e in wanted if e.status == "occurred" and e.salience == "news"]
    excused = [e for e in wanted if e not in sure and {"occurred", "news"} <= {e.status, e.salience, *e.also_ok}]
    pairs, missed, left = _match(sure, said, lambda e, f: _agreement(e, f) and _type(e, f))
    left = [f for f in left if not any(_agreement(e, f) and _type(e, f) for e in excused)]
    missed = [e for e in missed if not _UNSURE & e.also_ok]
    report.alerts.add(len(pairs), len(left), len(missed))


def _match(
    wanted: Iterable[Expected], found: Iterable[Finding], same: Same
) -> tuple[list[tuple[Expected, Finding]], list[Expected], list[Finding]]:
    """Pair one to one, first come; a label like one already matched is not asked for twice."""
    left = list(found)
    pairs: list[tuple[Expected, Finding]] = []
    missed: list[Expected] = []
    for label in wanted:
        hit = next((f for f in left if same(label, f)), None)
        if hit is not None:
            left.remove(hit)
            pairs.append((label, hit))
        elif not any(same(label, f) for _, f in pairs):
            missed.append(label)
    return pairs, missed, left


def _agreement(label: Expected, finding: Finding) -> bool:
    return finding.agreement_id in label.agreement_ids


def _type(label: Expected, finding: Finding) -> bool:
    return finding.type.value == label.type or finding.type.value in label.also_ok


def _status(label: Expected, finding: Finding) -> bool:
    named = {label.status, *label.also_ok} & {status.value for status in Status}
    return (finding.status is Status.OCCURRED) in {status == "occurred" for status in named}


def _date(label: str, found: PartialDate | None) -> bool:
    """Equal as far as the coarser of the two goes."""
    text = str(found) if found else ""
    length = min(len(label), len(text))
    return bool(text) and label[:length] == text[:length]


def _evidence(label: str, found: str) -> bool:
    one, other = label.strip(), found.strip()
    return bool(other) and (one in other or other in one)
