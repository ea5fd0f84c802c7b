"""Rules of amms and of lenders beside pools and vaults: assets they have, feeds they can read, shares that make a whole."""

from collections.abc import Iterable, Iterator
from typing import Any

from sim.scenario.spec import Scenario
from sim.scenario.spec.amm import ProvisionSpec, RangeSpec
from sim.scenario.spec.comet import CometSpec
from sim.scenario.spec.compound import CompoundSpec, LenderAccountSpec
from sim.scenario.spec.euler import EulerAccountSpec, EulerLoanSpec, EulerPairSpec, EulerSpec
from sim.scenario.spec.lending import FixedSize, MixSpec
from sim.scenario.spec.liquity import LiquitySpec
from sim.scenario.spec.llamma import LlammaSpec
from sim.scenario.spec.morpho import MorphoSpec
from sim.scenario.values import Amount, Rate
from sim.scenario.walk import Found
from sim.units import BPS_ONE, SECOND

MONEY_DECIMALS = 18
FEED_KEYS = ("feed", "collateral_feed", "loan_feed", "money_feed")
"""Keys of a lender that name what prices something."""


def amms(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield amms that name an asset twice, or in which is put what they do not trade."""
    for amm in scenario.amms:
        path = f"amms.{amm.name}"
        if len(dict.fromkeys(amm.assets)) < len(amm.assets):
            yield f"{path}.assets is {', '.join(amm.assets)}; give each asset once"
        provisions: tuple[ProvisionSpec | RangeSpec, ...] = amm.liquidity
        for index, provision in enumerate(provisions):
            for amount in provision.amounts:
                yield from _among(f"{path}.liquidity.{index}.amounts", amount, amm.assets)


def lenders(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield lenders whose assets, prices or accounts do not fit."""
    for section, spec in scenario.lenders():
        if section in _RULES:
            yield from _RULES[section](scenario, spec, f"{section}.{spec.name}")


def _compound(scenario: Scenario, spec: CompoundSpec, path: str) -> Iterator[str]:
    assets = [market.asset for market in spec.markets]
    for market in spec.markets:
        here = f"{path}.markets.{market.asset}"
        yield from _priced(here, market.asset, market.feed, market.price)
        for key in ("borrow_cap", "liquidity"):
            yield from _among(f"{here}.{key}", getattr(market, key), [market.asset])
    yield from _owners(path, spec.accounts, spec.population.mixes if spec.population else (), assets, assets)


def _comet(scenario: Scenario, spec: CometSpec, path: str) -> Iterator[str]:
    taken = [each.asset for each in spec.collaterals]
    yield from _priced(path, spec.base, spec.feed, spec.price)
    for key in ("target_reserves", "min_debt", "liquidity", "reserves"):
        yield from _among(f"{path}.{key}", getattr(spec, key), [spec.base])
    base = scenario.assets.get(spec.base)
    if base is not None and not 6 <= base.decimals <= MONEY_DECIMALS:
        yield f"{path}.base is {spec.base} with {base.decimals} decimals; its contract takes 6 to {MONEY_DECIMALS}"
    for each in spec.collaterals:
        here = f"{path}.collaterals.{each.asset}"
        yield from _priced(here, each.asset, each.feed, each.price)
        yield from _among(f"{here}.supply_cap", each.supply_cap, [each.asset])
        if each.ltv >= each.threshold:
            yield f"{here}.ltv is not below its threshold; give less"
        if each.asset == spec.base:
            yield f"{here} is the base too; give another asset"
    yield from _owners(path, spec.accounts, spec.population.mixes if spec.population else (), taken, [spec.base])


def _liquity(scenario: Scenario, spec: LiquitySpec, path: str) -> Iterator[str]:
    for key in ("collateral", "money"):
        asset = scenario.assets.get(getattr(spec, key))
        if asset is not None and asset.decimals != MONEY_DECIMALS:
            yield f"{path}.{key} is {getattr(spec, key)} with {asset.decimals} decimals; its contracts count {MONEY_DECIMALS}"
    if spec.collateral == spec.money:
        yield f"{path}.money is {spec.money}, which is its collateral too; give another asset"
    if spec.no_redemption % SECOND:
        yield f"{path}.no_redemption is no whole number of seconds, which is all that a contract counts; give whole seconds"
    for account in spec.accounts:
        yield from _among(f"{path}.accounts.{account.name}.collateral", account.collateral, [spec.collateral])
        yield from _among(f"{path}.accounts.{account.name}.debt", account.debt, [spec.money])
    for deposit in spec.deposits:
        yield from _among(f"{path}.deposits.{deposit.name}.amount", deposit.amount, [spec.money])
    if spec.population is not None:
        size = spec.population.size
        for key in ("debt",) if isinstance(size, FixedSize) else ("least", "median", "most"):
            yield from _among(f"{path}.population.size.{key}", getattr(size, key, None), [spec.money])


def _morpho(scenario: Scenario, spec: MorphoSpec, path: str) -> Iterator[str]:
    yield from _priced(path, spec.collateral, spec.collateral_feed, spec.collateral_price, "collateral_")
    yield from _priced(path, spec.loan, spec.loan_feed, spec.loan_price, "loan_")
    if spec.collateral == spec.loan:
        yield f"{path}.loan is {spec.loan}, which is its collateral too; give another asset"
    yield from _among(f"{path}.liquidity", spec.liquidity, [spec.loan])
    for account in spec.accounts:
        yield from _among(f"{path}.accounts.{account.name}.collateral", account.collateral, [spec.collateral])
        yield from _among(f"{path}.accounts.{account.name}.debt", account.debt, [spec.loan])


def _euler(scenario: Scenario, spec: EulerSpec, path: str) -> Iterator[str]:
    assets = [each.asset for each in spec.assets]
    for each in spec.assets:
        here = f"{path}.assets.{each.asset}"
        yield from _priced(here, each.asset, each.feed, each.price)
        for key in ("supply_cap", "borrow_cap", "liquidity"):
            yield from _among(f"{here}.{key}", getattr(each, key), [each.asset])
        if each.cool_off % SECOND:
            yield f"{here}.cool_off is no whole number of seconds, which is all that a contract counts; give whole seconds"
    yield from _owners(path, spec.accounts, (), assets, assets)
    named: list[tuple[str, EulerPairSpec | EulerLoanSpec]] = [(f"pairs.{index}", pair) for index, pair in enumerate(spec.pairs)]
    named += [(f"population.loans.{index}", loan) for index, loan in enumerate(spec.population.loans if spec.population else ())]
    for where, either in named:
        for key in ("debt", "collateral"):
            if getattr(either, key) not in assets:
                yield f"{path}.{where}.{key} is {getattr(either, key)}, which is no asset of the pool; give {_or(assets)}"


def _llamma(scenario: Scenario, spec: LlammaSpec, path: str) -> Iterator[str]:
    yield from _priced(path, spec.collateral, spec.collateral_feed, spec.collateral_price, "collateral_")
    yield from _priced(path, spec.money, spec.money_feed, spec.money_price, "money_")
    if spec.collateral == spec.money:
        yield f"{path}.money is {spec.money}, which is its collateral too; give another asset"
    if spec.average % SECOND:
        yield f"{path}.average is no whole number of seconds, which is all that a contract counts; give whole seconds"
    yield from _among(f"{path}.liquidity", spec.liquidity, [spec.money])
    for account in spec.accounts:
        yield from _among(f"{path}.accounts.{account.name}.collateral", account.collateral, [spec.collateral])
        yield from _among(f"{path}.accounts.{account.name}.debt", account.debt, [spec.money])


_RULES: dict[str, Any] = {
    "compound": _compound,
    "comet": _comet,
    "morpho": _morpho,
    "euler": _euler,
    "liquity": _liquity,
    "llamma": _llamma,
}


def _owners(
    path: str, accounts: tuple[LenderAccountSpec | EulerAccountSpec, ...], mixes: tuple[MixSpec, ...], taken: list[str], lent: list[str]
) -> Iterator[str]:
    for account in accounts:
        for side, known in (("collateral", taken), ("debt", lent)):
            for amount in getattr(account, side):
                yield from _among(f"{path}.accounts.{account.name}.{side}", amount, known)
    for index, mix in enumerate(mixes):
        here = f"{path}.population.mixes.{index}"
        for side, known in (("collateral", taken), ("debt", lent)):
            shares = getattr(mix, side)
            if sum(shares.values()) != BPS_ONE:
                yield f"{here}.{side} sums to {sum(shares.values())} bps; give shares that sum to 100 %"
            yield from (f"{here}.{side} names {asset}; give {_or(known)}" for asset in shares if asset not in known)


def _priced(path: str, asset: str, feed: str | None, price: Rate | None, prefix: str = "") -> Iterator[str]:
    if (feed is None) == (price is None):
        yield f"{path} needs a {prefix}feed or a fixed {prefix}price, one of the two"
    if price is not None and price.base != asset:
        yield f'{path}.{prefix}price is "{price}"; give the price of {asset}'


def _among(path: str, amount: Amount | None, assets: Iterable[str]) -> Iterator[str]:
    if amount is not None and amount.asset not in assets:
        yield f'{path} is "{amount}"; give it in {_or(assets)}'


def _or(assets: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(assets))
