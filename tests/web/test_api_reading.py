"""The reading half of the API: what is asked is what is answered, in the shapes that OpenAPI promises."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from pipeline.web import told

EVENTS = "/api/v1/events"


def ids(answer: httpx.Response) -> list[str]:
    """The ids of a list of events."""
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def kinds(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """What a list of events tells, in short."""
    assert answer.status_code == 200, answer.text
    return [(item["type"], item["actor_country"], item["status"]) for item in answer.json()["items"]]


def test_every_event_says_why_it_is_in_its_state(shared: httpx.Client) -> None:
    """What was told was news; what waits was too unsure; what is history was a plan, or known from the background."""
    listed = shared.get(EVENTS).json()["items"]
    assert {(item["status"], item["state"], item["state_why"]) for item in listed} == {
        ("occurred", "alerted", "news"),
        ("occurred", "review", "unsure"),
        ("occurred", "history", "background"),
        ("occurred", "history", "not_fresh"),
        ("planned", "history", "not_occurred"),
    }
    for item in listed:
        assert shared.get(f"{EVENTS}/{item['id']}").json()["state_why"] == item["state_why"]


def test_events_by_filters_that_compose(shared: httpx.Client) -> None:
    """Every filter alone and together with others, newest first; one that is misspelt is refused, not passed over."""
    assert kinds(shared.get(EVENTS)) == [
        ("ratified", "RU", "planned"),
        ("ratified", "RU", "occurred"),
        ("submitted", "RU", "occurred"),
        ("approved", "BY", "occurred"),
        ("signed", "", "occurred"),
        ("deposited", "FR", "occurred"),
    ]
    cases: list[tuple[dict[str, Any], int]] = [
        ({"agreement": "ru-by"}, 5),
        ({"agreement": ["ru-by", "seas"]}, 6),
        ({"party": "BY"}, 5),
        ({"party": "FR"}, 1),
        ({"country": "RU"}, 3),
        ({"type": ["ratified", "signed"]}, 3),
        ({"type": "ratified", "status": "planned"}, 1),
        ({"state": "review"}, 1),
        ({"salience": "background"}, 1),
        ({"stage": "lower_chamber"}, 1),
        ({"min_confidence": 0.8}, 5),
        ({"since": "2026-01-10"}, 3),  # the approval of January 2026 can have been after the tenth
        ({"until": "2025"}, 2),
        ({"since": "2025-06", "until": "2025-12"}, 1),  # the deposit of 2025 can have been then
        ({"since": "2026-01-10", "country": "RU", "status": "occurred"}, 1),
        ({"tracked": "false"}, 0),
        ({"q": "ратификация соглашения"}, 1),
        ({"q": "agreement told"}, 5),
    ]
    for asked, count in cases:
        assert len(ids(shared.get(EVENTS, params=asked))) == count, asked
    assert shared.get(EVENTS, params={"agreemnt": "ru-by"}).status_code == 422


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("asked", [{}, {"since": "2025-06"}, {"as_of": "2026-01-17"}])
def test_pages_leave_nothing_out(shared: httpx.Client, order: str, asked: dict[str, str]) -> None:
    """Page by page, two at a time, one gets what one gets at once, in the same order."""
    asked = {**asked, "order": order}
    whole = ids(shared.get(EVENTS, params=asked))
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = shared.get(EVENTS, params={**asked, "limit": 2} | ({"cursor": cursor} if cursor else {}))
        found += ids(page)
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert found == whole
    assert len(whole) == len(set(whole)) > 2


def test_an_event_with_all_that_proves_it(shared: httpx.Client) -> None:
    """One event carries sources, revisions and deliveries; its article carries the claim."""
    (identity,) = ids(shared.get(EVENTS, params={"stage": "lower_chamber"}))
    event = shared.get(f"{EVENTS}/{identity}").json()
    told.EventDetail.model_validate(event)
    assert event["revisions"][0]["why"] == "new"
    assert [delivery["kind"] for delivery in event["deliveries"]] == ["event.created"]
    article = shared.get(f"/api/v1/articles/{event['sources'][0]['article_id']}").json()
    told.ArticleOut.model_validate(article)
    assert article["claims"][0]["event_id"] == identity
    assert shared.get(f"{EVENTS}/ev_nobody").status_code == 404


def test_as_of_shows_what_was_known_then(api: httpx.Client) -> None:
    """Before anything was recorded there was nothing; after a rejection the past still says what was believed."""
    assert ids(api.get(EVENTS, params={"as_of": "2020-01-01"})) == []
    (identity,) = ids(api.get(EVENTS, params={"stage": "lower_chamber"}))
    before = ids(api.get(EVENTS, params={"as_of": "2026-01-17T00:00:00+03:00"}))
    assert api.post(f"/api/v1/review/{identity}", json={"decision": "reject"}).status_code == 200
    assert ids(api.get(EVENTS, params={"as_of": "2026-01-17T00:00:00Z"})) == before
    assert identity in before
    assert identity not in ids(api.get(EVENTS))
    assert identity in ids(api.get(EVENTS, params={"retracted": "true"}))
    assert api.get(f"{EVENTS}/{identity}", params={"as_of": "2026-01-17"}).json()["state"] == "alerted"
    assert api.get(f"{EVENTS}/{identity}").json()["state"] == "retracted"


def test_changes_end_with_the_tombstone(api: httpx.Client) -> None:
    """The feed of changes goes on where one left it, and tells that an event was taken back."""
    first = api.get("/api/v1/changes", params={"limit": 3}).json()
    rest = api.get("/api/v1/changes", params={"since": first["next"]}).json()
    assert [note["seq"] for note in first["items"] + rest["items"]] == list(range(1, 7))
    identity = rest["items"][-1]["event"]["id"]
    api.post(f"/api/v1/review/{identity}", json={"decision": "reject", "note": "a quotation"})
    (last,) = api.get("/api/v1/changes", params={"since": rest["next"]}).json()["items"]
    assert (last["kind"], last["event"]["id"], last["event"]["state"]) == ("retracted", identity, "retracted")


def test_an_agreement_and_where_its_parties_stand(shared: httpx.Client) -> None:
    """Status per party, for a day and as known at a time; a vote of one chamber is not yet ratification."""
    detail = shared.get("/api/v1/agreements/ru-by", params={"on": "2026-01-15"}).json()
    told.AgreementDetail.model_validate(detail)
    standing = {party["party"]: party["standing"] for party in detail["status"]["parties"]}
    assert standing == {"RU": "in_ratification", "BY": "signed"}
    assert detail["latest"]["stage"] == "lower_chamber"
    early = shared.get("/api/v1/agreements/ru-by/status", params={"on": "2025-06-01"}).json()
    told.StatusOut.model_validate(early)
    assert {party["standing"] for party in early["parties"]} == {"signed"}
    (russia, _) = shared.get("/api/v1/agreements/ru-by/status", params={"as_of": "2020-01-01"}).json()["parties"]
    assert russia["standing"] == "none"
    steps = shared.get("/api/v1/agreements/ru-by/timeline").json()["items"]
    assert [step["type"] for step in steps][:2] == ["signed", "approved"]
    assert shared.get("/api/v1/agreements/nobody/timeline").status_code == 404


def test_lists_that_are_found_and_go_on(shared: httpx.Client) -> None:
    """Agreements, found articles, feeds and deliveries in their promised shapes, page by page."""
    shapes: list[tuple[str, dict[str, Any], type[BaseModel], int]] = [
        ("/api/v1/agreements", {"party": "BY"}, told.AgreementOut, 1),
        ("/api/v1/agreements", {"q": "pact citizens"}, told.AgreementOut, 1),
        ("/api/v1/agreements", {"cursor": "ru-by"}, told.AgreementOut, 1),
        ("/api/v1/articles", {"q": "ратифицировать"}, told.HitOut, 1),
        ("/api/v1/articles", {"q": "told of agreement"}, told.HitOut, 5),
        ("/api/v1/articles", {"q": "…"}, told.HitOut, 0),
        ("/api/v1/feeds", {}, told.FeedOut, 1),
        ("/api/v1/deliveries", {"state": "pending"}, told.DeliveryOut, 2),
        ("/api/v1/review", {}, told.EventOut, 1),
        ("/api/v1/mutes", {}, told.MuteOut, 0),
        ("/api/v1/proposals", {}, told.ProposalOut, 0),
        ("/api/v1/audit", {}, told.AuditOut, 0),
    ]
    for path, asked, shape, count in shapes:
        answer = shared.get(path, params=asked)
        assert answer.status_code == 200, (path, answer.text)
        page = told.Page[shape].model_validate(answer.json())  # type: ignore[valid-type]
        assert len(page.items) == count, (path, asked)
    first = shared.get("/api/v1/articles", params={"q": "told", "limit": 3}).json()
    rest = shared.get("/api/v1/articles", params={"q": "told", "limit": 3, "cursor": first["next"]}).json()
    assert len({hit["id"] for hit in first["items"] + rest["items"]}) == 5
    assert rest["next"] is None
    assert told.FeedDetail.model_validate(shared.get("/api/v1/feeds/wire").json()).polls == []


def test_what_one_has_is_not_sent_again(api: httpx.Client) -> None:
    """An ETag answers 304 until something changes; what is large is packed."""
    answer = api.get(EVENTS)
    assert answer.headers["content-encoding"] in ("gzip", "zstd")
    assert answer.headers["server-timing"].startswith("app;dur=")
    again = api.get(EVENTS, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    identity = ids(answer)[0]
    api.post(f"/api/v1/review/{identity}", json={"decision": "reject"})
    assert api.get(EVENTS, headers={"If-None-Match": answer.headers["etag"]}).status_code == 200


def test_health_for_machines(shared: httpx.Client) -> None:
    """Alive, ready, counted; HEAD is answered as GET without a body."""
    assert shared.get("/healthz").json()["status"] == "ok"
    assert shared.get("/readyz").json()["status"] == "ok"
    assert "treatywatch_polls" in shared.get("/metrics").text
    head = shared.head(EVENTS)
    assert (head.status_code, head.content) == (200, b"")
