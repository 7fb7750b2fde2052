"""Where an item of a digest begins, and what of the items before is forgotten there."""

from __future__ import annotations

import pytest

from pipeline.recognise import items, sentences


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("LOMÉ – The carriers' union denounced its accord with the port.", True),
        ("BAKU: The club extended his contract.", True),
        ("НОВОСТИ. МИНСК — Подписан договор.", False),
        ("МИНСК — Подписан договор.", True),
        ("• PORT LOUIS (Agency) — The convention enters into force.", True),
        ("UK: the treaty was laid before parliament.", False),
        ("The EU – and this is new – has signed it.", False),
        ("Minsk said it had ratified the treaty.", False),
    ],
)
def test_a_dateline_in_capitals_opens_an_item(text: str, opens: bool) -> None:
    """Only behind the first paragraph, and only a place with a dash or a colon."""
    first = sentences.sentence("Oslo and Riga signed the treaty.", 0, 0, 0)
    assert items.begins(sentences.sentence(text, 1, 1, 40), first) is opens
    assert not items.begins(sentences.sentence(text, 1, 0, 40), first)
    assert not items.begins(sentences.sentence(text, 0, 0, 0), None)
