"""Every form since 2008: the statistics of 2014, reports in words alone, hybrids, and what is no report at all."""

import re
from html import escape
from pathlib import Path
from random import Random

import pytest

from infra.simulator.reports import Office, invent, make_report, render
from infra.simulator.reports.article import Text
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.html import Markup, write_html
from infra.simulator.reports.narratives import invent_narrative, narrative_page
from infra.simulator.reports.rendering import bare_page
from infra.simulator.reports.stat2014 import COLUMN_SETS, OLD_LAYOUTS, make_old_report, render_old
from model.forms import load_forms
from model.normal_text import label_key
from model.report import Report
from model.vocabulary import CellState, ReportVerdict, Severity, TableVerdict
from parsers import Part, parse_document
from tests.mutations_2014 import MUTATIONS
from tests.parse_answers import silent_errors, usable

SIZES = ("none", "small", "medium", "large", "huge")
NO_REPORTS = Path(__file__).parent / "no_reports"


def read(content: bytes | str) -> Report:
    return parse_document([Part("page", content.encode() if isinstance(content, str) else content)])


def office(number: int) -> Office:
    return Office(name="青禾市财政局", core_name="市财政局", size=SIZES[number % len(SIZES)])


def _hold(layout: str, columns: tuple[str, ...], count: int, seed: int) -> None:
    for number in range(seed, seed + count):
        old = make_old_report(
            number, office(number), 2014 + number % 5, columns, local_rows=number % 2 == 1, numbered=number % 3 == 1
        )
        document = render_old(old, layout, number)
        report = read(document.content)
        assert (report.verdict, report.reasons) == (ReportVerdict.VERIFIED, []), number
        assert report.values == document.values
        assert {i: c.state for i, c in report.cells.items()} == document.states
        assert report.format_era == report.tables["stat2014"].era == "stat2014"
        assert report.report_year == old.year
        found = [(label_key(e.label), [label_key(v) for v in e.values]) for e in report.extras]
        for extra in document.extras:
            assert (label_key(extra.label), extra.values) in found or layout == "no_enumerators"
        assert [f.code for f in report.findings if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize("columns", COLUMN_SETS, ids=["one", "two", "three"])
@pytest.mark.parametrize("layout", OLD_LAYOUTS)
def test_the_table_of_2014_is_read_whole(layout: str, columns: tuple[str, ...]) -> None:
    _hold(layout, columns, 4, 30)


@pytest.mark.deep
@pytest.mark.parametrize("layout", OLD_LAYOUTS)
def test_a_hundred_tables_of_2014(layout: str) -> None:
    for at, columns in enumerate(COLUMN_SETS):
        _hold(layout, columns, 34, 1000 + 34 * at)


@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize("columns", COLUMN_SETS, ids=["one", "two", "three"])
def test_a_row_in_a_line_with_blanks_between(columns: tuple[str, ...], numbered: bool) -> None:
    old = make_old_report(8, office(4), 2015, columns, numbered=numbered)
    lines = render_old(old, "tabs").content.decode().split("\n")
    report = read("\n".join(" ".join(line.split()) for line in lines))
    assert report.verdict is ReportVerdict.VERIFIED
    assert report.values == old.values


@pytest.mark.parametrize(("end", "verdict"), [("\n", "verified"), ("", "flagged")])
def test_a_text_that_ends_with_the_table_is_whole_when_its_last_line_is(end: str, verdict: str) -> None:
    old = make_old_report(8, office(4), 2015)
    text = render_old(old, "tabs").content.decode()
    report = read(text[: text.index("单位负责人")].rstrip() + end)
    assert report.values == old.values
    assert report.tables["stat2014"].verdict == verdict
    assert report.suspect == ([] if end else ["stat2014.meetings.people_trained"])


@pytest.mark.parametrize("layout", ["clean", "tabs", "cell_per_line"])
def test_a_row_of_the_province_with_a_like_label_goes_to_the_extras(layout: str) -> None:
    old = make_old_report(8, office(4), 2015)
    page = render_old(old, layout).content.decode()
    count = old.figures["meetings.trainings_held"][0]
    row = {
        "clean": "<tr><td>{}</td><td>次</td><td>{}</td></tr>",
        "tabs": "{}\t次\t{}\n",
        "cell_per_line": "{}\n次\n{}\n",
    }
    official = row[layout].format("　（二）举办各类培训班数", count)
    assert official in page
    report = read(page.replace(official, official + row[layout].format("其中：举办各类培训班数中的网络培训班", 1234)))
    assert report.verdict is ReportVerdict.VERIFIED
    assert report.values == old.values
    assert [(e.table, e.label, e.values) for e in report.extras] == [
        ("stat2014", "其中：举办各类培训班数中的网络培训班", ["1234"])
    ]


@pytest.mark.parametrize("columns", COLUMN_SETS, ids=["one", "two", "three"])
def test_a_table_of_2014_that_lost_its_lines_is_read_and_one_that_lost_every_space_refused(
    columns: tuple[str, ...],
) -> None:
    old = make_old_report(3, office(2), 2016, columns)
    words = render_old(old, "cell_per_line").content.decode().split()
    assert read(" ".join(words)).values == old.values
    glued = read("".join(words))
    assert (glued.verdict, glued.tables["stat2014"].verdict) == (ReportVerdict.REFUSED, TableVerdict.REFUSED)
    assert glued.tables["stat2014"].reasons == ["glued"]
    assert set(glued.values.values()) == {None}


def _survive(name: str, columns: tuple[str, ...], count: int, seed: int) -> None:
    shares = []
    for number in range(seed, seed + count):
        old = make_old_report(number, office(number), 2016, columns, local_rows=number % 2 == 1)
        document = render_old(old, "clean", number)
        page, printed, lost = MUTATIONS[name](document.content.decode(), document, Random(number))
        report = read(page)
        assert silent_errors(report, printed) == [], number
        for field_id in lost:
            value = report.values.get(field_id)
            vouched = value is not None and field_id not in report.suspect
            assert not vouched or value == document.values[field_id], (number, field_id, value)
        if name != "truncated":
            shares.append(usable(report, printed))
    assert not shares or sum(shares) / len(shares) >= 0.9


@pytest.mark.parametrize("columns", COLUMN_SETS[:2], ids=["one", "two"])
@pytest.mark.parametrize("name", list(MUTATIONS))
def test_damage_to_the_table_of_2014_is_never_silent(name: str, columns: tuple[str, ...]) -> None:
    _survive(name, columns, 6, 50)


@pytest.mark.deep
@pytest.mark.parametrize("columns", COLUMN_SETS[:2], ids=["one", "two"])
@pytest.mark.parametrize("name", list(MUTATIONS))
def test_damage_to_a_hundred_tables_of_2014(name: str, columns: tuple[str, ...]) -> None:
    _survive(name, columns, 100, 5000)


def test_value_columns_are_part_of_the_id() -> None:
    old = make_old_report(5, office(3), 2016, ("本级", "汇总"))
    report = read(render_old(old, "tabs").content)
    assert report.values["stat2014.own_level.applications.received"] == old.figures["applications.received"][0]
    assert report.values["stat2014.aggregate.applications.received"] == old.figures["applications.received"][1]
    checked = {c.place for c in report.checks if c.code == "B-REC"}
    assert checked == {"stat2014.own_level.applications.received", "stat2014.aggregate.applications.received"}


def test_a_column_that_only_the_office_names_keeps_its_name() -> None:
    old = make_old_report(5, office(3), 2016, COLUMN_SETS[2])
    report = read(render_old(old, "clean").content)
    assert report.values["stat2014.区直单位统计数.capacity.staff"] == old.figures["capacity.staff"][1]


def test_a_header_of_two_lines_names_the_columns_in_its_second() -> None:
    old = make_old_report(5, office(3), 2016, ("本级", "汇总"))
    page = render_old(old, "clean").content.decode()
    head = "<tr><td>统计指标</td><td>单位</td><td>本级</td><td>汇总</td></tr>"
    two = (
        '<tr><td rowspan="2">统计指标</td><td rowspan="2">单位</td><td colspan="2">统计数</td></tr>'
        "<tr><td>本级</td><td>汇总</td></tr>"
    )
    assert head in page
    assert read(page.replace(head, two)).values == old.values


def test_equal_labels_are_told_apart_by_their_group() -> None:
    old = make_old_report(8, office(4), 2015)
    report = read(render_old(old, "clean").content)
    for court in ("reconsideration", "litigation"):
        for outcome in ("upheld", "corrected", "other", "total"):
            assert report.values[f"stat2014.{court}.{outcome}"] == old.figures[f"{court}.{outcome}"][0]


def test_a_row_that_is_lost_shifts_nothing_in_the_table_of_2014() -> None:
    old = make_old_report(8, office(4), 2015)
    rows = re.findall(r"<tr>.*?</tr>", render_old(old, "clean").content.decode())
    page = render_old(old, "clean").content.decode()
    for row in rows[2::7]:
        if "——" in row:
            continue
        report = read(page.replace(row, "", 1))
        assert silent_errors(report, {i: v for i, v in old.values.items() if i in report.values}) == []
        assert len(report.suspect) < 12 or report.tables["stat2014"].verdict is TableVerdict.REFUSED


def test_the_group_of_lawsuits_without_its_heading_is_not_given_to_the_reviews() -> None:
    old = make_old_report(8, office(4), 2015)
    page = render_old(old, "clean").content.decode()
    (row,) = re.findall(r"<tr><td>五、行政诉讼数量</td>.*?</tr>", page)
    report = read(page.replace(row, ""))
    assert report.suspect == ["stat2014.litigation.total"]
    assert report.values["stat2014.litigation.corrected"] == old.figures["litigation.corrected"][0]
    assert report.values["stat2014.reconsideration.corrected"] == old.figures["reconsideration.corrected"][0]


def test_values_that_contradict_each_other_are_flagged() -> None:
    old = make_old_report(2, office(2), 2017)
    page = render_old(old, "clean").content.decode()
    total = old.figures["applications.received"][0]
    cell = f"<td>　（一）收到申请数</td><td>件</td><td>{total}</td>"
    assert cell in page
    report = read(page.replace(cell, cell.replace(f">{total}<", f">{total + 3}<")))
    assert report.tables["stat2014"].verdict is TableVerdict.FLAGGED
    assert report.values["stat2014.applications.received"] == total + 3
    assert "stat2014.applications.received" in report.suspect
    assert [f.code for f in report.findings if f.severity is Severity.ERROR] == ["B-REC"]


def test_a_table_with_more_values_than_names_is_refused() -> None:
    rows = "".join(f"<tr><td>{label}</td><td>件</td><td>1</td><td>2</td></tr>"
                   for label in ("主动公开政府信息数", "制发规范性文件总数", "收到申请数", "申请办结数"))  # fmt: skip
    report = read(f"<title>青禾市财政局2016年政府信息公开年度报告</title><p>青禾市</p><table>{rows}</table>")
    assert report.tables["stat2014"].verdict is TableVerdict.REFUSED
    assert set(report.values.values()) == {None}


@pytest.mark.parametrize("lines", [True, False], ids=["page", "one line of text"])
@pytest.mark.parametrize("year", range(2008, 2019))
def test_a_report_in_words_is_a_narrative_with_its_parts(year: int, lines: bool) -> None:
    text = invent_narrative(3, office(year), year)
    report = read(narrative_page(office(year), year, text, lines=lines))
    assert (report.verdict, report.reasons) == (ReportVerdict.NARRATIVE, ["no_tables"])
    assert report.format_era == ("narrative_pre2014" if year < 2014 else "stat2014")
    assert report.values == {}
    assert {t.verdict for t in report.tables.values()} == {TableVerdict.ABSENT}
    assert list(report.sections) == [p.id for p in text.parts]
    for part in text.parts:
        assert report.sections[part.id].heading == part.heading
        assert report.sections[part.id].text.split() == list(part.paragraphs)


def test_a_report_without_any_heading_is_kept_whole() -> None:
    words = "2011年，我镇在便民大厅设公开栏，张贴惠农补贴名单和低保名单，并在村部广播。"
    page = f"<title>青禾县松原镇2011年政府信息公开年度报告</title><p>{words * 3}</p><p>{words * 3}</p>"
    report = read(page)
    assert report.verdict is ReportVerdict.NARRATIVE
    assert report.sections["body"].text == f"{words * 3}\n{words * 3}"


def test_an_annex_of_a_province_is_kept_row_by_row_and_never_forced_into_the_form() -> None:
    page = narrative_page(office(2), 2012, invent_narrative(2, office(2), 2012)).decode()
    annex = (
        "<table><tr><td>指标名称</td><td>计量单位</td><td>2012年度</td><td>历年累计</td></tr>"
        "<tr><td>主动公开信息数</td><td>条</td><td>61</td><td>204</td></tr>"
        "<tr><td>其中：1.当面申请数</td><td>条</td><td>2</td><td>9</td></tr>"
        "<tr><td>行政复议数</td><td>件</td><td>0</td><td>/</td></tr></table>"
    )
    report = read(page.replace("</body>", annex + "</body>"))
    assert report.verdict is ReportVerdict.NARRATIVE
    assert report.values == {}
    assert [(e.table, e.label, e.values) for e in report.extras] == [
        ("annex", "主动公开信息数", ["61", "204"]),
        ("annex", "其中：1.当面申请数", ["2", "9"]),
        ("annex", "行政复议数", ["0", "/"]),
    ]


@pytest.mark.parametrize("page", sorted(NO_REPORTS.iterdir()), ids=lambda p: p.stem)
def test_what_is_no_report_gives_no_values(page: Path) -> None:
    report = read(page.read_bytes())
    assert (report.verdict, report.reasons) == (ReportVerdict.NOT_A_REPORT, [page.stem.split("-")[0]])
    assert report.values == {}
    assert report.sections == {}
    assert {t.verdict for t in report.tables.values()} == {TableVerdict.ABSENT}


def _tables(page: str) -> list[str]:
    return re.findall(r"<table.*?</table>", page, re.DOTALL)


@pytest.mark.parametrize(("first", "second"), [("form2019", "form2021"), ("form2021", "form2019")])
def test_a_hybrid_is_read_table_by_table(first: str, second: str) -> None:
    one = render(make_report(4, office(3), 2022, first), "clean")  # type: ignore[arg-type]
    other = render(make_report(4, office(3), 2022, second), "clean")  # type: ignore[arg-type]
    page = one.content.decode()
    mixed = page.replace(_tables(page)[1], _tables(other.content.decode())[1])
    report = read(mixed)
    assert report.verdict is ReportVerdict.VERIFIED
    assert [report.tables[t].era for t in ("proactive", "applications")] == [first, second]
    wanted = {i: v for i, v in one.values.items() if not i.startswith("applications.")}
    wanted |= {i: v for i, v in other.values.items() if i.startswith("applications.")}
    assert report.values == wanted


def test_the_form_of_2019_in_a_later_year_is_read_and_told() -> None:
    document = render(make_report(4, office(3), 2023, "form2019"), "clean")
    report = read(document.content)
    assert report.verdict is ReportVerdict.VERIFIED
    assert report.values == document.values
    assert (report.report_year, report.format_era) == (2023, "form2019")
    told = {(f.code, f.place, f.severity) for f in report.findings if f.code.startswith("ERA")}
    assert told == {("ERA-YEAR", t, Severity.WARNING) for t in ("proactive", "applications", "review_litigation")}


def test_a_citation_of_another_circular_is_told() -> None:
    page = render(make_report(4, office(3), 2022, "form2021"), "clean").content.decode()
    cited = page.replace("现依照", "根据国办公开办函〔2019〕60号要求，现依照")
    (finding,) = read(cited).findings
    assert (finding.code, finding.severity) == ("ERA-CITED", Severity.WARNING)
    assert read(page.replace("现依照", "根据国办公开办函〔2021〕30号要求，现依照")).findings == []


def test_blanks_of_the_table_of_2014_are_not_zero() -> None:
    old = make_old_report(5, office(2), 2016)
    document = render_old(old, "blank_zeros", 1)
    report = read(document.content)
    blank = [i for i, s in document.states.items() if s is CellState.BLANK]
    assert blank
    assert {report.values[i] for i in blank} == {None}


def _blank_form(title: str) -> str:
    page = render(make_report(4, office(3), 2022, "form2021"), "clean").content.decode()
    tables = [re.sub(r">(\d[\d.]*)</td>", "></td>", t) for t in _tables(page)]
    headings = [f"{section.number}、{section.heading}" for section in load_forms()["form2021"].sections]
    body = "".join(f"<p>{h}</p>{tables[n - 1] if 0 < n < 4 else ''}" for n, h in enumerate(headings))
    return f"<html><head><title>{escape(title)}</title></head><body><p>{escape(title)}</p>{body}</body></html>"


@pytest.mark.parametrize("title", ["政府信息公开工作年度报告格式", "青禾市财政局2022年政府信息公开工作年度报告"])
def test_a_form_that_nobody_filled_in_is_no_report(title: str) -> None:
    report = read(_blank_form(title))
    assert report.verdict is ReportVerdict.NOT_A_REPORT
    assert report.values == {}
    assert {t.verdict for t in report.tables.values()} == {TableVerdict.ABSENT}


def test_a_rule_below_the_figures_of_table_4_is_no_second_row() -> None:
    page = render(make_report(4, office(3), 2022, "form2021"), "markdown_padded", seed=3)
    lines = page.content.decode().split("\n")
    at = max(n for n, line in enumerate(lines) if line.startswith("|"))
    rule = "|" + "---|" * 15
    report = read("\n".join([*lines[: at + 1], rule, *lines[at + 1 :]]))
    assert report.verdict is ReportVerdict.VERIFIED
    assert report.values == page.values


def test_a_column_for_remarks_is_no_value_column() -> None:
    old = make_old_report(8, office(4), 2015)
    page = render_old(old, "clean").content.decode()
    page = page.replace("<td>统计数</td></tr>", "<td>统计数</td><td>备注</td></tr>")
    page = re.sub(r"(<td>(?:\d[\d.]*)?</td>)</tr>", r"\1<td></td></tr>", page)
    report = read(page)
    assert report.verdict is ReportVerdict.VERIFIED
    assert report.values == old.values


@pytest.mark.parametrize("table", ["proactive", "applications", "review_litigation"])
@pytest.mark.parametrize(("form", "last"), [("form2021", "form2019"), ("form2019", "form2021")])
def test_last_years_table_in_another_form_decides_nothing(form: str, last: str, table: str) -> None:
    (invented,), (other,) = invent(1, form, 5), invent(1, last, 6)
    article = article_of(invented)
    old = article_of(other).table(table)
    for cell in (c for row in old.rows for c in row.values()):
        cell.text, cell.id = "7", None
    article.replace(article.table(table), [article.table(table), Text("附：上年度数据"), old])
    report = read(bare_page(invented.title)(write_html(article, Markup()), "utf-8"))
    assert report.tables[table].era == form
    assert {i: report.values[i] for i in invented.values} == invented.values
    assert report.verdict is ReportVerdict.VERIFIED


@pytest.mark.parametrize("lost", ["| 7\n", "24"])
def test_what_a_row_of_2014_lost_is_not_found_in_the_next(lost: str) -> None:
    """5.其他方式回应事件数 | 次 | 三、依申请公开情况 | ——: two rows that ran together; 24 over .7 is no 24."""
    old = make_old_report(31, office(31), 2016, COLUMN_SETS[0])
    lines = render_old(old, "pipes", 31).content.decode().split("\n")
    if lost == "24":
        at = next(n for n, line in enumerate(lines) if "专项经费" in line)
        lines[at] = f"{lines[at].rpartition('|')[0]}| 24\n.7"
        field = "stat2014.capacity.budget_wan_yuan"
    else:
        at = next(n for n, line in enumerate(lines) if "其他方式回应事件数" in line)
        lines[at : at + 2] = [f"{lines[at].rpartition('|')[0]}| {lines[at + 1]}"]
        field = "stat2014.response.other_responses"
    report = read("\n".join(lines))
    assert field in report.suspect
