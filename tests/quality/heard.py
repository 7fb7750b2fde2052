"""What the recogniser reads of one wording in one sentence, whichever agreement it may mean: steps as read, before any linking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.model import Article, EventType, PartialDate, Status
from pipeline.recognise import Recogniser
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import Bound
from pipeline.recognise.focus import Linked
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import Thing
from pipeline.recognise.values import PartyMention
from pipeline.recognise.walk import NOBODY, Walk


@dataclass(frozen=True, slots=True)
class Heard:
    """A step and the stretches of the text (start, end) that it is read to be on."""

    type: EventType
    status: Status
    on: tuple[tuple[int, int], ...]

    def is_on(self, start: int, end: int) -> bool:
        """Whether it is on what stands there."""
        return any(a < end and b > start for a, b in self.on)


@dataclass
class Listening(Walk):
    """A walk that keeps the steps of every agreement, tracked or not."""

    heard: list[Heard] = field(default_factory=list)

    def _spread(
        self,
        reading: Reading,
        inside: Sequence[Thing],
        one: Bound,
        base: Told,
        linked: Sequence[Linked],
        subject: Sequence[PartyMention],
        before: Sequence[Told],
        listed: Sequence[PartialDate] = (),
        each: Mapping[str, Told] = NOBODY,
    ) -> Iterator[Told]:
        words = reading.tokens
        things = () if one.thing is None else ((words[one.thing.first].start, words[one.thing.last].end),)
        self.heard.append(Heard(base.type, base.status, (*things, *((x.mention.start, x.mention.end) for x in linked))))
        return super()._spread(reading, inside, one, base, linked, subject, before, listed, each)


def steps(recogniser: Recogniser, article: Article) -> list[Heard]:
    """All steps that are read in an article."""
    lexicon = recogniser._lexicon(article)
    assert lexicon is not None
    walk: Any = recogniser._walk(article, lexicon, Listening)
    walk.run()
    return list(walk.heard)
