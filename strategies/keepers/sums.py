"""The sums that every keeper does, in one place: what a liquidation leaves after gas and slippage, what an auction will cost, what a sale
would fetch. All of it by the protocols' own code on what a desk shows, so that an estimate is what would happen if nothing changed.

::

    found = liquidations(desk, pool, venue)          # the best first
    if found and found[0].profit > 0:
        return send(found[0], market_bid(desk.block(), 12_000))

Money is counted in quote units of one venue, whose late published book pays for what is got. Debts and collaterals that it does not trade
have no price here and are left alone. Left out: the chance of losing a race, what others sell first, the time until one sells (a
``haircut_bps`` stands for both); ``strategies.keepers.liquidator`` reckons with more.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.auction.dutch_views import DutchSaleView, DutchView
from sim.commands import BarkCall, Command, LiquidateCall, SendTx, TakeCall
from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.aave.views import PoolView
from sim.lending.comet.views import CometView
from sim.lending.vault.views import VaultPoolView
from sim.units import BPS_ONE, RAD, AssetId, Bps, Gas, Place, Ray, Seconds, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal
from strategies.keepers.appraise_seizures import Prey, best_prey, best_purchase
from strategies.keepers.barker import BARK_GAS
from strategies.keepers.profit import Stall, best_offer, to_ask
from strategies.keepers.readable import takeable
from strategies.keepers.tips import Bid, going_price

LIQUIDATION_GAS: Gas = 350_000
"""What a liquidation in a pool of the Aave family takes, typically."""
TAKE_GAS: Gas = 250_000
"""What buying from a Dutch auction takes, typically."""
SPARE_GAS_BPS: Bps = 14_000
"""Gas limit over what is typical."""


class Prospect(NamedTuple):
    """Something a keeper could do, and what it is worth."""

    contract: Place
    """Where the calls go."""
    calls: tuple[Any, ...]
    """In sequence: one as a rule; where collateral is absorbed first and bought then, two."""
    pays: AssetId
    """What the calls are paid with; 0 for nothing."""
    paid: Units
    """The most that they take of it."""
    gain: int
    """Quote units that selling what is got would fetch, taker fee and slippage off, less what is paid."""
    gas: Gas
    """Typical, of all calls."""
    gas_cost: Units
    """That gas at the price that was asked about, in quote units."""

    @property
    def profit(self) -> int:
        """What is left after gas, in quote units."""
        return self.gain - self.gas_cost


def funds_of(desk: Desk, account: int = 0) -> dict[AssetId, Units]:
    """Return what one has on the chain, by asset, as of one's latency."""
    chain = desk.connections.chain_place
    return {asset: desk.balance(chain, asset, account).free for asset in desk.connections.assets}


def liquidations(
    desk: Desk,
    pool: Place,
    venue: Place,
    funds: Mapping[AssetId, Units] | None = None,
    gas_price: WeiPerGas | None = None,
    haircut_bps: Bps = 0,
) -> list[Prospect]:
    """Return what liquidating each unhealthy position of a pool is worth, the best first, whatever the family.

    Positions are left out whose liquidation would revert for want of a price (``Desk.unreadable``), or in the grace after an outage.

    ``funds`` unless given are all that one has on the chain; ``gas_price`` the going price of the last block seen. Vaults are not
    liquidated but put up for auction: theirs is the bark's reward. Cost: some settlements and a walk of the book per position.
    """
    view = desk.pool(pool)
    if view is None or not view.unhealthy:
        return []
    purse = funds_of(desk) if funds is None else funds
    stall = Stall.seen(desk, venue, haircut_bps, 0)
    found = [each for account in takeable(desk, pool, view) if (each := _prospect(desk, pool, view, account, purse, stall, gas_price))]
    return sorted(found, key=_most_profit)


def purchase(desk: Desk, pool: Place, venue: Place, gas_price: WeiPerGas | None = None, haircut_bps: Bps = 0) -> Prospect | None:
    """Return the best purchase of collateral that a pool has absorbed and sells; None where it sells none that has a price here."""
    view = desk.pool(pool)
    if not isinstance(view, CometView) or desk.unreadable(pool):
        return None
    stall = Stall.seen(desk, venue, haircut_bps, 0)
    prey = best_purchase(view, funds_of(desk), stall)
    return None if prey is None else _of_prey(desk, pool, prey, stall, gas_price)


def auction_price(desk: Desk, house: Place, sale: int, seconds: Seconds = 12) -> Ray:
    """Return what a Dutch auction will ask seconds after the last block seen, internal money per unit in ray; 0 if it is not there."""
    view, found = _sale(desk, house, sale)
    return view.price_at(found, view.timestamp + seconds) if view is not None and found is not None else 0


def take(
    desk: Desk,
    pool: Place,
    sale: int,
    venue: Place,
    seconds: Seconds = 12,
    gas_price: WeiPerGas | None = None,
    haircut_bps: Bps = 0,
) -> Prospect | None:
    """Return what buying from a Dutch auction of a pool would be worth so many seconds after the last block seen.

    As much as one's money within the engine pays for. None where the house would refuse, or there is no such auction.
    """
    premises = desk.connections.premises[pool]
    view, found = _sale(desk, premises.house, sale)
    if view is None or found is None:
        return None
    at = view.timestamp + seconds
    bought = view.largest_take(found, desk.balance(premises.engine, premises.internal).free, at)
    if bought is None:
        return None
    stall = Stall.seen(desk, venue, haircut_bps, 0)
    cost = mul_div_up(bought.paid, stall.instrument.quote.unit, RAD)
    call = TakeCall(sale, bought.bought, view.price_at(found, at))
    gain = _fetched(stall, bought.bought) - cost
    return _made(desk, stall, gas_price, premises.house, (call,), premises.internal, bought.paid, gain, TAKE_GAS)


def sale_in_book(desk: Desk, venue: Place, units: Units, haircut_bps: Bps = 0) -> Units:
    """Return quote units that selling base units into a venue's published book would fetch, fee off, rounded down.

    What the book does not take, and what is left of a lot, fetch nothing.
    """
    return _fetched(Stall.seen(desk, venue, haircut_bps, 0), units)


def sale_in_amm(desk: Desk, amm: Place, asset: AssetId, units: Units, asset_out: AssetId = 0) -> Units:
    """Return what swapping units of an asset in an amm would bring, by its own sums at the last block seen; 0 where it would refuse."""
    view = desk.amm(amm)
    swap = view.swap_of(asset, units, asset_out) if view is not None else None
    return 0 if swap is None else int(swap.amount_out)


def send(prospect: Prospect, bid: Bid, account: int = 0, motive: Motive = Motive.LIQUIDATION, private: bool = False) -> list[Command]:
    """Return the txs that carry a prospect out, each with gas to spare; the mempool gives them their nonces.

    ``private`` shows them to the builder alone; that needs a chain with a private door (``desk.connections.private_door``).
    """
    gas = mul_div_up(prospect.gas // len(prospect.calls), SPARE_GAS_BPS, BPS_ONE)
    rest: dict[str, Any] = {"motive": motive, "private": private, "account": account}
    return [SendTx(prospect.contract, call, bid.max_fee, bid.tip, gas, **rest) for call in prospect.calls]


def _prospect(
    desk: Desk, pool: Place, view: Any, account: Any, funds: Mapping[AssetId, Units], stall: Stall, gas_price: WeiPerGas | None
) -> Prospect | None:
    if isinstance(view, PoolView):
        offer = best_offer(view, account, {debt.asset: funds.get(debt.asset, 0) for debt in account.debts}, stall)
        if isinstance(offer, Refusal):
            return None
        asked = to_ask(view, account, offer, funds[offer.debt])
        call = LiquidateCall(account.account, offer.debt, offer.collateral, asked)
        return _made(desk, stall, gas_price, pool, (call,), offer.debt, asked, offer.gain, LIQUIDATION_GAS)
    if isinstance(view, VaultPoolView):
        return _bark(desk, pool, view, account, stall, gas_price)
    prey = best_prey(view, account, funds, stall)
    return None if prey is None else _of_prey(desk, pool, prey, stall, gas_price)


def _of_prey(desk: Desk, pool: Place, prey: Prey, stall: Stall, gas_price: WeiPerGas | None) -> Prospect:
    calls = tuple(each.call for each in prey.calls)
    pays, paid = prey.calls[-1].pays, prey.calls[-1].paid
    return _made(desk, stall, gas_price, pool, calls, pays, paid, prey.gain, prey.gas)


def _bark(desk: Desk, pool: Place, view: VaultPoolView, vault: Any, stall: Stall, gas_price: WeiPerGas | None) -> Prospect | None:
    """Return what starting a vault's auction is worth: the reward. Bites of English systems are paid for by nobody."""
    premises: Premises = desk.connections.premises[pool]
    house = desk.auctions(premises.house)
    if not isinstance(house, DutchView):
        return None
    try:
        reward = house.bark_reward(house.quote_bark(vault.collateral, vault.shares, view.index, view.min_debt).owed)
    except Revert:
        return None  # The house would refuse to start it.
    gain = mul_div_down(reward, stall.instrument.quote.unit, RAD)
    return _made(desk, stall, gas_price, premises.liquidator, (BarkCall(pool, vault.account),), 0, 0, gain, BARK_GAS)


def _sale(desk: Desk, house: Place, sale: int) -> tuple[DutchView | None, DutchSaleView | None]:
    view = desk.auctions(house)
    if not isinstance(view, DutchView):
        return None, None
    return view, next((each for each in view.sales if each.sale == sale), None)


def _fetched(stall: Stall, units: Units) -> Units:
    return stall.proceeds(stall.depth.sale(stall.instrument.lots_down(units))[0])


def _made(
    desk: Desk,
    stall: Stall,
    gas_price: WeiPerGas | None,
    contract: Place,
    calls: tuple[Any, ...],
    pays: AssetId,
    paid: Units,
    gain: int,
    gas: Gas,
) -> Prospect:
    price = going_price(desk.block()) if gas_price is None else gas_price
    return Prospect(contract, calls, pays, paid, gain, gas, stall.gas_worth(gas * price))


def _most_profit(prospect: Prospect) -> int:
    return -prospect.profit
