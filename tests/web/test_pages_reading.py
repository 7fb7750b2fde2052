"""The pages as readers meet them: whole, linked, marked up for everybody, harmless whatever the titles say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.web.pages_door import ARABIC, DUMA, HTML, RUSSIAN, SUBMITTED, look, page, telling, words

PAGES = ("/", "/events", "/agreements", "/agreements/ru-by", "/agreements/seas", "/review", "/feeds", "/feeds/wire", "/alerts", "/watch", "/audit")  # fmt: skip


@pytest.fixture(scope="module")
def stories(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a door over the stories; for tests that only read."""
    directory = tmp_path_factory.mktemp("stories")
    shutil.copy(sqlite_template, directory / "stories.db")
    with (
        telling(directory, f"sqlite:///{directory / 'stories.db'}") as base,
        httpx.Client(base_url=base, headers=HTML, timeout=20) as opened,
    ):
        yield opened


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole(shared: httpx.Client, path: str) -> None:
    """One heading, landmarks, a language, a label for every field, no id twice; nothing inline that the policy forbids."""
    answer = look(shared, path)
    tree = page(answer)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-cache"
    assert len(tree.css("h1")) == len(tree.css("main")) == len(tree.css("header")) == 1
    assert tree.css_first("html").attributes["lang"] == "en"
    assert tree.css_first("title").text().endswith("treatywatch")
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    for script in tree.css("script"):
        assert script.attributes["src"].startswith("/static/")
        assert not script.text()
    assert not tree.css("[style], style, iframe, object, embed, base")
    assert not [node for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    for field in tree.css("input:not([type=hidden]), select, textarea"):
        within = field.parent
        while within is not None and within.tag != "label":
            within = within.parent
        named = field.attributes.get("id")
        assert within is not None or tree.css(f"label[for='{named}']"), field.html
    for form in tree.css("form[method=post]"):
        assert form.css_first("[name=form_token]") or form.attributes["action"] == "/logout"


def test_every_link_leads_somewhere(stories: httpx.Client) -> None:
    """From the start page on, every link inside the house is followed; none is broken, none leaves by another scheme."""
    seen, waiting = {"/"}, ["/"]
    pages = 0
    while waiting and pages < 120:
        path = waiting.pop()
        answer = stories.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        pages += 1
        for link in page(answer).css("a[href], link[href]"):
            url = urljoin(str(stories.base_url) + path, link.attributes["href"])
            assert urlsplit(url).scheme in ("http", "https"), url
            inside = url.startswith(str(stories.base_url)) and "/events.parquet" not in url
            target = url.removeprefix(str(stories.base_url)).partition("#")[0] or "/"
            if inside and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert pages > 30


def test_the_start_page_says_what_is_new_due_and_to_review(shared: httpx.Client) -> None:
    """What was told, what is announced and past, and what waits for a person."""
    answer = look(shared, "/")
    assert "Ratified by the lower house" in words(answer, "section[aria-labelledby=new]")
    assert "Expected to be ratified by the upper house" in words(answer, "section[aria-labelledby=late]")
    assert "Approved by the government" in words(answer, "section[aria-labelledby=desk]")
    assert "2 agreements on the watchlist" in words(answer)


def test_an_agreement_shows_its_parties_its_drawing_and_its_sources(shared: httpx.Client) -> None:
    """A standing per party, two lanes per party, a mark for each act, who reported in which language."""
    answer = look(shared, "/agreements/ru-by")
    tree = page(answer)
    rows = {row.css_first("th").text(): row.text() for row in tree.css("section[aria-labelledby=standing] tbody tr")}
    assert set(rows) == {"Russia", "Belarus"}
    assert "being ratified" in rows["Russia"]
    assert "signed" in rows["Belarus"]
    lanes = [" ".join(node.attributes["class"].split()) for node in tree.css(".chart line.lane")]
    assert lanes == ["lane together", *["lane domestic", "lane international"] * 2]
    assert len(tree.css(".chart a.mark")) == 5
    assert len(tree.css(".chart a.planned")) == len(tree.css(".chart a.unsure")) == 1
    assert all("/events/" in (node.attributes["href"] or "") for node in tree.css(".chart a.mark"))
    assert "Agency 3 1 1" in words(answer, "section[aria-labelledby=press]")


def test_an_agreement_is_shown_as_it_was_known_and_as_it_was_true(shared: httpx.Client) -> None:
    """`as_of` is what was known, `on` the day asked for; both are said on the page."""
    before = words(look(shared, "/agreements/ru-by", on="2026-01-10"))
    assert "Where it stands on 10 January 2026" in before
    assert "Ratified by the lower house" in before
    never = words(look(shared, "/agreements/ru-by", as_of="2020-01-01"))
    assert "Nothing on record yet" in never
    assert "As it was known at 1 Jan 2020" in never
    assert "A time should be given like" in words(look(shared, "/agreements/ru-by", 422, as_of="yesterday"))


def test_an_event_shows_the_words_that_prove_it(stories: httpx.Client) -> None:
    """The evidence is marked in the article's own text, what stands far off waits in the whole text, reasons are in words."""
    (found,) = stories.get("/api/v1/events", params={"stage": "lower_chamber"}).json()["items"]
    answer = look(stories, f"/events/{found['id']}")
    tree = page(answer)
    shown = list(tree.css(".proof > .text"))
    assert [mark.text() for node in shown for mark in node.css("mark")] == [DUMA, RUSSIAN, ARABIC]
    assert "Deputies met" in shown[0].text()
    assert "Lawyers expect" not in shown[0].text()
    assert "Lawyers expect" in tree.css_first(".whole").text()
    assert "First report" in words(answer, ".revisions")
    assert "ratification by the lower house" in words(answer, ".facts")


def test_an_article_shows_all_that_was_read_in_it(stories: httpx.Client) -> None:
    """Every claim stands beside the text, with its event; its sentence is marked."""
    (found,) = stories.get("/api/v1/events", params={"type": "submitted"}).json()["items"]
    answer = look(stories, f"/articles/{found['sources'][0]['article_id']}")
    assert [node.text() for node in page(answer).css("mark")] == [DUMA, SUBMITTED]
    claims = page(answer).css(".claim h3 a")
    assert [node.text() for node in claims] == [
        "Ratified by the lower house",
        "Submitted for approval by the head of state",
    ]
    assert f"/events/{found['id']}" in [node.attributes["href"] for node in claims]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 6),
        ({"type": "ratified", "q": "", "party": "", "since": ""}, 2),
        ({"status": "planned", "agreement": "ru-by"}, 1),
        ({"q": "ратификация соглашения"}, 1),
        ({"state": "review"}, 1),
        ({"party": "FR"}, 1),
        ({"since": "2026-01-14", "until": "2026-01-14"}, 2),
        ({"stage": "nowhere"}, 0),
    ],
)
def test_search_asks_as_the_api_does(shared: httpx.Client, asked: dict[str, str], count: int) -> None:
    """The same filters by the same names; empty fields of the form mean none."""
    found = page(look(shared, "/events", **asked)).css("section[aria-labelledby=found] article")
    assert len(found) == count
    filled_in = {name: value for name, value in asked.items() if value}
    assert len(shared.get("/api/v1/events", params=filled_in).json()["items"]) == count


def test_search_goes_on_page_by_page(shared: httpx.Client) -> None:
    """The next page keeps the filters; the last one has no next."""
    seen: list[str] = []
    path: str | None = "/events?limit=2&party=RU"
    while path:
        tree = page(look(shared, path))
        seen += [node.attributes["href"] for node in tree.css("article [data-open]")]
        more = tree.css_first("a[rel=next]")
        path = more.attributes["href"] if more else None
    assert len(seen) == len(set(seen)) == 5


def test_a_filter_that_cannot_be_is_said_and_the_form_stays(shared: httpx.Client) -> None:
    """A misspelt filter must not quietly mean no filter; what was filled in is still there."""
    answer = look(shared, "/events", 422, since="last week", party="RU")
    assert "since" in words(answer, "[role=alert]")
    assert page(answer).css_first("input[name=since]").attributes["value"] == "last week"
    assert page(answer).css_first("input[name=party]").attributes["value"] == "RU"
    assert not page(answer).css("article")
    assert "nonsense" in words(look(shared, "/events", 422, nonsense="1"), "[role=alert]")
    look(shared, "/events", 422, q="a\x00b")


def test_a_filter_that_is_set_is_shown_as_set(shared: httpx.Client) -> None:
    """Boxes are ticked, choices chosen, and what can be taken along has the same filters."""
    tree = page(look(shared, "/events?type=ratified&type=signed&tracked=true"))
    ticked = [node.attributes["value"] for node in tree.css("input[name=type][checked]")]
    assert sorted(ticked) == ["ratified", "signed"]
    assert tree.css_first("select[name=tracked] option[selected]").attributes["value"] == "true"
    assert "/events.csv?type=ratified&type=signed&tracked=true" in [
        node.attributes["href"] for node in tree.css(".take a")
    ]


def test_hostile_titles_do_no_harm(stories: httpx.Client) -> None:
    """Markup is text, steering characters are gone, a title of a thousand letters is cut in lists and whole on its page."""
    (found,) = stories.get("/api/v1/events", params={"state": "review"}).json()["items"]
    number = found["sources"][0]["article_id"]
    pages = ("/", "/review", "/events?q=calc", f"/events/{found['id']}", f"/articles/{number}", "/agreements/ru-by")
    for path in pages:
        text = look(stories, path).text
        assert not [bad for bad in ("<script>alert", "\u202e", "\x07") if bad in text], path
    title = words(look(stories, f"/articles/{number}"), "h1")
    assert "<script>alert(1)</script>" in title
    assert len(title) > 900
    hits = page(look(stories, "/events?q=calc")).css("section[aria-labelledby=articles] a")
    assert hits
    assert all(len(node.text()) < 300 for node in hits)


def test_each_text_has_its_language_and_finds_its_own_direction(stories: httpx.Client) -> None:
    """Arabic runs from right to left, Russian is read as Russian, inside an English page."""
    (found,) = stories.get("/api/v1/events", params={"stage": "lower_chamber"}).json()["items"]
    tree = page(look(stories, f"/events/{found['id']}"))
    for language, said in (("ar", ARABIC), ("ru", RUSSIAN), ("en", DUMA)):
        (text,) = tree.css(f".proof > div.text[lang={language}]")
        assert text.attributes["dir"] == "auto"
        assert said in text.text()


def test_what_is_not_there_is_a_page_for_readers_and_a_problem_for_programs(shared: httpx.Client) -> None:
    """A browser gets words and a way back; a program gets problem details; both the same status and the strict policy."""
    for path in (
        "/events/ev_none",
        "/agreements/none",
        "/articles/999999",
        "/feeds/none",
        "/channels/none",
        "/nowhere",
    ):
        answer = look(shared, path, 404)
        assert page(answer).css_first("a[href='/']") is not None
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        plain = shared.get(path, headers={"Accept": "application/json"})
        assert (plain.status_code, plain.headers["content-type"]) == (404, "application/problem+json")
    assert shared.get("/api/v1/events/ev_none", headers=HTML).headers["content-type"] == "application/problem+json"


def test_static_files_are_kept_by_browsers_until_they_change(shared: httpx.Client) -> None:
    """A page names its style by content; that address never changes, others are asked about again."""
    link = page(look(shared, "/")).css_first("link[rel=stylesheet]").attributes["href"]
    answer = shared.get(link)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    again = shared.get("/static/treatywatch.css", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
    assert shared.get("/static/../pages.py").status_code == 404
    assert shared.get("/static/secrets").status_code == 404
