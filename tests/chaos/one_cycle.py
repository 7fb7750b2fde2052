"""One cycle as a process of its own, for tests that kill it: `python -m tests.chaos.one_cycle CONFIG DATABASE_URL`.

Prints how many passages it went through, so that a test can choose at which of them to kill the next one.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from pipeline import flow, loop
from pipeline.settings import load_settings
from pipeline.telemetry import LogOptions, start_logging
from pipeline.wiring import wire


async def once(directory: Path, url: str) -> int:
    """Run it; the number of passages."""
    passages = 0
    settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
    async with wire(settings, environment=os.environ, workers=False) as service:
        deadly = service.parts.passage

        def counted(name: str) -> None:
            nonlocal passages
            passages += 1
            deadly(name)

        await flow.cycle(replace(service.parts, passage=counted))
    return passages


if __name__ == "__main__":
    start_logging(LogOptions(level="error"))
    print(loop.run(once(Path(sys.argv[1]), sys.argv[2])))
