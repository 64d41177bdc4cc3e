"""Units of money: told beside the number, never converted, and asked for where there is none."""

import pytest

from infra.simulator.reports import Office, make_report, render
from model.report import Report
from model.vocabulary import ReportVerdict, Severity
from parsers import Part, parse_document

AMOUNT = "proactive.art20_9.centralized_procurement.amount"
FEE = "proactive.art20_8.administrative_fees.amount_wan_yuan"
BIG = Office(name="青禾市财政局", size="large")
OLD = render(make_report(5, BIG, 2020, "form2019").with_values({AMOUNT: 152790}), "clean").content.decode()
NEW = render(make_report(5, BIG, 2023, "form2021").with_values({FEE: 3413}), "clean").content.decode()


def read(page: str) -> Report:
    report = parse_document([Part("page", page.encode())])
    assert report.verdict is ReportVerdict.VERIFIED
    return report


def told(report: Report) -> list[tuple[str, str, Severity]]:
    return [(f.code, f.place, f.severity) for f in report.findings if f.code.startswith("UNIT")]


def test_an_amount_without_unit_keeps_its_number_and_is_asked_about() -> None:
    report = read(OLD)
    assert (report.values[AMOUNT], report.cells[AMOUNT].unit) == (152790, None)
    assert told(report) == [("UNIT-UNKNOWN", AMOUNT, Severity.INFO)]


@pytest.mark.parametrize(
    ("old", "new", "unit"),
    [
        (">152790<", ">152790元<", "元"),
        (">采购总金额<", ">采购总金额（万元）<", "万元"),
        (">采购总金额<", ">采购总金额<br>（单位：元）<", "元"),
        (">政府集中采购<", ">政府集中采购（万元）<", "万元"),
    ],
)
def test_the_unit_of_cell_header_or_label(old: str, new: str, unit: str) -> None:
    assert OLD.count(old) == 1
    report = read(OLD.replace(old, new))
    assert (report.values[AMOUNT], report.cells[AMOUNT].unit) == (152790, unit)
    assert told(report) == []


def test_the_cell_beats_the_header() -> None:
    report = read(OLD.replace(">采购总金额<", ">采购总金额（万元）<").replace(">152790<", ">152790元<"))
    assert report.cells[AMOUNT].unit == "元"


def test_the_form_says_the_unit_of_the_fee() -> None:
    report = read(NEW)
    assert report.values[FEE] == 3413
    assert told(report) == []


@pytest.mark.parametrize(
    ("old", "new", "unit"),
    [("单位：万元", "单位：元", "元"), (">3413<", ">3413元<", "元"), (">3413<", ">1.2亿元<", "亿元")],
)
def test_another_unit_than_the_form_asks_for_is_told(old: str, new: str, unit: str) -> None:
    report = read(NEW.replace(old, new))
    assert report.values[FEE] == (1.2 if unit == "亿元" else 3413)
    assert report.cells[FEE].unit == unit
    assert told(report) == [("UNIT-OTHER", FEE, Severity.WARNING)]
