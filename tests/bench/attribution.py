"""How fast a long tape is analysed, with how much memory, and how soon a chain of causes is told.

The tape is made beforehand by a real venue and a hand that plays everybody else: makers who keep a ladder, noise, and a keeper who
sells what it seized about twice a minute of simulated time; posts, margin calls and liquidations in between. Each measurement is a
process of its own, so that its memory is its own; processor seconds are counted, the start of Python left out. The bars are those of ten
million entries, which ``python -m tests.bench.attribution 10000000`` measures; by default a tenth of that.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import numpy as np

from sim.names import Names
from sim.storage import MemoryTape, Opening, RunFolder
from sim.vocabulary import Motive, Side
from tests.support.tapes import FACTS, KEEPER, MAKER, NOISE, HandTape

ENTRIES = 1_000_000
DEPTH = 40
"""Orders that makers keep on a side."""
OPENING = 200_000
_ANALYSED = """
import json, resource, sys, time
started = time.process_time()
from sim.cascade.checks import causes_in_the_future
from sim.cascade.fold import cascades
from sim.cascade.watch import Sums
from sim.facts import Facts
from sim.storage import Run
run, sums = Run(sys.argv[1]), Sums()
found, _ = cascades(run, Facts.from_json(run.manifest.facts), watch=sums)
assert not sums.offences and found.liquidations, "the tape is no good"
took = time.process_time() - started
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, run.tape.last_seq]))
"""
_WORKED_OUT = """
import json, resource, sys, time
started = time.process_time()
from sim.facts import Facts
from sim.metrics.analyse import analyse
from sim.storage import Run
run = Run(sys.argv[1])
found = analyse(run, Facts.from_json(run.manifest.facts))
assert len(found.figures) > 3, "there are no metrics"
took = time.process_time() - started
print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, run.tape.last_seq]))
"""
_CHAINED = """
import json, sys, time
started = time.process_time()
from sim.storage import Run
run = Run(sys.argv[1])
last = run.tape.last_seq
first = run.tape.chain(last - 10)
cold = time.process_time() - started
open_ms = []
for part in range(1, 8):
    again = time.process_time()
    run.tape.chain(last * part // 8)
    open_ms.append(1_000 * (time.process_time() - again))
print(json.dumps([cold, max(open_ms)]))
"""


def measure(entries: int = ENTRIES) -> dict[str, float]:
    """Return how many entries a second are analysed, in how much memory, and how long a chain of causes takes, cold and at its slowest."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        make(folder, entries)
        took, memory_mb, told = _asked(_ANALYSED, folder)
        metrics_took, metrics_mb, _ = _asked(_WORKED_OUT, folder)
        cold, slowest_ms = _asked(_CHAINED, folder)
    return {
        "analysis_entries_per_s": round(told / took),
        "analysis_rss_mb": round(memory_mb, 1),
        "metrics_entries_per_s": round(told / metrics_took),
        "metrics_rss_mb": round(metrics_mb, 1),
        "cause_chain_cold_s": round(cold, 3),
        "cause_chain_ms": round(slowest_ms, 1),
    }


def make(path: Path, entries: int) -> None:
    """Write a run folder with a tape of at least so many entries."""
    folder = RunFolder.create(path, Opening("bench", "", seed=0, epoch=FACTS.epoch), Names())
    folder.manifest.facts = FACTS.as_json()
    tape = HandTape(kept=cast(MemoryTape, folder), capacity=262_144)
    dice = np.random.default_rng(7)
    resting: list[tuple[Side, int]] = []
    centre = OPENING
    while tape.last < entries:
        centre += int(dice.integers(-3, 4))
        _quote(tape, resting, centre, dice)
        _keep_shop(tape, centre)
    tape.tape.flush()
    folder.finish("complete", tape.tape.digest(), tape.tape.entries)


def _quote(tape: HandTape, resting: list[tuple[Side, int]], centre: int, dice: Any) -> None:
    """Send a thousand orders: most are quotes, of which the oldest are taken back; a fifth trade."""
    draws = dice.integers(0, 100, (1_000, 3)).tolist()
    for kind, away, lots in draws:
        tape.kernel.run_until(tape.kernel.now + 5_000_000)
        side = Side.BUY if kind % 2 else Side.SELL
        if kind < 20:
            tape.place(NOISE, side, 1 + lots // 4, None, Motive.VOLUNTARY)
            continue
        limit = centre - 1 - away // 2 if side == Side.BUY else centre + 1 + away // 2
        resting.append((side, tape.place(MAKER, side, 1 + lots, limit, Motive.MARKET_MAKING)))
        if len(resting) > 2 * DEPTH:
            tape.cancel(resting.pop(0)[1])


def _keep_shop(tape: HandTape, centre: int) -> None:
    """Post, call, liquidate, carry and sell."""
    for side, lots in ((Side.BUY, 10_000), (Side.SELL, 10_000)):
        tape.place(MAKER, side, lots, centre - 200 if side == Side.BUY else centre + 200, Motive.MARKET_MAKING)
    fell = tape.fall(tape.post_mid())
    tape.liquidate(fell, 50, repaid=10**8)
    tape.deposit(50)
    tape.sell_seized(50, party=KEEPER)


def _asked(program: str, folder: Path) -> list[float]:
    said = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    found: list[float] = json.loads(said.stdout)
    return found


if __name__ == "__main__":
    began = perf_counter()
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES), f"in {perf_counter() - began:.0f} s")
