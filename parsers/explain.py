"""Where a value stands: the cell, its words, the label that claimed it, the checks that bind it."""

import difflib
from typing import Any

from model.forms import Form, load_forms
from model.forms_parts import Identity

MOST_OFFERED = 5


def explain_value(report: dict[str, Any], field_id: str) -> tuple[str, bool]:
    """Lines for people about one value of a parsed report; or one sentence and False where there is no such value."""
    values = report["values"]
    if field_id not in values:
        return _unknown(report, field_id), False
    table = report["tables"][field_id.split(".")[0]]
    form = load_forms().get(table["era"] or "")
    cell = report["cells"].get(field_id)
    lines = [f"{field_id} = {'null' if values[field_id] is None else values[field_id]}"]
    if form and (field := form.by_id.get(field_id)):
        name = " / ".join(x for x in (field.row_label, field.column_label) if x)
        lines.append(f"  means    {name}{f' ({field.unit})' if field.unit else ''}")
    if cell is None:
        lines.append("  cell     none was found for it")
    else:
        unit = f", unit {cell['unit']}" if cell["unit"] else ""
        lines.append(f"  cell     {cell['where']} prints {cell['raw']!r} ({cell['state']}{unit})")
        lines.append(f"  claimed  {_claimed(cell)}")
    reasons = f" ({', '.join(table['reasons'])})" if table["reasons"] else ""
    doubt = "this value may be wrong" if field_id in report["suspect"] else "this value is not in doubt"
    lines.append(f"  verdict  table {table['verdict']}{reasons}; {doubt}")
    lines += _checks(report, field_id, form)
    lines += [
        f"  proposal {p['proposed']} for {p['printed']}: {p['why']}"
        for p in report["proposals"] if p["id"] == field_id
    ]  # fmt: skip
    return "\n".join(lines), True


def _claimed(cell: dict[str, Any]) -> str:
    how = {"label": "column by its header", "ordinal": "column by its position", "proof": "digits by proof"}
    told = how.get(cell["method"], cell["method"])
    return f"by the label {cell['label']}, {told}" if cell["label"] else told


def _checks(report: dict[str, Any], field_id: str, form: Form | None) -> list[str]:
    """Every check that the value takes part in, with the figures on both sides."""
    if form is None:
        return []
    binding = {(i.rule, i.place): i for i in form.identities if field_id in i.ids}
    lines = []
    for check in report["checks"]:
        identity = binding.get((check["code"], check["place"]))
        if identity is None:
            continue
        sign = identity.relation if check["passed"] else {"=": "≠", ">=": "<", "!=": "="}[identity.relation]
        result = "passed" if check["passed"] else "FAILED"
        lenient = ", blanks taken for 0" if check["mode"] == "lenient" else ""
        sums = f"{_sum(identity, report, 'left')} {sign} {_sum(identity, report, 'right')}"
        lines.append(f"  check    {check['code']} at {check['place']}: {sums}: {result}{lenient}")
    return lines or ["  check    none binds it"]


def _sum(identity: Identity, report: dict[str, Any], side: str) -> str:
    terms = identity.left if side == "left" else identity.right
    found = [report["values"].get(t) for t in terms]
    spelled = [str(v) for v in found if v]
    total = sum(v for v in found if v)
    if len(spelled) < 2:
        return str(total)
    return f"{total} ({' + '.join(spelled)})"


def _unknown(report: dict[str, Any], field_id: str) -> str:
    """One sentence: what there is no value for, why, and what to ask for instead."""
    table_id = field_id.split(".")[0]
    known = [i for form in load_forms().values() for i in form.by_id]
    if field_id in known:
        table = report["tables"].get(table_id)
        if table is None or table["verdict"] == "absent":
            return f"gongkai parse: {field_id}: this document has no table {table_id}"
        return f"gongkai parse: {field_id}: not in the form of this table, {table['era']}"
    there = list(report["values"]) or known
    last = field_id.split(".")
    near = difflib.get_close_matches(field_id, there, n=MOST_OFFERED, cutoff=0.6)
    near = near or [i for i in there if all(part in i for part in last)][:MOST_OFFERED]
    near = near or [i for i in there if last[-1] in i][:MOST_OFFERED]
    offer = f"nearest: {', '.join(near)}" if near else f"ids look like {there[0]}"
    return f"gongkai parse: no value is called {field_id!r}; {offer}"
