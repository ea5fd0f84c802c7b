"""What can be read off a strategy's file without running it: imports of clocks and dice, and words for climbing out."""

import ast
import inspect
from collections.abc import Iterator

CLOCKS = ("time",)
DICE = ("random", "secrets", "uuid")
CLOCK_CALLS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
DICE_CALLS = ("os.urandom", "default_rng", "numpy.random", "np.random")
CLIMBS = (
    *("f_back", "f_locals", "f_globals", "f_builtins", "tb_frame", "gi_frame", "cr_frame", "__globals__", "__closure__"),
    *("__subclasses__", "__getattribute__", "_getframe", "currentframe", "get_objects", "get_referrers", "get_referents"),
    *("settrace", "setprofile", "addaudithook"),
)
"""Names by which Python lets code climb out of where it was called."""


def readings(cls: type) -> Iterator[tuple[str, str, int]]:
    """Yield what a strategy's file says that it should not: claim, words, line. Nothing where the source is not at hand."""
    try:
        tree = ast.parse(inspect.getsource(inspect.getmodule(cls) or cls))
    except (OSError, TypeError, SyntaxError):
        return  # Nothing to read; the other claims look at what it does.
    for node in ast.walk(tree):
        yield from _imported(node)
        yield from _called(node)
        name = node.attr if isinstance(node, ast.Attribute) else node.value if isinstance(node, ast.Constant) else None
        if isinstance(name, str) and name in CLIMBS:
            yield "peeks", f"its file names {name}", getattr(node, "lineno", 0)


def _imported(node: ast.AST) -> Iterator[tuple[str, str, int]]:
    named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        named = [node.module or ""]
    for module in named:
        head = module.split(".")[0]
        if head in CLOCKS or head in DICE:
            yield "clock" if head in CLOCKS else "dice", f"its file imports {module}", getattr(node, "lineno", 0)


def _called(node: ast.AST) -> Iterator[tuple[str, str, int]]:
    if not isinstance(node, ast.Call):
        return
    called = ast.unparse(node.func)
    for claim, calls in (("clock", CLOCK_CALLS), ("dice", DICE_CALLS)):
        if any(each in called for each in calls):
            yield claim, f"its file calls {called}", node.lineno
