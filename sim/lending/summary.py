"""What a set of positions says before anything happens: sums, health, and how much debt a fall would make liquidatable.

The *position ladder* lists, for falls of one asset's price with all others still, the debt of accounts whose trigger lies within
that fall; accounts already unhealthy stand apart. Its slope is the gain's first factor (debt per percent of fall). Floats: this is
a view, nothing is decided here; health quantiles and who is unhealthy are exact.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import attrs
import numpy as np

from sim.errors import InputError
from sim.fixed import nearest_int
from sim.journal import Journal
from sim.lending.aave.reserve import Indices
from sim.lending.aave.rules import NO_DEBT, is_liquidatable
from sim.lending.aave.standing import Standing, standing
from sim.lending.aave.terms import PoolTerms
from sim.lending.columns import rows_of_all, values_of
from sim.lending.groups import Floats, Rows, Values
from sim.lending.positions import Account, Positions
from sim.lending.snapshot import SnapshotAccount
from sim.lending.vault.columns import COLLATERAL, values_of_vaults
from sim.lending.vault.pool import VaultPool
from sim.lending.vault.rules import units_owed
from sim.units import RAY, WAD, AssetId, Party, Price, Units, Wad

FALLS = (1, 2, 5, 10, 20, 30, 50)
"""Percent."""
QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
TOP = 10


@attrs.frozen
class Rung:
    """Debt that becomes liquidatable within a fall, in the pool's base currency (8 decimals)."""

    fall_percent: int
    debt: Units
    accounts: int


@attrs.frozen
class Disagreement:
    """Where a stated health lies farthest from ours."""

    account: str
    stated: Wad
    computed: Wad


@attrs.frozen
class TopAccount:
    """One of the accounts that owe most."""

    account: str
    debt: Units
    health: Wad


@attrs.frozen
class PositionsSummary:
    """What ``downtick positions`` prints. Values in the pool's base currency, 8 decimals."""

    accounts: int
    debtors: int
    collateral_by_asset: tuple[tuple[AssetId, Units], ...]
    debt_by_asset: tuple[tuple[AssetId, Units], ...]
    total_debt: Units
    health_quantiles: tuple[tuple[float, Wad], ...]
    """Over debtors; empty if there are none."""
    unhealthy: int
    unhealthy_debt: Units
    ladder_asset: AssetId
    ladder: tuple[Rung, ...]
    top: tuple[TopAccount, ...]
    disagreement: Disagreement | None


def summarise(
    accounts: Sequence[SnapshotAccount], prices: Mapping[AssetId, Price], terms: PoolTerms, falling: AssetId | None = None
) -> PositionsSummary:
    """Return the summary of positions at prices; the ladder is of ``falling``, or of the collateral worth most."""
    positions = positions_of(accounts)
    stands = standings(accounts, prices, terms)
    owing = [(account, stand) for account, stand in zip(accounts, stands, strict=True) if stand.debt]
    asset = falling if falling is not None else largest_collateral(accounts, prices, terms)
    unhealthy = [stand for _, stand in owing if is_liquidatable(stand.health)]
    return PositionsSummary(
        accounts=len(accounts),
        debtors=len(owing),
        collateral_by_asset=_totals(accounts, terms, is_debt=False),
        debt_by_asset=_totals(accounts, terms, is_debt=True),
        total_debt=sum(stand.debt for _, stand in owing),
        health_quantiles=_quantiles([stand.health for _, stand in owing]),
        unhealthy=len(unhealthy),
        unhealthy_debt=sum(stand.debt for stand in unhealthy),
        ladder_asset=asset,
        ladder=position_ladder(terms, positions, prices, asset),
        top=tuple(TopAccount(each.name, stand.debt, stand.health) for each, stand in sorted(owing, key=_by_debt)[:TOP]),
        disagreement=largest_disagreement(accounts, stands),
    )


def position_ladder(
    terms: PoolTerms,
    positions: Positions,
    prices: Mapping[AssetId, Price],
    falling: AssetId,
    falls: Sequence[int] = FALLS,
    indices: Mapping[AssetId, Indices] | None = None,
) -> tuple[Rung, ...]:
    """Return, per fall of one asset, the debt of accounts that are healthy now and would not be any more."""
    values = values_of(terms, prices, indices if indices is not None else _at_one(terms))
    rows = rows_of_all(terms, positions).owing()
    return _ladder(rows, values, [each.asset.id for each in terms.reserves].index(falling), falls)


def vault_ladder(pool: VaultPool, falls: Sequence[int] = FALLS) -> tuple[Rung, ...]:
    """Return, per fall of a pool's collateral, the debt of vaults that are safe now and would not be any more; nothing without a price.

    Debt is whole money with 8 decimals, at the price and index that the pool judges by.
    """
    if not pool.margin_price:
        return tuple(Rung(fall, 0, 0) for fall in falls)
    rows = rows_of_all(pool.sides, pool.positions).owing()
    return _ladder(rows, values_of_vaults(pool.margin_price, pool.index), COLLATERAL, falls)


def summarise_vaults(pool: VaultPool, named: Callable[[Party], str]) -> PositionsSummary:
    """Return the summary of a pool's vaults as they stand, at the price and index that it judges by. Cost: all vaults."""
    parties = tuple(pool.positions.parties())
    owing = [(named(party), stand) for party in parties if (stand := pool.standing(party, 0)).debt]
    unsafe = [stand for _, stand in owing if stand.health < WAD]
    ranked = sorted(owing, key=lambda each: (-each[1].debt, each[0]))
    owed = units_owed(pool.total_shares, pool.index)
    return PositionsSummary(
        accounts=len(parties),
        debtors=len(owing),
        collateral_by_asset=((pool.collateral, locked),) if (locked := pool.total_collateral()) else (),
        debt_by_asset=((pool.money, owed),) if owed else (),
        total_debt=sum(stand.debt for _, stand in owing),
        health_quantiles=_quantiles([stand.health for _, stand in owing]),
        unhealthy=len(unsafe),
        unhealthy_debt=sum(stand.debt for stand in unsafe),
        ladder_asset=pool.collateral,
        ladder=vault_ladder(pool),
        top=tuple(TopAccount(name, stand.debt, stand.health) for name, stand in ranked[:TOP]),
        disagreement=None,
    )


def _ladder(rows: Rows, values: Values, place: int, falls: Sequence[int]) -> tuple[Rung, ...]:
    debt, trigger = _debt(rows, values), _trigger_fall(rows, values, place)
    rungs = []
    for fall in falls:
        within = (trigger >= 0) & (trigger <= fall / 100)
        rungs.append(Rung(fall, nearest_int(float(debt[within].sum())), int(np.count_nonzero(within))))
    return tuple(rungs)


def debt_per_percent_fall(ladder: Sequence[Rung]) -> tuple[tuple[int, int, Fraction], ...]:
    """Return (from percent, to percent, debt per percent of fall) between the rungs."""
    ends = [Rung(0, 0, 0), *ladder]
    return tuple(
        (low.fall_percent, high.fall_percent, Fraction(high.debt - low.debt, high.fall_percent - low.fall_percent))
        for low, high in zip(ends, ladder, strict=False)
    )


def standings(accounts: Sequence[SnapshotAccount], prices: Mapping[AssetId, Price], terms: PoolTerms) -> list[Standing]:
    """Return how each account stands at prices, exactly. Raises InputError for e-modes the pool does not have."""
    modes = [0, *(mode.id for mode in terms.e_modes)]
    strange = [f"{each.name}: emode is {each.e_mode}; the pool has {modes}" for each in accounts if (each.e_mode or 0) not in modes]
    if strange:
        raise InputError("\n".join(strange))
    indices = _at_one(terms)
    return [standing(terms, account_of(each), prices, indices) for each in accounts]


def split_unhealthy(
    accounts: Sequence[SnapshotAccount], prices: Mapping[AssetId, Price], terms: PoolTerms
) -> tuple[list[SnapshotAccount], list[SnapshotAccount]]:
    """Return the accounts that are healthy at prices, and those that are not: a run leaves these out unless told to keep them."""
    healthy: list[SnapshotAccount] = []
    unhealthy: list[SnapshotAccount] = []
    for account, stand in zip(accounts, standings(accounts, prices, terms), strict=True):
        (unhealthy if is_liquidatable(stand.health) else healthy).append(account)
    return healthy, unhealthy


def largest_disagreement(accounts: Sequence[SnapshotAccount], stands: Sequence[Standing]) -> Disagreement | None:
    """Return where a stated health differs most from ours; None where none is stated."""
    stated = [
        Disagreement(account.name, account.health, stand.health)
        for account, stand in zip(accounts, stands, strict=True)
        if account.health is not None and stand.health != NO_DEBT
    ]
    return max(stated, key=lambda each: abs(each.stated - each.computed), default=None)


def largest_collateral(accounts: Sequence[SnapshotAccount], prices: Mapping[AssetId, Price], terms: PoolTerms) -> AssetId:
    """Return the collateral worth most over all accounts; the pool's first asset if there is none."""
    totals = _totals(accounts, terms, is_debt=False)
    worth = [(asset, units * prices[asset] // terms.units[asset]) for asset, units in totals]
    return max(worth, key=lambda each: each[1], default=(terms.reserves[0].asset.id, 0))[0]


def account_of(account: SnapshotAccount) -> Account:
    """Return a file's account as shares at index one."""
    return Account(dict(account.collaterals), {}, dict(account.debts), account.e_mode or 0)


def accounts_of(positions: Positions, named: Callable[[Party], str]) -> list[SnapshotAccount]:
    """Return all accounts of a pool that has just opened, when shares and units are the same. Cost: all accounts."""
    found = ((named(party), positions.peek(party)) for party in positions.parties())
    accounts = [SnapshotAccount(name, dict(each.collaterals), dict(each.debts), each.e_mode) for name, each in found]
    return [each for each in accounts if each.collaterals or each.debts]


def positions_of(accounts: Sequence[SnapshotAccount]) -> Positions:
    """Return positions outside of any pool, the first account as party 1."""
    return Positions(Journal(), {number: account_of(account) for number, account in enumerate(accounts, start=1)})


def _trigger_fall(rows: Rows, values: Values, place: int) -> Floats:
    """Return by what share one asset's price must fall until health is one; -1 where it is below one already, inf for never."""
    worth, debt = _worth(rows, values), _debt(rows, values)
    own = rows.weights.get(place, np.zeros(len(worth))) * values.collateral[place]
    owed = rows.owed.get(place, np.zeros(len(worth))) * values.debt[place]
    fall = np.full(len(worth), np.inf)
    np.divide(worth - debt, own - owed, out=fall, where=own > owed)
    fall[worth < debt] = -1.0
    return fall


def _worth(rows: Rows, values: Values) -> Floats:
    total = np.zeros(len(rows.parties))
    for place, column in rows.weights.items():
        total += column * values.collateral[place]
    return total


def _debt(rows: Rows, values: Values) -> Floats:
    total = np.zeros(len(rows.parties))
    for place, column in rows.owed.items():
        total += column * values.debt[place]
    return total


def _totals(accounts: Sequence[SnapshotAccount], terms: PoolTerms, is_debt: bool) -> tuple[tuple[AssetId, Units], ...]:
    totals = {each.asset.id: 0 for each in terms.reserves}
    for account in accounts:
        for asset, units in (account.debts if is_debt else account.collaterals).items():
            totals[asset] += units
    return tuple((asset, units) for asset, units in totals.items() if units)


def _quantiles(healths: list[Wad]) -> tuple[tuple[float, Wad], ...]:
    ranked = sorted(healths)
    return tuple((share, ranked[min(int(share * len(ranked)), len(ranked) - 1)]) for share in QUANTILES) if ranked else ()


def _by_debt(entry: tuple[SnapshotAccount, Standing]) -> tuple[int, str]:
    return -entry[1].debt, entry[0].name


def _at_one(terms: PoolTerms) -> dict[AssetId, Indices]:
    return {each.asset.id: Indices(RAY, RAY) for each in terms.reserves}
