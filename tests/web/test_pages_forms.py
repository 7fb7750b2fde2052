"""What people do on the pages: every form carries its token, every word is audited, and nothing needs JavaScript."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute

from pipeline import clock
from pipeline.store import deliveries, desk
from pipeline.store.engine import open_database
from pipeline.web import access, pages
from pipeline.web.pages_watch import FIELDS
from tests.conftest import MakeUrl
from tests.web.pages_door import DUMA, HTML, filled_form, look, page, send, telling, words
from tests.web.serving import client, filled


def waiting(api: httpx.Client) -> str:
    """The id of the one event that waits for a person."""
    (found,) = api.get("/api/v1/review").json()["items"]
    return str(found["id"])


def audit(api: httpx.Client) -> list[tuple[str, str]]:
    """What was done to what, the newest first."""
    return [(note["action"], note["subject"]) for note in api.get("/api/v1/audit").json()["items"]]


@pytest.mark.parametrize(("decision", "state"), [("accept", "alerted"), ("reject", "retracted")])
def test_a_word_on_the_desk_is_written_and_audited(api: httpx.Client, decision: str, state: str) -> None:
    """The desk shows what waits; after the word it is gone from there, and the page says what was done."""
    identity = waiting(api)
    after = send(api, look(api, "/review"), f"/review/{identity}", decision=decision, note="seen in the gazette")
    assert words(after, "[role=status]").startswith(f"{decision.capitalize()}ed: Approved by the government")
    assert "Nothing waits for a person" in words(after)
    assert api.get(f"/api/v1/events/{identity}").json()["state"] == state
    assert audit(api) == [(f"event.{decision}ed", identity)]
    assert f"event.{decision}ed" in words(look(api, "/audit"))


def test_an_event_is_put_right_and_accepted_in_one_go(api: httpx.Client) -> None:
    """The correction is a revision of its own, then the event counts as told; the event's page is shown again."""
    identity = waiting(api)
    shown = look(api, f"/events/{identity}")
    changed = {"type": "ratified", "stage": "lower_chamber", "date": "2026-01-15", "decision": "correct_and_accept"}
    form = filled_form_of_correction(shown, identity) | changed
    after = api.post(f"/review/{identity}", data=form, headers=HTML, follow_redirects=True)
    assert after.url.path == f"/events/{identity}"
    assert words(after, "h1") == "Ratified by the lower house"
    event = api.get(f"/api/v1/events/{identity}").json()
    assert (event["state"], event["date"], event["revision"]) == ("alerted", "2026-01-15", 3)
    assert audit(api) == [("event.accepted", identity), ("event.corrected", identity)]
    assert "A person put it right" in words(after, ".revisions")
    assert "January 2026 → 15 January 2026" in words(after, ".revisions")


def filled_form_of_correction(shown: httpx.Response, identity: str) -> dict[str, str]:
    """The correction form of a page as it is filled; it is the second one for the event."""
    (form,) = page(shown).css(f"details.correct form[action='/review/{identity}']")
    made = httpx.Response(200, html=form.html)
    return filled_form(made, f"/review/{identity}")


def test_a_correction_that_changes_nothing_but_accepts_is_an_acceptance(api: httpx.Client) -> None:
    """Correct and accept with the fields as they are is no fault."""
    identity = waiting(api)
    form = filled_form_of_correction(look(api, "/review"), identity) | {"decision": "correct_and_accept"}
    assert api.post(f"/review/{identity}", data=form, headers=HTML, follow_redirects=True).status_code == 200
    assert audit(api) == [("event.accepted", identity)]


def test_what_changed_meanwhile_is_not_decided_blindly(api: httpx.Client) -> None:
    """Two people at the desk: the second one's form is of a revision that is not the event's any more."""
    identity = waiting(api)
    shown = look(api, "/review")
    send(api, shown, f"/review/{identity}", decision="accept")
    late = send(api, shown, f"/review/{identity}", decision="reject")
    assert late.status_code == 409
    assert "look again" in words(late)
    assert api.get(f"/api/v1/events/{identity}").json()["state"] == "alerted"


@pytest.mark.parametrize(
    "changed",
    [{"decision": "shrug"}, {"decision": "correct", "date": "2026-13-45"}, {"decision": "correct", "type": "celebrated"},
     {"decision": "correct", "agreement_id": "nobody knows"}, {"decision": "correct", "stage": "a\x00b"}],
)  # fmt: skip
def test_a_word_that_cannot_be_is_refused_in_words(api: httpx.Client, changed: dict[str, str]) -> None:
    """Nothing is written, and the page says why."""
    identity = waiting(api)
    form = filled_form_of_correction(look(api, "/review"), identity) | changed
    answer = api.post(f"/review/{identity}", data=form, headers=HTML)
    assert answer.status_code in (404, 422)
    assert page(answer).css_first("h1") is not None
    assert audit(api) == []


def test_a_form_of_somebody_elses_is_refused(api: httpx.Client) -> None:
    """Without the token, with a wrong one, or as JSON, nothing is changed."""
    identity = waiting(api)
    form = filled_form(look(api, "/review"), f"/review/{identity}") | {"decision": "accept"}
    for token in ("", "0.0", form["form_token"][:-1] + "x", "é\ud800".encode("utf-8", "replace").decode()):
        refused = api.post(f"/review/{identity}", data=form | {"form_token": token}, headers=HTML)
        assert refused.status_code == 403
        assert "load its page again" in words(refused)
    assert api.post(f"/review/{identity}", json=form, headers=HTML).status_code == 422
    many = "&".join(f"a{number}=1" for number in range(2000))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert api.post(f"/review/{identity}", content=many, headers=HTML | kind).status_code == 422
    assert audit(api) == []


def test_an_overdue_step_is_not_waited_for_any_more(api: httpx.Client) -> None:
    """The announced vote whose day has passed leaves the desk."""
    shown = look(api, "/review")
    (action,) = [
        form.attributes.get("action") or ""
        for form in page(shown).css("form")
        if (form.attributes.get("action") or "").startswith("/overdue/")
    ]
    after = send(api, shown, action)
    assert "Not waited for any more: Expected to be ratified by the upper house" in words(after, "[role=status]")
    assert "Nothing is overdue" in words(after)
    assert audit(api) == [("expectation.dismissed", action.removeprefix("/overdue/"))]


def test_an_agreement_is_muted_and_heard_again(api: httpx.Client) -> None:
    """From the agreement's own page, for a week; the mute stands there and under alerts, until it is ended."""
    after = send(api, look(api, "/agreements/ru-by"), "/mutes", days="7", why="too much of it")
    assert after.url.path == "/agreements/ru-by"
    assert "Muted until" in words(after, "section[aria-labelledby=mute]")
    assert "too much of it" in words(look(api, "/alerts"), "section[aria-labelledby=mute]")
    (mute,) = api.get("/api/v1/mutes").json()["items"]
    ended = send(api, after, f"/mutes/{mute['id']}/end")
    assert "Muted until" not in words(ended)
    assert (
        api.post("/mutes", data={"form_token": filled_form(after, "/mutes")["form_token"]}, headers=HTML).status_code
        == 422
    )


def test_a_message_is_sent_again_from_the_page(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """A dead letter is found by its state, with its channel, and waits again after one press."""
    url = filled(make_url_of(True))
    database = open_database(url)
    message = database.read(lambda c: deliveries.deliveries(c, state="pending"))[0][0]
    database.write(lambda c: c.exec_driver_sql(f"UPDATE outbox SET state = 'dead', reason = 'tries_exhausted' WHERE id = '{message.id}'"))  # fmt: skip
    database.close()
    with client(tmp_path, url) as api:
        assert "1 message could not be delivered" in words(look(api, "/"))
        shown = look(api, "/alerts", state="dead")
        assert "every try failed" in words(shown)
        after = send(api, shown, f"/deliveries/{message.id}/replay")
        assert "None in this state" in words(after)
        assert audit(api) == [("delivery.replayed", message.id)]
        look(api, "/alerts", 422, state="lost")
        assert "not configured any more" in words(look(api, "/channels/all"))


def test_a_new_agreement_is_previewed_then_added(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """The preview shows what stored articles would have told and writes nothing; the addition records it as history."""
    with telling(tmp_path, make_url_of(True)) as base, httpx.Client(base_url=base, timeout=30) as api:
        title = (
            "Agreement between the Russian Federation and the Republic of Belarus on the Mutual Protection of Citizens"
        )
        filled_in = {"title": title, "parties": "ru, by", "id": "citizens", "aliases": "pact on citizens\n\n the pact "}
        shown = send(api, look(api, "/watch"), "/watch/preview", **filled_in)
        assert "would have found" in words(shown, "h2").lower()
        assert "stored articles" in words(shown, "[role=status]")
        assert audit(api) == []
        kept = filled_form(shown, "/watch/preview")
        assert {name: kept.get(name, "") for name in FIELDS}["title"] == title
        after = api.post("/watch/add", data=kept, headers=HTML, follow_redirects=True)
        assert after.url.path == "/agreements/citizens"
        assert audit(api) == [("agreement.added", "citizens")]
        assert all(
            one["state"] == "history"
            for one in api.get("/api/v1/events", params={"agreement": "citizens"}).json()["items"]
        )
        assert "added here" in words(look(api, "/agreements"))
        gone = send(api, after, "/watch/remove")
        assert "added here" not in words(gone)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/mutes/99999999999999999999/end", {}),
        ("/mutes/0/end", {}),
        ("/mutes/7/end", {}),
        ("/mutes", {"agreement": "a\x00b"}),
        ("/mutes", {"agreement": "ru-by", "days": "9"}),
        ("/watch/remove", {"id": "a\x00b"}),
        ("/deliveries/none/replay", {}),
        ("/channels/a\x00b/enable", {}),
        ("/overdue/ev_none", {}),
        ("/review/ev_none", {"decision": "accept"}),
        ("/review/ev_none", {"decision": "correct_and_accept", "type": "signed"}),
    ],
)
def test_odd_requests_are_refused_not_broken(api: httpx.Client, path: str, given: dict[str, str]) -> None:
    """Numbers no database holds, NUL, names of nothing: an answer in words, never a fault of ours."""
    token = filled_form(look(api, "/watch"), "/watch/preview")["form_token"]
    answer = api.post(quote(path), data=given | {"form_token": token}, headers=HTML)
    assert answer.status_code in (404, 422)
    assert page(answer).css_first("h1") is not None


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": "A treaty", "parties": "Russia!"}, {"title": "A treaty", "titles": "Соглашение"}]
)
def test_an_agreement_that_cannot_be_is_said(api: httpx.Client, wrong: dict[str, str]) -> None:
    """The form comes back as it was filled in, with what is wrong."""
    shown = send(api, look(api, "/watch"), "/watch/preview", **wrong)
    assert shown.status_code == 422
    assert words(shown, "[role=alert]")
    assert filled_form(shown, "/watch/preview")["title"] == wrong["title"]


def test_readers_see_no_forms_that_they_may_not_send(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """A reading token signs in and reads; nothing to decide is offered, and sending it all the same is refused."""
    url = filled(make_url_of(True))
    secret = access.new_secret()
    database = open_database(url)
    database.write(lambda c: desk.add_token(c, "reader", secret, ("read",), clock.now(), None))
    database.close()
    with client(tmp_path, url) as api:
        for route in (route for router in pages.routers for route in router.routes if isinstance(route, APIRoute)):
            if route.path.startswith(("/static", "/favicon")):
                continue
            path = route.path.format(event_id="ev_x", article_id=1, agreement_id="x", feed_id="x", channel_id="x", delivery_id="x", mute_id=1)  # fmt: skip
            method = min(route.methods)
            answer = api.request(method, path, headers=HTML)
            assert (answer.status_code, answer.headers.get("location", "/login").startswith("/login")) in (
                (303, True),
                (401, True),
            ), path
        signed = api.post("/login", data={"token": secret, "next": "/review"}, headers=HTML, follow_redirects=True)
        assert signed.url.path == "/review"
        assert "Signed in as reader" in words(signed, "footer")
        assert not [
            form
            for form in page(signed).css("form[method=post]")
            if form.attributes.get("action") not in (None, "/logout")
        ]
        identity = waiting(api)
        assert api.post(f"/review/{identity}", data={"decision": "accept"}, headers=HTML).status_code == 403
        assert look(api, "/audit", 403)


def test_the_whole_way_of_a_sentence(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """From the search to the event to the article: the same sentence in the same words."""
    with telling(tmp_path, make_url_of(True)) as base, httpx.Client(base_url=base, timeout=30) as api:
        hits = page(look(api, "/events", q="committees thanked")).css("section[aria-labelledby=articles] a")
        assert [DUMA in words(look(api, node.attributes["href"] or "")) for node in hits] == [True]
