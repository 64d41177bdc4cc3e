"""Is a document without tables a report in words, or no report at all?

Letters, notices, plans, pictures and other yearly duties stand in the same columns as the reports and use the same
words. What decides: the title of the page, and whether the text says of itself that it is the report.
"""

import re
from dataclasses import dataclass
from typing import Literal

from model.normal_text import squeeze
from model.report import Report, SectionText
from model.titles import TitleReading, classify_title
from model.vocabulary import ReportVerdict
from parsers.page import Page

# A cover letter of a few lines holds no report.
LEAST_TEXT = 150
# Fewer words than these, and nobody has filled in the form.
LEAST_WORDS = 60
MOST_TEXT = 30_000
# 现将2012年度政府信息公开工作情况报告如下; 本报告由概述、…组成; 编制完成了本年度报告
SPEAKS_OF_ITSELF = re.compile(
    r"报告如下|本(?:年度|年)?(?:报告|年报)(?:由|中?所列|内容|的?电子版|全文|根据|依据|按照|包括)"
    r"|(?:编制|编写|形成|撰写)(?:完成|而成)?(?:了)?本(?:年度|年)?(?:报告|年报)"
    r"|(?:现|特)?(?:向社会)?(?:公布|发布|公开)[^。]{0,24}20\d\d年度?[^。]{0,16}(?:年度报告|年报)"
    r"|(?:统计|报告)(?:期限|期间|时限|数据)[^。]{0,24}20\d\d年"
)
# Titles of things that are about reports, or of other things
OTHER_THINGS = (
    ("notice", re.compile(r"关于.{0,40}(?:通知|函|通报|请示)$|(?:通知|通报)$")),
    ("work_plan", re.compile(r"(?:工作)?(?:要点|计划|方案|安排|规划|清单|台账)(?:[(（].*[)）])?$")),
    ("explainer", re.compile(r"解读|图解|一图|问答|图说|一张图|长图|H5")),
    ("website_report", re.compile(r"网站(?:工作|监管)?(?:年度)?(?:工作)?(?:年度)?报表")),
    ("blank_form", re.compile(r"格式|模板|样式|样表|参考文本")),
    ("other_report", re.compile(r"法治政府|[预决]算|学年|绩效|统计公报|财政收支")),
)  # fmt: skip
WRAPPED = "wrapped_in_notice"


@dataclass(frozen=True)
class Kind:
    """`report`, or the reason why it is none."""

    is_report: bool
    reason: str
    how: Literal["title", "text"] = "title"


def words_of(page: Page) -> int:
    """Characters of prose: lines that are sentences."""
    return sum(len(line) for line in page.lines if len(line) > 24 and ("。" in line or "，" in line or "," in line))


def other_thing(page: Page, title: str | None, reading: TitleReading) -> str | None:
    """What the title says the document is instead of a report, or None."""
    for kind in (reading.kind, *(classify_title(t).kind for t in page.titles)):
        if kind in ("explainer", "collection", "university"):
            return kind
    named = [t for t in (*page.titles, title or "") if t]
    if reading.kind == "report" and any(classify_title(t).kind == "report" for t in page.titles):
        return None
    first = [line for line in page.lines[:6] if 6 < len(line) < 80] if not page.titles else []
    for candidate in (*named, *first):
        text = squeeze(candidate)
        if candidate == title and classify_title(candidate).kind == "report":
            return None
        for reason, pattern in OTHER_THINGS:
            if pattern.search(text):
                return reason
    return None


def kind_of_text(page: Page, title: str | None, reading: TitleReading, sections: dict[str, SectionText]) -> Kind:
    """Judges a document that has none of the tables."""
    other = other_thing(page, title, reading)
    if other is not None:
        return Kind(False, other)
    text = squeeze("\n".join(page.lines))[:MOST_TEXT]
    speaks = SPEAKS_OF_ITSELF.search(text) is not None
    parts = sum(len(s.text) >= 8 for s in sections.values())
    words = words_of(page)
    if words < LEAST_TEXT and parts < 2 and not (speaks and parts and words >= LEAST_WORDS):
        return Kind(False, "cover_letter" if WRAPPED in reading.flags else "nothing_but_a_title", "text")
    if reading.kind == "report":
        sure = reading.year is not None and WRAPPED not in reading.flags
        enough = sure or parts >= 2 or speaks
        return Kind(enough, "no_tables" if enough else "no_text_of_a_report", "text")
    if speaks and parts >= 3:
        return Kind(True, "no_tables", "text")
    return Kind(False, "no_title_of_a_report")


def judge_text(report: Report, kind: Kind) -> None:
    """Notes verdict and reason of a document without tables."""
    report.verdict = ReportVerdict.NARRATIVE if kind.is_report else ReportVerdict.NOT_A_REPORT
    report.reasons = [kind.reason]
