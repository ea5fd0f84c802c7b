"""The order-book vectors through the book: small ones by hand, and all that outsiders agreed on."""

import copy

import pytest

from sim.conformance.runner import conform
from tests.conformance.paper import FORMAT_1, FORMAT_2, limit, write
from tests.support.shared import shared_paths


@pytest.mark.parametrize("document", [FORMAT_1, FORMAT_2], ids=["format 1", "format 2"])
def test_a_book_conforms_to_messages_worked_out_by_hand(tmp_path, document):
    outcome = conform([write(tmp_path, document)])

    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 0, 0)
    assert list(outcome.failures) == []


@pytest.mark.parametrize(
    ("document", "spoil", "key", "got"),
    [
        (FORMAT_1, lambda case: case["trades"][3][1].__setitem__(3, 2), "trades[3][1][3]", "1"),
        (FORMAT_1, lambda case: case["trades"][3].pop(), "trades[3]", [["1", "4", "100", "3"], ["2", "4", "100", "1"]]),
        (FORMAT_1, lambda case: case["book_after"]["7"]["asks"][0][1].reverse(), "book_after.7.asks[0][1][0][0]", "3"),
        (FORMAT_2, lambda case: case["result"].__setitem__(6, "ack"), "result[6]", "reject"),
        (FORMAT_2, lambda case: case["book_after"]["5"].update(asks=[[50, [[2, 1]]]]), "book_after.5.asks", []),
    ],
)
def test_a_book_that_did_otherwise_would_be_noticed(tmp_path, document, spoil, key, got):
    document = copy.deepcopy(document)
    spoil(document["cases"][0])

    outcome = conform([write(tmp_path, document)])

    assert outcome.failed == 1
    assert [(failure["id"], failure["key"], failure["got"]) for failure in outcome.failures] == [("by hand", key, got)]


def test_a_message_nobody_knows_is_skipped_and_said(tmp_path):
    case = {"name": "odd", "ops": [limit(1, "buy", 5, 5), {"op": "hide", "id": 1}], "trades": [[], []], "book_after": {}}

    outcome = conform([write(tmp_path, {"format": "lob-vectors/1", "cases": [case]})])

    assert (outcome.passed, outcome.failed, outcome.skipped) == (0, 0, 1)
    assert outcome.lines[-1] == "vectors.json: odd skipped, message 'hide' is not covered"


def test_every_outside_order_book_vector_holds():
    outcome = conform(shared_paths("vectors/lob_*.json"), strict=True)

    assert list(outcome.failures) == []
    assert (outcome.failed, outcome.skipped, outcome.exit_code) == (0, 0, 0)
    assert outcome.passed >= 176
