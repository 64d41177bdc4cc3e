"""A report's tables as the official form, for a page: each cell with what it prints, its state and its checks."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

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
class TableView:
    """One table of the form; `drawn` is None where the document has no such table."""

    id: str
    title: str
    verdict: str
    evidence: str | None
    reasons: list[str]
    drawn: Markup | None = None


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


@dataclass(frozen=True, slots=True)
class Dress:
    """What the links in a form need: the version, the language where it was chosen, the cell that is looked at."""

    version: int
    language: str | None
    here: str | None
    titles: Mapping[str, str]
    """Mark (suspect, failed, decided) to its word."""


def views(report: Mapping[str, Any], decided: Mapping[str | None, Adjudication], dress: Dress) -> list[TableView]:
    """All tables of a report in the order of the form."""
    marks: dict[str, list[str]] = defaultdict(list)
    for mark, cells in (("suspect", report["suspect"]), ("failed", failed_cells(report)), ("decided", decided)):
        for cell in cells:
            marks[str(cell)].append(mark)
    drawn = []
    for table in tables_of(report):
        told = report["tables"].get(table.id) or {}
        verdict = str(told.get("verdict", "absent"))
        view = TableView(table.id, table.title, verdict, told.get("evidence"), list(told.get("reasons") or ()))
        if verdict != "absent":
            view.drawn = _draw(table, report, marks, dress)
        drawn.append(view)
    return drawn


def _draw(table: FormTable, report: Mapping[str, Any], marks: Mapping[str, list[str]], dress: Dress) -> Markup:
    """The table as HTML. Written here and not by a template: a form has two hundred cells."""
    lang = f"&amp;lang={dress.language}" if dress.language else ""
    start = f'"><a href="?v={dress.version}&amp;cell='
    values, out = report["values"], []
    for piece in _skeleton(table) if not table.open_columns else _skeleton_of(table):
        if isinstance(piece, str):
            out.append(piece)
            continue
        name, safe, span = piece
        value = values.get(name)
        state = "zero" if value == 0 else "number" if value is not None else "none"
        marked = marks.get(name)
        here, current = (" here", ' aria-current="true"') if name == dress.here else ("", "")
        if marked:
            said = escape(" ".join(dress.titles[mark] for mark in marked))
            classes, title = f"{state} {' '.join(marked)}{here}", f' title="{said}"'
            sign = f"<sup>{''.join(SIGN[mark] for mark in marked)}</sup>"
        else:
            classes, title, sign = f"{state}{here}", "", ""
        text = escape(shown_value(name, report))
        out.append(
            f'<td{span} class="{classes}{start}{safe}{lang}#cell" id="{safe}"{current}{title}>{text}{sign}</a></td>'
        )
    return Markup("".join(out))


def _skeleton_of(table: FormTable) -> list[str | tuple[str, str, str]]:
    """What never changes of a table, as HTML, and the places of its values: (id, id as HTML, its span)."""
    pieces: list[str | tuple[str, str, str]] = [f'<table class="official w{table.width}" lang="zh">']
    for line in table.grid():
        has_values = any(cell.field for cell in line)
        pieces.append("<tr>")
        for cell in line:
            span = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
            if cell.field is not None:
                pieces.append((cell.field, str(escape(cell.field)), span))
                continue
            span += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
            if cell.text:
                scope = "row" if has_values else "colgroup" if cell.colspan > 1 else "col"
                pieces.append(f'<th scope="{scope}"{span}>{escape(cell.text)}</th>')
            else:
                pieces.append(f"<td{span}></td>")
        pieces.append("</tr>")
    return [*pieces, "</table>"]


@lru_cache(maxsize=32)
def _skeleton(table: FormTable) -> list[str | tuple[str, str, str]]:
    return _skeleton_of(table)


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
