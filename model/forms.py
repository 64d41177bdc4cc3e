"""The forms of the report as data: one YAML file of `model/forms/` each, no Python.

A form says which tables a report has, how their rows and columns are labelled, which ids they have, how the official
grid is drawn, and which identities and plausibility rules bind the values. The id of a value is the dotted path
table, block, row, column; parts that a table does not need are left out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache, cached_property
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from model.errors import InvalidForm
from model.forms_parts import FormField, GridCell, Identity, Kind, Relation
from model.vocabulary import Severity

__all__ = ["FormField", "GridCell", "Identity"]

RowLayout = Literal["nested", "outline"]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _pattern(text: str | None) -> str | None:
    if text is not None:
        re.compile(text)
    return text


class Column(_Data):
    """A column, or a heading above columns. `match` is searched in the label after `normal_text.label_key`."""

    id: str = ""
    label: str
    match: str | None = None
    unit: str | None = None
    kind: Kind = "count"
    colspan: int = 1
    columns: tuple[Column, ...] = ()

    _compiles = field_validator("match")(_pattern)

    @property
    def leaves(self) -> tuple[Column, ...]:
        return tuple(itertools.chain.from_iterable(c.leaves for c in self.columns)) if self.columns else (self,)

    @property
    def width(self) -> int:
        return sum(c.width for c in self.columns) if self.columns else self.colspan

    @property
    def depth(self) -> int:
        return 1 + max((c.depth for c in self.columns), default=0)


class Row(_Data):
    """A row, or a group of rows. In layout `outline` a group may have a value of its own unless `heading`."""

    id: str = ""
    label: str
    match: str | None = None
    unit: str | None = None
    kind: Kind | None = None
    heading: bool = False
    rows: tuple[Row, ...] = ()

    _compiles = field_validator("match")(_pattern)

    def walk(self, above: tuple[Row, ...] = ()) -> Iterator[tuple[Row, tuple[Row, ...]]]:
        """This row and those below it, each with the groups it stands in, outermost first."""
        yield self, above
        for row in self.rows:
            yield from row.walk((*above, self))


class Block(_Data):
    """Rows that share a header of their own. Table 2 has one for each item of Article 20, the others one."""

    id: str = ""
    label: str | None = None
    match: str | None = None
    head: str = ""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    _compiles = field_validator("match")(_pattern)

    @cached_property
    def leaves(self) -> tuple[Column, ...]:
        return tuple(itertools.chain.from_iterable(c.leaves for c in self.columns))


class FormTable(_Data):
    """One table. `markers` are label fragments that only this form has, `familiar` those of every form's version."""

    id: str
    title: str
    width: int
    label_width: int
    row_layout: RowLayout = "nested"
    corner: str = ""
    markers: tuple[str, ...] = ()
    familiar: tuple[str, ...] = ()
    blocks: tuple[Block, ...]

    def value_rows(self, block: Block) -> tuple[tuple[Row, tuple[Row, ...]], ...]:
        """Rows of a block that carry values, each with its groups, in the form's order."""
        walked = itertools.chain.from_iterable(row.walk() for row in block.rows)
        outline = self.row_layout == "outline"
        return tuple((r, above) for r, above in walked if not r.heading and (outline or not r.rows))

    @cached_property
    def fields(self) -> tuple[FormField, ...]:
        """Every value of the table in reading order."""
        found: list[FormField] = []
        for block in self.blocks:
            for row, _ in self.value_rows(block):
                for column in block.leaves:
                    parts = (self.id, block.id, row.id, column.id)
                    found.append(
                        FormField(
                            id=".".join(p for p in parts if p),
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
        return ".".join(p for p in (self.id, block.id, row.id, column.id) if p)

    def grid(self) -> tuple[tuple[GridCell, ...], ...]:
        """The official table as physical rows, with spans, as HTML would write it."""
        from model.forms_grid import draw

        return draw(self)


class Section(_Data):
    """A numbered part of the report; `table` names the table that stands in it."""

    id: str
    number: str
    heading: str
    match: str
    table: str | None = None

    _compiles = field_validator("match")(_pattern)


class CheckRule(_Data):
    """The sum of `left` stands in `relation` to the sum of `right`, for each value of the placeholders."""

    id: str
    severity: Severity
    each: dict[str, dict[Literal["columns", "rows"], str] | tuple[str, ...]] = Field(default_factory=dict)
    place: str
    left: tuple[str, ...]
    relation: Relation
    right: tuple[str, ...]
    tolerance: float = 0
    only_for: Literal["cannot_make_rules"] | None = None
    needs_nonzero: tuple[str, ...] = ()

    @property
    def between_years(self) -> bool:
        return any(t.startswith("last:") for t in (*self.left, *self.right))


class Derived(_Data):
    """A subtotal that the form does not print."""

    id: str
    of: str


class Years(_Data):
    first: int = Field(alias="from")
    last: int | None = Field(None, alias="to")


class Form(_Data):
    """One edition of the official form."""

    id: str
    title: str
    basis: str
    cites: tuple[str, ...] = ()
    years: Years
    sections: tuple[Section, ...] = ()
    tables: tuple[FormTable, ...]
    checks: tuple[CheckRule, ...] = ()
    derived: tuple[Derived, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique_and_known(self) -> Form:
        ids = [f.id for f in self.fields]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"ids that occur twice: {', '.join(sorted(twice))}")
        known = set(ids)
        for identity in self.identities:
            lost = [t for t in identity.ids if not t.startswith("last:") and t not in known]
            if lost:
                raise ValueError(f"check {identity.rule} names unknown values: {', '.join(lost)}")
        return self

    @cached_property
    def fields(self) -> tuple[FormField, ...]:
        return tuple(itertools.chain.from_iterable(t.fields for t in self.tables))

    @cached_property
    def by_id(self) -> dict[str, FormField]:
        return {f.id: f for f in self.fields}

    def labels(self) -> dict[str, str]:
        """Id to what the form prints beside the value: row and column."""
        return {f.id: " / ".join(x for x in (f.row_label, f.column_label) if x) for f in self.fields}

    def table(self, table_id: str) -> FormTable | None:
        return next((t for t in self.tables if t.id == table_id), None)

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """All check rules with every placeholder filled in."""
        from model.forms_checks import expand

        return tuple(itertools.chain.from_iterable(expand(self, rule) for rule in self.checks))


def read_form(text: str, name: str) -> Form:
    """A form from YAML text; `name` is told in the error. Raises InvalidForm."""
    try:
        return Form.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError, re.error, TypeError) as error:
        first = str(error).splitlines()[:3]
        raise InvalidForm(f"The form {name} cannot be used: {' '.join(first)}; mend the file.") from error


@cache
def load_forms() -> dict[str, Form]:
    """All forms that the package brings, by id, the newest first."""
    folder = resources.files("model") / "forms"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yml")), key=lambda f: f.name, reverse=True)
    forms = [read_form(f.read_text(encoding="utf-8"), f.name) for f in files]
    return {form.id: form for form in sorted(forms, key=lambda f: -f.years.first)}
