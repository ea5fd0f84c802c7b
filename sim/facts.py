"""What a reader of a tape must know beside it: assets, instruments, who reads what. Kept in the run's manifest.

Plain numbers and names only, so that it goes through JSON unchanged. Filled in by ``sim.scenario.build``.
"""

from typing import Any

import attrs

from sim.units import AssetId, Bps, Party, Place, Seconds, Units


@attrs.frozen
class AssetFacts:
    """One asset."""

    id: AssetId
    symbol: str
    decimals: int


@attrs.frozen
class VenueFacts:
    """One venue and its instrument."""

    place: Place
    name: str
    base: AssetId
    quote: AssetId
    lot: Units
    """Base units in a lot."""
    tick: Units
    """Quote units per whole base in a tick."""
    fee_unit: Units = 1
    """Quote units that the fees of its trades are told in."""


@attrs.frozen
class FeedFacts:
    """One feed: what it prices and from where."""

    place: Place
    name: str
    base: AssetId
    sources: dict[Place, Bps]
    """Venues and the outside price, with their weights in the index; of a derived feed its inputs."""
    kind: str = "posted"
    """``posted``, ``delayed``, ``pulled``, or how it is derived: ``spot``, ``twap``, ``median``, ``bounded``, ``product``,
    ``hard_wired``, ``guarded``."""
    terms: dict[str, int] = attrs.field(factory=dict)
    """Of its formula, as far as a reader of the tape needs them: ``window`` in seconds, ``deviation`` and ``growth`` in bps,
    whether a bound ``keeps`` the last price; of an amm's the ``quote`` asset, whether the base comes first, whether it is log ticks."""


@attrs.frozen
class PoolFacts:
    """One lending pool."""

    place: Place
    name: str
    feeds: dict[AssetId, Place]
    """The feed each asset is priced by; 0 for a fixed price."""
    fixed_prices: dict[AssetId, int]
    """Price with 8 decimals of assets without a feed."""
    family: str = ""
    """The key it is listed under, where that is another than ``pools``: whose rules it follows."""


@attrs.frozen
class VaultFacts:
    """One pool of vaults, and the contracts around it."""

    place: Place
    name: str
    engine: Place
    """Books of all vaults; where collateral is joined and exited."""
    liquidator: Place
    """Starts the auctions."""
    house: Place
    """Runs them."""
    vow: Place
    debt_house: Place
    """Runs the auctions of governance units."""
    feed: Place
    """What the pool reads."""
    collateral: AssetId
    money: AssetId
    """On the chain."""
    internal: AssetId
    """The same within the engine, with 45 decimals."""
    governance: AssetId
    is_dutch: bool


@attrs.frozen
class AgentFacts:
    """One agent, or one member of a count of alike ones."""

    party: Party
    name: str
    strategy: str
    accounts: int
    """It owns the parties from ``party`` to ``party + accounts - 1``."""
    role: str
    """``keeper``, ``maker``, ``trader``, ``borrower``, ``reporter``, ``outside``: its strategy's folder, in the singular."""


@attrs.frozen
class Facts:
    """All of it."""

    epoch: Seconds
    """Unix time of instant zero."""
    chain: Place = 0
    outside: Place = 0
    """The path of the outside price of the first venue's instrument."""
    gas_asset: AssetId = 0
    assets: tuple[AssetFacts, ...] = ()
    venues: tuple[VenueFacts, ...] = ()
    feeds: tuple[FeedFacts, ...] = ()
    pools: tuple[PoolFacts, ...] = ()
    vaults: tuple[VaultFacts, ...] = ()
    agents: tuple[AgentFacts, ...] = ()
    own_calls: tuple[str, ...] = ()
    """Calls of contracts that the house does not know, by their number in ``TxPending`` from the first after the house's."""
    opening_debt: dict[str, str] = attrs.field(factory=dict)
    """By pool name: debt at the start in base currency, 8 decimals."""
    gain: dict[str, float] = attrs.field(factory=dict)
    """By pool name: the gain before the run (attribution.md), at the opening price."""
    gain_curve: dict[str, tuple[tuple[int, float], ...]] = attrs.field(factory=dict)
    """By pool name: the same over each stretch of a fall, by the percent at its end."""
    notes: tuple[str, ...] = ()
    """What every report must repeat: an anachronism, gaps in the data, accounts left out."""
    extra: dict[str, Any] = attrs.field(factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain tables, for the manifest."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, tables: dict[str, Any]) -> "Facts":
        """Return facts from a manifest's tables."""
        import cattrs

        return cattrs.structure(tables, cls)
