"""What is shipped says the same everywhere: pins, the operator's words, the settings of the compose file."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import Reason
from pipeline.flow.watchdog import AlarmKind
from pipeline.settings import load_settings

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    """Package to version."""
    return dict(PIN.findall(path.read_text(encoding="utf-8")))


def test_the_image_has_the_pins_of_the_tests() -> None:
    """What the container installs is a part of what is tested, version by version, every package with its hashes."""
    everything, shipped = pins(ROOT / "requirements.txt"), pins(ROOT / "deploy" / "requirements.txt")
    assert {name: everything.get(name) for name in shipped} == shipped
    assert {"sqlalchemy", "psycopg", "trafilatura", "uvicorn", "pysqlite3"} <= set(shipped)
    assert not {"pytest", "mypy", "ruff"} & set(shipped)
    text = (ROOT / "deploy" / "requirements.txt").read_text(encoding="utf-8")
    assert text.count("--hash=sha256:") >= len(shipped)
    assert not [line for line in text.splitlines() if line[:1].isalnum() and "==" not in line]


def test_the_operator_finds_every_word() -> None:
    """Each named reason and each alarm stands in docs/operators.md with what to do."""
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| `")]
    missing = [word.value for word in (*Reason, *AlarmKind) if not any(f"`{word.value}`" in row for row in rows)]
    assert not missing


def test_the_settings_of_the_compose_file_are_good(tmp_path: Path) -> None:
    """The configuration for trying things out is read without a complaint; its channels go to the mail catcher."""
    (tmp_path / "treatywatch.toml").write_bytes((ROOT / "deploy" / "compose.toml").read_bytes())
    settings = load_settings(tmp_path, {"TREATYWATCH_WEB_BIND": "0.0.0.0:8080"})
    assert {(channel.host, channel.role) for channel in settings.channels} == {("mail", "reader"), ("mail", "operator")}


def test_the_image_copies_what_is_there() -> None:
    """Every file that the Dockerfile copies exists and gets past .dockerignore."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[-2] for line in lines if line.startswith("COPY") and "--from" not in line]
    passed = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    for name in copied:
        assert (ROOT / name).exists(), name
        assert name in passed, name
