"""The vow and its house walk beside a naive twin: whatever is called in whatever sequence, both say and hold the same."""

from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sim.auction import gas
from sim.commands import BidDownCall, HealCall, RearmCall, ReleaseDebtCall, SettleCall, StartDebtAuctionCall
from sim.units import RAD, WAD
from sim.vocabulary import Refusal
from tests.auction.debt_world import ALICE, AUCTION_LIFETIME, BID_LIFETIME, BOB, HOUSE, LOT, OFFER, OPENED, VOW, build

PARTIES = (ALICE, BOB)
WAIT = 1_000


class Twin:
    """The rules told again from the contracts' description, with lists and fractions."""

    def __init__(self):
        self.money = {ALICE: 0, BOB: 0, VOW: 0}
        self.waiting = []
        self.released = 0
        self.sales = {}
        self.started = 0
        self.issued = {ALICE: 0, BOB: 0}

    @property
    def on_auction(self):
        return sum(sale["sum"] for sale in self.sales.values() if sale["who"] is None)

    @property
    def bad_debt(self):
        return self.released - self.on_auction

    def release(self, since, now):
        if now - since < WAIT:
            return Refusal.TOO_EARLY
        self.released += sum(rad for second, rad in self.waiting if second == since)
        self.waiting = [entry for entry in self.waiting if entry[0] != since]
        return Refusal.NONE

    def heal(self, rad):
        if rad > self.money[VOW]:
            return Refusal.INSUFFICIENT_BALANCE
        if rad > self.bad_debt:
            return Refusal.TOO_LITTLE_DEBT
        self.money[VOW] -= rad
        self.released -= rad
        return Refusal.NONE

    def start(self, now):
        if self.bad_debt < LOT:
            return Refusal.TOO_LITTLE_DEBT
        if self.money[VOW]:
            return Refusal.SURPLUS_LEFT
        self.started += 1
        self.sales[self.started] = {"sum": LOT, "lot": OFFER, "who": None, "last": None, "end": now + AUCTION_LIFETIME}
        return Refusal.NONE

    def bid(self, who, number, lot, rad, now):
        sale = self.sales.get(number)
        if sale is None:
            return Refusal.UNKNOWN_SALE
        if now >= sale["end"] or (sale["last"] is not None and now >= sale["last"] + BID_LIFETIME):
            return Refusal.AUCTION_OVER
        if rad != sale["sum"]:
            return Refusal.OTHER_LOT
        if lot >= sale["lot"] or lot * Fraction(105, 100) > sale["lot"]:
            return Refusal.BID_TOO_LOW
        if sale["who"] != who:
            if self.money[who] < rad:
                return Refusal.INSUFFICIENT_BALANCE
            self.money[who] -= rad
            if sale["who"] is None:
                self.released -= rad
            else:
                self.money[sale["who"]] += rad
        sale |= {"who": who, "lot": lot, "last": now}
        return Refusal.NONE

    def settle(self, number, now):
        sale = self.sales.get(number)
        if sale is None:
            return Refusal.UNKNOWN_SALE
        if sale["last"] is None or (now <= sale["last"] + BID_LIFETIME and now <= sale["end"]):
            return Refusal.NOT_OVER
        self.issued[sale["who"]] += sale["lot"]
        del self.sales[number]
        return Refusal.NONE

    def rearm(self, number, now):
        sale = self.sales.get(number)
        if sale is None:
            return Refusal.UNKNOWN_SALE
        if sale["last"] is not None or now <= sale["end"]:
            return Refusal.NOT_OVER
        sale |= {"lot": int(sale["lot"] * Fraction(3, 2)), "end": now + AUCTION_LIFETIME}
        return Refusal.NONE


SUMS = st.sampled_from([1, 7 * RAD, LOT // 2, LOT - 1, LOT, LOT + 1, 3 * LOT])
SALES = st.integers(0, 7)
"""Which of the sales that there are; 7: one that there is not."""


class VowAndHouse(RuleBasedStateMachine):
    """Every call, with numbers at and around what decides it; some txs run out of gas and must leave nothing behind."""

    def __init__(self):
        super().__init__()
        self.world = build(WAIT)
        self.twin = Twin()

    @initialize(auctions=st.integers(0, 3), funds=st.sampled_from([0, LOT, 5 * LOT]))
    def the_day_before(self, auctions, funds):
        for party in PARTIES:
            self.somebody_gets_money(party, funds)
        for _ in range(auctions + 1):
            self.a_vault_is_seized(LOT)
        self.world.now += WAIT
        self.debt_is_released(0, 0)
        for _ in range(auctions):
            self.an_auction_is_started()

    def number_of(self, which):
        """Return the number of a sale that there is, or of none."""
        there = sorted(self.twin.sales)
        return there[which % len(there)] if there and which < 7 else self.twin.started + 1

    @rule(seconds=st.sampled_from([0, 1, WAIT - 1, WAIT, BID_LIFETIME - 1, BID_LIFETIME, BID_LIFETIME + 1, AUCTION_LIFETIME + 1]))
    def time_passes(self, seconds):
        self.world.now += seconds

    @rule(rad=SUMS)
    def a_vault_is_seized(self, rad):
        self.world.seize(rad)
        self.twin.waiting.append((self.world.now, rad))

    @rule(rad=SUMS)
    def an_auction_brings_money(self, rad):
        self.world.raise_money(rad)
        self.twin.money[VOW] += rad

    @rule(party=st.sampled_from(PARTIES), rad=SUMS)
    def somebody_gets_money(self, party, rad):
        self.world.fund(party, rad)
        self.twin.money[party] += rad

    def both(self, party, place, call, act):
        """Let both carry a call out; before that, let it fail at its end, which must change nothing."""
        self.world.execute(party, place, call, gas_limit=gas.REFUSED_DEBT)
        self.the_books_agree()
        assert self.world.execute(party, place, call) == act()

    @rule(since=st.integers(0, 5), off=st.sampled_from([0, 0, 0, 1]))
    def debt_is_released(self, since, off):
        seconds = [second for second, _ in self.twin.waiting] or [OPENED]
        asked = seconds[since % len(seconds)] + off
        self.both(ALICE, VOW, ReleaseDebtCall(asked), lambda: self.twin.release(asked, self.world.now))

    @rule(share=st.sampled_from(["debt", "money", "both", "more"]))
    def debt_is_healed(self, share):
        money, debt = self.twin.money[VOW], self.twin.bad_debt
        rad = {"debt": debt, "money": money, "both": min(money, debt), "more": min(money, debt) + 1}[share]
        self.both(ALICE, VOW, HealCall(rad), lambda: self.twin.heal(rad))

    @rule()
    def an_auction_is_started(self):
        self.both(BOB, VOW, StartDebtAuctionCall(), lambda: self.twin.start(self.world.now))

    @rule(
        party=st.sampled_from(PARTIES),
        which=SALES,
        percent=st.sampled_from([0, 50, 95, 95, 95, 96, 100]),
        off=st.sampled_from([0] * 7 + [1]),
    )
    def somebody_bids(self, party, which, percent, off):
        number = self.number_of(which)
        last = self.twin.sales.get(number, {"lot": OFFER})["lot"]
        lot, rad = last * WAD // (105 * WAD // 100) if percent == 95 else last * percent // 100, LOT + off
        self.both(party, HOUSE, BidDownCall(number, lot, rad), lambda: self.twin.bid(party, number, lot, rad, self.world.now))

    @rule(which=SALES)
    def somebody_settles(self, which):
        number = self.number_of(which)
        self.both(ALICE, HOUSE, SettleCall(number), lambda: self.twin.settle(number, self.world.now))

    @rule(which=SALES)
    def somebody_rearms(self, which):
        number = self.number_of(which)
        self.both(BOB, HOUSE, RearmCall(number), lambda: self.twin.rearm(number, self.world.now))

    @invariant()
    def the_books_agree(self):
        world, twin = self.world, self.twin
        world.check()
        assert {party: world.money(party) for party in twin.money} == twin.money
        assert {party: world.issued(party) for party in twin.issued} == twin.issued
        assert world.vow.queued == sum(rad for _, rad in twin.waiting)
        assert (world.vow.bad_debt(), world.vow.on_auction) == (twin.bad_debt, twin.on_auction)
        shown = world.house.view(world.now).sales
        assert [(sale.sale, sale.lot, sale.bidder or None) for sale in shown] == [
            (number, sale["lot"], sale["who"]) for number, sale in sorted(twin.sales.items())
        ]


TestVowAndHouse = VowAndHouse.TestCase
TestVowAndHouse.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
