"""What a Compound v2 pool holds when the run begins: lenders' supply, accounts with what they have supplied and owe.

Supply is minted into the pool's purse. Debt is taken out of it and leaves the world: what borrowers did with it happened before the
run. So lenders come first, borrowers after. All of it happens outside of any tx, before interest accrues, so that shares are worth
what the market opened with; units are cut to whole shares' worth as the contract would.
"""

from collections.abc import Mapping

from sim.lending.compound import rules
from sim.lending.compound.pool import CompoundPool
from sim.units import WAD, AssetId, Party, Units


def open_supply(pool: CompoundPool, lender: Party, asset: AssetId, units: Units) -> None:
    """Mint units into the pool as a lender's supply; its market is not entered."""
    state = pool.state
    market = state.markets[asset]
    assert market.debt_index == WAD, "positions are opened before interest accrues"
    shares = rules.shares_for(units, state.snapshot(asset).exchange_rate)
    state.purse.bring(asset, units)
    state.issue(asset, shares, units)
    state.add_shares(lender, asset, shares)


def open_account(pool: CompoundPool, party: Party, collaterals: Mapping[AssetId, Units], debts: Mapping[AssetId, Units]) -> None:
    """Open one account: what it supplies counts, what it owes it borrowed. It may be unhealthy from the start.

    Refuses, with InputError, debt that the lenders' supply does not cover.
    """
    state = pool.state
    for asset, units in collaterals.items():
        state.enter(party, asset)
        open_supply(pool, party, asset, units)
    for asset, units in debts.items():
        state.enter(party, asset)
        owed = state.debt(party, state.positions.peek(party), asset, state.markets[asset].debt_index)
        state.purse.spend(asset, units)
        state.set_debt(party, asset, owed + units)
    if debts and not collaterals:
        state.mark_barren(party, True)
