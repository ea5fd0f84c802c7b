"""What the build has put together so far, and the few things every part of it does."""

from typing import Any

import attrs

from sim.amm.amm import Amm
from sim.assets import Asset
from sim.chain.chain import Chain
from sim.custody.custody import Custody
from sim.custody.flash_lender import FlashLender
from sim.kernel import Kernel
from sim.latency import Surge
from sim.ledger import Ledger
from sim.lending.lender import Lender
from sim.lending.vault.flash import FlashMint
from sim.lending.vault.pool import VaultPool
from sim.market.exchange import Exchange
from sim.market.session import Session
from sim.names import Names
from sim.oracle.delayed_feed import DelayedFeed
from sim.oracle.derived.derivations import AnyFeed, Derivations
from sim.oracle.derived.feed import DerivedFeed
from sim.oracle.network import OracleNetwork
from sim.oracle.pull_feed import PullFeed
from sim.oracle.push_feed import PushFeed
from sim.oracle.signing import SigningNetwork
from sim.records import Minted
from sim.scenario.spec import Scenario
from sim.scenario.spec.market import VenueSpec
from sim.streams import Streams
from sim.tape import Tape
from sim.units import NO_SEQ, AssetId, Party, Place, Price, Seq, Units
from sim.world.outside import OutsideWorld

OUTSIDE_MONEY = "outside/"
"""What the names of those begin with who hold venues near a pinned path."""


@attrs.define(eq=False, repr=False)
class Parts:
    """The world under construction."""

    scenario: Scenario
    seed: int
    kernel: Kernel
    tape: Tape
    ledger: Ledger
    names: Names
    streams: Streams
    start: Seq = NO_SEQ
    """The ``RunStarted``: cause of whatever opens the world."""
    assets: dict[str, Asset] = attrs.field(factory=dict)
    exchanges: dict[Place, Exchange] = attrs.field(factory=dict)
    sessions: dict[Place, Session] = attrs.field(factory=dict)
    venue_specs: dict[Place, VenueSpec] = attrs.field(factory=dict)
    surges: dict[Place, Surge] = attrs.field(factory=dict)
    custodies: dict[Place, Custody] = attrs.field(factory=dict)
    feeds: dict[Place, PushFeed] = attrs.field(factory=dict)
    networks: dict[Place, OracleNetwork] = attrs.field(factory=dict)
    pools: dict[Place, Any] = attrs.field(factory=dict)
    delayed_feeds: dict[Place, DelayedFeed] = attrs.field(factory=dict)
    pull_feeds: dict[Place, PullFeed] = attrs.field(factory=dict)
    signers: dict[Place, SigningNetwork] = attrs.field(factory=dict)
    """By pull feed."""
    derived_feeds: dict[Place, DerivedFeed] = attrs.field(factory=dict)
    lenders: dict[Place, Lender] = attrs.field(factory=dict)
    """Of families other than Aave's pools and vaults."""
    amms: dict[Place, Amm] = attrs.field(factory=dict)
    flash_lenders: dict[Place, FlashLender | FlashMint] = attrs.field(factory=dict)
    """That do nothing else."""
    issuers: dict[Place, Any] = attrs.field(factory=dict)
    """Staking contracts and issuers of stable coins (``sim.claims.issuer``)."""
    vault_pools: dict[Place, VaultPool] = attrs.field(factory=dict)
    systems: dict[Place, Any] = attrs.field(factory=dict)
    """Vault systems by the place of their engine (``build_vaults.System``)."""
    dice: dict[Place, str] = attrs.field(factory=dict)
    """Places that are copies of others: the name of the dice by which messages to them travel."""
    lane_of: dict[str, int] = attrs.field(factory=dict)
    """By protocol: the number of its lane, where protocols have block space of their own."""
    watchers: list[Any] = attrs.field(factory=list)
    populations: dict[str, Any] = attrs.field(factory=dict)
    """Columns of accounts opened in bulk, by pool, for the run folder."""
    notes: list[str] = attrs.field(factory=list)
    sources: list[tuple[str, str]] = attrs.field(factory=list)
    """Data files read, with their SHA-256."""
    _derivations: Derivations | None = None
    _chain: Chain | None = None
    _outside: OutsideWorld | None = None

    @property
    def chain(self) -> Chain:
        """The chain, once it is built."""
        assert self._chain is not None
        return self._chain

    @chain.setter
    def chain(self, chain: Chain) -> None:
        self._chain = chain

    @property
    def derivations(self) -> Derivations:
        """What keeps derived feeds up to date."""
        if self._derivations is None:
            self._derivations = Derivations(self.tape, self.chain)
        return self._derivations

    @property
    def outside(self) -> OutsideWorld:
        """The outside world, once it is built."""
        assert self._outside is not None
        return self._outside

    @outside.setter
    def outside(self, outside: OutsideWorld) -> None:
        self._outside = outside

    def id(self, name: str) -> int:
        """Return the number of a name that is there: references were checked when the scenario was loaded."""
        found = self.names.id(name)
        assert found is not None, name
        return found

    def dice_of(self, place: Place) -> str:
        """Return the name under which latencies to a place are drawn: its own unless its section says another."""
        return self.dice.get(place) or self.names.name(place)

    def feed(self, name: str) -> AnyFeed:
        """Return the feed of a name, of whatever kind."""
        return self.feed_at(self.id(name))

    def feed_at(self, place: Place) -> AnyFeed:
        """Return the feed that stands at a place."""
        found = self.feeds.get(place) or self.delayed_feeds.get(place) or self.pull_feeds.get(place)
        return found or self.derived_feeds[place]

    def mint(self, asset: AssetId, purse: int, units: Units, party: Party) -> None:
        """Bring units into the world and say so."""
        if units:
            self.ledger.mint(asset, purse, units)
            self.tape.append(self.kernel.now, self.start, 0, party, (Minted.kind, asset, units))

    def opening_price(self, base: str, quote: str) -> Price:
        """Return the first outside price of a pair (8 decimals); 0 where the path is of another pair."""
        path = self.scenario.world.price
        return self.outside.opening if (path.base, path.quote) == (base, quote) else 0
