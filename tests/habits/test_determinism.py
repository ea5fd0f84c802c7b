"""Nothing in a run may depend on a clock, an address, a hash or somebody else's dice."""

import ast
from collections.abc import Iterator

import pytest

from tests.habits.source import Module, module, product_modules

MODULES_WITH_DICE = ("random", "secrets", "uuid")
MODULES_WITH_A_CLOCK = ("time",)
MAY_READ_THE_CLOCK = ("sim/cli/", "sim/experiment/")
"""What surrounds a run and measures it."""
CLOCK_READINGS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom")
MAKES_GENERATORS = "sim/streams.py"
MAY_NAME_NUMPY_DICE = ("Generator", "BitGenerator", "PCG64", "PCG64DXSM", "SeedSequence", "Philox")
MAY_BE_SEEDED_AFTER_THE_RUN = ("sim/experiment/", "sim/metrics/")
"""Resampling of finished runs: no command comes of it."""
ADDRESS_OR_HASH = ("id", "hash")
ORDER_FREE = ("sorted", "len", "sum", "min", "max", "any", "all", "set", "frozenset", "bool")


def foreign_dice(found: Module) -> Iterator[str]:
    """Yield imports of modules that draw or tell the time."""
    banned = MODULES_WITH_DICE + (() if found.path.startswith(MAY_READ_THE_CLOCK) else MODULES_WITH_A_CLOCK)
    for node in ast.walk(found.tree):
        for name in _imported(node):
            if name.split(".")[0] in banned:
                yield found.at(node, f"imports {name}")


def clock_readings(found: Module) -> Iterator[str]:
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(CLOCK_READINGS):
            yield found.at(node, f"calls {ast.unparse(node.func)}")


def numpy_dice(found: Module) -> Iterator[str]:
    """Yield uses of numpy.random other than the names of its types; only the streams make generators."""
    if found.path == MAKES_GENERATORS:
        return
    allowed = MAY_NAME_NUMPY_DICE + (("default_rng",) if found.path.startswith(MAY_BE_SEEDED_AFTER_THE_RUN) else ())
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random") and node.attr not in allowed:
            yield found.at(node, f"uses numpy.random.{node.attr}")
        if isinstance(node, ast.ImportFrom) and node.module == "numpy.random":
            yield from (found.at(node, f"imports numpy.random.{name.name}") for name in node.names if name.name not in allowed)


def addresses_and_hashes(found: Module) -> Iterator[str]:
    """Yield calls of id() and hash(); a `__deepcopy__` needs the first, for the memo that Python hands it."""
    copying = {inner for node in ast.walk(found.tree) if _is_named(node, "__deepcopy__") for inner in ast.walk(node)}
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ADDRESS_OR_HASH and node not in copying:
            yield found.at(node, f"calls {node.func.id}()")


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == name


def loops_over_sets(found: Module) -> Iterator[str]:
    """Yield loops whose order is that of a set written on the spot or bound to a name in the same function."""
    for scope in ast.walk(found.tree):
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            yield from _loops_over_sets_in(found, scope)


def _loops_over_sets_in(found: Module, scope: ast.AST) -> Iterator[str]:
    nodes = list(_own_nodes(scope))
    sets = {name for node in nodes for name in _set_names(node)}
    for node in nodes:
        for iterated in _iterated(node):
            if _is_set(iterated) or (isinstance(iterated, ast.Name) and iterated.id in sets):
                yield found.at(iterated, f"takes its order from the set {ast.unparse(iterated)}")


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own_nodes(child)


def _set_names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Assign) and _is_set(node.value):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None and _is_set(node.value):
        yield node.target.id


def _is_set(node: ast.expr) -> bool:
    made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset")
    return made or isinstance(node, ast.Set | ast.SetComp)


def _iterated(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a loop, an ordered comprehension or an ordered constructor walks along; sets and order-free folds do not care."""
    if isinstance(node, ast.For | ast.AsyncFor):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.DictComp):
        yield from (generator.iter for generator in node.generators)
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        yield from (node.args[:1] if name in ("list", "tuple", "iter", "enumerate", "next") else [])
        if name not in ORDER_FREE:
            yield from (part.iter for argument in node.args if isinstance(argument, ast.GeneratorExp) for part in argument.generators)


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


CHECKERS = [foreign_dice, clock_readings, numpy_dice, addresses_and_hashes, loops_over_sets]

OFFENDERS = [
    (foreign_dice, "import random", "imports random"),
    (foreign_dice, "from time import monotonic", "imports time"),
    (clock_readings, "import datetime\nx = datetime.datetime.now()", "calls datetime.datetime.now"),
    (numpy_dice, "import numpy as np\nx = np.random.normal()", "uses numpy.random.normal"),
    (numpy_dice, "from numpy.random import default_rng", "imports numpy.random.default_rng"),
    (addresses_and_hashes, "x = id(3)", "calls id()"),
    (addresses_and_hashes, "x = hash('a')", "calls hash()"),
    (loops_over_sets, "for x in {1, 2}: print(x)", "takes its order from the set {1, 2}"),
    (loops_over_sets, "y = [x for x in set(z)]", "takes its order from the set set(z)"),
    (loops_over_sets, "y = {x: 1 for x in {w for w in z}}", "takes its order from the set {w for w in z}"),
    (loops_over_sets, "seen = set()\ny = list(seen)", "takes its order from the set seen"),
    (loops_over_sets, "def f(z):\n    seen = {1}\n    return tuple(x for x in seen)", "takes its order from the set seen"),
]

INNOCENTS = [
    (foreign_dice, "from sim.timeline import at"),
    (clock_readings, "x = kernel.now()"),
    (numpy_dice, "import numpy as np\ndef f(dice: np.random.Generator): return dice.random()"),
    (addresses_and_hashes, "class A:\n    def __deepcopy__(self, memo):\n        memo[id(self)] = A()"),
    (addresses_and_hashes, "x = order.id\ny = hashlib.sha256()"),
    (loops_over_sets, "for x in sorted({2, 1}): print(x)\ny = any(x for x in {1})\nz = {x for x in set(w)}"),
]


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_product_depends_on_its_seed_alone(checker):
    assert [offence for found in product_modules() for offence in checker(found)] == []


@pytest.mark.parametrize(("checker", "text", "expected"), OFFENDERS)
def test_an_offender_would_be_noticed(checker, text, expected):
    assert [offence.split(" ", 1)[1] for offence in checker(module(text))] == [expected]


@pytest.mark.parametrize(("checker", "text"), INNOCENTS)
def test_an_innocent_is_left_alone(checker, text):
    assert list(checker(module(text))) == []


def test_the_one_file_that_makes_generators_may():
    assert list(numpy_dice(module("import numpy as np\nx = np.random.PCG64(1)\ny = np.random.default_rng(1)", MAKES_GENERATORS))) == []
