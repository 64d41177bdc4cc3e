"""Exports as WARC and WACZ: complete, readable by others, the same bytes each time."""

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from flows.cli import app
from model.capture import Capture
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter
from storage.local_folder import LocalFolder
from storage.webarchive import Selection, WarcFile, taken, write_wacz
from storage.webarchive.cdxj import SortedLines, surt
from tests.storage_samples import NOON, a_capture

INFO = {"software": "gongkai/test", "created": "2026-03-10T12:00:00Z", "identifier": "<urn:uuid:1>"}
LIST, REPORT = b"<ul><li>2024</li></ul>", "财政局2024年度报告".encode() * 50


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """A list, a report, the same report at another address, not modified a day later, and a host without an answer."""
    archive = Archive(LocalFolder(tmp_path / "archive", fsync=False))
    archive.begin_run("run1", NOON)
    later = {"fetched_at": NOON + timedelta(days=1)}
    captures: list[tuple[Capture, bytes | None]] = [
        (a_capture("list", LIST, store="warc").model_copy(update={"kind": "list"}), LIST),
        (a_capture("page", REPORT).model_copy(update={"peer": "10.1.2.3"}), REPORT),
        (a_capture("twin", REPORT), REPORT),
        (
            a_capture("lost", b"").model_copy(
                update={"status": None, "state": FetchState.UNREACHABLE, "body": None, "headers": ()}
            ),
            None,
        ),
        (
            a_capture("later", REPORT).model_copy(
                update={
                    **later,
                    "url": a_capture("page", REPORT).url,
                    "status": 304,
                    "state": FetchState.NOT_MODIFIED,
                    "body": None,
                }
            ),
            None,
        ),
    ]
    with LedgerWriter(archive.store, "run1", "shard1") as writer:
        for capture, body in captures:
            writer.keep(capture, body)
    return archive


def warc_of(archive: Archive, selection: Selection | None = None) -> bytes:
    out = BytesIO()
    file = WarcFile(out, "all.warc.gz", INFO)
    for capture, body in taken(archive, selection or Selection()):
        file.add(capture, body)
    return out.getvalue()


def test_records_as_exchanged_and_revisits_for_what_came_twice(archive: Archive) -> None:
    told = []
    for record in ArchiveIterator(BytesIO(warc_of(archive)), check_digests="raise"):
        body = record.content_stream().read()
        told.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), body))
        if record.rec_type == "response":
            assert record.http_headers.get_statuscode() == "200"
        if record.rec_type == "revisit":
            assert record.rec_headers.get_header("WARC-Refers-To-Target-URI") == a_capture("page", REPORT).url
            assert body == b""
    kinds = [kind for kind, _, _ in told]
    assert kinds[0] == "warcinfo"
    assert [kinds.count(k) for k in ("response", "request", "revisit", "metadata")] == [2, 4, 2, 5]
    responses = {url: body for kind, url, body in told if kind == "response"}
    assert responses == {a_capture("list", LIST).url: LIST, a_capture("page", REPORT).url: REPORT}
    lines = [Capture.model_validate_json(body) for kind, _, body in told if kind == "metadata"]
    assert lines == list(archive.all_captures())


def test_the_same_captures_give_the_same_bytes(archive: Archive) -> None:
    assert warc_of(archive) == warc_of(archive)
    first, second = BytesIO(), BytesIO()
    for out in (first, second):
        assert write_wacz(out, taken(archive, Selection()), INFO, "everything") == 5
    assert first.getvalue() == second.getvalue()


def test_a_selection_by_address_takes_the_page_and_nothing_else(archive: Archive) -> None:
    page = a_capture("page", REPORT).url
    chosen = Selection(urls=frozenset({page}))
    assert [c.id for c, _ in taken(archive, chosen)] == [a_capture("page", REPORT).id, a_capture("later", REPORT).id]
    assert list(taken(archive, Selection(portals=frozenset({"elsewhere"})))) == []
    day = NOON.date()
    assert len(list(taken(archive, Selection(since=day, until=day)))) == 4
    assert list(taken(archive, Selection(since=day + timedelta(days=2)))) == []


def test_a_wacz_proves_its_contents_and_its_index_leads_to_the_records(archive: Archive) -> None:
    out = BytesIO()
    write_wacz(out, taken(archive, Selection()), INFO, "everything")
    with ZipFile(out) as package:
        described = json.loads(package.read("datapackage.json"))
        for resource in described["resources"]:
            content = package.read(resource["path"])
            assert (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}") == (
                resource["bytes"],
                resource["hash"],
            )
        digest = json.loads(package.read("datapackage-digest.json"))
        assert digest["hash"] == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]
        lines = package.read("indexes/index.cdxj").decode().splitlines()
        warc = package.read("archive/data.warc.gz")
    assert described["mainPageUrl"] == a_capture("page", REPORT).url
    assert [p.get("url") for p in pages[1:]] == [a_capture("page", REPORT).url, a_capture("twin", REPORT).url]
    assert lines == sorted(lines)
    assert len(lines) == 4
    for line in lines:
        key, _, told = line.split(" ", 2)
        entry = json.loads(told)
        assert key == surt(entry["url"])
        start = int(entry["offset"])
        (record,) = ArchiveIterator(BytesIO(warc[start : start + int(entry["length"])]))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.qinghe.gov.cn/", "cn,gov,qinghe)/"),
        ("https://QINGHE.gov.cn:443/A//b/?z=1&a=2#top", "cn,gov,qinghe)/a/b?a=2&z=1"),
        ("http://127.0.0.1:8080/x.html", "1,0,0,127:8080)/x.html"),
        ("urn:view:http://a.cn/", "urn:view:http://a.cn/"),
    ],
)
def test_addresses_sort_as_players_expect(url: str, key: str) -> None:
    assert surt(url) == key


@given(lines=st.lists(st.text("ab日\t", max_size=4).map(lambda t: f"{t}\n"), max_size=60), most=st.integers(1, 70))
def test_lines_come_in_order_however_few_fit_into_memory(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], most: int
) -> None:
    held = SortedLines(tmp_path_factory.mktemp("lines"), most)
    held.extend(lines)
    assert list(held) == sorted(lines)


@pytest.mark.usefixtures("archive")
def test_the_command_refuses_what_is_there_and_what_is_nothing(tmp_path: Path) -> None:
    store, numbers = str(tmp_path / "archive"), count()

    def ran(*arguments: str) -> str:
        to = tmp_path / f"{next(numbers)}.warc.gz"
        result = CliRunner().invoke(app, ["export", "warc", "--store", store, "--to", str(to), *arguments])
        assert to.exists() is (result.exit_code == 0)
        assert not [f for f in tmp_path.iterdir() if f.name.startswith(".")]
        return " ".join(result.stdout.split()) + str(result.exception)

    assert "5 captures" in ran()
    assert "4 captures" in ran("--day", f"{NOON:%Y-%m-%d}")
    assert "nothing was captured that fits" in ran("--portal", "elsewhere")
    assert "no report answers 无此局" in ran("无此局")
    taken_name = CliRunner().invoke(app, ["export", "warc", "--store", store, "--to", str(tmp_path / "0.warc.gz")])
    assert "exists already" in str(taken_name.exception)
