"""What a page costs, beside extracting every page: `python -m benchmarks.pages [--pages DIR] [--count 600] [--share 0.02]`.

All ways go over the same pages in turn, several rounds; CPU seconds of this process, the median round counts. `trafilatura`: as
its documentation shows it, on every page, and nothing done with the text. `ours`: a glance at every page, and what may matter
extracted and recognised. `everything`: every page extracted and recognised by the same code, to see that no event is lost.
`newspaper4k` is measured where it is installed.

`--articles GOLD.jsonl… --watchlist W.toml` measures nothing: labelled articles are made into pages of three layouts each, and the events
that a glance first finds are held against those of extracting every page; a difference ends the program with 1.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import trafilatura

from benchmarks.newsroom import Story, page, stories, watchlist
from pipeline.compute.memory import settle_in
from pipeline.errors import PageError
from pipeline.model import Finding, Page
from pipeline.reading import About, may_matter, read_in_full
from pipeline.recognise import RecogniseOptions, Recogniser
from pipeline.settings.lists import load_watchlist

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT = About(None, None, "", NOW)
Found = Counter[tuple[object, ...]]


def pages_of(given: argparse.Namespace) -> list[Page]:
    """Generated pages, or every .html file of a folder."""
    if given.pages:
        files = sorted(path for path in given.pages.rglob("*.htm*") if path.is_file())[: given.count]
        return [Page(f"https://example.org/{p.name}", "", p.read_bytes(), "text/html") for p in files]
    return [Page(s.url, s.url, page(s), "text/html") for s in stories(given.count, given.share)]


def labelled(rows: Path) -> list[Page]:
    """Labelled articles as pages: paragraphs with a site's ballast, lines parted by breaks without any, the text in JSON-LD too."""
    found: list[Page] = []
    for number, line in enumerate(rows.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        title, text = row.get("title") or "", row["text"]
        day = datetime.fromisoformat(row["published"]).replace(tzinfo=UTC) if row.get("published") else NOW
        told = Story(number, f"https://example.org/{number}", title, tuple(text.split("\n")), day, on_topic=True)
        head = f'<meta charset="utf-8"><title>{escape(title)} - Wire</title><h1>{escape(title)}</h1>'
        lines = "<br><br>".join(map(escape, told.paragraphs))
        data = {"@type": "NewsArticle", "headline": title, "datePublished": day.isoformat(), "articleBody": text}
        said = json.dumps(data).replace("</", "<\\/")
        cells = "".join(f"<tr><td><p>{escape(part)}</p></td></tr>" for part in told.paragraphs)
        layouts = (
            page(told, 30).decode(),
            f"<html><head>{head}</head><body><div class=text><time datetime={day:%Y-%m-%d}></time>{lines}</div></body></html>",
            f"<html><head>{head}<script type='application/ld+json'>{said}</script></head><body><table>{cells}</table></body></html>",
        )
        found += [Page(f"{told.url}/{place}", "", layout.encode(), "text/html") for place, layout in enumerate(layouts)]
    return found


def compare(given: argparse.Namespace) -> int:
    """Hold what a glance first finds against what extracting every page finds, on labelled articles."""
    watched, problems = load_watchlist(given.watchlist)
    assert not problems, problems
    recogniser = Recogniser.build(watched)
    differ = 0
    for rows in given.articles:
        pages = labelled(rows)
        found, whole = ours(recogniser, pages), everything(recogniser, pages)
        lost, extra = whole - found, found - whole
        differ += lost.total() + extra.total()
        glances = sum(not may_matter_or_not(recogniser, one) for one in pages)
        print(
            f"{rows.name}: {len(pages)} pages, {glances} dismissed at a glance, {whole.total()} events, {lost.total()} lost, {extra.total()} more"
        )
    return 1 if differ else 0


def ours(recogniser: Recogniser, pages: list[Page]) -> Found:
    """A glance first."""
    found: Found = Counter()
    for one in pages:
        try:
            if may_matter(recogniser, one):
                found.update(_named(one, read_in_full(recogniser, one, ABOUT).recognition.findings))
        except PageError:
            continue
    return found


def everything(recogniser: Recogniser, pages: list[Page]) -> Found:
    """Every page in full."""
    found: Found = Counter()
    for one in pages:
        try:
            found.update(_named(one, read_in_full(recogniser, one, ABOUT).recognition.findings))
        except PageError:
            continue
    return found


def _named(one: Page, findings: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    return [
        (one.url, f.agreement_id, f.agreement, f.type, f.status, f.actor_country, str(f.date), f.evidence)
        for f in findings
    ]


def by_trafilatura(pages: list[Page]) -> None:
    """Text of every page."""
    for one in pages:
        trafilatura.extract(one.body)


def by_newspaper(pages: list[Page]) -> None:
    """The same with newspaper4k."""
    import newspaper  # noqa: PLC0415 - no dependency of ours

    for one in pages:
        article = newspaper.Article(one.url)
        article.download(input_html=one.body.decode("utf-8", "replace"))
        article.parse()


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, help="a folder of real pages instead of generated ones")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--share", type=float, default=0.02, help="of generated pages on topic")
    parser.add_argument("--agreements", type=int, default=1000)
    parser.add_argument("--tracked", action="store_true", help="only what is on the watchlist, no discovery")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--articles", type=Path, nargs="*", help="labelled articles, in place of everything else")
    parser.add_argument("--watchlist", type=Path, help="of the labelled articles")
    given = parser.parse_args()
    if given.articles:
        sys.exit(compare(given))
    pages = pages_of(given)
    recogniser = Recogniser.build(watchlist(given.agreements), RecogniseOptions(discover=not given.tracked))
    plain = gc.get_threshold()
    settle_in()  # as in the service's workers; the others are measured with Python's own setting
    own = gc.get_threshold()
    size = sum(len(one.body) for one in pages) / len(pages) / 1000
    print(f"{len(pages)} pages of {size:.0f} kB, {given.agreements:,} agreements, median of {given.rounds} rounds")
    sample = pages[: max(20, len(pages) // 10)]  # the slow ways go over a tenth of the pages
    found, whole = ours(recogniser, pages), everything(recogniser, pages)
    ways: dict[str, tuple[Callable[[], object], int]] = {
        "trafilatura": (lambda: by_trafilatura(sample), len(sample)),
        "ours": (lambda: ours(recogniser, pages), len(pages)),
        "everything": (lambda: everything(recogniser, sample), len(sample)),
    }
    if importlib.util.find_spec("newspaper"):
        ways["newspaper4k"] = (lambda: by_newspaper(sample), len(sample))
    else:
        print("newspaper4k is not installed, so it is left out (pip install newspaper4k)")
    took = {name: [] for name in ways}  # type: dict[str, list[float]]
    for _ in range(given.rounds):
        for name, (way, count) in ways.items():
            gc.set_threshold(*(own if name in ("ours", "everything") else plain))
            took[name].append(cpu(way) / count * 1000)
    figures = {name: statistics.median(each) for name, each in took.items()}
    for name, figure in figures.items():
        print(f"{name:12} {figure:8.3f} ms a page   {figure / figures['trafilatura']:.4f} of trafilatura alone")
    told = sum(may_matter_or_not(recogniser, one) for one in pages)
    print(f"ours is 1/{figures['trafilatura'] / figures['ours']:.1f}; {told} of {len(pages)} pages were extracted")
    lost, extra = whole - found, found - whole
    print(
        f"events: {whole.total()} by extracting everything, {found.total()} ours, {lost.total()} lost, {extra.total()} more"
    )
    for one in [*lost, *extra][:5]:
        print("  differs:", one)


def may_matter_or_not(recogniser: Recogniser, one: Page) -> bool:
    """Whether a page is extracted."""
    try:
        return may_matter(recogniser, one)
    except PageError:
        return False


if __name__ == "__main__":
    main()
