"""The origins of commands: forced sales by the liquidations whose units they sell, everything else by its motive.

Follows seized units over the tape (``Liquidated``, ``UnitsSent``, ``WithdrawalStarted``, ``TransferCredited``) and those bought in
auctions (``AuctionTaken``; ``AuctionClosed`` of an English one; ``Joined``, ``Exited``), which are their buyer's whoever it had them
sent to. What a Comet absorbed (``CollateralAbsorbed``) lies with it until it is bought (``CollateralBought``), and what a Liquity system's
deposits were given for a trove's debt (``TroveLiquidated``) until it is paid out (``GainPaid``): the oldest first, whoever is paid, as all
of it is one owner's. What other troves get stays in them. A swap on an amm says no motive: of what its sender gives, seized units go first
(model choice). A forced sale that exceeds the layers of its owner keeps the rest under its motive. A hedge answers the newest
``HealthFell`` that its cause could have shown: the cause itself, else the last one before it.
"""

from __future__ import annotations

from bisect import bisect_right

import attrs

from sim.cascade.layers import Layers
from sim.cascade.origin import HEDGE, LIQUIDATION, MOTIVE, SWAP, TRIGGER, Origin, Parts, asset_sold
from sim.cascade.stretch import Row
from sim.cascade.withdrawals import Withdrawals
from sim.facts import Facts, VenueFacts
from sim.units import BPS_ONE, AssetId, Bps, Lots, Party, Place, Seq, Ticks, Units
from sim.vocabulary import Motive

_TRIGGERED = (Motive.STOP, Motive.CLOSE_OUT, Motive.DELEVERAGE)
_FOLLOWED = (Motive.LIQUIDATION_SALE, Motive.HEDGE, *_TRIGGERED)
PLAIN: dict[int, Parts] = {motive: [((MOTIVE, motive), 1)] for motive in range(len(Motive)) if motive not in _FOLLOWED}
"""The origins of a command whose motive is all there is to know."""
_MAKING = int(Motive.MARKET_MAKING)


@attrs.define
class Order:
    """An order as it arrives or rests, and why it was sent as far as that matters for its origins."""

    party: Party
    side: int
    motive: int
    cause: Seq
    limit: Ticks
    lots: Lots
    plain: Parts | None
    """``PLAIN`` of its motive: its origins, if nothing else matters."""


@attrs.define
class Provenance:
    """Where seized units are, and what that makes of a command."""

    chain: Place
    venues: dict[Place, VenueFacts]
    layers: Layers = attrs.field(factory=Layers)
    withdrawals: Withdrawals = attrs.field(factory=Withdrawals)
    falls: list[Seq] = attrs.field(factory=list)
    """Every ``HealthFell`` so far."""
    engines: dict[Place, Place] = attrs.field(factory=dict)
    """By auction house: where what it sells is handed over."""
    _payers: dict[Seq, Place] = attrs.field(factory=dict)
    """Which venue a payout's ``UnitsSent`` came from."""
    _sales: dict[Seq, tuple[Seq, bool]] = attrs.field(factory=dict)
    """Auctions that are open: the margin call they answer, whether the price falls by itself (Dutch)."""
    _seized_last: AssetId = 0
    """Collateral of the last ``Liquidated``: a trove's own words about it, which do not name it, come right after."""

    @classmethod
    def of(cls, facts: Facts, inherited_bps: Bps = BPS_ONE) -> Provenance:
        """Return the follower for a run."""
        engines = {vault.house: vault.engine for vault in facts.vaults}
        return cls(facts.chain, {venue.place: venue for venue in facts.venues}, withdrawals=Withdrawals(inherited_bps), engines=engines)

    # What commands are.

    def sold(self, place: Place, command: Order, given: Units) -> Parts:
        """Return the origins of units that a command gave away in trades; their layers are consumed.

        Where only the motive matters the whole is one part, of whatever size: parts are proportions.
        """
        if command.plain is not None:
            return command.plain
        if command.motive == Motive.LIQUIDATION_SALE:
            return self._parts(self.layers.take(self._holding(place, command), given), given)
        if command.motive == Motive.HEDGE:
            origin = self.origin(command)
            if origin[0] == HEDGE:
                self.layers.sold_ahead(command.party, origin[1], given)
            return [(origin, given)]
        return [(self.origin(command), given)]

    def standing(self, place: Place, command: Order, given: Units) -> Parts:
        """Return the origins of units that a command would give away; nothing is consumed."""
        if command.plain is not None:
            return command.plain
        if command.motive == Motive.LIQUIDATION_SALE:
            return self._parts(self.layers.peek(self._holding(place, command), given), given)
        return [(self.origin(command), given)]

    def origin(self, command: Order) -> Origin:
        """Return the origin of a command that sells no seized units."""
        if command.motive == Motive.HEDGE and (fell := self._fell_before(command.cause)):
            return (HEDGE, fell)
        if command.motive in _TRIGGERED:
            return (TRIGGER, command.cause)
        return (MOTIVE, command.motive)

    def tell(self, place: Place, seqs: list[Seq], parts: Parts) -> None:
        """Take note of what a command on a venue made public, if a maker may answer it."""
        self.withdrawals.tell(place, seqs, parts)

    def withdrawing(self, place: Place, command: Order, cause: Seq) -> Parts | None:
        """Return the origins of a maker's cancel that answers a forced sale; None for any other cancel."""
        return self.withdrawals.answering(place, cause) if command.motive == _MAKING else None

    # Where the units are.

    def fell(self, row: Row) -> None:
        """Take note of a ``HealthFell``."""
        self.falls.append(row[0])

    def liquidated(self, row: Row) -> None:
        """Take note of units seized."""
        seq, _, _, _, _, keeper, _, _, collateral, fell, _, _, _, seized, _, _ = row
        self.layers.seize(keeper, self.chain, collateral, seq, fell, seized)
        self._seized_last = collateral

    def absorbed(self, row: Row) -> None:
        """Take note of collateral that became a Comet's own: it lies with the pool until somebody buys it."""
        _, _, _, _, pool, _, _, asset, absorbed, _, seized, _ = row
        self.layers.put((pool, self.chain, asset), [(absorbed, seized)])

    def trove_liquidated(self, row: Row) -> None:
        """Take note of collateral that deposits were given: it lies with the system until it is paid to depositors."""
        _, _, _, _, system, _, _, liquidated, _, _, to_pool, _, _, _ = row
        self.layers.put((system, self.chain, self._seized_last), [(liquidated, to_pool)])

    def gain_paid(self, row: Row) -> None:
        """Follow a depositor's gain to its purse; one that went into its own trove lies there."""
        _, _, _, _, system, depositor, asset, gain, _, is_to_trove = row
        taken = self.layers.take((system, self.chain, asset), gain)
        if not is_to_trove:
            self.layers.put((depositor, self.chain, asset), taken)

    def bought_from_store(self, row: Row) -> None:
        """Follow absorbed collateral to whoever bought it."""
        _, _, _, _, pool, buyer, _, asset, _, _, _, bought, _ = row
        self.layers.put((buyer, self.chain, asset), self.layers.take((pool, self.chain, asset), bought))

    def auction_started(self, row: Row) -> None:
        """Take note of an auction; its collateral is nobody's yet."""
        self._sales[row[0]] = (row[8], row[13] > 0)

    def taken(self, row: Row) -> None:
        """Take note of units bought from a Dutch auction."""
        _, _, _, _, house, taker, _, started, _, asset, _, bought, _, _, _ = row
        self._bought(house, taker, asset, started, bought)

    def auction_closed(self, row: Row) -> None:
        """Take note of units won in an English auction; what a Dutch one sold was said as it was taken."""
        _, _, _, _, house, winner, _, started, _, asset, sold, _, _, _, _ = row
        _, is_dutch = self._sales.get(started, (0, True))
        if not is_dutch:
            self._bought(house, winner, asset, started, sold)
        self._sales.pop(started, None)

    def swapped(self, row: Row) -> Parts:
        """Return the origins of what a swap gave away: what was seized goes first, the rest is the sender's own."""
        _, _, _, _, amm, sender, _, asset, _, given, _, _, _ = row
        layers = self.layers.take((sender, self.chain, asset), given)
        parts: Parts = [((LIQUIDATION, liquidated), units) for liquidated, units in layers]
        rest = given - sum(units for _, units in layers)
        return [*parts, ((SWAP, amm), rest)] if rest or not parts else parts

    def joined(self, row: Row) -> None:
        """Follow units from the chain into an engine."""
        _, _, _, _, engine, party, asset, amount = row
        self.layers.put((party, engine, asset), self.layers.take((party, self.chain, asset), amount))

    def exited(self, row: Row) -> None:
        """Follow units from an engine onto the chain."""
        _, _, _, _, engine, party, asset, amount = row
        self.layers.put((party, self.chain, asset), self.layers.take((party, engine, asset), amount))

    def _bought(self, house: Place, buyer: Party, asset: int, started: Seq, units: Units) -> None:
        if started in self._sales and units:
            self.layers.seize(buyer, self.engines.get(house, house), asset, started, self._sales[started][0], units)

    def sent(self, row: Row) -> None:
        """Follow units that moved on the chain: into a venue's custody, out of it, or between owners."""
        seq, _, _, _, _, party, asset, to, amount = row
        if party in self.venues:
            self._payers[seq] = party
            return
        taken = self.layers.take((party, self.chain, asset), amount)
        if to in self.venues:
            if taken:
                self.layers.deposits[seq] = taken
        else:
            self.layers.put((to, self.chain, asset), taken)

    def withdrawn(self, row: Row) -> None:
        """Follow units off a venue's balance."""
        _, _, _, _, venue, party, asset, amount, transfer = row
        if taken := self.layers.take((party, venue, asset), amount):
            self.layers.payouts[venue, transfer] = taken

    def credited(self, row: Row) -> None:
        """Follow units to where they arrived."""
        _, _, _, cause, place, party, asset, _, transfer = row
        payer = self._payers.pop(cause, None)
        taken = self.layers.deposits.pop(cause, ()) if payer is None else self.layers.payouts.pop((payer, transfer), ())
        self.layers.put((party, place, asset), taken)

    def _holding(self, place: Place, command: Order) -> tuple[Party, Place, int]:
        venue = self.venues[place]
        return (command.party, place, asset_sold(command.side, venue.base, venue.quote))

    def _parts(self, layers: tuple[tuple[Seq, Units], ...], given: Units) -> Parts:
        parts: Parts = [((LIQUIDATION, liquidated), units) for liquidated, units in layers]
        rest = given - sum(units for _, units in layers)
        if rest:
            parts.append(((MOTIVE, Motive.LIQUIDATION_SALE), rest))
        return parts

    def _fell_before(self, cause: Seq) -> Seq:
        place = bisect_right(self.falls, cause)
        return self.falls[place - 1] if place else 0
