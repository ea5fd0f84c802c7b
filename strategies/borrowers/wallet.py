"""A borrower's wallet on the chain: its txs under way, what they leave it to spend, what it bids for them.

A person with a wallet: it bids a multiple of the going price when it sends, and speeds a stuck tx up if it is of that kind.
"""

from typing import Any

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News
from sim.commands import SendTx
from sim.records import TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import AssetId, Bps, Gas, Place, Units
from sim.vocabulary import Motive
from strategies.keepers.nonces import NonceLine
from strategies.keepers.tips import Bid, market_bid, raised

POOL_GAS: Gas = 350_000
"""Gas limit of a call to a pool: a third more than the dearest takes."""


@attrs.define
class Wallet:
    """One account's purse on the chain and its line of txs."""

    multiple_bps: Bps
    """What it bids, as a multiple of the going price."""
    patience_blocks: int
    """Blocks that may leave a tx out before it is sped up; 0: it never is."""
    gas_reserve: Units
    """Gas money it does not spend otherwise."""
    line: NonceLine = attrs.field(factory=NonceLine)

    def hear(self, news: News) -> bool:
        """Book news of own txs; say whether it was any."""
        is_own = news.is_a(TxPending) or news.is_a(TxIncluded) or news.is_a(TxReverted) or news.is_a(TxDropped)
        if is_own:
            self.line.hear(news)
        return is_own

    def look(self, desk: Desk) -> None:
        """Let go of txs that the chain, as seen now, has carried out."""
        self.line.look(desk.block().number)

    @property
    def is_busy(self) -> bool:
        """A tx is under way, or was and does not yet show."""
        return bool(self.line.waiting or self.line.settling)

    def free(self, desk: Desk, asset: AssetId) -> Units:
        """Return the units on the chain that it may pay out."""
        left = desk.balance(desk.connections.chain_place, asset).free - self.line.committed(asset)
        if asset == desk.connections.gas_asset:
            left -= max(self.gas_reserve, self.line.gas_committed())
        return max(0, left)

    def can_pay(self, desk: Desk, gas_limit: Gas, pays: Units = 0) -> bool:
        """Gas money is enough for so much more gas, with so many units of it paid besides."""
        gas, bid = desk.connections.gas_asset, market_bid(desk.block(), self.multiple_bps)
        money = desk.balance(desk.connections.chain_place, gas).free - self.line.committed(gas) - self.line.gas_committed()
        return money - pays >= gas_limit * bid.max_fee

    def send(
        self,
        desk: Desk,
        contract: Place,
        call: Any,
        motive: Motive,
        gas_limit: Gas = POOL_GAS,
        pays: Units = 0,
        asset: AssetId | None = None,
    ) -> list[SendTx]:
        """Return the tx that makes a call, none while gas money is short. ``pays`` are units that it will take, of the call's asset
        unless another is named.
        """
        block = desk.block()
        paid = call.asset if asset is None else asset
        if not self.can_pay(desk, gas_limit, pays if paid == desk.connections.gas_asset else 0):
            return []
        bid = market_bid(block, self.multiple_bps)
        return [self.line.send(contract, call, bid, gas_limit, motive, block.number, asset=paid, amount=pays)]

    def unstick(self, desk: Desk) -> list[SendTx]:
        """Return what speeds a stuck tx up, or fills a gap in the line."""
        block, head = desk.block(), self.line.head
        if self.line.has_gap:
            return [self.line.fill_gap(desk, market_bid(block, self.multiple_bps), block.number)]
        if head is None or not self.patience_blocks or not self.line.is_stuck(block.number, self.patience_blocks):
            return []
        least, now = raised(head.bid), market_bid(block, self.multiple_bps)
        return [self.line.replace(head, Bid(max(least.max_fee, now.max_fee), max(least.tip, now.tip)), block.number)]
