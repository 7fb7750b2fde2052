"""Patterns put together from parts: regular verbs from stem and endings, steps from a verb that says little and a noun that says which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def conjugated(line: str, paradigm: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """(form, pattern) of a regular verb: "aprob|aprueb / ..3 text" is a stem, the stem of endings marked "~", and what follows.

    Words before the stem are the pattern's own, with their choices: "imzasını|imzalarını koy" (Turkish).
    """
    head, _, rest = line.partition("/")
    before, space, last = head.strip().rpartition(" ")
    stem, _, other = (before + space + part for part in last.partition("|"))
    other = other if "|" in last else ""
    for form, endings in paradigm.items():
        for ending in endings:
            word = (other or stem) + ending[1:] if ending.startswith("~") else stem + ending
            yield form, f"{word} {rest}".strip()


def side_by_side(line: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(form, pattern) of an irregular verb, a column for each form: "signs signed / ..2 off"; "se-une|se-unen" are two patterns."""
    heads, _, rest = line.partition("/")
    for column, head in zip(columns, heads.split(), strict=True):
        for word in head.split("|") if "-" in head else (head,):
            yield column, f"{word} {rest}".strip()


def composed(line: str, verbs: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[tuple[str, str]]:
    """(form, pattern) of a step told by verb and noun: "<give> ..3 consent" with every form of each verb told of under `light.give`.

    Several verbs may stand in that place, "<give|express>". ValueError where one is unknown, or none stands there.
    """
    before, opened, rest = line.partition("<")
    names, closed, after = rest.partition(">")
    unknown = [name for name in names.split("|") if name not in verbs]
    if not opened or not closed or unknown:
        raise ValueError(f"no verb of this name under `light`: {line!r}")
    for name in names.split("|"):
        for form, words in verbs[name].items():
            for word in words:
                yield form, f"{before}{word}{after}"
