"""Words that say what an agreement is like, not what befell it: "the amended treaty", "a protocol that extends …", "stays in force"."""

from __future__ import annotations

from pipeline.recognise import laws, signing, tenses
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, GERUND, PASSIVE, PAST, PRESENT, Trigger

_BESIDE = 3  # words from a participle to its noun
_TRAITS = frozenset(
    {"conclude", "amend", "extend"}
)  # what is said of an agreement as of any thing: "the amended treaty"


def descriptive(trigger: Trigger, reading: Reading) -> bool:
    """Words that say what an agreement is like, not what befell it: "a protocol amending", "which extends", "took effect, extending"."""
    if tenses.no_deed(reading, trigger):
        return True
    if trigger.tense == PAST and trigger.first and reading.is_a("ever", trigger.first - 1):
        return True  # "the greenest deal ever signed"
    if trigger.voice == ATTRIBUTE:
        told = trigger.family != "conclude" and _told_apart(reading, trigger)
        return (trigger.family in _TRAITS and not told) or reading.is_a("strict", trigger.first)
    if trigger.voice == PASSIVE and trigger.family in _TRAITS and _modifies(reading, trigger):
        return True
    if trigger.tense == GERUND and trigger.family in {"amend", "extend"} and "," in reading.before(trigger.first):
        return any(h.key == "enter_force" and h.last < trigger.first for h in reading.section("acts"))
    clause = reading.clause(trigger.first)
    if clause.kind == RELATIVE and reading.is_a("bargain", trigger.first) and trigger.voice == ACTIVE:
        return True  # "the minister who negotiated the treaty"
    if clause.kind == RELATIVE and trigger.tense == PRESENT and laws.says_what(reading, trigger, clause.opener):
        return True
    retold = clause.kind == RELATIVE and trigger.first - clause.opener == 1 and _noun_before(reading, clause.opener)
    if trigger.family == "amend" and not reading.heading:  # "the treaty supplements that of 1963"
        retold = retold or any(
            h.first < trigger.first and not any(":" in reading.before(i) for i in range(h.last, trigger.first + 1))
            for h in reading.section("instruments")
        )
        actor = any(reading.token_at(p.start) < trigger.first for p in reading.parties)
        retold = retold or (trigger.tense == PRESENT and not actor and reading.lexicon.language == "en")
    return (
        retold
        and trigger.voice == ACTIVE
        and trigger.tense == PRESENT
        and trigger.family in {"amend", "extend", "terminate", "suspend"}
        and not signing.by_signed_text(reading, trigger)
    )


def _noun_before(reading: Reading, opener: int) -> bool:
    """ "A protocol that suspends …", not "announced that it suspends …": whether a relative clause has a noun that it is about."""
    if not reading.is_a("complementiser", opener):
        return True
    nouns = [h.last for section in ("instruments", "things") for h in reading.section(section)]
    nouns += reading.roles.get("generic_nouns", ())
    said = [i for i in range(opener) if reading.is_a("quote_verbs", i)]
    return any(max(said, default=-1) < i < opener for i in nouns)


def _modifies(reading: Reading, trigger: Trigger) -> bool:
    """Whether a short participle right before its noun only describes it, as another verb tells what befell it («Оновлена угода … набула
    чинності»)."""
    nouns = [h.first for h in reading.section("instruments") if 0 < h.first - trigger.last <= _BESIDE]
    verbs = (h for h in reading.section("acts") if h.form != "noun" and reading.same_clause(h.first, trigger.first))
    beside = bool(nouns) and not any(reading.before(i).strip() for i in range(trigger.last + 1, nouns[0] + 1))
    return beside and any(h.first > nouns[0] for h in verbs)


def _told_apart(reading: Reading, trigger: Trigger) -> bool:
    """ "The text, revised on 5 September 2019, …": set apart and dated it is a step, not a trait."""
    near = range(trigger.last + 1, min(trigger.last + 8, len(reading.tokens)))
    apart = trigger.first == 0 or "," in reading.before(trigger.first) or reading.is_a("coordinate", trigger.first - 1)
    return apart and any(c.isdigit() for i in near for c in reading.tokens[i].low)
