"""A service as a process of its own, a PostgreSQL server that can be stopped and started, and an agency with 500 items, 50 of them events."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from pipeline.errors import StoreUnavailable
from pipeline.store.engine import open_database
from tests.databases import SETTINGS, _user, _wait
from tests.flow.agency import Agency, Story

ROOT = Path(__file__).parents[2]
COUNTRIES = {
    "Kazakhstan": "KZ", "Armenia": "AM", "Tajikistan": "TJ", "Uzbekistan": "UZ", "Serbia": "RS", "Egypt": "EG",
    "Algeria": "DZ", "Angola": "AO", "Namibia": "NA", "Zambia": "ZM", "Cuba": "CU", "India": "IN",
    "Indonesia": "ID", "Kyrgyzstan": "KG", "Azerbaijan": "AZ", "Bolivia": "BO", "Peru": "PE", "Cyprus": "CY",
    "Malta": "MT", "Tunisia": "TN", "Ghana": "GH", "Kenya": "KE", "Madagascar": "MG", "Mozambique": "MZ",
    "Nicaragua": "NI", "Panama": "PA", "Paraguay": "PY", "Singapore": "SG", "Uganda": "UG", "Zimbabwe": "ZW",
}  # fmt: skip
SUBJECTS = (
    "Extradition",
    "Visa Exemption",
    "Air Services",
    "Customs Cooperation",
    "Social Security",
    "Cultural Centres",
)
_TOML = """
database_url = "{url}"
[fetch]
allow_networks = ["127.0.0.1/32"]
allow_ports = "any"
host_interval = 0
max_per_host = 8
timeout = 5
[process]
workers = 1
[recognise]
discover = false
[schedule]
poll = 1
process = 0.2
[web]
bind = "{bind}"
"""


def pacts() -> list[tuple[str, str, str]]:
    """Fifty agreements of one state: (country, its code, subject), no two alike."""
    every = list(COUNTRIES.items())
    return [(*every[number % 30], SUBJECTS[(number + number // 30) % 6]) for number in range(50)]


def watchlist() -> str:
    """The fifty agreements."""
    return "\n".join(
        f'[[agreement]]\nid = "ru-{country.lower()}-{subject.lower().replace(" ", "-")}"\nparties = ["RU", "{code}"]\n'
        f'title = "Agreement between the Russian Federation and the Republic of {country} on {subject}"\n'
        for country, code, subject in pacts()
    )


def stories(plain: int) -> list[Story]:
    """Fifty ratifications, and so many items about nothing of the kind, mixed."""
    told = [
        Story(
            f"/event-{number}",
            f"Russian lower house ratifies {subject.lower()} agreement with {country}",
            (
                f"MOSCOW, January 14. Russia's State Duma, the lower house of parliament, has ratified the Agreement between the "
                f"Russian Federation and the Republic of {country} on {subject}.",
                "Deputies of every group in the chamber spoke for the document before the vote, the press service said.",
                f"Trade with {country} grew last year, and officials expect that the new rules will be felt soon.",
            ),
            "Wed, 14 Jan 2026 10:00:00 +0000",
        )
        for number, (country, _, subject) in enumerate(pacts())
    ]
    other = [
        Story(
            f"/item-{number}",
            f"Harvest report number {number}",
            (
                f"The harvest in district {number} was {number % 7 + 2} per cent above that of last year, the ministry said.",
                "Farmers had expected less after a dry spring, but the rain of July came in time for most of the fields.",
            ),
            "Wed, 14 Jan 2026 09:00:00 +0000",
        )
        for number in range(plain)
    ]
    step = max(len(other) // len(told), 1)
    for number, story in enumerate(told):
        other.insert(number * (step + 1), story)
    return other


def configure(directory: Path, agency: Agency, url: str, bind: str = "") -> Path:
    """A configuration directory for a quick service on the agency's feed."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "treatywatch.toml").write_text(_TOML.format(url=url, bind=bind), encoding="utf-8")
    (directory / "agreements.toml").write_text(watchlist(), encoding="utf-8")
    feed = f'[[feed]]\nid = "wire"\nurl = "{agency.base}/feed"\ninterval = 60\n'
    (directory / "feeds.toml").write_text(feed, encoding="utf-8")
    return directory


class Serving:
    """`treatywatch serve` as a process; its log lines as they come."""

    def __init__(self, directory: Path) -> None:
        command = [sys.executable, "-m", "pipeline", "serve", "--config", str(directory)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TREATYWATCH_")}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=clean, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.lines: list[dict[str, object]] = []
        self.other: list[str] = []  # what is no log line: a library's own words, a trace
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.other.append(line)

    def said(self, event: str) -> list[dict[str, object]]:
        """Log lines whose event begins like that."""
        return [line for line in list(self.lines) if str(line.get("event", "")).startswith(event)]

    def kill(self) -> None:
        """SIGKILL, to the service alone: its workers have to notice by themselves."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> float:
        """SIGTERM; the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - began

    def end(self) -> None:
        """Whatever is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(5)
        assert self.process.stderr
        self.process.stderr.close()
        for line in [*self.lines[:5], "…", *self.lines[-15:]]:  # shown where a test fails
            print(line)
        print("".join(self.other[-40:]))


@contextmanager
def serving(directory: Path) -> Iterator[Serving]:
    """A service that is gone at the end of the block."""
    service = Serving(directory)
    try:
        yield service
    finally:
        service.end()


def eventually(what: Callable[[], bool], seconds: float, why: str) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    pause = threading.Event()
    while not what():
        assert time.monotonic() < until, f"not within {seconds} s: {why}"
        pause.wait(0.05)


def done(url: str) -> int:
    """How many items are processed; -1 while the database cannot be asked."""
    database = open_database(url)
    try:
        return int(
            database.read(lambda c: c.execute(text("SELECT count(*) FROM entries WHERE state = 'done'")).scalar_one())
        )
    except StoreUnavailable:
        return -1
    finally:
        database.close()


def ready(port: int) -> int:
    """What /readyz answers; 0 where nobody does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


class Postgres:
    """A PostgreSQL server of one test, which can be stopped and started."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user = _user()
        self.home = Path(tempfile.mkdtemp(prefix="twpg"))
        if self._user:
            os.chown(self.home, int(str(self._user["user"])), int(str(self._user["group"])))
        initdb = [
            binaries / "initdb",
            "-D",
            self.home / "data",
            "-U",
            "tests",
            "-E",
            "UTF8",
            "--locale=C",
            "--auth=trust",
        ]
        self._run = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.home, **self._user}
        subprocess.run([str(part) for part in [*initdb, "--no-sync"]], check=True, **self._run)  # type: ignore[call-overload]
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"postgresql+psycopg://tests@/postgres?host={self.home}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        command = [str(self._binaries / "postgres"), "-D", str(self.home / "data"), "-k", str(self.home), *options]
        self.server = subprocess.Popen(command, **self._run)  # type: ignore[call-overload]
        _wait(self.server, f"host={self.home} user=tests dbname=postgres")

    def stop(self) -> None:
        """Stop it as an administrator would: every connection is cut."""
        assert self.server
        self.server.send_signal(signal.SIGINT)
        self.server.wait(20)

    def remove(self) -> None:
        """Nothing is left of it."""
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)
