"""Fixity: read what the archive holds and say what is not as it was, whole or a share of it each night.

Of every object: is it what its key promises, does it have the digest with which it was sealed, is there what it refers
to. Of the whole: does every key have a place, is nothing missing that was sealed, have the chains of versions no holes.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby, islice

from pydantic import AwareDatetime

from model.canonical import sha256_hex
from model.capture import Capture, Record
from model.errors import DigestMismatch, ObjectMissing
from storage.archive import Archive
from storage.integrity import Contents, IntegrityFault, examined
from storage.inventory import Inventory, Listed, inventory
from storage.keys import kind_of
from storage.ledger import parsed_lines
from storage.objects import ObjectStore
from storage.packing import Packed, unpack
from storage.records import read_record, replace_record

POSITION = "state/audit.json"
READERS = 16
FEW_READERS = 4  # what is read ahead of a share's end is read in vain


class Position(Record):
    """`state/audit.json`: the last key that a share of the audit came to; the next share begins behind it."""

    after: str
    at: AwareDatetime
    rounds: int = 0
    """How often the whole archive has been gone through by shares."""


@dataclass(slots=True)
class AuditResult:
    """What an audit found. `whole`: every object was read, not a share. `unreferenced`: kept, but nothing needs it."""

    objects: int = 0
    read: int = 0
    size: int = 0
    whole: bool = True
    unsealed: int = 0
    faults: list[IntegrityFault] = field(default_factory=list)
    unreferenced: list[str] = field(default_factory=list)


class _Audit:
    def __init__(self, archive: Archive, there: Inventory, on_object: Callable[[int], None]) -> None:
        self.archive = archive
        self.store: ObjectStore = archive.store
        self.there = there
        self.on_object = on_object
        self.result = AuditResult(objects=there.count(), unsealed=len(there.unsealed()))

    def structure(self) -> None:
        """What the keys alone tell."""
        for key in self.there.everything():
            if kind_of(key) is None:
                self._fault("foreign", key, "has no place in an archive")
        for key in self.there.missing():
            self._fault("missing", key, "was sealed and is not there")
        versions = (key for key in self.there.everything() if kind_of(key) == "version")
        for report, keys in groupby(versions, key=lambda key: key.split("/")[1]):
            numbers = {int(key.rpartition("/")[2].removesuffix(".json")) for key in keys}
            for n in sorted(set(range(1, max(numbers) + 1)) - numbers):
                self._fault("hole", f"reports/{report}/{n}.json", f"there is a version {max(numbers)}, but no {n}")

    def read_all(self) -> None:
        """Every object, then what needs all versions to be known: which parses belong to no document."""
        for _ in self._read(self.there.kept()):
            pass
        for portal in self.archive.located_portals():
            for place in self.archive.locations(portal).values():
                if place.manifest is not None:
                    self.there.note_document(place.manifest.digest)
        for key in self.there.everything():
            if kind_of(key) == "parsed" and not self.there.has_document(key.split("/")[1]):
                self.result.unreferenced.append(key)

    def read_share(self, budget: int, now: AwareDatetime) -> Position:
        """As many objects as the budget of bytes allows, behind those of the last share; where the next one begins."""
        self.result.whole = False
        held = _position(self.store) or Position(after="", at=now)
        last = self._read_until(self.there.kept(held.after), budget)
        if last is not None:
            position = held.model_copy(update={"after": last, "at": now})
        else:
            # The end of the archive: what is left of the budget goes to its beginning.
            again = (one for one in self.there.kept() if one.key <= held.after)
            last = self._read_until(again, budget) if self.result.size < budget else None
            position = Position(after=last or "", at=now, rounds=held.rounds + 1)
        replace_record(self.store, POSITION, position)
        return position

    def _read_until(self, listed: Iterator[Listed], budget: int) -> str | None:
        """Read till the budget is used up; the last key, or None when the objects came to their end first."""
        return next((key for key in self._read(listed, FEW_READERS) if self.result.size >= budget), None)

    def _read(self, listed: Iterator[Listed], readers: int = READERS) -> Iterator[str]:
        """Read and check; gives each key when it is done. What is read ahead counts when its turn comes."""
        with ThreadPoolExecutor(READERS) as pool:
            ahead = deque((one, pool.submit(self._bytes, one.key)) for one in islice(listed, readers))
            while ahead:
                one, content = ahead.popleft()
                self._check(one, content.result())
                yield one.key
                ahead.extend((following, pool.submit(self._bytes, following.key)) for following in islice(listed, 1))

    def _bytes(self, key: str) -> bytes | None:
        try:
            return self.store.read(key)
        except ObjectMissing:
            return None

    def _check(self, one: Listed, content: bytes | None) -> None:
        key = one.key
        self.result.read += 1
        if content is None:
            self._fault("missing", key, "is listed and can't be read")
            return
        self.result.size += len(content)
        self.on_object(len(content))
        told = examined(key, content)
        if isinstance(told, str):
            self._fault("damaged", key, told)
        elif one.sealed is not None and sha256_hex(content) != one.sealed.sha256:
            self._fault("damaged", key, "has another digest than it was sealed with")
        else:
            self._follow(key, told)
            if kind_of(key) == "ledger":
                self._look_at_packed(content)

    def _follow(self, key: str, contents: Contents) -> None:
        for reference in contents.references:
            # Written while the audit went on, it is not in the inventory, but it is there.
            if not self.there.has(reference) and not self.store.exists(reference):
                self._fault("missing", reference, f"is needed by {key} and is not there")
        for digest in contents.documents:
            self.there.note_document(digest)

    def _look_at_packed(self, part: bytes) -> None:
        """Is each packed body of a ledger part what its line says? The WARC file of the part is read once."""
        lines = [
            (r, p) for r, p in parsed_lines(part) if p is not None and isinstance(r, Capture) and r.body is not None
        ]
        for warc, group in groupby(lines, key=lambda line: line[1].warc):
            content = self._bytes(warc)
            for capture, packed in group:
                if content is not None and capture.body is not None:
                    self._look_at_one(content, packed, capture.body.sha256)

    def _look_at_one(self, content: bytes, packed: Packed, sha256: str) -> None:
        try:
            unpack(content, packed, sha256)
        except DigestMismatch:
            self._fault("damaged", packed.warc, f"the record at {packed.offset} is not {sha256}")

    def _fault(self, kind: str, key: str, what: str) -> None:
        fault = IntegrityFault.model_validate({"kind": kind, "key": key, "what": what})
        if not any((known.kind, known.key) == (fault.kind, fault.key) for known in self.result.faults):
            self.result.faults.append(fault)


def audit(
    archive: Archive,
    now: AwareDatetime,
    budget: int | None = None,
    on_object: Callable[[int], None] = lambda _: None,
    on_begin: Callable[[int], None] = lambda _: None,
) -> AuditResult:
    """Audit the whole archive, or with a budget of bytes the share whose turn it is. Changes nothing but its position.

    `on_begin` hears how many objects there are, `on_object` the size of each that was read.
    """
    try:
        with inventory(archive.store) as there:
            work = _Audit(archive, there, on_object)
            on_begin(there.count())
            work.structure()
            if budget is None:
                work.read_all()
            else:
                work.read_share(budget, now)
            return work.result
    except DigestMismatch as error:
        fault = IntegrityFault(kind="chain", key="manifests/", what=f"{error}")
        return AuditResult(whole=False, faults=[fault])


def _position(store: ObjectStore) -> Position | None:
    try:
        return read_record(store, POSITION, Position)
    except ObjectMissing:
        return None
