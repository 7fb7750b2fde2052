"""From steps read in single sentences to the findings of an article: repeated steps become one, history is told from news."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import Discovered, EventType, Finding, PartialDate, Salience, Status
from pipeline.recognise.focus import Linked
from pipeline.recognise.immutable import value
from pipeline.recognise.salience import WITNESSED, earlier_steps
from pipeline.recognise.values import Actor, Sentence

_LAST = frozenset({EventType.WITHDRAWN, EventType.TERMINATED, EventType.SUSPENDED})
MAIN = "clause:main"  # a sign
VOTES = frozenset({EventType.APPROVED, EventType.RATIFIED})
_LEFT = frozenset({EventType.WITHDRAWN, EventType.TERMINATED})
_VOTING = frozenset({"lower_chamber", "upper_chamber", "parliament"})
_HEAD = "head_of_state"
_HOUSES = frozenset({"lower_chamber", "upper_chamber"})
_STAGES = {"lower_chamber": 1, "upper_chamber": 2, "head_of_state": 3}
_EARLY = frozenset({EventType.SIGNED, EventType.INITIALLED, EventType.NEGOTIATIONS_CONCLUDED})
_BY_EACH = frozenset(
    {
        EventType.SIGNED,
        EventType.RATIFIED,
        EventType.APPROVED,
        EventType.ACCEDED,
        EventType.DEPOSITED,
        EventType.WITHDRAWN,
    }
)  # what every state does for itself
NEWS, BACKGROUND = Salience.NEWS, Salience.BACKGROUND
CONSENT = "consent_of_chamber"  # the reason of a ratification that is a chamber's approval
SUPPOSED = "dateline"  # the reason of a day that no word tells: news without a date is of the article's day


@value()
class Told:
    """One step as one sentence tells it."""

    type: EventType
    status: Status
    salience: Salience
    linked: Linked
    actor: Actor
    sentence: Sentence
    wording: str
    confidence: float
    reasons: tuple[str, ...]
    stage: str = ""
    date: PartialDate | None = None
    effective_date: PartialDate | None = None
    lead: bool = False
    discovered: Discovered | None = None
    at: int = 0  # offset of the verb
    weight: float = 1.0  # how surely its verb and object make the step, whichever agreement it is
    signs: tuple[str, ...] = ()

    @property
    def agreement(self) -> str:
        """The agreement's id, or the key of one that nobody tracks."""
        return self.linked.agreement_id or (self.discovered.key if self.discovered else "")

    @property
    def told_date(self) -> PartialDate | None:
        """The date as far as the text tells it."""
        return None if SUPPOSED in self.reasons else self.date


def days(told: Sequence[Told]) -> tuple[datetime.date | None, datetime.date | None]:
    """The last day on which a step occurred and, where none is told, the first day of one to come."""
    happened = [t.date.first for t in told if t.date is not None and t.date.day and _happened(t.status)]
    if happened:
        return max(happened), None
    return None, min((t.date.first for t in told if t.date is not None and t.date.day), default=None)


def merge(told: Sequence[Told]) -> list[Told]:
    """One entry for every step: same agreement, type (or one vote) and outcome, and no two different actors."""
    kept: list[Told] = []
    for one in told:
        for i, other in enumerate(kept):
            if _same(one, other):
                kept[i] = _joined(other, one)
                break
        else:
            kept.append(one)
    return kept


def _happened(status: Status) -> bool:
    return status is Status.OCCURRED


def _same(one: Told, other: Told) -> bool:
    if one.agreement != other.agreement or _happened(one.status) != _happened(other.status):
        return False
    if one.type is not other.type and not _one_vote(one, other) and not _one_leaving(one, other):
        return False
    a, b = one.actor, other.actor
    if a.country and b.country and a.country != b.country:
        return False
    if (CONSENT in one.reasons) is not (CONSENT in other.reasons) and {a.stage, b.stage} - _VOTING - {""}:
        return False  # a chamber's vote, and ratification by the head of state
    day, another = one.told_date, other.told_date
    if day and another and not day.agrees(another) and _happened(one.status):
        return one.salience is not other.salience and not (a.country and a.country == b.country)
    if {a.stage, b.stage} == _HOUSES and a.country == b.country:
        return False  # each house votes for itself
    if _HEAD in {a.stage, b.stage} and {a.stage, b.stage} & _HOUSES and (day or another):
        return False  # a law on leaving is passed, then signed
    return not (a.stage and b.stage and a.stage != b.stage and day and another and day != another)


def _one_vote(one: Told, other: Told) -> bool:
    """ "The Senate ratified the pact. All 19 senators voted in favour": what a chamber approves it ratifies, and does so once."""
    a, b = one.actor, other.actor
    return (
        {one.type, other.type} == VOTES
        and _happened(one.status)
        and bool(a.country)
        and a.country == b.country
        and {a.stage, b.stage} <= _VOTING
        and (a.stage == b.stage or "parliament" in {a.stage, b.stage})
    )


def _one_leaving(one: Told, other: Told) -> bool:
    """ "Ukraine has denounced the treaty. Kyiv ended the agreement of 2003": what one state ends by itself it leaves, and does so once."""
    return (
        {one.type, other.type} == _LEFT
        and _happened(one.status)
        and one.salience is other.salience
        and bool(one.actor.country)
        and one.actor.country == other.actor.country
    )


def _joined(one: Told, other: Told) -> Told:
    """The better told of two, with what the other adds: news before background, the surer before the vaguer."""
    best, rest = (one, other)
    if (one.salience is BACKGROUND and other.salience is NEWS and not _lead_recalls(one, other)) or (
        one.salience is other.salience and (other.confidence > one.confidence + 0.15 or _said_outright(other, one))
    ):
        best, rest = other, one
    if (best.type, rest.type) in {
        (EventType.APPROVED, EventType.RATIFIED),
        (EventType.TERMINATED, EventType.WITHDRAWN),
    }:
        best, rest = rest, best
    if _long_past(best, rest):
        best = replace(best, salience=BACKGROUND)
    actor = best.actor if best.actor.country or not rest.actor.country else rest.actor
    day = _finer(best.told_date, rest.told_date)
    best = _shown_by(best, rest, day)
    return replace(
        best,
        actor=actor,
        date=day or best.date,
        stage=best.stage or rest.stage,
        effective_date=best.effective_date or rest.effective_date,
        confidence=max(best.confidence, rest.confidence),
        reasons=(*(r for r in best.reasons if r != SUPPOSED or day is None), "told_again"),
    )


def _lead_recalls(one: Told, other: Told) -> bool:
    """ "The treaty had been signed during the visit, … It was signed during the visit, said he": what the lead recalls no later sentence reports."""
    return one.lead and "pluperfect" in one.reasons and other.told_date in {None, one.told_date}


_GONE_BY = frozenset({"old_date", "pluperfect"})


def _long_past(best: Told, rest: Told) -> bool:
    """Whether what is told without a day, and not in the lead, was told before (or at once) of a day long past: no news again."""
    if best.salience is not NEWS or rest.salience is not BACKGROUND or not _happened(best.status):
        return False
    undated = best.told_date is None and not best.lead and best.sentence.index > 1
    return undated and rest.told_date is not None and not _GONE_BY.isdisjoint(rest.reasons)


def _shown_by(best: Told, rest: Told, day: PartialDate | None) -> Told:
    """The step with the other's sentence as its evidence, where that tells its day and this one mentions it in passing,
    or a heading told it first."""
    passing = best.told_date is None and (best.salience is BACKGROUND or _in_passing(best))
    tells_day = passing and day is not None and best.salience is rest.salience
    heading = _is_heading(best.sentence) and not _is_heading(rest.sentence) and best.status is rest.status
    if not (tells_day or heading) or best.sentence is rest.sentence:
        return best
    return replace(best, sentence=rest.sentence, wording=rest.wording, at=rest.at)


def _in_passing(one: Told) -> bool:
    """Whether a participle beside the agreement tells a step: "the accord signed in Rome"."""
    return "attribute" in one.reasons


def _is_heading(sentence: Sentence) -> bool:
    """Whether a sentence at the head of a text is a line of its own without a stop."""
    return sentence.index == 0 and sentence.text[-1:].isalnum()


def _said_outright(one: Told, other: Told) -> bool:
    """ "They must be ratified before they take effect. They would take effect 30 days later": what a main clause says of what is to come."""
    return not _happened(one.status) and MAIN in one.signs and MAIN not in other.signs


def _finer(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """The first of two dates, unless the second alone says the day."""
    return one if one and (not other or other.day is None or one.day) else other or one


def weigh(told: Sequence[Told]) -> list[Told]:
    """Salience once more, with the whole article in view: steps before an agreement's news step are its history."""
    out: list[Told] = []
    telling = [t for t in told if t.salience is NEWS and (t.lead or t.type in _LAST)]
    for one in told:
        news = [
            t.type
            for t in telling
            if t is not one and (one.type in _EARLY or _happened(t.status)) and t.agreement == one.agreement
        ]
        if WITNESSED in one.reasons:
            out.append(one)
        elif (
            one.salience is NEWS
            and _happened(one.status)
            and not one.lead
            and (earlier_steps(news, one.type) or any(_voted_before(one, t) for t in telling))
            and not _same_day(one, told)
        ):
            out.append(history(one, "before_the_news_step"))
        elif _recounted(one, told):
            out.append(history(one, "recounted"))
        else:
            out.append(one)
    return out


def _voted_before(one: Told, other: Told) -> bool:
    """ "The Senate approved the law. The lower house passed it on 14 September": the step of a stage before the one that is news."""
    a, b = one.actor, other.actor
    later = 0 < _STAGES.get(a.stage, 0) < _STAGES.get(b.stage, 0) or (a.stage, b.stage) == ("parliament", _HEAD)
    alike = one.type is other.type or {one.type, other.type} == VOTES
    return later and a.country == b.country and alike and _of_one(one, other) and other is not one


def _recounted(one: Told, told: Sequence[Told]) -> bool:
    """ "France, Chile and Palau have ratified it": a roll of states without a day; or one that did what the lead only asks of another.

    Or what stands beside a later step that was not taken: "has signed but never ratified it".
    """
    if one.salience is NEWS and _happened(one.status) and not one.told_date and any(_not_gone_on(one, t) for t in told):
        return True
    if _that_day(one, told) or any(_sealed(one, t) for t in told):
        return True
    if one.lead or one.salience is not NEWS or not _happened(one.status) or one.told_date or not one.actor.country:
        return False
    if one.type not in _BY_EACH:
        return False
    beside = {t.actor.country for t in told if t.sentence is one.sentence and t.type is one.type and _of_one(one, t)}
    if any(_dated_history(t) and t.at < one.at and t.sentence is one.sentence and _of_one(one, t) for t in told):
        return True  # "was approved in 2017 and has been ratified by the Emirates"
    asked = [t for t in told if t.lead and t.agreement == one.agreement and t.status is Status.CALLED_FOR]
    return len(beside) > 1 or (bool(asked) and all(t.actor.country != one.actor.country for t in asked))


def _that_day(one: Told, told: Sequence[Told]) -> bool:
    """ "Deputies had adopted the law on Wednesday. The same evening they …": a day that an earlier step's history tells of."""
    if one.lead or "dated:story_day" not in one.signs or not _happened(one.status):
        return False
    before = [t for t in told if t.at < one.at and t.sentence is not one.sentence and _happened(t.status)]
    last = before[-1] if before else None
    return (
        last is not None
        and last.salience is BACKGROUND
        and last.told_date == one.told_date
        and one.sentence.index - last.sentence.index == 1
    )


def _sealed(one: Told, other: Told) -> bool:
    """ "Closed the file on Wednesday, signing an agreement": the talks' end is part of the signing."""
    return (
        one.type is EventType.NEGOTIATIONS_CONCLUDED
        and other.type is EventType.SIGNED
        and _happened(one.status)
        and other.salience is NEWS
        and other.sentence is one.sentence
        and _of_one(one, other)
    )


def _not_gone_on(one: Told, other: Told) -> bool:
    return (
        one.type is EventType.SIGNED
        and other.status is Status.NEGATED
        and other.sentence is one.sentence
        and other.agreement == one.agreement
        and earlier_steps([other.type], one.type)
        and one.actor.country == other.actor.country
    )


def _dated_history(one: Told) -> bool:
    return one.salience is BACKGROUND and one.told_date is not None and "attribute" not in one.reasons


def _of_one(one: Told, other: Told) -> bool:
    return one.agreement == other.agreement and _happened(other.status)


def history(one: Told, reason: str) -> Told:
    """A step that is not the article's news after all; it does not take the article's day."""
    kept = tuple(r for r in one.reasons if r != SUPPOSED)
    return replace(one, salience=BACKGROUND, date=one.told_date, reasons=(*kept, reason))


def _same_day(one: Told, told: Sequence[Told]) -> bool:
    supposed = one.type is EventType.SUBMITTED and SUPPOSED in one.reasons  # no word tells the day it was tabled
    return (
        one.date is not None
        and not supposed
        and any(
            t.date == one.date and t.date.day and t.lead and t.salience is NEWS for t in told if t is not one and t.date
        )
    )


def finding(one: Told, title_of: str) -> Finding:
    """The value the rest of the program sees."""
    return Finding(
        agreement_id=one.linked.agreement_id,
        agreement=title_of or one.linked.mention.text,
        type=one.type,
        status=one.status,
        salience=one.salience,
        evidence=one.sentence.text,
        start=one.sentence.start,
        end=one.sentence.end,
        stage=one.stage,
        wording=one.wording,
        actor=one.actor.wording,
        actor_country=one.actor.country,
        date=one.date,
        effective_date=one.effective_date,
        confidence=round(one.confidence, 3),
        reasons=one.reasons,
        discovered=one.discovered,
    )
