"""Stories of liquidations in Compound v2, and the laws they follow."""

from fractions import Fraction

import pytest

from sim.commands import LiquidateCall, SupplyCall
from sim.lending.compound.calls import LiquidateAndRedeemCall
from sim.lending.compound.opening import open_account, open_supply
from sim.records import BadDebt, Liquidated, SharesSeized, Withdrawn
from sim.units import UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.compound.world import ALICE, BOB, DOLLAR, ETHER, KEEPER, LENDER, MILLION, USDC, WBTC, WETH, World, build


def with_a_fallen_borrower(price: int = 1_900, debt: int = 16_000, **changes: object) -> World:
    """Alice has ten ether that counted for her debt, and no more since the price fell; a keeper has dollars."""
    world = build(**changes)  # type: ignore[arg-type] # Parametrized by key.
    open_supply(world.pool, LENDER, USDC.id, MILLION)
    open_account(world.pool, ALICE, {WETH.id: 10 * ETHER}, {USDC.id: debt * 10**6})
    world.give(KEEPER, USDC, MILLION)
    world.prices.prices[WETH.id] = price * DOLLAR
    world.screen()
    if ALICE in world.pool.fell:
        world.pool.note_fell(ALICE, 77)
    return world


def test_a_liquidator_gets_shares_and_the_reserves_their_part():
    """1,900 dollars repaid seize 1.08 ether: 54 whole shares less one unit for what was cut, of which 2.8 % are burnt."""
    world = with_a_fallen_borrower()

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1_900 * 10**6))

    (told,), (shares,) = world.rows(Liquidated), world.rows(SharesSeized)
    assert shares.shares + shares.burnt == 54 * 10**8 - 1
    assert shares.burnt == (54 * 10**8 - 1) * 28 // 1_000
    assert (told.repaid, told.seized, told.protocol_fee) == (1_900 * 10**6, shares.shares * 2 * 10**8, shares.burnt * 2 * 10**8)
    assert (told.fell, told.health, told.collateral_price) == (77, 95 * WAD // 100, 1_900 * DOLLAR)
    assert world.pool.state.shares_of(KEEPER, WETH.id) == shares.shares
    assert world.held(KEEPER, WETH) == 0
    assert world.pool.state.markets[WETH.id].reserves == told.protocol_fee
    world._check()


def test_liquidating_and_redeeming_gives_the_asset_at_once():
    world = with_a_fallen_borrower()

    world.done(KEEPER, LiquidateAndRedeemCall(ALICE, USDC.id, WETH.id, 1_900 * 10**6))

    (told,) = world.rows(Withdrawn)
    assert told.amount == world.held(KEEPER, WETH) == world.rows(Liquidated)[0].seized
    assert world.pool.state.shares_of(KEEPER, WETH.id) == 0


def test_where_the_collateral_is_lent_out_shares_are_all_there_is():
    world = with_a_fallen_borrower()
    open_account(world.pool, BOB, {WBTC.id: 100 * 10**8}, {WETH.id: 10 * ETHER})

    redeemed = world.execute(KEEPER, LiquidateAndRedeemCall(ALICE, USDC.id, WETH.id, 1_900 * 10**6))
    offers = world.pool.view(world.now).seizures(world.pool.view(world.now).unhealthy[0], {USDC.id: MILLION})
    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1_900 * 10**6))

    assert (redeemed, offers) == (Refusal.INSUFFICIENT_LIQUIDITY, ())
    assert world.pool.state.shares_of(KEEPER, WETH.id) > 0


def test_health_of_exactly_one_is_safe_and_a_hair_below_is_not():
    safe, unsafe = with_a_fallen_borrower(price=2_000), with_a_fallen_borrower(price=2_000)
    unsafe.prices.prices[WETH.id] -= 1

    assert safe.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 10**6)) is Refusal.HEALTHY
    unsafe.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 10**6))


def test_half_of_a_debt_is_the_most_and_nothing_is_capped():
    world = with_a_fallen_borrower()

    a_unit_more = world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 8_000 * 10**6 + 1))
    all_there_is = world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, UINT256_MAX))
    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 8_000 * 10**6))

    assert (a_unit_more, all_there_is) == (Refusal.TOO_MUCH_REPAY, Refusal.TOO_MUCH_REPAY)


def test_what_would_seize_more_than_there_is_reverts():
    world = with_a_fallen_borrower(price=800)

    refused = world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 8_000 * 10**6))

    assert refused is Refusal.SEIZE_TOO_MUCH


def test_nobody_liquidates_oneself_nor_with_nothing():
    world = with_a_fallen_borrower()
    world.give(ALICE, USDC, 10**9)

    assert world.execute(ALICE, LiquidateCall(ALICE, USDC.id, WETH.id, 1)) is Refusal.SELF_LIQUIDATION
    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 0)) is Refusal.ZERO_AMOUNT
    assert world.execute(BOB, LiquidateCall(ALICE, USDC.id, WETH.id, 1)) is Refusal.INSUFFICIENT_BALANCE
    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, 99, 1)) is Refusal.UNKNOWN_ASSET


def test_a_twin_without_liquidations_refuses_them_all():
    world = with_a_fallen_borrower()
    world.pool.state.allows_liquidations = False

    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1)) is Refusal.PAUSED


def test_shares_that_do_not_count_can_be_seized_too():
    """As the contract has it: it looks at the account's shares, not at the markets it has entered."""
    world = with_a_fallen_borrower()
    world.give(ALICE, WBTC, 10**8)
    world.done(ALICE, SupplyCall(WBTC.id, 10**8))

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WBTC.id, 1_000 * 10**6))

    assert world.rows(SharesSeized)[0].asset == WBTC.id


@pytest.mark.parametrize("funds", [MILLION, 3_333 * 10**6 + 7, 1])
def test_an_offer_is_what_the_contract_does(funds):
    world = with_a_fallen_borrower(WETH={"factor": 75 * WAD // 100}, price=1_900)
    world.now += 86_400
    view = world.pool.view(world.now)

    (offer,) = view.seizures(view.unhealthy[0], {USDC.id: funds})
    world.done(KEEPER, offer.call)

    assert (offer.pays, offer.gets) == (USDC.id, WETH.id)
    assert world.held(KEEPER, WETH) == offer.got
    assert MILLION - world.held(KEEPER, USDC) == offer.paid <= funds


def test_an_offer_is_cut_to_the_cash_that_there_is():
    world = with_a_fallen_borrower()
    open_account(world.pool, BOB, {WBTC.id: 100 * 10**8}, {WETH.id: 9 * ETHER})
    view = world.pool.view(world.now)

    (offer,) = view.seizures(view.unhealthy[0], {USDC.id: MILLION})
    world.done(KEEPER, offer.call)

    assert ETHER - 10**9 < offer.got <= ETHER
    assert world.held(KEEPER, WETH) == offer.got


def test_offers_know_that_other_markets_are_judged_as_they_are_stored():
    """Alice is short only through interest in a market that her liquidation would not touch: the contract refuses, nothing is offered."""
    world = build()
    open_supply(world.pool, LENDER, USDC.id, MILLION)
    open_supply(world.pool, LENDER, WBTC.id, 10 * 10**8)
    open_account(world.pool, ALICE, {WETH.id: 100 * ETHER}, {USDC.id: 1_000 * 10**6, WBTC.id: 397_495_000})
    world.give(KEEPER, USDC, MILLION)
    world.now += 3_600
    world.screen()
    view = world.pool.view(world.now)

    (account,) = view.unhealthy
    offered = {offer.pays for offer in view.seizures(account, {USDC.id: MILLION, WBTC.id: 10**10})}

    assert world.execute(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1)) is Refusal.HEALTHY
    assert offered == {WBTC.id}


def loan_to_value(world: World) -> Fraction:
    stand = world.pool.standing(ALICE, world.now)
    return Fraction(stand.debt, stand.collateral)


@pytest.mark.parametrize(("price", "rises"), [(1_726, False), (1_728, None), (1_730, False), (1_700, True), (1_500, True)])
def test_a_liquidation_raises_loan_to_value_exactly_above_one_over_one_plus_bonus(price, rises):
    """16,000 owed against ten ether: the line is 1,728 a piece. The protocol's part comes out of the liquidator's, so it is no matter."""
    world = with_a_fallen_borrower(price=price)
    before = loan_to_value(world)

    world.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, 1_728 * 10**6))

    toxic = before > Fraction(100, 108)
    after = loan_to_value(world)
    assert (after > before) == toxic or rises is None
    assert rises is None or toxic == (price < 1_728)


def test_a_toxic_position_spirals_into_bad_debt_that_stays_on_the_books():
    world = with_a_fallen_borrower(price=1_000)
    while True:
        view = world.pool.view(world.now)
        offers = view.seizures(view.unhealthy[0], {USDC.id: MILLION}) if view.unhealthy else ()
        if not offers:
            break
        world.done(KEEPER, offers[0].call)
        told = world.rows(BadDebt)
        world.screen()

    assert [each.asset for each in told] == [USDC.id]
    sheet = world.pool.state.balance_sheet(USDC.id)
    assert sheet.bad_debt == told[0].amount * 10**27 > 6_000 * 10**6 * 10**27
    assert sheet.is_reconciled
    assert world.pool.standing(ALICE, world.now).health < 10**9
    world._check()


def test_repaying_what_restores_health_restores_it():
    """r* = (D - T C) / (1 - T (1 + b)): what must be repaid for a health of one again; less leaves it below, more goes beyond."""
    debt, collateral, threshold, factor = 16_000, 10 * 1_900, Fraction(80, 100), Fraction(108, 100)
    needed = (debt - threshold * collateral) / (1 - threshold * factor)
    enough, too_little = with_a_fallen_borrower(), with_a_fallen_borrower()

    enough.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, int(needed * 10**6) + 10))
    too_little.done(KEEPER, LiquidateCall(ALICE, USDC.id, WETH.id, int(needed * 10**6) - 10))

    assert needed == Fraction(800 * 1_000, 136)
    assert enough.pool.standing(ALICE, enough.now).health >= WAD > too_little.pool.standing(ALICE, too_little.now).health
