"""What speaks for and against a step, as plain words: the features from which `judgement` weighs it.

A sign is a short word like "tense:past" or "age:old". One step has one or none of each group. What a single sentence shows is
gathered when the sentence is read (`local`), what only the whole article shows when all steps are known (`whole`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pipeline.model import EventType, PartialDate, Status
from pipeline.recognise.reading import Reading
from pipeline.recognise.salience import ORDER, Circumstances
from pipeline.recognise.things import Thing
from pipeline.recognise.triggers import Trigger

if TYPE_CHECKING:
    from pipeline.recognise.assemble import Told

_PLACES = ((0, "first"), (1, "second"), (3, "early"), (7, "middle"))  # last sentence of each part of an article
_AGES = ((1, "day"), (4, "days"), (9, "week"), (45, "month"), (400, "year"))  # days before publication
_SURE = ((0.9, "sure"), (0.8, "good"), (0.7, "fair"), (0.5, "weak"))
_OCCURRED = Status.OCCURRED
COUNTED_BACK = "counted_back"  # a sign
SPOKEN = ("word:", "before:", "behind:")  # what `words` begins its signs with
_STEM = 6  # letters of a word that count: its forms are one
_SPAN = 14  # words from a span of time to the act that it is counted from
_DIGEST = 4  # agreements from which an article is a digest: each item has its own news


def local(
    reading: Reading,
    trigger: Trigger,
    thing: Thing | None,
    day: PartialDate | None,
    around: Circumstances,
    *,
    acting: bool,
    rules: Sequence[str] = (),
    headline: frozenset[str] | None = None,
) -> tuple[str, ...]:
    """What the sentence shows. `acting`: somebody stands at the subject's place; `rules`: the frames of its dates, likeliest first;
    `headline`: the families of the acts in the headline, None where there is no headline."""
    clause = reading.clause(trigger.first)
    kinds = {h.key for h in reading.section("salience") if reading.same_clause(h.first, trigger.first)}
    out = [
        f"family:{trigger.family}", f"form:{trigger.voice}_{trigger.tense}", f"thing:{thing.what if thing else 'none'}",
        f"clause:{clause.kind}", f"place:{_place(reading.sentence.index)}", f"age:{age(day, around.published, sure=around.sure)}",
        f"paragraph:{min(reading.sentence.paragraph, 3)}",
    ]  # fmt: skip
    out += [f"cue:{kind}" for kind in sorted(kinds)]
    out += [f"dated:{rules[0]}"] if rules else []
    if headline is not None:
        out.append(f"headline:{'same' if trigger.family in headline else 'other' if headline else 'none'}")
    out += [word for word, holds in (("timed", around.timed), ("beside", around.beside), ("acting", acting)) if holds]
    out += [COUNTED_BACK] if _counted_back(reading, trigger) else []
    if reading.sentence.text.lstrip()[:1] in '"“«„':
        out.append("quotation")
    return (*out, *words(reading, trigger))


def words(reading: Reading, trigger: Trigger) -> tuple[str, ...]:
    """The beginnings of the sentence's words, and on which side of the verb they stand: `word:en:yester`, `before:en:had`, `behind:en:said`.
    Single ideographs say too little."""
    if reading.lexicon.han:
        return ()
    language = reading.lexicon.language
    stems = [token.low[:_STEM] if token.low.isalpha() else "" for token in reading.tokens]
    before, behind = dict.fromkeys(stems[: trigger.first]), dict.fromkeys(stems[trigger.first + 1 :])
    out = [f"word:{language}:{stem}" for stem in dict.fromkeys(stems) if stem]
    out += [f"before:{language}:{stem}" for stem in before if stem]
    out += [f"behind:{language}:{stem}" for stem in behind if stem]
    return tuple(out)


def _counted_back(reading: Reading, trigger: Trigger) -> bool:
    """ "Sixty days after Fiji, as the sixth state, *handed in* its paper": the act is what a span of time is counted from."""
    acts = {h.last for h in reading.section("acts") if h.form != "noun" and h.last < trigger.first}
    begin = max((trigger.first - _SPAN, *(last + 1 for last in acts)))
    return any(
        reading.is_a("units", i) and reading.is_any(("subordinate", "prepositions", "since", "aftermath"), i + 1)
        for i in range(max(0, begin), trigger.first - 1)
    ) or any(
        reading.is_a("units", i) and reading.is_any(("aftermath", "since"), i - 2)
        for i in range(max(2, begin), trigger.first)
    )


def age(day: PartialDate | None, published: date | None, *, sure: bool) -> str:
    """How far back a date lies from publication; a date that is a month or a year says so."""
    if day is None:
        return "none" if published else "none_undated"
    if published is None:
        return "unknown" if day.day else "unknown_coarse"
    if day.day is None:
        inside = day.first <= published <= day.last
        return "within" if inside else "coarse_month" if (published - day.last).days < 92 else "coarse"
    days = (published - day.first).days
    word = "ahead" if days < -1 else next((word for limit, word in _AGES if days <= limit), "old")
    return word if sure else f"{word}_inferred"


def _place(index: int) -> str:
    return next((word for last, word in _PLACES if index <= last), "late")


def whole(one: Told, told: Sequence[Told]) -> tuple[str, ...]:
    """What the other steps of the article show of this one."""
    mine = one.agreement
    same = [t for t in told if t is not one and t.agreement == mine]
    happened = [t for t in same if t.status is _OCCURRED]
    out = [
        f"type:{one.type}", f"status:{one.status}",
        f"link:{one.linked.reasons[0] if one.linked.reasons else 'none'}", f"band:{one.linked.band}",
        f"mention:{'generic' if one.linked.mention.generic else 'own'}",
        f"linked:{_grade(one.linked.confidence)}", f"step:{_grade(one.weight)}",
    ]  # fmt: skip
    out += [f"stage:{one.stage}"] if one.stage else []
    out += [f"why:{reason}" for reason in one.reasons if reason.isidentifier()]
    later = [t for t in happened if _order(t.type) > _order(one.type)]
    first = all(t.at > one.at for t in same)
    opens = not any(t.sentence.paragraph == one.sentence.paragraph and t.at < one.at for t in told)
    digest = len(told) >= _DIGEST and len({t.agreement for t in told}) >= _DIGEST
    days = _days(told)
    facts = {
        "alone": not same,
        "first_told": first,
        "opens_paragraph": opens,
        "item_of_digest": digest and first,
        "opens_item": digest and opens,
        "rest_of_digest": digest and not first,
        "later_step": bool(later),
        "later_step_in_lead": any(t.lead for t in later),
        "later_step_news": any(t.told_date and one.told_date and t.told_date.first > one.told_date.last for t in later),
        "earlier_step": any(_order(t.type) < _order(one.type) for t in happened),
        "same_type": any(t.type is one.type for t in same),
        "lead": one.lead,
        "newest": _newest(one, days),
        "older_than_newest": _older(one, days),
        "others_dated": one.told_date is None and any(t.told_date and t.told_date.day for t in happened),
        "agreement_of_lead": bool(told) and mine == told[0].agreement,
        "country": bool(one.actor.country),
        "plans_ahead": any(t.status is not _OCCURRED for t in same),
    }
    out += [word for word, holds in facts.items() if holds]
    return tuple(out)


def _order(kind: EventType) -> int:
    return ORDER.get(kind, 0)


def _days(told: Sequence[Told]) -> list[date]:
    return [day.first for t in told if t.status is _OCCURRED and (day := t.told_date) is not None and day.day]


def _newest(one: Told, days: Sequence[date]) -> bool:
    """Whether no step of the article has a later day."""
    day = one.told_date
    return day is not None and day.day is not None and bool(days) and day.first >= max(days)


def _older(one: Told, days: Sequence[date]) -> bool:
    """Whether a step of the article lies more than a week behind this one's day, month or year."""
    day = one.told_date
    return day is not None and bool(days) and (max(days) - day.last).days > 7


def _grade(value: float) -> str:
    return next((word for limit, word in _SURE if value >= limit), "poor")
