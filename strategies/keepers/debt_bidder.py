"""Bids in auctions of governance units: the fixed sum, for as few of them as are worth it to it.

It names its own price at once, as keeper software does with what its model says: the units that the sum buys at ``governance_price``.
Money for it is brought into the engine when a sale is worth it, is gone until somebody accepts less, and then lies in the engine for
the next. What it wins is issued to it on the chain and stays there. Left out: selling what it won; several accounts.
"""

from typing import Any, ClassVar

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.debt_views import DebtAuctionsView, DebtSaleView
from sim.auction.flopper_rules import least_lot_for
from sim.commands import BidDownCall, Command, JoinCall, SettleCall
from sim.fixed import div_up
from sim.records import BlockSealed
from sim.units import GWEI, RAY, WAD, Bps, Gas, Nanos, Units, WeiPerGas
from sim.vocabulary import Motive
from strategies.keepers.bank import BID_GAS, SETTLE_GAS, WAYS_GAS, Bank
from strategies.keepers.debt_steward import systems_of
from strategies.keepers.errands import WAKES_ON, Errands
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Sent


def _errands_of(bidder: "DebtBidder") -> Errands:
    estimate = Estimate(bidder.estimate_age, bidder.multiple_bps, bidder.max_gas_price)
    bank = Bank(estimate, bidder.replaces, bidder.patience_blocks, bidder.most_pending, 0)
    return Errands(bank, 0)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class DebtBidder:
    """Bids governance units down to its price, with the money it has on the chain and in the engine."""

    governance_price: Units = attrs.field(default=200 * WAD, validator=attrs.validators.ge(1))
    """What a whole governance unit is worth to it, in the system's money."""
    replaces: bool = True
    """It raises what is stuck; if not, everything behind that nonce waits."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it counts as stuck."""
    estimate_age: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How old the gas price is that its node tells it; 0: that of the last block it saw."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What it bids for gas, as a multiple of that price."""
    max_gas_price: WeiPerGas = 1_000 * GWEI
    """Never bids more."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs it lets wait at once."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("vaults",)
    _errands: Errands = attrs.field(default=attrs.Factory(_errands_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Bid, and settle what it won, at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            self._errands.hear(news, desk)
            return []
        if not desk.block().number:
            return []
        self._errands.look(desk)
        commands = self._errands.keep_moving(desk, lambda sent, _: self._is_wanted(sent, desk))
        for premises in systems_of(desk):
            view: DebtAuctionsView | None = desk.auctions(premises.debt_house)
            if view is not None:
                commands += [command for sale in view.sales for command in self._attend(view, sale, premises, desk)]
        return commands

    def _attend(self, view: DebtAuctionsView, sale: DebtSaleView, premises: Premises, desk: Desk) -> list[Command]:
        """Return what one sale asks of it: a settlement, a bid, or the money for one."""
        if sale.bidder == desk.me:
            won = view.can_settle(sale, view.timestamp)
            return self._run(premises, SettleCall(sale.sale), SETTLE_GAS, sale, desk) if won else []
        lot = self.lot_for(sale)
        if not view.is_open(sale, view.timestamp + 1) or not 0 < lot <= view.most_lot(sale):
            return []
        missing = sale.bid - self._errands.account.money(desk, premises)
        if missing > 0:
            return self._join(premises, div_up(missing, RAY), desk)
        tied: dict[str, Any] = {"asset": premises.internal, "amount": sale.bid}
        return self._run(premises, BidDownCall(sale.sale, lot, sale.bid), BID_GAS, sale, desk, **tied)

    def lot_for(self, sale: DebtSaleView) -> Units:
        """Return the fewest units for which it pays a sale's sum."""
        return least_lot_for(sale.bid, self.governance_price * (RAY // WAD))

    def _join(self, premises: Premises, amount: Units, desk: Desk) -> list[Command]:
        """Return what brings money into the engine, if it has it and none is on its way."""
        account = self._errands.account
        if account.purse.free(desk, account.line, premises.money) < amount or self._errands.is_running(premises.engine, JoinCall):
            return []
        tied: dict[str, Any] = {"asset": premises.money, "amount": amount}
        return self._errands.run(desk, premises.engine, JoinCall(premises.money, amount), WAYS_GAS, motive=Motive.REFILL, **tied)

    def _run(
        self, premises: Premises, call: BidDownCall | SettleCall, gas: Gas, sale: DebtSaleView, desk: Desk, **tied: Any
    ) -> list[Command]:
        return self._errands.run(desk, premises.debt_house, call, gas, sale.sale, Motive.BID, **tied)

    def _is_wanted(self, sent: Sent, desk: Desk) -> bool:
        """A bid that is stuck would still be taken, a settlement is still to be made."""
        for premises in systems_of(desk):
            view: DebtAuctionsView | None = desk.auctions(premises.debt_house)
            if sent.contract == premises.debt_house and view is not None:
                sale = next((each for each in view.sales if each.sale == sent.target), None)
                is_bid = isinstance(sent.call, BidDownCall)
                return sale is not None and (not is_bid or sent.call.lot <= view.most_lot(sale))
        return True
