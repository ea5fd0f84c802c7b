"""What a figure is: tables first, then words that say what is in them, then a drawing of nothing else.

A figure is a module of ``sim.view.figures`` with five functions. ``data`` is the only one that sees the run; the others see its tables
(and the time they span) alone, so that whoever has the files beside a picture can draw it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from sim.view.material import Material

if TYPE_CHECKING:
    from sim.view.canvas import Frame
    from sim.view.extra import Figure

Table: TypeAlias = dict[str, list[Any]]
"""Values by column."""
Tables: TypeAlias = Mapping[str, Table]
"""By name; the first is the figure's own."""


class Drawable(Protocol):
    """A figure."""

    NAME: str
    """Of its files."""
    HEADING: str
    """What it is about, in a word or two."""

    def data(self, material: Material, /) -> Tables:
        """Return its tables."""

    def nothing(self, tables: Tables, /) -> str:
        """Return a sentence that says why there is nothing to draw; nothing where there is something."""

    def title(self, tables: Tables, /) -> str:
        """Return what it shows, in a sentence with its main number."""

    def caption(self, tables: Tables, /) -> str:
        """Return its numbers, how they are meant, and what is left out."""

    def draw(self, picture: Figure, tables: Tables, frame: Frame, /) -> None:
        """Draw it."""


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return rows as a table."""
    found = [list(column) for column in zip(*rows, strict=True)]
    return dict(zip(columns, found or [[] for _ in columns], strict=True))


def rows(found: Table, *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns of a table, row by row; all columns if none is named."""
    return list(zip(*(found[column] for column in columns or found), strict=True))


def groups(found: Table, by: str, *columns: str) -> dict[Any, list[tuple[Any, ...]]]:
    """Return rows of some columns, by the value of another, in the order in which values appear."""
    gathered: dict[Any, list[tuple[Any, ...]]] = {}
    for key, row in zip(found[by], rows(found, *columns), strict=True):
        gathered.setdefault(key, []).append(row)
    return gathered


def column(pairs: Sequence[tuple[Any, ...]], place: int) -> list[Any]:
    """Return one place of every row."""
    return [pair[place] for pair in pairs]
