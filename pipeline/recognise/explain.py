"""The recogniser's decisions, act by act, as a lawyer would ask for them: what the verb does to what, whether it happened, which
agreement, by whom, when, and whether it is news. A `Walk` that tells what it decides; reading without a trace costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from pipeline.model import Finding, Recognition, Step
from pipeline.recognise import status
from pipeline.recognise.among import Around
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import Bound
from pipeline.recognise.focus import Focus, Linked
from pipeline.recognise.judgement import NEWS_FROM, Judgement, Weights, shown_of
from pipeline.recognise.linker import Linker
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import Thing
from pipeline.recognise.triggers import Trigger
from pipeline.recognise.values import Candidate, DateMention, Mention, Sentence
from pipeline.recognise.walk import Walk

_HEADLINE = -1  # the key of what the headline is about; an act's is the place of its verb
_STRONGEST = 4  # signs that are told of each side
_SAYS = 0.05  # weight under which a sign says nothing
_LATE = frozenset(
    {"told_again", "before_the_news_step", "judged_background", "judged_news"}
)  # what only the whole article shows

# What each decision is called in the text; in JSON the stage's own word stands.
_TITLES = {"act": "act", "acts": "left aside", "status": "status", "link": "which", "who": "who", "when": "when", "news": "news",
           "weighed": "weighed"}  # fmt: skip
_ASIDE = {
    "no_step": "this verb makes no step with this object",
    "no_event": "this wording does not tell of a step",
    "untracked": "a step, but of an agreement that is neither tracked nor worth proposing",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A mention, what it was taken for, and the tracked agreements it was compared with, the most alike first."""

    mention: Mention
    linked: tuple[Linked, ...]
    rivals: tuple[Candidate, ...]


@dataclass(frozen=True)
class Overhearing(Linker):
    """A linker that remembers what it was asked and what it answered."""

    heard: list[Heard] = field(default_factory=list)

    def link(self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around) -> tuple[Linked, ...]:
        """As `Linker.link`."""
        _, rivals = self.setting(mention, language, focus, sentence, around)
        linked = super().link(mention, language, focus, sentence, around)
        ranked = sorted((r.candidate for r in rivals), key=lambda c: (-c.score, c.agreement_id))
        self.heard.append(Heard(mention, linked, tuple(ranked)))
        return linked


@dataclass
class Explaining(Walk):
    """A walk that keeps every decision. `acts`: by the place of the verb."""

    acts: dict[int, list[Step]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to the linker."""
        linker = self.tools.linker
        if not isinstance(linker, Overhearing):
            parts = {one.name: getattr(linker, one.name) for one in fields(Linker)}
            linker = Overhearing(**parts, heard=self.heard)
            self.tools = type(self.tools)(
                **{one.name: getattr(self.tools, one.name) for one in fields(self.tools)} | {"linker": linker}
            )
        self.heard = linker.heard

    def steps(self, told: Sequence[Told], judgement: Judgement, least: float) -> tuple[Step, ...]:
        """All decisions, act by act in the order of the text; `told`: the steps merged, `least`: under it they are not returned."""
        judged = judgement.judge(told)
        for one, (_, shown) in zip(judged, shown_of(told), strict=True):
            self.acts.setdefault(one.at, []).append(_weighed(one, shown, judgement, least))
        return tuple(step for at in sorted(self.acts) for step in self.acts[at])

    def _again(self, told: Sequence[Told]) -> Walk | None:
        again = super()._again(told)
        if again is None:
            return None
        self.acts.clear()
        return Explaining(
            again.article,
            again.document,
            again.tools,
            latest=again.latest,
            ahead=again.ahead,
            acts=self.acts,
            before=self,
        )

    def _headline(self, title: Sentence) -> None:
        super()._headline(title)
        if self.heard:
            self.acts[_HEADLINE] = [_link(one, headline=True) for one in self.heard]

    def _say(self, reading: Reading, trigger: Trigger, decision: str, *reasons: str) -> None:
        begin, end = _span(reading, trigger)
        detail = (("sentence", reading.sentence.text.strip()),)
        self.acts.setdefault(begin, []).append(Step("acts", begin, end, decision, reasons, detail))

    def _told(
        self,
        reading: Reading,
        found: Sequence[Thing],
        verbs: Sequence[Trigger],
        one: Bound,
        bound: Sequence[Bound],
        marked: Sequence[DateMention],
        told: Sequence[Told],
    ) -> Iterator[Told]:
        self.heard.clear()
        begin, end = _span(reading, one.trigger)
        verdict, why = status.decide(reading, one.trigger, verbs)
        act = self.acts.setdefault(begin, [])
        act.append(_act(reading, one))
        steps = list(super()._told(reading, found, verbs, one, bound, marked, told))
        act += [_link(heard) for heard in self.heard]
        if verdict is not None and not steps:
            act.append(Step("status", begin, end, verdict.value, why))
        seen: set[tuple[str, ...]] = set()
        for step in steps:
            for decision in _decided(step, (begin, end), why, one.step.reason):
                key = (decision.stage, decision.decision)
                if key not in seen:
                    seen.add(key)
                    act.append(decision)
        yield from steps


def _span(reading: Reading, trigger: Trigger) -> tuple[int, int]:
    return reading.tokens[trigger.first].start, reading.tokens[trigger.last].end


def _words(reading: Reading, first: int, last: int) -> str:
    base = reading.sentence.start
    return reading.sentence.text[reading.tokens[first].start - base : reading.tokens[last].end - base]


def _act(reading: Reading, one: Bound) -> Step:
    """Verb, object, and what they make."""
    trigger, thing = one.trigger, one.thing
    detail = [
        ("verb", f"{_words(reading, trigger.first, trigger.last)} ({trigger.family}, {trigger.voice} {trigger.tense})")
    ]
    if thing is not None:
        detail.append(("object", f"{_words(reading, thing.first, thing.last)} ({thing.what})"))
    if one.about is not None:
        detail.append(("about", f"{_words(reading, one.about.first, one.about.last)} ({one.about.family})"))
    detail.append(("sentence", reading.sentence.text.strip()))
    return Step("act", *_span(reading, trigger), one.step.type.value, (one.step.reason,), tuple(detail))


def _link(heard: Heard, *, headline: bool = False) -> Step:
    """The mention, what it was taken for, the nearest rivals and how far they are apart."""
    mention, first = heard.mention, heard.linked[0]
    taken = [x.agreement_id for x in heard.linked if x.agreement_id]
    decision = f"{', '.join(taken)} ({first.band.value})" if taken else "none of those tracked"
    detail = [("mention", " ".join(mention.text.split())), ("confidence", f"{first.confidence:.2f}")]
    detail += [(name, _candidate(one)) for name, one in zip(("best", "runner_up"), heard.rivals, strict=False)]
    if heard.rivals:
        second = heard.rivals[1].score if len(heard.rivals) > 1 else 0.0
        detail.append(("margin", f"{heard.rivals[0].score - second:.2f}"))
    if headline:
        detail.append(("where", "headline"))
    start, end = (0, 0) if headline else (mention.start, mention.end)
    return Step("link", start, end, decision, tuple(dict.fromkeys(first.reasons)), tuple(detail))


def _candidate(one: Candidate) -> str:
    parts = f"words {one.content:.2f}, parties {one.party:.2f}, kind {one.kind:.2f}"
    return (
        f"{one.agreement_id} {one.score:.2f} ({'; '.join((parts, ', '.join(one.reasons))) if one.reasons else parts})"
    )


def _decided(one: Told, span: tuple[int, int], why: Sequence[str], rule: str) -> Iterator[Step]:
    """Status, actor, date and what the rules say of news."""
    frame = next((sign.partition(":")[2] for sign in one.signs if sign.startswith("dated:")), "")
    yield Step("status", *span, one.status.value, tuple(why))
    who = ", ".join(word for word in (one.actor.wording, one.actor.country, one.actor.stage) if word)
    yield Step("who", *span, who or "nobody named")
    if one.date is not None:
        yield Step(
            "when", *span, str(one.date), ("dateline",) if "dateline" in one.reasons else (frame,) if frame else ()
        )
    else:
        yield Step("when", *span, "no date")
    if one.effective_date is not None:
        yield Step("when", *span, f"effective {one.effective_date}")
    apart = {rule, *why, *one.linked.reasons}
    yield Step("news", *span, one.salience.value, tuple(r for r in one.reasons if r not in apart))


def _weighed(one: Told, shown: Sequence[str], judgement: Judgement, least: float) -> Step:
    """What all signs together make of a step: news or background, and how sure."""
    detail = []
    if one.linked.agreement_id is not None:
        news = judgement.news.probability(shown)
        detail = [("news", f"{news:.2f} (from {NEWS_FROM})"), *_strongest("news", judgement.news, shown)]
        detail += [("right", f"{one.confidence:.2f}"), *_strongest("right", judgement.right, shown)]
    kept = one.confidence >= least
    what = f"{one.type.value}, {one.status.value}, {one.salience.value}, confidence {one.confidence:.2f}"
    if not kept:
        what += f", under {least}: not returned"
    late = tuple(reason for reason in one.reasons if reason in _LATE)
    return Step("weighed", one.at, one.at + len(one.wording), what, late, tuple(detail))


def _strongest(name: str, weights: Weights, shown: Sequence[str]) -> Iterator[tuple[str, str]]:
    found = sorted({(weights.weights.get(sign, 0.0), sign) for sign in shown})
    sides = (("for", [x for x in reversed(found) if x[0] >= _SAYS]), ("against", [x for x in found if x[0] <= -_SAYS]))
    for side, signs in sides:
        if signs:
            yield f"{name}_{side}", ", ".join(f"{sign} {weight:+.1f}" for weight, sign in signs[:_STRONGEST])


def lines(recognition: Recognition, text: str) -> Iterator[str]:
    """The trace for people: a paragraph for every act, then a line for every finding."""
    yield from decisions(recognition, text)
    if recognition.findings:
        yield ""
    yield from map(describe, recognition.findings)


def decisions(recognition: Recognition, text: str) -> Iterator[str]:
    """A paragraph for every act, in the order of the text."""
    if recognition.screened_out:
        yield "screened out: no word of an act beside a treaty noun, a tracked name, or a body to leave or join"
        return
    number, at = 0, None
    for step in recognition.trace:
        detail = dict(step.detail)
        if step.stage in {"act", "acts"} and step.start != at:
            number, at = number + 1, step.start
            yield ""
            yield f"{number}. “{_quote(text, step.start, step.end)}” at {step.start}: {' '.join(detail['sentence'].split())}"
        yield from _step(step, detail)


def _step(step: Step, detail: dict[str, str]) -> Iterator[str]:
    told, codes = step.decision, step.reasons
    if step.stage == "acts":
        told, codes = _ASIDE.get(step.decision, step.decision), (step.decision, *step.reasons)
    because = f"  [{', '.join(codes)}]" if codes else ""
    if step.stage == "act":
        acted = " on ".join(detail[name] for name in ("verb", "object") if name in detail)
        told = f"{step.decision}: {acted}" + (f" about {detail['about']}" if "about" in detail else "")
    if step.stage == "link":
        where = f"{detail['where']}: " if "where" in detail else ""
        told = f"{where}“{detail['mention']}” → {step.decision}, confidence {detail['confidence']}"
    yield f"   {_TITLES.get(step.stage, step.stage):<11}{told}{because}"
    if step.stage == "link":
        rivals = [f"{name.replace('_', '-')} {detail[name]}" for name in ("best", "runner_up") if name in detail]
        rivals += [f"margin {detail['margin']}"] if "margin" in detail else []
        yield from (f"{'':14}{line}" for line in rivals)
    if step.stage == "weighed":
        yield from (f"{'':14}{name.replace('_', ', ')}: {value}" for name, value in step.detail)


def describe(finding: Finding) -> str:
    """A finding in one line."""
    when = f" on {finding.date}" if finding.date else ""
    who = f" by {finding.actor or finding.actor_country}" if finding.actor or finding.actor_country else ""
    return (
        f"{finding.start}-{finding.end} {finding.type} ({finding.status}, {finding.salience}){who}{when}:"
        f" {finding.agreement} [{finding.confidence:.2f}; {', '.join(finding.reasons)}]"
    )


def _quote(text: str, start: int, end: int) -> str:
    return " ".join(text[start:end].split())
