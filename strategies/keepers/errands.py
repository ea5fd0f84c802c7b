"""Small services that somebody must send a tx for: each errand is sent once, raised when it is stuck, tried again later if it failed.

An errand is a call of one kind, to one contract, about one subject (a sale, an instant). One account, one nonce line; what is stuck in
it holds up all behind it. Gas is bid by ``Estimate``: as late as one's node is. Left out: whether an errand pays.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command
from sim.records import BlockSealed, TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import SECOND, Gas, Nanos, Place, Seconds
from sim.views import Block
from sim.vocabulary import Motive
from strategies.keepers.bank import Account, Bank
from strategies.keepers.nonces import Sent
from strategies.keepers.tips import Bid

WAKES_ON = (On(BlockSealed), On(TxPending, own=True), On(TxIncluded, own=True), On(TxReverted, own=True), On(TxDropped, own=True))
"""What whoever runs errands must hear."""
Errand: TypeAlias = tuple[Place, str, int]
"""Contract, kind of call, subject."""


def unix_now(block: Block, now: Nanos) -> Seconds:
    """Return the Unix time of an instant, by a block seen before it."""
    return block.timestamp + (now - block.at) // SECOND


@attrs.define
class Errands:
    """One account's errands."""

    bank: Bank
    retry_interval: Nanos
    """Before an errand that failed is run again."""
    _tried: dict[Errand, Nanos] = attrs.field(factory=dict)

    def look(self, desk: Desk) -> None:
        """Take in what the desk shows at a block, and forget errands that may be run again."""
        self.bank.look(desk)
        self._tried = {errand: at for errand, at in self._tried.items() if desk.now - at < self.retry_interval}

    def hear(self, news: News, desk: Desk) -> None:
        """Book news of own txs; an errand that failed is not run again for a while."""
        _, outcome = self.bank.hear(news, desk)
        if outcome is not None and not outcome.is_included:
            self._tried[_errand_of(outcome.sent)] = desk.now

    @property
    def account(self) -> Account:
        """Who sends; there is none before the first look."""
        return self.bank.accounts[0]

    def run(
        self,
        desk: Desk,
        contract: Place,
        call: Any,
        gas: Gas,
        subject: int = 0,
        motive: Motive = Motive.UPKEEP,
        is_paced: bool = False,
        **more: Any,
    ) -> list[Command]:
        """Return the tx of an errand; none while it is under way, failed lately, or cannot be sent. ``more`` are fields of ``Sent``.

        A paced errand is not run again for a while whatever came of it: its success does not show that it helped.
        """
        errand = (contract, type(call).__name__, subject)
        if errand in self._tried or self._is_under_way(errand) or not self.bank.is_usable(self.account, desk.block().number):
            return []
        sent = self.bank.send(self.account, contract, call, gas, motive, desk, target=subject, **more)
        if sent and is_paced:
            self._tried[errand] = desk.now
        return [*sent]

    def is_running(self, contract: Place, kind: type[Any]) -> bool:
        """A call of this kind is under way to a contract, whatever its subject."""
        return any(sent.contract == contract and isinstance(sent.call, kind) for sent in self.account.under_way())

    def keep_moving(self, desk: Desk, is_wanted: Callable[[Sent, Bid], bool]) -> list[Command]:
        """Return better bids for what is stuck, nothing in the place of what is wanted no more, and what fills gaps."""
        return [*self.bank.unstick(desk, is_wanted), *self.bank.fill_gaps(desk)]

    def _is_under_way(self, errand: Errand) -> bool:
        return any(_errand_of(sent) == errand for sent in self.account.under_way())


def _errand_of(sent: Sent) -> Errand:
    return sent.contract, type(sent.call).__name__, sent.target
