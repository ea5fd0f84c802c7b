"""One kind of vault: its collateral, its terms, and everybody's vaults of that kind (an ilk, with its part of Spotter and Jug).

Supply, withdraw, borrow and repay do what users' proxies do in one tx: join and lock, free and exit, draw and exit, join and wipe.
``RefreshPriceCall`` reads the feed, ``AccrueCall`` charges the stability fee; until then vaults are judged at the old price and index.
``screen`` and ``note_fell`` are the wiring's, as with every pool: after each refreshed price and each block.

Promised: a vault is unsafe only strictly below its margin, and nobody is while the feed has no price; nothing a borrower does leaves
its own vault unsafe, dusty, or the debt above a ceiling; a reverted tx leaves no trace; ``screen`` misses nobody.
Sources: vat.sol (frob, grab, fold), spot.sol (poke), jug.sol (drip) [makerdao/dss fa4f663]. Model choices: borrow and repay accrue
first (the proxies did so for a draw only); a refused amount of nothing. Left out: a base fee common to all pools.
"""

from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.commands import AccrueCall, BorrowCall, RefreshPriceCall, RepayCall, SupplyCall, WithdrawCall
from sim.errors import Revert
from sim.lending.aave.standing import Standing
from sim.lending.aave.views import AccountView
from sim.lending.positions import Positions
from sim.lending.screening import Screening
from sim.lending.vault import gas, rules
from sim.lending.vault.columns import VaultSides
from sim.lending.vault.engine import VaultEngine
from sim.lending.vault.terms import PriceSource as PriceSource
from sim.lending.vault.terms import Vault as Vault
from sim.lending.vault.terms import VaultTerms as VaultTerms
from sim.lending.vault.views import ONE, VaultPoolView, account_of, reserve_of, reserves_of
from sim.lending.vault.watch import Watch, view_of
from sim.records.auctions import FeeAccrued, PriceRefreshed
from sim.records.layout import Row
from sim.records.lending import Borrowed, Repaid, Supplied, Withdrawn
from sim.units import (
    NO_SEQ,
    RAY,
    UINT256_MAX,
    WAD,
    AssetId,
    Gas,
    Party,
    Place,
    Price,
    Ray,
    Seconds,
    Seq,
    Units,
)
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class VaultPool:
    """One kind of vault."""

    calls: ClassVar[tuple[type[Any], ...]] = (SupplyCall, WithdrawCall, BorrowCall, RepayCall, RefreshPriceCall, AccrueCall)

    place: Place
    engine: VaultEngine
    terms: VaultTerms
    feed: PriceSource
    vow: Party
    accrued_at: Seconds
    positions: Positions
    """Shares of debt stand under the money's name."""
    index: Ray = RAY
    """Debt per share (rate)."""
    margin_price: Ray = 0
    """Debt that a unit of collateral may carry (spot); 0 while there is no price."""
    price: Price = 0
    """Of a whole of collateral, as last refreshed."""
    total_shares: int = 0
    watch: Watch = attrs.field(factory=Watch)
    """Who is unsafe."""

    @classmethod
    def of(cls, place: Place, engine: VaultEngine, terms: VaultTerms, feed: PriceSource, vow: Party, opened_at: Seconds) -> "VaultPool":
        """Return a pool without vaults, at the price that its feed shows."""
        pool = cls(place, engine, terms, feed, vow, opened_at, Positions(engine.journal))
        engine.pools[place] = pool
        pool.read_feed()
        return pool

    @property
    def collateral(self) -> AssetId:
        """What its vaults lock."""
        return self.terms.collateral.id

    @property
    def money(self) -> AssetId:
        """What its vaults owe, as it is on the chain."""
        return self.engine.money

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED)
        if isinstance(call, RefreshPriceCall):
            return self._refresh(context)
        if isinstance(call, AccrueCall):
            self._accrue(context)
            return gas.ACCRUE
        if isinstance(call, SupplyCall):
            return self._supply(call, context)
        if isinstance(call, WithdrawCall):
            return self._withdraw(call, context)
        if isinstance(call, BorrowCall):
            return self._borrow(call, context)
        assert isinstance(call, RepayCall)
        return self._repay(call, context)

    def vault(self, party: Party) -> Vault:
        """Return what somebody has locked and owes."""
        account = self.positions.peek(party)
        return Vault(account.collaterals.get(self.collateral, 0), account.debts.get(self.money, 0))

    def is_unsafe(self, party: Party) -> bool:
        """Say whether a vault may be liquidated now: strictly below its margin, while there is a price."""
        return rules.is_unsafe(*self.vault(party), self.margin_price, self.index)

    def standing(self, party: Party, timestamp: Seconds) -> Standing:
        """Return a vault's values and health, at the price and index that it is judged by."""
        vault = self.vault(party)
        return Standing(
            collateral=rules.value_of_collateral(vault.collateral, self.price),
            debt=rules.value_of_debt(vault.shares * self.index),
            max_ltv=self.terms.threshold if vault.collateral else 0,
            health=rules.health(*vault, self.margin_price, self.index),
        )

    def take(self, owner: Party, collateral: Units, shares: int) -> None:
        """Take collateral and debt out of a vault, for ``VaultEngine.grab``. Reverts with ARITHMETIC where it has less."""
        self._change(owner, -collateral, -shares)

    def add(self, owner: Party, collateral: Units, shares: int) -> None:
        """Add to a vault, for ``opening``."""
        self._change(owner, collateral, shares)

    def locked(self) -> Units:
        """Return the collateral of all vaults, added up. Cost: all vaults."""
        return self.positions.total(self.collateral, is_debt=False)

    def total_collateral(self) -> Units:
        """Return the collateral of all vaults."""
        return self.locked()

    @property
    def fell(self) -> dict[Party, Seq]:
        """Unsafe vaults, as far as screened, with their ``HealthFell`` (0 until noted)."""
        return self.watch.fell

    @property
    def screening(self) -> Screening:
        """Who must be looked at when price or index move."""
        return self.watch.screening

    def screen(self, timestamp: Seconds, post: Seq = NO_SEQ, posted_asset: AssetId = 0, price: Price = 0) -> list[tuple[Party, Row]]:
        """Return a ``HealthFell`` or ``HealthRecovered`` row for every vault that changed sides, by id.

        Call it between txs: after a refreshed price (naming its entry, the asset and the price) and after each block (naming none).
        Nothing is said while there is no price. Cost: nothing when nothing moved; else as with every pool, those near their margin.
        """
        assert not self.engine.journal.is_open, "screening belongs between txs"
        return self.watch.screen(self, post, price)

    def note_fell(self, account: Party, seq: Seq) -> None:
        """Take note of the number a vault's ``HealthFell`` got on the tape."""
        self.watch.note_fell(account, seq)

    def view(self, timestamp: Seconds) -> VaultPoolView:
        """Return what desks see at a block. Cost: the unsafe vaults; those that have not changed are not made anew."""
        return VaultPoolView(
            timestamp=timestamp,
            collateral=self.collateral,
            money=self.money,
            index=self.index,
            margin_price=self.margin_price,
            price=self.price,
            min_debt=self.terms.min_debt,
            accrued_at=self.accrued_at,
            reserves=reserves_of(
                reserve_of(self.collateral, self.price, WAD, self._held(), RAY, self.terms.threshold),
                reserve_of(self.money, ONE, WAD, self._room(), self.index, 0),
            ),
            unhealthy=self.watch.unhealthy(self),
        )

    def position(self, party: Party, timestamp: Seconds) -> AccountView:
        """Return a vault as a lending pool would show the account; without a price its collateral is worth nothing."""
        terms = self.terms
        return account_of(
            view_of(self, party, self.fell), self.price, self.index, self.collateral, self.money, terms.threshold, terms.min_debt
        )

    def _refresh(self, context: CallContext) -> Gas:
        self.read_feed()
        context.say(self.place, context.sender, (PriceRefreshed.kind, self.price, self.margin_price, self.feed.posted))
        return gas.REFRESH_PRICE

    def read_feed(self) -> None:
        """Take the feed's price over; without one nobody may borrow or be liquidated."""
        price, has_price = self.feed.peek()
        margin = rules.margin_price(price, self.terms.par, self.terms.ratio) if has_price else 0
        self.engine.journal.put(self, "margin_price", margin)
        self.engine.journal.put(self, "price", price // rules.PRICE_SCALE if has_price else 0)

    def _accrue(self, context: CallContext) -> None:
        """Charge the stability fee up to the block: the index grows, the fee is the vow's."""
        journal, terms = self.engine.journal, self.terms
        grown = rules.index_after(self.index, terms.fee_per_second, context.timestamp - self.accrued_at)
        fee = self.total_shares * (grown - self.index)
        moved = grown != self.index
        journal.put(self, "accrued_at", context.timestamp)
        journal.put(self, "index", grown)
        self.engine.issue(self.vow, fee)
        if moved:
            context.say(self.place, context.sender, (FeeAccrued.kind, grown, fee))

    def _supply(self, call: SupplyCall, context: CallContext) -> Gas:
        """Lock collateral, in one's own vault or another's. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, MUST_NOT_LEAVE_DUST, ..."""
        owner, engine = call.on_behalf or context.sender, self.engine
        self._guard_call(call.asset, self.collateral, call.amount)

        engine.join(call.asset, context.sender, call.amount)
        engine.flux(call.asset, context.sender, engine.place, call.amount)
        self._change(owner, call.amount, 0)
        self._guard_dust(owner)

        context.say(self.place, context.sender, (Supplied.kind, owner, call.asset, call.amount))
        return gas.SUPPLY

    def _withdraw(self, call: WithdrawCall, context: CallContext) -> Gas:
        """Free collateral; 2^256-1 for all. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE, UNHEALTHY, MUST_NOT_LEAVE_DUST."""
        owner, engine = context.sender, self.engine
        held = self.vault(owner).collateral
        amount = held if call.amount == UINT256_MAX else call.amount
        self._guard_call(call.asset, self.collateral, amount)
        if amount > held:
            raise Revert(Refusal.INSUFFICIENT_BALANCE)

        self._change(owner, -amount, 0)
        self._guard_safety(owner)
        self._guard_dust(owner)
        engine.flux(call.asset, engine.place, owner, amount)
        engine.exit(call.asset, owner, amount)

        context.say(self.place, owner, (Withdrawn.kind, owner, call.asset, amount))
        return gas.WITHDRAW

    def _borrow(self, call: BorrowCall, context: CallContext) -> Gas:
        """Draw money against one's vault. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, ABOVE_CEILING, UNHEALTHY, MUST_NOT_LEAVE_DUST."""
        owner, engine = context.sender, self.engine
        self._guard_call(call.asset, self.money, call.amount)
        self._accrue(context)
        shares = rules.shares_to_draw(call.amount, self.index)

        self._change(owner, 0, shares)
        engine.issue(owner, shares * self.index)
        if self.total_shares * self.index > self.terms.ceiling or engine.debt > engine.ceiling:
            raise Revert(Refusal.ABOVE_CEILING)
        self._guard_safety(owner)
        self._guard_dust(owner)
        engine.exit(call.asset, owner, call.amount)

        context.say(self.place, owner, (Borrowed.kind, owner, call.asset, call.amount))
        return gas.BORROW

    def _repay(self, call: RepayCall, context: CallContext) -> Gas:
        """Pay debt back, one's own or another's; 2^256-1 for all.

        Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, NOTHING_OWED, INSUFFICIENT_BALANCE, MUST_NOT_LEAVE_DUST.
        """
        owner, engine = call.on_behalf or context.sender, self.engine
        self._guard_call(call.asset, self.money, call.amount)
        self._accrue(context)
        held = self.vault(owner).shares
        if not held:
            raise Revert(Refusal.NOTHING_OWED)
        amount = min(call.amount, rules.units_owed(held, self.index))
        shares = min(rules.shares_to_wipe(amount, self.index), held)
        if not shares:
            raise Revert(Refusal.ZERO_AMOUNT)

        engine.join(call.asset, context.sender, amount)
        engine.retire(context.sender, shares * self.index)
        self._change(owner, 0, -shares)
        self._guard_dust(owner)

        context.say(self.place, context.sender, (Repaid.kind, owner, call.asset, amount))
        return gas.REPAY

    def _change(self, owner: Party, collateral: int, shares: int) -> None:
        """Add to a vault, or take out of it. Reverts with ARITHMETIC where it has less."""
        before = self.vault(owner)
        if before.collateral + collateral < 0 or before.shares + shares < 0:
            raise Revert(Refusal.ARITHMETIC)
        account = self.positions.touch(owner)
        self.positions.put(account.collaterals, self.collateral, before.collateral + collateral)
        self.positions.put(account.debts, self.money, before.shares + shares)
        self.engine.journal.put(self, "total_shares", self.total_shares + shares)

    def _guard_call(self, asset: AssetId, expected: AssetId, amount: Units) -> None:
        if asset != expected:
            raise Revert(Refusal.UNKNOWN_ASSET)
        if amount <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)

    def _guard_safety(self, owner: Party) -> None:
        """Refuse to leave a vault below its margin; without a price every debt is."""
        vault = self.vault(owner)
        if vault.collateral * self.margin_price < vault.shares * self.index:
            raise Revert(Refusal.UNHEALTHY)

    def _guard_dust(self, owner: Party) -> None:
        shares = self.vault(owner).shares
        if shares and shares * self.index < self.terms.min_debt:
            raise Revert(Refusal.MUST_NOT_LEAVE_DUST)

    @property
    def sides(self) -> VaultSides:
        """Both assets, as float columns want them."""
        return VaultSides(self.terms.collateral, self.engine.ledger.assets[self.money])

    def _held(self) -> Units:
        return self.engine.free_collateral(self.collateral, self.engine.place)

    def _room(self) -> Units:
        """Return the money that the ceilings let be drawn."""
        own = self.terms.ceiling - self.total_shares * self.index
        return max(0, min(own, self.engine.ceiling - self.engine.debt)) // RAY

    def _check(self) -> None:
        """Assert every invariant of vaults and screening. Cost: all vaults."""
        self.positions._check()
        self.screening._check()
        assert self.total_shares == self.positions.total(self.money, is_debt=True)
        assert self.engine.pools[self.place] is self
        assert self.index >= RAY
