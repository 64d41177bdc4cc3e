"""Every layout prints what its answer key says, and is as broken as its name promises."""

import re
import unicodedata
from collections.abc import Iterable

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.simulator.reports import (
    HTML_LAYOUTS,
    LAYOUTS,
    TEXT_LAYOUTS,
    Era,
    GeneratedReport,
    Office,
    Rendered,
    invent,
    make_report,
    render,
)
from model.forms import load_forms
from model.vocabulary import CellState

OFFICE = Office(name="青禾市财政局", core_name="市财政局", size="large")
REPORT = make_report(7, OFFICE, 2024, "form2021")
REPORT_2019 = make_report(7, OFFICE, 2020, "form2019")
ENCODING = {"gb18030_declared_utf8": "gb18030"}

reports = st.builds(
    make_report,
    st.integers(0, 10**6),
    st.builds(Office, name=st.just("松原台市水务局"), size=st.sampled_from(["none", "small", "medium", "huge"])),
    st.integers(2019, 2025),
    st.sampled_from(["form2021", "form2019"]),
)


def text_of(document: Rendered) -> str:
    return document.content.decode(ENCODING.get(document.layout, "utf-8"))


def nodes(document: Rendered, path: str) -> list[lxml.html.HtmlElement]:
    found = lxml.html.fromstring(text_of(document)).xpath(path)
    assert isinstance(found, list)
    return [node for node in found if isinstance(node, lxml.html.HtmlElement)]


def cell_texts(document: Rendered) -> list[str]:
    return [str(cell.text_content()).strip(" \n\u00a0") for cell in nodes(document, "//td[not(.//table)]|//th")]


def contains_in_order(found: Iterable[str], wanted: Iterable[str]) -> bool:
    stream = iter(found)
    return all(any(text == value for text in stream) for value in wanted)


def printed(document: Rendered) -> list[str]:
    return [raw.strip("\u00a0\u3000 ") for raw in document.raws.values()]


# Fields, marks and what Word leaves between digits stand in cells, too.
MARKED_UP = {"form_fields", "footnotes", "hidden_parts", "word_fragments"}


@pytest.mark.parametrize("layout", [name for name in HTML_LAYOUTS if name not in MARKED_UP])
@given(report=reports)
@settings(max_examples=8)
def test_html_prints_every_value_in_order(layout: str, report: GeneratedReport) -> None:
    document = render(report, layout, seed=3)
    found = [text.strip("\u00a0\u3000 ") for text in cell_texts(document)]
    assert contains_in_order(found, printed(document))


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
@given(report=reports)
@settings(max_examples=8)
def test_text_prints_every_value_in_order(layout: str, report: GeneratedReport) -> None:
    document = render(report, layout, seed=3)
    found = [token.strip() for token in re.split(r"[|\t\n]", text_of(document))]
    assert contains_in_order(found, printed(document))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("report", [REPORT, REPORT_2019], ids=["form2021", "form2019"])
def test_the_answer_key_is_complete(layout: str, report: GeneratedReport) -> None:
    document = render(report, layout, seed=3)
    ids = [field.id for field in load_forms()[report.era].fields]
    assert list(document.values) == ids == list(document.states)
    for key, value in document.values.items():
        assert (value is None) == (document.states[key] is not CellState.NUMBER)
        assert value is None or value == report.values[key]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rendering_repeats(layout: str) -> None:
    assert render(REPORT, layout, seed=3) == render(REPORT, layout, seed=3)
    assert any(render(REPORT, layout, seed=s).content != render(REPORT, layout, seed=3).content for s in range(9)) or (
        layout in CONSTANT
    )


CONSTANT = {
    "clean", "gb18030_declared_utf8", "utf8_declared_gb2312", "layout_tables", "sloppy_markup", "one_table",
    "fullwidth", "radicals", "no_enumerators", "decimals_signs", "hidden_tabs",
    "pipes", "cell_per_line", "lone_pipes", "tabs",
}  # fmt: skip


@pytest.mark.parametrize(
    ("layout", "state", "texts"),
    [
        ("blank_zeros", CellState.BLANK, {"", "\u00a0"}),
        ("slash_zeros", CellState.SLASH, {"/", "／", "\\"}),
        ("dash_zeros", CellState.DASH, {"-", "--", "—", "——", "－"}),
        ("none_word_zeros", CellState.NONE_WORD, {"无", "无。", "暂无", "不涉及"}),
    ],
)
def test_zeros_lose_their_value(layout: str, state: CellState, texts: set[str]) -> None:
    for seed in range(6):
        document = render(REPORT, layout, seed)
        zeros = [key for key, value in REPORT.values.items() if value == 0]
        assert zeros
        assert {key for key, found in document.states.items() if found is state} == set(zeros)
        assert {document.raws[key] for key in zeros} <= texts


def test_word_paste_has_a_span_for_each_character() -> None:
    text = text_of(render(REPORT, "word_paste"))
    assert "mso-" in text
    assert "<o:p>" in text
    assert re.search(r"<span[^>]*>自</span><span[^>]*>然</span><span[^>]*>人</span>", text)


def test_encodings_lie() -> None:
    lying = render(REPORT, "gb18030_declared_utf8")
    assert lying.charset_declared == "utf-8"
    with pytest.raises(UnicodeDecodeError):
        lying.content.decode("utf-8")
    assert '<meta charset="utf-8">' in lying.content.decode("gb18030")
    other = render(REPORT, "utf8_declared_gb2312")
    assert '<meta charset="gb2312">' in other.content.decode("utf-8")


def test_table_three_is_split_with_its_header_repeated() -> None:
    document = render(REPORT, "split_table3")
    assert len(nodes(document, "//table")) == 4
    assert len(nodes(document, "//td[text()='法人或其他组织']")) == 2


@pytest.mark.parametrize("report", [REPORT, REPORT_2019], ids=["form2021", "form2019"])
def test_table_two_falls_into_its_items(report: GeneratedReport) -> None:
    items = {"form2021": 4, "form2019": 5}[report.era]
    assert len(nodes(render(report, "five_tables"), "//table")) == items + 2
    assert len(nodes(render(report, "one_table"), "//table")) == 1


def test_rowspans_are_wrong() -> None:
    right = {"22", "8", "3", "5"}
    seen = set()
    for seed in range(8):
        cells = nodes(render(REPORT, "wrong_rowspans", seed), "//td[@rowspan and not(@colspan='3')]")
        spans = {cell.get("rowspan", "") for cell in cells} - {"2"}
        assert spans != right
        seen |= spans
    assert seen & {"20", "21", "23", "24"}


def test_header_and_data_spans_disagree() -> None:
    rows = nodes(render(REPORT_2019, "disagreeing_spans"), "(//table)[1]//tr")
    spans = [[int(cell.get("colspan", "1")) for cell in row] for row in rows]
    assert {sum(row) for row in spans} == {5}
    assert spans[1] != spans[2]


def test_radicals_are_not_the_characters_they_look_like() -> None:
    text = text_of(render(REPORT, "radicals"))
    assert "自然人" not in text
    assert "⻓" in text or "⻅" in text or "⺠" in text or "⻚" in text
    normal = unicodedata.normalize("NFKC", text)
    assert "自然人" in normal


def test_extra_rows_are_told_apart_from_the_form() -> None:
    document = render(REPORT, "extra_rows", seed=2)
    assert document.extras
    for extra in document.extras:
        assert extra.label in text_of(document)
        assert len(extra.values) in {1, 3}


def test_units_stand_in_the_cells() -> None:
    document = render(REPORT, "units", seed=2)
    assert document.units
    for key, unit in document.units.items():
        assert document.raws[key] == f"{REPORT.values[key]}{unit}"


def test_thousands_are_separated() -> None:
    report = make_report(1, Office(name="青禾市人民政府", kind="government", size="huge"), 2024, "form2021")
    seen = {re.sub(r"\d", "", render(report, "thousands", s).raws["applications.total.total"]) for s in range(20)}
    assert seen == {",", "，", " "}


def test_signs_are_spelt_in_several_ways() -> None:
    spelt = set()
    for report in invent(30, "form2019", seed=5):
        for key, raw in render(report, "decimals_signs").raws.items():
            if key.endswith(".items_change"):
                spelt.add(re.sub(r"\d+", "", raw))
    assert spelt >= {"", "+", "＋", "增", "-", "－", "减"}


def test_pipes_pile_up_placeholders_like_the_stored_texts() -> None:
    lines = text_of(render(REPORT, "pipes")).splitlines()
    assert "自然人 | 法人或其他组织 | 总计 | |||||||" in lines
    assert "商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | |||||" in lines
    assert any(re.fullmatch(r"2\.重复申请( \| \d+){7} \| \|\|", line) for line in lines)


def test_broken_rows_leave_their_last_value_on_the_next_line() -> None:
    lines = text_of(render(REPORT, "pipes_broken_rows", seed=1)).splitlines()
    broken = [at for at, line in enumerate(lines) if re.search(r"( \| \d+){6} \|$", line)]
    assert broken
    assert all(re.match(r"\d+( \||$)", lines[at + 1]) for at in broken)


def test_invented_reports_differ_and_repeat() -> None:
    def names(era: Era, seed: int) -> list[str]:
        return [report.title for report in invent(30, era, seed)]

    assert len(set(names("form2021", 0))) > 20
    assert names("form2021", 0) == names("form2021", 0)
    assert names("form2021", 0) != names("form2021", 1)
    assert {report.year for report in invent(30, "form2019")} == {2019, 2020}
