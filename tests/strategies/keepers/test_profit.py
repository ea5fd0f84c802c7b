"""What a liquidation is worth: by what the venue would pay, never by the posted price."""

from typing import Any

import attrs
import pytest

from sim.lending.aave.v3_0 import V3_0
from sim.lending.aave.v3_7 import V3_7
from sim.lending.aave.views import AccountView, CollateralView, DebtView, PoolView, Reserves, ReserveView
from sim.testing.scenes import Scene
from sim.testing.stage import ETH, INSTRUMENT, USDC, VENUE, Stage
from sim.units import GWEI, RAY, WAD
from sim.views import Depth, Quote
from sim.vocabulary import Refusal
from strategies.keepers.profit import Experience, Offer, Stall, best_offer, to_ask

DAI = 9
DOLLAR = 10**6


def stall(bids: list[tuple[int, int]], ahead: int = 0, haircut_bps: int = 0, gas_asset: int = ETH.id) -> Stall:
    """Return a venue with these bids: (whole dollars, whole ETH). It takes a tenth of a percent of every sale."""
    stage = Stage(Scene("silence", "", 1, is_silent=True))
    levels = tuple((price * 100, eth * 1_000) for price, eth in bids)
    best = levels[0][0] if levels else 0
    stage.desk._sources.quotes[VENUE].add(0, Quote(1, 0, best, 1, best + 200 if best else 0, 1))
    stage.desk._sources.depths[VENUE].add(0, Depth(2, 0, levels, ()))
    stage.desk.connections.gas_asset = gas_asset
    stage.desk._wake(10, 0)
    return Stall.seen(stage.desk, VENUE, haircut_bps, ahead * 1_000)


def reserve(asset: int, unit: int, dollars: int, liquidity: int) -> ReserveView:
    return ReserveView(asset, dollars * 10**8, unit, liquidity * unit, RAY, RAY, 0, 7_500, 8_000, 500, 0)


def pool(eth_price: int = 180, liquidity: int = 10_000, rules: Any = V3_0) -> PoolView:
    reserves = {ETH.id: reserve(ETH.id, ETH.unit, eth_price, liquidity), USDC.id: reserve(USDC.id, DOLLAR, 1, 10**6)}
    return PoolView(0, rules, Reserves(reserves), ())


def borrower(eth: int = 10, usdc: int = 1_500, eth_price: int = 180) -> AccountView:
    """Return an account whose collateral counts for 80 % and brings 5 %."""
    value, owed = eth * eth_price * 10**8, usdc * 10**8
    collateral = CollateralView(ETH.id, eth * ETH.unit, 8_000, 500, eth * ETH.unit)
    debt = DebtView(USDC.id, usdc * DOLLAR, usdc * DOLLAR)
    return AccountView(55, value * 8 // 10 * WAD // owed, value, owed, (collateral,), (debt,), 0)


def offer(view: PoolView, account: AccountView, at: Stall, purse: int = 10**6) -> Offer:
    found = best_offer(view, account, {USDC.id: purse * DOLLAR, ETH.id: 0, DAI: 10**24}, at)
    assert isinstance(found, Offer)
    return found


def asked(view: PoolView, account: AccountView, at: Stall, purse: int = 10**6) -> int:
    return to_ask(view, account, offer(view, account, at, purse), purse * DOLLAR)


def test_the_gain_is_what_the_book_pays_less_the_fee_and_what_is_repaid():
    found = offer(pool(), borrower(), stall([(199, 100)]))

    # 750 / 180 x 1.05 = 4.375 ETH: 4.374 x 199 x 0.999 = 869.555574.
    assert (found.repaid, found.seized) == (750 * DOLLAR, 4_375 * 10**15 - 1)
    assert found.gain == 4_374 * 199 * 999 - 750 * DOLLAR


def test_the_book_is_walked():
    found = offer(pool(), borrower(), stall([(199, 2), (190, 100)]))

    assert found.gain == (2_000 * 199 + 2_374 * 190) * 999 - 750 * DOLLAR


def test_what_is_ahead_is_walked_first():
    found = offer(pool(), borrower(), stall([(199, 2), (190, 100)], ahead=2))

    assert found.gain == 4_374 * 190 * 999 - 750 * DOLLAR


def test_a_haircut_is_taken_off_the_sale_alone():
    found = offer(pool(), borrower(), stall([(199, 100)], haircut_bps=100))

    assert found.gain == 4_374 * 199 * 999 * 99 // 100 - 750 * DOLLAR


def test_the_posted_price_decides_what_is_seized_and_nothing_else():
    """Posted 10 % above the market a bonus of 5 % is a loss."""
    found = offer(pool(eth_price=220), borrower(usdc=1_800, eth_price=220), stall([(199, 100)]))

    # 900 / 220 x 1.05 = 4.295 ETH for which the book pays 199 at best.
    assert found.gain == 4_295 * 199 * 999 - 900 * DOLLAR


def test_a_book_that_takes_little_is_asked_to_take_less():
    """4.374 ETH would fetch 635 for 750; the 2 that the book takes at 199 cost 343."""
    found = offer(pool(), borrower(), stall([(199, 2), (100, 100)]))

    assert found.repaid == 750 * DOLLAR * 2_000 // 4_374
    assert found.gain == 2_000 * 199 * 999 - found.repaid


def test_a_book_without_room_says_so():
    """An ETH at 199 for 750 dollars' worth of it: a sixteenth would fit."""
    found = offer(pool(), borrower(), stall([(199, 1)], ahead=1))

    assert (found.is_absorbed, found.gain < 0) == (False, True)


def test_without_any_price_there_is_no_depth():
    funds = {USDC.id: 10**12}

    assert best_offer(pool(), borrower(), funds, stall([])) == Refusal.NO_DEPTH


def test_an_empty_purse_says_so_before_any_sum():
    assert best_offer(pool(), borrower(), {USDC.id: 0}, stall([(199, 100)])) == Refusal.NO_FUNDS


def test_a_purse_that_would_leave_dust_has_no_funds():
    """v3.7 forbids leaving less than 1,000 dollars: of 900 all must be repaid, or nothing."""
    view, account = pool(rules=V3_7), attrs.evolve(borrower(usdc=900), health=WAD // 2)

    assert best_offer(view, account, {USDC.id: 500 * DOLLAR}, stall([(199, 100)])) == Refusal.NO_FUNDS
    assert offer(view, account, stall([(199, 100)])).repaid == 900 * DOLLAR


def test_a_purse_that_would_leave_dust_pays_less_instead():
    """Of 1,500 it may leave 1,000 or nothing: with 1,200 in the purse it repays 500, and asks for no more."""
    view, account = pool(rules=V3_7), attrs.evolve(borrower(usdc=1_500), health=WAD // 2)

    assert offer(view, account, stall([(199, 100)]), purse=1_200).repaid == 500 * DOLLAR
    assert asked(view, account, stall([(199, 100)]), purse=1_200) == 500 * DOLLAR


def test_less_than_a_lot_is_no_lack_of_depth():
    found = best_offer(pool(), borrower(), {USDC.id: 1_000}, stall([(199, 100)]))

    assert isinstance(found, Offer)
    assert (found.gain, found.is_absorbed) == (-1_000, True)


def test_a_short_purse_knows_it_is_short():
    assert offer(pool(), borrower(), stall([(199, 100)]), purse=300).is_short
    assert not offer(pool(), borrower(), stall([(199, 100)]), purse=750_000).is_short


def test_the_call_asks_for_a_little_more_where_the_contract_caps_it():
    assert asked(pool(), borrower(), stall([(199, 100)])) == 757_500_000


def test_the_call_asks_for_no_more_than_the_purse():
    assert asked(pool(), borrower(), stall([(199, 100)]), purse=300) == 300 * DOLLAR


def test_liquidity_limits_the_size():
    found = offer(pool(liquidity=2), borrower(), stall([(199, 100)]))

    assert found.seized <= 2 * ETH.unit
    assert asked(pool(liquidity=2), borrower(), stall([(199, 100)])) == found.repaid


def test_what_its_venue_does_not_trade_it_leaves_alone():
    account = borrower()
    strange = attrs.evolve(account, debts=(DebtView(DAI, 10**21, 10**21),))

    assert best_offer(pool(), strange, {DAI: 10**24}, stall([(199, 100)])) == Refusal.NONE


def test_a_short_position_is_valued_at_the_late_mid():
    """Debt in ETH against USDC: what is repaid costs the mid of 200, what is seized is money."""
    value, owed = 1_900 * 10**8, 9 * 200 * 10**8
    collateral = CollateralView(USDC.id, 1_900 * DOLLAR, 8_000, 500, 1_900 * DOLLAR)
    account = AccountView(55, value * 8 // 10 * WAD // owed, value, owed, (collateral,), (DebtView(ETH.id, 9 * ETH.unit, 9 * ETH.unit),), 0)
    found = best_offer(pool(eth_price=200), account, {ETH.id: 2 * ETH.unit}, stall([(199, 100)]))

    assert isinstance(found, Offer)
    assert (found.repaid, found.seized, found.gain) == (2 * ETH.unit, 420 * DOLLAR, 20 * DOLLAR)


def test_gas_is_valued_at_the_mid_where_the_venue_trades_it():
    gas = 350_000 * 100 * GWEI

    assert stall([(199, 1)]).gas_worth(gas) == 7 * DOLLAR
    assert stall([(199, 1)]).in_gas(7 * DOLLAR) == gas
    assert stall([(199, 1)], gas_asset=USDC.id).gas_worth(5) == stall([(199, 1)], gas_asset=USDC.id).in_gas(5) == 5
    assert stall([(199, 1)], gas_asset=DAI).gas_worth(gas) == stall([(199, 1)], gas_asset=DAI).in_gas(5) == 0


def test_the_mid_is_what_is_left_of_it():
    assert stall([(199, 1)]).mid == 40_000
    assert stall([]).mid == 0
    assert INSTRUMENT.lots_down(ETH.unit) == 1_000


@pytest.mark.parametrize(
    ("prior", "weight", "races", "chance"),
    [
        (2_000, 10, [], 2_000),
        (2_000, 10, [True] * 10, 6_000),
        (2_000, 10, [False] * 10, 1_000),
        (2_000, 0, [], 0),
        (0, 0, [True, False], 5_000),
        (2_000, 10, [True], 2_728),
    ],
)
def test_the_chance_of_losing_is_belief_and_record_by_their_numbers(prior, weight, races, chance):
    experience = Experience(prior, weight)
    for is_lost in races:
        experience.note(is_lost)

    assert experience.chance_bps == chance
