"""Archives into the history: every format, stopped and resumed, with broken records and dying workers, on one worker or two."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.newsroom import Story, page, stories, watchlist
from pipeline import query
from pipeline.backfill import Bad, Recording, Run, Tally
from pipeline.backfill import pieces as pieces_module
from pipeline.backfill import run as run_module
from pipeline.backfill.pieces import Start, pieces_of
from pipeline.backfill.sources import find_sources
from pipeline.backfill.values import Again, Record, Span
from pipeline.backfill.work import records_of
from pipeline.compute import Compute, Here, ProcessOptions, Workers
from pipeline.errors import UsageError
from pipeline.model import Watchlist
from pipeline.plan import Context, RecordOptions
from pipeline.query import EventFilter
from pipeline.recognise import Recogniser
from pipeline.store.engine import Database, open_database

NOW = datetime(2026, 2, 1, tzinfo=UTC)
WATCHED = watchlist(60)
Make = Callable[[], Database]
STORIES = tuple(stories(60, 0.3))


def row(story: Story) -> dict[str, object]:
    """A story as a row."""
    return {
        "id": f"s{story.number}",
        "url": story.url,
        "title": story.title,
        "text": "\n".join(story.paragraphs),
        "published": story.published.isoformat(),
        "lang": "en",
    }


def write_lines(path: Path, told: Sequence[Story]) -> None:
    """JSON Lines, compressed where the name says so."""
    data = "".join(json.dumps(row(one)) + "\n" for one in told).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def write_table(path: Path, told: Sequence[Story]) -> None:
    """Parquet in small row groups."""
    pq.write_table(pa.Table.from_pylist([row(one) for one in told]), path, row_group_size=7)


def write_warc(path: Path, told: Sequence[Story]) -> None:
    """A crawl: each record a gzip member of its own where the name says so, requests between the responses."""
    with path.open("wb") as out:
        for one in told:
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page(one, 20)
            for kind, content in (("request", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ("response", answer)):
                head = (
                    f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid.UUID(int=one.number)}>\r\n"
                    f"WARC-Target-URI: {one.url}\r\nWARC-Date: 2026-01-20T10:00:00Z\r\n"
                    f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(content)}\r\n\r\n"
                )
                record = head.encode() + content + b"\r\n\r\n"
                out.write(gzip.compress(record) if path.suffix == ".gz" else record)


def recording(**changes: object) -> Recording:
    """How these tests record."""
    made = Recording(
        reader="tests",
        now=NOW,
        options=RecordOptions(quiet=True),
        context=Context({agreement.id: agreement for agreement in WATCHED.agreements}),
        recogniser="1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def here() -> Compute:
    """The recogniser in this process."""
    return Here(Recogniser.build, WATCHED)


def told(database: Database) -> set[tuple[object, ...]]:
    """The history, without what differs from run to run."""
    return {
        (e.agreement, e.type, e.status, e.actor_country, str(e.date), e.state, tuple(sorted(s.url for s in e.sources)))
        for e in query.events(database, EventFilter(limit=1000)).items
    }


def run(database: Database, compute: Compute, *paths: Path, **changes: object) -> tuple[Tally, list[Bad]]:
    """A whole backfill."""
    bad: list[Bad] = []
    done = Run(database, compute, recording(**changes), report=bad.append).archives(find_sources(map(str, paths)))
    return done, bad


@pytest.fixture
def databases(sqlite_template: Path, tmp_path: Path) -> Iterator[Make]:
    """Makes empty histories."""
    made: list[Database] = []

    def make() -> Database:
        path = tmp_path / f"history{len(made)}.db"
        shutil.copy(sqlite_template, path)
        made.append(open_database(f"sqlite:///{path}"))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet", "a.warc.gz", "a.warc"])
def test_every_format_gives_the_history(tmp_path: Path, databases: Make, here: Compute, name: str) -> None:
    """What the stories on topic tell is history, told to nobody; read again, nothing changes."""
    database = databases()
    writers = {"jsonl": write_lines, "gz": write_lines, "parquet": write_table, "warc": write_warc}
    (write_warc if "warc" in name else writers[name.rpartition(".")[2]])(tmp_path / name, STORIES)
    done, bad = run(database, here, tmp_path / name)
    assert not bad
    assert done.done
    assert done.records == len(STORIES)
    on_topic = {story.url for story in STORIES if story.on_topic}
    found = told(database)
    assert {url for one in found for url in one[-1]} <= on_topic
    assert len(found) > len(on_topic) // 2
    assert {one[5] for one in found} == {"history"}
    again, _ = run(database, here, tmp_path / name)
    assert (again.records, again.new_events) == (0, 0)
    afresh, _ = run(database, here, tmp_path / name, reader="a changed watchlist")
    assert (afresh.records, afresh.new_events, afresh.articles) == (len(STORIES), 0, 0)
    assert told(database) == found


def test_stopped_anywhere_it_goes_on_there(
    tmp_path: Path, databases: Make, here: Compute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after each piece in turn, the last run leaves the history of one that was never stopped; each record is read once."""
    monkeypatch.setattr(pieces_module, "SPAN", 30_000)
    path = tmp_path / "a.warc.gz"
    write_warc(path, STORIES)
    whole, stopped = databases(), databases()
    run(whole, here, path)
    read = runs = 0
    while True:
        stopping = threading.Event()

        def stop(*_: object, event: threading.Event = stopping) -> None:
            event.set()

        way = Run(
            stopped,
            here,
            recording(),
            progress=stop,
            stopping=stopping,
        )
        tally = way.archives(find_sources([str(path)]))
        read += tally.records
        runs += 1
        if not tally.records:
            break
    assert runs > 3
    assert read == len(STORIES)
    assert told(stopped) == told(whole)


def test_however_many_pieces_are_written_together_the_history_is_the_same(
    tmp_path: Path, databases: Make, here: Compute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piece by piece or many in a transaction, over the ends of archives: the same events, numbered the same, and the same changes.

    The same acts come again and again, in articles of their own.
    """
    retold = [replace(one, number=one.number + 100, url=f"{one.url}/again") for one in STORIES]
    monkeypatch.setattr(pieces_module, "SPAN", 30_000)
    write_warc(tmp_path / "a.warc.gz", STORIES)
    write_warc(tmp_path / "b.warc.gz", retold)
    write_lines(tmp_path / "c.jsonl", [*STORIES[:9], *retold])
    found = []
    for ahead in (1, 2, 50):
        monkeypatch.setattr(run_module, "AHEAD", ahead)
        database = databases()
        done, _ = run(database, here, *(tmp_path / name for name in ("a.warc.gz", "b.warc.gz", "c.jsonl")))
        assert done.records == 3 * len(STORIES) + 9
        found.append(
            (
                query.events(database, EventFilter(limit=1000)).items,
                query.changes(database, 0, 1000),
                (done.new_events, done.articles),
            )
        )
    assert found[0][0]
    assert found[0] == found[1] == found[2]


def test_spans_have_every_record_once(tmp_path: Path) -> None:
    """However a WARC is cut, compressed or not, each record is in exactly one span."""
    for name in ("a.warc.gz", "b.warc"):
        write_warc(tmp_path / name, STORIES[:12])
        (source,) = find_sources([str(tmp_path / name)])
        assert source.size
        whole = [one.place for one in records_of(Span(source, 0, None)) if isinstance(one, Record)]
        assert len(whole) == 12
        for size in (1, 100, 999, 20_000):
            step = max(size, source.size // 40)
            spans = [Span(source, at, at + step) for at in range(0, source.size, step)]
            assert [one.place for span in spans for one in records_of(span) if isinstance(one, Record)] == whole


def test_bad_records_are_named_and_the_others_read(tmp_path: Path, database: Database, here: Compute) -> None:
    """Lines that are no JSON, rows without an id, a torn archive: each has its place and reason."""
    lines = [json.dumps(row(story)) for story in STORIES[:20]]
    lines[3] = "{"
    lines[5] = json.dumps({"title": "nothing to go by"})
    lines[7] = "[1, 2]"
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    write_warc(tmp_path / "b.warc.gz", STORIES[20:40])
    data = (tmp_path / "b.warc.gz").read_bytes()
    half = len(data) // 2
    (tmp_path / "b.warc.gz").write_bytes(data[:half] + b"\x00" * 400 + data[half + 400 :])
    whole = gzip.compress("\n".join(json.dumps(row(story)) for story in STORIES[40:]).encode())
    (tmp_path / "c.jsonl.gz").write_bytes(whole[:-50])
    done, bad = run(database, here, tmp_path)
    assert done.done
    assert [(Path(one.path).name, one.place, one.reason) for one in bad if "a.jsonl" in one.path] == [
        ("a.jsonl", 3, "not_json"),
        ("a.jsonl", 5, "row_invalid"),
        ("a.jsonl", 7, "not_json"),
    ]
    assert {Path(one.path).name for one in bad} == {"a.jsonl", "b.warc.gz", "c.jsonl.gz"}
    assert done.outcomes["bad"] == done.bad == len(bad)
    assert done.records >= 20 + 17 + 10


@pytest.mark.slow
def test_two_workers_write_what_one_does(tmp_path: Path, databases: Make) -> None:
    """The history does not hang on the number of workers, ids included."""
    write_warc(tmp_path / "a.warc.gz", STORIES)
    write_lines(tmp_path / "b.jsonl", STORIES[:40])
    found = []
    for number in (1, 2):
        pool = Workers(ProcessOptions(workers=number, article_timeout=60), Recogniser.build, WATCHED)
        database = databases()
        run(database, pool, tmp_path)
        pool.close()
        found.append([(e.id, e.evidence) for e in query.events(database, EventFilter(limit=1000)).items])
    assert found[0] == found[1]
    assert found[0]


class _Deadly:
    def __init__(self, inner: Recogniser) -> None:
        self._inner = inner

    def may_matter(self, text: str, titles: Sequence[str] = ()) -> bool:
        if "poison" in text:
            os._exit(9)
        return self._inner.may_matter(text, titles)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._inner, name)


def deadly(watched: Watchlist) -> _Deadly:
    """A recogniser that one page kills."""
    return _Deadly(Recogniser.build(watched))


@pytest.mark.slow
def test_a_record_that_kills_its_worker_is_set_aside(tmp_path: Path, databases: Make) -> None:
    """It is named with its place; all others of its piece are read."""
    database = databases()
    told_ = list(STORIES[:20])
    told_[8] = replace(told_[8], paragraphs=("poison",))
    write_lines(tmp_path / "a.jsonl", told_)
    pool = Workers(ProcessOptions(workers=1, article_timeout=60), deadly, WATCHED)
    done, bad = run(database, pool, tmp_path / "a.jsonl")
    pool.close()
    assert [(one.place, one.reason) for one in bad] == [(8, "extract_crash")]
    assert done.records == 20


def test_stored_articles_are_read_again(tmp_path: Path, database: Database, here: Compute) -> None:
    """What was stored under an empty watchlist is found by a rescan under a full one."""
    write_lines(tmp_path / "a.jsonl", STORIES)
    blind = Here(Recogniser.build, Watchlist())
    run(database, blind, tmp_path / "a.jsonl")
    before = {e.agreement_id for e in query.events(database, EventFilter(limit=1000)).items}
    assert before == {None}
    tally = Run(database, here, recording()).stored()
    assert tally.done
    assert tally.records
    again = Run(database, here, recording(reader="again")).stored()
    assert again.new_events == 0


def test_rows_go_on_at_any_number(tmp_path: Path) -> None:
    """Lines and tables taken up at a row give the rest."""
    write_lines(tmp_path / "a.jsonl", STORIES)
    write_table(tmp_path / "b.parquet", STORIES)
    for name in ("a.jsonl", "b.parquet"):
        (source,) = find_sources([str(tmp_path / name)])
        for first in (0, 1, 6, 7, 33, len(STORIES)):
            rest = [
                one.place
                for piece in pieces_of(source, Start(first, NOW))
                if not isinstance(piece, Bad | Again)
                for one in records_of(piece)
            ]
            assert rest == list(range(first, len(STORIES)))


def test_paths_mean_archives(tmp_path: Path) -> None:
    """Files, directories, globs, addresses and lists of addresses; each archive once, in one order; nothing is refused by name."""
    write_lines(tmp_path / "b.jsonl", STORIES[:2])
    write_lines(tmp_path / "a.jsonl.gz", STORIES[:2])
    (tmp_path / "readme.txt").write_text("no archive", encoding="utf-8")
    (tmp_path / "warc.paths.gz").write_bytes(gzip.compress(b"crawl-data/CC-NEWS/2024/01/x.warc.gz\n"))
    named = [
        [str(tmp_path)],
        [str(tmp_path / "*.jsonl*")],
        [f"file://{tmp_path}/b.jsonl", str(tmp_path / "a.jsonl.gz")],
    ]
    for paths in named:
        assert [Path(one.path).name for one in find_sources(paths)] == ["a.jsonl.gz", "b.jsonl"]
    (listed,) = find_sources([str(tmp_path / "warc.paths.gz")])
    assert listed.path.endswith("crawl-data/CC-NEWS/2024/01/x.warc.gz")
    for wrong in ("readme.txt", "missing.jsonl", "none*.warc"):
        with pytest.raises(UsageError):
            find_sources([str(tmp_path / wrong)])
