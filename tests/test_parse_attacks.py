"""What a cell shows beside, inside or instead of its digits: never read as other digits, never as a blank."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from infra.simulator.reports import invent
from infra.simulator.reports.article import Article, Cell, Row, Text
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.html import Markup, plain, write_html
from infra.simulator.reports.rendering import bare_page
from model.report import Report
from model.vocabulary import TableVerdict
from parsers import Part, parse_document

# Nothing adds this value up.
FIELD = "proactive.art20_1.regulations.repealed"


def _read(markup: str, sheet: str = "") -> Report:
    (invented,) = invent(1, "form2021", 5)
    article = article_of(invented)
    how = Markup(cell=lambda c: markup if c.id == FIELD else plain(c))
    page = bare_page(invented.title)(write_html(article, how), "utf-8")
    page = page.replace("</head>", f"<style>{sheet}</style></head>")
    return parse_document([Part("page", page.encode())])


@pytest.mark.parametrize(
    ("markup", "value"),
    [
        ("<span style='text-decoration: line-through'>12</span>23", 23),
        ("23<sup><a href='#n'>1</a></sup>", 23),
        ("23<span style='vertical-align: super'>1</span>", 23),
        ("23<sub>1</sub>", 23),
        ("2<span style='font-size:0'>9</span>3", 23),
        ("2<span style='opacity:0'>9</span>3", 23),
        ("<span style='Display:None'>1</span>23", 23),
        ("<span HIDDEN>1</span>23", 23),
        ("<input type=button value=23>", 23),
        ("12㊱", 12),
        ("2<span style='position:absolute; left:-9999px'>9</span>3", 23),
        ("2<span style='text-indent:-9999px'>9</span>3", 23),
        ("2<span style='font-size:1px'>9</span>3", 23),
        ("23<span style='position:relative;top:-3.0pt'>1</span>", 23),
        ("<span style='position:relative;top:-1.0pt'>23</span>", 23),
        ("23<span style='vertical-align:3pt'>1</span>", 23),
        ("23<a href='#fn1'>1</a>", 23),
        ("23<a href='#_ftn1'><span>[1]</span></a>", 23),
        ("23[1]", 23),
        ("23注1", 23),
        ("23（件）", 23),
        ("<table><tr><td>23</td></tr></table>", 23),
        ("<table><tbody><tr><th><p>23</p></th></tr></tbody></table>", 23),
        ("23（其中修订1万字）", 23),
        ("2<span style='font:0/0 a'>9</span>3", 23),
        ("&#8294;23&#8297;", 23),
    ],
)
def test_only_what_is_shown_is_read(markup: str, value: int) -> None:
    report = _read(markup)
    assert report.values[FIELD] == value
    assert FIELD not in report.suspect


@pytest.mark.parametrize(
    "markup",
    [
        "2<img alt=3>", "<img src=2.gif>3", "2<svg><text>3</text></svg>", "<svg><text>23</text></svg>",
        "<select><option>1<option selected>23</select>", "<script>document.write(23)</script>",
        "<object data=x></object>",
        "<iframe src=x></iframe>", "<input type=image src=x>", "<meter value=23>", "3万", "3千元", "3元", "23万元",
        "5（3）", "23(32件)", "&#8238;32&#8236;", "2&#8232;3", "&#8235;12 345&#8236;", "<bdo dir=rtl>32</bdo>",
        "<span style='direction:rtl;unicode-bidi:bidi-override'>32</span>", "<span style='float:right'>2</span>3",
        "2<span style='color:#FFFFFF'>9</span>3", "2<font color=white>9</font>3", "23<small>1</small>",
        "2<span style='color:rgba(0,0,0,0)'>9</span>3", "23<a href='/notes.html'>1</a>",
        "15（上年）", "15（2019年）", "15（截至9月底）", "23（万件）", "23（单位：千件）", "23（元）",
        "23（约数）", "23（应为32）",
        "5（ 3 ）", "<ruby>23<rp>(</rp><rt>1</rt><rp>)</rp></ruby>",
        "<span style='display:block'>2</span><span style='display:block'>3</span>", "2<a style='display: table'>3</a>",
        "2<span class='sr-only'>9</span>3", "2<i class='x hidden'>9</i>3",
        "2<span style='clip-path:inset(100%)'>9</span>3", "<i style='transform:scaleX(-1)'>23</i>",
        "2<span style='letter-spacing:-1em'>9</span>3", "2<span style='opacity:.01'>9</span>3",
        "<span style='order:2'>3</span>2", "2<span style='zoom:0'>9</span>3",
        "2<span style='filter:opacity(0)'>9</span>3",
        "<ol start=2><li></ol>",
    ],
)  # fmt: skip
def test_what_is_no_plain_count_is_suspect(markup: str) -> None:
    report = _read(markup)
    assert report.suspect == [FIELD]


@pytest.mark.parametrize(
    ("sheet", "markup", "value"),
    [
        (".x{display:none}", "2<span class=x>9</span>3", 23),
        (".b{color:red} .y, .x { Visibility : hidden }", "2<span class='a x'>9</span>3", 23),
        ("#q{position:absolute;left:-999em}", "2<span id=q>9</span>3", 23),
        ("td b{display:none}", "2<b>9</b>3", 23),
        ("#menu b, ul b{display:none}", "2<b>9</b>3", 293),
        ("@media print{.x{display:none}}", "2<span class=x>9</span>3", 293),
        (".fn{vertical-align:super}", "23<span class=fn>1</span>", 23),
    ],
)
def test_a_style_sheet_hides_what_it_names(sheet: str, markup: str, value: int) -> None:
    report = _read(markup, sheet)
    assert report.values[FIELD] == value
    assert FIELD not in report.suspect


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        (".x{display:none} td .x{display:inline}", "2<span class=x>9</span>3"),
        ("@supports (display:grid){.x{display:none}}", "2<span class=x>9</span>3"),
        (".w{color:#ffffff}", "2<span class=w>9</span>3"),
        (".r{direction:rtl;unicode-bidi:bidi-override}", "<span class=r>32</span>"),
        (".v:before{content:'23'}", "<span class=v></span>"),
        (".v::after{content:attr(data-n)}", "2<i class=v data-n=3></i>"),
    ],
)
def test_what_only_a_browser_can_tell_is_suspect(sheet: str, markup: str) -> None:
    assert _read(markup, sheet).suspect == [FIELD]


def _cells(row: Row, *order: int) -> None:
    """The last cells of a row in another order; negative numbers count from its end."""
    last = [row.cells[n] for n in order]
    row.cells[-len(order) :] = last


def _natural_persons_last(article: Article) -> None:
    for row in article.table("applications").rows:
        if row.values():
            _cells(row, -6, -5, -4, -3, -2, -7, -1)
        elif any(cell.text == "自然人" for cell in row.cells):
            _cells(row, -2, -3, -1)


def _lawsuits_first(article: Article) -> None:
    for row in article.table("review_litigation").rows:
        if row.values():
            row.cells = row.cells[5:] + row.cells[:5]
        elif any(cell.text == "行政复议" for cell in row.cells):
            row.cells.reverse()


def _corrected_first(article: Article) -> None:
    for row in article.table("review_litigation").rows:
        first = [n for n, c in enumerate(row.cells) if (n % 5 == 0 if row.values() else "维持" in c.text)]
        for n in first:
            row.cells[n], row.cells[n + 1] = row.cells[n + 1], row.cells[n]


@pytest.mark.parametrize("form", ["form2021", "form2019"])
@pytest.mark.parametrize(
    ("attack", "table"),
    [
        (_natural_persons_last, "applications"),
        (_lawsuits_first, "review_litigation"),
        (_corrected_first, "review_litigation"),
    ],
)
def test_a_header_in_another_order_than_the_form_is_never_read_in_the_forms(
    attack: Callable[[Article], None], table: str, form: str
) -> None:
    (invented,) = invent(1, form, 5)
    article = article_of(invented)
    attack(article)
    page = bare_page(invented.title)(write_html(article, Markup()), "utf-8")
    report = parse_document([Part("page", page.encode())])
    printed = {c.id: c.value for c in article.values() if c.id}
    assert report.tables[table].verdict is not TableVerdict.VERIFIED
    for field, value in report.values.items():
        verdict = report.tables[field.partition(".")[0]].verdict
        if verdict is not TableVerdict.REFUSED and field not in report.suspect and field in printed:
            assert value == printed[field]


def _article_of(form: str = "form2021") -> tuple[str, Article]:
    (invented,) = invent(1, form, 5)
    return invented.title, article_of(invented)


def _parsed(title: str, article: Article) -> Report:
    return parse_document([Part("page", bare_page(title)(write_html(article, Markup()), "utf-8").encode())])


def _row_of(article: Article, label: str) -> Row:
    return next(r for r in article.rows() if r.values() and any(c.text == label for c in r.cells))


@pytest.mark.parametrize(
    ("cells", "known"), [(("50", ""), False), (("", "50"), False), (("", "50", ""), False), (("50", "", ""), True)]
)
def test_a_cell_too_many_behind_a_label_of_table_2_is_doubtful_unless_the_row_lost_its_span(
    cells: tuple[str, ...], known: bool
) -> None:
    title, article = _article_of()
    row = _row_of(article, "行政许可")
    row.cells[1:] = [Cell(text, "extra") for text in cells]
    report = _parsed(title, article)
    field = "proactive.art20_5.licensing.decisions"
    assert (field not in report.suspect) is known
    assert not known or report.values[field] == 50


@pytest.mark.parametrize("note", ["（其中：网上办理）", "（上年）", "（下属单位）", "，其中涉企"])
def test_a_row_of_a_part_is_not_the_row_of_the_whole(note: str) -> None:
    field = "proactive.art20_6.penalties.decisions"
    title, article = _article_of()
    row = _row_of(article, "行政处罚")
    whole = row.values()[0].value
    part = Row([Cell(f"行政处罚{note}", "label"), Cell("77", "extra", 3)])
    rows = article.table("proactive").rows
    for place in (rows.index(row), rows.index(row) + 1):
        rows.insert(place, part)
        report = _parsed(title, article)
        assert report.values[field] == whole
        assert field not in report.suspect
        rows.remove(part)
    rows[rows.index(row)] = part  # the own row is lost
    assert field in _parsed(title, article).suspect


@pytest.mark.parametrize("caption", ["第一季度统计表", "2023年1-6月情况", "上半年", "上年度", "历年累计"])
@pytest.mark.parametrize("table", ["proactive", "applications", "review_litigation"])
def test_a_table_of_another_period_is_not_that_of_the_year(table: str, caption: str) -> None:
    title, article = _article_of()
    article.replace(article.table(table), [Text(caption), article.table(table)])
    report = _parsed(title, article)
    assert report.tables[table].verdict is TableVerdict.REFUSED
    assert all(v is None for i, v in report.values.items() if i.startswith(f"{table}."))


def test_below_last_years_table_this_years_is_read() -> None:
    title, article = _article_of()
    table = article.table("applications")
    old = deepcopy(table)
    for row in old.rows:
        for cell in row.values():
            cell.text, cell.id = "3", None
    article.replace(table, [Text("上年"), old, Text("本年"), table])
    report = _parsed(title, article)
    assert report.tables["applications"].verdict is TableVerdict.VERIFIED
    assert {i: report.values[i] for r in table.rows for c in r.values() if (i := c.id)} == {
        c.id: c.value for c in article.values() if c.id and c.id.startswith("applications.")
    }


def _shares(article: Article) -> None:
    for row in article.table("applications").rows:
        if row.values():
            row.cells.append(Cell("12.5%", "extra"))


def _subtotals(article: Article) -> None:
    for row in article.table("applications").rows:
        if row.values():
            row.cells.insert(-1, Cell("9", "extra"))


def _on_its_side(article: Article) -> None:
    table = article.table("applications")
    rows = [r for r in table.rows if r.values()]
    names = [Cell(c.text, "header") for r in rows for c in r.cells[-8:-7]]
    table.rows[:] = [Row([Cell("申请人情况", "header"), *names])]
    table.rows += [
        Row([Cell(word, "label"), *(r.values()[n] for r in rows)])
        for n, word in enumerate(("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"))
    ]


@pytest.mark.parametrize("form", ["form2021", "form2019"])
@pytest.mark.parametrize("change", [_shares, _subtotals, _on_its_side])
def test_a_table_that_is_there_and_cannot_be_read_is_refused_and_not_absent(
    change: Callable[[Article], None], form: str
) -> None:
    title, article = _article_of(form)
    change(article)
    assert _parsed(title, article).tables["applications"].verdict is TableVerdict.REFUSED
