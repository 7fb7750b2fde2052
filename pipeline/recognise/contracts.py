"""What companies, universities or towns agree on is a contract, though the pair of states has a treaty of that name, too.

"Kenya Airways and Air Mauritius initialled a codeshare agreement": nothing befell the air services agreement of Kenya and Mauritius.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.recognise import parted
from pipeline.recognise.focus import Linked
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import Thing
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import PartyKind, PartyMention

_MADE = frozenset({"sign", "initial", "conclude", "extend", "amend", "terminate", "suspend", "approve", "submit"})
_ORGANS = frozenset({"executive", "presidential", "chamber"})
_OF_STATES = frozenset({PartyKind.BODY, PartyKind.LEADER, PartyKind.ORGANISATION})
_STATES = frozenset({PartyKind.NAME, PartyKind.CAPITAL})
_BESIDE = 2  # words between a state's name and the company it is said of: "Azerbaijan's SOCAR", «турецкая BOTAS»
_OBJECTING = 4  # words from "despite" to who objected
_ACRONYM = 3  # letters from which a word in capitals may be a company's name
_CYRILLIC = frozenset({"be", "kk", "ky", "mk", "ru", "uk"})
_FEW = 50
_FOR_AND_AGAINST = 2  # numbers of a whole vote
_VOTING = frozenset({"votes", "deciders", "recipient", "chamber", "executive", "presidential"})
_LIGHT = ("pronouns", "stop_words", "prepositions", "determiners", "have", "be", "coordinate", "to")
_REACH = 14  # words behind "signed by" in which those stand who signed
_NAMED = frozenset({"official_title", "alias", "alias_and_parties"})  # links by a name, which no contract has


def meant(reading: Reading, trigger: Trigger, thing: Thing | None, linked: Sequence[Linked]) -> bool:
    """Whether a contract is meant, and not the agreement that its wording seems to name."""
    return not any(x.reasons and x.reasons[0] in _NAMED for x in linked) and between(reading, trigger, thing)


def between(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether those who act are companies or the like, alone or with a state, and no government, minister or parliament is named."""
    if trigger.family not in _MADE or reading.heading:
        return False
    words = [i for i in _subject(reading, trigger, thing) if not (thing and thing.first <= i <= thing.last)]
    if not words or _official(reading, words):
        return False
    found = [i for i in words if _institution(reading, i)]
    names = [i for i in words if i not in found and _name(reading, i)]
    if not found and not names:
        return False
    free = [w for w in _states(reading, words) if not any(0 <= i - w <= _BESIDE for i in (*found, *names))]
    return bool(found) or not free


def of_citizens(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """ "Irish farmers reject the accord": whether those who refuse are named, and are no state, no organ of one and no voters."""
    words = [i for i in _subject(reading, trigger, thing) if not (thing and thing.first <= i <= thing.last)]
    if trigger.voice != ACTIVE or not words or _official(reading, words) or _states(reading, words):
        return False
    votes = any(h.key in {"votes", "deciders", "recipient"} for h in reading.section("procedure"))
    named = any(p.kind is PartyKind.DEMONYM and reading.token_at(p.start) in set(words) for p in reading.parties)
    return named and not votes


def unofficial(reading: Reading, trigger: Trigger, thing: Thing | None, subject: Sequence[PartyMention]) -> bool:
    """ "Die FPÖ lehnte das Abkommen ab", "two senators opposed it": what parties, or the outvoted, refuse is not refused. Whether
    somebody is named who is no state, no organ of one and no voters, or only a few are counted."""
    if trigger.family != "reject" or trigger.voice != ACTIVE or reading.lexicon.language == "zh" or reading.heading:
        return False
    if thing is not None and thing.last < trigger.first and not reading.lexicon.verb_final:
        return False  # "quedó archivado": the agreement itself is the subject
    begin = thing.first if thing is not None and thing.last < trigger.first else trigger.first
    words = [i for i in _subject(reading, trigger, thing) if i < begin or i > trigger.last]
    words = [i for i in words if not (thing and thing.first <= i <= thing.last)]
    if _few(reading, trigger, words):
        return True
    if subject or _official(reading, words) or any(p.body for p in reading.parties):
        return False
    if any(h.key in _VOTING for h in reading.section("procedure")):
        return False
    return any(len(reading.tokens[i].low) > 1 and not reading.is_any(_LIGHT, i) for i in words)


def _few(reading: Reading, trigger: Trigger, words: Sequence[int]) -> bool:
    """Whether a small number stands with those who voted no, and no other number behind the verb."""
    figures = frozenset(parted.counts(reading))
    numbers = [reading.tokens[i].low for i in words if i in figures]
    if len(numbers) >= _FOR_AND_AGAINST:
        return False  # "by 33 votes to 29"
    counted = numbers or reading.any_is("numbers", words)
    behind = any(i > trigger.last for i in figures)
    return bool(counted) and not behind and all(int(n) < _FEW for n in numbers)


def _subject(reading: Reading, trigger: Trigger, thing: Thing | None) -> Iterator[int]:
    """The words among which those who act are named."""
    clause = reading.clause_of[trigger.first]
    if trigger.voice in {PASSIVE, ATTRIBUTE, NOMINAL}:
        end = min(trigger.last + 1 + _REACH, len(reading.tokens))
        by = next((i for i in range(trigger.last + 1, end) if reading.is_a("by", i)), -1)
        yield from (i for i in range(by + 1, end) if by > 0 and reading.clause_of[i] == clause)
        return
    for i in range(trigger.first - 1, -1, -1):
        if reading.clause_of[i] != clause or reading.is_a("quote_verbs", i) or _strong(reading.before(i + 1)):
            break
        yield i
    if thing is not None and thing.first > trigger.last and reading.lexicon.object_first:
        yield from (i for i in range(trigger.last + 1, thing.first) if reading.clause_of[i] == clause)


def _strong(gap: str) -> bool:
    return any(c in ":;。；：" for c in gap)


def _official(reading: Reading, words: list[int]) -> bool:
    """Whether somebody acts for a state or for states."""
    inside = set(words)
    organs = any(h.key in _ORGANS and h.first in inside for h in reading.section("procedure"))
    many = any(
        h.key in {"count", "both"} and h.first in inside
        for h in (*reading.section("salience"), *reading.section("foreign"))
    )
    return organs or many or any(p.kind in _OF_STATES and reading.token_at(p.start) in inside for p in reading.parties)


def _states(reading: Reading, words: list[int]) -> list[int]:
    inside = set(words)
    ends = (reading.token_at(p.end - 1) for p in reading.parties if p.kind in _STATES)
    return [i for i in ends if i in inside]


def _institution(reading: Reading, word: int) -> bool:
    """Whether a word says what acts and is no government: "airline", «университет», not "at the university"."""
    start = reading.tokens[word].start
    here = any(h.key == "institutions" and h.first == word for h in reading.section("foreign"))
    here = here and not any(p.start <= start < p.end and p.kind is not PartyKind.DEMONYM for p in reading.parties)
    near = range(max(0, word - _BESIDE), word)
    if reading.any_is("concessive", range(max(0, word - _OBJECTING), word)):
        return False  # "despite the objections of mining companies"
    return here and not any(reading.is_a("prepositions", i) and reading.same_clause(i, word) for i in near)


def _name(reading: Reading, word: int) -> bool:
    """Whether a word is an unknown name in capitals, or a Latin or quoted one among Cyrillic letters: SOCAR, «Газпром»."""
    token = reading.tokens[word]
    text = reading.sentence.text[token.start - reading.sentence.start : token.end - reading.sentence.start]
    if reading.lexicon.language in _CYRILLIC:
        foreign = text[:1].isupper() and (text.isascii() or "«" in reading.before(word))
    else:
        foreign = len(text) >= _ACRONYM and text.isascii() and text.isalpha() and text.isupper()
    if not foreign or any(p.start <= token.start < p.end for p in reading.parties):
        return False
    return not (word and reading.is_a("prepositions", word - 1))
