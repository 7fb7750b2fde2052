"""A history told in real sentences, and pages taken apart, for the tests of the web pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from selectolax.lexbor import LexborHTMLParser

from pipeline.model import Article, Finding, Salience, Status
from pipeline.store import articles
from pipeline.store.engine import Database, open_database
from tests.store.telling import NOW, record
from tests.unit.record.desk import OPEN, finding
from tests.web.serving import HOSTILE, serving

HTML = {"Accept": "text/html,application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class Told:
    """An article, and what was read in it: the sentences are parts of the text."""

    day: str
    agency: str
    language: str
    title: str
    text: str
    read: tuple[tuple[str, Finding], ...]


DUMA = "Russia's State Duma has ratified the Agreement on the mutual protection of citizens with Belarus, its speaker said on Wednesday."
SUBMITTED = "The president had submitted the document on January 9."
RUSSIAN = "Госдума ратифицировала соглашение с Белоруссией о взаимной защите граждан."
ARABIC = "صادق مجلس الدوما على الاتفاقية مع بيلاروس."
RATIFIED = finding("ratified", "RU", "lower_chamber", "2026-01-14")
STORIES = (
    Told(
        "2025-03-13", "Northern Wire", "en", "Presidents meet in Moscow",
        "MOSCOW, March 13. The presidents of Russia and Belarus signed the agreement on the mutual protection of citizens.\nTalks went on.",
        (("The presidents of Russia and Belarus signed the agreement on the mutual protection of citizens.", finding("signed", "", "head_of_state", "2025-03-13")),),
    ),
    Told(
        "2026-01-14", "Northern Wire", "en", "Lower house ratifies pact with Belarus",
        f"MOSCOW, January 14. Deputies met in the morning.\n{DUMA}\n{SUBMITTED}\nThe committees were thanked.\nLawyers expect little change in practice.",
        ((DUMA, RATIFIED), (SUBMITTED, finding("submitted", "RU", "head_of_state", "2026-01-09", salience=Salience.BACKGROUND))),
    ),
    Told("2026-01-14", "Steppe Herald", "ru", "Госдума ратифицировала соглашение", f"МОСКВА. {RUSSIAN}", ((RUSSIAN, RATIFIED),)),
    Told("2026-01-14", "Courier", "ar", "الدوما يصادق على الاتفاقية", f"موسكو. {ARABIC}", ((ARABIC, RATIFIED),)),
    Told(
        "2026-01-15", "Courier", "en", HOSTILE, f"{HOSTILE}\nThe upper house will vote on January 21. Belarus may have approved it.\nIt enters into force in 2098.",
        (
            ("The upper house will vote on January 21.", finding("ratified", "RU", "upper_chamber", "2026-01-21", status=Status.PLANNED)),
            ("Belarus may have approved it.", finding("approved", "BY", "government", "2026-01", confidence=0.5)),
            ("It enters into force in 2098.", finding("entered_into_force", "", "", "2098", status=Status.PLANNED)),
        ),
    ),
    Told("2026-01-15", "Courier", "en", "Sea", "France deposited its instrument last year.", (("France deposited its instrument last year.", finding("deposited", "FR", "", "2025", agreement=OPEN)),)),
)  # fmt: skip


def told(database: Database) -> None:
    """Store the stories and record what was read in them."""
    for number, story in enumerate(STORIES):
        published = datetime.fromisoformat(f"{story.day}T12:00:00+00:00")
        made = Article(
            f"https://agency.example/{number}", story.title, story.text, story.language, published, agency=story.agency
        )
        facts = database.write(
            lambda c, a=made, at=published: articles.save(c, a, a.url, at + timedelta(hours=1))
        ).facts  # type: ignore[misc]
        found = [
            replace(one, evidence=said, start=story.text.index(said), end=story.text.index(said) + len(said))
            for said, one in story.read
        ]
        record(database, facts, *found, now=NOW)


@contextmanager
def telling(directory: Path, url: str, web: str = "") -> Iterator[str]:
    """The address of a door over the stories."""
    database = open_database(url)
    told(database)
    database.close()
    with serving(directory, url, web) as base:
        yield base


def page(answer: httpx.Response) -> LexborHTMLParser:
    """A page, taken apart; it has to be one."""
    assert answer.headers["content-type"].startswith("text/html"), answer.text[:300]
    return LexborHTMLParser(answer.text)


def words(answer: httpx.Response, selector: str = "main") -> str:
    """What a reader sees of a part of a page, with single spaces."""
    return " ".join(" ".join(node.text(separator=" ") for node in page(answer).css(selector)).split())


def look(api: httpx.Client, path: str, answered: int = 200, /, **asked: str) -> httpx.Response:
    """A page as a browser asks for it."""
    answer = api.get(path, params=asked or None, headers=HTML)
    assert answer.status_code == answered, f"{path}: {answer.status_code} {answer.text[:500]}"
    return answer


def filled_form(answer: httpx.Response, action: str) -> dict[str, str]:
    """The fields of the form with this action, as the page fills them."""
    (form, *_) = [one for one in page(answer).css("form") if one.attributes.get("action") == action]
    fields = {}
    for node in form.css("input, textarea, select"):
        name = node.attributes.get("name")
        if not name or (node.attributes.get("type") == "checkbox" and "checked" not in node.attributes):
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            fields[name] = (chosen.attributes.get("value") or "") if chosen else ""
        else:
            fields[name] = node.text() if node.tag == "textarea" else node.attributes.get("value") or ""
    return fields


def send(api: httpx.Client, answer: httpx.Response, action: str, **changed: str) -> httpx.Response:
    """Send a form of this page with some fields changed; the answer after a redirect is the page looked at then."""
    return api.post(action, data=filled_form(answer, action) | changed, headers=HTML, follow_redirects=True)
