"""What an agent is wired to: names for the strategy (``Connections``), histories for its desk (``Sources``).

Filled in once, by ``sim.scenario.build``.
"""

from typing import Any, Protocol

import attrs

from sim.assets import Asset, Instrument
from sim.history import History
from sim.oracle.preview import FeedView
from sim.units import AssetId, Bps, Nanos, Place, Ppm, Seconds, Units
from sim.views import Balance, Block, Depth, Outside, OwnTx, PendingTx, Posted, Quote, SignedPrices


@attrs.frozen
class Terms:
    """What a venue's trading costs and in what it trades."""

    instrument: Instrument
    maker_fee_ppm: int
    """Millionths of the notional; negative is a rebate."""
    taker_fee_ppm: int
    confirmations: int
    """Blocks until a deposit counts."""


@attrs.frozen
class Premises:
    """Where the contracts around a pool of vaults stand, and in what they count."""

    engine: Place
    """Books of all vaults; answers joins and exits."""
    liquidator: Place
    """Answers bites (Cat) or barks (Dog)."""
    house: Place
    """Runs the auctions of the pool's collateral."""
    vow: Place
    """The house's own money and debt."""
    debt_house: Place
    """Runs the auctions of governance units."""
    feed: Place
    """What the pool reads."""
    collateral: AssetId
    money: AssetId
    """On the chain."""
    internal: AssetId
    """The same within the engine, with 45 decimals: in it everything is bid and paid."""
    governance: AssetId
    is_dutch: bool
    bites: str = ""
    """Version of an English house's rules: ``1.0``, ``1.1`` or ``1.2``."""


class PublicTxs(Protocol):
    """What nodes know of txs that wait (``sim.chain.gossip``)."""

    def view(self, instant: Nanos, contract: Place | None = None) -> tuple[PendingTx, ...]:
        """Return those that waited at an instant, to one contract if one is named."""
        ...


class OwnTxs(Protocol):
    """What became of an agent's own txs (``sim.chain.fates``)."""

    def view(self, instant: Nanos) -> tuple[OwnTx, ...]:
        """Return them as they stood at an instant."""
        ...


@attrs.frozen
class FlashTerms:
    """A contract that lends for the length of a tx (``FlashLoanCall``)."""

    place: Place
    fee: Ppm
    """Millionths of what is lent."""
    most: dict[AssetId, Units]
    """What it lends of each asset, where that hardly changes; empty where its view shows it."""


@attrs.frozen
class Guard:
    """What a feed asks of another feed's price before it hands it on (``derived_feeds`` of the kind ``guarded``)."""

    feed: Place
    max_age: Seconds | None
    """It refuses one that is older."""
    max_uncertainty: Bps | None
    """It refuses one whose confidence is a larger share of it."""
    takes_low: bool
    """It hands on the price less its confidence."""


@attrs.define
class Connections:
    """The venues, pools, feeds and assets an agent was given, in the scenario's sequence: names and terms, nothing that moves."""

    venues: tuple[Place, ...] = ()
    pools: tuple[Place, ...] = ()
    feeds: tuple[Place, ...] = ()
    amms: tuple[Place, ...] = ()
    pulled: tuple[Place, ...] = ()
    """Those of its feeds to which prices are brought by whoever acts."""
    issuers: tuple[Place, ...] = ()
    """Staking contracts and issuers of stable coins."""
    paused: tuple[Place, ...] = ()
    """Those of its pools in which nobody can be liquidated, as everybody knows: a twin's switch."""
    sells: dict[Place, Place] = attrs.field(factory=dict)
    """Where what a pool gives is sold, by pool; on the first venue where it is not told."""
    flash_lenders: dict[Place, FlashTerms] = attrs.field(factory=dict)
    """All contracts of the chain that lend for the length of a tx."""
    chain_place: Place = 0
    private_door: bool = False
    """The chain's builders take private txs (``SendTx.private``) and bundles."""
    outside_place: Place = 0
    token_place: Place = 0
    """The contract that moves assets on the chain."""
    gas_asset: AssetId = 0
    assets: dict[AssetId, Asset] = attrs.field(factory=dict)
    terms: dict[Place, Terms] = attrs.field(factory=dict)
    feed_of_asset: dict[tuple[Place, AssetId], Place] = attrs.field(factory=dict)
    """Which feed a pool reads for an asset."""
    spots: dict[Place, Place] = attrs.field(factory=dict)
    """By feed that shows what an amm trades at, at this very moment: the amm."""
    guards: dict[Place, Guard] = attrs.field(factory=dict)
    """By feed that hands another's price on, if it is young and sure enough."""
    sources: dict[Place, tuple[tuple[Place, int], ...]] = attrs.field(factory=dict)
    """For a reporter: per feed, the sources with their weights in bps."""
    premises: dict[Place, Premises] = attrs.field(factory=dict)
    """By pool of vaults."""
    delays: dict[Place, Seconds] = attrs.field(factory=dict)
    """By delayed feed: its delay, which is also the grid of instants from which it may be poked."""
    means: dict[Place, Seconds] = attrs.field(factory=dict)
    """By feed that shows what an amm traded at over time: its window."""
    checkpoints: dict[Place, Seconds] = attrs.field(factory=dict)
    """By feed of a mean that somebody must take checkpoints for: its window. The last was taken at its posted ``updated_at``."""


@attrs.define(repr=False)
class Sources(Connections):
    """What a desk looks into, late, besides. The desk's own: a strategy is never handed it."""

    quotes: dict[Place, History[Quote]] = attrs.field(factory=dict)
    depths: dict[Place, History[Depth]] = attrs.field(factory=dict)
    balances: dict[tuple[Place, int], History[dict[AssetId, Balance]]] = attrs.field(factory=dict)
    blocks: History[Block] = attrs.field(factory=History)
    posted: dict[Place, History[Posted]] = attrs.field(factory=dict)
    pool_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    amm_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    issuer_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    near_views: dict[Place, History[Any]] | None = None
    """By pool of the Aave family: accounts near liquidation, for agents that look at them."""
    positions: dict[tuple[Place, int], History[Any]] = attrs.field(factory=dict)
    auction_views: dict[Place, History[Any]] = attrs.field(factory=dict)
    """By auction house."""
    pending: dict[Place, History[Posted]] = attrs.field(factory=dict)
    """By delayed feed: the price that will be readable next, taken up at ``updated_at``."""
    signed: dict[Place, History[SignedPrices]] = attrs.field(factory=dict)
    """By pull feed: prices that may be brought to it."""
    outside: History[Outside] = attrs.field(factory=History)
    gossip: PublicTxs | None = None
    """The public mempool, for agents that see it."""
    coming: dict[Place, History[FeedView]] = attrs.field(factory=dict)
    """By push feed: how it stands, for agents that see the mempool."""
    fates: OwnTxs | None = None
    """One's own txs, for agents that see them."""

    def names(self) -> Connections:
        """Return what a strategy may hold of it."""
        return Connections(**{field.name: getattr(self, field.name) for field in attrs.fields(Connections)})
