"""An article's text cut for the page: paragraphs with the proving words marked, and the ones around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `marked`: it is evidence."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph in pieces. `near`: it holds evidence or stands beside it, and is shown at once."""

    pieces: tuple[Piece, ...]
    near: bool


def paragraphs(text: str, spans: Iterable[tuple[int, int]]) -> tuple[Paragraph, ...]:
    """The text in paragraphs. `spans`: (start, end) offsets of evidence in it; those outside the text are cut to it."""
    marks = merged(spans, len(text))
    found: list[tuple[tuple[Piece, ...], bool]] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        pieces = _pieces(text, start, end, marks)
        if line.strip():
            found.append((pieces, any(piece.marked for piece in pieces)))
        start = end + 1
    near = {place + step for place, (_, marked) in enumerate(found) if marked for step in (-1, 0, 1)}
    return tuple(Paragraph(pieces, place in near) for place, (pieces, _) in enumerate(found))


def merged(spans: Iterable[tuple[int, int]], length: int) -> tuple[tuple[int, int], ...]:
    """Spans in order, none overlapping, none empty, all inside 0 to `length`."""
    inside = sorted((max(0, start), min(end, length)) for start, end in spans)
    out: list[tuple[int, int]] = []
    for start, end in inside:
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def span_of(text: str, evidence: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the evidence stands in this text: at its offsets, else wherever the same words are; None where they are not."""
    if evidence and text[start:end] == evidence:
        return start, end
    found = text.find(evidence) if evidence else -1
    return (found, found + len(evidence)) if found >= 0 else None


def _pieces(text: str, start: int, end: int, marks: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    here = start
    for marked_from, marked_to in marks:
        first, last = max(marked_from, start), min(marked_to, end)
        if first >= last:
            continue
        if here < first:
            pieces.append(Piece(text[here:first], False))
        pieces.append(Piece(text[first:last], True))
        here = last
    if here < end:
        pieces.append(Piece(text[here:end], False))
    return tuple(pieces)
