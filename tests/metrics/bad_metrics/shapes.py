"""Classes that are no metrics at all."""

import attrs

from sim.facts import Facts


class NotAttrs:
    """No attrs class."""

    def take(self, stretch):
        """Take."""

    def figures(self):
        """Say."""
        return {}


@attrs.define
class Demanding:
    """Has a parameter without a default."""

    facts: Facts
    window: int

    def take(self, stretch):
        """Take."""

    def figures(self):
        """Say."""
        return {}


@attrs.define
class WithoutFacts:
    """Is made of nothing, and says nothing."""

    def take(self, stretch, more):
        """Take."""
