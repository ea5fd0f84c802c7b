"""A keeper as a generator: it hears what a callback hears, waits as SimPy's processes do, and can be forked."""

import copy
from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import pytest

from sim.agents.generator import adapted, playable
from sim.agents.strategy import On
from sim.commands import CancelOrder, WakeMe
from sim.errors import StrategyError
from sim.latency import Constant
from sim.records import OutsideMoved, QuoteChanged
from sim.scenario.build import build
from sim.scenario.load import load
from sim.testing import check_strategy
from sim.units import SECOND
from tests.agents.two_forms import Called, Yielding
from tests.agents.words import BOARD, Room
from tests.worlds.pocket import POCKET


@attrs.frozen
class Diary:
    """What a script writes; it stays outside of the world."""

    pages: list[Any] = attrs.field(factory=list)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Diary":
        return self


@attrs.define
class Telling:
    """Lives what a script says."""

    script: Callable[..., Any]
    diary: Diary = attrs.field(factory=Diary)
    wakes_on: ClassVar[tuple[On, ...]] = (On(QuoteChanged), On(OutsideMoved))

    def run(self, desk: Any) -> Any:
        yield from self.script(desk, self.diary.pages)


def lived(script: Callable[..., Any], until: int, *published: int) -> list[Any]:
    """Return the diary of a script in a room where quotes are published at instants; news travels for 10."""
    room, diary = Room(), Diary()
    room.subscribe(room.seat(playable(Telling(script, diary))), On(QuoteChanged))
    for at in published:
        room.publish(500 + at, at=at)
    room.run(until)
    return diary.pages


def test_news_is_the_next_one_heard():
    def script(desk, diary):
        for _ in range(2):
            news = yield desk.news(QuoteChanged)
            diary.append((desk.now, news.at, desk.quote(BOARD).bid))

    assert lived(script, 100, 5, 30, 40) == [(15, 5, 505), (40, 30, 530)]


def test_what_was_heard_while_it_slept_is_gone():
    def script(desk, diary):
        yield desk.sleep(20)
        diary.append(desk.now)
        news = yield desk.news(QuoteChanged)
        diary.append(news.at)

    assert lived(script, 100, 5, 8, 30) == [20, 30]


def test_what_was_heard_at_the_instant_of_the_request_is_not():
    def script(desk, diary):
        yield desk.sleep(15)
        news = yield desk.news(QuoteChanged)
        diary.append((desk.now, news.at))

    assert lived(script, 100, 5) == [(15, 5)]


def test_several_news_of_one_instant_are_taken_oldest_first_and_none_is_lost():
    def script(desk, diary):
        while True:
            news = yield desk.news(QuoteChanged)
            diary.append((desk.now, news.seq))

    room, diary = Room(), Diary()
    room.subscribe(room.seat(playable(Telling(script, diary))), On(QuoteChanged))
    room.run(5)
    for _ in range(3):
        room.publish(500)
    room.run(50)

    assert diary.pages == [(15, 1), (15, 2), (15, 3)]


def test_patience_ends():
    def script(desk, diary):
        for within in (7, 20, 5):
            news = yield desk.news(QuoteChanged, within=within)
            diary.append((desk.now, news and news.at))

    assert lived(script, 100, 5) == [(7, None), (15, 5), (20, None)]


def test_a_timer_that_is_not_needed_any_more_wakes_nobody():
    def script(desk, diary):
        yield desk.news(QuoteChanged, within=17)
        yield desk.sleep(30)
        diary.append(desk.now)

    assert lived(script, 100, 5) == [45]


def test_commands_are_sent_at_once_and_it_goes_on():
    def script(desk, diary):
        yield CancelOrder(BOARD, 1)
        yield [CancelOrder(BOARD, 2), CancelOrder(BOARD, 3)]
        yield desk.sleep(3)
        yield CancelOrder(BOARD, 4)

    room = Room()
    room.seat(playable(Telling(script)), Constant(10))
    room.run(50)

    assert [(at, message[2].order) for at, message in room.arrived] == [(10, 1), (10, 2), (10, 3), (13, 4)]


def refused(script: Callable[..., Any]) -> str:
    with pytest.raises(StrategyError) as refusal:
        lived(script, 30, 5)
    return str(refusal.value)


def nothing(desk, diary):
    yield


def timer(desk, diary):
    yield WakeMe(5)


def deaf(desk, diary):
    yield desk.news(CancelOrder)  # No record at all.


def restless(desk, diary):
    while True:
        yield CancelOrder(BOARD, 1)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (nothing, "run yielded nothing; yield a command, a list of commands, desk.news"),
        (timer, r"a generator has no timer; yield desk.sleep\(span\)"),
        (deaf, r"waits for CancelOrder, and wakes_on has QuoteChanged, OutsideMoved; add On\(CancelOrder\)"),
        (restless, "more than 10000 commands in one instant"),
    ],
)
def test_what_cannot_be_yielded_is_told(script, said):
    with pytest.raises(StrategyError, match=said):
        lived(script, 30, 5)


def test_a_generator_that_raises_is_told_with_its_own_line():
    def script(desk, diary):
        yield desk.sleep(5)
        raise ValueError("sold out")

    assert "Telling (agent agent/0) raised ValueError: sold out\n  at " + __file__ in refused(script)


def test_a_run_without_a_yield_is_no_generator():
    @attrs.define
    class Hasty:
        wakes_on: ClassVar[tuple[On, ...]] = ()

        def run(self, desk: Any) -> list[Any]:
            return []

    with pytest.raises(StrategyError, match="run has no yield"):
        adapted(Hasty)


def test_a_callback_is_left_as_it_is():
    assert adapted(Called) is Called


def pocket_with(form: str) -> Any:
    keys = {"agents.keeper.strategy": f"tests.agents.two_forms:{form}", "agents.keeper.parameters": {}, "run.duration": "3 min"}
    return build(load(POCKET, keys))


def test_both_forms_leave_the_same_tape_and_so_do_their_forks():
    digests = {}
    for form in ("Called", "Yielding"):
        world = pocket_with(form)
        world.kernel.run_until(90 * SECOND)
        fork = copy.deepcopy(world)
        twice = copy.deepcopy(fork)
        for each in (world, fork, twice):
            each.kernel.run_until(120 * SECOND)
        late = copy.deepcopy(twice)
        for each in (world, fork, twice, late):
            each.kernel.run_until(150 * SECOND)
        digests[form] = [each.tape.digest() for each in (world, fork, twice, late)]

    assert len(dict.fromkeys(digests["Called"] + digests["Yielding"])) == 1


def test_a_life_that_cannot_be_lived_again_is_told():
    state = []

    def script(desk, diary):
        state.append(1)
        yield desk.sleep(5)
        desk.quote(BOARD) if len(state) == 1 else desk.outside()
        yield desk.sleep(50)

    room = Room()
    room.seat(playable(Telling(script)))
    room.run(10)
    fork = copy.deepcopy(room)

    with pytest.raises(StrategyError, match=r"it asked desk.outside where it had not; keep state in its own fields"):
        fork.run(100)


@pytest.mark.parametrize("form", [Yielding, adapted(Yielding)])
def test_a_generator_sits_the_exam_like_anybody(form):
    check_strategy(form)
