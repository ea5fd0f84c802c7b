"""How many entries a second the tape takes: appended, hashed, and written to a run folder as Parquet, on one core.

A thousand quotes, made beforehand as a venue would make them, go round and round: a longer list would measure how slowly memory
gives up tuples that in a run are made the moment before. Making the folder and importing DuckDB are not timed, ending the run is.
"""

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from sim.names import Names
from sim.records.market import QuoteChanged
from sim.storage import Opening, RunFolder
from sim.tape import Row, Tape

ENTRIES = 1_048_576
ROUNDS = 5
QUOTES = 1_024
STEP = 1_013_003


def measure(entries: int = ENTRIES, rounds: int = ROUNDS) -> dict[str, float]:
    """Return ``tape_entries_per_s``, the median of the rounds."""
    quotes = _quotes()
    _entries_per_s(quotes, QUOTES)
    return {"tape_entries_per_s": median(_entries_per_s(quotes, entries) for _ in range(rounds))}


def _quotes() -> list[tuple[int, Row]]:
    """Return (party, row) of quotes that wander."""
    bids = [20_000 + step * 7 % 1_009 for step in range(QUOTES)]
    return [(step * 31 % 1_000, QuoteChanged(bid, step * 17 % 911, bid + 1, step * 29 % 877).row()) for step, bid in enumerate(bids)]


def _entries_per_s(quotes: list[tuple[int, Row]], entries: int) -> float:
    with tempfile.TemporaryDirectory() as scratch:
        folder = RunFolder.create(Path(scratch) / "run", Opening("bench", "", seed=0, epoch=0), Names())
        tape = Tape(folder)
        started = perf_counter()
        _append(tape, quotes, entries // QUOTES)
        tape.flush()
        folder.finish("complete", tape.digest(), tape.entries)
        return tape.entries / (perf_counter() - started)


def _append(tape: Tape, quotes: list[tuple[int, Row]], times: int) -> None:
    append = tape.append
    at = cause = 0
    for _ in range(times):
        for party, row in quotes:
            at += STEP
            cause = append(at, cause, 1, party, row)


if __name__ == "__main__":
    print(measure())
