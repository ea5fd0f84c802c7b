"""What a thing looks like: its whole content in nested tuples, to tell later whether somebody changed it."""

from typing import Any

import attrs


def picture(thing: Any) -> Any:
    """Return the content of a thing; equal for equal contents of equal kinds. Cost: all of it."""
    if isinstance(thing, tuple | list):
        return (type(thing).__name__, *map(picture, thing))
    if isinstance(thing, dict):
        return (type(thing).__name__, *((picture(key), picture(value)) for key, value in dict.items(thing)))
    if attrs.has(type(thing)):
        fields = attrs.fields(type(thing))
        return (type(thing).__name__, *(picture(getattr(thing, field.name)) for field in fields))
    return thing
