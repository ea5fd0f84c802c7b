"""Small vector files worked out on paper, and adapters to try the runner on."""

import json

from sim.conformance.cases import NotCovered, Reverted
from sim.errors import Revert
from sim.vocabulary import Refusal


def write(folder, document, name="vectors.json"):
    """Write a document into a folder and return its path."""
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def limit(order_id, side, price, lots, **rest):
    return {"op": "limit", "id": order_id, "side": side, "price": price, "qty": lots, **rest}


# Two sellers at 100, one at 101. Four are bought at market: three of the first, one of the second. The second is reduced to 1 and
# keeps its place before the third, which comes to 100; then it is increased and stands behind it. Three are bought: two of the
# third, one of the second. A last market order takes what there is, and its rest is discarded.
FORMAT_1 = {
    "format": "lob-vectors/1",
    "cases": [
        {
            "name": "by hand",
            "ops": [
                limit(1, "sell", 100, 3),
                limit(2, "sell", 100, 5),
                limit(3, "sell", 101, 2),
                {"op": "market", "id": 4, "side": "buy", "qty": 4},
                {"op": "reduce", "id": 2, "qty": 1},
                {"op": "reprice", "id": 3, "price": 100},
                {"op": "increase", "id": 2, "qty": 2},
                {"op": "cancel", "id": 77},
                {"op": "increase", "id": 77, "qty": 7},
                {"op": "market", "id": 5, "side": "buy", "qty": 3},
                {"op": "market", "id": 6, "side": "buy", "qty": 9},
            ],
            "trades": [
                [],
                [],
                [],
                [[1, 4, 100, 3], [2, 4, 100, 1]],
                [],
                [],
                [],
                [],
                [],
                [[3, 5, 100, 2], [2, 5, 100, 1]],
                [[2, 6, 100, 1]],
            ],
            "book_after": {
                "3": {"bids": [], "asks": [[100, [[1, 3], [2, 5]]], [101, [[3, 2]]]]},
                "4": {"bids": [], "asks": [[100, [[2, 4]]], [101, [[3, 2]]]]},
                "6": {"bids": [], "asks": [[100, [[2, 1], [3, 2]]]]},
                "7": {"bids": [], "asks": [[100, [[3, 2], [2, 2]]]]},
                "11": {"bids": [], "asks": []},
            },
        }
    ],
}

FORMAT_2 = {
    "format": "lob-vectors/2",
    "cases": [
        {
            "name": "by hand",
            "ops": [
                limit(1, "buy", 50, 2),
                limit(2, "sell", 50, 3, ioc=True),
                {"op": "modify", "id": 1, "price": 51, "qty": 1},
                limit(1, "buy", 49, 2),
                {"op": "modify", "id": 1, "price": 48, "qty": 5},
                {"op": "cancel", "id": 1},
                {"op": "cancel", "id": 1},
            ],
            "trades": [[], [[1, 2, 50, 2]], [], [], [], [], []],
            "result": ["ack", "ack", "reject", "ack", "ack", "ack", "reject"],
            "book_after": {"2": {"bids": [], "asks": []}, "5": {"bids": [[48, [[1, 5]]]], "asks": []}},
        }
    ],
}


def doubling(case, document):
    """Answer cases of a mechanism that doubles a number, and refuses negative ones."""
    number = int(case["inputs"]["number"])
    if number < 0:
        raise Revert(Refusal.ARITHMETIC)
    if number == 13:
        raise NotCovered("thirteen")
    if number > 1_000:
        return Reverted("too large", is_state_unchanged=False)
    return {"result": 2 * number, "half_float": number / 2}


def doubling_file(*numbers_and_expected, **more):
    """Return a file of the doubling mechanism."""
    cases = [{"id": f"n{number}", "inputs": {"number": number}, "expected": expected} for number, expected in numbers_and_expected]
    return {"mechanism": "doubling", "cases": cases, **more}


ADAPTERS = {"doubling": "tests.conformance.paper:doubling", "unbuilt": "tests.conformance.nowhere:run_case"}
