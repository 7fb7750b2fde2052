"""What a page says of itself: titles, publication date, language, canonical address. Only explicit statements, no guesses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml.html import HtmlElement

from pipeline.door.text import clean_line, clean_text
from pipeline.door.when import parse_when, within_reason
from pipeline.model import PublishedFrom

AHEAD = timedelta(days=1)
_ARTICLE_TYPES = frozenset(
    [
        "article",
        "newsarticle",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "backgroundnewsarticle",
        "opinionnewsarticle",
        "reviewnewsarticle",
        "blogposting",
        "liveblogposting",
        "socialmediaposting",
        "techarticle",
        "report",
        "webpage",
        "advertisercontentarticle",
    ]
)
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "datepublished", "og:published_time", "mediator_published_time",
    "article:published", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "published_time",
    "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date",
    "dcterms.date", "cxenseparse:recs:publishtime", "displaydate", "originalpublicationdate", "article_date_original",
    "datecreated", "date",
)  # fmt: skip
_LONGEST_SCRIPT = 500_000
_URL_DATE = re.compile(r"/(20\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|\Z)")
_SEPARATOR = re.compile(r"\s+[|·•»:–—-]+\s+|\s*\|\s*|\s+::\s+|\s+//\s+|\s+/\s+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A page's own statements, cleaned: candidates, most trusted first, still to be chosen among."""

    headings: tuple[str, ...] = ()
    meta_title: str = ""
    page_title: str = ""
    linked_title: str = ""
    site_name: str = ""
    language: str = ""
    linked_dates: tuple[str, ...] = ()
    page_dates: tuple[str, ...] = ()
    body: str = ""  # JSON-LD articleBody


def read_metadata(tree: HtmlElement) -> Metadata:
    """Gather what the page's head, its JSON-LD and its marked-up elements state."""
    metas = _metas(tree)
    articles = tuple(_linked_articles(tree))
    titles = [clean_line(str(node.text_content()), 1000) for node in tree.iterfind(".//h1")]
    page_title = tree.findtext(".//title") or ""
    return Metadata(
        headings=tuple(title for title in titles if title),
        meta_title=clean_line(metas.get("og:title") or metas.get("twitter:title") or "", 1000),
        page_title=clean_line(page_title, 1000),
        linked_title=clean_line(_first(articles, "headline") or _first(articles, "name"), 1000),
        site_name=clean_line(metas.get("og:site_name", ""), 200),
        language=tree.get("lang") or _first(articles, "inLanguage") or metas.get("content-language", ""),
        linked_dates=tuple(filter(None, (_first(articles, "datePublished"), _first(articles, "dateCreated")))),
        page_dates=tuple(_page_dates(tree, metas)),
        body=clean_text(_first(articles, "articleBody")),
    )


def choose_title(metadata: Metadata, promised: str, agency: str) -> str:
    """The headline: what the page heads itself with where its own title agrees, else its metadata without the site's name,
    else what the feed called it."""
    stated = [_without_site(title, metadata, agency) for title in (metadata.meta_title, metadata.page_title)]
    stated.append(metadata.linked_title)
    for heading in metadata.headings:
        if len(heading) >= 10 and any(_agree(heading, title) for title in (*stated, promised) if title):
            return heading
    if len(metadata.headings) == 1 and len(metadata.headings[0].split()) >= 4 and not any(stated):
        return metadata.headings[0]
    return next((title for title in (stated[0], metadata.linked_title, promised, stated[1]) if title), "") or next(
        iter(metadata.headings), ""
    )


def choose_date(
    metadata: Metadata, url: str, promised: datetime | None, now: datetime
) -> tuple[datetime | None, PublishedFrom]:
    """The publication time and its witness: the feed, the page's JSON-LD, its other markup, its address (a day, at 0:00 UTC).

    Times before 1990 or more than a day after `now` are nobody's."""
    if moment := within_reason(promised, now, AHEAD):
        return moment, PublishedFrom.FEED
    for dates, witness in ((metadata.linked_dates, PublishedFrom.JSON_LD), (metadata.page_dates, PublishedFrom.PAGE)):
        for written in dates:
            if moment := within_reason(parse_when(clean_text(written)), now, AHEAD):
                return moment, witness
    if (found := _URL_DATE.search(url)) and (moment := within_reason(parse_when("-".join(found.groups())), now, AHEAD)):
        return moment, PublishedFrom.PAGE
    return None, PublishedFrom.UNKNOWN


def _metas(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or node.get("http-equiv") or ""
        content = (node.get("content") or "").strip()
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _page_dates(tree: HtmlElement, metas: dict[str, str]) -> Iterator[str]:
    yield from (metas[name] for name in _DATE_NAMES if name in metas)
    # by their attributes, which takes half the time of asking every element for them
    for written in tree.xpath("descendant-or-self::*/@itemprop[. = 'datePublished'] | descendant-or-self::*/@pubdate"):
        node = written.getparent()
        yield node.get("datetime") or node.get("content") or str(node.text_content())[:100]
    times = tree.xpath("(//article|//main)//time[@datetime]") or tree.xpath("//time[@datetime]")
    # a list of other news has its times too: several times that differ say nothing unless the first is the article's own
    if times and (
        len({node.get("datetime") for node in times}) == 1 or times[0].xpath("ancestor::article|ancestor::header")
    ):
        yield times[0].get("datetime")


def _linked_articles(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The article objects of the page's JSON-LD, news articles before plain web pages."""
    found: list[tuple[int, dict[str, Any]]] = []
    for script in tree.xpath("//script[contains(@type, 'ld+json')]")[:20]:
        text = (script.text or "")[:_LONGEST_SCRIPT].strip().removeprefix("<![CDATA[").removesuffix("]]>")
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _objects(data):
            kinds = node.get("@type")
            names = {str(kind).lower().rpartition("/")[2] for kind in (kinds if isinstance(kinds, list) else [kinds])}
            if names & _ARTICLE_TYPES:
                found.append((int(names <= {"webpage"}), node))
    yield from (node for _, node in sorted(found, key=lambda pair: pair[0]))


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD document: itself, the members of a list or graph, and what a page says it is about."""
    waiting = [data]
    for _ in range(200):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node[:100])
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node)


def _first(articles: tuple[dict[str, Any], ...], key: str) -> str:
    for article in articles:
        value = article.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("name") or value.get("@value")
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _without_site(title: str, metadata: Metadata, agency: str) -> str:
    """The title without a site's name at its end: the name itself, the agency's, or a short tail that no heading has."""
    while True:
        ends = list(_SEPARATOR.finditer(title))
        if not ends:
            return title
        head, tail = title[: ends[-1].start()].strip(), title[ends[-1].end() :].strip()
        known = _agree(tail, metadata.site_name) or _agree(tail, agency)
        alone = any(_plain(heading) == _plain(head) for heading in metadata.headings)
        short = (
            len(tail.split()) <= 4
            and len(head.split()) >= 4
            and not any(tail in heading for heading in metadata.headings)
        )
        if not head or not (
            known or alone or (short and not tail.endswith((".", "?", "!")) and _looks_like_name(tail))
        ):
            return title
        title = head


def _looks_like_name(tail: str) -> bool:
    return "." in tail or all(word[:1].isupper() or not word[:1].isalpha() for word in tail.split())


def _agree(one: str, other: str) -> bool:
    first, second = _plain(one), _plain(other)
    return bool(first and second) and (first in second or second in first)


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().casefold()
