"""Values as plain JSON: what the shapes of `told.py` describe."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pipeline.model import Agreement, Event, PartialDate
from pipeline.plan import event_as_dict, instant
from pipeline.query import ArticleView, Claim, Revision
from pipeline.status import AgreementStatus, PartyStatus, Step
from pipeline.store import desk
from pipeline.store.deliveries import DeliveryView
from pipeline.store.feeds import FeedHealth
from pipeline.store.polls import PollView
from pipeline.store.search import Hit

Plain = dict[str, Any]
event = event_as_dict


def _day(value: date | PartialDate | None) -> str | None:
    return None if value is None else str(value)


def agreement(one: Agreement, source: str) -> Plain:
    """An agreement as in agreements.toml."""
    return {
        "id": one.id,
        "title": one.title,
        "parties": list(one.parties),
        "titles": dict(one.titles),
        "aliases": list(one.aliases),
        "exclude": list(one.exclude),
        "multilateral": one.multilateral,
        "signed_on": _day(one.signed_on),
        "source": source,
    }


def status(one: AgreementStatus, as_of: datetime | None) -> Plain:
    """An agreement's status, party by party."""
    return {
        "on": str(one.on),
        "as_of": instant(as_of),
        "parties": [_party(party) for party in one.parties],
        "uncertain": list(one.uncertain),
    }


def _party(one: PartyStatus) -> Plain:
    return {
        "party": one.party,
        "standing": one.standing.value,
        "since": _day(one.since),
        "signed": _step(one.signed) if one.signed else None,
        "ratified_by": [_step(step) for step in one.ratified_by],
        "bound": _step(one.bound) if one.bound else None,
        "in_force_since": _day(one.in_force_since),
        "ends_on": _day(one.ends_on),
        "because": list(one.because),
        "expected": [_step(step) for step in one.expected],
    }


def _step(one: Step) -> Plain:
    return {"type": one.type.value, "stage": one.stage, "date": _day(one.date), "event_id": one.event_id}


def revision(one: Revision) -> Plain:
    """A revision with the event as it stood (its sources are the event's own)."""
    return {
        "revision": one.event.revision,
        "recorded_at": instant(one.recorded_at),
        "why": one.why,
        "who": one.who,
        "changes": [{"field": name, "before": before, "after": after} for name, before, after in one.changes],
        "event": event(one.event),
    }


def delivery(one: DeliveryView) -> Plain:
    """A message with its tries; its body is the event at its revision."""
    return {
        "id": one.id,
        "channel": one.channel_id,
        "kind": one.kind,
        "event_id": one.event_id,
        "revision": one.revision,
        "state": one.state,
        "attempt": one.attempt,
        "reason": one.reason,
        "created_at": instant(one.created_at),
        "next_try": instant(one.next_try),
        "settled_at": instant(one.settled_at),
        "tries": [
            {
                "at": instant(a_try.at),
                "target": a_try.target,
                "outcome": a_try.outcome,
                "http_status": a_try.http_status,
                "answer": a_try.answer,
                "duration_ms": a_try.duration_ms,
            }
            for a_try in one.tries
        ],
    }


def article(one: ArticleView) -> Plain:
    """An article's version with its claims."""
    facts, stored = one.stored.facts, one.stored
    return {
        "id": facts.article_id,
        "version": facts.version,
        "versions": stored.versions,
        "url": facts.url,
        "canonical_url": stored.canonical_url,
        "agency": facts.agency,
        "title": facts.title,
        "text": None if stored.text_deleted_at else stored.article.text,
        "language": facts.language,
        "published": instant(facts.published),
        "published_from": stored.article.published_from.value,
        "first_seen": instant(facts.seen_at),
        "fetched_at": instant(stored.fetched_at),
        "sha256": facts.sha256,
        "claims": [_claim(claim) for claim in one.claims],
    }


def _claim(one: Claim) -> Plain:
    finding = one.report.finding
    return {
        "event_id": one.event_id,
        "agreement_id": finding.agreement_id,
        "agreement": finding.agreement,
        "type": finding.type.value,
        "status": finding.status.value,
        "salience": finding.salience.value,
        "stage": finding.stage,
        "wording": finding.wording,
        "actor": finding.actor,
        "actor_country": finding.actor_country,
        "date": _day(finding.date),
        "effective_date": _day(finding.effective_date),
        "confidence": round(finding.confidence, 4),
        "reasons": list(finding.reasons),
        "evidence": finding.evidence,
        "start": finding.start,
        "end": finding.end,
    }


def hit(one: Hit) -> Plain:
    """A found article."""
    return {
        "id": one.article_id,
        "version": one.version,
        "url": one.url,
        "agency": one.agency,
        "title": one.title,
        "language": one.language,
        "published": instant(one.published),
        "fetched_at": instant(one.fetched_at),
    }


def feed(one: FeedHealth) -> Plain:
    """A source and how it fares."""
    return {
        "id": one.feed.id,
        "url": one.feed.url,
        "kind": one.feed.kind.value,
        "agency": one.feed.agency,
        "language": one.feed.language,
        "enabled": one.feed.enabled and one.configured,
        "last_polled": instant(one.last_polled),
        "last_success": instant(one.last_success),
        "last_new": instant(one.last_new),
        "next_due": instant(one.next_due),
        "interval": one.feed.interval or one.pace,
        "items": one.items,
        "failures": one.failures,
        "error": one.error,
        "detail": one.error_detail,
        "http_status": one.http_status,
        "moved_to": one.moved_to,
    }


def poll(one: PollView) -> Plain:
    """One look at a source."""
    return {
        "at": instant(one.at),
        "outcome": one.outcome,
        "items": one.items,
        "new": one.new,
        "duration_ms": one.duration_ms,
        "size": one.size,
    }


def mute(one: desk.Mute) -> Plain:
    """A mute."""
    return {
        "id": one.id,
        "channel": one.channel_id,
        "agreement": one.agreement_id,
        "party": one.party,
        "type": one.type,
        "until": instant(one.until),
        "who": one.who,
        "why": one.why,
    }


def expectation(one: desk.Expectation, planned: Event) -> Plain:
    """A planned step that is overdue."""
    return {"due_first": str(one.due_first), "due_last": str(one.due_last), "event": event(planned)}


def proposal(one: desk.Proposal) -> Plain:
    """An agreement on no watchlist."""
    return {
        "key": one.key,
        "wording": one.wording,
        "kind": one.kind,
        "parties": list(one.parties),
        "reports": one.reports,
        "article_id": one.article_id,
        "last_seen": instant(one.last_seen),
    }
