"""What an article has been about so far, and which of it a pronoun or a bare noun takes up.

Four mentions in ten say nothing of their own ("the document", "it"). They mean the agreement of the nearest confident
link, unless the mention brings words or parties that are foreign to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.recognise.choice import Recall
from pipeline.recognise.values import Band, Mention

CARRIED = 0.94
_LEAD = 2  # sentences that may correct a headline
NEAR = 2  # sentences back within which the latest link goes before the lead's
_SURE = 0.7  # confidence from which they do
_RECALLED = 6  # agreements told of, the latest, that a mention may come back to
_PICK = 4  # sentences back in which the two stand that "both" or "the latter" are said of


@dataclass(frozen=True, slots=True)
class Linked:
    """A mention with its agreement; `agreement_id` None where it is none of the tracked ones."""

    agreement_id: str | None
    band: Band
    confidence: float
    reasons: tuple[str, ...]
    mention: Mention
    best: str | None = None  # the nearest tracked agreement, where none was taken


@dataclass(slots=True)
class Focus:
    """What the article has been about so far. One per article."""

    lead: tuple[str, ...] = ()
    latest: tuple[str, ...] = ()
    at: int = -10
    foreign: int = -10  # sentence of the latest agreement that is on no watchlist
    strange: bool = False  # whether that was told of last
    confidence: float = 0.0
    lead_confidence: float = 0.0
    sure: list[str] = field(default_factory=list)  # every agreement linked so far, the latest last
    seen: dict[str, int] = field(default_factory=dict)  # and the sentence where it was told of last

    def note(self, ids: tuple[str, ...], sentence: int, confidence: float) -> None:
        """Remember a confident link. What only the headline named gives way to what the first sentences tell of."""
        corrected = sentence in range(_LEAD) and confidence >= _SURE and not set(self.lead) & {*ids, *self.seen}
        if not self.lead or corrected:
            self.lead, self.lead_confidence = ids, confidence
        self.latest, self.at, self.confidence = ids, sentence, confidence
        self.strange = False
        self.sure = [*(i for i in self.sure if i not in ids), *ids]
        self.seen.update(dict.fromkeys(ids, sentence))

    def pass_by(self, sentence: int, *, over: bool = False) -> None:
        """Remember an agreement that is on no watchlist. `over`: it counts for more than what the same sentence told of."""
        self.foreign, self.strange = sentence, self.strange or over or sentence > self.at

    def candidates(self, sentence: int) -> tuple[tuple[str, ...], ...]:
        """The agreements a mention without words of its own may mean, likeliest first; several ids belong together."""
        near = sentence - self.at <= NEAR
        order = [self.latest, self.lead] if near else [self.lead, self.latest]
        return tuple(dict.fromkeys(ids for ids in order if ids))

    def recalled(self, sentence: int) -> dict[str, Recall]:
        """What was told of each agreement up to a sentence, the latest first; those of the headline alone are last."""
        order = [*reversed(self.sure[-_RECALLED:]), *(i for i in self.lead if i not in self.sure)]
        return {
            one: Recall(since, max(0, sentence - self.seen.get(one, -1)), one in self.lead, one in self.latest)
            for since, one in enumerate(order)
        }


def picked(mention: Mention, focus: Focus, sentence: int) -> tuple[Linked, ...]:
    """The former, the latter or both of the last two agreements told of, where they stand near one another."""
    two = focus.latest if len(focus.latest) == 2 else tuple(focus.sure[-2:])
    if len(two) < 2 or sentence - min(focus.seen[i] for i in two) > _PICK:
        return (Linked(None, Band.NONE, 0.0, ("no_two_agreements",), mention),)
    taken = {"former": two[:1], "latter": two[1:]}.get(mention.pick, two)
    reasons = ("carried", mention.pick)
    return tuple(Linked(i, Band.SURE, focus.confidence * CARRIED, reasons, mention) for i in taken)
