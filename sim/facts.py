"""What a reader of a tape must know beside it: assets, instruments, who reads what. Kept in the run's manifest.

Plain numbers and names only, so that it goes through JSON unchanged. Filled in by ``sim.scenario.build``.
"""

from typing import Any

import attrs

from sim.units import RAY, AssetId, Bps, Nanos, Party, Place, Price, Ray, Seconds, Units


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
    absorbs_per_percent: float = 0.0
    """What its agents say they buy while the price falls by 1 %, in whole quote; 0 where none says anything."""


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
class TermsFacts:
    """One asset of a lender: how it counts, and how much of it there is when the run begins."""

    asset: AssetId
    price: Price
    """The lender's own at the opening, 8 decimals; 0 where nothing is posted."""
    threshold: Bps
    """Loan to value at which an account is liquidated; 0: it is no collateral. Of several (by pair or category) the highest."""
    max_ltv: Bps
    """Up to which may be borrowed against it."""
    bonus: Bps
    """What whoever gets the collateral has above the debt that it is for: a bonus, a penalty that is auctioned with it, of a Comet one over
    the liquidation factor less one, of Euler the largest discount as such."""
    protocol_fee: Bps
    """Share of the bonus that the lender keeps."""
    collateral: Units = 0
    """Of all accounts, as far as it counts."""
    debt: Units = 0
    """Of all accounts; of vaults in units of money, each rounded up."""
    liquidity: Units = 0
    """In the lender and not lent; of vaults and of Liquity's collateral what is locked."""
    cushion: Units = 0
    """What pays before suppliers do: reserves of a Comet, the surplus of a vault system (told of each of its pools), deposits of Liquity's
    stability pool. 0 where the family has none at the opening."""
    supply_index: Ray = RAY
    """Units per supply share, as ``InterestAccrued`` tells it."""
    debt_index: Ray = RAY


@attrs.frozen
class PairFacts:
    """How one collateral counts for one debt, where that depends on both (Euler; v1: the product of both factors)."""

    debt: AssetId
    collateral: AssetId
    max_ltv: Bps
    threshold: Bps


@attrs.frozen
class ModeFacts:
    """An e-mode: how its assets count for accounts that are in it (Aave v3)."""

    mode: int
    assets: tuple[AssetId, ...]
    max_ltv: Bps
    threshold: Bps
    bonus: Bps


@attrs.frozen
class OpenedFacts:
    """An account that came alone: typed in the scenario, or that of the suppliers."""

    party: Party
    collateral: dict[AssetId, Units]
    debt: dict[AssetId, Units]
    idle: dict[AssetId, Units] = attrs.field(factory=dict)
    """Supplied, and not counted as collateral (Aave)."""
    mode: int = 0
    """Its e-mode; 0 for none."""


@attrs.frozen
class PopulationFacts:
    """Accounts that came in bulk; ``Run.population(file)`` lists what they have, in columns ``SYMBOL_collateral_QUANTUM`` of quanta."""

    file: str
    first: Party
    """Of the first row, the next ones following; where ``who`` is given, its column ``party`` says."""
    count: int
    who: str = ""
    """File with the columns ``party`` and ``mode`` (e-mode) of these rows; empty: in a row, and none has a mode."""


@attrs.frozen
class SheetFacts:
    """A lender's terms and what is in it when the run begins: a pool, a pool of vaults, a market, a system."""

    place: Place
    name: str
    family: str
    """The key it is listed under: ``pools``, ``vaults``, ``compound``, ``comet``, ``morpho``, ``euler``, ``liquity``, ``llamma``."""
    version: str
    """Of the contracts, where there are several (``v3_7``, ``dog``)."""
    close_factor: Bps
    """Largest share of a debt that one liquidation just below a health of one may repay."""
    terms: tuple[TermsFacts, ...]
    pairs: tuple[PairFacts, ...] = ()
    modes: tuple[ModeFacts, ...] = ()
    accounts: tuple[OpenedFacts, ...] = ()
    populations: tuple[PopulationFacts, ...] = ()


@attrs.frozen
class PurseFacts:
    """What an agent (one of its accounts) has at a place when the run begins."""

    party: Party
    place: Place
    asset: AssetId
    units: Units


@attrs.frozen
class Facts:
    """All of it."""

    epoch: Seconds
    """Unix time of instant zero."""
    duration: Nanos = 0
    """How long the run is meant to be; 0: not said."""
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
    sheets: tuple[SheetFacts, ...] = ()
    """Of every lender, whatever its family: pools first, then pools of vaults, then the others."""
    purses: tuple[PurseFacts, ...] = ()
    """Of keepers."""
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
