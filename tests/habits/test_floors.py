"""Who may know whom, where import-linter has no words for it."""

import ast
from collections.abc import Iterator

from tests.habits.source import Module, module, product_modules

KERNEL = "sim/kernel.py"


def simpy_imports(found: Module) -> Iterator[str]:
    """Yield imports of simpy outside the kernel, also those inside functions."""
    if found.path == KERNEL:
        return
    for node in ast.walk(found.tree):
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        yield from (found.at(node, "imports simpy") for name in names if name.split(".")[0] == "simpy")


def relative_imports(found: Module) -> Iterator[str]:
    """Yield imports that do not say the full name of what they import."""
    for node in ast.walk(found.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield found.at(node, "imports by a relative name")


def star_imports(found: Module) -> Iterator[str]:
    for node in ast.walk(found.tree):
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names):
            yield found.at(node, "imports *")


def generators(found: Module) -> Iterator[str]:
    """Yield generators kept as state: an attribute or a module name bound to one could not be copied with the world."""
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.GeneratorExp):
            yield from (found.at(node, "keeps a generator") for target in node.targets if isinstance(target, ast.Attribute))


def test_only_the_kernel_imports_simpy():
    assert [offence for found in product_modules() for offence in simpy_imports(found)] == []


def test_imports_say_the_full_name():
    assert [offence for found in product_modules() for check in (relative_imports, star_imports) for offence in check(found)] == []


def test_no_generator_is_kept_as_state():
    assert [offence for found in product_modules() for offence in generators(found)] == []


def test_simpy_outside_the_kernel_would_be_noticed():
    text = "import simpy\ndef f():\n    from simpy.core import Environment\n"

    assert list(simpy_imports(module(text))) == ["sim/example.py:1 imports simpy", "sim/example.py:3 imports simpy"]
    assert list(simpy_imports(module(text, KERNEL))) == []


def test_a_short_name_would_be_noticed():
    assert list(relative_imports(module("from . import book"))) == ["sim/example.py:1 imports by a relative name"]
    assert list(star_imports(module("from sim.units import *"))) == ["sim/example.py:1 imports *"]


def test_a_kept_generator_would_be_noticed():
    assert list(generators(module("class A:\n    def f(self):\n        self.x = (y for y in z)\n"))) == [
        "sim/example.py:3 keeps a generator"
    ]
