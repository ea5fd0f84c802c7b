"""What a Comet holds when the run begins: lenders' supply, reserves, accounts with what they have locked and owe.

Supply is minted into the pool's purse. Debt is taken out of it and leaves the world: what borrowers did with it happened before the
run. So lenders and reserves come first, borrowers after. All of it happens outside of any tx, before interest accrues.
"""

from collections.abc import Mapping

from sim.lending.comet.pool import CometPool
from sim.lending.comet.rules import INDEX
from sim.lending.comet.state import CometState
from sim.units import AssetId, Party, Units


def open_supply(pool: CometPool, lender: Party, units: Units) -> None:
    """Mint base into the pool as a lender's supply."""
    state = pool.state
    _bring(state, units)
    state.set_balance(lender, state.balance(lender) + units)


def open_reserves(pool: CometPool, units: Units) -> None:
    """Mint base into the pool as its own."""
    _bring(pool.state, units)


def open_account(pool: CometPool, party: Party, collaterals: Mapping[AssetId, Units], debt: Units) -> None:
    """Open one account. It may be unhealthy from the start. Refuses, with InputError, debt that lenders and reserves do not cover."""
    state = pool.state
    for asset, units in collaterals.items():
        state.purse.bring(asset, units)
        state.add_collateral(party, asset, units)
    state.purse.spend(state.base, debt)
    state.book(-debt * INDEX)
    state.set_balance(party, state.balance(party) - debt)


def _bring(state: CometState, units: Units) -> None:
    assert min(state.indices) == INDEX, "positions are opened before interest accrues"
    state.purse.bring(state.base, units)
    state.book(units * INDEX)
