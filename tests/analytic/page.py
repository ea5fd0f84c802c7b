"""The page of analytic cases: what the formula says, what was measured, and how far off that is in standard errors."""

import math
from collections.abc import Sequence

from tests.analytic.engine import RUN, run, undisturbed
from tests.analytic.first_passage import FALLS, Case
from tests.analytic.makers import Distances, Market

PASSAGES, RUNS, PATHS = 8_000, 400, 20_000
CASES = (("without a drift", Case()), ("the logarithm drifting by -600 % a year", Case(drift=-6.0)))
HEAD = """# Cases with an answer on paper

Written by `python -m tests.analytic` (`tests/analytic/`); nothing here is typed by hand. Each case runs the code that simulates, where all
that a formula leaves out is switched off; the tests hold smaller samples to three standard errors. Cases of contagion, and those that are
exact and not drawn, are among the tests of their parts.
"""
PASSAGE = """## An account that nobody disturbs

The outside price is a geometric Brownian motion, drawn as `world.price.random` draws it: a volatility of 80 % a year, one day, a step each
15 minutes. Ten accounts of an Aave pool are called at falls of 1 to 12 %, as the pool's own screening has it. Nothing is sold, no feed is
late. How likely is it that an account is ever called? *Formula*: the first-passage probability (reflection principle), with its barrier
moved by 0.5826 deviations of a step, because one looks after each step only (Broadie, Glasserman and Kou 1997). *Always*: the same for one
who never looks away.
"""
ENGINE = """The last table is of whole runs: one hour at 400 % a year, a block each 12 seconds, a feed that shows the outside price at every
block (`instant_oracles`, `pass_through = "0 %"`), nobody who sells. In each of these runs exactly those are called who stand above its
lowest price.
"""
MAKERS = """## Makers of Avellaneda and Stoikov

Their market (*High-frequency trading in a limit order book*, 2008): s = 100, T = 1, sigma = 2, dt = 0.005, k = 1.5, A = 140, gamma = 0.1.
Quotes are those of `strategies/traders/avellaneda_stoikov.py`, which every `market_maker` here aims with. Published, of 1,000 paths: about
65 with a deviation of 6 for the maker who minds its inventory, about 67 with 13 for the symmetric one of the same mean spread.

The maker of this house differs in one thing: its market does not close, so the time left is always its parameter `horizon`. In their market
that is the third row: it sheds inventory as eagerly at the end as at the beginning, holds less, and earns less. What else it does (learning
from trades, leaving when it gets rough, a ladder instead of one quote) is switched off here.
"""
PASSAGE_COLUMNS = "| called at a fall of | always | formula | measured | standard errors off |\n|---:|---:|---:|---:|---:|"
MAKER_COLUMNS = "| maker | mean spread | profit | deviation | inventory at the end, deviation |\n|---|---:|---:|---:|---:|"


def page() -> str:
    """Return the page."""
    return "\n".join([HEAD, PASSAGE, *(_passage(words, case) for words, case in CASES), ENGINE, _runs(), MAKERS, _makers()])


def _passage(words: str, case: Case) -> str:
    return _shares(f"{PASSAGES:,} paths, {words}", case, case.shares(PASSAGES, seed=1).tolist(), PASSAGES)


def _runs() -> str:
    told = undisturbed()
    runs = [run(told, seed) for seed in range(1, RUNS + 1)]
    assert all(each.called == each.expected for each in runs)
    shares = [sum(number in each.called for each in runs) / RUNS for number in range(len(FALLS))]
    return _shares(f"{RUNS:,} runs, without a drift", RUN, shares, RUNS)


def _shares(words: str, case: Case, shares: Sequence[float], count: int) -> str:
    lines = [f"{words}:\n", PASSAGE_COLUMNS]
    for fall, share in zip(FALLS, shares, strict=True):
        expected = case.probability(fall)
        off = (share - expected) / math.sqrt(expected * (1 - expected) / count)
        lines.append(f"| {100 * fall:g} % | {case.probability(fall, looks_always=True):.4f} | {expected:.4f} | {share:.4f} | {off:+.1f} |")
    return "\n".join(lines) + "\n"


def _makers() -> str:
    market = Market()
    rows: list[tuple[str, Distances]] = [
        ("minds its inventory, time runs out", market.minding),
        ("symmetric, the same mean spread", market.symmetric),
        ("minds its inventory, the time left is always all of it", market.rolling),
    ]
    lines = [f"{PATHS:,} paths:\n", MAKER_COLUMNS]
    for words, quote in rows:
        found = market.run(quote, PATHS, seed=1)
        profit = f"{found.profit:.2f} ± {found.error:.2f} | {found.profit_deviation:.1f}"
        lines.append(f"| {words} | {found.spread:.2f} | {profit} | {found.inventory_deviation:.1f} |")
    return "\n".join(lines) + "\n"
