"""What a title says about the thing behind it: kind, year, agency.

Titles decide what is fetched; the body decides what it is. No year and no agency are normal outcomes: many bureaus
drop their own name, some the year.
"""

import html
import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

TitleKind = Literal["report", "collection", "explainer", "university", "not_report"]

# 政府信息公开年报 (the standard name of the column), 信息公开年度报告, 公开年报, 年报汇总
COLUMN_NAME = re.compile(
    r"(?:政府|政务)?信息公开(?:工作)?(?:年报|年度报告|年度工作报告|工作年度报告)|公开年报|年报(?:汇总|专题|集中公开)"
)
# /zfxxgknb28/, /gkndbg/, /ndxxgkbg/, /2025nb/, /nbzt/, /xinxinianbao/ but not /wzndbb/ (reports on websites)
COLUMN_SLUG = re.compile(
    r"/(?!wz|zfwz)(?:[^/]*gk[^/]*(?:nb|nianbao|nd[a-z]*bg)[\w-]*"
    r"|(?:20\d\d)?n?(?:nb|ndbg|nbzt|nianbao)[\w-]*|nd[a-z]*gkbg|xin[a-z]*nianbao)(?=/|$)",
    re.IGNORECASE,
)

NUMERALS = "〇一二三四五六七八九"
ZEROS = "零○◯Oo0"
# 二○一九年, 二O二〇年
WRITTEN_YEAR = re.compile(rf"二[{NUMERALS}{ZEROS}]{{3}}(?=年)")
INVISIBLE = re.compile(r"[\s\u200b-\u200f\ufeff\u00ad]+")
MARKUP = re.compile(r"<[^<>]*>")

# The years in which such reports can exist: the duty began in 2008, a few published for 2007.
YEAR = re.compile(r"(?<!\d)20(?:0[7-9]|[1-4]\d)(?!\d)")
YEAR_WORDS = re.compile(r"(?<!\d)20\d\d年?度?")
# 2023—2024学年信息公开工作年度报告
SCHOOL_YEAR = re.compile(r"(20\d\d)[-—–~至/](?:20)?\d\d学年")

SUBJECT = r"(?:政府|政务)?信息(?:主动)?公开"
# 信息公开工作年度报告, 信息公开年度工作报告, 信息公开工作2019年年度报告, and the typo 信息公开工作告年度报
PHRASE = re.compile(
    rf"{SUBJECT}(?:工作)?(?:情况)?的?(?P<inside>20\d\d年?度?)?"
    r"(?:年度工作报告|年度报告|工作年度报告|工作报告|年报|报告|工作告年度报)"
)
# 关于报送《某局2017年政府信息公开工作情况》的函: only a covering letter calls the report so
LOOSE_PHRASE = re.compile(rf"{SUBJECT}工作情况")

# 关于公布《…年度报告》的通知, 关于印发…年度报告的通知, 关于报送《…》的函
COVER = re.compile(
    r"关于(?:公布|发布|印发|公开|报送|上报|呈报)《?(?P<inner>[^》]*信息(?:主动)?公开[^》]*(?:报告|年报|工作情况))》?"
    r"的(?:通知|公告|公示|通告|函|报告)"
)
# 关于做好2025年…年度报告编制和发布工作的通知
REQUEST = re.compile(r"关于.{0,12}?(?:做好|开展|编制|编写|报送|上报|加强|规范|印发)")
# …年度报告格式, …年度报告公布情况. Looked for behind the phrase only: 机构编制委员会 is an agency
ABOUT_REPORTS = re.compile(
    r"格式|模板|样式|制度|编制|填报|考核|评估|评议|审查|通知|要点|方案|计划|培训|(?:公布|发布)情况"
)
OTHER_DUTY = re.compile(
    r"网站(?:监管|工作)?年度(?:报表|报告)|法治政府建设|[预决]算(?:公开|信息|报告)|公积金\d*年?年度报告"
)
MANY = re.compile(r"汇总|清单|一览|合集|汇编|目录|集中公开|专题")
EXPLAINER = re.compile(r"图解|一图|解读|图说|长图|视频|H5|音频|问答")
BRACKETED = re.compile(r"[(【\[][^)】\]]*[)】\]]")

MARKS = {
    "rendition": re.compile(r"图片版|图文版|pdf版|word版|超链版|扫描件|英文|English", re.IGNORECASE),
    "correction": re.compile(r"更正|更新|修订|修正|补充|勘误|重新发布|撤回"),
}


class TitleReading(NamedTuple):
    """`year` is the year reported on; `agency` is written as the title writes it, not yet resolved.

    `flags`: rendition, correction, wrapped_in_notice.
    """

    kind: TitleKind
    year: int | None = None
    agency: str | None = None
    flags: frozenset[str] = frozenset()


NOT_A_TITLE = TitleReading("not_report")


def normal_title(raw: str) -> str:
    """The title without markup, blanks and width variants, with years in digits: for comparing and matching."""
    folded = unicodedata.normalize("NFKC", MARKUP.sub("", html.unescape(raw)))
    return WRITTEN_YEAR.sub(_year_in_digits, INVISIBLE.sub("", folded))


# The same columns and lists stand on each page of a portal.
@lru_cache(maxsize=1024)
def classify_title(raw: str) -> TitleReading:
    """Read a title of a list row, a page or a file name.

    `kind`: report; collection (a hub of many); explainer (a picture or text about a report); university (school
    years, another duty); not_report.
    """
    title = normal_title(raw)
    if "公开" not in title and "学年" not in title:
        return NOT_A_TITLE
    if school := SCHOOL_YEAR.search(title):
        return TitleReading("university", int(school[1]), _agency(title[: school.start()]), _marks("", title))

    wrapped: frozenset[str] = frozenset()
    phrase = None
    if (cover := COVER.search(title)) and YEAR.search(cover["inner"]):
        behind = title[cover.end() :]
        title, wrapped = cover["inner"] + behind, frozenset({"wrapped_in_notice"})
        phrase = PHRASE.search(title) or LOOSE_PHRASE.search(title)
    else:
        phrase = PHRASE.search(title)
    if phrase is None:
        return TitleReading("not_report")

    before, behind = title[: phrase.start()], title[phrase.end() :]
    flags = wrapped | _marks(before, behind)
    if REQUEST.search(before) or ABOUT_REPORTS.search(BRACKETED.sub("", behind)) or OTHER_DUTY.search(title):
        return TitleReading("not_report", flags=flags)
    kind: TitleKind = "collection" if MANY.search(behind) else "explainer" if EXPLAINER.search(title) else "report"
    return TitleReading(kind, _nearest_year(before, phrase[0], behind), _agency(before), flags)


def _year_in_digits(match: re.Match[str]) -> str:
    return "2" + "".join(str(max(NUMERALS.find(sign), 0)) for sign in match[0][1:])


def _nearest_year(before: str, phrase: str, behind: str) -> int | None:
    years = YEAR.findall(phrase) or YEAR.findall(before)[-1:] or YEAR.findall(behind)[:1]
    return int(years[0]) if years else None


def _agency(before: str) -> str | None:
    """What stands before the phrase, without years, separators and brackets with remarks such as （更正）."""
    words = re.sub(r"[_\-]+", "", YEAR_WORDS.sub("", BRACKETED.sub("", before)))
    return re.sub(r"(?:关于|发布|公布)+$", "", words.strip('《》()·:的“”"、,')) or None


def _marks(before: str, behind: str) -> frozenset[str]:
    """Remarks stand behind the phrase or in brackets; elsewhere 更新 belongs to an agency (城市更新局)."""
    remarks = behind + "".join(BRACKETED.findall(before))
    return frozenset(name for name, pattern in MARKS.items() if pattern.search(remarks))
