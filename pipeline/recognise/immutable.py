"""Values that nobody changes, made in a fifth of the time that a frozen dataclass takes: an article with events makes hundreds.

A frozen dataclass stores each of its fields by a call. Here they are stored plainly, and it is mypy that keeps anybody from changing one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(*, slots: bool = True, eq: bool = True) -> Callable[[type[T]], type[T]]:
    """`dataclass(frozen=True)` as far as mypy is concerned. `slots`: not where a property is cached; `eq`: else each is only itself."""
    return dataclass(slots=slots, eq=eq, unsafe_hash=eq)
