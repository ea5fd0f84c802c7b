"""Stories of one market: who may, who may not, the very edge; and what is so whatever happens."""

import copy

import pytest

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, LiquidateCall, RepayCall, SupplyCall, TransferCall, WithdrawCall
from sim.errors import InputError
from sim.lending.morpho import gas
from sim.lending.morpho.calls import SeizeCall
from sim.lending.morpho.rates import FixedRate
from sim.lending.morpho.terms import MarketTerms
from sim.records.lending import HealthFell, HealthRecovered, InterestAccrued, Liquidated, Supplied
from sim.units import RAY, UINT256_MAX, WAD
from sim.vocabulary import Refusal
from tests.lending.morpho.world import ALICE, BOB, DOLLAR, FEES, KEEPER, LENDER, USD, USDC, WETH, YEAR, lent

# Supply and withdraw.


def test_suppliers_share_what_borrowers_pay():
    world = lent(rate=FixedRate(WAD // 10 // YEAR))
    world.now += YEAR
    world.done(KEEPER, AccrueCall())
    [accrued] = world.rows(InterestAccrued)
    world.give(BOB, USDC, 1)

    # A tenth compounded for a year in three terms is 10.5166 % of 16,000.
    assert world.market.totals.supply_assets - 100_000 * USD == pytest.approx(1_682_666_666, abs=10)
    assert accrued.supply_index == pytest.approx(RAY * 101_682_666_666 // 100_000_000_000, rel=1e-9)
    assert accrued.debt_index == pytest.approx(RAY * 17_682_666_666 // 16_000_000_000, rel=1e-9)
    world._check()


def test_a_supplier_may_take_out_all_that_is_not_lent_and_no_more():
    world = lent()

    assert world.execute(LENDER, WithdrawCall(USDC.id, 84_000 * USD + 1)) is Refusal.INSUFFICIENT_LIQUIDITY
    assert world.execute(LENDER, WithdrawCall(USDC.id, UINT256_MAX)) is Refusal.INSUFFICIENT_LIQUIDITY
    world.done(LENDER, WithdrawCall(USDC.id, 84_000 * USD))
    assert world.held(LENDER, USDC) == 84_000 * USD
    assert world.market.liquidity() == 0


def test_what_is_supplied_for_another_is_the_others():
    world = lent()
    world.done(KEEPER, SupplyCall(USDC.id, 5 * USD, BOB))

    assert world.rows(Supplied) == [Supplied(BOB, USDC.id, 5 * USD)]
    assert world.execute(KEEPER, WithdrawCall(USDC.id, 1)) is Refusal.INSUFFICIENT_BALANCE
    world.done(BOB, WithdrawCall(USDC.id, UINT256_MAX))
    assert world.held(BOB, USDC) == 5 * USD


def test_collateral_earns_nothing_and_leaves_only_while_health_allows():
    world = lent()

    assert world.execute(ALICE, WithdrawCall(WETH.id, 1)) is Refusal.UNHEALTHY
    assert world.execute(ALICE, WithdrawCall(WETH.id, 11 * WAD)) is Refusal.INSUFFICIENT_BALANCE
    world.give(ALICE, USDC, 16_000 * USD)
    world.done(ALICE, RepayCall(USDC.id, UINT256_MAX))
    world.done(ALICE, WithdrawCall(WETH.id, UINT256_MAX))
    assert world.held(ALICE, WETH) == 10 * WAD


def test_without_debt_collateral_leaves_even_without_a_price():
    world = lent()
    world.give(BOB, WETH, WAD)
    world.done(BOB, SupplyCall(WETH.id, WAD))
    world.set_ether(0)

    world.done(BOB, WithdrawCall(WETH.id, WAD))
    assert world.execute(ALICE, WithdrawCall(WETH.id, 1)) is Refusal.NOTHING_POSTED


# Borrow and repay.


def test_exactly_the_limit_may_be_borrowed():
    world = lent()
    world.give(BOB, WETH, WAD)
    world.done(BOB, SupplyCall(WETH.id, WAD))

    assert world.execute(BOB, BorrowCall(USDC.id, 1_600 * USD + 1)) is Refusal.UNHEALTHY
    world.done(BOB, BorrowCall(USDC.id, 1_600 * USD))
    assert world.health(BOB) == WAD
    assert world.screen() == []


def test_what_is_not_there_cannot_be_borrowed():
    world = lent()
    world.give(BOB, WETH, 100 * WAD)
    world.done(BOB, SupplyCall(WETH.id, 100 * WAD))

    assert world.execute(BOB, BorrowCall(USDC.id, 84_000 * USD + 1)) is Refusal.INSUFFICIENT_LIQUIDITY
    world.done(BOB, BorrowCall(USDC.id, 84_000 * USD))


def test_more_than_is_owed_is_refused_and_all_is_a_word_for_the_shares():
    world = lent(rate=FixedRate(WAD // 20 // YEAR))
    world.now += YEAR
    world.done(KEEPER, AccrueCall())
    debt = world.market.totals.owed(world.market.debtor(ALICE, 0).shares)

    assert world.execute(KEEPER, RepayCall(USDC.id, debt + 1, ALICE)) is Refusal.ARITHMETIC
    world.done(KEEPER, RepayCall(USDC.id, UINT256_MAX, ALICE))
    assert world.market.debtor(ALICE, 0).shares == 0
    assert world.execute(KEEPER, RepayCall(USDC.id, UINT256_MAX, ALICE)) is Refusal.NOTHING_OWED
    world._check()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (SupplyCall(99, 1), Refusal.UNKNOWN_ASSET),
        (BorrowCall(WETH.id, 1), Refusal.UNKNOWN_ASSET),
        (RepayCall(WETH.id, 1), Refusal.UNKNOWN_ASSET),
        (SupplyCall(USDC.id, 0), Refusal.ZERO_AMOUNT),
        (SupplyCall(USDC.id, -1), Refusal.ZERO_AMOUNT),
        (BorrowCall(USDC.id, 2**128), Refusal.ARITHMETIC),
        (SupplyCall(USDC.id, 10**15), Refusal.INSUFFICIENT_BALANCE),
        (LiquidateCall(ALICE, USDC.id, WETH.id, 1), Refusal.UNKNOWN_CALL),
    ],
)
def test_what_makes_no_sense_is_refused(call, reason):
    world = lent()

    assert world.execute(KEEPER, call) is reason


# Liquidation.


def test_at_a_health_of_exactly_one_nobody_may_be_liquidated():
    world = lent()

    assert world.health(ALICE) == WAD
    assert world.execute(KEEPER, SeizeCall(ALICE, WAD, 0)) is Refusal.HEALTHY
    world.prices.prices[WETH.id] -= 1
    # A unit of a dollar is missing out of sixteen thousand.
    assert world.health(ALICE) == WAD - WAD // 16_000_000_000
    world.done(KEEPER, SeizeCall(ALICE, WAD, 0))


def test_a_liquidator_gets_the_incentive_and_may_take_all_at_once():
    """At 1,900 ten ether carry 15,200 of the 16,000 owed. 80 % makes an incentive of 1/0.94: 16,000 buy 17,021.27, at 1,900 8.958."""
    world = lent()
    world.set_ether(1_900)
    [(party, fell)] = world.screen(post=5, price=1_900 * DOLLAR)
    world.market.note_fell(party, 6)

    world.done(KEEPER, SeizeCall(ALICE, 0, world.market.debtor(ALICE, 0).shares))

    [said] = world.rows(Liquidated)
    assert (party, fell[0], fell[3]) == (ALICE, HealthFell.kind, 95 * WAD // 100)
    assert (said.fell, said.repaid, said.protocol_fee, said.health) == (6, 16_000 * USD, 0, 95 * WAD // 100)
    assert said.seized == pytest.approx(16_000 / 0.94 / 1_900 * WAD, rel=1e-9)
    assert world.held(KEEPER, WETH) == said.seized
    assert world.market.debtor(ALICE, 0).shares == 0
    assert [row for _, row in world.screen()] == [(HealthRecovered.kind, 2**255 - 1)]
    world._check()


def test_a_seized_unit_is_paid_for_with_a_unit_more_rather_than_less():
    world = lent()
    world.set_ether(1_900)

    world.done(KEEPER, SeizeCall(ALICE, 1, 0))

    [said] = world.rows(Liquidated)
    assert (said.seized, said.repaid) == (1, 1)


def test_more_than_is_owed_or_locked_cannot_be_named():
    world = lent()
    world.set_ether(1_000)
    shares = world.market.debtor(ALICE, 0).shares

    assert world.execute(KEEPER, SeizeCall(ALICE, 10 * WAD + 1, 0)) is Refusal.ARITHMETIC
    assert world.execute(KEEPER, SeizeCall(ALICE, 0, shares)) is Refusal.ARITHMETIC
    assert world.execute(KEEPER, SeizeCall(ALICE, 0, 0)) is Refusal.INCONSISTENT_INPUT
    assert world.execute(KEEPER, SeizeCall(ALICE, 1, 1)) is Refusal.INCONSISTENT_INPUT


def test_a_liquidator_without_money_gets_nothing_though_collateral_leaves_first():
    world = lent()
    world.set_ether(1_900)
    assert world.held(BOB, USDC) == 0
    before = world.state()

    assert world.execute(BOB, SeizeCall(ALICE, WAD, 0)) is Refusal.INSUFFICIENT_BALANCE
    assert world.state() == before


def test_a_twin_without_liquidations_has_none():
    world = lent()
    world.set_ether(1_900)
    world.market.allows_liquidations = False

    assert world.execute(KEEPER, SeizeCall(ALICE, WAD, 0)) is Refusal.PAUSED


def test_a_late_keeper_pays_for_more_than_a_mistaken_borrower():
    world = lent()
    buffer_spent = []
    for call in (SeizeCall(ALICE, WAD, 0), BorrowCall(USDC.id, 1)):
        context = CallContext(None, 1, BOB, BOB, 0, {}, world.ledger.journal, None)  # type: ignore[arg-type] # Neither is looked at.
        context.block = type("Head", (), {"timestamp": world.now})()
        with pytest.raises(Exception, match="HEALTHY"):
            world.market.answer(call, context)
        buffer_spent.append(context.spent)

    assert buffer_spent == [gas.REFUSED_LIQUIDATION, gas.REFUSED]


def test_whatever_succeeded_can_be_undone_without_a_trace():
    world = lent(rate=FixedRate(WAD // 10 // YEAR), fee=WAD // 10)
    world.give(KEEPER, WETH, WAD)
    world.give(ALICE, USDC, 10 * USD)
    world.now += 3_600
    world.set_ether(2_100)
    calls = [
        (KEEPER, SupplyCall(USDC.id, 10 * USD)),
        (KEEPER, SupplyCall(WETH.id, WAD)),
        (LENDER, WithdrawCall(USDC.id, USD)),
        (ALICE, WithdrawCall(WETH.id, 1)),
        (ALICE, BorrowCall(USDC.id, USD)),
        (ALICE, RepayCall(USDC.id, USD)),
        (KEEPER, AccrueCall()),
        (KEEPER, SeizeCall(ALICE, 10 * WAD, 0)),
    ]
    for sender, call in calls:
        if isinstance(call, SeizeCall):
            world.set_ether(1_000)
        before = world.state()
        world.undone(sender, call)

        assert world.state() == before, call
        world._check()


# The rest.


def test_the_fee_is_somebodys_supply():
    world = lent(rate=FixedRate(WAD // 10 // YEAR), fee=WAD // 5)
    world.now += YEAR
    world.done(KEEPER, AccrueCall())
    interest = world.market.totals.supply_assets - 100_000 * USD

    sheet = world.market.balance_sheet().parts[0]
    # Shares for it are rounded down.
    assert world.market.totals.worth(world.market.positions.peek(FEES).idle[USDC.id]) == interest // 5 - 1
    assert sheet.equity == (interest // 5 - 1) * RAY
    world._check()


def test_what_somebody_sends_without_a_call_is_nobodys():
    world = lent()
    world.give(BOB, USDC, 500 * USD)
    world.ledger.move(USDC.id, world.ledger.open(BOB, 100), world.market.purse, 500 * USD)

    sheet = world.market.balance_sheet().parts[0]
    assert (sheet.liabilities, sheet.equity) == (100_000 * USD * RAY, 500 * USD * RAY)
    assert world.market.liquidity() == 84_000 * USD
    world._check()


def test_a_balance_sheet_can_be_wrong():
    world = lent()
    world.market.held[USDC.id] -= 1

    assert not world.market.balance_sheet().is_reconciled


def test_the_whole_sheet_is_in_what_prices_are_in():
    world = lent()

    sheet = world.market.balance_sheet()
    assert sheet.assets == (100_000 + 20_000) * 10**8 * 10**37
    assert sheet.is_reconciled


def test_views_show_whoever_can_be_liquidated():
    world = lent()
    assert world.market.view(world.now).unhealthy == ()
    world.set_ether(1_900)
    [(_, row)] = world.screen()
    view = world.market.view(world.now)

    [account] = view.unhealthy
    assert (account.account, account.health, account.debts[0].units) == (ALICE, row[3], 16_000 * USD)
    assert (account.collateral_value, account.debt_value) == (19_000 * DOLLAR, 16_000 * DOLLAR)
    assert (account.collaterals[0].threshold, account.collaterals[0].bonus) == (8_000, 638)
    assert view.reserves[USDC.id].liquidity == 84_000 * USD
    assert world.market.position(ALICE, world.now).health == account.health


def test_a_deep_copy_goes_its_own_way():
    world = lent()
    fork = copy.deepcopy(world)
    fork.set_ether(1_000)
    fork.done(KEEPER, SeizeCall(ALICE, 10 * WAD, 0))

    assert world.market.totals.supply_assets == 100_000 * USD
    world._check()
    fork._check()


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"collateral": USDC}, "take two assets"),
        ({"lltv": WAD + 1}, "give 0 to"),
        ({"fee": WAD // 4 + 1, "fee_recipient": FEES}, "a quarter"),
        ({"fee": 1}, "name a fee_recipient"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms, words):
    with pytest.raises(InputError, match=words):
        MarketTerms(**{"collateral": WETH, "loan": USDC, "lltv": WAD // 2, **terms})


def test_transfers_are_not_the_markets_to_answer():
    assert lent().execute(KEEPER, TransferCall(USDC.id, ALICE, 1)) is Refusal.UNKNOWN_CALL
