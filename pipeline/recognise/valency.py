"""What a verb may take beside it: verbs that need no object, those of motion, and those that a body passes."""

from __future__ import annotations

from pipeline.recognise.reading import Reading

MOTION = frozenset({"enter_force", "withdraw", "accede"})  # German and French form their perfect with "to be"


def alone(reading: Reading, first: int, last: int) -> bool:
    """ "The treaty *expired* on Friday": an English verb that needs no object is no participle behind its noun."""
    following = last + 1
    if reading.lexicon.language != "en" or not first or reading.is_any(("determiners", "coordinate"), first - 1):
        return False
    behind = following < len(reading.tokens) and not reading.before(following).strip(" \u00a0")
    if behind and reading.is_a("by", following):
        return False
    return reading.is_any(("intransitive", "labile"), first)


def moves(reading: Reading, last: int, family: str) -> bool:
    """Whether a verb forms its perfect with "to be": "ist beigetreten", "ist ausgelaufen"."""
    return family in MOTION or reading.is_a("intransitive", last)


def acts_on_body(reading: Reading, last: int) -> bool:
    """ "The treaty cleared the Senate": a body stands behind the verb as its object."""
    following = last + 1
    if following >= len(reading.tokens) or not reading.is_a("determiners", following):
        return False
    return any(p.body and reading.token_at(p.start) - following in {0, 1} for p in reading.parties)
