"""Statements about entries: what waits to be processed, who has it, what became of it.

    pending ──claim──▶ leased ──done──▶ done          a lease that runs out is taken again, until the tries are used up
                              ──fail──▶ pending (later), gate, failed

Work is found by state, never by being in a feed. An entry that has failed is visible and can be tried again; rows are not deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, text, update

from pipeline.model import Entry
from pipeline.store.codec import unpack
from pipeline.store.sql import lease_is_over, locked
from pipeline.store.tables import ArticleRow, EntryRow

PENDING, LEASED, DONE, GATE, FAILED = "pending", "leased", "done", "gate", "failed"
# held to the end of the claim's transaction; 17 keeps these locks apart from all others
_LOCK = text(
    "SELECT address FROM unnest(CAST(:addresses AS text[])) AS wish(address)"
    " WHERE pg_try_advisory_xact_lock(hashtextextended(address, 17))"
)
_CANDIDATE: tuple[Any, ...] = (EntryRow.id, EntryRow.host, EntryRow.url_hash, EntryRow.state, EntryRow.tries)
_POOL = 8  # candidates looked at for each one taken, so that one host does not fill the hand


@dataclass(frozen=True, slots=True)
class EntryWork:
    """A claimed entry. `tries` counts this one and fences: a late failure of an earlier try changes nothing.

    `article_id`: of the article at its address, where one is stored already.
    """

    id: int
    entry: Entry
    tries: int
    host: str
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as people see it."""

    id: int
    feed_id: str
    url: str
    title: str
    state: str
    tries: int
    reason: str | None
    detail: str | None
    first_seen: datetime
    next_try: datetime
    article_id: int | None


def claim(
    connection: Connection,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
    *,
    max_tries: int = 5,
    per_host: int = 4,
    busy: Collection[str] = (),
) -> tuple[EntryWork, ...]:
    """Take up to `limit` entries that are due, at most `per_host` of one host, none of `busy` hosts and no address that is in hand.

    Entries whose last lease ran out unsettled after `max_tries` become failed: something about them kills workers.
    """
    waiting = and_(EntryRow.state == PENDING, EntryRow.next_try <= now)
    lost = and_(EntryRow.state == LEASED, lease_is_over(EntryRow.lease_until, now, lease))
    pool: list[Any] = []
    for due in (lost, waiting):  # one after the other: each is a walk along the index by state, turn and id
        wanted = select(*_CANDIDATE).where(due if not busy else and_(due, EntryRow.host.not_in(busy)))
        wanted = wanted.order_by(EntryRow.turn, EntryRow.id).limit(limit * _POOL)
        pool += connection.execute(locked(connection, wanted)).all()
    if not pool:
        return ()
    pool = _bury(connection, pool, now, max_tries)
    taken: list[Any] = []
    hosts: dict[str, int] = {}
    in_hand = _in_hand(connection, [row.url_hash for row in pool], now, lease)
    for row in pool:
        if len(taken) < limit and hosts.get(row.host, 0) < per_host and row.url_hash not in in_hand:
            hosts[row.host] = hosts.get(row.host, 0) + 1
            in_hand.add(row.url_hash)
            taken.append(row)
    if taken and connection.dialect.name != "sqlite":
        free = _alone(connection, [row.url_hash for row in taken], now, lease)
        taken = [row for row in taken if row.url_hash in free]
    if taken:
        claimed = {"state": LEASED, "tries": EntryRow.tries + 1, "lease_until": now + lease, "lease_owner": owner}
        connection.execute(update(EntryRow).where(EntryRow.id.in_([row.id for row in taken])).values(**claimed))
    return _works(connection, taken)


def _in_hand(connection: Connection, addresses: Sequence[str], now: datetime, lease: timedelta) -> set[str]:
    """Which of these pages (by the hashes of their addresses) somebody has: an article is fetched once, whichever feeds list it."""
    held = and_(EntryRow.state == LEASED, ~lease_is_over(EntryRow.lease_until, now, lease))
    found = select(EntryRow.url_hash).where(EntryRow.url_hash.in_(sorted(set(addresses))), held)
    return set(connection.execute(found).scalars())


def _alone(connection: Connection, addresses: Sequence[str], now: datetime, lease: timedelta) -> set[str]:
    """Those that no other replica claims at this moment, or has just claimed, by another feed's entry."""
    free = set(connection.execute(_LOCK, {"addresses": sorted(addresses)}).scalars())
    return free - _in_hand(connection, sorted(free), now, lease)


def _bury(connection: Connection, pool: Sequence[Any], now: datetime, max_tries: int) -> list[Any]:
    """Those whose lease ran out on their last try become failed; the others."""
    dead = [row.id for row in pool if row.state == LEASED and row.tries >= max_tries]
    if dead:
        told = {"state": FAILED, "reason": "extract_crash", "detail": "its worker never came back", "settled_at": now}
        gone = update(EntryRow).where(EntryRow.id.in_(dead))
        connection.execute(gone.values(**told, lease_until=None, lease_owner=None))
    return [row for row in pool if row.state != LEASED or row.tries < max_tries]


def _works(connection: Connection, taken: Sequence[Any]) -> tuple[EntryWork, ...]:
    """The taken candidates in full, in their order."""
    if not taken:
        return ()
    mine = select(EntryRow.__table__).where(EntryRow.id.in_([row.id for row in taken]))
    rows = {row.id: row for row in connection.execute(mine)}
    # claims are all that the address of an article is asked for: nobody else fetches it while an entry of it is in hand
    there = select(ArticleRow.identity_hash, ArticleRow.id).where(
        ArticleRow.identity_hash.in_([row.url_hash for row in taken])
    )
    stored = {row.identity_hash: row.id for row in connection.execute(there)}
    return tuple(_work(rows[one.id], stored.get(one.url_hash)) for one in taken)


def _work(row: Any, article_id: int | None) -> EntryWork:
    html = unpack(row.content_html)
    entry = Entry(
        feed_id=row.feed_id,
        identity=row.identity,
        url=row.url,
        title=row.title,
        published=row.published,
        language=row.language,
        summary=row.summary,
        content_html=html.decode("utf-8", "replace") if html is not None else None,
    )
    return EntryWork(row.id, entry, row.tries, row.host, article_id)


def done(connection: Connection, articles: Mapping[int, int | None], now: datetime) -> None:
    """Entries (by their ids) were processed, and led to these articles. Accepted from a late worker too: the work is done."""
    table = EntryRow.__table__
    settled = {"state": DONE, "settled_at": now, "reason": None, "detail": None}
    cleared = {"lease_until": None, "lease_owner": None, "content_html": None}
    of_entry = update(table).where(table.c.id == bindparam("entry"))  # type: ignore[arg-type]
    statement = of_entry.values(article_id=bindparam("article"), **settled, **cleared)
    connection.execute(statement, [{"entry": entry, "article": article} for entry, article in sorted(articles.items())])


def fail(
    connection: Connection,
    work: EntryWork,
    reason: str,
    detail: str,
    now: datetime,
    next_try: datetime | None,
    *,
    state: str = FAILED,
) -> bool:
    """This try failed: again at `next_try`, or never (`state` "failed" or "gate"). False where another worker has it by now."""
    mine = and_(EntryRow.id == work.id, EntryRow.state == LEASED, EntryRow.tries == work.tries)
    values: dict[str, Any] = {"reason": reason, "detail": detail, "lease_until": None, "lease_owner": None}
    if next_try is not None:
        values |= {"state": PENDING, "next_try": next_try}
    else:
        values |= {"state": state, "settled_at": now}
    return connection.execute(update(EntryRow).where(mine).values(**values)).rowcount == 1


def put_off(connection: Connection, work: EntryWork, next_try: datetime) -> None:
    """Give a claimed entry back until `next_try`: nothing was tried, so no try is counted."""
    mine = and_(EntryRow.id == work.id, EntryRow.state == LEASED, EntryRow.tries == work.tries)
    later = {"state": PENDING, "tries": EntryRow.tries - 1, "next_try": next_try}
    connection.execute(update(EntryRow).where(mine).values(**later, lease_until=None, lease_owner=None))


def release(connection: Connection, works: Sequence[EntryWork]) -> None:
    """Give claimed entries back untried (shutdown)."""
    for work in works:
        mine = and_(EntryRow.id == work.id, EntryRow.state == LEASED, EntryRow.tries == work.tries)
        given_back = {"state": PENDING, "tries": EntryRow.tries - 1, "lease_until": None, "lease_owner": None}
        connection.execute(update(EntryRow).where(mine).values(**given_back))


def again(connection: Connection, entry_ids: Sequence[int], now: datetime) -> int:
    """Try settled entries once more from the start (a person asked); how many."""
    settled = and_(EntryRow.id.in_(entry_ids), EntryRow.state.in_((DONE, GATE, FAILED)))
    fresh = {"state": PENDING, "tries": 0, "next_try": now, "reason": None, "detail": None, "settled_at": None}
    return connection.execute(update(EntryRow).where(settled).values(**fresh)).rowcount


def set_aside(
    connection: Connection, feed_id: str | None = None, reason: str | None = None, limit: int = 10_000
) -> tuple[int, ...]:
    """The ids of entries that were given up (gates, failures), newest first; of one feed, for one reason."""
    wanted = select(EntryRow.id).where(EntryRow.state.in_((GATE, FAILED)))
    if feed_id is not None:
        wanted = wanted.where(EntryRow.feed_id == feed_id)
    if reason is not None:
        wanted = wanted.where(EntryRow.reason == reason)
    return tuple(connection.execute(wanted.order_by(EntryRow.id.desc()).limit(limit)).scalars())


def counts(connection: Connection) -> dict[str, int]:
    """How many entries are in each state."""
    rows = connection.execute(select(EntryRow.state, func.count().label("number")).group_by(EntryRow.state))
    return {row.state: row.number for row in rows}


def next_due(connection: Connection) -> datetime | None:
    """When the next waiting entry is due; None where none waits."""
    waiting = select(func.min(EntryRow.next_try)).where(EntryRow.state == PENDING)
    return connection.execute(waiting).scalar_one()


def in_state(connection: Connection, state: str, limit: int, before: int | None = None) -> tuple[EntryView, ...]:
    """Entries of one state, newest first; `before` is the id to go on from."""
    wanted = select(EntryRow.__table__).where(EntryRow.state == state)
    if before is not None:
        wanted = wanted.where(EntryRow.id < before)
    rows = connection.execute(wanted.order_by(EntryRow.id.desc()).limit(limit)).all()
    return tuple(
        EntryView(
            id=row.id,
            feed_id=row.feed_id,
            url=row.url,
            title=row.title,
            state=row.state,
            tries=row.tries,
            reason=row.reason,
            detail=row.detail,
            first_seen=row.first_seen,
            next_try=row.next_try,
            article_id=row.article_id,
        )
        for row in rows
    )
