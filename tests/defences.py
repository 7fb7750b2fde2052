"""The list of attacks and the tests that would notice if their defence were gone; `python -m tests.defences` writes docs/security.md."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "security.md"
_MARK = "<!-- from tests/defences.toml -->\n"


@dataclass(frozen=True, slots=True)
class Defence:
    """One line of the list. `old` in `file` is the defence, `new` is the program without it; `test` names one or more tests."""

    attack: str
    defence: str
    test: str
    file: str
    old: str
    new: str

    @property
    def tests(self) -> list[str]:
        """The ids of the tests."""
        return self.test.split()


def defences() -> list[Defence]:
    """The whole list, in its order."""
    told = tomllib.loads((ROOT / "tests" / "defences.toml").read_text(encoding="utf-8"))
    return [Defence(**one) for one in told["defence"]]


def page(written: str) -> str:
    """The page with its table as the list has it."""
    rows = ["| attack | defence | test |", "|---|---|---|"]
    for one in defences():
        names = ", ".join(f"`{test.removeprefix('tests/')}`" for test in one.tests)
        rows.append(f"| {one.attack} | {one.defence} (`{one.file}`) | {names} |")
    head, _, rest = written.partition(_MARK)
    return head + _MARK + "\n".join(rows) + "\n" + _MARK + rest.partition(_MARK)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
