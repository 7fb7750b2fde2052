"""Agreements that nobody tracks: told apart from coalition pacts, contracts and ceasefires, and given a key of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pipeline.model import Discovered, EventType, Rule
from pipeline.recognise import endings
from pipeline.recognise.assemble import Told
from pipeline.recognise.linking import Index
from pipeline.recognise.reading import Reading
from pipeline.recognise.sentences import fold, lower, script_language
from pipeline.recognise.values import Mention, PartyKind, PartyMention

E = EventType
_WEAK = frozenset({E.NEGOTIATIONS_CONCLUDED, E.APPROVED, E.AMENDED, E.EXTENDED, E.REJECTED, E.TERMINATED, E.SUBMITTED})
_SOLEMN = frozenset({"treaty", "convention", "protocol", "charter", "statute"})
_PAIR = _STATE = 2  # states of a bilateral agreement; letters of a state's code
_COUNT = 6  # words from a number to what it counts: "fifteen leading gas-producing countries"
_NAME = 2  # words in capitals right before its noun that make a name
_BY_STATES = frozenset({E.WITHDRAWN, E.SUSPENDED, E.RATIFIED, E.ACCEDED, E.DEPOSITED})
_TITLES = frozenset({"treaty", "convention", "protocol", "charter", "statute", "agreement", "memorandum"})


@dataclass(frozen=True, slots=True)
class Judged:
    """An agreement that was found without being looked for, and how sure that is (0 to 1)."""

    value: Discovered
    confidence: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule of the watchlist with what its subject words mean, in any language."""

    rule: Rule
    keys: frozenset[str]
    words: tuple[str, ...]


def _tongues(word: str) -> tuple[str, ...]:
    """The languages a word may be in, by its letters."""
    script = script_language(word)
    return ("en", "de", "fr", "es", "pt", "tr") if script == "en" else (script,)


def watched(rules: Iterable[Rule], index: Index) -> tuple[Watched, ...]:
    """The rules, their subject words read once."""
    return tuple(
        Watched(
            rule,
            frozenset(key for word in rule.subject for code in _tongues(word) for key in index.read(word, code).keys),
            tuple(fold(lower(word)) for word in rule.subject),
        )
        for rule in rules
    )


def rule_of(found: Discovered, kind: EventType, evidence: str, rules: Sequence[Watched]) -> str | None:
    """The first rule that asks for this agreement: all its parties, any of its subject words, any of its types."""
    text = fold(lower(f"{found.wording} {evidence}"))
    for one in rules:
        rule = one.rule
        about = not rule.subject or bool(one.keys & set(found.concepts)) or any(word in text for word in one.words)
        if about and set(rule.parties) <= set(found.parties) and (not rule.types or kind in rule.types):
            return rule.id
    return None


def judge(told: Told, reading: Reading, states: Sequence[str], index: Index) -> Judged | None:
    """Whether an act that links to nothing tracked is about a real international agreement; None where it is not.

    `states`: codes of the article's opening, which "the two countries" means.
    """
    mention = told.linked.mention
    if mention.kind == "" and not mention.parties:
        return None
    near = {p.code for p in (*mention.parties, *reading.parties) if p.code}
    opening = set(states) if _otherwise(reading, "both") or _of_the_opening(told, near, states) else set()
    parties = tuple(sorted(near | opening if len(near) < 2 else near))
    named = _named(reading, mention) or _joined_by_name(told, reading)
    among = sum(1 for code in parties if len(code) == 2)
    abroad = named or any(len(p.code) == 2 for p in mention.parties)
    domestic, commercial = _at_home(reading, told.at), _otherwise(reading, "commercial")
    official = named or (among >= 2 and not domestic and _official(told, reading) and not _informal(reading, mention))
    if (domestic and not abroad) or (commercial and not official) or (not named and _sells(reading, mention)):
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
    together = told.type in {E.SIGNED, E.ADOPTED}
    if (among and counted and mention.kind in _SOLEMN) or (together and _numbered(reading)):
        return 0.6
    if together and any(code in _BLOCS - {"EU"} or (code == "EU" and named) for code in parties):
        return 0.6
    if among and told.type in {E.RATIFIED, E.ACCEDED, E.DEPOSITED, E.EXCHANGED, E.PROMULGATED} and not mention.generic:
        return 0.5
    return 0.0


_BLOCS = frozenset(
    {
        "EU",
        "EAEU",
        "NATO",
        "ASEAN",
        "AU",
        "AFU",
        "MERCOSUR",
        "EFTA",
        "GCC",
        "UN",
        "IAEA",
        "ICC",
        "CIS",
        "CSTO",
        "SCO",
        "ILO",
        "WHO",
        "OSCE",
        "WTO",
        "LAS",
        "ECOWAS",
        "COE",
        "OECD",
        "IMF",
        "WB",
        "OAS",
        "CARICOM",
        "PIF",
        "OPEC",
    }
)


def _named(reading: Reading, mention: Mention) -> bool:
    """Whether the agreement goes by a name in capitals, other than its parties' names ("the Kyoto Protocol")."""
    if mention.kind not in _TITLES:
        return False
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    base = reading.sentence.start
    if reading.lexicon.language == "en" and not _capital_noun(reading, first, last):
        return mention.kind in _SOLEMN and _called(reading, first, last)
    capitals = 0
    for i in range(first, min(last + 1, len(reading.tokens))):
        token = reading.tokens[i]
        letter = reading.sentence.text[token.start - base]
        if letter.isupper() and i and not any(_inside(p, token.start) for p in reading.parties):
            capitals += 1
    return capitals >= 2


def _of_the_opening(told: Told, near: Collection[str], states: Sequence[str]) -> bool:
    """Whether those who sign are the two states of the article's opening, as "he and the minister" or "Martin and Hu" may be: the
    sentence names nobody else."""
    return not near and len(states) == _PAIR and told.type is E.SIGNED and all(len(code) == _STATE for code in states)


def _official(told: Told, reading: Reading) -> bool:
    """Whether ministers, presidents or governments act, or the agreement is said to be one between governments."""
    if told.actor.wording or _otherwise(reading, "international"):
        return True
    return any(h.key in {"executive", "presidential"} for h in reading.section("procedure"))


def _sells(reading: Reading, mention: Mention) -> bool:
    """Whether the agreement itself is one on a purchase: "a trade agreement to buy gas"."""
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    inside = any(h.key == "commercial" and first <= h.first <= last for h in reading.section("foreign"))
    inside = inside and not any(
        p.kind is PartyKind.LEADER for p in mention.parties
    )  # "an agreement with President Chávez on the sale"
    return inside and not _otherwise(reading, "international")


def _informal(reading: Reading, mention: Mention) -> bool:
    """Whether it is first of all called a deal, which companies make, too."""
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    nouns = [h for h in reading.section("instruments") if first <= h.first <= last]
    return bool(nouns) and any(reading.is_a("informal", i) for i in range(nouns[0].first, nouns[0].last + 1))


def _numbered(reading: Reading) -> bool:
    """Whether so many countries act: "Eleven countries sign the agreement"."""
    return any(
        reading.tokens[i].low.isdigit() or reading.is_a("numbers", i)
        for h in reading.section("salience")
        if h.key == "count" and reading.tokens[h.first].low not in {"parties", "members", "governments"}
        for i in range(max(0, h.first - _COUNT), h.first)
    )


def _capital_noun(reading: Reading, first: int, last: int) -> bool:
    """In English a name has its noun in capitals too: "the Kyoto Protocol", not "a deal with Rosneft"."""
    base = reading.sentence.start
    return any(
        first <= h.first <= last and reading.sentence.text[reading.tokens[h.first].start - base].isupper()
        for h in reading.section("instruments")
    )


def _called(reading: Reading, first: int, last: int) -> bool:
    """A name in capitals right before the noun, which is no state's: "the Schengen treaty"."""
    base = reading.sentence.start
    nouns = [h.first for h in reading.section("instruments") if first <= h.first <= last]
    before = nouns[0] - 1 if nouns else -1
    if before < 1:
        return False
    token = reading.tokens[before]
    return reading.sentence.text[token.start - base].isupper() and not any(
        p.start <= token.start < p.end for p in reading.parties
    )


def _joined_by_name(told: Told, reading: Reading) -> bool:
    """Whether a state or a bloc joins or leaves what goes by a name of several capitals: "Russia left the Open Skies pact"."""
    mention = told.linked.mention
    if told.type not in _BY_STATES or not (told.actor.country and told.actor.wording) or _informal(reading, mention):
        return False
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    nouns = [h.first for h in reading.section("instruments") if first <= h.first <= last]
    name = range(max(first, nouns[0] - _NAME), nouns[0]) if nouns else range(0)
    return (
        len(name) == _NAME
        and all(endings.capital(reading, i) for i in name)
        and not any(p.start <= reading.tokens[i].start < p.end for i in name for p in reading.parties)
    )


def _inside(party: PartyMention, offset: int) -> bool:
    return party.start <= offset < party.end and len(party.code) == 2


def _at_home(reading: Reading, offset: int) -> bool:
    """Whether the clause of an act, or one around it, tells of what is a country's own business: parties, factions, a cabinet."""
    act = reading.token_at(offset)
    return any(h.key == "domestic" and reading.clause(h.first).opener <= act for h in reading.section("foreign"))


def _otherwise(reading: Reading, key: str) -> bool:
    return any(h.key == key for h in reading.section("foreign"))
