"""Portal files: those that ship are right, and a wrong one says what is wrong, where, and what to do."""

from pathlib import Path

import pytest

from model.errors import InvalidPortal
from spiders.portal_files import load_portal, load_portals, portal_schema

ROOT = Path(__file__).parents[1]

GOOD = """id: qinghe
title: 青禾市年报
region: "999900"
start_urls:
  - https://www.qinghe.example/zfxxgknb/
"""


def refusal(folder: Path, text: str | bytes, name: str = "qinghe.yml") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidPortal) as caught:
        load_portal(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_ten_portals_ship_and_none_claims_to_be_confirmed() -> None:
    portals = load_portals()
    assert len(portals) == 10
    assert [p.id for p in portals.values() if p.confirmed or not p.notes] == []
    assert {p.family for p in portals.values()} == {"trs", "static", "hanweb", "rendered"}
    assert len({p.region[:2] for p in portals.values()}) == 9
    assert portals["tianjin-rsj"].agency is not None
    assert portals["tianjin-rsj"].agency.name == "天津市人力资源和社会保障局"
    assert portals["tianjin-rsj"].start_hosts == {"hrss.tj.gov.cn"}


def test_hosts_are_official() -> None:
    hosts = {host for portal in load_portals().values() for host in portal.start_hosts}
    assert [host for host in hosts if not host.endswith(".gov.cn")] == []


def test_schema_for_editors_is_fresh() -> None:
    written = (ROOT / "docs" / "portal.schema.json").read_text(encoding="utf-8")
    assert written == portal_schema(), "write portal_schema() of spiders.portal_files to docs/portal.schema.json"


def test_good_file(tmp_path: Path) -> None:
    (tmp_path / "qinghe.yml").write_text(GOOD)
    assert {k: v.title for k, v in load_portals(tmp_path).items()} == {"qinghe": "青禾市年报"}


def test_unknown_key(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD + "politness:\n  delay: 3\n")
    assert message == "line 6: there is no setting 'politness'; correct or remove it."


def test_unknown_key_below(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD + "politeness:\n  dealy: 3\n")
    assert message == "line 7: there is no setting 'politeness.dealy'; correct or remove it."


def test_key_twice(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD + "title: 另一个\n")
    assert message == "line 6: the key 'title' stands already in line 2; remove one of the two."


@pytest.mark.parametrize("region", ["011000", "120000"])
def test_unquoted_region(tmp_path: Path, region: str) -> None:
    message = refusal(tmp_path, GOOD.replace('"999900"', region))
    assert message == 'line 3: the region is read as a number; put it in quotes, as in region: "120000".'


def test_no_yaml(tmp_path: Path) -> None:
    assert refusal(tmp_path, GOOD + "notes: [\n").startswith("line 7: this is no YAML (")


def test_no_mapping(tmp_path: Path) -> None:
    assert refusal(tmp_path, "- qinghe\n").startswith("line 1: a portal is a mapping")


def test_missing_setting(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD.replace("title: 青禾市年报\n", ""))
    assert message == "line 1: the setting 'title' is missing; add it."


def test_wrong_value(tmp_path: Path) -> None:
    message = refusal(tmp_path, GOOD + "max_list_pages: 0\n")
    assert message == "line 6: max_list_pages: input should be greater than or equal to 1; got 0, correct it."


def test_not_utf8(tmp_path: Path) -> None:
    assert refusal(tmp_path, GOOD.encode("gb18030")) == "the file is not UTF-8 (byte 18); save it as UTF-8."


def test_name_and_id_differ(tmp_path: Path) -> None:
    assert "name the file qinghe.yml" in refusal(tmp_path, GOOD, "other.yml")


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidPortal, match="there is no such folder of portal files"):
        load_portals(tmp_path / "nowhere")
