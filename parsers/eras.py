"""Which edition of the form a table follows: by its labels, never by the year (report-format 1.9)."""

import re

from model.normal_text import label_key

TABLES = ("proactive", "applications", "review_litigation")
NEW_PROACTIVE = ("本年制发", "本年废止", "现行有效", "本年收费金额")
OLD_PROACTIVE = ("本年新制作", "本年新公开", "对外公开总数", "上一年项目", "其他对外管理", "采购总金额", "政府集中采购", "采购项目")
NEW_APPLICATIONS = re.compile(r"逾期不?补正|收费通知|缴纳费用|不缴费")
# 六、其他处理 followed by figures of its own, or by nothing that the form of 2021 puts below it
OLD_APPLICATIONS = re.compile(r"其他处理")


def eras(text: str) -> dict[str, str]:
    """Table id to form id, from all words of the document. Where Table 3 can't tell, it follows Table 2."""
    key = label_key(text)
    new = sum(marker in key for marker in NEW_PROACTIVE)
    old = sum(marker in key for marker in OLD_PROACTIVE)
    proactive = "form2019" if old > new else "form2021"
    if NEW_APPLICATIONS.search(key) and "办理结果" in key:
        applications = "form2021"
    elif OLD_APPLICATIONS.search(key):
        applications = "form2019"
    else:
        applications = proactive
    return {"proactive": proactive, "applications": applications, "review_litigation": proactive}
