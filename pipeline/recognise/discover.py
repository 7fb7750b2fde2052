"""Agreements that nobody tracks: told apart from coalition pacts, contracts and ceasefires, and given a key of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.model import Discovered, EventType
from pipeline.recognise.assemble import Told
from pipeline.recognise.reading import Reading

if TYPE_CHECKING:
    from pipeline.recognise.walk import Tools

E = EventType


@dataclass(frozen=True, slots=True)
class Judged:
    """An agreement that was found without being looked for, and how sure that is."""

    value: Discovered
    confidence: float


def judge(told: Told, reading: Reading, states: Sequence[str], tools: Tools) -> Judged | None:
    """Whether an act that links to nothing tracked is about a real international agreement; None where it is not."""
    mention = told.linked.mention
    if mention.generic and not told.actor.country:
        return None
    wording = tools.linker.index.read(mention.text, tools.lexicon.language)
    parties = sorted({p.code for p in mention.parties if p.code} | {p.code for p in reading.parties if p.code})
    if not _international(told, parties, states):
        return None
    concepts = tuple(sorted(wording.keys))[:8]
    key = ":".join((mention.kind or "agreement", "+".join(parties), "+".join(concepts)))
    confidence = 0.72 if len(parties) >= 2 and concepts else 0.5
    return Judged(Discovered(key, mention.text, mention.kind, tuple(parties), concepts), confidence)


def _international(told: Told, parties: Sequence[str], states: Sequence[str]) -> bool:
    del states
    if len(parties) >= 2:
        return True
    return told.type in {E.RATIFIED, E.ACCEDED, E.DEPOSITED, E.EXCHANGED, E.PROMULGATED} and bool(parties)
