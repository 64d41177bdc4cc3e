"""Many different reports at once: material for tests of every layout and for measurements."""

from collections.abc import Iterator
from itertools import count, islice

from infra.simulator.reports.dice import dice
from infra.simulator.reports.figures import Era
from infra.simulator.reports.office import Office
from infra.simulator.reports.report import GeneratedReport, make_report

_PLACES = ("青禾市", "松原台市", "云岭区", "白沙湾县", "临渡县", "石桥区")
_DUTIES = (
    "财政局", "教育局", "审计局", "水务局", "民政局", "商务局", "司法局", "统计局", "应急管理局", "生态环境局",
    "卫生健康委员会", "人力资源和社会保障局", "自然资源和规划局", "市场监督管理局",
)  # fmt: skip
_YEARS: dict[Era, tuple[int, ...]] = {"form2021": (2021, 2022, 2023, 2024, 2025), "form2019": (2019, 2020)}


def invent(many: int, era: Era, seed: int = 0) -> Iterator[GeneratedReport]:
    """As many reports of one form, from offices of all kinds and sizes; the same seed gives the same reports."""
    return islice((_invented(era, seed, number) for number in count()), many)


def _invented(era: Era, seed: int, number: int) -> GeneratedReport:
    chance = dice(seed, era, number)
    place = chance.choice(_PLACES)
    level = "prefecture" if place.endswith("市") else "county"
    size = chance.choice(["none", "small", "medium", "medium", "large", "huge"])
    year = chance.choice(_YEARS[era])
    if chance.random() < 0.15:
        office = Office(
            name=f"{place}人民政府", core_name=f"{place[-1]}政府", level=level, kind="government", size=size
        )
    else:
        duty = chance.choice(_DUTIES)
        office = Office(name=place + duty, core_name=place[-1] + duty, level=level, size=size)
    return make_report(seed * 100_000 + number, office, year, era)
