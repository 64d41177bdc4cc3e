"""Where a value stands: the cell, its words, the label that claimed it, the checks that bind it."""

from typing import Any


def explain_value(report: dict[str, Any], field_id: str) -> str:
    """Lines for people about one value of a parsed report."""
    if field_id not in report.get("values", {}):
        return f"{field_id}: this document has no such value"
    cell = report["cells"].get(field_id)
    lines = [f"{field_id} = {report['values'][field_id]}"]
    if cell is None:
        lines.append("  no cell was found for it")
    else:
        lines.append(f"  cell   {cell['where']}, read by {cell['method']}")
        lines.append(f"  prints {cell['raw']!r} ({cell['state']})")
        lines.append(f"  label  {cell['label'] or '-'}")
    lines.append(f"  suspect {'yes' if field_id in report['suspect'] else 'no'}")
    row, _, column = field_id.rpartition(".")
    for check in report["checks"]:
        if check["place"] in (field_id, row) or (
            check["place"].rpartition(".")[2] == column and check["code"].startswith("APP")
        ):
            mark = "passed" if check["passed"] else "FAILED"
            lines.append(
                f"  {check['code']} at {check['place']}: {check['left']} / {check['right']} {mark} ({check['mode']})"
            )
    return "\n".join(lines)
