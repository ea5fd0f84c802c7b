"""Bad debt by cause, each cause on paper; sums over whole worlds are in ``test_lenders_in_worlds``."""

import attrs
import pytest

from sim.facts import SheetFacts, TermsFacts, VaultFacts
from sim.metrics.analyse import analyse
from sim.metrics.losses import CAUSES
from sim.metrics.waterfalls import waterfalls
from sim.records.auctions import AuctionClosed
from sim.records.lending import BadDebt, Borrowed, HealthRecovered
from sim.units import RAY
from tests.metrics.test_solvency import SHEETS
from tests.support.tapes import BORROWER, ETH, FEED, KEEPER, POOL, USDC, HandTape

DAI = 3
BONUS_AND_ALL = 157.5
"""What 150 of debt cost with a bonus of 5 %: below it a liquidation leaves less cover than there was."""


def market(tape, mid):
    """Bring the mid to a whole price; the spread is two."""
    tape.bid(1, mid * 100 - 100)
    tape.ask(1, mid * 100 + 100)
    tape.wait(1)


def lost(mid, posted, borrowed_at=None, is_better_between=False):
    """Let the account of 1 ETH and 150 USDC be liquidated for all it has at a mid and a post; return what is said of it."""
    tape = HandTape()
    if borrowed_at is not None:
        tape.post(borrowed_at * 10**8)
        tape.say(POOL, BORROWER, Borrowed(BORROWER, USDC, 1))
    market(tape, mid)
    fell = tape.fall(tape.post(posted * 10**8))
    said = tape.liquidate(fell, 500, 70 * 10**6, price=posted * 10**8, account=BORROWER)
    if is_better_between:
        tape.say(POOL, BORROWER, HealthRecovered(2 * 10**18))
        tape.post(140 * 10**8)
        said = tape.liquidate(fell, 499, 60 * 10**6, price=140 * 10**8, account=BORROWER)
    tape.say(POOL, BORROWER, BadDebt(USDC, said, 20 * 10**6), said)
    return analyse(tape.read(), SHEETS, str, ["losses"])


def causes(found):
    return found.tables["losses_losses"]["cause"]


@pytest.mark.parametrize(
    ("mid", "posted", "cause"),
    [
        (140, 140, "gap"),
        (155, 155, "toxic_spiral"),
        (170, 170, "gap"),
        (200, 155, "oracle_error"),
        (150, 145, "toxic_spiral"),
        (149, 149, "gap"),
        (120, 155, "oracle_error"),
    ],
)
def test_the_first_cause_that_holds_is_the_cause(mid, posted, cause):
    found = lost(mid, posted)

    assert causes(found) == [cause]
    assert found.figures["losses"]["by_cause"] == {each: 20.0 if each == cause else 0 for each in CAUSES}


def test_who_borrowed_at_a_price_far_off_the_market_is_the_oracles_error_for_good():
    assert causes(lost(140, 140, borrowed_at=300)) == ["gap"]  # There was no market to be off.

    tape = HandTape()
    market(tape, 140)
    tape.post(300 * 10**8)
    tape.say(POOL, BORROWER, Borrowed(BORROWER, USDC, 1))
    fell = tape.fall(tape.post(140 * 10**8))
    tape.say(POOL, BORROWER, BadDebt(USDC, tape.liquidate(fell, 999, 140 * 10**6, price=140 * 10**8, account=BORROWER), 10**7))

    assert causes(analyse(tape.read(), SHEETS, str, ["losses"])) == ["oracle_error"]


def test_a_later_liquidation_can_be_the_toxic_one():
    tape = HandTape()
    market(tape, 170)
    fell = tape.fall(tape.post(170 * 10**8))
    tape.liquidate(fell, 1, 10**5, price=170 * 10**8, account=BORROWER)
    tape.sell(1)
    market(tape, 155)
    tape.post(155 * 10**8)
    said = tape.liquidate(fell, 998, 10**6, price=155 * 10**8, account=BORROWER)
    tape.say(POOL, BORROWER, BadDebt(USDC, said, 10**7), said)

    assert causes(analyse(tape.read(), SHEETS, str, ["losses"])) == ["toxic_spiral"]


def test_an_account_is_judged_by_how_it_stood_since_it_was_called_last():
    assert causes(lost(200, 155, is_better_between=True)) == ["oracle_error"]
    assert (
        lost(155, 155, is_better_between=True).tables["losses_losses"]["cover_at_mark"]
        != lost(155, 155).tables["losses_losses"]["cover_at_mark"]
    )


@pytest.mark.parametrize("limit", [2_000, 3_000])
def test_how_far_off_is_too_far_can_be_said(limit):
    tape = HandTape()
    market(tape, 200)
    fell = tape.fall(tape.post(150 * 10**8))
    tape.say(POOL, BORROWER, BadDebt(USDC, tape.liquidate(fell, 999, 1, price=150 * 10**8, account=BORROWER), 10**7))

    found = analyse(tape.read(), SHEETS, str, ["losses"], {"losses": {"oracle_bps": limit}})

    assert causes(found) == ["oracle_error" if limit == 2_000 else "toxic_spiral"]


def test_pools_of_one_vault_system_share_its_surplus_and_its_debt_auctions_by_what_they_lack():
    terms = (TermsFacts(ETH, 200 * 10**8, 6_666, 6_666, 1_300, 0), TermsFacts(DAI, 10**8, 0, 0, 0, 0, cushion=40))
    vaults = [VaultFacts(place, str(place), 70, 71, 80 + place, 73, 74, FEED, ETH, DAI, 75, 76, is_dutch=False) for place in (1, 2)]
    sheets = [SheetFacts(each.place, each.name, "vaults", "cat_1_2", 10_000, terms) for each in vaults]
    found = waterfalls(attrs.evolve(SHEETS, vaults=tuple(vaults), sheets=tuple(sheets)))
    for place, raised in ((1, 70), (2, 10)):
        found[place].take(closed(80 + place, raised * RAY, 100 * RAY))
    found[1].take(closed(74, 20 * RAY, 20 * RAY))

    told = [{who: units for (asset, who), units in found[place].told().items() if asset == DAI} for place in (1, 2)]

    # 30 and 90 were not raised; 20 came from governance units, 40 were the system's own, 60 are missing.
    assert told == [
        {"collateral": 70, "debt_auctions": 5, "cushion": 10, "holders": 15},
        {"collateral": 10, "debt_auctions": 15, "cushion": 30, "holders": 45},
    ]


def closed(house, raised, debt):
    return (1, AuctionClosed.kind, 0, 0, house, KEEPER, *AuctionClosed(1, 1, BORROWER, ETH, 5, 0, raised, debt, debt).row()[1:])


def test_a_feed_without_lenders_is_no_matter():
    tape = HandTape()
    tape.post(FEED)

    assert analyse(tape.read(), attrs.evolve(SHEETS, sheets=(), pools=()), str, ["losses"]).figures["losses"]["bad_debt"] == 0
