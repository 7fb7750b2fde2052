"""Entries added to a person's own file: behind what stands there, which is not touched, and whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.imports.values import Listed
from pipeline.settings.lists import agreement_as_toml
from pipeline.settings.reading import read_toml


def block(one: Listed) -> str:
    """The `[[agreement]]` of an entry, its note above it as a comment."""
    note = f"# {one.note}\n" if one.note else ""
    return note + agreement_as_toml(one.agreement)


def append(path: Path, blocks: Iterable[str]) -> None:
    """Add blocks to a TOML file: to a copy, which is read once and then takes the file's place. ConfigurationError where that fails.

    A link stays a link and the file's rights stay what they were.
    """
    target = path.resolve()
    beside = target.with_name(target.name + ".new")
    try:
        if target.exists():
            shutil.copy(target, beside)
        with beside.open("a", encoding="utf-8") as out:
            out.writelines(f"\n{one}" for one in blocks)
            out.flush()
            os.fsync(out.fileno())
        read_toml(beside)
        beside.replace(target)
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be written: {error.strerror}") from None
    except ConfigurationError as error:
        raise ConfigurationError(str(path), f"is left as it was: with the new entries it {error.what}") from None
    finally:
        beside.unlink(missing_ok=True)
