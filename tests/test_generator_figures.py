"""The generator's figures satisfy the identities of the form, for any agency and year."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.simulator.reports.figures import APPLICANTS, RESULT_ROWS, Era
from infra.simulator.reports.office import Office
from infra.simulator.reports.report import GeneratedReport, make_report, make_series

ERAS: tuple[Era, ...] = ("form2021", "form2019")
COLUMNS = (*APPLICANTS, "total")

seeds = st.integers(0, 10**6)
offices = st.builds(
    Office,
    name=st.sampled_from(["青禾市财政局", "青禾市人民政府", "柳湾镇人民政府"]),
    kind=st.sampled_from(["department", "government", "township"]),
    level=st.sampled_from(["prefecture", "county", "township"]),
    size=st.sampled_from(["none", "small", "medium", "large", "huge"]),
)
reports = st.builds(make_report, seeds, offices, st.integers(2019, 2025), st.sampled_from(ERAS))


def applications(report: GeneratedReport, row: str, column: str) -> float:
    return report.values[f"applications.{row}.{column}"]


@given(reports)
def test_every_figure_is_a_count_or_an_amount(report: GeneratedReport) -> None:
    for key, value in report.values.items():
        assert value >= 0 or key.endswith(".items_change"), key
        assert isinstance(value, int) or "amount" in key, key


@given(reports)
def test_app_balance(report: GeneratedReport) -> None:
    for column in COLUMNS:
        came = applications(report, "new_received", column) + applications(report, "carried_in", column)
        assert came == applications(report, "total", column) + applications(report, "carried_out", column)


@given(reports)
def test_app_sum(report: GeneratedReport) -> None:
    for column in COLUMNS:
        results = sum(applications(report, f"results.{row}", column) for row in RESULT_ROWS[report.era])
        assert results == applications(report, "total", column)


@given(reports)
def test_app_row(report: GeneratedReport) -> None:
    rows = [
        "new_received",
        "carried_in",
        *(f"results.{row}" for row in RESULT_ROWS[report.era]),
        "total",
        "carried_out",
    ]
    for row in rows:
        by_applicant = sum(applications(report, row, column) for column in APPLICANTS)
        assert by_applicant == applications(report, row, "total"), row


@given(reports)
def test_rl_sum(report: GeneratedReport) -> None:
    for court in ("administrative_review", "litigation_direct", "litigation_after_review"):
        parts = [report.values[f"review_litigation.{court}.{outcome}"]
                 for outcome in ("upheld", "corrected", "other_result", "pending")]  # fmt: skip
        assert sum(parts) == report.values[f"review_litigation.{court}.total"]


@given(reports)
def test_only_rule_makers_have_regulations(report: GeneratedReport) -> None:
    regulations = [value for key, value in report.values.items() if ".regulations." in key]
    assert report.agency.makes_regulations or regulations == [0, 0, 0]


@given(seeds, offices)
@settings(max_examples=40)
def test_years_of_one_agency_are_chained(seed: int, office: Office) -> None:
    series = make_series(seed, office, range(2019, 2026))
    for year in range(2020, 2026):
        last, this = series[year - 1].values, series[year].values
        for column in COLUMNS:
            assert last[f"applications.carried_out.{column}"] == this[f"applications.carried_in.{column}"]
        for court in ("administrative_review", "litigation_direct", "litigation_after_review"):
            assert this[f"review_litigation.{court}.total"] >= last[f"review_litigation.{court}.pending"]
    for year in range(2022, 2026):
        for row in ("regulations", "normative_documents"):
            last, this = series[year - 1].values, series[year].values
            at = f"proactive.art20_1.{row}"
            assert this[f"{at}.in_force"] == last[f"{at}.in_force"] + this[f"{at}.issued"] - this[f"{at}.repealed"]
            assert this[f"{at}.in_force"] >= this[f"{at}.issued"] - this[f"{at}.repealed"]
    for row in ("art20_5.licensing", "art20_8.administrative_fees"):
        at = f"proactive.{row}"
        grown = series[2019].values[f"{at}.items_last_year"] + series[2019].values[f"{at}.items_change"]
        assert series[2020].values[f"{at}.items_last_year"] == grown


@given(reports)
def test_claims_of_the_prose_agree_with_the_tables(report: GeneratedReport) -> None:
    words = "\n".join(report.prose.overview)
    assert len(report.claims) >= 13
    for claim in report.claims:
        assert claim.quote in words
        assert str(claim.number) in claim.quote
        assert claim.number == sum(report.values[key] for key in claim.compared_with)


@given(reports)
def test_a_report_is_published_in_time(report: GeneratedReport) -> None:
    due = (3, 31) if report.agency.kind == "government" else (1, 31)
    assert report.published_on.year == report.year + 1
    assert (report.published_on.month, report.published_on.day) <= due
    assert str(report.year) in report.title


def test_the_same_seed_gives_the_same_report() -> None:
    office = Office(name="青禾市财政局")
    assert make_report(5, office, 2024, "form2021") == make_report(5, office, 2024, "form2021")
    assert make_report(5, office, 2024, "form2021") != make_report(6, office, 2024, "form2021")


def test_the_aggregate_report_has_other_figures() -> None:
    office = Office(name="青禾市人民政府", kind="government")
    own = make_report(5, office, 2024, "form2021")
    whole = make_report(5, office, 2024, "form2021", scope="region_aggregate")
    assert own.values != whole.values


def test_a_figure_that_the_form_does_not_have_cannot_be_changed() -> None:
    report = make_report(5, Office(name="青禾市财政局"), 2024, "form2021")
    with pytest.raises(KeyError, match="no value"):
        report.with_values({"applications.nonsense.total": 1})
