"""How large things are, and whether they say what they are for."""

import ast
from collections.abc import Iterator

from tests.habits.source import Module, module, product_modules, test_modules

LONGEST_FILE = 400
LONGEST_FUNCTION = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def long_files(found: Module) -> Iterator[str]:
    lines = found.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{found.path} has {lines} lines; it is two ideas, split it"


def long_functions(found: Module) -> Iterator[str]:
    for node in ast.walk(found.tree):
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION:
            yield found.at(node, f"{node.name} is over {LONGEST_FUNCTION} lines")


def undocumented(found: Module) -> Iterator[str]:
    if not ast.get_docstring(found.tree):
        yield f"{found.path} opens without a docstring"
    yield from _undocumented_in(found, found.tree)


def _undocumented_in(found: Module, scope: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in scope.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node) and not _is_setter_or_overload(node):
            yield found.at(node, f"{node.name} has no docstring")
        if isinstance(node, ast.ClassDef):
            yield from _undocumented_in(found, node)


def _is_setter_or_overload(node: Function | ast.ClassDef) -> bool:
    names = [ast.unparse(decorator) for decorator in node.decorator_list]
    return any(name.endswith((".setter", "overload")) for name in names)


def test_no_file_is_over_400_lines():
    assert [offence for found in (*product_modules(), *test_modules()) for offence in long_files(found)] == []


def test_no_function_is_over_60_lines():
    assert [offence for found in (*product_modules(), *test_modules()) for offence in long_functions(found)] == []


def test_every_public_name_has_a_docstring():
    assert [offence for found in product_modules() for offence in undocumented(found)] == []


def test_a_long_file_would_be_noticed():
    assert list(long_files(module("x = 1\n" * 400))) == []
    assert list(long_files(module("x = 1\n" * 401))) == ["sim/example.py has 401 lines; it is two ideas, split it"]


def test_a_long_function_would_be_noticed():
    assert list(long_functions(module("def long():\n" + "    pass\n" * 59))) == []
    assert list(long_functions(module("def long():\n" + "    pass\n" * 60))) == ["sim/example.py:1 long is over 60 lines"]


def test_a_missing_docstring_would_be_noticed():
    silent = module('class Book:\n    """A book."""\n    def place(self): ...\n    def _rest(self): ...\n')

    assert list(undocumented(silent)) == ["sim/example.py opens without a docstring", "sim/example.py:3 place has no docstring"]
