"""Which agreements an article's mentions mean, in the order of its reading: what was named before weighs on what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.model import Article, EventType
from pipeline.recognise import (
    anaphora,
    dated,
    houses,
    items,
    listed,
    mentions,
    named_behind,
    prominence,
    sites,
    surroundings,
)
from pipeline.recognise.among import Around
from pipeline.recognise.cases import Bound
from pipeline.recognise.dates import DateTables
from pipeline.recognise.focus import CARRIED, NEAR, Focus, Linked
from pipeline.recognise.immutable import cached_property
from pipeline.recognise.lexicon import Lexicon
from pipeline.recognise.linker import Linker
from pipeline.recognise.parties import Names
from pipeline.recognise.prominence import Place
from pipeline.recognise.reading import Reading
from pipeline.recognise.readings import Readings
from pipeline.recognise.scene import Scene
from pipeline.recognise.siblings import ALIKE, BY_YEAR
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.triggers import Trigger
from pipeline.recognise.values import Band, DateMention, Document, Mention, PartyMention, Sentence

LEAD_SENTENCES = 2
_SIGNED = 3  # sentences in which a report says which agency it is of
REPLACED = "the_one_replaced"


@dataclass(frozen=True)
class Tools:
    """What every article is read with."""

    lexicon: Lexicon
    names: Names
    linker: Linker
    dates: DateTables
    discover: bool


@dataclass
class Meanings:
    """One article's mentions and what they mean. `lead`: headline and lead, read; `linked`: mentions of steps, by their place."""

    article: Article
    document: Document
    tools: Tools
    focus: Focus = field(default_factory=Focus)
    lead: Wording | None = None
    linked: dict[int, tuple[Linked, ...]] = field(default_factory=dict)
    unread: list[Sentence] = field(default_factory=list)  # those that tell nothing, as far as no mention asked for them
    before: Meanings | None = None  # the first walk through the article, where this is the second

    @cached_property
    def scene(self) -> Scene:
        """Who is named in the article."""
        if self.before is not None:
            return self.before.scene
        lexicon = self.tools.lexicon
        withs, between = (lexicon.grammar.get(role, frozenset()) for role in ("with", "between"))
        site = sites.state_of(self.article.url, self.tools.names.states)
        opening = " ".join(s.text for s in self.document.sentences[:_SIGNED])
        home = houses.state_of(opening) or lexicon.home_of(s.low for s in self.document.sentences)
        visits = tuple(lexicon.grammar.get("visiting", ()))
        deals = lexicon.grammar.get("deals", frozenset())
        return Scene(
            self.document, self.tools.names, self.article.published_on, home, withs, between, site, visits, deals
        )

    @cached_property
    def readings(self) -> Readings:
        """Its sentences as read."""
        if self.before is not None:
            return self.before.readings
        return Readings(
            self.tools.lexicon,
            self.tools.linker.index,
            self.scene,
            self.tools.dates,
            items.numbered(self.document.sentences),
        )

    def _look(self, reading: Reading, found: Sequence[Thing]) -> None:
        """A sentence without an act may still say what the article is about."""
        if reading.sentence.index > LEAD_SENTENCES:
            self.unread.append(reading.sentence)
            return
        self._take_in(reading, found)

    def _catch_up(self, sentence: int) -> None:
        """Take in what the sentences right before name, that told nothing: a pronoun may take it up."""
        waiting, self.unread = [s for s in self.unread if sentence - s.index <= NEAR], []
        may_name = self.tools.lexicon.table.names_treaty
        for one in waiting:
            if may_name(one.low) or self.tools.linker.index.aliases_in(one.text):
                read = self.readings.of(one)
                self._take_in(read.reading, read.things)

    def _take_in(self, reading: Reading, found: Sequence[Thing]) -> None:
        for thing in found:
            if thing.what == TREATY:
                mention = listed.itemised(reading, thing, mentions.of(reading, thing, found, ()), ())
                linked = self._link(self._told_behind(mention, reading), reading, reading.sentence.index)
                self._note(linked, reading, found)

    def _note(
        self,
        linked: Sequence[Linked],
        reading: Reading,
        found: Sequence[Thing],
        trigger: Trigger | None = None,
        *,
        denied: bool = False,
    ) -> None:
        sure = [x for x in linked if x.band is Band.SURE]
        linked = sure or linked
        along = [x for x in linked if prominence.likened(reading, x.mention)]
        if 0 < len(along) < len(linked):  # "the treaty was signed together with the accord on …"
            self._note([x for x in linked if x not in along], reading, found, trigger, denied=denied)
            linked = along
        ids = tuple(x.agreement_id for x in linked if x.agreement_id)
        if ids and linked[0].reasons == (BY_YEAR,):
            return  # "a first treaty, signed in 2002, failed": an older one, not what the article is about
        if ids and linked[0].reasons[:1] == ("carried",):
            self.focus.come_back(ids, reading.sentence.index)
        elif ids and (linked[0].band is Band.SURE or self.focus.confidence < 0.7):
            at, topic = reading.sentence.index, not self.focus.lead or bool({*ids} & {*self.focus.lead})
            place = prominence.place(reading, linked[0].mention, found, trigger, topic=topic)
            if denied and not topic:  # "nobody means to leave the UN convention"
                place = max(place, Place.MORE)
            place = max(place, self._beside(ids, linked[0].mention))
            if linked[0].reasons[:1] in {(REPLACED,), ("the_one_earlier",)}:
                place = max(place, Place.BY_THE_WAY)
            self.focus.note(ids, at, linked[0].confidence, place, opens=at == self._since(at))

    def _beside(self, ids: Sequence[str], mention: Mention) -> Place:
        """Whether a mention tells of one more agreement by its year, beside the one that is news: "the treaty of 1996"."""
        topic = not self.focus.lead or bool({*ids} & {*self.focus.lead})
        years = () if topic else self.tools.linker.index.read(mention.text, self.document.language).years
        return Place.MORE if years else Place.MAIN

    def _since(self, sentence: int) -> int:
        """The first sentence of a sentence's paragraph."""
        sentences = self.document.sentences
        while 0 < sentence < len(sentences) and sentences[sentence - 1].paragraph == sentences[sentence].paragraph:
            sentence -= 1
        return sentence

    def _linked(
        self,
        reading: Reading,
        found: Sequence[Thing],
        verbs: Sequence[Trigger],
        one: Bound,
        mentioned: Sequence[Mention],
        subject: Sequence[PartyMention],
        own: Sequence[DateMention],
    ) -> list[Linked]:
        """The links of an act's mentions. A pronoun's forerunners in the same sentence are linked first."""
        if mentioned[0].generic:
            self._catch_up(reading.sentence.index)
        if mentioned[0].generic or any(t.agreement_id for t in found):
            self._look_ahead(reading, found, verbs, one, mentioned[0])
        linked: list[Linked] = []
        for mention in [self._told_behind(m, reading) for m in mentioned]:
            meant = self._meant_before(mention) or self._link(
                mention, reading, reading.sentence.index, subject, one.step.type, own
            )
            if not any(x.agreement_id for x in meant):
                meant = self._named_behind(mention, reading, subject) or meant
            self.linked[mention.start] = meant
            linked.extend(meant)
        replaced = [x for x in linked if x.reasons[:1] == (REPLACED,)]
        if replaced:  # "the EPCA replaces the accord in force since 1999"
            return self._replacing(reading, one.trigger, replaced)
        listed = [
            x for x in linked
            if x.band is Band.SURE and x.reasons[:1] != ("carried",)
            and (x.mention is not mentioned[0] or x.reasons[:1] == ("listed",))
        ]  # fmt: skip
        return (
            listed if listed and mentioned[0].generic and mentioned[0].plural else linked
        )  # "two texts, the A and the B"

    def _named_behind(self, mention: Mention, reading: Reading, subject: Sequence[PartyMention]) -> tuple[Linked, ...]:
        """What the opening only describes, where the sentences behind it name what they are about and that may be meant."""
        at, index, language = reading.sentence.index, self.tools.linker.index, self.document.language
        opens = 0 <= at < LEAD_SENTENCES and not self.focus.told
        if not opens or not named_behind.describes(reading, mention):
            return ()
        behind = self.document.sentences[at + 1 : at + 1 + named_behind.BEHIND]
        one = named_behind.named(self.readings.of(s) for s in behind if index.aliases_in(s.text))
        said, near = index.read(mention.text, language), [p.code for p in reading.parties if p.code]
        around = self.lead or index.read(reading.sentence.text, language)
        acting = [p.code for p in subject if p.code]
        if not one or not named_behind.goes_with(index, one, mention, said, around, near, acting):
            return ()
        return (Linked(one, Band.SURE, ALIKE, ("named_behind",), mention),)

    def _told_behind(self, mention: Mention, reading: Reading) -> Mention:
        """A mention that is new and says no subject, with what the next sentence says of it."""
        at = reading.sentence.index + 1
        told = bool(mention.pick) and bool(self.focus.together(2, at))
        if mention.items or told or not mention.kind or not 0 < at < len(self.document.sentences):
            return mention
        if not anaphora.new(reading, mention, first=not self.focus.told) or len({p.code for p in mention.parties}) > 2:
            return mention
        index, language = self.tools.linker.index, self.document.language
        if index.says_subject(index.read(mention.text, language)):
            return mention
        return listed.behind(mention, self.readings.of(self.document.sentences[at]).reading)

    def _meant_before(self, mention: Mention) -> tuple[Linked, ...]:
        """What a wording was surely found to mean for another act on it: "was signed in 2010 and sent to the Senate" is of one treaty."""
        earlier = self.linked.get(mention.start, ())
        same = bool(earlier) and not mention.generic and earlier[0].mention.end == mention.end
        return earlier if same and all(x.band is Band.SURE for x in earlier) else ()

    def _replacing(self, reading: Reading, trigger: Trigger, replaced: list[Linked]) -> list[Linked]:
        """What befell what replaces another, where a comma parts the act from that one: "…, unterzeichnet in Brüssel, wird das alte Abkommen
        ersetzen"."""
        object_at = reading.token_at(replaced[0].mention.start)
        topics = self.focus.topics(reading.sentence.index)
        if not topics or trigger.last >= object_at or not reading.comma_between(trigger.last, object_at):
            return replaced
        return [
            replace(
                replaced[0],
                agreement_id=topics[0],
                confidence=self.focus.weight((topics[0],)) * CARRIED,
                reasons=("carried",),
            )
        ]

    def _look_ahead(
        self, reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], one: Bound, mention: Mention
    ) -> None:
        """Take in what the sentence names before a mention: a pronoun takes up the nearest, be it unsure or nobody's."""
        ahead = [t for t in found if t.what == TREATY and reading.tokens[t.last].end <= mention.start]
        for thing in ahead:
            if thing is one.thing or not (mention.generic or thing.agreement_id):
                continue
            named = mentions.of(reading, thing, found, verbs)
            earlier = (
                self._around_it(reading, thing)
                or self.linked.get(named.start)
                or self._link(named, reading, reading.sentence.index)
            )
            told = [x for x in earlier if not x.mention.generic and not mentions.is_body(x.mention)]
            own = bool(told) and told[0].reasons[:1] not in {("carried",), ("charter_of_body",)}
            if own and thing is ahead[-1] and mention.generic:
                self._take_up(told, reading.sentence.index)
            else:
                self._note(told or earlier, reading, found)

    def _around_it(self, reading: Reading, thing: Thing) -> tuple[Linked, ...]:
        """What an earlier act of the sentence befell, where a noun lies inside its wording: "signed the protocol to the *accord*, and the
        Senate approved it"."""
        start, end = reading.tokens[thing.first].start, reading.tokens[thing.last].end
        for links in self.linked.values():
            sure = any(x.agreement_id and x.band is Band.SURE for x in links)
            if sure and links[0].mention.start < start and end <= links[0].mention.end:
                return links
        return ()

    def _take_up(self, told: Sequence[Linked], sentence: int) -> None:
        ids = tuple(x.agreement_id for x in told if x.agreement_id)
        if ids:
            self.focus.note(ids, sentence, told[0].confidence, self._beside(ids, told[0].mention))
        elif told[0].mention.parties:
            self.focus.pass_by(sentence, over=True)

    def _link(
        self,
        mention: Mention,
        reading: Reading,
        sentence: int,
        subject: Sequence[PartyMention] = (),
        step: EventType | None = None,
        own: Sequence[DateMention] = (),
    ) -> tuple[Linked, ...]:
        since = self._since(sentence)
        around = surroundings.of(reading, mention, self.scene, sentence, subject, self.lead, step, own, since)
        found = self.tools.linker.link(mention, self.document.language, self.focus, sentence, around)
        when = (
            0
            if step is EventType.SIGNED
            else dated.year(reading, mention, lambda: self.readings.of(reading.sentence).dates)
        )
        return self._of_year(found, when, mention, sentence, around) if when else found

    def _of_year(
        self, found: tuple[Linked, ...], when: int, mention: Mention, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        """What was found for a mention whose sentence says a year of it: where that is none of that year's, what is found with the year."""
        years = self.tools.linker.index.years
        if len(found) != 1 or (found[0].agreement_id and when in years(found[0].agreement_id)):
            return found
        language = self.document.language
        asked = dated.with_year(mention, when, language)
        again = self.tools.linker.link(asked, language, self.focus, sentence, around)
        of_then = all(x.agreement_id and when in years(x.agreement_id) for x in again)
        contradicted = bool(found[0].agreement_id and years(found[0].agreement_id))
        if not (of_then or contradicted):
            return found
        return tuple(replace(x, mention=mention) for x in again)
