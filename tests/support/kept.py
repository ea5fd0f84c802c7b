"""What several tests of one file look at is made once, and forgotten when the file is through.

A run holds its whole tape. Kept for good, those of a worker's files would fill a machine; kept while their own file is tested, there
are at any moment a few.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

Made = TypeVar("Made", bound=Callable[..., Any])
KEPT: list[Any] = []
"""Every function whose answers are kept."""


def kept(make: Made) -> Made:
    """Return a function that makes each thing it is asked for once a file of tests."""
    remembering: Any = cache(make)
    KEPT.append(remembering)
    return remembering  # type: ignore[no-any-return] # A cache is called like what it keeps.


def forget() -> int:
    """Forget what has been kept; return how many things that were."""
    things = 0
    for each in KEPT:
        things += each.cache_info().currsize
        each.cache_clear()
    return things
