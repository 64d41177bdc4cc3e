"""A report's tables as the official form, for a page: each cell with what it prints, its state and its checks."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.findings import Adjudication
from model.forms_parts import Identity
from model.forms_printed import forms_of, tables_of
from model.forms_tables import FormTable

# How a cell that holds no number is shown: as what it prints, never as 0.
SHOWN_STATE = {"blank": "·", "dash": "—", "slash": "/", "none_word": "无"}
RELATION = {"=": "=", ">=": "≥", "!=": "≠"}
MOST_TERMS = 4
SIGN = {"suspect": "?", "failed": "≠", "decided": "✓"}


@dataclass(slots=True)
class CellView:
    """One `td` or `th`. `marks`: suspect, failed, decided; each has a sign beside its colour."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    field: str | None = None
    head: str | None = None
    marks: tuple[str, ...] = ()
    classes: str = ""
    label: str = ""

    @property
    def sign(self) -> str:
        return "".join(SIGN[mark] for mark in self.marks)


@dataclass(slots=True)
class TableView:
    """One table of the form; `rows` is empty where the document has no such table."""

    id: str
    title: str
    verdict: str
    evidence: str | None
    reasons: list[str]
    rows: list[list[CellView]] = field(default_factory=list)
    width: int = 0


@dataclass(slots=True)
class CellStory:
    """All that is known of one value: what is printed, how it was read, what binds it, what was decided."""

    id: str
    label: str
    shown: str
    raw: str | None
    state: str | None
    unit: str | None
    where: str | None
    method: str | None
    suspect: bool
    checks: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    claims: list[dict[str, Any]]
    proposal: dict[str, Any] | None
    decided: Adjudication | None


def number(value: float | int) -> str:
    """12,345 and 1,234.5: as tables print it, but with commas."""
    if isinstance(value, int) or value.is_integer():
        return f"{int(value):,}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def shown_value(field_id: str, report: Mapping[str, Any]) -> str:
    """What stands in the cell; a cell without a number shows its state, an unread one a question mark."""
    value = report["values"].get(field_id)
    if value is not None:
        return number(value)
    cell = report["cells"].get(field_id) or {}
    raw = str(cell.get("raw") or "").strip()
    return SHOWN_STATE.get(cell.get("state", ""), (raw if len(raw) <= 24 else f"{raw[:23]}…") or "?")


def views(report: Mapping[str, Any], decided: Mapping[str | None, Adjudication]) -> list[TableView]:
    """All tables of a report in the order of the form."""
    failed = failed_cells(report)
    suspect = set(report["suspect"])
    drawn = []
    for table in tables_of(report):
        told = report["tables"].get(table.id) or {}
        verdict = str(told.get("verdict", "absent"))
        view = TableView(table.id, table.title, verdict, told.get("evidence"), list(told.get("reasons") or ()))
        if verdict != "absent":
            view.rows = _rows(table, report, suspect, failed, decided)
            view.width = table.width
        drawn.append(view)
    return drawn


def _rows(
    table: FormTable,
    report: Mapping[str, Any],
    suspect: set[str],
    failed: Mapping[str, Any],
    decided: Mapping[str | None, Adjudication],
) -> list[list[CellView]]:
    labels = {f.id: " · ".join(x for x in (f.row_label, f.column_label) if x) for f in table.fields}
    rows = []
    for line in table.grid():
        has_values = any(cell.field for cell in line)
        row = []
        for cell in line:
            if cell.field is None:
                head = ("row" if has_values else "col") if cell.text else None
                row.append(CellView(cell.text, cell.colspan, cell.rowspan, head=head))
                continue
            value = report["values"].get(cell.field)
            marks = tuple(
                name
                for name, has in (
                    ("suspect", cell.field in suspect),
                    ("failed", cell.field in failed),
                    ("decided", cell.field in decided),
                )
                if has
            )
            state = "zero" if value == 0 else "number" if value is not None else "none"
            row.append(
                CellView(
                    shown_value(cell.field, report),
                    cell.colspan,
                    cell.rowspan,
                    field=cell.field,
                    marks=marks,
                    classes=" ".join((state, *marks)),
                    label=labels.get(cell.field, cell.field),
                )
            )
        rows.append(row)
    return rows


def identities(report: Mapping[str, Any]) -> dict[tuple[str, str], Identity]:
    """(rule, place) to the values that it binds, by the editions that the tables were read with."""
    found: dict[tuple[str, str], Identity] = {}
    for form in forms_of(report):
        for identity in form.identities:
            found.setdefault((identity.rule, identity.place), identity)
    return found


def failed_cells(report: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The place of each failed check of severity `error`, where it is a cell; else every cell that it binds."""
    failed = [c for c in report["checks"] if not c["passed"] and c["severity"] == "error"]
    if not failed:
        return {}
    bound = identities(report)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for check in failed:
        identity = bound.get((check["code"], check["place"]))
        places = [check["place"]] if check["place"] in report["cells"] else list(identity.ids if identity else ())
        for place in places:
            found[place].append(check)
    return dict(found)


def story(field_id: str, report: Mapping[str, Any], decided: Mapping[str | None, Adjudication]) -> CellStory | None:
    """Everything about one cell; None for an id that the report has not."""
    if field_id not in report["values"]:
        return None
    cell = report["cells"].get(field_id) or {}
    bound = identities(report)
    labels = {
        f.id: " · ".join(x for x in (f.row_label, f.column_label) if x) for t in tables_of(report) for f in t.fields
    }
    checks = []
    for check in report["checks"]:
        identity = bound.get((check["code"], check["place"]))
        if check["place"] == field_id or (identity is not None and field_id in identity.ids):
            sides = (identity.left, identity.right) if identity else ((), ())
            left, right = (_sum(side, labels) for side in sides)
            relation = RELATION[identity.relation if identity else "="]
            checks.append({**check, "relation": relation, "left_words": left, "right_words": right})
    units = {f.id: f.unit for t in tables_of(report) for f in t.fields}
    return CellStory(
        id=field_id,
        label=labels.get(field_id, field_id),
        shown=shown_value(field_id, report),
        raw=cell.get("raw"),
        state=cell.get("state"),
        unit=cell.get("unit") or units.get(field_id),
        where=cell.get("where"),
        method=cell.get("method"),
        suspect=field_id in report["suspect"],
        checks=checks,
        findings=[f for f in beside_checks(report) if f["place"] == field_id],
        claims=[c for c in report["claims"] if c.get("compared_with") == field_id],
        proposal=next((p for p in report["proposals"] if p["id"] == field_id), None),
        decided=decided.get(field_id) or decided.get(None),
    )


def beside_checks(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The findings that say more than a failed check does, which is told with its figures already."""
    told = {(c["code"], c["place"]) for c in report["checks"] if not c["passed"]}
    return [f for f in report["findings"] if (f["code"], f["place"]) not in told]


def _sum(ids: tuple[str, ...], labels: Mapping[str, str]) -> str:
    """The terms of one side by their labels; of a long sum the first and the last."""
    named = [labels.get(name.removeprefix("last:"), name) for name in ids]
    return " + ".join(named if len(named) <= MOST_TERMS else [named[0], "…", named[-1]])
