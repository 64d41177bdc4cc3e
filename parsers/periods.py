"""Lines between tables: the heading of a part, and captions that say of which period the rows below are."""

import re

from model.normal_text import bare_label, label_key
from parsers.labels import LabelIndex
from parsers.placing import Walk

# 附:上年度数据, 2021年情况(供对照), 附:2021年数据
OTHER_YEAR = re.compile(
    r"(?:上|去|前)一?年度?(?:统计)?(?:同期|数据|情况|报表)|供对照|(20\d\d)年度?.{0,14}(?:数据|情况|报表|统计表)"
)
# 第一季度统计表, 2023年1-6月, 上半年情况: figures of a part of the year, or of several
OTHER_PERIOD = re.compile(
    r"^(?:附[:件表]?\d?[:、]?)?(?:20\d\d年度?)?(?:上年度?|去年|以前年度|历年(?:累计)?|近\S年|第?[一二三四1-4]季度|[上下]半年"
    r"|\d{1,2}月?[-—~至到]\d{1,2}月份?|\d{1,2}月份?)(?:月报|季报)?"
    r"(?:主动公开|收到和处理|政府信息|信息公开|公开|申请|统计|工作|行政复议|行政诉讼|、)*"
    r"(?:的?(?:数据|情况|统计|报表|表|汇总|数))*$"
)
# 本年度数据: below last year's
THIS_YEAR = re.compile(r"^(?:本|今|当)年度?(?:统计)?(?:数据|情况|报表|表)*$")
COMPARED = re.compile(r"比|增|减|升|降")
HEADING = re.compile(r"^(?:[一二三四五六七八九十]{1,2}[、.,]|第[一二三四五六七八九十]{1,2}部分)")


def note_line(line: str, index: LabelIndex, walk: Walk) -> None:
    """Notes the table that a heading announces, and whether the rows below are another period's."""
    if len(line) > 60:
        return
    key = label_key(line)
    if HEADING.match(key):
        bare = bare_label(key)
        for section, pattern in index.sections:
            if section.table and pattern.search(bare) and not index.find(line):
                walk.table, walk.group = section.table, None
                walk.skip = OTHER_PERIOD.match(bare) is not None
                return
    if not walk.table or not key or len(key) > 40 or key[-1] in "。;;," or HEADING.match(key):
        return
    title = key.rstrip(":")
    if OTHER_PERIOD.match(title):
        walk.skip = True
    elif THIS_YEAR.match(title):
        walk.skip = False
    elif (caption := OTHER_YEAR.search(key)) and (title == key or not COMPARED.search(key)):
        other = caption[1]
        walk.skip = other is None or (walk.expected_year is not None and int(other) != walk.expected_year)
