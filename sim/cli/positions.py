"""``downtick positions``: what positions say before anything happens: a file's under a scenario's terms and prices, or a scenario's own."""

import json
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import attrs
import click

from sim.assets import Asset
from sim.errors import InputError, ScenarioError
from sim.lending.snapshot import Snapshot, SnapshotAccount, read_positions
from sim.lending.summary import (
    PositionsSummary,
    accounts_of,
    debt_per_percent_fall,
    largest_disagreement,
    split_unhealthy,
    standings,
    summarise,
    summarise_vaults,
)
from sim.scenario.build import build
from sim.scenario.load import load, shipped
from sim.scenario.opened_lenders import summarise_lender
from sim.scenario.quantity import Mistake
from sim.scenario.sense_feeds import pairs_of
from sim.scenario.sense_lenders import FEED_KEYS
from sim.scenario.spec import AccountSpec, PoolSpec, Scenario, VaultPoolSpec
from sim.scenario.values import Amount, epoch
from sim.scenario.words import meant
from sim.units import SECOND, WAD, Seconds, Units, Wad
from sim.world.instants import iso

EXAMPLE = (
    "\b\nExample:\n  downtick positions accounts.csv\n  downtick positions accounts.csv --scenario first_cascade --json\n"
    "  downtick positions accounts.csv --snapshot 2020-03-12T09:54:00Z\n  downtick positions black_thursday --pool eth_a"
)
USUAL = ("march_2020", "first_cascade")
"""Scenarios whose terms are taken unless one is given: the first that is shipped."""

PRICE_KEYS = ("price", "collateral_price", "loan_price", "money_price")
"""Keys of a lender under which a price is typed."""
EXACT = Context(prec=150)
"""Decimals with room for every amount: the usual 28 digits would round."""


@click.command(short_help="Look at positions: a file's, or a scenario's own.", epilog=EXAMPLE)
@click.argument("what", metavar="FILE|SCENARIO")
@click.option("--scenario", "named", help=f"Whose pool and opening prices to use; {USUAL[0]} unless given.")
@click.option("--pool", "pool_name", help="Which of the scenario's pools; the first unless given.")
@click.option("--keep-unhealthy", is_flag=True, help="Count accounts that are unhealthy already among the others.")
@click.option("--snapshot", metavar="TIME", help="When the positions were so, if the file does not say.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(what: str, named: str | None, pool_name: str | None, keep_unhealthy: bool, snapshot: str | None, as_json: bool) -> None:
    """Look at FILE, a CSV of positions with the columns account,asset,side,amount and, if you like, emode and health; or at SCENARIO.

    Prints accounts, debt, health quantiles, the position ladder, the gain, who owes most, what was left out and why, and where a
    health column disagrees most. Health and ladder are at the scenario's opening prices. Of a scenario (a name `downtick list` shows,
    or a .toml file) they are the positions it opens with: all of those of one pool or lender of whatever family, vaults too.
    """
    if is_scenario(what):
        if named or keep_unhealthy or snapshot:
            raise InputError(
                f"{what} is a scenario and has positions of its own; --scenario, --keep-unhealthy and --snapshot are for files"
            )
        look = opened(load(what), pool_name)
    elif what.isidentifier() and not Path(what).exists():
        raise InputError(f'"{what}" is neither a file nor a scenario here; {meant(what, shipped())}')
    else:
        look = looked(Path(what), load(named or _usual()), pool_name, keep_unhealthy, _stamp(snapshot))
    if as_json:
        click.echo(json.dumps(as_table(look)))
    else:
        from sim.cli.positions_table import print_look

        print_look(as_table(look))


@attrs.frozen
class Look:
    """A file under a scenario's terms and prices; or what a scenario opens with."""

    scenario: str
    pool: str
    family: str
    currency: str
    assets: dict[int, Asset]
    snapshot: Snapshot
    summary: PositionsSummary
    all_accounts: PositionsSummary
    """Those that are unhealthy already included."""
    keeps_unhealthy: bool
    gain: float | None


def looked(file: Path, scenario: Scenario, pool_name: str | None, keep_unhealthy: bool, taken_at: Seconds | None) -> Look:
    """Return a file under a scenario's terms and prices. Raises InputError and ScenarioError with every mistake."""
    spec = _pool_of(scenario, pool_name)
    bare = attrs.evolve(spec, population=None, positions=None, accounts=())
    # Nobody acts and nothing strikes: only the pool's terms and its opening prices are wanted.
    quiet = attrs.evolve(scenario, pools=(bare,), agents=(), world=attrs.evolve(scenario.world, shocks=()))
    state = next(iter(build(quiet).pools.values())).state
    assets = {each.asset.id: each.asset for each in state.terms.reserves}
    snapshot = read_positions(file, {asset.symbol: asset for asset in assets.values()}, taken_at)
    prices = state.posted_prices()
    healthy, _ = split_unhealthy(snapshot.accounts, prices, state.terms)
    everybody = summarise(snapshot.accounts, prices, state.terms)
    counted = everybody if keep_unhealthy else summarise(healthy, prices, state.terms, everybody.ladder_asset)
    stated = largest_disagreement(snapshot.accounts, standings(snapshot.accounts, prices, state.terms))
    gain = _gain(scenario, spec, healthy, assets)
    return Look(
        scenario.name,
        spec.name,
        spec.family,
        _currency(scenario, spec),
        assets,
        snapshot,
        attrs.evolve(counted, disagreement=stated),
        everybody,
        keep_unhealthy,
        gain,
    )


def is_scenario(what: str) -> bool:
    """Say whether an argument is a scenario's name or file, and not a file of positions."""
    return what.endswith((".toml", ".json")) or (what in shipped() and not Path(what).exists())


def opened(scenario: Scenario, pool_name: str | None) -> Look:
    """Return what one pool of a scenario opens with. Cost: the build of its world, and all accounts."""
    pool = _named_pool(scenario, pool_name)
    world = build(scenario)
    place = world.names.id(pool.name)
    assert place is not None
    if place in world.lenders:
        summary, assets = summarise_lender(world.lenders[place], scenario.run.start, world.names.name), dict(world.ledger.assets)
        family = next(key for key, spec in scenario.lenders() if spec is pool)
        currency = lender_currency(scenario, pool)
    elif isinstance(pool, VaultPoolSpec):
        vaults = world.vault_pools[place]
        summary, known = summarise_vaults(vaults, world.names.name), world.ledger.assets
        family, currency, assets = "vaults", known[vaults.money].symbol, {each: known[each] for each in (vaults.collateral, vaults.money)}
    else:
        state = world.pools[place].state
        accounts = accounts_of(state.positions, world.names.name)
        summary = summarise(accounts, state.posted_prices(), state.terms)
        family, currency, assets = pool.family, _currency(scenario, pool), {each.asset.id: each.asset for each in state.terms.reserves}
    taken = Snapshot(scenario.run.start, (), (), 0)
    gain = world.facts.gain.get(pool.name)
    return Look(scenario.name, pool.name, family, currency, assets, taken, summary, summary, True, gain)


def as_table(look: Look) -> dict[str, Any]:
    """Return what ``--json`` prints: money as decimal strings with their asset, health as decimal strings."""
    found, everybody, money = look.summary, look.all_accounts, look.currency
    slopes = debt_per_percent_fall(found.ladder)
    return {
        "scenario": look.scenario,
        "pool": look.pool,
        "family": look.family,
        "snapshot": iso(look.snapshot.taken_at * SECOND),
        "accounts": found.accounts,
        "debtors": found.debtors,
        "debt": _value(found.total_debt, money),
        "collateral_by_asset": {look.assets[asset].symbol: look.assets[asset].amount(units) for asset, units in found.collateral_by_asset},
        "debt_by_asset": {look.assets[asset].symbol: look.assets[asset].amount(units) for asset, units in found.debt_by_asset},
        "health_quantiles": {f"p{round(100 * share)}": _health(health) for share, health in found.health_quantiles},
        "ladder_asset": look.assets[found.ladder_asset].symbol,
        "ladder": [
            {
                "fall_percent": rung.fall_percent,
                "debt": _value(rung.debt, money),
                "accounts": rung.accounts,
                "debt_per_percent": _value(int(slope), money),
            }
            for rung, (_, _, slope) in zip(found.ladder, slopes, strict=True)
        ],
        "gain": look.gain,
        "top": [{"account": each.account, "debt": _value(each.debt, money), "health": _health(each.health)} for each in found.top],
        "unhealthy_already": {
            "accounts": everybody.unhealthy,
            "debt": _value(everybody.unhealthy_debt, money),
            "kept": look.keeps_unhealthy,
        },
        "unknown_assets": dict(look.snapshot.unknown_assets),
        "accounts_with_unknown_assets": look.snapshot.left_out,
        "largest_disagreement": None
        if found.disagreement is None
        else {
            "account": found.disagreement.account,
            "stated": _health(found.disagreement.stated),
            "computed": _health(found.disagreement.computed),
        },
    }


def _usual() -> str:
    return next(name for name in USUAL if name in shipped())


def _stamp(snapshot: str | None) -> Seconds | None:
    try:
        return None if snapshot is None else epoch(snapshot)
    except Mistake as mistake:
        raise InputError(f"--snapshot {mistake}") from None


def lender_currency(scenario: Scenario, spec: Any) -> str:
    """Return what the prices of a lender beside pools and vaults are in: the quote of the first feed or price it names."""
    quotes = {name: quote for name, (_, quote) in pairs_of(scenario).items()}
    tables = [spec, *(each for key in ("markets", "collaterals", "assets") for each in getattr(spec, key, ()))]
    named = [quotes.get(getattr(table, key, None) or "") for table in tables for key in FEED_KEYS]
    typed = [price.quote for table in tables for key in PRICE_KEYS if (price := getattr(table, key, None))]
    return next((quote for quote in (*named, *typed) if quote), "USD")


def _pool_of(scenario: Scenario, name: str | None) -> PoolSpec:
    """Return the pool whose terms a file is looked at under."""
    if name is None and not scenario.pools:
        raise ScenarioError(f"{scenario.name} has no pool that takes a file; give --scenario one that has")
    pool = _named_pool(scenario, name)
    if not isinstance(pool, PoolSpec):
        what = "is a pool of vaults, which takes" if isinstance(pool, VaultPoolSpec) else "is no pool of Aave's family; others take"
        raise ScenarioError(f"{pool.name} {what} no file; look at what it opens with: give the scenario instead")
    return pool


def _named_pool(scenario: Scenario, name: str | None) -> Any:
    """Return a pool's section by name; the first unless there is one: pools, vaults, then lenders of other families."""
    of_vaults = [pool for system in scenario.vaults for pool in system.pools]
    pools: dict[str, Any] = {pool.name: pool for pool in scenario.pools}
    pools |= {pool.name: pool for pool in of_vaults} | {spec.name: spec for _, spec in scenario.lenders()}
    if not pools:
        raise ScenarioError(f"{scenario.name} has no pool; give a scenario that has")
    if name is not None and name not in pools:
        raise ScenarioError(f'--pool "{name}" is no pool of {scenario.name}; {meant(name, pools)}')
    return next(iter(pools.values())) if name is None else pools[name]


def _currency(scenario: Scenario, spec: PoolSpec) -> str:
    quotes = {name: quote for name, (_, quote) in pairs_of(scenario).items()}
    reserve = spec.reserves[0]
    return reserve.price.quote if reserve.price else quotes[reserve.feed or ""]


def _gain(scenario: Scenario, spec: PoolSpec, accounts: Sequence[SnapshotAccount], assets: dict[int, Asset]) -> float | None:
    """Return the gain of the scenario with these accounts in the pool instead of its own; lenders supply what they owe besides.

    They are typed in, not read: a file of any date may be looked at, a run starts only from positions of its own start.
    """
    lent: dict[str, Amount] = {}
    typed = []
    for number, account in enumerate(accounts):
        collateral, debt = _amounts(account.collaterals, assets), _amounts(account.debts, assets)
        mode = spec.e_modes[account.e_mode - 1].name if account.e_mode else None
        if collateral:
            typed.append(AccountSpec(name=f"account-{number}", collateral=collateral, debt=debt, e_mode=mode))
            lent |= {each.asset: _more(lent.get(each.asset), each) for each in debt}
    reserves = tuple(
        attrs.evolve(each, liquidity=_more(lent[each.asset], each.liquidity)) if each.asset in lent else each for each in spec.reserves
    )
    pool = attrs.evolve(spec, reserves=reserves, population=None, positions=None, accounts=tuple(typed))
    return build(attrs.evolve(scenario, pools=(pool,))).facts.gain.get(spec.name)


def _amounts(units: Mapping[int, Units], assets: dict[int, Asset]) -> tuple[Amount, ...]:
    return tuple(Amount(Decimal(each).scaleb(-assets[asset].decimals, EXACT), assets[asset].symbol) for asset, each in units.items())


def _more(one: Amount | None, other: Amount | None) -> Amount:
    first, *rest = [each for each in (one, other) if each is not None]
    return Amount(EXACT.add(first.number, rest[0].number), first.asset) if rest else first


def _value(value: Units, currency: str) -> str:
    return f"{Decimal(value).scaleb(-8):f} {currency}"


def _health(health: Wad) -> str:
    return f"{health // (WAD // 10**6) / 10**6:.6f}"
