"""Reading a tape: the reader against a list of entries, from memory and from files."""

import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.names import Names
from sim.records.agents import Minted
from sim.records.market import OrderRefused, Traded
from sim.storage import MemoryTape, Run, RunFolder
from sim.tape import Tape
from sim.vocabulary import Refusal
from tests.storage.runs import OPENING, entries, entry, tell, write
from tests.tape.rows import ROWS, SMALL, ListedTape

EDGES = [
    0,
    1,
    -1,
    2**63,
    -(2**63) - 1,
    2**64 - 1,
    2**64,
    10**38 - 1,
    10**38,
    1 - 10**38,
    -(10**38),
    2**127,
    -(2**127),
    2**255 - 1,
    -(2**255),
]


@pytest.fixture(scope="module")
def memory():
    kept = MemoryTape()
    tape = Tape(kept, capacity=10)
    tell(tape, 57)
    tape.flush()
    return kept


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("reading") / "run"
    write(path, 57)
    return Run(path)


@pytest.fixture(params=["memory", "run"])
def reader(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("seq", [1, 10, 11, 33, 57])
def test_one_entry_is_found_by_its_number(reader, seq):
    assert reader.entry(seq) == entry(seq)


@pytest.mark.parametrize("seq", [-1, 0, 58])
def test_an_entry_that_is_not_there_is_said_to_be_missing(reader, seq):
    with pytest.raises(InputError, match=f"entry {seq} is not on this tape; its entries are 1 to 57"):
        reader.entry(seq)


@pytest.mark.parametrize(("first", "last"), [(1, 57), (10, 11), (33, 33), (50, 1_000), (-5, 3), (58, 60), (12, 11)])
def test_a_stretch_of_the_tape_is_read_in_sequence(reader, first, last):
    assert list(reader.entries(first, last)) == [each for each in entries(57) if first <= each.seq <= last]


def test_chosen_records_are_read_in_the_sequence_of_the_tape(reader):
    chosen = list(reader.entries(5, records=["Traded", Minted]))

    assert chosen == [each for each in entries(57) if each.seq >= 5 and isinstance(each.record, Traded | Minted)]


def test_columns_are_numbers_that_numpy_can_reckon_with(reader):
    refused = reader.records("OrderRefused")

    assert list(refused) == ["seq", "at_ns", "cause", "place", "party", "order", "reason"]
    assert {str(values.dtype) for values in refused.values()} == {"int64", "int32"}
    assert np.all(refused["reason"] == Refusal.SELF_TRADE)
    assert refused["order"].tolist() == list(range(5, 58, 5))


def test_a_record_that_never_came_has_empty_columns_like_any_other(reader):
    absent, present = reader.records("Burned"), reader.records("Minted")

    assert {name: values.dtype for name, values in absent.items()} == {name: values.dtype for name, values in present.items()}
    assert [len(values) for values in absent.values()] == [0] * 7


def test_an_unknown_record_is_refused_with_what_may_be_meant(reader):
    with pytest.raises(InputError, match="there is no record 'Trade'; is Traded"):
        reader.records("Trade")


def test_words_come_back_as_words(reader):
    said = reader.entry(5).record

    assert isinstance(said, OrderRefused)
    assert said.reason is Refusal.SELF_TRADE


def test_wide_numbers_come_back_to_the_unit(tmp_path):
    folder = RunFolder.create(tmp_path / "run", OPENING, Names())
    memory = MemoryTape()
    for sink in (folder, memory):
        tape = Tape(sink)
        for amount in EDGES:
            tape.append(1, 0, 0, 0, Minted(asset=1, amount=amount).row())
        tape.flush()

    run = Run(tmp_path / "run")

    assert run.records("Minted")["amount"].tolist() == EDGES == memory.records("Minted")["amount"].tolist()
    assert [each.record.row()[-1] for each in run.entries()] == EDGES


def test_a_wide_number_is_a_decimal_for_a_query_and_beyond_38_digits_it_is_bytes(tmp_path):
    folder = RunFolder.create(tmp_path / "run", OPENING, Names())
    tape = Tape(folder)
    for amount in (10**38 - 1, 10**38, -1):
        tape.append(1, 0, 0, 0, Minted(asset=1, amount=amount).row())
    tape.flush()
    file = f"'{tmp_path}/run/tape/*/Minted.parquet'"

    rows = duckdb.execute(f"select amount, amount_bytes, amount_approx from {file}").fetchall()
    types = [row[1] for row in duckdb.execute(f"describe select amount, amount_bytes, amount_approx from {file}").fetchall()]

    assert [(int(rows[0][0]), rows[0][1]), (rows[1][0], int.from_bytes(rows[1][1], "big")), (int(rows[2][0]), rows[2][1])] == [
        (10**38 - 1, None),
        (None, 10**38),
        (-1, None),
    ]
    assert [row[2] for row in rows] == [1e38, 1e38, -1.0]
    assert types == ["DECIMAL(38,0)", "BLOB", "DOUBLE"]


@settings(max_examples=15)
@given(said=st.lists(st.tuples(SMALL, SMALL, SMALL, ROWS), max_size=12), capacity=st.integers(1, 12))
def test_whatever_is_said_is_read_from_a_folder(said, capacity):
    with tempfile.TemporaryDirectory() as scratch:
        folder, listed = RunFolder.create(Path(scratch) / "run", OPENING, Names()), ListedTape()
        tape = Tape(folder, capacity)
        for told in (tape, listed):
            for at, place, party, row in said:
                told.append(at, 0, place, party, row)
        tape.flush()

        with Run(folder.path) as run:
            assert list(run.entries()) == listed.read()


@pytest.mark.parametrize(("tape", "keep"), [("none", ()), ("trades", (Traded.kind,))])
def test_a_record_that_was_not_kept_is_refused_and_never_an_empty_column(tape, keep, tmp_path):
    memory = MemoryTape(keep)
    told = Tape(memory)
    tell(told, 23)
    told.flush()
    write(tmp_path / "run", 23, tape=tape)

    for kept in (memory, Run(tmp_path / "run")):
        for asked in (lambda kept=kept: kept.records("Minted"), lambda kept=kept: list(kept.entries(records=["Minted"]))):
            with pytest.raises(InputError, match="Minted was not kept: this tape was not kept in full; run again with --tape full"):
                asked()
        with pytest.raises(InputError, match="entry 1 is not on this tape: this tape was not kept in full"):
            kept.entry(1)
        assert len(list(kept.entries())) == (0 if tape == "none" else 5)
