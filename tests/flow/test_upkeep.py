"""Keeping house: when jobs are due, what retention may delete, backups that can be put back, and what the operator hears of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline import flow, loop
from pipeline.alert.options import ChannelOptions
from pipeline.errors import StoreUnavailable, UsageError
from pipeline.flow.parts import Parts
from pipeline.flow.upkeep import UpkeepOptions, is_due
from pipeline.flow.watchdog import Alarm, AlarmKind, Sight, alarms
from pipeline.model import Feed
from pipeline.settings import Settings, load_settings
from pipeline.settings.reload import effective, fingerprint, refusal, waits_for_restart
from pipeline.store import backup
from pipeline.store.deliveries import ChannelHealth
from pipeline.store.engine import Database, open_database
from pipeline.store.feeds import FeedHealth
from pipeline.store.vitals import Queue, Rhythm, Yield
from pipeline.wiring import wire
from tests.conftest import MakeUrl
from tests.flow.agency import Agency
from tests.flow.stories import STORIES, WATCHLIST
from tests.flow.test_cycle import SETTINGS, configure, history, run

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
EVENING = NOW.replace(hour=23, minute=20)
HOUR = timedelta(hours=1)
OPERATOR = ChannelOptions(
    id="desk", kind="webhook", role="operator", url="https://desk.example/", secret=("whsec_" + "A" * 32,)
)


@given(hours=st.integers(0, 24 * 400))
def test_a_missed_job_is_due_once(hours: int) -> None:
    """Due from the first time the schedule comes after the last one, however many it missed; not due again right after."""
    now = NOW + timedelta(hours=hours)
    assert is_due("30 3 * * *", NOW, now) is (now >= NOW.replace(hour=3, minute=30) + timedelta(days=1))
    assert not is_due("30 3 * * *", now, now)
    assert not is_due("", NOW, now)


def counted(database: Database, sql: str) -> int:
    """What a counting statement says."""
    return int(database.read(lambda c: c.execute(text(sql)).scalar_one()))


def test_retention_deletes_what_proves_nothing(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Old texts without evidence and old polls go; evidence, events and identities stay, so that nothing is read twice."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", STORIES)
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        run(directory, url)
        before = history(url)
        later = datetime.now(UTC) + timedelta(days=100)

        async def keep_house() -> None:
            settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
            async with wire(settings, now=lambda: later, workers=False) as service:
                options = UpkeepOptions(retention_days=30, database_url=url)
                assert await flow.keep_house(service.parts, options) == ()  # a new database: from its next time on
                tomorrow = replace(service.parts, clock=lambda: later + timedelta(days=1))
                assert await flow.keep_house(tomorrow, options) == ("upkeep",)
                assert await flow.keep_house(tomorrow, options) == ()

        loop.run(keep_house())
        database = open_database(url)
        assert counted(database, "SELECT count(*) FROM feed_polls") == 0
        assert counted(database, "SELECT count(*) FROM article_versions") == 3
        assert counted(database, "SELECT count(*) FROM article_versions WHERE text IS NULL AND html IS NULL") == 1
        database.close()
        assert history(url) == before
        assert run(directory, url).new == 0


def test_a_backup_can_be_put_back(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """A copy made while the database is open and written to has the whole history, and comes back into its place."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", STORIES)
        run(configure(tmp_path, {"wire": f"{agency.base}/feed"}), url)
    before = history(url)
    target = tmp_path / "backups" / backup.file_name(url, NOW)
    in_use = open_database(url)
    with in_use.engine.connect() as reading:
        reading.execute(text("SELECT count(*) FROM events"))
        assert backup.backup(url, target) == target.stat().st_size
    in_use.close()
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    fresh = make_url_of(False)
    backup.restore(fresh, target)
    assert history(fresh) == before
    if fresh.startswith("sqlite"):
        backup.restore(fresh, target)  # over an existing one: that is kept
        assert Path(fresh.removeprefix("sqlite:///") + ".before-restore").exists()
    else:
        with pytest.raises(UsageError, match="not empty"):
            backup.restore(fresh, target)
    assert history(fresh) == before


def test_old_backups_go_and_foreign_files_stay(tmp_path: Path) -> None:
    """Only the newest are kept; nothing is deleted that the service did not name."""
    url = "sqlite:///x.db"
    for day in range(1, 6):
        (tmp_path / backup.file_name(url, NOW + timedelta(days=day))).touch()
    (tmp_path / "treatywatch-before-upgrade.db").touch()
    assert len(backup.prune(tmp_path, url, 2)) == 3
    assert len(list(tmp_path.iterdir())) == 3


def test_what_is_no_backup_is_not_put_in_place(tmp_path: Path) -> None:
    """A text file, another program's database and a missing file are refused, and what is there stays."""
    url = f"sqlite:///{tmp_path}/history.db"
    (tmp_path / "history.db").write_bytes(b"precious")
    (tmp_path / "text").write_text("no database at all, but long enough to be looked at closely" * 20, encoding="utf-8")
    (tmp_path / "empty.db").touch()
    for name in ("text", "empty.db", "missing"):
        with pytest.raises(UsageError):
            backup.restore(url, tmp_path / name)
    assert (tmp_path / "history.db").read_bytes() == b"precious"


def test_a_backup_that_fails_says_so(tmp_path: Path, sqlite_template: Path) -> None:
    """A directory that cannot be written to is named; nothing half is left behind, and the operator hears of it."""
    (tmp_path / "taken").write_text("a file, no directory", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        backup.backup(f"sqlite:///{sqlite_template}", tmp_path / "taken" / "x.db")
    (told,) = alarms(Sight(NOW, upkeep="backup: the disk is full"))
    assert told.kind is AlarmKind.UPKEEP_FAILED


def feed(name: str, **given: object) -> FeedHealth:
    """A source that fares well, but for what is given."""
    source = Feed(name, f"http://{name}.example/feed")
    well = FeedHealth(source, True, NOW, NOW, NOW, NOW + HOUR, 3600, 20, 0, None, None, 200, None)
    return replace(well, **given)  # type: ignore[arg-type]


FAILING = {"error": "http_status", "failures": 40, "last_success": NOW - timedelta(days=2)}
WELL = tuple(feed(f"well-{number}") for number in range(8))
SIGHTS = {
    "nothing": (Sight(NOW, feeds=WELL), set()),
    "a feed that stopped": (Sight(NOW, feeds=(*WELL, feed("bad", **FAILING))), {"feed_failing|bad"}),
    "a feed that failed an hour ago": (
        Sight(NOW, feeds=(*WELL, feed("bad", error="http_status", failures=3, last_success=NOW - HOUR))),
        set(),
    ),
    "a slow feed has more time": (Sight(NOW, feeds=(*WELL, feed("slow", **FAILING, pace=86_400))), set()),
    "a feed that never worked": (
        Sight(NOW, feeds=(*WELL, feed("new", error="not_a_feed", failures=5, last_success=None))),
        {"feed_failing|new"},
    ),
    "a feed taken out": (Sight(NOW, feeds=(*WELL, feed("off", **FAILING, configured=False))), set()),
    "a network that is down is one trouble": (
        Sight(NOW, feeds=tuple(feed(f"f{number}", **FAILING) for number in range(50))),
        {"sources_failing|"},
    ),
    "a feed that moved": (
        Sight(NOW, feeds=(feed("old", moved_to="http://new.example/"),)),
        {"feed_moved|old"},
    ),
    "a daily source silent for two weeks": (
        Sight(NOW, rhythms=(Rhythm("quiet", NOW - timedelta(days=14), 30, timedelta(days=1)),)),
        {"feed_silent|quiet"},
    ),
    "a monthly source silent for two weeks": (
        Sight(NOW, rhythms=(Rhythm("monthly", NOW - timedelta(days=14), 30, timedelta(days=30)),)),
        set(),
    ),
    "a source nobody knows yet": (Sight(NOW, rhythms=(Rhythm("young", NOW - timedelta(days=14), 2, HOUR),)), set()),
    "a source behind a wall": (
        Sight(NOW, yields=(Yield("wall", 20, 14), Yield("some", 20, 5))),
        {"pages_changed|wall"},
    ),
    "a queue that ages": (
        Sight(NOW, queues=(Queue("articles", 3, NOW - 2 * HOUR), Queue("polls", 9, NOW))),
        {"queue_ages|articles"},
    ),
    "a queue that grows": (
        Sight(NOW, queues=(Queue("articles", 9000, NOW),), before={"articles": 6000}),
        {"queue_grows|articles"},
    ),
    "a queue that shrinks": (Sight(NOW, queues=(Queue("articles", 9000, NOW),), before={"articles": 9500}), set()),
    "a channel that fails": (
        Sight(NOW, channels={"mail": ChannelHealth("mail", None, None, None, None, 6)}, dead={"hook": 2}),
        {"channel_fails|mail", "dead_letters|hook"},
    ),
    "a configuration refused": (Sight(NOW, refused="feeds.toml: no source is left"), {"configuration_refused|"}),
    "a clock set back": (Sight(NOW, newest=NOW + HOUR), {"clock_set_back|"}),
}


@pytest.mark.parametrize("name", SIGHTS)
def test_what_the_operator_hears_of(name: str) -> None:
    """Each trouble by its name and subject, with a sentence and a remedy; and no alarm where nothing is wrong."""
    sight, expected = SIGHTS[name]
    found = alarms(sight)
    assert {alarm.key for alarm in found} == expected
    for alarm in found:
        assert alarm.trouble.what
        assert alarm.trouble.do


@pytest.fixture
def parts(tmp_path: Path, database: Database) -> Parts:
    """A wired service whose operator has a channel."""
    (tmp_path / "feeds.toml").write_text('[[feed]]\nid = "a"\nurl = "http://127.0.0.1:9/"\n', encoding="utf-8")

    async def wired() -> Parts:
        url = database.engine.url.render_as_string(hide_password=False)
        settings = replace(load_settings(tmp_path, {}), database_url=url, channels=(OPERATOR,))
        async with wire(settings, now=lambda: EVENING, workers=False) as service:
            return service.parts

    return replace(loop.run(wired()), database=database)


def test_the_operator_is_told_once_a_day(parts: Parts, database: Database) -> None:
    """A trouble gives one message a day for each operator channel, a line in the log when it comes, and a figure."""
    parts.vitals.refused = "feeds.toml: unknown key 'urk'"
    times = [EVENING, EVENING + HOUR / 2, EVENING + HOUR * 0.9]
    found: list[tuple[Alarm, ...]] = [
        loop.run(flow.look_around(replace(parts, clock=lambda at=at: at))) for at in times
    ]
    assert all([alarm.kind for alarm in one] == [AlarmKind.CONFIGURATION_REFUSED] for one in found)
    bodies = database.read(lambda c: c.execute(text("SELECT payload FROM outbox ORDER BY seq")).scalars().all())
    assert len(bodies) == 2
    assert json.loads(bodies[0])["data"]["facts"] == {"Reason": "feeds.toml: unknown key 'urk'"}
    assert b'treatywatch_alarms{kind="configuration_refused"} 1.0' in parts.metrics.exposition()
    parts.vitals.refused = ""
    assert loop.run(flow.look_around(parts)) == ()
    assert b'treatywatch_alarms{kind="configuration_refused"} 0.0' in parts.metrics.exposition()


def test_queues_stand_in_the_metrics(parts: Parts) -> None:
    """What waits, and for how long, by queue."""
    loop.run(flow.count_queues(replace(parts, clock=lambda: EVENING + HOUR)))
    shown = parts.metrics.exposition().decode()
    assert 'treatywatch_queue{queue="polls"} 1.0' in shown
    assert 'treatywatch_queue_age_seconds{queue="polls"} 3600.0' in shown


def settings_of(directory: Path, main: str, feeds: str, agreements: str) -> Settings:
    """The settings of three files."""
    for name, content in (("treatywatch", main), ("feeds", feeds), ("agreements", agreements)):
        (directory / f"{name}.toml").write_text(content, encoding="utf-8")
    return load_settings(directory, {})


FEED = '[[feed]]\nid = "a"\nurl = "http://a.example/"\n'
CHANGES = {
    "another feed": (SETTINGS, FEED + FEED.replace('"a"', '"b"'), WATCHLIST, ""),
    "nothing to watch for": (SETTINGS, FEED, "", "empty watchlist"),
    "no source": (SETTINGS, FEED + "enabled = false\n", WATCHLIST, "no source is left"),
    "a slip in one agreement": (SETTINGS, FEED, WATCHLIST.replace('["RU", "BY"]', '["Russia"]', 1), "ISO 3166-1"),
    "fewer agreements": (SETTINGS, FEED, WATCHLIST[: WATCHLIST.index('[[agreement]]\nid = "ru-by-visas"')], ""),
}


@pytest.mark.parametrize("name", CHANGES)
def test_which_changes_are_taken(tmp_path: Path, name: str) -> None:
    """A good configuration is taken; one that would take away what is watched without saying so is refused with the reason."""
    running = settings_of(tmp_path, SETTINGS, FEED, WATCHLIST)
    before = fingerprint(tmp_path)
    main, feeds, agreements, why = CHANGES[name]
    changed = settings_of(tmp_path, main, feeds, agreements)
    assert fingerprint(tmp_path) != before
    said = refusal(running, changed)
    assert why in said
    assert bool(said) is bool(why)


def test_what_cannot_change_while_running_waits(tmp_path: Path) -> None:
    """The database and the page's address are those of the start until the next one."""
    running = settings_of(tmp_path, SETTINGS, FEED, WATCHLIST)
    changed = settings_of(
        tmp_path, 'database_url = "sqlite:///other.db"\n' + SETTINGS + '[web]\nbind = ""\n', FEED, WATCHLIST
    )
    assert waits_for_restart(running, changed) == ("database_url", "web")
    assert effective(running, changed).database_url == running.database_url
