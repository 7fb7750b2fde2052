"""The service left alone beside a small world of agencies, at twenty times its speed; benchmarks/unattended.py is the large one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.unattended import FAILURES, Scale, run


@pytest.mark.slow
def test_left_alone(tmp_path: Path) -> None:
    """Two hundred feeds, ten of which fail in ten ways: every item ever shown is stored once, no host is asked too soon, it stops in time."""
    scale = Scale(feeds=200, hosts=20, minutes=12, speed=20)
    told = run(scale, tmp_path)
    assert told.shown >= 190 * 6
    assert (told.missing, told.invented, told.doubled) == (0, 0, 0)
    assert told.read > 100
    pace = scale.pace / scale.speed
    assert told.closest + told.lag > 0.95 * pace, told.closest_two
    assert told.stopping < 10
    assert not told.said
    wrong = {(way, error) for way, error in told.errors if error not in FAILURES.get(way, "")}
    assert not wrong
    assert len({way for way, _ in told.errors}) >= 6
