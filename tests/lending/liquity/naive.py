"""Liquity written down naively, from the rules: every sum anew over all that ever happened, every list searched from its start.

It shares no code with the system. What was shared out and what deposits gained are kept as lists of events, not as running sums.
"""

from tests.lending.liquity.naive_pool import CRITICAL, LEAST, MINIMUM, RESERVE, NaivePool, No, W, cr


class NaiveLiquity(NaivePool):
    """Troves, liquidations and redemption."""

    def open(self, who: int, coll: int, amount: int, most: int) -> None:
        recovery = self.recovery()
        if not (0 if recovery else W // 200) <= most <= W:
            raise No("FEE_TOO_HIGH")
        if who in self.troves:
            raise No("TROVE_OPEN")
        net = amount + (0 if recovery else self.fee(amount, most))
        if net < LEAST:
            raise No("BORROW_TOO_SMALL")
        debt = net + RESERVE
        if cr(coll, debt, self.price) < (CRITICAL if recovery else MINIMUM):
            raise No("UNHEALTHY")
        if not recovery and self.tcr(coll, debt) < CRITICAL:
            raise No("TOTAL_RATIO_TOO_LOW")
        self.live[0] += coll
        self.live[1] += debt
        self.write(who, coll, debt)
        self.pay(who, coll)
        self.money[who] += amount

    def fee(self, amount: int, most: int) -> int:
        if amount <= 0:
            raise No("ZERO_AMOUNT")
        self.rate = self.decayed()
        self.tick()
        fee = min(W // 200 + self.rate, W // 20) * amount // W
        if fee * W // amount > most:
            raise No("FEE_TOO_HIGH")
        self.money[self.staking] += fee
        return fee

    def tick(self) -> None:
        if self.now - self.rate_at >= 60:
            self.rate_at = self.now

    def pay(self, who: int, ether: int) -> None:
        if self.ether[who] < ether:
            raise No("INSUFFICIENT_BALANCE")
        self.ether[who] -= ether

    def write(self, who: int, coll: int, debt: int) -> None:
        """Record a trove anew, with the stake of now, above all that are no safer."""
        if who in self.queue:
            self.queue.remove(who)
        stake = coll * self.stakes_then // self.coll_then if self.coll_then else coll
        mine = coll * 10**20 // debt
        place = next((at for at, other in enumerate(self.queue) if self.nicr(other) <= mine), len(self.queue))
        self.troves[who] = {"coll": coll, "debt": debt, "stake": stake, "seen": len(self.shares)}
        self.queue.insert(place, who)

    def catch_up(self, who: int) -> tuple[int, int]:
        coll, debt = self.now_of(who)
        trove = self.troves[who]
        for side, (now, then) in enumerate(((coll, trove["coll"]), (debt, trove["debt"]))):
            self.live[side] += now - then
            self.dead[side] -= now - then
        trove.update(coll=coll, debt=debt, seen=len(self.shares))
        return coll, debt

    def adjust(self, who: int, supply: int, withdraw: int, borrow: int, repay: int, most: int, paid: bool = False) -> None:
        if (supply and withdraw) or (borrow and repay):
            raise No("INCONSISTENT_INPUT")
        if not (supply or withdraw or borrow or repay):
            raise No("ZERO_AMOUNT")
        recovery = self.recovery()
        if borrow and not (0 if recovery else W // 200) <= most <= W:
            raise No("FEE_TOO_HIGH")
        if who not in self.troves:
            raise No("NO_TROVE")
        coll, debt = self.catch_up(who)
        fee = self.fee(borrow, most) if borrow and not recovery else 0
        if withdraw > coll:
            raise No("INSUFFICIENT_COLLATERAL")
        new_coll, new_debt = coll + supply - withdraw, debt + borrow + fee - repay
        if repay and new_debt < RESERVE + LEAST:
            raise No("BORROW_TOO_SMALL")
        old, new = cr(coll, debt, self.price), cr(new_coll, new_debt, self.price)
        if recovery:
            if withdraw:
                raise No("RECOVERY_MODE")
            if borrow and (new < CRITICAL or new < old):
                raise No("UNHEALTHY")
        else:
            if new < MINIMUM:
                raise No("UNHEALTHY")
            if self.tcr(new_coll - coll, new_debt - debt) < CRITICAL:
                raise No("TOTAL_RATIO_TOO_LOW")
        self.live[0] += new_coll - coll
        self.live[1] += new_debt - debt
        self.write(who, new_coll, new_debt)
        self.money[who] += borrow
        self.burn(who, repay)
        if not paid:
            self.pay(who, supply)
        self.ether[who] += withdraw

    def close(self, who: int) -> None:
        if who not in self.troves:
            raise No("NO_TROVE")
        if self.recovery():
            raise No("RECOVERY_MODE")
        coll, debt = self.catch_up(who)
        if self.tcr(-coll, -debt) < CRITICAL:
            raise No("TOTAL_RATIO_TOO_LOW")
        self.drop(who)
        self.live[0] -= coll
        self.live[1] -= debt
        self.burn(who, debt - RESERVE)
        self.ether[who] += coll

    def drop(self, who: int) -> tuple[int, int]:
        if len(self.troves) == 1:
            raise No("ONLY_TROVE")
        found = self.catch_up(who)
        del self.troves[who]
        self.queue.remove(who)
        return found

    def claim(self, who: int) -> None:
        if not self.surplus.get(who):
            raise No("ZERO_AMOUNT")
        self.ether[who] += self.surplus.pop(who)

    # Liquidations.

    def liquidate(self, caller: int, whom: list[int], is_sequence: bool) -> None:
        """Liquidate those of a list that can be; a sequence stops at the first that is safe for good."""
        money, coll, debt = self.pool_money, self.live[0] + self.dead[0], self.live[1] + self.dead[1]
        recovery, parts = self.recovery(), []
        for who in whom:
            if who not in self.troves:
                continue
            icr, tcr = self.icr(who), cr(coll, debt, self.price)
            if icr >= MINIMUM and (not recovery or not money):
                if is_sequence:
                    break
                continue
            mine = self.now_of(who)
            if not recovery:
                part = self.normal(*mine, money)
            elif len(self.troves) == 1:
                continue
            elif icr <= W:
                part = (mine[0] // 200, 0, 0, mine[1], mine[0] - mine[0] // 200, 0)
            elif icr < MINIMUM:
                part = self.normal(*mine, money)
            elif icr < tcr and mine[1] <= money:
                capped = mine[1] * MINIMUM // self.price
                part = (capped // 200, mine[1], capped - capped // 200, 0, 0, mine[0] - capped)
            else:
                continue
            self.drop(who)
            parts.append((who, part))
            money -= part[1]
            if recovery:
                coll -= part[0] + part[2] + part[5]
                debt -= part[1]
                recovery = cr(coll, debt, self.price) < CRITICAL
        if not parts:
            raise No("HEALTHY")
        cut, offset, to_pool, spread, to_troves, over = (sum(part[column] for _, part in parts) for column in range(6))
        for who, part in parts:
            if part[5]:
                self.surplus[who] = self.surplus.get(who, 0) + part[5]
        self.offset(offset, to_pool)
        self.spread(spread, to_troves)
        self.live[0] -= over + cut
        self.stakes_then = sum(trove["stake"] for trove in self.troves.values())
        self.coll_then = self.live[0] + self.dead[0]
        self.ether[caller] += cut
        self.money[caller] += RESERVE * len(parts)

    def normal(self, coll: int, debt: int, money: int) -> tuple[int, int, int, int, int, int]:
        cut = coll // 200
        offset = min(debt, money)
        to_pool = (coll - cut) * offset // debt
        return cut, offset, to_pool, debt - offset, coll - cut - to_pool, 0

    def spread(self, debt: int, coll: int) -> None:
        if not debt:
            return
        stakes = sum(trove["stake"] for trove in self.troves.values())
        whole = (coll * W + self.left_over[0], debt * W + self.left_over[1])
        self.shares.append((whole[0] // stakes, whole[1] // stakes))
        self.left_over = [whole[0] % stakes, whole[1] % stakes]
        for side, moved in enumerate((coll, debt)):
            self.live[side] -= moved
            self.dead[side] += moved

    def move_gain(self, who: int) -> None:
        if who not in self.deposits:
            raise No("NO_DEPOSIT")
        if who not in self.troves:
            raise No("NO_TROVE")
        gain, left = self.gain(who), self.compounded(who)
        if not gain:
            raise No("ZERO_AMOUNT")
        self.pool_ether -= gain
        self.put(who, left)
        self.adjust(who, gain, 0, 0, 0, W, paid=True)

    # Redemption.

    def redeem(self, who: int, amount: int, most_fee: int, most: int) -> None:
        if not W // 200 <= most_fee <= W:
            raise No("FEE_TOO_HIGH")
        if self.tcr() < MINIMUM:
            raise No("TOTAL_RATIO_TOO_LOW")
        if amount <= 0:
            raise No("ZERO_AMOUNT")
        if self.money[who] < amount:
            raise No("INSUFFICIENT_BALANCE")
        supply, left, drawn, times = self.live[1] + self.dead[1], amount, 0, 0
        for whom in reversed(list(self.queue)):
            if not times and self.icr(whom) < MINIMUM:
                continue
            if not left or (most and times == most):
                break
            times += 1
            coll, debt = self.catch_up(whom)
            lot = min(left, debt - RESERVE)
            ether = lot * W // self.price
            if debt - lot == RESERVE:
                self.drop(whom)
                self.surplus[whom] = self.surplus.get(whom, 0) + coll - ether
                self.live[0] -= coll - ether
                self.live[1] -= RESERVE
            elif debt - lot - RESERVE < LEAST:
                break
            else:
                self.write(whom, coll - ether, debt - lot)
            left -= lot
            drawn += ether
        if not drawn:
            raise No("NOTHING_REDEEMED")
        self.rate = min(self.decayed() + drawn * self.price // supply // 2, W)
        if not self.rate:
            raise No("ARITHMETIC")
        self.tick()
        fee = min(W // 200 + self.rate, W) * drawn // W
        if fee >= drawn or fee * W // drawn > most_fee:
            raise No("FEE_TOO_HIGH")
        self.live[0] -= drawn
        self.live[1] -= amount - left
        self.burn(who, amount - left)
        self.ether[self.staking] += fee
        self.ether[who] += drawn - fee
