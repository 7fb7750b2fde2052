"""What an infinitive or a gerund tells: what the word that governs it says of it ("voted to", "has yet to", "urged … to")."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Status
from pipeline.recognise import cues
from pipeline.recognise.cases import ENDING
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import MAIN, Reading
from pipeline.recognise.triggers import GERUND, Trigger

Verdict = tuple[Status | None, tuple[str, ...]]
_ORDER = 8  # words between an order and what is to be done
_UNSURE = frozenset({"planned", "called_for", "conditional", "negated", "rejected"})


def decide(reading: Reading, trigger: Trigger, start: int) -> Verdict:
    """The status with the rules that spoke, None where nothing governs the form. `start`: where the words that may govern it begin."""
    if trigger.tense == GERUND and trigger.first and _preposition(reading, trigger.first):
        return Status.OCCURRED, ("after_gerund",)
    if trigger.tense == GERUND and trigger.first and "," in reading.before(trigger.first):
        return Status.OCCURRED, ("participial",)
    if trigger.family in ENDING and _ordered(reading, trigger):
        return Status.OCCURRED, ("ordered",)
    if trigger.first and reading.is_a("in_doing", trigger.first - 1):
        return _beside(reading, trigger)
    clauses = set(cues.own(reading, trigger))
    clause = reading.clause(trigger.first)
    while clause.number and (clause.kind != MAIN or clause.opener >= 0):
        clause = reading.clauses[clause.parent]
        clauses.add(clause.number)
    found = cues.between(reading, start, trigger.first, frozenset(clauses))
    behind = cues.between(reading, trigger.last + 1, trigger.last + 8, frozenset(clauses), "after")
    if found and reading.lexicon.object_first:
        found = _right_behind(reading, trigger, found) or found
    if not found:
        later = reading.lexicon.object_first
        found = behind or (
            cues.between(reading, trigger.last + 1, trigger.last + 7, cues.own(reading, trigger)) if later else []
        )
        if not found:
            return _bare(reading, trigger)
    return _verdict(found, reading)


def _ordered(reading: Reading, trigger: Trigger) -> bool:
    """ "Ordered the ministry to denounce the treaty": who may order its end has ended it, unless that is wished or denied."""
    begin = max(0, trigger.first - _ORDER)
    ordering = [i for i in range(begin, trigger.first) if reading.is_a("ordering", i)]
    if not ordering or reading.comma_between(ordering[-1], trigger.first):
        return False
    return not any(h.key in _UNSURE and begin <= h.first < trigger.first for h in reading.section("status"))


def _right_behind(reading: Reading, trigger: Trigger, before: Sequence[Hit]) -> list[Hit]:
    """«…, денонсировать ее никто не собирается»: where commas part an infinitive from all cues before it, those behind it govern."""
    if not all(reading.comma_between(h.last, trigger.first) for h in before):
        return []
    found = cues.between(reading, trigger.last + 1, trigger.last + 7, cues.own(reading, trigger))
    return [h for h in found if not reading.comma_between(trigger.last, h.first)]


def _beside(reading: Reading, trigger: Trigger) -> Verdict:
    """ "Opened the way by denouncing its treaty", « en dénonçant »: a deed beside the main verb's, as real as that; of states only."""
    clauses = cues.own(reading, trigger) | {reading.clause(trigger.first).parent}
    unsure = [h for h in cues.between(reading, 0, len(reading.tokens), clauses) if h.key in _UNSURE]
    if unsure:
        nearest = min(unsure, key=lambda h: abs(h.first - trigger.first))
        return Status.NEGATED if nearest.key == cues.REJECTED else Status(nearest.key), (nearest.key,)
    return (Status.OCCURRED, ("in_doing",)) if reading.parties else (None, ("bare_infinitive",))


def _bare(reading: Reading, trigger: Trigger) -> Verdict:
    """No word governs it: a headline's "to sign" and "is leaving" are plans, all else only names the act."""
    progressive = trigger.tense == GERUND and trigger.first > 0 and reading.is_a("be", trigger.first - 1)
    if progressive and trigger.first > 1 and reading.is_a("be_been", trigger.first - 1):
        return Status.OCCURRED, ("perfect_progressive",)  # "have been applying it since May"
    if reading.heading or progressive or reading.lexicon.object_first:
        return Status.PLANNED, ("progressive" if progressive else "bare_infinitive",)
    return None, ("bare_infinitive",)


def _verdict(found: Sequence[Hit], reading: Reading) -> Verdict:
    """The nearest cue governs; what stands before it governs the governor: "is expected to vote to"."""
    if cues.question(reading):
        return Status.CONDITIONAL, ("question",)
    nearest = max(found, key=lambda h: h.last)
    touching = [h for h in found if h.last == nearest.last]
    keys = {h.key for h in touching}
    before = {h.key for h in found if h.last < nearest.first and nearest.first - h.last <= 6}
    if any(cues.denies_subject(reading, h) for h in found):
        return Status.NEGATED, ("negated",)
    for key in ("negated", "rejected", "conditional"):
        if key in keys or key in before:
            status = Status.CONDITIONAL if key == "conditional" else Status.NEGATED
            return status, (cues.REJECTED if key == "rejected" else key,)
    longest = max(touching, key=lambda h: h.last - h.first)
    if longest.key == "occurred":
        later = before & {"planned", "called_for"}
        if later:
            return Status(min(later)), (min(later),)
        return Status.OCCURRED, ("decided_to",)
    return Status(longest.key), (longest.key,)


def _preposition(reading: Reading, word: int) -> bool:
    """Whether "after", "since", "upon" stands directly before."""
    return any(h.key == "temporal" and h.last == word - 1 for h in reading.section("nominal"))
