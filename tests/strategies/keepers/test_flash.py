"""Keepers that own nothing but gas money, one of them right behind the oracle's tx."""

from pathlib import Path
from typing import Any

import attrs

from sim.agents.flash import FlashOffer
from sim.amm.constant_product.views import ConstantProductView
from sim.assets import Asset
from sim.lending.aave.v2 import V2
from sim.lending.aave.views import AccountView, CollateralView, DebtView, PoolView, Reserves, ReserveView, at_price
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.run import Result, run
from sim.scenario.world import World
from sim.units import RAY, WAD
from strategies.keepers.flash import Means
from strategies.keepers.routes import Routes
from tests.support.kept import kept

WORLD = Path(__file__).parents[2] / "worlds" / "field.toml"
ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
POOL, AMM, BANK, ANNA = 5, 6, 7, 50
IN_PUBLIC: dict[str, Any] = {
    "chain.era": "ethereum-2020-03",
    "chain.block_clock": "slots",
    "chain.bundles": False,
    "run.anachronism": "a chain of 2020 that keeps time, with lenders that came later",
    "agents.behind.parameters": {"route": "public"},
    "agents.flash.parameters": {"route": "public"},
}


@kept
def whole(is_public: bool = False) -> Result:
    return run(load(WORLD, IN_PUBLIC if is_public else {}), check=True)


@kept
def ended() -> World:
    world = build(load(WORLD))
    world.kernel.run_until(world.duration)
    return world


def of(result: Result, name: str, record: str) -> list[Any]:
    (me,) = [agent.party for agent in result.facts.agents if agent.name == name]
    return [entry for entry in result.tape.entries(records=[record]) if entry.party == me]


def test_it_liquidates_in_lenders_of_four_families_and_is_left_with_gas_money_alone():
    world = ended()
    (me,) = [agent.party for agent in world.facts.agents if agent.name == "flash"]
    purse = world.ledger.open(me, world.chain.place)
    held = {asset: world.ledger.free(asset, purse) for asset in world.ledger.assets}
    places = {entry.place for entry in of(whole(), "flash", "Liquidated")}

    assert len(places) == 4
    assert held.pop(world.chain.gas_asset) > 3 * ETH.unit
    assert not any(held.values())


def test_whatever_it_sends_pays_for_itself_or_does_not_happen():
    included = of(whole(), "flash", "TxIncluded")

    assert len(included) > 5
    assert not of(whole(), "flash", "TxReverted")


def test_right_behind_the_oracles_tx_it_is_before_anybody_who_looks_at_blocks():
    pairs = [entry.record for entry in of(whole(), "behind", "BundleIncluded") if entry.record.txs == 2]
    posts = {entry.at for entry in whole().tape.entries(records=["PricePosted"])}
    followed = {entry.at for entry in of(whole(), "behind", "BundleIncluded") if entry.record.txs == 2}

    assert len(pairs) > 2
    assert followed <= posts
    assert any(entry.at in followed for entry in of(whole(), "behind", "Liquidated"))


def test_in_public_its_tip_is_a_wei_below_the_oracles_and_its_place_the_next():
    result = whole(is_public=True)
    included = {entry.record.tx: entry.record for entry in result.tape.entries(records=["TxIncluded"])}
    places = {(record.block, record.position): record for record in included.values()}
    sent = {entry.record.tx: entry.record for entry in result.tape.entries(records=["TxPending"])}
    own = [entry.record for entry in of(result, "behind", "TxIncluded")]
    before = [places[record.block, record.position - 1] for record in own if (record.block, record.position - 1) in places]
    behind = [tx for tx in before if any(sent[one.tx].tip == sent[tx.tx].tip - 1 for one in own if one.block == tx.block)]

    assert len(behind) > 2


@attrs.frozen
class Shallow:
    """Views in which an account of ten ETH is unhealthy and an amm is as deep as one likes."""

    depth: int

    def pool(self) -> PoolView:
        eth = ReserveView(ETH.id, 1_600 * 10**8, ETH.unit, 10**24, RAY, RAY, 0, 7_500, 8_000, 500, 0)
        usdc = ReserveView(USDC.id, 10**8, USDC.unit, 10**15, RAY, RAY, 0, 0, 0, 0, 0)
        held = CollateralView(ETH.id, 10 * ETH.unit, 8_000, 500, 10 * ETH.unit)
        owed = DebtView(USDC.id, 13_000 * USDC.unit, 13_000 * USDC.unit)
        bare = AccountView(ANNA, 0, 0, 0, (held,), (owed,), 0)
        return at_price(PoolView(0, V2, Reserves({ETH.id: eth, USDC.id: usdc}), ()), (bare,), ETH.id, 1_600 * 10**8)

    def means(self) -> Means:
        reserves = (self.depth * ETH.unit, self.depth * 1_600 * USDC.unit)
        amm = ConstantProductView(AMM, 0, (ETH, USDC), reserves, 9, 10**18, (0, 0))
        return Means(Routes({AMM: amm}), {USDC.id: (FlashOffer(BANK, 900, 10**13),)}, ETH.id, None)


def test_a_plan_gains_what_the_swap_pays_less_the_debt_and_the_lenders_fee():
    scene = Shallow(10_000)
    (account,) = scene.pool().unhealthy
    means = scene.means()
    plan = means.best(POOL, scene.pool(), account)

    assert plan is not None
    asset, ((amm, units, _),) = plan.sells, plan.legs
    repaid = 6_500 * USDC.unit
    swapped = means.routes.amms[AMM].swap_of(ETH.id, units)
    fee = FlashOffer(BANK, 900, 0).cost(repaid + repaid // 100)
    assert (amm, asset, units * 1_600 * 10**6 // WAD) == (AMM, ETH.id, repaid * 105 // 100)
    assert plan.gain == swapped.amount_out - repaid - fee


def test_a_shallow_amm_pays_for_less_or_for_nothing():
    deep, shallow, dry = (Shallow(depth) for depth in (10_000, 60, 1))
    (account,) = deep.pool().unhealthy
    plans = [each.means().best(POOL, each.pool(), account) for each in (deep, shallow, dry)]

    assert plans[0] is not None and plans[1] is not None
    assert plans[1].legs[0].units < plans[0].legs[0].units
    assert plans[2] is None


def test_plans_of_one_tx_stand_in_each_others_way():
    scene = Shallow(500)
    (account,) = scene.pool().unhealthy
    means = scene.means()
    first = means.best(POOL, scene.pool(), account)
    assert first is not None
    means.take(first)
    second = means.best(POOL, scene.pool(), account)

    assert second is None or second.gain < first.gain


def test_who_will_be_unhealthy_at_a_price_is_found_among_those_near():
    world = build(load(WORLD, {"agents": [], "run.duration": "1 min"}))
    world.kernel.run_until(world.duration // 3)
    (pool,) = world.pools.values()
    timestamp, eth = world.chain.timestamp, world.names.id("ETH") or 0
    view, near = pool.view(timestamp), pool.near(timestamp, 12 * WAD // 10)
    everybody = [pool.position(party, timestamp) for party in pool.state.positions.parties()]
    lower = view.reserves[eth].price * 9 // 10

    same = at_price(view, near, eth, view.reserves[eth].price)
    assert [each.health for each in near if each.health < WAD] == [each.health for each in same.unhealthy]
    assert len(at_price(view, near, eth, lower).unhealthy) > len(same.unhealthy)
    assert [each for each in everybody if each.debts and each.health < 12 * WAD // 10] == [*near]
