"""Who hears of what, and when: decisions with named reasons; the same word stands in log, metric, database and page.

    event ──wants──▶ send | why not          send ──when──▶ at once | after quiet hours | in a digest | held by the daily cap

A correction goes to those who were told, whatever their filter says now: they act on what they know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pipeline.alert.cron import Cron
from pipeline.alert.hours import QuietHours
from pipeline.alert.options import ChannelFilter, ChannelOptions
from pipeline.alert.values import Mute
from pipeline.model import Direction, Event, EventState
from pipeline.plan import Change


class Because(StrEnum):
    """Why a channel hears of something, or does not."""

    WANTED = "wanted"
    CORRECTION = "correction"  # it was told of the event before
    DISABLED = "disabled"
    ROLE = "role"  # operator channels hear of the service, reader channels of agreements
    NOT_NEWS = "not_news"  # history, or waiting for a person
    NOT_TOLD = "not_told"  # nothing to take back: it never heard of it
    MINOR = "minor"  # a revision that changes nothing a reader acts on
    AGREEMENT = "agreement"
    DISCOVERED = "discovered"  # on no watchlist
    PARTY = "party"
    TYPE = "type"
    STAGE = "stage"
    STATUS = "status"
    JURISDICTION = "jurisdiction"
    LANGUAGE = "language"
    CONFIDENCE = "confidence"
    MUTED = "muted"
    NOT_ASKED = "not_asked"  # overdue and stalled notices are for those who asked


class Timely(StrEnum):
    """Why a message goes when it goes."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    QUIET_HOURS = "quiet_hours"
    DAILY_CAP = "daily_cap"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a channel hears of it, as what kind of news, and why. `mute`: the id of the mute that holds it."""

    send: bool
    reason: Because
    kind: Direction = "created"
    mute: str | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """When a message may go (UTC). `together`: gathered with the others that wait for the same moment."""

    at: datetime
    reason: Timely
    together: bool = False


MATERIAL = frozenset(
    {"agreement_id", "type", "stage", "status", "actor_country", "date", "effective_date", "state", "flags"}
)


def wants(
    channel: ChannelOptions,
    event: Event,
    kind: Direction,
    parties: Iterable[str],
    *,
    now: datetime,
    told: bool = False,
    mutes: Iterable[Mute] = (),
    changes: Iterable[Change] = (),
) -> Decision:
    """Whether `channel` hears of this.

    `parties`: codes of the agreement's parties. `told`: the channel was told of the event before (a delivery of it was made,
    or waits). `changes`: of a revision; without any it is taken for material. A revision for a channel that was never told
    is news to it, if it fits now (`Decision.kind` is then "created").
    """
    if refused := _closed(channel, "reader"):
        return Decision(False, refused, kind)
    codes = set(parties)
    mute = held_by(mutes, channel.id, event, codes, now)
    if kind == "retracted":  # not even a mute keeps a reader believing what was taken back
        return Decision(told, Because.CORRECTION if told else Because.NOT_TOLD, kind)
    if kind == "revised" and told:
        names = {change.field for change in changes}
        if names and names.isdisjoint(MATERIAL):
            return Decision(False, Because.MINOR, kind)
        return _unless(mute, Because.CORRECTION, kind)
    if event.state is not EventState.ALERTED:
        return Decision(False, Because.NOT_NEWS, "created")
    if refused := misfit(channel.filter, event, codes):
        return Decision(False, refused, "created")
    return _unless(mute, Because.WANTED, "created")


def wants_overdue(
    channel: ChannelOptions,
    expected: Event,
    parties: Iterable[str],
    *,
    now: datetime,
    mutes: Iterable[Mute] = (),
) -> Decision:
    """Whether `channel` hears that an announced step has not been reported although its day has passed."""
    if refused := _closed(channel, "reader"):
        return Decision(False, refused)
    if not channel.overdue:
        return Decision(False, Because.NOT_ASKED)
    codes = set(parties)
    if refused := misfit(channel.filter, expected, codes, skip_status=True):
        return Decision(False, refused)
    return _unless(held_by(mutes, channel.id, expected, codes, now), Because.WANTED, "created")


def wants_stalled(
    channel: ChannelOptions,
    agreement_id: str,
    parties: Iterable[str],
    quiet_days: int,
    *,
    now: datetime,
    mutes: Iterable[Mute] = (),
) -> Decision:
    """Whether `channel` hears that nothing was reported of an agreement for `quiet_days` days."""
    if refused := _closed(channel, "reader"):
        return Decision(False, refused)
    if not channel.stalled_days or quiet_days < channel.stalled_days:
        return Decision(False, Because.NOT_ASKED)
    wanted, codes = channel.filter, set(parties)
    if wanted.agreements and agreement_id not in wanted.agreements:
        return Decision(False, Because.AGREEMENT)
    if wanted.parties and codes.isdisjoint(wanted.parties):
        return Decision(False, Because.PARTY)
    for mute in mutes:
        if mute.type is None and _covers(mute, channel.id, agreement_id, codes, now):
            return Decision(False, Because.MUTED, mute=mute.id)
    return Decision(True, Because.WANTED)


def wants_operator(channel: ChannelOptions) -> Decision:
    """Whether `channel` hears of the service's own troubles."""
    refused = _closed(channel, "operator")
    return Decision(not refused, refused or Because.WANTED)


def misfit(wanted: ChannelFilter, event: Event, parties: set[str], *, skip_status: bool = False) -> Because | None:
    """The first part of the filter that the event does not pass, None where it passes.

    An act of all parties together is an act in each one's jurisdiction. Languages are those of the reports; "en" takes "en-GB".
    """
    actors = {event.actor_country} if event.actor_country else parties
    checks = (
        (Because.DISCOVERED, event.agreement_id is not None or wanted.discovered),
        (Because.AGREEMENT, not wanted.agreements or event.agreement_id in wanted.agreements),
        (Because.PARTY, not wanted.parties or not (parties | actors).isdisjoint(wanted.parties)),
        (Because.TYPE, not wanted.types or event.type in wanted.types),
        (Because.STAGE, not wanted.stages or event.stage in wanted.stages),
        (Because.STATUS, skip_status or not wanted.statuses or event.status in wanted.statuses),
        (Because.JURISDICTION, not wanted.jurisdictions or not actors.isdisjoint(wanted.jurisdictions)),
        (Because.LANGUAGE, not wanted.languages or _speaks(event, wanted.languages)),
        (Because.CONFIDENCE, event.confidence >= wanted.min_confidence),
    )
    return next((because for because, passes in checks if not passes), None)


def held_by(mutes: Iterable[Mute], channel_id: str, event: Event, parties: set[str], now: datetime) -> Mute | None:
    """The first mute in force that covers the event on this channel."""
    codes = parties | ({event.actor_country} - {""})
    for mute in mutes:
        if mute.type in (None, event.type) and _covers(mute, channel_id, event.agreement_id, codes, now):
            return mute
    return None


def has_ended(mute: Mute, now: datetime) -> bool:
    """Whether what the mute holds is to be told now, together."""
    return mute.until is not None and mute.until <= now


def when(channel: ChannelOptions, now: datetime, *, sent_today: int = 0) -> Timing:
    """When a message that is ready at `now` may go. `sent_today`: messages of this channel since `day_start`.

    Beyond the daily cap they wait for the next day and go as one message that says so.
    """
    if channel.mode == "digest":
        return Timing(next_digest(channel, now), Timely.DIGEST, together=True)
    if channel.daily_cap and sent_today >= channel.daily_cap:
        return Timing(not_before(channel, day_end(channel, now)), Timely.DAILY_CAP, together=True)
    at = not_before(channel, now)
    return Timing(at, Timely.QUIET_HOURS if at > now else Timely.AT_ONCE)


def not_before(channel: ChannelOptions, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours it lies in (UTC)."""
    return QuietHours.parse(channel.quiet_hours).end(now, channel.zone)


def next_digest(channel: ChannelOptions, after: datetime) -> datetime:
    """The first moment after `after` at which the channel's digest is due, outside its quiet hours (UTC)."""
    return not_before(channel, Cron.parse(channel.schedule).after(after, channel.zone))


def day_start(channel: ChannelOptions, now: datetime) -> datetime:
    """The last midnight of the channel's time zone (UTC): messages since then count against the daily cap."""
    local = now.astimezone(channel.zone)
    return datetime(local.year, local.month, local.day, tzinfo=channel.zone).astimezone(UTC)


def day_end(channel: ChannelOptions, now: datetime) -> datetime:
    """The next midnight of the channel's time zone (UTC)."""
    local = now.astimezone(channel.zone).date() + timedelta(days=1)
    return datetime(local.year, local.month, local.day, tzinfo=channel.zone).astimezone(UTC)


def _closed(channel: ChannelOptions, role: str) -> Because | None:
    if not channel.enabled:
        return Because.DISABLED
    return None if channel.role == role else Because.ROLE


def _unless(mute: Mute | None, because: Because, kind: Direction) -> Decision:
    return Decision(False, Because.MUTED, kind, mute.id) if mute else Decision(True, because, kind)


def _covers(mute: Mute, channel_id: str, agreement_id: str | None, parties: set[str], now: datetime) -> bool:
    return (
        mute.channel in (None, channel_id)
        and not has_ended(mute, now)
        and mute.agreement_id in (None, agreement_id)
        and (mute.party is None or mute.party in parties)
    )


def _speaks(event: Event, languages: tuple[str, ...]) -> bool:
    spoken = {source.language.lower() for source in event.sources}
    spoken |= {language.split("-")[0] for language in spoken}
    return not spoken.isdisjoint(language.lower() for language in languages)
