"""Eras of Ethereum as presets with every key open, and what did not exist yet.

A preset is a starting point: each key may be set to something else. What a scenario combines is then held against dates: a
mechanism outside the span in which it was used, or a protocol before its first deployment, is an anachronism, which a scenario
must admit (``anachronism = "reason"``) and every report repeats.

Dates are those of Ethereum mainnet: fee market 5 August 2021 (London), slots 15 September 2022 (the Merge), bundles with
mev-geth in January 2021, off-chain reporting by Chainlink in February 2021. Gas limits: mechanics of March 2020 (10M), spring
2021 (15M), November 2022 (30M), October 2025 (45M).
"""

from collections.abc import Iterable

import attrs

from sim.chain.block_clock import BlockClock, Exponential, Slots
from sim.chain.demand import DemandSpec
from sim.units import SECOND, Bps, Gas, Nanos, WeiPerGas

FEE_MARKETS = ("first_price", "eip1559")
BLOCK_CLOCKS = ("exponential", "slots")
ORACLE_POSTINGS = ("each", "one")


@attrs.frozen
class ChainSpec:
    """Everything that defines a chain but its prices. The defaults are those of ``ethereum-2020-03``."""

    era: str = "ethereum-2020-03"
    fee_market: str = "first_price"
    """``first_price`` or ``eip1559``."""
    block_clock: str = "exponential"
    """``exponential`` or ``slots``."""
    block_interval: Nanos = 13_100_000_000
    """Mean span between blocks, or the slot."""
    missed_bps: Bps = 0
    """Share of slots that stay empty."""
    gas_limit: Gas = 10_000_000
    base_fee: WeiPerGas | None = None
    """At the start, under ``eip1559``; None is where demand settles it."""
    mempool_txs: int = 5_120
    mempool_gas: Gas = 1_000_000_000
    """Sum of gas limits that may wait."""
    mempool_per_sender: int = 64
    """How far a nonce may run ahead."""
    oracle_posting: str = "each"
    """``each``: every oracle node posts its own tx; ``one``: one tx carries all answers."""
    bundles: bool = False
    """Liquidations travel as bundles: one that would revert is left out, free of charge."""
    demand: DemandSpec = attrs.field(factory=DemandSpec)

    def clock(self) -> BlockClock:
        """Return the block clock."""
        if self.block_clock == "exponential":
            return Exponential(self.block_interval)
        return Slots(self.block_interval, self.missed_bps)

    def mistakes(self) -> list[str]:
        """Return what cannot be, one line each with key, value and remedy."""
        found = [
            _choice("era", self.era, tuple(ERAS)),
            _choice("fee_market", self.fee_market, FEE_MARKETS),
            _choice("block_clock", self.block_clock, BLOCK_CLOCKS),
            _choice("oracle_posting", self.oracle_posting, ORACLE_POSTINGS),
            _at_least("block_interval", self.block_interval, 1),
            _at_least("gas_limit", self.gas_limit, 5_000),
            _at_least("mempool_txs", self.mempool_txs, 1),
            _at_least("mempool_gas", self.mempool_gas, self.gas_limit),
            _at_least("mempool_per_sender", self.mempool_per_sender, 1),
            _at_least("missed_bps", self.missed_bps, 0),
            "" if self.base_fee is None or self.fee_market == "eip1559" else "base_fee is given; leave it out under first_price",
            "" if self.missed_bps < 10_000 else f"missed_bps is {self.missed_bps}; some slots must be kept: give less than 10000",
        ]
        return [line for line in found if line]


ERAS: dict[str, ChainSpec] = {
    "ethereum-2020-03": ChainSpec(),
    "ethereum-2021-05": ChainSpec("ethereum-2021-05", gas_limit=15_000_000, oracle_posting="one", bundles=True),
    "ethereum-2022-11": ChainSpec(
        "ethereum-2022-11", "eip1559", "slots", 12 * SECOND, 100, 30_000_000, oracle_posting="one", bundles=True, mempool_gas=3_000_000_000
    ),
    "ethereum-2025-10": ChainSpec(
        "ethereum-2025-10", "eip1559", "slots", 12 * SECOND, 100, 45_000_000, oracle_posting="one", bundles=True, mempool_gas=4_500_000_000
    ),
}

FOREVER = "9999"
MECHANISMS: dict[tuple[str, str], tuple[str, str]] = {
    ("fee_market", "first_price"): ("2015-07", "2021-08"),
    ("fee_market", "eip1559"): ("2021-08", FOREVER),
    ("block_clock", "exponential"): ("2015-07", "2022-09"),
    ("block_clock", "slots"): ("2022-09", FOREVER),
    ("oracle_posting", "each"): ("2015-07", "2021-02"),
    ("oracle_posting", "one"): ("2021-02", FOREVER),
    ("bundles", "yes"): ("2021-01", FOREVER),
}
"""First and last month in which a mechanism was what Ethereum used."""

DEPLOYMENTS: dict[str, str] = {
    "compound_v2": "2019-05",
    "maker_flip": "2019-11",
    "curve_stableswap": "2020-01",
    "aave_v1": "2020-01",
    "uniswap_v2": "2020-05",
    "aave_v2": "2020-12",
    "liquity_v1": "2021-04",
    "maker_clip": "2021-04",
    "uniswap_v3": "2021-05",
    "euler_v1": "2021-12",
    "compound_v3": "2022-08",
    "aave_v3.0": "2023-01",
    "crvusd": "2023-05",
    "morpho_blue": "2024-01",
    "euler_v2": "2024-09",
    "aave_v3.3": "2025-02",
    "aave_v3.7": "2026-01",
}
"""First month of each protocol family on mainnet. Of v3.7 only that it follows v3.6 of January 2026."""


def anachronisms(spec: ChainSpec, families: Iterable[str] = ()) -> list[str]:
    """Return what this combination has that its era did not: one sentence each, none when all fits.

    A family that is not in the table (a plug-in's) has no date and is passed over.
    """
    month = spec.era.removeprefix("ethereum-")
    found = []
    for key, value in _mechanisms(spec):
        first, last = MECHANISMS[key, value]
        if not first <= month <= last:
            found.append(f"{key} = {value} was in use {_span(first, last)}, and the era is {spec.era}")
    found += [
        f"{family} was first deployed in {DEPLOYMENTS[family]}, and the era is {spec.era}"
        for family in families
        if DEPLOYMENTS.get(family, "") > month
    ]
    return found


def _mechanisms(spec: ChainSpec) -> list[tuple[str, str]]:
    pairs = [("fee_market", spec.fee_market), ("block_clock", spec.block_clock), ("oracle_posting", spec.oracle_posting)]
    return pairs + ([("bundles", "yes")] if spec.bundles else [])


def _span(first: str, last: str) -> str:
    return f"from {first} on" if last == FOREVER else f"until {last}"


def _choice(key: str, value: str, allowed: tuple[str, ...]) -> str:
    return "" if value in allowed else f"{key} is {value!r}; give one of {', '.join(allowed)}"


def _at_least(key: str, value: int, least: int) -> str:
    return "" if value >= least else f"{key} is {value}; give at least {least}"
