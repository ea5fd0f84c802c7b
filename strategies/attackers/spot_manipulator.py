"""Who borrows against a price it has made itself, for the length of one tx: a flash loan against a lender that reads an amm's spot price.

Borrowed money buys the collateral in a shallow amm, which drives its price up; part of what was bought is put into the pool at that price,
the pool's money is borrowed against it and never paid back, the rest is swapped back, and the flash loan is returned. Every amount is
worked out beforehand from the last block's views: what the amm would pay, what its price would then be, what the pool would lend.
Where that leaves nothing after the loan's fee, the amm's fee, gas and a least profit, there is no attack; should it be wrong, the tx
reverts. It attacks only where the feed itself is an amm's spot price and leaves all others alone, without sums: means stand within a tx.
A guard, a bound or a median over spot prices may; those it overlooks.

In real attacks: bZx (February 2020), Harvest (October 2020), Cheese Bank (November 2020), Warp Finance (December 2020); the pattern and its
optimal sizes [Qin, Zhou, Livshits & Gervais 2021, Attacking the DeFi Ecosystem with Flash Loans]. Left out: attacks over several
blocks, amms other than constant products, driving a price down to liquidate others.
"""

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import attrs

from sim.agents.desk import Desk
from sim.agents.flash import FlashOffer
from sim.agents.strategy import News, On
from sim.amm.calls import SwapCall
from sim.amm.constant_product.views import ConstantProductView
from sim.commands import BorrowCall, Command, SupplyCall
from sim.composites import AtomicCall, FlashLoanCall, RequireGainCall, Step, gained
from sim.fixed import mul_div_down, mul_div_up, share_down
from sim.lending.aave.views import PoolView
from sim.records import BlockSealed
from sim.units import BPS_ONE, GWEI, WAD, AssetId, Bps, Gas, Place, Units, WeiPerGas
from sim.vocabulary import Motive
from strategies.keepers.bank import WAKES_ON, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.flash import SPARE_GAS_BPS, Means

GAS: Gas = 900_000
"""What an attack takes, typically: a loan, two swaps, a first supply and a first borrowing."""
SIZES = 24
"""Of the flash loan that are tried: each three quarters of the last."""
PRICE_ONE = 10**8


class Attack(NamedTuple):
    """One attack, by its own sums."""

    pool: Place
    amm: Place
    lender: Place
    money: AssetId
    """What is borrowed, both ways."""
    collateral: AssetId
    loan: Units
    """Of the flash loan: all of it is swapped."""
    supplied: Units
    borrowed: Units
    profit: Units
    """Money left after both fees; gas not paid."""

    def call(self, least: Units) -> AtomicCall:
        """Return the tx that carries it out, and reverts unless it leaves so much money."""
        within: tuple[Step, ...] = (
            (self.amm, SwapCall(self.money, self.loan, 0, asset_out=self.collateral)),
            (self.pool, SupplyCall(self.collateral, self.supplied)),
            (self.pool, BorrowCall(self.money, self.borrowed)),
            (self.amm, SwapCall(self.collateral, gained(self.collateral), 0, asset_out=self.money)),
        )
        return AtomicCall(((self.lender, FlashLoanCall(self.money, self.loan, within)), (0, RequireGainCall(self.money, least))))


def _bank_of(mind: "SpotManipulator") -> Bank:
    return Bank(Estimate(0, mind.multiple_bps, mind.max_gas_price), replaces=True, patience_blocks=2, most_pending=1, gas_reserve=0)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class SpotManipulator:
    """Attacks lenders of its pools that believe the spot price of one of its amms, in one tx and with borrowed money."""

    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least profit after gas for which it attacks, in units of what it borrows."""
    margin_bps: Bps = attrs.field(default=100, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below what the pool would lend it stays, for what may change until its tx is executed."""
    multiple_bps: Bps = attrs.field(default=15_000, validator=attrs.validators.ge(1))
    """What it pays for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never pays more."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Do its sums at every block; book its txs as they are heard of."""
        if not news.is_a(BlockSealed):
            return self._bank.hear(news, desk)[0]
        if not desk.block().number:
            return []
        bank = self._bank
        bank.look(desk)
        account = bank.accounts[0]
        commands: list[Command] = [*bank.unstick(desk, lambda sent, _: best_attack(desk, self.margin_bps) is not None)]
        if next(account.under_way(), None) is None:
            commands += self._attack(desk)
        return commands + bank.fill_gaps(desk)

    def _attack(self, desk: Desk) -> list[Command]:
        """Return the best attack's tx; none where no attack pays."""
        attack, price = best_attack(desk, self.margin_bps), self._bank.estimate.bid().price(self._bank.estimate.block)
        if attack is None:
            return []
        means = Means.seen(desk)
        worth = means.in_gas(attack.money, attack.profit)
        cost = mul_div_up(attack.profit, GAS * price, worth) if worth else 0  # Gas that nothing in view prices counts as nothing.
        if attack.profit - cost <= self.min_profit:
            return []
        account, limit = self._bank.accounts[0], mul_div_up(GAS, SPARE_GAS_BPS, BPS_ONE)
        call = attack.call(max(1, cost))
        return [*self._bank.send(account, desk.me, call, limit, Motive.VOLUNTARY, desk, target=attack.pool)]


def best_attack(desk: Desk, margin_bps: Bps) -> Attack | None:
    """Return the attack that leaves most, of all pools, amms and sizes in view; None where every one would lose."""
    return max(_attacks(desk, margin_bps), key=_profit, default=None)


def _attacks(desk: Desk, margin_bps: Bps) -> Iterator[Attack]:
    """Yield attacks that leave something. Cost: two swaps and a few sums for each size."""
    connections = desk.connections
    for (pool, collateral), feed in connections.feed_of_asset.items():
        amm, view = connections.spots.get(feed, 0), desk.pool(pool)
        shown = desk.amm(amm) if amm in connections.amms else None
        own = desk.position(pool)
        if not isinstance(view, PoolView) or not isinstance(shown, ConstantProductView) or (own is not None and own.debts):
            continue  # Whoever has left a debt there cannot borrow again.
        for money in [each.id for each in shown.assets if each.id != collateral and each.id in view.reserves]:
            for lender in [each for each in desk.flash_loans(money) if each.place not in (amm, pool)][:1]:
                sizes = (lender.most * 3**step // 4**step for step in range(SIZES))
                found = [sized(view, pool, shown, lender, (money, collateral), size, margin_bps) for size in sizes if size]
                yield from (each for each in found if each is not None and each.profit > 0)


def sized(
    view: PoolView,
    pool: Place,
    amm: ConstantProductView,
    lender: FlashOffer,
    pair: tuple[AssetId, AssetId],
    loan: Units,
    margin_bps: Bps,
) -> Attack | None:
    """Return the attack with a flash loan of a size, of money and collateral; None where the amm or the pool would refuse."""
    money, collateral = pair
    reserve, of = view.reserves[collateral], view.reserves[money]
    pumped = amm.swap_of(money, loan, collateral)
    if pumped is None or not pumped.price or not of.price:
        return None
    price = mul_div_down(WAD, PRICE_ONE, pumped.price)
    lends = share_down(mul_div_down(price * of.unit, reserve.max_ltv, of.price * BPS_ONE), BPS_ONE - margin_bps)
    if not lends:
        return None
    supplied = min(pumped.amount_out, mul_div_up(of.liquidity, reserve.unit, lends))
    borrowed = min(of.liquidity, mul_div_down(supplied, lends, reserve.unit))
    back = _after(amm, money, loan, pumped.amount_out).swap_of(collateral, pumped.amount_out - supplied, money)
    profit = borrowed + (back.amount_out if back else 0) - loan - lender.cost(loan)
    return Attack(pool, amm.place, lender.place, money, collateral, loan, supplied, borrowed, profit)


def _after(amm: ConstantProductView, asset: AssetId, came: Units, went: Units) -> ConstantProductView:
    """Return an amm as a swap leaves it."""
    first, second = amm.reserves
    is_first = amm.assets[0].id == asset
    return attrs.evolve(amm, reserves=(first + came, second - went) if is_first else (first - went, second + came))


def _profit(attack: Attack) -> Units:
    return attack.profit
