"""The journal: what a tx changed, so that it can be as if it had never been.

Every write of a contract, and every ledger move inside a tx, goes through it. A tx is one savepoint, a nested call a nested
savepoint. Outside a tx nothing is kept. Cost: one tuple a write; a rollback undoes writes newest first.
"""

from typing import Any

import attrs

_ITEM = 0
_FIELD = 1
_ADDED = 2


@attrs.define
class Journal:
    """An undo log with savepoints."""

    is_open: bool = False
    _log: list[tuple[int, Any, Any, Any]] = attrs.field(factory=list)

    def begin(self) -> int:
        """Open a tx; return its savepoint. Transactions do not overlap."""
        assert not self.is_open and not self._log, "a tx is already open"
        self.is_open = True
        return 0

    def mark(self) -> int:
        """Return a savepoint within the open tx."""
        return len(self._log)

    def rollback(self, mark: int) -> None:
        """Undo every write since a savepoint, newest first."""
        log = self._log
        while len(log) > mark:
            how, container, key, old = log.pop()
            if how == _FIELD:
                setattr(container, key, old)
            elif how == _ADDED:
                del container[key]
            else:
                container[key] = old

    def commit(self) -> None:
        """Close the tx and forget how to undo it."""
        self._log.clear()
        self.is_open = False

    def write(self, container: Any, key: Any, value: Any) -> None:
        """Set a dict's or list's item; an absent dict key is absent again after a rollback."""
        if self.is_open:
            if isinstance(container, dict) and key not in container:
                self._log.append((_ADDED, container, key, None))
            else:
                self._log.append((_ITEM, container, key, container[key]))
        container[key] = value

    def erase(self, container: dict[Any, Any], key: Any) -> None:
        """Remove a dict's key (its place in iteration order is not kept through a rollback)."""
        if self.is_open:
            self._log.append((_ITEM, container, key, container[key]))
        del container[key]

    def put(self, thing: Any, field: str, value: Any) -> None:
        """Set a field of an object."""
        if self.is_open:
            self._log.append((_FIELD, thing, field, getattr(thing, field)))
        setattr(thing, field, value)
