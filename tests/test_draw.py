"""A report on a terminal: each table by the edition that it has, columns as the document names them, words."""

from io import StringIO

from rich.console import Console

from flows.draw import draw_report
from infra.simulator.reports import Office, make_report, render
from infra.simulator.reports.narratives import invent_narrative, narrative_page
from infra.simulator.reports.stat2014 import make_old_report, render_old
from model.forms_printed import tables_of
from parsers import Part, parse_document

OFFICE = Office(name="青禾市财政局", core_name="市财政局", size="large")


def drawn(content: bytes) -> tuple[list[str], list[str]]:
    """Lines as shown on 110 columns, and the titles of the tables."""
    report = parse_document([Part("page", content)]).model_dump(mode="json")
    console = Console(file=StringIO(), width=110)
    console.print(draw_report(report, "青禾市财政局"))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    lines = [" ".join(line.replace("│", " ").split()) for line in text.splitlines()]
    return lines, [table.title for table in tables_of(report)]


def test_the_table_of_2014_is_drawn_with_its_columns_and_groups() -> None:
    old = make_old_report(5, OFFICE, 2016, ("本级", "汇总"))
    lines, tables = drawn(render_old(old, "clean").content)
    assert tables == ["政府信息公开情况统计表"]
    assert "本级 汇总" in lines
    assert "一、主动公开情况" in lines
    staff = " ".join(f"{n:,}" for n in old.figures["capacity.staff"])
    assert f"（三）从事政府信息公开工作人员数 {staff}" in lines


def test_a_hybrid_is_drawn_table_by_table() -> None:
    page = render(make_report(4, OFFICE, 2022, "form2021"), "clean").content.decode()
    other = render(make_report(4, OFFICE, 2022, "form2019"), "clean").content.decode()
    mixed = other[: other.index("三、收到")] + page[page.index("三、收到") :]
    lines, tables = drawn(mixed.encode())
    assert tables == ["主动公开政府信息情况", "收到和处理政府信息公开申请情况", "政府信息公开行政复议、行政诉讼情况"]
    assert any(line.startswith("政府集中采购") for line in lines)
    assert any("逾期未按收费通知" in line for line in lines)


def test_a_report_in_words_shows_how_its_parts_begin() -> None:
    text = invent_narrative(3, OFFICE, 2011)
    lines, tables = drawn(narrative_page(OFFICE, 2011, text))
    assert tables == []
    assert "narrative" in lines[1]
    assert any(line.startswith(text.parts[0].heading) for line in lines)
