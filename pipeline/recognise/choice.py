"""A second look at a mention that the rules leave without an agreement: what speaks for each rival, weighed by learned weights.

A sign is a short word like "content:4" or "told:lead". The weights (choice.json, made by `tools/learn_choice.py` from labelled
articles) hang on what sort of wording the mention is: one that says a subject, a noun with parties, a noun with neither, a name.

chance of an agreement = exp(its weights) / (1 + the same of all rivals): the 1 stands for "none of those tracked".
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from pipeline.recognise.among import Around, named, strangers
from pipeline.recognise.linking import Fit, Index, Rival
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import Mention

_STEPS = (0.01, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
_SHARED = (0.01, 0.45, 0.9, 1.4, 2.4)
_LEADS = (0.01, 0.45, 0.9, 1.6, 2.6)
_MARGINS = (-0.3, -0.15, -0.05, 0.0001, 0.05, 0.15, 0.3, 0.5)
_KINDS = (0.5, 0.7, 0.88, 0.94, 0.99)
_AGO = (1, 2, 3, 5, 9)
_LEAD = 2  # sentences
_TWO = 2  # parties of one kind, beyond which their number says nothing more
_MANY = 3  # rivals, or agreements told of, beyond which their number says nothing more


@dataclass(frozen=True, slots=True)
class Recall:
    """What an article has told of one agreement: how many agreements it told of since, how many sentences ago that was, whether
    headline or lead are about it, and whether it was the latest."""

    since: int
    ago: int
    lead: bool
    latest: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """A mention in its article. `told`: by agreement; `foreign`: sentences since an agreement that nobody tracks."""

    mention: Mention
    wording: Wording
    around: Around
    sentence: int
    told: Mapping[str, Recall]
    foreign: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Weights of signs by sort of wording."""

    weights: Mapping[str, Mapping[str, float]]

    @classmethod
    def load(cls) -> Choice:
        """The weights shipped with the program."""
        data = json.loads((files("pipeline.recognise") / "choice.json").read_text(encoding="utf-8"))
        return cls(data["weights"])

    def of(self, index: Index, setting: Setting, rivals: Sequence[Rival]) -> tuple[str, float]:
        """The likeliest agreement and its chance (0 to 1); "" and 0 without rivals."""
        if not rivals:
            return "", 0.0
        chances = self.chances(sort_of(index, setting, rivals), signs(index, setting, rivals))
        best = max(range(len(rivals)), key=lambda i: (chances[i], rivals[i].entry.id))
        return rivals[best].entry.id, chances[best]

    def chances(self, sort: str, shown: Sequence[Sequence[str]]) -> list[float]:
        """The chance of each rival, given its signs; they add up to less than 1."""
        weights = self.weights.get(sort, {})
        odds = [weights.get("bias", 0.0) + sum(weights.get(sign, 0.0) for sign in one) for one in shown]
        most = max([0.0, *odds])
        raised = [math.exp(one - most) for one in odds]
        total = math.exp(-most) + sum(raised)
        return [one / total for one in raised]


def sort_of(index: Index, setting: Setting, rivals: Sequence[Rival]) -> str:
    """What sort of wording a mention is; each has weights of its own."""
    if any(r.candidate.alias and "generic_alias" not in r.candidate.reasons for r in rivals):
        return "name"
    if index.says_subject(setting.wording):
        return "subject"
    return "parties" if named(setting.mention) else "bare"


def signs(index: Index, setting: Setting, rivals: Sequence[Rival]) -> list[list[str]]:
    """The signs of each rival, in their order."""
    fits = [r.fit for r in rivals if r.fit is not None]
    scores = sorted((r.candidate.score for r in rivals), reverse=True)
    return [
        [
            *_words(r, setting, scores),
            *_parties(index, r, setting),
            *_fitting(r, fits, rivals),
            *_telling(r, setting),
        ]
        for r in rivals
    ]


def _words(rival: Rival, setting: Setting, scores: Sequence[float]) -> Iterator[str]:
    one, entry = rival.candidate, rival.entry
    best = next((s for i, s in enumerate(scores) if not (i == 0 and s == one.score)), 0.0)
    yield f"content:{bisect_right(_STEPS, one.content)}"
    yield f"{'open' if entry.open else 'closed'}_content:{bisect_right(_STEPS, one.content)}"
    yield f"score:{bisect_right(_STEPS, one.score)}"
    yield f"margin:{bisect_right(_MARGINS, one.score - best)}"
    yield f"kind:{bisect_right(_KINDS, one.kind)}" if setting.mention.kind else "kind:unsaid"
    yield from (f"is:{reason}" for reason in one.reasons)
    if one.alias and entry.open:
        yield "open_alias"
    years = setting.wording.years
    if years:
        yield "year:same" if years & entry.years else "year:other" if entry.years else "year:unknown"
    if setting.mention.plural:
        yield "plural"


def _parties(index: Index, rival: Rival, setting: Setting) -> Iterator[str]:
    entry, around = rival.entry, setting.around
    own = frozenset(named(setting.mention)) | frozenset(around.pair)
    near = own | frozenset(around.near) | frozenset(around.acting)
    if around.label and not index.party(around.label, entry.id):
        yield "label:other"
    if entry.open:
        yield f"open_own:{min(_TWO, sum(len(code) == 2 for code in own))}"
        return
    rings = (own, near, frozenset(around.recent), frozenset(around.context), frozenset(around.everyone))
    far = sorted(index.ring(code, rings) for code in entry.parties)
    if entry.multilateral:
        yield f"wide:{far[0]}"
    else:
        yield f"rings:{far[0]}{far[1] if len(far) > 1 else ''}"
        yield f"ring:{far[-1]}"
    others = [code for code in around.near if len(code) == 2 and not index.listed(code, entry.id)]
    ours = [code for code in around.near if index.listed(code, entry.id)]
    yield f"near:{min(_TWO, len(ours))}{min(_TWO, len(others))}"
    strange = [code for code in own if not index.listed(code, entry.id)]
    if own:
        yield f"own:{min(_TWO, len(own) - len(strange))}{min(_TWO, len(strange))}"
    if around.acting:
        yield "acting:strangers" if strangers(index, entry.id, around.acting) else "acting:parties"
    if around.actors and strangers(index, entry.id, around.actors):
        yield "actors:strangers"


def _fitting(rival: Rival, fits: Sequence[Fit], rivals: Sequence[Rival]) -> Iterator[str]:
    one = rival.fit
    if one is None:
        yield "fit:no"
        return
    others = [other for other in fits if other.agreement_id != one.agreement_id]
    shared = max((other.shared for other in others), default=0.0)
    yield "fit:alone" if not others else "fit:of_two" if len(others) == 1 else "fit:of_many"
    yield f"shared:{bisect_right(_SHARED, one.shared)}"
    yield f"ahead:{bisect_right(_MARGINS, one.shared - shared)}"
    yield f"lead:{bisect_right(_LEADS, one.lead)}"
    yield f"lead_ahead:{bisect_right(_MARGINS, one.lead - max((o.lead for o in others), default=0.0))}"
    yield f"elsewhere:{bisect_right(_LEADS, one.elsewhere)}"
    if not one.plain:
        yield "fit:layered"
    same = sum(other.entry.parties == rival.entry.parties and other.fit is not None for other in rivals) - 1
    yield f"same_parties:{min(_MANY, same)}"


def _telling(rival: Rival, setting: Setting) -> Iterator[str]:
    told = setting.told.get(rival.entry.id)
    manner = setting.around.manner
    if told is None:
        yield f"told:not_of_{min(_MANY, len(setting.told))}"
        yield f"untold_at:{0 if setting.sentence <= 0 else 1 if setting.sentence <= _LEAD else 2}"
        yield from (f"{word}_untold" for word in manner)
        return
    yield f"told:{min(_MANY, told.since)}_of_{min(_MANY + 1, len(setting.told))}"
    yield f"ago:{bisect_right(_AGO, told.ago)}"
    yield "told:lead" if told.lead else "told:later"
    if told.latest:
        yield "told:latest"
    if setting.foreign <= told.ago:
        yield f"foreign:{min(_MANY, setting.foreign)}"
    yield from (f"{word}_told" for word in manner)
