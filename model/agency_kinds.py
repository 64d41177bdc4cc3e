"""Level and kind of an agency by the words of its name (report-format 5.6)."""

import re

from model.divisions import level_of
from model.portal import AgencyKind, AgencyLevel

TOWNSHIP = re.compile(r"^.{1,12}?(?:乡|镇|苏木)(?:人民政府|政府)?(?:办公室)?$")
STREET = re.compile(r"^.{1,14}?(?:街道|地区)(?:办事处|人民政府)?(?:办公室)?$|^.{2,8}街$")
ZONE = re.compile(
    r"^.{0,14}?(?:综合实验区|试验区|示范区|开发区|高新区|经开区|产业开发区|保税港?区|新区|新城|度假区|风景名胜区|园区|工业区|管理区)"
)
COMMITTEE = re.compile(r"^(?:管理委员会|管委会)?(?:办公室)?$")
GOVERNMENT = re.compile(r"^(?:人民政府|政府|行政公署|行署)?$")
# of a region that no table knows
REGIONAL_GOVERNMENT = re.compile(r"[省市州盟县区旗]人民政府$")
OFFICE = re.compile(r"^(?:人民)?政府(办公厅|办公室)$")
GOVERNMENT_WORDS = re.compile(r"^政府(?:办公厅|办公室)?$")
# 5.6: led from above, on a site of their own or on the local one
VERTICAL = re.compile(
    r"税务|海关|气象|金融监管|金融监督管理总局|银保监|银监|保监|证监|人民银行|外汇管理|海事|邮政管理|通信管理|地震|调查(?:总)?队"
    r"|烟草专卖|边检|边防检查|移民|民用航空|民航|矿山安全监察|煤矿安全监察|能源监管|铁路监[管督]|财政部.{0,8}监管局|审计署.{0,8}特派"
)
# 地震局, 气象局 as part of another name: 应急管理局（地震局） is a department
BRACKETS = re.compile(r"\([^()]*\)")
INSTITUTION = re.compile(r"(?:中心|公司|大学|学院|学校|医院|协会|学会|馆|站|台|所|社|研究院|联合会)$")
# 市人社局, 镇人民政府; not 市场监管局, 市政管理局, 县域办, 乡村振兴局
RELATIVE = re.compile(
    r"^(?:本|全)?(自治区|省|市|自治州|州|盟|自治县|县|区|旗|镇|乡|街道)(?!场|容|民|村|域|立|辖|中|政(?!府))(?=.{2})"
)


def rank_of(rest: str, region: str | None) -> tuple[AgencyLevel | None, AgencyKind | None]:
    """What stands behind the region's name tells the kind; the region the level, unless the name is lower."""
    level = level_of(region) if region else None
    if region is None and (unit := RELATIVE.match(rest)):
        level = {"省": "province", "自治区": "province", "县": "county", "区": "county", "旗": "county"}.get(unit[1])  # type: ignore[assignment]
    if STREET.match(rest) and not ZONE.match(rest):
        return "township", "street"
    if TOWNSHIP.match(rest):
        return "township", "township"
    if OFFICE.match(rest):
        return level, "department"
    if GOVERNMENT.match(rest) or REGIONAL_GOVERNMENT.search(rest):
        return level, "government"
    if zone := ZONE.match(rest):
        if COMMITTEE.match(rest[zone.end() :]):
            return None, "zone"
        level = None
    if VERTICAL.search(rest):
        return level, "vertical"
    if rest.endswith("分局") or re.search(r"局.{2,8}分局$", rest):
        level = "county" if level == "prefecture" else level
    return level, "authorized_org" if INSTITUTION.search(rest) else "department"
