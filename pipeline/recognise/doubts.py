"""Where the words of a mention do not settle which agreement it means: what is worth a person's look, and what is not even that."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.recognise.among import Around
from pipeline.recognise.focus import Linked
from pipeline.recognise.linking import Index, Rival
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import Band, Link, Mention

_PLAIN = 0.75  # content from which the words alone are worth a look
_KIND = 0.5  # under it, it is another instrument
_SAID = 0.3  # content under which they share nothing
_SHARED = 0.5  # content under which an agreement is not about what a mention says
_BODY = 0.5  # content from which a title is of a body
_APART = 0.15  # margin from which only one is
_PAIR = 2  # parties of a bilateral agreement, and letters of a state's code
BLOCKING = frozenset({"third_party", "named_parties", "other_number", "other_year"})


def charter(mention: Mention, link: Link, says_more: Callable[[str], bool]) -> Linked | None:
    """A body's name alone ("withdrew from the International Criminal Court") stands for the treaty it rests on.

    `says_more`: whether an agreement's titles say a subject beside the body ("Privileges and Immunities of the …").
    """
    best, other = link.best, link.runner_up
    alone = not mention.kind and len(mention.parties) == 1 and len(mention.parties[0].code) > 2
    if not alone or best is None or best.content < _BODY:
        return None
    apart = other is not None and says_more(other.agreement_id) and not says_more(best.agreement_id)
    if link.margin < _APART and not apart:
        return None
    return Linked(best.agreement_id, Band.REVIEW, 0.72, ("charter_of_body", *best.reasons), mention)


def worth_review(index: Index, mention: Mention, link: Link, around: Around) -> bool:
    """Whether an unsure link is worth a person's look: nothing contradicts it and it rests on more than a common word."""
    best = link.best
    if best is None or BLOCKING & set(best.reasons):
        return False
    parties = index.parties(best.agreement_id)
    if parties and around.tied and not any(index.listed(code, best.agreement_id) for code in around.tied):
        return False
    states = {code for code in around.near if len(code) == 2}
    if len(parties) == 2 and len(states) >= 2 and not {c for c in parties if len(c) == 2} <= states:
        return False
    if parties and not best.alias and not parties & {*around.near, *around.context}:
        return False
    if index.open(best.agreement_id) and not best.alias and ("with_a_party" in best.reasons or best.content < _PLAIN):
        return False
    if (
        not mention.generic
        and "thin" in best.reasons
        and any(r.startswith("no_") and r.endswith("_said") for r in best.reasons)
    ):
        return False  # "the framework accord" is hardly the interim one
    certain = "distinctive" in best.reasons and best.content >= 0.8
    if (mention.kind and best.kind < _KIND) or ("one_party" in best.reasons and not certain):
        return False
    return best.alias or "both_parties" in best.reasons or "distinctive" in best.reasons or best.content >= _PLAIN


def unlike(index: Index, mention: Mention, wording: Wording, rival: Rival) -> bool:
    """Whether an agreement is contradicted and shares no subject with a mention (read as `wording`) that says one, or is of another kind."""
    one = rival.candidate
    if rival.fit is not None or mention.generic:
        return False
    return (one.kind < _KIND and one.content < _SHARED) or (one.content < _SAID and index.says_subject(wording))


def same(index: Index, one: Linked, wording: Wording | None, around: Around) -> bool:
    """Whether "another" or "the previous" agreement was found to be one told of, by no year and (for the previous) by no subject said.

    `wording`: the mention, read, where what was found was told of.
    """
    if (
        wording is None
        or "alias" in one.reasons
        or (one.agreement_id and index.years(one.agreement_id) & wording.years)
    ):
        return False
    return around.another or one.band is not Band.SURE or not index.says_subject(wording)


def unnamed(index: Index, agreement_id: str, mention: Mention, around: Around) -> bool:
    """Whether one of an agreement's two states is named nowhere in the article, but a third state is at hand."""
    closed = index.closed(agreement_id)
    if len(closed) != _PAIR or any(len(code) != _PAIR for code in closed):
        return False
    own = [p.code for p in mention.parties if p.code]
    hand = {*own, *around.near, *around.context}
    if closed <= hand or not any(len(code) == _PAIR and code not in closed for code in hand):
        return False
    return not closed <= around.all_of(own)
