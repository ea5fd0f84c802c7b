"""Who opens every lot that nobody has bid on with the least bid there is, and leaves it at that.

It never raises: whoever bids at all outbids it, and its bid comes back. What nobody else gets a bid into until the bid's lifetime is
over is its for next to nothing. It does not know whether others are kept out, and does not ask. It weighs neither the lot nor the gas:
a bid costs a small part of any lot. Left out: bidding down what is covered.
"""

from typing import ClassVar

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.english_views import EnglishView
from sim.commands import BidCall, Command
from sim.records import BlockSealed
from sim.units import BPS_ONE, GWEI, SECOND, Bps, Nanos, Place, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal
from strategies.keepers.bank import BID_GAS, WAKES_ON, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Outcome, Sent
from strategies.keepers.watch import Watch


def _bank_of(keeper: "Opportunist") -> Bank:
    return Bank(
        Estimate(0, keeper.multiple_bps, keeper.max_gas_price),
        replaces=True,
        patience_blocks=keeper.patience_blocks,
        most_pending=keeper.most_pending,
        gas_reserve=keeper.gas_reserve,
        disposal="at_once" if keeper.recycles else "held",
        slice_interval=keeper.retry_interval,
        worst_bps=keeper.worst_bps,
        refill_batch=keeper.refill_batch,
    )


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Opportunist:
    """Bids the least there is for every lot without a bid in the English auctions of its pools."""

    attention: int = attrs.field(default=24, validator=attrs.validators.ge(1))
    """Lots it opens at one block at most."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What it bids for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    patience_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it is raised."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs that each account lets wait at once."""
    stake: Units = attrs.field(default=10**18, metadata={"asset": "quote"}, validator=attrs.validators.ge(1))
    """Money that each account brings into the engine, whenever it has none there."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money each account keeps on the chain, out of what it won if need be."""
    recycles: bool = False
    """It sells what it wins on its first venue during the run; if not, lots stay in the engine."""
    retry_interval: Nanos = attrs.field(default=10 * SECOND, validator=attrs.validators.ge(1))
    """Time before what did not sell is tried again."""
    worst_bps: Bps = attrs.field(default=300, validator=attrs.validators.in_(range(BPS_ONE)))
    """How far below the late mid it still sells; 0: at any price."""
    refill_batch: Units = attrs.field(default=100 * 10**18, metadata={"asset": "quote", "decimals": 18})
    """Proceeds at which it withdraws them to the chain."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("english_auctions",)
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _watches: dict[Place, Watch] = attrs.field(factory=dict, init=False)
    """By house."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Open lots and settle at every block; book everything else as it is heard."""
        if news.is_a(BlockSealed):
            return self._block(desk) if desk.block().number else []
        commands, outcome = self._bank.hear(news, desk)
        if outcome is not None:
            self._learn(outcome)
        return commands

    def _learn(self, outcome: Outcome) -> None:
        """Look at a sale again when a bid in it came to nothing."""
        sent = outcome.sent
        if not outcome.is_included and isinstance(sent.call, BidCall) and sent.contract in self._watches:
            self._watches[sent.contract].again(sent.call.sale)

    def _block(self, desk: Desk) -> list[Command]:
        bank = self._bank
        bank.look(desk)
        english = [(pool, each) for pool, each in desk.connections.premises.items() if not each.is_dutch]
        for _, premises in english:
            self._look(premises, desk)
        commands: list[Command] = [*bank.unstick(desk, lambda sent, _: self._is_good(sent))]
        for pool, premises in english:
            view: EnglishView | None = desk.auctions(premises.house)
            if view is not None:
                watch = self._watches[premises.house]
                commands += bank.settle(desk, premises, watch, view)
                commands += self._open(pool, premises, view, watch, desk)
            commands += self._stake(premises, desk)
            commands += bank.bring_home(desk, premises)
        return commands + bank.fill_gaps(desk)

    def _look(self, premises: Premises, desk: Desk) -> None:
        view: EnglishView | None = desk.auctions(premises.house)
        watch = self._watches.get(premises.house)
        if watch is None:
            watch = self._watches[premises.house] = Watch(desk.me, len(self._bank.accounts))
        if view is not None:
            watch.look(view)

    def _open(self, pool: Place, premises: Premises, view: EnglishView, watch: Watch, desk: Desk) -> list[Command]:
        """Return the least bid for each due lot that has none."""
        bank, commands, attention = self._bank, list[Command](), self.attention
        able, can_send = bank.able(desk, premises, watch), bool(bank.usable(desk.block().number))
        watch.release(max(able.values(), default=0), can_send)
        busy = bank.under_way(premises.house)
        for number in list(watch.due):
            if not attention:
                break
            sale = watch.known[number]
            if sale.bid or number in busy or not view.is_open(sale, view.timestamp + 1):
                del watch.due[number]
                continue
            attention -= 1
            bid = view.least_bid(sale)
            sender = bank.shortest(able, dict.fromkeys(able, bid))
            if sender is None:
                reason = Refusal.NO_FUNDS if can_send else Refusal.STUCK_NONCE
                watch.leave(number, reason, bid)
                commands += watch.note(pool, number, reason)
                continue
            watch.leave(number)
            watch.said.pop(number, None)
            call, tied = BidCall(number, sale.lot, bid), {"asset": premises.internal, "amount": bid, "target": number}
            commands += bank.send(sender, premises.house, call, BID_GAS, Motive.BID, desk, **tied)
            able, can_send = bank.able(desk, premises, watch), bool(bank.usable(desk.block().number))
        return commands

    def _stake(self, premises: Premises, desk: Desk) -> list[Command]:
        """Return what brings a stake into the engine for each account that has nothing there."""
        poor = [each for each in self._bank.accounts if not desk.balance(premises.engine, premises.internal, each.index).total]
        return [*self._bank.join(desk, premises, 0, self.stake, self.stake, poor)]

    def _is_good(self, sent: Sent) -> bool:
        """A stuck bid would still be the first; a stuck settlement is still to be made."""
        watch = self._watches.get(sent.contract)
        sale = watch.known.get(sent.target) if watch else None
        return sale is not None and not (sale.bid and isinstance(sent.call, BidCall))
