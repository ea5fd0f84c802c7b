"""A lender for the length of a tx, as Balancer's vault is one: its fee, its lock, its limits."""

import pytest

from sim.chain.atomic import STEP_GAS
from sim.commands import TransferCall
from sim.composites import FlashLoanCall, brought
from sim.custody.flash_lender import FLASH_GAS
from sim.records import FlashLoaned
from sim.vocabulary import Refusal
from tests.support.composer import composer

ETHER = 10**18


@pytest.mark.parametrize(("amount", "fee"), [(10**4, 1), (10**4 + 1, 2), (1, 1), (500 * ETHER, ETHER // 20)])
def test_its_fee_is_rounded_up_and_stays_in_it(amount, fee):
    c = composer()
    bank, eth = c.place("bank"), c.asset("ETH")
    gas, _ = c.run((bank, FlashLoanCall(eth, amount, ())))

    assert c.said == [FlashLoaned(asset=eth, amount=amount, fee=fee)]
    assert (c.held("ETH", bank), c.held("ETH")) == (500 * ETHER + fee, 10**22 - fee)
    assert gas == FLASH_GAS + STEP_GAS
    c.world.check()


@pytest.mark.parametrize(
    ("symbol", "amount", "refusal"),
    [
        ("ETH", 0, Refusal.ZERO_AMOUNT),
        ("ETH", 500 * ETHER + 1, Refusal.INSUFFICIENT_LIQUIDITY),
        ("DAI", 1, Refusal.UNKNOWN_ASSET),
    ],
)
def test_it_lends_what_lies_in_it(symbol, amount, refusal):
    c = composer()

    assert c.run((c.place("bank"), FlashLoanCall(c.asset(symbol), amount, ())))[1] == refusal


def test_balancers_guard_is_one_for_all_its_assets():
    c = composer()
    bank = c.place("bank")
    within = ((bank, FlashLoanCall(c.asset("USDC"), 1, ())),)

    assert c.run((bank, FlashLoanCall(c.asset("ETH"), 1, within)))[1] == Refusal.REENTERED
    assert c.run((c.place("pool"), FlashLoanCall(c.asset("ETH"), 1, within)))[1] == Refusal.NONE


def test_what_is_not_given_back_was_never_lent():
    c = composer()
    bank, eth, before = c.place("bank"), c.asset("ETH"), c.hash()
    rest = (c.place("token"), TransferCall(eth, c.place("pool_anna"), c.held("ETH")))
    gone = (c.place("token"), TransferCall(eth, c.place("pool_anna"), brought(eth)))

    assert c.run(rest, (bank, FlashLoanCall(eth, ETHER, (gone,))))[1] == Refusal.INSUFFICIENT_BALANCE
    assert c.hash() == before
