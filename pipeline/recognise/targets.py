"""The agreement an act is about: its object, what stands behind a law or a noun act, and further ones in the same list."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import (
    adjectives,
    arabic_objects,
    bills,
    endings,
    further,
    gapping,
    ideographs,
    inflected,
    joined_clauses,
    listed,
    mentions,
    turning,
)
from pipeline.recognise.cases import LAWS
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, FINITE, GERUND, INFINITIVE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import DateMention, Mention, PartyKind

_BEHIND = 16  # words behind a law or a noun act in which its agreement is looked for
_LISTED = 24  # words between two agreements of one list
_TIED = 5  # words between a protocol and the agreement it is one to
_COMMAS = frozenset(",،、，")
_COLON = frozenset(":：")
_APOSTROPHES = frozenset("'’")  # between a Turkish name and its ending
_PAPERS = "instruments"
_TWO = 2  # agreements that make a list
_OPENING = "《"
_NEXT_TITLE = "》《"  # Chinese titles side by side are a list


def of(
    reading: Reading,
    found: Sequence[Thing],
    verbs: Sequence[Trigger],
    trigger: Trigger,
    thing: Thing | None,
    about: Trigger | None,
    marked: Sequence[DateMention],
) -> list[Mention]:
    """The mentions of the agreement (or agreements) an act is about; never empty: without words it is a generic one."""
    things = _things(reading, found, verbs, trigger, _outer(reading, found, verbs, trigger, thing), about)
    along = further.together(reading, found, verbs, trigger, things)
    if things:
        things = [*things, *(t for t in bills.beside(reading, found, verbs, trigger, thing, things) if t not in things)]
        things = [*things, *along, *further.elided(reading, things, verbs)]
        things = [*things, *further.gapped(reading, verbs, trigger, thing, marked)]
        told = [listed.itemised(reading, t, mentions.of(reading, t, found, verbs, marked), verbs) for t in things]
        pairs = zip(things, told, strict=True)
        return [m for t, m in pairs if t.what != PRONOUN or not any(listed.holds(head, m) for head in told)]
    organised = _organisation(reading, trigger, _leaving(trigger, thing, verbs, about)) or _noun_phrase(
        reading, found, verbs, thing, marked
    )
    others = [mentions.of(reading, t, found, verbs, marked) for t in along]
    return [organised or _synthetic(reading, trigger), *others]


def _outer(
    reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], trigger: Trigger, thing: Thing | None
) -> Thing | None:
    """The protocol that stands before a participle or a relative clause behind a comma, not the agreement it is a protocol to ("el
    Protocolo de Optimización del TLC con China, firmado …", "…, which Lima ratified")."""
    if thing is None or thing.what != TREATY or thing.kind == "protocol" or trigger.first < thing.last:
        return thing
    opener = reading.clause(trigger.first).opener if reading.lexicon.language == "en" else -1  # "which" has no gender
    parted = any("," in reading.before(i) for i in (trigger.first, max(opener, thing.last)))
    if trigger.voice == NOMINAL or not (parted or trigger.with_previous):
        return thing
    for other in found:
        gap = range(other.last + 1, thing.first)
        if other.what != TREATY or other.kind != "protocol" or not 0 < len(gap) <= _TIED:
            continue
        if any(reading.before(i).strip(" \u00a0'’«“\"") for i in (*gap, thing.first)):
            continue
        parted = any(reading.is_a(role, i) for role in ("coordinate", "relative", "subordinate", "with") for i in gap)
        if not parted and not any(
            v.first in gap and v.voice != NOMINAL and v.tense not in {GERUND, INFINITIVE} for v in verbs
        ):
            return other
    return thing


def _things(
    reading: Reading,
    found: Sequence[Thing],
    verbs: Sequence[Trigger],
    trigger: Trigger,
    thing: Thing | None,
    about: Trigger | None,
) -> list[Thing]:
    told_behind = behind_colon(reading, found, verbs, trigger, thing)
    if told_behind:
        return told_behind
    same = further.is_one(reading, found, verbs, trigger, thing)
    if same is not None:
        return [same]
    exchanged = any(h.key == "exchange" for h in reading.section("acts"))
    protocol = thing is not None and thing.kind == "protocol" and trigger.family == "sign" and exchanged
    if thing is not None and thing.what in {TREATY, GENERIC, PRONOUN} and not protocol:
        behind = _equals(reading, found, verbs, trigger, thing) or gapping.latter(reading, verbs, trigger, thing)
        begun = bool(behind) and behind[0].last < trigger.first
        if thing.what == GENERIC and reading.lexicon.verb_final:
            behind = [*_listed_before(reading, found, thing), *behind]
        return [*_joined_before(reading, found, verbs, trigger, thing, begun=begun), thing, *behind]
    anchor = max(trigger.last if thing is None else thing.last, about.last if about else -1)
    for wanted in (TREATY, GENERIC):
        behind = [
            t
            for t in found
            if t.what == wanted
            and anchor < t.first <= anchor + _BEHIND
            and _reachable(reading, t, anchor, trigger)
            and not ideographs.another_part(reading, trigger, thing, anchor, t.first)
            and (about is not None or arabic_objects.of_law(reading, trigger, thing, t))
            and not (thing is not None and thing.what in LAWS and joined_clauses.of_next(reading, anchor, t))
        ]
        if behind:
            return [behind[0], *_equals(reading, found, verbs, trigger, behind[0])]
    start = trigger.first if thing is None else min(trigger.first, thing.first)
    before = [
        t
        for t in found
        if t.what == TREATY and t.last < start and reading.clause_of[t.first] == reading.clause_of[start]
    ]
    inside = [t for t in found if t.what == TREATY and start <= t.first <= anchor]
    if before:
        return [*_joined_before(reading, found, verbs, trigger, before[-1]), before[-1]]
    return [inside[0], *_equals(reading, inside, verbs, trigger, inside[0])] if inside else []


def behind_colon(
    reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], trigger: Trigger, thing: Thing | None
) -> list[Thing]:
    """The agreements that a colon lists behind "two documents", a plural, bills, or a verb without an object; none where they tell on."""
    if all(mark not in reading.sentence.low for mark in _COLON):
        return []
    anchor = trigger.last if thing is None else max(trigger.last, thing.last)
    if thing is not None and any(
        not _COLON.isdisjoint(reading.before(i)) for i in range(trigger.last + 1, thing.first + 1)
    ):
        anchor = trigger.last  # it is the first of the list
    reach = range(anchor + 1, min(len(reading.tokens), anchor + _BEHIND))
    colon = next((i for i in reach if not _COLON.isdisjoint(reading.before(i))), -1)
    if colon < 0 or trigger.voice == NOMINAL or (thing is not None and thing.agreement_id):
        return []
    telling = [v for v in verbs if v.last > anchor and v.voice not in {NOMINAL, ATTRIBUTE} and v.tense in FINITE]
    heads = thing is not None and (thing.what == PRONOUN or (thing.what == TREATY and anchor > trigger.last))
    if (
        telling or heads or turning.told_on(reading, colon) or turning.stopped(reading, trigger, colon)
    ):  # `listed` reads what a treaty noun heads
        return []
    out: list[Thing] = []
    last = colon
    for other in found:
        if other.what != TREATY or other.first < colon:
            continue
        if other.first - last > _LISTED or (out and not _next_item(reading, range(last + 1, other.first + 1))):
            break
        out.append(other)
        last = other.last
    plain = thing is None or thing.what not in {GENERIC, *LAWS, _PAPERS}
    return [] if plain and len(out) < _TWO and anchor > trigger.last else out


def _next_item(reading: Reading, gap: range) -> bool:
    """Whether a comma, a semicolon or a conjunction leads from one agreement of a list to the next."""
    return any(
        reading.is_a("coordinate", i) or set(",،、，;；") & set(reading.before(i)) or endings.joined(reading, i)
        for i in gap
    )


def _joined_before(
    reading: Reading,
    found: Sequence[Thing],
    verbs: Sequence[Trigger],
    trigger: Trigger,
    thing: Thing,
    *,
    begun: bool = False,
) -> list[Thing]:
    """Agreements of the same list before one, where the verb stands behind: "A туралы шартты және B туралы шартты", "A, B and C took effect"."""
    out: list[Thing] = []
    if thing.what != TREATY or thing.last > trigger.first:
        return out
    for other in reversed([t for t in found if t.what == TREATY and t.last < thing.first]):
        if thing.first - other.last > _LISTED or not _joined(reading, other, thing, begun=begun or bool(out)):
            break
        if not _noun_last(reading) and not _free(reading, verbs, other, thing):
            break
        out.insert(0, other)
        thing = other
    return out


def _joined(reading: Reading, other: Thing, thing: Thing, *, begun: bool) -> bool:
    """Whether a conjunction (once a list has `begun`, also a comma) leads from one agreement to the next."""
    following = other.last + 1
    if reading.lexicon.verb_final and reading.before(following).strip() in _APOSTROPHES:
        following += 1  # "Zaptı'nın ve … Anlaşması'nın onaylanması"
    if following >= thing.first:
        return False
    if reading.is_a("coordinate", following) or (begun and _COMMAS & set(reading.before(following))):
        return True
    if "、" in reading.before(following):
        return True
    if _noun_last(reading):
        return False
    opened = next((i for i in range(thing.first, other.last, -1) if _OPENING in reading.before(i)), thing.first)
    if begun and _COMMAS & set(reading.before(opened)):
        return True  # «соглашение с …, договор с … и протокол с … вступили в силу»
    for i in range(opened - 1, other.last, -1):
        if any(reading.is_a("coordinate", at) and not endings.joins_names(reading, at) for at in (i, i - 1)):
            return True  # "and on the treaty", « et de l'accord », "e a convenção"
        if begun and _COMMAS & set(reading.before(i)):
            return True
        if reading.is_a("prepositions", i) or reading.before(i + 1).strip(" \u00a0'’-\"«“„"):
            return False
    return False


def _noun_last(reading: Reading) -> bool:
    """Whether a noun stands behind what it is about, as it does in Turkish and Kazakh."""
    return reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions")


def _free(reading: Reading, verbs: Sequence[Trigger], other: Thing, thing: Thing) -> bool:
    """Whether an agreement stands in the clause of the next one, and is no other verb's object."""
    if reading.clause_of[other.first] != reading.clause_of[thing.first]:
        return False
    return not any(
        v.voice not in {NOMINAL, ATTRIBUTE}
        and v.tense != GERUND
        and v.last < thing.first
        and reading.clause_of[v.first] == reading.clause_of[other.first]
        for v in verbs
    )


def _reachable(reading: Reading, thing: Thing, anchor: int, trigger: Trigger) -> bool:
    clause, home = reading.clause_of[thing.first], reading.clause_of[anchor]
    near = reading.within(clause, home) or home in _ancestors(reading, thing.first)
    return near and not turning.away(reading, trigger, anchor, thing)


def _ancestors(reading: Reading, word: int) -> set[int]:
    clause = reading.clause(word)
    found = {clause.number}
    while clause.number:
        clause = reading.clauses[clause.parent]
        found.add(clause.number)
    return found


def _equals(
    reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], trigger: Trigger, thing: Thing
) -> list[Thing]:
    """Further agreements of the same list, or behind "as were": "two accords, the Partnership Agreement and an Interim Agreement"."""
    out: list[Thing] = []
    last = thing
    none = {NOMINAL, ATTRIBUTE} if reading.lexicon.table.arabic else {NOMINAL}  # „… الموقعة في …، واتفاقية …“
    stops = [v.first for v in verbs if v.voice not in none or v is trigger]
    for other in found:
        if other.first <= thing.last or not (other.what == TREATY or _elliptic(reading, other)):
            continue
        gap = range(last.last + 1, other.first)
        if not (reading.changing.isdisjoint(gap) and inflected.in_row(reading, thing, other, gap)):
            continue  # "the protocol done at Montreal in 2014, which amends the Convention": of one agreement
        if len(gap) <= _LISTED and further.among(reading, gap):
            out.append(other)
            last = other
            continue
        if trigger.voice == PASSIVE and trigger.first > thing.last and other.first > trigger.last:
            if further.as_were(reading, trigger, other):
                out.append(other)
            continue
        titled = any(_NEXT_TITLE in reading.before(i) for i in (*gap, other.first))
        between = [s for s in stops if last.last < s < other.first]
        if (len(gap) > _LISTED and not titled) or any(
            s == trigger.first or not further.set_in(reading, verbs, s, gap) for s in between
        ):
            break
        law = any(t.what == "law" and t.first in gap for t in found)  # of another law, if that stands in the same row
        if law or joined_clauses.begins(reading, gap, other.first):
            break
        if ideographs.own_clause(reading, last.last, other) or turning.turned(reading, last.last, other.first):
            break
        if (not titled and _subject_of_next(reading, verbs, trigger, other)) or listed.begun_anew(
            reading, gap, trigger
        ):
            break
        more = listed.goes_on(reading, gap) or reading.comma_between(last.last, other.first)
        more = more or titled or endings.joined(reading, other.first) or _preposition_again(reading, other)
        if more and reading.clause_of[other.first] in {reading.clause_of[thing.first], reading.clause_of[last.first]}:
            out.append(other)
            last = other
    return out


def _listed_before(reading: Reading, found: Sequence[Thing], thing: Thing) -> list[Thing]:
    """The agreements told before the noun that sums them up: "aralarında A ve B bulunan dört belge"."""
    opening = next((i for i in range(thing.first) if reading.is_a("including", i)), thing.first)
    return [t for t in found if t.what == TREATY and opening < t.first < thing.first]


def _preposition_again(reading: Reading, other: Thing) -> bool:
    """„صادق على الاتفاقية … وعلى الاتفاق …“: "and" is written to the preposition, which is said again."""
    if not reading.lexicon.table.arabic or not other.first:
        return False
    low = reading.tokens[other.first - 1].low
    return low.startswith("و") and reading.lexicon.has("prepositions", low[1:])


def _elliptic(reading: Reading, thing: Thing) -> bool:
    """ "The treaty with Mali and that with Niger", « et celle de 1965 »: a pronoun in a list, with a party or a year of its own."""
    after = thing.first > 0 and reading.is_a("coordinate", thing.first - 1)
    own = reading.is_a("with", thing.last + 1) or adjectives.year_behind(reading, thing.last) >= 0
    return thing.what == PRONOUN and after and own


def _subject_of_next(reading: Reading, verbs: Sequence[Trigger], trigger: Trigger, other: Thing) -> bool:
    """Whether a further agreement opens a clause of its own: "ratified the treaty, and the protocol entered into force"."""
    if trigger.first > other.last or trigger.voice == ATTRIBUTE:
        return False
    for verb in verbs:
        bare = verb.voice == NOMINAL or verb.tense in {INFINITIVE, GERUND, ""}
        if verb is trigger or bare or verb.first <= other.last:
            continue
        apart = any(
            reading.before(i).strip(" \u00a0") in {",", ";", "،"} for i in range(other.last + 1, verb.first + 1)
        )
        return not apart and reading.clause_of[verb.first] == reading.clause_of[other.first]
    return False


def _leaving(trigger: Trigger, thing: Thing | None, verbs: Sequence[Trigger], about: Trigger | None) -> int:
    """A word of the withdrawal a vote, a law or a notice is about ("voted for withdrawal from ECOWAS", "signed a law on leaving
    the Court", "gave notice of its intention to withdraw from the Union"), or -1."""
    if about is not None and about.family in {"withdraw", "accede"}:
        return about.first  # a verb's words may take in the body's name
    if thing is not None and thing.what == NOUN and thing.kind == "withdraw":
        return thing.last
    announced = (v.last for v in verbs if v.family == "withdraw" and v.first > trigger.last)
    return next(announced, -1) if trigger.family == "notify" else -1


def _organisation(reading: Reading, trigger: Trigger, leaving: int) -> Mention | None:
    """Leaving or joining a body is leaving or joining its treaty: the organisation's name stands for the agreement.

    `leaving`: the last word of a withdrawal that is the act's object, or -1.
    """
    if leaving < 0 and trigger.family not in {"withdraw", "accede", "denounce", "enter_force"}:
        return None
    behind = (
        leaving if 0 <= leaving < trigger.first else max(leaving, trigger.last)
    )  # "a law on leaving the Court was signed"
    for p in reading.parties:
        ahead = reading.token_at(p.start) - behind
        distance = trigger.first - reading.token_at(p.end - 1) if trigger.family == "enter_force" else ahead
        if p.kind is PartyKind.ORGANISATION and 0 < distance <= 7:
            base = reading.sentence.start
            text = reading.sentence.text[p.start - base : p.end - base]
            return Mention(p.start, p.end, text, "", False, False, (p,))
    return None


def _noun_phrase(
    reading: Reading,
    found: Sequence[Thing],
    verbs: Sequence[Trigger],
    thing: Thing | None,
    marked: Sequence[DateMention],
) -> Mention | None:
    """A noun act with names in it that stands for its agreement: "Finland's accession to NATO"."""
    if thing is None or thing.what != NOUN or thing.kind not in {"accede", "withdraw"}:
        return None
    mention = mentions.of(reading, thing, found, verbs, marked)
    return mention if mention.parties else None


def _synthetic(reading: Reading, trigger: Trigger) -> Mention:
    first, last = reading.tokens[trigger.first], reading.tokens[trigger.last]
    base = reading.sentence.start
    text = reading.sentence.text[first.start - base : last.end - base]
    return Mention(first.start, last.end, text, "", True, numberless=True)
