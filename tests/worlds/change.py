"""One key set to another value, in one of the worlds of this folder."""

from typing import Any

import attrs

from tests.worlds.pocket_vaults import Keys


@attrs.frozen
class Change:
    """One key set to another value."""

    path: str
    value: Any
    also: Keys = attrs.field(factory=dict)
    world: str = "everything.toml"
    """The file in this folder whose world it changes."""
    with_it: Keys = attrs.field(factory=dict)
    """What no world could leave as it is with the other value, and is set with it."""
