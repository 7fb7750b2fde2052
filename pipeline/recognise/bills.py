"""The agreements of further laws in one row: "passed a bill ratifying the treaty with A, and one on the accord with B"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import EventType, Status
from pipeline.recognise import actors
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import ENDING, LAWS, Bound
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, FINITE, NOMINAL, PRESENT, Trigger
from pipeline.recognise.values import Actor

_NEXT = 6  # words from the end of one agreement to the law of the next
_NAMES = 14  # words from a law to the agreement that it is about
_SHORT = 3  # letters of a word that is no verb
_LAW = "_law"  # in the reasons of a vote on a law
_S = ("s",)
_SEVERAL = {"en": _S, "fr": _S, "es": _S, "pt": _S, "ru": ("ы",), "uk": ("и",), "be": ("ы",)}  # how "presidents" ends
_COMMAS = frozenset(",،、，;；")


def beside(
    reading: Reading,
    found: Sequence[Thing],
    verbs: Sequence[Trigger],
    trigger: Trigger,
    thing: Thing | None,
    known: Sequence[Thing],
) -> list[Thing]:
    """The agreements of the laws that stand in a row with the one acted on. `thing`: what was acted on; `known`: its agreements."""
    if trigger.voice in {NOMINAL, ATTRIBUTE} or not known or not _on_law(reading, trigger, thing):
        return []
    rows = [t for t in found if t.what in LAWS and t is not thing]
    if not rows:
        return []
    if reading.lexicon.verb_final and known[0].last < trigger.first:
        return _before(reading, found, verbs, known, thing)
    out: list[Thing] = []
    last = max(t.last for t in known)
    for law in (t for t in rows if t.first > max(last, trigger.last)):
        if law.first <= last:
            continue
        following = min((t.first for t in rows if t.first > law.first), default=len(reading.tokens))
        named = [t for t in found if t.what == TREATY and law.last < t.first < min(following, law.last + _NAMES)]
        if not named or not _leads_on(reading, verbs, last, law.first) or _tells(verbs, law, named[0]):
            break
        out.append(named[0])
        last = named[0].last
    return out


_AT_HOME = frozenset({"government", "committee", "commission"})


def _consents(one: Bound, actor: Actor, reading: Reading) -> bool:
    """«Кабинет министров Японии согласовал договор с Филиппинами»: one state's cabinet agrees with nobody abroad, it lets the text pass."""
    verb = reading.tokens[one.trigger.first].low
    alone = verb.startswith("согласова") and one.trigger.last == one.trigger.first and not verb.endswith("ли")
    behind = one.trigger.last + 1
    others = behind < len(reading.tokens) and reading.is_a("with", behind)
    return alone and actor.stage in _AT_HOME and not others


def signed(one: Bound, kind: EventType, actor: Actor, told: Sequence[Told], reading: Reading) -> EventType:
    """What a cabinet's or a committee's agreeing is, and what a head of state's name under "it" is, right behind a chamber's vote on a law: "The Senate passed the law on leaving. Later the
    president signed it"."""
    if kind is EventType.NEGOTIATIONS_CONCLUDED and _consents(one, actor, reading):
        return EventType.APPROVED
    taken_up = one.thing is not None and one.thing.what in {PRONOUN, GENERIC}
    several = actor.wording.endswith(_SEVERAL.get(reading.lexicon.language, ()))
    if kind is not EventType.SIGNED or actor.stage != "head_of_state" or several or not taken_up or not told:
        return kind
    last = told[-1]
    near = 0 <= reading.sentence.index - last.sentence.index <= 1
    voted = (
        last.actor.stage in actors.CHAMBERS and last.status is Status.OCCURRED and last.actor.country == actor.country
    )
    if not near or not voted or not any(_LAW in reason for reason in last.reasons):
        return kind
    return EventType.PROMULGATED if last.type in {EventType.RATIFIED, EventType.APPROVED} else last.type


def _on_law(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether the act is done to a law, be it among the words of the verb itself."""
    if thing is not None and thing.what in LAWS:
        return True
    treaty = thing is not None and thing.what == TREATY and trigger.last < thing.first
    last = thing.first if treaty and thing is not None else trigger.last
    return any(h.key == "law" and trigger.first < h.first <= last for h in reading.section("things"))


def _leads_on(reading: Reading, verbs: Sequence[Trigger], last: int, first: int) -> bool:
    """Whether a comma or a conjunction leads from one agreement to the next law, and no verb tells of something else between."""
    gap = range(last + 1, first)
    told = any(v.first in gap and v.voice not in {NOMINAL, ATTRIBUTE} and v.tense in FINITE for v in verbs)
    marks = [i for i in (*gap, first) if _COMMAS & set(reading.before(i)) or _joins(reading, i)]
    stop = any(mark in reading.before(i) for i in (*gap, first) for mark in ".:")
    small = bool(marks) and all(_small(reading, i) for i in range(marks[-1], first))
    return not told and not stop and small and first - marks[-1] <= _NEXT


def _small(reading: Reading, word: int) -> bool:
    """Whether a word between "and" and a law is no verb: "and also the second of the bills"."""
    roles = ("determiners", "prepositions", "coordinate", "alike", "one_more", "other_words", "numbers", "stop_words")
    low = reading.tokens[word].low
    return (
        len(low) <= _SHORT or low.isdigit() or any(reading.is_a(role, word) for role in roles) or _joins(reading, word)
    )


def _joins(reading: Reading, word: int) -> bool:
    """Whether a word leads on, be it written to the next one (Arabic "and")."""
    low = reading.tokens[word].low
    clitic = reading.lexicon.table.arabic and low.startswith("و") and not reading.lexicon.has("prepositions", low)
    return reading.is_a("coordinate", word) or reading.is_a("alike", word) or clitic


def _with(reading: Reading, word: int) -> bool:
    """Turkish "ile" between two laws."""
    return reading.lexicon.verb_final and reading.is_a("with", word)


def _tells(verbs: Sequence[Trigger], law: Thing, treaty: Thing) -> bool:
    """Whether a verb between a law and an agreement tells of something else than what the law is for."""
    for verb in verbs:
        if not law.last < verb.first < treaty.first:
            continue
        finite = verb.voice not in {NOMINAL, ATTRIBUTE} and verb.tense in FINITE and verb.tense != PRESENT
        if finite or verb.family in ENDING:
            return True
    return False


def _before(
    reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], known: Sequence[Thing], thing: Thing | None
) -> list[Thing]:
    """The same where what a law is about stands before it and the verb last («… туралы заңды және … туралы заңды қабылдады»)."""
    out: list[Thing] = []
    first = min(t.first for t in known)
    for law in reversed([t for t in found if t.what in LAWS and t is not thing and t.last < first]):
        near = range(law.last + 1, min(law.last + 3, first))  # "yasa tasarısı ile"
        joined = any(_COMMAS & set(reading.before(i)) or _joins(reading, i) or _with(reading, i) for i in near)
        told = any(v.first in range(law.last + 1, first) and v.tense in FINITE and v.voice != ATTRIBUTE for v in verbs)
        if not joined or told:
            break
        named = [t for t in found if t.what == TREATY and law.first - _NAMES < t.first < law.first]
        if not named or _tells(verbs, named[-1], law):
            break
        out.insert(0, named[-1])
        first = named[-1].first
    return out
