"""Whose figures a report holds: the agency's own, its region's, its system's (report-format 4.4)."""

import re
from typing import Literal

from model.normal_text import squeeze
from model.portal import AgencyKind
from parsers.page import Page

AGGREGATE = re.compile(
    r"汇总|全[省市区县州盟旗]各|全自治区各|各级(?:行政机关|人民政府|政府|各部门)|综合[^。]{0,40}?(?:各|部门|单位|乡镇|年度报告)|各(?:县|区|乡镇|街道|部门|单位)[^。]{0,30}?(?:年度报告|年报|数据|报送)"
)
OF_SYSTEM = re.compile(
    r"关区报告|全系统|全[省市区县国]?.{0,6}系统|本系统|及(?:所属|下属|直属)(?:单位|机构|各)|含(?:所属|下属|直属)"
)
OF_REGION = re.compile(r"全[省市区县州盟旗](?!性|面|员|国)[^。]{0,24}?(?:收到|受理|新收|办结|公开|发布|答复|制发)")
OWN = re.compile(r"仅限|不含(?:所属|下属|直属)|本机关政府信息公开|本级")


def scope_of(
    kind: AgencyKind | None, title: str, preamble: str, page: Page
) -> Literal["own", "region_aggregate", "system_aggregate", "unknown"]:
    """Whose figures these are. A department's report is its own unless it says otherwise; a government must say."""
    said = squeeze(title) + preamble
    if kind in ("department", "authorized_org", "vertical"):
        return "system_aggregate" if OF_SYSTEM.search(said) and not OWN.search(said) else "own"
    if kind in ("township", "street"):
        return "own"
    if AGGREGATE.search(said):
        return "region_aggregate"
    if OF_REGION.search(squeeze("".join(page.lines[:60])[:12_000])):
        return "region_aggregate"
    return "own" if OWN.search(preamble) else "unknown"
