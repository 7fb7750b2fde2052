"""A feed whose interval is nothing is looked at once in every pass, not for ever in one."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import MakeUrl
from tests.flow.agency import Agency
from tests.flow.stories import FOOTBALL, PARLIAMENT
from tests.flow.test_cycle import configure, history, run


def test_no_interval_means_once_a_pass(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Polled once by each cycle, without being made due by hand; what is new is found each time."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", [FOOTBALL])
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        feeds = directory / "feeds.toml"
        feeds.write_text(feeds.read_text(encoding="utf-8") + "interval = 0\n", encoding="utf-8")
        assert run(directory, url, due_now=False).polled == 1
        agency.publish("/feed", [FOOTBALL, PARLIAMENT])
        again = run(directory, url, due_now=False)
        assert (again.polled, again.new) == (1, 1)
    assert any(event.type == "ratified" for event in history(url))
