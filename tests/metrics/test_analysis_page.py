"""The page of analyses names every figure and every column that our metrics say of a run."""

import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from sim.errors import MetricError
from sim.metrics.analysis import worked_out
from sim.metrics.registry import find_metric
from sim.metrics.run import column_of
from sim.storage import MemoryTape
from sim.storage.flat import flat
from sim.testing.metric_tapes import small
from tests.support.shared import REPOSITORY

PAGE = (REPOSITORY / "docs" / "reference" / "analysis.md").read_text(encoding="utf-8")
OWN_NAMES = ("declined", "of_bonus")
"""Tables whose keys are reasons, or parts that are named already."""


def keys(tree: Any) -> Iterator[str]:
    """Yield every key, however deep."""
    for each in tree if isinstance(tree, list) else [tree]:
        for key, value in each.items() if isinstance(each, dict) else ():
            yield key
            if key not in OWN_NAMES:
                yield from keys(value)


@pytest.mark.parametrize("name", ["borrowers", "clocks", "keepers"])
def test_every_key_and_column_is_on_the_page(name):
    tape = small()
    metric = find_metric(name)(tape.facts)
    for stretch in tape.whole():
        metric.take(stretch)

    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (own,) = [each for each in section if each.lower().startswith(name)]
    said = {*keys(metric.figures()), *(column for table in metric.tables(str).values() for column in table)}
    assert [key for key in sorted(said) if f"`{key}`" not in own] == []
    assert [table for table in metric.tables(str) if f"`{name}_{table}`" not in own] == []


def test_figures_as_a_table_are_a_row_each_with_the_way_to_it():
    assert flat(
        {"mine": {"calls": 3, "by": [{"share": 0.5}, {"share": None}], "most": "1.5 ETH", "is_so": True, "of": {"nothing": []}}}
    ) == {
        "metric": ["mine"] * 5,
        "key": ["calls", "by.0.share", "by.1.share", "most", "is_so"],
        "value": [3.0, 0.5, None, None, 1.0],
        "text": [None, None, None, "1.5 ETH", None],
    }


@pytest.mark.parametrize(
    ("values", "kind", "told"),
    [
        ([1, 2], "int64", [1, 2]),
        ([True, False], "bool", [True, False]),
        ([1, 2.5], "float64", [1.0, 2.5]),
        ([2**70, 1], "object", [2**70, 1]),
        (["a", None], "object", ["a", None]),
        ([None, True], "object", [None, True]),
        ([], "object", []),
    ],
)
def test_columns_are_arrays_of_what_they_hold(values, kind, told):
    column = column_of(values)

    assert (column.dtype.name, column.tolist()) == (kind, told)


def test_a_number_that_is_missing_is_none_that_counts():
    column = column_of([None, 3])

    assert (column.dtype.name, str(column.tolist())) == ("float64", "[nan, 3.0]")


@attrs.define
class Tabled:
    table: str

    def take(self, stretch):
        """Read nothing."""

    def figures(self):
        return {}

    def tables(self, name):
        return {self.table: {"x": [1]}}


def test_two_tables_of_one_name_are_refused():
    with pytest.raises(MetricError, match="two tables are called one_two_three, one of them three of the metric one_two"):
        worked_out(MemoryTape(), {"one": Tabled("two_three"), "one_two": Tabled("three")}, str)
