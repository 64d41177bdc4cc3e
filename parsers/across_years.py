"""What two reports of one agency say together: the rules between years of the forms, as findings apart from the parse.

Pure: the reports come in as their public JSON, and nothing in them is changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from model.forms import Form, Identity, load_forms
from model.forms_rules import LAST
from model.report import Check, Finding, Number, Report, YearFindings
from model.vocabulary import CellState, Fault, Severity
from parsers.checks import Assessed, assess

Reading = Report | Mapping[str, Any]


def comparable(this: Reading, last: Reading) -> bool:
    """Do the rules apply: one year apart, and figures of the same scope, as far as both tell it?"""
    new, old = _plain(this), _plain(last)
    year, before = new.get("report_year"), old.get("report_year")
    scopes = {(r.get("agency") or {}).get("scope") or "unknown" for r in (new, old)} - {"unknown"}
    return (year is None or before is None or year == before + 1) and len(scopes) < 2


def across_years(
    this: Reading, last: Reading, *, reformed: bool = False, forms: Mapping[str, Form] | None = None
) -> YearFindings:
    """The checks of this report against the report of the year before, of the same agency.

    `reformed`: the agency was merged or renamed in between, so that what it left over may have gone elsewhere.
    Reports that are not comparable give no checks, and a finding that says so.
    """
    new, old = _plain(this), _plain(last)
    found = YearFindings(report_year=new.get("report_year"), last_year=old.get("report_year"))
    if not comparable(new, old):
        found.findings.append(_no_pair(new, old))
        return found
    values: dict[str, Number | None] = dict(_of(new, "values")) | {LAST + i: v for i, v in _of(old, "values").items()}
    states = {i: CellState(c["state"]) for i, c in _of(new, "cells").items()}
    states |= {LAST + i: CellState(c["state"]) for i, c in _of(old, "cells").items()}
    doubtful = set(new.get("suspect") or ()) | {LAST + i for i in old.get("suspect") or ()}
    for assessed in assess(tuple(_rules(new, forms or load_forms())), values, states):
        severity = assessed.check.severity
        if reformed and assessed.identity.after_reform is not None:
            severity = assessed.identity.after_reform
        check = replace(assessed.check, severity=severity)
        found.checks.append(check)
        if not check.passed:
            found.findings.append(_finding(assessed, check, severity, not doubtful.isdisjoint(assessed.identity.ids)))
    return found


def _rules(report: Mapping[str, Any], forms: Mapping[str, Form]) -> Iterator[Identity]:
    """Rules between years of the form that each table has."""
    for table_id, reading in _of(report, "tables").items():
        form = forms.get(str(reading.get("era")))
        for identity in form.identities if form is not None else ():
            if identity.between_years and identity.place.startswith(f"{table_id}."):
                yield identity


def _finding(assessed: Assessed, check: Check, severity: Severity, doubtful: bool) -> Finding:
    """Where a value is suspect in its own report, nobody knows yet who is at fault."""
    return Finding(
        code=check.code,
        place=check.place,
        severity=severity,
        fault=Fault.UNKNOWN if doubtful else Fault.SOURCE,
        message=assessed.message,
    )


def _no_pair(new: Mapping[str, Any], old: Mapping[str, Any]) -> Finding:
    years = f"{old.get('report_year')} and {new.get('report_year')}"
    message = f"the reports of {years} are not one year apart, or not of one scope: not compared"
    return Finding(code="Y-PAIR", place="report", severity=Severity.INFO, fault=Fault.UNKNOWN, message=message)


def _of(report: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    return report.get(part) or {}


def _plain(report: Reading) -> Mapping[str, Any]:
    return report.model_dump(mode="json") if isinstance(report, Report) else report
