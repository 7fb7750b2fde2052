"""`treatywatch feeds check`: fetch one source and one of its articles, and say in a line each what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from pipeline import clock, loop
from pipeline.cli import show
from pipeline.cli.common import config_option, settings_of
from pipeline.errors import FeedError, PageError, Reason, UsageError
from pipeline.extract import extract
from pipeline.feeds import FeedDocument, discover_feeds, parse
from pipeline.fetch import ACCEPT_ANY, ACCEPT_FEED, ACCEPT_PAGE, Fetched, Fetcher, NotModified, Refused
from pipeline.model import Entry, Feed, FeedKind
from pipeline.settings import Settings

_ABANDONED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a source gave: lines for people, and whether it can be used."""

    lines: tuple[str, ...]
    ok: bool


@click.command()
@config_option
@click.argument("source")
@click.pass_context
def check(context: click.Context, config: Path | None, source: str) -> None:
    """Fetch one source (an id of feeds.toml, or an address) and its newest article, and say what is wrong with them."""
    settings = settings_of(context, config)
    found = loop.run(_looked_at(settings, _source(settings, source)))
    for line in found.lines:
        click.echo(line)
    if not found.ok:
        context.exit(1)


def _source(settings: Settings, source: str) -> Feed:
    feed = next((feed for feed in settings.feeds if feed.id == source), None)
    if feed is not None:
        return feed
    if source.startswith(("http://", "https://")):
        return Feed("checked", source)
    meant = f"; did you mean https://{source} ?" if "." in source.partition("/")[0] and ":" not in source else ""
    raise UsageError(
        f"no feed {source!r} in {settings.directory}/feeds.toml, and no address that begins with http:// or https://{meant}"
    )


async def _looked_at(settings: Settings, feed: Feed) -> Found:
    async with Fetcher(settings.fetch) as fetcher:
        accept = ACCEPT_ANY if feed.kind is FeedKind.PAGE else ACCEPT_FEED
        outcome = await fetcher.get(feed.url, accept=accept, robots=False)
        if not isinstance(outcome, Fetched):
            return Found((_line("FAIL", feed.url, _told(outcome), advice(outcome, feed.url)),), ok=False)
        try:
            document = _parsed(settings, feed, outcome)
        except FeedError as error:
            return Found(_no_feed(feed, outcome, error), ok=False)
        lines = [*_document(feed, outcome, document)]
        if document.entries:
            lines.append(await _article(fetcher, feed, document.entries[0]))
        return Found(tuple(lines), ok=True)


def _line(mark: str, url: str, what: str, todo: str = "") -> str:
    return f"{mark:<4}  {url}: {what}" + (f"; {todo}" if todo else "")


def _told(outcome: Refused | NotModified) -> str:
    if isinstance(outcome, NotModified):
        return "answered 304 although nothing was named that it could be compared with"
    return f"{outcome.reason}: {outcome.detail}" if outcome.detail else str(outcome.reason)


def _parsed(settings: Settings, feed: Feed, outcome: Fetched) -> FeedDocument:
    page = outcome.page
    return parse(
        page.body,
        feed=feed,
        base_url=page.final_url,
        content_type=page.content_type,
        charset=page.charset,
        now=clock.now(),
        max_entries=settings.fetch.max_entries,
    )


def _no_feed(feed: Feed, outcome: Fetched, error: FeedError) -> tuple[str, ...]:
    """One line for what came instead of a feed; one more for each further feed that the page names."""
    page = outcome.page
    named = [one for one in discover_feeds(page.body, page.final_url) if one.url != feed.url]
    if named:
        todo = f"the page names a feed, put that into feeds.toml: {named[0].url} {named[0].title}".rstrip()
    elif error.reason is Reason.NOT_A_FEED and page.body.strip():
        todo = 'look on the agency\'s page for "RSS" or "news sitemap", or list its headlines with kind = "page" and links = "a pattern"'
    elif error.retry:
        todo = "trying again later can help"
    else:
        todo = "tell the agency, or look for another feed of theirs"
    more = (f"      it also names {one.url} {one.title}".rstrip() for one in named[1:5])
    return (_line("FAIL", feed.url, str(error), todo), *more)


def _document(feed: Feed, outcome: Fetched, document: FeedDocument) -> list[str]:
    entries = document.entries
    newest = max((entry.published for entry in entries if entry.published), default=None)
    what = f"{document.format}, {len(entries)} items, newest {show.moment(newest) or 'undated'}"
    lines = [_line("ok", feed.url, what)]
    if not entries:
        lines.append(
            "note  it lists nothing now: it is asked again later; if it stays empty, the agency has another feed"
        )
    elif newest is None:
        lines.append("note  its items carry no dates: those of the article pages are used")
    elif clock.now() - newest > _ABANDONED:
        lines.append(
            f"note  nothing new since {newest:%Y-%m-%d}: it may be abandoned; look for the agency's present feed"
        )
    if not document.complete:
        lines.append("note  the document breaks off: what is whole was read, the rest comes with a later poll")
    if outcome.permanent_to:
        lines.append(
            f"note  it has moved for good: put {outcome.permanent_to} into feeds.toml once you trust the new place"
        )
    lines += [f"      left out: {where}: {reason}" for where, reason in document.skipped[:5]]
    lines += [
        f"      {show.moment(entry.published) or 'undated         '}  {entry.title[:100]}" for entry in entries[:5]
    ]
    return lines


async def _article(fetcher: Fetcher, feed: Feed, entry: Entry) -> str:
    """How its newest article fares on the way that the service goes: robots.txt, the host's pace, extraction."""
    outcome = await fetcher.get(entry.url, accept=ACCEPT_PAGE)
    if not isinstance(outcome, Fetched):
        return _line("note", entry.url, _told(outcome), advice(outcome, entry.url))
    try:
        article = extract(outcome.page, entry=entry, feed_language=feed.language, agency=feed.agency, now=clock.now())
    except PageError as error:
        wall = "readers have to pass a wall first; what the feed itself says of an item is used"
        return _line("note", entry.url, str(error), wall)
    return _line("ok", entry.url, f"an article of {len(article.text):,} letters, language {article.language}")


_ADVICE = {
    Reason.BLOCKED_SCHEME: "only http:// and https:// are fetched",
    Reason.BLOCKED_ROBOTS: "its robots.txt keeps robots out; what the feed itself says of an item is used",
    Reason.URL_INVALID: "this is no address: look for spaces, a missing host or a wrong port",
    Reason.URL_TOO_LONG: "no address needs so many letters",
    Reason.DNS_FAILURE: "the name is not known: check the spelling, or the resolver of this machine",
    Reason.TIMEOUT_CONNECT: "nobody answers there: check host and port; a firewall may be in between",
    Reason.TIMEOUT_TOTAL: "it is too slow: try again, or raise [fetch] timeout and total_timeout",
    Reason.RATE_LIMITED: "it asks us to come less often: raise the feed's interval",
    Reason.TOO_LARGE: "raise [fetch] max_bytes and max_wire_bytes if you trust it",
    Reason.TOO_MANY_REDIRECTS: "open it in a browser and take the address where that ends",
    Reason.REDIRECT_INVALID: "open it in a browser and take the address where that ends",
    Reason.BAD_ENCODING: "it packs its answers in a way that was not asked for: tell the agency",
    Reason.PROTOCOL_ERROR: "it answers in no HTTP that can be read: check scheme and port",
}


def advice(outcome: Refused | NotModified, url: str) -> str:
    """What to do about a refusal, in half a sentence."""
    if isinstance(outcome, NotModified):
        return "trying again can help"
    match outcome.reason:
        case Reason.BLOCKED_ADDRESS:
            return "no public address; if it is yours, name its network in [fetch] allow_networks"
        case Reason.BLOCKED_PORT:
            return f"add {_port(url)} to [fetch] allow_ports if you trust it"
        case Reason.TLS_ERROR:
            return _about_tls(outcome.detail)
        case Reason.HTTP_STATUS:
            return _about_status(outcome.status or 0)
        case reason:
            return _ADVICE.get(reason) or ("trying again can help" if outcome.retry else "trying again will not help")


def _port(url: str) -> str:
    try:
        return str(urlsplit(url).port or "its port")
    except ValueError:
        return "its port"


def _about_tls(detail: str) -> str:
    said = detail.lower()
    if "expired" in said:
        return "its certificate has expired, which the agency has to mend; it is asked again by itself"
    if "version" in said or "record" in said:
        return "it speaks no TLS at this port: try http:// or another port"
    if "hostname" in said or "ip address mismatch" in said:
        return "its certificate is for another name: check the host"
    return "its certificate is signed by nobody this machine trusts: check the host, and this machine's clock"


def _about_status(status: int) -> str:
    if status in (401, 402, 403, 451):
        return "the server does not let this program in: set [fetch] user_agent to one that says how to reach you, or ask the agency"
    if status in (404, 410):
        return "there is nothing at this address: look for the feed's new one on the agency's page"
    return "the server is in trouble: it is asked again by itself" if status >= 500 else "open it in a browser and see"
