"""A redoer: restarts auctions that have run out, so that there is something to take or bid for again.

A Dutch auction that is too old, or whose price fell too far, sells nothing until somebody restarts it; that is rewarded, unless what is
left is dust. An English one that ended without a bid waits to be rearmed, for which nobody pays. Whether a reward is worth its gas is
judged by its late view of its first venue, or, if that does not trade gas for the money, by the posted price of the collateral if
that is what gas is paid in; where it knows no price of gas it acts for free only. Rewards stay in the engine. Left out: the gas of
lost races, several accounts.
"""

from typing import ClassVar

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.clipper_rules import NO_REDOS
from sim.auction.dutch_views import DutchSaleView, DutchView
from sim.auction.english_views import EnglishView
from sim.commands import Command, Note, RearmCall, RedoCall
from sim.fixed import mul_div_up
from sim.records import BlockSealed
from sim.units import GWEI, RAY, Bps, Gas, Nanos, Party, Place, Rad, Seconds, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal
from strategies.keepers.bank import WAKES_ON, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Sent
from strategies.keepers.profit import Stall
from strategies.keepers.tips import Bid

PRICE_UNIT = 10**8
"""One, as a posted price."""


def _bank_of(keeper: "Redoer") -> Bank:
    return Bank(
        Estimate(keeper.estimate_age, keeper.multiple_bps, keeper.max_gas_price),
        keeper.replaces,
        keeper.patience_blocks,
        keeper.most_pending,
        gas_reserve=0,
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Redoer:
    """Restarts the auctions of its pools that have run out."""

    for_free: bool = False
    """It restarts Dutch auctions whatever that brings."""
    rearms: bool = True
    """It restarts English auctions too, though that brings nothing."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least a reward must exceed its gas by."""
    replaces: bool = True
    """It raises what is stuck; if not, everything behind that nonce waits."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it counts as stuck."""
    estimate_age: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How old the gas price is that its node tells it; 0: that of the last block it saw."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What it bids for gas, as a multiple of that price."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs that it lets wait at once."""
    gas_limit: Gas = attrs.field(default=250_000, validator=attrs.validators.ge(1))
    """Of a restart."""
    gas_expected: Gas = attrs.field(default=170_000, validator=attrs.validators.ge(1))
    """What it reckons the restart of a Dutch auction takes."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("vaults",)
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _said: dict[tuple[Place, int], Refusal] = attrs.field(factory=dict, init=False)
    """The last reason noted for each sale that waits for a restart."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Restart what has run out at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            return self._bank.hear(news, desk)[0]
        if not desk.block().number:
            return []
        bank = self._bank
        bank.look(desk)
        commands: list[Command] = [*bank.unstick(desk, lambda sent, bid: self._is_good(sent, bid, desk))]
        for pool, premises in desk.connections.premises.items():
            commands += self._redo(pool, premises, desk) if premises.is_dutch else self._rearm(premises, desk)
        return commands + bank.fill_gaps(desk)

    def _redo(self, pool: Place, premises: Premises, desk: Desk) -> list[Command]:
        """Return restarts of Dutch auctions that have run out, and notes of why not."""
        view: DutchView | None = desk.auctions(premises.house)
        if view is None or view.stopped >= NO_REDOS:
            return []
        at, commands = view.timestamp + 1, list[Command]()
        waiting = [sale for sale in view.sales if view.needs_redo(sale, at)]
        self._forget(premises.house, waiting)
        for sale in waiting:
            found = self._judge(premises, view, sale, desk)
            if isinstance(found, Refusal):
                commands += self._note(pool, premises.house, sale, found)
            else:
                commands += found
        return commands

    def _judge(self, premises: Premises, view: DutchView, sale: DutchSaleView, desk: Desk) -> list[Command] | Refusal:
        """Return the tx that restarts a Dutch auction, or why there is none."""
        if self._bank.is_after(premises.house, sale.sale):
            return Refusal.ALREADY_PENDING
        price = desk.posted(premises.feed).price
        if not price:
            return Refusal.NOTHING_POSTED
        reward = view.redo_reward(sale, price)
        if not self.for_free and not self._pays(premises, reward, price, desk):
            return Refusal.NO_PROFIT
        return self._send(premises.house, RedoCall(sale.sale), desk)

    def _pays(self, premises: Premises, reward: Rad, price: int, desk: Desk) -> bool:
        """Say whether a reward exceeds what its gas is worth; not where gas has no price in money."""
        cost = self._gas_worth(premises, price, self.gas_expected * self._bank.estimate.bid().price(desk.block()), desk)
        return cost is not None and reward // RAY >= cost + self.min_profit

    def _gas_worth(self, premises: Premises, price: int, gas: Units, desk: Desk) -> Units | None:
        """Return gas money as money, rounded up."""
        connections = desk.connections
        for venue in connections.venues[:1]:
            instrument = connections.terms[venue].instrument
            if (instrument.base.id, instrument.quote.id) == (connections.gas_asset, premises.money):
                stall = Stall.seen(desk, venue, 0, 0)
                return stall.gas_worth(gas) if stall.mid else None
        return mul_div_up(gas, price, PRICE_UNIT) if connections.gas_asset == premises.collateral else None

    def _rearm(self, premises: Premises, desk: Desk) -> list[Command]:
        """Return restarts of English auctions that ended without a bid."""
        view: EnglishView | None = desk.auctions(premises.house) if self.rearms else None
        if view is None:
            return []
        bank, at, commands = self._bank, view.timestamp + 1, list[Command]()
        for sale in view.sales:
            if view.can_rearm(sale, at) and not bank.is_after(premises.house, sale.sale):
                sent = self._send(premises.house, RearmCall(sale.sale), desk)
                if isinstance(sent, Refusal):
                    break
                commands += sent
        return commands

    def _send(self, house: Place, call: RedoCall | RearmCall, desk: Desk) -> list[Command] | Refusal:
        """Return the tx of a restart, or why it cannot be sent."""
        bank = self._bank
        senders = bank.usable(desk.block().number)
        if not senders:
            return Refusal.STUCK_NONCE
        sent = bank.send(senders[0], house, call, self.gas_limit, Motive.UPKEEP, desk, target=call.sale)
        return [*sent] if sent else Refusal.NO_FUNDS

    def _is_good(self, sent: Sent, bid: Bid, desk: Desk) -> bool:
        """The auction of a stuck restart still waits for one."""
        view: DutchView | EnglishView | None = desk.auctions(sent.contract)
        sales = {sale.sale: sale for sale in view.sales} if view else {}
        sale = sales.get(sent.target)
        if isinstance(view, DutchView) and isinstance(sale, DutchSaleView):
            return view.needs_redo(sale, view.timestamp + 1)
        return isinstance(view, EnglishView) and sent.target in sales and _can_rearm(view, sent.target, view.timestamp + 1)

    def _forget(self, house: Place, waiting: list[DutchSaleView]) -> None:
        """Let go of sales that need no restart any more."""
        if self._said:
            known = {sale.sale: None for sale in waiting}
            self._said = {key: reason for key, reason in self._said.items() if key[0] != house or key[1] in known}

    def _note(self, pool: Place, house: Place, sale: DutchSaleView, reason: Refusal) -> list[Command]:
        """Return a note of why a sale was left, when the reason changed."""
        if self._said.get((house, sale.sale)) == reason:
            return []
        self._said[house, sale.sale] = reason
        account: Party = sale.account
        return [Note(account, pool, reason)]


def _can_rearm(view: EnglishView, number: int, timestamp: Seconds) -> bool:
    return any(sale.sale == number and view.can_rearm(sale, timestamp) for sale in view.sales)
