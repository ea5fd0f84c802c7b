"""The scenario's classes, section by section: what a file becomes, and what a Python author builds."""

from sim.latency import Constant, Lognormal, Uniform
from sim.scenario.spec.agents import AgentSpec
from sim.scenario.spec.chain import ChainSection, GasPoint, GasSpec
from sim.scenario.spec.common import Latency
from sim.scenario.spec.lending import (
    AccountSpec,
    EModeSpec,
    FixedSize,
    HealthSpec,
    LognormalHealth,
    LognormalSize,
    MixSpec,
    ParetoSize,
    PoolSpec,
    PopulationSpec,
    PositionsSpec,
    RateSpec,
    ReserveSpec,
    SizeSpec,
    UniformHealth,
)
from sim.scenario.spec.market import AssetSpec, CustodySpec, VenueSpec
from sim.scenario.spec.oracle import FeedSpec, ReporterSpec, SourceSpec
from sim.scenario.spec.run import Calibration, HeldOut, Run, Switches
from sim.scenario.spec.scenario import Scenario
from sim.scenario.spec.shocks import (
    CustodySuspended,
    GasSurge,
    Jump,
    LatencySurge,
    LiquidityWithdrawal,
    Metaorder,
    ReporterOutage,
    ShockSpec,
)
from sim.scenario.spec.world import BarsSpec, PriceSpec, RandomSpec, Waypoint, WorldSpec

__all__ = [
    "AccountSpec",
    "AgentSpec",
    "AssetSpec",
    "BarsSpec",
    "Calibration",
    "ChainSection",
    "Constant",
    "CustodySpec",
    "CustodySuspended",
    "EModeSpec",
    "FeedSpec",
    "FixedSize",
    "GasPoint",
    "GasSpec",
    "GasSurge",
    "HealthSpec",
    "HeldOut",
    "Jump",
    "Latency",
    "LatencySurge",
    "LiquidityWithdrawal",
    "Lognormal",
    "LognormalHealth",
    "LognormalSize",
    "Metaorder",
    "MixSpec",
    "ParetoSize",
    "PoolSpec",
    "PopulationSpec",
    "PositionsSpec",
    "PriceSpec",
    "RandomSpec",
    "RateSpec",
    "ReporterOutage",
    "ReporterSpec",
    "ReserveSpec",
    "Run",
    "Scenario",
    "ShockSpec",
    "SizeSpec",
    "SourceSpec",
    "Switches",
    "Uniform",
    "UniformHealth",
    "VenueSpec",
    "Waypoint",
    "WorldSpec",
]
