"""The forms as data: sizes, ids, the official grid, identities; an invented form of one YAML file read end to end."""

from pathlib import Path

import pytest

from model.errors import InvalidForm
from model.forms import load_forms, read_form
from model.report import Report
from model.vocabulary import CellState, ReportVerdict, TableVerdict
from parsers import Part, parse_document
from parsers.labels import LabelIndex

INVENTED = (Path(__file__).parent / "forms" / "form2049.yml").read_text("utf-8")
FORM = read_form(INVENTED, "form2049.yml")
FORMS = {FORM.id: FORM}
TITLE = "<title>青禾市水务局2049年政府信息公开工作年度报告</title><h1>青禾市水务局2049年政府信息公开工作年度报告</h1>"
RIVERS = (
    "<p>二、河段清浊情况</p><table><tr><td>河名</td><td>清澈河段</td><td>浑浊河段</td></tr>"
    "<tr><td>北河</td><td>2</td><td>1</td></tr><tr><td>南河</td><td>4</td><td>3</td></tr>"
    "<tr><td>合计</td><td>6</td><td>4</td></tr></table>"
)
BOATS = (
    "<p>三、船只情况</p><table><tr><td>船只指标</td><td>单位</td><td>上游</td><td>下游</td></tr>"
    "<tr><td>一、渡船数</td><td>艘</td><td>5</td><td>9</td></tr>"
    "<tr><td>1.划桨渡船数</td><td>艘</td><td>4</td><td>9</td></tr>"
    "<tr><td>2.风帆渡船数</td><td>艘</td><td>1</td><td></td></tr>"
    "<tr><td>二、过河费</td><td>万元</td><td>0.5</td><td>12</td></tr></table>"
)
PAGE = f"{TITLE}<p>一、概况</p><p>河水平稳，船来船往。</p>{RIVERS}{BOATS}<p>四、下一年打算</p><p>多种柳树。</p>"
VALUES = {
    "rivers.north.clear": 2, "rivers.north.muddy": 1, "rivers.south.clear": 4, "rivers.south.muddy": 3,
    "rivers.both.clear": 6, "rivers.both.muddy": 4,
    "boats.upstream.ferries": 5, "boats.upstream.ferries_by_oar": 4, "boats.upstream.ferries_by_sail": 1,
    "boats.upstream.toll": 0.5, "boats.下游.ferries": 9, "boats.下游.ferries_by_oar": 9,
    "boats.下游.ferries_by_sail": None, "boats.下游.toll": 12,
}  # fmt: skip


def read(page: str, previous: Report | None = None) -> Report:
    return parse_document([Part("page", page.encode())], forms=FORMS, previous=previous)


@pytest.mark.parametrize(("form", "sizes"), [("form2021", (10, 175, 15)), ("form2019", (22, 161, 15))])
def test_forms_have_all_values(form: str, sizes: tuple[int, ...]) -> None:
    assert tuple(len(t.fields) for t in load_forms()[form].tables) == sizes


def test_the_grid_of_table_3_is_the_official_one() -> None:
    table = load_forms()["form2021"].table("applications")
    assert table is not None
    grid = table.grid()
    spans = [(c.text, c.colspan, c.rowspan) for c in grid[1]]
    assert spans == [("自然人", 1, 2), ("法人或其他组织", 5, 1), ("总计", 1, 2)]
    assert (grid[5][0].text, grid[5][0].rowspan, grid[5][1].text) == ("三、本年度办理结果", 22, "（一）予以公开")
    assert [c.field for row in grid for c in row if c.field] == [f.id for f in table.fields]


def test_identities_name_the_values_they_bind() -> None:
    identities = load_forms()["form2021"].identities
    (balance,) = [i for i in identities if i.rule == "APP-BALANCE" and i.place.endswith(".total.total")]
    assert balance.left == ("applications.new_received.total", "applications.carried_in.total")
    assert balance.right == ("applications.total.total", "applications.carried_out.total")
    (total,) = [i for i in identities if i.rule == "APP-SUM" and i.place.endswith(".total.natural_person")]
    assert len(total.right) == 21


def test_a_new_form_is_one_file_and_no_python() -> None:
    report = read(PAGE)
    assert (report.verdict, report.format_era, report.report_year) == (ReportVerdict.VERIFIED, "form2049", 2049)
    assert report.values == VALUES
    assert report.cells["boats.下游.ferries_by_sail"].state is CellState.BLANK
    assert {(c.code, c.place, c.mode, c.passed) for c in report.checks} == {
        ("RIVER-SUM", "rivers.both.clear", "strict", True), ("RIVER-SUM", "rivers.both.muddy", "strict", True),
        ("FERRY-SUM", "boats.upstream.ferries", "strict", True), ("FERRY-SUM", "boats.下游.ferries", "lenient", True),
    }  # fmt: skip
    assert {k: (s.heading, s.text) for k, s in report.sections.items()} == {
        "overview": ("一、概况", "河水平稳，船来船往。"), "outlook": ("四、下一年打算", "多种柳树。"),
    }  # fmt: skip
    assert report.tables["rivers"].evidence == "proven"
    assert report.tables["boats"].evidence == "read"


def test_the_rules_of_a_new_form_are_applied() -> None:
    report = read(PAGE.replace("<td>6</td>", "<td>7</td>"))
    assert report.verdict is ReportVerdict.FLAGGED
    assert [(f.code, f.place) for f in report.findings] == [("RIVER-SUM", "rivers.both.clear")]
    assert report.suspect == ["rivers.both.clear", "rivers.north.clear", "rivers.south.clear"]
    assert report.values == VALUES | {"rivers.both.clear": 7}


def test_a_new_form_is_read_from_text_in_other_columns_and_without_a_row() -> None:
    text = "\n".join([
        "青禾市水务局2049年政府信息公开工作年度报告", "一、概况", "河水平稳。", "二、河段清浊情况",
        "河名\t浑浊河段\t清澈河段", "北河\t1\t2", "合计\t4\t6", "三、船只情况", "船只指标\t单位\t数量",
        "一、渡船数\t艘\t5", "1.划桨渡船数\t艘\t4", "2.风帆渡船数\t艘\t1", "二、过河费\t万元\t0.5",
        "四、打算", "过河费不变。",
    ])  # fmt: skip
    report = read(text)
    assert report.tables["rivers"].reasons == ["values_missing"]
    assert report.suspect == ["rivers.south.clear", "rivers.south.muddy"]
    assert report.values == {
        "rivers.north.clear": 2, "rivers.north.muddy": 1, "rivers.south.clear": None, "rivers.south.muddy": None,
        "rivers.both.clear": 6, "rivers.both.muddy": 4, "boats.ferries": 5, "boats.ferries_by_oar": 4,
        "boats.ferries_by_sail": 1, "boats.toll": 0.5,
    }  # fmt: skip


def test_a_new_form_has_rules_between_years_and_rules_about_words() -> None:
    last = read(PAGE.replace("2049年", "2048年").replace("<td>4</td></tr></table>", "<td>2</td></tr></table>"))
    assert (last.report_year, last.values["rivers.both.muddy"]) == (2048, 2)
    report = read(PAGE, previous=last)
    assert [(f.code, f.place) for f in report.findings] == [("MUD-GROWS", "rivers.both.muddy")]
    one = PAGE.replace("<td>上游</td><td>下游</td>", "<td>数量</td>")
    one = (
        one.replace("<td>9</td></tr>", "</tr>").replace("<td></td></tr>", "</tr>").replace("<td>12</td></tr>", "</tr>")
    )
    assert [(f.code, f.place) for f in read(one).findings] == [("TOLL-TOLD", "boats.toll")]
    assert read(one.replace("多种柳树", "过河费减半")).findings == []


def test_a_page_of_another_form_has_none_of_the_tables() -> None:
    report = parse_document([Part("page", PAGE.encode())])
    assert report.values == {}
    assert {t.verdict for t in report.tables.values()} == {TableVerdict.ABSENT}


def test_the_statistics_of_2014_have_58_indicators_and_their_units() -> None:
    (table,) = load_forms()["stat2014"].tables
    assert len(table.fields) == 58
    units = [f.unit for f in table.fields]
    assert [units.count(u) for u in ("条", "件", "次", "篇", "万元", "个", "人", "人次")] == [7, 33, 9, 1, 2, 2, 3, 1]
    assert [table.fields[n - 1].id for n in (1, 9, 17, 46, 49, 58)] == [
        "stat2014.proactive.disclosed_items", "stat2014.response.hot_topics", "stat2014.applications.received",
        "stat2014.litigation.corrected", "stat2014.fees.collected_wan_yuan", "stat2014.meetings.people_trained",
    ]  # fmt: skip
    grid = [[c.text for c in row] for row in table.grid()]
    assert grid[0] == ["统计指标", "单位", "统计数"]
    assert grid[1] == ["一、主动公开情况", "——", ""]
    assert len(grid) == 1 + 58 + 7


def test_every_value_of_a_form_can_be_found_by_its_official_label() -> None:
    for form in load_forms().values():
        index = LabelIndex(form)
        for target in index.targets:
            if target.fields:
                row = form.by_id[target.fields[0]].row_label
                assert target in index.find(row), row
                assert target in index.find(row.replace("（", "(").replace("）", ")").replace("、", " 、 ")), row


@pytest.mark.parametrize(
    "broken",
    [
        "id: [",
        INVENTED.replace("rivers.south.<c>]", "rivers.west.<c>]"),
        INVENTED.replace("section: outlook", "section: weather"),
        INVENTED.replace("table: boats", "table: ships"),
        INVENTED.replace("match: 清澈", "match: '('"),
        INVENTED.replace("id: south", "id: north"),
        "id: x",
    ],
)
def test_a_broken_form_is_refused_with_its_name(broken: str) -> None:
    with pytest.raises(InvalidForm, match=r"form2049\.yml"):
        read_form(broken, "form2049.yml")
