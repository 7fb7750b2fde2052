"""The history as it stood at a moment: what was recorded by then, out of the revisions and the evidence of that time.

Lists are found by the validity of revisions (`validity`), searches by the words that stand in events now (`by_words_then`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from pipeline.model import Event
from pipeline.query import by_words_then, validity
from pipeline.query.asking import EventFilter
from pipeline.query.kinds import kinds
from pipeline.query.walking import Place, parts
from pipeline.store.search import phrases
from pipeline.store.sources import then


def places(connection: Connection, wanted: EventFilter, limit: int) -> list[Place]:
    """Where the first `limit` events stand that answered at `wanted.as_of`, in order."""
    assert wanted.as_of is not None
    asked = phrases(wanted.text) if wanted.text else ()
    if asked:
        return by_words_then.places(connection, wanted, asked, limit)
    which = kinds(wanted)
    found: list[Place] = []
    for where, lasts in parts(wanted):
        found += validity.places(connection, wanted, where, which, wanted.as_of, limit - len(found), lasts)
    return found


def stood(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    """These events as they stood at a moment, with the sources of that moment; those not recorded by then are left out."""
    return then(connection, ids, as_of)
