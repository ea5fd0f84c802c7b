"""The books of a vault system: its own money, collateral that is not locked, debt that nothing stands behind any more.

Every balance is in the ledger. *Internal* money has 45 decimals and lies in purses at the engine's place; so does collateral that is
in the system but in no vault. The engine's own purse there holds all locked collateral and, as internal money, what circulates
outside. Whose vault has how much stands in each pool (``pool``). Joins and exits are calls; all else is for the contracts around.

Promised (``_check``): debt = what vaults owe + unbacked debt + opening debt = all internal money; money on the ledger is covered.
Sources: vat.sol and join.sol [makerdao/dss fa4f663]. Model choices: no permissions (``wards``, ``hope``): a party acts for itself;
vaults outside of the scenario stand behind opening money (``opening_debt``) and never move; a join or exit of nothing is refused.
Left out: shutdown (``cage``, ``live``), ``fork``, money that earns savings.
"""

from typing import Any, ClassVar, Protocol

import attrs

from sim.chain.contract import CallContext
from sim.commands import ExitCall, JoinCall
from sim.errors import Revert
from sim.journal import Journal
from sim.ledger import Ledger
from sim.lending.balance_sheet import BalanceSheet
from sim.lending.vault import gas
from sim.records.auctions import Exited, Joined
from sim.units import NOBODY, RAY, UINT256_MAX, AssetId, Gas, Party, Place, Rad, Ray, Units
from sim.vocabulary import Refusal

MONEY_DECIMALS = 18
INTERNAL_DECIMALS = 45


class Book(Protocol):
    """What the engine knows of a pool of vaults."""

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        ...

    @property
    def collateral(self) -> AssetId:
        """What its vaults lock."""
        ...

    @property
    def vow(self) -> Party:
        """Who gets its fees."""
        ...

    @property
    def index(self) -> Ray:
        """Debt per share."""
        ...

    @property
    def total_shares(self) -> int:
        """Of all its vaults."""
        ...

    def take(self, owner: Party, collateral: Units, shares: int) -> None:
        """Take collateral and debt out of a vault."""
        ...

    def locked(self) -> Units:
        """Return the collateral of all its vaults, added up."""
        ...


@attrs.define(eq=False, repr=False)
class VaultEngine:
    """The books."""

    calls: ClassVar[tuple[type[Any], ...]] = (JoinCall, ExitCall)

    place: Place
    chain: Place
    ledger: Ledger
    money: AssetId
    """As it is on the chain and on venues."""
    internal: AssetId
    """The same within."""
    ceiling: Rad = UINT256_MAX
    """Most debt of all pools together."""
    pools: dict[Place, Book] = attrs.field(factory=dict)
    debt: Rad = 0
    """All internal money there is."""
    unbacked: Rad = 0
    """The part of it that no vault owes any more."""
    unbacked_of: dict[Party, Rad] = attrs.field(factory=dict)
    """By who must heal it."""
    opening_debt: Rad = 0
    """What vaults outside of the scenario owe, for money that was there when the run began or came from outside since."""

    def __attrs_post_init__(self) -> None:
        """Money counts in wad, internal money in rad."""
        assets = self.ledger.assets
        assert (assets[self.money].decimals, assets[self.internal].decimals) == (MONEY_DECIMALS, INTERNAL_DECIMALS)

    @property
    def journal(self) -> Journal:
        """The one journal of the chain's world."""
        return self.ledger.journal

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a join or exit out. Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE."""
        context.spend(gas.REFUSED)
        if call.amount <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        is_join = isinstance(call, JoinCall)
        (self.join if is_join else self.exit)(call.asset, context.sender, call.amount)
        record = Joined if is_join else Exited
        context.say(self.place, context.sender, (record.kind, call.asset, call.amount))
        return gas.JOIN if is_join else gas.EXIT

    def join(self, asset: AssetId, party: Party, units: Units) -> None:
        """Bring a party's units in from the chain. Reverts: UNKNOWN_ASSET, INSUFFICIENT_BALANCE."""
        self._guard_asset(asset)
        outside = self.ledger.open(party, self.chain)
        if asset == self.money:
            self.ledger.burn(asset, outside, units)
            self.move(self.place, party, units * RAY)
        else:
            self.ledger.move(asset, outside, self.purse(party), units)

    def exit(self, asset: AssetId, party: Party, units: Units) -> None:
        """Send a party's units out onto the chain. Reverts: UNKNOWN_ASSET, INSUFFICIENT_BALANCE."""
        self._guard_asset(asset)
        outside = self.ledger.open(party, self.chain)
        if asset == self.money:
            self.move(party, self.place, units * RAY)
            self.ledger.mint(asset, outside, units)
        else:
            self.ledger.move(asset, self.purse(party), outside, units)

    def purse(self, party: Party) -> int:
        """Return a party's purse within."""
        return self.ledger.open(party, self.place)

    def internal_of(self, party: Party) -> Rad:
        """Return a party's internal money."""
        return self.ledger.balance(self.internal, self.purse(party))

    def free_collateral(self, asset: AssetId, party: Party) -> Units:
        """Return what a party has within of an asset, in no vault."""
        return self.ledger.balance(asset, self.purse(party))

    def unbacked_by(self, party: Party) -> Rad:
        """Return the unbacked debt that a party must heal."""
        return self.unbacked_of.get(party, 0)

    def move(self, source: Party, to: Party, rad: Rad) -> None:
        """Move internal money. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.move(self.internal, self.purse(source), self.purse(to), rad)

    def flux(self, asset: AssetId, source: Party, to: Party, units: Units) -> None:
        """Move collateral that is in no vault. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.move(asset, self.purse(source), self.purse(to), units)

    def suck(self, debtor: Party, to: Party, rad: Rad) -> None:
        """Make internal money against unbacked debt of the debtor."""
        self._owe(debtor, rad)
        self.issue(to, rad)

    def heal(self, party: Party, rad: Rad) -> None:
        """Cancel a party's internal money against its unbacked debt. Reverts: ARITHMETIC (less debt), INSUFFICIENT_BALANCE."""
        if rad > self.unbacked_by(party):
            raise Revert(Refusal.ARITHMETIC)
        self.retire(party, rad)
        self._owe(party, -rad)

    def grab(self, pool: Book, owner: Party, collateral_to: Party, debtor: Party, collateral: Units, shares: int) -> None:
        """Seize collateral and debt out of a vault: it goes to a party within, the debt is the debtor's and unbacked.

        Whether the vault is unsafe is for the caller to judge. Reverts with ARITHMETIC where the vault has less.
        """
        pool.take(owner, collateral, shares)
        self.flux(pool.collateral, self.place, collateral_to, collateral)
        self._owe(debtor, shares * pool.index)

    def issue(self, to: Party, rad: Rad) -> None:
        """Make internal money: somebody owes it from now on."""
        self.ledger.mint(self.internal, self.purse(to), rad)
        self.journal.put(self, "debt", self.debt + rad)

    def retire(self, source: Party, rad: Rad) -> None:
        """Destroy internal money: somebody owes it no more. Reverts with INSUFFICIENT_BALANCE."""
        self.ledger.burn(self.internal, self.purse(source), rad)
        self.journal.put(self, "debt", self.debt - rad)

    def back_opening(self, units: Units) -> None:
        """Back money that came into the ledger from outside: what no vault of the scenario owes, vaults outside of it do."""
        missing = max(0, units * RAY - self.internal_of(self.place))
        self.issue(self.place, missing)
        self.opening_debt += missing

    def open_surplus(self, party: Party, rad: Rad) -> None:
        """Give a party internal money of its own when the run begins; vaults outside of the scenario owe it."""
        self.issue(party, rad)
        self.opening_debt += rad

    def balance_sheet(self) -> BalanceSheet:
        """Return what is owed to the system and by it, in rad. Own money is the vows'. Cost: the pools and the ledger's purses."""
        own = sum(self.internal_of(vow) for vow in dict.fromkeys(pool.vow for pool in self.pools.values()))
        return BalanceSheet(
            assets=self._owed_by_vaults() + self.opening_debt,
            liabilities=sum(self.ledger.balances[self.internal]) - own,
            equity=own,
            bad_debt=self.unbacked,
        )

    def _guard_asset(self, asset: AssetId) -> None:
        if asset != self.money and all(asset != pool.collateral for pool in self.pools.values()):
            raise Revert(Refusal.UNKNOWN_ASSET)

    def _owe(self, debtor: Party, rad: Rad) -> None:
        self.journal.write(self.unbacked_of, debtor, self.unbacked_by(debtor) + rad)
        self.journal.put(self, "unbacked", self.unbacked + rad)

    def _owed_by_vaults(self) -> Rad:
        return sum(pool.index * pool.total_shares for pool in self.pools.values())

    def _check(self) -> None:
        """Assert what the books promise. Cost: all vaults."""
        assert self.debt == self._owed_by_vaults() + self.unbacked + self.opening_debt
        assert self.debt == sum(self.ledger.balances[self.internal]) == self.ledger.minted[self.internal]
        assert self.internal_of(self.place) >= RAY * self.ledger.minted[self.money]
        assert self.unbacked == sum(self.unbacked_of.values())
        assert all(rad >= 0 for rad in self.unbacked_of.values())
        assert NOBODY not in self.unbacked_of
        locked: dict[AssetId, Units] = {}
        for pool in self.pools.values():
            locked[pool.collateral] = locked.get(pool.collateral, 0) + pool.locked()
        assert all(self.free_collateral(asset, self.place) == units for asset, units in locked.items())
        assert self.balance_sheet().is_reconciled
