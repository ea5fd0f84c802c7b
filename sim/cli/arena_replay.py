"""``downtick arena replay``: a recorded run's opportunities, put to a changed keeper."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from sim.cli.telling import Teller
from sim.experiment.arena.entries import entries_of
from sim.experiment.arena.replay import Replay, Row, replayed
from sim.storage import Run

EXAMPLE = (
    "\b\nExample:\n  downtick arena replay runs/race --keeper ./my_keeper.py:MyKeeper --as mine\n"
    '  downtick arena replay runs/race --keeper "./my_keeper.py:MyKeeper+multiple_bps=300 %" --as mine --all'
)
PLENTY = 12
"""Opportunities told one by one unless all are asked for: of those where the two differ."""


@click.command(short_help="Put a recorded run's opportunities to a changed keeper.", epilog=EXAMPLE)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--keeper", required=True, metavar="K", help="The changed keeper: ./file.py:Class, or a name, with +key=value.")
@click.option("--as", "name", default="", metavar="AGENT", help="The recorded keeper whose decisions it is asked; the first unless given.")
@click.option("--all", "is_whole", is_flag=True, help="Tell every opportunity, not the first few where the two differ.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def command(run: Path, keeper: str, name: str, is_whole: bool, as_json: bool) -> None:
    """Ask a changed keeper at every decision of a recorded one, with what that saw then, and tell what it would have done.

    The scenario of the run folder RUN is run again with the recorded keeper in it, and the changed one beside it: the market's answer is
    held fixed. For each margin call and auction: what was done, what would have been, in time or not, for more or less than what won.
    """
    entry = entries_of([keeper, "plain"], [])[0]
    with Run(run) as opened:
        found = replayed(opened, entry, name)
        teller = Teller.of(opened)
    if as_json:
        click.echo(json.dumps(_as_json(found, teller)))
        return
    for line in lines(found, teller, is_whole):
        click.echo(line)


def lines(found: Replay, teller: Teller, is_whole: bool = False) -> Iterator[str]:
    """Yield a replay, line by line."""
    yield (
        f"{found.entry.name} in the place of {found.keeper}: {found.decisions} decisions, {found.differ} of them otherwise; "
        "the market's answer is held fixed"
    )
    counts = found.counts()
    for who in ("recorded", "changed"):
        said = ", ".join(f"{count} {word}" for word, count in sorted(counts[who].items(), key=lambda each: -each[1]))
        yield f"  {who}, of {len(found.rows)} opportunities: {said or 'none'}"
    if found.deaf_to:
        yield f"  it waits for {', '.join(found.deaf_to)} too, which {found.keeper} was not woken by: it was not asked then"
    if found.failures:
        yield f"  it failed in {len(found.failures)} of its decisions, first with {found.failures[0]}"
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in found.rows:
        if is_whole or is_other(row):
            same = (row["place"], row["block"], row["taker"], outcome(row["recorded"], teller), outcome(row["changed"], teller))
            groups.setdefault(same, []).append(row)
    for (*_, recorded, changed), rows in list(groups.items())[: None if is_whole else PLENTY]:
        yield _heading(rows, teller)
        yield f"  recorded: {recorded}"
        yield f"  changed: {changed}"
    if len(groups) > PLENTY and not is_whole:
        yield f"and {len(groups) - PLENTY} more such; --all tells them, and those where the two do not differ"
    yield "ahead, level, outbid: against what was taken by the recorded taker; a race (downtick arena) tells what others would do about it"


def is_other(row: Row) -> bool:
    """Say whether a changed keeper would have come to something else, or to the same by another bid."""
    keys = ("word", "reason", "max_fee", "tip", "bid")
    same = all(row["recorded"].get(key) == row["changed"].get(key) for key in keys[1:])
    is_won_again = row["recorded"]["word"] == "won" and row["changed"]["word"] == "as recorded"
    return not (same and (is_won_again or row["recorded"]["word"] == row["changed"]["word"]))


def outcome(of: Row, teller: Teller) -> str:
    """Return what a keeper's answers come to, in words."""
    word = str(of["word"])
    if word == "declined":
        expected = f", expecting {of['expected'] / 10**6:,.2f}" if of.get("expected") else ""
        return f"declined ({str(of['reason']).replace('_', ' ')}{expected})"
    if word == "nothing":
        return "nothing sent, nothing said"
    sent = f"sent at {teller.clock(of['at_ns'])}, {_bid(of, teller)}" if "at_ns" in of else ""
    if word == "late":
        return f"late by {teller.span(of['late_ns'])}: {sent}"
    if "against" not in of or word in ("won", "as recorded"):
        return f"{word}: {sent}" if sent else word
    if of["offer"] == of["against"] or (word in ("ahead", "behind") and bool(of["bid"]) != of["against_bundle"]):
        return f"{word}: {sent}"
    more = "more" if of["offer"] > of["against"] else "less"
    return f"{word}: {sent}, {_offer(abs(of['offer'] - of['against']), of['against_bundle'], teller)} {more} than the taker"


def _bid(of: Row, teller: Teller) -> str:
    return f"a sealed bid of {teller.money(teller.facts.gas_asset, of['bid'])}" if of["bid"] else f"at most {teller.gwei(of['max_fee'])}"


def _offer(amount: int, is_sealed: bool, teller: Teller) -> str:
    return teller.money(teller.facts.gas_asset, amount) if is_sealed else teller.gwei(amount)


def _heading(rows: list[Row], teller: Teller) -> str:
    """Say which opportunities of one block came to the same, who had them, and for how much."""
    first = rows[0]
    others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    head = f"[{first['seq']}] {teller.clock(first['at_ns'])} {teller.name(first['account'])}{others} at {teller.name(first['place'])}"
    if not first["taken"]:
        return f"{head}: nobody's"
    known = [row["bonus_8"] for row in rows if row["bonus_8"] is not None]
    bonus = f", for a bonus of {sum(known) / 10**8:,.2f} at the posted prices{_left(rows, teller)}" if known else ""
    return f"{head}: taken by {teller.name(first['taker'])} in block {first['block']}{bonus}"


def _left(rows: list[Row], teller: Teller) -> str:
    """Say what of the bonus the changed keeper's offers would leave, where gas is paid in what was got."""
    if any("gas_most" not in row["changed"] or row["got"] != teller.facts.gas_asset for row in rows):
        return ""
    once = {row["changed"]["ask"]: row for row in rows}.values()  # One tx may be after several.
    paid = sum((row["changed"]["gas_most"] + row["changed"]["bid"]) * row["price_8"] // teller.unit(row["got"]) for row in once)
    return f" (less at most {paid / 10**8:,.2f} for gas and bid, as the changed keeper offers)"


def _as_json(found: Replay, teller: Teller) -> Row:
    rows = [
        {**row, "place": teller.name(row["place"]), "account": teller.name(row["account"]), "taker": _named(row["taker"], teller)}
        for row in found.rows
    ]
    told: Row = {"keeper": found.keeper, "changed": {"strategy": found.entry.strategy, "parameters": _plain(found.entry.parameters)}}
    told |= {"decisions": found.decisions, "differ": found.differ, "failures": list(found.failures), "deaf_to": list(found.deaf_to)}
    return told | {"counts": found.counts(), "opportunities": rows, "held_fixed": "the market's answer"}


def _named(party: int, teller: Teller) -> str:
    return teller.name(party) if party else ""


def _plain(parameters: Any) -> dict[str, Any]:
    return {key: value if isinstance(value, bool | int | str) else str(value) for key, value in parameters.items()}
