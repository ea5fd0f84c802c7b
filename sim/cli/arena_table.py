"""An arena as tables for people: standings, pairs, courses, and what must be said beside them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.cli.study_table import Grid
from sim.experiment.arena.plan import RACES
from sim.view.words import decimal

_WIDEST = 1_000
"""Columns are as wide as what is in them; a terminal may fold a line, but nothing is cut."""


def print_arena(table: Mapping[str, Any], out: Path | None) -> None:
    """Print what ``sim.experiment.arena.standings.as_table`` made."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(soft_wrap=True, highlight=False, width=_WIDEST)
    for title, header, body in grids(table):
        console.print(title, markup=False, style="bold")
        made = Table(*header, box=None, pad_edge=False)
        for cells in body:
            made.add_row(*map(escape, cells))
        console.print(made)
        console.print()
    for line in (*lines(table), *_kept(table, out)):
        console.print(line, markup=False)


def grids(table: Mapping[str, Any]) -> Iterator[Grid]:
    """Yield the tables."""
    columns = [
        "",
        "keeper",
        "races",
        "rating",
        "places",
        "pairs won",
        "profit",
        "price moved",
        "of prizes",
        "won",
        "reverted",
        "gas and tips",
        "capital",
        "drawdown",
        "pushed",
    ]
    for members in by_company(table):
        yield _title(table, members), columns, [_standing(each) for each in members]
    rival = [each for each in table["pairs"] if _is_close_or_challenger(table, each)]
    pairs = [[f"{each['first']} over {each['second']}", f"{each['won']}:{each['lost']}", spread(each["ahead"])] for each in rival]
    yield "pair by pair, in the same races", ["", "races", "ahead by"], pairs
    names = [each["name"] for each in table["standings"]]
    courses = table["courses"]
    body = [[name, *(_of_course(course, name) for course in courses.values())] for name in names]
    told = [f"{name}, {course['quote']}" for name, course in courses.items()]
    yield "profit by course", ["", *told], body
    if table["effects"]:
        effects = [
            [each["name"], each["course"], *(spread(each[key]) for key in ("drawdown_bps", "bad_debt", "liquidations"))]
            for each in table["effects"]
        ]
        yield (
            "what its presence did: with it less with its seat empty",
            ["", "course", "drawdown, bps", "bad debt", "liquidations"],
            effects,
        )


def by_company(table: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    """Return the standings of those who met each other, company by company."""
    numbers = dict.fromkeys(each["company"] for each in table["standings"])
    return [[each for each in table["standings"] if each["company"] == number] for number in numbers]


def courses_of(table: Mapping[str, Any], members: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the courses that any of these raced on."""
    names = [each["name"] for each in members]
    return [course for course, each in table["courses"].items() if any(name in each["profit"] for name in names)]


def _title(table: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> str:
    if len(members) == len(table["standings"]):
        return f"standings over {table['races']} races"
    return f"standings of those who met on {', '.join(courses_of(table, members))}"


def _of_course(course: Mapping[str, Any], name: str) -> str:
    return "sits out" if name in course["sit_out"] else spread(course["profit"].get(name))


def _is_close_or_challenger(table: Mapping[str, Any], pair: Mapping[str, Any]) -> bool:
    """Of many pairs, those that matter: neighbours in the ranking, and whatever was brought along."""
    stand = {each["name"]: (each["company"], each["place"]) for each in table["standings"]}
    challengers = [each["name"] for each in table["entries"] if each["is_challenger"]]
    is_near = stand[pair["second"]][1] - stand[pair["first"]][1] == 1
    return is_near or pair["first"] in challengers or pair["second"] in challengers


def _standing(each: Mapping[str, Any]) -> list[str]:
    first, last = each["places"]
    gas = each["gas"] + each["tips"] + each["reverted_gas"]
    return [
        str(each["place"]),
        each["name"],
        str(each["races"]),
        spread(each["rating"]),
        str(first) if first == last else f"{first} to {last}",
        f"{each['wins']:.0%}",
        spread(each["profit"]),
        amount(each["inventory_drift"]),
        "none" if each["share"] is None else f"{each['share']:.1%}",
        str(each["won"]),
        str(each["reverted"]),
        amount(gas),
        f"{each['capital']:,.0f}",
        f"{each['drawdown']:,.0f}",
        f"{decimal(float(each['push_bps']))} bps",
    ]


def spread(found: Mapping[str, Any] | None) -> str:
    """Return a mean and its interval in a cell."""
    if found is None:
        return "none"
    if found["lo"] is None:
        return amount(found["mean"])
    return f"{amount(found['mean'])} ({amount(found['lo'])} to {amount(found['hi'])})"


def amount(number: float) -> str:
    """Return a number in whole units; what rounds to nothing has no sign."""
    return f"{round(number):,}"


def lines(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what stands below the tables."""
    yield (
        "rating: Bradley and Terry, from who earned more than whom in each race; 400 points are ten to one; in brackets, 95 % over "
        "resampled races; only those who met, or met others who did, can be held against each other"
    )
    yield "profit, gas, tips: mean of a race; capital, drawdown: worst of any race; pushed: what its sales did to the mid, mean of a race"
    yield (
        "price moved: the part of the profit that is the mid's moving while it held what it had seized, or owed what it had sold ahead; "
        "what the price does to opening funds is no profit"
    )
    yield from _sitting_out(table)
    challengers = {each["name"] for each in table["entries"] if each["is_challenger"]}
    for each in table["standings"]:
        if each["reverted_for"] and each["name"] in challengers:
            yield f"{each['name']} reverted for: {', '.join(f'{reason} {count}' for reason, count in each['reverted_for'].items())}"
    for each in table["fell_silent"][:5]:
        yield f"{each['name']} failed in {each['race']} after {decimal(each['at_s'])} s and was silent from then on"
    if len(table["fell_silent"]) > 5:
        yield f"and {len(table['fell_silent']) - 5} more such failures"


def _sitting_out(table: Mapping[str, Any]) -> Iterator[str]:
    """Say who had nothing to do where, and what it missed; that counts neither for it nor against it."""
    courses = table["courses"].items()
    for name in (each["name"] for each in table["entries"]):
        gone = {course: words for course, each in courses if (words := each["sit_out"].get(name))}
        if gone:
            missing = ", ".join(dict.fromkeys(word.replace("_", " ") for words in gone.values() for word in words))
            yield f"{name} sits out {', '.join(gone)}: it needs {missing}"


def _kept(table: Mapping[str, Any], out: Path | None) -> Iterator[str]:
    if out is None:
        return
    race, loser = _race_and_loser(table)
    yield f"kept in {out}: arena.html, arena.parquet, arena.json; each race is a scenario, so look closer with:"
    yield f"  downtick run {out}/{RACES}/{race}.json --out {race}"
    yield f"  downtick why {race} --lost {loser}"


def _race_and_loser(table: Mapping[str, Any]) -> tuple[str, str]:
    """Return a race worth a look, and who lost it: of those brought along who stands last, else who stands last of all."""
    challengers = {each["name"] for each in table["entries"] if each["is_challenger"]}
    last = max(table["standings"], key=lambda each: (each["name"] in challengers, each["place"]))["name"]
    return next(each["race"] for each in table["each"] if last in each["keepers"]), last
