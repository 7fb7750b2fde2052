"""One article, sentence by sentence: from verbs and their objects to steps with agreement, actor, date and status.

read ─▶ things ─▶ triggers ─▶ bind ─▶ step ─▶ status ─▶ mention ─▶ link ─▶ actor ─▶ date ─▶ salience
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from pipeline.model import EventType, PartialDate, Salience, Status
from pipeline.model import Step as Trace
from pipeline.recognise import (
    acting,
    acts,
    assemble,
    bills,
    binding,
    bystanders,
    calendars,
    company,
    contracts,
    dates,
    discover,
    elliptic,
    further,
    gapping,
    items,
    laws,
    mentions,
    newsday,
    organs,
    papers,
    salience,
    signs,
    spacing,
    status,
    targets,
    tenses,
    things,
    voting,
    when,
    who,
)
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import Bound
from pipeline.recognise.focus import Focus, Linked
from pipeline.recognise.immutable import cached_property
from pipeline.recognise.meanings import LEAD_SENTENCES
from pipeline.recognise.reading import Reading
from pipeline.recognise.readings import Read
from pipeline.recognise.rolls import Rolls
from pipeline.recognise.salience import Circumstances
from pipeline.recognise.things import NOUN, TREATY, Thing
from pipeline.recognise.triggers import FUTURE, GERUND, INFINITIVE, NOMINAL, PRESENT, Trigger
from pipeline.recognise.values import DateMention, PartyMention, Sentence

NOBODY: Mapping[str, Told] = MappingProxyType({})
_WEEKS_TO_COME = 250  # days: a day without a year that lies further off is the last one of its name


@dataclass
class Walk(Rolls):
    """The state of one article's reading. `run` gives what was told, in the order of the text."""

    dateline: date | None = None
    first_act: int = -1
    headline: frozenset[str] | None = None  # the families of the acts it names
    last: calendars.Last = calendars.NOTHING_YET
    undated: list[Read] = field(default_factory=list)  # what was read since, for nobody asked
    latest: date | None = None  # where nothing says when the article was published: the last day it tells of
    ahead: date | None = None  # where it tells of no such day: the first day of its plans
    trace: list[Trace] = field(default_factory=list)

    def run(self) -> list[Told]:
        """Read the headline for its focus, then every sentence."""
        may_act = self.tools.lexicon.table.may_act
        if not any(may_act(s.low) for s in self.document.sentences):
            return []
        self._prepare()
        told: list[Told] = []
        before: Sentence | None = None
        for sentence in self.document.sentences:
            if items.begins(sentence, before):
                self.focus = Focus()
            earlier = len(told)
            for one in self._sentence(sentence, told):
                told.append(one)  # noqa: PERF402 - the sentence's own steps see those told before them
            self._enrol(sentence, before, told, earlier)
            before = sentence
        again = self._again(told)
        return again.run() if again is not None else told

    def _again(self, told: Sequence[Told]) -> Walk | None:
        """A second reading in the light of the last day told, where nothing says when the article was published."""
        if self.latest or self.ahead or self.article.published_on is not None or self.dateline is not None:
            return None
        latest, ahead = assemble.days(told)
        if latest is None and ahead is None:
            return None
        return Walk(self.article, self.document, self.tools, latest=latest, ahead=ahead, trace=self.trace, before=self)

    def _prepare(self) -> None:
        language = self.document.language
        opening = [s for s in (self.document.title, *self.document.sentences[:LEAD_SENTENCES]) if s is not None]
        if self.before is None:
            self.scene.open(opening)
        self.lead = self.tools.linker.index.read(". ".join(s.text for s in opening[:2]), language)
        if self.document.sentences:
            first = self.document.sentences[0]
            self.dateline = dates.dateline(
                self.article.text[first.start :], language, self.article.published_on, self.tools.dates
            )
        if self.document.title is not None:
            self._headline(self.document.title)

    def _headline(self, title: Sentence) -> None:
        """The headline's agreement is where a body that says only "the document" begins."""
        read = self.readings.of(title, heading=True)
        reading, found = read.reading, read.things
        self.headline = frozenset(h.key for h in reading.section("acts")) - {voting.DEBATE}
        for thing in found:
            if thing.what == TREATY and not self.focus.lead:
                linked = self._link(mentions.of(reading, thing, found, ()), reading, -1)
                ids = tuple(x.agreement_id for x in linked if x.agreement_id)
                if ids:
                    self.focus.lead, self.focus.lead_confidence = ids, linked[0].confidence

    def _sentence(self, sentence: Sentence, told: Sequence[Told]) -> Iterator[Told]:
        if sentence.index > LEAD_SENTENCES and not self.tools.lexicon.table.acts(sentence.low):
            self.unread.append(sentence)
            return
        read = self.readings.of(sentence)
        reading, found = read.reading, read.things
        if not reading.section("acts"):
            self._look(reading, found)
            self.undated.append(read)
            return
        if not (any(t.what != NOUN for t in found) or things.may_name_body(reading) or items.leads_in(sentence)):
            return
        bound = self._bind(reading, found, read.verbs, read.about, read.dates)
        heard = False
        for one in bound:
            for step in self._told(reading, found, read.verbs, one, bound, read.dates, told):
                heard = True
                yield step
        if not heard:
            self._look(reading, found)
        self.undated.append(read)

    def _last_day(self) -> calendars.Last:
        """The dates that were told last, for "the same day" and its kind."""
        for read in self.undated:
            plain = spacing.of_main_verbs(read.reading, read.dates, read.verbs)
            self.last = calendars.noted(self.last, plain, self._calendar(self.last.day))
        self.undated.clear()
        return self.last

    def _calendar(self, previous: PartialDate | None) -> calendars.Calendar:
        return calendars.Calendar(
            self.tools.dates, self.article.published_on, self.dateline, previous,
            tenseless=self.document.language == "zh", latest=self.latest or self.ahead,
        )  # fmt: skip

    def _bind(
        self,
        reading: Reading,
        found: Sequence[Thing],
        verbs: Sequence[Trigger],
        about: dict[Thing, Trigger],
        marked: Sequence[DateMention],
    ) -> list[Bound]:
        bound: list[Bound] = []
        consumed: set[Trigger] = set()
        for trigger in verbs:
            thing = binding.bind(reading, trigger, bystanders.objects(reading, found, trigger), verbs, about)
            subject = about.get(thing) if thing is not None else None
            if (subject is not None and subject is trigger) or laws.attributive(reading, trigger, about):
                continue
            if bystanders.of_date(reading, trigger, marked) or bystanders.does(reading, trigger, thing, marked):
                self._say(reading, trigger, "no_step", "of_date_or_agreement")
                continue
            made = acts.step(trigger, thing, subject, reading)
            if made is None and (self.focus.lead or self.focus.latest):
                made = elliptic.step(trigger, thing, subject, reading)
            if made is None:
                thing, made = self._of_list(reading, found, verbs, trigger, thing, subject)
            if made is None:
                self._say(reading, trigger, "no_step", f"{trigger.family}:{thing.what if thing else ''}")
                continue
            if thing is not None and thing.what == NOUN and trigger.voice != NOMINAL:
                consumed.update(v for v in verbs if v.voice == NOMINAL and v.first == thing.first)
            if subject is not None:
                consumed.add(subject)
            consumed.update(papers.announced(made, trigger, verbs))
            bound.append(Bound(trigger, thing, subject, made))
        sent = {reading.clause_of[b.trigger.first] for b in bound if b.trigger.family == "submit"}
        given = [b for b in bound if b.trigger not in consumed]
        return [
            b for b in given if b.trigger.voice != NOMINAL or b.trigger.family == "submit"
            or reading.clause_of[b.trigger.first] not in sent
        ]  # fmt: skip

    def _say(self, reading: Reading, trigger: Trigger, decision: str, *reasons: str) -> None:
        words = reading.tokens
        self.trace.append(Trace("acts", words[trigger.first].start, words[trigger.last].end, decision, reasons))

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
        verdict, why = voting.unopposed(status.decide(reading, one.trigger, verbs), one.trigger, verbs)
        if verdict is None:
            self._say(reading, one.trigger, "no_event", *why)
            return
        mentioned = targets.of(reading, found, verbs, one.trigger, one.thing, one.about, marked)
        taken = [(m.start, m.end) for m in mentioned if not m.generic]
        subject = company.whole(reading, who.subject(reading, one.trigger, verbs, taken), one.trigger)
        others = [b.trigger for b in bound if b is not one]
        rivals = [v for v in laws.outside(one, verbs) if v is not one.trigger and (v.voice != NOMINAL or v in others)]
        usable = when.usable(reading, marked, taken, one.thing, verb_final=self.tools.lexicon.verb_final)
        shared = gapping.read(reading, one.trigger, verbs, marked, subject)
        own = shared.without(when.own(reading, one.trigger, rivals, usable, others))
        linked = self._linked(reading, found, verbs, one, mentioned, subject, own)
        if self._is_contract(reading, one, linked, subject):
            return
        actor = organs.actor(reading, one, subject, told, self.article.text, self.scene.place)
        kind, verdict, why = organs.judged(reading, one, (verdict, why), actor, told, self._ids(linked))
        kind = bills.signed(one, kind, actor, told, reading)
        previous = calendars.base(own, kind, marked, self._last_day, told, self.dateline or self.article.published_on)
        calendar = self._calendar(previous)
        day, effective = calendars.told(own, kind, tenses.asked(verdict, one.trigger), calendar, marked)
        here = tenses.in_clause(reading, one.trigger, own)
        if tenses.SCHEDULED in why and tenses.scheduled(reading, kind, here, day, self.article.published_on):
            coming, then = calendars.told(own, kind, Status.PLANNED, calendar, marked)
            if tenses.points_ahead(reading, kind, here) or self._is_coming(coming):
                verdict, why, day, effective = Status.PLANNED, (*why, "day_to_come"), coming, then
        if verdict is Status.OCCURRED and self._days_ahead(day) > calendars.slack(own, kind, calendar):
            verdict, why, day = when.of_what_comes(reading, own, why, day)
        around = self._around(reading, others, own, lead=self._is_lead(reading))
        news, because = salience.verdict(reading, one.trigger, verdict, day, around)
        shown = signs.local(reading, one.trigger, one.thing, day, around, acting=bool(subject), headline=self.headline,
                            rules=[m.rule for m in own])  # fmt: skip
        if self._is_supposed(day, verdict, news, own):
            day, why = day or (PartialDate.of(self.dateline) if self.dateline else None), (*why, assemble.SUPPOSED)
        base = Told(
            kind, verdict, news, linked[0], actor, reading.sentence, self._words(reading, one.trigger),
            one.step.weight, (one.step.reason, *why, *because), actor.stage, day, effective, around.lead,
            at=reading.tokens[one.trigger.first].start, weight=one.step.weight, signs=shown,
        )  # fmt: skip
        if self._only_debated(reading, one, base) or self._open(reading, one, base, subject, mentioned):
            return
        each_day = further.days(mentioned, marked, own)
        listed = calendars.respective(each_day, len(self._ids(linked)), kind, verdict, calendar)
        subject = company.likewise(reading, one.trigger, verbs, (*subject, *shared.further))
        base, days = gapping.told(
            base, shared, lambda m: calendars.told([m], kind, verdict, calendar, marked)[0],
            lambda d: salience.verdict(reading, one.trigger, verdict, d, around), around,
        )  # fmt: skip
        yield from self._spread(reading, found, one, base, linked, subject, told, listed, days)

    def _only_debated(self, reading: Reading, one: Bound, base: Told) -> bool:
        debated = one.trigger.family == voting.DEBATE and base.status is Status.OCCURRED
        if debated:
            self._say(reading, one.trigger, "no_event", "only_debated")
        return debated

    def _around(
        self, reading: Reading, others: Sequence[Trigger], own: Sequence[DateMention], *, lead: bool
    ) -> Circumstances:
        alone = all(t.tense in {INFINITIVE, GERUND, FUTURE, PRESENT, ""} or tenses.to_come(reading, t) for t in others)
        return Circumstances(
            self.article.published_on or self.latest, self.article.published_on is not None, lead, alone, when.coarse(own),
            beside=bool(others), timed=bool(own), counted=when.counted(own), aside=self._is_aside(reading), near=when.near(own),
        )  # fmt: skip

    def _spread(
        self,
        reading: Reading,
        inside: Sequence[Thing],
        one: Bound,
        base: Told,
        linked: Sequence[Linked],
        subject: Sequence[PartyMention],
        before: Sequence[Told],
        listed: Sequence[PartialDate] = (),
        each: Mapping[str, Told] = NOBODY,
    ) -> Iterator[Told]:
        """One entry for every agreement (each with its date of those `listed`) and, where states act each for itself, for every state.

        `each`: what is told of those who have a date of their own.
        """
        kept = list({x.agreement_id: x for x in linked if x.agreement_id}.values())
        unknown = [x for x in linked if x.agreement_id is None]
        if kept:
            self._note(kept, reading, inside, one.trigger, denied=base.status is Status.NEGATED)
        elif not unknown[0].mention.generic:
            self.focus.pass_by(reading.sentence.index)
        if listed:
            kept = acting.in_order(kept, reading, self.tools.linker.index)
        whose = acting.respective(kept, subject, reading, self.tools.linker.index)
        for at, x in enumerate(kept or unknown[:1]):
            base = replace(base, date=listed[at]) if listed else base
            mine = whose.get(x.agreement_id or "", ())
            parts = acting.part_in(self.tools.linker.index, x.agreement_id, reading, one.trigger, mine)
            for actor in acting.each(base, subject, self.article.text, parts, self.scene, before, apart=each.keys()):
                if base.type is EventType.REJECTED and parts.stranger(actor.country):
                    self._say(reading, one.trigger, "no_step", "of_a_stranger")
                    continue
                kind, stage, rule = self._staged(one, base.type, actor)
                reasons = (*base.reasons, *x.reasons, *((rule,) if rule else ()))
                told = replace(
                    each.get(gapping.key(actor.country, actor.stage)) or each.get(actor.country, base),
                    type=kind,
                    linked=x,
                    actor=actor,
                    stage=stage,
                    reasons=reasons,
                    confidence=x.confidence * base.confidence,
                )
                if x.agreement_id is None:
                    if assemble.CONSENT in reasons:  # nobody tracks it: no more than a chamber's approval
                        told = replace(told, type=EventType.APPROVED)
                    found = (
                        discover.judge(told, reading, self.scene.states, self.tools.linker.index)
                        if self.tools.discover and not one.step.reason.startswith("guess_")
                        else None
                    )
                    if found is None:
                        self._say(reading, one.trigger, "untracked", *x.reasons)
                        continue
                    told = replace(told, discovered=found.value, confidence=found.confidence * base.confidence)
                if self.first_act < 0:
                    self.first_act = reading.sentence.index
                yield told

    def _words(self, reading: Reading, trigger: Trigger) -> str:
        return self.article.text[reading.tokens[trigger.first].start : reading.tokens[trigger.last].end]

    def _is_contract(
        self, reading: Reading, one: Bound, linked: Sequence[Linked], subject: Sequence[PartyMention]
    ) -> bool:
        """Whether companies or the like act: then "the deal" behind it is theirs, and their refusal nobody's."""
        if contracts.unofficial(reading, one.trigger, one.thing, subject):
            self._say(reading, one.trigger, "no_step", "unofficial")
            return True
        contract = contracts.meant(reading, one.trigger, one.thing, linked)
        if contract:
            self._say(reading, one.trigger, "no_step", "contract")
            self.focus.pass_by(reading.sentence.index)
        return contract

    def _is_supposed(
        self, day: PartialDate | None, verdict: Status, news: Salience, own: Sequence[DateMention]
    ) -> bool:
        """Whether a step is of the dateline's day: news without a day of its own, or what has no other date."""
        filed = day is None and verdict is Status.OCCURRED and news is Salience.NEWS
        return (filed and self.dateline is not None) or (bool(own) and all(m.role == "dateline" for m in own))

    def news_day(self) -> date | None:
        """The day of the news, for steps without a day; None for a digest, whose items have each their own."""
        document, sentences = self.document, self.document.sentences
        headed = (self.tools.names.heading(s.low, s.text, document.language) for s in sentences[1:])
        if self.article.published_on is None or any(map(items.begins, sentences[1:], sentences)) or any(headed):
            return None
        lead = newsday.lead(sentences, LEAD_SENTENCES)
        opening = [s for s in (document.title, *lead) if s is not None]
        told = (self.readings.of(s, heading=s is document.title).dates for s in opening)
        return newsday.told(told, self.article.published_on)

    def _days_ahead(self, day: PartialDate | None) -> int:
        published = self.article.published_on or self.dateline
        return (day.first - published).days if day is not None and published is not None else 0

    def _is_coming(self, day: PartialDate | None) -> bool:
        """Whether a day lies in the weeks to come: "takes effect on 1 May", told in March."""
        return 0 < self._days_ahead(day) < _WEEKS_TO_COME

    def _is_aside(self, reading: Reading) -> bool:
        """Whether headline and first paragraph are about something else than agreements: what is told behind them is by the way."""
        behind = reading.sentence.paragraph != 0 and self.article.published_on is not None
        return behind and not self._opening_tells

    @cached_property
    def _opening_tells(self) -> bool:
        """Whether headline or first paragraph may tell of an agreement."""
        title = self.document.title
        read = [self.readings.of(s).reading for s in newsday.opening(self.document.sentences, newsday.SHORT)]
        return newsday.tells(read + ([] if title is None else [self.readings.of(title, heading=True).reading]))

    def _is_lead(self, reading: Reading) -> bool:
        return self.first_act < 0 or reading.sentence.index in {0, self.first_act}
