"""What a scenario cannot mean although every key is well formed: names that nothing has, amounts finer than their asset, eras mixed.

`check` collects every mistake of sense and raises one ScenarioError. It reads no file and builds no machine, so it is also asked
for scenarios that were built in Python.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim.assets import Asset, Instrument
from sim.chain.eras import ERAS, anachronisms
from sim.errors import InputError, ScenarioError
from sim.scenario.observables import calibration_mistakes
from sim.scenario.quantity import Mistake
from sim.scenario.sense import OF_SECTIONS
from sim.scenario.sense_atomic import atomic
from sim.scenario.sense_claims import issuers
from sim.scenario.sense_feeds import derived_feeds, faults, pull_feeds
from sim.scenario.sense_lenders import amms, lenders
from sim.scenario.sense_vaults import delayed_feeds, vaults
from sim.scenario.spec import Scenario
from sim.scenario.spec.scenario import LENDERS
from sim.scenario.studies import study
from sim.scenario.values import Amount, Rate
from sim.scenario.walk import Found, mark_of, walk
from sim.scenario.words import meant

RESERVED = ("chain", "outside")
"""Places every world has; nothing else may be called so."""
FEEDS = ("feeds", "delayed_feeds", "pull_feeds", "derived_feeds")
"""Sections whose names are names of feeds."""
NAMED = ("venues", *FEEDS, "amms", "flash_lenders", "staking", "stable_issuers", "pools", "vaults", *LENDERS, "agents")

DEPLOYED_AS = {
    "compound": "compound_v2",
    "comet": "compound_v3",
    "morpho": "morpho_blue",
    "euler_v1": "euler_v1",
    "euler_v2": "euler_v2",
    "liquity": "liquity_v1",
    "llamma": "crvusd",
    "constant_product": "uniswap_v2",
    "concentrated": "uniswap_v3",
    "stableswap": "curve_stableswap",
}
"""What the table of deployments calls a lender's section or an amm's kind."""


def check(scenario: Scenario) -> None:
    """Refuse a scenario that cannot be meant. Raises ScenarioError with every mistake."""
    found = tuple(walk(scenario))
    mistakes = [line for rule in RULES for line in rule(scenario, found)]
    if mistakes:
        raise ScenarioError(*mistakes)


def names_twice(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield names that two things have: every name of a run means one thing."""
    seen: dict[str, str] = dict.fromkeys(RESERVED, "a place of every world")
    seen |= {asset: f"assets.{asset}" for asset in scenario.assets}
    named: list[tuple[str, Any]] = [
        (f"{section}.{index}", item) for section in NAMED for index, item in enumerate(getattr(scenario, section))
    ]
    named += [(f"vaults.{system.name}.pools.{index}", pool) for system in scenario.vaults for index, pool in enumerate(system.pools)]
    for path, item in named:
        if item.name in seen:
            yield f'{path}.name is "{item.name}", which is the name of {seen[item.name]}; give another'
        seen[item.name] = path


def accounts_as_places(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield typed accounts that are called like a place or an asset: their units and a contract's own would be one purse.

    An agent may share an account's name, and then owns it.
    """
    taken: dict[str, str] = dict.fromkeys(RESERVED, "a place of every world")
    taken |= {asset: f"assets.{asset}" for asset in scenario.assets}
    for section in NAMED:
        if section != "agents":
            taken |= {item.name: f"{section}.{item.name}" for item in getattr(scenario, section)}
    taken |= {pool.name: f"vaults.{system.name}.pools.{pool.name}" for system in scenario.vaults for pool in system.pools}
    for path, _, value in found:
        name = getattr(value, "name", None)
        if name in taken and path.split(".")[-2:-1] == ["accounts"]:
            yield f'{path}.name is "{name}", which is the name of {taken[name]}; give another'


def names_unknown(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield references to assets, venues, feeds, pools, amms and issuers that are not there."""
    known = {
        "asset": list(scenario.assets),
        "venue": [venue.name for venue in scenario.venues],
        "feed": [feed.name for key in FEEDS for feed in getattr(scenario, key)],
        "pool": [pool.name for pool in scenario.pools]
        + [pool.name for system in scenario.vaults for pool in system.pools]
        + [lender.name for _, lender in scenario.lenders()],
        "issuer": [each.name for each in scenario.staking] + [each.name for each in scenario.stable_issuers],
        "amm": [amm.name for amm in scenario.amms] + [f"{market.name}/amm" for market in scenario.llamma],
    }
    for path, kind, value in found:
        mark = mark_of(kind)
        if mark in known and value is not None and value not in known[mark]:
            yield f'{path} is "{value}", which is no {mark} here; {meant(value, known[mark])}'
        if mark == "key" and value and not any(each.path == value for each in found):
            yield f'{path} is "{value}", which is no key here; {meant(value, [each.path for each in found])}'


def amounts_inexact(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield amounts and prices of unknown assets, or finer than their asset."""
    for path, _, value in found:
        if isinstance(value, Amount | Rate):
            assets = [value.asset] if isinstance(value, Amount) else [value.quote, value.base]
            unknown = [asset for asset in assets if asset not in scenario.assets]
            yield from (f'{path} is "{value}"; {asset} is no asset here, {meant(asset, scenario.assets)}' for asset in unknown)
            if not unknown and isinstance(value, Amount):
                yield from _inexact(path, value, scenario)


def _inexact(path: str, value: Amount | Rate, scenario: Scenario) -> Iterator[str]:
    asset = value.asset if isinstance(value, Amount) else value.quote
    try:
        value.units(scenario.assets[asset].decimals)
    except Mistake as mistake:
        yield f"{path} {mistake}"


def instruments(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield venues whose tick and lot are of other assets, or do not make whole notionals."""
    inexact = tuple(amounts_inexact(scenario, found))
    for venue in scenario.venues:
        path = f"venues.{venue.name}"
        if venue.base == venue.quote:
            yield f"{path}.quote is {venue.quote}, which is its base too; give another asset"
        if (venue.tick.quote, venue.tick.base) != (venue.quote, venue.base):
            yield f'{path}.tick is "{venue.tick}"; give it in {venue.quote}/{venue.base}'
        if venue.lot.asset != venue.base:
            yield f'{path}.lot is "{venue.lot}"; give it in {venue.base}'
        if venue.maker_fee + venue.taker_fee < 0:
            yield f"{path}.maker_fee is a rebate larger than the taker's fee; give a rebate that the taker pays"
        if not any(mistake.startswith(path) for mistake in inexact):
            yield from _notional(scenario, path, venue.base, venue.quote, venue.lot, venue.tick)


def _notional(scenario: Scenario, path: str, base: str, quote: str, lot: Amount, tick: Rate) -> Iterator[str]:
    if any(asset not in scenario.assets for asset in (base, quote, lot.asset, tick.quote)):
        return
    of_base, of_quote = scenario.assets[base].decimals, scenario.assets[quote].decimals
    try:
        Instrument(Asset(1, base, of_base), Asset(2, quote, of_quote), lot.units(of_base), tick.units(of_quote))
    except Mistake as mistake:
        yield f"{path}.tick {mistake}"
    except InputError as mistake:
        yield f"{path}: {mistake}"


def eras(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield an unknown era, keys of the chain that cannot be, and anachronisms nobody admitted."""
    if scenario.chain.era not in ERAS:
        yield f'chain.era is "{scenario.chain.era}", which is no era here; {meant(scenario.chain.era, ERAS)}'
        return
    spec = scenario.chain.preset()
    yield from (f"chain.{line}" for line in spec.mistakes())
    if not scenario.run.anachronism:
        for line in anachronisms(spec, dict.fromkeys(families(scenario))):
            yield f'run.anachronism is missing: {line}; say why: anachronism = "..."'


def families(scenario: Scenario) -> list[str]:
    """Return the protocol families of a scenario, as the table of deployments calls them."""
    houses = ["maker_clip" if system.liquidations == "dog" else "maker_flip" for system in scenario.vaults]
    pools = [f"{pool.family}_{pool.version.replace('v3_', 'v3.')}" for pool in scenario.pools]
    others = [f"{key}_{spec.version}" if key == "euler" else key for key, spec in scenario.lenders()]
    return [*pools, *houses, *(DEPLOYED_AS[kind] for kind in (*others, *(amm.kind for amm in scenario.amms)))]


def fitted(scenario: Scenario, found: tuple[Found, ...]) -> Iterator[str]:
    """Yield what the scenario says it was fitted to and cannot have been."""
    yield from calibration_mistakes(scenario)


Rule = Callable[[Scenario, tuple[Found, ...]], Iterator[str]]
RULES: tuple[Rule, ...] = (
    names_twice,
    accounts_as_places,
    names_unknown,
    amounts_inexact,
    instruments,
    eras,
    *OF_SECTIONS,
    delayed_feeds,
    pull_feeds,
    derived_feeds,
    faults,
    vaults,
    amms,
    lenders,
    issuers,
    atomic,
    fitted,
    study,
)


def known_decimals(scenario: Scenario) -> Mapping[str, int]:
    """Return the decimals of each asset by name."""
    return {name: asset.decimals for name, asset in scenario.assets.items()}
