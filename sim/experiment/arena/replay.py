"""A recorded run put to a changed keeper: every decision of the recorded one again, with what it would have done beside what was done.

The scenario is run again, and must give the recorded digest. The recorded keeper acts in it as it did; the changed one is asked on the side
(`beside`). So the market's answer is held fixed: had it acted, whatever came after would differ, and a race of both (`downtick arena`)
tells by how much. What is said of each opportunity is what holds while nothing else moves: whether its tx or bundle would have been
there in time, and whether it paid more than the one that got it.
"""

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from sim.agents.far.mind import FarMind
from sim.agents.generator import is_generator_form
from sim.agents.runner import Agent
from sim.agents.strategy import On
from sim.errors import InputError
from sim.experiment.arena.beside import Answers, Ask, Beside
from sim.experiment.arena.entries import Entry
from sim.experiment.arena.opportunities import Opportunity, opportunities
from sim.facts import AgentFacts, Facts
from sim.scenario.build import build
from sim.scenario.build_agents import see
from sim.scenario.convert import unstructure
from sim.scenario.load import scenario_of
from sim.scenario.run import play
from sim.scenario.spec import Scenario
from sim.scenario.words import meant
from sim.storage import Run
from sim.storage.memory import MemoryTape
from sim.units import SECOND, Nanos, Party
from sim.vocabulary import Refusal

LATE: Nanos = 36 * SECOND
"""What comes so long after an opportunity was gone was still meant for it."""
Row = dict[str, Any]


@attrs.frozen
class Replay:
    """What a changed keeper would have done."""

    keeper: str
    entry: Entry
    decisions: int
    differ: int
    """Decisions in which it answered otherwise."""
    failures: tuple[str, ...]
    deaf_to: tuple[str, ...]
    """Records that it waits for, and that did not wake the recorded keeper."""
    rows: tuple[Row, ...]
    """By opportunity: what was done, and what would have been."""

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how often each outcome occurs, of the recorded keeper and of the changed one."""
        found: dict[str, dict[str, int]] = {"recorded": {}, "changed": {}}
        for row in self.rows:
            for who, of_who in found.items():
                word = row[who]["word"]
                of_who[word] = of_who.get(word, 0) + 1
        return found


def replayed(run: Run, entry: Entry, keeper: str = "") -> Replay:
    """Return what an entry would have done in the place of a recorded keeper: the first unless one is named. Cost: that of the run.

    Raises InputError for a run that is no whole one or does not come out as it was recorded, and for a keeper that cannot be asked so.
    """
    if not run.is_whole:
        raise InputError(f"{run.folder} {run.standing}; replay a run that came to its end")
    facts = Facts.from_json(run.manifest.facts)
    agent = _keeper(facts, keeper, str(run.folder))
    scenario = scenario_of(json.loads(run.scenario_text))
    world = build(scenario, run.manifest.seed)
    slot = next(each.slot for each in world.runner.agents if each.desk.name == agent.name)
    there = world.runner.agents[slot]
    changed = _changed(scenario, run.manifest.seed, agent, slot, entry)
    see(world.wiring, there.desk, getattr(changed, "inner", changed))
    beside = Beside(there.strategy, changed, there, copy.deepcopy(there.desk.dice))
    there.strategy = beside  # type: ignore[assignment] # What wakes it is what wakes the one within.
    world.tape.sink = MemoryTape(frozenset(), world.populations)
    play(world)
    world.tape.flush()
    world.runner.close()
    if world.tape.digest() != run.digest:
        raise InputError(f"{run.folder} does not come out as it was recorded; it was made by another version: run the scenario again")
    rows = tuple(_rows(opportunities(run, facts), beside, agent))
    deaf = tuple(_name(on) for on in changed.wakes_on if not any(on.record is own.record for own in beside.wakes_on))
    return Replay(agent.name, entry, beside.own.decisions, beside.differ, tuple(beside.failures), deaf, rows)


def _keeper(facts: Facts, named: str, folder: str) -> AgentFacts:
    known = {agent.name: agent for agent in facts.agents if agent.role == "keeper"}
    if not known:
        raise InputError(f"{folder} has no keeper whose decisions could be put to another")
    if named and named not in known:
        raise InputError(f"{folder} has no keeper {named!r}; {meant(named, known)}")
    return known[named] if named else next(iter(known.values()))


def _changed(scenario: Scenario, seed: int, agent: AgentFacts, slot: int, entry: Entry) -> Any:
    """Return the changed keeper as the scenario would make it in the recorded one's place. Nothing of that world is run."""
    tree = unstructure(scenario)
    spec = next(each for each in tree["agents"] if agent.name == each["name"] or agent.name.rpartition("/")[0] == each["name"])
    spec["strategy"], spec["parameters"] = entry.strategy, dict(entry.parameters)
    made: Agent = build(scenario_of(tree), seed).runner.agents[slot]
    if isinstance(made.mind, FarMind) or is_generator_form(type(made.mind)) or hasattr(made.mind, "written"):
        raise InputError(f"{entry.strategy} cannot be asked on the side; give a strategy with decide, in this process")
    return made.strategy


def _rows(found: Iterable[Opportunity], beside: Beside, agent: AgentFacts) -> Iterator[Row]:
    """Yield what became of each opportunity. What was sent a little before one, right behind the oracle, was for it too."""
    last: dict[tuple[int, int], Nanos] = {}
    for each in found:
        named = (each.place, each.named)
        yield _row(each, max(each.at - LATE, last.get(named, 0)), beside, agent)
        last[named] = each.ended


def _row(found: Opportunity, since: Nanos, beside: Beside, agent: AgentFacts) -> Row:
    """Return what became of an opportunity, what the recorded keeper did about it, and what the changed one would have."""
    parties = range(agent.party, agent.party + max(1, agent.accounts))
    told: Row = {"seq": found.seq, "at_ns": found.at, "place": found.place, "account": found.account, "named": found.named}
    told |= {
        "taken": found.taken,
        "taker": found.taker,
        "block": found.block,
        "bonus_8": found.bonus,
        "got": found.got,
        "price_8": found.price,
    }
    recorded = _outcome(found, since, beside.own, parties)
    if found.taken and found.taker in parties:
        recorded = {**recorded, "word": "won"}
    return told | {"recorded": recorded, "changed": _outcome(found, since, beside.others, parties)}


def _outcome(found: Opportunity, since: Nanos, answers: Answers, parties: range) -> Row:
    """Return, in a word and in figures, what a keeper's answers would come to while nothing else moves."""
    meant_for = [ask for ask in answers.asks if (found.place, found.named) in ask.targets and since <= ask.at < found.ended + LATE]
    early = [ask for ask in meant_for if ask.arrives < found.ended]
    if early:
        return _raced(found, max(early, key=lambda ask: _offer(found, ask)), parties)
    if meant_for:
        return {"word": "late", "late_ns": meant_for[0].arrives - found.ended, **_told(meant_for[0])}
    return {"word": "nothing"} | _said(found, answers)


def _raced(found: Opportunity, ask: Ask, parties: range) -> Row:
    """Compare what was in time with what got it."""
    if not found.taken or found.tx is None:
        return {"word": "alone", **_told(ask)}
    mine, theirs = _offer(found, ask), (found.bundle is not None, found.bundle.bid if found.bundle else found.tx.price)
    costs = ask.gas_limit * min(ask.max_fee, found.base_fee + ask.tip) if found.base_fee else 0
    told = {"offer": mine[1], "against": theirs[1], "against_bundle": theirs[0], "gas_most": costs, **_told(ask)}
    if mine[0] != theirs[0]:
        return {"word": "ahead" if mine[0] else "behind", **told}
    if mine == theirs:
        return {"word": "as recorded" if found.taker in parties else "level", **told}
    return {"word": "ahead" if mine > theirs else "outbid", **told}


def _offer(found: Opportunity, ask: Ask) -> tuple[bool, int]:
    """Return what decides between two: bundles before txs, then the sealed bid, or what is paid per gas."""
    price = min(ask.max_fee, found.base_fee + ask.tip) if found.base_fee else ask.max_fee
    return ask.is_bundle, ask.bid if ask.is_bundle else price


def _told(ask: Ask) -> Row:
    return {"ask": ask.number, "at_ns": ask.at, "arrives_ns": ask.arrives, "max_fee": ask.max_fee, "tip": ask.tip, "bid": ask.bid}


def _said(found: Opportunity, answers: Answers) -> Row:
    """Return why a keeper left an account alone, the last that it said while there was time."""
    said = [
        note for at, note in answers.notes if note.account == found.account and found.at <= at <= found.ended and _is_of(found, note.pool)
    ]
    return {"word": "declined", "reason": Refusal(said[-1].reason).name.lower(), "expected": said[-1].expected} if said else {}


def _is_of(found: Opportunity, pool: Party) -> bool:
    return pool == found.place or found.named != found.account


def _name(on: On) -> str:
    return on.record.__name__
