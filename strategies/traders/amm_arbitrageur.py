"""Trades amms towards its first venue: swaps on the chain while the gap pays fees and gas, and does the opposite at the venue.

At every block its node shows, it looks for the swap that gains most at the venue's late best price, by the amm's own sums. Once the swap
is in a block it sells there what it bought, or buys back what it sold. It has funds on both sides, and trades within them: left out are
moving them from one to the other, more than one swap of an amm under way, ways through several amms, and what stands behind the best
price of the venue.
"""

from typing import Any, ClassVar, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.amm.amm import AmmView, Swap
from sim.amm.calls import SwapCall
from sim.commands import Command, PlaceOrder
from sim.fixed import mul_div_down, mul_div_up
from sim.records import BlockSealed, Swapped, TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import BPS_ONE, GWEI, AssetId, Bps, Gas, Place, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal, Side, TimeInForce
from strategies.keepers.bank import Account, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Sent
from strategies.keepers.peak import best_size
from strategies.keepers.tips import Bid

SWAP_GAS: Gas = 250_000
"""Gas limit of a swap, until one of that amm ran out of it; from then on twice as much, and so on."""
MOST_GAS: Gas = 8_000_000
"""The highest limit it asks for."""
MILLION = 10**6


class Chance(NamedTuple):
    """A swap that could be made, and what it gains."""

    asset_in: AssetId
    asset_out: AssetId
    swap: Swap
    gain: int
    """Quote units, the venue's fee paid, gas not."""


def _bank_of(trader: "AmmArbitrageur") -> Bank:
    return Bank(
        Estimate(0, trader.multiple_bps, trader.max_gas_price),
        replaces=True,
        patience_blocks=trader.patience_blocks,
        most_pending=16,
        gas_reserve=trader.gas_reserve,
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class AmmArbitrageur:
    """Keeps the prices of its amms near that of its first venue."""

    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected profit of a swap, gas paid."""
    most: Units = attrs.field(default=100_000 * 10**6, metadata={"asset": "quote", "decimals": 6}, validator=attrs.validators.ge(1))
    """Most quote units' worth in one swap."""
    slippage_bps: Bps = attrs.field(default=50, validator=attrs.validators.in_(range(BPS_ONE)))
    """How much less than expected a swap may bring; it reverts otherwise."""
    worst_bps: Bps = attrs.field(default=200, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far from the late price it still trades at the venue."""
    gas_expected: Gas = attrs.field(default=130_000, validator=attrs.validators.ge(1))
    """What it reckons a swap takes."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    patience_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it is raised, or given up where the gap is gone."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not trade with."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(BlockSealed),
        On(Swapped, own=True),
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
    )
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _limits: dict[Place, Gas] = attrs.field(factory=dict, init=False)
    """By amm, where a swap ran out of gas: the limit from then on."""
    _used: dict[Place, Gas] = attrs.field(factory=dict, init=False)
    """By amm, what the last swap took, where that was more than it reckons."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Look at every amm at every block; do the opposite of what was swapped as soon as it is heard."""
        if not desk.connections.venues:
            return []
        venue = desk.connections.venues[0]
        if news.is_a(BlockSealed):
            return self._block(desk, venue) if desk.block().number else []
        if news.is_a(Swapped):
            return self._close(news, desk, venue)
        _, outcome = self._bank.hear(news, desk)
        if outcome is not None and outcome.reason == Refusal.OUT_OF_GAS:
            amm = outcome.sent.contract
            self._limits[amm] = min(MOST_GAS, 2 * self._limits.get(amm, SWAP_GAS))
        elif outcome is not None and isinstance(included := news.record, TxIncluded) and included.gas_used > self.gas_expected:
            self._used[outcome.sent.contract] = included.gas_used
        return []

    def _block(self, desk: Desk, venue: Place) -> list[Command]:
        bank = self._bank
        bank.look(desk)
        account, bid, number = bank.accounts[0], bank.estimate.bid(), desk.block().number
        commands: list[Command] = [*bank.unstick(desk, lambda sent, bid: self._is_good(sent, bid, desk, venue))]
        for amm in desk.connections.amms:
            view: AmmView | None = desk.amm(amm)
            is_busy = any(sent.contract == amm for sent in account.under_way())
            chance = self._best(view, account, desk, venue) if view is not None and not is_busy else None
            if chance is not None and chance.gain - self._gas(amm, bid, desk, venue) >= self.min_profit and bank.is_usable(account, number):
                commands += self._swap(amm, chance, account, desk)
        return commands + bank.fill_gaps(desk)

    def _swap(self, amm: Place, chance: Chance, account: Account, desk: Desk) -> list[Command]:
        swap = chance.swap
        least = mul_div_down(swap.amount_out, BPS_ONE - self.slippage_bps, BPS_ONE)
        call = SwapCall(chance.asset_in, swap.amount_in, least, asset_out=chance.asset_out)
        tied = {"asset": chance.asset_in, "amount": swap.amount_in, "target": chance.asset_in}
        return [*self._bank.send(account, amm, call, self._limits.get(amm, SWAP_GAS), Motive.ARBITRAGE, desk, **tied)]

    def _best(self, view: AmmView, account: Account, desk: Desk, venue: Place) -> Chance | None:
        """Return the swap that gains most either way; None where the amm does not trade the venue's pair or nothing gains."""
        instrument, quote = desk.connections.terms[venue].instrument, desk.quote(venue)
        base, money = instrument.base.id, instrument.quote.id
        if not (quote.bid and quote.ask) or not {base, money} <= {asset.id for asset in view.assets}:
            return None
        found = []
        for asset_in, asset_out in ((money, base), (base, money)):
            most = min(self._free(asset_in, account, desk, venue), self._most(asset_in, desk, venue))
            if most > 0 and (chance := self._search(view, asset_in, asset_out, most, desk, venue)) is not None:
                found.append(chance)
        return max(found, key=_gain, default=None)

    def _search(self, view: AmmView, asset_in: AssetId, asset_out: AssetId, most: Units, desk: Desk, venue: Place) -> Chance | None:
        """Return the best amount of one direction: gains rise to it and fall after it. Cost: some fifty quotes, two where nothing gains."""

        def at(amount: Units) -> Chance | None:
            swap = view.swap_of(asset_in, amount, asset_out) if amount else None
            return None if swap is None else Chance(asset_in, asset_out, swap, self._gain(asset_in, swap, desk, venue))

        def gain(amount: Units) -> int | None:
            chance = at(amount)
            return None if chance is None else chance.gain

        size = best_size(gain, most)
        return at(size) if size else None

    def _gain(self, asset_in: AssetId, swap: Swap, desk: Desk, venue: Place) -> int:
        """Return what a swap and the opposite trade at the venue's best price would leave, its fee paid."""
        terms, quote = desk.connections.terms[venue], desk.quote(venue)
        instrument, fee = terms.instrument, terms.taker_fee_ppm
        unit = instrument.base.unit
        if asset_in == instrument.quote.id:
            return mul_div_down(swap.amount_out * quote.bid * instrument.tick, MILLION - fee, unit * MILLION) - swap.amount_in
        return swap.amount_out - mul_div_up(swap.amount_in * quote.ask * instrument.tick, MILLION + fee, unit * MILLION)

    def _free(self, asset_in: AssetId, account: Account, desk: Desk, venue: Place) -> Units:
        """Return what can be put in: what there is on the chain, and what the venue's side can answer."""
        instrument, quote = desk.connections.terms[venue].instrument, desk.quote(venue)
        there = account.purse.free(desk, account.line, asset_in)
        if asset_in == instrument.quote.id:
            held = desk.balance(venue, instrument.base.id).free
            return min(there, mul_div_down(held * quote.bid, instrument.tick, instrument.base.unit))
        held = desk.balance(venue, instrument.quote.id).free
        return min(there, mul_div_down(held, instrument.base.unit, quote.ask * instrument.tick))

    def _most(self, asset_in: AssetId, desk: Desk, venue: Place) -> Units:
        instrument = desk.connections.terms[venue].instrument
        if asset_in == instrument.quote.id:
            return self.most
        return mul_div_down(self.most, instrument.base.unit, desk.quote(venue).ask * instrument.tick)

    def _gas(self, amm: Place, bid: Bid, desk: Desk, venue: Place) -> Units:
        """Return what a swap's gas costs, in quote units; nothing where the venue trades no gas asset."""
        instrument, quote = desk.connections.terms[venue].instrument, desk.quote(venue)
        gas, asset = self._used.get(amm, self.gas_expected) * bid.price(self._bank.estimate.block), desk.connections.gas_asset
        if asset == instrument.base.id:
            return mul_div_up(gas, quote.ask * instrument.tick, instrument.base.unit)
        return gas if asset == instrument.quote.id else 0

    def _is_good(self, sent: Sent, bid: Bid, desk: Desk, venue: Place) -> bool:
        """A stuck swap would still pay at a better gas price."""
        view: AmmView | None = desk.amm(sent.contract) if sent.contract in desk.connections.amms else None
        if view is None or not isinstance(sent.call, SwapCall):
            return False
        swap = view.swap_of(sent.call.asset_in, sent.call.amount_in, sent.call.asset_out)
        if swap is None or swap.amount_out < sent.call.least_out:
            return False
        return self._gain(sent.call.asset_in, swap, desk, venue) - self._gas(sent.contract, bid, desk, venue) >= self.min_profit

    def _close(self, news: News, desk: Desk, venue: Place) -> list[Command]:
        """Return the opposite trade of an own swap."""
        _, _, asset_in, asset_out, amount_in, amount_out, _, _ = news.row
        instrument, quote = desk.connections.terms[venue].instrument, desk.quote(venue)
        side = Side.SELL if asset_out == instrument.base.id else Side.BUY
        lots = instrument.lots_down(amount_out if side == Side.SELL else amount_in)
        best = quote.bid if side == Side.SELL else quote.ask
        if not lots or not best or {asset_in, asset_out} != {instrument.base.id, instrument.quote.id}:
            return []
        limit = max(1, mul_div_down(best, BPS_ONE + (self.worst_bps if side == Side.BUY else -self.worst_bps), BPS_ONE))
        return [PlaceOrder(venue, side, lots, limit, TimeInForce.IOC, Motive.ARBITRAGE, desk.new_order())]


def _gain(chance: Chance) -> Any:
    return chance.gain
