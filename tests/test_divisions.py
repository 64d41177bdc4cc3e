"""Division codes: the code of the year, short names, names that several places bear."""

import pytest

from model.divisions import (
    WHOLE_COUNTRY,
    above,
    all_divisions,
    contains,
    division,
    divisions,
    full_name,
    level_of,
    named,
    short_name,
)


def test_every_entry_is_a_code_with_a_name_and_lies_in_a_province() -> None:
    for entry in all_divisions():
        assert len(entry.code) == 6
        assert entry.code.isdecimal()
        assert entry.name
        assert above(entry.code)[-1] == f"{entry.code[:2]}0000"
        assert (entry.valid_from or 0) <= (entry.valid_to or 9999)
    assert len(divisions()) == 3213
    assert divisions()[WHOLE_COUNTRY] == "全国"


def test_a_code_never_has_two_names_in_one_year() -> None:
    for year in range(2007, 2027):
        codes = [entry.code for entry in all_divisions() if entry.holds(year)]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("name", "year", "codes"),
    [
        ("洪泽县", 2015, ["320829"]),
        ("洪泽区", 2015, []),
        ("洪泽区", 2016, ["320813"]),  # a district since October: the state at the end of the year
        ("崇文区", 2009, ["110103"]),
        ("崇文区", 2010, []),
        ("襄樊市", 2009, ["420600"]),
        ("襄阳市", 2010, ["420600"]),
        ("余杭区", 2020, ["330110"]),
        ("临平区", 2021, ["330113"]),
        ("鼓楼区", 2022, ["320106", "320302", "350102", "410204"]),
        ("吉林", 2022, ["220000", "220200"]),
        ("延边州", 2022, ["222400"]),
        ("和平", 2022, []),  # the short name of a county is that of a street as well
    ],
)
def test_names_in_their_years(name: str, year: int, codes: list[str]) -> None:
    assert sorted(entry.code for entry in named(name, year)) == codes


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("淮安市", "淮安"), ("内蒙古自治区", None), ("新疆维吾尔自治区", "新疆"), ("延边朝鲜族自治州", "延边"),
        ("湘西土家族苗族自治州", "湘西"), ("锡林郭勒盟", "锡林郭勒"), ("沙市", None),
    ],
)  # fmt: skip
def test_short_names(name: str, short: str | None) -> None:
    assert short_name(name) == short


def test_old_code_knows_its_heir_and_full_names_are_those_of_the_year() -> None:
    old = division("320829", 2014)
    assert old is not None
    assert (old.valid_to, old.successor) == (2015, "320813")
    assert division("320829", 2016) is None
    assert full_name("320829", 2014) == "江苏省淮安市洪泽县"
    assert full_name("320813") == "江苏省淮安市洪泽区"
    assert full_name("420607", 2009) == "湖北省襄樊市襄阳区"
    assert full_name("320829") is None
    assert full_name("110101") == "北京市东城区"


def test_levels_and_what_lies_where() -> None:
    assert [level_of(c) for c in ("000000", "120000", "320800", "419001")] == [
        "state",
        "province",
        "prefecture",
        "county",
    ]
    assert contains("320000", "320813")
    assert contains("320800", "320813")
    assert contains("320813", "320813")
    assert not contains("320813", "320800")
    assert contains(WHOLE_COUNTRY, "110000")
