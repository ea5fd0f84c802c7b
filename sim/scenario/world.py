"""The world of one run: every machine, wired. Made by ``sim.scenario.build``, driven by ``sim.scenario.run``.

A deep copy is a fork: it goes on from the same instant, on its own, and writes to no folder.
"""

from typing import Any

import attrs

from sim.agents.courier import Courier
from sim.agents.runner import Runner
from sim.amm.amm import Amm
from sim.chain.chain import Chain
from sim.claims.issuer import Issuer
from sim.custody.custody import Custody
from sim.custody.flash_lender import FlashLender
from sim.facts import Facts
from sim.kernel import Kernel
from sim.ledger import Ledger
from sim.lending.lender import Lender
from sim.lending.vault.flash import FlashMint
from sim.lending.vault.pool import VaultPool
from sim.market.exchange import Exchange
from sim.market.session import Session
from sim.names import Names
from sim.oracle.delayed_feed import DelayedFeed
from sim.oracle.derived.feed import DerivedFeed
from sim.oracle.network import OracleNetwork
from sim.oracle.pull_feed import PullFeed
from sim.oracle.push_feed import PushFeed
from sim.oracle.signing import SigningNetwork
from sim.streams import Streams
from sim.tape import Tape
from sim.units import AssetId, Nanos, Place
from sim.world.outside import OutsideWorld
from sim.world.shocks import ShockSchedule


@attrs.define(eq=False, repr=False)
class World:
    """Everything that moves in a run."""

    seed: int
    duration: Nanos
    kernel: Kernel
    tape: Tape
    ledger: Ledger
    names: Names
    streams: Streams
    chain: Chain
    outside: OutsideWorld
    runner: Runner
    courier: Courier
    assets: dict[str, AssetId] = attrs.field(factory=dict)
    exchanges: dict[Place, Exchange] = attrs.field(factory=dict)
    custodies: dict[Place, Custody] = attrs.field(factory=dict)
    feeds: dict[Place, PushFeed] = attrs.field(factory=dict)
    networks: dict[Place, OracleNetwork] = attrs.field(factory=dict)
    pools: dict[Place, Any] = attrs.field(factory=dict)
    shocks: ShockSchedule | None = None
    watchers: list[Any] = attrs.field(factory=list)
    """Listeners that belong to the wiring, kept so that a fork copies them once."""
    populations: dict[str, Any] = attrs.field(factory=dict)
    """Columns of accounts opened in bulk, by pool; never written to."""
    facts: Facts = attrs.field(factory=lambda: Facts(0))
    delayed_feeds: dict[Place, DelayedFeed] = attrs.field(factory=dict)
    lenders: dict[Place, Lender] = attrs.field(factory=dict)
    """Of families other than Aave's pools and vaults."""
    vault_pools: dict[Place, VaultPool] = attrs.field(factory=dict)
    systems: dict[Place, Any] = attrs.field(factory=dict)
    """Vault systems, by the place of their engine."""
    wiring: Any = None
    amms: dict[Place, Amm] = attrs.field(factory=dict)
    issuers: dict[Place, Issuer] = attrs.field(factory=dict)
    """Staking contracts and issuers of stable coins."""
    pull_feeds: dict[Place, PullFeed] = attrs.field(factory=dict)
    signers: dict[Place, SigningNetwork] = attrs.field(factory=dict)
    """By pull feed."""
    derived_feeds: dict[Place, DerivedFeed] = attrs.field(factory=dict)
    flash_lenders: dict[Place, FlashLender | FlashMint] = attrs.field(factory=dict)
    """That do nothing else."""

    sessions: dict[Place, Session] = attrs.field(factory=dict)
    """What surrounds each venue's book: stop orders and halts."""

    @property
    def reconciled_blocks(self) -> int:
        """Blocks after which every protocol's books were found to balance; 0 unless a run checks."""
        return int(self.wiring.reconciled_blocks)

    def check(self) -> None:
        """Assert conservation of every asset and every machine's own invariants."""
        self.ledger.check()
        self.chain.mempool._check()
        self.chain.demand._check()
        self.outside._check()
        for exchange in self.exchanges.values():
            exchange._check()
        for session in self.sessions.values():
            session._check()
        for feed in self.feeds.values():
            feed._check()
        for delayed in self.delayed_feeds.values():
            delayed._check()
        for pulled in self.pull_feeds.values():
            pulled._check()
        for derived in self.derived_feeds.values():
            derived._check()
        for lender in (*self.pools.values(), *self.lenders.values()):
            lender._check()
        for amm in self.amms.values():
            amm._check()
        for issuer in self.issuers.values():
            issuer._check()
        for flash_lender in self.flash_lenders.values():
            flash_lender._check()
        for system in self.systems.values():
            system._check()
