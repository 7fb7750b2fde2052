"""What stands around a mention, gathered from its sentence and its article for `linker`."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import EventType
from pipeline.recognise import anaphora
from pipeline.recognise.among import Around
from pipeline.recognise.reading import Reading
from pipeline.recognise.scene import Scene
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import DateMention, Mention, PartyKind, PartyMention

_ENDING = frozenset({EventType.WITHDRAWN, EventType.TERMINATED, EventType.SUSPENDED})


def of(
    reading: Reading,
    mention: Mention,
    scene: Scene,
    sentence: int,
    subject: Sequence[PartyMention],
    lead: Wording | None,
    step: EventType | None = None,
    own: Sequence[DateMention] = (),
    since: int = 0,
) -> Around:
    """The surroundings of a mention. `subject`: those who act; `lead`: headline and lead, read; `step`: what is done to it, on the dates
    `own`; `since`: the first sentence of its paragraph."""
    acting = tuple(dict.fromkeys(p.code for p in subject if p.code))
    actors = tuple(dict.fromkeys(p.code for p in subject if p.code and p.kind is not PartyKind.BODY))
    near = tuple(dict.fromkeys(p.code for p in reading.parties if p.code))
    signed = frozenset(m.year for m in own[:1] if m.year) if step is EventType.SIGNED else frozenset[int]()
    return Around(
        reading, mention, scene.states, acting, actors, near, lambda: scene.recent(sentence), lambda: scene.everyone,
        lambda: scene.topic(sentence), anaphora.pair(reading, mention), lead, reading.sentence.text, signed, _fresh(reading, mention, step), since,
        anaphora.count(reading, mention), anaphora.amendment(reading, mention) if step not in {None, EventType.AMENDED} else "",
    )  # fmt: skip


def _fresh(reading: Reading, mention: Mention, step: EventType | None) -> bool:
    """Whether a mention means the newer of two alike: an act gives it life, or it is called new."""
    if step is not None:
        return step not in _ENDING
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    return reading.any_is("new_words", range(max(0, first - 1), min(last + 1, len(reading.tokens))))
