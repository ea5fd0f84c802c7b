"""``python -m sim.scenario.guest``: a strategy for Python in a process of its own; started by ``sim.scenario.apart``.

It speaks on the pipe that was its standard output; whatever the strategy prints goes to standard error.
"""

import os
import sys
from typing import Any

from sim.agents.far.guest import serve
from sim.agents.registry import find_strategy
from sim.scenario.parameters import structure_parameters


def made(hello: dict[str, Any]) -> Any:
    """Return the strategy that the host's first line asks for. Raises StrategyError and ScenarioError."""
    decimals = {name: int(places) for name, places in hello["decimals"].items()}
    return structure_parameters(find_strategy(hello["strategy"]), hello["parameters"], hello["path"], decimals, hello["assets"])


def main() -> None:
    """Live until the other side hangs up."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(pipe, "w", encoding="utf-8") as said:
        serve(sys.stdin, said, made)


if __name__ == "__main__":
    main()
