"""Who a market says is unhealthy, what it shows and offers, and how it is opened."""

import copy

import pytest

from sim.amm.calls import SwapCall
from sim.commands import RepayCall
from sim.errors import InputError
from sim.lending.llamma.opening import open_loan, open_loans
from sim.records.lending import HealthFell, HealthRecovered
from sim.streams import Stream
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.llamma.loans import DEBT, sunk, world_with_loan, worn_out
from tests.lending.llamma.world import ALICE, CAROL, CRVUSD, DOLLAR, KEEPER, OPENED, TRADER, WBTC, WETH, build


def test_who_falls_and_who_recovers_is_told_once():
    world = world_with_loan()
    assert world.screen() == []

    world.set_price(1_300, 600)
    fell = world.screen(post=7, price=1_300 * DOLLAR)
    world.market.note_fell(ALICE, 99)
    again = world.screen(post=8, price=1_300 * DOLLAR)
    shown = world.market.view(world.now).unhealthy
    world.set_price(2_000, 600)
    recovered = world.screen()

    assert [(ALICE, HealthFell.kind, 7, 1_300 * DOLLAR)] == [(party, *row[:3]) for party, row in fell]
    assert again == []
    assert [(each.account, each.fell) for each in shown] == [(ALICE, 99)]
    assert [(ALICE, HealthRecovered.kind)] == [(party, row[0]) for party, row in recovered]
    assert world.market.view(world.now).unhealthy == ()


def test_without_a_price_nobody_falls_and_nothing_moves():
    world = sunk()
    world.screen()
    world.prices.prices.clear()
    before = world.state()

    assert world.screen() == []
    assert world.market.view(world.now).unhealthy == ()
    assert world.liquidate(ALICE) == Refusal.NOTHING_POSTED
    assert world.execute(TRADER, SwapCall(WETH.id, WAD, 0)) == Refusal.NOTHING_POSTED
    assert before == world.state()


def test_whom_nothing_can_reach_is_not_looked_at():
    world = build()
    for number in range(40):
        world.lend(300 + number, 10 * WAD, 8_000 * WAD, 10)
    world.lend(ALICE, 10 * WAD, DEBT, 10)
    world.screen()
    start = world.market.watch.judged

    for price in (1_900, 1_800, 1_700, 1_650):
        world.set_price(price, 600)
        world.arbitrage()
        world.screen()

    assert world.market.watch.judged - start <= 8
    world._check()


@pytest.mark.parametrize("purse", [None, 5_000 * WAD, 1])
def test_an_offer_is_what_the_contract_does(purse):
    world = worn_out() if purse is None else sunk()
    world.screen()
    view = world.market.view(world.now)

    offers = view.seizures(view.unhealthy[0], {} if purse is None else {CRVUSD.id: purse})

    if purse == 1:
        assert all(offer.paid <= 1 for offer in offers)
        return
    offer = offers[0]
    before = world.held(KEEPER, CRVUSD), world.held(KEEPER, WETH)
    world.done(KEEPER, offer.call)
    assert (offer.pays, offer.gets) == (CRVUSD.id, WETH.id)
    assert (before[0] - offer.paid, before[1] + offer.got) == (world.held(KEEPER, CRVUSD), world.held(KEEPER, WETH))
    if purse is not None:
        assert purse - offer.paid <= WAD // 10**6


def test_the_healthy_are_no_offer():
    world = world_with_loan()
    view = world.market.view(world.now)

    assert view.seizures(world.market.position(ALICE, world.now), {}) == ()


def test_a_position_shows_both_sides_of_the_bands():
    world = world_with_loan()
    world.set_price(1_650, 600)
    world.arbitrage()
    money, collateral = world.amm.sums(ALICE)

    shown = world.market.position(ALICE, world.now)

    assert [(WETH.id, collateral), (CRVUSD.id, money)] == [(each.asset, each.units) for each in shown.collaterals]
    assert [(CRVUSD.id, DEBT)] == [(each.asset, each.units) for each in shown.debts]
    assert collateral * 1_650 * DOLLAR // WAD + money * DOLLAR // WAD == shown.collateral_value


def test_coins_of_few_decimals_are_counted_to_the_unit():
    world = build(gem=WBTC, price=40_000)
    world.lend(ALICE, 10**8, 30_000 * WAD, 10)
    world.set_price(34_000, 600)
    world.arbitrage()
    world._check()

    world.give(ALICE, CRVUSD, 30_000 * WAD)
    world.done(ALICE, RepayCall(CRVUSD.id, UINT256_MAX))

    world._check()
    assert world.market.loans == {}


def test_what_comes_in_without_a_call_is_on_the_sheet():
    world = world_with_loan()
    world.give(101, CRVUSD, 5 * WAD)
    world.give(102, WETH, WAD)

    assert world.market.balance_sheet().is_reconciled
    world._check()


def test_loans_of_the_opening_are_as_if_they_had_been_made():
    made, opened = build(), build()
    made.lend(ALICE, 10 * WAD, DEBT, 10)

    open_loan(opened.market, ALICE, 10 * WAD, DEBT, 10, OPENED)

    assert made.bands_of(ALICE) == opened.bands_of(ALICE)
    assert made.health(ALICE) == opened.health(ALICE)
    assert opened.held(ALICE, CRVUSD) == 0
    opened._check()


def test_openings_that_cannot_be_are_refused_with_a_remedy():
    world = build()

    with pytest.raises(InputError, match="more collateral or less debt"):
        open_loan(world.market, ALICE, WAD, 10_000 * WAD, 10, OPENED)
    with pytest.raises(InputError, match="give 4 to 50 bands"):
        open_loan(world.market, ALICE, WAD, 10 * WAD, 3, OPENED)
    with pytest.raises(InputError, match="open more money first"):
        open_loan(world.market, ALICE, 10**9 * WAD, 10**9 * WAD, 10, OPENED)


class OneSize:
    def size(self, draws) -> float:
        return 5_000.0


class Even:
    least = 1.0

    def health(self, draws) -> float:
        return 1.0 + float(draws.health)


def test_a_population_is_drawn_healthy():
    world = build()

    columns = open_loans(world.market, 1_000, 50, OneSize(), Even(), 10, Stream(1, "x"), OPENED)
    world.screen()

    assert 50 == len(world.market.loans) == len(columns["WETH_collateral_1"])
    assert world.market.view(OPENED).unhealthy == ()
    assert all(world.health(party, full=False) > WAD for party in world.market.loans)
    world._check()


def test_a_copied_world_goes_its_own_way():
    world = world_with_loan()
    other = copy.deepcopy(world)

    world.set_price(1_650, 600)
    world.arbitrage()

    assert other.amm.sums(ALICE)[0] == 0
    other._check()
    assert CAROL not in other.market.loans
    assert isinstance(other.execute(TRADER, SwapCall(WETH.id, 0, 0)), int)
