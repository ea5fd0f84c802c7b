"""Reading an answer beside the last one to the same question: what did not change is the same object again.

Views of auction houses promise that (``EnglishView.sales``), and keepers who watch thousands of sales live on it. Cost: that of reading,
and a comparison; less than reading where little changed.
"""

import json
from typing import Any

from sim.agents.far.wire import KIND, built, class_of, decode


def decode_again(said: Any, said_before: Any, before: Any) -> Any:
    """Return the thing that was said, of whose parts those said before in the same place are the very things they were."""
    if said == said_before:
        return before
    if isinstance(said, list) and isinstance(said_before, list):
        known = {json.dumps(each): thing for each, thing in zip(said_before, before, strict=True)}
        return tuple(known[words] if (words := json.dumps(each)) in known else decode(each, is_trusted=True) for each in said)
    is_alike = isinstance(said, dict) and isinstance(said_before, dict) and KIND in said and said[KIND] == said_before.get(KIND)
    if is_alike and "pairs" not in said and "pairs" not in said_before:
        fields = {name: decode_again(value, said_before[name], getattr(before, name)) for name, value in said.items() if name != KIND}
        return built(class_of(said[KIND], is_trusted=True), fields)
    return decode(said, is_trusted=True)
