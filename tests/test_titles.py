"""Titles: the table of traps, and every labelled real title of the corpus."""

import json
import os
from pathlib import Path

import pytest

from model.titles import COLUMN_NAME, COLUMN_SLUG, classify_title, normal_title

R = "政府信息公开工作年度报告"

TRAPS = [
    (f"2022年上海市{R}", "report", 2022, "上海市", ""),
    ("襄城区欧庙镇2024年政府信息公开年度工作报告", "report", 2024, "襄城区欧庙镇", ""),
    ("自然资源部2024年政府信息公开工作报告", "report", 2024, "自然资源部", ""),
    ("高岭镇_2017年_政府信息公开年度报告", "report", 2017, "高岭镇", ""),
    ("二○一九年度某区信息公开年报", "report", 2019, "某区", ""),
    ("二〇二〇年度某区信息公开年报", "report", 2020, "某区", ""),
    ("二O一八年度某区信息公开年报", "report", 2018, "某区", ""),
    ("二零二一年度某区信息公开年报", "report", 2021, "某区", ""),
    ("某县政府信息公开年报（2020年）", "report", 2020, "某县", ""),
    ("镶黄旗2024年度\n 政府信息公开年报", "report", 2024, "镶黄旗", ""),
    (f"2024年度{R}", "report", 2024, None, ""),
    (R, "report", None, None, ""),
    ("某委2020年政府信息公开 工作告年度报", "report", 2020, "某委", ""),
    ("某局政府信息公开工作2019年年度报告", "report", 2019, "某局", ""),
    (f"泉港区人民政府办公室关于印发泉港区2024年度{R}的通知", "report", 2024, "泉港区", "wrapped_in_notice"),
    ("关于公布《贺州市2009年度政府信息公开工作报告》的通知", "report", 2009, "贺州市", "wrapped_in_notice"),
    (f"关于做好2025年{R}编制和发布工作的通知", "not_report", None, None, ""),
    (f"国务院办公厅政府信息与政务公开办公室关于印发《中华人民共和国{R}格式》的通知", "not_report", None, None, ""),
    (f"石狮市2023年{R}公布情况", "not_report", None, None, ""),
    (f"某市2024年{R}图解", "explainer", 2024, "某市", ""),
    (f"某市2024年{R}解读", "explainer", 2024, "某市", ""),
    ("宿州市人民政府2019年政府信息公开年报（图片版）", "report", 2019, "宿州市人民政府", "rendition"),
    ("宿州市人民政府2019年政府信息公开年报（超链版）.pdf", "report", 2019, "宿州市人民政府", "rendition"),
    (f"某局2022年{R}（更正）", "report", 2022, "某局", "correction"),
    (f"（更正）某局2022年{R}", "report", 2022, "某局", "correction"),
    (f"某局2022年{R}（更新版）", "report", 2022, "某局", "correction"),
    (f"某市城市更新局2022年{R}", "report", 2022, "某市城市更新局", ""),
    (f"2024年北京市“{R}”集中公开专题页面", "collection", 2024, "北京市", ""),
    ("某市2022年部门政府信息公开年报汇总", "collection", 2022, "某市部门", ""),
    ("2024年某市政府网站工作年度报表", "not_report", None, None, ""),
    ("某市住房公积金2020年年度报告", "not_report", None, None, ""),
    (f"市住房公积金管理中心2021年{R}", "report", 2021, "市住房公积金管理中心", ""),
    (f"某区机构编制委员会办公室2021年{R}", "report", 2021, "某区机构编制委员会办公室", ""),
    ("某大学2023—2024学年信息公开工作年度报告", "university", 2023, "某大学", ""),
    (f"某市发布2023年{R}", "report", 2023, "某市", ""),  # news: the body has to reject it
    ("某区2018年政务公开工作要点落实情况", "not_report", None, None, ""),
    ("关于召开2020年度工作会议的通知", "not_report", None, None, ""),
]


@pytest.mark.parametrize(("title", "kind", "year", "agency", "flag"), TRAPS, ids=[t[0][:40] for t in TRAPS])
def test_traps(title: str, kind: str, year: int | None, agency: str | None, flag: str) -> None:
    assert classify_title(title) == (kind, year, agency, frozenset({flag} if flag else ()))


def test_normal_title_folds_what_only_looks_different() -> None:
    assert normal_title("某局 ２０２２ 年<br>政府&nbsp;信息\u200b公开⼯作年度报告") == f"某局2022年{R}"


@pytest.mark.parametrize(
    "path",
    [
        "/zwgk/zfxxgknb28/",
        "/zfxxgknb_97166",
        "/ZFXXGKNB/2025n/",
        "/a/2025ndbg/",
        "/cn/xxgk/ndxxgkbg/",
        "/sgknb",
        "/nbzt/",
        "/xzfxxgk/xzfxxgknb/",
        "/zfxxgknew/zfxxgknbnew/",
        "/x/xinxigongkainianbao/",
    ],
)
def test_column_slugs(path: str) -> None:
    assert COLUMN_SLUG.search(path)


@pytest.mark.parametrize("path", ["/zwgk/wzndbb/", "/zfwzgzndbb/", "/zwgk/czyjs/", "/news/"])
def test_other_slugs(path: str) -> None:
    assert COLUMN_SLUG.search(path) is None


def test_column_names() -> None:
    names = ["政府信息公开年报", "信息公开年度报告", "政府信息公开工作年度报告", "公开年报", "年报汇总"]
    assert [bool(COLUMN_NAME.search(n)) for n in names] == [True] * 5
    assert COLUMN_NAME.search("政府信息公开指南") is None


def corpus() -> Path:
    """The folder of real documents; set and unreadable is an error, unset and absent skips."""
    named = os.environ.get("GONGKAI_CORPUS")
    folder = Path(named or Path(__file__).parents[2] / "shared" / "corpus")
    if not (folder / "title_cases.json").is_file():
        if named:
            pytest.fail(f"GONGKAI_CORPUS names {folder}, which has no title_cases.json; unset it or mend the path.")
        pytest.skip("the corpus of real documents is not here")
    return folder


def test_every_labelled_title() -> None:
    cases = json.loads((corpus() / "title_cases.json").read_text(encoding="utf-8"))["titles"]
    assert len(cases) >= 40
    wrong = []
    for case in cases:
        reading = classify_title(case["title"])
        if "is_annual_report" in case and case["is_annual_report"] != (reading.kind == "report"):
            wrong.append((case["title"], reading))
        if reading.kind == "report" and (reading.year, reading.agency) != (case.get("report_year"), case.get("agency")):
            wrong.append((case["title"], reading))
    assert wrong == []
