"""Redeems a Liquity system's money while it trades below one: gives it back for collateral at the posted price, and sells that.

At every block its node shows it weighs, for the first Liquity system among its pools, what its late view of its first venue (collateral
against money) would pay for the collateral of a redemption, against the money it takes, the fee and gas: the fee grows with the size, by
the system's own sums, and the book gets thinner. It sends the size that gains most, and once that is in a block sells as much collateral
at the venue. It has money on the chain and collateral at the venue, and works within them: left out are moving funds, and knowing which
troves a redemption will go through, so that one that troves cannot fill takes less.
"""

from typing import ClassVar, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, PlaceOrder
from sim.fixed import mul_div_down
from sim.lending.liquity import gas, rules
from sim.lending.liquity.calls import RedeemCall
from sim.lending.liquity.views import LiquityView
from sim.records import BlockSealed, Redeemed, TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import BPS_ONE, GWEI, WAD, Bps, Gas, Place, Units, Wad, WeiPerGas
from sim.vocabulary import Motive, Side, TimeInForce
from strategies.keepers.bank import Account, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Sent
from strategies.keepers.peak import best_size
from strategies.keepers.profit import Stall
from strategies.keepers.tips import Bid

MOST_TROVES = 20
"""It redeems from at most so many at once: what its gas limit pays for."""
LIMIT: Gas = gas.REDEEM + gas.REDEEM_MORE * MOST_TROVES


class Chance(NamedTuple):
    """A redemption that could be made."""

    money: Units
    collateral: Units
    """To be got, the fee taken off."""
    fee: Wad
    """Of the collateral."""
    gain: int
    """Quote units, gas not paid."""


def _bank_of(keeper: "Redeemer") -> Bank:
    return Bank(
        Estimate(0, keeper.multiple_bps, keeper.max_gas_price),
        replaces=True,
        patience_blocks=keeper.patience_blocks,
        most_pending=16,
        gas_reserve=keeper.gas_reserve,
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Redeemer:
    """Holds the money of a Liquity system up to its redemption value."""

    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected profit of a redemption, gas paid."""
    most: Units = attrs.field(default=100_000 * 10**18, metadata={"asset": "quote"}, validator=attrs.validators.ge(1))
    """Most money in one redemption."""
    fee_room_bps: Bps = attrs.field(default=20, validator=attrs.validators.in_(range(BPS_ONE)))
    """How much dearer than expected the fee may be, in points of the collateral; it reverts otherwise."""
    worst_bps: Bps = attrs.field(default=200, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below the late price it still sells."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    patience_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it is raised, or given up where it would gain nothing any more."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not spend otherwise: with less than this it sends nothing."""

    needs: ClassVar[tuple[str, ...]] = ("liquity",)
    wakes_on: ClassVar[tuple[On, ...]] = (
        On(BlockSealed),
        On(Redeemed, own=True),
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
    )
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Weigh a redemption at every block; sell what one brought as soon as it is heard."""
        if not desk.connections.venues:
            return []
        venue = desk.connections.venues[0]
        if news.is_a(BlockSealed):
            return self._block(desk, venue) if desk.block().number else []
        if news.is_a(Redeemed):
            return self._sell(news.row[3] - news.row[4], desk, venue)
        self._bank.hear(news, desk)
        return []

    def _block(self, desk: Desk, venue: Place) -> list[Command]:
        bank = self._bank
        bank.look(desk)
        account, bid = bank.accounts[0], bank.estimate.bid()
        commands: list[Command] = [*bank.unstick(desk, lambda sent, bid: self._is_good(sent, bid, desk, venue))]
        for pool in desk.connections.pools:
            view = desk.pool(pool)
            is_busy = any(sent.contract == pool for sent in account.under_way())
            if isinstance(view, LiquityView) and not is_busy and bank.is_usable(account, desk.block().number):
                commands += self._redeem(pool, view, account, bid, desk, venue)
        return commands + bank.fill_gaps(desk)

    def _redeem(self, pool: Place, view: LiquityView, account: Account, bid: Bid, desk: Desk, venue: Place) -> list[Command]:
        stall = Stall.seen(desk, venue, 0, 0)
        money = best_size(lambda size: _gain(view, size, stall), min(self.most, self._funds(view, account, desk, venue)))
        chance = chance_of(view, money, stall) if money else None
        if chance is None or chance.gain - self._gas(bid, stall) < self.min_profit:
            return []
        if account.purse.gas_money(desk, account.line) < self.gas_reserve:
            return []
        limit = min(WAD, chance.fee + self.fee_room_bps * (WAD // BPS_ONE))
        call = RedeemCall(money, limit, MOST_TROVES)
        tied = {"asset": view.money, "amount": money, "target": view.money}
        return [*self._bank.send(account, pool, call, LIMIT, Motive.ARBITRAGE, desk, **tied)]

    def _funds(self, view: LiquityView, account: Account, desk: Desk, venue: Place) -> Units:
        """Return the money that can be redeemed: what there is on the chain, and what the collateral at the venue can answer."""
        instrument = desk.connections.terms[venue].instrument
        if not view.can_redeem or (instrument.base.id, instrument.quote.id) != (view.collateral, view.money):
            return 0
        there = desk.balance(venue, view.collateral).free
        return min(account.purse.free(desk, account.line, view.money), there * view.price // WAD, view.total_debt)

    def _gas(self, bid: Bid, stall: Stall) -> Units:
        return stall.gas_worth(gas.REDEEM * bid.price(self._bank.estimate.block))

    def _is_good(self, sent: Sent, bid: Bid, desk: Desk, venue: Place) -> bool:
        """A redemption that is stuck would still pay at a better gas price."""
        view, stall = desk.pool(sent.contract) if sent.contract in desk.connections.pools else None, Stall.seen(desk, venue, 0, 0)
        if not isinstance(view, LiquityView) or not isinstance(sent.call, RedeemCall):
            return False
        chance = chance_of(view, sent.call.amount, stall)
        return chance is not None and chance.gain - self._gas(bid, stall) >= self.min_profit

    def _sell(self, units: Units, desk: Desk, venue: Place) -> list[Command]:
        instrument, quote = desk.connections.terms[venue].instrument, desk.quote(venue)
        lots = instrument.lots_down(units)
        if not lots or not quote.bid:
            return []
        limit = max(1, mul_div_down(quote.bid, BPS_ONE - self.worst_bps, BPS_ONE))
        return [PlaceOrder(venue, Side.SELL, lots, limit, TimeInForce.IOC, Motive.ARBITRAGE, desk.new_order())]


def chance_of(view: LiquityView, money: Units, stall: Stall) -> Chance | None:
    """Return what redeeming so much would come to, by the system's sums and a venue's published book; None where it cannot be."""
    drawn = money * WAD // view.price if view.price else 0
    if not drawn or not view.total_debt:
        return None
    rate = rules.raised_rate(view.base_rate, drawn, view.price, view.total_debt)
    fee = rules.redemption_fee(rate, drawn)
    fetched = stall.fetches(drawn - fee)
    if not rate or fetched is None:
        return None
    return Chance(money, drawn - fee, rules.fee_share(fee, drawn), fetched - money)


def _gain(view: LiquityView, money: Units, stall: Stall) -> int | None:
    chance = chance_of(view, money, stall)
    return None if chance is None else chance.gain
