"""A small system: ether as collateral, a price one can set, a chain that executes one tx at a time."""

from typing import Any

import attrs

from sim.assets import Asset
from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.ledger import Ledger
from sim.lending.liquity.opening import open_account, open_deposit
from sim.lending.liquity.system import Liquity
from sim.lending.liquity.terms import LiquityTerms
from sim.units import UINT256_MAX, WAD, Gas, Party, Place, Seconds, Wad
from sim.vocabulary import Refusal
from tests.lending.small_chain import CHAIN as CHAIN
from tests.lending.small_chain import SmallChain

ETH, LUSD = Asset(1, "ETH", 18), Asset(2, "LUSD", 18)
SYSTEM: Place = 101
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


@attrs.define(kw_only=True)
class World(SmallChain):
    """One system and what it needs."""

    system: Liquity
    price: SetPrice
    now: Seconds = OPENED

    def contracts(self) -> dict[Place, Any]:
        return {SYSTEM: self.system}

    def liquidate(self, party: Party) -> Gas | Refusal:
        return self.execute(KEEPER, LiquidateCall(party, LUSD.id, ETH.id, UINT256_MAX))

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
    return World(system=Liquity.of(SYSTEM, CHAIN, LiquityTerms(ETH, LUSD, STAKING), price, ledger, OPENED), ledger=ledger, price=price)
