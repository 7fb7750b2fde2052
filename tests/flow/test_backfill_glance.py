"""What is dismissed at a glance: pages that tell nothing, and never one that tells something or stands where an article should."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.newsroom import page, stories, watchlist
from pipeline.door.markup import without_scripts
from pipeline.extract.skim import skim
from pipeline.model import Article, Entry, Page
from pipeline.reading import About, may_matter, read, read_in_full
from pipeline.recognise import RecogniseOptions, Recogniser

NOW = datetime(2026, 2, 1, tzinfo=UTC)
DEMO = Path(__file__).parents[2] / "pipeline/demo/pages"
WORDS = [
    "treaty",
    "agreement",
    "signed",
    "ratified",
    "Russia",
    "Belarus",
    "the",
    "document",
    "NATO",
    "left",
    "joined",
    "pact",
    "deal",
    "with",
    "on",
    "of",
    "has",
    "been",
    "will",
    "said",
    "parliament",
    "extradition",
    ",",
    ".",
    "and",
    "exchanged",
    "instruments",
    "protocol",
    "in",
    "force",
    "convention",
    "withdrew",
    "from",
    "visa",
]


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """With a small watchlist."""
    return Recogniser.build(watchlist(60))


def as_page(markup: str | bytes) -> Page:
    """A page of these bytes."""
    body = markup.encode() if isinstance(markup, str) else markup
    return Page("https://example.org/a", "https://example.org/a", body, "text/html", "utf-8")


def test_a_glance_finds_what_extraction_finds(recogniser: Recogniser) -> None:
    """On generated pages and those of the demonstration: no page that tells something is dismissed."""
    pages = [as_page(page(story, 30)) for story in stories(60, 0.4)]
    pages += [as_page(path.read_bytes()) for path in sorted(DEMO.rglob("*.html"))]
    telling = [one for one in pages if read_in_full(recogniser, one, About(None, None, "", NOW)).recognition.findings]
    assert len(telling) > 25
    assert all(may_matter(recogniser, one) for one in telling)
    assert sum(may_matter(recogniser, one) for one in pages) < len(pages)


@settings(max_examples=300, deadline=None)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=3, max_size=40), title=st.lists(st.sampled_from(WORDS), max_size=6)
)
def test_the_sieve_holds_back_nothing_the_recogniser_finds(words: list[str], title: list[str]) -> None:
    """Any text out of treaty words: where the recogniser finds a step, the sieve lets it through."""
    built = _built()
    text, head = " ".join(words).capitalize(), " ".join(title)
    if built.recognise(Article("", head, text, "en", NOW)).findings:
        assert built.may_matter(f"{head} {text}", (head,))


FILLER = (
    "The weather stayed fine for the rest of the week and many people walked along the river in the evening sun. " * 4
)


@pytest.mark.parametrize(
    ("title", "text", "matters"),
    [
        ("", f"The agreement between Russia and Belarus on extradition was long in the making. {FILLER} The document was ratified.", True),
        ("Russia and Belarus agree on extradition treaty", f"{FILLER} Parliament ratified the document on Friday.", True),
        ("", f"A deal on wages was long in the making. {FILLER} The key was signed for at the desk.", False),
        ("", "The club reached a deal with the striker, who signed until 2029, Anna Berg said.", False),
        ("", "Kenya reached a deal with the striker and signed it.", True),
        ("", "The two countries signed the agreement on Friday.", True),
    ],
)  # fmt: skip
def test_what_the_document_means_may_stand_far_away(title: str, text: str, matters: bool) -> None:
    """An act counts wherever it stands on a page that speaks of what may be tracked; near a noun, where states may be meant."""
    assert _built().may_matter(f"{title} {text}", (title,)) == matters


def test_without_discovery_only_what_is_tracked_matters() -> None:
    """A treaty between strangers to the watchlist is passed over where nobody asks for such."""
    text = "Narnia and Kenya signed an accord on the taming of lions."
    tracked = Recogniser.build(watchlist(3), RecogniseOptions(discover=False))
    assert not tracked.may_matter(text)
    assert Recogniser.build(watchlist(3)).may_matter(text)


def _built(made: list[Recogniser] = []) -> Recogniser:  # noqa: B006 - built once for all examples
    if not made:
        made.append(Recogniser.build(watchlist(20)))
    return made[0]


def test_a_dismissed_page_keeps_its_text(recogniser: Recogniser) -> None:
    """What is dismissed is stored with the feed's title and date and everything visible, to be read again some day."""
    (story,) = stories(1, 0.0)
    entry = Entry("wire", "1", "https://example.org/a", title=story.title, published=story.published)
    reading = read(recogniser, as_page(page(story, 30)), About(entry, None, "Wire", NOW))
    assert not reading.extracted
    assert reading.recognition.screened_out
    assert (reading.article.title, reading.article.published) == (story.title, story.published)
    assert all(paragraph in reading.article.text for paragraph in story.paragraphs)
    assert "window.q" not in reading.article.text


@pytest.mark.parametrize(
    "markup",
    [
        "<html><title>Log in</title><form><input type=password></form><p>Please log in to continue reading this article.</p></html>",
        "<html><title>Wire</title><body><div id=app></div><noscript>Please enable JavaScript</noscript></body></html>",
        "<html><title>Just a moment</title><p>Checking your browser before you access the site. This may take a few seconds.</p></html>",
    ],
)
def test_a_gate_goes_the_long_way(recogniser: Recogniser, markup: str) -> None:
    """A page that shows no article is never dismissed: extraction says what it is, and it is tried again."""
    assert not skim(as_page(markup)).shows_article("Minister opens bridge in the capital")


def test_what_the_feed_says_counts(recogniser: Recogniser) -> None:
    """A page without a word of treaties is extracted where the feed promised a treaty."""
    (story,) = stories(1, 0.0)
    entry = Entry("wire", "1", "https://example.org/a", title="Kazakhstan ratifies extradition treaty with Peru")
    assert read(recogniser, as_page(page(story, 30)), About(entry, None, "", NOW)).extracted


@given(
    parts=st.lists(
        st.sampled_from(
            [
                "<p>first treaty</p>", "<!-- <script> -->", "<script>var a='<b';</script>", "<script>x</script>", "text between ",
                "<style>p{}</style>", "<SCRIPT>y</SCRIPT>", "<script>document.write('<p>z</p>')</script>", "<scripts>a</scripts>", "</script>",
                "<script type='application/ld+json'>{\"a\": \"said\"}</script>", "<p>last pact</p>",
            ]
        ),
        max_size=12,
    )
)  # fmt: skip
def test_cutting_scripts_takes_no_text_along(parts: list[str]) -> None:
    """Every word a parser sees outside of scripts in the whole markup is there after the cut."""
    from selectolax.lexbor import LexborHTMLParser

    def seen(markup: str) -> list[str]:
        tree = LexborHTMLParser(markup)
        for node in tree.css("script, style"):
            node.decompose()
        return re.findall(r"\w+", tree.root.text(separator=" ") if tree.root else "")

    markup = "".join(parts)
    assert set(seen(markup)) <= set(seen(without_scripts(markup)))
