"""A hash of all that a tx could have changed: the ledger's balances and every contract's state, but not gas and nonces.

Purses that were merely opened hold nothing and do not count; what contracts keep only so as not to work it out twice does not either.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from sortedcontainers import SortedDict, SortedList

from sim.ledger import Ledger
from sim.units import Party, Place

SHORTCUTS = ("_shown", "_projected", "_projected_at", "changed", "screening", "_seen", "version", "reached")
"""Fields that only save work: what was shown last, indices as of an instant, whom to screen, how often bands were written and how far they
were reached."""
SHARED = ("ledger", "journal", "till", "chain", "prices", "feed", "engine", "contracts", "clock", "cursors", "amm", "staking", "uptime")
"""Fields that lead to others' state, which is hashed where it belongs."""


def world_hash(ledger: Ledger, contracts: Mapping[Place, Any], but: Iterable[tuple[Party, Place]] = ()) -> str:
    """Return the hash; ``but`` are purses that gas is paid from and into, of which nothing is looked at."""
    left_out = list(but)
    purses = [
        (asset, owner, units, held)
        for asset, balances in sorted(ledger.balances.items())
        for owner, units, held in sorted(zip(ledger.owners, balances, ledger.holds[asset], strict=True))
        if (units or held) and owner not in left_out
    ]
    state = [(place, _told(contract, ())) for place, contract in sorted(contracts.items())]
    minted = sorted(ledger.minted.items()) if not left_out else []
    return hashlib.sha256(repr((purses, minted, state)).encode()).hexdigest()


def _told(thing: Any, above: tuple[int, ...]) -> Any:
    """Return a thing's state as plain values, mappings in the sequence of their keys."""
    if thing is None or isinstance(thing, int | str | float | bytes):
        return thing
    if id(thing) in above:
        return "above"
    inside = (*above, id(thing))
    if isinstance(thing, Mapping | SortedDict):
        return sorted((repr(_told(key, inside)), _told(value, inside)) for key, value in thing.items())
    if isinstance(thing, list | tuple | SortedList):
        return [_told(each, inside) for each in thing]
    if attrs.has(type(thing)):
        names = [each.name for each in attrs.fields(type(thing)) if each.name not in (*SHORTCUTS, *SHARED)]
        return type(thing).__name__, [(name, _told(getattr(thing, name), inside)) for name in names]
    return type(thing).__name__
