"""Every rule of every form: one report that keeps it and one that breaks it, strictly and with blanks taken for 0."""

import pytest

from infra.simulator.reports import Office, make_report, make_series
from infra.simulator.reports.stat2014 import make_old_report
from model.forms import Identity, load_forms
from model.report import AgencyReading, Number, Report, SectionText
from model.vocabulary import CellState, Fault, ReportVerdict, Severity
from parsers.across_years import across_years
from parsers.checks import Assessed, assess, cannot_make_rules
from parsers.verdicts import mention_findings

Values = dict[str, Number | None]
BIG = Office(name="松原台市人民政府", core_name="市政府", level="prefecture", kind="government", size="large")

# Report-format, section 2: rule, form, severity, place, what to change so that it fails, left and right after that
APP = "applications"
RL = "review_litigation"
A1 = "proactive.art20_1"


def the_values(form: str) -> Values:
    """Round figures that keep every rule."""
    values: Values = dict.fromkeys(load_forms()[form].by_id, 0)
    if form == "stat2014":
        return values | {
            "stat2014.proactive.disclosed_items": 30, "stat2014.proactive.by_channel.website": 40,
            "stat2014.proactive.disclosed_normative_documents": 4, "stat2014.response.press_conferences": 3,
            "stat2014.response.press_conferences_by_head": 1, "stat2014.response.online_interviews": 2,
            "stat2014.response.online_interviews_by_head": 2, "stat2014.applications.received": 10,
            "stat2014.applications.received_in_person": 7, "stat2014.applications.received_mail": 3,
            "stat2014.applications.closed": 9, "stat2014.applications.closed_on_time": 8,
            "stat2014.applications.closed_extended": 1, "stat2014.applications.answered": 9,
            "stat2014.applications.answered_granted": 5, "stat2014.applications.answered_refused": 4,
            "stat2014.applications.refused_privacy": 4, "stat2014.reconsideration.total": 2,
            "stat2014.reconsideration.upheld": 2, "stat2014.litigation.total": 1, "stat2014.litigation.other": 1,
            "stat2014.capacity.staff": 6, "stat2014.capacity.staff_full_time": 2,
            "stat2014.capacity.staff_part_time": 4,
        }  # fmt: skip
    for column, count in (("natural_person", 8), ("commercial_enterprise", 4), ("total", 12)):
        values |= {
            f"{APP}.new_received.{column}": count, f"{APP}.carried_in.{column}": 1 if column != "total" else 2,
            f"{APP}.results.disclosed.{column}": count, f"{APP}.total.{column}": count,
            f"{APP}.carried_out.{column}": 1 if column != "total" else 2,
        }  # fmt: skip
    values |= {f"{RL}.{b}.{m}": n for b in ("administrative_review", "litigation_direct", "litigation_after_review")
               for m, n in (("upheld", 2), ("pending", 1), ("total", 3))}  # fmt: skip
    if form == "form2021":
        return values | {f"{A1}.normative_documents.in_force": 20, f"{A1}.normative_documents.issued": 5,
                         f"{A1}.normative_documents.repealed": 2}  # fmt: skip
    return values | {
        f"{A1}.normative_documents.disclosed_total": 9, f"{A1}.normative_documents.newly_disclosed": 3,
        "proactive.art20_5.licensing.items_last_year": 21, "proactive.art20_5.licensing.items_change": 19,
        "proactive.art20_5.licensing.decisions": 7,
    }  # fmt: skip


COUNTRY = [
    ("APP-BALANCE", "error", f"{APP}.total.natural_person", {f"{APP}.carried_in.natural_person": 3}, 11, 9),
    ("APP-SUM", "error", f"{APP}.total.commercial_enterprise",
     {f"{APP}.results.cannot_provide.not_held.commercial_enterprise": 1}, 4, 5),
    ("APP-ROW", "error", f"{APP}.results.disclosed", {f"{APP}.results.disclosed.other_org": 2}, 12, 14),
    ("RL-SUM", "error", f"{RL}.litigation_direct.total", {f"{RL}.litigation_direct.corrected": 4}, 3, 7),
]  # fmt: skip
RULES = [("form2021", *rule) for rule in COUNTRY] + [("form2019", *rule) for rule in COUNTRY] + [
    ("form2021", "P21-RANGE", "warning", f"{A1}.normative_documents.in_force",
     {f"{A1}.normative_documents.in_force": 2}, 4, 5),
    ("form2021", "P-RULEMAKER", "warning", f"{A1}.regulations.in_force", {f"{A1}.regulations.in_force": 6}, 6, 0),
    ("form2019", "P-RULEMAKER", "warning", f"{A1}.regulations.made", {f"{A1}.regulations.made": 5}, 5, 0),
    ("form2019", "P19-DISC", "warning", f"{A1}.normative_documents.newly_disclosed",
     {f"{A1}.normative_documents.newly_disclosed": 10}, 9, 10),
    ("form2019", "P19-CHANGE", "info", "proactive.art20_5.licensing.decisions",
     {"proactive.art20_5.licensing.decisions": 40}, 40, 40),
    ("stat2014", "B-REC", "error", "stat2014.applications.received", {"stat2014.applications.received_fax": 2}, 10, 12),
    ("stat2014", "B-CLOSED", "error", "stat2014.applications.closed",
     {"stat2014.applications.closed_extended": 4}, 9, 12),
    ("stat2014", "B-ANS", "error", "stat2014.applications.answered",
     {"stat2014.applications.answered_nonexistent": 1}, 9, 10),
    ("stat2014", "B-REF", "error", "stat2014.applications.answered_refused",
     {"stat2014.applications.refused_state_secret": 1}, 4, 5),
    ("stat2014", "B-RECON", "error", "stat2014.reconsideration.total", {"stat2014.reconsideration.other": 5}, 2, 7),
    ("stat2014", "B-LIT", "error", "stat2014.litigation.total", {"stat2014.litigation.total": 0}, 0, 1),
    ("stat2014", "B-STAFF", "error", "stat2014.capacity.staff", {"stat2014.capacity.staff_part_time": 5}, 6, 7),
    ("stat2014", "B-CH", "info", "stat2014.proactive.disclosed_items",
     {"stat2014.proactive.disclosed_items": 41}, 40, 41),
    ("stat2014", "B-SUB", "warning", "stat2014.proactive.disclosed_normative_documents",
     {"stat2014.proactive.disclosed_normative_documents": 31}, 30, 31),
    ("stat2014", "B-SUB", "warning", "stat2014.response.press_conferences_by_head",
     {"stat2014.response.press_conferences_by_head": 4}, 3, 4),
    ("stat2014", "B-SUB", "warning", "stat2014.response.online_interviews_by_head",
     {"stat2014.response.online_interviews": 1}, 1, 2),
    ("stat2014", "B-CA", "info", "stat2014.applications.closed",
     {"stat2014.applications.answered": 8, "stat2014.applications.answered_granted": 4}, 9, 8),
]  # fmt: skip
NAMES = [f"{form}-{code}-{place.rpartition('.')[2]}" for form, code, _, place, *_ in RULES]


def within(form: str) -> tuple[Identity, ...]:
    return tuple(i for i in load_forms()[form].identities if not i.between_years)


def assessed(form: str, values: Values, states: dict[str, CellState] | None = None) -> dict[tuple[str, str], Assessed]:
    found = assess(within(form), values, states or {}, cannot_make_rules=True)
    return {(a.check.code, a.check.place): a for a in found}


@pytest.mark.parametrize(("form", "code", "severity", "place", "change", "left", "right"), RULES, ids=NAMES)
def test_a_rule_passes_and_fails(
    form: str, code: str, severity: str, place: str, change: Values, left: int, right: int
) -> None:
    kept = assessed(form, the_values(form))[code, place].check
    assert (kept.passed, kept.mode, kept.severity) == (True, "strict", Severity(severity))
    broken = assessed(form, the_values(form) | change)
    assert (broken[code, place].check.passed, broken[code, place].check.left, broken[code, place].check.right) == (
        False, left, right,
    )  # fmt: skip
    # Nothing else of severity error fails than what shares the changed value.
    errors = {a.check.place for a in broken.values() if not a.check.passed and a.check.severity is Severity.ERROR}
    assert errors <= {p for (_, p), a in broken.items() if set(change) & set(a.identity.ids)}


def test_every_rule_within_a_report_has_its_case() -> None:
    tested = {(form, code) for form, code, *_ in RULES}
    assert tested == {(f.id, r.id) for f in load_forms().values() for r in f.checks if not r.between_years}


@pytest.mark.parametrize("form", ["form2019", "form2021", "stat2014"])
def test_the_round_figures_keep_every_rule(form: str) -> None:
    found = assessed(form, the_values(form)).values()
    assert [a.message for a in found if not a.check.passed] == []


@pytest.mark.parametrize("state", [CellState.BLANK, CellState.DASH, CellState.SLASH, CellState.NONE_WORD])
def test_a_blank_is_taken_for_0_only_leniently(state: CellState) -> None:
    place = f"{APP}.results.disclosed.research_institution"
    values = the_values("form2021") | {place: None}
    check = assessed("form2021", values, {place: state})["APP-ROW", f"{APP}.results.disclosed"].check
    assert (check.mode, check.passed, check.left, check.right) == ("lenient", True, 12, 12)


def test_a_blank_that_would_have_to_be_negative_fails_leniently() -> None:
    place = f"{APP}.results.disclosed.research_institution"
    values = the_values("form2021") | {place: None, f"{APP}.results.disclosed.natural_person": 20}
    check = assessed("form2021", values, {place: CellState.BLANK})["APP-ROW", f"{APP}.results.disclosed"].check
    assert (check.mode, check.passed, check.left, check.right) == ("lenient", False, 12, 24)


def test_a_blank_that_may_stand_for_the_difference_is_not_held_against_the_report() -> None:
    place = f"{APP}.results.disclosed.natural_person"
    values = the_values("form2021") | {place: None}
    assert ("APP-ROW", f"{APP}.results.disclosed") not in assessed("form2021", values, {place: CellState.BLANK})


@pytest.mark.parametrize("state", [CellState.TEXT, CellState.UNPARSED])
def test_words_make_a_rule_not_assessable(state: CellState) -> None:
    place = f"{RL}.litigation_direct.total"
    found = assessed("form2021", the_values("form2021") | {place: None}, {place: state})
    assert ("RL-SUM", place) not in found


def test_rules_of_whole_figures_have_no_tolerance() -> None:
    assert {r.tolerance for f in load_forms().values() for r in f.checks} == {0}


def test_who_may_make_rules_is_not_asked_about_them() -> None:
    values = the_values("form2021") | {f"{A1}.regulations.in_force": 6}
    assert {a.check.code for a in assess(within("form2021"), values, {}) if not a.check.passed} == set()


@pytest.mark.parametrize("seed", range(12))
def test_invented_reports_keep_every_rule(seed: int) -> None:
    for form, values in (
        ("form2021", make_report(seed, BIG, 2024, "form2021").values),
        ("form2019", make_report(seed, BIG, 2020, "form2019").values),
        ("stat2014", make_old_report(seed, BIG, 2016).values),
    ):
        found = assess(within(form), dict(values), {})
        assert [a.message for a in found if not a.check.passed and a.check.severity is not Severity.INFO] == []


@pytest.mark.parametrize(
    ("agency", "cannot"),
    [
        ({"name": "青禾县人民政府", "level": "county", "kind": "government"}, True),
        ({"name": "松原镇人民政府", "level": "township", "kind": "township"}, True),
        ({"name": "青禾市财政局", "level": "prefecture", "kind": "department", "scope": "own"}, True),
        ({"name": "青禾市人民政府", "level": "prefecture", "kind": "government"}, False),
        ({"name": "青禾市人民政府办公室", "level": "prefecture", "kind": "department", "scope": "own"}, False),
        ({"name": "某部", "level": "state", "kind": "department", "scope": "own"}, False),
        ({"name": "某局", "level": None, "kind": "department", "scope": "own"}, False),
        ({"name": "某省生态环境厅", "level": "province", "kind": "department", "scope": "system_aggregate"}, False),
    ],
)
def test_who_cannot_make_rules(agency: dict[str, str], cannot: bool) -> None:
    assert cannot_make_rules(AgencyReading.model_validate(agency)) is cannot


def a_report(form: str, year: int, values: Values, suspect: tuple[str, ...] = ()) -> Report:
    tables = {i.split(".")[0]: {"verdict": "verified", "era": form} for i in values}
    return Report.model_validate({
        "verdict": ReportVerdict.VERIFIED, "report_year": year, "values": values, "tables": tables,
        "suspect": list(suspect), "agency": {"scope": "own"},
    })  # fmt: skip


def last_year_of(form: str) -> Values:
    """Last year's figures that agree with `the_values`: what it left is what came in, what is in force follows."""
    values = the_values(form)
    for column in ("natural_person", "commercial_enterprise", "total"):
        values[f"{APP}.carried_out.{column}"] = values[f"{APP}.carried_in.{column}"]
    if form == "form2021":
        values[f"{A1}.normative_documents.in_force"] = 17
    else:
        values |= {"proactive.art20_5.licensing.items_last_year": 15, "proactive.art20_5.licensing.items_change": 6}
    return values


YEARS = [
    ("form2021", "Y-CARRY", "error", f"{APP}.carried_in.total", {f"{APP}.carried_out.total": 5}, 5, 2),
    ("form2019", "Y-CARRY", "error", f"{APP}.carried_in.natural_person",
     {f"{APP}.carried_out.natural_person": 0}, 0, 1),
    ("form2021", "Y-INFORCE", "warning", f"{A1}.normative_documents.in_force",
     {f"{A1}.normative_documents.in_force": 18}, 22, 23),
    ("form2019", "Y-ITEMS", "warning", "proactive.art20_5.licensing.items_last_year",
     {"proactive.art20_5.licensing.items_change": 7}, 21, 22),
    ("form2021", "Y-PENDING", "info", f"{RL}.litigation_direct.total", {f"{RL}.litigation_direct.pending": 9}, 3, 9),
    ("form2019", "Y-PENDING", "info", f"{RL}.administrative_review.total",
     {f"{RL}.administrative_review.pending": 4}, 3, 4),
]  # fmt: skip


@pytest.mark.parametrize(("form", "code", "severity", "place", "change", "left", "right"), YEARS,
                         ids=[f"{y[0]}-{y[1]}" for y in YEARS])  # fmt: skip
def test_a_rule_between_years_passes_and_fails(
    form: str, code: str, severity: str, place: str, change: Values, left: int, right: int
) -> None:
    year = 2020 if form == "form2019" else 2023
    this = a_report(form, year, the_values(form))
    kept = across_years(this, a_report(form, year - 1, last_year_of(form)))
    assert kept.findings == []
    assert (code, place, True) in {(c.code, c.place, c.passed) for c in kept.checks}
    broken = across_years(this, a_report(form, year - 1, last_year_of(form) | change))
    (check,) = [c for c in broken.checks if not c.passed]
    assert (check.code, check.place, check.left, check.right) == (code, place, left, right)
    (finding,) = broken.findings
    assert (finding.code, finding.place, finding.severity, finding.fault) == (
        code, place, Severity(severity), Fault.SOURCE,
    )  # fmt: skip


def test_every_rule_between_years_has_its_case() -> None:
    tested = {(y[0], y[1]) for y in YEARS}
    assert tested == {(f.id, r.id) for f in load_forms().values() for r in f.checks if r.between_years}


def test_what_an_agency_left_before_a_merger_is_only_a_warning() -> None:
    last = a_report("form2021", 2022, last_year_of("form2021") | {f"{APP}.carried_out.total": 5})
    (finding,) = across_years(a_report("form2021", 2023, the_values("form2021")), last, reformed=True).findings
    assert (finding.code, finding.severity) == ("Y-CARRY", Severity.WARNING)


def test_a_value_in_doubt_leaves_the_fault_open() -> None:
    place = f"{APP}.carried_out.total"
    last = a_report("form2021", 2022, last_year_of("form2021") | {place: 5}, suspect=(place,))
    (finding,) = across_years(a_report("form2021", 2023, the_values("form2021")), last).findings
    assert finding.fault is Fault.UNKNOWN


def test_what_is_carried_over_is_compared_across_the_change_of_forms() -> None:
    new, old = a_report("form2021", 2021, the_values("form2021")), a_report("form2019", 2020, last_year_of("form2019"))
    found = across_years(new, old)
    assert {c.code for c in found.checks} == {"Y-CARRY", "Y-PENDING"}
    assert sum(c.code == "Y-CARRY" for c in found.checks) == 7
    assert found.findings == []


@pytest.mark.parametrize(("year", "scope"), [(2021, "own"), (2023, "own"), (2022, "region_aggregate")])
def test_reports_that_are_no_pair_are_not_compared(year: int, scope: str) -> None:
    last = a_report("form2021", year, last_year_of("form2021") | {f"{APP}.carried_out.total": 5})
    last.agency.scope = scope  # type: ignore[assignment]
    found = across_years(a_report("form2021", 2023, the_values("form2021")), last)
    assert found.checks == []
    assert [f.code for f in found.findings] == ["Y-PAIR"]


def test_invented_series_agree_from_year_to_year() -> None:
    series = make_series(3, BIG, range(2019, 2026))
    for year in range(2020, 2026):
        new, old = series[year], series[year - 1]
        found = across_years(
            a_report(new.era, year, dict(new.values)), a_report(old.era, year - 1, dict(old.values))
        )  # fmt: skip
        assert found.checks
        assert [f.message for f in found.findings] == []


@pytest.mark.parametrize(("text", "told"), [("没有其他事项。", 1), ("本年度向申请人发出收费通知2件。", 0)])
def test_a_fee_notice_in_the_table_is_spoken_of_in_section_six(text: str, told: int) -> None:
    place = f"{APP}.results.other_handling.overdue_fee.total"
    report = a_report("form2021", 2023, the_values("form2021") | {place: 2})
    report.sections = {"other_matters": SectionText(heading="六、其他需要报告的事项", text=text)}
    found = mention_findings(report, {APP: load_forms()["form2021"]})
    assert [(f.code, f.place, f.severity) for f in found] == [("P21-FEE-NOTICE", place, Severity.WARNING)] * told


def test_fees_of_the_agency_are_no_fees_for_information() -> None:
    place = "proactive.art20_8.administrative_fees.amount_wan_yuan"
    report = a_report("form2021", 2023, the_values("form2021") | {place: 3413})
    report.sections = {"other_matters": SectionText(heading="六、其他需要报告的事项", text="无。")}
    assert mention_findings(report, {APP: load_forms()["form2021"]}) == []
