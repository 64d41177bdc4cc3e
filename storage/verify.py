"""Check a copy of an archive with the public key alone: the chain of manifests, its signatures, every sealed object."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from model.canonical import sha256_hex
from model.errors import DigestMismatch, ObjectMissing
from storage.integrity import IntegrityFault
from storage.keys import is_kept, kind_of
from storage.manifests import Entry, Link, chain, entries, manifest_key
from storage.objects import ObjectStore
from storage.signing import PublicKey

READERS = 16


@dataclass(slots=True)
class Verification:
    """What a check of a copy came to. `head`: the digest of the newest manifest, to be noted where the copy is not."""

    manifests: int = 0
    objects: int = 0
    size: int = 0
    first: str | None = None
    last: str | None = None
    head: str | None = None
    unsealed: int = 0
    faults: list[IntegrityFault] = field(default_factory=list)

    def fault(self, kind: str, key: str, what: str) -> None:
        self.faults.append(IntegrityFault.model_validate({"kind": kind, "key": key, "what": what}))


def verify(
    store: ObjectStore,
    keys: Sequence[PublicKey],
    *,
    quick: bool = False,
    head: str | None = None,
    on_begin: Callable[[int], None] = lambda _: None,
    on_object: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Go through all days. `quick`: sizes, not digests. `head`: a digest noted before, which must be in the chain.

    Needs nothing but the copy: no settings, no state, no catalogue. Manifests of a rotated key need that key too.
    """
    result = Verification()
    try:
        links = chain(store)
    except DigestMismatch as error:
        result.fault("chain", "manifests/", str(error))
        return result
    _check_chain(links, keys, result)
    if head is not None and head not in {link.digest for link in links}:
        result.fault("chain", "manifests/", f"no manifest has the digest {head}: the chain was cut off or made anew")
    on_begin(sum(link.manifest.objects for link in links))
    sealed = set()
    for link in links:
        try:
            listed = list(entries(store, link.manifest))
        except DigestMismatch as error:
            result.fault("chain", manifest_key(link.manifest.date), str(error))
            continue
        if len(listed) != link.manifest.objects or sum(e.size for e in listed) != link.manifest.size:
            result.fault("chain", manifest_key(link.manifest.date), "counts other objects than its list")
        sealed |= {hash(entry.key) for entry in listed}
        _check_entries(store, listed, result, quick, on_object)
    for key in store.list(""):
        if kind_of(key) is None:
            result.fault("foreign", key, "has no place in an archive")
        result.unsealed += is_kept(key) and hash(key) not in sealed
    return result


def _check_chain(links: Sequence[Link], keys: Sequence[PublicKey], result: Verification) -> None:
    known = {key.fingerprint: key for key in keys}
    before: Link | None = None
    if not links:
        result.fault("chain", "manifests/", "there is no manifest; gongkai seal writes one each day")
    for link in links:
        manifest, key = link.manifest, manifest_key(link.manifest.date)
        if manifest.n != (before.manifest.n + 1 if before else 1) or manifest.previous != (
            before.digest if before else None
        ):
            result.fault("chain", key, "does not follow the manifest before it")
        if link.key != key:
            result.fault("chain", link.key, f"is the manifest of {manifest.date}, not of the day in its key")
        signer = known.get(manifest.signed_by or "")
        if manifest.signature is None:
            result.fault("signature", key, "is not signed")
        elif signer is None:
            result.fault("signature", key, f"is signed by the key {manifest.signed_by}, which was not given")
        elif not signer.signed(manifest.message(), manifest.signature):
            result.fault("signature", key, f"has a signature that is not of the key {manifest.signed_by}")
        before = link
    result.manifests = len(links)
    result.first = links[0].manifest.date.isoformat() if links else None
    result.last = links[-1].manifest.date.isoformat() if links else None
    result.head = links[-1].digest if links else None


def _check_entries(
    store: ObjectStore, listed: Sequence[Entry], result: Verification, quick: bool, on_object: Callable[[int], None]
) -> None:
    def looked_at(entry: Entry) -> str | None:
        try:
            if quick:
                return None if store.size(entry.key) == entry.size else f"has {store.size(entry.key)} bytes"
            found = sha256_hex(store.read(entry.key))
        except ObjectMissing:
            return "missing"
        return None if found == entry.sha256 else "has another digest than it was sealed with"

    waiting = iter(listed)
    with ThreadPoolExecutor(READERS) as pool:
        ahead = deque((entry, pool.submit(looked_at, entry)) for entry in islice(waiting, READERS))
        while ahead:
            entry, answer = ahead.popleft()
            told = answer.result()
            result.objects += 1
            result.size += entry.size
            on_object(entry.size)
            if told == "missing":
                result.fault("missing", entry.key, "was sealed and is not there")
            elif told is not None:
                result.fault("damaged", entry.key, told)
            ahead.extend((following, pool.submit(looked_at, following)) for following in islice(waiting, 1))
