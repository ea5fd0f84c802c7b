"""Names as numbers: who acts, where, and which asset, interned once so that the tape carries integers.

Ids count from 1 in the order in which names are first asked for, so one scenario always gives the same ids; 0 is nobody and
nowhere. A population takes one block of ids and costs one entry here, however many accounts it has. Left out: what a name
*is* (an account, a venue, an asset); the same string is the same id wherever it is used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

import attrs

NONE = "none"
"""What id 0 is called."""


@attrs.frozen
class Block:
    """Ids in a row for accounts that differ only by their number."""

    first: int
    count: int
    prefix: str

    def name(self, id: int) -> str:
        """Return ``prefix/000000`` for the first id, and so on."""
        return f"{self.prefix}/{id - self.first:06d}"

    def id(self, name: str) -> int | None:
        """Return the id of a name of this block, None for any other string."""
        prefix, slash, digits = name.rpartition("/")
        if prefix != self.prefix or not slash or not digits.isascii() or not digits.isdecimal():
            return None
        id = self.first + int(digits)
        return id if int(digits) < self.count and self.name(id) == name else None


@attrs.define
class Names:
    """The table of names of one world. Interning, looking up and naming cost O(1), within blocks O(log blocks)."""

    _ids: dict[str, int] = attrs.field(factory=dict, init=False)
    _singles: dict[int, str] = attrs.field(factory=dict, init=False)
    _blocks: list[Block] = attrs.field(factory=list, init=False)
    """By first id."""
    _prefixes: dict[str, int] = attrs.field(factory=dict, init=False)
    """Prefix to place in ``_blocks``."""
    _next: int = attrs.field(default=1, init=False)

    def __len__(self) -> int:
        return self._next - 1

    def intern(self, name: str) -> int:
        """Return the id of a name, a new one if it was never seen."""
        id = self.id(name)
        if id is None:
            assert name and name != NONE, "a name needs a letter, and none is taken"
            id = self._take(1)
            self._ids[name] = id
            self._singles[id] = name
        return id

    def block(self, prefix: str, count: int) -> int:
        """Return the first of ``count`` new ids in a row, named ``prefix/000000`` and on. A prefix can be taken once."""
        assert prefix not in self._prefixes, f"the names {prefix}/... are taken"
        block = Block(self._next, count, prefix)
        assert all(block.id(name) is None for name in self._ids), f"a name like {prefix}/000000 was interned before its block"
        if count:
            self._prefixes[prefix] = len(self._blocks)
            self._blocks.append(block)
        return self._take(count)

    def name(self, id: int) -> str:
        """Return what an id stands for; 0 is ``none``. An id never given is a KeyError."""
        if id == 0:
            return NONE
        single = self._singles.get(id)
        if single is not None:
            return single
        if not 0 < id < self._next:
            raise KeyError(id)
        return self._blocks[bisect_right(self._blocks, id, key=_first) - 1].name(id)

    def id(self, name: str) -> int | None:
        """Return the id of a name, None if it has none."""
        id = self._ids.get(name)
        if id is None and self._blocks:
            place = self._prefixes.get(name.rpartition("/")[0])
            if place is not None:
                id = self._blocks[place].id(name)
        return id

    def as_json(self) -> dict[str, Any]:
        """Return the table as the manifest keeps it: single names by id, and the blocks."""
        blocks = [{"first": block.first, "count": block.count, "prefix": block.prefix} for block in self._blocks]
        return {"names": {str(id): name for id, name in self._singles.items()}, "blocks": blocks}

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Names:
        """Return the table that ``as_json`` gave."""
        names = cls()
        for id, name in table["names"].items():
            names._ids[name] = int(id)
            names._singles[int(id)] = name
        for each in table["blocks"]:
            names._prefixes[each["prefix"]] = len(names._blocks)
            names._blocks.append(Block(each["first"], each["count"], each["prefix"]))
        names._next = 1 + len(names._ids) + sum(block.count for block in names._blocks)
        return names

    def _check(self) -> None:
        """Assert every invariant; costs a walk over single names and blocks."""
        assert all(self._singles[id] == name for name, id in self._ids.items()) and len(self._ids) == len(self._singles)
        taken = sorted([(id, 1) for id in self._singles] + [(block.first, block.count) for block in self._blocks])
        ends = [1, *(first + count for first, count in taken)]
        assert ends == [*(first for first, _ in taken), self._next], "ids are given once, without gaps"
        assert all(self._blocks[place].prefix == prefix for prefix, place in self._prefixes.items())

    def _take(self, count: int) -> int:
        first = self._next
        self._next += count
        return first


def _first(block: Block) -> int:
    return block.first
