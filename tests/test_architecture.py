"""The rules of the house that a tool can check (docs/decisions/layout.md says why they are there)."""

from __future__ import annotations

import ast
import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))
PURE = (
    "feeds",
    "extract",
    "recognise",
    "record",
)  # stages without a clock, a network, a database or an operating system
FORBIDDEN_IN_PURE = {
    "asyncio", "httpcore", "httpx", "os", "requests", "socket", "sqlalchemy", "subprocess", "threading", "time", "urllib.request",
    "pipeline.clock", "pipeline.store", "pipeline.telemetry",
}  # fmt: skip
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_BROAD_EXCEPT = 3


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    """Every module a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def name_of(path: Path) -> str:
    """A module's path as people write it."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_for_and_stays_short(path: Path) -> None:
    """A docstring whose first line is a sentence; at most 400 lines; no function over 60."""
    said = ast.get_docstring(tree(path))
    assert said, "no docstring"
    assert said.split("\n\n")[0].rstrip().endswith((".", "?")), "the docstring's first sentence does not end"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION_LINES, f"{node.name} is too long"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_is_public_is_explained(path: Path) -> None:
    """Public classes, functions and methods have docstrings."""
    bare = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Module | ast.ClassDef):
            for child in node.body:
                public = (
                    isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child.name[0] != "_"
                )
                inside_private = isinstance(node, ast.ClassDef) and node.name.startswith("_")
                if public and not inside_private and not ast.get_docstring(child):
                    bare.append(child.name)
    assert not bare


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in PURE], ids=name_of
)
def test_pure_stages_touch_nothing(path: Path) -> None:
    """Feeds, extraction, recognition and decisions import no clock, network, database or operating system."""
    assert not {name for name in imports(path) if name in FORBIDDEN_IN_PURE or name.split(".")[0] in FORBIDDEN_IN_PURE}


def test_sql_stays_where_it_belongs() -> None:
    """Only store and query speak SQL; only fetch speaks HTTP; only schedule knows APScheduler."""
    owners = {"sqlalchemy": {"store", "query"}, "httpx": {"fetch"}, "h11": {"fetch"}, "apscheduler": {"schedule"}}
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        for name in imports(path)
        if (owner := owners.get(name.split(".")[0]))
        and path.relative_to(PACKAGE).parts[0].removesuffix(".py") not in owner
    ]
    assert not wrong


def test_one_place_catches_everything() -> None:
    """At most three broad `except` in the program."""
    broad = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    ]
    assert len(broad) <= MAX_BROAD_EXCEPT, broad


def test_no_state_hides_in_modules() -> None:
    """No module-level lists, sets or dictionaries that something changes, and no `global`."""
    wrong = [
        f"{name_of(path)}:{node.lineno} global {', '.join(node.names)}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Global)
    ]
    assert not wrong


def test_readme_maps_the_tree() -> None:
    """Every module or folder of the package stands in README's map, with what it is for."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    parts = {
        path.relative_to(PACKAGE).parts[0]
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] not in ("__init__.py", "__main__.py")
    }
    missing = [part for part in sorted(parts) if not re.search(rf"\b{re.escape(part.removesuffix('.py'))}\b", readme)]
    assert not missing


def test_alembic_is_no_package() -> None:
    """With an __init__.py in alembic/, `import alembic` would find this folder instead of the library."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_nothing_names_the_machine() -> None:
    """No absolute paths of a developer's machine, no package index addresses."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    places = "|".join(re.escape(f"{place}/") for place in {ROOT.parent, Path.home()} - {Path(tempfile.gettempdir())})
    pattern = re.compile(rf"(?<![\w.])({places})|--(extra-)?index-url\s+\S|find-links\s+\S")
    wrong = []
    for name in listed:
        path = ROOT / name
        if not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{name}: {found.group()}" for found in pattern.finditer(text)]
    assert not wrong
