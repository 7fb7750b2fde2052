"""RSS 0.9x to 2.0, RDF Site Summary 0.9 and 1.0, Atom 0.3 and 1.0, read off a parsed tree.

Element names are matched by their local part, as feeds in the field bind the old, the new and wrong namespaces to them;
extension elements (Dublin Core, content, syndication, FeedBurner) only under their own.
"""

from __future__ import annotations

import re
from datetime import timedelta

from lxml import etree

from pipeline.feeds.values import RawEntry, RawFeed

_DC = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_CONTENT = ("http://purl.org/rss/1.0/modules/content/",)
_SY = ("http://purl.org/rss/1.0/modules/syndication/",)
_FEEDBURNER = ("http://rssnamespace.org/feedburner/ext/1.0",)
_YANDEX = ("http://news.yandex.ru", "http://news.yandex.ru/")
_CORE = frozenset(
    (
        "",
        "http://backend.userland.com/rss2",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://purl.org/rss/1.0/",
        "http://channel.netscape.com/rdf/simple/0.9/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://my.netscape.com/publish/formats/rss-0.91.dtd",
        "http://purl.org/rss/1.0/modules/rss091#",
        "http://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
        "http://purl.org/atom/",
    )
)
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}
Fields = dict[str, list[etree._Element]]  # children by name: plain for the core elements, "{namespace}name" for others
_WRITTEN_ENTITY = re.compile(r"[<&]")


def read_syndication(root: etree._Element, limit: int) -> RawFeed | None:
    """The feed under `root`, at most `limit` entries of it; None where the root is of no syndication format."""
    name = str(etree.QName(root.tag).localname)
    if name == "feed":
        return _atom(root, limit)
    if name in ("rss", "channel") or root.tag == f"{_RDF}RDF":
        return _rss(root, limit, "rdf" if name == "RDF" else "rss")
    return None


def _rss(root: etree._Element, limit: int, kind: str) -> RawFeed:
    outer = _fields(root)
    channel = next(iter(outer.get("channel", ())), root)
    fields = _fields(channel)
    # RSS 1.0 sets items beside the channel, RSS 2.0 within it; some writers hold to neither
    items = [*fields.get("item", ()), *(outer.get("item", ()) if channel is not root else ())]
    base = root.get(_XML_BASE) or channel.get(_XML_BASE) or ""
    return RawFeed(
        format=kind,
        entries=tuple(_rss_item(item, base) for item in items[:limit]),
        title=_text(fields, "title"),
        language=_text(fields, "language") or _extra(fields, _DC, "language") or root.get(_XML_LANG) or "",
        ttl=_ttl(fields),
        beyond=max(0, len(items) - limit),
    )


def _rss_item(item: etree._Element, base: str) -> RawEntry:
    fields = _fields(item)
    guid = _text(fields, "guid")
    permalink = all(node.get("isPermaLink", "true").strip().lower() != "false" for node in fields.get("guid", ()))
    about = item.get(f"{_RDF}about") or ""
    links = (_content(node) or node.get("href", "") for node in fields.get("link", ()))
    link = _extra(fields, _FEEDBURNER, "origLink") or next(filter(None, links), "")
    if not link and permalink and guid.lower().startswith(("http://", "https://")):
        link = guid
    return RawEntry(
        guid=guid or _text(fields, "id") or about,
        link=link or about,
        title=_text(fields, "title") or _extra(fields, _DC, "title"),
        published=_text(fields, "pubDate", "published") or _extra(fields, _DC, "date", "issued", "created"),
        updated=_text(fields, "updated", "lastBuildDate") or _extra(fields, _DC, "modified"),
        language=item.get(_XML_LANG) or _extra(fields, _DC, "language"),
        summary=_text(fields, "description", "summary"),
        content_html=(
            _extra(fields, _CONTENT, "encoded") or _extra(fields, _YANDEX, "full-text") or _text(fields, "content")
        ),
        base=item.get(_XML_BASE) or base,
    )


def _atom(root: etree._Element, limit: int) -> RawFeed:
    fields = _fields(root)
    entries = fields.get("entry", [])
    language = root.get(_XML_LANG) or ""
    return RawFeed(
        format="atom",
        entries=tuple(_atom_entry(entry, language, root.get(_XML_BASE) or "") for entry in entries[:limit]),
        title=_text(fields, "title"),
        language=language,
        ttl=_ttl(fields),
        beyond=max(0, len(entries) - limit),
    )


def _atom_entry(entry: etree._Element, language: str, base: str) -> RawEntry:
    fields = _fields(entry)
    title = next(iter(fields.get("title", ())), None)
    content = next(iter(fields.get("content", ())), None)
    remote = content is not None and content.get("src")
    return RawEntry(
        guid=_text(fields, "id"),
        link=_extra(fields, _FEEDBURNER, "origLink") or _alternate(fields),
        title=_content(title) if title is not None else "",
        title_is_html=title is not None and _is_html(title),
        published=_text(fields, "published", "issued") or _extra(fields, _DC, "date"),
        updated=_text(fields, "updated", "modified"),
        language=entry.get(_XML_LANG) or language,
        summary=_text(fields, "summary"),
        content_html=_markup(content) if content is not None and not remote else "",
        base=entry.get(_XML_BASE) or base,
    )


def _alternate(fields: Fields) -> str:
    """The link to the article: rel alternate (or none), HTML before other types; never self, edit or an enclosure."""
    best, fallback = "", ""
    for link in fields.get("link", ()):
        target = link.get("href", "") or _content(link)
        if link.get("rel", "alternate").strip().lower() not in ("alternate", ""):
            continue
        if not best and "html" in link.get("type", "text/html"):
            best = target
        fallback = fallback or target
    return best or fallback


def _is_html(title: etree._Element) -> bool:
    """Whether a title is to be read as HTML. Type "text" is not; but many who say nothing escape markup all the same."""
    kind = title.get("type", "")
    if kind == "xhtml":
        return False
    return kind in ("html", "text/html") or (kind == "" and bool(_WRITTEN_ENTITY.search(title.text or "")))


def _markup(content: etree._Element) -> str:
    """An entry's content as HTML: XHTML is written out, escaped HTML and plain text are as they stand."""
    if len(content) == 0:
        return _content(content)
    return "".join(etree.tostring(child, encoding="unicode", method="html") for child in content)


def _ttl(fields: Fields) -> timedelta | None:
    minutes = _text(fields, "ttl")
    if re.fullmatch(r"[0-9]{1,6}", minutes) and int(minutes) > 0:
        return timedelta(minutes=int(minutes))
    hours = _PERIODS.get(_extra(fields, _SY, "updatePeriod").lower())
    if hours is None:
        return None
    frequency = _extra(fields, _SY, "updateFrequency") or "1"
    return timedelta(hours=hours) / max(1, int(frequency) if re.fullmatch(r"[0-9]{1,4}", frequency) else 1)


def _fields(parent: etree._Element) -> Fields:
    """The children of an element by name, in their order."""
    found: Fields = {}
    for child in parent:
        tag = child.tag
        if isinstance(tag, str):  # an entity left unresolved has none
            namespace, _, name = tag.rpartition("}")
            found.setdefault(name if namespace[1:] in _CORE else tag, []).append(child)
    return found


def _text(fields: Fields, *names: str) -> str:
    """The text of the first core element of these names that has any."""
    for name in names:
        for child in fields.get(name, ()):
            if text := _content(child):
                return text
    return ""


def _extra(fields: Fields, namespaces: tuple[str, ...], *names: str) -> str:
    """The text of the first extension element of these names that has any."""
    for name in names:
        for namespace in namespaces:
            if text := _text(fields, f"{{{namespace}}}{name}"):
                return text
    return ""


def _content(element: etree._Element) -> str:
    if len(element) == 0:
        return (element.text or "").strip()
    return "".join(str(part) for part in element.itertext()).strip()
