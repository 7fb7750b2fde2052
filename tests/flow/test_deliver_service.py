"""The whole way with real agencies and receivers: five report, one alert; and how long it takes from commit to arrival."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline import clock, flow, loop
from pipeline.cli import treatywatch
from pipeline.plan import event_as_dict
from pipeline.schedule import Beats
from pipeline.settings import load_settings
from pipeline.store.engine import open_database
from pipeline.wiring import wire
from tests.alert.builders import SECRET
from tests.alert.servers import Answers, http_receiver
from tests.conftest import MakeUrl
from tests.flow.agency import Agency, Story
from tests.flow.desk import apply_plan, messages
from tests.flow.stories import PARLIAMENT, WATCHLIST
from tests.flow.test_cycle import configure
from tests.store.telling import store
from tests.unit.record.desk import finding

RUSSIAN = Story(
    "/gosduma",
    "Госдума ратифицировала соглашение с Белоруссией о защите граждан",
    (
        "МОСКВА, 14 января. Государственная дума ратифицировала соглашение между Россией и Белоруссией о мерах по взаимной защите "
        "граждан от необоснованного преследования со стороны иностранных государств и международных органов юстиции.",
        "Документ был подписан в марте прошлого года. Депутаты обсуждали его в среду около двух часов, представители комитетов "
        "рассказали о том, как новые правила будут применяться на практике и кто будет за это отвечать.",
        "Юристы в обеих столицах считают, что первый год покажет, как много могут дать эти правила.",
    ),
    "Wed, 14 Jan 2026 10:20:00 +0000",
    "ru",
)


def retold(path: str, minute: int, story: Story = PARLIAMENT) -> Story:
    """The same news on another page, some minutes later."""
    closing = (
        f"The report was filed at 10:{minute:02d}."
        if story.language == "en"
        else f"Сообщение передано в 10:{minute:02d}."
    )
    return Story(
        path, story.title, (*story.paragraphs, closing), f"Wed, 14 Jan 2026 10:{minute:02d}:00 +0000", story.language
    )


def with_channel(directory: Path, url: str) -> Path:
    """Add a webhook to a configuration; the stories count as fresh."""
    main = directory / "treatywatch.toml"
    text = main.read_text(encoding="utf-8").replace("[recognise]", "[recognise]\nfresh_days = 36500")
    block = f'[[channel]]\nid = "hook"\nkind = "webhook"\nurl = "{url}"\nsecret = "{SECRET}"\nallow_networks = ["127.0.0.1/32"]\n'
    main.write_text(f"{text}\n{block}\n[channel.filter]\ntypes = ['ratified']\n", encoding="utf-8")
    return directory


def cycles(directory: Path, url: str, count: int) -> None:
    """So many passes, pages read in this process."""

    async def run() -> None:
        settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
        async with wire(settings, workers=False) as service:
            for _ in range(count):
                await flow.cycle(service.parts)

    loop.run(run())


def test_five_agencies_one_alert(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Five agencies in two languages within the hour, one of them three times: one alert, and all of them in the record."""
    url = make_url_of(True)
    with Agency() as agency, http_receiver() as http:
        feeds: dict[str, Sequence[Story]] = {
            "alpha": [retold("/a1", 0), retold("/a2", 10), retold("/a3", 25)],
            "beta": [retold("/b", 5)],
            "gamma": [retold("/g", 15)],
            "delta": [retold("/d", 20, RUSSIAN)],
            "epsilon": [retold("/e", 40, RUSSIAN)],
        }
        for name, stories in feeds.items():
            agency.publish(f"/{name}", stories)
        directory = configure(tmp_path, {name: f"{agency.base}/{name}" for name in feeds}, WATCHLIST)
        cycles(with_channel(directory, http.url), url, 2)
        bodies = [json.loads(one.body) for one in http.received]
        assert [body["type"] for body in bodies] == ["event.created"], [body.get("changes") for body in bodies]
        database = open_database(url)
        from pipeline import query

        event = query.event(database, bodies[0]["data"]["id"])
        database.close()
    assert event is not None
    assert {one.agency for one in event.sources} == {"Alpha", "Beta", "Gamma", "Delta", "Epsilon"}
    assert {one.language for one in event.sources} == {"en", "ru"}
    record = event_as_dict(event)["sources"]
    assert {one["agency"]: len(one["reports"]) for one in record} == {
        "Alpha": 2, "Beta": 0, "Gamma": 0, "Delta": 0, "Epsilon": 0,
    }  # fmt: skip


def test_from_commit_to_arrival(tmp_path: Path, sqlite_template: Path) -> None:
    """The beating service delivers what was just committed without waiting for its next look: 95 of 100 within a second."""
    with http_receiver() as http:
        directory = with_channel(configure(tmp_path, {}), http.url)
        settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/t.db"})
        spans = loop.run(_spans(settings, http))
    assert sorted(spans)[int(len(spans) * 0.95)] < 1.0


async def _spans(settings: object, http: Answers) -> list[float]:
    stopping, spans = asyncio.Event(), []
    async with wire(settings, workers=False, stopping=stopping) as service:  # type: ignore[arg-type]
        beats, parts = Beats(service), service.parts
        beats.start()
        for number in range(20):
            day = f"2026-0{1 + number // 10}-{3 + 2 * (number % 10):02d}"
            facts = store(parts.database, number, clock.now().date().isoformat())
            acted = finding(country="RU" if number % 2 else "BY", date=day)
            await asyncio.to_thread(apply_plan, parts, facts, [acted])
            began = time.monotonic()
            parts.nudge.set()
            waiting = len(messages(parts))
            while len(http.received) < waiting and time.monotonic() - began < 5:  # noqa: ASYNC110 - another thread's list
                await asyncio.sleep(0.005)
            spans.append(time.monotonic() - began)
        stopping.set()
        await beats.stop()
    return spans


class Line:
    """The command line on one configuration."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, *arguments: str) -> Result:
        environment = {"TREATYWATCH_DATABASE_URL": f"sqlite:///{self.directory}/t.db", "USER": "anna"}
        told = [*arguments, "--config", str(self.directory)]
        return CliRunner().invoke(treatywatch, ["alerts", *told], obj=environment)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """A desk whose receiver refused a ratification for good and said yes to nothing else yet."""
    with Agency() as agency, http_receiver((410, {}, b"gone for good")) as http:
        agency.publish("/feed", [PARLIAMENT])
        directory = with_channel(configure(tmp_path, {"wire": f"{agency.base}/feed"}), http.url)
        cycles(directory, f"sqlite:///{tmp_path}/t.db", 1)
    return Line(directory)


def test_list_show_replay(line: Line) -> None:
    """Dead letters are listed with what was answered, shown with every try, and sent again once the channel is on."""
    [row] = [json.loads(one) for one in line("list", "--json").stdout.splitlines()]
    assert (row["state"], row["reason"], row["tries"][0]["http_status"]) == ("dead", "receiver_gone", 410)
    told = line("list").stdout
    assert "gone for good" in told
    assert "alerts enable hook" in told
    shown = line("show", row["id"]).stdout
    assert "gone for good" in shown
    assert '"ratified"' in shown
    assert line("show", "nothing").exit_code != 0
    assert "channel hook is on" in line("enable", "hook").stdout
    [row] = [json.loads(one) for one in line("list", "--json", "--channel", "hook").stdout.splitlines()]
    assert row["state"] == "pending"
    assert line("list", "--json", "--state", "dead").stdout == ""
    assert "0 of 0" in line("replay", "--dead").stdout
    assert line("replay", row["id"]).exit_code == 1, "it waits already"


def test_mute_and_unmute(line: Line) -> None:
    """A mute is made, listed and lifted; nonsense is refused with what to do."""
    assert "mute 1" in line("mute", "--party", "by", "--why", "holidays").stdout
    [row] = [json.loads(one) for one in line("mutes", "--json").stdout.splitlines()]
    assert (row["party"], row["who"], row["why"]) == ("BY", "cli:anna", "holidays")
    assert "holidays" in line("mutes").stdout
    assert "lifted" in line("unmute", "1").stdout
    assert line("mutes", "--json").stdout == ""
    for wrong in (
        ["unmute", "1"], ["mute"], ["mute", "--party", "RU", "--until", "2020-01-01"], ["mute", "--agreement", "nothing"],
        ["mute", "--party", "RU", "--channel", "nothing"], ["mute", "--party", "RU", "--until", "soon"], ["replay"],
    ):  # fmt: skip
        assert line(*wrong).exit_code != 0


def test_test_a_channel(line: Line) -> None:
    """A marked test goes out at once; the answer is told, and is a row like any other."""
    with http_receiver((200, {}, b"thanks"), (500, {}, b"no")) as http:
        main = line.directory / "treatywatch.toml"
        text = main.read_text(encoding="utf-8")
        begin = text.index('url = "')
        main.write_text(text[:begin] + f'url = "{http.url}"' + text[text.index("\n", begin) :], encoding="utf-8")
        good, bad = line("test", "hook"), line("test", "hook")
        assert (good.exit_code, bad.exit_code) == (0, 1)
        assert "accepted (200) thanks" in good.stdout
        assert "http_status 500 no" in bad.stdout
        assert json.loads(http.received[0].body)["type"] == "test"
    rows = [json.loads(one) for one in line("list", "--json").stdout.splitlines()]
    assert [one["state"] for one in rows if one["kind"] == "test"] == ["dead", "delivered"]
    assert line("test", "nothing").exit_code != 0


def test_try_a_filter(line: Line) -> None:
    """What the channel's filter, or another one, would have sent of what is on record."""
    saved = [json.loads(one)["type"] for one in line("test-filter", "hook", "--json").stdout.splitlines()]
    assert saved == ["ratified"]
    told = line("test-filter", "--party", "FR").stdout
    assert "0 of" in told
    assert "party" in told
    assert "1 of" in line("test-filter", "hook", "--jurisdiction", "RU", "--min-confidence", "0.1").stdout
    assert line("test-filter", "nothing").exit_code != 0
