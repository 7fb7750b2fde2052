"""An act that another one waits for: "takes effect thirty days after the exchange of the instruments" tells of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.model import Status
from pipeline.recognise import bare, cues, laws, nominals
from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import ACTIVE, FUTURE, NOMINAL, PASSIVE, PAST, Trigger

Verdict = tuple[Status | None, tuple[str, ...]]
Decide = Callable[[Reading, Trigger, Sequence[Trigger]], Verdict]

_PRECEDED = frozenset({"ratify", "exchange", "deposit", "accede", "notify", "sign"})
_EFFECT = frozenset({"enter_force", "provisional"})
_AHEAD = frozenset({Status.PLANNED, Status.CONDITIONAL})
_NEAR = 5  # words from "after" to the act
_LED = 2  # words from "with" to the act


def verdict(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], decide: Decide) -> Verdict | None:
    """What an act tells after, on or with which another one comes: it happened if the other did, and is its condition if not."""
    if trigger.with_previous and trigger.voice == PASSIVE:
        return _goes_on(reading, trigger, triggers, decide)
    if trigger.family not in _PRECEDED or not (trigger.voice == NOMINAL or cues.before_another(reading, trigger)):
        return None
    after = trigger.voice != NOMINAL or any(
        h.key == "temporal" and 0 < trigger.first - h.last <= _NEAR for h in reading.section("nominal")
    )
    if trigger.family == "sign":
        return _before_law(reading, trigger, triggers, decide) if after else None
    upon = trigger.voice == NOMINAL and (nominals.postposed(reading, trigger.last) or _with(reading, trigger))
    both = trigger.voice == NOMINAL and _brings(reading, trigger)
    if not (after or upon or both) or _told_before(reading, trigger):
        return None
    clauses = {reading.clause_of[trigger.first], reading.clause(trigger.first).parent}
    verbs = [t for t in triggers if t.voice != NOMINAL and reading.clause_of[t.first] in clauses and t is not trigger]
    main = next((t for t in verbs if t.family in _EFFECT), None) or _to_come(trigger, verbs)
    outcome = decide(reading, main, triggers)[0] if main is not None else None
    if outcome is Status.OCCURRED:
        return (Status.OCCURRED, ("before_what_occurred",)) if after or both else None
    return (Status.CONDITIONAL, ("before_what_is_planned",)) if outcome in _AHEAD else None


def _goes_on(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], decide: Decide) -> Verdict | None:
    """ "Will be approved in June and ratified in September": one auxiliary for both."""
    one = next((t for t in reversed(triggers) if t.first < trigger.first), None)
    shared = one is not None and bare.goes_on(reading, one.last, trigger.first, trigger.last)
    return decide(reading, one, triggers) if one is not None and shared else None


_UNSURE = frozenset({Status.PLANNED, Status.CALLED_FOR, Status.CONDITIONAL})
_ROW = 14  # words from one participle of a row to the next
_EITHER = frozenset({"or", "nor", "ou", "o", "oder", "noch", "ni", "или", "ни", "або", "ані"})
_OWN = ("have", "be", "relative", "subordinate", "quote_verbs")  # what gives a participle a clause of its own


def in_row(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], decide: Decide) -> Verdict | None:
    """ "Must be laid before parliament, *ratified* at Westminster and *published*", «должен быть внесён в Думу, ратифицирован и опубликован»:
    what the auxiliary of the first participle puts off, it puts off for each. None for what happened: there each has words of its own."""
    if trigger.tense != PAST or trigger.voice == NOMINAL or _has_auxiliary(reading, trigger):
        return None
    verbs = [t for t in triggers if t.voice != NOMINAL]
    at = next((i for i, t in enumerate(verbs) if t is trigger), 0)
    one = next((t for t in reversed(verbs[:at]) if t.last < trigger.first), None)
    if one is not None and _row(reading, one, trigger, trigger.first):
        shared = one.voice == ACTIVE and in_row(reading, one, triggers, decide)
        outcome = shared[0] if shared else decide(reading, one, triggers)[0] if one.voice != ACTIVE else None
        either = reading.tokens[trigger.first - 1].low in _EITHER
        if outcome in _UNSURE or (outcome is Status.NEGATED and either):
            return outcome, ("shared_auxiliary",)
    return None


def _has_auxiliary(reading: Reading, trigger: Trigger) -> bool:
    """Whether a participle stands beside an auxiliary of its own; an active form in English is a participle where nothing is its object."""
    if trigger.voice == ACTIVE:
        behind = trigger.last + 1
        ends = behind >= len(reading.tokens) or bool(reading.before(behind).strip(" \u00a0"))
        led = ends or reading.is_any(("prepositions", "by", "on_day", "until", "coordinate", "subordinate"), behind)
        return reading.lexicon.language != "en" or not led
    return any(reading.is_any(("have", "be"), i) for i in range(max(0, trigger.first - 2), trigger.first))


def _row(reading: Reading, one: Trigger, other: Trigger, joint: int) -> bool:
    """Whether two participles stand in one row: word `joint` behind a comma or a conjunction, between them no clause and no agreement
    that the second could be said of ("to be amended by the protocol, signed in 1978")."""
    between = range(one.last + 1, other.first)
    if not 0 <= len(between) <= _ROW or not reading.same_clause(one.first, other.first):
        return False
    while joint - 1 in between and reading.tokens[joint - 1].low.endswith(("ly", "затем", "puis", "then")):
        joint -= 1
    if not ("," in reading.before(joint) or reading.is_a("coordinate", joint - 1) or reading.is_a("coordinate", joint)):
        return False
    if any(reading.is_any(_OWN, i) for i in between) or any(h.first in between for h in reading.section("instruments")):
        return False
    return not any(h.key in {"occurred", "negated"} and h.first in between for h in reading.section("status"))


def _brings(reading: Reading, trigger: Trigger) -> bool:
    """ "An exchange of notes brought it into force", "entered into force with an exchange of instruments": both at once."""
    lacking = reading.any_is("lacking", range(max(0, trigger.first - _NEAR), trigger.first))
    return trigger.family == "exchange" and not lacking


def _before_law(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], decide: Decide) -> Verdict | None:
    """«После подписания закона президентом стороны обменяются нотами»: planned, if what comes after it is."""
    if trigger.voice != NOMINAL or not laws.head_signs(reading, trigger):
        return None
    after = [t for t in triggers if t.voice != NOMINAL and t.first > trigger.last]
    outcome = decide(reading, after[0], triggers)[0] if after else None
    return (Status.PLANNED, ("before_what_is_planned",)) if outcome in _AHEAD else None


def _with(reading: Reading, trigger: Trigger) -> bool:
    """ "Entra en vigor con el canje de notas"."""
    return any(reading.is_a("with", i) for i in range(max(0, trigger.first - _LED), trigger.first))


def _told_before(reading: Reading, trigger: Trigger) -> bool:
    """ "Thirty days after the deposit": without a word of what is deposited it is the one that was just told of."""
    bare = trigger.family == "deposit" and trigger.voice == NOMINAL
    papers = any(h.key == "instruments" for h in reading.section("things")) or "papers" in reading.roles
    return bare and not papers


def _to_come(trigger: Trigger, verbs: Sequence[Trigger]) -> Trigger | None:
    """«После ратификации договор заменит соглашение 1990 года»: what another act to come waits for."""
    nominal = trigger.family == "ratify" and trigger.voice == NOMINAL
    return next((t for t in verbs if t.tense == FUTURE), None) if nominal else None
