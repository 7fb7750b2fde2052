"""Who stands where the one who acts stands: before an active verb, behind "by", in a possessive."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import PartyKind, PartyMention

_ORGANS = frozenset({PartyKind.BODY, PartyKind.LEADER})
_REACH = 14  # words behind "by"
_ALONE = frozenset({"deposit", "denounce", "withdraw", "accede"})  # what one state does
_ROW_GAP = 3  # words between two names of a list
_SIDE = 4  # words from a passive to the side of a state that did it
_PRONOUN_BETWEEN = 3  # words from an Arabic verb to its subject
_OF_THEMSELVES = frozenset({"enter_force", "terminate", "provisional"})  # what agreements do themselves


def subject(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], taken: Sequence[tuple[int, int]]
) -> tuple[PartyMention, ...]:
    """The party mentions that act. `taken`: spans (text offsets) of agreement mentions, whose parties do not act here."""
    if trigger.family == "deposit" and reading.tokens[trigger.first].low.startswith(("receiv", "accept", "получ")):
        return tuple(
            p for p in reading.parties if _word(reading, p) > trigger.last and _from(reading, _word(reading, p))
        )
    free = [
        p
        for p in reading.parties
        if not any(a <= p.start and p.end <= b for a, b in taken) or _touches(reading, trigger, p) or _leads(reading, p)
    ]
    inside = _inside(reading, trigger, free)
    if inside:
        return inside
    if trigger.voice in {PASSIVE, ATTRIBUTE, NOMINAL}:
        agent = _behind_by(reading, trigger, triggers, free)
        if agent:
            return agent
    if trigger.voice == PASSIVE and trigger.family in {"suspend", "withdraw", "terminate", "denounce"}:
        announcing = _announcing(reading, trigger, free)
        if announcing:
            return announcing
    if trigger.voice == PASSIVE:
        agent = _loose_agent(reading, trigger, free) if reading.lexicon.object_first else ()
        return agent or _topic(reading, trigger, free)
    if reading.lexicon.language == "ar" and trigger.voice == ACTIVE:
        near = _right_behind(reading, trigger, free)
        if near:
            return near
    if trigger.voice == ATTRIBUTE:
        return ()
    if trigger.voice == NOMINAL:
        return _possessor(reading, trigger, reading.parties) or _before(reading, trigger, triggers, free)
    return (
        _before(reading, trigger, triggers, free)
        or _behind(reading, trigger, triggers, free)
        or _topic(reading, trigger, free)
    )


def _leads(reading: Reading, mention: PartyMention) -> bool:
    """Where the verb stands last, the organ that opens the clause acts, even if all before the verb reads as one wording."""
    return reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions") and mention.kind in _ORGANS


def _inside(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The subject among the words of the verb itself: "cleared the Senate", «внесло правительство на рассмотрение»."""
    if trigger.voice != PASSIVE and not (trigger.voice == ACTIVE and reading.lexicon.object_first):
        return ()  # "sent Hungary notice": an object
    found = [
        p
        for p in free
        if trigger.first < _word(reading, p)
        and _last_word(reading, p) <= trigger.last
        and p.kind is not PartyKind.ORGANISATION
        and not reading.is_a("prepositions", _word(reading, p) - 1)
    ]
    return _group(reading, found, from_left=True)


def _right_behind(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The subject that follows its verb, at most a pronoun between them („صادق عليها البرلمان")."""
    clause = reading.clause_of[trigger.first]
    found = [
        p
        for p in free
        if 0 < _word(reading, p) - trigger.last <= _PRONOUN_BETWEEN
        and reading.clause_of[_word(reading, p)] == clause
        and not _of_place(reading, _word(reading, p))
    ]
    row = [p for p in free if found and _word(reading, p) >= _word(reading, found[0])]
    return _group(reading, _without_places(reading, row), from_left=True)


def _topic(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """Who a verb without a subject speaks of: the one named in the clause around it ("Ecuador did so: it denounced …")."""
    if trigger.family in _OF_THEMSELVES or (trigger.voice == PASSIVE and trigger.family not in _ALONE):
        return ()
    number = reading.clause_of[trigger.first]
    opens = trigger.first - min(reading.words_of(number)) <= 1  # "si se mira a Chile: se negó a firmarlo"
    while number:
        number = reading.clauses[number].parent
        outer = [
            p for p in free if _last_word(reading, p) < trigger.first and reading.clause_of[_word(reading, p)] == number
        ]
        kept = _group(reading, _without_places(reading, outer)) or (tuple(outer[-1:]) if opens else ())
        if kept:
            return kept
    return ()


def _announcing(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """ "India announced that the treaty would be suspended": who says so does so."""
    opener = reading.clause(trigger.first).opener
    if opener <= 0 or not reading.is_a("complementiser", opener):
        return ()
    said = next((i for i in range(max(0, opener - 4), opener) if reading.is_a("quote_verbs", i)), -1)
    if said < 0:  # "New Delhi's announcement that …"
        whose = [p for p in free if 0 < opener - _word(reading, p) <= _REACH and _possessive(reading, p)]
        return tuple(whose[-1:])
    return _group(reading, _without_places(reading, [p for p in free if said - 6 <= _word(reading, p) < said]))


def _possessive(reading: Reading, mention: PartyMention) -> bool:
    after = reading.sentence.low[mention.end - reading.sentence.start :]
    return after.startswith(("'s", "’s"))


def _touches(reading: Reading, trigger: Trigger, mention: PartyMention) -> bool:
    """«Договор Армения подписала …»: in front of a verb stands its subject, whatever the words before it seem to say."""
    return (
        reading.lexicon.object_first
        and trigger.voice == ACTIVE
        and trigger.tense in {"past", "perfect"}
        and mention.kind is PartyKind.NAME
        and 1 <= trigger.first - _last_word(reading, mention) <= 2
        and not reading.comma_between(_last_word(reading, mention), trigger.first)
        and not any(
            reading.is_a("prepositions", i) for i in range(max(0, _word(reading, mention) - 2), _word(reading, mention))
        )
        and not any(
            reading.is_a("coordinate", i) for i in range(max(0, _word(reading, mention) - 1), _word(reading, mention))
        )
    )


def _from(reading: Reading, word: int) -> bool:
    return any(reading.tokens[i].low in {"from", "от"} for i in range(max(0, word - 2), word))


def _word(reading: Reading, mention: PartyMention) -> int:
    return reading.token_at(mention.start)


def _last_word(reading: Reading, mention: PartyMention) -> int:
    return reading.token_at(mention.end - 1)


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
        if by < _word(reading, p) <= by + _REACH
        and reading.within(reading.clause_of[_word(reading, p)], reading.clause_of[by])
    ]
    found = [p for p in found if p.kind is not PartyKind.CAPITAL or not _of_place(reading, _word(reading, p))]
    row = found[:1]
    for p in found[1:]:
        left, right = _last_word(reading, row[-1]), _word(reading, p)
        if any(reading.is_a("by", i) for i in range(left + 1, right)):
            break
        joined = any(reading.is_a("coordinate", i) for i in range(left + 1, right)) or right - left == 1
        if (
            (reading.comma_between(left, right) and not _listed(reading, row[-1], p))
            or right - left > 5
            or not (joined or right - left <= 3)
        ):
            break
        row.append(p)
    return _group(reading, row, from_left=True)


def _of_place(reading: Reading, word: int) -> bool:
    """Whether "in", "at" or the like leads to a name."""
    return reading.is_a("prepositions", word - 1) and not reading.is_a("by", word - 1) and not _of(reading, word - 1)


def _of(reading: Reading, word: int) -> bool:
    return reading.tokens[word].low in {"of", "de", "du", "d", "del", "do", "da", "dos", "des"}


def _listed(reading: Reading, one: PartyMention, other: PartyMention) -> bool:
    """Whether nothing but a comma parts two names: they stand in a list."""
    return _word(reading, other) - _last_word(reading, one) <= 1 and one.kind == other.kind


def _loose_agent(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """Languages that mark the agent by case: an organ or a leader in the clause."""
    clause = reading.clause_of[trigger.first]
    found = [
        p
        for p in free
        if p.kind in _ORGANS
        and (
            reading.clause_of[_word(reading, p)] == clause
            or (not p.body and p.code and 0 < _word(reading, p) - trigger.last <= _SIDE)
        )
    ]
    return _group(reading, found, from_left=True)


def _possessor(reading: Reading, trigger: Trigger, mentions: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    return tuple(
        p
        for p in mentions
        if 0 < trigger.first - _last_word(reading, p) <= 3
        and not reading.comma_between(_last_word(reading, p), trigger.first)
    )[-1:]


def _before(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """The subject before the verb, shared by joined verbs; in a relative clause "who signed" it is the antecedent."""
    clause = reading.clause_of[trigger.first]
    start = _start(reading, trigger, triggers)
    found = [
        p
        for p in free
        if start <= _word(reading, p)
        and _last_word(reading, p) < trigger.first
        and reading.clause_of[_word(reading, p)] == clause
    ]
    if found:
        kept = _without_places(reading, _addressed(reading, trigger, found))
        return _group(reading, kept, from_left=reading.lexicon.verb_final and any(p.kind in _ORGANS for p in kept))
    home = reading.clause(trigger.first)
    if home.kind == RELATIVE and trigger.first - home.opener <= 4:
        before = [p for p in free if 0 < home.opener - _last_word(reading, p) <= 4]
        return _group(reading, before)
    if home.kind != RELATIVE and home.number and trigger.tense in {"infinitive", "gerund"}:
        outer = [
            p
            for p in free
            if _last_word(reading, p) < trigger.first and reading.clause_of[_word(reading, p)] == home.parent
        ]
        return _group(reading, _without_places(reading, outer))
    return ()


def _addressed(reading: Reading, trigger: Trigger, found: list[PartyMention]) -> list[PartyMention]:
    """Of "Moscow urged Washington to ratify" the one who is urged."""
    cues = [h for h in reading.section("status") if h.key == "called_for" and h.last < trigger.first]
    if trigger.tense != "infinitive" or not cues:
        return found
    urged = [p for p in found if _word(reading, p) > cues[-1].last]
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
                p for p in reading.parties if other.last < _word(reading, p) and _last_word(reading, p) < trigger.first
            ]
            fresh = [p for p in own if trigger.first - _last_word(reading, p) <= 4]
            return other.last + 1 if fresh else 0
    return 0


def _without_places(reading: Reading, mentions: Sequence[PartyMention]) -> list[PartyMention]:
    """Mentions behind a preposition of place or company ("in Tehran", "with Japan") do not act, unless an organ leads them."""
    kept: list[PartyMention] = []
    for p in mentions:
        word = _word(reading, p)
        behind = (
            word > 0
            and not _article(reading, word - 1)
            and not reading.is_a("by", word - 1)
            and not (word > 1 and reading.is_a("by", word - 2))
            and (
                reading.is_a("prepositions", word - 1)
                or (word > 1 and reading.is_a("determiners", word - 1) and reading.is_a("prepositions", word - 2))
            )
        )
        if behind and not (kept and word - _last_word(reading, kept[-1]) <= 4) and not _noun_before(reading, word):
            continue
        kept.append(p)
    return kept or [p for p in mentions if p.kind in _ORGANS]


def _article(reading: Reading, word: int) -> bool:
    """Whether a word that may be a preposition is an article ("A Finlândia denunciou", "e a Guiné-Bissau"), or "with" opens a sentence.

    "With Morocco and Sierra Leone two more states have …": those named act.
    """
    if word == 0 and reading.is_a("with", 0):
        return True
    if not (reading.is_a("determiners", word) and reading.is_a("prepositions", word)):
        return False
    if len(reading.tokens[word].low) > 1:  # "do", "na" are both at once
        return False
    return word == 0 or reading.is_a("coordinate", word - 1) or not reading.before(word).isspace()


def _noun_before(reading: Reading, word: int) -> bool:
    """Whether an office or a name stands before the preposition: "the parliament of Colombia", "the Republic of Korea"."""
    base = reading.sentence.start
    for i in (word - 1, word - 2):
        if i > 0 and _of(reading, i) and reading.sentence.text[reading.tokens[i - 1].start - base].isupper():
            return True
    return any(
        h.key in {"chamber", "executive", "presidential"} and 0 < word - h.last <= 3
        for h in reading.section("procedure")
    )


def _group(reading: Reading, mentions: Sequence[PartyMention], *, from_left: bool = False) -> tuple[PartyMention, ...]:
    """The mentions that belong together: an organ with its state, or states in a row."""
    if not mentions:
        return ()
    organs = [p for p in mentions if p.kind in _ORGANS]
    if organs and _theirs(reading, organs[0]):
        owners = [p for p in reading.parties if p.end < organs[0].start and p.kind not in _ORGANS and p.code]
        if owners:
            return tuple(owners)
    if organs:
        pivot = organs[0] if from_left else organs[-1]
        near = [p for p in organs if abs(_word(reading, p) - _word(reading, pivot)) <= 8]
        states = [p for p in mentions if p.kind not in _ORGANS and p.kind is not PartyKind.PAIR and p.code]
        row = [p for p in states if 0 < _word(reading, p) - _last_word(reading, pivot) <= 7]
        together = len({p.code for p in row}) > 1
        codes = row if together else [p for p in states if any(not o.code for o in near)]
        return tuple(sorted([*near, *codes], key=lambda p: p.start))
    pivot = mentions[0] if from_left else mentions[-1]
    row = [pivot]
    ordered = mentions if from_left else tuple(reversed(mentions))
    for p in ordered[1:]:
        if abs(_word(reading, p) - _word(reading, row[-1])) <= 5:
            row.append(p)
        else:
            break
    return tuple(sorted(row, key=lambda p: p.start))


def _theirs(reading: Reading, organ: PartyMention) -> bool:
    """ "their governments": the organs of the states just named."""
    word = _word(reading, organ)
    return word > 0 and reading.tokens[word - 1].low in {"their", "leurs", "их", "sus", "ihre"}


def _behind(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """The subject behind the verb, where the language allows it («подписали Россия и Иран»)."""
    if not reading.lexicon.object_first:
        return ()
    clause = reading.clause_of[trigger.first]
    nexts = [
        t.first
        for t in triggers
        if t.first > trigger.last and reading.same_clause(t.first, trigger.first) and t.voice != NOMINAL
    ]
    stop = min(nexts, default=len(reading.tokens))
    found = [
        p for p in free if trigger.last < _word(reading, p) < stop and reading.clause_of[_word(reading, p)] == clause
    ]
    return _group(reading, _without_places(reading, _first_row(reading, found)), from_left=True)


def _first_row(reading: Reading, mentions: Sequence[PartyMention]) -> list[PartyMention]:
    """Mentions up to the comma behind which another subject may stand ("signed by Norway and Sweden on Monday, both parliaments …")."""
    row = list(mentions[:1])
    for p in mentions[1:]:
        left, right = _last_word(reading, row[-1]), _word(reading, p)
        if reading.comma_between(left, right) and right - left > _ROW_GAP:
            break
        row.append(p)
    return row
