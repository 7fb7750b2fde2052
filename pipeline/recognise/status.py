"""Whether an act happened, is to come, is wished for, was denied, or hangs on something: read from its clause."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Status
from pipeline.recognise import arabic_leads, cues, governed, han, ideographs, moods, nominals, preceding, tenses
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import MAIN, RELATIVE, SUBORDINATE, Reading
from pipeline.recognise.triggers import (
    ACTIVE,
    ATTRIBUTE,
    FUTURE,
    GERUND,
    INFINITIVE,
    NOMINAL,
    PASSIVE,
    PAST,
    PERFECT,
    PLUPERFECT,
    PRESENT,
    Trigger,
)

_NEAR = 5  # words before a finite verb in which a cue still belongs to it
_LONG = 48  # the same in Chinese, where every ideograph of a title counts
_FAR = 16  # the same where verbs stand last
_FURTHER = 7  # words between a denial and what is denied: "denied the reports of the press that …"
_NO_LONGER = frozenset({"mehr", "länger", "langer"})  # "gilt nicht mehr"
_ENDED_AT_ONCE = frozenset({"suspend", "withdraw", "terminate", "denounce"})
_ENDING = _ENDED_AT_ONCE | {"reject", "annul"}

Verdict = tuple[Status | None, tuple[str, ...]]


def decide(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> Verdict:
    """The status of one act with the rules that spoke; (None, …) where a noun tells of no step at all."""
    ordered = ideographs.by_order(reading, trigger)
    if ordered is not None:
        return ordered
    opened = (
        moods.let_it(reading, trigger)
        or moods.inverted(reading, trigger)
        or _by_opener(reading, trigger, triggers)
        or preceding.in_row(reading, trigger, triggers, decide)
    )
    if opened is not None:
        return opened
    if trigger.voice == NOMINAL:
        return preceding.verdict(reading, trigger, triggers, decide) or nominals.decide(reading, trigger)
    if trigger.with_previous or cues.before_another(reading, trigger):
        waited_for = preceding.verdict(reading, trigger, triggers, decide)
        if waited_for is not None:
            return waited_for
    if _standing_rule(reading, trigger):
        return Status.CONDITIONAL, ("standing_rule",)
    if trigger.voice == ATTRIBUTE:
        return _attribute(reading, trigger, triggers)
    if trigger.tense in {INFINITIVE, GERUND}:
        if trigger.tense == GERUND and trigger.family in _ENDED_AT_ONCE and _at_once(reading, trigger):
            return Status.OCCURRED, ("at_once",)
        return governed.decide(reading, trigger, _scope_start(reading, trigger, triggers))
    return moods.asked(reading, trigger) or _finite(reading, trigger, triggers)


_UNSURE = frozenset({"planned", "called_for", "conditional"})
_TOLD = frozenset({PAST, PERFECT, PLUPERFECT})


def _scope_start(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> int:
    """Where the words that may modify a verb begin: behind the last finite verb before it in the clause."""
    index = next((i for i, t in enumerate(triggers) if t is trigger), 0)
    joined = trigger.with_previous
    for other in reversed(triggers[:index]):
        if joined:
            joined = other.with_previous
            continue
        if other.voice == NOMINAL or (other.tense in {INFINITIVE, GERUND} and trigger.tense in {INFINITIVE, GERUND}):
            continue
        reach = _FAR if reading.lexicon.verb_final else tenses.GOVERNS
        aspect = reading.lexicon.han and reading.is_a("aspect", other.last + 1)
        tenseless = reading.lexicon.language == "zh" and trigger.first == other.last + 1 + bool(aspect)  # 放弃了签署
        led = any(h.first <= other.first and h.last == trigger.first - 1 for h in reading.section("status"))
        near = trigger.tense == INFINITIVE and (led or trigger.first - other.last <= reach)
        if (near or tenseless) and _governing(reading, other):
            continue  # "ha acordado remitir", « a refusé de signer »: it governs the infinitive
        if not reading.same_clause(other.first, trigger.first) or cues.before_another(reading, other):
            continue
        if trigger.first and reading.tokens[trigger.first - 1].low == "noch" and _neither(reading, other):
            continue
        if other.voice in {ACTIVE, PASSIVE} and trigger.voice != NOMINAL:
            return other.last + 1
    return 0


def _neither(reading: Reading, other: Trigger) -> bool:
    """ "Weder unterzeichnet noch ratifiziert": one negation for both."""
    return any(reading.tokens[i].low == "weder" for i in range(max(0, other.first - _NEAR), other.first))


def _governing(reading: Reading, other: Trigger) -> bool:
    """Whether a verb of treaty-making may govern an infinitive: it agrees on something, or is a cue itself (« refusé de »)."""
    cue = (h for h in reading.section("status") if h.first <= other.first <= other.last <= h.last)
    return other.family == "conclude" or any(cue)


def _by_opener(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> Verdict | None:
    """If, once, until, unless, after with a present: what the clause tells has not happened."""
    clause = reading.clause(trigger.first)
    past = trigger.voice in {ACTIVE, PASSIVE} and trigger.tense in {"past", PLUPERFECT}
    while clause.kind != SUBORDINATE:
        if clause.kind == RELATIVE and past:
            return None  # "if it breaches the treaty, which entered into force in 2005"
        parent = reading.clauses[clause.parent]
        within = 0 < clause.opener == parent.opener + 1 or cues.told_in(reading, clause, trigger)
        if clause.number == 0 or (clause.kind == MAIN and not within):
            return None  # "after that state deposits": there "that" opens nothing
        clause = parent
    opener = clause.opener
    conditional = any(
        h.key == "conditional" and h.first <= opener <= h.last and not cues.hangs_on(reading, h)
        for h in reading.section("status")
    )
    if moods.without(reading, opener):
        return Status.NEGATED, ("without_that",)
    told = trigger.tense == PERFECT and moods.told(reading, opener, trigger.first)
    if conditional and not ((past or told) and _once(reading, opener) and not _bare(reading, trigger, triggers)):
        return Status.CONDITIONAL, ("conditional_clause",)
    if clause.number and trigger.tense == PRESENT and moods.purpose(reading, opener):
        return Status.PLANNED, ("purpose",)
    if (
        trigger.tense in {PRESENT, PERFECT, FUTURE}
        and reading.is_a("subordinate", opener)
        and not reading.is_a("complementiser", opener)
        and not reading.heading
    ):
        word = reading.tokens[opener].low
        if _temporal(reading, word) and not told and not _at_that_moment(reading, trigger, opener):
            return Status.CONDITIONAL, ("temporal_clause_present",)
    return None


def _bare(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> bool:
    """ "Once ratified, the accord replaces …": a participle alone behind the word tells of what is to come, unless another verb is past;
    a finite verb («коли набула чинності угода») is none."""
    if trigger.first != reading.clause(trigger.first).opener + 1 or moods.finite(reading, trigger):
        return False
    return not any(t is not trigger and _past(t) for t in triggers)


def _at_that_moment(reading: Reading, trigger: Trigger, opener: int) -> bool:
    """ "The two normalise their ties when their ministers sign an accord": news told in the present, of somebody who acts; a rule or a
    plan has a verb of treaties or of what is to come for its main one."""
    told = reading.lexicon.present == "occurred" and reading.sentence.index == 0 < opener
    if not told or trigger.tense != PRESENT or trigger.voice != ACTIVE:
        return False
    treaties = any(h.first < opener for h in reading.section("acts"))
    unsure = any(h.first < opener and h.key in _UNSURE for h in reading.section("status"))
    acting = range(reading.tokens[opener].end, reading.tokens[trigger.first].start)
    return any(p.start in acting for p in reading.parties) and not treaties and not unsure


def _standing_rule(reading: Reading, trigger: Trigger) -> bool:
    """ "The convention enters into force 90 days after the deposit": how an agreement works, not what befell it.

    Only the present tells a rule; where verbs have no tense, a rule's words behind the verb or in its part of the sentence do.
    """
    rules = [h for h in reading.section("salience") if h.key == "rule" and reading.same_clause(h.first, trigger.first)]
    if trigger.tense == PRESENT and trigger.voice == ACTIVE:
        return (
            trigger.family in tenses.BY_RULE
            and not tenses.today(reading, trigger)
            and any(abs(h.first - trigger.last) <= tenses.RULE_REACH for h in rules)
        )
    if reading.lexicon.language != "zh":
        return False
    behind = [h for h in rules if 0 <= h.first - trigger.last <= 8 and not reading.comma_between(trigger.last, h.first)]
    around = [h for h in rules if h.first <= trigger.last + 1 and trigger.first - h.last <= _FAR]
    dated = any(reading.tokens[i].low == "年" for i in range(max(0, trigger.first - 12), trigger.first))
    return bool(behind) or (trigger.family in tenses.BY_RULE and bool(around) and not dated)


def _once(reading: Reading, opener: int) -> bool:
    """Whether the clause's word tells when, not if: with a past verb what follows "once", "nachdem", «после того как» is a fact."""
    return any(
        h.key == "conditional" and h.first <= opener <= h.last and reading.is_a("factual", h.first)
        for h in reading.section("status")
    )


def _temporal(reading: Reading, word: str) -> bool:
    return reading.lexicon.has("subordinate", word) and word not in {
        "because", "although", "though", "while", "whereas", "since", "as", "so", "despite", "поскольку", "хотя", "weil", "obwohl", "que", "что",
    }  # fmt: skip


def _finite(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> Verdict:
    start = _scope_start(reading, trigger, triggers)
    own = cues.own(reading, trigger)
    if trigger.voice == PASSIVE and trigger.tense == PRESENT:
        own = own | {reading.clause(trigger.first).parent}
    found = cues.between(reading, start, trigger.first, own)
    behind = (
        cues.between(reading, trigger.last + 1, trigger.last + _FAR, own, "after") if reading.lexicon.verb_final else []
    )
    behind = [h for h in behind if not _apart(reading, trigger.last, h.first)]
    reach = _LONG if reading.lexicon.language == "zh" else _FAR if reading.lexicon.verb_final else _NEAR
    near = [
        h
        for h in found
        if trigger.first - h.last <= reach
        or cues.denies_subject(reading, h)
        or cues.denies_object(reading, h, trigger.first)
    ] + [h for h in behind if h.key != "planned" or trigger.tense != PERFECT]
    near = [h for h in near if not cues.says_nothing(reading, h, trigger)]
    near = (
        [h for h in near if not moods.reported(reading, trigger, h)]
        + moods.postponed(reading, trigger)
        + _shelved(reading, trigger)
    )
    if trigger.family == "submit":
        near = [h for h in near if not _destination(reading, h)]
        near = [h for h in near if not han.considered(reading, h.first, h.last, trigger.first)]
    undone = _undone(reading, trigger, near)
    if undone is not None:
        return undone
    if trigger.tense == PRESENT and trigger.family == "enter_force" and tenses.since(reading, trigger):
        return Status.OCCURRED, ("in_force_since",)
    if trigger.tense == FUTURE or arabic_leads.will(reading, trigger):
        return Status.PLANNED, ("future_form",)
    if trigger.tense == PAST and reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions"):
        near = [h for h in near if h.first > trigger.last or h.key != "planned"]  # "Kenya için yürürlüğe girdi"
    modal = [h for h in near if h.key in {"planned", "called_for"} and _modal(reading, h, trigger)]
    if modal:
        key = modal[-1].key
        return Status(key), (key,)
    by_tense = _by_tense(reading, trigger, found)
    if by_tense is not None:
        return by_tense
    if trigger.tense == PAST and trigger.voice == ACTIVE and tenses.wanted(reading, trigger):
        return Status.CALLED_FOR, ("wanted",)
    if trigger.voice == PASSIVE and tenses.to_be(reading, trigger):
        asked = any(h.key == "called_for" and h.last < trigger.first for h in reading.section("status"))
        return (Status.CALLED_FOR if asked else Status.PLANNED), ("passive_infinitive",)
    return Status.OCCURRED, (f"finite_{trigger.tense}",)


def _by_tense(reading: Reading, trigger: Trigger, found: Sequence[Hit]) -> Verdict | None:
    """What a present tells; None for other tenses."""
    if tenses.when_it_does(reading, trigger):
        return Status.PLANNED, ("when_it_does",)
    if trigger.tense != PRESENT:
        return None
    if tenses.until_then(reading, trigger):
        return Status.CONDITIONAL, ("condition_behind",)
    return tenses.present(reading, trigger, found)


def _destination(reading: Reading, hit: Hit) -> bool:
    """«На ратификацию внесена конвенция»: what it is sent for makes no plan of the sending."""
    inside = range(hit.first, hit.last + 1)
    return hit.key == "planned" and any(h.form == "noun" and h.first in inside for h in reading.section("acts"))


def _apart(reading: Reading, left: int, right: int) -> bool:
    """Whether a comma or a conjunction parts two words: what stands behind it says nothing of the verb before it."""
    verbs = {h.first for h in reading.section("acts")}  # "unterzeichnet und ratifiziert ist es noch nicht": joined
    joins = (i for i in range(left + 1, right) if reading.is_a("coordinate", i))
    return reading.comma_between(left, right) or any(not verbs & {i + 1, i + 2} for i in joins)


def _shelved(reading: Reading, trigger: Trigger) -> list[Hit]:
    """ "条约的批准再度搁置": Chinese says right behind an act that nothing came of it."""
    if reading.lexicon.language != "zh":
        return []
    return [
        h
        for h in reading.section("after")
        if h.key == "negated"
        and (
            (0 < h.first - trigger.last <= 3 and not reading.comma_between(trigger.last, h.first))
            or (0 < h.first - trigger.last <= _LONG and reading.is_a("denial", h.last))
        )
    ]


def _undone(reading: Reading, trigger: Trigger, near: Sequence[Hit]) -> Verdict | None:
    """What speaks against a finite verb: a question, a negation, a condition, a refusal; "at once" speaks for it."""
    if cues.question(reading):
        return Status.CONDITIONAL, ("question",)
    by_ending = moods.by_ending(reading, trigger) or moods.verb_first(reading, trigger)
    if by_ending is not None:
        return by_ending
    refused = trigger.family == "reject" and (
        reading.is_a("by", trigger.last + 1) or (reading.lexicon.language == "en" and trigger.voice == ACTIVE)
    )  # « repoussée par le Sénat », "parliament blocked it"
    if not refused and any(
        (h.key == "negated" or h.form == "negative")
        and (h.first, h.last) == (trigger.first, trigger.last)
        and not (
            reading.lexicon.han and h.section == "status" and trigger.family == "withdraw"
        )  # 放弃: gives a treaty up, or the signing of one
        for h in (*reading.section("status"), *reading.section("acts"))
    ):
        return Status.NEGATED, ("negative_form",)
    if _denied(reading, trigger) or _denied_within(reading, trigger) or cues.of_none(reading, trigger):
        return Status.NEGATED, ("denied",)
    if trigger.family in _ENDED_AT_ONCE and _at_once(reading, trigger) and not any(h.key == "negated" for h in near):
        return Status.OCCURRED, ("at_once",)
    for key, status in (("conditional", Status.CONDITIONAL), ("negated", Status.NEGATED)):
        if any(
            h.key == key
            and (h.key == "negated" or not _past(trigger) or _modal(reading, h, trigger))
            and not (h.key == "conditional" and trigger.tense in _TOLD and reading.is_a("factual", h.last))
            for h in near
        ):
            return status, (key,)
    after = trigger.last + 1
    if after < len(reading.tokens) and reading.tokens[after].low in {"бы", "б", "би"}:
        return Status.CONDITIONAL, ("subjunctive",)
    if any(h.key == "rejected" for h in near):
        return Status.NEGATED, (cues.REJECTED,)
    return None


def _denied_within(reading: Reading, trigger: Trigger) -> bool:
    """ "Ist noch nicht in Kraft": a negation among the words of the act itself; what ends or refuses may well hold one, save
    where it is the plain word ("tritt doch nicht aus dem Pakt aus")."""
    inside = range(trigger.first + 1, trigger.last)
    if trigger.family in _ENDING:
        split = reading.lexicon.verb_final and bool(reading.lexicon.grammar.get("prepositions"))  # German
        return split and any(
            reading.is_a("negation", i) and reading.tokens[i + 1].low not in _NO_LONGER for i in inside
        )
    return cues.negated_within(reading, inside)


def _denied(reading: Reading, trigger: Trigger) -> bool:
    """ "It is not true that …", "denied that …": what is denied stands in the clause behind."""
    opener = reading.clause(trigger.first).opener
    return (
        opener > 0
        and reading.is_a("complementiser", opener)
        and any(
            h.key == "negated"
            and 0 <= opener - h.last <= (_FURTHER if reading.is_a("denial", h.last) else 3)
            and not any(v.key == "votes" and v.first == h.first - 2 for v in reading.section("procedure"))
            for h in reading.section("status")
        )
    )


def _at_once(reading: Reading, trigger: Trigger) -> bool:
    """ "Announced that the treaty would be suspended with immediate effect": the word is the deed."""
    near = (h.key for h in reading.section("nominal") if -_FAR <= h.first - trigger.last <= _FAR)
    return any(reading.is_a("quote_verbs", i) for i in range(trigger.first)) and "at_once" in near


def _past(trigger: Trigger) -> bool:
    return trigger.voice == ACTIVE and trigger.tense in _TOLD


def _modal(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """Whether a cue of the future governs this verb: nothing but small words between."""
    if reading.lexicon.language == "zh":
        far = trigger.first - hit.last
        return far <= _FAR or (far <= _LONG and not reading.comma_between(hit.last, trigger.first))
    if trigger.voice == PASSIVE or reading.lexicon.verb_final:
        near = trigger.voice == PASSIVE and not reading.lexicon.verb_final
        return trigger.first - hit.last <= (_NEAR if near else _FAR)
    return trigger.first - hit.last <= 3


def _attribute(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> Verdict:
    if tenses.wanted(reading, trigger):
        return Status.CALLED_FOR, ("wanted",)
    start = max(trigger.first - 4, _scope_start(reading, trigger, triggers))
    found = cues.between(reading, start, trigger.first, cues.own(reading, trigger))
    for key in ("negated", "planned", "called_for"):
        if any(h.key == key and trigger.first - h.last <= 2 for h in found):
            return Status(key), (key,)
    if moods.once(reading, trigger, triggers):
        return Status.CONDITIONAL, ("once",)
    if "negative" in moods.forms(reading, trigger):  # "onaylanmayan sözleşme", «бекітілмеген келісім»
        return Status.NEGATED, ("negative_form",)
    return Status.OCCURRED, ("attribute",)
