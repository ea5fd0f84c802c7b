"""The scenario: everything that defines a run but the seed."""

import attrs

from sim.scenario.spec.agents import AgentSpec
from sim.scenario.spec.chain import ChainSection
from sim.scenario.spec.common import Name, not_empty
from sim.scenario.spec.extension import Ancestor
from sim.scenario.spec.lending import PoolSpec
from sim.scenario.spec.market import AssetSpec, VenueSpec
from sim.scenario.spec.oracle import FeedSpec
from sim.scenario.spec.run import Calibration, HeldOut, Run, Switches
from sim.scenario.spec.study import StudySpec
from sim.scenario.spec.vaults import DelayedFeedSpec, VaultsSpec
from sim.scenario.spec.world import WorldSpec


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
    pools: tuple[PoolSpec, ...] = ()
    """Who lends."""
    vaults: tuple[VaultsSpec, ...] = ()
    """Who lends money of its own making, and auctions what secures it."""
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
