"""The index of words on PostgreSQL: tsvectors under GIN, whose lists of documents are in no order.

Each word carries the stretch of numbers its document lies in, and stretches are asked one after the other until the page is full. A
common word so costs one stretch, a rare one would a look-up in each: where the first ones held few documents, all others are looked
up at once in a second index of the words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, TextClause, text

from pipeline.store.indexed import Between, Index, Phrase, Span, Wanted, edges_of, lying

_STRETCHES = (16, 1024)  # asked for at a time: at first, at most
_FEW_STRETCHES = 4096  # are asked for without looking first where any document lies
_APIECE = 4  # what a look into a stretch costs, in documents that are found by their words alone
_AT_ONCE = 1500  # documents that are found so, at most
_TELLING = 1000  # documents must have been looked at to tell how many others are left to be found
_UNKNOWN = 2**31  # documents of a table whose statistics are still to be made
_STRETCH = "~"  # stands for a document's stretch in what is asked of it


@dataclass(frozen=True, slots=True)
class Search:
    """A search on PostgreSQL: stretch by stretch, until it is less to look up at once whatever is left."""

    connection: Connection
    index: Index
    wanted: Wanted
    span: Span
    between: Between | None

    def first(self, limit: int) -> list[int]:
        """The first so many."""
        found: list[int] = []
        every = left = _numbers(self.connection, self.index, self.span)
        width, many = _STRETCHES[0], False
        while left and len(found) < limit:
            near, left = self._next(left, width)
            part = _alike(self.connection, self.index, self.wanted, self.span, (near, limit - len(found)))
            found += part
            wanting = limit - len(found)
            if not many and wanting and self._are_few(every, left, len(found), wanting):
                rest = _at_once(self.connection, self.index, self.wanted, self._part(left), wanting)
                if rest is not None:
                    return found + rest
                many = True
            elif wanting and left and not part and self.between is None:
                # perhaps nothing lies there at all, for centuries
                left = _edged(self.connection, self.index, self._part(left))
            width = min(width * 4, _STRETCHES[1])
        return found

    def _next(self, left: range, width: int) -> tuple[range, range]:
        """So many of the stretches, the first on the way, or more where hardly anything lies in them; and the rest."""
        near, rest = _nearest_of(left, width, self.span)
        while self.between is not None and rest and self._documents(self._part(near), self._part(rest))[0] < _TELLING:
            width *= 2
            near, rest = _nearest_of(left, width, self.span)
        return near, rest

    def _part(self, stretches: range) -> Span:
        return self.span.within(stretches.start << self.index.shift, (stretches.stop << self.index.shift) - 1)

    def _are_few(self, every: range, left: range, found: int, wanting: int) -> bool:
        """Whether what is left to be found costs less at once, as far as what was found tells."""
        if not left:
            return False
        seen = range(every.start, left.start) if self.span.rising else range(left.stop, every.stop)
        looked, behind = self._documents(self._part(seen), self._part(left))
        held = max((found + 0.5) / max(looked, 1) * behind, 0.5)
        return looked >= _TELLING and held <= _AT_ONCE and held < _APIECE * len(left) * min(1, wanting / held)

    def _documents(self, looked: Span, left: Span) -> tuple[int, int]:
        """How many lie there, and there: of the first, at most so many as tell enough; of the others, as far as is known."""
        if self.between is not None:
            one, other = (self.between(span.low or 0, span.high or 0) for span in (looked, left))
            return one, other
        count = _count(self.index.name, lying("id", looked))
        near, every = self.connection.execute(count, edges_of(looked) | {"name": self.index.name}).one()
        if near < _AT_ONCE or every <= 0:
            return near, every if every > 0 else _UNKNOWN
        width, rest = ((span.high or 0) - (span.low or 0) for span in (looked, left))
        return int(every * width / (width + rest)), int(
            every * rest / (width + rest)
        )  # where they lie as thick as elsewhere


@lru_cache(100)
def _count(name: str, bounds: str) -> TextClause:
    some = f"SELECT 1 FROM {name} WHERE true{bounds} LIMIT {_AT_ONCE}"  # noqa: S608 - a name of ours
    every = "SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = CAST(CAST(:name AS text) AS regclass)"
    return text(f"SELECT (SELECT count(*) FROM ({some}) AS looked_at), ({every})")  # noqa: S608


def find_by_stretches(
    connection: Connection, index: Index, wanted: Callable[[int], Wanted], span: Span, limit: int
) -> list[int]:
    """The same on PostgreSQL, where something else may be wanted of each stretch of numbers."""
    found: list[int] = []
    left, width = _numbers(connection, index, span), _STRETCHES[0]
    while left and len(found) < limit:
        near, left = _nearest_of(left, width, span)
        part = _in_stretches(connection, index, wanted, span, (near, limit - len(found)))
        found += part
        width = min(width * 4, _STRETCHES[1])
        if not part and left:  # perhaps nothing lies there at all, for centuries
            left = _edged(connection, index, span.within(left.start << index.shift, (left.stop << index.shift) - 1))
    return found


def _nearest_of(left: range, width: int, span: Span) -> tuple[range, range]:
    """So many of the stretches, the first on the way; and the rest."""
    return (left[:width], left[width:]) if span.rising else (left[-width:], left[:-width])


def _numbers(connection: Connection, index: Index, span: Span) -> range:
    """The stretches of a span; of a wide one those in which documents can lie."""
    if span.low is not None and span.high is not None:
        stretches = range(span.low >> index.shift, (span.high - 1 >> index.shift) + 1)
        if len(stretches) <= _FEW_STRETCHES:
            return stretches
    return _edged(connection, index, span)


def _edged(connection: Connection, index: Index, span: Span) -> range:
    """The stretches in which documents of this span lie, from the first to the last that hold one."""
    lowest, highest = connection.execute(_edges(index.name, lying("id", span)), edges_of(span)).one()
    return range(lowest >> index.shift, (highest >> index.shift) + 1) if lowest is not None else range(0)


@lru_cache(100)
def _edges(name: str, bounds: str) -> TextClause:
    return text(f"SELECT min(id), max(id) FROM {name} WHERE true{bounds}")  # noqa: S608 - a name of ours


def first_among(
    connection: Connection, index: Index, wanted: Wanted, begins: Sequence[int], apart: int, limit: int
) -> list[int]:
    """On PostgreSQL, of the documents with a number from one of these on, and so near to it, the first in which all of `wanted` stand."""
    if not wanted or not all(wanted):
        return []
    these = {"numbers": list(begins), "asked": _query(_STRETCH, wanted), "apart": apart, "limit": limit}
    return list(connection.execute(_among(index), these).scalars())


@lru_cache(10)
def _among(index: Index) -> TextClause:
    asked = f"CAST(replace(:asked, '{_STRETCH}', CAST(given.id >> {index.shift} AS text)) AS tsquery)"
    near = (
        f"SELECT id, words FROM {index.name} WHERE id >= given.id AND id < given.id + :apart ORDER BY id LIMIT :apart"  # noqa: S608 - names of ours
    )
    return text(  # documents are found by their numbers: what stands within a subquery with a limit stays there
        f"SELECT one.id FROM unnest(CAST(:numbers AS bigint[])) AS given(id) CROSS JOIN LATERAL ({near}) one"  # noqa: S608
        f" WHERE one.words @@ {asked} LIMIT :limit"
    )


def _alike(connection: Connection, index: Index, wanted: Wanted, span: Span, part: tuple[range, int]) -> list[int]:
    """The first of them in these stretches; a stretch is a look-up of its own, and none is looked up once the page is full."""
    stretches, limit = part
    phrases = _phrases(wanted)
    statement = _each_of(index.name, lying("id + 0", span), "ASC" if span.rising else "DESC", phrases=bool(phrases))
    first, last, step = (stretches[0], stretches[-1], 1) if span.rising else (stretches[-1], stretches[0], -1)
    asked = {"asked": _query(_STRETCH, wanted, near=False), "phrases": _query(_STRETCH, phrases)}
    values = edges_of(span) | asked | {"first": first, "last": last, "step": step, "limit": limit}
    return sorted(connection.execute(statement, values).scalars(), reverse=not span.rising)


def _phrases(wanted: Wanted) -> Wanted:
    """What an index cannot tell by itself: of the words of a phrase, that they stand one after the other."""
    return tuple(some for some in wanted if any(len(phrase) > 1 for phrase in some))


@lru_cache(100)
def _each_of(name: str, bounds: str, order: str, *, phrases: bool) -> TextClause:
    # in one query of them all, each document would be weighed against every stretch; "+ 0" keeps the planner off the key's order
    asked, exact = (
        f"CAST(replace(:{one}, '{_STRETCH}', CAST(stretch AS text)) AS tsquery)" for one in ("asked", "phrases")
    )
    near = f"SELECT id FROM {name} WHERE words @@ {asked}{bounds} ORDER BY id + 0 {order}"  # noqa: S608 - names of ours
    if phrases:  # are looked for in one document after the other, until there are enough
        document = f"SELECT id, words FROM {name} WHERE id = listed.id OFFSET 0"  # noqa: S608
        near = f"SELECT document.id FROM ({near} OFFSET 0) AS listed, LATERAL ({document}) AS document WHERE document.words @@ {exact}"  # noqa: S608
    return text(
        f"SELECT one.id FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint), CAST(:step AS bigint)) AS stretch"  # noqa: S608
        f" CROSS JOIN LATERAL ({near} LIMIT :limit) one LIMIT :limit"
    )


def _at_once(connection: Connection, index: Index, wanted: Wanted, span: Span, limit: int) -> list[int] | None:
    """The first of them by their words alone, whatever the stretch; None where they are many."""
    statement = _by_words_alone(index.name, lying("id + 0", span))
    values = {"asked": _query("", wanted, near=False)}
    found = sorted(connection.execute(statement, edges_of(span) | values).scalars(), reverse=not span.rising)
    if len(found) > _AT_ONCE:
        return None
    phrases = _phrases(wanted)
    return first_among(connection, index, phrases, found, 1, limit) if phrases else found[:limit]


@lru_cache(100)
def _by_words_alone(name: str, bounds: str) -> TextClause:
    # the planner is not shown the words: for frequent ones it would read the whole table, and take each document apart
    asked = "(SELECT CAST(:asked AS tsquery))"
    return text(f"SELECT id FROM {name} WHERE search_stems(words) @@ {asked}{bounds} LIMIT {_AT_ONCE + 1}")  # noqa: S608 - names of ours


def _in_stretches(
    connection: Connection, index: Index, wanted: Callable[[int], Wanted], span: Span, part: tuple[range, int]
) -> list[int]:
    """The same where each is asked something else."""
    stretches, limit = part
    statement = _by_stretches(index.name, lying("id + 0", span), "ASC" if span.rising else "DESC")
    asked = [_query(stretch, wanted(stretch)) for stretch in (stretches if span.rising else reversed(stretches))]
    return sorted(
        connection.execute(statement, edges_of(span) | {"asked": asked, "limit": limit}).scalars(),
        reverse=not span.rising,
    )


@lru_cache(100)
def _by_stretches(name: str, bounds: str, order: str) -> TextClause:
    return text(
        f"SELECT one.id FROM unnest(CAST(:asked AS text[])) AS stretch(asked) CROSS JOIN LATERAL (SELECT id FROM {name}"  # noqa: S608 - names of ours
        f" WHERE words @@ CAST(stretch.asked AS tsquery){bounds} ORDER BY id + 0 {order} LIMIT :limit) one LIMIT :limit"
    )


def _query(stretch: int | str, wanted: Wanted, *, near: bool = True) -> str:
    """What is asked, of documents of a stretch ("": of words alone); `near`: words of a phrase stand one after the other."""
    follow = " <-> " if near else " & "
    marked: Callable[[Phrase], str] = lambda phrase: "(" + follow.join(_marked(stretch, one) for one in phrase) + ")"  # noqa: E731
    return " & ".join("(" + " | ".join(marked(phrase) for phrase in some) + ")" for some in wanted)


def _marked(stretch: int | str, token: str) -> str:
    before = f"{stretch}." if stretch != "" else ""
    return f"'{before}{token[:-1]}':*" if token.endswith("*") else f"'{before}{token}'"


def vector(stretch: int, tokens: Sequence[str]) -> str:
    """A tsvector of a document's tokens, as text. PostgreSQL itself keeps the first 256 places of a token, the last place is 16,383."""
    places: dict[str, str] = {}
    for place, token in enumerate(tokens, 1):
        known = places.get(token)
        places[token] = f"{known},{place}" if known else f"{place}"
    return " ".join([f"'{stretch}.{token}':{listed}" for token, listed in places.items()])
