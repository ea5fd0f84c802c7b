"""Lenders of other families and amms in whole worlds: they liquidate, swap, are found by keepers, and their books balance meanwhile."""

import copy
import os
import subprocess
import sys
from decimal import Decimal

import attrs
import pytest

from sim.cascade import cascade
from sim.scenario.build import build
from sim.scenario.run import Result, run
from sim.scenario.spec import AgentSpec
from sim.scenario.values import Amount
from sim.scenario.world import World
from sim.units import SECOND, WAD
from sim.vocabulary import Motive
from tests.support.kept import kept
from tests.support.shared import REPOSITORY
from tests.worlds.pocket_families import AMMS, LENDERS, families

BEGUN = {"new": "Absorbed"}
"""What says that a lender has liquidated somebody, where that is not ``Liquidated``."""


@kept
def whole() -> Result:
    return run(families(), check=True)


@kept
def without_keepers() -> Result:
    keys = {"agents.seizer.chain_funds": ["0 ETH"], "agents.rescuer.chain_funds": ["0 ETH"], "agents.arbitrageur.chain_funds": ["0 ETH"]}
    return run(families(keys), check=True)


def place_of(result: Result, name: str) -> int:
    """Return a lender's place."""
    return next(pool.place for pool in result.facts.pools if pool.name == name)


def count(result: Result, record: str, name: str) -> int:
    places: list[int] = result.records(record)["place"].tolist()
    return places.count(place_of(result, name))


def parties(result: Result, name: str) -> range:
    """Return an agent's parties."""
    found = [agent.party for agent in result.facts.agents if agent.name.partition("/")[0] == name]
    return range(min(found), max(found) + 1)


@pytest.mark.parametrize("name", LENDERS)
def test_every_lender_calls_margins_and_liquidates(name):
    assert count(whole(), "HealthFell", name) > 5
    assert count(whole(), BEGUN.get(name, "Liquidated"), name) > 0
    assert count(without_keepers(), BEGUN.get(name, "Liquidated"), name) == 0


def test_a_margin_call_follows_from_a_post_and_a_liquidation_names_it():
    result = whole()
    posts = set(result.records("PricePosted")["seq"].tolist())
    calls = result.records("HealthFell")
    fell = set(calls["seq"].tolist())

    assert all(post in posts for post in calls["post"].tolist() if post)
    assert sum(post != 0 for post in calls["post"].tolist()) > 20
    for record in ("Liquidated", "Absorbed"):
        assert set(result.records(record)["fell"].tolist()) <= fell


def test_books_balance_after_every_block():
    for result in (whole(), without_keepers()):
        assert result.reconciled_blocks == result.summary["blocks"] == 60


def test_books_that_do_not_balance_are_found_out():
    world = build(families())
    lender, amm = next(iter(world.lenders.values())), next(iter(world.amms.values()))
    assert world.wiring.is_reconciled()

    broken = copy.deepcopy(world)
    state = broken.lenders[lender.place].state  # type: ignore[attr-defined] # The first lender there is of Compound v2.
    market = next(iter(state.markets.values()))
    market.borrows += 1
    assert not broken.wiring.is_reconciled()

    broken = copy.deepcopy(world)
    pair = broken.amms[amm.place]
    pair.reserves = (2 * pair.reserves[0], pair.reserves[1])  # type: ignore[attr-defined] # The first amm there is a constant product.
    assert not broken.wiring.is_reconciled()


def test_what_comet_absorbed_is_bought_and_sold():
    result = whole()
    absorbed, bought = result.records("CollateralAbsorbed"), result.records("CollateralBought")

    assert sum(int(units) for units in absorbed["seized"]) > 10 * 10**18
    assert 0 < sum(int(units) for units in bought["bought"]) <= sum(int(units) for units in absorbed["seized"])
    assert all(int(discount) > 0 for discount in bought["discount"])


def test_seized_collateral_is_sold_and_the_money_comes_back():
    result = whole()
    accepted = result.records("OrderAccepted")
    sales = accepted["motive"] == Motive.LIQUIDATION_SALE
    sellers = set(accepted["party"][sales].tolist())

    assert sellers == {*parties(result, "seizer"), *parties(result, "rescuer"), *parties(result, "depositor")}
    assert len(result.records("WithdrawalStarted")["seq"]) > 10


def test_sales_descend_from_the_liquidations_that_seized():
    result = whole()
    found = cascade(result.tape, result.facts)
    absorptions = set(result.records("Absorbed")["seq"].tolist())
    liquidated = set(result.records("Liquidated")["seq"].tolist())

    assert found.liquidations.keys() == absorptions | liquidated
    origins = [origin for sale in found.sales.values() for (_, origin), _ in sale.origins]
    assert absorptions & set(origins)
    assert liquidated & set(origins)


LATE = [{"name": "late", "source": "eth_usd", "delay": "20 s"}]
READING = (
    "compound.old.markets.ETH.feed",
    "comet.new.collaterals.ETH.feed",
    "morpho.blue.collateral_feed",
    "euler.kit.assets.ETH.feed",
    "euler.first.assets.ETH.feed",
    "liquity.troves.feed",
    "llamma.bands.collateral_feed",
)
"""The key by which each lender names the feed of its collateral."""


def test_a_lender_of_any_family_may_read_a_delayed_feed():
    asked = families({"run.duration": "100 s", "delayed_feeds": LATE, **dict.fromkeys(READING, "late")})
    poker = AgentSpec(name="poker", strategy="poker", feeds=("late",), chain_funds=(Amount(Decimal(2), "ETH"),))
    late = run(attrs.evolve(asked, agents=(*asked.agents, poker)), check=True)
    feed = place_of_feed(late, "late")
    fell, posts = late.records("HealthFell"), late.records("PricePosted")
    shown = dict(zip(posts["seq"].tolist(), posts["place"].tolist(), strict=True))

    assert {read for pool in late.facts.pools for read in pool.feeds.values()} == {feed}
    assert len(fell["post"]) > 20 and {shown[post] for post in fell["post"].tolist() if post} == {feed}
    assert late.reconciled_blocks == late.summary["blocks"] == 25


def place_of_feed(result: Result, name: str) -> int:
    return next(feed.place for feed in result.facts.feeds if feed.name == name)


# What is counted.


def test_absorptions_count_as_liquidations():
    result = whole()
    liquidated, absorbed = len(result.records("Liquidated")["seq"]), len(result.records("Absorbed")["seq"])

    assert result.summary["liquidations"] == liquidated + absorbed
    assert sum(each["liquidations"] for each in result.summary["by_generation"]) == liquidated + absorbed


def test_a_troves_debt_is_repaid_by_the_stability_pool_and_no_further():
    result = whole()
    troves = result.records("TroveLiquidated")
    offset, moved = (sum(int(each) for each in troves[column]) for column in ("offset", "redistributed"))

    supplied, withdrawn = (result.records(record) for record in ("Supplied", "Withdrawn"))
    money = next(asset.id for asset in result.facts.assets if asset.symbol == "LUSD")
    provided = 15_000 * 10**18 + sum(int(each) for each in supplied["amount"][supplied["asset"] == money])

    assert money not in withdrawn["asset"].tolist()
    assert 15_000 * 10**18 < offset <= provided
    assert moved > 0
    assert Decimal(result.summary["debt_repaid"]["LUSD"].split()[0]) == Decimal(offset).scaleb(-18)


def test_whoever_liquidates_troves_earns_the_gas_reserve_and_a_two_hundredth():
    result = whole()
    liquidated = result.records("Liquidated")
    own = liquidated["place"] == place_of(result, "troves")
    posted = sum(
        int(seized) * int(price) // 10**8
        for seized, price in zip(liquidated["seized"][own], liquidated["collateral_price"][own], strict=True)
    )
    told = result.summary["keepers"]["rescuer"]["LUSD"]

    expected = Decimal(posted + 200 * 10**18 * int(own.sum())) / 10**18
    assert abs(Decimal(told["bonus"].split()[0]) - expected) < Decimal("0.001")
    assert told["liquidations"] == own.sum()


def test_each_lenders_debt_at_the_opening_is_told():
    told = {name: Decimal(debt) for name, debt in whole().facts.opening_debt.items()}

    assert list(told) == list(LENDERS)
    assert told["old"] == 12 * 8_000 + 14_500
    assert told["troves"] == 20 * 5_000 + 16_000
    assert told["blue"] == 12 * 8_000 + 16_500


# Amms.


@pytest.mark.parametrize("name", AMMS)
def test_every_amm_is_traded(name):
    result = whole()
    world = built()
    places = result.records("Swapped")["place"].tolist()

    assert places.count(next(place for place in world.amms if world.names.name(place) == name)) > 0


@kept
def built() -> World:
    return build(families())


@kept
def at_the_end(is_arbitraged: bool) -> World:
    world = build(families({} if is_arbitraged else {"agents.arbitrageur.chain_funds": ["0 ETH"], "agents.pegger.chain_funds": ["0 ETH"]}))
    world.kernel.run_until(235 * SECOND)
    return world


@pytest.mark.parametrize(("name", "base", "most_bps"), [("pair", "ETH", 150), ("ranges", "ETH", 150), ("stable", "DAI", 20)])
def test_arbitrage_brings_an_amm_near_its_venue(name, base, most_bps):
    def gap(world: World) -> int:
        """Return how far the amm's price is from its venue's mid, in bps."""
        amm = next(each for place, each in world.amms.items() if world.names.name(place) == name)
        venue = next(
            each for each in world.exchanges.values() if each.instrument.base.symbol == base and each.instrument.quote.symbol == "USDC"
        )
        quote = venue.quotes.view(world.kernel.now)
        assert quote is not None
        mid = quote.mid * venue.instrument.tick * WAD // (2 * venue.instrument.quote.unit)
        return abs(amm.view(0).price(world.assets[base]) - mid) * 10_000 // mid

    assert gap(at_the_end(is_arbitraged=True)) < most_bps < gap(at_the_end(is_arbitraged=False))


def test_an_arbitrageur_does_the_opposite_at_its_venue():
    result = whole()
    accepted, swapped = result.records("OrderAccepted"), result.records("Swapped")
    me = parties(result, "arbitrageur")[0]
    own = (accepted["party"] == me) & (accepted["motive"] == Motive.ARBITRAGE)

    swaps = int((swapped["party"] == me).sum())
    assert swaps > 20
    assert 0 <= swaps - own.sum() <= len(AMMS)  # News of the last block comes too late.


# Twins.


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("forced_sales", "outside_at_mid"),
        ("forced_sales", "parked"),
        ("liquidations", False),
        ("free_gas", True),
        ("no_latency", True),
        ("endless_purses", True),
        ("frozen_price_offset", "0 %"),
    ],
)
def test_books_balance_whatever_is_switched(switch, value):
    twin = run(families({"run.duration": "120 s", f"switches.{switch}": value}), check=True)
    begun = len(twin.records("Liquidated")["seq"]) + len(twin.records("Absorbed")["seq"])

    assert twin.reconciled_blocks == twin.summary["blocks"] == 30
    if switch in ("liquidations", "frozen_price_offset"):
        # Troves that begin in recovery mode are liquidated at once, whatever becomes of the price.
        assert begun == (0 if switch == "liquidations" else count(twin, "Liquidated", "troves"))
    else:
        assert begun > 10


SCRIPT = """
from sim.scenario.run import run
from tests.worlds.pocket_families import families
print(run(families(), tape="none").digest)
"""


def test_another_process_and_another_hash_seed_give_the_same_digest():
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    other = subprocess.run([sys.executable, "-c", SCRIPT], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True)

    assert other.stdout.strip() == whole().digest


def test_a_fork_goes_on_as_the_original_does():
    world = build(families())
    world.kernel.run_until(60 * SECOND)
    fork = copy.deepcopy(world)
    before = fork.tape.entries

    world.kernel.run_until(100 * SECOND)
    assert fork.tape.entries == before
    fork.kernel.run_until(100 * SECOND)

    fork.check()
    assert world.tape.digest() == fork.tape.digest()
    assert fork.tape.entries > before + 500
