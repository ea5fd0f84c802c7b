"""Calls made of calls: savepoints at any depth, amounts known late, gas, and who may run whose code."""

from typing import Any, ClassVar

import attrs
import pytest

from sim.assets import Asset
from sim.chain.atomic import CHECK_GAS, STEP_GAS, TIP_GAS
from sim.chain.contract import INTRINSIC_GAS, MOST_DEEP, CallContext
from sim.commands import TransferCall
from sim.composites import (
    AtomicCall,
    FlashLoanCall,
    LoanCallback,
    RequireGainCall,
    TipBuilderCall,
    brought,
    gained,
    held,
    is_stand_in,
    owed,
    stand_in_of,
)
from sim.custody.token import TRANSFER_GAS, Token
from sim.records import BuilderPaid, CallFailed, TxIncluded, TxReverted, UnitsSent
from sim.units import GWEI
from sim.vocabulary import Refusal
from tests.chain.words import ETHER, PLAIN, DoCall, World, world
from tests.support.world_hash import world_hash

PRICE = 20 * GWEI
FAILS = DoCall(refuse=Refusal.HEALTHY)


@attrs.define(eq=False)
class Bank:
    """A lender of ether for a hundredth."""

    place: int
    world: World
    calls: ClassVar[tuple[type[Any], ...]] = (FlashLoanCall,)

    def answer(self, call: FlashLoanCall, context: CallContext) -> int:
        ledger, chain = self.world.chain.ledger, self.world.chain.place
        own, theirs = ledger.open(self.place, chain), ledger.open(context.sender, chain)
        due = call.amount + call.amount // 100
        ledger.move(call.asset, own, theirs, call.amount)
        used = context.lend(((call.asset, call.amount),), ((call.asset, due),), call.calls)
        ledger.move(call.asset, theirs, own, due)
        return 100_000 + used


@attrs.define
class Stage:
    """A chain with a counter, a token, a bank of ten ether, and two people."""

    w: World
    token: int
    bank: int
    alice: int
    bob: int

    def send(self, *steps: Any, gas_limit: int = 2_000_000, sender: int = 0, to: int = 0) -> Any:
        """Put a composite into a block; return what became of it."""
        sender = sender or self.alice
        self.w.send(sender, PRICE, AtomicCall(steps), to=to or sender, gas_limit=gas_limit)
        self.w.blocks(1)
        return self.w.said(TxIncluded, TxReverted)[-1]

    def hash(self) -> str:
        chain = self.w.chain
        builder = chain.names.intern("chain/builder")
        purses = [(party, chain.place) for party in (self.alice, self.bob, builder, chain.place)]
        return world_hash(chain.ledger, {place: each for place, each in chain.contracts.items() if place == self.w.counter.place}, purses)


@pytest.fixture
def s() -> Stage:
    w = world()
    names, ledger = w.chain.names, w.chain.ledger
    token, bank = Token(names.intern("token"), w.chain.place, ledger), Bank(names.intern("bank"), w)
    w.chain.register(token.place, token)
    w.chain.register(bank.place, bank)
    ledger.mint(w.eth, ledger.open(bank.place, w.chain.place), 10 * ETHER)
    w.chain.start()
    return Stage(w, token.place, bank.place, w.fund("alice"), w.fund("bob"))


def test_several_calls_are_one_tx_and_cost_their_sum_and_the_making_of_each(s):
    outcome = s.send((s.w.counter.place, PLAIN), (s.w.counter.place, DoCall(add=5)))

    assert s.w.counter.count == 6
    assert outcome.gas_used == INTRINSIC_GAS + 2 * (100_000 - INTRINSIC_GAS + STEP_GAS)


def test_one_call_that_reverts_undoes_all_of_them(s):
    before = s.hash()
    outcome = s.send((s.w.counter.place, PLAIN), (s.token, TransferCall(s.w.eth, s.bob, ETHER)), (s.w.counter.place, FAILS))

    assert (outcome.reason, s.hash()) == (Refusal.HEALTHY, before)
    assert s.w.balance(s.bob) == 100 * ETHER
    assert s.w.said(UnitsSent) == []


def test_a_call_that_may_fail_is_undone_alone_and_is_paid_for(s):
    attempt = AtomicCall(((s.w.counter.place, DoCall(add=10)), (s.w.counter.place, FAILS)), may_fail=True)
    outcome = s.send((s.w.counter.place, PLAIN), (0, attempt), (s.w.counter.place, DoCall(add=100)))

    assert s.w.counter.count == 101
    assert s.w.said(CallFailed) == [CallFailed(tx=1, step=1, reason=Refusal.HEALTHY)]
    done = 3 * STEP_GAS + 2 * (100_000 - INTRINSIC_GAS)
    failed = 2 * (STEP_GAS + 100_000 - INTRINSIC_GAS)
    assert outcome.gas_used == INTRINSIC_GAS + done + failed


def test_what_was_undone_is_not_told(s):
    attempt = AtomicCall(((s.token, TransferCall(s.w.eth, s.bob, 1)), (s.w.counter.place, FAILS)), may_fail=True)
    s.send((s.token, TransferCall(s.w.eth, s.bob, 2)), (0, attempt), (s.token, TransferCall(s.w.eth, s.bob, 4)))

    assert [(type(each), each.amount) for each in s.w.said(UnitsSent)] == [(UnitsSent, 2), (UnitsSent, 4)]
    assert len(s.w.said(CallFailed)) == 1


def test_a_revert_deep_down_leaves_the_world_as_it_was(s):
    before = s.hash()
    call: Any = (s.w.counter.place, FAILS)
    for _ in range(20):
        call = (0, AtomicCall(((s.w.counter.place, PLAIN), call)))
    outcome = s.send(call, gas_limit=10_000_000)

    assert (outcome.reason, s.hash()) == (Refusal.HEALTHY, before)


def test_calls_within_calls_have_an_end(s):
    call: Any = (s.w.counter.place, DoCall(gas=INTRINSIC_GAS))
    for _ in range(MOST_DEEP - 1):
        call = (0, AtomicCall((call,)))

    assert isinstance(s.send(call, gas_limit=10_000_000), TxIncluded)
    assert s.send((0, AtomicCall((call,))), gas_limit=10_000_000).reason == Refusal.TOO_DEEP


def test_what_grows_without_end_runs_out_of_gas_before_it_runs_out_of_time(s):
    call: Any = (s.w.counter.place, DoCall(gas=INTRINSIC_GAS))
    for _ in range(40):
        call = (0, AtomicCall((call, call), may_fail=True))
    outcome = s.send(call, gas_limit=1_000_000)

    assert (outcome.reason, outcome.gas_used) == (Refusal.OUT_OF_GAS, 1_000_000)


def test_nobody_runs_anothers_code(s):
    steps = ((s.token, TransferCall(s.w.eth, s.bob, ETHER)),)
    s.w.send(s.bob, PRICE, AtomicCall(steps), to=s.alice)
    s.w.send(s.bob, PRICE, LoanCallback(s.alice, (), (), steps), to=s.alice)
    s.w.send(s.bob, PRICE, AtomicCall(((s.alice, AtomicCall(steps)),)), to=s.bob)
    s.w.send(s.bob, PRICE, LoanCallback(s.bob, (), (), steps), to=s.bob)
    s.w.blocks(1)

    assert [each.reason for each in s.w.said(TxReverted)] == [Refusal.NOT_ALLOWED] * 4


@attrs.define(eq=False)
class Thief:
    """Says to an account that a loan it never asked for has come."""

    victim: int
    initiator: int
    steps: tuple[Any, ...]
    calls: ClassVar[tuple[type[Any], ...]] = (DoCall,)

    def answer(self, call: DoCall, context: CallContext) -> int:
        return context.call(self.victim, LoanCallback(self.initiator, (), (), self.steps))


def test_no_contract_makes_an_account_run_code_of_its_own_but_within_a_tx_of_its_owner_and_a_loan_it_asked_for(s):
    names, steps = s.w.chain.names, ((s.token, TransferCall(s.w.eth, s.alice, ETHER)),)
    of_bob, of_loan = names.intern("of_bob"), names.intern("of_loan")
    s.w.chain.register(of_bob, Thief(s.bob, s.bob, steps))
    s.w.chain.register(of_loan, Thief(s.alice, of_loan, steps))

    assert s.send((of_bob, PLAIN)).reason == Refusal.NOT_ALLOWED
    assert s.send((of_loan, PLAIN)).reason == Refusal.NOT_ALLOWED
    assert s.w.said(UnitsSent) == []


def test_steps_that_are_none_are_refused(s):
    for steps in ((7,), ((1, 2, 3),), ("no",)):
        assert s.send(*steps).reason == Refusal.UNKNOWN_CALL


def test_amounts_are_known_when_the_call_is_made(s):
    half = TransferCall(s.w.eth, s.bob, held(s.w.eth, 5_000))
    gas_in_advance = 2_000_000 * PRICE
    s.send((s.token, half), (s.token, half))

    left = 100 * ETHER - gas_in_advance
    assert [each.amount for each in s.w.said(UnitsSent)] == [left // 2, (left - left // 2) // 2]


def test_a_loan_brings_what_it_lends_and_wants_back_what_it_is_owed(s):
    use = ((s.token, TransferCall(s.w.eth, s.bob, brought(s.w.eth))), (s.token, TransferCall(s.w.eth, s.bob, owed(s.w.eth))))
    s.send((s.bank, FlashLoanCall(s.w.eth, ETHER, use)))

    assert [each.amount for each in s.w.said(UnitsSent)] == [ETHER, ETHER * 101 // 100]
    assert s.w.balance(s.bank) == 10 * ETHER + ETHER // 100


def test_a_loan_within_a_loan_has_amounts_of_its_own(s):
    inner = FlashLoanCall(s.w.eth, 2 * ETHER, ((s.token, TransferCall(s.w.eth, s.bob, brought(s.w.eth))),))
    outer = FlashLoanCall(s.w.eth, 4 * ETHER, ((s.bank, inner), (s.token, TransferCall(s.w.eth, s.bob, brought(s.w.eth)))))
    s.send((s.bank, outer))

    assert [each.amount for each in s.w.said(UnitsSent)] == [2 * ETHER, 4 * ETHER]


def test_what_an_outer_loan_brought_is_nothing_to_an_inner_one_of_another_asset(s):
    ledger, names = s.w.chain.ledger, s.w.chain.names
    gem = names.intern("GEM")
    ledger.add_asset(Asset(gem, "GEM", 18))
    ledger.mint(gem, ledger.open(s.bank, s.w.chain.place), ETHER)
    ledger.mint(gem, ledger.open(s.alice, s.w.chain.place), ETHER)
    inner = FlashLoanCall(gem, ETHER, ((s.token, TransferCall(s.w.eth, s.bob, brought(s.w.eth))),))

    assert s.send((s.bank, FlashLoanCall(s.w.eth, ETHER, ((s.bank, inner),)))).reason == Refusal.ZERO_AMOUNT


def test_a_loan_that_is_not_given_back_never_was(s):
    before = s.hash(), s.w.balance(s.bank)
    gone = ((s.token, TransferCall(s.w.eth, s.bob, held(s.w.eth))),)
    outcome = s.send((s.bank, FlashLoanCall(s.w.eth, ETHER, gone)))

    assert (outcome.reason, (s.hash(), s.w.balance(s.bank))) == (Refusal.INSUFFICIENT_BALANCE, before)
    assert s.w.balance(s.bob) == 100 * ETHER


def test_gains_are_counted_from_where_the_tx_began_gas_left_out(s):
    lose = TransferCall(s.w.eth, s.bob, 1)

    assert isinstance(s.send((0, RequireGainCall(s.w.eth, 0))), TxIncluded)
    assert s.send((0, RequireGainCall(s.w.eth, 1))).reason == Refusal.TOO_LITTLE_GAIN
    assert s.send((s.token, lose), (0, RequireGainCall(s.w.eth, 0))).reason == Refusal.TOO_LITTLE_GAIN
    assert s.send((s.token, lose), (s.token, TransferCall(s.w.eth, s.bob, gained(s.w.eth)))).reason == Refusal.ZERO_AMOUNT
    assert s.send((0, RequireGainCall(10**6, 1))).reason == Refusal.UNKNOWN_ASSET


def test_within_a_loan_it_counts_as_a_gain_until_it_is_given_back(s):
    use = ((0, RequireGainCall(s.w.eth, ETHER)), (s.token, TransferCall(s.w.eth, s.bob, gained(s.w.eth))))
    s.send((s.bank, FlashLoanCall(s.w.eth, ETHER, use)), (0, RequireGainCall(s.w.eth, -2 * ETHER)))

    assert [each.amount for each in s.w.said(UnitsSent)] == [ETHER]


def test_the_builder_is_paid_beside_the_gas_only_if_the_tx_succeeds(s):
    before = s.w.builder_balance
    outcome = s.send((0, TipBuilderCall(ETHER)))
    s.send((0, TipBuilderCall(ETHER)), (s.w.counter.place, FAILS))
    s.send((0, TipBuilderCall(-1)))

    assert s.w.said(BuilderPaid) == [BuilderPaid(tx=1, amount=ETHER)]
    assert outcome.gas_used == INTRINSIC_GAS + STEP_GAS + TIP_GAS
    assert s.w.builder_balance - before == ETHER + sum(each.gas_used * PRICE for each in s.w.said(TxIncluded, TxReverted))
    s.w.chain.ledger.check()


def test_a_check_costs_little(s):
    assert s.send((0, RequireGainCall(s.w.eth, 0))).gas_used == INTRINSIC_GAS + STEP_GAS + CHECK_GAS


def test_a_transfer_within_costs_no_tx_of_its_own(s):
    assert s.send((s.token, TransferCall(s.w.eth, s.bob, 1))).gas_used == TRANSFER_GAS + STEP_GAS


def test_a_stand_in_says_what_it_is_and_nothing_else_is_one():
    for stand_in in (held(7), gained(7, 2_500), brought(3), owed(2**31 - 1), held(1, 12_000)):
        assert is_stand_in(stand_in)
    assert [is_stand_in(each) for each in (0, -1, -(2**255), 2**256 - 1, "x", None)] == [False] * 6
    assert [stand_in_of(each)[1:] for each in (held(7), gained(7, 2_500), owed(2**31 - 1))] == [
        (7, 10_000),
        (7, 2_500),
        (2**31 - 1, 10_000),
    ]
    assert len({held(7), gained(7), brought(7), owed(7), held(8), held(7, 1)}) == 6


def test_a_number_that_looks_like_a_stand_in_and_is_none_is_refused(s):
    assert s.send((s.token, TransferCall(s.w.eth, s.bob, -(2**256) - 16))).reason == Refusal.ARITHMETIC


def test_a_stand_in_is_no_amount_outside_of_ones_own_code(s):
    s.w.send(s.alice, PRICE, TransferCall(s.w.eth, s.bob, held(s.w.eth)), to=s.token)
    s.w.blocks(1)

    assert [each.reason for each in s.w.said(TxReverted)] == [Refusal.ZERO_AMOUNT]
