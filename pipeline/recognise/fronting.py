"""Objects that stand before their verb: pronouns, what a relative word stands for, and what such a word is the subject of instead."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.immutable import value
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, GERUND, INFINITIVE, NOMINAL, PAST, Trigger

_SUBJECTS = frozenset({"qui"})  # relative words that are always the subject


_VERB_MOVES = frozenset({"es", "pt"})
_DONE_TO_TEXTS = frozenset({"sign", "initial", "submit", "exchange"})
_ACTING = frozenset({"chamber", "preliminary", "executive", "presidential"})
_BEHIND_THEM = 3  # words from a pronoun to the treaty noun behind it


@value()
class Sides:
    """The things around a trigger: the first to the right, the nearest to the left, the noun a relative clause hangs on."""

    right: Thing | None
    left: Thing | None
    antecedent: Thing | None


def written(trigger: Trigger, pronoun: Thing, sides: Sides) -> Thing:
    """Arabic writes a pronoun to the verb: it takes up what the relative clause hangs on or what was named before it."""
    if trigger.voice == NOMINAL and sides.right is not None and sides.right.first - trigger.last <= 2:
        return sides.right  # "its ratification of the agreement"
    for thing in (sides.antecedent, sides.left):
        if thing is not None and thing.what in {TREATY, GENERIC} and trigger.voice != NOMINAL:
            return thing
    return pronoun


_OPENED = 8  # words from the comma behind a participle to its subject
_IF = frozenset({"if", "unless", "until", "though", "although", "even", "till"})
_VERBAL = ("be", "have", "relative", "subordinate", "coordinate")


def opening(reading: Reading, trigger: Trigger, things: Sequence[Thing], triggers: Sequence[Trigger]) -> Thing | None:
    """ "Unless renewed, the pact lapses", "Though never formally suspended, the treaty …": a participle alone behind such a word, or as
    the first one, says what befalls the subject that stands behind the comma."""
    if reading.lexicon.language != "en" or trigger.voice == NOMINAL or trigger.tense != PAST:
        return None
    first = trigger.first
    while first and (reading.tokens[first - 1].low.endswith("ly") or reading.is_a("negation", first - 1)):
        first -= 1
    opens = not trigger.first or (
        first and reading.tokens[first - 1].low in _IF
    )  # "Signed in May, it is the first of its kind"
    if not opens or trigger.first < trigger.last:
        return None
    comma = next((i for i in range(trigger.last + 1, len(reading.tokens)) if "," in reading.before(i)), -1)
    behind = next((t for t in things if 0 < comma <= t.first and t.what in {TREATY, GENERIC, PRONOUN}), None)
    if behind is None or behind.first - comma > _OPENED or _taken(reading, trigger.last + 1, comma, things):
        return None
    gap = range(comma, behind.first)
    verbs = any(v.voice != NOMINAL and v.first in gap for v in triggers)
    return None if verbs or any(reading.is_any(_VERBAL, i) for i in gap) else behind


def _taken(reading: Reading, begin: int, end: int, things: Sequence[Thing]) -> bool:
    """Whether the participle is a verb with an object of its own ("Once Peru signed the pact, …")."""
    return any(begin <= t.first < end for t in things) or (
        begin < end and not reading.is_any(("prepositions", "by", "on_day", "until"), begin)
    )


def clitic(reading: Reading, trigger: Trigger, left: Thing | None) -> bool:
    """Romance languages put a pronoun object before the verb: "l'avaient signé", "lo ratificaron"."""
    return (
        left is not None
        and left.what == PRONOUN
        and trigger.first - left.last <= 3
        and reading.is_a("clitics", left.first)
    )


def contact(reading: Reading, trigger: Trigger, left: Thing | None) -> Thing | None:
    """English lets the relative word go: "the agreement Minsk and Moscow signed"; the actor stands between."""
    if left is None or left.what not in {TREATY, GENERIC} or trigger.tense == INFINITIVE:
        return None
    inside = [
        p
        for p in reading.parties
        if reading.tokens[left.last].end <= p.start and p.end <= reading.tokens[trigger.first].start
    ]
    gap = trigger.first - left.last - 1
    return left if inside and gap <= 8 and not reading.comma_between(left.last, trigger.first) else None


def opens(reading: Reading, trigger: Trigger, left: Thing | None) -> Thing | None:
    """Spanish and Portuguese may put an object first, and who acts behind the verb: "cuatro memorandos suscribieron los cancilleres"; what
    is signed or sent somewhere does neither itself."""
    if left is None or left.what != TREATY or reading.lexicon.language not in _VERB_MOVES:
        return None
    if trigger.family not in _DONE_TO_TEXTS or trigger.tense in {INFINITIVE, GERUND} or trigger.voice != ACTIVE:
        return None
    begin = left.first
    while begin > 0 and reading.same_clause(begin - 1, left.first) and not reading.before(begin).strip(' \u00a0«“"'):
        begin -= 1
    inside = range(begin, left.first)
    return None if any(reading.is_a("prepositions", i) for i in inside) else left


def acts_behind(reading: Reading, words: Sequence[int]) -> bool:
    """Whether an organ stands right behind a Spanish or Portuguese verb: it acts there, and is none of what is acted on. `words`: those
    between the verb and what it is done to, without those of when and how."""
    if reading.lexicon.language not in _VERB_MOVES or not words:
        return False
    first = words[1] if reading.is_a("determiners", words[0]) and len(words) > 1 else words[0]
    organs = {h.first for h in reading.section("procedure") if h.key in _ACTING}
    return first in organs or any(p.body and reading.token_at(p.start) == first for p in reading.parties)


def subject_of(reading: Reading, trigger: Trigger, antecedent: Thing) -> bool:
    """ "An agreement that clears the way", « l'accord qui ouvre la voie »: what the relative word stands for does it, and is not what it
    is done to. Where the object may go without a mark, only a verb right behind its "that" has it for its subject."""
    opener = reading.clause(trigger.first).opener
    if antecedent.what != TREATY or reading.lexicon.verb_final or opener < 0:
        return False
    word = reading.tokens[opener].low
    return (
        (word in _SUBJECTS or reading.lexicon.language == "en")
        and trigger.first - opener == 1
        and opener - antecedent.last <= 2
    )


def they(reading: Reading, trigger: Trigger, pronoun: Thing, things: Sequence[Thing]) -> bool:
    """German "Zum Abschluss unterzeichneten sie ein Abkommen": right behind the verb and before a treaty with its article, who acts."""
    if (
        reading.lexicon.language != "de"
        or pronoun.first != trigger.last + 1
        or reading.tokens[pronoun.first].low not in {"sie", "er", "es"}
    ):
        return False
    return any(t.what == TREATY and pronoun.last < t.first <= pronoun.last + _BEHIND_THEM for t in things)
