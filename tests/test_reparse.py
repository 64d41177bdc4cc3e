"""An archive read anew: packs, what moved, resumed where it stopped, on processes and on a cluster."""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

from flows.cli import app
from flows.engines import engine_of
from flows.reparse import Reread, reparse
from flows.understand import understand
from model.errors import BadQuery, DigestMismatch, Misconfigured
from model.vocabulary import EventKind
from parsers import parser_digest
from parsers.many import Answer
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.settings import StorageSettings
from tests.reparsing import REPORTS, archive_of_another_parser
from tests.storage_samples import NOON
from tests.test_flows_settle import NEW, OLD, Story, page, report

Engine = Callable[[Iterable[str], Callable[[str], Answer]], Iterable[Answer]]


def here(keys: Iterable[str], read: Callable[[str], Answer]) -> Iterable[Answer]:
    """In this process."""
    return map(read, keys)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archive_of_another_parser(tmp_path / "archive")


def read_anew(archive: Archive, engine: Engine = here, **options: Any) -> Reread:
    address = str(archive.store.root)  # type: ignore[attr-defined]
    return reparse(archive, address, StorageSettings(), NOON, engine, **options)


def manifests(archive: Archive) -> list[str]:
    return [archive.version(report_id, 1).manifest.digest for report_id in archive.report_ids()]


def test_packs_hold_what_one_parse_at_a_time_would_have_kept(archive: Archive, tmp_path: Path) -> None:
    result = read_anew(archive)
    assert (result.documents, result.read, result.failed) == (len(REPORTS), len(REPORTS), [])
    assert result.packs == list(archive.store.list("parsed/packs/"))
    again = Archive(LocalFolder(tmp_path / "archive"))
    for report_id in again.report_ids():
        manifest = again.version(report_id, 1).manifest
        assert again.parsers_of(manifest.digest) == sorted(["old", parser_digest()])
        packed = again.parsed(manifest.digest, parser_digest())
        assert packed is not None
        assert packed["input"] == f"manifest:{manifest.digest}"
        assert understand(again, manifest) == packed
    # Nothing was parsed and kept once more by looking.
    assert list(again.store.list("parsed/")) == list(archive.store.list("parsed/"))
    assert read_anew(again).documents == 0


def test_what_moved_is_counted_by_form_and_portal_and_worse_is_an_event(archive: Archive) -> None:
    result = read_anew(archive)
    counted = sum(result.by.values(), start=type(next(iter(result.by.values())))())
    assert counted["documents"] == len(REPORTS)
    assert counted["same"] + counted["worse"] == len(REPORTS)
    assert counted["cells"] > 0
    worse = {m.report_id for m in result.worse}
    events = archive.events()
    assert {e.subject for e in events} == worse
    assert {e.kind for e in events} <= {EventKind.PARSE_REGRESSED}
    against = read_anew(archive, against="nobody", report_ids=[])
    assert against.documents == 0


def test_a_reparse_that_was_killed_goes_on_and_doubles_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.reparse.PACKED", 1)

    class Killed(BaseException):
        """The process ends here."""

    def dies(keys: Iterable[str], read: Callable[[str], Answer]) -> Iterable[Answer]:
        for number, key in enumerate(keys):
            if number == 1:
                raise Killed
            yield read(key)

    with pytest.raises(Killed):
        read_anew(archive, dies)
    kept, events = list(archive.store.list("parsed/packs/")), archive.events()
    assert len(kept) == 1
    later = reparse(
        archive,
        str(archive.store.root),
        StorageSettings(),
        NOON + timedelta(days=3),
        here,  # type: ignore[attr-defined]
    )
    assert later.documents == len(REPORTS) - 1
    assert set(kept) < set(archive.store.list("parsed/packs/"))
    subjects = [e.subject for e in archive.events()]
    assert len(subjects) == len(set(subjects))
    assert [e for e in events if e not in archive.events()] == []
    assert {e.at for e in archive.events()} <= {NOON}


def test_a_document_that_is_missing_is_named_and_the_others_go_on(archive: Archive) -> None:
    store: LocalFolder = archive.store  # type: ignore[assignment]
    lost = archive.version("r0-2022-own", 1).manifest.parts[0].sha256
    (store.root / f"raw/{lost[:2]}/{lost[2:4]}/{lost}").unlink()
    result = read_anew(archive)
    (told,) = result.failed
    assert told.startswith("reports/r0-2022-own/1.json: ")
    assert result.read == len(REPORTS) - 1


def test_a_damaged_pack_is_named(archive: Archive, tmp_path: Path) -> None:
    (pack,) = read_anew(archive).packs
    (tmp_path / "archive" / pack).chmod(0o644)
    (tmp_path / "archive" / pack).write_bytes(b"no pack")
    with pytest.raises(DigestMismatch, match="parsed/packs/"):
        Archive(LocalFolder(tmp_path / "archive")).parsed(manifests(archive)[0], parser_digest())


def test_a_cluster_gives_what_this_machine_gives(archive: Archive) -> None:
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=":0") as cluster:
        result = read_anew(archive, engine_of(cluster.scheduler_address.replace("tcp://", "dask://")))
    assert (result.read, result.failed) == (len(REPORTS), [])
    for digest in manifests(archive):
        assert archive.parsed(digest, parser_digest()) is not None


def test_engines_that_are_none_are_refused_with_what_there_is() -> None:
    with pytest.raises(BadQuery, match="dask://host:port"):
        engine_of("spark://x")
    with pytest.raises(Misconfigured, match="dask scheduler"):
        list(engine_of("dask://127.0.0.1:9")(["a"], lambda key: Answer(key)))


def test_the_command_tells_what_moved(archive: Archive) -> None:
    store = str(archive.store.root)  # type: ignore[attr-defined]
    result = CliRunner().invoke(app, ["reparse", "--store", store, "--jobs", "1", "--json"])
    told = json.loads(result.stdout)
    assert (result.exit_code, told["read"], len(told["packs"])) == (0, len(REPORTS), 1)
    assert sum(row["documents"] for row in told["by"]) == len(REPORTS)
    again = CliRunner().invoke(app, ["reparse", "--store", store])
    assert "nothing to do" in again.stdout


@pytest.fixture
def two_years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """Two reports of an agency, one on each of two years, recorded by an older parser."""
    story = Story(tmp_path / "story")
    with monkeypatch.context() as older:
        for module in ("record", "understand", "years"):
            older.setattr(f"flows.{module}.parser_digest", lambda: "old")
        story.run({OLD: page(report(2023)), NEW: page(report(2024))})
    return story


def across_years(archive: Archive, parser: str) -> dict[str, bytes]:
    """The findings between years by this parser, under their keys without it."""
    keys = [key for key in archive.store.list("findings/") if key.endswith(f"/{parser}.json")]
    return {key.rpartition("/")[0]: archive.store.read(key) for key in keys}


def test_years_are_compared_as_a_run_of_today_would_have(two_years: Story, tmp_path: Path) -> None:
    today = Story(tmp_path / "today")
    today.run({OLD: page(report(2023)), NEW: page(report(2024))})
    expected = across_years(today.archive, parser_digest())
    assert len(expected) == 1
    assert across_years(two_years.archive, parser_digest()) == {}
    assert read_anew(two_years.archive).compared == 1
    assert across_years(two_years.archive, parser_digest()) == expected
    assert list(across_years(two_years.archive, "old")) == list(expected)
    assert two_years.archive.owed_years(parser_digest()) == {}


def test_a_reparse_that_died_before_the_years_were_compared_makes_it_good(
    two_years: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr("flows.reparse.compare_all", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            read_anew(two_years.archive)
    assert across_years(two_years.archive, parser_digest()) == {}
    again = read_anew(two_years.archive)
    assert (again.documents, again.compared) == (0, 1)
    assert len(across_years(two_years.archive, parser_digest())) == 1
