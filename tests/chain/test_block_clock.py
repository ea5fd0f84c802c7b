from sim.chain.block_clock import Exponential, Slots
from sim.streams import Streams
from sim.units import SECOND


def instants(clock, count):
    stream, now, seen = Streams(5)["blocks"], 0, []
    for _ in range(count):
        now = clock.next_block(now, stream)
        seen.append(now)
    return seen


def test_proof_of_work_blocks_come_every_13_seconds_in_the_mean_and_without_memory():
    seen = instants(Exponential(13_100_000_000), 20_000)

    gaps = [later - earlier for earlier, later in zip([0, *seen], seen, strict=False)]
    late = sum(gap > 13_100_000_000 for gap in gaps) / len(gaps)
    assert abs(sum(gaps) / len(gaps) / 13_100_000_000 - 1) < 0.03
    assert abs(late - 0.368) < 0.015
    assert min(gaps) >= 1


def test_slots_stand_on_the_grid_of_time_zero():
    assert instants(Slots(12 * SECOND, 0), 3) == [12 * SECOND, 24 * SECOND, 36 * SECOND]
    assert Slots(12 * SECOND, 0).next_block(30 * SECOND, Streams(1)["x"]) == 36 * SECOND


def test_a_slot_in_a_hundred_is_missed():
    seen = instants(Slots(12 * SECOND, 100), 20_000)

    assert all(instant % (12 * SECOND) == 0 for instant in seen)
    assert abs(seen[-1] / (12 * SECOND) / 20_000 - 1 / 0.99) < 0.004
