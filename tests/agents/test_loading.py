"""A stranger's file: every mistake in it is told with file, line and remedy."""

from pathlib import Path

import pytest

from sim.agents.registry import find_strategy
from sim.errors import StrategyError

HEAD = "import attrs\nfrom sim.agents.strategy import On\nfrom sim.records import BlockSealed\n\n"
"""Four lines."""
DECIDE = "    def decide(self, news, desk):\n        return []\n"


def said(tmp_path: Path, text: str, name: str = "Mine") -> str:
    """Return what is said of a file, the folder cut off."""
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    with pytest.raises(StrategyError) as refusal:
        find_strategy(f"{tmp_path}/mine.py:{name}")
    return str(refusal.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + "class Mine:\n    wakes_on = ()\n" + DECIDE,
            "mine.py:5: mine.py:Mine is no strategy: it is not an attrs class; put",
        ),
        (HEAD + "@attrs.define\nclass Mine:\n" + DECIDE, "mine.py:5: mine.py:Mine is no strategy: it has no wakes_on; add wakes_on = ("),
        (
            HEAD + "@attrs.define\nclass Mine:\n    wakes_on = (On(BlockSealed))\n" + DECIDE,
            "a tuple of On, and here has On On(",
        ),
        (HEAD + "@attrs.define\nclass Mine:\n    wakes_on = (BlockSealed,)\n" + DECIDE, "tuple of On, and here has type <class"),
        (HEAD + "@attrs.define\nclass Mine:\n    wakes_on = ()\n", "it has neither decide(self, news, desk) nor run(self, desk)"),
        (
            HEAD + "@attrs.define\nclass Mine:\n    wakes_on = ()\n    def decide(self, desk):\n        return []\n",
            "its decide (line 8) cannot be called with news and desk; write def decide(self, news, desk)",
        ),
        (
            HEAD + "@attrs.define\nclass Mine:\n    wakes_on = ()\n    async def decide(self, news, desk):\n        return []\n",
            "its decide (line 8) is async; write def decide(self, news, desk)",
        ),
        (
            HEAD + "@attrs.define\nclass Mine:\n    wakes_on = ()\n    def run(self, desk):\n        return []\n",
            "its run (line 8) has no yield; yield commands, desk.news(...) and desk.sleep(...)",
        ),
        (
            HEAD + "@attrs.define\nclass Mine:\n    wakes_on = ()\n    def run(self):\n        yield\n",
            "its run (line 8) cannot be called with desk; write def run(self, desk)",
        ),
        (
            HEAD + "@attrs.define\nclass Mine:\n    wakes_on = ()\n    sees = ('future',)\n" + DECIDE,
            "its sees is ('future',); it is a tuple of some of mempool, own_txs",
        ),
        (HEAD + "def Mine():\n    pass\n", "mine.py has no class Mine; it has none; write class NAME with @attrs.define above it"),
        (HEAD + "class Mines:\n    pass\n", "mine.py has no class Mine; did you mean Mines?"),
        (HEAD + "x = = 1\n", "mine.py:5 cannot be loaded: SyntaxError: invalid syntax\n  x = = 1"),
        (
            HEAD + "import nowhere_at_all\n",
            "mine.py:5 cannot be loaded: ModuleNotFoundError: No module named 'nowhere_at_all'\n  import",
        ),
        (HEAD + "from sim.units import SECONDS\n", "mine.py:5 cannot be loaded: ImportError: cannot import name 'SECONDS'"),
        (HEAD + "def fail():\n    return 1 // 0\nfail()\n", "mine.py:6 cannot be loaded: ZeroDivisionError"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, text, expected):
    assert expected in said(tmp_path, text)


def test_several_mistakes_are_told_at_once(tmp_path):
    told = said(tmp_path, "class Mine:\n    pass\n")

    assert [part in told for part in ("not an attrs class", "no wakes_on", "neither decide")] == [True] * 3


def test_a_file_that_is_no_python_is_told_so(tmp_path):
    (tmp_path / "seat.toml").write_text("", encoding="utf-8")
    with pytest.raises(StrategyError, match=r"seat.toml is no Python file; give one whose name ends in .py"):
        find_strategy(f"{tmp_path}/seat.toml:Mine")


def test_a_file_that_is_not_there_is_told_with_one_that_is(tmp_path):
    (tmp_path / "keeper.py").write_text("x = 1\n")

    with pytest.raises(StrategyError, match=r"keeper\.py\?$"):
        find_strategy(f"{tmp_path}/keepr.py:Mine")


def test_a_file_without_its_class_is_asked_for_one(tmp_path):
    with pytest.raises(StrategyError, match=r"mine.py names no class; give ./mine.py:CLASS"):
        find_strategy("./mine.py")


def test_a_module_is_told_by_name_and_by_what_is_missing_in_it(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_broken.py").write_text("x = 1\nimport nowhere_at_all\n")

    with pytest.raises(StrategyError, match=r"own_absent cannot be imported: .*; install it, or give ./file.py:Class"):
        find_strategy("own_absent:Mine")
    with pytest.raises(StrategyError, match=r"own_broken.py:2 cannot be loaded: ModuleNotFoundError: No module named 'nowhere_at_all'"):
        find_strategy("own_broken:Mine")


def test_a_strategy_loaded_by_path_by_module_and_by_entry_point_is_the_same():
    by_name, by_module = find_strategy("whale"), find_strategy("strategies.traders.whale:Whale")
    by_path = find_strategy(str(Path(by_name.__module__.replace(".", "/") + ".py").absolute()) + ":Whale")

    assert by_name is by_module
    assert by_path.__name__ == "Whale" and by_path.wakes_on == by_name.wakes_on
