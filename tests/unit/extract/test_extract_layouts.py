"""The same report in the layouts news sites use: every paragraph is found, nothing around them is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.extract import extract
from pipeline.model import Page

URL = "https://news.example/a"
TITLE = "House ratifies treaty on border waters"
LINES = (
    "MINSK, 14 January – The House of Representatives on Wednesday ratified the treaty on border waters with Latvia.",
    "The document had been signed in Riga in June. Deputies asked how the costs would be shared.",
    "Ivan Ivanov, who chairs the committee, said that the upper chamber would vote on 21 January.",
    "The treaty enters into force thirty days after the exchange of instruments of ratification.",
)
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in LINES)
REST = "".join(f"<p>{line}</p>" for line in LINES[1:])
MENU = '<div class="top"><a href="/">Home</a> <a href="/a">Politics</a> <a href="/b">Economy</a> <a href="/c">Sport</a></div>'
LATEST = "".join(f'<li><a href="/n/{n}">President signs decree number {n} on trade</a></li>' for n in range(10))
SIDE = f'<div class="sidebar"><h3>Latest</h3><ul>{LATEST}</ul></div>'
FOOT = '<div class="footer">© 2026 N. All rights reserved. <a href="/x">Contacts</a></div>'
HEADING = f"<h1>{TITLE}</h1>"

LAYOUTS = {
    "lines parted by double breaks": HEADING + f'<div class="text">{"<br><br>".join(LINES)}</div>',
    "lines parted by breaks": f'<div class="text">{"<br />".join(LINES)}</div>',
    "a table that lays out the page": f"<table><tr><td>{SIDE}</td><td>{HEADING}{PARAGRAPHS}</td></tr></table>",
    "paragraphs that are divs": f'<div class="news">{HEADING}'
    + "".join(f'<div class="p">{line}</div>' for line in LINES)
    + "</div>",
    "spans within paragraphs": f"<article>{HEADING}"
    + "".join(f'<p><span style="color:#000">{line}</span></p>' for line in LINES)
    + "</article>",
    "links within sentences": f"<article>{HEADING}{PARAGRAPHS.replace('treaty', '<a href=/t>treaty</a>').replace('ratified', '<b>ratified</b>')}</article>",
    "a lead that is a heading": f'<article>{HEADING}<h2 class="lead">{LINES[0]}</h2>{REST}</article>',
    "a lead outside the body": f'<div class="article">{HEADING}<div class="lead announce">{LINES[0]}</div><div class="body">{REST}</div></div>',
    "a lead in the header": f'<article><header>{HEADING}<p class="summary">{LINES[0]}</p></header><div class="body">{REST}</div></article>',
    "microdata": f'<div itemscope itemtype="http://schema.org/NewsArticle"><h1 itemprop="headline">{TITLE}</h1><div itemprop="articleBody">{PARAGRAPHS}</div></div>',
    "preformatted": f"{HEADING}<pre>{chr(10).join(LINES)}</pre>",
    "a picture with its caption": f"<article>{HEADING}<figure><img src=x><figcaption>Deputies at the vote. Photo: N</figcaption></figure>{PARAGRAPHS}</article>",
    "advertisements between": f"<main><section><div>{HEADING}<div>"
    + "".join(f'<div><p>{line}</p></div><div class="ad">Advertisement</div>' for line in LINES)
    + "</div></div></section></main>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_report_is_read_in_every_layout(layout: str) -> None:
    """Lead and body, each paragraph on its line; no menu, no other headlines, no footer."""
    side = "" if layout.startswith("a table") else SIDE
    html = f"<!doctype html><html lang=en><head><title>{TITLE} | N</title></head><body>{MENU}{LAYOUTS[layout]}{side}{FOOT}</body></html>"
    page = Page(URL, URL, html.encode(), "text/html")
    article = extract(page, entry=None, feed_language=None, agency="N", now=datetime(2026, 2, 2, tzinfo=UTC))
    assert article.text.split("\n") == list(LINES)
    assert article.title == TITLE


def test_a_brief_in_loose_text_is_read_without_the_menu() -> None:
    """Where nothing looks like an article the whole page is read, but for what only its links say."""
    html = f"<html lang=en><head><title>{TITLE}</title></head><body>{MENU}{HEADING}{LINES[0]}<p>{LINES[1]}</p>{SIDE}{FOOT}</body></html>"
    page = Page(URL, URL, html.encode(), "text/html")
    article = extract(page, entry=None, feed_language=None, agency="N", now=datetime(2026, 2, 2, tzinfo=UTC))
    assert article.text.split("\n") == list(LINES[:2])
