"""Issuers of claims written the obvious way: dicts and fractions, no journal, no records; the twins that contracts are held against.

Written from the published contracts, not from our rules. What is refused raises ``No`` and changes nothing, because it works on a copy.
"""

import copy
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

E27 = 10**27
YEAR = 365 * 86_400


class No(Exception):
    """A refusal."""


def require(condition: bool, word: str) -> None:
    if not condition:
        raise No(word)


@dataclass
class Twin:
    """What both do: they try on a copy."""

    now: int = 0
    money: dict[int, int] = field(default_factory=dict)
    claims: dict[int, int] = field(default_factory=dict)

    def attempt(self, name: str, *arguments: int) -> str:
        other = copy.deepcopy(self)
        try:
            getattr(other, name)(*arguments)
        except No as no:
            return str(no)
        self.__dict__.update(other.__dict__)
        return "done"


@dataclass
class StakeTwin(Twin):
    yearly: int = 0
    fee: int = 0
    frame: int = 86_400
    exits: int = 0
    delay: int = 0
    reserve: int = 0
    margin: int = 0
    most: int = 10**21
    next_report: int = 0
    last_report: int = 0
    buffered: int = 0
    validators: int = 0
    known: int = 0
    supply: int = 0
    fees: int = 0
    queue: list = field(default_factory=list)
    paid: int = 0
    coming: list = field(default_factory=list)

    @property
    def pooled(self) -> int:
        return self.buffered + self.known

    def stake(self, who: int, amount: int) -> None:
        shares = amount * self.supply // self.pooled if self.supply and self.pooled else amount
        require(amount > 0 and shares > 0, "ZERO_AMOUNT")
        require(self.money[who] >= amount, "INSUFFICIENT_BALANCE")
        self.money[who] -= amount
        self.buffered += amount
        self.claims[who] += shares
        self.supply += shares

    def request(self, who: int, held: int) -> None:
        amount = held * self.pooled // self.supply if self.supply and held > 0 else 0
        require(amount >= 100, "TOO_SMALL")
        require(amount <= self.most, "TOO_LARGE")
        shares = amount * self.supply // self.pooled
        require(self.claims[who] >= shares, "INSUFFICIENT_BALANCE")
        self.claims[who] -= shares
        self.queue.append({"who": who, "shares": shares, "amount": amount, "at": self.now, "report": self.last_report, "state": "waits"})

    def claim(self, who: int, number: int) -> None:
        require(1 <= number <= len(self.queue), "UNKNOWN_REQUEST")
        each = self.queue[number - 1]
        require(each["state"] != "waits", "NOT_FINAL")
        require(each["state"] != "claimed", "ALREADY_CLAIMED")
        require(each["who"] == who, "NOT_OWNER")
        each["state"] = "claimed"
        self.money[who] += self.due(each, each["rate"])

    def due(self, each: dict, rate: int) -> int:
        return self.worth(each["shares"], each["amount"], rate)

    @staticmethod
    def worth(shares: int, amount: int, rate: int) -> int:
        return floor(Fraction(shares * rate, E27)) if floor(Fraction(amount * E27, shares)) > rate else amount

    def waiting(self) -> list:
        return [each for each in self.queue if each["state"] == "waits"]

    def report(self) -> None:
        require(self.now >= self.next_report, "TOO_EARLY")
        self.validators += floor(Fraction(self.validators * self.yearly * (self.now - self.last_report), YEAR * 10_000))
        gained = self.validators - self.known
        if gained > 0:
            cost = Fraction(gained * self.fee, 10_000)
            issued = floor(cost * self.supply / (self.pooled + gained - cost)) if self.supply else 0
            self.supply, self.fees = self.supply + issued, self.fees + issued
        self.known = self.validators
        rate = floor(Fraction(self.pooled * E27, self.supply)) if self.supply else E27
        self.give_back(sum(units for ready, units in self.coming if ready <= self.now))
        self.coming = [each for each in self.coming if each[0] > self.now]
        self.pay(rate)
        self.balance()
        while self.next_report <= self.now:
            self.next_report += self.frame
        self.last_report = self.now

    def give_back(self, units: int) -> None:
        units = min(units, self.validators)
        self.buffered, self.validators, self.known = self.buffered + units, self.validators - units, self.known - units

    def pay(self, rate: int) -> None:
        chosen: list = []
        for each in self.waiting():
            more = [*chosen, each]
            is_too_young, spent = each["at"] > self.now - self.margin, sum(self.due(one, rate) for one in more)
            if is_too_young or spent > self.buffered or self.batches(more, rate) > 36:
                break
            chosen = more
        while chosen and self.locked(chosen, rate) > self.buffered:
            chosen.pop()
        locked = self.locked(chosen, rate)
        for each in chosen:
            each["state"], each["rate"] = "final", rate
        self.buffered -= locked
        self.supply -= sum(each["shares"] for each in chosen)

    def groups(self, chosen: list, rate: int) -> list:
        found: list = []
        for each in chosen:
            is_above = floor(Fraction(each["amount"] * E27, each["shares"])) > rate
            if found and (found[-1][-1][0]["report"] == each["report"] or found[-1][-1][1] == is_above):
                found[-1].append((each, is_above))
            else:
                found.append([(each, is_above)])
        return found

    def batches(self, chosen: list, rate: int) -> int:
        return len(self.groups(chosen, rate))

    def locked(self, chosen: list, rate: int) -> int:
        total = 0
        for group in self.groups(chosen, rate):
            shares, amount = sum(each["shares"] for each, _ in group), sum(each["amount"] for each, _ in group)
            total += self.worth(shares, amount, rate)
        return total

    def balance(self) -> None:
        rate = floor(Fraction(self.pooled * E27, self.supply)) if self.supply else E27
        queued = sum(self.due(each, rate) for each in self.waiting())
        self.give_back(-max(0, self.buffered - queued - self.reserve))
        on_way = sum(units for _, units in self.coming)
        missing = min(queued - self.buffered - on_way, self.exits, self.known - on_way)
        if missing > 0:
            self.coming.append((self.now + self.delay, missing))

    def slash(self, share: int) -> None:
        self.validators -= self.validators * share // 10_000


@dataclass
class StableTwin(Twin):
    """Money in cents, coins in millionths: a cent is 10,000 of them."""

    mint_fee: int = 0
    redeem_fee: int = 0
    delay: int = 0
    least: int = 1
    reserves: int = 0
    frozen: int = 0
    paused: bool = False
    promises: list = field(default_factory=list)

    def mint(self, who: int, cents: int) -> None:
        self.open()
        coins = floor(cents * (1 - Fraction(self.mint_fee, 10**9)) * 10_000) if cents > 0 else 0
        require(coins >= max(1, self.least), "TOO_SMALL")
        require(self.money[who] >= cents, "INSUFFICIENT_BALANCE")
        self.money[who] -= cents
        self.reserves += cents
        self.claims[who] += coins

    def redeem(self, who: int, coins: int) -> None:
        self.open()
        due = floor(coins * (1 - Fraction(self.redeem_fee, 10**9)) / 10_000) if coins > 0 else 0
        require(coins >= self.least and due > 0, "TOO_SMALL")
        require(due + sum(each["due"] for each in self.promises if not each["done"]) <= self.reserves, "RESERVES_SHORT")
        require(self.claims[who] >= coins, "INSUFFICIENT_BALANCE")
        self.claims[who] -= coins
        if self.delay:
            self.promises.append({"who": who, "due": due, "at": self.now + self.delay, "done": False})
        else:
            self.reserves, self.money[who] = self.reserves - due, self.money[who] + due

    def claim(self, who: int, number: int) -> None:
        self.open()
        require(1 <= number <= len(self.promises), "UNKNOWN_REQUEST")
        each = self.promises[number - 1]
        require(not each["done"], "ALREADY_CLAIMED")
        require(each["who"] == who, "NOT_OWNER")
        require(self.now >= each["at"], "NOT_FINAL")
        require(each["due"] <= self.reserves, "RESERVES_SHORT")
        each["done"] = True
        self.reserves, self.money[who] = self.reserves - each["due"], self.money[who] + each["due"]

    def open(self) -> None:
        second, day = self.now % 86_400, self.now // 86_400
        # The first of January 1970 was a Thursday.
        require(not self.paused and 9 * 3_600 <= second < 17 * 3_600 and (day + 4) % 7 not in (0, 6), "ISSUER_CLOSED")
