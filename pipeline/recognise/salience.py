"""News or background: what a sentence says of it by itself; `assemble` weighs it again with the whole article in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pipeline.model import EventType, PartialDate, Salience, Status
from pipeline.recognise import han, inserts, relatives, scenes
from pipeline.recognise.immutable import value
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import MAIN, RELATIVE, SUBORDINATE, Reading
from pipeline.recognise.triggers import (
    ACTIVE,
    ATTRIBUTE,
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

E = EventType

# How far along an agreement's life a step lies: what comes before the article's news step is its history.
ORDER: Mapping[EventType, int] = {
    E.NEGOTIATIONS_CONCLUDED: 1, E.INITIALLED: 2, E.ADOPTED: 3, E.OPENED_FOR_SIGNATURE: 4, E.SIGNED: 5,
    E.PROVISIONALLY_APPLIED: 7, E.SUBMITTED: 6, E.APPROVED: 7, E.RATIFIED: 8, E.ACCEDED: 8, E.REJECTED: 8, E.PROMULGATED: 9,
    E.NOTIFIED: 10, E.DEPOSITED: 10, E.EXCHANGED: 10, E.ENTERED_INTO_FORCE: 11, E.AMENDED: 12, E.EXTENDED: 12,
    E.SUSPENDED: 12, E.WITHDRAWN: 13, E.TERMINATED: 14,
}  # fmt: skip

_FRESH_DAYS = 4
_RECENT_DAYS = 8  # a weekly digest's news; a date alone says nothing of it
_STALE_DAYS = 45  # before a day that is only known to lie before publication: monthly digests tell of no older news
_QUOTE_REACH = 8  # words between a verb of saying and "that"
_FROM_REACH = 5  # words between "after" and the noun of what came before: "sixty days after the deposit"
_PLUPERFECT_REACH = 3  # words between a verb and what makes it a pluperfect
_BESIDE = 4  # words between a participle and when it was
_FRONTED = 4  # words of a sentence's opening: "In recent years, …"
_MONTH = 31  # days
_ITS_NAME = 3  # words: "the first country of East Africa that …"
_APPOSED = 4  # words between a treaty noun and a participle in apposition to it
_OLD_IN_LEAD = 400

WITNESSED = "witnessed"  # a reason

Verdict = tuple[Salience, tuple[str, ...]]


@value()
class Circumstances:
    """What stands around an act. `published`: the day of publication, or (`sure` False) a day known to lie before it.

    `lead`: it stands in the first sentence that tells an act; `alone`: no other act of that sentence happened; `coarse`: its only
    date is a month or a year; `beside`: another act stands in the sentence; `timed`: it has a time expression of its own;
    `counted`: all that says when is how long after it the rest of the sentence came; `aside`: headline and opening paragraph told of
    no agreement; `near`: its date is a weekday, or a day of no year.
    """

    published: date | None
    sure: bool = True
    lead: bool = False
    alone: bool = False
    coarse: bool = False
    beside: bool = False
    timed: bool = False
    counted: bool = False
    aside: bool = False
    near: bool = False


def verdict(
    reading: Reading, trigger: Trigger, status: Status, when: PartialDate | None, around: Circumstances
) -> Verdict:
    """News or background by the sentence alone; what has not happened is told for its own sake."""
    if status is not Status.OCCURRED:
        return Salience.NEWS, ()
    if around.counted:
        return Salience.BACKGROUND, ("counted_from",)
    if any(h.key == "stance" and 0 <= trigger.first - h.last <= _FROM_REACH for h in reading.section("salience")):
        return Salience.BACKGROUND, ("stance",)  # "stands by its decision to leave"
    if scenes.since_then(reading, trigger):
        return Salience.BACKGROUND, ("since_then",)
    if not around.timed and trigger.tense != PRESENT and counted_actor(reading, trigger):
        return Salience.BACKGROUND, ("tally",)
    if scenes.of_item(reading, trigger, when, around.published):
        return Salience.NEWS, (scenes.OF_ITEM,)
    return local(reading, trigger, when, around)


def local(reading: Reading, trigger: Trigger, when: PartialDate | None, around: Circumstances) -> Verdict:
    """What the sentence says. `when`: the act's resolved date."""
    published, lead = around.published, around.lead
    fresh = _fresh(when, published) if around.sure else _stale(when, published)
    new = fresh is True and trigger.tense != PLUPERFECT and not _long_done(reading, trigger)
    if new and (
        trigger.voice != ATTRIBUTE or (lead and around.alone and not trigger.first)
    ):  # "Initialled on Friday, it …"
        return Salience.NEWS, ("fresh_date",)
    narrated = lead and _narrated(reading, trigger)
    gone = "" if narrated else _gone_by(reading, trigger, when, around, fresh)
    if gone:
        return Salience.BACKGROUND, (gone,)
    set_in = trigger.voice == ATTRIBUTE or _set_apart(reading, trigger)
    if set_in and not _becoming(reading, trigger) and not inserts.predicated(reading, trigger.first, trigger.last):
        return Salience.BACKGROUND, ("participle",)
    before = _before(reading, trigger, when, around)
    if before:
        return Salience.BACKGROUND, (before,)
    cue = "" if narrated else _cue(reading, trigger)
    if cue:
        return Salience.BACKGROUND, (f"cue:{cue}",)
    kind = MAIN if _reported(reading, trigger) else reading.clause(trigger.first).kind
    if trigger.voice == NOMINAL and _temporal(reading, trigger):
        return Salience.BACKGROUND, ("temporal_noun",)
    if kind == RELATIVE and trigger.tense in {PAST, PERFECT} and fresh is not True and not _becoming(reading, trigger):
        return Salience.BACKGROUND, ("relative_clause",)
    watched = scenes.watched(reading, trigger)
    if (
        kind == SUBORDINATE
        and not watched
        and (trigger.tense in {PAST, PERFECT, GERUND} or (trigger.tense == INFINITIVE and not lead))
        and not (
            lead and around.alone and (around.beside or _newly(reading, trigger) or _as_it_happened(reading, trigger))
        )
    ):
        return Salience.BACKGROUND, ("subordinate_clause",)
    if trigger.tense == GERUND and not (lead and ("," in reading.before(trigger.first) or _achieved(reading, trigger))):
        return Salience.BACKGROUND, ("gerund",)
    if not lead and fresh is None and (around.coarse or (when is not None and when.day is None)):
        return Salience.BACKGROUND, ("coarse_date",)
    if not lead and trigger.voice == PASSIVE and when is not None and published is None:
        return Salience.BACKGROUND, ("was_done_on",)
    return Salience.NEWS, (WITNESSED,) if watched else ("lead",) if lead else ("plain",)


def _narrated(reading: Reading, trigger: Trigger) -> bool:
    """Whether an act is told in the present of news ("Kenya signs …, 60 years after independence", "visits Kabul, signing …"): whatever
    else its sentence recalls, the act is of now."""
    if trigger.family in {"enter_force", "provisional"}:
        return False
    if trigger.tense == GERUND:
        return trigger.family in scenes.AT_MEETINGS and trigger.first > 0 and "," in reading.before(trigger.first)
    told = reading.lexicon.present == "occurred" and reading.clause(trigger.first).kind == MAIN
    return told and trigger.tense == PRESENT and trigger.voice == ACTIVE


def _gone_by(
    reading: Reading, trigger: Trigger, when: PartialDate | None, around: Circumstances, fresh: bool | None
) -> str:
    """What an old date, or an opening about something else, makes history: the rule's name, else ""."""
    published = around.published
    months = around.sure and _months_old(reading, when, published)
    if fresh is False and (not around.lead or around.aside or months or _years_old(when, published)):
        return "old_date"
    if (reading.sentence.index or not around.lead) and not around.timed and scenes.of_old(reading, trigger, published):
        return "old_agreement"
    by_the_way = around.aside and trigger.family not in scenes.AT_MEETINGS
    return "aside" if by_the_way and fresh is None and not around.timed and not _newly(reading, trigger) else ""


def _before(reading: Reading, trigger: Trigger, when: PartialDate | None, around: Circumstances) -> str:
    """What puts an act before the story, or began it long ago: the rule's name, else ""."""
    fresh = _fresh(when, around.published) if around.sure else _stale(when, around.published) is None
    new = when is None or fresh is not False
    shifted = around.lead and new and _reported(reading, trigger)  # "said (on Friday) that it had ratified"
    if not shifted and (
        trigger.tense == PLUPERFECT or _governed_by_had(reading, trigger) or _long_done(reading, trigger)
    ):
        return "pluperfect"
    began = (around.timed and when is None) or (around.near and around.lead and (new or not around.sure))
    return "lasting" if _lasting(reading, trigger) and not began else ""  # "since Monday" is news


def _achieved(reading: Reading, trigger: Trigger) -> bool:
    """ "Succeeded in ratifying", "joined Peru in signing": what the main verb says was done."""
    by_it = trigger.family == "exchange" and reading.is_a("in_doing", trigger.first - 1)  # "by exchanging notes"
    return by_it or any(h.key == "occurred" and h.last == trigger.first - 1 for h in reading.section("status"))


def _becoming(reading: Reading, trigger: Trigger) -> bool:
    """«Стала первой страной, ратифицировавшей …», "the first state that has ratified": the clause behind is the news itself."""
    opener = reading.clause(trigger.first).opener
    begin = opener if opener > 0 and trigger.voice != ATTRIBUTE else trigger.first
    near = range(max(0, begin - _ITS_NAME), begin)
    nearest = max((i for i in near if reading.is_a("becoming", i)), default=-1)
    return nearest >= 0 and not any(nearest < h.first < begin for h in reading.section("instruments"))


def _governed_by_had(reading: Reading, trigger: Trigger) -> bool:
    """ "had decided in March to withdraw": the deciding lies before the story."""
    near = range(max(0, trigger.first - 8), trigger.first)
    return trigger.tense == INFINITIVE and any(
        reading.tokens[i].low == "had" and reading.same_clause(i, trigger.first) for i in near
    )


def _lasting(reading: Reading, trigger: Trigger) -> bool:
    """ "In force since 2002", "provisionally applied since then": a state, not its beginning."""
    around = range(max(0, trigger.first - 3), min(trigger.last + 4, len(reading.tokens)))
    return trigger.family in {"enter_force", "provisional"} and any(
        reading.is_a("since", i) and reading.within(reading.clause_of[i], reading.clause_of[trigger.first])
        for i in around
    )


def _reported(reading: Reading, trigger: Trigger) -> bool:
    """Whether the clause is what somebody announces ("the ministry said that …", "informa que …"), or what a sentence stresses."""
    opener = reading.clause(trigger.first).opener
    if relatives.cleft(reading, opener):
        return True
    said = opener if opener > 0 else trigger.first  # "said Norway had withdrawn"
    near = range(max(0, said - _QUOTE_REACH), said)
    denied = any(h.key == "negated" and h.first in near for h in reading.section("status"))
    if denied or not reading.any_is("quote_verbs", near):
        return False
    if opener <= 0:
        return reading.lexicon.language == "en"
    return reading.is_a("complementiser", opener) and not any(
        0 < opener - h.last <= (2 if h.key == "agreement" else 1) for h in reading.section("instruments")
    )


def _set_apart(reading: Reading, trigger: Trigger) -> bool:
    """«Договір, підписаний у Києві, …»: one form serves predicate and attribute, the comma tells which."""
    return (
        trigger.voice == PASSIVE
        and trigger.first > 0
        and reading.lexicon.object_first
        and "," in reading.before(trigger.first)
        and not reading.any_is("be", range(max(0, trigger.first - 3), trigger.first))
        and any(0 < trigger.first - h.last <= _APPOSED for h in reading.section("instruments"))
    )


def _long_done(reading: Reading, trigger: Trigger) -> bool:
    """Whether the language's own form of the pluperfect stands at the verb: «imzalanmıştı», «кол қойған еді», „war … worden“."""
    return any(
        h.key == "pluperfect"
        and reading.same_clause(h.first, trigger.first)
        and h.first - trigger.last <= _PLUPERFECT_REACH
        and trigger.first - h.last <= _PLUPERFECT_REACH
        for h in reading.section("salience")
    )


def _as_it_happened(reading: Reading, trigger: Trigger) -> bool:
    """ "…, as the Senate concurred in ratification": the clause tells what the sentence is about."""
    return reading.tokens[reading.clause(trigger.first).opener].low == "as"


def _newly(reading: Reading, trigger: Trigger) -> bool:
    """Whether the clause says "today" or the like."""
    return any(h.key == "news" and reading.same_clause(h.first, trigger.first) for h in reading.section("salience"))


def _fresh(when: PartialDate | None, published: date | None) -> bool | None:
    """True for a day within a few days of publication, False for what lies further back, None where it is unknown or in between."""
    if when is None or published is None:
        return None
    if when.day is None:
        inside = when.first <= published <= when.last
        return None if inside else False
    days = abs((published - when.first).days)
    return True if days <= _FRESH_DAYS else None if days <= _RECENT_DAYS else False


def _stale(when: PartialDate | None, before: date | None) -> bool | None:
    """False for what lies far before a day that is itself before publication; nothing is known to be fresh."""
    if when is None or before is None:
        return None
    return False if (before - when.last).days > _STALE_DAYS else None


def _years_old(when: PartialDate | None, published: date | None) -> bool:
    return when is not None and published is not None and (published - when.last).days > _OLD_IN_LEAD


def _months_old(reading: Reading, when: PartialDate | None, published: date | None) -> bool:
    """Whether what only behind the opening is the first act told lies a month back: what the article recalls."""
    if reading.sentence.index <= 1 or when is None or published is None:  # a place alone may stand first
        return False
    return (published - when.last).days > _MONTH


def _cue(reading: Reading, trigger: Trigger) -> str:
    """The background cue of the act's clause, if there is one."""
    clause = reading.clause_of[trigger.first]
    for hit in reading.section("salience"):
        if (
            hit.key == "background"
            and (
                reading.clause_of[hit.first] == clause
                or reading.clauses[reading.clause_of[hit.first]].number == reading.clauses[clause].parent
            )
            and not _elsewhere(reading, hit, trigger)
            and not _as_for(reading, hit)
        ):
            return " ".join(reading.tokens[i].low for i in range(hit.first, hit.last + 1))
    return ""


def _as_for(reading: Reading, hit: Hit) -> bool:
    """Portuguese "já" that opens a sentence before a noun says "as for": "Já com Angola foi assinado um acordo"."""
    following = hit.last + 1
    opens = hit.first == 0 or bool(reading.before(hit.first).strip())
    named = following < len(reading.tokens) and reading.is_any(("determiners", "with"), following)
    return opens and named and reading.is_a("as_for", hit.first)


def _elsewhere(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """ "Ending a dispute that began *last year*, parliament ratified …, *previously* blocked by …": a cue that commas part from the verb
    is another's, save one that opens the sentence; so is one beside a participle ("signed *last year*"), and a Chinese one behind the verb."""
    if reading.lexicon.language == "zh":
        behind = hit.first > trigger.last and not reading.comma_between(trigger.last, hit.first)
        return behind or _of_attribute(reading, hit, trigger)
    if _beside_participle(reading, hit, trigger) or inserts.before_noun(reading, hit.last, trigger.first, trigger.last):
        return True
    if hit.first > trigger.last:
        return reading.comma_between(trigger.last, hit.first) and not reading.is_a("quote_verbs", hit.first)
    fronted = hit.first <= _FRONTED and not reading.comma_between(0, hit.first)
    return not fronted and reading.comma_between(hit.last, trigger.first)


def _of_attribute(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """此前两度拒绝批准的议会批准了: between the cue and the verb another act ends on 的."""
    acts = [h for h in reading.section("acts") if hit.last < h.first and h.last < trigger.first and h.form != "noun"]
    return any(reading.tokens[h.last + 1].low == "的" for h in acts)


def _beside_participle(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """Whether another act's participle stands nearer to a cue than the verb, with no conjunction between the two."""
    own = hit.first - trigger.last if hit.first > trigger.last else trigger.first - hit.last
    for act in reading.section("acts"):
        if act.form not in {"participle", "attribute"} or (trigger.first <= act.last and act.first <= trigger.last):
            continue
        far = hit.first - act.last if hit.first > act.last else act.first - hit.last
        between = range(min(act.last, trigger.last), max(act.first, trigger.first))
        if 0 < far <= _BESIDE and far < own and not reading.any_is("coordinate", between):
            return True
    return False


def _temporal(reading: Reading, trigger: Trigger) -> bool:
    return any(h.key == "temporal" and 0 < trigger.first - h.last <= _FROM_REACH for h in reading.section("nominal"))


def earlier_steps(news: Sequence[EventType], step: EventType) -> bool:
    """Whether a step lies before every step that is news of the same agreement."""
    return bool(news) and all(ORDER.get(step, 0) < ORDER.get(n, 0) for n in news)


def counted_actor(reading: Reading, trigger: Trigger) -> bool:
    """Whether a number of states acts ("162 states have ratified it"): a tally, not a step, unless it is told as today's."""
    if _newly(reading, trigger):
        return False
    for hit in reading.section("salience"):
        acts = hit.first > trigger.last if trigger.voice == PASSIVE else hit.last < trigger.first
        free = reading.lexicon.object_first  # the subject may stand behind its verb
        if hit.key == "count" and han.of_list(reading, hit.first, trigger.first):
            continue
        if hit.key == "count" and (acts or free) and reading.same_clause(hit.first, trigger.first):
            before = [i for i in range(max(0, hit.first - 3), hit.first) if not reading.is_a("two", i)]
            if any(reading.tokens[i].low.isdigit() or reading.is_a("numbers", i) for i in before):
                return True
    return False
