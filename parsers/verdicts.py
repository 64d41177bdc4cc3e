"""From placed cells to values, checks, suspects and a verdict for each table."""

import re
from dataclasses import dataclass, field

from model.forms import Form, FormTable
from model.normal_text import squeeze
from model.report import CellReading, Check, Extra, Finding, Number, Proposal, Report, TableReading
from model.vocabulary import CellState, Evidence, Fault, ReadMethod, Severity, TableVerdict
from parsers.alignment import Alignment
from parsers.checks import Assessed, assess
from parsers.proof import propose, suspects_of

HARMLESS = frozenset({"no_label"})


@dataclass
class TableOutcome:
    reading: TableReading
    values: dict[str, Number | None] = field(default_factory=dict)
    cells: dict[str, CellReading] = field(default_factory=dict)
    suspect: set[str] = field(default_factory=set)
    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)


def judge(form: Form, table: FormTable, found: Alignment, truncated: bool, no_rules: bool, named: bool) -> TableOutcome:
    """The reading of one table. `named`: the document says whose report it is, so blanks are its answer."""
    ids = [f.id for f in table.fields]
    placed = {i: found.placed[i] for i in ids if i in found.placed}
    filled = [i for i, p in placed.items() if p.content.state is not CellState.BLANK]
    doubts = {i: r for i, r in found.doubts.items() if i in set(ids)}
    met = found.seen.get(table.id, set()) & set(table.markers)
    if len(met) < table.recognised_by or (not filled and not (named and len(placed) == len(ids))):
        if table.recognised_by and len(met) >= table.recognised_by and doubts:
            # The table is there, and not one of its rows has as many values as it should.
            reading = TableReading(verdict=TableVerdict.REFUSED, era=form.id, reasons=sorted(set(doubts.values())))
            return TableOutcome(reading, values=dict.fromkeys(ids))
        return TableOutcome(TableReading(verdict=TableVerdict.ABSENT))
    out = TableOutcome(TableReading(verdict=TableVerdict.VERIFIED, era=form.id))
    states: dict[str, CellState] = {}
    for f in table.fields:
        if (p := placed.get(f.id)) is None:
            out.values[f.id] = None
            continue
        wrong_sign = p.content.signed and f.kind != "change"
        out.values[f.id] = None if wrong_sign else p.content.value
        states[f.id] = CellState.UNPARSED if wrong_sign else p.content.state
        out.cells[f.id] = CellReading(raw=p.raw, state=states[f.id], unit=p.content.unit or None, where=p.where,
                                      method=p.method, label=p.label or None)  # fmt: skip
        if wrong_sign or p.content.doubtful:
            out.suspect.add(f.id)
    missing = [i for i in ids if i not in placed]
    own = [i for i in form.identities if not i.between_years and all(t.split(".")[0] == table.id for t in i.ids)]
    assessed = assess(tuple(own), out.values, states, no_rules)
    out.checks = [a.check for a in assessed]
    failed = [a for a in assessed if not a.check.passed and a.check.severity is Severity.ERROR]
    reasons = set()
    if missing:
        reasons.add("values_missing")
        out.suspect.update(missing)
    for i, reason in doubts.items():
        if reason in HARMLESS and not failed and _bound(i, assessed):
            continue
        out.suspect.add(i)
        reasons.add(reason)
    if failed:
        reasons.add("contradiction")
        out.suspect |= suspects_of(assessed) | {i for i, r in doubts.items() if r in HARMLESS}
        out.proposals = propose(assessed, out.values)
    if truncated and found.last and found.last[0] in placed:
        out.suspect.update(i for i in found.last if i in placed)
        reasons.add("truncated")
    if any(s in (CellState.TEXT, CellState.UNPARSED) for s in states.values()):
        reasons.add("unreadable_cells")
        out.suspect.update(i for i, s in states.items() if s in (CellState.TEXT, CellState.UNPARSED))
    out.findings = [_finding(a, missing) for a in assessed if not a.check.passed]
    if len(missing) > len(ids) * 0.6 or (set(ids) <= out.suspect and "truncated" not in reasons):
        out.reading.verdict = TableVerdict.REFUSED
        for i in ids:
            if i in placed and placed[i].method is ReadMethod.PROOF and i not in out.suspect:
                continue
            out.values[i] = None
        out.suspect = set()
        out.checks, out.findings, out.proposals = [], [], []
    elif out.suspect or reasons:
        out.reading.verdict = TableVerdict.FLAGGED
    else:
        proven = {i for a in assessed if a.identity.binds and a.check.mode == "strict" for i in a.identity.ids}
        out.reading.evidence = Evidence.PROVEN if proven.issuperset(ids) else Evidence.READ
    out.reading.reasons = sorted(reasons)
    out.extras = [Extra(table=t, label=la, values=v) for t, la, v in found.extras if t == table.id]
    return out


def mention_findings(report: Report, forms: dict[str, Form]) -> list[Finding]:
    """What the words of a section should speak of because of a value, and do not. `forms`: by table."""
    found = []
    for table_id, form in forms.items():
        for rule in form.mentions:
            value = report.values.get(rule.place)
            section = report.sections.get(rule.section)
            if not rule.place.startswith(f"{table_id}.") or not value or value < 0 or section is None:
                continue
            if not re.search(rule.match, squeeze(section.text)):
                message = f"{rule.place} = {value}, and section {rule.section} does not speak of it"
                found.append(Finding(code=rule.id, place=rule.place, severity=rule.severity, fault=Fault.SOURCE,
                                     message=message))  # fmt: skip
    return found


def _bound(field_id: str, assessed: list[Assessed]) -> bool:
    return any(a.identity.binds and a.check.passed and field_id in a.identity.ids for a in assessed)


def _finding(a: Assessed, missing: list[str]) -> Finding:
    return Finding(
        code=a.check.code,
        place=a.check.place,
        severity=a.check.severity,
        fault=Fault.UNKNOWN if missing else Fault.SOURCE,
        message=a.message,
    )
