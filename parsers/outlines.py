"""Rows of a list with a unit in each row (2014): units behind the labels, running numbers before them."""

import re

from model.normal_text import label_key
from model.vocabulary import CellState
from parsers.alignment import Alignment
from parsers.cells import read_cell
from parsers.labels import LabelIndex, Target
from parsers.page import Cell, Row
from parsers.placing import Walk

LEAST_ROWS, MOST_WITHOUT = 10, 4  # one row in four
MOST_SKIPPED = 3
MONEY, SCALED = re.compile(r"^(?:人民币)?[十百千万亿]*元"), re.compile(r"^[十百千万亿]+\w{0,2}$")


def without_unit(values: list[Cell], wanted: int, index: LabelIndex) -> list[Cell]:
    """The values of a row that names its unit before them: 件 | 5. The unit's cell may be left blank."""
    if not values:
        return values
    first = read_cell(values[0].text)
    named = label_key(values[0].text) in index.units or first.state is CellState.DASH
    a_word = not first.is_value and first.state is not CellState.TEXT  # 0. over 38: half a number is no unit
    if (named or first.state is CellState.BLANK or a_word) and len(values) > wanted:
        return values[1:]
    return values[1:] if named and first.state is not CellState.DASH else values


def without_next_number(
    values: list[Cell], target: Target | None, label: str, row: Row, found: Alignment, walk: Walk
) -> list[Cell]:
    """The values without the running number of the next row, which text of one cell a line cannot tell from them.

    `target`: None for a row that is only a heading. A row that is full without a number behind it has lost a figure,
    or one of its figures has the number stuck to it; unless the number sticks to the next label (3其中).
    """
    sticks = bool(walk.number) and label_key(label).startswith(str(walk.number + 1))
    walk.number += sticks
    if walk.unnumbered and row.lined and not sticks:
        found.doubts.update((i, "row_of_other_length") for i in walk.unnumbered if i in found.placed)
    walk.unnumbered = ()
    if not values:
        return values
    wanted = len(target.fields) if target is not None else None
    last = read_cell(values[-1].text).value
    numbered = isinstance(last, int) and walk.number < last <= walk.number + MOST_SKIPPED
    if numbered and (wanted is None or len(values) == wanted + 1) and (last == walk.number + 1 or row.lined):
        walk.number = int(last or 0)
        return values[:-1]
    if target is not None and row.lined and len(values) == wanted:
        walk.unnumbered = target.fields
    return values


def note_unit(target: Target, labels: list[str], values: list[Cell], index: LabelIndex, found: Alignment) -> None:
    """Notes what stands in the place of the unit of a row.

    `labels`: the label, and the last cell that was read as a part of it; `values`: all cells behind that.
    """
    first = values[0].text if values else ""
    unit = index.unit_of.get(target.fields[0], "")
    named = next((key for key in map(label_key, labels) if key in index.units or (unit and key.endswith(unit))), None)
    if named is not None:
        found.units.append((target.fields, named if named in index.units else unit))
    else:
        found.units.append((target.fields, "" if read_cell(first).is_value else label_key(first)))


def doubt_units(index: LabelIndex, found: Alignment, in_text: bool) -> None:
    """Figures in another unit than the form's: 元 for 万元, 万件 for 件.

    In text that names the unit of each row, a row without one, or with another row's, has a figure that is not its own:
    a line slipped in before the unit, or lines were lost between two rows.
    """
    for fields, unit in found.units:
        own = index.unit_of.get(fields[0], "")
        scaled = MONEY.search(unit) is not None or SCALED.search(unit) is not None
        if unit != own and scaled and not unit.endswith(f"({own})"):
            found.doubts.update((i, "other_unit") for i in fields if i in found.placed)
    without = sum(not unit for _, unit in found.units)
    if not in_text or len(found.units) < LEAST_ROWS or without * MOST_WITHOUT > len(found.units):
        return
    for fields, unit in found.units:
        own = index.unit_of.get(fields[0], "")
        if not unit:
            found.doubts.update((i, "unit_missing") for i in fields if i in found.placed)
        elif unit != own and unit in index.units:
            found.doubts.update((i, "unit_of_another_row") for i in fields if i in found.placed)
