"""Many reports, one event: sorts the reports of a stream into the real acts they tell of.

The result depends on the set of reports alone, not on the order they came in: reports are taken sharpest first (who, which
chamber, which date), and each joins the act it fits best or begins one. A vaguer report so joins the sharper one, whichever was
read first. Same act, by how well the dates fit:

    SAME_DAY   told with the same day
    WITHIN     2025-03 and 2025-03-13
    NEAR       no date, but reported within days of it
    RETOLD     background without a date: the latest such act before the report
    CONFLICT   13 and 14 March of the same actor: one act, flagged; never two alerts, never merged silently
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum

from pipeline.model import EventType, PartialDate, Salience, Status
from pipeline.plan import Report
from pipeline.record.families import (
    actor_counts,
    chamber_counts,
    normalised_type,
    stage_rank,
    stages_agree,
    types_agree,
    whole_treaty,
)

NEAR_DAYS = 10  # between an act without a date and its report
STANDING_DAYS = 30  # a plan, a call or a "not yet" stays what it is for longer
EARLY_DAYS = 3  # time zones, and agencies that report the evening before
CONFLICT_DAYS = 2  # two dates this near are one act told differently


class Fit(IntEnum):
    """How well a report fits an act; the lower the better."""

    SAME_DAY = 0
    WITHIN = 1
    NEAR = 2
    RETOLD = 3
    CONFLICT = 4


@dataclass(slots=True)
class Cluster:
    """The reports of one act while they are gathered. `date` is the sharpest told so far."""

    act: str
    status: Status
    type: EventType
    joint: bool
    many: bool  # each of many parties acts for itself
    whole: bool
    staged: bool
    country: str = ""
    stage: str = ""
    date: PartialDate | None = None
    held: bool = False  # a person put its reports together: each of their dates is its date
    reports: list[Report] = field(default_factory=list)


def sort_key(report: Report) -> tuple[object, ...]:
    """Sharpest first; then by what the report says, so that the order never hangs on when it arrived."""
    f, a = report.finding, report.article
    return (
        not f.actor_country,
        -stage_rank(f.stage),
        -precision(f.date),
        _is_background(report),
        str(f.date or ""),
        a.reported_on,
        f.actor_country,
        f.stage,
        f.type.value,
        -f.confidence,
        a.url,
        f.start,
        f.end,
    )


def precision(day: PartialDate | None) -> int:
    """0 no date, 1 a year, 2 a month, 3 a day."""
    if day is None:
        return 0
    return 3 if day.day else 2 if day.month else 1


def cluster(reports: Sequence[Report], act: str, multilateral: bool, members: bool = False) -> list[Cluster]:
    """Sort the reports of one stream and one status into acts. Pure; the same set gives the same acts in the same order.

    `members`: a party is an organisation whose members act for themselves. Reports that a person put together begin an act.
    """
    found = _held([report for report in reports if report.held], act, multilateral, members)
    by_country: dict[str, list[int]] = {}
    for place, one in enumerate(found):
        by_country.setdefault(one.country, []).append(place)
    for report in sorted((report for report in reports if not report.held), key=sort_key):
        country = report.finding.actor_country
        near = [*by_country.get(country, ()), *by_country.get("", ())] if country else range(len(found))
        fits = [(fit, place) for place in near if (fit := _fit(found[place], report)) is not None]
        if not fits:
            found.append(_begin(report, act, multilateral, members))
            by_country.setdefault(found[-1].country, []).append(len(found) - 1)
            continue
        place = min(fits)[1]
        before = found[place].country
        _join(found[place], report)
        if found[place].country != before:
            by_country[before].remove(place)
            by_country.setdefault(found[place].country, []).append(place)
    return found


def _held(reports: Sequence[Report], act: str, multilateral: bool, members: bool) -> list[Cluster]:
    groups: dict[str, list[Report]] = {}
    for report in sorted(reports, key=sort_key):
        groups.setdefault(report.event_id or "", []).append(report)
    found = []
    for identity in sorted(groups):
        first, *others = groups[identity]
        found.append(_begin(first, act, multilateral, members))
        found[-1].held = True
        for report in others:
            _join(found[-1], report)
    return found


def _begin(report: Report, act: str, multilateral: bool, members: bool) -> Cluster:
    f = report.finding
    joint = not actor_counts(act, multilateral)
    staged = chamber_counts(act) and not joint
    return Cluster(
        act=act,
        status=f.status,
        type=normalised_type(f),
        joint=joint,
        many=(multilateral or members) and not joint,
        whole=whole_treaty(act, multilateral),
        staged=staged,
        country="" if joint else f.actor_country,
        stage=f.stage if staged else "",
        date=f.date,
        reports=[report],
    )


def _join(one: Cluster, report: Report) -> None:
    f = report.finding
    if not one.joint:
        one.country = one.country or f.actor_country
    if one.staged and stage_rank(f.stage) > stage_rank(one.stage):
        one.stage = f.stage
    if precision(f.date) > precision(one.date):
        one.date = f.date
    one.reports.append(report)


def _fit(one: Cluster, report: Report) -> tuple[Fit, int] | None:
    """How well the report fits the act, with the distance in days; None: another act."""
    f = report.finding
    if not _same_actor(one, report):
        return None
    same_day = one.date is not None and one.date == f.date and precision(f.date) == 3
    if not types_agree(one.type, one.stage, normalised_type(f), f.stage if one.staged else "", same_day):
        return None
    fit = _date_fit(one, report)
    if fit is not None and fit[0] > Fit.SAME_DAY and _in_passing(one, report):
        return None
    return fit


def _in_passing(one: Cluster, report: Report) -> bool:
    """ "Fifteen states have ratified", retold of an open treaty, is not the act of the one state we know of."""
    nobody = not report.finding.actor_country or not one.country
    return one.many and nobody and one.country != report.finding.actor_country and _is_background(report)


def _is_background(report: Report) -> bool:
    return report.finding.salience is Salience.BACKGROUND


def _same_actor(one: Cluster, report: Report) -> bool:
    f = report.finding
    if one.joint:
        return True
    if one.whole and one.country != f.actor_country:
        return False
    if one.country and f.actor_country and one.country != f.actor_country:
        return False
    return not one.staged or stages_agree(one.stage, f.stage)


def _date_fit(one: Cluster, report: Report) -> tuple[Fit, int] | None:
    told = report.finding.date
    if told is not None and one.date is not None:
        dates = {other.finding.date for other in one.reports if other.finding.date} if one.held else {one.date}
        return _best(_both_dated(one, each, report, told) for each in dates)
    if told is None and one.date is not None:
        return _undated(report, one.date, one.status)
    if told is not None:
        return _best(_undated(other, told, one.status) for other in one.reports)
    return _best(_both_undated(other, report, one.status) for other in one.reports)


def _best(fits: Iterable[tuple[Fit, int] | None]) -> tuple[Fit, int] | None:
    return min((fit for fit in fits if fit is not None), default=None)


def _both_dated(one: Cluster, date_: PartialDate, report: Report, told: PartialDate) -> tuple[Fit, int] | None:
    if precision(told) == 3 and precision(date_) == 3:
        apart = abs((told.first - date_.first).days)
        if not apart:
            return Fit.SAME_DAY, 0
        # an article that tells of both days tells of two acts
        if apart > CONFLICT_DAYS or _tells_otherwise(one, report):
            return None
        return Fit.CONFLICT, apart
    if date_.agrees(told):
        return Fit.WITHIN, _gap(report.article.reported_on, date_)
    return None


def _tells_otherwise(one: Cluster, report: Report) -> bool:
    mine = report.article.url
    return any(
        r.article.url == mine and r.finding.date is not None and r.finding.date != report.finding.date
        for r in one.reports
    )


def _undated(report: Report, day: PartialDate, status: Status) -> tuple[Fit, int] | None:
    """A report without a date against an act with one."""
    on = report.article.reported_on
    if _is_background(report) and status is Status.OCCURRED:
        early = (day.first - on).days
        return (Fit.RETOLD, _gap(on, day)) if early <= EARLY_DAYS else None
    window = _window(status)
    before = EARLY_DAYS if status is Status.OCCURRED else window
    if day.first - timedelta(days=before) <= on <= day.last + timedelta(days=window):
        return Fit.NEAR, _gap(on, day)
    return None


def _both_undated(other: Report, report: Report, status: Status) -> tuple[Fit, int] | None:
    if status is not Status.OCCURRED:
        return _reported_near(other, report, STANDING_DAYS)
    old, new = _is_background(other), _is_background(report)
    if old and new:
        return Fit.RETOLD, 0
    if not old and not new:
        return _reported_near(other, report, NEAR_DAYS)
    retold, news = (other, report) if old else (report, other)
    after = (retold.article.reported_on - news.article.reported_on).days
    return (Fit.RETOLD, abs(after)) if after >= -EARLY_DAYS else None


def _reported_near(other: Report, report: Report, days: int) -> tuple[Fit, int] | None:
    apart = abs((other.article.reported_on - report.article.reported_on).days)
    return (Fit.NEAR, apart) if apart <= days else None


def _window(status: Status) -> int:
    return NEAR_DAYS if status is Status.OCCURRED else STANDING_DAYS


def _gap(on: date, day: PartialDate) -> int:
    """Days from a day to the nearest day the date can mean."""
    if on < day.first:
        return (day.first - on).days
    return max((on - day.last).days, 0)
