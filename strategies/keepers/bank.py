"""A keeper's accounts at auctions: nonce lines, purses on the chain and at the venue, money in the vault engine, and the way round.

Money is brought into the engine (join), bid there, gone until outbid or settled; what is won lies in the engine, is taken out (exit),
sent to the venue, sold, withdrawn as money and brought in again. Every step is a tx or an order. Each account has a line of its own,
so that what is stuck in one does not hold up another. Left out: moving funds between accounts; more than eight of them.
"""

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import ORDER_SPACE, Desk
from sim.agents.strategy import TIMER, News, On
from sim.auction.english_views import EnglishView
from sim.commands import BidCall, BidDownCall, Command, ExitCall, JoinCall, SendTx, SettleCall
from sim.records import (
    BlockSealed,
    OrderCancelled,
    OrderRefused,
    Traded,
    TransferCredited,
    TransferRefused,
    TxDropped,
    TxIncluded,
    TxPending,
    TxReverted,
    WithdrawalStarted,
)
from sim.units import Gas, Nanos, Place, Rad, Units
from sim.vocabulary import Motive
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import NonceLine, Outcome, Sent
from strategies.keepers.outlets import SellsAt
from strategies.keepers.purse import Disposal, Purse
from strategies.keepers.tips import Bid
from strategies.keepers.watch import Watch

MOST_ACCOUNTS = 8
"""Of more than so many, balances are not shown to their owner."""
WAYS_GAS: Gas = 120_000
"""Gas limit of a join or an exit: half as much again as the dearest takes."""
BID_GAS: Gas = 200_000
"""Gas limit of a bid, either way."""
SETTLE_GAS: Gas = 150_000
WAKES_ON = (
    On(BlockSealed),
    On(TxPending, own=True),
    On(TxIncluded, own=True),
    On(TxReverted, own=True),
    On(TxDropped, own=True),
    On(TransferCredited, own=True),
    On(TransferRefused, own=True),
    On(WithdrawalStarted, own=True),
    On(Traded, own=True),
    On(OrderCancelled, own=True),
    On(OrderRefused, own=True),
)
"""What a keeper with a bank must hear."""


@attrs.define(eq=False)
class Account:
    """One account: its line of txs, and its purse on the chain and at the venue."""

    index: int
    line: NonceLine
    purse: Purse

    def under_way(self) -> Iterator[Sent]:
        """Yield its txs that wait, or are in a block that is not yet in view."""
        yield from self.line.waiting.values()
        yield from self.line.settling

    def money(self, desk: Desk, premises: Premises) -> Rad:
        """Return the internal money that it may still bid."""
        return max(0, desk.balance(premises.engine, premises.internal, self.index).free - self.line.committed(premises.internal))

    def won(self, desk: Desk, premises: Premises) -> Units:
        """Return collateral that lies in the engine and is not on its way out."""
        leaving = sum(sent.brings for sent in self.under_way() if isinstance(sent.call, ExitCall) and sent.contract == premises.engine)
        return max(0, desk.balance(premises.engine, premises.collateral, self.index).free - leaving)

    def can_pay(self, desk: Desk, gas: Gas, bid: Bid) -> bool:
        """Its gas money is enough for one more tx."""
        return self.purse.gas_money(desk, self.line) >= gas * bid.max_fee


@attrs.define
class Bank:
    """All accounts of one keeper, and how it sends txs from them."""

    estimate: Estimate
    replaces: bool
    """Raises txs that are stuck."""
    patience_blocks: int
    most_pending: int
    gas_reserve: Units
    disposal: Disposal = "held"
    slices: int = 1
    slice_interval: Nanos = 1
    worst_bps: int = 0
    refill_batch: Units = 1
    sells_at: SellsAt = "venue"
    accounts: list[Account] = attrs.field(factory=list)

    # What it hears and sees.

    def look(self, desk: Desk) -> None:
        """Take in what the desk shows of the chain; opens the accounts at the first time."""
        block = desk.block()
        if not self.accounts:
            self.accounts = [self._open(index) for index in range(min(desk.accounts, MOST_ACCOUNTS))]
        self.estimate.look(block, desk.now)
        base = desk.connections.terms[desk.connections.venues[0]].instrument.base.id if desk.connections.venues else 0
        for account in self.accounts:
            account.line.look(block.number)
            if base:
                account.purse.look(desk, account.line, base)

    def hear(self, news: News, desk: Desk) -> tuple[list[Command], Outcome | None]:
        """Book news of own txs, transfers and sales; return what follows at once, and what became of a tx."""
        if news is TIMER:
            return self._ring(desk), None
        if news.is_a(TxPending) or news.is_a(TxIncluded) or news.is_a(TxReverted) or news.is_a(TxDropped):
            account = self._of(news.party - desk.me)
            outcome = account.line.hear(news) if account else None
            if account and outcome:
                self._book(account, outcome, news.at)
            return [], outcome
        venue = desk.connections.venues[0] if desk.connections.venues else 0
        return (self._hear_venue(news, desk, venue) if venue else []), None

    def _hear_venue(self, news: News, desk: Desk, venue: Place) -> list[Command]:
        if news.is_a(Traded) or news.is_a(OrderCancelled) or news.is_a(OrderRefused):
            order = news.row[6] if news.is_a(Traded) else news.row[1]
            lots = news.row[2] if news.is_a(Traded) else news.row[4] if news.is_a(OrderCancelled) else 0
            account = self._of((order >> ORDER_SPACE) - desk.me)
            return account.purse.heard(news, order, lots, desk, venue) if account else []
        account = self._of(news.party - desk.me)
        if account is None:
            return []
        if news.is_a(WithdrawalStarted) or news.is_a(TransferRefused):
            account.purse.answered()
        elif news.is_a(TransferCredited) and news.place == venue and news.row[1] == desk.connections.terms[venue].instrument.base.id:
            return account.purse.credited(desk, venue, news.row[2])
        return []

    def _ring(self, desk: Desk) -> list[Command]:
        venues = desk.connections.venues
        due = [each.purse for each in self.accounts if each.purse.is_due(desk.now)] if venues else []
        return [command for purse in due for command in purse.ring(desk, venues[0])]

    def _book(self, account: Account, outcome: Outcome, at: Nanos) -> None:
        """Count what an exit brought, and take back what a failed deposit was to send."""
        sent = outcome.sent
        if isinstance(sent.call, ExitCall) and outcome.is_included:
            account.purse.seize(at, sent.brings)
        elif account.purse.swapped(sent, outcome.is_included):
            return
        elif sent.motive == Motive.REFILL and sent.amount and not outcome.is_included and not isinstance(sent.call, JoinCall):
            account.purse.returned(sent)

    def _open(self, index: int) -> Account:
        how = (self.disposal, self.slices, self.slice_interval, self.worst_bps, self.gas_reserve, max(1, self.refill_batch))
        purse = Purse(*how, account=index, sells_at=self.sells_at)
        return Account(index, NonceLine(index), purse)

    def _of(self, index: int) -> Account | None:
        return self.accounts[index] if 0 <= index < len(self.accounts) else None

    # What it has.

    def is_usable(self, account: Account, block: int) -> bool:
        """A tx sent from this account would not wait behind one that is stuck, nor in too long a line."""
        line = account.line
        return len(line.waiting) < self.most_pending and not line.is_stuck(block, self.patience_blocks)

    def usable(self, block: int) -> list[Account]:
        """Return the accounts from which txs can be sent."""
        return [each for each in self.accounts if self.is_usable(each, block)]

    def is_after(self, contract: Place, target: int) -> bool:
        """A tx of one of its accounts is under way for this target."""
        return any(each.line.is_after(contract, target) for each in self.accounts)

    def able(self, desk: Desk, premises: Premises, watch: Watch) -> dict[int, Rad]:
        """Return the money that each account may bid at once, by index; only of those whose line moves and whose gas is paid.

        Gas for settling, of this lot and of all in which the account's bids stand, counts as spent already.
        """
        able = {}
        bid = self.estimate.bid()
        for account in self.usable(desk.block().number):
            gas = BID_GAS + SETTLE_GAS * (1 + watch.bids.get(desk.me + account.index, 0))
            if account.can_pay(desk, gas, bid):
                able[account.index] = account.money(desk, premises)
        return able

    def under_way(self, contract: Place) -> dict[int, None]:
        """Return the targets of all txs that are under way to a contract."""
        sent = [each for account in self.accounts for each in account.under_way()]
        return {each.target: None for each in sent if each.contract == contract and each.target}

    def shortest(self, able: dict[int, Rad], needed: dict[int, Rad]) -> Account | None:
        """Return the account with the shortest line of those that have what each would need; both by index."""
        found = [self.accounts[index] for index, rad in needed.items() if able.get(index, -1) >= rad]
        return min(found, key=_line_length, default=None)

    def to_sell(self, desk: Desk, premises: Premises) -> Units:
        """Return collateral that it will have to sell before any more: won, or in bids under way, on whichever step of the way."""
        units = 0
        venue = desk.connections.venues[0]
        lot = desk.connections.terms[venue].instrument.lot
        for account in self.accounts:
            units += sum(sent.brings for sent in account.under_way() if isinstance(sent.call, BidCall | BidDownCall))
            units += account.won(desk, premises) + account.purse.ahead(desk, venue) * lot
        return units

    # What it sends.

    def send(self, account: Account, contract: Place, call: Any, gas: Gas, motive: Motive, desk: Desk, **more: Any) -> list[SendTx]:
        """Return the tx that makes a call at the estimated price; none where gas money is short. ``more`` are fields of ``Sent``."""
        bid = self.estimate.bid()
        if not account.can_pay(desk, gas, bid):
            return []
        return [account.line.send(contract, call, bid, gas, motive, desk.block().number, **more)]

    def unstick(self, desk: Desk, is_good: Callable[[Sent, Bid], bool]) -> list[SendTx]:
        """Return better bids for what has been left out too long; what is not good any more gives way to nothing."""
        commands: list[SendTx] = []
        block = desk.block().number
        for account in self.accounts if self.replaces else ():
            line = account.line
            for nonce in sorted(line.waiting):
                sent = line.waiting[nonce]
                bid = self.estimate.raised(sent.bid) if block - sent.block >= self.patience_blocks else None
                if bid is None or account.purse.gas_money(desk, line) < sent.gas_limit * (bid.max_fee - sent.bid.max_fee):
                    continue
                is_wanted = not sent.target or is_good(sent, bid)
                commands.append(line.replace(sent, bid, block) if is_wanted else line.cancel(sent, desk, bid, block))
        return commands

    def fill_gaps(self, desk: Desk) -> list[SendTx]:
        """Return txs that use up nonces without which later ones wait for ever."""
        commands: list[SendTx] = []
        for account in self.accounts:
            while account.line.has_gap:
                commands.append(account.line.fill_gap(desk, self.estimate.bid(), desk.block().number))
        return commands

    def settle(self, desk: Desk, premises: Premises, watch: Watch, view: EnglishView) -> list[SendTx]:
        """Return the settlement of each sale it has won, from the account that won it if that line moves, else from another."""
        won = watch.won(view)
        if not won:
            return []
        commands: list[SendTx] = []
        block, bid, busy = desk.block().number, self.estimate.bid(), self.under_way(premises.house)
        for sale in won:
            if sale.sale in busy:
                continue
            senders = [each for each in self.usable(block) if each.can_pay(desk, SETTLE_GAS, bid)]
            if not senders:
                break
            sender = next((each for each in senders if each.index == sale.bidder - desk.me), senders[0])
            commands += self.send(sender, premises.house, SettleCall(sale.sale), SETTLE_GAS, Motive.BID, desk, target=sale.sale)
        return commands

    def join(
        self, desk: Desk, premises: Premises, reserve: Units, least: Units, most: Units | None = None, among: list[Account] | None = None
    ) -> list[SendTx]:
        """Return what brings money from the chain into the engine, each account's own: all above a reserve, or the most.

        Nothing moves below the least, nor while a join is under way. ``among`` are the accounts it is for; left out, all.
        """
        commands: list[SendTx] = []
        for account in self.accounts if among is None else among:
            amount = account.purse.free(desk, account.line, premises.money) - reserve
            amount = amount if most is None else min(amount, most)
            is_joining = any(isinstance(sent.call, JoinCall) and sent.contract == premises.engine for sent in account.under_way())
            if amount >= max(1, least) and not is_joining and self.is_usable(account, desk.block().number):
                call, tied = JoinCall(premises.money, amount), {"asset": premises.money, "amount": amount}
                commands += self.send(account, premises.engine, call, WAYS_GAS, Motive.REFILL, desk, **tied)
        return commands

    def bring_home(self, desk: Desk, premises: Premises) -> list[Command]:
        """Return the next steps of what was won: out of the engine, to the venue, and what it fetched back onto the chain."""
        venues = desk.connections.venues
        instrument = desk.connections.terms[venues[0]].instrument if venues else None
        if self.disposal == "held" or instrument is None or instrument.base.id != premises.collateral:
            return []
        commands: list[Command] = []
        block, bid = desk.block().number, self.estimate.bid()
        for account in self.accounts:
            if self.is_usable(account, block):
                won = account.won(desk, premises)
                if won >= instrument.lot and not any(isinstance(sent.call, ExitCall) for sent in account.under_way()):
                    call = ExitCall(premises.collateral, won)
                    commands += self.send(account, premises.engine, call, WAYS_GAS, Motive.REFILL, desk, brings=won)
                commands += account.purse.deposit(desk, venues[0], account.line, bid, block)
            if instrument.quote.id == premises.money:
                commands += account.purse.refill(desk, venues[0])
        return commands


def _line_length(account: Account) -> int:
    return len(account.line.waiting)
