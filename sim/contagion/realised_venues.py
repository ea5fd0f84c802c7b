"""Venues that were out of reach, and makers who carried one venue's forced trades to another.

*Outage*: a venue that halts because of a move refuses keepers' orders for that reason, and each refusal goes from the venue to the keeper.
One that stops deposits and withdrawals refuses none, but keepers' transfers wait: each that had not arrived when they were taken up again
(or at the end of the tape) goes from the venue to the keeper. A halt itself goes from the protocols whose seized units the order sold
whose quote was the last straw; where that order was nobody's forced sale, from nobody.

*Makers*: an order that a maker pulls from venue W in answer to a forced trade or its quote on venue V goes V -> maker -> W with its
value. Where W is V it is kept as well: no contagion, but what the sale did to its own market.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from sim.assets import Instrument
from sim.cascade import Cascade, CascadeFold, Stretch, instrument_of
from sim.cascade.origin import PARENTS
from sim.cascade.stretch import Row, rows_of
from sim.contagion.realised_edges import SCALE, Channel, Edges, Kind, Node, Surroundings, Unit, divided
from sim.contagion.realised_paths import Paths
from sim.facts import Facts
from sim.records.market import (
    CustodySuspended,
    Halted,
    OrderCancelled,
    OrderRefused,
    QuoteChanged,
    TransferCredited,
    UnitsSent,
    WithdrawalStarted,
)
from sim.units import Nanos, Party, Place, Seq
from sim.vocabulary import Refusal

_MOVES = (UnitsSent, WithdrawalStarted, TransferCredited, CustodySuspended)
Transfer: TypeAlias = tuple[Place, int]
"""A deposit by venue and ``UnitsSent``, a withdrawal by venue and its number, less than zero."""


@attrs.define
class Venues:
    """Follows halts, refusals and pulled orders, after the cascade has read the same stretch."""

    facts: Facts
    around: Surroundings
    edges: Edges = attrs.field(factory=Edges)
    between: Edges = attrs.field(factory=Edges)
    """From venue to venue."""
    outages: int = 0
    """Halts, and times that deposits and withdrawals were stopped."""
    _halts: list[tuple[Place, Nanos, Seq]] = attrs.field(factory=list)
    """Venue, instant, the command whose quote it was."""
    _instruments: dict[Place, Instrument] = attrs.field(init=False)
    _keepers: frozenset[Party] = frozenset()
    _open: dict[Transfer, Node] = attrs.field(factory=dict)
    """Keepers' transfers on their way, with whose they are."""
    _payers: dict[Seq, Place] = attrs.field(factory=dict)
    """Which venue a withdrawal's ``UnitsSent`` came from."""
    _suspended: dict[Place, Nanos] = attrs.field(factory=dict)
    """Venues whose custody stands still, and where the tape stood last."""
    _quoted: tuple[Seq, Seq] = (0, 0)
    """The last quote of the stretch before, and its command."""

    def __attrs_post_init__(self) -> None:
        """Learn what each venue trades."""
        self._instruments = {venue.place: instrument_of(self.facts, venue) for venue in self.facts.venues}
        self._keepers = frozenset(party for party, node in self.around.parties.items() if node[0] is Kind.KEEPER)

    def take(self, stretch: Stretch, cascade: CascadeFold) -> None:
        """Read the next entries."""
        self._halted(stretch)
        self._refused(stretch)
        for row in self._moved(stretch):
            self._move(row)
        self._pulled(stretch, cascade)

    def into(self, edges: Edges, between: Edges, cascade: Cascade, paths: Paths) -> None:
        """Add everything to the edges of the map, and to those between venues."""
        edges.merge(self.edges)
        for venue, since in self._suspended.items():
            self._hold(venue, since, edges)
        between.merge(self.between)
        for venue, at, command in self._halts:
            sale = cascade.sales.get(command)
            parts = [(paths.protocol_of(origin), units) for origin, units in sale.origins if origin[0] in PARENTS] if sale else []
            for place, part in divided(SCALE[Unit.HALTS], parts) if parts else ():
                edges.add((Kind.PROTOCOL, place), (Kind.VENUE, venue), Channel.OUTAGE, Unit.HALTS, part, at)

    def _halted(self, stretch: Stretch) -> None:
        halts, quotes = stretch.columns(Halted), stretch.columns(QuoteChanged)
        self.outages += len(halts["seq"])
        for venue, at, quote in zip(halts["place"].tolist(), halts["at_ns"].tolist(), halts["cause"].tolist(), strict=True):
            where = int(np.searchsorted(quotes["seq"], quote))
            is_here = where < len(quotes["seq"]) and int(quotes["seq"][where]) == quote
            command = int(quotes["cause"][where]) if is_here else self._quoted[1] if quote == self._quoted[0] else 0
            self._halts.append((venue, at, command))
        if len(quotes["seq"]):
            self._quoted = int(quotes["seq"][-1]), int(quotes["cause"][-1])

    def _refused(self, stretch: Stretch) -> None:
        columns = stretch.columns(OrderRefused)
        for row in np.flatnonzero(columns["reason"] == Refusal.HALTED).tolist():
            keeper = self.around.parties.get(int(columns["party"][row]))
            if keeper is not None and keeper[0] is Kind.KEEPER:
                venue = (Kind.VENUE, int(columns["place"][row]))
                self.edges.add(venue, keeper, Channel.OUTAGE, Unit.REFUSALS, 1, int(columns["at_ns"][row]))

    def _moved(self, stretch: Stretch) -> list[Row]:
        """Return what is said of keepers' transfers, and of custody, in sequence; without reading the tokens' moves one by one."""
        keepers, venues = list(self._keepers), list(self._instruments)
        found: list[Row] = []
        for record in _MOVES:
            columns = stretch.columns(record)
            here = np.isin(columns["party"], keepers)
            if record is UnitsSent:
                here = (here & np.isin(columns["to"], venues)) | (np.isin(columns["to"], keepers) & np.isin(columns["party"], venues))
            elif record is CustodySuspended:
                here = np.ones(len(columns["seq"]), bool)
            if here.any():
                found += rows_of(record, {name: values[here] for name, values in columns.items()})
        return sorted(found)

    def _move(self, row: Row) -> None:
        """Follow a transfer, or custody as it stops and goes on."""
        seq, kind, at, cause, place, party = row[:6]
        if kind == CustodySuspended.kind:
            self.outages += row[6]
            if row[6]:
                self._suspended[place] = at
            elif self._suspended.pop(place, None) is not None:
                self._hold(place, at, self.edges)
        elif kind == WithdrawalStarted.kind:
            self._open[place, -row[8] - 1] = self.around.parties[party]
        elif kind == UnitsSent.kind and party in self._instruments:
            self._payers[seq] = party
        elif kind == UnitsSent.kind:
            self._open[row[7], seq] = self.around.parties[party]
        else:
            payer = self._payers.pop(cause, None)
            self._open.pop((place, cause) if payer is None else (payer, -row[8] - 1), None)

    def _hold(self, venue: Place, at: Nanos, edges: Edges) -> None:
        """Say of every transfer over a venue that is on its way that it was held."""
        for (place, _), keeper in self._open.items():
            if place == venue:
                edges.add((Kind.VENUE, venue), keeper, Channel.OUTAGE, Unit.HELD, 1, at)

    def _pulled(self, stretch: Stretch, cascade: CascadeFold) -> None:
        answered = cascade.provenance.withdrawals
        if not answered.answers:
            return
        columns = stretch.columns(OrderCancelled)
        known: Sequence[Seq] = list(answered.answers)
        for row in np.flatnonzero(np.isin(columns["cause"], known)).tolist():
            maker = self.around.parties.get(int(columns["party"][row]))
            place = int(columns["place"][row])
            if maker is None or place not in self._instruments:
                continue
            instrument = self._instruments[place]
            value = instrument.notional(int(columns["limit"][row]), int(columns["lots"][row])) * SCALE[Unit.PULLED] // instrument.quote.unit
            seen, pulled, at = (Kind.VENUE, answered.places[int(columns["cause"][row])]), (Kind.VENUE, place), int(columns["at_ns"][row])
            self.edges.along((seen, maker, pulled), Channel.MAKERS, Unit.PULLED, value, at)
            self.between.add(seen, pulled, Channel.MAKERS, Unit.PULLED, value, at)
