"""The lives a strategy leads in the exam: an ordinary one, and one for each way in which a world disappoints."""

import attrs


@attrs.frozen
class Scene:
    """One way the world is."""

    name: str
    said: str
    """As a sentence ends: ``it raises ... in an ordinary life``."""
    seed: int
    seconds: int = 36
    """How long it is: three blocks as a rule."""
    is_twice: bool = False
    """It is lived twice, to see whether it goes alike."""
    flood: int = 0
    """News told at one instant at the end."""
    is_silent: bool = False
    """Nothing is ever shown: every source is silent."""
    is_poor: bool = False
    """It has nothing anywhere."""
    is_halted: bool = False
    """The venue's book is empty, and the venue takes no orders."""
    is_frozen: bool = False
    """The oracle posts once and then never."""
    is_reverting: bool = False
    """Every tx of its own reverts."""
    is_reordered: bool = False
    """The news of an instant comes in another sequence: last first."""


ORDINARY = Scene("ordinary", "in an ordinary life", 1, seconds=96, is_twice=True)
FLOOD = Scene("flood", "in a flood of news", 2, is_twice=True, flood=200)
SCENES = (
    ORDINARY,
    FLOOD,
    Scene("silence", "while nothing is shown", 3, is_twice=True, is_silent=True),
    Scene("reverts", "when all its txs revert", 1, is_reverting=True),
    Scene("block_order", "when the news of a block come in another order", 1, is_reordered=True),
    Scene("empty_balances", "when it has nothing", 1, is_poor=True),
    Scene("halted_venue", "while the venue is halted", 1, is_halted=True),
    Scene("frozen_oracle", "while the oracle is frozen", 1, is_frozen=True),
)
