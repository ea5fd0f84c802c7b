"""Keepers' capital: margin calls that a keeper left because its money, or its txs, were with another protocol.

What a keeper paid out for a liquidation, a bid or a purchase is *out* until as much of that asset came to its chain account again from a
venue, or an outbid bid came back: the oldest outlay is settled first. When a keeper says that it leaves an account for want of funds
(``Declined``), the debt of that margin call goes over from the protocols its money is out with, in proportion to what is out. With nothing
out, or when it says that it can send no more, the debt goes over from the protocols that its txs are for, in proportion to their
number: those that wait, and those that it had sent and that had not arrived. Several keepers who leave one call share its debt evenly,
and one with neither money out nor a tx on its way was poor of itself: its share goes from no protocol. A keeper counts once for a
call, with its first word.

*Late* are the blocks from the call to its first liquidation (or its end) beyond the median of the calls that no keeper left before; they
are shared by the keepers who did.
Left out: what keepers paid out of a flash loan, and calls they did not look at at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from statistics import median_low

import attrs

from sim.cascade.stretch import Row
from sim.contagion.realised_edges import SCALE, Channel, Edges, Kind, Node, Surroundings, Unit, divided
from sim.facts import Facts
from sim.units import RAD, AssetId, Nanos, Party, Place, Seq, Units
from sim.vocabulary import Refusal

_BASE_CURRENCY = 10**8


@attrs.define
class Outlay:
    """Units that are out, and what they were worth in base currency when they went."""

    protocol: Place
    units: Units
    value: int


@attrs.define
class Word:
    """A keeper's word that it leaves a call."""

    at: Nanos
    shown: Seq
    """The newest entry it knew of."""
    money: list[tuple[Place, int]]
    """Protocols its money was out with, and how much."""
    txs: dict[Place, int]
    """Protocols its txs were for, and how many."""
    is_early: bool = True
    """Whether nothing had answered the call yet."""

    @property
    def whose(self) -> list[tuple[Place, int]]:
        """Return the protocols that kept it, with their weights."""
        return self.money or list(self.txs.items())


@attrs.define
class Call:
    """A margin call, and who left it."""

    protocol: Place
    at: Nanos
    block: int
    debt: int
    waited: int | None = None
    """Blocks until its first liquidation, or its end."""
    left: dict[Node, Word] = attrs.field(factory=dict)
    """By keeper."""


@attrs.define
class Purses:
    """Follows keepers' money and calls. Memory: calls, and outlays that are out."""

    facts: Facts
    around: Surroundings
    calls: list[Call] = attrs.field(factory=list)
    blocks: int = 0
    _open: dict[tuple[Place, Party], Call] = attrs.field(factory=dict)
    _by_fell: dict[Seq, Call] = attrs.field(factory=dict)
    _out: dict[tuple[Node, AssetId], deque[Outlay]] = attrs.field(factory=dict)
    _decimals: dict[AssetId, int] = attrs.field(init=False)
    _monies: dict[Place, AssetId] = attrs.field(init=False)
    """By auction house or engine: its money on the chain."""
    _words: dict[Party, list[Word]] = attrs.field(factory=dict)
    """By keeper's account, for as long as txs sent before may still arrive."""
    _flash: Seq = 0
    """Cause of the last flash loan: whatever else it caused was paid with it."""
    _base_prices: dict[Place, int] = attrs.field(factory=dict)
    """By Comet, of its base at its last absorption."""

    def __attrs_post_init__(self) -> None:
        """Learn decimals and monies."""
        self._decimals = {asset.id: asset.decimals for asset in self.facts.assets}
        self._monies = {place: vault.money for vault in self.facts.vaults for place in (vault.house, vault.engine, vault.debt_house)}

    # Calls.

    def fell(self, row: Row) -> None:
        """Take a margin call."""
        seq, _, at, _, pool, account, _, _, _, debt, _ = row
        call = Call(pool, at, self.blocks, debt)
        self.calls.append(call)
        self._open[pool, account] = self._by_fell[seq] = call

    def answered(self, fell: Seq) -> None:
        """Take a liquidation; only the first ends the waiting."""
        call = self._by_fell.pop(fell, None)
        if call is not None and call.waited is None:
            call.waited = self.blocks - call.block

    def over(self, pool: Place, account: Party) -> None:
        """Take an account's recovery, or that it was written off."""
        call = self._open.pop((pool, account), None)
        if call is not None and call.waited is None:
            call.waited = self.blocks - call.block

    def declined(self, row: Row, waiting_of: Callable[[Party], list[Place]]) -> None:
        """Take a keeper's word that it leaves an account; ``waiting_of`` says whom each of its waiting txs is for (0: no protocol)."""
        _, _, at, shown, _, party, account, pool, reason, _ = row
        keeper, contract = self.around.parties.get(party), self.around.contracts.get(pool)
        call = self._open.get((contract[1] if contract else pool, account))
        if keeper is None or call is None or keeper in call.left or reason not in (Refusal.NO_FUNDS, Refusal.STUCK_NONCE):
            return
        waiting = waiting_of(party)
        money = self._out_with(keeper) if reason == Refusal.NO_FUNDS else []
        word = Word(at, shown, money, {place: waiting.count(place) for place in dict.fromkeys(waiting) if place}, call.waited is None)
        call.left[keeper] = word
        self._words.setdefault(party, []).append(word)

    def arrived(self, row: Row) -> None:
        """Take a tx that reached the mempool: it was on its way when its sender left what it left since it was sent."""
        shown, party, contract = row[3], row[5], self.around.contracts.get(row[8])
        words = self._words.get(party)
        if not words:
            return
        if contract is not None and contract[0] is Kind.PROTOCOL:
            for word in words:
                if shown <= word.shown:
                    word.txs[contract[1]] = word.txs.get(contract[1], 0) + 1
        self._words[party] = [word for word in words if shown <= word.shown]

    # Money.

    def liquidated(self, row: Row) -> None:
        """Take what a liquidator paid."""
        _, _, _, cause, pool, keeper, _, asset, _, fell, price, _, repaid, _, _, _ = row
        self.answered(fell)
        if cause != self._flash:
            self._pay(keeper, pool, asset, repaid, repaid * price // 10 ** self._decimals.get(asset, 0))

    def absorbed(self, row: Row) -> None:
        """Take an absorption, which costs its keeper nothing."""
        self._base_prices[row[4]] = row[9]
        self.answered(row[8])

    def bought_from_store(self, row: Row) -> None:
        """Take what a buyer paid a Comet."""
        _, _, _, cause, pool, buyer, _, _, asset, _, paid, _, _ = row
        if cause != self._flash:
            self._pay(buyer, pool, asset, paid, paid * self._base_prices.get(pool, _BASE_CURRENCY) // 10 ** self._decimals.get(asset, 0))

    def auction_started(self, row: Row) -> None:
        """Take the start of an auction."""
        self.answered(row[8])

    def taken(self, row: Row) -> None:
        """Take what a taker paid a Dutch auction."""
        _, _, _, cause, house, taker, _, _, _, _, _, _, paid, _, _ = row
        if cause != self._flash:
            self._pay_rad(taker, house, paid)

    def bid(self, row: Row) -> None:
        """Take a bid, and give the one before it back."""
        _, _, _, _, house, bidder, _, _, _, bid, before, last_bid, _, _ = row
        if before:
            self._back(before, self._monies.get(house, 0), last_bid * 10 ** self._decimals.get(self._monies.get(house, 0), 0) // RAD)
        self._pay_rad(bidder, house, bid)

    def flash_loaned(self, row: Row) -> None:
        """Take note of a tx that pays with borrowed units."""
        self._flash = row[3]

    def credited(self, row: Row) -> None:
        """Take what came to a chain account from a venue."""
        _, _, _, _, place, party, asset, amount, _ = row
        if place == self.facts.chain:
            self._back(party, asset, amount)

    def _pay_rad(self, party: Party, house: Place, paid: int) -> None:
        asset = self._monies.get(house)
        contract = self.around.contracts.get(house)
        if asset is not None and contract is not None:
            self._pay(party, contract[1], asset, paid * 10 ** self._decimals.get(asset, 0) // RAD, paid * _BASE_CURRENCY // RAD)

    def _pay(self, party: Party, protocol: Place, asset: AssetId, units: Units, value: int) -> None:
        keeper = self.around.parties.get(party)
        if keeper is not None and keeper[0] is Kind.KEEPER and units:
            self._out.setdefault((keeper, asset), deque()).append(Outlay(protocol, units, value))

    def _back(self, party: Party, asset: AssetId, units: Units) -> None:
        keeper = self.around.parties.get(party)
        outlays = self._out.get((keeper, asset)) if keeper is not None else None
        while outlays and units:
            oldest = outlays[0]
            part = min(units, oldest.units)
            oldest.value -= oldest.value * part // oldest.units
            oldest.units -= part
            units -= part
            if not oldest.units:
                outlays.popleft()

    def _out_with(self, keeper: Node) -> list[tuple[Place, int]]:
        sums: dict[Place, int] = {}
        for (whose, _), outlays in self._out.items():
            for outlay in outlays if whose == keeper else ():
                sums[outlay.protocol] = sums.get(outlay.protocol, 0) + outlay.value
        return [(place, value) for place, value in sums.items() if value]

    # What came of it.

    def usual(self) -> int:
        """Return the median of the blocks that calls waited which no keeper left; 0 of none."""
        waits = [call.waited for call in self.calls if call.waited is not None and not any(word.is_early for word in call.left.values())]
        return median_low(waits) if waits else 0

    def into(self, edges: Edges, between: Edges) -> None:
        """Add everything to the edges of the map, and to those between protocols."""
        usual, one = self.usual(), SCALE[Unit.BLOCKS]
        for call in self.calls:
            waited = self.blocks - call.block if call.waited is None else call.waited
            late = max(0, waited - usual) * one
            end = (Kind.PROTOCOL, call.protocol)
            lateness = dict(divided(late, [(keeper, 1) for keeper, word in call.left.items() if word.is_early]))
            for keeper, debt in divided(call.debt, [(keeper, 1) for keeper in call.left]):
                at, whose, blocks = call.left[keeper].at, call.left[keeper].whose, lateness.get(keeper, 0)
                edges.add(keeper, end, Channel.KEEPERS, Unit.DEBT, debt, at, late=blocks)
                if whose:
                    for (place, part), (_, waited_for) in zip(divided(debt, whose), divided(blocks, whose), strict=True):
                        edges.add((Kind.PROTOCOL, place), keeper, Channel.KEEPERS, Unit.DEBT, part, at, late=waited_for)
                        between.add((Kind.PROTOCOL, place), end, Channel.KEEPERS, Unit.DEBT, part, at, late=waited_for)
