"""Plain English for the closed lists: acts, statuses, stages, confidence, dates. The only place where they are worded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.model import Event, EventType, PartialDate, Status


@dataclass(frozen=True, slots=True)
class Act:
    """An act as a clause after the agreement's title: "…: ratified", "… expected to be ratified", "… ratification"."""

    done: str
    to_do: str
    not_done: str
    noun: str
    by: bool = True  # whether "by the lower house" may follow


_ACTS: Mapping[EventType, Act] = {
    EventType.NEGOTIATIONS_CONCLUDED: Act(
        "negotiations concluded",
        "conclude negotiations",
        "negotiations not concluded",
        "conclusion of negotiations",
        False,
    ),
    EventType.INITIALLED: Act("initialled", "be initialled", "not initialled", "initialling"),
    EventType.ADOPTED: Act("text adopted", "have its text adopted", "text not adopted", "adoption of the text"),
    EventType.OPENED_FOR_SIGNATURE: Act(
        "opened for signature", "be opened for signature", "not opened for signature", "opening for signature", False
    ),
    EventType.SIGNED: Act("signed", "be signed", "not signed", "signature"),
    EventType.SUBMITTED: Act(
        "submitted for approval", "be submitted for approval", "not submitted for approval", "submission for approval"
    ),
    EventType.APPROVED: Act("approved", "be approved", "not approved", "approval"),
    EventType.RATIFIED: Act("ratified", "be ratified", "not ratified", "ratification"),
    EventType.PROMULGATED: Act(
        "law signed (promulgated)", "have its law signed", "law not signed", "signature of the law (promulgation)"
    ),
    EventType.DEPOSITED: Act(
        "instrument deposited", "have an instrument deposited", "instrument not deposited", "deposit of the instrument"
    ),
    EventType.EXCHANGED: Act(
        "instruments exchanged",
        "have instruments exchanged",
        "instruments not exchanged",
        "exchange of instruments",
        False,
    ),
    EventType.NOTIFIED: Act(
        "completion of procedures notified",
        "have completion of procedures notified",
        "completion of procedures not notified",
        "notification of completed procedures",
    ),
    EventType.ACCEDED: Act("acceded to", "be acceded to", "not acceded to", "accession"),
    EventType.SUCCEEDED: Act("succeeded to", "be succeeded to", "not succeeded to", "succession"),
    EventType.PROVISIONALLY_APPLIED: Act(
        "applied provisionally",
        "be applied provisionally",
        "not applied provisionally",
        "provisional application",
        False,
    ),
    EventType.ENTERED_INTO_FORCE: Act(
        "entered into force", "enter into force", "not in force", "entry into force", False
    ),
    EventType.AMENDED: Act("amended", "be amended", "not amended", "amendment"),
    EventType.EXTENDED: Act("extended", "be extended", "not extended", "extension"),
    EventType.SUSPENDED: Act("suspended", "be suspended", "not suspended", "suspension"),
    EventType.WITHDRAWN: Act("withdrawn from", "be withdrawn from", "not withdrawn from", "withdrawal"),
    EventType.TERMINATED: Act("terminated", "be terminated", "not terminated", "termination"),
    EventType.REJECTED: Act("rejected", "be rejected", "not rejected", "rejection"),
    EventType.RESERVED: Act("reservation made", "receive a reservation", "no reservation made", "reservation"),
}

_STAGES: Mapping[str, str] = {
    "committee": "a parliamentary committee",
    "consent": "the body whose consent is needed",
    "foreign_ministry": "the foreign ministry",
    "government": "the government",
    "head_of_government": "the head of government",
    "head_of_state": "the head of state",
    "lower_chamber": "the lower house",
    "parliament": "the parliament",
    "upper_chamber": "the upper house",
}

_STATUSES: Mapping[Status, str] = {
    Status.OCCURRED: "reported as done",
    Status.PLANNED: "announced, not yet done",
    Status.CALLED_FOR: "called for; nothing is decided",
    Status.NEGATED: "reported as not done",
    Status.CONDITIONAL: "depends on a condition",
}

_BANDS = (
    (0.95, "almost certain"),
    (0.85, "very likely"),
    (0.70, "likely"),
    (0.50, "possible"),
    (0.0, "doubtful"),
)

_FIELDS: Mapping[str, str] = {
    "actor": "actor",
    "actor_country": "party that acted",
    "agreement": "agreement",
    "agreement_id": "agreement (watchlist)",
    "date": "date",
    "effective_date": "takes effect",
    "flags": "remarks",
    "stage": "stage",
    "state": "state",
    "status": "status",
    "type": "act",
    "wording": "wording",
}

_FLAGS: Mapping[str, str] = {
    "contradicted": "another report says that it did not happen",
    "date_conflict": "reports give different dates",
    "fulfilled": "the announced step has happened",
    "future_date": "the date lies in the future",
    "source_changed": "the source changed its article afterwards",
}

_RETRACTIONS: Mapping[str, str] = {
    "corrects": "The source corrected its article and no longer says so.",
    "merged": "It was the same act as one you were told of; that one stands.",
    "moved": "The report belongs to another event.",
    "rejected": "A person looked at it and rejected it.",
}

_VALUES: Mapping[str, Mapping[str, str]] = {
    "type": {kind.value: words.done for kind, words in _ACTS.items()},
    "status": {status.value: words for status, words in _STATUSES.items()},
}

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def act(kind: EventType, stage: str = "", status: Status = Status.OCCURRED) -> str:
    """The act as a clause: "ratified by the lower house", "expected to be ratified by the lower house"."""
    words = _ACTS[kind]
    by = f" by {stage_words(stage)}" if stage and words.by else ""
    match status:
        case Status.OCCURRED:
            return words.done + by
        case Status.PLANNED:
            return f"expected to {words.to_do}{by}"
        case Status.CALLED_FOR:
            return f"{words.noun}{by} called for"
        case Status.NEGATED:
            return words.not_done + by
        case Status.CONDITIONAL:
            return f"could {words.to_do}{by}, on a condition"


def step(kind: EventType, stage: str = "") -> str:
    """The act as a noun: "ratification by the lower house"."""
    words = _ACTS[kind]
    return words.noun + (f" by {stage_words(stage)}" if stage and words.by else "")


def stage_words(stage: str) -> str:
    """The organ a stage stands for; a stage without words of its own is read as it is written."""
    return _STAGES.get(stage, stage.replace("_", " "))


def status_words(status: Status) -> str:
    """Whether it happened."""
    return _STATUSES[status]


def confidence_words(confidence: float) -> str:
    """How sure the reading is: "very likely (92%)"."""
    band = next((words for floor, words in _BANDS if confidence >= floor), _BANDS[-1][1])
    return f"{band} ({int(confidence * 100)}%)"


def date_words(date: PartialDate | None) -> str:
    """ "14 January 2026", "March 2025", "2025"; "" for none."""
    if date is None:
        return ""
    parts = (str(date.day or ""), _MONTHS[date.month - 1] if date.month else "", str(date.year))
    return " ".join(part for part in parts if part)


def day_words(moment: datetime | None) -> str:
    """The day of a moment (UTC)."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}" if moment else ""


def actor_words(actor: str, country: str, names: Mapping[str, str]) -> str:
    """Who acted: "State Duma (Russia)", "Russia", "the parties together" where no single one is named."""
    party = names.get(country, country)
    if not actor:
        return party or "the parties together"
    return actor if not party or party.casefold() in actor.casefold() else f"{actor} ({party})"


def headline(event: Event, names: Mapping[str, str]) -> str:
    """Act, who and when in one line: "Ratified by the lower house, Russia, 14 January 2026"."""
    words = act(event.type, event.stage, event.status)
    party = names.get(event.actor_country, event.actor_country)
    return ", ".join(part for part in (words[0].upper() + words[1:], party, date_words(event.date)) if part)


def field_words(name: str) -> str:
    """What a field of an event is called in a correction."""
    return _FIELDS.get(name, name.replace("_", " "))


def value_words(name: str, value: str, names: Mapping[str, str]) -> str:
    """A field's value, given as text, as people read it; "not known" for none."""
    if not value:
        return "not known"
    known = _VALUES.get(name, {}).get(value)
    if known:
        return known
    match name:
        case "stage":
            return stage_words(value)
        case "date" | "effective_date":
            return date_words(PartialDate.parse(value))
        case "actor_country":
            return names.get(value, value)
        case "flags":
            return "; ".join(flag_words(flag) for flag in value.split(", "))
    return value


def flag_words(flag: str) -> str:
    """What a reader has to know beside the event's fields."""
    return _FLAGS.get(flag, flag.replace("_", " "))


def retraction_words(because: str) -> str:
    """Why an event was taken back."""
    return _RETRACTIONS.get(because, "It does not stand any longer.")
