"""A keeper in a process of its own that knows nothing of the simulator: plain Python, as any language could have it."""

import json
import sys


def say(message):
    print(json.dumps(message), flush=True)


def ask(question, *words):
    """Ask the desk: one line out, one line in."""
    say({"ask": question, "with": list(words)})
    return json.loads(sys.stdin.readline())["answer"]


def liquidation(pool, account, tip):
    """Return the command that liquidates all that may be of an account's first debt, for its first collateral."""
    call = {
        "is": "LiquidateCall",
        "account": account["account"],
        "debt_asset": account["debts"][0]["asset"],
        "collateral_asset": account["collaterals"][0]["asset"],
        "amount": str(2**256 - 1),
    }
    return {"is": "SendTx", "contract": pool, "call": call, "max_fee": str(100 * 10**9), "tip": tip, "gas_limit": "500000"}


def main():
    tip, pool, called = "2000000000", "", []
    for line in sys.stdin:
        message = json.loads(line)
        if "hello" in message:
            tip = message["parameters"].get("tip", tip)
            say({"ready": {"name": "Plain", "wakes_on": [["BlockSealed", False, "0"]]}})
            continue
        if "desk" in message:
            pool = message["desk"]["connections"]["pools"][0]
        view = ask("pool", pool) if message["news"]["record"] == "BlockSealed" else None
        found = [each for each in view["unhealthy"] if each["account"] not in called] if view else []
        called += [each["account"] for each in found]
        say({"commands": [liquidation(pool, each, tip) for each in found]})


main()
