"""`make demo`: the whole way offline."""

from __future__ import annotations

import pytest

from pipeline import demo


@pytest.mark.slow
def test_the_demonstration_shows_what_it_promises() -> None:
    """Three agencies, at least twelve articles; two reports of one event, one planned step, background, and three that are none."""
    found, done = demo.run()
    assert done.polled == 3
    assert sum(done.outcomes.values()) >= 12
    assert done.failed == 0
    steps = {(e.agreement_id, e.type.value, e.stage, e.actor_country, e.status.value, str(e.date or "")) for e in found}
    assert ("ru-by-unjustified-prosecution", "ratified", "lower_chamber", "RU", "occurred", "2026-01-14") in steps
    ratified = next(e for e in found if e.type == "ratified" and e.stage == "lower_chamber" and e.actor_country == "RU")
    assert len({source.language for source in ratified.sources}) == 2
    assert any(e.status == "planned" for e in found)
    assert any(e.salience == "background" for e in found)
    told = {source.url.rpartition("/")[2] for e in found for source in e.sources}
    for none in ("midfielder", "coalition", "rybolovstve"):
        assert not any(none in url for url in told)
