"""Figures in the text against the tables: each phrase family with its test and its trap. All sentences are invented."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.simulator.reports import Office, make_report
from model.report import Claim, SectionText
from model.vocabulary import Fault, Severity
from parsers.claims import claim_findings, claims_in, claims_of
from parsers.claims.figures import chinese_number, figures
from parsers.claims.phrases import phrases

NEW, IN, CLOSED, OUT = (f"applications.{row}.total" for row in ("new_received", "carried_in", "total", "carried_out"))
REVIEW = "review_litigation.administrative_review"
DIRECT, AFTER = "review_litigation.litigation_direct", "review_litigation.litigation_after_review"
SUITS = f"{DIRECT}.total + {AFTER}.total"
RESULTS = {
    "disclosed": 94, "partially_disclosed": 16, "not_disclosed.state_secret": 1, "not_disclosed.prohibited_by_law": 0,
    "not_disclosed.three_securities_one_stability": 0, "not_disclosed.third_party_rights": 4,
    "not_disclosed.internal_affairs": 3, "not_disclosed.process_information": 5,
    "not_disclosed.enforcement_case_file": 2, "not_disclosed.administrative_inquiry": 6, "cannot_provide.not_held": 60,
    "cannot_provide.needs_creation": 7, "cannot_provide.unclear_after_correction": 1,
    "not_processed.petition_complaint": 8, "not_processed.repeated": 2, "not_processed.public_publications": 0,
    "not_processed.excessive": 0, "not_processed.confirm_or_reissue": 0, "other_handling.overdue_correction": 3,
    "other_handling.overdue_fee": 0, "other_handling.other": 1,
}  # fmt: skip
DOCUMENTS = "proactive.art20_1.normative_documents"
VALUES = {
    NEW: 212, IN: 7, CLOSED: 213, OUT: 6,
    **{f"applications.results.{row}.total": value for row, value in RESULTS.items()},
    "applications.new_received.natural_person": 200, "applications.carried_in.natural_person": 6,
    **{f"applications.new_received.{who}": n for who, n in {
        "commercial_enterprise": 7, "research_institution": 0, "social_welfare_org": 1, "legal_service_org": 4,
        "other_org": 0}.items()},
    f"{REVIEW}.total": 2, f"{REVIEW}.upheld": 1, f"{REVIEW}.corrected": 0, f"{REVIEW}.pending": 1,
    f"{DIRECT}.total": 1, f"{DIRECT}.upheld": 1, f"{AFTER}.total": 3, f"{AFTER}.upheld": 2, f"{AFTER}.pending": 1,
    f"{DOCUMENTS}.issued": 12, f"{DOCUMENTS}.repealed": 3, f"{DOCUMENTS}.in_force": 45,
    "proactive.art20_1.regulations.issued": 2, "proactive.art20_1.regulations.in_force": 30,
    "proactive.art20_5.licensing.decisions": 5120, "proactive.art20_6.penalties.decisions": 33,
    "proactive.art20_6.coercion.decisions": 0,
    "proactive.art20_8.administrative_fees.amount_wan_yuan": 3413.25,
}  # fmt: skip


def read(text: str, **more: object) -> list[tuple[str, float, bool | None]]:
    return [(c.quantity, c.number, c.agrees) for c in claims_of(text, VALUES, year=2022, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number", "compared", "agrees"),
    [
        ("全年收到政府信息公开申请212件。", 212, NEW, True),
        ("共受理申请219件。", 219, f"{NEW} + {IN}", True),
        ("共受理申请200件。", 200, NEW, False),
        ("全年累计办理依申请公开事项219件。", 219, f"{NEW} + {IN}", True),
        ("结转下年度继续办理6件", 6, OUT, True),
        ("上年结转8件", 8, IN, False),
        ("已办理206件", 206, f"{NEW} - {OUT}", True),
        ("行政复议2件", 2, f"{REVIEW}.total", True),
        ("行政诉讼4起", 4, SUITS, True),
    ],
)  # fmt: skip
def test_phrase_is_compared_with_its_candidates(text: str, number: int, compared: str, agrees: bool) -> None:
    (claim,) = claims_of(text, VALUES)
    assert (claim.number, claim.compared_with, claim.agrees) == (number, compared, agrees)
    assert text[slice(*claim.span)] == claim.quote


@pytest.mark.parametrize(
    ("text", "quantity", "number", "agrees"),
    [
        # what was received, in the many ways to say it
        ("本年度新收依申请公开212宗", "applications received", 212, True),
        ("我局收到212件政府信息公开申请", "applications received", 212, True),
        ("收到公民、法人和其他组织提出的政府信息公开申请二百一十二件", "applications received", 212, True),
        ("收到网络、信函等方式的政府信息公开申请212件", "applications received", 212, True),
        ("未收到政府信息公开申请", "applications received", 0, False),
        ("2022年无依申请公开事项", "applications received", 0, False),
        ("收到政府信息公开申请0.03万件", "applications received", 300, False),
        ("收到政府信息公开申请0.02万件", "applications received", 200, True),  # rounded: 212 is 0.02万
        # carried in and out
        ("2021年结转7件", "carried in", 7, True),
        ("结转至2023年继续办理6件", "carried out", 6, True),
        ("另有6件申请按规定顺延到下一年度答复", "carried out", 6, True),
        ("无申请结转下年度", "carried out", 0, False),
        # outcomes, groups and rows
        ("予以公开94件", "disclosed", 94, True),
        ("予以公开及部分公开110件", "disclosed and partly disclosed", 110, True),
        ("部分公开(区分处理)16件", "partly disclosed", 16, True),
        ("不予公开21件", "not disclosed", 21, True),
        ("无法提供68件", "cannot be provided", 68, True),
        ("因本机关不掌握等原因无法提供60件", "not held", 60, True),
        ("不予处理10件", "not processed", 10, True),
        ("其他处理4件", "handled otherwise", 4, True),
        ("属于行政查询事项6件", "administrative inquiry", 6, True),
        ("保护第三方合法权益的3件", "third party", 3, False),
        ("信访举报投诉类申请8件", "petitions and complaints", 8, True),
        # who asked
        ("自然人申请206件", "by natural persons", 206, True),
        ("法人或其他组织12件", "by organisations", 12, True),
        # reviews and lawsuits
        ("行政复议和行政诉讼共6件", "reviews and lawsuits", 6, True),
        ("未发生因政府信息公开被申请行政复议、提起行政诉讼的情况", "reviews and lawsuits", 0, False),
        ("有2件涉及信息公开工作的行政复议", "reviews", 2, True),
        ("复议后起诉3件", "lawsuits after review", 3, True),
        # documents, decisions, money
        ("制发行政规范性文件12件", "documents issued", 12, True),
        ("废止规范性文件4件", "documents repealed", 4, False),
        ("现行有效行政规范性文件45件", "documents in force", 45, True),
        ("制定政府规章2部", "rules issued", 2, True),
        ("全年作出5120宗行政许可", "licences", 5120, True),
        ("作出行政处罚决定33件", "penalties", 33, True),
        ("行政事业性收费共计3413.25万元", "administrative fees", 3413.25, True),
        ("行政事业性收费34132500元", "administrative fees", 34132500, True),
        # what no cell of the form holds
        ("收取信息处理费130元", "information processing fee", 130, None),
        ("全年主动公开政府信息1,204条", "proactively disclosed", 1204, None),
        ("通过微信公众号发布信息88条", "on WeChat", 88, None),
    ],
)
def test_each_family(text: str, quantity: str, number: float, agrees: bool | None) -> None:
    assert read(text) == [(quantity, number, agrees)]


@pytest.mark.parametrize(
    "text",
    [
        # other duties with the same verbs
        "答复代表建议和委员提案37件", "办结信访件9件", "收到群众留言92条", "办结12345热线工单47件",
        "行政执法工作均无被申请行政复议和提起行政诉讼", "网站动态栏目发布信息32条",
        "收到行政许可申请23件", "收到咨询投诉件156件,已办结150件",
        # differences, other years, vague numbers, ranges
        "收到申请数量同比增长12件", "较上年减少3件", "去年收到政府信息公开申请180件", "2021年收到政府信息公开申请180件",
        "自条例施行以来收到政府信息公开申请3000件", "收到政府信息公开申请约200件", "收到政府信息公开申请200余件",
        "收到政府信息公开申请3-5件",
        # a part of it, or of the agency
        "收到网上申请195件", "收到法人申请12件", "收到申请,其中市公安局收到政府信息公开申请20件", "信函申请3件",
        "市直部门收到政府信息公开申请90件",
        # conditions, and words that only look like none
        "如未收到政府信息公开申请答复", "无法提供相关信息", "未被复议机关纠错",
        # publications, not decisions
        "公开行政处罚信息33条", "清理规范性文件60件", "逐件审查规范性文件15件", "高效办成一件事",
        "上半年收到政府信息公开申请100件", "第一季度收到政府信息公开申请50件", "1至6月收到政府信息公开申请100件",
        "近三年共收到政府信息公开申请600件", "并非收到政府信息公开申请300件",
        "其中教育局收到政府信息公开申请20件,卫健委收到政府信息公开申请30件",
        # 其中 of something else
        "办结率100%", "满意率占99%",
    ],
)  # fmt: skip
def test_what_is_no_claim(text: str) -> None:
    assert read(text) == []


def test_channels_are_added_up() -> None:
    text = "受理申请212件,其中网站申请195件、当面申请4件、信函申请13件;已办理206件"
    assert read(text) == [
        ("applications received", 212, True), ("applications by channel", 212, True), ("closed", 206, True)
    ]  # fmt: skip
    assert read("网站申请195件、当面申请4件、信函申请14件") == [("applications by channel", 213, False)]
    # Two channels may be but examples.
    assert read("其中网站申请100件、信函申请13件") == []


def test_shares_are_recomputed() -> None:
    text = "予以公开94件,占44.13%;不予公开21件(9.9%);部分公开占7.51%;无法提供68件,占40%。"
    assert read(text) == [
        ("disclosed", 94, True), ("disclosed, share", 44.13, True), ("not disclosed", 21, True),
        ("not disclosed, share", 9.9, True), ("partly disclosed, share", 7.51, True), ("cannot be provided", 68, True),
        ("cannot be provided, share", 40, False),
    ]  # fmt: skip
    assert read("无法提供68件,占32%")[1] == ("cannot be provided, share", 32, True)  # 31.9: as exact as it is printed


def test_outcomes_of_reviews_and_lawsuits_belong_to_the_block_before_them() -> None:
    assert read("行政复议2件,其中维持1件,尚未审结1件;行政诉讼4件,其中维持3件,尚未审结2件")[:3] == [
        ("reviews", 2, True), ("reviews upheld", 1, True), ("reviews pending", 1, True)
    ]  # fmt: skip
    assert read("行政诉讼4件,其中维持3件,尚未审结2件") == [
        ("lawsuits", 4, True), ("lawsuits upheld", 3, True), ("lawsuits pending", 2, False)
    ]  # fmt: skip
    assert read("维持3件") == []
    assert read("行政复议2件,诉讼4件,均获维持")[2] == ("all upheld", 6, False)


def test_reviews_behind_other_reviews_are_still_reviews() -> None:
    assert read("因政府信息公开引起的行政复议案件2件、行政诉讼案件4件") == [
        ("reviews", 2, True), ("lawsuits", 4, True)
    ]  # fmt: skip


def test_one_number_for_both() -> None:
    assert read("行政复议、行政诉讼均为0") == [("reviews and lawsuits", 0, False)]
    nothing = {key: 0 for key in VALUES if key.startswith("review")}
    assert [c.agrees for c in claims_of("行政复议、行政诉讼均为0件", nothing)] == [True]


def test_growth_and_last_year_need_last_years_figures() -> None:
    text = "共收到政府信息公开申请212件,同比增长17.78%。上年收到政府信息公开申请181件。"
    assert read(text) == [("applications received", 212, True)]
    assert read(text, last={NEW: 180, IN: 3}) == [
        ("applications received", 212, True), ("applications received, growth", 17.78, True),
        ("applications received, last year", 181, False),
    ]  # fmt: skip
    fallen = read("收到政府信息公开申请212件,比上年下降5.36%", last={NEW: 224, IN: 0})
    assert fallen[1] == ("applications received, growth", -5.36, True)


def test_a_blank_total_is_the_sum_of_its_row_and_a_suspect_value_is_compared_with_nothing() -> None:
    row = "applications.results.disclosed"
    values: dict[str, int | float | None] = {f"{row}.total": None, f"{row}.natural_person": 5, f"{row}.other_org": 1}
    assert [c.agrees for c in claims_of("予以公开6件", values)] == [True]
    assert [c.agrees for c in claims_of("予以公开7件", values)] == [False]
    assert [c.agrees for c in claims_of("予以公开7件", values, suspect={f"{row}.total"})] == [None]
    assert [c.agrees for c in claims_of("予以公开7件", dict.fromkeys(values))] == [None]


def test_the_table_of_2014_is_compared_with_any_of_its_columns() -> None:
    values = {"stat2014.own_level.applications.received": 5, "stat2014.aggregate.applications.received": 9}
    claims = claims_of("收到政府信息公开申请9件。主动公开政府信息77条。", values)
    assert [(c.compared_with, c.agrees) for c in claims] == [
        ("stat2014.aggregate.applications.received", True), (None, None)
    ]  # fmt: skip


def test_lines_broken_by_a_converter_do_not_matter_and_spans_lead_to_the_source() -> None:
    text = "全年收到 政府信息公\n开申请 ２１２ 件，其中自然人\n２００件。"
    claims = claims_of(text, VALUES)
    assert [(c.quantity, c.number) for c in claims] == [("applications received", 212), ("by natural persons", 200)]
    assert [text[slice(*c.span)] for c in claims] == ["收到 政府信息公\n开申请 ２１２ 件", "自然人\n２００件"]


def test_spans_run_over_all_sections_and_cells_that_became_text_are_not_read() -> None:
    sections = {
        "overview": SectionText(heading="一", text="收到政府信息公开申请212件。"),
        "applications": SectionText(heading="三", text="（一）予以公开 94 件 16\n其中予以公开94件,部分公开15件。"),
        "other_matters": SectionText(heading="六", text="收取信息处理费0元。"),
    }
    whole = "\n".join(section.text for section in sections.values())
    claims = claims_in(sections, {"applications"}, VALUES, year=2022)
    assert [(c.number, c.agrees) for c in claims] == [(212, True), (94, True), (15, False), (0, None)]
    assert all(whole[slice(*c.span)] == c.quote for c in claims)


def test_only_a_contradiction_is_a_finding_and_nobody_is_blamed() -> None:
    claims = claims_of("收到政府信息公开申请200件,上年结转7件,主动公开政府信息5条", VALUES)
    (finding,) = claim_findings(claims, VALUES)
    assert (finding.code, finding.place, finding.severity, finding.fault) == (
        "CLAIM", NEW, Severity.WARNING, Fault.UNKNOWN
    )  # fmt: skip
    assert finding.message == (
        "the text says 200 (applications received: 收到政府信息公开申请200件); the tables give 212"
    )


def test_a_finding_tells_the_sum_that_the_tables_give_and_its_first_value() -> None:
    claims = claims_of("予以公开及部分公开94件,占40%", VALUES)
    sums, share = claim_findings(claims, VALUES)
    assert (sums.place, sums.message[-19:]) == ("applications.results.disclosed.total", "the tables give 110")
    assert share.message.endswith("do not give it")


@pytest.mark.parametrize(
    ("words", "number"),
    [("十二", 12), ("二百一十二", 212), ("一百零二", 102), ("两", 2), ("三千零五", 3005), ("二〇", 20), ("三四", None)],
)
def test_chinese_numerals(words: str, number: int | None) -> None:
    assert chinese_number(words) == number


def test_every_candidate_is_a_value_of_a_form() -> None:
    from model.forms import load_forms

    known = {field.id for form in load_forms().values() for field in form.fields}
    named = {id for family in phrases().families for candidate in family.candidates for _, id in candidate}
    plain = {id for id in named if not id.startswith("stat2014.")}
    assert plain <= known
    columns = {".".join(i.split(".")[2:]) for i in known if i.startswith("stat2014.")}
    assert {i.removeprefix("stat2014.") for i in named - plain} <= columns | {
        i.removeprefix("stat2014.") for i in known
    }


@pytest.mark.parametrize("era", ["form2021", "form2019"])
def test_claims_of_generated_reports_all_agree(era: str) -> None:
    for seed in range(12):
        report = make_report(seed, Office(name="青禾市财政局", size="large"), 2022, era)  # type: ignore[arg-type]
        text = "\n".join((*report.prose.overview, *report.prose.problems_and_improvements, *report.prose.other_matters))
        claims = claims_of(text, report.values, year=2022)
        assert [c for c in claims if c.agrees is False] == []
        met = [c.number for c in claims if c.agrees]
        assert [c.number for c in report.prose.claims if c.number not in met] == []


PIECES = st.sampled_from((
    "收到", "受理", "申请", "公开", "政府信息", "予以公开", "部分", "不予", "件", "宗", "条", "%", "占", "均", "为",
    "0", "12", "3.5", "万", "一百", "无", "未收到", "结转", "下年度", "上年", "复议", "诉讼", "、", ",", "。", "(",
    ")", "㈠", "⾏", "\n",
))  # fmt: skip


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_is_answered_and_quotes_are_its_own_words(text: str) -> None:
    claims: list[Claim] = claims_of(text, VALUES, year=2022)
    for claim in claims:
        assert text[slice(*claim.span)] == claim.quote


@pytest.mark.parametrize(
    "piece", ["1", "予以公开", "收到申请1件、", "不予公开共计", "无", "占1%", "一二三百", "收 到 申 请 1 件 ", "㈠①"]
)
def test_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    def seconds(count: int) -> float:
        text = piece * (count // len(piece))
        start = time.process_time()
        list(figures(text))
        claims_of(text, {}, year=2022)
        return time.process_time() - start

    short = max(seconds(20_000), 0.01)
    assert seconds(80_000) < 12 * short
