"""What an article has been about so far, and which of it a pronoun or a bare noun takes up.

Four mentions in ten say nothing of their own ("the document", "it"). They mean the agreement of the nearest confident
link, unless the mention brings words or parties that are foreign to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.recognise.choice import Recall
from pipeline.recognise.immutable import value
from pipeline.recognise.prominence import Place
from pipeline.recognise.values import Band, Mention

CARRIED = 0.94
NEAR_KIND = "near_kind"  # the reason that goes with what a noun of another kind takes up
_LEAD = 2  # sentences that may correct a headline
NEAR = 2  # sentences back within which the latest link goes before the lead's
_SURE = 0.7  # confidence from which they do
_RECALLED = 6  # agreements told of, the latest, that a mention may come back to
_THREE = 3
_PICK = 4  # sentences back in which the two stand that "both" or "the latter" are said of


@value()
class Linked:
    """A mention with its agreement; `agreement_id` None where it is none of the tracked ones."""

    agreement_id: str | None
    band: Band
    confidence: float
    reasons: tuple[str, ...]
    mention: Mention
    best: str | None = None  # the nearest tracked agreement, where none was taken


@value()
class Referent:
    """Agreements that were told of together, where, how surely, and how they were brought up."""

    ids: tuple[str, ...]
    sentence: int
    confidence: float
    place: Place = Place.MAIN
    opens: bool = False  # whether its paragraph told of nothing before


@dataclass(slots=True)
class Focus:
    """What the article has been about so far. One per article."""

    lead: tuple[str, ...] = ()
    lead_confidence: float = 0.0
    told: list[Referent] = field(default_factory=list)  # the latest last
    foreign: int = -10  # sentence of the latest agreement that is on no watchlist
    strange: bool = False  # whether that was told of last
    sure: list[str] = field(default_factory=list)  # every agreement linked so far, the latest last
    seen: dict[str, int] = field(default_factory=dict)  # and the sentence where it was told of last

    @property
    def latest(self) -> tuple[str, ...]:
        """The agreements told of last."""
        return self.told[-1].ids if self.told else ()

    @property
    def at(self) -> int:
        """The sentence that told of them."""
        return self.told[-1].sentence if self.told else -10

    @property
    def confidence(self) -> float:
        """And how sure that was, 0 to 1."""
        return self.told[-1].confidence if self.told else 0.0

    def weight(self, ids: tuple[str, ...]) -> float:
        """How sure it was what these agreements are, when they were told of last, 0 to 1."""
        return next((r.confidence for r in reversed(self.told) if r.ids == ids), self.lead_confidence)

    def note(
        self, ids: tuple[str, ...], sentence: int, confidence: float, place: Place = Place.MAIN, *, opens: bool = False
    ) -> None:
        """Remember a confident link. What only the headline named gives way to what the first sentences tell of."""
        early = sentence in range(_LEAD) or (sentence >= 0 and not self.told)  # a dateline may come before the lead
        corrected = early and confidence >= _SURE and not set(self.lead) & {*ids, *self.seen}
        if not self.lead or corrected:
            self.lead, self.lead_confidence = ids, confidence
        same = self.told and self.told[-1].ids == ids and self.told[-1].sentence == sentence
        known = self.told.pop().place if same else place
        self.told.append(Referent(ids, sentence, confidence, min(place, known), opens))
        self.strange = False
        self.sure = [*(i for i in self.sure if i not in ids), *ids]
        self.seen.update(dict.fromkeys(ids, sentence))

    def come_back(self, ids: tuple[str, ...], sentence: int) -> None:
        """Remember that a sentence told on of agreements already told of."""
        known = {i: r for r in self.told for i in r.ids}
        place = max((known[i].place for i in ids if i in known), default=Place.MAIN)
        self.told.append(Referent(ids, sentence, self.weight(ids), place))

    def pass_by(self, sentence: int, *, over: bool = False) -> None:
        """Remember an agreement that is on no watchlist. `over`: it counts for more than what the same sentence told of."""
        self.foreign, self.strange = sentence, self.strange or over or sentence > self.at

    def candidates(
        self, sentence: int, reach: Place = Place.BY_THE_WAY, since: int = 0, *, several: bool = False
    ) -> tuple[tuple[str, ...], ...]:
        """The agreements a mention without words of its own may mean, likeliest first; several ids belong together.

        `reach`: how far off the main line what it takes up may lie; in its own sentence it takes up anything. `several`: it
        stands for more than one, where a sentence told of more than one. `since`: where its paragraph begins, which may be about
        what opened it.
        """
        near = [r for r in reversed(self.told) if sentence - r.sentence <= NEAR]
        main = [
            r.ids for r in near if r.place <= reach or r.sentence == sentence
            or (r.place is Place.MORE and r.opens and r.sentence >= since)
        ]  # fmt: skip
        groups = [r.ids for r in near if len(r.ids) > 1] if several else []
        order = [*groups[:1], *main[:1], self.lead, self.latest]
        return tuple(dict.fromkeys(ids for ids in order if ids))

    def topics(self, sentence: int) -> tuple[str, ...]:
        """The agreements that what came before them is told of: those told of near, but for what was only by the way, and the lead's."""
        near = [r for r in reversed(self.told) if sentence - r.sentence <= NEAR and r.place < Place.BY_THE_WAY]
        return tuple(dict.fromkeys([i for r in near for i in r.ids] + [*self.lead]))

    def together(self, count: int, sentence: int, *, or_more: bool = False) -> tuple[str, ...]:
        """So many agreements, in their order: those that one sentence told of, else the last ones; none where they are too far off.

        `or_more`: also a larger number that one sentence told of.
        """
        near = [r for r in self.told if sentence - r.sentence <= _PICK]
        groups: dict[int, list[str]] = {}
        for r in near:
            group = groups.setdefault(r.sentence, [])
            group += [i for i in r.ids if i not in group]
        for group in reversed(groups.values()):
            if len(group) == count or (or_more and len(group) > count):
                return tuple(group)
        last = tuple(self.sure[-count:])
        told = {i for r in near for i in r.ids}
        return last if len(last) == count and told.issuperset(last) else ()

    def recalled(self, sentence: int) -> dict[str, Recall]:
        """What was told of each agreement up to a sentence, the latest first; those of the headline alone are last."""
        order = [*reversed(self.sure[-_RECALLED:]), *(i for i in self.lead if i not in self.sure)]
        return {
            one: Recall(since, max(0, sentence - self.seen.get(one, -1)), one in self.lead, one in self.latest)
            for since, one in enumerate(order)
        }


def picked(mention: Mention, focus: Focus, sentence: int) -> tuple[Linked, ...]:
    """The former, the latter or both of two agreements told of together, or of the last two that stand near one another; all of three
    and more."""
    if mention.pick == "all":
        taken = focus.together(_THREE, sentence, or_more=True) or focus.together(2, sentence)  # one may not be tracked
    else:
        two = focus.together(2, sentence)
        taken = {"former": two[:1], "latter": two[1:]}.get(mention.pick, two)
    if not taken:
        return (Linked(None, Band.NONE, 0.0, ("not_so_many_agreements",), mention),)
    reasons = ("carried", mention.pick)
    return tuple(Linked(i, Band.SURE, focus.confidence * CARRIED, reasons, mention) for i in taken)
