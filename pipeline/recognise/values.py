"""The values that pass between the steps of the recogniser.

    Article ─▶ Document(Sentence(Token)) ─▶ PartyMention, Act, DateMention ─▶ Mention ─▶ Link ─▶ Finding

Offsets everywhere are characters of `Article.text` (the title is read as a document of its own, see `sentences`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from typing import NamedTuple

from pipeline.model import EventType, PartialDate, Salience, Status
from pipeline.recognise.immutable import cached_property, value


class Token(NamedTuple):  # a tuple, for thousands are made of an article
    """A word: lower-cased, with its place. In Chinese every ideograph is a token."""

    start: int
    end: int
    low: str


@value(slots=False)
class Sentence:
    """A sentence with its words. `low` is `text` lower-cased, letter for letter (the same length). `cut` cuts it into words,
    when they are first asked for: most sentences of an article tell nothing and are never cut.
    """

    index: int
    paragraph: int
    start: int
    end: int
    text: str
    low: str
    cut: Callable[[str, int], tuple[Token, ...]] = field(repr=False)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words, with their places in the text."""
        return self.cut(self.low, self.start)


@value()
class Document:
    """An article cut into sentences. `title` is the headline as a sentence of its own (offsets within the headline)."""

    language: str
    title: Sentence | None
    sentences: tuple[Sentence, ...]


class PartyKind(StrEnum):
    """How a party was named."""

    NAME = "name"  # Russia, the Russian Federation, Россия
    DEMONYM = "demonym"  # Russian, российский, Russians
    CAPITAL = "capital"  # Moscow
    BODY = "body"  # the State Duma, the Bundestag, the Kremlin
    LEADER = "leader"  # Vladimir Putin
    ORGANISATION = "organisation"  # the EU, NATO
    PAIR = "pair"  # 中俄, Russian-Belarusian


@value()
class PartyMention:
    """A state, an organisation or one of its organs, named in the text."""

    start: int
    end: int
    code: str  # ISO 3166-1 alpha-2 or organisation code
    kind: PartyKind
    body: str = ""  # with BODY and LEADER: the stage this organ's act is ("lower_chamber", "head_of_state" …)


@value()
class DateMention:
    """A time expression. Unresolved: what it means hangs on the publication day and on whether the act is past or planned."""

    start: int
    end: int
    rule: str  # the name of the frame that matched, e.g. "day_month", "weekday", "last_month_name"
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None  # Monday = 0
    offset: int | None = None  # in units
    unit: str = ""  # "day" | "week" | "month" | "year"
    direction: str = ""  # "past" | "future" | "" as the words say
    role: str = ""  # "effective" (from/starting/с 1 января), "deadline" (by/before/до), "since" (since/seit), "title" (inside a title), "dateline", ""


@value()
class Act:
    """A word or phrase that tells of a step, with what its sentence says of it."""

    type: EventType
    start: int
    end: int
    wording: str
    status: Status
    salience: Salience
    form: str  # "finite", "participle", "noun", "infinitive", "future", "passive" …
    reasons: tuple[str, ...] = ()
    object_start: int = -1  # where the thing acted on is looked for; -1: anywhere in the clause
    object_end: int = -1


@value()
class Mention:
    """A wording that may mean an agreement: a treaty noun with what goes with it, an alias, or a pronoun."""

    start: int
    end: int
    text: str
    kind: str  # "agreement", "treaty", "convention", "protocol", "memorandum" …; "" where the words do not say
    generic: bool  # "the document", "it", "this agreement": nothing of its own to go by
    plural: bool = False
    parties: tuple[PartyMention, ...] = ()
    pick: str = ""  # of agreements told before: "former", "latter", "both", "all" of three or more
    items: tuple[Mention, ...] = ()  # where its noun heads a list: a wording for each agreement
    numberless: bool = (
        False  # one or several: the act itself stands for what it is done to, or the language does not say
    )
    meant: str = ""  # the agreement that only its place in a list tells: "No. 187" behind "Conventions No. 155"


class Band(StrEnum):
    """How sure a link is."""

    SURE = "sure"
    REVIEW = "review"
    NONE = "none"


@value()
class Candidate:
    """One tracked agreement compared with one mention. Scores are 0 to 1."""

    agreement_id: str
    content: float
    party: float
    kind: float
    score: float
    alias: bool = False
    reasons: tuple[str, ...] = ()


@value()
class Link:
    """The decision which tracked agreement a mention means, if any. `margin` is to the runner-up's score; `ties`: all that come as
    near to the best as makes no difference."""

    agreement_id: str | None
    band: Band
    confidence: float
    reasons: tuple[str, ...] = ()
    best: Candidate | None = None
    runner_up: Candidate | None = None
    margin: float = 0.0
    ties: tuple[Candidate, ...] = ()


@value()
class Actor:
    """Who took the step: as worded, for which party, at which stage of that party's procedure."""

    wording: str
    country: str
    stage: str = ""
    start: int = -1
    end: int = -1


@value()
class Dated:
    """A resolved date with the rule that gave it."""

    date: PartialDate
    rule: str
    effective: bool = False
