"""A lender that believes a shallow pool is robbed in one tx; one that believes a long mean or a median is not, whatever is tried."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from sim import build, load, run
from sim.agents.flash import FlashOffer
from sim.amm.constant_product.views import ConstantProductView
from sim.chain.contract import BlockHead
from sim.chain.mempool import Tx
from sim.metrics.analyse import analyse
from sim.scenario.world import World
from sim.units import Units
from sim.vocabulary import Refusal
from strategies.attackers.spot_manipulator import Attack, sized
from tests.scenarios.runs import Changes, ran
from tests.support.kept import kept

FEED = "pools.lender.reserves.FARM.feed"
SHORT: Changes = (("run.duration", "3 min"),)
DEEP = ("amms.pool.liquidity.0.amounts", ["4_000_000 FARM", "40_000_000 USDC"])
HOME: dict[str, tuple[str, Any]] = {"mean": (FEED, "mean"), "median": (FEED, "median"), "deep": DEEP}
"""Where the attacker stays at home, by why."""
SIZES: tuple[Units, ...] = tuple(thousands * 10**9 for thousands in (50, 200, 500, 1_000, 2_000, 5_000))


def money(text: str) -> Decimal:
    return Decimal(text.split()[0])


def test_the_lender_loses_what_it_had_and_nobody_else_is_liquidated():
    summary = ran("flash_loan_attack", 1, SHORT).summary

    assert money(summary["bad_debt"]) > 1_000_000
    assert summary["margin_calls"] == summary["flash_loans"] > 0
    assert summary["drawdown_bps"] < 100


def test_the_loss_is_the_oracles_error_for_the_debt_was_made_at_a_price_far_off_the_market():
    result = ran("flash_loan_attack", 1, SHORT)

    found = analyse(result.tape, result.facts, str, ["losses"]).figures["losses"]

    assert found["by_cause"]["oracle_error"] == found["bad_debt"] > 1_000_000


def test_all_of_it_is_one_tx_and_the_attacker_gains_exactly_what_its_sums_said():
    world, attack = arm("spot")
    said, held = carried_out(world, attack)

    assert said is Refusal.NONE
    assert held == attack.profit > 1_000_000 * 10**6


@pytest.mark.parametrize("why", HOME)
def test_it_stays_at_home(why):
    summary = run(load("flash_loan_attack"), set=dict((*SHORT, HOME[why])), tape="none").summary

    assert not summary.get("flash_loans")
    assert summary["bad_debt"].startswith("0 ")


@pytest.mark.parametrize("feed", ["mean", "median"])
@pytest.mark.parametrize("loan", SIZES)
def test_no_size_of_it_would_pay_against_a_mean_or_a_median(feed, loan):
    world, attack = arm(feed, loan)
    refusal, held = carried_out(world, attack)

    assert refusal is not Refusal.NONE
    assert held == 0


@pytest.mark.parametrize("feed", ["mean", "median"])
def test_nor_would_borrowing_only_what_such_a_feed_lends(feed):
    world, attack = arm(feed, 5_000_000 * 10**6)
    pool = next(iter(world.pools.values()))
    price = next(each.price for each in pool.view(world.chain.timestamp).reserves.values() if each.asset == attack.collateral)
    lends = attack.supplied * price * 10**6 * 65 // (10**18 * 10**8 * 100)
    refusal, held = carried_out(world, attack._replace(borrowed=lends * 99 // 100))

    assert refusal is Refusal.INSUFFICIENT_BALANCE
    assert held == 0


@kept
def _opened(feed: str) -> World:
    world = build(load("flash_loan_attack", {FEED: feed, "agents.attacker.chain_funds": []}))
    world.kernel.run_until(20 * 10**9)
    return world


def arm(feed: str, loan: Units = 5_000_000 * 10**6) -> tuple[World, Attack]:
    """Return a world in which the lender reads a feed, and an attack as if that were the spot price."""
    world = deepcopy(_opened(feed))
    (pool,), (amm,), (lender,) = world.pools.values(), world.amms.values(), world.flash_lenders.values()
    pair = world.assets["USDC"], world.assets["FARM"]
    now = world.chain.timestamp
    shown = amm.view(now)
    assert isinstance(shown, ConstantProductView)
    attack = sized(pool.view(now), pool.place, shown, FlashOffer(lender.place, 0, 5 * 10**12), pair, loan, 100)
    assert attack is not None
    return world, attack


def carried_out(world: World, attack: Attack) -> tuple[Refusal, Units]:
    """Carry an attack out in the next block, gas free; return why it reverted and what its sender has then."""
    chain, me = world.chain, world.names.intern("somebody")
    chain.executor.head = BlockHead(chain.number + 1, chain.timestamp, chain.kernel.now, 0)
    _, refusal, _ = chain.executor._run(Tx(10**6, me, 0, me, attack.call(1), 0, 0, 10**7))
    return refusal, world.ledger.balance(attack.money, world.ledger.open(me, chain.place))
