"""From candidates to a decision: the agreement is sure, for a person to review, or none of those tracked.

A missed link costs a missed ratification, a wrong one a false alert; so what is sure must be said by content, parties and kind together.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.immutable import value
from pipeline.recognise.values import Band, Candidate, Link

_KIND = 0.75  # under it, it is another instrument
_PARTY = 0.7
_TIE = 0.08  # margin under which the next could as well be meant
FATAL = frozenset({"third_party", "named_parties"})
_BLOCKING = FATAL | {"other_number", "other_year", "other_parties_near", "one_of_several", "loose_alias"}


@value()
class Facts:
    """What the caller knows of the mention beside the candidates.

    `open`: ids of agreements without a closed list of parties (`Index.open_ids`). `content`: the mention says something of a subject.
    `same`: ids under the same official title as the best one (a treaty listed twice is no ambiguity).
    """

    open: frozenset[str] = frozenset()
    content: bool = True
    same: frozenset[str] = frozenset()


def decide(candidates: Sequence[Candidate], facts: Facts | None = None) -> Link:
    """The link of a mention to the best of its candidates (best first), with its band, confidence (0 to 1) and reasons."""
    facts = facts or Facts()
    if not candidates:
        return Link(None, Band.NONE, 0.0, ("no_candidate",))
    best = candidates[0]
    others = [candidate for candidate in candidates[1:] if candidate.agreement_id not in facts.same]
    runner = others[0] if others else None
    margin = round(best.score - (runner.score if runner else 0.0), 4)
    band, reason = _band(best, margin, facts, candidates)
    reasons = (reason, *best.reasons)
    return Link(
        best.agreement_id if band is not Band.NONE else None,
        band,
        _confidence(best, band, margin),
        reasons,
        best,
        runner,
        margin,
        tuple(one for one in others if best.score - one.score < _TIE),
    )


def _band(best: Candidate, margin: float, facts: Facts, candidates: Sequence[Candidate]) -> tuple[Band, str]:
    reasons = frozenset(best.reasons)
    is_open = best.agreement_id in facts.open
    if not facts.content and not best.alias:
        return _parties_only(best, candidates)
    if (
        not reasons & _BLOCKING
        and best.kind >= _KIND
        and not _wrong_layer(best)
        and (sure := _sure(best, margin, is_open, reasons))
    ):
        return Band.SURE, sure
    if reasons & FATAL and (not best.alias or "generic_alias" in reasons):
        return Band.NONE, "contradicted"
    if "no_party" in reasons and "generic_alias" in reasons:
        return Band.NONE, "generic_alias_without_parties"
    if "no_party" in reasons and not best.alias and ("distinctive" not in reasons or "other_parties_near" in reasons):
        return Band.NONE, "not_these_parties"
    if "thin" in reasons and not best.alias and "both_parties" not in reasons:
        return Band.NONE, "little_content"
    if best.score >= (0.44 if is_open else 0.28) and best.content >= 0.3:
        return (Band.REVIEW, "near_tie" if margin < _TIE else "not_sure_enough")
    return Band.NONE, "score_too_low"


def _sure(best: Candidate, margin: float, is_open: bool, reasons: frozenset[str]) -> str:
    """The rule that makes a link sure, or nothing."""
    if best.alias and "generic_alias" not in reasons and best.content >= 0.6 and margin >= 0.1:
        return "official_title" if "official_title" in reasons else "alias"
    if best.alias and best.party >= _PARTY and best.content >= 0.6 and margin >= 0.05 and not is_open:
        return "alias_and_parties"
    if "thin" in reasons:
        return ""
    if (
        best.content >= (0.62 if is_open else 0.5)
        and best.party >= _PARTY
        and margin >= 0.08
        and "distinctive" in reasons
    ):
        return "content_and_parties"
    if "both_parties" not in reasons:
        return ""
    if best.content >= 0.72 and best.party >= 0.78 and margin >= 0.1:
        return "subject_and_parties"
    if best.content >= 0.8 and best.party >= _PARTY and margin >= 0.2:
        return "subject_and_article"
    return ""


def _wrong_layer(best: Candidate) -> bool:
    return any(
        reason.startswith("not_") or reason in {"no_amend_said", "no_accede_said", "no_extend_said", "no_interim_said"}
        for reason in best.reasons
    )


def _parties_only(best: Candidate, candidates: Sequence[Candidate]) -> tuple[Band, str]:
    """A mention that names only its parties: worth a look where one tracked agreement alone fits them."""
    fitting = [c for c in candidates if "both_parties" in c.reasons and c.kind >= _KIND]
    if len(fitting) == 1 and best is fitting[0] and not _BLOCKING & set(best.reasons):
        return Band.REVIEW, "only_agreement_of_these_parties"
    if len(fitting) == 2 and best in fitting and best.party == 1.0 == fitting[1].party:
        return Band.REVIEW, "one_of_two_of_these_parties"
    return Band.NONE, "only_parties"


def _confidence(best: Candidate, band: Band, margin: float) -> float:
    if band is Band.SURE:
        sure = 0.75 + 0.15 * min(1.0, best.score) + 0.1 * min(1.0, margin / 0.4)
        return round(min(0.99, max(sure, 0.93) if best.alias else sure), 3)
    if band is Band.REVIEW:
        return round(min(0.69, 0.35 + 0.3 * best.score + 0.1 * min(1.0, margin / 0.3)), 3)
    return round(min(0.3, best.score), 3)
