"""The catalogue: finds reports by what people type, follows the archive, and can be thrown away at any time."""

from pathlib import Path

import pytest

from model.agency import Agency, AgencyName
from storage.archive import Archive
from storage.catalogue import Catalogue, find_reports
from storage.objects import open_store
from storage.search_words import readings, year_of
from storage.settings import StorageSettings
from tests.storage_samples import a_version

AGENCIES = {
    "atianjin22222": ("120000", ["天津市人社局", "天津市人力资源和社会保障局"]),
    "ashanghai2222": ("310000", ["上海市科学技术委员会"]),
    "ahongze222222": ("320813", ["洪泽县人民政府", "淮安市洪泽区人民政府"]),
}


def add(archive: Archive, agency_id: str, year: int, n: int = 1, page: bytes = b"page") -> str:
    name = AGENCIES[agency_id][1][-1]
    report_id = f"{agency_id}-{year}-own"
    facts = {"agency_id": agency_id, "agency_name": name, "report_year": year, "title": f"{name}{year}年年报"}
    record = a_version(report_id, n, page).model_copy(update=facts)
    archive.keep_parsed(record.manifest.digest, "p1", {"verdict": "verified"})
    archive.add_version(report_id, lambda _: record)
    return report_id


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(cache=str(tmp_path / "cache"))


@pytest.fixture
def archive(store_address: str, settings: StorageSettings) -> Archive:
    filled = Archive(open_store(store_address, settings=settings))
    for agency_id, (region, names) in AGENCIES.items():
        named = tuple(AgencyName(name=name) for name in names)
        filled.add_agency(Agency(id=agency_id, region=region, names=named))
        for year in (2021, 2022):
            add(filled, agency_id, year)
    return filled


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["天津", "人社", "2022"], ["atianjin22222-2022-own"]),
        (["市人社局", "2021年"], ["atianjin22222-2021-own"]),
        (["人力资源和社会保障"], ["atianjin22222-2022-own", "atianjin22222-2021-own"]),
        (["科委", "2022年度"], ["ashanghai2222-2022-own"]),
        (["科技", "上海", "2022"], ["ashanghai2222-2022-own"]),
        (["洪泽县", "2022"], ["ahongze222222-2022-own"]),
        (["洪泽", "政府", "2021"], ["ahongze222222-2021-own"]),
        (["3208", "2022"], ["ahongze222222-2022-own"]),
        (["ahongze222222-2022-own"], ["ahongze222222-2022-own"]),
        (["example", "2022", "天津"], ["atianjin22222-2022-own"]),
        (["天津", "科委"], []),
        (["2019"], []),
        (["%"], []),
    ],
)
def test_reports_are_found_by_what_people_type(
    archive: Archive, settings: StorageSettings, words: list[str], expected: list[str]
) -> None:
    assert [row.report_id for row in find_reports(archive, words, settings)] == expected


def test_a_row_tells_the_newest_version(archive: Archive, settings: StorageSettings) -> None:
    add(archive, "atianjin22222", 2022, 2, b"changed page")
    (row,) = find_reports(archive, ["天津", "2022"], settings)
    assert (row.versions, row.verdict, row.region, row.report_year) == (2, "verified", "120000", 2022)
    assert row.agency_name == "天津市人力资源和社会保障局"
    assert row.captured_at == archive.version(row.report_id, 2).captured_at
    assert len(find_reports(archive, [], settings)) == 6


def test_only_what_is_new_is_read(archive: Archive, settings: StorageSettings) -> None:
    catalogue = Catalogue.of(archive, settings)
    assert catalogue.refresh() == 3 + 6
    assert catalogue.refresh() == 0
    add(archive, "ashanghai2222", 2023)
    assert catalogue.refresh() == 1
    assert catalogue.rebuild() == 3 + 7
    assert [r.report_year for r in catalogue.find_reports(["科委"])] == [2023, 2022, 2021]


@pytest.mark.parametrize("damage", [b"", b"this is no database, whatever its name says" * 100])
def test_a_damaged_catalogue_is_built_anew(tmp_path: Path, settings: StorageSettings, damage: bytes) -> None:
    archive = Archive(open_store(str(tmp_path / "archive"), settings=settings))
    add(archive, "atianjin22222", 2022)
    assert len(find_reports(archive, ["天津"], settings)) == 1
    (tmp_path / "archive" / "catalogue" / "gongkai.sqlite").write_bytes(damage)
    assert [r.report_id for r in find_reports(archive, ["天津"], settings)] == ["atianjin22222-2022-own"]


def test_a_bucket_has_its_catalogue_in_the_cache(archive: Archive, settings: StorageSettings, tmp_path: Path) -> None:
    find_reports(archive, [], settings)
    in_cache = len(list((tmp_path / "cache").glob("*.sqlite")))
    assert in_cache == (1 if archive.store.describe().startswith("bucket") else 0)


def test_words_and_what_they_may_stand_for() -> None:
    assert readings("市人社局") == ["市人社局", "市人力资源和社会保障局"]
    assert readings("人力资源和社会保障局") == ["人力资源和社会保障局"]
    assert [year_of(w) for w in ("2022", "２０２２年", "2022年度", "12022", "人社2022")] == [
        2022,
        2022,
        2022,
        None,
        None,
    ]
