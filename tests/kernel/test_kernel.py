"""The clock: phases of an instant, ties, strangers' processes, stopping, forks."""

import copy
import gc
from collections.abc import Generator
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy.core import EmptySchedule

from sim.kernel import DELIVER, EXECUTE, OBSERVE, Kernel, lottery, undisturbed


@attrs.define(eq=False)
class Witness:
    """Writes down what ran and when."""

    kernel: Kernel = attrs.field(factory=Kernel)
    seen: list[tuple[int, Any]] = attrs.field(factory=list)

    def see(self, what: Any) -> None:
        self.seen.append((self.kernel.now, what))

    def again(self, what: Any) -> None:
        """See something, and the same again ten nanoseconds later."""
        self.see(what)
        self.kernel.call_at(self.kernel.now + 10, DELIVER, self.again, what)

    def stop(self, what: Any) -> None:
        self.see(what)
        self.kernel.is_stopping = True

    def process(self, *delays: int) -> Generator[Any, Any, None]:
        for delay in delays:
            yield self.kernel.timeout(delay)
            self.see("process")


def test_an_instant_has_phases_whatever_was_scheduled_first():
    w = Witness()
    for phase, name in ((OBSERVE, "observe"), (EXECUTE, "execute"), (DELIVER, "deliver")):
        w.kernel.call_at(5, phase, w.see, name)

    w.kernel.run_until(5)

    assert w.seen == [(5, "deliver"), (5, "execute"), (5, "observe")]


def test_arrivals_execute_after_what_is_delivered_and_before_what_is_observed():
    w = Witness()
    w.kernel.call_at(5, OBSERVE, w.see, "observe")
    for key in (1, 2):
        w.kernel.arrive_at(5, key, w.see, "arrival")
    w.kernel.call_at(5, DELIVER, w.see, "deliver")

    w.kernel.run_until(5)

    assert [what for _, what in w.seen] == ["deliver", "arrival", "arrival", "observe"]


def test_within_a_phase_first_scheduled_runs_first():
    w = Witness()
    for name in "abc":
        w.kernel.call_at(5, DELIVER, w.see, name)

    w.kernel.run_until(5)

    assert [what for _, what in w.seen] == ["a", "b", "c"]


arrivals = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5), st.booleans()), max_size=20)


@given(arrivals)
def test_a_ticket_drawn_late_gives_the_place_that_one_drawn_at_once_would(arrivals):
    late, at_once = Witness(), Witness()
    for number, (when, key, is_plain) in enumerate(arrivals):
        at_once.kernel.call_at(when, EXECUTE if is_plain else EXECUTE | lottery(key, when), at_once.see, number)
        if is_plain:
            late.kernel.call_at(when, EXECUTE, late.see, number)
        else:
            late.kernel.arrive_at(when, key, late.see, number)

    late.kernel.run_until(10)
    at_once.kernel.run_until(10)

    assert late.seen == at_once.seen


@given(arrivals)
def test_stepping_runs_what_running_does(arrivals):
    stepped, run = Witness(), Witness()
    for w in (stepped, run):
        for number, (when, key, _) in enumerate(arrivals):
            w.kernel.arrive_at(when, key, w.see, number)

    run.kernel.run_until(10)
    for _ in arrivals:
        stepped.kernel.step()

    assert stepped.seen == run.seen
    assert stepped.kernel.steps == run.kernel.steps == len(arrivals)


def test_two_messages_of_one_channel_in_one_instant_keep_their_sequence():
    w = Witness()
    for number in range(5):
        w.kernel.arrive_at(7, 1, w.see, number)
        w.kernel.arrive_at(7, 2, w.see, 10 + number)

    w.kernel.run_until(7)

    order = [what for _, what in w.seen]
    assert [each for each in order if each < 10] == [0, 1, 2, 3, 4]
    assert [each for each in order if each >= 10] == [10, 11, 12, 13, 14]


def test_a_call_into_the_past_is_a_defect():
    w = Witness()
    w.kernel.run_until(10)

    with pytest.raises(AssertionError):
        w.kernel.call_at(9, DELIVER, w.see)
    with pytest.raises(AssertionError):
        w.kernel.arrive_at(9, 1, w.see, None)


def test_what_lies_at_the_end_runs_and_what_lies_after_it_waits():
    w = Witness()
    for when in (9, 10, 11):
        w.kernel.call_at(when, DELIVER, w.see, when)

    assert w.kernel.run_until(10)

    assert ([what for _, what in w.seen], w.kernel.now, w.kernel.peek()) == ([9, 10], 10, 11)


def test_time_goes_to_the_end_when_nothing_is_left_to_do():
    kernel = Kernel()

    assert kernel.run_until(10)

    assert (kernel.now, kernel.peek()) == (10, float("inf"))
    with pytest.raises(EmptySchedule):
        kernel.step()


def test_a_run_that_was_stopped_says_so_and_can_go_on():
    w = Witness()
    w.kernel.call_at(3, DELIVER, w.stop, "stop")
    w.kernel.call_at(4, DELIVER, w.see, "later")

    assert not w.kernel.run_until(10)
    assert (w.seen, w.kernel.now) == ([(3, "stop")], 3)

    w.kernel.is_stopping = False
    assert w.kernel.run_until(10)
    assert w.seen == [(3, "stop"), (4, "later")]


def test_a_stop_after_the_last_thing_to_do_comes_too_late_to_matter():
    w = Witness()
    w.kernel.call_at(3, DELIVER, w.stop, "stop")
    w.kernel.call_at(11, DELIVER, w.see, "beyond")

    assert w.kernel.run_until(10)


def test_a_checked_run_is_the_same_run_with_a_check_after_every_callback():
    plain, checked, checks = Witness(), Witness(), []
    for w in (plain, checked):
        w.kernel.call_at(0, DELIVER, w.again, "tick")
        w.kernel.arrive_at(20, 1, w.see, "one")
        w.kernel.arrive_at(20, 2, w.see, "two")

    plain.kernel.run_until(35)
    assert checked.kernel.run_checked(35, lambda: checks.append(checked.kernel.now))

    assert checked.seen == plain.seen
    assert checks == [0, 10, 20, 20, 20, 30]


def test_a_checked_run_can_be_stopped():
    w = Witness()
    w.kernel.call_at(3, DELIVER, w.stop, "stop")
    w.kernel.call_at(4, DELIVER, w.see, "later")

    assert not w.kernel.run_checked(10, lambda: None)
    assert w.seen == [(3, "stop")]


def test_an_ordinary_simpy_process_lives_here_and_goes_before_the_phases():
    w = Witness()
    w.kernel.process(w.process(5, 7))
    w.kernel.call_at(5, DELIVER, w.see, "deliver")

    w.kernel.run_until(20)

    assert w.seen == [(5, "process"), (5, "deliver"), (12, "process")]


def test_simpys_own_run_drives_it_too():
    w = Witness()
    w.kernel.call_at(3, DELIVER, w.see, "deliver")
    process = w.kernel.process(w.process(5))

    w.kernel.run(until=process)

    assert w.seen == [(3, "deliver"), (5, "process")]


def test_a_process_that_raises_ends_the_run():
    def failing(kernel: Kernel) -> Generator[Any, Any, None]:
        yield kernel.timeout(1)
        raise KeyError("gone")

    kernel = Kernel()
    kernel.process(failing(kernel))

    with pytest.raises(KeyError, match="gone"):
        kernel.run_until(10)


def test_a_delay_that_is_no_whole_number_is_a_defect():
    with pytest.raises(AssertionError, match=r"0\.5 is not a whole number"):
        Kernel().timeout(0.5)


def test_a_fork_goes_on_by_itself():
    w = Witness()
    w.kernel.call_at(0, DELIVER, w.again, "tick")
    for key in (1, 2, 3):
        w.kernel.arrive_at(30, key, w.see, key)
    w.kernel.run_until(15)

    fork = copy.deepcopy(w)
    w.kernel.run_until(40)

    assert fork.seen == [(0, "tick"), (10, "tick")]
    fork.kernel.run_until(40)
    assert fork.seen == w.seen


def test_the_collector_is_as_it_was_after_a_run_undisturbed_even_one_that_fails():
    before = gc.get_threshold()
    gc.unfreeze()

    with pytest.raises(KeyError), undisturbed():
        assert gc.get_threshold() != before
        assert gc.get_freeze_count() > 0
        raise KeyError

    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def test_what_was_frozen_before_a_run_stays_frozen():
    gc.freeze()
    frozen = gc.get_freeze_count()

    with undisturbed():
        kept: list[list[int]] = [[]]

    assert (gc.get_freeze_count(), gc.is_tracked(kept)) == (frozen, True)
