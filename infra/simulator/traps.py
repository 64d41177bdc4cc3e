"""Rows that stand between the reports and are none: each looks like one from some side."""

from datetime import date

from infra.simulator.publication import Kind

Trap = tuple[Kind, str, date, tuple[str, ...]]


def traps(city: str, agency: str, years: list[int]) -> list[Trap]:
    """Titles, dates and short texts of the traps of one column, for its newest years."""
    rows: list[Trap] = []
    for year in years[-2:]:
        rows += [
            ("notice", f"关于做好{year}年政府信息公开工作年度报告编制和发布工作的通知", date(year, 12, 9),
             (f"请各单位按统一格式编写{year}年的报告，于次年一月下旬前送市政府办公室，并在本单位栏目发布。",)),
            ("statistics", f"{city}{year}年政府网站工作年度报表", date(year + 1, 1, 16),
             ("本表列出网站名称、栏目更新数量和安全检测次数，由网站主办单位填报。",)),
            ("explainer", f"{agency}{year}年政府信息公开工作年度报告图解", date(year + 1, 4, 2),
             ("一张图看懂全年公开工作：数据请以报告正文为准。",)),
        ]  # fmt: skip
    latest = max(years)
    rows += [
        ("news", f"{city}住房公积金{latest}年年度报告", date(latest + 1, 3, 20),
         ("报告介绍全年归集、提取和贷款的情况。",)),
        ("notice", f"{city}{latest}年政府信息公开工作年度报告公布情况", date(latest + 1, 2, 18),
         ("市直各部门的报告都已发布，名单附后。",)),
    ]  # fmt: skip
    return rows
