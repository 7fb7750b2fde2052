"""Many articles recorded in one transaction, in order and in few statements.

    asked ─▶ those at the head that share no stream ─▶ loaded together ─▶ decided one by one ─▶ applied together ─▶ the next ones

A decision sees everything that those before it wrote: articles that touch the same stream never go together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection

from pipeline.plan import Known, Plan, Stale
from pipeline.store import known
from pipeline.store.apply import apply_all
from pipeline.store.outbox import Tell

Asked = tuple[Sequence[str], int]
"""The streams of an article's findings, and its id."""


def settle(
    connection: Connection, asked: Sequence[Asked], decide: Callable[[int, Known], Plan], tell: Tell
) -> Iterator[Plan]:
    """Write what each article changes; the plans that were written, in order.

    `decide`: a plan from an article's place in `asked` and what is known of its streams; it is asked again where another worker was
    faster. `tell` decides which channels hear of it.
    """
    written: list[Plan] = []
    while len(written) < len(asked):
        first = len(written)
        together = asked[first : first + _apart(asked[first:])]
        plans: list[Plan] = []
        taken: set[str] = set()
        for place, there in enumerate(known.load_all(connection, together), first):
            streams = {stream for stream, _ in there.versions}
            if not taken.isdisjoint(streams):  # one of them has reports elsewhere
                break
            taken |= streams
            plans.append(decide(place, there))
        if not isinstance(apply_all(connection, plans, tell), Stale):
            written += plans
    return iter(written)


def _apart(asked: Sequence[Asked]) -> int:
    """How many at the head have neither a stream nor the article in common."""
    streams: set[str] = set()
    articles: set[int] = set()
    for number, (mine, article_id) in enumerate(asked):
        if article_id in articles or not streams.isdisjoint(mine):
            return number
        streams.update(mine)
        articles.add(article_id)
    return len(asked)
