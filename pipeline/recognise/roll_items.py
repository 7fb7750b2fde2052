"""What an item of a roll is on: the agreements that a sentence names side by side, or counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.model import EventType
from pipeline.recognise import enrolled, listed, mentions
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import Bound
from pipeline.recognise.focus import Linked
from pipeline.recognise.meanings import Meanings
from pipeline.recognise.reading import Reading
from pipeline.recognise.readings import Read
from pipeline.recognise.things import Thing
from pipeline.recognise.values import Band, Mention, PartyMention

_TWO = 2
_TAKEN_UP = frozenset({"carried", "compatible_with_focus", "what_the_lead_tells_of", "no_focus", "newest_of_these"})
_BOTH = "both_parties"  # a reason of a link: the wording's states are all of the agreement's
_VAGUE = frozenset({"near_tie", "thin", "one_of_several", "one_of_two_of_these_parties"})


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
    topic: str = ""  # what all its agreements are on, where that is told of them together


@dataclass
class RollItems(Meanings):
    """The items of the rolls of one article."""

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

    def _listed_there(self, read: Read, roll: Roll, heard: Sequence[Told], *, counted: bool) -> list[Linked]:
        """The agreements that an item is about, surely and by its own words."""
        reading = read.reading
        at, who = reading.sentence.index, (roll.subject, roll.base.type)
        found = _sure([one.linked for one in heard])
        row = enrolled.row(reading, read.things, read.verbs)
        parts = self._parts(reading) if counted else []
        if found and len(parts) < _TWO and len(row) < _TWO:
            return found
        own = [self._on(_words(reading, roll.kind, part), roll.topic) for part in parts]
        whole = self._on(_words(reading, roll.kind, range(len(reading.tokens))), roll.topic)
        whole = replace(whole, plural=True)
        each = len({p.code for p in whole.parties if p.code}) == len(parts)  # "…: one with Mali, the other with Togo"
        ways = [own] if len(parts) < _TWO else [own, [whole]] if each else [own]
        if len(parts) < _TWO or len(row) == len(parts):
            found = [*found, *self._of_row(read, row, who, roll.topic)]
            if len(row) >= _TWO:
                return _sure(found)
        for several in ways:
            more = _sure([*found, *(x for m in several for x in self._link(m, reading, at, *who))])
            if len(more) > len(found):
                return more
        return _sure(found)

    def _of_row(
        self, read: Read, row: Sequence[Thing], who: tuple[Sequence[PartyMention], EventType], topic: str
    ) -> Iterator[Linked]:
        """What is meant by each agreement of a row: by its noun, or where that does not say, by all the words that belong to it."""
        reading = read.reading
        ends = enrolled.ends(reading, row, read.things)
        for at, thing in enumerate(row):
            noun = mentions.of(reading, thing, read.things, read.verbs)
            first, stop = reading.token_at(noun.start), ends[at]
            part = range(first, max(stop, thing.last + 1))
            if len(row) >= _TWO and noun.end > reading.tokens[part.stop - 1].end:
                noun = _words(reading, thing.kind, part)  # "the accord with Chad and | the treaty with Mali"
            noun = self._on(listed.itemised(reading, thing, noun, read.verbs), topic)
            ways = [noun] if noun.parties or self._says(noun) else []
            ways += [_words(reading, thing.kind, part)] if len(row) >= _TWO else []
            for mention in ways:
                linked = _sure(self._link(mention, reading, reading.sentence.index, *who))
                yield from linked
                if linked:
                    break

    def _on(self, mention: Mention, topic: str) -> Mention:
        """A wording with what all of the roll are on, where its own words do not say it."""
        if not topic or self._says(mention):
            return mention
        items = tuple(replace(item, text=f"{item.text} {topic}") for item in mention.items)
        return replace(mention, text=f"{mention.text} {topic}", items=items)


def _parted(reading: Reading, word: int) -> bool:
    """Whether a mark or a conjunction stands right before a word, or before its article."""
    near = [word, *([word - 1] if reading.is_a("determiners", word - 1) else [])]
    return any(
        set(",;:،؛—–") & set(reading.before(i))
        or any(reading.is_a(role, i - 1) for role in ("coordinate", "subordinate"))
        for i in near
    )


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
