"""Where a value stands: the words of a parse (`attachment 2, 年报.pdf, page 3, box 71 332 120 350`), taken apart."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from model.document import PartRef

PLACE = re.compile(
    r"(?P<within>.*?)(?:table \d+, row \d+, column \d+|sheet .*, cell [A-Z]+\d+|"
    r"page (?P<page>\d+), box (?P<box>-?\d+ -?\d+ -?\d+ -?\d+))",
    re.DOTALL,
)
ATTACHMENT = re.compile(r"attachment (\d+), ")
BODY = ("page", "continuation", "data")
EVIDENCE = "screenshot"


class Place(NamedTuple):
    """`within`: which file, as the parse says it. `page` from 1, `box` as left, top, right, bottom."""

    within: str
    page: int | None
    box: tuple[int, int, int, int] | None


def place_of(where: str) -> Place | None:
    """None for words that tell no place."""
    found = PLACE.fullmatch(where)
    if found is None:
        return None
    if found["page"] is None:
        return Place(found["within"], None, None)
    left, top, right, bottom = map(int, found["box"].split())
    return Place(found["within"], int(found["page"]), (left, top, right, bottom))


def part_of(parts: Sequence[PartRef], within: str) -> int:
    """Which part holds the cells whose places begin with `within`: attachments are counted from 1, evidence is not."""
    shown = [at for at, part in enumerate(parts) if part.role != EVIDENCE]
    attached = [at for at in shown if parts[at].role not in BODY]
    if (found := ATTACHMENT.match(within)) is not None and len(shown) > 1 and 1 <= int(found[1]) <= len(attached):
        return attached[int(found[1]) - 1]
    return next((at for at in shown if parts[at].role in BODY), (shown or [0])[0])


def places_in(cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Place]:
    """Value id to its place."""
    found = ((name, place_of(str(cell.get("where") or ""))) for name, cell in cells.items())
    return {name: place for name, place in found if place is not None}


def first_of(places: Iterable[Place]) -> Place | None:
    """The place that is shown before anybody chose a value: the first page of the first file."""
    return min(places, key=lambda place: (place.within, place.page or 0), default=None)
