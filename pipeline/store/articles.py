"""Statements about articles: every text that was read is kept, an edited article beside what it said before."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, insert, or_, select, update

from pipeline.model import Article, PublishedFrom
from pipeline.plan import ArticleFacts
from pipeline.store import search
from pipeline.store.codec import pack, plausible, unpack
from pipeline.store.sql import insert_into, waiting
from pipeline.store.tables import ArticleRow, ArticleVersionRow, EvidenceRow
from pipeline.store.types import digest

# what tells of a version without its text and page
_VERSION_FACTS: tuple[Any, ...] = tuple(
    ArticleVersionRow.__table__.c[name]
    for name in ("id", "article_id", "version", "title", "language", "published", "sha256")
)


@dataclass(frozen=True, slots=True)
class Raw:
    """The page an article was made from."""

    html: bytes
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What is stored of an article beside its words, ready to be written: it takes time to make, and a transaction makes others wait.

    `stems`: those of title and text, parted by blanks; `html`: the page, packed.
    """

    sha256: str
    stems: str
    html: bytes | None
    html_sha256: str | None
    html_charset: str | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A stored article version. `is_new`: its text was not there before."""

    facts: ArticleFacts
    is_new: bool


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """One version of an article as it was stored. `article.text` is empty where retention deleted it (`text_deleted_at`)."""

    facts: ArticleFacts
    article: Article
    canonical_url: str | None
    fetched_at: datetime
    versions: int
    recogniser: str | None
    text_deleted_at: datetime | None


def sha256_of(article: Article) -> str:
    """What tells one version of an article from another: title and text."""
    return hashlib.sha256(f"{article.title}\n\n{article.text}".encode("utf-8", "replace")).hexdigest()


def drafted(article: Article, raw: Raw | None = None) -> Draft:
    """Make ready what `save` writes (pure)."""
    return Draft(
        sha256=sha256_of(article),
        stems=" ".join(search.tokens(article.title, article.text)),
        html=pack(raw.html) if raw else None,
        html_sha256=hashlib.sha256(raw.html).hexdigest() if raw else None,
        html_charset=raw.charset if raw else None,
    )


@dataclass(frozen=True, slots=True)
class Saving:
    """An article to be stored. `identity`: its normalised address; a feed's own full text needs the feed's id in it.

    `seen_at`: when it was fetched, where that was another time than that of the others which are stored with it.
    """

    article: Article
    identity: str
    draft: Draft
    canonical_url: str | None = None
    simhash: int | None = None
    recogniser: str | None = None
    seen_at: datetime | None = None


def save(
    connection: Connection,
    article: Article,
    identity: str,
    fetched_at: datetime,
    *,
    raw: Raw | None = None,
    canonical_url: str | None = None,
    simhash: int | None = None,
    recogniser: str | None = None,
) -> Saved:
    """Store one article, made ready here; see `save_many`."""
    one = Saving(article, identity, drafted(article, raw), canonical_url, simhash, recogniser)
    return save_many(connection, [one], fetched_at)[0]


def save_many(
    connection: Connection, savings: Sequence[Saving], fetched_at: datetime, *, in_order: bool = False
) -> tuple[Saved, ...]:
    """Store articles, or find them stored, in a few statements however many there are.

    A text that differs from all stored ones of its identity becomes the next version. `in_order`: articles are numbered as they
    are given, however many of them are given at a time; else in an order that is the same for all who write at the same time.
    """
    saved: dict[int, Saved] = {}
    waits = dict(enumerate(savings))
    while waits:
        firsts = {one.identity: place for place, one in reversed(waits.items())}  # of each identity, one at a time
        places = sorted(firsts.values())
        mine = [waits.pop(place) for place in places]
        saved |= zip(places, _save(connection, mine, fetched_at, in_order=in_order), strict=True)
    return tuple(saved[place] for place in range(len(savings)))


def _save(connection: Connection, savings: Sequence[Saving], fetched_at: datetime, *, in_order: bool) -> list[Saved]:
    """Store articles of different identities."""
    hashed = [digest(one.identity) for one in savings]
    rows = [
        {
            "identity_hash": identity,
            "url": one.article.url,
            "agency": one.article.agency,
            "canonical_url": one.canonical_url,
            "first_seen": one.seen_at or fetched_at,
        }
        for identity, one in zip(hashed, savings, strict=True)
    ]
    if not in_order:
        rows.sort(key=lambda row: str(row["identity_hash"]))
    fresh = insert_into(connection, ArticleRow).on_conflict_do_nothing(index_elements=["identity_hash"])
    connection.execute(fresh, rows)
    mine = select(ArticleRow.__table__).where(ArticleRow.identity_hash.in_(hashed)).order_by(ArticleRow.identity_hash)
    # two workers do not number versions at once
    there = {row.identity_hash: row for row in connection.execute(waiting(connection, mine))}
    return _save_versions(connection, [there[identity] for identity in hashed], savings, fetched_at)


def save_version(connection: Connection, article_id: int, one: Saving, fetched_at: datetime) -> Saved:
    """Store what a stored article was read as this time; the next version, where its text differs from all others."""
    mine = select(ArticleRow.__table__).where(ArticleRow.id == article_id)
    row = connection.execute(waiting(connection, mine)).one()
    return _save_versions(connection, [row], [one], fetched_at)[0]


def _save_versions(
    connection: Connection, rows: Sequence[Row[Any]], savings: Sequence[Saving], fetched_at: datetime
) -> list[Saved]:
    """Store the versions of different articles that are not there yet."""
    stored: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    mine = select(*_VERSION_FACTS).where(ArticleVersionRow.article_id.in_(list(stored)))
    for version in connection.execute(mine):
        stored[version.article_id].append(version)
    same: dict[int, Row[Any]] = {}
    columns: list[dict[str, Any]] = []
    for row, one in zip(rows, savings, strict=True):
        known = next((version for version in stored[row.id] if version.sha256 == one.draft.sha256), None)
        if known is not None:
            same[row.id] = known
        else:
            number = max((version.version for version in stored[row.id]), default=0) + 1
            columns.append(_version_columns(one, fetched_at) | {"article_id": row.id, "version": number})
    made = _insert_versions(connection, columns)
    stems = {row.id: one.draft.stems.split() for row, one in zip(rows, savings, strict=True)}
    search.index(connection, [(version.id, stems[version.article_id]) for version in made.values()])
    return [_saved(row, same.get(row.id), made) for row in rows]


def _insert_versions(connection: Connection, columns: Sequence[dict[str, Any]]) -> dict[int, Row[Any]]:
    """The rows written, by their articles."""
    if not columns:
        return {}
    fresh = insert(ArticleVersionRow.__table__).returning(*_VERSION_FACTS)  # type: ignore[arg-type]
    return {row.article_id: row for row in connection.execute(fresh, columns)}


def _saved(row: Row[Any], same: Row[Any] | None, made: Mapping[int, Row[Any]]) -> Saved:
    return Saved(_facts(row, same if same is not None else made[row.id]), is_new=same is None)


def newest_by_identity(connection: Connection, identities: Sequence[str]) -> dict[str, ArticleFacts]:
    """The newest version of the articles with these identities, of those that were ever stored."""
    hashed = {digest(identity): identity for identity in identities}
    mine = select(ArticleRow.__table__).where(ArticleRow.identity_hash.in_(hashed))
    rows = {row.id: row for row in connection.execute(mine)}
    if not rows:
        return {}
    versions = select(*_VERSION_FACTS).where(ArticleVersionRow.article_id.in_(rows)).order_by(ArticleVersionRow.version)
    newest = {version.article_id: version for version in connection.execute(versions)}
    return {hashed[rows[key].identity_hash]: _facts(rows[key], version) for key, version in newest.items()}


def _version_columns(one: Saving, fetched_at: datetime) -> dict[str, Any]:
    article, draft, fetched_at = one.article, one.draft, one.seen_at or fetched_at
    return {
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "published": plausible(article.published, fetched_at),
        "published_from": article.published_from.value,
        "fetched_at": fetched_at,
        "sha256": draft.sha256,
        "html": draft.html,
        "html_sha256": draft.html_sha256,
        "html_charset": draft.html_charset,
        "simhash": one.simhash,
        "recogniser": one.recogniser,
        "recognised_at": fetched_at if one.recogniser else None,
    }


def _facts(article: Row[Any], version: Row[Any]) -> ArticleFacts:
    return ArticleFacts(
        article_id=article.id,
        url=article.url,
        seen_at=article.first_seen,
        version=version.version,
        version_id=version.id,
        agency=article.agency,
        title=version.title,
        language=version.language,
        published=version.published,
        sha256=version.sha256,
    )


def get(connection: Connection, article_id: int, version: int | None = None) -> StoredArticle | None:
    """An article's version, by default the newest; None where there is none."""
    article = connection.execute(select(ArticleRow.__table__).where(ArticleRow.id == article_id)).one_or_none()
    if article is None:
        return None
    mine = select(ArticleVersionRow.__table__).where(ArticleVersionRow.article_id == article_id)
    if version is not None:
        mine = mine.where(ArticleVersionRow.version == version)
    row = connection.execute(mine.order_by(ArticleVersionRow.version.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    number = select(func.count()).where(ArticleVersionRow.article_id == article_id)
    return _stored(article, row, connection.execute(number).scalar_one())


def newest(connection: Connection, article_ids: Collection[int]) -> list[StoredArticle]:
    """The newest version of each of these articles."""
    later, mine = ArticleVersionRow.__table__.alias("later"), ArticleVersionRow.__table__
    superseded = exists().where(later.c.article_id == mine.c.article_id, later.c.version > mine.c.version)
    rows = connection.execute(select(mine).where(mine.c.article_id.in_(article_ids), ~superseded)).all()
    named = connection.execute(select(ArticleRow.__table__).where(ArticleRow.id.in_(article_ids)))
    articles = {row.id: row for row in named}
    return [_stored(articles[row.article_id], row, row.version) for row in rows]


def _stored(article: Row[Any], row: Row[Any], versions: int) -> StoredArticle:
    return StoredArticle(
        facts=_facts(article, row),
        article=Article(
            url=article.url,
            title=row.title,
            text=row.text or "",
            language=row.language,
            published=row.published,
            published_from=PublishedFrom(row.published_from),
            agency=article.agency,
        ),
        canonical_url=article.canonical_url,
        fetched_at=row.fetched_at,
        versions=versions,
        recogniser=row.recogniser,
        text_deleted_at=row.text_deleted_at,
    )


def raw_of(connection: Connection, article_id: int, version: int) -> Raw | None:
    """The page as it was fetched, where it is still kept."""
    mine = and_(ArticleVersionRow.article_id == article_id, ArticleVersionRow.version == version)
    wanted = select(ArticleVersionRow.html, ArticleVersionRow.html_charset).where(mine)
    row = connection.execute(wanted).one_or_none()
    html = unpack(row.html) if row else None
    return Raw(html, row.html_charset) if row and html is not None else None


def newest_after(connection: Connection, after: int, limit: int) -> Iterator[StoredArticle]:
    """The newest version of every article whose text is kept, in order of version ids from `after`; for a rescan.

    Go on with the last one's `facts.version_id`. What is stored meanwhile may be passed over: the service reads that itself.
    """
    later = ArticleVersionRow.__table__.alias("later")
    mine = ArticleVersionRow.__table__
    superseded = exists().where(later.c.article_id == mine.c.article_id, later.c.version > mine.c.version)
    wanted = (
        select(mine).where(mine.c.id > after, mine.c.text.is_not(None), ~superseded).order_by(mine.c.id).limit(limit)
    )
    rows = connection.execute(wanted).all()
    ids = [row.article_id for row in rows]
    articles = {row.id: row for row in connection.execute(select(ArticleRow.__table__).where(ArticleRow.id.in_(ids)))}
    return iter([_stored(articles[row.article_id], row, row.version) for row in rows])


def newest_of(connection: Connection, version_ids: Collection[int]) -> list[StoredArticle]:
    """Those of these versions that are the newest of their articles and whose text is kept, the latest stored first."""
    later, mine = ArticleVersionRow.__table__.alias("later"), ArticleVersionRow.__table__
    superseded = exists().where(later.c.article_id == mine.c.article_id, later.c.version > mine.c.version)
    wanted = select(mine).where(mine.c.id.in_(version_ids), mine.c.text.is_not(None), ~superseded)
    rows = connection.execute(wanted.order_by(mine.c.id.desc())).all()
    ids = [row.article_id for row in rows]
    articles = {row.id: row for row in connection.execute(select(ArticleRow.__table__).where(ArticleRow.id.in_(ids)))}
    return [_stored(articles[row.article_id], row, row.version) for row in rows]


def languages(connection: Connection) -> tuple[str, ...]:
    """The languages that articles are stored in, from one to the next along their index."""
    found: list[str] = []
    column = ArticleVersionRow.language
    after: str | None = connection.execute(select(func.min(column))).scalar_one()
    while after is not None:
        found.append(after)
        after = connection.execute(select(func.min(column)).where(column > after)).scalar_one()
    return tuple(found)


def mark_read(connection: Connection, version_id: int, recogniser: str, now: datetime) -> None:
    """Note which version of the recogniser has read a text."""
    read = {"recogniser": recogniser, "recognised_at": now}
    connection.execute(update(ArticleVersionRow).where(ArticleVersionRow.id == version_id).values(**read))


def delete_texts(connection: Connection, fetched_before: datetime, now: datetime, limit: int = 1000) -> int:
    """Retention: texts and pages of old versions that prove nothing. Rows and hashes stay, or an article would seem new again."""
    proves = exists().where(EvidenceRow.article_version_id == ArticleVersionRow.id)
    kept = or_(ArticleVersionRow.text.is_not(None), ArticleVersionRow.html.is_not(None))
    old = select(ArticleVersionRow.id).where(ArticleVersionRow.fetched_at < fetched_before, kept, ~proves).limit(limit)
    ids = list(connection.execute(old).scalars())
    gone = {"text": None, "html": None, "text_deleted_at": now}
    if ids:
        connection.execute(update(ArticleVersionRow).where(ArticleVersionRow.id.in_(ids)).values(**gone))
    return len(ids)


def newest_time(connection: Connection) -> datetime | None:
    """The latest fetch on record: a clock that shows less was set back."""
    return connection.execute(select(func.max(ArticleVersionRow.fetched_at))).scalar_one()
