"""What may be asked: every parameter with its type and bounds, named as on the command line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from pipeline.model import EventState, EventType, PartialDate, Salience, Status
from pipeline.query import CURSOR, MOST, EventFilter

_TEXT = r"^[^\x00-\x1f\x7f]+$"  # one line
_TITLE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f]*$"  # one line, and not blank
_NOTE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_EVENT = r"^[A-Za-z0-9_-]{1,80}$"
_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"
_PARTY = r"^[A-Z][A-Z0-9-]{1,19}$"
_WORD = r"^[a-z][a-z0-9_]{0,49}$"
_LANGUAGE = r"^[a-z]{2,3}$"
BIGGEST = 2**53 - 1  # of the numbers that JSON carries without loss
_DAY = {"type": "string", "format": "date"}
_PARTIAL = {
    "anyOf": [
        _DAY,
        {"type": "string", "pattern": r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$"},
        {"type": "string", "pattern": r"^[1-9][0-9]{3}$"},
    ]
}
_MOMENT = {"anyOf": [_DAY, {"type": "string", "format": "date-time"}]}
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


def _partial(value: object) -> PartialDate:
    if not isinstance(value, str):
        raise ValueError("should be text like 2026-01-14, 2026-01 or 2026")
    return PartialDate.parse(value)


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("should be a day like 2026-01-14")
    return date.fromisoformat(value)


def moment_of(text: object) -> datetime:
    """A day or a moment, as people write it; without a zone it is UTC. What lies outside the history's years is its nearest edge."""
    if not isinstance(text, str) or not re.match(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError("should be a time like 2026-01-14 or 2026-01-14T10:00:00Z")
    # in a query, the plus sign of a zone arrives as a space
    moment = datetime.fromisoformat(re.sub(r"(?<=\d) (?=\d\d:?\d\d$)", "+", text) if "T" in text.upper() else text)
    if not _EARLIEST.year < moment.year < _LATEST.year:
        return _EARLIEST if moment.year <= _EARLIEST.year else _LATEST
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _whole(value: object) -> object:
    """JSON knows no difference between 3 and 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


PartialDay = Annotated[PartialDate, BeforeValidator(_partial), WithJsonSchema(_PARTIAL)]
Moment = Annotated[datetime, BeforeValidator(moment_of), WithJsonSchema(_MOMENT)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(_DAY)]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=_TEXT)]
Note = Annotated[str, Field(max_length=2000, pattern=_NOTE)]
Title = Annotated[str, Field(min_length=1, max_length=2000, pattern=_TITLE)]
Identifier = Annotated[str, Field(pattern=_IDENTIFIER)]
Party = Annotated[str, Field(pattern=_PARTY)]
Word = Annotated[str, Field(pattern=_WORD)]
Language = Annotated[str, Field(pattern=_LANGUAGE)]
YesNo = Literal["true", "false"]
Number = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]

EventId = Annotated[str, Path(pattern=_EVENT, description="An event's id.")]
AgreementId = Annotated[str, Path(pattern=_IDENTIFIER, description="An agreement's id on the watchlist.")]
FeedId = Annotated[str, Path(pattern=_IDENTIFIER, description="A source's id in feeds.toml.")]
RowId = Annotated[int, Path(ge=1, le=BIGGEST)]
DeliveryId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,80}$", description="A delivery's id (webhook-id).")]

AsOf = Annotated[Moment | None, Query(description="What was known at this time.")]
On = Annotated[
    Day | None, Query(description="The day for which it is asked what was true; today where it is left out.")
]
Version = Annotated[
    int | None, Query(ge=1, le=BIGGEST, description="Which version of the article; the newest where left out.")
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Answers a page.")]
After = Annotated[Number | None, Query(description="`next` of the page before.")]


class _Strict(BaseModel):
    """A misspelt filter must not quietly mean no filter."""

    model_config = ConfigDict(extra="forbid")


def _no_repeats(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


_Agreements = Annotated[list[Identifier], Field(max_length=50), AfterValidator(_no_repeats)]


class EventFilters(_Strict):
    """The filters of lists of events; several are joined by "and", several values of one by "or"."""

    agreement: _Agreements = Field([], description="Only these agreements.")
    party: Party | None = Field(None, description="Only agreements of this party, or acts of it (RU, EU).")
    country: Party | None = Field(None, description="Only acts of this party.")
    type: list[EventType] = Field([], max_length=50, description="Only these kinds of step.")
    status: list[Status] = Field([], max_length=10, description="Only these statuses.")
    state: list[EventState] = Field([], max_length=10, description="Only events in these states.")
    salience: Salience | None = Field(None, description="Only news, or only what was retold beside it.")
    stage: Word | None = Field(
        None, description="Only acts of this stage (lower_chamber, upper_chamber, head_of_state …)."
    )
    min_confidence: float = Field(0.0, ge=0, le=1, allow_inf_nan=False, description="Only events at least as sure.")
    since: PartialDay | None = Field(None, description="Acts from this day, month or year on.")
    until: PartialDay | None = Field(None, description="Acts up to this day, month or year.")
    as_of: Moment | None = Field(None, description="The history as it was known at this time.")
    tracked: YesNo | None = Field(None, description="Only agreements on the watchlist (true), or only others (false).")
    retracted: YesNo = Field("false", description="Show what was taken back, too.")
    q: Text | None = Field(None, description="Words that stand in an article that tells of the event.")
    order: Literal["newest", "oldest"] = Field("newest", description="Which acts come first.")
    limit: int = Field(50, ge=1, le=MOST, description="Answers a page.")
    cursor: Annotated[str, Field(pattern=CURSOR)] | None = Field(None, description="`next` of the page before.")

    def wanted(self) -> EventFilter:
        """The same as the history is asked."""
        return EventFilter(
            agreement=tuple(self.agreement),
            party=self.party,
            country=self.country,
            type=tuple(kind.value for kind in self.type),
            status=tuple(status.value for status in self.status),
            state=tuple(state.value for state in self.state),
            salience=self.salience.value if self.salience else None,
            stage=self.stage,
            min_confidence=self.min_confidence,
            since=self.since.first if self.since else None,
            until=self.until.last if self.until else None,
            as_of=self.as_of,
            tracked=None if self.tracked is None else self.tracked == "true",
            retracted=self.retracted == "true",
            text=self.q,
            oldest_first=self.order == "oldest",
            limit=self.limit,
            cursor=self.cursor,
        )


class ReviewIn(_Strict):
    """A person's word on an event: right, wrong, right after these corrections (None clears a date), the same as another one
    (merge, `into` that), two events (split: what `articles` tell is another one), or not the same after all (undo a merge)."""

    decision: Literal["accept", "reject", "correct", "merge", "split", "undo"]
    into: Annotated[str, Field(pattern=_EVENT)] | None = Field(None, description="merge: the event that stays.")
    articles: list[Annotated[int, Field(ge=1, le=BIGGEST, strict=True), BeforeValidator(_whole)]] = Field(
        [], max_length=200, description="split: the ids of the articles whose reports become another event."
    )
    note: Note = ""
    revision: Annotated[int, Field(ge=1, le=BIGGEST, strict=True), BeforeValidator(_whole)] | None = Field(
        None,
        description="The revision that was looked at: where the event has another one by now, nothing is done (409).",
    )
    type: EventType | None = None
    status: Status | None = None
    stage: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,49})?$")] | None = None
    actor: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    actor_country: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9-]{1,19})?$")] | None = None
    date: PartialDay | None = None
    effective_date: PartialDay | None = None
    agreement_id: Identifier | None = None


class MuteIn(_Strict):
    """What nobody wants to hear of for now; what is left out means any."""

    channel: Identifier | None = None
    agreement: Identifier | None = None
    party: Party | None = None
    type: EventType | None = None
    until: Moment | None = None
    why: Note = ""


class AgreementIn(_Strict):
    """An agreement as in agreements.toml."""

    id: Identifier | None = Field(None, description="A short name; made from the title if left out.")
    title: Title
    parties: list[Party] = Field([], max_length=300)
    titles: dict[Language, Title] = Field(
        default_factory=dict, max_length=100, json_schema_extra={"additionalProperties": False}
    )
    aliases: list[Title] = Field([], max_length=100)
    exclude: list[Title] = Field([], max_length=100)
    multilateral: StrictBool = False
    signed_on: PartialDay | None = None
