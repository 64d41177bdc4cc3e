"""The tables of one report as its form prints them, each of the edition that it was read with."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from model.forms import Form, load_forms
from model.forms_tables import FormTable

Part = TypeVar("Part")


def tables_of(report: Mapping[str, Any]) -> list[FormTable]:
    """The tables of a report's public JSON, in the order of the forms.

    A table that the document has not stands in the report's own edition.
    """
    forms = load_forms()
    own = forms.get(str(report.get("format_era")))
    tables = {t.id: t for t in own.tables} if own else {}
    for table_id, told in report["tables"].items():
        form = forms.get(str(told.get("era")))
        table = form.table(table_id) if form else None
        if table is not None:
            tables[table_id] = _as_printed(table, report)
    return list(tables.values())


def _as_printed(table: FormTable, report: Mapping[str, Any]) -> FormTable:
    return table.with_columns(table.columns_of(report["values"])) if table.open_columns else table


def forms_of(report: Mapping[str, Any]) -> list[Form]:
    """The editions that the tables of a report were read with, value columns as the document has them."""
    forms = load_forms()
    found: dict[str, Form] = {}
    for table_id, told in report["tables"].items():
        form = forms.get(str(told.get("era")))
        table = form.table(table_id) if form else None
        if form is None or table is None:
            continue
        found[form.id] = form.with_columns(table_id, table.columns_of(report["values"])) if table.open_columns else form
    return list(found.values())


@lru_cache(maxsize=1)
def value_labels() -> Mapping[str, str]:
    """Dotted id to official label, over all forms."""
    forms = list(load_forms().values())
    # Value columns that documents name themselves, as far as their names are known: 本级, 汇总.
    forms += [form.with_columns(t.id, t.open_columns.known)
              for form in forms for t in form.tables if t.open_columns and t.open_columns.known]  # fmt: skip
    fields = (field for form in forms for field in form.fields)
    return {f.id: " · ".join(label for label in (f.row_label, f.column_label) if label) for f in fields}


def in_reading_order(sections: Mapping[str, Part]) -> dict[str, Part]:
    """Sections as documents have them: records keep theirs by name. Those that no form has come last, as they were."""
    order = _section_order()
    return {name: sections[name] for name in sorted(sections, key=lambda name: order.get(name, len(order)))}


@lru_cache(maxsize=1)
def _section_order() -> Mapping[str, int]:
    # The statistics of 2014 have all sections of the later forms, in the same order, and some more between them.
    whole = max(load_forms().values(), key=lambda form: len(form.sections))
    return {section.id: at for at, section in enumerate(whole.sections)}
