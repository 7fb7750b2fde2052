"""Agreements told one by one behind the sentence that tells the step of them all: "They signed five accords. The first is on tax. …",
"The cabinet approved the following:" and a list.

What opens a roll is a step on several agreements that the sentence does not name, or a verb without an object before a colon or a list.
What is on it: a sentence that opens (or ends) with an ordinal, "another" or the like, or an item of a list, and tells no step itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.model import EventType, Salience, Status
from pipeline.recognise import acting, actors, acts, company, items, mentions, targets, tenses
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import LAWS, PLAIN, Bound, Step
from pipeline.recognise.focus import Linked
from pipeline.recognise.meanings import Meanings
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.readings import Read
from pipeline.recognise.salience import ORDER
from pipeline.recognise.sentences import fold
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, GERUND, INFINITIVE, NOMINAL, PLUPERFECT, Trigger
from pipeline.recognise.values import Actor, Band, Mention, PartyMention, Sentence

HEADING = "of_a_list"  # the reason of a step whose agreements are items of the list behind it
_REACH = 4  # sentences between one that is on a roll and the next
_OPENING = 4  # words in which a sentence says that it is one more on the roll
_ENDING = 3  # and words at the end, of "… was the fourth"
_TWO = 2
_LONGEST = 60  # words of an item
_TITLE = 16  # words of a list's heading
_WEIGHT = 0.9  # how surely a verb before a list makes its step
_PASSED = {"approve": EventType.RATIFIED, "adopt": EventType.RATIFIED, "sign": EventType.PROMULGATED,
           "submit": EventType.SUBMITTED, "promulgate": EventType.PROMULGATED}  # fmt: skip
_LISTED = frozenset({"approve", "adopt", "ratify", "sign", "submit", "accede", "reject", "terminate", "denounce"})
_TAKEN_UP = frozenset({"carried", "compatible_with_focus", "what_the_lead_tells_of", "no_focus", "newest_of_these"})
_BOTH = "both_parties"  # a reason of a link: the wording's states are all of the agreement's
_VAGUE = frozenset({"near_tie", "thin", "one_of_several", "one_of_two_of_these_parties"})
_TALKS = "negotiations"
_MADE = frozenset({EventType.SIGNED, EventType.INITIALLED, EventType.NEGOTIATIONS_CONCLUDED})
_ENDED = frozenset({EventType.WITHDRAWN, EventType.TERMINATED, EventType.SUSPENDED})
_DOUBTS = frozenset({"planned", "called_for", "negated", "conditional"})
_PLURAL_S = frozenset({"en", "fr", "es", "pt"})  # where nouns in the plural end in -s
_LEADING = 3  # words of what leads in a list and says nothing of its own
_COUNTED = 2  # words between a number and its laws
_LESS = 0.95  # confidence of what an item tells, beside that of the step itself


@dataclass(frozen=True, slots=True)
class Roll:
    """A step of several agreements: as told, who took it, the sentence that told of it and the last one on the roll."""

    base: Told
    one: Bound
    subject: tuple[PartyMention, ...]
    kind: str
    both: bool
    at: int
    last: int
    list: bool = False  # whether a list follows: its items need no ordinal
    law: bool = False  # whether it is one of laws: an item says which act the law is about


@dataclass
class Rolls(Meanings):
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
        several = next((m for m in mentioned if mentions.several(reading, m)), None)
        bills = _bills(reading, one)
        if self._is_open(reading, base, one):
            return heading
        told = (several is not None or bills) and base.status is not Status.NEGATED
        if heading or items.leads_in(reading.sentence) or told:
            kind = several.kind if several is not None else mentioned[0].kind
            if _is_title(reading, one.trigger) and base.date is None:
                base = replace(base, salience=Salience.NEWS)
            at, listed = reading.sentence.index, heading or items.leads_in(reading.sentence)
            known = self.roll is not None and self.roll.base.type is base.type and at - self.roll.last <= _REACH
            if (
                known and self.roll is not None and one.trigger.voice == ATTRIBUTE
            ):  # "Treaties approved:", under what told of them
                self.roll = replace(self.roll, list=True, last=at)
                return heading
            law = heading and one.thing is not None and one.thing.what in LAWS
            both = company.both(reading, one.trigger)
            self.roll = Roll(base, one, tuple(subject), kind, both, at, at, listed, law)
        return heading

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
        own = any(one.salience is Salience.NEWS and not _same(one, roll) for one in heard)
        if own or not _is_plain(read, heard, roll):
            self.roll = replace(roll, last=sentence.index)
            return
        dated = not item and not heard and self._of_another_day(read, roll)
        linked = [] if dated else self._listed_there(read, roll, heard, counted=not taken_up)
        if linked:
            self.roll = replace(roll, last=sentence.index)
            yield from self._one_more(read.reading, roll, linked, told)

    def _says(self, mention: Mention) -> bool:
        """Whether a wording says what its agreement is on."""
        index = self.tools.linker.index
        return index.says_subject(index.read(mention.text, self.document.language))

    def _parts(self, reading: Reading) -> list[range]:
        """The words of each agreement of a sentence that counts several: "the second is on tax, while the third deals with trade"."""
        counts = self.tools.lexicon.grammar.get("roll", frozenset())
        at = [i for i, token in enumerate(reading.tokens) if token.low in counts]
        colon = next((i for i in range(len(reading.tokens)) if ":" in reading.before(i)), 0)
        at = [i for i in at if i >= colon] if sum(i >= colon for i in at) >= _TWO else at
        opened = [i for i in at if i == at[0] or _parted(reading, i)]
        if len(opened) < _TWO or self.document.language == "zh":
            return [range(len(reading.tokens))]
        return [range(i, j) for i, j in zip(opened, [*opened[1:], len(reading.tokens)], strict=True)]

    def _enrolled(self, sentence: Sentence, roll: Roll) -> bool:
        """Whether a sentence opens or ends with a word that counts it among those of a roll, or opens with one more bill where the
        roll is one of what a chamber passed."""
        if self._opens(sentence, "roll") or self._opens(sentence, "roll", ending=True):
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

    def _listed_there(self, read: Read, roll: Roll, heard: Sequence[Told], *, counted: bool) -> list[Linked]:
        """The agreements that an item is about, surely and by its own words."""
        reading = read.reading
        at, who = reading.sentence.index, (roll.subject, roll.base.type)
        found = _sure([one.linked for one in heard])
        things = [t for t in read.things if t.what == TREATY]
        named = [mentions.of(reading, t, read.things, read.verbs) for t in things]
        told = counted and (named or roll.list or self._enrolled(reading.sentence, roll))
        parts = self._parts(reading) if told else []
        if found and len(parts) < _TWO:
            return found
        own = [_words(reading, roll.kind, part) for part in parts]
        mentioned = [m for m in named if m.parties or self._says(m)]
        whole = replace(_words(reading, roll.kind, range(len(reading.tokens))), plural=True)
        each = len({p.code for p in whole.parties if p.code}) == len(parts)  # "…: one with Mali, the other with Togo"
        ways = [mentioned, own] if len(parts) < _TWO else [own, [whole]] if each else [own]
        for several in ways:
            more = _sure([x for m in several for x in self._link(m, reading, at, *who)])
            if len(more) > len(found):
                return more
        return found

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
        if not actor.country or one.step.reason == acts.BY_DECREE:
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


def _parted(reading: Reading, word: int) -> bool:
    """Whether a mark or a conjunction stands right before a word, or before its article."""
    near = [word, *([word - 1] if reading.is_a("determiners", word - 1) else [])]
    return any(
        set(",;:،؛—–") & set(reading.before(i))
        or any(reading.is_a(role, i - 1) for role in ("coordinate", "subordinate"))
        for i in near
    )


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
    if verbs and not heard:
        return False
    told = reading.section("acts")
    if (roll.law and not told) or any(t.what == _TALKS for t in read.things):
        return False
    if any(h.key == "conclude" for h in told) and not (verbs or heard):
        return any(v.tense == PLUPERFECT for v in read.verbs)  # "is still being negotiated"
    # without an act a plan is what the agreement is for: "the second is to avoid double taxation"
    doubtful = bool(told) and not (heard and all(one.status is Status.OCCURRED for one in heard))
    return not any(h.key == "negated" or (doubtful and h.key in _DOUBTS) for h in reading.section("status"))


def _same(one: Told, roll: Roll) -> bool:
    """Whether what a sentence tells by itself is but the roll's step, told of one of its agreements (« le troisième texte ratifie … »), or
    one that went before it."""
    if one.status is not Status.OCCURRED:
        return False
    before = one.type in _MADE and roll.base.type not in _ENDED  # "…, which was signed in 2019"
    before = before and ORDER.get(one.type, 0) < ORDER.get(roll.base.type, 0)
    return before or (one.type is roll.base.type and one.date is None)


def _sure(linked: Sequence[Linked]) -> list[Linked]:
    """What is surely told of in an item's own words, or the likeliest of just those two states; each once."""
    own = [x for x in linked if x.agreement_id and not _TAKEN_UP & {*x.reasons}]
    sure = [x for x in own if x.band is Band.SURE or _of_both(x)]
    return list({x.agreement_id: x for x in sure}.values())


def _of_both(one: Linked) -> bool:
    """Whether a link that is for review is of just the states told of, and to nothing beside others as likely."""
    vague = _VAGUE - {"one_of_several"} if "distinctive" in one.reasons else _VAGUE
    return one.band is Band.REVIEW and _BOTH in one.reasons and not vague & {*one.reasons}


def _words(reading: Reading, kind: str, part: range) -> Mention:
    """Words of a sentence as a wording of an agreement ("The first lets each recognise the other's licences")."""
    start, end = reading.tokens[part.start].start, reading.tokens[part.stop - 1].end
    base = reading.sentence.start
    inside = tuple(p for p in reading.parties if p.code and start <= p.start and p.end <= end)
    return Mention(start, end, reading.sentence.text[start - base : end - base], kind, False, False, inside)
