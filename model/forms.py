"""The forms of the report as data: one YAML file of `model/forms/` each, no Python.

A form says which tables a report has, how their rows and columns are labelled, which ids they have, how the official
grid is drawn, and which identities and plausibility rules bind the values. The id of a value is the dotted path
table, block, row, column; parts that a table does not need are left out.
"""

from __future__ import annotations

import itertools
import re
from functools import cache, cached_property
from importlib import resources

import yaml
from pydantic import ConfigDict, Field, ValidationError, model_validator

from model.errors import InvalidForm
from model.forms_parts import FormField, GridCell, Identity
from model.forms_rules import LAST, CheckRule, Derived, MentionRule
from model.forms_tables import Block, Column, FormData, FormTable, OpenColumns, Row, Section
from model.normal_text import bare_label, label_key

__all__ = [
    "Block", "CheckRule", "Column", "Derived", "Form", "FormField", "FormTable", "GridCell", "Identity",
    "MentionRule", "OpenColumns", "Row", "Section", "load_forms", "read_form",
]  # fmt: skip


class Years(FormData):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    first: int = Field(alias="from")
    last: int | None = Field(None, alias="to")

    def __contains__(self, year: int) -> bool:
        return self.first <= year and (self.last is None or year <= self.last)


class Form(FormData):
    """One edition of the official form. An edition without tables is a report in words alone."""

    id: str
    title: str
    basis: str
    cites: tuple[str, ...] = ()
    years: Years
    sections: tuple[Section, ...] = ()
    tables: tuple[FormTable, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    mentions: tuple[MentionRule, ...] = ()
    derived: tuple[Derived, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique_and_known(self) -> Form:
        ids = [f.id for f in self.fields]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"ids that occur twice: {', '.join(sorted(twice))}")
        known = set(ids)
        named = [(i.rule, t) for i in self.identities for t in i.ids if not t.startswith(LAST)]
        named += [(m.id, m.place) for m in self.mentions]
        if lost := [f"{t} (check {rule})" for rule, t in named if t not in known]:
            raise ValueError(f"checks name unknown values: {', '.join(lost)}")
        sections = {s.id for s in self.sections}
        if lost := [m.section for m in self.mentions if m.section not in sections]:
            raise ValueError(f"checks name unknown sections: {', '.join(lost)}")
        tables = {t.id for t in self.tables}
        if lost := [s.table for s in self.sections if s.table and s.table not in tables]:
            raise ValueError(f"sections name unknown tables: {', '.join(lost)}")
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
        return self._by_table.get(table_id)

    @cached_property
    def _by_table(self) -> dict[str, FormTable]:
        return {t.id: t for t in reversed(self.tables)}

    def with_columns(self, table_id: str, columns: tuple[Column, ...]) -> Form:
        """This form as a document prints it that has value columns of its own.

        Checks with a placeholder for the columns hold for each of them; those that name an id that is gone are dropped.
        """
        tables = tuple(t.with_columns(columns) if t.id == table_id else t for t in self.tables)
        known = {f.id for t in tables for f in t.fields}
        checks = tuple(c for c in self.checks if c.each or known.issuperset(c.named))
        mentions = tuple(m for m in self.mentions if m.place in known)
        return self.changed(tables=tables, checks=checks, mentions=mentions)

    @cached_property
    def words_printed(self) -> frozenset[str]:
        """Everything that the form prints in its tables, as label keys with and without enumerators."""
        keys = {label_key(cell.text) for table in self.tables for row in table.grid() for cell in row if cell.text}
        return frozenset(keys | {bare_label(key) for key in keys})

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """All check rules with every placeholder filled in."""
        from model.forms_checks import expand

        return tuple(itertools.chain.from_iterable(expand(self, rule) for rule in self.checks))

    @cached_property
    def identities_of(self) -> dict[str, tuple[Identity, ...]]:
        """By table: the identities within one report whose values all stand in that table."""
        found: dict[str, tuple[Identity, ...]] = {}
        for identity in self.identities:
            tables = {i.split(".")[0] for i in identity.ids}
            if len(tables) == 1 and not identity.between_years:
                (table,) = tables
                found[table] = (*found.get(table, ()), identity)
        return found


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
