"""The scenario: everything that defines a run but the seed."""

from typing import Any

import attrs

from sim.scenario.spec.agents import AgentSpec
from sim.scenario.spec.amm import AmmSpec
from sim.scenario.spec.atomic import FlashLenderSpec
from sim.scenario.spec.chain import ChainSection
from sim.scenario.spec.claims import StableIssuerSpec, StakingSpec
from sim.scenario.spec.comet import CometSpec
from sim.scenario.spec.common import Name, not_empty
from sim.scenario.spec.compound import CompoundSpec
from sim.scenario.spec.euler import EulerSpec
from sim.scenario.spec.extension import Ancestor
from sim.scenario.spec.feeds import DerivedFeedSpec, PullFeedSpec, Reported
from sim.scenario.spec.lending import PoolSpec
from sim.scenario.spec.liquity import LiquitySpec
from sim.scenario.spec.llamma import LlammaSpec
from sim.scenario.spec.market import AssetSpec, VenueSpec
from sim.scenario.spec.morpho import MorphoSpec
from sim.scenario.spec.oracle import FeedSpec
from sim.scenario.spec.run import Calibration, HeldOut, Run, Switches
from sim.scenario.spec.study import StudySpec
from sim.scenario.spec.vaults import DelayedFeedSpec, VaultsSpec
from sim.scenario.spec.world import WorldSpec

LENDERS = ("compound", "comet", "morpho", "euler", "liquity", "llamma")
"""Sections of lenders whose contracts share one seam (``sim.lending.lender``), in the sequence in which they are built."""


@attrs.frozen(kw_only=True)
class Scenario:
    """A scenario, as a file says it and as a Python author builds it."""

    name: Name = "unnamed"
    """What it is called; a file's own name unless given."""
    run: Run
    """What it is about, when and how long."""
    assets: dict[Name, AssetSpec] = attrs.field(validator=not_empty)
    """What has balances, by symbol."""
    world: WorldSpec
    """All that comes from outside."""
    chain: ChainSection
    """The chain."""
    venues: tuple[VenueSpec, ...] = attrs.field(validator=not_empty)
    """Where the assets trade."""
    feeds: tuple[FeedSpec, ...] = ()
    """Who tells contracts a price."""
    delayed_feeds: tuple[DelayedFeedSpec, ...] = ()
    """Who tells it late, on purpose."""
    pull_feeds: tuple[PullFeedSpec, ...] = ()
    """Who signs prices that others bring."""
    derived_feeds: tuple[DerivedFeedSpec, ...] = ()
    """What is worked out of amms and other feeds, whenever it is read."""
    amms: tuple[AmmSpec, ...] = ()
    """Contracts that trade against reserves."""
    flash_lenders: tuple[FlashLenderSpec, ...] = ()
    """Contracts that lend for the length of a tx."""
    staking: tuple[StakingSpec, ...] = ()
    """Who gives shares of a stake for money, and money back by a queue."""
    stable_issuers: tuple[StableIssuerSpec, ...] = ()
    """Who issues stable coins and redeems them at par."""
    pools: tuple[PoolSpec, ...] = ()
    """Who lends."""
    vaults: tuple[VaultsSpec, ...] = ()
    """Who lends money of its own making, and auctions what secures it."""
    compound: tuple[CompoundSpec, ...] = ()
    """Who lends by the rules of Compound v2."""
    comet: tuple[CometSpec, ...] = ()
    """Who lends by those of Compound v3."""
    morpho: tuple[MorphoSpec, ...] = ()
    """Who lends in isolated markets of Morpho Blue."""
    euler: tuple[EulerSpec, ...] = ()
    """Who lends by the rules of Euler."""
    liquity: tuple[LiquitySpec, ...] = ()
    """Who lends money of its own making against troves."""
    llamma: tuple[LlammaSpec, ...] = ()
    """Who lends as crvUSD does, against collateral in bands."""
    agents: tuple[AgentSpec, ...] = ()
    """Who acts."""
    switches: Switches = attrs.field(factory=Switches)
    """Mechanisms that can be cut."""
    calibration: tuple[Calibration, ...] = ()
    """What was fitted, to what, by which key."""
    held_out: tuple[HeldOut, ...] = ()
    """Facts that were never fitted."""
    study: StudySpec | None = None
    """What is asked of it over many seeds."""
    lineage: tuple[Ancestor, ...] = ()
    """What it was made from, the first ancestor first; written when a file extends another."""

    def reported(self) -> tuple[Reported, ...]:
        """Return the feeds that have reporters, those that are pulled last."""
        return (*self.feeds, *self.pull_feeds)

    def lenders(self) -> tuple[tuple[str, Any], ...]:
        """Return the section of every lender beside pools and vaults, each with the key it is listed under."""
        return tuple((key, spec) for key in LENDERS for spec in getattr(self, key))
