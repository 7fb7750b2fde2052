"""Each defence taken away in a copy of the program: the test that stands for it fails. And the list of them is true."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.defences import PAGE, ROOT, Defence, defences, page

DEFENCES = defences()
_COPIED = ("pipeline", "tests", "alembic", "config", "deploy", "docs", "pyproject.toml", "requirements.txt")


def test_the_page_is_the_list() -> None:
    """docs/security.md says what tests/defences.toml says (`python -m tests.defences` writes it)."""
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda one: one.attack)
def test_the_list_is_true(defence: Defence) -> None:
    """Every defence stands where the list says, once, and every test exists."""
    assert (ROOT / defence.file).read_text(encoding="utf-8").count(defence.old) == 1
    for test in defence.tests:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program and its tests, to be spoilt."""
    place = tmp_path_factory.mktemp("copy")
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", "sets"))
        else:
            shutil.copy(source, place / name)
    return place


@pytest.mark.exhaustive
@pytest.mark.parametrize("defence", DEFENCES, ids=lambda one: one.attack)
def test_without_it_the_test_fails(defence: Defence, copy: Path) -> None:
    """The test fails, and does not merely fail to run."""
    spoilt = copy / defence.file
    whole = spoilt.read_text(encoding="utf-8")
    spoilt.write_text(whole.replace(defence.old, defence.new), encoding="utf-8")
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *defence.tests]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TREATYWATCH_"))}
    try:
        done = subprocess.run(command, cwd=copy, env=clean, capture_output=True, text=True, timeout=180, check=False)
        said = done.stdout[-3000:]
    except subprocess.TimeoutExpired:  # without a limit some attacks never end
        return
    finally:
        spoilt.write_text(whole, encoding="utf-8")
    assert done.returncode == 1, said
    assert " failed" in said, said
