"""Portal files: those that ship are right, and a wrong one says what is wrong, where, and what to do."""

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from model.divisions import full_name
from model.errors import InvalidPortal
from spiders.portal_files import load_portal, load_portals, portal_schema, registry_table

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


def test_the_country_ships_and_nothing_claims_to_be_confirmed() -> None:
    portals = load_portals()
    hubs = {p.region for p in portals.values() if p.level == "province" and p.agency is None}
    assert len({region[:2] for region in hubs}) == len(hubs) == 31
    assert Counter(p.level for p in portals.values()) == {"state": 7, "province": 44, "prefecture": 36, "county": 66}
    assert [p.id for p in portals.values() if p.confirmed or p.unconfirmed_since is None or p.evidence is None] == []
    assert {p.family for p in portals.values()} >= {"trs", "hanweb", "ucap", "gkmlpt", "longsun", "vsb", "unitbuild"}
    assert portals["tianjin-rsj"].agency is not None
    assert portals["tianjin-rsj"].agency.name == "天津市人力资源和社会保障局"
    assert portals["tianjin-rsj"].start_hosts == {"hrss.tj.gov.cn"}


def test_regions_exist_and_levels_fit_them() -> None:
    for portal in load_portals().values():
        assert full_name(portal.region), portal.id
        if portal.level == "state":
            assert portal.region == "000000", portal.id
        elif portal.level == "province":
            assert portal.region.endswith("0000"), portal.id
        elif portal.level == "prefecture":
            assert portal.region.endswith("00"), portal.id
            assert portal.region[2:4] != "00", portal.id


def test_every_file_fits_the_schema_for_editors() -> None:
    schema = json.loads((ROOT / "docs" / "portal.schema.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    for path in sorted((ROOT / "spiders" / "portals").glob("*.yml")):
        # As an editor reads it: dates are text there.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        content["confirmed"] = content["confirmed"] == "true"
        for key in ("max_list_pages", "expect"):
            if key in content:
                content[key] = yaml.safe_load(yaml.safe_dump(content[key]).replace("'", ""))
        assert [e.message for e in validator.iter_errors(content)] == [], path.name


def test_table_of_the_documentation_is_fresh() -> None:
    text = (ROOT / "docs" / "portals.md").read_text(encoding="utf-8")
    assert registry_table(load_portals()) in text, "write registry_table() of spiders.portal_files into docs/portals.md"


def test_start_addresses_are_each_in_one_file() -> None:
    urls = Counter(str(url) for portal in load_portals().values() for url in portal.start_urls)
    assert [url for url, times in urls.items() if times > 1] == []


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
