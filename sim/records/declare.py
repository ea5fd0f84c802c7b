"""How a record is declared, and what its columns are.

A record class says *what happened*; it is built only for whoever reads one. On the hot path a record travels as a plain tuple
``(kind, field, field, ...)`` in the order of its declaration, and the tape turns that tuple into fixed bytes.

A column is narrow (a signed 64-bit integer) or wide (a 256-bit two's complement integer); its annotation decides. The envelope
``(seq, at, cause, place, party)`` is never part of a body. Annotations are read as written, so every file that declares records
starts with ``from __future__ import annotations``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from sim import vocabulary
from sim.vocabulary import Audience

WIDE_TYPES = ("Units", "Wad", "Ray", "Rad")
"""Annotations whose values may exceed 63 bits."""
NAME_TYPES = ("Party", "Place", "AssetId")
"""Annotations whose values are interned names."""
MOST_NARROW = 8
"""Narrow columns a row has room for."""


@attrs.frozen
class Column:
    """One field of a record as the tape stores it."""

    name: str
    unit: str
    """The annotation as written: ``Ticks``, ``Units``, ``Side``..."""
    is_wide: bool
    words: type[IntEnum] | None
    """The enumeration whose members the numbers are, if any."""

    @property
    def is_name(self) -> bool:
        """The numbers are interned names."""
        return self.unit in NAME_TYPES


class Record:
    """What every record class has; instances are frozen attrs objects."""

    __slots__ = ()
    kind: ClassVar[int]
    audience: ClassVar[Audience]
    columns: ClassVar[tuple[Column, ...]]

    def row(self) -> tuple[int, ...]:
        """Return the travelling form: kind first, then the fields in order."""
        return (self.kind, *(int(getattr(self, column.name)) for column in self.columns))


R = TypeVar("R", bound=Record)


@dataclass_transform(frozen_default=True)
def record(kind: int, audience: Audience = Audience.PUBLIC) -> Callable[[type[R]], type[R]]:
    """Declare a record class of this kind number (unique, never reused: digests depend on it)."""

    def declare(cls: type[R]) -> type[R]:
        frozen: Any = attrs.frozen(cls)
        frozen.kind = kind
        frozen.audience = audience
        frozen.columns = tuple(_column(field) for field in attrs.fields(frozen))
        assert sum(not column.is_wide for column in frozen.columns) <= MOST_NARROW, f"{cls.__name__} has too many narrow columns"
        return frozen  # type: ignore[no-any-return] # attrs gives back the class itself.

    return declare


def _column(field: attrs.Attribute[Any]) -> Column:
    unit = str(field.type)
    words = getattr(vocabulary, unit, None)
    is_words = isinstance(words, type) and issubclass(words, IntEnum)
    return Column(name=field.name, unit=unit, is_wide=unit in WIDE_TYPES, words=words if is_words else None)
