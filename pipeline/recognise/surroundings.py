"""What stands around a mention, gathered from its sentence and its article for `linker`."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import EventType
from pipeline.recognise import anaphora
from pipeline.recognise.among import Around
from pipeline.recognise.reading import Reading
from pipeline.recognise.scene import Scene
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import DateMention, Mention, PartyKind, PartyMention

# What approves an extension may be a body of the agreement itself: no other text need stand behind it.
_NO_TEXT = frozenset({None, EventType.AMENDED, EventType.APPROVED, EventType.EXTENDED})
_MAKING = frozenset({
    EventType.INITIALLED, EventType.SIGNED, EventType.APPROVED, EventType.SUBMITTED, EventType.RATIFIED, EventType.PROMULGATED,
    EventType.EXCHANGED, EventType.PROVISIONALLY_APPLIED, EventType.ENTERED_INTO_FORCE,
})  # fmt: skip
_NEAR = frozenset({"day", "week"})  # "yesterday", "last week"
_LEAD = 2  # sentences that tell of today where no date says otherwise
_ENDING = frozenset({EventType.WITHDRAWN, EventType.TERMINATED, EventType.SUSPENDED})


def of(
    reading: Reading,
    mention: Mention,
    scene: Scene,
    sentence: int,
    subject: Sequence[PartyMention],
    lead: Wording | None,
    step: EventType | None = None,
    own: Sequence[DateMention] = (),
    since: int = 0,
) -> Around:
    """The surroundings of a mention. `subject`: those who act; `lead`: headline and lead, read; `step`: what is done to it, on the dates
    `own`; `since`: the first sentence of its paragraph."""
    acting = tuple(dict.fromkeys(p.code for p in subject if p.code))
    actors = tuple(dict.fromkeys(p.code for p in subject if p.code and p.kind is not PartyKind.BODY))
    patrons = [p for p in reading.parties if _patron(reading, p)]
    hosts = {p.code for p in patrons}
    there = (p for p in reading.parties if p.code not in hosts or not (p in patrons or p.kind is PartyKind.CAPITAL))
    near = tuple(dict.fromkeys(p.code for p in there if p.code))
    fresh = _fresh(reading, mention, step)
    made = step in _MAKING or (fresh and step is None)
    when = _year(own, scene, 0 if step is None else sentence) if made else 0
    signed = frozenset({when}) if step is EventType.SIGNED and when and own else frozenset[int]()
    return Around(
        reading, mention, scene.states, acting, actors, near, lambda: scene.recent(sentence), lambda: scene.everyone,
        lambda: scene.topic(sentence), anaphora.pair(reading, mention), lead, reading.sentence.text, signed, when, fresh, step in _ENDING, since,
        anaphora.count(reading, mention), anaphora.amendment(reading, mention) if step not in {None, EventType.AMENDED} else "",
        step not in _NO_TEXT and anaphora.extended(reading, mention),
        "" if step in {None, EventType.ACCEDED} else anaphora.joining(reading, mention),
        scene.published.year if scene.published else 0,
    )  # fmt: skip


_BESIDE = 4  # words between a patron and what says that it is one
_BEHIND = 8  # the same in Chinese, letter by letter


def _patron(reading: Reading, party: PartyMention) -> bool:
    """„برعاية أمريكية“, 在美国国务卿主持下: who lends its house or good offices is no party to what others sign."""
    first, last = reading.token_at(party.start), reading.token_at(party.end - 1)
    han = reading.lexicon.language == "zh"
    near = range(last + 1, last + 1 + _BEHIND) if han else range(max(0, first - _BESIDE), first)
    words = [h for h in reading.section("grammar") if h.key == "patrons" and (h.first if han else h.last) in near]
    return any(not reading.comma_between(*((last, h.first) if han else (h.last, first))) for h in words)


def _year(own: Sequence[DateMention], scene: Scene, sentence: int) -> int:
    """The year of a step: that of its date, or the article's where its day is near, or where the step stands in the lead; else 0."""
    published, told = scene.published, own[0] if own else None
    if told is not None and told.year:
        return told.year
    near = told is not None and (told.weekday is not None or told.unit in _NEAR)
    if published is None or not (near or sentence < _LEAD):
        return 0
    passed = told is not None and told.month is not None and told.month > published.month
    return published.year - passed


def _fresh(reading: Reading, mention: Mention, step: EventType | None) -> bool:
    """Whether a mention means the newer of two alike: an act gives it life, or it is called new."""
    if step is not None:
        return step not in _ENDING
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    return reading.any_is("new_words", range(max(0, first - 1), min(last + 1, len(reading.tokens))))
