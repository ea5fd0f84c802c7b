"""The exam of a strategy. Anybody's may sit it; ours do.

``check_strategy(MyKeeper)``, or with a function that makes one where parameters are required. It claims: the same news, sights and
dice give the same commands; a copy made on the way goes on alike; silence, a flood, refusals and sources that show nothing are
survived; commands are commands; no clock and no dice but the desk's are read; parameters written out read back the same. It does
not say whether the strategy is any good.
"""

import ast
import copy
import inspect
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any, get_args

import attrs

from sim.agents.generator import is_generator_form, playable
from sim.agents.strategy import START, News, On
from sim.commands import Command
from sim.errors import DowntickError, StrategyError
from sim.scenario.convert import unstructure
from sim.scenario.parameters import structure_parameters
from sim.scenario.values import Amount
from sim.scenario.words import keys_of
from sim.testing.stage import ETH, USDC, Stage

SECONDS = 96
"""How long a strategy lives in the exam: eight blocks."""
FLOOD = 200
CLOCKS_AND_DICE = ("time", "random", "secrets", "uuid")
READINGS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom", "default_rng", "numpy.random", "np.random")
DECIMALS = {ETH.symbol: ETH.decimals, USDC.symbol: USDC.decimals}
WORDS = {"base": ETH.symbol, "quote": USDC.symbol, "gas": ETH.symbol}


def check_strategy(make: Callable[[], Any]) -> None:
    """Examine a strategy's class, or what a function makes. Raises StrategyError with every claim that does not hold."""
    name = getattr(make, "__name__", "the strategy")
    if is_generator_form(type(make())):
        make = partial(_played, make)
    cls = type(make())
    if not attrs.has(cls) or not callable(getattr(cls, "decide", None)) or not all(isinstance(on, On) for on in _wishes(cls)):
        raise StrategyError(f"{name} is no strategy: it must be an attrs class with wakes_on, a tuple of On, and decide(news, desk)")
    broken = [*_clock_readings(cls), *_lives(make), *_copies(make), *_round_trip(make())]
    if broken:
        raise StrategyError("\n".join(f"{cls.__qualname__}: {claim}" for claim in broken))


def _played(make: Callable[[], Any]) -> Any:
    """Return a generator's strategy with ``decide``."""
    return playable(make())


def _wishes(cls: type) -> tuple[Any, ...]:
    wishes = getattr(cls, "wakes_on", None)
    return wishes if isinstance(wishes, tuple) else (None,)


def _lives(make: Callable[[], Any]) -> Iterator[str]:
    """Yield what goes wrong in lives of several sorts, each lived twice."""
    for seed, is_empty, flood in ((1, False, 0), (2, False, FLOOD), (3, True, 0)):
        scene = "while nothing is shown" if is_empty else "in a flood of news" if flood else "in an ordinary life"
        first, second = Stage(seed, is_empty), Stage(seed, is_empty)
        try:
            _live(first, make(), flood)
            # As in the fork of a world that has not begun: news equal to START, but not it.
            _live(second, make(), flood, attrs.evolve(START))
        except Exception as failure:  # A stranger's code: whatever it raises is told.
            frame = inspect.getinnerframes(failure.__traceback__)[-1] if failure.__traceback__ else None
            where = f" at {frame.filename}:{frame.lineno}" if frame else ""
            yield f"it raises {type(failure).__name__} {scene}{where}: {failure}"
            continue
        if first.said != second.said:
            yield f"the same news and dice give other commands {scene}: keep state in fields, and know START by its kind"
        yield from _foreign_commands(first.said, scene)


def _live(stage: Stage, strategy: Any, flood: int, start: News = START) -> None:
    stage.play(strategy, SECONDS, start)
    if flood:
        stage.flood(strategy, flood)


def _foreign_commands(said: list[Any], scene: str) -> Iterator[str]:
    known = get_args(Command)
    foreign = sorted({type(each).__name__ for each in said if not isinstance(each, known)})
    if foreign:
        yield f"it answers with {', '.join(foreign)} {scene}; commands are those of sim.commands"


def _copies(make: Callable[[], Any]) -> Iterator[str]:
    """Yield whether a copy made half-way goes on otherwise."""
    try:
        stage, strategy = Stage(4), make()
        stage.play(strategy, SECONDS)
        twin_stage, twin = copy.deepcopy((stage, strategy))
        stage.flood(strategy, FLOOD)
        twin_stage.flood(twin, FLOOD)
    except Exception as failure:
        yield f"it cannot be copied on the way: {type(failure).__name__}: {failure}"
        return
    if stage.said != twin_stage.said:
        yield "a copy made on the way goes on otherwise: keep state in fields"


def _clock_readings(cls: type) -> Iterator[str]:
    """Yield where the strategy's file reads a clock or draws on its own."""
    try:
        tree = ast.parse(inspect.getsource(inspect.getmodule(cls) or cls))
    except (OSError, TypeError):
        return
    for node in ast.walk(tree):
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            named = [node.module or ""]
        for module in named:
            if module.split(".")[0] in CLOCKS_AND_DICE:
                yield f"its file imports {module} in line {getattr(node, 'lineno', 0)}; there is desk.now, and desk.dice"
        if isinstance(node, ast.Call) and any(reading in ast.unparse(node.func) for reading in READINGS):
            yield f"its file calls {ast.unparse(node.func)} in line {node.lineno}; there is desk.now, and desk.dice"


def _round_trip(made: Any) -> Iterator[str]:
    """Yield whether its parameters, written out, read back otherwise."""
    try:
        again = structure_parameters(type(made), _written(made), "parameters", DECIMALS, WORDS)
    except DowntickError as failure:
        yield f"its parameters do not read back: {failure}"
        return
    for field in keys_of(type(made)):
        if getattr(made, field.name) != getattr(again, field.name):
            yield f"{field.name} reads back as {getattr(again, field.name)!r}, not {getattr(made, field.name)!r}"


def _written(made: Any) -> dict[str, Any]:
    """Return parameters as a scenario would say them: amounts in the asset they mean, in the quote asset unless they say which."""
    tree: dict[str, Any] = dict(unstructure(made))
    for field in keys_of(type(made)):
        if "Units" in get_args(field.type)[1:] and field.name in tree:
            symbol = WORDS.get(field.metadata.get("asset", ""), USDC.symbol)
            tree[field.name] = str(Amount(_whole(tree[field.name], DECIMALS[symbol]), symbol))
    return tree


def _whole(units: int, decimals: int) -> Decimal:
    """Return units as an exact decimal number of wholes."""
    return Decimal(units).scaleb(-decimals)
