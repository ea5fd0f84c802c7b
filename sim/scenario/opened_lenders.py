"""What a lender beside pools and vaults opens with: its accounts summed up, and the debt that a fall would make liquidatable.

A lender of any family is asked itself: every account as it stands, then again with its prices read lower. Nothing is estimated, so it costs
all accounts for each fall. Meant for worlds built to be looked at: prices are put back, but what a lender remembers of them may not be.
Of a crvUSD market a fall counts as if its average had followed, and nobody had swapped; of a Liquity system, in the mode it would be in.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs

from sim.lending.comet.pool import CometPool
from sim.lending.compound.pool import CompoundPool
from sim.lending.euler.pool import EulerPool
from sim.lending.liquity.rules import PRICE_SCALE
from sim.lending.liquity.system import Liquity
from sim.lending.llamma.market import LlammaMarket
from sim.lending.morpho.market import MorphoMarket
from sim.lending.prices import PriceReader
from sim.lending.summary import FALLS, QUANTILES, TOP, PositionsSummary, Rung, TopAccount
from sim.units import WAD, AssetId, Party, Price, Seconds, Seq, Units, Wad


@attrs.frozen
class Lowered:
    """Prices, one asset's lower by so many percent, rounded down."""

    prices: PriceReader
    asset: AssetId
    percent: int

    def price(self, asset: AssetId) -> Price:
        """Return the price of one whole of an asset."""
        return self.posted(asset)[0]

    def posted(self, asset: AssetId) -> tuple[Price, Seconds, Seq]:
        """Return it with when it was posted, and by which entry."""
        price, at, seq = self.prices.posted(asset)
        return price * (100 - self.percent) // 100 if asset == self.asset else price, at, seq


@attrs.frozen
class LoweredFeed:
    """What a Liquity system goes by, lower by so many percent."""

    price: Wad

    def fetch(self, timestamp: Seconds) -> Wad:
        """Return the price of a whole of collateral."""
        return self.price

    def last(self) -> Wad:
        """Return the same."""
        return self.price


def parties_of(lender: Any) -> Iterator[Party]:
    """Yield everybody who has or owes something in a lender, suppliers and depositors included."""
    match lender:
        case Liquity():
            yield from dict.fromkeys((*lender.book.troves, *lender.stability.deposits))
        case LlammaMarket():
            yield from lender.loans
        case MorphoMarket():
            yield from lender.positions.parties()
        case _:
            yield from lender.state.positions.parties()


@contextmanager
def lowered(lender: Any, asset: AssetId, percent: int) -> Iterator[None]:
    """Let a lender read one asset's price lower by so many percent, for as long as this is open."""
    holder: Any
    kept: Any
    changed: Any
    match lender:
        case CompoundPool() | CometPool() | EulerPool():
            holder, field, kept = lender.state, "prices", lender.state.prices
            changed = Lowered(kept, asset, percent)
        case MorphoMarket():
            holder, field, kept = lender, "oracle", lender.oracle
            changed = attrs.evolve(kept, prices=Lowered(kept.prices, asset, percent))
        case Liquity():
            holder, field, kept = lender, "prices", lender.prices
            changed = LoweredFeed(kept.last() // PRICE_SCALE * (100 - percent) // 100 * PRICE_SCALE)
        case LlammaMarket():
            holder, field, kept = lender.amm, "oracle", lender.amm.oracle
            changed = attrs.evolve(kept, prices=Lowered(kept.prices, asset, percent), last=0)
        case _:
            raise AssertionError(f"nobody says where {type(lender).__name__} reads prices")
    setattr(holder, field, changed)
    seen = lender.amm.old_price if isinstance(lender, LlammaMarket) else 0
    if seen:
        lender.amm.old_price = changed.posted()
    yield
    setattr(holder, field, kept)
    if seen:
        lender.amm.old_price = seen


def summarise_lender(lender: Any, timestamp: Seconds, named: Callable[[Party], str]) -> PositionsSummary:
    """Return the summary of a lender's positions as they stand, at the prices that it judges by."""
    accounts = [lender.position(party, timestamp) for party in parties_of(lender)]
    accounts = [each for each in accounts if each.collaterals or each.debts]
    owing = sorted((each for each in accounts if each.debts), key=lambda each: (-each.debt_value, named(each.account)))
    healths = sorted(each.health for each in owing)
    unhealthy = [each for each in owing if each.health < WAD]
    held, owed = _totals(accounts, "collaterals"), _totals(owing, "debts")
    asset = _largest(_totals(owing, "collaterals") or held, lender.view(timestamp).reserves)
    return PositionsSummary(
        accounts=len(accounts),
        debtors=len(owing),
        collateral_by_asset=held,
        debt_by_asset=owed,
        total_debt=sum(each.debt_value for each in owing),
        health_quantiles=tuple((share, healths[min(int(share * len(healths)), len(healths) - 1)]) for share in QUANTILES if healths),
        unhealthy=len(unhealthy),
        unhealthy_debt=sum(each.debt_value for each in unhealthy),
        ladder_asset=asset,
        ladder=lender_ladder(lender, timestamp, asset),
        top=tuple(TopAccount(named(each.account), each.debt_value, each.health) for each in owing[:TOP]),
        disagreement=None,
    )


def lender_ladder(lender: Any, timestamp: Seconds, asset: AssetId, falls: Sequence[int] = FALLS) -> tuple[Rung, ...]:
    """Return, per fall of one asset, the debt (as it is worth now) of accounts that are healthy now and would not be any more."""
    stands = [lender.position(party, timestamp) for party in parties_of(lender)]
    near = {each.account: each.debt_value for each in stands if each.debts and each.health >= WAD}
    rungs = []
    for fall in falls:
        with lowered(lender, asset, fall):
            fallen = [debt for party, debt in near.items() if lender.position(party, timestamp).health < WAD]
        rungs.append(Rung(fall, sum(fallen), len(fallen)))
    return tuple(rungs)


def _totals(accounts: Sequence[Any], side: str) -> tuple[tuple[AssetId, Units], ...]:
    totals: dict[AssetId, Units] = {}
    for account in accounts:
        for each in getattr(account, side):
            totals[each.asset] = totals.get(each.asset, 0) + each.units
    return tuple(sorted((asset, units) for asset, units in totals.items() if units))


def _largest(held: Sequence[tuple[AssetId, Units]], reserves: Any) -> AssetId:
    """Return the collateral worth most; the lender's first asset where there is none."""
    worth = [(units * reserves[asset].price // reserves[asset].unit, asset) for asset, units in held]
    return max(worth, key=lambda each: (each[0], -each[1]), default=(0, next(iter(reserves))))[1]
