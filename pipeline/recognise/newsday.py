"""What an article's opening tells: the day its news is of, where no dateline says so, and whether it is about agreements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from pipeline.model import PartialDate, Salience, Status
from pipeline.recognise import dates
from pipeline.recognise.assemble import Told
from pipeline.recognise.reading import Reading
from pipeline.recognise.values import DateMention, Sentence

_NEAR = 3  # days before publication
_OPENING = 3  # sentences
_PLACE = 5  # words up to which a first paragraph is a place and a day
_ANYWHERE = frozenset(
    {"other", "person", "contract", "notify", "conclude", "negotiations", "debate"}
)  # told of in any article
_ITEM = ("-", "–", "—", "•", "*", "·", "▪", "●")  # what an item of a list begins with
_FULL_STOPS = frozenset(".!?…:;\"”»)。！？؟：]’'")
_ROLES = frozenset({"", "since"})


def told(opening: Iterable[Sequence[DateMention]], published: date | None) -> date | None:
    """The day of the first of the sentences that tells one near publication; None where it tells several, or none does.

    `opening`: the time expressions of headline and first sentences, in order.
    """
    if published is None:
        return None
    for marked in opening:
        found = {day for m in marked if (day := _near(m, published)) is not None}
        if found:
            return next(iter(found)) if len(found) == 1 else None
    return None


def dated(steps: Sequence[Told], find_day: Callable[[], date | None]) -> list[Told]:
    """The steps; those that are news of an agreement that the opening tells of, or items of its list, and have no date, with the day of the news,
    which is looked for when one has none."""
    topics = {one.agreement for one in steps if one.sentence.index < _OPENING}
    lacking = [
        one.date is None and (one.agreement in topics or one.sentence.text.startswith(_ITEM)) and _is_news(one)
        for one in steps
    ]
    day = find_day() if any(lacking) else None
    if day is None:
        return list(steps)
    return [
        replace(one, date=PartialDate.of(day), reasons=(*one.reasons, "news_day")) if lacks else one
        for one, lacks in zip(steps, lacking, strict=True)
    ]


def _is_news(one: Told) -> bool:
    return one.salience is Salience.NEWS and one.status is Status.OCCURRED and "attribute" not in one.reasons


def _near(mention: DateMention, published: date) -> date | None:
    if mention.role not in _ROLES or mention.rule.startswith("story_"):
        return None
    found = dates.resolve(mention, published=published, dateline=None, past=True)
    if found is None or found.date.day is None:
        return None
    return found.date.first if 0 <= (published - found.date.first).days <= _NEAR else None


def lead(sentences: Sequence[Sentence], count: int) -> list[Sentence]:
    """The first sentences, without the lines above them that only say who filed the report and when (« Rédigé par … le 13 juin | »)."""
    first = next((i for i, s in enumerate(sentences) if s.text.rstrip()[-1:] in _FULL_STOPS), 0)
    return list(sentences[first if first <= count else 0 :][:count])


SHORT = 24  # words of a first paragraph that only says who met: what they did stands in the second


def opening(sentences: Sequence[Sentence], short: int = _PLACE) -> list[Sentence]:
    """The first paragraph of an article, and the next where that has at most `short` words, as a place alone has.

    Lines above that are no sentences (a counter, a photographer's name) belong to the opening and are none of its paragraphs.
    """
    first = next((s.paragraph for s in sentences if not s.text[-1:].isalnum()), 0)
    words = sum(len(s.tokens) for s in sentences if s.paragraph == first)
    return [s for s in sentences if s.paragraph <= first + (words <= short)]


def tells(read: Sequence[Reading]) -> bool:
    """Whether headline or opening may tell of an agreement."""
    hits = [h for r in read for h in (*r.section("acts"), *r.section("things"))]
    return any(r.section("instruments") for r in read) or any(h.key not in _ANYWHERE for h in hits)
