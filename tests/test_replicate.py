"""A second archive: complete, checked, resumable, never overwritten, and good enough to go on from."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from model.errors import NeedsReview, ObjectMissing
from storage.archive import Archive
from storage.keys import kind_of
from storage.local_folder import LocalFolder
from storage.objects import ObjectStore, open_store
from storage.replicate import Replication, replicate
from storage.settings import StorageSettings
from tests.archive_samples import filled_folder
from tests.commanding import gongkai
from tests.running import finished, prefect_server
from tests.storage_samples import NOON

__all__ = ["filled_folder"]

SITE = "qinghe"


@pytest.fixture
def source(filled_folder: Path, tmp_path: Path) -> LocalFolder:
    """An archive that a test may change."""
    return LocalFolder(Path(shutil.copytree(filled_folder, tmp_path / "first")), fsync=False)


@pytest.fixture
def target(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "second", fsync=False)


def contents(store: ObjectStore) -> dict[str, bytes]:
    """Every object but those that belong to the store itself."""
    return {key: store.read(key) for key in store.list("") if not key.startswith(("state/leases/", "catalogue/"))}


def faults(result: Replication) -> list[tuple[str, str]]:
    return [(fault.kind, fault.key) for fault in result.faults]


def test_a_copy_holds_the_same_bytes_on_any_store(source: LocalFolder, store_address: str) -> None:
    target = open_store(store_address, settings=StorageSettings(fsync=False))
    source.create("state/leases/host/1.json", b"{}")
    first = replicate(source, target)
    assert contents(target) == contents(source)
    kept = [key for key in source.list("") if kind_of(key) not in ("state", "catalogue")]
    assert (first.copied, first.already, first.faults) == (len(kept), 0, [])
    assert first.size == sum(source.size(key) for key in kept)
    second = replicate(source, target)
    assert (second.copied, second.already, second.state, second.faults) == (0, len(kept), 0, [])
    assert replicate(source, target, compare=True).already == len(kept)
    assert not target.exists("state/leases/host/1.json")


def test_later_only_what_came_is_copied_and_the_state_follows(source: LocalFolder, target: LocalFolder) -> None:
    replicate(source, target)
    archive = Archive(source)
    archive.keep_raw(b"new")
    archive.begin_run("run99", NOON)
    archive.set_cool_down("a.gov.cn", NOON, "blocked")
    result = replicate(source, target)
    assert (result.copied, result.state) == (1, 2)
    assert contents(target) == contents(source)


def test_an_interrupted_copy_goes_on_and_never_knows_of_what_is_not_there(
    source: LocalFolder, target: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, wrote = target.create, list[str]()

    def dies(key: str, content: bytes, *, content_type: str | None = None) -> bool:
        if len(wrote) == 9:
            raise KeyboardInterrupt
        wrote.append(key)
        return real(key, content, content_type=content_type)

    with monkeypatch.context() as patched:
        patched.setattr(target, "create", dies)
        with pytest.raises(KeyboardInterrupt):
            replicate(source, target)
    there = set(target.list(""))
    assert 9 <= len(there) < len(list(source.list("")))
    assert not any(key.startswith("state/") for key in there)
    result = replicate(source, target)
    assert result.copied + result.already == len(
        [k for k in source.list("") if kind_of(k) not in ("state", "catalogue")]
    )
    assert result.already == len(there)
    assert contents(target) == contents(source)


def test_what_others_refer_to_comes_first_and_state_last(
    source: LocalFolder, target: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    for name in ("create", "replace"):
        real = getattr(target, name)

        def listening(key: str, content: bytes, real: Any = real, **rest: Any) -> Any:
            order.append(str(kind_of(key)))
            return real(key, content, **rest)

        monkeypatch.setattr(target, name, listening)
    monkeypatch.setattr("storage.replicate.COPIERS", 1)
    replicate(source, target)
    turns = list(dict.fromkeys(order))
    assert turns[:6] == ["raw", "warc", "ledger", "agency", "parsed", "version"]
    assert set(turns[6:-1]) >= {"event", "repeat"}
    assert turns[-1] == "state"


def test_a_run_that_is_settled_while_the_copying_goes_on_is_not_settled_in_the_copy(
    source: LocalFolder, target: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = target.create

    def meanwhile(key: str, content: bytes, **rest: Any) -> bool:
        source.create("state/settled/late.json", b"{}")
        return real(key, content, **rest)

    monkeypatch.setattr(target, "create", meanwhile)
    replicate(source, target)
    assert source.exists("state/settled/late.json")
    assert not target.exists("state/settled/late.json")


def test_addresses_that_are_folded_while_the_state_is_read_are_read_anew(
    source: LocalFolder, target: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, folded = source.read, list[int]()

    def meanwhile(key: str) -> bytes:
        if key.startswith("state/locations/") and not folded:
            folded.append(1)
            Archive(LocalFolder(source.root, fsync=False)).fold_locations("example")
            raise ObjectMissing(key)
        return real(key)

    monkeypatch.setattr(source, "read", meanwhile)
    replicate(source, target)
    assert Archive(target).locations("example") == Archive(source).locations("example")


def test_damaged_objects_are_not_spread_and_both_sides_of_a_conflict_stay(
    source: LocalFolder, target: LocalFolder
) -> None:
    raw = list(source.list("raw/"))
    (source.root / raw[0]).write_bytes(b"damaged")
    version = next(key for key in source.list("reports/") if key.endswith("/1.json"))
    target.create(version, b"{}")
    event = next(iter(source.list("events/")))
    target.create(event, source.read(event).replace(b"1", b"2"))
    result = replicate(source, target)
    assert faults(result) == [("damaged", raw[0]), ("conflict", version)]
    assert not target.exists(raw[0])
    assert target.read(version) == b"{}"
    assert list(target.list("state/")) == []
    compared = replicate(source, target, compare=True)
    assert set(faults(compared)) == {("damaged", raw[0]), ("conflict", version), ("conflict", event)}


def test_a_copy_that_went_on_by_itself_is_not_overwritten(source: LocalFolder, target: LocalFolder) -> None:
    replicate(source, target)
    Archive(target).begin_run("run77", NOON)
    before = contents(target)
    with pytest.raises(NeedsReview, match=r"has runs of its own \(run77\)"):
        replicate(source, target)
    assert contents(target) == before
    replicate(target, source)
    assert contents(source) == before


def test_the_command(
    source: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = str(source.root), str(tmp_path / "second")
    assert gongkai(monkeypatch, "replicate", "--store", first, "--to", second, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["copied"] > 20, told["already"], told["faults"]) == (True, 0, [])
    assert gongkai(monkeypatch, "replicate", "--store", first, "--to", second) == 0
    assert f"0 objects copied and read back (0 bytes), {told['copied']} there already" in capsys.readouterr().out
    assert gongkai(monkeypatch, "replicate", "--store", first, "--to", first) == 2
    (source.root / "raw" / "00").mkdir(exist_ok=True)
    victim = next(iter(source.list("raw/")))
    (tmp_path / "second" / victim).unlink()
    (source.root / victim).write_bytes(b"x")
    assert gongkai(monkeypatch, "replicate", "--store", first, "--to", second) == 1
    assert victim in capsys.readouterr().out


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with prefect_server(tmp_path_factory.mktemp("prefect")) as environment:
        yield environment


def events(store: str) -> list[tuple[str, object, object]]:
    """Kind, agency and year of every event that is news."""
    archive = Archive(open_store(store, settings=StorageSettings()))
    told = [e for e in archive.events() if e.kind.value != "collected"]
    return sorted((e.kind.value, e.details["agency"], e.details["report_year"]) for e in told)


def test_restore_drill_the_first_archive_is_lost_and_collecting_goes_on_from_the_second(
    server: dict[str, str], tmp_path: Path
) -> None:
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    with Simulator.start([SITE]) as simulator:
        write_portals(simulator, [SITE], tmp_path / "portals")
        environment = {**server, "GONGKAI_PORTALS": str(tmp_path / "portals")}

        def run(*arguments: str) -> None:
            done = finished(*arguments, environment=environment)
            assert done.returncode == 0, done.stderr

        run("collect", "--store", first)
        run("replicate", "--store", first, "--to", second)
        known = contents(LocalFolder(Path(second)))
        shutil.rmtree(first)
        found = [dict(r) for r in simulator.reports(SITE) if isinstance(r, dict)]
        live = [r for r in found if r["kind"] == "report" and r["live"]]
        waiting = next(r for r in found if r["kind"] == "report" and not r["live"])
        simulator.publish(SITE, waiting["agency"], waiting["year"])
        simulator.edit(SITE, live[0]["report"])
        simulator.delete(SITE, live[-1]["report"])
        simulator.reset_log()
        run("collect", "--store", second, "--recheck", "all")
        bodies = [r for r in simulator.log(SITE) if r.path in {x["path"] for x in live} and r.status == 200]
    assert events(second) == sorted(
        (kind, r["agency"], r["year"])
        for kind, r in (("published", waiting), ("revised", live[0]), ("disappeared", live[-1]))
    )
    # Validators came along: only the changed report was downloaded again.
    assert [r.path for r in bodies] == [live[0]["path"]]
    now = contents(LocalFolder(Path(second)))
    assert all(now[key] == content for key, content in known.items() if not key.startswith("state/"))
    done = finished("audit", "--store", second, "--json", environment=environment)
    assert json.loads(done.stdout)["faults"] == []
