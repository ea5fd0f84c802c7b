"""A small system: ether as collateral, a price one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.chain.contract import BlockHead, Buffer, CallContext, answer
from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.liquity.opening import open_account, open_deposit
from sim.lending.liquity.system import Liquity
from sim.lending.liquity.terms import LiquityTerms
from sim.units import UINT256_MAX, WAD, Gas, Party, Seconds, Units, Wad
from sim.vocabulary import Refusal

ETH, LUSD = Asset(1, "ETH", 18), Asset(2, "LUSD", 18)
CHAIN, SYSTEM = 100, 101
ALICE, BOB, CAROL, DAVE, KEEPER, STAKING = 201, 202, 203, 204, 205, 206
OPENED: Seconds = 1_617_580_800
HOUR, DAY = 3_600, 86_400


@attrs.define
class SetPrice:
    """A price as a test sets it; 0 for none."""

    value: Wad

    def fetch(self, timestamp: Seconds) -> Wad:
        if not self.value:
            raise Revert(Refusal.NOTHING_POSTED)
        return self.value

    def last(self) -> Wad:
        return self.value


@attrs.define
class World:
    """One system and what it needs."""

    system: Liquity
    ledger: Ledger
    price: SetPrice
    now: Seconds = OPENED
    said: list[tuple[Any, ...]] = attrs.field(factory=list)
    """Rows of the last tx that succeeded."""
    told: int = 0

    def give(self, party: Party, asset: Asset, units: Units) -> None:
        self.ledger.mint(asset.id, self.ledger.open(party, CHAIN), units)

    def held(self, party: Party, asset: Asset) -> Units:
        return self.ledger.balance(asset.id, self.ledger.open(party, CHAIN))

    def execute(self, sender: Party, call: Any) -> Gas | Refusal:
        """Carry one tx out; return its gas, or why it reverted."""
        journal, buffer = self.ledger.journal, Buffer(first=self.told + 1)
        context = CallContext(BlockHead(1, self.now, 0, 0), 1, sender, sender, SYSTEM, {SYSTEM: self.system}, journal, buffer)
        mark = journal.begin()
        try:
            gas = answer(call, context)
        except Revert as revert:
            journal.rollback(mark)
            journal.commit()
            return revert.reason
        journal.commit()
        self.said = [row for _, _, _, row in buffer.rows]
        self.told += len(buffer.rows)
        return gas

    def done(self, sender: Party, call: Any) -> Gas:
        """Carry one tx out that must succeed."""
        found = self.execute(sender, call)
        assert not isinstance(found, Refusal), found.name
        return found

    def liquidate(self, party: Party) -> Gas | Refusal:
        return self.execute(KEEPER, LiquidateCall(party, LUSD.id, ETH.id, UINT256_MAX))

    def rows(self, record: Any) -> list[Any]:
        """Return what the last tx said of one kind, as records."""
        return [record(*row[1:]) for row in self.said if row[0] == record.kind]

    def set_ether(self, dollars: int) -> None:
        self.price.value = dollars * WAD

    def trove(self, party: Party, ether: int, debt: int) -> None:
        """Open a trove as a run opens its own: with all its debt, in whole units."""
        open_account(self.system, party, ether * WAD, debt * WAD)

    def deposit(self, party: Party, units: int) -> None:
        open_deposit(self.system, party, units * WAD)

    def screen(self, post: int = 0, price: int = 0) -> list[tuple[Party, tuple[int, ...]]]:
        return self.system.screen(self.now, post, ETH.id, price)

    def health(self, party: Party) -> Wad:
        return self.system.standing(party, self.now).health

    def state(self) -> Any:
        """Return all that a tx could have changed."""
        system, book, pool = self.system, self.system.book, self.system.stability
        sums = (book.active_collateral, book.active_debt, book.default_collateral, book.default_debt, book.total_stakes)
        marks = (book.stakes_then, book.collateral_then, book.collateral_per_stake, book.debt_per_stake)
        errors = (book.collateral_error, book.debt_error, pool.collateral_error, pool.loss_error)
        stability = (dict(pool.deposits), pool.total, pool.collateral, pool.product, pool.scale, pool.epoch, dict(pool.sums))
        own = (system.base_rate, system.fee_at, system.issued, system.gas_reserve, dict(system.surplus), dict(system.held))
        balances = {asset: list(purses) for asset, purses in self.ledger.balances.items()}
        return dict(book.troves), book.order, sums, marks, errors, stability, own, balances

    def _check(self) -> None:
        self.system._check()
        self.ledger.check()


def build(ether: int = 2_000) -> World:
    """Return an empty system; ether is worth 2,000."""
    ledger = Ledger()
    for asset in (ETH, LUSD):
        ledger.add_asset(asset)
    for party in (ALICE, BOB, CAROL, DAVE, KEEPER, STAKING):
        ledger.open(party, CHAIN)
    price = SetPrice(ether * WAD)
    return World(Liquity.of(SYSTEM, CHAIN, LiquityTerms(ETH, LUSD, STAKING), price, ledger, OPENED), ledger, price)
