"""Whether somebody changed the simulator (or Python's built-in names) while nobody looked; and putting it right again."""

import builtins
import sys
from collections.abc import Iterator
from typing import Any

import attrs

Names = dict[str, Any]


@attrs.frozen
class Snapshot:
    """The names of the simulator's modules and classes, as they stood."""

    owners: tuple[tuple[str, Any, Names], ...]
    """Name, module or class, and what its names meant."""

    @classmethod
    def take(cls) -> "Snapshot":
        """Return what everything means now. Cost: all names of all loaded modules of the simulator, some 20 ms."""
        modules = [("builtins", builtins), *((name, each) for name, each in sys.modules.items() if _is_ours(name) and each is not None)]
        owners: list[tuple[str, Any, Names]] = [(name, each, dict(vars(each))) for name, each in modules]
        for name, _, names in tuple(owners[1:]):
            for word, thing in names.items():
                if isinstance(thing, type) and thing.__module__ == name:
                    owners.append((f"{name}.{word}", thing, dict(vars(thing))))
        return cls(tuple(owners))

    def changed(self) -> Iterator[str]:
        """Yield the full name of whatever means something else now, each put back."""
        for name, owner, before in self.owners:
            now = vars(owner)
            for word, thing in before.items():
                if now.get(word, _GONE) is not thing and word not in _ITS_OWN:
                    yield f"{name}.{word}"
                    setattr(owner, word, thing)


_GONE = object()
_ITS_OWN = ("__builtins__", "__warningregistry__", "_")


def _is_ours(name: str) -> bool:
    return name == "sim" or name.startswith("sim.")
