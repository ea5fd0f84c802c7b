"""The gain before a run: whether a fall feeds itself.

Debt that becomes liquidatable per 1 % of fall, times what is sold per unit of that debt, over what the market takes per 1 % of
fall, times the share of the feeds' index that the market stands for. Near one a cascade feeds itself; well below it dies out. It
is arithmetic on balance sheets and stated sizes, not a forecast: makers pull, traders run dry, and the book refills.

Debt per percent is the mean over the first five percent of fall; ``gain_curve`` says it of every stretch of the fall down to a half. A
unit of debt sells the close factor's share of itself, bonus included. What the market takes is the sum of what each strategy says of
itself (``absorbs_per_percent``, quote units), the same at every price. Pools whose main collateral is priced by a feed without reporters
of its own have no gain: no share of it is known. Vaults have none: what an auction sells, and when, is its bidders' doing and no share of
the debt. Lenders beside pools have none either: each has rules of its own for how much is sold at once. The debt of both is counted.
"""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from sim.agents.runner import Runner
from sim.lending.aave.pool import Pool
from sim.lending.summary import position_ladder
from sim.lending.vault.rules import value_of_debt
from sim.oracle.delayed_feed import DelayedFeed
from sim.scenario.lender_debts import debt_of
from sim.scenario.parts import Parts
from sim.units import BPS_ONE, AssetId, Place

SLOPE_PERCENT = 5
CURVE_PERCENTS = (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50)
CLOSE_FACTOR = 0.5
"""Share of a debt that one liquidation just below a health of one repays in every version (v3.7: unless it is small)."""


def debt_per_percent(pool: Pool, asset: AssetId) -> float:
    """Return the debt (whole units of the base currency) that a fall of one asset makes liquidatable, per percent of the first five."""
    state = pool.state
    ladder = position_ladder(state.terms, state.positions, state.posted_prices(), asset, (SLOPE_PERCENT,))
    return float(ladder[0].debt) / 10**8 / SLOPE_PERCENT


def absorbed_per_percent(parts: Parts, runner: Runner, venue: Place) -> float:
    """Return what a venue's agents buy, in whole quote, while the price falls by 1 %."""
    unit = parts.exchanges[venue].instrument.quote.unit
    sizes = [_absorbs(agent.mind) for agent in runner.agents if venue in agent.desk.connections.venues]
    return sum(sizes) / unit


def gains(parts: Parts, runner: Runner) -> dict[str, float]:
    """Return the gain of each pool alone, and of all together (``all``), at the opening price. Empty where nothing can be sold."""
    found: dict[str, float] = {}
    for spec in parts.scenario.pools:
        pool = parts.pools[parts.id(spec.name)]
        asset = main_collateral(pool)
        if (per_debt := _gain_per_debt(parts, runner, pool, asset)) is not None:
            found[spec.name] = debt_per_percent(pool, asset) * per_debt
    if found:
        found["all"] = sum(found.values())
    return found


def gain_curve(parts: Parts, runner: Runner) -> dict[str, tuple[tuple[int, float], ...]]:
    """Return the gain over each stretch of a fall, by the percent at its end: of each pool that has one, and of all together (``all``).

    A gain that rises along the way is a ladder of positions that thickens further down.
    """
    found: dict[str, tuple[tuple[int, float], ...]] = {}
    for spec in parts.scenario.pools:
        pool = parts.pools[parts.id(spec.name)]
        asset = main_collateral(pool)
        if (per_debt := _gain_per_debt(parts, runner, pool, asset)) is not None:
            state = pool.state
            rungs = position_ladder(state.terms, state.positions, state.posted_prices(), asset, CURVE_PERCENTS)
            debts = [(0, 0.0), *((rung.fall_percent, float(rung.debt) / 10**8) for rung in rungs)]
            slopes = ((fall, (debt - above) / (fall - start)) for (start, above), (fall, debt) in pairwise(debts))
            found[spec.name] = tuple((fall, slope * per_debt) for fall, slope in slopes)
    if found:
        found["all"] = tuple((fall, sum(curve[number][1] for curve in found.values())) for number, fall in enumerate(CURVE_PERCENTS))
    return found


def _gain_per_debt(parts: Parts, runner: Runner, pool: Pool, asset: AssetId) -> float | None:
    """Return the gain that a unit of debt per percent of fall makes: sold, over taken, times the market's share of the index."""
    feed = pool.state.prices.feeds.get(asset)  # type: ignore[attr-defined] # Built by build_lending.
    taken = sum(absorbed_per_percent(parts, runner, venue) for venue in _venues(parts, asset))
    if feed is None or not taken:
        return None
    source = feed.source.place if isinstance(feed, DelayedFeed) else feed.place
    share = next((each.pass_through for each in parts.scenario.feeds if parts.id(each.name) == source), None)
    bonus = pool.state.terms.by_asset[asset].bonus
    return None if share is None else gain_of(1.0, CLOSE_FACTOR * (1 + bonus / BPS_ONE), taken, share / BPS_ONE)


def gain_of(debt_per_percent: float, sold_per_debt: float, taken_per_percent: float, pass_through: float) -> float:
    """Return the gain: debt called per percent of fall, times what is sold of it, over what the market takes, times its share."""
    return debt_per_percent * sold_per_debt / taken_per_percent * pass_through


def main_collateral(pool: Pool) -> AssetId:
    """Return the asset with a feed of which most value is supplied; 0 when no asset has one."""
    state = pool.state
    worth = {
        asset: reserve.supply_shares * state.prices.price(asset) // reserve.terms.asset.unit
        for asset, reserve in state.reserves.items()
        if asset in state.prices.feeds and reserve.terms.threshold  # type: ignore[attr-defined] # Built by build_lending.
    }
    return max(worth, key=lambda asset: worth[asset], default=0)


def opening_debts(parts: Parts) -> dict[str, str]:
    """Return each pool's debt at the opening in its base currency, that of a pool of vaults in its money; as decimal strings."""
    told = {}
    for place, pool in parts.pools.items():
        state = pool.state
        total = 0
        for asset, reserve in state.reserves.items():
            total += (
                state.terms.rules.debt_units(reserve.debt_shares, reserve.debt_index)
                * state.prices.price(asset)
                // reserve.terms.asset.unit
            )
        told[parts.names.name(place)] = str(Decimal(total) / 10**8)
    for place, lender in parts.lenders.items():
        told[parts.names.name(place)] = str(Decimal(debt_of(lender)) / 10**8)
    for place, vaults in parts.vault_pools.items():
        told[parts.names.name(place)] = str(Decimal(value_of_debt(vaults.total_shares * vaults.index)) / 10**8)
    return told


def _venues(parts: Parts, asset: AssetId) -> list[Place]:
    return [place for place, exchange in parts.exchanges.items() if exchange.instrument.base.id == asset]


def _absorbs(strategy: Any) -> float:
    return float(getattr(strategy, "absorbs_per_percent", 0))
