"""Random orders on a small book: the replay agrees with the book, and its shares with attribution done lot by lot."""

import copy
from collections import Counter
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cascade import SHARE, cascade
from sim.cascade.checks import check
from sim.cascade.fold import CascadeFold
from sim.cascade.origin import MOTIVE
from sim.cascade.stretch import stretches
from sim.records.market import OrderCancelled, OrderReduced, Traded
from sim.vocabulary import Motive, Side, TimeInForce
from tests.cascade.naive import NaiveAttribution
from tests.support.tapes import FACTS, MAKER, NOISE, VENUE, HandTape

MOTIVES = {MAKER: Motive.MARKET_MAKING, NOISE: Motive.VOLUNTARY}
SEEDS = st.integers(0, 2**32)


def steps_of(seed: int, count: int = 60) -> list[tuple]:
    """Return random steps: seeds find what lists of drawn steps, which tend to be short and alike, do not."""
    dice = np.random.default_rng(seed)
    steps: list[tuple] = []
    for _ in range(count):
        kind = dice.choice(["place"] * 5 + ["cancel", "reduce", "reprice"])
        price, lots, which = int(dice.integers(95, 106)), int(dice.integers(1, 7)), int(dice.integers(0, 30))
        if kind == "place":
            party, side, limit = int(dice.choice([MAKER, NOISE])), Side(int(dice.integers(0, 2))), price if dice.random() < 0.8 else None
            steps.append(("place", party, side, lots, limit, TimeInForce.IOC if dice.random() < 0.25 else TimeInForce.GTC))
        else:
            steps.append((str(kind), which, price))
    return steps


def act(tape: HandTape, step: tuple) -> str:
    """Do one step; return whose it is."""
    book = tape.venues[VENUE].book
    if step[0] == "place":
        _, party, side, lots, limit, tif = step
        tape.place(party, side, lots, limit, MOTIVES[party], tif=tif)
        return str(party)
    resting = sorted(book.orders)
    if not resting:
        return ""
    order = resting[step[1] % len(resting)]
    owner = book.orders[order][1]
    if step[0] == "cancel":
        tape.cancel(order, owner)
    elif step[0] == "reprice":
        tape.reprice(order, step[2], owner)
    elif (there := book.order(order)) and there.lots > 1:
        tape.reduce(order, 1, owner)
    return str(owner)


def taken(tape: HandTape, since: int, before) -> dict[tuple[Side, int], int]:
    """Return the lots that left resting levels by the entries after ``since``."""
    left: Counter = Counter()
    for entry in tape.read().entries(since + 1):
        record = entry.record
        if isinstance(record, Traded):
            left[Side(1 - record.aggressor), record.price] += record.lots
        elif isinstance(record, OrderCancelled) and record.order in before.orders:
            left[record.side, record.limit] += record.lots
        elif isinstance(record, OrderReduced):
            old = before.order(record.order)
            left[old.side, old.limit] += old.lots - record.lots
    return dict(left)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_shares_agree_with_attribution_lot_by_lot(seed):
    steps = steps_of(seed)
    tape, naive = HandTape(), NaiveAttribution()
    tape.bid(3, 99)
    tape.ask(3, 101)
    naive.best = {Side.BUY: 99, Side.SELL: 101}
    for step in steps:
        before, since = copy.deepcopy(tape.venues[VENUE].book), tape.last
        who = act(tape, step)
        naive.command(before, tape.venues[VENUE].book, who, taken(tape, since, before))

    found = cascade(tape.read(), FACTS)
    shares: Counter = Counter()
    for part in (found.books[VENUE].falls, found.books[VENUE].rises):
        for origin, share in part.items():
            shares[origin] += share

    expected = {(MOTIVE, int(MOTIVES[int(who)])): share for who, share in naive.shares.items() if who}
    # A share that is no whole number of billionths is rounded by less than one, once a level.
    assert all(abs(shares[origin] - share * SHARE) < len(steps) * 2 for origin, share in expected.items())
    assert all(abs(share) < len(steps) * 2 for origin, share in shares.items() if origin not in expected)
    assert sum(expected.values(), Fraction(0)) * SHARE == sum(shares.values())
    assert check(found, tape.read()) == []


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_the_replayed_book_is_the_book(seed):
    tape = HandTape()
    for step in steps_of(seed):
        act(tape, step)
    tape.cancel(tape.bid(1, 1))  # Whatever arrived last has come to rest.

    fold = CascadeFold(FACTS)
    for stretch in stretches(tape.read()):
        fold.take(stretch)
    replay, book = fold.books[VENUE], tape.venues[VENUE].book

    replay._check()
    for side in Side:
        assert {price: lots * 10**15 for price, lots in book.depth(side, 100)} == replay.sides[side].levels
