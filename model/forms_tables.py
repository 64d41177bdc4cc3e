"""The tables of a form as data: blocks, rows, columns, and columns that only the document names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator

from model.forms_parts import FormField, GridCell, Kind

RowLayout = Literal["nested", "outline"]
IdOrder = Literal["row_column", "column_row"]


class FormData(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def changed(self, **fields: object) -> Self:
        """A validated copy with other fields, and without what was computed from the old ones."""
        return type(self).model_validate({name: getattr(self, name) for name in type(self).model_fields} | fields)


def pattern(text: str | None) -> str | None:
    """The text itself when it is a regular expression; re.error when not."""
    if text is not None:
        re.compile(text)
    return text


class Column(FormData):
    """A column, or a heading above columns. `match` is searched in the label after `normal_text.label_key`."""

    id: str = ""
    label: str
    match: str | None = None
    unit: str | None = None
    kind: Kind = "count"
    colspan: int = 1
    columns: tuple[Column, ...] = ()

    _compiles = field_validator("match")(pattern)

    @property
    def leaves(self) -> tuple[Column, ...]:
        return tuple(itertools.chain.from_iterable(c.leaves for c in self.columns)) if self.columns else (self,)

    @property
    def width(self) -> int:
        return sum(c.width for c in self.columns) if self.columns else self.colspan

    @property
    def depth(self) -> int:
        return 1 + max((c.depth for c in self.columns), default=0)

    def at_level(self, level: int) -> tuple[Column, ...]:
        """What stands in one line of the header, counted from this one."""
        return (self,) if level == 0 else tuple(c for below in self.columns for c in below.at_level(level - 1))

    def levels(self, above: int = 0) -> tuple[int, ...]:
        """For each leaf: how many headings stand above it."""
        if not self.columns:
            return (above,)
        return tuple(itertools.chain.from_iterable(c.levels(above + 1) for c in self.columns))


class Row(FormData):
    """A row, or a group of rows. In layout `outline` a group may have a value of its own unless `heading`."""

    id: str = ""
    label: str
    match: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    heading: bool = False
    rows: tuple[Row, ...] = ()

    _compiles = field_validator("match")(pattern)

    def walk(self, above: tuple[Row, ...] = ()) -> Iterator[tuple[Row, tuple[Row, ...]]]:
        """This row and those below it, each with the groups it stands in, outermost first."""
        yield self, above
        for row in self.rows:
            yield from row.walk((*above, self))


class Block(FormData):
    """Rows that share a header of their own. Table 2 has one for each item of Article 20, the others one."""

    id: str = ""
    label: str | None = None
    match: str | None = None
    head: str = ""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    _compiles = field_validator("match")(pattern)

    @cached_property
    def leaves(self) -> tuple[Column, ...]:
        return tuple(itertools.chain.from_iterable(c.leaves for c in self.columns))

    @cached_property
    def heading_lines(self) -> tuple[tuple[Column, ...], ...]:
        """The lines of a header that has headings above columns, each in order, and the columns alone; else nothing."""
        depth = max(c.depth for c in self.columns)
        lines = (tuple(c for top in self.columns for c in top.at_level(n)) for n in range(depth))
        return (*lines, self.leaves) if depth > 1 else ()

    @cached_property
    def reading_order(self) -> tuple[int, ...]:
        """Numbers of the leaves as a header of several lines is read: line by line, the widest headings first."""
        levels = [level for column in self.columns for level in column.levels()]
        return tuple(sorted(range(len(levels)), key=levels.__getitem__))


class OpenColumns(FormData):
    """Value columns that the form leaves to the office: named by `known` where one fits, else by their own words.

    `after` is what the header says last before the value columns (`单位`), or the corner of the table.
    """

    after: str
    known: tuple[Column, ...] = ()

    _compiles = field_validator("after")(pattern)


class FormTable(FormData):
    """One table. `markers` are label fragments that only this form has, `familiar` those of every form's version.

    `recognised_by`: so many different markers must be there, else the document has no such table; 0 leaves it to the
    labels. `row_layout` `outline`: a label, its unit and its values in each row, sub-items as rows of their own.
    `id_order` says whether the column stands behind or before the row in an id.
    """

    id: str
    title: str
    width: int
    label_width: int
    row_layout: RowLayout = "nested"
    id_order: IdOrder = "row_column"
    corner: str = ""
    markers: tuple[str, ...] = ()
    familiar: tuple[str, ...] = ()
    recognised_by: int = 0
    open_columns: OpenColumns | None = None
    blocks: tuple[Block, ...]

    def value_rows(self, block: Block) -> tuple[tuple[Row, tuple[Row, ...]], ...]:
        """Rows of a block that carry values, each with its groups, in the form's order."""
        walked = itertools.chain.from_iterable(row.walk() for row in block.rows)
        return tuple((r, above) for r, above in walked if self.carries_values(r))

    def carries_values(self, row: Row) -> bool:
        """Has this row values of its own, or is it only the name of a group?"""
        return not row.heading and (self.row_layout == "outline" or not row.rows)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of `fields`."""
        return frozenset(field.id for field in self.fields)

    @cached_property
    def fields(self) -> tuple[FormField, ...]:
        """Every value of the table in reading order."""
        found: list[FormField] = []
        for block in self.blocks:
            for row, _ in self.value_rows(block):
                for column in block.leaves:
                    found.append(
                        FormField(
                            id=self.field_id(block, row, column),
                            table=self.id,
                            block=block.id,
                            row=row.id,
                            column=column.id,
                            row_label=row.label,
                            column_label=column.label,
                            unit=row.unit or column.unit,
                            kind=row.kind or column.kind,
                            number=len(found),
                        )
                    )
        return tuple(found)

    def field_id(self, block: Block, row: Row, column: Column) -> str:
        """Table, block, row and column; `column_row` puts the column first. Parts that are empty are left out."""
        tail = (row.id, column.id) if self.id_order == "row_column" else (column.id, row.id)
        return ".".join(p for p in (self.id, block.id, *tail) if p)

    def with_columns(self, columns: tuple[Column, ...]) -> FormTable:
        """This table with the value columns that a document has."""
        blocks = tuple(b.changed(columns=columns) for b in self.blocks)
        return self.changed(width=self.width - 1 + len(columns), blocks=blocks)

    def columns_of(self, ids: Iterable[str]) -> tuple[Column, ...]:
        """The value columns of a document, as its ids name them; the form's own where they name none."""
        block = self.blocks[0]
        row, _ = self.value_rows(block)[0]
        known = {c.id: c.label for c in self.open_columns.known} if self.open_columns else {}
        start, end = f"{self.id}.", f".{row.id}"
        names = [i.removeprefix(start).removesuffix(end) for i in ids if i.startswith(start) and i.endswith(end)]
        named = tuple(Column(id=n, label=known.get(n, n)) for n in names if f"{n}{end}" != f"{row.id}{end}")
        return named or block.columns

    def grid(self) -> tuple[tuple[GridCell, ...], ...]:
        """The official table as physical rows, with spans, as HTML would write it."""
        return self._drawn

    @cached_property
    def _drawn(self) -> tuple[tuple[GridCell, ...], ...]:
        from model.forms_grid import draw

        return draw(self)


class Section(FormData):
    """A numbered part of the report; `table` names the table that stands in it."""

    id: str
    number: str
    heading: str
    match: str
    table: str | None = None

    _compiles = field_validator("match")(pattern)
