"""What `treatywatch --help` says without importing any command is what the commands say of themselves."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from pipeline.cli import COMMANDS, treatywatch


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    """Every line of the list is the first sentence of the command's own help, and the command goes by that name."""
    command = treatywatch.get_command(click.Context(treatywatch), name)
    assert command is not None
    assert command.name == name
    assert COMMANDS[name].does.replace("'", '"') == command.get_short_help_str(1000).replace("'", '"')


def test_help_imports_no_command() -> None:
    """`--help` is answered before any library that works is loaded."""
    asked = (
        "import sys; from pipeline.cli import treatywatch; treatywatch.main(['--help'], standalone_mode=False);"
        "print([name for name in ('sqlalchemy', 'lxml', 'httpx', 'fastapi', 'pipeline.wiring') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "[]"
    assert "scan" in told
