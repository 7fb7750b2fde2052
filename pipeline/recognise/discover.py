"""Agreements that nobody tracks: told apart from coalition pacts, contracts and ceasefires, and given a key of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import Discovered, EventType
from pipeline.recognise.assemble import Told
from pipeline.recognise.linking import Index
from pipeline.recognise.reading import Reading
from pipeline.recognise.values import Mention, PartyMention

E = EventType
_WEAK = frozenset({E.NEGOTIATIONS_CONCLUDED, E.APPROVED, E.AMENDED, E.EXTENDED, E.REJECTED, E.TERMINATED, E.SUBMITTED})
_SOLEMN = frozenset({"treaty", "convention", "protocol", "charter", "statute"})
_TITLES = frozenset({"treaty", "convention", "protocol", "charter", "statute", "agreement", "memorandum"})


@dataclass(frozen=True, slots=True)
class Judged:
    """An agreement that was found without being looked for, and how sure that is (0 to 1)."""

    value: Discovered
    confidence: float


def judge(told: Told, reading: Reading, states: Sequence[str], index: Index) -> Judged | None:
    """Whether an act that links to nothing tracked is about a real international agreement; None where it is not.

    `states`: codes of the article's opening, which "the two countries" means.
    """
    mention = told.linked.mention
    if mention.kind == "" and not mention.parties:
        return None
    near = {p.code for p in (*mention.parties, *reading.parties) if p.code}
    parties = tuple(sorted(near | set(states) if _otherwise(reading, "both") and len(near) < 2 else near))
    named = _named(reading, mention)
    abroad = named or any(len(p.code) == 2 for p in mention.parties)
    if (_otherwise(reading, "domestic") and not abroad) or (_otherwise(reading, "commercial") and not named):
        return None
    strength = _strength(told, reading, parties, named)
    if strength <= 0:
        return None
    concepts = tuple(sorted(index.read(mention.text, reading.lexicon.language).keys))[:8]
    key = ":".join((mention.kind or "agreement", "+".join(parties), "+".join(concepts)))
    value = Discovered(key, mention.text, mention.kind, parties, concepts)
    return Judged(value, strength)


def _strength(told: Told, reading: Reading, parties: tuple[str, ...], named: bool) -> float:
    """How surely it is an international agreement: two parties, or a name of its own with somebody who joins it."""
    mention = told.linked.mention
    among = sum(1 for code in parties if len(code) == 2 or code in _BLOCS)
    counted = any(h.key == "count" for h in reading.section("salience"))
    worldwide = named or any(h.key == "international" for h in reading.section("foreign"))
    if mention.kind == "declaration" or (told.type in _WEAK and not named and among < 2):
        return 0.0
    if among >= 2:
        return 0.8 if told.type not in _WEAK else 0.7
    if named and (among or counted or told.type is E.ENTERED_INTO_FORCE):
        return 0.75
    if worldwide and (counted or among):
        return 0.7
    if (among and counted and mention.kind in _SOLEMN) or (told.type is E.SIGNED and _numbered(reading)):
        return 0.6
    if among and told.type in {E.RATIFIED, E.ACCEDED, E.DEPOSITED, E.EXCHANGED, E.PROMULGATED} and not mention.generic:
        return 0.5
    return 0.0


_BLOCS = frozenset(
    {"EU", "EAEU", "NATO", "ASEAN", "AU", "AFU", "MERCOSUR", "EFTA", "GCC", "UN", "IAEA", "ICC", "CIS", "CSTO", "SCO"}
)


def _named(reading: Reading, mention: Mention) -> bool:
    """Whether the agreement goes by a name in capitals, other than its parties' names ("the Kyoto Protocol")."""
    if mention.kind not in _TITLES:
        return False
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    base = reading.sentence.start
    if reading.lexicon.language == "en" and not _capital_noun(reading, first, last):
        return False
    capitals = 0
    for i in range(first, min(last + 1, len(reading.tokens))):
        token = reading.tokens[i]
        letter = reading.sentence.text[token.start - base]
        if letter.isupper() and i and not any(_inside(p, token.start) for p in reading.parties):
            capitals += 1
    return capitals >= 2


def _numbered(reading: Reading) -> bool:
    """Whether so many countries act: "Eleven countries sign the agreement"."""
    return any(
        reading.tokens[i].low.isdigit() or reading.is_a("numbers", i)
        for h in reading.section("salience")
        if h.key == "count" and reading.tokens[h.first].low not in {"parties", "members", "governments"}
        for i in range(max(0, h.first - 3), h.first)
    )


def _capital_noun(reading: Reading, first: int, last: int) -> bool:
    """In English a name has its noun in capitals too: "the Kyoto Protocol", not "a deal with Rosneft"."""
    base = reading.sentence.start
    return any(
        first <= h.first <= last and reading.sentence.text[reading.tokens[h.first].start - base].isupper()
        for h in reading.section("instruments")
    )


def _inside(party: PartyMention, offset: int) -> bool:
    return party.start <= offset < party.end and len(party.code) == 2


def _otherwise(reading: Reading, key: str) -> bool:
    return any(h.key == key for h in reading.section("foreign"))
