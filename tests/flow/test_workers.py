"""Worker processes that cannot begin: the service waits and says why; no page is blamed, and none is lost."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline import flow, loop
from pipeline.compute import ProcessOptions, Workers
from pipeline.errors import ConfigurationError, WorkersUnavailable
from pipeline.model import Watchlist
from pipeline.recognise import Recogniser
from pipeline.recognise.loading import readable
from pipeline.settings import load_settings
from pipeline.wiring import wire
from tests.flow.agency import Agency
from tests.flow.stories import STORIES
from tests.flow.test_cycle import configure


def test_pages_wait_for_workers(tmp_path: Path, sqlite_template: Path) -> None:
    """Entries are given back untried and each page was asked for once, not again and again; with workers they are read."""
    url = f"sqlite:///{tmp_path}/history.db"

    async def run() -> list[Any]:
        settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
        async with wire(settings, workers=False) as service:
            await flow.poll_due(service.parts)
            workers = Workers(ProcessOptions(workers=1), os._exit, 4)  # what a machine short of memory does to them
            with pytest.raises(WorkersUnavailable):
                await flow.process_due(replace(service.parts, compute=workers))
            await asyncio.to_thread(workers.close)
            rows = await service.parts.read(lambda c: c.execute(text("SELECT state, tries FROM entries")).all())
            done = await flow.process_due(service.parts)
            assert len(done.results) == 3
            return [tuple(row) for row in rows]

    with Agency() as agency:
        agency.publish("/feed", STORIES)
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        assert loop.run(run()) == [("pending", 0)] * 3
        assert all(agency.asked[story.path] <= 2 for story in STORIES)


def test_a_data_file_that_does_not_load_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken dictionary ends the start with the file's name, before any worker dies of it."""
    broken = tmp_path / "languages" / "en.toml"
    broken.parent.mkdir()
    broken.write_text("[acts\n", encoding="utf-8")
    (tmp_path / "names.json").write_text("{}", encoding="utf-8")

    def build(watchlist: Watchlist, options: object = None) -> Recogniser:
        raise KeyError("acts")

    monkeypatch.setattr(Recogniser, "build", build)
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    with pytest.raises(ConfigurationError, match=r"en\.toml: KeyError"):
        readable(Watchlist())
    broken.write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="the recogniser's data: KeyError"):
        readable(Watchlist())
