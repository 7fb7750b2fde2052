"""Agreements told one by one behind the sentence that tells the step of them all: "They signed five accords. The first is on tax. …",
"The cabinet approved the following:" and a list.

What opens a roll is a step on several agreements that the sentence does not name, or a verb without an object before a colon or a list.
What is on it: a sentence that opens (or ends) with an ordinal, "another" or the like, or an item of a list, and tells no step itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.model import EventType, Salience, Status
from pipeline.recognise import acting, actors, acts, company, enrolled, items, number, signing, targets, tenses, voting
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import LAWS, PLAIN, Bound, Step
from pipeline.recognise.focus import Linked
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.readings import Read
from pipeline.recognise.roll_items import Roll, RollItems
from pipeline.recognise.salience import ORDER
from pipeline.recognise.sentences import fold
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, GERUND, INFINITIVE, NOMINAL, PAST, PLUPERFECT, PRESENT, Trigger
from pipeline.recognise.values import Actor, Band, Mention, PartyMention, Sentence

HEADING = "of_a_list"  # the reason of a step whose agreements are items of the list behind it
_REACH = 4  # sentences between one that is on a roll and the next
_OPENING = 4  # words in which a sentence says that it is one more on the roll
_ENDING = 3  # and words at the end, of "… was the fourth"
_LONGEST = 60  # words of an item
_FULL_STOPS = frozenset(".!?:;。！？：；")
_TITLE = 16  # words of a list's heading
_WEIGHT = 0.9  # how surely a verb before a list makes its step
_PASSED = {"approve": EventType.RATIFIED, "adopt": EventType.RATIFIED, "sign": EventType.PROMULGATED,
           "submit": EventType.SUBMITTED, "promulgate": EventType.PROMULGATED}  # fmt: skip
_LISTED = frozenset({"approve", "adopt", "ratify", "sign", "submit", "accede", "reject", "terminate", "denounce"})
_COMMITTEE = "committee"
_TALKS = "negotiations"
_MADE = frozenset({EventType.SIGNED, EventType.INITIALLED, EventType.NEGOTIATIONS_CONCLUDED})
_ENDED = frozenset({EventType.WITHDRAWN, EventType.TERMINATED, EventType.SUSPENDED})
_DOUBTS = frozenset({"planned", "called_for", "negated", "conditional"})
_PLURAL_S = frozenset({"en", "fr", "es", "pt"})  # where nouns in the plural end in -s
_LEADING = 3  # words of what leads in a list and says nothing of its own
_COUNTED = 2  # words between a number and its laws
_LESS = 0.95  # confidence of what an item tells, beside that of the step itself


@dataclass
class Rolls(RollItems):
    """The rolls of one article. `roll`: the one that is open."""

    roll: Roll | None = None

    def _after(self, sentence: Sentence) -> Sentence | None:
        """The sentence behind one."""
        at = sentence.index + 1
        return self.document.sentences[at] if 0 < at < len(self.document.sentences) else None

    def _open(
        self,
        reading: Reading,
        one: Bound,
        base: Told,
        subject: Sequence[PartyMention],
        mentioned: Sequence[Mention],
    ) -> bool:
        """Open a roll where a step is on several agreements; whether it is of a list alone."""
        heading = one.step.reason == HEADING
        several = next((m for m in mentioned if number.several(reading, m)), None)
        bills = _bills(reading, one)
        if self._is_open(reading, base, one):
            return heading
        told = (several is not None or bills) and base.status is not Status.NEGATED
        at = reading.sentence.index
        if self.roll is not None and at - self.roll.last <= _REACH and _by_the_way(base, self.roll.base):
            return heading
        if heading or items.leads_in(reading.sentence) or told:
            kind = several.kind if several is not None else mentioned[0].kind
            if _is_title(reading, one.trigger) and base.date is None:
                base = replace(base, salience=Salience.NEWS)
            if base.date is None and self._headed_as_past(reading.sentence):
                base = replace(base, salience=Salience.BACKGROUND)
            in_list = heading or items.leads_in(reading.sentence)
            known = self.roll is not None and self.roll.base.type is base.type and at - self.roll.last <= _REACH
            if (
                known and self.roll is not None and one.trigger.voice == ATTRIBUTE
            ):  # "Treaties approved:", under what told of them
                self.roll = replace(self.roll, list=True, last=at)
                return heading
            law = heading and one.thing is not None and one.thing.what in LAWS
            both = company.both(reading, one.trigger)
            topic = several.text if several is not None and not several.parties and self._says(several) else ""
            self.roll = Roll(base, one, tuple(subject), kind, both, at, at, in_list, law, topic)
            return heading or (bills and all(m.generic for m in mentioned) and _is_guess(base.linked))
        return heading

    def _headed_as_past(self, sentence: Sentence) -> bool:
        """Whether the heading right above says that what follows went before: "What else it left earlier"."""
        above = self.document.sentences[sentence.index - 1] if sentence.index > 0 else None
        if above is None or above.paragraph == sentence.paragraph or above.text.rstrip()[-1:] in _FULL_STOPS:
            return False
        return any(h.key == "background" for h in self.readings.of(above).reading.section("salience"))

    @staticmethod
    def _ids(linked: Sequence[Linked]) -> set[str]:
        """The agreements meant."""
        return {x.agreement_id for x in linked if x.agreement_id}

    def _is_open(self, reading: Reading, base: Told, one: Bound) -> bool:
        """Whether the same sentence opened a roll that goes before: of what happened, and of agreements rather than of "them"."""
        known = self.roll
        if known is None or known.at != base.sentence.index:
            return False
        less = base.status is not Status.OCCURRED or one.trigger.voice == ATTRIBUTE
        less = (
            less or reading.clause(one.trigger.first).kind == RELATIVE
        )  # "the bills that the cabinet had laid before it"
        return known.base.status is Status.OCCURRED and (less or (one.thing is not None and one.thing.what == PRONOUN))

    def _of_list(
        self,
        reading: Reading,
        found: Sequence[Thing],
        verbs: Sequence[Trigger],
        trigger: Trigger,
        thing: Thing | None,
        about: Trigger | None,
    ) -> tuple[Thing | None, Step | None]:
        """What a verb that makes no step with its own object makes of a list behind it, in its sentence or behind that."""
        if tenses.no_deed(reading, trigger):
            return thing, None  # „انتهى المجلس إلى ما يلي:“
        listed = targets.behind_colon(reading, found, verbs, trigger, thing) if trigger.family in _LISTED else ()
        if listed:
            return listed[0], acts.step(trigger, listed[0], None, reading)
        return thing, _heading(reading, trigger, thing, about, self._after(reading.sentence))

    def _enrol(self, sentence: Sentence, before: Sentence | None, told: list[Told], earlier: int) -> None:
        """Add what a sentence adds to the roll that is open, instead of what it only says its texts are for. `earlier`: how many steps
        were told before it."""
        if self.roll is None:
            return
        added = list(self._on_roll(sentence, before, told[earlier:], tuple(told)))
        if added:
            read = self.readings.of(sentence)
            told[earlier:] = [one for one in told[earlier:] if not _only_says(read, one)]
        told.extend(added)

    def _on_roll(
        self, sentence: Sentence, before: Sentence | None, heard: Sequence[Told], told: Sequence[Told]
    ) -> Iterator[Told]:
        """What a sentence adds to the roll that is open. `heard`: what it told by itself."""
        roll = self.roll
        if roll is None or sentence.index <= roll.last:
            return
        if sentence.index - roll.last > _REACH:
            self.roll = None
            return
        item = items.opens(sentence, before) or (roll.list and _apart(sentence, before))
        item = item and len(sentence.tokens) <= _LONGEST
        if not heard and items.leads_in(sentence) and len(sentence.tokens) <= _LEADING:  # « Les voici : »
            self.roll = replace(roll, list=True, last=sentence.index)
            return
        taken_up = sentence.index == roll.at + 1 and self._opens(sentence, "roll_call")
        if not item and not taken_up and not self._enrolled(sentence, roll):
            return
        read = self.readings.of(sentence)
        acted = [one for one in heard if not _only_says(read, one)]
        own = any(one.salience is Salience.NEWS and not _same(one, roll) for one in acted)
        own = own or bool(roll.base.status is not Status.OCCURRED and acted)  # "In May it asked the Senate to …"
        decided = any(items.DECIDED in one.reasons for one in heard) or voting.opens_talks(read.reading)
        if own or decided or not _is_plain(read, acted, roll):
            self.roll = replace(roll, last=sentence.index)
            return
        says = _names(read) and (taken_up or self._carried(sentence))
        dated = not (item or heard or says) and self._of_another_day(read, roll)
        counted = bool(item and (roll.list or _names(read))) or self._enrolled(sentence, roll)
        linked = [] if dated else self._listed_there(read, roll, heard, counted=counted)
        if linked:
            self.roll = replace(roll, last=sentence.index)
            yield from self._one_more(read.reading, roll, linked, told)

    def _enrolled(self, sentence: Sentence, roll: Roll) -> bool:
        """Whether a sentence opens or ends with a word that counts it among those of a roll, or opens with one more bill where the
        roll is one of what a chamber passed."""
        if self._opens(sentence, "roll") or self._opens(sentence, "roll", ending=True):
            return True
        if self._carried(sentence):
            return True
        if roll.base.type is not EventType.RATIFIED:
            return False
        things = self.readings.of(sentence).things
        return any(
            t.what in LAWS
            and t.first < _OPENING
            and t.last + 1 < len(sentence.tokens)
            and sentence.tokens[t.last + 1].low[0].isdigit()
            for t in things
        )  # "Bill 38/26 deals with …"

    def _carried(self, sentence: Sentence) -> bool:
        """Whether a sentence says what one of the texts is on."""
        return enrolled.carried(self.readings.of(sentence), self.tools.lexicon.grammar.get("roll", frozenset()))

    def _opens(self, sentence: Sentence, role: str, *, ending: bool = False) -> bool:
        """Whether a sentence opens (or its first part ends) with a word of a role."""
        words = self.tools.lexicon.grammar.get(role, frozenset())
        low = sentence.low.partition(";")[0]
        if self.document.language == "zh":
            near = fold(low[-2 * _ENDING :] if ending else low[: 2 * _OPENING])
            return any(word in near for word in words)
        told = [t.low for t in sentence.tokens if t.end <= sentence.start + len(low)]
        near_by = told[-_ENDING:] if ending else told[:_OPENING]
        arabic = self.document.language == "ar"
        return any(word in words or (arabic and word.removeprefix("و") in words) for word in near_by)

    def _of_another_day(self, read: Read, roll: Roll) -> bool:
        """Whether an item tells of a day to come or of another year than the step's: it has a story of its own."""
        year = roll.base.date.year if roll.base.date is not None else 0
        ahead = any(m.direction == "future" or (m.offset or 0) > 0 for m in read.dates)
        told = any(h.key == "sign" for h in read.reading.section("acts"))  # "…, signed in 2010"
        return ahead or any((not told and m.year and m.year != year and m.role != "title") for m in read.dates)

    def _one_more(self, reading: Reading, roll: Roll, linked: Sequence[Linked], told: Sequence[Told]) -> Iterator[Told]:
        for x in linked:
            assert x.agreement_id is not None
            self.focus.note((x.agreement_id,), reading.sentence.index, x.confidence)
            base = replace(
                roll.base,
                linked=x,
                sentence=reading.sentence,
                at=reading.sentence.start,
                confidence=x.confidence * roll.base.confidence * _LESS,
                reasons=(*roll.base.reasons, *x.reasons, "one_more"),
            )
            parts = acting.Parts(self.tools.linker.index, x.agreement_id, roll.both)
            for actor in acting.each(base, roll.subject, self.article.text, parts, self.scene, told):
                kind, stage, _rule = self._staged(roll.one, roll.base.type, actor)
                yield replace(base, type=kind, actor=actor, stage=stage)

    def _staged(self, one: Bound, kind: EventType, actor: Actor) -> tuple[EventType, str, str]:
        """What a step is at the actor's stage, the stage, and the rule that said so."""
        known = actor.country or actor.stage == "committee"  # whosever committee it is
        if not known or one.step.reason in {acts.BY_DECREE, signing.INSTRUMENT}:
            return kind, actor.stage, ""
        return actors.normalise(kind, actor.country, actor.stage, self.tools.names.jurisdictions)


def _bills(reading: Reading, one: Bound) -> bool:
    """Whether a step is on several laws, which may be told one by one: "passed three bills of ratification", "voted the bills"."""
    thing = one.thing
    if thing is None or thing.what not in LAWS:
        return False
    if reading.lexicon.language in _PLURAL_S and reading.tokens[thing.first].low.endswith("s"):
        return True
    before = range(max(0, thing.first - _COUNTED), thing.first)
    counts = ("numbers", "plural_hint", "three", "four")
    return any(any(reading.is_a(role, i) for role in counts) or reading.tokens[i].low.isdigit() for i in before)


def _heading(
    reading: Reading, trigger: Trigger, thing: Thing | None, about: Trigger | None, following: Sentence | None
) -> Step | None:
    """The step of a verb that has no object but the list behind it: "The cabinet approved the following:", "Agreements signed:"."""
    if following is None or trigger.family not in _LISTED or about is not None:
        return None
    listed = items.leads_in(reading.sentence) or bool(items.MARK.match(following.text))
    if not listed or (following.paragraph == reading.sentence.paragraph and not items.MARK.match(following.text)):
        return None
    if trigger.voice == ATTRIBUTE:
        titled = thing is not None and thing.what == TREATY and len(reading.tokens) <= _TITLE
        return Step(PLAIN[trigger.family], HEADING, weight=_WEIGHT) if titled else None
    if trigger.voice == NOMINAL or trigger.tense in {INFINITIVE, GERUND}:
        return None
    if thing is None or thing.what == GENERIC:
        return Step(PLAIN[trigger.family], HEADING, weight=_WEIGHT)
    if thing.what in LAWS and trigger.family in _PASSED:
        kind = _PASSED[trigger.family]
        return Step(kind, HEADING, weight=_WEIGHT, chamber=kind is EventType.RATIFIED)
    return None


def _is_title(reading: Reading, trigger: Trigger) -> bool:
    """Whether a sentence is the heading of a list: "Agreements signed during the visit:"."""
    return trigger.voice == ATTRIBUTE and items.leads_in(reading.sentence) and len(reading.tokens) <= _TITLE


def _apart(sentence: Sentence, before: Sentence | None) -> bool:
    """Whether a sentence begins a paragraph, or stands behind the semicolon of another item."""
    if before is None:
        return False
    return before.paragraph != sentence.paragraph or before.text.endswith((";", "；"))


def _is_plain(read: Read, heard: Sequence[Told], roll: Roll) -> bool:
    """Whether a sentence tells no step of its own that did not come about, or that nobody can read."""
    reading = read.reading
    bare = {INFINITIVE, GERUND, PLUPERFECT}  # what had been done to an agreement only tells more of it
    verbs = [v for v in read.verbs if v.voice not in {NOMINAL, ATTRIBUTE} and v.tense not in bare]
    verbs = [v for v in verbs if not enrolled.only_says(reading, read.verbs, reading.tokens[v.first].start)]
    verbs = [v for v in verbs if v.tense != PRESENT or reading.clause(v.first).kind != RELATIVE]  # "…, which amends …"
    if verbs and not heard:
        return False
    if any(p.body == _COMMITTEE for p in reading.parties) and roll.base.stage != _COMMITTEE:
        return False  # "it has so far passed the committee only"
    told = reading.section("acts")
    plan = {v.first for v in read.verbs if enrolled.only_says(reading, read.verbs, reading.tokens[v.first].start)}
    plan |= {v.first for v in read.verbs if v.voice == ATTRIBUTE and v.tense == PAST}  # "…, signed in May, …"
    if (roll.law and not told) or any(t.what == _TALKS for t in read.things):
        return False
    if any(h.key == "conclude" for h in told) and not (verbs or heard):
        return any(v.tense == PLUPERFECT for v in read.verbs)  # "is still being negotiated"
    # without an act a plan is what the agreement is for: "the second is to avoid double taxation"
    doubtful = any(h.first not in plan for h in told)
    doubtful = doubtful and not (heard and all(one.status is Status.OCCURRED for one in heard))
    return not any(h.key == "negated" or (doubtful and h.key in _DOUBTS) for h in reading.section("status"))


def _is_guess(linked: Linked) -> bool:
    """Whether nothing but who acts speaks for an agreement: no word of "passed three bills" says which they are on."""
    return linked.band is Band.REVIEW and {"thin", "near_tie"} <= {*linked.reasons}


def _names(read: Read) -> bool:
    """Whether a sentence names an agreement, be it by a noun."""
    return any(t.what == TREATY for t in read.things)


def _by_the_way(one: Told, known: Told) -> bool:
    """Whether a step is only told of what is on a roll of news: "…, both signed in May"."""
    return one.salience is Salience.BACKGROUND and known.salience is Salience.NEWS and one.type is not known.type


def _only_says(read: Read, one: Told) -> bool:
    """Whether a step told is but what a text is for: "the bill authorising ratification", "Bill 12, which approves"."""
    return enrolled.told_apart(read.reading, read.verbs, one)


def _same(one: Told, roll: Roll) -> bool:
    """Whether what a sentence tells by itself is but the roll's step, told of one of its agreements (« le troisième texte ratifie … »), or
    one that went before it."""
    if one.status is not Status.OCCURRED:
        return False
    before = one.type in _MADE and roll.base.type not in _ENDED  # "…, which was signed in 2019"
    before = before and ORDER.get(one.type, 0) < ORDER.get(roll.base.type, 0)
    return before or (one.type is roll.base.type and one.date is None)
