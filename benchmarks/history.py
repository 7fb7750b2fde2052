"""What it costs to ask: a history of many events, and the time of every kind of page, first and far down, over real HTTP.

    python -m benchmarks.history --events 1000000 --articles 200000 [--url postgresql+psycopg://…]

Makes the history itself (random, with a fixed seed), in a temporary SQLite file unless --url names an empty database.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert

from pipeline import query
from pipeline.settings import load_settings
from pipeline.store import migrate, search
from pipeline.store.engine import Database, open_database
from pipeline.store.tables import (
    ArticleRow,
    ArticleVersionRow,
    ChangeRow,
    EventPartyRow,
    EventRow,
    EvidenceRow,
    RevisionRow,
)
from pipeline.web.server import serve_web
from pipeline.wiring import wire

PARTIES = [a + b for a in "ABCDEFGHIJKLM" for b in "ABCDEFGHIJKLMNOP"][:200]
TYPES = ["signed", "ratified", "submitted", "approved", "deposited", "exchanged", "entered_into_force", "withdrawn"]
STAGES = ["", "", "", "lower_chamber", "upper_chamber", "head_of_state", "government", "committee"]
WORDS = [f"word{number}" for number in range(30_000)]
START = datetime(2021, 1, 1, tzinfo=UTC)
DAYS = 1825
BATCH = 5000


def fill(database: Database, events: int, articles: int, agreements: int) -> None:
    """Write the history, in batches."""
    dice = random.Random(7)
    write(
        database,
        ArticleRow,
        (
            {
                "id": n,
                "identity_hash": f"{n:064x}",
                "url": f"https://a.example/{n}",
                "canonical_url": None,
                "agency": f"Agency {n % 60}",
                "first_seen": START,
            }
            for n in range(1, articles + 1)
        ),
    )
    write(database, ArticleVersionRow, (version(n, dice) for n in range(1, articles + 1)))
    rows = (event(n, dice, agreements) for n in range(events))
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            put(database, batch, articles, dice)
            batch = []
    put(database, batch, articles, dice)
    database.write(search.catch_up)


def write(database: Database, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows, five thousand at a time."""
    while batch := list(itertools.islice(rows, BATCH)):
        database.write(lambda c, b=batch: c.execute(insert(table), b))


def version(n: int, dice: random.Random) -> dict[str, Any]:
    """An article of about sixty words, some of them common."""
    # a word's number falls off as language's does
    words = [WORDS[min(int(1.0 / (dice.random() + 3e-5)), 29_999)] for _ in range(60)]
    return {
        "id": n, "article_id": n, "version": 1, "sha256": f"{n:064x}", "title": f"Title {n}", "text": " ".join(words), "language": "en",
        "published": START + timedelta(minutes=n), "published_from": "feed", "fetched_at": START + timedelta(minutes=n), "html": None,
        "html_sha256": None, "html_charset": None, "simhash": None, "recogniser": "1", "recognised_at": None, "text_deleted_at": None,
    }  # fmt: skip


def event(n: int, dice: random.Random, agreements: int) -> dict[str, Any]:
    """An event of a random agreement, party and day."""
    number = min(int(dice.paretovariate(0.6)) - 1, agreements - 1)
    happened: date = (START + timedelta(days=dice.randrange(DAYS))).date()
    country = PARTIES[number % 200] if dice.random() < 0.5 else PARTIES[(number * 7 + 3) % 200]
    seen = datetime.combine(happened, datetime.min.time(), UTC) + timedelta(hours=dice.randrange(72))
    kind = dice.choice(TYPES)
    tracked = dice.random() < 0.8
    return {
        "id": f"ev_{dice.getrandbits(96):024x}", "key": f"k{n}", "key_hash": f"{n:064x}", "stream": f"s{n}", "stream_hash": f"{n:064x}",
        "agreement_key": f"a{number}", "agreement_id": f"a{number}" if tracked else None, "agreement": f"Agreement {number}", "type": kind,
        "status": dice.choices(["occurred", "planned", "called_for", "negated", "conditional"], [80, 14, 3, 2, 1])[0],
        "salience": dice.choice(["news", "news", "background"]), "stage": dice.choice(STAGES), "wording": kind, "actor": country,
        "actor_country": country, "date": str(happened), "date_first": happened, "date_last": happened, "effective_date": None,
        "effective_first": None, "effective_last": None, "happened": happened, "confidence": round(dice.random(), 3), "reasons": [],
        "evidence": "It was done.", "start": 0, "end": 12, "flags": [], "first_seen": seen, "updated_at": seen, "revision": 1,
        "state": dice.choices(["alerted", "history", "review", "retracted"], [50, 46, 2, 2])[0], "state_why": "news", "by_person": False,
        "pinned": [], "fulfilled_by": None, "merged_into": None, "_other": PARTIES[(number * 7 + 3) % 200],
    }  # fmt: skip


def put(database: Database, batch: list[dict[str, Any]], articles: int, dice: random.Random) -> None:
    """Events with their parties, revisions, changes and one report each."""
    if not batch:
        return
    parties, revisions, changes, evidence = [], [], [], []
    for row in batch:
        other = row.pop("_other")
        names = {row["actor_country"], other}
        parties += [{"party": name, "happened": row["happened"], "event_id": row["id"]} for name in sorted(names)]
        snapshot = {name: value for name, value in row.items() if isinstance(value, str | int | float | list | None)}
        snapshot |= {"id": None, "effective_date": None}
        revisions.append(
            {
                "event_id": row["id"],
                "revision": 1,
                "snapshot": snapshot,
                "changes": [],
                "why": "new",
                "who": "service",
                "recorded_at": row["updated_at"],
            }
        )
        number = int(row["key"][1:]) + 1
        changes.append(
            {"seq": number, "event_id": row["id"], "revision": 1, "kind": "created", "at": row["updated_at"]}
        )
        article = dice.randrange(articles) + 1
        finding = {
            "type": row["type"],
            "status": row["status"],
            "salience": row["salience"],
            "evidence": "It was done.",
            "start": 0,
            "end": 12,
        }
        evidence.append(
            {
                "event_id": row["id"],
                "article_id": article,
                "article_version_id": article,
                "stream_hash": row["stream_hash"],
                "claim_hash": "0",
                "start": 0,
                "end": 12,
                "confidence": 0.9,
                "finding": finding,
                "seen_at": row["first_seen"],
                "recorded_at": row["first_seen"],
            }
        )

    def work(connection: Any) -> None:
        for table, rows in (
            (EventRow, batch),
            (EventPartyRow, parties),
            (RevisionRow, revisions),
            (ChangeRow, changes),
            (EvidenceRow, evidence),
        ):
            connection.execute(insert(table), rows)

    database.write(work)


E_ = "/api/v1/events?limit=50"
QUESTIONS = {
    "newest": E_,
    "agreement": f"{E_}&agreement=a3",
    "small agreement": f"{E_}&agreement=a4000",
    "agreement and country": f"{E_}&agreement=a1&country={PARTIES[1]}",
    "party": f"{E_}&party={PARTIES[17]}",
    "party and type": f"{E_}&party={PARTIES[17]}&type=ratified",
    "type and status": f"{E_}&type=ratified&status=planned",
    "state review": f"{E_}&state=review",
    "rare stage": f"{E_}&stage=committee&status=conditional",
    "party, type, status, stage": f"{E_}&party={PARTIES[17]}&type=signed&status=negated&stage=committee",
    "unlikely and unsure": f"{E_}&min_confidence=0.999",
    "two types since until": f"{E_}&type=signed&type=withdrawn&since=2023-01&until=2023-06",
    "as of last year": f"{E_}&as_of=2025-06-01",
    "words, common": "/api/v1/articles?q=word3",
    "words, rare": "/api/v1/articles?q=word29000",
    "words, three": "/api/v1/articles?q=word3+word5+word40",
    "events by words": f"{E_}&q=word900",
    "changes": "/api/v1/changes?since=100000",
    "atom": f"/events.atom?party={PARTIES[5]}&limit=20",
}


async def measure(directory: Path, times: int, pages: int) -> None:
    """Ask every question so many times, and go so many pages down."""
    async with (
        wire(load_settings(directory, {}), workers=False) as service,
        serve_web(service) as base,
        httpx.AsyncClient(base_url=base, timeout=120) as client,
    ):
        print(f"{'question':<30}{'p50 ms':>9}{'p95 ms':>9}")
        for name, path in QUESTIONS.items():
            print(row(name, [await ask(client, path) for _ in range(times)]))
        cursor, taken = "", []
        for _ in range(pages):
            begun = time.perf_counter()
            page = (await client.get(f"{E_}{cursor}")).json()
            taken.append(time.perf_counter() - begun)
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        print(row(f"newest, the last of {len(taken)} pages", taken[-20:]))


async def ask(client: httpx.AsyncClient, path: str) -> float:
    """Seconds of one answer."""
    begun = time.perf_counter()
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return time.perf_counter() - begun


def row(name: str, taken: list[float]) -> str:
    """A line of the table."""
    ordered = sorted(taken)
    return f"{name:<30}{statistics.median(taken) * 1000:9.1f}{ordered[int(len(ordered) * 0.95) - 1] * 1000:9.1f}"


def main() -> None:
    """Fill, then ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--agreements", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--url", default="")
    parser.add_argument("--keep", type=Path, help="keep the history in this directory, or ask the one that is there")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        directory = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.mkdir(exist_ok=True)
        url = given.url or f"sqlite:///{directory / 'history.db'}"
        (directory / "treatywatch.toml").write_text(f'database_url = "{url}"\n[web]\nbind = "127.0.0.1:0"\n')
        database = open_database(url)
        migrate.upgrade(database)
        if query.newest_change(database) == 0:
            begun = time.perf_counter()
            fill(database, given.events, given.articles, given.agreements)
            print(f"{given.events} events, {given.articles} articles written in {time.perf_counter() - begun:.0f} s")
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        database.close()
        asyncio.run(measure(directory, given.times, given.pages))


if __name__ == "__main__":
    main()
