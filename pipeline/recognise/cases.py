"""A verb with its object, and what the two can make: the words in which the rules of `acts` and `papers` are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.model import EventType, Status
from pipeline.recognise import arabic_objects, complements, preverbal, turning
from pipeline.recognise.immutable import value
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, INFINITIVE, PASSIVE, Trigger

E = EventType

PLAIN: Mapping[str, EventType] = {
    "sign": E.SIGNED, "ratify": E.RATIFIED, "approve": E.APPROVED, "submit": E.SUBMITTED,
    "promulgate": E.PROMULGATED, "deposit": E.DEPOSITED, "exchange": E.EXCHANGED, "notify": E.NOTIFIED,
    "accede": E.ACCEDED, "succeed": E.SUCCEEDED, "withdraw": E.WITHDRAWN, "denounce": E.WITHDRAWN,
    "annul": E.WITHDRAWN, "terminate": E.TERMINATED, "suspend": E.SUSPENDED, "extend": E.EXTENDED,
    "amend": E.AMENDED, "initial": E.INITIALLED, "conclude": E.NEGOTIATIONS_CONCLUDED, "adopt": E.ADOPTED,
    "open": E.OPENED_FOR_SIGNATURE, "enter_force": E.ENTERED_INTO_FORCE, "provisional": E.PROVISIONALLY_APPLIED,
    "reject": E.REJECTED, "reserve": E.RESERVED,
}  # fmt: skip

ENDING = {"withdraw": E.WITHDRAWN, "denounce": E.WITHDRAWN, "annul": E.WITHDRAWN, "terminate": E.TERMINATED,
           "suspend": E.SUSPENDED}  # fmt: skip
TREATYLIKE = frozenset({TREATY, GENERIC, PRONOUN})
LAWS = frozenset({"law", "decree", "draft"})


@value()
class Step:
    """What a verb and its object make. `status`: set where the combination itself says so (a bill to leave is a plan).

    `chamber`: only a parliament's vote makes it this type (a cabinet's makes it approved). `consent`: approval that is ratification
    where a parliament gives it.
    """

    type: EventType
    reason: str
    status: Status | None = None
    weight: float = 1.0
    chamber: bool = False
    consent: bool = False


@value()
class Case:
    """A verb with its object and what a law in the object's place is about, in its sentence."""

    trigger: Trigger
    thing: Thing | None
    about: Trigger | None
    reading: Reading


_READINGS = frozenset({"preliminary", "final"})
_OBJECT_REACH = 5  # words behind a verb in which its object's head stands
_SUBJECT = 6  # and from the head of an English subject to an agreement behind its own prepositions

Special = Callable[[Case], Step | None]


@value()
class Bound:
    """A trigger with its object and what they make."""

    trigger: Trigger
    thing: Thing | None
    about: Trigger | None
    step: Step


_CLITICS = ("arlo", "erlo", "irlo", "arla", "erla", "irla", "arlos", "arlas", "irlos")  # Spanish: "ratificarlo"


def nothing_follows(reading: Reading, trigger: Trigger) -> bool:
    """Whether no noun phrase of its own stands behind the verb: "has ratified so far", not "ratified the will of the people"."""
    following = trigger.last + 1
    if trigger.tense == INFINITIVE and reading.tokens[trigger.last].low.endswith(_CLITICS):
        return True
    while reading.is_any(("season", "passing"), following) or _adverb(reading, following):
        following += 1  # "has ratified in spring", "urged them to ratify quickly"
    if following >= len(reading.tokens) or reading.before(following).strip(" \u00a0"):
        return True
    return (
        any(
            reading.is_a(role, following)
            for role in (
                "prepositions",
                "stop_words",
                "coordinate",
                "subordinate",
                "by",
                "have",
                "be",
                "to",
                "relative",
                "lacking",
            )
        )
        or reading.tokens[following].low.isdigit()
    )


def _adverb(reading: Reading, word: int) -> bool:
    """Whether a word has the ending of the language's adverbs, and a verb before it in the same breath."""
    endings = tuple(reading.lexicon.grammar.get("adverb_endings", ()))
    if not endings or word >= len(reading.tokens) or reading.before(word).strip(" \u00a0"):
        return False
    return reading.tokens[word].low.endswith(endings)


_IN_SPITE = ("concessive", "under")  # «вопреки возражениям», which need be no prepositions


def other_object(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether a verb's own object stands between it and the agreement: "denounced violations of the treaty", "approved a plan under it"."""
    if turning.nothing_told(reading, trigger, thing) or preverbal.not_this(reading, trigger, thing):
        return True
    if thing is None or thing.what != TREATY or trigger.voice not in {ACTIVE, PASSIVE}:
        return False
    if arabic_objects.elsewhere(reading, trigger, thing):
        return True
    beside = reading.roles.get("beside", frozenset())
    heads_last = reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions")
    if heads_last and thing.last < trigger.first - 1 and {trigger.first - 1, thing.last + 1} & beside:
        return True  # "… sözleşmesi konulu toplantıya katıldı"
    if heads_last and thing.last < trigger.first and _about(reading, thing.last, trigger.first):
        return True
    if reading.lexicon.language == "zh" and trigger.last < thing.first:
        return _complement(reading, thing)
    turned = reading.lexicon.object_first and not reading.lexicon.verb_final and thing.first > trigger.last
    if trigger.voice == PASSIVE and not turned:  # «приостановлена трансляция …»
        return trigger.family != "conclude" and thing.last < trigger.first and _headed(reading, thing)
    if reading.lexicon.object_first and not heads_last and thing.last < trigger.first:
        return _own_right_behind(reading, trigger)
    between = range((trigger.first if thing.first < trigger.last else trigger.last) + 1, thing.first)
    between = _past_insert(reading, between)
    aside = min((i for i in between if i in beside), default=thing.first)
    if any(h.first in between and h.first < aside for h in reading.section("acts")):
        return False
    compound = bool(reading.lexicon.grammar.get("compounds"))  # "the Nuclear Forces Treaty" is one noun
    stages = {
        i for h in reading.section("procedure") if h.key in _READINGS for i in range(h.first, h.last + 1)
    }  # "aprobó en tercer debate"
    return any(
        reading.is_a("beside", i)
        and i not in stages
        and not any(preposition(reading, j) for j in range(max(trigger.last + 2, i - 2), i))
        and not any(reading.is_any(_IN_SPITE, j) for j in range(max(trigger.last + 1, i - 2), i))
        and (not compound or any(preposition(reading, j) for j in range(i + 1, thing.first)))
        for i in between[:_OBJECT_REACH]
    )


def _past_insert(reading: Reading, between: range) -> range:
    """The words between a verb and what it may be done to, without what commas set in right behind it: "approved, *on a proposal of the
    minister*, the treaty"."""
    if not between or "," not in reading.before(between[0]):
        return between
    closing = next((i for i in range(between[0] + 1, between[-1] + 2) if "," in reading.before(i)), between[0])
    return range(closing, between[-1] + 1) if preposition(reading, between[0]) else between


def _about(reading: Reading, thing: int, verb: int) -> bool:
    """ "Anlaşmanın uygulanmasına ilişkin yol haritasını imzaladı": what is signed is about the agreement, and not a law on it."""
    at = next((i for i in range(thing + 1, verb - 1) if reading.is_a("about", i)), -1)
    return at > 0 and not any(thing < h.first < at for h in reading.section("acts"))


def _own_right_behind(reading: Reading, trigger: Trigger) -> bool:
    """«Участники конференции по договору прервали заседание»: right behind the verb, without a preposition, stands what it is done to."""
    near = range(trigger.last + 1, min(trigger.last + 3, len(reading.tokens)))
    for word in near:
        if preposition(reading, word) or reading.before(word).strip(" \u00a0") or reading.is_a("relative", word):
            return False
        if reading.is_a("beside", word):
            return True
    return False


def _complement(reading: Reading, thing: Thing) -> bool:
    """Chinese 落实《条约》的行动计划: a noun of its own stands behind the agreement."""
    particle = thing.last + 1
    if particle >= len(reading.tokens) or reading.tokens[particle].low != "的":
        return False
    near = range(particle + 1, particle + 2 + _OBJECT_REACH)
    return any(
        h.key == "beside" and h.first in near and not reading.comma_between(particle, h.first)
        for h in reading.section("grammar")
    )


def _headed(reading: Reading, thing: Thing) -> bool:
    """ "A conference on the treaty was suspended": what stands before the agreement heads the subject."""
    english = reading.lexicon.language == "en"
    first = max(0, thing.first - _OBJECT_REACH - english * _SUBJECT)
    further = False
    for word in range(thing.first - 1, first, -1):
        if not reading.same_clause(word, thing.first) or reading.before(word + 1).strip(" \u00a0'’"):
            return False
        if further and reading.is_any(("be", "have", "coordinate", "relative"), word):
            return False  # "Talks *are over and* that agreement is to be signed"
        if preposition(reading, word):
            verb = any(
                word < h.first < thing.first for h in reading.section("acts")
            )  # "the proposal to sign the treaty"
            if english and not verb and not reading.is_a("beside", word - 1):
                further = True
                continue  # "Talks *with the neighbours* on the arrangement got a go-ahead"
            return reading.is_a("beside", word - 1) and not verb
    return False


def preposition(reading: Reading, word: int) -> bool:
    """Whether a word is a preposition and no article (Portuguese "a" is both), nor inside a name ("Conventional Forces in Europe")."""
    bare = reading.is_a("prepositions", word) and not reading.is_a("determiners", word)
    return bare and not complements.inside_name(reading, word)


def weight_of(trigger: Trigger, thing: Thing) -> float:
    """How surely this verb with this object is a step: loose verbs and pronouns less than "ratified the treaty"."""
    weight = {TREATY: 1.0, GENERIC: 0.92, PRONOUN: 0.88}[thing.what]
    if trigger.family in {"conclude", "amend", "terminate", "extend"}:
        weight *= 0.92
    return weight
