"""Approval: by a cabinet, a committee or a chamber, of an agreement, of a law on it, or of what is to befall it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import EventType, Status
from pipeline.recognise import laws, parted, signing
from pipeline.recognise.cases import ENDING, LAWS, TREATYLIKE, Case, Step, weight_of
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.things import NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import (
    ACTIVE,
    ATTRIBUTE,
    FUTURE,
    NOMINAL,
    PASSIVE,
    PAST,
    PERFECT,
    PLUPERFECT,
    PRESENT,
    Trigger,
)

E = EventType
_ORGANS = frozenset({"chamber", "executive", "presidential", "votes"})
_AGENT = 6  # words of who does it
_NEAR = 10  # words between a text's adoption and its year
_BOTH = 2  # numbers: for and against
_YEAR = 4  # digits
_AND = "و"  # written as one word with what it joins
_PASSING = frozenset({"approve", "ratify"})
_DONE = frozenset({PAST, PERFECT, PLUPERFECT, PRESENT})
DEBATE = "debate"  # a family: what a chamber does with an agreement before it says yes or no
_DECIDING = frozenset({"parliament", "lower_chamber", "upper_chamber", "committee"})


def unopposed(
    verdict: tuple[Status | None, tuple[str, ...]], trigger: Trigger, verbs: Sequence[Trigger]
) -> tuple[Status | None, tuple[str, ...]]:
    """A status, or none where a denied vote against something only says how what was passed was passed: "no one voting against"."""
    denied = (trigger.family, trigger.voice) == ("reject", ACTIVE) and verdict[0] is Status.NEGATED
    passed = any(v.family in _PASSING and v.voice != NOMINAL and v.tense in _DONE for v in verbs if v is not trigger)
    return (None, ("unopposed",)) if denied and passed else verdict


def approve(case: Case) -> Step | None:
    """What a vote for something makes: an agreement, a law about it, or the ratification or the withdrawal itself."""
    trigger, thing, about, reading = case.trigger, case.thing, case.about, case.reading
    if thing is None:
        return None
    if thing.what == PRONOUN and reading.is_a("strict", trigger.first) and not any(p.body for p in reading.parties):
        return None
    if thing.first > trigger.last and _decided(reading, trigger, thing):
        return None
    if thing.what in TREATYLIKE:
        return _approve_treaty(reading, trigger, thing)
    if thing.what in LAWS and about is not None:
        return _voted(about.family, f"approve_law_{about.family}")
    if thing.what in {"law", "decree"}:
        return None if conference(reading, trigger) else _approve_law(reading, thing)
    if thing.what == NOUN:
        return _approve_act(reading, trigger, thing)
    if thing.what == "instruments":
        return Step(E.APPROVED, "approve_instruments")
    if thing.what == "decision" and about is not None and about.family != "conclude":
        return _voted(about.family, f"approve_decision_{about.family}")
    if thing.what == "decision" and not conference(reading, trigger) and not _to_do_other(reading, thing):
        return Step(E.APPROVED, "approve_decision", weight=0.75)
    return None


def _to_do_other(reading: Reading, decision: Thing) -> bool:
    """«Принял решение не направлять наблюдателей»: a decision to do what is no act on an agreement."""
    endings = tuple(reading.lexicon.grammar.get("infinitive_endings", ()))
    word = decision.last + 1
    while word < len(reading.tokens) and any(h.first == h.last == word for h in reading.section("status")):
        word += 1
    if not endings or word >= len(reading.tokens) or not reading.tokens[word].low.endswith(endings):
        return False
    objects = (h.first for h in reading.section("instruments") if h.first > word)
    return all(reading.comma_between(word, noun) for noun in objects)


def debate(case: Case) -> Step | None:
    """ "Senators are to vote on it", "has never debated it": ratification that is to come, or did not; of a debate held nothing is told."""
    trigger, thing, about, reading = case.trigger, case.thing, case.about, case.reading
    if thing is None or not (trigger.last > trigger.first or _in_chamber(reading)):
        return None
    if trigger.voice == NOMINAL and about is not None:
        return None  # "the debate on the bill ratifying it": told by the ratification
    if thing.first and reading.is_a("indefinite", thing.first - 1):
        return None  # "a resolution is to be put to the vote together with it"
    if thing.what == PRONOUN and reading.is_a("quote_verbs", thing.last + 1):
        return None  # «он добавил, что договор ждет рассмотрения»: he is no agreement
    if about is not None and about.family in ENDING:
        return Step(ENDING[about.family], "debate_law_that_ends", weight=0.8)
    if thing.what in {"law", "draft"} and about is None and laws.of_other_subject(reading, thing):
        return None
    taken_on = thing.what == NOUN and thing.kind in {"ratify", "approve"}
    if thing.what in TREATYLIKE or thing.what in {"law", "draft"} or taken_on:
        return Step(
            E.RATIFIED, f"debate_{thing.what}", weight=0.8, chamber=trigger.tense != FUTURE or trigger.voice != PASSIVE
        )
    return None


def _in_chamber(reading: Reading) -> bool:
    """Whether the sentence tells of a parliament, or of those who sit in it."""
    return any(h.key in {"chamber", "deciders"} for h in reading.section("procedure")) or any(
        p.body in _DECIDING for p in reading.parties
    )


def _approve_law(reading: Reading, law: Thing) -> Step | None:
    """What a vote makes for a law, or a head of state's decree, of which no act says what it is about."""
    if law.what == "decree":
        on_treaty = laws.decree_on_treaty(reading, law)
        return Step(E.RATIFIED, "approve_decree_on_treaty", weight=0.85, chamber=True) if on_treaty else None
    other = such(reading, law) or laws.of_other_subject(reading, law)
    return None if other else Step(E.RATIFIED, "approve_law", weight=0.8, chamber=True)


def such(reading: Reading, law: Thing) -> bool:
    """ "The first time it has passed such a motion": one of that kind, of which the words before tell."""
    return reading.any_is("such", range(max(0, law.first - 2), law.first))


def _approve_treaty(reading: Reading, trigger: Trigger, thing: Thing) -> Step | None:
    voted = _voted_for(reading, trigger)
    if voted:
        return _voted(voted, f"vote_for_{voted}")
    if reading.lexicon.table.arabic and _mandated(reading, trigger, thing):
        return None
    weight = weight_of(trigger, thing)
    delegates = reading.is_a("adopting", trigger.first) and _by_conference(reading, trigger)
    if delegates or _text_adopted(reading, trigger):
        return Step(E.ADOPTED, f"adopt_{thing.what}", weight=weight)
    if reading.tokens[trigger.first].low.startswith("sign") and not _organs(reading):
        return Step(E.SIGNED, "sign_off", weight=0.8)  # "Norway and Sweden formally signed off on the treaty"
    weight *= 1 if thing.what == TREATY else 0.97
    return Step(E.APPROVED, f"approve_{thing.what}", weight=weight, consent=not _to_sign(reading, trigger, thing))


def _to_sign(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """ "The assembly authorised the government to sign the treaty", "autorizó firmar": a leave to sign ratifies nothing."""
    hits = [h for h in reading.section("acts") if trigger.first < h.first < thing.first]
    return any(
        h.key in {"sign", "initial"} and (h.form in {"noun", "infinitive"} or reading.is_a("to", h.first - 1))
        for h in hits
    )


def _approve_act(reading: Reading, trigger: Trigger, thing: Thing) -> Step | None:
    if thing.last > trigger.last and _of_something(reading, thing.last + 1):
        return None
    if thing.kind in {"approve", "enter_force", "deposit"}:
        words = trigger.last - trigger.first  # "recommended approval", "sprach sich für die Genehmigung aus"
        said = thing.kind == "approve" and (words > 0 or reading.is_a("strict", trigger.first))
        counted = len(list(parted.counts(reading))) >= _BOTH  # "110 members voted for approval, 54 against"
        return Step(E.APPROVED, "recommend_approval", weight=0.7, consent=counted) if said else None
    return _voted(thing.kind, f"approve_{thing.kind}")


def _of_something(reading: Reading, word: int) -> bool:
    """ "Adopted a withdrawal strategy", "approved the ratification schedule": in a compound the last noun says what was voted on."""
    compound = bool(reading.lexicon.grammar.get("compounds")) and word < len(reading.tokens)
    if not compound or reading.before(word).strip(" \u00a0") or not reading.is_a("beside", word):
        return False
    return not any(h.key == "proposal" and h.first == word for h in reading.section("things"))


_MANDATE = "تفويض"
_TO_TALK = ("بالتباحث", "بالتفاوض", "للتباحث", "للتفاوض")


def _mandated(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """„الموافقة على تفويض الوزير بالتباحث في شأن مشروع اتفاقية“: what is approved is that talks be held."""
    between = [reading.tokens[i].low for i in range(trigger.last + 1, thing.first)]
    return _MANDATE in between and any(low in _TO_TALK for low in between)


def opens_talks(reading: Reading) -> bool:
    """„- تفويض الوزير بالتباحث بشأن مذكرة تفاهم“: an item of a list of decisions by which somebody is to talk."""
    opening = reading.tokens[0].low == _MANDATE if reading.tokens else False
    return opening and any(token.low in _TO_TALK for token in reading.tokens)


def _by_conference(reading: Reading, trigger: Trigger) -> bool:
    """Whether a conference adopts; where it is said who does, that must be one ("approved by the committee, signed at a summit")."""
    if not conference(reading, trigger) or not reading.is_a("by", trigger.last + 1):
        return conference(reading, trigger)
    near = range(trigger.last + 1, trigger.last + 1 + _AGENT)
    return any(h.key == "conference" and h.first in near for h in reading.section("procedure"))


def _decided(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """ "Hat beschlossen, das Abkommen auszusetzen": a decision, of which the clause behind the comma says what it is."""
    cue = any(h.key == "occurred" and h.first <= trigger.first <= h.last for h in reading.section("status"))
    return cue and "," in reading.before(trigger.last + 1) and thing.first > trigger.last


def _text_adopted(reading: Reading, trigger: Trigger) -> bool:
    """ "Adopted in Kumamoto in 2013": no organ of a state, no votes, but a year: a conference adopted the text."""
    if trigger.voice not in {PASSIVE, ATTRIBUTE} or not reading.is_a("texts", trigger.first):
        return False
    near = range(max(0, trigger.first - _NEAR), min(trigger.last + _NEAR, len(reading.tokens)))
    years = (reading.tokens[i].low for i in near if reading.same_clause(i, trigger.first))
    counted = (h.first for h in reading.section("salience") if h.key == "count" and h.first in near)
    by_states = any(i and reading.tokens[i - 1].low.isdigit() for i in counted)  # "by 140 states"
    agent = reading.is_a("by", trigger.last + 1)  # somebody, if nobody whose organ it is can be told
    return (not _organs(reading) or _only_called(reading, trigger)) and (
        by_states or any(not agent and y.isdigit() and len(y) == _YEAR and y[:2] in {"19", "20"} for y in years)
    )


def _only_called(reading: Reading, trigger: Trigger) -> bool:
    """ "Ratified the convention, adopted in Kumamoto in 2013": a participle that says which text it is, with nobody behind it who adopts."""
    if trigger.voice != ATTRIBUTE and reading.clause(trigger.first).kind != RELATIVE:
        return False
    behind = range(trigger.last + 1, trigger.last + 1 + _AGENT)
    bodies = [h.first for h in reading.section("procedure") if h.key in _ORGANS]
    bodies += [reading.token_at(p.start) for p in reading.parties if p.body]
    return not any(word in behind for word in bodies)


def _organs(reading: Reading) -> bool:
    """Whether any organ of a state, or a vote, is told of."""
    return any(h.key in _ORGANS for h in reading.section("procedure")) or any(p.body for p in reading.parties)


def _voted_for(reading: Reading, trigger: Trigger) -> str:
    """What a vote is on, where a verb says it: "voted in favour of ratifying the treaty"."""
    verbal = [h for h in reading.section("acts") if h.form in {"gerund", "infinitive"} and h.key != trigger.family]
    return next((h.key for h in verbal if 0 < h.first - trigger.last <= 2), "")


def conference(reading: Reading, trigger: Trigger) -> bool:
    """Whether delegates of states, and no organ of one, are at work: what they adopt is the text."""
    hits = [h for h in reading.section("procedure") if reading.clause_of[h.first] == reading.clause_of[trigger.first]]
    meeting = {i for h in hits if h.key == "conference" for i in range(h.first, h.last + 1)}  # "the General *Assembly*"
    national = any(h.key in {"chamber", "presidential"} and h.first not in meeting for h in hits)
    national = national or any(p.body and reading.token_at(p.end - 1) not in meeting for p in reading.parties)
    return bool(meeting) and not national


def _voted(family: str, reason: str) -> Step | None:
    """What a vote for a bill, or for a ratification or a withdrawal by name, makes."""
    if family == "ratify":
        return Step(E.RATIFIED, reason, chamber=True)
    if family in ENDING:
        return Step(ENDING[family], reason, chamber=True)
    if family in {"approve", "accede", "conclude"}:
        return Step(E.APPROVED, reason, consent=True)
    if family in {"sign", "provisional", "extend", "amend"}:
        return Step(E.APPROVED, reason)
    return None


def both_ways(reading: Reading, trigger: Trigger) -> bool:
    """ "Twenty voted for it and none against", «проголосовали 276 депутатов, никто не высказался против»: how a vote was split."""
    inside = range(trigger.first + 1, trigger.last + 1)
    behind = trigger.last + 1
    counted = reading.lexicon.table.arabic and behind < len(reading.tokens) and reading.tokens[behind].low.isdigit()
    if counted and reading.tokens[trigger.first].low.startswith(_AND):
        return True  # „بموافقة 88 نائبا واحتفاظ 4 ورفض 13“
    no = [h for h in reading.section("status") if h.key == "negated" and h.first in inside and h.last in inside]
    nobody = any(reading.comma_between(trigger.first, h.first) for h in no)
    by_case = reading.lexicon.object_first and not reading.lexicon.verb_final
    if by_case and len(list(parted.counts(reading))) >= _BOTH and _for_before(reading, trigger):
        return True
    return nobody or (
        reading.is_a("prepositions", trigger.last) and any(reading.is_a("beneficiary", i) for i in inside[:-1])
    )


def _for_before(reading: Reading, trigger: Trigger) -> bool:
    """Whether those in favour are told before («За ратификацию проголосовали 89 депутатов, 55 проголосовали против»)."""
    against = {reading.tokens[i].low for i in range(trigger.first, trigger.last + 1)}
    against |= {reading.tokens[h.first].low for h in reading.section("status") if h.key == "negated"}
    votes = (h for h in reading.section("procedure") if h.key == "votes" and h.last < trigger.first)
    return any(
        h.first == h.last and reading.is_a("prepositions", h.first) and reading.tokens[h.first].low not in against
        for h in votes
    )


_ON = 4  # words from a verb to the motion it is about
_ITS_ACT = 6  # words from a motion to what it asks for


def on_motion(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """ "A motion to ask the Court for an opinion on the deal was rejected", "rejected an amendment to the bill": what fails is neither the
    agreement nor its law, unless the motion was to take it on."""
    if trigger.voice == PASSIVE:
        near = range(max(0, thing.first - 4 * _ON), min(thing.first + 1, trigger.first))
    else:
        near = range(trigger.last + 1, min(trigger.last + 1 + _ON, thing.first + 1))
    motions = [i for i in near if reading.is_a("motions", i) and reading.same_clause(i, trigger.first)]
    if not motions:
        return False
    word = motions[0]
    later = [h for h in reading.section("acts") if h.first > word]
    to_law = any(h.key in LAWS and word < h.first for h in reading.section("things"))
    if any(h.first == word and h.key == "amend" for h in reading.section("acts")):
        return to_law
    asks = later[0] if later and (later[0].first <= word + _ITS_ACT or reading.lexicon.verb_final) else None
    if asks is None or asks.key not in signing.TAKEN_ON:
        return bool(later) or word == thing.first
    return not reading.lexicon.verb_final and not all(_small(reading, i) for i in range(word + 1, asks.first))


def _small(reading: Reading, word: int) -> bool:
    """Whether a word between a motion and what it asks for says only whose it is: "a proposal by the cabinet to ratify"."""
    whose = any(h.first <= word <= h.last for h in reading.section("procedure"))
    named = any(reading.token_at(p.start) <= word <= reading.token_at(p.end - 1) for p in reading.parties)
    return whose or named or reading.is_any(("prepositions", "determiners", "to", "by", "complement", "passing"), word)


def to_court(reading: Reading, trigger: Trigger) -> bool:
    """ "Referred the treaty to the Constitutional Court": that is no submission to a parliament."""
    near = range(trigger.last + 1, min(trigger.last + _TO_COURT, len(reading.tokens)))
    courts = (i for p in reading.parties if p.body == "court" and (i := reading.token_at(p.start)) in near)
    words = [*courts, *(i for i in near if reading.is_a("courts", i))]
    return bool(words) and any(reading.is_any(("to", "prepositions"), i) for i in range(trigger.last + 1, words[0]))


_TO_COURT = 16  # words from "referred" to the court
