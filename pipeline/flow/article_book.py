"""What processing writes, many articles at a time: one commit for all that are ready, each of them in it whole or not at all.

read in a worker ─▶ Ready ─▶ together: versions saved ─▶ each one's findings decided and applied ─▶ entries done ─▶ commit
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.door.url import normalise_url
from pipeline.fetch import Fetched
from pipeline.flow.again import first_look
from pipeline.flow.parts import Parts
from pipeline.flow.together import Together
from pipeline.model import Finding
from pipeline.plan import Applied, ArticleFacts, Plan, Stale
from pipeline.reading import GLANCED, Reading
from pipeline.record import decide, scope
from pipeline.store import apply as plans
from pipeline.store import articles, entries, known, rechecks
from pipeline.store.articles import Draft, Saved, Saving
from pipeline.store.entries import EntryWork

RECOGNISER = "1"  # raised when stored texts should be read again
_MOST = 32  # articles in one transaction: others wait for it, and it is done again where it fails


@dataclass(frozen=True, slots=True)
class Read:
    """What a worker made of a page, and what is to be stored of it, packed there already."""

    reading: Reading
    draft: Draft


@dataclass(slots=True, eq=False)
class _Ready:
    """A claimed entry, what its page says and the answer that brought the page (None: the feed itself). `plan`: what came of it."""

    work: EntryWork
    made: Read
    answer: Fetched | None
    plan: Plan | None = None


class ArticleBook:
    """The database's side of one pass. An article that cannot be written keeps no other from it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._articles: Together[_Ready] = Together(self._write, _MOST)
        self._words: Together[Callable[[Any], object]] = Together(self._settle, _MOST)

    async def record(self, work: EntryWork, made: Read, answer: Fetched | None) -> Plan:
        """Write an article, what its findings change, and that its entry is done. Raises StoreUnavailable."""
        ready = _Ready(work, made, answer)
        if made.reading.recognition.findings and not self._parts.database.is_sqlite:
            # events lock their agreements and draw numbers: two replicas that did so for many articles in one transaction
            # would wait for each other in a circle
            await self._write([ready])
        else:
            await self._articles(ready)
        assert ready.plan
        return ready.plan

    async def settle(self, work: Callable[[Any], object]) -> None:
        """Write what became of an entry that brought no article. Raises StoreUnavailable."""
        await self._words(work)

    async def _write(self, ready: Sequence[_Ready]) -> None:
        made = await self._parts.write(lambda connection: _recorded(connection, self._parts, ready))
        for one, plan in zip(ready, made, strict=True):
            one.plan = plan

    async def _settle(self, words: Sequence[Callable[[Any], object]]) -> None:
        await self._parts.write(lambda connection: [word(connection) for word in words])


def _recorded(connection: Any, parts: Parts, ready: Sequence[_Ready]) -> list[Plan]:
    """Everything these articles change, in the one transaction that also settles their entries."""
    now = parts.clock()
    saved = articles.save_many(connection, [_saving(one) for one in ready], now)
    proving = set(known.proving(connection, [one.facts.article_id for one in saved]))
    made: list[Plan] = []
    for one, version in zip(ready, saved, strict=True):
        findings = one.made.reading.recognition.findings
        quiet = not findings and version.facts.article_id not in proving
        plan = Plan(version.facts, now) if quiet else _weighed(connection, parts, version.facts, findings)
        if findings:  # a later version of it in this commit has something to take back
            proving.add(version.facts.article_id)
        parts.passage("event_inserted")
        if (
            plan.decided and one.answer and not one.made.reading.article.from_feed
        ):  # it proves something: see whether it stays
            validators = (one.answer.etag, one.answer.last_modified)
            url = one.work.entry.url
            rechecks.plan(connection, version.facts.article_id, url, now, first_look(now), validators)
        made.append(plan)
    entries.done(
        connection, {one.work.id: version.facts.article_id for one, version in zip(ready, saved, strict=True)}, now
    )
    for _ in ready:  # once for each article, so that passages can be counted on however many share the commit
        parts.passage("event_before_commit")
    return made


def _saving(one: _Ready) -> Saving:
    article = one.made.reading.article
    identity = normalise_url(one.work.entry.url)
    if article.from_feed:  # what one feed says an article says must not stand for the article itself
        identity = f"{one.work.entry.feed_id} {identity}"
    return saving_of(one.made, identity)


def saving_of(made: Read, identity: str) -> Saving:
    """What is written of an article that was read."""
    read_by = RECOGNISER if made.reading.extracted else GLANCED
    return Saving(made.reading.article, identity, made.draft, recogniser=read_by)


def record_reading(connection: Any, parts: Parts, identity: str, made: Read) -> tuple[Saved, Plan]:
    """Store an article's version and everything its findings change, in the caller's transaction."""
    (saved,) = articles.save_many(connection, [saving_of(made, identity)], parts.clock())
    return saved, _weighed(connection, parts, saved.facts, made.reading.recognition.findings)


def _weighed(connection: Any, parts: Parts, facts: ArticleFacts, findings: Sequence[Finding]) -> Plan:
    """What an article's findings change, written."""
    while True:
        there = known.load(connection, scope(findings), facts.article_id)
        plan = decide(facts, findings, there, parts.clock(), parts.record, parts.context)
        match plans.apply(connection, plan, parts.tell):
            case Applied():
                return plan
            case Stale():  # another worker was faster: what it wrote is read and weighed too
                continue
