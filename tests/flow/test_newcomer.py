"""What a newcomer does wrong first, and the one line that says what is wrong and what to do."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.cli.feed_check import advice
from pipeline.errors import Reason
from pipeline.fetch import Refused
from pipeline.recognise.parties import Names
from tests.flow.agency import Agency, Answer
from tests.flow.stories import FOOTBALL
from tests.flow.test_cycle import configure

CODES = Names.load().codes  # all that `check` asks of the dictionaries


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    text: str

    def line(self, pattern: str) -> bool:
        """Whether one line says all of it."""
        return any(re.search(pattern, line) for line in self.text.splitlines())


@dataclass
class Desk:
    """A configuration directory, and the commands on it."""

    directory: Path
    agency: Agency
    capsys: pytest.CaptureFixture[str]
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str) -> Said:
        """Run a command."""
        with pytest.raises(SystemExit) as ended:
            main([*words, "--config", str(self.directory)], {"TREATYWATCH_DATABASE_URL": self.url} | self.environment)
        out, err = self.capsys.readouterr()
        return Said(int(ended.value.code or 0), out + err)

    @property
    def url(self) -> str:
        """Its database."""
        return f"sqlite:///{self.directory}/history.db"


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk beside an agency with a good feed."""
    monkeypatch.setattr("pipeline.cli.checks.party_codes", lambda: CODES)  # read once for all tests
    with Agency() as agency:
        agency.publish("/feed", [FOOTBALL])
        yield Desk(configure(tmp_path, {"wire": f"{agency.base}/feed"}), agency, capsys)


PAGE = b"<!doctype html><html><head><title>Agency</title>%s</head><body>News</body></html>"
LINK = b'<link rel="alternate" type="application/rss+xml" href="/feed" title="All news">'
EMPTY = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>'
ANSWERS = {
    "a page that names its feed": (Answer(PAGE % LINK), 1, r"FAIL .*not_a_feed: a web page: Agency; .*put that into feeds.toml: http.*/feed All news"),
    "a page without a feed": (Answer(PAGE % b""), 1, r'FAIL .*a web page.*; look .*"RSS"'),
    "no entrance": (Answer(b"", status=403), 1, r"FAIL .*answered 403; .*set \[fetch\] user_agent"),
    "a key is asked for": (Answer(b"", status=401), 1, r"FAIL .*answered 401; .*ask the agency"),
    "nothing there": (Answer(b"", status=404), 1, r"FAIL .*answered 404; there is nothing at this address"),
    "too often": (Answer(b"", status=429), 1, r"FAIL .*rate_limited.*; .*raise the feed's interval"),
    "a server in trouble": (Answer(b"", status=500), 1, r"FAIL .*answered 500; .*asked again by itself"),
    "a circle": (Answer(b"", status=302, headers={"Location": "/it"}), 1, r"FAIL .*circle; open it in a browser"),
    "other JSON": (Answer(b'{"a": 1}', "application/json"), 1, r"FAIL .*no JSON Feed; look"),
    "no bytes": (Answer(b"", "application/rss+xml"), 1, r"FAIL .*document is empty; trying again"),
    "no items": (Answer(EMPTY, "application/rss+xml"), 0, r"note .*lists nothing now"),
    "moved for good": (Answer(b"", status=301, headers={"Location": "/feed"}), 0, r"note .*moved for good: put http.*/feed into feeds.toml"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_a_source_answers(desk: Desk, kind: str) -> None:
    """Each answer that is no feed, or hardly one, has one line with its reason and what to do."""
    answer, code, line = ANSWERS[kind]
    desk.agency.answers["/it"] = answer
    said = desk.run("feeds", "check", f"{desk.agency.base}/it")
    assert said.code == code
    assert said.line(line), said.text


def test_what_items_lack(desk: Desk) -> None:
    """Items without dates, items of years ago, a document that breaks off: each is said, and the source is good."""
    body = desk.agency.answers["/feed"].body
    undated = re.sub(rb"<pubDate>.*?</pubDate>", b"", body)
    kinds = {
        r"note .*carry no dates": undated,
        r"note .*nothing new since 2015-01-14: it may be abandoned": re.sub(
            rb"<pubDate>.*?</pubDate>", b"<pubDate>Wed, 14 Jan 2015 10:00:00 +0000</pubDate>", body
        ),
        r"note .*breaks off": undated[:-20],
    }
    for line, document in kinds.items():
        desk.agency.answers["/it"] = Answer(document, "application/rss+xml")
        said = desk.run("feeds", "check", f"{desk.agency.base}/it")
        assert said.code == 0
        assert said.line(line), said.text


def test_what_its_articles_are(desk: Desk) -> None:
    """Of a good feed the newest article is tried too: readable, kept back by robots.txt, behind a wall."""
    assert desk.run("feeds", "check", "wire").line(r"ok .*/football: an article of \d+ letters, language en")
    desk.agency.answers["/football"] = Answer(PAGE % b"")
    assert desk.run("feeds", "check", "wire").line(r"note .*/football: article_\w+: .*; readers have to pass a wall")
    desk.agency.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /football\n", "text/plain")
    assert desk.run("feeds", "check", "wire").line(r"note .*/football: blocked_robots: .*keeps robots out")


ADDRESSES = {
    "http://127.0.0.1:9/feed": (1, r"FAIL .*timeout_connect.*; nobody answers there"),
    "http://10.0.0.1/feed": (1, r"FAIL .*blocked_address: 10.0.0.1; .*\[fetch\] allow_networks"),
    "http://no-such-host.invalid/": (1, r"FAIL .*dns_failure.*; the name is not known: check the spelling"),
    "http://exa mple.org/": (1, r"FAIL .*url_invalid; this is no address"),
    "www.example.org/feed": (2, r"no feed 'www.example.org/feed'.*did you mean https://www.example.org/feed"),
    "ftp://example.org/": (2, r"no address that begins with http:// or https://"),
    "nobody": (2, r"no feed 'nobody' in .*feeds.toml"),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_lead_nowhere(desk: Desk, address: str) -> None:
    """A dead host, an internal address, a typing error: each says which it is."""
    code, line = ADDRESSES[address]
    said = desk.run("feeds", "check", address)
    assert said.code == code
    assert said.line(line), said.text


def test_no_tls_there(desk: Desk) -> None:
    """https:// at a plain port is told from a certificate that cannot be trusted."""
    said = desk.run("feeds", "check", desk.agency.base.replace("http", "https"))
    assert said.line(r"FAIL .*tls_error.*; it speaks no TLS at this port: try http://")
    told = {
        "certificate verify failed: certificate has expired (_ssl.c:1006)": "expired",
        "certificate verify failed: Hostname mismatch, certificate is not valid for 'a.example'.": "another name",
        "certificate verify failed: self-signed certificate (_ssl.c:1006)": "signed by nobody",
    }
    for detail, word in told.items():
        assert word in advice(Refused(Reason.TLS_ERROR, detail, retry=True), "https://a.example/")


CONFIGURATIONS = {
    "no TOML": ("treatywatch.toml", "[fetch\n", 2, r"treatywatch.toml: is not valid TOML.*line 1"),
    "a slip of the keys": ("treatywatch.toml", "[fetch]\ntimout = 3\n", 2, r"unknown key 'timout'; did you mean 'timeout'"),
    "text for a number": ("treatywatch.toml", "[fetch]\ntimeout = 'x'\n", 2, r"\[fetch\] timeout: should be a number"),
    "no such channel": ("treatywatch.toml", '[[channel]]\nid = "a"\nkind = "pigeon"\n', 2, r"kind: should be one of webhook, email, apprise"),
    "half a channel": ("treatywatch.toml", '[[channel]]\nid = "a"\nkind = "webhook"\nurl = "https://x.example/"\n', 2, "webhook' needs secret"),
    "a filter for nothing": (
        "treatywatch.toml",
        '[[channel]]\nid = "a"\nkind = "email"\nto = ["a@b.example"]\nfrom = "c@d.example"\nhost = "h"\nfilter = {agreements = ["nope"]}\n',
        1,
        r"FAIL .*channel a: .*not watched: nope; add them to agreements.toml",
    ),
    "a feed without address": ("feeds.toml", '[[feed]]\nid = "x"\n', 1, r"FAIL .*feeds.toml.*url is missing"),
    "no feeds": ("feeds.toml", "", 1, r"FAIL .*feeds: none: add \[\[feed\]\] entries to feeds.toml"),
    "nothing to watch": ("agreements.toml", "", 1, r"FAIL .*agreements: none: add \[\[agreement\]\]"),
    "a party of nowhere": ("agreements.toml", '[[agreement]]\nid = "x"\ntitle = "Treaty on X"\nparties = ["XQ"]\n', 1, "FAIL .*parties: no names are known for x: XQ"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_configurations_that_are_wrong(desk: Desk, kind: str) -> None:
    """`check` names the file, the key and what was expected."""
    file, words, code, line = CONFIGURATIONS[kind]
    (desk.directory / file).write_text(words, encoding="utf-8")
    said = desk.run("check")
    assert said.code == code
    assert said.line(line), said.text


def test_databases_that_are_wrong(desk: Desk) -> None:
    """Another kind of file, no directory, a server that is away, a schema of yesterday and one of tomorrow."""
    wrong = {
        "mysql://x/y": "FAIL .*mysql is not supported; use sqlite",
        "sqlite:////nonexistent/x.db": "FAIL .*/nonexistent is no directory; make it",
        f"sqlite:///{desk.directory}": "FAIL .*is no file; change database_url",
        f"sqlite:///{desk.directory}/feeds.toml": "FAIL .*not a database; name another file",
        "postgresql+psycopg://u@127.0.0.1:9/x": "FAIL .*refused.*; is it running",
    }
    for url, line in wrong.items():
        desk.environment["TREATYWATCH_DATABASE_URL"] = url
        said = desk.run("check")
        assert said.code == 1
        assert said.line(line), said.text
    desk.environment.clear()
    assert desk.run("db", "upgrade").code == 0
    assert desk.run("check").line(r"ok .*polls: 0 sources, none in trouble")
    assert desk.run("db", "downgrade", "0004", "--yes").code == 0
    assert desk.run("check").line(r"ok .*database: schema 0004; the next start brings it to")
    with sqlite3.connect(desk.directory / "history.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    assert desk.run("check").line("FAIL .*made by a newer version of treatywatch .*; upgrade the program")


def test_a_database_one_may_not_write(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or directory of somebody else's is named."""
    monkeypatch.setattr("pipeline.cli.checks.os.access", lambda place, mode: mode != os.W_OK)
    assert desk.run("check").line("FAIL .*cannot be written to by this user; change its owner")
