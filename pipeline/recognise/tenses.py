"""What a verb's tense tells: a present that is news or a plan, a present that waits for something, a passive without a tense."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.model import EventType, PartialDate, Status
from pipeline.recognise import arabic_leads, bare, cues
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import SUBORDINATE, Reading
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, FUTURE, PASSIVE, PRESENT, Trigger
from pipeline.recognise.values import DateMention

Verdict = tuple[Status | None, tuple[str, ...]]
GOVERNS = 4  # words between a verb and what governs it
RULE_REACH = 14  # words between a verb and what makes it a standing rule
BY_RULE = frozenset({"enter_force", "terminate", "extend", "provisional", "withdraw"})
SCHEDULED = "present_as_news"  # a reason: a present that may still turn out to be a plan
_FAR = 16
_SINCE = 6  # words from since when to "in force"
_HALF_A_WEEK = 3  # days
_LEADS = 3  # words from "by" to its day
_AT_ONCE = frozenset(
    {EventType.SIGNED, EventType.RATIFIED, EventType.APPROVED, EventType.SUBMITTED, EventType.DEPOSITED}
)
DECLARED = frozenset({"suspend"})  # who says that he does it has done it
BY_DATE = frozenset(
    {EventType.ENTERED_INTO_FORCE, EventType.PROVISIONALLY_APPLIED, EventType.TERMINATED, EventType.SUSPENDED}
)


def _by_decree(reading: Reading, trigger: Trigger) -> bool:
    """ "O Decreto nº 11.109, que promulga o acordo": what a decree that is told of says, it does."""
    before = [h for h in reading.section("things") if h.key == "decree" and h.last < trigger.first]
    return trigger.family == "promulgate" and bool(before) and trigger.first - before[-1].last <= _FAR


def present(reading: Reading, trigger: Trigger, found: Sequence[Hit]) -> Verdict:
    """News in a headline and in most languages, a plan where it is scheduled. `found`: the cues before the verb."""
    if _by_decree(reading, trigger):
        return Status.OCCURRED, ("by_decree",)
    if arabic_leads.enacted(reading, trigger):
        return Status.OCCURRED, ("decreed",)
    if arabic_leads.nth_to(reading, trigger):
        return Status.OCCURRED, ("nth_to",)
    verb, behind = reading.tokens[trigger.first].low, reading.tokens[trigger.last].low
    running_out = verb.startswith(("expir", "laps", "истек")) or (verb.startswith("run") and behind == "out")
    scheduled = trigger.family == "enter_force" and (reading.sentence.index > 0 or reading.lexicon.verb_final)
    sent = trigger.family == "submit" and reading.is_a("intransitive", trigger.first)  # "both go to parliament now"
    later = scheduled or sent or running_out or (trigger.family == "terminate" and reading.sentence.index > 0)
    if trigger.family in {"enter_force", "terminate"} and today(reading, trigger):
        return Status.OCCURRED, ("takes_effect_today",)
    telling = reading.lexicon.present == "occurred" or trigger.family in DECLARED
    if reading.heading or (telling and not later):
        if _wished(reading, trigger):
            return Status.PLANNED, ("wished_clause",)
        reach = 12 if trigger.voice == PASSIVE else 3
        if any(h.key in {"planned", "called_for"} and trigger.first - h.last <= reach for h in found):
            return Status.PLANNED, ("planned",)
        return Status.OCCURRED, (SCHEDULED,)
    if arabic_leads.headline(reading, trigger):
        return Status.OCCURRED, (SCHEDULED,)
    return Status.PLANNED, ("present_form",)


_CLAUSES_OF_TIME = frozenset({"once", "before", "until", "after"})


def when_it_does(reading: Reading, trigger: Trigger) -> bool:
    """ "Vowed to vote it down *when it reaches* parliament": an English clause of time in the present tells what is to come; with "when",
    only beside something to come, as ministers may settle a dispute when they sign a treaty."""
    clause = reading.clause(trigger.first)
    if reading.lexicon.language != "en" or clause.kind != SUBORDINATE:
        return False
    been = any(
        reading.is_any(("be", "have"), i) for i in range(trigger.first, trigger.last + 1)
    )  # "after notes were exchanged"
    if trigger.tense != PRESENT and (been or not reading.tokens[trigger.first].low.endswith("s")):
        return False
    opener = reading.tokens[clause.opener].low
    beside = any(h.key in {"planned", "called_for"} and h.first < clause.opener for h in reading.section("status"))
    return opener in _CLAUSES_OF_TIME or (opener == "when" and beside)


def asked(status: Status, trigger: Trigger) -> Status:
    """The status a day is understood by: what would be done is to come ("if not, it will apply from autumn")."""
    return Status.PLANNED if status is Status.CONDITIONAL and trigger.tense == FUTURE else status


def scheduled(
    reading: Reading, kind: EventType, own: Sequence[DateMention], day: PartialDate | None, published: date | None
) -> bool:
    """Whether a present may tell of days to come: "takes effect on 1 May"; "unterzeichnen am Freitag", where last Friday lies further off.

    `day`: the day it was if it lies behind.
    """
    by_then = kind in _AT_ONCE and any(_by_then(reading, m) for m in own)
    if by_then or ((points_ahead(reading, kind, own) or kind in BY_DATE) and not lasting(reading, own)):
        return True
    if reading.heading or day is None or day.day is None or published is None:
        return False
    weekday = any(m.weekday is not None and m.month is None and m.role != "since" for m in own)
    return weekday and (published - day.first).days > _HALF_A_WEEK


def points_ahead(reading: Reading, kind: EventType, own: Sequence[DateMention]) -> bool:
    """Whether a time expression beside a present says by itself that the act is still to come."""
    return any(ahead(m, spans=kind in BY_DATE) or (kind in _AT_ONCE and _by_then(reading, m)) for m in own)


def _by_then(reading: Reading, mention: DateMention) -> bool:
    """ "Dizem que ratificam até ao fim do ano": what is done at a stroke is done by then, and no present of news."""
    word = reading.token_at(mention.start)
    return any(reading.is_a("until", i) for i in range(max(0, word - _LEADS), word))


def lasting(reading: Reading, own: Sequence[DateMention]) -> bool:
    """ "Applies since May": a present with a day that lies behind; a day of the week may lie on either side, "next month" may not."""
    open_ended = (m.role == "since" or (m.month is None and not ahead(m)) for m in own)
    return "since" in reading.roles or any(open_ended)


def in_clause(reading: Reading, trigger: Trigger, own: Sequence[DateMention]) -> list[DateMention]:
    """The time expressions in the verb's own clause."""
    last = len(reading.tokens) - 1
    return [m for m in own if reading.same_clause(min(reading.token_at(m.start), last), trigger.first)]


def ahead(mention: DateMention, *, spans: bool = True) -> bool:
    """Whether a time expression points ahead by its own words: "next Thursday", and with `spans` "within six months", "a week later"."""
    if mention.rule in {"within", "ahead", "story_later"} and not spans:
        return False  # "signs a treaty to build a plant within ten years"
    return mention.direction == "future" or ((mention.offset or 0) > 0 and mention.rule != "story_event")


def _wished(reading: Reading, trigger: Trigger) -> bool:
    """A present in a clause that a verb of waiting or wishing opens: "il attend que l'Assemblée autorise"."""
    clause = reading.clause(trigger.first)
    if clause.opener < 0:
        return False
    found = cues.between(
        reading, max(0, clause.opener - 6), clause.opener + 1, frozenset({clause.parent, clause.number})
    )
    return any(h.key in {"planned", "called_for"} for h in found)


def today(reading: Reading, trigger: Trigger) -> bool:
    """Whether the clause says "today", "now", or the one before an "as": "have free access from today, as the agreement takes effect"."""
    clause = reading.clause(trigger.first)
    beside = clause.kind == SUBORDINATE and reading.tokens[clause.opener].low == "as"
    clauses = {clause.number, clause.parent} if beside else {clause.number}
    return any(
        h.key == "news" and reading.clause_of[h.first] in clauses and not _counted_from(reading, h.first)
        for h in reading.section("salience")
    )


def _counted_from(reading: Reading, now: int) -> bool:
    """ "Three months from now" is not now."""
    return now > 1 and (reading.tokens[now - 1].low, reading.tokens[now].low) == ("from", "now")


_TO_BE = frozenset({"be", "ser", "être", "etre"})
_DONE_TO_BE = frozenset({"al", "tras", "having", "después", "luego", "après"})


def to_be(reading: Reading, trigger: Trigger) -> bool:
    """ "Recommended that it be ratified", "en condiciones de ser ratificado": a passive without a tense tells no fact, save behind a
    word of time ("tras ser ratificado") or one that says that it came to that ("acaba de ser ratificado")."""
    near = range(max(0, trigger.first - GOVERNS), trigger.first)
    word = next((i for i in near if reading.tokens[i].low in _TO_BE and reading.same_clause(i, trigger.first)), -1)
    if word < 0:
        return False
    before = {reading.tokens[i].low for i in range(max(0, word - 2), word)}
    real = any(h.key == "occurred" and 0 < word - h.last <= 2 for h in reading.section("status"))
    timed = any(h.key == "temporal" and 0 < word - h.last <= 2 for h in reading.section("nominal"))
    return not (real or timed or before & _DONE_TO_BE)


_BESIDE = 2  # words from "will be" to its participle


def to_come(reading: Reading, trigger: Trigger) -> bool:
    """ "Will be signed", "será assinado": a passive that what stands right before it puts off."""
    near = range(trigger.first - _BESIDE, trigger.first)
    return trigger.voice == PASSIVE and any(h.key == "planned" and h.last in near for h in reading.section("status"))


def until_then(reading: Reading, trigger: Trigger) -> bool:
    """ "Enters into force once fifty states have ratified it": a present that waits for what the clause behind it tells."""
    if trigger.family not in BY_RULE:
        return False
    if _unless(reading, trigger) or _when_done(reading, trigger):
        return True
    return any(
        h.key == "conditional"
        and 0 < h.first - trigger.last <= RULE_REACH
        and reading.clause(h.last).kind == SUBORDINATE
        and h.first <= reading.clause(h.last).opener <= h.last
        for h in reading.section("status")
    )


_OPENS = 2  # words: "But if …"
_NOW = frozenset({"is", "are", "has", "have"})
_THEN = frozenset({"was", "were", "had", "did"})


def _unless(reading: Reading, trigger: Trigger) -> bool:
    """ "Unless either side objects, the treaty is extended for a year": what a condition that opens the sentence leads to."""
    main = reading.clause(trigger.first)
    return main.kind != SUBORDINATE and any(
        h.key == "conditional"
        and h.first <= _OPENS
        and reading.clause(h.last).kind == SUBORDINATE
        and not reading.is_a("factual", h.first)
        and reading.comma_between(h.last, trigger.first)
        for h in reading.section("status")
    )


def _when_done(reading: Reading, trigger: Trigger) -> bool:
    """ "The pact only takes effect when both sides have told each other …": an English "when" that leads to what is not yet done."""
    near = range(trigger.last + 1, min(trigger.last + RULE_REACH, len(reading.tokens)))
    when = next((i for i in near if reading.tokens[i].low == "when"), -1)
    if reading.lexicon.language != "en" or when < 0 or "," in reading.before(when):
        return False
    words = {t.low for t in reading.tokens[when + 1 : when + RULE_REACH]}
    return not _NOW.isdisjoint(words) and _THEN.isdisjoint(words)


_TRAITS = frozenset({"amend", "extend"})  # what may be said of an agreement as of any thing
_CAME_TO = ("انتهي", "انتهت", "خلص", "خلصت")
_TO_WHAT = 6  # words from an Arabic "ended" to its "in"


def no_deed(reading: Reading, trigger: Trigger) -> bool:
    """Whether a verb of force says only that it lasts, one of ending where a sitting came to („انتهى المجلس إلى ما يلي“)."""
    trait = trigger.family in _TRAITS or reading.is_a("naming", trigger.first)
    if trait and trigger.voice == ACTIVE and bare.trait(reading, trigger.first, trigger.last):
        return True
    if trigger.family == "enter_force":
        lasts = only_lasts if reading.lexicon.verb_final else _goes_on
        return reading.is_a("in_force", trigger.first) and lasts(reading, trigger)
    if trigger.family == "withdraw" and _left_in_force(reading, trigger):
        return True
    if not reading.lexicon.table.arabic:
        return False
    if trigger.family == "conclude":
        return _round(reading, trigger)
    if trigger.family != "terminate":
        return False
    behind = range(trigger.last + 1, min(trigger.last + _TO_WHAT, len(reading.tokens)))
    ended = reading.tokens[trigger.first].low.lstrip("وف") in _CAME_TO
    return ended and any(reading.tokens[i].low == "الي" for i in behind)


_ROUND = frozenset(["جوله", "الجوله", "لجوله", "للجوله"])
_LAST_ROUND = ("الاخير", "النهائي", "الختامي", "اخر")
_OF_ROUND = 8  # words from "ended" to what comes behind the round of talks


def _round(reading: Reading, trigger: Trigger) -> bool:
    """„اختتمت الجولة الثانية من المفاوضات“: a round of talks that ended, and not the last."""
    words = [t.low for t in reading.tokens[trigger.first : trigger.last + _OF_ROUND]]
    words = words[: next((n for n, word in enumerate(words) if word in {"بعد", "عقب", "اثر"}), None)]
    return not _ROUND.isdisjoint(words) and not any(word.startswith(_LAST_ROUND) for word in words)


def only_lasts(reading: Reading, trigger: Trigger) -> bool:
    """ "Yürürlükteki anlaşma", "yürürlükte kalacak": that it is in force, or stays so, with no word of since when."""
    behind = trigger.last + 1
    stays = behind < len(reading.tokens) and reading.tokens[behind].low.startswith(("kal", "қал"))
    before = range(max(0, trigger.first - _SINCE), trigger.first)
    return stays or (trigger.voice == ATTRIBUTE and not any(reading.tokens[i].low[:1].isdigit() for i in before))


def _goes_on(reading: Reading, trigger: Trigger) -> bool:
    """ "Stays in force", "keep the treaty in force", « reste en vigueur »: nothing began."""
    before = range(max(0, trigger.first - _GOES_ON), trigger.last + 1)
    lasting = [i for i in before if reading.is_a("lasting", i) and reading.same_clause(i, trigger.first)]
    return bool(lasting) and not any(lasting[-1] < h.first < trigger.first for h in reading.section("acts"))


def _left_in_force(reading: Reading, trigger: Trigger) -> bool:
    """ "Decided to leave the treaty in force": that is no leaving."""
    state = (h for h in reading.section("acts") if h.key == "enter_force" and 0 < h.first - trigger.last <= _GOES_ON)
    first = next(state, None)
    lasting = reading.is_a("lasting", trigger.first) and first is not None and reading.is_a("in_force", first.first)
    return lasting and first is not None and reading.same_clause(trigger.first, first.first)


_GOES_ON = 14  # words from "keep" to "in force"


def wanted(reading: Reading, trigger: Trigger) -> bool:
    """ "Wants parts of the treaty reopened": a participle behind a verb of wishing and its object."""
    wanting = [i for i in range(trigger.first) if reading.is_a("wanting", i) and reading.same_clause(i, trigger.first)]
    if not wanting or trigger.first - wanting[-1] > _FAR:
        return False
    between = range(wanting[-1] + 1, trigger.first)
    return not any(reading.is_a("be", i) or reading.is_a("have", i) or reading.is_a("coordinate", i) for i in between)


def since(reading: Reading, trigger: Trigger) -> bool:
    """ "Gilt seit 2020", "est en vigueur depuis mai": a present that tells of the past."""
    near = range(max(0, trigger.first - 3), min(trigger.last + 4, len(reading.tokens)))
    return any(reading.is_a("since", i) and reading.same_clause(i, trigger.first) for i in near)
