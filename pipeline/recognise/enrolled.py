"""What a sentence on a roll names, and which of its verbs only say what a text is for: "the second concerns the bill authorising the
ratification of the treaty with Chad, and that of the accord with Mali, signed in May"."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from pipeline.model import EventType
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import LAWS
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.readings import Read
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, GERUND, INFINITIVE, NOMINAL, PRESENT, Trigger

_OPENING = 10  # words in which a sentence says what it is that concerns something
_BEHIND = 3  # words from an Arabic carrier to its subject
_NEXT = 6  # words from a comma or "and" to the agreement or the law that it leads to
_NAMES = 16  # words from a law, or from "that", to the agreement that it is about
_COMMAS = frozenset(",،、，;；:：")
_CONSENT = frozenset({"ratify", "approve", "promulgate", "accede", "adopt"})
CONSENT = frozenset({EventType.RATIFIED, EventType.APPROVED, EventType.PROMULGATED, EventType.ACCEDED})
_CHANGES = frozenset({"amend", "extend", "terminate", "withdraw", "denounce", "suspend"})


def carried(read: Read, roll_words: Collection[str]) -> bool:
    """Whether a sentence says what a text is on: "Three further decrees, for their part, relate to conventions with …"."""
    reading = read.reading
    named = [t.first for t in read.things if t.what == TREATY]
    heads = {t.first for t in read.things if t.what in LAWS or t.what in {GENERIC, PRONOUN}}
    heads |= {i for i, token in enumerate(reading.tokens) if token.low in roll_words}
    heads |= {v.first for v in read.verbs if v.voice == NOMINAL and v.family in _CONSENT}
    for hit in reading.section("grammar"):
        if hit.key != "carrier" or reading.clause(hit.first).kind == RELATIVE:
            continue
        behind = any(i > hit.first for i in named) or (reading.lexicon.verb_final and named)
        before = any(i < hit.first for i in named) and not reading.lexicon.verb_final
        near = range(hit.last + 1, hit.last + 1 + _BEHIND) if reading.lexicon.table.arabic else range(0)
        if behind and not before and any(i < min(hit.first, _OPENING) or i in near for i in heads):
            return True
    return False


def row(reading: Reading, things: Sequence[Thing], verbs: Sequence[Trigger]) -> list[Thing]:
    """The agreements that a sentence names side by side, the first and those that a comma, a conjunction or a further law leads to."""
    out: list[Thing] = []
    for thing in (t for t in things if t.what == TREATY and not reading.is_a("carrier", t.first)):
        if (not out or _leads_on(reading, things, out[-1], thing)) and not _changed(reading, verbs, out, thing):
            out.append(thing)
    return out


def _changed(reading: Reading, verbs: Sequence[Trigger], known: Sequence[Thing], thing: Thing) -> bool:
    """Whether an agreement is only what another one replaces or alters: "the protocol amending the convention with Mali"."""
    last = known[-1].last if known else -1
    if known and any(i in reading.changing for i in range(last + 1, thing.first)):
        return True
    return bool(known) and any(v.family in _CHANGES and last < v.first < thing.first for v in verbs)


def ends(reading: Reading, row: Sequence[Thing], things: Sequence[Thing]) -> list[int]:
    """The word behind what belongs to each of the agreements of a row."""
    if reading.lexicon.verb_final or reading.lexicon.language == "zh":  # there a noun ends its phrase
        return [t.last + 1 for t in row]
    return [*(_led(reading, things, a, b) for a, b in itertools.pairwise(row)), len(reading.tokens)]


def _leads_on(reading: Reading, things: Sequence[Thing], before: Thing, thing: Thing) -> bool:
    return _led(reading, things, before, thing) >= 0


def _led(reading: Reading, things: Sequence[Thing], before: Thing, thing: Thing) -> int:
    """The first word of what leads from one agreement to another, or -1."""
    heads = [
        t.first
        for t in things
        if (t.what in LAWS or t.what == PRONOUN) and before.last < t.first < thing.first <= t.first + _NAMES
    ]
    heads += [i for i in range(max(before.last + 1, thing.first - _NAMES), thing.first) if reading.is_a("the_one", i)]
    return next((at for i in (*heads, thing.first) if (at := _mark(reading, before.last, i)) >= 0), -1)


def _mark(reading: Reading, last: int, word: int) -> int:
    """The word not far before another at which a mark or a conjunction stands, nothing but what belongs to its phrase between; or -1."""
    for i in range(word, max(last, word - _NEXT), -1):
        if reading.is_a("alike", i) or (reading.is_a("coordinate", i) and i < word) or _written(reading, i):
            return i
        clause = reading.clause(i)
        if i < word and (reading.is_any(("be", "have"), i) or (clause.kind == RELATIVE and clause.opener == i)):
            return -1
        if _COMMAS & set(reading.before(i)):
            return i
    return -1


def _written(reading: Reading, word: int) -> bool:
    """Whether an Arabic "and" is written to a word."""
    return reading.lexicon.table.arabic and reading.tokens[word].low.startswith("و")


def only_says(reading: Reading, verbs: Sequence[Trigger], at: int) -> bool:
    """Whether the verb at a place of the text only says what a law or an agreement is for: no step of its own."""
    verb = next((v for v in verbs if reading.tokens[v.first].start == at), None)
    if verb is None or verb.family not in _CONSENT:
        return False
    if verb.voice in {NOMINAL, ATTRIBUTE} or verb.tense in {INFINITIVE, GERUND}:
        return True
    return verb.tense == PRESENT


def told_apart(reading: Reading, verbs: Sequence[Trigger], one: Told) -> bool:
    """Whether a step told by a sentence on a roll is but what its text is for: "the bill authorising ratification", "that approves"."""
    return one.type in CONSENT and only_says(reading, verbs, one.at)
