"""What an infinitive or a gerund tells: what the word that governs it says of it ("voted to", "has yet to", "urged … to")."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Status
from pipeline.recognise import bare, cues, mandates, parted, tenses
from pipeline.recognise.cases import ENDING
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import MAIN, Reading
from pipeline.recognise.triggers import GERUND, INFINITIVE, Trigger

Verdict = tuple[Status | None, tuple[str, ...]]
_ORDER = 8  # words between an order and what is to be done
_PAST_SUBJUNCTIVE = ("ara", "aran", "iera", "ieran")
_TURKIC = 16  # words between what was decided and the verb at the sentence's end: "onaylanmasına, … uyarınca, karar verilmiştir"
_SMALL = 3  # words: « accordés pour », "einig, es zu"
_AGREED = 10  # words between an agreeing and what was agreed to
_AFTER_INFINITIVE = frozenset({"es", "pt"})
_CHAMBERS = frozenset({"parliament", "lower_chamber", "upper_chamber"})
_TO_BE_SIGNED = frozenset({"sign", "initial"})
_BY_PAPER = _TO_BE_SIGNED | {"accede"}  # what is done by a paper that a decision only announces
_LEAVING = frozenset({"withdraw", "denounce"})
_AT_WORK = frozenset({"terminate", "suspend", "extend", "amend"})  # what agreements do to other things, too
_OBJECT = 8  # words of what an agreement does something to
_UNSURE = frozenset({"planned", "called_for", "conditional", "negated", "rejected"})


def decide(reading: Reading, trigger: Trigger, start: int) -> Verdict:
    """The status with the rules that spoke, None where nothing governs the form. `start`: where the words that may govern it begin."""
    if trigger.tense == GERUND and trigger.first and _preposition(reading, trigger.first):
        return Status.OCCURRED, ("after_gerund",)
    if trigger.tense == GERUND and trigger.first and _participial(reading, trigger):
        return (None, ("own_object",)) if _on_another(reading, trigger) else (Status.OCCURRED, ("participial",))
    if _after_that(reading, trigger):
        return None, ("after_that",)
    if (
        trigger.tense == INFINITIVE
        and reading.lexicon.language in _AFTER_INFINITIVE
        and _preposition(reading, trigger.first)
    ):
        told = _beside(reading, trigger)  # "tras firmar el acuerdo, …", "após assinar"
        return told if told[0] is Status.OCCURRED else (None, ("temporal_infinitive",))
    if trigger.family in ENDING and _ordered(reading, trigger):
        return Status.OCCURRED, ("ordered",)
    agreed = _agreed(reading, trigger)
    if agreed is not None:
        return agreed
    if trigger.first and reading.is_a("in_doing", trigger.first - 1):
        return _beside(reading, trigger)
    clauses = set(cues.own(reading, trigger))
    clause = reading.clause(trigger.first)
    while clause.number and (clause.kind != MAIN or clause.opener >= 0):
        clause = reading.clauses[clause.parent]
        clauses.add(clause.number)
    found = cues.between(reading, start, trigger.first, frozenset(clauses))
    found = [h for h in found if not cues.reported_future(reading, h)]
    behind = cues.between(reading, trigger.last + 1, trigger.last + 8, frozenset(clauses), "after")
    if found and reading.lexicon.object_first:
        found = _right_behind(reading, trigger, found) or found
    if not found:
        later = reading.lexicon.object_first
        reach = _TURKIC if later and not reading.lexicon.grammar.get("prepositions") else 7
        found = behind or (
            cues.between(reading, trigger.last + 1, trigger.last + reach, cues.own(reading, trigger)) if later else []
        )
        if not found:
            return _bare(reading, trigger)
    return _verdict(found, reading, trigger.family)


def _decision_to(reading: Reading, cue: Hit) -> bool:
    """ "Welcomed Peru's *decision to* accede": others speak of what was decided; a body that takes the decision decides it."""
    near = range(cue.first - _SMALL, cue.first)
    own = any(h.key in {"executive", "chamber"} and h.last in near for h in reading.section("procedure"))
    return not own and any(h.key == "decision" and h.first == cue.first for h in reading.section("things"))


def _on_another(reading: Reading, trigger: Trigger) -> bool:
    """ "…, ending *a* five-year drought", « …, mettant fin à *un* différend »: what an agreement does to something that is no agreement."""
    words = range(trigger.last + 1, min(trigger.last + 1 + _OBJECT, len(reading.tokens)))
    begin = next((i for i in words[:2] if reading.is_a("indefinite", i)), -1)
    if begin < 0 or trigger.family not in _AT_WORK or "," not in reading.before(trigger.first):
        return False
    nouns = {h.first for h in (*reading.section("instruments"), *reading.section("things"))}
    end = next((i for i in words if i > begin and reading.is_a("prepositions", i)), words.stop)
    return nouns.isdisjoint(range(begin, end))


def _participial(reading: Reading, trigger: Trigger) -> bool:
    """ "…, signing the treaty in Doha", "…, their leaders signing it"."""
    if "," in reading.before(trigger.first):
        return not _behind_a_day(reading, trigger)
    return bare.absolute(reading, trigger.first)


def _after_that(reading: Reading, trigger: Trigger) -> bool:
    """ "Luego de que Diputados lo aprobara": behind a word of time the past subjunctive of Spanish tells a fact, by the way."""
    if reading.lexicon.language != "es" or not reading.tokens[trigger.first].low.endswith(_PAST_SUBJUNCTIVE):
        return False
    return any(
        h.key == "conditional" and reading.is_a("factual", h.first) and 0 < trigger.first - h.last <= _ORDER
        for h in reading.section("status")
    )


def _agreed(reading: Reading, trigger: Trigger) -> Verdict | None:
    """ "Agreed (on Monday) to extend it": agreeing extends it, and a chamber that agrees to ratify or to leave has decided it; to sign it is a plan."""
    near = range(max(0, trigger.first - _AGREED), trigger.first)
    if reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions"):  # "onaylamayı kabul etti"
        near = range(trigger.last + 1, min(trigger.last + 3, len(reading.tokens)))
    words = reading.roles.get("agreeing", frozenset())
    agreeing = [i for i in near if i in words]
    if not agreeing:
        return None
    clauses = cues.own(reading, trigger) | {reading.clause_of[agreeing[-1]]}
    around = cues.between(reading, max(0, agreeing[0] - _ORDER), trigger.first, clauses)
    if any(h.key in _UNSURE and not h.first <= agreeing[-1] <= h.last for h in around):
        return None
    if trigger.tense != INFINITIVE or not _next_to(reading, agreeing[-1], trigger.first):
        return None
    if trigger.family == "extend":
        return Status.OCCURRED, ("agreed_to",)
    if (trigger.family == "ratify" or trigger.family in _LEAVING) and any(
        p.body in _CHAMBERS and p.start < reading.tokens[trigger.first].start for p in reading.parties
    ):
        return Status.OCCURRED, ("agreed_to",)
    return (Status.PLANNED, ("agreed_to",)) if trigger.family in _TO_BE_SIGNED else None


def _behind_a_day(reading: Reading, trigger: Trigger) -> bool:
    """ "Proposed on Monday, March 9, suspending it": what stands before the day governs the form all the same."""
    word = trigger.first - 1
    while word > 0 and reading.is_a("on_day", word):
        word -= 1
    return word < trigger.first - 1 and any(h.last == word and h.key in _UNSURE for h in reading.section("status"))


def _next_to(reading: Reading, one: int, infinitive: int) -> bool:
    """Whether nothing but small words and what says when stands between; what is done stands there in German and Turkish."""
    if reading.lexicon.verb_final:
        return True
    between = [i for i in range(one + 1, infinitive) if not any(reading.is_a(role, i) for role in parted.PASSING)]
    return len(between) <= _SMALL


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
    unsure = [h for h in unsure if h.key != "negated" or not reading.comma_between(h.last, trigger.first)]
    if unsure:
        nearest = min(unsure, key=lambda h: abs(h.first - trigger.first))
        return Status.NEGATED if nearest.key == cues.REJECTED else Status(nearest.key), (nearest.key,)
    return (Status.OCCURRED, ("in_doing",)) if reading.parties else (None, ("bare_infinitive",))


def _bare(reading: Reading, trigger: Trigger) -> Verdict:
    """No word governs it: a headline's "to sign" and "is leaving" are plans, all else only names the act."""
    progressive = trigger.tense == GERUND and trigger.first > 0 and reading.is_a("be", trigger.first - 1)
    if progressive and trigger.first > 1 and reading.is_a("be_been", trigger.first - 1):
        return Status.OCCURRED, ("perfect_progressive",)  # "have been applying it since May"
    if progressive and (trigger.family in tenses.DECLARED or _declared(reading, trigger)):
        return Status.OCCURRED, (tenses.SCHEDULED,)  # "said it was suspending the treaty"
    resolved = any(h.key == "occurred" and h.last == trigger.first - 1 for h in reading.section("status"))
    if resolved and ":" in reading.before(trigger.first):
        return Status.OCCURRED, ("resolved",)  # «правительство постановляет: утвердить соглашение»
    if trigger.tense == INFINITIVE and bare.decrees(reading, trigger.first, trigger.family):
        return Status.OCCURRED, ("decreed",)
    if trigger.tense == INFINITIVE and bare.orders(reading, trigger.first):
        return Status.CALLED_FOR, ("ordered",)
    if trigger.tense == INFINITIVE and mandates.before(reading, trigger):
        return Status.PLANNED, ("mandated",)
    foretold = trigger.tense == INFINITIVE and bare.foretells(reading, trigger.first)
    if foretold or reading.heading or progressive or reading.lexicon.object_first:
        return Status.PLANNED, ("progressive" if progressive else "bare_infinitive",)
    return None, ("bare_infinitive",)


def _declared(reading: Reading, trigger: Trigger) -> bool:
    """ "Has told the United Nations it is leaving the pact": said to the depositary, it is the notice."""
    near = range(max(0, trigger.first - _AGREED), trigger.first)
    told = next((i for i in near if reading.is_a("quote_verbs", i)), -1)
    to = range(told + 1, min(told + 1 + _SMALL, trigger.first))
    return trigger.family in _LEAVING and told >= 0 and reading.any_is("depositaries", to)


def _verdict(found: Sequence[Hit], reading: Reading, family: str) -> Verdict:
    """The nearest cue governs; what stands before it governs the governor: "is expected to vote to"."""
    if cues.question(reading):
        return Status.CONDITIONAL, ("question",)
    nearest = max(found, key=lambda h: h.last)
    touching = [h for h in found if h.last == nearest.last]
    keys = {h.key for h in touching}
    before = {h.key for h in found if h.last < nearest.first and nearest.first - h.last <= 6}
    if any(cues.denies_subject(reading, h) or cues.denied_inside(reading, h, nearest) for h in found):
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
        if family in _BY_PAPER and _decision_to(reading, nearest):
            return Status.PLANNED, ("decision_to",)
        return Status.OCCURRED, ("decided_to",)
    return Status(longest.key), (longest.key,)


def _preposition(reading: Reading, word: int) -> bool:
    """Whether "after", "since", "upon" stands directly before."""
    return any(h.key == "temporal" and h.last == word - 1 for h in reading.section("nominal"))
