"""The web pages: server-rendered, without a build step; everything works without JavaScript.

pages_view     templates, forms and their tokens      pages_words   wording of rules, states and reasons     pages_party  names
pages_start    what is new, due, to review            pages_events  search, an event, an article             pages_excerpt  marked text
pages_agreements  the watchlist, an agreement         pages_lanes   its drawn timeline                       pages_watch  adding one
pages_review   the desk                               pages_sources, pages_alerts  feeds; deliveries, mutes  pages_problem  errors
"""

from __future__ import annotations

from pipeline.web import (
    pages_agreements,
    pages_alerts,
    pages_events,
    pages_review,
    pages_sources,
    pages_start,
    pages_view,
    pages_watch,
)

routers = (
    pages_view.router,
    pages_start.router,
    pages_events.router,
    pages_watch.router,
    pages_agreements.router,
    pages_review.router,
    pages_sources.router,
    pages_alerts.router,
)
