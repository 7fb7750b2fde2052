"""One verb said once for several states or agreements: "Fiji ratified it on 3 May, Tonga a week later", "the former was signed in May, the
latter in June"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

from pipeline.model import PartialDate, Salience
from pipeline.recognise import agents
from pipeline.recognise.assemble import Told
from pipeline.recognise.immutable import value
from pipeline.recognise.reading import Reading
from pipeline.recognise.rows import last_word, word_of
from pipeline.recognise.salience import Circumstances
from pipeline.recognise.signs import age
from pipeline.recognise.things import PRONOUN, Thing
from pipeline.recognise.triggers import ACTIVE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import DateMention, PartyKind, PartyMention

_GAP = 3  # words between a state and its date
_OBJECT = 14  # the same where the verb's object may stand between
_DASHED = 6  # the same where a dash stands for the verb
_DASH = frozenset("—–")
_STATE = 2  # letters of its code
_LIGHT = ("prepositions", "determiners", "coordinate")
_ROLES = frozenset({"", "effective", "since"})


@value()
class Gapped:
    """The states and organs that a verb tells of besides its subject, and the dates that belong to one of them alone, by `key`."""

    further: tuple[PartyMention, ...] = ()
    dates: Mapping[str, DateMention] = field(default_factory=dict)
    dashed: bool = False  # whether a dash stands for the verb: then no date of theirs is the verb's own

    def without(self, own: Sequence[DateMention]) -> list[DateMention]:
        """A verb's dates without those of the further ones, unless there is no other."""
        theirs = {self.dates[_key(p)].start for p in self.further}
        return [m for m in own if m.start not in theirs] or ([] if self.dashed else list(own))


def key(code: str, stage: str = "") -> str:
    """What stands for a state, or for one of its organs."""
    return f"{code}/{stage}" if stage else code


def told(
    base: Told,
    shared: Gapped,
    day: Callable[[DateMention], PartialDate | None],
    news: Callable[[PartialDate], tuple[Salience, tuple[str, ...]]],
    around: Circumstances,
) -> tuple[Told, dict[str, Told]]:
    """The verb's own step, and that of everybody who has a date of his own, by `key`. `day`: what a date means; `news`: whether a step
    of that day is news."""
    found: dict[str, Told] = {}
    for one, mention in shared.dates.items():
        when = day(mention)
        if when is not None:
            salience, because = news(when)
            reasons = tuple(r for r in base.reasons if not r.endswith("_date"))
            shown = tuple(
                f"age:{age(when, around.published, sure=around.sure)}" if x.startswith("age:") else x
                for x in base.signs
            )
            found[one] = replace(base, date=when, salience=salience, reasons=(*reasons, *because), signs=shown)
    return _beside(base, shared, found), found


def _beside(base: Told, shared: Gapped, days: Mapping[str, Told]) -> Told:
    """The step of those without a date: history, where all whose dates a dash tells are («Быстро … А и Б, последней — в 2019 году — В»)."""
    past = shared.dashed and days and not base.lead and all(t.salience is Salience.BACKGROUND for t in days.values())
    return replace(base, salience=Salience.BACKGROUND, reasons=(*base.reasons, "beside_history")) if past else base


def read(
    reading: Reading,
    trigger: Trigger,
    verbs: Sequence[Trigger],
    marked: Sequence[DateMention],
    subject: Sequence[PartyMention],
) -> Gapped:
    """The states behind a verb that share it, each with a date right behind its name; those of the subject that have one, too."""
    dated = [m for m in marked if m.role in _ROLES]
    if not dated or not any(p.code for p in subject):
        return Gapped()
    named = [p for p in reading.parties if p.code and (p.kind is PartyKind.BODY or _is_state(p) or _seat(p, subject))]
    named += _elided(reading, subject)
    if len(dated) < 2:
        return _dashed(reading, trigger, verbs, dated[0], subject, named)
    ordered = _in_order(reading, dated, subject)
    if ordered:
        return Gapped((), ordered)
    pairs = {p: m for p in named if (m := _right_behind(reading, p, dated, verbs, subject)) is not None}
    pairs = _in_one_year(pairs, dated)
    known = {_key(p) for p in subject}
    further = [
        p for p in pairs if _key(p) not in known and _alike(p, subject) and _shares(reading, p, trigger, verbs, subject)
    ]
    own = {_key(p): m for p, m in pairs.items() if p in further or p in subject}
    mine = sum(1 for p in subject if _key(p) in own)
    if not further and (mine < 2 or mine < len(known)):
        return Gapped()  # a single state's date is the verb's
    return Gapped(tuple(further), own)


def _dashed(
    reading: Reading,
    trigger: Trigger,
    verbs: Sequence[Trigger],
    mention: DateMention,
    subject: Sequence[PartyMention],
    named: Sequence[PartyMention],
) -> Gapped:
    """«Быстро ратифицировали его А и Б, последней — в мае — В»: the only date of a sentence is of the one with a dash for the verb."""
    date = reading.token_at(mention.start)
    before = [p for p in named if trigger.last < word_of(reading, p) and last_word(reading, p) < date]
    one = before[-1] if before else None
    known = {_key(p) for p in subject}
    if one is None or one in subject or _key(one) in known or date - last_word(reading, one) > _DASHED:
        return Gapped()
    stands_for = any(_DASH & set(reading.before(i)) for i in range(last_word(reading, one) + 1, date + 1))
    alike = _alike(one, subject) and _shares(reading, one, trigger, verbs, subject)
    return Gapped((one,), {_key(one): mention}, dashed=True) if stands_for and alike else Gapped()


def _elided(reading: Reading, subject: Sequence[PartyMention]) -> list[PartyMention]:
    """«Украинский парламент ратифицировал его в мае, польский — в июне»: a nation's adjective before a dash stands for its organ."""
    organs = [p for p in subject if p.kind is PartyKind.BODY]
    if not organs or not reading.lexicon.object_first:
        return []
    nations = [p for p in reading.parties if p.kind is PartyKind.DEMONYM and p.code]
    nations = [
        p for p in nations if _DASH & set(reading.before(min(last_word(reading, p) + 1, len(reading.tokens) - 1)))
    ]
    return [replace(p, kind=PartyKind.BODY, body=organs[0].body) for p in nations]


def _is_state(party: PartyMention) -> bool:
    return party.kind is PartyKind.NAME and len(party.code) == _STATE


def _seat(party: PartyMention, subject: Sequence[PartyMention]) -> bool:
    """Whether a capital stands for its state beside another that does («Астана — в марте, Анкара — в апреле»)."""
    return party.kind is PartyKind.CAPITAL and any(p.kind is PartyKind.CAPITAL for p in subject)


def _key(party: PartyMention) -> str:
    return key(party.code, party.body if party.kind is PartyKind.BODY else "")


def _alike(party: PartyMention, subject: Sequence[PartyMention]) -> bool:
    """Whether a state stands beside states, an organ beside organs; or a state beside an organ, for its own ("Kenya's parliament on
    3 May and Ghana's on 9 May")."""
    seats = party.kind is PartyKind.CAPITAL
    return party.kind is PartyKind.NAME or seats or any(p.kind is PartyKind.BODY for p in subject)


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
    reading: Reading,
    party: PartyMention,
    dated: Sequence[DateMention],
    verbs: Sequence[Trigger],
    subject: Sequence[PartyMention],
) -> DateMention | None:
    """The date right behind a name, nothing but small words or brackets between; where the verb stands last, also its object."""
    last = last_word(reading, party)
    for m in dated:
        word = min(reading.token_at(m.start), len(reading.tokens) - 1)
        if word <= last:
            continue
        if (party in subject or _leads(reading, party, subject)) and _object_between(reading, party, m, verbs):
            return m
        if word - last > _GAP:
            continue
        between = range(last + 1, word)
        light = all(any(reading.is_a(role, i) for role in _LIGHT) or reading.tokens[i].low == "s" for i in between)
        verb = any(last < v.first <= word for v in verbs)
        if light and not verb and not any(p.start >= party.end and p.end <= m.start for p in reading.parties):
            return m
    return None


def _leads(reading: Reading, party: PartyMention, subject: Sequence[PartyMention]) -> bool:
    """Whether a state opens the clause in front of a subject that stands nearer to the verb ("Estonya sözleşmeyi …, Peru ise …")."""
    if not reading.lexicon.verb_final or reading.lexicon.grammar.get("prepositions"):
        return False
    return party.end <= min(p.start for p in subject) and agents.opens(reading, party)


def _object_between(reading: Reading, party: PartyMention, mention: DateMention, verbs: Sequence[Trigger]) -> bool:
    """Where verbs stand last, whether only their object stands between one who acts and a date («Мәжіліс заңды 3 ақпанда, Сенат …»)."""
    last, word = last_word(reading, party), reading.token_at(mention.start)
    if not reading.lexicon.verb_final or word - last > _OBJECT or reading.comma_between(last, word):
        return False
    others = [p for p in reading.parties if p.start >= party.end and p.end <= mention.start]
    return all(p.kind is not party.kind for p in others) and not any(
        last < v.first <= word and v.voice in {ACTIVE, PASSIVE} for v in verbs
    )


def _shares(
    reading: Reading, party: PartyMention, trigger: Trigger, verbs: Sequence[Trigger], subject: Sequence[PartyMention]
) -> bool:
    """Whether a name opens a new item, behind a comma or "and" and no preposition but "by", with no other verb before it: behind
    the verb or, where that stands last, between it and its subject."""
    word = word_of(reading, party)
    if _leads(reading, party, subject):
        return not any(word < v.first < trigger.first and v.voice in {ACTIVE, PASSIVE} for v in verbs)
    if word < trigger.first and reading.lexicon.verb_final:
        begin, end = max((last_word(reading, p) for p in subject), default=0), trigger.first
    else:
        begin, end = trigger.last, word
    if word <= begin or any(begin < v.first < end for v in verbs if v is not trigger):
        return False
    opener = word
    while opener - 1 > begin and any(reading.is_a(role, opener - 1) for role in ("determiners", "by")):
        opener -= 1
    if reading.is_a("prepositions", opener - 1) and not reading.is_a("determiners", opener - 1):
        return False
    return reading.is_a("coordinate", opener - 1) or reading.comma_between(opener - 1, opener)


def latter(reading: Reading, verbs: Sequence[Trigger], trigger: Trigger, thing: Thing) -> list[Thing]:
    """The second of two that share a verb said once: "The former was signed in May, the latter in June"."""
    if thing.what != PRONOUN or not reading.is_a("former", thing.last) or trigger.voice == NOMINAL:
        return []
    others = [v for v in verbs if v is not trigger and v.voice != NOMINAL and v.first > thing.last]
    for i in sorted(reading.roles.get("latter", ())):
        opener = i - 1 if reading.is_a("determiners", i - 1) else i
        begins = reading.is_a("coordinate", opener - 1) or reading.comma_between(opener - 1, opener)
        if i > thing.last and begins and not others and (i < trigger.first or _verbless(reading, i + 1)):
            return [Thing(PRONOUN, i, i)]
    return []


def _verbless(reading: Reading, word: int) -> bool:
    """Whether a mark, a preposition or a number stands where a verb would."""
    if word >= len(reading.tokens):
        return False
    marked = bool(reading.before(word).strip(" \u00a0"))
    return marked or reading.is_any(("prepositions", "numbers"), word) or reading.tokens[word].low.isdigit()
