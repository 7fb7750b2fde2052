"""A feed document to entries, and when to look again. Pure.

`parse` reads RSS, RDF, Atom, JSON Feed, sitemaps and list pages; `discover_feeds` finds a page's feeds; `next_poll` decides
when to ask again; `opml` takes lists of feeds in and out.
"""

from __future__ import annotations

from pipeline.door.text import clean_text
from pipeline.door.url import normalise_url
from pipeline.feeds import opml
from pipeline.feeds.pages import discover_feeds
from pipeline.feeds.polling import PollLimits, next_poll
from pipeline.feeds.reading import parse
from pipeline.feeds.values import FeedDocument, FoundFeed, NextPoll

__all__ = [
    "FeedDocument",
    "FoundFeed",
    "NextPoll",
    "PollLimits",
    "clean_text",
    "discover_feeds",
    "next_poll",
    "normalise_url",
    "opml",
    "parse",
]
