"""Puts the cells of one row to the ids of its label: by position, with the full count, or not at all."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from model.normal_text import bare_label, label_key
from model.vocabulary import ReadMethod
from parsers.alignment import Alignment, Placed, Surplus
from parsers.cells import UNTIL, read_cell
from parsers.drawn import values_at_columns
from parsers.labels import LabelIndex, Target
from parsers.page import Cell, Row

# 其中网上办理, 下属单位, 上年; a note with a figure (其中修订16件) or of what is left out (不含委托) is the row's.
# Nor is a row the form's that counts otherwise or prints a figure in its label: 万件, 截至9月, 不予处罚, (120件).
PART = re.compile(
    r"\(其中[^\d()]*\)|[(:、,](?:其中|下属|所属|上年|去年|上一年|第?[一二三四1-4]季度|[上下]半年)[^\d()]*\)?$"
    rf"|[(:、,](?:{UNTIL}|不予|免予|撤销|未)[^()]*\)?$"
    r"|\((?:单位:?)?[十百千万亿]+[件条项次份宗个]\)$|\(\d[\d,]*[件条项次份宗个]?\)$"
)
PERIOD = re.compile(r"(?:上|去|前|下)一?年")
YEAR = re.compile(r"(20\d\d)年")


class Header(NamedTuple):
    """What a line of a header says against rows of these tables (`unlike`: why they are not what the form asks for),
    and how many columns it names; 0 where that is not known."""

    tables: frozenset[str] = frozenset()
    unlike: str = ""
    columns: int = 0

    def against(self, target: Target) -> str:
        """Why the figures of a row below are not those of the form; nothing where they are."""
        if target.table not in self.tables:
            return ""
        return self.unlike or ("column_missing" if 0 < self.columns < len(target.fields) else "")


NO_HEADER = Header()


@dataclass
class Walk:
    """Where a walk through the page stands.

    `short`: a row whose values may go on in the next line. `skip`: the rows belong to another year. `moved`: columns
    that stand in another order than the form's, by the first id of their row. `numbered`: the table has a column of
    running numbers; `number` is the last that was met at the end of a row. `at`: the item of the page; `row_before`:
    that of the row before it. `in_text`: rows are cut out of text. `header`: the last one met. `scaled`: the part of
    the report is counted in 万件. `unnumbered`: ids of a row with no running number of the next one behind its values.
    """

    table: str | None = None
    group: str | None = None
    short: tuple[Target, Row, list[Cell], str] | None = None
    skip: bool = False
    moved: dict[str, tuple[str, ...]] = field(default_factory=dict)
    expected_year: int | None = None
    numbered: bool = False
    number: int = 0
    at: int = 0
    row_before: int = -1
    in_text: bool = False
    header: Header = NO_HEADER
    scaled: bool = False
    unnumbered: tuple[str, ...] = ()


def place(
    target: Target, row: Row, values: list[Cell], label: str, index: LabelIndex, found: Alignment, walk: Walk
) -> None:
    """Gives the values behind a label their ids, or doubts them when they are too many or too few."""
    wanted = len(target.fields)
    form_table = index.form.table(target.table)
    if row.grid and form_table and form_table.row_layout != "outline":
        at_columns = values_at_columns(target, row, values, form_table)
        if at_columns is None:
            doubt(target, found, "row_of_other_length")
        else:
            put(target, row, at_columns, label, found, walk)
        return
    if row.loose:
        while values and not values[-1].text.strip() and (len(values) > wanted or not row.grid):
            values.pop()
        if len(values) < wanted and not row.grid:
            walk.short = (target, row, values, label)
            return
    if walk.skip:
        doubt(target, found, "of_another_period")  # and its width says nothing of this year's rows
        return
    if not row.loose:
        found.lengths.setdefault((row.table, target.table), []).append((len(values), target.fields))
    if len(values) > wanted:
        lead = next((n for n, c in enumerate(values) if c.text.strip()), 0)
        rest = [c for c in values if c.text.strip()]
        spare = len(values) - wanted
        if lead and rest and not row.loose and not values[-1].text.strip():
            doubt(target, found, "row_of_other_length")  # a blank on both sides: which of them is one too many?
            return
        if len(rest) <= wanted and not any(c.text.strip() for c in values[wanted:]):
            values = values[:wanted]
        elif lead == spare:
            found.led_by_blanks.setdefault(target.table, []).extend(target.fields)
            values = values[spare:]
        elif lead == 0:
            found.longer.add(target.table)
    if len(values) != wanted:
        if (
            row.loose
            and len(values) == wanted + 1
            and not walk.skip
            and all(read_cell(v.text).is_value for v in values)
        ):
            found.surplus.append(Surplus(walk.at, target, row, values, label, dict(walk.moved)))
        doubt(target, found, "row_of_other_length")
        return
    if target.table in index.outlines and _is_a_row_of_its_own(target, row, label, found):
        found.extras.append((target.table, label, [c.text for c in values]))
        return
    put(target, row, values, label, found, walk)


def _is_a_row_of_its_own(target: Target, row: Row, label: str, found: Alignment) -> bool:
    """In a list that offices lengthen: a label that is only alike, behind the row with the very label of the form."""
    before = found.placed.get(target.fields[0])
    same_table = before is not None and before.table == (row.within, row.table)
    return before is not None and same_table and target.is_named(before.label) and not target.is_named(label)


def counts_otherwise(target: Target, label: str, year: int | None) -> bool:
    """Does a label name a part, a period or a unit that the form does not ask for? 行政许可(网上办理), 上年新收."""
    note, period, named = _said_in(label)
    if note and not any(note in name for name in target.names):
        return True
    if not (period or named) or any(PERIOD.search(name) for name in target.names):
        return False  # 上年结转 may be 2021年结转
    return period or (year is not None and named != year)


@lru_cache(maxsize=1024)
def _said_in(label: str) -> tuple[str, bool, int]:
    """The note of a label, whether it speaks of a year before or after, and the year that it names (0: none)."""
    words = bare_label(label_key(label))
    note, named = PART.search(words), YEAR.search(words)
    return note[0] if note else "", PERIOD.search(words) is not None, int(named[1]) if named else 0


def put(target: Target, row: Row, values: list[Cell], label: str, found: Alignment, walk: Walk) -> None:
    """Notes the values; a second row of the same label that says something else makes both doubtful."""
    if walk.skip:
        doubt(target, found, "of_another_period")
        return
    part = counts_otherwise(target, label, walk.expected_year)
    before = found.placed.get(target.fields[0])
    if part and before is not None and not counts_otherwise(target, before.label, walk.expected_year):
        found.extras.append((target.table, label, [c.text for c in values]))
        return
    fields = walk.moved.get(target.fields[0], target.fields)
    method = ReadMethod.ORDINAL if fields is target.fields else ReadMethod.LABEL
    places = row.places(cell.column for cell in values)
    for field_id, cell, where in zip(fields, values, places, strict=False):
        placed = Placed(read_cell(cell.text), cell.text, where, label, method, (row.within, row.table))
        before = found.placed.get(field_id)
        if before is None or (found.doubts.get(field_id) == "label_of_a_part" and not part):
            found.placed[field_id] = placed
            found.doubts.pop(field_id, None)
            if part:
                found.doubts[field_id] = "label_of_a_part"
            continue
        found.again.add(field_id)
        if (before.content.state, before.content.value) != (placed.content.state, placed.content.value):
            found.doubts[field_id] = "read_twice"
    if reason := "other_unit" if walk.scaled else walk.header.against(target):
        found.doubts.update(dict.fromkeys((i for i in fields if i in found.placed), reason))
    found.last = target.fields


def doubt(target: Target, found: Alignment, reason: str) -> None:
    """Notes why the values of a row are not known."""
    for field_id in target.fields:
        if field_id not in found.placed:
            found.doubts[field_id] = reason


def give_up(walk: Walk, found: Alignment) -> None:
    """A row that waited for more values gets none."""
    if walk.short:
        doubt(walk.short[0], found, "row_too_short")
        walk.short = None
