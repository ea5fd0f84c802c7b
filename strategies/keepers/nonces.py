"""An account's own line of txs as its owner knows it: what is under way, what that ties up, which nonce comes next.

Owners number their txs themselves: ways to different contracts may overtake each other, a gap then waits instead of being filled
by the wrong tx. News of one tx may come late and in any sequence; each is booked once. What an included tx moved stays tied up
until the owner's view of the chain shows its block, so that nothing is spent twice. Left out: several accounts (one line each).
"""

from typing import Any

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News
from sim.commands import SendTx, TransferCall
from sim.records import TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import AssetId, Gas, Party, Place, Units
from sim.vocabulary import Motive, Refusal
from strategies.keepers.tips import Bid

TRANSFER_GAS: Gas = 70_000
"""Gas limit of a transfer: a few percent above what the token takes."""


@attrs.define
class Sent:
    """One's own tx under way."""

    nonce: int
    contract: Place
    call: Any
    bid: Bid
    gas_limit: Gas
    motive: Motive
    block: int
    """Number of the last block seen when it was sent, or sent again."""
    asset: AssetId = 0
    """What it pays out of the purse, and how much."""
    amount: Units = 0
    ceiling: int = 0
    """Most per gas that it is worth; 0 where it must get through."""
    target: Party = 0
    """The account it is to liquidate."""
    brings: Units = 0
    """Units it is to seize."""
    private: bool = False
    """It went to the builder alone."""
    tx: int = 0
    """Its number in the mempool; 0 until heard."""
    earlier: "Sent | None" = None
    """As it stands if the mempool refuses what was sent last."""
    done_in: int = 0
    """Block that included it."""


@attrs.frozen
class Outcome:
    """What became of a tx."""

    sent: Sent
    is_included: bool = False
    is_spent: bool = False
    """Its nonce and gas are gone: included or reverted."""
    reason: Refusal = Refusal.NONE


@attrs.define
class NonceLine:
    """One account's txs under way, by nonce."""

    account: int = 0
    waiting: dict[int, Sent] = attrs.field(factory=dict)
    """Not yet in a block, as far as heard."""
    settling: list[Sent] = attrs.field(factory=list)
    """In a block that the owner's view may not show yet."""
    _next: int = 0
    _free: list[int] = attrs.field(factory=list)
    """Nonces given back by txs that were dropped, lowest first."""
    _last_dropped: int = 0

    @property
    def head(self) -> Sent | None:
        """The lowest tx that waits: all others wait for it."""
        return self.waiting[min(self.waiting)] if self.waiting else None

    @property
    def has_gap(self) -> bool:
        """A nonce is missing below a tx that waits."""
        return bool(self._free) and any(nonce > self._free[0] for nonce in self.waiting)

    def committed(self, asset: AssetId) -> Units:
        """Return the units of an asset that txs under way will pay."""
        return sum(each.amount for each in (*self.waiting.values(), *self.settling) if each.asset == asset)

    def gas_committed(self) -> Units:
        """Return the most that waiting txs will pay for gas."""
        return sum(each.gas_limit * each.bid.max_fee for each in self.waiting.values())

    def is_stuck(self, block: int, patience: int) -> bool:
        """The head has been left out of this many blocks."""
        return self.head is not None and block - self.head.block >= patience

    def is_after(self, pool: Place, account: Party) -> bool:
        """A tx under way is to liquidate this account."""
        return any(each.target == account and each.contract == pool for each in (*self.waiting.values(), *self.settling))

    def send(self, contract: Place, call: Any, bid: Bid, gas_limit: Gas, motive: Motive, block: int, **more: Any) -> SendTx:
        """Return the command that sends a call with the next nonce, and keep it in mind. ``more`` are fields of ``Sent``."""
        nonce = self._free.pop(0) if self._free else self._next
        self._next = max(self._next, nonce + 1)
        sent = self.waiting[nonce] = Sent(nonce, contract, call, bid, gas_limit, motive, block, **more)
        return self._command(sent)

    def replace(self, sent: Sent, bid: Bid, block: int) -> SendTx:
        """Return the command that sends a waiting tx again for a better price."""
        return self._again(attrs.evolve(sent, bid=bid, block=block, earlier=attrs.evolve(sent, earlier=None)))

    def cancel(self, sent: Sent, desk: Desk, bid: Bid, block: int) -> SendTx:
        """Return the command that puts a tx that does nothing in the place of one that waits."""
        place, call = _nothing(desk, self.account)
        earlier = attrs.evolve(sent, earlier=None)
        blank = Sent(sent.nonce, place, call, bid, TRANSFER_GAS, Motive.VOLUNTARY, block, tx=sent.tx, earlier=earlier)
        return self._again(blank)

    def fill_gap(self, desk: Desk, bid: Bid, block: int) -> SendTx:
        """Return a tx that does nothing but use up the lowest nonce that is free."""
        place, call = _nothing(desk, self.account)
        return self.send(place, call, bid, TRANSFER_GAS, Motive.VOLUNTARY, block)

    def hear(self, news: News) -> Outcome | None:
        """Book news of one's own tx; return what became of it, None when it still waits or was booked before."""
        if news.is_a(TxPending):
            self._pending(news.row[1], news.row[2])
            return None
        if news.is_a(TxDropped):
            return self._dropped(news.row[1], news.row[2], Refusal(news.row[3]))
        is_included = news.is_a(TxIncluded)
        if not is_included and not news.is_a(TxReverted):
            return None
        sent = self._spend(news.row[4])
        if sent is None:
            return None
        if is_included:
            sent.done_in = news.row[2]
            self.settling.append(sent)
            return Outcome(sent, is_included=True, is_spent=True)
        return Outcome(sent, is_spent=True, reason=Refusal(news.row[7]))

    def look(self, block: int) -> None:
        """Let go of what a view up to this block shows."""
        self.settling = [each for each in self.settling if each.done_in > block]

    def _spend(self, nonce: int) -> Sent | None:
        """Take a nonce off the line for good."""
        self._free = [each for each in self._free if each != nonce]
        return self.waiting.pop(nonce, None)

    def _pending(self, tx: int, nonce: int) -> None:
        sent = self.waiting.get(nonce)
        if sent is not None and tx > max(sent.tx, self._last_dropped):
            sent.tx, sent.earlier = tx, None

    def _dropped(self, tx: int, nonce: int, reason: Refusal) -> Outcome | None:
        """Give a nonce back, unless another tx of that nonce still waits or is in a block by now."""
        self._last_dropped = max(self._last_dropped, tx)
        sent = self.waiting.get(nonce)
        if sent is None or (reason == Refusal.NONCE_TOO_LOW and sent.tx):
            return None
        if sent.earlier is not None and sent.tx:
            if tx == sent.tx:  # The one it was to replace is gone, and it comes as the first of its nonce.
                sent.tx, sent.earlier = 0, None
            else:
                self.waiting[nonce] = sent.earlier
            return None
        del self.waiting[nonce]
        if reason != Refusal.NONCE_TOO_LOW:
            self._free = sorted([*self._free, nonce])
        return Outcome(sent, reason=reason)

    def _again(self, sent: Sent) -> SendTx:
        self.waiting[sent.nonce] = sent
        return self._command(sent)

    def _command(self, sent: Sent) -> SendTx:
        bid = sent.bid
        what = (sent.contract, sent.call, bid.max_fee, bid.tip, sent.gas_limit, sent.nonce, sent.motive)
        return SendTx(*what, private=sent.private, account=self.account)


def _nothing(desk: Desk, account: int) -> tuple[Place, TransferCall]:
    """Return a call without effect, and where it goes: a unit of gas money sent to oneself."""
    connections = desk.connections
    return connections.token_place, TransferCall(connections.gas_asset, desk.me + account, 1)
