"""``downtick list``: what ships with the simulator and what is installed beside it."""

import inspect
import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import attrs
import click

from sim.agents.registry import find_strategy, registered
from sim.chain.eras import BLOCK_CLOCKS, ERAS, FEE_MARKETS
from sim.conformance.runner import ADAPTERS
from sim.errors import ScenarioError, StrategyError
from sim.lending.aave.versions import VERSIONS
from sim.scenario.load import shipped, tree_of
from sim.scenario.spec import CurveSpec, Latency, PoolSpec, ShockSpec
from sim.scenario.spec.vaults import Liquidations
from sim.scenario.words import tags_of

AUCTIONS = {
    "cat_1_0": ("English, lots by collateral; own cases only", ()),
    "cat_1_1": ("English, as cat_1_0, but raising one's own bid moves the difference; own cases only", ()),
    "cat_1_2": ("English, lots by debt, and a bound on all at once", ("maker_cat_flip",)),
    "dog": ("Dutch, three price curves", ("maker_dog_clip", "maker_abaci")),
    "vow": ("what becomes of debt that no auction covers; with every vault system; own cases only", ()),
    "flopper": ("debt auctions of governance units; with every vault system; own cases only", ()),
    "delayed_feeds": ("prices that vaults are judged by: medians, delays, margins", ("maker_oracle_osm_median_spot",)),
}
"""What auctions are made of, each with the outside vectors it is held to; own cases are worked out from the contracts by this project."""
LENDERS = {
    "pools": ("Aave v2 to v3.7", ("aave_math", "aave_liquidation")),
    "compound": ("Compound v2; interest by own cases", ("compound_v2",)),
    "comet": ("Compound v3; interest by own cases", ("compound_v3_comet",)),
    "morpho": ("Morpho Blue", ("morpho_blue",)),
    "euler": ("Euler v1, and the vault kit of v2", ("euler_v1", "euler_v2_evk")),
    "liquity": ("Liquity v1", ("liquity_v1_liquidation", "liquity_decpow_baserate")),
    "llamma": ("crvUSD; swaps, deposits and hard liquidations by own cases", ("crvusd_llamma",)),
}
"""Lenders by the section that adds one to a scenario, as auctions above; vaults stand there."""
AMMS = {
    "constant_product": ("two reserves (Uniswap v2)", ("uniswap_v2",)),
    "concentrated": (
        "liquidity in ranges of prices (Uniswap v3); observations by own cases",
        ("uniswap_v3_tickmath", "uniswap_v3_swap_step", "uniswap_v3_pool_swaps"),
    ),
    "stableswap": ("assets that are meant to be worth the same (Curve)", ("curve_stableswap",)),
}
"""Automated market makers by their kind."""
FEEDS = {
    "feeds": ("reporters agree and post: one for all, each for itself, or a median", ("chainlink_ocr_and_staleness",)),
    "delayed_feeds": ("shown after a delay", ("maker_oracle_osm_median_spot",)),
    "pull_feeds": ("signed with a confidence, brought by whoever needs it (Pyth); own cases only", ()),
    "spot": ("what an amm trades at, at the moment of the read; own cases only", ()),
    "twap": ("mean log tick, or mean of a constant product between checkpoints; own cases only", ()),
    "median": ("of feeds; own cases only", ()),
    "bounded": ("near an anchor, or below what may have grown; own cases only", ()),
    "rate": ("what a share of a stake is worth by its own contract; own cases only", ()),
    "product": ("one asset in the next; own cases only", ()),
    "hard_wired": ("never changes", ()),
    "guarded": ("refuses what is old, unsure, or read too soon after an outage", ("chainlink_ocr_and_staleness",)),
}
"""Feeds by their section, derived ones by their kind."""

EXAMPLE = "\b\nExample:\n  downtick list\n  downtick list --json"


@click.command(short_help="List scenarios, mechanisms and strategies.", epilog=EXAMPLE)
@click.option("--json", "as_json", is_flag=True, help="Print the lists as JSON.")
def command(as_json: bool) -> None:
    """List the shipped scenarios, the mechanisms that scenarios choose from, families of lenders, amms, feeds and auctions, the strategies.

    Of lenders, amms, feeds and auctions it says whose figures hold them: outside vectors, or cases of our own.
    """
    lists = (
        ("Scenarios", scenarios()),
        ("Mechanisms", mechanisms()),
        ("Lenders", held_to(LENDERS)),
        ("Amms", held_to(AMMS)),
        ("Feeds", held_to(FEEDS)),
        ("Auctions", held_to(AUCTIONS)),
        ("Strategies", strategies()),
    )
    if as_json:
        click.echo(json.dumps({title.lower(): dict(rows) for title, rows in lists}))
        return
    for title, rows in lists:
        found = list(rows)
        width = max((len(name) for name, _ in found), default=0)
        click.echo(f"{title}{'' if found else ': none'}")
        for name, line in found:
            click.echo(f"  {name.ljust(width)}  {line}".rstrip())


def scenarios() -> Iterator[tuple[str, str]]:
    """Yield each shipped scenario with its title."""
    for name in shipped():
        try:
            title = tree_of(name).get("run", {}).get("title", "")
        except ScenarioError as mistake:
            title = f"cannot be read: {mistake}"
        yield name, str(title)


def mechanisms() -> Iterator[tuple[str, str]]:
    """Yield what a scenario may choose, by the key that chooses it."""
    family: Any = next(field for field in attrs.fields(PoolSpec) if field.name == "family").type
    yield "pools.family", f"{', '.join(get_args(family))} ({', '.join(VERSIONS)})"
    yield "vaults.liquidations", ", ".join(get_args(Liquidations))
    yield "vaults.pools.dutch.curve.kind", ", ".join(tags_of(CurveSpec))
    yield "chain.era", ", ".join(ERAS)
    yield "chain.fee_market", ", ".join(FEE_MARKETS)
    yield "chain.block_clock", ", ".join(BLOCK_CLOCKS)
    yield "world.shocks.kind", ", ".join(tags_of(ShockSpec))
    yield "latency.kind", ", ".join(tags_of(Latency))
    yield "conform", ", ".join(ADAPTERS)


def held_to(families: Mapping[str, tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    """Yield families of one sort, each with what it is, and the outside vectors it is held to."""
    for name, (about, vectors) in families.items():
        yield name, f"{about}; outside numbers: {', '.join(vectors)}" if vectors else about


def strategies() -> Iterator[tuple[str, str]]:
    """Yield each registered strategy with the first line of its docstring."""
    for name in registered():
        try:
            line = (inspect.getdoc(find_strategy(name)) or "").partition("\n")[0]
        except StrategyError as failure:
            line = f"cannot be used: {failure}"
        yield name, line
