"""Reading an archive anew with the parser of today, offline, and what that moves.

Resumable: what this parser has read already, alone or in packs, is left out. Events are written before the pack that
makes its documents count as read, under ids and a date that a second start gives them again.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from typing import Any

from model.compare import changed_cells, printed_cells
from model.document import Event, VersionRecord
from model.errors import GongkaiError
from model.vocabulary import EventKind
from parsers import is_passing, parser_digest
from parsers.many import Answer
from storage.archive import Archive
from storage.events import event_key
from storage.objects import open_store
from storage.records import read_record
from storage.settings import StorageSettings
from storage.versions import version_key

from .moved import Moved, Reread
from .settle import known_agencies
from .understand import parse_anew
from .years import compare_all

PACKED = 64


def unread(archive: Archive, report_ids: Iterable[str] | None, digest: str) -> Iterator[tuple[str, str]]:
    """(manifest digest, key of a version that has it) of documents that this parser has not read, each once."""
    done = {m[:32] for m in archive.read_by(digest)}
    ending = f"/{digest}.json"
    done |= {key.split("/")[1][:32] for key in archive.store.list("parsed/") if key.endswith(ending)}
    for report_id in report_ids if report_ids is not None else archive.report_ids():
        for version in archive.versions(report_id):
            if version.manifest.digest[:32] not in done:
                done.add(version.manifest.digest[:32])
                yield version.manifest.digest, f"reports/{report_id}/{version.n}.json"


def reparse(
    archive: Archive,
    address: str,
    storage: StorageSettings,
    now: datetime,
    engine: Callable[[Iterable[str], Callable[[str], Answer]], Iterable[Answer]],
    *,
    report_ids: list[str] | None = None,
    against: str | None = None,
    on_begin: Callable[[int], None] | None = None,
    on_read: Callable[[], None] | None = None,
) -> Reread:
    """Read what today's parser has not read, keep it in packs, and say what moved.

    `engine` maps a function over keys, in order; `against`: the digest of the parser to compare with, else that by
    which each version was recorded. A verdict that has become worse is an event.
    """
    digest, result = parser_digest(), Reread()
    todo = sorted(unread(archive, report_ids, digest))
    result.documents = len(todo)
    if on_begin is not None:
        on_begin(len(todo))
    began = archive.begin_reparse(digest, now)
    answers = engine((key for _, key in todo), partial(read_again, address=address, storage=storage, against=against))
    told = iter(answers)
    while batch := list(islice(told, PACKED)):
        parses: list[tuple[str, dict[str, Any]]] = []
        moves: list[Moved] = []
        for answer in batch:
            plain = json.loads(answer.line)
            if on_read is not None:
                on_read()
            if answer.failed:
                result.failed.append(f"{plain['input']}: {plain['error']}")
                continue
            parses.append((plain["manifest"], plain["report"]))
            moves.append(Moved.model_validate(plain["moved"]))
        if not parses:
            continue
        written = set[str]()
        for moved, (manifest, _) in zip(moves, parses, strict=True):
            result.read += 1
            result.add(moved)
            written.add(version_key(moved.report_id, moved.n))
            if moved.direction == "worse":
                event = _regressed(moved, manifest, began)
                archive.add_event(event)
                written.add(event_key(event))
        archive.owe_years(digest, (moved.report_id for moved in moves))
        result.packs.append(archive.keep_pack(digest, parses))
        archive.note_changes(written, parser=digest)
    result.compared = _compare_years(archive, digest)
    return result


def _compare_years(archive: Archive, digest: str) -> int:
    """What a run would have found between years, had this parser read the reports; also for a re-parse cut short.

    At the end, when both years of a pair have been read.
    """
    owed = archive.owed_years(digest)
    if not owed:
        return 0
    reports = {report_id for listed in owed.values() for report_id in listed}
    compared = compare_all(archive, known_agencies(archive), reports)
    archive.years_compared(owed)
    return len(compared)


def read_again(key: str, address: str, storage: StorageSettings, against: str | None) -> Answer:
    """One version by its key: the parse and what moved as JSON, or why its document can't be had."""
    archive = _opened(address, storage)
    try:
        version = read_record(archive.store, key, VersionRecord)
        report = parse_anew(archive, version.manifest)
    except GongkaiError as error:
        return Answer(json.dumps({"input": key, "error": str(error)}, ensure_ascii=False), failed=True)
    if is_passing(report):
        why = f"{version.title}: not read here: {'; '.join(f['message'] for f in report['findings'])}"
        return Answer(json.dumps({"input": key, "error": why}, ensure_ascii=False), failed=True)
    before = archive.parsed(version.manifest.digest, against or version.parser_digest)
    told = {"manifest": version.manifest.digest, "report": report, "moved": _moved(version, before, report)}
    return Answer(json.dumps(told, ensure_ascii=False))


@lru_cache(maxsize=1)
def _archive(address: str, storage: str) -> Archive:
    return Archive(open_store(address, settings=StorageSettings.model_validate_json(storage)))


def _opened(address: str, storage: StorageSettings) -> Archive:
    """Opened once in each worker."""
    return _archive(address, storage.model_dump_json())


def _moved(version: VersionRecord, before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, Any]:
    cells = 0
    if before is not None:
        printed = printed_cells(before), printed_cells(after)
        cells = len(changed_cells(before["values"], after["values"], {}, *printed))
    return Moved(
        report_id=version.report_id,
        n=version.n,
        portal=version.portal,
        agency=version.agency_name,
        report_year=version.report_year,
        title=version.title,
        form=after.get("format_era") or "–",
        before=before["verdict"] if before else None,
        after=after["verdict"],
        cells=cells,
    ).model_dump()


def _regressed(moved: Moved, manifest: str, at: datetime) -> Event:
    """One event for each document and parser, however often the re-parse is begun; written before the parse is."""
    cause = f"parsed/{manifest}/{parser_digest()}.json"
    return Event(
        id=Event.identify(EventKind.PARSE_REGRESSED, moved.report_id, cause),
        kind=EventKind.PARSE_REGRESSED,
        subject=moved.report_id,
        cause=cause,
        at=at,
        portal=moved.portal,
        title=moved.title,
        details={
            "agency": moved.agency,
            "report_year": moved.report_year,
            "version": moved.n,
            "from": moved.before,
            "to": moved.after,
        },
    )
