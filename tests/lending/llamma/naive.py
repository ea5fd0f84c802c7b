"""A crvUSD market as the page has it, in plain numbers: one long class, nothing shared with the product, no journal, no screening.

A refused call says so by ``No`` before or after changing things; the walk keeps a copy and puts it back. Amounts in bands, money and
collateral have 18 decimals; a unit of either has ``q`` of them.
"""

import copy
from decimal import ROUND_FLOOR, Context, Decimal
from math import isqrt
from typing import Any

E18 = 10**18
CONTEXT = Context(prec=90)


class No(Exception):
    """Refused."""


def floor(value):
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def exp(power):
    return floor(CONTEXT.exp(Decimal(power) / E18) * E18)


def ln(number):
    return floor(CONTEXT.ln(Decimal(number) / E18) * E18)


class Naive:
    def __init__(self, a, base, fee, price, now, q, loan_discount=9 * 10**16, discount=6 * 10**16, span=0, money=0, rate=0):
        self.a, self.base, self.fee, self.q = a, base, fee, q
        self.loan_discount, self.discount, self.span = loan_discount, discount, span
        self.log = ln(a * E18 // (a - 1))
        self.root = isqrt(10**36 * a // (a - 1))
        self.far = E18
        for _ in range(50):
            self.far = self.far * a // (a - 1)
        self.posted = self.last = self.seen = price
        self.last_at = self.seen_at = self.rate_at = self.now = now
        self.seen_fee, self.mult, self.rate = 0, E18, 0
        self.wanted_rate = min(rate, 43_959_106_799)
        self.x, self.y, self.total = {}, {}, {}
        self.own = {}
        self.active = self.low = self.high = 0
        self.debts = {}
        self.debt_total, self.debt_mult = 0, E18
        self.money = money
        self.purses = {}

    # Prices.

    def average(self):
        if not self.span:
            return self.posted
        if self.now <= self.last_at:
            return self.last
        alpha = exp(-((self.now - self.last_at) * E18 // self.span))
        return (self.posted * (E18 - alpha) + self.last * alpha) // E18

    def seen_now(self):
        p, old = self.average(), self.seen
        dt = 120 - min(120, self.now - self.seen_at)
        if dt == 0:
            return p, 0
        if p > old:
            ratio = old * E18 // p
            if ratio < 8 * 10**17:
                p, ratio = old * 125 // 100, 8 * 10**17
        else:
            ratio = p * E18 // old
            if ratio < 8 * 10**17:
                p, ratio = old * E18 // (125 * 10**16), 8 * 10**17
        return p, min((E18 + self.seen_fee - ratio**3 // 10**36) * dt // 120, E18 - 1)

    def growth(self):
        return self.mult * (E18 + self.rate * (self.now - self.rate_at)) // E18

    def edge(self, n):
        e = exp(-n * self.log)
        if e <= 1000:
            raise No
        return self.base * self.growth() // E18 * e // E18

    def fg(self, x, y, p, up):
        a = self.a
        b = 0
        if x:
            b = up * (a - 1) * x // p
        if y:
            b += a * p * p // up * y // E18
        y0 = b * E18 // (a * p)
        if x and y:
            y0 = (b + isqrt(b * b + 4 * a * p * y // E18 * x)) * E18 // (2 * a * p)
        return y0, a * y0 * p // up * p // E18, (a - 1) * y0 * up // p

    def fee_at(self, p, up, least):
        low = p * p // up * p // up
        high = low * self.a // (self.a - 1) * self.a // (self.a - 1)
        extra = 0
        if p < low:
            extra = (low - p) * (E18 // 4) // low
        elif p > high:
            extra = (p - high) * (E18 // 4) // p
        return E18 * E18 // (E18 - min(max(extra, least), E18 - 1))

    # Swaps.

    def swap_money_in(self, amount):
        return self.swap(True, amount)

    def swap_collateral_in(self, amount):
        return self.swap(False, amount)

    def swap(self, up_we_go, units):
        p, price_fee = self.seen_now()
        self.last, self.last_at = (self.average(), self.now) if self.now > self.last_at else (self.last, self.last_at)
        self.seen, self.seen_fee, self.seen_at = p, price_fee, self.now
        qi, qo = (1, self.q) if up_we_go else (self.q, 1)
        left = amount = units * qi
        n, up = self.active, self.edge(self.active)
        x, y = self.x.get(n, 0), self.y.get(n, 0)
        came = went = 0
        touched: list[tuple[int, Any, Any]] = []
        for _ in range(1074):
            if x or y or touched:
                after_x, after_y = x, y
                done = False
                markup = self.fee_at(p, up, max(self.fee, price_fee)) if x or y else 0
                if up_we_go and y:
                    _, f, g = self.fg(x, y, p, up)
                    need = ((f + x) * (g + y) // g - f - x) * markup // E18
                    if need >= left:
                        after_y = min((f + x) * (g + y) // (f + x + left * E18 // markup) - g + 1, y)
                        after_x, came, went, done = x + left, amount, went + y - after_y, True
                    else:
                        need = max(need, 1)
                        left, came, went, after_x, after_y = left - need, came + need, went + y, x + need, 0
                elif not up_we_go and x:
                    _, f, g = self.fg(x, y, p, up)
                    need = ((f + x) * (g + y) // f - g - y) * markup // E18
                    if need >= left:
                        after_x = min((f + x) * (g + y) // (g + y + left * E18 // markup) - f + 1, x)
                        after_y, came, went, done = y + left, amount, went + x - after_x, True
                    else:
                        need = max(need, 1)
                        left, came, went, after_y, after_x = left - need, came + need, went + x, y + need, 0
                touched.append((n, after_x, after_y))
                if done:
                    break
            ratio = up * E18 // p
            if len(touched) == 50:
                break
            if up_we_go and (n == self.high or ratio < 10**36 // self.far):
                break
            if not up_we_go and (n == self.low or ratio > self.far):
                break
            if up_we_go:
                n, up = n + 1, up * (self.a - 1) // self.a
                x, y = 0, self.y.get(n, 0)
            else:
                n, up = n - 1, up * self.a // (self.a - 1)
                x, y = self.x.get(n, 0), 0
        paid, got = -(-came // qi), went // qo
        if not paid or not got:
            return 0, 0
        for k, after_x, after_y in touched:
            self.x[k], self.y[k] = after_x, after_y
        self.active = n
        return paid, got

    # Bands of owners.

    def deposit(self, who, units, n1, n2):
        amount = units * self.q
        each = amount // (n2 - n1 + 1)
        if each <= 100:
            raise No
        n0 = self.active
        while not n1 > n0:
            if self.x.get(n0, 0):
                raise No
            n0 -= 1
        self.active = n0
        shares = []
        for n in range(n1, n2 + 1):
            if self.x.get(n, 0):
                raise No
            y = each
            if n == n1:
                y = amount - each * (n2 - n1)
            s = (self.total.get(n, 0) + 1000) * y // (self.y.get(n, 0) + 1)
            if s == 0:
                raise No
            shares.append(s)
            self.total[n] = self.total.get(n, 0) + s
            self.y[n] = self.y.get(n, 0) + y
        self.low, self.high = min(self.low, n1), max(self.high, n2)
        self.own[who] = [n1, n2, shares]

    def withdraw(self, who, share):
        n1, n2, shares = self.own[who]
        got_x = got_y = 0
        low, high = self.low, n1 - 1
        for n in range(n1, n2 + 1):
            ds = share * shares[n - n1] // E18
            shares[n - n1] -= ds
            s = self.total[n]
            self.total[n] = s - ds
            dx = (self.x.get(n, 0) + 1) * ds // (s + 1000)
            dy = (self.y.get(n, 0) + 1) * ds // (s + 1000)
            self.x[n], self.y[n] = self.x.get(n, 0) - dx, self.y.get(n, 0) - dy
            if self.total[n] == 0:
                self.x[n] = self.y[n] = 0
            if n == low and not self.x[n] and not self.y[n]:
                low += 1
            if self.x[n] or self.y[n]:
                high = n
            got_x, got_y = got_x + dx, got_y + dy
        self.low = low
        if self.high <= n2:
            self.high = high
        if share == E18:
            del self.own[who]
        return got_x, got_y // self.q

    def sums(self, who):
        keep = copy.deepcopy((self.x, self.y, self.total, self.own, self.low, self.high))
        got = self.withdraw(who, E18)
        self.x, self.y, self.total, self.own, self.low, self.high = keep
        return got

    def money_down(self, who):
        p = self.seen_now()[0]
        n1, n2, shares = self.own[who]
        all_of_it, down = 0, self.edge(n1)
        for n in range(n1, n2 + 1):
            up, down = down, down * (self.a - 1) // self.a
            x = self.x.get(n, 0) if n <= self.active else 0
            y = self.y.get(n, 0) if n >= self.active else 0
            if (not x and not y) or not shares[n - n1]:
                continue
            middle = p * p // down * p // up
            if p > up and not (x and y):
                value = (y or x * E18 // middle) * up // self.root
            elif p < down and not (x and y):
                value = x or y * middle // E18
            else:
                y0, f, g = self.fg(x, y, p, up)
                inv = (f + x) * (g + y)
                if p > up:
                    value = max(inv // f - g, 0) * up // self.root
                elif p < down:
                    value = max(inv // g - f, 0)
                else:
                    yo = self.a * y0 * (p - down) // p
                    value = max(inv // (g + yo) - f, 0) + yo * isqrt(down * p) // E18
            all_of_it += value * shares[n - n1] // (self.total[n] + 1000)
        return all_of_it

    # Loans.

    def debt(self, who):
        amount, mult, _ = self.debts.get(who, (0, 1, 0))
        grown = amount * self.growth()
        return -(-grown // mult) if len(self.debts) > 1 else grown // mult

    def health(self, who, full):
        debt, discount = self.debt(who), self.debts[who][2]
        h = self.money_down(who) * (E18 - discount) // debt - E18
        n1 = self.own[who][0]
        if full and n1 > self.active and self.seen_now()[0] > self.edge(n1):
            h += (self.seen_now()[0] - self.edge(n1)) * self.sums(who)[1] * self.q // debt
        return h

    def first_band(self, units, debt, bands):
        if debt <= 0:
            raise No
        amount = units * self.q
        d = self.loan_discount + 1000 * E18 // max(amount // bands, 1000)
        part = amount * (E18 - min(d, E18)) // (self.root * bands)
        effective = part
        for _ in range(bands - 1):
            part = part * (self.a - 1) // self.a
            effective += part
        ratio = effective * self.edge(self.active) // (debt + 1)
        if ratio <= 0:
            raise No
        n1 = min(ln(ratio) // self.log, 1024 - bands) + self.active
        if n1 <= self.active and any(self.x.get(n, 0) for n in range(n1, self.active + 1)):
            raise No
        if self.edge(n1) >= self.seen_now()[0]:
            raise No
        return n1

    def put_debt(self, who, amount, change):
        if amount:
            self.debts[who] = (amount, self.growth(), self.discount)
        else:
            self.debts.pop(who, None)
        total = self.debt_total * self.growth() // self.debt_mult
        self.debt_total, self.debt_mult = max(total + change, 0), self.growth()
        self.money -= change

    def save_rate(self):
        self.mult, self.rate_at, self.rate = self.growth(), self.now, self.wanted_rate

    def create(self, who, units, debt, bands):
        if who in self.debts or not 4 <= bands <= 50:
            raise No
        n1 = self.first_band(units, debt, bands)
        self.deposit(who, units, n1, n1 + bands - 1)
        if debt > self.money:
            raise No
        self.put_debt(who, debt, debt)
        self.save_rate()
        return debt, -units

    def move(self, who, more_units, more_debt):
        if who not in self.debts:
            raise No
        n1, n2, _ = self.own[who]
        debt = self.debt(who) + more_debt
        x, y = self.withdraw(who, E18)
        if x or y + more_units < 0:
            raise No
        first = self.first_band(y + more_units, debt, n2 - n1 + 1)
        self.deposit(who, y + more_units, first, first + n2 - n1)
        if more_debt > self.money:
            raise No
        self.debts[who] = (debt, self.growth(), self.discount)
        if more_debt:
            self.put_debt(who, debt, more_debt)
        self.save_rate()
        return more_debt, -more_units

    def repay(self, who, amount, by=None):
        if who not in self.debts or amount <= 0:
            raise No
        is_other = by is not None and by != who
        debt = self.debt(who)
        if min(amount, debt) + self.sums(who)[0] >= debt:
            x, y = self.withdraw(who, E18)
            if is_other and x:
                raise No
            self.put_debt(who, 0, -debt)
            self.save_rate()
            return (-debt, 0) if is_other else (x - debt, y)
        discount = self.debts[who][2]
        n1, n2, _ = self.own[who]
        n = self.active
        for _ in range(1024):
            if n < self.low:
                n = self.active - 1024
                break
            if self.x.get(n, 0):
                break
            n -= 1
        if n1 > n:
            x, y = self.withdraw(who, E18)
            if x:
                raise No
            first = self.first_band(y, debt - amount, n2 - n1 + 1)
            self.deposit(who, y, first, first + n2 - n1)
        self.put_debt(who, debt - amount, -amount)
        if is_other:
            self.debts[who] = (*self.debts[who][:2], discount)
            if self.health(who, False) <= 0:
                raise No
        self.save_rate()
        return -amount, 0

    def liquidate(self, by, who, share):
        if who not in self.debts or not 0 <= share <= E18:
            raise No
        debt, health, discount = self.debt(who), self.health(who, True), self.debts[who][2]
        if by != who and health >= 0:
            raise No
        part = (debt * share + E18 - 1) // E18
        if not part:
            raise No
        h = 0 if by == who else discount
        removed = share
        if part == debt:
            removed = E18
        elif h:
            removed = ((E18 + h // 2) * (E18 - share) // (E18 + h) + share) * share // E18
        x, y = self.withdraw(who, removed)
        self.put_debt(who, debt - part, -part)
        if debt > part and by != who:
            self.debts[who] = (*self.debts[who][:2], discount)
        self.save_rate()
        return x - part, y
