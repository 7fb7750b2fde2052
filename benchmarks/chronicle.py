"""A made-up history of any size for benchmarks: agreements, articles, events, revisions, evidence; the same on both databases.

Written in bulk (`bulk`), events' documents and search index included. States follow from confidence and salience as in the product, plans lie ahead of the day they were
seen on, some events are revised, some retold years later; sizes of agreements fall off as those of real ones do.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection

from benchmarks.bulk import loading, rows, words
from pipeline.model import Event, EventState, EventType, PartialDate, Salience, Source, Status
from pipeline.store import documents, event_search, search
from pipeline.store.engine import Database
from pipeline.store.kinds import grade_of, lead_of

PARTIES = [a + b for a in "ABCDEFGHIJKLM" for b in "ABCDEFGHIJKLMNOP"][:200]
START, DAYS = date(2021, 1, 1), 1825
TYPES = [one.value for one in EventType]
_TYPE_WEIGHTS = [2, 1, 2, 2, 18, 9, 9, 16, 6, 5, 5, 4, 2, 1, 2, 8, 2, 2, 2, 2, 2, 1, 1]
_STATUS = (["occurred", "planned", "called_for", "negated", "conditional"], [80, 13, 4, 2, 1])
_STAGES = (
    ["lower_chamber", "upper_chamber", "head_of_state", "government", "committee", "consent"],
    [35, 25, 15, 12, 10, 3],
)
_SURE = (
    [0.98, 0.95, 0.9, 0.86, 0.81, 0.77, 0.72, 0.63, 0.55, 0.45, 0.3, 0.999],
    [12, 16, 18, 12, 10, 8, 7, 6, 5, 3, 2, 1],
)
_FILLED = ("articles", "article_versions", "events", "event_parties", "revisions", "evidence", "expectations")
_STAGED = {"submitted", "approved", "ratified", "promulgated", "rejected"}
_ROOTS = 30_000
_RARE = "zanzibarite"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made. `texts`: of the articles, how many have one; they are the last ones, and prove the events."""

    events: int
    articles: int
    texts: int
    agreements: int = 5000


def fill(database: Database, size: Size) -> None:
    """Write the whole history into an empty, migrated database."""
    made = list(_events(size, random.Random(7)))
    kinds = _kinds(made)
    with loading(database, _FILLED) as connection:
        _write(connection, size, made, kinds)


def word(dice: random.Random) -> str:
    """A word; their frequencies fall off as those of language do."""
    return f"{'abcdefghij'[(number := min(int(1.0 / (dice.random() + 3e-5)), _ROOTS - 1)) % 10]}oo{number}x"


def _events(size: Size, dice: random.Random) -> Iterator[dict[str, Any]]:
    weights = list(itertools.accumulate(1 / (rank + 12) ** 0.75 for rank in range(size.agreements)))
    for n in range(size.events):
        number = dice.choices(range(size.agreements), cum_weights=weights)[0]
        kind = dice.choices(TYPES, _TYPE_WEIGHTS)[0]
        parties = _parties(number)
        joint = dice.random() < 0.3
        status = dice.choices(*_STATUS)[0]
        seen = START + timedelta(days=dice.randrange(DAYS))
        told_on = _told_as(n, _day(seen, status, dice))
        happened = told_on.first
        sure = dice.choices(*_SURE)[0]
        salience = "background" if (seen - happened).days > 20 or dice.random() < 0.25 else "news"
        tracked = dice.random() < 0.85
        yield {
            "n": n, "id": f"ev_{dice.getrandbits(96):024x}", "agreement": number, "type": kind, "status": status, "sure": sure,
            "salience": salience, "stage": dice.choices(*_STAGES)[0] if kind in _STAGED else "", "tracked": tracked,
            "country": "" if joint else dice.choice(parties), "parties": parties, "happened": happened, "date": told_on, "seen": seen,
            "state": _state(status, sure, salience, dice), "revised": dice.random() < 0.15, "before": _before(n, told_on),
            "articles": [size.articles - dice.randrange(size.texts) for _ in range(1 if dice.random() < 0.8 else 2)],
        }  # fmt: skip


@cache
def _parties(number: int) -> list[str]:
    dice = random.Random(number)
    count = 2 if dice.random() < 0.8 else dice.randrange(3, 30)
    return sorted({PARTIES[min(int(dice.expovariate(1 / 35)), 199)] for _ in range(count)} | {PARTIES[number % 200]})


def _day(seen: date, status: str, dice: random.Random) -> date:
    if status in ("planned", "conditional"):
        return seen + timedelta(days=int(dice.expovariate(1 / 45)) + 1)
    return seen - timedelta(days=dice.randrange(3) if dice.random() < 0.92 else dice.randrange(2000))


def _told_as(n: int, day: date) -> PartialDate:
    """One in twenty is told as a month, one in a hundred as a year."""
    return PartialDate(day.year, None if n % 100 == 7 else day.month, None if n % 20 == 3 or n % 100 == 7 else day.day)


def _before(n: int, told_on: PartialDate) -> PartialDate:
    """The day that its first revision had, where there is a second: one in ten was put right."""
    if n % 10 != 1:
        return told_on
    day = told_on.first - timedelta(days=n % 7 * 9 - 26)
    return PartialDate(day.year, day.month, day.day)


def _state(status: str, sure: float, salience: str, dice: random.Random) -> str:
    if dice.random() < 0.02:
        return "retracted"
    if salience == "background" or status != "occurred" or sure < 0.35:
        return "history"
    return "alerted" if sure >= 0.7 else "review" if dice.random() < 0.3 else "history"


Kind = tuple[str, str, str, str, str, bool, int]


def _kind(one: dict[str, Any]) -> Kind:
    told = (one["type"], one["status"], one["state"], one["salience"], one["stage"])
    return (*told, one["tracked"], grade_of(one["sure"]))


def _kinds(made: Iterable[dict[str, Any]]) -> dict[Kind, int]:
    return {kind: number for number, kind in enumerate(sorted({_kind(one) for one in made}), 1)}


def _write(connection: Connection, size: Size, made: list[dict[str, Any]], kinds: dict[Kind, int]) -> None:
    rows(connection, "event_kinds", _KIND_COLUMNS, ((number, *kind) for kind, number in kinds.items()))
    rows(connection, "articles", _ARTICLE_COLUMNS, (_article(n) for n in range(1, size.articles + 1)))
    rows(connection, "article_versions", _VERSION_COLUMNS, (_version(n, size) for n in range(1, size.articles + 1)))
    rows(connection, "events", _EVENT_COLUMNS, (_event(one, kinds) for one in made))
    rows(connection, "event_parties", _PARTY_COLUMNS, _party_rows(made, kinds))
    rows(connection, "revisions", _REVISION_COLUMNS, _revisions(made, kinds))
    rows(connection, "changes", ("seq", "event_id", "revision", "kind", "at"), _changes(made))
    rows(connection, "counters", ("name", "value"), [("changes", len(made))])
    rows(connection, "evidence", _EVIDENCE_COLUMNS, _evidence(made))
    rows(connection, "expectations", _EXPECTED_COLUMNS, _expected(made))
    rows(connection, "event_documents", ("event_id", "shape", "since", "body"), _documents(made, size))
    _searchable(connection, size, made)


_KIND_COLUMNS = ("id", "type", "status", "state", "salience", "stage", "tracked", "grade")
_ARTICLE_COLUMNS = ("id", "identity_hash", "url", "canonical_url", "agency", "first_seen")
_VERSION_COLUMNS = (
    "id", "article_id", "version", "sha256", "title", "text", "language", "published", "published_from", "fetched_at",
)  # fmt: skip
_EVENT_COLUMNS = (
    "id", "key", "key_hash", "stream", "stream_hash", "agreement_key", "agreement_id", "agreement", "type", "status", "salience",
    "stage", "wording", "actor", "actor_country", "date", "date_first", "date_last", "happened", "confidence", "reasons",
    "evidence", "start", "end", "flags", "first_seen", "updated_at", "revision", "state", "state_why", "by_person", "pinned", "kind",
)  # fmt: skip
_PARTY_COLUMNS = ("event_id", "party", "happened", "kind", "confidence", "country", "agreement_id", "moved")
_REVISION_COLUMNS = (
    "event_id", "revision", "snapshot", "changes", "why", "who", "recorded_at", "until", "agreement_id", "actor_country",
    "happened", "kind", "confidence", "lead", "last",
)  # fmt: skip
_EVIDENCE_COLUMNS = (
    "id", "event_id", "article_id", "article_version_id", "stream_hash", "claim_hash", "start", "end", "confidence", "finding",
    "seen_at", "recorded_at",
)  # fmt: skip
_EXPECTED_COLUMNS = ("event_id", "due_first", "due_last", "state", "created_at", "updated_at")


def _moment(day: date, hour: int = 9) -> str:
    return f"{day.isoformat()}T{hour:02d}:00:00.000000Z"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _stored_on(n: int, size: Size) -> date:
    return START + timedelta(days=n * DAYS // (size.articles + 1))


def _article(n: int) -> tuple[Any, ...]:
    return n, _digest(f"a{n}"), f"https://a.example/{n}", None, f"Agency {n % 60}", _moment(START)


@lru_cache(300_000)
def _title(n: int) -> str:
    dice = random.Random(n)
    return " ".join(word(dice) for _ in range(8))


@lru_cache(300_000)
def _body(n: int) -> str:
    dice = random.Random(-n)
    told = " ".join(word(dice) for _ in range(60))
    return f"{told} The parliament ratified the agreement on {word(dice)} cooperation.{f' {_RARE}' if n % 20_000 == 7 else ''}"


def _version(n: int, size: Size) -> tuple[Any, ...]:
    body = _body(n) if n > size.articles - size.texts else None
    day = _stored_on(n, size)
    return n, n, 1, _digest(f"v{n}"), _title(n), body, "en", _moment(day), "feed", _moment(day, 10)


def _snapshot(one: dict[str, Any], sure: float, told_on: PartialDate | None = None) -> dict[str, Any]:
    return {
        "agreement_id": f"a{one['agreement']}" if one["tracked"] else None, "agreement": f"Agreement {one['agreement']}",
        "type": one["type"], "status": one["status"], "salience": one["salience"], "stage": one["stage"], "wording": one["type"],
        "actor": one["country"], "actor_country": one["country"], "confidence": sure, "evidence": _SENTENCE, "start": 0,
        "end": len(_SENTENCE), "revision": 1, "state": one["state"], "date": str(told_on or one["date"]), "effective_date": None,
        "reasons": [], "flags": [], "state_why": "news",
    }  # fmt: skip


_SENTENCE = "The parliament ratified the agreement."


def _updated(one: dict[str, Any]) -> date:
    later: date = one["seen"] + timedelta(days=1 + one["n"] % 30 if one["revised"] else 0)
    return later


def _event(one: dict[str, Any], kinds: dict[Kind, int]) -> tuple[Any, ...]:
    key, day, last = f"k{one['n']}", one["happened"].isoformat(), one["date"].last.isoformat()
    told = _snapshot(one, one["sure"])
    return (
        one["id"], key, _digest(key), f"s{one['n']}", _digest(f"s{one['n']}"), f"a{one['agreement']}", told["agreement_id"],
        told["agreement"], one["type"], one["status"], one["salience"], one["stage"], one["type"], one["country"],
        one["country"], str(one["date"]), day, last, day, one["sure"], "[]", _SENTENCE, 0, len(_SENTENCE), "[]", _moment(one["seen"]),
        _moment(_updated(one)), 2 if one["revised"] else 1, one["state"], "news", False, "[]", kinds[_kind(one)],
    )  # fmt: skip


def _concerned(one: dict[str, Any]) -> list[str]:
    """With many parties an act of one of them is its own."""
    return one["parties"] if len(one["parties"]) < 4 or not one["country"] else [one["country"]]


def _party_rows(made: Iterable[dict[str, Any]], kinds: dict[Kind, int]) -> Iterator[tuple[Any, ...]]:
    for one in made:
        for party in _concerned(one):
            day, agreement = one["happened"].isoformat(), f"a{one['agreement']}" if one["tracked"] else None
            moved = abs((one["before"].first - one["happened"]).days) if one["revised"] else 0
            yield one["id"], party, day, kinds[_kind(one)], one["sure"], one["country"], agreement, moved


def _revisions(made: Iterable[dict[str, Any]], kinds: dict[Kind, int]) -> Iterator[tuple[Any, ...]]:
    for one in made:
        kind = kinds[_kind(one)]
        for number, (begun, ended, told_on) in enumerate(_spans(one), 1):
            when, day = _moment(begun), told_on.first
            told = _snapshot(one, one["sure"], told_on) | {"revision": number}
            last = told_on.last.isoformat() if told_on.last != day else None
            yield (
                one["id"], number, json.dumps(told), "[]", "new" if number == 1 else "sharpens", "service",
                when, _moment(ended) if ended else None, told["agreement_id"], one["country"], day.isoformat(), kind,
                one["sure"], _lead(day, begun), last,
            )  # fmt: skip


def _spans(one: dict[str, Any]) -> list[tuple[date, date | None, PartialDate]]:
    """From when until when an event stood on which day."""
    if not one["revised"]:
        return [(one["seen"], None, one["date"])]
    later = _updated(one)
    return [(one["seen"], later, one["before"]), (later, None, one["date"])]


def _lead(happened: date, begun: date) -> int:
    return lead_of(happened, datetime.combine(begun, time(9), UTC))


def _changes(made: Iterable[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for number, one in enumerate(made, 1):
        yield number, one["id"], 1, "created", _moment(one["seen"])


def _evidence(made: Iterable[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    number = 0
    for one in made:
        finding = {
            "agreement_id": f"a{one['agreement']}", "agreement": f"Agreement {one['agreement']}", "type": one["type"],
            "status": one["status"], "salience": one["salience"], "evidence": _SENTENCE, "start": 0, "end": len(_SENTENCE),
            "date": str(one["date"]), "confidence": one["sure"], "actor_country": one["country"],
            "reasons": ["verb", "actor_before", "title_match"],
        }  # fmt: skip
        seen = _moment(one["seen"])
        for article in dict.fromkeys(one["articles"]):
            number += 1
            yield (
                number, one["id"], article, article, _digest(f"s{one['n']}"), "0", 0, len(_SENTENCE), one["sure"],
                json.dumps(finding), seen, seen,
            )  # fmt: skip


def _expected(made: Iterable[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for one in made:
        if one["status"] == "planned":
            state, seen = "open" if one["n"] % 50 == 0 else "met", _moment(one["seen"])
            yield one["id"], one["happened"].isoformat(), one["date"].last.isoformat(), state, seen, seen


def _documents(made: Iterable[dict[str, Any]], size: Size) -> Iterator[tuple[str, str, str, str]]:
    """What the product keeps of each event, written by it."""
    for one in made:
        yield one["id"], documents.shape(), _moment(_updated(one)), documents.written(_told(one, size))


def _told(one: dict[str, Any], size: Size) -> Event:
    """The event as the product reads it."""
    sources = [_source(n, size) for n in dict.fromkeys(one["articles"])]
    return Event(
        id=one["id"], agreement_id=f"a{one['agreement']}" if one["tracked"] else None, agreement=f"Agreement {one['agreement']}",
        type=EventType(one["type"]), status=Status(one["status"]), salience=Salience(one["salience"]), stage=one["stage"],
        wording=one["type"], actor=one["country"], actor_country=one["country"], date=one["date"],
        confidence=one["sure"], evidence=_SENTENCE, start=0, end=len(_SENTENCE), sources=tuple(sorted(sources, key=_told_on)),
        first_seen=datetime.combine(one["seen"], time(9), UTC), revision=2 if one["revised"] else 1,
        state=EventState(one["state"]), state_why="news",
    )  # fmt: skip


def _told_on(source: Source) -> tuple[datetime | None, str]:
    return source.published, source.url


def _source(n: int, size: Size) -> Source:
    published = datetime.combine(_stored_on(n, size), time(9), UTC)
    named = f"https://a.example/{n}", f"Agency {n % 60}", _title(n), published, "en"
    return Source(n, *named, _SENTENCE, 0, len(_SENTENCE), _digest(f"v{n}"))


def _searchable(connection: Connection, size: Size, made: list[dict[str, Any]]) -> None:
    """What the product's own catch-up writes."""
    articles = (
        (n, search.tokens(_title(n), _body(n) if n > size.articles - size.texts else None))
        for n in range(1, size.articles + 1)
    )
    words(connection, search.ARTICLES, articles)
    numbered = sorted(((event_search.number_of(one["happened"], one["id"]), one) for one in made), key=lambda p: p[0])
    rows(connection, "event_search_places", ("place", "event_id"), ((number, one["id"]) for number, one in numbered))
    words(connection, event_search.EVENTS, ((number, _tokens(one)) for number, one in numbered))


def _tokens(one: dict[str, Any]) -> tuple[str, ...]:
    texts = [part for n in dict.fromkeys(one["articles"]) for part in (_title(n), _body(n))]
    told = _snapshot(one, one["sure"])
    row = event_search.Told(
        (told["agreement"], one["type"], one["country"], _SENTENCE, *texts),
        (
            *tuple((name, told[name]) for name in ("type", "status", "state", "salience", "stage")),
            ("country", one["country"]),
            ("agreement", told["agreement_id"] or ""),
        ),
        told["agreement_id"] is not None,
        one["sure"],
        tuple(_concerned(one)),
    )
    stood = [event_search.Stood(told_on.first, begun, tuple(row.now())) for begun, _, told_on in _spans(one)]
    row = replace(row, past=event_search.past_of(one["happened"], row.now(), stood))
    return event_search.tokens(row)
