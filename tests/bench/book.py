"""How fast the book is, beside a book in Rust and a book in plain Python, on one stream of messages.

The stream is 60 % orders that rest, 35 % cancels of live orders and 5 % orders that trade at once, with about 1,500 orders live.
Every engine gets it in the form it takes, prepared beforehand; what is timed is the engine and the loop that feeds it. Rounds
alternate between the engines, so that a slow moment of the machine hits all of them, and medians are compared. The fills of all
engines must be the same, or there is nothing to compare.
"""

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from sim.market.book import Book
from sim.vocabulary import Side

OPERATIONS = 200_000
LIVE = 1_500
ROUNDS = 5
MIDDLE = 10_000
WIDTH = 60
"""Orders rest up to so many ticks from the middle."""

Operation = tuple[int, bool, int, int]
"""An order: (its number, is it a sale, lots, limit). A cancel: (number of the order, False, 0, 0). Orders are numbered from 1."""
Fill = tuple[int, int, int, int]
"""(maker's number, taker's number, price, lots)."""


class LiveNumbers:
    """The numbers of live orders, from which one can be picked at a cost that does not grow."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.places: dict[int, int] = {}

    def add(self, number: int) -> None:
        self.places[number] = len(self.numbers)
        self.numbers.append(number)

    def drop(self, number: int) -> None:
        place, last = self.places.pop(number), self.numbers.pop()
        if last != number:
            self.numbers[place], self.places[last] = last, place


def stream(operations: int = OPERATIONS, live: int = LIVE, seed: int = 12) -> list[Operation]:
    """Return a stream of messages, the same for the same arguments.

    A book is run along, so that cancels name live orders, and large orders take about as much as keeps the live ones at their number.
    """
    dice = np.random.default_rng(seed)
    kinds = dice.choice(3, size=operations, p=[0.60, 0.35, 0.05]).tolist()
    sells = dice.integers(0, 2, size=operations).astype(bool).tolist()
    distances = np.minimum(dice.geometric(0.06, size=operations), WIDTH).tolist()
    sizes = dice.integers(1, 100, size=operations).tolist()
    picks = dice.random(size=operations).tolist()
    book, alive, made, number = Book(), LiveNumbers(), [], 0
    for kind, sell, distance, size, pick in zip(kinds, sells, distances, sizes, picks, strict=True):
        if kind == 1 and alive.numbers:
            gone = alive.numbers[int(pick * len(alive.numbers))]
            book.cancel(gone)
            alive.drop(gone)
            made.append((gone, False, 0, 0))
            continue
        number += 1
        lots, reach = (size * max(1, len(alive.numbers) - live), -WIDTH) if kind == 2 else (size, distance)
        limit = MIDDLE + reach if sell else MIDDLE - reach
        _, resting, _, fills, _ = book.place(number, 1, Side.SELL if sell else Side.BUY, lots, limit)
        for maker, _, _, _, left in fills:
            if not left:
                alive.drop(maker)
        if resting:
            alive.add(number)
        made.append((number, sell, lots, limit))
    return made


def through_ours(operations: list[Operation]) -> tuple[float, list[Fill]]:
    """Return the seconds our book takes to answer, and its fills."""
    told = [(number, Side.SELL if sell else Side.BUY, lots, limit) for number, sell, lots, limit in operations]
    book, trades = Book(), []
    place, cancel = book.place, book.cancel
    settle()
    began = perf_counter()
    for number, side, lots, limit in told:
        if lots:
            fills = place(number, 1, side, lots, limit)[3]
            if fills:
                trades.append((number, fills))
        else:
            cancel(number)
    seconds = perf_counter() - began
    return seconds, [(maker, taker, price, lots) for taker, fills in trades for maker, _, price, lots, _ in fills]


def through_bourse(operations: list[Operation]) -> tuple[float, list[Fill]]:
    """Return the seconds bourse takes to answer, and its fills.

    Its clock must move before each order: two orders of one price and one time overwrite each other there. Its fills can only be
    had by asking for all of them, which is done once, at the end.
    """
    from bourse.core import OrderBook

    book = OrderBook(0, True)
    place, cancel, set_time = book.place_order, book.cancel_order, book.set_time
    told = [(number - 1, not sell, lots, limit) for number, sell, lots, limit in operations]
    settle()
    began = perf_counter()
    for number, buy, lots, limit in told:
        if lots:
            set_time(number)
            place(buy, lots, 1, limit)
        else:
            cancel(number)
    trades = book.get_trades()
    seconds = perf_counter() - began
    return seconds, [(maker + 1, taker + 1, price, lots) for _, _, price, lots, taker, maker in trades]


def through_lightmatchingengine(operations: list[Operation]) -> tuple[float, list[Fill]]:
    """Return the seconds lightmatchingengine takes to answer, and its fills."""
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine
    from lightmatchingengine.lightmatchingengine import Side as TheirSide

    engine, trades = LightMatchingEngine(), []
    place, cancel = engine.add_order, engine.cancel_order
    told = [(number, TheirSide.SELL if sell else TheirSide.BUY, lots, limit) for number, sell, lots, limit in operations]
    settle()
    began = perf_counter()
    for number, side, lots, limit in told:
        if lots:
            fills = place("X", limit, lots, side)[1]
            if fills:
                trades.append((number, fills))
        else:
            cancel(number, "X")
    seconds = perf_counter() - began
    makers = [(taker, fill) for taker, fills in trades for fill in fills if fill.order_id != taker]
    return seconds, [(fill.order_id, taker, fill.trade_price, fill.trade_qty) for taker, fill in makers]


def settle() -> None:
    """Put everything that exists out of the garbage collector's sight, as a run does after set-up."""
    gc.collect()
    gc.freeze()


Engine = Callable[[list[Operation]], tuple[float, list[Fill]]]


def measure(rounds: int = ROUNDS, operations: int = OPERATIONS) -> dict[str, float]:
    """Return operations a second of our book, and how many times those of the two others that is."""
    engines: dict[str, Engine] = {"ours": through_ours, "bourse": through_bourse, "light": through_lightmatchingengine}
    told = stream(operations)
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        fills = {}
        for name, engine in engines.items():
            taken, fills[name] = engine(told)
            seconds[name].append(taken)
            gc.unfreeze()
        assert fills["ours"] == fills["bourse"] == fills["light"], "the engines do not trade alike"
    speed = {name: operations / median(taken) for name, taken in seconds.items()}
    return {
        "book_ops_per_s": round(speed["ours"]),
        "book_vs_bourse": round(speed["ours"] / speed["bourse"], 3),
        "book_vs_lightmatchingengine": round(speed["ours"] / speed["light"], 3),
    }
