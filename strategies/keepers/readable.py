"""Whether a lender could liquidate at all: whoever looks before sending does not pay for what must revert.

A guarded feed that refuses to be read, and the grace after an outage, are public: a node's dry run of the call tells. A keeper that
asks nobody pays for its reverts. Left out: what changes between the block that was seen and the one that takes the tx.
"""

from collections.abc import Mapping
from typing import Any

from sim.agents.desk import Desk
from sim.units import AssetId, Place
from sim.vocabulary import Refusal


def takeable(desk: Desk, pool: Place, view: Any) -> tuple[Any, ...]:
    """Return the unhealthy accounts of a pool that it would let be liquidated, as of the last block seen."""
    if pool in desk.connections.paused:
        return ()
    unreadable = desk.unreadable(pool)
    return tuple(each for each in view.unhealthy if not why_refused(view, each, unreadable))


def why_refused(view: Any, account: Any, unreadable: Mapping[AssetId, Refusal]) -> Refusal:
    """Return why a lender would not liquidate an account whatever was asked of it; NONE where it would.

    ``unreadable`` is what the desk tells of the lender (``Desk.unreadable``). A vault is put up for auction at the price that its
    system read last: whoever starts the auction reads no feed.
    """
    if unreadable:
        for each in (*getattr(account, "collaterals", ()), *getattr(account, "debts", ())):
            if each.asset in unreadable:
                return unreadable[each.asset]
    spared_from = getattr(view, "spared_from", 0)
    return Refusal.SEQUENCER_DOWN if spared_from and account.health >= spared_from else Refusal.NONE
