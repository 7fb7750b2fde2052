"""What readers may ask of the history, and the answers: frozen views, keyset pages, any moment of the past.

asking    EventFilter, Page, cursors        events    events, event, timeline, review        past    as it stood then
history   revisions, changes, articles with their claims, found articles, feeds, deliveries
told      events, review, changes once more, as JSON to be passed on
memory    what lists go by, kept in memory while a service runs: loading, columns, picking (and its words), answering
"""

from __future__ import annotations

from pipeline.query.asking import CURSOR, MOST, EventFilter, Page
from pipeline.query.events import course, event, events, review, some, timeline
from pipeline.query.history import (
    ArticleView,
    ChangeNote,
    Claim,
    Revision,
    article,
    changes,
    deliveries_of,
    feed_health,
    found_articles,
    kin,
    merged_into,
    newest_articles,
    newest_change,
    polls,
    press,
    recorded,
    revisions,
)

__all__ = [
    "CURSOR",
    "MOST",
    "ArticleView",
    "ChangeNote",
    "Claim",
    "EventFilter",
    "Page",
    "Revision",
    "article",
    "changes",
    "course",
    "deliveries_of",
    "event",
    "events",
    "feed_health",
    "found_articles",
    "kin",
    "merged_into",
    "newest_articles",
    "newest_change",
    "polls",
    "press",
    "recorded",
    "review",
    "revisions",
    "some",
    "timeline",
]
