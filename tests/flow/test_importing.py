"""`treatywatch agreements import` and `feeds import-opml` as a user types them: on a history that has articles already."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from tests.flow.stories import GUARANTEES, PROSECUTION
from tests.flow.test_cli import Call, call, recorded

__all__ = ["call", "recorded"]

CELLAR = {
    "head": {"vars": ["celex", "title", "party"]},
    "results": {
        "bindings": [
            {
                "celex": {"type": "literal", "value": "22024X0001(01)"},
                "title": {
                    "type": "literal",
                    "xml:lang": "en",
                    "value": "Treaty between the Russian Federation and the Republic of Belarus on Security Guarantees within the Framework of the Union State",
                },
                "party": {
                    "type": "uri",
                    "value": "http://publications.europa.eu/resource/authority/country/RUS http://publications.europa.eu/resource/authority/country/BLR",
                },
            },
            {"celex": {"type": "literal", "value": "22024X0002(01)"}},
        ]
    },
}


def without(directory: Path, identity: str) -> None:
    """Take an agreement out of the watchlist, as a person would."""
    path = directory / "agreements.toml"
    blocks = path.read_text(encoding="utf-8").split("[[agreement]]")
    path.write_text("[[agreement]]".join(one for one in blocks if f'"{identity}"' not in one), encoding="utf-8")


def test_an_imported_agreement_looks_back_and_alerts_nobody(recorded: Path, call: Call, tmp_path: Path) -> None:
    """It stands in agreements.toml, its steps in stored articles become history at once; again, nothing is added."""
    config = ("--config", str(recorded))
    without(recorded, GUARANTEES)
    before = (recorded / "agreements.toml").read_bytes()
    file = tmp_path / "result.json"
    file.write_text(json.dumps(CELLAR), encoding="utf-8")
    shown = call("agreements", "import", *config, "--dry-run", str(file))
    assert "1 would be added; 0 were there already" in shown.stdout
    assert (recorded / "agreements.toml").read_bytes() == before
    done = call("agreements", "import", *config, str(file))
    assert done.exit_code == 1
    assert "record 2: 22024X0002(01) has no title" in done.stderr
    assert "1 added to agreements.toml; 0 were there already" in done.stdout
    assert "2 stored articles read, 2 steps recorded" in done.stdout
    assert (recorded / "agreements.toml").read_bytes().startswith(before)
    rows = [
        json.loads(line)
        for line in call("events", *config, "--json", "--agreement", "eu-22024x0001-01").stdout.splitlines()
    ]
    assert {row["type"] for row in rows} == {"exchanged", "entered_into_force"}
    assert {row["state"] for row in rows} == {"history"}
    again = call("agreements", "import", *config, str(file))
    assert "0 added to agreements.toml; 1 were there already" in again.stdout
    assert "eu-22024x0001-01 is on the watchlist already" in again.stderr


def test_an_added_agreement_looks_back(recorded: Path, call: Call) -> None:
    """`agreements add` searches the stored articles as the page does."""
    config = ("--config", str(recorded))
    without(recorded, PROSECUTION)
    title = (
        "Agreement between the Russian Federation and the Republic of Belarus on Measures for the Mutual Protection of Citizens "
        "from Unjustified Prosecution by Foreign States and International Justice Bodies"
    )
    done = call("agreements", "add", *config, "--id", "anew", "--title", title, "--party", "RU", "--party", "BY")
    assert "added anew" in done.stdout
    assert "2 stored articles read, 3 steps recorded" in done.stdout
    assert "ratified" in call("agreements", "show", "anew", *config).stdout


def test_a_list_is_filtered_and_written_elsewhere(recorded: Path, call: Call, tmp_path: Path) -> None:
    """Filters by name or code; --output leaves the watchlist alone and overwrites nothing; wrong filters are named."""
    config = ("--config", str(recorded))
    file = tmp_path / "mine.csv"
    file.write_text(
        "title,parties,signed_on\nTreaty on Kites,Japan;Kenya;Narnia,2024-05-01\nTreaty on Stilts,JP;PE,2001\nTreaty on Light,,\n",
        encoding="utf-8",
    )
    out = tmp_path / "out.toml"
    arguments = ("agreements", "import", *config, str(file), "--party", "japan", "--since", "2020", "--subject", "kite")
    before = (recorded / "agreements.toml").read_bytes()
    done = call(*arguments, "--output", str(out))
    assert done.exit_code == 0, done.stderr
    assert "1 written" in done.stderr
    assert "2 not asked for" in done.stderr
    assert "party 'Narnia' is not known" in done.stderr
    assert "line 2" in done.stderr
    (entry,) = tomllib.loads(out.read_text(encoding="utf-8"))["agreement"]
    assert entry["parties"] == ["JP", "KE"]
    assert call(*arguments, "--output", "-").stdout == out.read_text(encoding="utf-8")
    assert (recorded / "agreements.toml").read_bytes() == before
    for wrong, said in (
        (("--output", str(out)), "there already"),
        (("--party", "Narnia"), "neither a code"),
        (("--since", "soon"), "not a date"),
    ):
        refused = call("agreements", "import", *config, str(file), *wrong)
        assert isinstance(refused.exception, UsageError)
        assert said in str(refused.exception)


@pytest.mark.parametrize("dry", [True, False])
def test_feeds_of_another_reader(recorded: Path, call: Call, tmp_path: Path, dry: bool) -> None:
    """A new address under a name that is taken is kept under another; the same address spelled otherwise is not read twice."""
    config = ("--config", str(recorded))
    mine = tomllib.loads((recorded / "feeds.toml").read_text(encoding="utf-8"))["feed"][0]["url"]
    file = tmp_path / "reader.opml"
    file.write_text(
        '<opml version="1.1"><body><outline text="News"><outline text="Wire" xmlUrl="https://example.org/other"/>'
        f'<outline text="Same" xmlUrl="{mine}#top"/><outline text="No address"/></outline></body></opml>',
        encoding="utf-8",
    )
    before = (recorded / "feeds.toml").read_bytes()
    done = call("feeds", "import-opml", *config, str(file), *(["--dry-run"] if dry else []))
    assert done.exit_code == 0, done.exception
    assert "already" in done.stderr
    if dry:
        assert "1 feeds would be added, 1 were there already" in done.stdout
        assert (recorded / "feeds.toml").read_bytes() == before
        return
    assert "1 feeds added, 1 were there already" in done.stdout
    assert (recorded / "feeds.toml").read_bytes().startswith(before)
    ids = [feed["id"] for feed in tomllib.loads((recorded / "feeds.toml").read_text(encoding="utf-8"))["feed"]]
    assert ids[0] == "wire"
    assert ids[1].startswith("wire-")
    assert call("check", *config).exit_code == 0
