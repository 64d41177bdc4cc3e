"""Figures that are not what the form asks for although their row has the form's label: of two reports in one page,
below a header that lost a column or is another form's, of another year, in 万件, one figure for two rows."""

from collections.abc import Callable

import pytest

from infra.simulator.reports import LAYOUTS, Office, invent, render
from infra.simulator.reports.article import Article, Cell, Row, Text
from infra.simulator.reports.dice import dice
from infra.simulator.reports.files.fixed_layout import write_ofd
from infra.simulator.reports.files.spreadsheet import write_xlsx
from infra.simulator.reports.files.word import write_docx
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.rendering import bare_page
from infra.simulator.reports.stat2014 import make_old_report, render_old
from model.report import Report
from model.vocabulary import TableVerdict
from parsers import Part, parse_document

LAYOUTS_TRIED = ("clean", "pipes", "tabs", "markdown_padded", "cell_per_line")
NORMATIVE = tuple(f"proactive.art20_1.normative_documents.{name}" for name in ("issued", "repealed", "in_force"))
LICENSING, PENALTIES = "proactive.art20_5.licensing.decisions", "proactive.art20_6.penalties.decisions"


def _article() -> tuple[str, Article]:
    (invented,) = invent(1, "form2021", 8)
    article = article_of(invented)
    for number, cell in enumerate(c for row in article.table("proactive").rows for c in row.values()):
        cell.text, cell.value = str(20 + number), 20 + number
    return invented.title, article


def _read(title: str, article: Article, layout: str = "clean") -> Report:
    draft = LAYOUTS[layout].make(article, dice(1, layout))
    page = bare_page(title)(draft.text, draft.declared) if draft.media_type == "text/html" else draft.text
    return parse_document([Part("page", page.encode(draft.encoding))])


def _row(article: Article, label: str) -> Row:
    return next(r for r in article.rows() if r.values() and any(label in c.text for c in r.cells))


def _vouched(report: Report, *ids: str) -> list[str]:
    """Those of the ids that have a value nobody doubts; a blank counts as one where the table is not refused."""
    read = [i for i in ids if report.tables[i.partition(".")[0]].verdict is not TableVerdict.REFUSED]
    return [i for i in read if i in report.values and i not in report.suspect]


def _headed(words: tuple[str, ...], regulations: tuple[str, ...], documents: tuple[str, ...]) -> tuple[str, Article]:
    title, article = _article()
    for row in article.table("proactive").rows:
        if any("制发" in cell.text for cell in row.cells):
            row.cells[1:] = [Cell(word, "header") for word in words]
    for label, texts in (("规章", regulations), ("行政规范性文件", documents)):
        _row(article, label).cells[1:] = [Cell(text, "extra") for text in texts]
    return title, article


@pytest.mark.parametrize("layout", LAYOUTS_TRIED)
@pytest.mark.parametrize(
    ("words", "documents"),
    [
        (("本年制发件数", "现行有效件数", "备注"), ("3", "9", "")),
        (("本年废止件数", "现行有效件数", "备注"), ("3", "9", "")),
        (("本年制发件数", "本年废止件数", "说明"), ("3", "9", "1")),
        (("行次", "本年制发件数", "现行有效件数"), ("2", "3", "9")),
        (("本年新制作数量", "本年新公开数量", "对外公开总数量"), ("3", "3", "9")),
        (("现有", "新制", "作废"), ("9", "3", "4")),
        (("有效件数", "新制定件数", "废止件数"), ("9", "3", "4")),
    ],
)
def test_below_a_header_that_is_not_the_forms_no_figure_is_vouched_for(
    words: tuple[str, ...], documents: tuple[str, ...], layout: str
) -> None:
    report = _read(*_headed(words, ("1", "1", "5"), documents), layout)
    assert _vouched(report, *NORMATIVE) == []


def _without_legal_services(article: Article) -> None:
    for row in article.table("applications").rows:
        if row.values():
            row.cells.remove(row.values()[4])
            row.cells.append(Cell("", "extra"))
        else:
            row.cells = [c for c in row.cells if "法律服务" not in c.text]
            if any(c.text == "总计" for c in row.cells):
                row.cells.append(Cell("备注", "header", 1, 2))


@pytest.mark.parametrize("layout", LAYOUTS_TRIED)
def test_a_column_of_remarks_is_no_column_of_the_form(layout: str) -> None:
    title, article = _article()
    _without_legal_services(article)
    report = _read(title, article, layout)
    assert report.tables["applications"].verdict is TableVerdict.REFUSED


def _exchange(row: Row, first: int, second: int) -> None:
    row.cells[first], row.cells[second] = row.cells[second], row.cells[first]


def _corrected_first(article: Article) -> None:
    for row in article.table("review_litigation").rows:
        for cell in row.cells:
            cell.text = {"结果维持": "纠正结果数", "结果纠正": "维持结果数"}.get(cell.text, cell.text)
        if row.values():
            for at in (0, 5, 10):
                _exchange(row, at, at + 1)


def _after_review_first(article: Article) -> None:
    for row in article.table("review_litigation").rows:
        for cell in row.cells:
            cell.text = {"未经复议直接起诉": "经复议后起诉", "复议后起诉": "直接起诉"}.get(cell.text, cell.text)
        if row.values():
            row.cells[5:] = [*row.cells[10:], *row.cells[5:10]]


def _lawyers_before_research(article: Article) -> None:
    for row in article.table("applications").rows:
        for cell in row.cells:
            cell.text = {"科研机构": "律师事务所", "法律服务机构": "研究所"}.get(cell.text, cell.text)
        if row.values():
            first = len(row.cells) - 7
            _exchange(row, first + 2, first + 4)


@pytest.mark.parametrize("layout", LAYOUTS_TRIED)
@pytest.mark.parametrize("change", [_corrected_first, _after_review_first, _lawyers_before_research])
def test_words_of_a_header_that_differ_a_little_still_tell_its_order(
    change: Callable[[Article], None], layout: str
) -> None:
    title, article = _article()
    change(article)
    report = _read(title, article, layout)
    printed = {c.id: c.value for c in article.values() if c.id}
    assert [i for i in _vouched(report, *printed) if report.values[i] != printed[i]] == []


@pytest.mark.parametrize("number", range(4))
def test_a_heading_repeated_in_each_of_its_columns_is_in_order(number: int) -> None:
    (invented,) = invent(1, "form2021", 8)
    report = parse_document([Part("page", render(invented, "markdown_padded", number).content)])
    assert report.verdict.value == "verified"


@pytest.mark.parametrize("layout", LAYOUTS_TRIED)
@pytest.mark.parametrize("word", ["上年处理决定数量", "2019年处理决定数量", "本年处理决定数量（万件）"])
def test_a_header_of_another_year_or_unit_makes_its_column_doubtful(word: str, layout: str) -> None:
    title, article = _article()
    next(c for c in article.cells() if c.text == "本年处理决定数量").text = word
    report = _read(title, article, layout)
    assert report.suspect == [LICENSING]


@pytest.mark.parametrize("layout", LAYOUTS_TRIED)
@pytest.mark.parametrize("words", ["单位：万件", "（计量单位：千件）"])
def test_a_table_in_ten_thousands_is_not_read_as_counts(words: str, layout: str) -> None:
    title, article = _article()
    table = article.table("proactive")
    article.replace(table, [Text(words), table])
    report = _read(title, article, layout)
    assert report.tables["proactive"].verdict is TableVerdict.REFUSED
    assert report.tables["applications"].verdict is TableVerdict.VERIFIED
    table.rows.insert(0, Row([Cell(words, "extra", 4)]))
    article.replace(next(b for b in article.blocks if isinstance(b, Text) and b.text == words), [])  # type: ignore[arg-type]
    assert _read(title, article, layout).tables["proactive"].verdict is TableVerdict.REFUSED


@pytest.mark.parametrize("words", ["单位：万元", "单位：件、万元", "单位：件"])
def test_a_unit_that_the_form_has_doubts_nothing(words: str) -> None:
    title, article = _article()
    table = article.table("proactive")
    article.replace(table, [Text(words), table])
    assert _read(title, article).suspect == []


@pytest.mark.parametrize("note", ["（2019年）", "（截至6月底）", "（万件）", "（120件）", "（不予处罚）"])
def test_a_label_that_asks_for_something_else_makes_its_row_doubtful(note: str) -> None:
    title, article = _article()
    row = _row(article, "行政处罚")
    row.cells[0].text += note
    assert _read(title, article).suspect == [PENALTIES]
    own = Row([Cell("行政处罚", "label"), Cell("77", "extra", 3)])
    rows = article.table("proactive").rows
    rows.insert(rows.index(row), own)
    report = _read(title, article)
    assert (report.values[PENALTIES], report.suspect) == (77, [])


def test_last_years_applications_are_not_this_years() -> None:
    title, article = _article()
    _row(article, "本年新收").cells[0].text = "一、上年新收政府信息公开申请数量"
    assert {i for i in _read(title, article).suspect if i.endswith("natural_person")} == {
        "applications.new_received.natural_person"
    }


@pytest.mark.parametrize(("label", "lost"), [("行政处罚", "行政强制"), ("规章", "行政规范性文件")])
def test_one_figure_for_two_rows_is_neithers(label: str, lost: str) -> None:
    title, article = _article()
    above, below = _row(article, label), _row(article, lost)
    above.values()[0].rowspan = 2
    field = above.values()[0].id
    below.cells.remove(below.values()[0])
    assert field in _read(title, article).suspect
    for write in (write_docx, write_xlsx, write_ofd):
        report = parse_document([Part("attachment", write(article, dice(3, "file")))])
        assert field in report.suspect
        assert len(report.suspect) <= 4


def test_two_figures_with_a_blank_between_are_not_one_where_the_row_has_a_blank_too_many() -> None:
    title, article = _article()
    for cell, text in zip(_row(article, "行政规范性文件").values(), ("12 345", "7", ""), strict=True):
        cell.text = text
    assert set(NORMATIVE) <= set(_read(title, article).suspect)


@pytest.mark.parametrize("layout", ["clean", "pipes", "tabs", "cell_per_line"])
@pytest.mark.parametrize(("first", "second"), [("form2021", "form2021"), ("form2021", "form2019")])
def test_of_two_reports_in_one_document_nothing_that_differs_is_vouched_for(
    first: str, second: str, layout: str
) -> None:
    """As HTML each with its own <html> and </html>."""
    (one,), (other,) = invent(1, first, 8), invent(1, second, 9)  # type: ignore[arg-type]
    content = render(one, layout).content + b"\n" + render(other, layout).content
    report = parse_document([Part("page", content)])
    both = [i for i in one.values if i in other.values and one.values[i] != other.values[i]]
    tables = ("applications.", "review_litigation.")
    assert _vouched(report, *(i for i in both if i.startswith(tables) or first == second)) == []


def test_what_stands_behind_the_end_of_a_page_is_read() -> None:
    (invented,) = invent(1, "form2021", 8)
    page = render(invented, "clean").content.decode()
    third = page.index("三、收到")
    report = parse_document([Part("page", f"{page[:third]}</div></body></html>{page[third:]}".encode())])
    assert report.values == invented.values
    assert report.verdict.value == "verified"


def test_a_fee_has_the_unit_of_its_cell_in_brackets_too() -> None:
    field = "proactive.art20_8.administrative_fees.amount_wan_yuan"
    title, article = _article()
    next(c for c in article.values() if c.id == field).text = "12.5（元）"
    report = _read(title, article)
    assert (report.values[field], report.cells[field].unit, report.suspect) == (12.5, "元", [])


def _old(layout: str) -> str:
    office = Office(name="青禾市财政局", core_name="市财政局", size="large")
    return render_old(make_old_report(3, office, 2015), layout, 3).content.decode()


@pytest.mark.parametrize("layout", ["clean", "tabs", "cell_per_line"])
@pytest.mark.parametrize(
    ("column", "verdict"),
    [
        ("上年统计数", "refused"),
        ("2014年统计数", "refused"),
        ("截至6月统计数", "refused"),
        ("统计数（万件）", "refused"),
        ("2015年统计数", "verified"),
        ("统计数（截至12月31日）", "verified"),
    ],
)
def test_the_only_column_of_a_list_is_the_years(column: str, verdict: str, layout: str) -> None:
    page = _old(layout).replace("统计数", column, 1)
    assert parse_document([Part("page", page.encode())]).tables["stat2014"].verdict.value == verdict


@pytest.mark.parametrize("layout", ["clean", "tabs", "cell_per_line"])
def test_the_unit_of_a_row_tells_that_its_figure_is_another(layout: str) -> None:
    page = _old(layout)
    in_yuan = parse_document([Part("page", page.replace("万元", "元").encode())])
    assert in_yuan.suspect == ["stat2014.capacity.budget_wan_yuan", "stat2014.fees.collected_wan_yuan"]
    website = page.index("2.政府网站公开")
    damaged = page[:website] + page[website:].replace("条", "万条", 1)
    assert parse_document([Part("page", damaged.encode())]).suspect == ["stat2014.proactive.by_channel.website"]


def test_a_header_on_one_line_names_a_column_of_the_year_before_where_the_form_does() -> None:
    (invented,) = invent(1, "form2019", 8)
    text = render(invented, "tabs").content.decode()
    words = "上一年项目数量\t本年增/减\t处理决定数量"
    assert words in text
    report = parse_document([Part("page", text.replace(words, words.replace("\t", "")).encode())])
    assert (report.verdict.value, report.values) == ("verified", invented.values)
