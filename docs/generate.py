"""Writes the reference pages that the code itself can say: records, commands, scenario keys, strategies, features of twins.

Run it with ``python -m docs.generate`` from the top of the repository after a docstring, a record, a command or a key has changed;
``tests/docs/test_reference.py`` holds the pages to what it would write. Nothing on those pages is written by hand.
"""

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import attrs

from sim import commands, composites, vocabulary
from sim.agents.registry import find_strategy, registered, role_of
from sim.agents.strategy import NEEDS, needs
from sim.census.keys import tables_in
from sim.experiment.features.catalogue import FEATURES
from sim.records import ALL, Record
from sim.scenario.convert import attrs_class, unstructure
from sim.scenario.parameters import in_wholes
from sim.scenario.quantity import KINDS
from sim.scenario.schema import key_docs
from sim.scenario.spec import Extension, Scenario
from sim.scenario.words import KIND, keys_of, said, tag_of, tags_of
from sim.units import SECOND
from sim.world.instants import iso

FOLDER = Path(__file__).parent / "reference"
SPEAKERS = {
    "sim.records.market": "Venues and custody",
    "sim.records.chain": "The chain",
    "sim.records.oracle": "Feeds",
    "sim.records.lending": "Pools",
    "sim.records.comet": "Compound v2 and Comet",
    "sim.records.euler": "Euler",
    "sim.records.liquity": "Liquity",
    "sim.records.llamma": "crvUSD",
    "sim.records.auctions": "Vault systems and auctions",
    "sim.records.amm": "Automated market makers",
    "sim.records.atomic": "Composites, bundles and updates on offer",
    "sim.records.claims": "Issuers of claims",
    "sim.records.agents": "Agents, the outside world, the run",
}
NAMED = ("asset", "venue", "feed", "pool", "amm", "issuer")
"""Marks of types whose values are names of things in the scenario."""
WORDS = (
    vocabulary.Side,
    vocabulary.TimeInForce,
    vocabulary.SelfTrade,
    vocabulary.Refusal,
    vocabulary.CancelReason,
    vocabulary.Motive,
    vocabulary.Audience,
    vocabulary.Phase,
    vocabulary.ShockKind,
)


def pages() -> dict[str, str]:
    """Return every generated page by file name."""
    written = {
        "records.md": records_page(),
        "commands.md": commands_page(),
        "scenario-keys.md": keys_page(),
        "strategies.md": strategies_page(),
        "features.md": features_page(),
    }
    return {name: "\n".join(lines).rstrip() + "\n" for name, lines in written.items()}


# Records.


def records_page() -> Iterator[str]:
    """Yield the lines of the page on records."""
    yield from _opening(
        "Records",
        "What is said on the tape. Every entry has the envelope `seq` (its place, from 1), `at` (nanoseconds since the start; `at_ns` in"
        " files), `cause` (the entry that led to it, 0 for a root), `place` (where) and `party` (who); below are the fields of each"
        " record. Numbers are integers in the unit named. *Public* records reach every agent connected to the place, *party* records"
        " the one they concern, *observer* records nobody: they are for readers of the tape.",
    )
    for module, title in SPEAKERS.items():
        found = [record for record in ALL if record.__module__ == module]
        yield from (f"## {title}", "")
        yield from (_plain((sys.modules[module].__doc__ or "").strip().partition("\n\n")[0]), "")
        for record in found:
            yield from _record(record)
    yield from ("## Words", "", "Columns of these types hold numbers; this is what they stand for.", "")
    for words in WORDS:
        yield from _words(words)


def _record(record: type[Record]) -> Iterator[str]:
    docs = key_docs(record)
    yield from (f"### {record.__name__}", "", f"{_doc(record)} *Kind {record.kind}, {record.audience.name.lower()}.*", "")
    rows = [(f"`{column.name}`", column.unit, docs.get(column.name, "")) for column in record.columns]
    yield from _table(("field", "unit", "meaning"), rows)


def _words(words: type[IntEnum]) -> Iterator[str]:
    docs = _member_docs(words)
    yield from (f"### {words.__name__}", "", _doc(words), "")
    yield from _table(("number", "word", "meaning"), [(str(each.value), f"`{each.name}`", docs.get(each.name, "")) for each in words])


def _member_docs(words: type[IntEnum]) -> dict[str, str]:
    """Return what is written below each member of an enumeration."""
    body = ast.parse(textwrap.dedent(inspect.getsource(words))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs, name = {}, ""
    for node in body.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docs[name] = " ".join(node.value.value.split())
    return docs


# Commands.


def commands_page() -> Iterator[str]:
    """Yield the lines of the page on commands and calls."""
    yield from _opening(
        "Commands and calls",
        "What a strategy may answer. Each is a named tuple of `sim.commands`; a *call* travels inside a `SendTx`. `account` is the"
        " index of the sender's own account (0 unless it has several). Nothing here takes effect at once: a command reaches its"
        " machine after the agent's compute delay and the latency to it.",
    )
    members = get_args(commands.Command)
    yield from ("## Commands", "")
    for command in members:
        yield from _command(command)
    yield from ("## Calls", "", "A contract that refuses a call reverts the tx: its gas is paid, nothing else happens.", "")
    for call in commands.CALLS:
        yield from _command(call)
    said = "What one tx may do in one breath: see [the page on it](../background/atomic.md). Their classes are in `sim.composites`."
    yield from ("## Calls made of calls", "", said, "")
    for call in composites.COMPOSITES:
        yield from _command(call)


def _command(command: type[Any]) -> Iterator[str]:
    docs = key_docs(command)
    yield from (f"### {command.__name__}", "", _doc(command), "")
    rows = []
    for name, kind in command.__annotations__.items():
        default = command._field_defaults.get(name, attrs.NOTHING)
        rows.append((f"`{name}`", _type_name(kind), "" if default is attrs.NOTHING else f"`{_value(default)}`", docs.get(name, "")))
    yield from _table(("field", "type", "default", "meaning"), rows)


def _type_name(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        return str(get_args(kind)[1])
    if get_origin(kind) in (Union, UnionType):
        names = [_type_name(each) for each in get_args(kind)]
        # Words travel as numbers; a reader wants the word.
        return " or ".join(name for name in names if len(names) == 1 or name != "int")
    if kind is NoneType:
        return "None"
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind).replace("typing.", "").replace("Any", "any")


def _value(default: Any) -> str:
    return default.name if isinstance(default, IntEnum) else str(default)


# Scenario keys.


def keys_page() -> Iterator[str]:
    """Yield the lines of the page on the keys of a scenario file."""
    yield from _opening(
        "Scenario keys",
        "Every key of a scenario file, table by table. `schema.json`, which ships with the scenarios, says the same to an editor."
        ' Quantities carry their unit (`"12 s"`, `"0.5 %"`, `"1_500 USDC"`) and are exact: what would have to be rounded is refused.'
        " Any key can be set from outside by its dotted path, a list's member by its name or its number:"
        ' `--set venues.venue.taker_fee="10 bps"`.',
    )
    told: dict[type, str] = {}
    for path, tag, cls in _sections(Scenario, "", told):
        heading = f"`{path or 'top level'}`" + (f', `kind = "{tag}"`' if tag else "")
        yield from (f"## {heading}", "", _doc(cls), "")
        yield from _table(("key", "value", "default", "meaning"), _key_rows(cls, path, told))
    yield from ("## A file that extends another", "", _doc(Extension), "")
    yield from _table(("key", "value", "default", "meaning"), _key_rows(Extension, "", told))


def _sections(cls: type, path: str, told: dict[type, str], tag: str = "") -> Iterator[tuple[str, str, type]]:
    """Yield every table of a scenario once, where it is met first: its path, its kind, its class."""
    told[cls] = path
    yield path, tag, cls
    for field in keys_of(cls):
        for inner, suffix, word in _tables_in(field.type):
            if inner not in told:
                yield from _sections(inner, f"{path}.{field.name}".strip(".") + suffix, told, word)


def _tables_in(kind: Any, suffix: str = "") -> Iterator[tuple[type, str, str]]:
    """Yield the table classes a field may hold, with what follows its name in a path, and the word that chooses each."""
    origin, members = get_origin(kind), get_args(kind)
    if tags := tags_of(kind):
        yield from ((cls, suffix, tag) for tag, cls in tags.items())
    elif origin is tuple:
        yield from _tables_in(members[0], "[]")
    elif origin is dict:
        yield from _tables_in(members[1], ".NAME")
    elif origin in (Union, UnionType):
        for member in members:
            yield from _tables_in(member, suffix)
    elif attrs_class(kind):
        yield kind, suffix, ""


def _key_rows(cls: type, path: str, told: dict[type, str]) -> Iterator[tuple[str, ...]]:
    docs = key_docs(cls)
    for field in keys_of(cls):
        inner = [each for each, _, _ in _tables_in(field.type)]
        place = told.get(inner[0], "") if inner else ""
        here = f"{path}.{field.name}".strip(".")
        value = _said(field.type) + (f", as in `{place}`" if place and not place.startswith(here) else "")
        yield f"`{field.name}`", value, _default(field), docs.get(field.name, "")


def _said(kind: Any) -> str:
    """Return what a key asks for; names of assets, venues, feeds and pools are told as such."""
    origin, members = get_origin(kind), get_args(kind)
    if origin is Annotated and members[1] in NAMED:
        return f"the name of {'an' if members[1][0] == 'a' else 'a'} {members[1]}"
    if origin is tuple and get_origin(members[0]) is Annotated and members[0].__metadata__[0] in NAMED:
        return f"a list, each {_said(members[0])}"
    return said(kind)


def _default(field: "attrs.Attribute[Any]") -> str:
    default = field.default
    if default is attrs.NOTHING:
        return "*required*"
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type] # attrs types it as a function.
        default = default.factory()  # type: ignore[union-attr] # As above.
    if default is None or default in ((), {}, ""):
        return ""
    if attrs_class(type(default)):
        return "its defaults" if not get_origin(field.type) else f"`{_toml(_tagged(default))}`"
    if isinstance(default, int) and default and "decimals" in field.metadata:
        return f"`{in_wholes(default, field.metadata['decimals'])}` of the {field.metadata['asset']} asset"
    return f"`{_toml(_written(field.type, default))}`"


def _written(kind: Any, value: Any) -> Any:
    """Return a value as a scenario would have it."""
    mark = next((get_args(each)[1] for each in (kind, *get_args(kind)) if get_origin(each) is Annotated), "")
    if mark in KINDS:
        return KINDS[mark].text(value)
    if mark == "Epoch":
        return iso(value * SECOND)
    if isinstance(value, int) and mark == "Units":
        return f"{value:_} units"
    return value.name.lower() if isinstance(value, IntEnum) else value


def _tagged(value: Any) -> dict[str, Any]:
    return {KIND: tag_of(type(value)), **unstructure(value)}


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + " }"
    return json.dumps(value)


# Strategies.


def strategies_page() -> Iterator[str]:
    """Yield the lines of the page on the strategies that ship."""
    yield from _opening(
        "Strategies",
        "The minds that ship, by the name a scenario gives in `agents.strategy`; the keys go into `agents.parameters`. They are found"
        " through the same entry points as anyone's (group `downtick.strategies`). Amounts with `units` as default are in the asset's"
        ' smallest unit; a scenario writes amounts as `"50_000 USDC"`.',
    )
    for name, where in registered().items():
        if where.startswith("strategies."):
            yield from _strategy(name, find_strategy(name))


def _strategy(name: str, cls: type[Any]) -> Iterator[str]:
    about = (inspect.getdoc(sys.modules[cls.__module__]) or "").partition("\n\n")[0]
    needed = f" *Needs {', '.join(NEEDS[word] for word in needs(cls))}.*" if needs(cls) else ""
    yield from (f"## {name}", "", f"{_doc(cls)} *Role: {role_of(cls)}.*{needed}", "", _plain(about), "")
    yield from _table(("key", "value", "default", "meaning"), list(_keys(cls, "")))


def _keys(cls: type[Any], path: str) -> Iterator[tuple[str, ...]]:
    """Yield the keys of a strategy, those of its tables below them."""
    docs = key_docs(cls)
    for field in keys_of(cls):
        yield f"`{path}{field.name}`", _said(field.type), _default(field), docs.get(field.name, "")
        for _, table in tables_in(field.type):
            yield from _keys(table, f"{path}{field.name}.")


# What the pages share.


def features_page() -> Iterator[str]:
    """Yield the lines of the page on features of twins."""
    yield from _opening(
        "Features of twins",
        "What `downtick twin SCENARIO --without FEATURE` can take away: for each what is otherwise in the twin, what it holds fixed, and"
        " what may move although nobody asked for it. `downtick twin SCENARIO` tells which of them a scenario has. Draws are the same in"
        " run and twin, owner by owner. See [Twins](../guides/twins.md).",
    )
    for feature in FEATURES.values():
        yield from (f"## {feature.name}", "", f"{feature.title[0].upper()}{feature.title[1:]}.", "")
        yield from (f"- *In the twin*: {feature.twin}", f"- *Held fixed*: {feature.held}", f"- *May move*: {feature.moves}", "")


def _opening(title: str, about: str) -> Iterator[str]:
    yield from (f"# {title}", "", "<!-- Written by docs/generate.py; change the docstrings and run it again. -->", "", about, "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield a table; columns that are empty in every row are left out, and so is a table without rows."""
    found = [tuple(_plain(cell) for cell in row) for row in rows]
    if not found:
        return
    kept = [place for place in range(len(head)) if any(row[place] for row in found)]
    yield "| " + " | ".join(head[place] for place in kept) + " |"
    yield "|" + " --- |" * len(kept)
    for row in found:
        yield "| " + " | ".join(row[place].replace("|", "\\|") for place in kept) + " |"
    yield ""


def _doc(cls: type) -> str:
    return _plain(inspect.getdoc(cls) or "")


def _plain(text: str) -> str:
    """Return a docstring as one line of Markdown."""
    return " ".join(text.replace("``", "`").split())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in pages().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
