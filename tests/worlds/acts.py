"""A mind that tries, one after the other, what one tx may do in one breath; and bids for the right to follow every update it sees."""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command, Note, SendBundle, SendTx
from sim.composites import AtomicCall, FlashLoanCall, RequireGainCall, Step, TipBuilderCall
from sim.records import BlockSealed, BundleDropped, BundleSent, FlashLoaned, TxEnclosed, UpdateAuctioned, UpdateOffered
from sim.units import GWEI, AssetId, Gas, Place, Units
from sim.vocabulary import Refusal

AMPLE: Gas = 1_000_000
PRICE = 200 * GWEI
BID: Units = 10**15
LEAST_GAIN: Units = 10**40
"""More than there is."""


@attrs.define
class Performer:
    """Takes a flash loan of all there is from every lender of every asset, an act a block, then sends bundles. Its second account bids."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed), On(UpdateOffered), On(BundleDropped, own=True), On(FlashLoaned, own=True))

    bid: Units = BID
    """For the right to follow an update; a second bid is half of it."""
    _acts: list[tuple[Step, ...]] | None = attrs.field(default=None, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Do the next thing at every block, and bid at every update on offer."""
        if news.is_a(UpdateOffered):
            follow = self._tx(desk, ((0, RequireGainCall(desk.connections.gas_asset, 0)),), account=1)
            chain, txs = desk.connections.chain_place, (news.row[1], follow)
            return [SendBundle(chain, txs, self.bid, account=1), SendBundle(chain, txs, self.bid // 2, account=1)]
        if not news.is_a(BlockSealed):
            return []
        if self._acts is None:
            self._acts = acts_of(desk)
        if self._acts:
            return [self._tx(desk, self._acts.pop(0))]
        return [SendBundle(desk.connections.chain_place, (self._tx(desk, ()), self._tx(desk, ())), self.bid)]

    def _tx(self, desk: Desk, steps: tuple[Step, ...], account: int = 0) -> SendTx:
        return SendTx(desk.me + account, AtomicCall(steps), PRICE, PRICE, AMPLE, account=account)


def acts_of(desk: Desk) -> list[tuple[Step, ...]]:
    """Return one act for each lender and asset, and three more."""
    loans = [(each.place, asset, each.most) for asset in sorted(desk.connections.assets) for each in desk.flash_loans(asset)]
    acts: list[tuple[Step, ...]] = [(_loan(*each),) for each in sorted(loans)]
    failing = AtomicCall(((0, RequireGainCall(desk.connections.gas_asset, LEAST_GAIN)),), may_fail=True)
    return [*acts, ((0, failing),), ((0, TipBuilderCall(BID)),), ((0, failing._replace(may_fail=False)),)]


def _loan(place: Place, asset: AssetId, most: Units) -> Step:
    return place, FlashLoanCall(asset, most, ())


@attrs.define
class Spy:
    """Would hear of others' bundles, and notes the kind of whatever it hears."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BundleSent), On(TxEnclosed), On(BundleDropped), On(UpdateOffered))

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Write down what was heard."""
        return [Note(desk.me, news.kind, Refusal.NO_PROFIT)] if news.seq else []


@attrs.define
class Nosy:
    """Asks for what nobody is told."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(UpdateAuctioned),)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Do nothing."""
        return []
