"""Who takes a step together with its subject: the other names of a row, the owners of organs named as one, and who did likewise.

"Brazil, the Tongas and Viet Nam deposited …", "the parliaments of Estonia and Lithuania", "…, as did Madagascar"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.recognise import cues
from pipeline.recognise.reading import Reading
from pipeline.recognise.rows import is_of, last_word, of_place, word_of
from pipeline.recognise.triggers import NOMINAL, Trigger
from pipeline.recognise.values import PartyKind, PartyMention

_LINK = 6  # words between two names of a row
_OWNER = 3  # words between an organ and whose it is
_ECHO = 2  # words from "as did" to a name
_NAMES = frozenset({PartyKind.NAME, PartyKind.ORGANISATION})
_ADJECTIVES = frozenset({PartyKind.DEMONYM, PartyKind.ORGANISATION})
_AND = "و"  # written as one word with what it joins
_LISTING = ",،、"


def whole(reading: Reading, subject: Sequence[PartyMention], trigger: Trigger) -> tuple[PartyMention, ...]:
    """The subject with all that stand in a row with it. Of those before and behind a "but" only the latter act: «Китай предложил отсрочку,
    *а Казахстан* ратифицировал»."""
    turn = max((i for i in range(trigger.first) if cues.turns(reading, i)), default=0)
    kept = [p for p in _whole(reading, subject) if word_of(reading, p) >= turn]
    before = any(word_of(reading, p) < trigger.first for p in kept)
    return tuple(kept) if before else _whole(reading, subject)


def _whole(reading: Reading, subject: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The subject with all that its names stand in a row with; of organs told of as one, every state whose organ it is."""
    organs = [p for p in subject if p.kind is PartyKind.BODY and p.code]
    if organs:
        owners = _owners(reading, organs[0])
        return owners if {p.code for p in subject} <= {p.code for p in owners} else tuple(subject)
    if not subject or any(p.kind not in _NAMES or not p.code for p in subject):
        return tuple(subject)
    row = _row(reading, subject[0], _NAMES)
    codes = {p.code for p in subject}
    if not codes <= {p.code for p in row} or _dealt_with(reading, row[0]):
        return tuple(subject)
    return tuple(row)


def likewise(
    reading: Reading, trigger: Trigger, verbs: Sequence[Trigger], subject: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """The subject, and who is said behind the verb to have done the same: "…, as did Madagascar", «так же как и Того»."""
    codes = {p.code for p in subject if p.code}
    if not codes:
        return tuple(subject)
    for p in reading.parties:
        word = word_of(reading, p)
        cue = next((i for i in range(max(0, word - _ECHO), word) if reading.is_a("alike", i)), -1)
        if cue <= trigger.last or p.kind is not PartyKind.NAME or p.code in codes:
            continue
        if not any(trigger.last < t.first < word and t.voice != NOMINAL for t in verbs):
            return (*subject, *(q for q in _row(reading, p, _NAMES) if q.start >= p.start))
    return tuple(subject)


def both(reading: Reading, trigger: Trigger) -> bool:
    """Whether "both parliaments", "the two countries" are told of in a verb's clause: each party acts for itself."""
    sides = reading.roles.get("both_sides", ())
    last = len(reading.tokens)
    told = [
        i for i in sides if not any(is_of(reading, j) for j in range(i + 1, min(i + 3, last)))
    ]  # "both sides of the House"
    between = (i for i in told if i and any(reading.is_a("between", j) for j in range(max(0, i - 2), i)))
    return any(reading.same_clause(i, trigger.first) for i in told) and next(between, -1) < 0


def set_apart(reading: Reading, named: Sequence[PartyMention]) -> list[PartyMention]:
    """Names without those that a state is told apart from: "Kenya, unlike Uganda and Tanzania, ratified …"."""
    if not reading.roles.get("unlike"):
        return list(named)
    apart: list[PartyMention] = []
    for p in named:
        word = word_of(reading, p)
        if any(reading.is_a("unlike", i) for i in range(max(0, word - _ECHO), word)):
            apart.extend(q for q in _row(reading, p, _NAMES) if q.start >= p.start)
    return [p for p in named if p not in apart]


def _owners(reading: Reading, organ: PartyMention) -> tuple[PartyMention, ...]:
    """An organ told of as many, one for each state in a row right beside it; () where there is no such row."""
    heads_last = bool(reading.lexicon.han) or (
        reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions")
    )
    before = _ADJECTIVES | _NAMES if heads_last else _ADJECTIVES
    for p in reading.parties:
        if p is organ or (p.code != organ.code and not (heads_last and p.kind in _NAMES)):
            continue
        ahead, behind = word_of(reading, organ) - last_word(reading, p), word_of(reading, p) - last_word(reading, organ)
        if (
            p.kind in before
            and 0 < ahead <= _OWNER
            and not reading.comma_between(last_word(reading, p), word_of(reading, organ))
        ):
            row = _row(reading, p, before)
            row = row if organ.code in {q.code for q in row} else []
        elif (
            (p.kind in _NAMES or (p.kind is PartyKind.DEMONYM and behind == 1))
            and 0 < behind <= _OWNER
            and not reading.comma_between(last_word(reading, organ), word_of(reading, p))
        ):
            kinds = _NAMES if p.kind in _NAMES else _ADJECTIVES
            row = [q for q in _row(reading, p, kinds) if q.start >= p.start]
        else:
            continue
        if len({q.code for q in row}) > 1:
            return tuple(replace(q, kind=PartyKind.BODY, body=organ.body) for q in row)
    return ()


def _dealt_with(reading: Reading, mention: PartyMention) -> bool:
    """Whether a row opens behind "between", "with" or "in"."""
    word = word_of(reading, mention)
    while word > 0 and reading.is_a("determiners", word - 1) and not reading.is_a("prepositions", word - 1):
        word -= 1
    return of_place(reading, word)


def _row(reading: Reading, pivot: PartyMention, kinds: frozenset[PartyKind]) -> list[PartyMention]:
    """The names that stand in a list with one; it alone where the list is told by commas only and may be none."""
    named = sorted(reading.parties, key=lambda p: p.start)
    at = named.index(pivot)
    first = last = at
    while first and _linked(reading, named[first - 1], named[first], kinds):
        first -= 1
    while last + 1 < len(named) and _linked(reading, named[last], named[last + 1], kinds):
        last += 1
    row = _closed(reading, named[first : last + 1], pivot)
    closed = any(_joined(reading, one, other) for one, other in pairwise(row))
    return row if closed or reading.lexicon.han else [pivot]


def _closed(reading: Reading, run: Sequence[PartyMention], pivot: PartyMention) -> list[PartyMention]:
    """The list among linked names: behind its last "and" a comma begins another thought ("unlike Germany and Italy, France …")."""
    row: list[PartyMention] = []
    joined = False
    for p in run:
        if row:
            link = _joined(reading, row[-1], p)
            if joined and not link:
                if pivot in row:
                    break
                row = []
            joined = link
        row.append(p)
    return row


def _linked(reading: Reading, one: PartyMention, other: PartyMention, kinds: frozenset[PartyKind]) -> bool:
    """Whether nothing but a comma, "and", "as well as", articles and a preposition told again stands between two names."""
    if one.kind not in kinds or other.kind not in kinds or not one.code or not other.code:
        return False
    left, right = last_word(reading, one), word_of(reading, other)
    between = range(left + 1, right)
    if len(between) > _LINK or not all(_light(reading, i) for i in between):
        return False
    gap = reading.sentence.low[one.end - reading.sentence.start : other.start - reading.sentence.start]
    listed = any(mark in gap for mark in _LISTING) or _joined(reading, one, other)
    return listed and not any(mark in gap for mark in ".;:()–—")


def _light(reading: Reading, word: int) -> bool:
    roles = ("coordinate", "determiners", "alike")
    return any(reading.is_a(role, word) for role in roles) or is_of(reading, word) or reading.is_a("by", word)


def _joined(reading: Reading, one: PartyMention, other: PartyMention) -> bool:
    """Whether "and" or "as well as" joins two names."""
    between = range(last_word(reading, one) + 1, word_of(reading, other))
    if any(reading.is_a("coordinate", i) or reading.is_a("alike", i) for i in between):
        return True
    return reading.lexicon.language == "ar" and reading.tokens[word_of(reading, other)].low.startswith(_AND)
