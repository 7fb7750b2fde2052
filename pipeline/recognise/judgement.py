"""What the signs of a step add up to: how likely it is, as read, the article's news, and how likely it is right at all.

Two logistic regressions over `signs`. Their weights (judgement.json) are learned by `tools/learn_judgement.py` from the labelled
articles in tests/quality/sets, and say for themselves which sets these were.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

from pipeline.model import EventType, Salience, Status
from pipeline.recognise import scenes, signs
from pipeline.recognise.assemble import VOTES, Told, history, weigh
from pipeline.recognise.salience import ORDER

# Under this probability what the rules take for news is background; from the higher one on what they take for background is news.
NEWS_FROM = 0.445
PROMOTED_FROM = 0.585
PASSING_FROM = 0.8  # the same for what a participle tells in passing
_BEYOND_DOUBT = frozenset(
    {"pluperfect", "since_then", "tally", "stance", "counted_from", "lasting", "recounted", "cue:ago", "old_agreement"}
)  # reasons of the rules that no other sign outweighs
_LAST_FORMALITIES = frozenset({EventType.DEPOSITED, EventType.EXCHANGED, EventType.NOTIFIED})
_BY_PROTOCOL = {EventType.AMENDED, EventType.EXTENDED}  # one text may do both at once
_NEXT = 2  # sentences: "the presidents' press service said so" may stand between


@dataclass(frozen=True, slots=True)
class Weights:
    """One question: the log-odds of yes are `bias` and the weights of the signs that are there."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, shown: Iterable[str]) -> float:
        """How likely the answer is yes, 0 to 1."""
        weights = self.weights
        odds = self.bias + sum([weights[sign] for sign in shown if sign in weights])
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


@dataclass(frozen=True, slots=True)
class Judgement:
    """`news`: is it, as read, what the article is there to report; `right`: do agreement, type and status hold."""

    news: Weights
    right: Weights

    @classmethod
    def load(cls) -> Judgement:
        """The weights shipped with the program."""
        path = files("pipeline.recognise") / "judgement.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(*(Weights(data[name]["bias"], data[name]["weights"]) for name in ("news", "right")))

    def judge(self, told: Sequence[Told]) -> list[Told]:
        """The steps of an article (merged) with salience and confidence by all that is known of them."""
        shown = shown_of(told)
        likely = [one for one, said in shown if self._likely_news(one, said)]
        likely = [one for one in likely if _is_news(one) or not any(_told_already(one, other) for other in likely)]
        news = [one for one in likely if not any(_overtaken(one, other) for other in likely)]
        return [self._judged(one, said, news) for one, said in shown]

    def _likely_news(self, one: Told, shown: Sequence[str]) -> bool:
        if one.status is not Status.OCCURRED or (one.linked.agreement_id is None and not _is_news(one)):
            return False
        if _is_news(one):
            return scenes.OF_ITEM in one.reasons or self.news.probability(shown) >= NEWS_FROM
        least = PROMOTED_FROM if "participle" not in one.reasons else PASSING_FROM
        return _BEYOND_DOUBT.isdisjoint(one.reasons) and self.news.probability(shown) >= least

    def _judged(self, one: Told, shown: Sequence[str], news: Sequence[Told]) -> Told:
        if one.linked.agreement_id is None:
            return one
        right = self.right.probability(shown)
        reported = any(other is one or _brought_about(other, one) or _passed_on(other, one) for other in news)
        if reported and not _is_news(one):
            return replace(one, salience=Salience.NEWS, confidence=right, reasons=(*one.reasons, "judged_news"))
        if _is_news(one) and not reported and not any(_in_one_breath(one, other) for other in news):
            return replace(history(one, "judged_background"), confidence=right)
        return replace(one, confidence=right)


def _is_news(one: Told) -> bool:
    return one.salience is Salience.NEWS and one.status is Status.OCCURRED


def _told_already(one: Told, other: Told) -> bool:
    """Whether the rules found the step itself among the news: what they leave out of one act told twice is its history."""
    same = one.type is other.type or {one.type, other.type} == VOTES
    return _is_news(other) and other.agreement == one.agreement and same


def _in_one_breath(one: Told, other: Told) -> bool:
    """ "They exchanged the instruments, and the treaty entered into force": what follows from the news is news, in the same sentence
    or, where a word says that it follows ("thereby", "in the same vote"), in the next. What one verb tells of two agreements is one news."""
    if (one.at, one.type, one.told_date) == (other.at, other.type, other.told_date):
        return True
    later = ORDER.get(one.type, 0) > ORDER.get(other.type, 0) or {one.type, other.type} == _BY_PROTOCOL
    if other.sentence is one.sentence:
        return later and other.agreement == one.agreement
    if one.at < other.at:
        return False
    near = one.sentence.index - other.sentence.index <= _NEXT
    same = one.told_date is not None and one.told_date.day is not None and one.told_date == other.told_date
    if same and near and later and other.agreement == one.agreement:
        return True  # "They signed it on Friday. It took effect the same day"
    if "cue:thereby" not in one.signs:
        return False
    alike = one.type is other.type and one.actor.country == other.actor.country
    return alike or (near and later and other.agreement == one.agreement)


def _brought_about(one: Told, other: Told) -> bool:
    """ "Entered into force on Monday, after Kenya handed in its instrument": without a day of its own, what brought an agreement
    into force is as new as that."""
    return (
        one.type is EventType.ENTERED_INTO_FORCE
        and other.type in _LAST_FORMALITIES
        and other.status is Status.OCCURRED
        and other.sentence is one.sentence
        and other.agreement == one.agreement
        and other.told_date in {None, one.told_date}
        and _BEYOND_DOUBT.isdisjoint(other.reasons)
        and signs.COUNTED_BACK not in other.signs
    )


def _passed_on(one: Told, other: Told) -> bool:
    """ "The lower house ratified the treaty. The bill was sent to the Senate": the way from a vote to the next chamber is as new as that."""
    return (
        other.type is EventType.SUBMITTED
        and other.status is Status.OCCURRED
        and other.stage == "upper_chamber"
        and one.type in VOTES
        and one.stage in {"lower_chamber", "parliament"}
        and (one.agreement, one.actor.country) == (other.agreement, other.actor.country)
        and other.told_date is None
        and one.at < other.at
        and _BEYOND_DOUBT.isdisjoint(other.reasons)
    )


def _overtaken(one: Told, other: Told) -> bool:
    """ "Adopted by the Duma on Tuesday, by the Council on Wednesday": of a chain in one article the last day is the news.

    Several states that take the same step, each on its day, are no chain. What has only a month or a year comes before a later step.
    """
    day, another = one.told_date, other.told_date
    chain = one.type is not other.type or one.actor.country == other.actor.country
    if one.agreement != other.agreement or day is None or not chain:
        return False
    if day.day is not None:
        return another is not None and another.day is not None and day.first < another.first
    later = another is None or another.day is not None or another.first > day.last
    return later and ORDER.get(one.type, 0) < ORDER.get(other.type, 0)


def shown_of(told: Sequence[Told]) -> list[tuple[Told, tuple[str, ...]]]:
    """Every step, weighed by the rules, with all of its signs: the sentence's, the article's and what the rules make of them."""
    return [
        (weighed, (*one.signs, *signs.whole(one, told), f"rule:{weighed.salience}"))
        for one, weighed in zip(told, weigh(told), strict=True)
    ]
