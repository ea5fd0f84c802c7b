"""``downtick show``: a scenario in words, and what its opening says before anything happens."""

import json

import click

from sim.facts import Facts
from sim.scenario.build import build
from sim.scenario.convert import unstructure
from sim.scenario.gain import SLOPE_PERCENT
from sim.scenario.load import load
from sim.scenario.overrides import parsed
from sim.scenario.show import described

EXAMPLE = '\b\nExample:\n  downtick show first_cascade\n  downtick show first_cascade --set "agents.maker.count=1" --json'


@click.command(short_help="Say in words what is in a scenario, with its gain.", epilog=EXAMPLE)
@click.argument("scenario")
@click.option("--set", "sets", multiple=True, metavar="K=V", help="Set a key by its dotted path; may be given again.")
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's own: populations are drawn from it.")
@click.option("--json", "as_json", is_flag=True, help="Print words, every key, opening debt, gain and notes as JSON.")
def command(scenario: str, sets: tuple[str, ...], seed: int | None, as_json: bool) -> None:
    """Say in words what is in SCENARIO (a name `downtick list` shows, or a .toml file), with its gain before the run.

    Builds the world, so that files are read and positions drawn; runs nothing.
    """
    loaded = load(scenario, parsed(sets))
    words, facts = described(loaded), build(loaded, seed).facts
    if as_json:
        told = {"scenario": loaded.name, "words": words.splitlines(), "keys": unstructure(loaded)}
        click.echo(
            json.dumps(
                {**told, "opening_debt": facts.opening_debt, "gain": facts.gain, "gain_curve": facts.gain_curve, "notes": list(facts.notes)}
            )
        )
        return
    click.echo(words)
    for line in opening(facts):
        click.echo(line)


CAVEAT = "The gain is arithmetic on the opening, no forecast: makers may pull, and the ladder of positions may thicken further down."


def opening(facts: Facts) -> list[str]:
    """Return what is known before the run: what is owed, the gain, and what every report must repeat."""
    money = moneys(facts)
    lines = [
        f"Pool {name} opens with debts of {debt} {money.get(name, 'in its base currency')}." for name, debt in facts.opening_debt.items()
    ]
    for name, gain in facts.gain.items():
        whose = "of all pools together" if name == "all" else f"of {name}"
        lines.append(f"Gain {whose} at the opening price: {gain:.3f}: {verdict(gain)}.")
    if facts.gain_curve:
        curve = ", ".join(f"{gain:.2f} to {fall} %" for fall, gain in facts.gain_curve["all"])
        lines.append(f"Gain along a fall, stretch by stretch: {curve}.")
    if facts.gain:
        lines.append(CAVEAT)
    if facts.opening_debt.keys() - money.keys() and not facts.gain:
        lines.append("Gain: none; no agent says what it would buy in a fall, or no collateral is priced by a feed.")
    if money:
        lines.append("Gain of vaults: none is reckoned; what an auction sells, and when, is up to its bidders.")
    return [*lines, *(f"Note: {note}." for note in facts.notes)]


def moneys(facts: Facts) -> dict[str, str]:
    """Return what each pool of vaults is owed in."""
    symbols = {asset.id: asset.symbol for asset in facts.assets}
    return {vault.name: symbols[vault.money] for vault in facts.vaults}


def verdict(gain: float) -> str:
    """Return what a gain means, in words: of the opening's depth and debt, not of the run."""
    found = "would feed itself" if gain >= 1 else "would nearly feed itself" if gain > 0.8 else "would die out"
    return f"at the opening's depth, by the first {SLOPE_PERCENT} % of fall, a fall {found}"
