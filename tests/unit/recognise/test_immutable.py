"""Values are compared by what they hold, and what is found of one is found once."""

from __future__ import annotations

from dataclasses import replace

from pipeline.recognise.immutable import cached_property, value


@value()
class Port:
    """A place with a depth."""

    name: str
    depth: int = 0


@value(slots=False, eq=False)
class Ship:
    """What has a draught, which is measured."""

    name: str

    @cached_property
    def draught(self) -> list[str]:
        """Made anew wherever it is found."""
        return [self.name]


def test_equal_values_are_one_key() -> None:
    """As of a frozen dataclass."""
    assert Port("Tema", 12) == replace(Port("Tema"), depth=12)
    assert {Port("Tema"): 1}[Port("Tema")] == 1


def test_a_value_has_no_room_for_more() -> None:
    """Slots keep what nobody declared away."""
    assert not hasattr(Port("Tema"), "__dict__")


def test_what_is_found_is_kept() -> None:
    """The second time it is the same object, and each value's own."""
    one, other = Ship("Ara"), Ship("Ara")
    assert one.draught is one.draught
    assert one.draught is not other.draught
    assert one != other
