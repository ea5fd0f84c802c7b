"""Run folders: what is in one, which entries it keeps, and where none is made."""

import json
import os
import resource
import signal
from contextlib import contextmanager
from threading import Timer
from typing import Any

import duckdb
import numpy as np
import pytest

from sim.errors import BrokenInvariant, InputError
from sim.names import Names
from sim.records import ALL
from sim.records.market import OrderRefused
from sim.storage import MemoryTape, Run, RunFolder, column_digest, parquet
from sim.tape import Tape
from sim.vocabulary import Side
from tests.storage.runs import OPENING, entries, tell, write


@contextmanager
def files_no_larger_than(size):
    """A disk on which a file that grows beyond this size meets the system's no."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noisy_quotes(tape, count):
    """Append quotes that no compression makes small."""
    for numbers in np.random.default_rng(1).integers(-(2**62), 2**62, (count, 4)).tolist():
        tape.append(0, 0, 1, 2, (15, *numbers))


def test_a_complete_run_tells_all_about_itself(tmp_path):
    _, tape = write(tmp_path / "run", 23)

    run = Run(tmp_path / "run")

    assert (run.status, run.is_whole, run.digest) == ("complete", True, tape.digest())
    assert run.standing == "complete: 23 entries"
    assert run.scenario_text == OPENING.scenario_text
    assert run.summary == {"liquidations": 0}
    assert (run.manifest.seed, run.manifest.epoch, run.manifest.overrides) == (7, 1_735_689_600, {"world.depth": "0.5"})
    assert (run.manifest.anachronism, run.manifest.entries) == ("the pool came later", 23)
    assert sorted(run.manifest.versions) == ["downtick", "duckdb", "numpy", "python", "simpy"]
    assert [(part.first_seq, part.last_seq, part.entries) for part in run.manifest.parts] == [(1, 10, 10), (11, 20, 10), (21, 23, 3)]
    assert run.damaged() == []


def test_all_that_was_appended_is_read_back(tmp_path):
    write(tmp_path / "run", 523, capacity=100)

    with Run(tmp_path / "run") as run:
        assert list(run.entries()) == entries(523)


def test_one_line_opens_a_record_type_in_duckdb(tmp_path):
    write(tmp_path / "run", 23)

    line = f"select sum(lots), first(aggressor), min(at_ns), max(seq) from '{tmp_path}/run/tape/*/Traded.parquet'"

    assert duckdb.execute(line).fetchall() == [(3 + 8 + 13 + 18 + 23, "SELL", 3_000, 23)]


def test_every_record_type_can_be_written_and_read_whatever_its_fields_are_called(tmp_path):
    folder = RunFolder.create(tmp_path / "it's [a] run", OPENING, Names())
    tape = Tape(folder)
    rows = [(each.kind, *(max(column.words) if column.words else place for place, column in enumerate(each.columns))) for each in ALL]
    for row in rows:
        tape.append(1, 0, 2, 3, row)
    tape.flush()

    read = [entry.record.row() for entry in Run(folder.path).entries()]

    assert read == rows


def test_a_number_that_is_no_word_is_our_own_mistake(tmp_path):
    tape = Tape(RunFolder.create(tmp_path / "run", OPENING, Names()))
    tape.append(1, 0, 2, 3, (OrderRefused.kind, 1, 10_000))

    with pytest.raises(BrokenInvariant, match="reason holds a number that is no Refusal"):
        tape.flush()


def test_names_given_during_the_run_are_in_the_folder(tmp_path):
    names = Names()
    folder = RunFolder.create(tmp_path / "run", OPENING, names)
    tape = Tape(folder, capacity=10)
    venue, first = names.intern("binance"), names.block("borrowers", 1_000_000)

    tell(tape, 11)

    run = Run(tmp_path / "run")
    assert [run.name(venue), run.name(first + 999_999)] == ["binance", "borrowers/999999"]


@pytest.mark.parametrize("capacity", [1, 7, 10, 1_000])
@pytest.mark.parametrize("kept", ["full", "trades", "none"])
def test_the_digest_knows_neither_parts_nor_what_is_kept(tmp_path, capacity, kept):
    bare = Tape()
    tell(bare, 23)

    _, tape = write(tmp_path / "run", 23, capacity, kept)

    run = Run(tmp_path / "run")
    assert (run.digest, run.manifest.entries) == (bare.digest(), 23) == (tape.digest(), tape.entries)


def test_of_a_tape_of_trades_only_those_are_kept_with_their_numbers(tmp_path):
    write(tmp_path / "run", 23, capacity=4, tape="trades")

    run = Run(tmp_path / "run")

    assert [entry.seq for entry in run.entries()] == [3, 8, 13, 18, 23]
    assert run.records("Traded")["aggressor"].tolist() == [Side.SELL, Side.BUY, Side.SELL, Side.BUY, Side.SELL]
    assert run.entry(13) == entries(13)[-1]
    with pytest.raises(InputError, match="entry 12 is not on this tape"):
        run.entry(12)


def test_of_no_tape_nothing_is_kept_but_the_count(tmp_path):
    write(tmp_path / "run", 23, tape="none")

    run = Run(tmp_path / "run")

    assert (list(run.entries()), run.manifest.parts, run.standing) == ([], [], "complete: 23 entries")


def test_a_tape_kept_in_no_known_way_is_refused(tmp_path):
    with pytest.raises(InputError, match="tape is 'most'; give one of full, trades, none"):
        RunFolder.create(tmp_path / "run", OPENING, Names(), "most")


def test_the_manifest_is_never_half_written(tmp_path):
    folder = RunFolder.create(tmp_path / "run", OPENING, Names())

    with (tmp_path / "run" / "run.json").open() as opened_before:
        folder.note("something new")

        assert json.load(opened_before)["notes"] == []
    assert Run(tmp_path / "run").manifest.notes == ["something new"]


def test_an_existing_run_is_not_overwritten(tmp_path):
    write(tmp_path / "run", 23)

    with pytest.raises(InputError, match="already holds a run; add --force"):
        RunFolder.create(tmp_path / "run", OPENING, Names())

    assert Run(tmp_path / "run").is_whole


def test_an_existing_run_gives_way_when_forced_and_leaves_nothing(tmp_path):
    write(tmp_path / "run", 23)

    RunFolder.create(tmp_path / "run", OPENING, Names(), force=True)

    assert (Run(tmp_path / "run").status, list(Run(tmp_path / "run").entries())) == ("running", [])
    assert [each.name for each in tmp_path.iterdir()] == ["run"]


def test_what_is_not_a_run_is_never_replaced(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")

    with pytest.raises(InputError, match="exists and is not a run folder"):
        RunFolder.create(tmp_path / "thesis", OPENING, Names(), force=True)

    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "years of work"


def test_an_empty_folder_is_taken_and_parents_are_made(tmp_path):
    (tmp_path / "empty").mkdir()

    for place in ("empty", "deeper/and/deeper"):
        RunFolder.create(tmp_path / place, OPENING, Names())

        assert Run(tmp_path / place).status == "running"


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(
        InputError, match=r"cannot be written: (File exists|Not a directory); .*/file is a file, give a folder that is none"
    ):
        RunFolder.create(tmp_path / "file" / "run", OPENING, Names())


def test_a_full_disk_ends_the_run_and_spares_the_whole_parts(tmp_path):
    folder = RunFolder.create(tmp_path / "run", OPENING, Names())
    tape = Tape(folder, capacity=1_000)
    tell(tape, 2_000)
    tape.flush()

    noisy_quotes(tape, 1_000)
    with files_no_larger_than(16_384), pytest.raises(InputError, match=r"cannot be written: .*; free some space"):
        tape.flush()

    run = Run(tmp_path / "run")
    assert (run.status, run.is_whole) == ("failed", False)
    assert run.standing == "did not finish: failed; 2000 entries in 2 whole parts can be read"
    assert list(run.entries()) == entries(2_000)
    assert sorted(each.name for each in folder.path.iterdir()) == ["run.json", "tape"]


def test_a_disk_too_full_even_for_the_manifest_leaves_the_one_before(tmp_path):
    folder = RunFolder.create(tmp_path / "run", OPENING, Names())
    tape = Tape(folder, capacity=100)
    tell(tape, 101)

    with files_no_larger_than(10), pytest.raises(InputError, match="File too large"):
        tape.flush()

    run = Run(tmp_path / "run")
    assert (run.status, list(run.entries())) == ("running", entries(100))


def test_a_run_that_was_interrupted_says_so(tmp_path):
    folder = RunFolder.create(tmp_path / "run", OPENING, Names())
    tape = Tape(folder)
    tell(tape, 5)
    tape.flush()

    folder.finish("interrupted", tape.digest(), tape.entries)

    run = Run(tmp_path / "run")
    assert run.standing == "did not finish: interrupted; 5 entries in 1 whole parts can be read"
    assert (run.digest, run.summary) == (tape.digest(), {})


def test_notes_and_populations_are_kept(tmp_path):
    folder = RunFolder.create(tmp_path / "run", OPENING, Names())
    columns: dict[str, Any] = {"account": np.arange(3), "debt": [1, -1, 2**200], "class": [4, 5, 6]}

    folder.note("a gap of 3 minutes in the path")
    folder.write_population("aave/borrowers", columns)

    run = Run(tmp_path / "run")
    read = run.population("aave/borrowers")
    assert run.manifest.notes == ["a gap of 3 minutes in the path"]
    assert {name: values.tolist() for name, values in read.items()} == {"account": [0, 1, 2], "debt": [1, -1, 2**200], "class": [4, 5, 6]}
    assert column_digest(columns) == column_digest(read)


def test_the_digest_of_columns_tells_names_values_and_their_places_apart():
    columns: dict[str, Any] = {"a": np.array([1, 2]), "b": np.array([3])}
    others: list[dict[str, Any]] = [
        {"a": np.array([1]), "b": np.array([2, 3])},
        {"a": np.array([1, 2]), "c": np.array([3])},
        {"a": [1, 2], "b": [3]},
    ]

    digests = [column_digest(each) for each in (columns, *others)]

    assert len(set(digests)) == 4
    assert digests[0] == column_digest({"a": np.array([1, 2], np.int32), "b": np.array([3])})


def test_an_altered_or_missing_file_is_noticed(tmp_path):
    write(tmp_path / "run", 23)
    files = tmp_path / "run" / "tape" / "part-00001"
    (files / "Traded.parquet").unlink()
    (files / "Minted.parquet").write_bytes(b"PAR1 and so on PAR1")

    run = Run(tmp_path / "run")

    assert sorted(run.damaged()) == ["tape/part-00001/Minted.parquet", "tape/part-00001/Traded.parquet"]
    with pytest.raises(InputError, match=r"Minted.parquet cannot be read: its 19 bytes are no whole Parquet file; copy the run folder"):
        run.records("Minted")
    with pytest.raises(InputError, match=r"Traded.parquet is missing; copy the run folder again"):
        run.records("Traded")


def test_a_file_that_can_be_read_and_was_altered_is_told_by_whoever_reads_it(tmp_path):
    write(tmp_path / "run", 23)
    path = tmp_path / "run" / "tape" / "part-00000" / "Traded.parquet"
    duckdb.sql(f"copy (select * replace (lots + 1 as lots) from '{path}') to '{path}.new' (format parquet)")
    path.with_name("Traded.parquet.new").replace(path)
    run = Run(tmp_path / "run")

    for reading in (lambda: run.records("Traded"), lambda: list(run.entries()), run.causes):
        with pytest.raises(InputError, match=r"Traded.parquet is not what the run wrote: its SHA-256 .*; copy the run folder again"):
            reading()
    assert len(run.records("Minted")["seq"])


def test_ctrl_c_within_a_query_is_ctrl_c(tmp_path):
    class Slow:
        """A database in which every query takes seconds."""

        def execute(self, _: str) -> Any:
            return duckdb.connect().execute("select sum(a.i * b.i) from range(100000) a(i), range(100000) b(i)").fetchall()

    alarm = Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
    alarm.start()

    with pytest.raises(KeyboardInterrupt):
        parquet.read(Slow(), tmp_path / "any.parquet", (), ("seq",))


def test_a_file_of_other_columns_is_told_apart_from_a_run_that_was_closed(tmp_path):
    write(tmp_path / "run", 23)
    path = tmp_path / "run" / "tape" / "part-00000" / "Traded.parquet"
    duckdb.sql(f"copy (select 1 as seq, 2 as cause) to '{path}' (format parquet)")
    run = Run(tmp_path / "run")

    with pytest.raises(InputError, match=r"Traded.parquet cannot be read: it has no column at_ns, place, party, "):
        run.records("Traded")
    run.close()
    with pytest.raises(InputError, match=r"Traded.parquet cannot be read: its run was closed; open the run folder again"):
        run.records("Traded")


def test_a_summary_that_is_cut_short_is_told(tmp_path):
    write(tmp_path / "run", 23)
    (tmp_path / "run" / "summary.json").write_text('{"volume": ')

    with pytest.raises(InputError, match=r"summary.json is no JSON .*; copy the run folder again from where it is whole, or run again"):
        assert Run(tmp_path / "run").summary


def test_what_is_no_run_folder_is_not_opened(tmp_path):
    with pytest.raises(InputError, match="is not a run folder"):
        Run(tmp_path)


@pytest.mark.parametrize("contents", ["{", "[]", "{}", '{"parts": [], "seed": 3}'])
def test_a_manifest_of_another_making_is_not_opened(tmp_path, contents):
    (tmp_path / "run.json").write_text(contents)

    with pytest.raises(InputError, match="is not what this version of downtick writes"):
        Run(tmp_path)


def test_a_status_that_no_run_has_is_not_believed(tmp_path):
    write(tmp_path / "run", 3)
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    (tmp_path / "run" / "run.json").write_text(json.dumps(manifest | {"status": "splendid"}))

    with pytest.raises(InputError, match="has the status 'splendid'"):
        Run(tmp_path / "run")


def test_memory_and_folder_tell_the_same(tmp_path):
    write(tmp_path / "run", 123)
    memory = MemoryTape()
    tape = Tape(memory, capacity=17)
    tell(tape, 123)
    tape.flush()

    run = Run(tmp_path / "run")

    for record in ALL:
        read, kept = run.records(record), memory.records(record)
        assert {name: (values.dtype, values.tolist()) for name, values in read.items()} == {
            name: (values.dtype, values.tolist()) for name, values in kept.items()
        }
    assert run.causes().tolist() == memory.causes().tolist() == [0, *(entry.cause for entry in entries(123))]
