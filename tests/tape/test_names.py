"""Names as numbers."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.names import Names


def test_ids_count_from_one_in_the_order_of_asking():
    names = Names()

    assert [names.intern(name) for name in ("binance", "aave", "binance", "ETH")] == [1, 2, 1, 3]
    assert [names.name(id) for id in range(4)] == ["none", "binance", "aave", "ETH"]


def test_a_population_takes_a_block_of_ids():
    names = Names()
    names.intern("aave")

    first = names.block("borrowers", 3)
    after = names.intern("eth")

    assert (first, after) == (2, 5)
    assert [names.name(id) for id in range(2, 5)] == ["borrowers/000000", "borrowers/000001", "borrowers/000002"]
    assert (names.id("borrowers/000002"), names.id("borrowers/000003")) == (4, None)


@pytest.mark.parametrize(
    "name", ["borrowers", "borrowers/", "borrowers/1", "borrowers/0000001", "borrowers/-00001", "borrowers/00000a", "/000000"]
)
def test_what_only_looks_like_a_member_of_a_block_is_not(name):
    names = Names()
    names.block("borrowers", 3)

    assert names.id(name) is None


def test_interning_a_member_of_a_block_gives_its_id():
    names = Names()
    names.block("borrowers", 3)

    assert (names.intern("borrowers/000002"), len(names)) == (3, 3)


def test_a_block_is_taken_once():
    names = Names()
    names.block("borrowers", 3)

    with pytest.raises(AssertionError, match=r"borrowers/\.\.\. are taken"):
        names.block("borrowers", 3)


def test_a_block_does_not_take_over_a_name_given_before():
    names = Names()
    names.intern("borrowers/000001")

    with pytest.raises(AssertionError, match="interned before its block"):
        names.block("borrowers", 3)


def test_an_empty_block_takes_nothing():
    names = Names()

    assert (names.block("nobody", 0), names.intern("somebody")) == (1, 1)


def test_an_id_never_given_has_no_name():
    names = Names()
    names.block("borrowers", 2)

    with pytest.raises(KeyError):
        names.name(3)


def test_the_millionth_account_has_seven_digits():
    names = Names()
    first = names.block("borrowers", 1_000_001)

    assert names.name(first + 1_000_000) == "borrowers/1000000"
    assert first + 1_000_000 == names.id("borrowers/1000000")


def test_a_million_accounts_cost_no_more_than_one():
    names = Names()
    names.block("borrowers", 10**9)

    assert len(json.dumps(names.as_json())) < 200
    assert len(copy.deepcopy(names)) == 10**9


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3)), unique_by=lambda wish: wish[0]))
def test_the_table_comes_back_from_json_as_it_was(wishes):
    names = Names()
    for letter, count in wishes:
        names.block(letter, count) if count else names.intern(letter)
        names._check()

    back = Names.from_json(json.loads(json.dumps(names.as_json())))

    back._check()
    assert names == back
    assert [names.name(id) for id in range(len(names) + 1)] == [back.name(id) for id in range(len(back) + 1)]
    assert list(range(1, len(names) + 1)) == [back.id(names.name(id)) for id in range(1, len(names) + 1)]
    assert names.intern("new") == back.intern("new")
