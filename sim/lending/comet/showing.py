"""Making the views of ``views`` out of a Comet's state."""

from sim.lending.aave.views import AccountView, CollateralView, DebtView, Reserves, ReserveView
from sim.lending.comet import rules
from sim.lending.comet.state import TO_RAY, CometState, Moment, bps_of
from sim.lending.comet.terms import CollateralTerms
from sim.lending.comet.views import StockView
from sim.units import RAY, WAD, Party, Ray, Seq


def account_view(state: CometState, party: Party, moment: Moment, fell: Seq) -> AccountView:
    """Return one account at a moment. Reverts with NOTHING_POSTED."""
    account, stand, principal = state.positions.peek(party), state.standing(party, moment), state.principal(party)
    collaterals = tuple(
        CollateralView(asset, units, bps_of(state.terms.by_asset[asset].threshold), 0, units)
        for asset, units in account.collaterals.items()
    )
    owed = (DebtView(state.base, -rules.balance_of(principal, moment.indices), -principal),) if principal < 0 else ()
    return AccountView(party, stand.health, stand.collateral, stand.debt, collaterals, owed, fell)


def stock_view(state: CometState, terms: CollateralTerms, moment: Moment) -> StockView:
    """Return one collateral at a moment."""
    asset, price = terms.asset, moment.prices[terms.asset.id]
    asked = rules.discounted(price, state.terms.store_front_factor, terms.liquidation_factor)
    return StockView(asset.id, price, asset.unit, terms.liquidation_factor, asked, state.collateral_reserves(asset.id))


def reserves_of(state: CometState, moment: Moment) -> Reserves:
    """Return the assets as a lending pool would show its reserves: the base, which is no collateral, then the collaterals."""
    shown = [_base(state, moment), *(_collateral(state, each, moment) for each in state.terms.collaterals)]
    return Reserves({each.asset: each for each in shown})


def yearly_rate(state: CometState) -> Ray:
    """Return what debt pays a year at the utilisation of now."""
    curve, used = state.terms.borrow_curve, state.utilisation()
    excess = max(0, used - curve.kink)
    return (curve.base + rules.mul_factor(curve.low, used - excess) + rules.mul_factor(curve.high, excess)) * (RAY // WAD)


def _base(state: CometState, moment: Moment) -> ReserveView:
    base, indices = state.terms.base, moment.indices
    return ReserveView(
        asset=base.id,
        price=moment.prices[base.id],
        unit=base.unit,
        liquidity=state.purse.held(base.id),
        supply_index=indices.supply * TO_RAY,
        debt_index=indices.debt * TO_RAY,
        debt_rate=yearly_rate(state),
        max_ltv=0,
        threshold=0,
        bonus=0,
        protocol_fee=0,
        borrowed=rules.present(state.owed, indices.debt),
    )


def _collateral(state: CometState, terms: CollateralTerms, moment: Moment) -> ReserveView:
    asset = terms.asset
    return ReserveView(
        asset=asset.id,
        price=moment.prices[asset.id],
        unit=asset.unit,
        liquidity=state.purse.held(asset.id),
        supply_index=RAY,
        debt_index=RAY,
        debt_rate=0,
        max_ltv=bps_of(terms.borrow_factor),
        threshold=bps_of(terms.threshold),
        bonus=0,
        protocol_fee=0,
    )
