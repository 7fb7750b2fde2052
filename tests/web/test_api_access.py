"""Who comes in, and what is refused: tokens, scopes, names, origins, sizes, paces. Denied by default, on every route."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.errors import ConfigurationError, UsageError
from pipeline.settings import WebOptions
from pipeline.store import desk
from pipeline.store.engine import Database, open_database
from pipeline.web import access, api, files, health
from pipeline.web import desk as deciding
from pipeline.web.guard import OPEN, Pace, allowed_hosts, is_ours
from pipeline.web.server import is_loopback, listening, refuse_open_door
from tests.web.serving import client, filled, serving

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path, sqlite_template: Path) -> str:
    """A SQLite history."""
    path = tmp_path / "own.db"
    path.write_bytes(sqlite_template.read_bytes())
    return filled(f"sqlite:///{path}")


def token(url: str, name: str, *scopes: str, ends: datetime | None = None) -> str:
    """A fresh token of this database."""
    secret = access.new_secret()
    database = open_database(url)
    database.write(lambda c: desk.add_token(c, name, secret, scopes, NOW, ends))
    database.close()
    return secret


def routes() -> list[tuple[str, str]]:
    """Every route that is served, with its method, places filled in."""
    filling = {"event_id": "ev_x", "agreement_id": "ru-by", "article_id": "1", "feed_id": "wire", "mute_id": "1"}
    return [
        (method, route.path.format(**filling, delivery_id="msg_x"))
        for router in (api.router, deciding.router, files.router, health.router)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
    ]


def test_every_route_asks_who_it_is(tmp_path: Path, url: str) -> None:
    """With tokens set up, nothing but the open doors answers to nobody, to a wrong token, or to a revoked or ended one."""
    revoked = token(url, "gone", "admin")
    ended = token(url, "ended", "admin", ends=datetime(2026, 1, 17, tzinfo=UTC))
    database = open_database(url)
    database.write(lambda c: desk.revoke_token(c, "gone", NOW))
    database.close()
    assert len(routes()) > 30
    with client(tmp_path, url) as web:
        for method, path in routes():
            answer = web.request(method, path)
            assert answer.status_code == (200 if path in OPEN else 401), path
            assert path in OPEN or answer.headers["content-type"] == "application/problem+json"
        assert web.get("/api/v1/nothing").status_code == 401
        for secret in (revoked, ended, access.new_secret(), "x"):
            answer = web.get("/api/v1/events", headers={"Authorization": f"Bearer {secret}"})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
        page = web.get("/somewhere?x=1", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=/somewhere%3Fx%3D1")


def test_scopes_say_what_one_may(tmp_path: Path, url: str) -> None:
    """Readers read, reviewers decide, admins configure; a token is noted as used; audits carry its name."""
    secrets = {scope: token(url, f"{scope}er", scope) for scope in access.SCOPES}
    allowed = {
        ("GET", "/api/v1/events"): (200, 200, 200),
        ("POST", "/api/v1/mutes"): (403, 201, 201),
        ("GET", "/api/v1/audit"): (403, 403, 200),
        ("DELETE", "/api/v1/agreements/none"): (403, 403, 404),
    }
    with client(tmp_path, url) as web:
        for (method, path), expected in allowed.items():
            for scope, status in zip(access.SCOPES, expected, strict=True):
                headers = {"Authorization": f"Bearer {secrets[scope]}"}
                body: Any = {"json": {}} if method == "POST" else {}
                assert web.request(method, path, headers=headers, **body).status_code == status, (path, scope)
        who = web.get("/api/v1/me", headers={"Authorization": f"bearer {secrets['review']}"}).json()
        assert who == {"name": "reviewer", "scopes": ["review"]}
        notes = web.get("/api/v1/audit", headers={"Authorization": f"Bearer {secrets['admin']}"}).json()["items"]
        assert {note["who"] for note in notes} == {"reviewer", "adminer"}
        described = web.get("/openapi.json", headers={"Authorization": f"Bearer {secrets['read']}"}).json()
        assert described["security"] == [{"token": []}]
    database = open_database(url)
    assert all(one.last_used is not None for one, _ in database.read(desk.tokens))
    database.close()


def test_tokens_of_a_file(tmp_path: Path, url: str) -> None:
    """A line of the tokens file opens the door; a wrong line stops the start and is named."""
    secret = access.new_secret()
    file = tmp_path / "tokens"
    file.write_text(f"# ours\n\ndesk read,review sha256:{desk.token_hash(secret)}\n", encoding="utf-8")
    with client(tmp_path, url, f'tokens_file = "{file}"') as web:
        assert web.get("/api/v1/events").status_code == 401
        assert web.get("/api/v1/events", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
        for changed in ("", "desk read"):
            file.write_text(changed, encoding="utf-8")
            assert web.get("/api/v1/events", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    for wrong in (
        "desk read",
        f"desk read {secret}",
        f"desk everything sha256:{'0' * 64}",
        "desk read sha256:" + "0" * 63,
    ):
        file.write_text(f"{wrong}\n", encoding="utf-8")
        with pytest.raises(ConfigurationError, match="line 1"):
            access.read_tokens_file(str(file))
    with pytest.raises(ConfigurationError, match="cannot read"):
        access.read_tokens_file(str(tmp_path / "missing"))


def test_a_session_begins_with_a_token_and_ends_with_it(tmp_path: Path, url: str) -> None:
    """The form gives a strict cookie; a tampered one is nobody; revoking the token ends the session."""
    secret = token(url, "desk", "review")
    with client(tmp_path, url) as web:
        assert "token" in web.get("/login?next=/%22%3E%3Cscript%3E").text
        assert "<script>" not in web.get("/login?next=/%22%3E%3Cscript%3E").text
        assert web.post("/login", data={"token": "wrong"}).status_code == 401
        assert web.post("/login", data={"token": secret, "next": "//evil.example"}).headers["location"] == "/"
        entered = web.post("/login", data={"token": f" {secret} ", "next": "/search?q=1"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/search?q=1")
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert web.get("/api/v1/me").json()["name"] == "desk"
        assert web.post("/api/v1/mutes", json={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert web.post("/api/v1/mutes", json={}, headers={"Origin": "https://evil.example"}).status_code == 403
        assert web.post("/api/v1/mutes", json={}, headers={"Origin": str(web.base_url).rstrip("/")}).status_code == 201
        kept = web.cookies[access.SESSION_COOKIE]
        web.cookies.clear()
        for forged in (kept[:-1] + ("0" if kept[-1] != "0" else "1"), kept.replace(".", "..", 1), "x", "a.b.c.d"):
            assert web.get("/api/v1/me", headers={"Cookie": f"{access.SESSION_COOKIE}={forged}"}).status_code == 401
        database = open_database(url)
        database.write(lambda c: desk.revoke_token(c, "desk", NOW))
        database.close()
        assert web.get("/api/v1/me", headers={"Cookie": f"{access.SESSION_COOKIE}={kept}"}).status_code == 401


def test_forms_are_signed_for_one_person() -> None:
    """A form's token differs each time, holds for its person, and for nobody else."""
    key = b"k" * 32
    one, other = (access.Principal("x", frozenset({"review"}), session) for session in ("s1", "s2"))
    first, second = access.form_token(key, one), access.form_token(key, one)
    assert first != second
    assert access.form_is_ours(key, one, first)
    assert access.form_is_ours(key, one, second)
    assert not access.form_is_ours(key, other, first)
    assert not access.form_is_ours(b"l" * 32, one, first)
    assert not access.form_is_ours(key, one, "")


def test_only_its_own_names_are_answered(tmp_path: Path, url: str) -> None:
    """A name that somebody made point here (DNS rebinding) is refused, plain addresses and configured names are not."""
    with client(tmp_path, url, 'hosts = ["treaties.example"]\npublic_url = "https://desk.example/"') as web:
        for host, status in (
            ("evil.example", 421),
            ("evil.example:8080", 421),
            ("localhost:8080", 200),
            ("[::1]:8080", 200),
            ("treaties.example", 200),
            ("DESK.example:443", 200),
            ("user@localhost", 421),
            ("localhost:x", 421),
            ("", 421),
        ):
            assert web.get("/healthz", headers={"Host": host}).status_code == status, host
        forwarded = web.get("/api/v1/events", headers={"X-Forwarded-For": "203.0.113.7"})
        assert forwarded.status_code == 403
        assert web.get("/healthz").headers["strict-transport-security"]


@given(st.text(max_size=60))
def test_a_host_is_a_name_of_ours_or_an_address(host: str) -> None:
    """Whatever a Host header says, only our names and plain addresses pass, and nothing raises."""
    names = allowed_hosts(WebOptions(bind="127.0.0.1:1"))
    assert is_ours(host, names) in (True, False)
    assert not is_ours(f"{host}.evil.example", names)


def test_a_trusted_proxy_names_the_user(tmp_path: Path, url: str) -> None:
    """The header counts from the proxy's address only, and gives the scopes that were configured."""
    web_lines = 'user_header = "X-Remote-User"\nproxies = ["{}"]\nuser_scopes = ["read"]'
    with client(tmp_path, url, web_lines.format("127.0.0.1/32")) as web:
        assert web.get("/api/v1/events").status_code == 401
        user = {"X-Remote-User": "anna"}
        assert web.get("/api/v1/me", headers=user).json() == {"name": "anna", "scopes": ["read"]}
        assert web.post("/api/v1/mutes", json={}, headers=user).status_code == 403
    with client(tmp_path, url, web_lines.format("10.0.0.0/8")) as web:
        assert web.get("/api/v1/me", headers=user).status_code == 401


def test_bodies_and_paces_have_limits(tmp_path: Path, url: str) -> None:
    """A body too large is refused whether it says so or not; more requests than a minute's are put off."""
    secret = token(url, "quick", "review")
    with client(tmp_path, url, "max_body = 1000\nrequests_per_minute = 5", Authorization=f"Bearer {secret}") as web:
        assert web.post("/api/v1/mutes", content=b"x" * 1001).status_code == 413
        assert web.post("/api/v1/mutes", content=iter([b"x" * 600, b"x" * 600])).status_code == 413
        answers = [web.get("/api/v1/me") for _ in range(6)]
        assert [answer.status_code for answer in answers][-1] == 429
        assert int(answers[-1].headers["retry-after"]) > 0
        wrong = [web.get("/api/v1/me", headers={"Authorization": "Bearer no"}).status_code for _ in range(30)]
        assert wrong[0] == 401
        assert wrong[-1] == 429


def test_a_pace_saves_up_and_remembers_no_more_than_it_may() -> None:
    """A bucket of a minute's worth that fills as time goes by."""
    time = [0.0]
    pace = Pace(60, lambda: time[0])
    assert [pace.wait("a") for _ in range(60)] == [0.0] * 60
    assert pace.wait("a") == pytest.approx(1.0)
    assert pace.wait("b") == 0.0
    time[0] = 1.0
    assert pace.wait("a") == 0.0
    for number in range(10_100):
        pace.wait(str(number))
    assert len(pace._left) <= 10_000


def test_every_answer_is_shut_tight(tmp_path: Path, url: str) -> None:
    """Nothing that is answered may be framed, sniffed or run scripts; errors included."""
    with client(tmp_path, url) as web:
        for path in ("/api/v1/events", "/events.csv", "/login", "/nowhere", "/api/v1/events?limit=0", "/static/x"):
            headers = web.get(path).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"
            assert "server" not in headers


def test_others_are_let_in_only_with_tokens(tmp_path: Path, url: str) -> None:
    """A door that is not loopback does not open without tokens; the message says what to do."""
    database = open_database(url)
    for bind in ("0.0.0.0:1", "[::]:1", "192.0.2.1:1", "treaties.example:1"):
        with pytest.raises(UsageError, match="tokens add"):
            refuse_open_door(WebOptions(bind=bind), database)
    for bind in ("127.0.0.1:1", "[::1]:1", "localhost:1", "127.9.9.9:1"):
        refuse_open_door(WebOptions(bind=bind), database)
    token(url, "any", "read")
    refuse_open_door(WebOptions(bind="0.0.0.0:1"), database)
    database.close()
    assert not is_loopback("localhost.evil.example")


def test_a_taken_address_is_said(tmp_path: Path, url: str) -> None:
    """A second door at one address is refused with a sentence; an empty address means no door."""
    with serving(tmp_path, url) as base:
        second = tmp_path / "second"
        second.mkdir()
        with pytest.raises(UsageError, match="bind"), serving(second, url, bind=base.removeprefix("http://")):
            pass


@pytest.mark.parametrize(
    "wrong",
    [{"bind": "8080"}, {"bind": "x:y"}, {"public_url": "desk.example"}, {"proxies": ("10.0.0.0/99",), "user_header": "X"},
     {"user_header": "X"}, {"user_scopes": ("all",)}, {"max_body": 1}],
)  # fmt: skip
def test_settings_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Each impossible setting of [web] is refused when it is read."""
    with pytest.raises(ValueError, match=r"\w"):
        WebOptions(**wrong)


def test_tokens_on_the_command_line(tmp_path: Path, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """add prints the secret once, list never does, revoke ends it; a name is used once."""
    url = database.engine.url.render_as_string(hide_password=False)
    (tmp_path / "treatywatch.toml").write_text(f'database_url = "{url}"\n', encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["tokens", *arguments, "--config", str(tmp_path)], {})
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out.strip(), said.err

    secret = run("add", "desk", "--scope", "review", "--days", "9")[1]
    assert secret.startswith("twk_")
    ((stored, hashed),) = database.read(desk.tokens)
    assert (stored.name, stored.scopes, hashed) == ("desk", ("review",), desk.token_hash(secret))
    status, _, why = run("add", "desk")
    assert (status, "names are not used twice" in why) == (2, True)
    listed = run("list", "--json")[1]
    assert '"desk"' in listed
    assert secret not in listed
    assert run("revoke", "desk")[0] == 0
    assert run("revoke", "desk")[0] == 2
    assert [note[2] for note in database.read(desk.audited)] == ["token.revoked", "token.added"]


def test_answers_do_not_wait_for_an_acknowledgement() -> None:
    """The protocol is named on the socket: else asyncio leaves Nagle's algorithm on, which costs 40 ms an answer."""
    door = listening("127.0.0.1:0")
    assert door.proto == socket.IPPROTO_TCP
    door.close()
