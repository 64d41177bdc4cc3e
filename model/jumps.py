"""Figures that moved much against the report of the year before."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

# Less than this is the ordinary course of things, and is not written down.
LEAST_PERCENT = 25.0
LEAST_DIFFERENCE = 10.0
MOST_JUMPS = 30


def jumps(new: Mapping[str, Any], last: Mapping[str, Any], labels: Mapping[str, str]) -> list[JsonValue]:
    """`{"id", "label", "last", "now"}` of the figures that moved most, the largest difference first.

    `new` and `last` are the public JSON of two reports. A value that is missing or suspect on either side says nothing.
    """
    doubtful = {*(new.get("suspect") or ()), *(last.get("suspect") or ())}
    before = last.get("values") or {}
    found = []
    for name, now in (new.get("values") or {}).items():
        then = before.get(name)
        if now is None or then is None or name in doubtful:
            continue
        difference = abs(now - then)
        if difference >= LEAST_DIFFERENCE and (not then or 100 * difference / abs(then) >= LEAST_PERCENT):
            found.append((difference, name, then, now))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [
        {"id": name, "label": labels.get(name, name), "last": then, "now": now}
        for _, name, then, now in found[:MOST_JUMPS]
    ]
