"""The verbs of treaty-making in a sentence, and how they are used: active or passive, past or to come, or as a noun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.recognise import bare, inserts, orders, overlaps, parted, valency
from pipeline.recognise.immutable import value
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.rows import ends_name
from pipeline.recognise.things import NOUN, Thing

ACTIVE, PASSIVE, ATTRIBUTE, NOMINAL = "active", "passive", "attribute", "noun"
PAST, PERFECT, PLUPERFECT, PRESENT, FUTURE, INFINITIVE, GERUND = (
    "past", "perfect", "pluperfect", "present", "future", "infinitive", "gerund",
)  # fmt: skip
FINITE = frozenset({PAST, PERFECT, PLUPERFECT, PRESENT, FUTURE})


_SPECIFIC = frozenset({"promulgate", "initial", "provisional", "adopt", "open", "reserve", "succeed"})  # goes first
INTRANSITIVE = frozenset({"enter_force"})
_HAVING, _NEAR_AUX = 14, 4  # words from "have" to "in force", and between an auxiliary and its participle
_GOING = frozenset({"entered", "came", "went", "took", "started", "began"})  # into application: nothing is done to it
_AS_BASE = frozenset({"come", "become", "run", "put", "set", "let", "cut", "quit", "hit"})  # their own participles
_NEXT = 2  # words on: only a conjunction stands between
_SEIN = frozenset({"ist", "sind", "est", "sont"})


@value()
class Trigger:
    """A use of an act's word. `with_previous`: joined to the trigger before it ("signed and ratified")."""

    family: str
    first: int
    last: int
    voice: str
    tense: str
    with_previous: bool = False
    others: tuple[str, ...] = ()  # further families the same words may mean


def find(reading: Reading, things: Sequence[Thing]) -> tuple[Trigger, ...]:
    """All triggers of a sentence in the order of the text."""
    groups = overlaps.spans(reading)
    found: list[Trigger] = []
    for hits in groups:
        trigger = _use(reading, hits, things)
        if trigger is None or any(
            t.agreement_id and t.first < trigger.first and trigger.last <= t.last for t in things
        ):
            continue  # an act's word inside a title
        joined = bool(found) and (_joined(reading, found[-1], trigger) or _goes_on(reading, found[-1], trigger))
        if joined:
            trigger = _like_previous(found[-1], trigger)
        found.append(trigger)
    return tuple(found)


def _use(reading: Reading, hits: list[Hit], things: Sequence[Thing]) -> Trigger | None:
    first, last = hits[0].first, hits[0].last
    families = tuple(dict.fromkeys(h.key for h in hits))
    forms = {h.form for h in hits}
    if "infinitive" in forms and orders.consented_to(reading, first, last):
        return Trigger(families[0], first, last, NOMINAL, "")
    if "noun" in forms and (
        forms == {"noun"} or _is_noun(reading, first, last, forms) or orders.noun_of_action(reading, first)
    ):
        family = next(h.key for h in hits if h.form == "noun")
        voice, tense = (PASSIVE, PAST) if orders.decided(reading, first, last, family) else (NOMINAL, "")
        return Trigger(family, first, last, voice, tense)
    forms.discard("noun")
    if not forms or bare.in_name(reading, first, last):
        return None
    families = tuple(sorted(families, key=lambda f: f not in _SPECIFIC))
    family, others = families[0], families[1:]
    if forms & {"base", "present"} and not forms & {"participle"} and bare.no_verb(reading, first):
        return None
    voice, tense = _voice(reading, first, last, forms, things, family)
    if voice == ACTIVE and _reflexive(reading, first, family):
        voice = PASSIVE
    if tense == PAST and voice in {ACTIVE, PASSIVE} and orders.before_noun(reading, first, last):
        voice = ATTRIBUTE
    if voice == ACTIVE and forms == {"past"} and _set_in(reading, first, last, things):
        voice = ATTRIBUTE
    return Trigger(family, first, last, voice, tense, others=others) if voice else None


def _set_in(reading: Reading, first: int, last: int, things: Sequence[Thing]) -> bool:
    """ "The accord, already applied provisionally since 2023, …": an expression of the past that is a participle between commas."""
    english = reading.lexicon.language == "en" and reading.tokens[first].low.endswith("ed")
    return english and inserts.participle(reading, first, last, things)


def _reflexive(reading: Reading, first: int, family: str) -> bool:
    """Spanish and Portuguese say "se firmó el acuerdo" where others say "was signed"; who leaves or joins does so himself."""
    return family not in valency.MOTION and (
        reading.is_a("reflexive", first) or (first > 0 and reading.is_a("reflexive", first - 1))
    )


_VERBAL = frozenset({"gerund", "infinitive"})
_NONFINITE = frozenset({"gerund", "infinitive", "base"})


def _is_noun(reading: Reading, first: int, last: int, forms: set[str]) -> bool:
    """Whether a word that may be a noun or a verb form is a noun here: "the signing of", "its exit"."""
    if first and reading.is_a("determiners", first - 1):
        return True
    if (
        first
        and reading.is_a("prepositions", first - 1)
        and not reading.is_a("to", first - 1)
        and not forms & (_VERBAL if reading.lexicon.language == "en" else _NONFINITE)
    ):
        return True  # «протокол о внесении изменений», "protocolo de emenda", "a bill on exit from the pact"
    following = last + 1
    if following >= len(reading.tokens):
        return "gerund" in forms
    if reading.tokens[following].low in {"of", "ceremony"}:
        return True
    if first and (reading.tokens[first - 1].low in {"s", "s’"} or bare.owned(reading, first, last, forms)):
        return True
    if forms & {"gerund", "present", "base"}:  # "fifteen deposits are needed"
        return reading.is_a("be", following) or reading.is_a("have", following)
    return False


def _aux(reading: Reading, first: int, reach: int, things: Sequence[Thing]) -> tuple[str, int]:
    """The auxiliary to the left of a participle: ("have" | "be" | "been" | "had", its place), or ("", -1)."""
    names = {t.first for t in things if t.what not in {"pronoun", NOUN, "negotiations"}}
    for i in range(first - 1, max(-1, first - 1 - reach), -1):
        if not reading.same_clause(i, first):
            if reading.lexicon.verb_final and reading.within(reading.clause_of[i], reading.clause_of[first]):
                continue  # "hat den Vertrag (Rentenvertrag) gebilligt"
            break
        if reading.lexicon.verb_final:
            pass
        elif i in names or reading.before(i + 1).strip(" \u00a0'’"):
            break
        if reading.is_a("be_been", i):
            return "been", i
        if reading.is_a("have", i):
            return "have", i
        if reading.is_a("be", i):
            return "be", i
    return inserts.auxiliary(reading, first)


_FIXED = {"ahead": (PASSIVE, FUTURE), "passive": (PASSIVE, PAST), "converb": (ACTIVE, PAST), "gerund": (ACTIVE, GERUND)}


def _voice(
    reading: Reading, first: int, last: int, forms: set[str], things: Sequence[Thing], family: str
) -> tuple[str, str]:
    if "participle" in forms:
        opens = orders.opens(reading, first, last)
        return (PASSIVE, PAST) if opens else _participle(reading, first, last, forms, things, family)
    if forms & {"conditional", "wish"}:  # "onaylanırsa", «бекітсін»: the ending tells the mood
        return (PASSIVE if "passive" in forms else ACTIVE), FUTURE
    if "past" in forms:
        return ACTIVE, _perfect(reading, first)
    if "negative" in forms and "attribute" not in forms:
        return (PASSIVE if "passive" in forms else ACTIVE), PAST
    if "plain" in forms:
        return orders.voice_of_plain(reading, first, last, family), PAST
    if "attribute" in forms and not forms & {"ahead", "passive"}:
        aux, at = _aux(reading, first, _NEAR_AUX, things)
        if aux in {"be", "been"}:
            return PASSIVE, _compound(reading, aux, at)  # "was concluded in Oslo"
        return (ACTIVE, PERFECT) if family in INTRANSITIVE and _had(reading, first) else (ATTRIBUTE, PAST)
    fixed = next((form for form in _FIXED if form in forms), "")
    if fixed:
        return _FIXED[fixed]
    if "future" in forms and not ("present" in forms and reading.lexicon.language == "kk"):  # one form for both
        return ACTIVE, FUTURE
    if "present" in forms and not ("infinitive" in forms and inserts.with_zu(reading, first)):
        return ACTIVE, PRESENT
    if forms & {"infinitive", "subjunctive"}:
        return ACTIVE, INFINITIVE
    return _base(reading, first)


def _had(reading: Reading, first: int) -> bool:
    """ "The two *have had* a treaty *in force since* 1 July": the states have what others say to be."""
    if reading.lexicon.language != "en":
        return False
    for i in range(first - 1, max(-1, first - _HAVING), -1):
        if not reading.same_clause(i, first) or reading.before(i + 1).strip(" \u00a0'’"):
            return False
        if reading.is_a("have", i):
            return True
    return False


def _perfect(reading: Reading, first: int) -> str:
    for i in range(first - 1, max(-1, first - 4), -1):
        if not reading.same_clause(i, first):
            break
        if reading.is_a("have", i):
            return PLUPERFECT if reading.tokens[i].low in {"had", "hatte", "hatten", "avait", "avaient"} else PERFECT
    return PAST


def _base(reading: Reading, first: int) -> tuple[str, str]:
    """An English base form: an infinitive behind "to" or an auxiliary, else a plural present with its subject."""
    for i in range(first - 1, max(-1, first - 5), -1):
        if reading.is_a("to", i):
            return ACTIVE, INFINITIVE
        if reading.is_a("have", i) and reading.tokens[first].low in _AS_BASE:
            return ACTIVE, PERFECT
        if reading.before(i + 1).strip(" \u00a0'’"):
            break
    near = (h for h in reading.section("status") if 0 < first - h.last <= _NEAR_AUX)
    if any(":" not in reading.before(i) for h in near for i in (h.last + 1,)):
        return ACTIVE, INFINITIVE
    ordered = first == 0 or bare.orders(reading, first)
    if ordered or reading.is_a("prepositions", first - 1):
        return (ACTIVE, INFINITIVE) if ordered else ("", "")
    following = first + 1
    ends = following >= len(reading.tokens) or bool(reading.before(following).strip(' \u00a0"“'))
    ends = ends or reading.tokens[following].low[0].isdigit()
    if reading.is_a("strict", first) and (ends or reading.is_a("prepositions", following)):
        return "", ""  # "goes back to 2013", "sent the law back", "reaches back 18 years"
    return ACTIVE, PRESENT


_HAD = frozenset(
    ["had", "hatte", "hatten", "avait", "avaient", "avoit", "habia", "habían", "había", "habian", "tinha", "tinham", "havia", "haviam"]
)  # fmt: skip

_WILL_HAVE = frozenset(
    ["aura", "auront", "aurait", "auraient", "habrá", "habrán", "habría", "habrían", "terá", "terão"]
)
_ARTICLES = frozenset({"a", "an", "the"})
_NOW = frozenset({"is", "are", "being"})


def _participle(
    reading: Reading, first: int, last: int, forms: set[str], things: Sequence[Thing], family: str
) -> tuple[str, str]:
    if reading.lexicon.language == "en" and first and reading.tokens[first - 1].low in _ARTICLES:
        return ATTRIBUTE, PAST  # "have had a revised treaty"
    reach = 60 if reading.lexicon.verb_final else _NEAR_AUX
    aux, at = _aux(reading, first, reach, things)
    if not aux and reading.lexicon.verb_final:
        aux, at = _aux_behind(reading, last)
    if aux in {"be", "been"} and reading.tokens[at].low in _SEIN and valency.moves(reading, last, family):
        return ACTIVE, PERFECT
    if aux in {"be", "been"}:
        return _passive(reading, aux, at, family)
    if aux == "have" and reading.tokens[at].low in _WILL_HAVE:
        return ACTIVE, FUTURE
    if aux == "have":
        return ACTIVE, PLUPERFECT if reading.tokens[at].low in _HAD else PERFECT
    if "base" in forms and reading.lexicon.language == "en":
        voice, tense = _base(reading, first)
        return voice, PAST if tense == PRESENT and not reading.heading else tense  # "put", "set" are past, too
    if family in INTRANSITIVE or (family == "provisional" and reading.tokens[first].low in _GOING):
        return ACTIVE, PAST
    finite = family == "terminate" and valency.alone(reading, first, last)
    if not finite and _reduced(reading, first, last, things):
        return ATTRIBUTE, PAST
    if reading.lexicon.language == "de":
        return ACTIVE, PRESENT
    if reading.lexicon.language != "en":
        return (PASSIVE, PAST) if reading.heading else (ATTRIBUTE, PAST)
    return ACTIVE, PAST


def _passive(reading: Reading, aux: str, at: int, family: str) -> tuple[str, str]:
    """Voice and tense of a passive; none where talks go on ("is still being negotiated")."""
    if family == "conclude" and reading.tokens[at].low == "being":
        return "", ""
    return PASSIVE, _compound(reading, aux, at)


def _compound(reading: Reading, aux: str, at: int) -> str:
    """The tense of a passive: "had been", "has been" or "was"."""
    if aux == "been":
        before = {reading.tokens[i].low for i in range(max(0, at - 3), at)}
        if before & _HAD:
            return PLUPERFECT
        if any(reading.is_a("have", i) for i in range(max(0, at - 3), at)):
            return PERFECT
    if aux == "be" and reading.tokens[at].low in _NOW:
        return PRESENT
    if reading.lexicon.language == "de" and reading.tokens[at].low in _SEIN:
        return PRESENT  # "sobald die Urkunden ausgetauscht sind"
    return PAST


def _aux_behind(reading: Reading, last: int) -> tuple[str, int]:
    following = last + 1
    if following + 1 < len(reading.tokens) and reading.tokens[following].low == "zu":
        following += 1  # "ohne ihn ratifiziert zu haben"
    if following < len(reading.tokens) and reading.same_clause(last, following):
        if reading.is_a("have", following):
            return "have", following
        if reading.is_a("be", following):
            return "been", following
    return "", -1


def _reduced(reading: Reading, first: int, last: int, things: Sequence[Thing]) -> bool:
    """A participle without an auxiliary that modifies a noun: "the document, signed last March", "signed by"."""
    following = last + 1
    if (
        following < len(reading.tokens)
        and reading.is_a("by", following)
        and not reading.is_a("relative", following + 1)  # "handed over the instrument by which …"
        and not parted.by_votes(reading, following + 1)
    ):
        return not inserts.by_means(reading, first, following, things)
    led = reading.lexicon.language == "en" and reading.is_a("prepositions", first - 1)
    if first and inserts.ends_before(reading, first, last, things):
        return False  # "the Senate, by 60 votes to three, ratified it"
    if first == 0 or led or reading.before(first) in {"-", "‑"}:  # "dispatches on revised agreements"
        return True
    if inserts.ends_clause(reading, first, last):
        return False
    previous = first - 1
    if (
        previous == 0
        and reading.is_a("all_of", previous)
        and reading.is_a("determiners", min(following, len(reading.tokens) - 1))
    ):
        return False  # "Both lodged their papers"
    ends = {t.last for t in things if t.what not in {"pronoun", "person"}}
    if previous - 1 in ends and (clause := reading.clause(first)).kind == RELATIVE and clause.opener == previous:
        return False  # "the accord that ended their war"
    if reading.is_a("determiners", previous) or reading.tokens[previous].low == "s":
        return not (reading.tokens[previous].low in {"both", "each", "all"} and ends_name(reading, previous - 1))
    while previous > 0 and (
        reading.tokens[previous].low.endswith("ly") or reading.tokens[previous].low in {"also", "then", "first"}
    ):
        previous -= 1
    if inserts.in_noun_phrase(reading, first):
        return True
    if (
        previous in ends
        and not valency.acts_on_body(reading, last)
        and not inserts.ends_before(reading, first, last, things)
    ):
        return not (reading.is_a("relative", previous) or bare.has_object(reading, last))
    return inserts.participle(reading, first, last, things)


def _joined(reading: Reading, one: Trigger, other: Trigger) -> bool:
    """Whether only a conjunction (and adverbs) stands between two verbs."""
    between = range(one.last + 1, other.first)
    if NOMINAL in {one.voice, other.voice} and one.voice != other.voice:
        return False
    return (
        0 < len(between) <= 3
        and any(reading.is_a("coordinate", i) for i in between)
        and all(
            reading.is_a("coordinate", i)
            or reading.is_a("have", i)
            or reading.is_a("be", i)
            or reading.is_a("to", i)
            or reading.tokens[i].low.endswith(("ly", "но"))
            for i in between
        )
    )


def _goes_on(reading: Reading, one: Trigger, other: Trigger) -> bool:
    """ "Will be initialled in June and inked in September"."""
    open_form = one.voice == PASSIVE and other.voice in {ACTIVE, ATTRIBUTE} and other.tense == PAST
    shared = (open_form and bare.goes_on(reading, one.last, other.first, other.last)) or bare.apart(reading, one, other)
    return shared and other.family not in INTRANSITIVE


def _like_previous(one: Trigger, other: Trigger) -> Trigger:
    """A joined verb takes over voice and tense where its own form leaves them open."""
    open_form = other.voice in {ATTRIBUTE, ACTIVE} and other.tense in {PAST, PRESENT}
    near = other.voice == ACTIVE and other.tense == PAST and other.first - one.last == _NEXT
    if one.voice == ATTRIBUTE and (near or other.first - one.last > _NEXT):  # "the amended and extended agreement", "…,
        return replace(
            other, voice=ATTRIBUTE, tense=one.tense, with_previous=True
        )  # signed in May and ratified in June"
    if open_form and one.voice == PASSIVE:
        return replace(other, voice=PASSIVE, tense=one.tense, with_previous=True)
    if open_form and one.tense in {PERFECT, PLUPERFECT, PAST} and other.voice == ATTRIBUTE:
        return replace(other, voice=one.voice, tense=one.tense, with_previous=True)
    if one.tense == INFINITIVE and other.tense == PRESENT:
        return replace(other, tense=INFINITIVE, with_previous=True)
    return replace(other, with_previous=True)
