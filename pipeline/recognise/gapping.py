"""One verb, several states, each with a day of its own: "Fiji ratified it on 3 May, Tonga a week later and Tuvalu on 9 June"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.recognise.reading import Reading
from pipeline.recognise.rows import last_word, word_of
from pipeline.recognise.triggers import Trigger
from pipeline.recognise.values import DateMention, PartyKind, PartyMention

_GAP = 3  # words between a state and its date
_JOINT = 2  # words within which a comma or "and" stands before it
_LIGHT = ("prepositions", "determiners", "coordinate")
_ROLES = frozenset({"", "effective", "since"})


@dataclass(frozen=True, slots=True)
class Gapped:
    """The states that a verb tells of besides its subject, and the dates that belong to one state alone."""

    further: tuple[PartyMention, ...] = ()
    dates: Mapping[str, DateMention] = field(default_factory=dict)


def read(
    reading: Reading,
    trigger: Trigger,
    verbs: Sequence[Trigger],
    marked: Sequence[DateMention],
    subject: Sequence[PartyMention],
) -> Gapped:
    """The states behind a verb that share it, each with a date right behind its name; those of the subject that have one, too."""
    dated = [m for m in marked if m.role in _ROLES]
    if len(dated) < 2 or not any(p.code for p in subject):
        return Gapped()
    named = [p for p in reading.parties if p.kind is PartyKind.NAME and len(p.code) == 2]
    ordered = _in_order(reading, dated, subject)
    if ordered:
        return Gapped((), ordered)
    pairs = {p: m for p in named if (m := _right_behind(reading, p, dated, verbs)) is not None}
    codes = {p.code for p in subject}
    further = [p for p in pairs if p.code not in codes and _shares(reading, p, trigger, verbs)]
    pairs = _in_one_year(pairs, dated)
    own = {p.code: m for p, m in pairs.items() if p in further or (p.code in codes and p in subject)}
    mine = sum(1 for p in subject if p.code in own)
    if not further and (mine < 2 or mine < len(codes)):
        return Gapped()  # a single state's date is the verb's
    return Gapped(tuple(further), own)


def _in_order(
    reading: Reading, dated: Sequence[DateMention], subject: Sequence[PartyMention]
) -> dict[str, DateMention]:
    """The dates of several states that are told "respectively", where there are as many of both."""
    codes = list(dict.fromkeys(p.code for p in sorted(subject, key=lambda p: p.start) if p.code))
    told = any(reading.is_a("distributive", i) for i in range(len(reading.tokens)))
    if not told or len(codes) < 2 or len(codes) != len(dated):
        return {}
    return dict(zip(codes, sorted(dated, key=lambda m: m.start), strict=True))


def _in_one_year(
    pairs: Mapping[PartyMention, DateMention], dated: Sequence[DateMention]
) -> dict[PartyMention, DateMention]:
    """The dates with the year of the list's first, where they tell none: the next such day after the one before."""
    found: dict[PartyMention, DateMention] = {}
    for party, m in pairs.items():
        before = [
            d for d in (*dated, *found.values()) if d.end <= m.start and d.year is not None and d.month is not None
        ]
        found[party] = _after(m, max(before, key=lambda d: d.start)) if before else m
    return found


def _after(mention: DateMention, last: DateMention) -> DateMention:
    """A day or month without a year, in the year that makes it the next after another."""
    if mention.year is not None or mention.month is None or mention.unit:
        return mention
    later = (mention.month, mention.day or 0) < (last.month or 0, last.day or 0)
    rule = "full_date" if mention.day else "month_year"
    return replace(mention, year=(last.year or 0) + later, rule=rule)


def _right_behind(
    reading: Reading, party: PartyMention, dated: Sequence[DateMention], verbs: Sequence[Trigger]
) -> DateMention | None:
    """The date right behind a name, nothing but small words or brackets between."""
    last = last_word(reading, party)
    for m in dated:
        word = min(reading.token_at(m.start), len(reading.tokens) - 1)
        if not 0 < word - last <= _GAP:
            continue
        between = range(last + 1, word)
        light = all(any(reading.is_a(role, i) for role in _LIGHT) for i in between)
        told = any(last < v.first <= word for v in verbs)
        if light and not told and not any(p.start >= party.end and p.end <= m.start for p in reading.parties):
            return m
    return None


def _shares(reading: Reading, party: PartyMention, trigger: Trigger, verbs: Sequence[Trigger]) -> bool:
    """Whether a name behind a verb opens a new item, behind a comma or "and" and no preposition, and no other verb follows the verb."""
    word = word_of(reading, party)
    if word <= trigger.last or any(trigger.last < v.first < word for v in verbs):
        return False
    if reading.is_a("prepositions", word - 1) and not reading.is_a("determiners", word - 1):
        return False
    return any(
        reading.is_a("coordinate", i - 1) or reading.comma_between(i - 1, i)
        for i in range(max(1, word - _JOINT + 1), word + 1)
    )
