"""The deciding half of the API: each decision is written, audited, and told to those who were told before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipeline.cli import main
from pipeline.store import articles
from pipeline.store.engine import open_database
from tests.conftest import MakeUrl
from tests.store.telling import record, store
from tests.unit.record.desk import finding
from tests.web.serving import client, filled
from tests.web.test_api_reading import EVENTS, ids


def only(api: httpx.Client, **asked: str) -> str:
    """The id of the one event asked for."""
    (identity,) = ids(api.get(EVENTS, params=asked))
    return identity


def audit(api: httpx.Client) -> list[tuple[str, str, str]]:
    """Who did what to what, the newest first."""
    return [(note["who"], note["action"], note["subject"]) for note in api.get("/api/v1/audit").json()["items"]]


def test_an_accepted_event_counts_as_told(api: httpx.Client) -> None:
    """What waited for review is accepted by a person; a second time there is nothing to wait for."""
    identity = only(api, state="review")
    answer = api.post(f"/api/v1/review/{identity}", json={"decision": "accept", "note": "seen in the gazette"})
    assert answer.json()["state"] == "alerted"
    assert ids(api.get("/api/v1/review")) == []
    assert audit(api) == [("local", "event.accepted", identity)]
    (_, last) = api.get(f"{EVENTS}/{identity}").json()["revisions"]
    assert (last["who"], last["why"]) == ("local", "accepted")


def test_a_correction_is_a_revision_that_stays(make_url_of: MakeUrl, tmp_path: object) -> None:
    """Corrected fields move the event in lists, and a later report of the same act does not undo them."""
    url = filled(make_url_of(True))
    with client(tmp_path, url) as api:  # type: ignore[arg-type]
        identity = only(api, stage="lower_chamber")
        wanted = {
            "decision": "correct",
            "date": "2026-01-13",
            "type": "approved",
            "agreement_id": "seas",
            "revision": 1,
        }
        event = api.post(f"/api/v1/review/{identity}", json=wanted).json()
        assert (event["date"], event["type"], event["agreement_id"]) == ("2026-01-13", "approved", "seas")
        assert event["agreement"] == "Agreement on the high seas"
        assert only(api, agreement="seas", type="approved") == identity
        again = api.post(f"/api/v1/review/{identity}", json=wanted)
        assert again.status_code == 409
        same = api.post(f"/api/v1/review/{identity}", json={"decision": "correct", "type": "approved"})
        assert same.status_code == 409
        database = open_database(url)
        record(
            database,
            store(database, 70, "2026-01-14"),
            finding("ratified", "RU", "lower_chamber", "2026-01-14", start=7),
        )
        database.close()
        after = api.get(f"{EVENTS}/{identity}").json()
        assert (after["date"], after["type"], after["agreement_id"]) == ("2026-01-13", "approved", "seas")
        assert len(after["sources"]) == 2
        changed = {change["field"] for change in after["revisions"][1]["changes"]}
        assert changed == {"date", "type", "agreement_id", "agreement"}
        assert api.get(f"{EVENTS}/{identity}", params={"as_of": "2026-01-17"}).json()["type"] == "ratified"
        cleared = api.post(f"/api/v1/review/{identity}", json={"decision": "correct", "date": None})
        assert cleared.json()["date"] is None


def test_decisions_that_cannot_be(api: httpx.Client) -> None:
    """No such event, no such agreement, no such decision."""
    identity = only(api, state="review")
    path = f"/api/v1/review/{identity}"
    assert api.post("/api/v1/review/ev_nobody", json={"decision": "accept"}).status_code == 404
    assert api.post(path, json={"decision": "correct", "agreement_id": "nobody"}).status_code == 404
    assert api.post(path, json={"decision": "perhaps"}).status_code == 422
    assert api.post(path, json={"decision": "accept", "dtae": "2026"}).status_code == 422
    assert api.post(path, content=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert audit(api) == []


def test_mutes_come_and_go(api: httpx.Client) -> None:
    """A mute is added, listed, ended once."""
    made = api.post(
        "/api/v1/mutes", json={"agreement": "ru-by", "party": "RU", "until": "2190-01-01", "why": "holiday"}
    )
    assert made.status_code == 201
    (held,) = api.get("/api/v1/mutes").json()["items"]
    assert held == made.json()
    assert made.headers["location"] == f"/api/v1/mutes/{held['id']}"
    assert api.delete(made.headers["location"]).status_code == 204
    assert api.delete(made.headers["location"]).status_code == 404
    assert [action for _, action, _ in audit(api)] == ["mute.ended", "mute.added"]


def test_a_dead_letter_is_sent_again(make_url_of: MakeUrl, tmp_path: object) -> None:
    """A settled delivery is replayed under its id; one that still waits is not."""
    url = filled(make_url_of(True))
    with client(tmp_path, url) as api:  # type: ignore[arg-type]
        waiting = api.get("/api/v1/deliveries").json()["items"][0]["id"]
        assert api.post(f"/api/v1/deliveries/{waiting}/replay").status_code == 404
        from sqlalchemy import text

        database = open_database(url)
        database.write(lambda c: c.execute(text("UPDATE outbox SET state = 'dead' WHERE id = :id"), {"id": waiting}))
        database.close()
        assert api.get("/api/v1/deliveries", params={"state": "dead"}).json()["items"][0]["id"] == waiting
        assert api.post(f"/api/v1/deliveries/{waiting}/replay").status_code == 204
        assert api.get("/api/v1/deliveries", params={"state": "dead"}).json()["items"] == []


def test_a_new_agreement_looks_back(make_url_of: MakeUrl, tmp_path: object) -> None:
    """A preview changes nothing; added, its past stands in the history at once and nobody is alerted; it goes again by its name."""
    from pipeline.model import Article, PublishedFrom

    url = make_url_of(True)
    database = open_database(url)
    now = datetime(2026, 1, 14, 15, tzinfo=UTC)
    text = (
        "PARIS, January 14. The French Senate has ratified the extradition treaty between France and Kazakhstan, its press service said.\n"
        "Lawmakers in both countries had waited for the treaty for years."
    )
    one = Article(
        "https://wire.example/senate", "French Senate ratifies extradition treaty with Kazakhstan", text, "en", now,
        PublishedFrom.FEED, "Wire",
    )  # fmt: skip
    database.write(lambda c: articles.save(c, one, one.url, now))
    database.close()
    wanted = {
        "title": "Extradition Treaty between the French Republic and the Republic of Kazakhstan",
        "parties": ["FR", "KZ"],
    }
    with client(tmp_path, url) as api:  # type: ignore[arg-type]
        answer = api.post("/api/v1/previews", json=wanted)
        assert answer.status_code == 200, answer.text
        seen = answer.json()
        assert (seen["read"], [event["type"] for event in seen["events"]]) == (1, ["ratified"])
        assert ids(api.get(EVENTS)) == []
        assert api.post("/api/v1/previews", json=wanted | {"exclude": ["\x85"]}).status_code == 422
        made = api.post("/api/v1/agreements", json=wanted)
        assert made.status_code == 201, made.text
        assert [(event["type"], event["state"]) for event in made.json()["events"]] == [("ratified", "history")]
        assert api.get("/api/v1/deliveries").json()["items"] == []
        assert api.post("/api/v1/agreements", json=wanted).status_code == 409
        place = made.headers["location"]
        assert api.get(place).json()["source"] == "added"
        assert api.get(f"{place}/timeline").json()["items"][0]["agreement_id"] == made.json()["id"]
        assert api.delete(place).status_code == 204
        assert api.get(place).status_code == 404
        assert api.delete("/api/v1/agreements/ru-by").status_code == 409
        assert api.post("/api/v1/agreements", json={"title": "x", "parties": ["russia"]}).status_code == 422
        assert len(ids(api.get(EVENTS))) == 1


def test_an_overdue_step_is_dismissed(api: httpx.Client) -> None:
    """A planned step whose day has passed is listed until a person lets it go."""
    (late,) = api.get("/api/v1/overdue").json()["items"]
    assert late["due_last"] == "2026-01-21"
    path = f"/api/v1/overdue/{late['event']['id']}/dismiss"
    assert [api.post(path).status_code, api.post(path).status_code] == [204, 404]
    assert api.get("/api/v1/overdue").json()["items"] == []


def two_of_a_kind(url: str) -> None:
    """A second deposit, reported twice, beside the one that the history holds."""
    database = open_database(url)
    for number in (80, 81):
        told = finding("ratified", "RU", "lower_chamber", "2026-01-28")
        record(database, store(database, number, "2026-01-28", text=f"Another vote {number}"), told)
    database.close()


def test_events_are_merged_split_and_merged_back(make_url_of: MakeUrl, tmp_path: object) -> None:
    """Over the API: the sources move, tombstones say where to, each step is audited, impossible ones are refused by name."""
    url = filled(make_url_of(True))
    two_of_a_kind(url)
    with client(tmp_path, url) as api:  # type: ignore[arg-type]
        later, first = ids(api.get(EVENTS, params={"stage": "lower_chamber"}))
        merged = api.post(f"/api/v1/review/{later}", json={"decision": "merge", "into": first, "note": "one vote"})
        assert (merged.status_code, merged.json()["id"], len(merged.json()["sources"])) == (200, first, 3)
        assert api.get(f"{EVENTS}/{later}").json()["state"] == "retracted"
        assert api.post(f"/api/v1/review/{later}", json={"decision": "merge", "into": first}).status_code == 404
        undone = api.post(f"/api/v1/review/{later}", json={"decision": "undo"}).json()
        assert (undone["id"], len(undone["sources"])) == (later, 2)
        article = undone["sources"][0]["article_id"]
        split = api.post(f"/api/v1/review/{later}", json={"decision": "split", "articles": [article]}).json()
        assert split["id"] not in (later, first)
        assert [source["article_id"] for source in split["sources"]] == [article]
        other = only(api, type="signed")
        assert api.post(f"/api/v1/review/{later}", json={"decision": "merge", "into": other}).status_code == 409
        assert api.post(f"/api/v1/review/{later}", json={"decision": "undo"}).status_code == 409
        assert [action for _, action, _ in audit(api)] == ["event.split", "event.undo", "event.merge"]


def test_the_command_line_merges_and_splits(
    make_url_of: MakeUrl, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same by `treatywatch review`: exit 0 done, 2 where it cannot be."""
    url = filled(make_url_of(True))
    two_of_a_kind(url)
    with client(tmp_path, url) as api:
        later, first = ids(api.get(EVENTS, params={"stage": "lower_chamber"}))

        def run(*arguments: str) -> int:
            with pytest.raises(SystemExit) as ended:
                main(["review", *arguments, "--config", str(tmp_path)])
            return int(str(ended.value.code))

        assert run("merge", later, first) == 0
        assert run("undo", later, "--json") == 0
        assert run("merge", later, "ev_none") == 2
        assert "no such event to merge with" in capsys.readouterr().err
        article = api.get(f"{EVENTS}/{later}").json()["sources"][0]["article_id"]
        assert run("split", later, str(article)) == 0
        assert len(ids(api.get(EVENTS, params={"stage": "lower_chamber"}))) == 3
