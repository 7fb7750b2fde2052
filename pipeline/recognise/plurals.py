"""The agreements that a plural means by the parties it names: "treaties with Iran and Afghanistan"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import among
from pipeline.recognise.among import Around
from pipeline.recognise.focus import Linked
from pipeline.recognise.linking import Index
from pipeline.recognise.values import Band, Candidate, Mention

_ALIKE, _LEAST = 0.35, 0.4  # content and score of an agreement that a plural may mean
_APART = 0.02  # by which the best one of a party must lead the next
_LISTED = 0.84  # confidence of the agreements that a plural means, where each alone fits its party


def of_parties(index: Index, mention: Mention, language: str, around: Around) -> tuple[Linked, ...]:
    """Treaties with Iran and Afghanistan: one agreement for every party named."""
    found: dict[str, Linked] = {}
    for code in dict.fromkeys([*among.named(mention), *around.near]):
        ranked = index.rank(
            of_one(mention, code),
            language,
            parties=[code],
            context_parties=(*around.near, *around.context),
            kind=mention.kind,
            plural=True,
            sentence=around.text,
            limit=6,
        )
        of_party = [c for c in ranked if _fits(index, c, mention, code, around)]
        if of_party and not (len(of_party) > 1 and of_party[0].score - of_party[1].score < _APART):
            best = of_party[0]
            confidence = min(0.85, 0.5 + best.score / 2)
            linked = Linked(best.agreement_id, Band.SURE, confidence, ("plural", *best.reasons), mention)
            found.setdefault(best.agreement_id, linked)
    if len(found) > 1:
        return _as_named(index, found, (*among.named(mention), *around.near))
    listed = [code for code in among.named(mention) if len(code) == 2]
    texts = {code: of_one(mention, code) for code in listed}
    fits = among.several(index, mention, language, texts, around) if len(listed) > 1 else {}
    if len(fits) < 2 or len(fits) < len(listed) - 1:
        return ()
    return tuple(Linked(i, Band.SURE, _LISTED, ("plural", "alone_of_these_parties"), mention) for i in fits)


def _fits(index: Index, candidate: Candidate, mention: Mention, code: str, around: Around) -> bool:
    """Whether an agreement is one with a party that a plural names, and with nobody who is not in the text."""
    parties = index.parties(candidate.agreement_id)
    everyone = parties <= {*around.near, *around.context}
    others = among.strangers(index, candidate.agreement_id, around.acting) and not parties <= {*among.named(mention)}
    return code in parties and everyone and not others and candidate.content >= _ALIKE and candidate.score >= _LEAST


def _as_named(index: Index, found: dict[str, Linked], codes: Sequence[str]) -> tuple[Linked, ...]:
    """Agreements of several parties with one, in the order in which the text names those parties."""
    shared = frozenset.intersection(*(index.parties(i) for i in found))
    place = {code: at for at, code in reversed([*enumerate(codes)])}
    last = len(codes)
    order = {i: min((place.get(code, last) for code in index.parties(i) - shared), default=last) for i in found}
    return tuple(found[i] for i in sorted(found, key=lambda i: order[i]))


def of_one(mention: Mention, code: str) -> str:
    """The words of a plural mention without the parties that stand beside a code in its list."""
    text = mention.text
    for p in sorted(mention.parties, key=lambda p: -p.start):
        if p.code and len(p.code) == 2 and p.code != code and p.start >= mention.start:
            text = text[: p.start - mention.start] + text[p.end - mention.start :]
    return text
