"""Who took the step, and what step it is at that organ: generic organs get their country, loose verbs their legal meaning.

    "the president signed the law"  + article about Kyrgyzstan   ->  Actor(country="KG", stage="head_of_state")
    Russia, head of state, "ratified"                            ->  promulgated at head_of_state

Pure. The tables that say which organ's act is what are `jurisdictions/<code>.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.model import EventType
from pipeline.recognise.parties import Names
from pipeline.recognise.party_words import Jurisdiction
from pipeline.recognise.values import Actor, PartyKind, PartyMention

CHAMBERS = frozenset({"parliament", "lower_chamber", "upper_chamber"})
ORGANS = frozenset({PartyKind.BODY, PartyKind.LEADER})
_NOT_A_CHAMBER = frozenset({"committee", "government", "head_of_government", "council", "commission"})
_STATES = frozenset({PartyKind.NAME, PartyKind.DEMONYM, PartyKind.CAPITAL, PartyKind.PAIR})
_SET_OFF = re.compile(r"[,;:.()—–]")
_TRAVELLING = frozenset({"ministry", "foreign_ministry", "speaker"})  # who acts in others' capitals, too
_ITS = frozenset({
    "its", "son", "sa", "su", "seu", "sua", "sein", "seine", "seinem", "ihr", "его", "ее", "её", "його", "її", "яго", "яе",
})  # fmt: skip
_OF = frozenset({"", "of the", "of", "du", "de la", "del", "da", "do", "der", "des"})  # between a sitting and its organ
_WHOSE = frozenset(
    {
        "whose",
        "cuyo",
        "cuya",
        "cujo",
        "cuja",
        "dont",
        "dessen",
        "deren",
        "чей",
        "чья",
        "чье",
        "чьё",
        "чий",
        "чия",
        "чиє",
    }
)
_WITH = 3  # words between "with" and a state, an article among them
_OPENING_WORDS = 3
_SCENE_WORDS = 6
_LOCATIVE = re.compile(r"['’](?:de|da|te|ta)\b")
_KAZAKH_LOCATIVE = ("да", "де", "та", "те")
_PERSONAL = frozenset({"head_of_state", "head_of_government", "foreign_ministry", "ministry", "speaker"})

# What an act is at a stage, in every jurisdiction that does not say otherwise: (stage, as worded) -> (what it is, reason).
_GENERAL: Mapping[tuple[str, EventType], tuple[EventType, str]] = {
    **{(stage, EventType.RATIFIED): (EventType.APPROVED, "not_a_chamber") for stage in _NOT_A_CHAMBER},
}
_PASSED = frozenset(
    {EventType.SIGNED, EventType.APPROVED, EventType.ADOPTED, EventType.RATIFIED, EventType.PROMULGATED}
)


@dataclass(frozen=True, slots=True)
class Near:
    """The states beside an organ without one: whose organs act in its sentence, in which it is set, named before it, named in the article."""

    acting: tuple[str, ...] = ()
    placed: str = ""
    before: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def knows(self, code: str) -> bool:
        """Whether a state is named in the sentence or in headline and lead."""
        return code in self.before or code in self.named


def attach(
    mentions: Sequence[PartyMention],
    low: str,
    original: str,
    language: str,
    names: Names,
    *,
    context: str = "",
    named: Sequence[str] = (),
    seat: str = "",
    withs: Collection[str] = (),
    sure: bool = False,
    native: str = "",
) -> tuple[PartyMention, ...]:
    """Gives every organ without a country the one it most likely belongs to.

    In order: the only state with an organ of this name whose organs act in the sentence already; the state the sentence is set in
    ("In Costa Rica the deputies …", for chambers also `seat`, of whose capital it says so); the article's country (`context`); the only such state named before it, or in headline and lead
    (`named`); the country meant by the bare name ("Congress"); for words every country has ("parliament"), the only state acting in
    the sentence or named before them. `native`: the state whose houses write so, whose organ a bare name means before another's. A state named after an organ is more likely the other party. Mentions that stay unknown keep
    code "".
    """
    acting = tuple(
        dict.fromkeys(m.code for m in mentions if m.code and m.kind in ORGANS and not _dealt_with(m, low, withs))
    )
    partners = {m for m in mentions if m.kind in _STATES and _dealt_with(m, low, withs)}
    result = []
    for at, mention in enumerate(mentions):
        if mention.kind is PartyKind.BODY and not mention.code:
            words, text = low[mention.start : mention.end], original[mention.start : mention.end]
            owned = names.owners_of(words, text, language)
            before = tuple(
                dict.fromkeys(
                    m.code for m in mentions[:at] if m.code and m.kind in _STATES | ORGANS and m not in partners
                )
            )
            default = names.default_of(words, text, language)
            placed = _placed(mentions[:at], low, names.places(language))
            placed = placed or (seat if mention.body not in _TRAVELLING else "")
            placed = placed or _set_in(mentions[:at], mention, low, names.places(language))
            if native in owned and _unknown(default, Near(acting, "", before, tuple(named))):
                default = native
            its = before[-1] if before and _its(mention, low) else ""
            placed = "" if its else placed
            near = Near(acting, placed, before, tuple(named))
            home = its or context
            possible = home if _possible(mention.body, names.jurisdictions.get(home)) else ""
            listed = bool(home) and home in names.jurisdictions
            if sure and listed and possible and home not in owned and _unknown(default, near):
                stages = {organ[0] for organ in names.jurisdictions[home].organs}
                owned = {**owned, home: mention.body} if set(owned.values()) <= stages else owned
            sole = language.startswith("zh") and len(owned) == 1 and listed and home not in owned  # 立法院
            code = its or (next(iter(owned)) if sole else _owner(owned, default, near, possible, listed))
            result.append(replace(mention, code=code, body=owned.get(code, mention.body)) if code else mention)
        else:
            result.append(mention)
    return _sittings(mentions, result, low)


def _sittings(bare: Sequence[PartyMention], given: Sequence[PartyMention], low: str) -> tuple[PartyMention, ...]:
    """Organs with their states; "the plenary of the Senate", «пленарное заседание Сената» is of the state whose Senate it is."""
    result = list(given)
    for at in range(len(given) - 1):
        one, other = result[at], given[at + 1]
        both = one.kind is PartyKind.BODY is other.kind and not bare[at].code
        if both and other.code and one.code != other.code and low[one.end : other.start].strip() in _OF:
            result[at] = replace(one, code=other.code)
    return tuple(result)


def _its(mention: PartyMention, low: str) -> bool:
    """Whether "its" stands before an organ: that of the state named last ("Hungary …; its parliament voted", "Brazil, whose Senate")."""
    words = low[: mention.start].split()
    return bool(words) and (words[-1] in _ITS or not _WHOSE.isdisjoint(words[-2:]))


def _dealt_with(mention: PartyMention, low: str, withs: Collection[str]) -> bool:
    """Whether "with" stands before a state or its organ: the other side of an agreement ("the treaty with Chile cleared the Senate")."""
    return any(word in withs for word in low[: mention.start].rsplit(maxsplit=_WITH)[-_WITH:])


def _unknown(default: str, near: Near) -> bool:
    """Whether nothing is told of the state that a bare name would mean."""
    return bool(default) and not near.knows(default) and default not in near.acting


def _placed(before: Sequence[PartyMention], low: str, places: frozenset[str]) -> str:
    """The state a sentence is set in from its first words: "In Costa Rica the deputies …", „Қазақстанда …"."""
    for mention in before:
        if mention.kind is not PartyKind.NAME or len(mention.code) != 2:
            continue
        opening = _SET_OFF.split(low[: mention.start])[-1].split()
        if len(opening) <= _OPENING_WORDS and places.intersection(opening):
            return mention.code
        here = low[mention.start : mention.end]
        if not opening and (
            _LOCATIVE.match(low, mention.end) or (here[-1] in "ае" and here.endswith(_KAZAKH_LOCATIVE))
        ):
            return mention.code
    return ""


def _set_in(before: Sequence[PartyMention], organ: PartyMention, low: str, places: frozenset[str]) -> str:
    """The state said to be the scene shortly before an organ: "in Kenya the treaty needs ratification by the parliament"."""
    for mention in reversed(before):
        between = low[mention.end : organ.start]
        opening = low[: mention.start].split()
        if mention.kind is PartyKind.NAME and len(mention.code) == 2 and opening and opening[-1] in places:
            near = len(between.split()) <= _SCENE_WORDS and not _SET_OFF.search(between)
            return mention.code if near and organ.body in CHAMBERS else ""
    return ""


def _possible(stage: str, jurisdiction: Jurisdiction | None) -> bool:
    """Whether it can have an organ of this stage: no second chamber where there is one, no head of state in a union of states."""
    if jurisdiction is None:
        return True
    known = {organ[0] for organ in jurisdiction.organs}
    if "commission" in known:
        return stage in known
    if stage in {"council", "commission"}:
        return stage in known
    return stage != "upper_chamber" or stage in known or not known & CHAMBERS


def _owner(owned: Mapping[str, str], default: str, near: Near, context: str, listed: bool) -> str:
    """The country of an organ's name. `listed`: the context's organs are known, so that a name it lacks is not its own."""
    acts = [code for code in near.acting if code in owned]
    if len(acts) == 1:
        return acts[0]
    if near.placed and (not owned or near.placed in owned or near.placed != default):
        return _elsewhere(owned, default, near) or near.placed
    if context in owned:
        return context
    for group in (near.before, near.named):
        fits = [code for code in group if code in owned]
        if len(fits) == 1:
            return fits[0]
    if default and (listed or not context):
        return default
    if len(owned) == 1 and listed and near.knows(*owned):
        return next(iter(owned))
    if context:
        return context
    for group in (near.acting, near.before):
        if len(group) == 1:
            return group[0]
    return ""


def _elsewhere(owned: Mapping[str, str], default: str, near: Near) -> str:
    """The state whose organ it must be, because the one that the sentence is set in has none of the name: "in Russia …, the Majlis approved"."""
    if default or not owned or near.placed in owned:
        return ""
    named = [code for code in dict.fromkeys((*near.before, *near.named)) if code in owned]
    return named[0] if len(named) == 1 else ""


def resolve(mentions: Sequence[PartyMention], text: str, *, context: str = "") -> Actor:
    """Who is meant by the mentions at the subject's place (all of them, none other), worded as `text` has it.

    One country or organisation: that one, with the stage of its organ. Several countries, or none that can be known: they act
    together, country "". The stage is that of the last organ named; a leader behind an office ("President Putin") is one actor.
    """
    organs = [mention for mention in mentions if mention.kind in ORGANS]
    codes = list(dict.fromkeys(mention.code for mention in mentions if mention.code))
    if not mentions:
        return Actor("", "")
    start, end = mentions[0].start, mentions[-1].end
    if not codes and organs and context:
        codes = [context]
    stages = list(dict.fromkeys(organ.body for organ in organs if organ.body))
    country = codes[0] if len(codes) == 1 else ""
    return Actor(text[start:end], country, _stage(stages), start, end)


def each(mentions: Sequence[PartyMention], text: str) -> tuple[Actor, ...]:
    """One actor for every country among the mentions ("the Latvian and Lithuanian parliaments"), with the stage they share."""
    organs = [mention for mention in mentions if mention.kind in ORGANS]
    shared = _stage(list(dict.fromkeys(organ.body for organ in organs if organ.body)))
    actors: dict[str, Actor] = {}
    for mention in mentions:
        if not mention.code:
            continue
        stage = mention.body or shared
        known = actors.get(mention.code)
        if known is None or (mention.kind in ORGANS and not known.stage):
            start = known.start if known else mention.start
            actors[mention.code] = Actor(text[start : mention.end], mention.code, stage, start, mention.end)
    return tuple(actors.values())


def _stage(stages: Sequence[str]) -> str:
    if not stages:
        return ""
    if "committee" in stages and set(stages) <= CHAMBERS | {"committee"}:
        return "committee"  # "the Assembly's foreign affairs committee"
    if set(stages) <= CHAMBERS and len(stages) > 1:
        houses = [stage for stage in stages if stage != "parliament"]  # "the Senate of the Parliament" is the Senate
        return houses[0] if len(houses) == 1 else "parliament"
    return stages[0] if len(stages) == 1 else next((stage for stage in stages if stage in _PERSONAL), stages[0])


def focus(mentions: Sequence[PartyMention], parties: Collection[str] = ()) -> str:
    """The country an article is about, from the mentions of its headline and lead, in order; "" where several are equally near.

    An organ of a country outweighs its name, an early mention a late one; `parties`, where given, are the only ones that count.
    """
    scores: dict[str, float] = {}
    for rank, mention in enumerate(m for m in mentions if m.code and (not parties or m.code in parties)):
        weight = {PartyKind.BODY: 3.0, PartyKind.LEADER: 3.0, PartyKind.DEMONYM: 1.0, PartyKind.CAPITAL: 1.0}.get(
            mention.kind, 0.9
        )
        scores[mention.code] = scores.get(mention.code, 0.0) + weight / (1 + 0.1 * rank)
    best = sorted(scores.items(), key=lambda pair: -pair[1])
    if not best or (len(best) > 1 and best[1][1] > 0.8 * best[0][1]):
        return ""
    return best[0][0]


def only_approves(act: EventType, stage: str) -> bool:
    """Whether what a body decides to do is still to follow, by a paper or a signature; a minister who flies in to sign, signs."""
    if act is EventType.ACCEDED:
        return True
    return act in {EventType.SIGNED, EventType.NEGOTIATIONS_CONCLUDED} and stage in {
        "government",
        "council",
        "commission",
    }


def normalise(
    act: EventType, country: str, stage: str, jurisdictions: Mapping[str, Jurisdiction], *, law: bool = False
) -> tuple[EventType, str, str]:
    """What an act worded so is when this organ does it: (type, stage, reason); reason "" where the words mean what they say.

    `law`: the object acted on is the law (bill, act) on ratification, not the agreement: a chamber that passes it ratifies, a head
    of state who signs it promulgates. The jurisdiction's own table speaks first, then what holds everywhere (a committee or
    cabinet that "ratifies" approves).
    """
    if law and act in _PASSED:
        act = EventType.RATIFIED if stage in CHAMBERS else EventType.PROMULGATED if stage == "head_of_state" else act
        if act is EventType.PROMULGATED:
            return act, stage, "signs_ratification_law"
    jurisdiction = jurisdictions.get(country)
    if jurisdiction is not None:
        own = jurisdiction.acts.get((stage, act.value))
        if own is not None:
            return EventType(own[0]), own[1], f"{country.lower()}_{stage}"
    general = _GENERAL.get((stage, act))
    return (general[0], stage, general[1]) if general else (act, stage, "")
