"""Walks of random calls beside a naive twin: same answers, same bands, same purses, same unhealthy accounts, every invariant after each."""

import copy
import random

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.amm.calls import SwapCall
from sim.commands import AccrueCall, BorrowCall, RepayCall, SupplyCall, WithdrawCall
from sim.lending.llamma.calls import CreateLoanCall, LiquidateBandsCall
from sim.lending.llamma.terms import FixedRate
from sim.units import WAD
from sim.vocabulary import Refusal
from tests.lending.llamma.naive import Naive, No
from tests.lending.llamma.world import ALICE, BOB, CAROL, CRVUSD, KEEPER, TRADER, WBTC, WETH, build

OWNERS = st.sampled_from((ALICE, BOB, CAROL))
SHARES = st.sampled_from((1, 10**16, 3 * 10**17, 999 * 10**15, WAD))


class Walk(RuleBasedStateMachine):
    """One market, and its twin."""

    def __init__(self):
        super().__init__()
        self.heard = []

    @initialize(a=st.sampled_from((20, 100, 200)), gem=st.sampled_from((WETH, WBTC)), span=st.sampled_from((0, 600)), rate=st.booleans())
    def open(self, a, gem, span, rate):
        per_second = 3 * WAD // (365 * 86_400) if rate else 0
        self.world = build(gem=gem, a=a, span=span, rate=FixedRate(per_second))
        market, terms = self.world.market, self.world.market.terms
        self.twin = Naive(
            a,
            terms.base_price,
            terms.fee,
            2_000 * WAD,
            self.world.now,
            terms.collateral_quantum,
            span=span,
            money=market.held,
            rate=per_second,
        )
        self.price = 2_000
        for party in (ALICE, BOB, CAROL):
            self.world.give(party, CRVUSD, 10**6 * WAD)
            self.world.give(party, gem, 10**4 * gem.unit)

    def both(self, sender, call, act):
        """Do it on both sides; what the sender gains of money and collateral, or that it is refused, must be the same."""
        world, gem = self.world, self.world.gem
        before = world.held(sender, CRVUSD), world.held(sender, gem)
        state, kept = world.state(), copy.deepcopy(self.twin)
        found = world.execute(sender, call)
        gains = world.held(sender, CRVUSD) - before[0], world.held(sender, gem) - before[1]
        try:
            expected = act(self.twin)
        except No:
            self.twin = kept
            assert isinstance(found, Refusal), (call, found)
            assert state == world.state()
            self.heard.append(found.name)
            return
        assert not isinstance(found, Refusal), (call, found.name)
        assert expected == gains
        self.heard.append(type(call).__name__)

    def units(self, part: float) -> int:
        return int(part * self.world.gem.unit)

    @rule(who=OWNERS, part=st.floats(0, 20), debt=st.floats(0, 40_000), bands=st.integers(3, 51))
    def create(self, who, part, debt, bands):
        units, owed = self.units(part), int(debt * WAD)
        self.both(who, CreateLoanCall(units, owed, bands), lambda twin: twin.create(who, units, owed, bands))

    @rule(who=OWNERS, bands=st.integers(4, 12), tight=st.floats(0.7, 1.0))
    def create_tight(self, who, bands, tight):
        units = 10 * self.world.gem.unit
        owed = int(10 * self.price * 0.9 * tight * WAD)
        self.both(who, CreateLoanCall(units, owed, bands), lambda twin: twin.create(who, units, owed, bands))

    @rule(who=OWNERS, part=st.floats(-5, 5))
    def change_collateral(self, who, part):
        units, asset = self.units(part), self.world.gem.id
        if units:
            call = SupplyCall(asset, units) if units > 0 else WithdrawCall(asset, -units)
            self.both(who, call, lambda twin: twin.move(who, units, 0))

    @rule(who=OWNERS, debt=st.floats(1e-18, 5_000))
    def borrow(self, who, debt):
        owed = int(debt * WAD) + 1
        self.both(who, BorrowCall(CRVUSD.id, owed), lambda twin: twin.move(who, 0, owed))

    @rule(who=OWNERS, part=st.sampled_from((0.001, 0.1, 0.5, 0.99, 1.0, 2.0)), for_another=st.booleans())
    def repay(self, who, part, for_another=False):
        amount, by = int(self.world.market.debt(who, self.world.now) * part) or 1, KEEPER if for_another else who
        self.both(by, RepayCall(CRVUSD.id, amount, who), lambda twin: twin.repay(who, amount, by))

    @rule(who=OWNERS, by=st.sampled_from((ALICE, KEEPER)), share=SHARES)
    def liquidate(self, who, by, share):
        self.both(by, LiquidateBandsCall(who, share), lambda twin: twin.liquidate(by, who, share))

    @rule(upwards=st.booleans(), size=st.sampled_from((0.0, 1e-12, 0.01, 1.0, 5.0, 100.0)))
    def swap(self, upwards, size):
        world = self.world
        amount = int(size * self.price * WAD) if upwards else self.units(size)
        asset = CRVUSD if upwards else world.gem

        def act(twin):
            paid, got = twin.swap(upwards, amount)
            return (-paid, got) if upwards else (got, -paid)

        self.both(TRADER, SwapCall(asset.id, amount, 0), act)

    @rule()
    def arbitrage(self):
        """Bring the amm to the oracle's price."""
        view = self.world.amm.view(self.world.now)
        asset, amount = view.swap_to(view.oracle_price)
        quote = view.swap_of(asset, amount)

        def act(twin):
            paid, got = twin.swap(asset == CRVUSD.id, amount)
            if quote is not None:
                assert (paid, got) == quote[:2]
            return (-paid, got) if asset == CRVUSD.id else (got, -paid)

        self.both(TRADER, SwapCall(asset, amount, 0), act)

    @rule(percent=st.integers(-8, 8), later=st.sampled_from((0, 12, 60, 3_600, 10**6)))
    def move_price(self, percent, later):
        self.price = max(200, min(20_000, self.price * (100 + percent) // 100))
        self.world.set_price(self.price, later)
        self.twin.posted, self.twin.now = self.price * WAD, self.world.now

    @rule()
    def accrue(self):
        self.world.done(KEEPER, AccrueCall())
        self.twin.put_debt(0, 0, 0)
        self.twin.save_rate()

    @rule()
    def screen(self):
        world = self.world
        world.screen()

        unhealthy = [who for who in sorted(self.twin.debts) if self.twin.health(who, True) < 0]
        self.heard += ["unhealthy"] * len(unhealthy)
        assert unhealthy == sorted(world.market.fell)
        assert unhealthy == [each.account for each in world.market.view(world.now).unhealthy]

    @invariant()
    def same(self):
        if not hasattr(self, "world"):
            return
        world, twin = self.world, self.twin
        bands = world.amm.bands
        world._check()
        for ours, theirs in ((bands.x, twin.x), (bands.y, twin.y), (bands.shares, twin.total)):
            assert {n: amount for n, amount in theirs.items() if amount} == ours
        assert (twin.active, twin.low, twin.high) == (bands.active, bands.lowest, bands.highest)
        assert (twin.money, twin.debt_total) == (world.market.held, world.market.total.initial)
        for who in twin.debts:
            assert twin.debt(who) == world.market.debt(who, world.now)
            assert twin.health(who, True) + WAD == world.health(who)
        assert twin.debts.keys() == world.market.loans.keys()


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=15, stateful_step_count=40, deadline=None, phases=(Phase.generate,), report_multiple_bugs=False)


def test_a_long_stroll_meets_everything():
    heard = []
    for seed in range(8):
        dice, walk = random.Random(seed), Walk()
        walk.open(a=(20, 100, 200)[seed % 3], gem=(WETH, WBTC)[seed % 2], span=(0, 600)[seed // 2 % 2], rate=seed % 4 > 1)
        for _ in range(200):
            stroll(walk, dice)
            walk.same()
        heard += walk.heard

    refusals = {"AMOUNT_TOO_LOW", "BAND_COUNT", "DEBT_TOO_HIGH", "HEALTHY", "LOAN_EXISTS", "NO_LOAN", "SOFT_LIQUIDATION"}
    refusals |= {"NOT_ALLOWED", "UNHEALTHY"}
    calls = {"CreateLoanCall", "SupplyCall", "WithdrawCall", "BorrowCall", "RepayCall", "LiquidateBandsCall", "SwapCall", "unhealthy"}
    assert refusals | calls <= set(heard), (refusals | calls) - set(heard)
    assert min(heard.count(each) for each in calls) >= 3


def stroll(walk, dice):
    """Take one step; prices come and go in waves, so that loans are sold, bought back, and wear out."""
    who = dice.choice((ALICE, BOB, CAROL))
    ill = dice.choice(sorted(walk.twin.debts.keys() & walk.world.market.fell.keys()) or [who])
    wave = (-5, 2) if walk.price > 1_900 or (walk.price > 1_500 and dice.random() < 0.4) else (-2, 5)
    steps = [
        (2, lambda: walk.create(who, dice.uniform(0, 20), dice.uniform(0, 40_000), dice.randint(3, 51))),
        (1, lambda: walk.create(who, 1e-17 * dice.randint(1, 100), 1e-18, 10)),
        (6, lambda: walk.create_tight(who, dice.randint(4, 12), dice.uniform(0.9, 1.0))),
        (2, lambda: walk.change_collateral(who, dice.uniform(-2, 2))),
        (4, lambda: walk.borrow(who, dice.uniform(1, 500))),
        (1, lambda: walk.repay(who, dice.choice((0.001, 0.1, 0.5, 0.99, 1.0, 2.0)), dice.random() < 0.3)),
        (2, lambda: walk.repay(ill, dice.choice((0.001, 0.001, 0.2, 1.0)), dice.random() < 0.5)),
        (3, lambda: walk.liquidate(ill, dice.choice((ALICE, KEEPER)), dice.choice((1, 10**16, 3 * 10**17, 999 * 10**15, WAD)))),
        (2, lambda: walk.swap(dice.random() < 0.5, dice.choice((0.0, 1e-12, 0.01, 1.0, 5.0)))),
        (14, walk.arbitrage),
        (14, lambda: walk.move_price(dice.randint(*wave), dice.choice((12, 60, 3_600, 3_600)))),
        (1, lambda: walk.move_price(dice.randint(-8, 8), dice.choice((0, 10**6)))),
        (1, walk.accrue),
        (6, walk.screen),
    ]
    dice.choices([step for _, step in steps], [weight for weight, _ in steps])[0]()
