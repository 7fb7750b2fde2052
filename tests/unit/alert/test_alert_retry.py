"""When to try again."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.alert.options import AlertOptions
from pipeline.alert.retry import LONGEST, after, pause_until
from pipeline.alert.values import GiveUp, TryAgain
from pipeline.errors import Reason
from tests.alert.builders import NOW

SCHEDULE = AlertOptions().retry_schedule
TIMEOUT = TryAgain(Reason.TIMEOUT_TOTAL, "no answer")


def test_ten_tries_within_about_three_days() -> None:
    """The schedule of Standard Webhooks, then a dead letter that says what went wrong last."""
    now, tries = NOW, 1
    while isinstance(due := after(tries, TIMEOUT, now, SCHEDULE, 0.5), datetime):
        now, tries = due, tries + 1
    assert tries == 10
    assert timedelta(hours=75) < now - NOW < timedelta(hours=76)
    assert due == GiveUp(Reason.TRIES_EXHAUSTED, "10 tries; the last: timeout_total (no answer)")


@given(st.integers(1, 9), st.floats(0, 1), st.none() | st.floats(-1e9, 1e12))
def test_a_wait_is_never_negative_never_endless_and_keeps_what_was_asked(
    attempt: int, jitter: float, asked: float | None
) -> None:
    """A tenth to either side of the plan, or as long as the receiver asks, up to a day."""
    due = after(attempt, TryAgain(Reason.RATE_LIMITED, after=asked), NOW, SCHEDULE, jitter)
    assert isinstance(due, datetime)
    wait, planned = (due - NOW).total_seconds(), SCHEDULE[attempt - 1]
    least = max(planned * 0.9, min(asked or 0, LONGEST))
    assert least - 1e-3 <= wait <= max(planned * 1.1, least) + 1e-3


def test_a_channel_rests_only_when_its_receiver_is_overloaded() -> None:
    """As long as it asks, a minute where it does not say, a day at most."""
    assert pause_until(TIMEOUT, NOW) is None
    for asked, rest in ((None, 60), (30.0, 30), (1e9, 86400)):
        outcome = TryAgain(Reason.RATE_LIMITED, after=asked, pause=True)
        assert pause_until(outcome, NOW) == NOW + timedelta(seconds=rest)
