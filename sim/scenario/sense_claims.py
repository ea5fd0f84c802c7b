"""Rules of issuers of claims: assets that differ, amounts in the asset that is meant, hours that make a window."""

from collections.abc import Iterator

from sim.scenario.spec import Scenario
from sim.scenario.spec.claims import DAY_SECONDS, StableIssuerSpec, StakingSpec
from sim.scenario.spec.shocks import OfClaims, Slashing
from sim.scenario.walk import Found


def issuers(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield staking contracts and issuers of stable coins whose keys do not fit."""
    for staking in scenario.staking:
        yield from _staking(staking, f"staking.{staking.name}")
    for stable in scenario.stable_issuers:
        yield from _stable(stable, f"stable_issuers.{stable.name}")
    yield from _shocks(scenario)
    issued = [(f"staking.{each.name}.share", each.share) for each in scenario.staking]
    issued += [(f"stable_issuers.{each.name}.coin", each.coin) for each in scenario.stable_issuers]
    seen: dict[str, str] = {}
    for path, asset in issued:
        if asset in seen:
            yield f"{path} is {asset}, which {seen[asset]} is too; give an asset of its own"
        seen[asset] = path


def _shocks(scenario: Scenario) -> Iterator[str]:
    """Yield shocks that strike an issuer of the other kind."""
    stakings, stables = [each.name for each in scenario.staking], [each.name for each in scenario.stable_issuers]
    for index, shock in enumerate(scenario.world.shocks):
        if isinstance(shock, OfClaims):
            meant, other = (stakings, stables) if isinstance(shock, Slashing) else (stables, stakings)
            if shock.issuer in other:
                kind = "staking contract" if isinstance(shock, Slashing) else "issuer of a stable coin"
                yield f"world.shocks.{index}.issuer is {shock.issuer}, which is no {kind}; give {' or '.join(meant) or 'add one'}"


def _staking(spec: StakingSpec, path: str) -> Iterator[str]:
    if spec.money == spec.share:
        yield f"{path}.share is {spec.share}, which is its money too; give another asset"
    if (spec.rate.quote, spec.rate.base) != (spec.money, spec.share):
        yield f'{path}.rate is "{spec.rate}"; give it in {spec.money}/{spec.share}'
    for key, asset in (("buffer", spec.money), ("reserve", spec.money), ("exits", spec.money), ("others", spec.share)):
        amount = getattr(spec, key)
        if amount is not None and amount.asset != asset:
            yield f'{path}.{key} is "{amount}"; give it in {asset}'
    if spec.most_request is not None and spec.most_request.asset != spec.money:
        yield f'{path}.most_request is "{spec.most_request}"; give it in {spec.money}'


def _stable(spec: StableIssuerSpec, path: str) -> Iterator[str]:
    if spec.money == spec.coin:
        yield f"{path}.coin is {spec.coin}, which is its money too; give another asset"
    for key, asset in (("reserves", spec.money), ("least", spec.coin)):
        amount = getattr(spec, key)
        if amount is not None and amount.asset != asset:
            yield f'{path}.{key} is "{amount}"; give it in {asset}'
    if not spec.opens < spec.closes <= DAY_SECONDS:
        yield f"{path} opens at {spec.opens} s after midnight and closes at {spec.closes} s; give opens below closes, and at most 1 d"
