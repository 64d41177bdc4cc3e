"""What an audit found becomes events: each fault is told once, until it has been mended."""

from collections.abc import Callable
from datetime import datetime

from pydantic import AwareDatetime

from model.canonical import record_digest, sha256_hex
from model.document import Event
from model.errors import ObjectMissing
from storage.archive import Archive
from storage.audit import AuditResult, audit
from storage.catalogue import Catalogue
from storage.events import event_key
from storage.integrity import IntegrityFault, examined
from storage.inventory import inventory
from storage.manifests import DayManifest, seal, sealed
from storage.records import create_record, read_record
from storage.settings import StorageSettings
from storage.signing import Signer

from .happened import event_of_fault

Heard = Callable[[int], None]


class NotedFault(IntegrityFault):
    """`state/integrity/<id>.json`: a fault that was told, and when it was seen first."""

    first_seen: AwareDatetime


def audit_archive(
    archive: Archive, settings: StorageSettings, now: datetime, budget: int | None, on_begin: Heard, on_object: Heard
) -> tuple[AuditResult, list[Event]]:
    """Audit, compare the catalogue, tell of what is new; the result, and the events that were not told before."""
    result = audit(archive, now, budget, on_object, on_begin)
    for key, what in Catalogue.of(archive, settings).disagreements(deep=budget is None):
        result.faults.append(IntegrityFault(kind="catalogue", key=key, what=what))
    return result, tell(archive, result, now)


def tell(archive: Archive, result: AuditResult, now: datetime) -> list[Event]:
    """Write an `integrity_failed` event for each fault that was not told yet, and forget faults that were mended."""
    told = []
    for fault in result.faults:
        create_record(archive.store, _key(fault), NotedFault(**fault.model_dump(), first_seen=now))
        noted = read_record(archive.store, _key(fault), NotedFault)
        event = event_of_fault(noted, noted.first_seen)
        if archive.add_event(event):
            told.append(event)
    archive.note_changes(event_key(event) for event in told)
    found = {_key(fault) for fault in result.faults}
    for key in list(archive.store.list("state/integrity/")):
        if key not in found:
            noted = read_record(archive.store, key, NotedFault)
            if result.whole or _mended(archive, noted):
                archive.store.delete(key)
    return told


def seal_today(
    archive: Archive, now: datetime, signer: Signer | None, on_begin: Heard, on_object: Heard
) -> DayManifest | None:
    """Seal what no manifest holds yet; None when today's manifest is written already."""
    with inventory(archive.store) as there:
        unsealed = there.unsealed()
    on_begin(len(unsealed))
    return seal(archive.store, unsealed, now, signer, on_object)


def _key(fault: IntegrityFault) -> str:
    return f"state/integrity/{record_digest([fault.kind, fault.key])[:32]}.json"


def _mended(archive: Archive, fault: NotedFault) -> bool:
    """Is an object that a share of the audit did not come to what it should be by now?"""
    if fault.kind == "foreign":
        return not archive.store.exists(fault.key)
    if fault.kind in ("hole", "missing"):
        return archive.store.exists(fault.key)
    if fault.kind != "damaged":
        return False
    try:
        content = archive.store.read(fault.key)
    except ObjectMissing:
        return False
    if isinstance(examined(fault.key, content), str):
        return False
    digest = sha256_hex(content)
    return all(entry.sha256 == digest for entry in sealed(archive.store) if entry.key == fault.key)
