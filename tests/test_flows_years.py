"""Findings across the years: made when the second of two reports arrives, kept once, shown beside the report."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.settle import known_agencies
from flows.years import between, compare_years
from infra.simulator.reports import GeneratedReport, Office, make_report, render
from model.agency import Agency, AgencyName
from model.vocabulary import Severity
from tests.test_flows_settle import Story

OFFICE = Office(name="青禾市财政局", size="large")
CARRIED_OUT = "applications.carried_out.total"
CARRIED_IN = "applications.carried_in.total"
OLD, NEW = "http://a.gov.cn/2023.html", "http://a.gov.cn/2024.html"


def report(year: int, office: Office = OFFICE) -> GeneratedReport:
    return make_report(7, office, year, "form2021")


def page(of: GeneratedReport) -> bytes:
    return render(of, "clean").content


def broken(year: int) -> GeneratedReport:
    """One more left over than the next year took in."""
    whole = report(year)
    return whole.with_values({CARRIED_OUT: whole.values[CARRIED_OUT] + 1})


def findings(story: Story) -> list[tuple[str, str, Severity]]:
    found = []
    for report_id in story.archive.report_ids():
        record = between(story.archive, known_agencies(story.archive), report_id)
        found += [(f.code, f.place, f.severity) for f in record.found.findings] if record else []
    return found


def kept(story: Story) -> list[str]:
    return list(story.archive.store.list("findings/"))


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """An empty archive."""
    return Story(tmp_path)


@pytest.mark.parametrize("first", [OLD, NEW], ids=["older first", "newer first"])
def test_a_pair_is_compared_when_its_second_report_arrives(story: Story, first: str) -> None:
    pages = {OLD: page(broken(2023)), NEW: page(report(2024))}
    story.run({first: pages.pop(first)})
    assert kept(story) == []
    story.run(pages)  # type: ignore[arg-type]
    (key,) = kept(story)
    newer = next(i for i in story.archive.report_ids() if "-2024-" in i)
    assert key.startswith(f"findings/{newer}/across-years/")
    assert findings(story) == [("Y-CARRY", CARRIED_IN, Severity.ERROR)]


def test_reports_that_agree_have_checks_and_no_findings(story: Story) -> None:
    story.run({OLD: page(report(2023)), NEW: page(report(2024))})
    assert len(kept(story)) == 1
    (newer,) = [i for i in story.archive.report_ids() if "-2024-" in i]
    record = between(story.archive, known_agencies(story.archive), newer)
    assert record is not None
    assert {c.code for c in record.found.checks} == {"Y-CARRY", "Y-INFORCE", "Y-PENDING"}
    assert [c for c in record.found.checks if not c.passed] == []


def test_a_corrected_version_is_compared_anew_and_the_old_findings_stay(story: Story) -> None:
    story.run({OLD: page(broken(2023)), NEW: page(report(2024))})
    story.run({OLD: page(report(2023)), NEW: page(report(2024))})
    assert len(kept(story)) == 2
    assert findings(story) == []


def test_comparing_again_changes_nothing(story: Story) -> None:
    story.run({OLD: page(broken(2023)), NEW: page(report(2024))})
    before = {key: story.archive.store.read(key) for key in kept(story)}
    for report_id in list(story.archive.report_ids()):
        compare_years(story.archive, known_agencies(story.archive), report_id)
    assert {key: story.archive.store.read(key) for key in kept(story)} == before


def test_the_parse_of_neither_report_knows_of_the_other(story: Story) -> None:
    story.run({OLD: page(broken(2023)), NEW: page(report(2024))})
    for key in story.archive.store.list("parsed/"):
        parsed = json.loads(story.archive.store.read(key))
        assert not [c for c in (*parsed["checks"], *parsed["findings"]) if c["code"].startswith("Y-")]


def test_a_year_between_is_missing_and_nothing_is_compared(story: Story) -> None:
    story.run({OLD: page(broken(2022)), NEW: page(report(2024))})
    assert kept(story) == []


def test_the_office_that_was_taken_over_is_the_one_compared_with_as_a_warning(story: Story) -> None:
    before = Office(name="青禾市地方税务局", size="large")
    story.run({OLD: page(report(2023, before))})
    (old_id,) = story.archive.report_ids()
    new = Agency(id="a" + "b" * 12, region="990100", names=(AgencyName(name=OFFICE.name),),
                 predecessors=(old_id.split("-")[0],))  # fmt: skip
    story.archive.add_agency(new)
    story.run({NEW: page(report(2024))})
    (newer,) = [i for i in story.archive.report_ids() if "-2024-" in i]
    record = between(story.archive, known_agencies(story.archive), newer)
    assert record is not None
    assert (record.last_report_id, record.reformed) == (old_id, True)
    carry = {f.severity for f in record.found.findings if f.code == "Y-CARRY"}
    assert carry == {Severity.WARNING}


def test_an_agency_renamed_within_the_two_years_is_only_warned(story: Story) -> None:
    story.run({OLD: page(broken(2023)), NEW: page(report(2024))})
    register = known_agencies(story.archive)
    (newer,) = [i for i in story.archive.report_ids() if "-2024-" in i]
    agency = register.get(newer.split("-")[0])
    assert agency is not None
    names = (AgencyName(name="青禾市财税局", valid_to=date(2023, 6, 1)),
             AgencyName(name=OFFICE.name, valid_from=date(2023, 6, 2)))  # fmt: skip
    register.add(agency.model_copy(update={"n": agency.n + 1, "names": names}))
    for key in kept(story):
        (Path(story.archive.store.root) / key).unlink()  # type: ignore[attr-defined]
    record = between(story.archive, register, newer)
    assert record is not None
    assert {f.severity for f in record.found.findings} == {Severity.WARNING}


def test_show_tells_what_the_years_say(story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GONGKAI_CACHE", str(tmp_path / "cache"))
    story.run({OLD: page(broken(2023)), NEW: page(report(2024))})
    folder = str(story.archive.store.root)  # type: ignore[attr-defined]
    shown = CliRunner().invoke(app, ["show", "青禾", "2024", "--store", folder], env={"COLUMNS": "160"})
    assert shown.exit_code == 0
    assert "against 2023: 11 of 12 passed" in shown.output
    asked = CliRunner().invoke(app, ["show", "青禾", "2024", "--store", folder, "--json"])
    told = json.loads(asked.output)
    assert [(f["code"], f["severity"]) for f in told["findings"] if f["code"][0] == "Y"] == [("Y-CARRY", "error")]
