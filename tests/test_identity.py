"""Which report a document is: year, agency, region, scope, date; what contradicts itself becomes a finding."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.report import Report
from parsers import Part, parse_document
from parsers.identity import identity_of
from parsers.parts import read_part
from tests.test_titles import corpus

R = "政府信息公开工作年度报告"
PERIOD = "统计期限为2023年1月1日至2023年12月31日。"


def page(title: str = "", *preamble: str, meta: str = "", shown: str = "", footer: str = "", site: str = "") -> Report:
    """A page with a title, what stands before section 一, tags and a footer; no tables."""
    words = "".join(f"<p>{line}</p>" for line in preamble)
    text = "全局上下认真贯彻条例，依法公开各类信息，不断完善制度，加强培训，提升服务水平。" * 8
    body = f"<h1>{title}</h1><p>{shown}</p>{words}<p>一、总体情况</p><p>{text}</p><p>{footer}</p>"
    html = f"<html><head><title>{title}_{site}</title>{meta}</head><body>{body}</body></html>"
    return parse_document([Part("page", html.encode())])


def tags(**pairs: str) -> str:
    return "".join(f'<meta name="{name}" content="{value}">' for name, value in pairs.items())


def codes(report: Report) -> list[str]:
    return [f.code for f in report.findings if f.code.startswith("IDENTITY")]


def test_the_whole_identity_of_a_department() -> None:
    report = page(
        f"天津市人社局2022年{R}",
        "本报告所列数据的统计期限为2022年1月1日至2022年12月31日。",
        meta=tags(ArticleTitle=f"天津市人社局2022年{R}", PubDate="2023-01-19 10:15", SiteIDCode="1200000017"),
    )
    assert report.agency.model_dump() == {
        "name": "天津市人社局", "core_name": "人力资源和社会保障局", "division_code": "120000", "level": "province",
        "kind": "department", "scope": "own",
    }  # fmt: skip
    assert (report.report_year, report.published_on, codes(report)) == (2022, "2023-01-19", [])


# ---- year


@pytest.mark.parametrize(
    ("title", "line", "year", "found"),
    [
        (R, "本报告数据统计期限自2021年1月1日起至2021年12月31日止。", 2021, []),
        (R, "统计时限为2021年1月1日至12月31日。", 2021, []),
        (f"青禾市财政局2022年{R}", "统计期限为2021年1月1日至2021年12月31日。", 2022, ["IDENTITY-YEAR"]),
        (f"青禾市财政局2022年{R}", "统计期限为2022年1月1日至2022年12月31日。", 2022, []),
        (f"二〇二一年度青禾市财政局{R}", "", 2021, []),
        (R, "统计期限为2021月1日至12月31日。", None, []),  # a year that lost its sign is no year
    ],
)
def test_year_of_the_title_over_the_period(title: str, line: str, year: int | None, found: list[str]) -> None:
    report = page(title, line)
    assert (report.report_year, codes(report)) == (year, found)


def test_year_before_the_publication_is_the_last_resort_and_said_to_be() -> None:
    report = page(f"青禾市财政局{R}", meta=tags(PubDate="2023-01-19"))
    assert (report.report_year, codes(report)) == (2022, ["IDENTITY-YEAR"])
    assert report.findings[0].severity == "info"


def test_a_report_published_before_its_year_had_ended_is_told() -> None:
    assert codes(page(f"青禾县甲镇2024年{R}", meta=tags(PubDate="2024-12-25"))) == ["IDENTITY-EARLY"]
    assert codes(page(f"青禾县甲镇2024年{R}", meta=tags(PubDate="2025-01-02"))) == []


# ---- agency


@pytest.mark.parametrize(
    ("title", "line", "name"),
    [
        (f"2022年{R}", "本报告由淮安市洪泽区财政局编制。", "淮安市洪泽区财政局"),
        (f"2022年{R}", "根据条例要求，由洪泽区某镇人民政府办公室编制本报告。", "洪泽区某镇人民政府办公室"),
        (f"2022年{R}", "根据条例规定，结合工作实际，我局编制本报告。", None),  # 我局 names nobody
        (f"2022年{R}", "本报告由本机关编制。", None),
        (f"淮安市财政局2022年{R}", "本报告由淮安市财政局编制。", "淮安市财政局"),
    ],
)
def test_agency_of_the_title_over_the_preamble(title: str, line: str, name: str | None) -> None:
    assert page(title, line).agency.name == name


def test_title_and_preamble_that_name_two_agencies_are_flagged() -> None:
    report = page(f"淮安市自然资源局2022年{R}", "本报告由淮安市生态环境局编制。")
    assert (report.agency.name, codes(report)) == ("淮安市自然资源局", ["IDENTITY-AGENCY"])
    # The office that makes its government's report is no contradiction, nor is the short form of a name.
    assert codes(page(f"淮安市2022年{R}", "本报告由淮安市人民政府办公室汇总编制。")) == []
    assert codes(page(f"上海市科委2022年{R}", "根据条例要求，市科委编制本报告。")) == []


def test_the_column_and_the_source_tag_name_no_agency_while_the_title_does() -> None:
    report = page(
        f"淮安市农业农村局2022年{R}", meta=tags(ContentSource="市发改委", ColumnName="淮安市发展和改革委员会")
    )
    assert report.agency.core_name == "农业农村局"


def test_the_source_tag_is_the_last_to_be_asked_and_only_for_an_agency() -> None:
    assert page(f"2022年{R}", meta=tags(ContentSource="淮安市财政局")).agency.name == "淮安市财政局"
    assert page(f"2022年{R}", meta=tags(ContentSource="网站编辑")).agency.name is None
    assert page(f"2022年{R}", meta=tags(Author="淮安市财政局")).agency.name is None


@pytest.mark.parametrize(
    ("tag", "heading", "line", "name", "year", "told"),
    [
        ("乙县教育局2020年{R}", "甲县财政局2023年{R}", "", "甲县财政局", 2023, True),
        ("乙县教育局2020年{R}_乙县人民政府", "甲县财政局2023年{R}", "", "甲县财政局", 2023, True),
        ("甲县财政局2022年{R}", "甲县财政局2023年{R}", PERIOD, "甲县财政局", 2023, True),
        ("甲县财政局2022年{R}", "2023年{R}", "", "甲县财政局", 2023, True),
        # The preamble agrees with the tag: the heading is the wrong one.
        ("甲县财政局2023年{R}", "甲县财政局2022年{R}", PERIOD, "甲县财政局", 2023, True),
        ("甲县财政局2023年{R}", "乙县教育局2023年{R}", "本报告由甲县财政局编制。", "甲县财政局", 2023, True),
        ("甲县丁镇2023年{R}", "甲县丙镇2023年{R}", "", "甲县丙镇", 2023, True),
        ("天津市人社局2022年{R}", "天津市人力资源和社会保障局2022年{R}", "", "天津市人社局", 2022, False),
        ("甲县财政局2023年{R}", "{R}", "", "甲县财政局", 2023, False),
        ("甲县人民政府", "甲县财政局2023年{R}", "", "甲县财政局", 2023, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_line", [False, True])
def test_the_heading_of_the_text_over_a_tag_left_from_another_report(
    tag: str, heading: str, line: str, name: str, year: int, told: bool, as_line: bool
) -> None:
    text = "全局上下认真贯彻条例，依法公开各类信息，不断完善制度，加强培训，提升服务水平。" * 8
    shown = f"<p class=t>{heading}</p>" if as_line else f"<h1>{heading}</h1>"
    html = f"<title>{tag}</title><body><p>首页</p>{shown}<p>{line}</p><p>一、总体情况</p><p>{text}</p></body>"
    report = parse_document([Part("page", html.replace("{R}", R).encode())])
    assert (report.agency.name, report.report_year) == (name, year)
    assert ("IDENTITY-TITLE" in codes(report)) is told


def test_a_path_in_front_of_a_title_is_no_part_of_a_name() -> None:
    assert page(f"首页>政务公开>淮安市财政局2022年{R}").agency.name == "淮安市财政局"


def test_titles_over_two_lines() -> None:
    parts = [Part("page", f"淮安市财政局\n2022年{R}\n一、总体情况\n全局认真贯彻条例。\n".encode())]
    report = parse_document(parts)
    assert (report.agency.name, report.report_year) == ("淮安市财政局", 2022)


# ---- region


@pytest.mark.parametrize(
    ("title", "line", "meta", "footer", "code"),
    [
        # the site tells
        (f"鼓楼区财政局2022年{R}", "", tags(SiteIDCode="3201060001"), "", "320106"),
        (f"鼓楼区财政局2022年{R}", "", "", "网站标识码：3201060001", "320106"),
        (f"鼓楼区财政局2022年{R}", "", tags(SiteName="南京市鼓楼区人民政府门户网站"), "", "320106"),
        (f"市人社局2022年{R}", "", tags(SiteIDCode="1200000017"), "", "120000"),
        (f"财政局2022年{R}", "", tags(SiteIDCode="3208290001"), "", "320813"),  # a code of before 2016
        # the document tells
        (f"鼓楼区财政局2022年{R}", "南京市鼓楼区财政局认真贯彻条例。", "", "", "320106"),
        (f"鼓楼区财政局2022年{R}", "地址：福建省福州市某路1号，邮编：350001。", "", "", "350102"),
        # nothing tells, or not enough
        (f"鼓楼区财政局2022年{R}", "", "", "", None),
        (f"鼓楼区财政局2022年{R}", "", tags(SiteIDCode="3200000001"), "", None),
        (f"鼓楼区财政局2022年{R}", "南京市鼓楼区和徐州市鼓楼区均已开通。", "", "", None),
        (f"鼓楼区财政局2022年{R}", "", tags(SiteIDCode="bm14000002"), "", None),
        (f"财政局2022年{R}", "", "", "", None),
        # the name alone tells, whatever the site
        (f"淮安市财政局2022年{R}", "", tags(SiteIDCode="3400000001"), "", "320800"),
    ],
)
def test_region_by_what_the_page_tells(title: str, line: str, meta: str, footer: str, code: str | None) -> None:
    assert page(title, line, meta=meta, footer=footer).agency.division_code == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.fujian.gov.cn/x.html", "350102"),
        ("https://rsj.fj.gov.cn/x.html", "350102"),
        ("https://www.js.gov.cn/x.html", None),  # two districts of that name in the province
        ("https://www.fujian.gov.cn.example/x.html", None),
        ("no address", None),
    ],
)
def test_the_address_only_narrows_a_name(url: str, code: str | None) -> None:
    html = f"<h1>鼓楼区财政局2022年{R}</h1><p>一、总体情况</p><p>认真贯彻条例。</p>"
    assert parse_document([Part("page", html.encode())], url=url).agency.division_code == code


def test_a_copied_site_code_loses_against_the_host() -> None:
    html = f"<head>{tags(SiteIDCode='2302000001')}</head><h1>财政局2022年{R}</h1><p>一、总体情况</p><p>认真贯彻。</p>"
    parts = [Part("page", html.encode())]
    assert parse_document(parts).agency.division_code == "230200"
    assert parse_document(parts, url="https://www.cq.gov.cn/x.html").agency.division_code is None


def test_the_path_of_the_page_tells_the_place() -> None:
    shown = "当前位置：首页 > 南京市鼓楼区人民政府 > 政府信息公开年报"
    assert page(f"鼓楼区财政局2022年{R}", shown=shown).agency.division_code == "320106"


# ---- scope


@pytest.mark.parametrize(
    ("title", "line", "scope"),
    [
        (f"淮安市财政局2022年{R}", "", "own"),
        (f"淮安市人民政府办公室2022年{R}", "", "own"),
        (f"淮安市2022年{R}", "综合各县区人民政府和市政府各部门年度报告编制而成。", "region_aggregate"),
        (f"淮安市2022年{R}", "汇总全市各级行政机关数据。", "region_aggregate"),
        (f"淮安市人民政府2022年{R}", "2022年，全市共收到政府信息公开申请3119件。", "region_aggregate"),
        (f"淮安市人民政府2022年{R}", "本报告仅限市政府本级。", "own"),
        (f"淮安市人民政府2022年{R}", "", "unknown"),
        (f"湛江海关关区报告2022年{R}", "", "system_aggregate"),
        (f"吉林省气象局2022年{R}", "数据包含全省气象系统。", "system_aggregate"),
        (f"吉林省气象局2022年{R}", "数据仅限省局本级，不含所属单位。", "own"),
        (f"襄城区欧庙镇2022年{R}", "", "own"),
    ],
)
def test_whose_figures_they_are(title: str, line: str, scope: str) -> None:
    assert page(title, line).agency.scope == scope


# ---- date


@pytest.mark.parametrize(
    ("meta", "shown", "date"),
    [
        (tags(PubDate="2023-01-19 10:15"), "", "2023-01-19"),
        (tags(PubDate="2023/1/9"), "", "2023-01-09"),
        (tags(PubDate="20230119"), "", "2023-01-19"),
        ("", "发布日期：2023-01-19 浏览次数：12", "2023-01-19"),
        ("", "时间：2023年1月9日", "2023-01-09"),
        (tags(PubDate="2023-02-31"), "", None),
        ("", "2023年1月19日召开会议", None),  # no publication
        (tags(PubDate="2023-01-19") + tags(PubDate="2024-05-05"), "", "2023-01-19"),  # the first that is not empty
    ],
)
def test_date_of_publication(meta: str, shown: str, date: str | None) -> None:
    assert page(f"青禾市财政局2022年{R}", meta=meta, shown=shown).published_on == date


def test_the_date_in_an_address_is_none_of_publication() -> None:
    html = f"<h1>青禾市财政局2022年{R}</h1><p>一、总体情况</p>"
    assert (
        parse_document([Part("page", html.encode())], url="https://a.gov.cn/art/2023/1/19/t1.html").published_on is None
    )


# ---- whatever comes


@given(
    st.text(
        alphabet="2022年度政府信息公开工作报告市区县局由编制，。根据要求统计期限月日至12311地址：网站标识码\n",
        max_size=300,
    )
)
@settings(max_examples=60)
def test_any_text_is_answered(text: str) -> None:
    report = parse_document([Part("page", text.encode() or b" ")])
    assert report.agency.division_code is None or len(report.agency.division_code) == 6
    assert report.published_on is None or len(report.published_on) == 10


def test_one_endless_line_takes_no_endless_time() -> None:
    for piece in ("根据要求，由", "统计期限自", "地址：", "市区县", "时间：2022-", "报告由局"):
        read = read_part(Part("page", (piece * 20_000).encode()))
        assert read is not None
        start = time.process_time()
        identity_of(read)
        assert time.process_time() - start < 3


# ---- the real ones

EXPECTED = {
    "pingtan-2016-txt": ("平潭综合实验区", None, "zone", "region_aggregate", "2017-01-18"),
    "pingtan-2025-txt": ("平潭综合实验区", None, "zone", "region_aggregate", "2026-03-10"),
    "pingtan-caijinju-2020-txt": ("平潭综合实验区财政金融局", None, "department", "own", "2021-01-28"),
    "pingtan-caizhengju-2009-txt": ("平潭县财政局", "350128", "department", "own", "2010-05-12"),
    "shanghai-kewei-2024-md": ("上海市科委", "310000", "department", "own", None),
    "shanghai-office-2019-html": ("上海市人民政府办公厅", "310000", "department", "own", "2020-01-31"),
    "tianjin-rsj-2022-txt": ("天津市人力资源和社会保障局", "120000", "department", "own", None),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_identities_of_real_documents(name: str) -> None:
    (file,) = (corpus() / name).glob("document.*")
    read = read_part(Part("page", file.read_bytes()))
    assert read is not None
    found = identity_of(read)
    agency = found.agency
    assert (agency.name, agency.division_code, agency.kind, agency.scope, found.published_on) == EXPECTED[name]
    assert found.findings == []
