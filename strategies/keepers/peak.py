"""The best size of a trade whose gain first rises and then falls with it: a search that leaves a third of its range out at each step."""

from collections.abc import Callable

NARROWINGS = 24


def best_size(gain: Callable[[int], int | None], most: int) -> int:
    """Return the size up to ``most`` that gains most; 0 where the smallest trade gains nothing.

    ``gain`` says None of a trade that cannot be. Cost: some fifty sums, one where nothing gains.
    """
    first = gain(most // 1_000 or 1) if most > 0 else None
    if first is None or first <= 0:
        return 0
    low, high = 0, most
    for _ in range(NARROWINGS):
        third = (high - low) // 3
        left, right = gain(low + third), gain(high - third)
        if right is None or (left is not None and left > right):
            high -= third
        else:
            low += third
    size = (low + high) // 2
    found = gain(size)
    return size if found is not None and found > 0 else 0
