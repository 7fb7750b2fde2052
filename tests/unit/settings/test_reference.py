"""The configuration page and the code say the same."""

from __future__ import annotations

from tools.configuration_reference import PAGE, page


def test_the_page_is_what_the_code_says() -> None:
    """docs/configuration.md names every key with its type and default: run `python -m tools.configuration_reference`."""
    assert PAGE.read_text(encoding="utf-8") == page()
