"""Steps told without naming the agreement: "the Senate consented on 22 June", "signed in Rarotonga", «ратификацию завершили».

Only in an article that has told of an agreement, and only as a guess: `judgement` weighs what speaks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import EventType
from pipeline.recognise import inflected, laws, signing, tenses, voting
from pipeline.recognise.cases import ENDING, PLAIN, Step, nothing_follows
from pipeline.recognise.reading import SUBORDINATE, Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import (
    ACTIVE,
    ATTRIBUTE,
    INTRANSITIVE,
    NOMINAL,
    PASSIVE,
    PAST,
    PERFECT,
    PLUPERFECT,
    Trigger,
)
from pipeline.recognise.values import PartyKind

E = EventType
_GUESS = 0.55
_DONE = frozenset({PAST, PERFECT, PLUPERFECT})
_TOLD = frozenset(
    {"sign", "ratify", "initial", "enter_force", "provisional", "accede", "withdraw", "denounce", "suspend", "terminate", "deposit", "exchange"}
)  # fmt: skip
_BY_ORGAN: Mapping[str, EventType] = {"approve": E.APPROVED, "reject": E.REJECTED, "submit": E.SUBMITTED}
_OF_LAW: Mapping[str, EventType] = {**_BY_ORGAN, "sign": E.PROMULGATED, "promulgate": E.PROMULGATED}
_ADVERBS = ("о", "е", "и", "у", "ю")
_SAYING = ("status", "salience", "procedure", "nominal", "things", "acts")
_NOUN = 4  # letters of a word that may be a noun
_WHOSE = 3  # words from a consent to the organ whose it is
_MADE = frozenset({"conclude"})  # "concluded in Honolulu on 16 October": signed


def step(trigger: Trigger, thing: Thing | None, about: Trigger | None, reading: Reading) -> Step | None:
    """The step a verb makes although its object does not say so; None where something else is its object."""
    sent = trigger.family == "submit" and voting.to_court(reading, trigger)
    if sent or about is not None or tenses.no_deed(reading, trigger) or _by_paper(reading, trigger, thing):
        return None
    if trigger.voice == NOMINAL:
        return _consent(reading, trigger, thing)
    if _left(reading, trigger, thing):
        return Step(E.WITHDRAWN, "guess_left", weight=_GUESS)
    notice = trigger.family == "notify" and thing is not None and thing.what == "notice"
    if notice and _stands(reading) and not _of_doing(reading, trigger):
        return Step(E.WITHDRAWN, "guess_notice", weight=_GUESS)
    concurred = (
        trigger.family == "approve" and any(p.body for p in reading.parties) and nothing_follows(reading, trigger)
    )
    if (reading.is_a("strict", trigger.first) and not concurred) or reading.is_a("ambiguous", trigger.first):
        return None
    organ = any(p.body for p in reading.parties) or (
        trigger.last > trigger.first and any(h.key in {"chamber", "executive"} for h in reading.section("procedure"))
    )  # "the National Executive Council gave its approval"
    if thing is not None and thing.what in {"law", "draft"}:
        return _of_bill(reading, trigger, thing)
    if trigger.family in _MADE and trigger.voice == ATTRIBUTE and (thing is None or thing.what == TREATY):
        return Step(E.SIGNED, "guess_concluded", weight=0.75 if thing else _GUESS)
    if thing is not None and thing.what not in {TREATY, GENERIC, PRONOUN, NOUN}:
        return None
    whole = trigger.family != "reject" or (thing is not None and not voting.both_ways(reading, trigger))
    if trigger.family in _BY_ORGAN and organ and whole and _free(reading, trigger, thing):
        return Step(_BY_ORGAN[trigger.family], f"guess_{trigger.family}", weight=_GUESS, consent=True)
    if trigger.family in INTRANSITIVE and _of_law_published(reading, trigger):
        return None
    if trigger.family in _TOLD and thing is None and (_free(reading, trigger, thing) or trigger.family == "initial"):
        return Step(PLAIN[trigger.family], f"guess_{trigger.family}", weight=_GUESS)
    return None


def _by_paper(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    return thing is None and signing.of_decree(reading, trigger)


def _of_doing(reading: Reading, trigger: Trigger) -> bool:
    """ "Gave Congress notice that it intends to sign a deal": a notice of something other than leaving."""
    acts = [h for h in reading.section("acts") if h.first > trigger.last and h.form not in {"noun", "participle"}]
    return bool(acts) and acts[0].key not in ENDING and reading.same_clause(trigger.last, acts[0].first)


def _of_law_published(reading: Reading, trigger: Trigger) -> bool:
    """ "The law was published in the gazette and took effect": that is the law's force, not the agreement's."""
    published = any(h.key == "promulgate" and h.last < trigger.first for h in reading.section("acts"))
    return published and any(h.key in {"law", "decree"} and h.last < trigger.first for h in reading.section("things"))


def _of_bill(reading: Reading, trigger: Trigger, bill: Thing) -> Step | None:
    """What is done with "the bill", where its words do not say that it is about something else."""
    kind = _OF_LAW.get(trigger.family)
    chamber = any(p.body and p.body != "head_of_state" for p in reading.parties)
    if trigger.family == "sign" and chamber and trigger.voice == ACTIVE:
        return None  # "twenty senators signed the resolution"
    returned = bill.last + 1 < len(reading.tokens) and reading.tokens[bill.last + 1].low == "back"
    split = trigger.family == "reject" and (
        voting.both_ways(reading, trigger) or voting.on_motion(reading, trigger, bill)
    )
    if kind is None or returned or split or voting.such(reading, bill) or laws.of_other_subject(reading, bill):
        return None
    return Step(kind, f"guess_{trigger.family}_law", weight=_GUESS)


def _consent(reading: Reading, trigger: Trigger, thing: Thing | None) -> Step | None:
    """ "The European Parliament's consent is still outstanding", "needs the consent *of the Senate* before it takes effect"."""
    organ = any(p.body for p in reading.parties)
    at = (reading.token_at(p.start) for p in reading.parties if p.body)
    whose = thing is not None and any(0 < i - trigger.last <= _WHOSE and i < thing.first for i in at)
    if (thing is None or whose) and organ and trigger.family == "approve":
        return Step(E.APPROVED, "guess_approve_noun", weight=_GUESS)
    return None


def _stands(reading: Reading) -> bool:
    """Whether a state is named that may have given notice."""
    return any(p.kind in {PartyKind.NAME, PartyKind.CAPITAL} for p in reading.parties)


def _left(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """ "Only Turkey has left, in March 2021": states at the subject's place, and nothing that is left behind the verb."""
    if trigger.family != "withdraw" or trigger.voice != ACTIVE or trigger.tense not in _DONE or thing is not None:
        return False
    begin = reading.tokens[max(0, trigger.first - 10)].start
    states = any(
        p.kind in {PartyKind.NAME, PartyKind.CAPITAL}
        and begin <= p.start
        and p.end <= reading.tokens[trigger.first].start
        for p in reading.parties
    )
    return states and nothing_follows(reading, trigger)


def _own_subject(reading: Reading, trigger: Trigger) -> bool:
    """«Список утвержден», «безвизовый режим действует», "the rules are in place": right before a verb another noun is what it befalls."""
    spread = trigger.first < trigger.last and reading.is_a("prepositions", trigger.first)
    word = (trigger.last if spread else trigger.first) - 1  # «с 2018 года безвизовый режим действует»
    befalls = trigger.voice == PASSIVE or (trigger.voice == ACTIVE and trigger.family in INTRANSITIVE)
    cases = reading.lexicon.object_first and not reading.lexicon.verb_final
    aside = reading.clause(trigger.first).kind == SUBORDINATE and trigger.family in INTRANSITIVE
    english = reading.lexicon.language == "en" and aside  # "until safeguards are in place"
    if not (cases or english) or not befalls or word < 0:
        return False
    low = reading.tokens[word].low
    small = (
        any(word in words for role, words in reading.roles.items() if role != "beside")
        or low.endswith("ly" if english else _ADVERBS)
        or not low.isalpha()
    )
    said = [h for key in _SAYING for h in reading.section(key) if h.first != trigger.first]
    told = any(h.first <= word <= h.last for h in said)
    named = any(reading.token_at(p.start) <= word <= reading.token_at(p.end - 1) for p in reading.parties)
    return len(low) >= _NOUN and not (small or told or named) and not reading.before(word + 1).strip(" \u00a0")


def _free(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether no object of its own stands where the verb's object stands."""
    if thing is not None:
        return thing.what in {GENERIC, PRONOUN}
    if trigger.family == "withdraw" and inflected.elsewhere(reading, trigger):
        return False
    return not _own_subject(reading, trigger) and (
        trigger.voice in {PASSIVE, ATTRIBUTE}
        or trigger.family in INTRANSITIVE
        or (trigger.voice == ACTIVE and nothing_follows(reading, trigger))
    )
