"""The command line as a user types it: what it prints, and how it ends."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main, treatywatch
from pipeline.errors import UsageError
from tests.conftest import MakeUrl
from tests.flow.agency import Agency
from tests.flow.stories import PARLIAMENT, STORIES, WATCHLIST
from tests.flow.test_cycle import configure, run

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, sqlite_template: Path) -> Call:
    """Runs `treatywatch …` on a directory of its own; commands that need a configuration get `--config`."""

    def run_it(*arguments: str) -> Result:
        environment = {"TREATYWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/cli.db"}
        return CliRunner().invoke(treatywatch, list(arguments), obj=environment)

    return run_it


@pytest.fixture
def recorded(tmp_path: Path, call: Call) -> Path:
    """A configuration whose history holds the stories."""
    with Agency() as agency:
        agency.publish("/feed", STORIES)
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        run(directory, f"sqlite:///{tmp_path}/cli.db")
    return directory


def test_scan_reads_lines_and_writes_lines(tmp_path: Path, call: Call) -> None:
    """JSON Lines in, JSON Lines out; evidence stands exactly in the text as it came, repeated paragraphs and all."""
    (tmp_path / "list.toml").write_text(WATCHLIST, encoding="utf-8")
    text = "\n".join(PARLIAMENT.paragraphs)
    rows = [
        {"id": "a", "title": PARLIAMENT.title, "text": text, "published": "2026-01-14"},
        {"id": "b", "title": PARLIAMENT.title, "html": PARLIAMENT.html, "published": "2026-01-14T10:00:00Z"},
        {"id": "c", "title": "Nothing", "text": "It rained.", "published": None},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = call("scan", "--watchlist", str(tmp_path / "list.toml"), str(tmp_path / "in.jsonl"))
    assert result.exit_code == 0
    out = {row["id"]: row["events"] for row in map(json.loads, result.stdout.splitlines())}
    assert {event["type"] for event in out["a"]} == {"ratified", "submitted", "signed"}
    assert {event["type"] for event in out["b"]} == {"ratified", "submitted", "signed"}
    assert out["c"] == []
    for event in out["a"]:
        assert text[event["start"] : event["end"]] == event["evidence"]


def test_scan_names_the_line_that_is_wrong(tmp_path: Path, call: Call) -> None:
    """A bad line is named and the others are read; the exit says that something failed."""
    (tmp_path / "list.toml").write_text(WATCHLIST, encoding="utf-8")
    (tmp_path / "in.jsonl").write_text(
        '{"title": "no id"}\n{"id": "x", "text": "It rained.", "published": "soon"}\n{"id": "y", "text": "It rained."}',
        encoding="utf-8",
    )
    result = call("scan", "--watchlist", str(tmp_path / "list.toml"), str(tmp_path / "in.jsonl"))
    assert result.exit_code == 1
    assert "line 1: id is missing" in result.stderr
    assert "line 2: published should be a date" in result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == {"id": "y", "events": []}


def test_scan_refuses_a_watchlist_with_a_mistake(tmp_path: Path, call: Call) -> None:
    """A person waits for the answer: the file is refused with everything that is wrong with it."""
    (tmp_path / "list.toml").write_text('[[agreement]]\nid = "x"\n', encoding="utf-8")
    result = call("scan", "--watchlist", str(tmp_path / "list.toml"), str(tmp_path / "list.toml"))
    assert isinstance(result.exception, UsageError)
    assert "title is missing" in str(result.exception)


def test_events_in_every_form(recorded: Path, call: Call) -> None:
    """Table, JSON and CSV; filters compose; a wrong date is named."""
    lines = call("events", "--config", str(recorded), "--json").stdout.splitlines()
    assert json.loads(lines[0])["type"] == "ratified"
    assert len(lines) == 5
    table = call("events", "--config", str(recorded)).stdout
    assert "State Duma" in table
    assert "“The document, signed last March" in table
    csv = call("events", "--config", str(recorded), "--format", "csv").stdout
    assert csv.splitlines()[0].lstrip("\ufeff").startswith("id,agreement_id,agreement,type")
    only = call("events", "--config", str(recorded), "--json", "--type", "signed", "--until", "2025", "--party", "RU")
    assert len(only.stdout.splitlines()) == 1
    assert call("events", "--config", str(recorded), "--json", "--party", "JP").stdout == ""
    wrong = call("events", "--config", str(recorded), "--since", "yesterday")
    assert isinstance(wrong.exception, UsageError)


def test_agreements_are_shown_added_and_tried(recorded: Path, call: Call, tmp_path: Path) -> None:
    """A timeline by party with its sentences; a new entry is written so that it reads back, and tried on stored articles."""
    config = ("--config", str(recorded))
    shown = call("agreements", "show", "ru-by-unjustified-prosecution", *config).stdout
    assert shown.index("signed") < shown.index("ratified")
    assert "RU" in shown
    assert "ru-by-visas" in call("agreements", "list", *config).stdout
    added = call(
        "agreements",
        "add",
        *config,
        "--title",
        'Treaty on "Light"',
        "--party",
        "RU",
        "--party",
        "KZ",
        "--title-in",
        "ru=Договор о свете",
    )
    assert added.exit_code == 0
    last = tomllib.loads((recorded / "agreements.toml").read_text(encoding="utf-8"))["agreement"][-1]
    assert last == {
        "id": "treaty-on-light",
        "title": 'Treaty on "Light"',
        "parties": ["RU", "KZ"],
        "titles": {"ru": "Договор о свете"},
    }
    again = call("agreements", "add", *config, "--title", 'Treaty on "Light"')
    assert "already" in str(again.exception)
    fresh = tmp_path / "fresh.toml"
    fresh.write_text(WATCHLIST.split("[[agreement]]")[1].join(("[[agreement]]", "")), encoding="utf-8")
    tried = call("agreements", "test", *config, str(fresh))
    assert "2 stored articles that may tell of it read" in tried.stdout  # the third, on football, does not
    assert "State Duma" in tried.stdout


def test_trying_an_entry_tells_what_a_listed_one_takes_from_it(recorded: Path, call: Call, tmp_path: Path) -> None:
    """A second entry of a listed agreement's title, in other words: each step is one of the two's, and which one is said."""
    twin = tmp_path / "twin.toml"
    twin.write_text(WATCHLIST.split("[[agreement]]")[1].join(("[[agreement]]", "")), encoding="utf-8")
    text = twin.read_text(encoding="utf-8")
    listed = {one["id"] for one in tomllib.loads(WATCHLIST)["agreement"]}
    twin.write_text(text.replace('id = "', 'id = "second-'), encoding="utf-8")
    tried = call("agreements", "test", "--config", str(recorded), str(twin), "--json")
    rows = [json.loads(line) for line in tried.stdout.splitlines()]
    assert {row["agreement_id"] for row in rows} == {"second-ru-by-unjustified-prosecution"}
    assert "ru-by-unjustified-prosecution" in {row["taken_by"] for row in rows} <= listed
    told = call("agreements", "test", "--config", str(recorded), str(twin)).stdout
    assert "steps that it would have had alone go to ru-by-unjustified-prosecution, which is on the watchlist" in told


def test_explain_shows_every_step(recorded: Path, call: Call, tmp_path: Path) -> None:
    """From a file: what was looked at, what was decided and why."""
    page = tmp_path / "page.html"
    page.write_text(PARLIAMENT.html, encoding="utf-8")
    result = call("explain", "--config", str(recorded), str(page), "--published", "2026-01-14")
    assert result.exit_code == 0, result.exception
    assert "ratified" in result.stdout
    assert "because" in result.stdout
    for word in ("which", "best", "margin", "status", "who", "when", "weighed", "news, for", "right, against"):
        assert word in result.stdout


def test_explain_reads_articles_as_json_lines(recorded: Path, call: Call, tmp_path: Path) -> None:
    """One object an article in, one out, with every step; a line that is no article is named."""
    rows = [
        {"title": PARLIAMENT.title, "html": PARLIAMENT.html, "published": "2026-01-14"},
        {"id": "rain", "title": "Weather", "text": "It rained all day in the north of the country."},
    ]
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = call("explain", "--config", str(recorded), "--json", str(file))
    assert result.exit_code == 0, result.exception
    told, rain = map(json.loads, result.stdout.splitlines())
    assert told["id"] == f"{file}:1"
    assert {"act", "status", "link", "who", "when", "news", "weighed"} <= {step["stage"] for step in told["steps"]}
    link = next(step for step in told["steps"] if step["stage"] == "link" and step["detail"].get("where") != "headline")
    assert {"mention", "confidence", "best", "margin"} <= set(link["detail"])
    assert rain["id"] == "rain"
    assert rain["screened_out"]
    assert rain["steps"] == []
    file.write_text('{"title": "no text"', encoding="utf-8")
    assert "line 1: not JSON" in str(call("explain", "--config", str(recorded), str(file)).exception)


def test_feeds_are_listed_and_travel_as_opml(recorded: Path, call: Call, tmp_path: Path) -> None:
    """Health as JSON; out as OPML and in again adds nothing twice."""
    config = ("--config", str(recorded))
    (row,) = [json.loads(line) for line in call("feeds", "list", "--json", *config).stdout.splitlines()]
    assert row["id"] == "wire"
    assert row["items"] == 3
    assert row["error"] is None
    opml = tmp_path / "feeds.opml"
    assert call("feeds", "export-opml", *config, str(opml)).exit_code == 0
    assert "0 feeds added, 1 were there already" in call("feeds", "import-opml", *config, str(opml)).stdout
    opml.write_text(
        opml.read_text(encoding="utf-8").replace("/feed", "/other").replace('"wire"', '"wire2"'), encoding="utf-8"
    )
    assert "1 feeds added" in call("feeds", "import-opml", *config, str(opml)).stdout
    assert len(call("feeds", "list", "--json", *config).stdout.splitlines()) == 2


def test_check_names_what_stands_twice(recorded: Path, call: Call) -> None:
    """An agreement that is on the watchlist a second time, with the entry that its steps are told under."""
    with (recorded / "agreements.toml").open("a", encoding="utf-8") as file:
        for key, title in (("own", "Sugar Convention"), ("catalogue", "SUGAR CONVENTION, with Annexes [TS No. 3]")):
            file.write(f'\n[[agreement]]\nid = "{key}"\ntitle = "{title}"\nmultilateral = true\n')
    assert "told under the first entry: catalogue is own" in call("check", "--config", str(recorded)).output


def test_check_says_what_is_wrong_in_one_line(recorded: Path, call: Call) -> None:
    """All in order, or the entry that is not, by file and number."""
    assert call("check", "--config", str(recorded)).exit_code == 0
    with (recorded / "agreements.toml").open("a", encoding="utf-8") as out:
        out.write('\n[[agreement]]\nid = "untitled"\n')
    result = call("check", "--config", str(recorded))
    assert result.exit_code == 1
    assert "(id 'untitled'): title is missing" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["events", "--config", "/nowhere"], 2, "no such configuration directory"),
        (["events", "--tpye", "x"], 2, "No such option"),
        (["nonsense"], 2, "No such command"),
        (["--version"], 0, ""),
    ],
)
def test_wrong_use_ends_with_two(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 and a sentence, never a traceback."""
    with pytest.raises(SystemExit) as ended:
        main(arguments, {})
    assert ended.value.code == code
    assert said in capsys.readouterr().err


def test_the_schema_goes_up_and_down(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """db upgrade, current and downgrade on both databases."""
    environment = {"TREATYWATCH_DATABASE_URL": make_url_of(False)}
    config = ["--config", str(configure(tmp_path, {}))]
    results = [
        CliRunner().invoke(treatywatch, ["db", *command, *config], obj=environment)
        for command in (["current"], ["upgrade"], ["current"], ["downgrade", "base", "--yes"], ["current"])
    ]
    assert [result.exit_code for result in results] == [0] * 5
    assert results[0].stdout.startswith("schema empty;")
    assert "empty ->" in results[1].stdout
    assert results[4].stdout.startswith("schema empty;")


def test_a_line_that_is_no_text_or_no_json_stops_no_other(tmp_path: Path, call: Call) -> None:
    """Bytes that are not UTF-8, a line that is not JSON, one that is no object: each is named, the others are answered."""
    (tmp_path / "list.toml").write_text(WATCHLIST, encoding="utf-8")
    lines = [
        b'{"id": "a", "text": "It rained."}',
        b'{"id": "b", "text": "\xff"}',
        b"{",
        b"[1]",
        b'{"id": "c", "text": "It rained."}',
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    result = call("scan", "--watchlist", str(tmp_path / "list.toml"), str(tmp_path / "in.jsonl"))
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "c"]
    for said in ("line 2: not UTF-8", "line 3: not JSON", "line 4: should be an object"):
        assert said in result.stderr
