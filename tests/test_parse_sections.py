"""The written parts, split by number and keyword, whatever the heading's wording and wherever it stands."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.simulator.reports import HTML_LAYOUTS, TEXT_LAYOUTS, Office, make_report, render
from infra.simulator.reports.stat2014 import make_old_report, render_old
from model.normal_text import squeeze
from parsers import Part, parse_document

REPORT = make_report(7, Office(name="青禾市财政局", core_name="市财政局", size="large"), 2024, "form2021")
PAGE = render(REPORT, "clean").content.decode()
PROSE = {
    "overview": REPORT.prose.overview,
    "problems_and_improvements": REPORT.prose.problems_and_improvements,
    "other_matters": REPORT.prose.other_matters,
}
OFFICIAL = {
    "overview": "一、总体情况",
    "proactive": "二、主动公开政府信息情况",
    "applications": "三、收到和处理政府信息公开申请情况",
    "review_litigation": "四、政府信息公开行政复议、行政诉讼情况",
    "problems_and_improvements": "五、存在的主要问题及改进情况",
    "other_matters": "六、其他需要报告的事项",
}


# Layouts that print more than the report says
WORDS_OF_THEIR_OWN = {"footnotes"}


def parts(page: str) -> dict[str, tuple[str, str]]:
    report = parse_document([Part("page", page.encode())])
    return {name: (part.heading, part.text) for name, part in report.sections.items()}


def expected(**headings: str) -> dict[str, tuple[str, str]]:
    return {name: (headings.get(name, OFFICIAL[name]), "\n".join(lines)) for name, lines in PROSE.items()}


def heading(of: str, words: str) -> str:
    """The page with another heading for one of its parts."""
    assert PAGE.count(f"<strong>{OFFICIAL[of]}</strong>") == 1
    return PAGE.replace(f"<strong>{OFFICIAL[of]}</strong>", f"<strong>{words}</strong>")


def test_the_three_written_parts_of_the_form() -> None:
    assert parts(PAGE) == expected()


@pytest.mark.parametrize("layout", [n for n in (*HTML_LAYOUTS, *TEXT_LAYOUTS) if n not in WORDS_OF_THEIR_OWN])
def test_the_parts_are_the_same_in_every_layout(layout: str) -> None:
    encoding = "gb18030" if layout == "gb18030_declared_utf8" else "utf-8"
    found = parts(render(REPORT, layout, seed=2).content.decode(encoding))
    assert list(found) == list(PROSE)
    assert {n: squeeze(t) for n, (_, t) in found.items()} == {n: squeeze("".join(p)) for n, p in PROSE.items()}
    assert [squeeze(h) for h, _ in found.values()] == [squeeze(OFFICIAL[n]) for n in PROSE]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("overview", "一、总体概述"),
        ("overview", "一、2019年政府信息公开工作的总体情况"),
        ("overview", "一. 基本情况"),
        ("overview", "一 总体情况"),
        ("overview", "一：概述"),
        ("overview", "总体情况"),
        ("problems_and_improvements", "五、政府信息公开工作存在的主要问题及改进情况"),
        ("problems_and_improvements", "五、存在问题及改进情况"),
        ("problems_and_improvements", "五、工作中存在的主要问题及改进措施"),
        ("problems_and_improvements", "五．存在的问题与不足"),
        ("problems_and_improvements", "存在的主要问题及改进情况"),
        ("other_matters", "六、其他报告的事项"),
        ("other_matters", "六，其他需要说明的事项"),
        ("other_matters", "其他需要报告的事项"),
    ],
)
def test_other_words_for_a_heading(part: str, words: str) -> None:
    assert parts(heading(part, words)) == expected(**{part: words})


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("proactive", "二、主动公开信息情况"), ("proactive", "二、行政机关主动公开政府信息情况"),
        ("applications", "三、行政机关收到和处理政府信息公开申请情况"),
        ("review_litigation", "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
        ("review_litigation", "四、政府信息公开行政复议和提起行政诉讼情况"),
    ],
)  # fmt: skip
def test_other_words_for_the_heading_of_a_table(part: str, words: str) -> None:
    assert parts(heading(part, words)) == expected()


@pytest.mark.parametrize("style", ["第{}部分 ", "（{}）", "{}."])
def test_other_ways_to_number(style: str) -> None:
    page = PAGE
    for number, words in enumerate(OFFICIAL.values()):
        numeral = "一二三四五六"[number] if style != "{}." else str(number + 1)
        page = page.replace(f"<strong>{words}</strong>", f"<strong>{style.format(numeral)}{words[2:]}</strong>")
    page = re.sub(r"（[一二三四五]）(?=主动公开。|依申请公开。|政府信息管理。|平台建设。|监督保障。)", "", page)
    assert {n: t for n, (_, t) in parts(page).items()} == {
        n: re.sub(r"（[一二三四五]）", "", t) for n, (_, t) in expected().items()
    }


def test_points_within_a_part_are_no_headings() -> None:
    page = PAGE.replace("（一）主动公开。", "（一）主动公开政府信息情况</p><p>").replace(
        "（二）依申请公开。", "（二）收到和处理申请情况</p><p>"
    )
    found = parts(page)
    assert list(found) == list(PROSE)
    assert "（一）主动公开政府信息情况\n" in found["overview"][1]
    assert "（二）收到和处理申请情况\n" in found["overview"][1]


def test_a_row_that_begins_like_a_heading_is_none() -> None:
    text = render(REPORT, "cell_per_line").content.decode()
    assert "\n四、结转下年度继续办理\n" in text
    assert "\n三、本年度办理结果\n" in text
    assert parts(text) == expected()
    alone = PAGE.replace("</tbody>", '<tr><td colspan="10">四、结转下年度继续办理</td></tr></tbody>', 2)
    assert parts(alone) == expected()


@pytest.mark.parametrize(
    "leftover",
    ["该部分以表格形式报告。表格如下：", "本部分以表格形式报告", "（详见下表）", "见下表：", "单位：件", "表格如下："],
)
def test_what_stands_between_heading_and_table_is_no_text(leftover: str) -> None:
    page = PAGE
    for part in ("proactive", "applications", "review_litigation"):
        page = page.replace(f"{OFFICIAL[part]}</strong></p>", f"{OFFICIAL[part]}</strong></p><p>{leftover}</p>")
    assert page.count(leftover) == 3
    assert parts(page) == expected()


def test_text_before_a_table_belongs_to_its_part() -> None:
    words = "全年通过门户网站公开各类信息三百余条，其中政策文件二十件。"
    found = parts(PAGE.replace("情况</strong></p>\n<table", f"情况</strong></p>\n<p>{words}</p>\n<table", 1))
    assert found["proactive"] == (OFFICIAL["proactive"], words)
    assert {n: v for n, v in found.items() if n != "proactive"} == expected()


@pytest.mark.parametrize("wrapped", ["<table><tr><td colspan=4>{}</td></tr></table>", "<div><span>{}</span></div>"])
def test_headings_in_cells(wrapped: str) -> None:
    page = PAGE
    for words in OFFICIAL.values():
        page = page.replace(f"<p><strong>{words}</strong></p>", wrapped.format(words))
    assert parts(page) == expected()


def test_prose_and_headings_in_boxes_of_one_cell() -> None:
    page = re.sub(r'<p style="text-indent:2em">(.*?)</p>', r"<table><tr><td>\1</td></tr></table>", PAGE)
    for words in OFFICIAL.values():
        page = page.replace(f"<p><strong>{words}</strong></p>", f"<table><tr><td>{words}</td></tr></table>")
    assert parts(page) == expected()


@pytest.mark.parametrize("gone", ["proactive", "applications", "review_litigation"])
def test_a_missing_heading_of_a_table_changes_no_other_part(gone: str) -> None:
    assert parts(PAGE.replace(f"<p><strong>{OFFICIAL[gone]}</strong></p>", "")) == expected()


def test_text_whose_heading_is_missing_keeps_its_place() -> None:
    page = PAGE
    for part in ("overview", "problems_and_improvements"):
        page = page.replace(f"<p><strong>{OFFICIAL[part]}</strong></p>", "")
    assert parts(page) == expected(overview="", problems_and_improvements="")


def test_without_any_heading_the_tables_are_read_all_the_same() -> None:
    page = re.sub(r"<p><strong>[一二三四五六]、.*?</strong></p>", "", PAGE)
    report = parse_document([Part("page", page.encode())])
    assert report.verdict == "verified"
    assert report.values == REPORT.values


def test_a_text_without_lines_is_split_where_the_count_goes_on() -> None:
    order = list(OFFICIAL)
    table = "第二十条第（一）项 信息内容 本年制发件数 本年废止件数 现行有效件数 规章 0 0 0 行政规范性文件 1 0 4"
    pieces = {
        **{n: "".join(t) for n, t in PROSE.items()},
        "proactive": table,
        "applications": "",
        "review_litigation": "",
    }
    text = REPORT.title + " ".join(f"{OFFICIAL[n]}{pieces[n]}" for n in order)
    found = parts(text)
    assert {n: found[n] for n in PROSE} == {n: (OFFICIAL[n], "".join(t)) for n, t in PROSE.items()}


def test_the_groups_of_the_table_of_2014_are_no_parts() -> None:
    old = make_old_report(3, Office(name="青禾市财政局", size="medium"), 2016)
    for layout in ("clean", "cell_per_line", "pipes"):
        found = parts(render_old(old, layout).content.decode())
        assert list(found) == [*(p.id for p in old.words.parts), "statistics"]
        assert {n: found[n] for n in found if n != "statistics"} == {
            p.id: (p.heading, "\n".join(p.paragraphs)) for p in old.words.parts
        }
    flat = parts(" ".join(render_old(old, "cell_per_line").content.decode().split()))
    assert list(flat) == [*(p.id for p in old.words.parts), "statistics"]
    assert flat["statistics"][0] == "附：政府信息公开情况统计表（2016年度）"


def test_a_dead_count_in_the_middle_of_a_text_is_no_heading() -> None:
    words = "三、四季度各检查一次，二、三类事项逐项核对，五、六月开展培训。" * 6
    page = PAGE.replace(REPORT.prose.overview[0], REPORT.prose.overview[0] + words)
    found = parts(page)
    assert found["overview"][1].startswith(REPORT.prose.overview[0] + words)
    assert list(found) == list(PROSE)


def test_contact_details_are_taken_out_and_numbers_of_applications_are_not() -> None:
    words = "联系电话：022-12345678，邮箱 someone@example.org。电话申请3件，传真申请数2件。"
    found = parts(PAGE.replace(REPORT.prose.other_matters[0], words))
    text = found["other_matters"][1]
    assert not re.search(r"12345678|example\.org", text)
    assert "电话申请3件，传真申请数2件。" in text


@given(
    st.lists(st.text(alphabet="公开信息工作情况一二三、。（）0123 \n申请问题", min_size=0, max_size=60), max_size=12),
    st.booleans(),
)
@settings(max_examples=60)
def test_nothing_is_invented(lines: list[str], breaks: bool) -> None:
    """Whatever stands in a section stands in the document, in the same order of characters."""
    text = REPORT.title + "\n" + ("\n" if breaks else "").join(lines)
    report = parse_document([Part("page", text.encode())])
    whole = squeeze(text)
    for part in report.sections.values():
        for line in part.text.split("\n"):
            assert squeeze(line) in whole
