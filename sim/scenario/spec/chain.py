"""The chain: an era with every key open, and the background demand for its gas."""

from typing import Literal

import attrs

from sim.chain.demand import DemandSpec
from sim.chain.eras import ERAS, ChainSpec
from sim.scenario.spec.common import AssetName, FilePath, part_of_one, positive
from sim.scenario.spec.world import Outside
from sim.scenario.values import Instant
from sim.units import Bps, Gas, Nanos, WeiPerGas


@attrs.frozen(kw_only=True)
class GasPoint:
    """One of ``chain.gas.points``: from an instant on, the gas prices that blocks include."""

    at: Instant
    """From when."""
    p60: WeiPerGas = attrs.field(validator=positive)
    """60th percentile by gas."""
    p30: WeiPerGas | None = attrs.field(default=None, validator=positive)
    """30th percentile; left out: at its typical ratio to the 60th."""
    p90: WeiPerGas | None = attrs.field(default=None, validator=positive)
    """90th percentile; left out: at its typical ratio to the 60th."""


@attrs.frozen(kw_only=True)
class GasSpec:
    """``[chain.gas]``: what calibrates the demand for gas of everybody else. It never sets the price."""

    points: tuple[GasPoint, ...] = ()
    """Typed gas prices, in sequence."""
    csv: FilePath | None = None
    """File of gas prices in gwei with a header line; where it has rows they hold instead of the points."""
    time_column: str = ""
    """Column of the file's instants: ISO (UTC) or epoch in s or ms."""
    price_column: str = ""
    """Column of the 60th percentile."""
    p30_column: str = ""
    """Column of the 30th percentile; left out: at its typical ratio to the 60th."""
    p90_column: str = ""
    """Column of the 90th percentile; left out: at its typical ratio to the 60th."""
    outside: Outside = "waypoints"
    """What holds at instants the file does not cover (``waypoints`` are the points)."""


@attrs.frozen(kw_only=True)
class ChainSection:
    """``[chain]``: an era, and what departs from it. A key that is left out is as the era has it."""

    gas: GasSpec
    """The background demand."""
    era: str = "ethereum-2025-10"
    """The preset: ``ethereum-2020-03``, ``ethereum-2021-05``, ``ethereum-2022-11`` or ``ethereum-2025-10``."""
    own_space: bool = False
    """Each protocol's txs have blocks of their own, with the same demand of everybody else and no rival from another protocol."""
    gas_asset: AssetName = "ETH"
    """What gas is paid in."""
    fee_market: Literal["first_price", "eip1559"] | None = None
    """How block space is sold."""
    block_clock: Literal["exponential", "slots"] | None = None
    """When blocks come: without memory, or on a grid."""
    block_interval: Nanos | None = attrs.field(default=None, validator=positive)
    """Mean time between blocks, or the length of a slot."""
    missed: Bps | None = attrs.field(default=None, validator=part_of_one)
    """Share of slots without a block."""
    gas_limit: Gas | None = attrs.field(default=None, validator=positive)
    """Most gas in a block."""
    base_fee: WeiPerGas | None = attrs.field(default=None, validator=positive)
    """At the start, under ``eip1559``; left out: where demand settles it."""
    mempool_txs: int | None = attrs.field(default=None, validator=positive)
    """Most waiting txs of ours that a mempool keeps."""
    mempool_gas: Gas | None = attrs.field(default=None, validator=positive)
    """Most gas that those may ask for."""
    mempool_per_sender: int | None = attrs.field(default=None, validator=positive)
    """How far a sender's nonce may run ahead."""
    oracle_posting: Literal["each", "one"] | None = None
    """Each reporter posts its own tx, or one posts for all."""
    bundles: bool | None = None
    """Builders take bundles and private txs: what would revert is left out, free of charge, and nobody else sees it wait."""
    demand: DemandSpec = attrs.field(factory=DemandSpec)
    """How background senders behave."""

    def preset(self) -> ChainSpec:
        """Return the era's preset with what departs from it. Raises KeyError for an unknown era."""
        departures = {"missed_bps" if name == "missed" else name: getattr(self, name) for name in DEPARTURES}
        return attrs.evolve(ERAS[self.era], demand=self.demand, **{name: value for name, value in departures.items() if value is not None})


DEPARTURES = (
    "fee_market",
    "block_clock",
    "block_interval",
    "missed",
    "gas_limit",
    "base_fee",
    "mempool_txs",
    "mempool_gas",
    "mempool_per_sender",
    "oracle_posting",
    "bundles",
)
"""Keys that an era sets and a scenario may set otherwise."""
