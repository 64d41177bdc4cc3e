"""Numbers of printed pages among the figures of a text that has one cell on each line.

Such a number is a line like any value. It is known where it stands in the prose or makes a row one value too long.
Those known tell which numbers are missing between them, so which figures may be the number of a page in the place of a
figure that was lost.
"""

from dataclasses import dataclass

from parsers.alignment import Alignment, Surplus
from parsers.cells import read_cell
from parsers.labels import LabelIndex
from parsers.page import Cell, Page, Row
from parsers.placing import Walk, put

MOST_PAGES = 99
MOST_MISSING = 3
SURE = 3  # two numbers that count up may be figures
REASON = "may_be_a_page_number"


@dataclass(frozen=True)
class _Event:
    """A place where the number of a page stands, and what it may be."""

    at: int
    numbers: frozenset[int]
    row: Surplus | None = None


def page_number(text: str) -> int | None:
    """The number of a page that a line or cell may be: nothing but up to three digits."""
    text = text.strip()
    known = text.isascii() and text.isdecimal() and len(text) <= 3 and text[0] != "0"
    return int(text) if known and int(text) <= MOST_PAGES else None


def note_pages(page: Page, index: LabelIndex, found: Alignment) -> None:
    """Takes the numbers of pages out of rows that have one value too many, and doubts values that may be one."""
    _doubt_odd(page, index, found)
    if not (found.strays or found.surplus):
        return
    events = _events(found)
    told = _told(events)
    if told:
        last, at = found.last, found.last_at
        for event, number in zip(events, told, strict=True):
            if event.row is not None:
                _put(event.row, number, index, found)
                if len(events) < SURE:
                    _doubt_unbound(event.row, index, found)
        found.last, found.last_at = last, at
    _doubt(page, index, found, events, told)


def _events(found: Alignment) -> list[_Event]:
    """What is known of the pages, in reading order; of stray numbers the longest series that counts up."""
    strays: list[tuple[int, int]] = []
    best: dict[int, list[tuple[int, int]]] = {}
    for at, number in found.strays:
        before = max((chain for n, chain in best.items() if n < number), key=lambda c: (len(c), c[-1][1]), default=[])
        if len(before) + 1 > len(best.get(number, ())):
            best[number] = [*before, (at, number)]
    if best:
        strays = max(best.values(), key=lambda chain: (len(chain), chain[-1][1] == len(chain)))
    events = [_Event(at, frozenset({number})) for at, number in strays]
    for row in found.surplus:
        numbers = {n for cell in row.values if (n := page_number(cell.text)) is not None}
        if numbers:
            events.append(_Event(row.at, frozenset(numbers), row))
    return sorted(events, key=lambda event: event.at)


def _told(events: list[_Event]) -> list[int] | None:
    """The number of each event, where only one series counts up with the fewest numbers missing, fewer than are there;
    at least two.

    Those missing between two others weigh more than those before the first.
    """
    series: list[tuple[tuple[int, int], list[int]]] = []
    for event in events:
        longer = [
            ((missing + number - numbers[-1] - 1, before), [*numbers, number])
            for (missing, before), numbers in series for number in event.numbers
            if 0 < number - numbers[-1] <= MOST_MISSING + 1
        ]  # fmt: skip
        if not series and event is events[0]:
            longer = [((0, number - 1), [number]) for number in event.numbers]
        series = sorted(longer)[:200]
    if len(events) < 2 or not series or (len(series) > 1 and series[0][0] == series[1][0]):
        return None
    if series[0][0][0] >= len(events):
        return None  # more are missing than are there: 5 and 9 may be figures
    return series[0][1]


def _put(row: Surplus, number: int, index: LabelIndex, found: Alignment) -> None:
    """Places the values of a row that had the number of a page among them, where only one reading is possible."""
    readings: dict[tuple[str, ...], list[Cell]] = {}
    for n, cell in enumerate(row.values):
        if page_number(cell.text) == number:
            rest = [*row.values[:n], *row.values[n + 1 :]]
            readings[tuple(c.text for c in rest)] = rest
    if len(readings) > 1:
        readings = {key: rest for key, rest in readings.items() if _adds_up(row, rest, index)}
    if len(readings) == 1:
        (rest,) = readings.values()
        put(row.target, row.row, rest, row.label, found, Walk(moved=row.moved))


def _doubt_unbound(row: Surplus, index: LabelIndex, found: Alignment) -> None:
    bound = {i for rule in index.form.identities if rule.binds for i in rule.ids}
    for field_id in row.target.fields:
        if field_id not in bound and field_id in found.placed:
            found.doubts.setdefault(field_id, REASON)


def _adds_up(row: Surplus, rest: list[Cell], index: LabelIndex) -> bool:
    """Do the sums within a row agree, and is there one?"""
    values = {i: read_cell(c.text).value for i, c in zip(row.target.fields, rest, strict=True)}
    within = [r for r in index.form.identities if r.binds and values.keys() >= set(r.ids)]
    return bool(within) and all(
        sum(values[i] or 0 for i in r.left) == sum(values[i] or 0 for i in r.right) for r in within
    )


def _doubt(page: Page, index: LabelIndex, found: Alignment, events: list[_Event], told: list[int] | None) -> None:
    """A figure that no sum binds, in a place where the number of a page is missing: it may be that number."""
    bound = {i for rule in index.form.identities if rule.binds for i in rule.ids}
    for at, target in found.order:
        row = page.items[at]
        if not isinstance(row, Row) or not row.lined:
            continue
        before = next((n for n in range(len(events) - 1, -1, -1) if events[n].at < at), None)
        after = next((n for n, event in enumerate(events) if event.at > at), None)
        if any(event.at == at for event in events):
            continue  # the number of this page is known
        for field_id in target.fields:
            placed = found.placed.get(field_id)
            if placed is None or field_id in bound or (number := page_number(placed.raw)) is None:
                continue
            if _may_be(number, before, after, events, told):
                found.doubts.setdefault(field_id, REASON)


def _doubt_odd(page: Page, index: LabelIndex, found: Alignment) -> None:
    """A figure that no sum binds, at another distance from its neighbours than the cells of the text have."""
    rows = [(row, target) for at, target in found.order if isinstance(row := page.items[at], Row) and row.odd]
    if not rows:
        return
    bound = {i for rule in index.form.identities if rule.binds for i in rule.ids}
    for row, target in rows:
        for field_id, cell in zip(reversed(target.fields), reversed(row.cells), strict=False):
            placed = found.placed.get(field_id)
            known = placed is not None and field_id not in bound and placed.where == row.where(cell.column)
            if known and cell.column in row.odd and page_number(cell.text) is not None:
                found.doubts.setdefault(field_id, REASON)


def _may_be(number: int, before: int | None, after: int | None, events: list[_Event], told: list[int] | None) -> bool:
    if told is not None:
        low = told[before] if before is not None else 0
        high = told[after] if after is not None else low + 2
        return low < number < high
    low_set = events[before].numbers if before is not None else frozenset({0})
    high_set = events[after].numbers if after is not None else frozenset()
    if len(low_set) == 1 and len(high_set) == 1:
        return min(low_set) < number < min(high_set)
    return number - 1 in low_set or number + 1 in high_set


def stray(row: Row) -> int | None:
    """The number that stands alone behind words that want none."""
    values = [cell.text for cell in row.cells if read_cell(cell.text).is_value]
    return page_number(values[0]) if len(values) == 1 and values[0] == row.cells[-1].text else None
