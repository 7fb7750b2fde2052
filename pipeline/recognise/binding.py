"""What a verb acts on: looks for its object, or the subject of its passive, in its own clause and where a clause leans on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.recognise import (
    bare,
    cues,
    fronting,
    han,
    inflected,
    inserts,
    joined_clauses,
    laws,
    nominals,
    orders,
    papers,
    phrases,
    turning,
)
from pipeline.recognise.fronting import Sides
from pipeline.recognise.reading import ASIDE, MAIN, RELATIVE, Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, GERUND, INFINITIVE, INTRANSITIVE, NOMINAL, PASSIVE, Trigger

EITHER_SIDE = frozenset(
    ["terminate", "suspend", "extend", "provisional", "accede", "withdraw", "open", "adopt", "reserve"]
)
_NOT_TALKS = frozenset({"sign", "ratify", "approve", "initial", "enter_force"})  # what is never done to negotiations
_OPENING = frozenset(
    {PRONOUN, GENERIC, "negotiations"}
)  # "ratificarlo", "talks were wrapped up", "the wording is agreed"
_NEVER_IN_FORCE = frozenset({"procedures", "instruments", "negotiations"})
_ISSUED = {(act, how) for act in ("accede", "ratify") for how in ("decree", "instruments")}  # „أصدر … وثائق تصديق على“
_TIED = 8  # words from an agreement to the verb of its content
_REACH = 22  # words between a verb and its object
_VSO = 8  # words between an Arabic verb and its "عليها", the subject being between them
_HAN = 40  # ideographs between a verb before 的 and the noun it belongs to


def _stops(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> frozenset[int]:
    """The first words of other verbs in the same clause that end the search, unless joined to this one."""
    votes = trigger.family in {"approve", "reject"}  # "voted against ratifying the treaty"
    return frozenset(
        t.first
        for t in triggers
        if t is not trigger
        and not (votes and t.tense == GERUND)
        and t.voice in {ACTIVE, PASSIVE}
        and reading.same_clause(t.first, trigger.first)
    )


def right_of(
    reading: Reading, trigger: Trigger, things: Sequence[Thing], triggers: Sequence[Trigger], reach: int = _REACH
) -> Thing | None:
    """The first thing to the right in the clause, past verbs joined to this one."""
    stops = _stops(reading, trigger, triggers)
    joined = {t.first for t in _chain(trigger, triggers)}
    clause = reading.clause_of[trigger.last]
    reach = han.object_reach(reading, trigger.last) or reach
    for thing in things:
        if thing.first <= trigger.last:
            continue
        if thing.first - trigger.last > reach:
            return None
        if any(trigger.last < stop < thing.first and stop not in joined for stop in stops):
            return None
        if turning.other_sentence(reading, trigger, thing, stops - joined) or joined_clauses.other_sentence(
            reading, trigger, thing, stops - joined
        ):
            return None
        if reading.lexicon.language == "zh" and orders.parted(reading, trigger.last, thing.first):
            return None  # no Chinese object stands behind a comma
        since = thing.what == NOUN and nominals.since(reading, trigger, thing.first, thing.last)
        if since or inserts.behind(reading, trigger.last, thing, things) or inserts.means(reading, thing, things):
            continue
        home = reading.clause_of[thing.first]
        if home != clause:
            if reading.clauses[home].kind == ASIDE or reading.within(home, clause):
                continue
            return None
        if thing.what == PRONOUN and thing.first - trigger.last > (_VSO if reading.lexicon.table.arabic else 2):
            continue
        if thing.what == PRONOUN and trigger.voice == ACTIVE and fronting.they(reading, trigger, thing, things):
            continue
        return thing
    return None


def _chain(trigger: Trigger, triggers: Sequence[Trigger]) -> list[Trigger]:
    """The verbs that follow and are joined to this one: they share its object."""
    chain: list[Trigger] = []
    for other in triggers:
        if other.first <= trigger.first:
            continue
        if not other.with_previous:
            break
        chain.append(other)
    return chain


def left_of(reading: Reading, trigger: Trigger, things: Sequence[Thing], triggers: Sequence[Trigger]) -> Thing | None:
    """The nearest thing to the left in the clause, not beyond another verb; the subject's head before its complements."""
    clause = reading.clause_of[trigger.first]
    begin = 0
    index = next((i for i, t in enumerate(triggers) if t is trigger), 0)
    previous = [
        t
        for t in triggers[:index]
        if t.voice in {ACTIVE, PASSIVE}
        and reading.same_clause(t.first, trigger.first)
        and not cues.before_another(reading, t)
        and not (t.tense in {GERUND, INFINITIVE} and inserts.verb(reading, t.first, trigger.first))
        and not _for_which(reading, t, trigger)
        and not _of_content(reading, t, things)
    ]
    if previous and not trigger.with_previous:
        begin = previous[-1].last + 1
    elif trigger.with_previous and previous:
        return left_of(reading, previous[-1], things, triggers)
    reach = 5 if trigger.voice == PASSIVE else 3  # "and has since then automatically been extended"
    if begin and any(reading.is_a("coordinate", i) for i in range(max(begin, trigger.first - reach), trigger.first)):
        own = [t for t in things if begin <= t.first and t.last < trigger.first and t.what != NOUN]
        if not own:
            return left_of(reading, previous[-1], things, triggers)
    candidates = [
        t
        for t in things
        if begin <= t.first
        and t.last < trigger.first
        and reading.clause_of[t.first] == clause
        and t.first not in reading.changing
        and trigger.first - t.last <= 40
    ]
    if trigger.voice in {ACTIVE, PASSIVE}:
        candidates = [t for t in candidates if not inserts.noun(reading, t.first, t.last, trigger.first)] or candidates
    if trigger.family in _NOT_TALKS and not any(
        h.key == "conclude" and h.first == trigger.first for h in reading.section("acts")
    ):
        candidates = [t for t in candidates if t.what != "negotiations"]
    if trigger.voice == PASSIVE and reading.lexicon.object_first:  # "with it the instrument was deposited"
        candidates = [t for t in candidates if t.what != PRONOUN or not _governed(reading, t)] or candidates
    candidates = turning.off_ground(reading, trigger, candidates)
    home = reading.clauses[clause]
    if not candidates and home.kind == MAIN and clause and trigger.first - reading.clause_of.index(clause) <= 2:
        candidates = [t for t in things if t.last < trigger.first and reading.clause_of[t.first] == home.parent][:1]
    if not candidates and begin and trigger.family in INTRANSITIVE and _goes_on(reading, previous[-1], trigger):
        return left_of(reading, previous[-1], things, triggers)
    if not candidates:
        return None
    first, opening = candidates[0], reading.clause_of.index(clause)
    apart = len(candidates) > 1 and reading.comma_between(first.last, candidates[1].first)  # "By tacit renewal, …"
    noun = first.what in {NOUN, "law", "draft", "decree", "instruments"}
    if trigger.voice == PASSIVE and noun and first.first - opening <= 3 and not apart:
        return first
    return phrases.head(reading, candidates)


def _of_content(reading: Reading, verb: Trigger, things: Sequence[Thing]) -> bool:
    """Whether a verb only says what an agreement is on: "a protocol for joining NATO was signed", "the deal to extend the truce was …"."""
    word = verb.first - 1
    led = word > 0 and (reading.is_a("to", word) or reading.is_a("prepositions", word))
    if verb.tense not in {GERUND, INFINITIVE} or not led:
        return False
    before = (t for t in things if t.what in {TREATY, "other"} and 1 < verb.first - t.last <= _TIED)
    return any(not reading.comma_between(t.last, verb.first) for t in before)


def _goes_on(reading: Reading, before: Trigger, trigger: Trigger) -> bool:
    """ "…, signed in 2015, came into force": behind a comma and a passive the same agreement takes effect, unless another is named."""
    if before.voice != PASSIVE and not reading.lexicon.han:
        return False
    return reading.comma_between(before.last, trigger.first)


def _for_which(reading: Reading, other: Trigger, trigger: Trigger) -> bool:
    """Kazakh «ратификациялауға парламентке енгізді»: what something is submitted for stands before the verb and shares its object."""
    postpositional = reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions")
    return postpositional and trigger.family == "submit" and other.tense == INFINITIVE


def _governed(reading: Reading, pronoun: Thing) -> bool:
    """Whether a preposition stands before a pronoun: it is no subject."""
    return pronoun.first > 0 and reading.is_a("prepositions", pronoun.first - 1)


def antecedent(reading: Reading, trigger: Trigger, things: Sequence[Thing]) -> Thing | None:
    """The noun before the relative clause the verb stands in."""
    clause = reading.clause(trigger.first)
    while clause.kind != RELATIVE:
        if clause.number == 0:
            return None
        clause = reading.clauses[clause.parent]
    before = [t for t in things if t.last < clause.opener and t.what != PRONOUN and clause.opener - t.last <= 25]
    if not before:
        return None
    nearby = [t for t in before if reading.clause_of[t.first] == clause.parent]
    return nearby[-1] if nearby else before[-1]


def around(reading: Reading, trigger: Trigger, things: Sequence[Thing], triggers: Sequence[Trigger]) -> Sides:
    """All three places at once."""
    own = [t for t in things if not inflected.no_object(reading, trigger, t)]
    return Sides(
        right_of(reading, trigger, own, triggers),
        left_of(reading, trigger, own, triggers),
        antecedent(reading, trigger, things),
    )


def bind(
    reading: Reading,
    trigger: Trigger,
    things: Sequence[Thing],
    triggers: Sequence[Trigger],
    about: Mapping[Thing, Trigger],
) -> Thing | None:
    """The thing the act is done to, or None. `about`: what laws are about; a treaty inside "a law ratifying it" stands for the law."""
    thing = _bind(reading, bare.leader(trigger, triggers), things, triggers)
    if thing is None or thing.what not in {TREATY, GENERIC, PRONOUN, NOUN} or trigger.voice in {NOMINAL, ATTRIBUTE}:
        return thing
    stands = (law for law, subject in about.items() if laws.stands_for(reading, law, subject, thing, trigger))
    return next(stands, thing)


def _bind(reading: Reading, trigger: Trigger, things: Sequence[Thing], triggers: Sequence[Trigger]) -> Thing | None:
    if trigger.family in INTRANSITIVE and trigger.voice != NOMINAL:
        things = [
            t
            for t in things
            if t.what not in _NEVER_IN_FORCE and not (t.what == NOUN and nominals.tells_when(reading, t.first, t.last))
        ]
    inside = _inside(reading, trigger, things)
    if inside is not None:
        return inside
    if reading.lexicon.table.arabic:
        things = [t for t in things if not papers.is_means(reading, t)]
    opened = fronting.opening(reading, trigger, things, triggers)
    if opened is not None:
        return opened
    sides = around(reading, trigger, things, triggers)
    if trigger.family in INTRANSITIVE and sides.right is not None and papers.ahead_of(sides.right):
        sides = Sides(None, sides.left, sides.antecedent)
    written = next((t for t in things if t.what == PRONOUN and t.first == trigger.first == trigger.last), None)
    if written is not None:
        return fronting.written(trigger, written, sides)
    if trigger.voice == NOMINAL:
        return _of_noun(reading, trigger, things, sides)
    if trigger.voice == ATTRIBUTE:
        text = _of_attribute(reading, trigger, things, sides)
        return inserts.predicate(reading, trigger.first, trigger.last, text, things)
    if sides.left is not None and papers.by_decree(reading, sides.left):
        behind = [t for t in things if t.what == TREATY and t.last < sides.left.first]
        return behind[-1] if behind else sides.left
    moving = reading.is_a("intransitive", trigger.first) and trigger.family != "accede"  # "became party to the treaty"
    alone = (trigger.family in INTRANSITIVE or moving) and not inserts.brought(reading, trigger.first, sides.right)
    if trigger.voice == PASSIVE or alone:
        return (
            sides.left
            or sides.antecedent
            or inserts.subject_behind(reading, trigger.first, sides.right, trigger.family)
        )
    beside = sides.left is not None and trigger.first - sides.left.last <= 2
    if beside and not reading.lexicon.object_first and fronting.clitic(reading, trigger, sides.left):
        return sides.left
    return _of_active(reading, trigger, sides)


def _of_active(reading: Reading, trigger: Trigger, sides: Sides) -> Thing | None:
    if trigger.family in EITHER_SIDE and trigger.voice == ACTIVE:
        if (
            sides.right is not None
            and sides.right.what == NOUN
            and sides.left is not None
            and sides.left.what == TREATY
        ):
            return sides.left  # "has been applied provisionally, and the consent is outstanding"
        return sides.right or sides.antecedent or sides.left
    if reading.lexicon.verb_final:
        nearest = sides.left if sides.left is not None and sides.left.what != PRONOUN else None
        return nearest or sides.right or sides.antecedent or sides.left
    if sides.right is not None and not (reading.lexicon.object_first and fronting.clitic(reading, trigger, sides.left)):
        return sides.right
    if trigger.family == "approve" and _passes_chamber(reading, trigger):
        return sides.left or sides.antecedent
    if fronting.clitic(reading, trigger, sides.left) or (
        trigger.first and reading.tokens[trigger.first - 1].low == "se"
    ):
        return sides.left
    if sides.antecedent is not None:
        return None if fronting.subject_of(reading, trigger, sides.antecedent) else sides.antecedent
    if reading.lexicon.object_first:
        return sides.left
    return fronting.contact(reading, trigger, sides.left) or fronting.opens(reading, trigger, sides.left)


def _inside(reading: Reading, trigger: Trigger, things: Sequence[Thing]) -> Thing | None:
    """A thing among a verb's own words, as in "handed over … the instrument"."""
    inside = [t for t in things if trigger.first < t.first <= trigger.last and t.what != NOUN]
    if trigger.family in {"withdraw", "terminate", "suspend"}:
        inside = [t for t in inside if t.what != "decision"]  # "çekilme kararı aldı": what is left stands before
    if not reading.lexicon.table.arabic:  # "ratificarlo"
        inside += [t for t in things if t.first == trigger.first and t.last <= trigger.last and t.what in _OPENING]
    inside = [t for t in inside if t.what == "procedures" or not reading.is_a("prepositions", t.first)]
    inside = [
        t
        for t in inside
        if t.what != PRONOUN or not (trigger.family == "notify" or reading.is_a("beneficiary", t.first - 1))
    ]  # «набув для неї сили»
    inside = [t for t in inside if not _by_the_way(reading, trigger, t)]
    if not inside or trigger.voice == NOMINAL:
        return None
    return next((t for t in inside if t.what == "instruments"), inside[0])


def _by_the_way(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether a thing among a verb's words is not what it is done to: who is sent to sign, the bill in "voted for the bill of ratification"."""
    if thing.what == "person" or (thing.what == "negotiations" and trigger.family in _NOT_TALKS):
        return True
    if thing.what == TREATY and trigger.family == "approve" and thing.first == thing.last >= trigger.last - 1:
        return reading.is_a("consent", thing.last)  # "a donné son accord à la ratification"
    if thing.what == PRONOUN and reading.lexicon.table.arabic and reading.tokens[thing.first].low.startswith("بموجب"):
        return True  # "a bill by which one agrees to the treaty"
    if reading.lexicon.table.arabic and (papers.is_means(reading, thing) or (trigger.family, thing.what) in _ISSUED):
        return True
    if trigger.family == "enter_force" and thing.what == "law":
        return True  # "will become international law": what the agreement turns into
    own = any(h.first > thing.last and h.last <= trigger.last for h in reading.section("acts"))
    if thing.what == "other" and trigger.family == "ratify":
        return own  # "adopted the report on the ratification of"
    return thing.what in {"law", "draft", "decree"} and own and trigger.family in {"ratify", "promulgate"}


def _passes_chamber(reading: Reading, trigger: Trigger) -> bool:
    """ "It passed the Legislative Chamber": what stands behind the verb is the chamber, what passes stands before it."""
    return any(p.body and 0 < reading.token_at(p.start) - trigger.last <= 3 for p in reading.parties)


def _of_noun(reading: Reading, trigger: Trigger, things: Sequence[Thing], sides: Sides) -> Thing | None:
    following = [t for t in things if t.first > trigger.last and t.first - trigger.last <= 12]
    if following and reading.clause_of[following[0].first] == reading.clause_of[trigger.first]:
        return following[0]
    if sides.left is not None and trigger.first - sides.left.last <= 4:
        return sides.left
    return None


def _of_attribute(reading: Reading, trigger: Trigger, things: Sequence[Thing], sides: Sides) -> Thing | None:
    before = [t for t in things if t.last < trigger.first and trigger.first - t.last <= 12 and t.what != PRONOUN]
    reach = 14 if trigger.first == 0 else 9  # "Revised for the last time on 5 September 2019, the treaty …"
    reach = _HAN if reading.lexicon.language == "zh" else reach
    after = [t for t in things if 0 < t.first - trigger.last <= reach and t.what != PRONOUN]
    comma = trigger.first == 0 or "," in reading.before(trigger.first)
    if before and after and not comma and inserts.of_bill(reading, before[-1], trigger.last, after[0]):
        return after[0]
    if before and (comma or not reading.lexicon.object_first or trigger.first - before[-1].last == 1):
        return inflected.head_of(reading, trigger.first, before)
    if after and not inserts.done_by(reading, trigger.first, trigger.last, after[0].first):
        return after[0]
    return before[-1] if before else sides.left
