"""Feed files, read back as a feed reader would."""

import json
import os
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from flows.alerts import write_feeds
from model.document import Event
from model.errors import StoreNotWritable
from model.vocabulary import EventKind
from tests.alert_receiver import NOON, event

A = {"a": "http://www.w3.org/2005/Atom"}


def days(count: int) -> list[Event]:
    return [event(f"reports/r{i}/1.json", at=NOON + timedelta(days=i)) for i in range(count)]


def test_atom_holds_what_rfc_4287_asks_for(tmp_path: Path) -> None:
    atom, _ = write_feeds(tmp_path, days(3), "年报动态", url="https://desk.example/feeds/")
    feed = etree.fromstring(atom.read_bytes())
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.xpath("string(a:title)", namespaces=A) == "年报动态"
    assert feed.xpath("string(a:updated)", namespaces=A) == "2026-03-12T12:00:00Z"
    assert feed.xpath("string(a:author/a:name)", namespaces=A) == "gongkai"
    assert feed.xpath("a:link[@rel='self']/@href", namespaces=A) == ["https://desk.example/feeds/events.atom"]
    ids = feed.xpath("a:id/text() | a:entry/a:id/text()", namespaces=A)
    assert len(set(ids)) == 4
    assert all(i.startswith("urn:uuid:") for i in ids)
    assert feed.xpath("a:entry/a:updated/text()", namespaces=A) == [
        "2026-03-12T12:00:00Z",
        "2026-03-11T12:00:00Z",
        "2026-03-10T12:00:00Z",
    ]
    assert feed.xpath("a:entry[1]/a:link[@rel='alternate']/@href", namespaces=A) == ["https://rsj.example/2022.html"]
    assert feed.xpath("a:entry[1]/a:category/@term", namespaces=A) == ["published", "tianjin-rsj"]
    assert "发布了2022年政府信息公开工作年度报告" in feed.xpath("string(a:entry[1]/a:content)", namespaces=A)


def test_json_feed_holds_the_same_items_and_the_events(tmp_path: Path) -> None:
    events = days(2)
    atom, path = write_feeds(tmp_path, events, "年报动态")
    feed = json.loads(path.read_bytes())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "年报动态"
    entry_ids = etree.fromstring(atom.read_bytes()).xpath("a:entry/a:id/text()", namespaces=A)
    assert [item["id"] for item in feed["items"]] == entry_ids
    first = feed["items"][0]
    assert datetime.fromisoformat(first["date_published"]) == events[1].at
    assert first["url"] == "https://rsj.example/2022.html"
    assert Event.model_validate(first["_gongkai"]["event"]) == events[1]


def test_the_same_events_give_the_same_bytes_in_any_order_and_each_once(tmp_path: Path) -> None:
    events = days(5) + [event("reports/r9/1.json", at=NOON)]  # noqa: RUF005
    first = [path.read_bytes() for path in write_feeds(tmp_path / "a", events, "t")]
    mixed = [*events, *events]
    random.Random(7).shuffle(mixed)
    second = [path.read_bytes() for path in write_feeds(tmp_path / "b", mixed, "t")]
    assert first == second
    assert len(json.loads(second[1])["items"]) == 6


def test_silent_events_are_in_no_feed(tmp_path: Path) -> None:
    silent = [event(kind=EventKind.COLLECTED), event(kind=EventKind.REVISED, baseline=True)]
    atom, path = write_feeds(tmp_path, silent, "t")
    assert json.loads(path.read_bytes())["items"] == []
    feed = etree.fromstring(atom.read_bytes())
    assert feed.xpath("count(a:entry)", namespaces=A) == 0
    assert feed.xpath("string(a:updated)", namespaces=A) == "1970-01-01T00:00:00Z"


def test_the_newest_stay_within_the_limit(tmp_path: Path) -> None:
    _, path = write_feeds(tmp_path, days(9), "t", limit=2)
    assert [i["date_published"][:10] for i in json.loads(path.read_bytes())["items"]] == ["2026-03-18", "2026-03-17"]


def test_characters_that_xml_cannot_hold_break_no_feed(tmp_path: Path) -> None:
    odd = event().model_copy(update={"title": "年报\x00\x0b<&>", "url": "https://rsj.example/\x01"})
    atom, _ = write_feeds(tmp_path, [odd], "t\x02")
    feed = etree.fromstring(atom.read_bytes())
    assert feed.xpath("string(a:title)", namespaces=A) == "t\ufffd"
    assert "标题 Title: 年报\ufffd <&>\n" in feed.xpath("string(a:entry/a:content)", namespaces=A)


def test_an_unchanged_file_is_not_touched_and_nothing_else_is_left(tmp_path: Path) -> None:
    atom, _ = write_feeds(tmp_path, days(1), "t")
    os.utime(atom, (1, 1))
    write_feeds(tmp_path, days(1), "t")
    assert atom.stat().st_mtime == 1
    write_feeds(tmp_path, days(2), "t")
    assert atom.stat().st_mtime > 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["events.atom", "events.json"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreNotWritable, match=r"feed cannot be written \(.+\); mend feeds\.folder"):
        write_feeds(tmp_path / "file" / "feeds", days(1), "t")
