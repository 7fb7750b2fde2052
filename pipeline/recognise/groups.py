"""Groups of words that a language's patterns share: whoever *gives* or *gets* an *approval*, whichever words a language has for each.

In a language file `[groups]` names lists of words, and `@name` in a pattern of an act stands for any of them, alone or among other
choices ("@give ..4 @consent", "@consent|leave"). Light verbs and nouns thus multiply, where each pair would be a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_MARK = "@"
_PARTED = (" ", "-", "'", "’")


def expand(text: str, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The pattern with every `@name` spelled out: words alone are choices of one pattern, expressions make one pattern each.

    ValueError for a group that the language has not got.
    """
    if _MARK not in text:
        yield text
        return
    made = [""]
    for part in text.split(" "):
        choices = list(_choices(part, groups))
        made = [f"{before} {choice}".strip() for before in made for choice in choices]
    yield from made


def _choices(part: str, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What may stand in the place of one word of a pattern: all single words at once, then each expression."""
    words: list[str] = []
    for choice in part.split("|"):
        if not choice.startswith(_MARK):
            words.append(choice)
        elif choice[1:] in groups:
            words.extend(groups[choice[1:]])
        else:
            raise ValueError(f"no group {choice}: {part!r}")
    single = [word for word in words if not any(mark in word for mark in _PARTED)]
    if single:
        yield "|".join(single)
    yield from (word for word in words if word not in single)
