"""Which words of a sentence make an act where several expressions overlap: the longest, save where it reaches over another act."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import han, orders
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading

_ON_WHOLE = frozenset({"extend", "amend", "suspend", "terminate"})  # done to an agreement as a whole
_YEAR = 4  # digits
_TIMED = 2  # words from "after" to what must come first
_LIGHT = frozenset({"en", "fr", "es", "pt", "de"})  # whose verbs of giving and getting stand apart from the consent
_NO_VERBS = frozenset({"contract", "other", "person"})  # things that an act's word may be part of


def spans(reading: Reading) -> list[list[Hit]]:
    """Act hits grouped by place; a hit inside a longer one is dropped, one inside a thing that is no noun act too."""
    acts = sorted(reading.section("acts"), key=lambda h: (h.first - h.last, h.first))
    blocked = {
        i
        for h in reading.section("things")
        if h.key in _NO_VERBS or (reading.lexicon.language == "zh" and h.key == "instruments")
        for i in range(h.first, h.last + 1)
    }
    named = _names(reading)
    blocked |= orders.titled(reading) if named else frozenset()
    kept: list[list[Hit]] = []
    taken: dict[int, list[Hit]] = {}
    for hit in acts:
        span = range(hit.first, hit.last + 1)
        if any(n.first <= hit.first and hit.last <= n.last and n.last - n.first > hit.last - hit.first for n in named):
            continue
        if (hit.first in blocked and hit.last in blocked) or _titled(reading, hit):
            continue
        if han.apart(reading, hit.first, hit.last, hit.key):
            continue
        if hit.form != "noun" and (
            _in_list(reading, hit)
            or _votes_cast(reading, hit.first)
            or (
                hit.last > hit.first
                and any(
                    over(reading, hit, acts)
                    for over in (_reaches_over, _reaches_back, _takes_verb, _to_join, _next_noun, _not_its)
                )
            )
        ):
            continue
        group = taken.get(hit.first)
        if group and (group[0].first, group[0].last) == (hit.first, hit.last):
            group.append(hit)
            continue
        if any(i in taken for i in (hit.first, hit.last)) and not _inside_gap(reading, hit, taken):
            continue
        group = [hit]
        kept.append(group)
        for i in span:
            taken.setdefault(i, group)
    return sorted(kept, key=lambda g: g[0].first)


def _reaches_over(reading: Reading, hit: Hit, acts: Sequence[Hit]) -> bool:
    """«Возобновил обсуждение ратификации соглашения», « parvenu à ratifier l'accord »: an act inside a verb's words has its own object."""
    form = "infinitive" if hit.key == "conclude" else "noun"
    if hit.key != "conclude" and hit.key not in _ON_WHOLE:
        return False
    if not any(h.first <= hit.last <= h.last for h in reading.section("instruments")):
        return False
    endings = tuple(reading.lexicon.grammar.get("infinitive_endings", ()))
    if (
        hit.key == "conclude" and reading.lexicon.object_first and endings
    ):  # «договорились начать работу над соглашением»
        return any(reading.tokens[i].low.endswith(endings) for i in range(hit.first + 1, hit.last))
    return any(h.form == form and hit.first < h.first and h.last < hit.last and h.key not in _ON_WHOLE for h in acts)


def _reaches_back(reading: Reading, hit: Hit, acts: Sequence[Hit]) -> bool:
    """ "Das *seit* 2023 angewendet wurde, ist am Montag *in Kraft*": words of two clauses, where a shorter expression ends alike."""
    of = reading.clause_of
    return of[hit.first] != of[hit.last] and any(
        h.key == hit.key and hit.first + 1 < h.first <= hit.last <= h.last and of[h.first] == of[h.last] for h in acts
    )


def _takes_verb(reading: Reading, hit: Hit, acts: Sequence[Hit]) -> bool:
    """ "Foi *ratificado* … pelo parlamento": an auxiliary that another act's participle follows is that one's."""
    if not reading.is_a("be", hit.first):
        return False
    following = hit.first + 1
    return any(h.first == following and h.form == "participle" and h.key != hit.key and h.last < hit.last for h in acts)


def _to_join(reading: Reading, hit: Hit, acts: Sequence[Hit]) -> bool:
    """ "Voted *to join* the treaty *against* illegal fishing": what was voted for stands between, the agreement is against something."""
    return hit.key == "reject" and any(
        hit.first < h.first <= h.last < hit.last and h.key != hit.key and reading.is_a("to", h.first - 1) for h in acts
    )


def _next_noun(reading: Reading, hit: Hit, acts: Sequence[Hit]) -> bool:
    """« Sans *donner* de raison, l'*accord* … », "stimmte dafür, das Gesetz wieder *zu* beraten": the last word is no part of the expression."""
    del acts
    following = hit.last + 1
    if reading.lexicon.language == "de" and reading.tokens[hit.last].low == "zu" and following < len(reading.tokens):
        return not reading.before(following).strip() and reading.tokens[following].low.endswith("n")
    noun = any(h.first == hit.last for h in reading.section("instruments"))
    return hit.key == "approve" and noun and any("," in reading.before(i) for i in (hit.last - 1, hit.last))


def _not_its(reading: Reading, hit: Hit, acts: Sequence[Hit]) -> bool:
    """ "Won praise *but awaits approval*", "received a *request for approval*": the consent at the end is not what was given or got."""
    if hit.key != "approve" or hit.form == "future" or reading.lexicon.language not in _LIGHT:
        return False
    noun = next((h.first for h in acts if h.form == "noun" and h.key == hit.key and h.last == hit.last), 0)
    between = range(hit.first + 1, noun)
    own = any(
        h.form not in {"noun", "ahead"} and h.key == hit.key and h.first in between for h in acts
    )  # "the panel *recommended* approval"
    if noun <= hit.first + 1 or own:
        return False
    led = noun - 1 in between and reading.is_a("prepositions", noun - 1) and not reading.lexicon.verb_final
    led = (
        led and not reading.is_a("determiners", noun - 1) and reading.tokens[noun - 1].low != "of"
    )  # "a aprovação", "stamp of approval"
    cues = any(
        h.key not in {"occurred", "negated"} and h.first in between and h.last in between
        for h in reading.section("status")
    )
    return led or cues or any(reading.is_any(("subordinate", "relative", "be"), i) for i in between)


def _votes_cast(reading: Reading, word: int) -> bool:
    """ "Passed by 62 *votes* a law": what a number counts is the vote's result, and no voting."""
    if not word or reading.before(word).strip():
        return False
    counted = reading.tokens[word - 1].low.isdigit() or reading.is_a("numbers", word - 1)
    return counted and any(h.key == "votes" and h.first == word for h in reading.section("procedure"))


def _in_list(reading: Reading, hit: Hit) -> bool:
    """飞行情报区调整协定、…: in a list of Chinese agreements the word before the noun says what one is about."""
    if reading.lexicon.language != "zh" or hit.key != "amend":
        return False
    ends = [h.last + 1 for h in reading.section("instruments") if h.first == hit.last + 1]
    return any(end < len(reading.tokens) and "、" in reading.before(end) for end in ends)


def _titled(reading: Reading, hit: Hit) -> bool:
    """ "The Exchange of Notes of 1966 on the islands": what may be an act is what an agreement is called („وقع … تبادل رسائل لتعديل …“)."""
    following = hit.last + 1
    if hit.key != "exchange" or following + 1 >= len(reading.tokens):
        return False
    signed = any(h.key == "sign" and h.last < hit.first for h in reading.section("acts"))
    if signed and any(h.first == hit.first and h.last > hit.last for h in reading.section("instruments")):
        return True
    if not any(h.first <= hit.first and hit.last <= h.last for h in reading.section("instruments")):
        return False
    year = reading.tokens[following + 1].low
    return reading.is_a("prepositions", following) and len(year) == _YEAR and year.isdigit()


def _names(reading: Reading) -> tuple[Hit, ...]:
    """Chinese treaty nouns: an act within one (议定 in 议定书, 升级 in 升级议定书) says what it is called, not what befell it."""
    return reading.section("instruments") if reading.lexicon.language == "zh" else ()


def _inside_gap(reading: Reading, hit: Hit, taken: dict[int, list[Hit]]) -> bool:
    """A noun act in the gap of a long pattern ("signed the ratification bill into law") stays a thing, not a trigger; an Arabic
    participle there is one („دخلت الاتفاقية الموقعة في مايو حيز التنفيذ"), and so is what must come before („tritt einen Monat nach dem
    Austausch der Urkunden in Kraft“)."""
    if hit.form == "noun":
        return _comes_before(reading, hit, taken)
    if not reading.lexicon.table.arabic or hit.form not in {"attribute", "participle"}:
        return False
    outer = taken.get(hit.first)
    return outer is not None and outer[0].first < hit.first and hit.last < outer[0].last - 1


def _comes_before(reading: Reading, hit: Hit, taken: dict[int, list[Hit]]) -> bool:
    """Whether a noun act behind a word of time stands among the words of an entry into force."""
    outer = taken.get(hit.first)
    if outer is None or outer[0].key != "enter_force" or not outer[0].first < hit.first <= hit.last < outer[0].last:
        return False
    return any(h.key == "temporal" and 0 < hit.first - h.last <= _TIMED for h in reading.section("nominal"))
