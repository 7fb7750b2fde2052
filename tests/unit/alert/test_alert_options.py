"""What a channel may be, and what is refused before anything is lost."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.alert.options import AlertOptions, ChannelFilter, weaknesses
from tests.alert.builders import OLD_SECRET, SECRET, channel


@pytest.mark.parametrize(
    ("kind", "given", "word"),
    [
        ("webhook", {"secret": ()}, "secret"),
        ("webhook", {"secret": ("whsec_",)}, "secret"),
        ("webhook", {"secret": ("whsec_not-base64!",)}, "secret"),
        ("webhook", {"secret": ("whsec_a_-b",)}, "secret"),
        ("webhook", {"url": "ftp://example.org/"}, "url"),
        ("webhook", {"url": "https:///path"}, "url"),
        ("webhook", {"url": "https://example.org/\nX: y"}, "url"),
        ("webhook", {"url": "http://[::1"}, "url"),
        ("webhook", {"allow_networks": ("10.0.0.0/99",)}, "allow_networks"),
        ("email", {"to": ("nobody",)}, "mail address"),
        ("email", {"to": ("a@example.org\nBcc: x@example.org",)}, "mail address"),
        ("email", {"from_": "@example.org"}, "mail address"),
        ("email", {"to": ("büro@example.org",)}, "ASCII"),
        ("email", {"host": ""}, "host"),
        ("email", {"timezone": "Mars/Olympus"}, "timezone"),
        ("email", {"timezone": "../../etc/passwd"}, "timezone"),
        ("email", {"schedule": "0 25 * * *"}, "schedule"),
        ("email", {"quiet_hours": "all day"}, "quiet_hours"),
        ("email", {"daily_cap": -1}, "daily_cap"),
        ("email", {"id": "two words"}, "id"),
    ],
)
def test_what_could_never_deliver_is_refused_at_once(kind: str, given: dict[str, Any], word: str) -> None:
    """With a sentence that names the key."""
    with pytest.raises(ValueError, match=word):
        channel(kind, **given)


def test_the_rest_of_the_options() -> None:
    """Limits of filter and delivery."""
    for wrong in ({"retry_schedule": (5, -1)}, {"timeout": 0}, {"concurrency": 0}):
        with pytest.raises(ValueError):
            AlertOptions(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        ChannelFilter(min_confidence=1.5)


def test_what_works_but_should_not_stay_so_is_said() -> None:
    """For `check`: plain http, short secrets, mail in the clear."""
    assert weaknesses(channel("webhook", secret=(SECRET, OLD_SECRET))) == ()
    assert len(weaknesses(channel("webhook", url="http://example.org/", secret=("whsec_c2hvcnQ=",)))) == 2
    assert "password" in weaknesses(channel("email", password="geheim"))[0]
    assert weaknesses(channel("email", tls="starttls")) == ()


def test_secrets_do_not_stand_in_the_value_when_it_is_shown() -> None:
    """A logged channel gives nothing away."""
    assert "geheim" not in repr(channel("email", password="geheim"))
    assert SECRET not in repr(channel("webhook"))
