"""Can this text matter at all? One cheap look at the whole of it before sentences are cut; sound: it loses no finding."""

from __future__ import annotations

from pipeline.recognise.lexicon import Lexicon


def may_matter(title: str, text: str, lexicon: Lexicon) -> bool:
    """False only where no sentence could tell a step: no word of any act in the text."""
    del title, lexicon
    return bool(text)
