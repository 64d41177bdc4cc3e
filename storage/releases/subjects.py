"""The reports of an archive as a release sees them: one after the other in the order of their ids, in flat memory."""

import json
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from model.agency import Agency, seeded_register
from model.document import VersionRecord
from model.findings import AcrossYears, Adjudication
from storage.archive import Archive
from storage.parsed import PACKS, pack_lines
from storage.records import read_record
from storage.restrictions import Withheld
from storage.versions import newest_of

AT_ONCE = 128
READERS = 8
Parses = Callable[[VersionRecord], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """A report with all that a release tells of it. `chain`: the versions that are not withheld, by arrival."""

    chain: tuple[VersionRecord, ...]
    newest: VersionRecord
    parsed: Mapping[str, Any] | None
    agency: Agency | None
    across: AcrossYears | None
    decided: Mapping[str | None, Adjudication]


@contextmanager
def kept_parses(archive: Archive, parser: str | None) -> Iterator[Parses]:
    """How to get the kept parse of a version: by the parser named, else by the one that read it when it came.

    Packs lie in the order of digests, reports in that of ids; so packs are laid out on disk first, each read once.
    """
    with tempfile.TemporaryDirectory(prefix="gongkai-release-") as folder:
        staged = sqlite3.connect(Path(folder) / "parses.sqlite", isolation_level=None, check_same_thread=False)
        try:
            staged.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                "CREATE TABLE parses (manifest TEXT PRIMARY KEY, report BLOB) WITHOUT ROWID;"
            )
            for key in archive.store.list(f"{PACKS}{parser}/") if parser else ():
                lines = pack_lines(archive.store.read(key), f"{archive.store.describe()}, object {key}")
                rows = [(manifest, zlib.compress(line, 1)) for manifest, line in lines.items()]
                staged.execute("BEGIN")
                staged.executemany("INSERT OR IGNORE INTO parses VALUES (?, ?)", rows)
                staged.execute("COMMIT")
            packed = staged.execute("SELECT EXISTS (SELECT 1 FROM parses)").fetchone()[0]

            def parse_of(version: VersionRecord) -> Mapping[str, Any] | None:
                if packed:
                    asked = "SELECT report FROM parses WHERE manifest = ?"
                    if found := staged.execute(asked, (version.manifest.digest,)).fetchone():
                        report: dict[str, Any] = json.loads(zlib.decompress(found[0]))["report"]
                        return report
                for digest in dict.fromkeys(d for d in (parser, version.parser_digest) if d):
                    if (parsed := archive.parsed(version.manifest.digest, digest)) is not None:
                        return parsed
                return None

            yield parse_of
        finally:
            staged.close()


def subjects(archive: Archive, parse_of: Parses, withheld: Withheld) -> Iterator[Subject]:
    """Every report that is not withheld, by id. Some are read at once; no more than `AT_ONCE` are in memory."""
    agencies = {agency.id: agency for agency in (*seeded_register(), *archive.agencies())}
    findings = _Alongside(archive.store.list("findings/"))

    def read(asked: tuple[str, list[str], list[str]]) -> Subject | None:
        report_id, keys, found = asked
        records = (read_record(archive.store, key, VersionRecord) for key in keys)
        chain = sorted((v for v in records if not withheld.hides(report_id, v.n)), key=lambda v: v.n)
        if not chain:
            return None
        newest = newest_of(chain)
        parsed = parse_of(newest)
        decided = archive.standing(report_id, newest.manifest.digest) if _has(found, "adjudications") else {}
        across = _across(archive, newest, parsed, found) if _has(found, "across-years") else None
        return Subject(tuple(chain), newest, parsed, agencies.get(newest.agency_id), across, decided)

    asked = (
        (report_id, [key for key in keys if key.count("/") == 2], findings.of(report_id))
        for report_id, keys in groupby(archive.store.list("reports/"), key=lambda key: key.split("/")[1])
        if report_id not in withheld.reports
    )
    with ThreadPoolExecutor(READERS) as pool:
        while some := list(islice(asked, AT_ONCE)):
            yield from (subject for subject in pool.map(read, some) if subject is not None)


class _Alongside:
    """Keys of findings beside reports; both are listed in the order of report ids, so each is listed once."""

    def __init__(self, keys: Iterator[str]) -> None:
        self._groups = groupby(keys, key=lambda key: key.split("/")[1])
        self._next: tuple[str, list[str]] | None = None

    def of(self, report_id: str) -> list[str]:
        while self._next is None or self._next[0] + "/" < report_id + "/":
            found = next(self._groups, None)
            if found is None:
                return []
            self._next = found[0], list(found[1])
        return self._next[1] if self._next[0] == report_id else []


def _has(keys: Sequence[str], shelf: str) -> bool:
    return any(key.split("/")[2] == shelf for key in keys)


def _across(
    archive: Archive, newest: VersionRecord, parsed: Mapping[str, Any] | None, keys: Sequence[str]
) -> AcrossYears | None:
    """What the parser found beside the report of the year before, as its newest version stands now."""
    parser = ((parsed or {}).get("parser") or {}).get("digest")
    ending = f"/{parser}.json"
    fitting = [key for key in keys if f"/across-years/{newest.manifest.digest}/" in key and key.endswith(ending)]
    records = [read_record(archive.store, key, AcrossYears) for key in fitting]
    if len(records) > 1:
        last = archive.versions(records[0].last_report_id)
        current = newest_of(last).manifest.digest if last else None
        records = [record for record in records if record.last_manifest == current]
    return records[0] if records else None
