"""Outside cases of bites and English auctions, through the Cat, the house and the engine."""

import pytest

from sim.conformance.cases import NotCovered
from sim.conformance.maker_english import run_case
from sim.conformance.runner import conform
from tests.support.shared import shared_path


def test_outside_cases_hold():
    outcome = conform([shared_path("vectors/maker_cat_flip.json")], strict=True)

    assert (outcome.failures, outcome.exit_code) == ([], 0)
    assert outcome.passed > 0


def sequence(*steps):
    given = {"fn": "flip_sequence", "beg": str(105 * 10**16), "ttl": "600", "tau": "3600", "steps": list(steps)}
    told = run_case({"inputs": given}, {})
    assert isinstance(told, dict)
    return told["steps"]


def test_a_refused_step_is_told_with_the_state_it_left():
    kick, over = {"op": "kick", "now": "100", "tab": "50", "lot": "7"}, {"op": "tend", "now": "101", "who": "a", "lot": "7", "bid": "51"}

    told = sequence(kick, over)

    state = {"bid": 0, "lot": 7, "guy": "cat", "tab": 50, "tic": 0, "end": 3_700, "usr_gem": 0, "gal": 0}
    assert told == [{"result": "ok", "state": state}, {"result": "revert:BID_TOO_HIGH", "state": state}]


def test_a_settled_lot_is_told_with_its_winner():
    kick = {"op": "kick", "now": "100", "tab": "50", "lot": "7"}
    bid, deal = {"op": "tend", "now": "101", "who": "a", "lot": "7", "bid": "1"}, {"op": "deal", "now": "702"}

    told = sequence(kick, bid, deal, deal)

    assert told[2] == {"result": "ok", "state": {"closed": True, "winner": "a", "lot": 7}}
    assert told[3]["result"] == "revert:UNKNOWN_SALE"


@pytest.mark.parametrize(
    "inputs", [{"fn": "flap"}, {"fn": "flip_sequence", "beg": "1", "ttl": "1", "tau": "1", "steps": [{"op": "yank", "now": "1"}]}]
)
def test_what_is_not_built_is_not_covered_rather_than_passed(inputs):
    with pytest.raises(NotCovered):
        run_case({"inputs": inputs}, {})
