"""A rescan shows what it would change, changes nothing when asked only to show, and then does what it showed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from benchmarks.newsroom import stories, watchlist
from pipeline import query
from pipeline.backfill import Recording, Run
from pipeline.cli.differences import Differences
from pipeline.compute import Here
from pipeline.model import Article, Watchlist
from pipeline.plan import Context, EventStep, NewEvent, RecordOptions
from pipeline.recognise import Recogniser
from pipeline.store import articles
from pipeline.store.engine import Database

NOW = datetime(2026, 2, 1, tzinfo=UTC)
WATCHED = watchlist(60)


def run(database: Database, watched: Watchlist, reader: str, *, dry: bool = False) -> list[EventStep]:
    """The steps of a rescan."""
    steps: list[EventStep] = []
    options, context = RecordOptions(quiet=True), Context({one.id: one for one in watched.agreements})
    recording = Recording(reader, NOW, options, context, "1")
    Run(database, Here(Recogniser.build, watched), recording, differ=steps.append, dry=dry).stored()
    return steps


def test_a_rescan_shows_then_does(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """Dry: the new events by name and nothing written; then the same events are there, as history; then nothing is left to do."""
    for story in stories(24, 0.5):
        text = "\n".join(story.paragraphs)
        article = Article(story.url, story.title, text, "en", story.published)
        database.write(lambda c, a=article: articles.save(c, a, a.url, NOW))  # type: ignore[misc]
    shown = {step.event.id for step in run(database, WATCHED, "dry", dry=True) if isinstance(step, NewEvent)}
    assert shown
    assert query.events(database).items == ()
    run(database, WATCHED, "wet")
    made = query.events(database).items
    assert {event.id for event in made} == shown
    assert {event.state for event in made} == {"history"}
    assert run(database, WATCHED, "again", dry=True) == []
    capsys.readouterr()


def test_differences_are_lines(capsys: pytest.CaptureFixture[str], database: Database) -> None:
    """A line for each event, once; as JSON, an object a line with the sentence that proves it."""
    story = next(one for one in stories(40, 1.0) if True)
    article = Article(story.url, story.title, "\n".join(story.paragraphs), "en", story.published)
    database.write(lambda c: articles.save(c, article, article.url, NOW))
    steps = run(database, WATCHED, "dry", dry=True)
    told = Differences(as_json=True)
    for step in (*steps, *steps):
        told(step)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(steps)
    assert all(json.loads(line)["change"] == "created" for line in lines)
    plain = Differences(as_json=False)
    for step in steps:
        plain(step)
    plain.conclude(dry=True)
    assert f"would be {len(steps)} created" in capsys.readouterr().out
