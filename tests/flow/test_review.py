"""`treatywatch review`: what waits for a person, and what a word on it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline import query
from pipeline.cli import treatywatch
from pipeline.errors import UsageError
from pipeline.settings import load_settings
from pipeline.wiring import open_history
from tests.conftest import MakeUrl
from tests.flow.agency import Agency
from tests.flow.stories import PARLIAMENT
from tests.flow.test_cycle import configure, run


def test_a_word_is_kept_and_cannot_be_said_twice(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Nothing is sure enough here, so everything new waits; accepted it counts as told, rejected it is taken back, both audited."""
    url = make_url_of(True)
    environment = {"TREATYWATCH_DATABASE_URL": url}
    with Agency() as agency:
        agency.publish("/feed", [PARLIAMENT])
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        path = directory / "treatywatch.toml"
        unsure = "[recognise]\nalert_threshold = 1.0\nfresh_days = 100000\n"
        path.write_text(path.read_text(encoding="utf-8").replace("[recognise]\n", unsure), encoding="utf-8")
        run(directory, url)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(treatywatch, ["review", *arguments, "--config", str(directory)], obj=environment)

    (waiting,) = [json.loads(line) for line in call("list", "--json").stdout.splitlines()]
    assert waiting["type"] == "ratified"
    assert "1 events wait for review" in call("list").stdout
    assert "alerted" in call("accept", waiting["id"], "--note", "read it").stdout
    assert "0 events wait" in call("list").stdout
    assert "retracted" in call("reject", waiting["id"], "--note", "second thoughts").stdout
    with pytest.raises(UsageError, match="no such event"):
        raise call("accept", "ev_none").exception or AssertionError
    database = open_history(load_settings(directory, environment))
    revisions = query.revisions(database, waiting["id"])
    database.close()
    assert [one.why for one in revisions] == ["new", "accepted", "rejected"]
    assert all("command line" in one.who for one in revisions[1:])
