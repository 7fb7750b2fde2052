"""A page skimmed says at least what a parse of it says, whatever its markup looks like, and in time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from pipeline.extract.glance import main_words
from pipeline.extract.skim import skim
from pipeline.model import Page

PIECES = [
    "<p>Peru ratified it</p>", "<div title='a > b'>first treaty", "</div>", "5 < 6 and pact", "x<y", "a &lt; b &amp; c", "<b>ratified</b> by",
    "<!-- a > b -->", "<br>", "<li><a href=/x>signed</a></li>", "<TITLE>Große Lage</TITLE>", "<h1>Vertrag <em>steht</em></h1>",
    "<script>var a='<p';</script>", "<style>p>a{}</style>", "<noscript><p>accord</p></noscript>", "<template><p>protocol</p></template>",
    "<meta property='og:title' content='Protocol of Rome'>", '<meta name="description" content="two sides">', "café «съезд» 条约",
    "<textarea>convention</textarea>", "<svg><title>icon</title></svg>", "<table><tr><td>deal</td></tr></table>",
]  # fmt: skip


def as_page(markup: str) -> Page:
    """A page of this markup."""
    return Page("https://example.org/a", "", f"<html><body>{markup}</body></html>".encode(), "text/html", "utf-8")


def words(text: str) -> set[str]:
    """The different words of a text."""
    return set(re.findall(r"\w+", text))


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_no_word_of_a_parse_is_missing(pieces: list[str]) -> None:
    """Every word a parser finds outside of scripts is in what a skim finds."""
    page = as_page(" ".join(pieces))
    tree = html.document_fromstring(page.body, parser=html.HTMLParser(encoding="utf-8", remove_comments=True))
    for node in list(tree.iter("script", "style")):
        node.drop_tree()
    assert words(" ".join(tree.itertext())) <= words(skim(page).text)


def test_titles_descriptions_and_linked_data_are_read() -> None:
    """What a page says of itself counts: titles, description, and the article in its JSON-LD, escapes and all."""
    page = as_page(
        "<title>One &amp; two</title><meta name=description content='A pact'><h1>Head <i>line</i></h1>"
        '<script type="application/ld+json">{"articleBody": "The treaty\\nsigned \\u0434\\u0430"}</script>'
        '<script type="application/json">{"menu": "convention"}</script>'
    )
    seen = skim(page)
    assert seen.titles == ("One & two", "Head line")
    assert {"pact", "treaty", "signed", "да"} <= words(seen.text)
    assert "convention" not in seen.text


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "utf-16", "iso-2022-jp", "shift_jis", "gb18030"])
def test_scripts_go_whatever_the_charset(charset: str) -> None:
    """What stands around a script is read alike in every charset; where tags are no ASCII bytes, scripts are read, too."""
    word = {"windows-1251": "договор", "utf-8": "договор"}.get(charset, "条約")
    markup = f"<html><meta charset={charset}><body><p>{word} one</p><script>var x = 'pact';</script><p>two {word}</p>"
    seen = skim(Page("https://example.org/a", "", markup.encode(charset), "text/html", charset))
    assert {word, "one", "two"} <= words(seen.text)
    assert charset in ("utf-16", "iso-2022-jp") or "pact" not in seen.text


def test_furniture_is_no_part_of_what_matters() -> None:
    """Menus, and blocks that are nothing but a link, are gone at the second look; paragraphs and templates stay."""
    markup = "<nav>treaty</nav><h3><a href=/a>Pact signed</a></h3><p>Rain <a href=/b>again</a></p><template>accord</template>"
    assert words(main_words(markup)) == {"Rain", "again", "accord"}


@pytest.mark.parametrize(
    "piece", ["<script ", "<script>", "<!-- <script></script>", "<meta ", "<h1>", "<p>", "&", "\\", "< ", "<title "]
)
def test_hostile_markup_takes_no_time(piece: str) -> None:
    """Nothing costs the square of its length."""
    page = as_page(piece * 20_000)
    begun = time.process_time()
    skim(page).shows_article("")
    assert time.process_time() - begun < 3
