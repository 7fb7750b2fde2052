"""What a webhook says: `{"type", "timestamp", "data"}` as bytes, the same bytes on every try.

`timestamp` is when the delivery was made (the outbox row), not when it was tried; the attempt's own time is in the header.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pipeline.alert.values import Notice, Trouble
from pipeline.model import Agreement, Event
from pipeline.plan import event_as_dict, instant

DIGEST = "digest"
OVERDUE = "expectation.overdue"
STALLED = "agreement.stalled"
OPERATOR = "operator.notice"
TEST = "test"


def event_body(notice: Notice, at: datetime) -> bytes:
    """event.created, event.revised or event.retracted: `data` is the event, as everywhere.

    Corrections also name the first delivery and what changed, beside `data`.
    """
    return _body(f"event.{notice.kind}", at, event_as_dict(notice.event), **_correction(notice))


def digest_body(notices: Sequence[Notice], at: datetime, *, reason: str = DIGEST, held_back: int = 0) -> bytes:
    """A digest: `data.items` are bodies of their own. `reason`: digest, daily_cap or muted; `held_back`: how many waited."""
    items = [
        {"type": f"event.{notice.kind}", "data": event_as_dict(notice.event), **_correction(notice)}
        for notice in notices
    ]
    return _body(DIGEST, at, {"reason": reason, "held_back": held_back, "items": items})


def overdue_body(expected: Event, at: datetime) -> bytes:
    """An announced step that was not reported although its day has passed: `data` is the planned event."""
    return _body(OVERDUE, at, event_as_dict(expected))


def stalled_body(agreement: Agreement, last: Event | None, quiet_days: int, at: datetime) -> bytes:
    """An agreement of which nothing was reported for long."""
    last_event = event_as_dict(last) if last else None
    data = {"agreement_id": agreement.id, "agreement": agreement.title, "days": quiet_days, "last_event": last_event}
    return _body(STALLED, at, data)


def operator_body(trouble: Trouble, at: datetime) -> bytes:
    """A trouble of the service itself."""
    data = {"reason": trouble.reason, "what": trouble.what, "do": trouble.do, "facts": dict(trouble.facts)}
    return _body(OPERATOR, at, data)


def test_body(channel_id: str, at: datetime) -> bytes:
    """A marked test."""
    return _body(TEST, at, {"channel": channel_id, "what": "A test: nothing has happened to any agreement."})


def _correction(notice: Notice) -> dict[str, Any]:
    if notice.kind == "created":
        return {}
    changes = [{"field": change.field, "before": change.before, "after": change.after} for change in notice.changes]
    return {"first_delivery": notice.first_delivery, "because": notice.because, "changes": changes}


def _body(kind: str, at: datetime, data: object, **beside: Any) -> bytes:
    text = json.dumps(
        {"type": kind, "timestamp": instant(at), "data": data, **beside}, ensure_ascii=False, separators=(",", ":")
    )
    # a lone surrogate is no text in any encoding; JSON parsers refuse it
    return text.encode("utf-8", "replace")
