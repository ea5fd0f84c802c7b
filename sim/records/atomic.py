"""What calls made of calls, private bundles and auctions of oracle updates say. Place: the lender, or the chain. Party: the sender."""

from __future__ import annotations

from sim.records.declare import Record, record
from sim.units import AssetId, Gas, Place, Units, WeiPerGas
from sim.vocabulary import Audience, Refusal


@record(170)
class FlashLoaned(Record):
    """Units were lent and given back within one tx."""

    asset: AssetId
    amount: Units
    fee: Units
    """Of the same asset; of a flash swap that was paid in the other asset 0: what was swapped tells its price."""


@record(171)
class CallFailed(Record):
    """A call within a tx reverted and was forgiven: it alone was undone."""

    tx: int
    step: int
    """Its place in the composite, from 0."""
    reason: Refusal


@record(172)
class BuilderPaid(Record):
    """A sender paid the block's builder beside the gas."""

    tx: int
    """The tx that did it; 0 for the bid of a bundle."""
    amount: Units


@record(173, Audience.PARTY)
class BundleSent(Record):
    """A bundle reached the builder. Nobody else sees it."""

    bundle: int
    txs: int
    """Its txs, those of others that it names included."""
    bid: Units
    """What the builder is to get for it beside gas, in the gas asset."""
    last_block: int
    """The last block it is meant for."""


@record(174, Audience.PARTY)
class TxEnclosed(Record):
    """A tx that its sender shows the builder alone, as part of the last bundle sent."""

    tx: int
    bundle: int
    nonce: int
    contract: Place
    call: int
    """The kind number of the call it makes."""
    max_fee: WeiPerGas
    tip: WeiPerGas
    gas_limit: Gas


@record(175)
class BundleIncluded(Record):
    """A bundle entered a block whole; its txs' own entries follow."""

    bundle: int
    block: int
    position: int
    """Of its first tx."""
    txs: int
    gas_used: Gas
    bid: Units
    recaptured: Units
    """The part of the bid that goes to the beneficiary of the feed whose update it follows."""


@record(176, Audience.PARTY)
class BundleDropped(Record):
    """A bundle will enter no block; it cost nothing."""

    bundle: int
    reason: Refusal


@record(177)
class UpdateOffered(Record):
    """The right to follow a feed's update at once is offered: until a block, the update enters with the best bundle alone."""

    tx: int
    feed: Place
    free_from: int
    """The first block into which it may go without a bundle."""


@record(178, Audience.OBSERVER)
class UpdateAuctioned(Record):
    """The right to follow a feed's update was won."""

    tx: int
    feed: Place
    bundle: int
    bids: int
    """Bundles for this update that would not have failed."""
    bid: Units
    runner_up: Units
    """The best of the other bids; 0 for none."""
    recaptured: Units
