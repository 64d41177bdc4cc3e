"""Names of agencies: region, core name, level, kind; and nothing guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.agency_names import NOWHERE, Surroundings, is_relative, read_name

HONGZE, HUAIAN, TIANJIN = Surroundings("320813"), Surroundings("320800"), Surroundings("120000")


@pytest.mark.parametrize(
    ("name", "around", "year", "core", "region", "level", "kind"),
    [
        # three ways to write one name, as report-format 5.5 has it
        ("天津市人力资源和社会保障局", NOWHERE, 2022, "人力资源和社会保障局", "120000", "province", "department"),
        ("天津市人社局", NOWHERE, 2022, "人力资源和社会保障局", "120000", "province", "department"),
        ("市人社局", TIANJIN, 2022, "人力资源和社会保障局", "120000", "province", "department"),
        # the page's own place
        ("市人社局", HONGZE, 2022, "人力资源和社会保障局", "320800", "prefecture", "department"),
        ("区住建局", HONGZE, 2022, "住房和城乡建设局", "320813", "county", "department"),
        ("区住建局", HUAIAN, 2022, "区住建局", None, "county", "department"),
        ("财政局", HONGZE, 2022, "财政局", "320813", "county", "department"),
        ("财政局", NOWHERE, 2022, "财政局", None, None, "department"),
        # words that only begin like a place
        ("市场监督管理局", HUAIAN, 2022, "市场监督管理局", "320800", "prefecture", "department"),
        ("市政管理局", HUAIAN, 2022, "市政管理局", "320800", "prefecture", "department"),
        ("乡村振兴局", HONGZE, 2022, "乡村振兴局", "320813", "county", "department"),
        ("镇海区住建局", NOWHERE, 2022, "住房和城乡建设局", "330211", "county", "department"),
        ("北京街道办事处", Surroundings("440104"), 2020, "北京街道办事处", "440104", "township", "street"),
        # governments
        ("上海市", NOWHERE, 2022, "人民政府", "310000", "province", "government"),
        ("内蒙古自治区", NOWHERE, 2018, "人民政府", "150000", "province", "government"),
        ("镶黄旗", NOWHERE, 2024, "人民政府", "152528", "county", "government"),
        ("晋安区", NOWHERE, 2016, "人民政府", "350111", "county", "government"),
        ("上海市人民政府办公厅", NOWHERE, 2019, "人民政府办公厅", "310000", "province", "department"),
        ("鄂尔多斯市人民政府办公室", NOWHERE, 2019, "人民政府办公室", "150600", "prefecture", "department"),
        # the code of the year
        ("淮安市洪泽县财政局", NOWHERE, 2014, "财政局", "320829", "county", "department"),
        ("淮安市洪泽区财政局", NOWHERE, 2020, "财政局", "320813", "county", "department"),
        ("杭州市江干区审计局", NOWHERE, 2021, "审计局", "330104", "county", "department"),  # dissolved in that year
        # names that several places bear
        ("鼓楼区审计局", NOWHERE, 2022, "审计局", None, None, "department"),
        ("鼓楼区审计局", Surroundings("320100"), 2022, "审计局", "320106", "county", "department"),
        ("鼓楼区审计局", Surroundings(within="350000"), 2022, "审计局", "350102", "county", "department"),
        ("鼓楼区审计局", Surroundings(within="320000"), 2022, "审计局", None, None, "department"),
        ("南京市鼓楼区审计局", NOWHERE, 2022, "审计局", "320106", "county", "department"),
        ("新华区", NOWHERE, 2020, "人民政府", None, None, "government"),
        ("青禾市人民政府", NOWHERE, 2022, "青禾市人民政府", None, None, "government"),
        ("吉林气象局", NOWHERE, 2022, "气象局", None, None, "vertical"),
        # townships lie in counties
        ("襄城区欧庙镇", NOWHERE, 2024, "欧庙镇", "420602", "township", "township"),
        ("龙塘乡人民政府", Surroundings("500243"), 2019, "龙塘乡人民政府", "500243", "township", "township"),
        ("龙塘乡人民政府", Surroundings("500000"), 2019, "龙塘乡人民政府", None, "township", "township"),
        ("虎门镇", Surroundings("441900"), 2020, "虎门镇", "441900", "township", "township"),
        # zones are no divisions; their offices are not those of the city
        ("平潭综合实验区", NOWHERE, 2020, "平潭综合实验区", None, None, "zone"),
        ("渭南高新区行政审批服务局", NOWHERE, 2021, "高新区行政审批服务局", "610500", None, "department"),
        ("浦东新区建设和交通委员会", NOWHERE, 2012, "建设和交通委员会", "310115", "county", "department"),
        # led from above
        ("国家税务总局淮安市税务局", NOWHERE, 2022, "税务局", "320800", "prefecture", "vertical"),
        ("湛江海关", NOWHERE, 2023, "海关", "440800", "prefecture", "vertical"),
        ("汉中市生态环境局镇巴分局", NOWHERE, 2022, "生态环境局镇巴分局", "610700", "county", "department"),
        ("自然资源部", NOWHERE, 2024, "自然资源部", None, "state", "department"),
        ("国家税务总局", NOWHERE, 2010, "国家税务总局", None, "state", "department"),
        # short words of their time
        ("天津市环保局", NOWHERE, 2015, "环境保护局", "120000", "province", "department"),
        ("天津市环保局", NOWHERE, 2020, "生态环境局", "120000", "province", "department"),
        ("延边州卫健委", NOWHERE, 2021, "卫生健康委员会", "222400", "prefecture", "department"),
        ("天津市水务局", NOWHERE, 2021, "水务局", "120000", "province", "department"),
        # nobody
        ("我局", TIANJIN, 2022, None, None, None, None),
    ],
)  # fmt: skip
def test_names(
    name: str,
    around: Surroundings,
    year: int,
    core: str | None,
    region: str | None,
    level: str | None,
    kind: str | None,
) -> None:
    found = read_name(name, around, year)
    assert (found.core, found.region, found.level, found.kind) == (core, region, level, kind)


def test_what_an_ambiguous_name_could_mean_is_told() -> None:
    assert read_name("鼓楼区审计局", NOWHERE, 2022).candidates == ("320106", "320302", "350102", "410204")
    assert read_name("南京市鼓楼区审计局", NOWHERE, 2022).candidates == ()


@pytest.mark.parametrize(
    ("name", "around", "full"),
    [
        ("天津市人社局", NOWHERE, "天津市人力资源和社会保障局"),
        ("洪泽区财政局", NOWHERE, "淮安市洪泽区财政局"),
        ("市人社局", HONGZE, "淮安市人力资源和社会保障局"),
        ("欧庙镇", Surroundings("420602"), "襄阳市襄城区欧庙镇"),
        ("湛江海关", NOWHERE, "湛江海关"),
        ("某某局", NOWHERE, "某某局"),
    ],
)
def test_full_names(name: str, around: Surroundings, full: str) -> None:
    assert read_name(name, around, 2022).full == full


def test_relative_names() -> None:
    assert [is_relative(n) for n in ("市人社局", "区住建局", "市场监管局", "天津市人社局", "镇人民政府")] == [
        True, True, False, False, False
    ]  # fmt: skip


@given(st.text(alphabet="市区县镇乡街道省局委员会办公室人民政府财政天津淮安洪泽国家海关（）()", max_size=24))
def test_any_name_is_answered_and_a_code_is_a_code(name: str) -> None:
    found = read_name(name, HONGZE, 2020)
    assert found.region is None or (len(found.region) == 6 and found.region.isdecimal())
    assert found.printed == name
    assert not (found.region and found.candidates)
