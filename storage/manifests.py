"""Daily manifests: what was added to the archive, each object with its digest, signed and chained to the day before.

`manifests/<date>.jsonl.gz` lists the objects that no earlier manifest holds, `manifests/<date>.json` is the record that
seals the list: its digest, the digest of the record before it, and the operator's signature over the whole. Whoever
trusts the last record and the public key can check every object of every day.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import islice
from typing import NamedTuple

from model.canonical import canonical_json, sha256_hex
from model.capture import Record
from model.errors import DigestMismatch, NeedsReview, ObjectMissing
from storage.objects import ObjectStore
from storage.raw import GZIP
from storage.records import JSON, read_record
from storage.signing import Signer

READERS = 16
WINDOW = 256
LEVEL = 6


class Entry(NamedTuple):
    """An object as sealed: its key, the SHA-256 and the length of its bytes as stored."""

    key: str
    sha256: str
    size: int


class DayManifest(Record):
    """`manifests/<date>.json`. `previous` is the SHA-256 of the record before this one, as stored."""

    schema_version: str = "1"
    date: date
    n: int
    previous: str | None
    entries_sha256: str
    objects: int
    size: int
    made_at: datetime
    signed_by: str | None = None
    signature: str | None = None

    def message(self) -> bytes:
        """What the signature is over: the record without it."""
        return canonical_json(self.model_copy(update={"signature": None}))


class Link(NamedTuple):
    """A manifest, the key under which it lies, and the digest of its record, by which the next one names it."""

    manifest: DayManifest
    key: str
    digest: str


def manifest_key(day: date) -> str:
    return f"manifests/{day.isoformat()}.json"


def entries_key(day: date) -> str:
    return f"manifests/{day.isoformat()}.jsonl.gz"


def chain(store: ObjectStore) -> list[Link]:
    """All manifests, oldest first, as they stand; whether they fit together is for `storage.verify` to say."""
    keys = [key for key in store.list("manifests/") if key.endswith(".json")]
    return [Link(read_record(store, key, DayManifest), key, sha256_hex(store.read(key))) for key in sorted(keys)]


def entries(store: ObjectStore, manifest: DayManifest) -> Iterator[Entry]:
    """The objects that a manifest seals; DigestMismatch when the list is not the one that it names."""
    yield from _parsed(_list(store, manifest.date, manifest.entries_sha256), entries_key(manifest.date))


def sealed(store: ObjectStore) -> Iterator[Entry]:
    """Every sealed object, day by day."""
    for link in chain(store):
        yield from entries(store, link.manifest)


def digests(store: ObjectStore, keys: Iterable[str]) -> Iterator[Entry]:
    """Read objects, many at a time, for their digests; in the order of the keys."""

    def entry(key: str) -> Entry:
        content = store.read(key)
        return Entry(key, sha256_hex(content), len(content))

    waiting = iter(keys)
    with ThreadPoolExecutor(READERS) as pool:
        while window := list(islice(waiting, WINDOW)):
            yield from pool.map(entry, window)


def seal(
    store: ObjectStore,
    unsealed: Iterable[str],
    now: datetime,
    signer: Signer | None,
    on_object: Callable[[int], None] = lambda _: None,
) -> DayManifest | None:
    """Write today's manifest over the keys that no earlier one holds; None when today's is written already.

    A day has one manifest. A list whose sealer was killed before the record is taken as it lies there.
    A clock that went back seals nothing before the chain's end (NeedsReview).
    """
    links = chain(store)
    today = now.astimezone(UTC).date()
    last = links[-1] if links else None
    if last is not None and last.manifest.date >= today:
        if last.manifest.date > today:
            raise NeedsReview(f"the last manifest is of {last.manifest.date}, and today is {today}: mend the clock")
        return None
    if not store.exists(entries_key(today)):
        store.create(entries_key(today), _packed(digests(store, unsealed), on_object), content_type=GZIP)
    packed = store.read(entries_key(today))
    listed = list(_parsed(packed, entries_key(today)))
    manifest = DayManifest(
        date=today,
        n=last.manifest.n + 1 if last else 1,
        previous=last.digest if last else None,
        entries_sha256=sha256_hex(packed),
        objects=len(listed),
        size=sum(entry.size for entry in listed),
        made_at=now,
        signed_by=signer.public.fingerprint if signer else None,
    )
    if signer is not None:
        manifest = manifest.model_copy(update={"signature": signer.sign(manifest.message())})
    created = store.create(manifest_key(today), canonical_json(manifest), content_type=JSON)
    return manifest if created else None


def _packed(found: Iterator[Entry], on_object: Callable[[int], None]) -> bytes:
    lines = bytearray()
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for entry in found:
        lines += packer.compress(canonical_json({"key": entry.key, "sha256": entry.sha256, "size": entry.size}) + b"\n")
        on_object(entry.size)
    return bytes(lines + packer.flush())


def _list(store: ObjectStore, day: date, sha256: str) -> bytes:
    try:
        packed = store.read(entries_key(day))
    except ObjectMissing as error:
        raise DigestMismatch(f"{store.describe()}: the list of the manifest of {day} is missing") from error
    if sha256_hex(packed) != sha256:
        raise DigestMismatch(f"{store.describe()}, object {entries_key(day)} is not the list that its manifest names")
    return packed


def _parsed(packed: bytes, key: str) -> Iterator[Entry]:
    try:
        for line in gzip.decompress(packed).splitlines():
            plain = json.loads(line)
            yield Entry(plain["key"], plain["sha256"], plain["size"])
    except (OSError, EOFError, zlib.error, ValueError, KeyError) as error:
        raise DigestMismatch(f"{key} is no readable list of objects ({error})") from error
