"""What a thing looks like: its whole content in nested tuples, to tell later whether somebody changed it."""

from typing import Any


def picture(thing: Any) -> Any:
    """Return the content of a thing; equal for equal contents of equal kinds. Cost: all of it."""
    kind = type(thing)
    if kind is int or kind is str:
        return thing
    if isinstance(thing, tuple | list):
        return (kind.__name__, *map(picture, thing))
    if isinstance(thing, dict):
        return (kind.__name__, *[(picture(key), picture(value)) for key, value in dict.items(thing)])
    fields = getattr(kind, "__attrs_attrs__", ())
    return (kind.__name__, *[picture(getattr(thing, field.name)) for field in fields]) if fields else thing
