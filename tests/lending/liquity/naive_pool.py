"""The naive twin's wallets, its reading of troves, and its stability pool: lists of events instead of running sums."""

import copy
from typing import Any

W = 10**18
MINIMUM, CRITICAL = 11 * W // 10, 15 * W // 10
RESERVE, LEAST = 200 * W, 1_800 * W
ALL = 2**256 - 1


class No(Exception):
    """Why not."""


def power(base: int, times: int) -> int:
    """By recursion: x^n is (x^2)^(n/2), times one x kept apart when n is odd; half up at each multiply."""

    def go(x: int, kept: int, n: int) -> int:
        if n <= 1:
            return (x * kept + W // 2) // W
        return go((x * x + W // 2) // W, (x * kept + W // 2) // W if n % 2 else kept, n // 2)

    return go(base, W, times) if times else W


def cr(coll: int, debt: int, price: int) -> int:
    return coll * price // debt if debt else ALL


class NaivePool:
    """Everything in plain dicts; ``attempt`` puts all back when an act is refused."""

    def __init__(self, people: tuple[int, ...], staking: int, now: int, price: int) -> None:
        self.staking, self.now, self.price = staking, now, price
        self.ether: dict[int, int] = dict.fromkeys((*people, staking), 0)
        self.money: dict[int, int] = dict.fromkeys((*people, staking), 0)
        self.troves: dict[int, dict[str, int]] = {}
        self.queue: list[int] = []
        self.shares: list[tuple[int, int]] = []
        self.live, self.dead = [0, 0], [0, 0]
        self.stakes_then = self.coll_then = 0
        self.left_over = [0, 0]
        self.deposits: dict[int, dict[str, int]] = {}
        self.pool_money = self.pool_ether = 0
        self.p, self.scale, self.epoch = W, 0, 0
        self.gains: list[tuple[int, int, int]] = []
        self.pool_left_over = [0, 0]
        self.surplus: dict[int, int] = {}
        self.rate, self.rate_at = 0, now

    def attempt(self, act: str, *given: Any) -> str:
        kept = copy.deepcopy(self.__dict__)
        try:
            getattr(self, act)(*given)
        except No as no:
            self.__dict__ = kept
            return str(no)
        return "done"

    # Reading.

    def now_of(self, who: int) -> tuple[int, int]:
        """Return collateral and debt with what was taken over since."""
        trove = self.troves[who]
        since = self.shares[trove["seen"] :]
        coll, debt = sum(each[0] for each in since), sum(each[1] for each in since)
        return trove["coll"] + trove["stake"] * coll // W, trove["debt"] + trove["stake"] * debt // W

    def icr(self, who: int) -> int:
        return cr(*self.now_of(who), self.price)

    def nicr(self, who: int) -> int:
        coll, debt = self.now_of(who)
        return coll * 10**20 // debt if debt else ALL

    def tcr(self, coll: int = 0, debt: int = 0) -> int:
        return cr(self.live[0] + self.dead[0] + coll, self.live[1] + self.dead[1] + debt, self.price)

    def recovery(self) -> bool:
        return self.tcr() < CRITICAL

    def decayed(self) -> int:
        return self.rate * power(999_037_758_833_783_000, (self.now - self.rate_at) // 60) // W

    def would_liquidate(self, who: int) -> bool:
        """Say whether a liquidation of this one trove would go through."""
        if len(self.troves) < 2:
            return False
        if self.icr(who) < MINIMUM:
            return True
        return self.recovery() and self.icr(who) < self.tcr() and self.now_of(who)[1] <= self.pool_money

    def compounded(self, who: int) -> int:
        deposit = self.deposits[who]
        gap = self.scale - deposit["scale"]
        if deposit["epoch"] != self.epoch or gap > 1:
            return 0
        left = deposit["amount"] * self.p // deposit["p"] // (10**9 if gap else 1)
        return left if left >= deposit["amount"] // 10**9 else 0

    def gain(self, who: int) -> int:
        deposit = self.deposits[who]
        since = self.gains[deposit["seen"] :]
        same = sum(each for epoch, scale, each in since if (epoch, scale) == (deposit["epoch"], deposit["scale"]))
        after = sum(each for epoch, scale, each in since if (epoch, scale) == (deposit["epoch"], deposit["scale"] + 1))
        return deposit["amount"] * (same + after // 10**9) // deposit["p"] // W

    # Deposits.

    def provide(self, who: int, amount: int) -> None:
        if amount <= 0:
            raise No("ZERO_AMOUNT")
        left = self.settle(who)
        self.burn(who, amount)
        self.pool_money += amount
        self.put(who, left + amount)

    def take_out(self, who: int, amount: int) -> None:
        if amount and self.queue and self.icr(self.queue[-1]) < MINIMUM:
            raise No("BEHIND_ON_LIQUIDATIONS")
        if who not in self.deposits:
            raise No("NO_DEPOSIT")
        left = self.settle(who)
        amount = min(amount, left)
        if amount > self.pool_money:
            raise No("ARITHMETIC")
        self.pool_money -= amount
        self.money[who] += amount
        self.put(who, left - amount)

    def settle(self, who: int) -> int:
        if who not in self.deposits:
            return 0
        gain = self.gain(who)
        if gain > self.pool_ether:
            raise No("ARITHMETIC")
        self.pool_ether -= gain
        self.ether[who] += gain
        return self.compounded(who)

    def put(self, who: int, amount: int) -> None:
        self.deposits.pop(who, None)
        if amount:
            here = {"amount": amount, "p": self.p, "scale": self.scale, "epoch": self.epoch, "seen": len(self.gains)}
            self.deposits[who] = here

    def burn(self, who: int, money: int) -> None:
        if self.money[who] < money:
            raise No("INSUFFICIENT_BALANCE")
        self.money[who] -= money

    def offset(self, debt: int, coll: int) -> None:
        if not debt:
            return
        self.live[0] -= coll
        self.live[1] -= debt
        each = (coll * W + self.pool_left_over[0]) // self.pool_money
        self.pool_left_over[0] = coll * W + self.pool_left_over[0] - each * self.pool_money
        self.gains.append((self.epoch, self.scale, each * self.p))
        if debt == self.pool_money:
            self.pool_left_over[1] = 0
            self.p, self.scale, self.epoch = W, 0, self.epoch + 1
        else:
            lost = debt * W - self.pool_left_over[1]
            if lost < 0:
                raise No("ARITHMETIC")
            loss = lost // self.pool_money + 1
            self.pool_left_over[1] = loss * self.pool_money - lost
            if self.p * (W - loss) // W < 10**9:
                self.p, self.scale = self.p * (W - loss) * 10**9 // W, self.scale + 1
            else:
                self.p = self.p * (W - loss) // W
        self.pool_money -= debt
        self.pool_ether += coll
