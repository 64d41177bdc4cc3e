"""Colours of OFD: is something painted, and in a colour that is seen on white paper? (GB/T 33190-2016, 8.3)"""

import re
from collections.abc import Mapping

from lxml import etree

WHITE = 245
FAINT = 40  # of 255: what is more transparent is not seen
MOST_RELATED = 8
COMPONENT = re.compile(r"#(?P<hex>[0-9a-fA-F]+)|(?P<plain>\d+(?:\.\d+)?)")


def is_painted(item: "etree._Element", switch: str, *, default: bool) -> bool:
    """Is a kind of paint (`Fill`, `Stroke`) switched on for an object?"""
    return (item.get(switch) or str(default)).lower() == "true"


def is_seen(item: "etree._Element", color: str, params: "Mapping[str, etree._Element]", layer: str) -> bool:
    """Is a colour (`FillColor`, `StrokeColor`) of an object seen on paper? It may be one of the parameters that the
    object names or, where it names none, its layer."""
    paint = item.find(color)
    if paint is None:
        paint = _of_parameters(item.get("DrawParam") or layer, color, params)
    return paint is None or not (_alpha(paint) < FAINT or _is_white(paint.get("Value")))


def is_faint(item: "etree._Element") -> bool:
    return _alpha(item) < FAINT


def is_solid(item: "etree._Element") -> bool:
    """Does it hide what was painted before? One that lets shine through does not."""
    paint = item.find("FillColor")
    return _alpha(item) == 255 and (paint is None or _alpha(paint) == 255)


def _of_parameters(name: str, color: str, params: "Mapping[str, etree._Element]") -> "etree._Element | None":
    for _ in range(MOST_RELATED):
        found = params.get(name)
        if found is None:
            return None
        if (paint := found.find(color)) is not None:
            return paint
        name = found.get("Relative") or ""
    return None


def _alpha(item: "etree._Element") -> int:
    text = item.get("Alpha") or "255"
    return int(text) if text.isdecimal() and len(text) < 4 else 255


def _is_white(value: str | None) -> bool:
    parts = [float(int(m["hex"], 16) if m["hex"] else m["plain"]) for m in COMPONENT.finditer(value or "")]
    # Four parts are inks and not lights.
    return max(parts) == 0 if len(parts) == 4 else bool(parts) and min(parts) >= WHITE
