"""The ledger: nothing appears or vanishes, whatever is asked of it, also inside a tx that fails."""

import copy
from collections import defaultdict

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sim.assets import Asset
from sim.errors import BrokenInvariant, Revert
from sim.ledger import Ledger
from sim.vocabulary import Refusal

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
ALICE, BOB, VENUE, CHAIN = 10, 11, 3, 4


def ledger_with(alice: int = 0, bob: int = 0) -> tuple[Ledger, int, int]:
    """Return a ledger, and the purses of Alice and Bob at the venue with so much ETH."""
    ledger = Ledger()
    ledger.add_asset(ETH)
    purses = ledger.open(ALICE, VENUE), ledger.open(BOB, VENUE)
    for purse, units in zip(purses, (alice, bob), strict=True):
        ledger.mint(ETH.id, purse, units)
    return ledger, *purses


def test_an_owner_has_one_purse_a_place():
    ledger, alice, bob = ledger_with()

    assert ledger.open(ALICE, VENUE) == alice
    assert len({alice, bob, ledger.open(ALICE, CHAIN)}) == 3
    assert ledger.owners[alice] == (ALICE, VENUE)


def test_an_asset_made_known_later_is_in_every_purse():
    ledger, alice, _ = ledger_with(5)
    ledger.add_asset(USDC)

    ledger.mint(USDC.id, alice, 7)

    assert (ledger.balance(ETH.id, alice), ledger.balance(USDC.id, alice)) == (5, 7)
    ledger.check()


def test_an_asset_is_made_known_once():
    ledger, _, _ = ledger_with()

    with pytest.raises(AssertionError):
        ledger.add_asset(ETH)


def test_units_move():
    ledger, alice, bob = ledger_with(5, 1)

    ledger.move(ETH.id, alice, bob, 5)

    assert (ledger.balance(ETH.id, alice), ledger.balance(ETH.id, bob)) == (0, 6)


def test_what_is_not_there_does_not_move():
    ledger, alice, bob = ledger_with(5)

    with pytest.raises(Revert) as refused:
        ledger.move(ETH.id, alice, bob, 6)

    assert refused.value.reason == Refusal.INSUFFICIENT_BALANCE
    assert (ledger.balance(ETH.id, alice), ledger.balance(ETH.id, bob)) == (5, 0)


def test_what_is_held_does_not_move_and_is_not_burned():
    ledger, alice, bob = ledger_with(5)
    ledger.holds[ETH.id][alice] = 2

    ledger.move(ETH.id, alice, bob, 3)

    assert ledger.free(ETH.id, alice) == 0
    for act in (lambda: ledger.move(ETH.id, alice, bob, 1), lambda: ledger.burn(ETH.id, alice, 1)):
        with pytest.raises(Revert):
            act()


def test_a_move_to_oneself_changes_nothing():
    ledger, alice, _ = ledger_with(5)

    ledger.move(ETH.id, alice, alice, 5)

    assert ledger.balance(ETH.id, alice) == 5


@pytest.mark.parametrize("act", ["mint", "burn"])
def test_negative_units_are_a_defect(act):
    ledger, alice, bob = ledger_with(5)

    with pytest.raises(AssertionError):
        getattr(ledger, act)(ETH.id, alice, -1)
    with pytest.raises(AssertionError):
        ledger.move(ETH.id, alice, bob, -1)


def test_units_from_nowhere_are_noticed():
    ledger, alice, _ = ledger_with(5)
    ledger.balances[ETH.id][alice] += 1

    with pytest.raises(BrokenInvariant, match="ETH: balances sum to 6, minted were 5"):
        ledger.check()


@pytest.mark.parametrize("held", [-1, 6])
def test_a_hold_outside_its_balance_is_noticed(held):
    ledger, alice, _ = ledger_with(5)
    ledger.holds[ETH.id][alice] = held

    with pytest.raises(BrokenInvariant, match=f"holds {held} of 5"):
        ledger.check()


def test_a_fork_has_its_own_balances():
    ledger, alice, bob = ledger_with(5)

    fork = copy.deepcopy(ledger)
    fork.move(ETH.id, alice, bob, 5)

    assert (ledger.balance(ETH.id, alice), fork.balance(ETH.id, alice)) == (5, 0)


class LedgerWalk(RuleBasedStateMachine):
    """Random bookkeeping beside a twin that keeps a dict and copies all of it at a savepoint."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.twin: dict[tuple[int, int], int] = defaultdict(int)
        self.minted: dict[int, int] = defaultdict(int)
        self.savepoints: list[tuple[int, dict[tuple[int, int], int], dict[int, int]]] = []

    @initialize()
    def open(self) -> None:
        for asset in (ETH, USDC):
            self.ledger.add_asset(asset)
        for owner in range(4):
            assert self.ledger.open(owner, VENUE) == owner

    purses, assets, units = st.integers(0, 3), st.sampled_from([1, 2]), st.integers(0, 100)

    @rule(asset=assets, purse=purses, units=units)
    def mint(self, asset, purse, units):
        self.ledger.mint(asset, purse, units)
        self.twin[asset, purse] += units
        self.minted[asset] += units

    @rule(asset=assets, purse=purses, units=units)
    def burn(self, asset, purse, units):
        if units > self.twin[asset, purse]:
            with pytest.raises(Revert):
                self.ledger.burn(asset, purse, units)
            return
        self.ledger.burn(asset, purse, units)
        self.twin[asset, purse] -= units
        self.minted[asset] -= units

    @rule(asset=assets, giver=purses, taker=purses, units=units)
    def move(self, asset, giver, taker, units):
        if units > self.twin[asset, giver]:
            with pytest.raises(Revert):
                self.ledger.move(asset, giver, taker, units)
            return
        self.ledger.move(asset, giver, taker, units)
        self.twin[asset, giver] -= units
        self.twin[asset, taker] += units

    @rule()
    def savepoint(self):
        journal = self.ledger.journal
        mark = journal.mark() if self.savepoints else journal.begin()
        self.savepoints.append((mark, self.twin.copy(), self.minted.copy()))

    @precondition(lambda self: self.savepoints)
    @rule(data=st.data())
    def rollback(self, data):
        kept = data.draw(st.integers(0, len(self.savepoints) - 1))
        mark, self.twin, self.minted = self.savepoints[kept]
        self.ledger.journal.rollback(mark)
        del self.savepoints[kept:]
        if not self.savepoints:
            self.ledger.journal.commit()

    @precondition(lambda self: self.savepoints)
    @rule()
    def commit(self):
        self.savepoints.clear()
        self.ledger.journal.commit()

    @invariant()
    def agrees(self):
        self.ledger.check()
        assert self.ledger.minted == {asset: self.minted[asset] for asset in self.ledger.assets}
        for (asset, purse), units in self.twin.items():
            assert self.ledger.balance(asset, purse) == units


TestLedgerWalk = LedgerWalk.TestCase
