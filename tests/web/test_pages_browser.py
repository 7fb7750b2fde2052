"""A walk through the pages in a real browser: by mouse, by keyboard, on a phone, in the dark; and what axe finds on them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.web.pages_door import telling

pytestmark = [pytest.mark.browser, pytest.mark.slow]
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
PAGES = ("/", "/events?q=ratified&status=occurred", "/agreements", "/agreements/ru-by", "/review", "/feeds", "/feeds/wire", "/alerts", "/watch", "/audit", "/nowhere")  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        sentence = "chromium is not installed"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def base(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a door over the stories."""
    shutil.copy(sqlite_template, tmp_path / "walk.db")
    with telling(tmp_path, f"sqlite:///{tmp_path / 'walk.db'}") as address:
        yield address


@pytest.fixture(scope="module")
def reading(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, one for all tests that only read."""
    directory = tmp_path_factory.mktemp("reading")
    shutil.copy(sqlite_template, directory / "walk.db")
    with telling(directory, f"sqlite:///{directory / 'walk.db'}") as address:
        yield address


def opened(browser: Any, base: str, **options: Any) -> tuple[Any, list[str]]:
    """A tab of a fresh profile, and what the browser complains of."""
    context = browser.new_context(base_url=base, **options)
    context.set_default_timeout(15_000)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    return tab, complaints


def serious(tab: Any, rules: str = "{}") -> list[str]:
    """What axe finds serious or critical on the page as it stands, everything unfolded."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    tab.evaluate(resources.files(axe).joinpath("axe.min.js").read_text(encoding="utf-8"))
    result = tab.evaluate(f"axe.run({rules})")
    assert result["passes"], "axe looked at nothing"
    return [
        f"{tab.url}: {one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:2]
    ]


def test_a_desk_is_worked_by_keyboard_alone(browser: Any, base: str) -> None:
    """From the start page: g r to the desk, j to the first case, a and Enter accept it; nobody's hand leaves the keys."""
    tab, complaints = opened(browser, base)
    tab.goto("/")
    for key in ("g", "r"):
        tab.keyboard.press(key)
    tab.wait_for_url("**/review")
    tab.keyboard.press("j")
    assert "Approved by the government" in tab.evaluate("document.activeElement.getAttribute('aria-label')")
    tab.keyboard.press("c")
    assert tab.evaluate("document.activeElement.name") == "type"
    tab.keyboard.press("Escape")
    tab.keyboard.press("a")
    assert tab.evaluate("document.activeElement.value") == "accept"
    assert tab.url.endswith("/review"), "one key must not decide"
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review?done=*")
    assert "Accepted: Approved by the government" in tab.inner_text("[role=status]")
    tab.keyboard.press("?")
    assert tab.locator("dialog").is_visible()
    tab.keyboard.press("Escape")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "quick"
    tab.keyboard.type("committees")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/events?q=committees")
    assert complaints == []


def test_events_are_split_and_merged_by_keyboard_alone(browser: Any, base: str) -> None:
    """On an event of several sources: s, a source, Split; on the new event: m, Merge; the tombstone: u, Undo. Axe looks on."""
    tab, complaints = opened(browser, base)
    tab.goto("/events?type=ratified&status=occurred")
    tab.keyboard.press("j")
    tab.keyboard.press("o")
    tab.wait_for_url("**/events/ev_*")
    first = tab.url
    sources = tab.locator(".proof").count()
    assert sources > 1
    tab.keyboard.press("s")
    assert tab.evaluate("document.activeElement.name") == "article"
    tab.keyboard.press("Space")
    found = serious(tab)
    tab.focus("button[value=split]")
    tab.keyboard.press("Enter")
    tab.wait_for_url(lambda url: url != first)
    fresh = tab.url
    assert tab.locator(".proof").count() == 1
    tab.keyboard.press("m")
    assert tab.evaluate("document.activeElement.name") == "into"
    found += serious(tab)
    tab.focus("button[value=merge]")
    tab.keyboard.press("Enter")
    tab.wait_for_url(first)
    assert tab.locator(".proof").count() == sources
    tab.goto(fresh)
    assert "the same act as another event" in tab.inner_text("[aria-label=Merged]")
    found += serious(tab)
    tab.keyboard.press("u")
    assert tab.evaluate("document.activeElement.value") == "undo"
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".proof")
    assert tab.locator(".proof").count() == 1
    assert found == []
    assert complaints == []


def test_keys_can_be_switched_off(browser: Any, base: str) -> None:
    """For those whom single keys get in the way: a box, remembered by the browser."""
    tab, _ = opened(browser, base)
    tab.goto("/review")
    tab.keyboard.press("?")
    tab.check("#keys-off")
    tab.keyboard.press("Escape")
    tab.reload()
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.tagName") == "BODY"


def test_an_agreement_is_walked_from_its_drawing_to_the_sentence(browser: Any, base: str) -> None:
    """Search, the agreement, a mark of its timeline, the event, the article; then one is added by its form."""
    tab, complaints = opened(browser, base)
    tab.goto("/events?q=committees")
    tab.click("section[aria-labelledby=found] .item-of a >> nth=0")
    tab.wait_for_url("**/agreements/ru-by")
    tab.focus(".chart a.mark.domestic >> nth=1")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/events/*")
    assert tab.locator("mark").first.is_visible()
    tab.click("text=all that was read in it >> nth=0")
    tab.wait_for_url("**/articles/*")
    tab.goto("/watch")
    tab.fill("[name=title]", "Agreement on the mutual protection of citizens of the Union State")
    tab.fill("[name=parties]", "RU BY")
    tab.click("text=Preview")
    assert "stored articles" in tab.inner_text("[role=status]")
    tab.click("text=Add it to the watchlist")
    tab.wait_for_url("**/agreements/agreement-on-*")
    assert complaints == []


def test_everything_works_without_javascript(browser: Any, base: str) -> None:
    """The script only adds keys."""
    tab, _ = opened(browser, base, java_script_enabled=False)
    tab.goto("/review")
    tab.click("button.no")
    tab.wait_for_url("**/review?done=*")
    assert "Rejected" in tab.inner_text("[role=status]")


def test_a_phone_is_wide_enough(browser: Any, reading: str) -> None:
    """At 360 pixels no page scrolls sideways (tables and the timeline do, in their own frames)."""
    tab, _ = opened(browser, reading, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    wide = {}
    for path in PAGES:
        tab.goto(path)
        wide[path] = tab.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in wide.items() if width > 360} == {}


@pytest.mark.parametrize(("scheme", "rules"), [("light", "{}"), ("dark", "{runOnly: ['color-contrast']}")])
def test_axe_finds_no_serious_fault(browser: Any, reading: str, scheme: str, rules: str) -> None:
    """Contrast, names, roles, structure: on every page, everything unfolded, in both schemes."""
    tab, _ = opened(browser, reading, color_scheme=scheme)
    tab.goto("/review")
    event = tab.get_attribute(".case [data-open] >> nth=0", "href")
    found = []
    for path in (*PAGES, event, "/articles/2", "/login"):
        tab.goto(path)
        found += serious(tab, rules)
    assert found == []


def test_dark_is_dark(browser: Any, reading: str) -> None:
    """The page follows the reader's scheme."""
    for scheme, dark in (("light", False), ("dark", True)):
        tab, _ = opened(browser, reading, color_scheme=scheme)
        tab.goto("/")
        colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(int(part) for part in colour.strip("rgb()").split(",")) < 200) is dark
