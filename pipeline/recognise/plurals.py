"""The agreements that a plural means by the parties it names: "treaties with Iran and Afghanistan"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import among
from pipeline.recognise.among import Around
from pipeline.recognise.focus import Linked
from pipeline.recognise.linking import Index
from pipeline.recognise.values import Band, Mention

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
        for candidate in ranked:
            parties = index.parties(candidate.agreement_id)
            everyone = parties <= {*around.near, *around.context}
            others = among.strangers(index, candidate.agreement_id, around.acting) and not parties <= {
                *among.named(mention)
            }
            if code in parties and everyone and not others and candidate.content >= 0.35 and candidate.score >= 0.4:
                found.setdefault(
                    candidate.agreement_id,
                    Linked(
                        candidate.agreement_id,
                        Band.SURE,
                        min(0.85, 0.5 + candidate.score / 2),
                        ("plural", *candidate.reasons),
                        mention,
                    ),
                )
                break
    if len(found) > 1:
        return _as_named(index, found, (*among.named(mention), *around.near))
    listed = [code for code in among.named(mention) if len(code) == 2]
    texts = {code: of_one(mention, code) for code in listed}
    fits = among.several(index, mention, language, texts, around) if len(listed) > 1 else {}
    if len(fits) < 2 or len(fits) < len(listed) - 1:
        return ()
    return tuple(Linked(i, Band.SURE, _LISTED, ("plural", "alone_of_these_parties"), mention) for i in fits)


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
