"""Agreements told apart from one at hand only by a year or by a party: the one signed then, the newest, the one with a neighbour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.model import Agreement
from pipeline.recognise.among import Around, named, strangers
from pipeline.recognise.focus import NEAR_KIND, Linked
from pipeline.recognise.linking import Index
from pipeline.recognise.linking.fitting import alone
from pipeline.recognise.values import Band, Candidate, Link, Mention

BY_YEAR = "signed_that_year_only"  # the reason where nothing but the year says which is meant
NEWEST = 0.8  # confidence of the newer of two that nothing else tells apart
ALIKE = 0.82  # and of another party's agreement on the same subject
_THEN = 0.86  # and of the one that was signed in the year told
_SAME = 0.1  # content by which two titles may differ and say the same
_NEARLY = 0.15  # and the same but for the names of more parties
_NEAR = 0.75  # part of the best score that the score of one as good has
_PASSED = 3  # years from an agreement's signature to a step that is rather that of a newer one worded alike
_LONG_PASSED = 12  # and of a newer one at all
_KIND = 0.75  # under it, it is another instrument
_SUBJECT = 0.45  # weight of what a wording and a title both say that ties the one to the other
_LIKE = 0.3  # part of what two titles say together that both say
_ALIKE = frozenset({"near_tie", "one_of_two_of_these_parties"})
_ADDING = frozenset({"accede", "amend", "extend", "supplement", "terminate"})  # layers of what comes after an agreement
_FEW = 4  # parties at hand, beyond which a year alone does not tell whose agreement it was signed in
_TERM, _AHEAD_OF_TERM = 2, 3  # years that a term lasts at least, and that it may be agreed on before
_RIGHT_BEHIND, _FOUR = 3, 4  # words from a mention to its own year, and its figures
_AHEAD = 0.1  # by which the likest must be likelier than the next


def signed_then(index: Index, one: Linked, language: str, around: Around, linked: Sequence[str]) -> Linked:
    """What a signature of a told year is of: another agreement of the same parties, where the one at hand has another year."""
    known = index.years(one.agreement_id) if one.agreement_id else frozenset[int]()
    if known & _behind(around):  # "an accord on tax in 1998 and one on *logistics in 2015*"
        return one
    closed = index.closed(one.agreement_id) if one.agreement_id else frozenset[str]()
    own = named(one.mention) or around.pair or tuple(closed)
    settled = one.agreement_id is not None and one.band is Band.SURE and not known and NEAR_KIND not in one.reasons
    hand = {*own, *closed, *around.near, *around.recent, *around.context}
    vague = not own and (one.mention.plural or len(hand) > _FEW)
    if known & around.signed or settled or vague or (one.agreement_id and not closed):
        return one
    fits = [
        fit
        for fit in index.fitting(one.mention.text, language, one.mention.kind, own, hand, around.lead)
        if index.years(fit.agreement_id) & around.signed and not strangers(index, fit.agreement_id, around.acting)
    ]
    best = alone(fits, linked)
    if best is None:
        return one
    return Linked(best.agreement_id, Band.SURE, _THEN, ("signed_that_year",) if own else (BY_YEAR,), one.mention)


def _behind(around: Around) -> frozenset[int]:
    """The years told right behind a mention."""
    tokens, at = around.reading.tokens, around.reading.token_at(around.mention.end - 1)
    near = (t.low for t in tokens[at + 1 : at + 1 + _RIGHT_BEHIND])
    return frozenset(int(low) for low in near if low.isdecimal() and len(low) == _FOUR)


def unless_signed_otherwise(index: Index, one: Linked, agreements: Mapping[str, Agreement], around: Around) -> Linked:
    """A link, unless its agreement of few was signed in other years than those told: another one was signed then."""
    if one.agreement_id is None or not index.closed(one.agreement_id):
        return one
    day = agreements[one.agreement_id].signed_on
    if day is None or any(abs(year - day.year) <= 1 for year in around.signed):
        return one
    return Linked(None, Band.NONE, 0.0, ("signed_in_another_year",), one.mention)


def newest(index: Index, link: Link, mention: Mention, language: str, around: Around) -> str:
    """The newest of the agreements of the same parties that a wording without a year names alike, or ""."""
    best = link.best
    if best is None or not link.ties or not _ALIKE & set(link.reasons) or not around.carried:
        return ""
    if not around.fresh or index.read(mention.text, language).years:
        return ""
    closed = index.closed(best.agreement_id)
    if not closed or not index.same_parties(best.agreement_id, link.ties[0].agreement_id):
        return ""
    theirs = [best, *(one for one in link.ties if index.same_parties(best.agreement_id, one.agreement_id))]
    alike = [one for one in theirs if abs(best.content - one.content) <= _SAME]
    made = [(max(index.years(one.agreement_id), default=0), one.agreement_id) for one in alike]
    years = sorted((one for one in made if not _to_come(index, one[1], around)), reverse=True)
    if len(years) == 1 < len(made):
        return years[0][1]
    return years[0][1] if len(years) > 1 and years[-1][0] and years[0][0] > years[1][0] else ""


def _to_come(index: Index, agreement_id: str, around: Around) -> bool:
    """Whether an agreement is of years that all lie behind the article: of a list that is newer than what is read. A term of years
    ("2026-2030") is agreed on before it begins."""
    years = index.years(agreement_id)
    first = min(years, default=0)
    term = first and max(years) - first >= _TERM and first - around.today <= _AHEAD_OF_TERM
    return 0 < around.today < first and not term


def worded(index: Index, link: Link, said: frozenset[str], words: Callable[[str], frozenset[str]]) -> str:
    """Of agreements of the same parties that a wording means alike, the one whose titles have more of its very words ("the extradition of fugitives"), or "".

    `said`: the words of the mention; `words`: those of an agreement's titles.
    """
    best = link.best
    if best is None or not link.ties or not _ALIKE & set(link.reasons):
        return ""
    theirs = [one for one in link.ties if index.same_parties(best.agreement_id, one.agreement_id)]
    alike = [best, *(one for one in theirs if abs(best.content - one.content) <= _SAME)]
    shared = sorted(((len(said & words(one.agreement_id)), one.agreement_id) for one in alike), reverse=True)
    return shared[0][1] if len(shared) > 1 and shared[0][0] > shared[1][0] else ""


def later(index: Index, link: Link, mention: Mention, language: str, around: Around) -> str:
    """The newer of two of the same parties that a wording means alike, where a step that makes an agreement comes long after the likelier
    one's years; or ""."""
    best, other = link.best, link.runner_up
    reading = index.read(mention.text, language)
    if best is None or other is None or best.alias or not around.carried or reading.years or reading.numbers:
        return ""
    years, theirs = index.years(best.agreement_id), index.years(other.agreement_id)
    worded = max(abs(best.content - other.content), abs(best.kind - other.kind)) <= _SAME and _says(best) == _says(
        other
    )
    if not (years and theirs and worded and index.same_parties(best.agreement_id, other.agreement_id)):
        return ""
    passed = max(years) + _PASSED < around.when
    return other.agreement_id if passed and max(years) < max(theirs) <= around.when else ""


def _says(one: Candidate) -> frozenset[str]:
    """What a title and a wording do not both say of amending, extending and the like."""
    return frozenset(reason for reason in one.reasons if reason.startswith(("not_", "no_")))


def in_time(
    index: Index,
    one: Linked,
    language: str,
    around: Around,
    linked: Sequence[str],
    keys: Callable[[str], frozenset[str]],
) -> Linked:
    """A link, unless a step that makes an agreement comes long after its agreement's years, and a newer one of the same parties and
    subject is left: "the Convention entered into force in October 2025" is not that of 1975."""
    own = one.agreement_id
    silent = one.mention.numberless and not one.mention.kind  # a verb alone
    if own is None or silent or not around.when or {"alias", "official_title"} & {*one.reasons}:
        return one
    closed, years = index.closed(own), index.years(own)
    said = index.read(one.mention.text, language).years
    if not closed or said or not years or max(years) + _LONG_PASSED >= around.when:
        return one
    fits = [
        fit
        for fit in index.fitting(one.mention.text, language, one.mention.kind, sorted(closed), closed, around.lead)
        if index.closed(fit.agreement_id) == closed
        and _may_be_of(index.years(fit.agreement_id), around.when)
        and (fit.shared >= _SUBJECT or _likeness(keys(fit.agreement_id), keys(own)) >= _LIKE)
    ]
    fits = [fit for fit in fits if index.years(fit.agreement_id)] or fits
    best = alone(fits, linked)
    if best is None:
        return one
    return Linked(best.agreement_id, one.band, min(one.confidence, ALIKE), ("the_newer_one",), one.mention)


def _may_be_of(years: frozenset[int], when: int) -> bool:
    """Whether an agreement called by these years, or by none, may be made in a year."""
    return not years or any(0 <= when - year <= _LONG_PASSED for year in years)


def of_these_two(index: Index, link: Link, mention: Mention, around: Around) -> str:
    """Of an agreement of the two whom a wording or its sentence names, and one of theirs with others, both worded alike, the former, or ""."""
    best, other = link.best, link.runner_up
    if best is None or other is None or not _ALIKE & set(link.reasons) or mention.plural:
        return ""
    own = frozenset(named(mention) or around.pair or around.near)
    if len(own) != 2 or abs(best.content - other.content) > _NEARLY or min(best.kind, other.kind) < _KIND:
        return ""
    exact = [one.agreement_id for one in (best, other) if index.parties(one.agreement_id) == own]
    both = all(index.listed(code, one.agreement_id) for code in own for one in (best, other))
    return exact[0] if len(exact) == 1 and both else ""


def of_the_actor(index: Index, link: Link, mention: Mention, around: Around) -> str:
    """The agreement of the state that acts and the one that a mention names ("Peru's Congress approved the trade agreement with the United
    States"), where the words say hardly more of one of many in which that state has no part; or ""."""
    best, other = link.best, link.runner_up
    own, acting = {*named(mention)}, {code for code in around.acting if len(code) == 2}
    if best is None or other is None or best.alias or mention.plural or len(own) != 1 or len(acting - own) != 1:
        return ""
    pair = own | acting
    if any(index.listed(code, best.agreement_id) for code in acting - own) or index.parties(other.agreement_id) != pair:
        return ""
    near = best.content - other.content <= _NEARLY and other.score >= best.score * _NEAR and other.kind >= _KIND
    return other.agreement_id if near and not _says(other) - _says(best) else ""


def of_each(index: Index, mention: Mention, language: str, around: Around, linked: Sequence[str]) -> tuple[Linked, ...]:
    """The agreements of several states that act each on its own: "Mali and Niger denounced their tax treaties with France"."""
    acting = frozenset(code for code in around.acting if len(code) == 2)
    others = {*named(mention), *around.near} - acting or {*around.context} - acting
    if len(acting) < 2 or not others:
        return ()
    found: list[str] = []
    for code in [one for one in around.acting if one in acting]:
        fits = index.fitting(mention.text, language, mention.kind, [code], {code, *others}, around.lead)
        apart = [one for one in fits if index.closed(one.agreement_id) & acting == {code}]
        top = max((one.lead for one in apart), default=0.0)
        best = alone([one for one in apart if one.lead >= top], linked)
        if best is None:
            return ()
        found.append(best.agreement_id)
    partners = {index.closed(one) - acting for one in found}
    if len(partners) > 1:  # with one and the same other party
        return ()
    return tuple(Linked(one, Band.SURE, ALIKE, ("one_of_each",), mention) for one in found)


def counted(index: Index, mention: Mention, language: str, around: Around) -> tuple[Linked, ...]:
    """As many agreements of a pair as a plural says it means ("three agreements between Singapore and Indonesia"), where just so many
    are tracked that nothing said contradicts."""
    own = named(mention) or around.pair
    if around.count < 2 or not own:
        return ()
    hand = {*own, *around.near, *around.acting, *around.context}
    pairs: dict[frozenset[str], list[str]] = {}
    for fit in index.fitting(mention.text, language, mention.kind, own, hand, around.lead):
        closed = index.closed(fit.agreement_id)
        if closed and closed <= hand and not strangers(index, fit.agreement_id, around.acting):
            pairs.setdefault(closed, []).append(fit.agreement_id)
    found = [ids for ids in pairs.values() if len(ids) == around.count]
    if len(found) != 1:
        return ()
    return tuple(Linked(one, Band.SURE, ALIKE, ("all_of_this_pair",), mention) for one in found[0])


def before(
    index: Index,
    mention: Mention,
    language: str,
    told: Sequence[str],
    keys: Callable[[str], frozenset[str]],
) -> str:
    """The older agreement of the same parties that "the previous protocol" means, or what a verb of replacing has as its object; "" where
    none is tracked.

    `told`: agreements the article told of, the likeliest first; `keys`: what an agreement's titles say.
    """
    own = frozenset(named(mention))
    said = index.read(mention.text, language).years
    for base in told:
        parties = index.parties(base)
        if not index.closed(base) or not all(index.listed(code, base) for code in own):
            continue
        fits = index.fitting(mention.text, language, mention.kind, sorted(parties), parties, None)
        others = [one for one in fits if one.agreement_id != base and index.parties(one.agreement_id) == parties]
        added = _ADDING - keys(base)
        older = [one for one in others if not keys(one.agreement_id) & added and _older(index, one.agreement_id, base)]
        if any(one.agreement_id in told and not _older(index, one.agreement_id, base) for one in others):
            return base  # what was told of last is itself the older one
        best = alone(older) if not said else None
        dated = [one.agreement_id for one in older if one.year]
        if len(dated) == 1:
            return dated[0]
        if best is not None and keys(best.agreement_id) & keys(base):
            return best.agreement_id
        return alike(keys(base), {one.agreement_id: keys(one.agreement_id) for one in older})
    return ""


def _older(index: Index, one: str, other: str) -> bool:
    """Whether an agreement may be older than another: by their years; one without a year may be older than one that has none, either."""
    first, second = index.years(one), index.years(other)
    return not second or (bool(first) and min(first) < min(second))


def _likeness(keys: frozenset[str], others: frozenset[str]) -> float:
    """The part of what two titles say together that both say."""
    return len(keys & others) / max(1, len(keys | others))


def alike(model: frozenset[str], others: Mapping[str, frozenset[str]]) -> str:
    """The agreement whose title says most of what the model's says, where it stands out; "" otherwise."""
    likeness = {one: _likeness(keys, model) for one, keys in others.items()}
    ranked = sorted(likeness, key=lambda one: (-likeness[one], one))
    if not ranked or likeness[ranked[0]] < _LIKE:
        return ""
    return ranked[0] if len(ranked) == 1 or likeness[ranked[0]] - likeness[ranked[1]] >= _AHEAD else ""
