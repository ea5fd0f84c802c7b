"""Stakes, stable coins and whoever acts on them in a whole world: queues are paid, pegs arise, suppliers of both lenders run."""

import copy

import numpy as np
import pytest
from click.testing import CliRunner

from sim import build, load, run
from sim.cli import main
from sim.errors import ScenarioError
from sim.units import SECOND
from tests.support.kept import kept
from tests.support.shared import REPOSITORY

WORLD = str(REPOSITORY / "tests" / "worlds" / "claims.toml")
FROZEN, THAWED, CLOSES = 50, 110, 210


@kept
def whole():
    """Return the pocket world's run."""
    return run(load(WORLD), check=True)


@kept
def prices(asset: str) -> list[tuple[float, float]]:
    """Return what an asset traded at at its amm: instants in seconds, and money per whole."""
    ids = build(load(WORLD)).assets
    other = {"stETH": "ETH", "USDC": "USD"}[asset]
    swaps, found = whole().records("Swapped"), []
    for at, came, went, price in zip(swaps["at_ns"], swaps["asset_in"], swaps["asset_out"], swaps["price"].astype(float), strict=True):
        if {int(came), int(went)} == {ids[asset], ids[other]}:
            found.append((at / SECOND, price / 1e18 if came == ids[asset] else 1e18 / price))
    return found


def lowest(asset: str, start: float, end: float) -> float:
    return min(price for at, price in prices(asset) if start <= at < end)


def test_its_books_balance_after_every_block():
    assert whole().reconciled_blocks == whole().summary["blocks"] == 60


def test_a_copy_of_the_world_goes_on_alike():
    world = build(load(WORLD))
    world.kernel.run_until(60 * SECOND)
    fork = copy.deepcopy(world)

    for each in (world, fork):
        each.kernel.run_until(120 * SECOND)
        each.check()
    assert world.tape.digest() == fork.tape.digest()


def test_a_coin_whose_issuer_cannot_reach_its_money_loses_its_peg_and_finds_it_again():
    assert lowest("USDC", FROZEN, THAWED) < 0.96
    assert prices("USDC")[-1][1] > 0.995


def test_whatever_is_fetched_was_promised_before_and_is_no_more():
    queued, paid = whole().records("RedemptionQueued"), whole().records("ClaimRedeemed")
    promised = {(place, request): due for place, request, due in zip(queued["place"], queued["request"], queued["due"], strict=True)}

    assert len(paid["seq"]) > 3
    for place, request, units in zip(paid["place"], paid["request"], paid["paid"], strict=True):
        assert units <= promised[place, request]


def test_a_loss_is_seen_by_the_next_report_and_not_before():
    reports = whole().records("StakeReported")
    instants, gained = reports["at_ns"] / SECOND, reports["gained"].astype(float)

    assert np.all(gained[instants < 70] >= 0)
    assert gained[instants > 70][0] < 0
    assert np.all(gained[instants > 70][1:] >= 0)


def test_a_feed_of_the_rate_posts_the_loss_with_the_report_as_its_cause():
    reports, posts = whole().records("StakeReported"), whole().records("PricePosted")
    loss = reports["seq"][reports["gained"].astype(float) < 0][0]

    assert loss in posts["cause"]


def test_suppliers_of_lenders_of_two_families_run():
    names = whole().records("Withdrawn")
    world = build(load(WORLD))
    who = {world.names.name(int(party)).partition("/")[0] for party in names["party"]}

    assert {"supplier", "old_supplier", "ether_supplier"} <= who


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"staking.stake.rate": "1 USDC/stETH"}, 'staking.stake.rate is "1 USDC/stETH"; give it in ETH/stETH'),
        ({"staking.stake.exits": "5 USDC"}, 'staking.stake.exits is "5 USDC"; give it in ETH'),
        (
            {"staking.other_stake.share": "stETH"},
            "staking.other_stake.share is stETH, which staking.stake.share is too; give an asset of its own",
        ),
        ({"stable_issuers.mint.least": "5 USD"}, 'stable_issuers.mint.least is "5 USD"; give it in USDC'),
        ({"stable_issuers.mint.opens": "11 h"}, "stable_issuers.mint opens at 39600 s after midnight and closes at 36210 s"),
        ({"world.shocks.0.issuer": "mint"}, "world.shocks.0.issuer is mint, which is no staking contract; give stake or other_stake"),
        ({"derived_feeds.by_other.issuer": "mint"}, "derived_feeds.by_other.issuer is mint, whose coins have no rate"),
        ({"agents.queuer.issuers": ["nobody"]}, 'agents.queuer.issuers.0 is "nobody", which is no issuer here'),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_path(keys, told):
    with pytest.raises(ScenarioError) as refused:
        load(WORLD, keys)

    assert told in str(refused.value)


def test_positions_are_told_in_the_currency_of_a_feed_that_nobody_posts_to():
    told = CliRunner().invoke(main, ["positions", "depeg"])

    assert told.exit_code == 0
    assert "0.00 ETH" in told.output
