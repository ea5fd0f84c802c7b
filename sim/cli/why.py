"""``downtick why``: from one entry back to what led to it, and on to what it led to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import click
import numpy as np

from sim.cascade import SHARE, Cascade, Origin, cascade
from sim.cascade.fold import CascadeFold
from sim.cascade.origin import LIQUIDATION
from sim.cascade.stretch import require_full, stretches
from sim.cli.lost import Lost
from sim.cli.telling import Teller
from sim.errors import InputError
from sim.records.auctions import AuctionClosed, AuctionRestarted, AuctionTaken, BidMade, PriceRefreshed
from sim.records.lending import HealthFell, Liquidated
from sim.records.oracle import PricePosted
from sim.storage import Run
from sim.storage.columns import Array
from sim.units import Seq

EXAMPLE = "\b\nExample:\n  downtick why runs/demo 1234\n  downtick why runs/demo --lost keeper/1"
_MOST_EFFECTS = 12
"""Effects told one by one; of more, the first so many and how many there are."""
_OF_AN_AUCTION = (BidMade, AuctionTaken, AuctionRestarted, AuctionClosed)


@click.command(short_help="Walk from an entry to its causes and effects.", epilog=EXAMPLE)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("entry", type=click.IntRange(min=1), required=False)
@click.option("--lost", metavar="KEEPER", help="Instead of an entry: which races this keeper lost, and by what.")
@click.option("--all", "is_whole", is_flag=True, help="With --lost: every race, not the first few.")
def command(run: Path, entry: int | None, lost: str | None, is_whole: bool) -> None:
    """Tell what led to entry ENTRY of the run in folder RUN, back to the root, and what it led to.

    A cause is what triggered an entry. Of a liquidation, a margin call or a post it is also told whose moves of the price are
    behind it, with their weights; these are shares of an account, not causal effects. With --lost, tell of each race a keeper lost by
    what: late, outbid, stuck, out of funds, or because it did not want to.
    """
    if (entry is None) == (lost is None):
        raise InputError("give an entry to walk from, or --lost with a keeper's name; one of the two")
    with Run(run) as opened:
        if entry is not None:
            opened.entry(entry)  # Refused here, before a long tape is read for nothing.
            lines = Why.of(opened, entry).lines()
        else:
            lines = Lost.of(opened, lost or "").lines(is_whole)
        for line in lines:
            click.echo(line)


@attrs.define
class Why:
    """One entry of a run, ready to be explained. The chain of causes is quick; the rest needs the whole tape, read when asked for."""

    run: Run
    seq: Seq
    teller: Teller

    @classmethod
    def of(cls, run: Run, seq: Seq) -> Why:
        """Return the explanation of an entry. InputError if the tape was not kept in full."""
        require_full(run)
        return cls(run, seq, Teller.of(run))

    @cached_property
    def cascade(self) -> Cascade:
        """The run's cascade."""
        return cascade(self.run, self.teller.facts)

    @cached_property
    def causes(self) -> Array:
        """The cause of every entry."""
        return self.run.causes()

    def lines(self) -> Iterator[str]:
        """Yield the explanation, line by line."""
        entry = self.run.entry(self.seq)
        yield self.teller.line(entry)
        yield from self._causes()
        yield from self._behind(entry.record)
        yield from self._effects()
        yield from self._course()
        yield from self._descendants()

    def _causes(self) -> Iterator[str]:
        """Walk the chain of causes, newest first, to its root."""
        chain = self.run.chain(self.seq)[1:]
        if not chain:
            yield "  nothing on the tape led to it: it is a root"
        for depth, seq in enumerate(chain, start=1):
            yield f"{'  ' * min(depth, 8)}because of {self.teller.line(self.run.entry(seq))}"

    def _behind(self, record: Any) -> Iterator[str]:
        """Say whose moves of the price are behind a liquidation, a margin call or a post; of a bid, which auction it was for."""
        if isinstance(record, PricePosted | PriceRefreshed):
            yield from self._post()
        elif isinstance(record, Liquidated | HealthFell) or self.seq in self.cascade.liquidations:
            yield from self._parents()
        elif isinstance(record, _OF_AN_AUCTION) and record.started:
            yield f"of the auction that began with {self.teller.line(self.run.entry(record.started))}"

    def _course(self) -> Iterator[str]:
        """Say what became of an auction: bids, sales, its end."""
        if self.seq not in self.teller.auctions:
            return
        found: list[int] = []
        for record in _OF_AN_AUCTION:
            columns = self.run.records(record)
            found += columns["seq"][columns["started"] == self.seq].tolist()
        found.sort()
        told = found if len(found) <= _MOST_EFFECTS else [*found[: _MOST_EFFECTS - 1], found[-1]]
        yield "its course:" if found else "nobody bid in it"
        for seq in told:
            yield f"  {self.teller.line(self.run.entry(seq))}"
        if len(found) > len(told):
            yield f"  and {len(found) - len(told)} more before the last"

    def _parents(self) -> Iterator[str]:
        """Say the parents of a liquidation (or of a margin call), and theirs, up to the root."""
        found = self.cascade.liquidations.get(self.seq)
        fall = found.fall if found else self.cascade.falls[self.seq]
        if not fall.parents:
            yield "no move of a price made it fall: interest, the borrower's own doing, or the posted price at the start"
            return
        yield f"the post that made it fall is entry {fall.post}; behind its change stand, by weight:"
        for origin, weight in fall.parents:
            yield f"  {self.teller.share(weight)} {self.teller.origin(origin)}{self._where(origin)}"
        since_peak = self.teller.share(fall.since_peak)
        yield f"generation {fall.generation}; sales of seized units were {since_peak} of the fall since the last peak"
        root = self.cascade.root_of(self.seq)
        if root != self.seq:
            yield f"the root of its cascade is {self.teller.line(self.run.entry(root))}"

    def _where(self, origin: Origin) -> str:
        if origin[0] != LIQUIDATION:
            return ""
        parent = self.cascade.liquidations[origin[1]]
        return f" ({self.teller.clock(parent.at)}, {self.teller.name(parent.keeper)}, generation {parent.generation})"

    def _post(self) -> Iterator[str]:
        """Say how the change of a post is shared out: falls and rises, which sum to it exactly."""
        fold = CascadeFold(self.teller.facts)
        for stretch in stretches(self.run):
            if stretch.first_seq > self.seq:
                break
            fold.take(stretch, until=self.seq)
        replays = [*fold.feeds.values(), *fold.pools.values()]
        window = next((replay.windows[self.seq] for replay in replays if self.seq in replay.windows), None)
        if window is None or not window.net:
            return
        yield f"its change of {window.change / 10**8:+,.4f} is made of:"
        for origin, share in sorted(fold.plain.renamed(window.net).items(), key=lambda each: -abs(each[1])):
            yield f"  {share / SHARE / 10**8:+,.4f} {self.teller.origin(origin)}"

    def _effects(self) -> Iterator[str]:
        """Say what names this entry as its cause."""
        effects = np.flatnonzero(self.causes == self.seq).tolist()
        if not effects:
            yield "nothing names it as its cause"
            return
        yield f"it led to {len(effects)} {'entry' if len(effects) == 1 else 'entries'}:"
        for seq in effects[:_MOST_EFFECTS]:
            yield f"  {self.teller.line(self.run.entry(seq))}"
        if len(effects) > _MOST_EFFECTS:
            yield f"  and {len(effects) - _MOST_EFFECTS} more, up to entry {effects[-1]}"

    def _descendants(self) -> Iterator[str]:
        """Say where the units of a liquidation were sold, and which liquidations descend from it."""
        if self.seq not in self.cascade.liquidations:
            return
        origin = (LIQUIDATION, self.seq)
        for sale in self.cascade.sales.values():
            units = dict(sale.origins).get(origin)
            venue = self.teller.venue(sale.venue)
            if units and venue:
                asset = venue.base if sale.side else venue.quote
                moved = self.teller.change(sale.before, sale.after)
                sold = f"[{sale.seq}] {self.teller.clock(sale.at)} {self.teller.money(asset, units)}"
                yield f"sold: {sold} of it on {venue.name}, the mid moved {moved}"
        children = self.cascade.children_of(self.seq)
        for child, weight in children[:_MOST_EFFECTS]:
            yield f"descends from it by {self.teller.share(weight)}: {self.teller.line(self.run.entry(child.seq))}"
        if len(children) > _MOST_EFFECTS:
            yield f"and {len(children) - _MOST_EFFECTS} more liquidations descend from it in part"
