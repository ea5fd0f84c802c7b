"""The journal: a tx that fails was never there."""

import copy

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.journal import Journal


@attrs.define
class Thing:
    colour: str = "red"


def test_a_rollback_undoes_items_fields_and_absences():
    journal, table, row, thing = Journal(), {"a": 1}, [1, 2], Thing()
    start = journal.begin()
    journal.write(table, "a", 5)
    journal.write(table, "b", 6)
    journal.write(row, 1, 9)
    journal.put(thing, "colour", "blue")
    journal.erase(table, "a")

    journal.rollback(start)

    assert (table, row, thing.colour) == ({"a": 1}, [1, 2], "red")


def test_a_nested_rollback_leaves_what_was_written_before_it():
    journal, table = Journal(), {"a": 1}
    start = journal.begin()
    journal.write(table, "a", 2)
    nested = journal.mark()
    journal.write(table, "a", 3)

    journal.rollback(nested)
    assert table == {"a": 2}
    journal.rollback(start)

    assert table == {"a": 1}


def test_a_commit_keeps_what_was_written():
    journal, table = Journal(), {"a": 1}
    journal.begin()
    journal.write(table, "a", 2)

    journal.commit()

    assert (table, journal.is_open, journal.begin()) == ({"a": 2}, False, 0)


def test_outside_a_tx_nothing_is_kept():
    journal, table = Journal(), {"a": 1}
    journal.write(table, "a", 2)
    journal.put(Thing(), "colour", "blue")
    journal.erase(table, "a")

    journal.rollback(journal.begin())

    assert table == {}


def test_transactions_do_not_overlap():
    journal = Journal()
    journal.begin()

    with pytest.raises(AssertionError, match="already open"):
        journal.begin()


acts = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(st.just("erase"), st.sampled_from("abc"), st.none()),
        st.tuples(st.just("item"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("put"), st.none(), st.sampled_from(["red", "blue"])),
    ),
    max_size=30,
)


@given(acts, acts, acts)
def test_whatever_was_written_a_rollback_gives_back_what_was_at_its_savepoint(before, during, nested):
    journal, state = Journal(), ({"a": 1}, [0, 0, 0], Thing())

    def do(acts):
        for act, key, value in acts:
            if act == "write":
                journal.write(state[0], key, value)
            elif act == "erase" and key in state[0]:
                journal.erase(state[0], key)
            elif act == "item":
                journal.write(state[1], key, value)
            elif act == "put":
                journal.put(state[2], "colour", value)

    do(before)
    start, at_start = journal.begin(), copy.deepcopy(state)
    do(during)
    mark, at_mark = journal.mark(), copy.deepcopy(state)
    do(nested)

    journal.rollback(mark)
    assert state == at_mark
    journal.rollback(start)
    assert state == at_start
