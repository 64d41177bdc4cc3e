"""Fixity: what is damaged, missing or foreign is found and named, told once, and forgotten when it is mended."""

import gzip
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from flows.fixity import audit_archive, seal_today
from model.canonical import canonical_json, sha256_hex
from model.document import Event
from storage.archive import Archive
from storage.catalogue import Catalogue, find_reports
from storage.integrity import Contents, examined
from storage.keys import SHAPES, is_kept, kind_of
from storage.local_folder import LocalFolder
from storage.records import plain_json, proven
from storage.settings import StorageSettings
from tests.archive_samples import filled_archive, filled_folder
from tests.commanding import gongkai
from tests.storage_samples import NOON

__all__ = ["filled_folder"]

LATER = NOON + timedelta(days=30)


def nothing(_: int) -> None:
    """Nobody watches."""


@pytest.fixture
def root(filled_folder: Path, tmp_path: Path) -> Path:
    """The folder of a sound archive that a test may spoil."""
    return Path(shutil.copytree(filled_folder, tmp_path / "archive"))


@pytest.fixture
def archive(root: Path) -> Archive:
    return Archive(LocalFolder(root, fsync=False))


def faults(archive: Archive, **rest: int) -> list[tuple[str, str]]:
    """(kind, key) of what a whole audit finds."""
    result, _ = audit_archive(archive, StorageSettings(), LATER, rest.get("budget"), nothing, nothing)
    return [(fault.kind, fault.key) for fault in result.faults]


def flip(path: Path, at: int = -20) -> None:
    """Turn one bit of a file."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def of_kind(archive: Archive, kind: str) -> list[str]:
    return [key for key in archive.store.list("") if kind_of(key) == kind]


def test_a_sound_archive_has_no_faults_on_any_store(store_address: str, tmp_path: Path) -> None:
    archive = filled_archive(store_address, tmp_path)
    result, told = audit_archive(archive, StorageSettings(cache=str(tmp_path)), LATER, None, nothing, nothing)
    assert (result.faults, told, result.unreferenced) == ([], [], [])
    kept = [key for key in archive.store.list("") if is_kept(key)]
    assert (result.read, result.objects, result.unsealed) == (len(kept), len(kept), len(kept))
    assert result.size == sum(archive.store.size(key) for key in kept)
    assert {kind_of(key) for key in kept} >= {
        *("raw", "ledger", "warc", "agency", "version", "repeat", "parsed", "event"),
    }


@pytest.mark.parametrize("sealed", [False, True], ids=["unsealed", "sealed"])
@pytest.mark.parametrize("kind", ["raw", "ledger", "warc", "agency", "version", "repeat", "parsed", "event"])
def test_a_flipped_bit_is_found_in_every_kind_of_object(archive: Archive, root: Path, kind: str, sealed: bool) -> None:
    if sealed:
        seal_today(archive, LATER, None, nothing, nothing)
        assert faults(archive) == []
    key = of_kind(archive, kind)[0]
    flip(root / key)
    assert ("damaged", key) in faults(archive)


def test_a_bit_flipped_anywhere_in_a_record_is_found_when_it_is_read() -> None:
    record = {"n": 1, "report_id": "r1", "title": "二〇二五"}
    sound = proven(record)
    assert json.loads(plain_json(sound)) == record
    assert json.loads(sound) == {"_sha256": sha256_hex(canonical_json(record)), **record}
    for bit in range(8 * len(sound)):
        spoilt = bytearray(sound)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match=r"digest that it names|Expecting|decode"):
            json.loads(plain_json(bytes(spoilt)))


def test_records_from_before_they_named_their_digest_are_read() -> None:
    assert plain_json(canonical_json({"n": 1})) == b'{"n":1}'
    assert plain_json(proven({})) == b"{}"


@pytest.mark.parametrize("kind", ["raw", "warc", "version"])
def test_a_missing_object_is_named_by_what_needs_it(archive: Archive, root: Path, kind: str) -> None:
    key = of_kind(archive, kind)[0]
    (root / key).unlink()
    found = faults(archive)
    assert (("hole" if kind == "version" else "missing"), key) in found
    assert {k for _, k in found} <= {key}


def test_a_sealed_object_that_nothing_needs_is_missed_too(archive: Archive, root: Path) -> None:
    seal_today(archive, LATER, None, nothing, nothing)
    key = of_kind(archive, "event")[0]
    (root / key).unlink()
    assert faults(archive) == [("missing", key)]


@pytest.mark.parametrize(
    "key",
    [
        "notes.txt",
        "raw/ab/cd/readme",
        "raw/ab/ce/" + "abcd" * 16,
        "reports/r1/one.json",
        "events/today/x.json",
        "evil/x",
    ],
)
def test_a_foreign_object_is_found_and_named(archive: Archive, root: Path, key: str) -> None:
    (root / key).parent.mkdir(parents=True, exist_ok=True)
    (root / key).write_text("{}")
    assert faults(archive) == [("foreign", key)]


def test_records_under_anothers_key_are_found(archive: Archive, root: Path) -> None:
    version = next(key for key in of_kind(archive, "version") if key.endswith("/1.json"))
    (root / version).with_name("9.json").write_bytes((root / version).read_bytes())
    event, parse = of_kind(archive, "event")[0], of_kind(archive, "parsed")[0]
    stray_event = root / event.replace(Path(event).name, "0" * 32 + ".json")
    stray_event.write_bytes((root / event).read_bytes())
    stray_parse = root / "parsed" / ("0" * 64) / Path(parse).name
    stray_parse.parent.mkdir()
    stray_parse.write_bytes((root / parse).read_bytes())
    found = faults(archive)
    assert ("damaged", f"{version.rpartition('/')[0]}/9.json") in found
    assert ("damaged", str(stray_event.relative_to(root))) in found
    assert ("damaged", str(stray_parse.relative_to(root))) in found
    assert [key for kind, key in found if kind == "hole"] == [
        f"{version.rpartition('/')[0]}/{n}.json"
        for n in range(2, 9)
        if not (root / version).with_name(f"{n}.json").exists()
    ]


def test_a_parse_that_belongs_to_no_version_is_no_fault_but_told(archive: Archive) -> None:
    archive.keep_parsed("f" * 64, "p", {"verdict": "verified"})
    result, _ = audit_archive(archive, StorageSettings(), LATER, None, nothing, nothing)
    assert (result.faults, result.unreferenced) == ([], ["parsed/" + "f" * 64 + "/p.json"])


def test_the_catalogue_must_say_what_the_archive_says(archive: Archive) -> None:
    find_reports(archive, [], StorageSettings())
    assert faults(archive) == []
    with Catalogue.of(archive, StorageSettings())._open() as database:
        database.execute("UPDATE versions SET title = '别的标题' WHERE n = 2")
        database.execute("INSERT INTO seen VALUES ('events/2026-03-02/x.json')")
        database.commit()
    key = next(key for key in of_kind(archive, "version") if key.endswith("/2.json"))
    assert faults(archive) == [("catalogue", "events/2026-03-02/x.json"), ("catalogue", key)]
    find_reports(archive, [], StorageSettings())
    Catalogue.of(archive, StorageSettings()).rebuild()
    assert faults(archive) == []


def integrity_events(archive: Archive) -> list[Event]:
    return [event for event in archive.events() if event.kind.value == "integrity_failed"]


def test_a_fault_is_told_once_until_it_is_mended_and_again_when_it_comes_back(archive: Archive, root: Path) -> None:
    key = of_kind(archive, "raw")[0]
    sound = (root / key).read_bytes()
    flip(root / key)
    for days in range(3):
        audit_archive(archive, StorageSettings(), LATER + timedelta(days=days), None, nothing, nothing)
    (event,) = integrity_events(archive)
    assert (event.subject, event.at, event.details["fault"]) == (key, LATER, "damaged")
    assert key in event.title
    (root / key).write_bytes(sound)
    # A share of the audit, in which the turn is another object's, notices the mending too.
    audit_archive(archive, StorageSettings(), LATER + timedelta(days=3), 1, nothing, nothing)
    assert list(archive.store.list("state/integrity/")) == []
    flip(root / key)
    audit_archive(archive, StorageSettings(), LATER + timedelta(days=4), None, nothing, nothing)
    assert [e.at for e in integrity_events(archive)] == [LATER, LATER + timedelta(days=4)]


def test_an_audit_killed_between_note_and_event_tells_it_the_next_time(
    archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(root / of_kind(archive, "raw")[0])

    def dies(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Archive, "add_event", dies)
        with pytest.raises(KeyboardInterrupt):
            audit_archive(archive, StorageSettings(), LATER, None, nothing, nothing)
    audit_archive(archive, StorageSettings(), LATER + timedelta(days=1), None, nothing, nothing)
    assert [event.at for event in integrity_events(archive)] == [LATER]


def test_shares_go_round_and_come_to_every_object(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = sorted(key for key in archive.store.list("") if is_kept(key))
    whole = sum(archive.store.size(key) for key in kept)
    read: list[str] = []

    def listening(key: str, content: bytes) -> Contents | str:
        read.append(key)
        return examined(key, content)

    monkeypatch.setattr("storage.audit.examined", listening)
    turn = 0
    while len(read) < len(kept) and turn < 9:
        turn += 1
        result, _ = audit_archive(archive, StorageSettings(), LATER, whole // 4, nothing, nothing)
        assert (result.whole, result.faults) == (False, [])
    assert turn in (3, 4)
    # Each in its turn, none twice before all were read once.
    assert read[: len(kept)] == kept
    assert json.loads(archive.store.read("state/audit.json"))["after"] in {*kept, ""}
    result, _ = audit_archive(archive, StorageSettings(), LATER, 10 * whole, nothing, nothing)
    assert result.read == len(kept)


def test_a_share_finds_the_fault_when_its_turn_comes(archive: Archive, root: Path) -> None:
    key = of_kind(archive, "version")[-1]
    seal_today(archive, LATER, None, nothing, nothing)
    flip(root / key)
    whole = sum(archive.store.size(k) for k in archive.store.list("") if is_kept(k))
    found = [faults(archive, budget=whole // 4) for _ in range(8)]
    assert [] in found
    assert [("damaged", key)] in found


def test_a_damaged_list_of_a_manifest_is_told(archive: Archive, root: Path) -> None:
    seal_today(archive, LATER, None, nothing, nothing)
    (root / "manifests/2026-04-01.jsonl.gz").write_bytes(gzip.compress(b""))
    assert faults(archive) == [("chain", "manifests/")]


def test_the_command_names_each_fault_and_its_exit_code_says_so(
    archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert gongkai(monkeypatch, "audit", "--store", str(root)) == 0
    assert "nothing is wrong" in capsys.readouterr().out
    damaged, gone = of_kind(archive, "raw")[:2]
    flip(root / damaged)
    (root / gone).unlink()
    (root / "stray").write_text("x")
    assert gongkai(monkeypatch, "audit", "--store", str(root), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert {(f["kind"], f["key"]) for f in told["faults"]} == {
        ("damaged", damaged),
        ("missing", gone),
        ("foreign", "stray"),
    }
    assert len(told["events"]) == 3
    assert gongkai(monkeypatch, "audit", "--store", str(root)) == 1
    out = capsys.readouterr().out
    for name in (damaged[-20:], gone[-20:], "stray", "3 fault(s)"):
        assert name in out
    assert gongkai(monkeypatch, "audit", "--store", str(root), "--budget", "ten") == 2
    assert "write it as 500M or 2G" in capsys.readouterr().err


def test_every_key_has_at_most_one_kind() -> None:
    samples = [
        "raw/ab/cd/abcd" + "0" * 60,
        "captures/2026-03-02/000/run1-000001.jsonl.gz",
        "captures/2026-03-02/000/run1-000001.warc.gz",
        "reports/r1/1.json",
        "reports/r1/repeats/1-abc.json",
        "manifests/2026-03-02.json",
        "state/runs/x.json",
    ]
    for key in samples:
        assert sum(shape.fullmatch(key) is not None for shape in SHAPES.values()) == 1
