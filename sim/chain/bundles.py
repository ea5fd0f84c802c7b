"""Private bundles: txs that their sender shows the builder alone, in a sequence, all or none, with a sealed bid.

A bundle may name waiting txs of others: it then enters with them, right before or behind. Each block, bundles are rehearsed on the
state at its head; those that would fail stay out, free of charge. The others enter before all public txs, dearest first by what the
builder gets per gas (txs of others left out of that), each rehearsed again on what those before it left: of several that want the
same thing the best that does not fail gets it. A bundle is meant for a few blocks; then it is dropped.

An update on offer (``Tx.not_before``) enters early with one bundle alone, that of the highest bid among those that would not fail
when its turn comes; the feed's beneficiary gets its part of that bid.

Sources: what a bundle is worth, and its place at a block's head: MEV-Geth's specification, scoring v0.3 [docs.flashbots.net]. Left
out: several builders, bundles that may be cut, txs in a bundle that may revert, bundles merged into one update, bundles that
follow several updates on offer.
"""

from collections.abc import Callable
from typing import NamedTuple

import attrs

from sim.chain.builder import Filling
from sim.chain.demand import Demand
from sim.chain.executor import Executor, Rehearsal
from sim.chain.mempool import Mempool, Tx
from sim.records.atomic import BuilderPaid, BundleDropped, BundleIncluded, UpdateAuctioned
from sim.records.layout import Row
from sim.units import BPS_ONE, Bps, Party, Place, Seq, Units, WeiPerGas
from sim.vocabulary import Refusal

MOST_WAITING = 16
"""Bundles that the builder keeps of one sender."""
MOST_TXS = 16
"""In one bundle."""
MOST_BID: Units = 2**128 - 1
MOST_BLOCKS = 25
"""For which one may be meant: as relays keep them."""
PART_BITS = 64
"""Of the fraction, in what the builder gets per gas."""


@attrs.frozen
class UpdateTerms:
    """How a feed's updates are on offer."""

    blocks: int
    """For how many an update enters with a bundle alone."""
    beneficiary: Party
    share: Bps
    """Of the winning bid, to the beneficiary; the rest is the builder's."""


@attrs.define(eq=False, repr=False)
class Bundle:
    """A bundle that waits."""

    id: int
    party: Party
    txs: tuple[Tx | int, ...]
    """One's own, and the numbers of others' waiting txs."""
    bid: Units
    last_block: int
    seq: Seq
    """Its ``BundleSent``."""
    refusal: Refusal = Refusal.EXPIRED
    """Why it did not enter the last block."""

    @property
    def own(self) -> tuple[Tx, ...]:
        """The txs that its sender has signed, in sequence."""
        return tuple(tx for tx in self.txs if isinstance(tx, Tx))


class Offer(NamedTuple):
    """A bundle that would not fail, as the builder looks at it."""

    bundle: Bundle
    txs: tuple[tuple[Tx, WeiPerGas], ...]
    rehearsal: Rehearsal
    worth: int
    """What the builder gets per gas beyond the base fee, without the tips of others' txs; ``PART_BITS`` of it a fraction."""
    update: Tx | None
    """An update on offer that it follows."""
    recaptured: Units


class Auction(NamedTuple):
    """The bids for one update that would not have failed."""

    bids: int
    runner_up: Units


@attrs.define(eq=False, repr=False)
class Bundles:
    """The builder's private door."""

    executor: Executor
    mempool: Mempool
    demand: Demand
    lottery: Callable[[Party], int]
    """A sender's ticket for this block."""
    updates: dict[Place, UpdateTerms] = attrs.field(factory=dict)
    """Feeds whose updates are on offer."""
    waiting: dict[int, Bundle] = attrs.field(factory=dict)
    _count: int = 0

    def next_id(self) -> int:
        """Return a number for a bundle."""
        self._count += 1
        return self._count

    def refusal_of(self, party: Party, txs: int, bid: Units, blocks: int) -> Refusal:
        """Say why a bundle is not taken at all."""
        if not self.executor.has_bundles:
            return Refusal.NO_BUNDLES
        if not 0 < txs <= MOST_TXS or not 0 < blocks <= MOST_BLOCKS:
            return Refusal.BAD_SIZE
        if not 0 <= bid <= MOST_BID:
            return Refusal.BAD_PRICE
        of_sender = sum(bundle.party == party for bundle in self.waiting.values())
        return Refusal.MEMPOOL_FULL if of_sender >= MOST_WAITING else Refusal.NONE

    def include(self, block: Filling, number: int) -> None:
        """Put the bundles into a block that it is worth most to have, then drop those whose last block it was."""
        if not self.waiting:
            return
        offers = [offer for bundle in self.waiting.values() if (offer := self._offer(bundle, block.base_fee, number)) is not None]
        for rivals in self._by_turn(offers):
            self._include_first(rivals, block, number)
        for bundle in [each for each in self.waiting.values() if each.last_block <= number or self._is_dead(each)]:
            self.drop(bundle, bundle.refusal)

    def drop(self, bundle: Bundle, refusal: Refusal) -> None:
        """Let go of a bundle and tell its sender why."""
        self.waiting.pop(bundle.id, None)
        self._say(bundle.seq, bundle.party, (BundleDropped.kind, bundle.id, int(refusal)))

    def _offer(self, bundle: Bundle, base_fee: WeiPerGas, number: int) -> Offer | None:
        """Return what a bundle is worth on the state as it stands; None if it would fail, and the bundle then knows why."""
        txs = self._resolved(bundle, base_fee)
        if txs is None:
            return None
        updates = [tx for tx, _ in txs if tx.not_before > number]
        if len(updates) > 1:
            bundle.refusal = Refusal.BAD_SIZE
            return None
        update = updates[0] if updates else None
        terms = self.updates.get(update.contract) if update else None
        recaptured = bundle.bid * terms.share // BPS_ONE if terms else 0
        payments = [(bundle.party, self.executor.builder, bundle.bid - recaptured)]
        if terms:
            payments.append((bundle.party, terms.beneficiary, recaptured))
        rehearsal = self.executor.rehearse(txs, payments)
        bundle.refusal = rehearsal.refusal or Refusal.NOT_WORTH_IT
        if rehearsal.refusal:
            return None
        others = sum(gas * (price - base_fee) for (tx, price), gas in zip(txs, rehearsal.gas, strict=True) if tx.id in self.mempool.txs)
        worth = ((rehearsal.income - others) << PART_BITS) // max(1, sum(rehearsal.gas))
        return Offer(bundle, txs, rehearsal, worth, update, recaptured)

    def _resolved(self, bundle: Bundle, base_fee: WeiPerGas) -> tuple[tuple[Tx, WeiPerGas], ...] | None:
        """Return a bundle's txs with what they pay per gas; None where one is not to be had or not the next of its line."""
        found: list[tuple[Tx, WeiPerGas]] = []
        nonces: dict[Party, int] = {}
        for each in bundle.txs:
            tx = self.mempool.txs.get(each) if isinstance(each, int) else each
            if tx is None or (tx is not each and self._is_hidden(tx, bundle.party)):
                bundle.refusal = Refusal.SEEN_IS_GONE
                return None
            tip = self.mempool.market.tip(tx.max_fee, tx.tip, base_fee)
            nonce = nonces.get(tx.party, self.mempool.line(tx.party).nonce)
            if tip < 0 or tx.nonce != nonce:
                bundle.refusal = self._why_not(tx, nonce, tip, is_own=tx is each)
                return None
            nonces[tx.party] = nonce + 1
            found.append((tx, base_fee + tip))
        return tuple(found)

    def _is_hidden(self, tx: Tx, party: Party) -> bool:
        """It went to the builder alone, and somebody else sent it: its number was guessed."""
        return tx.is_private and tx.party != party

    def _why_not(self, tx: Tx, nonce: int, tip: WeiPerGas, is_own: bool) -> Refusal:
        if not is_own:
            return Refusal.SEEN_IS_GONE
        if tx.nonce != nonce:
            return Refusal.NONCE_TOO_LOW if tx.nonce < nonce else Refusal.NONCE_GAP_TOO_WIDE
        assert tip < 0
        return Refusal.BAD_PRICE

    def _is_dead(self, bundle: Bundle) -> bool:
        """It can never enter: a nonce of its own is spent, or what it wants to follow is gone for good."""
        seen = [tx for tx in bundle.txs if isinstance(tx, int)]
        is_spent = any(tx.nonce < self.mempool.line(tx.party).nonce for tx in bundle.own)
        if is_spent and bundle.refusal != Refusal.OUTBID:
            bundle.refusal = Refusal.NONCE_TOO_LOW
        return is_spent or any(tx not in self.mempool.txs for tx in seen)

    def _by_turn(self, offers: list[Offer]) -> list[list[Offer]]:
        """Return offers by turn, the best first: each alone, but for those that bid for one update on offer, of which one can have it."""
        turns: list[list[Offer]] = [[offer] for offer in offers if offer.update is None]
        rivals_of: dict[int, list[Offer]] = {}
        for offer in offers:
            if offer.update is not None:
                rivals_of.setdefault(offer.update.id, []).append(offer)
        turns += [sorted(rivals, key=self._highest_bid_first) for rivals in rivals_of.values()]
        return sorted(turns, key=self._best_turn_first)

    def _include_first(self, rivals: list[Offer], block: Filling, number: int) -> None:
        """Put the first of rivals into the block that does not fail by now and is wanted; those behind it are outbid."""
        for place, offer in enumerate(rivals):
            anew = self._offer(offer.bundle, block.base_fee, number) if block.txs else offer
            if anew is not None and self._is_wanted(anew, block):
                behind = rivals[place + 1 :]
                for loser in behind:
                    loser.bundle.refusal = Refusal.OUTBID
                auction = Auction(len(behind) + 1, behind[0].bundle.bid if behind else 0)
                self._include(anew, block, number, auction)
                return

    def _is_wanted(self, offer: Offer, block: Filling) -> bool:
        """There is room, and no dearer background gas would fill it. An update on offer is promised to its best bundle."""
        if sum(tx.gas_limit for tx, _ in offer.txs) > block.room:
            return False
        return offer.update is not None or self._dearer_gas(offer.worth, block.base_fee, block.room) < block.room

    def _dearer_gas(self, worth: int, base_fee: WeiPerGas, enough: int) -> int:
        """Return the background gas that pays more per gas than this, as far as needed to see whether there is enough."""
        gas, level = 0, self.demand.below(len(self.demand.gas))
        while level >= 0 and gas < enough and self.demand.tip(level, base_fee) << PART_BITS > worth:
            gas += self.demand.gas[level]
            level = self.demand.below(level)
        return gas

    def _include(self, offer: Offer, block: Filling, number: int, auction: Auction) -> None:
        """Run a bundle's txs for good and pay its bid."""
        bundle, used = offer.bundle, sum(offer.rehearsal.gas)
        row = (BundleIncluded.kind, bundle.id, number, block.txs, len(offer.txs), used, bundle.bid, offer.recaptured)
        included = self._say(bundle.seq, bundle.party, row)
        for (tx, price), foreseen in zip(offer.txs, offer.rehearsal.gas, strict=True):
            gas = self.executor.execute(tx, price, block.txs)
            assert gas == foreseen, "a bundle does what it did when it was rehearsed"
            block.gas_used += gas
            block.our_gas += gas
            block.txs += 1
            block.paid.append((price, gas))
        self._pay(offer, included)
        if offer.update is not None:
            what = (offer.update.id, offer.update.contract, bundle.id, auction.bids, bundle.bid, auction.runner_up, offer.recaptured)
            self._say(included, bundle.party, (UpdateAuctioned.kind, *what))
        del self.waiting[bundle.id]

    def _pay(self, offer: Offer, included: Seq) -> None:
        bundle, executor = offer.bundle, self.executor
        terms = self.updates.get(offer.update.contract) if offer.update else None
        parts = [(executor.builder, bundle.bid - offer.recaptured)] + ([(terms.beneficiary, offer.recaptured)] if terms else [])
        for target, units in parts:
            executor.pay(bundle.party, target, units)
        if bundle.bid:
            self._say(included, bundle.party, (BuilderPaid.kind, 0, bundle.bid))

    def _best_turn_first(self, rivals: list[Offer]) -> tuple[int, int, int]:
        offer = rivals[0]
        return -offer.worth, self.lottery(offer.bundle.party), offer.bundle.id

    def _highest_bid_first(self, offer: Offer) -> tuple[int, int, int]:
        return -offer.bundle.bid, self.lottery(offer.bundle.party), offer.bundle.id

    def _say(self, cause: Seq, party: Party, row: Row) -> Seq:
        return self.executor.tape.append(self.executor.head.at, cause, self.executor.place, party, row)
