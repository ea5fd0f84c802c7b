"""The units of the house: names for integers, and the constants that make sentences of them.

Every quantity that decides anything is an ``int`` whose unit is in its type. The names below are aliases of ``int``: they cost
nothing at run time and tell the reader, the tape's schema and the scenario language what a number counts (the name travels
with the annotation, so that a parameter declared ``Nanos`` is written ``"12 s"`` in a scenario). ``Ticks``, ``Lots``, ``Nanos``
and the like fit 63 bits by construction; ``Units`` and the fixed-point types may not, and travel wide (see ``sim.records``).
"""

from typing import Annotated, TypeAlias

Nanos: TypeAlias = Annotated[int, "Nanos"]
"""Nanoseconds since the run began, or a span of them."""
Seconds: TypeAlias = Annotated[int, "Seconds"]
"""Whole Unix seconds: the only clock a contract reads."""
Ticks: TypeAlias = Annotated[int, "Ticks"]
"""A venue price, in steps of its instrument's tick."""
HalfTicks: TypeAlias = Annotated[int, "HalfTicks"]
"""Best bid plus best ask: twice the mid, so that a mid is exact."""
Lots: TypeAlias = Annotated[int, "Lots"]
"""A venue size, in steps of its instrument's lot."""
Units: TypeAlias = Annotated[int, "Units"]
"""An amount of an asset in its smallest unit (10^-decimals)."""
Wad: TypeAlias = Annotated[int, "Wad"]
"""Fixed point, 10^-18."""
Ray: TypeAlias = Annotated[int, "Ray"]
"""Fixed point, 10^-27."""
Rad: TypeAlias = Annotated[int, "Rad"]
"""Fixed point, 10^-45: a Wad times a Ray, as vaults count debt and money within."""
Price: TypeAlias = Annotated[int, "Price"]
"""A posted price with the feed's decimals (8 unless the feed says otherwise)."""
Bps: TypeAlias = Annotated[int, "Bps"]
"""A share of 10^-4."""
Ppm: TypeAlias = Annotated[int, "Ppm"]
"""A share of 10^-6."""
Ppb: TypeAlias = Annotated[int, "Ppb"]
"""A share of 10^-9."""
Gas: TypeAlias = Annotated[int, "Gas"]
"""Work of a call."""
WeiPerGas: TypeAlias = Annotated[int, "WeiPerGas"]
"""Price of work: units of the gas asset per unit of gas."""
Seq: TypeAlias = Annotated[int, "Seq"]
"""A place on the tape; the first entry is 1, and 0 means none."""
Party: TypeAlias = Annotated[int, "Party"]
"""The interned name of whoever acts or owns: agent, contract, venue."""
Place: TypeAlias = Annotated[int, "Place"]
"""The interned name of where it happened: venue, chain, pool, feed."""
AssetId: TypeAlias = Annotated[int, "AssetId"]
"""The interned name of an asset."""

NANOSECOND: Nanos = 1
MICROSECOND: Nanos = 1_000
MILLISECOND: Nanos = 1_000_000
SECOND: Nanos = 1_000_000_000
MINUTE: Nanos = 60 * SECOND
HOUR: Nanos = 60 * MINUTE
DAY: Nanos = 24 * HOUR
YEAR_SECONDS: Seconds = 365 * 24 * 3600

WAD: Wad = 10**18
HALF_WAD: Wad = WAD // 2
RAY: Ray = 10**27
HALF_RAY: Ray = RAY // 2
RAD: Rad = 10**45
WAD_RAY_RATIO = 10**9
BPS_ONE: Bps = 10_000
"""One, in basis points."""
PPB_ONE: Ppb = 10**9
GWEI: WeiPerGas = 10**9

NOBODY: Party = 0
NOWHERE: Place = 0
NO_SEQ: Seq = 0
INT64_MAX = 2**63 - 1
UINT256_MAX = 2**256 - 1
