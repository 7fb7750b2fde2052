"""The recogniser: an article and the watchlist give findings with evidence. The steps, in order, are drawn in `walk`.

Pure: no clock, no network, no database. Build it once per worker; `recognise` never changes it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pipeline.model import Article, Finding, Recognition, Watchlist
from pipeline.options import RecogniseOptions
from pipeline.recognise import assemble, discover, newsday, screen, sentences
from pipeline.recognise.dates import DateTables
from pipeline.recognise.explain import Explaining
from pipeline.recognise.judgement import Judgement
from pipeline.recognise.lexicon import Lexicon, Lexicons
from pipeline.recognise.linker import Linker
from pipeline.recognise.linking import Index
from pipeline.recognise.meanings import Tools
from pipeline.recognise.parties import Names
from pipeline.recognise.sieve import Sieve
from pipeline.recognise.walk import Walk

__all__ = ["RecogniseOptions", "Recogniser"]


@dataclass(frozen=True)
class Recogniser:
    """Everything an article is read with. Use `build`."""

    options: RecogniseOptions
    watchlist: Watchlist
    lexicons: Lexicons
    names: Names
    linker: Linker
    dates: DateTables
    judgement: Judgement
    sieve: Sieve
    rules: tuple[discover.Watched, ...] = ()

    @classmethod
    def build(cls, watchlist: Watchlist, options: RecogniseOptions | None = None) -> Recogniser:
        """Load the languages and read the watchlist: one to two seconds, and 0.1 ms per agreement."""
        with _uncollected():
            names = Names.load()
            linker = Linker.build(Index.build(watchlist, names), watchlist.agreements)
            lexicons = Lexicons.load()
            chosen = options or RecogniseOptions()
            sieve = Sieve.build(lexicons, linker.index, names, discover=chosen.discover)
            rules = discover.watched(watchlist.rules, linker.index)
            return cls(chosen, watchlist, lexicons, names, linker, DateTables.load(), Judgement.load(), sieve, rules)

    def recognise(self, article: Article, *, trace: bool = False) -> Recognition:
        """The steps an article tells, in the order of its text, those of one kind merged."""
        lexicon = self._lexicon(article)
        if lexicon is None or not screen.may_matter(
            article.title, article.text, lexicon, self.linker.index, self.sieve
        ):
            return Recognition(screened_out=True)
        walk = self._walk(article, lexicon, Explaining if trace else Walk)
        merged = assemble.merge(walk.run())
        told = newsday.dated(self.judgement.judge(merged), walk.news_day)
        found = [self._ruled(assemble.finding(one, self._title(one.linked.agreement_id))) for one in told]
        kept = tuple(f for f in found if f.confidence >= self.options.review_threshold)
        if not isinstance(walk, Explaining):
            return Recognition(kept)
        return Recognition(kept, walk.steps(merged, self.judgement, self.options.review_threshold))

    def told(self, article: Article) -> list[assemble.Told]:
        """The steps as read, merged but not yet judged; none in a language nobody has taught us."""
        lexicon = self._lexicon(article)
        return [] if lexicon is None else assemble.merge(self._walk(article, lexicon).run())

    def _walk(self, article: Article, lexicon: Lexicon, kind: type[Walk] = Walk) -> Walk:
        document = sentences.document(
            article.text, article.title, lexicon.language, lexicon.abbreviations, ordinals=lexicon.ordinals
        )
        return kind(article, document, Tools(lexicon, self.names, self.linker, self.dates, self.options.discover))

    def may_matter(self, text: str, titles: Iterable[str] = ()) -> bool:
        """False only where no article on a page that says `text` (all of it, any language) could tell a step. Well under 1 ms."""
        return any(self.sieve.languages(text, titles))

    def _ruled(self, found: Finding) -> Finding:
        """A discovered agreement with the rule of the watchlist that asks for it."""
        if found.discovered is None or not self.rules:
            return found
        rule = discover.rule_of(found.discovered, found.type, found.evidence, self.rules)
        return replace(found, discovered=replace(found.discovered, rule_id=rule))

    def _title(self, agreement_id: str | None) -> str:
        return self.linker.agreements[agreement_id].title if agreement_id else ""

    def _lexicon(self, article: Article) -> Lexicon | None:
        return self.lexicons.get(article.language or sentences.script_language(article.text))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: a million values are made here and hardly one is dropped; looking through them takes a fifth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
