"""The JSON Schema of a scenario file, made from the classes; editors complete and check TOML with it.

It holds what a schema can say: keys, types, words to choose from, the form of quantities, and the docstring of every key. Ranges of
sums, names that must exist and the like are the loader's. ``python -m sim.scenario.schema`` writes it to standard output; the
shipped ``scenarios/schema.json`` is held equal to it by a test.
"""

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Mapping
from enum import IntEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import attrs

from sim.scenario.extension import EXTENDS
from sim.scenario.quantity import KINDS, NUMBER, SYMBOL
from sim.scenario.spec import Extension, Scenario
from sim.scenario.values import Amount, Instant, Rate
from sim.scenario.words import KIND, keys_of, said, tags_of, words_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DATE = r"\d{4}-\d{2}-\d{2}([T ].*)?"
_PLAIN = {int: "integer", float: "number", bool: "boolean", str: "string"}
Schema = dict[str, Any]


def schema() -> Schema:
    """Return the schema of a scenario file: one that says everything, or one that extends another."""
    definitions: Schema = {}
    whole, extending = _of(Scenario, definitions), _extending(definitions)
    choice = {"if": {"type": "object", "required": [EXTENDS]}, "then": extending, "else": whole}
    return {"$schema": DIALECT, "title": "A Downtick scenario", **choice, "$defs": dict(sorted(definitions.items()))}


def _extending(definitions: Schema) -> Schema:
    """Return the schema of a file that extends another: of ``[run]`` it may leave out what stays."""
    found = _of(Extension, definitions)
    run = {key: value for key, value in definitions["Run"].items() if key != "required"}
    definitions["Extension"]["properties"] |= {"run": run, "study": {"$ref": "#/$defs/StudySpec"}}
    return found


def text() -> str:
    """Return the schema as it is shipped."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def key_docs(cls: type) -> dict[str, str]:
    """Return what is written below each field of a class, by field, in one line each."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs, name = {}, ""
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docs[name] = " ".join(node.value.value.split())
            name = ""
        else:
            name = ""
    return docs


def _of(kind: Any, definitions: Schema) -> Schema:
    origin, members = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _of_marked(members[0], members[1], definitions)
    if origin is Literal:
        return {"enum": list(members)}
    if tags_of(kind):
        return {"oneOf": [_tagged(tag, member, definitions) for tag, member in tags_of(kind).items()]}
    if origin in (Union, UnionType):
        required = [member for member in members if member is not NoneType]
        return _of(required[0], definitions) if len(required) == 1 else {"anyOf": [_of(member, definitions) for member in required]}
    if origin is tuple:
        return {"type": "array", "items": _of(members[0], definitions)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _of(members[1], definitions)}
    return _of_class(kind, definitions)


def _of_class(kind: Any, definitions: Schema) -> Schema:
    if kind is Amount:
        return _pattern(rf"{NUMBER}\s*{SYMBOL}", kind)
    if kind is Rate:
        return _pattern(rf"{NUMBER}\s*{SYMBOL}/{SYMBOL}", kind)
    if kind is Instant:
        return _pattern(rf"{_quantity('Nanos')}|{_DATE}", kind)
    if kind in _PLAIN or kind is Any:
        return {"type": _PLAIN[kind]} if kind in _PLAIN else {}
    if issubclass(kind, IntEnum):
        return {"enum": words_of(kind)}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = _table(kind, definitions)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _of_marked(base: Any, mark: Any, definitions: Schema) -> Schema:
    if mark in KINDS:
        return _pattern(_quantity(mark), Annotated[base, mark])
    if mark == "Epoch":
        return _pattern(_DATE, Annotated[base, mark])
    if mark == "Name":
        return {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_-]*$"}
    return _of(base, definitions)


def _table(cls: type, definitions: Schema, tag: str = "") -> Schema:
    docs = key_docs(cls)
    keys = keys_of(cls)
    properties = {field.name: {**_of(field.type, definitions), "description": docs[field.name]} for field in keys if field.name in docs}
    properties |= {field.name: _of(field.type, definitions) for field in keys if field.name not in docs}
    required = [field.name for field in keys if field.default is attrs.NOTHING]
    if tag:
        properties, required = {KIND: {"const": tag}, **properties}, [KIND, *required]
    # The first line says what the table is; a scenario's own docstring is the schema's title.
    about = (cls.__doc__ or "").strip().splitlines()[0]
    made: Schema = {"type": "object", "description": about, "properties": properties, "additionalProperties": False}
    return {**made, "required": required} if required else made


def _tagged(tag: str, cls: type, definitions: Schema) -> Schema:
    name = f"{cls.__name__}_{tag}"
    if name not in definitions:
        definitions[name] = _table(cls, definitions, tag)
    return {"$ref": f"#/$defs/{name}"}


def _quantity(mark: str) -> str:
    kind = KINDS[mark]
    number = NUMBER if kind.is_signed else NUMBER.replace("[+-]?", "")
    return rf"{number}\s*({'|'.join(kind.units)})"


def _pattern(pattern: str, kind: Any) -> Schema:
    return {"type": "string", "pattern": f"^({pattern})$", "title": said(kind)}


if __name__ == "__main__":
    sys.stdout.write(text())
