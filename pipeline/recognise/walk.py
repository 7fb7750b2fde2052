"""One article, sentence by sentence: from verbs and their objects to steps with agreement, actor, date and status.

    read ─▶ things ─▶ triggers ─▶ bind ─▶ step ─▶ status ─▶ mention ─▶ link ─▶ actor ─▶ date ─▶ salience
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pipeline.model import Article, EventType, PartialDate, Salience, Status, Step as Trace
from pipeline.recognise import acts, actors, binding, dates, discover, mentions, reading as read_module, salience, status, things, triggers, who
from pipeline.recognise.acts import Step
from pipeline.recognise.assemble import Told
from pipeline.recognise.dates import DateTables
from pipeline.recognise.focus import Focus, Linked, Linker
from pipeline.recognise.lexicon import Lexicon
from pipeline.recognise.parties import Names
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.triggers import ATTRIBUTE, NOMINAL, Trigger
from pipeline.recognise.values import Actor, Band, DateMention, Document, Mention, PartyMention, Sentence

E = EventType
UNILATERAL = frozenset(
    {E.RATIFIED, E.APPROVED, E.DEPOSITED, E.ACCEDED, E.SUCCEEDED, E.WITHDRAWN, E.SUSPENDED, E.PROMULGATED, E.NOTIFIED}
)
_LEAD_SENTENCES = 2


@dataclass(frozen=True)
class Tools:
    """What every article is read with."""

    lexicon: Lexicon
    names: Names
    linker: Linker
    dates: DateTables
    discover: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """A trigger with its object and what they make."""

    trigger: Trigger
    thing: Thing | None
    about: Trigger | None
    step: Step


@dataclass
class Walk:
    """The state of one article's reading. `run` gives what was told, in the order of the text."""

    article: Article
    document: Document
    tools: Tools
    focus: Focus = field(default_factory=Focus)
    context: str = ""
    states: tuple[str, ...] = ()
    lead: Wording | None = None
    dateline: date | None = None
    first_act: int = -1
    trace: list[Trace] = field(default_factory=list)

    def run(self) -> list[Told]:
        """Read the headline for its focus, then every sentence."""
        self._prepare()
        told: list[Told] = []
        for sentence in self.document.sentences:
            told.extend(self._sentence(sentence, told))
        return told

    def _prepare(self) -> None:
        language = self.document.language
        opening = [s for s in (self.document.title, *self.document.sentences[:_LEAD_SENTENCES]) if s is not None]
        found = [p for s in opening for p in self._parties(s, context="")]
        self.context = actors.focus(found)
        self.states = tuple(dict.fromkeys(p.code for p in found if p.code))
        text = ". ".join(s.text for s in opening[:2])
        self.lead = self.tools.linker.index.read(text, language)
        if self.document.sentences:
            first = self.document.sentences[0]
            self.dateline = dates.dateline(self.article.text[first.start :], language, self.article.published_on, self.tools.dates)
        if self.document.title is not None:
            self._headline(self.document.title)

    def _headline(self, title: Sentence) -> None:
        """The headline's agreement is where a body that says only "the document" begins."""
        reading, found = self._read(title, heading=True)
        for thing in found:
            if thing.what == TREATY:
                mention = mentions.of(reading, thing, found, ())
                linked = self._link(mention, reading, -1)
                ids = tuple(x.agreement_id for x in linked if x.agreement_id and x.band is Band.SURE)
                if ids and not self.focus.lead:
                    self.focus.lead, self.focus.lead_confidence = ids, linked[0].confidence

    def _parties(self, sentence: Sentence, *, context: str) -> tuple[PartyMention, ...]:
        """Parties of a sentence, organs with their countries; offsets in the text."""
        language = self.document.language
        found = self.tools.names.find(sentence.low, sentence.text, language, on=self.article.published_on)
        found = actors.attach(found, sentence.low, sentence.text, language, self.tools.names, context=context)
        return tuple(replace(p, start=p.start + sentence.start, end=p.end + sentence.start) for p in found)

    def _read(self, sentence: Sentence, *, heading: bool = False) -> tuple[Reading, tuple[Thing, ...]]:
        parties = self._parties(sentence, context=self.context)
        reading = read_module.read(sentence, self.tools.lexicon, parties, heading=heading)
        index = self.tools.linker.index
        aliases = tuple(
            (reading.token_at(h.start + sentence.start), reading.token_at(h.end - 1 + sentence.start), index.agreement_id(h))
            for h in index.aliases_in(sentence.text)
            if not h.inside
        )
        return reading, things.find(reading, aliases)

    def _sentence(self, sentence: Sentence, told: Sequence[Told]) -> Iterator[Told]:
        reading, found = self._read(sentence)
        if not reading.section("acts"):
            self._look(reading, found)
            return
        verbs = triggers.find(reading, found)
        about = acts.subjects(reading, found, verbs)
        bound = self._bind(reading, found, verbs, about)
        if not bound:
            self._look(reading, found)
        marked = dates.find(sentence, self.document.language, self.tools.dates)
        for one in bound:
            yield from self._told(reading, found, verbs, one, bound, marked, told)

    def _look(self, reading: Reading, found: Sequence[Thing]) -> None:
        """A sentence without an act may still say what the article is about."""
        if reading.sentence.index > _LEAD_SENTENCES:
            return
        for thing in found:
            if thing.what == TREATY:
                linked = self._link(mentions.of(reading, thing, found, ()), reading, reading.sentence.index)
                self._note(linked, reading.sentence.index)

    def _note(self, linked: Sequence[Linked], sentence: int) -> None:
        ids = tuple(x.agreement_id for x in linked if x.agreement_id and x.band is Band.SURE)
        if ids and linked[0].reasons[:1] != ("carried",):
            self.focus.note(ids, sentence, linked[0].confidence)

    def _bind(
        self, reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], about: dict[Thing, Trigger]
    ) -> list[Bound]:
        bound: list[Bound] = []
        consumed: set[Trigger] = set()
        for trigger in verbs:
            thing = binding.bind(reading, trigger, found, verbs)
            if thing is not None and thing.what == NOUN and trigger.voice != NOMINAL:
                consumed.update(v for v in verbs if v.voice == NOMINAL and v.first == thing.first)
            subject = about.get(thing) if thing is not None else None
            if subject is not None and subject is trigger:
                continue
            made = acts.step(trigger, thing, subject, None, reading)
            if made is None:
                self._say(reading, trigger, "no_step", f"{trigger.family}:{thing.what if thing else ''}")
                continue
            if subject is not None:
                consumed.add(subject)
            bound.append(Bound(trigger, thing, subject, made))
        return [b for b in bound if b.trigger not in consumed]

    def _say(self, reading: Reading, trigger: Trigger, decision: str, *reasons: str) -> None:
        begin, end = reading.tokens[trigger.first].start, reading.tokens[trigger.last].end
        self.trace.append(Trace("acts", begin, end, decision, reasons))

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
        verdict, why = status.decide(reading, one.trigger, verbs)
        if verdict is None:
            self._say(reading, one.trigger, "no_event", *why)
            return
        spans: list[tuple[int, int]] = []
        linked: list[Linked] = []
        for thing in self._agreement_things(reading, found, verbs, one):
            mention = self._mention(reading, found, verbs, thing, one, marked)
            spans.append((mention.start, mention.end))
            linked.extend(self._link(mention, reading, reading.sentence.index))
        taken = [(x.mention.start, x.mention.end) for x in linked]
        subject = who.subject(reading, one.trigger, verbs, taken)
        actor = actors.resolve(subject, self.article.text, context=self.context)
        kind, verdict, why = self._typed(reading, one, verdict, why, actor)
        when, effective = self._dated(reading, one, bound, marked, taken, verdict, told)
        lead = self._is_lead(reading)
        news, because = salience.local(reading, one.trigger, when, self.article.published_on, lead=lead)
        if salience.counted_actor(reading, one.trigger) and not lead:
            news, because = Salience.BACKGROUND, ("tally",)
        if when is None and verdict is Status.OCCURRED and news is Salience.NEWS and self.dateline is not None:
            when, why = PartialDate.of(self.dateline), (*why, "dateline")
        words = reading.sentence.text[
            reading.tokens[one.trigger.first].start - reading.sentence.start : reading.tokens[one.trigger.last].end - reading.sentence.start
        ]
        kept = [x for x in dict((x.agreement_id, x) for x in linked if x.agreement_id).values()]
        unknown = [x for x in linked if x.agreement_id is None]
        if kept:
            self._note(kept, reading.sentence.index)
        elif unknown and not unknown[0].mention.generic:
            self.focus.foreign = reading.sentence.index
        for x in kept or unknown[:1]:
            for who_acts in self._each(kind, subject, actor):
                final, stage, rule = actors.normalise(kind, who_acts.country, who_acts.stage, self.tools.names.jurisdictions)
                base = Told(
                    final, verdict, news, x, who_acts, reading.sentence, words,
                    self._confidence(x, one.step), (one.step.reason, *why, *because, *x.reasons, *((rule,) if rule else ())),
                    stage or who_acts.stage, when, effective, lead, None, reading.tokens[one.trigger.first].start,
                )  # fmt: skip
                if x.agreement_id is None:
                    discovered = discover.judge(base, reading, self.states, self.tools) if self.tools.discover else None
                    if discovered is None:
                        self._say(reading, one.trigger, "untracked", *x.reasons)
                        continue
                    base = replace(base, discovered=discovered.value, confidence=discovered.confidence * one.step.weight)
                if self.first_act < 0:
                    self.first_act = reading.sentence.index
                yield base

    def _confidence(self, linked: Linked, step: Step) -> float:
        return linked.confidence * step.weight

    def _is_lead(self, reading: Reading) -> bool:
        index = reading.sentence.index
        return index == 0 or self.first_act < 0 or index == self.first_act

    def _each(self, kind: EventType, subject: Sequence[PartyMention], actor: Actor) -> tuple[Actor, ...]:
        """States that act each for itself (ratify, leave) are one actor each; those that sign together are one."""
        codes = {p.code for p in subject if p.code}
        if kind in UNILATERAL and len(codes) > 1:
            return actors.each(subject, self.article.text)
        return (actor,)

    def _typed(
        self, reading: Reading, one: Bound, verdict: Status, why: tuple[str, ...], actor: Actor
    ) -> tuple[EventType, Status, tuple[str, ...]]:
        """What the organ and the reading make of a vote: a cabinet's is approval, a first reading is no decision yet."""
        kind = one.step.type
        if one.step.status is not None and verdict is Status.OCCURRED:
            verdict, why = one.step.status, (*why, one.step.reason)
        if status.REJECTED in why and kind in {E.RATIFIED, E.APPROVED} and actors.CHAMBERS & {actor.stage}:
            return E.REJECTED, Status.OCCURRED, (*why, "refused_by_chamber")
        if one.step.chamber:
            minor = actor.stage in {"government", "head_of_government", "committee", "council", "commission", "ministry"}
            early = self._preliminary(reading, one.trigger)
            if kind is E.RATIFIED and (minor or early):
                kind = E.APPROVED
            elif kind is not E.RATIFIED and (minor or early) and verdict is Status.OCCURRED:
                verdict, why = Status.PLANNED, (*why, "not_yet_final")
        return kind, verdict, why

    def _preliminary(self, reading: Reading, trigger: Trigger) -> bool:
        return any(h.key == "preliminary" and reading.same_clause(h.first, trigger.first) for h in reading.section("procedure"))

    def _agreement_things(
        self, reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], one: Bound
    ) -> list[Thing | None]:
        """The thing that names the agreement: the object itself, or what stands behind a law or a noun act; and its equals."""
        thing = one.thing
        if thing is not None and thing.what in {TREATY, GENERIC, PRONOUN}:
            return [thing, *self._equals(reading, found, verbs, thing)]
        anchor = max(one.trigger.last if thing is None else thing.last, one.about.last if one.about else -1)
        for wanted in ({TREATY}, {GENERIC}):
            behind = [t for t in found if t.what in wanted and anchor < t.first <= anchor + 16 and t is not thing]
            if behind:
                return [behind[0], *self._equals(reading, found, verbs, behind[0])]
        start = one.trigger.first if thing is None else min(one.trigger.first, thing.first)
        before = [t for t in found if t.what == TREATY and t.last < start and reading.clause_of[t.first] == reading.clause_of[start]]
        if before:
            return [before[-1]]
        inside = [t for t in found if t.what == TREATY and start <= t.first <= anchor]
        return [inside[0]] if inside else [None]

    def _equals(
        self, reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], thing: Thing
    ) -> list[Thing]:
        """Further agreements in the same list: "two accords, the Partnership Agreement and an Interim Agreement"."""
        out: list[Thing] = []
        last = thing
        stops = [v.first for v in verbs if v.voice != NOMINAL]
        for other in found:
            if other.first <= thing.last or other.what != TREATY:
                continue
            gap = range(last.last + 1, other.first)
            if len(gap) > 24 or any(last.last < s < other.first for s in stops):
                break
            listed = any(reading.is_a("coordinate", i) for i in gap) or reading.comma_between(last.last, other.first)
            if listed and reading.clause_of[other.first] == reading.clause_of[thing.first]:
                out.append(other)
                last = other
        return out

    def _mention(
        self,
        reading: Reading,
        found: Sequence[Thing],
        verbs: Sequence[Trigger],
        thing: Thing | None,
        one: Bound,
        marked: Sequence[DateMention],
    ) -> Mention:
        if thing is None:
            first, last = reading.tokens[one.trigger.first], reading.tokens[one.trigger.last]
            base = reading.sentence.start
            return Mention(first.start, last.end, reading.sentence.text[first.start - base : last.end - base], "", True)
        return mentions.of(reading, thing, found, verbs, marked)

    def _link(self, mention: Mention, reading: Reading, sentence: int) -> tuple[Linked, ...]:
        near = [p.code for p in reading.parties if p.code]
        context = tuple(dict.fromkeys([*near, *self.states]))
        return self.tools.linker.link(
            mention, self.document.language, self.focus, sentence, context=context, lead=self.lead, text=reading.sentence.text
        )

    def _dated(
        self,
        reading: Reading,
        one: Bound,
        bound: Sequence[Bound],
        marked: Sequence[DateMention],
        taken: Sequence[tuple[int, int]],
        verdict: Status,
        told: Sequence[Told],
    ) -> tuple[PartialDate | None, PartialDate | None]:
        """The act's date and, where one is told, the day from which it has effect."""
        usable = [
            m for m in marked if m.role != "title" and not any(a <= m.start and m.end <= b for a, b in taken)
        ]
        own = self._own_dates(reading, one, bound, usable)
        past = True if verdict is Status.OCCURRED else False if verdict is Status.PLANNED else None
        previous = next((t.date for t in reversed(told) if t.date is not None), None)
        when: PartialDate | None = None
        effective: PartialDate | None = None
        force = one.step.type in {E.ENTERED_INTO_FORCE, E.PROVISIONALLY_APPLIED}
        for m in own:
            dated = dates.resolve(
                m, published=self.article.published_on, dateline=self.dateline, past=past, previous=previous
            )
            if dated is None:
                continue
            if m.role == "effective" and not force:
                effective = effective or dated.date
            elif m.role == "deadline" and verdict is Status.OCCURRED:
                continue
            elif when is None:
                when = dated.date
        return when, effective

    def _own_dates(
        self, reading: Reading, one: Bound, bound: Sequence[Bound], usable: Sequence[DateMention]
    ) -> list[DateMention]:
        """The dates of a verb: nearest first, those of its clause before those of the sentence."""

        def distance(m: DateMention, t: Trigger) -> int:
            word = reading.token_at(m.start)
            return min(abs(word - t.first), abs(word - t.last))

        def clause(m: DateMention) -> int:
            return reading.clause_of[min(reading.token_at(m.start), len(reading.tokens) - 1)]

        mine = reading.clause_of[one.trigger.first]
        others = [b.trigger for b in bound if b.trigger is not one.trigger]
        own = []
        for m in usable:
            rivals = [t for t in others if reading.clause_of[t.first] == clause(m)]
            if clause(m) == mine:
                if all(distance(m, one.trigger) <= distance(m, t) for t in rivals):
                    own.append(m)
            elif not rivals and reading.within(mine, clause(m)) and one.trigger.voice != ATTRIBUTE:
                own.append(m)
            elif not rivals and not others:
                own.append(m)
        if not own and others:
            first = min(b.trigger.first for b in bound)
            own = [m for m in usable if reading.token_at(m.start) < first and one.trigger.voice != ATTRIBUTE]
        return sorted(own, key=lambda m: (clause(m) != mine, distance(m, one.trigger)))
