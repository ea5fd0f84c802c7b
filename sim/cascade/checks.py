"""What must hold of any cascade, as questions with offences for answers: an empty list is a yes.

Shares are compared as whole numbers and weights as rationals: nothing here is approximate.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from sim.cascade.descent import Cascade
from sim.cascade.origin import HEDGE, LIQUIDATION, SHARE
from sim.cascade.posts import Window
from sim.cascade.stretch import Source, stretches
from sim.records import ALL


def check(cascade: Cascade, source: Source) -> list[str]:
    """Return everything that does not hold of a run's cascade and its tape."""
    return [*causes_in_the_future(source), *without_a_root(cascade), *uneven_weights(cascade), *uneven_books(cascade)]


def causes_in_the_future(source: Source) -> list[str]:
    """Return entries whose cause lies at or after them, by number or by instant. Memory: 16 bytes an entry."""
    seqs, causes, instants = [], [], []
    for stretch in stretches(source):
        for record in ALL:
            columns = stretch.columns(record)
            seqs.append(columns["seq"])
            causes.append(columns["cause"])
            instants.append(columns["at_ns"])
    seq, cause = np.concatenate(seqs or [np.empty(0, np.int64)]), np.concatenate(causes or [np.empty(0, np.int64)])
    at = np.zeros(int(seq.max(initial=0)) + 1, np.int64)
    at[seq] = np.concatenate(instants or [np.empty(0, np.int64)])
    late = (cause >= seq) | (at[np.minimum(cause, len(at) - 1)] > at[seq])
    offences = zip(seq[late].tolist(), cause[late].tolist(), strict=True)
    return [f"entry {each} names entry {before} as its cause" for each, before in offences]


def without_a_root(cascade: Cascade) -> list[str]:
    """Return liquidations from which the way up does not end at a root: every step must lead to an earlier entry that is there."""
    offences = []
    for seq, descent in cascade.liquidations.items():
        for (kind, parent), _ in descent.fall.parents:
            known = cascade.liquidations if kind == LIQUIDATION else cascade.falls if kind == HEDGE else None
            if known is None:
                continue
            if parent not in known:
                offences.append(f"liquidation {seq} descends from {parent}, which is not on the tape")
            elif not parent < descent.fall.post < seq:
                offences.append(f"liquidation {seq} descends from {parent}, which does not lie before its post {descent.fall.post}")
    return offences


def uneven_weights(cascade: Cascade) -> list[str]:
    """Return margin calls whose parents' weights do not sum to one, or are not positive."""
    offences = []
    for seq, fall in cascade.falls.items():
        weights = [weight for _, weight in fall.parents]
        if weights and (sum(weights, Fraction(0)) != 1 or min(weights) <= 0):
            offences.append(f"margin call {seq} has parents that weigh {sum(weights, Fraction(0))}")
    return offences


def uneven_books(cascade: Cascade) -> list[str]:
    """Return venues whose shares do not sum to the move of the quote."""
    offences = []
    for place, book in cascade.books.items():
        shares = sum(book.falls.values()) + sum(book.rises.values())
        if shares != (book.closing - book.opening) * SHARE:
            offences.append(f"venue {place} moved {book.closing - book.opening} half ticks, its shares sum to {shares}")
    return offences


def uneven_window(window: Window) -> bool:
    """Tell whether the shares of a post do not sum to its change."""
    return sum(window.net.values()) != window.change * SHARE
