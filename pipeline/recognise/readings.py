"""The sentences of one article as they are read: each once, however often its walk comes by.

What an undated article tells is walked twice, and a sentence's reading, its things, verbs and dates hang on nothing that a walk learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.recognise import dates, laws, reading, things, triggers
from pipeline.recognise.dates import DateTables
from pipeline.recognise.immutable import cached_property, value
from pipeline.recognise.lexicon import Lexicon
from pipeline.recognise.linking import Index
from pipeline.recognise.orders import changes_head
from pipeline.recognise.reading import Reading
from pipeline.recognise.scene import Scene
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, GERUND, Trigger
from pipeline.recognise.values import DateMention, PartyMention, Sentence

_GAP = 3  # words between such a participle and its noun: "the amended double taxation convention"
_NOT_BETWEEN = ("determiners", "prepositions", "complement", "by", "to", "relative", "be", "have")
_ARTICLES = frozenset({"en", "de"})  # languages in which an article stands before a participle and its noun


@value(slots=False, eq=False)
class Read:
    """A sentence with what stands in it. What is not asked for is not looked for."""

    reading: Reading
    things: Sequence[Thing]
    tables: DateTables

    @cached_property
    def verbs(self) -> Sequence[Trigger]:
        """The verbs of treaty-making, without those that only say what an agreement is."""
        found = triggers.find(self.reading, self.things)
        return [v for v in found if not _describes(self.reading, v, self.things)]

    @cached_property
    def about(self) -> dict[Thing, Trigger]:
        """What each law, bill or decree is about."""
        return laws.subjects(self.reading, self.things, self.verbs)

    @cached_property
    def dates(self) -> Sequence[DateMention]:
        """The dates it tells; a weekday within a name is none ("Santo Domingo")."""
        found = dates.find(self.reading.sentence, self.reading.lexicon.language, self.tables)
        named = [(p.start, p.end) for p in self.reading.parties] if any(d.weekday is not None for d in found) else []
        return [
            d for d in found
            if d.weekday is None or not any(start <= d.start and d.end <= end for start, end in named)
        ]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Readings:
    """What one article is read with, and its sentences as far as they have been read."""

    lexicon: Lexicon
    index: Index
    scene: Scene
    tables: DateTables
    items: frozenset[int] = frozenset()  # the places of the sentences that open an item of a list
    _known: dict[int, Read] = field(default_factory=dict)  # by the sentence's index; a headline's is -1

    def of(self, sentence: Sentence, *, heading: bool = False) -> Read:
        """A sentence as read."""
        known = self._known.get(sentence.index)
        if known is None:
            known = self._known[sentence.index] = self._read(sentence, heading=heading)
        return known

    def _read(self, sentence: Sentence, *, heading: bool) -> Read:
        def parties() -> tuple[PartyMention, ...]:
            return self.scene.parties(sentence)

        read = reading.read(sentence, self.lexicon, parties, heading=heading, item=sentence.index in self.items)
        aliases = tuple(
            (
                read.token_at(h.start + sentence.start),
                read.token_at(h.end - 1 + sentence.start),
                self.index.agreement_id(h),
            )
            for h in self.index.aliases_in(sentence.text)
            if not h.inside
        )
        return Read(read, things.find(read, aliases), self.tables)


def _describes(reading: Reading, trigger: Trigger, things: Sequence[Thing]) -> bool:
    """Whether a participle only says what an agreement is: "the protocol amending the convention was signed", "that amends it"."""
    changes = trigger.family in {"amend", "extend"} or (trigger.family == "accede" and reading.lexicon.language == "zh")
    opened = not reading.changing.isdisjoint(range(max(0, trigger.first - 2), trigger.first + 1))
    if changes and (opened or changes_head(reading, trigger.last)):
        return True
    if changes and _attribute(reading, trigger, things):
        return True
    behind = any(t.what == TREATY and t.last + 1 == trigger.first for t in things)
    own = trigger.voice == ACTIVE and trigger.tense == GERUND and reading.is_a("complement", trigger.first)
    return behind and own and not reading.before(trigger.first).strip(" \u00a0")


def _attribute(reading: Reading, trigger: Trigger, things: Sequence[Thing]) -> bool:
    """Whether a participle stands between an article and the noun of what changes another agreement ("an amending protocol"), or of what was
    changed ("the amended treaty")."""
    noun = next((t for t in things if t.what == TREATY and t.last > trigger.last), None)
    gap = range(trigger.last + 1, noun.first) if noun else range(_GAP + 1)
    if len(gap) > _GAP or any(reading.is_any(_NOT_BETWEEN, i) or reading.before(i).strip(" \u00a0'’-") for i in gap):
        return False
    changing = trigger.voice == ACTIVE and trigger.tense == GERUND
    changed = trigger.voice == ATTRIBUTE and trigger.family == "amend" and reading.lexicon.language in _ARTICLES
    before = trigger.first > 0 and reading.is_any(("determiners", "numbers", "possessive"), trigger.first - 1)
    return before and (changing or changed)
