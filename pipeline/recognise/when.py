"""Which of a sentence's dates is an act's: those of its clause first, the nearest before the farther."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import PartialDate, Status
from pipeline.recognise import han
from pipeline.recognise.calendars import CHAINED, EVENT
from pipeline.recognise.cases import LAWS
from pipeline.recognise.reading import ASIDE, RELATIVE, Reading
from pipeline.recognise.spacing import (
    RIGHT_BEHIND,
    clause_of,
    distance,
    held,
    last_hand_first,
    last_of,
    of_main_verbs,
    parted,
    word_of,
)
from pipeline.recognise.things import Thing
from pipeline.recognise.triggers import (
    ACTIVE,
    ATTRIBUTE,
    FINITE,
    FUTURE,
    GERUND,
    INFINITIVE,
    NOMINAL,
    PASSIVE,
    PRESENT,
    Trigger,
)
from pipeline.recognise.values import DateMention

_EVENT_REACH = 14  # words to the verb of that clause
_BRACKETED = "bracketed_year"
_AFTER_COMMA = 2
_BESIDE_NOUN = 2  # words from a noun to a date that is its own, not the verb's
_MOMENT = 6  # words from a date to the clause that tells what happened then, from there to its verb
_RIGHT_BEFORE = 2
_MADE = 6  # words from "done" over the place to the day
_NEAR_VERB = 8  # words from a verb to the date that it tells
_ON = frozenset({"in", "on", "im", "am", "en", "em", "в", "во", "у"})
_BY_THE_WAY = frozenset({"reserve", "debate"})  # acts told in a phrase beside the verb ("with two reservations")
_BY_DEPOSIT = frozenset(
    {"accede", "ratify"}
)  # done by handing over a paper ("acceded, depositing its instrument on …")
_WITH_EFFECT = frozenset({"terminate", "withdraw", "denounce", "suspend"})  # a day in front may be that of the effect
_TO_COME = frozenset({FUTURE, INFINITIVE, PRESENT})


def counted(own: Sequence[DateMention]) -> bool:
    """Whether all that says when is how long after it the rest of the sentence came."""
    return bool(own) and all(m.rule == EVENT for m in own)


def coarse(own: Sequence[DateMention]) -> bool:
    """Whether all that says when is a month or a year."""
    return bool(own) and all(m.day is None and m.weekday is None and (m.month or m.year) for m in own)


_NEAR = frozenset({"weekday", "day_month"})  # rules of dates


def near(own: Sequence[DateMention]) -> bool:
    """Whether all that says when is a weekday, or a day without a year: one of late."""
    return bool(own) and all(m.rule in _NEAR and m.year is None for m in own)


def usable(
    reading: Reading,
    marked: Sequence[DateMention],
    taken: Sequence[tuple[int, int]],
    thing: Thing | None = None,
    *,
    verb_final: bool = False,
) -> list[DateMention]:
    """The dates that may be an act's, those of titles marked as such; of those inside an agreement's wording only such as no title has.

    Where the verb stands last, all that stands before it may have been read as the wording. Who signs a law (`thing`) does not do so on
    the day of the agreement that it is about.
    """
    law = thing is not None and thing.what in LAWS
    return [
        m
        for m in marked
        if not (law and m.role == "title")
        if m.role == "title"
        or m.year is None
        or verb_final
        or not any(
            a <= m.start and m.end <= b and not (_leads_in(reading, m, a) or _told_of_act(reading, m, b))
            for a, b in taken
        )
    ]


def before_what_comes(reading: Reading, mention: DateMention) -> bool:
    """Whether a date is that of something an act comes before: "signed prior to the elections on 11 May"."""
    word = word_of(reading, mention)
    of, first = reading.clause_of, max(0, word - _NEAR_VERB)
    ahead = [i for i in range(first, max(0, word - 1)) if reading.is_a("ahead_of", i) and of[i] == of[word]]
    return bool(ahead) and not any(
        ahead[0] < h.first < word for h in reading.section("procedure")
    )  # "laid before parliament"


def of_what_comes(
    reading: Reading, own: Sequence[DateMention], why: tuple[str, ...], day: PartialDate | None
) -> tuple[Status, tuple[str, ...], PartialDate | None]:
    """A day to come is that of a plan, or of what the act came before ("signed prior to the elections on 11 May"); beside a verb in the
    past it is one of the agreement's content ("signed an accord on aid after 2031"), where verbs have tenses."""
    past = reading.lexicon.language != "zh" and not _PAST.isdisjoint(why)
    if past or (own and all(before_what_comes(reading, m) for m in own)):
        return Status.OCCURRED, why, None
    return Status.PLANNED, (*why, "date_ahead"), day


_PAST = frozenset({"finite_past", "finite_perfect", "finite_pluperfect", "participial", "in_doing"})


def _leads_in(reading: Reading, mention: DateMention, start: int) -> bool:
    """Whether a date with a preposition opens what reads as a wording: «в 2011-м соглашение вступило …»."""
    word = word_of(reading, mention)
    return word - reading.token_at(start) <= 1 and word > 0 and reading.is_a("prepositions", word - 1)


def _told_of_act(reading: Reading, mention: DateMention, end: int) -> bool:
    """Whether a month or day behind "in" or "on" ends a wording: no title is dated so ("the law ratifying the pact in May 2022")."""
    word = word_of(reading, mention)
    return mention.month is not None and mention.end >= end and word > 0 and reading.tokens[word - 1].low in _ON


def _chained(
    reading: Reading, trigger: Trigger, others: Sequence[Trigger], usable: Sequence[DateMention], mention: DateMention
) -> DateMention:
    """A date without a year, marked where a main verb before it is dated with one ("signed in 2016 and ratified in May")."""
    bare = (
        mention.year is None and mention.month is not None and not (mention.unit or mention.direction or mention.role)
    )
    before = [m for m in usable if m.end <= mention.start and (m.year is not None or m.unit == "year")]
    if not bare or not before or trigger.voice == ATTRIBUTE:
        return mention
    there = word_of(reading, before[-1])
    near = [t for t in others if abs(t.first - there) <= _NEAR_VERB and t.last < word_of(reading, mention)]
    main = any(t.voice in {ACTIVE, PASSIVE} for t in near) and of_main_verbs(reading, before[-1:], others)
    return replace(mention, direction=CHAINED) if main else mention


def own(
    reading: Reading,
    trigger: Trigger,
    others: Sequence[Trigger],
    usable: Sequence[DateMention],
    telling: Sequence[Trigger],
) -> list[DateMention]:
    """The dates of a verb among `usable`, likeliest first. `others`: the sentence's other verbs; `telling`: those that make steps."""
    mine = reading.clause_of[trigger.first]
    titles = [m for m in usable if m.role == "title"]
    usable = [m for m in usable if m.role != "title"]
    usable = [m for m in usable if m.rule != _BRACKETED or _alone_behind(reading, trigger, others, m)]
    event = [m for m in usable if m.rule == EVENT and _of_clause_behind(reading, trigger, others, m)]
    usable = [m for m in usable if m.rule != EVENT and not han.applies_to(reading, trigger.last, word_of(reading, m))]
    others = [t for t in others if t.family not in _BY_THE_WAY]
    kept = [m for m in usable if _is_own(reading, trigger, others, m, telling)]
    moment = _of_moment(reading, trigger, others, usable)
    if moment and not any(word_of(reading, m) > trigger.last for m in kept):
        kept = moment
    if event and not any(word_of(reading, m) > word_of(reading, event[0]) for m in kept):
        return event
    if not kept and others and trigger.voice != ATTRIBUTE:
        first = min(t.first for t in (trigger, *others))
        attributes = [t for t in telling if t.voice == ATTRIBUTE]
        kept = [m for m in usable if word_of(reading, m) < first and not any(_hugs(reading, t, m) for t in attributes)]
        kept = [m for m in kept if clause_of(reading, m) == mine or not _in_relative(reading, trigger)]
        kept = [m for m in kept if not _of_what_follows(reading, trigger, others, m)]
    if not kept and trigger.family in _BY_DEPOSIT:
        papers = [t for t in others if t.family == "deposit" and t.tense == GERUND and t.first > trigger.last]
        kept = [m for m in usable if papers and word_of(reading, m) > papers[0].last]
    if not kept and trigger.tense in _TO_COME:
        kept = [m for m in usable if _in_clause_behind(reading, trigger, others, m)]
    if (
        not kept and trigger.family == "sign" and trigger.voice in {ATTRIBUTE, PASSIVE}
    ):  # "the treaty of 1993, signed by …"
        before = [m for m in titles if 0 < trigger.first - last_of(reading, m) <= RIGHT_BEHIND]
        made = [
            m for m in titles if 0 < word_of(reading, m) - trigger.last <= _MADE
        ]  # "done at Nairobi on 11 March 2022"
        return before[-1:] or made[:1]
    found = sorted(kept, key=lambda m: (clause_of(reading, m) != mine, distance(reading, m, trigger)))
    late = reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions")
    if late and trigger.family not in _WITH_EFFECT:
        ahead = [m for m in found if last_of(reading, m) < trigger.first]
        found = ahead or found  # "2018'de imzaladıklarını salı günü açıkladı": the day within is that of the telling
    found = [_chained(reading, trigger, others, usable, m) for m in found]
    return last_hand_first(reading, found) if trigger.family == "sign" else found


def _of_what_follows(reading: Reading, trigger: Trigger, others: Sequence[Trigger], mention: DateMention) -> bool:
    """ "On 13 December it *will come* into force, now that Fiji has ratified it": the day in front of what is to come is none of what was."""
    number = clause_of(reading, mention)
    if reading.clauses[number].kind == RELATIVE and not reading.within(reading.clause_of[trigger.first], number):
        return True  # "the treaty, which dates from 2007, has gone to the Senate"
    first = next((t for t in others if reading.clause_of[t.first] == number), None)
    done = trigger.tense in FINITE and trigger.tense not in {FUTURE, PRESENT}
    return done and number != reading.clause_of[trigger.first] and first is not None and first.tense in _TO_COME


def _in_relative(reading: Reading, trigger: Trigger) -> bool:
    """Whether a verb says of a noun what was done to it before: in "on Tuesday it ratified the treaty that A signed with B", the day
    that opens the sentence is the main verb's alone."""
    clause = reading.clause(trigger.first)
    return clause.kind == RELATIVE and not reading.is_a("moment", clause.opener)


def _of_clause_behind(reading: Reading, trigger: Trigger, others: Sequence[Trigger], mention: DateMention) -> bool:
    """Whether a verb is the first behind a span that its clause is counted with."""
    word = word_of(reading, mention)
    between = [t for t in others if word < t.first < trigger.first]
    return word < trigger.first <= word + _EVENT_REACH and not between


def _of_moment(
    reading: Reading, trigger: Trigger, others: Sequence[Trigger], usable: Sequence[DateMention]
) -> list[DateMention]:
    """The date that a clause explains: "since 2011, when it ratified", «31 марта в Худжанде, где подписали …»."""
    if "moment" not in reading.roles:
        return []
    start = max(1, trigger.first - _MOMENT)
    opener = next((i for i in range(trigger.first - 1, start - 1, -1) if reading.is_a("moment", i)), 0)
    before = [m for m in usable if last_of(reading, m) < opener]
    if not opener or not before or any(opener < word_of(reading, m) < trigger.first for m in usable):
        return []
    clause = reading.clause_of[opener]
    if clause != reading.clause_of[trigger.first] and any(reading.clause_of[t.first] == clause for t in others):
        return []
    gap = opener - last_of(reading, before[-1])
    near = gap <= _RIGHT_BEFORE or (gap <= _MOMENT and "," in reading.before(opener))
    plain = before[-1].role in {"", "since", "effective", "deadline"} and before[-1].rule != EVENT
    return [replace(before[-1], role="")] if near and plain else []


def _in_clause_behind(reading: Reading, trigger: Trigger, others: Sequence[Trigger], mention: DateMention) -> bool:
    """Whether what is to come is dated by a clause of its own: "goes to the Senate, which will debate it on 3 March"."""
    number = clause_of(reading, mention)
    inner = number and reading.clauses[number].parent == reading.clause_of[trigger.first]
    behind = bool(inner) and word_of(reading, mention) > trigger.last
    return behind and all(reading.clause_of[t.first] != number for t in others)


def _alone_behind(reading: Reading, trigger: Trigger, others: Sequence[Trigger], mention: DateMention) -> bool:
    """Whether a date is all that brackets behind a verb hold: "the only state ever to leave (2021)"."""
    number = clause_of(reading, mention)
    home = reading.clauses[number]
    gap = word_of(reading, mention) - trigger.last
    if home.kind != ASIDE or home.parent != reading.clause_of[trigger.first] or gap <= 0:
        return False
    if mention.rule == _BRACKETED and gap > _RIGHT_BEFORE:
        return False  # "ratified the Paris Agreement (2015)"
    held = set(reading.words_of(number)) - set(range(word_of(reading, mention), last_of(reading, mention) + 1))
    return all(reading.is_a("prepositions", i) for i in held) and not any(
        trigger.last < t.first < word_of(reading, mention) for t in others
    )


def _hugs(reading: Reading, trigger: Trigger, mention: DateMention) -> bool:
    """Whether a date stands right in front of a participle, in its own apposition (", im Januar in Davos unterschrieben,")."""
    gap = trigger.first - last_of(reading, mention)
    return 0 < gap <= RIGHT_BEHIND and not reading.comma_between(last_of(reading, mention), trigger.first)


def _is_own(
    reading: Reading, trigger: Trigger, others: Sequence[Trigger], mention: DateMention, telling: Sequence[Trigger]
) -> bool:
    clause = clause_of(reading, mention)
    mine = reading.clause_of[trigger.first]
    gap = word_of(reading, mention) - trigger.last
    if trigger.voice == ATTRIBUTE and held(reading, trigger, mention):
        return True  # "the treaty, in force since 1978, would end"
    if trigger.voice == ATTRIBUTE and gap > 0 and _told_elsewhere(reading, trigger, mention):
        return False
    if _leads_on(reading, trigger, mention, others):
        return False
    at = next((t for t in (trigger, *others) if _signed_at(reading, t, mention)), trigger)
    if at is not trigger:
        return False
    rivals = [
        t
        for t in others
        if reading.clause_of[t.first] == clause
        and not _leads_on(reading, t, mention, (trigger,))
        and not (t.voice == ATTRIBUTE and word_of(reading, mention) > t.last and _told_elsewhere(reading, t, mention))
        and not _only_noun(reading, trigger, t, mention, telling)
        and not _signed_at(reading, trigger, mention)
    ]
    if clause == mine:
        attributes = [t for t in telling if t.voice == ATTRIBUTE]
        open_ = trigger.first > word_of(reading, mention) or trigger.last > last_of(reading, mention)
        if open_ and any(held(reading, t, mention) for t in attributes if t is not trigger):
            return False
        if _of_apposition(reading, trigger, telling, mention):
            return False
        far = distance(reading, mention, trigger) if rivals else 0
        return all(far <= distance(reading, mention, t) for t in rivals)
    if _alone_behind(reading, trigger, others, mention):
        return True
    if any(t in telling for t in rivals):
        return False
    if trigger.voice == ATTRIBUTE:
        return not others
    return reading.within(mine, clause) or not others


def _signed_at(reading: Reading, trigger: Trigger, mention: DateMention) -> bool:
    """签于2016年, 签署于2016年: a Chinese verb that "at" ties to the date behind it."""
    if not reading.lexicon.han:
        return False
    word = word_of(reading, mention)
    tied = 0 < word - trigger.last <= 2 and reading.tokens[word - 1].low == "于"
    return tied and not reading.comma_between(trigger.last, word)


def _leads_on(reading: Reading, before: Trigger, mention: DateMention, behind: Sequence[Trigger]) -> bool:
    """Whether a date behind a comma opens what comes after a verb, in Chinese, where no conjunction would („经国务院批准，2014年9月，双方…")."""
    if not reading.lexicon.han:
        return False
    word = word_of(reading, mention)
    opens = before.last < word and any(c in ",，；" for c in reading.before(word))
    return opens and any(t.first > word for t in behind)


def _of_apposition(reading: Reading, trigger: Trigger, telling: Sequence[Trigger], mention: DateMention) -> bool:
    """Whether a date in front of a verb ends a participle's apposition ("signed in 1965 and on 22 May 1972 in Paris, have lapsed")."""
    word = word_of(reading, mention)
    near = [t for t in telling if t.voice == ATTRIBUTE and 0 < word - t.last <= _EVENT_REACH and t is not trigger]
    nouns = [h.first for h in reading.section("instruments")]
    inside = any(not parted(reading, t, mention) and not any(t.last < i < word for i in nouns) for t in near)
    return inside and word < trigger.first and reading.comma_between(last_of(reading, mention), trigger.first)


def _only_noun(
    reading: Reading, trigger: Trigger, other: Trigger, mention: DateMention, telling: Sequence[Trigger]
) -> bool:
    """Whether another act has no claim to a date: a noun beside a verb ("deposited its instrument of accession on Friday"), a verb
    that lends itself to the noun ("announced on Wednesday the suspension")."""
    if trigger.voice == NOMINAL:
        low, high = sorted((last_of(reading, mention), trigger.first))
        joined = reading.any_is("coordinate", range(low + 1, high)) or reading.comma_between(low, high)
        return other not in telling and not joined
    gap = word_of(reading, mention) - other.last
    if other.voice != NOMINAL or trigger.voice == ATTRIBUTE or parted(reading, trigger, mention):
        return False  # "sign the treaty, to become a member on July 1"
    if trigger.last < other.first and (_subject_of_law(reading, other) or reading.is_a("beneficiary", other.first - 1)):
        return True  # "submitted for ratification on Monday"
    return not 0 < gap <= _BESIDE_NOUN


def _subject_of_law(reading: Reading, noun: Trigger) -> bool:
    """Whether a noun says what a law is on («принял закон о ратификации 19 марта»): the date is the verb's."""
    on = reading.is_a("prepositions", noun.first - 1)
    laws = [h for h in reading.section("things") if h.key in {"law", "draft"} and h.first < noun.first]
    return any(noun.first <= h.last or (on and noun.first - h.last <= _RIGHT_BEFORE) for h in laws)


def _told_elsewhere(reading: Reading, trigger: Trigger, mention: DateMention) -> bool:
    """Whether a date is parted by a comma and other words from the participle before it ("concluded with France, he said on Monday")."""
    word = word_of(reading, mention)
    comma = next((i for i in range(trigger.last + 1, word + 1) if any(c in ",，،;；" for c in reading.before(i))), -1)
    return comma >= 0 and word - comma > _AFTER_COMMA
