"""A pool written the obvious way: dicts, no journal, no screening, every account looked at every time.

It is the twin that the real pool is held against. It knows v3.0 and v3.7, written from the published contracts and not from our
rule books; a call that is refused raises ``No`` with the word of the refusal and changes nothing, because it works on a copy.
"""

import copy
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

RAY = 10**27
YEAR = 365 * 24 * 3600


class No(Exception):
    """A refusal."""


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


@dataclass
class NaiveReserve:
    unit: int
    max_ltv: int
    threshold: int
    bonus: int
    fee: int
    factor: int
    supply_cap: int | None
    borrow_cap: int | None
    updated: int
    cash: int = 0
    supply_index: int = RAY
    debt_index: int = RAY
    supply_rate: int = 0
    debt_rate: int = RAY // 100
    treasury: int = 0
    deficit: int = 0


@dataclass
class NaivePool:
    version: str
    reserves: dict[int, NaiveReserve]
    now: int
    prices: dict[int, int]
    wallets: dict[tuple[int, int], int] = field(default_factory=dict)
    supplied: dict[tuple[int, int], int] = field(default_factory=dict)
    is_collateral: dict[tuple[int, int], bool] = field(default_factory=dict)
    owed: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.version == "v3_7"

    def attempt(self, name: str, *arguments: int) -> str:
        """Carry a call out on a copy; keep the copy if nothing refused. Return the refusal, or ``done``."""
        trial = copy.deepcopy(self)
        try:
            getattr(trial, name)(*arguments)
        except No as no:
            return str(no)
        self.__dict__.update(trial.__dict__)
        return "done"

    # Shares and units, with the version's rounding.
    def has(self, who: int, asset: int) -> int:
        exact = Fraction(self.supplied.get((who, asset), 0) * self.index_now(asset)[0], RAY)
        return floor(exact) if self.is_new else half_up(exact)

    def owes(self, who: int, asset: int) -> int:
        exact = Fraction(self.owed.get((who, asset), 0) * self.index_now(asset)[1], RAY)
        return ceil(exact) if self.is_new else half_up(exact)

    def to_shares(self, units: int, index: int, up: bool) -> int:
        exact = Fraction(units * RAY, index)
        if not self.is_new:
            return half_up(exact)
        return ceil(exact) if up else floor(exact)

    def index_now(self, asset: int) -> tuple[int, int]:
        reserve = self.reserves[asset]
        seconds = self.now - reserve.updated
        supply, debt = reserve.supply_index, reserve.debt_index
        if seconds:
            supply = half_up(Fraction(supply * (RAY + reserve.supply_rate * seconds // YEAR), RAY))
            if self.debt_shares(asset):
                debt = half_up(Fraction(debt * self.growth(reserve.debt_rate, seconds), RAY))
        return supply, debt

    def growth(self, rate: int, seconds: int) -> int:
        if self.is_new:
            x = rate * seconds // YEAR
            inner = x // 2 + half_up(Fraction(x * (x // 6), RAY))
            return RAY + x + half_up(Fraction(x * inner, RAY))
        square = half_up(Fraction(rate * rate, RAY)) // YEAR**2
        cube = half_up(Fraction(square * rate, RAY)) // YEAR
        pairs, triples = seconds * (seconds - 1), seconds * (seconds - 1) * max(seconds - 2, 0)
        return RAY + rate * seconds // YEAR + pairs * square // 2 + triples * cube // 6

    def debt_shares(self, asset: int) -> int:
        return sum(shares for (_, each), shares in self.owed.items() if each == asset)

    def supply_shares(self, asset: int) -> int:
        return sum(shares for (_, each), shares in self.supplied.items() if each == asset) + self.reserves[asset].treasury

    def accrue(self, asset: int) -> None:
        reserve = self.reserves[asset]
        if reserve.updated == self.now:
            return
        supply, debt = self.index_now(asset)
        shares = self.debt_shares(asset)
        if self.is_new:
            interest = shares * (debt - reserve.debt_index) // RAY
        else:
            interest = half_up(Fraction(shares * debt, RAY)) - half_up(Fraction(shares * reserve.debt_index, RAY))
        kept = half_up(Fraction(interest * reserve.factor, 10_000))
        reserve.treasury += self.to_shares(kept, supply, up=False)
        reserve.supply_index, reserve.debt_index, reserve.updated = supply, debt, self.now

    def rates(self, asset: int) -> None:
        reserve = self.reserves[asset]
        total = Fraction(self.debt_shares(asset) * reserve.debt_index, RAY)
        debt = ceil(total) if self.is_new else half_up(total)
        if not debt:
            reserve.supply_rate, reserve.debt_rate = 0, RAY // 100
            return
        used = half_up(Fraction(debt * RAY, debt + reserve.cash))
        kink = 8 * RAY // 10
        if used <= kink:
            rate = RAY // 100 + half_up(Fraction(half_up(Fraction(4 * RAY // 100 * used, RAY)) * RAY, kink))
        else:
            excess = half_up(Fraction((used - kink) * RAY, RAY - kink))
            rate = RAY // 100 + 4 * RAY // 100 + half_up(Fraction(60 * RAY // 100 * excess, RAY))
        lent = half_up(Fraction(debt * RAY, debt + reserve.cash + reserve.deficit))
        reserve.debt_rate = rate
        reserve.supply_rate = half_up(Fraction(half_up(Fraction(rate * lent, RAY)) * (10_000 - reserve.factor), 10_000))

    # Values and health.
    def value(self, asset: int, units: int, up: bool) -> int:
        exact = Fraction(units * self.prices[asset], self.reserves[asset].unit)
        return ceil(exact) if up and self.is_new else floor(exact)

    def worth(self, who: int) -> dict[int, int]:
        mine = [asset for asset in self.reserves if self.supplied.get((who, asset)) and self.is_collateral.get((who, asset))]
        return {asset: self.value(asset, self.has(who, asset), up=False) for asset in mine if self.reserves[asset].threshold}

    def debt(self, who: int) -> int:
        return sum(self.value(asset, self.owes(who, asset), up=True) for asset in self.reserves if self.owed.get((who, asset)))

    def health(self, who: int) -> int:
        debt, worth = self.debt(who), self.worth(who)
        if not debt:
            return 2**256 - 1
        weighted, total = sum(value * self.reserves[asset].threshold for asset, value in worth.items()), sum(worth.values())
        if self.is_new:
            return half_up(Fraction(weighted * 10**18, debt)) // 10_000
        average = weighted // total if total else 0
        return half_up(Fraction(half_up(Fraction(total * average, 10_000)) * 10**18, debt))

    def average_ltv(self, who: int) -> int:
        worth = self.worth(who)
        total = sum(worth.values())
        return sum(value * self.reserves[asset].max_ltv for asset, value in worth.items()) // total if total else 0

    # Calls.
    def pay(self, who: int, asset: int, units: int) -> None:
        """Move units from a wallet into the pool; negative: out of it."""
        if units > self.wallets.get((who, asset), 0):
            raise No("INSUFFICIENT_BALANCE")
        if -units > self.reserves[asset].cash:
            raise No("INSUFFICIENT_LIQUIDITY")
        self.wallets[who, asset] = self.wallets.get((who, asset), 0) - units
        self.reserves[asset].cash += units

    def supply(self, who: int, asset: int, units: int) -> None:
        self.accrue(asset)
        reserve = self.reserves[asset]
        shares = self.to_shares(units, reserve.supply_index, up=False)
        if units <= 0 or not shares:
            raise No("ZERO_AMOUNT")
        total = Fraction((self.supply_shares(asset) + shares) * reserve.supply_index, RAY)
        if reserve.supply_cap is not None and (floor(total) if self.is_new else half_up(total)) > reserve.supply_cap:
            raise No("SUPPLY_CAP")
        self.pay(who, asset, units)
        if not self.supplied.get((who, asset)):
            self.is_collateral[who, asset] = reserve.max_ltv > 0
        self.supplied[who, asset] = self.supplied.get((who, asset), 0) + shares
        self.rates(asset)

    def withdraw(self, who: int, asset: int, units: int) -> None:
        self.accrue(asset)
        held = self.has(who, asset)
        units = held if units == 2**256 - 1 else units
        if units <= 0:
            raise No("ZERO_AMOUNT")
        if units > held:
            raise No("INSUFFICIENT_BALANCE")
        was_collateral = self.is_collateral.get((who, asset)) and self.supplied.get((who, asset))
        burnt = self.to_shares(units, self.reserves[asset].supply_index, up=True)
        self.supplied[who, asset] = max(self.supplied[who, asset] - burnt, 0)
        self.pay(who, asset, -units)
        self.rates(asset)
        if was_collateral and self.debt(who) and self.health(who) < 10**18:
            raise No("UNHEALTHY")

    def borrow(self, who: int, asset: int, units: int) -> None:
        self.accrue(asset)
        reserve = self.reserves[asset]
        shares = self.to_shares(units, reserve.debt_index, up=True)
        if units <= 0 or not shares:
            raise No("ZERO_AMOUNT")
        total = Fraction((self.debt_shares(asset) + shares) * reserve.debt_index, RAY)
        if reserve.borrow_cap is not None and (ceil(total) if self.is_new else half_up(total)) > reserve.borrow_cap:
            raise No("BORROW_CAP")
        ltv, worth = self.average_ltv(who), sum(self.worth(who).values())
        if self.is_new:
            self.owed[who, asset] = self.owed.get((who, asset), 0) + shares
            if not ltv:
                raise No("INSUFFICIENT_COLLATERAL")
            if self.health(who) < 10**18:
                raise No("UNHEALTHY")
            if ceil(Fraction(self.debt(who) * 10_000, ltv)) > worth:
                raise No("INSUFFICIENT_COLLATERAL")
        else:
            if not worth or not ltv:
                raise No("INSUFFICIENT_COLLATERAL")
            if self.health(who) <= 10**18:
                raise No("UNHEALTHY")
            asked = self.value(asset, units, up=False)
            if half_up(Fraction((self.debt(who) + asked) * 10_000, ltv)) > worth:
                raise No("INSUFFICIENT_COLLATERAL")
            self.owed[who, asset] = self.owed.get((who, asset), 0) + shares
        self.pay(who, asset, -units)
        self.rates(asset)

    def repay(self, who: int, asset: int, units: int, owner: int) -> None:
        if units == 2**256 - 1 and owner != who:
            raise No("NOT_OWNER")
        self.accrue(asset)
        if not self.owed.get((owner, asset)):
            raise No("NOTHING_OWED")
        units = min(units, self.owes(owner, asset))
        shares = min(self.to_shares(units, self.reserves[asset].debt_index, up=False), self.owed[owner, asset])
        if units <= 0 or not shares:
            raise No("ZERO_AMOUNT")
        self.owed[owner, asset] -= shares
        self.pay(who, asset, units)
        self.rates(asset)

    def liquidate(self, who: int, owner: int, debt: int, collateral: int, cover: int) -> None:
        if self.is_new and who == owner:
            raise No("SELF_LIQUIDATION")
        self.accrue(debt)
        self.accrue(collateral)
        health, all_worth, all_debt = self.health(owner), sum(self.worth(owner).values()), self.debt(owner)
        counts = self.is_collateral.get((owner, collateral)) and self.reserves[collateral].threshold
        held = self.has(owner, collateral) if counts else 0
        owed = self.owes(owner, debt)
        if health >= 10**18:
            raise No("HEALTHY")
        if not held:
            raise No("NOT_COLLATERAL")
        if not owed:
            raise No("NOTHING_OWED")
        cover = min(cover, self.closable(health, held, owed, debt, collateral, all_debt))
        taken, repaid, fee = self.price_of(cover, held, debt, collateral)
        if repaid <= 0 or taken - fee <= 0:
            raise No("ZERO_AMOUNT")
        left_debt, left = owed - repaid, held - taken
        if self.is_new and left_debt > 0 and left > 0:
            least = 1_000 * 10**8
            if self.value(debt, left_debt, up=True) < least or self.value(collateral, left, up=False) < least:
                raise No("MUST_NOT_LEAVE_DUST")
        self.take(who, owner, debt, collateral, (taken, repaid, fee), (held, owed, all_worth))

    def closable(self, health: int, held: int, owed: int, debt: int, collateral: int, all_debt: int) -> int:
        near = health > 95 * 10**16
        if not self.is_new:
            return half_up(Fraction(owed, 2)) if near else owed
        owed_value, least = self.value(debt, owed, up=True), 2_000 * 10**8
        if near and owed_value >= least and self.value(collateral, held, up=False) >= least and owed_value > half_up(Fraction(all_debt, 2)):
            return half_up(Fraction(all_debt, 2)) * self.reserves[debt].unit // self.prices[debt]
        return owed

    def price_of(self, cover: int, held: int, debt: int, collateral: int) -> tuple[int, int, int]:
        into, out = self.reserves[debt], self.reserves[collateral]
        rate = Fraction(self.prices[debt] * out.unit, self.prices[collateral] * into.unit)
        bonus = Fraction(10_000 + out.bonus, 10_000)
        base = floor(cover * rate)
        taken = floor(base * bonus) if self.is_new else half_up(base * bonus)
        repaid = cover
        if taken > held:
            taken = held
            repaid = ceil(floor(held / rate) / bonus) if self.is_new else half_up(floor(held / rate) / bonus)
        extra = taken - (floor(taken / bonus) if self.is_new else half_up(taken / bonus))
        exact = Fraction(extra * out.fee, 10_000)
        return taken, repaid, ceil(exact) if self.is_new else half_up(exact)

    def take(self, who: int, owner: int, debt: int, collateral: int, amounts: tuple[int, int, int], before: tuple[int, int, int]) -> None:
        (taken, repaid, fee), (held, owed, all_worth) = amounts, before
        into, out = self.reserves[debt], self.reserves[collateral]
        shares = self.supplied[owner, collateral]
        to_keeper = min(self.to_shares(taken - fee, out.supply_index, up=True), shares)
        to_treasury = min(self.to_shares(fee, out.supply_index, up=True), shares - to_keeper)
        gone, emptied = False, taken == held
        if self.is_new:
            burnt = to_keeper + to_treasury
            gone = self.value(collateral, burnt * out.supply_index // RAY, up=False) == all_worth
            emptied = gone or burnt == shares
        self.supplied[owner, collateral] = shares - to_keeper - to_treasury
        out.treasury += to_treasury
        if emptied:
            self.is_collateral[owner, collateral] = False
        written_off = owed if gone else repaid
        burnt_debt = min(self.to_shares(written_off, into.debt_index, up=False), self.owed[owner, debt])
        self.owed[owner, debt] -= burnt_debt
        into.deficit += owed - repaid if gone else 0
        self.pay(who, collateral, -(taken - fee))
        self.pay(who, debt, repaid)
        self.rates(debt)
        self.rates(collateral)
        if gone:
            for asset in self.reserves:
                if self.owed.get((owner, asset)):
                    self.accrue(asset)
                    self.reserves[asset].deficit += self.owes(owner, asset)
                    self.owed[owner, asset] = 0
                    self.rates(asset)
