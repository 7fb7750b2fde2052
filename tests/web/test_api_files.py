"""Feeds, calendar and files over HTTP; odd parameters; and the command line that writes the same files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pyarrow.parquet
import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.model import Article
from pipeline.store import articles
from pipeline.store.engine import open_database
from pipeline.web import api, files
from pipeline.web.asked import moment_of
from pipeline.web.problems import ProblemOut
from tests.conftest import MakeUrl
from tests.store.telling import NOW, record
from tests.unit.record.desk import finding
from tests.web.serving import HOSTILE, client, filled

KINDS = {
    "/events.atom": "application/atom+xml",
    "/events.json": "application/feed+json",
    "/events.ics": "text/calendar; charset=utf-8",
    "/events.csv": "text/csv; charset=utf-8",
    "/events.jsonl": "application/jsonl",
    "/events.parquet": "application/vnd.apache.parquet",
}


def test_the_same_events_in_every_file(shared: httpx.Client) -> None:
    """Every file answers to the same filters, names its kind, and leads on to the next page."""
    wanted = shared.get("/api/v1/events", params={"party": "BY"}).json()["items"]
    for path, kind in KINDS.items():
        answer = shared.get(path, params={"party": "BY"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert (
            shared.get(path, params={"party": "BY"}, headers={"If-None-Match": answer.headers["etag"]}).status_code
            == 304
        )
        assert shared.get(path, params={"partie": "BY"}).status_code == 422
    atom = feedparser.parse(io.BytesIO(shared.get("/events.atom", params={"party": "BY"}).content))
    assert not atom.bozo
    assert [entry.id.rpartition(":")[2] for entry in atom.entries] == [event["id"] for event in wanted]
    lines = shared.get("/events.jsonl", params={"party": "BY"}).text.splitlines()
    assert [json.loads(line) for line in lines] == wanted
    calendar = shared.get("/events.ics").text
    assert calendar.count("BEGIN:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20260121" in calendar
    assert pyarrow.parquet.read_table(io.BytesIO(shared.get("/events.parquet").content)).num_rows == 6
    page = shared.get("/events.json", params={"limit": 4})
    assert page.links["next"]["url"] == page.json()["next_url"]
    assert len(shared.get(page.links["next"]["url"]).json()["items"]) == 2


def test_hostile_titles_pass_everywhere(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """Markup, formulas, direction marks, controls and a thousand letters are shown and exported harmlessly."""
    url = make_url_of(True)
    database = open_database(url)
    one = Article("https://wire.example/odd", HOSTILE, f"{HOSTILE}\n\0 \ud800 {HOSTILE}", "en", NOW, agency=HOSTILE)
    facts = database.write(lambda c: articles.save(c, one, one.url, NOW)).facts
    record(database, facts, finding("signed", "", "", "2026-01-14"))
    database.close()
    with client(tmp_path, url) as web:
        event = web.get("/api/v1/events").json()["items"][0]
        assert event["sources"][0]["agency"] == HOSTILE
        for path in KINDS:
            assert web.get(path).status_code == 200
        assert not feedparser.parse(io.BytesIO(web.get("/events.atom").content)).bozo
        assert web.get(f"/api/v1/articles/{facts.article_id}").json()["text"].count("\ufffd") >= 2
        assert len(web.get("/api/v1/articles", params={"q": "script alert مرحبا"}).json()["items"]) == 1


ODD = [
    "\0",
    "\ud7ff\ue000",
    "%00",
    "' OR 1=1 --",
    '" MATCH *',
    "9" * 5000,
    "-1",
    "1e309",
    "NaN",
    "null",
    "2026-02-30",
    "９",
    "\u202e",
    " ",
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_parameters_are_refused_or_harmless(shared: httpx.Client, odd: str) -> None:
    """In every parameter of every list: an answer or a problem of the asker's, never one of ours."""
    seen: set[str] = set()
    for router in (api.router, files.router):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            path = (
                route.path.replace("{article_id}", "1").replace("{feed_id}", "wire").replace("{agreement_id}", "ru-by")
            )
            path = path.replace("{event_id}", "ev_x")
            names = {parameter.alias for parameter in route.dependant.query_params} - seen
            seen |= names
            for name in (
                names if "asked" not in names else ("q", "since", "as_of", "cursor", "min_confidence", "party", "type")
            ):
                answer = shared.get(path, params={name: odd})
                assert answer.status_code in (200, 404, 422), (path, name, answer.text)


@given(st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_any_words_can_be_asked_for(shared: httpx.Client, words: str) -> None:
    """Whatever one searches for, it is an answer or a refusal with its reason."""
    answer = shared.get("/api/v1/events", params={"q": words.encode("utf-8", "replace").decode()})
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        ProblemOut.model_validate(answer.json())


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("2026-01-14", "2026-01-14T00:00:00+00:00"),
        ("2026-01-14T10:00:00Z", "2026-01-14T10:00:00+00:00"),
        ("2026-01-14T10:00:00 03:00", "2026-01-14T07:00:00+00:00"),
        ("2026-01-14T10:00:00+03:00", "2026-01-14T07:00:00+00:00"),
        ("0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59-12:00", "2199-12-31T00:00:00+00:00"),
    ],
)
def test_moments_as_people_write_them(asked: str, meant: str) -> None:
    """Days are midnight in UTC, a plus that a query turned into a space counts, the ends of time are those of the history."""
    assert moment_of(asked).isoformat() == meant


def test_problems_have_one_shape(shared: httpx.Client) -> None:
    """Not there, not so, not here: the same media type and members."""
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("PUT", "/api/v1/events", 405),
        ("GET", "/api/v1/events?limit=0", 422),
    ):
        answer = shared.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        ProblemOut.model_validate(answer.json())
    assert shared.put("/api/v1/mutes").headers["allow"] == "GET, POST"


def test_the_description_is_whole(shared: httpx.Client) -> None:
    """OpenAPI 3.1, every reference leads somewhere, every operation says what its problems look like."""
    described: dict[str, Any] = shared.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert "security" not in described
    text = json.dumps(described)
    for name in {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in described["components"]["schemas"]
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) > 30
    for operation in operations:
        assert {"401", "421", "429", "500"} <= set(operation["responses"])
        assert operation["description"]


def test_the_command_line_writes_the_same_files(
    make_url_of: MakeUrl, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """`events --format` in every form, to standard output and to a file; `export` and `import` of everything."""
    (tmp_path / "treatywatch.toml").write_text(f'database_url = "{filled(make_url_of(True))}"\n', encoding="utf-8")

    def run(*arguments: str, config: Path = tmp_path) -> bytes:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--config", str(config)], {})
        said = capsysbinary.readouterr()
        assert ended.value.code == 0, said.err
        return bytes(said.out)

    assert run("events", "--format", "csv", "--country", "RU").count(b"\r\n") == 4
    assert b"<entry>" in run("events", "--format", "atom", "--text", "ратификация")
    assert run("events", "--format", "ics").count(b"BEGIN:VEVENT") == 1
    assert len(run("events", "--json", "--state", "review").splitlines()) == 1
    run("events", "--format", "parquet", "--output", str(tmp_path / "events.parquet"))
    assert pyarrow.parquet.read_table(tmp_path / "events.parquet").num_rows == 6
    whole = tmp_path / "history.jsonl.gz"
    run("export", str(whole))
    other = tmp_path / "other"
    other.mkdir()
    (other / "treatywatch.toml").write_text(f'database_url = "{make_url_of(False)}"\n', encoding="utf-8")
    run("import", str(whole), config=other)
    assert run("export", config=other) == run("export")
