"""What an agreement finds, or would find, in the stored articles: a preview within a request, and the look back of an addition."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.clock import monotonic
from pipeline.flow import look_later
from pipeline.flow.lookback import MOST, candidates, read_for, stored_articles
from pipeline.model import Agreement, Event
from pipeline.recognise import Recogniser
from pipeline.scan import events_in
from pipeline.web.site import Site
from pipeline.wiring import record_options

PREVIEW_SECONDS = 1.0  # of reading
AT_LEAST = 20  # articles are read whatever the time: the first one waits for its language's tables
AT_ONCE = 200  # articles that an addition reads within its request; more are a job
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """What an agreement would have matched. `candidates`: stored articles that may tell of it (the count ends at `MOST`).

    `whole`: all of them were read, before the time was up.
    """

    agreement: Agreement
    candidates: int
    read: int
    events: tuple[Event, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class LookedBack:
    """Candidates, and how many of them were read within the request; the others are a job."""

    candidates: int
    read: int


def recogniser_with(site: Site, one: Agreement) -> Recogniser:
    """A recogniser of the watchlist with one agreement more."""
    listed = site.watchlist()
    others = tuple(other for other in listed.agreements if other.id != one.id)
    return Recogniser.build(type(listed)((*others, one), listed.rules), site.settings.recognise)


def previewed(site: Site, one: Agreement, seconds: float = PREVIEW_SECONDS) -> Preview:
    """What an agreement would have matched in the stored articles, the newest first, as far as they can be read in this time, AT_LEAST in any."""
    recogniser = recogniser_with(site, one)
    until = monotonic() + seconds
    ids = site.database.read(lambda c: candidates(c, recogniser, one.id))
    options = record_options(site.settings)
    read = 0
    found: list[Event] = []
    for stored in stored_articles(site.database, ids):
        if (read >= AT_LEAST and monotonic() > until) or len(found) >= _MOST_SHOWN:
            return Preview(one, len(ids), read, tuple(found), whole=False)
        read += 1
        found += [event for event in events_in(recogniser, stored.article, options) if event.agreement_id == one.id]
    return Preview(one, len(ids), read, tuple(found), whole=len(ids) < MOST)


def look_back(site: Site, recogniser: Recogniser, one: Agreement) -> LookedBack:
    """Read the newest candidates now, and ask for a job where there are more than a request should wait for."""
    now, quiet = site.now(), record_options(site.settings, quiet=True)
    ids = site.database.read(lambda c: candidates(c, recogniser, one.id))
    read, _ = read_for(site.database, recogniser, (one.id,), ids[:AT_ONCE], now, quiet, site.context())
    left = len(ids) - AT_ONCE
    if left > 0:
        site.database.write(lambda c: look_later.begin(c, one.id, left, ids[AT_ONCE - 1], now))
    return LookedBack(len(ids), read)
