"""One venue's custody: what arrives on the chain is credited after confirmations; what is withdrawn is sent by a tx of the venue.

Deposits: a ``UnitsSent`` to the venue counts as its sender's balance once ``confirmations`` blocks lie on top. Withdrawals:
the units leave the balance at once, wait ``processing`` and travel in a tx that the venue pays for at ``gas_price_bps`` of the
going price, raised by an eighth after every ``patience`` blocks it is left out. Both wait while custody is suspended.
In-flight units are in the venue's purse on the chain, so every asset sums at every instant.
"""

from collections.abc import Callable

import attrs

from sim.commands import SendTx, TransferCall, Withdraw
from sim.custody.token import TRANSFER_GAS
from sim.history import History
from sim.kernel import EXECUTE, Kernel
from sim.ledger import Ledger
from sim.market.exchange import Exchange
from sim.records import (
    BlockSealed,
    CustodySuspended,
    GasPaid,
    TransferCredited,
    TransferRefused,
    UnitsSent,
    WithdrawalStarted,
)
from sim.records.layout import Row
from sim.tape import Tape
from sim.units import BPS_ONE, GWEI, NOBODY, Bps, Nanos, Party, Place, Seq, WeiPerGas
from sim.views import Block
from sim.vocabulary import Refusal


@attrs.define
class Deposit:
    """Units on their way in."""

    owner: Party
    asset: int
    amount: int
    seen: Seq
    block: int


@attrs.define
class Payout:
    """Units on their way out, and the venue's tx that carries them."""

    owner: Party
    asset: int
    amount: int
    started: Seq
    transfer: int
    nonce: int = -1
    price: WeiPerGas = 0
    blocks_waited: int = 0


@attrs.define(eq=False, repr=False)
class Custody:
    """Deposits and withdrawals of one venue."""

    exchange: Exchange
    chain: Place
    token: Place
    kernel: Kernel
    tape: Tape
    ledger: Ledger
    blocks: History[Block]
    submit: Callable[[tuple[Party, Seq, SendTx]], None]
    """The chain's door."""
    confirmations: int = 12
    processing: Nanos = 60 * 10**9
    gas_price_bps: Bps = 12_000
    patience: int = 3
    is_suspended: bool = False
    deposits: list[Deposit] = attrs.field(factory=list)
    payouts: list[Payout] = attrs.field(factory=list)
    """Sent and not yet included."""
    _waiting: list[Payout] = attrs.field(factory=list)
    """Held back by a suspension."""
    _arrived: list[tuple[Seq, Payout]] = attrs.field(factory=list)
    """Paid out in the tx that is being told."""
    _nonce: int = 0
    _serial: int = 0
    _block: int = 0

    def open(self) -> None:
        """Begin to listen: to the tape for deposits and blocks, to the venue for withdrawals."""
        self.tape.listen(UnitsSent.kind, self._sent)
        self.tape.listen(GasPaid.kind, self._tx_told)
        self.tape.listen(BlockSealed.kind, self._sealed)
        self.exchange.serve(Withdraw, self._withdraw)

    def suspend(self, is_suspended: bool, cause: Seq = 0) -> None:
        """Stop, or take up again, both directions."""
        self.is_suspended = is_suspended
        self._say(cause, NOBODY, (CustodySuspended.kind, int(is_suspended)))
        if not is_suspended:
            waiting, self._waiting = self._waiting, []
            for payout in waiting:
                self._pay(payout)

    def _withdraw(self, party: Party, cause: Seq, command: Withdraw) -> None:
        """Take units off a balance and have them sent. Refused: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE."""
        purse, asset, amount = self.exchange.purse(party), command.asset, command.amount
        refusal = Refusal.NONE
        if asset not in self.ledger.assets:
            refusal = Refusal.UNKNOWN_ASSET
        elif amount <= 0:
            refusal = Refusal.ZERO_AMOUNT
        elif self.ledger.free(asset, purse) < amount:
            refusal = Refusal.INSUFFICIENT_BALANCE
        if refusal:
            self._say(cause, party, (TransferRefused.kind, asset, refusal, amount))
            return
        self.ledger.move(asset, purse, self._hot_wallet(), amount)
        self._serial += 1
        started = self._say(cause, party, (WithdrawalStarted.kind, asset, amount, self._serial))
        self._touched(party)
        payout = Payout(party, asset, amount, started, self._serial)
        self.kernel.call_at(self.kernel.now + max(1, self.processing), EXECUTE, self._pay, payout)

    def _pay(self, payout: Payout) -> None:
        """Send the venue's tx for a withdrawal."""
        if self.is_suspended:
            self._waiting.append(payout)
            return
        payout.nonce, self._nonce = self._nonce, self._nonce + 1
        payout.price = self._going_price()
        self.payouts.append(payout)
        self._send(payout)

    def _send(self, payout: Payout) -> None:
        call = TransferCall(payout.asset, payout.owner, payout.amount)
        tx = SendTx(self.token, call, payout.price, payout.price, TRANSFER_GAS, payout.nonce)
        self.submit((self.exchange.place, payout.started, tx))

    def _sent(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Take note of units that moved on the chain: in to the venue, or out from it."""
        _, asset, to, amount = row
        if to == self.exchange.place:
            self.deposits.append(Deposit(party, asset, amount, seq, self._block + 1))
        elif party == self.exchange.place:
            paid = next(each for each in self.payouts if (each.owner, each.asset, each.amount) == (to, asset, amount))
            self.payouts.remove(paid)
            self._arrived.append((seq, paid))

    def _tx_told(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Say what arrived, once the tx that brought it has had its say."""
        arrived, self._arrived = self._arrived, []
        for sent, paid in arrived:
            row = (TransferCredited.kind, paid.asset, paid.amount, paid.transfer)
            self.tape.append(at, sent, self.chain, paid.owner, row)

    def _sealed(self, seq: Seq, at: Nanos, cause: Seq, place: Place, party: Party, row: Row) -> None:
        """Credit what has its confirmations; raise what was left out too long."""
        self._block = row[1]
        if self.deposits and not self.is_suspended:
            due = [each for each in self.deposits if self._block - each.block >= self.confirmations]
            self.deposits = [each for each in self.deposits if self._block - each.block < self.confirmations]
            for deposit in due:
                self._credit(deposit)
        for payout in list(self.payouts):
            payout.blocks_waited += 1
            if payout.blocks_waited % self.patience == 0:
                payout.price = max(self._going_price(), payout.price * 9 // 8 + 1)
                self._send(payout)

    def _credit(self, deposit: Deposit) -> None:
        self.ledger.move(deposit.asset, self._hot_wallet(), self.exchange.purse(deposit.owner), deposit.amount)
        self._serial += 1
        row = (TransferCredited.kind, deposit.asset, deposit.amount, self._serial)
        self._say(deposit.seen, deposit.owner, row)
        self._touched(deposit.owner)

    def _going_price(self) -> WeiPerGas:
        block = self.blocks.last
        price = max(block.gas_price, block.base_fee) if block else GWEI
        return max(GWEI, price * self.gas_price_bps // BPS_ONE)

    def _hot_wallet(self) -> int:
        return self.ledger.open(self.exchange.place, self.chain)

    def _touched(self, party: Party) -> None:
        if party in self.exchange.watched:
            self.exchange.watched[party](party, self.kernel.now)

    def _say(self, cause: Seq, party: Party, row: Row) -> Seq:
        return self.tape.append(self.kernel.now, cause, self.exchange.place, party, row)
