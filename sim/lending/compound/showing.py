"""Making the views of ``views`` out of a pool's state, and an account's values out of its lines."""

from sim.lending.aave.rules import NO_DEBT
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import CollateralView, DebtView, Reserves, ReserveView
from sim.lending.compound import rules
from sim.lending.compound.state import TO_RAY, CompoundState, Moment
from sim.lending.compound.views import CompoundAccountView, Holding, MarketView
from sim.units import BPS_ONE, WAD, YEAR_SECONDS, AssetId, Bps, Party, Ray, Seq, Wad


def standing_of(state: CompoundState, party: Party, moment: Moment) -> Standing:
    """Return an account's values and health at a moment. Reverts with NOTHING_POSTED."""
    sums = state.sums(party, moment)
    collateral = debt = 0
    for asset in state.entered.get(party, ()):
        line, price, unit = state.line(party, asset, moment), moment.prices[asset], state.markets[asset].terms.asset.unit
        debt += rules.value_up(line.debt, price, unit)
        if line.factor:
            collateral += rules.value_down(rules.units_for(line.shares, line.exchange_rate), price, unit)
    ltv = sums.collateral // 10**6 // collateral if collateral else 0
    owes = bool(state.positions.peek(party).debts)
    return Standing(collateral, debt, ltv, sums.health if owes else NO_DEBT)


def account_view(state: CompoundState, party: Party, moment: Moment, fell: Seq) -> CompoundAccountView:
    """Return one account at a moment. Reverts with NOTHING_POSTED."""
    account, stand = state.positions.peek(party), standing_of(state, party, moment)
    collaterals = tuple(_collateral(state, asset, shares, moment) for asset, shares in account.collaterals.items())
    debts = tuple(
        DebtView(asset, state.debt(party, account, asset, moment.markets[asset].debt_index), principal)
        for asset, principal in account.debts.items()
    )
    return CompoundAccountView(
        account=party,
        health=stand.health,
        collateral_value=stand.collateral,
        debt_value=stand.debt,
        collaterals=tuple(each for each in collaterals if each.threshold),
        debts=debts,
        fell=fell,
        holdings=_holdings(state, party),
    )


def market_view(state: CompoundState, asset: AssetId, moment: Moment) -> MarketView:
    """Return one market at a moment."""
    terms = state.markets[asset].terms
    stored, fresh = state.snapshot(asset), moment.markets[asset]
    return MarketView(asset, terms.asset.decimals, moment.prices[asset], terms.factor, terms.opening_rate, stored, fresh)


def reserves_of(state: CompoundState, moment: Moment) -> Reserves:
    """Return the markets as a lending pool would show its reserves."""
    return Reserves({asset: _reserve(state, asset, moment) for asset in state.markets})


def yearly_rate(state: CompoundState, asset: AssetId) -> Ray:
    """Return what debt pays a year at the rate of a second; 0 where there is none to be had."""
    now, market = state.snapshot(asset), state.markets[asset]
    if now.cash + now.borrows <= now.reserves:
        return 0
    return market.rate_per_second(now.cash) * YEAR_SECONDS * TO_RAY


def _reserve(state: CompoundState, asset: AssetId, moment: Moment) -> ReserveView:
    terms, now = state.markets[asset].terms, moment.markets[asset]
    factor, bonus = bps_of(terms.factor), bps_of(state.terms.incentive - WAD)
    kept = bps_of(state.terms.seize_share * state.terms.incentive // (state.terms.incentive - WAD)) if bonus else 0
    return ReserveView(
        asset=asset,
        price=moment.prices[asset],
        unit=terms.asset.unit,
        liquidity=now.cash,
        supply_index=now.exchange_rate * TO_RAY,
        debt_index=now.debt_index * TO_RAY,
        debt_rate=yearly_rate(state, asset),
        max_ltv=factor,
        threshold=factor,
        bonus=bonus,
        protocol_fee=kept,
        borrowed=now.borrows,
    )


def _collateral(state: CompoundState, asset: AssetId, shares: int, moment: Moment) -> CollateralView:
    units = rules.units_for(shares, moment.markets[asset].exchange_rate)
    factor, bonus = bps_of(state.markets[asset].terms.factor), bps_of(state.terms.incentive - WAD)
    return CollateralView(asset, units, factor, bonus, shares)


def _holdings(state: CompoundState, party: Party) -> tuple[Holding, ...]:
    account, entered = state.positions.peek(party), state.entered.get(party, ())
    found = []
    for asset in (*entered, *account.idle):
        shares = account.collaterals.get(asset, 0) or account.idle.get(asset, 0)
        found.append(Holding(asset, shares, asset in entered, account.debts.get(asset, 0), state.since.get((party, asset), 1)))
    return tuple(found)


def bps_of(mantissa: Wad) -> Bps:
    """Return a mantissa in whole bps, rounded down."""
    return mantissa * BPS_ONE // WAD
