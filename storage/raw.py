"""Payloads by their digest: `raw/ab/cd/<sha256>`, each one gzip member (`gunzip < object`) without a time stamp."""

import gzip
import zlib

from model.canonical import sha256_hex
from model.errors import DigestMismatch
from storage.records import Shelf

GZIP = "application/gzip"
LEVEL = 6


def raw_key(sha256: str) -> str:
    """Key of the payload with this digest."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256 in lower-case hexadecimal: {sha256!r}")
    return f"raw/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class RawBodies(Shelf):
    """Bodies of documents as received: after transfer coding, before anything else."""

    def keep_raw(self, content: bytes) -> str:
        """Keep a payload if it is not there yet; its SHA-256, once it is durable."""
        sha256 = sha256_hex(content)
        self.store.create(raw_key(sha256), gzip.compress(content, LEVEL, mtime=0), content_type=GZIP)
        return sha256

    def has_raw(self, sha256: str) -> bool:
        return self.store.exists(raw_key(sha256))

    def raw(self, sha256: str) -> bytes:
        """The payload; ObjectMissing when it is not there, DigestMismatch when it is not what its key promises."""
        key = raw_key(sha256)
        try:
            content = gzip.decompress(self.store.read(key))
        except (OSError, EOFError, zlib.error) as error:
            raise self._damaged(key, f"is not readable as gzip ({error})") from error
        if (found := sha256_hex(content)) != sha256:
            raise self._damaged(key, f"holds bytes with the digest {found}")
        return content

    def _damaged(self, key: str, what: str) -> DigestMismatch:
        return DigestMismatch(f"{self.store.describe()}, object {key} {what}; restore it from a copy of the archive")
