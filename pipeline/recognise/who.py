"""Who stands where the one who acts stands: before an active verb, behind "by", in a possessive."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import agents, company
from pipeline.recognise.parties import MEMBER
from pipeline.recognise.reading import ASIDE, RELATIVE, SUBORDINATE, Reading
from pipeline.recognise.rows import (
    ORGANS,
    first_of,
    group,
    is_of,
    last_word,
    listed,
    of_place,
    without_places,
    word_of,
)
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import PartyKind, PartyMention

_REACH = 14  # words behind "by"
_ALONE = frozenset({"deposit", "denounce", "withdraw", "accede"})  # what one state does
_SIDE = 4  # words from a passive to the side of a state that did it
_PRONOUN_BETWEEN = 3  # words from an Arabic verb to its subject
_CHAMBERS = frozenset({"parliament", "lower_chamber", "upper_chamber"})
_SOURCE = 2  # words from "according to" to an organ
_OF_GAP = 3  # words from a noun to whose act it is
_HAVING = ("avoir", "ter", "tê-l", "tê", "haber", "having", "ayant", "habiendo", "tendo")  # the perfect of infinitives
_MOVES = frozenset({"withdraw", "accede"})  # German: „ist ausgetreten“ is no passive
_HANDED = frozenset({"deposit", "notify"})  # papers that somebody else receives
_OF_THEMSELVES = frozenset({"enter_force", "terminate", "provisional"})  # what agreements do themselves


def subject(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], taken: Sequence[tuple[int, int]]
) -> tuple[PartyMention, ...]:
    """The party mentions that act. `taken`: spans (text offsets) of agreement mentions, whose parties do not act here."""
    if trigger.family in _HANDED and reading.is_a("receiving", trigger.first) and trigger.voice == ACTIVE:
        return agents.sender(reading, trigger)
    could = [p for p in reading.parties if not (p.body == MEMBER or _source(reading, p))]
    named = company.set_apart(reading, agents.beside_decrees(reading, trigger, could))
    free = [
        p
        for p in named
        if not any(a <= p.start and p.end <= b for a, b in taken)
        or agents.touches(reading, trigger, p)
        or _leads(reading, p)
    ]
    inside = (
        _inside(reading, trigger, free)
        or _on_behalf(reading, trigger, named)
        or agents.by_chamber(reading, trigger, named)
    )
    if inside:
        return inside
    if trigger.voice in {PASSIVE, ATTRIBUTE, NOMINAL}:
        agent = _behind_by(reading, trigger, triggers, free)
        if agent:
            return agent
    if trigger.voice == PASSIVE and trigger.family in {"suspend", "withdraw", "terminate", "denounce"}:
        announcing = agents.announcing(reading, trigger, free)
        if announcing:
            return announcing
    if trigger.voice == PASSIVE:
        return _of_passive(reading, trigger, triggers, free)
    if reading.lexicon.language == "ar" and trigger.voice == ACTIVE:
        near = _right_behind(reading, trigger, triggers, free)
        if near:
            return near
    if trigger.voice == ATTRIBUTE:
        return _of_attribute(reading, trigger, triggers, free)
    if trigger.voice == NOMINAL:
        whose = owner(reading, trigger, free) or _before(reading, trigger, triggers, free)
        return whose or _instrumental(reading, trigger) or agents.of_light_verb(reading, trigger, free)
    return (
        agents.of_next_act(reading, trigger, triggers, free)
        or agents.fronted(reading, trigger, triggers, free)
        or _before(reading, trigger, triggers, free)
        or agents.behind(reading, trigger, triggers, free)
        or agents.inverted(reading, trigger, free)
        or _topic(reading, trigger, free)
        or agents.opening(reading, trigger, named)
    )


def _of_passive(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """Who did what a passive without "by" tells of."""
    if trigger.family in _MOVES and reading.lexicon.grammar.get("relative_articles"):
        return _before(reading, trigger, triggers, free)
    agent = _loose_agent(reading, trigger, triggers, free) if reading.lexicon.object_first else ()
    return agent or agents.named(reading, trigger, reading.parties) or _topic(reading, trigger, free)


def _of_attribute(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """Who did what a participle tells of: whom a mark of the agent names before it, or who had done it."""
    by = agents.named(reading, trigger, free) if reading.lexicon.verb_final else ()
    done = trigger.first > 0 and reading.tokens[trigger.first - 1].low.startswith(_HAVING)
    if by or not (done or agents.joined(reading, trigger, triggers)):
        return by
    return _before(reading, trigger, triggers, free) or _topic(reading, trigger, free)


def _source(reading: Reading, mention: PartyMention) -> bool:
    """Whether an organ is only the source of a report: "Poland, according to the deputy minister, will leave"."""
    word = word_of(reading, mention)
    whose = any(p.kind in ORGANS and _close_behind(reading, last_word(reading, p), word) for p in reading.parties)
    if mention.kind not in ORGANS and not whose:
        return False
    if whose and mention.body in _CHAMBERS:
        return False  # «по просьбе президента сенат ратифицировал»
    reach = _SOURCE + (0 if mention.kind in ORGANS else _PRONOUN_BETWEEN)
    return reading.any_is("source", range(max(0, word - reach), word))


def _close_behind(reading: Reading, organ: int, word: int) -> bool:
    """ "The ministry of Kenya", and not "according to the ministry, Kenya …"."""
    verb = any(reading.is_any(("have", "be"), i) for i in range(organ + 1, word))
    return 0 < word - organ <= _SOURCE and not verb and not reading.comma_between(organ, word)


def _leads(reading: Reading, mention: PartyMention) -> bool:
    """Where the verb stands last, the organ that opens the clause acts, even if all before the verb reads as one wording."""
    if not reading.lexicon.verb_final or reading.lexicon.grammar.get("prepositions"):
        return False
    return mention.kind in ORGANS or agents.opens(reading, mention)


def _inside(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The subject among the words of the verb itself: "cleared the Senate", «внесло правительство на рассмотрение»."""
    if trigger.voice != PASSIVE and not (trigger.voice == ACTIVE and reading.lexicon.object_first):
        return ()  # "sent Hungary notice": an object
    lets = trigger.family == "approve" and trigger.last > trigger.first  # "the Rada authorised the president to ratify"
    if trigger.voice == ACTIVE and any(
        (p.kind not in ORGANS or (lets and not reading.is_a("prepositions", word_of(reading, p) - 1)))
        and last_word(reading, p) < trigger.first
        and reading.same_clause(word_of(reading, p), trigger.first)
        and not of_place(reading, word_of(reading, p))
        for p in free
    ):
        return ()  # «Копенгаген уведомил Москву о выходе»
    found = [
        p
        for p in free
        if trigger.first < word_of(reading, p)
        and last_word(reading, p) <= trigger.last
        and p.kind is not PartyKind.ORGANISATION
        and not reading.is_a("prepositions", word_of(reading, p) - 1)
    ]
    return group(reading, found, from_left=True)


def _on_behalf(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """For whom it was done: "signed on behalf of Norway by its envoy"."""
    clause = reading.clause_of[trigger.first]
    found = [p for p in free if reading.clause_of[word_of(reading, p)] == clause]
    behalf = [
        p for p in found
        if any(reading.is_a("behalf", word_of(reading, p) - i) for i in (1, 2)) or agents.possessor_of(reading, p, "behalf")
    ]  # fmt: skip
    return group(reading, behalf, from_left=True) if trigger.voice != NOMINAL else ()


def _right_behind(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """The subject that follows its verb, at most a pronoun between them („صادق عليها البرلمان")."""
    clause = reading.clause_of[trigger.first]
    found = [
        p
        for p in free
        if 0 < word_of(reading, p) - trigger.last <= _PRONOUN_BETWEEN
        and reading.clause_of[word_of(reading, p)] == clause
        and not of_place(reading, word_of(reading, p))
    ]
    row = found[:1]
    for p in [p for p in free if row and word_of(reading, p) > word_of(reading, row[0])]:
        between = range(last_word(reading, row[-1]) + 1, word_of(reading, p))
        if len(between) >= _PRONOUN_BETWEEN or any(t.first in between for t in triggers):
            break  # "Cyprus ratified it, and the Lebanese parliament never did"
        if between and p.kind in ORGANS and row[-1].kind not in ORGANS and p.code != row[-1].code:
            break  # "Nicosia ratified it but the Lebanese parliament …"
        if p.kind in ORGANS and any(reading.tokens[i].low == "علي" for i in between):
            break  # „وافق المجلس على قرار رئيس الجمهورية“
        row.append(p)
    return group(reading, without_places(reading, row), from_left=True)


def _topic(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """Who a verb without a subject speaks of: the one named in the clause around it ("Ecuador did so: it denounced …")."""
    if trigger.family in _OF_THEMSELVES or (trigger.voice == PASSIVE and trigger.family not in _ALONE):
        return ()
    number = reading.clause_of[trigger.first]
    inside = reading.clauses[max(0, reading.clauses[number].parent)].kind == SUBORDINATE
    opens = trigger.first - reading.clause_of.index(number) <= (
        _PRONOUN_BETWEEN if inside else 1
    )  # "si se mira a Chile: se negó a firmarlo"
    while number:
        number = reading.clauses[number].parent
        outer = [
            p
            for p in free
            if last_word(reading, p) < trigger.first and reading.clause_of[word_of(reading, p)] == number
        ]
        kept = agents.speaking(reading, trigger, outer) or group(reading, without_places(reading, outer))
        kept = kept or (tuple(outer[-1:]) if opens else ())
        if kept:
            return kept
    return ()


def _behind_by(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    by = next(
        (
            i
            for i in range(trigger.last + 1, min(trigger.last + 13, len(reading.tokens)))
            if reading.is_a("by", i) and reading.same_clause(i, trigger.first)
        ),
        -1,
    )
    passed = any(trigger.last < t.first and t.last < by and t.voice == PASSIVE for t in triggers)
    if by < 0 or (passed and reading.comma_between(trigger.last, by)):
        return ()  # "signed in 2016, was approved by the Senate"
    found = [
        p
        for p in free
        if by < word_of(reading, p) <= by + _REACH
        and reading.within(reading.clause_of[word_of(reading, p)], reading.clause_of[by])
    ]
    found = [p for p in found if p.kind is not PartyKind.CAPITAL or not of_place(reading, word_of(reading, p))]
    row = found[:1]
    for p in found[1:]:
        left, right = last_word(reading, row[-1]), word_of(reading, p)
        if reading.any_is("by", range(left + 1, right)):
            break
        joined = reading.any_is("coordinate", range(left + 1, right)) or right - left == 1
        if (
            (reading.comma_between(left, right) and not listed(reading, row[-1], p))
            or right - left > 5
            or not (joined or right - left <= 3)
        ):
            break
        row.append(p)
    return group(reading, row, from_left=True)


def _of_next(reading: Reading, trigger: Trigger, mention: PartyMention, triggers: Sequence[Trigger]) -> bool:
    """Whether a name behind a comma is the subject of the verb behind it («… был подписан, меджлис одобрил …»)."""
    word = word_of(reading, mention)
    follows = any(t.voice == ACTIVE and word < t.first <= word + _SIDE for t in triggers if t is not trigger)
    return word > trigger.last and follows and reading.comma_between(trigger.last, word)


def _loose_agent(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """Languages that mark the agent by case: an organ or a leader in the clause."""
    clause = reading.clause_of[trigger.first]
    found = [
        p
        for p in free
        if p.kind in ORGANS
        and (
            (reading.clause_of[word_of(reading, p)] == clause and not _of_next(reading, trigger, p, triggers))
            or (not p.body and p.code and 0 < word_of(reading, p) - trigger.last <= _SIDE)
        )
    ]
    return group(reading, found, from_left=True)


def _instrumental(reading: Reading, trigger: Trigger) -> tuple[PartyMention, ...]:
    """«Ратификация конвенции парламентом Кении»: whose act a noun tells of, by the case of the organ behind it."""
    endings = tuple(reading.lexicon.grammar.get("agent_endings", ()))
    found = [
        p
        for p in reading.parties
        if p.body
        and 0 < word_of(reading, p) - trigger.last <= _REACH
        and reading.tokens[word_of(reading, p)].low.endswith(endings)
        and reading.same_clause(word_of(reading, p), trigger.first)
        and not reading.is_a("prepositions", word_of(reading, p) - 1)
    ]
    first = found[0].start if found else 0
    return group(reading, [p for p in reading.parties if p.start >= first], from_left=True) if endings and found else ()


def _possessor(reading: Reading, trigger: Trigger, mentions: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    return tuple(
        p
        for p in mentions
        if 0 < trigger.first - last_word(reading, p) <= 3
        and not reading.comma_between(last_word(reading, p), trigger.first)
    )[-1:]


def owner(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """Whose act a noun tells of. `free`: the names that are no part of an agreement's."""
    return _possessor(reading, trigger, reading.parties) or _whose(reading, trigger, free)


def _whose(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """Whose act a noun tells of, right behind it: "ratificação paraguaia", "the ratifications of Chad and Benin"."""
    for at, p in enumerate(free):
        gap = word_of(reading, p) - trigger.last
        adjective = gap == 1 and p.kind is PartyKind.DEMONYM
        owner = 1 < gap <= _OF_GAP and p.kind is PartyKind.NAME and is_of(reading, trigger.last + 1)
        if adjective or owner:
            return first_of(reading, free[at:])
    return ()


def _before(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """The subject before the verb, shared by joined verbs; in a relative clause "who signed" it is the antecedent."""
    clause = reading.clause_of[trigger.first]
    start = _start(reading, trigger, triggers)
    found = [
        p
        for p in free
        if start <= word_of(reading, p)
        and last_word(reading, p) < trigger.first
        and reading.clause_of[word_of(reading, p)] == clause
    ]
    if found:
        deciding = agents.deciding(reading, trigger, found)
        if deciding:
            return deciding
        kept = without_places(reading, _addressed(reading, trigger, found))
        return group(reading, kept, from_left=reading.lexicon.verb_final and any(p.kind in ORGANS for p in kept))
    home = reading.clause(trigger.first)
    if home.kind == RELATIVE and trigger.first - home.opener <= 4:
        before = [p for p in free if 0 < home.opener - last_word(reading, p) <= 4]
        return group(reading, before)
    if home.kind != RELATIVE and home.number and trigger.tense in {"infinitive", "gerund"}:
        outer = [
            p
            for p in free
            if last_word(reading, p) < trigger.first and reading.clause_of[word_of(reading, p)] == home.parent
        ]
        return agents.speaking(reading, trigger, outer) or group(reading, without_places(reading, outer))
    aside = [p for p in free if 0 < trigger.first - last_word(reading, p) <= 1 and _is_aside(reading, p, clause)]
    return tuple(aside)  # "three Pacific states (Fiji, Palau and Samoa) ratified …"


def _is_aside(reading: Reading, mention: PartyMention, clause: int) -> bool:
    home = reading.clause(word_of(reading, mention))
    return home.kind == ASIDE and home.parent == clause and mention.kind is PartyKind.NAME


def _addressed(reading: Reading, trigger: Trigger, found: list[PartyMention]) -> list[PartyMention]:
    """Of "Moscow urged Washington to ratify" the one who is urged."""
    cues = [h for h in reading.section("status") if h.key == "called_for" and h.last < trigger.first]
    if not cues or (trigger.tense != "infinitive" and not reading.lexicon.han):
        return found
    urged = [p for p in found if word_of(reading, p) > cues[-1].last]
    return urged or found


def _start(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> int:
    """Behind the last finite verb of the clause with a subject of its own; subjects carry over to later verbs without one."""
    index = next((i for i, t in enumerate(triggers) if t is trigger), 0)
    for other in reversed(triggers[:index]):
        if (
            other.voice in {ACTIVE, PASSIVE}
            and reading.same_clause(other.first, trigger.first)
            and not trigger.with_previous
        ):
            own = [
                p for p in reading.parties if other.last < word_of(reading, p) and last_word(reading, p) < trigger.first
            ]
            fresh = [p for p in own if trigger.first - last_word(reading, p) <= 4]
            comma = _parting_comma(reading, other.last + 1, trigger.first, own)
            opens = reading.lexicon.verb_final and any(0 <= word_of(reading, p) - comma <= 1 for p in own)
            if not fresh and not opens:  # „…, das Parlament hatte es am 3. März verabschiedet“
                return 0
            return max(other.last + 1, comma)
    return 0


def _parting_comma(reading: Reading, first: int, stop: int, own: Sequence[PartyMention]) -> int:
    """The word behind the last comma that parts a subject from what was said before it; no comma of a list of names; -1 for none."""
    ends = {last_word(reading, p): p.kind for p in own}
    named = {
        (at := word_of(reading, p)) - reading.is_a("determiners", at - 1): p.kind for p in own
    }  # with their articles
    last = max((word_of(reading, p) for p in own), default=-1)
    parts = [i for i in range(first, stop) if "," in reading.before(i)]
    listed = {i for i in parts if i - 1 in ends and named.get(i) == ends[i - 1]}
    return next((i for i in reversed(parts) if i not in listed and last >= i), -1)
