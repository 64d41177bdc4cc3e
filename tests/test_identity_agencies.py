"""Agencies over the years: two names of one, renamings, reforms; an id once given stays."""

from datetime import date

import pytest

from flows.identify import Identity, Unidentified, identify
from model.agency import Agency, AgencyName, Register, mint_id, seeded_register
from model.agency_sameness import core_key, lineage
from model.portal import Portal


def portal(region: str = "120000", **more: object) -> Portal:
    given = {"id": "example", "title": "试验栏目", "region": region, "start_urls": ("https://a.gov.cn/list/",), **more}
    return Portal.model_validate(given)


def told(name: str, year: int = 2022, **more: object) -> dict[str, object]:
    return {"agency": {"name": name, **more}, "report_year": year}


def found(parsed: dict[str, object], register: Register, region: str = "120000", known: str | None = None) -> Identity:
    identity = identify(parsed, None, portal(region), register, known)
    assert isinstance(identity, Identity), identity
    return identity


@pytest.mark.parametrize("name", ["天津市人社局", "市人社局", "天津市人力资源和社会保障局", "人力资源和社会保障局"])
def test_four_spellings_are_one_agency_of_the_register(name: str) -> None:
    identity = found(told(name), seeded_register())
    assert (identity.agency.id, identity.records) == ("a2aixlksofbno", ())


def test_whichever_spelling_is_met_first_the_id_is_the_same() -> None:
    ids = {found(told(name), Register()).agency.id for name in ("天津市财政局", "市财政局", "财政局")}
    assert ids == {mint_id("120000", "天津市财政局")}


def test_a_better_name_keeps_the_id_and_is_one_more_record() -> None:
    old = Agency(id="aoldoldoldold", region="120000", names=(AgencyName(name="天津市卫健委"),))
    identity = found(told("天津市卫生健康委员会"), Register([old]))
    assert identity.agency.id == old.id
    assert [(r.id, r.n, [n.name for n in r.names]) for r in identity.records] == [
        (old.id, 2, ["天津市卫健委", "天津市卫生健康委员会"])
    ]
    assert old.n == 1
    assert found(told("天津市卫健委"), Register([old, *identity.records])).records == ()


def test_equal_names_in_two_regions_are_two_agencies() -> None:
    register = Register()
    one = found(told("财政局"), register, "320813")
    two = found(told("财政局"), register, "320812")
    assert one.agency.id != two.agency.id
    assert [one.agency.name, two.agency.name] == ["淮安市洪泽区财政局", "淮安市清江浦区财政局"]


def test_a_renamed_agency_is_one_with_dated_names() -> None:
    register = Register()
    before = found(told("天津市环境保护局", 2016), register)
    after = found(told("天津市生态环境局", 2019), register)
    assert before.agency.id == after.agency.id
    assert [(n.name, n.valid_from, n.valid_to) for n in after.agency.names] == [
        ("天津市环境保护局", None, date(2018, 12, 31)), ("天津市生态环境局", date(2019, 1, 1), None)
    ]  # fmt: skip
    assert after.agency.name == "天津市生态环境局"
    # By the short word of either time it is found again, without a new record.
    assert found(told("天津市环保局", 2015), register).records == ()
    assert found(told("天津市环保局", 2021), register).agency.id == after.agency.id


def test_the_older_name_met_later_joins_as_well() -> None:
    register = Register()
    after = found(told("天津市生态环境局", 2020), register)
    before = found(told("天津市环境保护局", 2015), register)
    assert before.agency.id == after.agency.id
    assert [n.name for n in before.agency.names] == ["天津市环境保护局", "天津市生态环境局"]
    assert before.agency.name == "天津市生态环境局"


def test_a_renaming_does_not_cross_regions() -> None:
    register = Register()
    before = found(told("天津市环境保护局", 2016), register)
    other = found(told("上海市生态环境局", 2020), register, "310000")
    assert before.agency.id != other.agency.id


def test_an_office_that_took_over_from_others_is_linked_to_each() -> None:
    register = Register()
    trade = found(told("天津市工商行政管理局", 2016), register).agency
    quality = found(told("天津市质量技术监督局", 2016), register).agency
    merged = found(told("天津市市场监管局", 2020), register)
    assert merged.agency.name == "天津市市场监督管理局"
    assert merged.agency.predecessors == (trade.id, quality.id)
    assert {r.id: (r.n, r.successors) for r in merged.records[1:]} == {
        trade.id: (2, (merged.agency.id,)), quality.id: (2, (merged.agency.id,))
    }  # fmt: skip
    # A third that is met later is linked, too.
    food = found(told("天津市食品药品监督管理局", 2015), register)
    assert food.agency.successors == (merged.agency.id,)
    assert [(r.id, r.n) for r in food.records] == [(food.agency.id, 1), (merged.agency.id, 2)]
    held = register.get(merged.agency.id)
    assert held is not None
    assert held.predecessors == (trade.id, quality.id, food.agency.id)


def test_a_county_that_became_a_district_keeps_its_agencies() -> None:
    register = Register()
    county = found(told("洪泽县财政局", 2014, division_code="320829"), register, "320813")
    district = found(told("淮安市洪泽区财政局", 2020, division_code="320813"), register, "320813")
    assert county.agency.id == district.agency.id
    assert lineage("320829") == "320813"
    assert found(told("洪泽区人民政府", 2020), seeded_register(), "320813").agency.id == "ad27lh6ipifpg"


def test_a_register_name_in_the_portals_region_stays_there_when_the_parser_learns_better() -> None:
    old = Agency(id="aoldoldoldold", region="320800", names=(AgencyName(name="淮安市洪泽区财政局"),))
    identity = found(told("淮安市洪泽区财政局", division_code="320813"), Register([old]), "320800")
    assert (identity.agency.id, identity.records) == (old.id, ())


def test_an_address_keeps_its_report_when_only_the_scope_is_read_otherwise() -> None:
    register = seeded_register()
    first = found(told("淮安市人民政府", scope="own"), register, "320800")
    again = found(told("淮安市人民政府", scope="unknown"), register, "320800", first.report_id)
    assert again.report_id == first.report_id == "a6oxldrauvbr3-2022-own"
    other_year = found(told("淮安市人民政府", 2023, scope="region_aggregate"), register, "320800", first.report_id)
    assert other_year.report_id == "a6oxldrauvbr3-2023-region_aggregate"


def test_the_same_report_on_the_site_of_the_city_and_of_the_district_is_one() -> None:
    register = seeded_register()
    by_city = found(told("淮安市洪泽区人民政府", scope="region_aggregate"), register, "320800")
    by_district = found(told("洪泽区人民政府", scope="region_aggregate"), register, "320813")
    assert by_city.report_id == by_district.report_id == "ad27lh6ipifpg-2022-region_aggregate"


def test_own_and_aggregate_reports_of_one_office_are_two_reports() -> None:
    register = seeded_register()
    own = found(told("上海市人民政府办公厅", scope="own"), register, "310000")
    whole = found(told("上海市人民政府办公厅", scope="region_aggregate"), register, "310000")
    assert own.agency.id == whole.agency.id == "a2h4nqkc746jq"
    assert {own.report_id, whole.report_id} == {"a2h4nqkc746jq-2022-own", "a2h4nqkc746jq-2022-region_aggregate"}


@pytest.mark.parametrize(
    ("name", "region", "why"),
    [
        ("鼓楼区财政局", "120000", "江苏省南京市鼓楼区"),
        ("区住建局", "320800", "does not say of which place"),
    ],
)
def test_what_only_a_person_can_tell_is_not_guessed(name: str, region: str, why: str) -> None:
    identity = identify(told(name), None, portal(region), Register())
    assert isinstance(identity, Unidentified)
    assert why in identity.why


def test_the_portals_region_tells_which_of_several() -> None:
    identity = found(told("鼓楼区财政局"), Register(), "320100")
    assert (identity.agency.region, identity.agency.name) == ("320106", "南京市鼓楼区财政局")
    assert (identity.agency.level, identity.agency.kind) == ("county", "department")


def test_ministries_belong_to_the_whole_country() -> None:
    identity = found(told("自然资源部"), Register(), "000000")
    assert (identity.agency.region, identity.agency.level) == ("000000", "state")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("襄城区欧庙镇", "襄城区欧庙镇人民政府"), ("平潭综合实验区", "平潭综合实验区管委会"),
        ("黄集街道", "黄集街道办事处"), ("襄阳市人民政府办公厅", "襄阳市政府办公室"),
    ],
)  # fmt: skip
def test_names_that_differ_in_a_formality_only(one: str, other: str) -> None:
    assert core_key(one, "420602") == core_key(other, "420602")


def test_names_that_only_look_alike_stay_apart() -> None:
    names = [
        "天津市水务局",
        "天津市水利局",
        "天津市教育局",
        "天津市教育委员会",
        "天津市人民政府",
        "天津市人民政府办公厅",
    ]
    assert len({core_key(name, "120000") for name in names}) == len(names)
