"""The builder: who gets into a block, in which sequence.

A seam of one question. ``ByTip`` maximises what it earns: txs and background gas by effective tip, dearest first; equal tips by a
ticket drawn per sender and block, also against the background, whose gas of that price is divided at the ticket. A tx needs room
for its gas limit when it is chosen and gives back what it does not use, as geth's builder does; one that does not fit is left
out, and its line with it, while cheaper ones may still fit. Background gas is divisible and fills the rest.
"""

from collections.abc import Callable
from typing import Protocol

import attrs

from sim.chain.candidates import Candidates
from sim.chain.curve import LEVELS
from sim.chain.demand import Demand
from sim.chain.mempool import Tx
from sim.units import Gas, WeiPerGas

TICKETS = 32
"""A ticket has this many bits."""
Execute = Callable[[Tx, WeiPerGas, int], Gas | None]
"""Run a tx at a price per gas and a position in the block; say the gas it used, None when it had to be thrown out."""


@attrs.define
class Filling:
    """A block while it is filled."""

    gas_limit: Gas
    base_fee: WeiPerGas
    gas_used: Gas = 0
    """Background included."""
    our_gas: Gas = 0
    """Of the scenario's txs."""
    txs: int = 0
    paid: list[tuple[WeiPerGas, Gas]] = attrs.field(factory=list)
    """Effective price and gas of everything included, in sequence."""
    background: list[tuple[WeiPerGas, Gas]] = attrs.field(factory=list)
    """The background's part of it."""

    @property
    def room(self) -> Gas:
        """Gas left."""
        return self.gas_limit - self.gas_used

    def quantile(self, percent: int) -> WeiPerGas:
        """Return the lowest price that this percentage of the gas paid at most; 0 in an empty block."""
        return gas_quantile(self.paid, percent)


class BlockBuilder(Protocol):
    """The rule that fills a block."""

    def fill(self, block: Filling, candidates: Candidates, demand: Demand, execute: Execute) -> None:
        """Include txs and background gas until nothing more fits."""
        ...


@attrs.frozen
class ByTip:
    """The builder that takes the highest effective tips. Costs the txs and levels it considers."""

    def fill(self, block: Filling, candidates: Candidates, demand: Demand, execute: Execute) -> None:
        """Include txs and background gas by falling effective tip."""
        level, level_gas = LEVELS, 0
        while block.room > 0:
            if not level_gas:
                level = demand.below(level)
                level_gas = demand.gas[level] if level >= 0 else 0
            level_tip = demand.tip(level, block.base_fee) if level_gas else -1
            best = candidates.best()
            if best is None and level_tip < 0:
                return
            if best is None or best[0] < level_tip:
                level_gas = 0
                _include_background(block, demand, level, demand.gas[level], level_tip)
                continue
            tip, ticket, tx = best
            if tip == level_tip:
                before = (level_gas * ticket >> TICKETS) - (level_gas - demand.gas[level])
                _include_background(block, demand, level, max(0, before), level_tip)
            _include_tx(block, candidates, tx, block.base_fee + tip, execute)


def gas_quantile(paid: list[tuple[WeiPerGas, Gas]], percent: int) -> WeiPerGas:
    """Return the lowest price at or under which this percentage of the gas lies; 0 when there is no gas."""
    total = sum(gas for _, gas in paid)
    below = 0
    for price, gas in sorted(paid):
        below += gas
        if below * 100 >= total * percent and gas:
            return price
    return 0


def _include_background(block: Filling, demand: Demand, level: int, gas: Gas, tip: WeiPerGas) -> None:
    gas = min(gas, block.room)
    if gas:
        demand.take(level, gas)
        block.gas_used += gas
        block.paid.append((block.base_fee + tip, gas))
        block.background.append((block.base_fee + tip, gas))


def _include_tx(block: Filling, candidates: Candidates, tx: Tx, price: WeiPerGas, execute: Execute) -> None:
    gas_used = execute(tx, price, block.txs) if tx.gas_limit <= block.room else None
    if gas_used is None:
        candidates.skip()
        return
    assert 0 <= gas_used <= tx.gas_limit
    block.gas_used += gas_used
    block.our_gas += gas_used
    block.txs += 1
    block.paid.append((price, gas_used))
    candidates.included()
