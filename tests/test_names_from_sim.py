"""What can be had from ``sim`` itself, and at what price."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sim


def typed() -> dict[str, tuple[str, ...]]:
    """Return the imports that a type checker sees, by home."""
    tree = ast.parse(Path(sim.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    return {str(node.module): tuple(each.name for each in node.names) for node in guarded.body if isinstance(node, ast.ImportFrom)}


def test_what_a_type_checker_sees_is_what_is_fetched():
    assert typed() == sim._HOMES
    assert sorted(sim.__all__) == sorted(name for names in sim._HOMES.values() for name in names)


@pytest.mark.parametrize("name", sim.__all__)
def test_every_name_can_be_had(name):
    assert getattr(sim, name) is not None


def test_a_name_that_is_not_there_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'Bok'"):
        sim.Bok  # noqa: B018 - reading it is what raises


def test_importing_it_loads_nothing_else():
    counted = "import sys; before = set(sys.modules); import sim; print(sorted(set(sys.modules) - before))"

    ran = subprocess.run(
        [sys.executable, "-S", "-c", counted], capture_output=True, text=True, check=True, cwd=Path(sim.__file__).parents[1]
    )

    assert [name for name in ast.literal_eval(ran.stdout) if name.startswith("sim.") or name in ("numpy", "simpy", "attr", "typing")] == []
