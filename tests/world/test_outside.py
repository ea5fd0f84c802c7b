"""The outside price on the clock: played, told, seen late, never early."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernel import Kernel
from sim.records.agents import OutsideMoved
from sim.tape import Tape
from sim.units import MINUTE, SECOND
from sim.world.bridge import Bridge
from sim.world.outside import OutsideWorld, Role
from sim.world.paths import Knot

PLACE = 4
PRICE = 200 * 10**8


class Ear:
    """Writes down what the tape says of the outside price."""

    def __init__(self, tape):
        self.heard = []
        tape.listen(OutsideMoved.kind, self.hear)

    def hear(self, seq, at, cause, place, party, row):
        self.heard.append((seq, at, cause, row[1]))


def world(*knots, role=Role.PINNED, until=None, seed=1):
    kernel, tape = Kernel(), Tape()
    outside = OutsideWorld(kernel, tape, PLACE, Bridge(tuple(Knot(*each) for each in knots), seed, "test", 0), role, until)
    return outside, Ear(tape)


def played(outside, end=2 * MINUTE):
    outside.start()
    outside.kernel.run_until(end)
    outside._check()


def test_every_move_is_told_once_when_it_happens_and_has_no_cause():
    outside, ear = world((0, PRICE), (MINUTE, PRICE * 9 // 10))

    played(outside)

    assert (ear.heard[0], ear.heard[-1]) == ((1, 0, 0, PRICE), (61, MINUTE, 0, PRICE * 9 // 10))
    assert [at for _, at, _, _ in ear.heard] == [second * SECOND for second in range(61)]
    assert outside.price == PRICE * 9 // 10


def test_a_price_that_does_not_move_is_not_told_again():
    outside, ear = world((0, 1), (MINUTE, 1))

    played(outside)

    assert ear.heard == [(1, 0, 0, 1)]


def test_a_driver_moves_until_its_instant_included_and_is_flat_thereafter():
    outside, ear = world((0, PRICE), (MINUTE, PRICE * 9 // 10), role=Role.DRIVER, until=30 * SECOND)
    pinned, other = world((0, PRICE), (MINUTE, PRICE * 9 // 10))

    played(outside)
    played(pinned)

    assert ear.heard == other.heard[:31]
    assert outside.price == other.heard[30][3] != pinned.price


def test_a_path_that_began_before_the_run_opens_where_it_stands_then():
    outside, ear = world((-30 * SECOND, PRICE), (30 * SECOND, PRICE * 9 // 10))
    at_the_start = outside.opening

    played(outside)

    assert ear.heard[0] == (1, 0, 0, at_the_start)
    assert at_the_start not in (PRICE, PRICE * 9 // 10)
    assert ear.heard[-1][1:] == (30 * SECOND, 0, PRICE * 9 // 10)


def test_a_driver_without_an_instant_and_a_path_that_begins_late_are_defects():
    with pytest.raises(AssertionError, match="a driver has an instant"):
        world((0, PRICE), role=Role.DRIVER)
    with pytest.raises(AssertionError, match="cover the run first"):
        world((1, PRICE), (2, PRICE))


@given(st.lists(st.integers(0, 90 * SECOND), max_size=20))
def test_a_late_look_shows_the_last_move_up_to_then(instants):
    outside, ear = world((0, PRICE), (MINUTE, PRICE * 9 // 10))
    played(outside, 90 * SECOND)

    for instant in instants:
        seen = outside.view(instant)
        last = [(seq, at, price) for seq, at, _, price in ear.heard if at <= instant][-1]

        assert seen == last


def test_nobody_looks_ahead_of_now():
    outside, _ = world((0, PRICE), (MINUTE, PRICE * 9 // 10))
    outside.start()
    outside.kernel.run_until(10 * SECOND)

    with pytest.raises(AssertionError, match="ahead of now"):
        outside.view(10 * SECOND + 1)


def test_a_jump_moves_the_price_and_all_of_its_path_and_names_its_shock():
    outside, ear = world((0, 1000), (MINUTE, 1000), (2 * MINUTE, 500), seed=3)
    calm, _ = world((0, 1000), (MINUTE, 1000), (2 * MINUTE, 500), seed=3)
    outside.start()
    outside.kernel.run_until(0)
    outside.jump(-1000, cause=1)
    outside.kernel.run_until(2 * MINUTE)
    played(calm)

    assert ear.heard[1] == (2, 0, 1, 900)
    assert (outside.price, calm.price) == (450, 500)
    assert outside.view(0).price == 900
    outside._check()


def test_a_jump_after_a_drivers_instant_still_moves_it():
    outside, ear = world((0, 1000), (MINUTE, 500), role=Role.DRIVER, until=0)
    played(outside)

    outside.jump(-500, cause=1)

    assert ear.heard == [(1, 0, 0, 1000), (2, 2 * MINUTE, 1, 950)]


def test_a_fork_goes_on_alike_and_apart():
    outside, _ = world((0, PRICE), (MINUTE, PRICE * 9 // 10))
    outside.start()
    outside.kernel.run_until(20 * SECOND)

    fork = copy.deepcopy(outside)
    for each in (outside, fork):
        each.kernel.run_until(2 * MINUTE)

    assert fork.tape is not outside.tape
    assert fork.tape.digest() == outside.tape.digest()
