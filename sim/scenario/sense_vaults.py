"""Rules of vault systems and delayed feeds: keys that need each other, exclude each other, or would do nothing."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sim.scenario.spec import DelayedFeedSpec, FixedSize, Scenario, VaultPoolSpec, VaultsSpec
from sim.scenario.values import Amount
from sim.scenario.walk import Found
from sim.units import BPS_ONE, SECOND, Nanos

MONEY_DECIMALS = 18
SPECK = Decimal("0.000001")
"""A lot below so much of a whole is dust: what is cut off by whole units may be all of it."""


def delayed_feeds(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield delayed feeds of delayed feeds, or with a delay that a contract cannot count."""
    plain = [feed.name for feed in scenario.feeds]
    for feed in scenario.delayed_feeds:
        path = f"delayed_feeds.{feed.name}"
        yield from _whole_seconds(path, feed, "delay")
        if plain and feed.source not in plain and feed.source in [each.name for each in scenario.delayed_feeds]:
            yield f"{path}.source is {feed.source}, which is itself delayed; give one of {', '.join(plain)}"


def vaults(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield systems whose money, limits or pools do not fit together."""
    for system in scenario.vaults:
        path = f"vaults.{system.name}"
        yield from _money(scenario, system, path)
        yield from _in(f"{path}.capacity", system.capacity, system.money)
        yield from _in(f"{path}.surplus", system.surplus, system.money)
        yield from _in(f"{path}.flash_mint", system.flash_mint, system.money)
        yield from _in(f"{path}.debt.lot", system.debt.lot, system.money)
        yield from _in(f"{path}.debt.first_offer", system.debt.first_offer, system.governance)
        for key in ("wait", "bid_lifetime", "auction_lifetime"):
            yield from _whole_seconds(f"{path}.debt", system.debt, key)
        if system.capacity and system.liquidations in ("cat_1_0", "cat_1_1"):
            yield f"{path}.capacity came with cat_1_2; leave it out, or give another version of liquidations"
        yield from _room(system, path)
        for pool in system.pools:
            yield from _pool(scenario, system, pool, f"{path}.pools.{pool.name}")


def _money(scenario: Scenario, system: VaultsSpec, path: str) -> Iterator[str]:
    for key in ("money", "governance"):
        asset = scenario.assets.get(getattr(system, key))
        if asset is not None and asset.decimals != MONEY_DECIMALS:
            yield f"{path}.{key} is {getattr(system, key)} with {asset.decimals} decimals; its contracts count {MONEY_DECIMALS}"
    if system.money == system.governance:
        yield f"{path}.governance is {system.governance}, which is its money too; give another asset"


def _room(system: VaultsSpec, path: str) -> Iterator[str]:
    """Yield a box into which no lot fits: a bite asks for room for the least debt."""
    for pool in system.pools:
        least = pool.min_debt
        if system.liquidations == "cat_1_2" and system.capacity and _is_less(system.capacity, least):
            yield f'{path}.capacity is "{system.capacity}", and {pool.name} could not be bitten; give at least its min_debt, "{least}"'


def _is_less(amount: Amount, least: Amount | None) -> bool:
    return least is not None and amount.asset == least.asset and amount.number < least.number


def _pool(scenario: Scenario, system: VaultsSpec, pool: VaultPoolSpec, path: str) -> Iterator[str]:
    is_dutch = system.liquidations == "dog"
    asset = scenario.assets.get(pool.collateral)
    if asset is not None and asset.decimals != MONEY_DECIMALS:
        yield f"{path}.collateral is {pool.collateral} with {asset.decimals} decimals; its contracts count {MONEY_DECIMALS}"
    if is_dutch and pool.english:
        yield f"{path}.english does nothing under dog; give dutch instead"
    if not is_dutch and pool.dutch:
        yield f"{path}.dutch does nothing under {system.liquidations}; give english instead"
    if pool.capacity and not is_dutch:
        yield f"{path}.capacity came with dog; leave it out"
    if is_dutch and pool.lot:
        yield f"{path}.lot does nothing under dog; leave it out"
    if not is_dutch and not pool.lot:
        yield f'{path}.lot is missing; {system.liquidations} needs the size of one auction, such as lot = "50 {pool.collateral}"'
    yield from _in(f"{path}.lot", pool.lot, system.money if system.liquidations == "cat_1_2" else pool.collateral)
    for key in ("capacity", "min_debt", "ceiling"):
        yield from _in(f"{path}.{key}", getattr(pool, key), system.money)
    yield from _priced(scenario, pool, path)
    yield from _lot(scenario, pool, system, path)
    yield from _auctions(pool, system, path)
    yield from _owners(pool, system, path)


def _priced(scenario: Scenario, pool: VaultPoolSpec, path: str) -> Iterator[str]:
    """Yield a collateral that is not what the pool's feed prices."""
    sources = {feed.name: feed.source for feed in scenario.delayed_feeds}
    base = {feed.name: feed.base for feed in scenario.feeds}.get(sources.get(pool.feed, pool.feed), pool.collateral)
    if base != pool.collateral:
        yield f"{path}.feed is {pool.feed}, which prices {base}, and the collateral is {pool.collateral}; give a feed of {pool.collateral}"


def _lot(scenario: Scenario, pool: VaultPoolSpec, system: VaultsSpec, path: str) -> Iterator[str]:
    """Yield a lot that is dust: less than the least debt at the opening price, as far as that is typed, or a speck."""
    asked = system.money if system.liquidations == "cat_1_2" else pool.collateral
    if pool.lot is None or pool.lot.asset != asked or system.liquidations == "dog":
        return
    if pool.lot.number < SPECK:
        yield f'{path}.lot is "{pool.lot}", which is dust; give at least "{SPECK} {asked}"'
    price = Decimal(1) if asked == system.money else _opening_price(scenario, pool.collateral)
    least = pool.min_debt if pool.min_debt and pool.min_debt.asset == system.money else None
    if least and price and pool.lot.number * price < least.number:
        worth = Amount(pool.lot.number * price, system.money)
        if asked == system.money:
            yield f'{path}.lot is "{pool.lot}", less than min_debt; give at least "{least}"'
        else:
            yield f'{path}.lot is "{pool.lot}", worth {worth} at the opening price, less than min_debt; give one worth "{least}" or more'


def _opening_price(scenario: Scenario, base: str) -> Decimal | None:
    """Return the price outside at the start, where the scenario itself says it; None where a file does, or for another asset."""
    price = scenario.world.price
    first = price.waypoints[0].price if price.waypoints and not price.csv else price.random.first if price.random else None
    return first.number if first is not None and price.base == base else None


def _auctions(pool: VaultPoolSpec, system: VaultsSpec, path: str) -> Iterator[str]:
    if pool.english:
        for key in ("bid_lifetime", "auction_lifetime"):
            yield from _whole_seconds(f"{path}.english", pool.english, key)
    if pool.dutch:
        yield from _whole_seconds(f"{path}.dutch", pool.dutch, "expiry")
        if pool.dutch.floor >= BPS_ONE:
            yield f"{path}.dutch.floor leaves no price below the start price to buy at; give less than 100 %"
        yield from _in(f"{path}.dutch.reward_flat", pool.dutch.reward_flat, system.money)
        for key in ("span", "step", "half_life"):
            if hasattr(pool.dutch.curve, key):
                yield from _whole_seconds(f"{path}.dutch.curve", pool.dutch.curve, key)
        if getattr(pool.dutch.curve, "cut", 1) >= BPS_ONE:
            yield f"{path}.dutch.curve.cut leaves the price as it is; give less than 100 %"


def _owners(pool: VaultPoolSpec, system: VaultsSpec, path: str) -> Iterator[str]:
    for account in pool.accounts:
        yield from _in(f"{path}.accounts.{account.name}.collateral", account.collateral, pool.collateral)
        yield from _in(f"{path}.accounts.{account.name}.debt", account.debt, system.money)
    if pool.population is not None:
        size = pool.population.size
        for key in ("debt",) if isinstance(size, FixedSize) else ("least", "median", "most"):
            yield from _in(f"{path}.population.size.{key}", getattr(size, key, None), system.money)


def _in(path: str, amount: Amount | None, asset: str) -> Iterator[str]:
    if amount is not None and amount.asset != asset:
        yield f'{path} is "{amount}"; give it in {asset}'


def _whole_seconds(path: str, spec: "DelayedFeedSpec | Any", key: str) -> Iterator[str]:
    span: Nanos = getattr(spec, key)
    if span % SECOND:
        yield f"{path}.{key} is no whole number of seconds, which is all that a contract counts; give whole seconds"
