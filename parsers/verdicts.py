"""From placed cells to values, checks, suspects and a verdict for each table."""

import re
from dataclasses import dataclass, field

from model.forms import Form, FormTable
from model.normal_text import squeeze
from model.report import CellReading, Check, Extra, Finding, Number, Proposal, Report, TableReading
from model.vocabulary import CellState, Evidence, Fault, ReadMethod, Severity, TableVerdict
from parsers.alignment import Alignment, Placed
from parsers.cells import NO_COUNT
from parsers.checks import Assessed, assess
from parsers.proof import fault_of, propose, suspects_of

# Doubts that a sum which binds the value takes away
HARMLESS = frozenset({"no_label"})
UNSURE = frozenset({ReadMethod.PROOF, ReadMethod.OCR})
UNREADABLE = frozenset({CellState.TEXT, CellState.UNPARSED})
MOST_MISSING = 0.6


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
    known = set(ids)
    doubts = {i: r for i, r in found.doubts.items() if i in known}
    if (none := _none(form, table, found, placed, doubts, named)) is not None:
        return none
    out = TableOutcome(TableReading(verdict=TableVerdict.VERIFIED, era=form.id))
    unread: set[str] = set()
    states = _read_cells(table, placed, out, unread)
    missing = known - placed.keys()
    identities = form.identities_of.get(table.id, ())
    assessed = assess(identities, out.values, states, no_rules)
    out.checks = [a.check for a in assessed]
    failed = [a for a in assessed if not a.check.passed and a.check.severity is Severity.ERROR]
    ordinal = ReadMethod.ORDINAL
    unsure = (
        doubts.keys() | out.suspect | {i for i, p in placed.items() if p.method is not ordinal and p.method in UNSURE}
    )
    reasons = set()
    if missing:
        reasons.add("values_missing")
        out.suspect |= missing
    for i, reason in doubts.items():
        if reason in HARMLESS and not failed and _bound(i, assessed):
            continue
        out.suspect.add(i)
        reasons.add(reason)
    if failed:
        reasons.add("contradiction")
        out.suspect |= suspects_of(identities, assessed, out.values) | {i for i, r in doubts.items() if r in HARMLESS}
        out.proposals = propose(assessed, out.values, unsure)
        out.suspect |= {i for p in out.proposals for i in _row_of_a_split_number(p, ids, out)}
    if truncated and found.last and found.last[0] in placed:
        out.suspect.update(i for i in found.last if i in placed)
        reasons.add("truncated")
    if unread:
        reasons.add("unreadable_cells")
        out.suspect |= unread
    out.findings = [_finding(a, missing, unsure) for a in assessed if not a.check.passed]
    few = found.in_text and len(missing) > len(ids) * MOST_MISSING and not _breaks_off(ids, missing, doubts)
    if few or (known <= out.suspect and "truncated" not in reasons):
        _refuse(out, placed)
    elif out.suspect or reasons:
        out.reading.verdict = TableVerdict.FLAGGED
    else:
        proven = {i for a in assessed if a.identity.binds and a.check.mode == "strict" for i in a.identity.ids}
        out.reading.evidence = Evidence.PROVEN if proven.issuperset(ids) else Evidence.READ
    out.reading.reasons = sorted(reasons)
    out.extras = [Extra(table=t, label=la, values=v) for t, la, v in found.extras if t == table.id]
    return out


def _none(
    form: Form, table: FormTable, found: Alignment, placed: dict[str, Placed], doubts: dict[str, str], named: bool
) -> TableOutcome | None:
    """The outcome where the document has no such table, or not one row of it that could be read."""
    met = found.seen.get(table.id, set()) & set(table.markers)
    filled = any(p.content.state is not CellState.BLANK for p in placed.values())
    if len(met) >= table.recognised_by and (filled or (named and len(placed) == len(table.fields))):
        return None
    if table.recognised_by and len(met) >= table.recognised_by and doubts:
        # The table is there, and not one of its rows has as many values as it should.
        reading = TableReading(verdict=TableVerdict.REFUSED, era=form.id, reasons=sorted(set(doubts.values())))
        return TableOutcome(reading, values=dict.fromkeys(f.id for f in table.fields))
    if table.recognised_by and len(met) * 2 > len(table.markers):
        # Most of its labels stand there, and no row: a text that lost every space.
        reading = TableReading(verdict=TableVerdict.REFUSED, era=form.id, reasons=["glued"])
        return TableOutcome(reading, values=dict.fromkeys(f.id for f in table.fields))
    words = found.seen.get(table.id, set()) & {*table.familiar, *table.markers}
    if not filled and words and len(words) * 2 >= len(table.familiar) and (_has_figures(table, found) or named):
        # Turned on its side, with columns of its own, of another year: it is there, and no row of it can be read. Of a
        # report, so is one of which nothing but the header was printed.
        reading = TableReading(
            verdict=TableVerdict.REFUSED, era=form.id, reasons=sorted({*doubts.values()} or {"unread"})
        )
        return TableOutcome(reading, values=dict.fromkeys(f.id for f in table.fields))
    return TableOutcome(TableReading(verdict=TableVerdict.ABSENT))


def _has_figures(table: FormTable, found: Alignment) -> bool:
    return bool(found.seen_in.get(table.id, set()) & found.figures)


def _read_cells(
    table: FormTable, placed: dict[str, Placed], out: TableOutcome, unread: set[str]
) -> dict[str, CellState]:
    """Values and cells of a table; what is no value of that kind is suspect. Returns the state of each cell.

    `unread`: takes the ids of cells with words or signs that are no value.
    """
    states: dict[str, CellState] = {}
    values, cells, unparsed = out.values, out.cells, CellState.UNPARSED
    for f in table.fields:
        field_id = f.id
        if (p := placed.get(field_id)) is None:
            values[field_id] = None
            continue
        content, raw, where, label, method, _ = p
        value, state = content.value, content.state
        # A sign stands only before a change, fractions and 万 only in money.
        if (content.signed and f.kind != "change") or (
            f.kind != "money" and (isinstance(value, float) or content.unit in NO_COUNT)
        ):
            value, state = None, unparsed
        values[field_id] = value
        states[field_id] = state
        if "\n" in label:
            label = label.replace("\n", "")
        cells[field_id] = CellReading(
            raw=raw, state=state, unit=content.unit or None, where=where, method=method, label=label or None
        )
        if value is None and state in UNREADABLE:
            unread.add(field_id)
        if content.doubtful or state is unparsed or (content.pointed and f.kind != "money"):
            out.suspect.add(field_id)
    return states


def _row_of_a_split_number(proposal: Proposal, ids: list[str], out: TableOutcome) -> list[str]:
    """10 that is 1 and 0 in two cells: the cells behind it have moved. The ids of its row; none where it is whole."""
    row = [i for i in ids if i.rpartition(".")[0] == proposal.id.rpartition(".")[0]]
    behind = row[row.index(proposal.id) + 1 :][:1]
    split = any(f"{proposal.printed}{out.values[i]}" == str(proposal.proposed) for i in behind)
    return row if split else []


def _breaks_off(ids: list[str], missing: set[str], doubts: dict[str, str]) -> bool:
    """Is only the end of the table missing? Text that lost its repeated values has short rows everywhere."""
    return set(ids[len(ids) - len(missing) :]) == missing and not missing & doubts.keys()


def _refuse(out: TableOutcome, placed: dict[str, Placed]) -> None:
    """Keeps only what is proven."""
    out.reading.verdict = TableVerdict.REFUSED
    for i in out.values:
        if not (i in placed and placed[i].method is ReadMethod.PROOF and i not in out.suspect):
            out.values[i] = None
    out.suspect = set()
    out.checks, out.findings, out.proposals = [], [], []


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
    return any(
        a.identity.binds and a.check.passed and a.check.mode == "strict" and field_id in a.identity.ids
        for a in assessed
    )  # fmt: skip


def _finding(a: Assessed, missing: set[str], unsure: set[str]) -> Finding:
    return Finding(
        code=a.check.code,
        place=a.check.place,
        severity=a.check.severity,
        fault=fault_of(a, missing, unsure),
        message=a.message,
    )
