"""Damage that was once read in silence: lost, moved and joined lines of text, rows that only look whole."""

import re
from collections.abc import Callable

import pytest

from infra.simulator.reports import Office, invent, render
from infra.simulator.reports.article import Cell
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.html import Markup, write_html
from infra.simulator.reports.rendering import bare_page
from infra.simulator.reports.stat2014 import COLUMN_SETS, OldDocument, make_old_report, render_old
from model.report import Report
from parsers import Part, parse_document
from tests.parse_answers import silent_errors

STAT = "stat2014."


def read(text: str) -> Report:
    return parse_document([Part("page", text.encode())])


def old(layout: str, columns: tuple[str, ...] = (), *, numbered: bool = False, seed: int = 3) -> OldDocument:
    office = Office(name="青禾市财政局", core_name="市财政局", size="large")
    return render_old(make_old_report(seed, office, 2015, columns, numbered=numbered), layout, 3)


def lines_of(document: OldDocument) -> list[str]:
    return document.content.decode().split("\n")


def at(lines: list[str], words: str) -> int:
    return next(n for n, line in enumerate(lines) if words in line)


def value_at(lines: list[str], words: str) -> int:
    """The line of the first figure behind a label."""
    start = at(lines, words)
    return next(n for n in range(start + 1, len(lines)) if lines[n].strip()[:1].isdecimal())


@pytest.mark.parametrize("layout", ["cell_per_line", "cell_per_line_blank", "lone_pipes"])
def test_the_number_of_a_page_before_a_unit_is_not_the_figure(layout: str) -> None:
    lines = lines_of(old(layout))
    for label, name in (("2.政府网站公开", "proactive.by_channel.website"), ("专项经费", "capacity.budget_wan_yuan")):
        begin = at(lines, label)
        report = read("\n".join([*lines[: begin + 1], "7", *lines[begin + 1 :]]))
        assert report.values[STAT + name] == 7
        assert STAT + name in report.suspect


@pytest.mark.parametrize(
    ("layout", "figure"),
    [
        ("cell_per_line_blank", "33\n\n.7"),
        ("lone_pipes", "0.\n|\n52"),
        ("lone_pipes", "6|\n.4"),
        ("lone_pipes", "6.|\n4"),
        ("lone_pipes", "6|\n4"),
        ("lone_pipes", "6.\n4"),
    ],
)
def test_half_a_figure_is_no_figure(layout: str, figure: str) -> None:
    lines = lines_of(old(layout))
    lines[value_at(lines, "依申请公开信息收取的费用")] = figure
    assert f"{STAT}fees.collected_wan_yuan" in read("\n".join(lines)).suspect


def test_a_figure_of_three_columns_split_by_a_pipe_shifts_nothing() -> None:
    lines = lines_of(old("lone_pipes", COLUMN_SETS[2], numbered=True, seed=5))
    second = value_at(lines, "计1条") + 2
    lines[second] = f"{lines[second][0]} | {lines[second][1:]}"
    report = read("\n".join(lines))
    assert {f"{STAT}{name}.proactive.disclosed_items" for name in COLUMN_SETS[2]} <= set(report.suspect)


def _without_the_rows_between(lines: list[str]) -> str:
    """会议数 keeps its label and unit, and has the figure of the row behind it."""
    begin, end = value_at(lines, "专题会议数"), value_at(lines, "举办各类培训班数")
    return "\n".join([*lines[:begin], *lines[end:]])


def _without_the_figure_and_the_heading(lines: list[str]) -> str:
    """经费 has the dash that stands for the unit of the heading behind it."""
    begin, end = value_at(lines, "专项经费"), at(lines, "九、政府信息公开会议")
    return "\n".join([*lines[:begin], *lines[end + 2 :]])


def _with_two_labels_over_one_row(lines: list[str]) -> str:
    moved = at(lines, "2.同意公开答复数")
    label = lines.pop(moved)
    lines.insert(at(lines, "1.属于已主动公开范围数") + 1, label)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("change", "layout", "name"),
    [
        (_without_the_rows_between, "cell_per_line", "meetings.meetings_held"),
        (_without_the_rows_between, "lone_pipes", "meetings.meetings_held"),
        (_without_the_figure_and_the_heading, "cell_per_line", "capacity.budget_wan_yuan"),
        (_without_the_figure_and_the_heading, "lone_pipes", "capacity.budget_wan_yuan"),
        (_with_two_labels_over_one_row, "cell_per_line", "applications.answered_granted"),
    ],
)
def test_a_row_beside_lost_lines_does_not_take_the_figures_of_the_next(
    change: Callable[[list[str]], str], layout: str, name: str
) -> None:
    assert STAT + name in read(change(lines_of(old(layout)))).suspect


def test_a_running_number_that_sticks_to_a_figure_is_not_read_with_it() -> None:
    for layout, columns in (("cell_per_line", COLUMN_SETS[0]), ("cell_per_line", COLUMN_SETS[1])):
        lines = lines_of(old(layout, columns, numbered=True))
        last = value_at(lines, "2.政府网站公开") + max(1, len(columns)) - 1
        lines[last : last + 2] = [lines[last] + lines[last + 1]]
        report = read("\n".join(lines))
        ids = {i for i in report.values if i.endswith("by_channel.website")}
        assert ids <= set(report.suspect)
        assert len(ids) == max(1, len(columns))


@pytest.mark.parametrize("layout", ["tabs", "pipes"])
def test_rows_of_numbered_lines_that_ran_together_vouch_for_no_figure_between_them(layout: str) -> None:
    for label, name in (
        ("依申请公开信息收取的费用", "fees.collected_wan_yuan"),
        ("3.政务微博", "proactive.by_channel.weibo"),
    ):
        lines = lines_of(old(layout, numbered=True))
        line = at(lines, label)
        lines[line : line + 2] = [lines[line] + lines[line + 1]]
        assert STAT + name in read("\n".join(lines)).suspect


@pytest.mark.parametrize("layout", ["tabs", "clean", "markdown_padded"])
def test_outcomes_of_lawsuits_whose_heading_is_lost_are_not_those_of_reviews(layout: str) -> None:
    document = old(layout, COLUMN_SETS[1])
    lines = document.content.decode().replace("</tr><tr>", "</tr>\n<tr>").split("\n")
    begin, head = at(lines, "维持具体行政行为数"), at(lines, "驳回原告诉讼请求数")
    report = read("\n".join([*lines[:begin], *lines[head + 1 :]]))
    assert silent_errors(report, {i: None for i in report.values if "reconsideration.corrected" in i}) == []
    assert {i for i in report.values if re.search(r"(reconsideration|litigation)\.(corrected|other)", i)} <= set(
        report.suspect
    )


def test_a_header_that_runs_into_its_first_row_names_no_column() -> None:
    text = old("tabs", COLUMN_SETS[2]).content.decode()
    assert "乡镇街道统计数\n一、主动公开情况" in text
    report = read(text.replace("乡镇街道统计数\n一、主动公开情况", "乡镇街道统计数一、主动公开情况"))
    assert report.tables["stat2014"].verdict == "refused"
    assert set(report.values.values()) == {None}


def test_a_piece_of_a_header_that_stands_there_twice_changes_no_name() -> None:
    document = old("clean", COLUMN_SETS[2])
    page = document.content.decode()
    broken = page.replace("<td>区政府统计数</td>", "<td><p>区</p><p>政府</p><p>政府</p><p>统计数</p></td>")
    assert broken != page
    assert read(broken).values == document.values


@pytest.mark.parametrize(("layout", "lost"), [("lone_pipes", "{figure}\n|\n"), ("cell_per_line_blank", "\n{figure}\n")])
@pytest.mark.parametrize("form", ["form2021", "form2019"])
def test_the_only_page_number_of_a_text_completes_no_row_that_lost_a_cell(layout: str, lost: str, form: str) -> None:
    """The cell is lost with the pipe or the blank that parts it from the next; the number has none."""
    (invented,) = invent(1, form, 1)  # type: ignore[arg-type]
    document = render(invented, layout)
    text = document.content.decode()
    label = text.index("规范性文件", text.index("第二十条"))
    start = text.index("0", label)
    cell = lost.format(figure=0)
    cut = text.index(cell, start - 2)
    for number in (1, 3):
        damaged = text[:cut] + f"{number}\n" + text[cut + len(cell) :]
        assert silent_errors(read(damaged), dict(document.values)) == []


def _page(change: dict[str, str], *, rest: str = "") -> str:
    """A page with other words in some cells; `rest`: all zeros are printed so."""
    (invented,) = invent(1, "form2021", 8)
    article = article_of(invented)
    cells: dict[str, Cell] = {c.id: c for c in article.values() if c.id is not None}
    for cell in cells.values():
        cell.text = rest if rest and cell.value == 0 else cell.text
    for field_id, words in change.items():
        cells[field_id].text = words
    return bare_page(invented.title)(write_html(article, Markup()), "utf-8")


ROW = "applications.results.cannot_provide.not_held"


def test_a_row_with_a_cell_that_nobody_can_read_may_be_the_wrong_one() -> None:
    """34 | 105 read as 1 | 05 beside a cell of two figures: the row's own sum cannot be assessed."""
    (invented,) = invent(1, "form2021", 8)
    wrong = {f"{ROW}.{c}": str(int(invented.values[f"{ROW}.{c}"]) + 30) for c in ("other_org", "legal_service_org")}
    report = read(_page({f"{ROW}.natural_person": "46,4", **wrong}))
    assert {f"{ROW}.natural_person", *wrong} <= set(report.suspect)


@pytest.mark.parametrize("zero", ["/", "—"])
def test_where_zeros_are_signs_a_total_without_a_figure_contradicts_its_parts(zero: str) -> None:
    """A cell slipped in, and the total fell off the row's end."""
    (invented,) = invent(1, "form2021", 8)
    columns = ("natural_person", "commercial_enterprise", "research_institution", "social_welfare_org",
               "legal_service_org", "other_org", "total")  # fmt: skip
    row = "applications.results.disclosed"
    whole = [str(invented.values[f"{row}.{c}"] or zero) for c in columns]
    moved = [whole[0], zero, *whole[1:-1]]
    report = read(_page({f"{row}.{c}": words for c, words in zip(columns, moved, strict=True)}, rest=zero))
    differ = {f"{row}.{c}" for c, a, b in zip(columns, whole, moved, strict=True) if a != b}
    assert len(differ) > 2
    assert differ <= set(report.suspect)


def test_a_blank_that_fills_up_a_row_with_two_figures_in_one_cell_makes_all_of_it_doubtful() -> None:
    row = "proactive.art20_1.normative_documents"
    report = read(_page({f"{row}.issued": "12 5", f"{row}.repealed": "87", f"{row}.in_force": ""}))
    assert {f"{row}.issued", f"{row}.repealed", f"{row}.in_force"} <= set(report.suspect)


def test_a_count_with_decimals_is_read_and_not_vouched_for() -> None:
    field = "proactive.art20_6.penalties.decisions"
    report = read(_page({field: "5.0"}))
    assert (report.values[field], report.suspect) == (5, [field])


def test_a_line_of_a_header_that_fits_no_column_still_tells_their_order() -> None:
    """Text in columns, as pandoc writes it: an invisible character pushes the words of the header aside."""
    (invented,) = invent(1, "form2021", 8)
    page = render(invented, "clean").content.decode()
    before, after = page.split("二、主动公开政府信息情况")[0], "五、存在的主要问题"
    table = article_of(invented).table("applications")
    width, rows = 90, []
    for row in table.rows:
        if row.values():
            rows.append([row.cells[-8].text.replace("“", "").replace("”", ""), *(c.text for c in row.values())])
    words = ["", "自然人", "科研机构", "商业企业", "社会公益组织", "法律服务机构", "其他", "总计"]
    ruler = " ".join("-" * (width - 1) for _ in words)
    text = re.sub(r"<[^>]+>", "\n", before) + "\n三、收到和处理政府信息公开申请情况\n\n" + ruler + "\n"
    text += "\u3000" * 3 + "自然人 科研机构" + " " * 30 + "商业企业 社会公益组织 法律服务机构 其他 总计" + "\n"
    for cells in rows:
        text += "".join(c + " " * (width - sum(2 if ord(x) > 255 else 1 for x in c)) for c in cells).rstrip() + "\n"
    report = read(text + ruler + f"\n\n{after}\n\n无。\n")
    for row_id in ("applications.new_received", "applications.total"):
        printed = invented.values[f"{row_id}.commercial_enterprise"]
        assert report.values[f"{row_id}.research_institution"] == printed
    assert (report.tables["applications"].verdict, report.reasons, report.suspect[:3]) == ("verified", [], [])


def test_a_sentence_before_a_table_names_no_column_of_a_header_that_lost_one() -> None:
    (invented,) = invent(1, "form2019", 9)
    document = render(invented, "cell_per_line")
    text = document.content.decode()
    sentence = "同步更新公开指南和目录。\n二、主动公开政府信息情况"
    damaged = re.sub(r"。\n二、主动公开政府信息情况", lambda _: f"。\n{sentence}", text, count=1)
    assert sentence in damaged
    report = read(damaged.replace("本年新公开数量\n", "", 1))
    assert silent_errors(report, dict(document.values)) == []
    assert (
        report.values["proactive.art20_1.normative_documents.made"]
        == invented.values["proactive.art20_1.normative_documents.made"]
    )


def test_the_words_of_the_last_part_are_no_figure_of_the_table_above() -> None:
    """Table 4 lost its last figure, and the headings down to 无。 of part six."""
    (invented,) = invent(1, "form2019", 9)
    document = render(invented, "cell_per_line")
    text = document.content.decode()
    end = text.index("五、存在的主要问题")
    cut = text[:end].rstrip().rpartition("\n")[0]
    report = read(f"{cut}\n无。\n")
    assert silent_errors(report, dict(document.values)) == []
    assert report.tables["review_litigation"].verdict == "refused"
