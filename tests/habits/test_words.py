"""What the text says: no postponed work, no place of one machine, no blame in messages to users."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.habits.source import Module, module, product_modules, text_files

# Put together from parts, so that this file does not hold what it looks for.
POSTPONED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")) + r")\b")
ONE_MACHINE = re.compile(
    r"(?<![A-Za-z0-9_.])/(?:" + "|".join(("wo" + "rk", "fa" + "rm", "t" + "mp", "ro" + "ot", "ho" + "me")) + r")/[A-Za-z0-9_.-]+"
)
REGISTRY = re.compile(r"\b(?:py" + r"pi\.org|pythonhosted\.org|opt/" + r"pypi|registry\.npm" + r"js\.org|proxy\.golang" + r"\.org)")
USER_ERRORS = ("DowntickError", "InputError", "ScenarioError", "StrategyError", "UsageError", "BadParameter", "ClickException")
BLAME = re.compile(r"\b(?:invalid|error)\b", re.IGNORECASE)


def matches(pattern: re.Pattern[str], path: str, text: str) -> Iterator[str]:
    """Yield each place where a pattern stands in a text."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from (f"{path}:{number} {found.group()}" for found in pattern.finditer(line))


def blaming_messages(found: Module) -> Iterator[str]:
    """Yield messages of the errors a user sees that say `invalid` or `error` instead of what would do."""
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in USER_ERRORS:
            for part in (piece for argument in node.args for piece in ast.walk(argument)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and BLAME.search(part.value):
                    yield found.at(part, f"says {part.value!r}")


def swallowed(found: Module) -> Iterator[str]:
    """Yield handlers that catch everything and do nothing."""
    for node in ast.walk(found.tree):
        if isinstance(node, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in node.body):
            caught = ast.unparse(node.type) if node.type else "everything"
            if caught in ("everything", "Exception", "BaseException"):
                yield found.at(node, f"swallows {caught}")


@pytest.mark.parametrize("pattern", [POSTPONED, ONE_MACHINE, REGISTRY], ids=["postponed work", "one machine's path", "a registry's host"])
def test_no_tracked_file_says_it(pattern):
    assert [place for path, text in text_files() for place in matches(pattern, path, text)] == []


def test_messages_to_users_name_the_remedy_and_not_the_blame():
    assert [offence for found in product_modules() for offence in blaming_messages(found)] == []


def test_nothing_is_swallowed():
    assert [offence for found in product_modules() for offence in swallowed(found)] == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (POSTPONED, "# TO" + "DO later"),
        (POSTPONED, "raise NotImplemented" + "Error"),
        (ONE_MACHINE, "open('/t" + "mp/x')"),
        (ONE_MACHINE, "see /wo" + "rk/shared"),
        (REGISTRY, "https://py" + "pi.org/simple"),
    ],
)
def test_an_unwanted_word_would_be_noticed(pattern, text):
    assert len(list(matches(pattern, "x", text))) == 1


@pytest.mark.parametrize("text", ["https://example.org/work/of/art", "a/tmp/b", "../shared/data", "the root/leaf ratio"])
def test_a_path_that_any_machine_has_is_left_alone(text):
    assert list(matches(ONE_MACHINE, "x", text)) == []


def test_a_blaming_message_would_be_noticed():
    text = 'raise ScenarioError(f"fee: invalid value {x}")\nraise ScenarioError("fee is 3; give a unit")\nraise KeyError("invalid")\n'

    assert list(blaming_messages(module(text))) == ["sim/example.py:1 says 'fee: invalid value '"]


def test_a_swallowed_exception_would_be_noticed():
    text = "try: f()\nexcept Exception: pass\ntry: f()\nexcept KeyError: pass\n"

    assert list(swallowed(module(text))) == ["sim/example.py:2 swallows Exception"]
