"""The tape: what it promises to whoever appends, listens and forks."""

import copy
import subprocess
import sys

import pytest

from sim.errors import BrokenInvariant, InputError
from sim.records.agents import Minted, RunStarted
from sim.records.market import QuoteChanged, Traded
from sim.storage import MemoryTape
from sim.tape import Tape
from sim.vocabulary import Side
from tests.tape.rows import ListedTape

QUOTE = QuoteChanged(bid=100, bid_lots=5, ask=101, ask_lots=7).row()
TRADE = Traded(price=100, lots=3, aggressor=Side.SELL, maker=4, maker_order=1, taker_order=2, maker_fee=-1, taker_fee=2).row()


def mint(amount):
    return Minted(asset=1, amount=amount).row()


class Ear:
    """Remembers what it was told."""

    def __init__(self):
        self.heard = []

    def hear(self, *entry):
        self.heard.append(entry)


class World:
    """A tape and a machine that answers each quote with a trade, once."""

    def __init__(self):
        self.tape = Tape(capacity=8)
        self.answers = 0
        self.tape.listen(QuoteChanged.kind, self.answer)

    def answer(self, seq, at, cause, place, party, row):
        self.answers += 1
        self.tape.append(at, seq, place, party, TRADE)


class FullDisk:
    """A sink that has no room."""

    def take(self, rows, wide, first_seq, last_seq):
        raise InputError("no room")


def test_entries_are_counted_from_one():
    tape = Tape()

    assert [tape.append(10, cause, 1, 2, QUOTE) for cause in (0, 1, 1)] == [1, 2, 3]
    assert tape.entries == 3


def test_a_listener_hears_the_entry_with_its_number_and_only_its_kind():
    tape, ear = Tape(), Ear()
    tape.listen(Traded.kind, ear.hear)

    tape.append(10, 0, 1, 2, QUOTE)
    tape.append(11, 1, 3, 4, TRADE)

    assert ear.heard == [(2, 11, 1, 3, 4, TRADE)]


def test_several_listeners_hear_in_the_order_in_which_they_asked():
    tape, heard = Tape(), []
    for name in ("first", "second", "third"):
        tape.listen(QuoteChanged.kind, lambda *entry, name=name: heard.append(name))

    tape.append(10, 0, 1, 2, QUOTE)

    assert heard == ["first", "second", "third"]


def test_a_listener_may_append_and_the_numbers_stay_in_sequence():
    world = World()

    first = world.tape.append(10, 0, 1, 2, QUOTE)
    second = world.tape.append(11, 0, 1, 2, QUOTE)

    assert (first, second, world.tape.entries) == (1, 3, 4)


def test_an_effect_does_not_come_before_its_cause():
    with pytest.raises(AssertionError, match="entry 1 names entry 1 as its cause"):
        Tape().append(10, 1, 1, 2, QUOTE)


def test_a_cause_is_not_negative():
    with pytest.raises(BrokenInvariant, match="names entry -1 as its cause"):
        Tape().append(10, -1, 1, 2, QUOTE)


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_a_narrow_field_holds_the_last_number_of_63_bits(value):
    memory = MemoryTape()
    tape = Tape(memory)

    tape.append(10, 0, 1, 2, QuoteChanged(value, 0, 0, 0).row())
    tape.flush()

    assert [value] == memory.records("QuoteChanged")["bid"].tolist()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((15, 1, 2, 2**63, 4), r"QuoteChanged.ask is 9223372036854775808, which does not fit 64 bits"),
        ((15, 1, 2, 3, -(2**63) - 1), r"QuoteChanged.ask_lots is -9223372036854775809, which does not fit 64 bits"),
        ((91, 1, 2**255), r"Minted.amount is \d+, which does not fit 256 bits"),
        ((91, 2**63, 1), r"Minted.asset is 9223372036854775808, which does not fit 64 bits"),
        ((15, 1, 2, 3), r"QuoteChanged has 4 fields, its row has 3"),
        ((91, 1), r"Minted has 2 fields, its row has 1"),
        ((15, 1, 2, 3, 4.0), r"QuoteChanged.ask_lots is 4.0, which is not an integer"),
        ((91, 1, "2"), r"Minted.amount is '2', which is not an integer"),
        ((9, 1), r"kind 9, which no record has"),
        ((300, 1), r"kind 300, which no record has"),
    ],
)
def test_what_does_not_fit_is_named_and_leaves_no_trace(row, said):
    tape = Tape()
    tape.append(10, 0, 1, 2, mint(5))
    before = tape.digest()

    with pytest.raises(BrokenInvariant, match=said):
        tape.append(11, 1, 1, 2, row)

    assert (1, before) == (tape.entries, tape.digest())
    tape._check()


def test_a_place_has_32_bits():
    with pytest.raises(BrokenInvariant, match=r"QuoteChanged\.place is 2147483648, which does not fit 32 bits"):
        Tape().append(10, 0, 2**31, 2, QUOTE)


def test_the_digest_is_the_hash_of_the_rows_written_one_after_the_other():
    tape, listed = Tape(capacity=2), ListedTape()

    for each in (tape, listed):
        for cause, row in enumerate([QUOTE, mint(2**255 - 1), TRADE, mint(-1), RunStarted(epoch=5, seed=6).row()]):
            each.append(cause * 10, cause, 1, 2, row)

    assert listed.digest() == tape.digest()


def test_an_earlier_row_leaves_nothing_in_the_fields_a_later_one_does_not_use():
    short, reused = Tape(capacity=1), Tape(capacity=1)
    short.append(10, 0, 1, 2, mint(1))
    reused.append(10, 0, 1, 2, TRADE)
    reused.flush()

    reused.append(10, 0, 1, 2, mint(1))

    assert bytes(40) == bytes(reused._rows[48:88])
    assert short.digest() != reused.digest()


@pytest.mark.parametrize(("at", "cause", "place", "party"), [(11, 0, 1, 2), (10, 1, 1, 2), (10, 0, 2, 2), (10, 0, 1, 3)])
def test_the_digest_tells_envelopes_apart(at, cause, place, party):
    one, other = Tape(), Tape()
    for tape in (one, other):
        tape.append(0, 0, 1, 2, QUOTE)

    one.append(10, 0, 1, 2, QUOTE)
    other.append(at, cause, place, party, QUOTE)

    assert one.digest() != other.digest()


def test_the_digest_is_the_same_at_any_hash_seed():
    story = (
        "from sim.tape import Tape\n"
        "from sim.records import ALL\n"
        "tape = Tape(capacity=7)\n"
        "for number, record in enumerate(ALL): tape.append(number, 0, 1, 2, (record.kind, *range(len(record.columns))))\n"
        "print(tape.digest())\n"
    )

    digests = [
        subprocess.run([sys.executable, "-c", story], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("0", "4711")
    ]

    assert digests[0] == digests[1] != ""


def test_a_fork_goes_on_alike_and_apart():
    world = World()
    for at in range(13):
        world.tape.append(at, 0, 1, 2, QUOTE)
        world.tape.append(at, 0, 1, 2, mint(at))

    fork = copy.deepcopy(world)
    alone = world.tape.digest()
    fork.tape.append(20, 3, 1, 2, QUOTE)

    assert (world.answers, fork.answers) == (13, 14)
    assert alone == world.tape.digest() != fork.tape.digest()
    world.tape.append(20, 3, 1, 2, QUOTE)
    assert fork.tape.digest() == world.tape.digest()


def test_a_fork_writes_nowhere():
    memory = MemoryTape()
    tape = Tape(memory, capacity=2)

    fork = copy.deepcopy(tape)
    for at in range(5):
        fork.append(at, 0, 1, 2, QUOTE)
    fork.flush()

    assert fork.sink is None
    assert memory.records("QuoteChanged")["seq"].tolist() == []


def test_a_small_world_has_a_small_tape():
    tape = Tape()

    tape.append(10, 0, 1, 2, QUOTE)

    assert len(tape._rows) < 200_000


def test_a_sink_that_fails_does_not_spoil_the_digest():
    spoiled, sound = Tape(FullDisk()), Tape()
    for tape in (spoiled, sound):
        tape.append(10, 0, 1, 2, mint(1))

    with pytest.raises(InputError):
        spoiled.flush()

    assert sound.digest() == spoiled.digest()
    spoiled._check()
