"""What an act's reports say together: one event from many reports, with its key.

A pure function of the set of reports: the sharpest actor, chamber and date, the best sentence as evidence, every article as a source.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from pipeline.model import Event, EventType, PartialDate, Salience, Source
from pipeline.plan import Flag, Report, agreement_key, source_of
from pipeline.record.cluster import Cluster, precision, sort_key
from pipeline.record.families import PARLIAMENTARY, normalised_type

Rank = tuple[object, ...]


def fold(one: Cluster) -> Event:
    """The event of these reports: revision 1, no id, no state, flags that the reports themselves raise."""
    best = min(one.reports, key=_rank)
    f = best.finding
    day, days = _date(one)
    flags = (Flag.DATE_CONFLICT.value,) if days > 1 else ()
    return Event(
        id="",
        agreement_id=f.agreement_id,
        agreement=f.agreement,
        type=_type(one, best),
        status=one.status,
        salience=Salience.NEWS if any(_is_news(r) for r in one.reports) else Salience.BACKGROUND,
        stage=one.stage or f.stage,
        wording=f.wording,
        actor=_actor(one, best),
        actor_country=_country(one, best),
        date=day,
        effective_date=_effective(one.reports),
        confidence=confidence(one.reports),
        reasons=f.reasons,
        evidence=f.evidence,
        start=f.start,
        end=f.end,
        sources=sources(one.reports),
        first_seen=min(r.article.seen_at for r in one.reports),
        flags=flags,
    )


def key_of(one: Cluster, taken: Collection[str] = ()) -> str:
    """What tells this act from every other: unique in the database. "~" marks a day of publication where no date is known."""
    f = min(one.reports, key=_rank).finding
    day = _date(one)[0]
    when = str(day) if day else _reported(one)
    kind = one.type if one.act != "consent_to_be_bound" else _type(one, min(one.reports, key=_rank))
    key = "|".join((agreement_key(f), one.act, kind.value, one.status.value, one.country, one.stage, when))
    again, salted = 1, key
    while salted in taken:
        again += 1
        salted = f"{key}|{again}"
    return salted


def id_of(key: str, taken: Collection[str]) -> str:
    """A stable, opaque event id from its first key: a redo after a crash gives the same one."""
    salt = 0
    while True:
        text = f"{key}#{salt}" if salt else key
        made = "ev_" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
        if made not in taken:
            return made
        salt += 1


def confidence(reports: Sequence[Report]) -> float:
    """The surest report's: agencies copy each other, so many weak reports are not a strong one. News counts before background."""
    return max((r.finding.confidence for r in reports if _is_news(r)), default=0.0) or max(
        r.finding.confidence for r in reports
    )


def sources(reports: Sequence[Report]) -> tuple[Source, ...]:
    """One source per article, with its best sentence, in order of publication."""
    best: dict[str, Report] = {}
    for report in sorted(reports, key=_rank):
        best.setdefault(report.article.url, report)
    ordered = sorted(best.values(), key=lambda r: (_moment(r), r.article.url))
    return tuple(source_of(report) for report in ordered)


def _moment(report: Report) -> datetime:
    return report.article.published or report.article.seen_at


def _is_news(report: Report) -> bool:
    return report.finding.salience is Salience.NEWS


def _rank(report: Report) -> Rank:
    """The best sentence: news, surest, sharpest, earliest."""
    return (not _is_news(report), -report.finding.confidence, _moment(report), *sort_key(report))


def _date(one: Cluster) -> tuple[PartialDate | None, int]:
    """The date most articles tell at the sharpest precision (news before background; of equals the earliest), and how many different ones there are."""
    told: dict[PartialDate, set[tuple[bool, str]]] = {}
    for r in one.reports:
        if r.finding.date is not None and precision(r.finding.date) == precision(one.date):
            told.setdefault(r.finding.date, set()).add((_is_news(r), r.article.url))
    if not told:
        return None, 0
    return min(told, key=lambda day: (-sum(news for news, _ in told[day]), -len(told[day]), str(day))), len(told)


def _effective(reports: Sequence[Report]) -> PartialDate | None:
    told = Counter(r.finding.effective_date for r in reports if r.finding.effective_date is not None)
    return min(told, key=lambda day: (-precision(day), -told[day], str(day)), default=None)


def _type(one: Cluster, best: Report) -> EventType:
    """The best report's word; a chamber's vote that anybody called ratification is one."""
    types = {normalised_type(r.finding) for r in one.reports}
    if EventType.RATIFIED in types and one.stage in PARLIAMENTARY:
        return EventType.RATIFIED
    return normalised_type(best.finding)


def _actor(one: Cluster, best: Report) -> str:
    """As the best of the sharpest reports words it."""
    named = [r for r in one.reports if r.finding.actor]
    sharp = [r for r in named if r.finding.stage == one.stage and r.finding.actor_country == one.country]
    return min(sharp or named or [best], key=_rank).finding.actor


def _country(one: Cluster, best: Report) -> str:
    """Empty where the parties act together: reports that name different actors of a joint act name none."""
    if one.country or not one.joint:
        return one.country
    named = {r.finding.actor_country for r in one.reports}
    return best.finding.actor_country if len(named) == 1 else ""


def _reported(one: Cluster) -> str:
    """The first day it was reported as news; "?" where only the background tells of it."""
    days = [r.article.reported_on for r in one.reports if _is_news(r)]
    return f"~{min(days)}" if days else "?"
