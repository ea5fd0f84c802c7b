"""Small runs for the tests of storage: every entry is a function of its number, so whatever is read can be checked."""

from sim.names import Names
from sim.records.agents import Minted, RunStarted
from sim.records.market import OrderRefused, QuoteChanged, Traded
from sim.storage import Opening, RunFolder
from sim.storage.reading import Entry
from sim.tape import Tape
from sim.vocabulary import Refusal, Side

OPENING = Opening(
    scenario="example",
    scenario_text="seed = 7\n# naïve\n",
    seed=7,
    epoch=1_735_689_600,
    overrides={"world.depth": "0.5"},
    anachronism="the pool came later",
)
MOTLEY = 5
"""How many kinds of records take turns."""


def record(seq):
    """The record that stands at a place of the tape of every run here."""
    return (
        RunStarted(epoch=1_735_689_600, seed=seq),
        QuoteChanged(bid=seq, bid_lots=2, ask=seq + 1, ask_lots=4),
        Traded(price=seq, lots=seq, aggressor=Side(seq % 2), maker=1, maker_order=2, taker_order=3, maker_fee=-seq, taker_fee=seq),
        Minted(asset=seq, amount=(-1) ** seq * 2 ** (seq % 255)),
        OrderRefused(order=seq, reason=Refusal.SELF_TRADE),
    )[(seq - 1) % MOTLEY]


def entry(seq):
    return Entry(seq=seq, at=1_000 * seq, cause=seq // 2, place=1, party=seq % 7, record=record(seq))


def entries(count):
    return [entry(seq) for seq in range(1, count + 1)]


def tell(tape, count):
    """Append so many entries, one after the other."""
    for _ in range(count):
        said = entry(tape.entries + 1)
        tape.append(said.at, said.cause, said.place, said.party, said.record.row())


def write(path, count, capacity=10, tape="full"):
    """Write a complete run; return its folder and its tape."""
    folder = RunFolder.create(path, OPENING, Names(), tape)
    told = Tape(folder, capacity)
    tell(told, count)
    told.flush()
    folder.finish("complete", told.digest(), told.entries, {"liquidations": 0})
    return folder, told
